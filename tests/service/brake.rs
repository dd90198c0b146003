//! The brake: a provider removes no more users in a short time than the operator lets it.

use serde_json::{Value, json};

use store::Database;
use testing::client::{Client, Got, Operator};
use testing::memory::Memory;

/// A service whose tenant has a brake, and so many users.
fn braked(brake: &Value, users: usize) -> (Memory, Vec<String>) {
    let memory = Memory::new();
    memory.sql("UPDATE tenants SET last_request_at = '2020-01-01'");
    set(&memory, brake);
    let client = Client::new(&memory);
    let ids = (0..users).map(|n| client.user(&format!("u{n}"))).collect();
    (memory, ids)
}

/// A brake that nothing engages is none: who forgets the limit believes himself safe.
#[test]
fn a_brake_has_a_limit() {
    for memory in [Memory::new(), Memory::sharded()] {
        let admin = Operator::new(&memory);
        let refused = |got: &Got| got.problem(400, "invalid_setting", "`count` or `percent`");
        let shard = memory.database.shards().into_iter().max().unwrap();
        let new = |brake: Value| json!({ "name": "A", "external_id": "x", "shard": shard, "settings": { "brake": brake } });
        refused(&admin.post("/tenants", &new(json!({ "count": null }))));
        refused(&admin.post("/tenants", &new(json!({}))));
        refused(&admin.post("/tenants", &new(json!({ "minutes": 5 }))));
        let id = admin.post("/tenants", &new(Value::Null)).expect(201)["id"].clone();
        let path = format!("/tenants/{id}");
        let set = |brake: Value| {
            admin.patch(
                &path,
                &json!({ "name": "B", "metadata": { "a": "b" }, "settings": { "brake": brake } }),
            )
        };
        refused(&set(json!({})));
        refused(&set(json!({ "minutes": 5 })));
        assert_eq!(admin.get(&path).expect(200)["name"], "A");
        set(json!({ "count": 3 })).expect(200);
        set(json!({ "minutes": 5 })).expect(200);
        set(json!({})).expect(200);
        set(json!({ "count": null, "percent": 10 })).expect(200);
        set(json!({ "minutes": 6 })).expect(200);
        let whole = json!({ "percent": 10, "minutes": 6 });
        for without in [
            json!({ "percent": null }),
            json!({ "percent": null, "count": null, "minutes": 7 }),
        ] {
            refused(&set(without));
            let tenant = admin.get(&path).expect(200);
            assert_eq!(tenant["settings"]["brake"], whole);
        }
        set(json!({ "percent": null, "count": 4 })).expect(200);
        set(json!({ "percent": null, "minutes": 5 })).expect(200);
        set(Value::Null).expect(200);
        refused(&set(json!({ "count": null })));
        assert!(admin.get(&path).expect(200)["settings"]["brake"].is_null());
        // Nor does it lose its limit to another change at the same time.
        set(json!({ "count": 1, "percent": 1 })).expect(200);
        memory.database_of(shard).sql(&format!(
            "CREATE TRIGGER other AFTER INSERT ON events WHEN new.tenant_id = {id} BEGIN \
             UPDATE tenants SET settings = json_remove(settings, '$.brake.count') WHERE id = {id}; END"
        ));
        let unlimited = json!({ "settings": { "brake": { "percent": null } } });
        refused(&admin.patch(&path, &unlimited));
    }
}

fn set(memory: &Memory, brake: &Value) {
    Operator::new(memory)
        .patch("/tenants/1", &json!({ "settings": { "brake": brake } }))
        .expect(200);
}

fn state(memory: &Memory) -> Value {
    Operator::new(memory).get("/tenants/1/brake").expect(200)
}

fn turn(memory: &Memory, action: &str) -> Value {
    let body = json!({ "action": action });
    Operator::new(memory)
        .post("/tenants/1/brake", &body)
        .expect(200)
}

fn delete(memory: &Memory, id: &str) -> Got {
    Client::new(memory).delete(&format!("/Users/{id}"))
}

fn set_active(memory: &Memory, id: &str, active: bool) -> Got {
    let operations = json!([{ "op": "replace", "path": "active", "value": active }]);
    Client::new(memory).patch(&format!("/Users/{id}"), &operations)
}

#[track_caller]
fn refused(got: &Got) {
    got.refused(429, "", "brake");
    assert_eq!(got.header("Retry-After"), Some("3600"));
}

fn told(memory: &Memory, word: &str) -> usize {
    let page = Operator::new(memory)
        .get(&format!("/events?type={word}&limit=200"))
        .expect(200);
    page["data"].as_array().unwrap().len()
}

/// Makes what was done so far so much older.
fn age(memory: &Memory, minutes: u32) {
    memory.sql(&format!(
        "UPDATE events SET at = strftime('%Y-%m-%dT%H:%M:%fZ', at, '-{minutes} minutes')"
    ));
}

/// By every way that there is, and nothing of what is refused is done.
#[test]
fn what_is_beyond_the_limit_is_refused() {
    let (memory, ids) = braked(&json!({ "count": 4 }), 12);
    let client = Client::new(&memory);
    let armed = json!({
        "state": "armed", "removals": 0, "limit": 4, "minutes": 10, "engaged_at": null, "released_until": null,
    });
    assert_eq!(state(&memory), armed);
    delete(&memory, &ids[0]).expect(204);
    set_active(&memory, &ids[1], false).expect(200);
    let put = |id: &str, name: &str, active: bool| {
        client.put(
            &format!("/Users/{id}"),
            &json!({ "userName": name, "active": active }),
        )
    };
    put(&ids[2], "u2", false).expect(200);
    // It is not counted again, and neither is what removes nobody.
    put(&ids[2], "u2b", false).expect(200);
    set_active(&memory, &ids[1], false).expect(200);
    delete(&memory, "nobody").refused(404, "", "");
    set_active(&memory, &ids[1], true).expect(200);
    set_active(&memory, &ids[1], false).expect(200);
    assert_eq!(state(&memory)["removals"], 4);
    let before = client.get(&format!("/Users/{}", ids[3])).expect(200);
    refused(&delete(&memory, &ids[3]));
    refused(&set_active(&memory, &ids[3], false));
    refused(&put(&ids[3], "u3", false));
    let several = json!([
        { "op": "replace", "path": "active", "value": false },
        { "op": "add", "path": "emails", "value": [{ "value": "a@example.com" }] },
    ]);
    refused(&client.patch(&format!("/Users/{}", ids[3]), &several));
    assert_eq!(
        client.get(&format!("/Users/{}", ids[3])).expect(200),
        before
    );
    assert_eq!(told(&memory, "brake.engaged"), 1);
    let engaged = state(&memory);
    assert_eq!(
        (&engaged["state"], &engaged["removals"]),
        (&json!("engaged"), &json!(4))
    );
    assert!(engaged["engaged_at"].is_string());
    let status = Operator::new(&memory).get("/status").expect(200);
    assert_eq!(status["shards"][0]["braked"], 1);
    // Everything else goes on.
    delete(&memory, "nobody").refused(404, "", "");
    client.user("new");
    put(&ids[3], "other", true).expect(200);
    set_active(&memory, &ids[1], true).expect(200);
    client.group("Staff", &[&ids[3]]);
    // It stays engaged however long it takes, until somebody looks.
    age(&memory, 60);
    refused(&delete(&memory, &ids[3]));
    let event = &Operator::new(&memory)
        .get("/events?type=brake.*")
        .expect(200)["data"][0];
    let change = json!([{ "path": "state", "before": "armed", "after": "engaged" }]);
    assert_eq!(
        (&event["changes"], &event["resource"]),
        (&change, &Value::Null)
    );
}

/// The operator's own writes are not counted and not refused.
#[test]
fn an_operator_is_not_braked() {
    let (memory, ids) = braked(&json!({ "count": 1 }), 5);
    let operator = Operator::new(&memory);
    let path = |id: &str| format!("/tenants/1/scim/v2/Users/{id}");
    operator.delete(&path(&ids[0])).expect(204);
    operator.delete(&path(&ids[1])).expect(204);
    assert_eq!(state(&memory)["removals"], 0);
    delete(&memory, &ids[2]).expect(204);
    refused(&delete(&memory, &ids[3]));
    operator.delete(&path(&ids[4])).expect(204);
}

#[test]
fn a_window_passes_and_a_release_begins_anew() {
    let (memory, ids) = braked(&json!({ "count": 2, "minutes": 5 }), 12);
    for id in &ids[..2] {
        delete(&memory, id).expect(204);
    }
    age(&memory, 6);
    for id in &ids[2..4] {
        delete(&memory, id).expect(204);
    }
    refused(&delete(&memory, &ids[4]));
    let released = turn(&memory, "release");
    assert_eq!(
        (&released["state"], &released["removals"]),
        (&json!("released"), &json!(0))
    );
    assert!(released["released_until"].is_string());
    for id in &ids[4..6] {
        delete(&memory, id).expect(204);
    }
    refused(&delete(&memory, &ids[6]));
    assert_eq!(
        (
            told(&memory, "brake.engaged"),
            told(&memory, "brake.released")
        ),
        (2, 1)
    );
    turn(&memory, "release");
    turn(&memory, "release");
    let page = Operator::new(&memory)
        .get("/events?type=brake.released")
        .expect(200);
    let befores = page["data"].as_array().unwrap().iter();
    let befores: Vec<_> = befores
        .map(|event| &event["changes"][0]["before"])
        .collect();
    // The last changed nothing.
    assert_eq!(befores, ["engaged", "engaged"]);
    assert_eq!(turn(&memory, "hold")["state"], "engaged");
    assert_eq!(turn(&memory, "hold")["state"], "engaged");
    assert_eq!(told(&memory, "brake.engaged"), 3);
    refused(&set_active(&memory, &ids[6], false));
    // Without the setting there is none, and one that is set anew is armed.
    set(&memory, &Value::Null);
    assert_eq!(state(&memory)["state"], "off");
    delete(&memory, &ids[6]).expect(204);
    set(&memory, &json!({ "count": 2 }));
    assert_eq!(
        (&state(&memory)["state"], &state(&memory)["minutes"]),
        (&json!("armed"), &json!(10))
    );
    set(&memory, &Value::Null);
    assert_eq!(state(&memory)["state"], "off");
    let operator = Operator::new(&memory);
    for action in ["hold", "release"] {
        let body = json!({ "action": action });
        operator
            .post("/tenants/1/brake", &body)
            .problem(409, "brake_off", "settings.brake");
    }
    operator
        .post("/tenants/1/brake", &json!({ "action": "x" }))
        .problem(400, "invalid_value", "hold");
}

/// Who takes an engaged brake away, releases it.
#[test]
fn an_engaged_brake_that_goes_is_told() {
    let (memory, ids) = braked(&json!({ "count": 1 }), 3);
    turn(&memory, "hold");
    set(&memory, &json!({ "count": 2 }));
    refused(&delete(&memory, &ids[0]));
    assert_eq!(told(&memory, "brake.released"), 0);
    set(&memory, &Value::Null);
    assert_eq!(told(&memory, "brake.released"), 1);
    let feed = Operator::new(&memory).get("/events?type=brake.released");
    assert_eq!(
        feed.expect(200)["data"][0]["changes"],
        json!([{ "path": "state", "before": "engaged", "after": "off" }])
    );
    delete(&memory, &ids[0]).expect(204);
    // One that is not engaged goes without a word.
    set(&memory, &json!({ "count": 1 }));
    set(&memory, &Value::Null);
    assert_eq!(told(&memory, "brake.released"), 1);
}

/// Of the users there were at the first that counts, and not before the fifth.
#[test]
fn a_percentage_is_of_the_users_before() {
    let (memory, ids) = braked(&json!({ "percent": 10 }), 20);
    assert_eq!(state(&memory)["limit"], 4);
    for id in &ids[..4] {
        delete(&memory, id).expect(204);
    }
    refused(&delete(&memory, &ids[4]));
    let (memory, ids) = braked(&json!({ "percent": 10 }), 60);
    for id in &ids[..6] {
        delete(&memory, id).expect(204);
    }
    assert_eq!(state(&memory)["limit"], 6);
    refused(&delete(&memory, &ids[6]));
    let (memory, ids) = braked(&json!({ "percent": 50, "count": 5 }), 20);
    for id in &ids[..5] {
        set_active(&memory, id, false).expect(200);
    }
    assert_eq!(state(&memory)["limit"], 5);
    refused(&set_active(&memory, &ids[5], false));
}

/// The first is the one that was written first, whatever the clocks of the requests say.
#[test]
fn a_percentage_is_of_the_users_before_the_first_written() {
    let (memory, ids) = braked(&json!({ "percent": 50 }), 20);
    delete(&memory, &ids[0]).expect(204);
    memory.sql("UPDATE events SET at = strftime('%Y-%m-%dT%H:%M:%fZ', at, '+1 minutes') WHERE users IS NOT NULL");
    for id in &ids[1..10] {
        delete(&memory, id).expect(204);
    }
    assert_eq!(
        (&state(&memory)["limit"], &state(&memory)["removals"]),
        (&json!(10), &json!(10))
    );
    refused(&delete(&memory, &ids[10]));
}

/// A Bulk is stopped in the middle: what was done is told, and what removes nobody goes on.
#[test]
fn a_bulk_is_stopped_in_the_middle() {
    for kind in ["delete", "patch", "mixed"] {
        let (memory, ids) = braked(&json!({ "count": 7 }), 40);
        let client = Client::new(&memory);
        let patch = |id: &str, name: &str, value: Value| {
            json!({
                "method": "PATCH", "path": format!("/Users/{id}"),
                "data": { "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                          "Operations": [{ "op": "replace", "path": name, "value": value }] },
            })
        };
        let mut operations = Vec::new();
        for (n, id) in ids.iter().take(30).enumerate() {
            let deletes = kind == "delete" || kind == "mixed" && n % 2 == 0;
            operations.push(if deletes {
                json!({ "method": "DELETE", "path": format!("/Users/{id}") })
            } else {
                patch(id, "active", json!(false))
            });
            if n % 5 == 4 {
                let data = json!({ "userName": format!("new{n}") });
                operations.push(json!({ "method": "POST", "path": "/Users", "bulkId": format!("b{n}"), "data": data }));
            }
        }
        operations.push(patch(&ids[35], "title", json!("Dr")));
        let schemas = ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"];
        let body = json!({ "schemas": schemas, "Operations": operations });
        let got = client.post("/Bulk", &body);
        assert_eq!(got.header("Retry-After"), Some("3600"));
        let done = got.expect(200);
        let statuses: Vec<&str> = done["Operations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|operation| operation["status"].as_str().unwrap())
            .collect();
        let count = |status: &str| statuses.iter().filter(|known| **known == status).count();
        assert_eq!(
            (count("429"), count("201")),
            (23, 6),
            "{kind}: {statuses:?}"
        );
        // Those in front were done.
        assert_eq!(
            statuses.iter().position(|status| *status == "429"),
            Some(8),
            "{statuses:?}"
        );
        assert_eq!(statuses.last(), Some(&"200"));
        assert_eq!(
            (told(&memory, "user.deleted") + told(&memory, "user.deactivated")),
            7,
            "{kind}"
        );
        assert_eq!(told(&memory, "brake.engaged"), 1);
    }
}

/// A tenant without a brake pays nothing for it, one with a brake a few rows.
#[test]
fn a_removal_costs_no_more_without_a_brake() {
    let cost = |brake: &Value, removed: usize| {
        let (memory, ids) = braked(brake, removed + 3);
        for id in &ids[..removed] {
            delete(&memory, id).expect(204);
        }
        let before = memory.number("SELECT count(*) FROM events WHERE users IS NOT NULL");
        delete(&memory, &ids[removed]).expect(204);
        memory.number("SELECT count(*) FROM events WHERE users IS NOT NULL") - before
    };
    assert_eq!(cost(&Value::Null, 3), 0);
    assert_eq!(cost(&json!({ "count": 9 }), 3), 1);
}
