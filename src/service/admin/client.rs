//! The OAuth clients of a tenant: made, listed, renamed, revoked, and their secrets. Several
//! secrets are good at once, so that a rotation has no gap.

use crate::failure::no_such;
use serde_json::Value;

use super::body::{expiry, only, required};
use super::query::number;
use super::refusal::Refusal;
use super::step::{Call, End, Missing, Outcome, Step};
use super::token::LABEL;
use super::with_member;
use crate::address;
use crate::credential::{Credential, hash};
use crate::oauth::key_set::check_address;
use crate::token::{CLIENT, last4};
use store::Row;
use store::batch::{Batch, Handle};
use store::directory::clients::{self, ClientKind, Federation, NewSecret};
use store::directory::house_events::{self, Thing};

/// Secrets of a client that are good at once.
const SECRETS: usize = 4;
/// Characters of the longest claim that is compared.
const CLAIM: usize = 500;

const NO_CLIENT: Missing = (
    "client_not_found",
    no_such!("client", "/admin/v1/tenants/{id}/clients"),
);
const NO_SECRET: Missing = (
    "secret_not_found",
    no_such!("secret", "/admin/v1/tenants/{id}/clients/{client}/secrets"),
);

/// Lists them.
pub fn list<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let tenant = call.admin.tenant()?.id;
    call.list(clients::list(tenant, call.after_id("cli_")?, call.most()))
}

/// Makes one: with a secret, which is shown this once, or one that shows assertions.
pub fn create<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let (admin, body) = (call.admin, &call.body);
    let (tenant, now) = (admin.tenant()?.id, &admin.now.text);
    let id = admin.id(&format!("cli_{}_", admin.shard));
    let mut batch = Batch::default();
    let kind = body.get("kind").unwrap_or(&Value::Null);
    let end = if kind == "federated" {
        let members = ["label", "kind", "issuer", "subject", "audience", "jwks_uri"];
        only(body, &members)?;
        let label = required(body, "label", LABEL)?;
        let federation = Federation {
            issuer: required(body, "issuer", CLAIM)?,
            subject: required(body, "subject", CLAIM)?,
            audience: required(body, "audience", CLAIM)?,
        };
        let jwks_uri = required(body, "jwks_uri", address::LONGEST)?;
        check_address(admin.settings, jwks_uri, call.origin).map_err(|words| {
            Refusal::invalid("invalid_value", format!("`jwks_uri` must be {words}."))
        })?;
        let kind = ClientKind::Federated {
            federation,
            jwks_uri,
        };
        batch.add(clients::create(tenant, &id, label, kind, now));
        batch.add(admin.tell_tenant(tenant, house_events::created(Thing::Client(tenant, &id))));
        End::Creation(id.clone())
    } else if kind.is_null() || kind == "secret" {
        only(body, &["label", "kind", "expires_at"])?;
        let label = required(body, "label", LABEL)?;
        batch.add(clients::create(tenant, &id, label, ClientKind::Secret, now));
        batch.add(admin.tell_tenant(tenant, house_events::created(Thing::Client(tenant, &id))));
        let (secret, _) = add_secret(call, &mut batch, tenant, &id)?;
        End::Secret(id.clone(), "secret", secret)
    } else {
        let detail = "`kind` must be secret or federated.";
        return Err(Refusal::invalid("invalid_value", detail));
    };
    let row = batch.add(clients::read(tenant, &id));
    call.send(batch, row, NO_CLIENT, end)
}

/// Reads one.
pub fn read<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let statement = clients::read(call.admin.tenant()?.id, call.argument("client"));
    call.ask(statement, NO_CLIENT, End::Body)
}

/// Changes its label.
pub fn change<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let (tenant, client) = (call.admin.tenant()?.id, call.argument("client"));
    let mut batch = Batch::default();
    only(&call.body, &["label"])?;
    if call.body.contains_key("label") {
        let label = required(&call.body, "label", LABEL)?;
        let event = house_events::updated(Thing::Client(tenant, client), Some(label), None);
        batch.add(call.admin.tell_tenant(tenant, event));
        batch.add(clients::change(tenant, client, label));
    }
    let row = batch.add(clients::read(tenant, client));
    call.send(batch, row, NO_CLIENT, End::Body)
}

/// Revokes it, and with it every token that it asked for: they are refused from the next request
/// on.
pub fn revoke<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let (tenant, now) = (call.admin.tenant()?.id, &call.admin.now.text);
    let client = call.argument("client");
    let [revoke, end_tokens] = clients::revoke(tenant, client, now);
    let mut batch = Batch::default();
    let event = house_events::revoked(Thing::Client(tenant, client));
    batch.add(call.admin.tell_tenant(tenant, event));
    let revoked = batch.add(revoke);
    batch.add(end_tokens);
    call.send(batch, revoked, NO_CLIENT, End::Empty)
}

/// Lists the secrets of one.
pub fn list_secrets<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let (tenant, client) = (call.admin.tenant()?.id, call.argument("client"));
    let mut batch = Batch::default();
    let row = batch.add(clients::read(tenant, client));
    let after = call.after_number()?.unwrap_or_default();
    let rows = batch.add(clients::list_secrets(tenant, client, after, call.most()));
    Step::send(call.admin.shard, batch, move |mut answers| {
        answers.row(row).ok_or_else(no_client)?;
        call.show_page(answers.rows(rows))
    })
}

/// Makes another secret, which is shown this once.
pub fn create_secret<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let (tenant, client) = (call.admin.tenant()?.id, call.argument("client"));
    only(&call.body, &["expires_at"])?;
    let mut batch = Batch::default();
    let (secret, row) = add_secret(call, &mut batch, tenant, client)?;
    let of_client = batch.add(clients::read(tenant, client));
    Step::send(call.admin.shard, batch, move |mut answers| {
        let mut client = answers.row(of_client).ok_or_else(no_client)?;
        let Some(row) = answers.row(row) else {
            return Err(no_room(&mut client)?);
        };
        let n = row.count(0)?;
        let body = with_member(client.required_text(0)?, "n", &n.into());
        let body = with_member(body, "secret", &secret.into());
        Step::show_new(n.to_string(), body)
    })
}

/// Reads a secret, which does not show it.
pub fn read_secret<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let (tenant, client) = (call.admin.tenant()?.id, call.argument("client"));
    let statement = clients::read_secret(tenant, client, number(call.argument("secret")));
    call.ask(statement, NO_SECRET, End::Body)
}

/// Ends a secret: no token is given for it from the next request on.
pub fn remove_secret<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let (tenant, client) = (call.admin.tenant()?.id, call.argument("client"));
    let n = number(call.argument("secret"));
    let mut batch = Batch::default();
    let event = house_events::removed(Thing::Secret(tenant, client, n));
    batch.add(call.admin.tell_tenant(tenant, event));
    let row = batch.add(clients::remove_secret(tenant, client, n));
    call.send(batch, row, NO_SECRET, End::Empty)
}

/// Adds the statements that make a secret; gives it, and that which tells its number.
fn add_secret(
    call: &Call<'_>,
    batch: &mut Batch,
    tenant: i64,
    client: &str,
) -> Result<(String, Handle), Refusal> {
    let (admin, now) = (call.admin, &call.admin.now);
    let expires_at = expiry(&call.body, now)?.flatten();
    let secret = admin.secret(CLIENT)?;
    let hash = hash(Credential(&secret));
    let new = NewSecret {
        hash: &hash,
        last4: last4(&secret),
        expires_at: expires_at.as_deref(),
    };
    let [make_room, count, add] = clients::add_secret(tenant, client, &new, SECRETS, &now.text);
    let expired = Thing::ExpiredSecrets(tenant, client, &now.text);
    batch.add(admin.tell_tenant(tenant, house_events::removed(expired)));
    batch.add(make_room);
    batch.add(count);
    let row = batch.add(add);
    let event = house_events::created(Thing::NewSecret(tenant, client, &hash));
    batch.add(admin.tell_tenant(tenant, event));
    Ok((secret, row))
}

/// Why a client that there is got no secret.
fn no_room(client: &mut Row) -> Result<Refusal, Refusal> {
    let (code, detail) = if client.required_text(1)? == "federated" {
        (
            "client_is_federated",
            "This client shows assertions and has no secrets. Make a client of the kind secret.",
        )
    } else if client.text(2)?.is_some() {
        (
            "client_revoked",
            "The client was revoked, for good. Make a new one.",
        )
    } else {
        return Ok(Refusal::conflict(
            "too_many_secrets",
            format!(
                "The client has {SECRETS} secrets that are good, as many as it may have. DELETE one that is not in use any \
                 more."
            ),
        ));
    };
    Ok(Refusal::conflict(code, detail))
}

fn no_client() -> Refusal {
    Refusal::missing(NO_CLIENT.0, NO_CLIENT.1)
}
