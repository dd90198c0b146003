//! What all credentials have, each in its table: the day of their last use, and an end.

use crate::fragment::{Fragment, value};
use crate::{Statement, statement};

/// Notes that a row is in use, once a day.
pub(super) fn touch(table: &'static str, is: Fragment<'_>, day: &str) -> Statement {
    statement!(
        "UPDATE {table} SET last_used_at = {day} WHERE {is} AND (last_used_at IS NULL OR last_used_at < {day})",
        table = table,
        day = value(day),
        is = is,
    )
}

/// Revokes a row, once; gives its id.
pub(super) fn revoke(table: &'static str, is: Fragment<'_>, now: &str) -> Statement {
    statement!(
        "UPDATE {table} SET revoked_at = coalesce(revoked_at, {now}) WHERE {is} RETURNING id",
        table = table,
        now = value(now),
        is = is,
    )
}
