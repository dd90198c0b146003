//! The batch of a page.

use scim::error::Error;

use super::{Query, Total, totals};
use crate::service::{Failure, Service};
use crate::store::page::{Columns, Page};
use crate::store::tenant::TokenFacts;
use crate::store::{Database, Results, milestone};

/// What is fetched, and how.
pub(super) struct Plan<'a> {
    pub(super) query: &'a Query<'a>,
    pub(super) page: Page<'a>,
    pub(super) columns: Columns,
    pub(super) total: Total,
    pub(super) with_members: bool,
    /// Whether the page comes as one row, with its total.
    pub(super) whole: bool,
}

impl<D: Database> Service<'_, D> {
    /// Runs the batch: the page, the members of the groups on it, the totals.
    pub(super) async fn run_plan(&self, plan: &Plan<'_>) -> Result<(Results, TokenFacts), Failure> {
        let Plan { query, page, .. } = plan;
        let mut statements = Vec::new();
        if query.count > 0 {
            statements.push(if plan.whole {
                page.whole(plan.columns)
            } else {
                page.statement(plan.columns)
            });
            if plan.with_members {
                statements.push(self.page_members(page, query));
            }
        }
        if plan.total == Total::Counted && !plan.whole {
            statements.extend(match (page.walked(), page.sources.as_slice()) {
                (Some(offset), [source]) => {
                    vec![milestone::total(&source.view, offset)]
                }
                _ => totals(&page.sources),
            });
        }
        if statements.iter().any(|statement| !statement.fits()) {
            return Err(Error::invalid_filter(
                "The filter compares with more different values than the database takes at once. Ask in parts.",
            )
            .into());
        }
        Ok(self
            .run_with_facts(statements, query.paging.by_cursor())
            .await?)
    }
}
