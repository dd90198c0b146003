//! The tables of routes: every row is kept, and what follows from it; what is outside of SCIM is no
//! SCIM.

use std::cell::Cell;
use std::collections::BTreeMap;

use scim::projection::MAX_NAMES;
use scim_worker::http::body::MAX_BODY;
use scim_worker::http::method::Method;
use scim_worker::http::request::{Body, Request};
use scim_worker::http::scim::call::Message;
use scim_worker::http::scim::routes::{Handler, Route, table};
use serde_json::{Value, json};

use testing::client::{Client, Got};
use testing::memory::Memory;

const METHODS: [Method; 8] = [
    Method::Get,
    Method::Head,
    Method::Post,
    Method::Put,
    Method::Patch,
    Method::Delete,
    Method::Options,
    Method::Other,
];

fn rows() -> &'static [Route] {
    table()
}

/// The rows of each pattern.
fn patterns() -> BTreeMap<&'static str, Vec<&'static Route>> {
    let mut patterns: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for row in rows() {
        patterns.entry(row.pattern).or_default().push(row);
    }
    patterns
}

/// A request for what a row names, on a type.
fn request(client: &Client<'_>, method: Method, pattern: &str, endpoint: &str) -> Request {
    let path = pattern
        .replace("/{type}", endpoint)
        .replace("{id}", "nobody")
        .replace("{name}", "User")
        .replace("{uri}", "urn:ietf:params:scim:schemas:core:2.0:User");
    client.request(method.as_str(), &path, None)
}

/// Whether a reply says that there is no such endpoint, in the words of the table.
fn is_unknown(got: &Got) -> bool {
    let detail = got.body["detail"].as_str().unwrap_or_default();
    got.status == 404 && (detail.contains("address") || detail.contains("no such endpoint"))
}

#[test]
fn a_pattern_takes_the_methods_of_its_rows_and_says_so() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for (pattern, rows) in patterns() {
        let mut known: Vec<&str> = Vec::new();
        for row in rows {
            known.push(row.method.as_str());
            if row.method == Method::Get {
                known.push("HEAD");
            }
        }
        known.push("OPTIONS");
        let allow = known.join(", ");
        for endpoint in ["/Users", "/Groups", "/Devices"] {
            for method in METHODS {
                let request = request(&client, method, pattern, endpoint);
                let name = format!("{method} {}", request.path);
                let got = client.send(&request);
                assert!(!is_unknown(&got), "{name}: {:#}", got.body);
                if method == Method::Options {
                    assert_eq!((got.status, &got.reply.body), (204, &None), "{name}");
                    assert_eq!(got.header("Allow"), Some(allow.as_str()), "{name}");
                } else if known.contains(&method.as_str()) {
                    assert_ne!(got.status, 405, "{name}");
                    assert_eq!(got.header("Allow"), None, "{name}");
                } else {
                    assert_eq!(got.status, 405, "{name}");
                    let words = pattern.replace("/{type}", endpoint);
                    if method != Method::Head {
                        got.refused(405, "", &format!("{words} takes {allow}."));
                    }
                    assert_eq!(got.header("Allow"), Some(allow.as_str()), "{name}");
                }
            }
        }
    }
}

#[test]
fn a_head_is_its_get_without_the_body() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for row in rows().iter().filter(|row| row.method == Method::Get) {
        let send = |method| client.send(&request(&client, method, row.pattern, "/Users"));
        let (mut get, mut head) = (send(Method::Get), send(Method::Head));
        for got in [&mut get, &mut head] {
            got.reply
                .headers
                .retain(|(name, _)| *name != "X-Request-Id");
        }
        assert_eq!(get.status, head.status, "{}", row.pattern);
        assert_eq!(get.reply.headers, head.reply.headers, "{}", row.pattern);
        assert!(get.reply.body.is_some() && head.reply.body.is_none());
    }
}

#[test]
fn no_row_hides_behind_another() {
    let mut seen: Vec<(Method, &str)> = Vec::new();
    let memory = Memory::new();
    let client = Client::new(&memory);
    for row in rows() {
        assert!(
            !seen.contains(&(row.method, row.pattern)),
            "{}",
            row.pattern
        );
        seen.push((row.method, row.pattern));
        let request = request(&client, row.method, row.pattern, "/Groups");
        let (_, trace) = memory.respond_traced(&request);
        assert_eq!(trace.route, row.pattern.replace("/{type}", "/Groups"));
        assert!(trace.request_id.starts_with("req_"));
    }
}

#[test]
fn all_but_discovery_asks_who_is_there() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for row in rows() {
        let mut request = request(&client, row.method, row.pattern, "/Users");
        request.authorization = None;
        let got = client.send(&request);
        match row.handler {
            Handler::Open(_) => {
                assert_eq!((got.status, got.header("Cache-Control")), (200, None));
                request.query = "filter=x".to_owned();
                client.send(&request).refused(403, "", "no filter");
            }
            Handler::Caller(_) => {
                got.refused(401, "", "token");
                assert_eq!(got.header("Cache-Control"), Some("no-store"));
            }
        }
    }
}

#[test]
fn a_body_is_read_where_a_row_has_a_message() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for row in rows() {
        let mut request = request(&client, row.method, row.pattern, "/Users");
        request.content_type = Some("application/scim+json".to_owned());
        request.body = Body::Bytes(vec![b' '; MAX_BODY + 1]);
        let got = client.send(&request);
        match row.body {
            None => assert!(
                [200, 204, 404].contains(&got.status),
                "{} {}",
                row.method,
                row.pattern
            ),
            Some(Message::BulkRequest) => got.refused(400, "invalidSyntax", "not JSON"),
            Some(Message::SearchRequest | Message::Resource | Message::PatchOp) => {
                got.refused(413, "", "larger");
            }
        }
    }
}

#[test]
fn the_parameters_of_a_row_are_read_and_no_others() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let user = client.user("ada");
    memory.add_token(1, "ada's", Some(&user), None);
    let ada = Client {
        memory: &memory,
        token: "ada's".to_owned(),
    };
    // What is refused where it is read.
    let names: Vec<String> = (0..=MAX_NAMES).map(|number| format!("a{number}")).collect();
    let too_many = names.join(",");
    let bad = [
        ("filter", "nope"),
        ("sortBy", "n%20o"),
        ("sortOrder", "nope"),
        ("startIndex", "nope"),
        ("count", "nope"),
        ("cursor", "nope"),
        ("attributes", too_many.as_str()),
        ("excludedAttributes", &too_many),
    ];
    let seen = Cell::new(0);
    for row in rows() {
        if row.body.is_some() || row.method != Method::Get {
            continue;
        }
        if let Handler::Open(_) = row.handler {
            continue;
        }
        for (name, value) in bad {
            let path = row.pattern.replace("/{type}", "/Users");
            let path = path.replace("{id}", &user);
            let mut request = ada.request("GET", &path, None);
            request.query = format!("{}={value}", name.to_ascii_uppercase());
            let got = ada.send(&request);
            let is_read = row.query.contains(&name);
            let status = if is_read { 400 } else { 200 };
            assert_eq!(got.status, status, "{path} {name}: {:#}", got.body);
            seen.set(seen.get() + 1);
        }
    }
    assert_eq!(seen.get(), 4 * bad.len());
}

/// Asserts a problem of RFC 9457.
#[track_caller]
fn problem(got: &Got, status: u16, title: &str, code: &str) {
    assert_eq!(got.status, status);
    assert_eq!(got.header("Content-Type"), Some("application/problem+json"));
    let detail = got.body["detail"].as_str().unwrap_or_default();
    assert!(detail.len() > 9 && detail.ends_with('.'), "{detail}");
    let members = json!({
        "type": "about:blank", "title": title, "status": status, "code": code, "detail": detail,
    });
    assert_eq!(got.body, members);
    assert!(got.header("X-Request-Id").unwrap().starts_with("req_"));
}

#[test]
fn outside_of_scim_nothing_answers_in_its_name() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for path in [
        "",
        "/",
        "/foo",
        "/scim2/v2/Users",
        "/scimv2",
        "/SCIM/v2/Users",
        "/v2/Users",
        "/favicon.ico",
        "/healthz/x",
        "/%00",
        "/%ff",
    ] {
        for method in METHODS {
            let mut request = client.request(method.as_str(), "", None);
            path.clone_into(&mut request.path);
            let got = client.send(&request);
            if method == Method::Head {
                assert_eq!((got.status, got.body), (404, Value::Null), "{path}");
                continue;
            }
            problem(&got, 404, "Not Found", "not_found");
            let detail = got.body["detail"].as_str().unwrap();
            assert!(detail.contains("/scim/v2/Users"), "{detail}");
        }
    }
}

#[test]
fn the_watch_is_no_part_of_scim() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for path in ["/healthz", "/healthz/", "//healthz"] {
        let send = |method: &str| {
            let mut request = client.request(method, "", None);
            path.clone_into(&mut request.path);
            client.send(&request)
        };
        assert_eq!(send("GET").expect(200), json!({ "status": "ok" }));
        assert_eq!(send("HEAD").expect(200), Value::Null);
        let allow = Some("GET, HEAD, OPTIONS");
        let options = send("OPTIONS");
        assert_eq!((options.status, options.header("Allow")), (204, allow));
        let got = send("POST");
        problem(&got, 405, "Method Not Allowed", "method_not_allowed");
        assert_eq!(got.header("Allow"), allow);
    }
    // Below another Worker's path of that name there is SCIM all the same.
    let mut request = client.request("GET", "", None);
    request.path = "/healthz/scim/v2/Users".to_owned();
    client.send(&request).expect(200);
}
