//! Rows of the log of requests, gathered: a busy instance writes those of many requests in one
//! batch, or the log would cost as much as what it tells of.
//!
//! What the platform gives to a request is that request's alone, its database too. So the first
//! whose row waits does the writing, behind its reply; the rows of the others are plain data, and
//! those requests end without them.

use store::ledger::requests::LogRow;

/// Milliseconds for which rows wait for others.
pub const WAIT: u32 = 50;
/// Bytes of rows that wait: they are written at once where there are more.
const MOST: usize = 262_144;
/// Milliseconds after which the request that was to write is taken for lost.
const PATIENCE: u64 = 1_000;

/// The rows that wait.
#[derive(Debug, Default)]
pub struct Gathering {
    rows: Vec<LogRow>,
    bytes: usize,
    /// Since when there is a request that will write.
    since: Option<u64>,
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
        if self.since.is_some_and(|since| now < since + PATIENCE) {
            return None;
        }
        self.since = Some(now);
        Some(WAIT)
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
    fn much_is_written_at_once() {
        let mut gathering = Gathering::default();
        assert_eq!(gathering.add(row(1), 0), Some(WAIT));
        assert_eq!(gathering.add(row(MOST), 0), Some(0));
        assert_eq!(gathering.take().len(), 2);
        // The one who was to write finds what has come since.
        assert_eq!(gathering.add(row(1), 1), Some(WAIT));
        assert_eq!(gathering.take().len(), 1);
        let less = MOST - row(0).size();
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
