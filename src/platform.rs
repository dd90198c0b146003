//! All that names the platform: its events, requests and replies, settings, clock and randomness,
//! D1.
//!
//! What the platform is asked for is asked in JavaScript (`platform.js`), one call each.

use js_sys::Promise;
use wasm_bindgen::prelude::wasm_bindgen;

pub mod after;
pub mod console;
pub mod d1;
pub mod fetch;
pub mod keys;
pub mod mint;
mod outgoing;
pub mod rate;
pub mod reply;
pub mod request;
pub mod settings;

pub use outgoing::drop_abandoned;

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
    pub type Context;

    /// Keeps the event until a promise is settled.
    #[wasm_bindgen(method, js_name = waitUntil)]
    fn wait_until(this: &Context, promise: &Promise);
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
