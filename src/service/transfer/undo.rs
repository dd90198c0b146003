//! Undo: changes are taken back by what their events tell of before, as new changes with events of
//! their own (OPERATOR: §9 of the design; `docs/safety.md`).
//!
//! Events are looked at in parts, the newest first. What a part is about is read, each event is
//! taken back in what was read (`reverse`), and what differs then is written in one batch
//! (`outcome`), if all of it still has the version that was read; else the part is read again. A
//! dry run goes the same way and writes nothing: the next part goes on from what the one before
//! would leave.

use scim::json::{text, with};
use scim::list::List;
use serde_json::Value;

use crate::budget::{Allowance, Budget, LEASE};
use crate::context::Context;
use crate::outside::Moment;
use crate::session::{Caller, Session};
use crate::settings::InHand;
use store::batch::Batch;
use store::directory::jobs::{self, DueJob, Progress};
use store::ledger::events::house;
use store::ledger::requests::Sender;
use store::ledger::undo::{self, EventRange};
use store::limits::{INDEXED, LONGEST_PAUSE};
use store::tenant::{self, Tenant};
use store::{Database, Error, Statement};

mod event;
mod load;
mod marker;
mod outcome;
mod reverse;
mod state;

use event::UndoEvent;
use reverse::Reversal;
use state::{UndoState, Views};

/// Events of one part at the most: so many are undone at once.
pub(crate) const PART: usize = 500;
/// Parts that a dry run looks at, at the most: all that they are about is in memory.
const DRY_PARTS: usize = 10;
/// Events that a dry run looks at, at the most, and how a sentence has that; on Cloudflare's free
/// plan as many as its statements are enough for.
pub(crate) const DRY: (usize, &str) = (DRY_PARTS * PART, "5,000");
pub(crate) const DRY_FREE: (usize, &str) =
    (Budget::FREE.statements / PART_STATEMENTS * PART, "1,500");
/// Refusals that a result lists.
const MAX_REFUSALS: usize = 1_000;
/// How often a part is tried that others keep changing; from the middle on an event at a time.
const TRIES: usize = 8;

/// What is to be undone, and what was.
#[derive(Clone, Debug)]
pub struct Undo {
    pub(crate) tenant: i64,
    /// The job that does it, where there is one.
    pub(crate) job: Option<String>,
    /// Whether whoever does it has the lease of that job until all is done.
    pub(crate) keeps_lease: bool,
    /// The request whose changes are meant; all where there is none.
    pub(crate) request: Option<String>,
    /// The number of the oldest event.
    pub(crate) from: i64,
    /// The number of the newest.
    pub(crate) to: i64,
    /// The number behind that of the next.
    pub(crate) below: i64,
    pub(crate) is_dry: bool,
    /// Who undoes it.
    pub(crate) sender: Sender,
    /// With which request.
    pub(crate) own_request: String,
    /// Created, updated, deleted, unchanged.
    pub(crate) counts: [usize; 4],
    pub(crate) refused: Vec<Value>,
    /// What is refused unless an older event makes it good.
    pub(crate) waiting: Vec<Value>,
    /// How many were refused beyond those.
    pub(crate) more_refused: usize,
}

impl Undo {
    /// Begins as a job. What was looked at so far has changed nothing.
    pub(crate) fn begin_anew(&mut self, job: &str) {
        self.job = Some(job.to_owned());
        self.below = self.to + 1;
        (self.counts, self.more_refused) = ([0; 4], 0);
        self.refused.clear();
        self.waiting.clear();
    }

    /// Takes events back, as many as can be at once, in what is known of the resources.
    fn take_back(
        &self,
        state: &mut UndoState,
        views: Views<'_>,
        (events, has_more): (&[UndoEvent], &mut bool),
        is_left: bool,
    ) -> Self {
        let mut reversal = Reversal {
            state,
            views,
            refused: Vec::new(),
            waiting: self.waiting.clone(),
        };
        let mut below = self.from;
        for event in events {
            let is_full = reversal.state.text >= INDEXED;
            if is_left {
                reversal.give_up(event);
            } else if is_full || !reversal.take_back(event) {
                *has_more = true;
                break;
            }
            below = event.seq;
        }
        let Reversal {
            state,
            refused,
            waiting,
            ..
        } = reversal;
        let mut next = Self {
            below,
            waiting,
            ..self.clone()
        };
        next.add(state.counts(), refused, !*has_more);
        next
    }

    /// Notes what a part came to.
    fn add(&mut self, counts: [usize; 4], mut refused: Vec<Value>, is_end: bool) {
        for (sum, count) in self.counts.iter_mut().zip(counts) {
            *sum += count;
        }
        if is_end {
            for entry in std::mem::take(&mut self.waiting) {
                refused.extend(entry.get(2).cloned());
            }
        }
        for entry in refused {
            if self.refused.len() < MAX_REFUSALS {
                self.refused.push(entry);
            } else {
                self.more_refused += 1;
            }
        }
    }
}

/// How an undo ended for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UndoEnd {
    /// All is done.
    All,
    /// There is more to do.
    More,
    /// Others changed the same again and again.
    Conflict,
}

/// Undoes a part of it, or all if it is a dry run and no more than so many parts. What has no job
/// is undone only if one part is all.
pub(crate) async fn run<D: Database>(
    context: &Context<'_, D>,
    settings: InHand,
    undo: &mut Undo,
    parts: usize,
) -> Result<UndoEnd, Error> {
    let caller = Caller {
        tenant: Tenant::Known(undo.tenant),
        token: String::new(),
        is_write: true,
        sender: undo.sender.clone(),
        request: undo.own_request.clone(),
    };
    let tenant = caller.tenant.clone();
    let session = Session::new(context, caller, String::new(), settings);
    let views = Views {
        tenant: &tenant,
        unique_group_names: session.settings().unique_group_names,
        pends: session.settings().pend_unknown_members,
    };
    let (mut state, mut tries, mut rounds) = (UndoState::default(), 0, 0);
    loop {
        let most = if tries < TRIES / 2 { PART } else { 1 };
        let range = EventRange {
            tenant: undo.tenant,
            request: undo.request.as_deref(),
            from: undo.from,
            below: undo.below,
            now: &session.now.text,
        };
        let (batch, part) = Batch::of(undo::part(&range, most));
        let rows = context.send(batch).await?.rows(part);
        let (rows, mut has_more) = undo::read_part(rows, most)?;
        let mut events: Vec<UndoEvent> = rows.into_iter().map(UndoEvent::of).list();
        if !undo.is_dry {
            state = UndoState::default();
        }
        let mut batch = Batch::default();
        let count = events.len();
        let handles = state.ask(views, &mut events, &mut batch);
        has_more |= events.len() < count;
        let mut answers = context.send(batch).await?;
        state.read(handles, &mut answers)?;
        // What fails by itself, again and again, is left.
        let is_left = tries == TRIES - 1;
        let next = undo.take_back(&mut state, views, (&events, &mut has_more), is_left);
        if undo.is_dry {
            state.settle();
            *undo = next;
            rounds += 1;
            if !has_more || rounds == parts {
                return Ok(if has_more {
                    UndoEnd::More
                } else {
                    UndoEnd::All
                });
            }
            continue;
        }
        if undo.job.is_none() && has_more {
            return Ok(UndoEnd::More);
        }
        let batch = undo.batch(&session, &state, &next, has_more)?;
        match context.send(batch).await {
            Ok(_) => {
                *undo = next;
                return Ok(if has_more {
                    UndoEnd::More
                } else {
                    UndoEnd::All
                });
            }
            Err(Error::Guard | Error::Unique(_)) if tries + 1 < TRIES => {
                tries += 1;
                let pause = LONGEST_PAUSE / u32::try_from(TRIES - tries).unwrap_or(1);
                context.database.pause(pause).await;
            }
            Err(Error::Guard | Error::Unique(_)) => return Ok(UndoEnd::Conflict),
            Err(error) => return Err(error),
        }
    }
}

/// Statements of a step, as a rule.
const STATEMENTS: usize = 36;
/// Those of a part of a dry run.
const PART_STATEMENTS: usize = 12;

/// Does a step of a job, if nobody else does; tells whether there was room for it.
pub(crate) async fn step<D: Database>(
    context: &Context<'_, D>,
    job: &DueJob,
    now: &Moment,
    allowance: &Allowance<'_>,
) -> Result<bool, Error> {
    if !allowance.has(STATEMENTS) {
        return Ok(false);
    }
    let parts = DRY_PARTS.min(allowance.rest() / PART_STATEMENTS);
    allowance.spend(STATEMENTS);
    let until = Moment::at(now.milliseconds + LEASE).text;
    let mut batch = Batch::default();
    let leased = batch.add(jobs::lease(&job.id, &now.text, &until));
    let settings = batch.add(tenant::settings(&Tenant::Known(job.tenant)));
    let mut answers = context.send(batch).await?;
    let Some(mut row) = answers.row(leased) else {
        return Ok(true);
    };
    let Some(mut undo) = Undo::read(job, &row.required_text(0)?) else {
        return Ok(true);
    };
    let settings = match answers.row(settings) {
        Some(mut row) => row.required_text(0)?,
        None => String::new(),
    };
    let settings = context.settings_of(job.tenant, &settings);
    let marker = undo.marker();
    let end = run(context, settings, &mut undo, parts).await?;
    let end = match (end, undo.is_dry) {
        (UndoEnd::All | UndoEnd::More, false) => return Ok(true),
        (UndoEnd::All, true) => ("finished", undo.result()),
        (UndoEnd::More, true) => {
            let most = "There is more than a dry run looks at. Ask for the newest events alone, then for those before.";
            ("failed", with(vec![("detail", most.into())]))
        }
        (UndoEnd::Conflict, _) => (
            "failed",
            with(vec![("detail", "The tenant has ended.".into())]),
        ),
    };
    let mut batch = Batch::default();
    batch.add(jobs::is_at(&job.id, &marker));
    batch.add(undo.note(&job.id, Some(end), &now.text));
    match context.send(batch).await {
        // Somebody else went on with it.
        Ok(_) | Err(Error::Guard) => Ok(true),
        Err(error) => Err(error),
    }
}

impl Undo {
    /// Writes a part, behind which it is `next`.
    fn batch<D: Database>(
        &self,
        session: &Session<'_, D>,
        state: &UndoState,
        next: &Self,
        has_more: bool,
    ) -> Result<Batch, Error> {
        let mut batch = Batch::default();
        batch.add(undo::is_open(self.tenant));
        if let Some(job) = &self.job {
            batch.add(jobs::is_at(job, &self.marker()));
        }
        state.write(session, &mut batch)?;
        if !has_more {
            let event = undo::finished_event(self.tenant, &next.event_attributes());
            batch.add(house(&session.origin(None), event));
        }
        if let Some(job) = &self.job {
            let end = (!has_more).then(|| ("finished", next.result()));
            let lease_end = Moment::at(session.now.milliseconds + LEASE);
            let until = if has_more && self.keeps_lease {
                &lease_end
            } else {
                &session.now
            };
            batch.add(next.note(job, end, &until.text));
        }
        Ok(batch)
    }

    /// The statement that notes how far its job came, and how it ended.
    fn note(&self, job: &str, end: Option<(&'static str, Value)>, until: &str) -> Statement {
        let marker = self.marker();
        let end = end.map(|(state, result)| (state, text(&result)));
        // What is of no resource is passed over, at the end of the range, too.
        let below = match end {
            Some(("finished", _)) => self.from,
            _ => self.below,
        };
        let progress = Progress {
            marker: &marker,
            done: self.to + 1 - below.min(self.to + 1),
            end: end
                .as_ref()
                .map(|(state, result)| (*state, result.as_str())),
        };
        jobs::note(job, &progress, until)
    }
}
