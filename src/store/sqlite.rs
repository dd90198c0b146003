//! The words of `SQLite`, as D1 passes them on: read here and nowhere else. Where a batch fails on
//! purpose, they name a text of ours.

use super::Error;

/// What the error of a batch with a bad token has in its message.
pub(super) const UNKNOWN_TOKEN: &str = "unknown token";

/// What the error of a batch of a suspended tenant has in its message.
pub(super) const SUSPENDED: &str = "tenant suspended";

/// What the error of a batch that writes with a token that may only read has in its message.
pub(super) const READ_ONLY: &str = "token may only read";

/// What the error of a batch whose condition is not met has in its message.
pub(super) const NOT_MET: &str = "condition not met";

impl Error {
    /// Reads a message.
    pub fn from_message(message: &str) -> Self {
        if message.contains(UNKNOWN_TOKEN) {
            Self::Unauthorized
        } else if message.contains(SUSPENDED) {
            Self::Suspended
        } else if message.contains(READ_ONLY) {
            Self::ReadOnly
        } else if let Some((_, rest)) = message.split_once("UNIQUE constraint failed: ") {
            Self::Unique(rest.to_owned())
        } else if message.contains(NOT_MET) {
            Self::Guard
        } else if message.contains("string or blob too big") {
            Self::TooBig
        } else {
            Self::Broken(message.to_owned())
        }
    }
}
