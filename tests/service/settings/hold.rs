//! A change holds from the next request on, on every instance, and costs nothing where nothing has
//! changed.

use std::cell::RefCell;

use super::*;
use scim_worker::http::request::Body;
use testing::client::Got;

fn per_page(client: &Client<'_>) -> u64 {
    let got: Value = client.get("/Users").expect(200);
    got["itemsPerPage"].as_u64().unwrap()
}

#[test]
fn a_warm_request_pays_no_trip() {
    let memory = Memory::new();
    let (id, client) = tenant(&memory, &json!({}));
    let user = client.user("ada");
    let list = || trips(&memory, || drop(client.get("/Users").expect(200)));
    let read = || {
        trips(&memory, || {
            drop(client.get(&format!("/Users/{user}")).expect(200));
        })
    };
    assert_eq!((list(), read()), (1, 1));
    // Once it fails, once the settings are read, once it is done.
    set(&memory, id, &json!({ "max_page_size": 7 }));
    assert_eq!((list(), list(), read()), (3, 1, 1));
    // What changes nothing in the settings costs nothing.
    set(&memory, id, &json!({ "max_page_size": 7 }));
    let name = json!({ "name": "Other" });
    Operator::new(&memory)
        .patch(&format!("/tenants/{id}"), &name)
        .expect(200);
    assert_eq!(list(), 1);
    set(&memory, id, &Value::Null);
    assert_eq!((list(), list()), (3, 1));
}

#[test]
fn a_change_holds_on_every_instance_from_the_next_request_on() {
    let memory = Memory::new();
    let (id, client) = tenant(&memory, &json!({ "default_page_size": 2 }));
    for number in 0..6 {
        client.user(&format!("user {number}"));
    }
    for size in [2, 3, 1, 5] {
        set(&memory, id, &json!({ "default_page_size": size }));
        for instance in [0, 1, 0] {
            memory.instance.set(instance);
            assert_eq!(per_page(&client), size, "instance {instance}");
        }
    }
    // So it does for who has the secret of the Worker, and for operators.
    let secret = Client::new(&memory);
    secret.user("ada");
    secret.user("bob");
    for size in [1, 2] {
        set(&memory, 1, &json!({ "default_page_size": size }));
        for instance in [0, 1] {
            memory.instance.set(instance);
            assert_eq!(per_page(&secret), size);
            let path = "/tenants/1/scim/v2/Users";
            let got = Operator::new(&memory).get(path).expect(200);
            assert_eq!(got["itemsPerPage"], size);
        }
    }
}

/// An operator's own SQL, and the release before this one, count the version up, too.
#[test]
fn a_change_by_sql_holds() {
    let memory = Memory::new();
    let (id, client) = tenant(&memory, &json!({ "max_page_size": 1 }));
    client.user("ada");
    client.user("bob");
    assert_eq!(per_page(&client), 1);
    memory.sql(&format!(
        "UPDATE tenants SET settings = '{{\"max_page_size\":2}}' WHERE id = {id}"
    ));
    assert_eq!(per_page(&client), 2);
    memory.sql(&format!(
        "UPDATE tenants SET settings = '{{}}', settings_version = settings_version + 1 WHERE id = {id}"
    ));
    assert_eq!(per_page(&client), 2);
    assert_eq!(
        memory.number(&format!(
            "SELECT settings_version FROM tenants WHERE id = {id}"
        )),
        3
    );
}

/// What is done again is done once: bodies of every size are read again, and nothing is left of
/// the first time.
#[test]
fn a_write_is_done_once() {
    let memory = Memory::new();
    let (id, client) = tenant(&memory, &json!({}));
    let secret = Client::new(&memory);
    let large = "x".repeat(100_000);
    for (number, (client, tenant)) in [(&client, id), (&secret, 1)].into_iter().enumerate() {
        for (round, padding) in ["", large.as_str()].into_iter().enumerate() {
            set(
                &memory,
                tenant,
                &json!({ "max_page_size": 10 + 2 * number + round }),
            );
            let body = json!({ "userName": format!("user {round}"), "ignored": padding });
            let got = client.post("/Users", &body);
            assert_eq!(got.header("Scim-Ignored"), Some("ignored"));
            got.expect(201);
            set(
                &memory,
                tenant,
                &json!({ "max_page_size": 50 + 2 * number + round }),
            );
            let create = |number: usize| {
                json!({ "method": "POST", "path": "/Users", "bulkId": number.to_string(),
                        "data": { "userName": format!("{round} {number}"), "ignored": padding } })
            };
            let bulk = json!({ "Operations": [create(1), create(2)] });
            let got = client.post("/Bulk", &bulk).expect(200);
            let statuses: Vec<&Value> = got["Operations"]
                .as_array()
                .unwrap()
                .iter()
                .map(|operation| &operation["status"])
                .collect();
            assert_eq!(statuses, ["201", "201"]);
        }
        assert_eq!(client.get("/Users").expect(200)["totalResults"], 6);
    }
}

/// A body of few bytes and many values is read before the credential is looked at, and so before
/// it shows that the settings are others.
#[test]
fn a_heavy_body_is_read_once() {
    let memory = Memory::new();
    let (id, client) = tenant(&memory, &json!({ "max_page_size": 10 }));
    client.get("/Users").expect(200);
    set(&memory, id, &json!({ "max_page_size": 20 }));
    let create = |number: usize| json!({ "method": "POST", "path": "/Users", "bulkId": number.to_string(), "data": { "userName": number.to_string() } });
    let operations: Vec<Value> = (0..400).map(create).collect();
    let bytes = json!({ "Operations": operations }).to_string().into_bytes();
    let mut request = client.request("POST", "/Bulk", Some(&Value::Null));
    request.body = Body::Once(RefCell::new(Some(bytes)));
    let got = client.send(&request).expect(200);
    assert_eq!(got["Operations"][399]["status"], "201");
}

/// The settings do not change in the middle of a request: what it has begun it goes on with.
#[test]
fn a_refusal_is_that_of_the_request_and_not_of_the_settings() {
    let memory = Memory::new();
    let (id, client) = tenant(&memory, &json!({}));
    client.user("ada");
    set(&memory, id, &json!({ "max_page_size": 3 }));
    let got: Got = client.post("/Users", &json!({ "userName": "ada" }));
    got.refused(409, "uniqueness", "userName");
    set(&memory, id, &json!({ "max_page_size": 4 }));
    client.get("/Users/nobody").expect(404);
    Operator::new(&memory)
        .patch(
            &format!("/tenants/{id}"),
            &json!({ "state": "suspended", "settings": { "max_page_size": 5 } }),
        )
        .expect(200);
    client.get("/Users").expect(403);
}

/// Each credential is remembered by itself, and one that is not good is not.
#[test]
fn an_instance_remembers_credentials() {
    let memory = Memory::new();
    let settings = json!({ "max_page_size": 1 });
    for _ in 0..3 {
        let (_, client) = tenant(&memory, &settings);
        client.user("ada");
        client.user("bob");
        assert_eq!(per_page(&client), 1);
    }
    for number in 0..11 {
        memory.add_token(2, &format!("token {number}"), None, None);
        let client = Client {
            memory: &memory,
            token: format!("token {number}"),
        };
        assert_eq!(trips(&memory, || drop(client.get("/Users").expect(200))), 3);
    }
    let unknown = Client {
        memory: &memory,
        token: "nobody's".to_owned(),
    };
    assert_eq!(
        trips(&memory, || drop(unknown.get("/Users").expect(401))),
        1
    );
    let last = Client {
        memory: &memory,
        token: "token 10".to_owned(),
    };
    assert_eq!(trips(&memory, || drop(last.get("/Users").expect(200))), 1);
}
