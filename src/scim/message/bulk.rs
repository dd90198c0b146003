//! `BulkRequest` and `BulkResponse` (RFC 7644 §3.7).

use crate::list::List;
use crate::part;
use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use serde_json::{Map, Value};

use super::schemas;
use crate::error::Error;
use crate::json::with;
use crate::show::etag;

/// The URI of the request message.
pub const BULK_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
/// The URI of the response message.
pub const BULK_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

/// What stands in front of the name of another operation of the request, where an id is due
/// (§3.7.2).
const REFERENCE: &str = "bulkId:";

/// A `BulkRequest`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BulkRequest {
    /// After how many errors the rest is left undone; none: never.
    pub fail_on_errors: Option<u64>,
    /// The operations, in order.
    pub operations: Vec<BulkOperation>,
}

/// One operation as written; what is missing or wrong is its own failure, not that of the request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BulkOperation {
    /// `method`, upper case.
    pub method: String,
    /// `bulkId`.
    pub bulk_id: Option<String>,
    /// `path`.
    pub path: String,
    /// `version`; empty where it is not a string, which no version is.
    pub version: Option<String>,
    /// `data`.
    pub data: Option<Value>,
}

impl BulkRequest {
    /// Reads the message. More than `most` operations are refused by the caller, who knows the
    /// status for it.
    ///
    /// ```
    /// use scim::message::bulk::BulkRequest;
    /// let request = BulkRequest::parse(serde_json::json!({
    ///     "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
    ///     "failOnErrors": 1,
    ///     "Operations": [{ "method": "DELETE", "path": "/Users/2819c223" }],
    /// }))?;
    /// assert_eq!(request.operations[0].method, "DELETE");
    /// # Ok::<(), scim::error::Error>(())
    /// ```
    pub fn parse(body: Value) -> Result<Self, Error> {
        let Value::Object(body) = body else {
            return Err(Error::invalid_syntax(
                "A Bulk request is a JSON object: a BulkRequest message.",
            ));
        };
        let mut request = Self::default();
        let mut seen = false;
        for (name, value) in body {
            if name.eq_ignore_ascii_case("schemas") {
                schemas::check(Some(&value), BULK_REQUEST)?;
            } else if name.eq_ignore_ascii_case("failOnErrors") {
                request.fail_on_errors = fail_on_errors(&value)?;
            } else if name.eq_ignore_ascii_case("Operations") {
                let Value::Array(operations) = value else {
                    return Err(Error::invalid_syntax(
                        "`Operations` must be a list of operations.",
                    ));
                };
                seen = true;
                for operation in operations {
                    let Value::Object(operation) = operation else {
                        return Err(Error::invalid_syntax(
                            "Each of `Operations` must be an object with `method`, `path` and, unless it is a DELETE, \
                             `data`.",
                        ));
                    };
                    request.operations.push(BulkOperation::read(operation));
                }
            }
        }
        if seen {
            Ok(request)
        } else {
            Err(Error::invalid_syntax(
                "A Bulk request needs `Operations`, a list of operations.",
            ))
        }
    }
}

/// What is told of one operation (§3.7.3).
#[derive(Clone, Debug, PartialEq)]
pub struct BulkResult<'a> {
    /// `method`.
    pub method: &'a str,
    /// `bulkId`.
    pub bulk_id: Option<&'a str>,
    /// `location`; none for a create that failed.
    pub location: Option<&'a str>,
    /// `version`, without the marks of an entity tag.
    pub version: Option<&'a str>,
    /// `status`.
    pub status: u16,
    /// `response`: the message of the error, where it was not done.
    pub error: Option<Value>,
}

/// The `BulkResponse`.
///
/// ```
/// use scim::message::bulk::{BulkResult, bulk_response};
/// let done = BulkResult {
///     method: "DELETE", bulk_id: None, location: None, version: Some("7"), status: 204, error: None,
/// };
/// let response = bulk_response(vec![done]);
/// assert_eq!(response["Operations"][0]["status"], "204");
/// assert_eq!(response["Operations"][0]["version"], "W/\"7\"");
/// ```
pub fn bulk_response(results: Vec<BulkResult<'_>>) -> Value {
    let mut message = Map::new();
    message.insert("schemas".into(), Value::from(vec![BULK_RESPONSE]));
    let operations = results.into_iter().map(BulkResult::into_value).list();
    message.insert("Operations".into(), Value::Array(operations));
    Value::Object(message)
}

impl BulkResult<'_> {
    fn into_value(self) -> Value {
        let mut members = vec![
            ("method", Value::from(self.method)),
            ("status", Value::from(self.status.to_string())),
        ];
        for (name, text) in [
            ("bulkId", self.bulk_id.map(str::to_owned)),
            ("location", self.location.map(str::to_owned)),
            ("version", self.version.map(etag)),
        ] {
            members.extend(text.map(|text| (name, Value::from(text))));
        }
        members.extend(self.error.map(|error| ("response", error)));
        with(members)
    }
}

fn fail_on_errors(value: &Value) -> Result<Option<u64>, Error> {
    if value.is_null() {
        return Ok(None);
    }
    match value.as_u64() {
        Some(0) | None => Err(Error::invalid_value(
            "`failOnErrors` must be a whole number of 1 or more: after how many errors to stop.",
        )),
        some => Ok(some),
    }
}

impl BulkOperation {
    fn read(members: Map<String, Value>) -> Self {
        let mut operation = Self::default();
        for (name, value) in members {
            let text = value.as_str().map(str::to_owned);
            match name.to_ascii_lowercase().as_str() {
                "method" => operation.method = text.unwrap_or_default().to_ascii_uppercase(),
                "bulkid" => operation.bulk_id = text.filter(|id| !id.is_empty()),
                "path" => operation.path = text.unwrap_or_default(),
                "version" if !value.is_null() => operation.version = Some(text.unwrap_or_default()),
                "data" => operation.data = Some(value).filter(|data| !data.is_null()),
                _ => {}
            }
        }
        operation
    }

    /// Puts ids for the references of an operation: in its path, and wherever a string of its data
    /// is a reference or an address that ends with one. `resolve` knows the ids; the names that it
    /// does not know are given back. In a member where no id is due such a string is text, a title
    /// perhaps.
    pub fn resolve(&mut self, resolve: &mut impl FnMut(&str) -> Option<String>) -> Vec<String> {
        let mut unknown = Vec::new();
        resolve_text(&mut self.path, resolve, &mut unknown);
        if let Some(data) = &mut self.data {
            resolve_value(data, resolve, &mut unknown);
        }
        unknown
    }
}

/// Whether the member of an object is where an id is due.
fn names_resource(member: &str) -> bool {
    ["value", "$ref"]
        .iter()
        .any(|name| member.eq_ignore_ascii_case(name))
}

fn resolve_value(
    value: &mut Value,
    resolve: &mut impl FnMut(&str) -> Option<String>,
    unknown: &mut Vec<String>,
) {
    match value {
        Value::String(text) => resolve_text(text, resolve, unknown),
        Value::Array(values) => {
            for value in values {
                resolve_value(value, resolve, unknown);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                // A PATCH path may name a member by reference: members[value eq "bulkId:x"].
                match value {
                    Value::String(path)
                        if name.eq_ignore_ascii_case("path") && part::has(path, "\"bulkId:") =>
                    {
                        resolve_quoted(path, resolve, unknown);
                    }
                    Value::String(text) if !names_resource(name) => {
                        resolve_text(text, resolve, &mut Vec::new());
                    }
                    value => resolve_value(value, resolve, unknown),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn resolve_text(
    text: &mut String,
    resolve: &mut impl FnMut(&str) -> Option<String>,
    unknown: &mut Vec<String>,
) {
    let address = || part::split(text, "/bulkId:");
    let (front, name) = match (text.strip_prefix(REFERENCE), address()) {
        (Some(name), _) => (None, name),
        (None, Some((front, name))) => (Some(front), name),
        (None, None) => return,
    };
    let Some(id) = resolve(name) else {
        unknown.push(name.to_owned());
        return;
    };
    *text = match front {
        Some(front) => [front, "/", &id].concat(),
        None => id,
    };
}

fn resolve_quoted(
    path: &mut String,
    resolve: &mut impl FnMut(&str) -> Option<String>,
    unknown: &mut Vec<String>,
) {
    let mut parts: Vec<String> = path.split('"').map(str::to_owned).list();
    for part in &mut parts {
        resolve_text(part, resolve, unknown);
    }
    *path = parts.join("\"");
}
