//! Operations on the linked attribute: a group's members, which are rows and not part of a
//! document.

use crate::list::List;
use alloc::{string::String, string::ToString, vec, vec::Vec};

use serde_json::Value;

use super::operation::{MAX_OWN_OPERATIONS, Op, Operation};
use super::path::Target;
use crate::error::Error;
use crate::filter::predicate::{Place, Predicate};
use crate::index::Index;

/// A message's operations, those on the linked attribute apart from the others; each part in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Split {
    /// What changes the document; for `apply`.
    pub own: Vec<Operation>,
    /// What changes the links.
    pub links: Vec<LinkOperation>,
}

/// A change of links, by the ids at their other end.
#[derive(Clone, Debug, PartialEq)]
pub enum LinkOperation {
    /// Adds those that are not there.
    Add(Vec<String>),
    /// Removes those that are there.
    Remove(Vec<String>),
    /// Removes all.
    RemoveAll,
    /// Removes those whose member satisfies the predicate, which is relative to one value of the
    /// attribute.
    RemoveWhere(Predicate),
    /// Has these and no others.
    Replace(Vec<String>),
}

/// What a sequence of link operations comes to: first clear, then remove, then add. No id is both
/// removed and added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkChange {
    /// Whether all links go first.
    pub clear: bool,
    /// Ids to add, in the order in which they were first added.
    pub add: Vec<String>,
    /// Ids to remove; none when `clear`.
    pub remove: Vec<String>,
    /// What names nobody yet and is to be added when somebody comes with it.
    pub wait: Vec<String>,
    /// Ids that were sent as groups: none of them waits.
    pub groups: Index,
}

impl LinkChange {
    /// Whether nothing changes, whatever the links are.
    pub fn is_empty(&self) -> bool {
        !self.clear && self.add.is_empty() && self.remove.is_empty() && self.wait.is_empty()
    }
}

impl Split {
    /// Parts the operations on the linked attribute from the others.
    ///
    /// The parts do not depend on each other, so that each can be applied by itself.
    pub fn of(operations: Vec<Operation>) -> Result<Self, Error> {
        let mut split = Self::default();
        for operation in operations {
            match operation {
                Operation {
                    op,
                    target: Target::Attribute(location),
                    value,
                    ..
                } if location.attribute.linked => {
                    split.links.push(link_operation(op, value));
                }
                Operation {
                    target: Target::Elements { of, filter, .. },
                    ..
                } if of.attribute.linked => {
                    split.links.push(remove_where(filter));
                }
                own => split.own.push(own),
            }
        }
        if split.own.len() > MAX_OWN_OPERATIONS {
            let most = MAX_OWN_OPERATIONS.to_string();
            let words = " times; send the changes in several requests";
            return Err(Error::too_many(
                ["`Operations` changes attributes more than ", &most, words].concat(),
            ));
        }
        Ok(split)
    }
}

fn link_operation(op: Op, value: Option<Value>) -> LinkOperation {
    let ids = value.map(ids_of);
    match (op, ids) {
        (Op::Add, ids) => LinkOperation::Add(ids.unwrap_or_default()),
        (Op::Remove, Some(ids)) => LinkOperation::Remove(ids),
        (Op::Replace, Some(ids)) if !ids.is_empty() => LinkOperation::Replace(ids),
        (Op::Remove, None) | (Op::Replace, _) => LinkOperation::RemoveAll,
    }
}

fn ids_of(value: Value) -> Vec<String> {
    match value {
        Value::Array(ids) => ids
            .into_iter()
            .filter_map(|id| match id {
                Value::String(id) => Some(id),
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::Array(_)
                | Value::Object(_) => None,
            })
            .list(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            Vec::new()
        }
    }
}

fn remove_where(filter: Predicate) -> LinkOperation {
    match wanted_ids(&filter) {
        Some(ids) => LinkOperation::Remove(ids),
        None if filter == Predicate::Constant(true) => LinkOperation::RemoveAll,
        None => LinkOperation::RemoveWhere(filter),
    }
}

/// The ids that a filter names, when that is all it does: `value eq "a" or value eq "b"`.
pub(crate) fn wanted_ids(filter: &Predicate) -> Option<Vec<String>> {
    match filter {
        Predicate::Test(Place::Sub(sub), test) if sub.name == "value" => {
            let ids = test.texts()?.into_iter();
            Some(ids.map(String::from).list())
        }
        Predicate::Any(parts) => {
            let ids: Option<Vec<_>> = parts.iter().map(wanted_ids).collect();
            ids.map(|ids| ids.concat())
        }
        Predicate::Constant(false) => Some(Vec::new()),
        Predicate::Constant(true)
        | Predicate::All(_)
        | Predicate::Not(_)
        | Predicate::Test(..)
        | Predicate::Element { .. } => None,
    }
}

/// What becomes of one id.
#[derive(Clone)]
enum Fate {
    /// Added, at this place in the order.
    Added(usize),
    Removed,
    /// Nothing: it was added, and all were removed after that.
    None,
}

/// Reduces link operations to what they come to; `None` when one is [`LinkOperation::RemoveWhere`],
/// whose ids are known to the store alone: put `Remove` in its place and ask again.
///
/// ```
/// use scim::patch::{LinkChange, LinkOperation::{Add, Remove}, net_links};
/// let ids = |ids: &[&str]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
/// let change = net_links(&[Add(ids(&["a", "b"])), Remove(ids(&["a", "c"]))]).unwrap();
/// assert_eq!(change, LinkChange { add: ids(&["b"]), remove: ids(&["a", "c"]), ..LinkChange::default() });
/// ```
pub fn net_links(links: &[LinkOperation]) -> Option<LinkChange> {
    let mut net = Net::default();
    for operation in links {
        match operation {
            LinkOperation::Add(ids) => net.add(ids),
            LinkOperation::Remove(ids) => net.remove(ids),
            LinkOperation::RemoveAll => net.clear(),
            LinkOperation::Replace(ids) => {
                net.clear();
                net.add(ids);
            }
            LinkOperation::RemoveWhere(_) => return None,
        }
    }
    let mut change = LinkChange {
        clear: net.clear,
        ..LinkChange::default()
    };
    let mut ids = vec![None; net.places];
    for (id, number) in net.ids.iter() {
        match net.fates.get(number) {
            Some(Fate::Added(place)) => {
                if let Some(slot) = ids.get_mut(*place) {
                    *slot = Some(String::from(id));
                }
            }
            Some(Fate::Removed) => change.remove.push(String::from(id)),
            Some(Fate::None) | None => {}
        }
    }
    change.add = ids.into_iter().flatten().list();
    Some(change)
}

#[derive(Default)]
struct Net {
    clear: bool,
    ids: Index,
    /// What becomes of each, by its number.
    fates: Vec<Fate>,
    /// How many were added so far, removed ones included.
    places: usize,
}

impl Net {
    fn add(&mut self, ids: &[String]) {
        for id in ids {
            let fate = self
                .ids
                .number(id)
                .and_then(|number| self.fates.get(number));
            if !matches!(fate, Some(Fate::Added(_))) {
                self.put(id, Fate::Added(self.places));
                self.places += 1;
            }
        }
    }

    fn remove(&mut self, ids: &[String]) {
        for id in ids {
            let fate = if self.clear {
                Fate::None
            } else {
                Fate::Removed
            };
            self.put(id, fate);
        }
    }

    fn clear(&mut self) {
        self.clear = true;
        self.fates.fill(Fate::None);
    }

    fn put(&mut self, id: &str, fate: Fate) {
        match self.fates.get_mut(self.ids.number_or_add(id)) {
            Some(known) => *known = fate,
            None => self.fates.push(fate),
        }
    }
}

#[cfg(test)]
mod tests;
