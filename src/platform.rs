//! All that names the `worker` crate: the platform's requests and replies, its settings, clock and
//! randomness, D1.
//!
//! What the platform is asked for is asked in JavaScript (`platform.js`), one call each.

pub mod after;
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
use worker::js_sys;

use service::{Clock, Moment};

/// The moment as the platform has it.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "milliseconds since 1970"
)]
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
