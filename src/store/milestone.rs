//! Milestones: where pages by `startIndex` began and ended (RFC 7644 §3.4.2.4), so that neither the next page nor the
//! same one again reads what it skips.
//!
//! A milestone only saves reading; it never decides what is on a page. It is noted after the reply, and holds as long as
//! `totals.moved` is what it was when the page was read, in the same transaction.

use super::expression::View;
use super::page::push_totals;
use super::{Error, Row, Statement};

/// Rows that a page may skip without leaving a milestone: reading them costs less than writing one.
pub const STEP: u64 = 100;

/// Appends the condition that a row is the last milestone at or before `offset`, or lies behind it.
pub fn push_from(statement: &mut Statement, view: &View<'_>, offset: i64) {
    statement.push(" AND id >= coalesce(");
    push_last(statement, view, "id", offset);
    statement.push(", '')");
}

/// Appends how many rows behind that milestone the page begins.
pub fn push_offset(statement: &mut Statement, view: &View<'_>, offset: i64) {
    statement.bind(offset).push(" - coalesce(");
    push_last(statement, view, "position", offset);
    statement.push(", 0)");
}

fn push_last(statement: &mut Statement, view: &View<'_>, column: &str, offset: i64) {
    statement
        .push("(SELECT ")
        .push(column)
        .push(" FROM milestones WHERE tenant_id = ");
    view.tenant.push(statement);
    statement
        .push(" AND resource_type = ")
        .bind(view.resource_type.name)
        .push(" AND moved = (SELECT moved");
    push_totals(statement, view);
    statement
        .push(") AND position <= ")
        .bind(offset)
        .push(" ORDER BY position DESC LIMIT 1)");
}

/// Appends the select of how many resources of the type there are, and of what a new milestone needs to know.
pub fn push_total(statement: &mut Statement, view: &View<'_>, offset: i64) {
    statement.push("SELECT total, moved, ");
    push_offset(statement, view, offset);
    statement.push(" AS skipped");
    push_totals(statement, view);
}

/// What the row of [`push_total`] tells of milestones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Walked {
    /// How many resources had gone, or come before the last one.
    pub moved: i64,
    /// How many rows the page skipped.
    pub skipped: u64,
}

/// Reads the row of [`push_total`].
pub fn read_walked(row: &Row) -> Result<Walked, Error> {
    let skipped = row.integer(2)?.unwrap_or_default();
    Ok(Walked {
        moved: row.integer(1)?.unwrap_or_default(),
        skipped: u64::try_from(skipped).unwrap_or_default(),
    })
}

/// Notes the resources at these positions, counted from 0, unless they hold no more, and forgets what does not hold.
pub fn note(view: &View<'_>, moved: i64, places: &[(i64, &str)]) -> Vec<Statement> {
    let name = view.resource_type.name;
    let mut statements = Vec::new();
    for (position, id) in places {
        let mut note = Statement::new(
            "INSERT INTO milestones (tenant_id, resource_type, moved, position, id) \
             SELECT tenant_id, resource_type, moved, ",
        );
        note.bind(*position).push(", ").bind(*id);
        push_totals(&mut note, view);
        note.push(" AND moved = ")
            .bind(moved)
            .push(" ON CONFLICT DO NOTHING");
        statements.push(note);
    }
    let mut forget = Statement::new("DELETE FROM milestones WHERE tenant_id = ");
    view.tenant.push(&mut forget);
    forget
        .push(" AND resource_type = ")
        .bind(name)
        .push(" AND moved < ")
        .bind(moved);
    statements.push(forget);
    statements
}
