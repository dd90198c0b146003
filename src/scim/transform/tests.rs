//! The transforms: each rule of the table in the module's page, and that nothing is lost that has a
//! place.

use alloc::vec::Vec;

use proptest::{collection::vec, option::of, prelude::*};
use serde_json::json;

use alloc::string::String;

use serde_json::{Map, Value};

use super::parts::{address, time};
use super::*;

const BASE: &str = "https://example.com/scim/v2";

fn user(record: &Value) -> Value {
    user_to_scim(&serde_json::from_value(record.clone()).unwrap(), BASE)
}

fn team(record: &Value) -> Value {
    team_to_scim(&serde_json::from_value(record.clone()).unwrap(), BASE)
}

#[track_caller]
fn user_has(record: &Value, pointer: &str, expected: &Value) {
    assert_eq!(
        user(record).pointer(pointer).unwrap_or(&Value::Null),
        expected,
        "{pointer}"
    );
}

#[track_caller]
fn team_has(record: &Value, pointer: &str, expected: &Value) {
    assert_eq!(
        team(record).pointer(pointer).unwrap_or(&Value::Null),
        expected,
        "{pointer}"
    );
}

#[test]
fn a_whole_user() {
    let record = json!({
        "user_id": "u1",
        "user_email": "ada@example.com",
        "user_alias": "Ada",
        "teams": ["t1"],
        "created_at": "2025-03-01T10:00:00Z",
        "updated_at": "2025-03-02 11:00:00.5",
        "metadata": { "scim_metadata": { "givenName": "Augusta Ada", "familyName": "Lovelace" }, "floor": 3 },
    });
    let expected = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": "u1",
        "userName": "ada@example.com",
        "displayName": "ada@example.com",
        "name": { "givenName": "Augusta Ada", "familyName": "Lovelace" },
        "emails": [{ "value": "ada@example.com", "primary": true }],
        "active": true,
        "groups": [{ "value": "t1", "$ref": "https://example.com/scim/v2/Groups/t1", "type": "direct" }],
        "meta": {
            "resourceType": "User",
            "created": "2025-03-01T10:00:00Z",
            "lastModified": "2025-03-02T11:00:00.5Z",
            "location": "https://example.com/scim/v2/Users/u1",
        },
    });
    assert_eq!(user(&record), expected);
}

#[test]
fn a_record_without_a_name_has_the_defaults() {
    for record in [
        json!({ "user_id": "u1" }),
        json!({ "user_id": "u1", "user_email": null, "user_alias": null, "teams": null, "metadata": null }),
        json!({ "user_id": "u1", "user_email": "", "user_alias": "", "metadata": { "scim_metadata": {} } }),
    ] {
        user_has(&record, "/displayName", &json!("Unknown Display Name"));
        user_has(&record, "/name/givenName", &json!("Unknown User"));
        user_has(&record, "/name/familyName", &json!("Unknown Family Name"));
        user_has(&record, "/userName", &json!("u1"));
        user_has(&record, "/emails", &Value::Null);
        user_has(&record, "/groups", &Value::Null);
    }
}

#[test]
fn an_alias_is_both_names() {
    let record = json!({ "user_id": "u1", "user_alias": "Ada" });
    user_has(
        &record,
        "/name",
        &json!({ "givenName": "Ada", "familyName": "Ada" }),
    );
}

#[test]
fn names_from_scim_come_before_the_alias() {
    let record = json!({
        "user_id": "u1", "user_alias": "Ada", "metadata": { "scim_metadata": { "familyName": "Lovelace", "givenName": null } },
    });
    user_has(
        &record,
        "/name",
        &json!({ "givenName": "Ada", "familyName": "Lovelace" }),
    );
}

#[test]
fn a_user_deactivated_over_scim_is_not_active() {
    user_has(
        &json!({ "user_id": "u1", "metadata": { "scim_active": false } }),
        "/active",
        &json!(false),
    );
    user_has(
        &json!({ "user_id": "u1", "metadata": { "scim_active": true } }),
        "/active",
        &json!(true),
    );
}

#[test]
fn the_primary_address_is_the_email() {
    let emails =
        json!([{ "value": "first@example.com" }, { "value": "main@example.com", "primary": true }]);
    let record = user_from_scim(&json!({ "id": "u1", "emails": emails })).unwrap();
    assert_eq!(record.user_email.as_deref(), Some("main@example.com"));
    let record =
        user_from_scim(&json!({ "id": "u1", "emails": [{ "value": "first@example.com" }] }))
            .unwrap();
    assert_eq!(record.user_email.as_deref(), Some("first@example.com"));
}

#[test]
fn defaults_do_not_become_names() {
    let record = UserRecord {
        user_id: "u1".into(),
        ..UserRecord::default()
    };
    assert_eq!(
        user_from_scim(&user_to_scim(&record, BASE)).unwrap(),
        record
    );
}

#[test]
fn a_whole_team() {
    let record = json!({
        "team_id": "t1",
        "team_alias": "Engines",
        "members": ["u1", { "role": "admin", "user_id": "u2", "user_email": "ada@example.com" }, { "user_email": "only@example.com" }, {}],
        "created_at": "2025-03-01T10:00:00+01:00",
        "updated_at": null,
    });
    let member = |value: &str, display: &str| json!({ "value": value, "$ref": address(BASE, "/Users", value), "type": "User", "display": display });
    let expected = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "id": "t1",
        "displayName": "Engines",
        "members": [
            member("u1", "u1"),
            member("u2", "ada@example.com"),
            member("only@example.com", "only@example.com"),
        ],
        "meta": {
            "resourceType": "Group",
            "created": "2025-03-01T10:00:00+01:00",
            "location": "https://example.com/scim/v2/Groups/t1",
        },
    });
    assert_eq!(team(&record), expected);
}

#[test]
fn a_team_without_a_name_has_its_id() {
    team_has(
        &json!({ "team_id": "t1", "team_alias": null, "members": null }),
        "/displayName",
        &json!("t1"),
    );
    team_has(&json!({ "team_id": "t1" }), "/members", &Value::Null);
}

#[test]
fn a_group_within_a_group_has_no_place_in_the_record() {
    let members = json!([{ "value": "g1", "type": "Group" }, { "value": "u1", "type": "User", "display": "Ada" }]);
    let record = team_from_scim(&json!({ "externalId": "t1", "members": members })).unwrap();
    assert_eq!(
        (record.team_id.as_str(), record.members),
        ("t1", Vec::from([MemberRecord::Id("u1".into())]))
    );
}

#[test]
fn what_is_no_object_is_refused() {
    let expected = "The resource must be a JSON object.";
    assert_eq!(
        user_from_scim(&json!("ada")).unwrap_err().detail(),
        expected
    );
    assert_eq!(team_from_scim(&json!([])).unwrap_err().detail(), expected);
}

#[track_caller]
fn time_is(text: &str, expected: &str) {
    assert_eq!(time(text), expected);
}

#[test]
fn times_are_made_rfc_3339() {
    time_is("2025-03-01T10:00:00Z", "2025-03-01T10:00:00Z");
    time_is("2025-03-01T10:00:00.123456", "2025-03-01T10:00:00.123456Z");
    time_is("2025-03-01 10:00:00+00:00", "2025-03-01T10:00:00+00:00");
    time_is("2025-03-01T10:00:00-05:00", "2025-03-01T10:00:00-05:00");
}

/// A name: none, empty, a default or another.
fn name() -> impl Strategy<Value = Option<String>> {
    of("|Ada|Grace|Unknown User|Unknown Family Name|[A-Z]\\PC{0,8}".prop_map(String::from))
}

prop_compose! {
    fn user_record()(
        user_id in "[a-z0-9-]{1,12}",
        user_email in of("[a-z]{1,8}@example\\.com"),
        user_alias in name(),
        given in name(),
        family in name(),
        active in any::<bool>(),
        teams in vec("[a-z0-9]{1,6}", 0..4),
        created_at in of(Just(String::from("2025-03-01T10:00:00Z"))),
    ) -> UserRecord {
        let mut metadata = Map::new();
        if given.is_some() || family.is_some() {
            metadata.insert("scim_metadata".into(), json!({ "givenName": given, "familyName": family }));
        }
        if !active {
            metadata.insert("scim_active".into(), json!(false));
        }
        UserRecord { user_id, user_email, user_alias, teams, updated_at: created_at.clone(), created_at, metadata }
    }
}

fn member_record() -> impl Strategy<Value = MemberRecord> {
    let named =
        ("[a-z0-9]{1,6}", "[a-z]{1,8}@example\\.com").prop_map(|(id, email)| MemberRecord::Named {
            user_id: Some(id),
            user_email: Some(email),
        });
    prop_oneof!["[a-z0-9]{1,6}".prop_map(MemberRecord::Id), named]
}

proptest! {
    /// What a client sees of a record is what it sees of the record made from that.
    #[test]
    fn a_user_survives_the_way_there_and_back(record in user_record()) {
        let seen = user_to_scim(&record, BASE);
        prop_assert_eq!(user_to_scim(&user_from_scim(&seen).unwrap(), BASE), seen);
    }

    /// A record as SCIM makes one, with both names and the given name as alias, comes back whole.
    #[test]
    fn a_record_made_by_scim_comes_back(mut record in user_record(), given in "[A-F][a-z]{1,8}", family in "[G-L][a-z]{1,8}") {
        record.user_alias = Some(given.clone());
        record.metadata.insert("scim_metadata".into(), json!({ "givenName": given, "familyName": family }));
        prop_assert_eq!(user_from_scim(&user_to_scim(&record, BASE)).unwrap(), record);
    }

    #[test]
    fn a_team_comes_back(
        team_id in "[a-z0-9]{1,6}",
        team_alias in of("[A-Z][a-z]{0,8}"),
        members in vec(member_record(), 0..5),
        updated_at in of(Just(String::from("2025-03-01T10:00:00Z"))),
    ) {
        let record = TeamRecord { team_id, team_alias, members, updated_at, ..TeamRecord::default() };
        prop_assert_eq!(team_from_scim(&team_to_scim(&record, BASE)).unwrap(), record);
    }
}
