//! What would be refused of a message, and must not stop the deactivation beside it.
//!
//! A leaver who stays active for a certificate that is no base64 has an account; a certificate that
//! is left out is told, in `Scim-Ignored`. So a request that sets `active` to false is done without
//! what in it has no meaning: a value of another type, a time or a number that is none, base64 that
//! is none, too many values, two primary ones, a path that names nothing or that matches nothing,
//! what is read-only or immutable; and without what is no operation, such as a `remove` that has no
//! path, or is more work than one request may be: operations on too many values. (No canonical
//! value is refused: to RFC 7643 §7 they are suggestions.) Any other request is refused for them,
//! which says what to mend.
//!
//! What is required, `userName` first of all, cannot be emptied: it keeps the value that is stored
//! (`keep_required`) in a PATCH, and in a PUT where the user was active. A POST has none, and is
//! refused; so is whatever leaves no resource to write: no JSON, no list of operations, another
//! schema's resource, and more than the limits of a request or of a resource allow, but for looks.
//! A unique value that another has shows when it is written: a PATCH goes on without it
//! (`PatchOp::without_unique`), and so does a PUT (`keep_unique`) where the user was active, while
//! a POST with the name of another is about that other, and is refused.

use alloc::{string::String, string::ToString, vec::Vec};

use crate::error::Error;
use crate::habit::{Habits, LEFT_OUT_TO_DEACTIVATE};
use crate::path::Location;

/// The refusals of a message, until it is known whether it deactivates somebody.
#[derive(Default)]
pub(crate) struct Aside {
    first: Option<Error>,
    paths: Vec<String>,
}

impl Aside {
    /// Puts aside what is refused at a path.
    pub(crate) fn put(&mut self, path: &str, error: Error) {
        self.first.get_or_insert(error);
        self.paths.push(path.to_string());
    }

    /// What is told of a message that is refused for this: the first that was wrong with it.
    pub(crate) fn refuse(self, error: Error) -> Error {
        self.first.unwrap_or(error)
    }

    /// Leaves out what was put aside of a message that deactivates somebody; refuses any other.
    pub(crate) fn settle(self, deactivates: bool, habits: &mut Habits) -> Result<(), Error> {
        match self.first {
            Some(error) if !deactivates => Err(error),
            Some(_) | None => {
                for path in self.paths {
                    habits.leave_out(LEFT_OUT_TO_DEACTIVATE, &path);
                }
                Ok(())
            }
        }
    }
}

/// Whether a resource can be what it shall be without what is sent for the attribute.
pub(crate) fn is_optional(location: Location) -> bool {
    let attribute = location.attribute;
    !attribute.required && !attribute.lasting
}
