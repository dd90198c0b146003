//! Operators' own tokens. Whoever may make one may do anything, so they are closed to all who may
//! not.

use crate::failure::no_such;
use serde_json::Value;

use super::body::{expiry, only, required, scopes};
use super::refusal::Refusal;
use super::scope::names;
use super::step::{Call, End, Missing, Outcome, Step};
use super::token::LABEL;
use crate::credential::{Credential, hash};
use crate::token::{OPERATOR, last4};
use store::batch::Batch;
use store::directory::house_events::{self, Thing};
use store::directory::operators;
use store::directory::tenants::{self, TenantSelector};
use store::directory::tokens::NewToken;

const NO_TOKEN: Missing = (
    "operator_token_not_found",
    no_such!("operator token", "/admin/v1/operator-tokens"),
);

/// Lists them.
pub fn list<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    call.list(operators::list(call.after_id("tok_")?, call.most()))
}

/// Makes one, which is shown this once.
pub fn create<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let (admin, body) = (call.admin, &call.body);
    only(body, &["label", "scopes", "expires_at", "tenant"])?;
    let label = required(body, "label", LABEL)?;
    let Some(scopes) = scopes(body, &names())? else {
        return Err(Refusal::invalid(
            "missing_member",
            format!(
                "`scopes` is missing. Send a list of at least one of {}.",
                names().join(", ")
            ),
        ));
    };
    let expires_at = expiry(body, &admin.now)?.flatten();
    let tenant = match body.get("tenant") {
        None | Some(Value::Null) => None,
        Some(tenant) => Some(tenant.as_i64().unwrap_or_default()),
    };
    let secret = admin.secret(OPERATOR)?;
    let id = admin.id("tok_");
    let token = NewToken {
        id: &id,
        hash: &hash(Credential(&secret)),
        label,
        scopes: &scopes,
        subject: None,
        expires_at: expires_at.as_deref(),
        last4: last4(&secret),
    };
    let mut batch = Batch::default();
    batch.add(operators::create(tenant, &token, &admin.now.text));
    batch.add(admin.tell(house_events::created(Thing::Operator(&id))));
    let row = batch.add(operators::read(&id));
    let create = move || call.send(batch, row, NO_TOKEN, End::Secret(id, "token", secret));
    let Some(tenant) = tenant else {
        return create();
    };
    let (batch, row) = Batch::of(tenants::find(&TenantSelector::Number(tenant)));
    Step::send(1, batch, move |answers| {
        if !answers.has_row(row) {
            return Err(Refusal::invalid(
                "unknown_tenant",
                "There is no tenant with the number in `tenant`. Send the number of the only tenant that the token \
                 shall reach, or leave `tenant` out.",
            ));
        }
        create()
    })
}

/// Reads one.
pub fn read<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let statement = operators::read(call.argument("token"));
    call.ask(statement, NO_TOKEN, End::Body)
}

/// Revokes it: it is refused from the next request on.
pub fn revoke<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let token = call.argument("token");
    let mut batch = Batch::default();
    batch.add(
        call.admin
            .tell(house_events::revoked(Thing::Operator(token))),
    );
    let revoked = batch.add(operators::revoke(token, &call.admin.now.text));
    call.send(batch, revoked, NO_TOKEN, End::Empty)
}
