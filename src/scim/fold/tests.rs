use std::string::String;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{fold, fold_str};
use crate::resource_type::{GROUP_TYPE, ResourceType, USER_TYPE};

#[track_caller]
fn same(a: &str, b: &str) {
    assert_eq!(fold_str(a), fold_str(b), "{a} {b}");
}

#[track_caller]
fn folds(resource_type: &'static ResourceType, resource: &Value, expected: &Value) {
    let image = Value::Object(fold(resource_type, resource.as_object().unwrap()));
    assert_eq!(&image, expected);
}

#[test]
fn letters() {
    same("BJensen", "bjensen");
    same("ÉMILE ÖZGÜR", "émile özgür");
    same("ΟΔΥΣΣΕΥΣ", "οδυσσευς");
    same("οδυσσευσ", "οδυσσευς");
    same("STRASSE", "straße");
    same("STRAẞE", "straße");
    same("ДИМА", "дима");
    same("K", "k");
    same("ſ", "s");
    same("ꭰ", "Ꭰ");
    assert_eq!(fold_str("ı"), "ı");
    assert_eq!(fold_str("İ"), "i\u{307}");
    assert_eq!(fold_str("日本 🦀 \0"), "日本 🦀 \0");
}

/// Folding twice is folding once, and the letter cases of a character share their image: over every character.
#[test]
fn every_character() {
    for character in '\0'..=char::MAX {
        let alone = String::from(character);
        let folded = fold_str(&alone);
        assert_eq!(fold_str(&folded), folded, "{character:?} again");
        let lower: String = character.to_lowercase().collect();
        assert_eq!(fold_str(&lower), folded, "{character:?} in lower case");
        // The upper case of the dotless ı is a plain I, which is not its image.
        if character != 'ı' {
            let upper: String = character.to_uppercase().collect();
            assert_eq!(fold_str(&upper), folded, "{character:?} in upper case");
        }
    }
}

#[test]
fn by_characteristics() {
    let user = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": "2819C223",
        "externalId": "BJensen",
        "userName": "BJensen@Example.com",
        "name": {"FamilyName": "JENSEN", "unknown": 1},
        "active": true,
        "profileUrl": "https://login.example.com/BJensen",
        "emails": [{"value": "BJ@example.com", "type": "Work", "primary": true}, {"value": ""}],
        "x509Certificates": [{"value": "MIIDQzCC"}],
        "title": "",
        "roles": [],
        "ims": null,
        "meta": {"resourceType": "User", "created": "2010-01-23T04:56:22+01:00", "version": "W/\"3694E05E\""},
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:user": {
            "Department": "Tour OPERATIONS",
            "manager": {"value": "26118915-AA", "displayName": "John SMITH"}
        },
        "urn:example:unknown": {"a": 1}
    });
    let image = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": "2819C223",
        "externalId": "BJensen",
        "userName": "bjensen@example.com",
        "name": {"familyName": "jensen"},
        "active": true,
        "profileUrl": "https://login.example.com/BJensen",
        "emails": [{"value": "bj@example.com", "type": "work", "primary": true}],
        "x509Certificates": [{"value": "MIIDQzCC"}],
        "meta": {"resourceType": "User", "created": "2010-01-23T03:56:22.000000000Z", "version": "W/\"3694E05E\""},
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
            "department": "tour operations",
            "manager": {"value": "26118915-AA", "displayName": "john smith"}
        }
    });
    folds(&USER_TYPE, &user, &image);
    folds(&USER_TYPE, &image, &image);
}

#[test]
fn linked_attributes_too() {
    folds(
        &GROUP_TYPE,
        &json!({"displayName": "Tour Guides", "members": [{"value": "ABC", "type": "User", "display": "Babs"}]}),
        &json!({"displayName": "tour guides", "members": [{"value": "ABC", "type": "user", "display": "babs"}]}),
    );
}

#[test]
fn what_is_no_time_stays() {
    folds(
        &USER_TYPE,
        &json!({"meta": {"created": "Yesterday"}}),
        &json!({"meta": {"created": "Yesterday"}}),
    );
}

proptest! {
    /// What makes `sw`, `ew` and `co` on images right: the image of a text is that of its parts, one behind the other.
    #[test]
    fn character_by_character(a in "\\PC*", b in "\\PC*") {
        let whole = fold_str(&std::format!("{a}{b}"));
        prop_assert_eq!(whole, std::format!("{}{}", fold_str(&a), fold_str(&b)));
    }
}
