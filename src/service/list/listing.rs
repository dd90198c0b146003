//! What a page holds, in whichever form it was fetched.

use super::plan::Plan;
use crate::failure::Failure;
use store::limits::PAGE_BYTES;
use store::page::{Item, Mark, SortKey, Whole};
use store::record::Record;

/// Bytes that are shown of a resource besides what it holds, about.
const SHOWN: usize = 400;

/// The resources of a page.
pub(super) struct Listing<'a> {
    /// The resources, in the order that they were fetched in.
    pub(super) entries: Vec<Entry<'a>>,
    /// Whether there are more beyond, as far as one more was asked for, or the page ended early.
    pub(super) more: bool,
}

/// A resource of a page.
pub(super) struct Entry<'a> {
    pub(super) record: Record<'a>,
    /// Its sort key, of a page by cursor.
    key: Option<&'a SortKey>,
    /// Which of the types it is of.
    pub(super) source: usize,
}

impl Entry<'_> {
    /// Where it stands in the order.
    fn mark(&self) -> Mark {
        Mark {
            key: self.key.cloned(),
            id: self.record.shown.id.to_owned(),
        }
    }
}

impl<'a> Listing<'a> {
    /// Of a page that came as one row.
    pub(super) fn of_whole(whole: &'a Whole) -> Result<Self, Failure> {
        let mut entries = Vec::new();
        if let Some(text) = &whole.records {
            for record in Record::read_all(text)? {
                entries.push(Entry {
                    record,
                    key: None,
                    source: 0,
                });
            }
        }
        Ok(Self::fitting(entries, whole.more))
    }

    /// Of a page that came row by row, perhaps with one more than there are on the page.
    pub(super) fn of_rows(plan: &Plan<'_>, items: &'a [Item]) -> Result<Self, Failure> {
        let most = usize::try_from(plan.count).unwrap_or(usize::MAX);
        let mut entries = Vec::new();
        for item in items.iter().take(most) {
            let Some(record) = &item.record else { break };
            entries.push(Entry {
                record: Record::read(record)?,
                key: item.key.as_ref(),
                source: item.source,
            });
        }
        let more = items.len() > entries.len();
        Ok(Self::fitting(entries, more))
    }

    /// Ends the page where those on it come to [`PAGE_BYTES`] as they are shown: users in many
    /// groups are some times what was fetched of them.
    fn fitting(mut entries: Vec<Entry<'a>>, more: bool) -> Self {
        let count = entries.len();
        let mut size = 0;
        entries.retain(|entry| {
            let fits = size < PAGE_BYTES;
            size += entry.record.size();
            fits
        });
        let more = more || entries.len() < count;
        Self { entries, more }
    }

    /// Ends the page before the first resource of whose id and source this is true.
    pub(super) fn end_before(&mut self, ends: impl Fn(&str, usize) -> bool) {
        let end = |entry: &Entry<'_>| ends(entry.record.shown.id, entry.source);
        if let Some(end) = self.entries.iter().position(end) {
            self.entries.truncate(end);
            self.more = true;
        }
    }

    /// Bytes of the text that shows them, about.
    pub(super) fn size(&self) -> usize {
        let size = |entry: &Entry<'_>| SHOWN + entry.record.size();
        self.entries.iter().map(size).sum()
    }

    /// Where the first and the last stand in the order.
    pub(super) fn edges(&self) -> Option<(Mark, Mark)> {
        let (first, last) = (self.entries.first()?, self.entries.last()?);
        Some((first.mark(), last.mark()))
    }
}
