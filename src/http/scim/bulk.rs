//! The `BulkResponse` (RFC 7644 §3.7.3).

use scim::message::bulk::BULK_RESPONSE;
use serde_json::{Map, Value};

use super::error::message;
use crate::http::fault::failure_words;
use crate::http::reply::etag;
use service::bulk::{Done, Outcome};

/// The message as JSON text.
pub(super) fn response(outcomes: &[Outcome]) -> String {
    let mut body = Map::new();
    body.insert("schemas".to_owned(), Value::from(vec![BULK_RESPONSE]));
    body.insert(
        "Operations".to_owned(),
        outcomes.iter().map(operation).collect(),
    );
    Value::Object(body).to_string()
}

fn operation(outcome: &Outcome) -> Value {
    let mut body = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(name.to_owned(), value);
        }
    };
    put("method", Some(Value::from(outcome.method.as_str())));
    put("bulkId", outcome.bulk_id.as_deref().map(Value::from));
    put("location", outcome.location.as_deref().map(Value::from));
    let version = outcome.version.as_deref().map(etag);
    put("version", version.map(Value::from));
    let status = match &outcome.result {
        Ok(Done::Created) => 201,
        Ok(Done::Changed) => 200,
        Ok(Done::Silent) => 204,
        Err(failure) => {
            let (status, scim_type, detail) = failure_words(failure);
            put("response", Some(message(status, scim_type, detail)));
            status
        }
    };
    put("status", Some(Value::from(status.to_string())));
    Value::Object(body)
}
