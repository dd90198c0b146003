//! The admin face of the built Worker: a tenant from its first day to its last, and a job behind a
//! reply.

use std::time::Duration;

use serde_json::{Value, json};
use testing::worker::shared;

#[test]
fn a_tenant_comes_and_goes() {
    let worker = shared().unwrap();
    let admin = |method: &str, path: &str, body: Option<&Value>| {
        worker.ask(
            &worker.admin_token,
            method,
            &format!("/admin/v1{path}"),
            body,
        )
    };
    let (status, tenant) = admin("POST", "/tenants", Some(&json!({ "name": "Acme" })));
    assert_eq!(status, 201, "{tenant:#}");
    let path = format!("/tenants/{}", tenant["id"]);
    let (status, made) = admin(
        "POST",
        &format!("{path}/tokens"),
        Some(&json!({ "label": "okta" })),
    );
    assert_eq!(status, 201, "{made:#}");
    let token = made["token"].as_str().unwrap();
    let user =
        json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada" });
    let scim =
        |method: &str, body: Option<&Value>| worker.ask(token, method, "/scim/v2/Users", body);
    assert_eq!(scim("POST", Some(&user)).0, 201);
    let suspend = |state: &str| admin("PATCH", &path, Some(&json!({ "state": state }))).0;
    assert_eq!(suspend("suspended"), 200);
    assert_eq!(scim("GET", None).0, 403);
    assert_eq!(suspend("active"), 200);
    assert_eq!(scim("GET", None).1["totalResults"], 1);
    let (status, list) = admin("GET", &format!("{path}/scim/v2/Users"), None);
    assert_eq!((status, &list["totalResults"]), (200, &json!(1)));
    let reader = json!({ "label": "r", "scopes": ["tenants:read"] });
    let (status, operator) = admin("POST", "/operator-tokens", Some(&reader));
    assert_eq!(status, 201, "{operator:#}");
    let operator = operator["token"].as_str().unwrap();
    let (status, shown) = worker.ask(operator, "GET", "/admin/v1/status", None);
    assert!(
        status == 200 && shown["shards"][0]["schema"].as_i64().unwrap() >= 11,
        "{shown:#}"
    );
    assert_eq!(
        worker.ask(operator, "POST", "/admin/v1/tenants", None).0,
        403
    );
    assert_eq!(worker.ask(token, "GET", "/admin/v1/tenants", None).0, 401);
    let (status, job) = admin("DELETE", &format!("{path}?confirm=Acme"), None);
    assert_eq!(status, 202, "{job:#}");
    assert_eq!(scim("GET", None).0, 401);
    // It goes on behind the reply, without anybody asking; asking does no harm.
    for look in 0.. {
        let (status, job) = admin(
            "GET",
            &format!("/jobs/{}", job["id"].as_str().unwrap()),
            None,
        );
        assert_eq!(status, 200, "{job:#}");
        if job["state"] == "finished" {
            assert_eq!(job["result"], json!({ "deleted": 1 }));
            break;
        }
        assert!(look < 400, "{job:#}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A change of settings holds from the next request on, in the built Worker as in memory.
#[test]
fn settings_hold_from_the_next_request_on() {
    let worker = shared().unwrap();
    let admin = |method: &str, path: &str, body: &Value| {
        let path = format!("/admin/v1{path}");
        let (status, reply) = worker.ask(&worker.admin_token, method, &path, Some(body));
        assert!(status < 300, "{reply:#}");
        reply
    };
    let settings = json!({ "name": "Settings", "settings": { "max_page_size": 1 } });
    let tenant = admin("POST", "/tenants", &settings);
    let path = format!("/tenants/{}", tenant["id"]);
    let made = admin(
        "POST",
        &format!("{path}/tokens"),
        &json!({ "label": "okta" }),
    );
    let token = made["token"].as_str().unwrap();
    let scim = |method: &str, path: &str, body: Option<&Value>| {
        worker.ask(token, method, &format!("/scim/v2{path}"), body)
    };
    for name in ["ada", "bob", "eve"] {
        let user = json!({ "userName": name });
        assert_eq!(scim("POST", "/Users", Some(&user)).0, 201);
    }
    for size in [1, 3, 2] {
        let settings = json!({ "settings": { "max_page_size": size } });
        admin("PATCH", &path, &settings);
        assert_eq!(scim("GET", "/Users", None).1["itemsPerPage"], size);
        let (_, config) = scim("GET", "/ServiceProviderConfig", None);
        assert_eq!(config["filter"]["maxResults"], size);
    }
    let group = json!({ "displayName": "all", "members": [{ "value": "nobody" }] });
    assert_eq!(scim("POST", "/Groups", Some(&group)).0, 400);
    let skip = json!({ "settings": { "unknown_members": "skip" } });
    admin("PATCH", &path, &skip);
    assert_eq!(scim("POST", "/Groups", Some(&group)).0, 201);
}
