//! Operations, read one by one: paths resolved, path-less values and whole extensions taken apart
//! (RFC 7644 §3.5.2).

use alloc::{string::String, vec::Vec};

use serde_json::{Map, Value};

use super::blank::is_bare;
use crate::error::{Error, ScimType};
use crate::filter::predicate::Predicate;
use crate::habit::{
    DUPLICATE_KEY, Habits, NOTHING_REMOVED, NOTHING_SET, READ_ONLY, UNKNOWN_ATTRIBUTE, log_path,
};
use crate::index::Index;
use crate::patch::path::Target;
use crate::patch::{Op, Operation};
use crate::path::{Location, has_path};
use crate::resource::aside::Aside;
use crate::resource::refusal::refusal;
use crate::resource::{extension_members, is_repeated, is_schemas, leave_out_read_only, member};
use crate::resource_type::ResourceType;
use crate::schema::{Attribute, Mutability, Schema};

/// `op`, in any letter case: Entra ID capitalises it.
fn op(value: Option<&Value>, habits: &mut Habits) -> Result<Op, Error> {
    let text = value.and_then(Value::as_str).unwrap_or_default();
    let known = [
        ("add", Op::Add),
        ("remove", Op::Remove),
        ("replace", Op::Replace),
    ];
    match known
        .into_iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(text))
    {
        Some((name, op)) => {
            if name != text {
                habits.note_at("entra-capital-op", "Operations.op");
            }
            Ok(op)
        }
        None => Err(Error::invalid_syntax(
            "`op` must be \"add\", \"remove\" or \"replace\"",
        )),
    }
}

/// Takes messages apart.
pub(super) struct Reader<'a> {
    pub(super) resource_type: &'static ResourceType,
    pub(super) habits: &'a mut Habits,
    pub(super) operations: Vec<Operation>,
    pub(super) groups: Index,
    /// Which operation of the message is being read.
    pub(super) number: usize,
    /// What is refused, unless the message deactivates somebody.
    pub(super) aside: Aside,
    /// Whether the operation has a path: what is then read-only is refused, and otherwise ignored.
    pub(super) explicit: bool,
}

impl Reader<'_> {
    /// Reads an operation. What is refused of it, and is about no attribute, makes it none.
    pub(super) fn operation(&mut self, item: &Value) {
        self.number += 1;
        if let Err(error) = self.read_operation(item) {
            let path = item.as_object().and_then(|item| member(item, "path"));
            let path = path.and_then(Value::as_str).unwrap_or("Operations");
            self.put_aside(self.operations.len(), path, error);
        }
    }

    fn read_operation(&mut self, item: &Value) -> Result<(), Error> {
        let Value::Object(item) = item else {
            return Err(Error::invalid_syntax(
                "an operation must be an object with `op`, `path` and `value`",
            ));
        };
        let op = op(member(item, "op"), self.habits)?;
        let value = member(item, "value");
        match member(item, "path") {
            None | Some(Value::Null) => self.at_target(op, Target::Resource, value),
            Some(Value::String(text)) if text.trim().is_empty() => {
                self.habits.note_at("empty-path", "Operations.path");
                self.at_target(op, Target::Resource, value)
            }
            Some(Value::String(text)) => {
                let before = self.operations.len();
                if let Err(error) = self.at_path(op, text, value) {
                    self.put_aside(before, text, error);
                }
                Ok(())
            }
            Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                Err(Error::invalid_path("`path` must be a string"))
            }
        }
    }

    fn at_path(&mut self, op: Op, text: &str, value: Option<&Value>) -> Result<(), Error> {
        match self.target(text) {
            Ok(target) => self.at_target(op, target, value),
            Err(error) => match self.unknown(text) {
                Some(name) => {
                    self.habits.leave_out(UNKNOWN_ATTRIBUTE, &name);
                    Ok(())
                }
                None => Err(error),
            },
        }
    }

    /// Puts a fault aside, as the message may deactivate somebody, with what was read at its path.
    fn put_aside(&mut self, before: usize, path: &str, error: Error) {
        self.operations.truncate(before);
        let error = error.at(path).of_operation(self.number);
        self.aside.put(path, error);
    }

    fn at_target(&mut self, op: Op, target: Target, value: Option<&Value>) -> Result<(), Error> {
        self.explicit = target != Target::Resource;
        match op {
            Op::Remove => {}
            Op::Add | Op::Replace if value.is_some() => {}
            Op::Add | Op::Replace => {
                return Err(Error::invalid_value(
                    "`value` is missing; \"add\" and \"replace\" need one",
                ));
            }
        }
        self.read(op, target, value)
    }

    fn read(&mut self, op: Op, target: Target, value: Option<&Value>) -> Result<(), Error> {
        match target {
            Target::Resource => match value {
                _ if op == Op::Remove => Err(Error::no_target(
                    "\"remove\" needs a `path` that says what to remove; send DELETE to remove the whole resource",
                )),
                // No fault, and no success without a word.
                Some(value) if is_bare(value) => {
                    self.habits.leave_out(NOTHING_SET, "value");
                    Ok(())
                }
                Some(Value::Object(members)) => {
                    let inner = self.unwrap_members(members);
                    self.members(op, None, inner.unwrap_or(members));
                    Ok(())
                }
                // §3.5.2.3 speaks of "a list of one or more attributes", and some take it at its
                // word.
                Some(Value::Array(list)) if list.iter().all(Value::is_object) => {
                    self.habits
                        .note_at("list-for-pathless-value", "Operations.value");
                    for members in list.iter().filter_map(Value::as_object) {
                        self.members(op, None, members);
                    }
                    Ok(())
                }
                Some(_) | None => Err(Error::invalid_value(
                    "`value` must be an object of attributes where there is no `path`",
                )),
            },
            Target::Extension(schema) => self.extension(op, schema, value),
            Target::Attribute(of) if of.attribute.multi_valued && of.sub.is_some() => {
                // `emails.type`: that part of all values.
                let sub = of.sub;
                let of = Location { sub: None, ..of };
                let target = Target::Elements {
                    of,
                    filter: Predicate::Constant(true),
                    sub,
                    create: Some(Vec::new()),
                };
                self.read(op, target, value)
            }
            Target::Attribute(location) => {
                if is_schemas(location) {
                    self.schemas(op, None)
                } else if self.may_write(location)? {
                    self.attribute(op, location, value)
                } else {
                    Ok(())
                }
            }
            Target::Elements {
                of,
                filter,
                sub,
                create,
            } => {
                if is_schemas(of) {
                    self.schemas(op, Some(&filter))
                } else if self.may_write(Location { sub, ..of })? {
                    self.elements(op, of, filter, sub, create, value)
                } else {
                    Ok(())
                }
            }
        }
    }

    /// The attributes in a path-less value that holds nothing but another `value`, if it does.
    fn unwrap_members<'a>(
        &mut self,
        members: &'a Map<String, Value>,
    ) -> Option<&'a Map<String, Value>> {
        let inner = member(members, "value").filter(|_| members.len() == 1)?;
        let inner = inner
            .as_object()
            .filter(|_| self.resource_type.attribute("value").is_none())?;
        self.habits.note_at("wrapped-value", "Operations.value");
        Some(inner)
    }

    /// The members of a path-less value or of an extension's object: one operation each. What the
    /// schema does not know is left out, and so is what is the server's: authentik and Okta send
    /// whole resources, `id` and `schemas` included.
    fn members(&mut self, op: Op, schema: Option<&'static Schema>, members: &Map<String, Value>) {
        self.explicit = false;
        // A key with a path in it may name a part of what a plain one holds.
        let paths = |is_path: bool| {
            let mut members = members.iter();
            core::iter::from_fn(move || members.find(|(key, _)| has_path(key) == is_path))
        };
        for (key, value) in paths(false).chain(paths(true)) {
            if schema.is_none() && is_repeated(self.resource_type, members, key) {
                self.habits.leave_out(DUPLICATE_KEY, key);
                continue;
            }
            let path = match schema {
                Some(schema) => &[schema.uri, ":", key].concat(),
                None => key,
            };
            match self.target(path) {
                Ok(target) => {
                    match (&target, schema) {
                        // Entra ID with its flag: `name.givenName`, `urn:…:User:employeeNumber`.
                        (Target::Attribute(_), None) if key.contains(['.', ':']) => {
                            self.habits.note_at("entra-path-as-key", &log_path(key));
                        }
                        (Target::Elements { .. }, _) => {
                            self.habits.note_at("filtered-path-as-key", &log_path(key));
                        }
                        (Target::Attribute(_) | Target::Extension(_) | Target::Resource, _) => {}
                    }
                    let before = self.operations.len();
                    if let Err(error) = self.read(op, target, Some(value)) {
                        self.put_aside(before, path, error);
                    }
                }
                // A key with a filter is meant as a path: what no schema knows is left out of it as
                // of a path, and a mistake in it is told.
                Err(error)
                    if key.as_bytes().contains(&b'[')
                        && error.scim_type() == ScimType::InvalidFilter =>
                {
                    match self.unknown(path) {
                        Some(name) => self.habits.leave_out(UNKNOWN_ATTRIBUTE, &name),
                        None => self.put_aside(self.operations.len(), path, error),
                    }
                }
                Err(_) => self.habits.leave_out(UNKNOWN_ATTRIBUTE, path),
            }
        }
    }

    /// A whole extension. It is a set of attributes like the resource itself: what the value does
    /// not name is left as it is (§3.5.2.3), and so it is where the value says what to remove.
    fn extension(
        &mut self,
        op: Op,
        schema: &'static Schema,
        value: Option<&Value>,
    ) -> Result<(), Error> {
        let value = value.unwrap_or(&Value::Null);
        match (
            op,
            extension_members(self.resource_type, schema, value, self.habits),
        ) {
            (Op::Add | Op::Replace, Err(error)) => return Err(error),
            (_, Ok(Some(members))) if !members.is_empty() => {
                self.members(op, Some(schema), members);
                return Ok(());
            }
            (Op::Add | Op::Replace, Ok(Some(_))) | (Op::Add, Ok(None)) => {
                self.habits.leave_out(NOTHING_SET, schema.uri);
                return Ok(());
            }
            (Op::Remove, _) if !value.is_null() => {
                self.habits.leave_out(NOTHING_REMOVED, schema.uri);
                return Ok(());
            }
            (Op::Remove, _) | (Op::Replace, Ok(None)) => {}
        }
        self.push(Op::Remove, Target::Extension(schema), None);
        Ok(())
    }

    /// `schemas` follows from what the resource holds, so nothing needs doing; but to remove the
    /// URI of an extension from it is to remove the extension, and the core schema cannot go.
    fn schemas(&mut self, op: Op, filter: Option<&Predicate>) -> Result<(), Error> {
        if op != Op::Remove {
            if self.explicit {
                self.habits.leave_out(READ_ONLY, "schemas");
            }
            return Ok(());
        }
        let selects =
            |uri: &str| filter.is_none_or(|filter| filter.matches_element(&Value::from(uri)));
        if selects(self.resource_type.schema.uri) {
            return Err(
                Error::mutability("`schemas` is required and cannot be removed").at("schemas"),
            );
        }
        for extension in self.resource_type.extensions {
            if selects(extension.schema.uri) {
                self.push(Op::Remove, Target::Extension(extension.schema), None);
            }
        }
        Ok(())
    }

    /// Whether the attribute is the client's to write. If not, a path that names it is refused
    /// (§3.5.2), and in a path-less value it is left out.
    fn may_write(&mut self, location: Location) -> Result<bool, Error> {
        let is_read_only = |attribute: &Attribute| attribute.mutability == Mutability::ReadOnly;
        if !is_read_only(location.attribute) && !is_read_only(location.leaf()) {
            return Ok(true);
        }
        if self.explicit {
            return Err(refusal(location, Error::mutability, "is read-only"));
        }
        leave_out_read_only(location, self.habits);
        Ok(false)
    }

    pub(super) fn push(&mut self, op: Op, target: Target, value: Option<Value>) {
        self.operations.push(Operation {
            number: self.number,
            op,
            target,
            value,
        });
    }
}
