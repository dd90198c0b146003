//! The key sets that issuers publish (RFC 7517 §5), kept by their address. They are no tenant's.

use crate::cells::Cells;
use crate::fragment::{Fragment, value};
use crate::{Error, Row, Statement, fragment, statement};

/// Which key of a set. Two of different kinds may have one name (RFC 7517 §4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyName<'a> {
    /// Its `kid`.
    pub kid: &'a str,
    /// The `kty` that it has if there are several.
    pub kty: &'static str,
}

/// What is kept of a set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CachedKeySet {
    /// Where it is.
    pub address: String,
    /// The key that was asked for, JSON text.
    pub key: Option<String>,
    /// When the set came; empty where it never did.
    pub fetched_at: String,
    /// When it was last asked for, whatever came of it; empty where it never was.
    pub asked_at: String,
    /// When it was last asked for and did not come; empty where it never was so.
    pub failed_at: String,
}

impl CachedKeySet {
    /// Reads a row of an address and the columns of `kept`.
    pub fn read(row: &mut Row) -> Result<Self, Error> {
        row.read(Self::of)
    }

    /// Reads these among others.
    pub(super) fn of(cells: &mut Cells<'_>) -> Self {
        Self {
            address: cells.required_text(),
            key: cells.text(),
            fetched_at: cells.text().unwrap_or_default(),
            asked_at: cells.text().unwrap_or_default(),
            failed_at: cells.text().unwrap_or_default(),
        }
    }
}

/// The columns of a set `key_sets`, and its key of this name that is for signing: of several the
/// first of this kind, else the first.
pub(super) fn columns(name: KeyName<'_>) -> Fragment<'_> {
    // What is no object has no members, and to ask it for some is an error.
    fragment!(
        "(SELECT value FROM json_each(key_sets.keys, '$.keys') WHERE CASE type WHEN 'object' \
         THEN value ->> 'kid' = {kid} AND coalesce(value ->> 'use', 'sig') = 'sig' END \
         ORDER BY value ->> 'kty' IS NOT '{kty}', id LIMIT 1) AS key, \
         key_sets.fetched_at, key_sets.asked_at, key_sets.failed_at",
        kid = value(name.kid),
        kty = name.kty,
    )
}

/// The set at an address.
pub fn read(address: &str, name: KeyName<'_>) -> Statement {
    statement!(
        "SELECT address, {columns} FROM key_sets WHERE address = {address}",
        columns = columns(name),
        address = value(address),
    )
}

/// Notes that a set is about to be fetched, and gives a row, if that was not done since a moment:
/// of all who come at once, one fetches.
pub fn claim(address: &str, now: &str, since: &str) -> Statement {
    statement!(
        "INSERT INTO key_sets (address, asked_at) VALUES ({address}, {now}) \
         ON CONFLICT DO UPDATE SET asked_at = excluded.asked_at WHERE asked_at <= {since} RETURNING address",
        address = value(address),
        now = value(now),
        since = value(since),
    )
}

/// Notes that a set did not come, which was asked for at this moment.
pub fn note_failure(address: &str, now: &str) -> Statement {
    statement!(
        "UPDATE key_sets SET failed_at = {now} WHERE address = {address}",
        now = value(now),
        address = value(address),
    )
}

/// Keeps a set that was fetched, JSON text as it came, and gives it as [`read`] does.
pub fn store(address: &str, keys: &str, name: KeyName<'_>, now: &str) -> Statement {
    statement!(
        "UPDATE key_sets SET keys = {keys}, fetched_at = {now} WHERE address = {address} RETURNING address, {columns}",
        keys = value(keys),
        now = value(now),
        address = value(address),
        columns = columns(name),
    )
}
