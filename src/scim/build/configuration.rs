//! All documents together: what one of them cannot decide alone.

use attribute::AttributeDocument;
use document::{ResourceTypeDocument, SchemaDocument};

pub(crate) mod attribute;
mod document;
mod node;
pub(crate) mod tables;

/// A schema that is compiled in: its URI, and where its table is.
pub(crate) struct BuiltIn {
    pub(crate) uri: &'static str,
    pub(crate) table: &'static str,
}

pub(crate) const USER: BuiltIn = BuiltIn {
    uri: "urn:ietf:params:scim:schemas:core:2.0:User",
    table: "crate::schemas::user::USER",
};
pub(crate) const GROUP: BuiltIn = BuiltIn {
    uri: "urn:ietf:params:scim:schemas:core:2.0:Group",
    table: "crate::schemas::group::GROUP",
};
pub(crate) const ENTERPRISE_USER: BuiltIn = BuiltIn {
    uri: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    table: "crate::schemas::enterprise_user::ENTERPRISE_USER",
};
const BUILT_IN: [BuiltIn; 3] = [USER, GROUP, ENTERPRISE_USER];

/// Schemas of the discovery documents: no resource has them, and no document may take their place.
const DISCOVERY: [&str; 3] = [
    "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig",
    "urn:ietf:params:scim:schemas:core:2.0:ResourceType",
    "urn:ietf:params:scim:schemas:core:2.0:Schema",
];

/// The resource types that are compiled in: name, endpoint, schema.
const BUILT_IN_TYPES: [(&str, &str, &str); 2] = [
    ("User", "/Users", USER.uri),
    ("Group", "/Groups", GROUP.uri),
];

/// Names that `meta.resourceType` has for other things.
const RESERVED_NAMES: [&str; 3] = ["Schema", "ResourceType", "ServiceProviderConfig"];
/// Routes that RFC 7644 §3.2 gives a meaning, and `/v2`: the version may be left out of the base
/// URL, so a type of that name would stand where the version does. `.search` needs no row, for a
/// segment starts with a letter.
const RESERVED_ENDPOINTS: [&str; 6] = [
    "/Me",
    "/Bulk",
    "/Schemas",
    "/ResourceTypes",
    "/ServiceProviderConfig",
    "/v2",
];

/// A file of the folder: the path to show, and what is in it.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// What the documents say, checked.
#[derive(Debug)]
pub(crate) struct Configuration {
    pub(crate) schemas: Vec<SchemaDocument>,
    /// Of User and Group, if there are documents of them: their extensions.
    pub(crate) user_extensions: Vec<(String, bool)>,
    pub(crate) group_extensions: Vec<(String, bool)>,
    /// Those of the documents alone.
    pub(crate) resource_types: Vec<ResourceTypeDocument>,
}

/// Reads and checks all documents; or says everything that is wrong with them.
pub(crate) fn read(
    schemas: &[File],
    resource_types: &[File],
) -> Result<Configuration, Vec<String>> {
    let mut faults = Vec::new();
    let schemas: Vec<SchemaDocument> = schemas
        .iter()
        .filter_map(|file| document::schema(&file.path, &file.text, &mut faults))
        .collect();
    let resource_types: Vec<ResourceTypeDocument> = resource_types
        .iter()
        .filter_map(|file| document::resource_type(&file.path, &file.text, &mut faults))
        .collect();
    if faults.is_empty() {
        check_uris(&schemas, &mut faults);
        check_resource_types(&resource_types, &mut faults);
        check_uses(&schemas, &resource_types, &mut faults);
        for schema in &schemas {
            check_references(schema, &schema.attributes, &resource_types, &mut faults);
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut configuration = Configuration {
        schemas,
        user_extensions: vec![(ENTERPRISE_USER.uri.to_owned(), false)],
        group_extensions: Vec::new(),
        resource_types: Vec::new(),
    };
    for mut resource_type in resource_types {
        // The table is found by the URI as its own document spells it, whatever letter case the
        // reference has.
        for (uri, _) in &mut resource_type.extensions {
            *uri = spelling(uri, &configuration.schemas);
        }
        resource_type.schema = spelling(&resource_type.schema, &configuration.schemas);
        match resource_type.name.as_str() {
            "User" => configuration.user_extensions = resource_type.extensions,
            "Group" => configuration.group_extensions = resource_type.extensions,
            _ => configuration.resource_types.push(resource_type),
        }
    }
    Ok(configuration)
}

fn spelling(uri: &str, schemas: &[SchemaDocument]) -> String {
    known_uris(schemas)
        .find(|known| known.eq_ignore_ascii_case(uri))
        .unwrap_or(uri)
        .to_owned()
}

fn known_uris(schemas: &[SchemaDocument]) -> impl Iterator<Item = &str> {
    let own = schemas.iter().map(|schema| schema.uri.as_str());
    BUILT_IN.iter().map(|schema| schema.uri).chain(own)
}

/// URIs are compared without letter case, and no `URI:attribute` may read as another URI.
fn check_uris(schemas: &[SchemaDocument], faults: &mut Vec<String>) {
    for (index, schema) in schemas.iter().enumerate() {
        let file = &schema.file;
        let built_in = BUILT_IN.iter().map(|schema| schema.uri).chain(DISCOVERY);
        let others = built_in.map(|uri| (uri, "the server itself"));
        let own = schemas
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != index);
        let own = own.map(|(_, other)| (other.uri.as_str(), other.file.as_str()));
        for (uri, holder) in others.chain(own) {
            let (mine, theirs) = (schema.uri.to_ascii_lowercase(), uri.to_ascii_lowercase());
            if mine == theirs {
                faults.push(format!(
                    "{file}: id {uri} is taken by {holder}; choose another"
                ));
            } else if mine
                .strip_prefix(&theirs)
                .is_some_and(|rest| rest.starts_with(':'))
            {
                faults.push(format!(
                    "{file}: id {} starts with the URN {uri} of {holder} and would read as one of its attributes; \
                     choose another",
                    schema.uri
                ));
            }
        }
    }
}

/// Names and endpoints are compared without letter case: two that differ in nothing else are a
/// trap.
fn check_resource_types(resource_types: &[ResourceTypeDocument], faults: &mut Vec<String>) {
    for (index, resource_type) in resource_types.iter().enumerate() {
        let ResourceTypeDocument {
            file,
            name,
            endpoint,
            schema,
            ..
        } = resource_type;
        for other in resource_types.iter().take(index) {
            if other.name.eq_ignore_ascii_case(name) {
                faults.push(format!(
                    "{file}: name {name:?} is taken by {}; choose another",
                    other.file
                ));
            }
            if other.endpoint.eq_ignore_ascii_case(endpoint) {
                faults.push(format!(
                    "{file}: endpoint {endpoint:?} is taken by {}; choose another",
                    other.file
                ));
            }
        }
        if let Some((_, path, uri)) = BUILT_IN_TYPES.iter().find(|built_in| built_in.0 == name) {
            if endpoint != path || !schema.eq_ignore_ascii_case(uri) {
                faults.push(format!(
                    "{file}: the resource type {name} is built in; write endpoint {path:?} and schema {uri:?}, and \
                     list its schemaExtensions"
                ));
            }
            continue;
        }
        let built_in_names = BUILT_IN_TYPES.iter().map(|built_in| &built_in.0);
        if RESERVED_NAMES
            .iter()
            .chain(built_in_names)
            .any(|taken| taken.eq_ignore_ascii_case(name))
        {
            faults.push(format!(
                "{file}: name {name:?} is taken by the server itself; choose another"
            ));
        }
        let built_in_paths = BUILT_IN_TYPES.iter().map(|built_in| &built_in.1);
        if RESERVED_ENDPOINTS
            .iter()
            .chain(built_in_paths)
            .any(|taken| taken.eq_ignore_ascii_case(endpoint))
        {
            faults.push(format!(
                "{file}: endpoint {endpoint:?} is taken by the server itself; choose another"
            ));
        }
        if BUILT_IN
            .iter()
            .any(|built_in| built_in.uri.eq_ignore_ascii_case(schema))
        {
            faults.push(format!(
                "{file}: schema {schema} belongs to a built-in resource type; write one of your own"
            ));
        }
    }
}

/// Every schema that is named is there, once, and every one that is there is named.
fn check_uses(
    schemas: &[SchemaDocument],
    resource_types: &[ResourceTypeDocument],
    faults: &mut Vec<String>,
) {
    let missing = |uri: &str| !known_uris(schemas).any(|known| known.eq_ignore_ascii_case(uri));
    for resource_type in resource_types {
        let ResourceTypeDocument {
            file,
            schema,
            extensions,
            ..
        } = resource_type;
        if missing(schema) {
            faults.push(format!(
                "{file}: schema {schema} has no document; add one, or correct the URN"
            ));
        }
        for (index, (uri, _)) in extensions.iter().enumerate() {
            if missing(uri) {
                faults.push(format!(
                    "{file}: schemaExtensions names {uri}, which has no document; add one, or correct the URN"
                ));
            }
            if extensions
                .iter()
                .take(index)
                .any(|(other, _)| other.eq_ignore_ascii_case(uri))
            {
                faults.push(format!(
                    "{file}: schemaExtensions names {uri} twice; leave one out"
                ));
            }
            let is_core = |core: &str| core.eq_ignore_ascii_case(uri);
            let built_in_core = BUILT_IN_TYPES.iter().any(|built_in| is_core(built_in.2));
            if built_in_core || resource_types.iter().any(|other| is_core(&other.schema)) {
                faults.push(format!(
                    "{file}: schemaExtensions names {uri}, which is the schema of a resource type; an extension has a \
                     schema of its own"
                ));
            }
        }
    }
    for schema in schemas {
        let named = |resource_type: &ResourceTypeDocument| {
            let extensions = resource_type.extensions.iter().map(|(uri, _)| uri);
            extensions
                .chain([&resource_type.schema])
                .any(|uri| uri.eq_ignore_ascii_case(&schema.uri))
        };
        if !resource_types.iter().any(named) {
            faults.push(format!(
                "{}: no resource type names {}; write it as schema or among the schemaExtensions of a document in \
                 the folder resource_types, or delete the file",
                schema.file, schema.uri
            ));
        }
    }
}

/// `referenceTypes` are `external`, `uri` or names of resource types (§7).
fn check_references(
    schema: &SchemaDocument,
    attributes: &[AttributeDocument],
    resource_types: &[ResourceTypeDocument],
    faults: &mut Vec<String>,
) {
    for attribute in attributes {
        for name in &attribute.reference_types {
            let built_in = BUILT_IN_TYPES.iter().map(|built_in| built_in.0);
            let own = resource_types
                .iter()
                .map(|resource_type| resource_type.name.as_str());
            if !["external", "uri"]
                .into_iter()
                .chain(built_in)
                .chain(own)
                .any(|known| known == name)
            {
                faults.push(format!(
                    "{}: attribute {}: referenceTypes names {name:?}; write external, uri or the name of a resource type",
                    schema.file, attribute.name
                ));
            }
        }
        check_references(schema, &attribute.sub_attributes, resource_types, faults);
    }
}
