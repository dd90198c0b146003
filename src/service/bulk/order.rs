//! In which order the operations of a Bulk are done, and which of them together.

use super::{Job, Target};
use crate::service::create::Planned;
use crate::store::limits::RUN_BYTES;

/// How many of the next operations are creates that can travel together.
pub(super) fn run_length(jobs: &[Job], order: &[usize]) -> usize {
    order
        .iter()
        .take_while(|index| {
            let Some(job) = jobs.get(**index) else {
                return false;
            };
            // What a create refers to must have been done, or be done in front of it in the same run.
            let ready = job.needs.iter().all(|need| {
                jobs.get(*need).is_some_and(|job| match &job.outcome {
                    Some(outcome) => outcome.result.is_ok(),
                    None => true,
                })
            });
            matches!(job.target, Ok(Target::Create(..))) && ready
        })
        .count()
}

/// The order to work in: that of the request, but an operation waits for those that it refers to. In a circle of
/// references the first one goes ahead; the ids in it are known all the same.
pub(super) fn order(jobs: &[Job]) -> Vec<usize> {
    let mut order = Vec::with_capacity(jobs.len());
    let mut done = vec![false; jobs.len()];
    let mut waiting: Vec<usize> = (0..jobs.len()).collect();
    while !waiting.is_empty() {
        let before = waiting.len();
        waiting.retain(|index| {
            let needs = jobs.get(*index).map(|job| job.needs.as_slice());
            let ready = needs
                .unwrap_or_default()
                .iter()
                .all(|need| need == index || done.get(*need).copied().unwrap_or(true));
            if ready {
                place(*index, &mut order, &mut done);
            }
            !ready
        });
        if waiting.len() == before {
            let first = waiting.remove(0);
            place(first, &mut order, &mut done);
        }
    }
    order
}

/// Parts rows so that each part fits one parameter.
pub(super) fn in_parameters<'a>(plans: impl Iterator<Item = &'a Planned>) -> Vec<Vec<&'a Planned>> {
    let mut parts: Vec<Vec<&Planned>> = Vec::new();
    let mut bytes = 0;
    for plan in plans {
        bytes += plan.size();
        match parts.last_mut() {
            Some(part) if bytes <= RUN_BYTES => part.push(plan),
            Some(_) | None => {
                bytes = plan.size();
                parts.push(vec![plan]);
            }
        }
    }
    parts
}

fn place(index: usize, order: &mut Vec<usize>, done: &mut [bool]) {
    order.push(index);
    if let Some(done) = done.get_mut(index) {
        *done = true;
    }
}

/// Whether an operation was tried and not done.
pub(super) fn failed(jobs: &[Job], index: usize) -> bool {
    jobs.get(index)
        .and_then(|job| job.outcome.as_ref())
        .is_some_and(|outcome| outcome.result.is_err())
}
