//! A credential becomes the tenant, inside the same batch as the work.
//!
//! No statement is built without one: the tenant of a token is a sub-query of the statement, so a token that was
//! revoked a moment ago finds nothing and writes nothing, and there is no trip for authentication alone.

use super::fragment::{Fragment, Written, value};
use super::sqlite::UNKNOWN_TOKEN;
use super::{Error, Row, Statement};
use crate::{fragment, statement, write_sql};

/// The tenant of `SCIM_TOKEN`.
pub const DEFAULT_TENANT: i64 = 1;

/// Whose data a statement works on.
#[derive(Clone, Debug, PartialEq)]
pub enum Tenant {
    /// The tenant of the `SCIM_TOKEN` secret, which has been compared already.
    Default,
    /// The tenant of a token of the table.
    Token {
        /// SHA-256 of the token, lower-case hex.
        hash: String,
        /// The present moment, to compare with the token's expiry.
        now: String,
    },
}

/// What the token statement told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TokenFacts {
    /// The tenant.
    pub tenant: i64,
    /// The user that `/Me` means.
    pub subject: Option<String>,
    /// Authenticates cursors.
    pub cursor_key: String,
    /// When the token was last used, to the day.
    pub last_used: Option<String>,
}

impl Tenant {
    /// The id of the user that `/Me` means; NULL where the token names none.
    pub fn subject(&self) -> impl Fragment {
        Written(move |statement: &mut Statement| match self {
            Self::Default => "NULL".write(statement),
            Self::Token { hash, now } => write_sql!(
                statement,
                "(SELECT subject FROM tokens WHERE {good})",
                good = good_token(hash, now),
            ),
        })
    }

    /// The statement that tells whether the token is good and whose it is: first in every batch. The default tenant
    /// needs none unless cursors are at work.
    pub fn facts(&self, with_cursor_key: bool) -> Option<Statement> {
        match self {
            Self::Default if !with_cursor_key => None,
            Self::Default => Some(statement!(
                "SELECT id, NULL, cursor_key, NULL AS used FROM tenants WHERE id = {tenant}",
                tenant = value(DEFAULT_TENANT),
            )),
            // A token that is not good fails the batch, so that nothing behind it is read: a path that is none makes
            // `json_extract` an error.
            Self::Token { hash, now } => Some(statement!(
                "SELECT coalesce(t.tenant_id, json_extract('{}', '{unknown}')), t.subject, {cursor_key} AS cursor_key, \
                 t.last_used_at \
                 FROM (SELECT 1) LEFT JOIN tokens t ON {good}",
                unknown = UNKNOWN_TOKEN,
                cursor_key = if with_cursor_key {
                    "(SELECT cursor_key FROM tenants WHERE id = t.tenant_id)"
                } else {
                    "''"
                },
                good = good_token(hash, now),
            )),
        }
    }

    /// Reads the row of [`Tenant::facts`].
    pub fn read_facts(row: &mut Row) -> Result<TokenFacts, Error> {
        Ok(TokenFacts {
            tenant: row.integer(0)?.unwrap_or_default(),
            subject: row.text(1)?,
            cursor_key: row.required_text(2)?,
            last_used: row.text(3)?,
        })
    }
}

/// The tenant's id: a value, or a sub-query that is NULL when the token is not good.
impl Fragment for Tenant {
    fn write(&self, statement: &mut Statement) {
        match self {
            Self::Default => value(DEFAULT_TENANT).write(statement),
            Self::Token { hash, now } => write_sql!(
                statement,
                "(SELECT tenant_id FROM tokens WHERE {good})",
                good = good_token(hash, now),
            ),
        }
    }
}

/// The condition under which a row of `tokens` is this token and good.
fn good_token(hash: &str, now: &str) -> impl Fragment {
    fragment!(
        "hash = {hash} AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > {now})",
        hash = value(hash),
        now = value(now),
    )
}

/// Notes that a token is in use, once a day.
pub fn touch(hash: &str, day: &str) -> Statement {
    statement!(
        "UPDATE tokens SET last_used_at = {day} \
         WHERE hash = {hash} AND (last_used_at IS NULL OR last_used_at < {day})",
        day = value(day),
        hash = value(hash),
    )
}
