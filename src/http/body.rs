//! Bodies: size, type, JSON (RFC 7644 §3.1, §3.8).

use scim::error::Error;
use scim::json;
use scim::resource_type::ResourceType;
use serde_json::Value;

use super::media::MediaType;
use super::request::{Body, Request};
use crate::service::{Failure, MAX_LARGE_BODY};

/// Largest body, in bytes.
pub const MAX_BODY: usize = 1_048_576;
/// Deepest nesting of JSON.
const MAX_DEPTH: usize = 64;

/// The largest body for resources of a type.
pub fn limit(resource_type: &'static ResourceType) -> usize {
    if resource_type
        .linked()
        .is_some_and(|linked| linked.name == "members")
    {
        MAX_LARGE_BODY as usize
    } else {
        MAX_BODY
    }
}

/// The body of a Bulk request as JSON; RFC 7644 §3.7.4 wants the limit named.
pub fn bulk_json(request: &Request, limit: u32) -> Result<Value, Failure> {
    json(request, limit as usize).map_err(|failure| match failure {
        Failure::TooLarge(_) => Failure::TooLarge(format!(
            "The request is larger than {limit} bytes (bulk.maxPayloadSize of /ServiceProviderConfig). Split it."
        )),
        other => other,
    })
}

/// The body as JSON.
pub fn json(request: &Request, limit: usize) -> Result<Value, Failure> {
    if !MediaType::readable(request.content_type.as_deref()) {
        return Err(Failure::UnsupportedMediaType(
            "Send the body as application/scim+json or application/json, in UTF-8.",
        ));
    }
    if !is_as_written(request.content_encoding.as_deref()) {
        return Err(Failure::UnsupportedCoding(
            "The body is compressed, which is not read here: send it without Content-Encoding.",
        ));
    }
    let bytes = match &request.body {
        Body::Bytes(bytes) if bytes.len() <= limit => bytes,
        Body::Broken => {
            return Err(Error::invalid_syntax(
                "The body ended early, or its chunks are not in the form of chunks. Send the request again, whole.",
            )
            .into());
        }
        Body::Bytes(_) | Body::TooLong => {
            return Err(Failure::TooLarge(format!(
                "The body is larger than the {limit} bytes that this endpoint takes. Send it in parts."
            )));
        }
    };
    if bytes.is_empty() {
        return Err(Error::invalid_syntax("The request needs a body: a JSON object.").into());
    }
    // A byte order mark is not JSON (RFC 8259 §8.1), but some libraries write one.
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    check_depth(bytes)?;
    let refused = |reason: String| {
        Error::invalid_syntax(format!("The body is not JSON in UTF-8: {reason}.")).into()
    };
    let text = str::from_utf8(bytes).map_err(|error| refused(error.to_string()))?;
    json::parse(text).map_err(|error| refused(error.to_string()))
}

/// Whether a `Content-Encoding` names no coding but `identity`, which is none (RFC 9110 §8.4).
fn is_as_written(content_encoding: Option<&str>) -> bool {
    content_encoding
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .all(|coding| coding.is_empty() || coding.eq_ignore_ascii_case("identity"))
}

/// Refuses nesting that would cost a parser its stack.
fn check_depth(bytes: &[u8]) -> Result<(), Failure> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Err(Error::invalid_syntax(format!(
                        "The body nests deeper than {MAX_DEPTH} levels; no SCIM message does."
                    ))
                    .into());
                }
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(())
}
