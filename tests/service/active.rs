//! `active`: a user always has it, `true` unless somebody said otherwise, and it stays what it is
//! until somebody does.

use serde_json::{Value, json};

use testing::client::Client;
use testing::memory::Memory;

/// What the application sees of a user: NULL would lock nobody out and let nobody in.
#[track_caller]
fn is(client: &Client<'_>, id: &str, active: bool) {
    let user = client.get(&format!("/Users/{id}")).expect(200);
    assert_eq!(user["active"], active);
    let filter = format!("/Users?filter=id eq \"{id}\" and active eq {active}");
    assert_eq!(client.get(&filter).expect(200)["totalResults"], 1);
    assert_eq!(
        client.memory.number(&format!(
            "SELECT count(*) FROM users WHERE id = '{id}' AND active = {}",
            i64::from(active)
        )),
        1
    );
}

#[test]
fn a_create_that_says_nothing() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for (number, said) in [None, Some(Value::Null), Some(json!("")), Some(json!([]))]
        .into_iter()
        .enumerate()
    {
        let mut body = json!({ "userName": format!("user{number}") });
        if let Some(said) = said {
            body["active"] = said;
        }
        let got = client.post("/Users", &body).expect(201);
        assert_eq!(got["active"], true, "{body}");
        is(&client, got["id"].as_str().unwrap(), true);
    }
    let body = json!({ "userName": "off", "active": "False" });
    is(&client, &client.created("/Users", &body), false);
    let body = json!({ "Operations": [
        { "method": "POST", "path": "/Users", "bulkId": "a", "data": { "userName": "bulk" } },
        { "method": "POST", "path": "/Users", "bulkId": "b", "data": { "userName": "null", "active": null } },
    ] });
    client.post("/Bulk", &body).expect(200);
    let list = client.get("/Users?filter=active eq true").expect(200);
    assert_eq!(list["totalResults"], 6);
}

#[test]
fn a_put_that_says_nothing() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let id = client.user("ada");
    let path = format!("/Users/{id}");
    let off = json!([{ "op": "replace", "path": "active", "value": false }]);
    for body in [
        json!({ "userName": "ada", "title": "Dr" }),
        json!({ "userName": "ada", "active": null }),
        json!({ "userName": "ada", "active": "", "title": "Prof" }),
    ] {
        is(&client, &id, true);
        client.put(&path, &body).expect(200);
        is(&client, &id, true);
        client.patch(&path, &off).expect(200);
        let got = client.put(&path, &body).expect(200);
        assert_eq!(got["active"], false, "{body}");
        is(&client, &id, false);
        let operation = json!({ "method": "PUT", "path": path, "data": body });
        let bulk = client.post("/Bulk", &json!({ "Operations": [operation] }));
        assert_eq!(bulk.expect(200)["Operations"][0]["status"], "200");
        is(&client, &id, false);
        let on = json!({ "userName": "ada", "active": true });
        client.put(&path, &on).expect(200);
    }
}

/// Who is suspended stays suspended until a client says `true`; and who is not stays as well.
#[test]
fn a_patch_that_unassigns() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let id = client.user("ada");
    let path = format!("/Users/{id}");
    let set = |active: bool| json!([{ "op": "replace", "path": "active", "value": active }]);
    for active in [true, false] {
        client.patch(&path, &set(active)).expect(200);
        for operations in [
            json!([{ "op": "remove", "path": "active" }]),
            json!([{ "op": "replace", "path": "active", "value": null }]),
            json!([{ "op": "replace", "path": "active", "value": "" }]),
            json!([{ "op": "add", "path": "active", "value": [] }]),
            json!([{ "op": "replace", "value": { "active": null, "title": null } }]),
            json!([{ "op": "remove", "path": "active" }, { "op": "replace", "path": "title", "value": "Dr" }]),
        ] {
            let got = client.patch(&path, &operations).expect(200);
            assert_eq!(got["active"], active, "{operations}");
            is(&client, &id, active);
        }
    }
    // What is said last counts.
    let operations = json!([
        { "op": "replace", "path": "active", "value": true },
        { "op": "remove", "path": "active" },
    ]);
    client.patch(&path, &operations).expect(200);
    is(&client, &id, true);
}

/// An operator's own `active` is an attribute like others.
#[test]
fn only_of_a_user() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let body = json!({ "serialNumber": "1" });
    let device = client.post("/Devices", &body).expect(201);
    assert_eq!(device.get("active"), None);
}

/// Who was stored before every user had it gets it from the migration; nothing else changes.
#[test]
fn of_those_from_before() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let off = client.created("/Users", &json!({ "userName": "off", "active": false }));
    let old = client.created(
        "/Users",
        &json!({ "userName": "Old", "displayName": "Öld", "externalId": "X", "emails": [{ "value": "O@x" }] }),
    );
    client.group("g", &[&old, &off]);
    let path = format!("/Users/{old}");
    let before = client.get(&path).expect(200);
    let forget = "UPDATE users SET document = json_remove(document, '$.active'), \
                  folded = json_remove(folded, '$.active') WHERE user_name = 'Old'";
    let without = "SELECT count(*) FROM users WHERE active IS NULL";
    memory.sql(forget);
    assert_eq!(memory.number(without), 1);
    memory.sql(include_str!("../../migrations/0008_active.sql"));
    assert_eq!(memory.number(without), 0);
    assert_eq!(client.get(&path).expect(200), before);
    is(&client, &old, true);
    is(&client, &off, false);
    let active = client.get("/Users?filter=active eq true").expect(200);
    assert_eq!(active["totalResults"], 1);
    let found = client.get("/Users?filter=displayName co \"ÖLD\" and emails.value eq \"o@x\"");
    assert_eq!(found.expect(200)["totalResults"], 1);
    // The former Worker may write one more before the new one is up.
    memory.sql(forget);
    let given = json!([{ "op": "add", "path": "name.givenName", "value": "Ada" }]);
    client.patch(&path, &given).expect(200);
    is(&client, &old, true);
    memory.sql(forget);
    client.put(&path, &json!({ "userName": "Old" })).expect(200);
    is(&client, &old, true);
}

/// They are mended piece by piece, and no piece leaves somebody out.
#[test]
fn of_those_at_the_ends_of_the_pieces() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let ends = (0..18).flat_map(|piece| [-1, 0, 1].map(|step| piece * 250_000 + step));
    for (index, seq) in ends.filter(|seq| *seq >= 0).enumerate() {
        client.user(&format!("u{index}"));
        let name = format!("'u{index}'");
        memory.sql(&format!(
            "UPDATE users SET seq = {seq}, document = json_remove(document, '$.active'), \
             folded = json_remove(folded, '$.active') WHERE user_name = {name}"
        ));
    }
    let without = "SELECT count(*) FROM users WHERE active IS NULL";
    assert_eq!(memory.number(without), 53);
    memory.sql(include_str!("../../migrations/0008_active.sql"));
    assert_eq!(memory.number(without), 0);
    let active = client
        .get("/Users?filter=active eq true&count=0")
        .expect(200);
    assert_eq!(active["totalResults"], 53);
}
