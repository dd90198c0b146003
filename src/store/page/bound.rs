//! How much of a page is fetched: what comes is in memory at once, and a thousand large resources
//! would not fit it.
//!
//! What is left out still comes as a row, without its record: how many there are is known all the
//! same.

use super::{Columns, Page, Purpose};
use crate::fragment::Fragment;
use crate::limits::{LARGEST_VALUE, PAGE_BYTES, RECORD_BYTES};
use crate::{Statement, text};
use crate::{fragment, statement};

/// Which records of a page are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// Those that are larger than [`RECORD_BYTES`], or an even share of [`PAGE_BYTES`]: hardly any,
    /// and it costs nothing to see.
    Each,
    /// Those behind the first [`PAGE_BYTES`] together: the page ends early.
    Sum,
}

impl Page<'_> {
    /// The statement that fetches the page. The record is its last column.
    pub fn statement(&self, columns: Columns, bound: Bound) -> Statement {
        let rows = match self.sources.as_slice() {
            [source] => {
                let select = |rows| self.select(source, columns, Purpose::Page, rows);
                text::select(source, &select)
            }
            _ => self.union(columns),
        };
        // With a limit of its own it is not made one with the select within, which would put each
        // record together twice.
        statement!(
            "SELECT {key}{source}iif({fits}, record, NULL) AS record FROM (SELECT * FROM ({rows}) LIMIT -1)",
            key = columns.key.then_some("key_text, "),
            source = (self.sources.len() > 1).then_some("source, "),
            fits = self.fits(bound),
            rows = rows,
        )
    }

    /// Bytes that the records may have together.
    pub fn room(&self, bound: Bound) -> usize {
        match bound {
            Bound::Each => share(self.limit).saturating_mul(rows(self.limit)),
            Bound::Sum => PAGE_BYTES + LARGEST_VALUE,
        }
    }

    /// The condition that a record is not left out.
    fn fits(&self, bound: Bound) -> Fragment<'static> {
        match bound {
            Bound::Each => fragment!("octet_length(record) <= {share}", share = share(self.limit),),
            Bound::Sum => fragment!(
                "coalesce(sum(octet_length(record)) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) < {most}",
                most = PAGE_BYTES,
            ),
        }
    }
}

/// Bytes of a record, so that a page of them fits the reply.
fn share(limit: u64) -> usize {
    RECORD_BYTES.min(PAGE_BYTES / rows(limit).max(1))
}

fn rows(limit: u64) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}
