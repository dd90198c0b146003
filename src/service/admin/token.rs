//! The tokens of a tenant: made, listed, renamed, revoked. Several are good at once, so that a
//! rotation has no gap.

use super::body::{expiry, only, required, scopes, text};
use super::refusal::Refusal;
use super::{Admin, Body, Creation, PageRequest, page, shape, with_member};
use crate::credential::{Credential, hash};
use crate::token::{SCIM, make_as};
use store::batch::Batch;
use store::directory::tokens::{self, NewToken};
use store::{Database, read};

/// Characters of the longest label.
pub(super) const LABEL: usize = 200;
/// Characters of the longest id of a user.
const SUBJECT: usize = 100;

/// What a token of a tenant may be for.
fn is_scope(name: &str) -> bool {
    matches!(name, "read" | "write")
}

impl<D: Database> Admin<'_, D> {
    /// Lists them.
    pub async fn tokens(&self, part: &PageRequest) -> Result<String, Refusal> {
        let after = part.after.as_deref().unwrap_or_default();
        let list = tokens::list(self.tenant()?.id, after, part.limit + 1);
        page(self.context.ask(list).await?, part.limit)
    }

    /// Makes one, which is shown this once.
    pub async fn create_token(&self, body: &Body) -> Result<Creation, Refusal> {
        let tenant = self.tenant()?.id;
        only(body, &["label", "scopes", "expires_at", "subject"])?;
        let label = required(body, "label", LABEL)?;
        let scopes = scopes(body, is_scope, "read, write")?;
        let subject = text(body, "subject", SUBJECT)?;
        let expires_at = expiry(body, &self.now)?.flatten();
        let secret = self.secret(SCIM)?;
        let id = self.id("tok_");
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
        batch.add(tokens::create(tenant, &token, &self.now.text));
        let made = batch.add(tokens::read(tenant, &id));
        let mut answers = match self.context.send(batch).await {
            Err(store::Error::Guard) => {
                return Err(Refusal::invalid(
                    "unknown_user",
                    "The tenant has no user with the id in `subject`. Send the id of the user whom /Me shall mean, or \
                     leave `subject` out.",
                ));
            }
            sent => sent?,
        };
        let body = shape(answers.rows(made))?.ok_or_else(no_token)?;
        Ok(Creation {
            id,
            body: with_member(body, "token", &secret),
        })
    }

    /// Reads one.
    pub async fn read_token(&self, id: &str) -> Result<String, Refusal> {
        let rows = self
            .context
            .ask(tokens::read(self.tenant()?.id, id))
            .await?;
        shape(rows)?.ok_or_else(no_token)
    }

    /// Changes its label and its end.
    pub async fn change_token(&self, id: &str, body: &Body) -> Result<String, Refusal> {
        let tenant = self.tenant()?.id;
        only(body, &["label", "expires_at"])?;
        let label = match body.get("label") {
            None => None,
            Some(_) => Some(required(body, "label", LABEL)?),
        };
        let expires_at = expiry(body, &self.now)?;
        let mut batch = Batch::default();
        batch.add(tokens::change(
            tenant,
            id,
            label,
            expires_at.as_ref().map(Option::as_deref),
        ));
        let changed = batch.add(tokens::read(tenant, id));
        let mut answers = self.context.send(batch).await?;
        shape(answers.rows(changed))?.ok_or_else(no_token)
    }

    /// Revokes it: it is refused from the next request on.
    pub async fn revoke_token(&self, id: &str) -> Result<(), Refusal> {
        let revoke = tokens::revoke(self.tenant()?.id, id, &self.now.text);
        shape(self.context.ask(revoke).await?)?
            .map(|_| ())
            .ok_or_else(no_token)
    }

    /// A new secret.
    pub(super) fn secret(&self, prefix: &str) -> Result<String, Refusal> {
        let random = self.context.mint.secret();
        let random = random.ok_or_else(|| Refusal::broken("there is no randomness"))?;
        Ok(make_as(prefix, self.shard(), random))
    }
}

/// The last four characters, to tell one by.
pub(crate) fn last4(secret: &str) -> &str {
    secret
        .get(secret.len().saturating_sub(4)..)
        .unwrap_or_default()
}

fn no_token() -> Refusal {
    Refusal::missing(
        "token_not_found",
        "The tenant has no such token. GET /admin/v1/tenants/{id}/tokens lists all of them.",
    )
}
