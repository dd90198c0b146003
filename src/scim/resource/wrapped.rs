//! Values wrapped once too often, and the names of their parts.

use alloc::string::{String, ToString};

use serde_json::{Map, Value};

use super::document::member;
use crate::habit::{Habits, UNKNOWN_ATTRIBUTE};
use crate::list::values_of;
use crate::path::{Location, part_of_scim_1};
use crate::schema::{Attribute, Type};

/// The value without an object around it that can mean nothing else: one that holds nothing but a
/// member with the attribute's own name (`{"emails": […]}` for `emails`), or, for a simple
/// attribute, what a value of a complex one has (`{"$ref": null, "value": "Tours"}`, which Entra ID
/// makes of a reference). The value itself where there is none.
pub(crate) fn unwrap_value<'a>(
    location: Location,
    value: &'a Value,
    habits: &mut Habits,
) -> &'a Value {
    let inner = value.as_object().and_then(|members| {
        own_name(location, members).or_else(|| value_alone(location.leaf(), members))
    });
    let Some(inner) = inner else {
        return value;
    };
    habits.note_at("wrapped-value", &location.to_string());
    // `name.givenName` as `{"name": {"givenName": "Ada"}}`.
    unwrap_value(location, inner, habits)
}

/// The same for a list: the object may be the only one in another list, too. Its values; none of
/// what is empty, and of what is none the habit of sending one alone is noted.
pub(crate) fn unwrap_list<'a>(
    location: Location,
    value: &'a Value,
    of_one: &'static str,
    habits: &mut Habits,
) -> &'a [Value] {
    let value = unwrap_value(location, value, habits);
    let alone = value.as_array().and_then(|items| match items.as_slice() {
        [one @ Value::Object(_)] => Some(unwrap_value(location, one, habits)),
        _ => None,
    });
    match alone.filter(|inner| inner.is_array()).unwrap_or(value) {
        Value::Null => &[],
        Value::String(text) if text.is_empty() => &[],
        list => {
            if !list.is_array() {
                habits.note_at(of_one, &location.to_string());
            }
            values_of(list)
        }
    }
}

/// Whether a value is empty, in all its parts.
pub(crate) fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.iter().all(is_blank),
        Value::Object(parts) => parts.values().all(is_blank),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn own_name(location: Location, members: &Map<String, Value>) -> Option<&Value> {
    let (name, inner) = members.iter().next().filter(|_| members.len() == 1)?;
    let leaf = location.leaf();
    if leaf.sub_attribute(name).is_some() {
        return None;
    }
    let is_own = |own: &str| name.eq_ignore_ascii_case(own);
    let is_outer = is_own(location.attribute.name) && inner.is_object();
    (is_own(leaf.name) || is_own(&location.to_string()) || is_outer).then_some(inner)
}

fn value_alone<'a>(leaf: &Attribute, members: &'a Map<String, Value>) -> Option<&'a Value> {
    let is_known = |name: &String| {
        ["value", "$ref", "display", "type", "primary"]
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known))
    };
    let only = leaf.kind != Type::Complex && members.keys().all(is_known);
    member(members, "value").filter(|_| only)
}

/// The part of a complex attribute that a member of its value names; what it has no part for is
/// left out.
pub(crate) fn sub_named(
    location: Location,
    members: &Map<String, Value>,
    name: &str,
    habits: &mut Habits,
) -> Option<&'static Attribute> {
    let leaf = location.leaf();
    if let Some(sub) = leaf.sub_attribute(name) {
        return Some(sub);
    }
    if let Some(part) = part_of_scim_1(leaf.name, name)
        && member(members, part).is_none()
        && let Some(sub) = leaf.sub_attribute(part)
    {
        habits.note_at("onelogin-manager-id", &location.to_string());
        return Some(sub);
    }
    let path = [&location.to_string(), ".", name].concat();
    habits.leave_out(UNKNOWN_ATTRIBUTE, &path);
    None
}
