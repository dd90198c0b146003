//! The core Group schema (RFC 7643 §4.2).

use crate::schema::{Attribute, Mutability, Schema, Uniqueness};

/// `urn:ietf:params:scim:schemas:core:2.0:Group`.
pub static GROUP: Schema = Schema {
    uri: "urn:ietf:params:scim:schemas:core:2.0:Group",
    name: "Group",
    description: "A team: a named set of users and of other groups",
    attributes: &ATTRIBUTES,
};

static ATTRIBUTES: [Attribute; 2] = [
    // RFC 7643 §8.7.1 says uniqueness none; Entra ID and Okta both take a group's name as its identity and expect
    // 409 for a second one, so this server holds it unique and tells so.
    Attribute::string("displayName", "The name of the group, unique among groups")
        .required()
        .unique(Uniqueness::Server)
        .trimmed(),
    Attribute::complex("members", "The members of the group", &MEMBER)
        .multi_valued()
        .linked(),
];

static MEMBER: [Attribute; 4] = [
    Attribute::string("value", "The id of the member")
        .case_exact()
        .mutability(Mutability::Immutable),
    Attribute::reference("$ref", "The address of the member", &["User", "Group"])
        .mutability(Mutability::Immutable),
    Attribute::string("type", "The resource type of the member")
        .canonical(&["User", "Group"])
        .mutability(Mutability::Immutable),
    Attribute::string("display", "The display name of the member").mutability(Mutability::ReadOnly),
];
