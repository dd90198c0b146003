//! Jobs: what takes longer than a request, as rows with a lease.

use crate::fragment::value;
use crate::{Error, Row, Statement, statement};

/// The kind of job that ends all data of a tenant.
pub const TENANT_DELETE: &str = "tenant_delete";

/// A job that nobody is at work on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueJob {
    /// Its id.
    pub id: String,
    /// What it does.
    pub kind: String,
    /// Whose data.
    pub tenant: i64,
    /// How far it came.
    pub marker: Option<String>,
}

/// Stores a job that has as many resources of a tenant to see to as there are, if the statement
/// before it changed a row.
pub fn create(
    id: &str,
    tenant: i64,
    kind: &'static str,
    scope: &'static str,
    now: &str,
) -> Statement {
    statement!(
        "INSERT INTO jobs (id, tenant_id, kind, scope, total, created_at) \
         SELECT {id}, {tenant}, '{kind}', '{scope}', \
         (SELECT coalesce(sum(total), 0) FROM totals WHERE tenant_id = {tenant}), {now} WHERE changes() > 0",
        id = value(id),
        tenant = value(tenant),
        kind = kind,
        scope = scope,
        now = value(now),
    )
}

/// A job, with the scope that whoever asks for it needs and the tenant that it is about.
pub fn read(id: &str) -> Statement {
    statement!(
        "SELECT json_object('id', id, 'kind', kind, 'tenant', tenant_id, 'state', state, 'done', done, 'total', total, \
         'result', json(result), 'created_at', created_at, 'finished_at', finished_at) AS shape, \
         scope, tenant_id, finished_at FROM jobs WHERE id = {id}",
        id = value(id),
    )
}

/// The job that waits longest of those that nobody is at work on.
pub fn due(now: &str) -> Statement {
    statement!(
        "SELECT id, kind, tenant_id, marker FROM jobs WHERE finished_at IS NULL AND lease_until <= {now} ORDER BY lease_until LIMIT 1",
        now = value(now),
    )
}

/// Takes the lease of one, if nobody else has it.
pub fn lease(id: &str, now: &str, until: &str) -> Statement {
    statement!(
        "UPDATE jobs SET lease_until = {until}, state = 'running' \
         WHERE id = {id} AND finished_at IS NULL AND lease_until <= {now} RETURNING id",
        until = value(until),
        id = value(id),
        now = value(now),
    )
}

/// Reads the row of [`due`].
pub fn read_due(row: &mut Row) -> Result<DueJob, Error> {
    Ok(DueJob {
        id: row.required_text(0)?,
        kind: row.required_text(1)?,
        tenant: row.integer(2)?.unwrap_or_default(),
        marker: row.text(3)?,
    })
}
