//! How often: a tenant's requests are counted, and credentials that are not good.

use serde_json::{Value, json};
use store::Database;
use testing::client::{Client, Got, Operator};
use testing::memory::Memory;

/// How many were counted under a name.
fn counted(memory: &Memory, name: &str) -> usize {
    let counted = memory.rates.counted.borrow();
    counted.get(name).copied().unwrap_or_default()
}

#[track_caller]
fn too_fast(got: &Got) {
    got.refused(429, "", "in ten seconds");
    assert_eq!(got.header("Retry-After"), Some("10"));
}

#[test]
fn the_requests_of_a_tenant_are_counted_together() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    let tenant = admin.tenant("Acme");
    let [one, two] = ["one", "two"].map(|label| admin.client(tenant, &json!({ "label": label })));
    // Whose a credential is shows with its first request.
    one.user("ada");
    two.user("bob");
    assert_eq!(counted(&memory, "Tenant(2)"), 0);
    one.get("/Users").expect(200);
    two.get("/Users").expect(200);
    admin.get("/tenants/2/scim/v2/Users").expect(200);
    assert_eq!(counted(&memory, "Tenant(2)"), 3);
    Client::new(&memory).get("/Users").expect(200);
    assert_eq!(counted(&memory, "Tenant(1)"), 1);
    memory.rates.limit.set(4);
    one.get("/Users").expect(200);
    let trips = memory.database.cost().trips;
    too_fast(&two.get("/Users"));
    too_fast(&one.post("/Users", &json!({ "userName": "eve" })));
    // It looks whether the settings are others, no more.
    assert_eq!(memory.database.cost().trips, trips + 2);
    too_fast(&admin.get("/tenants/2/scim/v2/Users"));
    memory.rates.limit.set(usize::MAX);
    assert_eq!(one.get("/Users").expect(200)["totalResults"], 2);
}

#[test]
fn a_bulk_counts_its_operations() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let create = |number: usize| {
        let data = json!({ "userName": format!("user {number}") });
        json!({ "method": "POST", "path": "/Users", "bulkId": number.to_string(), "data": data })
    };
    let bulk = |count: usize| {
        let operations: Vec<Value> = (0..count).map(create).collect();
        json!({ "Operations": operations })
    };
    client.post("/Bulk", &bulk(7)).expect(200);
    assert_eq!(counted(&memory, "Operations(1)"), 7);
    // It is one request beside the others, which it takes nothing from.
    assert_eq!(counted(&memory, "Tenant(1)"), 1);
    memory.rates.limit.set(20);
    too_fast(&client.post("/Bulk", &bulk(14)));
    assert_eq!(counted(&memory, "Tenant(1)"), 2);
    client.get("/Users").expect(200);
    memory.rates.limit.set(usize::MAX);
    assert_eq!(client.get("/Users").expect(200)["totalResults"], 7);
}

#[test]
fn a_tenant_may_be_without_a_limit() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    let body = json!({ "name": "Acme", "settings": { "rate": "off" } });
    admin.post("/tenants", &body).expect(201);
    let client = admin.client(2, &json!({ "label": "okta" }));
    memory.rates.limit.set(1);
    for _ in 0..5 {
        client.get("/Users").expect(200);
    }
    assert_eq!(counted(&memory, "Tenant(2)"), 0);
    let rate = |rate: &str| {
        let body = json!({ "settings": { "rate": rate } });
        admin.patch("/tenants/2", &body).expect(200);
    };
    rate("standard");
    client.get("/Users").expect(200);
    client.get("/Users").expect(200);
    too_fast(&client.get("/Users"));
    // A change holds from the next request on, though it is one too many.
    rate("off");
    client.get("/Users").expect(200);
}

#[test]
fn only_credentials_that_are_not_good_are_counted_by_address() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    let good = Client::new(&memory);
    let bad = Client {
        memory: &memory,
        token: "guessed".to_owned(),
    };
    let worse = Operator::with(&memory, "guessed");
    good.get("/Users").expect(200);
    good.get("/Users/nobody").expect(404);
    admin.get("/tenants").expect(200);
    assert_eq!(counted(&memory, "Refused"), 0);
    memory.rates.limit.set(4);
    bad.get("/Users").refused(401, "", "not known");
    let mut none = good.request("GET", "/Users", None);
    none.authorization = None;
    good.send(&none).expect(401);
    worse.get("/tenants").problem(401, "unauthorized", "admin");
    worse.get("/nothing").expect(401);
    let got = bad.get("/Users");
    got.refused(429, "", "Correct the token");
    assert_eq!(got.header("Retry-After"), Some("10"));
    let got = worse.get("/tenants");
    got.problem(429, "too_many_refused", "Correct the token");
    assert_eq!(got.header("Retry-After"), Some("10"));
    memory.rates.limit.set(usize::MAX);
    good.get("/Users").expect(200);
}
