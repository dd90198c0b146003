//! What became of the operations of a Bulk, with the status of each (RFC 7644 §3.7.3).

use scim::error::{ScimType, error_message};
use scim::json;
use scim::list::List;
use scim::message::bulk::{BulkResult, bulk_response};

use super::error::{again, retry_after};
use crate::http::fault::failure_words;
use crate::http::reply::Reply;
use service::Failure;
use service::bulk::{OperationOutcome, Success};

/// The reply, with `Retry-After` where operations failed that may be sent again. The log gets the
/// first that failed.
pub(super) fn reply(outcomes: &[OperationOutcome]) -> Reply {
    let body = json::text(&bulk_response(outcomes.iter().map(result).list()));
    let mut reply = Reply::json(200, body);
    let locations = outcomes
        .iter()
        .filter_map(|outcome| outcome.location.clone());
    reply.locations.extend(locations);
    let mut failures = outcomes.iter().zip(1..);
    let first =
        failures.find_map(|(outcome, number)| Some((outcome.result.as_ref().err()?, number)));
    if let Some((failure, number)) = first {
        let (_, scim_type, detail) = failure_words(failure);
        reply.scim_type = scim_type.map(ScimType::as_str);
        reply.operation = Some(number);
        reply.detail = Some(detail.to_owned());
        if let Failure::Refused(error) = failure {
            reply.attribute = error.attribute().map(str::to_owned);
        }
    }
    // Of several the longest: the number with the most digits, and among those the last in order.
    let failures = outcomes
        .iter()
        .filter_map(|outcome| outcome.result.as_ref().err());
    let after = failures.filter_map(retry_after);
    again(reply, after.max_by_key(|seconds| (seconds.len(), *seconds)))
}

fn result(outcome: &OperationOutcome) -> BulkResult<'_> {
    let (status, error) = match &outcome.result {
        Ok(Success::Created) => (201, None),
        Ok(Success::Changed) => (200, None),
        Ok(Success::Silent) => (204, None),
        Err(failure) => {
            let (status, scim_type, detail) = failure_words(failure);
            (status, Some(error_message(status, scim_type, detail)))
        }
    };
    BulkResult {
        method: &outcome.method,
        bulk_id: outcome.bulk_id.as_deref(),
        location: outcome.location.as_deref(),
        version: outcome.version.as_deref(),
        status,
        error,
    }
}
