//! The words of a filter, without its values.

use crate::part;
use alloc::string::String;

use crate::json;
use crate::schema::Attribute;
use serde_json::Value;

/// What stands for a value that is not kept.
pub(super) const HIDDEN: &str = "\"…\"";

/// Characters of the longest text.
pub(super) const MAX_TEXT: usize = 300;

/// Characters of the longest filter; ours.
const MAX_FILTER: usize = 1_200;

/// Words of a filter that are no value of anybody's.
const WORDS: [&str; 16] = [
    "eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr", "and", "or", "not", "true",
    "false", "null",
];

pub(super) fn is_word(word: &str) -> bool {
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
        last = known.filter(|_| next != '"');
        text.push_str(if is_word(word) || last.is_some() {
            word
        } else {
            HIDDEN
        });
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
/// A quote of the server's own, and what stands around it.
const QUOTE: (&str, &str) = ("expected a closing '", "\"' for the string at ");

/// A sentence of the server's without the values of a filter that it repeats, and without what a
/// client sent in the place of what is due.
///
/// ```
/// use scim::redact::sentence;
/// let said = r#"path 'a[b eq "c"].d': expected the end"#;
/// assert_eq!(sentence(said), r#"path 'a[b eq "…"].d': expected the end"#);
/// let said = "filter: expected a value at character 13, found ''ada''";
/// assert_eq!(sentence(said), r#"filter: expected a value at character 13, found "…""#);
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
            push_words(&mut text, path);
            behind
        }
        None => own,
    };
    push_hidden(&mut text, rest);
    if OWN.contains(&sent) {
        text.push_str(sent);
    } else if !sent.is_empty() {
        text.push_str(HIDDEN);
    }
    text
}

/// Pushes a path: names and the words of filters, each where one is due.
fn push_words(text: &mut String, path: &str) {
    let mut rest = path;
    let mut is_name_due = true;
    while let Some((next, word, behind)) = next_word(rest) {
        rest = behind;
        if is_sign(next) {
            is_name_due |= !next.is_whitespace();
            text.push(next);
            continue;
        }
        let is_name = is_name_due && !word.contains(['"', '\'', '%', '`']);
        text.push_str(if is_name || is_word(word) {
            word
        } else {
            HIDDEN
        });
        is_name_due = ["and", "or", "not"]
            .iter()
            .any(|known| word.eq_ignore_ascii_case(known));
    }
}

/// Pushes words of the server's own without literals that stand where a filter has a value.
fn push_hidden(text: &mut String, own: &str) {
    let mut rest = own;
    while let Some((front, _)) = rest.split_once('"') {
        let (front, literal) = rest.split_at_checked(front.len()).unwrap_or((rest, ""));
        text.push_str(front);
        let word = front.trim_end().rsplit(' ').next().unwrap_or_default();
        // One that is not closed goes on to the end.
        let length = literal_end(literal).unwrap_or(literal.len());
        let is_own = front.ends_with(QUOTE.0) && literal.starts_with(QUOTE.1);
        let length = if is_own { 1 } else { length };
        let (literal, behind) = literal.split_at_checked(length).unwrap_or((literal, ""));
        text.push_str(if is_word(word) { HIDDEN } else { literal });
        rest = behind;
    }
    text.push_str(rest);
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
pub(super) fn literal_end(text: &str) -> Option<usize> {
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
    let kept = match end.and_then(|(end, _)| sent.get(..end)) {
        Some(start) => Value::from([start, "…"].concat()),
        None => Value::from(sent),
    };
    text.push_str(&json::text(&kept));
}
