//! The words of `SQLite`, as D1 passes them on: read here and nowhere else. Where a batch fails on
//! purpose, they name a text of ours, which stands where the statement is that fails.

use super::brake::BRAKED;
use super::read::NOT_MET;
use super::tenant::{OTHER_SETTINGS, READ_ONLY, SUSPENDED, UNKNOWN_TOKEN};
use super::{Error, table};
use scim::part;

impl Error {
    /// Reads a message.
    pub fn from_message(message: &str) -> Self {
        let has = |words: &str| part::has(message, words);
        if has(UNKNOWN_TOKEN) {
            Self::Unauthorized
        } else if has(SUSPENDED) {
            Self::Suspended
        } else if has(READ_ONLY) {
            Self::ReadOnly
        } else if has(OTHER_SETTINGS) {
            Self::OtherSettings
        } else if let Some((_, rest)) = part::split(message, "UNIQUE constraint failed: ") {
            Self::Unique(table::unique_attribute(rest))
        } else if has(NOT_MET) {
            Self::Guard
        } else if has(BRAKED) {
            Self::Braked
        } else if has("string or blob too big") {
            Self::TooBig
        } else {
            Self::Broken(message.to_owned())
        }
    }
}
