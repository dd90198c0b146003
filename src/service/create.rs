//! Creating a resource (RFC 7644 §3.3): one batch, in which the database decides whether the name
//! is free.

use scim::list::List;
use scim::patch::LinkChange;
use scim::resource::set_lasting;
use scim::resource_type::{ResourceType, USER_TYPE};
use serde_json::{Map, Value};

use super::failure::Failure;
use super::reply::{ResourceReply, Selection};
use super::session::Session;
use super::write::{Effect, NewResource};
use store::batch::Batch;
use store::table::Table;
use store::transfer::import::Import;
use store::{Database, former};

impl<D: Database> Session<'_, D> {
    /// Creates a resource from a client's body.
    pub async fn create(
        &self,
        resource_type: &'static ResourceType,
        body: &Value,
        selection: &Selection,
    ) -> Result<ResourceReply, Failure> {
        self.create_as(resource_type, body, self.context.mint.id(), selection)
            .await
    }

    /// The same, with an id made before.
    pub(crate) async fn create_as(
        &self,
        resource_type: &'static ResourceType,
        body: &Value,
        id: String,
        selection: &Selection,
    ) -> Result<ResourceReply, Failure> {
        let projection = selection.bind(resource_type)?;
        let mut new = self.new_resource(resource_type, body, id)?;
        self.find_room_for_text(new.index_bytes())?;
        if !self.has_room_for_work(new.holds()) {
            return Err(Failure::Busy);
        }
        let projection = projection.after_write(&new.document);
        let mut is_former = false;
        loop {
            let mut batch = Batch::default();
            let change = new.change();
            let receipt = self.add_change(&mut batch, &change);
            // Without links all of the resource is known here.
            let reading = (!new.links().is_empty()).then(|| {
                self.add_reading(&mut batch, resource_type, &change.reference, &projection)
            });
            let Some(mut answers) = self.send_change(batch, &change).await? else {
                new.leave_out(self);
                continue;
            };
            match receipt.effect(&change, &mut answers)? {
                Effect::Done => self.note_indexed(new.index_bytes()),
                Effect::None(_) => {
                    // An operation of a Bulk has the id already that is due.
                    let is_one = self.operation().is_none() && !self.is_spent();
                    let one = [&new];
                    let one = one.get(..usize::from(is_one)).unwrap_or_default();
                    let former = self.former_ids(one, None).await?;
                    let due = former.into_iter().next().map(|(_, former)| former);
                    match due {
                        Some(former) if former != new.id => {
                            new.id = former;
                            is_former = true;
                        }
                        // Somebody else has got that.
                        None if is_former => {
                            new.id = self.context.mint.id();
                            is_former = false;
                        }
                        Some(_) | None => return Err(new.name_in_use()),
                    }
                    continue;
                }
            }
            if let Some(reading) = reading {
                return self
                    .answer(resource_type, &mut answers, reading, &projection)
                    .await?
                    .ok_or_else(|| Failure::Broken("a created resource was not there".to_owned()));
            }
            let record = new.record(&self.now.text);
            return self.present(resource_type, &record, Vec::new(), &projection);
        }
    }

    /// Those of these users who were here before, each by the id that it was to get, with the
    /// former one.
    pub(crate) async fn former_ids(
        &self,
        users: &[&NewResource],
        import: Option<&Import<'_>>,
    ) -> Result<Vec<(String, String)>, Failure> {
        let mut ids = Vec::new();
        let users = users.iter();
        let users = users.filter(|user| Table::of(user.resource_type).former_name.is_some());
        let users: Vec<_> = users.map(|user| user.identifiers()).list();
        let again = self.again(&USER_TYPE);
        if let Some(by_name) = again.filter(|_| !users.is_empty()) {
            let (view, rule) = (self.view(&USER_TYPE), (by_name, self.now.text.as_str()));
            let by_import = import.map(Import::is_as_stored);
            let former = former::former_ids(&view, &users, rule, by_import);
            for mut row in self.ask(former).await? {
                let id = row.required_text(0)?;
                ids.extend(row.text(1)?.map(|former| (id, former)));
            }
        }
        Ok(ids)
    }

    /// Reads a client's body as the resource with this id.
    pub(crate) fn new_resource(
        &self,
        resource_type: &'static ResourceType,
        body: &Value,
        id: String,
    ) -> Result<NewResource, Failure> {
        let view = self.view(resource_type);
        let mut resource = self.accept(resource_type, body, true)?;
        set_lasting(resource_type, &Map::new(), &mut resource.document);
        let mut links = LinkChange {
            add: resource.links.unwrap_or_default(),
            groups: resource.groups,
            ..LinkChange::default()
        };
        self.check_links(resource_type, &mut links.add)?;
        let names = (id, self.context.mint.version());
        NewResource::new(&view, names, resource.document, links, self.operation())
    }
}
