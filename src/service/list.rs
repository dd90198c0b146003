//! Lists: filter, order, page (RFC 7644 §3.4.2, §3.4.3, RFC 9865).
//!
//! One batch: the page, the members of the groups on it, the total. All of it is decided in SQL.

use scim::error::Error;
use scim::filter::Filter;
use scim::filter::parse::{MAX_COMPARISONS, too_many_comparisons};
use scim::filter::predicate::Predicate;
use scim::list::List;
use scim::message::list::ListResponse;
use scim::message::search::SearchRequest;
use scim::projection::Projection;
use scim::resource_type::ResourceType;
use scim::show::LIST_END;

use super::assemble::{push_shown, too_many_members};
use super::content::Content;
use super::cursor::{self, CursorTerms};
use super::failure::Failure;
use super::reply::Selection;
use super::session::Session;
use store::batch::Batch;
use store::expression::View;
use store::limits::{EXPRESSION_DEPTH, FIRST_MEMBERS};
use store::page::{Order, Page, Source, Window};
use store::predicate::{comparisons, depth};
use store::table::Table;
use store::{Database, Row};

mod listing;
mod members;
mod plan;
mod query;
mod sort;
mod walk;

use listing::Listing;
use members::members_shown;
use plan::{PageAnswers, Plan, Way};
use query::{Paging, Query, Total};
use sort::sort_locations;

impl<D: Database> Session<'_, D> {
    /// One page of the resources of these types.
    pub async fn list(
        &self,
        types: &[&'static ResourceType],
        request: &SearchRequest,
    ) -> Result<Content, Failure> {
        let query = self.query(types, request)?;
        let sources = self.sources(&query);
        let total = query.total(&sources);
        // One more than asked for tells whether there is another: to a cursor, and to a total that
        // the page gives.
        let one_more = query.paging.by_cursor() || total == Total::FromPage;
        let mut page = Page {
            sources: sources.clone(),
            order: Order {
                keyed: request.sort_by.is_some(),
                descending: request.descending,
            },
            window: match &query.paging {
                Paging::Index => Window::Offset(query.start_index.map_or(0, |index| index - 1)),
                Paging::First => Window::Offset(0),
                Paging::At(cursor) => cursor.window.clone(),
            },
            limit: query.count + u64::from(one_more),
            with_total: false,
            known: None,
        };
        let with_members =
            query
                .projections
                .iter()
                .zip(types)
                .any(|(projection, resource_type)| {
                    Table::of(resource_type).has_members() && projection.wants("members")
                });
        let columns = query.columns();
        page.with_total = total == Total::Counted && query.count > 0 && page.compares_all(columns);
        let untouched = !with_members && query.projections.iter().all(Projection::is_default);
        let plan = Plan {
            columns,
            total,
            count: query.count,
            members: FIRST_MEMBERS,
            way: if untouched && query.count > 0 && page.is_plain(columns) {
                Way::Whole
            } else {
                Way::Rows(page.bound(columns))
            },
            with_members,
            page,
            query: &query,
        };
        let answers = self.fetch(&plan).await?;
        if let Paging::At(cursor) = &query.paging {
            let timeout = u64::from(self.settings().limits.cursor_timeout);
            cursor.check(self.cursor_terms(&query, &answers.cursor_key), timeout)?;
        }
        if let Some(content) = self.respond(&plan, answers).await? {
            return Ok(content);
        }
        let plan = plan.of_one();
        let answers = self.fetch(&plan).await?;
        let content = self.respond(&plan, answers).await?;
        content.ok_or_else(too_many_members)
    }

    /// The content of the reply; none where the first of the page is a group of more members than
    /// the plan has.
    async fn respond(
        &self,
        plan: &Plan<'_>,
        answers: PageAnswers,
    ) -> Result<Option<Content>, Failure> {
        let Plan { query, page, .. } = plan;
        let mut listing = match &answers.whole {
            Some(whole) => Listing::of_whole(whole)?,
            None => Listing::of_rows(plan, &answers.items)?,
        };
        let is_empty = listing.entries.is_empty();
        let mut members = members_shown(answers.members, plan, &mut listing)?;
        if listing.entries.is_empty() && !is_empty {
            return Ok(None);
        }
        if query.paging.backwards() {
            listing.entries.reverse();
        }
        let rows = answers.items.len() as u64;
        let mut response = ListResponse {
            start_index: query.start_index,
            total_results: match plan.total {
                Total::Unknown => None,
                Total::Counted => Some(sum(&answers.counts)?),
                Total::FromPage if rows > query.count => {
                    // What went since the page was read has been shown all the same.
                    Some(self.count(page).await?.max(rows))
                }
                Total::FromPage => Some(rows),
            },
            ..ListResponse::default()
        };
        self.note_walk(page, &listing, &answers.counts)?;
        if query.paging.by_cursor() {
            self.set_cursors(&mut response, query, &listing, &answers.cursor_key);
        }
        let mut content = Content::from(response.head(listing.entries.len()));
        // Grown step by step, the text of a large page would be twice in memory.
        content.end.reserve(listing.size());
        for (index, entry) in listing.entries.iter().enumerate() {
            let of = query
                .types
                .get(entry.source)
                .zip(query.projections.get(entry.source));
            let (resource_type, projection) =
                of.ok_or_else(|| Failure::Broken("a row of no type".to_owned()))?;
            if index > 0 {
                content.end.push(',');
            }
            push_shown(
                &mut content,
                resource_type,
                &self.base,
                &entry.record,
                members.take(entry.record.shown.id),
                projection,
            )?;
        }
        content.end.push_str(LIST_END);
        Ok(Some(content))
    }

    /// Counts what a page is taken from.
    async fn count(&self, page: &Page<'_>) -> Result<u64, Failure> {
        let mut batch = Batch::default();
        let totals = batch.add_all(page.totals());
        sum(&self.send(batch).await?.rows_of(&totals))
    }

    /// Binds a request to the types: names, values, limits.
    fn query<'a>(
        &self,
        types: &'a [&'static ResourceType],
        request: &'a SearchRequest,
    ) -> Result<Query<'a>, Failure> {
        let mut habits = self.habits();
        let predicates: Vec<Option<Predicate>> = match &request.filter {
            None => types.iter().map(|_| None).list(),
            Some(text) => {
                let filter = Filter::parse(text)?;
                let predicates = match types {
                    [only] => vec![Predicate::bind(&filter, only, &mut habits)?],
                    several => Predicate::bind_across(&filter, several, &mut habits)?,
                };
                predicates.into_iter().map(Some).list()
            }
        };
        for (resource_type, predicate) in types.iter().zip(predicates.iter().flatten()) {
            check(&self.view(resource_type), predicate)?;
        }
        let sorts = match &request.sort_by {
            None => types.iter().map(|_| None).list(),
            Some(text) => sort_locations(text, types, &mut habits)?,
        };
        let selection = Selection {
            attributes: request.attributes.clone(),
            excluded: request.excluded_attributes.clone(),
        };
        let paging = match request.cursor.as_deref() {
            None => Paging::Index,
            Some("") => Paging::First,
            Some(text) => Paging::At(cursor::open(text, &self.caller.token)?),
        };
        let of_first = match &paging {
            Paging::At(cursor) => Some(cursor.count),
            Paging::Index | Paging::First => None,
        };
        let page = request.page(&self.settings().limits, of_first)?;
        Ok(Query {
            request,
            types,
            predicates,
            sorts,
            projections: types
                .iter()
                .map(|resource_type| selection.bind(resource_type))
                .list_all()?,
            fingerprint: if paging.by_cursor() {
                cursor::fingerprint(types, request)
            } else {
                String::new()
            },
            paging,
            start_index: page.start_index,
            count: page.count,
        })
    }

    fn sources<'a>(&'a self, query: &'a Query<'_>) -> Vec<Source<'a>> {
        query
            .types
            .iter()
            .zip(&query.predicates)
            .zip(&query.sorts)
            .map(|((resource_type, predicate), sort)| Source {
                view: self.view(resource_type),
                predicate: predicate.as_ref(),
                sort: sort.as_ref(),
            })
            .list()
    }

    fn cursor_terms<'a>(&'a self, query: &'a Query<'_>, key: &'a str) -> CursorTerms<'a> {
        CursorTerms {
            key,
            credential: &self.caller.token,
            fingerprint: &query.fingerprint,
            count: query.count,
            now: self.now.milliseconds / 1_000,
        }
    }

    /// Makes the cursors of the pages before and behind.
    fn set_cursors(
        &self,
        response: &mut ListResponse,
        query: &Query<'_>,
        listing: &Listing<'_>,
        key: &str,
    ) {
        let backwards = query.paging.backwards();
        let first_page = matches!(query.paging, Paging::First);
        let seal = |window: Window| cursor::seal(self.cursor_terms(query, key), &window);
        if let Some((first, last)) = listing.edges() {
            if listing.more || backwards {
                response.next_cursor = seal(Window::After(last));
            }
            if (backwards && listing.more) || !(backwards || first_page) {
                response.previous_cursor = seal(Window::Before(first));
            }
        }
    }
}

/// Refuses a filter that the database would not follow, or that would keep it from others.
fn check(view: &View<'_>, predicate: &Predicate) -> Result<(), Error> {
    if comparisons(view, predicate) > MAX_COMPARISONS {
        let words = too_many_comparisons();
        return Err(Error::invalid_filter(format!("filter: {words}")));
    }
    if depth(view, predicate) > EXPRESSION_DEPTH {
        return Err(Error::invalid_filter(
            "The filter nests too many parentheses within `[ ]`. Send it with fewer.",
        ));
    }
    Ok(())
}

fn sum(counts: &[Row]) -> Result<u64, Failure> {
    let mut sum = 0;
    for row in counts {
        sum += u64::try_from(row.count(0)?).unwrap_or_default();
    }
    Ok(sum)
}
