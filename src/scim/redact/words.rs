//! The words of a filter, without its values.

use crate::part;
use alloc::string::String;

use crate::habit::log_path;
use crate::json;
use crate::patch::path::{Path, readable};
use crate::schema::Attribute;
use serde_json::Value;

/// What stands for a value that is not kept.
pub(super) const HIDDEN: &str = "\"…\"";

/// Bytes behind which no more values are added. With the one at hand and all that is still to be
/// closed, a text has 16 kB at the most.
pub(super) const FULL: usize = 13_000;

/// Characters of the longest text.
pub(super) const MAX_TEXT: usize = 300;

/// Characters of the longest filter; ours.
const MAX_FILTER: usize = 1_200;

/// Words of a filter that are no value of anybody's.
const WORDS: [&str; 16] = [
    "eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr", "and", "or", "not", "true",
    "false", "null",
];

fn is_word(word: &str) -> bool {
    WORDS.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// A filter with its words and its known names; `named` tells what a name names at the top.
pub(super) fn filter(sent: &str, named: &dyn Fn(&str) -> Option<&'static Attribute>) -> String {
    let mut text = String::new();
    let mut rest = sent.trim();
    let mut outer: Option<&'static Attribute> = None;
    let mut last: Option<&'static Attribute> = None;
    while let Some((next, word, behind)) = next_word(rest) {
        if text.len() > MAX_FILTER {
            text.push('…');
            break;
        }
        rest = behind;
        if is_sign(next) {
            outer = match next {
                '[' => last,
                ']' => None,
                _ => outer,
            };
            text.push(if next.is_whitespace() { ' ' } else { next });
            continue;
        }
        let known = match outer {
            Some(attribute) => attribute.sub_attribute(word),
            None => named(word),
        };
        let is_operator_due = last.is_some();
        last = known.filter(|_| next != '"');
        let is_kept = is_word(word) || last.is_some() || (is_operator_due && is_operator(word));
        text.push_str(if is_kept { word } else { HIDDEN });
    }
    text
}

/// What stands in a sentence before what a client sent in the place of what is due, to its end.
const SENT: [&str; 2] = [", found ", " It is "];
/// What may stand behind it, of the server's own.
const OWN: [&str; 2] = [
    "the end",
    "a bare control character or an escape that JSON does not have",
];
/// What stands before a client's path.
const PATH: &str = "path '";
/// What stands behind it.
const END: &[u8] = b"': ";
/// Comparisons of other languages that are tried for an operator.
const FOREIGN: [&str; 5] = ["like", "contains", "equals", "startsWith", "endsWith"];

/// A sentence of the server's without the values of a filter that it repeats, and without what a
/// client sent in the place of what is due, where that may be a value.
///
/// ```
/// use scim::redact::sentence;
/// let said = r#"path 'a[b eq "c"].d': expected the end"#;
/// assert_eq!(sentence(said), r#"path 'a[b eq "…"].d': expected the end"#);
/// let said = "filter: expected a value at character 13, found ''ada''";
/// assert_eq!(sentence(said), r#"filter: expected a value at character 13, found "…""#);
/// let said = "filter: expected an operator (eq or pr) at character 3, found '=='";
/// assert_eq!(sentence(said), said);
/// ```
pub fn sentence(said: &str) -> String {
    let mut found = SENT
        .iter()
        .filter_map(|word| Some(part::split(said, word)?.0.len() + word.len()));
    let (own, sent) = match found.next() {
        Some(end) => said.split_at_checked(end).unwrap_or((said, "")),
        None => (said, ""),
    };
    let mut text = String::new();
    let rest = match part::split(own, PATH) {
        Some((front, path)) => {
            // It may have the sign that ends it.
            let mut ends = path.as_bytes().windows(END.len());
            let end = ends.rposition(|end| end == END).unwrap_or(path.len());
            let (path, behind) = path.split_at_checked(end).unwrap_or((path, ""));
            text.push_str(front);
            text.push_str(PATH);
            // Of one that cannot be read nobody knows where a value begins.
            if Path::parse(path).is_ok() {
                push_words(&mut text, path);
            } else {
                text.push_str(&log_path(&readable(path)));
            }
            behind
        }
        None => own,
    };
    text.push_str(rest);
    text.push_str(if sent.is_empty() || is_kept(rest, sent) {
        sent
    } else {
        HIDDEN
    });
    text
}

/// Whether what stands in the place of what is due is no value: a sign or a word of filters, an
/// operator where one is due, and a name where one is.
fn is_kept(own: &str, sent: &str) -> bool {
    let unquote = |sent| str::strip_suffix(str::strip_prefix(sent, '\'')?, '\'');
    let Some(word) = unquote(sent) else {
        return OWN.contains(&sent);
    };
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"._-:$".contains(&byte);
    let is_name = word.starts_with(|first: char| first.is_ascii_alphabetic())
        && word.bytes().all(is_of_name)
        && (part::has(own, "expected an attribute name at ")
            || part::has(own, "expected the name of a sub-attribute at "));
    let is_sign = word.len() == 1 && !word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_sign
        || is_word(word)
        || is_name
        || (part::has(own, "expected an operator ") && is_operator(word))
}

/// Whether a word where an operator is due is one that somebody may take for one, and no value for
/// which it was forgotten.
fn is_operator(word: &str) -> bool {
    let is_foreign = || FOREIGN.iter().any(|known| word.eq_ignore_ascii_case(known));
    word.len() <= 2 || is_word(word) || is_foreign()
}

/// Pushes a path: names and the words of filters, each where one is due.
pub(super) fn push_words(text: &mut String, path: &str) {
    let mut rest = path;
    let (mut is_name_due, mut is_operator_due) = (true, false);
    while let Some((next, word, behind)) = next_word(rest) {
        rest = behind;
        if is_sign(next) {
            is_name_due |= !next.is_whitespace();
            text.push(next);
            continue;
        }
        let is_name = is_name_due && !word.contains(['"', '\'', '%', '`']);
        let is_kept = is_name || is_word(word) || (is_operator_due && is_operator(word));
        text.push_str(if is_kept { word } else { HIDDEN });
        is_operator_due = is_name;
        is_name_due = ["and", "or", "not"]
            .iter()
            .any(|known| word.eq_ignore_ascii_case(known));
    }
}

/// The next literal, sign or word, with its first character in front and the rest behind.
fn next_word(text: &str) -> Option<(char, &str, &str)> {
    let next = text.chars().next()?;
    let length = match next {
        '"' => literal_end(text).unwrap_or(text.len()),
        _ if is_sign(next) => next.len_utf8(),
        _ => text
            .find(|next| next == '"' || is_sign(next))
            .unwrap_or(text.len()),
    };
    let (word, behind) = text.split_at_checked(length).unwrap_or((text, ""));
    Some((next, word, behind))
}

fn is_sign(character: char) -> bool {
    character.is_whitespace() || matches!(character, '(' | ')' | '[' | ']')
}

/// Where the literal ends that a text begins with.
fn literal_end(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    let mut characters = text.char_indices();
    characters.next().filter(|(_, first)| *first == '"')?;
    for (index, next) in characters {
        if next == '"' && !is_escaped {
            return Some(index + 1);
        }
        is_escaped = next == '\\' && !is_escaped;
    }
    None
}

/// Appends a text as JSON, cut where it is long.
#[inline(never)]
pub(super) fn push_text(text: &mut String, sent: &str) {
    // Most are printed as they are.
    let is_plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    if sent.len() <= MAX_TEXT && sent.bytes().all(is_plain) {
        text.push('"');
        text.push_str(sent);
        text.push('"');
        return;
    }
    let end = sent.char_indices().nth(MAX_TEXT);
    let excerpt = match end.and_then(|(end, _)| sent.get(..end)) {
        Some(start) => Value::from([start, "…"].concat()),
        None => Value::from(sent),
    };
    text.push_str(&json::text(&excerpt));
}
