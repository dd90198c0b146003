//! What a session has used of what one may.

/// What a session has used of what one may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Usage {
    /// Whether the operations of a Bulk share it.
    pub(super) is_shared: bool,
    /// Batches.
    pub(super) trips: usize,
    /// Statements in them.
    pub(super) statements: usize,
    /// Values of attributes that operations looked at.
    pub(super) looks: usize,
    /// What the documents that were read to be changed are weighed as.
    pub(super) loaded: usize,
    /// Bytes of text that the text indexes were given.
    pub(super) indexed: usize,
    /// Comparisons in filters that take members out.
    pub(super) compared: usize,
    /// Rows that could have been read in the time of those comparisons.
    pub(super) as_rows: u64,
}
