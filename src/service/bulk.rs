//! Many operations in one request (RFC 7644 §3.7).
//!
//! Ids are the server's, so every POST has one before anything is written, and a reference to it is
//! a plain value from then on, be it forward, backward or circular. Operations run in the order
//! given, but for those that an operation refers to, which come first. Creates that follow each
//! other travel as one batch, changes and removals of different resources in two.
//!
//! A request has a bound of trips and of statements (see `limits`). What a Bulk does not come to
//! within them is told so, operation by operation, as 429: it was not begun and can be sent again
//! as it is.

use scim::error::{Error, quote};
use scim::index::Index;
use scim::list::List;
use scim::message::bulk::{BulkOperation, BulkRequest};
use serde_json::Value;

use super::condition::Condition;
use super::failure::{Failure, not_begun};
use super::reply::{ResourceReply, Selection};
use super::session::Session;
use store::Database;
use store::table::Table;

mod action;
mod changes;
mod creates;
mod document;
mod job;
mod order;
mod outcome;
mod stored;
mod tries;

use action::Action;
use job::{Job, not_there};
use order::{RunKind, next_run, order};
pub use outcome::{OperationOutcome, Success};

impl<D: Database> Session<'_, D> {
    /// Carries out a Bulk request. An outcome for each operation that was tried, in the order of
    /// the request.
    pub async fn bulk(&self, request: BulkRequest) -> Result<Vec<OperationOutcome>, Failure> {
        let most = self.settings().limits.bulk_max_operations;
        if request.operations.len() > usize::try_from(most).unwrap_or(usize::MAX) {
            return Err(Failure::TooLarge(format!(
                "The request has {} operations; {most} are accepted (`bulk.maxOperations` of /ServiceProviderConfig). \
                 Send it in parts.",
                request.operations.len(),
            )));
        }
        self.count_operations(request.operations.len()).await?;
        let mut jobs = self.jobs(request.operations);
        let order = order(&jobs);
        let mut rest = order.as_slice();
        let strict = request.fail_on_errors.is_some();
        // How many creates to send together: half as many when they could not be, twice as many
        // when they could.
        let mut together = usize::MAX;
        let mut taken = Index::default();
        while let Some((first, behind)) = rest.split_first() {
            self.end_work();
            if jobs.get(*first).is_some_and(|job| job.outcome.is_some()) {
                rest = behind;
                continue;
            }
            let errors = jobs.iter().filter(|job| job.has_failed()).count() as u64;
            if request.fail_on_errors.is_some_and(|most| errors >= most) {
                break;
            }
            if self.is_spent() {
                let mut room = request.fail_on_errors.map(|most| most - errors);
                for index in rest {
                    if room == Some(0) {
                        break;
                    }
                    if let Some(job) = jobs.get_mut(*index).filter(|job| job.outcome.is_none()) {
                        job.settle(Err(not_begun()));
                        room = room.map(|room| room - 1);
                    }
                }
                break;
            }
            let (kind, length) = next_run(&jobs, rest, self.settings().accept_user_groups);
            let length = length.min(together).max(1);
            let now = rest.get(..length).unwrap_or_default();
            if kind == RunKind::Creates {
                self.take_former_ids(&mut jobs, now).await?;
            }
            let outcome = match (kind, now) {
                (_, [index]) => {
                    taken = Index::default();
                    self.perform_next(&mut jobs, *index).await.map(|()| 1)
                }
                (RunKind::Creates, now) => self.create_run(&mut jobs, now, strict).await,
                (RunKind::Changes, now) => {
                    self.change_run(&mut jobs, now, strict, &mut taken).await
                }
            };
            match outcome {
                Ok(0) => together = length / 2,
                Ok(count) => {
                    together = match now {
                        [index]
                            if jobs.get(*index).is_some_and(Job::has_failed)
                                && !self.is_braked() =>
                        {
                            1
                        }
                        // A run that had to end early would have to again.
                        _ if count < length => count.saturating_mul(2),
                        _ => together.saturating_mul(2),
                    };
                    rest = rest.get(count..).unwrap_or_default();
                }
                // What was done is told (§3.7.3), whatever came in between; if nothing was, that is
                // the reply.
                Err(failure) if jobs.iter().any(Job::is_done) => {
                    if let Failure::Broken(cause) = &failure {
                        self.note_cause(cause.clone());
                    }
                    let job = now.first().and_then(|index| jobs.get_mut(*index));
                    if let Some(job) = job {
                        job.outcome = Some(job.outcome(Err(failure), None));
                    }
                    break;
                }
                Err(failure) => return Err(failure),
            }
        }
        Ok(jobs.into_iter().filter_map(|job| job.outcome).list())
    }

    /// Gives every create an id and puts ids for references.
    fn jobs(&self, operations: Vec<BulkOperation>) -> Vec<Job> {
        let ids: Vec<String> = operations.iter().map(|_| self.context.mint.id()).list();
        let mut bulk_ids = Index::default();
        let mut creates = Vec::new();
        let mut twice = Vec::new();
        for (index, operation) in operations.iter().enumerate() {
            if let (Some(bulk_id), "POST") = (&operation.bulk_id, operation.method.as_str()) {
                if bulk_ids.add(bulk_id) {
                    creates.push(index);
                } else {
                    twice.push(bulk_id.clone());
                }
            }
        }
        let mut jobs = Vec::new();
        for (mut operation, id) in operations.into_iter().zip(&ids) {
            let mut refers = Vec::new();
            let unknown = operation.resolve(&mut |name| {
                let index = *creates.get(bulk_ids.number(name)?)?;
                refers.push(index);
                ids.get(index).cloned()
            });
            let address = self.parse_path(&operation.path);
            // A path without an id is that of what is created, and else of nothing that there
            // is.
            let creates = operation.method == "POST";
            let location = address.as_ref().ok().and_then(|(resource_type, of_path)| {
                let id = of_path.as_deref().or(creates.then_some(id))?;
                Some(self.location(resource_type, id))
            });
            let action = match (unknown.first(), &operation.bulk_id) {
                    (Some(name), _) => Err(Error::invalid_value(format!(
                        "No POST operation of this request has the bulkId \"{}\". Add it, or name the resource by its id.",
                        quote(name),
                    ))
                    .into()),
                    (None, Some(bulk_id)) if twice.contains(bulk_id) => Err(Error::invalid_value(format!(
                        "The bulkId \"{}\" names more than one operation. Give each operation one of its own.",
                        quote(bulk_id),
                    ))
                    .into()),
                    (None, _) => action::read(&operation, address, id),
                };
            let by_value = matches!(&action, Ok(Action::Create(of, _)) if !Table::of(of).has_members())
                && !self.settings().accept_user_groups;
            jobs.push(Job {
                operation,
                action,
                location,
                refers,
                by_value,
                outcome: None,
            });
        }
        jobs
    }

    /// Carries out one operation, and notes what became of it.
    async fn perform_next(&self, jobs: &mut [Job], index: usize) -> Result<(), Failure> {
        let outcome = self.perform(jobs, index).await?;
        if let Some(job) = jobs.get_mut(index) {
            job.outcome = Some(outcome);
        }
        Ok(())
    }

    async fn perform(&self, jobs: &[Job], index: usize) -> Result<OperationOutcome, Failure> {
        let job = jobs
            .get(index)
            .ok_or_else(|| Failure::Broken("an operation was lost".to_owned()))?;
        let of = |index: &usize| jobs.get(*index);
        if let (Ok(_), Some(other)) = (
            &job.action,
            job.refers
                .iter()
                .filter_map(of)
                .find(|job| job.has_failed()),
        ) {
            return Ok(job.outcome(Err(not_there(other)), None));
        }
        let result = match &job.action {
            Err(failure) => Err(failure.clone()),
            Ok(action) => {
                self.begin_operation(index);
                self.perform_action(&job.operation, action).await
            }
        };
        match result {
            Ok((success, version)) => Ok(job.outcome(Ok(success), version)),
            Err(
                failure @ (Failure::UnknownCaller(_) | Failure::Forbidden(_) | Failure::Broken(_)),
            ) => Err(failure),
            Err(failure) => {
                // Its members were not there yet, and could not be, for they wait for this one
                // (§3.7.1).
                let waits = |need: &usize| {
                    *need == index || of(need).is_some_and(|job| job.outcome.is_none())
                };
                let failure = if !job.by_value && job.refers.iter().any(waits) {
                    Failure::Conflict(
                        "This operation and those it refers to by bulkId refer to each other in a circle that cannot be \
                         made: a group is not a member of itself, directly or through other groups. Leave one reference out."
                            .to_owned(),
                    )
                } else {
                    failure
                };
                Ok(job.outcome(Err(failure), None))
            }
        }
    }

    async fn perform_action(
        &self,
        operation: &BulkOperation,
        action: &Action,
    ) -> Result<(Success, Option<String>), Failure> {
        let condition = Condition::of_version(operation.version.as_deref());
        let data = operation.data.as_ref().unwrap_or(&Value::Null);
        // The version of a reply is all that is needed of the resource; a group's PATCH gives it
        // without a reply.
        let id_alone = Selection {
            attributes: vec!["id".to_owned()],
            excluded: Vec::new(),
        };
        let outcome = |success, answer: ResourceReply| (success, Some(answer.version));
        match action {
            Action::Create(resource_type, id) => {
                let answer = self
                    .create_as(resource_type, data, id.clone(), &id_alone)
                    .await?;
                Ok(outcome(Success::Created, answer))
            }
            Action::Replace(resource_type, reference) => {
                let answer = self
                    .replace(resource_type, reference, data, &condition, &id_alone)
                    .await?;
                Ok(outcome(Success::Changed, answer))
            }
            Action::Patch(resource_type, reference) => {
                let (success, selection) = if Table::of(resource_type).has_members() {
                    (Success::Silent, Selection::default())
                } else {
                    (Success::Changed, id_alone)
                };
                let answer = self
                    .patch(resource_type, reference, data, &condition, &selection)
                    .await?;
                Ok(outcome(success, answer))
            }
            Action::Delete(resource_type, reference) => {
                self.delete(resource_type, reference, &condition).await?;
                Ok((Success::Silent, None))
            }
        }
    }
}
