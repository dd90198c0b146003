//! What a page holds, in whichever form it was fetched.

use super::Plan;
use super::members::read_members;
use crate::service::Failure;
use crate::service::assemble::shown;
use crate::store::page::{Item, Mark, Whole};
use crate::store::pieces::Pieces;
use crate::store::{Results, Row};

/// The resources of a page.
#[derive(Default)]
pub(super) struct Found {
    /// How many there are.
    pub(super) count: usize,
    /// Where the first and the last stand in the order.
    pub(super) edges: Option<(Mark, Mark)>,
    /// Whether there are more beyond, of a page by cursor.
    pub(super) more: bool,
    /// The resources, with commas between.
    pub(super) resources: Pieces,
}

impl Found {
    /// Of a page that came as one row.
    pub(super) fn whole(mut rows: Vec<Row>) -> Result<Self, Failure> {
        let Some(row) = rows.first_mut() else {
            return Ok(Self::default());
        };
        let whole = Whole::read(row)?;
        let mark = |id| Mark { key: None, id };
        Ok(Self {
            count: whole.count,
            edges: whole.edges.map(|(first, last)| (mark(first), mark(last))),
            more: whole.more,
            resources: whole.resources.map(Pieces::from).unwrap_or_default(),
        })
    }

    /// Of a page that came row by row, of a cursor's one more than there are on the page.
    pub(super) fn of_rows(
        plan: &Plan<'_>,
        mut rows: Vec<Row>,
        members: Results,
    ) -> Result<Self, Failure> {
        let query = plan.query;
        let mut items = rows
            .iter_mut()
            .map(|row| plan.page.read(row, plan.columns))
            .collect::<Result<Vec<Item>, _>>()?;
        let wanted = usize::try_from(query.count).unwrap_or(usize::MAX);
        let more = items.len() > wanted;
        items.truncate(wanted);
        if query.paging.backwards() {
            items.reverse();
        }
        let mut found = Self {
            count: items.len(),
            edges: items
                .first()
                .zip(items.last())
                .map(|(first, last)| (first.mark(), last.mark())),
            more,
            ..Self::default()
        };
        let mut members = read_members(members, query)?;
        for (index, item) in items.into_iter().enumerate() {
            let members = members.remove(&item.id).unwrap_or_default();
            let projection = query.projections.get(item.source);
            let projection =
                projection.ok_or_else(|| Failure::Broken("a row of no type".to_owned()))?;
            if index > 0 {
                found.resources.push_str(",");
            }
            found
                .resources
                .append(shown(item.resource, members, projection)?);
        }
        Ok(found)
    }
}
