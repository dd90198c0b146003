//! Credentials that end: tokens and secrets of clients whose end is near, or has come, and was not
//! told of. The tokens that clients ask for, good for an hour, are none of these.

use crate::fragment::{Fragment, value};
use crate::{Statement, fragment, statement};

use super::house_events::{SECRET, TOKEN};

/// Tenants that are told of at once.
const TENANTS: usize = 20;

/// A table, the condition of its rows, which is that of their index, the column of the id, and
/// what is told.
const TABLES: [[&str; 4]; 2] = [
    [
        "tokens",
        "t.told < 2 AND t.client_id IS NULL AND t.expires_at IS NOT NULL AND t.revoked_at IS NULL",
        "id",
        TOKEN,
    ],
    [
        "client_secrets",
        "t.told < 2 AND t.expires_at IS NOT NULL",
        "client_id",
        SECRET,
    ],
];

/// Two moments: now, and the one up to which an end is near.
#[derive(Clone, Copy, Debug)]
pub struct Moments<'a> {
    /// Now.
    pub now: &'a str,
    /// So much later.
    pub soon: &'a str,
}

impl Moments<'_> {
    /// The condition that `t` is due: what is told first, or then.
    fn is_due<'a>(&'a self, condition: &'static str) -> Fragment<'a> {
        fragment!(
            "{condition} AND t.expires_at <= iif(t.told = 0, {soon}, {now})",
            condition = condition,
            soon = value(self.soon),
            now = value(self.now),
        )
    }

    /// Tenants with credentials that are due.
    pub fn due(&self) -> Statement {
        let rows = TABLES.map(|[table, condition, ..]| {
            fragment!(
                "SELECT t.tenant_id FROM {table} t WHERE {condition} AND t.told = 0 AND t.expires_at <= {soon} \
                 UNION ALL SELECT t.tenant_id FROM {table} t WHERE {condition} AND t.told = 1 AND t.expires_at <= {now}\
                 {union}",
                table = table,
                condition = condition,
                soon = value(self.soon),
                now = value(self.now),
                union = (table == "tokens").then_some(" UNION ALL "),
            )
        });
        statement!(
            "SELECT DISTINCT tenant_id FROM ({rows}) LIMIT {TENANTS}",
            rows = rows,
            TENANTS = TENANTS,
        )
    }

    /// The events of those of a tenant, which is not about to end, nor is the client.
    pub fn event(&self, tenant: i64) -> Fragment<'_> {
        let rows = TABLES.map(|[table, condition, about, attributes]| {
            fragment!(
                "SELECT iif(t.expires_at <= {now}, 'credential.expired', 'credential.expiring') AS kind, \
                 t.{about} AS about, '{}' AS before, {attributes} AS after FROM {table} t \
                 WHERE t.tenant_id = {tenant} AND {is_due} \
                 AND EXISTS (SELECT 1 FROM tenants n WHERE n.id = {tenant} AND n.state <> 'deleted'){of_client}",
                now = value(self.now),
                about = about,
                attributes = attributes,
                table = table,
                tenant = value(tenant),
                is_due = self.is_due(condition),
                of_client = if table == "tokens" {
                    " UNION ALL "
                } else {
                    " AND EXISTS (SELECT 1 FROM clients c WHERE c.id = t.client_id AND c.revoked_at IS NULL)"
                },
            )
        });
        rows.into()
    }

    /// Notes that there were events of them.
    pub fn note(&self, tenant: i64) -> [Statement; 2] {
        TABLES.map(|[table, condition, ..]| {
            statement!(
                "UPDATE {table} AS t SET told = iif(t.expires_at <= {now}, 2, 1) \
                 WHERE t.tenant_id = {tenant} AND {is_due}",
                table = table,
                now = value(self.now),
                tenant = value(tenant),
                is_due = self.is_due(condition),
            )
        })
    }
}
