//! How often: whoever sends too much in a short time is told to come later.
//!
//! The platform counts, where it is bound to: roughly, and at each of its places for itself. A
//! tenant's requests are counted by its number, which is known before a request is done where the
//! instance remembers whose the credential is. The first request of a credential is not counted.

use super::outside::LocalBoxFuture;

/// Seconds after which who was refused may come again; the counters begin anew as often.
pub const RETRY_AFTER: &str = "10";

/// What is counted, each with a limit of its own, which stands in wrangler.toml.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rate<'a> {
    /// Requests of a tenant, a Bulk as one.
    Tenant(i64),
    /// Operations of the Bulks of a tenant. As many as a limit has may come in one request, so they
    /// are not among the requests: one Bulk more would refuse all that the tenant's others send.
    Operations(i64),
    /// Credentials that are not good, by the address that the request comes from.
    Refused,
    /// Exchanges of an OAuth client, and of which of its secrets.
    Client(&'a str),
}

/// Counts.
pub trait Rates {
    /// Counts so many more; whether they are within the limit. Where nothing counts, all are.
    fn take<'a>(&'a self, rate: Rate<'a>, count: usize) -> LocalBoxFuture<'a, bool>;
}

/// Nothing counts.
#[derive(Clone, Copy, Debug)]
pub struct Unlimited;

impl Rates for Unlimited {
    fn take<'a>(&'a self, _: Rate<'a>, _: usize) -> LocalBoxFuture<'a, bool> {
        Box::pin(std::future::ready(true))
    }
}
