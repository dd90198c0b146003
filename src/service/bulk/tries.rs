//! How often a run of changes is tried.

use scim::index::Index;

use super::job::Job;
use crate::failure::{Failure, not_begun};
use crate::session::Session;
use store::Database;

impl<D: Database> Session<'_, D> {
    /// Changes and deletes several resources, and tells how many of the operations are settled;
    /// none, and nothing is written, where fewer are to be tried. `taken` has the names of users
    /// that were found to be another's since names last changed here; whether they are yet is asked
    /// with each run, for somebody else may change names, too.
    ///
    /// Leavers whose names turn out to be another's go once more, all together: to find that out
    /// for each of a hundred would take more trips than there are.
    pub(super) async fn change_run(
        &self,
        jobs: &mut [Job],
        run: &[usize],
        strict: bool,
        taken: &mut Index,
    ) -> Result<usize, Failure> {
        let mut first = None;
        let mut now = run.to_vec();
        loop {
            let is_first = first.is_none();
            let mut again = is_first.then(Vec::new);
            self.end_work();
            let outcome = self.try_run(jobs, &now, strict, taken, &mut again).await;
            let mut count = match outcome {
                // What was done is told, whatever came in between.
                Err(Failure::Busy) if !is_first => 0,
                outcome => outcome?,
            };
            let mut rest = again.unwrap_or_default();
            if !is_first {
                if let (0, Some(index)) = (count, now.first()) {
                    self.perform_next(jobs, *index).await?;
                    count = 1;
                }
                rest.extend_from_slice(now.get(count..).unwrap_or_default());
            }
            let number = *first.get_or_insert(count);
            if self.is_spent() {
                for index in rest.drain(..) {
                    if let Some(job) = jobs.get_mut(index) {
                        job.settle(Err(not_begun()));
                    }
                }
            }
            if rest.is_empty() {
                return Ok(number);
            }
            now = rest;
        }
    }
}
