//! `GET /healthz`: whether the Worker and its database answer, for a watch that has no credential.
//!
//! It stands outside of SCIM, and tells nothing but that. `/ServiceProviderConfig` is no such
//! watch: it is answered without the database.

use std::sync::atomic::{AtomicU64, Ordering};

use super::reply::Reply;
use super::{Environment, Trace};
use service::Moment;
use store::{Database, read};

/// How long an answer is given again without asking the database: whoever may ask may ask often.
const REMEMBERED: u64 = 5_000;

/// What the database last answered: the millisecond, doubled, and one more if it did. One an
/// instance.
#[derive(Debug, Default)]
pub struct Health(AtomicU64, AtomicU64);

impl Health {
    /// Nothing is known yet.
    pub const fn new() -> Self {
        Self(AtomicU64::new(0), AtomicU64::new(0))
    }

    /// Whether this is the first request of the day that this instance has seen with the
    /// `SCIM_TOKEN`: that its tenant is in use is noted then, for no row tells it at no cost.
    pub(super) fn is_new_day(&self, now: &Moment) -> bool {
        let day = now.milliseconds / 86_400_000;
        self.1.swap(day, Ordering::Relaxed) != day
    }

    fn remembered(&self, now: &Moment) -> Option<bool> {
        let kept = self.0.load(Ordering::Relaxed);
        let age = now.milliseconds.checked_sub(kept >> 1)?;
        (age < REMEMBERED).then_some(kept & 1 == 1)
    }

    fn remember(&self, now: &Moment, is_alive: bool) {
        let kept = (now.milliseconds << 1) | u64::from(is_alive);
        self.0.store(kept, Ordering::Relaxed);
    }
}

/// Answers.
pub(super) async fn get<D: Database>(environment: &Environment<'_, D>, trace: &mut Trace) -> Reply {
    let reply = if is_alive(environment, trace).await {
        Reply::json(200, "{\"status\":\"ok\"}".to_owned())
    } else {
        Reply::json(503, "{\"status\":\"unavailable\"}".to_owned()).with("Retry-After", "5")
    };
    reply
        .with("Content-Type", "application/json")
        .with("Cache-Control", "no-store")
        .with("Scim-Worker-Version", env!("CARGO_PKG_VERSION"))
}

async fn is_alive<D: Database>(environment: &Environment<'_, D>, trace: &mut Trace) -> bool {
    let now = environment.context.clock.now();
    if let Some(is_alive) = environment.health.remembered(&now) {
        return is_alive;
    }
    let answer = environment
        .context
        .database
        .batch(vec![read::alive()])
        .await;
    environment.health.remember(&now, answer.is_ok());
    trace.cause = answer.err().map(|error| format!("{error:?}"));
    trace.cause.is_none()
}
