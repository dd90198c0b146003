//! Where values stand in a document: at the top, in the object of an extension, in a complex value.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::{Map, Value};

use crate::habit::Habits;
use crate::path::{AttributePath, Location, schema_named};
use crate::resource_type::ResourceType;
use crate::schema::Attribute;
use crate::schemas::common::COMMON;

/// The value of a key in any letter case; the last one if there are several.
pub(crate) fn member<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object
        .iter()
        .rfind(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

/// Whether a key names a schema, or an attribute of one, by another spelling than that of a key
/// beside it, which counts.
pub(crate) fn is_repeated(
    resource_type: &'static ResourceType,
    members: &Map<String, Value>,
    key: &str,
) -> bool {
    if !key.as_bytes().contains(&b':') {
        return false;
    }
    let mut habits = Habits::default();
    if let Some(schema) = schema_named(resource_type, key, &mut habits) {
        return !schema.uri.eq_ignore_ascii_case(key.trim())
            && member(members, schema.uri).is_some();
    }
    let path = AttributePath::parse(key).ok();
    let Some(location) = path.and_then(|path| path.bind(resource_type, &mut habits)) else {
        return false;
    };
    // Only another spelling of the schema is noted.
    let attribute = location.attribute.name;
    let schema = location.extension.unwrap_or(resource_type.schema);
    let own = match location.extension {
        None => Some(members),
        Some(schema) => member(members, schema.uri).and_then(Value::as_object),
    };
    !habits.names().is_empty()
        && (member(members, &[schema.uri, ":", attribute].concat()).is_some()
            || own.is_some_and(|own| member(own, attribute).is_some()))
}

/// Whether this is the common attribute `schemas`.
pub(crate) fn is_schemas(location: Location) -> bool {
    location.extension.is_none() && location.attribute.name == "schemas"
}

/// Every attribute that a document of this type may hold, by where it stands.
pub(crate) fn locations(resource_type: &'static ResourceType) -> Vec<Location> {
    let mut locations = Vec::new();
    let mut add = |extension, attributes: &'static [Attribute]| {
        for attribute in attributes {
            let location = Location {
                extension,
                attribute,
                sub: None,
            };
            if !is_schemas(location) {
                locations.push(location);
            }
        }
    };
    add(None, &COMMON);
    add(None, resource_type.schema.attributes);
    for extension in resource_type.extensions {
        add(Some(extension.schema), extension.schema.attributes);
    }
    locations
}

/// The value at a location of a document or of its image.
pub(crate) fn get(document: &Map<String, Value>, location: Location) -> Option<&Value> {
    let holder = match location.extension {
        Some(schema) => document.get(schema.uri)?.as_object()?,
        None => document,
    };
    let value = holder.get(location.attribute.name)?;
    match location.sub {
        Some(sub) => value.get(sub.name),
        None => Some(value),
    }
}

/// Stores a coerced value, or removes it when unassigned; the object of the extension or of the
/// complex attribute is made when it is not there, and goes with its last part.
pub(crate) fn put(document: &mut Map<String, Value>, location: Location, value: Option<Value>) {
    let Location {
        extension,
        attribute,
        sub,
    } = location;
    // What is only ever written, a password, is never stored.
    let value = value.filter(|_| !location.is_secret());
    if let Some(schema) = extension {
        let mut object = take_object(document, schema.uri);
        put(
            &mut object,
            Location {
                extension: None,
                attribute,
                sub,
            },
            value,
        );
        put_object(document, schema.uri, object);
    } else if let Some(sub) = sub {
        let mut object = take_object(document, attribute.name);
        put_simple(&mut object, sub, value);
        put_object(document, attribute.name, object);
    } else {
        put_simple(document, attribute, value);
    }
}

fn put_simple(object: &mut Map<String, Value>, attribute: &Attribute, value: Option<Value>) {
    match value {
        Some(value) => object.insert(attribute.name.to_string(), value),
        None => object.remove(attribute.name),
    };
}

/// Takes the value at a location out of a document.
pub(crate) fn take(document: &mut Map<String, Value>, location: Location) -> Option<Value> {
    let Location {
        extension,
        attribute,
        sub,
    } = location;
    let holder = match extension {
        Some(schema) => document.get_mut(schema.uri)?.as_object_mut()?,
        None => document,
    };
    match sub {
        Some(sub) => holder
            .get_mut(attribute.name)?
            .as_object_mut()?
            .remove(sub.name),
        None => holder.remove(attribute.name),
    }
}

/// Takes the object at a key out of its map; an empty one if there is none.
pub(crate) fn take_object(map: &mut Map<String, Value>, key: &str) -> Map<String, Value> {
    match map.remove(key) {
        Some(Value::Object(object)) => object,
        Some(
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_),
        )
        | None => Map::new(),
    }
}

/// The object with these parts. They are put in one by one: a map that is collected brings two ways
/// to sort along, 3 kB of the Worker.
pub(crate) fn object<'a>(parts: impl IntoIterator<Item = (&'a Attribute, Value)>) -> Value {
    let mut object = Map::new();
    for (sub, value) in parts {
        object.insert(sub.name.to_string(), value);
    }
    Value::Object(object)
}

/// Puts an object back, unless nothing is in it: then the attribute is unassigned.
pub(crate) fn put_object(map: &mut Map<String, Value>, key: &str, object: Map<String, Value>) {
    if !object.is_empty() {
        map.insert(key.to_string(), Value::Object(object));
    }
}
