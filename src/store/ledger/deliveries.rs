//! How events get to the endpoints of webhooks: who delivers, how far he came, which tenants are
//! behind, and what was tried.
//!
//! Whoever delivers has a lease, and each statement that notes something asks for it: one who lost
//! it notes nothing.

use super::webhooks::{number, row};
use crate::fragment::{Fragment, value};
use crate::planted::NEWEST;
use crate::{Error, Row, Statement, cells::Cells, fragment, statement};

/// Endpoints that one event of the Worker looks at in a database.
const DUE: usize = 20;
/// Attempts of an endpoint that are kept.
const KEPT_ATTEMPTS: usize = 200;

/// Whose events are told to anybody: rows of a tenant, or none for all.
pub fn listeners() -> Statement {
    statement!("SELECT DISTINCT tenant_id FROM webhooks WHERE state = 'active'")
}

/// The ids of endpoints that have something to be told of a database whose last event has this
/// position, none for the first: the longest waiting first.
pub fn due(shard: u16, newest: Option<i64>, now: &str) -> Statement {
    statement!(
        "SELECT w.id FROM webhooks w LEFT JOIN webhook_cursors c ON c.webhook_id = w.id AND c.shard = {shard} \
         WHERE w.state = 'active' AND coalesce(c.lease_until, '') <= {now} AND (\
         coalesce(c.position, iif(w.tenant_id IS NULL, 0, NULL)) < coalesce({newest}, {NEWEST}) \
         OR EXISTS (SELECT 1 FROM webhook_tenants b WHERE b.webhook_id = w.id AND b.shard = {shard} \
         AND b.next_attempt_at <= {now})) ORDER BY coalesce(c.lease_until, '') LIMIT {DUE}",
        shard = usize::from(shard),
        now = value(now),
        newest = number(newest),
        NEWEST = NEWEST,
        DUE = DUE,
    )
}

/// Who delivers the events of a database to an endpoint, by his lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The endpoint.
    pub webhook: String,
    /// The database.
    pub shard: u16,
    /// What no other lease has.
    pub token: String,
    /// Whether what is noted is that something was delivered, which holds although the endpoint was
    /// changed meanwhile.
    pub has_delivered: bool,
}

impl Lease {
    /// The leases by which he may note something.
    fn tokens(&self) -> Fragment<'_> {
        let other = self
            .has_delivered
            .then(|| fragment!(", '?' || {token}", token = value(&self.token)));
        fragment!(
            "({token}{other})",
            token = value(&self.token),
            other = other
        )
    }
}

/// The condition that he has it.
impl<'a> From<&'a Lease> for Fragment<'a> {
    fn from(lease: &'a Lease) -> Self {
        fragment!(
            "EXISTS (SELECT 1 FROM webhook_cursors c WHERE c.webhook_id = {webhook} AND c.shard = {shard} AND c.lease IN {tokens})",
            webhook = value(&lease.webhook),
            shard = usize::from(lease.shard),
            tokens = lease.tokens(),
        )
    }
}

/// Where somebody stands in the events of a database: he goes on behind a position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebhookCursor {
    /// It.
    pub position: i64,
    /// Where a replay ends.
    pub until: Option<i64>,
    /// Where it goes on then.
    pub resume: Option<i64>,
}

/// Takes the lease, if nobody has it: the cursor, if there is none yet, and the row of
/// [`read_cursor`].
pub fn take(lease: &Lease, now: &str, until: &str) -> [Statement; 2] {
    [
        statement!(
            "INSERT INTO webhook_cursors (webhook_id, shard, position) SELECT id, {shard}, 0 FROM webhooks \
             WHERE id = {webhook} AND tenant_id IS NULL AND NOT EXISTS (\
             SELECT 1 FROM webhook_cursors WHERE webhook_id = {webhook} AND shard = {shard})",
            shard = usize::from(lease.shard),
            webhook = value(&lease.webhook),
        ),
        statement!(
            "UPDATE webhook_cursors SET lease = {token}, lease_until = {until} \
             WHERE webhook_id = {webhook} AND shard = {shard} AND lease_until <= {now} RETURNING position, until, resume",
            token = value(&lease.token),
            until = value(until),
            webhook = value(&lease.webhook),
            shard = usize::from(lease.shard),
            now = value(now),
        ),
    ]
}

/// Reads a row of a cursor.
pub fn read_cursor(row: &mut Row) -> Result<WebhookCursor, Error> {
    row.read(cursor)
}

fn cursor(cells: &mut Cells<'_>) -> WebhookCursor {
    WebhookCursor {
        position: cells.count(),
        until: cells.integer(),
        resume: cells.integer(),
    }
}

/// Notes how far he came, and that he has the lease until a moment: a row, if he has it, which says
/// whether he may go on.
pub fn advance(lease: &Lease, cursor: &WebhookCursor, until: &str) -> Statement {
    statement!(
        "UPDATE webhook_cursors SET position = {position}, until = {end}, resume = {resume}, lease_until = {until} \
         WHERE webhook_id = {webhook} AND shard = {shard} AND lease IN {tokens} RETURNING lease = {token}",
        position = value(cursor.position),
        end = number(cursor.until),
        resume = number(cursor.resume),
        until = value(until),
        webhook = value(&lease.webhook),
        shard = usize::from(lease.shard),
        tokens = lease.tokens(),
        token = value(&lease.token),
    )
}

/// Ends a lease, one that was taken away too: a row, which says whether it was.
pub fn give_back(lease: &Lease, now: &str) -> Statement {
    statement!(
        "UPDATE webhook_cursors SET lease_until = {now} WHERE webhook_id = {webhook} AND shard = {shard} \
         AND ltrim(lease, '!?') = {token} RETURNING lease <> {token}",
        now = value(now),
        webhook = value(&lease.webhook),
        shard = usize::from(lease.shard),
        token = value(&lease.token),
    )
}

/// What is known of a tenant that is behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Its number.
    pub tenant: i64,
    /// Where it stands.
    pub cursor: WebhookCursor,
    /// The number of the tenant's event there, where it is known.
    pub seq: Option<i64>,
    /// How often the event behind was tried.
    pub attempts: i64,
    /// When that failed first.
    pub failed_at: Option<String>,
    /// Whether an event tells of it.
    pub is_told: bool,
    /// When it is tried again.
    pub next_attempt_at: String,
    /// The status of the last reply.
    pub last_status: Option<i64>,
}

/// The backlogs of an endpoint in a database: the rows of [`read_backlog`].
pub fn backlogs(lease: &Lease) -> Statement {
    statement!(
        "SELECT tenant_id, position, until, resume, seq, attempts, failed_at, told, next_attempt_at, last_status \
         FROM webhook_tenants WHERE webhook_id = {webhook} AND shard = {shard} ORDER BY tenant_id",
        webhook = value(&lease.webhook),
        shard = usize::from(lease.shard),
    )
}

/// Reads a row of [`backlogs`].
pub fn read_backlog(row: &mut Row) -> Result<Backlog, Error> {
    row.read(|cells| Backlog {
        tenant: cells.count(),
        cursor: cursor(cells),
        seq: cells.integer(),
        attempts: cells.count(),
        failed_at: cells.text(),
        is_told: cells.flag(),
        next_attempt_at: cells.required_text(),
        last_status: cells.integer(),
    })
}

/// Notes where a tenant is that is behind.
pub fn note(lease: &Lease, backlog: &Backlog) -> Statement {
    statement!(
        "INSERT OR REPLACE INTO webhook_tenants (webhook_id, shard, tenant_id, position, until, resume, seq, attempts, \
         failed_at, told, next_attempt_at, last_status) SELECT {webhook}, {shard}, {tenant}, {position}, {until}, {resume}, \
         {seq}, {attempts}, {failed_at}, {told}, {next_attempt_at}, {last_status} WHERE {lease}",
        webhook = value(&lease.webhook),
        shard = usize::from(lease.shard),
        tenant = value(backlog.tenant),
        position = value(backlog.cursor.position),
        until = number(backlog.cursor.until),
        resume = number(backlog.cursor.resume),
        seq = number(backlog.seq),
        attempts = value(backlog.attempts),
        failed_at = value(backlog.failed_at.as_deref()),
        told = usize::from(backlog.is_told),
        next_attempt_at = value(&backlog.next_attempt_at),
        last_status = number(backlog.last_status),
        lease = lease,
    )
}

/// Notes that a tenant is behind no more.
pub fn forget(lease: &Lease, tenant: i64) -> Statement {
    statement!(
        "DELETE FROM webhook_tenants WHERE webhook_id = {webhook} AND shard = {shard} AND tenant_id = {tenant} AND {lease}",
        webhook = value(&lease.webhook),
        shard = usize::from(lease.shard),
        tenant = value(tenant),
        lease = lease,
    )
}

/// What was tried.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attempt {
    /// The id of the event.
    pub event: String,
    /// Its tenant.
    pub tenant: Option<i64>,
    /// When.
    pub at: String,
    /// How often until now.
    pub attempt: i64,
    /// The status of the reply.
    pub status: Option<i64>,
    /// How long it took, until it was noted: one that hung may wait for others then.
    pub milliseconds: i64,
    /// The first bytes of the reply.
    pub reply: Option<String>,
    /// What comes of it.
    pub outcome: &'static str,
}

/// Notes an attempt, if a condition holds, which is the lease where it was one of a deliverer, and
/// forgets the oldest.
pub fn record(
    webhook: &str,
    condition: Option<&Fragment<'_>>,
    attempt: &Attempt,
) -> [Statement; 3] {
    let and = || condition.map(|condition| fragment!(" AND {condition}", condition = condition));
    [
        statement!(
            "INSERT INTO webhook_deliveries (webhook_id, n, tenant_id, event, at, attempt, status, milliseconds, reply, outcome) \
             SELECT id, coalesce((SELECT max(n) FROM webhook_deliveries WHERE webhook_id = {webhook}), 0) + 1, {tenant}, \
             {event}, {at}, {attempt}, {status}, {milliseconds}, {reply}, '{outcome}' FROM webhooks WHERE id = {webhook}{and}",
            webhook = value(webhook),
            tenant = number(attempt.tenant),
            event = value(&attempt.event),
            at = value(&attempt.at),
            attempt = value(attempt.attempt),
            status = number(attempt.status),
            milliseconds = value(attempt.milliseconds),
            reply = value(attempt.reply.as_deref()),
            outcome = attempt.outcome,
            and = and(),
        ),
        statement!(
            "DELETE FROM webhook_deliveries WHERE webhook_id = {webhook} \
             AND n <= (SELECT max(n) FROM webhook_deliveries WHERE webhook_id = {webhook}) - {KEPT_ATTEMPTS}",
            webhook = value(webhook),
            KEPT_ATTEMPTS = KEPT_ATTEMPTS,
        ),
        statement!(
            "UPDATE webhooks SET last_status = {status} WHERE id = {webhook} AND last_status IS NOT {status}{and}",
            status = number(attempt.status),
            webhook = value(webhook),
            and = and(),
        ),
    ]
}

/// The attempt `d`, JSON text.
const SHAPE: &str = "json_object('event', d.event, 'tenant', d.tenant_id, 'at', d.at, 'attempt', d.attempt, 'status', d.status, \
     'milliseconds', d.milliseconds, 'reply', d.reply, 'outcome', d.outcome)";

/// Attempts of an endpoint, the newest first: rows of a number and the attempt with it, in front
/// of one number.
pub fn list(webhook: &str, before: Option<i64>, most: usize) -> Statement {
    statement!(
        "SELECT d.n || '', {SHAPE} FROM webhook_deliveries d WHERE d.webhook_id = {webhook}{before} \
         ORDER BY d.n DESC LIMIT {most}",
        SHAPE = SHAPE,
        webhook = value(webhook),
        before = before.map(|before| fragment!(" AND d.n < {before}", before = value(before))),
        most = most,
    )
}

/// Ends what is noted of a tenant that ends, and the endpoints that are its alone.
pub fn forget_tenant(tenant: i64) -> [Statement; 6] {
    let of_own = |table: &'static str| {
        statement!(
            "DELETE FROM {table} WHERE webhook_id IN (SELECT id FROM webhooks WHERE tenant_id = {tenant})",
            table = table,
            tenant = value(tenant),
        )
    };
    let of_all = |table: &'static str| {
        statement!(
            "DELETE FROM {table} WHERE tenant_id = {tenant}",
            table = table,
            tenant = value(tenant),
        )
    };
    // Where a webhook of all tenants is behind with this one it goes on, with events that say no
    // more whom they were about.
    [
        of_own("webhook_cursors"),
        of_own("webhook_parked"),
        of_own("webhook_deliveries"),
        of_all("webhook_deliveries"),
        of_own("webhook_tenants"),
        of_all("webhooks"),
    ]
}

/// Those of all endpoints that fail for so long that others were told, or of those of a tenant
/// alone: JSON texts.
pub fn failing(only: Option<i64>) -> Statement {
    statement!(
        "SELECT json_object('webhook', b.webhook_id, 'tenant', b.tenant_id, 'attempts', b.attempts, \
         'next_attempt_at', b.next_attempt_at, 'last_status', b.last_status) FROM webhook_tenants b \
         CROSS JOIN webhooks w ON w.id = b.webhook_id AND w.state = 'active' WHERE b.told = 1{only} \
         ORDER BY b.failed_at LIMIT 50",
        only = only.map(|only| fragment!(" AND w.tenant_id = {only}", only = value(only))),
    )
}

/// Disables an endpoint.
pub fn disable(lease: &Lease) -> Statement {
    statement!(
        "UPDATE webhooks SET state = 'disabled' WHERE id = {webhook} AND state = 'active' AND {lease}",
        webhook = value(&lease.webhook),
        lease = lease,
    )
}

/// The event of an endpoint that is about to be disabled, by this status of its last reply; none
/// where the deliverer of another database was faster. To D1 every number is a real one, which JSON
/// would show.
pub fn disabled_event(lease: &Lease, status: Option<i64>) -> Fragment<'_> {
    let after = fragment!(
        "json_object('state', 'disabled', 'last_status', CAST({status} AS INTEGER))",
        status = number(status),
    );
    let before = "json_object('state', w.state, 'last_status', w.last_status)";
    let row = event("disabled", before, after, lease);
    fragment!("{row} AND w.state = 'active'", row = row)
}

/// The event of one that fails for a tenant.
pub fn failing_event<'a>(lease: &'a Lease, backlog: &'a Backlog) -> Fragment<'a> {
    let after = fragment!(
        "json_object('failing', json_object('tenant', CAST({tenant} AS INTEGER), \
         'attempts', CAST({attempts} AS INTEGER), 'since', {since}, 'last_status', CAST({status} AS INTEGER)))",
        tenant = value(backlog.tenant),
        attempts = value(backlog.attempts),
        since = value(backlog.failed_at.as_deref()),
        status = number(backlog.last_status),
    );
    event("failing", "'{}'", after, lease)
}

fn event<'a>(
    word: &'static str,
    before: &'static str,
    after: Fragment<'a>,
    lease: &'a Lease,
) -> Fragment<'a> {
    let row = row(word, before, after, &lease.webhook);
    fragment!("{row} AND {lease}", row = row, lease = lease)
}
