//! Users: names, ids, teams (RFC 7643 §3.1, §4.1).

use std::collections::HashSet;

use serde_json::{Value, json};
use testing::client::{Client, each};
use testing::memory::Memory;

fn replace(path: &str, value: &Value) -> Value {
    json!([{ "op": "replace", "path": path, "value": value }])
}

/// Two names of which the second is the first in other letters.
#[track_caller]
fn same(one: &str, other: &str) {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let id = client.user(one);
    client
        .post("/Users", &json!({ "userName": other }))
        .refused(409, "uniqueness", "userName");
    let found = client.post(
        "/Users/.search",
        &json!({ "filter": format!("userName eq {}", Value::from(other)) }),
    );
    assert_eq!(
        each(&found.expect(200), "id"),
        [id.as_str()],
        "{one} {other}"
    );
    // It is one's own name in whatever letters, and comes back as it was sent last.
    let path = format!("/Users/{id}");
    let got = client
        .patch(&path, &replace("userName", &json!(other)))
        .expect(200);
    assert_eq!(got["userName"], other);
    client.put(&path, &json!({ "userName": one })).expect(200);
    let third = client.user("third");
    client
        .patch(
            &format!("/Users/{third}"),
            &replace("userName", &json!(other)),
        )
        .refused(409, "uniqueness", "userName");
    client
        .put(&format!("/Users/{third}"), &json!({ "userName": other }))
        .refused(409, "uniqueness", "userName");
}

/// Two names that are not the same.
#[track_caller]
fn apart(one: &str, other: &str) {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let (first, second) = (client.user(one), client.user(other));
    for (name, id) in [(one, &first), (other, &second)] {
        let found = client.post(
            "/Users/.search",
            &json!({ "filter": format!("userName eq {}", Value::from(name)) }),
        );
        assert_eq!(each(&found.expect(200), "id"), [id.as_str()], "{name}");
    }
}

#[test]
fn letter_case_does_not_distinguish_names() {
    same("ada", "ADA");
    same("Straße", "STRASSE");
    same("straẞe", "strasse");
    same("İstanbul", "i\u{307}stanbul");
    same("ΟΔΟΣ", "οδος");
    same("οδος", "οδοσ");
    same("Élodie", "éLODIE");
    same("ﬁn", "FIN");
    same("Ǆ", "ǆ");
    same("ǅ", "Ǆ");
    same("\u{212a}elvin", "kelvin");
    same("ſam", "SAM");
    same("🤖 Ⓐ", "🤖 ⓐ");
}

#[test]
fn other_letters_do_distinguish_names() {
    apart("ada", "adá");
    apart("ı", "i");
    apart("İ", "i");
    apart("a", "a b");
    apart("a", "\u{430}");
    apart("ss", "s");
    apart("é", "e");
    apart("%", "_");
    apart("ada", "ada%");
}

#[test]
fn a_deleted_user_frees_its_name_and_leaves_nothing() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let mut seen = HashSet::new();
    for round in 0..5 {
        let id = client.created(
            "/Users",
            &json!({ "userName": "ada", "emails": [{ "value": "a@x.org" }], "externalId": "e" }),
        );
        assert!(seen.insert(id.clone()), "an id comes once");
        for filter in [
            "userName eq \"ADA\"",
            "emails.value eq \"A@x.org\"",
            "emails[value eq \"a@x.org\"]",
            "externalId eq \"e\"",
        ] {
            let list = client.get(&format!("/Users?filter={filter}")).expect(200);
            assert_eq!(each(&list, "id"), [id.as_str()], "{round} {filter}");
        }
        let path = format!("/Users/{id}");
        client.delete(&path).expect(204);
        client.get(&path).expect(404);
        client.delete(&path).expect(404);
        client.put(&path, &json!({ "userName": "ada" })).expect(404);
        client
            .patch(&path, &replace("active", &json!(true)))
            .expect(404);
        assert_eq!(client.get("/Users").expect(200)["totalResults"], 0);
    }
}

#[test]
fn a_new_name_frees_the_old_one() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let path = format!("/Users/{}", client.user("ada"));
    for (name, next) in [("ada", "b1"), ("b1", "b2"), ("b2", "b3")] {
        match next {
            "b2" => client.put(&path, &json!({ "userName": next })).expect(200),
            // Alone it is one statement; with another kind of operation it is read and written.
            "b3" => client
                .patch(&path, &json!([{ "op": "replace", "path": "userName", "value": next }, { "op": "remove", "path": "title" }]))
                .expect(200),
            _ => client.patch(&path, &replace("userName", &json!(next))).expect(200),
        };
        client.user(name);
        client
            .post("/Users", &json!({ "userName": next }))
            .refused(409, "uniqueness", "userName");
    }
}

#[test]
fn ids_are_unique_and_rise_in_every_tenant_and_type() {
    let memory = Memory::new();
    memory.add_token(2, "theirs", None, None);
    let ours = Client::new(&memory);
    let theirs = Client {
        memory: &memory,
        token: "theirs".to_owned(),
    };
    let mut ids = Vec::new();
    for number in 0..5 {
        ids.push(ours.user(&format!("u{number}")));
        ids.push(theirs.user(&format!("u{number}")));
        ids.push(ours.group(&format!("g{number}"), &[]));
        ids.push(ours.created("/Devices", &json!({ "serialNumber": number.to_string() })));
    }
    assert!(ids.is_sorted());
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
}

#[test]
fn an_external_id_is_the_clients_own() {
    let memory = Memory::new();
    memory.add_token(2, "theirs", None, None);
    let ours = Client::new(&memory);
    let theirs = Client {
        memory: &memory,
        token: "theirs".to_owned(),
    };
    let body =
        |name: &str, external_id: &str| json!({ "userName": name, "externalId": external_id });
    let a = ours.created("/Users", &body("a", "X"));
    let b = ours.created("/Users", &body("b", "X"));
    ours.created("/Users", &body("c", "x"));
    let d = theirs.created("/Users", &body("a", "X"));
    let find = |client: &Client<'_>| {
        let list = client.get("/Users?filter=externalId eq \"X\"").expect(200);
        each(&list, "id")
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(find(&ours), [a, b], "not unique, case exact");
    assert_eq!(find(&theirs), [d], "within its provisioning domain");
}

#[test]
fn a_change_that_changes_nothing_keeps_the_version() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let body = json!({
        "userName": "ada", "active": true, "title": "Dr", "name": { "givenName": "Ada" },
        "emails": [{ "value": "a@x.org", "type": "work", "primary": true }],
    });
    let path = format!("/Users/{}", client.created("/Users", &body));
    let before = client.get(&path).expect(200);
    for operations in [
        replace("active", &json!(true)),
        replace("active", &json!("True")),
        replace("title", &json!("Dr")),
        replace("name.givenName", &json!("Ada")),
        replace("name", &json!({ "givenName": "Ada" })),
        replace("emails[type eq \"work\"].value", &json!("a@x.org")),
        replace(
            "emails",
            &json!([{ "value": "a@x.org", "type": "work", "primary": true }]),
        ),
        json!([{ "op": "add", "path": "emails", "value": [{ "value": "a@x.org", "type": "work", "primary": true }] }]),
        json!([{ "op": "add", "value": { "active": true, "title": "Dr" } }]),
        json!([{ "op": "remove", "path": "nickName" }]),
        json!([{ "op": "remove", "path": "emails[type eq \"home\"]" }]),
        json!([{ "op": "add", "path": "nickName", "value": "x" }, { "op": "remove", "path": "nickName" }]),
        replace("shoeSize", &json!(42)),
        json!([]),
    ] {
        let got = client.patch(&path, &operations);
        if got.status != 200 {
            // What names nothing may be refused; it changes nothing either.
            assert_eq!(got.status, 400, "{operations} {:#}", got.body);
        }
        assert_eq!(client.get(&path).expect(200), before, "{operations}");
    }
    assert_eq!(client.put(&path, &body).expect(200), before);
    assert_eq!(
        client.put(&path, &before).expect(200),
        before,
        "what GET gave is taken back"
    );
    // Other letters are a change.
    let after = client
        .patch(&path, &replace("title", &json!("DR")))
        .expect(200);
    assert_ne!(after["meta"]["version"], before["meta"]["version"]);
    assert_ne!(
        after["meta"]["lastModified"],
        before["meta"]["lastModified"]
    );
    assert_eq!(after["meta"]["created"], before["meta"]["created"]);
}

#[test]
fn the_application_reads_plain_columns() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let body = json!({
        "userName": "Ada", "displayName": "Ada L", "active": false, "externalId": "e",
        "emails": [{ "value": "home@x.org" }, { "value": "Work@x.org", "primary": true }],
    });
    let id = client.created("/Users", &body);
    client.user("bob");
    let read = || {
        let connection = memory.database.connection.borrow();
        let mut statement = connection
            .prepare("SELECT id, user_name, display_name, email, active, external_id FROM users ORDER BY id LIMIT 1")
            .unwrap();
        statement
            .query_row((), |row| {
                let text = |index| row.get::<_, Option<String>>(index);
                Ok((
                    text(0)?,
                    text(1)?,
                    text(2)?,
                    text(3)?,
                    row.get::<_, Option<bool>>(4)?,
                    text(5)?,
                ))
            })
            .unwrap()
    };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        read(),
        (
            text(&id),
            text("Ada"),
            text("Ada L"),
            text("Work@x.org"),
            Some(false),
            text("e")
        )
    );
    let path = format!("/Users/{id}");
    client
        .patch(
            &path,
            &replace("emails[primary eq true].value", &json!("new@x.org")),
        )
        .expect(200);
    client
        .patch(&path, &replace("active", &json!(true)))
        .expect(200);
    client
        .patch(&path, &json!([{ "op": "remove", "path": "externalId" }]))
        .expect(200);
    assert_eq!(
        read(),
        (
            text(&id),
            text("Ada"),
            text("Ada L"),
            text("new@x.org"),
            Some(true),
            None
        )
    );
}

// ACCEPT_USER_GROUPS.

fn groups_of(client: &Client<'_>, id: &str) -> Vec<String> {
    let user = client.get(&format!("/Users/{id}")).expect(200);
    let groups = user["groups"].as_array();
    let mut groups: Vec<String> = groups
        .into_iter()
        .flatten()
        .map(|group| group["display"].as_str().unwrap().to_owned())
        .collect();
    groups.sort();
    groups
}

fn with_groups(name: &str, groups: &[&str]) -> Value {
    let groups: Vec<Value> = groups.iter().map(|id| json!({ "value": id })).collect();
    json!({ "userName": name, "groups": groups })
}

#[test]
fn groups_of_a_user_are_read_only() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let team = client.group("A", &[]);
    let id = client.created("/Users", &with_groups("ada", &[&team, "nobody"]));
    assert_eq!(groups_of(&client, &id), [""; 0]);
    client
        .put(&format!("/Users/{id}"), &with_groups("ada", &[&team]))
        .expect(200);
    assert_eq!(groups_of(&client, &id), [""; 0]);
    client
        .patch(
            &format!("/Users/{id}"),
            &json!([{ "op": "add", "path": "groups", "value": [{ "value": team }] }]),
        )
        .refused(400, "mutability", "groups");
}

#[test]
fn groups_of_a_user_are_taken_where_the_operator_says_so() {
    let mut memory = Memory::new();
    memory.settings.accept_user_groups = true;
    let client = Client::new(&memory);
    let (a, b, c) = (
        client.group("A", &[]),
        client.group("B", &[]),
        client.group("C", &[]),
    );
    let version =
        |id: &str| client.get(&format!("/Groups/{id}")).expect(200)["meta"]["version"].clone();
    let before = [version(&a), version(&b), version(&c)];
    let created = client
        .post("/Users", &with_groups("ada", &[&a, &b, &a]))
        .expect(201);
    assert_eq!(
        created["groups"].as_array().unwrap().len(),
        2,
        "the reply shows them"
    );
    let id = created["id"].as_str().unwrap();
    assert_eq!(groups_of(&client, id), ["A", "B"]);
    let after = [version(&a), version(&b), version(&c)];
    assert!(before[0] != after[0] && before[1] != after[1] && before[2] == after[2]);

    let path = format!("/Users/{id}");
    let put = client
        .put(&path, &with_groups("ada", &[&b, &c]))
        .expect(200);
    assert_eq!(put["groups"].as_array().unwrap().len(), 2);
    assert_eq!(groups_of(&client, id), ["B", "C"]);
    let end = [version(&a), version(&b), version(&c)];
    assert!(after[0] != end[0] && after[1] == end[1] && after[2] != end[2]);
    // A body that does not speak of groups leaves them; an empty list is none.
    client
        .put(&path, &json!({ "userName": "ada", "title": "Dr" }))
        .expect(200);
    assert_eq!(groups_of(&client, id), ["B", "C"]);
    client.put(&path, &with_groups("ada", &[])).expect(200);
    assert_eq!(groups_of(&client, id), [""; 0]);

    // What was read may be sent back: the group that has B in it is not the user's own.
    let outer = client.group("Outer", &[&b]);
    client.put(&path, &with_groups("ada", &[&b])).expect(200);
    let read = client.get(&path).expect(200);
    assert_eq!(groups_of(&client, id), ["B", "Outer"]);
    client.put(&path, &read).expect(200);
    let outer = client.get(&format!("/Groups/{outer}")).expect(200);
    assert_eq!(
        each(&json!({ "Resources": outer["members"] }), "value"),
        [&b]
    );
    client.put(&path, &with_groups("ada", &[])).expect(200);

    client
        .post("/Users", &with_groups("bob", &[&a, "nobody"]))
        .refused(400, "invalidValue", "nobody");
    client
        .put(&path, &with_groups("ada2", &[&a, "nobody"]))
        .refused(400, "invalidValue", "nobody");
    let users = client.get("/Users").expect(200);
    assert_eq!(each(&users, "userName"), ["ada"], "nothing is written");
    client
        .post("/Users", &with_groups("ADA", &[&a]))
        .refused(409, "uniqueness", "userName");
    assert_eq!(
        client
            .get(&format!("/Groups/{a}"))
            .expect(200)
            .get("members"),
        None
    );
}
