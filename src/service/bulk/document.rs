//! What an operation of a Bulk makes of a document that was read with others.

use scim::index::Index;
use scim::patch::Split;
use scim::resource::{keep_unique, replace};
use scim::resource_type::ResourceType;
use serde_json::{Map, Value};

use super::action::Action;
use super::job::Job;
use crate::failure::Failure;
use crate::session::Session;
use crate::write::Rewrite;
use store::Database;

impl<D: Database> Session<'_, D> {
    /// What an operation makes of a document; none where it is about more than the document. Who is
    /// deactivated leaves without a name that is taken: to find that out again for each of a
    /// hundred would take more trips than there are.
    pub(super) fn document_after(
        &self,
        job: &Job,
        resource_type: &'static ResourceType,
        before: &Map<String, Value>,
        taken: Option<&Index>,
    ) -> Result<Option<Map<String, Value>>, Failure> {
        let data = job.operation.data.as_ref().unwrap_or(&Value::Null);
        let mut document = before.clone();
        let is_whole = matches!(job.action, Ok(Action::Replace(..)));
        if is_whole {
            document = self.accept(resource_type, data, false)?.document;
            let habits = &mut self.habits();
            replace(resource_type, before, &mut document, Some(habits))?;
        } else {
            let patch = self.accept_patch(resource_type, data)?;
            let Split { own, links } = Split::of(patch.operations)?;
            if !links.is_empty() {
                return Ok(None);
            }
            self.apply(resource_type, &own, &mut document, &mut self.habits())?;
        }
        if let Some(taken) = taken.filter(|taken| !taken.is_empty()) {
            let rewrite = Rewrite::new(&self.view(resource_type), before, &document)?;
            let name = rewrite.names().pop();
            let is_taken = name.is_some_and(|name| taken.has(name));
            if is_taken && is_whole {
                keep_unique(resource_type, before, &mut document, &mut self.habits());
            } else if is_taken {
                let patch = self.accept_patch(resource_type, data)?;
                let rest = patch.without_unique(&mut self.habits());
                if let Some(rest) = rest {
                    document.clone_from(before);
                    let own = &rest.operations;
                    self.apply(resource_type, own, &mut document, &mut self.habits())?;
                }
            }
        }
        Ok(Some(document))
    }
}
