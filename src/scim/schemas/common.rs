//! The attributes that every resource has, whatever its schemas (RFC 7643 §3.1).

use crate::schema::{Attribute, Mutability, Returned};

/// `schemas`, `id`, `externalId` and `meta`.
pub static COMMON: [Attribute; 4] = [
    Attribute::reference(
        "schemas",
        "The URIs of the schemas that this resource uses",
        &["uri"],
    )
    .multi_valued()
    .required()
    .returned(Returned::Always),
    Attribute::string("id", "The server's unique identifier of the resource")
        .case_exact()
        .mutability(Mutability::ReadOnly)
        .returned(Returned::Always),
    Attribute::string("externalId", "The client's identifier of the resource").case_exact(),
    Attribute::complex("meta", "What the server knows of the resource", &META)
        .mutability(Mutability::ReadOnly),
];

static META: [Attribute; 5] = [
    Attribute::string("resourceType", "The name of the resource type")
        .case_exact()
        .mutability(Mutability::ReadOnly),
    Attribute::date_time("created", "When the resource was created")
        .mutability(Mutability::ReadOnly),
    Attribute::date_time("lastModified", "When the resource last changed")
        .mutability(Mutability::ReadOnly),
    Attribute::reference("location", "The address of the resource", &["uri"])
        .mutability(Mutability::ReadOnly),
    Attribute::string("version", "The version of the resource, equal to its ETag")
        .case_exact()
        .mutability(Mutability::ReadOnly),
];
