//! Deliveries: the events of each database are posted to the endpoints of webhooks, in order.
//!
//! The events are the outbox, and an endpoint has a cursor in each database. Whoever delivers
//! takes its lease, and moves the cursor with each reply of 2xx. Where a delivery fails or hangs,
//! the tenant of the event is behind: it gets a cursor of its own, which stands in front of that
//! event until it is delivered, and catches up then; the common cursor goes on without that tenant.
//! So the events of a tenant are delivered in order, and no tenant waits for another.

use scim::list::List;
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::task::Poll;

use crate::budget::Allowance;
use crate::context::Context;
use crate::outside::LocalBoxFuture;
use store::batch::Batch;
use store::ledger::deliveries;
use store::ledger::feed::newest;
use store::{Database, Error};

mod attempt;
mod deliverer;
mod hanging;
mod hung;
mod progress;
mod report;

pub(crate) use attempt::{body, check_url, event_filter, first_bytes};
pub use report::Report;
use report::SharedReport;

/// Endpoints that are served at once: the platform opens six connections of an event at a time, and
/// two are of those that hang.
const AT_ONCE: usize = 4;
/// Milliseconds for which a lane that has nothing to do waits for the others, and between two looks
/// for what came due meanwhile.
const IDLE: u32 = 500;
const LOOK: u64 = 2_000;

/// Delivers what is due, within the budget.
pub async fn deliver_everywhere<D: Database>(
    directory: &Context<'_, D>,
    allowance: &Allowance<'_>,
) -> Result<Report, Error> {
    // Nothing can be signed without a key.
    if directory.settings.master.newest().is_none() {
        return Ok(Report::default());
    }
    let report = SharedReport::default();
    let due = RefCell::new(look(directory, allowance).await?.into_iter());
    let next = || due.borrow_mut().next();
    let (busy, looked_at) = (Cell::new(0), Cell::new(directory.clock.now().milliseconds));
    // Who is slow keeps one of the lanes, and the others go on: with what comes due meanwhile, too.
    let lane = || async {
        loop {
            let Some((webhook, shard)) = next() else {
                if busy.get() == 0 {
                    break;
                }
                directory.database.pause(IDLE).await;
                let now = directory.clock.now().milliseconds;
                if now >= looked_at.get() + LOOK {
                    looked_at.set(now);
                    if !allowance.has(deliverer::LEAST) {
                        break;
                    }
                    let endpoints = look(directory, allowance).await?;
                    due.replace(endpoints.into_iter());
                }
                continue;
            };
            if !allowance.has(deliverer::LEAST) {
                report.wake_in(0);
                break;
            }
            busy.set(busy.get() + 1);
            let result = deliverer::deliver(directory, allowance, &report, webhook, shard).await;
            busy.set(busy.get() - 1);
            result?;
        }
        Ok(())
    };
    // Each may begin, so there are no more of them than the budget is enough for.
    let count = AT_ONCE.min(allowance.rest() / deliverer::LEAST).max(1);
    let lanes = (0..count).map(|_| -> LocalBoxFuture<'_, Result<(), Error>> { Box::pin(lane()) });
    let is_over = || busy.get() == 0 && due.borrow().as_slice().is_empty();
    all(lanes.list(), &is_over).await?;
    Ok(Report {
        wake: report.wake.get(),
        lines: report.lines.into_inner(),
    })
}

/// Looks for endpoints that have something to be told, in each shard.
async fn look<D: Database>(
    directory: &Context<'_, D>,
    allowance: &Allowance<'_>,
) -> Result<Vec<(String, u16)>, Error> {
    let now = directory.clock.now();
    let mut batch = Batch::default();
    let mut handles = Vec::new();
    for (number, shard) in directory.all() {
        let newest = if number == 1 {
            None
        } else {
            let row = shard.ask(newest(None)).await?.into_iter().next();
            Some(row.map_or(Ok(0), |row| row.count(0))?)
        };
        handles.push((
            number,
            batch.add(deliveries::due(number, newest, &now.text)),
        ));
    }
    allowance.note(2 * handles.len());
    let mut answers = directory.send(batch).await?;
    let mut due = Vec::new();
    for (number, rows) in handles {
        for mut row in answers.rows(rows) {
            due.push((row.required_text(0)?, number));
        }
    }
    Ok(due)
}

/// Waits until all are at their end, or only idle ones are left; the first failure.
async fn all(
    mut runs: Vec<LocalBoxFuture<'_, Result<(), Error>>>,
    is_over: &dyn Fn() -> bool,
) -> Result<(), Error> {
    let mut result = Ok(());
    poll_fn(|context| {
        runs.retain_mut(|run| match run.as_mut().poll(context) {
            Poll::Pending => true,
            Poll::Ready(end) => {
                if result.is_ok() {
                    result = end;
                }
                false
            }
        });
        if runs.is_empty() || is_over() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    result
}
