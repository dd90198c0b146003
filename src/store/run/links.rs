//! What changes of many resources must know before they are made, each in one row; and many
//! memberships that come and go, of any number of teams, in as many statements.

use serde_json::Value;

use crate::expression::View;
use crate::fragment::value;
use crate::membership::{COLUMNS, member, moves, user_or_team};
use crate::read;
use crate::table::KeyColumn;
use crate::tenant::Tenant;
use crate::write::set_updated_at;
use crate::{Statement, fragment, statement};

/// Which of these memberships there are, pairs of a team and a member in a JSON array: one row with
/// their indexes, as a JSON array.
pub fn held_links(tenant: &Tenant, links: &str) -> Statement {
    statement!(
        "SELECT json_group_array(j.key) AS held FROM json_each({links}) j CROSS JOIN team_members m \
         ON m.tenant_id = {tenant} AND m.team_id = j.value ->> 0 AND m.member_id = j.value ->> 1",
        links = value(links),
        tenant = tenant,
    )
}

/// The memberships of groups in groups that are above these teams: one row with pairs of a team and
/// a member, as a JSON array.
pub fn nested_above(tenant: &Tenant, teams: &str) -> Statement {
    statement!(
        "WITH RECURSIVE above(team, id) AS (SELECT NULL, value FROM json_each({teams}) \
         UNION SELECT above.id, m.team_id FROM above CROSS JOIN team_members m INDEXED BY team_members_nested \
         ON m.tenant_id = {tenant} AND m.member_type = 'Group' AND m.member_id = above.id) \
         SELECT json_group_array(json_array(id, team)) AS nested FROM above WHERE team IS NOT NULL",
        teams = value(teams),
        tenant = tenant,
    )
}

/// Which of these ids are users, and which are teams: one row with the indexes of each.
pub fn kinds(tenant: &Tenant, ids: &str) -> Statement {
    statement!(
        "SELECT (SELECT json_group_array(j.key) FROM json_each({ids}) j CROSS JOIN users u \
         ON u.tenant_id = {tenant} AND u.id = j.value) AS users, \
         (SELECT json_group_array(j.key) FROM json_each({ids}) j CROSS JOIN teams t \
         ON t.tenant_id = {tenant} AND t.id = j.value) AS teams",
        ids = value(ids),
        tenant = tenant,
    )
}

/// How many members these teams have: one row with a number for each.
pub fn sizes(tenant: &Tenant, teams: &str) -> Statement {
    statement!(
        "SELECT json_group_array((SELECT count(*) FROM team_members m WHERE m.tenant_id = {tenant} \
         AND m.team_id = j.value)) AS sizes FROM json_each({teams}) j",
        tenant = tenant,
        teams = value(teams),
    )
}

/// Who has these names: one row with pairs of an index and an id.
pub fn holders(view: &View<'_>, key: &KeyColumn, names: &str) -> Statement {
    statement!(
        "SELECT json_group_array(json_array(j.key, x.id)) AS holders FROM json_each({names}) j \
         CROSS JOIN {table} x ON {scope} AND x.{column} = j.value",
        names = value(names),
        table = view.row(),
        scope = view.scope("x"),
        column = key.column,
    )
}

/// Who has these unique values, each behind its attribute: one row with pairs of an index and an
/// id.
pub fn value_holders(tenant: &Tenant, values: &str) -> Statement {
    statement!(
        "SELECT json_group_array(json_array(j.key, x.resource_id)) AS holders FROM json_each({values}) j \
         CROSS JOIN unique_values x ON x.tenant_id = {tenant} AND x.attribute = j.value ->> 0 AND x.value = j.value ->> 1",
        values = value(values),
        tenant = tenant,
    )
}

/// Fails the batch unless each of these resources, as pairs of an id and a version, has that
/// version.
pub fn all_at(view: &View<'_>, versions: &Value) -> Statement {
    let versions = scim::json::text(versions);
    read::guard(fragment!(
        "NOT EXISTS (SELECT 1 FROM json_each({versions}) j WHERE NOT EXISTS (SELECT 1 FROM {table} x \
         WHERE {scope} AND x.id = j.value ->> 0 AND x.version = j.value ->> 1))",
        versions = value(&versions),
        table = view.row(),
        scope = view.scope("x"),
    ))
}

/// The statements that make memberships come and go, and give their teams a new version, where one
/// does that did not yet. `links`: a JSON array of the team, the member, the type of the member,
/// and 1 for what comes or 0.
pub fn move_links(view: &View<'_>, links: &str, version: &str, now: &str) -> [Statement; 3] {
    [
        statement!(
            "UPDATE teams SET version = {version}{updated} WHERE tenant_id = {tenant} \
             AND id IN (SELECT j.value ->> 0 FROM json_each({links}) j WHERE {moves})",
            version = value(version),
            updated = set_updated_at(now),
            tenant = view.tenant,
            links = value(links),
            moves = moves(view),
        ),
        statement!(
            "DELETE FROM team_members WHERE tenant_id = {tenant} AND (team_id, member_id) IN (\
             SELECT j.value ->> 0, j.value ->> 1 FROM json_each({links}) j WHERE j.value ->> 3 = 0)",
            tenant = view.tenant,
            links = value(links),
        ),
        statement!(
            "INSERT INTO team_members ({COLUMNS}) SELECT {member} FROM (\
             SELECT value ->> 0 AS team, value ->> 1 AS value FROM json_each({links}) WHERE value ->> 3 = 1) j \
             CROSS JOIN teams r ON r.tenant_id = {tenant} AND r.id = j.team {named} ON CONFLICT DO NOTHING",
            COLUMNS = COLUMNS,
            member = member(),
            links = value(links),
            tenant = view.tenant,
            named = user_or_team(view),
        ),
    ]
}

/// Behind [`move_links`]: fails the batch unless all that was to come is there, and closes no
/// circle.
pub fn links_sound(view: &View<'_>, links: &str) -> Statement {
    read::guard(fragment!(
        "NOT EXISTS (SELECT 1 FROM json_each({links}) j WHERE j.value ->> 3 = 1 AND NOT EXISTS (\
         SELECT 1 FROM team_members m WHERE m.tenant_id = {tenant} AND m.team_id = j.value ->> 0 \
         AND m.member_id = j.value ->> 1)) \
         AND NOT EXISTS (WITH RECURSIVE above(start, id) AS (\
         SELECT j.value ->> 0, j.value ->> 0 FROM json_each({links}) j WHERE j.value ->> 2 = 'Group' AND j.value ->> 3 = 1 \
         UNION SELECT above.start, m.team_id FROM above CROSS JOIN team_members m INDEXED BY team_members_nested \
         ON m.tenant_id = {tenant} AND m.member_type = 'Group' AND m.member_id = above.id) \
         SELECT 1 FROM above CROSS JOIN json_each({links}) j ON j.value ->> 0 = above.start AND j.value ->> 1 = above.id \
         AND j.value ->> 2 = 'Group' AND j.value ->> 3 = 1)",
        links = value(links),
        tenant = view.tenant,
    ))
}
