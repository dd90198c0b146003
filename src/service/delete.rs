//! Deleting a resource (RFC 7644 §3.6): gone, and with it its memberships.

use scim::resource_type::{GROUP_TYPE, ResourceType, USER_TYPE};

use super::{Condition, Failure, Session};
use crate::store::Database;
use crate::store::batch::Batch;
use crate::store::read::{self, Key};
use crate::store::write::{self, Guard};

impl<D: Database> Session<'_, D> {
    /// Deletes a resource. The teams that it was a member of change with it.
    pub async fn delete(
        &self,
        resource_type: &'static ResourceType,
        key: &Key,
        condition: &Condition,
    ) -> Result<(), Failure> {
        let view = self.view(resource_type);
        let guard = condition.guard();
        let mut batch = Batch::default();
        let found = (guard != Guard::None).then(|| batch.add(read::version(&view, key)));
        if *resource_type == USER_TYPE || *resource_type == GROUP_TYPE {
            let version = self.context.mint.version();
            batch.add(write::touch_teams_of(
                &view,
                key,
                guard,
                &version,
                &self.now.text,
            ));
        }
        let deleted = batch.add(write::delete(&view, key, guard));
        let mut answers = self.send(batch).await?;
        if answers.has_row(deleted) {
            return Ok(());
        }
        if let Some(mut row) = found.and_then(|found| answers.row(found)) {
            condition.check(&row.required_text(0)?)?;
        }
        Err(self.not_found(resource_type, key))
    }
}
