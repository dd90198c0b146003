//! Schemas beside those of the RFC: the extension of User and the resource type of
//! `examples/schemas`.

use serde_json::{Value, json};
use testing::client::{Client, Got, each};
use testing::memory::Memory;

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const WORKPLACE: &str = "urn:example:params:scim:schemas:extension:workplace:2.0:User";
const DEVICE: &str = "urn:example:params:scim:schemas:core:2.0:Device";

/// The body of a user with a workplace.
fn placed(user_name: &str, workplace: &Value) -> Value {
    json!({ "schemas": [USER, WORKPLACE], "userName": user_name, WORKPLACE: workplace })
}

fn badged(user_name: &str, badge: &str) -> Value {
    placed(user_name, &json!({ "badge": badge }))
}

fn device(serial_number: &str) -> Value {
    json!({ "schemas": [DEVICE], "serialNumber": serial_number })
}

/// Of a unique value that is in use: which attribute it is of is told.
#[track_caller]
fn in_use(got: &Got) {
    got.refused(409, "uniqueness", "Another resource has this ");
    let detail = got.body["detail"].to_string();
    let attributes = ["serialNumber".to_owned(), format!("{WORKPLACE}:badge")];
    let mut named = attributes.iter().map(|path| format!("has this {path}."));
    assert!(named.any(|told| detail.contains(&told)), "{detail}");
}

fn replace_badge(value: &Value) -> Value {
    json!([{ "op": "replace", "path": format!("{WORKPLACE}:badge"), "value": value }])
}

#[test]
fn a_badge_has_one_holder() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let ada = client.created("/Users", &badged("ada", "Weiß 7"));
    in_use(&client.post("/Users", &badged("bob", "WEISS 7")));
    assert_eq!(
        client.get("/Users").expect(200)["totalResults"],
        1,
        "nothing is left of a refused create"
    );

    let bob = client.created("/Users", &badged("bob", "8"));
    let path = format!("/Users/{bob}");
    let before = client.get(&path).expect(200);
    in_use(&client.patch(&path, &replace_badge(&json!("weiss 7"))));
    in_use(&client.patch(
        &path,
        &json!([{ "op": "add", "value": { WORKPLACE: { "badge": "weiß 7" } } }]),
    ));
    in_use(&client.put(&path, &badged("bob", "weiß 7")));
    assert_eq!(
        client.get(&path).expect(200),
        before,
        "nothing is left of a refused change"
    );

    // To oneself it is not in use, in whatever letters.
    let got = client
        .patch(&format!("/Users/{ada}"), &replace_badge(&json!("WEIß 7")))
        .expect(200);
    assert_eq!(got[WORKPLACE]["badge"], "WEIß 7");
    let mut own = badged("ada", "Weiß 7");
    own["title"] = json!("Dr");
    client.put(&format!("/Users/{ada}"), &own).expect(200);
}

/// Who leaves does so with the badge that he has.
#[test]
fn a_badge_of_another_keeps_nobody_active() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    client.created("/Users", &badged("ada", "7"));
    let off = |name: &str| {
        let mut body = badged(name, "7");
        body["active"] = json!(false);
        body
    };
    let operations = json!([
        { "op": "replace", "value": { "active": false } }, replace_badge(&json!("7"))[0],
    ]);
    let send = |method: &str, name: &str, in_bulk: bool| {
        let id = client.created("/Users", &badged(name, name));
        let path = format!("/Users/{id}");
        let data = match method {
            "PUT" => off(name),
            _ => json!({ "Operations": operations }),
        };
        let got = if in_bulk {
            let operation = json!({ "method": method, "path": path, "data": data });
            client.post("/Bulk", &json!({ "Operations": [operation] }))
        } else if method == "PUT" {
            client.put(&path, &data)
        } else {
            client.patch(&path, &operations)
        };
        assert_eq!(got.status, 200, "{name}: {:#}", got.body);
        let ignored = got.header("Scim-Ignored").unwrap_or_default();
        assert_eq!(ignored, format!("{WORKPLACE}:badge"), "{name}");
        let stored = client.get(&path).expect(200);
        assert_eq!(stored["active"], false, "{name}");
        assert_eq!(stored[WORKPLACE]["badge"], name);
    };
    send("PUT", "bob", false);
    send("PATCH", "cy", false);
    send("PUT", "di", true);
    send("PATCH", "eve", true);
}

#[test]
fn a_badge_is_free_after_its_holder_is_gone_or_has_another() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let holder =
        |badge: &str| client.created("/Users", &badged(&format!("holder of {badge}"), badge));
    let deleted = holder("deleted");
    client.delete(&format!("/Users/{deleted}")).expect(204);
    let changed = holder("changed");
    client
        .patch(
            &format!("/Users/{changed}"),
            &replace_badge(&json!("another")),
        )
        .expect(200);
    let removed = holder("removed");
    client
        .patch(
            &format!("/Users/{removed}"),
            &json!([{ "op": "remove", "path": format!("{WORKPLACE}:badge") }]),
        )
        .expect(200);
    let cleared = holder("cleared");
    client
        .patch(&format!("/Users/{cleared}"), &replace_badge(&json!("")))
        .expect(200);
    let stripped = holder("stripped");
    client
        .patch(
            &format!("/Users/{stripped}"),
            &json!([{ "op": "remove", "path": WORKPLACE }]),
        )
        .expect(200);
    let put = holder("put");
    client
        .put(
            &format!("/Users/{put}"),
            &json!({ "schemas": [USER], "userName": "put" }),
        )
        .expect(200);
    for badge in [
        "deleted", "changed", "removed", "cleared", "stripped", "put",
    ] {
        client
            .post("/Users", &badged(&format!("next of {badge}"), badge))
            .expect(201);
    }
    in_use(&client.post("/Users", &badged("late", "another")));
}

#[test]
fn a_change_beside_it_keeps_a_badge() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let ada = client.created("/Users", &badged("ada", "7"));
    let path = format!("/Users/{ada}");
    client
        .patch(
            &path,
            &json!([{ "op": "replace", "path": "active", "value": false }]),
        )
        .expect(200);
    client
        .patch(
            &path,
            &json!([{ "op": "replace", "path": "userName", "value": "ada2" }]),
        )
        .expect(200);
    client
        .patch(
            &path,
            &json!([{ "op": "add", "path": "emails", "value": [{ "value": "a@x.org" }] }]),
        )
        .expect(200);
    client
        .patch(
            &path,
            &json!([{ "op": "replace", "path": format!("{WORKPLACE}:floor"), "value": 3 }]),
        )
        .expect(200);
    in_use(&client.post("/Users", &badged("bob", "7")));
}

#[test]
fn badges_of_tenants_are_apart() {
    let memory = Memory::new();
    memory.add_token(2, "theirs", None, None);
    let ours = Client::new(&memory);
    let theirs = Client {
        memory: &memory,
        token: "theirs".to_owned(),
    };
    let id = ours.created("/Users", &badged("ada", "7"));
    theirs.post("/Users", &badged("ada", "7")).expect(201);
    ours.delete(&format!("/Users/{id}")).expect(204);
    in_use(&theirs.post("/Users", &badged("bob", "7")));
}

#[test]
fn badges_in_a_bulk_request() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let holder = client.created("/Users", &badged("holder", "7"));
    let create = |bulk_id: &str, badge: &str| json!({ "method": "POST", "path": "/Users", "bulkId": bulk_id, "data": badged(bulk_id, badge) });
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [
            create("a", "1"), create("b", "7"), create("c", "1"), create("d", "2"),
            { "method": "DELETE", "path": format!("/Users/{holder}") },
            create("e", "7"),
            { "method": "PATCH", "path": "/Users/bulkId:d", "data": {
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": replace_badge(&json!("1")) } },
        ],
    });
    let reply = client.post("/Bulk", &body).expect(200);
    let statuses: Vec<&Value> = reply["Operations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|done| &done["status"])
        .collect();
    assert_eq!(
        statuses,
        ["201", "409", "409", "201", "204", "201", "409"],
        "{reply:#}"
    );
    let names = client.get("/Users").expect(200);
    let names = each(&names, "userName").join(" ");
    assert_eq!(names, "a d e");
}

#[test]
fn an_extension_is_there_as_long_as_it_has_data() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let id = client.created(
        "/Users",
        &json!({ "schemas": [USER], "userName": "ada", WORKPLACE: { "floor": 3 } }),
    );
    let path = format!("/Users/{id}");
    assert_eq!(
        client.get(&path).expect(200)["schemas"],
        json!([USER, WORKPLACE]),
        "found in the data"
    );
    let got = client
        .patch(
            &path,
            &json!([{ "op": "remove", "path": format!("{WORKPLACE}:floor") }]),
        )
        .expect(200);
    assert_eq!(
        (&got["schemas"], got.get(WORKPLACE)),
        (&json!([USER]), None)
    );
    let got = client
        .patch(
            &path,
            &json!([{ "op": "add", "path": format!("{WORKPLACE}:remote"), "value": "True" }]),
        )
        .expect(200);
    assert_eq!(
        (&got["schemas"], &got[WORKPLACE]),
        (&json!([USER, WORKPLACE]), &json!({ "remote": true }))
    );
}

#[test]
fn values_are_checked_by_type() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for (workplace, words) in [
        (json!({ "badge": {} }), "badge"),
        (json!({ "floor": "third" }), "floor"),
        (json!({ "floor": 1.5 }), "floor"),
        (json!({ "floor": true }), "floor"),
        (json!({ "floor": 9_223_372_036_854_775_808_u64 }), "floor"),
        (json!({ "remote": "maybe" }), "remote"),
        (json!({ "remote": 2 }), "remote"),
        (json!({ "since": "yesterday" }), "since"),
        (json!({ "since": "2026-02-30T00:00:00Z" }), "since"),
        (json!({ "since": 2026 }), "since"),
        (json!({ "photo": true }), "photo"),
        (json!({ "languages": [{ "code": "en" }] }), "languages"),
        (json!({ "languages": [["en"]] }), "languages"),
        (json!({ "desks": [{ "type": "fixed" }] }), "desks.value"),
        (
            json!({ "desks": [{ "value": "1", "primary": true }, { "value": "2", "primary": true }] }),
            "desks",
        ),
        (json!([1]), WORKPLACE),
    ] {
        let got = client.post("/Users", &placed("ada", &workplace));
        got.refused(400, "invalidValue", words);
    }
    let kept = json!({
        "badge": "7", "floor": -3, "remote": false, "since": "2026-01-01T08:00:00+01:00", "photo": "https://x.org/p",
        "languages": ["en", "de"], "desks": [{ "value": "1", "type": "fixed", "primary": true }, { "value": "2" }],
    });
    assert_eq!(
        client.post("/Users", &placed("ada", &kept)).expect(201)[WORKPLACE],
        kept
    );
    // A plain value has one meaning where an attribute has a `value`.
    let plain = client.post("/Users", &placed("ben", &json!({ "desks": 5 })));
    assert_eq!(
        plain.expect(201)[WORKPLACE],
        json!({ "desks": [{ "value": "5" }] })
    );
}

#[test]
fn attributes_of_an_extension_are_filtered_sorted_and_patched() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for (name, floor, languages) in [
        ("a", 10, json!(["en", "de"])),
        ("b", 9, json!(["fr"])),
        ("c", -1, json!(["EN"])),
    ] {
        let desks = json!([{ "value": format!("{name}1"), "type": "shared" }, { "value": format!("{name}2"), "primary": true }]);
        client.created(
            "/Users",
            &placed(
                name,
                &json!({ "floor": floor, "languages": languages, "desks": desks }),
            ),
        );
    }
    client.user("nowhere");
    for (filter, names) in [
        ("URN:floor gt 9", "a"),
        (
            "urn:EXAMPLE:params:scim:schemas:extension:workplace:2.0:user:FLOOR le 9",
            "b c",
        ),
        ("URN:languages eq \"en\"", "a c"),
        ("URN:languages[value sw \"f\"]", "b"),
        ("URN:desks[value eq \"A1\" and type eq \"shared\"]", "a"),
        ("URN:desks[type eq \"shared\" and primary eq true]", ""),
        ("URN:desks.primary eq true and URN:floor lt 0", "c"),
        ("not (URN:floor pr)", "nowhere"),
        ("floor eq -1", "c"),
    ] {
        let list = client
            .get(&format!(
                "/Users?filter={}",
                filter.replace("URN", WORKPLACE)
            ))
            .expect(200);
        assert_eq!(each(&list, "userName").join(" "), names, "{filter}");
    }
    let list = client
        .get(&format!("/Users?sortBy={WORKPLACE}:floor"))
        .expect(200);
    assert_eq!(
        each(&list, "userName").join(" "),
        "c b a nowhere",
        "as numbers, not as text"
    );
    let list = client
        .get(&format!(
            "/Users?sortBy={WORKPLACE}:desks.value&sortOrder=descending&attributes=userName"
        ))
        .expect(200);
    assert_eq!(each(&list, "userName").join(" "), "nowhere c b a");
    let id = list["Resources"][3]["id"].as_str().unwrap();
    let got = client.patch(
        &format!("/Users/{id}?attributes={WORKPLACE}:desks,{WORKPLACE}:languages"),
        &json!([
            { "op": "replace", "path": format!("{WORKPLACE}:desks[type eq \"shared\"].value"), "value": "a9" },
            { "op": "remove", "path": format!("{WORKPLACE}:languages[value eq \"de\"]") },
            { "op": "add", "path": format!("{WORKPLACE}:languages"), "value": "it" },
        ]),
    );
    let got = got.expect(200);
    let desks = json!([{ "value": "a9", "type": "shared" }, { "value": "a2", "primary": true }]);
    assert_eq!(
        got[WORKPLACE],
        json!({ "desks": desks, "languages": ["en", "it"] })
    );
    assert_eq!(got.get("userName"), None);
}

#[test]
fn a_device_from_create_to_delete() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let owner = client.user("ada");
    let mut body = device("S-1");
    body["weight"] = json!(1.25);
    body["active"] = json!(true);
    body["purchased"] = json!("2026-01-01T00:00:00Z");
    body["externalId"] = json!("ext");
    body["owner"] = json!({ "value": owner, "display": "Ada" });
    let got = client.post("/Devices", &body);
    let location = got.header("Location").unwrap().to_owned();
    let etag = got.header("ETag").unwrap().to_owned();
    let created = got.expect(201);
    let id = created["id"].as_str().unwrap();
    assert_eq!(location, format!("{}/scim/v2/Devices/{id}", Memory::ORIGIN));
    assert_eq!(
        (
            &created["meta"]["resourceType"],
            &created["meta"]["version"]
        ),
        (&json!("Device"), &json!(etag))
    );
    assert_eq!(created["owner"], body["owner"]);
    let path = format!("/Devices/{id}");
    assert_eq!(client.get(&path).expect(200), created);

    let got = client.patch(
        &path,
        &json!([
            { "op": "replace", "path": "weight", "value": "2.5" },
            { "op": "remove", "path": "owner" },
            { "op": "add", "value": { "model": "T1000", "shoeSize": 3 } },
        ]),
    );
    let changed = got.expect(200);
    assert_eq!(
        (&changed["weight"], &changed["model"], changed.get("owner")),
        (&json!(2.5), &json!("T1000"), None)
    );
    assert_ne!(changed["meta"]["version"], created["meta"]["version"]);
    let same = client
        .patch(
            &path,
            &json!([{ "op": "replace", "path": "weight", "value": 2.5 }]),
        )
        .expect(200);
    assert_eq!(same, changed);
    let mut put = device("S-1");
    put["model"] = json!("T2000");
    let put = client.put(&path, &put).expect(200);
    assert_eq!((&put["model"], put.get("weight")), (&json!("T2000"), None));

    let mut request = client.request("DELETE", &path, None);
    request.if_match = Some(etag);
    assert_eq!(client.send(&request).status, 412);
    client.delete(&path).expect(204);
    client.get(&path).expect(404);
    client.delete(&path).expect(404);
    client.post("/Devices", &device("S-1")).expect(201);
    assert_eq!(client.get("/Devices").expect(200)["totalResults"], 1);
}

#[test]
fn devices_are_no_users_and_users_no_devices() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let user = client.user("ada");
    let id = client.created("/Devices", &device("S-1"));
    client.get(&format!("/Users/{id}")).expect(404);
    client.get(&format!("/Devices/{user}")).expect(404);
    let members = json!({ "displayName": "G", "members": [{ "value": id }] });
    client
        .post("/Groups", &members)
        .refused(400, "invalidValue", &id);
    let root = client.get("/").expect(200);
    assert_eq!(root["totalResults"], 2);
    let list = client
        .get("/?filter=serialNumber eq \"S-1\" or userName eq \"ada\"")
        .expect(200);
    assert_eq!(each(&list, "id"), [user.as_str(), id.as_str()]);
    let list = client
        .get("/?filter=meta.resourceType eq \"Device\"")
        .expect(200);
    assert_eq!(each(&list, "id"), [id.as_str()]);
    client
        .post(
            "/Devices",
            &json!({ "schemas": [USER], "serialNumber": "2" }),
        )
        .refused(400, "invalidSyntax", DEVICE);
}

#[test]
fn a_serial_number_is_required_unique_and_immutable() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    client
        .post("/Devices", &json!({ "schemas": [DEVICE], "model": "x" }))
        .refused(400, "invalidValue", "serialNumber");
    client
        .post("/Devices", &device(""))
        .refused(400, "invalidValue", "serialNumber");
    let path = format!("/Devices/{}", client.created("/Devices", &device("S-1")));
    in_use(&client.post("/Devices", &device("S-1")));
    // It is case exact, so this is another one.
    client.post("/Devices", &device("s-1")).expect(201);

    for operations in [
        json!([{ "op": "replace", "path": "serialNumber", "value": "S-2" }]),
        json!([{ "op": "add", "path": "serialNumber", "value": "S-2" }]),
        json!([{ "op": "replace", "value": { "serialNumber": "S-2" } }]),
        json!([{ "op": "remove", "path": "serialNumber" }]),
    ] {
        client
            .patch(&path, &operations)
            .refused(400, "mutability", "serialNumber");
    }
    client
        .put(&path, &device("S-2"))
        .refused(400, "mutability", "serialNumber");
    client
        .put(&path, &device("s-1"))
        .refused(400, "mutability", "serialNumber");
    // The value that it has is no change.
    client.put(&path, &device("S-1")).expect(200);
    client
        .patch(
            &path,
            &json!([{ "op": "replace", "path": "serialNumber", "value": "S-1" }]),
        )
        .expect(200);
    assert_eq!(client.get(&path).expect(200)["serialNumber"], "S-1");
}

/// As if the attribute had been made unique only after both were stored.
#[test]
fn a_value_from_before_it_was_unique_is_held_by_the_first_that_is_written_again() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let path = |id: &str| format!("/Devices/{id}");
    let first = path(&client.created("/Devices", &device("S-1")));
    memory.sql("DELETE FROM unique_values");
    let second = path(&client.created("/Devices", &device("S-1")));
    memory.sql("DELETE FROM unique_values");
    client.put(&second, &device("S-1")).expect(200);
    in_use(&client.post("/Devices", &device("S-1")));
    // The other one can be changed all the same, and does not take it.
    let mut body = device("S-1");
    body["model"] = json!("x");
    client.put(&first, &body).expect(200);
    client.delete(&first).expect(204);
    in_use(&client.post("/Devices", &device("S-1")));
    client.delete(&second).expect(204);
    client.created("/Devices", &device("S-1"));
}

/// As if the attribute had been made required only after it was stored.
#[test]
fn a_walk_by_cursor_finds_who_lacks_what_is_required_now() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for number in 0..5 {
        client.created("/Devices", &device(&format!("S-{number}")));
    }
    memory.sql(
        "UPDATE resources SET document = json_remove(document, '$.serialNumber'), \
         folded = json_remove(folded, '$.serialNumber') WHERE folded ->> '$.serialNumber' = 'S-1'",
    );
    for order in ["ascending", "descending"] {
        let mut seen = Vec::new();
        let mut cursor = String::new();
        loop {
            let list = client
                .get(&format!(
                    "/Devices?sortBy=serialNumber&sortOrder={order}&count=2&cursor={cursor}"
                ))
                .expect(200);
            seen.extend(each(&list, "id").into_iter().map(str::to_owned));
            match list["nextCursor"].as_str() {
                Some(next) => next.clone_into(&mut cursor),
                None => break,
            }
        }
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 5, "{order}");
    }
}

#[test]
fn what_is_returned_on_request_is_not_there_unasked() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let mut body = device("S-1");
    body["certificate"] = json!("TUlJ");
    let created = client.post("/Devices", &body).expect(201);
    let path = format!("/Devices/{}", created["id"].as_str().unwrap());
    assert_eq!(client.get(&path).expect(200).get("certificate"), None);
    assert_eq!(
        client.get("/Devices").expect(200)["Resources"][0].get("certificate"),
        None
    );
    assert_eq!(
        client
            .get(&format!("{path}?attributes=certificate"))
            .expect(200)["certificate"],
        "TUlJ"
    );
    assert_eq!(
        client.get("/Devices?attributes=certificate").expect(200)["Resources"][0]["certificate"],
        "TUlJ"
    );
    assert_eq!(
        client
            .get(&format!("{path}?excludedAttributes=model"))
            .expect(200)
            .get("certificate"),
        None
    );
    let filtered = client
        .get("/Devices?filter=certificate eq \"TUlJ\"")
        .expect(200);
    assert_eq!(
        (
            &filtered["totalResults"],
            filtered["Resources"][0].get("certificate")
        ),
        (&json!(1), None)
    );
    assert_eq!(
        client
            .get("/Devices?filter=certificate eq \"tulj\"")
            .expect(200)["totalResults"],
        0
    );
    client
        .post(
            "/Devices",
            &json!({ "serialNumber": "2", "certificate": "not base64!" }),
        )
        .refused(400, "invalidValue", "certificate");
    // RFC 7643 §7, `request`: a client that wrote it sees what it wrote.
    let path = format!("{path}?attributes=certificate");
    let got = client.patch(
        &path,
        &json!([{ "op": "replace", "path": "certificate", "value": "AAAA" }]),
    );
    assert_eq!(got.expect(200)["certificate"], "AAAA");
}

#[test]
fn devices_are_listed_in_pages_and_in_order() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for (serial, weight) in [
        ("a", json!(10)),
        ("b", json!(9.5)),
        ("c", json!(-1)),
        ("d", Value::Null),
        ("e", json!(1e3)),
    ] {
        let mut body = device(serial);
        body["weight"] = weight;
        client.post("/Devices", &body).expect(201);
    }
    let list = client
        .get("/Devices?sortBy=weight&sortOrder=descending")
        .expect(200);
    assert_eq!(each(&list, "serialNumber").join(" "), "d e a b c");
    let list = client
        .get("/Devices?filter=weight ge 9.5 and weight lt 1000&startIndex=2&count=1")
        .expect(200);
    assert_eq!(
        (&list["totalResults"], each(&list, "serialNumber").join(" ")),
        (&json!(2), "b".to_owned())
    );
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = client
            .get(&format!("/Devices?sortBy=weight&count=2&cursor={cursor}"))
            .expect(200);
        seen.extend(
            each(&page, "serialNumber")
                .iter()
                .map(|serial| (*serial).to_owned()),
        );
        match page["nextCursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    assert_eq!(seen.join(" "), "c b a e d");
}

#[test]
fn discovery_tells_of_them() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let users = client.get("/ResourceTypes/User").expect(200);
    let extension = json!({ "schema": WORKPLACE, "required": false });
    assert!(
        users["schemaExtensions"]
            .as_array()
            .unwrap()
            .contains(&extension),
        "{users:#}"
    );
    let devices = client.get("/ResourceTypes/Device").expect(200);
    assert_eq!(
        (&devices["endpoint"], &devices["schema"]),
        (&json!("/Devices"), &json!(DEVICE))
    );
    assert_eq!(
        devices["meta"]["location"],
        json!(format!("{}/scim/v2/ResourceTypes/Device", Memory::ORIGIN))
    );
    for (uri, name, characteristics) in [
        (
            WORKPLACE,
            "badge",
            json!({ "type": "string", "uniqueness": "server", "caseExact": false, "required": false }),
        ),
        (
            WORKPLACE,
            "languages",
            json!({ "multiValued": true, "canonicalValues": ["en", "de", "fr"] }),
        ),
        (
            DEVICE,
            "serialNumber",
            json!({ "required": true, "mutability": "immutable", "caseExact": true }),
        ),
        (
            DEVICE,
            "certificate",
            json!({ "type": "binary", "returned": "request" }),
        ),
        (
            DEVICE,
            "weight",
            json!({ "type": "decimal", "returned": "default", "mutability": "readWrite" }),
        ),
    ] {
        let schema = client.get(&format!("/Schemas/{uri}")).expect(200);
        let attributes = schema["attributes"].as_array().unwrap();
        let attribute = attributes
            .iter()
            .find(|attribute| attribute["name"] == name)
            .unwrap();
        for (characteristic, value) in characteristics.as_object().unwrap() {
            assert_eq!(&attribute[characteristic], value, "{name}.{characteristic}");
        }
    }
    let schemas = client.get("/Schemas").expect(200);
    for uri in [WORKPLACE, DEVICE] {
        assert!(each(&schemas, "id").contains(&uri), "{uri}");
    }
}

/// The creates of a Bulk travel together, and their unique values with them.
#[test]
fn unique_values_of_a_bulk_are_held() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let create = |number: usize, serial: &str| json!({ "method": "POST", "path": "/Devices", "bulkId": format!("b{number}"), "data": { "serialNumber": serial } });
    let bulk = |operations: Value| {
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
            "Operations": operations,
        });
        let reply = client.post("/Bulk", &body).expect(200);
        let outcomes = reply["Operations"].as_array().unwrap().iter();
        outcomes
            .map(|outcome| outcome["status"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let first = [create(1, "d1"), create(2, "d2"), create(3, "d3")];
    assert_eq!(bulk(json!(first)), ["201", "201", "201"]);
    in_use(&client.post("/Devices", &json!({ "serialNumber": "d2" })));
    let second = [
        create(1, "d4"),
        create(2, "d3"),
        create(3, "d5"),
        create(4, "d5"),
    ];
    assert_eq!(bulk(json!(second)), ["201", "409", "201", "409"]);
    in_use(&client.post("/Devices", &json!({ "serialNumber": "d5" })));
}
