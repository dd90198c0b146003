//! Operators' own tokens. Whoever may make one may do anything, so they are closed to all who may
//! not.

use serde_json::Value;

use super::body::{expiry, only, required, scopes};
use super::refusal::Refusal;
use super::scope::{Scopes, names};
use super::token::{LABEL, last4};
use super::{Admin, Body, Creation, PageRequest, page, shape, with_member};
use crate::credential::{Credential, hash};
use crate::token::OPERATOR;
use store::Database;
use store::batch::Batch;
use store::directory::operators;
use store::directory::tenants::{self, Which};
use store::directory::tokens::NewToken;

impl<D: Database> Admin<'_, D> {
    /// Lists them.
    pub async fn operator_tokens(&self, part: &PageRequest) -> Result<String, Refusal> {
        self.unbound()?;
        let after = part.after.as_deref().unwrap_or_default();
        let list = operators::list(after, part.limit + 1);
        page(self.context.ask(list).await?, part.limit)
    }

    /// Makes one, which is shown this once.
    pub async fn create_operator_token(&self, body: &Body) -> Result<Creation, Refusal> {
        self.unbound()?;
        only(body, &["label", "scopes", "expires_at", "tenant"])?;
        let label = required(body, "label", LABEL)?;
        let Some(scopes) = scopes(body, |name| Scopes::named(name).is_some(), &names())? else {
            return Err(Refusal::invalid(
                "missing_member",
                format!(
                    "`scopes` is missing. Send a list of at least one of {}.",
                    names()
                ),
            ));
        };
        let expires_at = expiry(body, &self.now)?.flatten();
        let tenant = match body.get("tenant") {
            None | Some(Value::Null) => None,
            Some(tenant) => Some(tenant.as_i64().unwrap_or_default()),
        };
        if let Some(tenant) = tenant {
            let found = self
                .context
                .ask(tenants::find(&Which::Number(tenant)))
                .await?;
            if found.is_empty() {
                return Err(Refusal::invalid(
                    "unknown_tenant",
                    "There is no tenant with the number in `tenant`. Send the number of the only tenant that the token \
                     shall reach, or leave `tenant` out.",
                ));
            }
        }
        let secret = self.secret(OPERATOR)?;
        let id = self.id("tok_");
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
        batch.add(operators::create(tenant, &token, &self.now.text));
        let made = batch.add(operators::read(&id));
        let mut answers = self.context.send(batch).await?;
        let body = shape(answers.rows(made))?.ok_or_else(no_token)?;
        Ok(Creation {
            id,
            body: with_member(body, "token", &secret),
        })
    }

    /// Reads one.
    pub async fn read_operator_token(&self, id: &str) -> Result<String, Refusal> {
        self.unbound()?;
        shape(self.context.ask(operators::read(id)).await?)?.ok_or_else(no_token)
    }

    /// Revokes it: it is refused from the next request on.
    pub async fn revoke_operator_token(&self, id: &str) -> Result<(), Refusal> {
        self.unbound()?;
        let revoke = operators::revoke(id, &self.now.text);
        shape(self.context.ask(revoke).await?)?
            .map(|_| ())
            .ok_or_else(no_token)
    }
}

fn no_token() -> Refusal {
    Refusal::missing(
        "operator_token_not_found",
        "There is no such operator token. GET /admin/v1/operator-tokens lists all of them.",
    )
}
