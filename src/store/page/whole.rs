//! A page as one row: the database puts it together, and a row passes as fast as a hundred do
//! together.

use super::part::{Columns, Page, Window};
use crate::expression::View;
use crate::fragment::Fragment;
use crate::record::ALL;
use crate::text::Rows;
use crate::{Error, Row, Statement};
use crate::{fragment, statement};

/// Rows of the largest page that is fetched so: one value of D1 holds 2 MB.
const MOST: u64 = 200;

/// A page in one piece.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Whole {
    /// Authenticates the tenant's cursors; empty unless the page is by cursor.
    pub cursor_key: String,
    /// Whether there are more behind it, of a page by cursor.
    pub more: bool,
    /// The records; none of an empty page.
    pub records: Option<String>,
    /// What a statement of the total would have told.
    pub total: Row,
}

impl Page<'_> {
    /// Whether the page can be fetched as one row: a plain one, of resources of one type; by cursor
    /// only in the order of ids.
    pub fn is_plain(&self, columns: Columns) -> bool {
        let [source] = self.sources.as_slice() else {
            return false;
        };
        source.predicate.is_none()
            && self.limit <= MOST
            && !(columns.key && self.order.keyed)
            && !matches!(self.window, Window::Before(_))
    }

    /// The statement that fetches a plain page and its total as one row. With a key it is a page by
    /// cursor, in the order of ids, and the page's `limit` one more than it holds.
    pub fn whole(&self, columns: Columns) -> Statement {
        let [source] = self.sources.as_slice() else {
            return Statement::with_room();
        };
        let by_cursor = columns.key;
        let mut page = self.clone();
        page.limit -= u64::from(by_cursor);
        let columns = Columns {
            key: false,
            ..columns
        };
        statement!(
            "SELECT {cursor} AS more, records, total.* \
             FROM (SELECT max(id) AS last, {all} AS records FROM ({select})) page \
             LEFT JOIN ({total}) total ON 1",
            cursor = cursor(&source.view, by_cursor),
            all = ALL,
            select = page.select(source, columns, Rows::All),
            total = self.total(&source.view),
        )
    }
}

/// What a cursor is made with, and whether there are more behind the page.
fn cursor<'a>(view: &View<'a>, by_cursor: bool) -> Fragment<'a> {
    if by_cursor {
        fragment!(
            "(SELECT cursor_key FROM tenants WHERE id = {tenant}) AS cursor_key, \
                 EXISTS (SELECT 1 FROM {row} WHERE {scope} AND id > page.last)",
            tenant = view.tenant,
            row = view.row(),
            scope = view.scope(view.row()),
        )
    } else {
        "'' AS cursor_key, 0".into()
    }
}

impl Whole {
    /// Whether the records are here; not where the groups of users may be too many.
    pub fn is_here(&self) -> bool {
        self.records.as_deref() != Some("")
    }

    /// Reads the row of [`Page::whole`].
    pub fn read(mut row: Row) -> Result<Self, Error> {
        Ok(Self {
            cursor_key: row.required_text(0)?,
            more: row.integer(1)? == Some(1),
            records: row.text(2)?,
            total: Row(row.0.split_off(3)),
        })
    }
}
