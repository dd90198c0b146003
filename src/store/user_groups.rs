//! The groups of a user, where the operator lets a client set them (`ACCEPT_USER_GROUPS`).

use super::Statement;
use super::expression::View;
use super::fragment::value;
use super::guard::Guard;
use super::links::SHOWN;
use super::membership::{COLUMNS, json};
use super::read::{ResourceRef, guard};
use super::table::not_in;
use super::write::set_updated_at;
use crate::{fragment, statement};

/// The statements that make a user a member of exactly these teams: the teams that change get the
/// version, then rows go and come. They do nothing where the user is not there or is not the
/// version meant.
pub fn set(
    view: &View<'_>,
    (user, meant): (&str, Guard<'_>),
    teams: &[String],
    version: &str,
    now: &str,
) -> Vec<Statement> {
    let ids = json(teams);
    let reference = ResourceRef::Id(user.to_owned());
    let is_user = meant.exists(view, &reference);
    let touch = statement!(
        "UPDATE teams AS r SET version = {version}{updated} \
         WHERE r.tenant_id = {tenant} \
         AND (r.id IN (SELECT value FROM json_each({ids})) <> EXISTS (SELECT 1 FROM team_members m \
         WHERE m.tenant_id = r.tenant_id AND m.team_id = r.id AND m.member_id = {user})) \
         AND (r.id IN (SELECT value FROM json_each({ids})) \
         OR r.id IN (SELECT team_id FROM team_members WHERE tenant_id = {tenant} AND member_id = {user})) \
         AND {is_user}",
        version = value(version),
        updated = set_updated_at(now),
        tenant = view.tenant,
        ids = value(&ids),
        user = value(user),
        is_user = &is_user,
    );
    let leave = statement!(
        "DELETE FROM team_members \
         WHERE tenant_id = {tenant} AND member_id = {user} \
         AND team_id NOT IN (SELECT value FROM json_each({ids})) AND {is_user}",
        tenant = view.tenant,
        user = value(user),
        ids = value(&ids),
        is_user = &is_user,
    );
    let join = statement!(
        "INSERT INTO team_members ({columns}) \
         SELECT t.tenant_id, t.id, u.id, 'User', substr(coalesce(u.display_name, u.user_name), 1, {shown}) \
         FROM json_each({ids}) j \
         CROSS JOIN teams t ON t.tenant_id = {tenant} AND t.id = j.value \
         CROSS JOIN users u ON u.tenant_id = t.tenant_id AND u.id = {user} \
         WHERE {is_user} ON CONFLICT DO NOTHING",
        columns = COLUMNS,
        shown = SHOWN,
        ids = value(&ids),
        tenant = view.tenant,
        user = value(user),
        is_user = &is_user,
    );
    let are_teams = fragment!(
        "NOT {is_user} OR NOT EXISTS (SELECT 1 FROM json_each({ids}) j WHERE {is_no_team})",
        is_user = &is_user,
        ids = value(&ids),
        is_no_team = not_in("teams", view.tenant),
    );
    let guard = guard(are_teams);
    vec![touch, leave, join, guard]
}

/// After a failed guard of [`set`]: one row with the ids that are no teams, as a JSON array.
pub fn missing(view: &View<'_>, teams: &[String]) -> Statement {
    statement!(
        "SELECT json_group_array(j.value) AS ids FROM json_each({ids}) j WHERE {is_no_team}",
        ids = value(&json(teams)),
        is_no_team = not_in("teams", view.tenant),
    )
}
