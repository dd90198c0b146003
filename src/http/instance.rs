//! What one instance of the Worker remembers from request to request.

use std::sync::atomic::{AtomicU64, Ordering};

use service::Moment;

/// How long an answer of the database is given again without asking it: whoever may ask may ask
/// often.
const REMEMBERED: u64 = 5_000;

/// What is remembered.
#[derive(Debug, Default)]
pub struct Instance {
    /// What the database last answered: the millisecond, doubled, and one more if it did.
    health: AtomicU64,
    /// The day on which the use of the `SCIM_TOKEN` was last noted, counted from 1970.
    noted_day: AtomicU64,
}

impl Instance {
    /// Nothing is known yet.
    pub const fn new() -> Self {
        Self {
            health: AtomicU64::new(0),
            noted_day: AtomicU64::new(0),
        }
    }

    /// Whether this is the first request of the day that this instance has seen with the
    /// `SCIM_TOKEN`: that its tenant is in use is noted then, for no row tells it at no cost.
    pub(super) fn is_new_day(&self, now: &Moment) -> bool {
        let day = now.milliseconds / 86_400_000;
        self.noted_day.swap(day, Ordering::Relaxed) != day
    }

    /// Whether the database answered a moment ago, where it was asked.
    pub(super) fn health(&self, now: &Moment) -> Option<bool> {
        let stamp = self.health.load(Ordering::Relaxed);
        let age = now.milliseconds.checked_sub(stamp >> 1)?;
        (age < REMEMBERED).then_some(stamp & 1 == 1)
    }

    /// Remembers whether the database answered.
    pub(super) fn set_health(&self, now: &Moment, is_alive: bool) {
        let stamp = (now.milliseconds << 1) | u64::from(is_alive);
        self.health.store(stamp, Ordering::Relaxed);
    }
}
