//! Whether a session has room for more.

use super::Session;
use crate::failure::{Failure, not_begun};
use store::Database;
use store::limits::{
    COMPARED_AS_ROW, COMPARISONS, INDEXED, LOADED, ROWS, STATEMENTS, TRIPS, changing, text_growth,
};

impl<D: Database> Session<'_, D> {
    /// How many statements may still be sent.
    pub(crate) fn statements_left(&self) -> usize {
        STATEMENTS.saturating_sub(self.usage.get().statements)
    }

    /// Notes that documents were read to be changed, by what they are weighed as.
    pub(crate) fn note_loaded(&self, load: usize) {
        let mut usage = self.usage.get();
        usage.loaded += load;
        self.usage.set(usage);
    }

    /// Counts what the documents that are worked on hold, in place of those before, if there is
    /// room for them.
    pub(crate) fn has_room_for_work(&self, bytes: usize) -> bool {
        self.context.hold.reserve_for_work(bytes)
    }

    /// Counts that no document is worked on any more.
    pub(crate) fn end_work(&self) {
        self.context.hold.reserve_for_work(0);
    }

    /// Counts what the document in work has grown by values that were set in several places, which
    /// neither it nor the body had.
    pub(crate) fn find_room_to_grow(&self, bytes: usize) -> Result<(), Failure> {
        let load = text_growth(bytes);
        self.note_loaded(load);
        let has_room = self.context.hold.reserve_for_more_work(changing(load));
        has_room.then_some(()).ok_or(Failure::Busy)
    }

    /// Notes that so many comparisons look at every member of a group.
    pub(crate) fn note_compared(&self, comparisons: usize) {
        let mut usage = self.usage.get();
        usage.compared += comparisons;
        self.usage.set(usage);
    }

    /// Rows that were read.
    pub(crate) fn rows_read(&self) -> u64 {
        self.context.database.cost().rows_read
    }

    /// Notes that each of so many comparisons was made with the rows read since.
    pub(crate) fn note_compared_since(&self, rows_read: u64, comparisons: usize) {
        let mut usage = self.usage.get();
        let comparisons = u64::try_from(comparisons).unwrap_or(u64::MAX);
        usage.as_rows += self.rows_read().saturating_sub(rows_read) * comparisons / COMPARED_AS_ROW;
        self.usage.set(usage);
    }

    /// Whether so much was sent to the database, or read from it, that nothing more shall be begun.
    pub(crate) fn is_spent(&self) -> bool {
        let usage = self.usage.get();
        usage.trips >= TRIPS
            || self.statements_left() == 0
            || usage.loaded >= LOADED
            || usage.indexed >= INDEXED
            || usage.compared >= COMPARISONS
            || self.rows_read() + usage.as_rows >= ROWS
    }

    /// Whether half of the trips are gone.
    pub(crate) fn is_half_spent(&self) -> bool {
        self.usage.get().trips >= TRIPS / 2
    }

    /// Whether the text indexes may be given so much more text, behind what is about to be sent.
    /// The first of a request may; else nothing more is begun.
    pub(crate) fn has_room_for_text(&self, about_to: usize, bytes: usize) -> bool {
        let mut usage = self.usage.get();
        let before = usage.indexed + about_to;
        let has_room = before == 0 || before + bytes <= INDEXED || bytes == 0;
        if !has_room {
            usage.indexed = INDEXED.max(usage.indexed);
            self.usage.set(usage);
        }
        has_room
    }

    /// The same of one operation, which is refused where there is none.
    pub(crate) fn find_room_for_text(&self, bytes: usize) -> Result<(), Failure> {
        let has_room = self.has_room_for_text(0, bytes);
        has_room.then_some(()).ok_or_else(not_begun)
    }

    /// Notes that the text indexes were given so much text.
    pub(crate) fn note_indexed(&self, bytes: usize) {
        let mut usage = self.usage.get();
        usage.indexed += bytes;
        self.usage.set(usage);
    }
}
