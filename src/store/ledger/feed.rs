//! The events as they are read: in the order of their database, or of one tenant.
//!
//! What an event says is put together here: of a resource that came or went the record has the
//! document, and its entries are made of that.

use super::events::is_extension;
use crate::fragment::{Fragment, Value, value};
use crate::membership::json;
use crate::planted::{MOST, text_of};
use crate::{Statement, fragment, statement};

/// Events that one page looks at for some of them, at the most.
pub const LOOKS: usize = 5_000;
/// In place of how many a page looks at: it begins behind all of them.
pub const BEYOND: i64 = -1;
/// Bytes of events behind which a page ends.
const PAGE_BYTES: usize = 1_000_000;

/// An entry of an event `e`: its path, and the place of its value there, in the document `a.path`
/// on one side. What was too long to be kept is cut.
macro_rules! entry {
    ($path:literal, $place:literal) => {
        concat!(
            "'{\"path\":' || json_quote(",
            $path,
            ") || CASE WHEN instr(e.body -> '$.cut', json_quote(",
            $path,
            ")) THEN ',\"before\":null,\"after\":null,\"cut\":true}' \
             WHEN a.path = '$.before' THEN ',\"before\":' || (e.body -> (",
            $place,
            ")) || ',\"after\":null}' ELSE ',\"before\":null,\"after\":' || (e.body -> (",
            $place,
            ")) || '}' END"
        )
    };
}

/// Entries of the document on one side of an event `e`: of an extension each attribute has its own.
const ENTRIES: &str = concat!(
    "(SELECT '[' || group_concat(CASE WHEN ",
    is_extension!("a"),
    " THEN (SELECT group_concat(",
    entry!(
        "a.key || ':' || x.key",
        "a.path || '.\"' || a.key || '\".\"' || x.key || '\"'"
    ),
    ", ',') FROM json_each(a.value) x) ELSE ",
    entry!("a.key", "a.path || '.\"' || a.key || '\"'"),
    " END, ',') || ']' FROM json_each(e.body, iif(e.body -> '$.after' IS NULL, '$.before', '$.after')) a)"
);

/// The columns of an event. What somebody made of its body is left out where it is no JSON, so that
/// those behind it are read; the chain names it.
pub(super) const COLUMNS: &str = concat!(
    "position, tenant_id, seq, ",
    text_of!("at"),
    " AS at, ",
    text_of!("type"),
    " AS type, ",
    text_of!("resource_type"),
    " AS resource_type, ",
    text_of!("resource_id"),
    " AS resource_id, ",
    text_of!("actor_kind"),
    " AS actor_kind, ",
    text_of!("actor_id"),
    " AS actor_id, ",
    text_of!("request"),
    " AS request, iif(typeof(body) = 'text' AND json_valid(body), body, NULL) AS body"
);
/// Not a row that somebody put there, by a number that is never given.
const WRITTEN: &str = concat!(
    "typeof(seq) = 'integer' AND +seq BETWEEN 1 AND ",
    MOST!(),
    " AND +position <= ",
    MOST!(),
    " AND typeof(tenant_id) = 'integer'"
);

/// An event `e` of the tenant `t`, JSON text: members that it has not are not there.
fn shape(shard: u16) -> Fragment<'static> {
    fragment!(
        "rtrim(json_object('v', 1, 'id', 'evt_{shard}_' || e.position, 'tenant', e.tenant_id, \
         'tenant_external_id', t.external_id, 'seq', e.seq, 'at', e.at, 'type', e.type, \
         'version', e.body ->> '$.version', 'actor', json_object('kind', e.actor_kind, 'id', e.actor_id, \
         'label', e.body ->> '$.label'), \
         'resource', iif(e.resource_id IS NULL, NULL, json_object('type', e.resource_type, 'id', e.resource_id, \
         'externalId', e.body ->> '$.externalId', 'name', e.body ->> '$.name')), 'request', e.request), '}') \
         || coalesce(',\"changes\":' || CASE WHEN e.body -> '$.after' IS NULL AND e.body -> '$.before' IS NULL \
         THEN e.body -> '$.changes' ELSE {ENTRIES} END, '') \
         || coalesce(',\"groups\":' || (e.body -> '$.groups'), '') \
         || coalesce(iif(e.body -> '$.groups' = '[]', NULL, ',\"groups_version\":' || (e.body -> '$.groups_version')), '') \
         || coalesce(',\"members\":' || (e.body -> '$.members'), '') \
         || coalesce(',\"about\":' || (e.body -> '$.about'), '') || '}'",
        shard = usize::from(shard),
        ENTRIES = ENTRIES,
    )
}

/// Which events are looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Types, each in full or with a star behind its dot; any where there are none.
    pub types: Vec<String>,
    /// The id of a webhook, which hears of the failures of others, whatever its types, and not of
    /// its own.
    pub webhook: Option<String>,
}

impl EventFilter {
    /// How many events a page looks at for so many of these, at the most.
    pub fn looks(&self, most: usize) -> usize {
        if self.types.is_empty() && self.webhook.is_none() {
            most
        } else {
            LOOKS
        }
    }
}

/// The condition that an event `e` is of a type that is looked for. What also changed other
/// attributes than `active` is found as an update, too.
impl<'a> From<&'a EventFilter> for Fragment<'a> {
    fn from(filter: &'a EventFilter) -> Self {
        let not_own = filter.webhook.as_deref().map(|id| {
            fragment!(
                " AND NOT (e.type IN ('webhook.failing', 'webhook.disabled', 'webhook.test') \
                 AND e.body ->> '$.about' = {id})",
                id = value(id),
            )
        });
        if filter.types.is_empty() {
            return not_own.into();
        }
        let alarm = not_own.as_ref().map(|_| "e.type = 'webhook.failing' OR ");
        fragment!(
            "{not_own} AND ({alarm}EXISTS (SELECT 1 FROM json_each({types}) w WHERE w.value = e.type \
             OR substr(w.value, -2) = '.*' AND substr(e.type, 1, length(w.value) - 1) = substr(w.value, 1, length(w.value) - 1) \
             OR w.value = 'user.updated' AND e.type IN ('user.activated', 'user.deactivated') \
             AND json_array_length(e.body, '$.changes') > 1))",
            not_own = not_own,
            alarm = alarm,
            types = Fragment::Made(json(&filter.types)),
        )
    }
}

/// Where a reader stands in the events of a shard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeedMark {
    /// Its last position.
    pub position: i64,
    /// The number of the event there, where the reader reads those of one tenant and knows it: the
    /// index is in the order of these.
    pub seq: Option<i64>,
}

/// Which events of a feed are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedRange {
    /// The number of the shard.
    pub shard: u16,
    /// The only tenant, where it is one's.
    pub tenant: Option<i64>,
    /// The place behind which it begins; or before which, none for the end, where it goes
    /// backwards, which only those of a tenant do.
    pub from: Option<FeedMark>,
    /// Whether it goes backwards.
    pub backwards: bool,
    /// How many it looks at, at the most.
    pub looks: usize,
}

impl FeedRange {
    /// Events from where the range begins: columns of them, as many as a page looks at.
    pub(super) fn select(&self, columns: &'static str) -> Fragment<'static> {
        let Self {
            tenant,
            from,
            backwards,
            looks,
            ..
        } = *self;
        let mark = from.unwrap_or_default();
        let Some(tenant) = tenant else {
            return fragment!(
                "SELECT {columns} FROM events WHERE position > {position} AND {WRITTEN} ORDER BY position LIMIT {looks}",
                WRITTEN = WRITTEN,
                columns = columns,
                position = value(mark.position),
                looks = looks,
            );
        };
        let (compares, order, side) = if backwards {
            (" AND seq < ", "DESC", "< ")
        } else {
            (" AND seq > ", "ASC", "<= ")
        };
        // Numbers and positions go up together, so the newest event at or before a place tells
        // the number there. In front of the first there is none.
        let seq = fragment!(
            "coalesce((SELECT seq FROM events WHERE tenant_id = {tenant} AND seq <= {MOST} AND position {side}{position} \
                 ORDER BY seq DESC LIMIT 1){more}, 0)",
            tenant = value(tenant),
            MOST = MOST!(),
            side = side,
            position = value(mark.position),
            more = backwards.then_some(" + 1"),
        );
        let is_start = mark.position == 0 && !backwards;
        let known = mark.seq.or(is_start.then_some(0));
        let bound = fragment!(
            "{compares}{known}{seq}",
            compares = compares,
            known = known.map(value),
            seq = known.is_none().then_some(seq),
        );
        fragment!(
            "SELECT {columns} FROM events WHERE tenant_id = {tenant}{bound} AND {WRITTEN} ORDER BY seq {order} LIMIT {looks}",
            columns = columns,
            tenant = value(tenant),
            WRITTEN = WRITTEN,
            bound = (from.is_some() || !backwards).then_some(bound),
            order = order,
            looks = looks,
        )
    }

    /// Events: rows of the position, the number, the moment, the event, and how many there are of
    /// those that were asked for. As many of them as a page takes. What somebody put there of a
    /// tenant that never was is none.
    pub fn list(&self, filter: &EventFilter, most: usize) -> Statement {
        statement!(
            "SELECT position, seq, at, event, found, tenant_id, seal, resource_type, resource_id FROM (\
             WITH shown AS MATERIALIZED (SELECT e.position, e.seq, e.at, e.tenant_id, e.resource_type, e.resource_id, {shape} AS event, \
             (SELECT json_object('seq', last_seq, 'head', head) FROM seals s WHERE s.tenant_id = e.tenant_id \
             AND last_seq <= {MOST} AND typeof(last_seq) = 'integer' AND length(head) = 64 AND typeof(head) = 'text' \
             ORDER BY last_seq DESC LIMIT 1) AS seal FROM ({events}) e \
             LEFT JOIN tenants t ON t.id = e.tenant_id WHERE (t.shard = {shard}{house}){filter} LIMIT {most}) \
             SELECT *, count(*) OVER () AS found, \
             sum(octet_length(event)) OVER (ROWS UNBOUNDED PRECEDING) - octet_length(event) AS before FROM shown) \
             WHERE before < {PAGE_BYTES}",
            shape = shape(self.shard),
            MOST = MOST!(),
            shard = usize::from(self.shard),
            house = (self.shard == 1).then_some(" OR e.tenant_id = 0"),
            events = self.select(COLUMNS),
            filter = filter,
            most = most,
            PAGE_BYTES = PAGE_BYTES,
        )
    }

    /// The position and the number of the last event that [`FeedRange::list`] looks at, how many it
    /// looks at, and whether events behind the beginning were trimmed. `beyond`: where the range
    /// begins behind all events that there are, the row says that it looks at [`BEYOND`] of them.
    pub fn end(&self, beyond: bool) -> Statement {
        let mark = self.from.unwrap_or_default();
        let of_tenant = mark.seq.zip(self.tenant).map(|(seq, tenant)| {
            fragment!(
                " OR {seq} > (SELECT coalesce(max(seq), 0) FROM events WHERE tenant_id = {tenant})",
                seq = value(seq),
                tenant = value(tenant),
            )
        });
        let is_beyond = fragment!(
            " UNION ALL SELECT 0, NULL, {BEYOND}, 0 \
             WHERE {position} > (SELECT coalesce(max(position), 0) FROM events){of_tenant}",
            BEYOND = value(BEYOND),
            position = value(mark.position),
            of_tenant = of_tenant,
        );
        statement!(
            "SELECT position, seq, looks, {is_trimmed} AS is_trimmed FROM (SELECT *, row_number() OVER () AS looks FROM ({events}))\
             {is_beyond} ORDER BY looks DESC LIMIT 1",
            is_trimmed = self.is_trimmed(),
            events = self.select("position, seq"),
            is_beyond = beyond.then_some(&is_beyond),
        )
    }

    /// Whether events behind the beginning were trimmed. Of a tenant's the numbers tell; where that
    /// of the beginning is not known, it may be that none were its.
    fn is_trimmed(&self) -> Fragment<'static> {
        let mark = self.from.unwrap_or_default();
        let tenant = self.tenant;
        let position = value(mark.position);
        let Some(tenant) = tenant else {
            return fragment!(
                "{position} < (SELECT trimmed FROM sealing)",
                position = position
            );
        };
        fragment!(
            "(SELECT f.seq > 1 + coalesce({seq}, iif(f.position > {position} \
                 AND {position} < (SELECT trimmed FROM sealing), 0, f.seq)) \
                 FROM events f WHERE f.tenant_id = {tenant} ORDER BY f.seq LIMIT 1)",
            seq = mark.seq.map_or(Value::Null, value),
            position = position,
            tenant = value(tenant),
        )
    }
}

/// The position of the newest event of a shard, or of a tenant, and its number.
pub fn newest(tenant: Option<i64>) -> Statement {
    let of_tenant = tenant.map(|tenant| {
        fragment!(
            " WHERE tenant_id = {tenant} AND {WRITTEN} ORDER BY seq DESC",
            WRITTEN = WRITTEN,
            tenant = value(tenant)
        )
    });
    statement!(
        "SELECT position, seq FROM events{of_tenant}{order} LIMIT 1",
        of_tenant = of_tenant.as_ref(),
        order = of_tenant.is_none().then_some(concat!(
            " WHERE position <= ",
            MOST!(),
            " ORDER BY position DESC"
        )),
    )
}
