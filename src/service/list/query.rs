//! What a list is asked for, bound to its types.

use scim::filter::predicate::Predicate;
use scim::message::search::SearchRequest;
use scim::path::Location;
use scim::projection::Projection;
use scim::resource_type::ResourceType;

use crate::cursor::Cursor;
use store::page::{Columns, Source, Window};
use store::predicate::{has_list, is_lookup};

/// A search request bound to the types it is about.
pub(super) struct Query<'a> {
    pub(super) request: &'a SearchRequest,
    pub(super) types: &'a [&'static ResourceType],
    pub(super) predicates: Vec<Option<Predicate>>,
    pub(super) sorts: Vec<Option<Location>>,
    pub(super) projections: Vec<Projection>,
    pub(super) paging: Paging,
    /// Of a query that is paged by cursor.
    pub(super) fingerprint: String,
    /// Of a query that is paged by index.
    pub(super) start_index: Option<u64>,
    pub(super) count: u64,
}

/// How the list is paged.
pub(super) enum Paging {
    /// By `startIndex`.
    Index,
    /// By cursor, from the first page.
    First,
    /// By cursor, from where it says.
    At(Cursor),
}

impl Paging {
    pub(super) fn by_cursor(&self) -> bool {
        !matches!(self, Self::Index)
    }

    pub(super) fn backwards(&self) -> bool {
        matches!(self, Self::At(cursor) if matches!(cursor.window, Window::Before(_)))
    }
}

/// How the total becomes known.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Total {
    /// It was told on the first page: a later one by cursor, behind a filter.
    Unknown,
    /// The page holds all that matches, if there is nothing behind it.
    FromPage,
    /// Statements behind those of the page tell.
    Counted,
}

impl Query<'_> {
    pub(super) fn columns(&self) -> Columns {
        Columns {
            groups: self
                .projections
                .iter()
                .any(|projection| projection.wants("groups")),
            key: self.paging.by_cursor(),
        }
    }

    pub(super) fn total(&self, sources: &[Source<'_>]) -> Total {
        if self.request.filter.is_none() {
            return Total::Counted;
        }
        if matches!(self.paging, Paging::At(_)) {
            // Counting reads every match again on every page; RFC 9865 lets a page by cursor go
            // without.
            return Total::Unknown;
        }
        let lookup = sources.iter().all(|source| {
            source
                .predicate
                .is_some_and(|predicate| is_lookup(&source.view, predicate))
        });
        // A list may find more than the page holds, and the total would take a second trip.
        let lists = self.predicates.iter().flatten().any(has_list);
        let is_first = self.start_index.is_none_or(|index| index == 1);
        if lookup && !lists && is_first && self.count > 0 {
            Total::FromPage
        } else {
            Total::Counted
        }
    }
}
