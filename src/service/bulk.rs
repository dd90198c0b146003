//! Many operations in one request (RFC 7644 §3.7).
//!
//! Ids are the server's, so every POST has one before anything is written, and a reference to it is a plain value from
//! then on, be it forward, backward or circular. Operations run in the order given, but for those that an operation
//! refers to, which come first. Creates that follow each other travel as one batch.

use std::collections::{BTreeMap, BTreeSet};

use scim::bulk::{BulkOperation, BulkRequest};
use scim::error::Error;
use scim::resource_type::{GROUP_TYPE, ResourceType, USER_TYPE};
use serde_json::Value;

use super::create::Planned;
use super::{Asked, Condition, Failure, Service};
use crate::store::read::Key;
use crate::store::{self, Database, run};

mod order;
mod outcome;

use order::{failed, in_parameters, order, run_length};
pub use outcome::{Done, Outcome};

/// An operation with its place, its id and what it waits for.
struct Job {
    operation: BulkOperation,
    /// What it is about, or why it cannot be done.
    target: Result<Target, Failure>,
    /// The operations whose resources it refers to.
    refers: Vec<usize>,
    /// Those of them whose resources must be there first: a member, or what the path names. A manager need not.
    needs: Vec<usize>,
    outcome: Option<Outcome>,
}

/// What an operation is about.
#[derive(Clone, Debug)]
enum Target {
    Create(&'static ResourceType, String),
    Replace(&'static ResourceType, Key),
    Patch(&'static ResourceType, Key),
    Delete(&'static ResourceType, Key),
}

impl<D: Database> Service<'_, D> {
    /// Carries out a Bulk request. An outcome for each operation that was tried, in the order of the request.
    pub async fn bulk(&self, request: BulkRequest) -> Result<Vec<Outcome>, Failure> {
        let most = self.settings.limits.bulk_max_operations;
        if request.operations.len() > usize::try_from(most).unwrap_or(usize::MAX) {
            return Err(Failure::TooLarge(format!(
                "The request has {} operations; {most} are accepted (bulk.maxOperations of /ServiceProviderConfig). \
                 Split it.",
                request.operations.len(),
            )));
        }
        // Nothing else would look at the token.
        if request.operations.is_empty() {
            self.run(vec![store::page::total(&self.view(&USER_TYPE))])
                .await?;
        }
        let mut jobs = self.jobs(request.operations);
        let order = order(&jobs);
        let mut errors = 0;
        let mut rest = order.as_slice();
        while !rest.is_empty() && request.fail_on_errors.is_none_or(|most| errors < most) {
            let run = run_length(&jobs, rest);
            let (now, later) = rest.split_at(run.max(1));
            rest = later;
            if run > 1
                && self
                    .create_run(&mut jobs, now, request.fail_on_errors.is_some())
                    .await?
            {
                errors += now.iter().filter(|index| failed(&jobs, **index)).count() as u64;
                continue;
            }
            for &index in now {
                if request.fail_on_errors.is_some_and(|most| errors >= most) {
                    break;
                }
                let outcome = self.perform(&jobs, index).await?;
                errors += u64::from(outcome.result.is_err());
                if let Some(job) = jobs.get_mut(index) {
                    job.outcome = Some(outcome);
                }
            }
        }
        Ok(jobs.into_iter().filter_map(|job| job.outcome).collect())
    }

    /// Gives every create an id and puts ids for references.
    fn jobs(&self, operations: Vec<BulkOperation>) -> Vec<Job> {
        let ids: Vec<String> = operations.iter().map(|_| self.mint.id()).collect();
        let mut named: BTreeMap<String, usize> = BTreeMap::new();
        let mut twice = Vec::new();
        for (index, operation) in operations.iter().enumerate() {
            if let (Some(bulk_id), "POST") = (&operation.bulk_id, operation.method.as_str())
                && named.insert(bulk_id.clone(), index).is_some()
            {
                twice.push(bulk_id.clone());
            }
        }
        operations
            .into_iter()
            .zip(&ids)
            .map(|(mut operation, id)| {
                let mut refers = Vec::new();
                let unknown = operation.resolve(&mut |name| {
                    let index = *named.get(name)?;
                    refers.push(index);
                    ids.get(index).cloned()
                });
                let target = match (unknown.first(), &operation.bulk_id) {
                    (Some(name), _) => Err(Error::invalid_value(format!(
                        "\"bulkId:{name}\" is the bulkId of no POST operation of this request."
                    ))
                    .into()),
                    (None, Some(bulk_id)) if twice.contains(bulk_id) => Err(Error::invalid_value(format!(
                        "The bulkId \"{bulk_id}\" names more than one operation; each needs one of its own."
                    ))
                    .into()),
                    (None, _) => self.target(&operation, id),
                };
                let by_value = matches!(&target, Ok(Target::Create(of, _)) if **of != GROUP_TYPE)
                    && !self.settings.accept_user_groups;
                Job {
                    operation,
                    target,
                    needs: if by_value { Vec::new() } else { refers.clone() },
                    refers,
                    outcome: None,
                }
            })
            .collect()
    }

    /// Reads method and path.
    fn target(&self, operation: &BulkOperation, id: &str) -> Result<Target, Failure> {
        let path = operation
            .path
            .strip_prefix(&self.base)
            .unwrap_or(&operation.path);
        let mut segments = path.split('/').filter(|segment| !segment.is_empty());
        let endpoint = segments.next().unwrap_or_default();
        let resource_type = ResourceType::all()
            .find(|known| known.endpoint.get(1..) == Some(endpoint))
            .ok_or_else(|| {
                Error::invalid_path(format!(
                    "path must be an endpoint such as /Users, or one with an id such as /Users/2819c223; it is \"{}\".",
                    operation.path.chars().take(100).collect::<String>(),
                ))
            })?;
        let named = segments.next().map(|id| Key::Id(id.to_owned()));
        let target = match (operation.method.as_str(), named) {
            ("POST", None) if operation.bulk_id.is_none() => {
                return Err(Error::invalid_value(
                    "A POST operation needs a bulkId (RFC 7644 §3.7).",
                )
                .into());
            }
            ("POST", None) => Target::Create(resource_type, id.to_owned()),
            ("PUT", Some(key)) => Target::Replace(resource_type, key),
            ("PATCH", Some(key)) => Target::Patch(resource_type, key),
            ("DELETE", Some(key)) => return Ok(Target::Delete(resource_type, key)),
            ("POST" | "PUT" | "PATCH" | "DELETE", _) => {
                return Err(Error::invalid_path(
                    "POST takes the path of an endpoint; PUT, PATCH and DELETE take one with an id.",
                )
                .into());
            }
            _ => {
                return Err(
                    Error::invalid_syntax("method must be POST, PUT, PATCH or DELETE.").into(),
                );
            }
        };
        if operation.data.is_none() {
            return Err(Error::invalid_syntax(format!(
                "A {} operation needs data.",
                operation.method
            ))
            .into());
        }
        Ok(target)
    }

    /// Creates several resources in one batch; tells whether it could. What is without links goes first and does not
    /// stop at a name in use. If something else is wrong (a member that is not there), nothing is written, and they
    /// are to be done one by one. So they are after a first error, where the client wants to stop at errors.
    async fn create_run(
        &self,
        jobs: &mut [Job],
        run: &[usize],
        strict: bool,
    ) -> Result<bool, Failure> {
        let mut planned: Vec<(usize, Planned)> = Vec::with_capacity(run.len());
        for &index in run {
            let Some(job) = jobs.get(index) else { continue };
            let (Ok(Target::Create(resource_type, id)), Some(data)) =
                (&job.target, &job.operation.data)
            else {
                return Ok(false);
            };
            match self.plan(resource_type, data, id.clone()) {
                Ok(plan) => planned.push((index, plan)),
                Err(_) => return Ok(false),
            }
        }
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
                statements.push(run::insert_many(
                    &self.view(resource_type),
                    &rows,
                    &self.now.text,
                ));
            }
        }
        let inserts = statements.len();
        let mut first = Vec::with_capacity(linked.len());
        for (_, plan) in &linked {
            first.push(statements.len());
            statements.extend(self.creating(plan));
        }
        if strict {
            let all: Vec<&str> = plain
                .iter()
                .chain(&linked)
                .map(|(_, plan)| plan.id.as_str())
                .collect();
            statements.push(run::all_there(&self.tenant, &all));
        }
        let results = match self.run(statements).await {
            Ok(results) => results,
            Err(store::Error::Guard | store::Error::Unique(_)) => return Ok(false),
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
        for (index, plan) in plain.iter().chain(&linked) {
            let result = if created.contains(&plan.id) {
                Ok(Done::Created)
            } else {
                Err(plan.name_in_use())
            };
            if let Some(job) = jobs.get_mut(*index) {
                job.outcome = Some(Outcome {
                    method: job.operation.method.clone(),
                    bulk_id: job.operation.bulk_id.clone(),
                    location: result
                        .is_ok()
                        .then(|| self.location(plan.resource_type, &plan.id)),
                    version: result.is_ok().then(|| plan.version.clone()),
                    result,
                });
            }
        }
        Ok(true)
    }

    /// Carries out one operation.
    async fn perform(&self, jobs: &[Job], index: usize) -> Result<Outcome, Failure> {
        let Some(job) = jobs.get(index) else {
            return Err(Failure::Broken("an operation was lost".to_owned()));
        };
        let mut outcome = Outcome {
            method: job.operation.method.clone(),
            bulk_id: job.operation.bulk_id.clone(),
            location: None,
            version: None,
            result: Ok(Done::Silent),
        };
        let refused = job.refers.iter().find(|need| failed(jobs, **need));
        let target = match (&job.target, refused.and_then(|need| jobs.get(*need))) {
            (Ok(_), Some(other)) => Err(Failure::Conflict(format!(
                "The operation \"{}\" that this one refers to was not done.",
                other.operation.bulk_id.as_deref().unwrap_or_default(),
            ))),
            (target, _) => target.clone(),
        };
        let (location, done) = match target {
            Err(failure) => (None, Err(failure)),
            Ok(target) => self.perform_target(&job.operation, target).await,
        };
        outcome.location = location;
        match done {
            Err(failure @ (Failure::Unauthorized(_) | Failure::Broken(_))) => return Err(failure),
            Err(failure) => {
                // Its members were not there yet, and could not be, for they wait for this one (§3.7.1).
                let circular = job.needs.iter().any(|need| {
                    *need == index || jobs.get(*need).is_some_and(|job| job.outcome.is_none())
                });
                outcome.result = Err(if circular {
                    Failure::Conflict(
                        "This operation and those it refers to by bulkId refer to each other in a circle that cannot be \
                         made: a group is not a member of itself, directly or through other groups."
                            .to_owned(),
                    )
                } else {
                    failure
                });
            }
            Ok((done, version)) => {
                outcome.result = Ok(done);
                outcome.version = version;
            }
        }
        Ok(outcome)
    }

    async fn perform_target(
        &self,
        operation: &BulkOperation,
        target: Target,
    ) -> (Option<String>, Result<(Done, Option<String>), Failure>) {
        let condition = operation
            .version
            .as_deref()
            .map_or(Condition::None, Condition::parse);
        let data = operation.data.as_ref().unwrap_or(&Value::Null);
        // The version of a reply is all that is needed of the resource.
        let asked = Asked {
            attributes: vec!["id".to_owned()],
            excluded: Vec::new(),
        };
        match target {
            Target::Create(resource_type, id) => {
                let created = self.create_as(resource_type, data, id, &asked).await;
                let location = created.as_ref().ok().map(|answer| answer.location.clone());
                (
                    location,
                    created.map(|answer| (Done::Created, Some(answer.version))),
                )
            }
            Target::Replace(resource_type, key) => {
                let replaced = self
                    .replace(resource_type, &key, data, &condition, &asked)
                    .await;
                let done = replaced.map(|answer| (Done::Changed, Some(answer.version)));
                (self.key_location(resource_type, &key), done)
            }
            Target::Patch(resource_type, key) => {
                let patched = self
                    .patch(resource_type, &key, data, &condition, &asked)
                    .await;
                let done = patched.map(|answer| (Done::Changed, Some(answer.version)));
                (self.key_location(resource_type, &key), done)
            }
            Target::Delete(resource_type, key) => {
                let deleted = self.delete(resource_type, &key, &condition).await;
                (
                    self.key_location(resource_type, &key),
                    deleted.map(|()| (Done::Silent, None)),
                )
            }
        }
    }

    fn key_location(&self, resource_type: &'static ResourceType, key: &Key) -> Option<String> {
        match key {
            Key::Id(id) => Some(self.location(resource_type, id)),
            Key::Subject => None,
        }
    }
}
