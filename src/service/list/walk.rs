//! Milestones of a walk by `startIndex`.

use super::super::failure::Failure;
use super::super::session::Session;
use super::listing::Listing;
use store::page::Page;
use store::{Database, Row, milestone};

impl<D: Database> Session<'_, D> {
    /// Leaves milestones at both ends of a full page that skipped much: for the same page again,
    /// and for the next.
    pub(super) fn note_walk(
        &self,
        page: &Page<'_>,
        listing: &Listing<'_>,
        counts: &[Row],
    ) -> Result<(), Failure> {
        let (Some(offset), Some(row), [source]) =
            (page.walk_offset(), counts.first(), page.sources.as_slice())
        else {
            return Ok(());
        };
        let skip = milestone::read_skip(row)?;
        let full = listing.entries.len() as u64 == page.limit;
        if let Some((first, last)) = listing
            .edges()
            .filter(|_| full && skip.rows >= milestone::STEP)
        {
            let end = offset.saturating_add_unsigned(page.limit) - 1;
            let rows = [(offset, first.id.as_str()), (end, last.id.as_str())];
            let note = milestone::note(&source.view, skip.moved, &rows);
            self.note_later(note);
        }
        Ok(())
    }
}
