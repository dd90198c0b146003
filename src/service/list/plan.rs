//! The batch of a page.

use scim::error::Error;

use super::{Query, Total};
use crate::service::{Failure, Service};
use crate::store::page::{Bound, Columns, Item, Page, Whole};
use crate::store::{Database, Results};

/// What is fetched, and how.
pub(super) struct Plan<'a> {
    pub(super) query: &'a Query<'a>,
    pub(super) page: Page<'a>,
    pub(super) columns: Columns,
    pub(super) total: Total,
    pub(super) with_members: bool,
    pub(super) way: Way,
}

/// How a page is fetched.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// As one row, with its total.
    Whole,
    /// Row by row.
    Rows(Bound),
}

/// What a plan fetched.
#[derive(Default)]
pub(super) struct Fetched {
    /// The page, if it came as one row.
    pub(super) whole: Option<Whole>,
    /// The page, if it came row by row, perhaps with one more than there are on it.
    pub(super) items: Vec<Item>,
    /// The members of the groups on it.
    pub(super) members: Results,
    /// What the statements of the total told.
    pub(super) counts: Results,
    /// Authenticates the cursors of the tenant, if the page is by cursor.
    pub(super) cursor_key: String,
}

impl<D: Database> Service<'_, D> {
    /// Fetches the page. It ends early where its resources are more than are held at once.
    pub(super) async fn fetch(&self, plan: &Plan<'_>) -> Result<Fetched, Failure> {
        let fetched = match plan.way {
            Way::Whole => self.fetch_whole(plan).await,
            Way::Rows(bound) => self.fetch_rows(plan, bound).await,
        };
        let all = |fetched: &Fetched| fetched.items.iter().all(|item| item.record.is_some());
        match fetched {
            // One value of D1 holds 2 MB.
            Err(Failure::TooLarge(_)) if plan.way == Way::Whole => {}
            Ok(fetched) if !all(&fetched) && plan.way == Way::Rows(Bound::Each) => {}
            fetched => return fetched,
        }
        self.fetch_rows(plan, Bound::Sum).await
    }

    async fn fetch_whole(&self, plan: &Plan<'_>) -> Result<Fetched, Failure> {
        let results = self.run(vec![plan.page.whole(plan.columns)]).await?;
        let row = results.into_iter().flatten().next().unwrap_or_default();
        let mut whole = Whole::read(row)?;
        Ok(Fetched {
            counts: vec![vec![std::mem::take(&mut whole.total)]],
            cursor_key: std::mem::take(&mut whole.cursor_key),
            whole: Some(whole),
            ..Fetched::default()
        })
    }

    /// Runs the batch: the page, the members of the groups on it, the totals.
    async fn fetch_rows(&self, plan: &Plan<'_>, bound: Bound) -> Result<Fetched, Failure> {
        let Plan { query, page, .. } = plan;
        let by_cursor = query.paging.by_cursor();
        let mut statements = Vec::new();
        if query.count > 0 {
            statements.push(page.statement(plan.columns, bound));
            if plan.with_members {
                statements.push(self.page_members(page, query));
            }
        }
        let fetched = statements.len();
        if plan.total == Total::Counted {
            statements.extend(page.totals());
        }
        if statements.iter().any(|statement| !statement.fits()) {
            return Err(Error::invalid_filter(
                "The filter compares with more different values than the database takes at once. Ask in parts.",
            )
            .into());
        }
        let (mut results, facts) = self.run_with_facts(statements, by_cursor).await?;
        let counts = results.split_off(fetched);
        let members = results.split_off(fetched.min(1));
        let items = results
            .iter_mut()
            .flatten()
            .map(|row| page.read(row, plan.columns))
            .collect::<Result<_, _>>()?;
        Ok(Fetched {
            whole: None,
            items,
            members,
            counts,
            cursor_key: facts.cursor_key,
        })
    }
}
