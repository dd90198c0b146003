//! The operator's use cases: tenants, their settings and credentials, jobs.
//!
//! An [`Admin`] is one operator's request. What an operator may do is the [`Scopes`] of the token;
//! the face asks for the scope of the endpoint before it comes here, and what depends on the body
//! is asked for here.

use std::vec::IntoIter;

use scim::json::{self, ObjectText, list_text};
use serde_json::Value;

use super::context::Context;
use super::credential::{self, Credential, MIN_SECRET, Secret};
use super::outside::{Mint, Moment};
use super::settings::Settings;
use super::shards::unlist;
use super::token::{Form, OPERATOR, make_as};
use store::batch::Batch;
use store::directory::tenants::TenantSelector;
use store::directory::{operators, tenants};
use store::fragment::Fragment;
use store::ledger::events::{Origin, house};
use store::ledger::requests::Sender;
use store::tenant::Tenant;
use store::{Addressed, Database, Row, Statement};

pub mod body;
pub mod brake;
pub mod client;
pub mod deleted;
pub mod erase;
pub mod events;
pub mod export;
pub mod import;
pub mod jobs;
mod metadata;
pub mod operator_tokens;
pub mod pending;
mod query;
pub mod refusal;
pub mod requests;
pub mod scope;
mod settings;
pub mod status;
pub mod step;
pub mod tenant;
pub mod token;
pub mod undo;
pub mod verify;
pub mod webhooks;

pub use query::{DEFAULT_LIMIT, MAX_LIMIT, PageRequest};
use refusal::Refusal;
use scope::Scopes;

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// The id of the token; whoever shows the `ADMIN_TOKEN` has none.
    pub id: Option<String>,
    /// What the token is for.
    pub label: String,
    /// What the operator may do.
    pub scopes: Scopes,
    /// The only tenant that the operator reaches, where the token is bound to one.
    pub tenant: Option<i64>,
}

/// The tenant that a request names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantRef {
    /// Its number.
    pub id: i64,
    name: String,
    /// Its settings, JSON text.
    pub settings: String,
    /// The number of the database that it is in.
    pub shard: u16,
    external_id: Option<String>,
    /// Whether its SCIM face is closed.
    pub is_suspended: bool,
}

impl TenantRef {
    /// Reads the row of [`tenants::find`].
    fn read(mut row: Row) -> Result<Self, store::Error> {
        row.read(|cells| Self {
            id: cells.count(),
            name: cells.required_text(),
            settings: cells.required_text(),
            shard: shard(cells.integer()),
            external_id: cells.text(),
            is_suspended: cells.integer() == Some(1),
        })
    }
}

/// The number of a shard, as it is stored.
fn shard(number: Option<i64>) -> u16 {
    number
        .and_then(|number| u16::try_from(number).ok())
        .unwrap_or(1)
}

/// An operator's request: who asks, and about whom.
pub struct Admin<'a> {
    settings: &'a Settings,
    mint: &'a dyn Mint,
    now: Moment,
    /// Who acts.
    pub operator: Operator,
    /// Whether there is a `SCIM_TOKEN`, which is tenant 1's.
    has_scim_token: bool,
    /// The tenant that the path names, if it is there.
    tenant: Option<TenantRef>,
    /// The shard of the tenant that the path names; where it names none, the first, which has the
    /// operator tokens and the directory of all tenants.
    shard: u16,
    /// The numbers of all.
    shards: Vec<u16>,
    /// The id of the request.
    request: &'a str,
    sender: Sender,
    /// What may wait until the reply is out.
    pub later: Vec<Addressed>,
}

impl<'a> Admin<'a> {
    /// Finds out who acts, and the tenant that the path names: one trip, or none where the
    /// `ADMIN_TOKEN` asks for no tenant.
    pub async fn begin<D: Database>(
        context: &Context<'a, D>,
        credential: Credential<'_>,
        secret: Option<&Secret>,
        has_scim_token: bool,
        which: Option<&TenantSelector>,
        request: &'a str,
    ) -> Result<Self, Refusal> {
        let now = context.clock.now();
        let is_secret = secret.is_some_and(|secret| !secret.is_short() && secret.is(credential));
        let mut batch = Batch::default();
        let token_row = if is_secret {
            None
        } else {
            let Form::Whole { .. } = Form::read(OPERATOR, credential.0) else {
                return Err(unknown(credential));
            };
            let hash = credential::hash(credential);
            Some(batch.add(operators::find(&hash, &now.text)))
        };
        let tenant_row = which.map(|which| batch.add(tenants::find(which)));
        let mut answers = context.send(batch).await?;
        let mut later = Vec::new();
        let operator = match token_row {
            None => Operator {
                id: None,
                label: "ADMIN_TOKEN".to_owned(),
                scopes: Scopes::ALL,
                tenant: None,
            },
            Some(row) => {
                let mut row = answers.row(row).ok_or_else(|| unknown(credential))?;
                let token = operators::read_token(&mut row)?;
                let today = now.text.get(..10).unwrap_or_default();
                if token.last_used.as_deref() < Some(today) {
                    later.push((1, operators::touch(&token.id, today)));
                }
                Operator {
                    id: Some(token.id),
                    label: token.label,
                    scopes: Scopes::from_json(&token.scopes),
                    tenant: token.tenant,
                }
            }
        };
        let sender = Sender::Operator(operator.id.clone(), operator.label.clone());
        let mut tenant = match tenant_row.and_then(|row| answers.row(row)) {
            Some(row) => Some(TenantRef::read(row)?),
            None => None,
        };
        // To an operator who is bound to a tenant there is no other.
        tenant = tenant.filter(|tenant| operator.tenant.is_none_or(|only| only == tenant.id));
        let shard = tenant.as_ref().map_or(1, |tenant| tenant.shard);
        if let Some(entry) = tenant.as_ref().filter(|_| shard != 1) {
            let of_tenant = context.on(shard).ok_or_else(|| Refusal::no_shard(shard))?;
            // What its own shard says of it is the truth.
            let id = entry.id;
            let rows = of_tenant
                .ask(tenants::find(&TenantSelector::Number(id)))
                .await?;
            tenant = if let Some(row) = rows.into_iter().next() {
                Some(TenantRef::read(row)?)
            } else {
                // Its end was broken off between the two databases.
                unlist(context, &origin(&Tenant::HOUSE, &sender, &now, request), id).await?;
                None
            };
        }
        Ok(Self {
            settings: context.settings,
            mint: context.mint,
            now,
            operator,
            has_scim_token,
            tenant,
            shard,
            shards: context.database.shards(),
            request,
            sender,
            later,
        })
    }

    /// The tenant that the path names.
    pub fn tenant(&self) -> Result<&TenantRef, Refusal> {
        self.tenant.as_ref().ok_or_else(no_tenant)
    }

    /// Refuses an operator who is bound to a tenant.
    pub fn refuse_bound(&self) -> Result<(), Refusal> {
        match self.operator.tenant {
            None => Ok(()),
            Some(only) => Err(Refusal::forbidden(
                "bound_to_tenant",
                format!(
                    "This operator token is bound to tenant {only}, and this request is about more than that tenant. \
                     Use a token that is bound to no tenant."
                ),
            )),
        }
    }

    /// The numbers of all shards, in order.
    fn shards(&self) -> IntoIter<u16> {
        self.shards.clone().into_iter()
    }

    /// By whom and with which request something of a tenant is done, or of the house.
    fn origin<'o>(&'o self, tenant: &'o Tenant) -> Origin<'o> {
        origin(tenant, &self.sender, &self.now, self.request)
    }

    /// The statement that tells of something, among the events of the house.
    fn tell(&self, rows: Fragment<'_>) -> Statement {
        house(&self.origin(&Tenant::HOUSE), rows)
    }

    /// The same among the events of a tenant.
    fn tell_tenant(&self, tenant: i64, rows: Fragment<'_>) -> Statement {
        house(&self.origin(&Tenant::Known(tenant)), rows)
    }

    /// A new id with this prefix, later than those before.
    fn id(&self, prefix: &str) -> String {
        self.mint.id_with(prefix)
    }

    /// A new secret, which tells the shard that knows it.
    fn secret(&self, prefix: &str) -> Result<String, Refusal> {
        let random = self.mint.secret();
        let random = random.ok_or_else(|| Refusal::broken("there is no randomness"))?;
        Ok(make_as(prefix, self.shard, random))
    }
}

fn origin<'o>(
    tenant: &'o Tenant,
    sender: &'o Sender,
    now: &'o Moment,
    request: &'o str,
) -> Origin<'o> {
    Origin {
        tenant,
        sender,
        now: &now.text,
        request,
        operation: None,
    }
}

/// The refusal of a credential that opens nothing here.
fn unknown(credential: Credential<'_>) -> Refusal {
    Refusal::unknown(match Form::read(OPERATOR, credential.0) {
        Form::Altered => {
            "The operator token is not complete, or was changed: its last characters do not fit the rest. Copy all of \
             it again."
        }
        Form::Whole { .. } => {
            "The operator token is not known, has expired or was revoked. Ask whoever has the admin token for a new \
             one."
        }
        Form::Other => {
            const { assert!(MIN_SECRET == 32, "the sentence has the number") };
            "This credential does not open the admin face. Send the admin token of this deployment (ADMIN_TOKEN, at least 32 \
             characters) or an operator token (scimadmin_…) as Authorization: Bearer <token>; tokens of tenants open \
             /scim/v2 alone."
        }
    })
}

/// The refusal of a tenant that is not there for this operator.
fn no_tenant() -> Refusal {
    Refusal::missing(
        "tenant_not_found",
        "There is no such tenant, or this credential does not reach it. GET /admin/v1/tenants lists the tenants that it \
         reaches.",
    )
}

/// A page of rows, of each its key and its text. One row more than its limit was asked for; a third
/// column says how many were found, where a page may end before.
fn page(mut rows: Vec<Row>, limit: usize) -> Result<String, Refusal> {
    let total = rows.first().and_then(|row| row.integer(2).ok().flatten());
    let count = i64::try_from(rows.len()).unwrap_or_default();
    let has_more = rows.len() > limit || total.is_some_and(|total| total > count);
    rows.truncate(limit);
    let (mut last, mut data) = (Value::Null, Vec::new());
    for mut row in rows {
        last = row.required_text(0)?.into();
        data.push(row.required_text(1)?);
    }
    let next = if has_more { last } else { Value::Null };
    let page = ObjectText::new().member("data", &list_text(&data));
    Ok(page.member("next", &json::text(&next)).end())
}

/// The text of the first row.
fn shape(rows: Vec<Row>) -> Result<Option<String>, Refusal> {
    match rows.into_iter().next() {
        Some(mut row) => Ok(Some(row.required_text(0)?)),
        None => Ok(None),
    }
}

/// A JSON object with a member more.
fn with_member(object: String, name: &str, value: &Value) -> String {
    let object = ObjectText::more_of(object);
    object.member(name, &json::text(value)).end()
}
