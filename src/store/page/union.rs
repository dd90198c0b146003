//! A page of several types. Each gives the ids of as many rows as the page could take from it, all
//! are put in one order, and only what is on the page is fetched.

use super::key::{key_text, sort_key};
use super::part::{Columns, Page};
use crate::fragment;
use crate::fragment::Fragment;
use crate::source::Source;
use crate::table::LinkEnd;
use crate::text::Rows;
use scim::list::List;

/// Selects joined by one UNION ALL (D1: 5 terms).
const UNION_TERMS: usize = 5;

impl Page<'_> {
    /// The select of the page.
    pub(super) fn union(&self, columns: Columns) -> Fragment<'_> {
        let records = self.of_source("source", "page.id", |source| {
            self.record(source, columns.groups)
        });
        // With a limit of its own it is not made one with the select within, which would fetch
        // before it orders.
        fragment!(
            "SELECT {key}source, {records} AS record FROM ({ids}) page LIMIT -1",
            key = columns.key.then_some("key_text, "),
            records = records,
            ids = self.ordered_ids(columns.key),
        )
    }

    /// What is shown of a row, given its source and its id.
    pub(super) fn of_source<'a>(
        &'a self,
        source: &'static str,
        id: &'static str,
        item: impl Fn(&Source<'a>) -> Fragment<'a>,
    ) -> Fragment<'a> {
        let of = |(index, source): (usize, &Source<'a>)| {
            let view = &source.view;
            fragment!(
                " WHEN {index} THEN (SELECT {item} FROM {row} WHERE {scope} AND {row}.id = {id})",
                index = index,
                item = item(source),
                row = view.row(),
                scope = view.scope(view.row()),
                id = id,
            )
        };
        let each: Fragment<'_> = self.sources.iter().enumerate().map(of).collect();
        fragment!("CASE {source}{each} END", source = source, each = each)
    }

    /// A select of the ids alone of the groups on the page.
    pub(super) fn union_ids(&self) -> Fragment<'_> {
        let has_members = |source: &Source<'_>| source.view.table().links == LinkEnd::Members;
        let groups = self.sources.iter().position(has_members);
        fragment!(
            "SELECT id FROM ({ids}) WHERE source = {groups}",
            ids = self.ordered_ids(false),
            groups = groups.unwrap_or_default(),
        )
    }

    /// The select of what is on the page, in order: `id`, the key `k`, `source` and, if asked for,
    /// `key_text`.
    pub(super) fn ordered_ids(&self, with_key: bool) -> Fragment<'_> {
        let part = |(index, source)| {
            fragment!(
                "SELECT * FROM ({part})",
                part = self.part(source, index, with_key)
            )
        };
        let parts: Vec<_> = self.sources.iter().enumerate().map(part).list();
        let mut parts = parts.into_iter();
        let mut unions = Vec::new();
        while parts.len() > 0 {
            let terms: Vec<_> = parts.by_ref().take(UNION_TERMS).list();
            let terms = Fragment::join(terms, " UNION ALL ");
            unions.push(fragment!("SELECT * FROM ({terms})", terms = terms));
        }
        let unions = Fragment::join(unions, " UNION ALL ");
        fragment!(
            "SELECT * FROM ({unions}) page{order}{limit}",
            unions = unions,
            order = self.order(|| "page.k".into(), None, "page"),
            limit = self.limit(Rows::All),
        )
    }

    /// The select of what one type could have on the page.
    fn part<'a>(&'a self, source: &Source<'a>, index: usize, with_key: bool) -> Fragment<'a> {
        let key = || fragment!(", {key_text} AS key_text", key_text = key_text(source));
        fragment!(
            "SELECT id, {sort_key} AS k, {index} AS source{key}{from}",
            sort_key = sort_key(source),
            index = index,
            key = with_key.then(key),
            from = self.from(source, Rows::Share),
        )
    }
}
