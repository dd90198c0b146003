//! Who is let in, and to what.

use scim_worker::http::admin::routes::table;
use serde_json::json;
use service::credential::Secret;
use service::token::{OPERATOR, make_as};
use testing::client::{Client, Operator};
use testing::memory::Memory;

/// Every endpoint, with tenant 1 and ids that are nobody's.
fn every_request() -> Vec<(&'static str, String)> {
    let below = |pattern: &str| {
        let path = pattern
            .replace("{tenant}", "1")
            .replace("{token}", "tok_none");
        path.replace("{job}", "job_none")
            .replace("{deleted}", "none")
            .replace("{group}", "none")
            .replace("{webhook}", "whk_none")
            .replace("{client}", "cli_none")
            .replace("{secret}", "1")
    };
    let mut all: Vec<_> = table()
        .iter()
        .map(|row| (row.method.as_str(), below(row.pattern)))
        .collect();
    all.push(("GET", "/tenants/1/scim/v2/Users".to_owned()));
    all.push(("POST", "/tenants/1/scim/v2/Users".to_owned()));
    all.push(("GET", "/nothing".to_owned()));
    all.push(("OPTIONS", "/tenants".to_owned()));
    all
}

#[test]
fn without_a_good_credential_every_address_is_401() {
    let mut memory = Memory::new();
    memory.add_token(1, "a token of a tenant", None, None);
    let altered = make_as(OPERATOR, 1, [1; 32]).replace("scimadmin_1_0", "scimadmin_1_1");
    let tokens = [
        Memory::TOKEN.to_owned(),
        "a token of a tenant".to_owned(),
        make_as(OPERATOR, 1, [1; 32]),
        altered,
        String::new(),
        "x".repeat(10_000),
    ];
    let refused_to_all = |memory: &Memory| {
        for (method, path) in every_request() {
            for token in &tokens {
                let got = Operator::with(memory, token).send(
                    method,
                    &path,
                    Some(&json!({ "name": "x" })),
                );
                got.problem(401, "unauthorized", "");
                assert_eq!(
                    got.header("WWW-Authenticate"),
                    Some("Bearer realm=\"admin\""),
                    "{method} {path}"
                );
            }
            let mut request = Operator::new(memory).request(method, &path, None);
            request.authorization = None;
            assert_eq!(
                Client::new(memory).send(&request).status,
                401,
                "{method} {path}"
            );
        }
    };
    refused_to_all(&memory);
    // Nothing is configured, or what is configured can be guessed: nothing is open, to the empty
    // token neither.
    memory.admin_token = None;
    refused_to_all(&memory);
    memory.admin_token = Some("short".to_owned());
    refused_to_all(&memory);
    Operator::with(&memory, "short")
        .get("/tenants")
        .problem(401, "unauthorized", "ADMIN_TOKEN");
    assert!(Secret::new("short").unwrap().is_short());
}

/// A checksum that does not fit, or another form, costs no trip.
#[test]
fn what_cannot_be_a_credential_is_not_looked_up() {
    let memory = Memory::new();
    memory.database.sent.replace(Some(Vec::new()));
    Operator::with(&memory, "scimadmin_1_abc")
        .get("/tenants/1")
        .expect(401);
    Operator::with(&memory, &"a".repeat(49))
        .get("/tenants/1")
        .expect(401);
    assert!(memory.database.sent.take().unwrap().is_empty());
    let good = Operator::new(&memory).scoped(&["tenants:read"], None);
    memory.database.sent.replace(Some(Vec::new()));
    good.get("/tenants").expect(200);
    assert!(!memory.database.sent.take().unwrap().is_empty());
}

#[test]
fn a_reply_may_not_be_kept_and_is_no_page() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    for (method, path) in every_request() {
        let got = admin.send(method, &path, Some(&json!({})));
        assert_eq!(
            got.header("X-Content-Type-Options"),
            Some("nosniff"),
            "{method} {path}"
        );
        assert_eq!(
            got.header("Cache-Control"),
            Some("no-store"),
            "{method} {path}"
        );
        let id = got.header("X-Request-Id").unwrap_or_default();
        assert!(id.starts_with("req_"), "{method} {path}");
        assert_eq!(got.header("Access-Control-Allow-Origin"), None);
        assert!(got.status < 500, "{method} {path} {:#}", got.body);
    }
    let mut request = admin.request("GET", "/tenants", None);
    request.origin = "http://scim.example.com".to_owned();
    Client::new(&memory)
        .send(&request)
        .problem(403, "https_needed", "https://");
}

#[test]
fn methods_and_addresses() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    let got = admin.send("PUT", "/tenants", None);
    got.problem(405, "method_not_allowed", "GET, HEAD, POST, OPTIONS");
    assert_eq!(got.header("Allow"), Some("GET, HEAD, POST, OPTIONS"));
    let got = admin.send("OPTIONS", "/tenants/1", None);
    assert_eq!(
        (got.status, got.header("Allow")),
        (204, Some("GET, HEAD, PATCH, DELETE, OPTIONS"))
    );
    for path in [
        "",
        "/",
        "/nothing",
        "/tenants/1/nothing",
        "/tenants/1/tokens/a/b",
        "/Tenants",
        "/%FF",
    ] {
        admin.get(path).problem(404, "not_found", "");
    }
    for path in [
        "/tenants/2",
        "/tenants/0",
        "/tenants/-1",
        "/tenants/01",
        "/tenants/x",
        "/tenants/ext:none",
    ] {
        admin
            .get(path)
            .problem(404, "tenant_not_found", "GET /admin/v1/tenants");
    }
    // Below the path of another Worker, too.
    let mut request = admin.request("GET", "/tenants/1", None);
    request.path = "/api//admin/v1/tenants/1/".to_owned();
    Client::new(&memory).send(&request).expect(200);
}

/// What each scope opens, and nothing else.
#[test]
#[expect(clippy::too_many_lines, reason = "one line a case")]
fn each_escalation_is_refused() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    let scopes = [
        "tenants:read",
        "tenants:write",
        "directory:read",
        "directory:write",
        "events:read",
        "requests:read",
        "webhooks:write",
    ];
    let tenants_read = ["tenants:read", "tenants:write"].as_slice();
    let tenants_write = ["tenants:write"].as_slice();
    let events = ["events:read", "webhooks:write"].as_slice();
    let directory_read = ["directory:read", "directory:write", "tenants:write"].as_slice();
    let webhooks_write = ["webhooks:write"].as_slice();
    let requests_read = ["requests:read"].as_slice();
    let directory_write = ["directory:write", "tenants:write"].as_slice();
    let requests = [
        ("GET", "/tenants", tenants_read, "tenants:read"),
        ("POST", "/tenants", tenants_write, "tenants:write"),
        ("GET", "/tenants/1", tenants_read, "tenants:read"),
        ("PATCH", "/tenants/1", tenants_write, "tenants:write"),
        ("DELETE", "/tenants/1", tenants_write, "tenants:write"),
        ("GET", "/webhooks", webhooks_write, "webhooks:write"),
        ("POST", "/webhooks", webhooks_write, "webhooks:write"),
        ("GET", "/webhooks/x", webhooks_write, "webhooks:write"),
        ("PATCH", "/webhooks/x", webhooks_write, "webhooks:write"),
        ("DELETE", "/webhooks/x", webhooks_write, "webhooks:write"),
        (
            "POST",
            "/webhooks/x/rotate",
            webhooks_write,
            "webhooks:write",
        ),
        ("POST", "/webhooks/x/test", webhooks_write, "webhooks:write"),
        (
            "POST",
            "/webhooks/x/replay",
            webhooks_write,
            "webhooks:write",
        ),
        ("POST", "/webhooks/x/park", webhooks_write, "webhooks:write"),
        (
            "GET",
            "/webhooks/x/deliveries",
            webhooks_write,
            "webhooks:write",
        ),
        ("GET", "/tenants/1/tokens", tenants_read, "tenants:read"),
        ("POST", "/tenants/1/tokens", tenants_write, "tenants:write"),
        ("GET", "/tenants/1/tokens/x", tenants_read, "tenants:read"),
        (
            "PATCH",
            "/tenants/1/tokens/x",
            tenants_write,
            "tenants:write",
        ),
        (
            "DELETE",
            "/tenants/1/tokens/x",
            tenants_write,
            "tenants:write",
        ),
        ("GET", "/tenants/1/clients", tenants_read, "tenants:read"),
        ("POST", "/tenants/1/clients", tenants_write, "tenants:write"),
        ("GET", "/tenants/1/clients/x", tenants_read, "tenants:read"),
        (
            "PATCH",
            "/tenants/1/clients/x",
            tenants_write,
            "tenants:write",
        ),
        (
            "DELETE",
            "/tenants/1/clients/x",
            tenants_write,
            "tenants:write",
        ),
        (
            "GET",
            "/tenants/1/clients/x/secrets",
            tenants_read,
            "tenants:read",
        ),
        (
            "POST",
            "/tenants/1/clients/x/secrets",
            tenants_write,
            "tenants:write",
        ),
        (
            "GET",
            "/tenants/1/clients/x/secrets/1",
            tenants_read,
            "tenants:read",
        ),
        (
            "DELETE",
            "/tenants/1/clients/x/secrets/1",
            tenants_write,
            "tenants:write",
        ),
        (
            "GET",
            "/tenants/1/groups/x/pending",
            directory_read,
            "directory:read",
        ),
        ("GET", "/tenants/1/brake", directory_read, "directory:read"),
        (
            "POST",
            "/tenants/1/brake",
            directory_write,
            "directory:write",
        ),
        (
            "GET",
            "/tenants/1/deleted",
            directory_read,
            "directory:read",
        ),
        (
            "GET",
            "/tenants/1/deleted/x",
            directory_read,
            "directory:read",
        ),
        (
            "POST",
            "/tenants/1/deleted/x/restore",
            directory_write,
            "directory:write",
        ),
        (
            "POST",
            "/tenants/1/undo",
            directory_write,
            "directory:write",
        ),
        ("GET", "/tenants/1/requests", requests_read, "requests:read"),
        (
            "GET",
            "/tenants/1/requests/x",
            requests_read,
            "requests:read",
        ),
        ("GET", "/status", tenants_read, "tenants:read"),
        ("GET", "/jobs", directory_write, "directory:write"),
        ("GET", "/operator-tokens", &[], "*"),
        ("POST", "/operator-tokens", &[], "*"),
        ("GET", "/operator-tokens/x", &[], "*"),
        ("DELETE", "/operator-tokens/x", &[], "*"),
        (
            "GET",
            "/tenants/1/scim/v2/Users",
            directory_read,
            "directory:read",
        ),
        (
            "GET",
            "/tenants/1/scim/v2/ServiceProviderConfig",
            directory_read,
            "directory:read",
        ),
        ("GET", "/events", events, "events:read"),
        ("GET", "/tenants/1/events", events, "events:read"),
        ("GET", "/tenants/1/events/verify", events, "events:read"),
        (
            "POST",
            "/tenants/1/erase",
            directory_write,
            "directory:write",
        ),
        (
            "POST",
            "/tenants/1/import",
            directory_write,
            "directory:write",
        ),
        ("GET", "/tenants/1/export", directory_read, "directory:read"),
        (
            "POST",
            "/tenants/1/scim/v2/.search",
            directory_read,
            "directory:read",
        ),
        (
            "POST",
            "/tenants/1/scim/v2/Users",
            directory_write,
            "directory:write",
        ),
        (
            "POST",
            "/tenants/1/scim/v2/Bulk",
            directory_write,
            "directory:write",
        ),
        (
            "PUT",
            "/tenants/1/scim/v2/Users/x",
            directory_write,
            "directory:write",
        ),
        (
            "PATCH",
            "/tenants/1/scim/v2/Users/x",
            directory_write,
            "directory:write",
        ),
        (
            "DELETE",
            "/tenants/1/scim/v2/Users/x",
            directory_write,
            "directory:write",
        ),
    ];
    let rows = table().len();
    assert_eq!(
        requests
            .iter()
            .filter(|(_, path, ..)| !path.contains("scim"))
            .count(),
        rows - 1,
        "and /jobs/{{job}}"
    );
    for scope in scopes {
        let operator = admin.scoped(&[scope], None);
        for (method, path, opened, needed) in &requests {
            let got = operator.send(method, path, Some(&json!({ "wrong": true })));
            if opened.contains(&scope) {
                assert_ne!(got.status, 403, "{scope}: {method} {path}");
            } else {
                got.problem(403, "missing_scope", needed);
                let challenge = got.header("WWW-Authenticate").unwrap();
                assert!(
                    challenge.contains(&format!("scope=\"{needed}\"")),
                    "{challenge}"
                );
            }
        }
    }
    let all = admin.scoped(&["*"], None);
    let tokens = all.get("/operator-tokens").expect(200);
    assert_eq!(tokens["data"].as_array().unwrap().len(), scopes.len() + 1);
    // One that is revoked is refused from the next request on.
    let id = tokens["data"][0]["id"].as_str().unwrap();
    all.delete(&format!("/operator-tokens/{id}")).expect(204);
    let id = tokens["data"][scopes.len()]["id"].as_str().unwrap();
    all.delete(&format!("/operator-tokens/{id}")).expect(204);
    all.get("/status").expect(401);
}

#[test]
fn an_operator_token_is_shown_once_and_ends() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    let body = json!({ "label": "ci", "scopes": ["events:read", "tenants:read", "events:read"], "expires_at": "2026-01-01T01:00:10+01:00" });
    let got = admin.post("/operator-tokens", &body);
    let made = got.clone().expect(201);
    let token = made["token"].as_str().unwrap();
    assert!(token.starts_with("scimadmin_1_"));
    let location = format!(
        "{}/admin/v1/operator-tokens/{}",
        Memory::ORIGIN,
        made["id"].as_str().unwrap()
    );
    assert_eq!(got.header("Location"), Some(location.as_str()));
    let operator = Operator::with(&memory, token);
    operator.get("/tenants").expect(200);
    let shown = admin
        .get(&format!(
            "/operator-tokens/{}",
            made["id"].as_str().unwrap()
        ))
        .expect(200);
    assert_eq!(
        shown,
        json!({
            "id": made["id"], "label": "ci", "scopes": ["tenants:read", "events:read"], "tenant": null, "created_at": made["created_at"],
            "expires_at": "2026-01-01T00:00:10.000Z", "revoked_at": null, "last_used": "2026-01-01",
            "last4": token[token.len() - 4..],
        })
    );
    memory.elapsed.set(10_000);
    operator.get("/tenants").expect(401);
    for (body, code) in [
        (json!({ "scopes": ["*"] }), "missing_member"),
        (json!({ "label": "x" }), "missing_member"),
        (json!({ "label": "x", "scopes": [] }), "invalid_scope"),
        (
            json!({ "label": "x", "scopes": ["tenants:read", "root"] }),
            "invalid_scope",
        ),
        (json!({ "label": "x", "scopes": ["read"] }), "invalid_scope"),
        (
            json!({ "label": "x", "scopes": ["*"], "tenant": 9 }),
            "unknown_tenant",
        ),
        (
            json!({ "label": "x", "scopes": ["*"], "subject": "y" }),
            "unknown_member",
        ),
        (
            json!({ "label": "x", "scopes": ["*"], "expires_at": "2026-01-01T00:00:00Z" }),
            "invalid_value",
        ),
        (
            json!({ "label": "x", "scopes": ["*"], "expires_at": "2027-01-01" }),
            "invalid_value",
        ),
    ] {
        admin.post("/operator-tokens", &body).problem(400, code, "");
    }
}

/// What it was meant to choose would not be chosen: `?external_id=x` would list all.
#[test]
fn parameters_that_nothing_reads_are_refused() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    for (method, path) in every_request() {
        if method == "OPTIONS" || path == "/nothing" || path.contains("/scim/v2") {
            continue;
        }
        let got = admin.send(method, &format!("{path}?zzz=1"), None);
        got.problem(400, "invalid_query", "`zzz` is no parameter");
    }
    let got = admin.import(1, "dryrun=true", "");
    got.problem(400, "invalid_query", "take: dry_run, job, line, more.");
    // The events of all tenants go forwards alone.
    for path in ["/events?before=", "/events?before=&tenant=1"] {
        admin.get(path).problem(400, "invalid_query", "`before`");
    }
    let got = admin.get("/tenants/1/events?before=&after=1.1");
    got.problem(400, "invalid_query", "with `after`");
}

/// An empty page would say that there is no more.
#[test]
fn a_cursor_of_no_page_is_refused() {
    let mut memory = Memory::new();
    memory.settings.master = service::master::Master::parse(&"5a".repeat(32)).unwrap();
    let admin = Operator::new(&memory);
    let client = admin
        .post("/tenants/1/clients", &json!({ "label": "a" }))
        .expect(201);
    let secrets = format!(
        "/tenants/1/clients/{}/secrets",
        client["id"].as_str().unwrap()
    );
    let hook = json!({ "url": "https://hooks.example.com" });
    let hook = admin.post("/webhooks", &hook).expect(201);
    let deliveries = format!("/webhooks/{}/deliveries", hook["id"].as_str().unwrap());
    let lists = [
        "/tenants",
        "/tenants/1/tokens",
        "/tenants/1/clients",
        "/tenants/1/deleted",
        "/tenants/1/requests",
        "/tenants/1/events",
        "/tenants/1/export",
        "/events",
        "/webhooks",
        "/operator-tokens",
        &secrets,
        &deliveries,
    ];
    for path in lists {
        for cursor in [
            "zzz",
            "-1",
            "tok_%00%27",
            "~",
            "2027-01-31T12:00:00.000Z~",
            "tok_",
            "%20",
        ] {
            let got = admin.get(&format!("{path}?after={cursor}"));
            assert_eq!(got.status, 400, "{path} {cursor} {:#}", got.body);
            if !cursor.contains("%00") {
                got.problem(400, "invalid_cursor", "`after`");
            }
        }
        assert_eq!(admin.get(&format!("{path}?after=")).status, 200, "{path}");
    }
}
