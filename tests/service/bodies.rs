//! Bodies: read when it is known whose they are, parsed when it is known what they will hold.

use std::cell::Cell;

use pollster::block_on;
use scim_worker::http::instance::Instance;
use scim_worker::http::method::Method;
use scim_worker::http::request::{Body, Request, Unread, Upload};
use scim_worker::http::{Environment, respond};
use serde_json::json;
use service::credential::Secret;
use service::gauge::TOGETHER;
use service::{Context, Mint, Moment};
use store::Database;

use testing::client::Client;
use testing::memory::Memory;

/// A body that notes whether it was read.
struct Watched {
    announced: Option<usize>,
    bytes: Vec<u8>,
    reads: Cell<usize>,
}

impl Upload for Watched {
    fn announced_length(&self) -> Option<usize> {
        self.announced
    }

    async fn read(&self, most: usize) -> Result<Vec<u8>, Unread> {
        self.reads.set(self.reads.get() + 1);
        assert!(self.bytes.len() <= most);
        Ok(self.bytes.clone())
    }

    async fn piece(&self, from: usize) -> Result<Option<Vec<u8>>, Unread> {
        Ok((from == 0).then(|| self.bytes.clone()))
    }
}

/// Ids that count.
struct Counted<'a>(&'a Cell<u64>);

impl Mint for Counted<'_> {
    fn id(&self) -> String {
        self.0.set(self.0.get() + 1);
        format!("id-{}", self.0.get())
    }

    fn version(&self) -> String {
        self.id()
    }
}

/// Sends a body with a token: the status, how often the body was read, and the trips.
fn watched(
    memory: &Memory,
    token: Option<&str>,
    announced: Option<usize>,
    text: &str,
) -> (u16, usize, u32) {
    let client = Client::new(memory);
    let Request { path, origin, .. } = client.request("POST", "/Users", None);
    let body = Watched {
        announced,
        bytes: text.as_bytes().to_vec(),
        reads: Cell::new(0),
    };
    let request = Request {
        method: Method::Post,
        origin,
        path,
        query: String::new(),
        authorization: token.map(|token| format!("Bearer {token}")),
        accept: None,
        if_match: None,
        if_none_match: None,
        user_agent: None,
        content_type: None,
        content_encoding: None,
        body,
    };
    let secret = Secret::new(Memory::TOKEN);
    let environment = Environment {
        context: Context {
            database: &memory.database,
            settings: &memory.settings,
            mint: &Counted(&memory.elapsed),
            clock: &Moment::at(1_769_817_600_000),
            fetch: &memory.fetch,
            keys: &memory.keys,
            hold: &memory.gauge.request(),
            remembered: memory.remembered(),
            rates: &memory.rates,
        },
        secret: secret.as_ref(),
        admin: None,
        instance: &Instance::new(),
        allow_http: false,
        request_id: String::new(),
    };
    let trips = memory.database.cost().trips;
    let (reply, _) = block_on(respond(&environment, &request));
    let trips = memory.database.cost().trips - trips;
    (reply.status, request.body.reads.get(), trips)
}

#[test]
fn no_body_is_read_before_its_caller_is_known() {
    let memory = Memory::new();
    memory.add_token(2, "known", None, None);
    let user = |name: &str| json!({ "userName": name }).to_string();
    let long = json!({ "userName": "long", "title": "x".repeat(70_000) }).to_string();
    let length = Some(20);
    // No token, and one whose checksum is wrong.
    assert_eq!(watched(&memory, None, length, &user("a")), (401, 0, 0));
    let wrong = format!("scim_1_{}000000", "a".repeat(43));
    assert_eq!(
        watched(&memory, Some(&wrong), length, &user("a")),
        (401, 0, 0)
    );
    // A small one is looked up with the work; a large one, and one without a length, before.
    assert_eq!(
        watched(&memory, Some("unknown"), length, &user("a")),
        (401, 1, 1)
    );
    assert_eq!(
        watched(&memory, Some("unknown"), Some(long.len()), &long),
        (401, 0, 1)
    );
    assert_eq!(
        watched(&memory, Some("unknown"), None, &user("a")),
        (401, 0, 1)
    );
    let values = format!("[{}0]", "0,".repeat(20_000));
    assert_eq!(
        watched(&memory, Some("unknown"), Some(values.len()), &values),
        (401, 1, 1)
    );
    // The same where the token is good.
    assert_eq!(
        watched(&memory, Some("known"), length, &user("a")),
        (201, 1, 1)
    );
    assert_eq!(
        watched(&memory, Some("known"), None, &user("b")),
        (201, 1, 2)
    );
    assert_eq!(
        watched(&memory, Some("known"), Some(long.len()), &long),
        (201, 1, 2)
    );
    assert_eq!(
        watched(&memory, Some(Memory::TOKEN), Some(long.len()), &long),
        (201, 1, 1)
    );
}

#[test]
fn a_token_with_its_checksum_is_looked_up() {
    let memory = Memory::new();
    // CRC-32 of `scim_1_` and 43 times `a`, in base62.
    let token = format!("scim_1_{}{}", "a".repeat(43), "0McOy1");
    memory.add_token(2, &token, None, None);
    let mut client = Client::new(&memory);
    client.token = token;
    client.get("/Users").expect(200);
}

#[test]
fn what_would_hold_too_much_is_413() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for unit in ["{\"\":0}", "0", "[]", "\"\"", "{\"a\":{\"b\":{}}}"] {
        let body = format!(
            "[{}{unit}]",
            format!("{unit},").repeat(4_000_000 / (unit.len() + 1))
        );
        let mut request = client.request("POST", "/Bulk", Some(&json!({})));
        request.body = Body::Bytes(body.into_bytes());
        client.send(&request).refused(413, "", "parts");
    }
}

#[test]
fn a_group_of_tens_of_thousands_is_read() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let members: Vec<_> = (0..40_000)
        .map(|index| json!({ "value": format!("019a0000-0000-7000-8000-{index:012x}") }))
        .collect();
    let got = client.post(
        "/Groups",
        &json!({ "displayName": "all", "members": members }),
    );
    got.refused(400, "invalidValue", "no user or group has the id");
}

#[test]
fn what_all_hold_together_is_bounded() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let user = json!({ "userName": "ada" });
    let others = memory.gauge.request();
    assert!(others.reserve_for_body(TOGETHER - 100));
    let got = client.post("/Users", &user);
    got.refused(503, "", "in a moment");
    assert_eq!(got.header("Retry-After"), Some("2"));
    drop(others);
    client.post("/Users", &user).expect(201);
    assert!(
        memory.gauge.request().reserve_for_body(TOGETHER),
        "given back"
    );
}

/// What is made of a body counts, too: four times its bytes.
#[test]
fn what_a_body_becomes_is_counted_with_it() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let user = json!({ "userName": "ada", "title": "x".repeat(60_000) });
    let others = memory.gauge.request();
    assert!(others.reserve_for_body(TOGETHER - 240_000));
    client.post("/Users", &user).refused(503, "", "in a moment");
    assert!(others.reserve_for_body(TOGETHER - 310_000));
    client.post("/Users", &user).expect(201);
}

/// A large document is read to be changed when there is room for what is made of it, a small one
/// whether there is or not.
#[test]
fn a_large_document_waits_for_room() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let with_title = |name: &str, length: usize| {
        let user = json!({ "userName": name, "title": "x".repeat(length) });
        client.created("/Users", &user)
    };
    let (large, small) = (with_title("ada", 700_000), with_title("bob", 2_000));
    // No value of the document alone: it is read.
    let change = json!([{ "op": "add", "path": "emails[type eq \"work\"].value", "value": "a@x" }]);
    let patch = |id: &str| client.patch(&format!("/Users/{id}"), &change);
    let others = memory.gauge.request();
    assert!(others.reserve_for_body(TOGETHER - 1_000_000));
    patch(&large).refused(503, "", "in a moment");
    patch(&small).expect(200);
    assert!(others.reserve_for_body(TOGETHER - 3_000_000));
    patch(&large).expect(200);
}

#[test]
fn a_body_that_does_not_come_is_408() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let mut request = client.request("POST", "/Users", Some(&json!({})));
    request.body = Body::Unread(Unread::Late);
    client.send(&request).refused(408, "", "in time");
}

/// A small body can have many values: for a caller who is not known it is not parsed, so nothing of
/// it is noted.
#[test]
fn many_values_in_few_bytes_are_not_parsed_for_nobody() {
    let memory = Memory::new();
    memory.add_token(2, "known", None, None);
    let mut client = Client::new(&memory);
    let mut notes_twice = |token: &str, values: usize| {
        token.clone_into(&mut client.token);
        let values = "0,".repeat(values);
        let body = format!("{{\"title\":\"a\",\"title\":\"b\",\"x\":[{values}0]}}");
        assert!(body.len() < 65_536);
        let mut request = client.request("POST", "/Users", Some(&json!({})));
        request.body = Body::Bytes(body.into_bytes());
        let (_, trace) = memory.answer(&request);
        trace.notes.habits.names().contains(&"duplicate-key")
    };
    assert!(notes_twice("unknown", 10), "which costs nothing to parse");
    assert!(notes_twice("known", 20_000));
    assert!(!notes_twice("unknown", 20_000));
}
