//! Milestones of a walk by `startIndex`.

use super::super::{Failure, Service};
use super::found::Found;
use crate::store::page::Page;
use crate::store::{Database, Results, milestone};

impl<D: Database> Service<'_, D> {
    /// Leaves a milestone at the end of a full page that skipped much.
    pub(super) fn note_walk(
        &self,
        page: &Page<'_>,
        found: &Found,
        counts: &Results,
    ) -> Result<(), Failure> {
        let (Some(offset), Some(row), [source]) = (
            page.walked(),
            counts.iter().flatten().next(),
            page.sources.as_slice(),
        ) else {
            return Ok(());
        };
        let walked = milestone::read_walked(row)?;
        let full = found.count as u64 == page.limit;
        if let Some((_, last)) = found
            .edges
            .as_ref()
            .filter(|_| full && walked.skipped >= milestone::STEP)
        {
            let position = offset.saturating_add_unsigned(page.limit);
            let note = milestone::note(&source.view, walked.moved, position, &last.id);
            self.later.borrow_mut().extend(note);
        }
        Ok(())
    }
}
