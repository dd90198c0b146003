//! The brake: removals of users by a provider beyond a limit that the tenant sets are refused.
//!
//! What is counted and refused is decided by a trigger where the event of a removal is written
//! (migration 0032); here the brake is engaged, released and shown.

use super::Statement;
use super::fragment::{Fragment, value};
use super::tenant::Tenant;
use crate::{fragment, statement};

/// What the error of a batch that the brake refuses has in its message.
pub(super) const BRAKED: &str = "brake is on";

/// What is done to a brake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrakeTurn {
    /// It refuses from now on, unless it was released later than now.
    Engage,
    /// It refuses no more, and counts anew.
    Release,
}

impl BrakeTurn {
    /// `FROM …` the brake, if it is to be turned.
    fn brake<'a>(self, tenant: &'a Tenant, now: &'a str) -> Fragment<'a> {
        let engages = || {
            fragment!(
                " AND engaged_at IS NULL AND released_at <= {now}",
                now = value(now),
            )
        };
        fragment!(
            " WHERE tenant_id = {tenant}{engages}",
            tenant = tenant,
            engages = (self == Self::Engage).then(engages),
        )
    }

    /// Its event, in front of [`BrakeTurn::make`].
    pub fn event<'a>(self, tenant: &'a Tenant, now: &'a str) -> Fragment<'a> {
        let (kind, state) = match self {
            Self::Engage => ("brake.engaged", "engaged"),
            Self::Release => ("brake.released", "released"),
        };
        fragment!(
            "SELECT '{kind}' AS kind, tenant_id AS about, \
             json_object('state', CASE WHEN engaged_at IS NOT NULL THEN 'engaged' \
             WHEN {until} > {now} THEN 'released' ELSE 'armed' END) AS before, \
             json_object('state', '{state}') AS after FROM brakes{brake}",
            kind = kind,
            state = state,
            until = shift("released_at", "+"),
            now = value(now),
            brake = self.brake(tenant, now),
        )
    }

    /// Turns it.
    pub fn make(self, tenant: &Tenant, now: &str) -> Statement {
        let set = match self {
            Self::Engage => "engaged_at",
            Self::Release => "engaged_at = NULL, released_at",
        };
        statement!(
            "UPDATE brakes SET {set} = {now}{brake}",
            set = set,
            now = value(now),
            brake = self.brake(tenant, now),
        )
    }
}

/// A moment the minutes of the brake later, or earlier.
fn shift(moment: &'static str, sign: &'static str) -> [&'static str; 5] {
    [
        "strftime('%Y-%m-%dT%H:%M:%fZ', ",
        moment,
        ", '",
        sign,
        "' || minutes || ' minutes')",
    ]
}

/// The brake of a tenant, JSON text, and the tenant where it has one. How many removals count,
/// the numbers of the first of them and of the newest say, as in the trigger.
pub fn read(tenant: i64, now: &str) -> Statement {
    statement!(
        "SELECT json_object('state', CASE WHEN b.tenant_id IS NULL THEN 'off' WHEN engaged_at IS NOT NULL THEN 'engaged' \
         WHEN until > {now} THEN 'released' ELSE 'armed' END, 'removals', coalesce(1 + newest - (opening ->> 0), 0), \
         'limit', min(coalesce(count, least), coalesce(least, count)), 'minutes', minutes, 'engaged_at', engaged_at, \
         'released_until', iif(engaged_at IS NULL AND until > {now}, until, NULL)) AS shape, b.tenant_id \
         FROM (SELECT 1) LEFT JOIN (SELECT *, max(4, percent * coalesce(opening ->> 1, (SELECT total FROM totals WHERE tenant_id = {tenant} \
         AND resource_type = 'User')) / 100) AS least FROM (SELECT *, (\
         SELECT json_array(removal, users) {removals} AND counted_at > since ORDER BY counted_at, removal LIMIT 1) AS opening, (\
         SELECT removal {removals} ORDER BY counted_at DESC, removal DESC LIMIT 1) AS newest \
         FROM (SELECT *, {until} AS until, max(released_at, {since}) AS since \
         FROM (SELECT {now} AS now) CROSS JOIN brakes WHERE tenant_id = {tenant}) LIMIT 1)) b",
        now = value(now),
        tenant = value(tenant),
        removals = fragment!(
            "FROM events INDEXED BY events_removals WHERE tenant_id = {tenant} AND users IS NOT NULL",
            tenant = value(tenant),
        ),
        until = shift("released_at", "+"),
        since = shift("now", "-"),
    )
}
