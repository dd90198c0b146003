//! One request must not bring down the instance: what attacks leave of its memory, which
//! WebAssembly never gives back.
//!
//! The platform ends an instance at 128 MB, JavaScript's share included.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "clippy.toml allows them in tests, but does not see that these are called by tests only"
)]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use doctor::conversation::WireReply;
use rusqlite::Connection;
use serde_json::{Value, json};

use testing::worker::{Worker, database, state_folder};

/// Bytes of WebAssembly's memory, at the most.
const MOST: u64 = 64 << 20;
/// The largest body, in bytes.
const LARGE: usize = 4 << 20;

/// A connection on which a POST has begun.
fn begin(worker: &Worker, path: &str, token: Option<&str>, length: Option<usize>) -> TcpStream {
    let address = worker.origin.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_mins(1)))
        .unwrap();
    let token = token.map(|token| format!("Authorization: Bearer {token}\r\n"));
    let length = match length {
        Some(length) => format!("Content-Length: {length}"),
        None => "Transfer-Encoding: chunked".to_owned(),
    };
    let head = format!(
        "POST /scim/v2{path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/scim+json\r\n{}{length}\r\n\r\n",
        token.unwrap_or_default(),
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

/// A connection on which a reply has begun.
fn begin_get(worker: &Worker, path: &str) -> TcpStream {
    let address = worker.origin.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "GET /scim/v2{path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\n\r\n",
        worker.token,
    );
    stream.write_all(head.as_bytes()).unwrap();
    status(&mut stream);
    stream
}

/// The status of the reply on a connection; none where there is no reply in time.
fn status(stream: &mut TcpStream) -> Option<u16> {
    let mut text = [0; 12];
    stream.read_exact(&mut text).ok()?;
    str::from_utf8(&text).ok()?.rsplit(' ').next()?.parse().ok()
}

/// Posts a body and gives the status.
fn post(worker: &Worker, path: &str, token: Option<&str>, body: &[u8]) -> u16 {
    let mut stream = begin(worker, path, token, Some(body.len()));
    // What is refused is not read to its end.
    let _ = stream.write_all(body);
    status(&mut stream).unwrap_or_else(|| panic!("no reply to {path}"))
}

/// A list of as many values as so many bytes hold.
fn list_of(value: &str, bytes: usize) -> Vec<u8> {
    let values = format!("{value},").repeat((bytes - value.len() - 2) / (value.len() + 1));
    format!("[{values}{value}]").into_bytes()
}

fn bulk(operations: &[Value]) -> Vec<u8> {
    let schemas = ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"];
    json!({ "schemas": schemas, "Operations": operations })
        .to_string()
        .into_bytes()
}

fn user(index: usize, mark: &str, title: usize) -> Value {
    let name = format!("{mark}-{index}@example.com");
    let data = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": name,
        "name": { "givenName": "Ada", "familyName": "Lovelace" },
        "emails": [{ "value": name, "type": "work", "primary": true }],
        "active": true,
        "title": "t".repeat(title),
    });
    json!({ "method": "POST", "path": "/Users", "bulkId": format!("u{index}"), "data": data })
}

/// A Bulk of 4 MB: a thousand users.
fn thousand(mark: &str) -> Vec<u8> {
    let users: Vec<_> = (0..1_000).map(|index| user(index, mark, 3_750)).collect();
    let body = bulk(&users);
    assert!(
        body.len() > 4_000_000 && body.len() < LARGE,
        "{}",
        body.len()
    );
    body
}

/// A Bulk of groups that refer to the same users, many times.
fn references(groups: usize, mark: &str) -> Vec<u8> {
    let members: Vec<_> = (0..181)
        .map(|index| json!({ "value": format!("bulkId:u{index}") }))
        .collect();
    let group = |index: usize| {
        let data = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
            "displayName": format!("{mark}-{index}"),
            "members": members,
        });
        json!({ "method": "POST", "path": "/Groups", "bulkId": format!("g{index}"), "data": data })
    };
    let users = (0..181).map(|index| user(index, mark, 1));
    let operations: Vec<_> = users.chain((0..groups).map(group)).collect();
    bulk(&operations)
}

fn group(members: usize) -> Vec<u8> {
    let members: Vec<_> = (0..members)
        .map(|index| json!({ "value": format!("019a0000-0000-7000-8000-{index:012x}") }))
        .collect();
    let schemas = ["urn:ietf:params:scim:schemas:core:2.0:Group"];
    json!({ "schemas": schemas, "displayName": "all", "members": members })
        .to_string()
        .into_bytes()
}

/// Uploads that send three megabytes each and then nothing: the statuses of those that were
/// answered at once.
fn stalled(worker: &Worker, token: Option<&str>) -> Vec<u16> {
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(65_536));
    let mut streams: Vec<_> = (0..40)
        .map(|_| {
            let mut stream = begin(worker, "/Bulk", token, None);
            stream
                .set_write_timeout(Some(Duration::from_secs(2)))
                .unwrap();
            let sent = (0..48).all(|_| stream.write_all(chunk.as_bytes()).is_ok());
            (stream, sent)
        })
        .collect();
    let others = worker.request("GET", "/Users?count=1", &[], None).unwrap();
    assert_eq!(others.status, 200);
    let small = worker.request("POST", "/Users/.search", &[], Some(&json!({})));
    assert_ne!(
        small.unwrap().status,
        503,
        "small ones have room beside them"
    );
    let answered = |(stream, _): &mut (TcpStream, bool)| {
        stream
            .set_read_timeout(Some(Duration::from_millis(200)))
            .unwrap();
        status(stream)
    };
    streams.iter_mut().filter_map(answered).collect()
}

#[test]
fn no_request_takes_the_memory_of_all() {
    let worker = Worker::start(&[]).unwrap();
    let token = Some(worker.token.as_str());
    let wrong = Some("a-token-that-nobody-has-given-out");
    let mut faults = Vec::new();
    let mut check = |what: &str, status: u16, expected: &[u16]| {
        let memory = worker.wasm_memory().unwrap_or_default();
        let all = worker.memory().unwrap_or_default();
        println!("{what}: {status}, {memory} bytes of WebAssembly's memory, {all} of the process");
        if memory > MOST || !expected.contains(&status) {
            faults.push(format!("{what}: {status}, {memory} bytes"));
        }
    };
    let start = worker.wasm_memory();
    for (path, value, bytes) in [
        ("/Bulk", "{\"\":0}", LARGE),
        ("/Bulk", "0", LARGE),
        ("/Users", "{\"\":0}", LARGE / 4),
    ] {
        let body = list_of(value, bytes);
        check("wrong token", post(&worker, path, wrong, &body), &[401]);
        check("no token", post(&worker, path, None, &body), &[401]);
    }
    for status in stalled(&worker, None) {
        check("stalled, no token", status, &[401]);
    }
    assert!(
        worker.wasm_memory().unwrap_or_default() < start.unwrap_or_default() + (1 << 20),
        "nothing is kept for who is not known"
    );
    for value in ["{\"\":0}", "0", "[]", "\"\""] {
        check(
            value,
            post(&worker, "/Bulk", token, &list_of(value, LARGE)),
            &[413],
        );
    }
    check(
        "group of 40,000",
        post(&worker, "/Groups", token, &group(40_000)),
        &[400],
    );
    check(
        "references",
        post(&worker, "/Bulk", token, &references(200, "r")),
        &[200],
    );
    check(
        "too many",
        post(&worker, "/Bulk", token, &references(800, "s")),
        &[413],
    );
    check(
        "1,000 users",
        post(&worker, "/Bulk", token, &thousand("one")),
        &[200],
    );
    let four: Vec<u16> = thread::scope(|scope| {
        let posts: Vec<_> = ["a", "b", "c", "d"]
            .map(|mark| scope.spawn(|| post(&worker, "/Bulk", token, &thousand(mark))))
            .into_iter()
            .collect();
        posts.into_iter().map(|post| post.join().unwrap()).collect()
    });
    assert!(four.contains(&200), "{four:?}");
    for status in four {
        check("four at once", status, &[200, 503]);
    }
    for status in stalled(&worker, token) {
        check("stalled", status, &[503]);
    }
    check(
        "afterwards",
        post(&worker, "/Users", token, &group(1)),
        &[400],
    );
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// An upload that stalls is ended, and what it held is there for others.
#[test]
fn an_upload_that_stalls_is_408() {
    let worker = Worker::start(&[]).unwrap();
    let mut stream = begin(&worker, "/Users", Some(&worker.token), Some(100));
    stream.write_all(b"{").unwrap();
    assert_eq!(status(&mut stream), Some(408));
}

/// Groups of these names and as many members, and users with titles of 470 kB, by a Worker that is
/// over; what it leaves is put into the tables, as a hundred bodies would.
const CROWDS: [(&str, usize, usize); 3] = [
    ("ten", 20, 10_000),
    ("nineteen", 30, 19_000),
    ("all", 1, 299_000),
];
const HUGE: usize = 60;

fn crowded() -> Worker {
    let state = state_folder().unwrap();
    let worker = Worker::start_on(&state, &[]).unwrap();
    let create = |path: &str, body: &Value| {
        let reply = worker.request("POST", path, &[], Some(body)).unwrap();
        assert_eq!(reply.status, 201, "{}", reply.body);
    };
    for (name, groups, _) in CROWDS {
        for index in 0..groups {
            let schemas = ["urn:ietf:params:scim:schemas:core:2.0:Group"];
            create(
                "/Groups",
                &json!({ "schemas": schemas, "displayName": format!("{name} {index:02}") }),
            );
        }
    }
    for index in 0..HUGE {
        create("/Users", &user(index, "huge", 470_000)["data"]);
    }
    drop(worker);
    let connection = Connection::open(database(&state)).unwrap();
    for (name, _, members) in CROWDS {
        connection
            .execute(
                "INSERT INTO team_members (tenant_id, team_id, member_id, member_type, display) \
                 WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2) \
                 SELECT 1, teams.id, printf('019a0000-0000-7000-8000-%012x', i), 'User', printf('Ada Lovelace %06d', i) \
                 FROM teams JOIN n WHERE display_name >= ?1 AND display_name < ?1 || 'z'",
                (name, members),
            )
            .unwrap();
    }
    drop(connection);
    Worker::start_on(&state, &[]).unwrap()
}

/// A page: its ids, how many members the groups on it have, and the cursor of the next.
fn page(worker: &Worker, path: &str) -> (Vec<String>, usize, Option<String>) {
    let reply = worker.request("GET", path, &[], None).unwrap();
    assert_eq!(reply.status, 200, "{path}: {}", reply.body);
    let page: Value = serde_json::from_str(&reply.body).unwrap();
    let resources = page["Resources"].as_array().unwrap();
    assert_eq!(page["itemsPerPage"], resources.len());
    let members = resources
        .iter()
        .filter_map(|group| group["members"].as_array())
        .map(Vec::len)
        .sum();
    let ids = resources
        .iter()
        .map(|resource| resource["id"].as_str().unwrap().to_owned());
    (
        ids.collect(),
        members,
        page["nextCursor"].as_str().map(str::to_owned),
    )
}

/// The statuses of the same request, eight times at once.
fn eight(worker: &Worker, path: &str) -> Vec<u16> {
    let statuses: Vec<u16> = thread::scope(|scope| {
        let gets: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| worker.request("GET", path, &[], None).unwrap().status))
            .collect();
        gets.into_iter().map(|get| get.join().unwrap()).collect()
    });
    let is_good = |status: &u16| matches!(status, 200 | 503);
    assert!(
        statuses.contains(&200) && statuses.iter().all(is_good),
        "{path}: {statuses:?}"
    );
    statuses
}

#[test]
fn no_reply_takes_the_memory_of_all() {
    let worker = crowded();
    let check = |what: &str| {
        let memory = worker.wasm_memory().unwrap_or_default();
        let all = worker.memory().unwrap_or_default();
        println!("{what}: {memory} bytes of WebAssembly's memory, {all} of the process");
        assert!(memory <= MOST, "{what}: {memory} bytes");
    };
    // Nothing is lost and nothing comes twice, whichever way a list is read.
    for (query, resources, each) in [
        ("/Groups?filter=displayName sw \"ten\"&count=20", 20, 10_000),
        (
            "/Groups?filter=displayName sw \"nineteen\"&count=30",
            30,
            19_000,
        ),
        ("/Users?count=1000", HUGE, 0),
    ] {
        let query = query.replace(' ', "%20").replace('"', "%22");
        let (mut by_index, mut members, mut pages) = (Vec::new(), 0, 0);
        while by_index.len() < resources {
            let start = by_index.len() + 1;
            let (ids, more, _) = page(&worker, &format!("{query}&startIndex={start}"));
            assert!(!ids.is_empty());
            by_index.extend(ids);
            members += more;
            pages += 1;
        }
        assert_eq!(members, resources * each, "{query}");
        let (mut by_cursor, mut cursor) = (Vec::new(), Some(String::new()));
        while let Some(from) = cursor {
            let (ids, _, next) = page(&worker, &format!("{query}&cursor={from}"));
            by_cursor.extend(ids);
            cursor = next;
        }
        assert_eq!(by_cursor, by_index, "{query}");
        check(&format!("{query}: {pages} pages"));
        let statuses = eight(&worker, &query);
        check(&format!("eight times {query}: {statuses:?}"));
    }
    let (ids, members, _) = page(&worker, "/Groups?filter=displayName%20sw%20%22all%22");
    assert_eq!((ids.len(), members), (1, 299_000));
    check("a page of the largest group");
    let largest = format!("/Groups/{}", ids[0]);
    assert_eq!(
        worker.request("GET", &largest, &[], None).unwrap().status,
        200
    );
    check("the largest group");
    let statuses = eight(&worker, &largest);
    check(&format!("eight times the largest group: {statuses:?}"));
    // Some clients read no further, and some have gone: what they had is given to others after ten
    // seconds.
    let mut streams: Vec<_> = (0..2).map(|_| begin_get(&worker, &largest)).collect();
    streams.extend((0..20).map(|_| begin_get(&worker, "/Users?count=1000")));
    streams.truncate(11);
    check("stalled readers");
    let statuses: Vec<u16> = (0..12)
        .map(|_| {
            thread::sleep(Duration::from_secs(1));
            worker.request("GET", &largest, &[], None).unwrap().status
        })
        .take_while(|status| *status == 503)
        .collect();
    assert!(statuses.len() < 8, "nothing is given back: {statuses:?}");
    check(&format!("beside stalled readers: {statuses:?}"));
}

/// Attributes that take texts for objects.
const MANY: [&str; 6] = [
    "roles",
    "entitlements",
    "ims",
    "photos",
    "phoneNumbers",
    "addresses",
];

/// A user with a thousand values of so many attributes: texts, or objects.
fn many(name: &str, attributes: usize, is_text: bool) -> Value {
    let value = |index: usize| {
        let text = json!(format!("{index:x}"));
        if is_text {
            text
        } else {
            json!({ "value": text })
        }
    };
    let values: Vec<Value> = (0..1_000).map(value).collect();
    let mut user = json!({ "userName": name });
    for attribute in MANY.iter().take(attributes) {
        user[attribute] = json!(values);
    }
    user
}

/// A Bulk that creates so many of those, with a thousand roles each.
fn many_in_bulk(mark: &str, users: usize, is_text: bool) -> Value {
    let create = |index: usize| {
        let data = many(&format!("{mark}-{index}"), 1, is_text);
        json!({ "method": "POST", "path": "/Users", "bulkId": format!("u{index}"), "data": data })
    };
    json!({ "Operations": (0..users).map(create).collect::<Vec<_>>() })
}

/// A request: its method, its path and its body.
type Sent = (&'static str, String, Value);

/// The creates of so many users with so many attributes.
fn creates(mark: &str, count: usize, attributes: usize, is_text: bool) -> Vec<Sent> {
    let create = |index: usize| {
        let body = many(&format!("{mark}-{index}"), attributes, is_text);
        ("POST", "/Users".to_owned(), body)
    };
    (0..count).map(create).collect()
}

/// Sends all at once; the first status must be among theirs, and none may be another than these.
fn send_all(worker: &Worker, what: &str, expected: &[u16], sent: &[Sent]) -> Vec<WireReply> {
    let replies: Vec<_> = thread::scope(|scope| {
        let requests: Vec<_> = sent
            .iter()
            .map(|(method, path, body)| {
                scope.spawn(|| worker.request(method, path, &[], Some(body)).unwrap())
            })
            .collect();
        let replies = requests.into_iter().map(|request| request.join().unwrap());
        replies.collect()
    });
    let memory = worker.wasm_memory().unwrap_or_default();
    let is_done = |reply: &&WireReply| reply.status == expected[0];
    let done = replies.iter().filter(is_done).count();
    println!(
        "{what}: {done} of {} are {}, {memory} bytes",
        replies.len(),
        expected[0]
    );
    assert!(done > 0 && memory <= MOST, "{what}: {done}, {memory} bytes");
    for reply in &replies {
        assert!(expected.contains(&reply.status), "{what}: {reply}");
        assert!(reply.status != 503 || reply.header("Retry-After").is_some());
    }
    replies
}

/// Creates a user, and gives its path.
fn created(worker: &Worker, body: &Value) -> String {
    let reply = worker.request("POST", "/Users", &[], Some(body)).unwrap();
    assert_eq!(reply.status, 201, "{reply}");
    let made: Value = serde_json::from_str(&reply.body).unwrap();
    format!("/Users/{}", made["id"].as_str().unwrap())
}

/// Documents that are read to be changed are in memory several times.
#[test]
fn changes_of_large_documents_do_not_take_the_memory_of_all() {
    let worker = Worker::start(&[]).unwrap();
    let change = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "add", "path": "emails", "value": [{ "value": "b@example.com" }] }],
    });
    let patches: Vec<Sent> = (0..40)
        .map(|index| created(&worker, &user(index, "large", 700_000)["data"]))
        .map(|path| ("PATCH", format!("{path}?attributes=id"), change.clone()))
        .collect();
    send_all(&worker, "40 changes", &[200, 503], &patches);
}

/// A text of two bytes becomes an object, and a document that is read to be changed is there four
/// times: a hundred creates at once took 353 MB, forty changes 373.
#[test]
fn many_values_do_not_take_the_memory_of_all() {
    let worker = Worker::start(&[]).unwrap();
    let in_bulk = |body: Value| ("POST", "/Bulk".to_owned(), body);
    let texts = in_bulk(many_in_bulk("a", 200, true));
    send_all(&worker, "a Bulk of 200,000 texts", &[413], &[texts]);
    for (mark, is_text) in [("b", false), ("c", true)] {
        let sent = in_bulk(many_in_bulk(mark, 40, is_text));
        let replies = send_all(&worker, "a Bulk of 40,000", &[200], &[sent]);
        let reply: Value = serde_json::from_str(&replies[0].body).unwrap();
        let done = reply["Operations"].as_array().unwrap().iter();
        let is_done = |one: &&Value| one["status"] == "201";
        assert_eq!(done.filter(is_done).count(), 40, "{}", replies[0]);
    }
    let bulks = ["d", "e", "f", "g"].map(|mark| in_bulk(many_in_bulk(mark, 40, true)));
    send_all(&worker, "four Bulks at once", &[200, 503], &bulks);
    let few = creates("h", 100, 1, true);
    send_all(&worker, "100 creates of 1,000 texts", &[201, 503], &few);
    for (mark, count, is_text) in [("i", 100, true), ("j", 20, false)] {
        let creates = creates(mark, count, 6, is_text);
        send_all(&worker, "creates of 6,000", &[201, 503], &creates);
    }
    let paths: Vec<String> = creates("k", 41, 6, false)
        .iter()
        .map(|(_, _, body)| created(&worker, body))
        .collect();
    let change = |value: &str| {
        let path = "roles[value eq \"1\"].display";
        json!({ "Operations": [{ "op": "replace", "path": path, "value": value }] })
    };
    let patch = |path: &String| ("PATCH", format!("{path}?attributes=id"), change("x"));
    let patches: Vec<Sent> = paths.iter().take(40).map(patch).collect();
    let replies = send_all(&worker, "changes", &[200, 503], &patches);
    let done = replies.iter().filter(|reply| reply.status == 200).count();
    assert!(done > 3, "{done} changes");
    let patch = |path: &String| json!({ "method": "PATCH", "path": path, "data": change("y") });
    let patches: Vec<Value> = paths.iter().map(patch).collect();
    let sent = in_bulk(json!({ "Operations": patches }));
    send_all(&worker, "a Bulk of changes", &[200], &[sent]);
}

/// The PATCH of a path, with these operations.
fn patch_of(path: &str, operations: &Value) -> Sent {
    let path = format!("{path}?attributes=id");
    ("PATCH", path, json!({ "Operations": operations }))
}

/// An operation that sets a text of so many bytes.
fn set(op: &str, path: &str, bytes: usize) -> Value {
    json!({ "op": op, "path": path, "value": "d".repeat(bytes) })
}

/// A value in each of a thousand places is a thousand values: one PATCH of 900 kB took 3.5 GB.
#[test]
fn a_value_in_many_places_does_not_take_the_memory_of_all() {
    const LONG: usize = 900_000;
    /// What fits a document of a thousand times as much.
    const FITS: usize = 500;
    let worker = Worker::start(&[]).unwrap();
    let paths: Vec<String> = creates("m", 41, 6, false)
        .iter()
        .map(|(_, _, body)| created(&worker, body))
        .collect();
    let one = |operations: &Value| [patch_of(&paths[0], operations)];
    for path in ["roles.display", "roles[value pr].type", "photos.display"] {
        for op in ["add", "replace"] {
            let sent = one(&json!([set(op, path, LONG)]));
            send_all(&worker, path, &[400], &sent);
        }
        let without_path = json!([{ "op": "replace", "value": { path: "d".repeat(LONG) } }]);
        send_all(&worker, "without a path", &[400], &one(&without_path));
    }
    let value = json!({ "display": "d".repeat(LONG) });
    let whole = json!([{ "op": "replace", "path": "roles[value pr]", "value": value }]);
    send_all(&worker, "whole values", &[400], &one(&whole));
    let beside = json!([
        set("replace", "roles.display", LONG),
        { "op": "replace", "path": "active", "value": false },
    ]);
    send_all(&worker, "beside a deactivation", &[200], &one(&beside));
    // Each is short enough, and all of them are not.
    let all: Vec<Value> = MANY
        .iter()
        .flat_map(|attribute| ["display", "type"].map(|sub| format!("{attribute}.{sub}")))
        .map(|path| set("replace", &path, FITS))
        .collect();
    send_all(&worker, "several", &[400], &one(&json!(all)));
    // Those that make their values are of no more than the body, and are many.
    let creates: Vec<Value> = (0..1_000)
        .map(|index| {
            set(
                "add",
                &format!("x509Certificates[display eq \"{index}\"].type"),
                FITS,
            )
        })
        .collect();
    send_all(&worker, "creates", &[400], &one(&json!(creates)));
    // What fits is counted, too, when there is much of it.
    let fits = json!([set("replace", "roles.display", FITS)]);
    let patches: Vec<Sent> = paths
        .iter()
        .take(40)
        .map(|path| patch_of(path, &fits))
        .collect();
    send_all(&worker, "40 that grow", &[200, 503], &patches);
    let bulk = |change: &dyn Fn(usize) -> (String, Value)| {
        let operations: Vec<Value> = (0..40)
            .map(change)
            .map(|(path, operations)| {
                json!({ "method": "PATCH", "path": path, "data": { "Operations": operations } })
            })
            .collect();
        [(
            "POST",
            "/Bulk".to_owned(),
            json!({ "Operations": operations }),
        )]
    };
    let each = json!([set("replace", "roles.display", FITS - 1)]);
    let of_many = bulk(&|index| (paths[index].clone(), each.clone()));
    send_all(&worker, "a Bulk of those that grow", &[200], &of_many);
    let long = json!([set("replace", "entitlements.display", 90_000)]);
    let of_one = bulk(&|_| (paths[40].clone(), long.clone()));
    send_all(&worker, "a Bulk on one", &[200], &of_one);
    let of_many = bulk(&|index| (paths[index].clone(), long.clone()));
    send_all(&worker, "a Bulk on many", &[200], &of_many);
}

/// Lenient readings that make something of little: as many as a body holds.
#[test]
fn lenient_readings_do_not_take_the_memory_of_all() {
    let worker = Worker::start(&[]).unwrap();
    let path = created(&worker, &many("n", 1, false));
    let mut keys = serde_json::Map::new();
    for index in 0..25_000 {
        keys.insert(format!("roles[value eq \"{index}\"].type"), json!("a"));
    }
    let keys = json!([{ "op": "add", "value": keys }]);
    send_all(&worker, "filtered keys", &[400], &[patch_of(&path, &keys)]);
    let list = json!([{ "op": "add", "value": vec![json!({ "title": "t" }); 40_000] }]);
    send_all(
        &worker,
        "a list without a path",
        &[400],
        &[patch_of(&path, &list)],
    );
    let post = |body: Value| [("POST", "/Users".to_owned(), body)];
    let mut dotted = serde_json::Map::new();
    for index in 0..15_000 {
        let blanks = " ".repeat(index % 40);
        dotted.insert(format!("name.{blanks}givenName{index}"), json!("a"));
    }
    dotted.insert("userName".to_owned(), json!("dotted"));
    dotted.insert("name.givenName".to_owned(), json!("d".repeat(100_000)));
    send_all(&worker, "dotted keys", &[201], &post(Value::Object(dotted)));
    let mut wrapped = json!([{ "value": "w".repeat(300_000) }]);
    for _ in 0..50 {
        wrapped = json!({ "roles": wrapped });
    }
    let wrapped = json!({ "userName": "wrapped", "roles": wrapped });
    send_all(&worker, "wrapped values", &[201], &post(wrapped));
    // Of characters that are three in the image.
    let folds = json!({ "userName": "folds", "title": "\u{390}".repeat(400_000) });
    send_all(&worker, "what folding makes longer", &[413], &post(folds));
}
