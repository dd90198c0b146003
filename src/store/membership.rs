//! Membership: rows that come and go, in the batch of the write that asks for it.
//!
//! Every statement here asks for the version that the batch has just given the team, so that it does nothing when the
//! team was not there or was not the version the client meant. Ids travel as one JSON parameter a statement.

use scim::filter::predicate::Predicate;
use scim::patch::LinkChange;

use super::expression::View;
use super::fragment::Fragment;
use super::limits::{IDS_PER_PARAMETER, MARKED_PER_ROW};
use super::links::{Display, member_links};
use super::predicate::{MARKS, marks};
use super::{Statement, read, table::push_scope};

/// Ids as JSON arrays, each within D1's limit of a parameter.
fn chunks(ids: &[String]) -> impl Iterator<Item = String> {
    ids.chunks(IDS_PER_PARAMETER).map(json)
}

pub(super) fn json(ids: &[String]) -> String {
    serde_json::Value::from(ids).to_string()
}

/// Appends the condition that the row `r` is the team `group` and has this version now.
fn push_is_written(statement: &mut Statement, view: &View<'_>, group: &str, version: &str) {
    push_scope(statement, view.resource_type, "r", view.tenant);
    statement
        .push(" AND r.id = ")
        .bind(group)
        .push(" AND r.version = ")
        .bind(version);
}

/// Appends the id of the team `group` if it has this version now, else NULL: a range of members keyed by it is then
/// empty, where a condition beside the range would be asked behind each row that is read.
fn push_written(statement: &mut Statement, view: &View<'_>, group: &str, version: &str) {
    statement.push("(SELECT r.id FROM teams r WHERE ");
    push_is_written(statement, view, group, version);
    statement.push(")");
}

/// Appends the condition that the change would change something, joined by OR; nothing where it is empty.
pub fn push_changes(statement: &mut Statement, view: &View<'_>, group: &str, change: &LinkChange) {
    let push_member = |statement: &mut Statement| {
        statement.push("EXISTS (SELECT 1");
        push_members(statement, view, group);
        statement.push(" AND m.member_id = j.value)");
    };
    for ids in chunks(&change.add) {
        statement
            .push(" OR EXISTS (SELECT 1 FROM json_each(")
            .bind(ids)
            .push(") j WHERE NOT ");
        push_member(statement);
        statement.push(")");
    }
    for ids in chunks(&change.remove) {
        statement
            .push(" OR EXISTS (SELECT 1 FROM json_each(")
            .bind(ids)
            .push(") j WHERE ");
        push_member(statement);
        statement.push(")");
    }
    if change.clear {
        // If `add` are all members, others are there if there are more.
        statement.push(" OR EXISTS (SELECT 1");
        push_members(statement, view, group);
        statement
            .push(" LIMIT 1 OFFSET ")
            .bind(number(change.add.len()))
            .push(" + 0)");
    }
}

/// Appends `FROM …` the members of a team.
fn push_members(statement: &mut Statement, view: &View<'_>, group: &str) {
    statement.push(" FROM team_members m WHERE m.tenant_id = ");
    view.tenant.push(statement);
    statement.push(" AND m.team_id = ").bind(group);
}

fn number(ids: usize) -> i64 {
    i64::try_from(ids).unwrap_or(i64::MAX)
}

/// Appends ` AND m.member_id NOT IN (…)` for each chunk of ids.
fn push_not_among(statement: &mut Statement, ids: &[String]) {
    for ids in chunks(ids) {
        statement
            .push(" AND m.member_id NOT IN (SELECT value FROM json_each(")
            .bind(ids)
            .push("))");
    }
}

/// The statements that make the change, for the team that the batch has just given `version`.
pub fn statements(
    view: &View<'_>,
    group: &str,
    version: &str,
    change: &LinkChange,
) -> Vec<Statement> {
    let mut statements = Vec::new();
    let delete = || {
        let mut statement = Statement::new("DELETE FROM team_members AS m WHERE m.tenant_id = ");
        view.tenant.push(&mut statement);
        statement.push(" AND m.team_id = ");
        push_written(&mut statement, view, group, version);
        statement
    };
    if change.clear {
        let mut statement = delete();
        push_not_among(&mut statement, &change.add);
        statements.push(statement);
    }
    for ids in chunks(&change.remove) {
        let mut statement = delete();
        statement
            .push(" AND m.member_id IN (SELECT value FROM json_each(")
            .bind(ids)
            .push("))");
        statements.push(statement);
    }
    for ids in chunks(&change.add) {
        statements.push(insert(view, group, version, ids));
    }
    statements
}

/// Makes the resources with these ids members of a team: users first, else teams.
fn insert(view: &View<'_>, group: &str, version: &str, ids: String) -> Statement {
    let mut statement = Statement::new(
        "INSERT INTO team_members (tenant_id, team_id, member_id, member_type, display) \
         SELECT r.tenant_id, r.id, j.value, iif(u.seq IS NULL, 'Group', 'User'), \
         substr(coalesce(u.display_name, u.user_name, t.display_name), 1, 200) \
         FROM teams r CROSS JOIN json_each(",
    );
    statement.bind(ids);
    push_named(&mut statement, view);
    statement.push(" AND ");
    push_is_written(&mut statement, view, group, version);
    statement.push(" ON CONFLICT DO NOTHING");
    statement
}

/// Appends the condition that holds after the statements that added ids to what was there, unless one of them names
/// nothing or closes a circle: then the batch must be undone.
fn push_sound(
    statement: &mut Statement,
    view: &View<'_>,
    group: &str,
    version: &str,
    added: &[String],
) {
    push_if_written(statement, view, group, version, |statement| {
        for ids in chunks(added) {
            statement
                .push("NOT EXISTS (SELECT 1 FROM json_each(")
                .bind(ids);
            statement.push(") j WHERE NOT EXISTS (SELECT 1");
            push_members(statement, view, group);
            statement.push(" AND m.member_id = j.value)) AND ");
        }
    });
}

/// The same for a team that has nothing but the members just added, so that they need only be counted. (Of a thousand
/// ids, that is half of what the create of a team costs.)
pub fn push_complete(
    statement: &mut Statement,
    view: &View<'_>,
    group: &str,
    version: &str,
    members: usize,
) {
    push_if_written(statement, view, group, version, |statement| {
        statement.push("(SELECT count(*)");
        push_members(statement, view, group);
        statement.push(") = ").bind(number(members)).push(" AND ");
    });
}

/// Appends the condition that a team, if it has this version now, is in no circle and meets a condition that ends in AND.
fn push_if_written(
    statement: &mut Statement,
    view: &View<'_>,
    group: &str,
    version: &str,
    push_condition: impl FnOnce(&mut Statement),
) {
    push_written(statement, view, group, version);
    statement.push(" IS NULL OR (");
    push_condition(statement);
    statement.push("NOT EXISTS (");
    push_above(statement, view, group);
    statement
        .push(" SELECT 1 FROM above WHERE above.id = ")
        .bind(group)
        .push("))");
}

/// What became of a change of members: a row with the version of the team, or none where there is no such team. Fails
/// the batch when the change is not sound.
pub fn outcome(view: &View<'_>, group: &str, version: &str, change: &LinkChange) -> Statement {
    let mut statement = Statement::new("SELECT version");
    if !change.add.is_empty() {
        statement.push(", ");
        read::push_guard(&mut statement, |statement| {
            if change.clear {
                push_complete(statement, view, group, version, change.add.len());
            } else {
                push_sound(statement, view, group, version, &change.add);
            }
        });
        statement.push(" AS sound");
    }
    read::push_row(&mut statement, view, &read::Key::Id(group.to_owned()));
    statement
}

/// Appends `WITH RECURSIVE above(id)`: the teams that `group` is in, directly or through others.
fn push_above(statement: &mut Statement, view: &View<'_>, group: &str) {
    let step =
        "SELECT m.team_id FROM team_members m INDEXED BY team_members_nested WHERE m.tenant_id = ";
    statement.push("WITH RECURSIVE above(id) AS (").push(step);
    view.tenant.push(statement);
    statement
        .push(" AND m.member_type = 'Group' AND m.member_id = ")
        .bind(group);
    statement.push(" UNION SELECT m.team_id FROM above CROSS JOIN team_members m INDEXED BY team_members_nested ON m.tenant_id = ");
    view.tenant.push(statement);
    statement.push(" AND m.member_type = 'Group' AND m.member_id = above.id)");
}

/// After a failed [`outcome`]: the ids of `added` that are `group` itself or above it, a row with a JSON array for each
/// chunk.
pub fn circular(view: &View<'_>, group: &str, added: &[String]) -> Vec<Statement> {
    let mut statements = Vec::new();
    for ids in chunks(added) {
        let mut statement = Statement::default();
        push_above(&mut statement, view, group);
        statement
            .push(" SELECT json_group_array(j.value) AS ids FROM json_each(")
            .bind(ids);
        statement.push(") j WHERE j.value = ").bind(group);
        statement.push(" OR j.value IN (SELECT id FROM above)");
        statements.push(statement);
    }
    statements
}

/// The ids that name nothing: a row with a JSON array for each chunk.
pub fn unknown(view: &View<'_>, ids: &[String]) -> Vec<Statement> {
    let one = |ids| {
        let mut statement =
            Statement::new("SELECT json_group_array(j.value) AS ids FROM json_each(");
        statement.bind(ids).push(") j WHERE ");
        push_names_nothing(&mut statement, view);
        statement
    };
    chunks(ids).map(one).collect()
}

/// Appends the condition that `j.value` is neither a user nor a team.
fn push_names_nothing(statement: &mut Statement, view: &View<'_>) {
    for (table, joint) in [("users", ""), ("teams", " AND ")] {
        statement
            .push(joint)
            .push("NOT EXISTS (SELECT 1 FROM ")
            .push(table)
            .push(" x WHERE x.tenant_id = ");
        view.tenant.push(statement);
        statement.push(" AND x.id = j.value)");
    }
}

/// The members of a group that satisfy some of the predicates, each with its marks, as JSON arrays (see [`read_marked`]):
/// one walk over the group, whatever the number of predicates.
pub fn candidates(view: &View<'_>, group: &str, predicates: &[&Predicate]) -> Statement {
    marked(view, predicates, |statement| {
        member_links(view).write(statement);
        statement.push("m.tenant_id = ");
        view.tenant.push(statement);
        statement.push(" AND m.team_id = ").bind(group);
    })
}

/// The same of some ids, whose users or teams are taken as they would be as members.
pub fn candidates_among(view: &View<'_>, ids: &[String], predicates: &[&Predicate]) -> Statement {
    marked(view, predicates, |statement| {
        statement.push("SELECT j.value AS value, iif(u.seq IS NULL, 'group', 'user') AS kind, ");
        let display = Display {
            name: "coalesce(u.display_name, u.user_name, t.display_name)",
            folded: "coalesce(u.display_name_folded, u.user_name_folded, t.display_name_folded)",
            image: "coalesce(u.folded, t.folded)",
        };
        display.write(statement);
        statement
            .push(" AS display, ")
            .bind(view.base)
            .push(" || iif(u.seq IS NULL, '/Groups/', '/Users/') || j.value AS address FROM json_each(")
            .bind(json(ids));
        push_named(statement, view);
    })
}

/// Rows of marked ids. (The limits keep the selects apart: a display, or a mark, is made once for each.)
fn marked(
    view: &View<'_>,
    predicates: &[&Predicate],
    push_values: impl FnOnce(&mut Statement),
) -> Statement {
    let columns = 0..predicates.len().div_ceil(MARKS);
    let mut statement = Statement::new("SELECT json_group_array(c.value");
    for column in columns.clone() {
        statement
            .push(" || ' ' || c.marks")
            .push(&column.to_string());
    }
    statement.push(
        ") AS ids FROM (SELECT *, row_number() OVER (ORDER BY value) AS n FROM (SELECT e.value AS value, ",
    );
    marks(view, predicates).write(&mut statement);
    statement.push(" FROM (");
    push_values(&mut statement);
    statement.push(" LIMIT -1) e LIMIT -1) WHERE marks0");
    for column in columns.skip(1) {
        statement.push(" OR marks").push(&column.to_string());
    }
    statement
        .push(") c GROUP BY c.n / ")
        .push(&MARKED_PER_ROW.to_string());
    statement
}

/// Reads an id of [`candidates`], and which of the predicates it satisfies.
pub fn read_marked(text: &str) -> (&str, Vec<usize>) {
    let mut words = text.split(' ');
    let id = words.next().unwrap_or_default();
    let mut satisfied = Vec::new();
    for (column, word) in words.enumerate() {
        let mut marks: u64 = word.parse().unwrap_or_default();
        while marks > 0 {
            satisfied.push(column * MARKS + marks.trailing_zeros() as usize);
            marks &= marks - 1;
        }
    }
    (id, satisfied)
}

/// Appends `) j` and the users or teams that `j.value` names, `u` or `t`.
fn push_named(statement: &mut Statement, view: &View<'_>) {
    statement.push(") j LEFT JOIN users u ON u.tenant_id = ");
    view.tenant.push(statement);
    statement.push(" AND u.id = j.value LEFT JOIN teams t ON u.seq IS NULL AND t.tenant_id = ");
    view.tenant.push(statement);
    statement.push(" AND t.id = j.value WHERE (u.seq IS NOT NULL OR t.seq IS NOT NULL)");
}
