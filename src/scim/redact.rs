//! What a log may keep of a message: values of attributes that a schema knows, and never a secret.
//!
//! What no schema knows is told by its name alone, for it may be anything. So are a password and
//! whatever else is never returned (RFC 7643 §7). Long texts and long messages are cut.

use alloc::string::String;

use crate::json;
use serde_json::{Map, Value};

use crate::habit::log_path;

mod meaning;
mod plain;
mod words;

use meaning::{Meaning, Types, is_hidden, meaning_of_path, member, operation_type, path};
pub use plain::is_plain;
pub use words::sentence;
use words::{FULL, HIDDEN, MAX_TEXT, push_text};

/// The kind of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// A resource.
    Resource,
    /// A PATCH, or a Bulk with such and with resources.
    Operations,
    /// A search (RFC 7644 §3.4.3).
    Search,
    /// A list of resources.
    List,
    /// An error, or what became of a Bulk: the server's own words.
    Reply,
}

/// A message as JSON text that a log may keep. Its resources are of one of these types.
///
/// ```
/// use scim::redact::{MessageKind, redact};
/// use scim::resource_type::USER_TYPE;
/// let body = serde_json::json!({ "userName": "ada", "password": "t1", "shoeSize": 42 });
/// let text = redact(MessageKind::Resource, &[&USER_TYPE], &body);
/// assert_eq!(text, r#"{"password":"…","shoeSize":"…","userName":"ada"}"#);
/// ```
pub fn redact(kind: MessageKind, types: Types<'_>, body: &Value) -> String {
    let mut text = String::new();
    let meaning = match kind {
        MessageKind::Resource => Meaning::Resource,
        MessageKind::Operations => Meaning::Operation,
        MessageKind::Search => Meaning::Search,
        MessageKind::List => Meaning::List,
        MessageKind::Reply => Meaning::Own,
    };
    push(&mut text, types, meaning, body);
    text
}

#[inline(never)]
fn push(text: &mut String, types: Types<'_>, meaning: Meaning, value: &Value) {
    match value {
        Value::Object(members) => push_object(text, types, meaning, members),
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                if text.len() > FULL {
                    text.push_str(HIDDEN);
                    break;
                }
                push(text, types, meaning, item);
            }
            text.push(']');
        }
        Value::String(sent) => match meaning {
            // The text may be that part of it.
            Meaning::Attribute(attribute) if attribute.sub_attributes.iter().any(is_hidden) => {
                text.push_str(HIDDEN);
            }
            Meaning::Attribute(_) => push_text(text, sent),
            Meaning::Own => push_text(text, &sentence(sent)),
            Meaning::Names => push_text(text, &names(sent)),
            Meaning::Path => push_text(text, &path(types, sent).0),
            Meaning::Filter => push_text(text, &filter(types, sent)),
            Meaning::Resource
            | Meaning::Schema(_)
            | Meaning::Operation
            | Meaning::Search
            | Meaning::List
            | Meaning::Hidden => text.push_str(HIDDEN),
        },
        Value::Null => text.push_str("null"),
        Value::Bool(_) | Value::Number(_) => {
            let is_kept = matches!(meaning, Meaning::Attribute(_) | Meaning::Own);
            if is_kept {
                text.push_str(&json::text(value));
            } else {
                text.push_str(HIDDEN);
            }
        }
    }
}

fn push_object(
    text: &mut String,
    types: Types<'_>,
    meaning: Meaning,
    members: &Map<String, Value>,
) {
    text.push('{');
    for (index, (key, value)) in members.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        if text.len() > FULL {
            text.push_str("\"…\":\"…\"");
            break;
        }
        let (name, inner) = member(types, meaning, members, key);
        push_text(text, &name);
        text.push(':');
        match operation_type(meaning, members, key) {
            Some(resource_type) => push(text, &[resource_type], inner, value),
            None => push(text, types, inner, value),
        }
    }
    text.push('}');
}

/// A filter with its words and the names that schemas know, and without its values.
///
/// ```
/// use scim::redact::filter;
/// use scim::resource_type::USER_TYPE;
/// let sent = r#"userName eq "ada" and emails[type eq "work"] and title pr or shoes gt 4"#;
/// let text = filter(&[&USER_TYPE], sent);
/// assert_eq!(text, r#"userName eq "…" and emails[type eq "…"] and title pr or "…" gt "…""#);
/// ```
pub fn filter(types: Types<'_>, sent: &str) -> String {
    words::filter(sent, &|word| match meaning_of_path(types, word) {
        Meaning::Attribute(attribute) => Some(attribute),
        _ => None,
    })
}

/// Names with commas between.
///
/// ```
/// assert_eq!(scim::redact::names("userName, emails"), "userName,emails");
/// ```
pub fn names(sent: &str) -> String {
    let mut text = String::new();
    for name in sent.split(',') {
        if text.len() > MAX_TEXT {
            break;
        }
        if !text.is_empty() {
            text.push(',');
        }
        text.push_str(&log_path(name.trim()));
    }
    text
}
