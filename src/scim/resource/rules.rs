//! What must hold of a whole document: `schemas`, required, immutable and unique attributes.

use alloc::{string::String, string::ToString, vec, vec::Vec};

use crate::json;
use serde_json::{Map, Value};

use super::aside::is_optional;
use super::document::{get, locations, member, put, put_object, take_object};
use super::refusal::{fixed_already, missing};
use super::values::is_same;
use crate::error::Error;
use crate::habit::{Habits, LEFT_OUT_TO_DEACTIVATE};
use crate::list::values_of;
use crate::path::Location;
use crate::resource_type::ResourceType;
use crate::schema::{Attribute, Mutability, Schema, Type, Uniqueness};
use crate::schemas::{group::GROUP, user::USER};

/// Sets `schemas` to what the document uses: the core schema, then each extension that has data
/// (RFC 7643 §3).
///
/// An extension without data goes from the document.
pub fn set_schemas(resource_type: &'static ResourceType, document: &mut Map<String, Value>) {
    let mut uris = vec![Value::from(resource_type.schema.uri)];
    for extension in resource_type.extensions {
        let uri = extension.schema.uri;
        let object = take_object(document, uri);
        if !object.is_empty() {
            uris.push(Value::from(uri));
        }
        put_object(document, uri, object);
    }
    document.insert("schemas".to_string(), Value::Array(uris));
}

/// Checks that what is required is there: attributes, parts of complex values that are there,
/// extensions.
///
/// The attributes of an extension are required of a resource that has the extension.
pub fn check_required(
    resource_type: &'static ResourceType,
    document: &Map<String, Value>,
) -> Result<(), Error> {
    match lacking(resource_type, document) {
        None => Ok(()),
        Some(Lacking::Value(location)) => Err(missing(location)),
        Some(Lacking::Extension(schema)) => {
            let mut detail = String::from("The extension `");
            detail.push_str(schema.uri);
            detail.push_str("` is required and must have data");
            Err(Error::invalid_value(detail).at(schema.uri))
        }
    }
}

/// Whether a body has a member for all that is required of its type: one without is no such
/// resource (RFC 7644 §3.5.1), while one with an empty value may leave what is stored.
pub(crate) fn names_required(
    resource_type: &'static ResourceType,
    body: &Map<String, Value>,
) -> bool {
    let mut attributes = resource_type.schema.attributes.iter();
    attributes.all(|attribute| !attribute.required || member(body, attribute.name).is_some())
}

/// What is required and is not there.
enum Lacking {
    Value(Location),
    Extension(&'static Schema),
}

/// The first that a document lacks.
fn lacking(resource_type: &'static ResourceType, document: &Map<String, Value>) -> Option<Lacking> {
    for extension in resource_type.extensions {
        if extension.required && !document.contains_key(extension.schema.uri) {
            return Some(Lacking::Extension(extension.schema));
        }
    }
    for location in locations(resource_type) {
        let attribute = location.attribute;
        let has_holder = location
            .extension
            .is_none_or(|schema| document.contains_key(schema.uri));
        if !has_holder || attribute.linked || is_servers_or_secret(attribute) {
            continue;
        }
        let value = get(document, location);
        if attribute.required && value.is_none() {
            return Some(Lacking::Value(location));
        }
        if let Some(part) = lacking_part(location, value) {
            return Some(Lacking::Value(part));
        }
    }
    None
}

/// Leaves a resource that is deactivated what it must have and would lack, and says so: the value
/// that it had; else the extension as it was, where the lack is of one that it need not have.
pub(crate) fn keep_required(
    resource_type: &'static ResourceType,
    before: &Map<String, Value>,
    document: &mut Map<String, Value>,
    habits: &mut Habits,
) {
    // Each turn mends one of them, unless it was lacking before, too.
    for _ in locations(resource_type) {
        let schema = match lacking(resource_type, document) {
            None => return,
            Some(Lacking::Extension(schema)) => Some(schema),
            Some(Lacking::Value(part)) => {
                let whole = Location { sub: None, ..part };
                if let Some(value) = get(before, whole) {
                    habits.leave_out(LEFT_OUT_TO_DEACTIVATE, &part.to_string());
                    put(document, whole, Some(value.clone()));
                    continue;
                }
                part.extension
            }
        };
        let Some(schema) = schema else {
            return;
        };
        habits.leave_out(LEFT_OUT_TO_DEACTIVATE, schema.uri);
        match before.get(schema.uri) {
            Some(object) => document.insert(schema.uri.to_string(), object.clone()),
            None => document.remove(schema.uri),
        };
    }
}

/// The required part that a value lacks.
fn lacking_part(location: Location, value: Option<&Value>) -> Option<Location> {
    let objects = value.map(values_of).unwrap_or_default();
    let mut parts = location.attribute.sub_attributes.iter();
    let lacking = parts.find(|sub| {
        let lacks = |object: &Value| object.get(sub.name).is_none();
        sub.required && !is_servers_or_secret(sub) && objects.iter().any(lacks)
    });
    lacking.map(|sub| location.part(sub))
}

/// Whether a document is that of a user who may not sign in.
pub(crate) fn is_off(resource_type: &'static ResourceType, document: &Map<String, Value>) -> bool {
    locations(resource_type).iter().any(|location| {
        location.attribute.lasting && get(document, *location) == Some(&Value::Bool(false))
    })
}

/// Leaves the optional attributes as they were that lack a required part, and says so: for a
/// resource that is deactivated.
pub(crate) fn leave_out_incomplete(
    resource_type: &'static ResourceType,
    before: &Map<String, Value>,
    document: &mut Map<String, Value>,
    habits: &mut Habits,
) {
    for location in locations(resource_type) {
        let optional = Some(location).filter(|location| is_optional(*location));
        if let Some(part) = optional.and_then(|of| lacking_part(of, get(document, of))) {
            habits.leave_out(LEFT_OUT_TO_DEACTIVATE, &part.to_string());
            put(document, location, get(before, location).cloned());
        }
    }
}

/// Whether a client's value for the attribute never reaches a document.
fn is_servers_or_secret(attribute: &Attribute) -> bool {
    match attribute.mutability {
        Mutability::ReadOnly | Mutability::WriteOnly => true,
        Mutability::ReadWrite | Mutability::Immutable => false,
    }
}

/// Holds a PUT to the mutability of attributes (RFC 7644 §3.5.1): `next` is what the client sent,
/// `current` is stored.
///
/// "If one or more values are already set for the attribute, the input value(s) MUST match":
/// another value for an immutable attribute is refused. Where the client sends none there is no
/// input to match, and the attribute "SHALL NOT be updated" (RFC 7643 §7): the value stays. The
/// same holds for immutable parts of a singular complex attribute. Where the user is deactivated
/// another value is left out, if there are habits to tell it by; and what is required and is empty
/// stays as it was, if he was active until now.
pub fn replace(
    resource_type: &'static ResourceType,
    current: &Map<String, Value>,
    next: &mut Map<String, Value>,
    habits: Option<&mut Habits>,
) -> Result<(), Error> {
    let mut habits = habits.filter(|_| is_off(resource_type, next));
    for location in locations(resource_type) {
        for fixed in immutable_parts(location) {
            let Some(value) = get(current, fixed) else {
                continue;
            };
            match get(next, fixed) {
                None => put(next, fixed, Some(value.clone())),
                Some(other) if is_same(fixed, value, other) => {}
                Some(_) => match &mut habits {
                    Some(habits) => {
                        habits.leave_out(LEFT_OUT_TO_DEACTIVATE, &fixed.to_string());
                        put(next, fixed, Some(value.clone()));
                    }
                    None => return Err(fixed_already(fixed)),
                },
            }
        }
    }
    if let Some(habits) = habits {
        if !is_off(resource_type, current) {
            keep_required(resource_type, current, next, habits);
        }
        check_required(resource_type, next)?;
    }
    set_lasting(resource_type, current, next);
    set_schemas(resource_type, next);
    Ok(())
}

/// Gives a resource the attributes that each has (`lasting`): as they were before, else `true`.
///
/// RFC 7643 §4.1.1 leaves to the server what a missing `active` means. A new user may come in; one
/// who was suspended stays so until somebody says otherwise, whatever a PUT leaves out.
///
/// ```
/// use scim::{resource::set_lasting, resource_type::USER_TYPE};
/// let mut document = serde_json::Map::new();
/// set_lasting(&USER_TYPE, &document.clone(), &mut document);
/// assert_eq!(document["active"], true);
/// ```
pub fn set_lasting(
    resource_type: &'static ResourceType,
    before: &Map<String, Value>,
    document: &mut Map<String, Value>,
) {
    for location in locations(resource_type) {
        if location.attribute.lasting && get(document, location).is_none() {
            let value = get(before, location).cloned();
            put(document, location, Some(value.unwrap_or(Value::Bool(true))));
        }
    }
}

/// Leaves a user who is deactivated the unique values that he has, userName among them, and says
/// so: for a PUT with those of another.
pub fn keep_unique(
    resource_type: &'static ResourceType,
    before: &Map<String, Value>,
    document: &mut Map<String, Value>,
    habits: &mut Habits,
) {
    if is_off(resource_type, before) || !is_off(resource_type, document) {
        return;
    }
    for location in locations(resource_type) {
        let value = get(before, location);
        if location.attribute.uniqueness != Uniqueness::None && get(document, location) != value {
            habits.leave_out(LEFT_OUT_TO_DEACTIVATE, &location.to_string());
            put(document, location, value.cloned());
        }
    }
}

/// The location itself if it is immutable, or those of its parts that are; not the parts of a
/// multi-valued attribute, whose values come and go as a whole.
pub(crate) fn immutable_parts(location: Location) -> Vec<Location> {
    let attribute = location.attribute;
    if attribute.mutability == Mutability::Immutable {
        return vec![location];
    }
    let mut parts = Vec::new();
    for sub in attribute.sub_attributes {
        if sub.mutability == Mutability::Immutable && !attribute.multi_valued {
            parts.push(location.part(sub));
        }
    }
    parts
}

/// The unique values of a folded document, each with the path of its attribute
/// (`urn:…:User:badge`).
///
/// A user's `userName` and a group's `displayName` are not among them: each has its own index in
/// the store.
pub fn unique_values(
    resource_type: &'static ResourceType,
    folded: &Map<String, Value>,
) -> Vec<(String, String)> {
    let mut values = Vec::new();
    for location in locations(resource_type) {
        if !is_unique(resource_type, location) {
            continue;
        }
        let text = match get(folded, location) {
            None => continue,
            Some(Value::String(text)) => text.clone(),
            Some(other) => json::text(other),
        };
        // Two types may have attributes of the same name; the values of each are their own.
        let path = match location.extension {
            Some(_) => location.to_string(),
            None => [resource_type.schema.uri, ":", &location.to_string()].concat(),
        };
        values.push((path, text));
    }
    values
}

fn is_unique(resource_type: &'static ResourceType, location: Location) -> bool {
    let built_in = *resource_type.schema == USER || *resource_type.schema == GROUP;
    let attribute = location.attribute;
    let held_elsewhere = built_in && location.extension.is_none();
    let unique = match attribute.uniqueness {
        Uniqueness::None => false,
        Uniqueness::Server | Uniqueness::Global => true,
    };
    unique && !held_elsewhere && !attribute.multi_valued && attribute.kind != Type::Complex
}
