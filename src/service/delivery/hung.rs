//! An attempt whose reply did not come soon.

use std::cell::Cell;
use std::task::Poll;

use crate::Moment;
use crate::outside::{LocalBoxFuture, PostReply};
use store::ledger::feed::Mark;

/// Milliseconds for which others wait for a reply.
pub(super) const PATIENCE: u32 = 500;

/// What comes of an attempt.
pub(super) type Reply<'a> = LocalBoxFuture<'a, Option<PostReply>>;

/// An attempt that hangs.
pub(super) struct Hung<'a> {
    /// Where its event stands.
    pub(super) mark: Mark,
    /// Whose event it is.
    pub(super) tenant: i64,
    /// The id of the event.
    pub(super) id: String,
    /// When it was begun.
    pub(super) at: Moment,
    /// What is waited for.
    pub(super) reply: Reply<'a>,
    /// What came.
    pub(super) came: Poll<Option<PostReply>>,
    /// How many hang.
    pub(super) count: &'a Cell<usize>,
}

impl Drop for Hung<'_> {
    fn drop(&mut self) {
        self.count.set(self.count.get() - 1);
    }
}
