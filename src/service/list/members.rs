//! The members of the groups on a page: one statement for all of them.

use scim::resource_type::GROUP_TYPE;

use super::listing::Listing;
use super::plan::Plan;
use crate::failure::Failure;
use crate::session::Session;
use store::page::Page;
use store::read::MemberChunks;
use store::table::Table;
use store::{Database, Row, Statement, read};

impl<D: Database> Session<'_, D> {
    pub(super) fn page_members(&self, plan: &Plan<'_>, page: &Page<'_>) -> Statement {
        let view = self.view(&GROUP_TYPE);
        // Without the one more that tells whether there is another page.
        let page = Page {
            limit: plan.count,
            with_total: false,
            ..page.clone()
        };
        read::member_chunks(&view, plan.members, plan.groups(), page.ids())
    }
}

impl Plan<'_> {
    /// How many groups there can be on the page.
    fn groups(&self) -> usize {
        usize::try_from(self.count).unwrap_or(usize::MAX)
    }
}

/// The members of each group on the page, in chunks. Where they are more than a page holds, it ends
/// before the first group that is not whole.
pub(super) fn members_shown(
    rows: Vec<Row>,
    plan: &Plan<'_>,
    listing: &mut Listing<'_>,
) -> Result<MemberChunks, Failure> {
    let members = read::read_member_chunks(rows, plan.members, plan.groups())?;
    if members.has_more {
        let types = plan.query.types;
        let has_members = |source: usize| {
            let of = types.get(source);
            of.is_some_and(|of| Table::of(of).has_members())
        };
        listing.end_before(|id, source| has_members(source) && !members.has(id));
    }
    Ok(members)
}
