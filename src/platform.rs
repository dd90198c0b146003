//! All that names the platform: its events, requests and replies, settings, clock and randomness,
//! D1.
//!
//! What the platform is asked for is asked in JavaScript (`platform.js`), one call each.

use std::pin::Pin;

use js_sys::Promise;
use js_sys::futures::future_to_promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

pub mod after;
pub mod console;
pub mod d1;
pub mod fetch;
pub mod keys;
pub mod mint;
pub mod outgoing;
pub mod queue;
pub mod rate;
pub mod reply;
pub mod request;
pub mod settings;

use service::{Clock, Moment};

#[wasm_bindgen]
extern "C" {
    /// A request of the platform.
    #[wasm_bindgen(js_name = Request)]
    pub type PlatformRequest;

    /// A reply of the platform.
    #[wasm_bindgen(js_name = Response)]
    pub type PlatformReply;

    /// The bindings of the Worker: what the operator set, and its databases.
    #[derive(Clone)]
    pub type Env;

    /// The event that is answered.
    pub type EventContext;

    /// Keeps the event until a promise is settled.
    #[wasm_bindgen(method, js_name = waitUntil)]
    fn wait_until(this: &EventContext, promise: &Promise);
}

/// Work as the platform has it. In a box, so that what drives it is there once, and not for each.
pub fn promise(work: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    let work: Pin<Box<dyn Future<Output = Result<JsValue, JsValue>>>> = Box::pin(work);
    future_to_promise(work)
}

/// The moment as the platform has it.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "milliseconds since 1970"
)]
#[expect(clippy::disallowed_methods, reason = "this is where the clock is")]
pub fn moment() -> Moment {
    Moment::at(js_sys::Date::now() as u64)
}

/// The clock of what goes on after a request.
pub struct PlatformClock;

impl Clock for PlatformClock {
    fn now(&self) -> Moment {
        moment()
    }
}
