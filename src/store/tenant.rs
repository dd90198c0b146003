//! A credential becomes the tenant, inside the same batch as the work.
//!
//! No statement is built without one: the tenant of a token is a sub-query of the statement, so a token that was
//! revoked a moment ago finds nothing and writes nothing, and there is no trip for authentication alone.

use super::{Error, Row, Statement};

/// The tenant of `SCIM_TOKEN`.
pub const DEFAULT_TENANT: i64 = 1;

/// What the error of a batch with a bad token has in its message.
pub const UNKNOWN_TOKEN: &str = "unknown token";

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
    /// Appends the tenant's id: a value, or a sub-query that is NULL when the token is not good.
    pub fn push(&self, statement: &mut Statement) {
        match self {
            Self::Default => {
                statement.bind(DEFAULT_TENANT);
            }
            Self::Token { .. } => {
                statement.push("(SELECT tenant_id FROM tokens WHERE ");
                self.push_good_token(statement);
                statement.push(")");
            }
        }
    }

    /// Appends the condition under which a row of `tokens` is this token and good.
    fn push_good_token(&self, statement: &mut Statement) {
        if let Self::Token { hash, now } = self {
            statement
                .push("hash = ")
                .bind(hash.as_str())
                .push(" AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ")
                .bind(now.as_str())
                .push(")");
        }
    }

    /// Appends the id of the user that `/Me` means; NULL where the token names none.
    pub fn push_subject(&self, statement: &mut Statement) {
        match self {
            Self::Default => {
                statement.push("NULL");
            }
            Self::Token { .. } => {
                statement.push("(SELECT subject FROM tokens WHERE ");
                self.push_good_token(statement);
                statement.push(")");
            }
        }
    }

    /// The statement that tells whether the token is good and whose it is: first in every batch. The default tenant
    /// needs none unless cursors are at work.
    pub fn facts(&self, with_cursor_key: bool) -> Option<Statement> {
        match self {
            Self::Default if !with_cursor_key => None,
            Self::Default => {
                let mut statement = Statement::new(
                    "SELECT id, NULL, cursor_key, NULL AS used FROM tenants WHERE id = ",
                );
                statement.bind(DEFAULT_TENANT);
                Some(statement)
            }
            Self::Token { .. } => {
                // A token that is not good fails the batch, so that nothing behind it is read: a path that is none
                // makes `json_extract` an error.
                let mut statement =
                    Statement::new("SELECT coalesce(t.tenant_id, json_extract('{}', '");
                statement
                    .push(UNKNOWN_TOKEN)
                    .push("')), t.subject, ")
                    .push(if with_cursor_key {
                        "(SELECT cursor_key FROM tenants WHERE id = t.tenant_id) AS cursor_key"
                    } else {
                        "'' AS cursor_key"
                    })
                    .push(", t.last_used_at FROM (SELECT 1) LEFT JOIN tokens t ON ");
                self.push_good_token(&mut statement);
                Some(statement)
            }
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

/// Notes that a token is in use, once a day.
pub fn touch(hash: &str, day: &str) -> Statement {
    let mut statement = Statement::new("UPDATE tokens SET last_used_at = ");
    statement
        .bind(day)
        .push(" WHERE hash = ")
        .bind(hash)
        .push(" AND (last_used_at IS NULL OR last_used_at < ")
        .bind(day)
        .push(")");
    statement
}
