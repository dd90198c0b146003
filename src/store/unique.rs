//! Values that no two resources of a tenant share, of the operator's own attributes; a table holds them.

use serde_json::Value;

use super::Statement;
use super::expression::View;
use super::read::{Key, push_row};

/// Forgets the values that no resource may share with this one, if it has `version`, which the batch has just given it.
pub fn forget_values(view: &View<'_>, id: &str, version: &str) -> Statement {
    let mut statement = Statement::new("DELETE FROM unique_values WHERE tenant_id = ");
    view.tenant.push(&mut statement);
    statement.push(" AND resource_id = ").bind(id).push(" AND ");
    push_written(&mut statement, view, id, version);
    statement
}

/// Takes values, as `(attribute, value)`, that no resource may share with this one; a value in use fails the batch.
pub fn take_values(
    view: &View<'_>,
    id: &str,
    version: &str,
    values: &[(String, String)],
) -> Statement {
    let pairs: Value = values
        .iter()
        .map(|(attribute, value)| Value::from(vec![attribute.as_str(), value.as_str()]))
        .collect();
    let mut statement = Statement::new(
        "INSERT INTO unique_values (tenant_id, attribute, value, resource_id) SELECT ",
    );
    view.tenant.push(&mut statement);
    statement
        .push(", j.value ->> 0, j.value ->> 1, ")
        .bind(id)
        .push(" FROM json_each(");
    statement.bind(pairs.to_string()).push(") j WHERE ");
    push_written(&mut statement, view, id, version);
    statement
}

/// Appends `EXISTS (…)`: the resource has this version now.
fn push_written(statement: &mut Statement, view: &View<'_>, id: &str, version: &str) {
    statement.push("EXISTS (SELECT 1");
    push_row(statement, view, &Key::Id(id.to_owned()));
    statement.push(" AND version = ").bind(version).push(")");
}
