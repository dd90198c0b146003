//! The events of the house: what an operator does is told once, and nothing that had no effect.

use serde_json::{Value, json};

use service::jobs::Budget;
use testing::client::{Client, Operator};
use testing::memory::Memory;

/// Events of the house under a tenant, which have no hole before them: of each its type, what it is
/// about, and what changed.
#[track_caller]
fn told(memory: &Memory, tenant: i64) -> Vec<(String, String, Value)> {
    let page = Operator::new(memory)
        .get(&format!("/events?tenant={tenant}&limit=200"))
        .expect(200);
    let events = page["data"].as_array().unwrap();
    for (index, event) in events.iter().enumerate() {
        assert_eq!(event["seq"], json!(index + 1), "{event}");
        let text = event.to_string();
        for secret in ["scim_1_", "scim_2_", "scimsecret_", "scimadmin_", "hash"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
    let of_house = events.iter().filter(|event| event["resource"].is_null());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    of_house
        .map(|event| {
            let entries = event["changes"].as_array().unwrap();
            let entries = entries.iter().map(|entry| {
                let sides = json!([entry["before"], entry["after"]]);
                (text(&entry["path"]), sides)
            });
            let changes: serde_json::Map<String, Value> = entries.collect();
            (text(&event["type"]), text(&event["about"]), changes.into())
        })
        .collect()
}

/// Those that are there beyond so many.
#[track_caller]
fn new(memory: &Memory, tenant: i64, known: &mut usize) -> Vec<(String, String, Value)> {
    let mut told = told(memory, tenant);
    let new = told.split_off(*known);
    *known += new.len();
    new
}

fn event(kind: &str, about: &dyn ToString, changes: Value) -> (String, String, Value) {
    (kind.to_owned(), about.to_string(), changes)
}

/// Each kind of change of a tenant is told, in whichever shard it is.
#[test]
#[expect(clippy::too_many_lines, reason = "one thing after the other")]
fn what_happens_to_a_tenant_is_told_under_the_house() {
    for shard in [1, 2] {
        let memory = Memory::sharded();
        let admin = Operator::new(&memory);
        let (mut house, mut own) = (0, 0);
        let body = json!({
            "name": "Example Corp", "external_id": "org_77", "metadata": {"plan": "big"},
            "settings": {"rate": "off", "request_log": {"days": 3}}, "shard": shard,
        });
        let id = admin.post("/tenants", &body).expect(201)["id"]
            .as_i64()
            .unwrap();
        let path = format!("/tenants/{id}");
        let made = json!({
            "name": [null, "Example Corp"], "external_id": [null, "org_77"], "metadata": [null, {"plan": "big"}],
            "state": [null, "active"], "settings.rate": [null, "off"], "settings.request_log": [null, {"days": 3}],
        });
        assert_eq!(
            new(&memory, 0, &mut house),
            [event("tenant.created", &id, made)]
        );
        admin
            .post("/tenants", &body)
            .problem(409, "external_id_taken", "");
        let change = |body: Value| admin.patch(&path, &body);
        // What changes nothing is not told, nor what is refused.
        for body in [
            json!({}),
            json!({"name": "Example Corp", "external_id": "org_77", "metadata": {"plan": "big"}, "state": "active"}),
            json!({"settings": {"rate": "off", "deletes": null}}),
        ] {
            change(body).expect(200);
        }
        let many: serde_json::Map<String, Value> =
            (0..11).map(|n| (n.to_string(), json!("x"))).collect();
        for body in [
            json!({"name": "x", "metadata": many}),
            json!({"state": "x"}),
        ] {
            assert_eq!(change(body).status, 400);
        }
        assert_eq!(new(&memory, 0, &mut house), []);
        assert_eq!(new(&memory, id, &mut own), []);
        let updated = |changes| [event("tenant.updated", &id, changes)];
        change(json!({"name": "Corp"})).expect(200);
        assert_eq!(
            new(&memory, 0, &mut house),
            updated(json!({"name": ["Example Corp", "Corp"]}))
        );
        change(json!({"external_id": null, "metadata": {"plan": null}})).expect(200);
        assert_eq!(
            new(&memory, 0, &mut house),
            updated(json!({"external_id": ["org_77", null], "metadata": [{"plan": "big"}, null]}))
        );
        change(json!({"state": "suspended", "name": "Old"})).expect(200);
        change(json!({"state": "suspended"})).expect(200);
        let state = json!({"state": ["active", "suspended"], "name": ["Corp", "Old"]});
        assert_eq!(
            new(&memory, 0, &mut house),
            [event("tenant.suspended", &id, state)]
        );
        change(json!({"state": "active"})).expect(200);
        let state = json!({"state": ["suspended", "active"]});
        assert_eq!(
            new(&memory, 0, &mut house),
            [event("tenant.resumed", &id, state)]
        );
        assert_eq!(new(&memory, id, &mut own), []);
        // Settings are the tenant's own.
        change(
            json!({"settings": {"rate": null, "request_log": {"mode": "all"}, "deletes": "hard"}}),
        )
        .expect(200);
        let changes = json!({
            "settings.rate": ["off", null], "settings.deletes": [null, "hard"],
            "settings.request_log": [{"days": 3}, {"days": 3, "mode": "all"}],
        });
        assert_eq!(
            new(&memory, id, &mut own),
            [event("settings.updated", &id, changes)]
        );
        change(json!({"settings": null})).expect(200);
        let changes = json!({
            "settings.deletes": ["hard", null], "settings.request_log": [{"days": 3, "mode": "all"}, null],
        });
        assert_eq!(
            new(&memory, id, &mut own),
            [event("settings.updated", &id, changes)]
        );
        assert_eq!(new(&memory, 0, &mut house), []);
        // Its end, and that of operators' tokens that were bound to it.
        let bound = json!({"label": "b", "scopes": ["tenants:read"], "tenant": id});
        let bound = admin.post("/operator-tokens", &bound).expect(201);
        house += 1;
        assert_eq!(admin.delete(&format!("{path}?confirm=Corp")).status, 400);
        let job = admin.delete(&format!("{path}?confirm=Old")).expect(202);
        assert_eq!(admin.delete(&format!("{path}?confirm=Old")).status, 404);
        for _ in 0..4 {
            memory.run_jobs(Budget::PAID).unwrap();
        }
        assert!(job["id"].is_string());
        let mut ended = new(&memory, 0, &mut house);
        ended.sort_by_key(|event| event.0.clone());
        let token = bound["id"].as_str().unwrap();
        let of_token =
            json!({"label": ["b", null], "scopes": [["tenants:read"], null], "tenant": [id, null]});
        let changes = json!({"name": ["Old", null], "state": ["active", null]});
        assert_eq!(
            ended,
            [
                event("operator_token.revoked", &token, of_token),
                event("tenant.deleted", &id, changes),
            ]
        );
        let elsewhere = "SELECT count(*) FROM events WHERE tenant_id = 0";
        assert_eq!(memory.database_of(2).number(elsewhere), 0);
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "one thing after the other")]
fn what_happens_to_credentials_is_told_once() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    let (mut house, mut own) = (0, 0);
    let id = |made: &Value| made["id"].as_str().unwrap().to_owned();
    // Tokens.
    let expiry = "2030-01-01T00:00:00.000Z";
    let body = json!({"label": "Okta", "scopes": ["read"], "expires_at": expiry});
    let token = id(&admin.post("/tenants/1/tokens", &body).expect(201));
    let made =
        json!({"label": [null, "Okta"], "scopes": [null, ["read"]], "expires_at": [null, expiry]});
    let path = format!("/tenants/1/tokens/{token}");
    assert_eq!(
        new(&memory, 1, &mut own),
        [event("credential.created", &token, made)]
    );
    let body = json!({"label": "x", "subject": "nobody"});
    admin
        .post("/tenants/1/tokens", &body)
        .problem(400, "unknown_user", "");
    admin.patch(&path, &json!({"label": "Okta"})).expect(200);
    admin
        .patch(&path, &json!({"expires_at": expiry}))
        .expect(200);
    admin.patch(&path, &json!({})).expect(200);
    assert_eq!(new(&memory, 1, &mut own), []);
    admin
        .patch(&path, &json!({"label": "Old", "expires_at": null}))
        .expect(200);
    let changes = json!({"label": ["Okta", "Old"], "expires_at": [expiry, null]});
    assert_eq!(
        new(&memory, 1, &mut own),
        [event("credential.updated", &token, changes)]
    );
    admin.delete(&path).expect(204);
    admin.delete(&path).expect(204);
    assert_eq!(admin.delete("/tenants/1/tokens/tok_none").status, 404);
    let changes = json!({"label": ["Old", null], "scopes": [["read"], null]});
    assert_eq!(
        new(&memory, 1, &mut own),
        [event("credential.revoked", &token, changes)]
    );
    // Clients and their secrets.
    let made = admin
        .post("/tenants/1/clients", &json!({"label": "Entra"}))
        .expect(201);
    let client = id(&made);
    let path = format!("/tenants/1/clients/{client}");
    assert_eq!(
        new(&memory, 1, &mut own),
        [
            event(
                "client.created",
                &client,
                json!({"label": [null, "Entra"], "kind": [null, "secret"]})
            ),
            event("client.secret_created", &client, json!({"n": [null, 1]})),
        ]
    );
    let secrets = format!("{path}/secrets");
    for _ in 2..=4 {
        admin.post(&secrets, &json!({})).expect(201);
    }
    admin
        .post(&secrets, &json!({}))
        .problem(409, "too_many_secrets", "");
    assert_eq!(new(&memory, 1, &mut own).len(), 3);
    for status in [204, 404] {
        assert_eq!(admin.delete(&format!("{secrets}/2")).status, status);
    }
    assert_eq!(
        new(&memory, 1, &mut own),
        [event(
            "client.secret_removed",
            &client,
            json!({"n": [2, null]})
        )]
    );
    for label in ["Entra", "Azure", "Azure"] {
        admin.patch(&path, &json!({"label": label})).expect(200);
    }
    assert_eq!(
        new(&memory, 1, &mut own),
        [event(
            "client.updated",
            &client,
            json!({"label": ["Entra", "Azure"]})
        )]
    );
    for _ in 0..2 {
        admin.delete(&path).expect(204);
    }
    assert_eq!(
        new(&memory, 1, &mut own),
        [event(
            "client.revoked",
            &client,
            json!({"label": ["Azure", null], "kind": ["secret", null]})
        )]
    );
    admin
        .post(&secrets, &json!({}))
        .problem(409, "client_revoked", "");
    assert_eq!(new(&memory, 1, &mut own), []);
    // Operators' tokens, and who did it.
    let body = json!({"label": "me", "scopes": ["*"]});
    let made = admin.post("/operator-tokens", &body).expect(201);
    let me = Operator::with(&memory, made["token"].as_str().unwrap());
    let other = json!({"label": "other", "scopes": ["tenants:read"], "tenant": 1});
    me.post(
        "/operator-tokens",
        &json!({"label": "x", "scopes": ["*"], "tenant": 77}),
    )
    .problem(400, "unknown_tenant", "");
    let got = me.post("/operator-tokens", &other);
    let request = got.header("X-Request-Id").unwrap().to_owned();
    let other = id(&got.expect(201));
    let path = format!("/operator-tokens/{other}");
    for _ in 0..2 {
        me.delete(&path).expect(204);
    }
    let all = |side: fn(Value) -> Value| json!({"label": side(json!("other")), "scopes": side(json!(["tenants:read"])), "tenant": side(json!(1))});
    assert_eq!(
        new(&memory, 0, &mut house)[1..],
        [
            event(
                "operator_token.created",
                &other,
                all(|value| json!([null, value]))
            ),
            event(
                "operator_token.revoked",
                &other,
                all(|value| json!([value, null]))
            ),
        ]
    );
    let page = admin
        .get("/events?tenant=0&type=operator_token.created")
        .expect(200);
    let event = &page["data"][1];
    let actor = json!({"kind": "operator", "id": made["id"], "label": "me"});
    assert_eq!(
        (&event["actor"], &event["request"]),
        (&actor, &json!(request))
    );
    assert_eq!(
        page["data"][0]["actor"],
        json!({"kind": "operator", "id": null, "label": "ADMIN_TOKEN"})
    );
    assert_eq!(
        (&event["tenant"], &event["version"]),
        (&json!(0), &Value::Null)
    );
}

/// The first request of a tenant ever is told, with who sent it.
#[test]
fn a_tenant_is_connected_once() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    let tenant = admin.tenant("Other");
    let label = |label: &str| json!({"label": label});
    let (first, second) = (
        admin.client(tenant, &label("a")),
        admin.client(tenant, &label("b")),
    );
    let kinds = |tenant: i64| -> Vec<String> {
        let told = told(&memory, tenant).into_iter();
        told.map(|event| event.0).collect()
    };
    // One that is an operator's is not the tenant's.
    admin
        .get(&format!("/tenants/{tenant}/scim/v2/Users"))
        .expect(200);
    assert_eq!(kinds(tenant), ["credential.created"; 2]);
    for client in [&first, &second, &first] {
        client.get("/Users").expect(200);
    }
    let all = told(&memory, tenant);
    assert_eq!(all.len(), 3);
    let day = &all[2].2["last_request_at"][1];
    assert_eq!(day.as_str().map(str::len), Some(10));
    let connected = event(
        "connection.first_request",
        &tenant,
        json!({"last_request_at": [null, day]}),
    );
    assert_eq!(all[2], connected);
    let page = admin
        .get(&format!("/events?tenant={tenant}&type=connection.*"))
        .expect(200);
    assert_eq!(page["data"][0]["actor"]["label"], "a");
    for _ in 0..2 {
        Client::new(&memory).get("/Users").expect(200);
    }
    assert_eq!(kinds(1), ["connection.first_request"]);
}

/// What ends is told a week before and when it has, each once; another end is told of anew.
#[test]
fn credentials_that_end_are_told_of() {
    const DAY: u64 = 86_400_000;
    let memory = Memory::sharded();
    let admin = Operator::new(&memory);
    let until = |day: u32| format!("2026-01-{day:02}T00:00:00.000Z");
    for shard in [1, 2] {
        memory.elapsed.set(0);
        let body = json!({"name": format!("Customer {shard}"), "shard": shard});
        let tenant = admin.post("/tenants", &body).expect(201)["id"]
            .as_i64()
            .unwrap();
        let path = format!("/tenants/{tenant}");
        let token = |label: &str, day: Option<u32>| {
            let body = json!({"label": label, "expires_at": day.map(until)});
            let made = admin.post(&format!("{path}/tokens"), &body).expect(201);
            made["id"].as_str().unwrap().to_owned()
        };
        let (first, second) = (token("first", Some(20)), token("second", Some(21)));
        token("for ever", None);
        let revoked = token("revoked", Some(20));
        admin
            .delete(&format!("{path}/tokens/{revoked}"))
            .expect(204);
        let client = |label: &str| {
            let made = admin.post(&format!("{path}/clients"), &json!({ "label": label }));
            let id = made.expect(201)["id"].as_str().unwrap().to_owned();
            let secret = json!({"expires_at": until(20)});
            admin
                .post(&format!("{path}/clients/{id}/secrets"), &secret)
                .expect(201);
            id
        };
        let (open, closed) = (client("open"), client("closed"));
        admin
            .delete(&format!("{path}/clients/{closed}"))
            .expect(204);
        let mut known = 0;
        new(&memory, tenant, &mut known);
        let on = |day: u64| {
            memory.elapsed.set((day - 1) * DAY);
            for _ in 0..3 {
                memory.trim_requests();
            }
        };
        let mut kinds = |day: u64| -> Vec<(String, String)> {
            on(day);
            let events = new(&memory, tenant, &mut known).into_iter();
            events.map(|(kind, about, _)| (kind, about)).collect()
        };
        let said = |word: &str, about: &str| (format!("credential.{word}"), about.to_owned());
        assert_eq!(kinds(12), []);
        assert_eq!(
            kinds(13),
            [said("expiring", &first), said("expiring", &open)]
        );
        assert_eq!(kinds(14), [said("expiring", &second)]);
        let later = json!({"expires_at": until(28)});
        admin
            .patch(&format!("{path}/tokens/{second}"), &later)
            .expect(200);
        let changed = said("updated", &second);
        assert_eq!(
            kinds(20),
            [changed, said("expired", &first), said("expired", &open)]
        );
        assert_eq!(kinds(21), [said("expiring", &second)]);
        assert_eq!(kinds(31), [said("expired", &second)]);
        assert_eq!(kinds(31), []);
        let page = admin
            .get(&format!("{path}/events?type=credential.expired&limit=1"))
            .expect(200);
        let event = &page["data"][0];
        let actor = json!({"kind": "system", "id": null, "label": null});
        assert_eq!((&event["actor"], &event["request"]), (&actor, &Value::Null));
        let label = json!({"path": "label", "before": null, "after": "first"});
        assert!(event["changes"].as_array().unwrap().contains(&label));
    }
}
