//! Writing many resources at once: the runs of a Bulk.

use scim::json;
use scim::list::List;
use serde_json::Value;

use super::expression::View;
use super::former::has_due_id;
use super::fragment::{Fragment, value};
use super::limits::IDS_PER_PARAMETER;
use super::membership::{COLUMNS, member, user_or_team};
use super::table::{Table, not_in};
use super::tenant::Tenant;
use super::write::{Draft, insert_into};
use super::{Statement, read, unique};
use crate::{fragment, statement};

mod change;
mod links;

pub use links::{
    all_at, held_links, holders, kinds, links_sound, move_links, nested_above, sizes, value_holders,
};

pub use change::{
    Update, all_of_type, delete_many, read_one_of_many, stored_many, touch_teams_of_many,
    update_many,
};

/// Inserts many resources, as `(id, version, draft)`, without values in other tables. The ids of
/// those whose unique key was free come back. (`again`: see [`insert`](super::write::insert).)
pub fn insert_many(
    view: &View<'_>,
    rows: &[(&str, &str, &Draft)],
    now: &str,
    again: Option<bool>,
) -> Statement {
    let table = Table::of(view.resource_type);
    let mut values: Vec<Value> = Vec::new();
    for (id, version, draft) in rows {
        let mut row = vec![
            Value::from(*id),
            Value::from(*version),
            Value::from(draft.document.as_str()),
            Value::from(draft.folded_text.as_str()),
        ];
        for key in table.keys {
            row.push(Value::from(key.value(&draft.folded)));
        }
        values.push(row.into());
    }
    let rows = json::text(&values.into());
    let positions = (0..4 + table.keys.len())
        .map(|position| fragment!("j.value ->> {position}", position = position));
    let values = Fragment::join(positions, ", ");
    let rows = fragment!(" CROSS JOIN json_each({rows}) j", rows = value(&rows));
    let keyed = |name: &str| {
        let position = table.keys.iter().position(|key| key.attribute == name);
        let position = 4 + position.unwrap_or_default();
        fragment!("(j.value ->> {position})", position = position)
    };
    let (name, external_id) = (keyed("userName"), keyed("externalId"));
    let id = "(j.value ->> 0)".into();
    let is_due = again.map(|by_name| has_due_id(view, &id, (&name, &external_id), (by_name, now)));
    let moments = (value(now).into(), now);
    insert_into(view, moments, values, (rows, is_due.into()), "id")
}

/// Fails the batch unless every one of these ids is a resource.
pub fn all_there(tenant: &Tenant, ids: &[&str]) -> Statement {
    let ids = json::text(&Value::from(ids));
    read::guard(fragment!(
        "{tenant} IS NULL OR NOT EXISTS (SELECT 1 FROM json_each({ids}) j \
         WHERE 1 AND {is_no_user} AND {is_no_team} AND {is_no_other})",
        tenant = tenant,
        ids = value(&ids),
        is_no_user = not_in("users", tenant),
        is_no_team = not_in("teams", tenant),
        is_no_other = not_in("resources", tenant),
    ))
}

/// Teams that were just created, with the ids of their members.
pub type NewLinks<'a> = Vec<(&'a str, &'a [String])>;

/// The statements that give teams just created their members, and fail the batch unless all of
/// these are there. A team that was not created is passed over. None of the members holds one of
/// the teams, so no circle can come of it.
pub fn link_many(view: &View<'_>, links: &NewLinks<'_>) -> Vec<Statement> {
    let mut parts: Vec<Vec<Value>> = Vec::new();
    let mut held = IDS_PER_PARAMETER;
    for (team, members) in links {
        for ids in members.chunks(IDS_PER_PARAMETER) {
            if held + ids.len() > IDS_PER_PARAMETER || parts.is_empty() {
                parts.push(Vec::new());
                held = 0;
            }
            held += ids.len();
            if let Some(part) = parts.last_mut() {
                part.push(Value::from(vec![Value::from(*team), Value::from(ids)]));
            }
        }
    }
    let mut statements = Vec::new();
    for part in parts {
        let part = json::text(&Value::from(part));
        let links = linked(view, &part);
        statements.push(statement!(
            "INSERT INTO team_members ({columns}) \
             SELECT {member}{links} {named} ON CONFLICT DO NOTHING",
            columns = COLUMNS,
            member = member(),
            links = &links,
            named = user_or_team(view),
        ));
        statements.push(read::guard(fragment!(
            "NOT EXISTS (SELECT 1{links} WHERE NOT EXISTS (SELECT 1 FROM team_members m \
             WHERE m.tenant_id = {tenant} AND m.team_id = r.id AND m.member_id = j.value))",
            links = &links,
            tenant = view.tenant,
        )));
    }
    statements
}

/// `FROM …` the links of a part: the team `r`, the member's id `j.value`.
fn linked<'a>(view: &View<'a>, part: &'a str) -> Fragment<'a> {
    fragment!(
        " FROM json_each({part}) g \
         CROSS JOIN teams r ON r.tenant_id = {tenant} AND r.id = g.value ->> 0 \
         CROSS JOIN json_each(g.value, '$[1]') j",
        part = value(part),
        tenant = view.tenant,
    )
}

/// One row with the ids of those resources whose unique name another one has, as a JSON array.
pub fn names_in_use(view: &View<'_>, names: &[(&str, &str)]) -> Option<Statement> {
    let table = Table::of(view.resource_type);
    let key = view.unique_key()?;
    let names: Value = names
        .iter()
        .map(|(id, name)| Value::from(vec![*id, *name]))
        .list()
        .into();
    Some(statement!(
        "SELECT json_group_array(j.value ->> 0) AS ids FROM json_each({names}) j \
         WHERE EXISTS (SELECT 1 FROM {table} x WHERE {scope} AND x.{column} = j.value ->> 1)",
        names = value(&json::text(&names)),
        table = table.name,
        scope = view.scope("x"),
        column = key.column,
    ))
}

/// One row with those of these unique values that a resource has, each behind its attribute and a
/// slash, as a JSON array.
pub fn values_in_use(view: &View<'_>, values: &[unique::Pair]) -> Statement {
    let values = values.iter();
    let values = values.map(|(attribute, value)| json::texts(&[attribute, value]));
    statement!(
        "SELECT json_group_array(x.attribute || '/' || x.value) AS ids FROM json_each({values}) j \
         CROSS JOIN unique_values x ON x.tenant_id = {tenant} AND x.attribute = j.value ->> 0 AND x.value = j.value ->> 1",
        values = value(&json::text(&values.list().into())),
        tenant = view.tenant,
    )
}
