//! Tokens of a tenant.

use serde_json::{Value, json};
use testing::client::{Client, Operator};
use testing::memory::Memory;

#[test]
fn a_token_is_shown_once_and_opens_its_tenant() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    let tenant = admin.tenant("Acme");
    let path = format!("/tenants/{tenant}/tokens");
    let got = admin.post(&path, &json!({ "label": "Okta" }));
    let made = got.clone().expect(201);
    let (id, token) = (
        made["id"].as_str().unwrap(),
        made["token"].as_str().unwrap(),
    );
    let location = format!("{}/admin/v1{path}/{id}", Memory::ORIGIN);
    assert_eq!(got.header("Location"), Some(location.as_str()));
    assert!(token.starts_with("scim_1_") && token.len() == 56);
    let mut shown = json!({
        "id": id, "label": "Okta", "scopes": ["write"], "subject": null, "created_at": made["created_at"], "expires_at": null,
        "revoked_at": null, "last_used": null, "last4": token[token.len() - 4..],
    });
    assert_eq!(admin.get(&format!("{path}/{id}")).expect(200), shown);
    let client = Client {
        memory: &memory,
        token: token.to_owned(),
    };
    let ada = client.user("ada");
    shown["last_used"] = json!("2026-01-01");
    assert_eq!(
        admin.get(&path).expect(200),
        json!({ "data": [shown], "next": null })
    );
    // One for a user: /Me.
    let me = admin.client(
        tenant,
        &json!({ "label": "ada's", "subject": ada, "scopes": ["read", "write"] }),
    );
    assert_eq!(me.get("/Me").expect(200)["id"], ada.as_str());
    let changed = admin.patch(
        &format!("{path}/{id}"),
        &json!({ "label": "Okta 2", "expires_at": "2026-01-01T00:01:00Z" }),
    );
    assert_eq!(changed.expect(200)["label"], "Okta 2");
    memory.elapsed.set(60_000);
    client.get("/Users").expect(401);
    assert_eq!(
        admin.get(&format!("/tenants/{tenant}")).expect(200)["credentials"]["tokens"],
        1
    );
    let forever = admin
        .patch(&format!("{path}/{id}"), &json!({ "expires_at": null }))
        .expect(200);
    assert_eq!(
        (&forever["label"], &forever["expires_at"]),
        (&json!("Okta 2"), &Value::Null)
    );
    client.get("/Users").expect(200);
    admin.delete(&format!("{path}/{id}")).expect(204);
    client.get("/Users").expect(401);
    let revoked = admin.get(&format!("{path}/{id}")).expect(200)["revoked_at"].clone();
    assert!(revoked.is_string());
    admin.delete(&format!("{path}/{id}")).expect(204);
    assert_eq!(
        admin.get(&format!("{path}/{id}")).expect(200)["revoked_at"],
        revoked
    );
    for (body, code) in [
        (json!({}), "missing_member"),
        (
            json!({ "label": "x", "scopes": ["tenants:write"] }),
            "invalid_scope",
        ),
        (json!({ "label": "x", "scopes": "write" }), "invalid_scope"),
        (json!({ "label": "x", "subject": "nobody" }), "unknown_user"),
        (json!({ "label": "x", "tenant": 1 }), "unknown_member"),
        (
            json!({ "label": "x", "expires_at": "tomorrow" }),
            "invalid_value",
        ),
        (
            json!({ "label": "x", "expires_at": "2026-01-01T00:00:00.000Z" }),
            "invalid_value",
        ),
    ] {
        admin.post(&path, &body).problem(400, code, "");
    }
    admin
        .patch(&format!("{path}/{id}"), &json!({ "scopes": ["read"] }))
        .problem(400, "unknown_member", "label");
    for method in ["GET", "PATCH", "DELETE"] {
        let got = admin.send(method, &format!("{path}/tok_none"), Some(&json!({})));
        got.problem(404, "token_not_found", "");
    }
}

/// `read` reads, whatever it is asked for; a write is 403 before anything is done.
#[test]
fn a_token_that_may_read_writes_nothing() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    let tenant = admin.tenant("Acme");
    let ada = admin.client(tenant, &json!({ "label": "w" })).user("ada");
    let reader = admin.client(tenant, &json!({ "label": "r", "scopes": ["read"] }));
    reader.get("/Users").expect(200);
    reader.get("/Users?cursor=").expect(200);
    reader.get(&format!("/Users/{ada}")).expect(200);
    assert_eq!(
        reader.post("/.search", &json!({})).expect(200)["totalResults"],
        1
    );
    let operation = json!([{ "op": "replace", "path": "title", "value": "x" }]);
    for (method, path, body) in [
        ("POST", "/Users".to_owned(), json!({ "userName": "eve" })),
        ("POST", "/Users".to_owned(), json!({ "wrong": 1 })),
        (
            "POST",
            "/Groups".to_owned(),
            json!({ "displayName": "x", "members": [{ "value": ada }] }),
        ),
        ("PUT", format!("/Users/{ada}"), json!({ "userName": "eve" })),
        (
            "PATCH",
            format!("/Users/{ada}"),
            json!({ "Operations": operation }),
        ),
        (
            "PATCH",
            "/Me".to_owned(),
            json!({ "Operations": operation }),
        ),
        ("DELETE", format!("/Users/{ada}"), json!(null)),
        ("DELETE", "/Users/nobody".to_owned(), json!(null)),
        ("POST", "/Bulk".to_owned(), json!({ "Operations": [] })),
        (
            "POST",
            "/Bulk".to_owned(),
            json!({ "Operations": [
            { "method": "POST", "path": "/Users", "bulkId": "1", "data": { "userName": "eve" } },
            { "method": "PATCH", "path": format!("/Users/{ada}"), "data": { "Operations": operation } },
            { "method": "DELETE", "path": format!("/Users/{ada}") },
        ] }),
        ),
    ] {
        let got = reader.send(&reader.request(method, &path, Some(&body)));
        got.refused(403, "", "scope write");
        // RFC 6750 §3.1.
        let challenge = "Bearer realm=\"scim\", error=\"insufficient_scope\", scope=\"write\"";
        assert_eq!(got.header("WWW-Authenticate"), Some(challenge));
    }
    assert_eq!(memory.number("SELECT count(*) FROM users"), 1);
    assert_eq!(
        memory.number("SELECT count(*) FROM users WHERE document ->> '$.title' IS NULL"),
        1
    );
    // What is not known is 401, whatever it asks for.
    let unknown = Client {
        memory: &memory,
        token: "x".to_owned(),
    };
    unknown.post("/Users", &json!({})).expect(401);
}

#[test]
fn lists_of_tokens_go_on() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    for number in 0..5 {
        admin.client(1, &json!({ "label": format!("{number}") }));
    }
    let mut labels = Vec::new();
    let mut path = "/tenants/1/tokens?limit=2".to_owned();
    loop {
        let list = admin.get(&path).expect(200);
        labels.extend(
            list["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|token| token["label"].as_str().unwrap().to_owned()),
        );
        let Some(next) = list["next"].as_str() else {
            break;
        };
        path = format!("/tenants/1/tokens?limit=2&after={next}");
    }
    assert_eq!(
        labels,
        ["0", "1", "2", "3", "4"],
        "in the order in which they were made"
    );
}

/// No secret of this server is in the database.
#[test]
fn secrets_are_stored_nowhere() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    let token = admin.client(1, &json!({ "label": "x" })).token;
    let operator = admin.scoped(&["*"], None).token;
    memory.database.sent.replace(Some(Vec::new()));
    Operator::with(&memory, &operator)
        .get("/tenants")
        .expect(200);
    Operator::with(&memory, &operator)
        .client(1, &json!({ "label": "y" }))
        .get("/Users")
        .expect(200);
    let sent = format!("{:?}", memory.database.sent.take().unwrap());
    let front = |token: &str| token[..token.len() - 6].to_owned();
    assert!(
        !sent.contains(&front(&token))
            && !sent.contains(&front(&operator))
            && !sent.contains("scim_1_")
    );
}
