//! Values of what is the server's are left out, and that is said (RFC 7644 §3.3, §3.5.1, §3.5.2).

use alloc::string::ToString;

use serde_json::Value;

use crate::habit::{Habits, READ_ONLY};
use crate::path::Location;

/// Leaves out a value of what is the server's, and says so (RFC 7644 §3.3, §3.5.1, §3.5.2).
pub(crate) fn leave_out_read_only(location: Location, habits: &mut Habits) {
    // Whoever sends a whole resource sends what it is known by, too.
    if !["id", "meta"].contains(&location.attribute.name) {
        habits.leave_out(READ_ONLY, &location.to_string());
    }
}

/// The same in a whole resource, where a value that is unassigned asks for nothing.
pub(crate) fn leave_out_sent(location: Location, value: &Value, habits: &mut Habits) {
    let asks = match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(parts) => !parts.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    };
    if asks {
        leave_out_read_only(location, habits);
    }
}
