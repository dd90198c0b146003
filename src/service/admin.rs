//! The operator's use cases: tenants, their settings and credentials, jobs.
//!
//! An [`Admin`] is one operator's request. What an operator may do is the [`Scopes`] of the token;
//! the face asks for the scope of the endpoint before it comes here, and what depends on the body
//! is asked for here.

use serde_json::{Map, Value};

use super::credential::{self, Credential, Secret};
use super::shards::unlist;
use super::token::{Form, OPERATOR};
use super::{Context, Mint, Moment};
use store::batch::Batch;
use store::directory::tenants::Which;
use store::directory::{operators, tenants};
use store::{Addressed, Database, Row};

mod body;
pub mod client;
mod jobs;
mod operator_tokens;
pub mod refusal;
mod requests;
pub mod scope;
mod settings;
mod status;
mod tenant;
mod token;

use refusal::Refusal;
use scope::Scopes;
pub use tenant::Creation;
pub(crate) use token::last4;

/// Rows of a page, where it is not said how many.
pub const DEFAULT_LIMIT: usize = 50;
/// Rows of a page at the most.
pub const MAX_LIMIT: usize = 200;

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
}

impl TenantRef {
    /// Reads the row of [`tenants::find`].
    fn read(mut row: Row) -> Result<Self, store::Error> {
        Ok(Self {
            id: row.integer(0)?.unwrap_or_default(),
            name: row.required_text(1)?,
            settings: row.required_text(2)?,
            shard: shard(row.integer(3)?),
            external_id: row.text(4)?,
        })
    }
}

/// The number of a shard, as it is stored.
fn shard(stored: Option<i64>) -> u16 {
    stored
        .and_then(|number| u16::try_from(number).ok())
        .unwrap_or(1)
}

/// Which part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// The key behind which it begins; none for the first.
    pub after: Option<String>,
    /// Rows at the most.
    pub limit: usize,
}

/// What an operator does.
pub struct Admin<'a, D> {
    /// The shard of the tenant that the path names; where it names none, the first.
    context: Context<'a, D>,
    /// The first shard, which has the operator tokens and the directory of all tenants.
    directory: &'a Context<'a, D>,
    /// Who acts.
    pub operator: Operator,
    /// Whether there is a `SCIM_TOKEN`, which is tenant 1's.
    has_scim_token: bool,
    /// The tenant that the path names, if it is there.
    tenant: Option<TenantRef>,
    now: Moment,
    /// What may wait until the reply is out.
    pub later: Vec<Addressed>,
}

impl<'a, D: Database> Admin<'a, D> {
    /// Finds out who acts, and the tenant that the path names: one trip, or none where the
    /// `ADMIN_TOKEN` asks for no tenant.
    pub async fn begin(
        context: &'a Context<'a, D>,
        credential: Credential<'_>,
        secret: Option<&Secret>,
        has_scim_token: bool,
        which: Option<&Which>,
    ) -> Result<Self, Refusal> {
        let now = context.clock.now();
        let is_secret = secret.is_some_and(|secret| !secret.is_short() && secret.is(credential));
        let mut batch = Batch::default();
        let known = if is_secret {
            None
        } else {
            let Form::Whole { .. } = Form::read(OPERATOR, credential.0) else {
                return Err(unknown(credential));
            };
            let hash = credential::hash(credential);
            Some(batch.add(operators::find(&hash, &now.text)))
        };
        let found = which.map(|which| batch.add(tenants::find(which)));
        let mut answers = context.send(batch).await?;
        let mut later = Vec::new();
        let operator = match known {
            None => Operator {
                id: None,
                label: "ADMIN_TOKEN".to_owned(),
                scopes: Scopes::ALL,
                tenant: None,
            },
            Some(known) => {
                let mut row = answers.row(known).ok_or_else(|| unknown(credential))?;
                let known = operators::read_known(&mut row)?;
                let today = now.text.get(..10).unwrap_or_default();
                if known.last_used.as_deref() < Some(today) {
                    later.push((1, operators::touch(&known.id, today)));
                }
                Operator {
                    id: Some(known.id),
                    label: known.label,
                    scopes: Scopes::stored(&known.scopes),
                    tenant: known.tenant,
                }
            }
        };
        let mut tenant = match found.and_then(|found| answers.row(found)) {
            Some(row) => Some(TenantRef::read(row)?),
            None => None,
        };
        // To an operator who is bound to a tenant there is no other.
        tenant = tenant.filter(|tenant| operator.tenant.is_none_or(|only| only == tenant.id));
        let mut of_tenant = *context;
        if let Some(listed) = tenant.as_ref().filter(|tenant| tenant.shard != 1) {
            of_tenant = context
                .on(listed.shard)
                .ok_or_else(|| no_shard(listed.shard))?;
            // What its own shard says of it is the truth.
            let id = listed.id;
            let rows = of_tenant.ask(tenants::find(&Which::Number(id))).await?;
            tenant = if let Some(row) = rows.into_iter().next() {
                Some(TenantRef::read(row)?)
            } else {
                // Its end was broken off between the two databases.
                unlist(context, id, &now).await?;
                None
            };
        }
        Ok(Self {
            context: of_tenant,
            directory: context,
            operator,
            has_scim_token,
            tenant,
            now,
            later,
        })
    }

    /// The tenant that the path names.
    pub fn tenant(&self) -> Result<&TenantRef, Refusal> {
        self.tenant.as_ref().ok_or_else(|| {
            Refusal::missing(
                "tenant_not_found",
                "There is no such tenant, or this credential does not reach it. GET /admin/v1/tenants lists the \
                 tenants that it reaches.",
            )
        })
    }

    /// Refuses an operator who is bound to a tenant.
    pub fn unbound(&self) -> Result<(), Refusal> {
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

    /// The number of the database that knows what is made for the tenant.
    fn shard(&self) -> u16 {
        self.context.database.number()
    }

    /// A new id with this prefix, later than those before.
    fn id(&self, prefix: &str) -> String {
        id(self.context.mint, prefix)
    }
}

pub(crate) fn id(mint: &dyn Mint, prefix: &str) -> String {
    format!("{prefix}{}", mint.id().replace('-', ""))
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
            "This credential does not open the admin face. Send the admin token of this deployment (ADMIN_TOKEN, at least 32 \
             characters) or an operator token (scimadmin_…) as Authorization: Bearer <token>; tokens of tenants open \
             /scim/v2 alone."
        }
    })
}

/// The refusal of what is in a database that is not bound.
fn no_shard(shard: u16) -> Refusal {
    Refusal::broken(format!("there is no binding DB_{shard}"))
}

/// A page of rows, of each its key and its text. One row more than its limit was asked for; a third
/// column says how many were found, where a page may end before.
fn page(mut rows: Vec<Row>, limit: usize) -> Result<String, Refusal> {
    let found = rows.first().and_then(|row| row.integer(2).ok().flatten());
    let count = i64::try_from(rows.len()).unwrap_or_default();
    let has_more = rows.len() > limit || found.is_some_and(|found| found > count);
    rows.truncate(limit);
    let mut text = "{\"data\":[".to_owned();
    let mut last = String::new();
    for (index, row) in rows.iter_mut().enumerate() {
        if index > 0 {
            text.push(',');
        }
        last = row.required_text(0)?;
        text.push_str(&row.required_text(1)?);
    }
    text.push_str("],\"next\":");
    text.push_str(&if has_more {
        Value::from(last).to_string()
    } else {
        "null".to_owned()
    });
    text.push('}');
    Ok(text)
}

/// The text of the first row.
fn shape(rows: Vec<Row>) -> Result<Option<String>, Refusal> {
    match rows.into_iter().next() {
        Some(mut row) => Ok(Some(row.required_text(0)?)),
        None => Ok(None),
    }
}

/// A JSON object with a member more.
fn with_member(mut object: String, name: &str, value: &str) -> String {
    object.pop();
    object.extend([",\"", name, "\":", &Value::from(value).to_string(), "}"]);
    object
}

/// What a body may be: an object.
pub type Body = Map<String, Value>;
