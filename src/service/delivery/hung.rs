//! An attempt whose reply did not come soon.

use std::cell::Cell;
use std::task::Poll;

use super::attempt::WebhookEvent;
use crate::outside::{LocalBoxFuture, Moment, PostReply};

/// Milliseconds for which others wait for a reply.
pub(super) const PATIENCE: u32 = 500;

/// What comes of an attempt.
pub(super) type PendingReply<'a> = LocalBoxFuture<'a, Option<PostReply>>;

/// An attempt that hangs.
pub(super) struct Hung<'a> {
    /// What is delivered.
    pub(super) event: WebhookEvent,
    /// The id of that.
    pub(super) id: String,
    /// When it was begun.
    pub(super) at: Moment,
    /// What is waited for.
    pub(super) reply: PendingReply<'a>,
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
