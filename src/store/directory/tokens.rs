//! The tokens of a tenant.

use super::credentials;
use crate::fragment::{Fragment, value};
use crate::{Statement, fragment, statement};

/// A token that is about to be stored.
#[derive(Clone, Copy, Debug)]
pub struct NewToken<'a> {
    /// Its id.
    pub id: &'a str,
    /// SHA-256 of it, lower-case hex.
    pub hash: &'a str,
    /// What it is for.
    pub label: &'a str,
    /// A JSON array.
    pub scopes: &'a str,
    /// The user that `/Me` means.
    pub subject: Option<&'a str>,
    /// When it ends.
    pub expires_at: Option<&'a str>,
    /// Its last four characters.
    pub last4: &'a str,
}

/// The token `t`, JSON text.
const SHAPE: &str = "json_object('id', t.id, 'label', t.label, 'scopes', json(t.scopes), 'subject', t.subject, \
                     'created_at', t.created_at, 'expires_at', t.expires_at, 'revoked_at', t.revoked_at, \
                     'last_used', t.last_used_at, 'last4', t.last4)";

/// Rows of an id and the token with it, behind one id. Those that clients asked for come and go by
/// the hour, and are not among them.
pub fn list(tenant: i64, after: &str, most: usize) -> Statement {
    statement!(
        "SELECT t.id, {SHAPE} AS shape FROM tokens t \
         WHERE t.tenant_id = {tenant} AND t.id > {after} AND t.client_id IS NULL ORDER BY t.id LIMIT {most}",
        SHAPE = SHAPE,
        tenant = value(tenant),
        after = value(after),
        most = most,
    )
}

/// One token.
pub fn read(tenant: i64, id: &str) -> Statement {
    statement!(
        "SELECT {SHAPE} AS shape FROM tokens t WHERE t.tenant_id = {tenant} AND t.id = {id}",
        SHAPE = SHAPE,
        tenant = value(tenant),
        id = value(id),
    )
}

/// The condition that a tenant has this user.
pub fn has_user(tenant: i64, id: &str) -> Fragment<'_> {
    fragment!(
        "EXISTS (SELECT 1 FROM users WHERE tenant_id = {tenant} AND id = {id})",
        tenant = value(tenant),
        id = value(id),
    )
}

/// Stores one.
pub fn create(tenant: i64, token: &NewToken<'_>, now: &str) -> Statement {
    statement!(
        "INSERT INTO tokens (hash, tenant_id, label, subject, created_at, expires_at, id, scopes, last4) \
         VALUES ({hash}, {tenant}, {label}, {subject}, {now}, {expires_at}, {id}, {scopes}, {last4})",
        hash = value(token.hash),
        tenant = value(tenant),
        label = value(token.label),
        subject = value(token.subject),
        now = value(now),
        expires_at = value(token.expires_at),
        id = value(token.id),
        scopes = value(token.scopes),
        last4 = value(token.last4),
    )
}

/// Changes what it is for, and when it ends; what is none stays. Another end is told of anew.
pub fn change(
    tenant: i64,
    id: &str,
    label: Option<&str>,
    expires_at: Option<Option<&str>>,
) -> Statement {
    statement!(
        "UPDATE tokens SET label = coalesce({label}, label), expires_at = {expires_at}{own_expiry}{untold} \
         WHERE tenant_id = {tenant} AND id = {id}",
        label = value(label),
        expires_at = expires_at.map(value),
        own_expiry = expires_at.is_none().then_some("expires_at"),
        untold = expires_at.is_some().then_some(", told = 0"),
        tenant = value(tenant),
        id = value(id),
    )
}

/// Revokes it, once.
pub fn revoke(tenant: i64, id: &str, now: &str) -> Statement {
    let is = fragment!(
        "tenant_id = {tenant} AND id = {id}",
        tenant = value(tenant),
        id = value(id),
    );
    credentials::revoke("tokens", is, now)
}

/// Notes that it is in use, once a day.
pub fn touch(hash: &str, day: &str) -> Statement {
    let is = fragment!("hash = {hash}", hash = value(hash));
    credentials::touch("tokens", is, day)
}
