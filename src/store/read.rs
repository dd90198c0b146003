//! Fetching: one resource as a client sees it, one as a write needs it, the members of groups.

use super::expression::View;
use super::fragment::Fragment;
use super::limits::MEMBERS_PER_ROW;
use super::record::{RUN, record};
use super::table::push_scope;
use super::{Error, Row, Statement};

/// Which resource of its type.
#[derive(Clone, Debug, PartialEq)]
pub enum Key {
    /// The one with this id.
    Id(String),
    /// The user that the token names: `/Me`.
    Subject,
}

impl Key {
    /// The id, where it is known.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Id(id) => Some(id),
            Self::Subject => None,
        }
    }

    /// Appends the id.
    pub fn push(&self, statement: &mut Statement, view: &View<'_>) {
        match self {
            Self::Id(id) => {
                statement.bind(id.as_str());
            }
            Self::Subject => view.tenant.push_subject(statement),
        }
    }
}

/// Appends the condition that the row is the one with this key.
pub fn push_is(statement: &mut Statement, view: &View<'_>, key: &Key) {
    push_scope(statement, view.resource_type, view.row(), view.tenant);
    statement.push(" AND ").push(view.row()).push(".id = ");
    key.push(statement, view);
}

/// Appends `FROM … WHERE` for one resource.
pub fn push_row(statement: &mut Statement, view: &View<'_>, key: &Key) {
    statement.push(" FROM ").push(view.row()).push(" WHERE ");
    push_is(statement, view, key);
}

/// The record of one resource (see [`record`](super::record)).
pub fn resource(view: &View<'_>, key: &Key, with_groups: bool) -> Statement {
    let mut statement = Statement::new("SELECT ");
    record(view, with_groups).write(&mut statement);
    statement.push(" AS record");
    push_row(&mut statement, view, key);
    statement
}

/// A resource as a write needs it.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// Its id.
    pub id: String,
    /// The document, JSON text.
    pub document: String,
    /// The version that a guarded write asks for.
    pub version: String,
}

/// One resource as a write needs it.
pub fn stored(view: &View<'_>, key: &Key) -> Statement {
    let mut statement = Statement::new("SELECT id, document, version");
    push_row(&mut statement, view, key);
    statement
}

/// Reads the row of [`stored`].
pub fn read_stored(row: &mut Row) -> Result<Stored, Error> {
    Ok(Stored {
        id: row.required_text(0)?,
        document: row.required_text(1)?,
        version: row.required_text(2)?,
    })
}

/// The version of one resource: whether it is there, and which one it is.
pub fn version(view: &View<'_>, key: &Key) -> Statement {
    let mut statement = Statement::new("SELECT version");
    push_row(&mut statement, view, key);
    statement
}

/// The members of groups: rows of a group's id and a run of up to [`MEMBERS_PER_ROW`] members, in order (see
/// [`record::members`](super::record::members)). `push_group_ids` selects the ids of the groups.
///
/// A group is cut at every thousandth member by a walk over the key alone, so that no row outgrows D1's limit and the
/// groups of a page, small or large, come in one statement.
///
/// One group is read to its end before the next begins, and at most `most` rows come: as many say that the last group, and
/// those that are missing, may have more.
pub fn members(
    view: &View<'_>,
    most: usize,
    push_group_ids: impl FnOnce(&mut Statement),
) -> Statement {
    let mut statement = Statement::new("WITH RECURSIVE page(id) AS (");
    push_group_ids(&mut statement);
    statement.push(
        "), cut(id, after, runs) AS (SELECT id, '', 0 AS runs FROM page UNION ALL \
         SELECT cut.id, n.member_id, runs + 1 FROM cut CROSS JOIN team_members n ON n.tenant_id = ",
    );
    view.tenant.push(&mut statement);
    statement.push(
        " AND n.team_id = cut.id AND n.member_id = (SELECT m.member_id FROM team_members m WHERE m.tenant_id = ",
    );
    view.tenant.push(&mut statement);
    statement
        .push(" AND m.team_id = cut.id AND m.member_id > cut.after ORDER BY m.member_id LIMIT 1 OFFSET ")
        .push(&(MEMBERS_PER_ROW - 1).to_string())
        .push(") ORDER BY runs DESC LIMIT ")
        .push(&most.to_string())
        .push(") SELECT id, (SELECT ");
    statement
        .push(RUN)
        .push(" FROM (SELECT member_id, member_type, display FROM team_members WHERE tenant_id = ");
    view.tenant.push(&mut statement);
    statement
        .push(" AND team_id = cut.id AND member_id > cut.after ORDER BY member_id LIMIT ")
        .push(&MEMBERS_PER_ROW.to_string())
        .push(") m) AS members FROM cut");
    statement
}

/// Appends the id of one group, for [`members`].
pub fn push_one_group(statement: &mut Statement, view: &View<'_>, key: &Key) {
    statement.push("SELECT ");
    key.push(statement, view);
}

/// What the error of a batch that failed on purpose has in its message.
pub const NOT_MET: &str = "condition not met";

/// A statement that fails the batch, and so undoes it, unless the condition holds.
pub fn guard(push_condition: impl FnOnce(&mut Statement)) -> Statement {
    let mut statement = Statement::new("SELECT ");
    push_guard(&mut statement, push_condition);
    statement
}

/// Whether the database answers, and has its tables.
pub fn alive() -> Statement {
    Statement::new("SELECT id FROM last_tenant")
}

/// Appends the expression of [`guard`]. D1 has no other way to fail with a text of ours: a path that is none makes
/// `json_extract` an error, which names it.
pub fn push_guard(statement: &mut Statement, push_condition: impl FnOnce(&mut Statement)) {
    statement.push("json_extract('{}', CASE WHEN ");
    push_condition(statement);
    statement
        .push(" THEN '$' ELSE '")
        .push(NOT_MET)
        .push("' END)");
}
