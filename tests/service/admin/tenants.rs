//! Tenants, and what their state does to the SCIM face.

use serde_json::{Value, json};
use testing::client::{Client, Operator};
use testing::memory::Memory;

#[test]
fn a_tenant_is_made_read_and_changed() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    let body = json!({
        "name": "Example Corp", "external_id": "org_77", "metadata": { "plan": "gold", "none": null },
        "settings": { "unmapped_attributes": "refuse", "rate": null, "request_log": { "days": 30 } }, "shard": 1,
    });
    let got = admin.post("/tenants", &body);
    let made = got.clone().expect(201);
    let location = format!("{}/admin/v1/tenants/2", Memory::ORIGIN);
    assert_eq!(got.header("Location"), Some(location.as_str()));
    assert_eq!(
        made,
        json!({
            "id": 2, "name": "Example Corp", "external_id": "org_77", "metadata": { "plan": "gold" }, "state": "active",
            "shard": 1, "settings": { "unmapped_attributes": "refuse", "request_log": { "days": 30 } },
            "settings_without_effect": [], "users": 0, "groups": 0,
            "credentials": { "tokens": 0, "clients": 0 }, "created_at": "2026-01-01T00:00:00.001Z", "last_request_at": null,
        })
    );
    assert_eq!(admin.get("/tenants/2").expect(200), made);
    assert_eq!(admin.get("/tenants/ext:org_77").expect(200), made);
    let client = admin.client(2, &json!({ "label": "okta" }));
    client.user("ada");
    client.group("Pilots", &[]);
    let patch = json!({
        "name": "Example", "external_id": null, "metadata": { "plan": null, "region": "eu" },
        "settings": { "request_log": { "mode": "all", "days": null }, "unmapped_attributes": null, "max_page_size": 500 },
    });
    let changed = admin.patch("/tenants/ext:org_77", &patch).expect(200);
    assert_eq!(
        changed,
        json!({
            "id": 2, "name": "Example", "external_id": null, "metadata": { "region": "eu" }, "state": "active",
            "shard": 1, "settings": { "request_log": { "mode": "all" }, "max_page_size": 500 },
            "settings_without_effect": [], "users": 1, "groups": 1,
            "credentials": { "tokens": 1, "clients": 0 }, "created_at": made["created_at"], "last_request_at": "2026-01-01",
        })
    );
    let reset = admin
        .patch("/tenants/2", &json!({ "settings": null, "metadata": null }))
        .expect(200);
    assert_eq!(
        (&reset["settings"], &reset["metadata"]),
        (&json!({}), &json!({}))
    );
    let version = memory.number("SELECT settings_version FROM tenants WHERE id = 2");
    admin
        .patch("/tenants/2", &json!({ "name": "Other" }))
        .expect(200);
    assert_eq!(
        memory.number("SELECT settings_version FROM tenants WHERE id = 2"),
        version
    );
    assert_eq!(version, 3);
}

#[test]
#[expect(clippy::too_many_lines, reason = "one line a case")]
fn what_is_no_tenant_is_refused() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    let many: Value = (0..11)
        .map(|number| (number.to_string(), json!("x")))
        .collect::<serde_json::Map<_, _>>()
        .into();
    for (body, code) in [
        (json!({}), "missing_member"),
        (json!({ "name": "" }), "invalid_value"),
        (json!({ "name": "  " }), "invalid_value"),
        (json!({ "name": "a\u{7}" }), "invalid_value"),
        (json!({ "name": 7 }), "invalid_value"),
        (json!({ "name": "x".repeat(201) }), "invalid_value"),
        (
            json!({ "name": "x", "external_id": "y".repeat(65) }),
            "invalid_value",
        ),
        (json!({ "name": "x", "id": 9 }), "unknown_member"),
        (
            json!({ "name": "x", "state": "suspended" }),
            "unknown_member",
        ),
        (json!({ "name": "x", "shard": 2 }), "unknown_shard"),
        (json!({ "name": "x", "metadata": many }), "invalid_value"),
        (
            json!({ "name": "x", "metadata": { "a": 1 } }),
            "invalid_value",
        ),
        (
            json!({ "name": "x", "metadata": { "a": "y".repeat(501) } }),
            "invalid_value",
        ),
        (json!({ "name": "x", "settings": [] }), "invalid_setting"),
        (
            json!({ "name": "x", "settings": { "delete": "soft" } }),
            "unknown_setting",
        ),
        (
            json!({ "name": "x", "settings": { "deletes": "none" } }),
            "invalid_setting",
        ),
        (
            json!({ "name": "x", "settings": { "keep_days": 0 } }),
            "invalid_setting",
        ),
        (
            json!({ "name": "x", "settings": { "keep_days": 1.5 } }),
            "invalid_setting",
        ),
        (
            json!({ "name": "x", "settings": { "unique_group_names": "true" } }),
            "invalid_setting",
        ),
        (
            json!({ "name": "x", "settings": { "request_log": { "mode": "some" } } }),
            "invalid_setting",
        ),
        (
            json!({ "name": "x", "settings": { "request_log": { "modes": "all" } } }),
            "unknown_setting",
        ),
        (
            json!({ "name": "x", "settings": { "brake": 7 } }),
            "invalid_setting",
        ),
        (json!([]), "invalid_body"),
    ] {
        admin.post("/tenants", &body).problem(400, code, "");
    }
    let mut request = admin.request("POST", "/tenants", Some(&json!({})));
    let client = Client::new(&memory);
    for text in ["", "{", "{\"name\":\"a\",\"name\":\"b\"}"] {
        request.body = scim_worker::http::request::Body::Bytes(text.into());
        client.send(&request).problem(400, "invalid_body", "");
    }
    request.content_type = Some("text/plain".to_owned());
    client
        .send(&request)
        .problem(415, "invalid_body", "application/json");
    let large = json!({ "name": "x".repeat(70_000) });
    admin
        .post("/tenants", &large)
        .problem(413, "too_large", "65536");
    for body in [json!({ "name": null }), json!({ "name": "" })] {
        assert_eq!(admin.patch("/tenants/1", &body).status, 400);
    }
    for state in [
        json!("deleted"),
        json!("creating"),
        json!(null),
        json!("Active"),
    ] {
        admin
            .patch("/tenants/1", &json!({ "state": state }))
            .problem(400, "invalid_value", "Send DELETE");
    }
    assert_eq!(memory.number("SELECT count(*) FROM tenants"), 1);
    // Ten members are few, whichever way they come together.
    let ten: Value = (0..10)
        .map(|number| (number.to_string(), json!("x")))
        .collect::<serde_json::Map<_, _>>()
        .into();
    admin
        .patch("/tenants/1", &json!({ "metadata": ten }))
        .expect(200);
    let got = admin.patch(
        "/tenants/1",
        &json!({ "metadata": { "0": null, "10": "x", "11": "x" } }),
    );
    got.problem(400, "invalid_value", "metadata");
    admin
        .patch(
            "/tenants/1",
            &json!({ "metadata": { "0": null, "10": "x" } }),
        )
        .expect(200);
}

/// Two requests at once are two statements one behind the other: the index decides, whoever looked
/// before.
#[test]
fn an_external_id_is_one_tenants_alone() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    let body = json!({ "name": "A", "external_id": "org_1" });
    let first = admin.post("/tenants", &body);
    let second = admin.post("/tenants", &body);
    first.expect(201);
    second.problem(409, "external_id_taken", "tenant 2");
    let other = admin.tenant("B");
    let got = admin.patch(
        &format!("/tenants/{other}"),
        &json!({ "external_id": "org_1", "name": "C" }),
    );
    got.problem(409, "external_id_taken", "tenant 2");
    // Who is bound to a tenant is not told which other has it.
    let bound = admin.scoped(&["tenants:write"], Some(other));
    let got = bound.patch(
        &format!("/tenants/{other}"),
        &json!({ "external_id": "org_1" }),
    );
    got.problem(409, "external_id_taken", "another tenant has it");
    assert!(!got.body.to_string().contains("tenant 2"), "{got:?}");
    assert_eq!(
        admin.get(&format!("/tenants/{other}")).expect(200)["name"],
        "B"
    );
    admin
        .patch("/tenants/2", &json!({ "external_id": null }))
        .expect(200);
    admin
        .patch(
            &format!("/tenants/{other}"),
            &json!({ "external_id": "org_1" }),
        )
        .expect(200);
    admin
        .patch(
            &format!("/tenants/{other}"),
            &json!({ "external_id": "org_1" }),
        )
        .expect(200);
    assert_eq!(admin.get("/tenants/ext:org_1").expect(200)["id"], other);
    // As it stands in a path.
    admin
        .patch("/tenants/2", &json!({ "external_id": "a/b c:ü" }))
        .expect(200);
    assert_eq!(
        admin.get("/tenants/ext:a%2Fb%20c:%C3%BC").expect(200)["id"],
        2
    );
}

#[test]
fn lists_go_on() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    for number in 2..=7 {
        assert_eq!(admin.tenant("x"), number);
    }
    let ids = |list: &Value| -> Vec<i64> {
        let data = list["data"].as_array().unwrap();
        data.iter()
            .map(|tenant| tenant["id"].as_i64().unwrap())
            .collect()
    };
    let first = admin.get("/tenants?limit=3").expect(200);
    assert_eq!(ids(&first), [1, 2, 3]);
    let next = first["next"].as_str().unwrap();
    let second = admin
        .get(&format!("/tenants?limit=3&after={next}"))
        .expect(200);
    assert_eq!(ids(&second), [4, 5, 6]);
    let next = second["next"].as_str().unwrap();
    let last = admin
        .get(&format!("/tenants?limit=3&after={next}"))
        .expect(200);
    assert_eq!((ids(&last), &last["next"]), (vec![7], &Value::Null));
    let whole = admin.get("/tenants?limit=7").expect(200);
    assert_eq!((ids(&whole).len(), &whole["next"]), (7, &Value::Null));
    for query in ["limit=0", "limit=201", "limit=x", "limit=-1"] {
        admin
            .get(&format!("/tenants?{query}"))
            .problem(400, "invalid_limit", "200");
    }
    admin
        .get("/tenants?after=x")
        .problem(400, "invalid_cursor", "next");
    assert_eq!(
        ids(&admin.get("/tenants?limit=200&after=").expect(200)).len(),
        7
    );
}

/// Suspended, a tenant is closed to every request, whichever way it comes; its data and tokens
/// stay.
#[test]
fn a_suspended_tenant_is_closed() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    let other = admin.tenant("Other");
    for tenant in [1, admin.tenant("Acme")] {
        let client = if tenant == 1 {
            Client::new(&memory)
        } else {
            admin.client(tenant, &json!({ "label": "okta" }))
        };
        let user = client.user("ada");
        let state = |state: &str| {
            let changed = admin
                .patch(&format!("/tenants/{tenant}"), &json!({ "state": state }))
                .expect(200);
            assert_eq!(changed["state"], state);
        };
        state("suspended");
        let requests = [
            ("GET", "/Schemas".to_owned(), None),
            (
                "GET",
                "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User".to_owned(),
                None,
            ),
            ("GET", "/ResourceTypes".to_owned(), None),
            ("GET", "/ResourceTypes/User".to_owned(), None),
            ("GET", "/ServiceProviderConfig".to_owned(), None),
            ("GET", "/Users".to_owned(), None),
            ("GET", "/Users?cursor=".to_owned(), None),
            ("GET", format!("/Users/{user}"), None),
            ("GET", "/Me".to_owned(), None),
            ("GET", "/Users?filter=wrong".to_owned(), None),
            ("POST", "/.search".to_owned(), Some(json!({}))),
            (
                "POST",
                "/Users".to_owned(),
                Some(json!({ "userName": "eve" })),
            ),
            ("POST", "/Users".to_owned(), Some(json!({ "wrong": true }))),
            (
                "PUT",
                format!("/Users/{user}"),
                Some(json!({ "userName": "eve" })),
            ),
            (
                "PATCH",
                format!("/Users/{user}"),
                Some(
                    json!({ "Operations": [{ "op": "replace", "path": "active", "value": false }] }),
                ),
            ),
            ("DELETE", format!("/Users/{user}"), None),
            (
                "POST",
                "/Bulk".to_owned(),
                Some(json!({ "Operations": [] })),
            ),
            (
                "POST",
                "/Bulk".to_owned(),
                Some(
                    json!({ "Operations": [{ "method": "DELETE", "path": format!("/Users/{user}") }] }),
                ),
            ),
        ];
        for (method, path, body) in requests {
            let got = client.send(&client.request(method, &path, body.as_ref()));
            got.refused(403, "", "suspended");
            let path = format!("/tenants/{tenant}/scim/v2{path}");
            let got = admin.send(method, &path, body.as_ref());
            got.refused(403, "", "suspended");
        }
        // To whoever shows no credential, what tells nothing of anybody is open, as ever.
        let mut request = client.request("GET", "/ServiceProviderConfig", None);
        request.authorization = None;
        client.send(&request).expect(200);
        admin
            .client(other, &json!({ "label": "okta" }))
            .get("/Users")
            .expect(200);
        state("active");
        assert_eq!(client.get("/Users").expect(200)["totalResults"], 1);
        client.get(&format!("/Users/{user}")).expect(200);
    }
}

/// The whole SCIM face as a tenant.
#[test]
fn the_scim_face_as_a_tenant() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    let tenant = admin.tenant("Acme");
    admin
        .patch(
            &format!("/tenants/{tenant}"),
            &json!({ "external_id": "org" }),
        )
        .expect(200);
    for id in [tenant.to_string(), "ext:org".to_owned()] {
        let base = format!("/tenants/{id}/scim/v2");
        let user =
            json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": id });
        let got = admin.post(&format!("{base}/Users"), &user);
        let made = got.clone().expect(201);
        let below = format!("{}/admin/v1{base}", Memory::ORIGIN);
        let location = format!("{below}/Users/{}", made["id"].as_str().unwrap());
        assert_eq!(made["meta"]["location"], location);
        assert_eq!(got.header("Location"), Some(location.as_str()));
        assert_eq!(
            got.header("Content-Type"),
            Some("application/scim+json; charset=utf-8")
        );
        let place = location
            .strip_prefix(&format!("{}/admin/v1", Memory::ORIGIN))
            .unwrap();
        admin.get(place).expect(200);
        let change = json!({ "Operations": [{ "op": "replace", "path": "title", "value": "x" }] });
        assert_eq!(admin.patch(place, &change).expect(200)["title"], "x");
        let group = json!({ "displayName": id, "members": [{ "value": made["id"] }] });
        let group = admin.post(&format!("{base}/Groups"), &group).expect(201);
        assert_eq!(group["members"][0]["$ref"], location);
        let types = admin.get(&format!("{base}/ResourceTypes/User")).expect(200);
        assert_eq!(
            types["meta"]["location"],
            format!("{below}/ResourceTypes/User")
        );
        let page = admin
            .get(&format!("{base}/Users?cursor=&count=1&sortBy=userName"))
            .expect(200);
        assert_eq!(page["totalResults"], 1);
        // Addresses in a Bulk are those of the face.
        let bulk = json!({ "Operations": [{ "method": "PATCH", "path": format!("{below}/Users/{}", made["id"].as_str().unwrap()),
            "data": { "Operations": [{ "op": "add", "path": "title", "value": "y" }] } }] });
        let done = admin.post(&format!("{base}/Bulk"), &bulk).expect(200);
        assert_eq!(done["Operations"][0]["status"], "200", "{done:#}");
        admin
            .get(&format!("{base}/Users/nobody"))
            .refused(404, "", "");
        admin
            .get(&format!("{base}/Nothing"))
            .refused(404, "", "endpoint");
        admin.delete(place).expect(204);
        // The operator's own work is no request of the customer's.
        let shown = admin.get(&format!("/tenants/{id}")).expect(200);
        assert_eq!(shown["last_request_at"], Value::Null);
    }
    admin
        .get("/tenants/9/scim/v2/Users")
        .problem(404, "tenant_not_found", "");
    assert_eq!(
        Client::new(&memory).get("/Users").expect(200)["totalResults"],
        0
    );
}

#[test]
fn the_status_counts() {
    let mut memory = Memory::new();
    let admin = Operator::new(&memory);
    let tenant = admin.tenant("Acme");
    admin
        .client(tenant, &json!({ "label": "okta" }))
        .user("ada");
    Client::new(&memory).user("bob");
    let unsealed = |memory: &Memory| {
        let status = Operator::new(memory).get("/status").expect(200);
        status["shards"][0]["unsealed"].clone()
    };
    let written = memory.database.number("SELECT count(*) FROM events");
    assert_eq!((unsealed(&memory), written > 3), (json!(written), true));
    memory.settings.master = service::master::Master::parse(&"5a".repeat(32)).unwrap();
    memory.seal().unwrap();
    let admin = Operator::new(&memory);
    let status = admin.get("/status").expect(200);
    // All is sealed, and nothing is delivered yet.
    let quiet = json!({ "unsealed": 0, "due": 0, "oldest_due_at": Value::Null });
    for (name, value) in quiet.as_object().unwrap() {
        assert_eq!(&status["shards"][0][name], value, "{name}");
    }
    assert_eq!(status["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(status["jobs"], 0);
    assert_eq!(status["failing"], json!([]));
    let shard = &status["shards"][0];
    assert_eq!(
        (&shard["shard"], &shard["tenants"], &shard["users"]),
        (&json!(1), &json!(2), &json!(2))
    );
    let bound = admin.scoped(&["tenants:read"], Some(tenant));
    let shard = &bound.get("/status").expect(200)["shards"][0];
    assert_eq!((&shard["tenants"], &shard["users"]), (&json!(1), &json!(1)));
}
