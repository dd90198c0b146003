//! Ways in which a value is there and says nothing. [`is_blank`] is the widest: empty, in all its
//! parts, as `null`, `""` and `{"givenName": ""}` are.

use serde_json::{Map, Value};

use crate::list::values_of;
use crate::resource::{is_blank, member};

/// Whether it is `{}`, or a list of nothing else: no attribute is named.
pub(super) fn is_bare(value: &Value) -> bool {
    let is_bare = |value: &Value| value.as_object().is_some_and(Map::is_empty);
    let list = value.as_array();
    list.map_or_else(|| is_bare(value), |list| list.iter().all(is_bare))
}

/// Whether one of its values has parts and is known by none: its `value` is empty, or all of them
/// are.
pub(super) fn has_blank_one(value: &Value) -> bool {
    values_of(value).iter().any(is_blank_one)
}

/// Whether one of its values has parts and is known by them, be they nothing that the schema knows.
pub(super) fn has_full_one(value: &Value) -> bool {
    let has_parts = |one: &Value| one.as_object().is_some_and(|parts| !parts.is_empty());
    let mut values = values_of(value).iter();
    values.any(|one| has_parts(one) && !is_blank_one(one))
}

fn is_blank_one(value: &Value) -> bool {
    value.as_object().is_some_and(|parts| {
        let main = member(parts, "value");
        !parts.is_empty() && main.map_or_else(|| is_blank(value), is_blank)
    })
}
