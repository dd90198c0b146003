//! `/openapi.json`, as the platform serves it in front of the built Worker.

use doctor::conversation::{Target, WireReply, WireRequest};
use serde_json::Value;

use testing::worker::Worker;

/// What has the platform serve static assets in front of a Worker.
const ASSETS: &[(&str, &str)] = &[("ASSETS", "")];

/// A request without a credential.
fn ask(worker: &Worker, method: &str) -> Result<WireReply, String> {
    let request = WireRequest {
        method: method.to_owned(),
        url: format!("{}/openapi.json", worker.origin),
        // Behind what the platform refuses it may end a kept connection.
        headers: vec![("Connection".to_owned(), "close".to_owned())],
        ..WireRequest::default()
    };
    worker.send(&request)
}

#[test]
fn it_is_served_without_a_credential() {
    let worker = &Worker::start_with_examples(ASSETS).unwrap();
    let reply = ask(worker, "GET").unwrap();
    assert_eq!(reply.status, 200);
    let content_type = reply.header("Content-Type").unwrap_or_default();
    assert_eq!(content_type, "application/json");
    // These tests are built with the same schemas.
    let served: Value = serde_json::from_str(&reply.body).unwrap();
    assert_eq!(served, openapi::document().unwrap());
    let head = ask(worker, "HEAD").unwrap();
    assert_eq!((head.status, head.body.as_str()), (200, ""));
}

#[test]
fn it_has_the_types_of_the_worker_that_it_is_of() {
    let device = "/scim/v2/Devices";
    let (plain, examples) = (Worker::start(ASSETS), Worker::start_with_examples(ASSETS));
    for (worker, has_devices) in [(plain, false), (examples, true)] {
        let reply = ask(&worker.unwrap(), "GET").unwrap();
        let served: Value = serde_json::from_str(&reply.body).unwrap();
        assert_eq!(served["paths"].get(device).is_some(), has_devices);
    }
}

#[test]
fn it_takes_no_other_method() {
    let worker = Worker::start(ASSETS).unwrap();
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        // It is the platform that refuses, without a word.
        let reply = ask(&worker, method).unwrap();
        assert_eq!(reply.status, 405, "{method}");
    }
}
