//! The events of one database, posted to one endpoint by whoever has the lease.

use super::attempt::{WebhookEvent, add_now, event_filter};
use super::hung::{Hung, PATIENCE};
use super::report::SharedReport;
use crate::budget::{Allowance, LEASE};
use crate::context::Context;
use crate::now::{self, TenantResource};
use crate::outside::Moment;
use crate::signing::BOTH;
use scim::resource_type::ResourceType;
use store::batch::Batch;
use store::ledger::deliveries::{self, Backlog, Lease, WebhookCursor};
use store::ledger::feed::{FeedMark, FeedRange, LOOKS, newest};
use store::ledger::replay;
use store::ledger::webhooks::{self, Endpoint, KeyChange};
use store::{Database, Error, Row, Statement};

/// Statements that a deliverer takes at the least: for the lease, a page, and an attempt.
pub(super) const LEAST: usize = 5 + 2 + ATTEMPT;
/// Statements that note an attempt, and the attempt.
pub(super) const ATTEMPT: usize = 8;
/// Milliseconds that an attempt may take, with what notes it.
pub(super) const LONGEST: u64 = 20_000;
/// Events of a page, and those looked at for them: as many at first, and as many times more behind
/// a page that was not full, so that it is bounded by what is delivered, and takes few pages.
const PAGE: usize = 20;
const FIRST: usize = 5 * PAGE;
const TIMES: usize = 8;
const SECOND: u64 = 1_000;

/// Events, in order.
struct DeliveryPage {
    events: Vec<WebhookEvent>,
    /// The position up to which there are no others.
    reach: i64,
    /// Whether it has all that there are up to there.
    is_whole: bool,
    /// Whether there are none behind it.
    is_last: bool,
}

/// Whose events: those of the tenant whose backlog has this index; none for those of all who have
/// none.
pub(super) type BacklogIndex = Option<usize>;

/// Who delivers.
pub(super) struct Deliverer<'a, D> {
    pub(super) directory: &'a Context<'a, D>,
    pub(super) allowance: &'a Allowance<'a>,
    pub(super) report: &'a SharedReport,
    pub(super) lease: Lease,
    pub(super) lease_until: u64,
    pub(super) endpoint: Endpoint,
    pub(super) cursor: WebhookCursor,
    pub(super) backlogs: Vec<Backlog>,
    pub(super) parked: Vec<i64>,
    pub(super) hanging: Vec<Hung<'a>>,
    /// How many events the next page looks at.
    pub(super) looks: usize,
    /// Whether he has the lease, and nothing was changed meanwhile.
    holds: bool,
}

/// Takes the lease of an endpoint, and delivers until nothing is due or the budget is used.
pub(super) async fn deliver<D: Database>(
    directory: &Context<'_, D>,
    allowance: &Allowance<'_>,
    report: &SharedReport,
    webhook: String,
    shard: u16,
) -> Result<(), Error> {
    let now = directory.clock.now();
    let lease = Lease {
        token: directory.mint.id(),
        webhook,
        shard,
        has_delivered: false,
    };
    let lease_until = now.milliseconds + LEASE;
    let mut batch = Batch::default();
    let until = Moment::at(lease_until).text;
    let [make_cursor, take_lease] = deliveries::take(&lease, &now.text, &until);
    batch.add(make_cursor);
    let cursor = batch.add(take_lease);
    let row = batch.add(webhooks::find(&lease.webhook, None));
    let backlog_rows = batch.add(deliveries::backlogs(&lease));
    let parked_rows = batch.add(replay::parked_positions(&lease));
    allowance.note(batch.len());
    let mut answers = directory.send(batch).await?;
    // Another has it, or there is no such endpoint any more.
    let (Some(mut cursor), Some(mut row)) = (answers.row(cursor), answers.row(row)) else {
        return Ok(());
    };
    let mut endpoint = webhooks::read_endpoint(&mut row)?;
    let newest = directory.settings.master.newest();
    let newest = newest.map(|newest| newest.fingerprint());
    let is_noted = |newest: &String| {
        let change = endpoint.key_change.as_ref();
        change.is_some_and(|change| change.newest == *newest)
    };
    if let Some(newest) =
        newest.filter(|newest| *newest != endpoint.secret.key && !is_noted(newest))
    {
        let until = Moment::at(now.milliseconds + BOTH).text;
        let change = KeyChange { until, newest };
        directory
            .ask(webhooks::note_key_change(&lease.webhook, &change))
            .await?;
        endpoint.key_change = Some(change);
        if directory
            .settings
            .master
            .by_fingerprint(&endpoint.secret.key)
            .is_none()
        {
            report.say(
                [
                    "webhook ",
                    &lease.webhook,
                    ": the master key of its secret is not set any more",
                ]
                .concat(),
            );
        }
    }
    let mut backlogs = Vec::new();
    for mut row in answers.rows(backlog_rows) {
        backlogs.push(deliveries::read_backlog(&mut row)?);
    }
    let mut parked = Vec::new();
    for row in answers.rows(parked_rows) {
        parked.push(row.count(0)?);
    }
    let mut deliverer = Deliverer {
        directory,
        allowance,
        report,
        lease,
        lease_until,
        cursor: deliveries::read_cursor(&mut cursor)?,
        endpoint,
        backlogs,
        parked,
        hanging: Vec::new(),
        looks: FIRST,
        holds: true,
    };
    deliverer.deliver_due().await?;
    // Whatever was changed meanwhile: what is under way counts if it delivers.
    while !deliverer.hanging.is_empty() {
        let _ = deliverer.wait(None, None).await;
        deliverer.settle().await?;
    }
    deliverer.give_back().await
}

impl<D: Database> Deliverer<'_, D> {
    /// Delivers what is due: first to the end of the common cursor, then of a tenant that is
    /// behind, and so on, as long as the lease is held and the endpoint active.
    async fn deliver_due(&mut self) -> Result<(), Error> {
        let mut whose = None;
        let mut looked_at = 0;
        loop {
            if !self.settle().await? {
                return Ok(());
            }
            if !self.has_room() {
                self.report.wake_in(0);
                return Ok(());
            }
            let page = self.page(whose).await?;
            let limit = self.limit(whose);
            let mut has_failed = false;
            for event in page.events {
                if event.mark.position > limit {
                    break;
                }
                let is_of = |backlog: &Backlog| backlog.tenant == event.tenant;
                if whose.is_none() && self.backlogs.iter().any(is_of) {
                    continue;
                }
                let statements = if self.parked.contains(&event.mark.position) {
                    self.skip(whose, &event)
                } else {
                    if !self.has_room() {
                        self.report.wake_in(0);
                        return Ok(());
                    }
                    self.attempt(whose, event).await
                };
                if !self.commit(statements).await? {
                    return Ok(());
                }
                let backlog = whose.and_then(|index| self.backlogs.get(index));
                has_failed = backlog
                    .is_some_and(|backlog| backlog.attempts > 0 || self.hangs(backlog.tenant));
                if has_failed {
                    break;
                }
            }
            let mut is_done = has_failed;
            if !has_failed {
                let before = self.cursor.clone();
                let reached = page.reach.min(limit);
                let statements = self.reach(whose, reached, page.is_last || reached == limit);
                is_done = page.is_last && statements.1;
                let is_new = !statements.0.is_empty() || self.cursor != before;
                if is_new && !self.commit(statements.0).await? {
                    return Ok(());
                }
            }
            let now = self.directory.clock.now();
            if whose.is_none() {
                looked_at = now.milliseconds;
            }
            if is_done || whose.is_some() {
                // What came meanwhile does not wait for who is behind.
                let is_late = whose.is_some() && now.milliseconds - looked_at >= SECOND;
                whose = if is_late { None } else { self.due(&now) };
                if whose.is_none() && !is_late {
                    if self.hanging.is_empty() {
                        return Ok(());
                    }
                    // Nor for who hangs.
                    let _ = self.wait(None, Some(PATIENCE)).await;
                }
            }
        }
    }

    /// A page of events.
    async fn page(&mut self, whose: BacklogIndex) -> Result<DeliveryPage, Error> {
        let backlog = whose.and_then(|index| self.backlogs.get(index));
        let (cursor, seq) = match backlog {
            Some(backlog) => (&backlog.cursor, backlog.seq),
            None => (&self.cursor, None),
        };
        let position = cursor.position;
        let Some(shard) = self.directory.on(self.lease.shard) else {
            return Ok(DeliveryPage {
                events: Vec::new(),
                reach: position,
                is_whole: true,
                is_last: true,
            });
        };
        let range = FeedRange {
            shard: self.lease.shard,
            tenant: backlog
                .map(|backlog| backlog.tenant)
                .or(self.endpoint.tenant),
            from: Some(FeedMark { position, seq }),
            backwards: false,
            looks: self.looks,
        };
        let filter = event_filter(&self.endpoint.types, &self.endpoint.id);
        let mut batch = Batch::default();
        let newest = batch.add(newest(None));
        let end = batch.add(range.end(false));
        let rows = batch.add(range.list(&filter, PAGE));
        self.allowance.note(batch.len());
        let mut answers = shard.send(batch).await?;
        let [newest] = answers.numbers(newest)?;
        let [last, _, looks] = answers.numbers(end)?;
        let ends = [newest, last, looks].map(Option::unwrap_or_default);
        let (mut page, places, keys) = read_page(ends, answers.rows(rows), &range)?;
        self.looks = if page.is_whole {
            LOOKS.min(self.looks * TIMES)
        } else {
            FIRST
        };
        if self.endpoint.include != "[]" && !keys.is_empty() {
            let mut batch = Batch::default();
            let handles = now::add(&mut batch, &keys);
            self.allowance.note(batch.len());
            let mut answers = shard.send(batch).await?;
            let set = self.directory.settings.base_url.clone();
            let base = set.unwrap_or_else(|| self.endpoint.origin.clone() + "/scim/v2");
            // What cannot be shown is left out: the event itself is whole.
            let states = now::read(&mut answers, handles, &keys, &base).unwrap_or_default();
            for (place, state) in places.into_iter().zip(states) {
                if let (Some(event), Some(state)) = (page.events.get_mut(place), state) {
                    add_now(&mut event.text, &state);
                }
            }
        }
        Ok(page)
    }

    /// The last position that is looked at now.
    fn limit(&self, whose: BacklogIndex) -> i64 {
        match whose.and_then(|index| self.backlogs.get(index)) {
            None => self.cursor.until.unwrap_or(i64::MAX),
            Some(backlog) => {
                let common = self.cursor.resume.unwrap_or(self.cursor.position);
                backlog.cursor.until.unwrap_or(common)
            }
        }
    }

    /// One that is behind and is tried again now. Who is as far as the common cursor was before a
    /// replay waits for the end of that.
    fn due(&self, now: &Moment) -> BacklogIndex {
        self.backlogs.iter().position(|backlog| {
            let waits = backlog.cursor.until.is_none()
                && self
                    .cursor
                    .resume
                    .is_some_and(|resume| backlog.cursor.position >= resume);
            backlog.next_attempt_at <= now.text && !waits && !self.hangs(backlog.tenant)
        })
    }

    /// Whether there is time and budget for another attempt.
    fn has_room(&self) -> bool {
        let now = self.directory.clock.now().milliseconds;
        let hanging = self.hanging.len() * ATTEMPT;
        self.allowance.has(ATTEMPT + hanging) && now + LONGEST < self.lease_until
    }

    /// Notes something, and that the lease is still wanted; whether anything more is posted.
    pub(super) async fn commit(&mut self, statements: Vec<Statement>) -> Result<bool, Error> {
        self.lease_until = self.directory.clock.now().milliseconds + LEASE;
        let until = Moment::at(self.lease_until).text;
        let (mut batch, lease) = Batch::of(deliveries::advance(&self.lease, &self.cursor, &until));
        batch.add_all(statements);
        self.allowance.spend(batch.len());
        self.lease.has_delivered = false;
        let [holds] = self.directory.send(batch).await?.numbers(lease)?;
        self.holds &= holds == Some(1);
        Ok(self.goes_on())
    }

    /// Whether anything more is posted.
    pub(super) fn goes_on(&self) -> bool {
        self.holds && self.endpoint.is_active
    }

    /// Gives the lease back. Where it was taken away, there is something else to be done at once.
    async fn give_back(&mut self) -> Result<(), Error> {
        let now = self.directory.clock.now().text;
        self.allowance.spend(1);
        let rows = self.directory.ask(deliveries::give_back(&self.lease, &now));
        if let Some(row) = rows.await?.first()
            && row.integer(0)? == Some(1)
        {
            self.report.wake_in(0);
        }
        Ok(())
    }
}

/// Reads a page of a range: the newest event and where the page ends, and the events. What
/// resources they are about, with their places.
fn read_page(
    [newest, last, looks]: [i64; 3],
    rows: Vec<Row>,
    range: &FeedRange,
) -> Result<(DeliveryPage, Vec<usize>, Vec<TenantResource>), Error> {
    let (mut events, mut places, mut keys) = (Vec::new(), Vec::new(), Vec::new());
    let mut matches = 0;
    for mut row in rows {
        matches = row.count(4)?;
        let kind = row.text(7)?;
        let kind = kind.and_then(|name| ResourceType::by_name(&name));
        let tenant = row.count(5)?;
        if let Some((kind, id)) = kind.zip(row.text(8)?) {
            places.push(events.len());
            keys.push(TenantResource { tenant, kind, id });
        }
        events.push(WebhookEvent {
            mark: FeedMark {
                position: row.count(0)?,
                seq: row.integer(1)?,
            },
            text: row.required_text(3)?,
            tenant,
            seal: row.text(6)?,
        });
    }
    let is_whole = events.len() < PAGE && i64::try_from(events.len()) == Ok(matches);
    let is_last = is_whole && usize::try_from(looks).is_ok_and(|looks| looks < range.looks);
    let reach = match events.last() {
        _ if is_last => newest,
        Some(event) if !is_whole => event.mark.position,
        Some(_) | None => last,
    };
    let page = DeliveryPage {
        events,
        reach: reach.max(range.from.unwrap_or_default().position),
        is_whole,
        is_last,
    };
    Ok((page, places, keys))
}
