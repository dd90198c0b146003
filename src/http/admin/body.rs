//! The bodies of the admin face: JSON objects.

use crate::http::body::{ENDED_EARLY, LATE};
use crate::http::content_type;
use crate::http::request::{Request, Unread, Upload};
use scim::json;
use serde_json::Value;
use service::admin::body::BodyObject;
use service::admin::refusal::Refusal;

/// Bytes of the largest body.
const MAX_BODY: usize = 65_536;
/// The sentence for one that nothing is read from.
pub(super) const NONE: &str = "Nothing is read from a body here. Send none.";

/// Reads the body of a request, which may be left out where nothing in it is needed.
pub(super) async fn read<B: Upload>(
    request: &Request<B>,
    may_be_empty: bool,
) -> Result<BodyObject, Refusal> {
    let media_type = request.content_type.as_deref();
    let known = ["application/json", "application/merge-patch+json"];
    let is_json = media_type.is_none_or(|sent| content_type::is_one(sent, &known))
        && request.content_encoding.is_none();
    // Of a body that is empty nobody asks what it is.
    if !is_json && !may_be_empty {
        return Err(not_json());
    }
    match request.body.read(MAX_BODY).await {
        Ok(bytes) if bytes.is_empty() && may_be_empty => Ok(BodyObject::new()),
        Ok(_) if !is_json => Err(not_json()),
        Ok(bytes) => parse(&bytes),
        Err(Unread::TooLong) => Err(Refusal::too_large(format!(
            "The body is larger than the {MAX_BODY} bytes that are accepted. Send less."
        ))),
        Err(Unread::Broken) => Err(Refusal::invalid("invalid_body", ENDED_EARLY)),
        Err(Unread::Late) => Err(Refusal::late(LATE)),
        Err(Unread::Busy) => Err(Refusal::busy()),
    }
}

fn not_json() -> Refusal {
    Refusal::media_type(
        "Send the body as application/json, or a PATCH as application/merge-patch+json, in UTF-8 and not \
         compressed.",
    )
}

/// A body that was read, as an object.
fn parse(bytes: &[u8]) -> Result<BodyObject, Refusal> {
    let refused = |reason: &str| {
        Refusal::invalid(
            "invalid_body",
            format!("The body is not a JSON object: {reason}."),
        )
    };
    let text = str::from_utf8(bytes).map_err(|_| refused("it is not UTF-8"))?;
    let (value, twice) = json::parse_noting(text).map_err(|error| refused(&error.to_string()))?;
    if let Some(name) = twice.first() {
        return Err(refused(&format!("`{name}` comes twice")));
    }
    match value {
        Value::Object(members) => Ok(members),
        _ => Err(refused("it is another value")),
    }
}
