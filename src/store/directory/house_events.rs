//! What the events of the house tell: rows of a type (`kind`), the id of what it is `about`, and
//! its attributes `before` and `after`, JSON objects. A function is named like the last word of the
//! type.
//!
//! Of what was made the event stands behind the statement that makes it. Of what changes or goes it
//! stands in front and asks for what that statement asks for, since it tells what was there.

use super::ending::is_over;
use super::tenants::{Patch, merge};
use crate::fragment;
use crate::fragment::{Fragment, value};

/// The attributes of a tenant `n`. The directory has no settings of one of another shard: their
/// event is that of its making.
const TENANT: &str = "json_object('name', n.name, 'external_id', n.external_id, \
     'metadata', json(nullif(n.metadata, '{}')), 'state', iif(n.state = 'creating', 'active', n.state))";
/// The same of a token `t`, and of an operator's own.
pub(super) const TOKEN: &str = "json_object('label', t.label, 'scopes', json(t.scopes), 'subject', t.subject, 'expires_at', t.expires_at)";
const OPERATOR: &str = "json_object('label', t.label, 'scopes', json(t.scopes), 'tenant', t.tenant_id, 'expires_at', t.expires_at)";
/// The same of a client `t`, and of a secret of one.
const CLIENT: &str = "json_object('label', t.label, 'kind', t.kind, 'issuer', t.issuer, 'subject', t.subject, \
     'audience', t.audience, 'jwks_uri', t.jwks_uri)";
pub(super) const SECRET: &str = "json_object('n', t.n, 'expires_at', t.expires_at)";

/// The settings in a column, each by its whole path.
fn settings(column: &'static str) -> Fragment<'static> {
    fragment!(
        "(SELECT json_group_object('settings.' || key, {column} -> fullkey) FROM json_each({column}))",
        column = column,
    )
}

/// The tenant that was just made.
pub fn tenant_created() -> Fragment<'static> {
    fragment!(
        "SELECT 'tenant.created' AS kind, n.id AS about, '{}' AS before, json_patch({TENANT}, {settings}) AS after FROM tenants n \
         WHERE changes() > 0 AND n.id = (SELECT id FROM last_tenant)",
        TENANT = TENANT,
        settings = settings("n.settings"),
    )
}

/// A tenant that is about to be changed, its settings aside.
pub fn tenant_updated<'a>(id: i64, patch: &'a Patch<'a>) -> Fragment<'a> {
    let kind = match patch.state {
        None => "'tenant.updated'",
        Some("suspended") => "iif(n.state = 'active', 'tenant.suspended', 'tenant.updated')",
        Some(_) => "iif(n.state = 'suspended', 'tenant.resumed', 'tenant.updated')",
    };
    fragment!(
        "SELECT {kind} AS kind, n.id AS about, {TENANT} AS before, \
         json_object('name', coalesce({name}, n.name), 'external_id', {external_id}{own_external_id}, \
         'metadata', json(nullif({metadata}, '{}')), 'state', coalesce({state}, n.state)) AS after \
         FROM tenants n WHERE n.id = {id} AND n.state IN ('active', 'suspended')",
        kind = kind,
        TENANT = TENANT,
        name = value(patch.name),
        external_id = patch.external_id.map(value),
        own_external_id = patch.external_id.is_none().then_some("n.external_id"),
        metadata = merge("n.metadata", patch.metadata.unwrap_or("{}")),
        state = value(patch.state),
        id = value(id),
    )
}

/// A tenant whose settings are about to be changed.
pub fn settings_updated(id: i64, patch: &str) -> Fragment<'_> {
    fragment!(
        "SELECT 'settings.updated' AS kind, n.id AS about, {before} AS before, {after} AS after FROM (\
         SELECT id, settings, {patched} AS patched FROM tenants WHERE id = {id} AND state IN ('active', 'suspended')) n",
        before = settings("n.settings"),
        after = settings("n.patched"),
        patched = merge("settings", patch),
        id = value(id),
    )
}

/// A brake that is engaged, and goes with such a change of the settings.
pub fn brake_gone(id: i64, patch: &str) -> Fragment<'_> {
    fragment!(
        "SELECT 'brake.released' AS kind, b.tenant_id AS about, json_object('state', 'engaged') AS before, \
         json_object('state', 'off') AS after FROM brakes b JOIN (\
         SELECT id, {patched} -> '$.brake' AS brake FROM tenants WHERE id = {id} AND state IN ('active', 'suspended')) n \
         ON b.tenant_id = n.id WHERE b.engaged_at IS NOT NULL AND coalesce(n.brake ->> 'count', n.brake ->> 'percent') IS NULL",
        patched = merge("settings", patch),
        id = value(id),
    )
}

/// A tenant that is about to end, if it has this name; or one of another shard, about to leave the
/// directory.
pub fn tenant_deleted(id: i64, name: Option<&str>) -> Fragment<'_> {
    fragment!(
        "SELECT 'tenant.deleted' AS kind, n.id AS about, {TENANT} AS before, '{}' AS after FROM tenants n \
         WHERE n.id = {id} AND n.state <> 'deleted' AND {is_named}{is_elsewhere}",
        TENANT = TENANT,
        id = value(id),
        is_named = name.map(|name| fragment!("n.name = {name}", name = value(name))),
        is_elsewhere = name.is_none().then_some("n.shard <> 1"),
    )
}

/// A tenant whose first request has come.
pub fn connected(id: i64, day: &str) -> Fragment<'_> {
    fragment!(
        "SELECT 'connection.first_request' AS kind, n.id AS about, '{}' AS before, \
         json_object('last_request_at', {day}) AS after FROM tenants n WHERE n.id = {id} AND n.last_request_at = ''",
        id = value(id),
        day = value(day),
    )
}

/// An export that is about to begin, with how much there is.
pub fn export_started(id: i64) -> Fragment<'static> {
    let total = |name| {
        fragment!(
            "coalesce((SELECT total FROM totals WHERE tenant_id = n.id AND resource_type = '{name}'), 0)",
            name = name,
        )
    };
    fragment!(
        "SELECT 'export.started' AS kind, n.id AS about, '{}' AS before, \
         json_object('users', {users}, 'groups', {groups}) AS after FROM tenants n WHERE n.id = {id}",
        users = total("User"),
        groups = total("Group"),
        id = value(id),
    )
}

/// An import that has just ended.
pub fn import_finished(job: &str) -> Fragment<'_> {
    fragment!(
        "SELECT 'import.finished' AS kind, n.id AS about, '{}' AS before, json_object('created', n.result -> '$.created', \
         'updated', n.result -> '$.updated', 'unchanged', n.result -> '$.unchanged', 'refusals', n.result -> '$.refusals') AS after \
         FROM jobs n WHERE n.id = {job} AND n.state = 'finished'",
        job = value(job),
    )
}

/// What there is a row of, which comes, changes or goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing<'a> {
    /// A token of a tenant.
    Token(i64, &'a str),
    /// An operator's own token.
    Operator(&'a str),
    /// Operators' tokens that are bound to a tenant.
    OperatorsOf(i64),
    /// A client of a tenant.
    Client(i64, &'a str),
    /// A secret of such a client.
    Secret(i64, &'a str, i64),
    /// The secret of such a client that has this hash.
    NewSecret(i64, &'a str, &'a str),
    /// Those of such a client that have expired at a moment.
    ExpiredSecrets(i64, &'a str, &'a str),
}

impl Thing<'_> {
    /// The table, the first word of the type, the column of the id, and the attributes.
    const fn names(&self) -> [&'static str; 4] {
        match self {
            Self::Token(..) => ["tokens", "credential.", "id", TOKEN],
            Self::Operator(_) | Self::OperatorsOf(_) => {
                ["operator_tokens", "operator_token.", "id", OPERATOR]
            }
            Self::Client(..) => ["clients", "client.", "id", CLIENT],
            Self::Secret(..) | Self::NewSecret(..) | Self::ExpiredSecrets(..) => {
                ["client_secrets", "client.secret_", "client_id", SECRET]
            }
        }
    }
}

/// The condition that `t` is it.
impl<'a> From<Thing<'a>> for Fragment<'a> {
    fn from(thing: Thing<'a>) -> Self {
        match thing {
            Thing::Token(tenant, id) | Thing::Client(tenant, id) => fragment!(
                "t.tenant_id = {tenant} AND t.id = {id}",
                tenant = value(tenant),
                id = value(id),
            ),
            Thing::Operator(id) => fragment!("t.id = {id}", id = value(id)),
            Thing::OperatorsOf(tenant) => {
                fragment!("t.tenant_id = {tenant}", tenant = value(tenant))
            }
            Thing::Secret(tenant, client, n) => fragment!(
                "t.tenant_id = {tenant} AND t.client_id = {client} AND t.n = {n}",
                tenant = value(tenant),
                client = value(client),
                n = value(n),
            ),
            Thing::NewSecret(tenant, client, hash) => fragment!(
                "t.tenant_id = {tenant} AND t.client_id = {client} AND t.hash = {hash}",
                tenant = value(tenant),
                client = value(client),
                hash = value(hash),
            ),
            Thing::ExpiredSecrets(tenant, client, now) => fragment!(
                "t.tenant_id = {tenant} AND t.client_id = {client} AND t.expires_at <= {now}",
                tenant = value(tenant),
                client = value(client),
                now = value(now),
            ),
        }
    }
}

/// Something that was just made.
pub fn created(thing: Thing<'_>) -> Fragment<'_> {
    let attributes = thing.names()[3].into();
    row(thing, "created", "'{}'", attributes, "changes() > 0".into())
}

/// Something that is about to be revoked, if it was not.
pub fn revoked(thing: Thing<'_>) -> Fragment<'_> {
    let is_there = "t.revoked_at IS NULL".into();
    row(thing, "revoked", thing.names()[3], "'{}'".into(), is_there)
}

/// Tokens of operators that are bound to a tenant and end with it, when the job has ended.
pub fn revoked_at_end(job: &str, tenant: i64) -> Fragment<'_> {
    let thing = Thing::OperatorsOf(tenant);
    let is_there = fragment!("t.revoked_at IS NULL AND {is_over}", is_over = is_over(job));
    row(thing, "revoked", OPERATOR, "'{}'".into(), is_there)
}

/// Something that is about to be taken out.
pub fn removed(thing: Thing<'_>) -> Fragment<'_> {
    row(
        thing,
        "removed",
        thing.names()[3],
        "'{}'".into(),
        "1".into(),
    )
}

/// Something that is about to have another label, or another end; what is none stays.
pub fn updated<'a>(
    thing: Thing<'a>,
    label: Option<&'a str>,
    expires_at: Option<Option<&'a str>>,
) -> Fragment<'a> {
    let attributes = thing.names()[3];
    let set = fragment!(
        "json_set({attributes}, '$.label', coalesce({label}, t.label){end})",
        attributes = attributes,
        label = value(label),
        end = expires_at.map(|expires_at| fragment!(
            ", '$.expires_at', {expires_at}",
            expires_at = value(expires_at)
        )),
    );
    row(thing, "updated", attributes, set, "1".into())
}

fn row<'a>(
    thing: Thing<'a>,
    word: &'static str,
    before: &'static str,
    after: Fragment<'a>,
    condition: Fragment<'a>,
) -> Fragment<'a> {
    let [table, of, about, _] = thing.names();
    fragment!(
        "SELECT '{of}{word}' AS kind, t.{about} AS about, {before} AS before, {after} AS after \
             FROM {table} t WHERE {thing} AND {condition}",
        of = of,
        word = word,
        about = about,
        before = before,
        after = after,
        table = table,
        thing = thing,
        condition = condition,
    )
}
