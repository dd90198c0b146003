//! The line that the log gets of a request: habits and provider by name, nothing of what was sent.

use crate::support::client::Client;
use crate::support::memory::Memory;
use scim_worker::http::log;
use scim_worker::service::Moment;
use scim_worker::store::Database;
use serde_json::{Value, json};

#[test]
fn a_line_names_habits_and_provider_and_nothing_of_what_was_sent() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let id = client.user("ada.lovelace@example.com");
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [
            { "op": "Replace", "path": "active", "value": "False" },
            { "op": "Add", "path": "title", "value": "Countess" },
        ],
    });
    let mut request = client.request("PATCH", &format!("/Users/{id}"), Some(&body));
    request.user_agent = Some("Okta SCIM Client 1.0.0".to_owned());
    let (reply, trace) = memory.respond_traced(&request);
    let line = log::line(
        &request,
        &reply,
        &trace,
        memory.database.cost(),
        &Moment::at(1_767_225_600_000),
        7,
    );
    for secret in [Memory::TOKEN, "ada", "Countess", &id, Memory::ORIGIN] {
        assert!(!line.contains(secret), "{secret} in {line}");
    }
    let line: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(line["time"], "2026-01-01T00:00:00.000Z");
    assert_eq!(line["tenant"], 1);
    assert_eq!(
        (&line["method"], &line["route"]),
        (&json!("PATCH"), &json!("/Users/{id}"))
    );
    assert_eq!(
        (&line["status"], &line["milliseconds"]),
        (&json!(200), &json!(7))
    );
    assert_eq!(
        line["habits"],
        json!(["entra-capital-op", "entra-string-boolean"])
    );
    assert_eq!(line["provider"], "okta");
    assert!(line["trips"].is_u64() && line["rowsRead"].is_u64() && line["rowsWritten"].is_u64());
}

#[test]
fn a_refusal_is_logged_with_its_keyword() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let request = client.request("GET", "/Users?filter=userName eq", None);
    let (reply, trace) = memory.respond_traced(&request);
    let cost = memory.database.cost();
    let line = log::line(&request, &reply, &trace, cost, &Moment::at(0), 0);
    let line: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(
        (&line["status"], &line["scimType"]),
        (&json!(400), &json!("invalidFilter"))
    );
    assert_eq!(line["provider"], Value::Null);
}

#[test]
fn a_plain_success_has_nothing_to_tell() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let id = client.user("ada");
    let telling = |request| {
        let (reply, trace) = memory.respond_traced(&request);
        log::is_telling(&reply, &trace)
    };
    let path = format!("/Users/{id}");
    assert!(!telling(client.request("GET", &path, None)));
    assert!(telling(client.request("GET", "/Users/none", None)));
    let capital = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "Replace", "path": "active", "value": true }],
    });
    assert!(telling(client.request("PATCH", &path, Some(&capital))));
}

#[test]
fn of_a_key_that_comes_twice_the_last_counts_and_it_is_noted() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let send = |path: &str, text: &str| {
        let mut request = client.request("POST", path, Some(&Value::Null));
        request.body = scim_worker::http::request::Body::Bytes(text.as_bytes().to_vec());
        let (reply, trace) = memory.respond_traced(&request);
        let body = reply
            .body
            .map(scim_worker::service::content::Content::into_text);
        let body: Value = serde_json::from_str(&body.unwrap_or_default()).unwrap();
        (body, trace.habits.contains(&"duplicate-key"))
    };
    for (text, title, twice) in [
        (r#"{"userName":"a","title":"1","title":"2"}"#, "2", true),
        (r#"{"userName":"b","title":"1","Title":"2"}"#, "2", true),
        (
            r#"{"userName":"c","TITLE":"1","nickName":"","title":"2"}"#,
            "2",
            true,
        ),
        (
            r#"{"userName":"d","title":"2","name":{"givenName":"x","givenname":"y"}}"#,
            "2",
            true,
        ),
        (
            r#"{"userName":"e","title":"2","emails":[{"value":"e@x","type":"work"},{"value":"f@x","type":"home"}]}"#,
            "2",
            false,
        ),
    ] {
        let (body, noted) = send("/Users", text);
        assert_eq!(
            (body["title"].as_str(), noted),
            (Some(title), twice),
            "{text}"
        );
    }
    let operation =
        r#"{"method":"POST","path":"/Users","bulkId":"a","data":{"userName":"x","USERNAME":"y"}}"#;
    let (body, noted) = send("/Bulk", &format!(r#"{{"Operations":[{operation}]}}"#));
    assert_eq!(
        (&body["Operations"][0]["status"], noted),
        (&json!("201"), true),
        "{body}"
    );
    assert_eq!(
        client.get("/Users?filter=userName eq \"y\"").expect(200)["totalResults"],
        1
    );
    let (body, noted) = send("/Users/.search", r#"{"count":1,"COUNT":2}"#);
    assert_eq!((&body["itemsPerPage"], noted), (&json!(2), true));
}
