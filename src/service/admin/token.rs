//! The tokens of a tenant: made, listed, renamed, revoked. Several are good at once, so that a
//! rotation has no gap.

use super::body::{expiry, only, required, scopes, text};
use super::refusal::Refusal;
use super::step::{Call, End, Missing, Outcome, Step};
use crate::credential::{Credential, hash};
use crate::failure::no_such;
use crate::token::{SCIM, last4};
use store::batch::Batch;
use store::directory::house_events::{self, Thing};
use store::directory::tokens::{self, NewToken};
use store::read;

/// Characters of the longest label.
pub(super) const LABEL: usize = 200;
/// Characters of the longest id of a user.
const SUBJECT: usize = 100;

const NO_TOKEN: Missing = (
    "token_not_found",
    no_such!("token", "/admin/v1/tenants/{id}/tokens"),
);

/// Lists them.
pub fn list<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let tenant = call.admin.tenant()?.id;
    call.list(tokens::list(tenant, call.after_id("tok_")?, call.most()))
}

/// Makes one, which is shown this once.
pub fn create<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let (admin, body) = (call.admin, &call.body);
    let tenant = admin.tenant()?.id;
    only(body, &["label", "scopes", "expires_at", "subject"])?;
    let label = required(body, "label", LABEL)?;
    let scopes = scopes(body, &["read", "write"])?;
    let subject = text(body, "subject", SUBJECT)?;
    let expires_at = expiry(body, &admin.now)?.flatten();
    let secret = admin.secret(SCIM)?;
    let id = admin.id("tok_");
    let token = NewToken {
        id: &id,
        hash: &hash(Credential(&secret)),
        label,
        scopes: scopes.as_deref().unwrap_or("[\"write\"]"),
        subject,
        expires_at: expires_at.as_deref(),
        last4: last4(&secret),
    };
    let mut batch = Batch::default();
    if let Some(subject) = subject {
        batch.add(read::guard(tokens::has_user(tenant, subject)));
    }
    batch.add(tokens::create(tenant, &token, &admin.now.text));
    batch.add(admin.tell_tenant(tenant, house_events::created(Thing::Token(tenant, &id))));
    let row = batch.add(tokens::read(tenant, &id));
    Step::attempt(admin.shard, batch, move |back| match back {
        Err(store::Error::Guard) => Err(Refusal::invalid(
            "unknown_user",
            "The tenant has no user with the id in `subject`. Send the id of the user whom /Me shall mean, or leave \
             `subject` out.",
        )),
        back => Step::end(back?.rows(row), NO_TOKEN, End::Secret(id, "token", secret)),
    })
}

/// Reads one.
pub fn read<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let statement = tokens::read(call.admin.tenant()?.id, call.argument("token"));
    call.ask(statement, NO_TOKEN, End::Body)
}

/// Changes its label and its end.
pub fn change<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let (tenant, id, body) = (call.admin.tenant()?.id, call.argument("token"), &call.body);
    only(body, &["label", "expires_at"])?;
    let label = match body.get("label") {
        None => None,
        Some(_) => Some(required(body, "label", LABEL)?),
    };
    let expires_at = expiry(body, &call.admin.now)?;
    let expires_at = expires_at.as_ref().map(Option::as_deref);
    let mut batch = Batch::default();
    let event = house_events::updated(Thing::Token(tenant, id), label, expires_at);
    batch.add(call.admin.tell_tenant(tenant, event));
    batch.add(tokens::change(tenant, id, label, expires_at));
    let row = batch.add(tokens::read(tenant, id));
    call.send(batch, row, NO_TOKEN, End::Body)
}

/// Revokes it: it is refused from the next request on.
pub fn revoke<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let (tenant, now) = (call.admin.tenant()?.id, &call.admin.now.text);
    let token = call.argument("token");
    let mut batch = Batch::default();
    let event = house_events::revoked(Thing::Token(tenant, token));
    batch.add(call.admin.tell_tenant(tenant, event));
    let revoked = batch.add(tokens::revoke(tenant, token, now));
    call.send(batch, revoked, NO_TOKEN, End::Empty)
}
