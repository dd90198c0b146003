//! A refusal outside of SCIM: `application/problem+json` (RFC 9457).

use scim::json::{text, with};

use super::reply::Reply;

/// The media type.
const MEDIA_TYPE: &str = "application/problem+json";

/// A problem: a code for programs, which stays the same, and a sentence for the person who reads
/// it, which says what to do.
///
/// ```
/// use scim_worker::http::problem::problem;
/// let reply = problem(404, "not_found", "There is nothing here; /healthz is there.");
/// assert_eq!(reply.status, 404);
/// ```
pub fn problem(status: u16, code: &'static str, detail: &str) -> Reply {
    let body = with(vec![
        ("type", "about:blank".into()),
        ("title", title(status).into()),
        ("status", status.into()),
        ("code", code.into()),
        ("detail", detail.into()),
    ]);
    Reply::json(status, text(&body)).with("Content-Type", MEDIA_TYPE)
}

/// RFC 9457 §4.2.1: of `about:blank` the title is the phrase of the status (RFC 9110 §15).
const fn title(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        429 => "Too Many Requests",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}
