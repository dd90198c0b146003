//! Resources that were deleted and are kept for a while: a table of their own, which no statement
//! of another kind knows. They move there in the batch that deletes them; a user who is created
//! anew gets the old id from it, and an operator brings them back.

use scim::json::text;
use scim::resource_type::ResourceType;
use serde_json::Value;

use super::expression::{View, without_hidden};
use super::fragment::{Fragment, value};
use super::guard::Guard;
use super::membership::{COLUMNS, above};
use super::read::{ResourceRef, is};
use super::write::{insert_into, set_updated_at};
use super::{Statement, read, unique};
use crate::{fragment, statement};

/// Bytes of documents behind which a page ends.
const PAGE_BYTES: usize = 1_000_000;

/// Moves resources there in front of their delete, with what they have beside their rows: those
/// that meet the condition.
fn keep(view: &View<'_>, is_meant: Fragment<'_>, now: &str, until: &str) -> Statement {
    statement!(
        "INSERT OR REPLACE INTO deleted_resources (tenant_id, id, resource_type, name, external_id, created_at, \
         deleted_at, purge_at, document, folded) \
         SELECT tenant_id, id, {resource_type}, {name}, external_id, created_at, {now}, {until}, document, folded \
         FROM {row} WHERE {is_meant}",
        resource_type = value(view.resource_type.name),
        name = view.table().former_name.unwrap_or("NULL"),
        now = value(now),
        until = value(until),
        row = view.row(),
        is_meant = is_meant,
    )
}

/// Keeps one, if it is the version meant.
pub fn keep_one(
    view: &View<'_>,
    reference: &ResourceRef,
    guard: Guard<'_>,
    now: &str,
    until: &str,
) -> Statement {
    let is_meant = fragment!("{is}{guard}", is = is(view, reference), guard = guard);
    keep(view, is_meant, now, until)
}

/// Keeps many.
pub fn keep_many(view: &View<'_>, ids: &[&str], now: &str, until: &str) -> Statement {
    let ids = text(&Value::from(ids));
    let is_meant = fragment!(
        "{scope} AND id IN (SELECT value FROM json_each({ids}))",
        scope = view.scope(view.row()),
        ids = value(&ids),
    );
    keep(view, is_meant, now, until)
}

/// Forgets those of these resources that are there again.
pub fn forget(view: &View<'_>, ids: &[&str]) -> Statement {
    let ids = text(&Value::from(ids));
    statement!(
        "DELETE FROM deleted_resources WHERE tenant_id = {tenant} AND id IN (SELECT value FROM json_each({ids})) \
         AND EXISTS (SELECT 1 FROM {row} x WHERE {scope} AND x.id = deleted_resources.id)",
        tenant = view.tenant,
        ids = value(&ids),
        row = view.row(),
        scope = view.scope("x"),
    )
}

/// What is brought back, and the version that it gets.
#[derive(Clone, Copy, Debug)]
pub struct Restored<'a> {
    /// Its id.
    pub id: &'a str,
    /// The version.
    pub version: &'a str,
    /// The moment.
    pub now: &'a str,
}

impl Restored<'_> {
    /// `FROM …` its memberships, as far as it is back.
    fn links<'a>(&'a self, view: &View<'a>) -> Fragment<'a> {
        fragment!(
            " FROM links_back WHERE tenant_id = {tenant} AND resource_id = {id}",
            tenant = view.tenant,
            id = value(self.id),
        )
    }

    /// The rows of `events::of_joins`: those who are members again.
    pub fn join<'a>(&'a self, view: &View<'a>, request: &'a str) -> Fragment<'a> {
        fragment!(
            "SELECT team_id, member_id, member_type, 1, {request}{links}",
            request = value(request),
            links = self.links(view),
        )
    }

    /// Brings the resource back as it was, where its unique name is free: one row comes back then.
    pub fn insert(&self, view: &View<'_>) -> Statement {
        let keys = view.table().keys.iter();
        let keys = keys.map(|key| [", d.folded ->> '", key.attribute, "'"].into());
        let values = fragment!(
            "d.id, {version}, d.document, d.folded{keys}",
            version = value(self.version),
            keys = keys.collect::<Fragment<'_>>(),
        );
        let rows = fragment!(
            " CROSS JOIN deleted_resources d ON d.tenant_id = t.id AND d.id = {id} AND d.resource_type = '{name}' \
             AND d.purge_at > {now}",
            id = value(self.id),
            name = view.resource_type.name,
            now = value(self.now),
        );
        let moments = ("d.created_at".into(), self.now);
        insert_into(view, moments, values, (rows, Fragment::None), "seq")
    }

    /// The statements that give it what it had beside its row: unique values, one of which in use
    /// fails the batch, and memberships of what is still there, where none closes a circle. Those
    /// of what is deleted, too, are kept with that: they come back with the last of the two.
    pub fn links_back(&self, view: &View<'_>) -> [Statement; 5] {
        [
            statement!(
                "INSERT INTO unique_values ({columns}) \
                 SELECT l.tenant_id, j.value ->> 0, j.value ->> 1, l.resource_id \
                 FROM {row} x CROSS JOIN deleted_links l CROSS JOIN json_each(l.links) j \
                 WHERE {scope} AND x.id = {id} AND l.tenant_id = x.tenant_id AND l.resource_id = x.id AND l.part = -1",
                columns = unique::COLUMNS,
                row = view.row(),
                scope = view.scope("x"),
                id = value(self.id),
            ),
            statement!(
                "UPDATE teams SET version = {version}{updated} \
                 WHERE tenant_id = {tenant} AND id IN (SELECT team_id{links})",
                version = value(self.version),
                updated = set_updated_at(self.now),
                tenant = view.tenant,
                links = self.links(view),
            ),
            statement!(
                "INSERT INTO team_members ({COLUMNS}) SELECT {COLUMNS}{links}",
                COLUMNS = COLUMNS,
                links = self.links(view),
            ),
            read::guard(fragment!(
                "NOT EXISTS ({above} SELECT 1 FROM above WHERE above.id = {id})",
                above = above(view, self.id),
                id = value(self.id),
            )),
            statement!(
                "INSERT INTO deleted_links (tenant_id, resource_id, part, links) \
                 SELECT d.tenant_id, d.id, (SELECT max(coalesce(max(o.part), -1), -1) + 1 FROM deleted_links o \
                 WHERE o.tenant_id = d.tenant_id AND o.resource_id = d.id), json_group_array(json(k.value)) \
                 FROM {row} x CROSS JOIN deleted_links l CROSS JOIN json_each(l.links) k CROSS JOIN deleted_resources d \
                 ON d.tenant_id = l.tenant_id AND d.id = iif(k.value ->> 0 = l.resource_id, k.value ->> 1, k.value ->> 0) \
                 WHERE {scope} AND x.id = {id} AND l.tenant_id = x.tenant_id AND l.resource_id = x.id AND l.part >= 0 \
                 GROUP BY d.id",
                row = view.row(),
                scope = view.scope("x"),
                id = value(self.id),
            ),
        ]
    }
}

/// A row `d`, JSON text, without what nobody is shown.
fn shape() -> Fragment<'static> {
    let begin = "json_object('id', d.id, 'type', d.resource_type, \
         'name', coalesce(d.document ->> '$.userName', d.document ->> '$.displayName'), \
         'deleted_at', d.deleted_at, 'purge_at', d.purge_at, 'document', json(CASE d.resource_type";
    let mut parts = vec![Fragment::from(begin)];
    for resource_type in ResourceType::all() {
        if let Some(document) = without_hidden(resource_type, "d") {
            parts.push(fragment!(
                " WHEN {name} THEN {document}",
                name = value(resource_type.name),
                document = document,
            ));
        }
    }
    parts.push(" WHEN '' THEN NULL ELSE d.document END))".into());
    parts.into()
}

/// Rows of a key, what is kept with it, and how many there are: the last deleted first, and as many
/// as a page takes. What is kept no longer than now is not there, though the hourly job has not
/// come by.
pub fn list(tenant: i64, after: &str, most: usize, now: &str) -> Statement {
    let behind = fragment!(
        " AND (deleted_at, id) < (substr({after}, 1, 24), substr({after}, 26))",
        after = value(after),
    );
    let behind = (!after.is_empty()).then_some(behind);
    statement!(
        "SELECT d.deleted_at || '~' || d.id AS key, {shape} AS shape, d.found FROM (\
         SELECT *, count(*) OVER () AS found, \
         sum(octet_length(document)) OVER (ORDER BY deleted_at DESC, id DESC ROWS UNBOUNDED PRECEDING) \
         - octet_length(document) AS before FROM (\
         SELECT * FROM deleted_resources WHERE tenant_id = {tenant} AND purge_at > {now}{behind} \
         ORDER BY deleted_at DESC, id DESC LIMIT {most})) d \
         WHERE d.before < {PAGE_BYTES} ORDER BY d.deleted_at DESC, d.id DESC",
        shape = shape(),
        tenant = value(tenant),
        now = value(now),
        behind = behind,
        most = most,
        PAGE_BYTES = PAGE_BYTES,
    )
}

/// One, and its type.
pub fn read(tenant: i64, id: &str, now: &str) -> Statement {
    statement!(
        "SELECT {shape} AS shape, d.resource_type FROM deleted_resources d \
         WHERE d.tenant_id = {tenant} AND d.id = {id} AND d.purge_at > {now}",
        shape = shape(),
        tenant = value(tenant),
        id = value(id),
        now = value(now),
    )
}

/// Removes so many whose time is over. Gives a row for each.
pub fn purge(now: &str, most: usize) -> Statement {
    statement!(
        "DELETE FROM deleted_resources WHERE (tenant_id, id) IN (\
         SELECT tenant_id, id FROM deleted_resources WHERE purge_at <= {now} ORDER BY purge_at LIMIT {most}) RETURNING id",
        now = value(now),
        most = most,
    )
}
