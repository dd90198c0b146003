//! Whom values of members name.

use scim::index::Index;

/// Whom values name: the id by the number of the value, none where it is nobody.
#[derive(Debug, Default)]
pub(crate) struct MemberIds(Index, Vec<Option<String>>);

impl MemberIds {
    /// Notes whom a value names.
    pub(crate) fn set(&mut self, value: &str, id: Option<String>) {
        match self.1.get_mut(self.0.number_or_add(value)) {
            Some(known) => *known = id,
            None => self.1.push(id),
        }
    }

    /// Nothing where it was not looked up.
    pub(crate) fn of(&self, value: &str) -> Option<&Option<String>> {
        self.1.get(self.0.number(value)?)
    }
}
