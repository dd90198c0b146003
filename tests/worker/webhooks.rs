//! Deliveries of the built Worker, to a receiver that verifies them as any would (`receiver.mjs`);
//! and what is left when the runtime is killed at any moment.

use std::collections::BTreeMap;
use std::path::Path;
use std::thread::{sleep, spawn};
use std::time::Duration;

use crate::beside::Beside;
use doctor::conversation::{Target, WireRequest, random};
use rusqlite::Connection;
use serde_json::{Value, json};
use testing::worker::{Worker, database, state_folder};

/// The receiver.
struct Receiver(Beside);

#[expect(
    clippy::unwrap_used,
    reason = "a helper of tests fails where a test would"
)]
impl Receiver {
    fn start() -> Self {
        Self(Beside::start("receiver.mjs"))
    }

    fn say(&self, path: &str, body: &str) -> String {
        self.0.say("POST", path, body)
    }

    fn seen(&self) -> Vec<Value> {
        serde_json::from_str(&self.say("/seen", "")).unwrap()
    }

    /// What came, once so many have.
    #[track_caller]
    fn wait(&self, count: usize) -> Vec<Value> {
        for _ in 0..1_000 {
            if self.seen().len() >= count {
                break;
            }
            sleep(Duration::from_millis(20));
        }
        let seen = self.seen();
        assert!(seen.len() >= count, "{} of {count} came", seen.len());
        seen
    }
}

const KEY: &str = "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a";

#[expect(
    clippy::unwrap_used,
    reason = "a helper of tests fails where a test would"
)]
fn start(state: &Path, more: &[(&str, &str)]) -> Worker {
    let known = [("MASTER_KEY", KEY), ("LOCAL_ADDRESSES", "true")];
    Worker::start_on(state, &[&known[..], more].concat()).unwrap()
}

#[track_caller]
fn admin(worker: &Worker, method: &str, path: &str, body: Option<&Value>) -> Value {
    let path = format!("/admin/v1{path}");
    let (status, shown) = worker.ask(&worker.admin_token, method, &path, body);
    assert!(status < 300, "{shown:#}");
    shown
}

fn user(worker: &Worker, name: &str) {
    let body = json!({ "userName": name });
    let (status, shown) = worker.ask(&worker.token, "POST", "/scim/v2/Users", Some(&body));
    assert_eq!(status, 201, "{shown:#}");
}

/// Waits until nothing is left to deliver.
#[track_caller]
fn all_delivered(worker: &Worker, path: &str) {
    let mut looks = 0;
    loop {
        let shown = admin(worker, "GET", path, None);
        if shown.get("pending") == Some(&json!(0)) {
            break;
        }
        looks += 1;
        assert!(looks < 600, "not all is delivered: {shown:#}");
        sleep(Duration::from_millis(50));
    }
}

/// By the queue alone: no minute passes.
#[test]
fn a_write_is_posted_and_verified() {
    let receiver = Receiver::start();
    let worker = start(&state_folder().unwrap(), &[]);
    let url = format!("{}/hook", receiver.0.origin);
    let body = json!({ "url": url, "types": ["user.*"] });
    let made = admin(&worker, "POST", "/webhooks", Some(&body));
    let path = format!("/webhooks/{}", made["id"].as_str().unwrap());
    receiver.say("/secrets", &json!([made["secret"]]).to_string());
    user(&worker, "ada");
    user(&worker, "eve");
    let seen = receiver.wait(2);
    assert!(
        seen.iter()
            .all(|row| row["by"] == json!([true]) && row["id"] == row["event"]),
        "{seen:#?}"
    );
    // Another secret: either verifies.
    let rotated = admin(&worker, "POST", &format!("{path}/rotate"), None);
    receiver.say(
        "/secrets",
        &json!([made["secret"], rotated["secret"], "whsec_AAAA"]).to_string(),
    );
    user(&worker, "bob");
    assert_eq!(receiver.wait(3)[2]["by"], json!([true, true, false]));
    let tested = admin(&worker, "POST", &format!("{path}/test"), Some(&json!({})));
    assert_eq!(
        (&tested["status"], &tested["reply"]),
        (&json!(200), &json!("thanks"))
    );
    assert_eq!(receiver.wait(4)[3]["type"], "webhook.test");
    receiver.say("/mode", "slow");
    let tested = admin(&worker, "POST", &format!("{path}/test"), None);
    let took = tested["milliseconds"].as_i64().unwrap();
    assert!((1_500..15_000).contains(&took), "{tested:#}");
    // What is no good answer is tried again by the queue, after some seconds.
    receiver.say("/mode", "redirect");
    user(&worker, "kim");
    receiver.wait(6);
    receiver.say("/mode", "endless");
    let seen = receiver.wait(7);
    assert_eq!(seen[5]["id"], seen[6]["id"]);
    assert!(seen.iter().all(|row| row["path"] == "/hook"), "{seen:#?}");
    all_delivered(&worker, &path);
    let list = admin(&worker, "GET", &format!("{path}/deliveries?limit=2"), None);
    assert_eq!(
        (&list["data"][1]["status"], &list["data"][1]["outcome"]),
        (&json!(302), &json!("retry"))
    );
    assert_eq!(
        (&list["data"][0]["status"], &list["data"][0]["outcome"]),
        (&json!(200), &json!("delivered"))
    );
    assert_eq!(list["data"][0]["reply"], "x".repeat(256));
    // However long it says, a day is waited for.
    receiver.say("/mode", "busy");
    user(&worker, "zoe");
    receiver.wait(8);
    let mut next = Value::Null;
    for _ in 0..100 {
        next = admin(&worker, "GET", &path, None)["failing"][0]["next_attempt_at"].clone();
        if next.is_string() {
            break;
        }
        sleep(Duration::from_millis(50));
    }
    let day = |time: &Value| time.as_str().unwrap().split_once('T').unwrap().0.to_owned();
    assert!(day(&next) > day(&made["created_at"]), "{next}");
}

/// Without a queue each minute does it all.
#[test]
fn without_a_queue_a_minute_delivers() {
    let receiver = Receiver::start();
    let worker = start(
        &state_folder().unwrap(),
        &[("NO_QUEUE", ""), ("MINUTE", "300")],
    );
    let body = json!({ "url": format!("{}/hook", receiver.0.origin), "types": ["user.*"] });
    let made = admin(&worker, "POST", "/webhooks", Some(&body));
    receiver.say("/secrets", &json!([made["secret"]]).to_string());
    user(&worker, "ada");
    assert_eq!(receiver.wait(1)[0]["by"], json!([true]));
}

const ROUNDS: u64 = 50;

/// Whatever the runtime is at when it is killed, every event is delivered, those of a tenant in
/// their order, and none twice but the one whose answer was lost.
#[test]
fn a_kill_loses_nothing_and_repeats_one() {
    let receiver = Receiver::start();
    let state = state_folder().unwrap();
    let minute = [("MINUTE", "150"), ("MIGRATED", "")];
    let worker = start(&state, &[]);
    let body = json!({ "url": format!("{}/hook", receiver.0.origin), "types": ["user.*"] });
    let made = admin(&worker, "POST", "/webhooks", Some(&body));
    receiver.say("/secrets", &json!([made["secret"]]).to_string());
    let second = admin(
        &worker,
        "POST",
        "/tenants",
        Some(&json!({ "name": "Second" })),
    );
    let path = format!("/tenants/{}/tokens", second["id"]);
    let token = admin(&worker, "POST", &path, Some(&json!({ "label": "t" })))["token"].clone();
    let token = token.as_str().unwrap();
    drop(worker);
    for round in 0..ROUNDS {
        unlock(&state);
        let worker = start(&state, &minute);
        let killer = worker.killer();
        let ended = spawn(move || {
            sleep(Duration::from_millis(chance() % 700));
            killer();
        });
        let mut number = 0;
        let mut is_up = true;
        while is_up {
            number += 1;
            let body = json!({ "userName": format!("{round}-{number}") });
            for token in [worker.token.as_str(), token] {
                let bearer = ("Authorization".to_owned(), format!("Bearer {token}"));
                let json = ("Content-Type".to_owned(), "application/json".to_owned());
                let sent = worker.send(&WireRequest {
                    method: "POST".to_owned(),
                    url: format!("{}/Users", worker.base),
                    headers: vec![bearer, json],
                    body: Some(body.to_string()),
                });
                is_up &= sent.is_ok();
            }
        }
        ended.join().unwrap();
    }
    unlock(&state);
    let worker = start(&state, &minute);
    all_delivered(
        &worker,
        &format!("/webhooks/{}", made["id"].as_str().unwrap()),
    );
    drop(worker);
    let connection = Connection::open(database(&state)).unwrap();
    let mut statement = connection
        .prepare("SELECT tenant_id, seq FROM events WHERE type = 'user.created' ORDER BY position")
        .unwrap();
    let written: Vec<(i64, i64)> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let seen = receiver.seen();
    assert!(seen.iter().all(|row| row["by"] == json!([true])));
    let mut last: BTreeMap<i64, i64> = BTreeMap::new();
    let mut delivered = Vec::new();
    let mut repeats = 0;
    for row in &seen {
        let event = (
            row["tenant"].as_i64().unwrap(),
            row["seq"].as_i64().unwrap(),
        );
        let before = last.insert(event.0, event.1);
        if delivered.contains(&event) {
            // The one whose answer was lost, right away.
            assert_eq!(before, Some(event.1), "{event:?}");
            repeats += 1;
        } else {
            assert!(before < Some(event.1), "{event:?} behind {before:?}");
            delivered.push(event);
        }
    }
    delivered.sort_unstable();
    let mut written = written;
    written.sort_unstable();
    assert_eq!(delivered, written);
    assert!(written.len() > 50, "{}", written.len());
    assert!(repeats <= ROUNDS, "{repeats}");
}

pub(crate) fn chance() -> u64 {
    let digits: String = random().chars().skip(1).take(5).collect();
    u64::from_str_radix(&digits, 36).unwrap_or_default()
}

/// Whoever was killed gives no lease back, and a busy machine may break connections: it is as if
/// enough time had passed.
#[expect(
    clippy::unwrap_used,
    reason = "a helper of tests fails where a test would"
)]
fn unlock(state: &Path) {
    let connection = Connection::open(database(state)).unwrap();
    let passed = "UPDATE webhook_cursors SET lease_until = ''; \
                  UPDATE webhook_tenants SET next_attempt_at = '2026-01-01T00:00:00.000Z'";
    connection.execute_batch(passed).unwrap();
}
