//! The events of resources: created, changed, deleted.

use scim::change::VALUES;
use scim::json::text;
use serde_json::Value;

use super::document::document;
use super::event::{Event, Extent, Kind, MAX_NAMES, names, names_of_row, run};
use super::origin::Origin;
use crate::expression::{View, shown_document};
use crate::fragment::{Fragment, value};
use crate::guard::Guard;
use crate::read::{ResourceRef, is};
use crate::{Statement, fragment};

/// Members of a group that goes which are kept with its event, so that it can come back with them.
/// No event shows them. They are 0.6 MB.
pub const MAX_KEPT_MEMBERS: usize = 15_000;

/// A resource whose write in front of this one is told.
#[derive(Clone, Copy, Debug)]
pub struct ResourceWrite<'a> {
    /// Its id.
    pub id: &'a str,
    /// The version that the write left.
    pub version: &'a str,
    /// Which operation of a Bulk request, from one.
    pub operation: Option<usize>,
}

/// What an update did, as the event has it.
#[derive(Clone, Debug)]
pub struct EventUpdate {
    /// The last word of its type.
    pub word: &'static str,
    /// The entries of its changes.
    pub changes: Value,
}

/// Tells of the create in front: its row is the last that was inserted. `again`: it may be of a
/// user who was deleted and is kept, and is told as restored then. Of its document, where it is
/// known, the bytes, and what it calls it.
pub fn of_create(
    origin: &Origin<'_>,
    view: &View<'_>,
    (id, document): (&str, Option<(usize, Option<&str>)>),
    again: bool,
) -> Statement {
    let request = origin.request();
    let row = fragment!(
        " CROSS JOIN {row} WHERE changes() > 0 AND {row}.seq = last_insert_rowid() AND {row}.id = {id}",
        row = view.row(),
        id = value(id),
    );
    let (body, last) = match document {
        Some((bytes, name)) if bytes <= VALUES => {
            let (version, external_id) = (view.column("version"), view.column("external_id"));
            let names = names(version, external_id, value(name).into());
            (names, Some(("after", shown_document(view))))
        }
        _ => (created_body(view), None),
    };
    let texts = (value(&request).into(), body, last);
    create_event(origin, view, texts, row, (again, Extent::One))
}

/// Tells of the creates of a run right in front, those that were done.
pub fn of_creates(
    origin: &Origin<'_>,
    view: &View<'_>,
    rows: &[ResourceWrite<'_>],
    again: bool,
) -> Statement {
    let rows = rows.iter().map(|row| {
        let names = vec![Value::from(row.id), Value::from(row.version)];
        (names, row.operation)
    });
    let rows = run(origin, rows);
    let rows = of_run(view, &rows);
    let texts = ("j.value ->> 0".into(), created_body(view), None);
    create_event(origin, view, texts, rows, (again, Extent::Created))
}

fn created_body<'a>(view: &View<'a>) -> Fragment<'a> {
    fragment!(
        "{names}, {after}",
        names = names_of_row(view),
        after = document(view, "after"),
    )
}

type Texts<'a> = (
    Fragment<'a>,
    Fragment<'a>,
    Option<(&'static str, Fragment<'a>)>,
);

fn create_event(
    origin: &Origin<'_>,
    view: &View<'_>,
    (request, body, last): Texts<'_>,
    rows: Fragment<'_>,
    (again, extent): (bool, Extent),
) -> Statement {
    let created = Kind(view.resource_type, "created");
    let restoration = || {
        fragment!(
            "iif(EXISTS (SELECT 1 FROM deleted_resources d WHERE d.tenant_id = {row}.tenant_id AND d.id = {row}.id \
         AND d.purge_at > {now}), {restoration}, {created})",
            row = view.row(),
            now = value(origin.now),
            restoration = Kind(view.resource_type, "restored"),
            created = created,
        )
    };
    let kind = if again && view.table().former_name.is_some() {
        restoration()
    } else {
        created.into()
    };
    Event {
        origin,
        from: None,
        resource_type: Some(view.resource_type),
        kind,
        id: view.column("id"),
        request,
        body,
        rows,
        last,
        extent,
    }
    .insert()
}

/// The resources of a run that have the version that their write left.
fn of_run<'a>(view: &View<'a>, rows: &'a str) -> Fragment<'a> {
    fragment!(
        " CROSS JOIN json_each({rows}) j CROSS JOIN {row} \
         ON {scope} AND {row}.id = j.value ->> 1 AND {row}.version = j.value ->> 2",
        rows = value(rows),
        row = view.row(),
        scope = view.scope(view.row()),
    )
}

/// Tells of a rewrite, behind it.
pub fn of_rewrite(
    origin: &Origin<'_>,
    view: &View<'_>,
    write: &ResourceWrite<'_>,
    (external_id, name): (Option<&str>, Option<&str>),
    update: &EventUpdate,
) -> Statement {
    let changes = text(&update.changes);
    let request = origin.request();
    Event {
        origin,
        from: None,
        resource_type: Some(view.resource_type),
        kind: Kind(view.resource_type, update.word).into(),
        id: value(write.id).into(),
        request: value(&request).into(),
        body: names(
            value(write.version).into(),
            value(external_id).into(),
            value(name).into(),
        ),
        rows: " WHERE changes() > 0".into(),
        last: Some(("changes", value(&changes).into())),
        extent: Extent::One,
    }
    .insert()
}

/// Tells of the rewrites of a run right in front, those that were done.
pub fn of_rewrites(
    origin: &Origin<'_>,
    view: &View<'_>,
    rows: &[(ResourceWrite<'_>, &EventUpdate)],
) -> Statement {
    let rows = run(
        origin,
        rows.iter().map(|(write, update)| {
            let row = vec![
                Value::from(write.id),
                Value::from(write.version),
                Value::from(Kind(view.resource_type, update.word).name()),
                update.changes.clone(),
            ];
            (row, write.operation)
        }),
    );
    Event {
        origin,
        from: None,
        resource_type: Some(view.resource_type),
        kind: "j.value ->> 3".into(),
        id: view.column("id"),
        request: "j.value ->> 0".into(),
        body: fragment!(
            "{names}, 'changes', json(j.value -> 4)",
            names = names_of_row(view),
        ),
        rows: of_run(view, &rows),
        last: None,
        extent: Extent::Many,
    }
    .insert()
}

/// Tells of a delete that is about to be done, with the groups that are left, which get this
/// version.
pub fn of_delete(
    origin: &Origin<'_>,
    view: &View<'_>,
    reference: &ResourceRef,
    guard: Guard<'_>,
    version: &str,
) -> Statement {
    let request = origin.request();
    Event {
        origin,
        from: None,
        resource_type: Some(view.resource_type),
        kind: Kind(view.resource_type, "deleted").into(),
        id: view.column("id"),
        request: value(&request).into(),
        body: delete_body(view, version),
        rows: fragment!(
            " CROSS JOIN {row} WHERE {is}{guard}",
            row = view.row(),
            is = is(view, reference),
            guard = guard,
        ),
        last: None,
        extent: Extent::One,
    }
    .insert()
}

/// The same of the deletes of a run.
pub fn of_deletes(
    origin: &Origin<'_>,
    view: &View<'_>,
    rows: &[(&str, Option<usize>)],
    version: &str,
) -> Statement {
    let rows = run(
        origin,
        rows.iter()
            .map(|(id, operation)| (vec![Value::from(*id)], *operation)),
    );
    Event {
        origin,
        from: None,
        resource_type: Some(view.resource_type),
        kind: Kind(view.resource_type, "deleted").into(),
        id: view.column("id"),
        request: "j.value ->> 0".into(),
        body: delete_body(view, version),
        rows: fragment!(
            " CROSS JOIN json_each({rows}) j CROSS JOIN {row} ON {scope} AND {row}.id = j.value ->> 1",
            rows = value(&rows),
            row = view.row(),
            scope = view.scope(view.row()),
        ),
        last: None,
        extent: Extent::Many,
    }
    .insert()
}

fn delete_body<'a>(view: &View<'a>, version: &'a str) -> Fragment<'a> {
    let groups = fragment!(
        ", 'groups_version', {version}, 'groups', (SELECT json_group_array(team_id) FROM (\
         SELECT m.team_id FROM team_members m INDEXED BY team_members_member \
         WHERE m.tenant_id = {row}.tenant_id AND m.member_id = {row}.id LIMIT {MAX_NAMES}))",
        version = value(version),
        row = view.row(),
        MAX_NAMES = MAX_NAMES,
    );
    let members = fragment!(
        ", 'kept', (SELECT json_group_array(member_id) FROM (\
         SELECT m.member_id FROM team_members m WHERE m.tenant_id = {row}.tenant_id AND m.team_id = {row}.id LIMIT {MAX_KEPT_MEMBERS}))",
        row = view.row(),
        MAX_KEPT_MEMBERS = MAX_KEPT_MEMBERS,
    );
    fragment!(
        "{names}, {document}{groups}{members}",
        names = names_of_row(view),
        document = document(view, "before"),
        groups = (!view.table().shared).then_some(groups),
        members = view.table().has_members().then_some(members),
    )
}
