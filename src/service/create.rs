//! Creating a resource (RFC 7644 §3.3): one batch, in which the database decides whether the name
//! is free.

use scim::resource::set_lasting;
use scim::resource_type::ResourceType;
use serde_json::{Map, Value};

use super::write::{Effect, NewResource};
use super::{Answer, Failure, Selection, Session};
use store::Database;
use store::batch::Batch;

impl<D: Database> Session<'_, D> {
    /// Creates a resource from a client's body.
    pub async fn create(
        &self,
        resource_type: &'static ResourceType,
        body: &Value,
        selection: &Selection,
    ) -> Result<Answer, Failure> {
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
    ) -> Result<Answer, Failure> {
        let projection = selection.bind(resource_type)?;
        let mut new = self.new_resource(resource_type, body, id)?;
        let projection = projection.after_write(&new.document);
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
                Effect::Done => {}
                Effect::None(_) => return Err(new.name_in_use()),
            }
            if let Some(reading) = reading {
                return self
                    .answer(resource_type, &mut answers, reading, &projection)
                    .await?
                    .ok_or_else(|| Failure::Broken("a created resource was not there".to_owned()));
            }
            let record = new.record(&self.now.text);
            return self.shown(resource_type, &record, Vec::new(), &projection);
        }
    }

    /// Reads a client's body as the resource with this id.
    pub(crate) fn new_resource(
        &self,
        resource_type: &'static ResourceType,
        body: &Value,
        id: String,
    ) -> Result<NewResource, Failure> {
        let view = self.view(resource_type);
        let mut resource = self.accept(resource_type, body)?;
        set_lasting(resource_type, &Map::new(), &mut resource.document);
        let mut links = resource.links.unwrap_or_default();
        self.check_links(resource_type, &mut links)?;
        let names = (id, self.context.mint.version());
        NewResource::new(&view, names, resource.document, links, self.operation())
    }
}
