//! What a value in a message stands for, which its place tells.

use alloc::string::{String, ToString};

use serde_json::{Map, Value};

use super::words::{MAX_TEXT, push_words};
use crate::filter::Filter;
use crate::habit::{Habits, log_path};
use crate::patch::path::{Path, readable};
use crate::path::{AttributePath, schema_named};
use crate::resource_type::ResourceType;
use crate::schema::{Attribute, Mutability, Returned, Schema};

pub(super) type Types<'t> = &'t [&'static ResourceType];

/// What a value in a message stands for.
#[derive(Clone, Copy)]
pub(super) enum Meaning {
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

/// The name of a member as it is kept, and what its value is.
pub(super) fn member(
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
pub(super) fn operation_type(
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

pub(super) fn is_hidden(attribute: &Attribute) -> bool {
    attribute.mutability == Mutability::WriteOnly || attribute.returned == Returned::Never
}

/// A path, or a name as a path, as it is kept, and what it names.
#[inline(never)]
pub(super) fn path(types: Types<'_>, sent: &str) -> (String, Meaning) {
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
pub(super) fn meaning_of_path(types: Types<'_>, path: &str) -> Meaning {
    // Most are names of attributes of the one type.
    if let [resource_type] = types
        && let Some(attribute) = resource_type.attribute(path)
    {
        return meaning_of(Some(attribute));
    }
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
