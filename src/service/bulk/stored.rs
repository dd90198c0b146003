//! What a run of changes reads before it is written.

use scim::index::Index;
use scim::list::List;
use scim::resource_type::{ResourceType, USER_TYPE};

use super::action::Action;
use super::job::Job;
use crate::failure::Failure;
use crate::links::all_ids;
use crate::session::Session;
use crate::write::of_type;
use store::batch::Batch;
use store::limits::RUN_READ;
use store::read::{ResourceRef, Stored};
use store::{Database, run};

/// What a run has read.
#[derive(Default)]
pub(super) struct StoredResources {
    /// The resources that were found, each by [`of_type`].
    resources: Index,
    /// What is stored of each, by its number; none where it is too large for a run, or was taken.
    stored: Vec<Option<Stored>>,
}

impl StoredResources {
    /// What is stored of a resource, where it is there.
    pub(super) fn of(
        &mut self,
        resource_type: &'static ResourceType,
        id: &str,
    ) -> Option<&mut Option<Stored>> {
        let number = self.resources.number(&of_type(resource_type.name, id))?;
        self.stored.get_mut(number)
    }
}

impl<D: Database> Session<'_, D> {
    /// Reads what the operations of a run change, and which of these names are taken yet.
    pub(super) async fn read_run(
        &self,
        jobs: &[Job],
        run: &[usize],
        taken: &mut Index,
    ) -> Result<StoredResources, Failure> {
        let mut batch = Batch::default();
        let mut read = Vec::new();
        for resource_type in ResourceType::all() {
            let mut ids: Vec<&str> = Vec::new();
            for index in run {
                if let Some(Ok(
                    Action::Patch(of, ResourceRef::Id(id))
                    | Action::Replace(of, ResourceRef::Id(id)),
                )) = jobs.get(*index).map(|job| &job.action)
                    && *of == resource_type
                {
                    ids.push(id);
                }
            }
            if !ids.is_empty() {
                let statement = run::stored_many(&self.view(resource_type), &ids);
                read.push((resource_type.name, batch.add(statement)));
            }
        }
        let mut found = StoredResources::default();
        if batch.is_empty() {
            return Ok(found);
        }
        let names = taken.iter().map(|(name, _)| (name, name)).list();
        let statement = names
            .first()
            .and_then(|_| run::names_in_use(&self.view(&USER_TYPE), &names));
        let in_use = batch.add_all(statement);
        batch.expect(RUN_READ);
        let mut answers = self.send(batch).await?;
        *taken = all_ids(answers.rows_of(&in_use))?;
        for (name, handle) in read {
            for mut row in answers.rows(handle) {
                let (id, stored) = run::read_one_of_many(&mut row)?;
                if found.resources.add(&of_type(name, &id)) {
                    found.stored.push(stored);
                }
            }
        }
        Ok(found)
    }
}
