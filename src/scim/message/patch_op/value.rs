//! The values of operations, in the form that `apply` and `links` take (RFC 7644 §3.5.2.1,
//! §3.5.2.3).

use crate::list::List;
use alloc::{string::String, string::ToString, vec::Vec};

use serde_json::{Map, Value};

use super::blank::{has_full_one, is_bare};
use super::read::Reader;
use super::removal::removal_list;
use crate::error::Error;
use crate::filter::predicate::Predicate;
use crate::habit::{KEPT, NOTHING_REMOVED, NOTHING_SET, READ_ONLY, WRITE_ONLY};
use crate::index::Index;
use crate::patch::Op;
use crate::patch::links::wanted_ids;
use crate::patch::path::Target;
use crate::path::Location;
use crate::resource::coerce::{coerce, coerce_one};
use crate::resource::refusal::{missing, refusal};
use crate::resource::{is_blank, link_ids, member, sub_named, unwrap_value};
use crate::schema::{Attribute, Mutability, Type};

impl Reader<'_> {
    /// An operation on an attribute or on a part of a singular one.
    pub(super) fn attribute(
        &mut self,
        op: Op,
        location: Location,
        value: Option<&Value>,
    ) -> Result<(), Error> {
        let leaf = location.leaf();
        if location.attribute.linked {
            return self.links(op, location, value);
        }
        let value = match op {
            Op::Remove if leaf.multi_valued => self.list_to_remove(location, value)?,
            Op::Remove => match self.value_to_remove(location, value) {
                Some(Value::Object(parts)) if leaf.sub_attribute("value").is_none() => {
                    self.remove_parts(location, parts);
                    return Ok(());
                }
                Some(named) => Some(named).filter(|named| !named.is_null()),
                None => return Ok(()),
            },
            Op::Add | Op::Replace if leaf.kind == Type::Complex && !leaf.multi_valued => {
                let Some(merge) = self.merge(location, value.unwrap_or(&Value::Null), true)? else {
                    return Ok(());
                };
                Some(required(location, merge)?)
            }
            Op::Add | Op::Replace => {
                let given = value.unwrap_or(&Value::Null);
                let value = coerce(location, given, self.habits)?;
                let says_something = has_full_one(given);
                if value.is_none() && leaf.multi_valued && (op == Op::Add || says_something) {
                    // To add no value to a list is no change; and values of which nothing is known,
                    // which was told, empty no list.
                    if !says_something {
                        self.habits.leave_out(NOTHING_SET, &location.to_string());
                    }
                    return Ok(());
                }
                Some(required(location, value.unwrap_or_default())?)
            }
        };
        if leaf.lasting && (op == Op::Remove || value.as_ref().is_none_or(Value::is_null)) {
            // Who is suspended stays suspended until a client says `true`.
            self.habits.leave_out(KEPT, &location.to_string());
        } else if !self.is_secret(location) {
            self.push(op, Target::Attribute(location), value);
        }
        Ok(())
    }

    /// An operation on the values of a multi-valued attribute that match a filter.
    pub(super) fn elements(
        &mut self,
        op: Op,
        of: Location,
        filter: Predicate,
        sub: Option<&'static Attribute>,
        create: Option<Vec<(&'static Attribute, Value)>>,
        value: Option<&Value>,
    ) -> Result<(), Error> {
        let location = Location { sub, ..of };
        if of.attribute.linked {
            return self.linked_elements(op, location, filter, value);
        }
        let given = value.unwrap_or(&Value::Null);
        let value = match op {
            Op::Remove => match self.value_to_remove(location, value) {
                Some(named) => Some(named).filter(|named| !named.is_null()),
                None => return Ok(()),
            },
            Op::Add | Op::Replace if sub.is_none() && of.attribute.kind == Type::Complex => {
                match self.merge(of, given, false)? {
                    None => return Ok(()),
                    merge => merge,
                }
            }
            Op::Add | Op::Replace if sub.is_none() => {
                Some(coerce_one(of, given, self.habits)?.unwrap_or_default())
            }
            Op::Add | Op::Replace => Some(required(
                location,
                coerce(location, given, self.habits)?.unwrap_or_default(),
            )?),
        };
        if op == Op::Add && sub.is_none() && value == Some(Value::Null) {
            // To add no value is no change.
            self.habits.leave_out(NOTHING_SET, &location.to_string());
        } else if !self.is_secret(location) {
            self.push(
                op,
                Target::Elements {
                    of,
                    filter,
                    sub,
                    create,
                },
                value,
            );
        }
        Ok(())
    }

    /// What to merge into a complex value: its parts, those to unassign as `null`; `null` alone to
    /// unassign it all; none when the value says nothing (`{}`, or unknown members only:
    /// "sub-attributes that are not specified in the "value" parameter are left unchanged",
    /// §3.5.2.3).
    ///
    /// Entra ID sends `name: {"familyName": null}` and means the other parts to stay. An object of
    /// which only an empty `value` is known (`{"value": ""}` for a manager) clears the attribute,
    /// and an element whose `value` is empty is none.
    /// `whole`: a plain string in place of the object is all of the value, so nothing of the former
    /// one stays beside it; but a name as one text says nothing of its parts.
    fn merge(
        &mut self,
        location: Location,
        value: &Value,
        whole: bool,
    ) -> Result<Option<Value>, Error> {
        let value = unwrap_value(location, value, self.habits);
        let value = match value {
            Value::Array(items)
                if items.len() == 1 && items.first().is_some_and(Value::is_object) =>
            {
                self.habits
                    .note_at("keycloak-list-for-single-value", &location.to_string());
                items.first().unwrap_or(value)
            }
            other => other,
        };
        let Value::Object(members) = value else {
            let one = coerce_one(location, value, self.habits)?;
            let Some(Value::Object(mut parts)) = one else {
                return Ok(Some(Value::Null));
            };
            if whole && parts.contains_key("value") {
                let others = location
                    .attribute
                    .sub_attributes
                    .iter()
                    .filter(|sub| !is_fixed(sub));
                for sub in others {
                    parts.entry(sub.name).or_insert(Value::Null);
                }
            }
            return Ok(Some(Value::Object(parts)));
        };
        let mut parts = Map::new();
        for (name, value) in members {
            let Some(sub) = sub_named(location, members, name, self.habits) else {
                continue;
            };
            let place = location.part(sub);
            if sub.mutability == Mutability::ReadOnly {
                self.habits.leave_out(READ_ONLY, &place.to_string());
                continue;
            }
            let value = required(
                place,
                coerce(place, value, self.habits)?.unwrap_or_default(),
            )?;
            if !self.is_secret(place) {
                parts.insert(sub.name.to_string(), value);
            }
        }
        if parts.is_empty() {
            if members.is_empty() {
                self.habits.leave_out(NOTHING_SET, &location.to_string());
            }
            return Ok(None);
        }
        let clears = parts.get("value").is_some_and(Value::is_null)
            && (!whole || parts.values().all(Value::is_null));
        Ok(Some(if clears {
            Value::Null
        } else {
            Value::Object(parts)
        }))
    }

    fn links(&mut self, op: Op, location: Location, value: Option<&Value>) -> Result<(), Error> {
        let attribute = location.attribute;
        let value = match op {
            Op::Remove => match removal_list(location, value) {
                None => None,
                Some(value) => {
                    self.habits.note_at("entra-valued-remove", attribute.name);
                    let given = Some(value).filter(|value| !is_blank(value));
                    let given = given.unwrap_or(&Value::Null);
                    let groups = &mut Index::default();
                    let ids = link_ids(attribute, given, groups, self.habits)?;
                    if ids.is_empty() {
                        // A list that came out empty means nobody, and not everybody.
                        self.habits.leave_out(NOTHING_REMOVED, attribute.name);
                    }
                    Some(id_array(ids))
                }
            },
            Op::Add | Op::Replace => {
                let given = value.unwrap_or(&Value::Null);
                let ids = link_ids(attribute, given, &mut self.groups, self.habits)?;
                if ids.is_empty() && op == Op::Add {
                    self.habits.leave_out(NOTHING_SET, attribute.name);
                }
                Some(id_array(ids))
            }
        };
        self.push(op, Target::Attribute(location), value);
        Ok(())
    }

    /// Whether a value is accepted and forgotten: `password`. That is told.
    fn is_secret(&mut self, location: Location) -> bool {
        let is_secret = location.is_secret();
        if is_secret {
            self.habits.leave_out(WRITE_ONLY, &location.to_string());
        }
        is_secret
    }

    /// Filtered operations on the linked attribute. The parts of a member are immutable (RFC 7643
    /// §4.2), so nothing but whole members can come and go: `add` or `replace` with a filter that
    /// names a member by its id is to have it as a member, and anything that would change a part is
    /// refused.
    fn linked_elements(
        &mut self,
        op: Op,
        location: Location,
        filter: Predicate,
        value: Option<&Value>,
    ) -> Result<(), Error> {
        let of = Location {
            sub: None,
            ..location
        };
        let refused = || {
            refusal(
                location,
                Error::mutability,
                "is immutable: remove the member and add another",
            )
        };
        let whole = |filter| Target::Elements {
            of,
            filter,
            sub: None,
            create: None,
        };
        match op {
            Op::Remove if location.sub.is_none() => {
                let value = value.filter(|value| !is_blank(value));
                match value.map(|value| self.named_members(of, &filter, value)) {
                    None => self.push(op, whole(filter), None),
                    Some(named) => self.push(op, whole(named), None),
                }
                return Ok(());
            }
            Op::Remove => return Err(refused()),
            Op::Add | Op::Replace => {}
        }
        let ids = wanted_ids(&filter)
            .filter(|ids| ids.len() == 1)
            .ok_or_else(refused)?;
        let given = value.unwrap_or(&Value::Null);
        let same = match (location.sub, given) {
            (None, Value::Null) if op == Op::Replace => {
                self.push(Op::Remove, whole(filter), None);
                return Ok(());
            }
            (None, given) if given.is_null() || is_bare(given) => {
                self.habits.leave_out(NOTHING_SET, of.attribute.name);
                return Ok(());
            }
            (None, Value::Object(parts)) if member(parts, "value").is_none() => true,
            (None, Value::Array(_)) => {
                link_ids(of.attribute, given, &mut self.groups, self.habits)? == ids
            }
            (None, given) => {
                let one = Value::Array(Vec::from([given.clone()]));
                link_ids(of.attribute, &one, &mut self.groups, self.habits)? == ids
            }
            (Some(sub), given) => {
                sub.name == "value"
                    && given
                        .as_str()
                        .is_some_and(|id| ids.iter().all(|it| it == id))
            }
        };
        if !same {
            return Err(refused());
        }
        self.push(Op::Add, Target::Attribute(of), Some(id_array(ids)));
        Ok(())
    }
}

fn id_array(ids: Vec<String>) -> Value {
    Value::Array(ids.into_iter().map(Value::String).list())
}

/// The value, unless it unassigns what is required.
fn required(location: Location, value: Value) -> Result<Value, Error> {
    if value.is_null() && location.leaf().required {
        Err(missing(location))
    } else {
        Ok(value)
    }
}

/// Whether a client's value never replaces the one there is.
fn is_fixed(attribute: &Attribute) -> bool {
    match attribute.mutability {
        Mutability::ReadOnly | Mutability::Immutable => true,
        Mutability::ReadWrite | Mutability::WriteOnly => false,
    }
}
