//! What is done each minute, whoever asks: within one budget, of which each kind of work has a
//! part.

use crate::budget::{Allowance, Budget};
use crate::context::Context;
use crate::delivery::{Report, deliver_everywhere};
use crate::jobs::{sweep, trim_requests, work_everywhere};
use crate::seal::seal_everywhere;
use crate::wake::Wake;
use store::{Database, Error};

/// Kinds of work that share a minute.
const KINDS: usize = 4;

/// The part of what is done once an hour.
const SWEEP: usize = 2;

/// What came of it.
#[derive(Debug, Default)]
pub struct MinuteReport {
    /// What to be woken up for again.
    pub wakes: Vec<Wake>,
    /// What was delivered.
    pub report: Report,
    /// What failed, and is tried again.
    pub failures: Vec<(&'static str, Error)>,
}

impl MinuteReport {
    fn note<T: Default>(&mut self, what: &'static str, result: Result<T, Error>) -> T {
        result.unwrap_or_else(|error| {
            self.failures.push((what, error));
            T::default()
        })
    }
}

/// Goes on with jobs, trims the log of requests of some tenants, seals, delivers; in the first
/// minute of the hour it removes what has expired, too.
///
/// A step of a job may take all of a small budget: so what must not wait goes first every other
/// minute.
pub async fn work<D: Database>(
    directory: &Context<'_, D>,
    budget: Budget,
    minute: u64,
) -> MinuteReport {
    let whole = Allowance::new(budget, directory.clock);
    let mut outcome = MinuteReport::default();
    for half in [0, 1] {
        if (minute + half) % 2 == 1 {
            let worked = work_everywhere(directory, &whole.part(KINDS)).await;
            outcome.wakes = outcome.note("a job was not gone on with", worked);
            continue;
        }
        let trimmed = trim_requests(directory, minute, &whole.part(KINDS)).await;
        outcome.note("the log of requests was not trimmed", trimmed);
        let result = seal_everywhere(directory, &whole.part(KINDS)).await;
        outcome.note("events were not sealed", result);
        if minute == 0 {
            let swept = sweep(directory, &whole.part(SWEEP)).await;
            outcome.note("what has expired was not removed", swept);
        }
        let delivered = deliver_everywhere(directory, &whole.part(KINDS)).await;
        outcome.report = outcome.note("events were not delivered", delivered);
    }
    outcome
}
