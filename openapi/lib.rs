//! The document of both faces: `OpenAPI` 3.1.
//!
//! `admin.json` is the admin face, and what stands beside both. `scim.json` has the endpoints and
//! messages that SCIM has whatever the schemas are; `scim-type.json` those of a resource type, once
//! for each that there is, `{Type}` and `{endpoint}` in place of its own. The resources themselves
//! are made of the attribute tables that the server works by, the operator's schemas among them.
//!
//! The Worker knows nothing of it: the document is a file beside it, so it costs no byte of the
//! Worker. `tests/service/openapi.rs` holds it to the tables of routes, and every reply of every
//! test to it.

use scim::resource_type::ResourceType;
use scim::schema::{Attribute, Mutability, Returned, Schema, Type};
use scim::schemas::common::COMMON;
use scim::schemas::service_provider::{RESOURCE_TYPE, SCHEMA, SERVICE_PROVIDER_CONFIG};
use serde_json::{Error, Map, Value, from_str, json};

/// The whole document. An error says where one of the kept parts is no JSON.
pub fn document() -> Result<Value, Error> {
    let mut document: Value = from_str(include_str!("admin.json"))?;
    set(
        &mut document,
        &["info", "version"],
        env!("CARGO_PKG_VERSION").into(),
    );
    merge(&mut document, scim()?);
    set(&mut document, &["webhooks"], webhooks());
    Ok(document)
}

/// Types of events besides those of resources that come, change and go.
const EVENTS: &[&str] = &[
    "user.activated",
    "user.deactivated",
    "user.restored",
    "group.members",
    "resource.erased",
    "tenant.created",
    "tenant.updated",
    "tenant.suspended",
    "tenant.resumed",
    "tenant.deleted",
    "settings.updated",
    "credential.created",
    "credential.updated",
    "credential.revoked",
    "credential.expiring",
    "credential.expired",
    "client.created",
    "client.updated",
    "client.revoked",
    "client.secret_created",
    "client.secret_removed",
    "operator_token.created",
    "operator_token.revoked",
    "connection.first_request",
    "brake.engaged",
    "brake.released",
    "export.started",
    "import.finished",
    "undo.finished",
    "webhook.created",
    "webhook.updated",
    "webhook.deleted",
    "webhook.rotated",
    "webhook.failing",
    "webhook.disabled",
    "webhook.test",
];

/// What is posted to a webhook, by the type of the event.
fn webhooks() -> Value {
    let resources = ResourceType::all().flat_map(|resource_type| {
        let name = resource_type.name.to_ascii_lowercase();
        ["created", "updated", "deleted"].map(|word| format!("{name}.{word}"))
    });
    let of = |name: String| {
        let headers = ["webhook-id", "webhook-timestamp", "webhook-signature"].map(|header| {
            json!({ "name": header, "in": "header", "required": true, "schema": { "type": "string" } })
        });
        let body = json!({ "$ref": "#/components/schemas/Posted" });
        let operation = json!({ "post": {
            "tags": ["Webhooks"],
            "summary": format!("A delivery of {name}."),
            "parameters": headers,
            "requestBody": { "required": true, "content": { "application/json": { "schema": body } } },
            "responses": { "2XX": { "description": "It was delivered. Any other answer, or none within 15 seconds, has it come again." } },
        } });
        (name, operation)
    };
    let others = EVENTS.iter().map(|name| (*name).to_owned());
    Value::Object(resources.chain(others).map(of).collect())
}

/// The SCIM half.
fn scim() -> Result<Value, Error> {
    let mut scim: Value = from_str(include_str!("scim.json"))?;
    for resource_type in ResourceType::all() {
        let part = include_str!("scim-type.json")
            .replace("{Type}", resource_type.name)
            .replace("{endpoint}", resource_type.endpoint);
        merge(&mut scim, from_str(&part)?);
    }
    if let Some(Value::Object(paths)) = scim.get_mut("paths") {
        paths.values_mut().for_each(complete);
        let all = paths.iter();
        let all = all.map(|(path, item)| (format!("{AS_TENANT}{path}"), as_tenant(path, item)));
        let all: Vec<_> = all.collect();
        paths.extend(all);
    }
    offer_plain(&mut scim);
    let refused = scim.pointer("/components/responses/ScimRefused").cloned();
    if let Some(mut refused) = refused {
        let problem = json!({ "schema": { "$ref": "#/components/schemas/Problem" } });
        set(
            &mut refused,
            &["content", "application/problem+json"],
            problem,
        );
        set(
            &mut scim,
            &["components", "responses", "RefusedAsTenant"],
            refused,
        );
    }
    let parts = json!({ "components": { "schemas": schemas() } });
    merge(&mut scim, parts);
    Ok(scim)
}

/// Methods of the operations of a path.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Gives the operations of a path of SCIM what all of them have.
fn complete(path: &mut Value) {
    for method in METHODS {
        if let Some(Value::Object(operation)) = path.get_mut(method) {
            operation.insert("tags".to_owned(), json!(["SCIM"]));
            operation
                .entry("security")
                .or_insert_with(|| json!([{ "token": [] }]));
        }
    }
}

/// Where an operator finds the SCIM face as a tenant.
const AS_TENANT: &str = "/admin/v1/tenants/{tenant}";

/// The same path for an operator, as a tenant: whoever is refused before he is at the SCIM face
/// gets a problem.
fn as_tenant(path: &str, item: &Value) -> Value {
    let mut item = item.clone();
    let tenant = json!({ "$ref": "#/components/parameters/tenant" });
    match item.get_mut("parameters").and_then(Value::as_array_mut) {
        Some(parameters) => parameters.push(tenant),
        None => set(&mut item, &["parameters"], json!([tenant])),
    }
    for method in METHODS {
        let Some(operation) = item.get_mut(method) else {
            continue;
        };
        let reads = method == "get" || path.ends_with("/.search");
        let scope = if reads {
            "directory:read"
        } else {
            "directory:write"
        };
        set(operation, &["security"], json!([{ "operator": [scope] }]));
        if let Some(Value::String(name)) = operation.get_mut("operationId") {
            name.push_str("AsTenant");
        }
        if let Some(Value::Object(responses)) = operation.get_mut("responses") {
            let refused = responses
                .values_mut()
                .filter(|response| response["$ref"] == "#/components/responses/ScimRefused");
            for response in refused {
                *response = json!({ "$ref": "#/components/responses/RefusedAsTenant" });
            }
        }
    }
    item
}

/// RFC 7644 §8.1: to whoever asks for `application/json` a reply says that it is that.
fn offer_plain(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(offer_plain);
            if let Some(content) = members.get("application/scim+json").cloned() {
                members.insert("application/json".to_owned(), content);
            }
        }
        Value::Array(values) => values.iter_mut().for_each(offer_plain),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The schemas of resources, of lists of them, and of what the server tells of itself.
fn schemas() -> Map<String, Value> {
    let mut schemas = Map::new();
    let mut all = Vec::new();
    for resource_type in ResourceType::all() {
        let name = resource_type.name;
        let resource = format!("{name}Resource");
        schemas.insert(format!("{name}List"), list(std::slice::from_ref(&resource)));
        schemas.insert(
            format!("New{resource}"),
            resource_of(resource_type, Side::Sent),
        );
        schemas.insert(resource.clone(), resource_of(resource_type, Side::Shown));
        all.push(resource);
    }
    schemas.insert("AnyList".to_owned(), list(&all));
    for (name, schema) in [
        ("ServiceProviderConfigResource", &SERVICE_PROVIDER_CONFIG),
        ("ResourceTypeResource", &RESOURCE_TYPE),
        ("SchemaResource", &SCHEMA),
    ] {
        schemas.insert(name.to_owned(), self_description(schema));
    }
    name_attribute(&mut schemas);
    schemas
}

/// Who writes a resource.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// A client, into a request.
    Sent,
    /// The server, into a reply.
    Shown,
}

impl Side {
    /// Whether the attribute may be there.
    fn has(self, attribute: &Attribute) -> bool {
        match self {
            Self::Sent => attribute.mutability != Mutability::ReadOnly,
            Self::Shown => attribute.returned != Returned::Never,
        }
    }

    /// Whether it is always there: a client may ask for a selection of attributes, but not without
    /// those that are always returned.
    fn needs(self, attribute: &Attribute) -> bool {
        match self {
            Self::Sent => attribute.required,
            Self::Shown => attribute.returned == Returned::Always,
        }
    }
}

/// A resource of a type.
fn resource_of(resource_type: &'static ResourceType, side: Side) -> Value {
    let mut resource = object(resource_type.attributes(), side);
    for extension in resource_type.extensions {
        let schema = extension.schema;
        let mut part = object(schema.attributes.iter(), side);
        set(&mut part, &["description"], schema.description.into());
        set(&mut resource, &["properties", schema.uri], part);
    }
    set(
        &mut resource,
        &["description"],
        resource_type.description.into(),
    );
    resource
}

/// What the server tells of itself: of the attributes that every resource has, all but the
/// `externalId`.
fn self_description(schema: &'static Schema) -> Value {
    let common = COMMON.iter().filter(|known| known.name != "externalId");
    let own = schema.attributes.iter();
    let mut resource = object(common.chain(own), Side::Shown);
    set(&mut resource, &["required"], json!(["schemas"]));
    resource
}

/// Gives what a schema tells of an attribute a name, for it has sub-attributes that are the same
/// again.
fn name_attribute(schemas: &mut Map<String, Value>) {
    let items = schemas
        .get_mut("SchemaResource")
        .and_then(|schema| schema.pointer_mut("/properties/attributes/items"));
    if let Some(items) = items {
        let same = json!({ "$ref": "#/components/schemas/SchemaAttribute" });
        let mut attribute = std::mem::replace(items, same.clone());
        set(
            &mut attribute,
            &["properties", "subAttributes", "items"],
            same,
        );
        schemas.insert("SchemaAttribute".to_owned(), attribute);
    }
}

/// An object with these attributes.
fn object(attributes: impl Iterator<Item = &'static Attribute>, side: Side) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for attribute in attributes.filter(|attribute| side.has(attribute)) {
        properties.insert(attribute.name.to_owned(), property(attribute, side));
        if side.needs(attribute) {
            required.push(attribute.name);
        }
    }
    let mut object = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        set(&mut object, &["required"], json!(required));
    }
    object
}

/// The values of an attribute.
fn property(attribute: &'static Attribute, side: Side) -> Value {
    let mut value = match attribute.kind {
        Type::String | Type::Reference => json!({ "type": "string" }),
        Type::Boolean => json!({ "type": "boolean" }),
        Type::Decimal => json!({ "type": "number" }),
        Type::Integer => json!({ "type": "integer" }),
        Type::DateTime if attribute.mutability == Mutability::ReadOnly => {
            json!({ "type": "string", "format": "date-time" })
        }
        // RFC 7643 §2.3.5: `xsd:dateTime`, which has more than RFC 3339: one without a zone, 24:00.
        Type::DateTime => json!({ "type": "string", "pattern": DATE_TIME }),
        Type::Binary => json!({ "type": "string", "contentEncoding": "base64" }),
        Type::Complex => object(attribute.sub_attributes.iter(), side),
    };
    // RFC 7643 §7: suggestions, which an enum would not be.
    if !attribute.canonical_values.is_empty() {
        set(&mut value, &["examples"], json!(attribute.canonical_values));
    }
    if attribute.multi_valued {
        value = json!({ "type": "array", "items": value });
    }
    set(&mut value, &["description"], attribute.description.into());
    value
}

/// How a time begins that a client may write.
const DATE_TIME: &str = "^-?[0-9]{4,}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}";

/// A `ListResponse` of such resources.
fn list(resources: &[String]) -> Value {
    let each: Vec<Value> = resources
        .iter()
        .map(|name| json!({ "$ref": format!("#/components/schemas/{name}") }))
        .collect();
    json!({
        "type": "object",
        "required": ["schemas", "itemsPerPage", "Resources"],
        "properties": {
            "schemas": { "const": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"] },
            "totalResults": { "type": "integer", "minimum": 0 },
            "startIndex": { "type": "integer", "minimum": 1 },
            "itemsPerPage": { "type": "integer", "minimum": 0 },
            "nextCursor": { "type": "string" },
            "previousCursor": { "type": "string" },
            "Resources": { "type": "array", "items": { "anyOf": each } },
        },
    })
}

/// Puts a value where the names lead.
fn set(document: &mut Value, names: &[&str], value: Value) {
    let mut at = document;
    for name in names {
        let Value::Object(members) = at else { return };
        at = members.entry(*name).or_insert_with(|| json!({}));
    }
    *at = value;
}

/// Adds what another document has, object by object.
fn merge(document: &mut Value, more: Value) {
    match (document, more) {
        (Value::Object(members), Value::Object(more)) => {
            for (name, value) in more {
                match members.get_mut(&name) {
                    Some(known) => merge(known, value),
                    None => {
                        members.insert(name, value);
                    }
                }
            }
        }
        (document, more) => *document = more,
    }
}
