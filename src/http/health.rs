//! `GET /healthz`: whether the Worker and its database answer, for a watch that has no credential.
//!
//! It stands outside of SCIM, and tells nothing but that. `/ServiceProviderConfig` is no such watch: it is answered
//! without the database.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Trace;
use super::reply::Reply;
use super::request::Request;
use service::Moment;
use store::{Database, read};

/// The path.
pub const PATH: &str = "/healthz";
/// How long an answer is given again without asking the database: whoever may ask may ask often.
const REMEMBERED: u64 = 5_000;

/// What the database last answered: the millisecond, doubled, and one more if it did. One an instance.
#[derive(Debug, Default)]
pub struct Health(AtomicU64);

impl Health {
    /// Nothing is known yet.
    pub const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// Answers a request for [`PATH`].
    pub async fn respond<D: Database, B>(
        &self,
        database: &D,
        request: &Request<B>,
        now: &Moment,
    ) -> (Reply, Trace) {
        let mut trace = Trace {
            route: PATH.to_owned(),
            ..Trace::default()
        };
        if !matches!(request.method.as_str(), "GET" | "HEAD") {
            let reply = Reply::error(405, None, "/healthz takes GET and HEAD.")
                .with("Allow", "GET, HEAD")
                .with("Content-Type", "application/scim+json");
            return (reply, trace);
        }
        let alive = match self.remembered(now) {
            Some(alive) => alive,
            None => self.ask(database, now, &mut trace).await,
        };
        let mut reply = if alive {
            Reply::json(200, "{\"status\":\"ok\"}".to_owned())
        } else {
            Reply::json(503, "{\"status\":\"unavailable\"}".to_owned()).with("Retry-After", "5")
        };
        if request.method == "HEAD" {
            reply.body = None;
        }
        let reply = reply
            .with("Content-Type", "application/json")
            .with("Cache-Control", "no-store")
            .with("Scim-Worker-Version", env!("CARGO_PKG_VERSION"));
        (reply, trace)
    }

    fn remembered(&self, now: &Moment) -> Option<bool> {
        let kept = self.0.load(Ordering::Relaxed);
        let age = now.milliseconds.checked_sub(kept >> 1)?;
        (age < REMEMBERED).then_some(kept & 1 == 1)
    }

    async fn ask<D: Database>(&self, database: &D, now: &Moment, trace: &mut Trace) -> bool {
        let answer = database.batch(vec![read::alive()]).await;
        let alive = answer.is_ok();
        if let Err(error) = answer {
            trace.cause = Some(format!("{error:?}"));
        }
        let kept = (now.milliseconds << 1) | u64::from(alive);
        self.0.store(kept, Ordering::Relaxed);
        alive
    }
}
