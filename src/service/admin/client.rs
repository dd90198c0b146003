//! The OAuth clients of a tenant: made, listed, renamed, revoked, and their secrets. Several
//! secrets are good at once, so that a rotation has no gap.
//!
//! Whatever is done is one batch: it is composed, sent and read in one place each, so that the
//! Worker has one state machine for all of it.

use serde_json::Value;

use super::body::{expiry, only, required};
use super::refusal::Refusal;
use super::token::{LABEL, last4};
use super::{Admin, Body, Creation, PageRequest, page, shape, with_member};
use crate::address;
use crate::credential::{Credential, hash};
use crate::oauth::key_set::check_address;
use crate::token::CLIENT;
use store::batch::{Answers, Batch, Handle};
use store::directory::clients::{self, Federation, Kind, NewSecret};
use store::{Database, Row};

/// Secrets of a client that are good at once.
const SECRETS: usize = 4;
/// Characters of the longest claim that is compared.
const CLAIM: usize = 500;

/// What there is to do with clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientVerb {
    /// Lists them.
    List,
    /// Makes one: with a secret, which is shown this once, or one that shows assertions.
    Create,
    /// Reads one.
    Read,
    /// Changes its label.
    Change,
    /// Revokes it, and with it every token that it asked for: they are refused from the next
    /// request on.
    Revoke,
    /// Lists its secrets.
    ListSecrets,
    /// Makes another secret, which is shown this once.
    CreateSecret,
    /// Reads one, which does not show it.
    ReadSecret,
    /// Ends one: no token is given for it from the next request on.
    RemoveSecret,
}

/// What an operator does with clients.
#[derive(Debug)]
pub struct ClientCall<'c> {
    /// What is done.
    pub verb: ClientVerb,
    /// The id of the client, where one is named.
    pub client: &'c str,
    /// The number of the secret, where one is named.
    pub secret: &'c str,
    /// Which part of a list.
    pub page: PageRequest,
    /// What is sent with it.
    pub body: Body,
    /// The address of this server.
    pub origin: &'c str,
}

/// What came of it.
#[derive(Debug)]
pub enum ClientAnswer {
    /// JSON text.
    Shown(String),
    /// What was made.
    Made(Creation),
    /// It is gone.
    Gone,
}

/// A batch of which it is known how it is read.
struct Plan {
    batch: Batch,
    /// What is shown.
    shown: Handle,
    /// What must have a row, or else there is no such client.
    client: Option<Handle>,
    /// The id of what is made, and its secret.
    made: Option<(String, Option<String>)>,
    /// What tells the number of a new secret.
    number: Option<Handle>,
}

impl<D: Database> Admin<'_, D> {
    /// Does it.
    pub async fn client(&self, call: &ClientCall<'_>) -> Result<ClientAnswer, Refusal> {
        let mut plan = self.plan(call)?;
        let batch = std::mem::take(&mut plan.batch);
        let answers = self.context.send(batch).await?;
        plan.read(call, answers)
    }

    fn plan(&self, call: &ClientCall<'_>) -> Result<Plan, Refusal> {
        let (tenant, now) = (self.tenant()?.id, &self.now.text);
        let (client, n, body) = (call.client, number(call.secret), &call.body);
        let most = call.page.limit + 1;
        let after = call.page.after.as_deref().unwrap_or_default();
        let mut batch = Batch::default();
        let (mut known, mut made, mut added) = (None, None, None);
        let shown = match call.verb {
            ClientVerb::List => batch.add(clients::list(tenant, after, most)),
            ClientVerb::Create => {
                let id = self.id(&format!("cli_{}_", self.shard()));
                let secret = self.create(&mut batch, tenant, &id, call)?;
                let shown = batch.add(clients::read(tenant, &id));
                made = Some((id, secret));
                shown
            }
            ClientVerb::Read => batch.add(clients::read(tenant, client)),
            ClientVerb::Change => {
                only(body, &["label"])?;
                if body.contains_key("label") {
                    let label = required(body, "label", LABEL)?;
                    batch.add(clients::change(tenant, client, label));
                }
                batch.add(clients::read(tenant, client))
            }
            ClientVerb::Revoke => {
                let [revoke, end_tokens] = clients::revoke(tenant, client, now);
                let revoked = batch.add(revoke);
                batch.add(end_tokens);
                revoked
            }
            ClientVerb::ListSecrets => {
                known = Some(batch.add(clients::read(tenant, client)));
                batch.add(clients::list_secrets(tenant, client, number(after), most))
            }
            ClientVerb::CreateSecret => {
                only(body, &["expires_at"])?;
                let (secret, handle) = self.add_secret(&mut batch, tenant, client, body)?;
                made = Some((String::new(), Some(secret)));
                added = Some(handle);
                batch.add(clients::read(tenant, client))
            }
            ClientVerb::ReadSecret => batch.add(clients::read_secret(tenant, client, n)),
            ClientVerb::RemoveSecret => batch.add(clients::remove_secret(tenant, client, n)),
        };
        Ok(Plan {
            batch,
            shown,
            client: known,
            made,
            number: added,
        })
    }

    /// Adds the statements that make a client; gives its secret, if it has one.
    fn create(
        &self,
        batch: &mut Batch,
        tenant: i64,
        id: &str,
        call: &ClientCall<'_>,
    ) -> Result<Option<String>, Refusal> {
        let (body, now) = (&call.body, &self.now.text);
        let kind = body.get("kind").unwrap_or(&Value::Null);
        if kind == "federated" {
            let known = ["label", "kind", "issuer", "subject", "audience", "jwks_uri"];
            only(body, &known)?;
            let label = required(body, "label", LABEL)?;
            let federation = Federation {
                issuer: required(body, "issuer", CLAIM)?,
                subject: required(body, "subject", CLAIM)?,
                audience: required(body, "audience", CLAIM)?,
            };
            let jwks_uri = required(body, "jwks_uri", address::LONGEST)?;
            check_address(&self.context, jwks_uri, call.origin).map_err(|wanted| {
                Refusal::invalid("invalid_value", format!("`jwks_uri` must be {wanted}."))
            })?;
            let kind = Kind::Federated {
                federation,
                jwks_uri,
            };
            batch.add(clients::create(tenant, id, label, kind, now));
            return Ok(None);
        }
        if !kind.is_null() && kind != "secret" {
            let detail = "`kind` must be secret or federated.";
            return Err(Refusal::invalid("invalid_value", detail));
        }
        only(body, &["label", "kind", "expires_at"])?;
        let label = required(body, "label", LABEL)?;
        batch.add(clients::create(tenant, id, label, Kind::Secret, now));
        let (secret, _) = self.add_secret(batch, tenant, id, body)?;
        Ok(Some(secret))
    }

    /// Adds the statements that make a secret; gives it, and that which tells its number.
    fn add_secret(
        &self,
        batch: &mut Batch,
        tenant: i64,
        client: &str,
        body: &Body,
    ) -> Result<(String, Handle), Refusal> {
        let expires_at = expiry(body, &self.now)?.flatten();
        let secret = self.secret(CLIENT)?;
        let new = NewSecret {
            hash: &hash(Credential(&secret)),
            last4: last4(&secret),
            expires_at: expires_at.as_deref(),
        };
        let now = &self.now.text;
        let [make_room, count, add] = clients::add_secret(tenant, client, &new, SECRETS, now);
        batch.add(make_room);
        batch.add(count);
        let added = batch.add(add);
        Ok((secret, added))
    }
}

impl Plan {
    fn read(self, call: &ClientCall<'_>, mut answers: Answers) -> Result<ClientAnswer, Refusal> {
        if let Some(client) = self.client {
            answers.row(client).ok_or_else(no_client)?;
        }
        let mut rows = answers.rows(self.shown);
        let missing = match call.verb {
            ClientVerb::List | ClientVerb::ListSecrets => {
                return Ok(ClientAnswer::Shown(page(rows, call.page.limit)?));
            }
            ClientVerb::ReadSecret | ClientVerb::RemoveSecret => no_secret,
            ClientVerb::Create
            | ClientVerb::Read
            | ClientVerb::Change
            | ClientVerb::Revoke
            | ClientVerb::CreateSecret => no_client,
        };
        let mut number = None;
        if let Some(added) = self.number {
            let client = rows.first_mut().ok_or_else(no_client)?;
            let Some(row) = answers.row(added) else {
                return Err(no_room(client)?);
            };
            number = row.integer(0)?.map(|number| number.to_string());
        }
        let mut body = shape(rows)?.ok_or_else(missing)?;
        if matches!(call.verb, ClientVerb::Revoke | ClientVerb::RemoveSecret) {
            return Ok(ClientAnswer::Gone);
        }
        let Some((id, secret)) = self.made else {
            return Ok(ClientAnswer::Shown(body));
        };
        if let Some(number) = &number {
            body.pop();
            body.extend([",\"n\":", number, "}"]);
        }
        if let Some(secret) = secret {
            body = with_member(body, "secret", &secret);
        }
        let id = number.unwrap_or(id);
        Ok(ClientAnswer::Made(Creation { id, body }))
    }
}

/// The number of a secret; 0, which none has, where it is no number.
fn number(text: &str) -> i64 {
    let is_number = text.len() < 16 && text.bytes().all(|digit| digit.is_ascii_digit());
    text.parse().ok().filter(|_| is_number).unwrap_or_default()
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
        (
            "too_many_secrets",
            "The client has four secrets that are good, as many as it may have. DELETE one that is not in use any more.",
        )
    };
    Ok(Refusal::conflict(code, detail))
}

fn no_client() -> Refusal {
    Refusal::missing(
        "client_not_found",
        "The tenant has no such client; GET /admin/v1/tenants/{id}/clients lists those that it has.",
    )
}

fn no_secret() -> Refusal {
    Refusal::missing(
        "secret_not_found",
        "The client has no such secret; GET /admin/v1/tenants/{id}/clients/{client}/secrets lists those that it has.",
    )
}
