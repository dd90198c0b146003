//! Undo: what a provider did by mistake is taken back.

use std::collections::BTreeMap;

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use serde_json::{Value, json};
use service::jobs::Budget;
use testing::client::{Client, Got, Operator};
use testing::memory::Memory;

use crate::events::{ids, request as random_request};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const DEVICE: &str = "urn:example:params:scim:schemas:core:2.0:Device";

/// All resources and memberships of tenant 1, but for what a change always makes anew.
fn directory(memory: &Memory) -> BTreeMap<String, Value> {
    let connection = memory.database.connection.borrow();
    let sql = "SELECT 'User ' || id, json(document) FROM users WHERE tenant_id = 1 \
               UNION ALL SELECT 'Group ' || id, json(document) FROM teams WHERE tenant_id = 1 \
               UNION ALL SELECT resource_type || ' ' || id, json(document) FROM resources WHERE tenant_id = 1 \
               UNION ALL SELECT 'member ' || team_id || ' ' || member_id, json_quote(member_type || ' ' || display) \
               FROM team_members WHERE tenant_id = 1 \
               UNION ALL SELECT 'value ' || attribute || ' ' || value, json_quote(resource_id) \
               FROM unique_values WHERE tenant_id = 1";
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    let rows = rows.unwrap().map(Result::unwrap);
    rows.map(|(key, text): (String, String)| (key, serde_json::from_str(&text).unwrap()))
        .collect()
}

fn newest(memory: &Memory) -> i64 {
    memory.number("SELECT coalesce(max(seq), 0) FROM events WHERE tenant_id = 1")
}

/// The request of a reply.
fn request(got: &Got) -> String {
    got.header("X-Request-Id").unwrap().to_owned()
}

fn undo(memory: &Memory, body: &Value) -> Value {
    Operator::new(memory)
        .post("/tenants/1/undo", body)
        .expect(200)
}

fn counts(result: &Value) -> [i64; 4] {
    ["created", "updated", "deleted", "unchanged"].map(|name| result[name].as_i64().unwrap())
}

fn details(result: &Value) -> Vec<&str> {
    let refused = result["refused"].as_array().unwrap();
    refused
        .iter()
        .map(|entry| entry["detail"].as_str().unwrap())
        .collect()
}

/// Undoes it, and then the undo; what a dry run said before was so each time.
#[track_caller]
fn there_and_back(memory: &Memory, body: &Value, before: &BTreeMap<String, Value>) -> Value {
    let after = directory(memory);
    let mut dry = body.clone();
    dry["dry_run"] = json!(true);
    let events = newest(memory);
    let mut told = undo(memory, &dry);
    assert_eq!(directory(memory), after, "a dry run writes nothing");
    assert_eq!(newest(memory), events);
    let admin = Operator::new(memory);
    let got = admin.post("/tenants/1/undo", body);
    let own = request(&got);
    let done = got.expect(200);
    told["dry_run"] = json!(false);
    assert_eq!(told, done);
    assert_eq!(done["refused"], json!([]));
    assert_eq!(&directory(memory), before);
    let again = undo(memory, &json!({ "request": own }));
    assert_eq!(again["refused"], json!([]));
    assert_eq!(directory(memory), after, "an undo is undone");
    // And is left undone.
    undo(memory, body);
    assert_eq!(&directory(memory), before);
    done
}

#[test]
fn an_afternoon_is_taken_back() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let ids: Vec<String> = (0..400).map(|n| client.user(&format!("u{n}"))).collect();
    let all: Vec<&str> = ids.iter().map(String::as_str).collect();
    client.group("Everybody", &all);
    client.group("Half", &all[..200]);
    let before = directory(&memory);
    let from = newest(&memory) + 1;
    // Deactivated, and taken out of the groups.
    for group in ["Everybody", "Half"] {
        let found = client.get(&format!(
            "/Groups?filter=displayName eq \"{group}\"&excludedAttributes=members"
        ));
        let id = found.expect(200)["Resources"][0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let operations = json!([{ "op": "remove", "path": "members" }]);
        client
            .patch(&format!("/Groups/{id}"), &operations)
            .expect(204);
    }
    for id in &ids {
        let operations = json!([{ "op": "replace", "path": "active", "value": false }]);
        client
            .patch(&format!("/Users/{id}"), &operations)
            .expect(200);
    }
    let body = json!({ "from_seq": from, "to_seq": newest(&memory) });
    let done = there_and_back(&memory, &body, &before);
    assert_eq!(counts(&done), [0, 402, 0, 0]);
}

#[test]
fn a_request_is_taken_back() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let (ada, bob) = (client.user("ada"), client.user("bob"));
    let inner = client.group("Inner", &[&ada]);
    let outer = client.group("Outer", &[&inner, &bob]);
    let device = json!({ "schemas": [DEVICE], "serialNumber": "7" });
    let device = client.created("/Devices", &device);
    let bulk = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [
        { "method": "POST", "path": "/Users", "bulkId": "1", "data": { "schemas": [USER], "userName": "eve" } },
        { "method": "DELETE", "path": format!("/Users/{ada}") },
        { "method": "PATCH", "path": format!("/Users/{bob}"), "data": { "Operations": [{ "op": "add", "path": "title", "value": "Dr" }] } },
    ] });
    let put = json!({ "schemas": [USER], "userName": "robert", "emails": [{ "value": "b@example.com" }] });
    let patch = |operations: Value| json!({ "Operations": operations });
    let requests = [
        (
            "PATCH",
            format!("/Users/{ada}"),
            patch(json!([{ "op": "replace", "path": "active", "value": false }])),
        ),
        (
            "PATCH",
            format!("/Users/{ada}"),
            patch(json!([
                { "op": "add", "value": { "title": "Dr", "name": { "givenName": "Ada" } } },
                { "op": "add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "value": "R&D" },
            ])),
        ),
        (
            "PATCH",
            format!("/Groups/{outer}"),
            patch(json!([{ "op": "remove", "path": format!("members[value eq \"{inner}\"]") }])),
        ),
        (
            "PATCH",
            format!("/Groups/{inner}"),
            patch(json!([
                { "op": "replace", "value": { "displayName": "In", "members": [{ "value": bob }] } },
            ])),
        ),
        ("PUT", format!("/Users/{bob}"), put),
        ("DELETE", format!("/Users/{ada}"), Value::Null),
        ("DELETE", format!("/Groups/{inner}"), Value::Null),
        ("DELETE", format!("/Groups/{outer}"), Value::Null),
        ("DELETE", format!("/Devices/{device}"), Value::Null),
        (
            "PUT",
            format!("/Devices/{device}"),
            json!({ "schemas": [DEVICE], "serialNumber": "7", "displayName": "Drill" }),
        ),
        (
            "POST",
            "/Users".to_owned(),
            json!({ "schemas": [USER], "userName": "eve" }),
        ),
        (
            "POST",
            "/Groups".to_owned(),
            json!({ "displayName": "New", "members": [{ "value": ada }, { "value": inner }] }),
        ),
        (
            "POST",
            "/Devices".to_owned(),
            json!({ "schemas": [DEVICE], "serialNumber": "9" }),
        ),
        ("POST", "/Bulk".to_owned(), bulk.clone()),
    ];
    let before = directory(&memory);
    for (method, path, body) in requests {
        let body = Some(&body).filter(|body| !body.is_null());
        let got = client.send(&client.request(method, &path, body));
        assert!(got.status < 300, "{:#}", got.body);
        there_and_back(&memory, &json!({ "request": request(&got) }), &before);
        assert_eq!(directory(&memory), before);
    }
    // One operation of a Bulk.
    let got = client.post("/Bulk", &bulk);
    let result = undo(
        &memory,
        &json!({ "request": format!("{}:2", request(&got)) }),
    );
    assert_eq!(counts(&result), [1, 1, 0, 0]);
    assert_eq!(client.get(&format!("/Users/{ada}")).status, 200);
    assert_eq!(
        client.get(&format!("/Users/{bob}")).expect(200)["title"],
        "Dr"
    );
}

/// Whatever is done, it is taken back from anywhere, and so is that.
#[test]
fn the_directory_is_again_what_it_was() {
    let rolls =
        proptest::collection::vec(proptest::array::uniform6(proptest::num::u16::ANY), 2..60);
    let config = Config {
        cases: 24,
        failure_persistence: None,
        ..Config::default()
    };
    let seed = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    TestRunner::new_with_rng(config, seed)
        .run(&rolls, |rolls| {
            let mut memory = Memory::new();
            memory.settings.accept_user_groups = true;
            if rolls[0][1] % 2 == 0 {
                keep_deleted(&memory);
            }
            let client = Client::new(&memory);
            client.user("first");
            let mut known = vec![(newest(&memory), directory(&memory))];
            let mut sent = Vec::new();
            for dice in &rolls {
                let (users, groups) = (ids(&memory, "users"), ids(&memory, "teams"));
                let (method, path, body) = random_request(dice, &users, &groups);
                let body = Some(&body).filter(|body| !body.is_null());
                client.send(&client.request(&method, &path, body));
                known.push((newest(&memory), directory(&memory)));
                sent.push((method, path, body.cloned()));
            }
            let (end, after) = known.last().unwrap().clone();
            let cut = usize::from(rolls[0][0]) % (known.len() - 1);
            let (seq, before) = &known[cut];
            if *seq == end {
                return Ok(());
            }
            let body = json!({ "from_seq": seq + 1, "to_seq": end });
            let mut dry = body.clone();
            dry["dry_run"] = json!(true);
            let admin = Operator::new(&memory);
            let told = admin.post("/tenants/1/undo", &dry).expect(200);
            let got = admin.post("/tenants/1/undo", &body);
            let own = request(&got);
            let mut done = got.expect(200);
            done["dry_run"] = json!(true);
            same(&told, &done, &sent)?;
            same(&done["refused"], &json!([]), &sent)?;
            same(&directory(&memory), before, &sent)?;
            if counts(&done)[..3] == [0; 3] {
                return same(&directory(&memory), &after, &sent);
            }
            let again = undo(&memory, &json!({ "request": own }));
            same(&again["refused"], &json!([]), &sent)?;
            same(&directory(&memory), &after, &sent)?;
            same(&kept(&memory, "users"), &0, &sent)
        })
        .unwrap_or_else(|error| panic!("{error}"));
}

/// What is deleted is kept from now on.
fn keep_deleted(memory: &Memory) {
    let settings = json!({ "settings": { "deletes": "soft" } });
    Operator::new(memory)
        .patch("/tenants/1", &settings)
        .expect(200);
}

/// How many of those that are there are kept as deleted, too.
fn kept(memory: &Memory, table: &str) -> i64 {
    memory.number(&format!(
        "SELECT count(*) FROM deleted_resources d JOIN {table} x ON x.tenant_id = d.tenant_id AND x.id = d.id"
    ))
}

fn same<T: PartialEq + std::fmt::Debug>(
    left: &T,
    right: &T,
    sent: &dyn std::fmt::Debug,
) -> Result<(), TestCaseError> {
    if left == right {
        return Ok(());
    }
    Err(TestCaseError::fail(format!(
        "{left:#?}\nis not\n{right:#?}\nafter {sent:?}"
    )))
}

fn replace(client: &Client<'_>, path: &str, value: &Value) -> Got {
    client.patch(path, &json!([{ "op": "replace", "value": value }]))
}

#[test]
fn what_is_kept_as_deleted_is_kept_no_more() {
    let memory = Memory::new();
    keep_deleted(&memory);
    let client = Client::new(&memory);
    let ada = client.user("ada");
    let group = client.group("Staff", &[&ada]);
    let before = directory(&memory);
    for path in [format!("/Users/{ada}"), format!("/Groups/{group}")] {
        let got = client.delete(&path);
        assert_eq!(memory.number("SELECT count(*) FROM deleted_resources"), 1);
        undo(&memory, &json!({ "request": request(&got) }));
        assert_eq!(directory(&memory), before);
        assert_eq!(memory.number("SELECT count(*) FROM deleted_resources"), 0);
    }
    let types = Operator::new(&memory)
        .get("/tenants/1/events?type=user.restored,group.created")
        .expect(200);
    assert_eq!(types["data"].as_array().unwrap().len(), 3);
    // A create that is taken back is kept, too.
    let got = client.post("/Users", &json!({ "schemas": [USER], "userName": "eve" }));
    undo(&memory, &json!({ "request": request(&got) }));
    assert_eq!(memory.number("SELECT count(*) FROM deleted_resources"), 1);
}

/// An event has no room for large values, and none for those that nobody is ever shown: what is
/// kept of the resource has them.
#[test]
fn what_the_event_cut_comes_back_from_what_is_kept() {
    let memory = Memory::new();
    keep_deleted(&memory);
    let client = Client::new(&memory);
    let ada = client.user("ada");
    let path = format!("/Users/{ada}");
    let (title, enterprise) = (
        "x".repeat(20_000),
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    );
    let value =
        json!({ "title": title, enterprise: { "department": "y".repeat(9_000), "division": "z" } });
    replace(&client, &path, &value).expect(200);
    let before = directory(&memory);
    let got = client.delete(&path);
    let done = undo(&memory, &json!({ "request": request(&got) }));
    assert_eq!(
        (counts(&done), &done["refused"]),
        ([1, 0, 0, 0], &json!([]))
    );
    assert!(directory(&memory) == before);
    // Of an older deletion nothing is kept: that one has no more than its event.
    let from = newest(&memory) + 1;
    client.delete(&path);
    client
        .post("/Users", &json!({ "schemas": [USER], "userName": "ada" }))
        .expect(201);
    client.delete(&path);
    let result = undo(&memory, &json!({ "from_seq": from }));
    assert_eq!(
        details(&result),
        [
            "`title` was too large for the event, and is not back.",
            "`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department` was too large for the event, and is not back.",
        ]
    );
    let back = client.get(&path).expect(200);
    assert_eq!(back.get("title"), None);
    assert_eq!(back[enterprise], json!({ "division": "z" }));
}

/// What was to be kept until today is not there for an undo either, though the hourly job has not
/// come by: it has what the event has.
#[test]
fn what_is_kept_no_longer_does_not_come_back() {
    let memory = Memory::new();
    keep_deleted(&memory);
    let client = Client::new(&memory);
    let path = format!("/Users/{}", client.user("ada"));
    replace(&client, &path, &json!({ "title": "x".repeat(20_000) })).expect(200);
    let got = client.delete(&path);
    memory.sql("UPDATE deleted_resources SET purge_at = deleted_at");
    let done = undo(&memory, &json!({ "request": request(&got) }));
    assert_eq!(
        details(&done),
        ["`title` was too large for the event, and is not back."]
    );
    assert_eq!(client.get(&path).expect(200).get("title"), None);
}

/// An event tells of no more than 250 groups and keeps no more than 15,000 members: what is kept of
/// the resource has them all, and where even that is too much at once it stays kept.
#[test]
fn memberships_come_back_from_what_is_kept() {
    let memory = Memory::new();
    keep_deleted(&memory);
    let client = Client::new(&memory);
    let ada = client.user("ada");
    for n in 0..300 {
        client.group(&format!("G{n}"), &[&ada]);
    }
    let before = directory(&memory);
    let path = format!("/Users/{ada}");
    let got = client.delete(&path);
    let body = json!({ "request": request(&got) });
    let dry = undo(
        &memory,
        &json!({ "request": request(&got), "dry_run": true }),
    );
    let done = undo(&memory, &body);
    assert_eq!(
        (counts(&done), &done["refused"]),
        ([1, 300, 0, 0], &json!([]))
    );
    assert_eq!(counts(&dry), counts(&done));
    assert!(directory(&memory) == before);
    assert_eq!(memory.number("SELECT count(*) FROM deleted_resources"), 0);
    // Where nothing is kept it is told that there may have been more.
    client.delete(&path).expect(204);
    memory.sql("DELETE FROM deleted_resources");
    let done = undo(&memory, &body);
    assert_eq!(
        (counts(&done), details(&done)),
        (
            [1, 250, 0, 0],
            vec!["It was in 250 groups or more, and its event keeps no more than these."]
        )
    );
    client.delete(&path);
    let all = client.group("All", &[]);
    memory.sql(
        "INSERT INTO users (tenant_id, id, created_at, updated_at, version, user_name_folded, document, folded) \
         SELECT 1, printf('01a20000-0000-7000-8000-%012d', value), '2026-01-01T00:00:00.000Z', \
         '2026-01-01T00:00:00.000Z', 'v', 'u' || value, json_object('userName', 'u' || value), \
         json_object('userName', 'u' || value) FROM (WITH RECURSIVE n(value) AS (\
         SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 15001) SELECT value FROM n)",
    );
    memory.sql(&format!(
        "INSERT INTO team_members (tenant_id, team_id, member_id, member_type, display) \
         SELECT 1, '{all}', id, 'User', user_name FROM users WHERE id LIKE '01a20000-%'"
    ));
    let got = client.delete(&format!("/Groups/{all}"));
    let body = json!({ "request": request(&got) });
    let done = undo(&memory, &body);
    assert_eq!(counts(&done), [0; 4]);
    assert_eq!(
        details(&done),
        [
            "It had more than the 15000 memberships that an undo brings back at once. It is kept with all of them: restore it, by POST \
             /admin/v1/tenants/{id}/deleted/{resource_id}/restore."
        ]
    );
    let restore = format!("/tenants/1/deleted/{all}/restore");
    Operator::new(&memory)
        .send("POST", &restore, None)
        .expect(200);
    assert_eq!(
        memory.number(&format!(
            "SELECT count(*) FROM team_members WHERE team_id = '{all}'"
        )),
        15_001
    );
    // One less is not too much.
    memory.sql("DELETE FROM team_members WHERE member_id = '01a20000-0000-7000-8000-000000000001'");
    let got = client.delete(&format!("/Groups/{all}"));
    let done = undo(&memory, &json!({ "request": request(&got) }));
    assert_eq!((counts(&done), details(&done)), ([1, 0, 0, 0], vec![]));
    assert_eq!(
        memory.number(&format!(
            "SELECT count(*) FROM team_members WHERE team_id = '{all}'"
        )),
        15_000
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "one case after the other")]
fn what_was_changed_since_is_left_and_told() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let (ada, bob, eve) = (client.user("ada"), client.user("bob"), client.user("eve"));
    let path = format!("/Users/{ada}");
    let group = client.group("Staff", &[&ada, &bob]);
    let members = |op: &str, ids: &[&str]| {
        let ids: Vec<Value> = ids.iter().map(|id| json!({ "value": id })).collect();
        let operations = json!([{ "op": op, "path": "members", "value": ids }]);
        let got = client.patch(&format!("/Groups/{group}"), &operations);
        got.clone().expect(204);
        got
    };
    let who = || {
        let found = client.get(&format!("/Groups/{group}")).expect(200);
        let list = found["members"].as_array().cloned().unwrap_or_default();
        let mut ids: Vec<String> = list
            .iter()
            .map(|one| one["value"].as_str().unwrap().to_owned())
            .collect();
        ids.sort();
        ids
    };
    // By attribute.
    let got = replace(
        &client,
        &path,
        &json!({ "title": "Dr", "nickName": "a", "active": false }),
    );
    replace(&client, &path, &json!({ "title": "Prof" })).expect(200);
    let seq = newest(&memory) - 1;
    let result = undo(&memory, &json!({ "request": request(&got) }));
    assert_eq!(counts(&result), [0, 1, 0, 0]);
    assert_eq!(result["refused"][0]["seq"], seq);
    assert_eq!(result["refused"][0]["resource"], ada);
    assert_eq!(
        details(&result),
        ["`title` was changed since, and stays as it is."]
    );
    let now = client.get(&path).expect(200);
    assert_eq!(
        (&now["title"], &now["active"], now.get("nickName")),
        (&json!("Prof"), &json!(true), None)
    );
    // By member: who is back, and who left again.
    let got = members("remove", &[&ada, &bob]);
    members("add", &[&ada]);
    let result = undo(&memory, &json!({ "request": request(&got) }));
    assert_eq!(
        details(&result),
        [format!("The member {ada} came back since.")]
    );
    assert_eq!(who(), [ada.clone(), bob.clone()]);
    let got = members("add", &[&eve]);
    members("remove", &[&eve]);
    let result = undo(&memory, &json!({ "request": request(&got) }));
    assert_eq!(details(&result), [format!("The member {eve} left since.")]);
    // A member, a group and a user that are gone by now.
    let got = members("remove", &[&eve, &bob]);
    assert_eq!(got.status, 204);
    client.delete(&format!("/Users/{bob}")).expect(204);
    let result = undo(&memory, &json!({ "request": request(&got) }));
    assert_eq!(
        details(&result),
        [format!("{bob}, who was a member, is gone.")]
    );
    let got = replace(&client, &path, &json!({ "title": "x" }));
    client.delete(&path).expect(204);
    let result = undo(&memory, &json!({ "request": request(&got) }));
    assert_eq!(counts(&result), [0; 4]);
    assert!(details(&result)[0].starts_with("The User is gone"));
    let got = client.delete(&format!("/Users/{eve}"));
    let all = undo(&memory, &json!({ "request": request(&got) }));
    assert_eq!(counts(&all), [1, 0, 0, 0]);
    let result = undo(&memory, &json!({ "request": request(&got) }));
    assert_eq!(details(&result), ["The User is there again."]);
    members("add", &[&eve]);
    let got = client.delete(&format!("/Users/{eve}"));
    client.delete(&format!("/Groups/{group}")).expect(204);
    let result = undo(&memory, &json!({ "request": request(&got) }));
    assert_eq!(counts(&result), [1, 0, 0, 0]);
    assert_eq!(
        details(&result),
        [format!("The group {group}, which it was in, is gone.")]
    );
    // What came, and was changed since.
    let got = client.post("/Users", &json!({ "schemas": [USER], "userName": "new" }));
    let new = got.body["id"].as_str().unwrap().to_owned();
    replace(&client, &format!("/Users/{new}"), &json!({ "title": "x" })).expect(200);
    let result = undo(&memory, &json!({ "request": request(&got) }));
    assert_eq!(
        details(&result),
        ["`title` was changed since it came, so it stays."]
    );
    let got = client.post(
        "/Groups",
        &json!({ "displayName": "G", "members": [{ "value": new }] }),
    );
    let id = got.body["id"].as_str().unwrap().to_owned();
    let more = json!([{ "op": "add", "path": "members", "value": [{ "value": eve }] }]);
    client.patch(&format!("/Groups/{id}"), &more).expect(204);
    let result = undo(&memory, &json!({ "request": request(&got) }));
    assert_eq!(
        details(&result),
        ["`members` was changed since it came, so it stays."]
    );
}

#[test]
fn what_cannot_be_as_it_was_is_left_and_told() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let ada = client.user("ada");
    let path = format!("/Users/{ada}");
    let undone = |got: &Got| undo(&memory, &json!({ "request": request(got) }));
    // A name that another has by now: of a change, and of what was deleted.
    let got = replace(
        &client,
        &path,
        &json!({ "userName": "lovelace", "title": "Dr" }),
    );
    let other = client.user("ADA");
    let result = undone(&got);
    assert_eq!(
        details(&result),
        ["Another resource has the `userName` of before by now, so it stays as it is."]
    );
    assert_eq!(client.get(&path).expect(200).get("title"), None);
    let got = client.delete(&format!("/Users/{other}"));
    replace(&client, &path, &json!({ "userName": "ada" })).expect(200);
    let result = undone(&got);
    assert_eq!(counts(&result), [0; 4]);
    assert_eq!(
        details(&result),
        ["Another resource has its `userName` by now."]
    );
    // A unique value of an operator's type.
    let device = json!({ "schemas": [DEVICE], "serialNumber": "7" });
    let id = client.created("/Devices", &device);
    let got = client.delete(&format!("/Devices/{id}"));
    client.created("/Devices", &device);
    assert!(details(&undone(&got))[0].starts_with("Another resource has its `"));
    // A value that the event has cut.
    let long = "x".repeat(20_000);
    replace(&client, &path, &json!({ "title": long })).expect(200);
    let got = replace(
        &client,
        &path,
        &json!({ "title": "short", "nickName": "a" }),
    );
    let result = undone(&got);
    assert_eq!(
        details(&result),
        ["`title` was too large for the event, and stays as it is."]
    );
    assert_eq!(client.get(&path).expect(200).get("nickName"), None);
    replace(&client, &path, &json!({ "title": long })).expect(200);
    let got = client.delete(&path);
    let result = undone(&got);
    assert_eq!(counts(&result), [1, 0, 0, 0]);
    assert_eq!(
        details(&result),
        ["`title` was too large for the event, and is not back."]
    );
    // Attributes and types that no schema has any more, and what was erased.
    let sql = |of: &str, to: &str| {
        memory.sql(&format!(
            "UPDATE events SET {of} = {to} WHERE seq = (SELECT max(seq) FROM events WHERE tenant_id = 1)"
        ));
    };
    let got = replace(&client, &path, &json!({ "title": "y", "nickName": "b" }));
    sql("body", "replace(body, '\"nickName\"', '\"nickname2\"')");
    assert_eq!(
        details(&undone(&got)),
        ["No schema here has `nickname2` any more."]
    );
    let got = replace(&client, &path, &json!({ "title": "z" }));
    sql("resource_type", "'Robot'");
    assert_eq!(
        details(&undone(&got)),
        ["There is no resource type Robot here any more."]
    );
    let got = replace(&client, &path, &json!({ "title": "w" }));
    sql("body", "NULL");
    assert!(details(&undone(&got))[0].contains("was erased"));
    assert_eq!(client.get(&path).expect(200)["title"], "w");
}

/// Groups that would close a circle by now, and one that moves within.
#[test]
fn nested_groups_close_no_circle() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let inner = client.group("Inner", &[]);
    let outer = client.group("Outer", &[&inner]);
    let members = |group: &str, op: &str, id: &str| {
        let operations = json!([{ "op": op, "path": "members", "value": [{ "value": id }] }]);
        let got = client.patch(&format!("/Groups/{group}"), &operations);
        got.clone().expect(204);
        got
    };
    let before = directory(&memory);
    let from = newest(&memory) + 1;
    let got = members(&outer, "remove", &inner);
    members(&inner, "add", &outer);
    let body = json!({ "from_seq": from, "to_seq": newest(&memory) });
    there_and_back(&memory, &body, &before);
    undo(&memory, &json!({ "from_seq": from, "to_seq": from }));
    assert_eq!(directory(&memory), before);
    members(&outer, "remove", &inner);
    members(&inner, "add", &outer);
    let after = directory(&memory);
    let told = undo(
        &memory,
        &json!({ "request": request(&got), "dry_run": true }),
    );
    let mut result = undo(&memory, &json!({ "request": request(&got) }));
    assert!(details(&result)[0].contains("circle"), "{result}");
    assert_eq!(directory(&memory), after);
    result["dry_run"] = json!(true);
    assert_eq!(result, told);
    // Of a group that comes back between two others.
    let memory = Memory::new();
    let client = Client::new(&memory);
    let inner = client.group("Inner", &[]);
    let outer = client.group("Outer", &[&inner]);
    let top = client.group("Top", &[&outer]);
    let got = client.delete(&format!("/Groups/{outer}"));
    let operations = json!([{ "op": "add", "path": "members", "value": [{ "value": top }] }]);
    client
        .patch(&format!("/Groups/{inner}"), &operations)
        .expect(204);
    let told = undo(
        &memory,
        &json!({ "request": request(&got), "dry_run": true }),
    );
    let mut result = undo(&memory, &json!({ "request": request(&got) }));
    assert_eq!(counts(&result), [1, 1, 0, 0]);
    assert!(
        details(&result)[0].contains("circle") && details(&result).len() == 1,
        "{result}"
    );
    result["dry_run"] = json!(true);
    assert_eq!(result, told);
}

/// Of two that went together the event of each tells of the other: who comes back is in the group
/// again, and who does not is told.
#[test]
fn who_went_with_a_group_and_stays_away_is_told() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let inner = client.group("Inner", &[]);
    let outer = client.group("Outer", &[&inner]);
    let other = client.group("Other", &[]);
    let path = format!("/Groups/{outer}");
    let add = json!([{ "op": "add", "path": "members", "value": [{ "value": other }] }]);
    client.patch(&path, &add).expect(204);
    let operations: Vec<Value> = [&inner, &outer, &other]
        .iter()
        .map(|id| json!({ "method": "DELETE", "path": format!("/Groups/{id}") }))
        .collect();
    client
        .post("/Bulk", &json!({ "Operations": operations }))
        .expect(200);
    let last = newest(&memory);
    let result = undo(
        &memory,
        &json!({ "from_seq": last - 2, "to_seq": last - 1 }),
    );
    let gone = format!("{other}, who was a member, is gone.");
    assert_eq!(details(&result), [gone.as_str()]);
    let members = client.get(&path).expect(200)["members"].clone();
    assert_eq!(members.as_array().unwrap().len(), 1);
    assert_eq!(members[0]["value"], json!(inner));
}

/// With either budget, and killed at any batch, before it or behind it: all is done in the end, and
/// nothing twice.
#[test]
fn a_kill_between_any_two_steps_leaves_nothing_undone() {
    for budget in [Budget::FREE, Budget::PAID] {
        for kill in (0..).flat_map(|batches| [(batches, false), (batches, true)]) {
            let (memory, body, before) = large();
            let admin = Operator::new(&memory);
            let got = admin.post("/tenants/1/undo", &body);
            let own = request(&got);
            let job = got.expect(202);
            assert_eq!((&job["kind"], &job["total"]), (&json!("undo"), &json!(604)));
            let path = format!("/jobs/{}", job["id"].as_str().unwrap());
            let killed = memory.run_killed_jobs(budget, kill).unwrap();
            let job = admin.get(&path).expect(200);
            assert_eq!(job["state"], "finished", "{kill:?}");
            assert_eq!(job["done"], 604);
            assert_eq!(counts(&job["result"]), [300, 301, 1, 0], "{kill:?}");
            assert_eq!(job["result"]["refused"], json!([]));
            assert_eq!(directory(&memory), before, "{kill:?}");
            let told = "SELECT count(*) FROM events WHERE type = 'undo.finished'";
            assert_eq!(memory.number(told), 1, "{kill:?}");
            if !killed {
                // By its request, though it went on for long.
                assert_eq!(
                    admin
                        .post("/tenants/1/undo", &json!({ "request": own }))
                        .status,
                    202
                );
                break;
            }
        }
    }
}

/// A tenant 1 with 603 events to undo, and what it was before.
fn large() -> (Memory, Value, BTreeMap<String, Value>) {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let users: Vec<Value> = (0..600)
        .map(|number| {
            let data = json!({ "schemas": [USER], "userName": format!("u{number}") });
            json!({ "method": "POST", "path": "/Users", "bulkId": format!("{number}"), "data": data })
        })
        .collect();
    client
        .post("/Bulk", &json!({ "Operations": users }))
        .expect(200);
    let ids = ids(&memory, "users");
    let all: Vec<&str> = ids.iter().map(String::as_str).collect();
    let group = client.group("Everybody", &all);
    let before = directory(&memory);
    let from = newest(&memory) + 1;
    // What is of no resource is passed over.
    let settings = json!({ "settings": { "max_page_size": 999 } });
    Operator::new(&memory)
        .patch("/tenants/1", &settings)
        .expect(200);
    let operations: Vec<Value> = (ids.iter().enumerate())
        .map(|(index, id)| {
            let path = format!("/Users/{id}");
            if index % 2 == 0 {
                return json!({ "method": "DELETE", "path": path });
            }
            let off = json!({ "Operations": [{ "op": "replace", "value": { "active": false } }] });
            json!({ "method": "PATCH", "path": path, "data": off })
        })
        .collect();
    client
        .post("/Bulk", &json!({ "Operations": operations }))
        .expect(200);
    client
        .patch(
            &format!("/Groups/{group}"),
            &json!([{ "op": "remove", "path": "members" }]),
        )
        .expect(204);
    client.user("late");
    let body = json!({ "from_seq": from, "to_seq": newest(&memory) });
    (memory, body, before)
}

#[test]
fn a_large_dry_run_tells_what_the_job_does() {
    for budget in [Budget::FREE, Budget::PAID] {
        let (memory, body, before) = large();
        let admin = Operator::new(&memory);
        let after = directory(&memory);
        let run = |is_dry: bool| {
            let mut body = body.clone();
            body["dry_run"] = json!(is_dry);
            let job = admin.post("/tenants/1/undo", &body).expect(202);
            for _ in 0..5 {
                memory.run_jobs(budget).unwrap();
            }
            let path = format!("/jobs/{}", job["id"].as_str().unwrap());
            let mut job = admin.get(&path).expect(200);
            assert_eq!(job["state"], "finished");
            assert_eq!(job["result"]["dry_run"], is_dry);
            job["result"]["dry_run"].take();
            job["result"].clone()
        };
        let told = run(true);
        assert_eq!(directory(&memory), after);
        assert_eq!(told, run(false));
        assert_eq!(directory(&memory), before);
    }
}

/// At once, and not by a job that fails.
#[test]
fn a_dry_run_of_too_many_events_is_refused() {
    for (is_free_plan, most, said) in [(false, 5_000, "5,000"), (true, 1_500, "1,500")] {
        let mut memory = Memory::new();
        memory.settings.is_free_plan = is_free_plan;
        let admin = Operator::new(&memory);
        let user = Client::new(&memory).user("ada");
        memory.sql(&format!(
            "DELETE FROM events WHERE seq > 1;
             WITH RECURSIVE more(seq) AS (VALUES (9) UNION ALL SELECT seq + 1 FROM more WHERE seq <= {most} + 9)
             INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, request, body)
             SELECT 1, seq, '2026-01-01', 'user.updated', 'User', '{user}', 'token', 'req_x', '{{}}' FROM more"
        ));
        let newest = newest(&memory);
        let ask = |from: i64, to: i64| {
            let body = json!({ "from_seq": from, "to_seq": to, "dry_run": true });
            admin.post("/tenants/1/undo", &body)
        };
        let got = ask(newest - most, newest);
        got.problem(400, "invalid_value", &format!("up to {said} events"));
        assert_eq!(memory.number("SELECT count(*) FROM jobs"), 0);
        ask(newest - most + 1, newest).expect(202);
    }
}

/// 37 events of tenant 1 that are undone in several parts: two who swap names again and again.
fn swaps() -> (Memory, Value, BTreeMap<String, Value>) {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let paths = ["a", "b"].map(|name| format!("/Users/{}", client.user(name)));
    let before = directory(&memory);
    let from = newest(&memory) + 1;
    let [a, b] = &paths;
    for _ in 0..6 {
        for (path, name) in [(a, "t"), (b, "a"), (a, "b"), (a, "t"), (b, "b"), (a, "a")] {
            replace(&client, path, &json!({ "userName": name }));
        }
    }
    replace(&client, a, &json!({ "title": "z" }));
    let body = json!({ "from_seq": from, "to_seq": newest(&memory) });
    (memory, body, before)
}

/// Nobody else comes to a job between the parts that a request does of it.
#[test]
fn a_request_keeps_its_job() {
    let (memory, body, before) = swaps();
    // As if somebody took it whenever nobody is at work on it.
    memory.sql("CREATE TRIGGER raced AFTER UPDATE OF marker ON jobs WHEN new.lease_until < '2026-01-01T00:01' \
                BEGIN UPDATE jobs SET marker = marker || ' ' WHERE id = new.id; END");
    undo(&memory, &body);
    assert_eq!(directory(&memory), before);
    let jobs = "SELECT count(*) FROM jobs WHERE state = 'finished'";
    assert_eq!(memory.number(jobs), 1);
}

/// If one comes after all, the request says where it stands.
#[test]
fn who_loses_a_job_is_told_which() {
    let (memory, body, before) = swaps();
    memory.sql(
        "CREATE TRIGGER raced AFTER UPDATE OF marker ON jobs \
                BEGIN UPDATE jobs SET marker = marker || ' ' WHERE id = new.id; END",
    );
    let admin = Operator::new(&memory);
    let job = admin.post("/tenants/1/undo", &body).expect(202);
    memory.sql("DROP TRIGGER raced; UPDATE jobs SET marker = trim(marker)");
    memory
        .run_killed_jobs(Budget::PAID, (usize::MAX, false))
        .unwrap();
    let path = format!("/jobs/{}", job["id"].as_str().unwrap());
    assert_eq!(admin.get(&path).expect(200)["state"], "finished");
    assert_eq!(directory(&memory), before);
}

/// What others write between reading and writing counts.
#[test]
fn the_database_decides() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let ada = client.user("ada");
    let path = format!("/Users/{ada}");
    let got = replace(&client, &path, &json!({ "title": "Dr", "nickName": "a" }));
    // As if somebody had written in between: the version is no longer the one that was read.
    memory.sql("CREATE TRIGGER raced BEFORE UPDATE OF document ON users WHEN new.document ->> '$.nickName' IS NULL \
                AND old.version <> 'x' BEGIN UPDATE users SET version = 'x' WHERE id = old.id; END");
    let result = undo(&memory, &json!({ "request": request(&got) }));
    assert_eq!(
        counts(&result)[1] + i64::try_from(details(&result).len()).unwrap(),
        1,
        "{result}"
    );
    memory.sql("DROP TRIGGER raced");
}

#[test]
fn what_is_asked_for_must_be_there() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    let client = Client::new(&memory);
    let got = client.post("/Users", &json!({ "schemas": [USER], "userName": "ada" }));
    let other = admin.tenant("Other");
    let theirs = admin.client(other, &json!({ "label": "okta" }));
    let their = theirs.post("/Users", &json!({ "schemas": [USER], "userName": "eve" }));
    // Neither settings nor values that wait for their users are resources.
    let settings = json!({ "settings": { "unknown_members": "pend" } });
    let set = admin.patch("/tenants/1", &settings);
    let group = client.group("Staff", &[]);
    let add = json!([{ "op": "add", "path": "members", "value": [{ "value": "later" }] }]);
    let pends = client.patch(&format!("/Groups/{group}"), &add);
    for got in [set, pends] {
        assert!(got.status < 300);
        let body = json!({ "request": request(&got) });
        let got = admin.post("/tenants/1/undo", &body);
        got.problem(
            404,
            "request_not_found",
            "settings, tokens and members that wait",
        );
    }
    let refused = |body: Value, status: u16, code: &str| {
        let got = admin.post("/tenants/1/undo", &body);
        got.problem(status, code, "");
    };
    refused(
        json!({ "request": request(&their) }),
        404,
        "request_not_found",
    );
    refused(json!({ "request": "req_none" }), 404, "request_not_found");
    refused(
        json!({ "request": format!("{}:2", request(&got)) }),
        404,
        "request_not_found",
    );
    refused(json!({ "from_seq": 900 }), 404, "events_not_found");
    for body in [
        json!({ "from_seq": 0 }),
        json!({ "from_seq": "1" }),
        json!({ "request": request(&got), "dry_run": "yes" }),
        json!({ "request": 7 }),
    ] {
        refused(body, 400, "invalid_value");
    }
    let both = "not both";
    for (body, why) in [
        (json!({}), "Send either"),
        (json!({ "to_seq": 1 }), "Send either"),
        (json!({ "from_seq": 2, "to_seq": 1 }), "is greater than"),
        (json!({ "request": request(&got), "from_seq": 1 }), both),
        (json!({ "request": request(&got), "to_seq": 1 }), both),
    ] {
        let got = admin.post("/tenants/1/undo", &body);
        got.problem(400, "invalid_value", why);
    }
    refused(
        json!({ "request": request(&got), "force": true }),
        400,
        "unknown_member",
    );
    // The numbers of one tenant are no other's.
    let before = directory(&memory);
    let result = admin
        .post(&format!("/tenants/{other}/undo"), &json!({ "from_seq": 1 }))
        .expect(200);
    assert_eq!(counts(&result), [0, 0, 1, 0]);
    assert_eq!(directory(&memory), before);
    // A suspended tenant is mended before it is resumed.
    admin
        .patch("/tenants/1", &json!({ "state": "suspended" }))
        .expect(200);
    let result = undo(&memory, &json!({ "request": request(&got) }));
    assert_eq!(counts(&result), [0, 0, 1, 0]);
    let events = admin.get("/tenants/1/events?before=&limit=2").expect(200);
    let [told, gone] = [0, 1].map(|index| &events["data"][index]);
    assert_eq!(
        (&told["type"], &gone["type"]),
        (&json!("undo.finished"), &json!("user.deleted"))
    );
    assert_eq!(
        (&told["resource"], &told["about"]),
        (&Value::Null, &json!("1"))
    );
    assert_eq!(
        gone["actor"],
        json!({ "kind": "operator", "id": null, "label": "ADMIN_TOKEN" })
    );
    // What is older than what is kept is not undone in part.
    memory.sql("DELETE FROM events WHERE tenant_id = 1 AND seq < 2");
    refused(json!({ "from_seq": 1 }), 404, "events_not_found");
    refused(
        json!({ "request": request(&got) }),
        404,
        "request_not_found",
    );
}
