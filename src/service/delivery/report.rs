//! What came of deliveries.

use std::cell::{Cell, RefCell};

/// Seconds within which a next attempt is waited for by the queue.
const SOON: u64 = 120;

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// In how many seconds to go on, where that is before the next minute or so.
    pub wake: Option<u32>,
    /// What there is to say in the log.
    pub lines: Vec<String>,
}

/// What several that deliver at once add to.
#[derive(Default)]
pub(super) struct SharedReport {
    pub(super) wake: Cell<Option<u32>>,
    pub(super) lines: RefCell<Vec<String>>,
    /// Attempts that hang.
    pub(super) hanging: Cell<usize>,
}

impl SharedReport {
    pub(super) fn wake_in(&self, milliseconds: u64) {
        let seconds = milliseconds.div_ceil(1_000);
        if let Ok(seconds) = u32::try_from(seconds)
            && u64::from(seconds) <= SOON
        {
            let earlier = self.wake.get().map_or(seconds, |known| known.min(seconds));
            self.wake.set(Some(earlier));
        }
    }

    pub(super) fn say(&self, line: String) {
        self.lines.borrow_mut().push(line);
    }
}
