//! A resource as a client sends it: accepted, checked, in the schema's spelling (RFC 7643 §3, RFC
//! 7644 §3.3, §3.5.1).
//!
//! What comes out is a *document*: canonical attribute names, canonical values, nothing unassigned,
//! nothing that is the server's (`id`, `meta`) or is stored as rows (`members`, `groups`).

use alloc::{string::String, string::ToString, vec::Vec};

use serde_json::{Map, Value};

use crate::error::Error;
use crate::habit::{DUPLICATE_KEY, Habits, UNKNOWN_ATTRIBUTE, UNKNOWN_SCHEMA};
use crate::index::Index;
use crate::list::values_in;
use crate::path::{AttributePath, Location, has_path, schema_named};
use crate::resource_type::ResourceType;
use crate::schema::{Attribute, Mutability, Schema};

pub(crate) mod aside;
pub(crate) mod coerce;
pub(crate) mod document;
mod links;
pub(crate) mod read_only;
pub(crate) mod refusal;
mod rules;
#[cfg(test)]
pub(crate) mod tests;
mod values;
mod wrapped;

use aside::{Aside, is_optional};
pub(crate) use document::{get, is_repeated, is_schemas, locations, member, put, take};
pub(crate) use links::link_ids;
pub(crate) use read_only::leave_out_read_only;
use read_only::leave_out_sent;
pub use refusal::MAX_VALUES;
pub use rules::{check_required, keep_unique, replace, set_lasting, set_schemas, unique_values};
pub(crate) use rules::{
    immutable_parts, is_off, keep_required, leave_out_incomplete, names_required,
};
pub(crate) use values::{Values, is_same, merge, set_parts, unite};
pub(crate) use wrapped::{is_blank, sub_named, unwrap_value};

/// What a client's body means.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resource {
    /// The attributes, `schemas` included.
    pub document: Map<String, Value>,
    /// The ids in the linked attribute (a group's `members`, a user's `groups`), each once, in
    /// order; none when the body has no such attribute.
    pub links: Option<Vec<String>>,
    /// Those of them that were sent as groups.
    pub groups: Index,
}

impl Resource {
    /// Reads the body of a POST or a PUT.
    ///
    /// Attributes that the schema does not know are left out, which is noted, and read-only ones
    /// (RFC 7644 §3.3). A user's `groups` is read-only too, but is read into `links`, for a service
    /// that lets a user be created into groups; one that does not notes what it drops.
    ///
    /// ```
    /// use scim::{habit::Habits, resource::Resource, resource_type::USER_TYPE};
    /// let body = serde_json::json!({
    ///     "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
    ///     "USERNAME": "bjensen", "active": "True",
    /// });
    /// let mut habits = Habits::default();
    /// let user = Resource::accept(&USER_TYPE, &body, &mut habits)?;
    /// assert_eq!(user.document["userName"], "bjensen");
    /// assert_eq!(user.document["active"], true);
    /// assert_eq!(habits.names(), ["entra-string-boolean"]);
    ///
    /// let body = serde_json::json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"] });
    /// let error = Resource::accept(&USER_TYPE, &body, &mut habits).unwrap_err();
    /// assert_eq!(error.detail(), "`userName` is required and must have a value");
    /// # Ok::<(), scim::error::Error>(())
    /// ```
    pub fn accept(
        resource_type: &'static ResourceType,
        body: &Value,
        habits: &mut Habits,
    ) -> Result<Self, Error> {
        Self::read(resource_type, body, habits, true)
    }

    /// Reads the body of a PUT as [`Resource::accept`] does; but where a user is deactivated, what
    /// is required may be missing: [`replace`] then keeps what is stored, or refuses it.
    pub fn accept_change(
        resource_type: &'static ResourceType,
        body: &Value,
        habits: &mut Habits,
    ) -> Result<Self, Error> {
        Self::read(resource_type, body, habits, false)
    }

    fn read(
        resource_type: &'static ResourceType,
        body: &Value,
        habits: &mut Habits,
        is_new: bool,
    ) -> Result<Self, Error> {
        let Value::Object(body) = body else {
            let mut detail = String::from("The body must be a JSON object that holds one ");
            detail.push_str(resource_type.name);
            return Err(Error::invalid_syntax(detail));
        };
        check_uris(resource_type, member(body, "schemas"), habits)?;
        let mut reader = BodyReader {
            is_new,
            ..BodyReader::default()
        };
        let read = reader.members(resource_type, body, habits);
        let BodyReader {
            mut resource,
            aside,
            ..
        } = reader;
        if let Err(error) = read {
            return Err(aside.refuse(error));
        }
        let deactivates = resource.deactivates(resource_type);
        aside.settle(deactivates, habits)?;
        if deactivates {
            leave_out_incomplete(resource_type, &Map::new(), &mut resource.document, habits);
        }
        set_schemas(resource_type, &mut resource.document);
        if is_new || !deactivates || !names_required(resource_type, body) {
            check_required(resource_type, &resource.document)?;
        }
        Ok(resource)
    }

    /// Whether it is that of a user who may not sign in.
    pub fn deactivates(&self, resource_type: &'static ResourceType) -> bool {
        is_off(resource_type, &self.document)
    }
}

/// A body as it is read.
#[derive(Default)]
struct BodyReader {
    resource: Resource,
    aside: Aside,
    /// Whether no other value is there for one that is required.
    is_new: bool,
}

impl BodyReader {
    fn members(
        &mut self,
        resource_type: &'static ResourceType,
        members: &Map<String, Value>,
        habits: &mut Habits,
    ) -> Result<(), Error> {
        // Keys with a path in them come second: what they name may be part of what a plain key
        // holds.
        let mut paths = Vec::new();
        for (key, value) in members {
            if let Some(attribute) = resource_type.attribute(key) {
                self.attribute(Location::top(attribute), value, habits)?;
            } else if is_repeated(resource_type, members, key) {
                habits.leave_out(DUPLICATE_KEY, key);
            } else if let Some(schema) = schema_named(resource_type, key, habits) {
                if schema != resource_type.schema {
                    self.extension(resource_type, schema, value, habits)?;
                } else if let Value::Object(inner) = value {
                    habits.note_at("schema-as-key", schema.uri);
                    self.members(resource_type, inner, habits)?;
                } else {
                    habits.leave_out(UNKNOWN_ATTRIBUTE, key);
                }
            } else {
                paths.push((key, value));
            }
        }
        for (key, value) in paths {
            self.path(resource_type, key, value, habits)?;
        }
        Ok(())
    }

    fn attribute(
        &mut self,
        location: Location,
        value: &Value,
        habits: &mut Habits,
    ) -> Result<(), Error> {
        let attribute = location.attribute;
        if attribute.linked {
            self.resource.links = match attribute.mutability {
                // RFC 7644 §3.3: ignored; what of it can be read is there for a service that wants
                // it.
                Mutability::ReadOnly => {
                    let groups = &mut Index::default();
                    let links = link_ids(attribute, value, groups, &mut Habits::default()).ok();
                    if links.is_none() {
                        leave_out_sent(location, value, habits);
                    }
                    links
                }
                Mutability::ReadWrite | Mutability::Immutable | Mutability::WriteOnly => Some(
                    link_ids(attribute, value, &mut self.resource.groups, habits)?,
                ),
            };
        } else if is_schemas(location) {
            // It is recomputed.
        } else if attribute.mutability == Mutability::ReadOnly {
            leave_out_sent(location, value, habits);
        } else {
            self.put(location, value, habits)?;
        }
        Ok(())
    }

    /// Stores what the value means.
    fn put(&mut self, location: Location, value: &Value, habits: &mut Habits) -> Result<(), Error> {
        match coerce::coerce(location, value, habits) {
            Ok(value) => put(&mut self.resource.document, location, value),
            Err(error) if !self.is_new || is_optional(location) => {
                self.aside.put(&location.to_string(), error);
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn extension(
        &mut self,
        resource_type: &'static ResourceType,
        schema: &'static Schema,
        value: &Value,
        habits: &mut Habits,
    ) -> Result<(), Error> {
        let members = match extension_members(resource_type, schema, value, habits) {
            Ok(members) => members,
            Err(error) => {
                self.aside.put(schema.uri, error);
                None
            }
        };
        let mut paths = Vec::new();
        for (key, value) in members.into_iter().flatten() {
            let Some(attribute) = schema.attribute(key) else {
                paths.push(([schema.uri, ":", key].concat(), value));
                continue;
            };
            let location = Location {
                extension: Some(schema),
                attribute,
                sub: None,
            };
            self.attribute(location, value, habits)?;
        }
        for (path, value) in paths {
            self.path(resource_type, &path, value, habits)?;
        }
        Ok(())
    }

    /// A key such as `name.givenName` or `urn:…:User:employeeNumber`: RFC 7644 §3.10 notation where
    /// RFC 7643 §3 wants objects. Entra ID writes so in PATCH, some templates in POST.
    fn path(
        &mut self,
        resource_type: &'static ResourceType,
        key: &str,
        value: &Value,
        habits: &mut Habits,
    ) -> Result<(), Error> {
        let Some(location) = AttributePath::parse(key)
            .ok()
            .and_then(|path| path.bind(resource_type, habits))
        else {
            habits.leave_out(UNKNOWN_ATTRIBUTE, key);
            return Ok(());
        };
        if !has_path(key) {
            // An extension's attribute without its URI. Beside the same with it, it does not count;
            // and one that has no meaning there is somebody's own.
            let is_there = get(&self.resource.document, location).is_some();
            if is_there || coerce::coerce(location, value, &mut Habits::default()).is_err() {
                let why = if is_there {
                    DUPLICATE_KEY
                } else {
                    UNKNOWN_ATTRIBUTE
                };
                habits.leave_out(why, key);
                return Ok(());
            }
        }
        if location.sub.is_none() {
            if has_path(key) {
                habits.note_at("urn-key", &location.to_string());
            }
            return self.attribute(location, value, habits);
        }
        let writable = |attribute: &Attribute| attribute.mutability != Mutability::ReadOnly;
        if !writable(location.attribute) || !writable(location.leaf()) {
            leave_out_sent(location, value, habits);
            return Ok(());
        }
        if location.attribute.multi_valued {
            // Of which of its values it is a part is not said.
            habits.leave_out(UNKNOWN_ATTRIBUTE, key);
            return Ok(());
        }
        habits.note_at("dotted-key", &location.to_string());
        self.put(location, value, habits)
    }
}

/// The members of an extension's object; none when it is unassigned.
pub(crate) fn extension_members<'a>(
    resource_type: &'static ResourceType,
    schema: &'static Schema,
    value: &'a Value,
    habits: &mut Habits,
) -> Result<Option<&'a Map<String, Value>>, Error> {
    match value {
        Value::Object(members) => {
            let mut only = members.iter().filter(|_| members.len() == 1);
            let wrapped = only.find_map(|(key, inner)| {
                let named = schema_named(resource_type, key, &mut Habits::default());
                inner.as_object().filter(|_| named == Some(schema))
            });
            if wrapped.is_some() {
                habits.note_at("wrapped-value", schema.uri);
            }
            Ok(wrapped.or(Some(members)))
        }
        Value::Array(items) if items.len() == 1 && items.iter().all(Value::is_object) => {
            habits.note_at("keycloak-list-for-single-value", schema.uri);
            Ok(items.first().and_then(Value::as_object))
        }
        Value::Null => Ok(None),
        Value::String(text) if text.is_empty() => Ok(None),
        Value::Array(items) if items.is_empty() => Ok(None),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            let mut detail = String::from("`");
            detail.push_str(schema.uri);
            detail.push_str("` must be an object that holds the attributes of that extension");
            Err(Error::invalid_value(detail).at(schema.uri))
        }
    }
}

/// What URIs in `schemas` begin with that a log may repeat: those of SCIM, and Entra ID's marker of
/// groups.
const TOLD_URIS: [&str; 2] = [
    "urn:ietf:params:scim:schemas:",
    "http://schemas.microsoft.com/",
];

/// RFC 7643 §3: `schemas` is required and names the schema of the resource.
fn check_uris(
    resource_type: &'static ResourceType,
    schemas: Option<&Value>,
    habits: &mut Habits,
) -> Result<(), Error> {
    if !matches!(schemas, None | Some(Value::Null | Value::Array(_))) {
        habits.note_at("plain-string-for-schemas", "schemas");
    }
    let uris = values_in(schemas);
    if uris.is_empty() {
        habits.note_at("missing-schemas", "schemas");
        return Ok(());
    }
    let mut is_named = false;
    let mut other = None;
    for uri in uris {
        let uri = uri.as_str().unwrap_or_default();
        if let Some(schema) = schema_named(resource_type, uri, habits) {
            is_named |= schema == resource_type.schema;
            continue;
        }
        let of_other = |other: &&ResourceType| other.schema.uri.eq_ignore_ascii_case(uri);
        if let Some(other_type) = ResourceType::all().find(of_other) {
            other = Some(other_type);
        }
        // Any other text is a value, which is not repeated.
        let is_known = TOLD_URIS.iter().any(|known| {
            uri.get(..known.len())
                .is_some_and(|front| front.eq_ignore_ascii_case(known))
        });
        let path = if is_known { uri } else { "schemas" };
        habits.leave_out(UNKNOWN_SCHEMA, path);
    }
    if is_named || other.is_none() {
        if !is_named {
            habits.note_at("missing-core-schema", "schemas");
        }
        return Ok(());
    }
    let mut detail =
        String::from("`schemas` must be an array that names the schema of the resource, ");
    detail.push_str(resource_type.schema.uri);
    Err(Error::invalid_syntax(detail).at("schemas"))
}
