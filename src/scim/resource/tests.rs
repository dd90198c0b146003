//! Bodies of POST and PUT: RFC 7643 §2, §3, RFC 7644 §3.3, §3.5.1, and what providers send.
#![expect(
    clippy::needless_pass_by_value,
    reason = "helpers take what `json!` makes"
)]

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::{format, string::String, string::ToString, vec::Vec};

use super::{Resource, check_required, replace, set_schemas, unique_values};
use crate::error::Error;
use crate::fold::fold;
use crate::habit::Habits;
use crate::resource_type::{Extension, GROUP_TYPE, ResourceType, USER_TYPE};
use crate::schema::{Attribute, Mutability, Returned, Schema};
use crate::schemas::enterprise_user::ENTERPRISE_USER;

pub(crate) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
pub(crate) const WORKPLACE: &str = "urn:example:params:scim:schemas:extension:workplace:2.0:User";
const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

/// A type with what the shipped schemas have not: a required extension, parts that are immutable,
/// always returned or returned on request.
pub(crate) static TOY: ResourceType = ResourceType {
    name: "Toy",
    endpoint: "/Toys",
    description: "A type for tests",
    schema: &TOY_SCHEMA,
    extensions: &[Extension {
        schema: &ENTERPRISE_USER,
        required: true,
    }],
};

static TOY_SCHEMA: Schema = Schema {
    uri: "urn:toy",
    name: "Toy",
    description: "A schema for tests",
    attributes: &TOY_ATTRIBUTES,
};

static TOY_ATTRIBUTES: [Attribute; 3] = [
    Attribute::complex("box", "A box", &TOY_PARTS),
    Attribute::complex("boxes", "Boxes", &TOY_PARTS).multi_valued(),
    Attribute::string("tags", "Tags")
        .multi_valued()
        .mutability(Mutability::Immutable),
];

static TOY_PARTS: [Attribute; 4] = [
    Attribute::string("value", "What is in it"),
    Attribute::string("serial", "Its number").mutability(Mutability::Immutable),
    Attribute::string("label", "Its label").returned(Returned::Always),
    Attribute::string("note", "A note").returned(Returned::Request),
];

pub(crate) fn device() -> &'static ResourceType {
    ResourceType::by_name("Device").unwrap()
}

/// Any JSON, with the names that matter often among its keys.
pub(crate) fn any_json() -> impl Strategy<Value = Value> {
    let names = std::vec![
        "userName",
        "NAME",
        "name.givenName",
        "emails",
        "value",
        "primary",
        "type",
        "active",
        "schemas",
        "members",
        "groups",
        "password",
        "$ref",
        "displayName",
        "id",
        "meta",
        "Operations",
        "op",
        "path",
        "manager",
        ENTERPRISE,
        WORKPLACE,
        CORE,
        "desks",
        "languages",
        "floor",
        "since",
        "emails[type eq \"work\"].value",
        "owner",
        "ß.x:",
    ];
    let text = prop_oneof![
        "\\PC{0,8}",
        proptest::sample::select(
            &[
                "",
                "true",
                "False",
                "1",
                "add",
                "Remove",
                "replace",
                "emails.value",
                "2020-01-01T00:00:00Z",
                "members[value eq \"1\"]",
                "members",
                "emails[type eq \"work\"]",
                "name.familyName"
            ][..]
        )
        .prop_map(String::from),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    let key =
        prop_oneof![9 => proptest::sample::select(names).prop_map(String::from), 1 => "\\PC{0,5}"];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            proptest::collection::btree_map(key.clone(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn accept(
    resource_type: &'static ResourceType,
    body: &Value,
) -> (Result<Resource, Error>, Vec<&'static str>) {
    let mut habits = Habits::default();
    (
        Resource::accept(resource_type, body, &mut habits),
        habits.names(),
    )
}

fn map(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

/// A user's attributes beside `schemas` and `userName`: what is stored of them, and the habits
/// noted.
#[track_caller]
fn user(attributes: Value, stored: Value, habits: &[&str]) {
    let mut body = map(json!({ "schemas": [CORE], "userName": "babs" }));
    body.extend(map(attributes));
    let (user, noted) = accept(&USER_TYPE, &Value::Object(body));
    let mut document = user.unwrap().document;
    assert_eq!(document.remove("userName"), Some(json!("babs")));
    document.remove("schemas");
    assert_eq!(Value::Object(document), stored);
    assert_eq!(noted, habits);
}

#[track_caller]
fn refused(attributes: Value, words: &str) {
    let mut body = map(json!({ "schemas": [CORE], "userName": "babs" }));
    body.extend(map(attributes));
    assert_eq!(
        accept(&USER_TYPE, &Value::Object(body))
            .0
            .unwrap_err()
            .to_string(),
        words
    );
}

#[test]
fn rfc_7644_3_3_create() {
    let body = json!({ "schemas": [CORE], "userName": "bjensen", "externalId": "bjensen",
        "name": { "formatted": "Ms. Barbara J Jensen III", "familyName": "Jensen", "givenName": "Barbara" } });
    let (user, habits) = accept(&USER_TYPE, &body);
    assert_eq!(
        user.unwrap(),
        Resource {
            document: map(body),
            ..Resource::default()
        }
    );
    assert!(habits.is_empty());
}

#[test]
fn names_in_any_letter_case() {
    user(
        json!({ "NICKNAME": "B", "Emails": [{ "VALUE": "b@x", "Type": "work" }] }),
        json!({ "nickName": "B", "emails": [{ "value": "b@x", "type": "work" }] }),
        &[],
    );
    user(
        json!({ "NICKNAME": "first", "nickname": "last" }),
        json!({ "nickName": "last" }),
        &[],
    );
    // Of the URIs, too, the last counts.
    user(
        json!({ "SCHEMAS": ["urn:ietf:params:scim:schemas:core:2.0:Group"] }),
        json!({}),
        &[],
    );
    user(
        json!({ "NICKNAME": "first", "nickname": null }),
        json!({}),
        &[],
    );
    user(
        json!({ ENTERPRISE.to_uppercase(): { "DEPARTMENT": "D" } }),
        json!({ ENTERPRISE: { "department": "D" } }),
        &[],
    );
}

#[test]
fn what_is_not_the_clients_is_ignored() {
    user(
        json!({ "id": "1", "meta": { "resourceType": "User" }, "shoeSize": 42, "urn:x:y": { "a": 1 } }),
        json!({}),
        &["unknown-attribute"],
    );
    user(
        json!({ ENTERPRISE: { "manager": { "managerId": "7", "displayName": "M" } } }),
        json!({ ENTERPRISE: { "manager": { "value": "7" } } }),
        &["read-only-attribute", "onelogin-manager-id"],
    );
    // What SCIM 2 calls it counts.
    user(
        json!({ ENTERPRISE: { "manager": { "managerId": "7", "value": "8" } } }),
        json!({ ENTERPRISE: { "manager": { "value": "8" } } }),
        &["unknown-attribute"],
    );
    user(
        json!({ "password": "t1meMa$heen" }),
        json!({}),
        &["write-only-attribute"],
    );
    refused(
        json!({ "password": { "a": 1 } }),
        "invalidValue: `password` must be a string, not an object",
    );
}

#[test]
fn what_is_left_out_is_told() {
    let body = json!({
        "schemas": [CORE, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/User", "Ada"],
        "userName": "b", "id": "1", "meta": {}, "groups": [{ "value": "g" }], "password": "secret",
        "extensionAttribute1": "x", "name": { "nick": "x" }, "emails": [{ "value": "a", "verified": true }],
        ENTERPRISE: { "shoeSize": 1, "manager": { "value": "m", "office": "x" } }, "urn:acme:2.0:User": { "a": 1 },
        format!("{CORE}:role"): "x", "emails[type eq \"work\"].value": "a@example.com", "Bob's key\r\n": 1,
    });
    let mut habits = Habits::default();
    Resource::accept(&USER_TYPE, &body, &mut habits).unwrap();
    let mut told: Vec<_> = habits.left_out().collect();
    told.sort_unstable();
    let mut expected = [
        "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/User",
        "schemas",
        "extensionAttribute1",
        "name.nick",
        "emails.verified",
        &format!("{ENTERPRISE}:shoeSize"),
        &format!("{ENTERPRISE}:manager.office"),
        "urn:acme:2.0:User",
        &format!("{CORE}:role"),
        "emails.value",
        "Bob?",
        "password",
    ];
    expected.sort_unstable();
    assert_eq!(told, expected);
}

#[test]
fn schemas_of_scim_1() {
    let legacy = "urn:scim:schemas:extension:enterprise:1.0";
    user(
        json!({ "schemas": ["urn:scim:schemas:core:1.0", legacy], "nickName": "B",
            legacy: { "department": "D", "manager": { "managerId": "7" } } }),
        json!({ "nickName": "B", ENTERPRISE: { "department": "D", "manager": { "value": "7" } } }),
        &["onelogin-scim-1-schema", "onelogin-manager-id"],
    );
    user(
        json!({ "urn:scim:schemas:core:1.0": { "nickName": "B" } }),
        json!({ "nickName": "B" }),
        &["onelogin-scim-1-schema", "schema-as-key"],
    );
    user(
        json!({ format!("{legacy}:department"): "D" }),
        json!({ ENTERPRISE: { "department": "D" } }),
        &["onelogin-scim-1-schema", "urn-key"],
    );
}

#[test]
fn a_reference_that_is_no_uri_is_stored() {
    user(
        json!({ "photos": [{ "value": "My Photo.png" }], "profileUrl": "Ada <x>" }),
        json!({ "photos": [{ "value": "My Photo.png" }], "profileUrl": "Ada <x>" }),
        &["reference-is-no-uri"],
    );
    refused(
        json!({ "profileUrl": "a\0b" }),
        "invalidValue: `profileUrl` must be a URI as a string, not one with the character U+0000, which is not stored",
    );
}

#[test]
fn unassigned() {
    user(
        json!({ "nickName": null, "title": "", "emails": [], "name": {}, "roles": null, "photos": "" }),
        json!({}),
        &[],
    );
    user(
        json!({ "name": { "familyName": null, "givenName": "" }, "emails": [{ "value": "" }, null, {}] }),
        json!({}),
        &[],
    );
    user(json!({ ENTERPRISE: null }), json!({}), &[]);
    user(
        json!({ ENTERPRISE: { "manager": { "value": "" } } }),
        json!({}),
        &[],
    );
}

#[test]
fn schemas() {
    let of = |schemas: Value| accept(&USER_TYPE, &json!({ "schemas": schemas, "userName": "b" }));
    let ok = |schemas: Value, habits: &[&str]| {
        let (user, noted) = of(schemas);
        assert_eq!(user.unwrap().document.get("schemas"), Some(&json!([CORE])));
        assert_eq!(noted, habits);
    };
    ok(json!([CORE.to_uppercase()]), &[]);
    ok(json!([CORE, ENTERPRISE]), &[]);
    ok(
        json!([
            CORE,
            "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/User"
        ]),
        &["unknown-schema"],
    );
    ok(
        json!(["urn:ietf:params:scim:schemas:core:2.0"]),
        &["schema-uri-without-type"],
    );
    ok(json!([ENTERPRISE]), &["missing-core-schema"]);
    ok(json!([7]), &["unknown-schema", "missing-core-schema"]);
    ok(
        json!(["urn:scim:schemas:core:1.0"]),
        &["onelogin-scim-1-schema"],
    );
    ok(json!(CORE), &["plain-string-for-schemas"]);
    ok(json!([]), &["missing-schemas"]);
    ok(Value::Null, &["missing-schemas"]);
    let words = format!(
        "invalidSyntax: `schemas` must be an array that names the schema of the resource, {CORE}"
    );
    let other = of(json!([GROUP_TYPE.schema.uri])).0.unwrap_err();
    assert_eq!(
        (other.to_string(), other.attribute()),
        (words, Some("schemas"))
    );
    assert_eq!(
        accept(&USER_TYPE, &json!({ "userName": "b" })).1,
        ["missing-schemas"]
    );
    let (user, _) = accept(
        &USER_TYPE,
        &json!({ "userName": "b", ENTERPRISE: { "division": "D" } }),
    );
    assert_eq!(
        user.unwrap().document.get("schemas"),
        Some(&json!([CORE, ENTERPRISE]))
    );
    assert_eq!(
        accept(&USER_TYPE, &json!([])).0.unwrap_err().to_string(),
        "invalidSyntax: The body must be a JSON object that holds one User"
    );
}

#[test]
fn coerced() {
    user(
        json!({ "active": "False" }),
        json!({ "active": false }),
        &["entra-string-boolean"],
    );
    user(
        json!({ "roles": [{ "primary": "True", "value": "r" }] }),
        json!({ "roles": [{ "primary": true, "value": "r" }] }),
        &["entra-string-boolean"],
    );
    user(
        json!({ "emails": { "value": "a@x" } }),
        json!({ "emails": [{ "value": "a@x" }] }),
        &["onelogin-single-object-for-list"],
    );
    user(
        json!({ "emails": ["a@x"] }),
        json!({ "emails": [{ "value": "a@x" }] }),
        &["plain-string-for-complex"],
    );
    user(
        json!({ "nickName": ["B"] }),
        json!({ "nickName": "B" }),
        &["keycloak-list-for-single-value"],
    );
    user(
        json!({ ENTERPRISE: { "employeeNumber": 701_984 } }),
        json!({ ENTERPRISE: { "employeeNumber": "701984" } }),
        &["number-for-string"],
    );
    user(
        json!({ ENTERPRISE: { "manager": "7" } }),
        json!({ ENTERPRISE: { "manager": { "value": "7" } } }),
        &["entra-plain-string-manager"],
    );
    user(
        json!({ WORKPLACE: { "floor": "3", "languages": "en" } }),
        json!({ WORKPLACE: { "floor": 3, "languages": ["en"] } }),
        &["string-for-number", "onelogin-single-object-for-list"],
    );
    for whole in [
        json!(4.0),
        json!(4e0),
        json!("4.0"),
        json!("4e0"),
        json!(["4"]),
    ] {
        let (user, noted) = accept(
            &USER_TYPE,
            &json!({ "schemas": [CORE], "userName": "b", WORKPLACE: { "floor": whole } }),
        );
        assert_eq!(user.unwrap().document[WORKPLACE]["floor"].to_string(), "4");
        assert!(!noted.is_empty(), "{whole}");
    }
    user(
        json!({ WORKPLACE: { "floor": -40e1 } }),
        json!({ WORKPLACE: { "floor": -400 } }),
        &["decimal-for-integer"],
    );
    user(
        json!({ "emails": [{ "value": "a" }, { "value": "a" }, { "value": "b" }] }),
        json!({ "emails": [{ "value": "a" }, { "value": "b" }] }),
        &[],
    );
}

/// RFC 7643 §2.4: no (type, value) twice.
#[test]
fn twins_are_one_value() {
    let twins = |emails: Value, stored: Value| {
        user(
            json!({ "emails": emails }),
            json!({ "emails": stored }),
            &[],
        );
    };
    twins(
        json!([{ "value": "a", "type": "work" }, { "value": "b" }, { "value": "a", "type": "work", "primary": true }]),
        json!([{ "value": "a", "type": "work", "primary": true }, { "value": "b" }]),
    );
    twins(
        json!([{ "value": "a", "type": "work", "display": "x" }, { "value": "A", "type": "Work", "display": "y" }]),
        json!([{ "value": "A", "type": "Work", "display": "y" }]),
    );
    twins(
        json!([{ "value": "a", "type": "work" }, { "value": "A", "type": "WORK" }]),
        json!([{ "value": "a", "type": "work" }]),
    );
    twins(
        json!([{ "value": "a", "primary": true }, { "value": "a", "primary": true, "display": "d" }]),
        json!([{ "value": "a", "primary": true, "display": "d" }]),
    );
    let apart = json!([{ "value": "a" }, { "value": "a", "type": "work" }, { "value": "a", "type": "home" }, { "type": "home" },
        { "type": "home", "display": "d" }]);
    twins(apart.clone(), apart);
    user(
        json!({ "addresses": [{ "type": "work", "region": "CA" }, { "type": "work", "region": "ca" }, { "type": "work" }] }),
        json!({ "addresses": [{ "type": "work", "region": "CA" }, { "type": "work" }] }),
        &[],
    );
    user(
        json!({ WORKPLACE: { "languages": ["en", "EN", "de", "en"] } }),
        json!({ WORKPLACE: { "languages": ["en", "de"] } }),
        &[],
    );
    // What an immutable part tells apart stays apart.
    let boxes = json!([{ "value": "a", "serial": "1" }, { "value": "a", "serial": "2" }, { "value": "a", "label": "l" },
        { "value": "a", "serial": "2" }]);
    let (toy, _) = accept(
        &TOY,
        &json!({ "schemas": ["urn:toy"], ENTERPRISE: { "division": "D" }, "boxes": boxes }),
    );
    assert_eq!(
        toy.unwrap().document.get("boxes"),
        Some(
            &json!([{ "value": "a", "serial": "1", "label": "l" }, { "value": "a", "serial": "2" }])
        )
    );
}

#[test]
fn refusals_name_the_attribute() {
    refused(
        json!({ "active": "yes" }),
        "invalidValue: `active` must be true or false, not this string",
    );
    refused(
        json!({ "active": 2 }),
        "invalidValue: `active` must be true or false, not this number",
    );
    refused(
        json!({ "title": { "a": 1 } }),
        "invalidValue: `title` must be a string, not an object",
    );
    refused(
        json!({ "nickName": ["a", "b"] }),
        "invalidValue: `nickName` must be a string, not an array",
    );
    refused(
        json!({ "name": ["Babs", "Jensen"] }),
        "invalidValue: `name` must be an object, not an array",
    );
    refused(
        json!({ "emails": [{ "value": { "a": 1 } }] }),
        "invalidValue: `emails.value` must be a string, not an object",
    );
    refused(
        json!({ "emails": [{ "primary": 3 }] }),
        "invalidValue: `emails.primary` must be true or false, not this number",
    );
    refused(
        json!({ "emails": [{ "value": "a", "primary": true }, { "value": "b", "primary": "True" }] }),
        "invalidValue: `emails` has more than one value whose `primary` is true; at most one may be",
    );
    refused(
        json!({ "x509Certificates": [{ "value": "MII*" }] }),
        "invalidValue: `x509Certificates.value` must be a string in base64 (RFC 4648), not this string",
    );
    refused(
        json!({ ENTERPRISE: 7 }),
        &format!(
            "invalidValue: `{ENTERPRISE}` must be an object that holds the attributes of that extension"
        ),
    );
    refused(
        json!({ WORKPLACE: { "floor": 1.5 } }),
        &format!("invalidValue: `{WORKPLACE}:floor` must be a whole number, not this number"),
    );
    for number in [
        json!(1e19),
        json!(9_223_372_036_854_775_808_u64),
        json!(0.1),
    ] {
        refused(
            json!({ WORKPLACE: { "floor": number } }),
            &format!("invalidValue: `{WORKPLACE}:floor` must be a whole number, not this number"),
        );
    }
    refused(
        json!({ WORKPLACE: { "since": "yesterday" } }),
        &format!(
            "invalidValue: `{WORKPLACE}:since` must be a time such as \"2008-01-23T04:56:22Z\" (RFC 3339), not this string"
        ),
    );
    let many: Vec<_> = (0..=1000)
        .map(|n| json!({ "value": n.to_string() }))
        .collect();
    refused(
        json!({ "roles": many }),
        "tooMany: `roles` has more than 1000 values; send it with fewer",
    );
    user(
        json!({ "roles": many[1..] }),
        json!({ "roles": many[1..] }),
        &[],
    );
}

/// A number is a string's value where no digit is lost on the way; the text of the JSON is gone by
/// then.
#[test]
fn numbers_for_strings() {
    for (number, stored) in [
        (json!(0), "0"),
        (json!(-7), "-7"),
        (json!(1.5), "1.5"),
        (json!(-0.25), "-0.25"),
        (json!(123_456_789_012.345), "123456789012.345"),
        (json!(i64::MIN), "-9223372036854775808"),
        (json!(u64::MAX), "18446744073709551615"),
    ] {
        user(
            json!({ ENTERPRISE: { "employeeNumber": number } }),
            json!({ ENTERPRISE: { "employeeNumber": stored } }),
            &["number-for-string"],
        );
    }
    for text in [
        "12345678901234567890123",
        "18446744073709551616",
        "-9223372036854775809",
        "1.2345678901234567890",
        "1e300",
        "1e-7",
    ] {
        refused(
            json!({ ENTERPRISE: { "employeeNumber": crate::json::parse(text).unwrap() } }),
            &format!(
                "invalidValue: `{ENTERPRISE}:employeeNumber` must be a string, not this number, whose digits would not \
                 all be kept: send it in double quotes"
            ),
        );
    }
}

/// What can mean one thing alone is read so, whatever type it came as.
#[test]
fn simple_values_for_others() {
    for (sent, stored, habits) in [
        (
            json!({ "title": true, "nickName": false, "userType": [true] }),
            json!({ "title": "true", "nickName": "false", "userType": "true" }),
            &["boolean-for-string", "keycloak-list-for-single-value"][..],
        ),
        (
            json!({ ENTERPRISE: { "manager": 5 } }),
            json!({ ENTERPRISE: { "manager": { "value": "5" } } }),
            &["entra-plain-string-manager", "number-for-string"],
        ),
        (
            json!({ "roles": [7, true, { "value": true }], "phoneNumbers": 4930 }),
            json!({ "roles": [{ "value": "7" }, { "value": "true" }], "phoneNumbers": [{ "value": "4930" }] }),
            &[
                "onelogin-single-object-for-list",
                "plain-string-for-complex",
                "number-for-string",
                "boolean-for-string",
            ],
        ),
        (
            json!({ "name": "John Doe", "addresses": ["1 Main St"] }),
            json!({ "name": { "formatted": "John Doe" }, "addresses": [{ "formatted": "1 Main St" }] }),
            &["plain-string-for-complex"],
        ),
        (
            json!({ "active": "0", "emails": [{ "value": "a", "primary": 1 }] }),
            json!({ "active": false, "emails": [{ "value": "a", "primary": true }] }),
            &["number-for-boolean"],
        ),
        (
            json!({ "x509Certificates": [
                { "value": "MIID\r\nQzCC\n" },
                { "value": "-----BEGIN CERTIFICATE-----\nMIIE\nQw==\n-----END CERTIFICATE-----" },
            ] }),
            json!({ "x509Certificates": [{ "value": "MIIDQzCC" }, { "value": "MIIEQw==" }] }),
            &["base64-in-lines"],
        ),
    ] {
        user(sent, stored, habits);
    }
    // More than one meaning, or none.
    for more in [
        json!({ "emails": [{ "primary": "yes" }] }),
        json!({ "active": -1 }),
        json!({ "title": ["a", "b"] }),
        json!({ "x509Certificates": 7 }),
        json!({ "x509Certificates": ["-----BEGIN X-----", "not base64!"] }),
        json!({ WORKPLACE: { "floor": true, "since": 5 } }),
    ] {
        assert!(
            accept(&USER_TYPE, &with_name(more.clone())).0.is_err(),
            "{more}"
        );
    }
}

fn with_name(mut body: Value) -> Value {
    body["userName"] = json!("b");
    body
}

/// RFC 7644 §3.3, §3.5.1: ignored, and not without a word.
#[test]
fn what_is_the_servers_is_told() {
    let told = |body: Value| {
        let mut habits = Habits::default();
        Resource::accept(&USER_TYPE, &with_name(body), &mut habits).unwrap();
        habits.left_out().collect::<Vec<_>>().join(", ")
    };
    let place = format!("{ENTERPRISE}:manager.displayName");
    let manager = json!({ "value": "7", "displayName": "M" });
    for (body, path) in [
        (
            json!({ ENTERPRISE: { "manager": manager } }),
            place.as_str(),
        ),
        (
            json!({ "urn:scim:schemas:extension:enterprise:1.0": { "manager": manager } }),
            &place,
        ),
        (json!({ (&place): "M" }), &place),
        (json!({ "groups": [{ "display": "no id" }] }), "groups"),
        (
            json!({ "id": "7", "meta": { "version": "v" }, "groups": [], ENTERPRISE: { "manager": { "displayName": null } } }),
            "",
        ),
    ] {
        assert_eq!(told(body.clone()), path, "{body}");
    }
}

#[test]
fn base64() {
    for good in ["TQ==", "TWE=", "TWFu", "TQ", "TWE", "-_8", "+/8="] {
        assert!(super::coerce::is_base64(good), "{good}");
    }
    for bad in ["T", "TQ=", "TQ===", "TW Fu", "T=Q=", "===="] {
        assert!(!super::coerce::is_base64(bad), "{bad}");
    }
}

#[test]
fn keys_with_paths() {
    user(
        json!({ format!("{ENTERPRISE}:employeeNumber"): "7", "name.givenName": "B", "Name": { "familyName": "J" } }),
        json!({ ENTERPRISE: { "employeeNumber": "7" }, "name": { "familyName": "J", "givenName": "B" } }),
        &["dotted-key", "urn-key"],
    );
    user(
        json!({ format!("{ENTERPRISE}:manager.displayName"): "7", "emails.value": "x", "a.b": 1, ".": 2, ":": 3 }),
        json!({}),
        &["unknown-attribute", "read-only-attribute"],
    );
    user(
        json!({ format!("{CORE}:nickName"): "B" }),
        json!({ "nickName": "B" }),
        &["urn-key"],
    );
    user(
        json!({ format!("{CORE}.nickName"): "B", format!("{ENTERPRISE}.manager.value"): "7", format!("{CORE}s:title"): "T" }),
        json!({ "nickName": "B", ENTERPRISE: { "manager": { "value": "7" } } }),
        &[
            "dot-behind-schema-uri",
            "urn-key",
            "unknown-attribute",
            "dotted-key",
        ],
    );
}

#[test]
fn required() {
    for name in [Value::Null, json!(""), json!([])] {
        let error = accept(&USER_TYPE, &json!({ "schemas": [CORE], "userName": name }))
            .0
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "invalidValue: `userName` is required and must have a value"
        );
    }
    refused(
        json!({ WORKPLACE: { "desks": [{ "type": "fixed" }] } }),
        &format!("invalidValue: `{WORKPLACE}:desks.value` is required and must have a value"),
    );
    assert!(check_required(&GROUP_TYPE, &Map::new()).is_err());
    assert!(check_required(&GROUP_TYPE, &map(json!({ "displayName": "g" }))).is_ok());
}

fn members(members: Value) -> (Result<Option<Vec<String>>, String>, Vec<&'static str>) {
    let (group, habits) = accept(
        &GROUP_TYPE,
        &json!({ "schemas": [GROUP_TYPE.schema.uri], "displayName": "g", "members": members }),
    );
    (
        group
            .map(|group| group.links)
            .map_err(|error| error.to_string()),
        habits,
    )
}

#[track_caller]
fn links(value: Value, ids: &[&str], habits: &[&str]) {
    let expected: Vec<String> = ids.iter().map(ToString::to_string).collect();
    assert_eq!(members(value), (Ok(Some(expected)), habits.to_vec()));
}

#[test]
fn members_are_links() {
    links(
        json!([{ "value": "b", "display": "B" }, { "VALUE": "a", "$ref": null }, { "value": "b" }]),
        &["b", "a"],
        &[],
    );
    links(
        json!([{ "value": "a", "type": "Robot", "extra": { "deep": [1] } }]),
        &["a"],
        &["unknown-attribute"],
    );
    links(json!([]), &[], &[]);
    links(Value::Null, &[], &[]);
    links(json!({ "value": "a" }), &["a"], &["single-member-for-list"]);
    links(
        json!("a"),
        &["a"],
        &["single-member-for-list", "entra-bare-string-member"],
    );
    links(
        json!([{ "$ref": "Users/a" }, { "value": null, "$ref": "https://x/v2/Users/b/" }]),
        &["a", "b"],
        &["keycloak-member-by-ref"],
    );
    for bad in [
        json!([{ "value": 7 }]),
        json!([{ "value": "" }]),
        json!([{}]),
        json!([null]),
        json!([[]]),
        json!(7),
        json!([{ "$ref": "/" }]),
    ] {
        assert_eq!(
            members(bad).0.unwrap_err(),
            "invalidValue: `members[0].value` must be an id, as a string that is not empty"
        );
    }
    let (group, _) = accept(&GROUP_TYPE, &json!({ "displayName": "g" }));
    assert_eq!(group.unwrap().links, None);
    let (user, _) = accept(
        &USER_TYPE,
        &json!({ "userName": "b", "groups": [{ "value": "g" }] }),
    );
    assert_eq!(user.unwrap().links, Some(std::vec!["g".to_string()]));
    // Okta sends back what it read: a group by way of another group is not the client's to give.
    let (user, _) = accept(
        &USER_TYPE,
        &json!({ "userName": "b", "groups": [
            { "value": "g", "type": "direct" }, { "value": "h", "type": "indirect" }, { "value": "i", "TYPE": "Indirect" }] }),
    );
    assert_eq!(user.unwrap().links, Some(std::vec!["g".to_string()]));
    let (user, _) = accept(
        &USER_TYPE,
        &json!({ "userName": "b", "groups": [{ "value": "h", "type": "indirect" }] }),
    );
    assert_eq!(user.unwrap().links, Some(std::vec![]));
    links(json!([{ "value": "a", "type": "indirect" }]), &["a"], &[]);
    let (user, _) = accept(
        &USER_TYPE,
        &json!({ "userName": "b", "groups": [{ "display": "read-only, so ignored" }] }),
    );
    assert_eq!(user.unwrap().links, None);
}

#[track_caller]
fn put(current: Value, next: Value, result: Result<Value, &str>) {
    let mut next = map(next);
    let outcome = replace(device(), &map(current), &mut next, None);
    next.remove("schemas");
    assert_eq!(
        outcome
            .map(|()| Value::Object(next))
            .map_err(|error| error.to_string()),
        result.map_err(ToString::to_string)
    );
}

#[test]
fn rfc_7644_3_5_1_put() {
    put(
        json!({ "serialNumber": "1", "model": "m" }),
        json!({ "serialNumber": "1" }),
        Ok(json!({ "serialNumber": "1" })),
    );
    put(
        json!({ "serialNumber": "1" }),
        json!({ "model": "m" }),
        Ok(json!({ "serialNumber": "1", "model": "m" })),
    );
    put(
        json!({}),
        json!({ "serialNumber": "1" }),
        Ok(json!({ "serialNumber": "1" })),
    );
    put(
        json!({ "serialNumber": "1" }),
        json!({ "serialNumber": "2" }),
        Err("mutability: `serialNumber` is immutable and has a value, so it cannot be changed"),
    );
}

#[test]
fn required_extension() {
    let words =
        format!("invalidValue: The extension `{ENTERPRISE}` is required and must have data");
    assert_eq!(
        accept(&TOY, &json!({ "schemas": ["urn:toy"] }))
            .0
            .unwrap_err()
            .to_string(),
        words
    );
    assert!(
        accept(
            &TOY,
            &json!({ "schemas": ["urn:toy"], ENTERPRISE: { "division": "D" } })
        )
        .0
        .is_ok()
    );
}

#[test]
fn immutable_parts_stay() {
    let current = map(json!({ "box": { "serial": "1", "value": "a" }, "tags": ["x"] }));
    let with = |next: Value| {
        let mut next = map(next);
        let outcome = replace(&TOY, &current, &mut next, None);
        next.remove("schemas");
        outcome.map(|()| Value::Object(next))
    };
    assert_eq!(
        with(json!({ "tags": ["X"] })).unwrap(),
        json!({ "box": { "serial": "1" }, "tags": ["X"] })
    );
    for (next, name) in [
        (json!({ "box": { "serial": "2" } }), "box.serial"),
        (json!({ "tags": ["y"] }), "tags"),
    ] {
        let words =
            format!("mutability: `{name}` is immutable and has a value, so it cannot be changed");
        assert_eq!(with(next).unwrap_err().to_string(), words);
    }
}

#[test]
fn schemas_follow_the_data() {
    let mut document = map(json!({ ENTERPRISE: {}, WORKPLACE: { "floor": 1 } }));
    set_schemas(&USER_TYPE, &mut document);
    assert_eq!(
        Value::Object(document),
        json!({ "schemas": [CORE, WORKPLACE], WORKPLACE: { "floor": 1 } })
    );
}

#[test]
fn unique() {
    let folded = fold(
        &USER_TYPE,
        &map(json!({ "userName": "B", WORKPLACE: { "badge": "A1" } })),
    );
    assert_eq!(
        unique_values(&USER_TYPE, &folded),
        [(format!("{WORKPLACE}:badge"), "a1".to_string())]
    );
    assert_eq!(
        unique_values(device(), &map(json!({ "serialNumber": "S1" }))),
        [(
            format!("{}:serialNumber", device().schema.uri),
            "S1".to_string()
        )]
    );
}

#[test]
fn the_validators_create_body() {
    // The shape of the SCIM Validator's create: every attribute, random words, a string boolean.
    user(
        json!({ "profileUrl": "ROQHEOEENWTS", "roles": [{ "primary": "True", "display": "D", "value": "V", "type": "T" }],
            "addresses": [{ "type": "work", "postalCode": "dk0 2uz", "primary": true }], ENTERPRISE: { "manager": { "value": "B" } } }),
        json!({ "profileUrl": "ROQHEOEENWTS", "roles": [{ "primary": true, "display": "D", "value": "V", "type": "T" }],
            "addresses": [{ "type": "work", "postalCode": "dk0 2uz", "primary": true }], ENTERPRISE: { "manager": { "value": "B" } } }),
        &["entra-string-boolean"],
    );
}

/// Habits whose values are stored as they were sent, so that they are noted each time.
const AS_SENT: [&str; 2] = ["invisible-characters", "reference-is-no-uri"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn accepting_never_panics_and_is_stable(body in any_json(), group in any::<bool>()) {
        let resource_type = if group { &GROUP_TYPE } else { &USER_TYPE };
        let (outcome, _) = accept(resource_type, &body);
        if let Ok(resource) = outcome {
            let again = accept(resource_type, &Value::Object(resource.document.clone()));
            prop_assert_eq!(again.0.unwrap().document, resource.document);
            prop_assert!(again.1.iter().all(|habit| AS_SENT.contains(habit)));
        }
    }

    #[test]
    fn accepted_users_are_stable(body in proptest::collection::btree_map(
        proptest::sample::select(&["NAME", "name.givenName", "emails", "active", ENTERPRISE, WORKPLACE, "roles", "nickName"][..]),
        any_json(), 0..5))
    {
        let mut body: Map<String, Value> = body.into_iter().map(|(key, value)| (key.to_string(), value)).collect();
        body.insert("userName".to_string(), json!("b"));
        if let (Ok(resource), _) = accept(&USER_TYPE, &Value::Object(body)) {
            let again = accept(&USER_TYPE, &Value::Object(resource.document.clone()));
            prop_assert_eq!(again.0.unwrap().document, resource.document);
            prop_assert!(again.1.iter().all(|habit| AS_SENT.contains(habit)));
        }
    }
}
