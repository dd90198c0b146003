//! Bodies: coding, size, JSON.
//!
//! A body is read when it is known whose it is, and parsed when it is known what it will hold.

use std::cell::Cell;

use scim::error::Error;
use scim::habit::DUPLICATE_KEY;
use scim::json;
use serde_json::Value;

use super::fault::Fault;
use super::log::of_bytes;
use super::request::{Request, Unread, Upload};
use service::{Failure, Session};
use store::Database;

pub mod weight;

use weight::{MAX_DEPTH, weight};

/// Largest body, in bytes.
pub const MAX_BODY: usize = 1_048_576;
/// Largest body that is read while its token of the table is not looked up yet: the batch of the
/// work does that, without a trip of its own.
pub const UNKNOWN_CALLER: usize = 65_536;
/// Bytes that the values of such a body may weigh.
const UNKNOWN_CALLER_WEIGHT: usize = 262_144;
/// Bytes that the values of a body may weigh: some 45,000 members of a group, or all that a Bulk of
/// 4 MiB has of users.
pub const MAX_WEIGHT: usize = 24_000_000;
/// Members of a group that fit it with room to spare.
const MEMBERS_AT_A_TIME: usize = 20_000;
/// What is made of a body while it is worked on, beside its values: as many times its bytes.
const COPIES: usize = 4;

/// A body that was read, until it is known by which settings the request is to be done; and what
/// the log has of it.
#[derive(Default)]
pub struct ReceivedBody {
    bytes: Cell<Vec<u8>>,
    /// Bytes that it had.
    length: Cell<usize>,
    /// What may be kept of it, where it could be read.
    pub(super) redacted: Cell<Option<String>>,
}

impl ReceivedBody {
    /// What the log has of it, JSON: of what could not be read its size.
    pub(super) fn into_logged(self) -> Option<String> {
        let length = self.length.get();
        let redacted = self.redacted.into_inner();
        redacted.or_else(|| (length > 0).then(|| of_bytes(length)))
    }
}

/// The sentence for a body that did not come whole.
pub(super) const ENDED_EARLY: &str =
    "The body ended early, or its chunks are malformed. Send the whole request again.";
/// The sentence for a body that did not come in time.
pub(super) const LATE: &str = "The body did not come in time. Send the whole request again.";

/// The body as JSON; what it holds of the memory is counted until the reply goes out. It has
/// `limit` bytes at the most; `too_long` is the sentence for a longer one.
pub async fn json<D: Database, B: Upload>(
    session: &Session<'_, D>,
    request: &Request<B>,
    for_log: &ReceivedBody,
    limit: usize,
    too_long: impl Fn() -> String,
) -> Result<Value, Fault> {
    if !is_as_written(request.content_encoding.as_deref()) {
        return Err(Fault::Coding(
            "A compressed body is not read. Send the body as it is, without Content-Encoding.",
        ));
    }
    let length = request.body.announced_length();
    for_log.length.set(length.unwrap_or_default());
    if length.is_some_and(|bytes| bytes > limit) {
        return Err(Fault::too_large(too_long()));
    }
    let is_small = length.is_some_and(|bytes| bytes <= UNKNOWN_CALLER);
    if !is_small {
        session.authenticate().await?;
    }
    let mut bytes = for_log.bytes.take();
    if bytes.is_empty() {
        bytes = request
            .body
            .read(limit)
            .await
            .map_err(|why| reading_fault(why, &too_long))?;
    }
    for_log.length.set(bytes.len());
    if bytes.is_empty() {
        return Err(Error::invalid_syntax("The request needs a body: a JSON object.").into());
    }
    let weight = weight(&bytes).ok_or_else(|| {
        Error::invalid_syntax(format!(
            "The body has objects and lists within each other more than {MAX_DEPTH} levels deep, which no message \
             needs. Send it with fewer levels."
        ))
    })?;
    if weight > MAX_WEIGHT {
        return Err(Fault::too_large(format!(
            "The body has too many values for one request: they would take {weight} bytes of \
             memory, and {MAX_WEIGHT} is the limit. Send it in parts, such as {MEMBERS_AT_A_TIME} members at \
             a time.",
        )));
    }
    if is_small
        && weight > UNKNOWN_CALLER_WEIGHT
        && let Err(why) = session.authenticate().await
    {
        // It was read, and can be read once: by other settings the request is done with it.
        for_log.bytes.set(bytes);
        return Err(why.into());
    }
    session.reserve_for_body(weight + COPIES * bytes.len())?;
    // A byte order mark is not JSON (RFC 8259 §8.1), but some libraries write one.
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    let refused = |reason: String| {
        Fault::from(Error::invalid_syntax(format!(
            "The body is not JSON in UTF-8: {reason}."
        )))
    };
    let text = str::from_utf8(text).map_err(|error| refused(error.to_string()))?;
    let (value, twice) = json::parse_noting(text).map_err(|error| refused(error.to_string()))?;
    for name in twice {
        session.habits().leave_out(DUPLICATE_KEY, &name);
    }
    if session.may_be_done_again() {
        for_log.bytes.set(bytes);
    }
    Ok(value)
}

/// The failure of a request whose body was not read.
fn reading_fault(why: Unread, too_long: &impl Fn() -> String) -> Fault {
    match why {
        Unread::TooLong => Fault::too_large(too_long()),
        Unread::Broken => Error::invalid_syntax(ENDED_EARLY).into(),
        Unread::Late => Fault::Late(LATE),
        Unread::Busy => Failure::Busy.into(),
    }
}

/// Whether a `Content-Encoding` names no coding but `identity`, which is none (RFC 9110 §8.4).
fn is_as_written(content_encoding: Option<&str>) -> bool {
    content_encoding
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .all(|coding| coding.is_empty() || coding.eq_ignore_ascii_case("identity"))
}
