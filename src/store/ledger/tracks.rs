//! What is not delivered yet to the endpoints of webhooks: in the first database stands how far
//! each came in the events of each.

use super::feed::{COLUMNS, EventFilter, FeedMark, FeedRange, LOOKS};
use super::webhooks::EndpointFilter;
use crate::fragment::value;
use crate::{Error, Row, Statement, fragment, statement};

/// Tracks that are looked at, at the most.
const MOST: usize = 200;
/// What is counted of what is not delivered, at the most.
const PENDING: usize = 1_000;

/// What is not delivered yet is counted of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// The endpoint.
    pub webhook: String,
    /// The database.
    pub shard: i64,
    /// The only tenant.
    pub tenant: Option<i64>,
    /// Where it stands.
    pub position: i64,
    /// Where it ends.
    pub end: Option<i64>,
    /// The types of the endpoint, a JSON array.
    pub types: String,
    /// The tenants that have tracks of their own, a JSON array; none where those end in front.
    pub without: Option<String>,
}

/// How far endpoints came: the rows of [`read_track`]. While older events are replayed there are
/// two parts: these, which those who are behind have on tracks of their own, and what is behind the
/// place where it goes on.
pub fn tracks(filter: &EndpointFilter<'_>) -> Statement {
    statement!(
        "SELECT c.webhook_id, c.shard, w.tenant_id, iif(p.value, c.resume, c.position), iif(p.value, NULL, c.until), w.types, \
         iif(p.value OR c.resume IS NULL, NULL, (SELECT json_group_array(b.tenant_id) FROM webhook_tenants b \
         WHERE b.webhook_id = c.webhook_id AND b.shard = c.shard)) FROM {filter} CROSS JOIN webhook_cursors c ON c.webhook_id = w.id \
         CROSS JOIN json_each('[0,1]') p ON p.value = 0 OR c.resume IS NOT NULL UNION ALL \
         SELECT b.webhook_id, b.shard, b.tenant_id, iif(p.value, b.resume, b.position), \
         coalesce(iif(p.value, NULL, b.until), c.resume, c.position), w.types, NULL FROM {filter} \
         CROSS JOIN webhook_tenants b ON b.webhook_id = w.id \
         CROSS JOIN webhook_cursors c ON c.webhook_id = b.webhook_id AND c.shard = b.shard \
         CROSS JOIN json_each('[0,1]') p ON p.value = 0 OR b.resume IS NOT NULL LIMIT {MOST}",
        filter = filter,
        MOST = MOST,
    )
}

/// Reads a row of [`tracks`].
pub fn read_track(row: &mut Row) -> Result<Track, Error> {
    row.read(|cells| Track {
        webhook: cells.required_text(),
        shard: cells.count(),
        tenant: cells.integer(),
        position: cells.count(),
        end: cells.integer(),
        types: cells.required_text(),
        without: cells.text(),
    })
}

/// How many events are not delivered on a track, up to a thousand, and the moment of the first.
pub fn pending(track: &Track, filter: &EventFilter) -> Statement {
    let range = FeedRange {
        shard: 1,
        tenant: track.tenant,
        from: Some(FeedMark {
            position: track.position,
            seq: None,
        }),
        backwards: false,
        looks: LOOKS,
    };
    statement!(
        "SELECT count(*), min(at) FROM (SELECT e.at FROM ({events}) e WHERE 1{filter}{end}{without} LIMIT {PENDING})",
        events = range.select(COLUMNS),
        filter = filter,
        end = track
            .end
            .map(|end| fragment!(" AND e.position <= {end}", end = value(end))),
        without = track.without.as_deref().map(|without| fragment!(
            " AND e.tenant_id NOT IN (SELECT value FROM json_each({without}))",
            without = value(without)
        )),
        PENDING = PENDING,
    )
}
