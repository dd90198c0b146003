//! The batch of a page.

use scim::error::Error;
use scim::list::List;

use super::query::{Query, Total};
use crate::failure::Failure;
use crate::session::Session;
use store::batch::{Batch, Handle};
use store::limits::{MOST_MEMBERS, MemberLimit};
use store::page::{Bound, Columns, Item, Page, Whole};
use store::{self, Database, Row};

/// What is asked for, and how it is fetched.
pub(super) struct Plan<'a> {
    pub(super) query: &'a Query<'a>,
    pub(super) page: Page<'a>,
    pub(super) columns: Columns,
    pub(super) total: Total,
    /// How many resources the page may have.
    pub(super) count: u64,
    pub(super) with_members: bool,
    /// How many members the groups on it may have together.
    pub(super) members: MemberLimit,
    pub(super) way: Way,
}

impl Plan<'_> {
    /// The same for the first resource of the page alone, a group of as many members as one reply
    /// holds.
    pub(super) fn of_one(mut self) -> Self {
        self.page.limit -= self.count - 1;
        self.count = 1;
        self.members = MOST_MEMBERS;
        if self.total == Total::FromPage {
            self.total = Total::Counted;
        }
        self
    }
}

/// How a page is fetched.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// As one row, with its total.
    Whole,
    /// Row by row.
    Rows(Bound),
}

/// What the batch of a plan gave back.
#[derive(Default)]
pub(super) struct PageAnswers {
    /// The page, if it came as one row.
    pub(super) whole: Option<Whole>,
    /// The page, if it came row by row, perhaps with one more than there are on it.
    pub(super) items: Vec<Item>,
    /// The members of the groups on it.
    pub(super) members: Vec<Row>,
    /// What the statements of the total told.
    pub(super) counts: Vec<Row>,
    /// Authenticates the cursors of the tenant, if the page is by cursor.
    pub(super) cursor_key: String,
}

impl<D: Database> Session<'_, D> {
    /// Fetches the page. It ends early where its resources are more than are held at once.
    pub(super) async fn fetch(&self, plan: &Plan<'_>) -> Result<PageAnswers, Failure> {
        let answers = match plan.way {
            Way::Whole => self.fetch_whole(plan).await,
            Way::Rows(bound) => self.fetch_rows(plan, &plan.page, bound, None).await,
        };
        let all = |answers: &PageAnswers| {
            answers.whole.as_ref().is_none_or(Whole::is_here)
                && answers.items.iter().all(|item| item.record.is_some())
        };
        let (counts, items) = match answers {
            // One value of D1 holds 2 MB.
            Err(Failure::TooLarge(_)) if plan.way == Way::Whole => (None, Vec::new()),
            // To count and to find compares with all there is, and takes as long the second time.
            Ok(answers) if !all(&answers) && plan.way != Way::Rows(Bound::Sum) => {
                (Some(answers.counts), answers.items)
            }
            answers => return answers,
        };
        let page = Page {
            with_total: false,
            known: Page::places_of(&items),
            ..plan.page.clone()
        };
        let mut answers = self.fetch_rows(plan, &page, Bound::Sum, counts).await?;
        // Who has gone meanwhile leaves a place: what is behind the page is there all the same.
        let is_gone = answers.items.len() < items.len();
        if is_gone && items.len() as u64 > plan.count {
            answers.items.push(Item::default());
        }
        Ok(answers)
    }

    async fn fetch_whole(&self, plan: &Plan<'_>) -> Result<PageAnswers, Failure> {
        let mut batch = Batch::default();
        batch.expect(plan.page.room(Bound::Each));
        batch.add_all(plan.page.budgets(plan.columns));
        let handle = batch.add(plan.page.whole(plan.columns));
        let row = match self.send(batch).await {
            Err(store::Error::Guard) => return Err(too_dear().into()),
            answers => answers?.row(handle),
        };
        let mut whole = Whole::read(row.unwrap_or_default())?;
        Ok(PageAnswers {
            counts: vec![std::mem::take(&mut whole.total)],
            cursor_key: std::mem::take(&mut whole.cursor_key),
            whole: Some(whole),
            ..PageAnswers::default()
        })
    }

    /// Runs the batch: the page, the members of the groups on it, the totals unless they are known.
    async fn fetch_rows(
        &self,
        plan: &Plan<'_>,
        page: &Page<'_>,
        bound: Bound,
        total_rows: Option<Vec<Row>>,
    ) -> Result<PageAnswers, Failure> {
        let by_cursor = plan.query.paging.by_cursor();
        let mut batch = Batch::default();
        if total_rows.is_none() {
            batch.add_all(page.budgets(plan.columns));
        }
        let (mut items, mut members, mut counts) = (None, None, Vec::new());
        if plan.count > 0 {
            batch.expect(page.room(bound));
            items = Some(batch.add(page.statement(plan.columns, bound)));
            if plan.with_members {
                batch.expect(plan.members.bytes);
                members = Some(batch.add(self.page_members(plan, page)));
            }
        }
        if plan.total == Total::Counted && total_rows.is_none() && !page.with_total {
            counts = batch.add_all(page.totals());
        }
        if !batch.fits() {
            return Err(Error::invalid_filter(
                "The filter has more different values than one request may have. Send several filters with fewer \
                 values each.",
            )
            .into());
        }
        let (mut answers, facts) = match self.send_with_facts(batch, by_cursor).await {
            Err(store::Error::Guard) => return Err(too_dear().into()),
            answers => answers?,
        };
        let mut rows = |handle: Option<Handle>| {
            let rows = handle.map(|handle| answers.rows(handle));
            rows.unwrap_or_default()
        };
        let (mut items, members) = (rows(items), rows(members));
        let counts = match total_rows {
            Some(counts) => counts,
            None if page.with_total => items.drain(..items.len().min(1)).list(),
            None => answers.rows_of(&counts),
        };
        Ok(PageAnswers {
            whole: None,
            items: items
                .iter_mut()
                .map(|row| page.read(row, plan.columns))
                .list_all()?,
            members,
            counts,
            cursor_key: facts.cursor_key,
        })
    }
}

/// The refusal of a filter beyond its budget.
fn too_dear() -> Error {
    Error::too_many(
        "The list looks at more than one request may. Send several filters with fewer comparisons or shorter texts, \
         narrow this one with an indexed condition, such as `and userName eq \"ada\"`, or sort by `userName` or by nothing.",
    )
}
