//! Operators' own tokens, which open the admin face.

use crate::fragment::value;
use crate::{Error, Row, Statement, fragment, statement};

use super::credentials;
use super::tokens::NewToken;

/// What the table knows of an operator who shows a good token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorToken {
    /// The id of the token.
    pub id: String,
    /// A JSON array.
    pub scopes: String,
    /// The only tenant that it reaches, where it is bound to one.
    pub tenant: Option<i64>,
    /// When it was last used, to the day.
    pub last_used: Option<String>,
    /// What it is for.
    pub label: String,
}

/// The token `o`, JSON text.
const SHAPE: &str = "json_object('id', o.id, 'label', o.label, 'scopes', json(o.scopes), 'tenant', o.tenant_id, \
                     'created_at', o.created_at, 'expires_at', o.expires_at, 'revoked_at', o.revoked_at, \
                     'last_used', o.last_used_at, 'last4', o.last4)";

/// Finds a token that is good.
pub fn find(hash: &str, now: &str) -> Statement {
    statement!(
        "SELECT id, scopes, tenant_id, last_used_at, label FROM operator_tokens \
         WHERE hash = {hash} AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > {now})",
        hash = value(hash),
        now = value(now),
    )
}

/// Reads the row of [`find`].
pub fn read_token(row: &mut Row) -> Result<OperatorToken, Error> {
    row.read(|cells| OperatorToken {
        id: cells.required_text(),
        scopes: cells.required_text(),
        tenant: cells.integer(),
        last_used: cells.text(),
        label: cells.required_text(),
    })
}

/// Notes that a token is in use, once a day.
pub fn touch(id: &str, day: &str) -> Statement {
    let is = fragment!("id = {id}", id = value(id));
    credentials::touch("operator_tokens", is, day)
}

/// Rows of an id and the token with it, behind one id.
pub fn list(after: &str, most: usize) -> Statement {
    statement!(
        "SELECT o.id, {SHAPE} AS shape FROM operator_tokens o WHERE o.id > {after} ORDER BY o.id LIMIT {most}",
        SHAPE = SHAPE,
        after = value(after),
        most = most,
    )
}

/// One token.
pub fn read(id: &str) -> Statement {
    statement!(
        "SELECT {SHAPE} AS shape FROM operator_tokens o WHERE o.id = {id}",
        SHAPE = SHAPE,
        id = value(id),
    )
}

/// Stores one, bound to a tenant or to none. It has no subject.
pub fn create(tenant: Option<i64>, token: &NewToken<'_>, now: &str) -> Statement {
    statement!(
        "INSERT INTO operator_tokens (id, hash, label, scopes, tenant_id, created_at, expires_at, last4) \
         VALUES ({id}, {hash}, {label}, {scopes}, {tenant}, {now}, {expires_at}, {last4})",
        id = value(token.id),
        hash = value(token.hash),
        label = value(token.label),
        scopes = value(token.scopes),
        tenant = tenant.map_or(crate::fragment::Value::Null, value),
        now = value(now),
        expires_at = value(token.expires_at),
        last4 = value(token.last4),
    )
}

/// Revokes it, once.
pub fn revoke(id: &str, now: &str) -> Statement {
    let is = fragment!("id = {id}", id = value(id));
    credentials::revoke("operator_tokens", is, now)
}
