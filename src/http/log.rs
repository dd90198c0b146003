//! One line of a request, for the operator: what was asked, what came of it, what it cost. Never a
//! body, a token, an id or an address; of what was sent, the names of attributes alone, and ids of
//! members that were left out because nobody has them.

use scim::habit::{Habit, Habits};
use scim::json::{self, ObjectText, list_text};
use scim::list::List;
use scim::part;
use serde_json::Value;

use super::auth;
use super::reply::Reply;
use super::request::Request;
use super::trace::Trace;
use service::Moment;
use store::Cost;

/// What credentials of ours begin with, and from how many characters behind it on it may be one:
/// tokens of a tenant, those of earlier releases among them, of operators, and secrets of clients
/// and webhooks.
const CREDENTIALS: [(&str, usize); 4] = [
    ("scim_", 30),
    ("scimadmin_", 30),
    ("scimsecret_", 30),
    ("whsec_", 8),
];

/// A text without the credential of the request, and without what looks like one of ours.
///
/// ```
/// use scim_worker::http::log::hide;
/// let token = format!("scimadmin_1_{}", "a1".repeat(25));
/// assert_eq!(hide(&format!("is {token} good?"), "t"), "is … good?");
/// assert_eq!(hide("scim_access for a secret of mine", "a secret of mine"), "scim_access for …");
/// let secret = format!("whsec_{}/+=", "a1".repeat(20));
/// assert_eq!(hide(&format!("was {secret}."), ""), "was ….");
/// ```
#[inline(never)]
pub fn hide(text: &str, token: &str) -> String {
    let mut output = String::with_capacity(text.len());
    let (mut done, mut from) = (0, 0);
    // Each word ends with its only `_`, which few other texts have.
    while let Some(found) = text.get(from..).and_then(|rest| rest.find('_')) {
        from += found + 1;
        let front = text.get(done..from).unwrap_or_default();
        let behind = text.get(from..).unwrap_or_default();
        if let Some((before, length)) = credential(front, behind) {
            output.extend([before, "…"]);
            from += length;
            done = from;
        }
    }
    output.push_str(text.get(done..).unwrap_or_default());
    if !token.is_empty() && part::has(&output, token) {
        output = part::replace(&output, token, "…");
    }
    output
}

/// Of a text that ends with the word of a credential, what stands before it, and how many bytes of
/// what follows belong to it.
fn credential<'t>(text: &'t str, behind: &str) -> Option<(&'t str, usize)> {
    let is_of_one = |byte: u8| byte.is_ascii_alphanumeric() || b"-_+/=".contains(&byte);
    let of = |(word, least): &(&str, usize)| {
        let before = text.strip_suffix(word)?;
        let length = behind.bytes().take_while(|byte| is_of_one(*byte)).count();
        (length >= *least).then_some((before, length))
    };
    CREDENTIALS.iter().find_map(of)
}

/// What the log has of a body that is not kept, JSON: its size.
pub(super) fn of_bytes(size: usize) -> String {
    ObjectText::new().member("bytes", &size.to_string()).end()
}

fn text(value: impl Into<Value>) -> String {
    json::text(&value.into())
}

/// A lenient reading: its name, the path it was at, and what was sent there for what.
fn habit_line(habit: &Habit, token: &str) -> String {
    let path = hide(&habit.path, token);
    let object = ObjectText::new()
        .text("name", habit.name)
        .text("path", &path);
    match habit.note() {
        Some(note) => object.text("note", note).end(),
        None => object.end(),
    }
}

/// Lenient readings as the line has them, JSON; `token` is the credential of the request.
pub fn habit_lines(habits: &Habits, token: &str) -> String {
    let seen = habits.entries().iter();
    let lines: Vec<String> = seen.map(|habit| habit_line(habit, token)).list();
    list_text(&lines)
}

/// Whether a request has something to tell: it was refused, or read leniently. Of others the
/// platform keeps that they were there and how they ended; a line of ours takes a twentieth of a
/// small request's CPU, and is billed.
pub fn is_telling(reply: &Reply, trace: &Trace) -> bool {
    reply.status >= 400 || trace.notes.cause.is_some() || !trace.notes.habits.entries().is_empty()
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
    let credential = auth::credential(request.authorization.as_deref());
    let token = credential.map_or("", |credential| credential.0);
    let path = reply.attribute.as_deref();
    let path = path.map(|path| hide(path, token));
    let members = [
        ("time", text(now.text.as_str())),
        ("requestId", text(trace.request_id.as_str())),
        ("tenant", text(trace.notes.tenant)),
        ("method", text(request.method.as_str())),
        ("route", text(trace.route.as_str())),
        ("status", text(reply.status)),
        ("scimType", text(reply.scim_type)),
        ("operation", text(reply.operation)),
        ("path", text(path)),
        ("milliseconds", text(milliseconds)),
        ("trips", text(cost.trips)),
        ("rowsRead", text(cost.rows_read)),
        ("rowsWritten", text(cost.rows_written)),
        ("habits", habit_lines(&trace.notes.habits, token)),
        ("provider", text(trace.provider)),
        ("cause", text(trace.notes.cause.as_deref())),
    ];
    let object = members
        .into_iter()
        .fold(ObjectText::new(), |object, (name, json)| {
            object.member(name, &json)
        });
    object.end()
}
