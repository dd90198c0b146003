//! What takes longer than a request: a job is a row with a lease, and its work is done in steps.
//!
//! A step takes the lease, does work of bounded size, and notes how far it came in the same batch.
//! Whoever is ended in between leaves a lease that runs out; the next to come goes on from what was
//! noted.

use super::{Context, Moment};
use crate::shards::finish;
use crate::write::ending::add_step;
use store::batch::Batch;
use store::directory::clients;
use store::directory::jobs::{self, LeasedJob, TENANT_DELETE};
use store::ledger::requests;
use store::{Database, Error};

/// Milliseconds for which a step has the job to itself.
const LEASE: u64 = 60_000;

/// What one event may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Statements.
    pub statements: usize,
    /// Milliseconds.
    pub milliseconds: u64,
}

/// Cloudflare counts each statement of a batch, 1,000 at most; what follows a reply may take 30
/// seconds.
impl Default for Budget {
    fn default() -> Self {
        Self {
            statements: 800,
            milliseconds: 20_000,
        }
    }
}

/// Goes on with the jobs of all shards, each within the budget, and with tenants whose making was
/// broken off.
pub async fn work_everywhere<D: Database>(
    directory: &Context<'_, D>,
    budget: Budget,
) -> Result<(), Error> {
    let all = directory.all();
    if all.len() > 1 {
        finish(directory).await?;
    }
    for (_, shard) in all {
        work(&shard, budget).await?;
    }
    Ok(())
}

/// Goes on with jobs until none is due or the budget is used.
async fn work<D: Database>(context: &Context<'_, D>, budget: Budget) -> Result<(), Error> {
    let start = context.clock.now().milliseconds;
    let mut statements = 0;
    loop {
        let now = context.clock.now();
        if statements >= budget.statements
            || now.milliseconds.saturating_sub(start) >= budget.milliseconds
        {
            return Ok(());
        }
        let due = context.ask(jobs::due(&now.text)).await?.into_iter().next();
        let Some(mut row) = due else {
            return Ok(());
        };
        statements += 2 + step(context, &row.required_text(0)?, &now).await?;
    }
}

/// Rows that a sweep removes of a table at once, and how often it does.
const SWEPT: usize = 500;
const SWEEPS: usize = 20;

/// Removes what has expired and nobody asks for any more, in each shard: each hour.
pub async fn sweep<D: Database>(directory: &Context<'_, D>) -> Result<(), Error> {
    let now = directory.clock.now().text;
    for (_, shard) in directory.all() {
        for _ in 0..SWEEPS {
            let mut batch = Batch::default();
            let swept = batch.add_all(clients::sweep(&now, SWEPT));
            let mut answers = shard.send(batch).await?;
            if answers.rows_of(&swept).len() < SWEPT {
                break;
            }
        }
    }
    Ok(())
}

/// Takes out of the log of requests what is too old or too much, in each shard: in each minute of
/// the hour of other tenants, each time in steps of bounded size.
pub async fn trim_requests<D: Database>(
    directory: &Context<'_, D>,
    minute: u64,
    budget: Budget,
) -> Result<(), Error> {
    let start = directory.clock.now().milliseconds;
    let mut statements = 0;
    for (_, shard) in directory.all() {
        statements += 1;
        for row in shard.ask(requests::due(minute)).await? {
            let tenant = row.integer(0)?.unwrap_or_default();
            loop {
                let now = directory.clock.now().milliseconds;
                if statements >= budget.statements || now - start >= budget.milliseconds {
                    return Ok(());
                }
                statements += 2;
                let mut batch = Batch::default();
                batch.add(requests::trim(tenant, now));
                let trimmed = batch.add(requests::trimmed());
                let row = shard.send(batch).await?.row(trimmed);
                if row.map_or(Ok(None), |row| row.integer(0))? < Some(requests::STEP) {
                    break;
                }
            }
        }
    }
    Ok(())
}

/// Does a step of a job, if nobody else does; gives how many statements it took.
async fn step<D: Database>(
    context: &Context<'_, D>,
    id: &str,
    now: &Moment,
) -> Result<usize, Error> {
    let until = Moment::at(now.milliseconds + LEASE).text;
    let leased = context
        .ask(jobs::lease(id, &now.text, &until))
        .await?
        .into_iter()
        .next();
    let Some(mut row) = leased else {
        return Ok(0);
    };
    let LeasedJob { kind, tenant, .. } = jobs::read_leased(&mut row)?;
    let mut batch = Batch::default();
    match kind.as_str() {
        TENANT_DELETE => add_step(&mut batch, id, tenant, now),
        // One of a release that was put back: it waits.
        _ => return Ok(0),
    }
    let statements = batch.len();
    context.send(batch).await?;
    Ok(statements)
}
