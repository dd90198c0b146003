//! What keeps a provider's mistake from becoming the application's, where requests come at once.

use std::sync::Barrier;
use std::thread;

use serde_json::{Value, json};
use testing::worker::{Worker, shared};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

/// Sends requests at once; the statuses and bodies of the replies, in order.
fn at_once(
    worker: &Worker,
    token: &str,
    requests: &[(&str, String, Option<Value>)],
) -> Vec<(u16, Value)> {
    let start = Barrier::new(requests.len());
    thread::scope(|scope| {
        let threads: Vec<_> = requests
            .iter()
            .map(|(method, path, body)| {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    worker.ask(token, method, &format!("/scim/v2{path}"), body.as_ref())
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_default())
            .collect()
    })
}

fn count(replies: &[(u16, Value)], status: u16) -> usize {
    replies.iter().filter(|reply| reply.0 == status).count()
}

fn user(name: &str) -> Value {
    json!({ "schemas": [USER], "userName": name })
}

fn create(worker: &Worker, token: &str, path: &str, body: &Value) -> String {
    let (status, made) = worker.ask(token, "POST", &format!("/scim/v2{path}"), Some(body));
    assert_eq!(status, 201, "{made:#}");
    let id = made.get("id").and_then(Value::as_str);
    id.unwrap_or_default().to_owned()
}

/// Fifty at once do not pass the limit together, and one event tells of it.
#[test]
fn removals_at_once_stay_within_the_limit() {
    let worker = shared().unwrap();
    let token = worker.tenant(&json!({ "brake": { "count": 20 } }));
    let ids: Vec<String> = (0..50)
        .map(|n| create(worker, &token, "/Users", &user(&format!("u{n}"))))
        .collect();
    let off = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "replace", "path": "active", "value": false }],
    });
    let requests: Vec<_> = ids
        .iter()
        .enumerate()
        .map(|(n, id)| match n % 2 {
            0 => ("DELETE", format!("/Users/{id}"), None),
            _ => ("PATCH", format!("/Users/{id}"), Some(off.clone())),
        })
        .collect();
    let replies = at_once(worker, &token, &requests);
    let done = count(&replies, 204) + count(&replies, 200);
    assert_eq!((done, count(&replies, 429)), (20, 30), "{replies:?}");
    let me = worker.ask(
        &token,
        "GET",
        "/scim/v2/Users?filter=active eq true&count=0"
            .replace(' ', "%20")
            .as_str(),
        None,
    );
    assert_eq!(me.1["totalResults"], 30);
    let (_, page) = worker.ask(
        &worker.admin_token,
        "GET",
        "/admin/v1/events?type=brake.engaged&limit=200",
        None,
    );
    let tenants: Vec<&Value> = page["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| &event["tenant"])
        .collect();
    let mut once = tenants.clone();
    once.dedup();
    assert_eq!(tenants, once);
    assert!(!tenants.is_empty());
}

/// Whoever is created while a group is told of him is a member, whichever comes first.
#[test]
fn who_comes_while_he_is_named_joins() {
    let worker = shared().unwrap();
    let token = worker.tenant(&json!({ "unknown_members": "pend" }));
    let group = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Staff",
    });
    let group = create(worker, &token, "/Groups", &group);
    for round in 0..25 {
        let name = format!("u{round}");
        let mut new = user(&name);
        new["externalId"] = json!(format!("e{round}"));
        let value = if round % 2 == 0 {
            format!("e{round}")
        } else {
            name
        };
        let add = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{ "op": "add", "path": "members", "value": [{ "value": value }] }],
        });
        let requests = [
            ("POST", "/Users".to_owned(), Some(new)),
            ("PATCH", format!("/Groups/{group}"), Some(add)),
        ];
        let replies = at_once(worker, &token, &requests);
        assert_eq!((replies[0].0, replies[1].0), (201, 204), "{replies:?}");
        let (_, group) = worker.ask(&token, "GET", &format!("/scim/v2/Groups/{group}"), None);
        let members = group["members"].as_array().unwrap();
        assert_eq!(members.len(), round + 1, "{group:#}");
    }
}

/// Of those who are created anew at once one is who was there before, the others are told that the
/// name is in use.
#[test]
fn one_of_those_who_come_again_is_the_same() {
    let worker = shared().unwrap();
    let token = worker.tenant(&json!({ "deletes": "soft" }));
    for round in 0..5 {
        let name = format!("ada{round}");
        let id = create(worker, &token, "/Users", &user(&name));
        let path = format!("/scim/v2/Users/{id}");
        assert_eq!(worker.ask(&token, "DELETE", &path, None).0, 204);
        let requests: Vec<_> = (0..6)
            .map(|_| ("POST", "/Users".to_owned(), Some(user(&name))))
            .collect();
        let replies = at_once(worker, &token, &requests);
        assert_eq!(
            (count(&replies, 201), count(&replies, 409)),
            (1, 5),
            "{replies:?}"
        );
        let made = replies.iter().find(|reply| reply.0 == 201).unwrap();
        assert_eq!(made.1["id"], json!(id));
    }
}
