//! What became of the operations of a Bulk, with the status of each (RFC 7644 §3.7.3).

use scim::message::bulk::{BulkResult, bulk_response};
use scim::message::error::error_message;

use crate::http::fault::failure_words;
use service::bulk::{Done, Outcome};

/// The message as JSON text.
pub(super) fn response(outcomes: &[Outcome]) -> String {
    bulk_response(outcomes.iter().map(result).collect()).to_string()
}

fn result(outcome: &Outcome) -> BulkResult<'_> {
    let (status, error) = match &outcome.result {
        Ok(Done::Created) => (201, None),
        Ok(Done::Changed) => (200, None),
        Ok(Done::Silent) => (204, None),
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
