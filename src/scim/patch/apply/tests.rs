//! PATCH on documents: RFC 7644 §3.5.2's rules and examples, and what providers send.
#![expect(
    clippy::needless_pass_by_value,
    reason = "helpers take what `json!` makes"
)]

use serde_json::{Map, Value, json};
use std::{format, string::String, string::ToString, vec::Vec};

use super::apply;
use crate::habit::Habits;
use crate::message::patch_op::{PATCH_OP, PatchOp};
use crate::patch::Split;
use crate::resource::tests::{ENTERPRISE, TOY, WORKPLACE, device};
use crate::resource::{Resource, replace};
use crate::resource_type::{Extension, ResourceType, USER_TYPE};
use crate::schema::{Attribute, Mutability, Schema};
use crate::schemas::enterprise_user::ENTERPRISE_USER;

mod model;

pub(super) fn patched(
    resource_type: &'static ResourceType,
    document: Value,
    operations: Value,
) -> Result<Map<String, Value>, crate::error::Error> {
    let mut document = document.as_object().cloned().unwrap();
    let mut habits = Habits::default();
    let body = json!({ "schemas": [PATCH_OP], "Operations": operations });
    let patch = PatchOp::parse(resource_type, &body, &mut habits)?;
    let own = Split::of(patch.operations)?.own;
    apply(resource_type, &own, &mut document, &mut habits)?;
    Ok(document)
}

/// A user's attributes before and after, `userName` and `schemas` left out.
#[track_caller]
fn changes(before: Value, operations: Value, after: Value) {
    let mut document = before.as_object().cloned().unwrap();
    document.insert("userName".to_string(), json!("babs"));
    let mut document = patched(&USER_TYPE, Value::Object(document), operations).unwrap();
    assert_eq!(document.remove("userName"), Some(json!("babs")));
    let schemas = document.remove("schemas").unwrap();
    assert_eq!(Value::Object(document), after);
    let extensions = [ENTERPRISE, WORKPLACE]
        .into_iter()
        .filter(|uri| after.get(uri).is_some());
    let expected: Vec<_> = core::iter::once(USER_TYPE.schema.uri)
        .chain(extensions)
        .collect();
    assert_eq!(schemas, json!(expected));
}

#[track_caller]
fn one(before: Value, op: &str, path: &str, value: Value, after: Value) {
    changes(
        before,
        json!([{ "op": op, "path": path, "value": value }]),
        after,
    );
}

#[track_caller]
fn refused(resource_type: &'static ResourceType, before: Value, operation: Value, words: &str) {
    let (keyword, detail) = words.split_once(": ").unwrap();
    assert_eq!(
        patched(resource_type, before, json!([operation]))
            .unwrap_err()
            .to_string(),
        format!("{keyword}: Operation 1: {detail}")
    );
}

/// What the operations leave lacks something, which is no single one's fault.
#[track_caller]
fn incomplete(resource_type: &'static ResourceType, before: Value, operation: Value, words: &str) {
    let error = patched(resource_type, before, json!([operation])).unwrap_err();
    assert_eq!(error.to_string(), words);
}

fn emails() -> Value {
    json!({ "emails": [{ "value": "w@x", "type": "work", "primary": true }, { "value": "h@x", "type": "home" }] })
}

#[test]
fn rfc_7644_3_5_2_1_add_without_path() {
    changes(
        json!({ "nickName": "old", "emails": [{ "value": "w@x", "type": "work" }] }),
        json!([{ "op": "add", "value": { "emails": [{ "value": "babs@jensen.org", "type": "home" }], "nickname": "Babs" } }]),
        json!({ "nickName": "Babs", "emails": [{ "value": "w@x", "type": "work" }, { "value": "babs@jensen.org", "type": "home" }] }),
    );
}

#[test]
fn rfc_7644_3_5_2_2_remove() {
    changes(
        json!({ "emails": [{ "value": "a@example.com", "type": "work" }, { "value": "a@x", "type": "work" }] }),
        json!([{ "op": "remove", "path": "emails[type eq \"work\" and value ew \"example.com\"]" }]),
        json!({ "emails": [{ "value": "a@x", "type": "work" }] }),
    );
    changes(
        emails(),
        json!([{ "op": "remove", "path": "emails" }]),
        json!({}),
    );
    changes(
        json!({ "title": "T" }),
        json!([{ "op": "remove", "path": "title" }]),
        json!({}),
    );
    changes(
        json!({ "name": { "givenName": "B" } }),
        json!([{ "op": "remove", "path": "name.givenName" }]),
        json!({}),
    );
    changes(
        json!({ "emails": [{ "value": "a" }] }),
        json!([{ "op": "remove", "path": "emails[value eq \"A\"]" }]),
        json!({}),
    );
    changes(
        emails(),
        json!([{ "op": "remove", "path": "emails[type eq \"other\"]" }]),
        emails(),
    );
    changes(
        json!({ "emails": [{ "value": "w@x", "type": "work" }] }),
        json!([{ "op": "remove", "path": "emails[type eq \"work\"].value" }]),
        json!({}),
    );
    // What is left without its `value` is no value; what had none, or says more, stays.
    changes(
        json!({ "roles": [{ "value": "a", "primary": true, "display": "A" }, { "type": "b" }] }),
        json!([{ "op": "remove", "path": "roles.value" }]),
        json!({ "roles": [{ "type": "b" }] }),
    );
    changes(
        json!({ "addresses": [{ "type": "work", "locality": "London" }] }),
        json!([{ "op": "remove", "path": "addresses.locality" }]),
        json!({ "addresses": [{ "type": "work" }] }),
    );
    let boxes = json!([{ "value": "a", "serial": "1" }, { "value": "b" }]);
    assert_eq!(
        patched(
            &TOY,
            json!({ ENTERPRISE: { "division": "D" }, "boxes": boxes }),
            json!([{ "op": "remove", "path": "boxes.value" }]),
        )
        .unwrap()["boxes"],
        json!([{ "serial": "1" }])
    );
    changes(
        json!({ "emails": [{ "value": "w@x" }] }),
        json!([{ "op": "remove", "path": "emails.value" }]),
        json!({}),
    );
    let user = json!({ "userName": "babs" });
    refused(
        &USER_TYPE,
        user,
        json!({ "op": "remove", "path": "userName" }),
        "mutability: `userName` is required and cannot be removed",
    );
}

#[test]
fn rfc_7644_3_5_2_3_replace() {
    let work = json!({ "type": "work", "streetAddress": "911 Universal City Plaza", "locality": "Hollywood", "region": "CA",
        "postalCode": "91608", "country": "US", "formatted": "911 Universal City Plaza\nHollywood, CA 91608 US", "primary": true });
    let home = |primary: bool| json!({ "type": "home", "locality": "X", "primary": primary });
    let old = json!({ "type": "work", "streetAddress": "old", "display": "gone" });
    one(
        json!({ "addresses": [home(true), old] }),
        "replace",
        "addresses[type eq \"work\"]",
        work.clone(),
        json!({ "addresses": [home(false), work] }),
    );
    one(
        json!({ "addresses": [home(true), { "type": "work", "country": "US" }] }),
        "replace",
        "addresses[type eq \"work\"].streetAddress",
        json!("1010 Broadway Ave"),
        json!({ "addresses": [home(true), { "type": "work", "country": "US", "streetAddress": "1010 Broadway Ave" }] }),
    );
    let list = json!([{ "value": "bjensen@example.com", "type": "work", "primary": true }, { "value": "babs@jensen.org", "type": "home" }]);
    changes(
        emails(),
        json!([{ "op": "replace", "value": { "emails": list, "nickname": "Babs" } }]),
        json!({ "emails": list, "nickName": "Babs" }),
    );
    one(
        json!({}),
        "replace",
        "title",
        json!("T"),
        json!({ "title": "T" }),
    );
    one(
        emails(),
        "replace",
        "emails[type eq \"work\"]",
        json!({ "value": "n@x" }),
        json!({ "emails": [{ "value": "n@x" }, { "value": "h@x", "type": "home" }] }),
    );
    one(
        emails(),
        "replace",
        "emails.type",
        json!("other"),
        json!({ "emails": [{ "value": "w@x", "type": "other", "primary": true }, { "value": "h@x", "type": "other" }] }),
    );
}

#[test]
fn complex_attributes_are_merged() {
    let name = json!({ "name": { "familyName": "Jensen", "givenName": "Barbara" } });
    for op in ["add", "replace"] {
        one(
            name.clone(),
            op,
            "name",
            json!({ "givenName": "Babs" }),
            json!({ "name": { "familyName": "Jensen", "givenName": "Babs" } }),
        );
        one(
            name.clone(),
            op,
            "name",
            json!({ "familyName": null }),
            json!({ "name": { "givenName": "Barbara" } }),
        );
        one(name.clone(), op, "name", json!({}), name.clone());
        one(name.clone(), op, "name", Value::Null, json!({}));
        one(
            name.clone(),
            op,
            "name.givenName",
            json!("Babs"),
            json!({ "name": { "familyName": "Jensen", "givenName": "Babs" } }),
        );
        one(
            json!({}),
            op,
            "name.givenName",
            json!("Babs"),
            json!({ "name": { "givenName": "Babs" } }),
        );
    }
    one(
        name.clone(),
        "replace",
        "name",
        json!({ "familyName": null, "givenName": "" }),
        json!({}),
    );
}

#[test]
fn values_are_added_once() {
    one(
        emails(),
        "add",
        "emails",
        json!([{ "value": "H@X", "type": "home" }]),
        emails(),
    );
    one(
        emails(),
        "add",
        "emails",
        json!([{ "value": "W@X", "type": "work" }]),
        json!({ "emails": [{ "value": "W@X", "type": "work", "primary": true }, { "value": "h@x", "type": "home" }] }),
    );
    one(
        emails(),
        "add",
        "emails",
        json!([{ "value": "w@x", "type": "other" }]),
        json!({ "emails": [{ "value": "w@x", "type": "work", "primary": true }, { "value": "h@x", "type": "home" }, { "value": "w@x", "type": "other" }] }),
    );
    one(
        json!({ WORKPLACE: { "languages": ["en"] } }),
        "add",
        &format!("{WORKPLACE}:languages"),
        json!(["EN", "de", "de"]),
        json!({ WORKPLACE: { "languages": ["en", "de"] } }),
    );
    one(
        json!({ WORKPLACE: { "languages": ["en", "de"] } }),
        "replace",
        &format!("{WORKPLACE}:languages[value eq \"de\"]"),
        json!("fr"),
        json!({ WORKPLACE: { "languages": ["en", "fr"] } }),
    );
    one(
        json!({ WORKPLACE: { "languages": ["en", "de"] } }),
        "remove",
        &format!("{WORKPLACE}:languages[value eq \"de\"]"),
        json!(null),
        json!({ WORKPLACE: { "languages": ["en"] } }),
    );
    one(
        json!({}),
        "add",
        &format!("{WORKPLACE}:languages[value eq \"de\"]"),
        json!("de"),
        json!({ WORKPLACE: { "languages": ["de"] } }),
    );
}

/// RFC 7643 §2.4: no (type, value) twice. Of two that have become alike, what was written counts.
#[test]
fn twins_become_one_value() {
    one(
        json!({}),
        "replace",
        "emails",
        json!([{ "value": "a", "type": "work" }, { "value": "a", "type": "work", "primary": true }]),
        json!({ "emails": [{ "value": "a", "type": "work", "primary": true }] }),
    );
    let before = json!({ "emails": [
        { "value": "a", "type": "work", "display": "A", "primary": false },
        { "value": "b", "type": "work", "display": "B" }] });
    one(
        before.clone(),
        "replace",
        "emails[value eq \"b\"]",
        json!({ "value": "a", "type": "work", "primary": true }),
        json!({ "emails": [{ "value": "a", "type": "work", "display": "A", "primary": true }] }),
    );
    one(
        before.clone(),
        "replace",
        "emails[value eq \"a\"].value",
        json!("B"),
        json!({ "emails": [{ "value": "B", "type": "work", "display": "A", "primary": false }] }),
    );
    one(
        before.clone(),
        "add",
        "emails[value eq \"b\"].value",
        json!("a"),
        json!({ "emails": [{ "value": "a", "type": "work", "display": "B", "primary": false }] }),
    );
    one(
        json!({ "emails": [{ "value": "a", "type": "work" }, { "value": "c" }, { "value": "a", "display": "d" }] }),
        "remove",
        "emails[type eq \"work\"].type",
        Value::Null,
        json!({ "emails": [{ "value": "a", "display": "d" }, { "value": "c" }] }),
    );
    one(
        json!({ "emails": [{ "value": "a" }, { "type": "home", "value": "b" }, { "type": "HOME", "value": "c" }] }),
        "remove",
        "emails.value",
        Value::Null,
        json!({}),
    );
    one(
        json!({ "addresses": [{ "type": "home", "region": "b" }, { "type": "HOME", "region": "c" }] }),
        "remove",
        "addresses.region",
        Value::Null,
        json!({ "addresses": [{ "type": "home" }] }),
    );
    // What an immutable part tells apart stays apart.
    let boxes = json!([{ "value": "a", "serial": "1" }, { "value": "b", "serial": "2" }]);
    let toy = json!({ ENTERPRISE: { "division": "D" }, "boxes": boxes });
    let set = json!([{ "op": "replace", "path": "boxes[serial eq \"2\"].value", "value": "a" },
        { "op": "add", "path": "boxes", "value": [{ "value": "A", "serial": "2" }] }]);
    assert_eq!(
        patched(&TOY, toy, set).unwrap()["boxes"],
        json!([{ "value": "a", "serial": "1" }, { "value": "a", "serial": "2" }])
    );
}

#[test]
fn one_primary() {
    one(
        emails(),
        "add",
        "emails",
        json!([{ "value": "n@x", "primary": true }]),
        json!({ "emails": [{ "value": "w@x", "type": "work", "primary": false }, { "value": "h@x", "type": "home" }, { "value": "n@x", "primary": true }] }),
    );
    let swapped = json!({ "emails": [{ "value": "w@x", "type": "work", "primary": false }, { "value": "h@x", "type": "home", "primary": true }] });
    one(
        emails(),
        "replace",
        "emails[type eq \"home\"].primary",
        json!("True"),
        swapped.clone(),
    );
    one(
        emails(),
        "add",
        "emails",
        json!([{ "value": "h@x", "type": "home", "primary": true }]),
        swapped.clone(),
    );
    one(
        emails(),
        "add",
        "emails[type eq \"home\"]",
        json!({ "primary": true }),
        swapped,
    );
    refused(
        &USER_TYPE,
        emails(),
        json!({ "op": "replace", "path": "emails.primary", "value": true }),
        "invalidValue: `emails` has more than one value whose `primary` is true; at most one may be",
    );
}

#[test]
fn extensions() {
    let both = json!({ ENTERPRISE: { "division": "D", "department": "E" } });
    one(
        json!({}),
        "add",
        &format!("{ENTERPRISE}:division"),
        json!("D"),
        json!({ ENTERPRISE: { "division": "D" } }),
    );
    for op in ["add", "replace"] {
        one(
            both.clone(),
            op,
            ENTERPRISE,
            json!({ "division": "N" }),
            json!({ ENTERPRISE: { "division": "N", "department": "E" } }),
        );
        changes(
            both.clone(),
            json!([{ "op": op, "value": { ENTERPRISE: { "division": "N", "department": null } } }]),
            json!({ ENTERPRISE: { "division": "N" } }),
        );
    }
    changes(
        both.clone(),
        json!([{ "op": "remove", "path": ENTERPRISE }]),
        json!({}),
    );
    one(both.clone(), "replace", ENTERPRISE, Value::Null, json!({}));
    changes(
        both.clone(),
        json!([{ "op": "remove", "path": format!("schemas[value eq \"{ENTERPRISE}\"]") }]),
        json!({}),
    );
    changes(
        json!({ ENTERPRISE: { "division": "D" } }),
        json!([{ "op": "remove", "path": format!("{ENTERPRISE}:division") }]),
        json!({}),
    );
    incomplete(
        &USER_TYPE,
        json!({ "userName": "b" }),
        json!({ "op": "add", "path": format!("{WORKPLACE}:desks"), "value": [{ "type": "fixed" }] }),
        &format!("invalidValue: `{WORKPLACE}:desks.value` is required and must have a value"),
    );
    refused(
        &USER_TYPE,
        json!({ "userName": "b" }),
        json!({ "op": "remove", "path": format!("{WORKPLACE}:desks[type eq \"fixed\"].value") }),
        &format!("mutability: `{WORKPLACE}:desks.value` is required and cannot be removed"),
    );
}

#[test]
fn entra_builds_one_element_from_several_operations() {
    changes(
        json!({}),
        json!([
            { "op": "Add", "path": "emails[type eq \"work\"].value", "value": "b@x" },
            { "op": "Add", "path": "emails[type eq \"work\"].primary", "value": "True" },
            { "op": "Add", "path": "addresses[type eq \"work\"].streetAddress", "value": "S" },
            { "op": "Add", "path": "addresses[type eq \"work\"].Formatted", "value": "F" },
            { "op": "Add", "path": "roles[primary eq \"True\"].display", "value": "D" },
            { "op": "Add", "path": "roles[primary eq \"True\"].value", "value": "V" },
            { "op": "Add", "path": "roles[primary eq \"True\"].type", "value": "T" },
        ]),
        json!({
            "emails": [{ "type": "work", "value": "b@x", "primary": true }],
            "addresses": [{ "type": "work", "streetAddress": "S", "formatted": "F" }],
            "roles": [{ "primary": true, "display": "D", "value": "V", "type": "T" }],
        }),
    );
}

#[test]
fn filters_that_match_nothing() {
    let words = "noTarget: No value of `emails` matches the filter of the path, and a value that matches it cannot be made from the filter";
    for path in [
        "emails[value co \"zz\"].value",
        "emails[type eq \"a\" or type eq \"b\"].value",
        "emails[type eq \"a\" and type eq \"b\"].value",
        "emails[value eq \"gone@x\"].value",
    ] {
        refused(
            &USER_TYPE,
            emails(),
            json!({ "op": "replace", "path": path, "value": "n@x" }),
            words,
        );
    }
    one(
        emails(),
        "replace",
        "emails[type eq \"other\"]",
        json!({ "value": "o@x" }),
        json!({ "emails": [
        { "value": "w@x", "type": "work", "primary": true }, { "value": "h@x", "type": "home" }, { "type": "other", "value": "o@x" }] }),
    );
    one(
        emails(),
        "replace",
        "emails[type eq \"other\"].value",
        json!(""),
        emails(),
    );
    one(
        emails(),
        "replace",
        "emails[value co \"zz\"]",
        Value::Null,
        emails(),
    );
}

#[test]
fn an_error_names_its_operation() {
    let fine = json!({ "op": "replace", "path": "title", "value": "T" });
    let two = json!({ "op": "add", "value": { "nickName": "N", "active": true } });
    let members = json!({ "op": "add", "value": { "displayName": "D", "emails.primary": true } });
    for (bad, words) in [
        (
            json!({ "op": "remove", "path": "userName" }),
            "mutability: Operation 4: `userName` is required and cannot be removed",
        ),
        (
            json!({ "op": "add", "path": "emails[value co \"zz\"].value", "value": "a" }),
            "noTarget: Operation 4: No value of `emails` matches the filter of the path, and a value that matches it cannot be made from the filter",
        ),
        (
            members,
            "invalidValue: Operation 4: `emails` has more than one value whose `primary` is true; at most one may be",
        ),
    ] {
        let mut document = emails();
        document["userName"] = json!("b");
        let error = patched(&USER_TYPE, document, json!([fine, two, fine, bad, fine]));
        assert_eq!(error.unwrap_err().to_string(), words);
    }
}

#[test]
fn what_a_filter_creates_is_checked() {
    let before = json!({ "userName": "b" });
    for (path, words) in [
        (
            "emails[value eq \"a\\u0000b\"].type",
            "`emails.value` must be a string, not one with the character U+0000, which is not stored",
        ),
        (
            "x509Certificates[value eq \"!!\"].display",
            "`x509Certificates.value` must be a string in base64 (RFC 4648), not this string",
        ),
    ] {
        for op in ["add", "replace"] {
            let with_path = json!({ "op": op, "path": path, "value": "other" });
            let without = json!({ "op": op, "value": { path: "other" } });
            for operation in [with_path, without] {
                refused(
                    &USER_TYPE,
                    before.clone(),
                    operation,
                    &format!("invalidValue: {words}"),
                );
            }
        }
        // Nothing is made of it where a value goes.
        let removed = json!([{ "op": "remove", "path": path }]);
        assert!(patched(&USER_TYPE, before.clone(), removed).is_ok());
    }
    // What is empty is unassigned, and matches no such filter.
    refused(
        &USER_TYPE,
        before,
        json!({ "op": "add", "path": "emails[type eq \"\"].value", "value": "a" }),
        "noTarget: No value of `emails` matches the filter of the path, and a value that matches it cannot be made from the filter",
    );
    one(
        json!({}),
        "add",
        "emails[primary eq \"True\" and type eq 7].value",
        json!("a"),
        json!({ "emails": [{ "primary": true, "type": "7", "value": "a" }] }),
    );
    let path = format!("{WORKPLACE}:languages[value eq \"de\\u0000\"]");
    refused(
        &USER_TYPE,
        json!({ "userName": "b" }),
        json!({ "op": "add", "path": path, "value": "de" }),
        &format!(
            "noTarget: No value of `{WORKPLACE}:languages` matches the filter of the path, and a value that matches it cannot be made from the filter"
        ),
    );
}

#[test]
fn manager_in_every_shape() {
    let path = format!("{ENTERPRISE}:manager");
    let before = json!({ ENTERPRISE: { "manager": { "value": "1", "$ref": "../Users/1" } } });
    let after = |manager: Value| json!({ ENTERPRISE: { "manager": manager } });
    one(
        before.clone(),
        "replace",
        &path,
        json!("7"),
        after(json!({ "value": "7" })),
    );
    one(
        before.clone(),
        "replace",
        &path,
        json!({ "value": "7", "$ref": "../Users/7" }),
        after(json!({ "value": "7", "$ref": "../Users/7" })),
    );
    one(
        before.clone(),
        "add",
        "manager",
        json!([{ "value": "7", "$ref": "http://x" }]),
        after(json!({ "value": "7", "$ref": "http://x" })),
    );
    for cleared in [
        json!(""),
        json!(null),
        json!({ "value": "" }),
        json!({ "value": null }),
    ] {
        one(before.clone(), "replace", &path, cleared.clone(), json!({}));
        one(before.clone(), "add", &path, cleared, json!({}));
    }
    let removal = json!([{ "op": "Remove", "path": path }]);
    changes(before.clone(), removal, json!({}));
    for named in [
        json!("1"),
        json!({ "value": "1", "$ref": "https://x/Users/1" }),
        json!({ "$ref": "../Users/1" }),
        json!({ "value": "" }),
    ] {
        one(before.clone(), "remove", &path, named, json!({}));
    }
    for other in [
        json!("7"),
        json!({ "value": "7", "$ref": "../Users/1" }),
        json!({ "displayName": "M" }),
        json!(["1", "7"]),
    ] {
        one(before.clone(), "remove", &path, other, before.clone());
    }
    let title = json!({ "title": "Dr" });
    one(title.clone(), "remove", "title", json!("DR"), json!({}));
    one(title.clone(), "remove", "title", json!("Prof"), title);
}

#[test]
fn providers() {
    // Entra ID with its flag: one operation for all that is not filtered.
    changes(
        json!({}),
        json!([{ "op": "replace", "value": { "displayName": "D", "name.givenName": "G", "name.familyName": "F", format!("{ENTERPRISE}:employeeNumber"): "7" } }]),
        json!({ "displayName": "D", "name": { "givenName": "G", "familyName": "F" }, ENTERPRISE: { "employeeNumber": "7" } }),
    );
    // Okta deactivates; Keycloak's extension writes booleans as strings.
    changes(
        json!({ "active": true }),
        json!([{ "op": "replace", "value": { "active": false } }]),
        json!({ "active": false }),
    );
    one(
        json!({}),
        "replace",
        "active",
        json!("true"),
        json!({ "active": true }),
    );
    // The validator: several operations on one attribute.
    changes(
        json!({ "externalId": "a" }),
        json!([{ "op": "remove", "path": "externalId" }, { "op": "add", "path": "externalId", "value": "b" },
        { "op": "replace", "path": "externalId", "value": "c" }]),
        json!({ "externalId": "c" }),
    );
    // JumpCloud, one operation an attribute.
    changes(
        json!({}),
        json!([{ "op": "replace", "path": "name.givenName", "value": "G" }, { "op": "replace", "path": "active", "value": true }]),
        json!({ "name": { "givenName": "G" }, "active": true }),
    );
    // Listed values go, the others stay.
    one(
        emails(),
        "remove",
        "emails",
        json!([{ "value": "W@x" }]),
        json!({ "emails": [{ "value": "h@x", "type": "home" }] }),
    );
    one(emails(), "remove", "emails", json!([]), emails());
    // What is removed may be listed as it is shown, and of it no more than one need be primary.
    one(
        emails(),
        "remove",
        "emails",
        json!([{ "value": "w@x", "primary": true }, { "value": "n@x", "primary": true }, { "value": "w@x", "type": "home" }]),
        json!({ "emails": [{ "value": "h@x", "type": "home" }] }),
    );
    one(json!({}), "replace", "password", json!("secret"), json!({}));
}

#[test]
fn immutable() {
    let has = json!({ "serialNumber": "1" });
    let words = "mutability: `serialNumber` is immutable and has a value, so it cannot be changed";
    refused(
        device(),
        has.clone(),
        json!({ "op": "replace", "path": "serialNumber", "value": "2" }),
        words,
    );
    refused(
        device(),
        has.clone(),
        json!({ "op": "add", "value": { "serialNumber": "2" } }),
        words,
    );
    assert!(
        patched(
            device(),
            has,
            json!([{ "op": "add", "path": "serialNumber", "value": "1" }])
        )
        .is_ok()
    );
    assert!(
        patched(
            device(),
            json!({}),
            json!([{ "op": "add", "path": "serialNumber", "value": "1" }])
        )
        .is_ok()
    );
}

#[test]
fn immutable_parts() {
    let before = json!({ ENTERPRISE: { "division": "D" }, "box": { "serial": "1" }, "boxes": [{ "value": "a", "serial": "1" }], "tags": ["x"] });
    let words = |name: &str| {
        format!("mutability: `{name}` is immutable and has a value, so it cannot be changed")
    };
    for (op, path, value, name) in [
        ("replace", "box.serial", json!("2"), "box.serial"),
        ("remove", "box", json!(null), "box.serial"),
        ("replace", "box", json!({ "serial": null }), "box.serial"),
        (
            "replace",
            "boxes[value eq \"a\"].serial",
            json!("2"),
            "boxes.serial",
        ),
        (
            "remove",
            "boxes[value eq \"a\"].serial",
            json!(null),
            "boxes.serial",
        ),
        (
            "replace",
            "boxes[value eq \"a\"]",
            json!({ "value": "b" }),
            "boxes.serial",
        ),
        (
            "add",
            "boxes",
            json!([{ "value": "a", "serial": "2" }]),
            "boxes.serial",
        ),
        ("add", "tags", json!(["y"]), "tags"),
        ("remove", "tags", json!(null), "tags"),
        ("remove", "tags[value eq \"x\"]", json!(null), "tags"),
    ] {
        refused(
            &TOY,
            before.clone(),
            json!({ "op": op, "path": path, "value": value }),
            &words(name),
        );
    }
    for (op, path, value) in [
        ("add", "box.serial", json!("1")),
        ("add", "box", json!({ "value": "b" })),
        ("remove", "boxes", json!(null)),
        ("remove", "boxes[value eq \"a\"]", json!(null)),
        (
            "replace",
            "boxes[value eq \"a\"]",
            json!({ "value": "b", "serial": "1" }),
        ),
        ("add", "tags", json!(["X"])),
        ("add", "boxes", json!([{ "value": "b", "serial": "2" }])),
    ] {
        let outcome = patched(
            &TOY,
            before.clone(),
            json!([{ "op": op, "path": path, "value": value }]),
        );
        assert!(outcome.is_ok(), "{op} {path}: {outcome:?}");
    }
    let words =
        format!("mutability: The extension `{ENTERPRISE}` is required and cannot be removed");
    refused(
        &TOY,
        before.clone(),
        json!({ "op": "remove", "path": ENTERPRISE }),
        &words,
    );
    let words =
        format!("invalidValue: The extension `{ENTERPRISE}` is required and must have data");
    incomplete(
        &TOY,
        before,
        json!({ "op": "remove", "path": format!("{ENTERPRISE}:division") }),
        &words,
    );
}

#[test]
fn what_was_incomplete_before_can_be_changed() {
    let document = patched(
        &USER_TYPE,
        json!({}),
        json!([{ "op": "replace", "path": "active", "value": false }]),
    )
    .unwrap();
    assert_eq!(document["active"], false);
}

#[test]
fn a_list_has_its_most() {
    let roles: Vec<_> = (0..1000)
        .map(|n| json!({ "value": n.to_string() }))
        .collect();
    let words = "tooMany: `roles` has more than 1000 values; send it with fewer";
    refused(
        &USER_TYPE,
        json!({ "userName": "b", "roles": roles }),
        json!({ "op": "add", "path": "roles", "value": [{ "value": "x" }] }),
        words,
    );
    refused(
        &USER_TYPE,
        json!({ "userName": "b", "roles": roles }),
        json!({ "op": "add", "path": "roles[value eq \"x\"].type", "value": "t" }),
        words,
    );
}

/// A short value in a thousand places is a long one: 900 kB in each of a thousand took 3.5 GB.
#[test]
fn what_a_value_becomes_is_counted_before_it_is_set() {
    let kinds = |count: usize| {
        let kinds: Vec<_> = (0..count)
            .map(|index| json!({ "value": format!("r{index}"), "type": "a" }))
            .collect();
        json!({ "roles": kinds, "userName": "babs" })
    };
    let long = "d".repeat(3_000);
    let refused = |operations: Value| {
        let error = patched(&USER_TYPE, kinds(1_000), operations).unwrap_err();
        assert!(error.detail().contains("set in each of them"), "{error}");
    };
    for path in ["roles.display", "roles[type eq \"a\"].display"] {
        for op in ["add", "replace"] {
            refused(json!([{ "op": op, "path": path, "value": long }]));
            let without_path = json!({ path: long });
            refused(json!([{ "op": op, "value": without_path }]));
        }
    }
    for value in [json!({ "display": long }), json!({ "value": long })] {
        refused(json!([{ "op": "add", "path": "roles[value pr]", "value": value }]));
        refused(json!([{ "op": "replace", "path": "roles[value pr]", "value": value }]));
    }
    // Each of several is short enough.
    let half = "d".repeat(600);
    let one = json!({ "op": "replace", "path": "roles.display", "value": half });
    assert!(patched(&USER_TYPE, kinds(1_000), json!([one])).is_ok());
    refused(json!([one, one]));
    // One place takes what the body has.
    let longer = "d".repeat(900_000);
    let alone = json!([{ "op": "replace", "path": "roles.display", "value": longer }]);
    assert!(patched(&USER_TYPE, kinds(1), alone).is_ok());
}

/// A type with more that is required than a user has.
static WORKER: ResourceType = ResourceType {
    name: "Worker",
    endpoint: "/Workers",
    description: "A type for tests",
    schema: &WORKER_SCHEMA,
    extensions: &[
        Extension {
            schema: &ENTERPRISE_USER,
            required: true,
        },
        Extension {
            schema: &GRADE_SCHEMA,
            required: false,
        },
    ],
};

static WORKER_SCHEMA: Schema = Schema {
    uri: "urn:worker",
    name: "Worker",
    description: "A schema for tests",
    attributes: &WORKER_ATTRIBUTES,
};

static WORKER_ATTRIBUTES: [Attribute; 4] = [
    Attribute::boolean("active", "Whether he works here").lasting(),
    Attribute::string("badge", "His badge").required(),
    Attribute::complex("desks", "His desks", &DESK_PARTS)
        .multi_valued()
        .required(),
    Attribute::string("title", "His title"),
];

static DESK_PARTS: [Attribute; 2] = [
    Attribute::string("value", "Its number").required(),
    Attribute::string("type", "Its kind"),
];

const GRADE: &str = "urn:grade";

static GRADE_SCHEMA: Schema = Schema {
    uri: GRADE,
    name: "Grade",
    description: "An extension for tests",
    attributes: &GRADE_ATTRIBUTES,
};

static GRADE_ATTRIBUTES: [Attribute; 3] = [
    Attribute::string("grade", "His grade").required(),
    Attribute::string("step", "His step"),
    Attribute::string("since", "Since when").mutability(Mutability::Immutable),
];

fn known(grade: Value) -> Value {
    let mut known = json!({ "active": true, "badge": "b", "desks": [{ "value": "1" }], "title": "T", ENTERPRISE: { "division": "D" } });
    if !grade.is_null() {
        known[GRADE] = grade;
    }
    known
}

/// What is required stays as it was where somebody is deactivated, and is told.
#[test]
fn what_is_required_stays_of_a_leaver() {
    let off = json!({ "op": "replace", "path": "active", "value": false });
    let on = json!({ "op": "replace", "path": "active", "value": true });
    let without = json!(null);
    let full = json!({ "grade": "g", "since": "s" });
    let division = format!("{ENTERPRISE}:division");
    let grade = format!("{GRADE}:grade");
    let step = format!("{GRADE}:step");
    for (before, operation, told) in [
        (&full, json!({ "op": "remove", "path": "badge" }), "badge"),
        (&full, json!({ "op": "remove", "path": "desks" }), "desks"),
        (
            &full,
            json!({ "op": "replace", "path": "desks", "value": [] }),
            "desks",
        ),
        (
            &full,
            json!({ "op": "add", "path": "desks", "value": [{ "type": "t" }] }),
            "desks.value",
        ),
        (
            &full,
            json!({ "op": "remove", "path": "desks[value eq \"1\"]" }),
            "desks",
        ),
        (
            &full,
            json!({ "op": "remove", "path": "desks.value" }),
            "desks",
        ),
        (
            &full,
            json!({ "op": "remove", "path": ENTERPRISE }),
            ENTERPRISE,
        ),
        (
            &full,
            json!({ "op": "remove", "path": division }),
            ENTERPRISE,
        ),
        (
            &full,
            json!({ "op": "remove", "path": GRADE }),
            "urn:grade:since",
        ),
        (&full, json!({ "op": "remove", "path": grade }), &grade),
        (
            &full,
            json!({ "op": "replace", "value": { GRADE: { "grade": "" } } }),
            &grade,
        ),
        (
            &without,
            json!({ "op": "add", "path": step, "value": "3" }),
            GRADE,
        ),
        (
            &without,
            json!({ "op": "add", "value": { GRADE: { "step": "3" } } }),
            GRADE,
        ),
    ] {
        let before = known(before.clone());
        let alone = patched(&WORKER, before.clone(), json!([operation]));
        assert!(alone.is_err(), "{operation}");
        let stays = patched(&WORKER, before.clone(), json!([off, operation, on]));
        assert!(stays.is_err(), "{operation}");
        for operations in [json!([off, operation]), json!([operation, off])] {
            let mut document = before.as_object().cloned().unwrap();
            let mut habits = Habits::default();
            let body = json!({ "schemas": [PATCH_OP], "Operations": operations });
            let patch = PatchOp::parse(&WORKER, &body, &mut habits).unwrap();
            apply(&WORKER, &patch.operations, &mut document, &mut habits).unwrap();
            document.remove("schemas");
            let mut after = before.clone();
            after["active"] = json!(false);
            assert_eq!(Value::Object(document), after, "{operation}");
            assert_eq!(habits.left_out().collect::<Vec<_>>(), [told], "{operation}");
        }
    }
}

/// The same by PUT, unless he has left already.
#[test]
fn what_is_required_stays_of_a_leaver_by_put() {
    let put = |before: &Value, body: &Value| {
        let mut habits = Habits::default();
        let body = Resource::accept_change(&WORKER, body, &mut habits).unwrap();
        let mut document = body.document;
        let before = before.as_object().unwrap();
        let outcome = replace(&WORKER, before, &mut document, Some(&mut habits));
        document.remove("schemas");
        let told: Vec<String> = habits.left_out().map(ToString::to_string).collect();
        outcome.map(|()| (Value::Object(document), told))
    };
    let mut body = json!({ "active": false, "desks": [{ "type": "t" }], GRADE: { "step": "3" } });
    // A body that does not name what is required is no such resource.
    Resource::accept_change(&WORKER, &body, &mut Habits::default()).unwrap_err();
    body["badge"] = json!("");
    let before = known(json!({ "grade": "g", "since": "s" }));
    let (after, told) = put(&before, &body).unwrap();
    let mut expected = before.clone();
    expected["active"] = json!(false);
    expected[GRADE]["step"] = json!("3");
    expected.as_object_mut().unwrap().remove("title");
    assert_eq!(after, expected);
    assert_eq!(
        told,
        [
            ENTERPRISE,
            "badge",
            "desks.value",
            &format!("{GRADE}:grade")
        ]
    );
    let (after, told) = put(&known(json!(null)), &body).unwrap();
    assert_eq!(after.get(GRADE), None);
    assert_eq!(told, [ENTERPRISE, "badge", "desks.value", GRADE]);
    put(&expected, &body).unwrap_err();
    // One who lacks it himself, as an operator may ask for more than there was.
    let lacking = json!({ "active": true });
    put(&lacking, &body).unwrap_err();
    let document = patched(
        &WORKER,
        lacking,
        json!([{ "op": "replace", "path": "active", "value": false }]),
    )
    .unwrap();
    assert_eq!(document["active"], false);
}
