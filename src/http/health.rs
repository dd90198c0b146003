//! `GET /healthz`: whether the Worker and its database answer, for a watch that has no credential.
//!
//! It stands outside of SCIM, and tells nothing but that. `/ServiceProviderConfig` is no such
//! watch: it is answered without the database.

use super::environment::Environment;
use super::reply::Reply;
use super::trace::Trace;
use store::{Database, read};

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
    if let Some(is_alive) = environment.instance.health(&now) {
        return is_alive;
    }
    let mut answer = Ok(());
    for shard in environment.context.database.shards() {
        if let Some(database) = environment.context.database.shard(shard) {
            answer = answer.and(database.batch(vec![read::alive()]).await.map(|_| ()));
        }
    }
    environment.instance.set_health(&now, answer.is_ok());
    trace.notes.cause = answer.err().map(|error| error.cause().to_owned());
    trace.notes.cause.is_none()
}
