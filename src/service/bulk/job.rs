//! An operation of a Bulk, from when it is read until it is done.

use scim::json;
use scim::message::bulk::BulkOperation;
use scim::part;
use store::read::ResourceRef;

use super::action::Action;
use super::outcome::{OperationOutcome, Success};
use crate::failure::Failure;

/// An operation with its place, its id and what it waits for.
pub(super) struct Job {
    pub(super) operation: BulkOperation,
    /// What it is about, or why it cannot be done.
    pub(super) action: Result<Action, Failure>,
    /// The address of the resource that its path names.
    pub(super) location: Option<String>,
    /// The operations whose resources it refers to: they come first, but where they refer to it,
    /// too.
    pub(super) refers: Vec<usize>,
    /// Whether the references are values like a manager's, for which the resource need not be
    /// there.
    pub(super) by_value: bool,
    pub(super) outcome: Option<OperationOutcome>,
}

impl Job {
    /// Whether it was tried and not done.
    pub(super) fn has_failed(&self) -> bool {
        matches!(&self.outcome, Some(outcome) if outcome.result.is_err())
    }

    /// Whether it was done.
    pub(super) fn is_done(&self) -> bool {
        matches!(&self.outcome, Some(outcome) if outcome.result.is_ok())
    }

    /// Puts an id in place of another, which it is the only one to be named by.
    pub(super) fn rename(&mut self, id: &str, other: &str) {
        let put = |text: &mut String| {
            if part::has(text, id) {
                *text = part::replace(text, id, other);
            }
        };
        if let Ok(
            Action::Create(_, id)
            | Action::Replace(_, ResourceRef::Id(id))
            | Action::Patch(_, ResourceRef::Id(id))
            | Action::Delete(_, ResourceRef::Id(id)),
        ) = &mut self.action
        {
            put(id);
        }
        self.location.as_mut().map(put);
        if let Some(data) = &mut self.operation.data {
            let mut text = json::text(data);
            put(&mut text);
            *data = json::parse(&text).unwrap_or_default();
        }
    }

    /// Notes what became of it, and the version that it left behind.
    pub(super) fn settle(&mut self, result: Result<(Success, Option<String>), Failure>) {
        self.outcome = Some(match result {
            Ok((success, version)) => self.outcome(Ok(success), version),
            Err(failure) => self.outcome(Err(failure), None),
        });
    }

    /// The outcome with this result.
    pub(super) fn outcome(
        &self,
        result: Result<Success, Failure>,
        version: Option<String>,
    ) -> OperationOutcome {
        // §3.7.3: all but a create that failed have one.
        let there = self.operation.method != "POST" || result.is_ok();
        OperationOutcome {
            method: self.operation.method.clone(),
            bulk_id: self.operation.bulk_id.clone(),
            location: self.location.clone().filter(|_| there),
            version,
            result,
        }
    }
}

/// The failure of an operation that refers to one that was not done.
pub(super) fn not_there(other: &Job) -> Failure {
    Failure::Conflict(format!(
        "The operation \"{}\" that this one refers to was not done. Correct that operation, and send both again.",
        other.operation.bulk_id.as_deref().unwrap_or_default(),
    ))
}
