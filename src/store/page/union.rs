//! A page of several types. Each gives the ids of as many rows as the page could take from it, all
//! are put in one order, and only what is on the page is fetched. A page of one type comes so, too,
//! where it is taken from all that matches, or is known.

use super::key::{key_text, sort_key};
use super::matching;
use super::part::{Columns, Page};
use crate::fragment;
use crate::fragment::Fragment;
use crate::source::Source;
use crate::table::LinkEnd;
use crate::text::{self, Rows};
use scim::list::List;

/// Selects joined by one UNION ALL (D1: 5 terms).
const UNION_TERMS: usize = 5;

impl Page<'_> {
    /// The select of the page.
    pub(super) fn union(&self, columns: Columns) -> Fragment<'_> {
        let records = self.of_source("source", "page.id", &|source| {
            self.record(source, columns.groups)
        });
        let key = || {
            let keyed = self.order.keyed;
            let key = keyed.then(|| self.of_source("source", "page.id", &key_text));
            fragment!(
                "{key} AS key_text, ",
                key = key.unwrap_or_else(|| "NULL".into())
            )
        };
        // With a limit of its own it is not made one with the select within, which would fetch
        // before it orders.
        fragment!(
            "SELECT id, {key}source, {records} AS record FROM ({ids}) page LIMIT -1",
            key = columns.key.then(key),
            records = records,
            ids = self.ordered_ids(),
        )
    }

    /// What is shown of a row, given its source and its id.
    pub(super) fn of_source<'a>(
        &'a self,
        source: &'static str,
        id: &'static str,
        item: &dyn Fn(&Source<'a>) -> Fragment<'a>,
    ) -> Fragment<'a> {
        let of = |source: &Source<'a>| {
            let view = &source.view;
            fragment!(
                "(SELECT {item} FROM {row} WHERE {scope} AND {row}.id = {id})",
                item = item(source),
                row = view.row(),
                scope = view.scope(view.row()),
                id = id,
            )
        };
        if let [only] = self.sources.as_slice() {
            return of(only);
        }
        let each = self.sources.iter().enumerate();
        let each: Fragment<'_> = each
            .map(|(index, source)| {
                fragment!(
                    " WHEN {index} THEN {item}",
                    index = index,
                    item = of(source)
                )
            })
            .collect();
        fragment!("CASE {source}{each} END", source = source, each = each)
    }

    /// A select of the ids alone of the groups on the page, for their members.
    pub fn ids(&self) -> Fragment<'_> {
        let has_members = |source: &Source<'_>| source.view.table().links == LinkEnd::Members;
        let groups = self.sources.iter().position(has_members);
        fragment!(
            "SELECT id FROM ({ids}) WHERE source = {groups}",
            ids = self.ordered_ids(),
            groups = groups.unwrap_or_default(),
        )
    }

    /// The select of what is on the page, in order: `id` and `source`.
    pub(super) fn ordered_ids(&self) -> Fragment<'_> {
        let rows = match (&self.known, self.sources.as_slice()) {
            (Some(known), _) => return self.known_ids(known),
            _ if self.with_total => "matched".into(),
            (None, [source]) => {
                let ids = |rows| {
                    fragment!(
                        "SELECT {row}.id, 0 AS source{from}",
                        row = source.view.row(),
                        from = self.from(source, rows),
                    )
                };
                return text::select(source, &ids);
            }
            _ => fragment!(
                "({parts})",
                parts = self.each_source(&|source, index| {
                    part(source, index, self.from(source, Rows::Share))
                }),
            ),
        };
        fragment!(
            "SELECT * FROM {rows} page{order}{limit}",
            rows = rows,
            order = self.order(|| "page.k".into(), None, "page"),
            limit = self.limit(Rows::All),
        )
    }

    /// `matched AS …`: all that matches, with its key, which the total and the page are taken from
    /// (see [`Page::compares_all`]).
    pub(super) fn matched(&self) -> Fragment<'_> {
        let all = |source, index, rows: Rows| {
            let limit = (rows != Rows::All).then(|| rows.limit(-1));
            let rows = vec![matching(source, rows), limit.into()];
            part(source, index, rows.into())
        };
        let rows = match self.sources.as_slice() {
            [source] => text::select(source, &|rows| all(source, 0, rows)),
            _ => self.each_source(&|source, index| all(source, index, Rows::All)),
        };
        fragment!("matched AS MATERIALIZED ({rows})", rows = rows)
    }

    /// The select of what each source has.
    fn each_source<'a>(
        &'a self,
        part: &dyn Fn(&'a Source<'a>, usize) -> Fragment<'a>,
    ) -> Fragment<'a> {
        let part =
            |(index, source)| fragment!("SELECT * FROM ({part})", part = part(source, index));
        let parts: Vec<_> = self.sources.iter().enumerate().map(part).list();
        let mut parts = parts.into_iter();
        let mut unions = Vec::new();
        while parts.len() > 0 {
            let terms: Vec<_> = parts.by_ref().take(UNION_TERMS).list();
            let terms = Fragment::join(terms, " UNION ALL ");
            unions.push(fragment!("SELECT * FROM ({terms})", terms = terms));
        }
        Fragment::join(unions, " UNION ALL ")
    }
}

/// The select of some rows of one type: `id`, the key `k` and `source`.
fn part<'a>(source: &Source<'a>, index: usize, from: Fragment<'a>) -> Fragment<'a> {
    fragment!(
        "SELECT id, {sort_key} AS k, {index} AS source{from}",
        sort_key = sort_key(source),
        index = index,
        from = from,
    )
}
