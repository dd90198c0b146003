//! What a `remove` with a value takes: the values that it names, and not all there are. RFC 7644
//! §3.5.2.2 knows no such thing; Entra ID, `JumpCloud` and older authentik send it.

use alloc::{string::String, string::ToString, vec::Vec};

use serde_json::{Map, Value};

use super::blank::has_blank_one;
use super::read::Reader;
use crate::error::Error;
use crate::filter::predicate::{Place, Predicate, Test};
use crate::habit::{Habits, NOTHING_REMOVED};
use crate::index::Index;
use crate::patch::Op;
use crate::patch::links::wanted_ids;
use crate::patch::path::Target;
use crate::path::Location;
use crate::resource::coerce::{coerce_each, coerce_one};
use crate::resource::refusal::{MAX_VALUES, too_many_values};
use crate::resource::{is_blank, link_ids};

impl Reader<'_> {
    /// The values that a `remove` lists, if it does. RFC 7644 §3.5.2.2 knows no such thing and
    /// would have all values removed; Entra ID, `JumpCloud` and older authentik mean these ones.
    /// They are not set, so any number of them may be primary.
    pub(super) fn list_to_remove(
        &mut self,
        location: Location,
        value: Option<&Value>,
    ) -> Result<Option<Value>, Error> {
        let Some(value) = removal_list(location, value) else {
            return Ok(None);
        };
        self.habits
            .note_at("entra-valued-remove", &location.to_string());
        let mut list = coerce_each(location, value, self.habits)?;
        if list.len() > MAX_VALUES {
            return Err(too_many_values(location));
        }
        if has_blank_one(value) {
            // Without its `value`, which is empty, one would be its `type` alone.
            list.retain(|named| named.get("value").is_some());
        }
        Ok(Some(Value::Array(list)))
    }

    /// The same of an attribute that has one value, or of values that a filter selects. One that
    /// says nothing is for all there is (`null`); one that cannot be read, of which nothing is
    /// known, or whose parts are empty (`name` with `{"givenName": ""}`), names nothing: none,
    /// which is told.
    pub(super) fn value_to_remove(
        &mut self,
        location: Location,
        value: Option<&Value>,
    ) -> Option<Value> {
        let leaf = location.leaf();
        let is_one = !leaf.multi_valued && leaf.sub_attribute("value").is_some();
        // An empty `value` is how a client clears an attribute that has one (`manager`); any other
        // empty part is named.
        let is_all = |value: &&Value| is_blank(value) && (is_one || !has_blank_one(value));
        let value = value.filter(|value| !is_all(value));
        let Some(value) = value else {
            return Some(Value::Null);
        };
        let path = location.to_string();
        self.habits.note_at("entra-valued-remove", &path);
        let unnoted = &mut Habits::default();
        let named = match value {
            value if !is_one && has_blank_one(value) => Ok(None),
            Value::Array(items) if items.len() > 1 && leaf.multi_valued => {
                coerce_each(location, value, unnoted).map(|list| Some(Value::Array(list)))
            }
            value => coerce_one(location, value, unnoted),
        };
        let named = named.unwrap_or_default();
        if named.is_none() {
            self.habits.leave_out(NOTHING_REMOVED, &path);
        }
        named
    }

    /// A `remove` that lists parts of what no `value` stands for, a name: each goes where it is
    /// what is listed, and the others stay.
    pub(super) fn remove_parts(&mut self, location: Location, parts: Map<String, Value>) {
        for (name, value) in parts {
            if let Some(sub) = location.leaf().sub_attribute(&name) {
                let target = Target::Attribute(location.part(sub));
                self.push(Op::Remove, target, Some(value));
            }
        }
    }

    /// Those of the members that a filter selects whom a `remove` lists; nobody, which is told,
    /// where it lists none of them.
    pub(super) fn named_members(
        &mut self,
        of: Location,
        filter: &Predicate,
        value: &Value,
    ) -> Predicate {
        let name = of.attribute.name;
        self.habits.note_at("entra-valued-remove", name);
        let (groups, unnoted) = (&mut Index::default(), &mut Habits::default());
        let mut ids = link_ids(of.attribute, value, groups, unnoted).unwrap_or_default();
        let wanted = wanted_ids(filter);
        if let Some(wanted) = &wanted {
            let mut known = Index::default();
            for id in wanted {
                known.add(id);
            }
            ids.retain(|id| known.has(id));
        }
        if ids.is_empty() {
            self.habits.leave_out(NOTHING_REMOVED, name);
            return Predicate::Constant(false);
        }
        let Some(sub) = of.attribute.sub_attribute("value") else {
            return Predicate::Constant(false);
        };
        ids.sort_unstable();
        let named = Predicate::Test(Place::Sub(sub), Test::OneOf(ids));
        match wanted {
            Some(_) => named,
            None => Predicate::All(Vec::from([filter.clone(), named])),
        }
    }
}

/// The value that lists what a `remove` takes of all there is, if one was sent. `null` is what a
/// serializer writes in place of none, so that all goes (RFC 7644 §3.5.2.2); but among the members
/// of a group it is a mapping without a value far more often than the wish to empty the group, and
/// names nobody, as `[]` does.
pub(super) fn removal_list(location: Location, value: Option<&Value>) -> Option<&Value> {
    value.filter(|value| location.attribute.linked || !value.is_null())
}
