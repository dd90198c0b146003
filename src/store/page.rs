//! Fetching a page of a list: filter, order, window (RFC 7644 §3.4.2, RFC 9865).
//!
//! The order is always total: the sort key, if one is asked for, then the id. A page by index skips rows; a page by
//! cursor starts behind the key of the last row seen, and costs the same wherever it is.

use scim::filter::predicate::Predicate;
use scim::path::Location;

use super::expression::View;
use super::limits::LARGEST_NUMBER;
use super::predicate::{is_lookup, push_predicate, users_of};
use super::record::push_record;
use super::table::push_scope;
use super::text::{self, Rows};
use super::{Error, Row, Statement, milestone};

mod bound;
mod key;
mod linked;
mod union;
mod whole;

pub use bound::Bound;
pub use key::{Key, Mark};
use key::{push_beyond, push_dressed, push_key};
pub use whole::Whole;

/// The resources of one type that a list is about.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The type, the tenant.
    pub view: View<'a>,
    /// Which of them; none for all.
    pub predicate: Option<&'a Predicate>,
    /// What they are ordered by; none where the list has no sort key, or the type lacks the attribute.
    pub sort: Option<&'a Location>,
}

/// Which way the list runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// Whether there is a sort key before the id.
    pub keyed: bool,
    /// Largest key first. The id ascends all the same.
    pub descending: bool,
}

/// Which part of the list.
#[derive(Clone, Debug, PartialEq)]
pub enum Window {
    /// Rows from this offset.
    Offset(u64),
    /// Rows behind this one.
    After(Mark),
    /// Rows before this one, nearest first.
    Before(Mark),
}

/// What is fetched of each row, besides the resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns {
    /// Whether a user's groups are part of it.
    pub groups: bool,
    /// The sort key, to make a cursor of.
    pub key: bool,
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Page<'a> {
    /// What it is about: one type, or several at the root.
    pub sources: Vec<Source<'a>>,
    /// Which way it runs.
    pub order: Order,
    /// Where it starts.
    pub window: Window,
    /// How many rows at the most.
    pub limit: u64,
}

/// A row of a page.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Its record (see [`record`](super::record)); none where the [`Bound`] of the page left it out.
    pub record: Option<String>,
    /// Its sort key, if asked for.
    pub key: Option<Key>,
    /// Which of the sources it comes from.
    pub source: usize,
}

/// What a select is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// All of the page, row by row.
    Page,
    /// All of the page, to be put together.
    Whole,
}

impl Page<'_> {
    /// Appends a select of the ids alone of the groups on the page, for their members.
    pub fn push_ids(&self, statement: &mut Statement) {
        let [source] = self.sources.as_slice() else {
            self.push_union_ids(statement);
            return;
        };
        statement.push("SELECT id FROM (");
        text::push_select(statement, source, &|statement: &mut Statement, rows| {
            statement.push("SELECT id");
            self.push_from(statement, source, rows);
        });
        statement.push(")");
    }

    /// The offset of a page that milestones are for: one of all resources of one type, in the order of their ids, that
    /// skips some.
    pub fn walked(&self) -> Option<i64> {
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

    /// The statements that tell how many resources match, and of a walk what a milestone needs to know.
    pub fn totals(&self) -> Vec<Statement> {
        let of = |source: &Source<'_>| {
            if source.predicate.is_some() {
                return count(source);
            }
            let mut statement = Statement::default();
            self.push_total(&mut statement, &source.view);
            statement
        };
        self.sources.iter().map(of).collect()
    }

    fn push_total(&self, statement: &mut Statement, view: &View<'_>) {
        match self.walked() {
            Some(offset) => milestone::push_total(statement, view, offset),
            None => push_total(statement, view),
        }
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
        Ok(Item {
            record: row.text(next())?,
            key: key.as_deref().and_then(Key::parse),
            source: source
                .and_then(|index| usize::try_from(index).ok())
                .unwrap_or_default(),
        })
    }

    /// Appends the select of one source.
    fn push_select(
        &self,
        statement: &mut Statement,
        source: &Source<'_>,
        columns: Columns,
        part: Part,
        rows: Rows,
    ) {
        statement.push("SELECT ");
        if part == Part::Whole {
            statement.push("id, ");
        }
        if columns.key {
            push_dressed(statement, source);
            statement.push(" AS dressed, ");
        }
        push_record(statement, &source.view, columns.groups);
        statement.push(" AS record");
        self.push_from(statement, source, rows);
    }

    /// Appends `FROM … WHERE … ORDER BY … LIMIT …`.
    fn push_from(&self, statement: &mut Statement, source: &Source<'_>, rows: Rows) {
        let group = source
            .predicate
            .and_then(|predicate| users_of(&source.view, predicate))
            .filter(|_| !self.order.keyed);
        if let Some(group) = group {
            self.push_users_of(statement, &source.view, group);
        } else {
            push_matching(statement, source, rows);
            match &self.window {
                Window::Offset(_) => {
                    if let Some(offset) = self.walked() {
                        milestone::push_from(statement, &source.view, offset);
                    }
                }
                Window::After(mark) => push_beyond(statement, source, self.order, mark, true),
                Window::Before(mark) => push_beyond(statement, source, self.order, mark, false),
            }
        }
        self.push_order(
            statement,
            |statement| push_key(statement, source),
            // A look-up is by its key; the order must not tempt the planner to walk the tenant by id.
            if source
                .predicate
                .is_some_and(|predicate| is_lookup(&source.view, predicate))
            {
                "+"
            } else {
                ""
            },
            source.view.row(),
        );
        self.push_limit(statement, rows);
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

    /// Appends the limit. A part of a union keeps what the whole will skip.
    fn push_limit(&self, statement: &mut Statement, rows: Rows) {
        let offset = self.offset();
        if rows == Rows::Share {
            rows.push_limit(statement, self.reach());
            return;
        }
        rows.push_limit(statement, number(self.limit));
        match (self.walked(), self.sources.first()) {
            (Some(offset), Some(source)) => {
                statement.push(" OFFSET ");
                milestone::push_offset(statement, &source.view, offset);
            }
            _ if offset > 0 => {
                statement.push(" OFFSET ").bind(number(offset));
            }
            _ => {}
        }
    }

    /// §3.4.2.3: what has no value comes last when ascending, first when descending.
    fn push_order(
        &self,
        statement: &mut Statement,
        push_key: impl Fn(&mut Statement),
        sign: &str,
        row: &str,
    ) {
        let backwards = matches!(self.window, Window::Before(_));
        statement.push(" ORDER BY ");
        if self.order.keyed {
            push_key(statement);
            statement.push(if self.order.descending == backwards {
                " ASC NULLS LAST, "
            } else {
                " DESC NULLS FIRST, "
            });
        }
        statement
            .push(sign)
            .push(row)
            .push(if backwards { ".id DESC" } else { ".id" });
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
    text::count(source, &|statement, rows| {
        push_matching(statement, source, rows);
    })
}

/// How many resources of the type there are: one row, kept by triggers.
pub fn total(view: &View<'_>) -> Statement {
    let mut statement = Statement::default();
    push_total(&mut statement, view);
    statement
}

fn push_total(statement: &mut Statement, view: &View<'_>) {
    statement.push("SELECT total");
    push_totals(statement, view);
}

/// Appends `FROM totals WHERE …`.
pub(super) fn push_totals(statement: &mut Statement, view: &View<'_>) {
    statement.push(" FROM totals WHERE tenant_id = ");
    view.tenant.push(statement);
    statement
        .push(" AND resource_type = ")
        .bind(view.resource_type.name);
}

fn push_matching(statement: &mut Statement, source: &Source<'_>, rows: Rows) {
    statement.push(" FROM ");
    rows.push_from(statement, source.view.row());
    statement.push(" WHERE ");
    push_scope(
        statement,
        source.view.resource_type,
        source.view.row(),
        source.view.tenant,
    );
    if let Some(predicate) = source.predicate {
        statement.push(" AND ");
        push_predicate(statement, &source.view, predicate);
    }
}

/// A number of rows as D1 takes it.
fn number(rows: u64) -> i64 {
    i64::try_from(rows).map_or(LARGEST_NUMBER, |rows| rows.min(LARGEST_NUMBER))
}
