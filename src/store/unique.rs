//! Values that no two resources of a tenant share, of the operator's own attributes; a table holds them.

use super::Statement;
use super::expression::View;
use super::read::Key;
use super::write::Guard;

/// A value, with the path of its attribute.
pub type Value = (String, String);

/// The statement that gives a resource just created with `version` its values; one in use fails the batch.
pub fn take(view: &View<'_>, id: &str, version: &str, values: &[Value]) -> Option<Statement> {
    (!values.is_empty()).then(|| insert(view, id, version, values))
}

/// The statements that make the values of a resource follow a change, if it has `version` now. A new value that is in use
/// fails the batch. One that it has kept may be another's, too, since before the attribute was unique: then it stays
/// with the one that was written first.
pub fn follow(
    view: &View<'_>,
    id: &str,
    version: &str,
    before: &[Value],
    after: &[Value],
) -> Vec<Statement> {
    let (kept, new): (Vec<Value>, Vec<Value>) = after
        .iter()
        .cloned()
        .partition(|value| before.contains(value));
    let mut statements = Vec::new();
    if kept.len() < before.len() {
        statements.push(forget(view, id, version));
    }
    statements.extend(take(view, id, version, &new));
    if !kept.is_empty() {
        let mut statement = insert(view, id, version, &kept);
        statement.push(" ON CONFLICT DO NOTHING");
        statements.push(statement);
    }
    statements
}

fn forget(view: &View<'_>, id: &str, version: &str) -> Statement {
    let mut statement = Statement::new("DELETE FROM unique_values WHERE tenant_id = ");
    view.tenant.push(&mut statement);
    statement.push(" AND resource_id = ").bind(id).push(" AND ");
    push_written(&mut statement, view, id, version);
    statement
}

fn insert(view: &View<'_>, id: &str, version: &str, values: &[Value]) -> Statement {
    let pairs: serde_json::Value = values
        .iter()
        .map(|(attribute, value)| vec![attribute.as_str(), value.as_str()])
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

/// Appends the condition that the resource has this version now.
fn push_written(statement: &mut Statement, view: &View<'_>, id: &str, version: &str) {
    Guard::Exactly(version).push_exists(statement, view, &Key::Id(id.to_owned()));
}
