//! Bulk requests (RFC 7644 §3.7).

use serde_json::{Value, json};
use store::Database;
use testing::client::{Client, Got, each};
use testing::memory::Memory;

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn bulk(client: &Client<'_>, operations: &Value) -> Got {
    bulk_until(client, operations, &Value::Null)
}

fn bulk_until(client: &Client<'_>, operations: &Value, fail_on_errors: &Value) -> Got {
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "failOnErrors": fail_on_errors,
        "Operations": operations,
    });
    client.post("/Bulk", &body)
}

/// The operation that creates a user.
fn user(bulk_id: &str, user_name: &str) -> Value {
    let data = json!({ "schemas": [USER], "userName": user_name });
    json!({ "method": "POST", "path": "/Users", "bulkId": bulk_id, "data": data })
}

/// The operation that creates a group with these members.
fn group(bulk_id: &str, display_name: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
    let data = json!({ "schemas": [GROUP], "displayName": display_name, "members": members });
    json!({ "method": "POST", "path": "/Groups", "bulkId": bulk_id, "data": data })
}

/// The statuses of a reply's operations.
#[track_caller]
fn statuses(got: Got) -> Vec<String> {
    let body = got.expect(200);
    let operations = body["Operations"].as_array().unwrap();
    operations
        .iter()
        .map(|operation| operation["status"].as_str().unwrap().to_owned())
        .collect()
}

/// The id at the end of an operation's location.
fn id(reply: &Value, index: usize) -> String {
    reply["Operations"][index]["location"]
        .as_str()
        .unwrap()
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned()
}

fn member_ids(client: &Client<'_>, group: &str) -> Vec<String> {
    let group = client.get(&format!("/Groups/{group}")).expect(200);
    let members = group["members"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    members
        .iter()
        .map(|member| member["value"].as_str().unwrap().to_owned())
        .collect()
}

#[track_caller]
fn total(client: &Client<'_>, path: &str, expected: usize) {
    assert_eq!(
        client.get(path).expect(200)["totalResults"],
        expected,
        "{path}"
    );
}

#[test]
fn more_operations_than_the_limit_are_413_and_none_is_done() {
    let mut memory = Memory::new();
    memory.settings.limits.bulk_max_operations = 3;
    let client = Client::new(&memory);
    let operations = |count: usize| -> Value {
        (0..count)
            .map(|n| user(&format!("b{n}"), &format!("u{n}")))
            .collect()
    };
    bulk(&client, &operations(4)).refused(413, "", "3 are accepted (`bulk.maxOperations`");
    total(&client, "/Users", 0);
    assert_eq!(statuses(bulk(&client, &operations(3))), ["201"; 3]);
}

#[test]
fn a_larger_payload_than_the_limit_is_413_and_names_the_limit() {
    let mut memory = Memory::new();
    memory.settings.limits.bulk_max_payload_size = 600;
    let client = Client::new(&memory);
    let padded = |length: usize| {
        let mut operations = json!([user("a", "ada")]);
        let bare = bulk_body(&operations).len();
        operations[0]["data"]["title"] = json!("x".repeat(length - bare - ",\"title\":\"\"".len()));
        bulk_body(&operations)
    };
    let send = |body: String| {
        let mut request = client.request("POST", "/Bulk", Some(&Value::Null));
        request.body = scim_worker::http::request::Body::Bytes(body.into_bytes());
        client.send(&request)
    };
    assert_eq!(padded(600).len(), 600);
    let got = send(padded(601));
    got.refused(413, "", "600");
    got.refused(413, "", "maxPayloadSize");
    total(&client, "/Users", 0);
    send(padded(600)).expect(200);
}

fn bulk_body(operations: &Value) -> String {
    json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations }).to_string()
}

#[test]
fn references_forward_and_backward_become_ids() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let operations = json!([
        group("early", "Early", &["bulkId:ada", "bulkId:bob"]),
        user("ada", "ada"),
        user("bob", "bob"),
        group("late", "Late", &["bulkId:bob", "bulkId:early"]),
    ]);
    let reply = bulk(&client, &operations).expect(200);
    let bulk_ids: Vec<&Value> = reply["Operations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|done| &done["bulkId"])
        .collect();
    assert_eq!(
        bulk_ids,
        ["early", "ada", "bob", "late"],
        "in the order of the request"
    );
    let (early, ada, bob, late) = (id(&reply, 0), id(&reply, 1), id(&reply, 2), id(&reply, 3));
    let mut expected = [ada.clone(), bob.clone()];
    expected.sort();
    assert_eq!(member_ids(&client, &early), expected);
    let mut expected = [bob, early];
    expected.sort();
    assert_eq!(member_ids(&client, &late), expected);
    let ada = client.get(&format!("/Users/{ada}")).expect(200);
    let types: Vec<&Value> = ada["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| &group["type"])
        .collect();
    assert_eq!(types, ["direct", "indirect"]);
}

#[test]
fn two_users_can_manage_each_other() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let mut operations = json!([user("a", "ada"), user("b", "bob")]);
    operations[0]["data"][ENTERPRISE] = json!({ "manager": { "value": "bulkId:b" } });
    operations[1]["data"][ENTERPRISE] =
        json!({ "manager": { "value": "bulkId:a", "$ref": "../Users/bulkId:a" } });
    let reply = bulk(&client, &operations).expect(200);
    for (one, other) in [(0, 1), (1, 0)] {
        let user = client
            .get(&format!("/Users/{}", id(&reply, one)))
            .expect(200);
        assert_eq!(
            user[ENTERPRISE]["manager"]["value"],
            json!(id(&reply, other))
        );
    }
    let bob = client.get(&format!("/Users/{}", id(&reply, 1))).expect(200);
    assert_eq!(
        bob[ENTERPRISE]["manager"]["$ref"],
        json!(format!("../Users/{}", id(&reply, 0)))
    );
}

#[test]
fn groups_that_hold_each_other_or_themselves_are_refused_and_leave_nothing() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let operations = json!([
        user("u", "ada"),
        group("x", "X", &["bulkId:y", "bulkId:u"]),
        group("y", "Y", &["bulkId:x"]),
        group("self", "Self", &["bulkId:self"]),
        group("sound", "Sound", &["bulkId:u"]),
    ]);
    let reply = bulk(&client, &operations).expect(200);
    let status = |index: usize| reply["Operations"][index]["status"].as_str().unwrap();
    assert_eq!((status(0), status(4)), ("201", "201"), "{reply:#}");
    for index in 1..4 {
        assert!(["400", "409"].contains(&status(index)), "{reply:#}");
        let detail = reply["Operations"][index]["response"]["detail"]
            .as_str()
            .unwrap();
        assert!(!detail.is_empty());
        assert_eq!(reply["Operations"][index].get("location"), None);
    }
    assert_eq!(
        each(&client.get("/Groups").expect(200), "displayName"),
        ["Sound"]
    );
    let ada = client.get(&format!("/Users/{}", id(&reply, 0))).expect(200);
    assert_eq!(ada["groups"].as_array().unwrap().len(), 1);
}

#[test]
fn a_circle_of_three_closed_by_a_patch_is_refused_there() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let add = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "add", "path": "members", "value": [{ "value": "bulkId:x" }] }] });
    let operations = json!([
        group("x", "X", &["bulkId:y"]),
        group("y", "Y", &["bulkId:z"]),
        group("z", "Z", &[]),
        { "method": "PATCH", "path": "/Groups/bulkId:z", "data": add },
    ]);
    let reply = bulk(&client, &operations).expect(200);
    let seen: Vec<&Value> = reply["Operations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|done| &done["status"])
        .collect();
    assert_eq!(seen, ["201", "201", "201", "400"]);
    assert!(
        reply["Operations"][3]["response"]["detail"]
            .as_str()
            .unwrap()
            .contains("itself"),
        "{reply:#}"
    );
    assert_eq!(member_ids(&client, &id(&reply, 2)), [""; 0]);
}

#[test]
fn one_name_in_use_among_fifty_creates_stops_no_other() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    client.user("U17");
    let operations: Value = (0..50)
        .map(|n| user(&format!("b{n}"), &format!("u{n}")))
        .collect();
    let before = memory.database.cost().trips;
    let reply = bulk(&client, &operations).expect(200);
    assert!(memory.database.cost().trips - before <= 3);
    for (index, done) in reply["Operations"].as_array().unwrap().iter().enumerate() {
        let expected = if index == 17 { "409" } else { "201" };
        assert_eq!(done["status"], expected, "{done:#}");
        assert_eq!(done.get("location").is_some(), index != 17);
        assert_eq!(done.get("version").is_some(), index != 17);
    }
    assert_eq!(
        reply["Operations"][17]["response"]["scimType"],
        "uniqueness"
    );
    assert_eq!(reply["Operations"][17]["response"]["status"], "409");
    total(&client, "/Users", 50);
}

#[test]
fn of_two_creates_with_one_name_the_first_wins() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let mut operations = json!([
        user("a", "Straße"),
        user("b", "STRASSE"),
        user("c", "other")
    ]);
    operations[0]["data"]["title"] = json!("first");
    operations[1]["data"]["title"] = json!("second");
    assert_eq!(statuses(bulk(&client, &operations)), ["201", "409", "201"]);
    let list = client
        .get("/Users?filter=userName eq \"strasse\"")
        .expect(200);
    assert_eq!(each(&list, "title"), ["first"]);
}

#[test]
fn versions_of_creates_and_locations_are_those_of_the_resources() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let operations = json!([
        user("a", "ada"),
        group("g", "G", &["bulkId:a"]),
        user("b", "bob")
    ]);
    let reply = bulk(&client, &operations).expect(200);
    for done in reply["Operations"].as_array().unwrap() {
        let location = done["location"].as_str().unwrap();
        let path = location
            .strip_prefix("https://scim.example.com/scim/v2")
            .unwrap();
        let resource = client.get(path).expect(200);
        assert_eq!(
            (&done["version"], &done["location"]),
            (&resource["meta"]["version"], &resource["meta"]["location"])
        );
    }
}

#[test]
fn it_stops_behind_as_many_errors_as_asked() {
    let taken = |n: usize| user(&format!("t{n}"), "taken");
    let operations = json!([
        user("a", "ada"),
        taken(1),
        user("b", "bob"),
        taken(2),
        user("c", "cyn"),
        taken(3),
        user("d", "dan"),
    ]);
    for (most, expected) in [
        (json!(1), vec!["201", "409"]),
        (json!(2), vec!["201", "409", "201", "409"]),
        (json!(3), vec!["201", "409", "201", "409", "201", "409"]),
        (
            json!(4),
            vec!["201", "409", "201", "409", "201", "409", "201"],
        ),
        (
            Value::Null,
            vec!["201", "409", "201", "409", "201", "409", "201"],
        ),
    ] {
        let memory = Memory::new();
        let client = Client::new(&memory);
        client.user("taken");
        assert_eq!(
            statuses(bulk_until(&client, &operations, &most)),
            expected,
            "{most}"
        );
        let created = expected.iter().filter(|status| **status == "201").count();
        total(&client, "/Users", 1 + created);
    }
}

#[test]
fn without_an_error_it_does_not_stop() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let operations: Value = (0..200)
        .map(|n| user(&format!("b{n}"), &format!("u{n}")))
        .collect();
    let before = memory.database.cost().trips;
    assert_eq!(
        statuses(bulk_until(&client, &operations, &json!(1))),
        vec!["201"; 200]
    );
    assert!(memory.database.cost().trips - before <= 3);
}

#[test]
fn an_operation_whose_reference_failed_is_not_done() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    client.user("taken");
    let operations = json!([
        group("g", "G", &["bulkId:t", "bulkId:a"]),
        user("t", "taken"),
        user("a", "ada"),
        group("h", "H", &["bulkId:g"]),
        group("i", "I", &["bulkId:nobody"]),
        { "method": "DELETE", "path": "/Groups/bulkId:g" },
    ]);
    let reply = bulk(&client, &operations).expect(200);
    let seen: Vec<&Value> = reply["Operations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|done| &done["status"])
        .collect();
    assert_eq!(
        seen,
        ["409", "409", "201", "409", "400", "409"],
        "{reply:#}"
    );
    total(&client, "/Groups", 0);
    total(&client, "/Users", 2);
}

#[test]
fn a_group_with_an_unknown_member_is_not_created_and_the_others_are() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let operations = json!([
        user("a", "ada"),
        group(
            "g",
            "G",
            &["bulkId:a", "00000000-0000-7000-8000-000000000000"]
        ),
        group("h", "H", &["bulkId:a"]),
        user("b", "bob"),
    ]);
    let reply = bulk(&client, &operations).expect(200);
    let seen: Vec<&Value> = reply["Operations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|done| &done["status"])
        .collect();
    assert_eq!(seen, ["201", "400", "201", "201"]);
    let response = &reply["Operations"][1]["response"];
    assert_eq!(response["scimType"], "invalidValue");
    assert!(
        response["detail"]
            .as_str()
            .unwrap()
            .contains("00000000-0000-7000-8000-000000000000")
    );
    assert_eq!(
        each(&client.get("/Groups").expect(200), "displayName"),
        ["H"]
    );
}

#[test]
fn every_method_in_one_request() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let (old, gone) = (client.user("old"), client.user("gone"));
    let team = client.group("Team", &[&old, &gone]);
    let patch = |operations: Value| json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations });
    let operations = json!([
        user("new", "new"),
        { "method": "PUT", "path": format!("/Users/{old}"), "data": { "schemas": [USER], "userName": "older", "title": "Dr" } },
        { "method": "PATCH", "path": format!("/Groups/{team}"),
          "data": patch(json!([{ "op": "add", "path": "members", "value": [{ "value": "bulkId:new" }] }])) },
        { "method": "DELETE", "path": format!("/Users/{gone}") },
        group("g", "Second", &[]),
        { "method": "patch", "path": "/Groups/bulkId:g",
          "data": patch(json!([{ "op": "add", "value": { "members": [{ "value": "bulkId:new" }, { "value": old }] } }])) },
        { "method": "PUT", "path": "/Groups/bulkId:g",
          "data": { "schemas": [GROUP], "displayName": "Renamed", "members": [{ "value": "bulkId:new" }] } },
        { "method": "PATCH", "path": "/Users/bulkId:new",
          "data": patch(json!([{ "op": "replace", "path": "active", "value": false }])) },
    ]);
    let reply = bulk(&client, &operations).expect(200);
    let done = reply["Operations"].as_array().unwrap();
    for (done, sent) in done.iter().zip(operations.as_array().unwrap()) {
        assert_eq!(
            done["method"],
            json!(sent["method"].as_str().unwrap().to_ascii_uppercase())
        );
        assert!(
            done["status"].as_str().unwrap().starts_with('2'),
            "{done:#}"
        );
        assert!(done["location"].is_string(), "{done:#}");
        assert_eq!(
            done.get("version").is_some(),
            done["method"] != "DELETE",
            "{done:#}"
        );
    }
    let new = id(&reply, 0);
    let mut expected = [old.clone(), new.clone()];
    expected.sort();
    assert_eq!(member_ids(&client, &team), expected);
    assert_eq!(
        member_ids(&client, &id(&reply, 4)),
        std::slice::from_ref(&new)
    );
    assert_eq!(
        client.get(&format!("/Users/{new}")).expect(200)["active"],
        json!(false)
    );
    assert_eq!(
        client.get(&format!("/Users/{old}")).expect(200)["userName"],
        "older"
    );
    client.get(&format!("/Users/{gone}")).expect(404);
    assert_eq!(
        each(
            &client.get("/Groups?sortBy=displayName").expect(200),
            "displayName"
        ),
        ["Renamed", "Team"]
    );
    let last = client
        .get(&format!("/Groups/{}", id(&reply, 4)))
        .expect(200);
    assert_eq!(reply["Operations"][6]["version"], last["meta"]["version"]);
}

#[test]
fn each_operation_has_its_own_precondition() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let ids: Vec<String> = (0..6).map(|n| client.user(&format!("u{n}"))).collect();
    let version =
        |id: &str| client.get(&format!("/Users/{id}")).expect(200)["meta"]["version"].clone();
    let body = |n: usize| json!({ "schemas": [USER], "userName": format!("u{n}"), "title": "new" });
    let patch = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "replace", "path": "title", "value": "new" }] });
    let address = |n: usize| format!("/Users/{}", ids[n]);
    let operations = json!([
        { "method": "PUT", "path": address(0), "version": "W/\"other\"", "data": body(0) },
        { "method": "PATCH", "path": address(1), "version": "W/\"other\"", "data": patch },
        { "method": "DELETE", "path": address(2), "version": "W/\"other\"" },
        { "method": "PUT", "path": address(3), "version": version(&ids[3]), "data": body(3) },
        { "method": "PATCH", "path": address(4), "version": version(&ids[4]), "data": patch },
        { "method": "DELETE", "path": address(5), "version": version(&ids[5]) },
        // The version that it was, before the operation above.
        { "method": "PATCH", "path": address(4), "version": version(&ids[4]),
          "data": { "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                    "Operations": [{ "op": "replace", "path": "title", "value": "newer" }] } },
    ]);
    assert_eq!(
        statuses(bulk(&client, &operations)),
        ["412", "412", "412", "200", "200", "204", "412"]
    );
    let titles = client.get("/Users").expect(200);
    assert_eq!(each(&titles, "title"), ["", "", "", "new", "new"]);
}

#[test]
fn a_name_that_an_earlier_operation_frees_is_free() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let old = client.user("ada");
    let operations = json!([{ "method": "DELETE", "path": format!("/Users/{old}") }, user("a", "ada"), user("b", "bob")]);
    assert_eq!(statuses(bulk(&client, &operations)), ["204", "201", "201"]);
}

/// §3.7: whatever order they are done in, "the same stateful result is achieved".
#[test]
fn a_forward_reference_does_not_bring_an_operation_before_one_that_it_needs() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let old = client.user("ada");
    let operations = json!([
        group("g", "G", &["bulkId:a"]),
        { "method": "DELETE", "path": format!("/Users/{old}") },
        user("a", "ada"),
    ]);
    assert_eq!(statuses(bulk(&client, &operations)), ["201", "204", "201"]);
}

#[test]
fn five_hundred_creates_take_three_trips_at_the_most() {
    for token in [None, Some("of-the-table")] {
        let memory = Memory::new();
        let mut client = Client::new(&memory);
        if let Some(token) = token {
            memory.add_token(7, token, None, None);
            token.clone_into(&mut client.token);
        }
        let operations: Value = (0..500)
            .map(|n| user(&format!("b{n}"), &format!("user {n}")))
            .collect();
        let before = memory.database.cost().trips;
        assert_eq!(statuses(bulk(&client, &operations)), vec!["201"; 500]);
        let trips = memory.database.cost().trips - before;
        assert!(trips <= 3, "{trips} trips");
        total(&client, "/Users", 500);
        // And a group of all of them, with teams in between.
        let mut operations: Vec<Value> = (500..800)
            .map(|n| user(&format!("b{n}"), &format!("user {n}")))
            .collect();
        let everybody: Vec<String> = (500..800).map(|n| format!("bulkId:b{n}")).collect();
        operations.push(group(
            "all",
            "All",
            &everybody.iter().map(String::as_str).collect::<Vec<_>>(),
        ));
        for n in 0..20 {
            operations.push(group(
                &format!("g{n}"),
                &format!("Team {n}"),
                &[&format!("bulkId:b{}", 500 + n), "bulkId:all"],
            ));
        }
        let before = memory.database.cost().trips;
        assert_eq!(
            statuses(bulk(&client, &Value::from(operations))),
            vec!["201"; 321]
        );
        let trips = memory.database.cost().trips - before;
        assert!(trips <= 3, "{trips} trips");
    }
}

#[test]
fn a_request_without_operations_still_needs_a_token() {
    let memory = Memory::new();
    let mut client = Client::new(&memory);
    assert_eq!(statuses(bulk(&client, &json!([]))), [""; 0]);
    "wrong".clone_into(&mut client.token);
    bulk(&client, &json!([])).expect(401);
    bulk(&client, &json!([user("a", "ada")])).expect(401);
}

#[test]
fn a_name_refused_by_the_schema_is_that_operations_alone() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let mut operations: Vec<Value> = (0..10)
        .map(|n| user(&format!("b{n}"), &format!("u{n}")))
        .collect();
    operations[4]["data"]["active"] = json!("perhaps");
    operations[7]["data"]["userName"] = json!("");
    let reply = bulk(&client, &Value::from(operations)).expect(200);
    for (index, done) in reply["Operations"].as_array().unwrap().iter().enumerate() {
        assert_eq!(
            done["status"],
            if [4, 7].contains(&index) {
                "400"
            } else {
                "201"
            },
            "{done:#}"
        );
    }
    assert!(
        reply["Operations"][4]["response"]["detail"]
            .as_str()
            .unwrap()
            .contains("active")
    );
    total(&client, "/Users", 8);
}

/// The trips that a Bulk takes, and the statuses of its operations.
#[track_caller]
fn trips(memory: &Memory, got: impl FnOnce() -> Got) -> (u32, Vec<String>) {
    let before = memory.database.cost().trips;
    let statuses = statuses(got());
    (memory.database.cost().trips - before, statuses)
}

#[test]
fn what_cannot_be_done_among_many_creates_costs_the_others_little() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let operations = |from: usize| -> Vec<Value> {
        (from..from + 1_000)
            .map(|n| user(&format!("b{n}"), &format!("user {n}")))
            .collect()
    };
    let count = |statuses: &[String], status: &str| {
        statuses.iter().filter(|known| *known == status).count()
    };
    // Refused by the schema: it does not come as far as the database.
    let mut some = operations(0);
    for index in [3, 500, 999] {
        some[index]["data"]["userName"] = json!("");
    }
    let (took, told) = trips(&memory, || bulk(&client, &Value::from(some)));
    assert_eq!((count(&told, "201"), count(&told, "400")), (997, 3));
    assert!(took <= 3, "{took} trips");
    // A member that is not there fails the batch that it is in.
    let mut some = operations(1_000);
    some[700] = group("g", "G", &["nobody"]);
    let (took, told) = trips(&memory, || bulk(&client, &Value::from(some)));
    assert_eq!((count(&told, "201"), count(&told, "400")), (999, 1));
    assert!(took <= 40, "{took} trips");
    // A name in use, where the client wants to stop at the second error.
    let mut some = operations(2_000);
    some[700] = user("twice", "user 1");
    let (took, told) = trips(&memory, || {
        bulk_until(&client, &Value::from(some), &json!(2))
    });
    assert_eq!((count(&told, "201"), count(&told, "409")), (999, 1));
    assert!(took <= 40, "{took} trips");
    let mut some = operations(3_000);
    some[10]["data"]["userName"] = json!("");
    some[700] = user("twice", "user 1");
    let (_, told) = trips(&memory, || {
        bulk_until(&client, &Value::from(some), &json!(2))
    });
    assert_eq!((told.len(), count(&told, "201")), (701, 699));
}

#[test]
fn a_patch_of_members_takes_one_trip_and_tells_the_version_that_it_made() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let team = client.group("A", &[]);
    let operations: Value = (0..10)
        .map(|n| {
            let ada = client.user(&format!("u{n}"));
            json!({ "method": "PATCH", "path": format!("/Groups/{team}"), "data": {
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                "Operations": [{ "op": "add", "path": "members", "value": [{ "value": ada }] }] } })
        })
        .collect();
    let before = memory.database.cost().trips;
    let reply = bulk(&client, &operations).expect(200);
    assert_eq!(memory.database.cost().trips - before, 10);
    let told = reply["Operations"].as_array().unwrap();
    let versions: std::collections::BTreeSet<&str> = told
        .iter()
        .map(|operation| operation["version"].as_str().unwrap())
        .collect();
    assert_eq!(versions.len(), 10);
    assert!(
        told.iter().all(|operation| operation["status"] == "204"),
        "as a single one"
    );
}

/// §3.7: as if one were done behind the other.
#[test]
fn the_first_of_two_that_want_one_name_gets_it() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let ada = client.user("ada");
    let operations = json!([
        group("with", "A", &[&ada]),
        group("without", "a", &[]),
        group("third", "B", &[]),
    ]);
    let reply = bulk(&client, &operations).expect(200);
    let of = |index: usize| reply["Operations"][index]["status"].as_str().unwrap();
    assert_eq!([of(0), of(1), of(2)], ["201", "409", "201"]);
    assert_eq!(member_ids(&client, &id(&reply, 0)), [ada]);
}

#[test]
fn a_path_that_no_request_could_have_is_refused() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let ada = client.user("ada");
    let delete = |path: String| json!({ "method": "DELETE", "path": path });
    for path in [
        format!("/Users/{ada}/extra/things"),
        format!("/Users//{ada}/extra"),
        "//".to_owned(),
        format!("{}/scim/v2Users/{ada}", Memory::ORIGIN),
    ] {
        let reply = bulk(&client, &json!([delete(path)])).expect(200);
        assert_eq!(
            reply["Operations"][0]["response"]["scimType"],
            "invalidPath"
        );
    }
    client.get(&format!("/Users/{ada}")).expect(200);
    let whole = format!("{}/scim/v2/Users/{ada}", Memory::ORIGIN);
    assert_eq!(statuses(bulk(&client, &json!([delete(whole)]))), ["204"]);
}

/// §3.7.3: a location for all but creates that failed.
#[test]
fn what_failed_is_told_with_its_address() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let path = format!("/Users/{}", client.user("ada"));
    let member = json!({ "userName": "ada", "manager": { "value": "bulkId:nobody" } });
    let reply = bulk(
        &client,
        &json!([
            { "method": "PUT", "path": path },
            { "method": "PUT", "path": path, "data": member },
            { "method": "DELETE", "path": path, "version": 5 },
            { "method": "POST", "path": "/Users", "bulkId": "b", "data": {} },
        ]),
    )
    .expect(200);
    let address = format!("{}/scim/v2{path}", Memory::ORIGIN);
    for index in 0..3 {
        let told = &reply["Operations"][index];
        assert_eq!(
            (&told["status"], &told["location"]),
            (&json!("400"), &json!(address))
        );
    }
    assert_eq!(reply["Operations"][3].get("location"), None);
}

/// What names no resource has no address: an id that was made up for a create is nobody's.
#[test]
fn what_names_no_resource_is_told_without_an_address() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let reply = bulk(
        &client,
        &json!([
            { "method": "GET", "path": "/Users" },
            { "path": "/Users" },
            { "method": "PUT", "path": "/Users", "data": { "userName": "ada" } },
            { "method": "DELETE", "path": "/Groups/" },
        ]),
    )
    .expect(200);
    for told in reply["Operations"].as_array().unwrap() {
        assert_eq!(
            (&told["status"], told.get("location")),
            (&json!("400"), None)
        );
    }
}

#[test]
fn a_manager_that_could_not_be_created_is_nobodys() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let mut ada = user("a", "ada");
    ada["data"][ENTERPRISE] = json!({ "manager": { "value": "bulkId:b" } });
    let bob = user("b", "");
    for operations in [json!([ada, bob]), json!([bob, ada])] {
        let mut told = statuses(bulk(&client, &operations));
        told.sort();
        assert_eq!(told, ["400", "409"]);
    }
    total(&client, "/Users", 0);
}

#[test]
fn a_bulk_id_names_one_operation() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let operations = json!([user("a", "ada"), user("b", "bob"), user("a", "cleo")]);
    let reply = bulk(&client, &operations).expect(200);
    for (index, status) in [(0, "400"), (1, "201"), (2, "400")] {
        let told = &reply["Operations"][index];
        assert_eq!(told["status"], status, "{told:#}");
        if status == "400" {
            let detail = told["response"]["detail"].as_str().unwrap();
            assert!(detail.contains("more than one operation"), "{detail}");
        }
    }
    total(&client, "/Users", 1);
}

#[test]
fn a_change_that_refers_to_what_was_not_done_is_not_done_among_others() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let [ada, bob, carl, dan] = ["ada", "bob", "carl", "dan"].map(|name| client.user(name));
    let manager =
        json!([{ "op": "add", "path": format!("{ENTERPRISE}:manager"), "value": "bulkId:nobody" }]);
    let title = json!([{ "op": "add", "path": "title", "value": "Dr" }]);
    let change = |id: &str, operations: &Value| json!({ "method": "PATCH", "path": format!("/Users/{id}"), "data": { "Operations": operations } });
    // Behind a failure the next is done alone, and only those behind it together.
    let operations = json!([
        user("nobody", ""),
        change(&bob, &title),
        change(&carl, &title),
        change(&ada, &manager),
        change(&dan, &title),
    ]);
    let told = statuses(bulk(&client, &operations));
    assert_eq!(told, ["400", "200", "200", "409", "200"]);
    let ada = client.get(&format!("/Users/{ada}")).expect(200);
    assert_eq!(ada.get(ENTERPRISE), None);
}

#[test]
fn a_bulk_id_may_be_any_text_and_a_title_too() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let mut ada = user("u/1", "ada");
    ada["data"]["title"] = json!("bulkId:of nobody");
    let operations = json!([ada, group("g/1", "G", &["bulkId:u/1"])]);
    let reply = bulk(&client, &operations).expect(200);
    let ada = id(&reply, 0);
    assert_eq!(member_ids(&client, &id(&reply, 1)), [ada.as_str()]);
    let ada = client.get(&format!("/Users/{ada}")).expect(200);
    assert_eq!(ada["title"], "bulkId:of nobody");
}

/// What was done is told, though the database fails in between.
#[test]
fn a_database_that_fails_in_between_hides_nothing_that_was_done() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let broken = format!("/Users/{}", client.user("ada"));
    memory.sql("UPDATE users SET document = '[]', folded = json_object('userName', 'ada')");
    let data = json!({ "userName": "ada", "title": "Dr" });
    let operations = json!([
        user("b", "bob"),
        { "method": "PUT", "path": broken, "data": data },
        user("c", "cleo"),
    ]);
    let body = json!({ "Operations": operations });
    let (reply, trace) = memory.answer(&client.request("POST", "/Bulk", Some(&body)));
    let reply: Value = serde_json::from_str(&reply.body.unwrap().into_text()).unwrap();
    assert_eq!(
        reply["Operations"].as_array().unwrap().len(),
        2,
        "{reply:#}"
    );
    assert_eq!(reply["Operations"][0]["status"], "201");
    assert_eq!(reply["Operations"][1]["status"], "500");
    assert!(trace.notes.cause.is_some(), "the log has the cause");
    total(&client, "/Users?filter=userName eq \"bob\"", 1);
    // If it was the first, that is the reply.
    bulk(
        &client,
        &json!([{ "method": "PUT", "path": broken, "data": data }]),
    )
    .expect(500);
}
