//! `PatchOp`: the message of a PATCH, read into operations whose targets and values are final (RFC
//! 7644 §3.5.2).
//!
//! Reading resolves paths, takes path-less values apart into one operation an attribute, checks
//! values against their attributes and refuses what no document could make right. What is done with
//! the operations is in [`crate::patch`].

use alloc::{string::ToString, vec::Vec};

use serde_json::Value;

use super::schemas;
use crate::error::Error;
use crate::habit::{Habits, LEFT_OUT_TO_DEACTIVATE, NO_OPERATIONS};
use crate::index::Index;
use crate::list::values_in;
use crate::patch::path::Target;
use crate::patch::{self, Operation};
use crate::resource::{aside::Aside, member};
use crate::resource_type::ResourceType;
use crate::schema::Uniqueness;

mod blank;
mod read;
mod removal;
mod target;
#[cfg(test)]
mod tests;
mod value;

use read::Reader;

/// The URI of the message.
pub const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// The most operations in one message; ours. A provider may send one operation a member when it
/// pushes a large group, and authentik fills as many as `bulk.maxOperations` allows.
pub const MAX_OPERATIONS: usize = 10_000;

/// A PATCH request's message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PatchOp {
    /// What to do, in order.
    pub operations: Vec<Operation>,
    /// Ids of members that are to come, and were sent as groups.
    pub groups: Index,
}

impl PatchOp {
    /// Reads the message for a resource of type `resource_type`.
    ///
    /// ```
    /// use scim::{habit::Habits, message::patch_op::PatchOp, resource_type::USER_TYPE};
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
            let most = MAX_OPERATIONS.to_string();
            let words = " operations; send them in several requests";
            return Err(Error::too_many(
                ["`Operations` holds more than ", &most, words].concat(),
            ));
        }
        if items.is_empty() {
            // Entra ID, when nothing of what it would change is mapped.
            habits.leave_out(NO_OPERATIONS, "Operations");
        }
        let mut reader = Reader {
            resource_type,
            habits,
            operations: Vec::with_capacity(items.len()),
            groups: Index::default(),
            number: 0,
            aside: Aside::default(),
            explicit: false,
        };
        for item in items {
            reader.operation(item);
        }
        let patch = Self {
            operations: reader.operations,
            groups: reader.groups,
        };
        reader.aside.settle(patch.deactivates(), reader.habits)?;
        Ok(patch)
    }

    /// Whether it is that a user may no longer sign in.
    pub fn deactivates(&self) -> bool {
        patch::deactivates(&self.operations)
    }

    /// What is left of a deactivation without the unique attributes that it sets, if it sets any: a
    /// name that another has must not keep a leaver active. They are noted as left out.
    pub fn without_unique(mut self, habits: &mut Habits) -> Option<Self> {
        let all = self.operations.len();
        if self.deactivates() {
            self.operations.retain(|operation| match &operation.target {
                Target::Attribute(location) if location.leaf().uniqueness != Uniqueness::None => {
                    habits.leave_out(LEFT_OUT_TO_DEACTIVATE, &location.to_string());
                    false
                }
                _ => true,
            });
        }
        (self.operations.len() < all).then_some(self)
    }
}

/// The operations of a message, or of a body that is the bare list of them, or a single one: it
/// can mean nothing else.
fn items<'a>(body: &'a Value, habits: &mut Habits) -> Result<&'a [Value], Error> {
    let message = match body {
        Value::Object(message) => message,
        Value::Array(items) if !items.is_empty() => {
            habits.note_at("bare-list-of-operations", "Operations");
            return Ok(items);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            return Err(Error::invalid_syntax(
                "The body must be a JSON object: a PatchOp message",
            ));
        }
    };
    if member(message, "Operations").is_none() && member(message, "op").is_some() {
        // Whoever took the message for what it holds.
        habits.note_at("bare-operation", "Operations");
        return Ok(core::slice::from_ref(body));
    }
    note_schemas(member(message, "schemas"), habits);
    match member(message, "Operations") {
        Some(Value::Array(items)) => Ok(items),
        Some(one @ Value::Object(_)) => {
            habits.note_at("single-operation-for-list", "Operations");
            Ok(core::slice::from_ref(one))
        }
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | None => Err(
            Error::invalid_syntax("`Operations` must be an array of PATCH operations"),
        ),
    }
}

/// The method says what the message is, so a client's misspelling of its URI is noted, and no more:
/// it must not keep a leaver active.
fn note_schemas(schemas: Option<&Value>, habits: &mut Habits) {
    let uris = values_in(schemas);
    if uris.is_empty() {
        habits.note_at("missing-schemas", "schemas");
    } else if !schemas::name(uris, PATCH_OP) {
        habits.note_at("foreign-patch-schema", "schemas");
    }
}
