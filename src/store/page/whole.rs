//! A page as one row: the database puts it together, and a row passes as fast as a hundred do together.

use super::{Columns, Page, Part, Window};
use crate::store::record::push_all;
use crate::store::text::Rows;
use crate::store::{Error, Row, Statement};

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

    /// The statement that fetches a plain page and its total as one row. With a key it is a page by cursor, in the order of
    /// ids, and [`Page::limit`] one more than it holds.
    pub fn whole(&self, columns: Columns) -> Statement {
        let mut statement = Statement::new("SELECT ");
        let [source] = self.sources.as_slice() else {
            return statement;
        };
        let mut page = self.clone();
        if columns.key {
            page.limit -= 1;
            statement.push("(SELECT cursor_key FROM tenants WHERE id = ");
            source.view.tenant.push(&mut statement);
            statement
                .push(") AS cursor_key, EXISTS (SELECT 1 FROM ")
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
            statement.push("'' AS cursor_key, 0");
        }
        statement.push(" AS more, records, total.* FROM (SELECT max(id) AS last, ");
        push_all(&mut statement);
        statement.push(" AS records FROM (");
        let columns = Columns {
            key: false,
            ..columns
        };
        page.push_select(&mut statement, source, columns, Part::Whole, Rows::All);
        statement.push(")) page LEFT JOIN (");
        self.push_total(&mut statement, &source.view);
        statement.push(") total ON 1");
        statement
    }
}

impl Whole {
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
