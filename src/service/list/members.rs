//! The members of the groups on a page: one statement for all of them.

use std::collections::BTreeMap;

use scim::resource_type::GROUP_TYPE;

use super::Query;
use super::found::Found;
use crate::assemble::{has_more_members, too_many_members};
use crate::{Failure, Session};
use store::limits::MEMBER_ROWS;
use store::page::Page;
use store::{Database, Row, Statement, read};

impl<D: Database> Session<'_, D> {
    pub(super) fn page_members(&self, page: &Page<'_>, query: &Query<'_>) -> Statement {
        let view = self.view(&GROUP_TYPE);
        // Without the one more that tells whether there is another page.
        let shown = Page {
            limit: query.count,
            ..page.clone()
        };
        read::members(&view, query.groups() + MEMBER_ROWS, shown.ids())
    }
}

impl Query<'_> {
    /// How many groups there can be on the page.
    fn groups(&self) -> usize {
        usize::try_from(self.count).unwrap_or(usize::MAX - MEMBER_ROWS)
    }
}

/// The members of each group on the page, in runs. Where they are more than one reply holds, the page ends before the first
/// group that is not whole; unless that is the first of the page.
pub(super) fn read_members(
    rows: Vec<Row>,
    query: &Query<'_>,
    found: &mut Found<'_>,
) -> Result<BTreeMap<String, Vec<String>>, Failure> {
    let mut members: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let count = rows.len();
    let mut last = String::new();
    for mut row in rows {
        last = row.required_text(0)?;
        let runs = members.entry(last.clone()).or_default();
        runs.extend(row.text(1)?);
    }
    if has_more_members(count, query.groups()) {
        members.remove(&last);
        let is_group = |source| query.types.get(source) == Some(&&GROUP_TYPE);
        found.end_before(|id, source| is_group(source) && !members.contains_key(id));
        if found.entries.is_empty() {
            return Err(too_many_members());
        }
    }
    Ok(members)
}
