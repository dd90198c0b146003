//! Creates that travel together.

use scim::index::Index;
use scim::list::List;
use scim::resource_type::{GROUP_TYPE, ResourceType};

use super::action::Action;
use super::job::{Job, not_there};
use super::outcome::Success;
use crate::failure::Failure;
use crate::links::{all_ids, keep_groups, missing};
use crate::session::Session;
use crate::write::{Change, NewResource, of_type, value_in_use};
use store::batch::Batch;
use store::limits::{RUN_HELD, RUN_TOTAL};
use store::table::Table;
use store::{self, Database, membership, run};

/// Statements of a create that is not plain, at the most.
const STATEMENTS_EACH: usize = 6;

/// A create, with the place of its operation.
type Create = (usize, NewResource);

impl<D: Database> Session<'_, D> {
    /// Creates several resources in one batch, and tells how many of the operations are settled.
    /// None are, but those that have an outcome, if the batch fails as a whole: then fewer are to
    /// be tried.
    ///
    /// `strict`: the client wants to stop at errors, so one ends the run.
    pub(super) async fn create_run(
        &self,
        jobs: &mut [Job],
        run: &[usize],
        strict: bool,
    ) -> Result<usize, Failure> {
        let (plans, count) = self.plan_run(jobs, run, strict).await?;
        if self.create_plans(jobs, &plans, strict).await? {
            return Ok(count);
        }
        if strict {
            return Ok(0);
        }
        // What stands in the way is found in one trip and told, however many they are; the others
        // are tried again.
        let weight = |plans: &[Create]| plans.iter().map(|(_, plan)| 1 + plan.links().len()).sum();
        let before: usize = weight(&plans);
        let rest = self.diagnose(jobs, plans).await?;
        if weight(&rest) < before && self.create_plans(jobs, &rest, strict).await? {
            return Ok(count);
        }
        Ok(0)
    }

    /// Gives the users of a run who were here before their former ids, wherever the request names
    /// them.
    pub(super) async fn take_former_ids(
        &self,
        jobs: &mut [Job],
        run: &[usize],
    ) -> Result<(), Failure> {
        if self.settings().keep.is_none() {
            return Ok(());
        }
        let users = run.iter().filter_map(|index| self.plan_job(jobs, *index));
        let users: Vec<NewResource> = users.map(NewResource::names).list();
        let users: Vec<&NewResource> = users.iter().list();
        let mut ids = Index::default();
        for (id, former) in self.former_ids(&users, None).await? {
            if !ids.add(&former) {
                continue;
            }
            let creates =
                |job: &Job| matches!(&job.action, Ok(Action::Create(_, new)) if *new == id);
            let Some(index) = jobs.iter().position(creates) else {
                continue;
            };
            let names =
                |(place, job): &(usize, &mut Job)| *place == index || job.refers.contains(&index);
            for (_, job) in jobs.iter_mut().enumerate().filter(names) {
                job.rename(&id, &former);
            }
        }
        Ok(())
    }

    /// Creates what is planned, in one batch; tells whether that was possible.
    async fn create_plans(
        &self,
        jobs: &mut [Job],
        plans: &[Create],
        strict: bool,
    ) -> Result<bool, Failure> {
        if plans.is_empty() {
            return Ok(true);
        }
        let changes: Vec<Change<'_>> = plans.iter().map(|(_, plan)| plan.change()).list();
        let mut batch = Batch::default();
        let receipt = self.add_run(&mut batch, &changes, strict)?;
        let mut answers = match self.send(batch).await {
            Ok(answers) => answers,
            Err(store::Error::Guard | store::Error::Unique(_)) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        self.note_indexed(plans.iter().map(|(_, plan)| plan.index_bytes()).sum());
        let created = receipt.resources(&mut answers)?;
        for (index, plan) in plans {
            if let Some(job) = jobs.get_mut(*index) {
                job.settle(if created.has(&plan.typed_id()) {
                    Ok((Success::Created, Some(plan.version.clone())))
                } else {
                    Err(plan.name_in_use())
                });
            }
        }
        Ok(true)
    }

    /// Tells those creates that cannot be done, as far as one trip finds out: for a name or a
    /// unique value in use, for members that are not there, for an operation that they refer to.
    /// Gives the others.
    async fn diagnose(&self, jobs: &mut [Job], plans: Vec<Create>) -> Result<Vec<Create>, Failure> {
        let mut batch = Batch::default();
        let mut names_in_use = Vec::new();
        for resource_type in ResourceType::all() {
            let mut names: Vec<(&str, &str)> = Vec::new();
            for (_, plan) in &plans {
                if plan.resource_type == resource_type {
                    names.push((&plan.id, plan.name()));
                }
            }
            let view = self.view(resource_type);
            names_in_use.extend(batch.add_all(run::names_in_use(&view, &names)));
        }
        let mut values = Vec::new();
        let mut members = Index::default();
        for (_, plan) in &plans {
            values.extend_from_slice(plan.unique());
            if Table::of(plan.resource_type).has_members() {
                for id in plan.links() {
                    members.add(id);
                }
            }
        }
        let view = self.view(&GROUP_TYPE);
        let values_in_use = batch.add(run::values_in_use(&view, &values));
        let members = members.into_texts();
        let strangers = batch.add_all(membership::unknown_ids(&view, &members));
        let mut answers = self.send(batch).await?;
        let names_in_use: Index = all_ids(answers.rows_of(&names_in_use))?;
        let mut values_in_use: Index = all_ids(answers.rows(values_in_use))?;
        let strangers: Index = all_ids(answers.rows_of(&strangers))?;
        let pends = self.settings().pend_unknown_members;
        if pends {
            self.look_up(&strangers.clone().into_texts()).await?;
        }
        let (mut new_ids, mut new_names) = (Index::default(), Index::default());
        let mut rest = Vec::new();
        for (index, mut plan) in plans {
            let job = |index: usize| jobs.get(index);
            let refers = job(index)
                .map(|job| job.refers.as_slice())
                .unwrap_or_default();
            let obstacle = refers
                .iter()
                .filter_map(|need| job(*need))
                .find(|job| job.has_failed());
            let mut absent: Vec<String> = plan
                .links()
                .iter()
                .filter(|id| strangers.has(id) && !new_ids.has(id))
                .cloned()
                .list();
            let skips = self.settings().skip_unknown_members || pends;
            if skips && !absent.is_empty() {
                if !pends {
                    self.note_unknown(&absent);
                }
                plan.leave_out(self);
            }
            let must_be = !skips || pends && keep_groups(plan.groups(), &mut absent);
            let failure = if let Some(other) = obstacle {
                not_there(other)
            } else if names_in_use.has(&plan.id) || new_names.has(&plan.typed_name()) {
                plan.name_in_use()
            } else if let Some(failure) =
                value_in_use(plan.resource_type, plan.unique(), &values_in_use)
            {
                failure
            } else if must_be && !absent.is_empty() {
                missing(&GROUP_TYPE, &absent)
            } else {
                new_ids.add(&plan.id);
                new_names.add(&plan.typed_name());
                for (attribute, value) in plan.unique() {
                    values_in_use.add(&of_type(attribute, value));
                }
                rest.push((index, plan));
                continue;
            };
            if let Some(job) = jobs.get_mut(index) {
                job.settle(Err(failure));
            }
        }
        Ok(rest)
    }

    /// Reads the bodies, and tells how many of the operations the batch leaves settled: those that
    /// cannot be done are, too.
    async fn plan_run(
        &self,
        jobs: &mut [Job],
        run: &[usize],
        strict: bool,
    ) -> Result<(Vec<Create>, usize), Failure> {
        let mut plans: Vec<Create> = Vec::with_capacity(run.len());
        let mut later = Index::default();
        let room = self.statements_left() / STATEMENTS_EACH;
        let (mut bytes, mut text, mut holds) = (0, 0, 0);
        for (count, &index) in run.iter().enumerate() {
            let Some(plan) = self.plan_job(jobs, index) else {
                if strict && !plans.is_empty() {
                    return Ok((plans, count));
                }
                // Without a trip, for it does not come as far as that.
                self.perform_next(jobs, index).await?;
                if strict {
                    return Ok((plans, count + 1));
                }
                continue;
            };
            bytes += plan.total();
            let has_begun = !plans.is_empty();
            holds += plan.holds();
            let is_full = has_begun && (bytes > RUN_TOTAL || holds > RUN_HELD);
            if !is_full && !self.has_room_for_work(holds) {
                let count = has_begun.then_some((plans, count));
                return count.ok_or(Failure::Busy);
            }
            if is_full || !self.has_room_for_text(text, plan.index_bytes()) {
                return Ok((plans, count));
            }
            text += plan.index_bytes();
            // What is plain is inserted first: it must not take a name that one in front of it asks
            // for.
            if plan.is_plain() {
                if later.has(&plan.typed_name()) {
                    return Ok((plans, count));
                }
            } else {
                if count > 0 && later.len() >= room {
                    return Ok((plans, count));
                }
                later.add(&plan.typed_name());
            }
            plans.push((index, plan));
        }
        Ok((plans, run.len()))
    }

    /// What a create is to write; none if it cannot be done.
    fn plan_job(&self, jobs: &[Job], index: usize) -> Option<NewResource> {
        let job = jobs.get(index)?;
        let has_failed = |need: &usize| jobs.get(*need).is_some_and(Job::has_failed);
        match (&job.action, &job.operation.data) {
            (Ok(Action::Create(resource_type, id)), Some(data))
                if !job.refers.iter().any(has_failed) =>
            {
                self.begin_operation(index);
                self.new_resource(resource_type, data, id.clone()).ok()
            }
            (
                Ok(
                    Action::Create(..)
                    | Action::Replace(..)
                    | Action::Patch(..)
                    | Action::Delete(..),
                )
                | Err(_),
                _,
            ) => None,
        }
    }
}
