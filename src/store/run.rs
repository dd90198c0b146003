//! Writing many resources at once: the runs of creates of a Bulk.

use serde_json::Value;

use super::Statement;
use super::expression::View;
use super::table::Table;
use super::tenant::Tenant;
use super::write::Draft;

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
    super::read::guard(|statement| {
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
