//! PATCH: the message, read into operations whose targets and values are final (RFC 7644 §3.5.2).
//!
//! Reading resolves paths, takes path-less values apart into one operation an attribute, checks
//! values against their attributes and refuses what no document could make right. `apply` changes a
//! document; operations on the linked attribute (a group's `members`) are split off, since its
//! values are rows and not part of the document.

use alloc::vec::Vec;

use serde_json::Value;

use crate::error::Error;
use crate::habit::Habits;
use crate::path::Location;
use crate::resource::member;
use crate::resource_type::ResourceType;
use crate::schema::{Attribute, Mutability, Type, Uniqueness};

pub mod apply;
pub mod links;
pub mod path;
mod read;
mod value;

pub use links::{LinkChange, LinkOperation, Split, net_links};
use path::Target;
use read::Reader;

#[cfg(test)]
mod tests;

/// The URI of the message.
pub const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// The most operations in one message; ours. A provider may send one operation a member when it
/// pushes a large group, and authentik fills as many as `bulk.maxOperations` allows.
pub const MAX_OPERATIONS: usize = 10_000;

/// The most operations in one message on attributes other than the linked one; ours: each may
/// compare all values of its attribute.
pub const MAX_OWN_OPERATIONS: usize = 1_000;

/// What an operation does (§3.5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// §3.5.2.1.
    Add,
    /// §3.5.2.2.
    Remove,
    /// §3.5.2.3.
    Replace,
}

/// One change of one attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// Which operation of the message it comes from, the first being 1: one that has no path may
    /// come to several.
    pub number: usize,
    /// What to do.
    pub op: Op,
    /// Where; never [`Target::Resource`], and a whole extension only to remove it.
    pub target: Target,
    /// The value in canonical form. `null` unassigns; so does a `null` part of a complex value,
    /// whose other parts are merged. For the linked attribute: the array of ids. None with
    /// `remove`, unless the values to remove are listed.
    pub value: Option<Value>,
}

/// A PATCH request's message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PatchOp {
    /// What to do, in order.
    pub operations: Vec<Operation>,
}

impl PatchOp {
    /// Reads the message for a resource of type `resource_type`.
    ///
    /// ```
    /// use scim::{habit::Habits, patch::PatchOp, resource_type::USER_TYPE};
    /// let body = serde_json::json!({
    ///     "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    ///     "Operations": [{ "op": "Replace", "path": "active", "value": "False" }],
    /// });
    /// let mut habits = Habits::default();
    /// let patch = PatchOp::parse(&USER_TYPE, &body, &mut habits)?;
    /// assert_eq!(patch.operations[0].value, Some(serde_json::json!(false)));
    /// assert_eq!(habits.names(), ["entra-capital-op", "entra-string-boolean"]);
    ///
    /// let body = serde_json::json!({ "Operations": [{ "op": "move", "path": "active" }] });
    /// let error = PatchOp::parse(&USER_TYPE, &body, &mut habits).unwrap_err();
    /// assert_eq!(error.detail(), "Operation 1: `op` must be \"add\", \"remove\" or \"replace\"");
    /// # Ok::<(), scim::error::Error>(())
    /// ```
    pub fn parse(
        resource_type: &'static ResourceType,
        body: &Value,
        habits: &mut Habits,
    ) -> Result<Self, Error> {
        let items = items(body, habits)?;
        if items.len() > MAX_OPERATIONS {
            return Err(Error::too_many(
                "`Operations` holds more than 10000 operations; send them in several requests",
            ));
        }
        if items.is_empty() {
            // Entra ID, when nothing of what it would change is mapped.
            habits.note("entra-empty-operations");
        }
        let mut reader = Reader {
            resource_type,
            habits,
            operations: Vec::with_capacity(items.len()),
            number: 0,
            explicit: false,
        };
        for item in items {
            reader.number += 1;
            reader.operation(item).map_err(|error| {
                let path = item.as_object().and_then(|item| member(item, "path"));
                let path = path.and_then(Value::as_str);
                path.into_iter()
                    .fold(error, Error::at)
                    .of_operation(reader.number)
            })?;
        }
        Ok(Self {
            operations: reader.operations,
        })
    }
}

/// The operations of a message, or of a body that is the bare list of them: it can mean nothing
/// else.
fn items<'a>(body: &'a Value, habits: &mut Habits) -> Result<&'a [Value], Error> {
    let message = match body {
        Value::Object(message) => message,
        Value::Array(items) if !items.is_empty() => {
            habits.note("bare-list-of-operations");
            return Ok(items);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            return Err(Error::invalid_syntax(
                "The body must be a JSON object: a PatchOp message",
            ));
        }
    };
    check_schemas(member(message, "schemas"), habits);
    match member(message, "Operations") {
        Some(Value::Array(items)) => Ok(items),
        Some(one @ Value::Object(_)) => {
            habits.note("single-operation-for-list");
            Ok(core::slice::from_ref(one))
        }
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | None => Err(
            Error::invalid_syntax("`Operations` must be an array of PATCH operations"),
        ),
    }
}

/// The method says what the message is, so a client's misspelling of its URI is noted, and no more:
/// it must not keep a leaver active.
fn check_schemas(schemas: Option<&Value>, habits: &mut Habits) {
    let names_it = |uri: &Value| {
        uri.as_str()
            .is_some_and(|uri| uri.eq_ignore_ascii_case(PATCH_OP))
    };
    match schemas {
        None | Some(Value::Null) => habits.note("missing-schemas"),
        Some(Value::Array(uris)) if uris.is_empty() => habits.note("missing-schemas"),
        Some(Value::Array(uris)) if uris.iter().any(names_it) => {}
        Some(one) if names_it(one) => {}
        Some(_) => habits.note("foreign-patch-schema"),
    }
}

/// The attributes and values that the operations set, when all of them set singular, plain
/// attributes at the top of the resource to a value: nothing that is required, unique, immutable or
/// unassigned. Such a PATCH (a user is disabled, a title changes) needs to know nothing of the
/// resource. No operation sets nothing.
///
/// ```
/// use scim::{habit::Habits, patch::{PatchOp, plain_replaces}, resource_type::USER_TYPE};
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
