//! The OAuth clients of a tenant: made, listed, renamed, revoked, and their secrets. Several
//! secrets are good at once, so that a rotation has no gap.

use serde_json::Value;

use super::body::{expiry, only, required};
use super::refusal::Refusal;
use super::token::{LABEL, last4};
use super::{Admin, Body, Creation, PageRequest, SHARD, page, shape, with_member};
use crate::credential::{Credential, hash};
use crate::token::CLIENT;
use store::batch::{Batch, Handle};
use store::directory::clients::{self, Kind, NewSecret};
use store::{Database, Row};

/// Secrets of a client that are good at once.
const SECRETS: usize = 4;

impl<D: Database> Admin<'_, D> {
    /// Lists them.
    pub async fn clients(&self, part: &PageRequest) -> Result<String, Refusal> {
        let after = part.after.as_deref().unwrap_or_default();
        let list = clients::list(self.tenant()?.id, after, part.limit + 1);
        page(self.context.ask(list).await?, part.limit)
    }

    /// Makes one, with a secret, which is shown this once.
    pub async fn create_client(&self, body: &Body) -> Result<Creation, Refusal> {
        let tenant = self.tenant()?.id;
        only(body, &["label", "kind", "expires_at"])?;
        let label = required(body, "label", LABEL)?;
        if !matches!(body.get("kind"), None | Some(Value::Null)) && body["kind"] != "secret" {
            return Err(Refusal::invalid("invalid_value", "`kind` is secret."));
        }
        let expires_at = expiry(body, &self.now)?.flatten();
        let secret = self.secret(CLIENT)?;
        let id = self.id(&format!("cli_{SHARD}_"));
        let mut batch = Batch::default();
        batch.add(clients::create(
            tenant,
            &id,
            label,
            Kind::Secret,
            &self.now.text,
        ));
        self.add_secret(&mut batch, tenant, &id, &secret, expires_at.as_deref());
        let made = batch.add(clients::read(tenant, &id));
        let mut answers = self.context.send(batch).await?;
        let body = shape(answers.rows(made))?.ok_or_else(no_client)?;
        Ok(Creation {
            id,
            body: with_member(body, "secret", &secret),
        })
    }

    /// Reads one.
    pub async fn read_client(&self, id: &str) -> Result<String, Refusal> {
        let read = clients::read(self.tenant()?.id, id);
        shape(self.context.ask(read).await?)?.ok_or_else(no_client)
    }

    /// Changes its label.
    pub async fn change_client(&self, id: &str, body: &Body) -> Result<String, Refusal> {
        let tenant = self.tenant()?.id;
        only(body, &["label"])?;
        let label = match body.get("label") {
            None => None,
            Some(_) => Some(required(body, "label", LABEL)?),
        };
        let mut batch = Batch::default();
        batch.add(clients::change(tenant, id, label));
        let changed = batch.add(clients::read(tenant, id));
        let mut answers = self.context.send(batch).await?;
        shape(answers.rows(changed))?.ok_or_else(no_client)
    }

    /// Revokes it, and with it every token that it asked for: they are refused from the next
    /// request on.
    pub async fn revoke_client(&self, id: &str) -> Result<(), Refusal> {
        let mut batch = Batch::default();
        let [client, tokens] = clients::revoke(self.tenant()?.id, id, &self.now.text);
        let revoked = batch.add(client);
        batch.add(tokens);
        let mut answers = self.context.send(batch).await?;
        shape(answers.rows(revoked))?
            .map(|_| ())
            .ok_or_else(no_client)
    }

    /// Lists its secrets.
    pub async fn client_secrets(
        &self,
        client: &str,
        part: &PageRequest,
    ) -> Result<String, Refusal> {
        let tenant = self.tenant()?.id;
        let after = part.after.as_deref().map_or(0, number);
        let mut batch = Batch::default();
        let known = batch.add(clients::read(tenant, client));
        let list = batch.add(clients::list_secrets(tenant, client, after, part.limit + 1));
        let mut answers = self.context.send(batch).await?;
        answers.row(known).ok_or_else(no_client)?;
        page(answers.rows(list), part.limit)
    }

    /// Makes another secret, which is shown this once.
    pub async fn create_client_secret(
        &self,
        client: &str,
        body: &Body,
    ) -> Result<Creation, Refusal> {
        let tenant = self.tenant()?.id;
        only(body, &["expires_at"])?;
        let expires_at = expiry(body, &self.now)?.flatten();
        let secret = self.secret(CLIENT)?;
        let mut batch = Batch::default();
        let added = self.add_secret(&mut batch, tenant, client, &secret, expires_at.as_deref());
        let read = batch.add(clients::read(tenant, client));
        let mut answers = self.context.send(batch).await?;
        let client = answers.row(read).ok_or_else(no_client)?;
        let Some(added) = answers.row(added) else {
            return Err(no_room(client)?);
        };
        let n = added.integer(0)?.unwrap_or_default().to_string();
        let mut body = shape(vec![client])?.ok_or_else(no_client)?;
        body.pop();
        body.extend([",\"n\":", &n, "}"]);
        Ok(Creation {
            id: n,
            body: with_member(body, "secret", &secret),
        })
    }

    /// Reads one.
    pub async fn read_client_secret(&self, client: &str, n: &str) -> Result<String, Refusal> {
        let read = clients::read_secret(self.tenant()?.id, client, number(n));
        shape(self.context.ask(read).await?)?.ok_or_else(no_secret)
    }

    /// Ends one: no token is given for it from the next request on.
    pub async fn remove_client_secret(&self, client: &str, n: &str) -> Result<(), Refusal> {
        let remove = clients::remove_secret(self.tenant()?.id, client, number(n));
        shape(self.context.ask(remove).await?)?
            .map(|_| ())
            .ok_or_else(no_secret)
    }

    /// Adds the statements that store a secret, and gives that which tells its number.
    fn add_secret(
        &self,
        batch: &mut Batch,
        tenant: i64,
        client: &str,
        secret: &str,
        expires_at: Option<&str>,
    ) -> Handle {
        let hash = hash(Credential(secret));
        let secret = NewSecret {
            hash: &hash,
            last4: last4(secret),
            expires_at,
        };
        let [make_room, count, add] =
            clients::add_secret(tenant, client, &secret, SECRETS, &self.now.text);
        batch.add(make_room);
        batch.add(count);
        batch.add(add)
    }
}

/// The number of a secret; 0, which none has, where it is no number.
fn number(text: &str) -> i64 {
    let is_number = text.len() < 16 && text.bytes().all(|digit| digit.is_ascii_digit());
    text.parse().ok().filter(|_| is_number).unwrap_or_default()
}

/// Why a client that there is got no secret.
fn no_room(mut client: Row) -> Result<Refusal, Refusal> {
    if client.text(2)?.is_some() {
        return Ok(Refusal::conflict(
            "client_revoked",
            "The client was revoked, for good. Make a new one.",
        ));
    }
    Ok(Refusal::conflict(
        "too_many_secrets",
        format!(
            "The client has {SECRETS} secrets that are good, and that is as many as it may have. DELETE one that is not in \
             use any more."
        ),
    ))
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
