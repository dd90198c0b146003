//! The members of the groups on a page: one statement for all of them.

use std::collections::BTreeMap;

use scim::resource_type::GROUP_TYPE;

use super::Query;
use crate::service::assemble::check_members;
use crate::service::{Failure, Service};
use crate::store::limits::MEMBER_ROWS;
use crate::store::page::Page;
use crate::store::{Database, Results, Statement, read};

impl<D: Database> Service<'_, D> {
    pub(super) fn page_members(&self, page: &Page<'_>, query: &Query<'_>) -> Statement {
        let view = self.view(&GROUP_TYPE);
        // Without the one more that tells whether there is another page.
        let shown = Page {
            limit: query.count,
            ..page.clone()
        };
        read::members(&view, query.groups() + MEMBER_ROWS, |statement| {
            shown.push_ids(statement);
        })
    }
}

impl Query<'_> {
    /// How many groups there can be on the page.
    fn groups(&self) -> usize {
        usize::try_from(self.count).unwrap_or(usize::MAX - MEMBER_ROWS)
    }
}

/// The members of each group on the page, in runs.
pub(super) fn read_members(
    results: Results,
    query: &Query<'_>,
) -> Result<BTreeMap<String, Vec<String>>, Failure> {
    let mut members: BTreeMap<String, Vec<String>> = BTreeMap::new();
    check_members(results.iter().map(Vec::len).sum(), query.groups())?;
    for mut row in results.into_iter().flatten() {
        let group = row.required_text(0)?;
        if let Some(run) = row.text(1)? {
            members.entry(group).or_default().push(run);
        }
    }
    Ok(members)
}
