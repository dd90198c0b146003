//! The words of `SQLite`, as D1 passes them on: read here and nowhere else. Where a batch fails on
//! purpose, they name a text of ours, which stands where the statement is that fails.

use super::brake::BRAKED;
use super::read::NOT_MET;
use super::tenant::{OTHER_SETTINGS, READ_ONLY, SUSPENDED, UNKNOWN_TOKEN};
use super::{Error, table};

impl Error {
    /// Reads a message.
    pub fn from_message(message: &str) -> Self {
        if message.contains(UNKNOWN_TOKEN) {
            Self::Unauthorized
        } else if message.contains(SUSPENDED) {
            Self::Suspended
        } else if message.contains(READ_ONLY) {
            Self::ReadOnly
        } else if message.contains(OTHER_SETTINGS) {
            Self::OtherSettings
        } else if let Some((_, rest)) = message.split_once("UNIQUE constraint failed: ") {
            Self::Unique(table::unique_attribute(rest))
        } else if message.contains(NOT_MET) {
            Self::Guard
        } else if message.contains(BRAKED) {
            Self::Braked
        } else if message.contains("string or blob too big") {
            Self::TooBig
        } else {
            Self::Broken(message.to_owned())
        }
    }
}
