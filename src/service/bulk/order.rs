//! In which order the operations of a Bulk are done, and which of them together.

use scim::index::Index;

use super::action::Action;
use super::job::Job;
use crate::write::of_type;
use store::read::ResourceRef;
use store::table::Table;

/// What the operations of a run have in common.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum RunKind {
    /// They create.
    Creates,
    /// They change or delete, each a resource of its own.
    Changes,
}

/// How many of the next operations can travel together, and as what.
pub(super) fn next_run(jobs: &[Job], order: &[usize], teams_are_set: bool) -> (RunKind, usize) {
    let creates = creates(jobs, order);
    if creates > 0 {
        return (RunKind::Creates, creates);
    }
    let mut resources = Index::default();
    let changes = order
        .iter()
        .take_while(|index| {
            let job = jobs.get(**index);
            let is_done = |need: &usize| jobs.get(*need).is_some_and(Job::is_done);
            let target = job
                .filter(|job| job.outcome.is_none() && job.refers.iter().all(is_done))
                .and_then(|job| match &job.action {
                    // A group's change is mostly one of its members, who are rows of their own.
                    Ok(Action::Patch(of, ResourceRef::Id(id))) if !Table::of(of).has_members() => {
                        Some((of, id))
                    }
                    Ok(Action::Replace(of, ResourceRef::Id(id)))
                        if !Table::of(of).has_members() && !teams_are_set =>
                    {
                        Some((of, id))
                    }
                    Ok(Action::Delete(of, ResourceRef::Id(id)))
                        if job.operation.version.is_none() =>
                    {
                        Some((of, id))
                    }
                    Ok(
                        Action::Create(..)
                        | Action::Patch(..)
                        | Action::Replace(..)
                        | Action::Delete(..),
                    )
                    | Err(_) => None,
                });
            target.is_some_and(|(of, id)| resources.add(&of_type(of.name, id)))
        })
        .count();
    (RunKind::Changes, changes)
}

/// How many of the next operations are creates that can travel together.
fn creates(jobs: &[Job], order: &[usize]) -> usize {
    let mut members = vec![false; jobs.len()];
    order
        .iter()
        .take_while(|index| {
            let Some(job) = jobs.get(**index) else {
                return false;
            };
            // What a create refers to must have been done, or be done in front of it in the same
            // run; but a value, like a manager's, may name what comes later.
            let is_ready = |need: &usize| {
                jobs.get(*need).is_some_and(|other| {
                    !other.has_failed()
                        && (job.by_value
                            || other.is_done()
                            || members.get(*need).is_some_and(|is_in| *is_in))
                })
            };
            let joins = matches!(job.action, Ok(Action::Create(..)))
                && job.outcome.is_none()
                && job.refers.iter().all(is_ready);
            if let Some(is_in) = members.get_mut(**index) {
                *is_in = joins;
            }
            joins
        })
        .count()
}

/// The order to work in: that of the request, but an operation that refers to a later one waits
/// until that is done, and no longer. In a circle one goes ahead that can do without what it
/// refers to, else the first.
pub(super) fn order(jobs: &[Job]) -> Vec<usize> {
    let mut schedule = Schedule {
        order: Vec::with_capacity(jobs.len()),
        are_done: vec![false; jobs.len()],
    };
    let mut waiting: Vec<usize> = Vec::new();
    for index in 0..jobs.len() {
        waiting.push(index);
        schedule.append_ready(jobs, &mut waiting);
    }
    while !waiting.is_empty() {
        let by_value = |index: &usize| jobs.get(*index).is_some_and(|job| job.by_value);
        let first = waiting.iter().position(by_value).unwrap_or_default();
        schedule.append(waiting.remove(first));
        schedule.append_ready(jobs, &mut waiting);
    }
    schedule.order
}

/// The operations whose turn is known.
struct Schedule {
    order: Vec<usize>,
    are_done: Vec<bool>,
}

impl Schedule {
    /// Appends the first of those waiting that needs nothing more, again and again.
    fn append_ready(&mut self, jobs: &[Job], waiting: &mut Vec<usize>) {
        while let Some(first) = waiting.iter().position(|index| self.is_ready(jobs, *index)) {
            self.append(waiting.remove(first));
        }
    }

    fn is_ready(&self, jobs: &[Job], index: usize) -> bool {
        let refers = jobs.get(index).map(|job| job.refers.as_slice());
        let has_come =
            |need: &usize| *need == index || self.are_done.get(*need).copied().unwrap_or(true);
        refers.unwrap_or_default().iter().all(has_come)
    }

    fn append(&mut self, index: usize) {
        self.order.push(index);
        if let Some(is_done) = self.are_done.get_mut(index) {
            *is_done = true;
        }
    }
}
