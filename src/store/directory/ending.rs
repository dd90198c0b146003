//! The end of a tenant: its data goes in batches of bounded size.

use crate::fragment::{Fragment, value};
use crate::{Statement, fragment, statement};

/// Rows of a table that a step ends at the most. With what its triggers take along, a user is some
/// thirty rows.
pub const STEP: usize = 300;

/// The tables with a tenant's data and what their rows are known by, those first whose rows are
/// cheaper to end by themselves than through the trigger of another table.
const TABLES: [(&str, &str); 18] = [
    ("team_members", "team_id, member_id"),
    ("users", "seq"),
    ("teams", "seq"),
    ("resources", "seq"),
    ("pending_members", "value, team_id"),
    ("deleted_links", "resource_id, part"),
    ("deleted_resources", "id"),
    ("unique_values", "attribute, value"),
    ("user_emails", "value, user_id"),
    ("milestones", "resource_type, moved, position"),
    ("totals", "resource_type"),
    ("tokens", "hash"),
    ("client_secrets", "client_id, n"),
    ("assertions_seen", "client_id, jti"),
    ("clients", "id"),
    ("requests", "id"),
    ("import_lines", "job_id, line"),
    ("import_keys", "job_id, key, id"),
];

/// Ends so many rows of each table.
pub fn step(tenant: i64) -> impl Iterator<Item = Statement> {
    TABLES.into_iter().map(move |(table, key)| {
        // Counts outlive what they count, so that one can tell how far the job came.
        let is_last = matches!(table, "totals" | "milestones");
        statement!(
            "DELETE FROM {table} WHERE tenant_id = {tenant} AND ({key}) IN (\
             SELECT {key} FROM {table} WHERE tenant_id = {tenant}{empty} LIMIT {STEP})",
            table = table,
            key = key,
            tenant = value(tenant),
            empty = is_last.then_some(fragment!(" AND {empty}", empty = is_empty(tenant))),
            STEP = STEP,
        )
    })
}

/// Ends the jobs that its end has broken off, and empties the results of others, which name people.
pub fn end_jobs(job: &str, tenant: i64, now: &str) -> Statement {
    statement!(
        "UPDATE jobs SET state = iif(finished_at IS NULL, 'failed', state), finished_at = coalesce(finished_at, {now}), result = NULL \
         WHERE tenant_id = {tenant} AND (finished_at IS NULL OR result IS NOT NULL) AND id <> {job}",
        now = value(now),
        tenant = value(tenant),
        job = value(job),
    )
}

/// The number of the event up to which all of the tenant were emptied, as the job has noted.
fn last_empty(job: &str, tenant: i64) -> Fragment<'_> {
    fragment!(
        "max(coalesce((SELECT CAST(marker AS INTEGER) FROM jobs WHERE id = {job}), 0), \
         coalesce((SELECT min(seq) - 1 FROM events WHERE tenant_id = {tenant}), 0))",
        job = value(job),
        tenant = value(tenant),
    )
}

/// Empties so many events. They stay, for what was done stays true and their numbers are no
/// others', but say nothing of anybody.
pub fn empty_events(job: &str, tenant: i64) -> Statement {
    statement!(
        "UPDATE events SET body = NULL, salt = NULL WHERE tenant_id = {tenant} \
         AND seq > {last_empty} AND seq <= {last_empty} + {STEP}",
        tenant = value(tenant),
        last_empty = last_empty(job, tenant),
        STEP = STEP,
    )
}

/// The condition that nothing is left of what a count counts.
fn is_empty(tenant: i64) -> Fragment<'static> {
    fragment!(
        "NOT EXISTS (SELECT 1 FROM users WHERE tenant_id = {tenant}) \
         AND NOT EXISTS (SELECT 1 FROM teams WHERE tenant_id = {tenant}) \
         AND NOT EXISTS (SELECT 1 FROM resources WHERE tenant_id = {tenant})",
        tenant = value(tenant),
    )
}

/// Notes how far the job came, gives its lease back, and ends it where nothing is left. Gives the
/// moment of its end.
pub fn note(job: &str, tenant: i64, now: &str) -> Statement {
    // What a count counts is looked at for itself.
    let others = TABLES
        .iter()
        .filter(|(table, _)| !matches!(*table, "users" | "teams" | "resources" | "milestones"));
    let others = others.map(|(table, _)| {
        fragment!(
            "NOT EXISTS (SELECT 1 FROM {table} WHERE tenant_id = {tenant}) AND ",
            table = *table,
            tenant = value(tenant),
        )
    });
    let others: Fragment<'_> = others.collect();
    let is_done = fragment!(
        "{others}{empty} AND NOT EXISTS (SELECT 1 FROM events WHERE tenant_id = {tenant} AND seq > {last_empty} + {STEP})",
        others = others,
        empty = is_empty(tenant),
        tenant = value(tenant),
        last_empty = last_empty(job, tenant),
        STEP = STEP,
    );
    statement!(
        "UPDATE jobs SET lease_until = {now}, marker = {last_empty} + {STEP}, \
         done = max(done, total - (SELECT coalesce(sum(total), 0) FROM totals WHERE tenant_id = {tenant})), \
         (state, finished_at, result) = (SELECT 'finished', {now}, json_object('deleted', jobs.total) WHERE {is_done} \
         UNION ALL SELECT 'running', NULL, NULL LIMIT 1) \
         WHERE id = {job} RETURNING finished_at",
        last_empty = last_empty(job, tenant),
        STEP = STEP,
        tenant = value(tenant),
        now = value(now),
        is_done = is_done,
        job = value(job),
    )
}

/// The condition that a job has ended.
pub(super) fn is_over(job: &str) -> Fragment<'_> {
    fragment!(
        "EXISTS (SELECT 1 FROM jobs WHERE id = {job} AND state = 'finished')",
        job = value(job),
    )
}

/// Ends what the directory holds of a tenant whose job has ended. Its row stays as that of one that
/// is deleted: no number is given twice, and no credential, that of the `SCIM_TOKEN` among them,
/// finds it open.
pub fn clear(job: &str, tenant: i64, now: &str) -> [Statement; 2] {
    [
        statement!(
            "UPDATE tenants SET external_id = NULL, metadata = '{}', settings = '{}', name = '' \
             WHERE id = {tenant} AND {is_over}",
            tenant = value(tenant),
            is_over = is_over(job),
        ),
        statement!(
            "UPDATE operator_tokens SET revoked_at = {now} \
             WHERE tenant_id = {tenant} AND revoked_at IS NULL AND {is_over}",
            now = value(now),
            tenant = value(tenant),
            is_over = is_over(job),
        ),
    ]
}
