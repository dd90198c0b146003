//! The core Group schema (RFC 7643 §4.2).

use crate::schema::{Attribute, Mutability, Schema, Uniqueness};

/// `urn:ietf:params:scim:schemas:core:2.0:Group`.
pub static GROUP: Schema = Schema {
    uri: "urn:ietf:params:scim:schemas:core:2.0:Group",
    name: "Group",
    description: "Group",
    attributes: &ATTRIBUTES,
};

static ATTRIBUTES: [Attribute; 2] = [
    // RFC 7643 §8.7.1 says uniqueness none; Entra ID and Okta both take a group's name as its
    // identity and expect 409 for a second one, so this server holds it unique and tells so.
    Attribute::string(
        "displayName",
        "A human-readable name for the Group. REQUIRED.",
    )
    .required()
    .unique(Uniqueness::Server)
    .trimmed(),
    Attribute::complex("members", "A list of members of the Group.", &MEMBER)
        .multi_valued()
        .linked(),
];

static MEMBER: [Attribute; 4] = [
    Attribute::string("value", "Identifier of the member of this Group.")
        .case_exact()
        .mutability(Mutability::Immutable),
    Attribute::reference(
        "$ref",
        "The URI corresponding to a SCIM resource that is a member of this Group.",
        &["User", "Group"],
    )
    .mutability(Mutability::Immutable),
    Attribute::string(
        "type",
        "A label indicating the type of resource, e.g., 'User' or 'Group'.",
    )
    .canonical(&["User", "Group"])
    .mutability(Mutability::Immutable),
    // §8.7.1 does not print it, §2.4 has it among the sub-attributes that multi-valued attributes
    // have, and §8.4 shows it. What it is called is the member's own (its displayName, a user's
    // userName where there is none), so it is the server's to tell and read-only: it follows the
    // member's name, and what a client sends (Okta does) is passed over.
    Attribute::string("display", "The display name of the member").mutability(Mutability::ReadOnly),
];
