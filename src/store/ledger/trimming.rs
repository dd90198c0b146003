//! What is too old of the record: events go by their age alone, from the oldest on, and never the
//! newest of a tenant, so that no number is given twice. With a master key they go a whole block at
//! a time, and the last seal of what went stays, so that the chain goes on from it.

use crate::fragment::value;
use crate::{Statement, fragment, statement};

/// Events of a tenant that go at once, at the most.
pub const STEP: usize = 2_000;
/// Tenants whose events do.
pub const TENANTS: usize = 5;

/// So many tenants with events that are too old: rows of the number, the event up to which they go,
/// and the head there. A few rows are read of each tenant that has events.
///
/// `sealed` says whether there is a key: then what is not sealed stays. Without one, a tenant with
/// seals is left as it is.
pub fn due(before: &str, sealed: bool, most: usize) -> Statement {
    let of_seals = fragment!(
        "SELECT max(last_seq) FROM (SELECT last_seq FROM seals WHERE tenant_id = o.id AND last_seq >= o.first \
         AND last_seq < o.first + {STEP} ORDER BY last_seq) s \
         WHERE (SELECT at FROM events e WHERE e.tenant_id = o.id AND e.seq = s.last_seq) < {before}",
        STEP = STEP,
        before = value(before),
    );
    let of_events = fragment!(
        "SELECT max(seq) FROM (SELECT seq, at FROM events WHERE tenant_id = o.id AND seq < o.newest \
         ORDER BY seq LIMIT {STEP}) WHERE at < {before} AND NOT EXISTS (SELECT 1 FROM seals WHERE tenant_id = o.id)",
        STEP = STEP,
        before = value(before),
    );
    statement!(
        "WITH RECURSIVE every (id) AS (SELECT min(tenant_id) FROM events UNION ALL \
         SELECT (SELECT min(e.tenant_id) FROM events e WHERE e.tenant_id > every.id) FROM every \
         WHERE every.id IS NOT NULL), \
         old (id, first, newest) AS (SELECT every.id, f.seq, (SELECT max(seq) FROM events WHERE tenant_id = every.id) \
         FROM every CROSS JOIN events f ON f.tenant_id = every.id \
         AND f.seq = (SELECT min(seq) FROM events WHERE tenant_id = every.id) WHERE f.at < {before} \
         AND f.seq < (SELECT max(seq) FROM events WHERE tenant_id = every.id)) \
         SELECT id, upto, (SELECT head FROM seals WHERE tenant_id = id AND last_seq = upto) AS head \
         FROM (SELECT o.id, ({upto}) AS upto FROM old o LIMIT -1) WHERE upto IS NOT NULL LIMIT {most}",
        before = value(before),
        upto = if sealed { of_seals } else { of_events },
        most = most,
    )
}

/// Takes out the events of a tenant up to one, and their seals but for the last, which keeps the
/// code of a new beginning. Notes up to which position any were taken out.
pub fn trim(tenant: i64, upto: i64, start: Option<&str>) -> Vec<Statement> {
    let old = fragment!(
        "tenant_id = {tenant} AND seq <= {upto} AND seq < (SELECT max(seq) FROM events WHERE tenant_id = {tenant})",
        tenant = value(tenant),
        upto = value(upto),
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
