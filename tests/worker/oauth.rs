//! `/oauth/token` of the built Worker: secrets, and a whole exchange as Entra ID does it, with real
//! keys that an issuer beside it serves (`issuer.mjs`).

use std::path::Path;

use crate::beside::Beside;
use doctor::conversation::{Target, WireReply, WireRequest};
use serde_json::{Value, json};
use testing::worker::{Worker, database, shared, state_folder};

const TENANT: &str = "ce5f061f-abe6-4e40-9615-301f87bcb7f0";
const APP: &str = "b5ba7a93-4452-4522-aeb4-a2b5da870c16";

/// The issuer, and the server of its keys.
struct Issuer(Beside);

impl Issuer {
    fn start() -> Self {
        Self(Beside::start("issuer.mjs"))
    }

    fn say(&self, method: &str, path: &str, body: &str) -> String {
        self.0.say(method, path, body)
    }

    fn asked(&self) -> usize {
        self.say("GET", "/asked", "").parse().unwrap_or_default()
    }

    /// An assertion by the key of this name, with claims beside those of Microsoft's sample.
    fn assertion(&self, alg: &str, kid: &str, claims: &Value) -> String {
        self.signed(
            &json!({ "alg": alg, "kid": kid, "typ": "JWT" }),
            claims,
            kid,
        )
    }

    fn signed(&self, header: &Value, changed: &Value, key: &str) -> String {
        let wanted = json!({ "header": header, "claims": changed, "key": key });
        self.say("POST", "/sign", &wanted.to_string())
    }
}

/// Makes a client of tenant 1.
#[track_caller]
fn client(worker: &Worker, body: &Value) -> Value {
    let reply = send(
        worker,
        "POST",
        "/admin/v1/tenants/1/clients",
        &[
            ("Authorization", &format!("Bearer {}", worker.admin_token)),
            ("Content-Type", "application/json"),
        ],
        Some(body.to_string()),
    );
    assert_eq!(reply.status, 201, "{}", reply.body);
    serde_json::from_str(&reply.body).unwrap_or_default()
}

#[expect(
    clippy::unwrap_used,
    reason = "a helper of tests fails where a test would"
)]
fn send(
    worker: &Worker,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<String>,
) -> WireReply {
    let headers = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    worker
        .send(&WireRequest {
            method: method.to_owned(),
            url: format!("{}{path}", worker.origin),
            headers: headers.collect(),
            body,
        })
        .unwrap()
}

/// Asks for a token with a form.
fn ask(worker: &Worker, form: &str) -> (u16, Value) {
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    let reply = send(
        worker,
        "POST",
        "/oauth/token",
        &headers,
        Some(form.to_owned()),
    );
    let has = |name: &str| {
        reply
            .headers
            .iter()
            .any(|(known, value)| known == name && value == "no-store")
    };
    assert!(has("cache-control"), "{:?}", reply.headers);
    (
        reply.status,
        serde_json::from_str(&reply.body).unwrap_or_default(),
    )
}

fn users(worker: &Worker, token: &Value) -> u16 {
    let token = format!("Bearer {}", token.as_str().unwrap_or_default());
    send(
        worker,
        "GET",
        "/scim/v2/Users",
        &[("Authorization", &token)],
        None,
    )
    .status
}

#[test]
fn a_secret_gets_a_token() {
    let worker = shared().unwrap();
    let made = client(worker, &json!({ "label": "secret" }));
    let (id, secret) = (
        made["id"].as_str().unwrap(),
        made["secret"].as_str().unwrap(),
    );
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let (status, granted) = ask(worker, &form);
    assert_eq!(status, 200, "{granted:#}");
    assert_eq!(users(worker, &granted["access_token"]), 200);
    let (status, denied) = ask(worker, &format!("{form}x"));
    assert_eq!(
        (status, &denied["error"]),
        (401, &json!("invalid_client")),
        "{denied:#}"
    );
    let path = format!("/admin/v1/tenants/1/clients/{id}");
    let operator = format!("Bearer {}", worker.admin_token);
    assert_eq!(
        send(
            worker,
            "DELETE",
            &path,
            &[("Authorization", &operator)],
            None
        )
        .status,
        204
    );
    assert_eq!(users(worker, &granted["access_token"]), 401);
}

/// A federated client of this issuer's, set up as Entra ID's portal says.
#[track_caller]
#[expect(
    clippy::indexing_slicing,
    reason = "a helper of tests fails where a test would"
)]
fn federated(worker: &Worker, issuer: &Issuer) -> String {
    let made = client(
        worker,
        &json!({
            "label": "Entra", "kind": "federated", "issuer": format!("https://login.microsoftonline.com/{TENANT}/v2.0"),
            "subject": "sync fabric", "audience": format!("api://{APP}/.default"), "jwks_uri": format!("{}/keys", issuer.0.origin),
        }),
    );
    made["id"].as_str().unwrap_or_default().to_owned()
}

/// Asks for a token with an assertion.
fn show(worker: &Worker, id: &str, assertion: &str) -> (u16, Value) {
    ask(
        worker,
        &format!(
            "grant_type=client_credentials&client_id={id}&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3A\
             client-assertion-type%3Ajwt-bearer&client_assertion={assertion}&scope=scim"
        ),
    )
}

/// Asserts that an assertion gets no token, with these words.
#[track_caller]
#[expect(
    clippy::indexing_slicing,
    reason = "a helper of tests fails where a test would"
)]
fn refused(worker: &Worker, id: &str, assertion: &str, words: &str) {
    let (status, denied) = show(worker, id, assertion);
    assert_eq!(
        (status, &denied["error"]),
        (401, &json!("invalid_client")),
        "{denied:#}"
    );
    let detail = denied["error_description"].as_str().unwrap_or_default();
    assert!(detail.contains(words), "{words}: {detail}");
}

const ON_A_LAPTOP: [(&str, &str); 1] = [("LOCAL_ADDRESSES", "true")];

/// With a key set of a server beside it, which changes its keys and goes away.
#[test]
fn an_exchange_as_entra_does_it() {
    let state = state_folder().unwrap();
    let worker = Worker::start_on(&state, &ON_A_LAPTOP).unwrap();
    let issuer = Issuer::start();
    let id = federated(&worker, &issuer);
    let none = json!({});
    // Microsoft's published sample, which has no jti, in both kinds of signature.
    let old = issuer.assertion("RS256", "rsa-1", &none);
    for assertion in [&old, &issuer.assertion("ES256", "ec-1", &none)] {
        let (status, granted) = show(&worker, &id, assertion);
        assert_eq!(status, 200, "{granted:#}");
        assert_eq!(users(&worker, &granted["access_token"]), 200);
    }
    // The keys change. Within the minute the new ones are not looked for, on purpose.
    issuer.say("POST", "/rotate", "");
    let new = issuer.assertion("RS256", "rsa-2", &none);
    refused(&worker, &id, &new, "in a minute");
    assert_eq!(show(&worker, &id, &old).0, 200, "the old one is kept");
    assert_eq!(issuer.asked(), 1);
    let worker = later(worker, &state, "-61 seconds");
    assert_eq!(show(&worker, &id, &new).0, 200);
    refused(&worker, &id, &old, "not in the key set");
    assert_eq!(issuer.asked(), 2);
    // Its server goes away: what was fetched serves for a day.
    issuer.say("POST", "/mode", "away");
    let worker = later(worker, &state, "-2 hours");
    assert_eq!(show(&worker, &id, &new).0, 200);
    assert_eq!(show(&worker, &id, &new).0, 200);
    assert_eq!(issuer.asked(), 3);
    let worker = later(worker, &state, "-1 day");
    refused(&worker, &id, &new, "cannot be reached");
    issuer.say("POST", "/mode", "good");
    let worker = later(worker, &state, "-61 seconds");
    assert_eq!(show(&worker, &id, &new).0, 200);
}

/// The same Worker at a later time: of its clock there is what it has noted of the key sets.
#[expect(
    clippy::unwrap_used,
    reason = "a helper of tests fails where a test would"
)]
fn later(worker: Worker, state: &Path, earlier: &str) -> Worker {
    drop(worker);
    let of =
        |column: &str| format!("{column} = strftime('%Y-%m-%dT%H:%M:%fZ', {column}, '{earlier}')");
    let sql = format!(
        "UPDATE key_sets SET {}, {}",
        of("fetched_at"),
        of("asked_at")
    );
    let connection = rusqlite::Connection::open(database(state)).unwrap();
    connection.execute(&sql, ()).unwrap();
    drop(connection);
    Worker::start_on(state, &ON_A_LAPTOP).unwrap()
}

#[test]
fn an_assertion_that_proves_nothing_is_refused() {
    let worker = Worker::start(&ON_A_LAPTOP).unwrap();
    let issuer = Issuer::start();
    let id = federated(&worker, &issuer);
    let none = json!({});
    let good = issuer.assertion("RS256", "rsa-1", &none);
    let (front, signature) = good.rsplit_once('.').unwrap();
    let once = issuer.assertion("RS256", "rsa-1", &json!({ "jti": "once" }));
    assert_eq!(show(&worker, &id, &once).0, 200);
    refused(&worker, &id, &once, "used before");
    for (claims, words) in [
        (json!({ "aud": "api://x" }), "aud"),
        (json!({ "iss": "x" }), "iss"),
        (json!({ "sub": "x" }), "sub"),
        (json!({ "tid": "x" }), "tid"),
        (json!({ "exp": 1_700_000_000 }), "expired"),
        (json!({ "nbf": 4_000_000_000_u32 }), "not valid yet"),
    ] {
        refused(
            &worker,
            &id,
            &issuer.assertion("RS256", "rsa-1", &claims),
            words,
        );
    }
    for (alg, kid, key, words) in [
        ("none", "rsa-1", "rsa-1", "RS256 or ES256"),
        ("HS256", "rsa-1", "rsa-1", "RS256 or ES256"),
        ("ES256", "rsa-1", "ec-1", "another kind"),
        ("RS256", "ec-1", "rsa-1", "another kind"),
        ("RS256", "short-1", "short-1", "2,048"),
        ("RS256", "rsa-1", "short-1", "signature"),
        ("RS256", "nobody", "rsa-1", "not in the key set"),
    ] {
        let assertion = issuer.signed(&json!({ "alg": alg, "kid": kid }), &none, key);
        refused(&worker, &id, &assertion, words);
    }
    refused(&worker, &id, &format!("{front}."), "signature");
    // Its first digit: one of the last might leave bits over, which is no base64url.
    let (first, rest) = signature.split_at(1);
    let other = if first == "A" { "B" } else { "A" };
    refused(&worker, &id, &format!("{front}.{other}{rest}"), "signature");
    assert_eq!(issuer.asked(), 1);
    // What is no key set is refused, and asked for once.
    for (mode, words) in [
        ("large", "256 kB"),
        ("redirect", "not followed"),
        ("away", "cannot be reached"),
    ] {
        let other = Issuer::start();
        other.say("POST", "/mode", mode);
        let id = federated(&worker, &other);
        let assertion = other.assertion("RS256", "rsa-1", &none);
        refused(&worker, &id, &assertion, words);
        refused(&worker, &id, &assertion, "once a minute");
        assert_eq!(other.asked(), 1, "{mode}");
    }
}

/// Many come at once before the keys are there: one fetches, all get their token.
#[test]
fn the_first_hour_begins_with_one_fetch() {
    let worker = Worker::start(&ON_A_LAPTOP).unwrap();
    let issuer = Issuer::start();
    let id = federated(&worker, &issuer);
    let assertion = issuer.assertion("RS256", "rsa-1", &json!({}));
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..20)
            .map(|_| scope.spawn(|| show(&worker, &id, &assertion).0))
            .collect();
        asking
            .into_iter()
            .map(|asking| asking.join().unwrap())
            .collect()
    });
    assert_eq!(statuses, [200; 20]);
    assert_eq!(issuer.asked(), 1);
}

/// A Worker that is not on a laptop asks no server of its own machine.
#[test]
fn a_deployment_asks_no_neighbour() {
    let worker = shared().unwrap();
    let body = json!({
        "label": "x", "kind": "federated", "issuer": "x", "subject": "x", "audience": "x", "jwks_uri": "http://127.0.0.1:9000/keys",
    });
    let operator = format!("Bearer {}", worker.admin_token);
    let reply = send(
        worker,
        "POST",
        "/admin/v1/tenants/1/clients",
        &[
            ("Authorization", &operator),
            ("Content-Type", "application/json"),
        ],
        Some(body.to_string()),
    );
    assert_eq!(reply.status, 400, "{}", reply.body);
}
