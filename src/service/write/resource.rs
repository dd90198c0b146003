//! What is written of one resource: a new one, or a document before and after.

use scim::change::changes;
use scim::index::Index;
use scim::list::List;
use scim::patch::LinkChange;
use scim::resource::unique_values;
use scim::resource_type::ResourceType;
use serde_json::{Map, Value};

use crate::failure::{Failure, name_in_use};
use crate::session::Session;
use store::Database;
use store::expression::View;
use store::ledger::events::{self, EventUpdate, ResourceWrite};
use store::limits::{DOCUMENT_AND_FOLDED, INDEXED_EACH, RUN_BYTES, load, waiting};
use store::record::Record;
use store::table::{self, Table};
use store::unique;
use store::write::Draft;

/// A resource that is about to be created.
#[derive(Debug)]
pub(crate) struct NewResource {
    /// Its type.
    pub(crate) resource_type: &'static ResourceType,
    /// Its id.
    pub(crate) id: String,
    /// Its first version.
    pub(crate) version: String,
    pub(crate) document: Map<String, Value>,
    draft: Draft,
    /// The key that no other resource of its type has the same of.
    unique_key: Option<&'static table::KeyColumn>,
    /// Values of the operator's unique attributes.
    unique: Vec<(String, String)>,
    /// Members, or teams to join.
    pub(super) links: LinkChange,
    /// Which operation of a Bulk request it is, from one.
    pub(super) operation: Option<usize>,
    /// Whether its id was not minted for it, so that one who was deleted and is kept may have it.
    pub(crate) is_given: bool,
    /// Whether it is that one, whatever it is called.
    pub(super) is_back: bool,
}

impl NewResource {
    /// Refuses a document that is too large to be stored.
    pub(crate) fn new(
        view: &View<'_>,
        (id, version): (String, String),
        document: Map<String, Value>,
        links: LinkChange,
        operation: Option<usize>,
    ) -> Result<Self, Failure> {
        let draft = Draft::new(view, &document);
        check_size(&draft)?;
        Ok(Self {
            resource_type: view.resource_type,
            id,
            version,
            document,
            unique_key: view.unique_key(),
            unique: unique_values(view.resource_type, &draft.folded),
            draft,
            links,
            operation,
            is_given: false,
            is_back: false,
        })
    }

    /// As one that was deleted, and comes back with its own id.
    pub(crate) fn back(self) -> Self {
        Self {
            is_given: true,
            is_back: true,
            ..self
        }
    }

    /// Whether one row is all of it, with its unique values and the members of a group.
    pub(crate) fn is_plain(&self) -> bool {
        let is_bare = self.links.is_empty()
            || self.links.wait.is_empty() && Table::of(self.resource_type).has_members();
        is_bare && self.draft.size() <= RUN_BYTES
    }

    /// Ids of members, or of the teams to join.
    pub(crate) fn links(&self) -> &[String] {
        &self.links.add
    }

    /// Members that were sent as groups.
    pub(crate) fn groups(&self) -> &Index {
        &self.links.groups
    }

    /// Leaves out members that turned out to name nobody.
    pub(crate) fn leave_out<D: Database>(&mut self, session: &Session<'_, D>) {
        session.settle_links(&mut self.links);
    }

    /// Values of the operator's unique attributes.
    pub(crate) fn unique(&self) -> &[unique::Pair] {
        &self.unique
    }

    /// Its unique name, folded; of a type without one, its id.
    pub(crate) fn name(&self) -> &str {
        self.unique_key
            .and_then(|key| key.value(&self.draft.folded))
            .unwrap_or(&self.id)
    }

    /// Its id, its unique name, folded, and its external id.
    pub(crate) fn identifiers(&self) -> (&str, &str, Option<&str>) {
        let external_id = self.draft.folded.get("externalId");
        let external_id = external_id.and_then(Value::as_str);
        (&self.id, self.name(), external_id)
    }

    /// Its unique name, with its type.
    pub(crate) fn typed_name(&self) -> String {
        of_type(self.resource_type.name, self.name())
    }

    /// The resource, by its type and its id.
    pub(crate) fn typed_id(&self) -> String {
        of_type(self.resource_type.name, &self.id)
    }

    /// Bytes of the row.
    pub(crate) fn size(&self) -> usize {
        self.draft.size()
    }

    /// Bytes of the row and of the ids beside it.
    pub(crate) fn total(&self) -> usize {
        const LINK: usize = 40;
        self.draft.size() + LINK * self.links.add.len()
    }

    /// What it is called alone.
    pub(crate) fn names(mut self) -> Self {
        let keys = Table::of(self.resource_type).keys;
        let is_key = |name: &str| keys.iter().any(|key| key.attribute == name);
        self.draft.folded.retain(|name, _| is_key(name));
        self.draft.document = String::new();
        self.draft.folded_text = String::new();
        self.document = Map::new();
        self
    }

    /// Bytes of memory that it holds.
    pub(crate) fn holds(&self) -> usize {
        waiting(load(&self.draft.document))
    }

    /// Bytes that the text index is given of it.
    pub(crate) fn index_bytes(&self) -> usize {
        self.draft.indexed
    }

    /// The record of it, as it would be fetched.
    pub(crate) fn record<'a>(&'a self, now: &'a str) -> Record<'a> {
        Record::new(&self.id, &self.version, now, &self.draft.document)
    }

    /// What its event says of it.
    pub(super) fn resource_write(&self) -> ResourceWrite<'_> {
        ResourceWrite {
            id: &self.id,
            version: &self.version,
            operation: self.operation,
        }
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

/// A document before and after.
#[derive(Debug)]
pub(crate) struct Rewrite {
    /// The image of the document before.
    pub(super) before: Map<String, Value>,
    /// The document after.
    pub(super) draft: Draft,
    /// The key columns that change with it.
    pub(super) keys: Vec<&'static table::KeyColumn>,
    /// What its event says of it.
    update: EventUpdate,
    /// What the resource is called outside and by people.
    names: [Option<String>; 2],
}

impl Rewrite {
    /// Refuses a document that is too large to be stored.
    pub(crate) fn new(
        view: &View<'_>,
        before: &Map<String, Value>,
        after: &Map<String, Value>,
    ) -> Result<Self, Failure> {
        let draft = Draft::new(view, after);
        check_size(&draft)?;
        let mut image = scim::fold::fold(view.resource_type, before);
        let table = Table::of(view.resource_type);
        for key in table.keys {
            if let Some(former) = former_image(key.value(before), key.value(&image)) {
                image.insert(key.attribute.to_owned(), Value::from(former));
            }
        }
        let keys = table.keys.iter();
        let name = |name: &str| after.get(name)?.as_str().map(str::to_owned);
        Ok(Self {
            update: update(view.resource_type, before, after),
            names: ["externalId", events::name_of(view.resource_type)].map(name),
            keys: keys
                .filter(|key| key.value(&image) != key.value(&draft.folded))
                .list(),
            before: image,
            draft,
        })
    }

    /// The document after, JSON text.
    pub(crate) fn document(&self) -> &str {
        &self.draft.document
    }

    /// Bytes that the text index is given of it: all anew where any of it changes.
    pub(crate) fn index_bytes(&self, resource_type: &'static ResourceType) -> usize {
        let mut names = Table::of(resource_type).text.iter();
        let differs = |name: &&str| self.before.get(*name) != self.draft.folded.get(*name);
        if names.any(differs) {
            self.draft.indexed
        } else {
            0
        }
    }

    /// The images before and after.
    pub(crate) fn images(&self) -> [&Map<String, Value>; 2] {
        [&self.before, &self.draft.folded]
    }

    /// What its event says of it.
    pub(super) fn update(&self) -> &EventUpdate {
        &self.update
    }

    /// Whether a user is active before and not after.
    pub(crate) fn deactivates(&self) -> bool {
        self.update.word == "deactivated"
    }

    /// Whether a user is not active after, whatever was before.
    pub(crate) fn leaves_inactive(&self) -> bool {
        self.draft.folded.get("active") == Some(&Value::Bool(false))
    }

    /// The external id and the name that it leaves.
    pub(super) fn names_in_events(&self) -> (Option<&str>, Option<&str>) {
        let [external_id, name] = &self.names;
        (external_id.as_deref(), name.as_deref())
    }

    /// Whether one row of moderate size is all of it, so that it can be part of a run.
    pub(crate) fn is_plain(&self, resource_type: &'static ResourceType) -> bool {
        let has_values = |image| !unique_values(resource_type, image).is_empty();
        self.draft.size() <= RUN_BYTES
            && !has_values(&self.before)
            && !has_values(&self.draft.folded)
    }

    /// The unique attribute that changes, if one does.
    pub(crate) fn changed_key(&self) -> Option<&'static table::KeyColumn> {
        self.keys.iter().copied().find(|key| key.unique)
    }

    /// The names that the resource had and will have, folded, where they differ.
    pub(crate) fn names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        if let Some(key) = self.changed_key() {
            names.extend(key.value(&self.before));
            names.extend(key.value(&self.draft.folded));
        }
        names
    }
}

/// What the event of a rewrite says of it.
fn update(
    resource_type: &'static ResourceType,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) -> EventUpdate {
    let is_off = |document: &Map<String, Value>| {
        let copies = Table::of(resource_type).copies.iter();
        let mut values = copies.filter_map(|name| document.get(*name));
        values.any(|value| *value == Value::Bool(false))
    };
    EventUpdate {
        word: match (is_off(before), is_off(after)) {
            (false, true) => "deactivated",
            (true, false) => "activated",
            _ => "updated",
        },
        changes: Value::from(changes(resource_type, before, after)),
    }
}

/// The image that a name had before images were normalised, where that is another: its column may
/// hold it still, and is to be written with today's.
fn former_image(name: Option<&str>, image: Option<&str>) -> Option<String> {
    let (name, image) = name.zip(image)?;
    if name.is_ascii() || name == image {
        return None;
    }
    Some(scim::fold::former_image(name)).filter(|former| former != image)
}

/// A row of D1 holds 2 MB; a document that comes near is refused before it is sent.
fn check_size(draft: &Draft) -> Result<(), Failure> {
    if draft.size() > DOCUMENT_AND_FOLDED {
        return Err(Failure::TooLarge(format!(
            "The resource would take {} bytes as stored, and {} are accepted. Shorten its values.",
            draft.size(),
            DOCUMENT_AND_FOLDED,
        )));
    }
    if draft.indexed > INDEXED_EACH {
        return Err(Failure::TooLarge(format!(
            "The names and e-mail addresses of the resource would take {} bytes, and {INDEXED_EACH} are accepted. Shorten \
             them.",
            draft.indexed,
        )));
    }
    Ok(())
}

/// What tells a resource from those of other types in a run: the name of its type and its id, or
/// its unique name.
pub(crate) fn of_type(type_name: &str, id: &str) -> String {
    [type_name, "/", id].concat()
}
