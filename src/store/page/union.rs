//! A page of several types. Each gives the ids of as many rows as the page could take from it, all are put in one order,
//! and only what is on the page is fetched.

use super::key::{push_dressed, push_key};
use super::{Columns, Page, Source};
use crate::store::Statement;
use crate::store::expression::is_group;
use crate::store::record::push_record;
use crate::store::table::push_scope;
use crate::store::text::Rows;

/// Selects joined by one UNION ALL (D1: 5 terms).
const UNION_TERMS: usize = 5;

impl Page<'_> {
    /// Appends the select of the page.
    pub(super) fn push_union(&self, statement: &mut Statement, columns: Columns) {
        statement.push("SELECT ");
        if columns.key {
            statement.push("dressed, ");
        }
        statement.push("source, CASE source");
        for (index, source) in self.sources.iter().enumerate() {
            let view = &source.view;
            statement.push(" WHEN ").push(&index.to_string());
            statement.push(" THEN (SELECT ");
            push_record(statement, view, columns.groups);
            statement.push(" FROM ").push(view.row()).push(" WHERE ");
            push_scope(statement, view.resource_type, view.row(), view.tenant);
            statement.push(" AND ").push(view.row());
            statement.push(".id = page.id)");
        }
        statement.push(" END AS record FROM (");
        self.push_places(statement, columns.key);
        // With a limit of its own it is not made one with the select within, which would fetch before it orders.
        statement.push(") page LIMIT -1");
    }

    /// Appends a select of the ids alone of the groups on the page.
    pub(super) fn push_union_ids(&self, statement: &mut Statement) {
        let is_group = |source: &Source<'_>| is_group(source.view.resource_type);
        let groups = self.sources.iter().position(is_group).unwrap_or_default();
        statement.push("SELECT id FROM (");
        self.push_places(statement, false);
        statement.push(") WHERE source = ");
        statement.push(&groups.to_string());
    }

    /// Appends the select of what is on the page, in order: `id`, the key `k`, `source` and, if asked for, `dressed`.
    fn push_places(&self, statement: &mut Statement, dressed: bool) {
        statement.push("SELECT * FROM (");
        let mut part = 0;
        for (group, sources) in self.sources.chunks(UNION_TERMS).enumerate() {
            statement.push(if group > 0 {
                " UNION ALL SELECT * FROM ("
            } else {
                "SELECT * FROM ("
            });
            for (index, source) in sources.iter().enumerate() {
                statement.push(if index > 0 {
                    " UNION ALL SELECT * FROM ("
                } else {
                    "SELECT * FROM ("
                });
                self.push_part(statement, source, part, dressed);
                statement.push(")");
                part += 1;
            }
            statement.push(")");
        }
        statement.push(") page");
        let push_k = |statement: &mut Statement| {
            statement.push("page.k");
        };
        self.push_order(statement, push_k, "", "page");
        self.push_limit(statement, Rows::All);
    }

    /// Appends the select of what one type could have on the page.
    fn push_part(
        &self,
        statement: &mut Statement,
        source: &Source<'_>,
        index: usize,
        dressed: bool,
    ) {
        statement.push("SELECT id, ");
        push_key(statement, source);
        statement.push(" AS k, ").push(&index.to_string());
        statement.push(" AS source");
        if dressed {
            statement.push(", ");
            push_dressed(statement, source);
            statement.push(" AS dressed");
        }
        self.push_from(statement, source, Rows::Share);
    }
}
