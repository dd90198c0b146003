//! Whether a resource may be kept as it stands, told from its text: what is stored is hardly ever
//! what schemas do not know, and to read it and print it anew takes ten times as long.

use super::meaning::{Meaning, Types, member};
use super::words::{FULL, MAX_TEXT};
use serde_json::Map;

/// Whether a resource, JSON text without blanks, is one of which [`redact`](super::redact) keeps
/// all, so that it may be kept as it stands. Of a text that it cannot tell of, it is not.
///
/// ```
/// use scim::redact::is_plain;
/// use scim::resource_type::USER_TYPE;
/// let text = r#"{"userName":"ada","emails":[{"value":"a@\"b\""}],"active":true}"#;
/// assert!(is_plain(&[&USER_TYPE], text));
/// assert!(!is_plain(&[&USER_TYPE], r#"{"userName":"ada","shoeSize":42}"#));
/// assert!(!is_plain(&[&USER_TYPE], r#"{"password":"t1"}"#));
/// assert!(!is_plain(&[&USER_TYPE], &format!("{{\"userName\":\"{}\"}}", "a".repeat(301))));
/// ```
pub fn is_plain(types: Types<'_>, text: &str) -> bool {
    text.len() <= FULL && skim(types, Meaning::Resource, text) == Some("")
}

/// What stands behind a value at the beginning of a text, where all of it is kept as it stands.
fn skim<'t>(types: Types<'_>, meaning: Meaning, text: &'t str) -> Option<&'t str> {
    let (first, mut rest) = text.split_at_checked(1)?;
    let end = match first {
        "{" => "}",
        "[" => "]",
        _ => {
            let behind = if first == "\"" {
                skim_string(rest)?.1
            } else {
                let end = text.bytes().position(|byte| b",]}".contains(&byte))?;
                text.get(end..)?
            };
            let is_kept = match meaning {
                Meaning::Attribute(attribute) => attribute.sub_attributes.is_empty(),
                _ => matches!(meaning, Meaning::Names),
            };
            return is_kept.then_some(behind);
        }
    };
    loop {
        let mut inner = meaning;
        if end == "}" {
            let (key, behind) = skim_string(rest.strip_prefix('"')?)?;
            inner = member(types, meaning, &Map::new(), key).1;
            rest = behind.strip_prefix(':')?;
        }
        rest = skim(types, inner, rest)?;
        let (sign, behind) = rest.split_at_checked(1)?;
        rest = behind;
        if sign != "," {
            return (sign == end).then_some(rest);
        }
    }
}

/// A text in a JSON text behind its first quote, as it stands there, and what is behind it; none
/// where it may be longer than those that are kept whole.
fn skim_string(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes().get(..text.len().min(MAX_TEXT + 1))?;
    let mut is_escaped = false;
    let end = bytes.iter().position(|byte| {
        let is_end = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        is_end
    })?;
    Some((text.get(..end)?, text.get(end + 1..)?))
}
