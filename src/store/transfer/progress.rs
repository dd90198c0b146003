//! How far an import came, and its end.

use super::import::Import;
use crate::fragment::value;
use crate::read::guard;
use crate::{Statement, fragment, statement};

/// Refusals that a result lists.
const REFUSALS: usize = 1_000;
/// Rows that are cleared at once.
const ROWS_AT_ONCE: usize = 5_000;

impl Import<'_> {
    /// Fails the batch unless the job is where it was read, and its lease is whose it was.
    pub fn is_mine(&self, marker: &str, until: &str) -> Statement {
        guard(fragment!(
            "EXISTS (SELECT 1 FROM jobs WHERE id = {job} AND finished_at IS NULL AND marker = {marker} AND lease_until = {until})",
            job = value(self.job),
            marker = value(marker),
            until = value(until),
        ))
    }

    /// Notes how far it came.
    pub fn advance(&self, marker: &str, until: &str, done: i64) -> Statement {
        statement!(
            "UPDATE jobs SET marker = {marker}, lease_until = {until}, done = {done} WHERE id = {job}",
            marker = value(marker),
            until = value(until),
            done = value(done),
            job = value(self.job),
        )
    }

    /// Ends it with its result, in which refusals are still to be put: counts, a JSON object.
    pub fn finish(&self, counts: &str, now: &str) -> Statement {
        statement!(
            "UPDATE jobs SET state = 'finished', finished_at = {now}, done = total, \
             result = json_set({counts}, '$.refused', (SELECT json_group_array(json_object('line', line, 'detail', detail)) \
             FROM (SELECT l.line AS line, r.value AS detail FROM import_lines l CROSS JOIN json_each(l.refused) r \
             WHERE l.tenant_id = {tenant} AND l.job_id = {job} AND l.state = 3 AND l.state > 0 \
             ORDER BY l.line, r.key LIMIT {REFUSALS}))) \
             WHERE id = {job}",
            now = value(now),
            counts = value(counts),
            tenant = self.tenant,
            job = value(self.job),
            REFUSALS = REFUSALS,
        )
    }

    /// Ends it without: why, a sentence, unless that was said before.
    pub fn fail(&self, detail: &str, now: &str) -> Statement {
        statement!(
            "UPDATE jobs SET state = 'failed', finished_at = {now}, result = coalesce(result, json_object('detail', {detail})) \
             WHERE id = {job}",
            now = value(now),
            detail = value(detail),
            job = value(self.job),
        )
    }

    /// Takes out what it has noted, so much at once; lines with refusals that the result lists stay
    /// until the last. A row for each table that may have more.
    pub fn clear(&self, all: bool) -> [Statement; 2] {
        [
            statement!(
                "DELETE FROM import_keys WHERE {scope} AND (key, id) IN (\
                 SELECT key, id FROM import_keys WHERE {scope} LIMIT {ROWS_AT_ONCE})",
                scope = self.scope(),
                ROWS_AT_ONCE = ROWS_AT_ONCE,
            ),
            statement!(
                "DELETE FROM import_lines WHERE {scope} AND line IN (\
                 SELECT line FROM import_lines WHERE {scope}{behind_refusals} LIMIT {ROWS_AT_ONCE})",
                scope = self.scope(),
                behind_refusals = (!all).then_some(fragment!(
                    " AND line >= coalesce((SELECT line FROM import_lines WHERE {scope} AND state > 0 AND state = 3 \
                     ORDER BY line LIMIT 1 OFFSET {REFUSALS}), 9e15)",
                    scope = self.scope(),
                    REFUSALS = REFUSALS,
                )),
                ROWS_AT_ONCE = ROWS_AT_ONCE,
            ),
        ]
    }

    /// Whether there is anything to clear: a row if there is.
    pub fn remains(&self) -> Statement {
        statement!(
            "SELECT 1 AS one WHERE EXISTS (SELECT 1 FROM import_keys WHERE {scope}) \
             OR (SELECT count(*) FROM (SELECT 1 FROM import_lines WHERE {scope} LIMIT {MOST})) > {REFUSALS}",
            scope = self.scope(),
            MOST = REFUSALS + 1,
            REFUSALS = REFUSALS,
        )
    }
}
