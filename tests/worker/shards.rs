//! The built Worker over two databases, as wrangler.toml would bind them.

use serde_json::{Value, json};
use testing::worker::Worker;

#[test]
fn a_tenant_of_the_second_database_works() {
    let worker = Worker::start(&[("DB_2", "")]).unwrap();
    let admin = |method: &str, path: &str, body: Option<&Value>| {
        let path = format!("/admin/v1{path}");
        worker.ask(&worker.admin_token, method, &path, body)
    };
    let new = json!({ "name": "Second", "shard": 2 });
    let (status, tenant) = admin("POST", "/tenants", Some(&new));
    assert_eq!((status, &tenant["shard"]), (201, &json!(2)), "{tenant:#}");
    let path = format!("/tenants/{}", tenant["id"]);
    let label = json!({ "label": "okta" });
    let (_, made) = admin("POST", &format!("{path}/tokens"), Some(&label));
    let token = made["token"].as_str().unwrap();
    assert!(token.starts_with("scim_2_"), "{token}");
    let user = json!({ "userName": "ada" });
    assert_eq!(
        worker.ask(token, "POST", "/scim/v2/Users", Some(&user)).0,
        201
    );
    assert_eq!(
        worker.ask(token, "GET", "/scim/v2/Users", None).1["totalResults"],
        1
    );
    let (_, of_first) = worker.ask(&worker.token, "GET", "/scim/v2/Users", None);
    assert_eq!(of_first["totalResults"], 0);
    let (_, status) = admin("GET", "/status", None);
    let [first, second] = [0, 1].map(|shard| &status["shards"][shard]);
    assert_eq!(
        (&first["users"], &second["users"]),
        (&json!(0), &json!(1)),
        "{status:#}"
    );
    assert_eq!(first["schema"], second["schema"]);
    let (_, list) = admin("GET", "/tenants", None);
    assert_eq!(list["data"][1]["users"], 1, "{list:#}");
    assert_eq!(worker.ask("", "GET", "/healthz", None).0, 200);
    let (status, job) = admin("DELETE", &format!("{path}?confirm=Second"), None);
    assert_eq!(status, 202, "{job:#}");
    assert_eq!(worker.ask(token, "GET", "/scim/v2/Users", None).0, 401);
}
