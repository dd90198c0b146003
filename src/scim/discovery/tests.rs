//! The documents against RFC 7643 §6, §7, §8.6 and §8.7, and against the shipped examples.

use alloc::vec::Vec;
use std::string::ToString;

use serde_json::json;

use super::*;
use crate::resource_type::{GROUP_TYPE, USER_TYPE};
use crate::schemas::{enterprise_user::ENTERPRISE_USER, group::GROUP, user::USER};

mod printed;

const BASE: &str = "https://example.com/scim/v2";

/// The attribute of this name of a presented schema.
#[track_caller]
fn row<'a>(attributes: &'a Value, name: &str) -> &'a Value {
    let rows = attributes.as_array().unwrap();
    rows.iter().find(|row| row["name"] == name).unwrap()
}

#[track_caller]
fn is_told(schema_uri: &str, name: &str, expected: &Value) {
    let document = schema(schema_named(schema_uri).unwrap(), BASE);
    assert_eq!(row(&document["attributes"], name), expected);
}

#[test]
fn the_core_schemas_come_first_and_each_once() {
    let uris: Vec<&str> = schemas().map(|schema| schema.uri).collect();
    assert_eq!(&uris[..3], [USER.uri, GROUP.uri, ENTERPRISE_USER.uri]);
    for uri in &uris {
        assert_eq!(
            uris.iter()
                .filter(|other| other.eq_ignore_ascii_case(uri))
                .count(),
            1,
            "{uri}"
        );
    }
}

/// RFC 7644 §4: all supported schemas; and none that neither a resource type nor a discovery
/// document has.
#[test]
fn the_schemas_are_those_of_the_resource_types() {
    for resource_type in ResourceType::all() {
        for used in resource_type.schemas() {
            assert_eq!(schema_named(used.uri), Some(used));
        }
    }
    let own = [&SERVICE_PROVIDER_CONFIG, &RESOURCE_TYPE, &SCHEMA];
    for schema in schemas() {
        let used = ResourceType::all().any(|kind| kind.schemas().any(|used| used == schema));
        assert!(used != own.contains(&schema), "{}", schema.uri);
    }
    assert_eq!(
        schema_named("urn:ietf:params:scim:schemas:core:2.0:Nobody"),
        None
    );
}

/// RFC 7643 §8.7.1: userName.
#[test]
fn a_string_has_the_characteristics_of_7643_7() {
    is_told(
        USER.uri,
        "userName",
        &json!({
            "name": "userName",
            "type": "string",
            "multiValued": false,
            "description": "Unique identifier for the User, typically used by the user to directly authenticate to \
                the service provider. Each User MUST include a non-empty userName value.  This identifier MUST be \
                unique across the service provider's entire set of Users. REQUIRED.",
            "required": true,
            "caseExact": false,
            "mutability": "readWrite",
            "returned": "default",
            "uniqueness": "server",
        }),
    );
}

#[test]
fn a_boolean_has_no_letter_case() {
    let document = schema(&USER, BASE);
    assert_eq!(
        row(&document["attributes"], "active").get("caseExact"),
        None
    );
}

#[test]
fn a_password_is_written_and_never_returned() {
    let document = schema(&USER, BASE);
    let password = row(&document["attributes"], "password");
    assert_eq!(
        (&password["mutability"], &password["returned"]),
        (&json!("writeOnly"), &json!("never"))
    );
}

#[test]
fn a_complex_attribute_tells_its_parts() {
    let document = schema(&USER, BASE);
    let emails = row(&document["attributes"], "emails");
    assert_eq!(emails["multiValued"], true);
    assert_eq!(
        row(&emails["subAttributes"], "type")["canonicalValues"],
        json!(["work", "home", "other"])
    );
    assert_eq!(
        row(&document["attributes"], "userName").get("subAttributes"),
        None
    );
}

#[test]
fn a_reference_tells_what_it_refers_to() {
    let document = schema(&GROUP, BASE);
    let reference = row(
        &row(&document["attributes"], "members")["subAttributes"],
        "$ref",
    );
    assert_eq!(reference["referenceTypes"], json!(["User", "Group"]));
    assert_eq!(reference["caseExact"], true);
}

/// Entra ID's schema discovery stops at a null; RFC 7643 §2.5 says it is the same as nothing.
#[test]
fn nothing_told_is_null_or_empty() {
    let documents = schemas().map(|one| schema(one, BASE));
    for document in documents.chain(ResourceType::all().map(|one| resource_type(one, BASE))) {
        let text = document.to_string();
        for unwanted in [":null", ":[]", ":{}", ":\"\""] {
            assert!(!text.contains(unwanted), "{unwanted} in {text}");
        }
    }
}

/// RFC 7643 §8.6, the User of figure 8.
#[test]
fn a_resource_type_is_that_of_7643_6() {
    let user = resource_type(&USER_TYPE, BASE);
    assert_eq!(
        user["schemas"],
        json!(["urn:ietf:params:scim:schemas:core:2.0:ResourceType"])
    );
    assert_eq!(
        (&user["id"], &user["name"]),
        (&json!("User"), &json!("User"))
    );
    assert_eq!(user["schema"], USER.uri);
    // As §8.6 prints them.
    assert_eq!(user["description"], "User Account");
    let group = resource_type(&GROUP_TYPE, BASE);
    assert_eq!(group["description"], "Group");
    assert_eq!(
        user["meta"],
        json!({ "location": "https://example.com/scim/v2/ResourceTypes/User", "resourceType": "ResourceType" }),
    );
}

#[test]
fn a_type_without_extensions_tells_none() {
    if GROUP_TYPE.extensions.is_empty() {
        assert_eq!(
            resource_type(&GROUP_TYPE, BASE).get("schemaExtensions"),
            None
        );
    }
}

/// What `told` has, `table` describes: every key, and in each object every part.
#[track_caller]
fn is_described(told: &Value, table: &'static [Attribute], place: &str) {
    let Some(object) = told.as_object() else {
        let elements = told.as_array().map_or(&[][..], Vec::as_slice);
        return elements
            .iter()
            .for_each(|element| is_described(element, table, place));
    };
    for (key, value) in object
        .iter()
        .filter(|(key, _)| !["schemas", "meta"].contains(&key.as_str()))
    {
        let row = table.iter().find(|row| row.name == key);
        let row = row.unwrap_or_else(|| panic!("{place}.{key} is not in the schema"));
        assert_eq!(row.multi_valued, value.is_array(), "{place}.{key}");
        let is_type = |value: &Value| match row.kind {
            Type::Boolean => value.is_boolean(),
            Type::Integer => value.is_u64(),
            Type::Complex => value.is_object(),
            Type::String | Type::Reference => value.is_string(),
            Type::Decimal | Type::DateTime | Type::Binary => false,
        };
        let values = value
            .as_array()
            .map_or(core::slice::from_ref(value), Vec::as_slice);
        assert!(values.iter().all(is_type), "{place}.{key}");
        is_described(value, row.sub_attributes, key);
    }
    for row in table.iter().filter(|row| row.required) {
        assert!(object.contains_key(row.name), "{place} has no {}", row.name);
    }
}

#[test]
fn the_discovery_documents_are_as_their_own_schemas_say() {
    // The schema of schemas has parts of parts of parts, and describes two levels (§8.7.2).
    for one in schemas().filter(|one| **one != SCHEMA) {
        is_described(&schema(one, BASE), SCHEMA.attributes, one.uri);
    }
    for one in ResourceType::all() {
        is_described(
            &resource_type(one, BASE),
            RESOURCE_TYPE.attributes,
            one.name,
        );
    }
    let limits = crate::message::config::Limits {
        bulk_max_operations: 1,
        bulk_max_payload_size: 2,
        filter_max_results: 3,
        default_page_size: 4,
        max_page_size: 5,
        cursor_timeout: 6,
    };
    let config = crate::message::config::service_provider_config(&limits, BASE);
    is_described(&config, SERVICE_PROVIDER_CONFIG.attributes, "config");
}
