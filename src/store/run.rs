//! Writing many resources at once: the runs of a Bulk.

use serde_json::Value;

use super::expression::View;
use super::limits::IDS_PER_PARAMETER;
use super::table::{Table, push_scope};
use super::tenant::Tenant;
use super::write::Draft;
use super::{Statement, read, unique};

mod change;

pub use change::{
    Update, all_of_type, delete_many, read_one_of_many, stored_many, touch_teams_of_many,
    update_many,
};

/// Inserts many resources, as `(id, version, draft)`, without values in other tables. The ids of those whose unique key
/// was free come back.
pub fn insert_many(view: &View<'_>, rows: &[(&str, &str, &Draft)], now: &str) -> Statement {
    let table = Table::of(view.resource_type);
    let values: Value = rows
        .iter()
        .map(|(id, version, draft)| {
            let mut row = vec![
                Value::from(*id),
                Value::from(*version),
                Value::from(draft.document.as_str()),
                Value::from(draft.folded_text.as_str()),
            ];
            row.extend(
                table
                    .keys
                    .iter()
                    .map(|key| Value::from(key.value(&draft.folded))),
            );
            Value::from(row)
        })
        .collect();
    let mut statement = Statement::new("INSERT INTO ");
    statement
        .push(table.name)
        .push(" (tenant_id, created_at, updated_at");
    if table.shared {
        statement.push(", resource_type");
    }
    statement.push(", id, version, document, folded");
    for key in table.keys {
        statement.push(", ").push(key.column);
    }
    if let Some((column, _)) = view.alone() {
        statement.push(", ").push(column);
    }
    statement
        .push(") SELECT t.id, ")
        .bind(now)
        .push(", ")
        .bind(now);
    if table.shared {
        statement.push(", ").bind(view.resource_type.name);
    }
    for column in 0..4 + table.keys.len() {
        statement.push(", j.value ->> ").push(&column.to_string());
    }
    if let Some((_, value)) = view.alone() {
        statement.push(", ").push(value);
    }
    statement.push(" FROM (SELECT ");
    view.tenant.push(&mut statement);
    statement
        .push(" AS id) t CROSS JOIN json_each(")
        .bind(values.to_string());
    statement.push(") j WHERE t.id IS NOT NULL ON CONFLICT DO NOTHING RETURNING id");
    statement
}

/// Fails the batch unless every one of these ids is a resource.
pub fn all_there(tenant: &Tenant, ids: &[&str]) -> Statement {
    let ids = Value::from(ids).to_string();
    read::guard(|statement| {
        tenant.push(statement);
        statement
            .push(" IS NULL OR NOT EXISTS (SELECT 1 FROM json_each(")
            .bind(ids.as_str())
            .push(") j WHERE 1");
        for table in ["users", "teams", "resources"] {
            statement
                .push(" AND NOT EXISTS (SELECT 1 FROM ")
                .push(table)
                .push(" x WHERE x.tenant_id = ");
            tenant.push(statement);
            statement.push(" AND x.id = j.value)");
        }
        statement.push(")");
    })
}

/// Teams that were just created, with the ids of their members.
pub type Links<'a> = Vec<(&'a str, &'a [String])>;

/// The statements that give teams just created their members, and fail the batch unless all of these are there. A team
/// that was not created is passed over. None of the members holds one of the teams, so no circle can come of it.
pub fn link_many(view: &View<'_>, links: &Links<'_>) -> Vec<Statement> {
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
        let part = Value::from(part).to_string();
        let mut statement = Statement::new(
            "INSERT INTO team_members (tenant_id, team_id, member_id, member_type, display) \
             SELECT r.tenant_id, r.id, j.value, iif(u.seq IS NULL, 'Group', 'User'), \
             substr(coalesce(u.display_name, u.user_name, t.display_name), 1, 200)",
        );
        push_links(&mut statement, view, &part);
        for (joint, table) in [
            ("LEFT JOIN users u ON", "u"),
            ("LEFT JOIN teams t ON u.seq IS NULL AND", "t"),
        ] {
            statement
                .push(" ")
                .push(joint)
                .push(" ")
                .push(table)
                .push(".tenant_id = ");
            view.tenant.push(&mut statement);
            statement.push(" AND ").push(table).push(".id = j.value");
        }
        statement.push(" WHERE (u.seq IS NOT NULL OR t.seq IS NOT NULL) ON CONFLICT DO NOTHING");
        statements.push(statement);
        statements.push(read::guard(|statement| {
            statement.push("NOT EXISTS (SELECT 1");
            push_links(statement, view, &part);
            statement.push(" WHERE NOT EXISTS (SELECT 1 FROM team_members m WHERE m.tenant_id = ");
            view.tenant.push(statement);
            statement.push(" AND m.team_id = r.id AND m.member_id = j.value))");
        }));
    }
    statements
}

/// Appends `FROM …` the links of a part: the team `r`, the member's id `j.value`.
fn push_links(statement: &mut Statement, view: &View<'_>, part: &str) {
    statement.push(" FROM json_each(").bind(part);
    statement.push(") g CROSS JOIN teams r ON r.tenant_id = ");
    view.tenant.push(statement);
    statement.push(" AND r.id = g.value ->> 0 CROSS JOIN json_each(g.value, '$[1]') j");
}

/// One row with the ids of those resources whose unique name another one has, as a JSON array.
pub fn names_in_use(view: &View<'_>, names: &[(&str, String)]) -> Option<Statement> {
    let table = Table::of(view.resource_type);
    let key = view.unique_key()?;
    let names: Value = names
        .iter()
        .map(|(id, name)| Value::from(vec![*id, name.as_str()]))
        .collect();
    let mut statement =
        Statement::new("SELECT json_group_array(j.value ->> 0) AS ids FROM json_each(");
    statement
        .bind(names.to_string())
        .push(") j WHERE EXISTS (SELECT 1 FROM ")
        .push(table.name)
        .push(" x WHERE ");
    push_scope(&mut statement, view.resource_type, "x", view.tenant);
    statement
        .push(" AND x.")
        .push(key.column)
        .push(" = j.value ->> 1)");
    Some(statement)
}

/// One row with the ids of those resources one of whose unique values another one has, as a JSON array.
pub fn values_in_use(view: &View<'_>, values: &[(&str, &unique::Pair)]) -> Statement {
    let values: Value = values
        .iter()
        .map(|(id, (attribute, value))| Value::from(vec![*id, attribute.as_str(), value.as_str()]))
        .collect();
    let mut statement =
        Statement::new("SELECT json_group_array(j.value ->> 0) AS ids FROM json_each(");
    statement
        .bind(values.to_string())
        .push(") j WHERE EXISTS (SELECT 1 FROM unique_values x WHERE x.tenant_id = ");
    view.tenant.push(&mut statement);
    statement.push(" AND x.attribute = j.value ->> 1 AND x.value = j.value ->> 2)");
    statement
}
