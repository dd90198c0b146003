//! Two databases: a tenant lives whole in one of them, and works in everything whichever it is.

use serde_json::{Value, json};
use service::jobs::Budget;
use service::token::{SCIM, make_as};
use store::Database;
use testing::client::{Client, Operator};
use testing::memory::{Memory, Sqlite};

fn second(memory: &Memory) -> &Sqlite {
    memory.database.shard(2).unwrap()
}

/// A tenant of a shard, and a client of it.
#[track_caller]
fn tenant<'a>(memory: &'a Memory, shard: u16, name: &str) -> (i64, Client<'a>) {
    let admin = Operator::new(memory);
    let body = json!({ "name": name, "shard": shard });
    let made = admin.post("/tenants", &body).expect(201);
    assert_eq!(made["shard"], shard);
    let id = made["id"].as_i64().unwrap();
    (id, admin.client(id, &json!({ "label": "okta" })))
}

/// Of what is in a database that is not bound any more the admin face says so.
#[test]
fn a_binding_that_was_taken_away_is_told() {
    let mut memory = Memory::sharded();
    let (first, _) = tenant(&memory, 1, "Here");
    let (second, client) = tenant(&memory, 2, "There");
    client.user("ada");
    let kept = memory.database.others.pop();
    let admin = Operator::new(&memory);
    for path in ["", "/tokens", "/requests", "/scim/v2/Users"] {
        admin
            .get(&format!("/tenants/{second}{path}"))
            .problem(503, "shard_not_bound", "DB_2");
    }
    let find = |memory: &Memory, id: i64| -> Value {
        let all = Operator::new(memory).get("/tenants").expect(200);
        let rows = all["data"].as_array().unwrap();
        rows.iter().find(|row| row["id"] == id).unwrap().clone()
    };
    let row = find(&memory, second);
    for name in ["users", "groups", "credentials"] {
        assert_eq!(row[name], Value::Null, "{row:#}");
    }
    assert_eq!(find(&memory, first)["users"], 0);
    assert!(kept.is_some());
}

fn end_jobs(memory: &Memory) {
    for _ in 0..10 {
        memory.elapsed.set(memory.elapsed.get() + 61_000);
        memory.run_jobs(Budget::PAID).unwrap();
    }
}

#[test]
fn a_tenant_of_the_second_shard_works_in_everything() {
    let memory = Memory::sharded();
    let admin = Operator::new(&memory);
    let (id, client) = tenant(&memory, 2, "Example Corp");
    assert!(client.token.starts_with("scim_2_"), "{}", client.token);
    let ada = client.user("ada");
    let group = client.group("Pilots", &[&ada]);
    client
        .patch(
            &format!("/Users/{ada}"),
            &json!([{ "op": "replace", "path": "active", "value": false }]),
        )
        .expect(200);
    assert_eq!(
        client.get(&format!("/Groups/{group}")).expect(200)["members"][0]["value"],
        ada
    );
    let bulk = json!({ "Operations": [{ "method": "POST", "path": "/Users", "bulkId": "1", "data": { "userName": "bob" } }] });
    client.post("/Bulk", &bulk).expect(200);
    assert_eq!(
        client.get("/Users?count=1&cursor=").expect(200)["Resources"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let all = "SELECT count(*) FROM users";
    assert_eq!((memory.number(all), second(&memory).number(all)), (0, 2));
    // As that tenant, by an operator.
    let path = format!("/tenants/{id}");
    let seen = admin.get(&format!("{path}/scim/v2/Users")).expect(200);
    assert_eq!(seen["totalResults"], 2);
    let scim = format!("{path}/scim/v2/Users");
    admin.post(&scim, &json!({ "userName": "eve" })).expect(201);
    // Settings and state hold from the next request on.
    admin
        .patch(&path, &json!({ "settings": { "max_page_size": 1 } }))
        .expect(200);
    assert_eq!(client.get("/Users").expect(200)["itemsPerPage"], 1);
    assert_eq!(admin.get(&scim).expect(200)["itemsPerPage"], 1);
    // Its log of requests is in its database, whoever asked for what.
    let requests = "SELECT count(*) FROM requests";
    assert_eq!(memory.number(requests), 0);
    assert_eq!(second(&memory).number(requests), 5);
    let list = admin.get(&format!("{path}/requests")).expect(200);
    let labels: Vec<&str> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["credential"]["label"].as_str().unwrap())
        .collect();
    assert_eq!(labels, ["ADMIN_TOKEN", "okta", "okta", "okta", "okta"]);
    let shown = admin.get(&path).expect(200);
    assert_eq!(
        (&shown["users"], &shown["groups"], &shown["shard"]),
        (&json!(3), &json!(1), &json!(2))
    );
    assert_eq!(shown["credentials"]["tokens"], 1);
    // Who uses the token, and when, is noted where it is.
    let tokens = admin.get(&format!("{path}/tokens")).expect(200);
    assert_eq!(tokens["data"][0]["last_used"], "2026-01-01");
    admin
        .patch(&path, &json!({ "state": "suspended" }))
        .expect(200);
    client.get("/Users").expect(403);
    admin
        .patch(&path, &json!({ "state": "active" }))
        .expect(200);
    client.get("/Users").expect(200);
    let token = tokens["data"][0]["id"].as_str().unwrap();
    let other = admin.client(id, &json!({ "label": "entra", "scopes": ["read"] }));
    admin.delete(&format!("{path}/tokens/{token}")).expect(204);
    client.get("/Users").expect(401);
    other.get("/Users").expect(200);
    other
        .post("/Users", &json!({ "userName": "x" }))
        .expect(403);
}

#[test]
fn nobody_reaches_over_to_the_other_shard() {
    let memory = Memory::sharded();
    let admin = Operator::new(&memory);
    let (one, first) = tenant(&memory, 1, "One");
    let (two, second) = tenant(&memory, 2, "Two");
    let (ada, bob) = (first.user("ada"), second.user("bob"));
    for (client, foreign) in [(&first, &bob), (&second, &ada)] {
        client.get(&format!("/Users/{foreign}")).expect(404);
        client.delete(&format!("/Users/{foreign}")).expect(404);
        let body = json!({ "displayName": "g", "members": [{ "value": foreign }] });
        client.post("/Groups", &body).expect(400);
        assert_eq!(client.get("/Users").expect(200)["totalResults"], 1);
    }
    // A bound operator reaches one.
    let bound = admin.scoped(&["tenants:write"], Some(two));
    bound.get(&format!("/tenants/{two}")).expect(200);
    bound.get(&format!("/tenants/{one}")).expect(404);
    assert_eq!(
        bound.get("/tenants").expect(200)["data"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    // The number of a shard that is none: no trip, no tenant.
    let trips = memory.database.cost().trips;
    let nowhere = Client {
        memory: &memory,
        token: make_as(SCIM, 3, [7; 32]),
    };
    nowhere.get("/Users").expect(401);
    assert_eq!(memory.database.cost().trips, trips);
    // A token of one shard is unknown to the other.
    let forged = make_as(SCIM, 2, [7; 32]);
    Client {
        memory: &memory,
        token: forged,
    }
    .get("/Users")
    .expect(401);
}

#[test]
fn lists_span_the_shards_with_one_cursor() {
    let memory = Memory::sharded();
    let admin = Operator::new(&memory);
    let mut ids = vec![json!(1)];
    for number in 0..7 {
        let (id, client) = tenant(&memory, 1 + number % 2, &format!("tenant {number}"));
        client.user("ada");
        ids.push(json!(id));
    }
    let mut found = Vec::new();
    let mut path = "/tenants?limit=3".to_owned();
    loop {
        let page = admin.get(&path).expect(200);
        for tenant in page["data"].as_array().unwrap() {
            assert!(tenant["id"] == 1 || tenant["users"] == 1, "{tenant:#}");
            found.push(tenant["id"].clone());
        }
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("/tenants?limit=3&after={next}");
    }
    assert_eq!(found, ids);
    let status = admin.get("/status").expect(200);
    let of =
        |name: &str| [&status["shards"][0][name], &status["shards"][1][name]].map(Clone::clone);
    assert_eq!(of("shard"), [1, 2]);
    assert_eq!(of("tenants"), [5, 3]);
    assert_eq!(of("users"), [4, 3]);
    assert_eq!(of("schema")[0], of("schema")[1]);
}

#[test]
fn a_new_tenant_goes_where_there_is_most_room() {
    let memory = Memory::sharded();
    let admin = Operator::new(&memory);
    let made = |name: &str| admin.post("/tenants", &json!({ "name": name })).expect(201);
    assert_eq!(made("one")["shard"], 1);
    Client::new(&memory).user("ada");
    assert_eq!(made("two")["shard"], 2);
    let unknown = json!({ "name": "x", "shard": 3 });
    admin
        .post("/tenants", &unknown)
        .problem(400, "unknown_shard", "status");
}

#[test]
fn what_ties_a_tenant_to_the_application_is_unique_over_all_shards() {
    let memory = Memory::sharded();
    let admin = Operator::new(&memory);
    let body =
        |name: &str, shard: u16| json!({ "name": name, "shard": shard, "external_id": "org_77" });
    let made = admin.post("/tenants", &body("One", 2)).expect(201);
    let path = format!("/tenants/{}", made["id"]);
    for shard in [1, 2] {
        admin
            .post("/tenants", &body("Two", shard))
            .problem(409, "external_id_taken", "tenant 2");
    }
    assert_eq!(admin.get("/tenants/ext:org_77").expect(200)["name"], "One");
    let other = admin
        .post("/tenants", &json!({ "name": "Two", "shard": 2 }))
        .expect(201);
    let taken = json!({ "external_id": "org_77" });
    admin
        .patch(&format!("/tenants/{}", other["id"]), &taken)
        .problem(409, "external_id_taken", "tenant 2");
    assert_eq!(other["external_id"], Value::Null);
    let change = json!({ "name": "Uno", "external_id": "org_78", "metadata": { "a": "b" } });
    admin.patch(&path, &change).expect(200);
    assert_eq!(admin.get("/tenants/ext:org_78").expect(200)["name"], "Uno");
    admin.get("/tenants/ext:org_77").expect(404);
    // What its shard refuses the directory takes back.
    let many: Value = (0..10)
        .map(|number| (number.to_string(), json!("x")))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let change = json!({ "name": "Due", "external_id": "org_79", "metadata": many });
    admin
        .patch(&path, &change)
        .problem(400, "invalid_value", "metadata");
    assert_eq!(admin.get("/tenants/ext:org_78").expect(200)["name"], "Uno");
    admin.get("/tenants/ext:org_79").expect(404);
    // It is free again when the job of the tenant has ended, and its number is not.
    admin.delete(&format!("{path}?confirm=Uno")).expect(202);
    for shard in [1, 2] {
        let again = json!({ "name": "Three", "shard": shard, "external_id": "org_78" });
        admin
            .post("/tenants", &again)
            .problem(409, "external_id_taken", "being deleted");
    }
    let again = json!({ "external_id": "org_78" });
    let other = format!("/tenants/{}", other["id"]);
    admin
        .patch(&other, &again)
        .problem(409, "external_id_taken", "being deleted");
    end_jobs(&memory);
    let directory = "SELECT count(*) FROM tenants WHERE external_id = 'org_78'";
    assert_eq!(memory.number(directory), 0);
    let again = json!({ "name": "Three", "shard": 2, "external_id": "org_78" });
    assert_ne!(admin.post("/tenants", &again).expect(201)["id"], made["id"]);
}

#[test]
fn a_tenant_of_the_second_shard_ends_with_all_its_data() {
    let memory = Memory::sharded();
    let admin = Operator::new(&memory);
    let (id, client) = tenant(&memory, 2, "Gone");
    let (_, stays) = tenant(&memory, 2, "Stays");
    client.user("ada");
    stays.user("bob");
    let bound = admin.scoped(&["tenants:read"], Some(id));
    bound.get(&format!("/tenants/{id}")).expect(200);
    let job = admin
        .delete(&format!("/tenants/{id}?confirm=Gone"))
        .expect(202);
    client.get("/Users").expect(401);
    admin.get(&format!("/tenants/{id}")).expect(404);
    bound.get("/tenants").expect(401);
    let names = format!("SELECT count(*) FROM tenants WHERE id = {id} AND name <> ''");
    assert_eq!(
        (memory.number(&names), second(&memory).number(&names)),
        (0, 0)
    );
    let job = format!("/jobs/{}", job["id"].as_str().unwrap());
    admin.get(&job).expect(200);
    end_jobs(&memory);
    assert_eq!(admin.get(&job).expect(200)["state"], "finished");
    assert_eq!(second(&memory).number("SELECT count(*) FROM users"), 1);
    stays.get("/Users").expect(200);
}

/// Renamed at the same moment, it is not deleted, in neither database.
#[test]
fn a_tenant_of_the_second_shard_that_has_another_name_now_stays() {
    let memory = Memory::sharded();
    let admin = Operator::new(&memory);
    let (id, client) = tenant(&memory, 2, "Stays");
    let meets = "CREATE TRIGGER meets BEFORE UPDATE OF state ON tenants WHEN new.name = old.name \
                 BEGIN SELECT RAISE(IGNORE); END";
    second(&memory).sql(meets);
    let path = format!("/tenants/{id}");
    admin.delete(&format!("{path}?confirm=Stays")).expect(404);
    second(&memory).sql("DROP TRIGGER meets");
    assert_eq!(admin.get(&path).expect(200)["name"], "Stays");
    client.get("/Users").expect(200);
}

/// Broken off between the two databases, its end is told to the directory by whoever asks next, and
/// that its job has ended by whoever next wants its `external_id`.
#[test]
fn the_end_of_a_tenant_is_told_to_the_directory_later() {
    let memory = Memory::sharded();
    let admin = Operator::new(&memory);
    let new = json!({ "name": "Gone", "shard": 2, "external_id": "org_9" });
    let made = admin.post("/tenants", &new).expect(201);
    let path = format!("/tenants/{}", made["id"]);
    admin.delete(&format!("{path}?confirm=Gone")).expect(202);
    let untold = |set: &str| {
        let id = &made["id"];
        memory.sql(&format!("UPDATE tenants SET {set} WHERE id = {id}"));
    };
    untold("state = 'active', name = 'Gone'");
    admin.get(&path).expect(404);
    for shard in [1, 2] {
        let again = json!({ "name": "Again", "external_id": "org_9", "shard": shard });
        admin
            .post("/tenants", &again)
            .problem(409, "external_id_taken", "being deleted");
    }
    end_jobs(&memory);
    untold("external_id = 'org_9'");
    let again = json!({ "name": "Again", "external_id": "org_9", "shard": 2 });
    let again = admin.post("/tenants", &again).expect(201);
    assert_eq!(again["external_id"], "org_9");
    let other = admin.tenant("Other");
    untold("external_id = 'org_10'");
    admin
        .patch(
            &format!("/tenants/{other}"),
            &json!({ "external_id": "org_10" }),
        )
        .expect(200);
}

/// The three steps, broken off behind each: the cron goes on, and nobody sees half a tenant.
#[test]
fn a_tenant_that_was_half_made_is_finished() {
    let memory = Memory::sharded();
    let admin = Operator::new(&memory);
    memory.sql(
        "INSERT INTO tenants (id, name, created_at, external_id, metadata, settings, state, shard) \
         SELECT id + 1, 'Half', '2026-01-01T00:00:00.000Z', 'org_1', '{\"a\":\"b\"}', '{\"rate\":\"off\"}', 'creating', 2 FROM last_tenant",
    );
    admin.get("/tenants/2").expect(404);
    admin
        .post("/tenants", &json!({ "name": "x", "external_id": "org_1" }))
        .problem(409, "external_id_taken", "still being made");
    assert_eq!(
        admin.get("/tenants").expect(200)["data"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    for _ in 0..2 {
        memory.run_jobs(Budget::PAID).unwrap();
        let made = admin.get("/tenants/ext:org_1").expect(200);
        assert_eq!(
            (&made["shard"], &made["metadata"]["a"], &made["state"]),
            (&json!(2), &json!("b"), &json!("active"))
        );
        assert_eq!(made["settings"]["rate"], "off");
        // The row is there, and the directory was not told.
        memory.sql("UPDATE tenants SET state = 'creating' WHERE id = 2");
    }
    memory.run_jobs(Budget::PAID).unwrap();
    admin.client(2, &json!({ "label": "okta" })).user("ada");
}

#[test]
fn an_oauth_client_of_the_second_shard_gets_tokens() {
    let memory = Memory::sharded();
    let admin = Operator::new(&memory);
    let (id, _) = tenant(&memory, 2, "Example Corp");
    let path = format!("/tenants/{id}/clients");
    let made = admin.post(&path, &json!({ "label": "entra" })).expect(201);
    let text = |name: &str| made[name].as_str().unwrap();
    assert!(
        text("id").starts_with("cli_2_") && text("secret").starts_with("scimsecret_2_"),
        "{made:#}"
    );
    let client = Client::new(&memory);
    let mut request = client.request("POST", "/x", None);
    request.path = "/oauth/token".to_owned();
    request.authorization = None;
    request.content_type = Some("application/x-www-form-urlencoded".to_owned());
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        text("id"),
        text("secret")
    );
    request.body = scim_worker::http::request::Body::Bytes(form.into_bytes());
    let granted = client.send(&request).expect(200);
    let token = granted["access_token"].as_str().unwrap().to_owned();
    assert!(token.starts_with("scim_2_"), "{token}");
    Client {
        memory: &memory,
        token,
    }
    .user("ada");
    // The token is removed once it has expired, where it is.
    let tokens = "SELECT count(*) FROM tokens WHERE client_id IS NOT NULL";
    assert_eq!(second(&memory).number(tokens), 1);
    memory.elapsed.set(2 * 3_600_000);
    memory.sweep().unwrap();
    assert_eq!(second(&memory).number(tokens), 0);
}

/// The second shard takes no more entries of metadata.
fn fill_metadata(memory: &Memory) {
    second(memory).sql(
        "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 50) \
         UPDATE tenants SET metadata = (SELECT json_group_object('k' || n, 'v') FROM n) WHERE id > 1",
    );
}

/// A change that its own shard refuses is taken back whole in the directory, which had it first.
#[test]
fn what_the_second_shard_refuses_the_directory_has_not() {
    let memory = Memory::sharded();
    let admin = Operator::new(&memory);
    let (id, _) = tenant(&memory, 2, "Example Corp");
    let path = format!("/tenants/{id}");
    admin
        .patch(
            &path,
            &json!({ "metadata": { "plan": "gold", "seats": "5" } }),
        )
        .expect(200);
    fill_metadata(&memory);
    memory.sql("UPDATE tenants SET metadata = '{\"k1\":\"v\"}' WHERE id > 1");
    let change = json!({
        "name": "Other", "external_id": "org_1", "state": "suspended", "metadata": { "plan": "gold", "k1": "w" },
    });
    admin
        .patch(&path, &change)
        .problem(400, "invalid_value", "entries of `metadata`");
    let row = "SELECT name = 'Example Corp' AND external_id IS NULL AND state = 'active' \
               AND metadata ->> 'plan' IS NULL AND metadata ->> 'k50' IS NULL AND metadata ->> 'k1' = 'v' FROM tenants WHERE id > 1";
    assert_eq!(memory.number(row), 1);
}

/// What another changed meanwhile stays: only what the call has sent is taken back.
#[test]
fn what_is_taken_back_is_what_was_sent() {
    let memory = Memory::sharded();
    let admin = Operator::new(&memory);
    let (id, _) = tenant(&memory, 2, "Example Corp");
    fill_metadata(&memory);
    memory.sql(
        "CREATE TRIGGER another AFTER UPDATE OF metadata ON tenants WHEN new.metadata ->> 'plan' = 'gold' \
         BEGIN UPDATE tenants SET name = 'Other', state = 'suspended', \
         metadata = json_set(new.metadata, '$.seats', '5') WHERE id = new.id; END",
    );
    let change = json!({ "metadata": { "plan": "gold" } });
    admin.patch(&format!("/tenants/{id}"), &change).problem(
        400,
        "invalid_value",
        "entries of `metadata`",
    );
    let row = "SELECT name = 'Other' AND state = 'suspended' AND metadata ->> 'seats' = '5' \
               AND metadata ->> 'plan' IS NULL FROM tenants WHERE id > 1";
    assert_eq!(memory.number(row), 1);
}
