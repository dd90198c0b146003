//! Operations, applied to a document in order (RFC 7644 §3.5.2.1 to §3.5.2.3).

use alloc::{string::String, string::ToString, vec::Vec};

use serde_json::{Map, Value};

use super::path::Target;
use super::{Op, Operation, deactivates};
use crate::error::Error;
use crate::fold::fold_value;
use crate::habit::{Habits, LEFT_OUT_TO_DEACTIVATE, NOTHING_REMOVED};
use crate::json;
use crate::path::Location;
use crate::resource::refusal::fixed_already;
use crate::resource::{
    check_required, get, immutable_parts, is_same, keep_required, leave_out_incomplete, merge, put,
    set_schemas, take, unite,
};
use crate::resource_type::ResourceType;
use crate::schema::{Schema, Type};

mod elements;
mod looks;

use elements::{ElementSelection, append, cannot_go, holds, one_primary, put_list, take_list};
pub use looks::{Looks, MAX_COPIED, MAX_LOOKS};

#[cfg(test)]
mod tests;

/// Applies operations, as [`crate::message::patch_op`] reads them, to a document, and sets its
/// `schemas`.
///
/// Where they deactivate a user, what is refused is left out, and told.
///
/// An error names its operation, but for what is missing when all are done, which is no single
/// one's. The document is then left half changed: pass a copy. Operations on the linked attribute
/// change no document and are passed over (see [`super::Split::of`]).
///
/// ```
/// use scim::{habit::Habits, message::patch_op::PatchOp, patch::apply::apply};
/// use scim::resource_type::USER_TYPE;
/// let body = serde_json::json!({ "Operations": [
///     { "op": "Add", "path": "emails[type eq \"work\"].value", "value": "babs@example.com" },
/// ] });
/// let mut habits = Habits::default();
/// let patch = PatchOp::parse(&USER_TYPE, &body, &mut habits)?;
/// let mut document = serde_json::json!({ "userName": "babs" }).as_object().cloned().unwrap();
/// apply(&USER_TYPE, &patch.operations, &mut document, &mut habits)?;
/// let work = serde_json::json!({ "type": "work", "value": "babs@example.com" });
/// assert_eq!(document["emails"], serde_json::json!([work]));
/// # Ok::<(), scim::error::Error>(())
/// ```
pub fn apply(
    resource_type: &'static ResourceType,
    operations: &[Operation],
    document: &mut Map<String, Value>,
    habits: &mut Habits,
) -> Result<(), Error> {
    apply_within(
        resource_type,
        operations,
        document,
        habits,
        &mut Looks::default(),
    )
}

/// The same as [`apply`], as long as there are looks left.
pub fn apply_within(
    resource_type: &'static ResourceType,
    operations: &[Operation],
    document: &mut Map<String, Value>,
    habits: &mut Habits,
    looks: &mut Looks,
) -> Result<(), Error> {
    // A resource stored before an operator made an attribute required can still be changed.
    let complete = check_required(resource_type, document).is_ok();
    let deactivates = deactivates(operations);
    let before = deactivates.then(|| document.clone());
    let mut are_looks_out = false;
    for operation in operations {
        let location = location(operation).filter(|_| deactivates);
        // Not even a copy of the values is made for those behind the one that had too few looks.
        if let Some(location) = location.filter(|of| of.attribute.multi_valued && are_looks_out) {
            habits.leave_out(LEFT_OUT_TO_DEACTIVATE, &location.to_string());
            continue;
        }
        let former = location.map(|location| (location, get(document, location).cloned()));
        if let Err(error) = change(resource_type, operation, document, habits, looks) {
            if !deactivates {
                return Err(error.of_operation(operation.number));
            }
            are_looks_out |= core::mem::take(&mut looks.were_too_few);
            let mut path = error.attribute().unwrap_or_default().to_string();
            if let Some((location, former)) = former {
                path = location.to_string();
                put(document, location, former);
            }
            habits.leave_out(LEFT_OUT_TO_DEACTIVATE, &path);
        }
    }
    if let Some(before) = before {
        leave_out_incomplete(resource_type, &before, document, habits);
        if complete {
            keep_required(resource_type, &before, document, habits);
        }
    }
    set_schemas(resource_type, document);
    if complete {
        check_required(resource_type, document)
    } else {
        Ok(())
    }
}

/// The attribute that an operation changes, unless that is a whole extension.
fn location(operation: &Operation) -> Option<Location> {
    let (Target::Attribute(of) | Target::Elements { of, .. }) = operation.target else {
        return None;
    };
    Some(Location { sub: None, ..of })
}

fn change(
    resource_type: &'static ResourceType,
    operation: &Operation,
    document: &mut Map<String, Value>,
    habits: &mut Habits,
    looks: &mut Looks,
) -> Result<(), Error> {
    let Operation { op, value, .. } = operation;
    match &operation.target {
        // No operation that was read has it.
        Target::Resource => Err(Error::no_target("an operation must name an attribute")),
        Target::Extension(schema) => remove_extension(resource_type, schema, document),
        Target::Attribute(location) if location.attribute.linked => Ok(()),
        Target::Attribute(location) => guard(*location, document, |document| {
            attribute(*op, *location, value.as_ref(), document, habits, looks)
        }),
        Target::Elements { of, .. } if of.attribute.linked => Ok(()),
        Target::Elements {
            of,
            filter,
            sub,
            create,
        } => {
            let selection = ElementSelection {
                of: *of,
                filter,
                sub: *sub,
                create: create.as_deref(),
            };
            guard(*of, document, |document| {
                selection.change(*op, value.as_ref(), document, habits, looks)
            })
        }
    }
}

/// Makes a change, and refuses it if it changed what is immutable and had a value. "A client MAY
/// 'add' a value to an 'immutable' attribute if the attribute had no previous value" (§3.5.2).
fn guard(
    location: Location,
    document: &mut Map<String, Value>,
    change: impl FnOnce(&mut Map<String, Value>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut before = Vec::new();
    for fixed in immutable_parts(Location {
        sub: None,
        ..location
    }) {
        if let Some(value) = get(document, fixed) {
            before.push((fixed, value.clone()));
        }
    }
    change(document)?;
    let other = before.iter().find(|(fixed, before)| {
        !get(document, *fixed).is_some_and(|after| is_same(*fixed, before, after))
    });
    match other {
        Some((fixed, _)) => Err(fixed_already(*fixed)),
        None => Ok(()),
    }
}

/// Where it is refused, all of it stays.
fn remove_extension(
    resource_type: &'static ResourceType,
    schema: &'static Schema,
    document: &mut Map<String, Value>,
) -> Result<(), Error> {
    if resource_type
        .extensions
        .iter()
        .any(|extension| extension.required && extension.schema == schema)
    {
        let mut detail = String::from("The extension `");
        detail.push_str(schema.uri);
        detail.push_str("` is required and cannot be removed");
        return Err(Error::mutability(detail).at(schema.uri));
    }
    for attribute in schema.attributes {
        let location = Location {
            extension: Some(schema),
            attribute,
            sub: None,
        };
        let mut fixed = immutable_parts(location).into_iter();
        if let Some(fixed) = fixed.find(|fixed| get(document, *fixed).is_some()) {
            return Err(fixed_already(fixed));
        }
    }
    document.remove(schema.uri);
    Ok(())
}

/// An operation on an attribute, or on a part of a singular complex one.
fn attribute(
    op: Op,
    location: Location,
    value: Option<&Value>,
    document: &mut Map<String, Value>,
    habits: &mut Habits,
    looks: &mut Looks,
) -> Result<(), Error> {
    let leaf = location.leaf();
    match (op, value) {
        (Op::Remove, None) => return remove(location, document),
        (Op::Remove, Some(value)) if !leaf.multi_valued => {
            let image = get(document, location).map(|image| fold_value(leaf, image));
            let value = main_part(fold_value(leaf, value));
            if image.is_some_and(|image| holds(&image, &value)) {
                return remove(location, document);
            }
            habits.leave_out(NOTHING_REMOVED, &location.to_string());
        }
        (Op::Remove, Some(values)) => {
            let mut list = take_list(document, location);
            let values = fold_value(leaf, values);
            let values = values.as_array().map(Vec::as_slice).unwrap_or_default();
            looks.spend(location, &list, values.len())?;
            let before = list.len();
            list.retain(|element| {
                let image = fold_value(leaf, element);
                !values.iter().any(|value| holds(&image, value))
            });
            if list.len() == before {
                habits.leave_out(NOTHING_REMOVED, &location.to_string());
            }
            if list.is_empty() {
                return remove(location, document);
            }
            put_list(document, location, list)?;
        }
        (Op::Add, Some(Value::Array(values))) if leaf.multi_valued => {
            let list = take_list(document, location);
            looks.spend(location, &list, 0)?;
            let (mut list, places) = append(location, list, values)?;
            one_primary(location, &mut list, &places)?;
            // Two that differed in `primary` alone may be alike now.
            put_list(document, location, unite(location, list, &[]))?;
        }
        (Op::Add | Op::Replace, Some(Value::Object(parts))) if leaf.kind == Type::Complex => {
            let mut object = match take(document, location) {
                Some(Value::Object(object)) => object,
                Some(
                    Value::Null
                    | Value::Bool(_)
                    | Value::Number(_)
                    | Value::String(_)
                    | Value::Array(_),
                )
                | None => Map::new(),
            };
            merge(&mut object, parts);
            put(
                document,
                location,
                (!object.is_empty()).then_some(Value::Object(object)),
            );
        }
        (Op::Add | Op::Replace, None | Some(Value::Null)) => put(document, location, None),
        (Op::Add | Op::Replace, Some(value)) => put(document, location, Some(value.clone())),
    }
    Ok(())
}

/// §3.5.2.2: "If an attribute is removed or becomes unassigned and is defined as a required
/// attribute […], the server SHALL return […] a "scimType" error code of "mutability"."
fn remove(location: Location, document: &mut Map<String, Value>) -> Result<(), Error> {
    if location.leaf().required {
        return Err(cannot_go(location));
    }
    put(document, location, None);
    Ok(())
}

/// What identifies a complex value: its `value` alone, if it has one.
fn main_part(mut value: Value) -> Value {
    let parts = value.as_object_mut();
    if let Some(parts) = parts.filter(|parts| parts.contains_key("value")) {
        json::keep(parts, &mut |name, _| name == "value");
    }
    value
}
