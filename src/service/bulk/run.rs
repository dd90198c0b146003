//! Creates that travel together.

use std::collections::BTreeSet;

use scim::resource_type::ResourceType;

use super::order::in_parameters;
use super::target::Target;
use super::{Done, Job};
use crate::service::create::Planned;
use crate::service::{Failure, Service};
use crate::store::{self, Database, run};

impl<D: Database> Service<'_, D> {
    /// Creates several resources in one batch, and tells how many of the operations are settled. None are, and nothing is
    /// written, if the batch fails as a whole, for a member that is not there perhaps: then fewer are to be tried.
    ///
    /// `strict`: the client wants to stop at errors, so one ends the run.
    pub(super) async fn create_run(
        &self,
        jobs: &mut [Job],
        run: &[usize],
        strict: bool,
    ) -> Result<usize, Failure> {
        let (planned, settled) = self.plan_run(jobs, run, strict).await?;
        let (plain, linked): (Vec<_>, Vec<_>) =
            planned.into_iter().partition(|(_, plan)| plan.is_plain());
        let mut statements = Vec::new();
        for resource_type in ResourceType::all() {
            let of_type = plain
                .iter()
                .map(|(_, plan)| plan)
                .filter(|plan| plan.resource_type == resource_type);
            for plans in in_parameters(of_type) {
                let rows: Vec<_> = plans.iter().map(|plan| plan.row()).collect();
                let view = self.view(resource_type);
                statements.push(run::insert_many(&view, &rows, &self.now.text));
            }
        }
        let inserts = statements.len();
        let mut first = Vec::with_capacity(linked.len());
        for (_, plan) in &linked {
            first.push(statements.len());
            statements.extend(self.creating(plan));
        }
        let all = || plain.iter().chain(&linked);
        if strict {
            let ids: Vec<&str> = all().map(|(_, plan)| plan.id.as_str()).collect();
            statements.push(run::all_there(&self.tenant, &ids));
        }
        if statements.is_empty() {
            return Ok(settled);
        }
        let results = match self.run(statements).await {
            Ok(results) => results,
            Err(store::Error::Guard | store::Error::Unique(_)) => return Ok(0),
            Err(error) => return Err(error.into()),
        };
        let mut created = BTreeSet::new();
        for row in results.iter().take(inserts).flatten() {
            created.extend(row.clone().text(0)?);
        }
        for (position, (_, plan)) in linked.iter().enumerate() {
            let rows = first.get(position).and_then(|index| results.get(*index));
            if rows.is_some_and(|rows| !rows.is_empty()) {
                created.insert(plan.id.clone());
            }
        }
        for (index, plan) in all() {
            let Some(job) = jobs.get_mut(*index) else {
                continue;
            };
            job.outcome = Some(if created.contains(&plan.id) {
                job.outcome(Ok(Done::Created), Some(plan.version.clone()))
            } else {
                job.outcome(Err(plan.name_in_use()), None)
            });
        }
        Ok(settled)
    }

    /// Reads the bodies, and tells how many of the operations the batch leaves settled: those that cannot be done are, too.
    async fn plan_run(
        &self,
        jobs: &mut [Job],
        run: &[usize],
        strict: bool,
    ) -> Result<(Vec<(usize, Planned)>, usize), Failure> {
        let mut planned: Vec<(usize, Planned)> = Vec::with_capacity(run.len());
        let mut later = BTreeSet::new();
        for (settled, &index) in run.iter().enumerate() {
            let Some(plan) = self.plan_job(jobs, index) else {
                if strict && !planned.is_empty() {
                    return Ok((planned, settled));
                }
                // Without a trip, for it does not come as far as that.
                self.perform_next(jobs, index).await?;
                if strict {
                    return Ok((planned, settled + 1));
                }
                continue;
            };
            // What is without links is inserted first: it must not take a name that one in front of it asks for.
            if plan.is_plain() {
                if later.contains(&plan.name()) {
                    return Ok((planned, settled));
                }
            } else {
                later.insert(plan.name());
            }
            planned.push((index, plan));
        }
        Ok((planned, run.len()))
    }

    /// What a create is to write; none if it cannot be done.
    fn plan_job(&self, jobs: &[Job], index: usize) -> Option<Planned> {
        let job = jobs.get(index)?;
        let refused = |need: &usize| jobs.get(*need).is_some_and(Job::failed);
        match (&job.target, &job.operation.data) {
            (Ok(Target::Create(resource_type, id)), Some(data))
                if !job.refers.iter().any(refused) =>
            {
                self.plan(resource_type, data, id.clone()).ok()
            }
            _ => None,
        }
    }
}
