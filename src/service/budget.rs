//! What an event of the Worker may use: statements and time.

use std::cell::Cell;

use super::outside::Clock;
use super::settings::Settings;

/// Milliseconds for which a step has its job to itself, and a deliverer its endpoint.
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
}

/// What is left of a budget.
pub struct Allowance<'a> {
    budget: Budget,
    /// What it is a part of: what is used of it is used of that.
    whole: Option<&'a Self>,
    clock: &'a dyn Clock,
    start: u64,
    used: Cell<usize>,
    has_begun: Cell<bool>,
}

impl<'a> Allowance<'a> {
    /// All of it.
    pub fn new(budget: Budget, clock: &'a dyn Clock) -> Self {
        Self {
            budget,
            whole: None,
            clock,
            start: clock.now().milliseconds,
            used: Cell::default(),
            has_begun: Cell::default(),
        }
    }

    /// A part of it, of so many, for one of several that share an event.
    pub fn part(&self, of: usize) -> Allowance<'_> {
        let budget = Budget {
            statements: self.budget.statements / of,
            ..self.budget
        };
        Allowance {
            whole: Some(self),
            ..Allowance::new(budget, self.clock)
        }
    }

    /// Whether work of so many statements may be begun. The first may always, where the whole has
    /// room for it: what is never begun is never done.
    pub(crate) fn has(&self, statements: usize) -> bool {
        let took = self.clock.now().milliseconds.saturating_sub(self.start);
        let has_room = |of: &Self| of.used.get() + statements <= of.budget.statements;
        let is_first = !self.has_begun.get();
        took < self.budget.milliseconds
            && (is_first || has_room(self))
            && self.whole.is_none_or(has_room)
    }

    /// Whether work was begun.
    pub(crate) fn has_begun(&self) -> bool {
        self.has_begun.get()
    }

    /// How many statements are left.
    pub(crate) fn rest(&self) -> usize {
        let own = self.budget.statements.saturating_sub(self.used.get());
        self.whole.map_or(own, |whole| own.min(whole.rest()))
    }

    /// Notes that so many statements looked for work.
    pub(crate) fn note(&self, statements: usize) {
        self.used.set(self.used.get() + statements);
        if let Some(whole) = self.whole {
            whole.note(statements);
        }
    }

    /// Notes that work of so many was done.
    pub(crate) fn spend(&self, statements: usize) {
        self.note(statements);
        self.has_begun.set(true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outside::Moment;

    #[test]
    fn a_part_has_no_more_than_is_left_of_the_whole() {
        let now = Moment::at(0);
        let whole = Allowance::new(Budget::FREE, &now);
        let first = whole.part(4);
        assert_eq!((first.rest(), whole.rest()), (10, 40));
        assert!(first.has(35), "what is never begun is never done");
        first.spend(35);
        assert!(!first.has(1));
        assert_eq!((first.rest(), whole.rest()), (0, 5));
        let second = whole.part(4);
        assert_eq!(second.rest(), 5);
        assert!(second.has(5) && !second.has(6));
        second.note(2);
        assert_eq!((second.rest(), whole.rest()), (3, 3));
    }
}
