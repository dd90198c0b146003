//! What is left to do once a reply is made: statements that could wait, and jobs.

use scim::list::List;
use std::cell::{Cell, RefCell};

use wasm_bindgen::JsValue;

use store::ledger::requests::{self, LogRow};
use store::{Addressed, Database, Statement};

use super::console::print;
use super::d1::D1;
use super::fetch::PlatformFetch;
use super::keys::PlatformKeys;
use super::mint::PlatformMint;
use super::queue;
use super::{Env, EventContext, PlatformClock, moment, promise};
use crate::http::gathering::{Gathering, Turn, WAIT};
use service::budget::{Allowance, Budget};
use service::delivery::{Report, deliver_everywhere};
use service::gauge::Hold;
use service::rate::Unlimited;
use service::settings::Remembered;
use service::wake::{Listeners, Wake};
use service::{Settings, jobs, minute};

/// Milliseconds for which an instance remembers who is told of writes.
const REMEMBERED: u64 = 5_000;

thread_local! {
    /// Until when it is known who is told, and who that is.
    static LISTENERS: Cell<Option<(u64, Listeners)>> = const { Cell::new(None) };
    /// Rows of the log that wait to be written.
    static GATHERING: RefCell<Gathering> = RefCell::default();
    /// Who wakes the Worker up for all who wrote.
    static WAKING: RefCell<Turn> = RefCell::default();
}

/// Runs statements when the reply is out.
pub fn run_later(env: &Env, context: &EventContext, statements: Vec<Addressed>) {
    if !statements.is_empty() {
        wait(context, run(D1::new(env), statements));
    }
}

/// Writes a row of the log of requests when the reply is out, with those of others.
pub fn log(env: &Env, context: &EventContext, row: LogRow, now: u64) {
    let due = GATHERING.with_borrow_mut(|gathering| gathering.add(row, now));
    let Some(milliseconds) = due else {
        return;
    };
    let database = D1::new(env);
    wait(context, async move {
        if milliseconds > 0 {
            database.pause(milliseconds).await;
        }
        let rows = GATHERING.with_borrow_mut(Gathering::take);
        run(database, requests::write(&rows)).await;
    });
}

/// Runs statements, those of each database in a batch.
async fn run(database: D1, statements: Vec<Addressed>) {
    for shard in database.shards() {
        let of_shard = statements.iter().filter(|(number, _)| *number == shard);
        let batch: Vec<Statement> = of_shard.map(|(_, statement)| statement.clone()).list();
        if let Some(database) = database.shard(shard).filter(|_| !batch.is_empty()) {
            // What is not noted now will be noted by a later request.
            let _ = database.batch(batch).await;
        }
    }
}

/// Does what need not be done when the reply goes out.
fn wait(context: &EventContext, work: impl Future<Output = ()> + 'static) {
    context.wait_until(&promise(async {
        work.await;
        Ok(JsValue::UNDEFINED)
    }));
}

/// Goes on with jobs when the reply is out.
pub fn go_on(env: &Env, context: &EventContext, settings: &Settings, hold: Hold) {
    let (env, settings) = (env.clone(), settings.clone());
    wait(
        context,
        async move { work(&env, &settings, &hold, None).await },
    );
}

/// Goes on with jobs until none is due, or as much was done as one event may. In a minute of the
/// hour all is done that is done each minute.
pub async fn work(env: &Env, settings: &Settings, hold: &Hold, minute: Option<u64>) {
    let world = World::of(env);
    let context = world.context(settings, hold);
    let budget = Budget::of(settings);
    // Whatever failed is tried again by the next event.
    let Some(minute) = minute else {
        let allowance = Allowance::new(budget, context.clock);
        let worked = jobs::work_everywhere(&context, &allowance).await;
        return wake(env, note("a job was not gone on with", worked)).await;
    };
    let minute_end = minute::work(&context, budget, minute).await;
    for (what, error) in minute_end.failures {
        note(what, Err::<(), _>(error));
    }
    wake(env, minute_end.wakes).await;
    report(env, minute_end.report).await;
}

/// Goes on with what the Worker was woken up for.
pub async fn run_wakes(env: &Env, settings: &Settings, hold: &Hold, wakes: Vec<Wake>) {
    let world = World::of(env);
    let directory = world.context(settings, hold);
    let whole = Allowance::new(Budget::of(settings), directory.clock);
    let parts = wakes.len().max(1);
    for message in wakes {
        let allowance = whole.part(parts);
        match message {
            Wake::Job(shard) => {
                let Some(context) = directory.on(shard) else {
                    continue;
                };
                let worked = jobs::work_here(&directory, &context, &allowance).await;
                let is_left = note("a job was not gone on with", worked);
                wake(env, is_left.then_some(message)).await;
            }
            Wake::Deliver => {
                let delivered = deliver_everywhere(&directory, &allowance).await;
                report(env, note("events were not delivered", delivered)).await;
            }
        }
    }
}

/// Says what came of deliveries, and has the Worker woken up for the next.
async fn report(env: &Env, report: Report) {
    for line in report.lines {
        print(&line, true);
    }
    if let Some(seconds) = report.wake {
        queue::send(env, Wake::Deliver, seconds).await;
    }
}

/// Has the Worker woken up when the reply to a write is out, if somebody is told of it: once for
/// all that is written within a moment. Whether somebody is, is remembered for some seconds; a
/// request that is about webhooks ends that.
pub fn wake_up(env: &Env, context: &EventContext, tenant: Option<i64>, is_about_webhooks: bool) {
    if !queue::is_bound(env) {
        return;
    }
    let now = moment().milliseconds;
    let known = LISTENERS
        .take()
        .filter(|(until, _)| *until > now && !is_about_webhooks);
    LISTENERS.set(known.clone());
    let is_told = known.map(|(_, listeners)| listeners.hear(tenant));
    let is_turn = move || WAKING.with_borrow_mut(|turn| turn.take(now));
    if is_told.is_some_and(|is_told| !is_told || !is_turn()) {
        return;
    }
    let env = env.clone();
    wait(context, async move {
        if is_told.is_none() {
            // What cannot be asked now the next minute makes good.
            let Ok(listeners) = Listeners::read(&D1::new(&env)).await else {
                return;
            };
            let is_told = listeners.hear(tenant);
            LISTENERS.set(Some((now + REMEMBERED, listeners)));
            if !is_told || !is_turn() {
                return;
            }
        }
        D1::new(&env).pause(WAIT).await;
        WAKING.with_borrow_mut(Turn::end);
        queue::send(&env, Wake::Deliver, 0).await;
    });
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
        print(&[what, ": ", error.cause()].concat(), true);
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
