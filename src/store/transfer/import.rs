//! Statements of an import: its lines, and what they are called.

use scim::json;
use serde_json::Value;

use crate::expression::View;
use crate::fragment::{Fragment, value};
use crate::read::guard;
use crate::tenant::Tenant;
use crate::{Error, Row, Statement, fragment, statement};

/// Bytes of them, beyond the first.
const BYTES: usize = 700_000;

/// What [`Import::resolve`] gives in place of an id where a name is that of more than one; no id is
/// this.
pub const SEVERAL: &str = "*";

/// The import that a statement is about.
#[derive(Clone, Copy, Debug)]
pub struct Import<'a> {
    /// Whose.
    pub tenant: &'a Tenant,
    /// Its job.
    pub job: &'a str,
    /// Whether it only tells what it would do.
    pub is_dry: bool,
}

/// What is to be done of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineState {
    /// All.
    New = 0,
    /// It is a group's.
    Group = 1,
    /// Its members are to be found.
    Members = 2,
    /// Nothing; it was refused, or a part of it.
    Refused = 3,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number, from one.
    pub number: i64,
    /// What became of its resource so far.
    pub outcome: Option<String>,
    /// The id of that.
    pub resource: Option<String>,
    /// What was refused of it so far, JSON.
    pub refused: Option<String>,
    /// Itself, or its members.
    pub text: String,
}

/// A row of lines that change: number, state, outcome, resource, refusals and text, in this order;
/// where the text is null it stays.
pub type Row6 = Value;

impl Import<'_> {
    /// The condition that a row is of the import.
    pub(super) fn scope(&self) -> Fragment<'_> {
        fragment!(
            "tenant_id = {tenant} AND job_id = {job}",
            tenant = self.tenant,
            job = value(self.job),
        )
    }

    /// Stores lines, from the first on, of a JSON5 array with an item each: its text, an array of
    /// refusals, or null, of which nothing is stored. Those that are there stay, and where the job
    /// has begun or ended nothing is stored.
    pub fn stage(&self, first: i64, lines: &str) -> Statement {
        statement!(
            "INSERT INTO import_lines (tenant_id, job_id, line, refused, text) \
             SELECT {tenant}, {job}, {first} + key, iif(type = 'array', value, NULL), iif(type = 'array', '', value) \
             FROM json_each({lines}) WHERE type <> 'null' AND {waits} ON CONFLICT DO NOTHING",
            tenant = self.tenant,
            job = value(self.job),
            first = value(first),
            lines = value(lines),
            waits = self.waits(),
        )
    }

    /// The condition that the job waits for lines.
    fn waits(&self) -> Fragment<'_> {
        fragment!(
            "EXISTS (SELECT 1 FROM jobs WHERE id = {job} AND tenant_id = {tenant} AND finished_at IS NULL AND marker ->> 'phase' = 0)",
            job = value(self.job),
            tenant = self.tenant,
        )
    }

    /// Stores one line that is too long to be passed with others.
    pub fn stage_one(&self, number: i64, text: &str) -> Statement {
        statement!(
            "INSERT INTO import_lines (tenant_id, job_id, line, text) \
             SELECT {tenant}, {job}, {number}, {text} WHERE {waits} ON CONFLICT DO NOTHING",
            tenant = self.tenant,
            job = value(self.job),
            number = value(number),
            text = value(text),
            waits = self.waits(),
        )
    }

    /// The next lines in a state, behind a number: as many as one batch does. Of those whose
    /// members are to be found, either all or the groups' alone: a user's text begins with `[["t"`.
    pub fn lines(&self, state: LineState, of_groups: bool, after: i64, most: usize) -> Statement {
        let is_waiting = (state != LineState::New).then_some(" AND state > 0");
        statement!(
            "SELECT line, outcome, resource_id, refused, text FROM (\
             SELECT *, sum(octet_length(text)) OVER (ORDER BY line ROWS UNBOUNDED PRECEDING) - octet_length(text) AS before \
             FROM (SELECT line, outcome, resource_id, refused, text FROM import_lines \
             WHERE {scope} AND state = {state}{is_waiting}{of_groups} AND line > {after} ORDER BY line LIMIT {most})) \
             WHERE before < {BYTES} ORDER BY line",
            scope = self.scope(),
            state = state as usize,
            is_waiting = is_waiting,
            of_groups = of_groups.then_some(" AND substr(text, 4, 1) <> 't'"),
            after = value(after),
            most = most,
            BYTES = BYTES,
        )
    }

    /// Says what is still to be done of lines.
    pub fn keep(&self, rows: &[Row6]) -> Statement {
        let rows = json::text(&Value::from(rows));
        statement!(
            "INSERT INTO import_lines (tenant_id, job_id, line, state, outcome, resource_id, refused, text) \
             SELECT {tenant}, {job}, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, coalesce(value ->> 5, '') \
             FROM json_each({rows}) WHERE 1 \
             ON CONFLICT (tenant_id, job_id, line) DO UPDATE SET state = excluded.state, outcome = excluded.outcome, \
             resource_id = excluded.resource_id, refused = excluded.refused, text = iif(excluded.state = {GROUP}, text, excluded.text)",
            tenant = self.tenant,
            job = value(self.job),
            rows = value(&rows),
            GROUP = LineState::Group as usize,
        )
    }

    /// Takes out the lines of a state, from behind a number up to another, that are done.
    pub fn finish_up_to(&self, state: LineState, after: i64, last: i64) -> Statement {
        let is_waiting = (state != LineState::New).then_some(" AND state > 0");
        statement!(
            "DELETE FROM import_lines WHERE {scope} AND state = {state}{is_waiting} AND line > {after} AND line <= {last}",
            scope = self.scope(),
            state = state as usize,
            is_waiting = is_waiting,
            after = value(after),
            last = value(last),
        )
    }

    /// Takes out those of these lines that are still in a state.
    pub fn finish_lines(&self, state: LineState, lines: &[i64]) -> Statement {
        let lines = json::text(&Value::from(lines));
        statement!(
            "DELETE FROM import_lines WHERE {scope} AND state = {state} AND state > 0 \
             AND line IN (SELECT value FROM json_each({lines}))",
            scope = self.scope(),
            state = state as usize,
            lines = value(&lines),
        )
    }

    /// Notes what lines are called: key, id and document or null of each.
    pub fn name(&self, rows: &[Value]) -> Statement {
        let rows = json::text(&Value::from(rows));
        statement!(
            "INSERT INTO import_keys (tenant_id, job_id, key, id, document) \
             SELECT {tenant}, {job}, value ->> 0, value ->> 1, value ->> 2 FROM json_each({rows}) WHERE 1 \
             ON CONFLICT (tenant_id, job_id, key, id) DO UPDATE SET document = excluded.document",
            tenant = self.tenant,
            job = value(self.job),
            rows = value(&rows),
        )
    }

    /// Notes, behind [`Import::name`] of the same rows, the memberships of users whom groups wait
    /// for: they would join when they come by these names, for each value the first of them. `w` is
    /// who came for a value.
    pub fn join_awaited(&self, rows: &[Value]) -> Statement {
        let rows = json::text(&Value::from(rows));
        let waiters = [
            ("", "e", "value"),
            (" UNION ", "n", "folded"),
        ]
        .map(|(union, kind, column)| {
            fragment!(
                "{union}SELECT p.team_id AS team, p.value AS named, j.value ->> 1 AS who, j.key AS at FROM json_each({rows}) j \
                 CROSS JOIN pending_members p ON p.tenant_id = {tenant} AND p.{column} = substr(j.value ->> 0, 8) \
                 WHERE substr(j.value ->> 0, 1, 7) = '{kind}/User/'",
                union = union,
                rows = value(&rows),
                tenant = self.tenant,
                column = column,
                kind = kind,
            )
        });
        statement!(
            "INSERT INTO import_keys (tenant_id, job_id, key, id) \
             SELECT {tenant}, {job}, iif(w.value, 'w/' || team || '/' || named, 'm/' || team || '/' || who), who FROM (\
             SELECT team, named, who, min(at) FROM ({waiters}) WHERE NOT EXISTS (SELECT 1 FROM import_keys \
             WHERE {scope} AND key = 'w/' || team || '/' || named) GROUP BY team, named) \
             CROSS JOIN json_each('[0,1]') w WHERE 1 ON CONFLICT DO NOTHING",
            tenant = self.tenant,
            job = value(self.job),
            waiters = waiters,
            scope = self.scope(),
        )
    }

    /// Forgets names that resources have no longer: key and id of each.
    pub fn forget(&self, rows: &[Value]) -> Statement {
        let rows = json::text(&Value::from(rows));
        statement!(
            "DELETE FROM import_keys WHERE {scope} AND (key, id) IN (SELECT value ->> 0, value ->> 1 FROM json_each({rows}))",
            scope = self.scope(),
            rows = value(&rows),
        )
    }

    /// The id that a key of the import names; NULL where there is none.
    pub(super) fn id_of_key<'a>(
        &'a self,
        kind: &'static str,
        of: &'static str,
        text: &'static str,
    ) -> Fragment<'a> {
        fragment!("({ids})", ids = self.ids_of_key(kind, of, text))
    }

    /// The select of the ids that a key of the import names.
    fn ids_of_key<'a>(
        &'a self,
        kind: &'static str,
        of: &'static str,
        text: &'static str,
    ) -> Fragment<'a> {
        fragment!(
            "SELECT k.id FROM import_keys k WHERE k.tenant_id = {tenant} AND k.job_id = {job} \
             AND k.key = '{kind}/{of}/' || ({text})",
            tenant = self.tenant,
            job = value(self.job),
            kind = kind,
            of = of,
            text = text,
        )
    }

    /// What a dry run has made with a key, in front of a select of what is stored.
    pub(super) fn of_dry_run<'a>(
        &'a self,
        kind: &'static str,
        of: &'static str,
        text: &'static str,
    ) -> Fragment<'a> {
        let ids = self.is_dry.then(|| self.ids_of_key(kind, of, text));
        ids.map(|ids| fragment!("{ids} UNION ALL ", ids = ids))
            .into()
    }

    /// The condition, behind another, that a dry run has not changed the row `x`.
    pub fn is_as_stored(&self) -> Fragment<'_> {
        let word = self.is_dry.then(|| fragment!(
                " AND NOT EXISTS (SELECT 1 FROM import_keys d WHERE d.tenant_id = {tenant} AND d.job_id = {job} \
                 AND d.key = 'd/' || x.id)",
                tenant = self.tenant,
                job = value(self.job),
            ));
        word.into()
    }

    /// Fails the batch unless these resources have the versions that it gave them: ids and
    /// versions.
    pub fn guard_versions(&self, view: &View<'_>, written: &Value) -> Statement {
        guard(fragment!(
            "NOT EXISTS (SELECT 1 FROM json_each({written}) j WHERE NOT EXISTS (\
             SELECT 1 FROM {row} x WHERE {scope} AND x.id = j.value ->> 0 AND x.version = j.value ->> 1))",
            written = value(&json::text(written)),
            row = view.row(),
            scope = view.scope("x"),
        ))
    }
}

/// Reads a row of [`Import::lines`].
pub fn read_line(row: &mut Row) -> Result<Line, Error> {
    row.read(|cells| Line {
        number: cells.count(),
        outcome: cells.text(),
        resource: cells.text(),
        refused: cells.text(),
        text: cells.required_text(),
    })
}
