//! What became of an operation of a Bulk.

use crate::failure::Failure;

/// What became of one operation.
#[derive(Debug)]
pub struct OperationOutcome {
    /// Its method.
    pub method: String,
    /// Its bulkId.
    pub bulk_id: Option<String>,
    /// The address of the resource; none for a create that failed.
    pub location: Option<String>,
    /// The version that it left behind.
    pub version: Option<String>,
    /// Done how, or why not.
    pub result: Result<Success, Failure>,
}

/// How an operation was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Success {
    /// A resource was created.
    Created,
    /// It was changed.
    Changed,
    /// It is gone, or changed without a reply.
    Silent,
}
