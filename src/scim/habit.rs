//! Habits: places where a request was read more leniently than the RFC has it, by name.
//!
//! Whatever reads leniently says so here, with the place it was at, so that a log can show an
//! operator what the customer's provider does. What was left out is told to the client, too.
//! Neither is ever told a value.

use alloc::{string::String, vec::Vec};
use core::fmt::Write;

use crate::attribute_name::is_name;
use crate::part;

/// An attribute that no schema of the type knows. It is left out, never stored and never an error:
/// one attribute that is not mapped must not stop the `active: false` beside it.
pub const UNKNOWN_ATTRIBUTE: &str = "unknown-attribute";
/// A URI in `schemas` that is none of the type, such as Entra ID's marker of groups.
pub const UNKNOWN_SCHEMA: &str = "unknown-schema";
/// A read-only attribute in a body, or in a PATCH that names it by no path of its own: left out
/// (RFC 7644 §3.3, §3.5.1, §3.5.2).
pub const READ_ONLY: &str = "read-only-attribute";
/// A write-only attribute, a password: accepted, and never stored.
pub const WRITE_ONLY: &str = "write-only-attribute";

/// An attribute that every resource has, `active`, in a PATCH that would unassign it: it is kept.
pub const KEPT: &str = "unassigned-active-kept";

/// A member of an object with another of its name behind it: the last counts. Of two lists of
/// operations only one is done, which is no success without a word.
pub const DUPLICATE_KEY: &str = "duplicate-key";
/// A `remove` whose filter or list matches no value: there is nothing to remove.
pub const NOTHING_REMOVED: &str = "remove-matches-nothing";
/// A PATCH without operations.
pub const NO_OPERATIONS: &str = "entra-empty-operations";
/// An object without members for what has parts, or a list without values to be added, in a PATCH:
/// nothing is set.
pub const NOTHING_SET: &str = "empty-object";
/// A member that names nobody, where the operator has such left out. Its place is `members/` and
/// the id, which no resource of ours has.
pub const UNKNOWN_MEMBER: &str = "unknown-member";

/// What would be refused, in a request that deactivates a user.
pub const LEFT_OUT_TO_DEACTIVATE: &str = "left-out-to-deactivate";

/// Names under which something of the request was left out.
const LEFT_OUT: [&str; 11] = [
    UNKNOWN_ATTRIBUTE,
    UNKNOWN_SCHEMA,
    READ_ONLY,
    WRITE_ONLY,
    KEPT,
    DUPLICATE_KEY,
    NOTHING_REMOVED,
    NOTHING_SET,
    NO_OPERATIONS,
    UNKNOWN_MEMBER,
    LEFT_OUT_TO_DEACTIVATE,
];

/// What the names mean, for the reader of a log.
const NOTES: [(&str, &str); 52] = [
    (UNKNOWN_ATTRIBUTE, "left out: no schema has it"),
    (UNKNOWN_SCHEMA, "left out: not a schema of this resource"),
    (READ_ONLY, "left out: the server's own"),
    (WRITE_ONLY, "left out: accepted and never stored"),
    (KEPT, "left out: it always has a value"),
    (DUPLICATE_KEY, "left out: the last of that name counts"),
    (
        NOTHING_REMOVED,
        "left out: no value matches the filter or the list of the removal",
    ),
    (
        NOTHING_SET,
        "left out: an empty object sets nothing, an empty list adds nothing",
    ),
    (UNKNOWN_MEMBER, "left out: no user or group has this id"),
    (
        LEFT_OUT_TO_DEACTIVATE,
        "left out: refused by itself, it must not stop the deactivation beside it",
    ),
    (
        "authentik-unquoted-filter-value",
        "a value of a filter without quotes: read as a text",
    ),
    ("blanks-at-the-ends", "blanks around a name: cut off"),
    ("boolean-for-string", "a boolean where a string is due"),
    (
        "base64-in-lines",
        "base64 in lines, or framed as a certificate",
    ),
    (
        "bare-list-of-operations",
        "a list of operations where a PatchOp is due",
    ),
    ("bare-operation", "an operation where a PatchOp is due"),
    (
        "decimal-for-integer",
        "a whole number written with a fraction or an exponent",
    ),
    ("dot-behind-schema-uri", "a dot where a colon is due"),
    (
        "dotted-key",
        "a path as a key, where an object in an object is due",
    ),
    ("empty-path", "an empty string for no path"),
    ("entra-bare-string-member", "a string where a member is due"),
    (
        "entra-capital-op",
        "`op` in capital letters: read as in small ones",
    ),
    (NO_OPERATIONS, "left out: no operation"),
    (
        "entra-extension-attribute-without-urn",
        "an extension's attribute without its URI",
    ),
    ("entra-path-as-key", "a path as a key of `value`"),
    (
        "entra-plain-string-manager",
        "a string where an object is due",
    ),
    ("entra-string-boolean", "a string where a boolean is due"),
    (
        "entra-valued-remove",
        "values listed where a filter is due: these are removed",
    ),
    ("filtered-path-as-key", "a path with a filter as a key"),
    (
        "filtered-replace-creates",
        "a replace that matched nothing: created",
    ),
    (
        "invisible-characters",
        "a name with characters that nobody sees: it is compared without them",
    ),
    ("foreign-patch-schema", "`schemas` does not name a PatchOp"),
    (
        "keycloak-list-for-single-value",
        "a list of one where one value is due",
    ),
    (
        "keycloak-member-by-ref",
        "an address where a member's id is due",
    ),
    ("list-for-pathless-value", "a list where an object is due"),
    ("missing-core-schema", "`schemas` without the core schema"),
    (
        "missing-schemas",
        "no `schemas`: read as that of the endpoint",
    ),
    ("number-for-boolean", "0 or 1 where a boolean is due"),
    ("number-for-string", "a number where a string is due"),
    (
        "onelogin-manager-id",
        "`managerId` of SCIM 1 where `value` is due",
    ),
    ("onelogin-scim-1-schema", "the URI of SCIM 1"),
    (
        "onelogin-single-object-for-list",
        "one value where a list is due",
    ),
    (
        "plain-string-for-complex",
        "a string where an object is due",
    ),
    ("plain-string-for-schemas", "a string where a list is due"),
    ("reference-is-no-uri", "a text where a URI is due"),
    ("schema-as-key", "the core schema's URI as a key"),
    (
        "schema-uri-without-type",
        "a schema's URI without its last part",
    ),
    ("single-member-for-list", "one member where a list is due"),
    (
        "single-operation-for-list",
        "one operation where a list is due",
    ),
    ("string-for-number", "a string where a number is due"),
    ("urn-key", "a URI with a name as a key"),
    ("wrapped-value", "an object around the value"),
];

/// The most paths that are kept of a habit; ours, so that a log line stays a line.
const MAX_PATHS: usize = 32;

/// The most characters of a place; ours: a path of any length that means something fits.
const MAX_PLACE: usize = 150;

/// One lenient reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Habit {
    /// Its name, such as `entra-string-boolean`.
    pub name: &'static str,
    /// The attribute it was at, the URI, or the member of the message.
    pub path: String,
    /// What its client alone is told in its place.
    words: Option<String>,
}

impl Habit {
    /// What it means: the kind of value that was sent and the one that is due.
    pub fn note(&self) -> Option<&'static str> {
        let known = NOTES.iter().find(|(name, _)| *name == self.name);
        known.map(|(_, note)| *note)
    }

    /// Whether something of the request was left out.
    pub fn is_left_out(&self) -> bool {
        LEFT_OUT.contains(&self.name)
    }
}

/// The habits seen in one request, each once a place, in the order seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Habits {
    seen: Vec<Habit>,
    /// Whether more was left out than is kept.
    more: bool,
}

impl Habits {
    /// Notes a habit and the place it was at: a path in the schema's spelling, or the member of the
    /// message, such as `Operations.op`.
    pub fn note_at(&mut self, name: &'static str, path: &str) {
        self.note(name, path, None);
    }

    fn note(&mut self, name: &'static str, path: &str, words: Option<String>) {
        let mut paths = 0;
        for habit in self.seen.iter().filter(|habit| habit.name == name) {
            if habit.path == path && habit.words == words {
                return;
            }
            paths += 1;
        }
        if paths >= MAX_PATHS {
            self.more |= LEFT_OUT.contains(&name);
            return;
        }
        let path = String::from(path);
        self.seen.push(Habit { name, path, words });
    }

    /// Notes what is left out of the request. Everything that is goes through here: whoever would
    /// rather refuse it looks at [`Self::left_out`] before anything is written. The path is the
    /// client's text, and kept as [`log_path`] has it; the client hears a name of several words
    /// whole.
    ///
    /// ```
    /// use scim::habit::{Habits, UNKNOWN_ATTRIBUTE};
    /// let mut habits = Habits::default();
    /// habits.leave_out(UNKNOWN_ATTRIBUTE, "extensionAttribute1");
    /// assert_eq!(habits.left_out().collect::<Vec<_>>(), ["extensionAttribute1"]);
    /// assert_eq!(habits.names(), ["unknown-attribute"]);
    /// ```
    pub fn leave_out(&mut self, habit: &'static str, path: &str) {
        self.note(habit, &log_path(path), words(path));
    }

    /// Notes what was seen elsewhere, behind the others.
    pub fn append(&mut self, others: &Self) {
        for habit in &others.seen {
            self.note(habit.name, &habit.path, habit.words.clone());
        }
        self.more |= others.more;
    }

    /// The place where an attribute was first left out that no schema has.
    pub fn first_unmapped(&self) -> Option<&str> {
        let mut seen = self.seen.iter();
        let habit = seen.find(|habit| habit.name == UNKNOWN_ATTRIBUTE)?;
        Some(&habit.path)
    }

    /// What was seen, in order.
    pub fn entries(&self) -> &[Habit] {
        &self.seen
    }

    /// The names, each once, in the order seen.
    pub fn names(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        for habit in &self.seen {
            if !names.contains(&habit.name) {
                names.push(habit.name);
            }
        }
        names
    }

    /// The paths of what was left out, for the client, in the order seen; at the end `...` where
    /// there was more.
    pub fn left_out(&self) -> impl Iterator<Item = &str> {
        let paths = self.seen.iter().filter(|habit| habit.is_left_out());
        paths
            .map(|habit| habit.words.as_ref().unwrap_or(&habit.path).as_str())
            .chain(self.more.then_some("..."))
    }
}

/// A client's path as a log or a header may repeat it: names alone, and not what a filter in it
/// compares with. Behind a blank or a sign that stands in no name there may be a value: a question
/// mark takes its place.
///
/// Control characters and what is not ASCII are told as JSON escapes them, in quotes, and so is a
/// name that is empty or begins with a blank: each of them can be read, and a header takes it.
///
/// ```
/// use scim::habit::log_path;
/// assert_eq!(log_path(r#"emails[type eq "work"].verified"#), "emails.verified");
/// assert_eq!(log_path("urn:x:Custom: Ada"), "urn:x:Custom:?");
/// assert_eq!(log_path("größe"), r#""gr\u00f6\u00dfe" "#.trim());
/// assert_eq!(log_path(""), "\"\"");
/// ```
pub fn log_path(text: &str) -> String {
    if text.len() <= MAX_PLACE && is_name(text) {
        return String::from(text);
    }
    let mut place = String::new();
    let name = text.trim_start_matches(' ');
    let blanks = text.len() - name.len();
    place.extend(core::iter::repeat_n(' ', blanks.min(MAX_PLACE)));
    let mut is_quoted = name.is_empty() || blanks > 0;
    let mut rest = name;
    while let Some(next) = rest.chars().next() {
        if place.len() > MAX_PLACE {
            break;
        }
        let behind = rest.get(next.len_utf8()..).unwrap_or_default();
        rest = if is_of_name(next) {
            place.push(next);
            behind
        } else if next == '['
            && let Some((_, sub)) = behind.rsplit_once(']')
            && !sub.as_bytes().contains(&b'[')
        {
            if sub.is_empty() || sub.starts_with('.') {
                sub
            } else {
                // A value, or the end of one.
                place.push('?');
                ""
            }
        } else if next.is_ascii() && !next.is_control() {
            place.push('?');
            ""
        } else {
            is_quoted = true;
            push_escaped(&mut place, next);
            if next.is_whitespace() && !behind.is_empty() {
                place.push('?');
                ""
            } else {
                behind
            }
        };
    }
    if place.len() > MAX_PLACE {
        place.truncate(MAX_PLACE);
        place.push_str("...");
    }
    if is_quoted {
        ["\"", &place, "\""].concat()
    } else {
        place
    }
}

/// A name of several words as a header may repeat it, its blanks as in an address. A log does not:
/// behind a blank a value may stand, which the client knows.
fn words(text: &str) -> Option<String> {
    let is_word = |word: &str| !word.is_empty() && word.chars().all(is_of_name);
    let are_words =
        text.len() <= MAX_PLACE && text.as_bytes().contains(&b' ') && text.split(' ').all(is_word);
    are_words.then(|| part::replace(text, " ", "%20"))
}

/// Puts a character as JSON escapes it (RFC 8259 §7): `\u00e9`.
fn push_escaped(text: &mut String, character: char) {
    for unit in character.encode_utf16(&mut [0; 2]) {
        // A string takes everything.
        let _ = write!(text, "\\u{unit:04x}");
    }
}

/// Whether the character stands in a path or a URI, and in a header as itself.
fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '$' | '.' | ':' | '/' | '#')
}

#[cfg(test)]
mod tests;
