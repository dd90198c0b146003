//! The OAuth clients of a tenant (RFC 6749 §2), and the tokens that they ask for.

use crate::fragment::{Fragment, value};
use crate::{Error, Row, Statement, fragment, statement};

use crate::tenant::word_if_closed;

use super::credentials;
use super::key_sets::{self, CachedKeySet, KeyName};
use super::tokens::NewToken;

/// What proves a client.
#[derive(Clone, Copy, Debug)]
pub enum ClientKind<'a> {
    /// Secrets of this server.
    Secret,
    /// Assertions of an issuer (RFC 7523 §2.2).
    Federated {
        /// What they must say.
        federation: Federation<&'a str>,
        /// Where the keys are that sign them.
        jwks_uri: &'a str,
    },
}

/// What the assertions of a federated client must say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Federation<T> {
    /// `iss`.
    pub issuer: T,
    /// `sub`.
    pub subject: T,
    /// `aud`.
    pub audience: T,
}

/// A secret that is about to be stored.
#[derive(Clone, Copy, Debug)]
pub struct NewSecret<'a> {
    /// SHA-256 of it, lower-case hex.
    pub hash: &'a str,
    /// Its last four characters.
    pub last4: &'a str,
    /// When it ends.
    pub expires_at: Option<&'a str>,
}

/// The secret `s`, JSON text.
const SECRET: &str = "json_object('n', s.n, 'last4', s.last4, 'created_at', s.created_at, 'expires_at', s.expires_at, \
                      'last_used', s.last_used_at)";

/// What all clients `c` have before what proves them, and behind.
const FRONT: &str = "'id', c.id, 'label', c.label, 'kind', c.kind";
const END: &str =
    "'created_at', c.created_at, 'revoked_at', c.revoked_at, 'last_used', c.last_used_at";

/// The client `c`, JSON text.
fn shape() -> Fragment<'static> {
    fragment!(
        "CASE c.kind WHEN 'federated' THEN json_object({FRONT}, 'issuer', c.issuer, 'subject', c.subject, \
         'audience', c.audience, 'jwks_uri', c.jwks_uri, {END}) \
         ELSE json_object({FRONT}, 'secrets', (SELECT json_group_array({SECRET}) FROM (\
         SELECT * FROM client_secrets WHERE tenant_id = c.tenant_id AND client_id = c.id ORDER BY n) s), {END}) END",
        FRONT = FRONT,
        END = END,
        SECRET = SECRET,
    )
}

/// Rows of an id and the client with it, behind one id.
pub fn list(tenant: i64, after: &str, most: usize) -> Statement {
    statement!(
        "SELECT c.id, {shape} AS shape FROM clients c \
         WHERE c.tenant_id = {tenant} AND c.id > {after} ORDER BY c.id LIMIT {most}",
        shape = shape(),
        tenant = value(tenant),
        after = value(after),
        most = most,
    )
}

/// One client, its kind, and when it was revoked.
pub fn read(tenant: i64, id: &str) -> Statement {
    statement!(
        "SELECT {shape} AS shape, c.kind, c.revoked_at FROM clients c WHERE c.tenant_id = {tenant} AND c.id = {id}",
        shape = shape(),
        tenant = value(tenant),
        id = value(id),
    )
}

/// Stores one.
pub fn create(tenant: i64, id: &str, label: &str, kind: ClientKind<'_>, now: &str) -> Statement {
    let (kind, federation, jwks_uri) = match kind {
        ClientKind::Secret => ("secret", None, None),
        ClientKind::Federated {
            federation,
            jwks_uri,
        } => ("federated", Some(federation), Some(jwks_uri)),
    };
    statement!(
        "INSERT INTO clients (id, tenant_id, label, kind, issuer, subject, audience, jwks_uri, created_at) \
         VALUES ({id}, {tenant}, {label}, '{kind}', {issuer}, {subject}, {audience}, {jwks_uri}, {now})",
        id = value(id),
        tenant = value(tenant),
        label = value(label),
        kind = kind,
        issuer = value(federation.map(|federation| federation.issuer)),
        subject = value(federation.map(|federation| federation.subject)),
        audience = value(federation.map(|federation| federation.audience)),
        jwks_uri = value(jwks_uri),
        now = value(now),
    )
}

/// Gives it another label.
pub fn change(tenant: i64, id: &str, label: &str) -> Statement {
    statement!(
        "UPDATE clients SET label = {label} WHERE tenant_id = {tenant} AND id = {id}",
        label = value(label),
        tenant = value(tenant),
        id = value(id),
    )
}

/// Revokes it, once, and with it the tokens that it asked for.
pub fn revoke(tenant: i64, id: &str, now: &str) -> [Statement; 2] {
    [
        credentials::revoke("clients", is_client(tenant, id), now),
        statement!(
            "UPDATE tokens SET revoked_at = {now} \
             WHERE tenant_id = {tenant} AND client_id = {id} AND revoked_at IS NULL",
            now = value(now),
            tenant = value(tenant),
            id = value(id),
        ),
    ]
}

/// Rows of the number and the secret with it, behind a number.
pub fn list_secrets(tenant: i64, client: &str, after: i64, most: usize) -> Statement {
    statement!(
        "SELECT s.n || '' AS key, {SECRET} AS shape FROM client_secrets s \
         WHERE s.tenant_id = {tenant} AND s.client_id = {client} AND s.n > {after} ORDER BY s.n LIMIT {most}",
        SECRET = SECRET,
        tenant = value(tenant),
        client = value(client),
        after = value(after),
        most = most,
    )
}

/// One secret.
pub fn read_secret(tenant: i64, client: &str, n: i64) -> Statement {
    statement!(
        "SELECT {SECRET} AS shape FROM client_secrets s WHERE {is}",
        SECRET = SECRET,
        is = is_secret(tenant, client, n),
    )
}

/// Stores a secret of a client that has them and was not revoked, where it has room beside those
/// that are good; gives its number. Those that have expired make room.
pub fn add_secret(
    tenant: i64,
    client: &str,
    secret: &NewSecret<'_>,
    most: usize,
    now: &str,
) -> [Statement; 3] {
    [
        statement!(
            "DELETE FROM client_secrets WHERE tenant_id = {tenant} AND client_id = {client} AND expires_at <= {now}",
            tenant = value(tenant),
            client = value(client),
            now = value(now),
        ),
        statement!(
            "UPDATE clients SET last_secret = last_secret + 1 \
             WHERE tenant_id = {tenant} AND id = {client} AND kind = 'secret' AND revoked_at IS NULL \
             AND (SELECT count(*) FROM client_secrets WHERE tenant_id = {tenant} AND client_id = {client}) < {most}",
            tenant = value(tenant),
            client = value(client),
            most = most,
        ),
        statement!(
            "INSERT INTO client_secrets (tenant_id, client_id, n, hash, last4, created_at, expires_at) \
             SELECT tenant_id, id, last_secret, {hash}, {last4}, {now}, {expires_at} FROM clients \
             WHERE tenant_id = {tenant} AND id = {client} AND changes() > 0 RETURNING n",
            hash = value(secret.hash),
            last4 = value(secret.last4),
            now = value(now),
            expires_at = value(secret.expires_at),
            tenant = value(tenant),
            client = value(client),
        ),
    ]
}

/// Ends a secret.
pub fn remove_secret(tenant: i64, client: &str, n: i64) -> Statement {
    statement!(
        "DELETE FROM client_secrets AS s WHERE {is} RETURNING n || '' AS key",
        is = is_secret(tenant, client, n),
    )
}

/// The condition that `s` is this secret.
fn is_secret(tenant: i64, client: &str, n: i64) -> Fragment<'_> {
    fragment!(
        "s.tenant_id = {tenant} AND s.client_id = {client} AND s.n = {n}",
        tenant = value(tenant),
        client = value(client),
        n = value(n),
    )
}

/// Stores a token for a client, and gives the tenant: for one that shows this secret, or whose
/// assertion was found to be good. Nothing happens where the secret is not good, or the client was
/// revoked; the batch fails where all is good and the tenant is suspended. The token has the label
/// of the client.
pub fn issue(client: &str, secret: Option<&str>, token: &NewToken<'_>, now: &str) -> Statement {
    statement!(
        "INSERT INTO tokens (hash, tenant_id, label, created_at, expires_at, id, scopes, last4, client_id) \
         SELECT {hash}, c.tenant_id, {label}, {now}, {expires_at}, {id}, {scopes}, {last4}, c.id FROM clients c \
         WHERE {is_open} AND c.kind = {kind}{shows} RETURNING tenant_id",
        hash = value(token.hash),
        label = unless_suspended("c.label"),
        now = value(now),
        expires_at = value(token.expires_at),
        id = value(token.id),
        scopes = value(token.scopes),
        last4 = value(token.last4),
        is_open = is_open(client),
        kind = value(if secret.is_some() { "secret" } else { "federated" }),
        shows = secret.map(|secret| fragment!(
            " AND EXISTS (SELECT 1 FROM client_secrets s WHERE s.tenant_id = c.tenant_id AND s.client_id = c.id \
             AND s.hash = {secret} AND (s.expires_at IS NULL OR s.expires_at > {now}))",
            secret = value(secret),
            now = value(now),
        )),
    )
}

/// A client that shows assertions, as the table knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Federated {
    /// Whose it is.
    pub tenant: i64,
    /// What its assertions must say.
    pub federation: Federation<String>,
    /// What is kept of its key set, and where that is.
    pub key_set: CachedKeySet,
}

/// A client that shows assertions, and the key of this name in its set.
pub fn find_federated(client: &str, name: KeyName<'_>) -> Statement {
    statement!(
        "SELECT c.tenant_id, c.issuer, c.subject, c.audience, c.jwks_uri AS address, {columns} \
         FROM clients c LEFT JOIN key_sets ON key_sets.address = c.jwks_uri WHERE {is_open} AND c.kind = 'federated'",
        columns = key_sets::columns(name),
        is_open = is_open(client),
    )
}

/// Reads the row of [`find_federated`].
pub fn read_federated(row: &mut Row) -> Result<Federated, Error> {
    row.read(|cells| Federated {
        tenant: cells.count(),
        federation: Federation {
            issuer: cells.required_text(),
            subject: cells.required_text(),
            audience: cells.required_text(),
        },
        key_set: CachedKeySet::of(cells),
    })
}

/// Keeps an assertion, by its issuer and `jti`, so that it is taken once, whichever client shows
/// it: the batch fails where it was.
pub fn keep_assertion(tenant: i64, jti: &str, expires_at: &str) -> Statement {
    statement!(
        "INSERT INTO assertions_seen (tenant_id, client_id, jti, expires_at) \
         VALUES ({tenant}, '', {jti}, {expires_at})",
        tenant = value(tenant),
        jti = value(jti),
        expires_at = value(expires_at),
    )
}

/// Removes so many tokens of clients, and assertions that were taken, that have expired.
pub fn sweep(now: &str, most: usize) -> [Statement; 2] {
    [
        statement!(
            "DELETE FROM tokens WHERE hash IN (SELECT hash FROM tokens \
             WHERE client_id IS NOT NULL AND expires_at <= {now} ORDER BY expires_at LIMIT {most}) RETURNING id",
            now = value(now),
            most = most,
        ),
        statement!(
            "DELETE FROM assertions_seen WHERE (tenant_id, client_id, jti) IN (\
             SELECT tenant_id, client_id, jti FROM assertions_seen \
             WHERE expires_at <= {now} ORDER BY expires_at LIMIT {most}) RETURNING jti",
            now = value(now),
            most = most,
        ),
    ]
}

/// A column of the client `c`. It is read of a client that has proved itself, and no other is told
/// that its tenant is suspended.
fn unless_suspended(column: &'static str) -> Fragment<'static> {
    fragment!(
        "iif(json_extract('{}', coalesce({closed}, '$')) IS NULL, NULL, {column})",
        closed = word_if_closed("c.tenant_id".into(), false),
        column = column,
    )
}

/// The condition that `c` is this client, that it was not revoked, and that its tenant has not
/// ended.
fn is_open(client: &str) -> Fragment<'_> {
    fragment!(
        "c.id = {client} AND c.revoked_at IS NULL \
         AND EXISTS (SELECT 1 FROM tenants n WHERE n.id = c.tenant_id AND n.state IN ('active', 'suspended'))",
        client = value(client),
    )
}

/// Notes that a client is in use, and the secret that it showed, once a day.
pub fn touch(tenant: i64, client: &str, secret: Option<&str>, day: &str) -> Vec<Statement> {
    let of_client = credentials::touch("clients", is_client(tenant, client), day);
    let of_secret = secret.map(|secret| {
        let is = fragment!(
            "tenant_id = {tenant} AND client_id = {client} AND hash = {secret}",
            tenant = value(tenant),
            client = value(client),
            secret = value(secret),
        );
        credentials::touch("client_secrets", is, day)
    });
    let mut statements = vec![of_client];
    statements.extend(of_secret);
    statements
}

/// The condition that a row of `clients` is this one.
fn is_client(tenant: i64, id: &str) -> Fragment<'_> {
    fragment!(
        "tenant_id = {tenant} AND id = {id}",
        tenant = value(tenant),
        id = value(id),
    )
}
