//! How often, with the platform's own counters: a provider's pace never meets them, a flood does.

use std::thread::sleep;
use std::time::{Duration, Instant};

use doctor::conversation::{Target, WireReply, WireRequest};
use serde_json::{Value, json};
use testing::worker::{Worker, shared};

/// Deletions of nobody, as many as a Bulk takes.
fn bulk() -> Value {
    let operation = json!({ "method": "DELETE", "path": "/Users/nobody" });
    json!({ "Operations": vec![operation; 1_000] })
}

#[expect(
    clippy::unwrap_used,
    reason = "a helper of tests fails where a test would"
)]
fn send_bulk(worker: &Worker) -> WireReply {
    worker.request("POST", "/Bulk", &[], Some(&bulk())).unwrap()
}

#[expect(
    clippy::unwrap_used,
    reason = "a helper of tests fails where a test would"
)]
fn get(worker: &Worker) -> WireReply {
    worker.request("GET", "/Users?count=1", &[], None).unwrap()
}

#[expect(
    clippy::unwrap_used,
    reason = "a helper of tests fails where a test would"
)]
fn with_token(worker: &Worker, path: &str, token: &str) -> WireReply {
    let authorization = ("Authorization".to_owned(), format!("Bearer {token}"));
    let request = WireRequest {
        method: "GET".to_owned(),
        url: format!("{}{path}", worker.origin),
        headers: vec![authorization],
        body: None,
    };
    worker.send(&request).unwrap()
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a pace is one by the clock")]
fn entras_pace_is_never_refused_and_a_flood_is() {
    let worker = Worker::start(&[("RATE_LIMITS", "1")]).unwrap();
    // Entra asks for 25 requests a second: a minute of that, six of the counters' periods.
    let start = Instant::now();
    for number in 1..=25 * 60 {
        assert_eq!(get(&worker).status, 200, "request {number}");
        let due = Duration::from_millis(number * 1_000 / 25);
        sleep(due.saturating_sub(start.elapsed()));
    }
    // The counters begin anew every ten seconds, perhaps between two requests.
    let refused = (0..5).find_map(|_| {
        let reply = send_bulk(&worker);
        Some(reply).filter(|reply| reply.status == 429)
    });
    let refused = refused.expect("a flood is refused");
    // Who sends it takes nothing from others of the tenant.
    assert_eq!(get(&worker).status, 200);
    assert_eq!(refused.header("Retry-After").as_deref(), Some("10"));
    assert!(
        refused
            .body
            .contains("urn:ietf:params:scim:api:messages:2.0:Error"),
        "{refused}"
    );
    // The largest that ServiceProviderConfig allows goes through, beside other requests.
    sleep(Duration::from_secs(10));
    for _ in 0..10 {
        assert_eq!(get(&worker).status, 200);
    }
    assert_eq!(send_bulk(&worker).status, 200);
    // Who guesses is told to wait; a good token at the same address is not.
    let refused = (0..70).find_map(|_| {
        let reply = with_token(&worker, "/admin/v1/tenants", "guessed");
        Some(reply).filter(|reply| reply.status != 401)
    });
    let refused = refused.expect("guessing is refused");
    assert_eq!(refused.status, 429, "{refused}");
    assert!(refused.body.contains("too_many_refused"), "{refused}");
    let refused = with_token(&worker, "/scim/v2/Users", "guessed");
    assert!(matches!(refused.status, 401 | 429), "{refused}");
    assert_eq!(get(&worker).status, 200);
}

/// Nothing counts where nothing is bound.
#[test]
fn without_counters_there_is_no_limit() {
    let worker = shared().unwrap();
    for _ in 0..3 {
        let reply = worker.request("POST", "/Bulk", &[], Some(&bulk())).unwrap();
        assert_eq!(reply.status, 200);
    }
    for _ in 0..40 {
        assert_eq!(with_token(worker, "/scim/v2/Users", "guessed").status, 401);
    }
}
