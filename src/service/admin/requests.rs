//! The log of requests: what a provider sent, and why it was refused.

use scim::json;
use serde_json::Value;

use super::body::moment;
use super::refusal::Refusal;
use super::step::{Call, End, Missing, Outcome};
use store::ledger::requests::{self, RequestFilter};

/// Characters of the longest text that is looked for.
const TEXT: usize = 200;

const TIME: &str = "a time such as 2027-01-31T12:00:00Z (RFC 3339; a + is written %2B in a query)";
const STATUS: &str = "a status such as 409, or a class of them such as 4xx";

const NO_REQUEST: Missing = (
    "request_not_found",
    "The log of the tenant has no such request. It has those that the setting `request_log` keeps, for as many days \
     as that says.",
);

/// Lists requests of the tenant, the newest first: those with these parameters.
pub fn list<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    call.after_id("req_")?;
    let mut filter = RequestFilter {
        after: call.page.after.clone(),
        ..RequestFilter::default()
    };
    for (name, text) in &call.parameters {
        if text.chars().count() > TEXT {
            let most = format!("a text of up to {TEXT} characters");
            return Err(Refusal::invalid_query(name, &most));
        }
        let time = || moment(text).ok_or_else(|| Refusal::invalid_query(name, TIME));
        match name.to_ascii_lowercase().as_str() {
            "limit" | "after" => {}
            // It would choose all.
            _ if text.is_empty() => {
                return Err(Refusal::invalid_query(name, "given a value, or left out"));
            }
            "status" => {
                let range = statuses(text).ok_or_else(|| Refusal::invalid_query(name, STATUS))?;
                filter.status = Some(range);
            }
            "method" => filter.method = Some(text.to_ascii_uppercase()),
            "since" => filter.since = Some(time()?),
            "until" => filter.until = Some(time()?),
            "resource" => filter.resource = Some(json::text(&Value::from(text.as_str()))),
            "text" => filter.text = Some(text.to_ascii_lowercase()),
            _ => {}
        }
    }
    let tenant = call.admin.tenant()?.id;
    call.list(requests::list(tenant, &filter, call.most()))
}

/// Reads one.
pub fn read<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let statement = requests::read(call.admin.tenant()?.id, call.argument("request"));
    call.ask(statement, NO_REQUEST, End::Body)
}

/// Statuses from one to another.
fn statuses(text: &str) -> Option<(i64, i64)> {
    if let Some(class) = text.strip_suffix("xx").or_else(|| text.strip_suffix("XX")) {
        let class: i64 = class.parse().ok().filter(|class| (1..=5).contains(class))?;
        return Some((100 * class, 100 * class + 99));
    }
    let status = text
        .parse()
        .ok()
        .filter(|status| (100..=599).contains(status))?;
    Some((status, status))
}
