//! Tokens (RFC 7644 §2, §7.4, RFC 6750): how they are stored, how long they are good, what they
//! open.

// It needs Node.
#[cfg(feature = "workerd")]
mod script;

use std::fmt::Write;

use scim_worker::http::instance::Instance;
use scim_worker::http::reply::Reply;
use scim_worker::http::request::{Body, Request, Unread};
use scim_worker::http::{Environment, respond};
use serde_json::{Value, json};
use service::credential::Secret;
use service::token::{self, Form};
use service::{Context, Mint, Moment};
use sha2::{Digest, Sha256};
use store::Database;
use testing::client::Client;
use testing::memory::Memory;

fn with<'a>(memory: &'a Memory, token: &str) -> Client<'a> {
    Client {
        memory,
        token: token.to_owned(),
    }
}

/// Every value of every table, as text.
fn dump(memory: &Memory) -> String {
    let connection = memory.database.connection.borrow();
    let mut names = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .unwrap();
    let names: Vec<String> = names
        .query_map((), |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let mut text = String::new();
    for name in names {
        let mut rows = connection
            .prepare(&format!("SELECT * FROM {name}"))
            .unwrap();
        let columns = rows.column_count();
        let mut rows = rows.query(()).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                writeln!(text, "{:?}", row.get_ref_unwrap(column)).unwrap();
            }
        }
    }
    text
}

#[test]
fn only_the_hash_of_a_token_is_stored() {
    let memory = Memory::new();
    memory.add_token(1, "the label is the token here", None, None);
    memory.sql("UPDATE tokens SET label = 'okta'");
    let client = with(&memory, "the label is the token here");
    client.user("ada");
    let dumped = dump(&memory);
    assert!(!dumped.contains("the label is the token here"));
    assert!(!dumped.contains(Memory::TOKEN));
    let stored: String = memory
        .database
        .connection
        .borrow()
        .query_row("SELECT hash FROM tokens", (), |row| row.get(0))
        .unwrap();
    let hash = base16ct::lower::encode_string(&Sha256::digest("the label is the token here"));
    assert_eq!(stored, hash);
    // Who reads the table has no token by it.
    with(&memory, &stored).get("/Users").expect(401);
    with(&memory, &hash.to_uppercase())
        .get("/Users")
        .expect(401);
}

#[test]
fn what_is_not_a_good_token_is_401_with_the_scheme() {
    let memory = Memory::new();
    memory.add_token(1, "good", None, None);
    let client = with(&memory, "good");
    for authorization in [
        None,
        Some(""),
        Some("Bearer"),
        Some("Bearer "),
        Some("Bearer  "),
        Some("good"),
        Some("Basic good"),
        Some("Bearer goo"),
        Some("Bearer good2"),
        Some("Bearer Good"),
        Some("Bearer good, Bearer good"),
        Some("Digest username=\"x\""),
        Some("Bearer ' OR 1=1 --"),
        Some("Bearer \u{0}"),
        Some(format!("Bearer {}", "x".repeat(100_000))).as_deref(),
    ] {
        for (method, path) in [
            ("GET", "/Users"),
            ("POST", "/Users"),
            ("GET", "/"),
            ("POST", "/Bulk"),
            ("DELETE", "/Me"),
        ] {
            let mut request = client.request(
                method,
                path,
                Some(&json!({ "userName": "eve", "Operations": [], "schemas": [] })),
            );
            request.authorization = authorization.map(str::to_owned);
            let got = client.send(&request);
            assert_eq!(
                got.status, 401,
                "{authorization:?} {method} {path} {:#}",
                got.body
            );
            assert!(
                got.header("WWW-Authenticate")
                    .unwrap()
                    .starts_with("Bearer")
            );
            assert!(got.body["detail"].as_str().unwrap().len() > 20);
        }
    }
    for authorization in [
        "Bearer good",
        "bearer good",
        "BEARER good",
        "Bearer  good",
        "Bearer good ",
    ] {
        let mut request = client.request("GET", "/Users", None);
        request.authorization = Some(authorization.to_owned());
        assert_eq!(
            client.send(&request).expect(200)["totalResults"],
            0,
            "{authorization}"
        );
    }
}

/// RFC 6750 §3.1: a client that sent a token hears that it is not good; one that sent none hears no
/// error.
#[test]
fn a_bad_token_is_told_from_none() {
    let memory = Memory::new();
    memory.add_token(1, "expired", None, Some("2026-01-01T00:00:00.000Z"));
    memory.add_token(1, "revoked", None, None);
    memory.sql("UPDATE tokens SET revoked_at = '2026-01-01T00:00:00.000Z' WHERE label = 'revoked'");
    let client = Client::new(&memory);
    let challenge = |authorization: Option<&str>| {
        let mut request = client.request("GET", "/Users", None);
        request.authorization = authorization.map(str::to_owned);
        let got = client.send(&request);
        assert_eq!(got.status, 401, "{authorization:?}");
        got.header("WWW-Authenticate").unwrap().to_owned()
    };
    for none in [
        None,
        Some(""),
        Some("Bearer"),
        Some("Bearer "),
        Some("Basic YWRhOnNlY3JldA=="),
    ] {
        assert_eq!(challenge(none), "Bearer realm=\"scim\"", "{none:?}");
    }
    let long = format!("Bearer {}", "x".repeat(5_000));
    for bad in [
        "Bearer unknown",
        "Bearer expired",
        "Bearer revoked",
        long.as_str(),
    ] {
        assert_eq!(
            challenge(Some(bad)),
            "Bearer realm=\"scim\", error=\"invalid_token\"",
            "{bad}"
        );
    }
}

/// Makes the same id whenever it is asked.
pub(crate) struct NoMint;

impl Mint for NoMint {
    fn id(&self) -> String {
        "019b0000-0000-7000-8000-000000000001".to_owned()
    }

    fn version(&self) -> String {
        "1".to_owned()
    }
}

/// The reply to a list of users, by this token, where the deployment has this `SCIM_TOKEN`.
fn users_by(memory: &Memory, secret: Option<&Secret>, token: &str) -> Reply {
    let mut request = Client::new(memory).request("GET", "/Users", None);
    request.authorization = Some(format!("Bearer {token}"));
    let environment = Environment {
        context: Context {
            database: &memory.database,
            settings: &memory.settings,
            mint: &NoMint,
            clock: &Moment::at(1_769_817_600_000),
            fetch: &memory.fetch,
            keys: &memory.keys,
            hold: &memory.gauge.request(),
            remembered: memory.remembered(),
            rates: &memory.rates,
        },
        secret,
        admin: None,
        instance: &Instance::new(),
        allow_http: false,
        request_id: String::new(),
    };
    pollster::block_on(respond(&environment, &request)).0
}

#[test]
fn a_secret_under_32_characters_opens_nothing() {
    let memory = Memory::new();
    for (length, status) in [(31, 401), (32, 200)] {
        let secret = "s".repeat(length);
        let known = Secret::new(&secret);
        let reply = users_by(&memory, known.as_ref(), &secret);
        assert_eq!(reply.status, status);
        let told = reply.body.unwrap().into_text();
        assert_eq!(
            told.contains("so short that it can be guessed"),
            status == 401
        );
    }
}

#[test]
fn a_secret_that_is_not_set_or_empty_opens_nothing() {
    let memory = Memory::new();
    for secret in [None, Secret::new("")] {
        for token in ["", " ", Memory::TOKEN, "null", "undefined"] {
            let reply = users_by(&memory, secret.as_ref(), token);
            assert_eq!(reply.status, 401, "{token:?}");
        }
    }
}

#[test]
fn a_token_lasts_until_it_expires_to_the_millisecond() {
    let memory = Memory::new();
    memory.add_token(1, "short", None, Some("2026-01-01T00:00:10.000Z"));
    let client = with(&memory, "short");
    let id = client.user("ada");
    // Each request is a millisecond later than the one before.
    memory.elapsed.set(9_998);
    client.get("/Users").expect(200);
    client.get("/Users").expect(401);
    client.delete(&format!("/Users/{id}")).expect(401);
    client
        .post("/Users", &json!({ "userName": "bob" }))
        .expect(401);
    assert_eq!(
        Client::new(&memory).get("/Users").expect(200)["totalResults"],
        1
    );
}

#[test]
fn a_refused_token_costs_one_trip() {
    let memory = Memory::new();
    let client = with(&memory, "unknown");
    for (method, path, body) in [
        ("GET", "/Users", None),
        ("GET", "/Users/1", None),
        ("GET", "/?filter=userName pr&sortBy=userName", None),
        ("POST", "/Users", Some(json!({ "userName": "a" }))),
        ("PUT", "/Users/1", Some(json!({ "userName": "a" }))),
        (
            "PATCH",
            "/Users/1",
            Some(json!({ "Operations": [{ "op": "remove", "path": "title" }] })),
        ),
        ("DELETE", "/Users/1", None),
    ] {
        let before = memory.database.cost().trips;
        assert_eq!(
            client
                .send(&client.request(method, path, body.as_ref()))
                .status,
            401,
            "{method} {path}"
        );
        assert_eq!(memory.database.cost().trips - before, 1, "{method} {path}");
    }
}

/// Requests that are refused, or done, without a look at the data.
fn without_the_database(client: &Client<'_>) -> Vec<Request> {
    let bulk = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
    let delete = json!({ "method": "DELETE", "path": "/Users/1" });
    let nowhere = json!({ "method": "POST", "path": "/Nope", "bulkId": "a", "data": {} });
    let operations =
        |operations: Vec<Value>| json!({ "schemas": [bulk], "Operations": operations });
    let mut broken = client.request("POST", "/Users", Some(&Value::Null));
    broken.body = Body::Bytes(b"{".to_vec());
    let mut long = client.request("POST", "/Users", Some(&Value::Null));
    long.body = Body::Unread(Unread::TooLong);
    let mut plain = client.request("POST", "/Users", Some(&json!({ "userName": "a" })));
    plain.content_type = Some("text/plain".to_owned());
    vec![
        broken,
        long,
        plain,
        client.request("GET", "/Users?filter=foo", None),
        client.request("GET", "/Users/1?attributes=a&excludedAttributes=b", None),
        client.request("PUT", "/Users/1", Some(&json!({ "title": "x" }))),
        client.request("PATCH", "/Users/1", Some(&json!({ "Operations": 1 }))),
        client.request("PUT", "/Me", Some(&json!([]))),
        client.request("POST", "/Bulk", Some(&operations(vec![delete; 1_001]))),
        client.request("POST", "/Bulk", Some(&operations(vec![nowhere]))),
        client.request("POST", "/Bulk", Some(&operations(Vec::new()))),
    ]
}

/// RFC 9110 §15.5.2: what a message is worth is told to those who may send it.
#[test]
fn a_bad_token_is_refused_before_a_bad_message() {
    let memory = Memory::new();
    memory.add_token(1, "revoked", None, None);
    memory.sql("UPDATE tokens SET revoked_at = '2026-01-01T00:00:00.000Z'");
    memory.add_token(1, "good", None, None);
    let secret = Client::new(&memory);
    for request in without_the_database(&secret) {
        let told = |token: &str| {
            let mut request = request.clone();
            request.authorization = Some(format!("Bearer {token}"));
            let before = memory.database.cost().trips;
            let (reply, trace) = memory.respond_traced(&request);
            let trips = memory.database.cost().trips - before;
            (reply.status, trips, trace.notes.tenant)
        };
        let name = format!("{} {}?{}", request.method, request.path, request.query);
        assert_eq!(told("unknown"), (401, 1, None), "{name}");
        assert_eq!(told("revoked"), (401, 1, None), "{name}");
        let (status, trips, tenant) = told(Memory::TOKEN);
        assert_ne!(status, 401, "{name}");
        // The secret is good, but its tenant may be suspended.
        assert_eq!((trips, tenant), (1, Some(1)), "{name}");
        assert_eq!(told("good"), (status, 1, Some(1)), "{name}");
    }
}

#[test]
fn the_use_of_a_token_is_noted_once_a_day() {
    let memory = Memory::new();
    memory.add_token(1, "good", None, None);
    let client = with(&memory, "good");
    let noted = || {
        let (reply, trace) = memory.respond_traced(&client.request("GET", "/Users", None));
        assert_eq!(reply.status, 200);
        let touches =
            |(_, statement): &&store::Addressed| statement.text().contains("UPDATE tokens");
        trace.notes.later.iter().filter(touches).count()
    };
    assert_eq!([noted(), noted(), noted()], [1, 0, 0]);
    memory.elapsed.set(memory.elapsed.get() + 86_400_000);
    assert_eq!([noted(), noted()], [1, 0]);
}

#[test]
fn a_batch_that_fails_is_not_followed_by_a_look_at_the_token() {
    let memory = Memory::new();
    memory.add_token(1, "good", None, None);
    memory.sql("DROP TABLE users");
    let before = memory.database.cost().trips;
    with(&memory, "good").get("/Users").expect(500);
    assert_eq!(memory.database.cost().trips - before, 1);
}

#[test]
fn a_cursor_ends_with_its_token() {
    let memory = Memory::new();
    memory.add_token(1, "first", None, None);
    memory.add_token(1, "second", None, None);
    let (first, second) = (with(&memory, "first"), with(&memory, "second"));
    for name in ["a", "b", "c"] {
        first.user(name);
    }
    let page = first.get("/Users?cursor=&count=1").expect(200);
    let next = format!("/Users?cursor={}", page["nextCursor"].as_str().unwrap());
    first.get(&next).expect(200);
    memory.sql("UPDATE tokens SET revoked_at = '2026-01-01T00:00:00.000Z' WHERE label = 'first'");
    first.get(&next).expect(401);
    // It reaches only what its bearer may read (RFC 9865 §5.2): the same tenant's other token may.
    second.get(&next).expect(200);
}

#[test]
fn the_subject_of_a_token_is_the_user_that_me_means() {
    let memory = Memory::new();
    let ada = Client::new(&memory).user("ada");
    let bob = Client::new(&memory).user("bob");
    memory.add_token(1, "ada's", Some(&ada), None);
    memory.add_token(1, "bob's", Some(&bob), None);
    memory.add_token(2, "another tenant's", Some(&ada), None);
    memory.add_token(
        1,
        "nobody's",
        Some("019a0000-0000-7000-8000-00000000ffff"),
        None,
    );
    assert_eq!(
        with(&memory, "ada's").get("/Me").expect(200)["id"],
        json!(ada)
    );
    assert_eq!(
        with(&memory, "bob's").get("/Me").expect(200)["id"],
        json!(bob)
    );
    // A subject is looked for among the users of the token's own tenant.
    for token in ["another tenant's", "nobody's"] {
        let client = with(&memory, token);
        client.get("/Me").expect(404);
        client.delete("/Me").expect(404);
        client
            .patch(
                "/Me",
                &json!([{ "op": "replace", "path": "active", "value": false }]),
            )
            .expect(404);
        client.put("/Me", &json!({ "userName": "eve" })).expect(404);
    }
    Client::new(&memory)
        .delete(&format!("/Users/{ada}"))
        .expect(204);
    with(&memory, "ada's").get("/Me").expect(404);
    assert_eq!(
        Client::new(&memory)
            .get(&format!("/Users/{bob}"))
            .expect(200)["userName"],
        "bob"
    );
}

/// Tokens as every other implementation of their form makes them.
const VECTORS: &str = include_str!("tokens/vectors.json");

#[test]
fn tokens_are_made_and_read_as_the_vectors_have_them() {
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    for vector in vectors.as_array().unwrap() {
        let shard = u16::try_from(vector["shard"].as_u64().unwrap()).unwrap();
        let random = base16ct::lower::decode_vec(vector["random"].as_str().unwrap()).unwrap();
        let token = vector["token"].as_str().unwrap();
        let prefix = format!("{}_", vector["kind"].as_str().unwrap());
        let made = token::make_as(&prefix, shard, random.try_into().unwrap());
        assert_eq!(made, token);
        let read = |token: &str| Form::read(&prefix, token);
        assert_eq!(read(token), Form::Whole { shard });
        // An operator's token is none of a tenant's.
        let is_tenants = prefix == token::SCIM;
        assert_eq!(Form::of(token) == Form::Whole { shard }, is_tenants);
        // One character altered, anywhere behind the shard.
        let start = token.rfind('_').unwrap() + 1;
        for place in start..token.len() {
            let other = if token.as_bytes()[place] == b'x' {
                "y"
            } else {
                "x"
            };
            let mut altered = token.to_owned();
            altered.replace_range(place..=place, other);
            assert_eq!(read(&altered), Form::Altered, "{altered}");
        }
        // One shorter or longer has another form.
        assert_eq!(read(&token[..token.len() - 1]), Form::Other);
        assert_eq!(read(&format!("{token}0")), Form::Other);
    }
    for front in [
        "scim_0_",
        "scim_01_",
        "scim_10000_",
        "scim_+1_",
        "scim__",
        "scim_a_",
    ] {
        assert_eq!(Form::of(&format!("{front}{}", "a".repeat(49))), Form::Other);
    }
}

/// Whatever stands in the table opens what it opened, in whichever form it was made.
#[test]
fn tokens_of_earlier_releases_keep_working() {
    let memory = Memory::new();
    for (tenant, token) in [
        // `scim_` and 43 characters of base64url.
        (1, "scim_47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"),
        (1, "scim_1_EQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU_"),
        (2, "scim_9_XoebRdESIcEqPHZXCnBPnv3sRKSN_Ca2j5rOw8Xp"),
        // Before there was a prefix, or by an operator's hand.
        (2, "s3cr3t"),
        (1, "6f1ed002ab5595859014ebf0951522d9"),
        (1, "a token with blanks"),
        (1, &token::make(1, [7; 32])),
        (2, &token::make(1, [8; 32])),
    ] {
        memory.add_token(tenant, token, None, None);
        let client = with(&memory, token);
        let (reply, trace) = memory.respond_traced(&client.request("GET", "/Users", None));
        assert_eq!(
            (reply.status, trace.notes.tenant),
            (200, Some(tenant)),
            "{token}"
        );
    }
}

/// It costs nobody a look at the database.
#[test]
fn an_altered_token_is_refused_without_a_trip() {
    let memory = Memory::new();
    let token = token::make(1, [7; 32]);
    memory.add_token(1, &token, None, None);
    let got = with(&memory, &token.replace("scim_1_", "scim_2_")).get("/Users");
    assert_eq!(got.status, 401);
    assert!(
        got.body["detail"]
            .as_str()
            .unwrap()
            .contains("not complete")
    );
    assert_eq!(memory.database.cost().trips, 0);
}

/// `SCIM_TOKEN` is looked at first, and may be any text; what is not the secret and has the form of
/// a token must have its checksum, or nothing is asked.
#[test]
fn the_checksum_of_what_is_not_the_secret_is_looked_at() {
    let memory = Memory::new();
    let front = format!("scim_1_{}", "a".repeat(43));
    let (whole, altered) = (format!("{front}0McOy1"), format!("{front}0McOy2"));
    for (secret, token, status, trips, words) in [
        (altered.as_str(), &altered, 200, 1, "totalResults"),
        (&whole, &whole, 200, 1, "totalResults"),
        (&whole, &altered, 401, 0, "not complete"),
        (&altered, &whole, 401, 1, "not known"),
        (Memory::TOKEN, &altered, 401, 0, "not complete"),
        ("", &altered, 401, 0, "not complete"),
    ] {
        let known = Secret::new(secret);
        let before = memory.database.cost().trips;
        let reply = users_by(&memory, known.as_ref(), token);
        let asked = memory.database.cost().trips - before;
        assert_eq!((reply.status, asked), (status, trips), "{secret} {token}");
        assert!(
            reply.body.unwrap().into_text().contains(words),
            "{secret} {token}"
        );
    }
}
