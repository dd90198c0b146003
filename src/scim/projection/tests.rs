//! RFC 7644 §3.4.2.5, §3.9, and `returned` of RFC 7643 §7.
#![expect(
    clippy::needless_pass_by_value,
    reason = "helpers take what `json!` makes"
)]

use proptest::prelude::*;
use serde_json::{Value, json};
use std::{format, string::String, string::ToString, vec::Vec};

use super::Projection;
use crate::habit::Habits;
use crate::message::patch_op::PatchOp;
use crate::resource::tests::{ENTERPRISE, TOY, any_json, device};
use crate::resource_type::{GROUP_TYPE, ResourceType, USER_TYPE};

fn user() -> Value {
    json!({
        "schemas": [USER_TYPE.schema.uri], "id": "1", "userName": "babs", "active": true,
        "name": { "givenName": "B", "familyName": "J" },
        "emails": [{ "value": "b@x", "type": "work" }, { "type": "home" }],
        "groups": [{ "value": "g", "display": "G" }],
        "meta": { "resourceType": "User", "version": "W/\"1\"" },
        ENTERPRISE: { "division": "D", "manager": { "value": "7", "displayName": "M" } },
    })
}

fn projected(
    resource_type: &'static ResourceType,
    attributes: &str,
    excluded: &str,
    resource: Value,
) -> Value {
    let mut resource = resource.as_object().cloned().unwrap();
    Projection::bind(resource_type, &[attributes], &[excluded])
        .unwrap()
        .apply(&mut resource);
    Value::Object(resource)
}

/// `attributes`, and what of the user is returned beside the minimum set.
#[track_caller]
fn only(attributes: &str, expected: Value) {
    let mut found = projected(&USER_TYPE, attributes, "", user());
    assert_eq!(
        found.as_object_mut().unwrap().remove("id"),
        Some(json!("1"))
    );
    assert_eq!(
        found.as_object_mut().unwrap().remove("schemas"),
        Some(json!([USER_TYPE.schema.uri]))
    );
    assert_eq!(found, expected);
}

/// `excludedAttributes`, and what is taken from the user: each a JSON pointer.
#[track_caller]
fn without(excluded: &str, gone: &[&str]) {
    let mut expected = user();
    for pointer in gone {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        expected
            .pointer_mut(parent)
            .unwrap()
            .as_object_mut()
            .unwrap()
            .remove(name);
    }
    assert_eq!(projected(&USER_TYPE, "", excluded, user()), expected);
}

#[test]
fn attributes() {
    only("userName", json!({ "userName": "babs" }));
    only(
        " USERNAME , Name.GivenName,unknown,emails.unknown,:",
        json!({ "userName": "babs", "name": { "givenName": "B" } }),
    );
    only("emails.value", json!({ "emails": [{ "value": "b@x" }] }));
    only(
        "meta.version,groups",
        json!({ "meta": { "version": "W/\"1\"" }, "groups": [{ "value": "g", "display": "G" }] }),
    );
    only(
        &format!("{}:userName", USER_TYPE.schema.uri.to_uppercase()),
        json!({ "userName": "babs" }),
    );
    only(
        &format!("{ENTERPRISE}:manager.value"),
        json!({ ENTERPRISE: { "manager": { "value": "7" } } }),
    );
    only(
        &ENTERPRISE.to_uppercase(),
        json!({ ENTERPRISE: user()[ENTERPRISE] }),
    );
    only("unknown", json!({}));
    only("password", json!({}));
}

#[test]
fn excluded_attributes() {
    without("groups", &["/groups"]);
    without("NAME.givenName,id,schemas,unknown", &["/name/givenName"]);
    without(
        "name.givenName,name.familyName,emails",
        &["/name", "/emails"],
    );
    let emails = projected(&USER_TYPE, "", "emails.type", user());
    assert_eq!(emails["emails"], json!([{ "value": "b@x" }]));
    without(
        &format!("{ENTERPRISE}:division,meta"),
        &[&format!("/{ENTERPRISE}/division"), "/meta"],
    );
    without(ENTERPRISE, &[&format!("/{ENTERPRISE}")]);
}

#[test]
fn wanted() {
    let wants = |attributes: &str, excluded: &str, name: &str| {
        Projection::bind(&GROUP_TYPE, &[attributes], &[excluded])
            .unwrap()
            .wants(name)
    };
    assert!(wants("", "", "members") && wants("", "", "id") && !wants("", "", "shoeSize"));
    assert!(!wants("", "members", "members") && !wants("displayName", "", "members"));
    assert!(wants("members.value", "", "members") && wants("", "members.value", "members"));
    assert!(
        wants("displayName", "", "ID")
            && wants("displayName", "", "schemas")
            && !wants("displayName", "", "meta")
    );
    let user = Projection::bind(&USER_TYPE, &["manager"], &[]).unwrap();
    assert!(user.wants(ENTERPRISE) && !user.wants("password"));
}

fn by_default_of(resource_type: &'static ResourceType) -> Projection {
    Projection::bind(resource_type, &[], &[]).unwrap()
}

#[test]
fn by_default() {
    assert!(by_default_of(&USER_TYPE).is_default());
    assert!(
        Projection::bind(&USER_TYPE, &["", " ,"], &[","])
            .unwrap()
            .is_default()
    );
    assert!(
        !Projection::bind(&USER_TYPE, &["unknown"], &[])
            .unwrap()
            .is_default()
    );
    assert!(!by_default_of(device()).is_default());
    assert_eq!(projected(&USER_TYPE, "", "", user()), user());
    let error = Projection::bind(&USER_TYPE, &["a"], &["b"])
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "invalidValue: `attributes` and `excludedAttributes` exclude each other (RFC 7644 §3.9): send one of them"
    );
}

#[test]
fn returned_on_request() {
    let document = json!({ "schemas": [], "id": "1", "serialNumber": "s", "certificate": "TQ==" });
    let bare = json!({ "schemas": [], "id": "1", "serialNumber": "s" });
    assert_eq!(projected(device(), "", "", document.clone()), bare);
    assert_eq!(projected(device(), "", "model", document.clone()), bare);
    assert_eq!(
        projected(device(), "certificate", "", document.clone()),
        json!({ "schemas": [], "id": "1", "certificate": "TQ==" })
    );
    let map = document.as_object().unwrap();
    let reply = |projection: Projection| {
        let mut reply = map.clone();
        projection.apply(&mut reply);
        Value::Object(reply)
    };
    assert_eq!(reply(by_default_of(device()).after_write(map)), document);
    let patch = |attribute: &str| {
        let body =
            json!({ "Operations": [{ "op": "replace", "path": attribute, "value": "TQ==" }] });
        let operations = PatchOp::parse(device(), &body, &mut Habits::default())
            .unwrap()
            .operations;
        reply(by_default_of(device()).after_patch(&operations))
    };
    assert_eq!(patch("certificate"), document);
    assert_eq!(patch("model"), bare);
}

#[test]
fn returned_of_parts() {
    let toy =
        json!({ "id": "1", "box": { "value": "v", "label": "l", "note": "n" }, "tags": ["t"] });
    let toy = |attributes: &str, excluded: &str| projected(&TOY, attributes, excluded, toy.clone());
    let label = json!({ "label": "l" });
    assert_eq!(
        toy("", ""),
        json!({ "id": "1", "box": { "value": "v", "label": "l" }, "tags": ["t"] })
    );
    assert_eq!(
        toy("tags", ""),
        json!({ "id": "1", "box": label, "tags": ["t"] })
    );
    assert_eq!(
        toy("box", ""),
        json!({ "id": "1", "box": { "value": "v", "label": "l" } })
    );
    assert_eq!(
        toy("box.note", ""),
        json!({ "id": "1", "box": { "label": "l", "note": "n" } })
    );
    assert_eq!(toy("", "box,tags"), json!({ "id": "1", "box": label }));
}

proptest! {
    /// The minimum set is there, nothing is invented, and what `attributes` and
    /// `excludedAttributes` leave of the same attributes together is the whole.
    #[test]
    fn parts_of_the_whole(names in proptest::collection::vec(proptest::sample::select(&["userName", "name", "emails", "groups", "meta", "active", ENTERPRISE][..]), 1..5)) {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let with = projected(&USER_TYPE, &names.join(","), "", user());
        let without = projected(&USER_TYPE, "", &names.join(","), user());
        let mut whole = with.as_object().cloned().unwrap();
        whole.extend(without.as_object().cloned().unwrap());
        prop_assert_eq!(Value::Object(whole), user());
        for (name, value) in with.as_object().unwrap() {
            prop_assert!(names.contains(name) || name == "id" || name == "schemas");
            prop_assert_eq!(value, &user()[name]);
        }
    }

    #[test]
    fn never_panics(attributes in "\\PC{0,20}", excluded in "\\PC{0,20}", resource in any_json()) {
        for projection in [Projection::bind(&USER_TYPE, &[&attributes], &[]), Projection::bind(&USER_TYPE, &[], &[&excluded])] {
            if let Value::Object(mut resource) = resource.clone() {
                projection.unwrap().apply(&mut resource);
            }
        }
    }
}
