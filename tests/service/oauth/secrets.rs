//! `/oauth/token` with a secret (RFC 6749 §2.3.1, §4.4, §5).

use base16ct::lower::encode_string;
use scim_worker::http::method::Method;
use scim_worker::http::request::{Body, Unread};
use serde_json::json;
use service::token::{CLIENT, Form, make_as};
use sha2::{Digest, Sha256};
use testing::client::{Client, Operator};
use testing::memory::Memory;

use super::{ask, asking, client_of, denied, secret_client, text, with_secret};

/// Base64, for the header.
fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let mut bytes = [0; 4];
        bytes[1..=chunk.len()].copy_from_slice(chunk);
        let number = u32::from_be_bytes(bytes);
        for digit in 0..4 {
            let shift = 18 - 6 * digit;
            let index = (number >> shift & 63) as usize;
            encoded.push(if digit <= chunk.len() {
                char::from(DIGITS[index])
            } else {
                '='
            });
        }
    }
    encoded
}

#[test]
fn a_token_for_an_hour() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    let (id, secret) = secret_client(&admin, 1);
    let got = ask(&memory, &asking(&with_secret(&id, &secret)));
    assert_eq!(got.header("Content-Type"), Some("application/json"));
    let granted = got.expect(200);
    let token = text(&granted["access_token"]);
    let shown = json!({ "access_token": token, "token_type": "Bearer", "expires_in": 3600, "scope": "write" });
    assert_eq!(granted, shown);
    assert_eq!(Form::of(&token), Form::Whole { shard: 1 });
    let client = Client {
        memory: &memory,
        token,
    };
    let ada = client.user("ada");
    memory.elapsed.set(3_600_000);
    client.get(&format!("/Users/{ada}")).expect(200);
    memory.elapsed.set(3_600_002);
    client.get(&format!("/Users/{ada}")).expect(401);
    client_of(&memory, &id, &secret)
        .get(&format!("/Users/{ada}"))
        .expect(200);
}

/// One trip, and none for what cannot be a secret.
#[test]
fn a_token_costs_one_trip() {
    let memory = Memory::new();
    let (id, secret) = secret_client(&Operator::new(&memory), 1);
    let statements = |id: &str, secret: &str| {
        memory.database.sent.replace(Some(Vec::new()));
        memory.answer(&asking(&with_secret(id, secret)));
        memory.database.sent.take().unwrap().len()
    };
    assert_eq!(statements(&id, &secret), 1);
    assert_eq!(statements(&id, &make_as(CLIENT, 1, [9; 32])), 1);
    let mut altered = secret.clone();
    altered.replace_range(20..21, if &secret[20..21] == "a" { "b" } else { "a" });
    assert_eq!(statements(&id, &altered), 0);
    assert_eq!(statements(&id, "x"), 0);
    assert_eq!(statements("cli_1_x", &secret), 0);
    denied(
        &ask(&memory, &asking(&with_secret(&id, &altered))),
        401,
        "invalid_client",
        "not whole",
    );
    denied(
        &ask(&memory, &asking(&with_secret(&id, "x"))),
        401,
        "invalid_client",
        "scimsecret_",
    );
    denied(
        &ask(&memory, &asking(&with_secret("x", &secret))),
        401,
        "invalid_client",
        "cli_",
    );
}

#[test]
fn the_secret_may_be_in_the_header() {
    let memory = Memory::new();
    let (id, secret) = secret_client(&Operator::new(&memory), 1);
    let grant = ("grant_type", "client_credentials");
    let with = |form: &[(&str, &str)], header: &str| {
        let mut request = asking(form);
        request.authorization = Some(header.to_owned());
        ask(&memory, &request)
    };
    let basic = format!("Basic {}", base64(&format!("{id}:{secret}")));
    with(&[grant], &basic).expect(200);
    with(&[grant], &basic.replace("Basic", "basic").replace('=', "")).expect(200);
    with(&[grant, ("client_id", &id)], &basic).expect(200);
    // §2.3.1: both are encoded as in a form.
    let encoded = format!("{}:{}", id.replace('_', "%5F"), secret.replace('_', "%5f"));
    with(&[grant], &format!("Basic {}", base64(&encoded))).expect(200);
    denied(
        &with(&[grant, ("client_id", "cli_1_x")], &basic),
        400,
        "invalid_request",
        "another",
    );
    denied(
        &with(&with_secret(&id, &secret), &basic),
        400,
        "invalid_request",
        "twice",
    );
    let wrong = format!(
        "Basic {}",
        base64(&format!("{id}:{}", make_as(CLIENT, 1, [9; 32])))
    );
    denied(&with(&[grant], &wrong), 401, "invalid_client", "wrong");
    // §5.2: who tries by the header is told so by 401.
    for header in ["Basic", "Basic !", "Basic YQ=="] {
        for form in [&[grant][..], &with_secret(&id, &secret)] {
            denied(&with(form, header), 401, "invalid_client", "Basic");
        }
    }
    denied(
        &with(&[grant], "Bearer x"),
        400,
        "invalid_request",
        "not named",
    );
    // A header of another kind proves nothing and hinders nothing.
    with(&with_secret(&id, &secret), "Bearer x").expect(200);
}

#[test]
fn what_is_malformed_is_told() {
    let memory = Memory::new();
    let (id, secret) = secret_client(&Operator::new(&memory), 1);
    let form = with_secret(&id, &secret);
    let [grant, named, shown] = form;
    for (form, status, error, words) in [
        (
            &[named, shown][..],
            400,
            "invalid_request",
            "grant_type is missing",
        ),
        (
            &[("grant_type", ""), named, shown],
            400,
            "invalid_request",
            "grant_type is missing",
        ),
        (
            &[("grant_type", "password"), named, shown],
            400,
            "unsupported_grant_type",
            "client_credentials",
        ),
        (&[grant, shown], 400, "invalid_request", "not named"),
        (&[grant, named], 401, "invalid_client", "client_secret"),
        (
            &[grant, named, shown, shown],
            400,
            "invalid_request",
            "twice",
        ),
        (
            &[grant, grant, named, shown],
            400,
            "invalid_request",
            "twice",
        ),
    ] {
        denied(&ask(&memory, &asking(form)), status, error, words);
    }
    let good = asking(&form);
    let mut typed = good.clone();
    typed.content_type = Some("Application/X-WWW-Form-Urlencoded; charset=UTF-8".to_owned());
    ask(&memory, &typed).expect(200);
    for content_type in [
        None,
        Some("application/json"),
        Some("multipart/form-data"),
        Some("application/x-www-form-urlencoded; charset=utf-16"),
    ] {
        let mut request = good.clone();
        request.content_type = content_type.map(str::to_owned);
        denied(
            &ask(&memory, &request),
            400,
            "invalid_request",
            "x-www-form-urlencoded",
        );
    }
    let mut request = good.clone();
    request.content_encoding = Some("gzip".to_owned());
    denied(
        &ask(&memory, &request),
        400,
        "invalid_request",
        "compressed",
    );
    for (body, status, error) in [
        (
            Body::Bytes(b"grant_type=\xff".to_vec()),
            400,
            "invalid_request",
        ),
        (
            Body::Bytes(b"grant_type=%ff".to_vec()),
            400,
            "invalid_request",
        ),
        (
            Body::Bytes(b"grant_type=a&client_id=%zz".to_vec()),
            400,
            "invalid_request",
        ),
        (
            Body::Bytes(b"grant_type=%2".to_vec()),
            400,
            "invalid_request",
        ),
        (Body::Bytes(vec![b'a'; 65_537]), 413, "invalid_request"),
        (Body::Unread(Unread::Broken), 400, "invalid_request"),
        (Body::Unread(Unread::Late), 408, "invalid_request"),
        (Body::Unread(Unread::Busy), 503, "temporarily_unavailable"),
    ] {
        let mut request = good.clone();
        request.body = body;
        denied(&ask(&memory, &request), status, error, "");
    }
}

/// RFC 6749 §2.3.1: addresses are kept in logs, so no secret is in one.
#[test]
fn a_secret_in_the_address_is_refused() {
    let memory = Memory::new();
    let (id, secret) = secret_client(&Operator::new(&memory), 1);
    let form = with_secret(&id, &secret);
    for query in [
        "client_secret=x",
        "client_secret",
        "a=b&client%5Fsecret=",
        "client_assertion=x",
    ] {
        let mut request = asking(&form);
        query.clone_into(&mut request.query);
        denied(&ask(&memory, &request), 400, "invalid_request", "new one");
    }
    let mut request = asking(&form);
    "tenant=x&%zz&client_secrets=1".clone_into(&mut request.query);
    assert_eq!(ask(&memory, &request).status, 200);
}

#[test]
fn the_endpoint_takes_post_alone_and_over_https() {
    let memory = Memory::new();
    let (id, secret) = secret_client(&Operator::new(&memory), 1);
    let good = asking(&with_secret(&id, &secret));
    for method in [Method::Get, Method::Head, Method::Put, Method::Delete] {
        let mut request = good.clone();
        request.method = method;
        let got = ask(&memory, &request);
        assert_eq!(
            (got.status, got.header("Allow")),
            (405, Some("POST, OPTIONS"))
        );
    }
    let mut request = good.clone();
    request.method = Method::Options;
    assert_eq!(ask(&memory, &request).status, 204);
    request = good.clone();
    request.origin = "http://scim.example.com".to_owned();
    denied(&ask(&memory, &request), 400, "invalid_request", "https://");
    for path in ["/oauth/token/", "/api//oauth/token"] {
        let mut request = good.clone();
        request.path = path.to_owned();
        ask(&memory, &request).expect(200);
    }
}

#[test]
fn a_scope_narrows_and_others_are_ignored() {
    let memory = Memory::new();
    let (id, secret) = secret_client(&Operator::new(&memory), 1);
    let [grant, named, shown] = with_secret(&id, &secret);
    let scope = |scope: &str| {
        let got = ask(&memory, &asking(&[grant, named, shown, ("scope", scope)])).expect(200);
        let client = Client {
            memory: &memory,
            token: text(&got["access_token"]),
        };
        client.get("/Users").expect(200);
        let may_write = client.post("/Users", &json!({ "userName": scope })).status == 201;
        assert_eq!(may_write, got["scope"] == "write");
        text(&got["scope"])
    };
    assert_eq!(scope("read"), "read");
    assert_eq!(scope("scim read"), "read");
    assert_eq!(scope("read write"), "write");
    assert_eq!(scope("write"), "write");
    assert_eq!(scope("api://x/.default"), "write");
    assert_eq!(scope("READ tenants:write *"), "write");
}

/// No token of one client is another's, and none shows in the database.
#[test]
fn secrets_are_stored_nowhere() {
    let memory = Memory::new();
    memory.database.sent.replace(Some(Vec::new()));
    let (id, secret) = secret_client(&Operator::new(&memory), 1);
    let token = client_of(&memory, &id, &secret).token;
    let sent = format!("{:?}", memory.database.sent.take().unwrap());
    assert!(!sent.contains("scimsecret_") && !sent.contains(&token[..50]));
    assert!(sent.contains(&encode_string(&Sha256::digest(&token))));
    // The admin face is not opened by either.
    for credential in [&secret, &token] {
        let got = Operator::with(&memory, credential).get("/tenants");
        got.problem(401, "unauthorized", "");
    }
    // Nor is the SCIM face by the secret.
    Client {
        memory: &memory,
        token: secret,
    }
    .get("/Users")
    .expect(401);
}

/// The old secret is good until it is taken away, and so is what was asked for with it.
#[test]
fn a_rotation_has_no_gap() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    let (id, mut secret) = secret_client(&admin, 1);
    let mut clients = Vec::new();
    for n in 1..=10 {
        clients.push(client_of(&memory, &id, &secret));
        let path = format!("/tenants/1/clients/{id}/secrets");
        let next = text(&admin.post(&path, &json!({})).expect(201)["secret"]);
        clients.push(client_of(&memory, &id, &secret));
        clients.push(client_of(&memory, &id, &next));
        admin.delete(&format!("{path}/{n}")).expect(204);
        denied(
            &ask(&memory, &asking(&with_secret(&id, &secret))),
            401,
            "invalid_client",
            "",
        );
        secret = next;
        for client in &clients {
            client.get("/Users").expect(200);
        }
    }
}

/// A client is counted by its id and the secret that it shows, so that nobody else locks it out,
/// and who shows nothing good by the address.
#[test]
fn too_much_in_a_short_time_comes_later() {
    let memory = Memory::new();
    let (id, secret) = secret_client(&Operator::new(&memory), 1);
    let form = asking(&with_secret(&id, &secret));
    memory.rates.limit.set(2);
    let wrong = make_as(CLIENT, 1, [9; 32]);
    let guess = asking(&with_secret(&id, &wrong));
    for status in [401, 401, 429, 429] {
        assert_eq!(ask(&memory, &guess).status, status);
    }
    memory.rates.counted.borrow_mut().remove("Refused");
    for _ in 0..2 {
        ask(&memory, &form).expect(200);
    }
    let got = ask(&memory, &form);
    denied(&got, 429, "temporarily_unavailable", "too often");
    assert_eq!(got.header("Retry-After"), Some("10"));
    let nobody = asking(&with_secret("cli_1_x", &secret));
    for _ in 0..2 {
        denied(&ask(&memory, &nobody), 401, "invalid_client", "");
    }
    denied(
        &ask(&memory, &nobody),
        429,
        "temporarily_unavailable",
        "address",
    );
}
