//! Habits: places where a request was read more leniently than the RFC has it, by name.
//!
//! Whatever reads leniently says so here, so that a log can show an operator what the customer's provider does.

use alloc::vec::Vec;

/// The habits seen in one request, each once, in the order seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Habits(Vec<&'static str>);

impl Habits {
    /// Notes a habit, such as `entra-string-boolean`.
    pub fn note(&mut self, habit: &'static str) {
        if !self.0.contains(&habit) {
            self.0.push(habit);
        }
    }

    /// The names, in the order seen.
    pub fn names(&self) -> &[&'static str] {
        &self.0
    }
}
