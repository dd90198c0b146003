//! The linked attribute: a group's `members`, a user's `groups`. Of it only the ids are read.

use alloc::{string::String, string::ToString, vec::Vec};

use serde_json::{Map, Value};

use super::document::member;
use super::wrapped::{sub_named, unwrap_list};
use crate::error::Error;
use crate::habit::Habits;
use crate::index::Index;
use crate::path::Location;
use crate::schema::{Attribute, Mutability};

/// The ids in a value of the linked attribute: a group's members, a user's groups; each once, in
/// order.
///
/// Of a member only `value` counts; its `display`, `type` and whatever else it has are the server's
/// to tell, but the ids of those that were sent as groups come to `groups`. A user's groups of type
/// "indirect" are left out: who belongs to those follows from the groups (RFC 7643 §4.1.2), and
/// Okta sends back all it read.
pub(crate) fn link_ids(
    attribute: &'static Attribute,
    value: &Value,
    groups: &mut Index,
    habits: &mut Habits,
) -> Result<Vec<String>, Error> {
    let of_one = "single-member-for-list";
    let items = unwrap_list(Location::top(attribute), value, of_one, habits);
    let mut seen = Index::default();
    let mut ids = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        if attribute.mutability == Mutability::ReadOnly && is_of_type(item, "indirect") {
            continue;
        }
        let Some(id) = link_id(attribute, item, habits) else {
            let mut detail = String::from("`");
            detail.push_str(attribute.name);
            detail.push('[');
            detail.push_str(&index.to_string());
            detail.push_str("].value` must be an id, as a string that is not empty");
            return Err(Error::invalid_value(detail).at(attribute.name));
        };
        if is_of_type(item, "group") {
            groups.add(id.trim());
        }
        if seen.add(id) {
            ids.push(id.to_string());
        }
    }
    Ok(ids)
}

/// The `value` of a member; what no part is named like is left out.
fn id_member<'a>(
    attribute: &'static Attribute,
    parts: &'a Map<String, Value>,
    habits: &mut Habits,
) -> Option<&'a Value> {
    for name in parts.keys() {
        sub_named(Location::top(attribute), parts, name, habits);
    }
    member(parts, "value")
}

fn is_of_type(item: &Value, name: &str) -> bool {
    let kind = item.as_object().and_then(|parts| member(parts, "type"));
    kind.and_then(Value::as_str)
        .is_some_and(|kind| kind.eq_ignore_ascii_case(name))
}

fn link_id<'a>(
    attribute: &'static Attribute,
    item: &'a Value,
    habits: &mut Habits,
) -> Option<&'a str> {
    let id = match item {
        Value::String(id) => {
            // Microsoft's Postman collection.
            habits.note_at("entra-bare-string-member", attribute.name);
            Some(id.as_str())
        }
        Value::Object(parts) => match id_member(attribute, parts, habits) {
            Some(Value::String(id)) => Some(id.as_str()),
            None | Some(Value::Null) => {
                // Keycloak's extension refers to members by a relative address, "Users/<id>".
                let address = member(parts, "$ref")?.as_str()?;
                habits.note_at("keycloak-member-by-ref", attribute.name);
                address.trim_end_matches('/').rsplit('/').next()
            }
            Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => None,
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
    };
    id.filter(|id| !id.is_empty())
}
