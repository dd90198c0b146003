//! The events that an undo takes back, and how far it came.

use scim::json::text;
use serde_json::Value;

use super::events::MAX_KEPT_MEMBERS;
use crate::fragment::{Fragment, value};
use crate::planted::MOST;
use crate::{Error, Row, Statement, fragment, read, statement};

/// Bytes of events behind which a part of them ends.
const PART_BYTES: usize = 1_000_000;

/// The condition, behind another, that an event is of a request: of all operations of a Bulk where
/// none is named.
fn of_request(request: &str) -> Fragment<'_> {
    let operations = [request, ":"].concat();
    let end = operations.len();
    fragment!(
        " AND (request = {request} OR substr(request, 1, {end}) = {operations})",
        request = value(request),
        end = end,
        operations = Fragment::Made(operations),
    )
}

/// The numbers of the oldest and the newest event of a tenant.
pub fn extent(tenant: i64) -> Statement {
    statement!(
        "SELECT (SELECT min(seq) FROM events WHERE tenant_id = {tenant}) AS oldest, \
         (SELECT max(seq) FROM events WHERE tenant_id = {tenant} AND seq <= {MOST}) AS newest",
        tenant = value(tenant),
        MOST = MOST!(),
    )
}

/// The numbers of the first and the last event of a request, and how many there are.
///
/// No index is by the request, which would be one more row to write for each event. But its id
/// tells when it came, and numbers go up with time, as far as requests overlap: the events from a
/// moment before to one behind are found by halves, and walked over. What a job does for a request
/// comes when it comes: where one was made by then, the walk goes to the end.
pub fn find(tenant: i64, request: &str, (since, until): (&str, &str)) -> Statement {
    statement!(
        "WITH RECURSIVE half(side, moment, low, high) AS (\
         SELECT j.key, j.value, (SELECT min(seq) FROM events WHERE tenant_id = {tenant}), \
         (SELECT max(seq) + 1 FROM events WHERE tenant_id = {tenant} AND seq <= {MOST}) \
         FROM json_each(json_array({since}, iif(EXISTS (SELECT 1 FROM jobs WHERE tenant_id = {tenant} \
         AND created_at >= {since} AND created_at < {until}), '~', {until}))) j \
         UNION ALL SELECT side, moment, iif(e.at < moment, e.seq + 1, low), iif(e.at < moment, high, e.seq) \
         FROM half CROSS JOIN events e ON e.tenant_id = {tenant} AND e.seq = (low + high) / 2 WHERE low < high) \
         SELECT min(seq) AS first, max(seq) AS last, count(*) AS events FROM events \
         WHERE tenant_id = {tenant} AND seq >= (SELECT max(iif(side, 0, low)) FROM half WHERE low = high) \
         AND seq < (SELECT max(iif(side, low, 0)) FROM half WHERE low = high) AND resource_id IS NOT NULL{of_request}",
        tenant = value(tenant),
        MOST = MOST!(),
        since = value(since),
        until = value(until),
        of_request = of_request(request),
    )
}

/// Which events are taken back.
#[derive(Clone, Copy, Debug)]
pub struct EventRange<'a> {
    /// Whose.
    pub tenant: i64,
    /// Those of this request alone.
    pub request: Option<&'a str>,
    /// The number of the oldest.
    pub from: i64,
    /// The number behind that of the newest.
    pub below: i64,
    /// The moment: what was to be kept no longer is not there.
    pub now: &'a str,
}

/// An event of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRow {
    /// Its number.
    pub seq: i64,
    /// Its type.
    pub kind: String,
    /// The type of the resource.
    pub resource_type: String,
    /// The id of the resource.
    pub id: String,
    /// What it says, JSON text, unless that was erased.
    pub body: Option<String>,
    /// Of what it deleted, where that is kept (`deletes: soft`): the whole document, its groups and
    /// its members, as the members of the event, and whether it had more than [`MAX_KEPT_MEMBERS`].
    pub snapshot: Option<String>,
}

/// Events of resources, the newest first, up to so many; each row says how many there were of
/// these, which may be one more. What was deleted and is kept weighs with its event.
pub fn part(range: &EventRange<'_>, most: usize) -> Statement {
    let of_deleted = |what: Fragment<'static>| {
        fragment!(
            "(SELECT {what} FROM deleted_resources d WHERE d.tenant_id = {tenant} \
             AND d.id = resource_id AND d.deleted_at = at AND d.purge_at > {now} AND substr(type, -8) = '.deleted')",
            what = what,
            tenant = value(range.tenant),
            now = value(range.now),
        )
    };
    let all = fragment!(
        "(SELECT json_object('before', json(d.document), \
         'groups', json_group_array(team) FILTER (WHERE member = d.id), \
         'kept', json_group_array(member) FILTER (WHERE team = d.id), 'is_more', count(*) > {MAX_KEPT_MEMBERS}) \
         FROM (SELECT k.value ->> 0 AS team, k.value ->> 1 AS member \
         FROM deleted_links l CROSS JOIN json_each(l.links) k \
         WHERE l.tenant_id = d.tenant_id AND l.resource_id = d.id AND l.part >= 0 LIMIT {MAX_KEPT_MEMBERS} + 1))",
        MAX_KEPT_MEMBERS = MAX_KEPT_MEMBERS,
    );
    let weight = "octet_length(d.document) + coalesce((SELECT sum(octet_length(l.links)) FROM deleted_links l \
         WHERE l.tenant_id = d.tenant_id AND l.resource_id = d.id), 0)";
    statement!(
        "SELECT seq, type, resource_type, resource_id, body, found, {snapshot} AS kept FROM (SELECT *, count(*) OVER () AS found, \
         sum(bytes) OVER (ROWS UNBOUNDED PRECEDING) - bytes AS before \
         FROM (SELECT seq, at, type, resource_type, resource_id, body, \
         coalesce(octet_length(body), 0) + coalesce({weight}, 0) AS bytes FROM events WHERE tenant_id = {tenant} \
         AND seq >= {from} AND seq < {below} AND resource_id IS NOT NULL AND type <> 'resource.erased'{of_request} \
         ORDER BY seq DESC LIMIT {most})) WHERE before < {PART_BYTES}",
        snapshot = of_deleted(all),
        weight = of_deleted(weight.into()),
        tenant = value(range.tenant),
        from = value(range.from),
        below = value(range.below),
        of_request = range.request.map(of_request),
        most = most + 1,
        PART_BYTES = PART_BYTES,
    )
}

/// Reads the rows of [`part`], and whether there are more events behind them.
pub fn read_part(rows: Vec<Row>, most: usize) -> Result<(Vec<EventRow>, bool), Error> {
    let mut count = 0;
    let mut events = Vec::new();
    for mut row in rows.into_iter().take(most) {
        events.push(row.read(|cells| EventRow {
            seq: cells.count(),
            kind: cells.required_text(),
            resource_type: cells.required_text(),
            id: cells.required_text(),
            body: cells.text(),
            snapshot: {
                // How many there were stands in front of it.
                count = cells.count();
                cells.text()
            },
        })?);
    }
    let has_more = i64::try_from(events.len()).unwrap_or_default() < count;
    Ok((events, has_more))
}

/// Fails the batch where the tenant is not there any more.
pub fn is_open(tenant: i64) -> Statement {
    read::guard(fragment!(
        "EXISTS (SELECT 1 FROM tenants WHERE id = {tenant} AND state IN ('active', 'suspended'))",
        tenant = value(tenant),
    ))
}

/// The event of one that has ended: the row of `house`.
pub fn finished_event(tenant: i64, result: &Value) -> Fragment<'static> {
    fragment!(
        "SELECT 'undo.finished' AS kind, n.id AS about, '{}' AS before, {result} AS after FROM tenants n WHERE n.id = {tenant}",
        tenant = value(tenant),
        result = Fragment::Made(text(result)),
    )
}
