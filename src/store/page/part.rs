//! Which part of a list a page is, and what of each row.

use super::key::{Mark, Order, SortKey};
use crate::source::Source;

/// Which part of the list.
#[derive(Clone, Debug, PartialEq)]
pub enum Window {
    /// Rows from this offset.
    Offset(u64),
    /// Rows behind this one.
    After(Mark),
    /// Rows before this one, nearest first.
    Before(Mark),
}

/// What is fetched of each row, besides the resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns {
    /// Whether a user's groups are part of it.
    pub groups: bool,
    /// The sort key, to make a cursor of.
    pub key: bool,
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Page<'a> {
    /// What it is about: one type, or several at the root.
    pub sources: Vec<Source<'a>>,
    /// Which way it runs.
    pub order: Order,
    /// Where it starts.
    pub window: Window,
    /// How many rows at the most.
    pub limit: u64,
    /// Whether its statement tells, in a row before the others, how many match.
    pub with_total: bool,
    /// What is on it, where that is known: see [`Page::places_of`].
    pub known: Option<String>,
}

/// A row of a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Item {
    /// Its record (see [`record`](crate::record)); none where the [`Bound`](crate::page::Bound) of
    /// the page left it out.
    pub record: Option<String>,
    /// Its id, where a page with [`Bound::Each`](crate::page::Bound::Each) left the record out.
    pub id: Option<String>,
    /// Its sort key, if asked for.
    pub key: Option<SortKey>,
    /// Which of the sources it comes from.
    pub source: usize,
}
