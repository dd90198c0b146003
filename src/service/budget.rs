//! What an event of the Worker may use: statements and time.

use std::cell::Cell;

use super::{Clock, Settings};

/// Milliseconds for which a step has the job to itself.
pub(crate) const LEASE: u64 = 60_000;

/// What one event may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Statements, and what is asked of other servers.
    pub statements: usize,
    /// Milliseconds.
    pub milliseconds: u64,
}

/// Cloudflare counts each statement of a batch: 1,000 at most for an event, or 50 on its free plan
/// (<https://developers.cloudflare.com/d1/platform/limits/>). What follows a reply may take 30
/// seconds.
impl Budget {
    /// Of the paid plan.
    pub const PAID: Self = Self {
        statements: 800,
        milliseconds: 20_000,
    };
    /// Of the free plan (`PLAN = "free"`).
    pub const FREE: Self = Self {
        statements: 40,
        ..Self::PAID
    };

    /// That of the plan which the deployment is on.
    pub const fn of(settings: &Settings) -> Self {
        if settings.is_free_plan {
            Self::FREE
        } else {
            Self::PAID
        }
    }

    /// So large a part of it, for one of several that share an event.
    #[must_use]
    pub const fn part(self, of: usize) -> Self {
        Self {
            statements: self.statements / of,
            ..self
        }
    }
}

/// What is left of a budget.
pub(crate) struct Allowance<'a> {
    budget: Budget,
    clock: &'a dyn Clock,
    start: u64,
    used: Cell<usize>,
    has_begun: Cell<bool>,
}

impl<'a> Allowance<'a> {
    /// All of it.
    pub(crate) fn new(budget: Budget, clock: &'a dyn Clock) -> Self {
        Self {
            budget,
            clock,
            start: clock.now().milliseconds,
            used: Cell::default(),
            has_begun: Cell::default(),
        }
    }

    /// Whether work of so many statements may be begun. The first may always: what is never begun
    /// is never done.
    pub(crate) fn has(&self, statements: usize) -> bool {
        let took = self.clock.now().milliseconds.saturating_sub(self.start);
        let is_in_time = took < self.budget.milliseconds;
        is_in_time
            && (!self.has_begun.get() || self.used.get() + statements <= self.budget.statements)
    }

    /// Whether work was begun.
    pub(crate) fn has_begun(&self) -> bool {
        self.has_begun.get()
    }

    /// How many statements are left.
    pub(crate) fn left(&self) -> usize {
        self.budget.statements.saturating_sub(self.used.get())
    }

    /// Notes that so many statements looked for work.
    pub(crate) fn note(&self, statements: usize) {
        self.used.set(self.used.get() + statements);
    }

    /// Notes that work of so many was done.
    pub(crate) fn spend(&self, statements: usize) {
        self.note(statements);
        self.has_begun.set(true);
    }
}
