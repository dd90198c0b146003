//! The values of a multi-valued attribute, none of them twice.
//!
//! RFC 7643 §2.4: a resource should not be returned with the same `type` and `value` more than
//! once. So a value that differs from one that is there in its other parts alone is merged into it.
//! Values are compared as the schema has it.

use crate::list::List;
use alloc::{string::String, vec::Vec};

use crate::json;
use serde_json::{Map, Value};

use super::refusal::fixed_already;
use crate::error::Error;
use crate::fold::fold_value;
use crate::index::Index;
use crate::path::Location;
use crate::schema::{Attribute, Mutability};

/// The values of a list with those merged that are the same; two that an immutable part tells apart
/// both stay.
///
/// `written` are the places of those that the request wrote, in order. Where two are merged the
/// parts of what was written count, else those of the later one.
pub(crate) fn unite(of: Location, list: Vec<Value>, written: &[usize]) -> Vec<Value> {
    if list.len() < 2 {
        list
    } else {
        Values::of(of, list, written).into_list()
    }
}

/// A list to which a request adds values.
pub(crate) struct Values {
    of: Location,
    list: Vec<Value>,
    /// What makes each value one of its own, by its place in the list.
    identities: Index,
    /// Whether the request wrote it, by its place in the list.
    written: Vec<bool>,
}

impl Values {
    /// The values of a list, united.
    pub(crate) fn of(of: Location, list: Vec<Value>, written: &[usize]) -> Self {
        let mut values = Self {
            of,
            list: Vec::with_capacity(list.len()),
            identities: Index::default(),
            written: Vec::new(),
        };
        for (place, value) in list.into_iter().enumerate() {
            // What is refused stands in the list all the same.
            let _ = values.put(value, written.binary_search(&place).is_ok());
        }
        values
    }

    /// Adds a value and tells where it stands now; none when it was there already, for that is no
    /// change. What differs in an immutable part from the one that it would be merged into is put
    /// beside that one and refused.
    pub(crate) fn put(&mut self, value: Value, is_written: bool) -> Result<Option<usize>, Error> {
        let leaf = self.of.leaf();
        let image = fold_value(leaf, &value);
        let identity = identity(&image);
        let place = self.identities.number_or_add(&identity);
        let twin = self.list.get_mut(place).zip(self.written.get_mut(place));
        let Some((twin, twin_is_written)) = twin else {
            self.push(value, is_written);
            return Ok(Some(place));
        };
        let counts = is_written || !*twin_is_written;
        *twin_is_written |= is_written;
        if fold_value(leaf, twin) == image {
            return Ok(None);
        }
        let both = if counts {
            merge_into(self.of, twin, &value)
        } else {
            merge_into(self.of, &value, twin)
        };
        match both {
            Ok(both) => {
                *twin = both;
                Ok(Some(place))
            }
            Err(error) => {
                let whole = json::text(&image);
                if !self.identities.add(&whole) {
                    return Ok(None);
                }
                self.push(value, is_written);
                Err(error)
            }
        }
    }

    fn push(&mut self, value: Value, is_written: bool) {
        self.list.push(value);
        self.written.push(is_written);
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// The list.
    pub(crate) fn into_list(self) -> Vec<Value> {
        self.list
    }
}

/// What no two values of a list may share, from the image of one: `value` and `type`, or all of it
/// where there is no `value`.
fn identity(image: &Value) -> String {
    let Some(value) = image.get("value") else {
        return json::text(image);
    };
    let mut identity = json::text(value);
    if let Some(kind) = image.get("type") {
        identity.push(' ');
        identity.push_str(&json::text(kind));
    }
    identity
}

fn merge_into(of: Location, value: &Value, other: &Value) -> Result<Value, Error> {
    let mut both = value.clone();
    if let Value::Object(parts) = other {
        set_parts(of, &mut both, |object| merge(object, parts))?;
    }
    Ok(both)
}

/// Sets the parts of a complex value; a `null` part is unassigned.
pub(crate) fn merge(object: &mut Map<String, Value>, parts: &Map<String, Value>) {
    for (name, value) in parts {
        if value.is_null() {
            object.remove(name);
        } else {
            object.insert(name.clone(), value.clone());
        }
    }
}

/// Changes one value of a multi-valued complex attribute, whose immutable parts stay what they are.
pub(crate) fn set_parts(
    location: Location,
    element: &mut Value,
    change: impl FnOnce(&mut Map<String, Value>),
) -> Result<(), Error> {
    let Value::Object(object) = element else {
        return Ok(());
    };
    let is_immutable = |sub: &&'static Attribute| sub.mutability == Mutability::Immutable;
    let fixed = location
        .attribute
        .sub_attributes
        .iter()
        .filter(is_immutable);
    let before: Vec<_> = fixed
        .filter_map(|sub| Some((location.part(sub), object.get(sub.name)?.clone())))
        .list();
    change(object);
    for (fixed, before) in before {
        let after = object.get(fixed.leaf().name);
        if !after.is_some_and(|after| is_same(fixed, &before, after)) {
            return Err(fixed_already(fixed));
        }
    }
    Ok(())
}

/// Whether two values are equal as the attribute compares (`caseExact`).
pub(crate) fn is_same(location: Location, one: &Value, other: &Value) -> bool {
    let leaf = location.leaf();
    one == other || fold_value(leaf, one) == fold_value(leaf, other)
}
