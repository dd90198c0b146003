//! How much of a page is fetched: what comes is in memory at once, and a thousand large resources would not fit it.
//!
//! What is left out still comes as a row, without its record: how many there are is known all the same.

use super::{Columns, Page, Part};
use crate::store::limits::PAGE_BYTES;
use crate::store::{Statement, text};

/// Which records of a page are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// Those that are larger than an even share of [`PAGE_BYTES`]: hardly any, and it costs nothing to see.
    Each,
    /// Those behind the first [`PAGE_BYTES`] together: the page ends early.
    Sum,
}

impl Page<'_> {
    /// The statement that fetches the page. The record is its last column.
    pub fn statement(&self, columns: Columns, bound: Bound) -> Statement {
        let mut statement = Statement::new("SELECT ");
        if columns.key {
            statement.push("dressed, ");
        }
        if self.sources.len() > 1 {
            statement.push("source, ");
        }
        match bound {
            Bound::Each => statement
                .push("iif(octet_length(record) <= ")
                .bind(share(self.limit)),
            Bound::Sum => statement
                .push(
                    "iif(coalesce(sum(octet_length(record)) \
                     OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) < ",
                )
                .push(&PAGE_BYTES.to_string()),
        };
        statement.push(", record, NULL) AS record FROM (SELECT * FROM (");
        if let [source] = self.sources.as_slice() {
            text::push_select(&mut statement, source, &|statement, rows| {
                self.push_select(statement, source, columns, Part::Page, rows);
            });
        } else {
            self.push_union(&mut statement, columns);
        }
        // With a limit of its own it is not made one with the select within, which would put each record together twice.
        statement.push(") LIMIT -1)");
        statement
    }
}

/// Bytes of a record such that as many fit a page.
fn share(limit: u64) -> i64 {
    i64::try_from(limit).map_or(0, |limit| PAGE_BYTES / limit.max(1))
}
