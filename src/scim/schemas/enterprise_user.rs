//! The enterprise User extension (RFC 7643 §4.3).

use crate::schema::{Attribute, Mutability, Schema};

/// `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User`.
pub static ENTERPRISE_USER: Schema = Schema {
    uri: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    name: "EnterpriseUser",
    description: "What an enterprise knows of a user",
    attributes: &ATTRIBUTES,
};

static ATTRIBUTES: [Attribute; 6] = [
    Attribute::string(
        "employeeNumber",
        "The number that the organisation gave the person",
    ),
    Attribute::string("costCenter", "The name of a cost centre"),
    Attribute::string("organization", "The name of an organisation"),
    Attribute::string("division", "The name of a division"),
    Attribute::string("department", "The name of a department"),
    Attribute::complex("manager", "The user's manager", &MANAGER),
];

static MANAGER: [Attribute; 3] = [
    Attribute::string("value", "The id of the manager; it need not exist here").case_exact(),
    Attribute::reference("$ref", "The address of the manager", &["User"]),
    Attribute::string("displayName", "The display name of the manager")
        .mutability(Mutability::ReadOnly),
];
