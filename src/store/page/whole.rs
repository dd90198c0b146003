//! A page as one row: the database puts it together, and a row passes as fast as a hundred do together.

use super::{Columns, Page, Window};
use crate::store::pieces::Piece;
use crate::store::text::Rows;
use crate::store::{Error, Row, Statement};

/// Rows of the largest page that is fetched so: one value of D1 holds 2 MB.
const MOST: u64 = 200;

/// A page in one piece.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whole {
    /// How many resources are on it.
    pub count: usize,
    /// The ids of the first and the last, of a page in the order of ids.
    pub edges: Option<(String, String)>,
    /// Whether there are more behind it, of a page by cursor.
    pub more: bool,
    /// The resources, with commas between.
    pub resources: Option<Piece>,
}

impl Page<'_> {
    /// Whether the page can be fetched as one row: a plain one, of resources of one type; by cursor only in the order of
    /// ids.
    pub fn is_plain(&self, columns: Columns) -> bool {
        let [source] = self.sources.as_slice() else {
            return false;
        };
        source.predicate.is_none()
            && self.limit <= MOST
            && !(columns.key && self.order.keyed)
            && !matches!(self.window, Window::Before(_))
    }

    /// The statement that fetches a plain page as one row, whose last column holds the resources. With a key it is a page
    /// by cursor, in the order of ids, and [`Page::limit`] one more than it holds.
    pub fn whole(&self, columns: Columns) -> Statement {
        let mut statement = Statement::new("SELECT count, first, last, ");
        let mut page = self.clone();
        if columns.key {
            page.limit -= 1;
        }
        if let (true, [source]) = (columns.key, self.sources.as_slice()) {
            statement
                .push("EXISTS (SELECT 1 FROM ")
                .push(source.view.row())
                .push(" WHERE ");
            super::push_scope(
                &mut statement,
                source.view.resource_type,
                source.view.row(),
                source.view.tenant,
            );
            statement.push(" AND id > page.last)");
        } else {
            statement.push("0");
        }
        statement.push(
            " AS more, resources FROM (SELECT count(*) AS count, min(id) AS first, max(id) AS last, \
             group_concat(resource) AS resources FROM (",
        );
        if let [source] = self.sources.as_slice() {
            let columns = Columns {
                id: true,
                key: false,
                ..columns
            };
            page.push_select(&mut statement, source, columns, None, Rows::All);
        }
        statement.push(")) page");
        statement
    }
}

impl Whole {
    /// Reads the row of [`Page::whole`].
    pub fn read(row: &mut Row) -> Result<Self, Error> {
        let count = row.integer(0)?.unwrap_or_default();
        Ok(Self {
            count: usize::try_from(count).unwrap_or_default(),
            edges: row.text(1)?.zip(row.text(2)?),
            more: row.integer(3)? == Some(1),
            resources: row.piece(4)?,
        })
    }
}
