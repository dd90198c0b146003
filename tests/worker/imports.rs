//! An import that nobody asks about goes on by itself, and takes no memory for its size.

use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};
use testing::worker::Worker;

const USERS: usize = 20_000;
const GROUPS: usize = 250;
/// Bytes of the Worker's own memory, at the most.
const MEMORY: u64 = 64 << 20;
/// Looks at how far it came, half a second each: within them the queue has done it; by the minutes
/// alone it would take a quarter of an hour.
const LOOKS: usize = 480;

fn users() -> String {
    let line = |n| format!("{{\"user_id\":\"e{n}\",\"user_email\":\"u{n}@example.com\"}}\n");
    (0..USERS).map(line).collect::<Vec<_>>().concat()
}

/// Groups of which most are in the one before: each of those is a batch of its own.
fn groups() -> String {
    let line = |n: usize| {
        let mut members: Vec<Value> = (0..20)
            .map(|k| json!({ "externalId": format!("e{}", (37 * n + k) % USERS) }))
            .collect();
        if !n.is_multiple_of(3) {
            members.push(json!({ "value": format!("g{}", n - 1) }));
        }
        let schemas = ["urn:ietf:params:scim:schemas:core:2.0:Group"];
        let group = json!({ "schemas": schemas, "id": format!("g{n}"), "displayName": format!("Group {n}"), "members": members });
        format!("{group}\n")
    };
    (0..GROUPS).map(line).collect::<Vec<_>>().concat()
}

#[expect(
    clippy::unwrap_used,
    reason = "a helper of tests fails where a test would"
)]
fn send(worker: &Worker, query: &str, lines: String) -> Value {
    let reply = worker.import("1", &format!("?{query}"), lines);
    assert_eq!(reply.status, 202, "{}", reply.body);
    serde_json::from_str(&reply.body).unwrap()
}

#[test]
fn an_import_goes_on_by_itself() {
    let worker = Worker::start(&[]).unwrap();
    let ask = |path: &str| worker.ask(&worker.admin_token, "GET", path, None).1;
    let job = send(&worker, "more=true", users());
    let job = job["id"].as_str().unwrap();
    send(&worker, &format!("job={job}&line={}", USERS + 1), groups());
    let is_finished = (0..LOOKS).any(|_| {
        sleep(Duration::from_millis(500));
        let last = ask("/admin/v1/tenants/1/events?before=&limit=1");
        last["data"][0]["type"] == "import.finished"
    });
    assert!(
        is_finished,
        "{}",
        ask("/admin/v1/tenants/1/events?before=&limit=1")
    );
    let result = &ask(&format!("/admin/v1/jobs/{job}"))["result"];
    let told = ["created", "refusals"].map(|name| &result[name]);
    assert_eq!(told, [&json!(USERS + GROUPS), &json!(0)], "{result}");
    let check = |when: &str| {
        // Not every system tells.
        if let Some(bytes) = worker.wasm_memory() {
            assert!(bytes < MEMORY, "{bytes} bytes {when}");
        }
    };
    check("behind the import");
    let reply = worker.call(
        &worker.admin_token,
        "GET",
        "/admin/v1/tenants/1/export",
        None,
    );
    let lines = reply
        .body
        .lines()
        .filter(|line| line.contains("\"schemas\""));
    assert_eq!(lines.count(), USERS + GROUPS);
    check("behind the export");
}
