//! The words of a filter, without its values.

use alloc::string::String;

use crate::schema::Attribute;

/// What stands for a value that is not kept.
pub(super) const HIDDEN: &str = "\"…\"";

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
    while let Some(next) = rest.chars().next() {
        if text.len() > MAX_FILTER {
            text.push('…');
            break;
        }
        let length = if next == '"' {
            literal_end(rest).unwrap_or(rest.len())
        } else if is_sign(next) {
            next.len_utf8()
        } else {
            rest.find(|next| next == '"' || is_sign(next))
                .unwrap_or(rest.len())
        };
        let (word, behind) = rest.split_at_checked(length).unwrap_or((rest, ""));
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

/// A sentence of the server's without the values of a filter that it repeats.
///
/// ```
/// let said = r#"path 'a[b eq "c"].d': expected the end"#;
/// assert_eq!(scim::redact::sentence(said), r#"path 'a[b eq "…"].d': expected the end"#);
/// ```
pub fn sentence(said: &str) -> String {
    let mut text = String::new();
    let mut rest = said;
    while let Some((front, _)) = rest.split_once('"') {
        let (front, literal) = rest.split_at_checked(front.len()).unwrap_or((rest, ""));
        text.push_str(front);
        let word = front.trim_end().rsplit(' ').next().unwrap_or_default();
        // One that is not closed goes on to the end.
        let length = literal_end(literal).unwrap_or(literal.len());
        let (literal, behind) = literal.split_at_checked(length).unwrap_or((literal, ""));
        text.push_str(if is_word(word) { HIDDEN } else { literal });
        rest = behind;
    }
    text.push_str(rest);
    text
}

fn is_sign(character: char) -> bool {
    character.is_whitespace() || "()[]".contains(character)
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
