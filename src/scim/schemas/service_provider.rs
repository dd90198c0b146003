//! The schemas of what the server tells of itself (RFC 7643 §5, §6, §7 and §8.7.2, RFC 9865 §4).
//!
//! `discovery` and `config` write these resources; no client can change them, so all of it is
//! read-only.

use crate::schema::{Attribute, Mutability, Returned, Schema};

/// `urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig`.
pub static SERVICE_PROVIDER_CONFIG: Schema = Schema {
    uri: "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig",
    name: "Service Provider Configuration",
    description: "Schema for representing the service provider's configuration",
    attributes: &CONFIG,
};

/// `urn:ietf:params:scim:schemas:core:2.0:ResourceType`.
pub static RESOURCE_TYPE: Schema = Schema {
    uri: "urn:ietf:params:scim:schemas:core:2.0:ResourceType",
    name: "ResourceType",
    description: "Specifies the schema that describes a SCIM resource type",
    attributes: &TYPE,
};

/// `urn:ietf:params:scim:schemas:core:2.0:Schema`.
pub static SCHEMA: Schema = Schema {
    uri: "urn:ietf:params:scim:schemas:core:2.0:Schema",
    name: "Schema",
    description: "Specifies the schema that describes a SCIM schema",
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

const SUPPORTED: Attribute = flag(
    "supported",
    "A Boolean value specifying whether or not the operation is supported.",
)
.required();

static CONFIG: [Attribute; 9] = [
    address(
        "documentationUri",
        "An HTTP-addressable URL pointing to the service provider's human-consumable help \
         documentation.",
        &["external"],
    ),
    parts(
        "patch",
        "A complex type that specifies PATCH configuration options.",
        &SUPPORT,
    )
    .required(),
    parts(
        "bulk",
        "A complex type that specifies bulk configuration options.",
        &BULK,
    )
    .required(),
    parts(
        "filter",
        "A complex type that specifies FILTER options.",
        &FILTER,
    )
    .required(),
    parts(
        "changePassword",
        "A complex type that specifies configuration options related to changing a password.",
        &SUPPORT,
    )
    .required(),
    parts(
        "sort",
        "A complex type that specifies sort result options.",
        &SUPPORT,
    )
    .required(),
    parts("etag", "Versions of resources", &SUPPORT).required(),
    parts("pagination", "Pages of a list", &PAGINATION),
    parts(
        "authenticationSchemes",
        "A complex type that specifies supported authentication scheme properties.",
        &AUTHENTICATION_SCHEME,
    )
    .multi_valued()
    .required(),
];

static SUPPORT: [Attribute; 1] = [SUPPORTED];

static BULK: [Attribute; 3] = [
    SUPPORTED,
    number(
        "maxOperations",
        "An integer value specifying the maximum number of operations.",
    )
    .required(),
    number(
        "maxPayloadSize",
        "An integer value specifying the maximum payload size in bytes.",
    )
    .required(),
];

static FILTER: [Attribute; 2] = [
    SUPPORTED,
    number(
        "maxResults",
        "An integer value specifying the maximum number of resources returned in a response.",
    )
    .required(),
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
    text(
        "name",
        "The common authentication scheme name, e.g., HTTP Basic.",
    )
    .required(),
    text("description", "A description of the authentication scheme.").required(),
    address(
        "specUri",
        "An HTTP-addressable URL pointing to the authentication scheme's specification.",
        &["external"],
    ),
    address(
        "documentationUri",
        "An HTTP-addressable URL pointing to the authentication scheme's usage documentation.",
        &["external"],
    ),
    flag("primary", "Whether this is the preferred scheme"),
];

static TYPE: [Attribute; 6] = [
    text(
        "id",
        "The resource type's server unique id. May be the same as the 'name' attribute.",
    )
    .returned(Returned::Always),
    text(
        "name",
        "The resource type name.  When applicable, service providers MUST specify the name, e.g., \
         'User'.",
    )
    .required(),
    text(
        "description",
        "The resource type's human-readable description.  When applicable, service providers MUST \
         specify the description.",
    ),
    address(
        "endpoint",
        "The resource type's HTTP-addressable endpoint relative to the Base URL, e.g., '/Users'.",
        &["uri"],
    )
    .required(),
    address(
        "schema",
        "The resource type's primary/base schema URI.",
        &["uri"],
    )
    .required(),
    parts(
        "schemaExtensions",
        "A list of URIs of the resource type's schema extensions.",
        &SCHEMA_EXTENSION,
    )
    .multi_valued(),
];

static SCHEMA_EXTENSION: [Attribute; 2] = [
    address("schema", "The URI of a schema extension.", &["uri"]).required(),
    flag(
        "required",
        "A Boolean value that specifies whether or not the schema extension is required for the \
         resource type.  If true, a resource of this type MUST include this schema extension and \
         also include any attributes declared as required in this schema extension. If false, a \
         resource of this type MAY omit this schema extension.",
    )
    .required(),
];

static SCHEMA_ATTRIBUTES: [Attribute; 4] = [
    text(
        "id",
        "The unique URI of the schema. When applicable, service providers MUST specify the URI.",
    )
    .required()
    .returned(Returned::Always),
    text(
        "name",
        "The schema's human-readable name.  When applicable, service providers MUST specify the \
         name, e.g., 'User'.",
    )
    .required(),
    text(
        "description",
        "The schema's human-readable name.  When applicable, service providers MUST specify the \
         name, e.g., 'User'.",
    ),
    parts(
        "attributes",
        "A complex attribute that includes the attributes of a schema.",
        &ATTRIBUTE,
    )
    .multi_valued()
    .required(),
];

const NAME: Attribute = text("name", "The attribute's name.")
    .case_exact()
    .required();
const KIND: Attribute = text(
    "type",
    "The attribute's data type. Valid values include 'string', 'complex', 'boolean', \
         'decimal', 'integer', 'dateTime', 'reference'.",
)
.required()
.canonical(&[
    "string",
    "boolean",
    "decimal",
    "integer",
    "dateTime",
    "binary",
    "reference",
    "complex",
]);
const MULTI_VALUED: Attribute = flag(
    "multiValued",
    "A Boolean value indicating an attribute's plurality.",
)
.required();
const DESCRIPTION: Attribute = text(
    "description",
    "A human-readable description of the attribute.",
)
.case_exact();
const REQUIRED: Attribute = flag(
    "required",
    "A boolean value indicating whether or not the attribute is required.",
);
const CANONICAL_VALUES: Attribute = text(
    "canonicalValues",
    "A collection of canonical values.  When applicable, service providers MUST specify the \
         canonical types, e.g., 'work', 'home'.",
)
.case_exact()
.multi_valued();
const CASE_EXACT: Attribute = flag(
    "caseExact",
    "A Boolean value indicating whether or not a string attribute is case sensitive.",
);
const MUTABILITY: Attribute = text(
    "mutability",
    "Indicates whether or not an attribute is modifiable.",
)
.case_exact()
.canonical(&["readOnly", "readWrite", "immutable", "writeOnly"]);
const RETURNED: Attribute = text(
    "returned",
    "Indicates when an attribute is returned in a response (e.g., to a query).",
)
.case_exact()
.canonical(&["always", "never", "default", "request"]);
const UNIQUENESS: Attribute = text("uniqueness", "Indicates how unique a value must be.")
    .case_exact()
    .canonical(&["none", "server", "global"]);
const REFERENCE_TYPES: Attribute = text(
    "referenceTypes",
    "Used only with an attribute of type 'reference'.  Specifies a SCIM resourceType that a \
     reference attribute MAY refer to, e.g., 'User'.",
)
.case_exact()
.multi_valued();

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
    // The one complex part of a complex attribute in all of SCIM: this schema describes the others
    // (§8.7.2).
    parts(
        "subAttributes",
        "Used to define the sub-attributes of a complex attribute.",
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
