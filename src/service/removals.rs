//! Removals of members that remove nobody: the statements that remove tell who was there, and
//! nothing is read to learn it.

use scim::fold::fold_str;
use scim::index::Index;
use scim::patch::{LinkChange, LinkOperation};

use super::member_ids::MemberIds;

/// Whom the operations of a PATCH remove.
#[derive(Debug, Default)]
pub(crate) struct Removals {
    /// The ids of each operation.
    ids: Vec<Vec<String>>,
    /// The ids of members that were removed, and of those that the request adds.
    there: Index,
}

impl Removals {
    /// What operations remove; nothing where all members go, for then there is no telling.
    pub(crate) fn of(operations: Vec<LinkOperation>, change: &LinkChange) -> Self {
        let mut removals = Self::default();
        if change.clear {
            return removals;
        }
        let is_removal = |operation: &LinkOperation| matches!(operation, LinkOperation::Remove(_));
        if !operations.iter().any(is_removal) {
            return removals;
        }
        for operation in operations {
            match operation {
                LinkOperation::Add(ids) | LinkOperation::Replace(ids) => {
                    for id in &ids {
                        removals.there.add(id);
                    }
                }
                LinkOperation::Remove(ids) => removals.ids.push(ids),
                LinkOperation::RemoveAll | LinkOperation::RemoveWhere(_) => {}
            }
        }
        removals
    }

    /// Notes a member who was removed.
    pub(crate) fn add(&mut self, id: &str) {
        self.there.add(id);
    }

    /// Whether an operation removed nobody.
    pub(crate) fn has_missed(&self, ids: &MemberIds) -> bool {
        let is_there = |id: &String| {
            let own = ids.of(id).and_then(Option::as_ref);
            // Of a value that waited it is the image of a userName.
            self.there.has(id)
                || self.there.has(&fold_str(id))
                || own.is_some_and(|id| self.there.has(id))
        };
        self.ids.iter().any(|of_one| !of_one.iter().any(is_there))
    }
}
