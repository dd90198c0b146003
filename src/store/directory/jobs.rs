//! Jobs: what takes longer than a request, as rows with a lease.

use crate::fragment::{Fragment, value};
use crate::{Error, Row, Statement, fragment, read, statement};

/// The kind of job that ends all data of a tenant.
pub const TENANT_DELETE: &str = "tenant_delete";
/// The kind of job that takes changes back.
pub const UNDO: &str = "undo";

/// The kind of job that does the lines of an import.
pub const IMPORT: &str = "import";

/// A job that nobody is at work on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueJob {
    /// Its id.
    pub id: String,
    /// What it does.
    pub kind: String,
    /// Whose data.
    pub tenant: i64,
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

/// Stores a job that begins at a marker, has so much to see to, and is leased until a moment.
pub fn begin(
    (id, kind, leased): (&str, &'static str, &str),
    tenant: i64,
    scope: &'static str,
    (marker, total): (&str, i64),
    now: &str,
) -> Statement {
    statement!(
        "INSERT INTO jobs (id, tenant_id, kind, scope, marker, total, lease_until, created_at) \
         VALUES ({id}, {tenant}, '{kind}', '{scope}', {marker}, {total}, {leased}, {now})",
        id = value(id),
        tenant = value(tenant),
        kind = kind,
        scope = scope,
        marker = value(marker),
        total = value(total),
        leased = value(leased),
        now = value(now),
    )
}

/// Fails the batch unless a job is not finished and is still at this marker: what a step does is
/// done once.
pub fn is_at(id: &str, marker: &str) -> Statement {
    read::guard(fragment!(
        "EXISTS (SELECT 1 FROM jobs WHERE id = {id} AND marker = {marker} AND finished_at IS NULL)",
        id = value(id),
        marker = value(marker),
    ))
}

/// How far a job came.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// What the next step begins at.
    pub marker: &'a str,
    /// How much it has seen to.
    pub done: i64,
    /// How it ended, and with which result, JSON text.
    pub end: Option<(&'static str, &'a str)>,
}

/// Notes how far a job came. Its lease is until then: now, where it is given back, which is when a
/// job ended that has.
pub fn note(id: &str, progress: &Progress<'_>, until: &str) -> Statement {
    let end = progress.end.map(|(state, result)| {
        fragment!(
            ", state = '{state}', result = {result}, finished_at = {until}",
            state = state,
            result = value(result),
            until = value(until),
        )
    });
    statement!(
        "UPDATE jobs SET lease_until = {until}, marker = {marker}, done = {done}{end} WHERE id = {id}",
        until = value(until),
        marker = value(progress.marker),
        done = value(progress.done),
        end = end,
        id = value(id),
    )
}

/// A job, JSON text, with this result.
fn shape(result: &'static str) -> Fragment<'static> {
    fragment!(
        "json_object('id', id, 'kind', kind, 'tenant', tenant_id, 'state', state, 'done', done, 'total', total, \
         'result', json({result}), 'created_at', created_at, 'finished_at', finished_at)",
        result = result,
    )
}

/// Jobs that whoever may not end tenants sees or, with that, all: of one tenant or of all, those
/// made before one, the newest first. A row is its id and itself; what it refused, which may be
/// much, is told of one alone.
pub fn list(tenant: Option<i64>, sees_all: bool, before: &str, most: usize) -> Statement {
    statement!(
        "SELECT id AS key, {shape} AS shape FROM jobs WHERE {before}{of_tenant}{of_scope} ORDER BY id DESC LIMIT {most}",
        shape = shape("json_remove(result, '$.refused')"),
        before = if before.is_empty() {
            fragment!("id > ''")
        } else {
            fragment!("id < {before}", before = value(before))
        },
        of_tenant = tenant.map(|of| fragment!(" AND tenant_id = {of}", of = value(of))),
        of_scope = (!sees_all).then_some(" AND scope <> 'tenants:write'"),
        most = most,
    )
}

/// A job, with the scope that whoever asks for it needs, the tenant that it is about, when it
/// ended, and of an import what tells the last part of its lines from another, if that is known.
pub fn read(id: &str) -> Statement {
    statement!(
        "SELECT {shape} AS shape, scope, tenant_id, finished_at, iif(kind = '{IMPORT}', marker ->> 'part', NULL) AS part \
         FROM jobs WHERE id = {id}",
        shape = shape("result"),
        IMPORT = IMPORT,
        id = value(id),
    )
}

/// The job that waits longest of those that nobody is at work on.
pub fn due(now: &str) -> Statement {
    statement!(
        "SELECT id, kind, tenant_id FROM jobs WHERE finished_at IS NULL AND lease_until <= {now} ORDER BY lease_until LIMIT 1",
        now = value(now),
    )
}

/// Takes the lease of one, if nobody else has it.
pub fn lease(id: &str, now: &str, until: &str) -> Statement {
    statement!(
        "UPDATE jobs SET lease_until = {until}, state = 'running' \
         WHERE id = {id} AND finished_at IS NULL AND lease_until <= {now} RETURNING coalesce(marker, '') AS marker",
        until = value(until),
        id = value(id),
        now = value(now),
    )
}

/// Stores an import that waits for its lines until a moment, of a tenant that is active or where it
/// is a dry run; gives its marker.
pub fn create_import(
    id: &str,
    tenant: i64,
    (marker, is_dry): (&str, bool),
    now: &str,
    until: &str,
) -> Statement {
    statement!(
        "INSERT INTO jobs (id, tenant_id, kind, scope, marker, lease_until, created_at) \
         SELECT {id}, id, '{IMPORT}', 'directory:write', {marker}, {until}, {now} \
         FROM tenants WHERE id = {tenant} AND state {states} RETURNING marker",
        id = value(id),
        IMPORT = IMPORT,
        marker = value(marker),
        until = value(until),
        now = value(now),
        tenant = value(tenant),
        states = if is_dry {
            "IN ('active', 'suspended')"
        } else {
            "= 'active'"
        },
    )
}

/// Has an import wait longer that waits for lines; gives its marker, and the last line that came:
/// of one that has all of them, this line too, their number.
pub fn extend_import(id: &str, tenant: i64, line: i64, until: &str) -> Statement {
    statement!(
        "UPDATE jobs SET lease_until = iif(marker ->> 'phase' = 0, {until}, lease_until) \
         WHERE id = {id} AND tenant_id = {tenant} AND kind = '{IMPORT}' \
         AND (finished_at IS NULL AND marker ->> 'phase' = 0 OR state <> 'failed' AND total >= {line}) RETURNING marker, \
         iif(marker ->> 'phase' = 0, (SELECT max(line) FROM import_lines WHERE tenant_id = {tenant} AND job_id = {id}), total)",
        until = value(until),
        line = value(line),
        id = value(id),
        tenant = value(tenant),
        IMPORT = IMPORT,
    )
}

/// Notes that all lines of an import are there, if they were still coming; gives the number of the
/// last.
pub fn begin_import(id: &str, tenant: i64, marker: &str, now: &str) -> Statement {
    statement!(
        "UPDATE jobs SET marker = {marker}, lease_until = {now}, total = (\
         SELECT coalesce(max(line), 0) FROM import_lines WHERE tenant_id = {tenant} AND job_id = {id}) \
         WHERE id = {id} AND tenant_id = {tenant} AND finished_at IS NULL AND marker ->> 'phase' = 0 RETURNING total",
        marker = value(marker),
        now = value(now),
        tenant = value(tenant),
        id = value(id),
    )
}

/// Gives a lease back, if it is still this one; where the job is to fail, with the sentence why.
pub fn release(id: &str, until: &str, now: &str, why: Option<&str>) -> Statement {
    statement!(
        "UPDATE jobs SET lease_until = {now}{why} WHERE id = {id} AND finished_at IS NULL AND lease_until = {until}",
        now = value(now),
        why = why.map(|why| fragment!(", result = json_object('detail', {why})", why = value(why))),
        id = value(id),
        until = value(until),
    )
}

/// Reads the row of [`due`].
pub fn read_due(row: &mut Row) -> Result<DueJob, Error> {
    row.read(|cells| DueJob {
        id: cells.required_text(),
        kind: cells.required_text(),
        tenant: cells.count(),
    })
}
