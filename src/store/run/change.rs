//! Many resources changed or deleted at once.

use scim::json;
use scim::list::List;
use serde_json::{Map, Value};

use crate::expression::View;
use crate::fragment::{Fragment, value};
use crate::limits::RUN_READ;
use crate::read::{self, Stored};
use crate::table::{KeyColumn, Table};
use crate::write::{Draft, set_updated_at};
use crate::{Error, Row, Statement};
use crate::{fragment, statement};

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
    let ids = json::text(&Value::from(ids));
    Some(statement!(
        "UPDATE teams SET version = {version}{updated} \
         WHERE tenant_id = {tenant} AND id IN (SELECT m.team_id FROM json_each({ids}) j \
         CROSS JOIN team_members m INDEXED BY team_members_member \
         ON m.tenant_id = {tenant} AND m.member_id = j.value AND m.member_type = {name})",
        version = value(version),
        updated = set_updated_at(now),
        tenant = view.tenant,
        ids = value(&ids),
        name = value(view.resource_type.name),
    ))
}

/// Deletes many resources. The ids of those that were there come back.
pub fn delete_many(view: &View<'_>, ids: &[&str]) -> Statement {
    let ids = json::text(&Value::from(ids));
    statement!(
        "DELETE FROM {row} WHERE {scope} AND id IN (SELECT value FROM json_each({ids})) RETURNING id",
        row = view.row(),
        scope = view.scope(view.row()),
        ids = value(&ids),
    )
}

/// Fails the batch unless every one of these ids is a resource of the type.
pub fn all_of_type(view: &View<'_>, ids: &[&str]) -> Statement {
    let ids = json::text(&Value::from(ids));
    read::guard(fragment!(
        "NOT EXISTS (SELECT 1 FROM json_each({ids}) j \
         WHERE NOT EXISTS (SELECT 1 FROM {table} x WHERE {scope} AND x.id = j.value))",
        ids = value(&ids),
        table = view.row(),
        scope = view.scope("x"),
    ))
}

/// Many resources as a write needs them, in this order, as far as [`RUN_READ`] bytes of documents:
/// behind that a document is NULL.
pub fn stored_many(view: &View<'_>, ids: &[&str]) -> Statement {
    let ids = json::text(&Value::from(ids));
    statement!(
        "SELECT id, iif(bytes <= {most}, document, NULL) AS document, version \
         FROM (SELECT r.id AS id, r.document AS document, r.version AS version, \
         sum(octet_length(r.document)) OVER (ORDER BY j.key) AS bytes \
         FROM json_each({ids}) j CROSS JOIN {table} r WHERE {scope} AND r.id = j.value)",
        most = RUN_READ,
        ids = value(&ids),
        table = view.row(),
        scope = view.scope("r"),
    )
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

/// Replaces many documents that are still the versions read. `keys` change in all of them; a unique
/// one is not taken from another resource. The ids of those that were written come back.
///
/// The values are an object by id, which each row looks itself up in: a join (`UPDATE … FROM`) is
/// planned from the table's side, whatever is hinted, and reads all of it.
pub fn update_many(
    view: &View<'_>,
    updates: &[Update<'_>],
    keys: &[&'static KeyColumn],
    now: &str,
) -> Statement {
    let ids: Vec<&str> = updates.iter().map(|update| update.id).list();
    let mut values = Map::new();
    for update in updates {
        let mut row = vec![
            Value::from(update.read),
            Value::from(update.version),
            Value::from(update.draft.document.as_str()),
            Value::from(update.draft.folded_text.as_str()),
        ];
        for key in keys {
            row.push(Value::from(key.value(&update.draft.folded)));
        }
        values.insert(update.id.to_owned(), Value::from(row));
    }
    let (ids, values) = (
        json::text(&Value::from(ids)),
        json::text(&Value::Object(values)),
    );
    let (row, values) = (view.row(), values.as_str());
    let item = move |position: usize| {
        fragment!(
            "{values} ->> ('$.\"' || {row}.id || '\"[{position}]')",
            values = value(values),
            row = row,
            position = position,
        )
    };
    let columns = (4..).zip(keys).map(|(position, key)| {
        fragment!(
            ", {column} = {item}",
            column = key.column,
            item = item(position),
        )
    });
    let unique = view.unique_key().map(|key| key.column);
    let positions = (4..).zip(keys);
    let free = positions.filter(|(_, key)| Some(key.column) == unique);
    let free = free.map(|(position, key)| {
        fragment!(
            " AND NOT EXISTS (SELECT 1 FROM {row} x WHERE {scope} AND x.{column} = {item} AND x.id <> {row}.id)",
            row = row,
            scope = view.scope("x"),
            column = key.column,
            item = item(position),
        )
    });
    let alone = view.alone().filter(|_| keys.iter().any(|key| key.unique));
    statement!(
        "UPDATE {row} \
         SET version = {version}{updated}, document = {document}, folded = {folded}{columns}{alone} \
         WHERE {scope} AND id IN (SELECT value FROM json_each({ids})) AND version = {read}{free} RETURNING id",
        row = row,
        version = item(1),
        updated = set_updated_at(now),
        document = item(2),
        folded = item(3),
        columns = columns.collect::<Fragment<'_>>(),
        alone = alone.map(|(column, alone)| [", ", column, " = ", alone]),
        scope = view.scope(row),
        ids = value(&ids),
        read = item(0),
        free = free.collect::<Fragment<'_>>(),
    )
}
