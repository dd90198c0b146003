//! What a log may keep of a message: values of attributes that a schema knows, and never a secret.
//!
//! What no schema knows is told by its name alone, for it may be anything. So are a password and
//! whatever else is never returned (RFC 7643 §7). Long texts and long messages are cut.

use alloc::string::{String, ToString};

use crate::json;
use serde_json::{Map, Value};

use crate::filter::Filter;
use crate::habit::{Habits, log_path};
use crate::patch::path::{Path, readable};
use crate::path::{AttributePath, schema_named};
use crate::resource_type::ResourceType;
use crate::schema::{Attribute, Mutability, Returned, Schema};

mod words;

pub use words::sentence;
use words::{HIDDEN, MAX_TEXT, push_text, push_words};

/// Bytes behind which no more values are added. With the one at hand and all that is still to be
/// closed, a text has 16 kB at the most.
const FULL: usize = 13_000;

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

type Types<'t> = &'t [&'static ResourceType];

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

/// Whether a message of the server's own, JSON text without blanks, is short enough to be kept as
/// it is, and all texts in it.
///
/// ```
/// assert!(scim::redact::is_short(r#"{"userName":"ada"}"#));
/// assert!(!scim::redact::is_short(&format!("[\"{}\"]", "a".repeat(301))));
/// ```
pub fn is_short(text: &str) -> bool {
    // A quote within a text parts it, too: of one that has some, not all is looked at together.
    text.len() <= FULL && text.split('"').all(|part| part.len() <= MAX_TEXT)
}

/// What a value in a message stands for.
#[derive(Clone, Copy)]
enum Meaning {
    Resource,
    Schema(&'static Schema),
    Attribute(&'static Attribute),
    Operation,
    Search,
    List,
    /// The server's own, or a word of the protocol's.
    Own,
    /// A name, or several with commas between.
    Names,
    /// The path of an operation.
    Path,
    Filter,
    /// What no schema knows, or a secret.
    Hidden,
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

/// The name of a member as it is kept, and what its value is.
fn member(
    types: Types<'_>,
    meaning: Meaning,
    members: &Map<String, Value>,
    key: &str,
) -> (String, Meaning) {
    let is = |name: &str| key.eq_ignore_ascii_case(name);
    let inner = match meaning {
        Meaning::Resource if is("schemas") => Meaning::Names,
        Meaning::Resource => return path(types, key),
        Meaning::Schema(schema) => meaning_of(schema.attribute(key)),
        Meaning::Attribute(attribute) => meaning_of(attribute.sub_attribute(key)),
        Meaning::Own => Meaning::Own,
        Meaning::Operation => operation_member(types, members, key),
        Meaning::Search if is("filter") => Meaning::Filter,
        Meaning::Search
            if ["schemas", "sortBy", "attributes", "excludedAttributes"]
                .iter()
                .any(|name| is(name)) =>
        {
            Meaning::Names
        }
        Meaning::Search if is("count") || is("startIndex") || is("sortOrder") => Meaning::Own,
        Meaning::List if is("Resources") => Meaning::Resource,
        Meaning::List if !is("nextCursor") && !is("previousCursor") => Meaning::Own,
        Meaning::Search
        | Meaning::List
        | Meaning::Names
        | Meaning::Path
        | Meaning::Filter
        | Meaning::Hidden => Meaning::Hidden,
    };
    (log_path(key), inner)
}

/// What a member is of a PATCH, of a Bulk, or of an operation of either.
fn operation_member(types: Types<'_>, members: &Map<String, Value>, key: &str) -> Meaning {
    let is = |name: &str| key.eq_ignore_ascii_case(name);
    let text = |name: &str| {
        let found = members
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found
            .and_then(|(_, value)| value.as_str())
            .unwrap_or_default()
    };
    if is("path") {
        // That of a Bulk is an address.
        return match text("path") {
            address if !address.starts_with('/') => Meaning::Path,
            address if address.as_bytes().contains(&b'?') => Meaning::Hidden,
            _ => Meaning::Own,
        };
    }
    if is("value") {
        let sent = text("path").trim();
        return if sent.is_empty() {
            Meaning::Resource
        } else {
            path(types, sent).1
        };
    }
    if is("data") {
        let is_patch = text("method").eq_ignore_ascii_case("PATCH");
        return if is_patch {
            Meaning::Operation
        } else {
            Meaning::Resource
        };
    }
    if is("Operations") {
        return Meaning::Operation;
    }
    if ["op", "method", "schemas"].iter().any(|name| is(name)) {
        return Meaning::Names;
    }
    if ["bulkId", "version", "failOnErrors"]
        .iter()
        .any(|name| is(name))
    {
        return Meaning::Own;
    }
    Meaning::Hidden
}

/// The type that an operation of a Bulk is about, by its address.
fn operation_type(
    meaning: Meaning,
    members: &Map<String, Value>,
    key: &str,
) -> Option<&'static ResourceType> {
    if !matches!(meaning, Meaning::Operation) || !key.eq_ignore_ascii_case("data") {
        return None;
    }
    let address = members.get("path")?.as_str()?;
    ResourceType::all().find(|known| address.starts_with(known.endpoint))
}

/// What a value of an attribute stands for, if there is one.
fn meaning_of(attribute: Option<&'static Attribute>) -> Meaning {
    attribute
        .filter(|attribute| !is_hidden(attribute))
        .map_or(Meaning::Hidden, Meaning::Attribute)
}

fn is_hidden(attribute: &Attribute) -> bool {
    attribute.mutability == Mutability::WriteOnly || attribute.returned == Returned::Never
}

/// A path, or a name as a path, as it is kept, and what it names.
#[inline(never)]
fn path(types: Types<'_>, sent: &str) -> (String, Meaning) {
    let may_select = sent.as_bytes().iter().any(|byte| b"[ ".contains(byte));
    let (path, filter) = match may_select.then(|| Path::parse(sent)) {
        Some(Ok(Path {
            attribute,
            filter: Some(filter),
            sub,
        })) => ((attribute.to_string(), sub), filter),
        Some(Err(_)) => return (log_path(&readable(sent)), Meaning::Hidden),
        _ => {
            let meaning = meaning_of_path(types, sent);
            let is_known = !matches!(meaning, Meaning::Hidden) && sent.len() <= MAX_TEXT;
            let name = if is_known {
                sent.to_string()
            } else {
                log_path(sent)
            };
            return (name, meaning);
        }
    };
    let of = meaning_of_path(types, &path.0);
    let meaning = match (of, path.1) {
        (Meaning::Attribute(attribute), Some(sub)) => meaning_of(attribute.sub_attribute(&sub)),
        (of, _) => of,
    };
    // One that compares a known part with one value is kept, of another the words.
    let is_kept = match (of, &*filter) {
        (Meaning::Attribute(attribute), Filter::Compare(name, ..))
            if name.uri.is_none() && name.sub.is_none() =>
        {
            let part = meaning_of(attribute.sub_attribute(&name.name));
            matches!(
                (part, meaning),
                (Meaning::Attribute(_), Meaning::Attribute(_))
            )
        }
        _ => false,
    };
    let mut text = String::new();
    if is_kept {
        text.push_str(sent);
    } else {
        push_words(&mut text, sent);
    }
    (text, meaning)
}

/// What a value at a path without a filter stands for.
#[inline(never)]
fn meaning_of_path(types: Types<'_>, path: &str) -> Meaning {
    let mut habits = Habits::default();
    // A name without a colon is no schema's.
    for resource_type in types.iter().filter(|_| path.as_bytes().contains(&b':')) {
        if let Some(schema) = schema_named(resource_type, path, &mut habits) {
            return if schema == resource_type.schema {
                Meaning::Resource
            } else {
                Meaning::Schema(schema)
            };
        }
    }
    let Ok(path) = AttributePath::parse(path.trim()) else {
        return Meaning::Hidden;
    };
    let mut meaning = Meaning::Hidden;
    for resource_type in types {
        let Some(location) = path.bind(resource_type, &mut habits) else {
            continue;
        };
        if is_hidden(location.attribute) || is_hidden(location.leaf()) {
            return Meaning::Hidden;
        }
        meaning = Meaning::Attribute(location.leaf());
    }
    meaning
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
