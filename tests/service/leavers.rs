//! Nothing that a provider sends beside `active: false` keeps a leaver active.

use serde_json::{Value, json};
use store::Database;
use testing::client::{Client, Got};
use testing::memory::Memory;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const WORKPLACE: &str = "urn:example:params:scim:schemas:extension:workplace:2.0:User";

/// What is refused of an optional attribute by itself: the body of a POST or PUT, and the path that
/// is told beside a deactivation.
fn faulty() -> Vec<(Value, String)> {
    let many: Vec<Value> = (0..1_001)
        .map(|number| json!({ "value": number.to_string() }))
        .collect();
    let two = json!([{ "value": "a", "primary": true }, { "value": "b", "primary": true }]);
    let workplace = |name: &str, value: Value| {
        (
            json!({ WORKPLACE: { name: value } }),
            format!("{WORKPLACE}:{name}"),
        )
    };
    let core = |name: &str, value: Value| (json!({ name: value }), name.to_owned());
    vec![
        core("x509Certificates", json!([{ "value": "no base64!" }])),
        core("x509Certificates", json!("no base64!")),
        core("title", json!({ "a": 1 })),
        core("title", json!("a\u{0}b")),
        core("title", json!(["a", "b"])),
        core("name", json!(["Ada", "Lovelace"])),
        core("emails", two.clone()),
        core("emails", json!([{ "value": "a", "primary": 3 }])),
        core("emails", json!([["a"]])),
        core("roles", json!(many)),
        core("profileUrl", json!(true)),
        core(ENTERPRISE, json!(7)),
        workplace("floor", json!(1.5)),
        workplace("floor", json!("third")),
        workplace("remote", json!("maybe")),
        workplace("since", json!("yesterday")),
        workplace("photo", json!({ "x": 1 })),
        workplace("languages", json!([{ "x": 1 }])),
    ]
}

/// The same in a body: the faulty attribute, and what is right.
fn body(fault: &Value, active: bool) -> Value {
    let mut body = json!({ "userName": "ada", "nickName": "Ada" });
    for (name, value) in fault.as_object().unwrap() {
        body[name] = value.clone();
    }
    body["active"] = json!(active);
    body
}

#[track_caller]
fn refused(got: &Got) {
    assert_eq!(got.status, 400, "{:#}", got.body);
    assert_eq!(got.header("Scim-Ignored"), None);
}

#[track_caller]
fn off(client: &Client<'_>, got: &Got, path: &str) {
    assert!(got.status < 300, "{path}: {:#}", got.body);
    assert_eq!(got.header("Scim-Ignored"), Some(path), "{:#}", got.body);
    let id = got.body["id"].as_str().unwrap();
    let user = client.get(&format!("/Users/{id}")).expect(200);
    assert_eq!(user["active"], false, "{path}");
    assert_eq!(user["nickName"], "Ada", "{path}");
}

#[test]
fn by_every_verb() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for (fault, path) in faulty() {
        refused(&client.post("/Users", &body(&fault, true)));
        let made = client.post("/Users", &body(&fault, false));
        let id = made.body["id"].as_str().unwrap().to_owned();
        off(&client, &made, &path);
        let user = format!("/Users/{id}");
        refused(&client.put(&user, &body(&fault, true)));
        off(&client, &client.put(&user, &body(&fault, false)), &path);
        let without_a_path =
            |active: bool| json!([{ "op": "replace", "value": body(&fault, active) }]);
        refused(&client.patch(&user, &without_a_path(true)));
        off(&client, &client.patch(&user, &without_a_path(false)), &path);
        client.delete(&user);
    }
}

/// Operations that are refused by themselves, each with what is told of it.
fn operations() -> Vec<(Value, String)> {
    let mut all: Vec<(Value, String)> = faulty()
        .into_iter()
        .map(|(fault, path)| {
            let (outer, value) = fault.as_object().unwrap().iter().next().unwrap();
            let value = match value.as_object().filter(|_| outer == WORKPLACE) {
                Some(parts) => parts.values().next().unwrap(),
                None => value,
            };
            (
                json!({ "op": "replace", "path": path, "value": value }),
                path,
            )
        })
        .collect();
    let both = r#"emails[value eq "a@x" or value eq "b@x"].primary"#;
    let more = [
        (
            json!({ "op": "replace", "path": "groups", "value": [] }),
            "groups",
        ),
        (json!({ "op": "add", "path": "title" }), "title"),
        (
            json!({ "op": "add", "path": "emails[type eq \"work\"", "value": "a" }),
            "emails?",
        ),
        (
            json!({ "op": "add", "path": "emails[type gt true].value", "value": "a" }),
            "emails.value",
        ),
        (
            json!({ "op": "add", "path": "emails[type co \"fax\"].value", "value": "a" }),
            "emails",
        ),
        (
            json!({ "op": "replace", "path": both, "value": true }),
            "emails",
        ),
        (
            json!({ "op": "add", "path": "title[value eq \"a\"]", "value": "a" }),
            "title",
        ),
    ];
    all.extend(more.map(|(operation, path)| (operation, path.to_owned())));
    all
}

#[test]
fn by_operations_with_paths() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let emails = json!([{ "value": "a@x", "type": "home" }, { "value": "b@x", "type": "home" }]);
    let made = json!({ "userName": "ada", "nickName": "Ada", "emails": emails });
    let id = client.created("/Users", &made);
    let user = format!("/Users/{id}");
    let set = |active: bool| json!({ "op": "replace", "path": "active", "value": active });
    for (operation, path) in operations() {
        refused(&client.patch(&user, &json!([operation, set(true)])));
        for both in [
            json!([operation, set(false)]),
            json!([set(false), operation]),
        ] {
            off(&client, &client.patch(&user, &both), &path);
            let shown = client.get(&user).expect(200);
            assert_eq!(shown["emails"], emails, "{path}");
            client.patch(&user, &json!([set(true)])).expect(200);
        }
        // Who is to be active at the end is not deactivated.
        let back = json!([set(false), operation, set(true)]);
        refused(&client.patch(&user, &back));
    }
}

#[test]
fn a_value_without_its_required_part() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let desk = json!([{ "value": "1" }]);
    let id = client.created(
        "/Users",
        &json!({ "userName": "ada", "nickName": "Ada", WORKPLACE: { "desks": desk } }),
    );
    let path = format!("{WORKPLACE}:desks.value");
    let user = format!("/Users/{id}");
    let off_now = json!({ "op": "replace", "path": "active", "value": false });
    let add = json!({ "op": "add", "path": format!("{WORKPLACE}:desks"), "value": [{ "type": "fixed" }] });
    client
        .patch(&user, &json!([add]))
        .refused(400, "invalidValue", "is required");
    off(&client, &client.patch(&user, &json!([off_now, add])), &path);
    assert_eq!(client.get(&user).expect(200)[WORKPLACE]["desks"], desk);
    let lacking = json!({ WORKPLACE: { "desks": [{ "type": "fixed" }] } });
    client
        .put(&user, &body(&lacking, true))
        .refused(400, "invalidValue", "is required");
    off(&client, &client.put(&user, &body(&lacking, false)), &path);
}

/// Names that are none.
fn no_names() -> [Value; 7] {
    [
        json!(null),
        json!(""),
        json!("  "),
        json!("a\nb"),
        json!("a\u{0}"),
        json!({ "a": 1 }),
        json!(["a", "b"]),
    ]
}

/// What a user must have cannot be emptied: he leaves with what he had.
#[test]
fn by_what_empties_his_name() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let made = json!({ "userName": "ada", "nickName": "Ada" });
    let user = format!("/Users/{}", client.created("/Users", &made));
    let set = |active: bool| json!({ "op": "replace", "path": "active", "value": active });
    let core = "urn:ietf:params:scim:schemas:core:2.0:User";
    let urn = format!("{core}:userName");
    let mut operations = vec![
        (json!({ "op": "remove", "path": "userName" }), "userName"),
        (json!({ "op": "remove", "path": urn }), "userName"),
        (
            json!({ "op": "remove", "path": "userName", "value": "ada" }),
            "userName",
        ),
        (json!({ "op": "replace", "path": "userName" }), "userName"),
        (json!({ "op": "add", "path": "active" }), "active"),
        (
            json!({ "op": "replace", "path": "active", "value": "maybe" }),
            "active",
        ),
        (
            json!({ "op": "replace", "value": { "active": { "a": 1 } } }),
            "active",
        ),
    ];
    for name in &no_names() {
        let replace = |path: &str| json!({ "op": "replace", "path": path, "value": name });
        operations.push((replace("userName"), "userName"));
        operations.push((replace(&urn), &urn));
        for value in [
            json!({ "userName": name }),
            json!({ "USERNAME": name }),
            json!({ &urn: name }),
        ] {
            let told = value.as_object().unwrap().keys().next().unwrap().clone();
            let told = if told == urn {
                urn.as_str()
            } else {
                "userName"
            };
            operations.push((json!({ "op": "add", "value": value }), told));
        }
    }
    let in_bulk = |operations: &Value| {
        let data = json!({ "Operations": operations });
        let operation = json!({ "method": "PATCH", "path": user, "data": data });
        let other =
            json!({ "method": "PATCH", "path": "/Users/nobody", "data": { "Operations": [] } });
        client.post("/Bulk", &json!({ "Operations": [operation, other] }))
    };
    let told = |got: &Got| {
        got.header("Scim-Ignored")
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    for (operation, path) in operations {
        refused(&client.patch(&user, &json!([operation])));
        refused(&client.patch(&user, &json!([operation, set(true)])));
        for both in [
            json!([operation, set(false)]),
            json!([set(false), operation]),
        ] {
            let got = client.patch(&user, &both);
            assert_eq!(got.status, 200, "{operation}: {:#}", got.body);
            let path = path.to_ascii_lowercase();
            assert!(
                path.ends_with(&told(&got)) && !told(&got).is_empty(),
                "{operation}"
            );
            assert_eq!(got.body["active"], false, "{operation}");
            assert_eq!(got.body["userName"], "ada", "{operation}");
            client.patch(&user, &json!([set(true)])).expect(200);
            let got = in_bulk(&both);
            assert_eq!(got.body["Operations"][0]["status"], "200", "{operation}");
            assert!(
                path.ends_with(&told(&got)) && !told(&got).is_empty(),
                "{operation}"
            );
            assert_eq!(
                client.get(&user).expect(200)["active"],
                false,
                "{operation}"
            );
            client.patch(&user, &json!([set(true)])).expect(200);
        }
    }
}

/// The same by PUT, where what is sent is the whole user.
#[test]
fn by_a_put_that_empties_his_name() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let made = json!({ "userName": "ada", "nickName": "Ada" });
    let user = format!("/Users/{}", client.created("/Users", &made));
    let set = |active: bool| json!({ "op": "replace", "path": "active", "value": active });
    let whole = |name: Option<&Value>, active: bool| {
        let mut body = json!({ "nickName": "Ada", "active": active });
        if let Some(name) = name {
            body["userName"] = name.clone();
        }
        body
    };
    // A body that does not name it is no user, whatever else it asks for.
    for active in [true, false] {
        refused(&client.put(&user, &whole(None, active)));
    }
    for name in no_names().iter().map(Some) {
        client
            .post("/Users", &whole(name, false))
            .refused(400, "invalidValue", "`userName`");
        refused(&client.put(&user, &whole(name, true)));
        off(&client, &client.put(&user, &whole(name, false)), "userName");
        // Who has left already does so no more.
        let again = client.put(&user, &whole(name, false));
        again.refused(400, "invalidValue", "`userName`");
        client.patch(&user, &json!([set(true)])).expect(200);
        let bulk = |active: bool| {
            let put = json!({ "method": "PUT", "path": user, "data": whole(name, active) });
            let other =
                json!({ "method": "PUT", "path": "/Users/nobody", "data": whole(name, active) });
            client.post("/Bulk", &json!({ "Operations": [put, other] }))
        };
        assert_eq!(bulk(true).body["Operations"][0]["status"], "400");
        let got = bulk(false);
        assert_eq!(got.body["Operations"][0]["status"], "200", "{name:?}");
        assert_eq!(got.header("Scim-Ignored"), Some("userName"));
        let shown = client.get(&user).expect(200);
        assert_eq!(
            (&shown["userName"], &shown["active"]),
            (&json!("ada"), &json!(false))
        );
        client.patch(&user, &json!([set(true)])).expect(200);
    }
    let twice = json!({ "userName": "ada", "active": "no", "title": { "a": 1 } });
    client
        .put(&user, &twice)
        .refused(400, "invalidValue", "active");
}

/// A single operation, or a list of them, for the message.
#[test]
fn by_a_message_without_its_frame() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let id = client.user("ada");
    let user = format!("/Users/{id}");
    let off = json!({ "op": "replace", "path": "active", "value": false });
    for body in [
        off.clone(),
        json!([off]),
        json!({ "Operations": off }),
        json!({ "op": "replace", "value": { "active": "False" } }),
    ] {
        let request = client.request("PATCH", &user, Some(&body));
        assert_eq!(client.send(&request).expect(200)["active"], false, "{body}");
        let on = json!([{ "op": "replace", "path": "active", "value": true }]);
        client.patch(&user, &on).expect(200);
        let bulk = json!({ "Operations": [{ "method": "PATCH", "path": user, "data": body }] });
        let done = client.post("/Bulk", &bulk).expect(200);
        assert_eq!(done["Operations"][0]["status"], "200", "{body}");
        assert_eq!(client.get(&user).expect(200)["active"], false, "{body}");
        client.patch(&user, &on).expect(200);
    }
    // One that names no operation is none.
    let request = client.request(
        "PATCH",
        &user,
        Some(&json!({ "path": "active", "value": false })),
    );
    client
        .send(&request)
        .refused(400, "invalidSyntax", "`Operations`");
}

/// `OneLogin`'s name for the manager's id, in a path and in a key.
#[test]
fn the_manager_as_scim_1_had_it() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let id = client.user("ada");
    let user = format!("/Users/{id}");
    let urn = format!("{ENTERPRISE}:manager.managerId");
    for (number, operation) in [
        json!({ "op": "replace", "path": urn, "value": "m0" }),
        json!({ "op": "add", "path": "manager.managerId", "value": "m1" }),
        json!({ "op": "replace", "value": { &urn: "m2" } }),
        json!({ "op": "replace", "value": { "manager.managerid": "m3" } }),
        json!({ "op": "replace", "value": { ENTERPRISE: { "manager": { "managerId": "m4" } } } }),
        json!({ "op": "replace", "value": { ENTERPRISE: { "manager.managerId": "m5" } } }),
    ]
    .into_iter()
    .enumerate()
    {
        let got = client.patch(&user, &json!([operation]));
        assert_eq!(got.header("Scim-Ignored"), None, "{operation}");
        let manager = got.expect(200)[ENTERPRISE]["manager"]["value"].clone();
        assert_eq!(manager, format!("m{number}"), "{operation}");
    }
    let put = json!({ "userName": "ada", &urn: "m6" });
    assert_eq!(
        client.put(&user, &put).expect(200)[ENTERPRISE]["manager"]["value"],
        "m6"
    );
    let gone = json!([{ "op": "remove", "path": urn }]);
    assert_eq!(
        client.patch(&user, &gone).expect(200)[ENTERPRISE],
        Value::Null
    );
}

/// A value that is too large in all its places is left out, and takes no room from the rest; so is
/// what would look at more values than a request may.
#[test]
fn what_is_too_much() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let roles: Vec<Value> = (0..1_000)
        .map(|number| json!({ "value": number.to_string() }))
        .collect();
    let made = client.post("/Users", &json!({ "userName": "ada", "roles": roles }));
    let user = format!("/Users/{}", made.expect(201)["id"].as_str().unwrap());
    let off = json!({ "op": "replace", "path": "active", "value": false });
    let long = json!({ "op": "replace", "path": "roles.display", "value": "d".repeat(900_000) });
    let got = client.patch(&user, &json!([long, off]));
    assert_eq!(got.header("Scim-Ignored"), Some("roles"));
    assert_eq!(got.expect(200)["active"], false);
    let on = json!([{ "op": "replace", "path": "active", "value": true }]);
    client.patch(&user, &on).expect(200);
    let mut looks: Vec<Value> = (0..100)
        .map(|number| {
            let path = format!("roles[value eq \"{number}\"].display");
            json!({ "op": "replace", "path": path, "value": "d" })
        })
        .collect();
    let title = json!({ "op": "replace", "path": "title", "value": "T" });
    looks.extend([title, off.clone()]);
    client.patch(&user, &on).expect(200);
    let got = client.patch(&user, &json!(looks));
    assert_eq!(got.header("Scim-Ignored"), Some("roles"));
    let shown = got.expect(200);
    assert_eq!(
        (&shown["active"], &shown["title"]),
        (&json!(false), &json!("T"))
    );
    let displays = shown["roles"].as_array().unwrap().iter();
    assert_eq!(displays.filter(|role| role["display"] == "d").count(), 60);
    // Where they come out even, what is behind them is done.
    looks.drain(60..101);
    let phones = json!({ "op": "replace", "path": "phoneNumbers", "value": [{ "value": "1" }] });
    looks.push(phones);
    client.patch(&user, &on).expect(200);
    let got = client.patch(&user, &json!(looks));
    assert_eq!(got.header("Scim-Ignored"), None);
    assert_eq!(got.expect(200)["phoneNumbers"][0]["value"], "1");
    let listed = json!({ "op": "remove", "path": "roles", "value": roles });
    client.patch(&user, &on).expect(200);
    client
        .patch(&user, &json!([listed]))
        .refused(400, "tooMany", "too many operations");
    let got = client.patch(&user, &json!([listed, off]));
    assert_eq!(got.header("Scim-Ignored"), Some("roles"));
    assert_eq!(got.expect(200)["active"], false);
}

/// Operations of a Bulk share what one request may look at: all leave, as far as they are told.
#[test]
fn by_a_bulk_of_more_than_one_request_may() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let addresses: Vec<Value> = (0..1_000)
        .map(|number| json!({ "type": format!("t{number}"), "streetAddress": "s" }))
        .collect();
    let mut made = Vec::new();
    for name in ["ada", "bob", "cy"] {
        let body = json!({ "userName": name, "addresses": addresses });
        made.push(format!("/Users/{}", client.created("/Users", &body)));
    }
    let operations = |off: bool| -> Value {
        let mut all: Vec<Value> = (0..25)
            .map(|number| {
                let path = format!("addresses[type eq \"t{number}\"].streetAddress");
                json!({ "op": "replace", "path": path, "value": format!("{off}") })
            })
            .collect();
        all.push(json!({ "op": "replace", "path": "active", "value": !off }));
        Value::from(all)
    };
    let bulk = |off: bool| {
        let patch = |path: &String| {
            let data = json!({ "Operations": operations(off) });
            json!({ "method": "PATCH", "path": path, "data": data })
        };
        let body = json!({ "Operations": made.iter().map(patch).collect::<Vec<Value>>() });
        client.post("/Bulk", &body)
    };
    let statuses = |got: &Got| -> Vec<String> {
        let done = got.body["Operations"].as_array().unwrap().iter();
        done.map(|one| one["status"].as_str().unwrap().to_owned())
            .collect()
    };
    let got = bulk(false);
    assert_eq!(statuses(&got), ["200", "200", "429"], "{:#}", got.body);
    let got = bulk(true);
    assert_eq!(statuses(&got), ["200", "200", "200"], "{:#}", got.body);
    assert_eq!(got.header("Scim-Ignored"), Some("addresses"));
    for path in &made {
        assert_eq!(client.get(path).expect(200)["active"], false);
    }
}

/// A name that another has by now: he leaves with the one that he had.
#[test]
fn a_name_in_use_keeps_nobody_active() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    client.user("taken");
    let ada = client.user("ada");
    let path = format!("/Users/{ada}");
    let rename = json!({ "op": "replace", "path": "userName", "value": "taken" });
    let title = json!({ "op": "replace", "path": "title", "value": "T" });
    let stays = client.patch(&path, &json!([rename, title]));
    assert_eq!(stays.status, 409);
    let off = json!({ "op": "Replace", "path": "active", "value": "False" });
    let got = client.patch(&path, &json!([rename, title, off]));
    assert_eq!(got.status, 200, "{:#}", got.body);
    assert_eq!(got.header("Scim-Ignored"), Some("userName"));
    assert_eq!(got.body["active"], false);
    assert_eq!(got.body["userName"], "ada");
    assert_eq!(got.body["title"], "T");
    // By PUT, as Okta has users leave: refused where he stays, or has left already.
    let ida = client.user("ida");
    let path = format!("/Users/{ida}");
    let whole =
        |active: bool| json!({ "userName": "taken", "title": "T", "active": active, "id": ida });
    assert_eq!(client.put(&path, &whole(true)).status, 409);
    let got = client.put(&path, &whole(false));
    assert_eq!(got.status, 200, "{:#}", got.body);
    assert_eq!(got.header("Scim-Ignored"), Some("userName"));
    assert_eq!(got.body["active"], false);
    assert_eq!(got.body["userName"], "ida");
    assert_eq!(got.body["title"], "T");
    assert_eq!(client.put(&path, &whole(false)).status, 409);
    let replaced = |name: &str| {
        let path = format!("/Users/{}", client.user(name));
        let data = json!({ "userName": "taken", "active": false });
        json!({ "method": "PUT", "path": path, "data": data })
    };
    let leaver = |name: &str, operations: &Value| {
        json!({ "method": "PATCH", "path": format!("/Users/{}", client.user(name)), "data": {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": operations,
        } })
    };
    let away = json!([rename, off]);
    let gil = leaver("gil", &json!([rename, title, off]));
    memory.sql("UPDATE users SET document = json_set(document, '$.active', json('false')), folded = json_set(folded, '$.active', json('false')) WHERE user_name_folded = 'gil'");
    let bulks = [
        vec![leaver("bob", &away)],
        // Several travel together.
        vec![leaver("cy", &away), leaver("dora", &json!([title]))],
        vec![leaver("eve", &away), leaver("fay", &away)],
        // So does one who is inactive already.
        vec![gil, leaver("hal", &json!([title]))],
        vec![replaced("jo")],
        vec![replaced("kim"), leaver("lea", &away), replaced("max")],
    ];
    for operations in bulks {
        let bulk = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
            "Operations": operations,
        });
        let got = client.post("/Bulk", &bulk).expect(200);
        for done in got["Operations"].as_array().unwrap() {
            assert_eq!(done["status"], "200", "{got:#}");
        }
    }
    for name in ["bob", "cy", "eve", "fay", "gil", "jo", "kim", "lea", "max"] {
        let found = client.get(&format!("/Users?filter=userName eq \"{name}\""));
        assert_eq!(found.expect(200)["Resources"][0]["active"], false, "{name}");
    }
}

/// A name that is found to be another's once is not tried for everybody who leaves: there are trips
/// for some fifty.
#[test]
fn by_one_name_for_a_hundred() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let holder = client.user("taken");
    let ids: Vec<String> = (0..100).map(|n| client.user(&format!("u{n}"))).collect();
    let leave = |id: &String, name: &str| {
        json!({ "method": "PATCH", "path": format!("/Users/{id}"), "data": { "Operations": [
            { "op": "replace", "path": "userName", "value": name },
            { "op": "replace", "path": "active", "value": false },
        ] } })
    };
    let put = |id: &String| {
        let data = json!({ "userName": "taken", "active": false });
        json!({ "method": "PUT", "path": format!("/Users/{id}"), "data": data })
    };
    let (some, others) = ids.split_at(50);
    let patches = some.iter().map(|id| leave(id, "taken"));
    let mut operations: Vec<Value> = patches.chain(others.iter().map(put)).collect();
    // From here on it is free.
    operations.push(leave(&holder, "gone"));
    let later = client.user("later");
    operations.push(leave(&later, "taken"));
    let got = client.post("/Bulk", &json!({ "Operations": operations }));
    for done in got.body["Operations"].as_array().unwrap() {
        assert_eq!(done["status"], "200", "{done:#}");
    }
    assert_eq!(got.header("Scim-Ignored"), Some("userName"));
    let active = "SELECT count(*) FROM users WHERE active = 1";
    assert_eq!(memory.number(active), 0);
    for (id, name) in [(&ids[99], "u99"), (&holder, "gone"), (&later, "taken")] {
        let user = client.get(&format!("/Users/{id}")).expect(200);
        assert_eq!(user["userName"], name);
    }
}

/// Names of their own that are another's are found out together; so are those that leavers take
/// from each other.
#[test]
fn by_a_thousand_names() {
    let bulk = |strict: bool, name: &dyn Fn(usize) -> String| {
        let memory = Memory::new();
        let client = Client::new(&memory);
        let make = |letter: &str| -> Vec<String> {
            let operation = |number: usize| {
                let data = json!({ "userName": format!("{letter}{number}") });
                json!({ "method": "POST", "path": "/Users", "bulkId": format!("{number}"), "data": data })
            };
            let operations: Vec<Value> = (0..1_000).map(operation).collect();
            let made = client.post("/Bulk", &json!({ "Operations": operations }));
            let made = made.body["Operations"].as_array().unwrap().iter();
            let path = |one: &Value| {
                format!(
                    "/Users/{}",
                    one["location"]
                        .as_str()
                        .unwrap()
                        .rsplit('/')
                        .next()
                        .unwrap()
                )
            };
            made.map(path).collect()
        };
        let paths = make("u");
        make("t");
        let operations: Vec<Value> = (0..1_000)
            .map(|number| {
                json!({ "method": "PATCH", "path": paths[number], "data": { "Operations": [
                    { "op": "replace", "path": "userName", "value": name(number) },
                    { "op": "replace", "path": "active", "value": false },
                ] } })
            })
            .collect();
        let mut body = json!({ "Operations": operations });
        if strict {
            body["failOnErrors"] = json!(1);
        }
        let before = memory.database.cost().trips;
        let got = client.post("/Bulk", &body);
        let trips = memory.database.cost().trips - before;
        let all = got.body["Operations"].as_array().unwrap();
        let done = all.iter().filter(|one| one["status"] == "200").count();
        let off = memory.number("SELECT count(*) FROM users WHERE active = 0");
        assert_eq!((done, off), (1_000, 1_000), "after {trips} trips");
        let kept =
            memory.number("SELECT count(*) FROM users WHERE active = 0 AND user_name LIKE 'u%'");
        (trips, kept)
    };
    let own = |number: usize| format!("t{number}");
    let (trips, kept) = bulk(false, &own);
    assert!(trips <= 12 && kept == 1_000, "{trips} {kept}");
    let (trips, kept) = bulk(true, &own);
    assert!(trips <= 12 && kept == 1_000, "{trips} {kept}");
    // Two and two the same: the first of each has it, where it is free.
    let (trips, kept) = bulk(false, &|number| format!("t{}", number / 2));
    assert!(trips <= 12 && kept == 1_000, "{trips} {kept}");
    let (trips, kept) = bulk(false, &|number| format!("n{}", number / 2));
    assert!(trips <= 12 && kept == 500, "{trips} {kept}");
    // Free, or one for all, in turn.
    let (trips, kept) = bulk(false, &|number| {
        [format!("n{number}"), "t7".to_owned()][number % 2].clone()
    });
    assert!(trips <= 12 && kept == 500, "{trips} {kept}");
    // Each that of him in front, as long as there are trips.
    let (trips, _) = bulk(false, &|number| {
        if number == 0 {
            "n".to_owned()
        } else {
            format!("u{}", number - 1)
        }
    });
    assert!(trips <= 240, "{trips}");
}

/// The holder of a name goes while a Bulk is at work, and somebody else changes who is to have it.
#[test]
fn a_name_that_is_free_by_now_is_given() {
    let bulk = |before: usize, meanwhile: &str, data: &[(&str, Value)]| {
        let memory = Memory::new();
        let client = Client::new(&memory);
        client.user("taken");
        let mut operations = Vec::new();
        for (name, operation) in data {
            let path = format!("/Users/{}", client.user(name));
            let data = json!({ "Operations": [operation] });
            operations.push(json!({ "method": "PATCH", "path": path, "data": data }));
        }
        let free = format!("DELETE FROM users WHERE user_name_folded = 'taken'; {meanwhile}");
        *memory.database.meanwhile.borrow_mut() = Some((before, free));
        let got = client.post("/Bulk", &json!({ "Operations": operations }));
        assert_eq!(memory.database.meanwhile.take(), None, "before {before}");
        for done in got.body["Operations"].as_array().unwrap() {
            assert_eq!(done["status"], "200", "before {before}: {done:#}");
        }
        memory
    };
    let replace = |value: Value| json!({ "op": "replace", "value": value });
    let renames = ["taken", "robert"].map(|name| replace(json!({ "userName": name })));
    let [ada, bob] = ["ada", "bob"];
    let renames = [(ada, renames[0].clone()), (bob, renames[1].clone())];
    // In front of the read, of the write, and of a look at why that wrote nothing.
    for before in 0..3 {
        let meanwhile =
            "UPDATE users SET version = 'another' WHERE user_name_folded IN ('ada', 'bob')";
        let memory = bulk(before, meanwhile, &renames);
        let found = "SELECT count(*) FROM users WHERE user_name IN ('taken', 'robert')";
        assert_eq!(memory.number(found), 2, "before {before}");
    }
    let leave = replace(json!({ "userName": "taken", "active": false }));
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
    let leavers = names.map(|name| (name, leave.clone()));
    // In front of each batch but the last, behind whose read nobody asks.
    for before in 0..4 {
        let memory = bulk(before, "", &leavers);
        let active = "SELECT count(*) FROM users WHERE active = 1";
        assert_eq!(memory.number(active), 0, "before {before}");
        let found = "SELECT count(*) FROM users WHERE user_name = 'taken'";
        assert_eq!(memory.number(found), 1, "before {before}");
    }
}

/// Somebody else lets those grow who leave without their names, beyond what a run reads at once.
#[test]
fn who_grows_meanwhile_leaves_as_well() {
    for before in 0..5 {
        let memory = Memory::new();
        let client = Client::new(&memory);
        let leavers = ["a", "b", "c", "d"];
        let operations = leavers.map(|name| {
            let taken = format!("{name}-taken");
            client.user(&taken);
            let path = format!("/Users/{}", client.user(name));
            let value = json!({ "userName": taken, "active": false });
            let data = json!({ "Operations": [{ "op": "replace", "value": value }] });
            json!({ "method": "PATCH", "path": path, "data": data })
        });
        let title = "json_set(document, '$.title', hex(zeroblob(300000)))";
        let folded = title.replace("(document", "(folded");
        let grow = format!(
            "UPDATE users SET document = {title}, folded = {folded}, version = 'grown' \
             WHERE user_name_folded IN ('b', 'c')"
        );
        *memory.database.meanwhile.borrow_mut() = Some((before, grow));
        let got = client.post("/Bulk", &json!({ "Operations": operations }));
        assert_eq!(memory.database.meanwhile.take(), None, "before {before}");
        for done in got.body["Operations"].as_array().unwrap() {
            assert_eq!(done["status"], "200", "before {before}: {done:#}");
        }
        let active = "SELECT count(*) FROM users WHERE active = 1 AND user_name NOT LIKE '%taken'";
        assert_eq!(memory.number(active), 0, "before {before}");
    }
}

/// What is no operation, as a removal of nothing that is named.
#[test]
fn by_what_is_no_operation() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let made = json!({ "userName": "ada", "nickName": "Ada", "title": "T" });
    let user = format!("/Users/{}", client.created("/Users", &made));
    let set = |active: bool| json!({ "op": "replace", "path": "active", "value": active });
    let core = "urn:ietf:params:scim:schemas:core:2.0:User";
    for (operation, told) in [
        (json!({ "op": "remove" }), "Operations"),
        (json!({ "op": "remove", "path": "schemas" }), "schemas"),
        (
            json!({ "op": "replace", "path": 7, "value": "x" }),
            "Operations",
        ),
        (
            json!({ "op": "replace", "path": ["title"], "value": "x" }),
            "Operations",
        ),
        (
            json!({ "op": "remove", "path": null, "value": { "title": "T" } }),
            "Operations",
        ),
        (json!({ "op": "remove", "path": "" }), "\"\""),
        (json!({ "op": "remove", "path": core }), core),
        (json!({ "op": "replace", "path": core, "value": "x" }), core),
        (json!({ "op": "replace", "value": { core: "x" } }), core),
        (json!({ "op": "add" }), "Operations"),
        (json!({ "op": "replace", "value": "x" }), "Operations"),
        (json!({ "op": "move", "path": "title" }), "title"),
        (
            json!({ "op": "add", "path": ["title"], "value": "x" }),
            "Operations",
        ),
        (json!("remove"), "Operations"),
    ] {
        refused(&client.patch(&user, &json!([operation, set(true)])));
        refused(&client.patch(&user, &json!([operation])));
        for both in [
            json!([operation, set(false)]),
            json!([set(false), operation]),
        ] {
            off(&client, &client.patch(&user, &both), told);
            assert_eq!(client.get(&user).expect(200)["title"], "T", "{operation}");
            client.patch(&user, &json!([set(true)])).expect(200);
        }
    }
    client
        .patch(&user, &json!([{ "op": "remove" }]))
        .refused(400, "noTarget", "Operation 1: ");
}

/// A part that each value must have, of an attribute that nobody must have.
#[test]
fn by_an_empty_part_that_is_required() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let desks = json!([{ "value": "1", "type": "fixed" }]);
    let made = json!({ "userName": "ada", "nickName": "Ada", WORKPLACE: { "desks": desks } });
    let user = format!("/Users/{}", client.created("/Users", &made));
    let path = format!("{WORKPLACE}:desks.value");
    let set = |active: bool| json!({ "op": "replace", "path": "active", "value": active });
    for operation in [
        json!({ "op": "replace", "path": path, "value": "" }),
        json!({ "op": "replace", "value": { &path: null } }),
        json!({ "op": "replace", "path": format!("{WORKPLACE}:desks[type eq \"fixed\"].value"), "value": "" }),
    ] {
        refused(&client.patch(&user, &json!([operation, set(true)])));
        off(
            &client,
            &client.patch(&user, &json!([operation, set(false)])),
            &path,
        );
        assert_eq!(client.get(&user).expect(200)[WORKPLACE]["desks"], desks);
        client.patch(&user, &json!([set(true)])).expect(200);
    }
    // The parts beside it are set.
    let beside =
        json!({ "op": "replace", "path": WORKPLACE, "value": { "floor": 5, "desks.value": null } });
    let got = client.patch(&user, &json!([beside, set(false)]));
    off(&client, &got, &path);
    assert_eq!(got.body[WORKPLACE], json!({ "floor": 5, "desks": desks }));
}
