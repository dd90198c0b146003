//! The `PatchOp` message, as RFC 7644 §3.5.2 has it and as providers send it.
#![expect(
    clippy::needless_pass_by_value,
    reason = "helpers take what `json!` makes"
)]

use proptest::prelude::*;
use serde_json::{Value, json};
use std::{format, string::String, string::ToString, vec, vec::Vec};

use super::{MAX_OPERATIONS, PATCH_OP, PatchOp};
use crate::error::Error;
use crate::filter::predicate::{Predicate, Test};
use crate::habit::Habits;
use crate::patch::path::Target;
use crate::patch::{LinkOperation, Op, Split, plain_replaces};
use crate::resource::tests::{ENTERPRISE, any_json};
use crate::resource_type::{GROUP_TYPE, ResourceType, USER_TYPE};

fn parse(
    resource_type: &'static ResourceType,
    operations: Value,
) -> (Result<PatchOp, Error>, Vec<&'static str>) {
    let mut habits = Habits::default();
    let body = json!({ "schemas": [PATCH_OP], "Operations": operations });
    (
        PatchOp::parse(resource_type, &body, &mut habits),
        habits.names(),
    )
}

/// One operation on a user, read into lines of `op target = value`.
#[track_caller]
fn reads(operation: Value, lines: &[&str], habits: &[&str]) {
    let (patch, noted) = parse(&USER_TYPE, json!([operation]));
    let show = |operation: &super::Operation| {
        let target = match &operation.target {
            Target::Resource => String::from("resource"),
            Target::Extension(schema) => schema.uri.to_string(),
            Target::Attribute(location) => location.to_string(),
            Target::Elements { of, sub, .. } => {
                format!("{of}[].{}", sub.map_or("", |sub| sub.name))
            }
        };
        let value = operation
            .value
            .as_ref()
            .map_or(String::from("-"), Value::to_string);
        format!("{:?} {target} = {value}", operation.op)
    };
    assert_eq!(
        patch
            .unwrap()
            .operations
            .iter()
            .map(show)
            .collect::<Vec<_>>(),
        lines
    );
    assert_eq!(noted, habits);
}

#[track_caller]
fn refused(operation: Value, words: &str) {
    let (keyword, detail) = words.split_once(": ").unwrap();
    assert_eq!(
        parse(&USER_TYPE, json!([operation]))
            .0
            .unwrap_err()
            .to_string(),
        format!("{keyword}: Operation 1: {detail}")
    );
}

#[track_caller]
fn body_refused(body: Value, words: &str) {
    assert_eq!(
        PatchOp::parse(&USER_TYPE, &body, &mut Habits::default())
            .unwrap_err()
            .to_string(),
        words
    );
}

#[test]
fn the_message() {
    body_refused(
        json!([]),
        "invalidSyntax: The body must be a JSON object: a PatchOp message",
    );
    for (schemas, habit) in [
        (json!([]), "missing-schemas"),
        (json!(null), "missing-schemas"),
        (json!(["urn:x"]), "foreign-patch-schema"),
        (
            json!("urn:ietf:params:scim:schemas:core:2.0:PatchOp"),
            "foreign-patch-schema",
        ),
        (json!(7), "foreign-patch-schema"),
    ] {
        let body =
            json!({ "schemas": schemas, "Operations": [{ "op": "remove", "path": "title" }] });
        let mut habits = Habits::default();
        let patch = PatchOp::parse(&USER_TYPE, &body, &mut habits).unwrap();
        assert_eq!((patch.operations.len(), habits.names()), (1, vec![habit]));
    }
    body_refused(
        json!({ "schemas": [PATCH_OP] }),
        "invalidSyntax: `Operations` must be an array of PATCH operations",
    );
    let many = vec![json!({ "op": "remove", "path": "title" }); MAX_OPERATIONS + 1];
    body_refused(
        json!({ "Operations": many }),
        "tooMany: `Operations` holds more than 10000 operations; send them in several requests",
    );
    let most = json!({ "Operations": many[1..] });
    assert_eq!(
        PatchOp::parse(&USER_TYPE, &most, &mut Habits::default())
            .unwrap()
            .operations
            .len(),
        MAX_OPERATIONS
    );
    let mut habits = Habits::default();
    let any_case = json!({ "SCHEMAS": [PATCH_OP.to_uppercase()], "operations": [{ "OP": "add", "Path": "title", "VALUE": "T" }] });
    assert_eq!(
        PatchOp::parse(&USER_TYPE, &any_case, &mut habits)
            .unwrap()
            .operations
            .len(),
        1
    );
    assert!(habits.names().is_empty());
    assert_eq!(
        parse(&USER_TYPE, json!([])),
        (Ok(PatchOp::default()), vec!["entra-empty-operations"])
    );
    assert_eq!(
        parse(&USER_TYPE, json!({ "op": "remove", "path": "title" })).1,
        ["single-operation-for-list"]
    );
}

/// A schema that is not quite one of the type: read where only one meaning is possible.
#[test]
fn misspelt_schemas() {
    let core = USER_TYPE.schema.uri;
    let habit = "dot-behind-schema-uri";
    for path in [
        format!("{core}.active"),
        format!("{core}.ACTIVE").to_uppercase(),
    ] {
        reads(
            json!({ "op": "add", "path": path, "value": true }),
            &["Add active = true"],
            &[habit],
        );
    }
    reads(
        json!({ "op": "replace", "path": format!("{core}.name.givenName"), "value": "B" }),
        &["Replace name.givenName = \"B\""],
        &[habit],
    );
    reads(
        json!({ "op": "replace", "path": format!("{core}.emails[type eq \"work\"].value"), "value": "b" }),
        &["Replace emails[].value = \"b\""],
        &[habit],
    );
    reads(
        json!({ "op": "add", "path": format!("{ENTERPRISE}.department"), "value": "D" }),
        &[&format!("Add {ENTERPRISE}:department = \"D\"")],
        &[habit],
    );
    reads(
        json!({ "op": "add", "value": { format!("{ENTERPRISE}.manager.value"): "7", format!("{core}.title"): "T" } }),
        &[
            "Add title = \"T\"",
            &format!("Add {ENTERPRISE}:manager.value = \"7\""),
        ],
        &[habit, "entra-path-as-key"],
    );
}

#[test]
fn schemas_of_scim_1_and_without_their_type() {
    let core = USER_TYPE.schema.uri;
    let habit = "dot-behind-schema-uri";
    let urn = "urn:ietf:params:scim:schemas";
    let short = "schema-uri-without-type";
    let legacy = "onelogin-scim-1-schema";
    for (path, line, habit) in [
        (
            format!("{urn}:extension:enterprise:2.0:department"),
            format!("{ENTERPRISE}:department"),
            short,
        ),
        (
            format!("{urn}:core:2.0:name.givenName"),
            "name.givenName".to_string(),
            short,
        ),
        (
            format!("{core}:name:givenName"),
            "name.givenName".to_string(),
            habit,
        ),
        (
            format!("{ENTERPRISE}::department"),
            format!("{ENTERPRISE}:department"),
            habit,
        ),
        (
            "URN:scim:schemas:core:1.0:title".to_string(),
            "title".to_string(),
            legacy,
        ),
        (
            "urn:scim:schemas:core:2.0:User:title".to_string(),
            "title".to_string(),
            legacy,
        ),
        (
            "urn:scim:schemas:extension:enterprise:1.0:department".to_string(),
            format!("{ENTERPRISE}:department"),
            legacy,
        ),
        (
            "urn:scim:schemas:extension:enterprise:1.0:manager.value".to_string(),
            format!("{ENTERPRISE}:manager.value"),
            legacy,
        ),
    ] {
        let line = format!("Add {line} = \"x\"");
        reads(
            json!({ "op": "add", "path": path, "value": "x" }),
            &[&line],
            &[habit],
        );
        reads(
            json!({ "op": "add", "value": { path: "x" } }),
            &[&line],
            &[habit, "entra-path-as-key"],
        );
    }
    for (path, habit) in [
        ("urn:scim:schemas:extension:enterprise:1.0", legacy),
        (
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0",
            short,
        ),
    ] {
        reads(
            json!({ "op": "remove", "path": path }),
            &[&format!("Remove {ENTERPRISE} = -")],
            &[habit],
        );
        reads(
            json!({ "op": "add", "value": { path: { "department": "D" } } }),
            &[&format!("Add {ENTERPRISE}:department = \"D\"")],
            &[habit],
        );
    }
    reads(
        json!({ "op": "replace", "path": "urn:scim:schemas:core:1.0", "value": { "active": false } }),
        &["Replace active = false"],
        &[legacy],
    );
}

/// What is left out of an operation that stands alone, in whatever form it comes.
#[track_caller]
fn leaves_out(operation: Value, paths: &[&str]) {
    for op in ["add", "replace"] {
        let mut operation = operation.clone();
        operation["op"] = json!(op);
        let body = json!({ "schemas": [PATCH_OP], "Operations": [operation] });
        let mut habits = Habits::default();
        let patch = PatchOp::parse(&USER_TYPE, &body, &mut habits).unwrap();
        assert_eq!(patch.operations, [], "{operation}");
        assert_eq!(habits.left_out().collect::<Vec<_>>(), paths, "{operation}");
    }
}

#[test]
fn what_no_schema_knows_is_left_out() {
    let core = USER_TYPE.schema.uri;
    for path in [
        "extensionAttribute1".to_string(),
        "title.value".to_string(),
        "name.nick".to_string(),
        "emails.verified".to_string(),
        "custom.field.text".to_string(),
        "name.givenName.first".to_string(),
        format!("{core}:role"),
        format!("{core}s:active"),
        format!("{core}s"),
        format!("{core}.shoeSize"),
        format!("{ENTERPRISE}:shoeSize"),
        format!("{ENTERPRISE}:manager.shoeSize"),
        format!("{ENTERPRISE}s:department"),
        "urn:ietf:params:scim:schemas:core:2.0:Group:displayName".to_string(),
        "urn:ietf:params:scim:schemas:extension:acme:2.0:User:x".to_string(),
        "urn:acme:x".to_string(),
    ] {
        leaves_out(json!({ "path": path, "value": "x" }), &[&path]);
        leaves_out(json!({ "value": { path.as_str(): "x" } }), &[&path]);
        let remove = json!({ "op": "remove", "path": path });
        reads(remove, &[], &["unknown-attribute"]);
    }
    leaves_out(
        json!({ "path": "emails[type eq \"work\"].verified", "value": true }),
        &["emails.verified"],
    );
    leaves_out(
        json!({ "path": "emails[colour eq \"red\"].value", "value": "x" }),
        &["emails.colour"],
    );
    leaves_out(
        json!({ "value": { "emails[colour eq \"red\"].value": "x" } }),
        &["emails.colour"],
    );
    leaves_out(
        json!({ "path": "shoes[type eq \"work\"].value", "value": "x" }),
        &["shoes.value"],
    );
    leaves_out(
        json!({ "path": format!("{core}s:emails[type eq \"work\"].value"), "value": "x" }),
        &[&format!("{core}s:emails.value")],
    );
    leaves_out(
        json!({ "path": "emails", "value": [{ "verified": true }] }),
        &["emails.verified"],
    );
    leaves_out(
        json!({ "path": "emails[type eq \"work\"]", "value": { "verified": true } }),
        &["emails.verified"],
    );
    leaves_out(
        json!({ "path": "name", "value": { "nick": "x" } }),
        &["name.nick"],
    );
    leaves_out(
        json!({ "value": { ENTERPRISE: { "a:b": 1, "c.d": 2 } } }),
        &[&format!("{ENTERPRISE}:a:b"), &format!("{ENTERPRISE}:c.d")],
    );
    leaves_out(
        json!({ "path": format!("{ENTERPRISE}:manager"), "value": { "displayName": "M" } }),
        &[&format!("{ENTERPRISE}:manager.displayName")],
    );
    leaves_out(json!({ "value": { "id": "x", "groups": [] } }), &["groups"]);
    leaves_out(json!({ "path": "password", "value": "x" }), &["password"]);
    leaves_out(
        json!({ "path": "schemas", "value": ["urn:x"] }),
        &["schemas"],
    );
    leaves_out(
        json!({ "value": { "weird key, \r\nX: y": 1 } }),
        &["weird?"],
    );
}

/// Values wrapped once too often.
#[test]
fn wrapped_values() {
    let wrapped = &["wrapped-value"];
    let title = &["Replace title = \"T\""];
    for value in [
        json!({ "value": "T" }),
        json!({ "title": "T" }),
        json!({ "$ref": null, "Value": "T" }),
        json!({ "title": { "value": "T" } }),
    ] {
        reads(
            json!({ "op": "replace", "path": "title", "value": value }),
            title,
            wrapped,
        );
        reads(
            json!({ "op": "replace", "value": { "title": value } }),
            title,
            wrapped,
        );
    }
    reads(
        json!({ "op": "replace", "path": "title", "value": [{ "$ref": null, "value": "T" }] }),
        title,
        &["keycloak-list-for-single-value", "wrapped-value"],
    );
    reads(
        json!({ "op": "replace", "path": "active", "value": { "value": "False" } }),
        &["Replace active = false"],
        &["wrapped-value", "entra-string-boolean"],
    );
    reads(
        json!({ "op": "replace", "value": { "value": { "active": false } } }),
        &["Replace active = false"],
        wrapped,
    );
    for value in [
        json!({ "givenName": "B" }),
        json!({ "name": { "givenName": "B" } }),
    ] {
        reads(
            json!({ "op": "replace", "path": "name.givenName", "value": value }),
            &["Replace name.givenName = \"B\""],
            wrapped,
        );
    }
    reads(
        json!({ "op": "replace", "path": "name", "value": { "name": { "givenName": "B" } } }),
        &["Replace name = {\"givenName\":\"B\"}"],
        wrapped,
    );
    reads(
        json!({ "op": "add", "path": "emails", "value": { "emails": [{ "value": "a" }] } }),
        &["Add emails = [{\"value\":\"a\"}]"],
        wrapped,
    );
    reads(
        json!({ "op": "add", "path": "emails[type eq \"work\"]", "value": { "emails": [{ "value": "a" }] } }),
        &["Add emails[]. = {\"value\":\"a\"}"],
        &["wrapped-value", "keycloak-list-for-single-value"],
    );
    reads(
        json!({ "op": "replace", "path": ENTERPRISE, "value": { ENTERPRISE: { "division": "D" } } }),
        &[&format!("Replace {ENTERPRISE}:division = \"D\"")],
        wrapped,
    );
    reads(
        json!({ "op": "replace", "path": ENTERPRISE, "value": [{ "division": "D" }] }),
        &[&format!("Replace {ENTERPRISE}:division = \"D\"")],
        &["keycloak-list-for-single-value"],
    );
    refused(
        json!({ "op": "replace", "path": "title", "value": { "text": "T" } }),
        "invalidValue: `title` must be a string, not an object",
    );
    refused(
        json!({ "op": "replace", "path": "title", "value": [["T"]] }),
        "invalidValue: `title` must be a string, not an array",
    );
}

/// The operation and the path of a refusal, for a log: no value of the path.
#[test]
fn where_a_refusal_is() {
    for (operation, attribute) in [
        (
            json!({ "op": "replace", "path": "active", "value": "maybe" }),
            Some("active"),
        ),
        (
            json!({ "op": "replace", "value": { "active": "maybe" } }),
            Some("active"),
        ),
        (
            json!({ "op": "replace", "value": { "emails": [{ "value": ["a", "b"] }] } }),
            Some("emails.value"),
        ),
        (
            json!({ "op": "replace", "path": "emails[type eq \"secret\"", "value": "x" }),
            Some("emails?"),
        ),
        (
            json!({ "op": "replace", "path": "emails[type eq \"secret\"].primary", "value": "x" }),
            Some("emails.primary"),
        ),
        (json!({ "op": "add", "path": "title" }), Some("title")),
        (json!({ "op": "move", "path": "title" }), Some("title")),
        (
            json!({ "op": "replace", "path": "id", "value": "x" }),
            Some("id"),
        ),
        (
            json!({ "op": "replace", "path": "userName", "value": "" }),
            Some("userName"),
        ),
    ] {
        let none = json!({ "op": "add", "path": "title", "value": "T" });
        let error = parse(&USER_TYPE, json!([none, operation])).0.unwrap_err();
        assert_eq!(
            (error.operation(), error.attribute()),
            (Some(2), attribute),
            "{operation}"
        );
    }
}

#[test]
fn refusals() {
    refused(
        json!({ "op": "move", "path": "title" }),
        "invalidSyntax: `op` must be \"add\", \"remove\" or \"replace\"",
    );
    refused(
        json!({ "path": "title" }),
        "invalidSyntax: `op` must be \"add\", \"remove\" or \"replace\"",
    );
    refused(
        json!(7),
        "invalidSyntax: an operation must be an object with `op`, `path` and `value`",
    );
    refused(
        json!({ "op": "remove" }),
        "noTarget: \"remove\" needs a `path` that says what to remove; send DELETE to remove the whole resource",
    );
    refused(
        json!({ "op": "remove", "path": null, "value": { "title": 1 } }),
        "noTarget: \"remove\" needs a `path` that says what to remove; send DELETE to remove the whole resource",
    );
    refused(
        json!({ "op": "add", "path": "title" }),
        "invalidValue: `value` is missing; \"add\" and \"replace\" need one",
    );
    refused(
        json!({ "op": "replace", "value": "x" }),
        "invalidValue: `value` must be an object of attributes where there is no `path`",
    );
    refused(
        json!({ "op": "add", "path": 7, "value": 1 }),
        "invalidPath: `path` must be a string",
    );
    // A JSON Pointer is no custom attribute, and what it means is not left out.
    refused(
        json!({ "op": "replace", "path": "/active", "value": false }),
        "invalidPath: path '/active': expected an attribute name at character 1, found '/active'",
    );
    refused(
        json!({ "op": "replace", "path": "id", "value": "1" }),
        "mutability: `id` is read-only",
    );
    refused(
        json!({ "op": "replace", "path": "meta.version", "value": "1" }),
        "mutability: `meta.version` is read-only",
    );
    refused(
        json!({ "op": "add", "path": "groups", "value": [{ "value": "g" }] }),
        "mutability: `groups` is read-only",
    );
    refused(
        json!({ "op": "remove", "path": "groups[value eq \"g\"]" }),
        "mutability: `groups` is read-only",
    );
    refused(
        json!({ "op": "replace", "path": format!("{ENTERPRISE}:manager.displayName"), "value": "M" }),
        &format!("mutability: `{ENTERPRISE}:manager.displayName` is read-only"),
    );
    refused(
        json!({ "op": "replace", "path": "userName", "value": null }),
        "invalidValue: `userName` is required and must have a value",
    );
    refused(
        json!({ "op": "replace", "value": { "userName": "" } }),
        "invalidValue: `userName` is required and must have a value",
    );
    refused(
        json!({ "op": "replace", "path": "active", "value": "maybe" }),
        "invalidValue: `active` must be true or false, not this string",
    );
    refused(
        json!({ "op": "replace", "path": "name", "value": ["x", "y"] }),
        "invalidValue: `name` must be an object, not an array",
    );
    refused(
        json!({ "op": "replace", "path": ENTERPRISE, "value": 7 }),
        &format!(
            "invalidValue: `{ENTERPRISE}` must be an object that holds the attributes of that extension"
        ),
    );
    refused(
        json!({ "op": "remove", "path": "schemas" }),
        "mutability: `schemas` is required and cannot be removed",
    );
    let error = parse(
        &USER_TYPE,
        json!([{ "op": "add", "value": { "emails[type eq": 1 } }]),
    )
    .0
    .unwrap_err()
    .to_string();
    assert!(
        error.starts_with("invalidFilter: Operation 1: path 'emails[type eq': expected a value"),
        "{error}"
    );
}

#[test]
fn values_are_final() {
    reads(
        json!({ "op": "Replace", "path": "active", "value": "False" }),
        &["Replace active = false"],
        &["entra-capital-op", "entra-string-boolean"],
    );
    reads(
        json!({ "op": "replace", "path": "TITLE", "value": "" }),
        &["Replace title = null"],
        &[],
    );
    reads(
        json!({ "op": "add", "path": "title", "value": null }),
        &["Add title = null"],
        &[],
    );
    reads(
        json!({ "op": "add", "path": "emails", "value": null }),
        &[],
        &["empty-object"],
    );
    reads(
        json!({ "op": "replace", "path": "emails", "value": [] }),
        &["Replace emails = null"],
        &[],
    );
    reads(
        json!({ "op": "add", "path": "emails", "value": { "Value": "a" } }),
        &["Add emails = [{\"value\":\"a\"}]"],
        &["onelogin-single-object-for-list"],
    );
    reads(
        json!({ "op": "replace", "path": "name", "value": { "FamilyName": null, "givenName": "B", "x": 1 } }),
        &["Replace name = {\"familyName\":null,\"givenName\":\"B\"}"],
        &["unknown-attribute"],
    );
    reads(
        json!({ "op": "replace", "path": "name", "value": {} }),
        &[],
        &["empty-object"],
    );
    reads(
        json!({ "op": "replace", "path": "userName", "value": ["x"] }),
        &["Replace userName = \"x\""],
        &["keycloak-list-for-single-value"],
    );
    reads(
        json!({ "op": "replace", "path": "password", "value": "secret" }),
        &[],
        &["write-only-attribute"],
    );
    reads(
        json!({ "op": "replace", "path": "emails.type", "value": "work" }),
        &["Replace emails[].type = \"work\""],
        &[],
    );
    reads(
        json!({ "op": "remove", "path": "emails", "value": [{ "value": "a" }] }),
        &["Remove emails = [{\"value\":\"a\"}]"],
        &["entra-valued-remove"],
    );
    reads(
        json!({ "op": "remove", "path": "title", "value": "T" }),
        &["Remove title = \"T\""],
        &["entra-valued-remove"],
    );
    reads(
        json!({ "op": "remove", "path": "name", "value": { "givenName": "A", "familyName": "B" } }),
        &[
            "Remove name.familyName = \"B\"",
            "Remove name.givenName = \"A\"",
        ],
        &["entra-valued-remove"],
    );
    reads(
        json!({ "op": "remove", "path": "emails.value", "value": "a" }),
        &["Remove emails[].value = \"a\""],
        &["entra-valued-remove"],
    );
}

#[test]
fn without_a_path() {
    reads(
        json!({ "op": "replace", "value": { "id": "1", "schemas": [], "meta": {}, "groups": [], "shoeSize": 1, "displayName": "D" } }),
        &["Replace displayName = \"D\""],
        &["read-only-attribute", "unknown-attribute"],
    );
    reads(
        json!({ "op": "replace", "value": { "name.givenName": "B", format!("{ENTERPRISE}:employeeNumber"): "7", "displayName": "D" } }),
        &[
            "Replace displayName = \"D\"",
            "Replace name.givenName = \"B\"",
            &format!("Replace {ENTERPRISE}:employeeNumber = \"7\""),
        ],
        &["entra-path-as-key"],
    );
    reads(
        json!({ "op": "add", "value": { "emails[type eq \"work\"].value": "a" } }),
        &["Add emails[].value = \"a\""],
        &["filtered-path-as-key"],
    );
    reads(
        json!({ "op": "add", "value": { ENTERPRISE: { "division": "D", "unknown": 1, "manager": { "displayName": "x" } } } }),
        &[&format!("Add {ENTERPRISE}:division = \"D\"")],
        &["read-only-attribute", "unknown-attribute"],
    );
    reads(
        json!({ "op": "replace", "value": { ENTERPRISE: null } }),
        &[&format!("Remove {ENTERPRISE} = -")],
        &[],
    );
    reads(
        json!({ "op": "replace", "path": "", "value": { "title": "T" } }),
        &["Replace title = \"T\""],
        &["empty-path"],
    );
    reads(
        json!({ "op": "replace", "value": [{ "title": "T" }, { "nickName": "N" }] }),
        &["Replace title = \"T\"", "Replace nickName = \"N\""],
        &["list-for-pathless-value"],
    );
    reads(
        json!({ "op": "replace", "path": USER_TYPE.schema.uri, "value": { "title": "T", "id": "x" } }),
        &["Replace title = \"T\""],
        &[],
    );
    reads(
        json!({ "op": "add", "path": "schemas", "value": [ENTERPRISE] }),
        &[],
        &["read-only-attribute"],
    );
    reads(
        json!({ "op": "remove", "path": format!("schemas[value eq \"{ENTERPRISE}\"]") }),
        &[&format!("Remove {ENTERPRISE} = -")],
        &[],
    );
}

/// Of a name as one text the parts that were there stay.
#[test]
fn a_name_as_a_text_is_the_whole_of_it() {
    reads(
        json!({ "op": "replace", "path": "name", "value": "Babs Jensen" }),
        &[r#"Replace name = {"formatted":"Babs Jensen"}"#],
        &["plain-string-for-complex"],
    );
    reads(
        json!({ "op": "replace", "value": { "name": "Babs Jensen", "active": false } }),
        &[
            "Replace active = false",
            r#"Replace name = {"formatted":"Babs Jensen"}"#,
        ],
        &["plain-string-for-complex"],
    );
}

#[test]
fn managers_five_shapes() {
    let path = format!("{ENTERPRISE}:manager");
    let line = |value: &str| format!("Replace {path} = {value}");
    let whole = r#"{"$ref":null,"value":"7"}"#;
    reads(
        json!({ "op": "replace", "path": path, "value": "7" }),
        &[&line(whole)],
        &["entra-plain-string-manager"],
    );
    reads(
        json!({ "op": "replace", "path": path, "value": { "value": "7", "displayName": "M" } }),
        &[&line(r#"{"value":"7"}"#)],
        &["read-only-attribute"],
    );
    reads(
        json!({ "op": "replace", "path": "manager", "value": [{ "$ref": "http://x", "value": "7" }] }),
        &[&line(r#"{"$ref":"http://x","value":"7"}"#)],
        &[
            "entra-extension-attribute-without-urn",
            "keycloak-list-for-single-value",
        ],
    );
    for cleared in [
        json!(""),
        json!(null),
        json!({ "value": "" }),
        json!({ "value": null }),
        json!([]),
    ] {
        reads(
            json!({ "op": "replace", "path": path, "value": cleared }),
            &[&line("null")],
            &[],
        );
    }
    reads(
        json!({ "op": "remove", "path": path }),
        &[&format!("Remove {path} = -")],
        &[],
    );
}

#[test]
fn a_removal_of_the_one_value_may_name_it() {
    let path = format!("{ENTERPRISE}:manager");
    for named in [
        json!("7"),
        json!({ "value": "7", "displayName": "M" }),
        json!([{ "value": "7" }]),
    ] {
        reads(
            json!({ "op": "remove", "path": path, "value": named }),
            &[&format!(r#"Remove {path} = {{"value":"7"}}"#)],
            &["entra-valued-remove"],
        );
    }
    for blank in [json!(""), json!({ "value": "" }), json!([{}]), json!(null)] {
        reads(
            json!({ "op": "remove", "path": path, "value": blank }),
            &[&format!("Remove {path} = -")],
            &[],
        );
    }
    for nothing in [json!({ "displayName": "M" }), json!(["7", "8"])] {
        reads(
            json!({ "op": "remove", "path": path, "value": nothing }),
            &[],
            &["entra-valued-remove", "remove-matches-nothing"],
        );
    }
}

#[track_caller]
fn plain(operations: Value, expected: Option<Value>) {
    let operations = parse(&USER_TYPE, operations).0.unwrap().operations;
    let found = plain_replaces(&operations).map(|list| {
        list.into_iter()
            .map(|(attribute, value)| json!([attribute.name, value]))
            .collect::<Value>()
    });
    assert_eq!(found, expected);
}

#[test]
fn plain_replacements() {
    plain(
        json!([{ "op": "replace", "value": { "active": false } }]),
        Some(json!([["active", false]])),
    );
    plain(
        json!([{ "op": "add", "path": "title", "value": "a" }, { "op": "add", "path": "externalId", "value": "x" }, { "op": "replace", "path": "title", "value": "b" }]),
        Some(json!([["externalId", "x"], ["title", "b"]])),
    );
    plain(json!([]), Some(json!([])));
    for other in [
        json!({ "op": "replace", "path": "userName", "value": "x" }),
        json!({ "op": "replace", "path": "title", "value": "" }),
        json!({ "op": "remove", "path": "title" }),
        json!({ "op": "replace", "path": "name.givenName", "value": "x" }),
        json!({ "op": "replace", "path": "name", "value": { "givenName": "x" } }),
        json!({ "op": "add", "path": "emails", "value": "x" }),
        json!({ "op": "add", "path": "emails[type eq \"work\"].value", "value": "x" }),
        json!({ "op": "add", "path": format!("{ENTERPRISE}:division"), "value": "x" }),
    ] {
        plain(
            json!([{ "op": "replace", "path": "active", "value": true }, other]),
            None,
        );
    }
}

#[test]
fn ops_are_three() {
    for (text, op) in [
        ("add", Op::Add),
        ("ADD", Op::Add),
        ("Remove", Op::Remove),
        ("rePlace", Op::Replace),
    ] {
        let (patch, _) = parse(
            &GROUP_TYPE,
            json!([{ "op": text, "path": "members", "value": [] }]),
        );
        assert_eq!(patch.unwrap().operations[0].op, op);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn reading_never_panics(operations in proptest::collection::vec(any_operation(), 0..4), whole in any_json(), group in any::<bool>()) {
        let resource_type = if group { &GROUP_TYPE } else { &USER_TYPE };
        let _ = PatchOp::parse(resource_type, &whole, &mut Habits::default());
        if let Ok(patch) = parse(resource_type, Value::Array(operations)).0 {
            let split = Split::of(patch.operations).unwrap();
            let _ = crate::patch::net_links(&split.links);
            let _ = plain_replaces(&split.own);
            let mut document = json!({ "userName": "b", "displayName": "g", "emails": [{ "value": "a", "type": "work" }] }).as_object().cloned().unwrap();
            let _ = crate::patch::apply::apply(resource_type, &split.own, &mut document, &mut Habits::default());
        }
    }
}

/// An operation that is mostly well formed, with any value.
pub(crate) fn any_operation() -> impl Strategy<Value = Value> {
    let paths = [
        "emails",
        "name",
        "name.familyName",
        "emails[type eq \"work\"]",
        "emails[type eq \"work\"].value",
        "emails.value",
        "members",
        "members[value eq \"a\"]",
        "members.value",
        ENTERPRISE,
        "manager",
        "userName",
        "schemas",
        "roles[primary eq \"True\"].value",
        "desks",
        "languages",
        "languages[value eq \"en\"]",
        "active",
        "id",
        "groups",
    ];
    let op = proptest::sample::select(&["add", "remove", "replace", "Add"][..]);
    (
        op,
        proptest::option::weighted(0.8, proptest::sample::select(paths.to_vec())),
        proptest::option::weighted(0.9, any_json()),
    )
        .prop_map(|(op, path, value)| {
            let mut operation = json!({ "op": op });
            if let Some(path) = path {
                operation["path"] = json!(path);
            }
            if let Some(value) = value {
                operation["value"] = value;
            }
            operation
        })
}

#[test]
fn a_removal_of_an_empty_part_removes_nothing_and_is_told() {
    for (path, named) in [
        ("name", json!({ "givenName": "" })),
        ("name", json!({ "givenName": null, "familyName": "" })),
        ("emails[type eq \"work\"]", json!({ "value": "" })),
        (
            "emails[type eq \"work\"]",
            json!([{ "value": "", "type": "work" }]),
        ),
    ] {
        reads(
            json!({ "op": "remove", "path": path, "value": named }),
            &[],
            &["entra-valued-remove", "remove-matches-nothing"],
        );
    }
    reads(
        json!({ "op": "remove", "path": "name", "value": { "givenName": "", "familyName": "B" } }),
        &["Remove name.familyName = \"B\""],
        &["entra-valued-remove"],
    );
    // Told when it is applied: the list may be another by then.
    reads(
        json!({ "op": "remove", "path": "emails", "value": [{ "value": "", "type": "work" }] }),
        &["Remove emails = []"],
        &["entra-valued-remove", "empty-object"],
    );
}

#[test]
fn a_removal_with_null_is_one_without_a_value() {
    for path in ["emails", "title", "emails[type eq \"work\"]"] {
        let bare = json!([{ "op": "remove", "path": path }]);
        let null = json!([{ "op": "remove", "path": path, "value": null }]);
        assert_eq!(parse(&USER_TYPE, null), parse(&USER_TYPE, bare));
    }
    reads(
        json!({ "op": "remove", "path": ENTERPRISE, "value": null }),
        &[&format!("Remove {ENTERPRISE} = -")],
        &[],
    );
    for nothing in [json!(""), json!([]), json!({}), json!([{}])] {
        let (patch, habits) = parse(
            &USER_TYPE,
            json!([{ "op": "remove", "path": "emails", "value": nothing }]),
        );
        assert_eq!(patch.unwrap().operations[0].value, Some(json!([])));
        assert!(habits.contains(&"entra-valued-remove"), "{nothing}");
        reads(
            json!({ "op": "remove", "path": ENTERPRISE, "value": nothing }),
            &[],
            if nothing == json!([{}]) {
                &["keycloak-list-for-single-value", "remove-matches-nothing"]
            } else {
                &["remove-matches-nothing"]
            },
        );
    }
}

/// What becomes of members by one operation.
#[track_caller]
fn links(operation: Value, expected: &[LinkOperation], habits: &[&str]) {
    let (patch, noted) = parse(&GROUP_TYPE, json!([operation]));
    let split = Split::of(patch.unwrap().operations).unwrap();
    assert_eq!(split.links, expected);
    assert_eq!(noted, habits);
}

#[test]
fn a_value_beside_a_filter_of_members_names_those_who_go() {
    let remove = |path: &str, value: Value| json!({ "op": "remove", "path": path, "value": value });
    let a = "members[value eq \"a\"]";
    let valued = "entra-valued-remove";
    let ids = |ids: &[&str]| LinkOperation::Remove(ids.iter().map(ToString::to_string).collect());
    for one in [
        json!("a"),
        json!({ "value": "a" }),
        json!([{ "value": "a" }, { "value": "b" }]),
    ] {
        links(remove(a, one), &[ids(&["a"])], &[valued]);
    }
    for blank in [json!(null), json!(""), json!([])] {
        links(remove(a, blank), &[ids(&["a"])], &[]);
    }
    for other in [
        json!("b"),
        json!({ "display": "A" }),
        json!([{ "value": "b" }]),
    ] {
        links(
            remove(a, other),
            &[ids(&[])],
            &[valued, "remove-matches-nothing"],
        );
    }
    let of_type = remove("members[type eq \"User\"]", json!([{ "value": "b" }, "a"]));
    let patch = parse(&GROUP_TYPE, json!([of_type])).0.unwrap();
    let split = Split::of(patch.operations).unwrap();
    let [LinkOperation::RemoveWhere(Predicate::All(parts))] = split.links.as_slice() else {
        panic!("{split:?}");
    };
    let named = Test::OneOf(vec!["a".into(), "b".into()]);
    assert!(matches!(&parts[1], Predicate::Test(_, test) if *test == named));
}

#[test]
fn what_sets_nothing_is_told() {
    let nothing: &[&str] = &["empty-object"];
    for op in ["add", "replace"] {
        for value in [json!({}), json!([]), json!([{}])] {
            reads(json!({ "op": op, "value": value }), &[], nothing);
        }
    }
    for value in [json!([]), json!(null), json!([{}]), json!("")] {
        reads(
            json!({ "op": "add", "path": "emails", "value": value }),
            &[],
            nothing,
        );
    }
    reads(
        json!({ "op": "add", "value": { "emails": [] } }),
        &[],
        nothing,
    );
    // What is to be unassigned is, whether it is there or not.
    reads(
        json!({ "op": "replace", "value": { "emails": [] } }),
        &["Replace emails = null"],
        &[],
    );
    reads(
        json!({ "op": "add", "path": ENTERPRISE, "value": null }),
        &[],
        nothing,
    );
    let add = |path: &str, value: Value| json!({ "op": "add", "path": path, "value": value });
    for value in [json!([]), json!(null)] {
        links(
            add("members", value),
            &[LinkOperation::Add(Vec::new())],
            nothing,
        );
    }
    for value in [json!(null), json!({})] {
        links(add("members[value eq \"a\"]", value), &[], nothing);
    }
    for value in [
        json!(null),
        json!(""),
        json!([]),
        json!({}),
        json!({ "value": "" }),
    ] {
        reads(add("emails[type eq \"work\"]", value), &[], nothing);
    }
}
