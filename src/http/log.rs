//! One line of a request, for the operator: what was asked, what came of it, what it cost. Never a
//! body, a token, an id or an address; of what was sent, the names of attributes alone, and ids of
//! members that were left out because nobody has them.

use scim::habit::{Habit, Habits};
use scim::json;
use serde_json::Value;

use super::Trace;
use super::reply::Reply;
use super::request::Request;
use service::Moment;
use store::Cost;

/// A JSON object with these members in this order.
fn object<'m>(members: impl IntoIterator<Item = (&'m str, String)>) -> String {
    let members = members.into_iter();
    let members: Vec<String> = members
        .map(|(name, text)| ["\"", name, "\":", &text].concat())
        .collect();
    ["{", &members.join(","), "}"].concat()
}

fn text(value: impl Into<Value>) -> String {
    json::text(&value.into())
}

/// A lenient reading: its name, the path it was at, and what was sent there for what.
fn habit_line(habit: &Habit) -> String {
    let members = [
        ("name", Some(habit.name)),
        ("path", habit.path.as_deref()),
        ("note", habit.note()),
    ];
    object(
        members
            .into_iter()
            .filter_map(|(name, value)| Some((name, text(value?)))),
    )
}

/// Lenient readings as the line has them, JSON.
pub fn habit_lines(habits: &Habits) -> String {
    let lines: Vec<String> = habits.seen().iter().map(habit_line).collect();
    ["[", &lines.join(","), "]"].concat()
}

/// Whether a request has something to tell: it was refused, or read leniently. Of others the
/// platform keeps that they were there and how they ended; a line of ours takes a twentieth of a
/// small request's CPU, and is billed.
pub fn is_telling(reply: &Reply, trace: &Trace) -> bool {
    reply.status >= 400 || trace.notes.cause.is_some() || !trace.notes.habits.seen().is_empty()
}

/// The line, JSON. `milliseconds` is how long the answer took.
pub fn line<B>(
    request: &Request<B>,
    reply: &Reply,
    trace: &Trace,
    cost: Cost,
    now: &Moment,
    milliseconds: u64,
) -> String {
    object([
        ("time", text(now.text.as_str())),
        ("requestId", text(trace.request_id.as_str())),
        ("tenant", text(trace.notes.tenant)),
        ("method", text(request.method.as_str())),
        ("route", text(trace.route.as_str())),
        ("status", text(reply.status)),
        ("scimType", text(reply.scim_type)),
        ("operation", text(reply.operation)),
        ("path", text(reply.attribute.as_deref())),
        ("milliseconds", text(milliseconds)),
        ("trips", text(cost.trips)),
        ("rowsRead", text(cost.rows_read)),
        ("rowsWritten", text(cost.rows_written)),
        ("habits", habit_lines(&trace.notes.habits)),
        ("provider", text(trace.provider)),
        ("cause", text(trace.notes.cause.as_deref())),
    ])
}
