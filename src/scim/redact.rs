//! What a log may keep of a message: values of attributes that a schema knows, and never a secret.
//!
//! What no schema knows is told by its name alone, for it may be anything. So are a password and
//! whatever else is never returned (RFC 7643 §7). Long texts and long messages are cut.

use alloc::string::{String, ToString};

use crate::json;
use serde_json::{Map, Value};

use crate::habit::{Habits, log_path};
use crate::path::{AttributePath, schema_named};
use crate::resource_type::ResourceType;
use crate::schema::{Attribute, Mutability, Returned, Schema};

mod words;

pub use words::sentence;
use words::{HIDDEN, MAX_TEXT, is_word, literal_end, push_text};

/// Bytes behind which no more values are added. With the one at hand and all that is still to be
/// closed, a text has 16 kB at the most.
const FULL: usize = 13_000;

/// The kind of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
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
/// use scim::redact::{Kind, redact};
/// use scim::resource_type::USER_TYPE;
/// let body = serde_json::json!({ "userName": "ada", "password": "t1", "shoeSize": 42 });
/// let kept = redact(Kind::Resource, &[&USER_TYPE], &body);
/// assert_eq!(kept, r#"{"password":"…","shoeSize":"…","userName":"ada"}"#);
/// ```
pub fn redact(kind: Kind, types: Types<'_>, body: &Value) -> String {
    let mut text = String::new();
    let place = match kind {
        Kind::Resource => Place::Resource,
        Kind::Operations => Place::Operation,
        Kind::Search => Place::Search,
        Kind::List => Place::List,
        Kind::Reply => Place::Own,
    };
    push(&mut text, types, place, body);
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

/// What stands at a place of a message.
#[derive(Clone, Copy)]
enum Place {
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
fn push(text: &mut String, types: Types<'_>, place: Place, value: &Value) {
    match value {
        Value::Object(members) => push_object(text, types, place, members),
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
                push(text, types, place, item);
            }
            text.push(']');
        }
        Value::String(sent) => match place {
            // The text may be that part of it.
            Place::Attribute(attribute) if attribute.sub_attributes.iter().any(is_hidden) => {
                text.push_str(HIDDEN);
            }
            Place::Attribute(_) => push_text(text, sent),
            Place::Own => push_text(text, &sentence(sent)),
            Place::Names => push_text(text, &names(sent)),
            Place::Path => push_text(text, &path(types, sent).0),
            Place::Filter => push_text(text, &filter(types, sent)),
            Place::Resource
            | Place::Schema(_)
            | Place::Operation
            | Place::Search
            | Place::List
            | Place::Hidden => text.push_str(HIDDEN),
        },
        Value::Null => text.push_str("null"),
        Value::Bool(_) | Value::Number(_) => {
            let is_kept = matches!(place, Place::Attribute(_) | Place::Own);
            if is_kept {
                text.push_str(&json::text(value));
            } else {
                text.push_str(HIDDEN);
            }
        }
    }
}

fn push_object(text: &mut String, types: Types<'_>, place: Place, members: &Map<String, Value>) {
    text.push('{');
    for (index, (key, value)) in members.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        if text.len() > FULL {
            text.push_str("\"…\":\"…\"");
            break;
        }
        let (name, inner) = member(types, place, members, key);
        push_text(text, &name);
        text.push(':');
        match operation_type(place, members, key) {
            Some(resource_type) => push(text, &[resource_type], inner, value),
            None => push(text, types, inner, value),
        }
    }
    text.push('}');
}

/// The name of a member as it is kept, and what its value is.
fn member(
    types: Types<'_>,
    place: Place,
    members: &Map<String, Value>,
    key: &str,
) -> (String, Place) {
    let is = |name: &str| key.eq_ignore_ascii_case(name);
    let inner = match place {
        Place::Resource if is("schemas") => Place::Names,
        Place::Resource => return path(types, key),
        Place::Schema(schema) => known(schema.attribute(key)),
        Place::Attribute(attribute) => known(attribute.sub_attribute(key)),
        Place::Own => Place::Own,
        Place::Operation => operation_member(types, members, key),
        Place::Search if is("filter") => Place::Filter,
        Place::Search
            if ["schemas", "sortBy", "attributes", "excludedAttributes"]
                .iter()
                .any(|name| is(name)) =>
        {
            Place::Names
        }
        Place::Search if is("count") || is("startIndex") || is("sortOrder") => Place::Own,
        Place::List if is("Resources") => Place::Resource,
        Place::List if !is("nextCursor") && !is("previousCursor") => Place::Own,
        Place::Search
        | Place::List
        | Place::Names
        | Place::Path
        | Place::Filter
        | Place::Hidden => Place::Hidden,
    };
    (log_path(key), inner)
}

/// What a member is of a PATCH, of a Bulk, or of an operation of either.
fn operation_member(types: Types<'_>, members: &Map<String, Value>, key: &str) -> Place {
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
            address if !address.starts_with('/') => Place::Path,
            address if address.as_bytes().contains(&b'?') => Place::Hidden,
            _ => Place::Own,
        };
    }
    if is("value") {
        let sent = text("path").trim();
        return if sent.is_empty() {
            Place::Resource
        } else {
            path(types, sent).1
        };
    }
    if is("data") {
        let is_patch = text("method").eq_ignore_ascii_case("PATCH");
        return if is_patch {
            Place::Operation
        } else {
            Place::Resource
        };
    }
    if is("Operations") {
        return Place::Operation;
    }
    if ["op", "method", "schemas"].iter().any(|name| is(name)) {
        return Place::Names;
    }
    if ["bulkId", "version", "failOnErrors"]
        .iter()
        .any(|name| is(name))
    {
        return Place::Own;
    }
    Place::Hidden
}

/// The type that an operation of a Bulk is about, by its address.
fn operation_type(
    place: Place,
    members: &Map<String, Value>,
    key: &str,
) -> Option<&'static ResourceType> {
    if !matches!(place, Place::Operation) || !key.eq_ignore_ascii_case("data") {
        return None;
    }
    let address = members.get("path")?.as_str()?;
    ResourceType::all().find(|known| address.starts_with(known.endpoint))
}

/// What is at an attribute, if there is one.
fn known(attribute: Option<&'static Attribute>) -> Place {
    attribute
        .filter(|attribute| !is_hidden(attribute))
        .map_or(Place::Hidden, Place::Attribute)
}

fn is_hidden(attribute: &Attribute) -> bool {
    attribute.mutability == Mutability::WriteOnly || attribute.returned == Returned::Never
}

/// A path, or a name as a path, as it is kept, and what it names.
#[inline(never)]
fn path(types: Types<'_>, sent: &str) -> (String, Place) {
    let Some((head, behind)) = sent.split_once('[') else {
        let place = named(types, sent);
        let is_known = !matches!(place, Place::Hidden) && sent.len() <= MAX_TEXT;
        let name = if is_known {
            sent.to_string()
        } else {
            log_path(sent)
        };
        return (name, place);
    };
    let (inside, end) = behind.rsplit_once(']').unwrap_or((behind, ""));
    let place = named(types, &[head, end].concat());
    let inside = match named(types, head) {
        Place::Attribute(attribute) => selection(attribute, inside),
        _ => None,
    };
    match inside {
        Some(inside) if !matches!(place, Place::Hidden) => {
            ([head, "[", &inside, "]", end].concat(), place)
        }
        _ => (log_path(sent), place),
    }
}

/// The filter in a path: one that compares a part which a schema knows with one value is kept, of
/// another the words.
fn selection(attribute: &'static Attribute, inside: &str) -> Option<String> {
    let (name, comparison) = inside.trim().split_once(' ')?;
    let Place::Attribute(_) = known(attribute.sub_attribute(name)) else {
        return None;
    };
    let (word, literal) = comparison.trim().split_once(' ')?;
    let literal = literal.trim();
    let is_one = literal.len() < MAX_TEXT
        && (literal_end(literal) == Some(literal.len())
            || literal.eq_ignore_ascii_case("true")
            || literal.eq_ignore_ascii_case("false"));
    (is_word(word) && is_one).then(|| [name, " ", word, " ", literal].concat())
}

/// What a path without a filter names.
#[inline(never)]
fn named(types: Types<'_>, path: &str) -> Place {
    let mut habits = Habits::default();
    // A name without a colon is no schema's.
    for resource_type in types.iter().filter(|_| path.as_bytes().contains(&b':')) {
        if let Some(schema) = schema_named(resource_type, path, &mut habits) {
            return if schema == resource_type.schema {
                Place::Resource
            } else {
                Place::Schema(schema)
            };
        }
    }
    let Ok(path) = AttributePath::parse(path.trim()) else {
        return Place::Hidden;
    };
    let mut place = Place::Hidden;
    for resource_type in types {
        let Some(location) = path.bind(resource_type, &mut habits) else {
            continue;
        };
        if is_hidden(location.attribute) || is_hidden(location.leaf()) {
            return Place::Hidden;
        }
        place = Place::Attribute(location.leaf());
    }
    place
}

/// A filter with its words and the names that schemas know, and without its values.
///
/// ```
/// use scim::redact::filter;
/// use scim::resource_type::USER_TYPE;
/// let sent = r#"userName eq "ada" and emails[type eq "work"] and title pr or shoes gt 4"#;
/// let kept = filter(&[&USER_TYPE], sent);
/// assert_eq!(kept, r#"userName eq "…" and emails[type eq "…"] and title pr or "…" gt "…""#);
/// ```
pub fn filter(types: Types<'_>, sent: &str) -> String {
    words::filter(sent, &|word| match named(types, word) {
        Place::Attribute(attribute) => Some(attribute),
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
