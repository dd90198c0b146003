//! Deleting a resource (RFC 7644 §3.6): gone, and with it its memberships.

use scim::resource_type::{GROUP_TYPE, ResourceType, USER_TYPE};

use super::{Condition, Failure, Service};
use crate::store::Database;
use crate::store::read::{self, Key};
use crate::store::write::{self, Guard};

impl<D: Database> Service<'_, D> {
    /// Deletes a resource. The teams that it was a member of change with it.
    pub async fn delete(
        &self,
        resource_type: &'static ResourceType,
        key: &Key,
        condition: &Condition,
    ) -> Result<(), Failure> {
        let view = self.view(resource_type);
        let guard = condition.guard();
        let mut statements = Vec::with_capacity(3);
        if guard != Guard::None {
            statements.push(read::version(&view, key));
        }
        if *resource_type == USER_TYPE || *resource_type == GROUP_TYPE {
            let version = self.mint.version();
            statements.push(write::touch_teams_of(
                &view,
                key,
                guard,
                &version,
                &self.now.text,
            ));
        }
        statements.push(write::delete(&view, key, guard));
        let mut results = self.run(statements).await?;
        let deleted = results.pop().is_some_and(|rows| !rows.is_empty());
        if deleted {
            return Ok(());
        }
        if guard != Guard::None
            && let Some(row) = results.first_mut().and_then(|rows| rows.first_mut())
        {
            condition.check(&row.required_text(0)?)?;
        }
        Err(self.not_found(resource_type, key))
    }
}
