//! OAuth clients: made by operators, and what they get at `/oauth/token`.

use scim_worker::http::method::Method;
use scim_worker::http::request::{Body, Request};
use serde_json::{Value, json};
use testing::client::{Client, Got, Operator};
use testing::memory::Memory;

mod clients;
mod federated;
mod secrets;

/// A request with this form as its body.
fn asking(form: &[(&str, &str)]) -> Request {
    let encoded = |text: &str| {
        text.replace('%', "%25")
            .replace('&', "%26")
            .replace(' ', "+")
    };
    let pairs: Vec<String> = form
        .iter()
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    Request {
        method: Method::Post,
        origin: Memory::ORIGIN.to_owned(),
        path: "/oauth/token".to_owned(),
        content_type: Some("application/x-www-form-urlencoded".to_owned()),
        body: Body::Bytes(pairs.join("&").into_bytes()),
        ..Request::default()
    }
}

/// Sends a form. Whatever comes of it, nobody may keep the reply.
#[track_caller]
fn ask(memory: &Memory, request: &Request) -> Got {
    let got = Client::new(memory).send(request);
    assert_eq!(got.header("Cache-Control"), Some("no-store"));
    assert_eq!(got.header("Pragma"), Some("no-cache"));
    got
}

/// Asserts a refusal of RFC 6749 §5.2.
#[track_caller]
fn denied(got: &Got, status: u16, error: &str, words: &str) {
    assert_eq!(
        (got.status, &got.body["error"]),
        (status, &json!(error)),
        "{:#}",
        got.body
    );
    assert_eq!(got.header("Content-Type"), Some("application/json"));
    let detail = got.body["error_description"].as_str().unwrap();
    assert!(detail.contains(words), "{detail}");
    // §5.2: these characters alone.
    let is_known = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    assert!(detail.bytes().all(is_known), "{detail}");
    assert_eq!(got.header("WWW-Authenticate").is_some(), status == 401);
}

/// A client with one secret: its id and the secret.
#[track_caller]
fn secret_client(admin: &Operator<'_>, tenant: i64) -> (String, String) {
    let path = format!("/tenants/{tenant}/clients");
    let made = admin.post(&path, &json!({ "label": "Entra" })).expect(201);
    (text(&made["id"]), text(&made["secret"]))
}

/// The form of a client with a secret.
fn with_secret<'f>(id: &'f str, secret: &'f str) -> [(&'f str, &'f str); 3] {
    [
        ("grant_type", "client_credentials"),
        ("client_id", id),
        ("client_secret", secret),
    ]
}

/// What a client gets that shows this secret.
#[track_caller]
fn client_of<'m>(memory: &'m Memory, id: &str, secret: &str) -> Client<'m> {
    let got = ask(memory, &asking(&with_secret(id, secret))).expect(200);
    Client {
        memory,
        token: text(&got["access_token"]),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
