//! Fetching: one resource as a client sees it, one as a write needs it, the members of groups.

use super::expression::{View, push_groups_of};
use super::limits::MEMBERS_PER_ROW;
use super::table::push_scope;
use super::{Error, Row, Statement};
use scim::resource_type::USER_TYPE;

/// Which resource of its type.
#[derive(Clone, Debug, PartialEq)]
pub enum Key {
    /// The one with this id.
    Id(String),
    /// The user that the token names: `/Me`.
    Subject,
}

impl Key {
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

/// Appends the resource as JSON text, put together from the stored document: no parsing, no printing. A group's
/// members are not in it (see [`members`]).
pub fn push_resource(statement: &mut Statement, view: &View<'_>, with_groups: bool) {
    let resource_type = view.resource_type;
    statement.push("'{\"id\":\"' || ");
    view.push_column(statement, "id");
    statement.push(" || '\",' || substr(document, 2, length(document) - 2) || ");
    if with_groups && *resource_type == USER_TYPE {
        push_groups(statement, view);
        statement.push(" || ");
    }
    statement
        .push("',\"meta\":{\"resourceType\":\"")
        .push(resource_type.name)
        .push("\",\"created\":\"' || created_at || '\",\"lastModified\":\"' || updated_at || '\",\"location\":\"' || ")
        .bind(view.base)
        .push(" || '")
        .push(resource_type.endpoint)
        .push("/' || ");
    view.push_column(statement, "id");
    statement.push(" || '\",\"version\":\"W/\\\"' || version || '\\\"\"}}'");
}

/// Appends `,"groups":[…]`, or nothing where the user is in none. Where no team of the tenant is a member of another,
/// which one look at an index tells once a statement, groups are a plain join, at half the price of the walk upwards.
fn push_groups(statement: &mut Statement, view: &View<'_>) {
    statement.push(
        "CASE WHEN EXISTS (SELECT 1 FROM team_members INDEXED BY team_members_nested WHERE tenant_id = ",
    );
    view.tenant.push(statement);
    statement.push(" AND member_type = 'Group') THEN coalesce((");
    push_groups_of(statement);
    push_group_list(
        statement,
        view,
        "(SELECT team_id, min(kind) AS kind FROM up GROUP BY team_id)",
    );
    statement.push("), '') ELSE coalesce((");
    push_group_list(
        statement,
        view,
        "(SELECT m.team_id, 'direct' AS kind FROM team_members m INDEXED BY team_members_member \
         WHERE m.tenant_id = users.tenant_id AND m.member_id = users.id)",
    );
    statement.push("), '') END");
}

/// Appends the select that makes `,"groups":[…]` of rows `(team_id, kind)`.
fn push_group_list(statement: &mut Statement, view: &View<'_>, rows: &str) {
    statement
        .push(" SELECT ',\"groups\":[' || group_concat('{\"value\":\"' || g.team_id || '\",\"$ref\":\"' || ")
        .bind(view.base)
        .push(
            " || '/Groups/' || g.team_id || '\",\"type\":\"' || g.kind || '\",\"display\":' \
             || json_quote(substr(t.display_name, 1, 200)) || '}') || ']' FROM ",
        )
        .push(rows)
        .push(" g CROSS JOIN teams t ON t.tenant_id = users.tenant_id AND t.id = g.team_id");
}

/// One resource as a client sees it: its JSON, its version.
pub fn resource(view: &View<'_>, key: &Key, with_groups: bool) -> Statement {
    let mut statement = Statement::new("SELECT ");
    push_resource(&mut statement, view, with_groups);
    statement.push(" AS resource, version");
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

/// The members of groups as JSON text: rows of a group's id and up to [`MEMBERS_PER_ROW`] members, in order. `groups`
/// selects the ids of the groups.
///
/// A group is cut at every thousandth member by a walk over the key alone, so that no row outgrows D1's limit and the
/// groups of a page, small or large, come in one statement.
///
/// At most `most` rows come: as many say that there may be more.
pub fn members(
    view: &View<'_>,
    most: usize,
    push_group_ids: impl FnOnce(&mut Statement),
) -> Statement {
    let mut statement = Statement::new("WITH RECURSIVE page(id) AS (");
    push_group_ids(&mut statement);
    statement.push("), cut(id, after) AS (SELECT id, '' FROM page UNION ALL SELECT id, (SELECT m.member_id FROM team_members m WHERE m.tenant_id = ");
    view.tenant.push(&mut statement);
    statement
        .push(" AND m.team_id = cut.id AND m.member_id > cut.after ORDER BY m.member_id LIMIT 1 OFFSET ")
        .push(&(MEMBERS_PER_ROW - 1).to_string())
        .push(") FROM cut WHERE after IS NOT NULL LIMIT ")
        .push(&most.to_string())
        .push(") SELECT id, (SELECT group_concat('{\"value\":\"' || m.member_id || '\",\"$ref\":\"' || ")
        .bind(view.base)
        .push(" || '/' || m.member_type || 's/' || m.member_id || '\",\"type\":\"' || m.member_type || '\",\"display\":' || json_quote(m.display) || '}') FROM (SELECT member_id, member_type, display FROM team_members WHERE tenant_id = ");
    view.tenant.push(&mut statement);
    statement
        .push(" AND team_id = cut.id AND member_id > cut.after ORDER BY member_id LIMIT ")
        .push(&MEMBERS_PER_ROW.to_string())
        .push(") m) AS members FROM cut WHERE after IS NOT NULL");
    statement
}

/// Appends the id of one group, for [`members`].
pub fn push_one_group(statement: &mut Statement, view: &View<'_>, key: &Key) {
    statement.push("SELECT ");
    key.push(statement, view);
}

/// A statement that fails the batch, and so undoes it, unless the condition holds. D1 has no other way to say so:
/// `json` of what is not JSON is an error.
pub fn guard(push_condition: impl FnOnce(&mut Statement)) -> Statement {
    let mut statement = Statement::new("SELECT json(CASE WHEN ");
    push_condition(&mut statement);
    statement.push(" THEN '1' ELSE 'not met' END)");
    statement
}
