//! `/Me` (RFC 7644 §3.11).

use serde_json::json;
use testing::client::Client;
use testing::memory::Memory;

#[test]
fn a_token_with_a_subject_is_that_user_for_every_verb() {
    let memory = Memory::new();
    let user = Client::new(&memory).user("ada");
    memory.add_token(1, "ada's", Some(&user), None);
    let client = Client {
        memory: &memory,
        token: "ada's".to_owned(),
    };
    let location = format!("{}/scim/v2/Users/{user}", Memory::ORIGIN);
    let got = client.get("/Me");
    assert_eq!(got.header("Location"), Some(location.as_str()));
    assert_eq!(got.body["meta"]["location"], json!(location));
    assert_eq!(got.expect(200)["id"], json!(user));

    let active = json!([{ "op": "replace", "path": "active", "value": false }]);
    assert_eq!(
        client.patch("/Me", &active).expect(200)["active"],
        json!(false)
    );
    let name = json!([{ "op": "add", "path": "name.givenName", "value": "Ada" }]);
    assert_eq!(
        client.patch("/Me", &name).expect(200)["name"]["givenName"],
        json!("Ada")
    );
    let body = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada", "title": "Dr" });
    let put = client.put("/Me", &body).expect(200);
    assert_eq!(
        (&put["title"], &put["id"], put.get("name")),
        (&json!("Dr"), &json!(user), None)
    );
    client
        .post("/Me", &body)
        .refused(409, "uniqueness", "PUT or PATCH");
    client.delete("/Me").expect(204);
    client.get("/Me").expect(404);
    client.get(&format!("/Users/{user}")).expect(404);
}

#[test]
fn a_token_without_a_subject_has_no_me() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let operations = json!([{ "op": "replace", "path": "active", "value": false }]);
    client.get("/Me").refused(404, "", "filter on userName");
    client
        .patch("/Me", &operations)
        .refused(404, "", "filter on userName");
    client
        .put("/Me", &json!({ "userName": "x" }))
        .refused(404, "", "filter on userName");
    client.delete("/Me").refused(404, "", "filter on userName");
}
