//! What the operations of a request may look at, and copy.

use serde_json::Value;

use crate::error::Error;
use crate::path::Location;
use crate::resource::refusal::refusal;

/// The most values of multi-valued attributes that the operations of a request may look at; ours.
/// Each operation looks at all values of its attribute: a thousand on an attribute of a thousand
/// are a million looks, of some microseconds each.
pub const MAX_LOOKS: usize = 60_000;

/// The most bytes that the operations of one PATCH may make of a body by setting one value in
/// several; ours. A resource of more is not stored, and a thousand values take a body of 900 kB a
/// thousand times.
pub const MAX_COPIED: usize = 1_000_000;

/// What operations may still look at, and what they have copied.
#[derive(Debug)]
pub struct Looks {
    /// Values that may still be looked at; a long one counts as several.
    pub left: usize,
    /// Bytes of the values that were set in more places than one.
    pub copied: usize,
    /// Whether an operation was refused because there were too few left.
    pub were_too_few: bool,
}

impl Default for Looks {
    fn default() -> Self {
        Self {
            left: MAX_LOOKS,
            copied: 0,
            were_too_few: false,
        }
    }
}

impl Looks {
    /// Spends the looks of an operation that sees each value of a list, and compares it `times`
    /// times besides.
    pub(super) fn spend(
        &mut self,
        location: Location,
        list: &[Value],
        times: usize,
    ) -> Result<(), Error> {
        let each = 1 + times / COMPARISONS;
        let cost = list.iter().map(|value| weight(value) * each).sum();
        let left = self.left.checked_sub(cost);
        self.left = left.unwrap_or_default();
        if left.is_some() {
            return Ok(());
        }
        self.were_too_few = true;
        Err(refusal(
            location,
            Error::too_many,
            "has so many values that the request holds too many operations on them. Send the operations in several requests, \
             or replace all values of the attribute at once",
        ))
    }

    /// Counts a value that is about to be set in so many places: that of one is the body's.
    pub(super) fn copy(
        &mut self,
        location: Location,
        value: &Value,
        places: usize,
    ) -> Result<(), Error> {
        let more = places.saturating_sub(1).saturating_mul(bytes(value));
        let all = self.copied.saturating_add(more);
        if all <= MAX_COPIED {
            self.copied = all;
            return Ok(());
        }
        Err(refusal(
            location,
            Error::too_many,
            "has so many values that this one, set in each of them, would make the resource too large. Send a shorter one, \
             or a filter that matches fewer",
        ))
    }
}

/// Comparisons that take as long as a look.
const COMPARISONS: usize = 16;
/// Bytes of text that take as long as a look.
const BYTES: usize = 128;

fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) => 1 + text.len() / BYTES,
        Value::Object(parts) => {
            let bytes = parts
                .values()
                .filter_map(Value::as_str)
                .map(str::len)
                .sum::<usize>();
            1 + bytes / BYTES
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => 1,
    }
}

/// Bytes of text that a value is set with.
fn bytes(value: &Value) -> usize {
    /// Of a name, and of what holds both.
    const PART: usize = 32;
    match value {
        Value::String(text) => PART + text.len(),
        Value::Object(parts) => parts.values().map(bytes).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => PART,
    }
}
