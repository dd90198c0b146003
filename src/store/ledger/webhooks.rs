//! The endpoints of webhooks, as the operator sees and changes them: in the first database.

use crate::fragment::{Fragment, Value, value};
use crate::{Error, Row, Statement, fragment, statement};

/// Tenants that are behind which an endpoint shows at the most.
const FAILING: usize = 50;
/// Endpoints of one tenant, and of all tenants, at the most.
pub const MOST: usize = 50;

/// What is wrong with one whose master key is gone, and with all where there is none.
const NO_KEY: &str = "The MASTER_KEY that the secret was made of is not set any more, so the signatures are none that the receiver knows. \
     Set that key again, behind the new one with a comma between, or rotate the webhook and give its receiver the new secret.";
const NO_KEYS: &str = "Nothing is posted, since no MASTER_KEY is set. Set it again, and what is pending is delivered, in order.";

/// The attributes of an endpoint `w` in its events.
const ATTRIBUTES: &str = "json_object('url', w.url, 'tenant', w.tenant_id, 'types', json(w.types), 'include', json(w.include), \
     'state', w.state)";

/// An endpoint, as deliveries need it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endpoint {
    /// Its id.
    pub id: String,
    /// Where it is.
    pub url: String,
    /// The address of this server.
    pub origin: String,
    /// The only tenant.
    pub tenant: Option<i64>,
    /// A JSON array.
    pub types: String,
    /// A JSON array.
    pub include: String,
    /// Whether it is active.
    pub is_active: bool,
    /// Of what its secret is made.
    pub secret: SecretRef,
    /// What is noted where its master key is not the newest any more.
    pub key_change: Option<KeyChange>,
    /// The secret before, and until when it is good.
    pub old: Option<(SecretRef, String)>,
}

/// Of what a secret is made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecretRef {
    /// Its number.
    pub version: i64,
    /// The fingerprint of the master key.
    pub key: String,
}

/// Another master key than that of a secret is the newest: in one column, with a blank between.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyChange {
    /// Until when the secret is good.
    pub until: String,
    /// The fingerprint of the newest.
    pub newest: String,
}

/// The two parts of a [`KeyChange`], NULL where there is none.
const UNTIL: &str = "substr(key_until, 1, 24)";
const NEWEST_KEY: &str = "substr(key_until, 26)";

/// Which endpoints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EndpointFilter<'a> {
    /// Those of this tenant alone.
    pub only: Option<i64>,
    /// This one alone.
    pub id: Option<&'a str>,
    /// Those that are active alone.
    pub is_active: bool,
    /// Those behind this id.
    pub after: &'a str,
    /// So many at the most.
    pub most: usize,
}

impl<'a> From<&'a EndpointFilter<'a>> for Fragment<'a> {
    fn from(filter: &'a EndpointFilter<'a>) -> Self {
        fragment!(
            "(SELECT * FROM webhooks WHERE id > {after}{only}{id}{active} ORDER BY id LIMIT {most}) w",
            after = value(filter.after),
            only = filter
                .only
                .map(|only| fragment!(" AND tenant_id = {only}", only = value(only))),
            id = filter
                .id
                .map(|id| fragment!(" AND id = {id}", id = value(id))),
            active = filter.is_active.then_some(" AND state = 'active'"),
            most = filter.most,
        )
    }
}

/// Rows of an id, its endpoint, tenant and types. `keys`: master keys' fingerprints, a JSON array.
pub fn list(filter: &EndpointFilter<'_>, keys: &str) -> Statement {
    statement!(
        "SELECT w.id, {shape}, w.tenant_id, w.types FROM {filter} ORDER BY w.id",
        shape = shape(keys),
        filter = filter,
    )
}

/// An endpoint `w`, JSON text. How much is not delivered yet stands in other databases.
fn shape(keys: &str) -> Fragment<'_> {
    fragment!(
        "json_object('id', w.id, 'url', w.url, 'tenant', w.tenant_id, 'types', json(w.types), \
         'include', json(w.include), 'state', w.state, 'created_at', w.created_at, 'rotate_by', iif(w.key = {keys} ->> 0, NULL, {UNTIL}), \
         'failing', (SELECT json_group_array(json_object('tenant', tenant_id, 'attempts', attempts, \
         'next_attempt_at', next_attempt_at, 'last_status', last_status)) FROM (SELECT * FROM webhook_tenants b \
         WHERE b.webhook_id = w.id AND b.attempts > 0 ORDER BY b.shard, b.tenant_id LIMIT {FAILING})), \
         'last_status', w.last_status, 'last_error', iif(w.key IN (SELECT value FROM json_each({keys})), NULL, '{why}'))",
        keys = value(keys),
        UNTIL = UNTIL,
        why = if keys == "[]" { NO_KEYS } else { NO_KEY },
        FAILING = FAILING,
    )
}

/// One endpoint, as deliveries need it: the row of [`read_endpoint`].
pub fn find(id: &str, only: Option<i64>) -> Statement {
    statement!(
        "SELECT id, url, origin, tenant_id, types, include, state = 'active', version, key, {UNTIL}, {NEWEST_KEY}, \
         old_version, old_key, old_until FROM webhooks WHERE id = {id}{only}",
        UNTIL = UNTIL,
        NEWEST_KEY = NEWEST_KEY,
        id = value(id),
        only = only.map(|only| fragment!(" AND tenant_id = {only}", only = value(only))),
    )
}

/// Reads the row of [`find`].
pub fn read_endpoint(row: &mut Row) -> Result<Endpoint, Error> {
    row.read(|cells| Endpoint {
        id: cells.required_text(),
        url: cells.required_text(),
        origin: cells.required_text(),
        tenant: cells.integer(),
        types: cells.required_text(),
        include: cells.required_text(),
        is_active: cells.flag(),
        secret: SecretRef {
            version: cells.count(),
            key: cells.required_text(),
        },
        key_change: match (cells.text(), cells.text()) {
            (Some(until), Some(newest)) => Some(KeyChange { until, newest }),
            _ => None,
        },
        old: match (cells.integer(), cells.text(), cells.text()) {
            (Some(version), Some(key), Some(until)) => Some((SecretRef { version, key }, until)),
            _ => None,
        },
    })
}

/// Stores one, where there is room for it.
pub fn create(endpoint: &Endpoint, now: &str) -> Statement {
    statement!(
        "INSERT INTO webhooks (id, url, origin, tenant_id, types, include, key, created_at) \
         SELECT {id}, {url}, {origin}, {tenant}, {types}, {include}, {key}, {now} \
         WHERE (SELECT count(*) FROM webhooks WHERE tenant_id IS {tenant}) < {MOST}",
        id = value(&endpoint.id),
        url = value(&endpoint.url),
        origin = value(&endpoint.origin),
        tenant = number(endpoint.tenant),
        types = value(&endpoint.types),
        include = value(&endpoint.include),
        key = value(&endpoint.secret.key),
        now = value(now),
        MOST = MOST,
    )
}

/// Stores where it begins in a database; none for the end of the first.
pub fn begin(id: &str, shard: u16, position: Option<i64>) -> Statement {
    statement!(
        "INSERT INTO webhook_cursors (webhook_id, shard, position) \
         SELECT id, {shard}, coalesce({position}, {NEWEST}, 0) FROM webhooks WHERE id = {id}",
        id = value(id),
        shard = usize::from(shard),
        position = number(position),
        NEWEST = crate::planted::NEWEST,
    )
}

/// What of an endpoint is changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndpointChange<'a> {
    /// Its address, and that of this server.
    pub url: Option<(&'a str, &'a str)>,
    /// A JSON array.
    pub types: Option<String>,
    /// A JSON array.
    pub include: Option<String>,
    /// Whether it is active.
    pub state: Option<&'a str>,
}

/// Changes one. An attempt that is under way counts if it delivers; one that is active again tries
/// at once what had failed.
pub fn change(id: &str, change: &EndpointChange<'_>, now: &str) -> [Statement; 3] {
    let (url, origin) = change.url.unzip();
    [
        statement!(
            "UPDATE webhooks SET url = coalesce({url}, url), origin = coalesce({origin}, origin), \
             types = coalesce({types}, types), include = coalesce({include}, include), \
             state = coalesce({state}, state) WHERE id = {id}",
            url = value(url),
            origin = value(origin),
            types = value(change.types.as_deref()),
            include = value(change.include.as_deref()),
            state = value(change.state),
            id = value(id),
        ),
        statement!(
            "UPDATE webhook_tenants SET attempts = 0, failed_at = NULL, told = 0, next_attempt_at = {now} \
             WHERE webhook_id = {id} AND {state} = 'active'",
            now = value(now),
            id = value(id),
            state = value(change.state),
        ),
        interrupt(id, false),
    ]
}

/// Has whoever is delivering end when his attempt is over; until then nobody else delivers. He
/// notes of it that it delivered, and nothing else; and not even that where cursors were set back,
/// `replays`, which would put them forward again.
pub fn interrupt(id: &str, replays: bool) -> Statement {
    let set_back = " OR (resume IS NOT NULL OR EXISTS (SELECT 1 FROM webhook_tenants b WHERE b.webhook_id = c.webhook_id \
                    AND b.shard = c.shard AND b.resume IS NOT NULL))";
    statement!(
        "UPDATE webhook_cursors AS c SET lease = iif(lease LIKE '!%'{set_back}, '!', '?') || ltrim(lease, '!?') \
         WHERE webhook_id = {id}",
        set_back = replays.then_some(set_back),
        id = value(id),
    )
}

/// Ends one, with all that is noted of it.
pub fn remove(id: &str) -> impl Iterator<Item = Statement> + use<'_> {
    let tables = [
        ("webhook_deliveries", "webhook_id"),
        ("webhook_parked", "webhook_id"),
        ("webhook_tenants", "webhook_id"),
        ("webhook_cursors", "webhook_id"),
        ("webhooks", "id"),
    ];
    tables.into_iter().map(move |(table, key)| {
        statement!(
            "DELETE FROM {table} WHERE {key} = {id}",
            table = table,
            key = key,
            id = value(id),
        )
    })
}

/// Gives it another secret, made of the newest key. The one before is good until a moment.
pub fn rotate(endpoint: &Endpoint, key: &str, until: &str) -> Statement {
    statement!(
        "UPDATE webhooks SET old_version = version, old_key = key, old_until = {until}, \
         version = version + 1, key = {key}, key_until = NULL WHERE id = {id} AND version = {version}",
        until = value(until),
        key = value(key),
        id = value(&endpoint.id),
        version = value(endpoint.secret.version),
    )
}

/// Notes that another key is the newest, if that is not noted of this one.
pub fn note_key_change(id: &str, change: &KeyChange) -> Statement {
    statement!(
        "UPDATE webhooks SET key_until = {until} || ' ' || {newest} WHERE id = {id} AND {NEWEST_KEY} IS NOT {newest}",
        until = value(&change.until),
        newest = value(&change.newest),
        id = value(id),
        NEWEST_KEY = NEWEST_KEY,
    )
}

/// The event of one that was made.
pub fn created_event(id: &str) -> Fragment<'_> {
    row("created", "'{}'", ATTRIBUTES.into(), id)
}

/// That of one that is about to be changed.
pub fn updated_event<'a>(id: &'a str, change: &'a EndpointChange<'a>) -> Fragment<'a> {
    let set = fragment!(
        "json_set({ATTRIBUTES}, '$.url', coalesce({url}, w.url), '$.types', json(coalesce({types}, w.types)), \
         '$.include', json(coalesce({include}, w.include)), '$.state', coalesce({state}, w.state))",
        ATTRIBUTES = ATTRIBUTES,
        url = value(change.url.map(|(url, _)| url)),
        types = value(change.types.as_deref()),
        include = value(change.include.as_deref()),
        state = value(change.state),
    );
    row("updated", ATTRIBUTES, set, id)
}

/// That of one that is about to go.
pub fn deleted_event(id: &str) -> Fragment<'_> {
    row("deleted", ATTRIBUTES, "'{}'".into(), id)
}

/// That of one that is about to get another secret, if it has the one that was read.
pub fn rotated_event(endpoint: &Endpoint) -> Fragment<'_> {
    let of = "json_object('secret', w.version)";
    let then = "json_object('secret', w.version + 1)";
    fragment!(
        "{row} AND w.version = {version}",
        row = row("rotated", of, then.into(), &endpoint.id),
        version = value(endpoint.secret.version),
    )
}

/// That of a test.
pub fn test_event(id: &str) -> Fragment<'_> {
    row("test", "'{}'", "json_object('url', w.url)".into(), id)
}

pub(super) fn row<'a>(
    word: &'static str,
    before: &'static str,
    after: Fragment<'a>,
    id: &'a str,
) -> Fragment<'a> {
    fragment!(
        "SELECT 'webhook.{word}' AS kind, w.id AS about, {before} AS before, {after} AS after FROM webhooks w WHERE w.id = {id}",
        word = word,
        before = before,
        after = after,
        id = value(id),
    )
}

/// The moment of an event, and its tenant.
pub fn event(position: i64) -> Statement {
    statement!(
        "SELECT tenant_id, at FROM events WHERE position = {position}",
        position = value(position),
    )
}

/// A number, or none.
pub(super) fn number<'a>(number: Option<i64>) -> Value<'a> {
    number.map_or(Value::Null, value)
}
