//! Endpoints in the admin face: made, changed, ended; whom they may be; their secrets.

use super::*;
use service::base64::decode;

#[test]
fn an_endpoint_comes_and_goes() {
    let memory = memory();
    let admin = Operator::new(&memory);
    let body =
        json!({ "url": "https://app.example.com/hook", "types": ["User.*", "group.members"] });
    let got = admin.post("/webhooks", &body);
    let made = got.clone().expect(201);
    let id = made["id"].as_str().unwrap();
    assert!(id.starts_with("whk_"));
    let path = format!("/webhooks/{id}");
    assert_eq!(
        got.header("Location"),
        Some(format!("{}/admin/v1{path}", Memory::ORIGIN).as_str())
    );
    let secret = made["secret"].as_str().unwrap();
    assert_eq!(
        decode(secret.strip_prefix("whsec_").unwrap())
            .unwrap()
            .len(),
        32
    );
    let shown = json!({
        "id": id, "url": "https://app.example.com/hook", "tenant": null, "types": ["user.*", "group.members"], "include": [],
        "state": "active", "pending": 0, "failing": [], "last_status": null, "last_error": null, "created_at": made["created_at"], "rotate_by": null,
    });
    assert_eq!(admin.get(&path).expect(200), shown);
    assert_eq!(
        admin.get("/webhooks").expect(200),
        json!({ "data": [shown], "next": null })
    );
    let change = json!({ "url": "https://b.example.com/", "types": null, "state": "disabled" });
    let changed = admin.patch(&path, &change).expect(200);
    assert_eq!(
        (&changed["url"], &changed["types"], &changed["state"]),
        (
            &json!("https://b.example.com/"),
            &json!([]),
            &json!("disabled")
        )
    );
    admin.delete(&path).expect(204);
    admin.get(&path).problem(404, "webhook_not_found", "");
    admin.delete(&path).problem(404, "webhook_not_found", "");
    let events = admin.get("/events?type=webhook.*").expect(200);
    let told: Vec<Value> = events["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| json!([event["type"], event["about"], event["tenant"]]))
        .collect();
    assert_eq!(
        json!(told),
        json!([
            ["webhook.created", id, 0],
            ["webhook.updated", id, 0],
            ["webhook.deleted", id, 0]
        ])
    );
    for table in [
        "webhooks",
        "webhook_cursors",
        "webhook_deliveries",
        "webhook_tenants",
        "webhook_parked",
    ] {
        assert_eq!(
            memory.number(&format!("SELECT count(*) FROM {table}")),
            0,
            "{table}"
        );
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "one line a case")]
fn what_is_sent_must_be_good() {
    let memory = memory();
    let admin = Operator::new(&memory);
    for (body, code, words) in [
        (json!({}), "missing_member", "`url`"),
        (
            json!({ "url": "http://app.example.com/" }),
            "invalid_value",
            "https",
        ),
        (
            json!({ "url": "https://127.0.0.1/" }),
            "invalid_value",
            "public name",
        ),
        (
            json!({ "url": "https://2130706433/" }),
            "invalid_value",
            "public name",
        ),
        (
            json!({ "url": "https://0x7f.0.0.1/" }),
            "invalid_value",
            "public name",
        ),
        (
            json!({ "url": "https://0177.0.0.1/" }),
            "invalid_value",
            "public name",
        ),
        (
            json!({ "url": "https://127.1/" }),
            "invalid_value",
            "public name",
        ),
        (
            json!({ "url": "https://127.0.0.1./" }),
            "invalid_value",
            "public name",
        ),
        (json!({ "url": "https://[::1]/" }), "invalid_value", ""),
        (
            json!({ "url": "https://[::ffff:10.0.0.1]/" }),
            "invalid_value",
            "",
        ),
        (
            json!({ "url": "https://localhost./" }),
            "invalid_value",
            "public name",
        ),
        (
            json!({ "url": "https://db.internal/" }),
            "invalid_value",
            "public name",
        ),
        (
            json!({ "url": "https://me:secret@app.example.com/" }),
            "invalid_value",
            "",
        ),
        (
            json!({ "url": "https://app.example.com:8443/" }),
            "invalid_value",
            "port",
        ),
        (
            json!({ "url": format!("{}/hook", Memory::ORIGIN) }),
            "invalid_value",
            "another server",
        ),
        (
            json!({ "url": format!("{}./hook", Memory::ORIGIN) }),
            "invalid_value",
            "another server",
        ),
        (
            json!({ "url": "https://app.example.com/", "types": ["\"x.y"] }),
            "invalid_value",
            "`types`",
        ),
        (
            json!({ "url": "https://app.example.com/", "types": ["user"] }),
            "invalid_value",
            "user.*",
        ),
        (
            json!({ "url": "https://app.example.com/", "types": [""] }),
            "invalid_value",
            "docs/events.md#an-event",
        ),
        (
            json!({ "url": "https://app.example.com/", "types": ["user.nope"] }),
            "invalid_value",
            "docs/events.md#an-event",
        ),
        (
            json!({ "url": "https://app.example.com/", "types": ["nope.*"] }),
            "invalid_value",
            "docs/events.md#an-event",
        ),
        (
            json!({ "url": "https://app.example.com/", "types": ["user.created", ""] }),
            "invalid_value",
            "docs/events.md#an-event",
        ),
        (
            json!({ "url": "https://app.example.com/", "types": ["user.created user.updated"] }),
            "invalid_value",
            "docs/events.md#an-event",
        ),
        (
            json!({ "url": "https://app.example.com/", "types": ["user.deactivated user.activated"] }),
            "invalid_value",
            "docs/events.md#an-event",
        ),
        (
            json!({ "url": "https://app.example.com/", "types": "user.*" }),
            "invalid_value",
            "list",
        ),
        (
            json!({ "url": "https://app.example.com/", "include": ["everything"] }),
            "invalid_value",
            "include",
        ),
        (
            json!({ "url": "https://app.example.com/", "tenant": 9 }),
            "unknown_tenant",
            "tenant",
        ),
        (
            json!({ "url": "https://app.example.com/", "secret": "mine" }),
            "unknown_member",
            "secret",
        ),
    ] {
        let got = admin.post("/webhooks", &body);
        got.problem(400, code, words);
    }
    let made = hook(&memory, &json!({ "url": "https://app.example.com:443/" }));
    let path = format!("/webhooks/{}", made["id"].as_str().unwrap());
    for body in [
        json!({ "state": "paused" }),
        json!({ "url": "https://10.0.0.1/" }),
        json!({ "url": null }),
    ] {
        assert_eq!(admin.patch(&path, &body).status, 400, "{body}");
    }
    admin
        .patch(&path, &json!({ "tenant": 1 }))
        .problem(400, "unknown_member", "tenant");
}

#[test]
fn on_a_laptop_it_may_be_this_machine() {
    let mut memory = memory();
    memory.settings.local_addresses = true;
    let admin = Operator::new(&memory);
    for url in [
        "http://127.0.0.1:3000/hook",
        "http://localhost:3000/",
        "https://app.example.com/",
    ] {
        admin.post("/webhooks", &json!({ "url": url })).expect(201);
    }
    for url in ["http://127.0.0.2:3000/", "http://app.example.com/"] {
        admin.post("/webhooks", &json!({ "url": url })).expect(400);
    }
}

#[test]
fn without_a_master_key_there_is_none() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    let got = admin.post("/webhooks", &json!({ "url": "https://app.example.com/" }));
    got.problem(409, "no_master_key", "MASTER_KEY");
    memory.deliver(Budget::PAID).unwrap();
}

#[test]
fn a_bound_operator_has_his_own() {
    let memory = memory();
    let admin = Operator::new(&memory);
    let tenant = admin.tenant("Second");
    let bound = admin.scoped(&["webhooks:write"], Some(tenant));
    let all = hook(&memory, &json!({}));
    let url = json!({ "url": "https://b.example.com/" });
    let own = bound.post("/webhooks", &url).expect(201);
    assert_eq!(own["tenant"], tenant);
    bound
        .post("/webhooks", &json!({ "url": url["url"], "tenant": 1 }))
        .problem(404, "tenant_not_found", "");
    let list = bound.get("/webhooks").expect(200);
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    let path = format!("/webhooks/{}", all["id"].as_str().unwrap());
    for (method, more, body) in [
        ("GET", "", None),
        ("PATCH", "", Some(json!({}))),
        ("DELETE", "", None),
        ("POST", "/rotate", None),
        ("POST", "/test", Some(json!({}))),
        ("POST", "/replay", Some(json!({ "from": "evt_1_1" }))),
        ("POST", "/park", Some(json!({ "event": "evt_1_1" }))),
        ("GET", "/deliveries", None),
    ] {
        let got = bound.send(method, &format!("{path}{more}"), body.as_ref());
        got.problem(404, "webhook_not_found", "");
    }
    // Others' events are none to him.
    Client::new(&memory).user("ada");
    let id = admin.get("/events?tenant=1").expect(200)["data"][0]["id"].clone();
    let own = format!("/webhooks/{}", own["id"].as_str().unwrap());
    bound
        .post(&format!("{own}/park"), &json!({ "event": id }))
        .problem(404, "event_not_found", "");
    assert_eq!(
        admin.get("/webhooks").expect(200)["data"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let reader = admin.scoped(&["tenants:write"], None);
    reader
        .get("/webhooks")
        .problem(403, "missing_scope", "webhooks:write");
}

#[test]
fn a_test_is_posted_at_once() {
    let memory = memory();
    let admin = Operator::new(&memory);
    let made = hook(&memory, &json!({ "types": ["group.*"] }));
    let path = format!("/webhooks/{}/test", made["id"].as_str().unwrap());
    receive(&memory, |_| reply(201));
    let got = admin.send("POST", &path, None).expect(200);
    assert_eq!(
        (&got["status"], &got["outcome"], &got["reply"]),
        (&json!(201), &json!("delivered"), &json!("the reply"))
    );
    let sent = bodies(&memory);
    let event = &admin.get("/events?type=webhook.test").expect(200)["data"][0];
    assert_eq!(
        (&sent[0]["type"], &sent[0]["data"]),
        (&json!("webhook.test"), event)
    );
    assert_eq!(got["event"], event["id"]);
    let example = admin
        .post(&path, &json!({ "type": "user.deactivated" }))
        .expect(200);
    let sent = bodies(&memory);
    assert_eq!(
        (&sent[0]["type"], &sent[0]["data"]["changes"][0]["path"]),
        (&json!("user.deactivated"), &json!("active"))
    );
    assert_eq!(example["event"], sent[0]["data"]["id"]);
    assert_eq!(sent[0]["data"]["seq"], 1);
    let id = example["event"].as_str().unwrap();
    assert!(id.starts_with("evt_65535_"), "{id}");
    for wrong in [
        "user.*",
        "user",
        "a,b",
        "user.created,user.updated",
        "nothing.atall",
        "user.atall",
    ] {
        admin
            .post(&path, &json!({ "type": wrong }))
            .problem(400, "invalid_value", "`type`");
    }
    receive(&memory, |_| None);
    let got = admin
        .post(&path, &json!({ "type": "group.members" }))
        .expect(200);
    assert_eq!(
        (&got["status"], &got["outcome"]),
        (&Value::Null, &json!("failed"))
    );
    // None of it is in the way of what happens.
    deliver(&memory);
    assert_eq!(read(&memory, &made)["failing"], json!([]));
}

#[test]
fn both_secrets_sign_for_a_day() {
    let mut memory = memory();
    let signatures = |memory: &Memory, name: &str| {
        Client::new(memory).user(name);
        deliver(memory);
        let posts = posts(memory);
        let (_, signed) = posts[0].headers.rsplit_once('\n').unwrap();
        signed.split(' ').count()
    };
    let made = hook(&memory, &json!({ "types": ["user.*"] }));
    assert_eq!(signatures(&memory, "a"), 1);
    let path = format!("/webhooks/{}/rotate", made["id"].as_str().unwrap());
    let rotated = Operator::new(&memory).post(&path, &json!({})).expect(200);
    assert_ne!(rotated["secret"], made["secret"]);
    assert_eq!(signatures(&memory, "b"), 2);
    pass(&memory, 24 * HOUR);
    assert_eq!(signatures(&memory, "c"), 1);
    // Another master key, the old one behind it.
    memory.settings.master =
        Master::parse(&format!("{},{}", "cd".repeat(32), "ab".repeat(32))).unwrap();
    assert_eq!(signatures(&memory, "d"), 2);
    let by = read(&memory, &made)["rotate_by"].clone();
    assert!(by.is_string());
    assert_eq!(signatures(&memory, "e"), 2);
    let last = Operator::new(&memory).post(&path, &json!({})).expect(200);
    assert_ne!(last["secret"], rotated["secret"]);
    assert_eq!(last["rotate_by"], Value::Null);
    assert_eq!(signatures(&memory, "f"), 2);
    pass(&memory, 24 * HOUR);
    assert_eq!(signatures(&memory, "g"), 1);
    let events = Operator::new(&memory)
        .get("/events?type=webhook.rotated")
        .expect(200);
    assert_eq!(events["data"].as_array().unwrap().len(), 2);
}

/// A change of the master key that was taken back says nothing of the next one.
#[test]
fn each_change_of_the_master_key_has_its_day() {
    let mut memory = memory();
    let made = hook(&memory, &json!({ "types": ["user.*"] }));
    let mut signatures = |keys: &[&str], name: &str| {
        let keys: Vec<String> = keys.iter().map(|digits| digits.repeat(32)).collect();
        memory.settings.master = Master::parse(&keys.join(",")).unwrap();
        Client::new(&memory).user(name);
        deliver(&memory);
        let (_, signed) = posts(&memory)[0]
            .headers
            .rsplit_once('\n')
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .unwrap();
        let by = read(&memory, &made)["rotate_by"].is_string();
        pass(&memory, 7 * 24 * HOUR);
        (signed.split(' ').count(), by)
    };
    assert_eq!(signatures(&["cd", "ab"], "a"), (2, true));
    assert_eq!(signatures(&["cd", "ab"], "b"), (1, true));
    assert_eq!(signatures(&["ab"], "c"), (1, false));
    assert_eq!(signatures(&["ef", "ab"], "d"), (2, true));
    assert_eq!(signatures(&["ef", "ab"], "e"), (1, true));
}

/// A token that is bound to a tenant could make any number.
#[test]
fn there_is_room_for_some_of_each_tenant() {
    let memory = memory();
    let admin = Operator::new(&memory);
    let second = admin.tenant("Second");
    let bound = admin.scoped(&["webhooks:write"], Some(1));
    let body = json!({ "url": "https://a.example.com/" });
    let made: Vec<Value> = (0..50)
        .map(|_| bound.post("/webhooks", &body).expect(201))
        .collect();
    let cursors = memory.number("SELECT count(*) FROM webhook_cursors");
    let events = memory.number("SELECT count(*) FROM events");
    bound
        .post("/webhooks", &body)
        .problem(409, "too_many_webhooks", "Delete one");
    assert_eq!(
        memory.number("SELECT count(*) FROM webhook_cursors"),
        cursors
    );
    assert_eq!(memory.number("SELECT count(*) FROM events"), events);
    admin
        .post(
            "/webhooks",
            &json!({ "url": "https://a.example.com/", "tenant": second }),
        )
        .expect(201);
    // Those of all tenants are no tenant's.
    for _ in 0..50 {
        admin.post("/webhooks", &body).expect(201);
    }
    admin
        .post("/webhooks", &body)
        .problem(409, "too_many_webhooks", "of all tenants");
    bound
        .delete(&format!("/webhooks/{}", made[7]["id"].as_str().unwrap()))
        .expect(204);
    bound.post("/webhooks", &body).expect(201);
    bound
        .post("/webhooks", &body)
        .problem(409, "too_many_webhooks", "50");
}

/// Where the master key of its secret was taken away, that is told at once, and not when it is
/// disabled after three days.
#[test]
fn a_master_key_that_is_gone_is_told_at_once() {
    let mut memory = memory();
    let made = hook(&memory, &json!({}));
    assert_eq!(read(&memory, &made)["last_error"], Value::Null);
    let new = "cd".repeat(32);
    memory.settings.master = Master::parse(&format!("{new},{}", "ab".repeat(32))).unwrap();
    assert_eq!(read(&memory, &made)["last_error"], Value::Null);
    memory.settings.master = Master::default();
    let error = read(&memory, &made)["last_error"].clone();
    assert!(
        error.as_str().unwrap().starts_with("Nothing is posted"),
        "{error}"
    );
    memory.settings.master = Master::parse(&new).unwrap();
    let error = read(&memory, &made)["last_error"].clone();
    assert!(
        error.as_str().unwrap().contains("behind the new one"),
        "{error}"
    );
    let listed = Operator::new(&memory).get("/webhooks").expect(200);
    assert_eq!(listed["data"][0]["last_error"], error);
    Client::new(&memory).user("ada");
    let id = made["id"].as_str().unwrap();
    let line = format!("webhook {id}: the master key of its secret is not set any more");
    assert_eq!(deliver(&memory).lines, [line]);
    let path = format!("/webhooks/{id}/rotate");
    let rotated = Operator::new(&memory).post(&path, &json!({})).expect(200);
    assert_eq!(rotated["last_error"], Value::Null);
}
