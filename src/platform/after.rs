//! What is left to do once a reply is made: statements that could wait, and jobs.

use wasm_bindgen::JsValue;

use store::{Addressed, Database, Statement};

use super::console::print;
use super::d1::D1;
use super::fetch::PlatformFetch;
use super::keys::PlatformKeys;
use super::mint::PlatformMint;
use super::{Context, Env, PlatformClock, moment, promise};
use service::Settings;
use service::gauge::Hold;
use service::jobs::{self, Budget};
use service::rate::Unlimited;
use service::seal::seal_everywhere;
use service::settings::Remembered;

/// Runs statements when the reply is out.
pub fn run_later(env: &Env, context: &Context, statements: Vec<Addressed>) {
    if statements.is_empty() {
        return;
    }
    let database = D1::new(env);
    wait(context, async move {
        for shard in database.shards() {
            let of_shard = statements.iter().filter(|(number, _)| *number == shard);
            let batch: Vec<Statement> = of_shard.map(|(_, statement)| statement.clone()).collect();
            if let Some(database) = database.shard(shard).filter(|_| !batch.is_empty()) {
                // What is not noted now will be noted by a later request.
                let _ = database.batch(batch).await;
            }
        }
    });
}

/// Does what need not be done when the reply goes out.
fn wait(context: &Context, work: impl Future<Output = ()> + 'static) {
    context.wait_until(&promise(async {
        work.await;
        Ok(JsValue::UNDEFINED)
    }));
}

/// Goes on with jobs when the reply is out.
pub fn go_on(env: &Env, context: &Context, settings: &Settings, hold: Hold) {
    let (env, settings) = (env.clone(), settings.clone());
    wait(
        context,
        async move { work(&env, &settings, &hold, None).await },
    );
}

/// Goes on with jobs until none is due, or as much was done as one event may. In a minute of the
/// hour the logs of some tenants are trimmed, in the first what has expired is removed.
pub async fn work(env: &Env, settings: &Settings, hold: &Hold, minute: Option<u64>) {
    let database = D1::new(env);
    let mint = PlatformMint::at(moment().milliseconds);
    let context = service::Context {
        database: &database,
        settings,
        mint: &mint,
        clock: &PlatformClock,
        fetch: &PlatformFetch,
        keys: &PlatformKeys,
        hold,
        // A job works for no caller.
        remembered: &Remembered::default(),
        rates: &Unlimited,
    };
    let budget = Budget::of(settings);
    // The parts of an event count together.
    let (of_jobs, of_others) = match minute {
        None => (budget, budget),
        Some(_) => (budget.part(2), budget.part(4)),
    };
    // Whatever failed is tried again by the next event.
    if let Err(error) = jobs::work_everywhere(&context, of_jobs).await {
        print(&format!("a job was not gone on with: {error:?}"), true);
    }
    if let Some(minute) = minute
        && let Err(error) = jobs::trim_requests(&context, minute, of_others).await
    {
        print(
            &format!("the log of requests was not trimmed: {error:?}"),
            true,
        );
    }
    if minute.is_some()
        && let Err(error) = seal_everywhere(&context, of_others).await
    {
        print(&format!("events were not sealed: {error:?}"), true);
    }
    if minute == Some(0)
        && let Err(error) = jobs::sweep(&context).await
    {
        print(
            &format!("what has expired was not removed: {error:?}"),
            true,
        );
    }
}
