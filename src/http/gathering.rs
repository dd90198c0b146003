//! What is left to do behind replies, gathered: a busy instance writes the log's rows of many
//! requests in one batch, or the log would cost as much as what it tells of; and it wakes itself up
//! once for many writes.
//!
//! What the platform gives to a request is that request's alone, its database too. So the first
//! whose row waits does the writing, behind its reply; the rows of the others are plain data, and
//! those requests end without them.

use store::ledger::requests::LogRow;

/// Milliseconds for which others are waited for.
pub const WAIT: u32 = 50;
/// Bytes of rows that wait: they are written at once where there are more.
const MOST: usize = 262_144;
/// Milliseconds after which the request that was to do it is taken for lost.
const PATIENCE: u64 = 1_000;

/// Whether there is a request that will do for the others what they leave to it, and since when.
#[derive(Debug, Default)]
pub struct Turn(Option<u64>);

impl Turn {
    /// Takes it, unless another request has: that one has not begun yet, so it does for this one,
    /// too.
    pub fn take(&mut self, now: u64) -> bool {
        let is_free = self.0.is_none_or(|since| now >= since + PATIENCE);
        if is_free {
            self.0 = Some(now);
        }
        is_free
    }

    /// Gives it back, as what was left begins to be done.
    pub fn end(&mut self) {
        self.0 = None;
    }
}

/// The rows that wait.
#[derive(Debug, Default)]
pub struct Gathering {
    rows: Vec<LogRow>,
    bytes: usize,
    turn: Turn,
}

impl Gathering {
    /// Adds the row of a request: after how many milliseconds that request is to [take](Self::take)
    /// what waits then, and to write it; none where another will.
    pub fn add(&mut self, row: LogRow, now: u64) -> Option<u32> {
        self.bytes += row.size();
        self.rows.push(row);
        if self.bytes > MOST {
            return Some(0);
        }
        self.turn.take(now).then_some(WAIT)
    }

    /// Takes what waits.
    pub fn take(&mut self) -> Vec<LogRow> {
        std::mem::take(self).rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::ledger::requests::{Expense, NewRequest, Sender};
    use store::tenant::Tenant;

    fn row(bytes: usize) -> LogRow {
        let request = NewRequest {
            request_body: Some("x".repeat(bytes)),
            ..NewRequest::default()
        };
        let caller = (&Tenant::DEFAULT, &Sender::Customer);
        LogRow::new(1, caller, request, Expense::default(), None)
    }

    #[test]
    fn the_first_writes_for_all() {
        let mut gathering = Gathering::default();
        assert_eq!(gathering.add(row(1), 1_000), Some(WAIT));
        assert_eq!(gathering.add(row(2), 1_001), None);
        assert_eq!(gathering.add(row(3), 1_049), None);
        assert_eq!(gathering.take(), [row(1), row(2), row(3)]);
        assert_eq!(gathering.add(row(4), 1_060), Some(WAIT));
        assert_eq!(gathering.take(), [row(4)]);
        assert_eq!(gathering.take(), []);
    }

    #[test]
    fn whoever_comes_later_leaves_it_to_the_first() {
        let mut turn = Turn::default();
        assert!(turn.take(1_000));
        assert!(!turn.take(1_049));
        turn.end();
        assert!(turn.take(1_050));
        assert!(!turn.take(1_049 + PATIENCE));
        assert!(turn.take(1_050 + PATIENCE));
    }

    #[test]
    fn much_is_written_at_once() {
        let mut gathering = Gathering::default();
        assert_eq!(gathering.add(row(1), 0), Some(WAIT));
        assert_eq!(gathering.add(row(MOST), 0), Some(0));
        assert_eq!(gathering.take().len(), 2);
        // The one who was to write finds what has come since.
        assert_eq!(gathering.add(row(1), 1), Some(WAIT));
        assert_eq!(gathering.take().len(), 1);
        let less = 2 * MOST - row(MOST).size();
        assert_eq!(gathering.add(row(less), 2), Some(WAIT));
        assert_eq!(gathering.add(row(0), 2), Some(0));
    }

    #[test]
    fn nothing_is_lost_with_the_one_who_was_to_write() {
        let mut gathering = Gathering::default();
        assert_eq!(gathering.add(row(1), 0), Some(WAIT));
        assert_eq!(gathering.add(row(2), PATIENCE - 1), None);
        assert_eq!(gathering.add(row(3), PATIENCE), Some(WAIT));
        assert_eq!(gathering.take().len(), 3);
    }
}
