//! Writing: insert, guarded update, delete. Statements of one batch; what they found is seen from
//! `RETURNING`.

use scim::json;
use scim::list::List;
use scim::schema::Attribute;
use serde_json::{Map, Value};

use super::Statement;
use super::expression::{View, json_path};
use super::former::has_due_id;
use super::fragment::{Fragment, value};
use super::guard::Guard;
use super::links::{SHOWN, SHOWN_IMAGE};
use super::read::{ResourceRef, is};
use super::record::record;
use super::table::Table;
use crate::{fragment, statement};

/// A resource to write.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// The document, JSON text.
    pub document: String,
    /// Its comparison image.
    pub folded: Map<String, Value>,
    /// The image as JSON text.
    pub folded_text: String,
    again: usize,
    /// Bytes that the text index is given of it.
    pub indexed: usize,
}

impl Draft {
    /// Folds a document and prints both.
    pub fn new(view: &View<'_>, document: &Map<String, Value>) -> Self {
        let mut folded = scim::fold::fold(view.resource_type, document);
        folded.extend(shown_image(view, document).map(|image| (SHOWN_IMAGE.to_owned(), image)));
        Self {
            document: print(document),
            folded_text: print(&folded),
            again: bytes_again(view.table(), &folded),
            indexed: index_bytes(view.table(), &folded),
            folded,
        }
    }

    /// Bytes of the row: the two texts, and the columns that hold parts of them again.
    pub fn size(&self) -> usize {
        self.document.len() + self.folded_text.len() + self.again
    }
}

/// Bytes of what stands in columns of its own, too.
fn bytes_again(table: &Table, folded: &Map<String, Value>) -> usize {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map_or(0, str::len);
    let keys = table.keys.iter().map(|key| text(folded.get(key.attribute)));
    let addresses = table
        .addresses
        .and_then(|name| folded.get(name)?.as_array());
    let longest = addresses
        .into_iter()
        .flatten()
        .map(|address| text(address.get("value")))
        .max();
    2 * keys.sum::<usize>() + longest.unwrap_or_default()
}

/// Bytes that the text index is given of an image, or of about as many of a document.
pub fn index_bytes(table: &Table, folded: &Map<String, Value>) -> usize {
    let text = |value: &Value| value.as_str().map_or(0, str::len);
    let each = |value: &Value| match value {
        Value::Array(list) => list
            .iter()
            .filter_map(|value| value.get("value"))
            .map(text)
            .sum(),
        other => text(other),
    };
    let values = table.text.iter().filter_map(|name| folded.get(*name));
    values.map(each).sum()
}

/// The image of what others show of a name that is too long to be shown whole.
fn shown_image(view: &View<'_>, document: &Map<String, Value>) -> Option<Value> {
    let (attribute, name) = view.table().display.iter().find_map(|name| {
        let text = document.get(*name)?.as_str()?;
        Some((view.resource_type.attribute(name)?, text))
    })?;
    let (end, _) = name.char_indices().nth(SHOWN)?;
    let shown = name.get(..end)?;
    Some(scim::fold::fold_value(attribute, &Value::from(shown)))
}

fn print(document: &Map<String, Value>) -> String {
    // A map of JSON values always prints.
    serde_json::to_string(document).unwrap_or_default()
}

/// Inserts a resource. One row comes back, unless its unique key is in use: then nothing is
/// written, and nothing fails, so that the creates of a Bulk can travel together.
///
/// `again`: of a user who may be one that was deleted and is kept, whether the name alone tells so;
/// then nothing is written under another id than the former one.
pub fn insert(
    view: &View<'_>,
    (id, version): (&str, &str),
    now: &str,
    draft: &Draft,
    again: Option<bool>,
) -> Statement {
    let keys = view.table().keys.iter().map(|key| {
        let key = key.value(&draft.folded);
        fragment!(", {key}", key = value(key))
    });
    let keys: Fragment<'_> = keys.collect();
    let values = fragment!(
        "{id}, {version}, {document}, {folded}{keys}",
        id = value(id),
        version = value(version),
        document = value(&draft.document),
        folded = value(&draft.folded_text),
        keys = keys,
    );
    let keyed = |name: &str| {
        let key = view.table().key(name);
        Fragment::from(value(key.and_then(|key| key.value(&draft.folded))))
    };
    let (name, external_id, id) = (keyed("userName"), keyed("externalId"), value(id).into());
    let is_due = again.map(|by_name| has_due_id(view, &id, (&name, &external_id), (by_name, now)));
    let moments = (value(now).into(), now);
    insert_into(
        view,
        moments,
        values,
        (Fragment::None, is_due.into()),
        "seq",
    )
}

/// Inserts a row with each of these values, which stand in the order of the columns from the id on,
/// behind the moment at which it was created; gives one column of those whose unique key was free,
/// and that meet a condition.
pub(super) fn insert_into(
    view: &View<'_>,
    (created, now): (Fragment<'_>, &str),
    values: Fragment<'_>,
    (rows, is_due): (Fragment<'_>, Fragment<'_>),
    returning: &'static str,
) -> Statement {
    let table = view.table();
    let keys = table.keys.iter().map(|key| [", ", key.column].into());
    let keys: Fragment<'_> = keys.collect();
    let of_type = || fragment!("{name}, ", name = value(view.resource_type.name));
    statement!(
        "INSERT INTO {table} (\
         tenant_id, created_at, updated_at, {type_column}{alone_column}id, version, document, folded{keys}) \
         SELECT t.id, {created}, {now}, {of_type}{alone}{values} \
         FROM (SELECT {tenant} AS id) t{rows} WHERE t.id IS NOT NULL{is_due} \
         ON CONFLICT DO NOTHING RETURNING {returning}",
        table = table.name,
        type_column = table.shared.then_some("resource_type, "),
        alone_column = view.alone().map(|(column, _)| [column, ", "]),
        keys = keys,
        created = created,
        now = value(now),
        of_type = table.shared.then(of_type),
        alone = view.alone().map(|(_, alone)| [alone, ", "]),
        values = values,
        tenant = view.tenant,
        rows = rows,
        is_due = is_due,
        returning = returning,
    )
}

/// Replaces a document, and gives the resource a new version, if it is the version meant. One row
/// comes back if it was written.
pub fn update(
    view: &View<'_>,
    reference: &ResourceRef,
    guard: Guard<'_>,
    next: &NextVersion<'_>,
) -> Statement {
    // A key that stays is not named: naming it would write its index again.
    let keys = view.table().keys.iter().filter(|key| {
        let held = key.value(next.before);
        held != key.value(&next.draft.folded)
    });
    let keys = keys.map(|key| {
        let alone = view.alone().filter(|_| key.unique);
        fragment!(
            ", {column} = {key}{alone}",
            column = key.column,
            key = value(key.value(&next.draft.folded)),
            alone = alone.map(|(column, alone)| [", ", column, " = ", alone]),
        )
    });
    let keys: Fragment<'_> = keys.collect();
    statement!(
        "UPDATE {row} \
         SET version = {version}{updated}, document = {document}, folded = {folded}{keys} \
         WHERE {is}{guard}{returning}",
        row = view.row(),
        version = value(next.version),
        updated = set_updated_at(next.now),
        document = value(&next.draft.document),
        folded = value(&next.draft.folded_text),
        keys = keys,
        is = is(view, reference),
        guard = guard,
        returning = returning(view, next.groups),
    )
}

/// Gives a group a new version, if the statement in front told of members that come or go (see
/// [`events::members`](super::ledger::events::members)).
pub fn touch(view: &View<'_>, id: &str, version: &str, now: &str) -> Statement {
    statement!(
        "UPDATE teams SET version = {version}{updated} WHERE {is} AND changes() > 0",
        version = value(version),
        updated = set_updated_at(now),
        is = is(view, &ResourceRef::Id(id.to_owned())),
    )
}

/// The moment of a change: a request that began before another, and writes after it, does not turn
/// time back.
pub(super) fn set_updated_at(now: &str) -> Fragment<'_> {
    fragment!(", updated_at = max(updated_at, {now})", now = value(now))
}

/// The row that a write gives back is the record of the resource, like that of
/// [`resource`](super::read::resource).
fn returning<'a>(view: &View<'a>, with_groups: bool) -> Fragment<'a> {
    fragment!(
        " RETURNING {record} AS record",
        record = record(view, with_groups),
    )
}

/// What an update leaves behind.
#[derive(Clone, Copy, Debug)]
pub struct NextVersion<'a> {
    /// The new version.
    pub version: &'a str,
    /// The moment.
    pub now: &'a str,
    /// The new document.
    pub draft: &'a Draft,
    /// The image of the document it replaces.
    pub before: &'a Map<String, Value>,
    /// Whether the groups of a user are to come back with it.
    pub groups: bool,
}

/// Gives singular attributes at the top of a document new values, without reading it first, if the
/// statement in front told of it (see [`events::of_assign`](super::ledger::events::of_assign)). One
/// row comes back if it was written, with a user's groups where they are wanted.
pub fn assign(
    view: &View<'_>,
    reference: &ResourceRef,
    values: &[(&'static Attribute, Value)],
    version: &str,
    now: &str,
    groups: bool,
) -> Statement {
    let table = view.table();
    let images: Vec<(&'static Attribute, Value)> = values
        .iter()
        .map(|(attribute, value)| (*attribute, scim::fold::fold_value(attribute, value)))
        .list();
    let keys = images.iter().filter_map(|(attribute, image)| {
        let key = table.key(attribute.name)?;
        Some(fragment!(
            ", {column} = {key}",
            column = key.column,
            key = value(image.as_str()),
        ))
    });
    let keys: Fragment<'_> = keys.collect();
    statement!(
        "UPDATE {table} \
         SET version = {version}{updated}, \
         document = json_set(document{values}), folded = json_set(folded{images}){keys} \
         WHERE {is} AND changes() > 0{returning}",
        table = table.name,
        version = value(version),
        updated = set_updated_at(now),
        values = set(values),
        images = set(&images),
        keys = keys,
        is = is(view, reference),
        returning = returning(view, groups),
    )
}

/// The arguments of `json_set`: a path and a value for each attribute.
fn set(values: &[(&'static Attribute, Value)]) -> Fragment<'static> {
    let values = values.iter().map(|(attribute, new)| {
        fragment!(
            ", {path}, json({new})",
            path = json_path(attribute.name),
            new = Fragment::Made(json::text(new)),
        )
    });
    values.collect()
}

/// Deletes a resource, if it is the version meant; triggers take its memberships along. One row
/// comes back if it was there.
pub fn delete(view: &View<'_>, reference: &ResourceRef, guard: Guard<'_>) -> Statement {
    statement!(
        "DELETE FROM {row} WHERE {is}{guard} RETURNING seq",
        row = view.row(),
        is = is(view, reference),
        guard = guard,
    )
}

/// Gives the teams that a resource is a member of a new version: before it is deleted, if it is the
/// version meant.
pub fn touch_teams_of(
    view: &View<'_>,
    reference: &ResourceRef,
    guard: Guard<'_>,
    version: &str,
    now: &str,
) -> Statement {
    let guarded_by = || fragment!(" AND {exists}", exists = guard.exists(view, reference));
    statement!(
        "UPDATE teams SET version = {version}{updated} \
         WHERE tenant_id = {tenant} AND id IN (\
         SELECT m.team_id FROM team_members m INDEXED BY team_members_member \
         WHERE m.tenant_id = {tenant} AND m.member_id = {id}){guarded_by}",
        version = value(version),
        updated = set_updated_at(now),
        tenant = view.tenant,
        id = reference.id_in(view),
        guarded_by = (guard != Guard::None).then(guarded_by),
    )
}
