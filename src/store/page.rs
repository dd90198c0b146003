//! Fetching a page of a list: filter, order, window (RFC 7644 §3.4.2, RFC 9865).
//!
//! The order is always total: the sort key, if one is asked for, then the id. A page by index skips
//! rows; a page by cursor starts behind the key of the last row seen, and costs the same wherever
//! it is.

use super::expression::View;
use super::fragment::{Fragment, value};
use super::limits::LARGEST_NUMBER;
use super::predicate::{condition, finds_one, is_lookup, skim, users_of};
use super::record::record_of_page;
pub use super::source::Source;
use super::source::totals_of;
use super::text::{self, Rows};
use super::{Error, Row, Statement, milestone};
use crate::{fragment, statement};
use scim::list::List;

mod bound;
mod budget;
mod key;
mod linked;
mod part;
mod union;
mod whole;

pub use bound::Bound;
pub use key::{Mark, Order, SortKey};
use key::{beyond, is_required, key_text, sort_key};
pub use part::{Columns, Item, Page, Window};
pub use whole::Whole;

impl Page<'_> {
    /// The offset of a page that milestones are for: one of all resources of one type, in the order
    /// of their ids, that skips some.
    pub fn walk_offset(&self) -> Option<i64> {
        match (self.sources.as_slice(), &self.window) {
            ([source], Window::Offset(offset))
                if *offset >= milestone::STEP
                    && !self.order.keyed
                    && source.predicate.is_none() =>
            {
                Some(number(*offset))
            }
            _ => None,
        }
    }

    /// The statements that tell how many resources match, and of a walk what a milestone needs to
    /// know.
    pub fn totals(&self) -> Vec<Statement> {
        let of = |source: &Source<'_>| {
            if source.predicate.is_some() {
                return count(source);
            }
            statement!("{total}", total = self.total(&source.view))
        };
        self.sources.iter().map(of).list()
    }

    /// The select of how many resources of a type there are, and of a walk what a milestone needs
    /// to know.
    fn total<'a>(&'a self, view: &View<'a>) -> Fragment<'a> {
        match self.walk_offset() {
            Some(offset) => milestone::total(view, offset),
            None => total_of(view),
        }
    }

    /// Whether the page is cheaper with its total: where no index has its order, all there is is
    /// compared for it, and would be once more to be counted.
    pub fn compares_all(&self, columns: Columns) -> bool {
        self.has_own_order()
            && self.bound(columns) == Bound::Each
            && self.sources.iter().any(|source| source.predicate.is_some())
    }

    /// Whether its order is not that of an index.
    fn has_own_order(&self) -> bool {
        self.order.keyed && !self.sources.iter().all(is_required)
    }

    /// Reads a row of [`Page::statement`].
    pub fn read(&self, row: &mut Row, columns: Columns) -> Result<Item, Error> {
        let mut column = 0..;
        let mut next = || column.next().unwrap_or_default();
        let key = if columns.key { row.text(next())? } else { None };
        let source = if self.sources.len() > 1 {
            row.integer(next())?
        } else {
            None
        };
        let text = row.text(next())?;
        // A record has lines, an id has none.
        let is_record = |text: &String| text.as_bytes().contains(&b'\n');
        let (record, id) = match text {
            Some(id) if !is_record(&id) => (None, Some(id)),
            record => (record, None),
        };
        Ok(Item {
            record,
            id,
            key: key.as_deref().and_then(SortKey::parse),
            source: source
                .and_then(|index| usize::try_from(index).ok())
                .unwrap_or_default(),
        })
    }

    /// The select of one source.
    fn select<'a>(&'a self, source: &Source<'a>, columns: Columns, rows: Rows) -> Fragment<'a> {
        let key = || fragment!("{key_text} AS key_text, ", key_text = key_text(source));
        fragment!(
            "SELECT id, {key}{record} AS record{from}",
            key = columns.key.then(key),
            record = self.record(source, columns.groups),
            from = self.ordered_rows(source, rows),
        )
    }

    /// The expression of a record.
    fn record<'a>(&self, source: &Source<'a>, with_groups: bool) -> Fragment<'a> {
        let finds_one = |predicate| finds_one(&source.view, predicate);
        let rows = if source.predicate.is_some_and(finds_one) {
            1
        } else {
            self.limit
        };
        record_of_page(&source.view, with_groups, rows)
    }

    /// `FROM …` for what is fetched of the page's rows. `SQLite` puts a row together before it is
    /// in order, with all that will be left out: so where an order is not that of an index, it is
    /// of ids, and only what is on the page is put together: once, for with a limit of its own it
    /// is not made one with the select around it.
    fn ordered_rows<'a>(&'a self, source: &Source<'a>, rows: Rows) -> Fragment<'a> {
        let row = source.view.row();
        let from = self.from(source, rows);
        if !self.is_put_in_order(source) {
            return from;
        }
        fragment!(
            " FROM (SELECT {row}.seq AS picked{from}) CROSS JOIN {row} ON {row}.seq = picked LIMIT -1",
            row = row,
            from = from,
        )
    }

    /// Whether the rows come in another order than the page's, or some of them are skipped.
    fn is_put_in_order(&self, source: &Source<'_>) -> bool {
        if self.order.keyed {
            return source.predicate.is_some() || !is_required(source);
        }
        let of_group = |predicate| users_of(&source.view, predicate).is_some();
        self.offset() > 0 && source.predicate.is_some_and(of_group)
    }

    /// `FROM … WHERE … ORDER BY … LIMIT …`
    fn from<'a>(&'a self, source: &Source<'a>, rows: Rows) -> Fragment<'a> {
        // A look-up is by its key; the order must not tempt the planner to walk the tenant by id.
        let is_lookup = |predicate| is_lookup(&source.view, predicate);
        let sign = source.predicate.is_some_and(is_lookup).then_some("+");
        fragment!(
            "{rows}{order}{limit}",
            rows = self.rows(source, rows),
            order = self.order(|| sort_key(source), sign, source.view.row()),
            limit = self.limit(rows),
        )
    }

    /// `FROM … WHERE …`: what matches, from where the window begins.
    fn rows<'a>(&'a self, source: &Source<'a>, rows: Rows) -> Fragment<'a> {
        let group = source
            .predicate
            .and_then(|predicate| users_of(&source.view, predicate))
            .filter(|_| !self.order.keyed);
        if let Some(group) = group {
            return self.users_of(&source.view, group);
        }
        let window = match &self.window {
            Window::Offset(_) => {
                let offset = self.walk_offset();
                offset
                    .map(|offset| milestone::from(&source.view, offset))
                    .into()
            }
            Window::After(mark) => beyond(source, &self.sources, (self.order, true), mark),
            Window::Before(mark) => beyond(source, &self.sources, (self.order, false), mark),
        };
        vec![matching(source, rows), window].into()
    }

    /// How many rows it skips.
    fn offset(&self) -> u64 {
        match self.window {
            Window::Offset(offset) => offset,
            Window::After(_) | Window::Before(_) => 0,
        }
    }

    /// How many rows it skips and shows.
    fn reach(&self) -> i64 {
        number(self.limit.saturating_add(self.offset()))
    }

    /// The limit. A part of a union keeps what the whole will skip.
    fn limit(&self, rows: Rows) -> Fragment<'_> {
        let offset = self.offset();
        if rows == Rows::Share {
            return rows.limit(self.reach());
        }
        let offset = match (self.walk_offset(), self.sources.first()) {
            (Some(offset), Some(source)) => fragment!(
                " OFFSET {rest}",
                rest = milestone::rest(&source.view, offset),
            ),
            _ if offset > 0 => {
                fragment!(" OFFSET {offset}", offset = value(number(offset)))
            }
            _ => Fragment::None,
        };
        vec![rows.limit(number(self.limit)), offset].into()
    }

    /// §3.4.2.3: what has no value comes last when ascending, first when descending.
    fn order<'a>(
        &self,
        key: impl FnOnce() -> Fragment<'a>,
        sign: Option<&'static str>,
        row: &'static str,
    ) -> Fragment<'a> {
        let backwards = matches!(self.window, Window::Before(_));
        let key = self.order.keyed.then(|| {
            fragment!(
                "{key} {direction}, ",
                key = key(),
                direction = if self.order.descending == backwards {
                    "ASC NULLS LAST"
                } else {
                    "DESC NULLS FIRST"
                },
            )
        });
        fragment!(
            " ORDER BY {key}{sign}{row}.id{direction}",
            key = key,
            sign = sign,
            row = row,
            direction = backwards.then_some(" DESC"),
        )
    }
}

/// How many resources match.
fn count(source: &Source<'_>) -> Statement {
    let view = &source.view;
    if let Some(group) = source
        .predicate
        .and_then(|predicate| users_of(view, predicate))
    {
        return linked::count_users_of(view, group);
    }
    text::count(source, &|rows| matching(source, rows))
}

/// How many resources of the type there are: one row, kept by triggers.
pub fn total(view: &View<'_>) -> Statement {
    statement!("{total}", total = total_of(view))
}

fn total_of<'a>(view: &View<'a>) -> Fragment<'a> {
    fragment!("SELECT total{totals}", totals = totals_of(view))
}

/// `FROM … WHERE …`: what matches.
fn matching<'a>(source: &Source<'a>, rows: Rows) -> Fragment<'a> {
    let view = &source.view;
    let filter = source.predicate.map(|predicate| {
        let skim = skim(view, predicate).map(|skim| fragment!(" AND {skim}", skim = skim));
        let condition = condition(view, predicate);
        fragment!("{skim} AND {condition}", skim = skim, condition = condition)
    });
    fragment!(
        " FROM {rows}{filter}",
        rows = rows.of(source),
        filter = filter,
    )
}

/// A number of rows as D1 takes it.
fn number(rows: u64) -> i64 {
    i64::try_from(rows).map_or(LARGEST_NUMBER, |rows| rows.min(LARGEST_NUMBER))
}
