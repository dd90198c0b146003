//! How much of a page is fetched: what comes is in memory at once, and a thousand large resources
//! would not fit it.
//!
//! What is left out still comes as a row, without its record: how many there are is known all the
//! same, and which, so that they are fetched by their ids when the page is fetched again.

use super::key::key_text;
use super::part::{Columns, Item, Page};
use crate::fragment::{Fragment, value};
use crate::limits::{LARGEST_VALUE, PAGE_BYTES, RECORD_BYTES};
use crate::predicate::asks_type;
use crate::record::{fill_up_to, weighed_record};
use crate::source::Source;
use crate::{Statement, text};
use crate::{fragment, statement};
use scim::json;
use scim::list::List;
use serde_json::Value;

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
    /// Which bound it is fetched with: with [`Bound::Each`], and with [`Bound::Sum`] again where a
    /// record is left out. Where the filter asks the type of users' groups, that second run would
    /// cost as much as the first, and is likely, for such users may be in many groups: a large page
    /// is fetched with [`Bound::Sum`] at once.
    pub fn bound(&self, columns: Columns) -> Bound {
        let asks_type = |source: &Source<'_>| source.predicate.is_some_and(asks_type);
        let is_large = columns.groups && share(self.limit) < RECORD_BYTES;
        if is_large && self.sources.iter().any(asks_type) {
            Bound::Sum
        } else {
            Bound::Each
        }
    }

    /// The statement that fetches the page. The record is its last column.
    pub fn statement(&self, columns: Columns, bound: Bound) -> Statement {
        let key = columns.key.then_some("key_text, ");
        let source = (self.sources.len() > 1).then_some("source, ");
        if bound == Bound::Sum {
            let record = self.of_row(&|source| weighed_record(source.view.table(), columns.groups));
            let beside = columns.key.then(|| self.of_row(&key_text));
            let names = [
                columns.key.then_some("beside AS key_text, "),
                source.and(Some("place AS source, ")),
            ];
            let item = [record, beside.unwrap_or("NULL".into())];
            return fill_up_to(names.into(), self.places(), item, PAGE_BYTES);
        }
        let rows = match self.sources.as_slice() {
            [source] if !self.with_total => {
                let select = |rows| self.select(source, columns, rows);
                text::select(source, &select)
            }
            _ => self.union(columns),
        };
        let total = self.with_total.then(|| {
            let names = [
                key.and(Some(" AS key_text, NULL")),
                source.and(Some(" AS source, NULL")),
            ];
            fragment!(
                "WITH {matched} SELECT count(*){names} AS record FROM matched UNION ALL ",
                matched = self.matched(),
                names = names,
            )
        });
        // With a limit of its own it is not made one with the select within, which would put each
        // record together twice.
        statement!(
            "{total}SELECT {key}{source}iif(octet_length(record) <= {share}, record, id) AS record \
             FROM (SELECT * FROM ({rows}) LIMIT -1)",
            total = total,
            key = key,
            source = source,
            share = share(self.limit),
            rows = rows,
        )
    }

    /// The select of what is on the page, in order.
    fn places(&self) -> Fragment<'_> {
        fragment!(
            "SELECT id AS found, source AS place FROM ({ids})",
            ids = self.ordered_ids(),
        )
    }

    /// What is shown of a row among those of [`Page::places`].
    fn of_row<'a>(&'a self, item: &dyn Fn(&Source<'a>) -> Fragment<'a>) -> Fragment<'a> {
        self.of_source("next ->> 1", "next ->> 0", item)
    }

    /// What is on a page, as it came: the id and the source of each. Nothing of a page that did not
    /// come row by row.
    pub fn places_of(items: &[Item]) -> Option<String> {
        let place = |item: &Item| {
            let of_record = |record: &String| record.split('\n').next().map(str::to_owned);
            let id = item.id.clone().or_else(|| of_record(item.record.as_ref()?));
            Value::from(vec![Value::from(id), Value::from(item.source)])
        };
        let places = items.iter().map(place).list();
        (!places.is_empty()).then(|| json::text(&Value::from(places)))
    }

    /// The select of what is known to be on the page, as far as it is still there.
    pub(super) fn known_ids<'a>(&'a self, known: &'a str) -> Fragment<'a> {
        fragment!(
            "SELECT value ->> 0 AS id, value ->> 1 AS source FROM json_each({known}) \
             WHERE {is_there} LIMIT {limit}",
            known = value(known),
            is_there = self.of_source("value ->> 1", "value ->> 0", &|_| "1".into()),
            limit = self.limit,
        )
    }

    /// Bytes that the records may have together.
    pub fn room(&self, bound: Bound) -> usize {
        match bound {
            Bound::Each => share(self.limit).saturating_mul(rows(self.limit)),
            Bound::Sum => PAGE_BYTES + LARGEST_VALUE,
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
