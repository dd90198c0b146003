//! What a request is answered with, beside what it says itself.

use super::instance::Instance;
use super::reply::Reply;
use service::Context;
use service::credential::Secret;
use service::rate::Rate;

/// What the Worker gives to every request.
pub struct Environment<'a, D> {
    /// What the use cases work with.
    pub context: Context<'a, D>,
    /// The `SCIM_TOKEN` secret, if there is one.
    pub secret: Option<&'a Secret>,
    /// The `ADMIN_TOKEN` secret, if there is one.
    pub admin: Option<&'a Secret>,
    /// What this instance remembers.
    pub instance: &'a Instance,
    /// `ALLOW_HTTP`: whether requests are answered that come unencrypted from another machine.
    pub allow_http: bool,
    /// The id of the request.
    pub request_id: String,
}

/// Whether a reply is one 401 too many to the address it goes to: only who shows no good credential
/// is counted, so that the others pay nothing for it.
pub(super) async fn is_guessing<D>(environment: &Environment<'_, D>, reply: &Reply) -> bool {
    reply.status == 401 && !environment.context.rates.take(Rate::Refused, 1).await
}
