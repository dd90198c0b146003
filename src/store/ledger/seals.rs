//! The seals of the record: what of the events goes into them, and where they stand.

use serde_json::Value;

use crate::cells::Cells;
use crate::fragment::{Fragment, value};
use crate::{Error, Row, Statement, fragment, statement};

/// Events that one round of sealing looks at, at the most.
pub const BLOCK: usize = 500;
/// Bytes of their bodies behind which it ends.
const BLOCK_BYTES: usize = 1_000_000;

/// The leaf of an event `e`. Its number, 0 where it is none that was given: no whole one, or the
/// event is not as it was written, whose salt has 32 characters, so that it is known where the body
/// begins. All but the body, which has names and values and may be emptied; and the body with its
/// salt, or the digest that is left of it.
pub(super) const LEAF: &str = "CASE WHEN typeof(e.seq) <> 'integer' THEN 0 WHEN e.body IS NULL THEN e.seq \
                    WHEN length(e.salt) = 32 AND octet_length(e.salt) = 32 AND typeof(e.body) = 'text' AND e.body GLOB '{*' \
                    AND instr(e.body, char(0)) = 0 AND json_valid(e.body) THEN e.seq ELSE 0 END AS seq, \
                    json_array(e.tenant_id, e.seq, e.at, e.type, e.resource_type, e.resource_id, e.actor_kind, e.actor_id, \
                    e.request) AS fields, iif(instr(e.salt || e.body, char(0)), '', e.salt || e.body) AS content, \
                    iif(instr(e.digest, char(0)), '', e.digest) AS digest";

/// An event as a seal has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Its number.
    pub seq: i64,
    /// All but its body, JSON text.
    pub fields: String,
    /// The salt and the body.
    pub content: Option<String>,
    /// What is left of an emptied one (see `chain::erasure_mark`).
    pub digest: Option<String>,
}

impl Leaf {
    /// Reads its columns.
    pub(super) fn read(cells: &mut Cells<'_>) -> Self {
        Self {
            seq: cells.count(),
            fields: cells.required_text(),
            content: cells.text(),
            digest: cells.text(),
        }
    }
}

/// The events of this database that were not looked at yet.
fn window() -> Fragment<'static> {
    fragment!(
        "SELECT * FROM (SELECT *, sum(octet_length(body)) OVER (ORDER BY position ROWS UNBOUNDED PRECEDING) \
         - octet_length(body) AS before FROM (\
         SELECT * FROM events WHERE position > (SELECT position FROM sealing) ORDER BY position LIMIT {BLOCK})) \
         WHERE coalesce(before, 0) < {BLOCK_BYTES}",
        BLOCK = BLOCK,
        BLOCK_BYTES = BLOCK_BYTES,
    )
}

/// The events that are to be sealed: rows of their position, their tenant and a leaf, and whether
/// any were trimmed here.
pub fn events_to_seal() -> Statement {
    statement!(
        "SELECT e.position, CAST(e.tenant_id AS INTEGER), {LEAF}, (SELECT trimmed FROM sealing) AS trimmed \
         FROM ({window}) e ORDER BY e.position",
        LEAF = LEAF,
        window = window(),
    )
}

/// Reads a row of [`events_to_seal`].
pub fn read_event_to_seal(row: &mut Row) -> Result<(i64, i64, Leaf), Error> {
    row.read(|cells| (cells.count(), cells.count(), Leaf::read(cells)))
}

/// The last seals of the tenants of those events: rows of the tenant, the number and the head.
pub fn last_seals() -> Statement {
    statement!(
        "SELECT s.tenant_id, s.last_seq, s.head FROM (SELECT DISTINCT tenant_id FROM ({window})) d \
         CROSS JOIN seals s ON s.tenant_id = d.tenant_id \
         AND s.last_seq = (SELECT max(last_seq) FROM seals WHERE tenant_id = d.tenant_id)",
        window = window(),
    )
}

/// A seal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seal {
    /// The number of the event that it begins behind.
    pub prev_seq: i64,
    /// That of the last that it covers.
    pub last_seq: i64,
    /// The head.
    pub head: String,
    /// The code of the head.
    pub mac: String,
    /// The fingerprint of the master key.
    pub key: String,
    /// Of the first that is kept, where those before it were trimmed: the code that says so.
    pub start: Option<String>,
}

/// Characters at the end of an id by which a seal has it: those of our ids are random.
pub const ID_END: usize = 8;

/// Sets seals of tenants, with the resources that their events are of. Where another sealer was
/// faster, the batch fails.
pub fn insert(seals: &[(i64, Seal)], now: &str) -> Statement {
    let rows = seals.iter().map(|(tenant, seal)| {
        Value::from(vec![
            Value::from(*tenant),
            Value::from(seal.last_seq),
            Value::from(seal.prev_seq),
            Value::from(seal.head.as_str()),
            Value::from(seal.mac.as_str()),
            Value::from(seal.key.as_str()),
            Value::from(seal.start.as_deref()),
        ])
    });
    let rows = scim::json::text(&Value::from(rows.collect::<Vec<_>>()));
    statement!(
        "INSERT INTO seals (tenant_id, last_seq, prev_seq, head, at, mac, key, start, resources) \
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, {now}, value ->> 4, value ->> 5, value ->> 6, \
         (SELECT coalesce(group_concat(DISTINCT substr(resource_id, -{ID_END})), '') FROM events \
         WHERE tenant_id = j.value ->> 0 AND seq > j.value ->> 2 AND seq <= j.value ->> 1) \
         FROM json_each({rows}) j",
        now = value(now),
        ID_END = ID_END,
        rows = value(&rows),
    )
}

/// Says of events that were emptied before they are sealed what is left of each: tenant, number and
/// that.
pub fn mark(rows: &Value) -> Statement {
    statement!(
        "UPDATE events SET digest = j.value ->> 2 FROM json_each({rows}) j \
         WHERE tenant_id = j.value ->> 0 AND seq = j.value ->> 1 AND body IS NULL",
        rows = value(&scim::json::text(rows)),
    )
}

/// Notes up to which position events were looked at.
pub fn note(position: i64) -> Statement {
    statement!(
        "UPDATE sealing SET position = {position} WHERE position < {position}",
        position = value(position),
    )
}

/// The seals of a tenant from this event on: rows of [`read_seal`], up to so many.
pub fn list(tenant: i64, from: i64, most: usize) -> Statement {
    statement!(
        "SELECT prev_seq, last_seq, head, mac, key, start FROM seals WHERE tenant_id = {tenant} AND last_seq >= {from} \
         ORDER BY last_seq LIMIT {most}",
        tenant = value(tenant),
        from = value(from),
        most = most,
    )
}

/// The last seal of a tenant in front of an event.
pub fn before(tenant: i64, from: i64) -> Statement {
    statement!(
        "SELECT prev_seq, last_seq, head, mac, key, start FROM seals WHERE tenant_id = {tenant} AND last_seq < {from} \
         ORDER BY last_seq DESC LIMIT 1",
        tenant = value(tenant),
        from = value(from),
    )
}

/// Reads a seal.
pub fn read_seal(row: &mut Row) -> Result<Seal, Error> {
    row.read(|cells| Seal {
        prev_seq: cells.count(),
        last_seq: cells.count(),
        head: cells.required_text(),
        mac: cells.required_text(),
        key: cells.required_text(),
        start: cells.text(),
    })
}

/// The last event of a tenant, the last that is sealed, how many were trimmed before the first, and
/// the number of the first. A number that is a text, which comes behind all, is counted by
/// [`count_behind`].
pub fn extent(tenant: i64) -> Statement {
    statement!(
        "SELECT CAST(last AS INTEGER), sealed, iif((SELECT trimmed FROM sealing) > 0, max(CAST(first AS INTEGER) - 1, 0), 0), \
         CAST(first AS INTEGER) FROM (SELECT \
         (SELECT max(seq) FROM events WHERE tenant_id = {tenant} AND seq < '') AS last, \
         (SELECT max(last_seq) FROM seals WHERE tenant_id = {tenant}) AS sealed, \
         (SELECT min(seq) FROM events WHERE tenant_id = {tenant}) AS first)",
        tenant = value(tenant),
    )
}

/// The leaves of events of a tenant, those behind a number, up to another: in the order of the
/// feed, which is that of the numbers.
pub fn leaves(tenant: i64, (behind, last): (i64, i64)) -> Statement {
    statement!(
        "SELECT {LEAF} FROM events e WHERE e.tenant_id = {tenant} AND e.seq > {behind} AND e.seq <= {last} \
         AND +e.position > coalesce((SELECT position FROM events WHERE tenant_id = {tenant} AND seq = {behind}), 0) \
         ORDER BY +e.position LIMIT {most}",
        LEAF = LEAF,
        tenant = value(tenant),
        behind = value(behind),
        last = value(last),
        most = BLOCK + 1,
    )
}

/// Reads a row of [`leaves`].
pub fn read_leaf(row: &mut Row) -> Result<Leaf, Error> {
    row.read(Leaf::read)
}

/// How many events of a tenant there are behind a number, and the last of them that the sealer has
/// looked at.
pub fn count_behind(tenant: i64, behind: i64) -> Statement {
    statement!(
        "SELECT count(*), CAST(max(seq) FILTER (WHERE position <= (SELECT position FROM sealing)) AS INTEGER) \
         FROM events WHERE tenant_id = {tenant} AND seq > {behind}",
        tenant = value(tenant),
        behind = value(behind),
    )
}
