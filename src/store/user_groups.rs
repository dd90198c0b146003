//! The groups of a user, where the operator lets a client set them (`ACCEPT_USER_GROUPS`).

use super::expression::View;
use super::membership::json;
use super::write::{Guard, push_updated};
use super::{Statement, read};

/// The statements that make a user a member of exactly these teams: the teams that change get the version, then rows go and
/// come. They do nothing where the user is not there or is not the version meant.
pub fn set(
    view: &View<'_>,
    (user, guard): (&str, Guard<'_>),
    teams: &[String],
    version: &str,
    now: &str,
) -> Vec<Statement> {
    let ids = json(teams);
    let key = read::Key::Id(user.to_owned());
    let push_user = |statement: &mut Statement| guard.push_exists(statement, view, &key);
    let mut touch = Statement::new("UPDATE teams AS r SET version = ");
    touch.bind(version);
    push_updated(&mut touch, now);
    touch.push(" WHERE r.tenant_id = ");
    view.tenant.push(&mut touch);
    touch
        .push(" AND (r.id IN (SELECT value FROM json_each(")
        .bind(ids.as_str());
    touch.push(")) <> EXISTS (SELECT 1 FROM team_members m WHERE m.tenant_id = r.tenant_id AND m.team_id = r.id AND m.member_id = ");
    touch
        .bind(user)
        .push(")) AND (r.id IN (SELECT value FROM json_each(")
        .bind(ids.as_str());
    touch.push(")) OR r.id IN (SELECT team_id FROM team_members WHERE tenant_id = ");
    view.tenant.push(&mut touch);
    touch.push(" AND member_id = ").bind(user).push(")) AND ");
    push_user(&mut touch);

    let mut leave = Statement::new("DELETE FROM team_members WHERE tenant_id = ");
    view.tenant.push(&mut leave);
    leave.push(" AND member_id = ").bind(user);
    leave
        .push(" AND team_id NOT IN (SELECT value FROM json_each(")
        .bind(ids.as_str())
        .push(")) AND ");
    push_user(&mut leave);

    let mut join = Statement::new(
        "INSERT INTO team_members (tenant_id, team_id, member_id, member_type, display) \
         SELECT t.tenant_id, t.id, u.id, 'User', substr(coalesce(u.display_name, u.user_name), 1, 200) FROM json_each(",
    );
    join.bind(ids.as_str())
        .push(") j CROSS JOIN teams t ON t.tenant_id = ");
    view.tenant.push(&mut join);
    join.push(" AND t.id = j.value CROSS JOIN users u ON u.tenant_id = t.tenant_id AND u.id = ")
        .bind(user)
        .push(" WHERE ");
    push_user(&mut join);
    join.push(" ON CONFLICT DO NOTHING");

    let guard = read::guard(|statement| {
        statement.push("NOT ");
        push_user(statement);
        statement
            .push(" OR NOT EXISTS (SELECT 1 FROM json_each(")
            .bind(ids.as_str());
        statement.push(") j WHERE NOT EXISTS (SELECT 1 FROM teams x WHERE x.tenant_id = ");
        view.tenant.push(statement);
        statement.push(" AND x.id = j.value))");
    });
    vec![touch, leave, join, guard]
}

/// After a failed guard of [`set`]: one row with the ids that are no teams, as a JSON array.
pub fn missing(view: &View<'_>, teams: &[String]) -> Statement {
    let mut statement = Statement::new("SELECT json_group_array(j.value) AS ids FROM json_each(");
    statement
        .bind(json(teams))
        .push(") j WHERE NOT EXISTS (SELECT 1 FROM teams x WHERE x.tenant_id = ");
    view.tenant.push(&mut statement);
    statement.push(" AND x.id = j.value)");
    statement
}
