//! What is left out of a request is told in `Scim-Ignored`, so that no success is without effect
//! and without a word.

use serde_json::{Value, json};
use testing::client::{Client, Got};
use testing::memory::Memory;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const WORKPLACE: &str = "urn:example:params:scim:schemas:extension:workplace:2.0:User";
const SCIM_1: &str = "urn:scim:schemas:extension:enterprise:1.0";

/// The reply is a success that names this as ignored; nothing where none is given.
#[track_caller]
fn told(got: Got, paths: Option<&str>) -> Value {
    assert!(got.status < 300, "{:#}", got.body);
    assert_eq!(got.header("Scim-Ignored"), paths);
    got.body
}

/// A group of two, and those.
fn two(client: &Client<'_>) -> (String, String, String) {
    let (ada, bob) = (client.user("ada"), client.user("bob"));
    let group = client.group("all", &[&ada, &bob]);
    (group, ada, bob)
}

fn members(client: &Client<'_>, group: &str) -> usize {
    let shown = client.get(&format!("/Groups/{group}")).expect(200);
    shown["members"].as_array().map_or(0, Vec::len)
}

#[test]
fn a_password_is_told_by_every_verb() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let body = json!({ "userName": "ada", "password": "t1meMa$heen" });
    let made = told(client.post("/Users", &body), Some("password"));
    let path = format!("/Users/{}", made["id"].as_str().unwrap());
    told(client.put(&path, &body), Some("password"));
    let urn =
        json!({ "userName": "ada", "urn:ietf:params:scim:schemas:core:2.0:User:password": "x" });
    told(client.put(&path, &urn), Some("password"));
    let operations = json!([{ "op": "replace", "value": { "password": "x" } }]);
    told(client.patch(&path, &operations), Some("password"));
    let none = json!({ "userName": "ada", "password": null });
    told(client.put(&path, &none), None);
}

/// `OneLogin`'s template, half brought up to date.
#[test]
fn of_two_spellings_of_an_extension_the_right_one_counts() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let both = json!({ SCIM_1: { "department": "old" }, ENTERPRISE: { "department": "new" } });
    let mut body = both.clone();
    body["userName"] = json!("ada");
    let made = told(client.post("/Users", &body), Some(SCIM_1));
    assert_eq!(made[ENTERPRISE]["department"], "new");
    let path = format!("/Users/{}", made["id"].as_str().unwrap());
    let changed = told(client.put(&path, &body), Some(SCIM_1));
    assert_eq!(changed[ENTERPRISE]["department"], "new");
    let operations = json!([{ "op": "replace", "value": both }]);
    let changed = told(client.patch(&path, &operations), Some(SCIM_1));
    assert_eq!(changed[ENTERPRISE]["department"], "new");
    // The same with a key for the attribute.
    let flat = format!("{SCIM_1}:department");
    let right = format!("{ENTERPRISE}:department");
    for (name, counts) in [
        ("cy", json!({ ENTERPRISE: { "department": "new" } })),
        ("dy", json!({ right: "new" })),
    ] {
        let mut body = counts;
        body["userName"] = json!(name);
        body[&flat] = json!("old");
        let made = told(client.post("/Users", &body), Some(&flat));
        assert_eq!(made[ENTERPRISE]["department"], "new");
        let path = format!("/Users/{}", made["id"].as_str().unwrap());
        let changed = told(client.put(&path, &body), Some(&flat));
        assert_eq!(changed[ENTERPRISE]["department"], "new");
        let operations = json!([{ "op": "replace", "value": body }]);
        let changed = told(client.patch(&path, &operations), Some(&flat));
        assert_eq!(changed[ENTERPRISE]["department"], "new");
    }
    // Alone it is read.
    let alone = json!({ "userName": "eve", flat: "old", ENTERPRISE: { "division": "d" } });
    let made = told(client.post("/Users", &alone), None);
    assert_eq!(made[ENTERPRISE]["department"], "old");
    let alone = json!({ "userName": "bob", SCIM_1: { "department": "old" } });
    let made = told(client.post("/Users", &alone), None);
    assert_eq!(made[ENTERPRISE]["department"], "old");
}

#[test]
fn a_removal_that_lists_nobody_removes_nobody() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let (group, ada, _) = two(&client);
    for nobody in [json!(""), json!([])] {
        let operations = json!([{ "op": "remove", "path": "members", "value": nobody }]);
        told(
            client.patch(&format!("/Groups/{group}"), &operations),
            Some("members"),
        );
        assert_eq!(members(&client, &group), 2, "{nobody}");
    }
    let path = format!("/Users/{ada}");
    let emails =
        json!([{ "op": "add", "path": "emails", "value": [{ "value": "a@example.com" }] }]);
    client.patch(&path, &emails).expect(200);
    for nothing in [json!(""), json!([]), json!([{ "value": "b@example.com" }])] {
        let operations = json!([{ "op": "remove", "path": "emails", "value": nothing }]);
        let left = told(client.patch(&path, &operations), Some("emails"));
        assert_eq!(left["emails"][0]["value"], "a@example.com", "{nothing}");
    }
    let all = json!([{ "op": "remove", "path": "members" }]);
    told(client.patch(&format!("/Groups/{group}"), &all), None);
    assert_eq!(members(&client, &group), 0);
}

/// Who is asked to be removed and is not there: done, and told, whatever is done beside it.
#[test]
fn a_removal_of_members_who_are_not_there_is_told() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let (group, ada, bob) = two(&client);
    let path = format!("/Groups/{group}");
    let at = |path: &str| json!({ "op": "remove", "path": path });
    let listed =
        |id: &str| json!({ "op": "remove", "path": "members", "value": [{ "value": id }] });
    let add = |id: &str| json!({ "op": "add", "path": "members", "value": [{ "value": id }] });
    let of = |id: &str| at(&format!("members[value eq \"{id}\"]"));
    let name = json!({ "op": "replace", "path": "externalId", "value": "x" });
    let all = json!({ "op": "remove", "path": "members" });
    let cy = client.user("cy");
    let told_of = |operations: Value, is_told: bool, left: usize| {
        told(
            client.patch(&path, &operations),
            is_told.then_some("members"),
        );
        assert_eq!(members(&client, &group), left, "{operations}");
    };
    told_of(json!([of("zz")]), true, 2);
    told_of(json!([of(&cy)]), true, 2);
    told_of(json!([at("members[display eq \"nobody\"]")]), true, 2);
    told_of(json!([listed(&format!(" {ada}"))]), true, 2);
    told_of(json!([listed(&ada.to_uppercase())]), true, 2);
    told_of(json!([listed(&"z".repeat(99))]), true, 2);
    told_of(json!([name, of("zz")]), true, 2);
    told_of(json!([of(&ada), of("zz")]), true, 1);
    told_of(json!([of(&ada)]), true, 1);
    told_of(json!([add(&ada), of(&ada)]), false, 1);
    told_of(json!([add(&ada), of("zz")]), true, 2);
    told_of(
        json!([of(&ada), at("members[display eq \"bob\"]")]),
        false,
        0,
    );
    told_of(json!([add(&ada), add(&bob)]), false, 2);
    let both = json!({ "op": "remove", "path": "members", "value": [{ "value": "zz" }, { "value": bob }] });
    told_of(json!([both]), false, 1);
    told_of(json!([add(&bob)]), false, 2);
    let name = json!({ "op": "replace", "path": "externalId", "value": "y" });
    told_of(json!([name, of(&bob)]), false, 1);
    // Where all go, nobody is asked for.
    told_of(json!([of(&ada), all]), false, 0);
    told_of(json!([all]), false, 0);
}

/// The list in an object in a list, as `emails` is read.
#[test]
fn members_are_unwrapped_as_other_lists_are() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let (ada, bob) = (client.user("ada"), client.user("bob"));
    for (start, op, list, count) in [
        (vec![], "add", json!([{ "members": [{ "value": ada }] }]), 1),
        (
            vec![],
            "replace",
            json!([{ "members": [{ "value": ada }, { "value": bob }] }]),
            2,
        ),
        (
            vec![ada.as_str(), &bob],
            "remove",
            json!([{ "members": [{ "value": bob }] }]),
            1,
        ),
        (
            vec![ada.as_str()],
            "add",
            json!({ "members": [{ "value": bob }] }),
            2,
        ),
    ] {
        let group = client.group("all", &start);
        let operations = json!([{ "op": op, "path": "members", "value": list }]);
        told(client.patch(&format!("/Groups/{group}"), &operations), None);
        assert_eq!(members(&client, &group), count, "{op} {list}");
        client.delete(&format!("/Groups/{group}"));
    }
    let list = json!([{ "emails": [{ "value": "a@example.com" }, { "value": "b@example.com" }] }]);
    let operations = json!([{ "op": "add", "path": "emails", "value": list }]);
    let user = told(client.patch(&format!("/Users/{ada}"), &operations), None);
    assert_eq!(user["emails"].as_array().unwrap().len(), 2);
}

#[test]
fn a_removal_of_the_whole_resource_is_told_as_such() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let path = format!("/Users/{}", client.user("ada"));
    let uri = "urn:ietf:params:scim:schemas:core:2.0:User";
    let operations = json!([{ "op": "remove", "path": uri }]);
    client
        .patch(&path, &operations)
        .refused(400, "noTarget", "the whole resource");
    client
        .patch(&path, &json!([{ "op": "remove" }]))
        .refused(400, "noTarget", "needs a `path`");
}

#[test]
fn blanks_around_a_boolean_are_cut() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let body = json!({ "userName": "ada", "active": " false " });
    let made = told(client.post("/Users", &body), None);
    assert_eq!(made["active"], false);
    let path = format!("/Users/{}", made["id"].as_str().unwrap());
    for (text, active) in [(" True", true), ("false\n", false)] {
        let operations = json!([{ "op": "replace", "path": "active", "value": text }]);
        assert_eq!(
            told(client.patch(&path, &operations), None)["active"],
            active
        );
    }
    let operations = json!([{ "op": "replace", "path": "active", "value": "fal se" }]);
    client
        .patch(&path, &operations)
        .refused(400, "invalidValue", "active");
}

/// RFC 7644 §3.3 and §3.5.1 have it ignored; that a group was not given is told.
#[test]
fn what_is_the_servers_is_told_by_every_verb() {
    let mut memory = Memory::new();
    let client = Client::new(&memory);
    let group = client.group("all", &[]);
    let manager = |schema: &str| json!({ "userName": "ada", schema: { "manager": { "value": "7", "displayName": "M" } } });
    let place = format!("{ENTERPRISE}:manager.displayName");
    let groups = json!({ "userName": "ada", "groups": [{ "value": group }] });
    let made = told(client.post("/Users", &groups), Some("groups"));
    let path = format!("/Users/{}", made["id"].as_str().unwrap());
    told(client.put(&path, &groups), Some("groups"));
    for schema in [ENTERPRISE, SCIM_1] {
        told(client.put(&path, &manager(schema)), Some(&place));
    }
    let operations = json!([{ "op": "replace", "value": manager(ENTERPRISE) }]);
    told(client.patch(&path, &operations), Some(&place));
    client.delete(&path).expect(204);
    told(client.post("/Users", &manager(SCIM_1)), Some(&place));
    // What every resource is known by is sent back by many, and so is an empty list.
    let shown = client.get("/Users?filter=userName eq \"ada\"").expect(200);
    let mut shown = shown["Resources"][0].clone();
    shown["groups"] = json!([]);
    let path = format!("/Users/{}", shown["id"].as_str().unwrap());
    told(client.put(&path, &shown), None);
    // Where they are the client's to give, nothing is left out.
    memory.settings.accept_user_groups = true;
    let client = Client::new(&memory);
    shown["groups"] = json!([{ "value": group }]);
    told(client.put(&path, &shown), None);
    let made = json!({ "userName": "bob", "groups": [{ "value": group }] });
    told(client.post("/Users", &made), None);
    let strange = json!({ "userName": "eve", "groups": [{ "display": "no id" }] });
    told(client.post("/Users", &strange), Some("groups"));
    assert_eq!(members(&client, &group), 2);
}

/// Whatever type a plain value comes as, it does not keep a leaver active.
#[test]
fn a_value_of_another_type_does_not_stop_a_deactivation() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let path = format!("/Users/{}", client.user("ada"));
    for (sent, place, value) in [
        (
            json!({ ENTERPRISE: { "employeeNumber": 701_984 } }),
            "employeeNumber",
            json!("701984"),
        ),
        (
            json!({ ENTERPRISE: { "employeeNumber": false } }),
            "employeeNumber",
            json!("false"),
        ),
        (
            json!({ ENTERPRISE: { "manager": 5 } }),
            "manager",
            json!({ "value": "5" }),
        ),
        (
            json!({ ENTERPRISE: { "manager": { "value": 5 } } }),
            "manager",
            json!({ "value": "5" }),
        ),
        (json!({ "title": true }), "title", json!("true")),
        (
            json!({ "name": "John Doe" }),
            "name",
            json!({ "formatted": "John Doe" }),
        ),
        (
            json!({ "name": { "givenName": 7 } }),
            "name",
            json!({ "givenName": "7" }),
        ),
        (
            json!({ "emails": [{ "value": 7, "type": true }] }),
            "emails",
            json!([{ "value": "7", "type": "true" }]),
        ),
        (json!({ "emails": 7 }), "emails", json!([{ "value": "7" }])),
    ] {
        let mut whole = sent.clone();
        whole["userName"] = json!("ada");
        let on = whole.clone();
        whole["active"] = json!(false);
        let shown = |user: &Value| match user.get(place) {
            Some(value) => value.clone(),
            None => user[ENTERPRISE][place].clone(),
        };
        let mut parts = sent.clone();
        parts["active"] = json!("False");
        let both = json!([{ "op": "replace", "value": parts }]);
        client
            .put(&path, &json!({ "userName": "ada", "active": true }))
            .expect(200);
        let user = told(client.patch(&path, &both), None);
        assert_eq!(
            (&user["active"], shown(&user)),
            (&json!(false), value.clone()),
            "{both}"
        );
        client.put(&path, &on).expect(200);
        let user = told(client.put(&path, &whole), None);
        assert_eq!(
            (&user["active"], shown(&user)),
            (&json!(false), value),
            "{whole}"
        );
    }
}

/// A user who has something of everything, and the path.
fn whole(client: &Client<'_>) -> String {
    let body = json!({
        "userName": "ada",
        "name": { "givenName": "Ada", "familyName": "Lovelace" },
        "emails": [{ "value": "w@x", "type": "work" }, { "value": "h@x", "type": "home" }],
        ENTERPRISE: { "department": "Dep", "division": "Div", "manager": { "value": "m1" } },
    });
    format!("/Users/{}", client.created("/Users", &body))
}

#[test]
fn values_of_which_nothing_is_set_empty_the_attribute() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let empty = json!([{ "value": "" }]);
    for name in ["emails", "phoneNumbers", "roles", "photos"] {
        for value in [&empty, &empty[0]] {
            for operation in [
                json!({ "op": "replace", "path": name, "value": value }),
                json!({ "op": "replace", "value": { name: value } }),
            ] {
                let body = json!({ "userName": name, name: [{ "value": "a", "type": "work" }] });
                let path = format!("/Users/{}", client.created("/Users", &body));
                let left = told(client.patch(&path, &json!([operation])), None);
                assert_eq!(left.get(name), None, "{operation}");
                client.delete(&path).expect(204);
            }
        }
    }
}

#[test]
fn what_does_nothing_is_told() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let path = whole(&client);
    let before = client.get(&path).expect(200);
    for (operation, name) in [
        (
            json!({ "op": "remove", "path": "active", "value": true }),
            "active",
        ),
        (
            json!({ "op": "remove", "path": "active", "value": "True" }),
            "active",
        ),
        (
            json!({ "op": "remove", "path": "active", "value": false }),
            "active",
        ),
        (
            json!({ "op": "replace", "path": "name", "value": {} }),
            "name",
        ),
        (json!({ "op": "replace", "value": { "name": {} } }), "name"),
        (
            json!({ "op": "add", "path": ENTERPRISE, "value": {} }),
            ENTERPRISE,
        ),
        (
            json!({ "op": "replace", "path": ENTERPRISE, "value": {} }),
            ENTERPRISE,
        ),
        (
            json!({ "op": "replace", "path": "emails[type eq \"work\"]", "value": {} }),
            "emails",
        ),
    ] {
        let after = told(client.patch(&path, &json!([operation])), Some(name));
        assert_eq!(after, before, "{operation}");
    }
}

#[test]
fn a_remove_with_a_value_takes_that_and_no_more() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let cases = [
        // Path, value; what is told; what of name, extension and addresses is left.
        (
            ENTERPRISE,
            json!({ "department": "Dep" }),
            None,
            "ada lovelace div m1 w@x h@x",
        ),
        (
            ENTERPRISE,
            json!({ "department": "wrong", "division": "Div" }),
            Some("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"),
            "ada lovelace dep m1 w@x h@x",
        ),
        (
            ENTERPRISE,
            json!("Dep"),
            Some(ENTERPRISE),
            "ada lovelace dep div m1 w@x h@x",
        ),
        (ENTERPRISE, json!(null), None, "ada lovelace w@x h@x"),
        (
            "name",
            json!({ "givenName": "Ada" }),
            None,
            "lovelace dep div m1 w@x h@x",
        ),
        (
            "name",
            json!({ "givenName": "Ada", "familyName": "no" }),
            Some("name.familyName"),
            "lovelace dep div m1 w@x h@x",
        ),
        (
            "manager",
            json!({ "value": "m1" }),
            None,
            "ada lovelace dep div w@x h@x",
        ),
        (
            "emails.value",
            json!("h@x"),
            None,
            "ada lovelace dep div m1 w@x",
        ),
        (
            "emails[type eq \"work\"].value",
            json!("nobody@x"),
            Some("emails.value"),
            "ada lovelace dep div m1 w@x h@x",
        ),
        (
            "emails[type eq \"work\"].value",
            json!("W@x"),
            None,
            "ada lovelace dep div m1 h@x",
        ),
        (
            "emails[type eq \"work\"].value",
            json!(""),
            None,
            "ada lovelace dep div m1 h@x",
        ),
        (
            "emails[type eq \"work\"]",
            json!([{ "value": "nobody@x" }]),
            Some("emails"),
            "ada lovelace dep div m1 w@x h@x",
        ),
        (
            "emails[type eq \"work\"]",
            json!([{ "value": "h@x" }, { "value": "w@x" }]),
            None,
            "ada lovelace dep div m1 h@x",
        ),
        (
            "emails[type eq \"work\"]",
            json!("w@x"),
            None,
            "ada lovelace dep div m1 h@x",
        ),
    ];
    for (path, value, ignored, left) in cases {
        let user = whole(&client);
        let operation = json!([{ "op": "remove", "path": path, "value": value }]);
        let after = told(client.patch(&user, &operation), ignored).to_string();
        let after = after.to_lowercase();
        let all = ["ada\"", "lovelace", "dep\"", "div\"", "m1", "w@x", "h@x"];
        // The name is the userName, too.
        let is_left = |word: &&str| match *word {
            "ada\"" => after.contains("\"givenname\":\"ada\""),
            word => after.contains(word),
        };
        let found: Vec<&str> = all.into_iter().filter(is_left).collect();
        assert_eq!(found.join(" ").replace('"', ""), left, "{path} {value}");
        client.delete(&user).expect(204);
    }
}

#[test]
fn an_unknown_name_is_left_out_whatever_its_brackets() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let path = whole(&client);
    for (unknown, name) in [
        ("customAttr[0]", "customAttr"),
        ("customAttr [type eq \"work\"].value", "customAttr"),
        ("customAttr[type==\"work\"].value", "customAttr"),
        ("customAttr[type eq 'work'].value", "customAttr"),
        (
            "customAttr[type eq \u{201c}work\u{201d}].value",
            "customAttr",
        ),
        ("emails.custom[0]", "emails.custom"),
    ] {
        let operation = json!([{ "op": "add", "path": unknown, "value": "x" }]);
        told(client.patch(&path, &operation), Some(name));
    }
    for known in ["emails[0].value", "emails[type==\"work\"].value"] {
        let operation = json!([{ "op": "add", "path": known, "value": "x" }]);
        client.patch(&path, &operation).expect(400);
    }
}

#[test]
fn an_extension_s_attribute_without_its_uri_is_read_in_a_body() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let body = json!({ "userName": "ada", "department": "Dep", "manager": "m1" });
    let made = told(client.post("/Users", &body), None);
    assert_eq!(made[ENTERPRISE]["department"], "Dep");
    assert_eq!(made[ENTERPRISE]["manager"]["value"], "m1");
    let path = format!("/Users/{}", made["id"].as_str().unwrap());
    let both = json!({
        "userName": "ada", "active": "0", "department": "old", "organization": { "id": 1 },
        ENTERPRISE: { "department": "new" },
    });
    let put = told(client.put(&path, &both), Some("department, organization"));
    assert_eq!(put[ENTERPRISE], json!({ "department": "new" }));
    assert_eq!(put["active"], false);
    let core = "/Users?attributes=urn:ietf:params:scim:schemas:core:2.0:User";
    let shown = client.get(core).expect(200);
    assert_eq!(shown["Resources"][0]["userName"], "ada");
    assert_eq!(shown["Resources"][0].get(ENTERPRISE), None);
}

/// Nothing is set by an empty object, of the members that a filter selects as of any other values.
#[test]
fn an_empty_object_behind_a_filter_is_told() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let (bob, cy) = (client.user("bob"), client.user("cy"));
    let group = client.group("all", &[&bob]);
    let user = whole(&client);
    let before = client.get(&user).expect(200);
    let manager = format!("{ENTERPRISE}:manager");
    for op in ["add", "replace"] {
        for id in [&bob, &cy] {
            let path = format!("members[value eq \"{id}\"]");
            for operation in [
                json!({ "op": op, "path": path, "value": {} }),
                json!({ "op": op, "value": { &path: {} } }),
            ] {
                let got = client.patch(&format!("/Groups/{group}"), &json!([operation]));
                told(got, Some("members"));
                assert_eq!(members(&client, &group), 1, "{operation}");
            }
        }
        for (path, name) in [
            ("emails[type eq \"work\"]", "emails"),
            ("emails[type eq \"none\"]", "emails"),
            ("manager[value eq \"m1\"]", &manager),
        ] {
            let operation = json!({ "op": op, "path": path, "value": {} });
            let after = told(client.patch(&user, &json!([operation])), Some(name));
            assert_eq!(after, before, "{operation}");
        }
    }
}

#[test]
fn an_add_without_a_value_removes_nothing() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let user = whole(&client);
    let languages = format!("{WORKPLACE}:languages");
    let set = json!({ "op": "add", "path": languages, "value": ["de"] });
    let before = client.patch(&user, &json!([set])).expect(200);
    let manager = format!("{ENTERPRISE}:manager");
    let plain = format!("{languages}[value eq \"de\"]");
    let cases = [
        ("emails[type eq \"work\"]", "emails"),
        ("manager[value eq \"m1\"]", manager.as_str()),
        (&plain, &languages),
    ];
    for value in [json!(null), json!(""), json!([])] {
        for (path, name) in cases {
            let operation = json!({ "op": "add", "path": path, "value": value });
            let after = told(client.patch(&user, &json!([operation])), Some(name));
            assert_eq!(after, before, "{operation}");
        }
    }
    for value in [
        json!({ "value": "" }),
        json!({ "value": null, "display": null }),
        json!({ "type": "work", "value": "" }),
    ] {
        let operation = json!({ "op": "add", "path": cases[0].0, "value": value });
        let after = told(client.patch(&user, &json!([operation])), Some("emails"));
        assert_eq!(after, before, "{operation}");
    }
    // To replace them by no value does.
    for (path, _) in cases {
        let operation = json!({ "op": "replace", "path": path, "value": null });
        told(client.patch(&user, &json!([operation])), None);
    }
    let left = client.get(&user).expect(200);
    assert_eq!(left["emails"].as_array().unwrap().len(), 1);
    assert_eq!(left[ENTERPRISE].get("manager"), None);
    assert_eq!(left.get(WORKPLACE), None);
}

/// Of an element without its value nothing is stored: it would hide the next one where
/// applications look for the address.
#[test]
fn an_element_of_an_empty_value_is_none() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let home = json!({ "value": "h@x", "type": "home" });
    for value in [json!(""), json!(null), json!([])] {
        let work = json!({ "type": "work", "primary": true, "value": value });
        let both = json!([work, home]);
        let body = json!({ "userName": "ada", "emails": both });
        let made = told(client.post("/Users", &body), Some("emails"));
        let user = format!("/Users/{}", made["id"].as_str().unwrap());
        let is_home = |sent: &Value| {
            assert_eq!(
                client.get(&user).expect(200)["emails"],
                json!([home]),
                "{sent}"
            );
            let found = "SELECT count(*) FROM users WHERE email = 'h@x'";
            assert_eq!(memory.number(found), 1, "{sent}");
        };
        is_home(&body);
        told(client.put(&user, &body), Some("emails"));
        is_home(&body);
        for operation in [
            json!({ "op": "replace", "path": "emails", "value": both }),
            json!({ "op": "replace", "value": { "emails": both } }),
            json!({ "op": "add", "path": "emails", "value": both }),
            json!({ "op": "add", "path": "emails", "value": work }),
        ] {
            told(client.patch(&user, &json!([operation])), Some("emails"));
            is_home(&operation);
        }
        // Nothing but such is no value at all.
        for operation in [
            json!({ "op": "replace", "path": "emails", "value": [work] }),
            json!({ "op": "replace", "path": "emails[type eq \"home\"]", "value": { "type": "home", "value": value } }),
        ] {
            let got = client.patch(&user, &json!([operation]));
            assert_eq!(got.expect(200).get("emails"), None, "{operation}");
            client.put(&user, &body).expect(200);
        }
        client.delete(&user).expect(204);
    }
    // What has no such part, or says nothing of it, stays; and one that must be there is asked for.
    let addresses = json!([{ "type": "work", "formatted": "", "locality": "Tours" }]);
    let roles = json!([{ "display": "Admin" }]);
    let body = json!({ "userName": "ada", "addresses": addresses, "roles": roles });
    let made = told(client.post("/Users", &body), None);
    assert_eq!(made["addresses"][0]["locality"], "Tours");
    assert_eq!(made["roles"], roles);
    let desks = json!([{ "type": "fixed", "value": "" }]);
    client
        .post(
            "/Users",
            &json!({ "userName": "bob", WORKPLACE: { "desks": desks } }),
        )
        .refused(400, "invalidValue", "desks.value");
}

/// RFC 7643 §4.3 recommends both parts and requires neither.
#[test]
fn a_manager_known_by_address_alone_is_kept_so() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for address in ["../Users/m1", "https://example.com/scim/v2/Users/m1"] {
        let manager = json!({ "$ref": address });
        let body = json!({ "userName": address, ENTERPRISE: { "manager": manager } });
        let made = told(client.post("/Users", &body), None);
        assert_eq!(made[ENTERPRISE]["manager"], manager);
    }
}
