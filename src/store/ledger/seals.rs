//! The seals of the record: what of the events goes into them, and where they stand.

use serde_json::Value;

use crate::cells::Cells;
use crate::directory::jobs::TENANT_DELETE;
use crate::fragment::{Fragment, value};
use crate::planted::{self, LOOKED_AT, MOST, number_of, text_of};
use crate::{Error, Row, Statement, fragment, statement};

/// Events that one round of sealing looks at, at the most.
pub const BLOCK: usize = 500;
/// Bytes of their bodies behind which it ends.
const BLOCK_BYTES: usize = 1_000_000;

/// The leaf of an event `e`. Its number, 0 where it is none that was given: no whole one, or the
/// event is not as it was written, whose salt has 32 characters, so that it is known where the body
/// begins. All but the body, which has names and values and may be emptied; and the body with its
/// salt, or the digest that is left of it.
pub(super) const LEAF: &str = concat!(
    "CASE WHEN typeof(e.seq) <> 'integer' OR e.seq NOT BETWEEN 0 AND ",
    MOST!(),
    " THEN 0 WHEN e.body IS NULL THEN iif(e.salt IS NULL, e.seq, 0) \
     WHEN e.digest IS NULL AND typeof(e.salt) = 'text' AND length(e.salt) = 32 AND octet_length(e.salt) = 32 \
     AND typeof(e.body) = 'text' AND e.body GLOB '{*' \
     AND instr(e.body, char(0)) = 0 AND json_valid(e.body) THEN e.seq ELSE 0 END AS seq, \
     iif('blob' IN (typeof(e.seq), typeof(e.at), typeof(e.type), typeof(e.resource_type), typeof(e.resource_id), \
     typeof(e.actor_kind), typeof(e.actor_id), typeof(e.request)), '', json_array(e.tenant_id, e.seq, e.at, e.type, \
     e.resource_type, e.resource_id, e.actor_kind, e.actor_id, e.request)) AS fields, \
     iif(instr(e.salt || e.body, char(0)), '', e.salt || e.body) AS content, ",
    text_of!("e.digest"),
    " AS digest"
);

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

/// The events of this database that were not looked at yet, but for what is no event of a tenant.
fn window() -> Fragment<'static> {
    fragment!(
        "SELECT * FROM (SELECT *, sum(octet_length(body)) OVER (ORDER BY position ROWS UNBOUNDED PRECEDING) \
         - octet_length(body) AS before FROM (\
         SELECT * FROM events WHERE position > coalesce({LOOKED_AT}, 0) AND position <= {MOST} \
         AND typeof(tenant_id) = 'integer' AND +tenant_id BETWEEN 0 AND {MOST} ORDER BY position LIMIT {BLOCK})) \
         WHERE coalesce(before, 0) < {BLOCK_BYTES}",
        LOOKED_AT = LOOKED_AT,
        MOST = MOST!(),
        BLOCK = BLOCK,
        BLOCK_BYTES = BLOCK_BYTES,
    )
}

/// The events that are to be sealed: rows of their position, their tenant, the end of the id of the
/// resource and a leaf, and whether any were trimmed here.
pub fn events_to_seal() -> Statement {
    statement!(
        "SELECT e.position, e.tenant_id, substr({resource}, -{ID_END}) AS resource, {LEAF}, \
         iif({LOOKED_AT} IS NULL, -1, (SELECT trimmed FROM sealing)) AS trimmed FROM ({window}) e ORDER BY e.position",
        resource = text_of!("e.resource_id"),
        ID_END = ID_END,
        LOOKED_AT = LOOKED_AT,
        LEAF = LEAF,
        window = window(),
    )
}

/// An event that is to be sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsealed {
    /// Its position.
    pub position: i64,
    /// Its tenant.
    pub tenant: i64,
    /// The end of the id of its resource.
    pub resource: Option<String>,
    /// What a seal has of it.
    pub leaf: Leaf,
    /// The last position up to which any were trimmed; below 0 where the row that says so has to be
    /// made anew.
    pub trimmed: i64,
}

/// Reads a row of [`events_to_seal`].
pub fn read_event_to_seal(row: &mut Row) -> Result<Unsealed, Error> {
    row.read(|cells| Unsealed {
        position: cells.count(),
        tenant: cells.count(),
        resource: cells.text(),
        leaf: Leaf::read(cells),
        trimmed: cells.count(),
    })
}

/// The last seals of the tenants of those events that there are: rows of the tenant, the number and
/// the head, 0 and none where there is no seal.
pub fn last_seals() -> Statement {
    statement!(
        "SELECT d.tenant_id, coalesce(s.last_seq, 0) AS last_seq, coalesce({head}, '') AS head \
         FROM (SELECT DISTINCT tenant_id FROM ({window})) d LEFT JOIN tenants t ON t.id = d.tenant_id \
         LEFT JOIN seals s ON s.tenant_id = d.tenant_id AND typeof(s.last_seq) = 'integer' \
         AND s.last_seq = (SELECT max(last_seq) FROM seals WHERE tenant_id = d.tenant_id AND last_seq <= {MOST}) \
         AND s.last_seq > 0 WHERE d.tenant_id = 0 OR t.id IS NOT NULL",
        head = text_of!("s.head"),
        window = window(),
        MOST = MOST!(),
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
    /// When it was made.
    pub at: String,
    /// The ends of the ids of the resources that its events are of, with commas between; none where
    /// it was made before they were noted.
    pub resources: Option<String>,
    /// The code of all that, but of seals of before of the head alone.
    pub mac: String,
    /// The fingerprint of the master key.
    pub key: String,
    /// Of the first that is kept, where those before it were trimmed: the code that says so.
    pub start: Option<String>,
}

/// Characters at the end of an id by which a seal has it: those of our ids are random.
const ID_END: usize = 8;

/// The end of an id.
pub fn end_of(id: &str) -> &str {
    let end = id.char_indices().rev().nth(ID_END - 1);
    id.get(end.map_or(0, |(at, _)| at)..).unwrap_or_default()
}

/// Sets seals of tenants. Where another sealer was faster, the batch fails.
pub fn insert(seals: &[(i64, Seal)]) -> Statement {
    let rows = seals.iter().map(|(tenant, seal)| {
        Value::from(vec![
            Value::from(*tenant),
            Value::from(seal.last_seq),
            Value::from(seal.prev_seq),
            Value::from(seal.head.as_str()),
            Value::from(seal.at.as_str()),
            Value::from(seal.mac.as_str()),
            Value::from(seal.key.as_str()),
            Value::from(seal.start.as_deref()),
            Value::from(seal.resources.as_deref()),
        ])
    });
    let rows = scim::json::text(&Value::from(rows.collect::<Vec<_>>()));
    statement!(
        "INSERT INTO seals (tenant_id, last_seq, prev_seq, head, at, mac, key, start, resources) \
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, \
         value ->> 8 FROM json_each({rows})",
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

/// Makes the row of the database anew: the sealer begins at the first event, and comes past those
/// that are sealed. Where it is not known what was trimmed, it may be all, to whoever reads on.
pub fn renew() -> [Statement; 3] {
    const TRIMMED: &str = number_of!("trimmed");
    [
        statement!(
            "DELETE FROM sealing WHERE {TRIMMED} < 0 OR rowid > (SELECT min(rowid) FROM sealing WHERE {TRIMMED} >= 0)",
            TRIMMED = TRIMMED,
        ),
        statement!(
            "INSERT INTO sealing (position, trimmed) SELECT 0, coalesce({newest}, 0) WHERE NOT EXISTS (SELECT 1 FROM sealing)",
            newest = planted::NEWEST,
        ),
        statement!("UPDATE sealing SET position = 0"),
    ]
}

/// The columns of a seal. A number that is none, and what is no text, is one that no seal has.
const SEAL: &str = concat!(
    number_of!("prev_seq"),
    ", ",
    number_of!("last_seq"),
    ", ",
    text_of!("head"),
    ", ",
    text_of!("at"),
    ", ",
    text_of!("resources"),
    ", ",
    text_of!("mac"),
    ", ",
    text_of!("key"),
    ", ",
    text_of!("start")
);

/// The seals of a tenant behind an event, or all: rows of [`read_seal`], up to so many.
pub fn list(tenant: i64, behind: Option<i64>, most: usize) -> Statement {
    statement!(
        "SELECT {SEAL} FROM seals WHERE tenant_id = {tenant}{behind} ORDER BY seals.last_seq LIMIT {most}",
        SEAL = SEAL,
        tenant = value(tenant),
        behind = behind.map(|behind| fragment!(" AND last_seq > {behind}", behind = value(behind))),
        most = most,
    )
}

/// The last seal of a tenant in front of an event.
pub fn before(tenant: i64, from: i64) -> Statement {
    statement!(
        "SELECT {SEAL} FROM seals WHERE tenant_id = {tenant} AND last_seq < {from} ORDER BY seals.last_seq DESC LIMIT 1",
        SEAL = SEAL,
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
        at: cells.required_text(),
        resources: cells.text(),
        mac: cells.required_text(),
        key: cells.required_text(),
        start: cells.text(),
    })
}

/// Events of a tenant that has ended which are looked at, the newest.
const NEWEST: usize = 100;

/// The number of the last event of a tenant that a seal is over, an expression.
fn last_sealed(tenant: i64) -> Fragment<'static> {
    fragment!(
        "(SELECT last_seq FROM seals WHERE tenant_id = {tenant} AND last_seq <= {MOST} AND typeof(last_seq) = 'integer' \
         ORDER BY last_seq DESC LIMIT 1)",
        tenant = value(tenant),
        MOST = MOST!(),
    )
}

/// The last event of a tenant, the last that is sealed, how many were trimmed before the first, and
/// the number of the first. A number that is a text, or too large, comes behind all, and is counted
/// by [`count_unsealed`].
pub fn extent(tenant: i64) -> Statement {
    statement!(
        "SELECT CAST(last AS INTEGER), sealed, iif((SELECT trimmed FROM sealing) > 0, max(first - 1, 0), 0), first FROM (SELECT \
         (SELECT max(seq) FROM events WHERE tenant_id = {tenant} AND seq <= {MOST}) AS last, \
         {last} AS sealed, \
         (SELECT CAST(max(-{MOST}, min({MOST}, min(seq))) AS INTEGER) FROM events WHERE tenant_id = {tenant}) AS first)",
        last = last_sealed(tenant),
        tenant = value(tenant),
        MOST = MOST!(),
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

/// How many events of a tenant there are behind its last seal, the last of them that the sealer has
/// looked at, and up to which position of the database it has, if that is known.
pub fn count_unsealed(tenant: i64) -> Statement {
    statement!(
        "SELECT count(*), CAST(min({MOST}, max(seq) FILTER (WHERE position <= {LOOKED_AT})) AS INTEGER), {LOOKED_AT} \
         FROM events WHERE tenant_id = {tenant} AND seq > coalesce({last}, 0)",
        LOOKED_AT = LOOKED_AT,
        MOST = MOST!(),
        tenant = value(tenant),
        last = last_sealed(tenant),
    )
}

/// The tenants that events of a shard are of without a right to it, up to so many: those that never
/// lived there, and those that have ended and have events that say something again, among the
/// newest. Rows of the number, of the first and the last of these events, and of whether it has
/// ended.
pub fn strangers(shard: u16, most: usize) -> Statement {
    statement!(
        "WITH RECURSIVE every (id) AS (SELECT min(tenant_id) FROM events UNION ALL \
         SELECT (SELECT min(e.tenant_id) FROM events e WHERE e.tenant_id > every.id) FROM every \
         WHERE every.id IS NOT NULL) SELECT substr(quote(id), 1, 40) AS tenant, span ->> 0 AS first, span ->> 1 AS last, has_ended FROM (\
         SELECT every.id AS id, t.id IS NOT NULL AS has_ended, \
         (SELECT json_array({first}, {last}) FROM (\
         SELECT (SELECT min(seq) FROM events WHERE tenant_id = every.id) AS low, \
         (SELECT max(seq) FROM events WHERE tenant_id = every.id) AS high WHERE t.id IS NULL UNION ALL \
         SELECT min(seq), max(seq) FROM (SELECT seq, body FROM events WHERE tenant_id = every.id ORDER BY seq DESC LIMIT {NEWEST}) \
         WHERE t.id IS NOT NULL AND body IS NOT NULL) WHERE low IS NOT NULL) AS span FROM every LEFT JOIN tenants t \
         ON typeof(every.id) = 'integer' AND t.id = every.id AND t.shard = {shard} \
         WHERE every.id IS NOT NULL AND every.id IS NOT {house} AND (t.id IS NULL OR t.state = 'deleted' AND NOT EXISTS (\
         SELECT 1 FROM jobs WHERE finished_at IS NULL AND tenant_id = t.id AND kind = '{TENANT_DELETE}'))) \
         WHERE span IS NOT NULL LIMIT {most}",
        first = number_of!("low"),
        last = number_of!("high"),
        NEWEST = NEWEST,
        shard = usize::from(shard),
        house = if shard == 1 { "0" } else { "NULL" },
        TENANT_DELETE = TENANT_DELETE,
        most = most,
    )
}
