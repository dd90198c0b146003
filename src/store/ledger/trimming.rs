//! What is too old of the record: events go by their age alone, from the oldest on, and never the
//! newest of a tenant, so that no number is given twice. With a master key they go a whole block at
//! a time, and the last seal of what went stays, so that the chain goes on from it.

use super::seals::{LEAF, Leaf};
use crate::fragment::value;
use crate::planted::{MOST, text_of};
use crate::{Error, Row, Statement, fragment, statement};

/// Events of a tenant that go at once, at the most.
pub const STEP: usize = 2_000;
/// Tenants whose events do.
pub const TENANTS: usize = 5;

/// So many tenants with events that are too old: the rows of [`read_due`]. A few rows are read of
/// each tenant that has events.
///
/// `sealed` says whether there is a key: then what is not sealed stays. Without one, a tenant with
/// seals is left as it is.
pub fn due(before: &str, sealed: bool, most: usize) -> Statement {
    let of_seals = fragment!(
        "SELECT max(last_seq) FROM (SELECT last_seq FROM seals WHERE tenant_id = o.id AND last_seq >= o.first \
         AND last_seq < o.first + {STEP} AND typeof(last_seq) = 'integer' ORDER BY last_seq) s \
         WHERE (SELECT at FROM events e WHERE e.tenant_id = o.id AND e.seq = s.last_seq) < {before}",
        STEP = STEP,
        before = value(before),
    );
    let of_events = fragment!(
        "SELECT max(seq) FROM (SELECT seq, at FROM events WHERE tenant_id = o.id AND seq < o.newest \
         ORDER BY seq LIMIT {STEP}) WHERE at < {before} AND typeof(seq) = 'integer' AND NOT EXISTS (SELECT 1 FROM seals WHERE tenant_id = o.id)",
        STEP = STEP,
        before = value(before),
    );
    statement!(
        "WITH RECURSIVE every (id) AS (SELECT min(tenant_id) FROM events UNION ALL \
         SELECT (SELECT min(e.tenant_id) FROM events e WHERE e.tenant_id > every.id) FROM every \
         WHERE every.id < ''), \
         old (id, first, newest) AS (SELECT every.id, f.seq, (SELECT max(seq) FROM events WHERE tenant_id = every.id AND seq <= {MOST}) \
         FROM every CROSS JOIN events f ON f.tenant_id = every.id \
         AND f.seq = (SELECT min(seq) FROM events WHERE tenant_id = every.id) WHERE f.at < {before} AND typeof(every.id) = 'integer' AND +every.id >= 0 \
         AND f.seq < (SELECT max(seq) FROM events WHERE tenant_id = every.id AND seq <= {MOST})) \
         SELECT d.id, d.upto, (SELECT {head} FROM seals WHERE tenant_id = d.id AND last_seq = d.upto) AS head, {LEAF} \
         FROM (SELECT o.id, o.newest, ({upto}) AS upto FROM old o LIMIT -1) d LEFT JOIN events e \
         ON e.tenant_id = d.id AND e.seq = d.upto AND d.upto = d.newest WHERE d.upto IS NOT NULL LIMIT {most}",
        head = text_of!("head"),
        LEAF = LEAF,
        MOST = MOST!(),
        before = value(before),
        upto = if sealed { of_seals } else { of_events },
        most = most,
    )
}

/// Events of a tenant that are too old.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Its number.
    pub tenant: i64,
    /// The event up to which they go.
    pub upto: i64,
    /// The head there.
    pub head: String,
    /// That event, which stays where it is the newest.
    pub newest: Option<Leaf>,
}

/// Reads a row of [`due`].
pub fn read_due(row: &mut Row) -> Result<Due, Error> {
    row.read(|cells| Due {
        tenant: cells.count(),
        upto: cells.count(),
        head: cells.text().unwrap_or_default(),
        newest: Some(Leaf::read(cells)).filter(|leaf| leaf.seq > 0),
    })
}

/// Takes out the events of a tenant up to one, and their seals but for the last, which keeps the
/// code of a new beginning. Notes up to which position any were taken out. The newest stays.
pub fn trim(due: &Due, start: Option<&str>) -> Vec<Statement> {
    let (tenant, upto) = (due.tenant, due.upto);
    let old = fragment!(
        "tenant_id = {tenant} AND seq <= {last} AND seq < (SELECT max(seq) FROM events WHERE tenant_id = {tenant} AND seq <= {MOST})",
        MOST = MOST!(),
        tenant = value(tenant),
        last = value(upto - i64::from(due.newest.is_some())),
    );
    let mut statements = vec![
        statement!(
            "UPDATE sealing SET trimmed = max(trimmed, \
             coalesce((SELECT position FROM events WHERE {old} ORDER BY seq DESC LIMIT 1), 0))",
            old = &old,
        ),
        statement!("DELETE FROM events WHERE {old}", old = &old),
    ];
    if let Some(start) = start {
        statements.push(statement!(
            "DELETE FROM seals WHERE tenant_id = {tenant} AND last_seq < {upto}",
            tenant = value(tenant),
            upto = value(upto),
        ));
        statements.push(statement!(
            "UPDATE seals SET start = {start} WHERE tenant_id = {tenant} AND last_seq = {upto}",
            start = value(start),
            tenant = value(tenant),
            upto = value(upto),
        ));
    }
    statements
}
