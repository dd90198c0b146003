//! What both resources are put together from and read by.

use alloc::{string::String, vec::Vec};

use serde_json::{Map, Value};

use crate::error::Error;

/// The text, unless there is none or it is empty.
pub(super) fn text(value: Option<&String>) -> Option<&str> {
    value.map(String::as_str).filter(|text| !text.is_empty())
}

/// The string at a place of a resource, unless it is empty.
pub(super) fn text_at<'a>(resource: &'a Value, pointer: &str) -> Option<&'a str> {
    resource
        .pointer(pointer)?
        .as_str()
        .filter(|text| !text.is_empty())
}

pub(super) fn array_at<'a>(resource: &'a Value, key: &str) -> &'a [Value] {
    resource
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// Sets what has a value.
pub(super) fn put(object: &mut Map<String, Value>, key: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        object.insert(key.into(), value.into());
    }
}

/// `meta` of a resource made from a record.
pub(super) fn meta(
    resource_type: &str,
    location: String,
    created_at: Option<&String>,
    updated_at: Option<&String>,
) -> Value {
    let mut meta = Map::new();
    put(&mut meta, "resourceType", Some(resource_type));
    put(&mut meta, "created", text(created_at).map(time));
    put(&mut meta, "lastModified", text(updated_at).map(time));
    put(&mut meta, "location", Some(location));
    Value::Object(meta)
}

/// A time as RFC 3339 has it: databases print a space for the `T`, and leave the zone out where it
/// is UTC.
pub(super) fn time(text: &str) -> String {
    let mut time = match text.split_once(' ') {
        Some((day, clock)) => [day, "T", clock].concat(),
        None => String::from(text),
    };
    let clock = time.split_once('T').map_or("", |(_, clock)| clock);
    if !clock.is_empty() && !clock.contains(['Z', 'z', '+', '-']) {
        time.push('Z');
    }
    time
}

/// `base` and the segments, each after a slash.
pub(super) fn address(base: &str, endpoint: &str, id: &str) -> String {
    let mut address = String::with_capacity(base.len() + endpoint.len() + id.len() + 1);
    address.push_str(base);
    address.push_str(endpoint);
    address.push('/');
    address.push_str(id);
    address
}

/// A resource that is no object cannot become a record.
pub(super) fn check_object(resource: &Value) -> Result<(), Error> {
    if resource.is_object() {
        return Ok(());
    }
    Err(Error::invalid_syntax("The resource must be a JSON object."))
}
