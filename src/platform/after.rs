//! What is left to do once a reply is made: statements that could wait, and jobs.

use wasm_bindgen::JsValue;

use store::{Addressed, Database, Statement};

use super::console::print;
use super::d1::D1;
use super::fetch::PlatformFetch;
use super::keys::PlatformKeys;
use super::mint::PlatformMint;
use super::queue;
use super::{Context, Env, PlatformClock, moment, promise};
use service::Settings;
use service::gauge::Hold;
use service::jobs::{self, Budget};
use service::rate::Unlimited;
use service::seal::seal_everywhere;
use service::settings::Remembered;
use service::wake::Wake;

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
    let world = World::of(env);
    let context = world.context(settings, hold);
    let budget = Budget::of(settings);
    // The parts of an event count together.
    let (of_jobs, of_others) = match minute {
        None => (budget, budget),
        Some(_) => (budget.part(2), budget.part(4)),
    };
    // Whatever failed is tried again by the next event.
    let worked = jobs::work_everywhere(&context, of_jobs).await;
    wake(env, note("a job was not gone on with", worked)).await;
    if let Some(minute) = minute {
        let trimmed = jobs::trim_requests(&context, minute, of_others).await;
        note("the log of requests was not trimmed", trimmed);
        let sealed = seal_everywhere(&context, of_others).await;
        note("events were not sealed", sealed);
    }
    if minute == Some(0) {
        note(
            "what has expired was not removed",
            jobs::sweep(&context, of_others).await,
        );
    }
}

/// Goes on with what the Worker was woken up for.
pub async fn woken(env: &Env, settings: &Settings, hold: &Hold, wakes: Vec<Wake>) {
    let world = World::of(env);
    let directory = world.context(settings, hold);
    let budget = Budget::of(settings).part(wakes.len().max(1));
    for message in wakes {
        match message {
            Wake::Job(shard) => {
                let Some(context) = directory.on(shard) else {
                    continue;
                };
                let worked = jobs::work_here(&context, budget).await;
                let is_left = note("a job was not gone on with", worked);
                wake(env, is_left.then_some(message)).await;
            }
        }
    }
}

/// Has the Worker woken up again.
async fn wake(env: &Env, messages: impl IntoIterator<Item = Wake>) {
    for message in messages {
        queue::send(env, message, 0).await;
    }
}

/// Says in the log why something was not done.
fn note<T: Default>(what: &str, result: Result<T, store::Error>) -> T {
    result.unwrap_or_else(|error| {
        print(&format!("{what}: {error:?}"), true);
        T::default()
    })
}

/// What an event works with that is no request.
struct World {
    database: D1,
    mint: PlatformMint,
    remembered: Remembered,
}

impl World {
    fn of(env: &Env) -> Self {
        Self {
            database: D1::new(env),
            mint: PlatformMint::at(moment().milliseconds),
            // It works for no caller.
            remembered: Remembered::default(),
        }
    }

    fn context<'a>(&'a self, settings: &'a Settings, hold: &'a Hold) -> service::Context<'a, D1> {
        service::Context {
            database: &self.database,
            settings,
            mint: &self.mint,
            clock: &PlatformClock,
            fetch: &PlatformFetch,
            keys: &PlatformKeys,
            hold,
            remembered: &self.remembered,
            rates: &Unlimited,
        }
    }
}
