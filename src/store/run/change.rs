//! Many resources changed or deleted at once.

use serde_json::Value;

use crate::store::expression::View;
use crate::store::limits::RUN_READ;
use crate::store::read::{self, Stored};
use crate::store::table::{Key, Table, push_scope};
use crate::store::write::{Draft, push_updated};
use crate::store::{Error, Row, Statement};

/// Deletes many resources; the teams that they were members of get a version. The ids of those that were there come back
/// from the last statement.
pub fn delete_many(view: &View<'_>, ids: &[&str], version: &str, now: &str) -> Vec<Statement> {
    let ids = Value::from(ids).to_string();
    let mut statements = Vec::new();
    if !Table::of(view.resource_type).shared {
        let mut touch = Statement::new("UPDATE teams SET version = ");
        touch.bind(version);
        push_updated(&mut touch, now);
        touch.push(" WHERE tenant_id = ");
        view.tenant.push(&mut touch);
        touch
            .push(" AND id IN (SELECT m.team_id FROM json_each(")
            .bind(ids.as_str());
        touch
            .push(") j CROSS JOIN team_members m INDEXED BY team_members_member ON m.tenant_id = ");
        view.tenant.push(&mut touch);
        touch.push(" AND m.member_id = j.value AND m.member_type = ");
        touch.bind(view.resource_type.name).push(")");
        statements.push(touch);
    }
    let mut statement = Statement::new("DELETE FROM ");
    statement.push(view.row()).push(" WHERE ");
    push_scope(&mut statement, view.resource_type, view.row(), view.tenant);
    statement
        .push(" AND id IN (SELECT value FROM json_each(")
        .bind(ids)
        .push(")) RETURNING id");
    statements.push(statement);
    statements
}

/// Fails the batch unless every one of these ids is a resource of the type.
pub fn all_of_type(view: &View<'_>, ids: &[&str]) -> Statement {
    read::guard(|statement| {
        statement
            .push("NOT EXISTS (SELECT 1 FROM json_each(")
            .bind(Value::from(ids).to_string())
            .push(") j WHERE NOT EXISTS (SELECT 1 FROM ")
            .push(Table::of(view.resource_type).name)
            .push(" x WHERE ");
        push_scope(statement, view.resource_type, "x", view.tenant);
        statement.push(" AND x.id = j.value))");
    })
}

/// Many resources as a write needs them, in this order, as far as [`RUN_READ`] bytes of documents: behind that a document
/// is NULL.
pub fn stored_many(view: &View<'_>, ids: &[&str]) -> Statement {
    let mut statement = Statement::new("SELECT id, iif(bytes <= ");
    statement
        .push(&RUN_READ.to_string())
        .push(", document, NULL) AS document, version FROM (SELECT r.id AS id, r.document AS document, r.version AS version, \
         sum(length(r.document)) OVER (ORDER BY j.key) AS bytes FROM json_each(")
        .bind(Value::from(ids).to_string())
        .push(") j CROSS JOIN ")
        .push(Table::of(view.resource_type).name)
        .push(" r WHERE ");
    push_scope(&mut statement, view.resource_type, "r", view.tenant);
    statement.push(" AND r.id = j.value)");
    statement
}

/// Reads a row of [`stored_many`]: the id, and the resource unless its document was left out.
pub fn read_one_of_many(row: &mut Row) -> Result<(String, Option<Stored>), Error> {
    let id = row.required_text(0)?;
    let document = row.text(1)?;
    let version = row.required_text(2)?;
    let stored = document.map(|document| Stored {
        id: id.clone(),
        document,
        version,
    });
    Ok((id, stored))
}

/// A resource of [`update_many`].
#[derive(Clone, Copy, Debug)]
pub struct Update<'a> {
    /// Its id.
    pub id: &'a str,
    /// The version that was read.
    pub read: &'a str,
    /// The new one.
    pub version: &'a str,
    /// The new document.
    pub draft: &'a Draft,
}

/// Replaces many documents that are still the versions read. `keys` change in all of them; a unique one is not taken
/// from another resource. The ids of those that were written come back.
pub fn update_many(
    view: &View<'_>,
    updates: &[Update<'_>],
    keys: &[&'static Key],
    now: &str,
) -> Statement {
    let values: Value = updates
        .iter()
        .map(|update| {
            let mut row = vec![
                Value::from(update.id),
                Value::from(update.read),
                Value::from(update.version),
                Value::from(update.draft.document.as_str()),
                Value::from(update.draft.folded_text.as_str()),
            ];
            row.extend(
                keys.iter()
                    .map(|key| Value::from(key.value(&update.draft.folded))),
            );
            Value::from(row)
        })
        .collect();
    let table = Table::of(view.resource_type);
    let mut statement = Statement::new("UPDATE ");
    statement
        .push(table.name)
        .push(" SET version = n.value ->> 2");
    push_updated(&mut statement, now);
    statement.push(", document = n.value ->> 3, folded = n.value ->> 4");
    for (place, key) in keys.iter().enumerate() {
        let place = (5 + place).to_string();
        statement
            .push(", ")
            .push(key.column)
            .push(" = n.value ->> ")
            .push(&place);
    }
    statement
        .push(" FROM (SELECT r.seq AS seq, j.value AS value FROM json_each(")
        .bind(values.to_string())
        .push(") j CROSS JOIN ")
        .push(table.name)
        .push(" r WHERE ");
    push_scope(&mut statement, view.resource_type, "r", view.tenant);
    statement.push(" AND r.id = j.value ->> 0 AND r.version = j.value ->> 1");
    for (place, key) in keys.iter().enumerate().filter(|(_, key)| key.unique) {
        let place = (5 + place).to_string();
        statement
            .push(" AND NOT EXISTS (SELECT 1 FROM ")
            .push(table.name)
            .push(" x WHERE ");
        push_scope(&mut statement, view.resource_type, "x", view.tenant);
        statement
            .push(" AND x.")
            .push(key.column)
            .push(" = j.value ->> ")
            .push(&place)
            .push(" AND x.id <> r.id)");
    }
    statement
        .push(") n WHERE ")
        .push(table.name)
        .push(".seq = n.seq RETURNING id");
    statement
}
