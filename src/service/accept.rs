//! Reading what a client sends of a resource, and refusing what no schema has where the settings of
//! the tenant say so (`unmapped_attributes`).
//!
//! One thing is never refused for that: what deactivates a user. An attribute that is not mapped
//! must not stop the `active: false` beside it, so there it is left out and told, as by default.

use scim::error::Error;
use scim::habit::{Habits, LEFT_OUT_TO_DEACTIVATE, READ_ONLY};
use scim::message::patch_op::PatchOp;
use scim::resource::Resource;
use scim::resource_type::ResourceType;
use serde_json::Value;

use super::failure::Failure;
use super::session::Session;
use store::Database;
use store::table::Table;

impl<D: Database> Session<'_, D> {
    /// Reads the body of a POST, which makes something new, or of a PUT.
    pub(crate) fn accept(
        &self,
        resource_type: &'static ResourceType,
        body: &Value,
        is_new: bool,
    ) -> Result<Resource, Failure> {
        let mut habits = Habits::default();
        let mut read = if is_new {
            Resource::accept(resource_type, body, &mut habits)
        } else {
            Resource::accept_change(resource_type, body, &mut habits)
        };
        if let Ok(read) = &mut read {
            self.drop_teams(resource_type, read, &mut habits);
        }
        let is_off = |read: &Resource| read.deactivates(resource_type);
        let mapped = self.check_mapped(&habits, read.as_ref().is_ok_and(is_off));
        let read = read?;
        mapped.map(|()| read)
    }

    /// Reads a resource of an import: no provider waits for what it deactivates, and what is left
    /// out of a line nobody is told.
    pub(crate) fn accept_line(
        &self,
        resource_type: &'static ResourceType,
        body: &Value,
    ) -> Result<Resource, Failure> {
        let mut habits = Habits::default();
        let read = Resource::accept(resource_type, body, &mut habits)?;
        let mut seen = habits.entries().iter();
        if let Some(habit) = seen.find(|habit| habit.name == LEFT_OUT_TO_DEACTIVATE) {
            let detail = format!("`{}` has a value that is not stored", habit.path);
            return Err(Error::invalid_value(detail).into());
        }
        self.check_mapped(&habits, false)?;
        Ok(read)
    }

    /// Leaves out the groups of a user where they are not the client's to write.
    fn drop_teams(&self, resource_type: &ResourceType, read: &mut Resource, habits: &mut Habits) {
        if Table::of(resource_type).has_members() || self.settings().accept_user_groups {
            return;
        }
        if read.links.take().is_some_and(|ids| !ids.is_empty()) {
            habits.leave_out(READ_ONLY, "groups");
        }
    }

    /// Reads the body of a PATCH.
    pub(crate) fn accept_patch(
        &self,
        resource_type: &'static ResourceType,
        body: &Value,
    ) -> Result<PatchOp, Failure> {
        let mut habits = Habits::default();
        let read = PatchOp::parse(resource_type, body, &mut habits);
        let mapped = self.check_mapped(&habits, read.as_ref().is_ok_and(PatchOp::deactivates));
        let read = read?;
        mapped.map(|()| read)
    }

    /// Notes what was seen in a body, and refuses what no schema has, unless it deactivates a user.
    fn check_mapped(&self, habits: &Habits, deactivates: bool) -> Result<(), Failure> {
        let gap = habits
            .first_unmapped()
            .filter(|_| self.settings().refuse_unmapped);
        let result = match gap {
            Some(path) if !deactivates => Err(unmapped_attribute(path).into()),
            Some(_) | None => Ok(()),
        };
        self.habits().append(habits);
        result
    }
}

fn unmapped_attribute(path: &str) -> Error {
    Error::invalid_syntax(format!(
        "No schema here has the attribute {path}, and this tenant refuses such attributes; nothing was changed. Take it \
         out of what the client maps: /Schemas lists the attributes that there are.",
    ))
    .at(path)
}
