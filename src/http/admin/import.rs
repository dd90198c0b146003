//! The lines of an import: handed on as they come.

use crate::http::body::{ENDED_EARLY, LATE};
use crate::http::content_type;
use crate::http::environment::Environment;
use crate::http::reply::Reply;
use crate::http::request::{Request, Unread, Upload};
use crate::http::trace::Trace;
use service::admin::Admin;
use service::admin::import::receive::{Received, receive_lines};
use service::admin::refusal::Refusal;
use service::admin::step;
use store::Database;

/// Refuses a body that is no lines.
pub(super) fn check<B>(request: &Request<B>) -> Result<(), Refusal> {
    let known = [
        "application/x-ndjson",
        "application/ndjson",
        "application/jsonl",
    ];
    let content_type = request.content_type.as_deref().unwrap_or_default();
    if content_type::is_one(content_type, &known) && request.content_encoding.is_none() {
        return Ok(());
    }
    Err(Refusal::media_type(
        "Send the lines as application/x-ndjson, a JSON object each, in UTF-8 and not compressed.",
    ))
}

/// Has the lines stored, and what is soon done be done.
pub(super) async fn receive<D: Database, B: Upload>(
    environment: &Environment<'_, D>,
    request: &Request<B>,
    admin: &Admin<'_>,
    upload: step::ImportUpload,
    base: &str,
    trace: &mut Trace,
) -> Result<Reply, Refusal> {
    let piece = async |from| request.body.piece(from).await.map_err(reading_refusal);
    match receive_lines(&environment.context, admin, &upload, piece).await? {
        Received::Result(result) => Ok(Reply::json(200, result)),
        Received::Job(shape) => {
            trace.job = !upload.has_more;
            let location = format!("{base}/jobs/{}", upload.job);
            Ok(Reply::json(202, shape).with("Location", location))
        }
    }
}

/// Why a piece did not come. Of none it is asked that it be short.
fn reading_refusal(why: Unread) -> Refusal {
    match why {
        Unread::Broken | Unread::TooLong => Refusal::invalid("invalid_body", ENDED_EARLY),
        Unread::Late => Refusal::late(LATE),
        Unread::Busy => Refusal::busy(),
    }
}
