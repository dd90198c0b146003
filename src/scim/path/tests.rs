use std::string::{String, ToString};

use super::AttributePath;
use crate::error::ScimType;
use crate::habit::Habits;
use crate::resource_type::{Extension, GROUP_TYPE, ResourceType, USER_TYPE};
use crate::schema::{Attribute, Schema};

pub(crate) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// Reads a path and says where it lands in a resource type.
fn lands(text: &str, resource_type: &'static ResourceType) -> (Option<String>, Habits) {
    let mut habits = Habits::default();
    let path = AttributePath::parse(text).unwrap();
    let location = path.bind(resource_type, &mut habits);
    (location.map(|location| location.to_string()), habits)
}

#[track_caller]
fn binds(text: &str, expected: &str) {
    let (location, habits) = lands(text, &USER_TYPE);
    assert_eq!(location.as_deref(), Some(expected), "{text}");
    assert_eq!(habits.names(), [""; 0], "{text}");
}

#[track_caller]
fn names_nothing(text: &str) {
    assert_eq!(lands(text, &USER_TYPE).0, None, "{text}");
}

#[track_caller]
fn splits(text: &str, uri: Option<&str>, name: &str, sub: Option<&str>) {
    let path = AttributePath::parse(text).unwrap();
    let parts = (path.uri.as_deref(), path.name.as_str(), path.sub.as_deref());
    assert_eq!(parts, (uri, name, sub), "{text}");
    assert_eq!(path.to_string(), text.trim());
}

#[track_caller]
fn malformed(text: &str, detail: &str) {
    let error = AttributePath::parse(text).unwrap_err();
    assert_eq!(
        (error.scim_type(), error.detail()),
        (ScimType::InvalidPath, detail)
    );
}

#[test]
fn split_at_the_last_colon() {
    splits("userName", None, "userName", None);
    splits(" name.familyName ", None, "name", Some("familyName"));
    splits("members.$ref", None, "members", Some("$ref"));
    splits("$ref", None, "$ref", None);
    splits(
        &std::format!("{ENTERPRISE}:manager.displayName"),
        Some(ENTERPRISE),
        "manager",
        Some("displayName"),
    );
    splits(
        ENTERPRISE,
        Some("urn:ietf:params:scim:schemas:extension:enterprise:2.0"),
        "User",
        None,
    );
    splits(
        "urn:example:params:2.0",
        Some("urn:example:params"),
        "2.0",
        None,
    );
    splits(
        "urn:example:params:v2.0",
        Some("urn:example:params"),
        "v2.0",
        None,
    );
    splits(
        "http://example.com/schemas/hr:age",
        Some("http://example.com/schemas/hr"),
        "age",
        None,
    );
}

#[test]
fn malformed_attribute_paths() {
    malformed(
        "",
        "path '': expected an attribute name at character 1, found the end",
    );
    malformed(
        "  ",
        "path '  ': expected an attribute name at character 3, found the end",
    );
    malformed(
        "9lives",
        "path '9lives': expected an attribute name at character 1, found '9lives'",
    );
    malformed(
        ".value",
        "path '.value': expected an attribute name at character 1, found '.value'",
    );
    malformed(
        "a.b.c",
        "path 'a.b.c': expected an attribute name at character 1, found 'a.b.c'",
    );
    malformed(
        "näme",
        "path 'näme': expected an attribute name at character 1, found 'näme'",
    );
    malformed(
        ":userName",
        "path ':userName': expected an attribute name at character 1, found ':userName'",
    );
    malformed(
        "urn:x:",
        "path 'urn:x:': expected an attribute name at character 1, found 'urn:x:'",
    );
    malformed(
        "name familyName",
        "path 'name familyName': expected the end at character 6, found 'familyName'",
    );
    malformed(
        "emails[x]",
        "path 'emails[x]': expected the end at character 7, found '['",
    );
    malformed(
        "(name)",
        "path '(name)': expected an attribute name at character 1, found '('",
    );
}

#[test]
fn identity_ignores_letter_case_and_place() {
    let path = |text| AttributePath::parse(text).unwrap();
    assert_eq!(path("NAME.familyname"), path("   name.familyName"));
    assert_ne!(path("name.familyName"), path("name"));
    assert_ne!(path("urn:x:name"), path("name"));
}

#[test]
fn binds_to_user() {
    binds("userName", "userName");
    binds("USERNAME", "userName");
    binds("name.givenname", "name.givenName");
    binds("emails.value", "emails.value");
    binds("groups.$ref", "groups.$ref");
    binds("id", "id");
    binds("externalid", "externalId");
    binds("schemas", "schemas");
    binds("meta.lastModified", "meta.lastModified");
    binds(
        "urn:ietf:params:scim:schemas:core:2.0:User:userName",
        "userName",
    );
    binds(
        "URN:IETF:params:scim:schemas:core:2.0:user:name.givenName",
        "name.givenName",
    );
    binds(
        "urn:ietf:params:scim:schemas:core:2.0:User:meta.created",
        "meta.created",
    );
    let department = std::format!("{ENTERPRISE}:department");
    binds(&department, &department);
    binds(&department.to_uppercase(), &department);
    let manager = std::format!("{ENTERPRISE}:manager.value");
    binds(&manager, &manager);
}

#[test]
fn names_nothing_of_user() {
    names_nothing("shoeSize");
    names_nothing("name.shoeSize");
    names_nothing("userName.value");
    names_nothing("members");
    names_nothing(ENTERPRISE);
    names_nothing("urn:ietf:params:scim:schemas:core:2.0:Group:displayName");
    names_nothing("urn:ietf:params:scim:schemas:core:2.0:User:department");
    names_nothing("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:userName");
    names_nothing("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:id");
    names_nothing("urn:example:unknown:userName");
}

#[test]
fn extension_attribute_without_urn() {
    let (location, habits) = lands("Manager.value", &USER_TYPE);
    assert_eq!(location, Some(std::format!("{ENTERPRISE}:manager.value")));
    assert_eq!(habits.names(), ["entra-extension-attribute-without-urn"]);
    names_nothing("manager.shoeSize");
    assert_eq!(lands("manager", &GROUP_TYPE).0, None);
}

static BADGE: Schema = Schema {
    uri: "urn:example:params:2.0",
    name: "Badge",
    description: "",
    attributes: &[
        Attribute::string("department", ""),
        Attribute::string("colour", ""),
        Attribute::string("list", "").multi_valued(),
        Attribute::string("title", ""),
    ],
};
static LAMP: Schema = Schema {
    uri: "urn:example:lamp.bright",
    name: "Lamp",
    description: "",
    attributes: &[
        Attribute::string("department", ""),
        Attribute::integer("watts", "").multi_valued(),
    ],
};
pub(crate) static EXTENDED: ResourceType = ResourceType {
    name: "Extended",
    endpoint: "/Extended",
    description: "",
    schema: USER_TYPE.schema,
    extensions: &[
        Extension {
            schema: &BADGE,
            required: false,
        },
        Extension {
            schema: &LAMP,
            required: false,
        },
    ],
};

#[test]
fn several_extensions() {
    // Two extensions have it: neither is meant.
    assert_eq!(lands("department", &EXTENDED).0, None);
    assert_eq!(
        lands("colour", &EXTENDED).0.as_deref(),
        Some("urn:example:params:2.0:colour")
    );
    // The core schema has it: that is meant.
    assert_eq!(lands("title", &EXTENDED).0.as_deref(), Some("title"));
}

#[track_caller]
fn extension(text: &str, expected: Option<&str>) {
    let found = AttributePath::parse(text)
        .unwrap()
        .bind_extension(&EXTENDED);
    assert_eq!(found.map(|schema| schema.name), expected, "{text}");
}

#[test]
fn whole_extensions() {
    extension("urn:example:params:2.0", Some("Badge"));
    extension("URN:Example:params:2.0", Some("Badge"));
    extension("urn:example:lamp.bright", Some("Lamp"));
    extension("urn:example:lamp", None);
    extension("urn:example:params:2.0:colour", None);
    extension("urn:example:params", None);
    extension("params", None);
}
