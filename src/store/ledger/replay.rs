//! What an operator has the deliveries to an endpoint do: pass an event, or go back.

use super::deliveries::{self, Attempt, Lease};
use super::webhooks::number;
use crate::fragment::value;
use crate::{Statement, fragment, statement};

/// Sets an event aside: it is passed, and a tenant that waits for it waits no more. `attempt` tells
/// of it, once. The third of the statements gives a row where the event was not passed yet.
pub fn park(
    webhook: &str,
    (shard, position): (u16, i64),
    tenant: i64,
    attempt: &Attempt,
) -> [Statement; 4] {
    let is_due = fragment!(
        "(EXISTS (SELECT 1 FROM webhook_cursors c \
         WHERE c.webhook_id = {webhook} AND c.shard = {shard} AND c.position < {position}) \
         OR EXISTS (SELECT 1 FROM webhook_tenants b WHERE b.webhook_id = {webhook} AND b.shard = {shard} \
         AND b.tenant_id = {tenant} AND b.position < {position}))",
        webhook = value(webhook),
        shard = usize::from(shard),
        position = value(position),
        tenant = value(tenant),
    );
    let is_news = fragment!(
        "{is_due} AND NOT EXISTS (SELECT 1 FROM webhook_parked p WHERE p.webhook_id = {webhook} AND p.shard = {shard} \
         AND p.position = {position})",
        is_due = &is_due,
        webhook = value(webhook),
        shard = usize::from(shard),
        position = value(position),
    );
    let [record, trim, _] = deliveries::record(webhook, Some(&is_news), attempt);
    [
        record,
        trim,
        statement!(
            "INSERT INTO webhook_parked (webhook_id, shard, position) \
             SELECT {webhook}, {shard}, {position} WHERE {is_due} \
             ON CONFLICT (webhook_id, shard, position) DO UPDATE SET shard = excluded.shard RETURNING position",
            webhook = value(webhook),
            shard = usize::from(shard),
            position = value(position),
            is_due = &is_due,
        ),
        statement!(
            "UPDATE webhook_tenants SET next_attempt_at = {now}, attempts = 0, failed_at = NULL, told = 0 \
             WHERE webhook_id = {webhook} AND shard = {shard} AND tenant_id = {tenant} AND changes() > 0",
            now = value(&attempt.at),
            webhook = value(webhook),
            shard = usize::from(shard),
            tenant = value(tenant),
        ),
    ]
}

/// The positions of events that were set aside: of one database.
pub fn parked_positions(lease: &Lease) -> Statement {
    statement!(
        "SELECT position FROM webhook_parked WHERE webhook_id = {webhook} AND shard = {shard}",
        webhook = value(&lease.webhook),
        shard = usize::from(lease.shard),
    )
}

/// Takes out the one that was passed.
pub fn unpark(lease: &Lease, position: i64) -> Statement {
    statement!(
        "DELETE FROM webhook_parked WHERE webhook_id = {webhook} AND shard = {shard} AND position = {position} AND {lease}",
        webhook = value(&lease.webhook),
        shard = usize::from(lease.shard),
        position = value(position),
        lease = lease,
    )
}

/// The position of the first event that is there whole, where some behind a position were trimmed:
/// of a tenant, whose numbers tell, or of any. The newest of each tenant is kept, and does not hide
/// a gap.
pub fn trim_place(from: i64, tenant: Option<i64>) -> Statement {
    let from = value(from);
    match tenant {
        Some(tenant) => statement!(
            "SELECT f.position FROM (SELECT seq, position FROM events WHERE tenant_id = {tenant} ORDER BY seq LIMIT 1) f \
             WHERE f.seq > 1 AND f.position > {from} AND {from} < (SELECT trimmed FROM sealing)",
            tenant = value(tenant),
            from = from,
        ),
        None => statement!(
            "SELECT coalesce((SELECT min(position) FROM events WHERE position > s.trimmed), 0) FROM sealing s WHERE {from} < s.trimmed",
            from = from,
        ),
    }
}

/// Sets an endpoint back in a database: it goes on behind a position, up to another or to where it
/// was, and then from there: rows, if that changes anything.
pub fn replay(webhook: &str, shard: u16, (from, to): (i64, Option<i64>)) -> [Statement; 3] {
    let set = |table: &'static str, more: &'static str| {
        statement!(
            "UPDATE {table} SET resume = coalesce(resume, position), until = min(coalesce({to}, resume, position), \
             coalesce(resume, position)), position = {from}{more} \
             WHERE webhook_id = {webhook} AND shard = {shard} AND coalesce(resume, position) > {from} RETURNING position",
            table = table,
            to = number(to),
            from = value(from),
            more = more,
            webhook = value(webhook),
            shard = usize::from(shard),
        )
    };
    [
        set("webhook_cursors", ""),
        set(
            "webhook_tenants",
            ", seq = NULL, attempts = 0, failed_at = NULL, told = 0, next_attempt_at = ''",
        ),
        statement!(
            "DELETE FROM webhook_parked WHERE webhook_id = {webhook} AND shard = {shard} AND position > {from} \
             AND position <= coalesce({to}, position) RETURNING position",
            webhook = value(webhook),
            shard = usize::from(shard),
            from = value(from),
            to = number(to),
        ),
    ]
}
