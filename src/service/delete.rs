//! Deleting a resource (RFC 7644 §3.6): gone, and with it its memberships.

use scim::resource_type::ResourceType;

use super::condition::Condition;
use super::failure::Failure;
use super::session::Session;
use super::write::{ChangeKind, Effect, Links};
use store::Database;
use store::batch::Batch;
use store::read::ResourceRef;

impl<D: Database> Session<'_, D> {
    /// Deletes a resource. The teams that it was a member of change with it.
    pub async fn delete(
        &self,
        resource_type: &'static ResourceType,
        reference: &ResourceRef,
        condition: &Condition,
    ) -> Result<(), Failure> {
        let kind = ChangeKind::Delete;
        let guard = condition.guard();
        let change = self.change(resource_type, reference.clone(), guard, kind, Links::None);
        let mut batch = Batch::default();
        let receipt = self.add_change(&mut batch, &change);
        let mut answers = self.send(batch).await?;
        match receipt.effect(&change, &mut answers)? {
            Effect::Done => return Ok(()),
            Effect::None(Some(version)) => condition.check(&version)?,
            Effect::None(None) => {}
        }
        Err(self.not_found(resource_type, reference))
    }
}
