//! What the server tells of itself: its schemas and resource types (RFC 7643 §6 and §7, RFC 7644
//! §4).
//!
//! Everything here is read from the attribute tables that the server works by, so it cannot tell
//! anything else than what the server does. `ServiceProviderConfig` is in `config`.

use crate::list::List;
use alloc::{string::String, vec::Vec};

use serde_json::{Map, Value};

use crate::json::texts;
use crate::resource_type::ResourceType;
use crate::schema::{Attribute, Schema, Type, find};
use crate::schemas::service_provider::{RESOURCE_TYPE, SCHEMA, SERVICE_PROVIDER_CONFIG};
use crate::schemas::{common::COMMON, configured, group::GROUP, user::USER};

/// Every schema in use, each once: the core ones, the enterprise extension, the operator's; then
/// those of the discovery documents themselves, for RFC 7644 §4 asks for all.
pub fn schemas() -> impl Iterator<Item = &'static Schema> {
    configured::SCHEMAS
        .iter()
        .copied()
        .chain([&SERVICE_PROVIDER_CONFIG, &RESOURCE_TYPE, &SCHEMA])
}

/// The schema of this URI, in any letter case.
///
/// ```
/// let schema = scim::discovery::schema_named("URN:ietf:params:scim:schemas:core:2.0:user");
/// assert_eq!(schema.map(|schema| schema.name), Some("User"));
/// ```
pub fn schema_named(uri: &str) -> Option<&'static Schema> {
    schemas().find(|schema| schema.uri.eq_ignore_ascii_case(uri))
}

/// A schema as a resource (RFC 7643 §7); `base` is the base URL, without a slash at its end.
///
/// ```
/// use scim::schemas::group::GROUP;
/// let group = scim::discovery::schema(&GROUP, "https://example.com/scim/v2");
/// assert_eq!(group["id"], "urn:ietf:params:scim:schemas:core:2.0:Group");
/// assert_eq!(group["attributes"][1]["name"], "displayName");
/// assert_eq!(
///     group["meta"]["location"],
///     "https://example.com/scim/v2/Schemas/urn:ietf:params:scim:schemas:core:2.0:Group",
/// );
/// ```
pub fn schema(schema: &'static Schema, base: &str) -> Value {
    let mut object = Map::new();
    put(&mut object, "schemas", texts(&[SCHEMA.uri]));
    put(&mut object, "id", schema.uri);
    put(&mut object, "name", schema.name);
    put_text(&mut object, "description", schema.description);
    put(
        &mut object,
        "attributes",
        Value::Array(with_external_id(schema)),
    );
    put(
        &mut object,
        "meta",
        meta("Schema", base, "/Schemas/", schema.uri),
    );
    Value::Object(object)
}

/// A resource type as a resource (RFC 7643 §6).
///
/// ```
/// use scim::resource_type::USER_TYPE;
/// let user = scim::discovery::resource_type(&USER_TYPE, "https://example.com/scim/v2");
/// assert_eq!(user["endpoint"], "/Users");
/// assert_eq!(
///     user["schemaExtensions"][0],
///     serde_json::json!({
///         "schema": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
///         "required": false,
///     }),
/// );
/// ```
pub fn resource_type(resource_type: &'static ResourceType, base: &str) -> Value {
    let mut object = Map::new();
    put(&mut object, "schemas", texts(&[RESOURCE_TYPE.uri]));
    put(&mut object, "id", resource_type.name);
    put(&mut object, "name", resource_type.name);
    put(&mut object, "endpoint", resource_type.endpoint);
    put_text(&mut object, "description", resource_type.description);
    put(&mut object, "schema", resource_type.schema.uri);
    let mut extensions = Vec::new();
    for extension in resource_type.extensions {
        let mut row = Map::new();
        put(&mut row, "schema", extension.schema.uri);
        put(&mut row, "required", extension.required);
        extensions.push(Value::Object(row));
    }
    if !extensions.is_empty() {
        put(&mut object, "schemaExtensions", extensions);
    }
    put(
        &mut object,
        "meta",
        meta("ResourceType", base, "/ResourceTypes/", resource_type.name),
    );
    Value::Object(object)
}

/// The attributes of a schema. Those of User and Group begin with `externalId`, which RFC 7643 §3.1
/// makes an attribute of every resource without listing it in any schema: Entra ID's gallery test
/// looks for the attributes that it maps here.
fn with_external_id(schema: &'static Schema) -> Vec<Value> {
    let common = (*schema == USER || *schema == GROUP)
        .then(|| find(&COMMON, "externalId"))
        .flatten();
    common
        .into_iter()
        .chain(schema.attributes)
        .map(attribute)
        .list()
}

fn attributes(attributes: &'static [Attribute]) -> Value {
    Value::Array(attributes.iter().map(attribute).list())
}

/// One attribute with every characteristic that applies to its type; what does not apply is left
/// out, never null.
fn attribute(attribute: &'static Attribute) -> Value {
    let mut object = Map::new();
    put(&mut object, "name", attribute.name);
    put(&mut object, "type", attribute.kind.as_str());
    put(&mut object, "multiValued", attribute.multi_valued);
    put_text(&mut object, "description", attribute.description);
    put(&mut object, "required", attribute.required);
    put(&mut object, "mutability", attribute.mutability.as_str());
    put(&mut object, "returned", attribute.returned.as_str());
    put(&mut object, "uniqueness", attribute.uniqueness.as_str());
    match attribute.kind {
        Type::String | Type::Binary => put(&mut object, "caseExact", attribute.case_exact),
        Type::Reference => {
            put(&mut object, "caseExact", attribute.case_exact);
            put(
                &mut object,
                "referenceTypes",
                texts(attribute.reference_types),
            );
        }
        Type::Complex => put(
            &mut object,
            "subAttributes",
            attributes(attribute.sub_attributes),
        ),
        Type::Boolean | Type::Decimal | Type::Integer | Type::DateTime => {}
    }
    if !attribute.canonical_values.is_empty() {
        put(
            &mut object,
            "canonicalValues",
            texts(attribute.canonical_values),
        );
    }
    Value::Object(object)
}

/// `meta` of a discovery document: such a document has no version and no times, it changes with the
/// server.
pub(crate) fn meta(resource_type: &str, base: &str, path: &str, id: &str) -> Value {
    let mut location = String::from(base);
    location.push_str(path);
    location.push_str(id);
    let mut object = Map::new();
    put(&mut object, "resourceType", resource_type);
    put(&mut object, "location", location);
    Value::Object(object)
}

pub(crate) fn put(object: &mut Map<String, Value>, key: &str, value: impl Into<Value>) {
    object.insert(key.into(), value.into());
}

/// An operator need not describe; an empty description is no description.
fn put_text(object: &mut Map<String, Value>, key: &str, text: &str) {
    if !text.is_empty() {
        put(object, key, text);
    }
}

#[cfg(test)]
mod tests;
