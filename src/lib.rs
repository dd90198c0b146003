//! scim-worker: a SCIM 2.0 service provider, run as one Cloudflare Worker over one D1 database.
//!
//! This file is the Worker's events, nothing else: a platform request comes in, a platform reply
//! goes out, and what the rest must not reach for itself (clock, randomness, settings, the
//! database) is handed over. `ARCHITECTURE.md` shows the rooms.

pub mod http;
pub mod platform;

use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use http::Environment;
use http::instance::Instance;
use platform::after;
use platform::console;
use platform::d1::D1;
use platform::fetch::PlatformFetch;
use platform::keys::PlatformKeys;
use platform::mint::PlatformMint;
use platform::outgoing::drop_abandoned;
use platform::queue::{self, PlatformMessages};
use platform::rate::PlatformRates;
use platform::settings::Deployment;
use platform::{Env, EventContext, PlatformClock, PlatformReply, PlatformRequest, moment, promise};
use service::Clock;
use service::gauge::Gauge;
use service::settings::Remembered;
use store::Database;
use store::ledger::requests::Expense;

thread_local! {
    /// What all requests of this instance hold.
    static GAUGE: Gauge = Gauge::default();
    /// What this instance remembers of the settings of tenants.
    static REMEMBERED: Rc<Remembered> = Rc::default();
}

/// What this instance remembers.
static INSTANCE: Instance = Instance::new();

/// An instance begins.
#[wasm_bindgen(start)]
pub fn start() {
    console::expect_panics();
}

/// Answers a request.
#[wasm_bindgen]
pub fn fetch(incoming: PlatformRequest, env: Env, context: EventContext) -> Promise {
    promise(async move { Ok(answer(incoming, env, context).await?.into()) })
}

/// Each minute: trims the log of some tenants, of each once an hour, and goes on with jobs.
#[wasm_bindgen]
pub fn scheduled(_event: JsValue, env: Env, _context: EventContext) -> Promise {
    promise(async move {
        let hold = GAUGE.with(Gauge::request);
        let minute = (moment().milliseconds / 60_000) % 60;
        after::work(&env, &Deployment::of(&env).settings, &hold, Some(minute)).await;
        Ok(JsValue::UNDEFINED)
    })
}

/// Goes on with what messages of the queue name.
#[wasm_bindgen]
pub fn queue(messages: PlatformMessages, env: Env, _context: EventContext) -> Promise {
    promise(async move {
        let hold = GAUGE.with(Gauge::request);
        let wakes = queue::take(&messages);
        after::run_wakes(&env, &Deployment::of(&env).settings, &hold, wakes).await;
        Ok(JsValue::UNDEFINED)
    })
}

async fn answer(
    incoming: PlatformRequest,
    env: Env,
    context: EventContext,
) -> Result<PlatformReply, JsValue> {
    let now = moment();
    drop_abandoned(now.milliseconds);
    let deployment = Deployment::of(&env);
    let database = D1::new(&env);
    let request = platform::request::read(&incoming);
    let mint = PlatformMint::at(now.milliseconds);
    let hold = GAUGE.with(Gauge::request);
    let remembered = REMEMBERED.with(Rc::clone);
    let rates = PlatformRates {
        env: &env,
        request: &incoming,
    };
    // What an operator asks for may take its time; all else is done at one moment.
    let clock: &dyn Clock = match http::admin::split_mount(&request.path) {
        Some(_) => &PlatformClock,
        None => &now,
    };
    let environment = Environment {
        context: service::Context {
            database: &database,
            settings: &deployment.settings,
            mint: &mint,
            clock,
            fetch: &PlatformFetch,
            keys: &PlatformKeys,
            hold: &hold,
            remembered: &remembered,
            rates: &rates,
        },
        secret: deployment.secret.as_ref(),
        admin: deployment.admin.as_ref(),
        instance: &INSTANCE,
        allow_http: deployment.allow_http,
        request_id: mint.request_id(),
    };
    let (reply, mut trace) = http::respond(&environment, &request).await;
    let cost = database.cost();
    let milliseconds = moment().milliseconds.saturating_sub(now.milliseconds);
    if let Some(row) = trace.log_row(Expense { milliseconds, cost }) {
        after::log(&env, &context, row, now.milliseconds + milliseconds);
    }
    if deployment.log_all || http::log::is_telling(&reply, &trace) {
        let line = http::log::line(&request, &reply, &trace, cost, &now, milliseconds);
        console::print(&line, trace.notes.cause.is_some());
    }
    after::run_later(&env, &context, trace.notes.later);
    if trace.job {
        let hold = GAUGE.with(Gauge::request);
        after::go_on(&env, &context, &deployment.settings, hold);
    }
    if http::may_have_written(&request, &reply) {
        let is_about_webhooks = trace.route.starts_with("/admin/v1/webhooks");
        after::wake_up(&env, &context, trace.notes.tenant, is_about_webhooks);
    }
    let cost = deployment.report_cost.then_some(cost);
    platform::reply::write(&env, reply, cost, hold)
}
