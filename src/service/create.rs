//! Creating a resource (RFC 7644 §3.3): one batch, in which the database decides whether the name is free.

use scim::patch::LinkChange;
use scim::resource::{Resource, set_lasting, unique_values};
use scim::resource_type::{GROUP_TYPE, ResourceType, USER_TYPE};
use serde_json::{Map, Value};

use super::failure::name_in_use;
use super::members::check_ids;
use super::{Answer, Asked, Failure, Session};
use crate::store::batch::{Batch, Handle};
use crate::store::membership;
use crate::store::read::{self, Key};
use crate::store::record::Record;
use crate::store::table;
use crate::store::unique;
use crate::store::user_groups;
use crate::store::write::{self, Draft, Guard};
use crate::store::{self, Database, limits};

/// A resource that is about to be created.
#[derive(Debug)]
pub struct Planned {
    /// Its type.
    pub resource_type: &'static ResourceType,
    /// Its id.
    pub id: String,
    /// Its first version.
    pub version: String,
    document: Map<String, Value>,
    draft: Draft,
    /// The key that no other resource of its type has the same of.
    unique_key: Option<&'static table::Key>,
    /// Values of the operator's unique attributes.
    unique: Vec<(String, String)>,
    /// Ids of members, or of the teams to join.
    links: Vec<String>,
}

impl Planned {
    /// Whether one row is all of it, and the members of a group.
    pub(crate) fn is_plain(&self) -> bool {
        let is_bare = self.links.is_empty() || *self.resource_type == GROUP_TYPE;
        is_bare && self.unique.is_empty() && self.draft.size() <= limits::RUN_BYTES
    }

    /// Ids of members, or of the teams to join.
    pub(crate) fn links(&self) -> &[String] {
        &self.links
    }

    /// Values of the operator's unique attributes.
    pub(crate) fn unique(&self) -> &[unique::Pair] {
        &self.unique
    }

    /// Its type and its unique name, folded; of a type without one, its id.
    pub(crate) fn name(&self) -> (&'static str, String) {
        let name = self
            .unique_key
            .and_then(|key| key.value(&self.draft.folded))
            .unwrap_or(&self.id);
        (self.resource_type.name, name.to_owned())
    }

    /// Bytes of the row.
    pub(crate) fn size(&self) -> usize {
        self.draft.size()
    }

    /// Bytes of the row and of the ids beside it.
    pub(crate) fn total(&self) -> usize {
        const LINK: usize = 40;
        self.draft.size() + LINK * self.links.len()
    }

    /// The row.
    pub(crate) fn row(&self) -> (&str, &str, &Draft) {
        (&self.id, &self.version, &self.draft)
    }

    /// The failure of a create that found its unique name in use.
    pub(crate) fn name_in_use(&self) -> Failure {
        name_in_use(self.unique_key.map_or("id", |key| key.attribute))
    }
}

impl<D: Database> Session<'_, D> {
    /// Creates a resource from a client's body.
    pub async fn create(
        &self,
        resource_type: &'static ResourceType,
        body: &Value,
        asked: &Asked,
    ) -> Result<Answer, Failure> {
        self.create_as(resource_type, body, self.context.mint.id(), asked)
            .await
    }

    /// The same, with an id made before.
    pub(crate) async fn create_as(
        &self,
        resource_type: &'static ResourceType,
        body: &Value,
        id: String,
        asked: &Asked,
    ) -> Result<Answer, Failure> {
        let projection = asked.bind(resource_type)?;
        let planned = self.plan(resource_type, body, id)?;
        let projection = projection.after_write(&planned.document);
        let mut batch = Batch::default();
        let inserted = self.add_creating(&mut batch, &planned);
        // Without links all of the resource is known here.
        let reading = (!planned.links.is_empty()).then(|| {
            let key = Key::Id(planned.id.clone());
            self.add_reading(&mut batch, resource_type, &key, &projection)
        });
        let mut answers = match self.send(batch).await {
            Ok(answers) => answers,
            Err(store::Error::Guard) => {
                return Err(self.explain_links(&planned).await?);
            }
            Err(error) => return Err(error.into()),
        };
        if !answers.has_row(inserted) {
            return Err(planned.name_in_use());
        }
        if let Some(reading) = reading {
            return self
                .answer(resource_type, &mut answers, reading, &projection)?
                .ok_or_else(|| Failure::Broken("a created resource was not there".to_owned()));
        }
        let now = self.now.text.as_str();
        let (id, version, document) = (&planned.id, &planned.version, &planned.draft.document);
        let record = Record::new(id, version, now, document);
        self.shown(resource_type, &record, Vec::new(), &projection)
    }

    /// Reads a client's body as the resource with this id.
    pub(crate) fn plan(
        &self,
        resource_type: &'static ResourceType,
        body: &Value,
        id: String,
    ) -> Result<Planned, Failure> {
        let mut resource = Resource::accept(resource_type, body, &mut self.habits())?;
        set_lasting(resource_type, &Map::new(), &mut resource.document);
        let view = self.view(resource_type);
        let draft = Draft::new(&view, &resource.document);
        check_size(&draft)?;
        let keeps_links = *resource_type == GROUP_TYPE || self.context.settings.accept_user_groups;
        let links = resource.links.filter(|_| keeps_links).unwrap_or_default();
        check_ids(resource_type, &links)?;
        Ok(Planned {
            resource_type,
            id,
            version: self.context.mint.version(),
            document: resource.document,
            unique_key: view.unique_key(),
            unique: unique_values(resource_type, &draft.folded),
            draft,
            links,
        })
    }

    /// Adds what creates a resource; the statement of the handle gives a row back if its name was free.
    pub(crate) fn add_creating(&self, batch: &mut Batch, planned: &Planned) -> Handle {
        let view = self.view(planned.resource_type);
        let (id, version, now) = (
            planned.id.as_str(),
            planned.version.as_str(),
            self.now.text.as_str(),
        );
        let inserted = batch.add(write::insert(&view, id, version, now, &planned.draft));
        batch.add_all(unique::take(&view, id, version, &planned.unique));
        if planned.links.is_empty() {
            return inserted;
        }
        if *planned.resource_type == USER_TYPE {
            let user = (id, Guard::Exactly(version));
            let teams = user_groups::set(
                &view,
                user,
                &planned.links,
                &self.context.mint.version(),
                now,
            );
            batch.add_all(teams);
        } else {
            let change = LinkChange {
                add: planned.links.clone(),
                ..LinkChange::default()
            };
            batch.add_all(membership::statements(&view, id, version, &change));
            batch.add(read::guard(|statement| {
                membership::push_complete(statement, &view, id, version, change.add.len());
            }));
        }
        inserted
    }

    /// Why the links of a resource that was to be created are not sound.
    pub(crate) async fn explain_links(&self, planned: &Planned) -> Result<Failure, Failure> {
        if *planned.resource_type == USER_TYPE {
            self.explain_teams(&planned.links).await
        } else {
            self.explain_members(&planned.id, &planned.links).await
        }
    }
}

/// A row of D1 holds 2 MB; a document that comes near is refused before it is sent.
pub(crate) fn check_size(draft: &Draft) -> Result<(), Failure> {
    if draft.size() > limits::DOCUMENT_AND_FOLDED {
        return Err(Failure::TooLarge(format!(
            "The resource takes {} bytes as stored, of which {} are accepted. Shorten its values.",
            draft.size(),
            limits::DOCUMENT_AND_FOLDED,
        )));
    }
    Ok(())
}
