//! A credential becomes the tenant, inside the same batch as the work.
//!
//! No statement is built without one: the tenant of a token is a sub-query of the statement, so a
//! token that was revoked a moment ago finds nothing and writes nothing, and there is no trip for
//! authentication alone.

use super::fragment::{Fragment, value};
use super::{Error, Row, Statement};
use crate::{fragment, statement};

/// What the error of a batch with a bad token has in its message.
pub(super) const UNKNOWN_TOKEN: &str = "unknown token";
/// What the error of a batch of a suspended tenant has in its message.
pub(super) const SUSPENDED: &str = "tenant suspended";
/// What the error of a batch that writes with a token that may only read has in its message.
pub(super) const READ_ONLY: &str = "token may only read";
/// What the error of a batch that was made by settings which have changed since has in its message.
pub(super) const OTHER_SETTINGS: &str = "settings are others";

/// The tenant of `SCIM_TOKEN`.
pub const DEFAULT_TENANT: i64 = 1;

/// Whose data a statement works on.
#[derive(Clone, Debug, PartialEq)]
pub enum Tenant {
    /// The tenant with this number: that of the `SCIM_TOKEN` secret, which has been compared
    /// already, or one that an operator reaches.
    Known(i64),
    /// The tenant of a token of the table.
    Token {
        /// SHA-256 of the token, lower-case hex.
        hash: String,
        /// The present moment, to compare with the token's expiry.
        now: String,
        /// The tenant's number, where an earlier request told: a token is never another tenant's.
        number: Option<i64>,
    },
}

/// What is asked of the look-up that stands first in every batch.
#[derive(Clone, Copy, Debug, Default)]
pub struct FactsWanted {
    /// Whether cursors are at work, so that the tenant's key is wanted.
    pub cursor_key: bool,
    /// Whether the request writes, which not every token may.
    pub is_write: bool,
    /// The version of the tenant's settings that the batch goes by; none where it does not matter.
    pub settings_version: Option<i64>,
    /// Whether nothing comes of it that is kept, so that the tenant may be suspended.
    pub is_dry: bool,
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
    /// Of nobody in particular: events of the deployment itself are its.
    pub const HOUSE: Self = Self::Known(0);
    /// The tenant of the `SCIM_TOKEN` secret.
    pub const DEFAULT: Self = Self::Known(DEFAULT_TENANT);

    /// Its number, where it is known without asking.
    pub const fn number(&self) -> Option<i64> {
        match self {
            Self::Known(id) => Some(*id),
            Self::Token { number, .. } => *number,
        }
    }

    /// The id of the user that `/Me` means; NULL where the token names none.
    pub fn subject(&self) -> Fragment<'_> {
        match self {
            Self::Known(_) => "NULL".into(),
            Self::Token { hash, now, .. } => fragment!(
                "(SELECT subject FROM tokens WHERE {good})",
                good = good_token(hash, now),
            ),
        }
    }

    /// The statement that tells whether the caller is good and whose data it is about: first in
    /// every batch.
    ///
    /// One that is not good fails the batch, so that nothing behind it is read: a path that is none
    /// makes `json_extract` an error, which names it. What is nearly always so is asked of an index
    /// by what would be otherwise, and costs no row.
    pub fn facts(&self, wanted: FactsWanted) -> Statement {
        match self {
            Self::Known(id) => statement!(
                "SELECT {id} AS tenant_id, NULL AS subject, {cursor_key} AS cursor_key, NULL AS last_used_at, \
                 json_extract('{}', coalesce({closed}, {other}'$')) AS is_open",
                id = value(*id),
                cursor_key = cursor_key(wanted, value(*id).into()),
                closed = word_if_closed(value(*id).into(), wanted.is_dry),
                other = other_settings(wanted, value(*id).into()),
            ),
            Self::Token { hash, now, .. } => statement!(
                "SELECT coalesce(t.tenant_id, json_extract('{}', '{unknown}')) AS tenant_id, t.subject, \
                 {cursor_key} AS cursor_key, t.last_used_at, \
                 json_extract('{}', coalesce({closed}, {may} {other}'$')) AS is_open \
                 FROM (SELECT 1) LEFT JOIN tokens t ON {good}",
                unknown = UNKNOWN_TOKEN,
                cursor_key = cursor_key(wanted, "t.tenant_id".into()),
                closed = word_if_closed("t.tenant_id".into(), false),
                may = wanted.is_write.then_some(fragment!(
                    "CASE instr(t.scopes, '\"write\"') WHEN 0 THEN '{read_only}' END,",
                    read_only = READ_ONLY,
                )),
                other = other_settings(wanted, "t.tenant_id".into()),
                good = good_token(hash, now),
            ),
        }
    }

    /// Reads the row of [`Tenant::facts`].
    pub fn read_facts(row: &mut Row) -> Result<TokenFacts, Error> {
        Ok(TokenFacts {
            tenant: row.count(0)?,
            subject: row.text(1)?,
            cursor_key: row.text(2)?.ok_or(Error::Unauthorized)?,
            last_used: row.text(3)?,
        })
    }
}

fn cursor_key(wanted: FactsWanted, tenant: Fragment<'_>) -> Fragment<'_> {
    let key = fragment!(
        "(SELECT cursor_key FROM tenants WHERE id = {tenant})",
        tenant = tenant
    );
    if wanted.cursor_key { key } else { "''".into() }
}

/// The word that fails the batch of a tenant that is not open; NULL of one that is, or may be
/// suspended.
pub(super) fn word_if_closed(tenant: Fragment<'_>, may_be_suspended: bool) -> Fragment<'_> {
    fragment!(
        "(SELECT CASE state WHEN 'suspended' THEN '{suspended}' ELSE '{unknown}' END \
         FROM tenants INDEXED BY tenants_closed WHERE id = {tenant} AND state <> 'active'{but})",
        but = may_be_suspended.then_some(" AND state <> 'suspended'"),
        suspended = SUSPENDED,
        unknown = UNKNOWN_TOKEN,
        tenant = tenant,
    )
}

/// The word that fails the batch of a tenant whose settings have changed since, with a comma behind
/// it; NULL where they have not. Versions count up.
fn other_settings(wanted: FactsWanted, tenant: Fragment<'_>) -> Fragment<'_> {
    let word = wanted.settings_version.map(|version| {
        fragment!(
            "(SELECT '{other}' FROM tenants INDEXED BY tenants_settings \
             WHERE id = {tenant} AND settings_version > {version}), ",
            other = OTHER_SETTINGS,
            tenant = tenant,
            version = value(version),
        )
    });
    word.into()
}

/// The settings of a tenant, JSON text, their version, its number, and whether it is suspended; no
/// row where the caller is not good.
pub fn settings(tenant: &Tenant) -> Statement {
    statement!(
        "SELECT settings, settings_version, id, state = 'suspended' AS is_suspended FROM tenants WHERE id = {tenant}",
        tenant = tenant,
    )
}

/// The tenant's id: a value, or a sub-query that is NULL when the token is not good. A number that
/// is known stands behind [`Tenant::facts`], which fails the batch when the token is not good.
impl<'a> From<&'a Tenant> for Fragment<'a> {
    fn from(tenant: &'a Tenant) -> Self {
        match tenant {
            Tenant::Known(id)
            | Tenant::Token {
                number: Some(id), ..
            } => value(*id).into(),
            Tenant::Token { hash, now, .. } => fragment!(
                "(SELECT tenant_id FROM tokens WHERE {good})",
                good = good_token(hash, now),
            ),
        }
    }
}

/// The condition under which a row of `tokens` is this token and good.
pub(super) fn good_token<'a>(hash: &'a str, now: &'a str) -> Fragment<'a> {
    fragment!(
        "hash = {hash} AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > {now})",
        hash = value(hash),
        now = value(now),
    )
}

/// Notes that a tenant is in use, once a day; that it is for the first time the statement in front
/// must have told.
pub fn touch_tenant(id: i64, day: &str) -> Statement {
    statement!(
        "UPDATE tenants SET last_request_at = {day} WHERE id = {id} AND last_request_at < {day} \
         AND (changes() > 0 OR last_request_at <> '')",
        day = value(day),
        id = value(id),
    )
}
