//! One line of a request, for the operator: what was asked, what came of it, what it cost. Never a
//! body, a token, an id or an address; of what was sent, the names of attributes alone, and ids of
//! members that were left out because nobody has them.

use scim::habit::{Habit, Habits};
use serde::Serialize;

use super::Trace;
use super::reply::Reply;
use super::request::Request;
use service::Moment;
use store::Cost;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    time: &'a str,
    request_id: &'a str,
    tenant: Option<i64>,
    method: &'a str,
    route: &'a str,
    status: u16,
    scim_type: Option<&'a str>,
    operation: Option<usize>,
    path: Option<&'a str>,
    milliseconds: u64,
    trips: u32,
    rows_read: u64,
    rows_written: u64,
    habits: Vec<HabitLine<'a>>,
    provider: Option<&'a str>,
    cause: Option<&'a str>,
}

/// A lenient reading: its name, the path it was at, and what was sent there for what.
#[derive(Serialize)]
struct HabitLine<'a> {
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'static str>,
}

impl<'a> From<&'a Habit> for HabitLine<'a> {
    fn from(habit: &'a Habit) -> Self {
        Self {
            name: habit.name,
            path: habit.path.as_deref(),
            note: habit.note(),
        }
    }
}

fn lines(habits: &Habits) -> Vec<HabitLine<'_>> {
    habits.seen().iter().map(HabitLine::from).collect()
}

/// Lenient readings as the line has them, JSON.
pub fn habit_lines(habits: &Habits) -> String {
    serde_json::to_string(&lines(habits)).unwrap_or_default()
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
    let line = Line {
        time: &now.text,
        request_id: &trace.request_id,
        tenant: trace.notes.tenant,
        method: request.method.as_str(),
        route: &trace.route,
        status: reply.status,
        scim_type: reply.scim_type,
        operation: reply.operation,
        path: reply.attribute.as_deref(),
        milliseconds,
        trips: cost.trips,
        rows_read: cost.rows_read,
        rows_written: cost.rows_written,
        habits: lines(&trace.notes.habits),
        provider: trace.provider,
        cause: trace.notes.cause.as_deref(),
    };
    // A structure of texts and numbers always prints.
    serde_json::to_string(&line).unwrap_or_default()
}
