//! One line a request, for the operator: what was asked, what came of it, what it cost. Never a body, a token, an id or
//! an address.

use serde_json::json;

use super::Trace;
use super::reply::Reply;
use super::request::Request;
use crate::service::Moment;
use crate::store::Cost;

/// The line, JSON. `milliseconds` is how long the answer took.
pub fn line(
    request: &Request,
    reply: &Reply,
    trace: &Trace,
    cost: Cost,
    now: &Moment,
    milliseconds: u64,
) -> String {
    json!({
        "time": now.text,
        "tenant": trace.tenant,
        "method": request.method,
        "route": trace.route,
        "status": reply.status,
        "scimType": reply.scim_type,
        "milliseconds": milliseconds,
        "trips": cost.trips,
        "rowsRead": cost.rows_read,
        "rowsWritten": cost.rows_written,
        "habits": trace.habits,
        "provider": trace.provider,
        "cause": trace.cause,
    })
    .to_string()
}
