//! The events as they are read: in the order of their database, or of one tenant.
//!
//! What an event says is put together here: of a resource that came or went the record has the
//! document, and its entries are made of that.

use crate::fragment::{Fragment, value};
use crate::{Statement, fragment, statement};

/// Events that one page looks at, at the most.
pub const LOOKS: usize = 5_000;
/// Bytes of events behind which a page ends.
const PAGE_BYTES: usize = 1_000_000;

/// Entries of the document on one side of an event `e`: of an extension each attribute has its own.
const ENTRIES: &str = "(SELECT json_group_array(json(CASE WHEN c.value IS NOT NULL \
     THEN json_object('path', n.path, 'before', NULL, 'after', NULL, 'cut', json('true')) \
     WHEN e.body -> '$.after' IS NULL \
     THEN json_object('path', n.path, 'before', json(e.body -> n.place), 'after', NULL) \
     ELSE json_object('path', n.path, 'before', NULL, 'after', json(e.body -> n.place)) END)) \
     FROM (SELECT a.key AS name, a.key AS path, a.path || '.\"' || a.key || '\"' AS place \
     FROM json_each(e.body, iif(e.body -> '$.after' IS NULL, '$.before', '$.after')) a \
     WHERE NOT (a.key LIKE 'urn:%' AND a.type = 'object') \
     UNION ALL SELECT a.key, a.key || ':' || x.key, a.path || '.\"' || a.key || '\".\"' || x.key || '\"' \
     FROM json_each(e.body, iif(e.body -> '$.after' IS NULL, '$.before', '$.after')) a, json_each(a.value) x \
     WHERE a.key LIKE 'urn:%' AND a.type = 'object') n \
     LEFT JOIN json_each(e.body, '$.cut') c ON c.value = n.name)";

/// An event `e` of the tenant `t`, JSON text: members that it has not are not there.
fn shape(shard: u16) -> impl Fragment {
    fragment!(
        "rtrim(json_object('v', 1, 'id', 'evt_{shard}_' || e.position, 'tenant', e.tenant_id, \
         'tenant_external_id', t.external_id, 'seq', e.seq, 'at', e.at, 'type', e.type, \
         'version', e.body ->> '$.version', 'actor', json_object('kind', e.actor_kind, 'id', e.actor_id, \
         'label', e.body ->> '$.label'), \
         'resource', iif(e.resource_id IS NULL, NULL, json_object('type', e.resource_type, 'id', e.resource_id, \
         'externalId', e.body ->> '$.externalId', 'name', e.body ->> '$.name')), 'request', e.request), '}') \
         || coalesce(',\"changes\":' || CASE WHEN e.body -> '$.after' IS NULL AND e.body -> '$.before' IS NULL \
         THEN e.body -> '$.changes' ELSE {ENTRIES} END, '') \
         || coalesce(',\"groups\":' || (e.body -> '$.groups'), '') \
         || coalesce(',\"members\":' || (e.body -> '$.members'), '') \
         || coalesce(',\"about\":' || (e.body -> '$.about'), '') || '}'",
        shard = usize::from(shard),
        ENTRIES = ENTRIES,
    )
}

/// Which events are looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Types, each in full or with a star behind its dot; any where there are none.
    pub types: Vec<String>,
}

/// The condition that an event `e` is of a type that is looked for. What also changed other
/// attributes than `active` is found as an update, too.
impl Fragment for Wanted {
    fn write(&self, statement: &mut Statement) {
        if self.types.is_empty() {
            return;
        }
        let types = crate::membership::json(&self.types);
        crate::write_sql!(
            statement,
            " AND EXISTS (SELECT 1 FROM json_each({types}) w WHERE w.value = e.type \
             OR substr(w.value, -2) = '.*' AND substr(e.type, 1, length(w.value) - 1) = substr(w.value, 1, length(w.value) - 1) \
             OR w.value = 'user.updated' AND e.type IN ('user.activated', 'user.deactivated') \
             AND json_array_length(e.body, '$.changes') > 1)",
            types = value(&types),
        );
    }
}

/// Events behind a position, over all tenants: rows of the position, the moment, the tenant and the
/// event. As many of them as a page takes, among [`LOOKS`].
pub fn list(shard: u16, after: i64, wanted: &Wanted, most: usize) -> Statement {
    let events = fragment!(
        "SELECT * FROM events WHERE position > {after} ORDER BY position LIMIT {LOOKS}",
        after = value(after),
        LOOKS = LOOKS,
    );
    page(shard, &events, wanted, most)
}

/// The last position that [`list`] looks at, the newest of all, and none where there are none.
pub fn bounds(after: i64) -> Statement {
    statement!(
        "SELECT (SELECT max(position) FROM (SELECT position FROM events WHERE position > {after} \
         ORDER BY position LIMIT {LOOKS})) AS looked_at, (SELECT max(position) FROM events) AS newest",
        after = value(after),
        LOOKS = LOOKS,
    )
}

fn page(shard: u16, events: &dyn Fragment, wanted: &Wanted, most: usize) -> Statement {
    statement!(
        "SELECT position, at, tenant_id, event FROM (\
         SELECT *, sum(octet_length(event)) OVER (ROWS UNBOUNDED PRECEDING) - octet_length(event) AS before FROM (\
         SELECT e.position, e.at, e.tenant_id, {shape} AS event FROM ({events}) e \
         LEFT JOIN tenants t ON t.id = e.tenant_id WHERE 1{wanted} LIMIT {most})) WHERE before < {PAGE_BYTES}",
        shape = shape(shard),
        events = events,
        wanted = wanted,
        most = most,
        PAGE_BYTES = PAGE_BYTES,
    )
}
