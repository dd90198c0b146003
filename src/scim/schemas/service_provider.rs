//! The schemas of what the server tells of itself (RFC 7643 §5, §6, §7 and §8.7.2, RFC 9865 §4).
//!
//! `discovery` and `config` write these resources; no client can change them, so all of it is read-only.

use crate::schema::{Attribute, Mutability, Returned, Schema};

/// `urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig`.
pub static SERVICE_PROVIDER_CONFIG: Schema = Schema {
    uri: "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig",
    name: "ServiceProviderConfig",
    description: "What the server can do",
    attributes: &CONFIG,
};

/// `urn:ietf:params:scim:schemas:core:2.0:ResourceType`.
pub static RESOURCE_TYPE: Schema = Schema {
    uri: "urn:ietf:params:scim:schemas:core:2.0:ResourceType",
    name: "ResourceType",
    description: "A kind of resource and where it is",
    attributes: &TYPE,
};

/// `urn:ietf:params:scim:schemas:core:2.0:Schema`.
pub static SCHEMA: Schema = Schema {
    uri: "urn:ietf:params:scim:schemas:core:2.0:Schema",
    name: "Schema",
    description: "A set of attributes and their characteristics",
    attributes: &SCHEMA_ATTRIBUTES,
};

const fn text(name: &'static str, description: &'static str) -> Attribute {
    Attribute::string(name, description).mutability(Mutability::ReadOnly)
}

const fn flag(name: &'static str, description: &'static str) -> Attribute {
    Attribute::boolean(name, description).mutability(Mutability::ReadOnly)
}

const fn number(name: &'static str, description: &'static str) -> Attribute {
    Attribute::integer(name, description).mutability(Mutability::ReadOnly)
}

const fn address(
    name: &'static str,
    description: &'static str,
    types: &'static [&'static str],
) -> Attribute {
    Attribute::reference(name, description, types).mutability(Mutability::ReadOnly)
}

const fn parts(
    name: &'static str,
    description: &'static str,
    parts: &'static [Attribute],
) -> Attribute {
    Attribute::complex(name, description, parts).mutability(Mutability::ReadOnly)
}

const SUPPORTED: Attribute = flag("supported", "Whether the server does it").required();

static CONFIG: [Attribute; 9] = [
    address(
        "documentationUri",
        "The address of documentation for people",
        &["external"],
    ),
    parts("patch", "PATCH", &SUPPORT).required(),
    parts("bulk", "Bulk requests", &BULK).required(),
    parts("filter", "Filters", &FILTER).required(),
    parts("changePassword", "Changing passwords", &SUPPORT).required(),
    parts("sort", "Sorting", &SUPPORT).required(),
    parts("etag", "Versions of resources", &SUPPORT).required(),
    parts("pagination", "Pages of a list", &PAGINATION),
    parts(
        "authenticationSchemes",
        "How a client may authenticate",
        &AUTHENTICATION_SCHEME,
    )
    .multi_valued()
    .required(),
];

static SUPPORT: [Attribute; 1] = [SUPPORTED];

static BULK: [Attribute; 3] = [
    SUPPORTED,
    number("maxOperations", "The most operations of one request").required(),
    number("maxPayloadSize", "The most bytes of one request").required(),
];

static FILTER: [Attribute; 2] = [
    SUPPORTED,
    number("maxResults", "The most resources of one reply").required(),
];

static PAGINATION: [Attribute; 6] = [
    flag("cursor", "Whether pages can be asked for by cursor").required(),
    flag("index", "Whether pages can be asked for by index").required(),
    text(
        "defaultPaginationMethod",
        "The way of a request that asks for neither",
    )
    .canonical(&["cursor", "index"]),
    number("defaultPageSize", "The page size without count"),
    number("maxPageSize", "The largest page size"),
    number("cursorTimeout", "The seconds that a cursor is good for"),
];

static AUTHENTICATION_SCHEME: [Attribute; 6] = [
    text("type", "The kind of scheme").required().canonical(&[
        "oauth",
        "oauth2",
        "oauthbearertoken",
        "httpbasic",
        "httpdigest",
    ]),
    text("name", "The name of the scheme").required(),
    text("description", "What the scheme is").required(),
    address("specUri", "The address of its specification", &["external"]),
    address(
        "documentationUri",
        "The address of documentation for people",
        &["external"],
    ),
    flag("primary", "Whether this is the preferred scheme"),
];

static TYPE: [Attribute; 6] = [
    text("id", "The name again").returned(Returned::Always),
    text(
        "name",
        "The name of the resource type, as in meta.resourceType",
    )
    .required(),
    text("description", "What such a resource is"),
    address(
        "endpoint",
        "The path of the endpoint below the base URL",
        &["uri"],
    )
    .required(),
    address(
        "schema",
        "The schema of the attributes at the top of a resource",
        &["uri"],
    )
    .required(),
    parts(
        "schemaExtensions",
        "The schemas of further attributes",
        &SCHEMA_EXTENSION,
    )
    .multi_valued(),
];

static SCHEMA_EXTENSION: [Attribute; 2] = [
    address("schema", "The URI of the extension", &["uri"]).required(),
    flag("required", "Whether every resource must have it").required(),
];

static SCHEMA_ATTRIBUTES: [Attribute; 4] = [
    text("id", "The URI of the schema")
        .required()
        .returned(Returned::Always),
    text("name", "A name for people"),
    text("description", "What the schema describes"),
    parts("attributes", "The attributes", &ATTRIBUTE)
        .multi_valued()
        .required(),
];

const NAME: Attribute = text("name", "The name").case_exact().required();
const KIND: Attribute = text("type", "The data type").required().canonical(&[
    "string",
    "boolean",
    "decimal",
    "integer",
    "dateTime",
    "binary",
    "reference",
    "complex",
]);
const MULTI_VALUED: Attribute = flag("multiValued", "Whether it holds an array").required();
const DESCRIPTION: Attribute = text("description", "What it means");
const REQUIRED: Attribute = flag("required", "Whether a resource must have it");
const CANONICAL_VALUES: Attribute = text("canonicalValues", "Suggested values").multi_valued();
const CASE_EXACT: Attribute = flag("caseExact", "Whether letter case distinguishes values");
const MUTABILITY: Attribute = text("mutability", "When it may be written").canonical(&[
    "readOnly",
    "readWrite",
    "immutable",
    "writeOnly",
]);
const RETURNED: Attribute = text("returned", "When it is part of a reply")
    .canonical(&["always", "never", "default", "request"]);
const UNIQUENESS: Attribute = text("uniqueness", "Whether two resources may share a value")
    .canonical(&["none", "server", "global"]);
const REFERENCE_TYPES: Attribute =
    text("referenceTypes", "What a reference may refer to").multi_valued();

static ATTRIBUTE: [Attribute; 12] = [
    NAME,
    KIND,
    MULTI_VALUED,
    DESCRIPTION,
    REQUIRED,
    CANONICAL_VALUES,
    CASE_EXACT,
    MUTABILITY,
    RETURNED,
    UNIQUENESS,
    REFERENCE_TYPES,
    // The one complex part of a complex attribute in all of SCIM: this schema describes the others (§8.7.2).
    parts(
        "subAttributes",
        "The parts of a complex attribute",
        &SUB_ATTRIBUTE,
    )
    .multi_valued(),
];

static SUB_ATTRIBUTE: [Attribute; 11] = [
    NAME,
    KIND,
    MULTI_VALUED,
    DESCRIPTION,
    REQUIRED,
    CANONICAL_VALUES,
    CASE_EXACT,
    MUTABILITY,
    RETURNED,
    UNIQUENESS,
    REFERENCE_TYPES,
];
