//! An operator who is bound to a tenant, at every endpoint with another tenant's ids.

use scim_worker::http::admin::routes::table;
use serde_json::{Value, json};
use testing::client::{Client, Operator};
use testing::memory::Memory;

#[test]
#[expect(clippy::too_many_lines, reason = "one line a case")]
fn a_bound_operator_reaches_his_tenant_alone() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    let (ours, theirs) = (admin.tenant("Ours"), admin.tenant("Theirs"));
    admin
        .patch(
            &format!("/tenants/{theirs}"),
            &json!({ "external_id": "theirs" }),
        )
        .expect(200);
    let customer = admin.client(theirs, &json!({ "label": "theirs" }));
    let user = customer.user("ada");
    let group = customer.group("Pilots", &[&user]);
    let token = admin.get(&format!("/tenants/{theirs}/tokens")).expect(200)["data"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let client = admin
        .post(
            &format!("/tenants/{theirs}/clients"),
            &json!({ "label": "theirs" }),
        )
        .expect(201)["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let gone = admin.tenant("Gone");
    let job = admin
        .delete(&format!("/tenants/{gone}?confirm=Gone"))
        .expect(202)["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let everything = json!([
        admin.get(&format!("/tenants/{theirs}")).expect(200),
        admin.get(&format!("/tenants/{theirs}/tokens")).expect(200),
        admin.get(&format!("/tenants/{theirs}/clients")).expect(200),
        admin.get("/operator-tokens").expect(200)["data"]
            .as_array()
            .unwrap()
            .len(),
        customer.get("/").expect(200),
    ]);
    let bound = admin.scoped(&["*"], Some(ours));
    for id in [
        theirs.to_string(),
        "ext:theirs".to_owned(),
        gone.to_string(),
        "1".to_owned(),
        "99".to_owned(),
    ] {
        for row in table() {
            let path = row
                .pattern
                .replace("{tenant}", &id)
                .replace("{token}", &token)
                .replace("{job}", &job)
                .replace("{client}", &client)
                .replace("{secret}", "1");
            // A list, and the feed, are of what the operator reaches.
            if matches!(
                path.as_str(),
                "/tenants" | "/status" | "/events" | "/webhooks" | "/jobs"
            ) {
                continue;
            }
            let path = if row.query.contains(&"confirm") {
                format!("{path}?confirm=Theirs")
            } else {
                path
            };
            let body = json!({ "name": "x", "label": "x", "scopes": ["*"] });
            let body = row.body.map(|_| &body);
            let got = bound.send(row.method.as_str(), &path, body);
            if path.starts_with("/operator-tokens") {
                got.problem(403, "bound_to_tenant", "bound to tenant 2");
            } else if path.starts_with("/webhooks") {
                got.problem(404, "webhook_not_found", "");
            } else if path.starts_with("/jobs") {
                got.problem(404, "job_not_found", "");
            } else {
                got.problem(404, "tenant_not_found", "");
            }
        }
        for (method, path) in [
            ("GET", "/Users".to_owned()),
            ("GET", "/ServiceProviderConfig".to_owned()),
            ("POST", "/Users".to_owned()),
            ("DELETE", format!("/Users/{user}")),
        ] {
            let path = format!("/tenants/{id}/scim/v2{path}");
            bound
                .send(method, &path, Some(&json!({ "userName": "eve" })))
                .problem(404, "tenant_not_found", "");
        }
    }
    bound
        .post("/tenants", &json!({ "name": "x" }))
        .problem(403, "bound_to_tenant", "");
    // Whatever the body is.
    for path in ["/tenants", "/operator-tokens"] {
        bound
            .post(path, &json!("x"))
            .problem(403, "bound_to_tenant", "");
    }
    // With its own tenant in the path, nothing of the other is found.
    let path = |rest: &str| format!("/tenants/{ours}{rest}");
    for method in ["GET", "PATCH", "DELETE"] {
        bound
            .send(
                method,
                &path(&format!("/tokens/{token}")),
                Some(&json!({ "label": "x" })),
            )
            .problem(404, "token_not_found", "");
        for (endpoint, id) in [("Users", &user), ("Groups", &group)] {
            let path = path(&format!("/scim/v2/{endpoint}/{id}"));
            let body =
                json!({ "Operations": [{ "op": "replace", "path": "displayName", "value": "x" }] });
            assert_eq!(
                bound.send(method, &path, Some(&body)).status,
                404,
                "{method} {path}"
            );
        }
    }
    let subject = json!({ "label": "x", "subject": user });
    bound
        .post(&path("/tokens"), &subject)
        .problem(400, "unknown_user", "");
    let list = bound.get("/tenants").expect(200);
    assert_eq!(
        (
            list["data"].as_array().unwrap().len(),
            &list["data"][0]["id"]
        ),
        (1, &json!(ours))
    );
    let beyond = bound.get(&format!("/tenants?after={ours}")).expect(200);
    assert_eq!(beyond, json!({ "data": [], "next": Value::Null }));
    let after = format!(
        "/tokens?after={}",
        token.replace("tok_", "tok_0").get(..36).unwrap()
    );
    assert_eq!(bound.get(&path(&after)).expect(200)["data"], json!([]));
    assert_eq!(bound.get("/jobs").expect(200)["data"], json!([]));
    for id in [gone, theirs, 1] {
        bound
            .get(&format!("/jobs?tenant={id}"))
            .problem(404, "tenant_not_found", "");
    }
    // Its own it may change, and nothing has happened to the other.
    bound
        .patch(&path(""), &json!({ "name": "Ours 2" }))
        .expect(200);
    bound.client(ours, &json!({ "label": "x" })).user("ada");
    let still = json!([
        admin.get(&format!("/tenants/{theirs}")).expect(200),
        admin.get(&format!("/tenants/{theirs}/tokens")).expect(200),
        admin.get(&format!("/tenants/{theirs}/clients")).expect(200),
        admin.get("/operator-tokens").expect(200)["data"]
            .as_array()
            .unwrap()
            .len()
            - 1,
        customer.get("/").expect(200),
    ]);
    assert_eq!(still, everything);
    assert_eq!(Client::new(&memory).get("/").expect(200)["totalResults"], 0);
}
