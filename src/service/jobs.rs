//! What takes longer than a request: a job is a row with a lease, and its work is done in steps.
//!
//! A step takes the lease, does work of bounded size, and notes how far it came in the same batch.
//! Whoever is ended in between leaves a lease that runs out; the next to come goes on from what was
//! noted.

pub use super::budget::Budget;
use super::budget::{Allowance, LEASE};
use super::context::Context;
use super::outside::Moment;
use crate::chain::start_behind;
use crate::shards::finish;
use crate::transfer::{import, undo};
use crate::wake::Wake;
use crate::write::ending::{add_purge, add_step};
use store::batch::Batch;
use store::directory::clients;
use store::directory::expiring::Moments;
use store::directory::jobs::{self, DueJob, IMPORT, TENANT_DELETE, UNDO};
use store::directory::tenants;
use store::ledger::events::{Origin, house};
use store::ledger::requests::Sender;
use store::ledger::{requests, trimming};
use store::tenant::Tenant;
use store::{Database, Error};

/// Goes on with the jobs of all shards, all within the budget, and with tenants whose making was
/// broken off. What it is to be woken up for again, where the budget was not enough.
pub async fn work_everywhere<D: Database>(
    directory: &Context<'_, D>,
    allowance: &Allowance<'_>,
) -> Result<Vec<Wake>, Error> {
    let all = directory.all();
    if all.len() > 1 {
        finish(directory).await?;
    }
    let mut wakes = Vec::new();
    for (number, shard) in all {
        if work_here(directory, &shard, allowance).await? {
            wakes.push(Wake::Job(number));
        }
    }
    Ok(wakes)
}

/// Goes on with one job, an import that was just begun, if nobody else does.
pub async fn work_at<D: Database>(
    shard: &Context<'_, D>,
    job: &str,
    tenant: i64,
    budget: Budget,
) -> Result<(), Error> {
    let job = DueJob {
        id: job.to_owned(),
        kind: IMPORT.to_owned(),
        tenant,
    };
    let allowance = Allowance::new(budget, shard.clock);
    step(shard, shard, &job, &shard.clock.now(), &allowance).await?;
    Ok(())
}

/// Goes on with the jobs of one shard until none is due or the budget is used; whether there is
/// more than it was enough for. Who waits longest is next, so that of several each gets on.
pub async fn work_here<D: Database>(
    directory: &Context<'_, D>,
    context: &Context<'_, D>,
    allowance: &Allowance<'_>,
) -> Result<bool, Error> {
    loop {
        let now = context.clock.now();
        allowance.note(1);
        let due = context.ask(jobs::due(&now.text)).await?.into_iter().next();
        let Some(mut row) = due else {
            return Ok(false);
        };
        let job = jobs::read_due(&mut row)?;
        if !step(directory, context, &job, &now, allowance).await? {
            return Ok(allowance.has_begun());
        }
    }
}

/// Rows that a sweep removes of a table at once.
const SWEPT: usize = 500;
/// Statements that look for it, and those of a tenant whose events are too old.
const SWEEP: usize = 4;
const TRIM: usize = 4;

/// Removes what has expired and nobody asks for any more, and events that are too old, in each
/// shard: each hour, within the budget, and another shard first.
pub async fn sweep<D: Database>(
    directory: &Context<'_, D>,
    allowance: &Allowance<'_>,
) -> Result<(), Error> {
    let now = directory.clock.now();
    let lifetime = directory.settings.event_days * 86_400_000;
    let old = Moment::at(now.milliseconds.saturating_sub(lifetime)).text;
    let key = directory.settings.master.newest();
    for (_, shard) in directory.all_from(now.milliseconds / 3_600_000) {
        let (mut has_swept, mut has_trimmed) = (false, false);
        while !(has_swept && has_trimmed) && allowance.has(SWEEP + TRIM) {
            let most = (allowance.rest().saturating_sub(SWEEP) / TRIM).clamp(1, trimming::TENANTS);
            let mut batch = Batch::default();
            let mut swept = batch.add_all(clients::sweep(&now.text, SWEPT));
            swept.push(add_purge(&mut batch, &now.text, SWEPT));
            let due = batch.add(trimming::due(&old, key.is_some(), most));
            let mut answers = shard.send(batch).await?;
            has_swept = answers.rows_of(&swept).len() < SWEPT;
            let mut batch = Batch::default();
            for mut row in answers.rows(due) {
                let due = trimming::read_due(&mut row)?;
                let start = key.and_then(|key| start_behind(&key, &due));
                batch.add_all(trimming::trim(&due, start.as_deref()));
            }
            allowance.spend(SWEEP + batch.len());
            has_trimmed = batch.is_empty();
            shard.send(batch).await?;
        }
    }
    Ok(())
}

/// Milliseconds before its end at which a credential is told of.
const SOON: u64 = 7 * 86_400_000;

/// Tells of credentials that end, and takes out of the log of requests what is too old or too much,
/// in each shard: in each minute of the hour of other tenants, each time in steps of bounded size.
pub async fn trim_requests<D: Database>(
    directory: &Context<'_, D>,
    minute: u64,
    allowance: &Allowance<'_>,
) -> Result<(), Error> {
    let start = directory.clock.now().milliseconds;
    let now = Moment::at(start).text;
    let soon = Moment::at(start + SOON).text;
    let ends = Moments {
        now: &now,
        soon: &soon,
    };
    for (_, shard) in directory.all_from(start / 3_600_000) {
        if !allowance.has(2) {
            break;
        }
        allowance.spend(2);
        let mut batch = Batch::default();
        let due = batch.add(requests::due(minute));
        let ending = batch.add(ends.due());
        let mut answers = shard.send(batch).await?;
        for row in answers.rows(ending) {
            let tenant = row.count(0)?;
            let of = Tenant::Known(tenant);
            let origin = Origin {
                tenant: &of,
                sender: &Sender::System,
                now: &now,
                request: "",
                operation: None,
            };
            let mut batch = Batch::default();
            batch.add(house(&origin, ends.event(tenant)));
            batch.add_all(ends.note(tenant));
            if !allowance.has(batch.len()) {
                return Ok(());
            }
            allowance.spend(batch.len());
            shard.send(batch).await?;
        }
        for row in answers.rows(due) {
            let tenant = row.count(0)?;
            loop {
                let now = directory.clock.now().milliseconds;
                if !allowance.has(2) {
                    return Ok(());
                }
                allowance.spend(2);
                let mut batch = Batch::default();
                batch.add(requests::trim(tenant, now));
                let trimmed = batch.add(requests::trim_count());
                let [trimmed] = shard.send(batch).await?.numbers(trimmed)?;
                if trimmed < Some(requests::STEP) {
                    break;
                }
            }
        }
    }
    Ok(())
}

/// Does a step of a job, if nobody else does; tells whether there was room for it.
async fn step<D: Database>(
    directory: &Context<'_, D>,
    context: &Context<'_, D>,
    job: &DueJob,
    now: &Moment,
    allowance: &Allowance<'_>,
) -> Result<bool, Error> {
    let mut batch = Batch::default();
    let noted = match job.kind.as_str() {
        IMPORT => None,
        TENANT_DELETE => Some(add_step(&mut batch, &job.id, job.tenant, now)),
        UNDO => return undo::step(context, job, now, allowance).await,
        // One of a release that was put back: it waits.
        _ => return Ok(false),
    };
    let statements = 1 + match noted {
        None => import::STATEMENTS,
        Some(_) => batch.len(),
    };
    if !allowance.has(statements) {
        return Ok(false);
    }
    let until = Moment::at(now.milliseconds + LEASE).text;
    let leased = context.ask(jobs::lease(&job.id, &now.text, &until)).await?;
    let Some(mut row) = leased.into_iter().next() else {
        return Ok(true);
    };
    let Some(noted) = noted else {
        allowance.note(1);
        let marker = row.required_text(0)?;
        import::work(context, (&job.id, job.tenant), &marker, until, allowance).await?;
        return Ok(true);
    };
    allowance.spend(statements);
    let noted = context.send(batch).await?.row(noted);
    let end = noted.map_or(Ok(None), |mut row| row.text(0))?;
    if end.is_some() && context.database.number() != 1 {
        // Broken off before it, the directory is told by who next wants the application's id.
        allowance.note(1);
        directory.ask(tenants::free(job.tenant)).await?;
    }
    Ok(true)
}
