//! The enterprise User extension (RFC 7643 §4.3).

use crate::schema::{Attribute, Mutability, Schema};

/// `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User`.
pub static ENTERPRISE_USER: Schema = Schema {
    uri: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    name: "EnterpriseUser",
    description: "Enterprise User",
    attributes: &ATTRIBUTES,
};

static ATTRIBUTES: [Attribute; 6] = [
    Attribute::string(
        "employeeNumber",
        "Numeric or alphanumeric identifier assigned to a person, typically based on order of \
         hire or association with an organization.",
    ),
    Attribute::string("costCenter", "Identifies the name of a cost center."),
    Attribute::string("organization", "Identifies the name of an organization."),
    Attribute::string("division", "Identifies the name of a division."),
    Attribute::string("department", "Identifies the name of a department."),
    Attribute::complex(
        "manager",
        "The User's manager.  A complex type that optionally allows service providers to \
         represent organizational hierarchy by referencing the 'id' attribute of another User.",
        &MANAGER,
    ),
];

/// RFC 7643 §4.3 recommends `value` and `$ref` and requires neither, so a manager of whom one alone
/// is sent is stored as sent. No `value` is made of a `$ref`: the address may be another server's,
/// and this one answers under several.
static MANAGER: [Attribute; 3] = [
    Attribute::string(
        "value",
        "The id of the SCIM resource representing the User's manager.  REQUIRED.",
    )
    .case_exact(),
    Attribute::reference(
        "$ref",
        "The URI of the SCIM resource representing the User's manager.  REQUIRED.",
        &["User"],
    ),
    Attribute::string(
        "displayName",
        "The displayName of the User's manager. OPTIONAL and READ-ONLY.",
    )
    .mutability(Mutability::ReadOnly),
];
