//! One operation of a PATCH, as it is read (RFC 7644 §3.5.2).

use serde_json::Value;

use super::path::Target;

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
