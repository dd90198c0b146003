//! Many resources changed or deleted at once.

use serde_json::{Map, Value};

use crate::store::expression::View;
use crate::store::limits::RUN_READ;
use crate::store::read::{self, Stored};
use crate::store::table::{Key, Table, push_scope};
use crate::store::write::{Draft, push_updated};
use crate::store::{Error, Row, Statement};

/// Gives the teams that resources are members of a new version, before they are deleted.
pub fn touch_teams_of_many(
    view: &View<'_>,
    ids: &[&str],
    version: &str,
    now: &str,
) -> Option<Statement> {
    if Table::of(view.resource_type).shared {
        return None;
    }
    let mut touch = Statement::new("UPDATE teams SET version = ");
    touch.bind(version);
    push_updated(&mut touch, now);
    touch.push(" WHERE tenant_id = ");
    view.tenant.push(&mut touch);
    touch
        .push(" AND id IN (SELECT m.team_id FROM json_each(")
        .bind(Value::from(ids).to_string());
    touch.push(") j CROSS JOIN team_members m INDEXED BY team_members_member ON m.tenant_id = ");
    view.tenant.push(&mut touch);
    touch.push(" AND m.member_id = j.value AND m.member_type = ");
    touch.bind(view.resource_type.name).push(")");
    Some(touch)
}

/// Deletes many resources. The ids of those that were there come back.
pub fn delete_many(view: &View<'_>, ids: &[&str]) -> Statement {
    let mut statement = Statement::new("DELETE FROM ");
    statement.push(view.row()).push(" WHERE ");
    push_scope(&mut statement, view.resource_type, view.row(), view.tenant);
    statement
        .push(" AND id IN (SELECT value FROM json_each(")
        .bind(Value::from(ids).to_string())
        .push(")) RETURNING id");
    statement
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
///
/// The values are an object by id, which each row looks itself up in: a join (`UPDATE … FROM`) is planned from the table's
/// side, whatever is hinted, and reads all of it.
pub fn update_many(
    view: &View<'_>,
    updates: &[Update<'_>],
    keys: &[&'static Key],
    now: &str,
) -> Statement {
    let ids: Vec<&str> = updates.iter().map(|update| update.id).collect();
    let values: Map<String, Value> = updates
        .iter()
        .map(|update| {
            let mut row = vec![
                Value::from(update.read),
                Value::from(update.version),
                Value::from(update.draft.document.as_str()),
                Value::from(update.draft.folded_text.as_str()),
            ];
            row.extend(
                keys.iter()
                    .map(|key| Value::from(key.value(&update.draft.folded))),
            );
            (update.id.to_owned(), Value::from(row))
        })
        .collect();
    let values = Value::Object(values).to_string();
    let table = Table::of(view.resource_type);
    let push_value = |statement: &mut Statement, place: usize| {
        statement
            .bind(values.as_str())
            .push(" ->> ('$.\"' || ")
            .push(table.name)
            .push(".id || '\"[")
            .push(&place.to_string())
            .push("]')");
    };
    let mut statement = Statement::new("UPDATE ");
    statement.push(table.name).push(" SET version = ");
    push_value(&mut statement, 1);
    push_updated(&mut statement, now);
    for (column, place) in [("document", 2), ("folded", 3)] {
        statement.push(", ").push(column).push(" = ");
        push_value(&mut statement, place);
    }
    for (place, key) in (4..).zip(keys) {
        statement.push(", ").push(key.column).push(" = ");
        push_value(&mut statement, place);
    }
    statement.push(" WHERE ");
    push_scope(&mut statement, view.resource_type, table.name, view.tenant);
    statement
        .push(" AND id IN (SELECT value FROM json_each(")
        .bind(Value::from(ids).to_string())
        .push(")) AND version = ");
    push_value(&mut statement, 0);
    for (place, key) in (4..).zip(keys).filter(|(_, key)| key.unique) {
        statement
            .push(" AND NOT EXISTS (SELECT 1 FROM ")
            .push(table.name)
            .push(" x WHERE ");
        push_scope(&mut statement, view.resource_type, "x", view.tenant);
        statement.push(" AND x.").push(key.column).push(" = ");
        push_value(&mut statement, place);
        statement
            .push(" AND x.id <> ")
            .push(table.name)
            .push(".id)");
    }
    statement.push(" RETURNING id");
    statement
}
