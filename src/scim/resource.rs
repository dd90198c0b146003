//! A resource as a client sends it: accepted, checked, in the schema's spelling (RFC 7643 §3, RFC 7644 §3.3, §3.5.1).
//!
//! What comes out is a *document*: canonical attribute names, canonical values, nothing unassigned, nothing that is the
//! server's (`id`, `meta`) or is stored as rows (`members`, `groups`).

use alloc::{string::String, vec::Vec};

use serde_json::{Map, Value};

use crate::error::Error;
use crate::habit::Habits;
use crate::path::{AttributePath, Location};
use crate::resource_type::ResourceType;
use crate::schema::{Attribute, Mutability, Schema};

pub(crate) mod coerce;
pub(crate) mod document;
mod links;
mod rules;
#[cfg(test)]
pub(crate) mod tests;
mod values;

pub use coerce::MAX_VALUES;
pub(crate) use document::{get, is_schemas, locations, member, put, take};
pub(crate) use links::link_ids;
pub use rules::{check_required, replace, set_lasting, set_schemas, unique_values};
pub(crate) use rules::{fixed_already, immutable_parts, is_same};
pub(crate) use values::{Values, merge, set_parts, united};

/// What a client's body means.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resource {
    /// The attributes, `schemas` included.
    pub document: Map<String, Value>,
    /// The ids in the linked attribute (a group's `members`, a user's `groups`), each once, in order; none when the
    /// body has no such attribute.
    pub links: Option<Vec<String>>,
}

impl Resource {
    /// Reads the body of a POST or a PUT.
    ///
    /// Attributes that the schema does not know are ignored, and read-only ones (RFC 7644 §3.3). A user's `groups` is
    /// read-only too, but is read into `links`, for a service that lets a user be created into groups.
    ///
    /// ```
    /// use scim::{habit::Habits, resource::Resource, resource_type::USER_TYPE};
    /// let body = serde_json::json!({
    ///     "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "USERNAME": "bjensen", "active": "True",
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
        rt: &'static ResourceType,
        body: &Value,
        habits: &mut Habits,
    ) -> Result<Self, Error> {
        let Value::Object(body) = body else {
            let mut detail = String::from("The body must be a JSON object that holds one ");
            detail.push_str(rt.name);
            return Err(Error::invalid_syntax(detail));
        };
        check_schemas(rt, member(body, "schemas"), habits)?;
        let mut resource = Self::default();
        // Keys with a path in them come second: what they name may be part of what a plain key holds.
        let (paths, names): (Vec<_>, Vec<_>) = body
            .iter()
            .partition(|(key, _)| key.contains([':', '.']) && rt.extension(key).is_none());
        for (key, value) in names {
            match rt.extension(key) {
                Some(schema) => resource.extension(schema, value, habits)?,
                None => {
                    if let Some(attribute) = rt.attribute(key) {
                        let location = Location::top(attribute);
                        resource.attribute(location, value, habits)?;
                    }
                }
            }
        }
        for (key, value) in paths {
            resource.path(rt, key, value, habits)?;
        }
        set_schemas(rt, &mut resource.document);
        check_required(rt, &resource.document)?;
        Ok(resource)
    }

    fn attribute(
        &mut self,
        location: Location,
        value: &Value,
        habits: &mut Habits,
    ) -> Result<(), Error> {
        let attribute = location.attribute;
        if attribute.linked {
            self.links = match attribute.mutability {
                // RFC 7644 §3.3: ignored; what of it can be read is there for a service that wants it.
                Mutability::ReadOnly => link_ids(attribute, value, &mut Habits::default()).ok(),
                Mutability::ReadWrite | Mutability::Immutable | Mutability::WriteOnly => {
                    Some(link_ids(attribute, value, habits)?)
                }
            };
        } else if is_schemas(location) || attribute.mutability == Mutability::ReadOnly {
            // The server's own; `schemas` is recomputed.
        } else {
            put(
                &mut self.document,
                location,
                coerce::coerce(location, value, habits)?,
            );
        }
        Ok(())
    }

    fn extension(
        &mut self,
        schema: &'static Schema,
        value: &Value,
        habits: &mut Habits,
    ) -> Result<(), Error> {
        for (key, value) in extension_members(schema, value)?.into_iter().flatten() {
            if let Some(attribute) = schema.attribute(key) {
                let location = Location {
                    extension: Some(schema),
                    attribute,
                    sub: None,
                };
                self.attribute(location, value, habits)?;
            }
        }
        Ok(())
    }

    /// A key such as `name.givenName` or `urn:…:User:employeeNumber`: RFC 7644 §3.10 notation where RFC 7643 §3 wants
    /// objects. Entra ID writes so in PATCH, some templates in POST.
    fn path(
        &mut self,
        rt: &'static ResourceType,
        key: &str,
        value: &Value,
        habits: &mut Habits,
    ) -> Result<(), Error> {
        let Some(location) = AttributePath::parse(key)
            .ok()
            .and_then(|path| path.bind(rt, habits))
        else {
            return Ok(());
        };
        if location.sub.is_none() {
            habits.note("urn-key");
            return self.attribute(location, value, habits);
        }
        let writable = |attribute: &Attribute| attribute.mutability != Mutability::ReadOnly;
        if location.attribute.multi_valued
            || !writable(location.attribute)
            || !writable(location.leaf())
        {
            return Ok(());
        }
        habits.note("dotted-key");
        put(
            &mut self.document,
            location,
            coerce::coerce(location, value, habits)?,
        );
        Ok(())
    }
}

/// The members of an extension's object; none when it is unassigned.
pub(crate) fn extension_members<'a>(
    schema: &'static Schema,
    value: &'a Value,
) -> Result<Option<&'a Map<String, Value>>, Error> {
    match value {
        Value::Object(members) => Ok(Some(members)),
        Value::Null => Ok(None),
        Value::String(text) if text.is_empty() => Ok(None),
        Value::Array(items) if items.is_empty() => Ok(None),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            let mut detail = String::from("`");
            detail.push_str(schema.uri);
            detail.push_str("` must be an object that holds the attributes of that extension");
            Err(Error::invalid_value(detail))
        }
    }
}

/// RFC 7643 §3: `schemas` is required and names the schema of the resource.
fn check_schemas(
    rt: &'static ResourceType,
    schemas: Option<&Value>,
    habits: &mut Habits,
) -> Result<(), Error> {
    let uris = match schemas {
        None | Some(Value::Null) => &[],
        Some(Value::Array(uris)) => uris.as_slice(),
        Some(one) => {
            habits.note("plain-string-for-schemas");
            core::slice::from_ref(one)
        }
    };
    if uris.is_empty() {
        habits.note("missing-schemas");
        return Ok(());
    }
    let names = |wanted: &dyn Fn(&str) -> bool| uris.iter().filter_map(Value::as_str).any(wanted);
    // OneLogin's templates still name the schema of SCIM 1.
    let legacy = names(&|uri| uri.to_ascii_lowercase().starts_with("urn:scim:schemas:"));
    if legacy {
        habits.note("onelogin-scim-1-schema");
    }
    if legacy || names(&|uri| uri.eq_ignore_ascii_case(rt.schema.uri)) {
        return Ok(());
    }
    let mut detail =
        String::from("`schemas` must be an array that names the schema of the resource, ");
    detail.push_str(rt.schema.uri);
    Err(Error::invalid_syntax(detail))
}
