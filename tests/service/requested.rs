//! What is returned on request comes back, unasked, from the request that wrote it, and from no
//! other (RFC 7643 §7: "is returned in response to any PUT, POST, or PATCH operations if the
//! attribute was specified by the client").

use serde_json::{Value, json};
use testing::client::Client;
use testing::memory::Memory;

const DEVICE: &str = "urn:example:params:scim:schemas:core:2.0:Device";

fn device(more: &Value) -> Value {
    let mut body = json!({ "schemas": [DEVICE], "serialNumber": "S-1", "model": "T" });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

#[test]
fn what_a_request_writes_is_in_its_own_reply() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let created = client
        .post("/Devices", &device(&json!({ "certificate": "AAAA" })))
        .expect(201);
    assert_eq!(created["certificate"], "AAAA");
    assert_eq!(created["model"], "T");
    let path = format!("/Devices/{}", created["id"].as_str().unwrap());
    let put = client
        .put(&path, &device(&json!({ "certificate": "BBBB" })))
        .expect(200);
    assert_eq!(put["certificate"], "BBBB");
    // Written again, it is specified all the same.
    let put = client
        .put(&path, &device(&json!({ "certificate": "BBBB" })))
        .expect(200);
    assert_eq!(put["certificate"], "BBBB");
    for (operations, expected) in [
        (
            json!([{ "op": "replace", "path": "certificate", "value": "CCCC" }]),
            "CCCC",
        ),
        (
            json!([{ "op": "replace", "path": "certificate", "value": "CCCC" }]),
            "CCCC",
        ),
        (
            json!([{ "op": "add", "path": "certificate", "value": "DDDD" }]),
            "DDDD",
        ),
        (
            json!([{ "op": "add", "value": { "certificate": "EEEE", "model": "U" } }]),
            "EEEE",
        ),
        (
            json!([{ "op": "replace", "value": { "certificate": "FFFF" } }]),
            "FFFF",
        ),
        (
            json!([{ "op": "add", "value": { format!("{DEVICE}:certificate"): "GGGG" } }]),
            "GGGG",
        ),
        (
            json!([
                { "op": "replace", "path": "CERTIFICATE", "value": "HHHH" },
                { "op": "replace", "path": "weight", "value": 2 },
            ]),
            "HHHH",
        ),
    ] {
        let got = client.patch(&path, &operations).expect(200);
        assert_eq!(got["certificate"], expected, "{operations}");
        assert_eq!(got["serialNumber"], "S-1", "{operations}");
        assert_eq!(client.get(&path).expect(200).get("certificate"), None);
    }
}

#[test]
fn what_a_request_does_not_write_is_not_in_its_reply() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let created = client
        .post("/Devices", &device(&json!({ "certificate": "AAAA" })))
        .expect(201);
    let path = format!("/Devices/{}", created["id"].as_str().unwrap());
    for operations in [
        json!([{ "op": "replace", "path": "model", "value": "U" }]),
        json!([{ "op": "add", "value": { "model": "V" } }]),
        json!([{ "op": "remove", "path": "model" }]),
        json!([]),
    ] {
        let got = client.patch(&path, &operations).expect(200);
        assert_eq!(got.get("certificate"), None, "{operations}");
    }
    // Without it a PUT removes it, which leaves nothing to show.
    let put = client.put(&path, &device(&json!({}))).expect(200);
    assert_eq!(put.get("certificate"), None);
    let asked = client
        .get(&format!("{path}?attributes=certificate"))
        .expect(200);
    assert_eq!(asked.get("certificate"), None);
    // What the client asks to leave out is left out, whoever wrote it.
    let without = format!("{path}?excludedAttributes=certificate");
    let got = client
        .put(&without, &device(&json!({ "certificate": "BBBB" })))
        .expect(200);
    assert_eq!(got.get("certificate"), None);
}
