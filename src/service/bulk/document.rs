//! What an operation of a Bulk makes of a document that was read with others.

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

/// What becomes of a document.
pub(super) enum DocumentOutcome {
    /// It is to be written.
    Rewrite(Box<Rewrite>),
    /// It stays.
    Same,
    /// The operation is about more than the document.
    Alone,
}

impl<D: Database> Session<'_, D> {
    /// What an operation makes of a document: of who is to leave without the name, where that is
    /// another's.
    pub(super) fn rewrite_by(
        &self,
        job: &Job,
        resource_type: &'static ResourceType,
        before: &Map<String, Value>,
        is_taken: &dyn Fn(&str) -> bool,
    ) -> Result<DocumentOutcome, Failure> {
        let Some(mut document) = self.document_after(job, resource_type, before)? else {
            return Ok(DocumentOutcome::Alone);
        };
        let mut is_first = true;
        loop {
            if document == *before {
                return Ok(DocumentOutcome::Same);
            }
            let rewrite = Rewrite::new(&self.view(resource_type), before, &document)?;
            let name = rewrite.names().pop();
            if !is_first || !rewrite.leaves_inactive() || !name.is_some_and(is_taken) {
                return Ok(DocumentOutcome::Rewrite(Box::new(rewrite)));
            }
            is_first = false;
            self.leave_without_name(job, resource_type, before, &mut document)?;
        }
    }

    /// What an operation makes of a document; none where it is about more than the document.
    fn document_after(
        &self,
        job: &Job,
        resource_type: &'static ResourceType,
        before: &Map<String, Value>,
    ) -> Result<Option<Map<String, Value>>, Failure> {
        let data = job.operation.data.as_ref().unwrap_or(&Value::Null);
        if matches!(job.action, Ok(Action::Replace(..))) {
            let mut document = self.accept(resource_type, data, false)?.document;
            let habits = &mut self.habits();
            replace(resource_type, before, &mut document, Some(habits))?;
            return Ok(Some(document));
        }
        let patch = self.accept_patch(resource_type, data)?;
        let Split { own, links } = Split::of(patch.operations)?;
        if !links.is_empty() {
            return Ok(None);
        }
        let mut document = before.clone();
        self.apply(resource_type, &own, &mut document, &mut self.habits())?;
        Ok(Some(document))
    }

    /// Makes of a document what an operation does that deactivates somebody, without the name,
    /// which is another's.
    fn leave_without_name(
        &self,
        job: &Job,
        resource_type: &'static ResourceType,
        before: &Map<String, Value>,
        document: &mut Map<String, Value>,
    ) -> Result<(), Failure> {
        if matches!(job.action, Ok(Action::Replace(..))) {
            keep_unique(resource_type, before, document, &mut self.habits());
            return Ok(());
        }
        let data = job.operation.data.as_ref().unwrap_or(&Value::Null);
        let patch = self.accept_patch(resource_type, data)?;
        let rest = patch.without_unique(&mut self.habits());
        if let Some(rest) = rest {
            document.clone_from(before);
            let own = &rest.operations;
            self.apply(resource_type, own, document, &mut self.habits())?;
        }
        Ok(())
    }
}
