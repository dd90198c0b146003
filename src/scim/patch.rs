//! PATCH: operations, and what they do to a document and to links (RFC 7644 §3.5.2).
//!
//! They are read in [`crate::message::patch_op`]. `apply` changes a document; operations on the
//! linked attribute (a group's `members`) are split off, since its values are rows and not part of
//! the document.

use crate::part;
use alloc::{string::ToString, vec::Vec};

use serde_json::Value;

use crate::error::{Error, quote};
use crate::path::Location;
use crate::schema::{Attribute, Mutability, Type, Uniqueness};

pub mod apply;
pub mod links;
mod operation;
pub mod path;

pub use links::{LinkChange, LinkOperation, Split, net_links};
pub use operation::{MAX_OWN_OPERATIONS, Op, Operation};
use path::Target;

/// The attributes and values that the operations set, when all of them set singular, plain
/// attributes at the top of the resource to a value: nothing that is required, unique, immutable or
/// unassigned. Such a PATCH (a user is disabled, a title changes) needs to know nothing of the
/// resource. No operation sets nothing.
///
/// ```
/// use scim::{habit::Habits, message::patch_op::PatchOp, patch::plain_replaces};
/// use scim::resource_type::USER_TYPE;
/// let off = serde_json::json!({ "op": "replace", "value": { "active": false } });
/// let body = serde_json::json!({ "Operations": [off] });
/// let patch = PatchOp::parse(&USER_TYPE, &body, &mut Habits::default())?;
/// let plain = plain_replaces(&patch.operations).unwrap();
/// assert_eq!((plain[0].0.name, &plain[0].1), ("active", &serde_json::json!(false)));
/// # Ok::<(), scim::error::Error>(())
/// ```
pub fn plain_replaces(own: &[Operation]) -> Option<Vec<(&'static Attribute, Value)>> {
    let mut plain: Vec<(&'static Attribute, Value)> = Vec::new();
    for operation in own {
        let (Op::Add | Op::Replace, Target::Attribute(location), Some(value)) =
            (operation.op, &operation.target, &operation.value)
        else {
            return None;
        };
        let Location {
            extension: None,
            attribute,
            sub: None,
        } = *location
        else {
            return None;
        };
        let is_plain = !attribute.multi_valued
            && attribute.kind != Type::Complex
            && !attribute.required
            && attribute.uniqueness == Uniqueness::None
            && attribute.mutability == Mutability::ReadWrite;
        if !is_plain || value.is_null() {
            return None;
        }
        plain.retain(|(earlier, _)| *earlier != attribute);
        plain.push((attribute, value.clone()));
    }
    Some(plain)
}

/// Whether the operations are that a user may no longer sign in: the last that says something of
/// `active` sets it to false.
pub(crate) fn deactivates(operations: &[Operation]) -> bool {
    let mut of_active = operations
        .iter()
        .rev()
        .filter(|operation| match &operation.target {
            Target::Attribute(location) => location.attribute.lasting,
            Target::Resource | Target::Extension(_) | Target::Elements { .. } => false,
        });
    of_active
        .next()
        .is_some_and(|operation| operation.value == Some(Value::Bool(false)))
}

/// A refusal that was decided behind the operations (a value in use, a member who is not there),
/// with the number of the operation that asked for what is refused: the last that names the
/// attribute, or lists an id that the sentence quotes.
///
/// ```
/// use scim::{error::Error, habit::Habits, message::patch_op::PatchOp, patch::at_fault};
/// use scim::resource_type::USER_TYPE;
/// let title = serde_json::json!({ "op": "replace", "path": "title", "value": "x" });
/// let name = serde_json::json!({ "op": "replace", "path": "userName", "value": "ada" });
/// let body = serde_json::json!({ "Operations": [title, name] });
/// let patch = PatchOp::parse(&USER_TYPE, &body, &mut Habits::default())?;
/// let error = at_fault(&patch.operations, Error::uniqueness("It is in use").at("userName"));
/// assert_eq!(error.detail(), "Operation 2: It is in use");
/// # Ok::<(), scim::error::Error>(())
/// ```
pub fn at_fault(operations: &[Operation], error: Error) -> Error {
    if error.operation().is_some() {
        return error;
    }
    let place = |operation: &Operation| match &operation.target {
        Target::Attribute(location) => Some(*location),
        Target::Elements { of, sub, .. } => Some(Location { sub: *sub, ..*of }),
        Target::Resource | Target::Extension(_) => None,
    };
    let asks = |operation: &Operation, location: Location| {
        if location.attribute.linked {
            let ids = operation.value.as_ref().and_then(Value::as_array);
            let mut ids = ids.into_iter().flatten().filter_map(Value::as_str);
            return operation.op != Op::Remove
                && error.attribute() == Some(location.attribute.name)
                && ids.any(|id| part::has(error.detail(), &["\"", &quote(id), "\""].concat()));
        }
        let path = error.attribute();
        path.is_some_and(|path| path == location.to_string() || path == location.attribute.name)
    };
    let mut operations = operations.iter().rev();
    let last = operations.find_map(|operation| {
        let location = place(operation).filter(|location| asks(operation, *location))?;
        Some((operation.number, location.to_string()))
    });
    match last {
        Some((number, path)) => error.at(&path).of_operation(number),
        None => error,
    }
}
