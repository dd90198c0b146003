//! Tenants: made, read, changed, ended.

use serde_json::Value;

use super::body::{only, required, text};
use super::refusal::Refusal;
use super::{Admin, Body, PageRequest, page, settings, shape, with_member};
use crate::shards::{emptiest, finish, unlist};
use store::batch::{Answers, Batch};
use store::directory::jobs;
use store::directory::tenants::{self, NewTenant, Patch, Which};
use store::tenant::DEFAULT_TENANT;
use store::{Cell, Database, Row, read};

/// Characters of the longest name.
const NAME: usize = 200;
/// Characters of the longest id of the application's.
const EXTERNAL_ID: usize = 64;
/// Members of the metadata at the most, and characters of each.
const METADATA: usize = 10;
const METADATA_VALUE: usize = 500;
const METADATA_NAME: usize = 64;
/// Names of groups that a notice tells at the most.
const NAMES_TOLD: usize = 20;

/// What was made: by what it is found, and itself as JSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Creation {
    /// The last segment of its address.
    pub id: String,
    /// JSON text.
    pub body: String,
}

impl<D: Database> Admin<'_, D> {
    /// Lists those that the operator reaches.
    pub async fn tenants(&self, part: &PageRequest) -> Result<String, Refusal> {
        let after = match &part.after {
            None => Some(0),
            Some(after) => after.parse().ok().filter(|after| *after > 0),
        };
        let Some(after) = after else {
            return Err(Refusal::invalid(
                "invalid_cursor",
                "`after` must be the `next` of the page before. Leave it out for the first page.",
            ));
        };
        let only = self.operator.tenant;
        let list = tenants::list(only, after, part.limit + 1, &self.now.text);
        let mut rows = self.directory.ask(list).await?;
        self.show_from_shards(&mut rows).await?;
        page(rows, part.limit)
    }

    /// Puts what their own shards say of tenants in the place of what the directory says.
    async fn show_from_shards(&self, rows: &mut Vec<Row>) -> Result<(), Refusal> {
        for (number, context) in self.directory.all() {
            let is_here = |row: &Row| row.integer(2) == Ok(Some(i64::from(number)));
            let mut ids = "[0".to_owned();
            for row in rows.iter().filter(|row| number != 1 && is_here(row)) {
                if let Some(Cell::Text(id)) = row.0.first() {
                    ids.extend([",", id.as_str()]);
                }
            }
            if ids.len() < 4 {
                continue;
            }
            ids.push(']');
            let shown = context
                .ask(tenants::read_many(&ids, &self.now.text))
                .await?;
            let mut shown = shown.into_iter().peekable();
            rows.retain_mut(|row| {
                let is_other = !is_here(row);
                if let Some(found) = shown.next_if(|found| found.0.first() == row.0.first()) {
                    *row = found;
                    return true;
                }
                is_other
            });
        }
        Ok(())
    }

    /// The shard that a new tenant goes to.
    async fn shard_for(&self, body: &Body) -> Result<u16, Refusal> {
        let Some(named) = body.get("shard").filter(|shard| !shard.is_null()) else {
            return Ok(emptiest(self.directory).await?);
        };
        let shard = named.as_i64().and_then(|shard| u16::try_from(shard).ok());
        shard
            .filter(|shard| self.directory.on(*shard).is_some())
            .ok_or_else(|| {
                Refusal::invalid(
                    "unknown_shard",
                    "There is no such shard. GET /admin/v1/status lists all of them.",
                )
            })
    }

    /// Makes one.
    pub async fn create_tenant(&self, body: &Body) -> Result<Creation, Refusal> {
        self.unbound()?;
        only(
            body,
            &["name", "external_id", "metadata", "settings", "shard"],
        )?;
        let name = required(body, "name", NAME)?;
        let external_id = text(body, "external_id", EXTERNAL_ID)?;
        let (metadata, settings) = (metadata(body)?, settings(body)?);
        let shard = self.shard_for(body).await?;
        let (metadata, settings) = (metadata.as_deref(), settings.as_deref());
        let empty = "{}";
        let new = NewTenant {
            name,
            external_id,
            metadata: metadata.unwrap_or(empty),
            settings: settings.unwrap_or(empty),
        };
        let mut batch = Batch::default();
        batch.add(tenants::create(&new, shard, &self.now.text));
        let made = batch.add(tenants::read_last(&self.now.text));
        let sent = self.directory.send(batch).await;
        let mut answers = self.or_taken(sent, external_id).await?;
        let mut row = answers
            .row(made)
            .ok_or_else(|| Refusal::broken("a created tenant was not there"))?;
        let id = row.integer(0)?.unwrap_or_default();
        let mut body = row.required_text(1)?;
        if let Some(context) = self.directory.on(shard).filter(|_| shard != 1) {
            finish(self.directory, Some(id)).await?;
            let made = context.ask(tenants::read(id, &self.now.text)).await?;
            body = shape(made)?.ok_or_else(gone)?;
        }
        Ok(Creation {
            id: id.to_string(),
            body,
        })
    }

    /// Reads one.
    pub async fn read_tenant(&self) -> Result<String, Refusal> {
        let id = self.tenant()?.id;
        let rows = self.context.ask(tenants::read(id, &self.now.text)).await?;
        shape(rows)?.ok_or_else(gone)
    }

    /// Changes one (RFC 7396).
    pub async fn change_tenant(&self, body: &Body) -> Result<String, Refusal> {
        let id = self.tenant()?.id;
        only(
            body,
            &["name", "external_id", "metadata", "state", "settings"],
        )?;
        let name = match body.get("name") {
            None => None,
            Some(_) => Some(required(body, "name", NAME)?),
        };
        let external_id = text(body, "external_id", EXTERNAL_ID)?;
        let state = match body.get("state") {
            None => None,
            Some(Value::String(state)) if matches!(state.as_str(), "active" | "suspended") => {
                Some(state.as_str())
            }
            Some(_) => {
                return Err(Refusal::invalid(
                    "invalid_value",
                    "`state` must be \"active\" or \"suspended\". Send DELETE to end a tenant.",
                ));
            }
        };
        let (metadata, settings) = (metadata(body)?, settings(body)?);
        let patch = Patch {
            name,
            external_id: body.contains_key("external_id").then_some(external_id),
            metadata: metadata.as_deref(),
            settings: settings.as_deref(),
            state,
        };
        let is_elsewhere = self.shard() != 1;
        let listed = Patch {
            metadata: None,
            settings: None,
            state: None,
            ..patch
        };
        if is_elsewhere {
            self.list(id, &listed).await?;
        }
        let mut batch = Batch::default();
        batch.add(tenants::change(id, &patch));
        batch.add(read::guard(tenants::has_few_metadata(id, METADATA)));
        let changed = batch.add(tenants::read(id, &self.now.text));
        let shared = self
            .makes_names_unique(body)
            .then(|| batch.add(tenants::shared_names(id, NAMES_TOLD)));
        let sent = self.context.send(batch).await;
        if sent == Err(store::Error::Guard) {
            if is_elsewhere {
                let tenant = self.tenant()?;
                let before = Patch {
                    name: Some(&tenant.name),
                    external_id: Some(tenant.external_id.as_deref()),
                    ..Patch::default()
                };
                self.list(id, &before).await?;
            }
            return Err(too_much_metadata());
        }
        let mut answers = self.or_taken(sent, external_id).await?;
        let tenant = shape(answers.rows(changed))?.ok_or_else(gone)?;
        let shared = shared.map(|shared| answers.rows(shared));
        let mut names = Vec::new();
        for mut row in shared.into_iter().flatten() {
            names.push(Value::from(row.required_text(0)?).to_string());
        }
        if names.is_empty() {
            return Ok(tenant);
        }
        let notice = format!(
            "Some groups have one name, and keep it until they are renamed or deleted; no other group gets it. The names: {}.",
            names.join(", ")
        );
        Ok(with_member(tenant, "notice", &notice))
    }

    /// Changes what the directory has of a tenant of another shard.
    async fn list(&self, id: i64, patch: &Patch<'_>) -> Result<(), Refusal> {
        let mut batch = Batch::default();
        batch.add(tenants::change(id, patch));
        let sent = self.directory.send(batch).await;
        self.or_taken(sent, patch.external_id.flatten()).await?;
        Ok(())
    }

    /// Whether a change makes the names of groups unique, which they may not be.
    fn makes_names_unique(&self, body: &Body) -> bool {
        const NAME: &str = "unique_group_names";
        match body.get("settings") {
            Some(Value::Null) => self.context.settings.unique_group_names,
            Some(settings) => match settings.get(NAME) {
                Some(Value::Null) => self.context.settings.unique_group_names,
                set => set == Some(&Value::Bool(true)),
            },
            None => false,
        }
    }

    /// Ends one, with a job that ends its data.
    pub async fn delete_tenant(&self, confirm: Option<&str>) -> Result<Creation, Refusal> {
        let tenant = self.tenant()?;
        if tenant.id == DEFAULT_TENANT && self.has_scim_token {
            return Err(Refusal::conflict(
                "scim_token_is_set",
                "Tenant 1 belongs to the secret SCIM_TOKEN, which is set. Remove the secret first.",
            ));
        }
        if confirm != Some(tenant.name.as_str()) {
            return Err(Refusal::invalid(
                "confirmation_needed",
                format!(
                    "This deletes all data of the tenant. To confirm it, send the tenant's name as the parameter \
                     `confirm` of the query. The name is \"{}\".",
                    tenant.name
                ),
            ));
        }
        let id = self.id("job_");
        let mut batch = Batch::default();
        batch.add(tenants::delete(tenant.id, &tenant.name));
        batch.add(jobs::create(
            &id,
            tenant.id,
            jobs::TENANT_DELETE,
            "tenants:write",
            &self.now.text,
        ));
        let made = batch.add(jobs::read(&id));
        // The directory gives its external_id free at once, and so does the shard.
        let is_elsewhere = self.shard() != 1;
        if is_elsewhere {
            batch.add(tenants::empty_closed(tenant.id));
        }
        let mut answers = self.context.send(batch).await?;
        let body = shape(answers.rows(made))?.ok_or_else(gone)?;
        if is_elsewhere {
            unlist(self.directory, tenant.id, &self.now).await?;
        }
        Ok(Creation { id, body })
    }

    /// The refusal of an id of the application's that another tenant has.
    async fn or_taken(
        &self,
        sent: Result<Answers, store::Error>,
        external_id: Option<&str>,
    ) -> Result<Answers, Refusal> {
        let (Err(store::Error::Unique(_)), Some(external_id)) = (&sent, external_id) else {
            return Ok(sent?);
        };
        let which = Which::External(external_id.to_owned());
        let holder = self
            .directory
            .ask(tenants::find(&which))
            .await?
            .into_iter()
            .next();
        let holder = match holder.map(|row| row.integer(0)).transpose()?.flatten() {
            Some(holder) => format!("tenant {holder} has it"),
            None => "a tenant that is being deleted has it until that job has finished".to_owned(),
        };
        Err(Refusal::conflict(
            "external_id_taken",
            format!(
                "The external_id is in use: {holder}. Change that tenant, or choose another external_id."
            ),
        ))
    }
}

/// Another request was faster.
fn gone() -> Refusal {
    Refusal::missing(
        "tenant_not_found",
        "The tenant has just been deleted or renamed. GET /admin/v1/tenants lists all of them.",
    )
}

/// The metadata of a body, as a merge patch.
fn metadata(body: &Body) -> Result<Option<String>, Refusal> {
    let wrong = || {
        Refusal::invalid(
            "invalid_value",
            format!(
                "`metadata` must be an object of at most {METADATA} strings, each of up to {METADATA_VALUE} \
                 characters, with names of 1 to {METADATA_NAME} characters."
            ),
        )
    };
    match body.get("metadata") {
        None => Ok(None),
        Some(value @ Value::Object(members)) => {
            let is_right = members.iter().all(|(name, value)| {
                let is_text = |text: &str| text.chars().count() <= METADATA_VALUE;
                !name.is_empty()
                    && name.chars().count() <= METADATA_NAME
                    && (value.is_null() || value.as_str().is_some_and(is_text))
            });
            let count = members.values().filter(|value| !value.is_null()).count();
            if !is_right || count > METADATA {
                return Err(wrong());
            }
            Ok(Some(value.to_string()))
        }
        Some(Value::Null) => Ok(Some("null".to_owned())),
        Some(_) => Err(wrong()),
    }
}

fn too_much_metadata() -> Refusal {
    Refusal::invalid(
        "invalid_value",
        format!(
            "The tenant would have more than {METADATA} entries of `metadata`. Remove some by setting them to null."
        ),
    )
}

/// The settings of a body, as a merge patch.
fn settings(body: &Body) -> Result<Option<String>, Refusal> {
    match body.get("settings") {
        None => Ok(None),
        Some(value @ Value::Object(patch)) => {
            settings::check(patch)?;
            Ok(Some(value.to_string()))
        }
        Some(Value::Null) => Ok(Some("null".to_owned())),
        Some(_) => Err(Refusal::invalid(
            "invalid_setting",
            "`settings` must be an object of settings, or null for the defaults of all.",
        )),
    }
}
