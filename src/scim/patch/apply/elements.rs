//! The values of multi-valued attributes under PATCH: added once, selected by a filter, one of them
//! primary.

use crate::list::{List, values_of};
use alloc::{string::String, string::ToString, vec::Vec};

use serde_json::{Map, Value};

use super::super::Op;
use super::looks::Looks;
use crate::error::Error;
use crate::filter::predicate::Predicate;
use crate::fold::fold_value;
use crate::habit::{Habits, NOTHING_REMOVED};
use crate::path::Location;
use crate::resource::coerce::{coerce_one, is_primary};
use crate::resource::document::object;
use crate::resource::refusal::MAX_VALUES;
use crate::resource::refusal::{refusal, too_many_values, two_primaries};
use crate::resource::{Values, merge, put, set_parts, take, unite};
use crate::schema::{Attribute, Type};

/// The values of a multi-valued attribute that match a filter.
pub(super) struct ElementSelection<'a> {
    pub(super) of: Location,
    pub(super) filter: &'a Predicate,
    pub(super) sub: Option<&'static Attribute>,
    pub(super) create: Option<&'a [(&'static Attribute, Value)]>,
}

impl ElementSelection<'_> {
    pub(super) fn change(
        &self,
        op: Op,
        value: Option<&Value>,
        document: &mut Map<String, Value>,
        habits: &mut Habits,
        looks: &mut Looks,
    ) -> Result<(), Error> {
        let mut list = take_list(document, self.of);
        let count = match value {
            Some(Value::Array(values)) if op == Op::Remove => values.len(),
            _ => 0,
        };
        looks.spend(self.of, &list, self.filter.tests() + count)?;
        let mut new_places = Vec::new();
        let matches: Vec<usize> = list
            .iter()
            .enumerate()
            .filter(|(_, element)| self.matches(element))
            .map(|(place, _)| place)
            .list();
        let matches = match (op, value) {
            (Op::Remove, Some(value)) => self.retain_places(&list, matches, value),
            _ => matches,
        };
        match (op, value) {
            (Op::Remove, _) | (Op::Add | Op::Replace, None | Some(Value::Null)) => {
                if matches.is_empty() {
                    habits.leave_out(NOTHING_REMOVED, &self.location().to_string());
                }
                self.clear(&mut list, &matches)?;
                if self.sub.is_some() {
                    new_places = matches;
                }
            }
            // The one value that there may be does not match.
            (Op::Add | Op::Replace, Some(_))
                if matches.is_empty() && !list.is_empty() && !self.of.leaf().multi_valued =>
            {
                return Err(self.no_target());
            }
            (Op::Add | Op::Replace, Some(value)) if matches.is_empty() => {
                list.push(self.create_element(value, habits)?);
                if op == Op::Replace {
                    // §3.5.2.3 would have it fail; whether Entra ID never replaces what is missing
                    // is not documented.
                    habits.note_at("filtered-replace-creates", &self.of.to_string());
                }
                new_places.push(list.len() - 1);
                one_primary(self.of, &mut list, &new_places)?;
            }
            (Op::Add | Op::Replace, Some(value)) => {
                looks.copy(self.location(), value, matches.len())?;
                for place in &matches {
                    if let Some(element) = list.get_mut(*place) {
                        self.set(op, element, value)?;
                    }
                }
                new_places = matches;
                one_primary(self.of, &mut list, &new_places)?;
            }
        }
        let mut list = unite(self.of, list, &new_places);
        list.retain(|element| element.as_object().is_none_or(|object| !object.is_empty()));
        put_list(document, self.of, list)
    }

    /// The path without its filter.
    fn location(&self) -> Location {
        self.sub.map_or(self.of, |sub| self.of.part(sub))
    }

    fn matches(&self, element: &Value) -> bool {
        self.filter
            .matches_element(&fold_value(self.of.attribute, element))
    }

    /// The places among these whose value is what a `remove` lists, or whose part is.
    fn retain_places(&self, list: &[Value], mut places: Vec<usize>, value: &Value) -> Vec<usize> {
        let value = fold_value(self.location().leaf(), value);
        let values = values_of(&value);
        places.retain(|place| {
            let image = list
                .get(*place)
                .map(|element| fold_value(self.of.attribute, element));
            let image = match (&image, self.sub) {
                (Some(image), Some(sub)) => image.get(sub.name),
                (image, _) => image.as_ref(),
            };
            image.is_some_and(|image| values.iter().any(|value| holds(image, value)))
        });
        places
    }

    /// Removes the matched values, or a part of each. Where none matches nothing is removed, which
    /// is told.
    ///
    /// Table 9 of §3.12 has `noTarget` for a filter without a match, §3.5.2.2 has nothing of the
    /// kind for a removal. A refusal would undo what stands beside it, a deactivation perhaps, and
    /// providers repeat removals: what is not there any more is as they want it, be the attribute
    /// multi-valued, single-valued (`manager[value eq "m1"]`) or `members`.
    fn clear(&self, list: &mut Vec<Value>, places: &[usize]) -> Result<(), Error> {
        if let Some(sub) = self.sub {
            if sub.required {
                return Err(cannot_go(self.of.part(sub)));
            }
            for place in places {
                if let Some(element) = list.get_mut(*place) {
                    let mut had = None;
                    set_parts(self.of, element, |object| had = object.remove(sub.name))?;
                    if sub.name == "value" && had.is_some() && says_no_more(element) {
                        *element = object([]);
                    }
                }
            }
            return Ok(());
        }
        let mut place = 0;
        list.retain(|_| {
            place += 1;
            places.binary_search(&(place - 1)).is_err()
        });
        if list.is_empty() && !places.is_empty() && self.of.attribute.required {
            return Err(cannot_go(self.of));
        }
        Ok(())
    }

    /// Sets a part of a matched value; adds parts to it; or replaces it ("all matching record
    /// values SHALL be replaced", §3.5.2.3).
    fn set(&self, op: Op, element: &mut Value, value: &Value) -> Result<(), Error> {
        match (self.sub, value) {
            (Some(sub), value) => set_parts(self.of, element, |object| {
                object.insert(sub.name.to_string(), value.clone());
            }),
            (None, Value::Object(parts)) => set_parts(self.of, element, |object| {
                if op == Op::Replace && self.of.leaf().multi_valued {
                    object.clear();
                }
                merge(object, parts);
            }),
            (None, value) => {
                *element = value.clone();
                Ok(())
            }
        }
    }

    /// The value to add where none matches: what the filter asks for, and what is set.
    ///
    /// Entra ID adds `emails[type eq "work"].value`, then `emails[type eq "work"].primary`, and
    /// means one e-mail address.
    fn create_element(&self, value: &Value, habits: &mut Habits) -> Result<Value, Error> {
        let terms = self.create.ok_or_else(|| self.no_target())?;
        let mut element = if self.of.attribute.kind == Type::Complex {
            // What a filter compares with need not be fit to be stored: it is read like any value
            // of a client.
            let new = object(terms.iter().map(|(sub, value)| (*sub, value.clone())));
            coerce_one(self.of, &new, habits)?.unwrap_or_else(|| object([]))
        } else {
            Value::Null
        };
        self.set(Op::Add, &mut element, value)?;
        if self.matches(&element) {
            Ok(element)
        } else {
            Err(self.no_target())
        }
    }

    fn no_target(&self) -> Error {
        let of = self.of.to_string();
        let rest = "` matches the filter of the path, and a value that matches it cannot be made from the filter";
        Error::no_target(["No value of `", &of, rest].concat()).at(&of)
    }
}

/// Whether what is left of an element without its `value` is of no use: the other parts of RFC 7643
/// §2.4, which only tell of it. It goes.
fn says_no_more(element: &Value) -> bool {
    let tells = |name: &String| matches!(name.as_str(), "type" | "primary" | "display");
    let parts = element.as_object();
    parts.is_some_and(|parts| parts.keys().all(tells))
}

/// Takes the values of an attribute out of the document, to be put back changed.
pub(super) fn take_list(document: &mut Map<String, Value>, location: Location) -> Vec<Value> {
    match take(document, location) {
        Some(Value::Array(list)) => list,
        Some(one @ Value::Object(_)) if !location.leaf().multi_valued => Vec::from([one]),
        Some(
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_),
        )
        | None => Vec::new(),
    }
}

/// Stores the values of an attribute; none, and it is unassigned.
pub(super) fn put_list(
    document: &mut Map<String, Value>,
    location: Location,
    mut list: Vec<Value>,
) -> Result<(), Error> {
    if list.len() > MAX_VALUES {
        return Err(too_many_values(location));
    }
    let value = if location.leaf().multi_valued {
        (!list.is_empty()).then_some(Value::Array(list))
    } else {
        list.pop()
    };
    put(document, location, value);
    Ok(())
}

pub(super) fn cannot_go(location: Location) -> Error {
    refusal(
        location,
        Error::mutability,
        "is required and cannot be removed",
    )
}

/// Adds values to a list and tells where those stand in it that change it: a value that is there
/// already does not.
pub(super) fn append(
    location: Location,
    list: Vec<Value>,
    values: &[Value],
) -> Result<(Vec<Value>, Vec<usize>), Error> {
    let mut all = Values::of(location, list, &[]);
    let mut places = Vec::new();
    for value in values {
        places.extend(all.put(value.clone(), true)?);
        if all.len() > MAX_VALUES {
            return Err(too_many_values(location));
        }
    }
    Ok((all.into_list(), places))
}

/// §3.5.2: setting `primary` to true on one value sets it to false on the others.
pub(super) fn one_primary(
    location: Location,
    list: &mut [Value],
    places: &[usize],
) -> Result<(), Error> {
    let mut primaries = list
        .iter()
        .enumerate()
        .filter(|(place, element)| is_primary(element) && places.contains(place));
    let Some((chosen_one, _)) = primaries.next() else {
        return Ok(());
    };
    if primaries.next().is_some() {
        return Err(two_primaries(location));
    }
    for (place, element) in list.iter_mut().enumerate() {
        if place != chosen_one
            && is_primary(element)
            && let Value::Object(object) = element
        {
            object.insert("primary".to_string(), Value::Bool(false));
        }
    }
    Ok(())
}

/// Whether an element has all that is listed of it, both as images.
pub(super) fn holds(element: &Value, part: &Value) -> bool {
    match (element, part) {
        (Value::Object(element), Value::Object(part)) => part
            .iter()
            .all(|(name, value)| element.get(name) == Some(value)),
        _ => element == part,
    }
}
