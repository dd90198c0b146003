//! Milestones: where pages by `startIndex` began and ended (RFC 7644 §3.4.2.4), so that neither the
//! next page nor the same one again reads what it skips.
//!
//! A milestone only saves reading; it never decides what is on a page. It is noted after the reply,
//! and holds as long as `totals.moved` is what it was when the page was read, in the same
//! transaction.

use super::expression::View;
use super::fragment::{Fragment, value};
use super::source::totals_of;
use super::{Error, Row, Statement};
use crate::{fragment, statement};
use scim::list::List;

/// Rows that a page may skip without leaving a milestone: reading them costs less than writing one.
pub const STEP: u64 = 100;

/// The condition that a row is the last milestone at or before `offset`, or lies behind it.
pub fn from<'a>(view: &View<'a>, offset: i64) -> Fragment<'a> {
    fragment!(
        " AND id >= coalesce({last}, '')",
        last = last(view, "id", offset),
    )
}

/// How many rows behind that milestone the page begins.
pub fn rest<'a>(view: &View<'a>, offset: i64) -> Fragment<'a> {
    fragment!(
        "{offset} - coalesce({last}, 0)",
        offset = value(offset),
        last = last(view, "position", offset),
    )
}

/// A column of that milestone.
fn last<'a>(view: &View<'a>, column: &'static str, offset: i64) -> Fragment<'a> {
    fragment!(
        "(SELECT {column} FROM milestones \
         WHERE tenant_id = {tenant} AND resource_type = {name} AND moved = (SELECT moved{totals}) AND position <= {offset} \
         ORDER BY position DESC LIMIT 1)",
        column = column,
        tenant = view.tenant,
        name = value(view.resource_type.name),
        totals = totals_of(view),
        offset = value(offset),
    )
}

/// The select of how many resources of the type there are, and of what a new milestone needs to
/// know.
pub fn total<'a>(view: &View<'a>, offset: i64) -> Fragment<'a> {
    fragment!(
        "SELECT total, moved, {rest} AS skipped{totals}",
        rest = rest(view, offset),
        totals = totals_of(view),
    )
}

/// What the row of [`total`] tells of a page that skips rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skip {
    /// How many resources had gone, or come before the last one.
    pub moved: i64,
    /// How many rows the page skipped.
    pub rows: u64,
}

/// Reads the row of [`total`].
pub fn read_skip(row: &Row) -> Result<Skip, Error> {
    let rows = row.count(2)?;
    Ok(Skip {
        moved: row.count(1)?,
        rows: u64::try_from(rows).unwrap_or_default(),
    })
}

/// Notes the resources at these positions, counted from 0, unless they hold no more, and forgets
/// what does not hold.
pub fn note(view: &View<'_>, moved: i64, rows: &[(i64, &str)]) -> Vec<Statement> {
    let note = |(position, id): &(i64, &str)| {
        statement!(
            "INSERT INTO milestones (tenant_id, resource_type, moved, position, id) \
             SELECT tenant_id, resource_type, moved, {position}, {id}{totals} AND moved = {moved} \
             ON CONFLICT DO NOTHING",
            position = value(*position),
            id = value(*id),
            totals = totals_of(view),
            moved = value(moved),
        )
    };
    let forget = statement!(
        "DELETE FROM milestones WHERE tenant_id = {tenant} AND resource_type = {name} AND moved < {moved}",
        tenant = view.tenant,
        name = value(view.resource_type.name),
        moved = value(moved),
    );
    rows.iter().map(note).chain([forget]).list()
}
