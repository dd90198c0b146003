//! What bad input gets (RFC 7644 §3.12): a SCIM error that says what to do, never a 5xx.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use scim_worker::http::body::MAX_BODY;
use scim_worker::http::method::Method;
use scim_worker::http::request::{Body, Request, Unread};
use serde_json::{Map, Value, json};
use service::MAX_LARGE_BODY;
use testing::client::{Client, Got};
use testing::memory::Memory;

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// Asserts that a reply is no 5xx and, if it is no 2xx or 304, a SCIM error.
#[track_caller]
fn sound(request: &Request, got: &Got) {
    let told = || {
        format!(
            "{} {}?{}\n{:?}\n{:#}",
            request.method, request.path, request.query, request.body, got.body
        )
    };
    assert!(got.status < 500, "{}", told());
    if got.status < 300 || got.status == 304 || request.method == Method::Head {
        return;
    }
    assert_eq!(got.body["schemas"], json!([ERROR]), "{}", told());
    assert_eq!(
        got.body["status"],
        json!(got.status.to_string()),
        "{}",
        told()
    );
    let detail = got.body["detail"].as_str().unwrap_or_default();
    assert!(detail.len() > 9, "{}", told());
    assert!(detail.len() < 2_000, "{}", told());
    for inside in [
        "SELECT ",
        "INSERT ",
        "UPDATE ",
        "sqlite",
        "src/",
        "rusqlite",
        "constraint failed",
    ] {
        assert!(!detail.contains(inside), "{}", told());
    }
    assert!(
        got.header("Content-Type")
            .unwrap()
            .starts_with("application/scim+json"),
        "{}",
        told()
    );
    assert_eq!(
        got.status == 405,
        got.header("Allow").is_some(),
        "{}",
        told()
    );
    assert_eq!(
        got.status == 401,
        got.header("WWW-Authenticate").is_some(),
        "{}",
        told()
    );
}

/// Sends bytes as the body.
fn send(client: &Client<'_>, method: &str, path: &str, body: &[u8]) -> Got {
    let mut request = client.request(method, path, Some(&Value::Null));
    request.body = Body::Bytes(body.to_vec());
    let got = client.send(&request);
    sound(&request, &got);
    got
}

/// Everywhere that a body is read.
const WITH_BODY: [(&str, &str); 9] = [
    ("POST", "/Users"),
    ("POST", "/Groups"),
    ("POST", "/Devices"),
    ("PUT", "/Users/1"),
    ("PATCH", "/Users/1"),
    ("PUT", "/Groups/1"),
    ("PATCH", "/Groups/1"),
    ("POST", "/.search"),
    ("POST", "/Bulk"),
];

#[test]
fn what_is_no_json_is_invalid_syntax() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let mut not_utf8 = br#"{"userName":"X"}"#.to_vec();
    not_utf8[13] = 0xff;
    for (method, path) in WITH_BODY {
        for body in [
            b"".as_slice(),
            b"{",
            b"{]",
            b"nope",
            b"{\"a\":1,}",
            b"{\"a\" 1}",
            b"{'a':1}",
            b"{}{}",
            b"\"\\ud800\"",
            b"[1",
            b"{\"a\":\"\x01\"}",
            b"{\"a\":1e999}",
            b"{\"a\":\"\\x\"}",
            &not_utf8,
        ] {
            send(&client, method, path, body).refused(400, "invalidSyntax", "");
        }
    }
}

#[test]
fn what_is_no_object_is_invalid_syntax() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let user = client.user("ada");
    let group = client.group("G", &[]);
    let paths = [
        ("PUT", format!("/Users/{user}")),
        ("PATCH", format!("/Users/{user}")),
        ("PUT", format!("/Groups/{group}")),
        ("PATCH", format!("/Groups/{group}")),
    ];
    let paths = paths.iter().map(|(method, path)| (*method, path.as_str()));
    for (method, path) in paths.chain(
        WITH_BODY
            .into_iter()
            .filter(|(method, _)| *method == "POST"),
    ) {
        for body in ["null", "true", "1", "\"x\"", "[]", "[{}]"] {
            send(&client, method, path, body.as_bytes()).refused(400, "invalidSyntax", "");
        }
    }
}

#[test]
fn json_may_be_sixty_four_deep() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let nested = |levels: usize| {
        format!(
            "{{\"userName\":\"a{levels}\",\"x\":{}{}}}",
            "[".repeat(levels - 1),
            "]".repeat(levels - 1)
        )
    };
    send(&client, "POST", "/Users", nested(64).as_bytes()).expect(201);
    send(&client, "POST", "/Users", nested(65).as_bytes()).refused(400, "invalidSyntax", "64");
    send(&client, "POST", "/Users", nested(100_000).as_bytes()).refused(400, "invalidSyntax", "64");
    // Brackets in strings do not count, nor do those behind an escaped quotation mark.
    let text = format!(
        "{{\"userName\":\"b\",\"title\":\"\\\"{}\"}}",
        "[{".repeat(200)
    );
    send(&client, "POST", "/Users", text.as_bytes()).expect(201);
}

#[test]
fn bodies_over_the_limit_are_413() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let id = client.user("ada");
    let group = client.group("G", &[]);
    let padded = |length: usize, name: &str, value: &str| {
        let bare = format!("{{\"{name}\":\"{value}\",\"x\":\"\"}}").len();
        format!(
            "{{\"{name}\":\"{value}\",\"x\":\"{}\"}}",
            "y".repeat(length - bare)
        )
        .into_bytes()
    };
    let large = MAX_LARGE_BODY as usize;
    for (method, path, limit) in [
        ("POST", "/Users".to_owned(), MAX_BODY),
        ("PUT", format!("/Users/{id}"), MAX_BODY),
        ("PATCH", format!("/Users/{id}"), MAX_BODY),
        ("POST", "/Users/.search".to_owned(), MAX_BODY),
        ("POST", "/Devices".to_owned(), MAX_BODY),
        ("POST", "/Groups".to_owned(), large),
        ("PUT", format!("/Groups/{group}"), large),
        ("PATCH", format!("/Groups/{group}"), large),
        ("POST", "/Bulk".to_owned(), large),
    ] {
        send(&client, method, &path, &padded(limit + 1, "a", "b")).refused(
            413,
            "",
            &limit.to_string(),
        );
        let got = send(&client, method, &path, &padded(limit, "a", "b"));
        assert_ne!(got.status, 413, "{method} {path}");
        let mut request = client.request(method, &path, Some(&Value::Null));
        request.body = Body::Unread(Unread::TooLong);
        let got = client.send(&request);
        sound(&request, &got);
        got.refused(413, "", "");
    }
    send(
        &client,
        "POST",
        "/Users",
        &padded(MAX_BODY, "userName", "eve"),
    )
    .expect(201);
}

/// A connection that ends early, a chunk that is none.
#[test]
fn a_body_that_ends_early_is_invalid_syntax() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for (method, path) in WITH_BODY {
        let mut request = client.request(method, path, Some(&Value::Null));
        request.body = Body::Unread(Unread::Broken);
        let got = client.send(&request);
        sound(&request, &got);
        got.refused(400, "invalidSyntax", "ended early");
    }
}

/// D1 keeps rows of 2 MB: what would outgrow one is refused with words, not with the database's
/// error.
#[test]
fn documents_that_outgrow_a_row_are_413() {
    const WORKPLACE: &str = "urn:example:params:scim:schemas:extension:workplace:2.0:User";
    let memory = Memory::new();
    let client = Client::new(&memory);
    let mut wrong = Vec::new();
    // Letters that fold into more bytes than they have, characters that JSON escapes, quotation
    // marks.
    for unit in ["x", "ΐ", "\""] {
        let sent = Value::from(unit).to_string().len() - 2;
        for bytes in [300_000, 500_000, 740_000, 1_000_000] {
            let text = unit.repeat(bytes / sent);
            for (holder, body) in [
                ("title", json!({ "userName": "a", "title": text })),
                ("userName", json!({ "userName": text })),
                (
                    "emails",
                    json!({ "userName": "a", "emails": [{ "value": text }, { "value": "b", "primary": true }] }),
                ),
                ("externalId", json!({ "userName": "a", "externalId": text })),
                (
                    "displayName",
                    json!({ "userName": "a", "displayName": text }),
                ),
                (
                    "badge",
                    json!({ "userName": "a", WORKPLACE: { "badge": text } }),
                ),
            ] {
                let request = client.request("POST", "/Users", Some(&body));
                let got = client.send(&request);
                let mut note = |what: &str, status: u16| {
                    if ![200, 201, 204, 413].contains(&status) {
                        wrong.push(format!(
                            "{what} of a user with {bytes} bytes of {unit:?} in {holder}: {status}"
                        ));
                    }
                };
                note("POST", got.status);
                if got.status != 201 {
                    continue;
                }
                // What was taken can be read, found, changed, and shown as the member of a group.
                let id = got.body["id"].as_str().unwrap();
                let path = format!("/Users/{id}");
                note("GET", client.get(&path).status);
                note(
                    "list",
                    client.get("/Users?sortBy=displayName&cursor=").status,
                );
                let members = json!([{ "value": id }]);
                let group = client.post(
                    "/Groups",
                    &json!({ "displayName": "G", "members": members }),
                );
                note("POST of a group", group.status);
                let group = format!("/Groups/{}", group.body["id"].as_str().unwrap_or_default());
                note("GET of a group", client.get(&group).status);
                note(
                    "long PATCH",
                    client
                        .patch(
                            &path,
                            &json!([{ "op": "add", "path": "name.givenName", "value": "x" }]),
                        )
                        .status,
                );
                note(
                    "short PATCH",
                    client
                        .patch(
                            &path,
                            &json!([{ "op": "replace", "path": "active", "value": false }]),
                        )
                        .status,
                );
                note("PUT", client.put(&path, &body).status);
                note("DELETE", client.delete(&path).status);
                client.delete(&group);
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of\n{}",
        wrong.len(),
        wrong[..wrong.len().min(40)].join("\n")
    );
}

/// The same for what every member of a page brings: it ends behind the first 4 MB.
#[test]
fn pages_of_large_documents() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for number in 0..12 {
        client
            .post(
                "/Users",
                &json!({ "userName": format!("u{number}"), "title": "x".repeat(600_000) }),
            )
            .expect(201);
    }
    let list = client.get("/Users").expect(200);
    assert_eq!(list["Resources"].as_array().unwrap().len(), 7);
    assert_eq!(
        (&list["itemsPerPage"], &list["totalResults"]),
        (&json!(7), &json!(12))
    );
    client.get("/?sortBy=title&cursor=").expect(200);
    client
        .get("/Users?sortBy=title&cursor=&count=2")
        .expect(200);
}

#[test]
fn patches_that_make_a_document_outgrow_a_row_are_413() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let path = format!("/Users/{}", client.user("ada"));
    let text = "é".repeat(200_000);
    let mut statuses = Vec::new();
    for name in [
        "title",
        "nickName",
        "userType",
        "locale",
        "timezone",
        "preferredLanguage",
    ] {
        statuses.push(
            client
                .patch(
                    &path,
                    &json!([{ "op": "add", "path": name, "value": text }]),
                )
                .status,
        );
        client.get(&path).expect(200);
    }
    assert_eq!(statuses[0], 200);
    assert_eq!(statuses[5], 413, "{statuses:?}");
    assert!(
        statuses.iter().all(|status| [200, 413].contains(status)),
        "{statuses:?}"
    );
    // The short way of a PATCH (one statement) and the long one agree.
    let replace = json!([{ "op": "replace", "path": "locale", "value": "é".repeat(400_000) }]);
    client.patch(&path, &replace).refused(413, "", "");
    client.get(&path).expect(200);
}

#[test]
fn values_by_the_thousand() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let emails = |count: usize| -> Value {
        (0..count)
            .map(|n| json!({ "value": format!("a{n}@x.org") }))
            .collect()
    };
    let body = |count| json!({ "userName": format!("u{count}"), "emails": emails(count) });
    client.post("/Users", &body(1_000)).expect(201);
    let got = client.post("/Users", &body(1_001)).expect(400);
    assert!(
        got["detail"].as_str().unwrap().contains("emails"),
        "{got:#}"
    );
    let operations: Value = (0..3_000)
        .map(|n| json!({ "op": "replace", "path": "title", "value": n.to_string() }))
        .collect();
    let path = format!("/Users/{}", client.user("ada"));
    let got = client.patch(&path, &operations);
    assert!([200, 400, 413].contains(&got.status), "{:#}", got.body);
}

#[test]
fn unknown_places_are_404_and_the_right_spelling_is_named() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for path in [
        "/users",
        "/USERS/1",
        "/groups",
        "/devices",
        "/bulk",
        "/me",
        "/schemas",
        "/resourcetypes",
        "/serviceproviderconfig",
    ] {
        let got = client.get(path);
        got.refused(404, "", "case-sensitive");
        let name = path.split('/').nth(1).unwrap();
        let detail = got.body["detail"].as_str().unwrap();
        assert!(
            detail.to_lowercase().contains(name.to_lowercase().as_str()),
            "{detail}"
        );
    }
    for path in [
        "/Nope",
        "/Nope/1",
        "/Users/1/2",
        "/Users/1",
        "/Groups/1",
        "/Devices/1",
        "/Schemas/nope",
        "/ResourceTypes/Nope",
        "/Me/1",
        "/Bulk/1",
    ] {
        let request = client.request("GET", path, None);
        let got = client.send(&request);
        sound(&request, &got);
        assert_eq!(got.status, 404, "{path}");
    }
    for version in ["v1", "v3", "V2", "v2.1", "v20"] {
        let mut request = client.request("GET", "/Users", None);
        request.path = format!("/scim/{version}/Users");
        let got = client.send(&request);
        sound(&request, &got);
        got.refused(400, "invalidVers", "/scim/v2");
    }
    for path in [
        "/scim/Users",
        "/scim/v2/Users/",
        "/scim/v2/%55sers",
        "/%73cim/v2/Users",
        "/scim",
    ] {
        let mut request = client.request("GET", "/Users", None);
        path.clone_into(&mut request.path);
        client.send(&request).expect(200);
    }
}

#[test]
fn letter_case_is_named_only_where_it_is_wrong() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for (method, path) in [
        ("GET", "/Bulk/x"),
        ("GET", "/Me/x"),
        ("POST", "/Me/.search"),
        ("GET", "/ServiceProviderConfig/x"),
        ("GET", "/ResourceTypes/User/x"),
        ("GET", "/Schemas/x/y"),
    ] {
        let got = client.send(&client.request(method, path, None));
        let name = path.split('/').nth(1).unwrap();
        got.refused(404, "", &format!("below /{name}"));
    }
    client.get("/bulk/x").refused(404, "", "spelt /Bulk");
}

#[test]
fn unknown_methods_are_405_with_allow() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let id = client.user("ada");
    for (path, methods) in [
        ("/Users", "GET, HEAD, POST"),
        (
            format!("/Users/{id}").as_str(),
            "GET, HEAD, PUT, PATCH, DELETE",
        ),
        ("/Groups", "GET, HEAD, POST"),
        ("/Me", "GET, HEAD, POST, PUT, PATCH, DELETE"),
        ("/Bulk", "POST"),
        ("/.search", "POST"),
        ("/Users/.search", "POST"),
        ("/", "GET, HEAD"),
        ("/Schemas", "GET, HEAD"),
        ("/ResourceTypes/User", "GET, HEAD"),
        ("/ServiceProviderConfig", "GET, HEAD"),
    ] {
        let allow = format!("{methods}, OPTIONS");
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"] {
            if methods.split(", ").any(|known| known == method) {
                continue;
            }
            let request = client.request(method, path, None);
            let got = client.send(&request);
            sound(&request, &got);
            assert_eq!(
                (got.status, got.header("Allow")),
                (405, Some(allow.as_str())),
                "{method} {path}"
            );
        }
        let got = client.send(&client.request("OPTIONS", path, None));
        assert_eq!(
            (got.status, got.header("Allow")),
            (204, Some(allow.as_str())),
            "{path}"
        );
    }
}

#[test]
fn other_media_types_are_415() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let mut number = 0;
    let mut status = |content_type: Option<&str>| {
        number += 1;
        let mut request = client.request(
            "POST",
            "/Users",
            Some(&json!({ "userName": format!("u{number}") })),
        );
        request.content_type = content_type.map(str::to_owned);
        let got = client.send(&request);
        sound(&request, &got);
        got.status
    };
    for refused in [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "application/scim+json; charset=utf-16",
        "application/json-patch+json",
        "",
        "json",
    ] {
        assert_eq!(status(Some(refused)), 415, "{refused}");
    }
    for read in [
        "application/scim+json",
        "application/json",
        "Application/SCIM+JSON",
        "application/json;charset=UTF-8",
        "application/scim+json; charset=\"utf-8\"; x=y",
    ] {
        assert_eq!(status(Some(read)), 201, "{read}");
    }
    assert_eq!(status(None), 201);
}

/// RFC 9110 §8.4: a body is read as it is, so one in another coding is not read at all.
#[test]
fn other_content_codings_are_415() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for (method, path) in WITH_BODY {
        for coding in ["gzip", "br", "deflate", "GZIP", "identity, gzip", "x"] {
            let mut request = client.request(method, path, Some(&json!({ "userName": "ada" })));
            request.content_encoding = Some(coding.to_owned());
            let got = client.send(&request);
            sound(&request, &got);
            got.refused(415, "", "without Content-Encoding");
            assert_eq!(got.header("Accept-Encoding"), Some("identity"));
        }
    }
    for (number, coding) in ["identity", "Identity", ""].into_iter().enumerate() {
        let body = json!({ "userName": format!("u{number}") });
        let mut request = client.request("POST", "/Users", Some(&body));
        request.content_encoding = Some(coding.to_owned());
        client.send(&request).expect(201);
    }
    // The type alone is another matter.
    let mut request = client.request("POST", "/Users", Some(&json!({ "userName": "ada" })));
    request.content_type = Some("text/plain".to_owned());
    assert_eq!(client.send(&request).header("Accept-Encoding"), None);
}

#[test]
fn bad_queries() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    client.user("ada");
    for (path, scim_type) in [
        ("/Users?filter=", "invalidFilter"),
        ("/Users?filter=userName", "invalidFilter"),
        ("/Users?filter=userName eq 'ada'", "invalidFilter"),
        ("/Users?filter=userName regex \"a\"", "invalidFilter"),
        ("/Users?filter=shoeSize eq 1", "invalidFilter"),
        ("/Users?filter=password eq \"x\"", "invalidFilter"),
        ("/Users?filter=active gt true", "invalidFilter"),
        ("/Users?filter=userName eq \"a", "invalidFilter"),
        ("/Users?filter=(userName pr", "invalidFilter"),
        ("/Groups?filter=userName pr", "invalidFilter"),
        ("/?filter=shoeSize pr", "invalidFilter"),
        ("/Users?sortBy=shoeSize", "invalidPath"),
        ("/Users?sortBy=name", "invalidPath"),
        ("/Users?sortBy=password", "invalidPath"),
        ("/Users?sortBy=a b", "invalidPath"),
        ("/Groups?sortBy=userName", "invalidPath"),
        ("/Users?sortBy=userName&sortOrder=up", "invalidValue"),
        ("/Users?startIndex=x", "invalidValue"),
        ("/Users?count=many", "invalidValue"),
        ("/Users?count=1.5", "invalidValue"),
        ("/Users?cursor=nope", "invalidCursor"),
        ("/Users?cursor=&count=x", "invalidCount"),
        ("/Users?cursor=&startIndex=2", "invalidValue"),
        (
            "/Users?attributes=userName&excludedAttributes=name",
            "invalidValue",
        ),
    ] {
        let request = client.request("GET", path, None);
        let got = client.send(&request);
        sound(&request, &got);
        assert_eq!(got.status, 400, "{path} {:#}", got.body);
        if path.contains("excludedAttributes") {
            continue;
        }
        assert_eq!(got.body["scimType"], scim_type, "{path} {:#}", got.body);
    }
    for path in [
        "/Users?foo=bar&=&&x",
        "/Users?sortBy=",
        "/Users?sortOrder=descending",
        "/Users?startIndex=-1&count=-1",
        "/Users?startIndex=9223372036854775807",
        "/Users?count=9223372036854775807",
        "/Users?FILTER=username pr",
    ] {
        let got = client.get(path);
        assert_eq!(got.status, 200, "{path} {:#}", got.body);
    }
}

#[test]
fn a_filter_in_the_query_of_a_search_is_refused() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    client.user("ada");
    let body = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"] });
    for path in ["/.search", "/Users/.search", "/Groups/.search"] {
        for query in [
            "filter=userName eq \"bob\"",
            "FILTER=displayName pr",
            "count=1&filter=",
        ] {
            let got = client.post(&format!("{path}?{query}"), &body);
            got.refused(400, "invalidFilter", "body");
        }
        // What else stands there is ignored (RFC 7644 §3.4.2).
        client.post(&format!("{path}?count=1"), &body).expect(200);
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn bad_messages() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let ada = format!("/Users/{}", client.user("ada"));
    let patch = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
    for (method, path, body, scim_type) in [
        ("POST", "/Users", json!({}), "invalidValue"),
        (
            "POST",
            "/Users",
            json!({ "userName": null }),
            "invalidValue",
        ),
        (
            "POST",
            "/Users",
            json!({ "userName": ["a", "b"] }),
            "invalidValue",
        ),
        ("POST", "/Users", json!({ "userName": {} }), "invalidValue"),
        (
            "POST",
            "/Users",
            json!({ "userName": { "text": "x" } }),
            "invalidValue",
        ),
        (
            "POST",
            "/Users",
            json!({ "userName": "x", "emails": "" , "name": ["Ada", "Ben"] }),
            "invalidValue",
        ),
        (
            "POST",
            "/Users",
            json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "userName": "x" }),
            "invalidSyntax",
        ),
        (
            "POST",
            "/Users",
            json!({ "schemas": [USER], "userName": "ADA" }),
            "uniqueness",
        ),
        ("POST", "/Groups", json!({ "members": [] }), "invalidValue"),
        (
            "POST",
            "/Groups",
            json!({ "displayName": "G", "members": [{ "value": "nobody" }] }),
            "invalidValue",
        ),
        (
            "POST",
            "/Groups",
            json!({ "displayName": "G", "members": [{ "display": "Ada" }] }),
            "invalidValue",
        ),
        ("PUT", &ada, json!({ "title": "x" }), "invalidValue"),
        ("PATCH", &ada, json!({}), "invalidSyntax"),
        (
            "PATCH",
            &ada,
            json!({ "schemas": [patch] }),
            "invalidSyntax",
        ),
        (
            "PATCH",
            &ada,
            json!({ "schemas": [patch], "Operations": {} }),
            "invalidSyntax",
        ),
        (
            "PATCH",
            &ada,
            json!({ "schemas": [patch], "Operations": ["x"] }),
            "invalidSyntax",
        ),
        (
            "PATCH",
            &ada,
            json!({ "schemas": [patch], "Operations": [{ "path": "title", "value": "x" }] }),
            "invalidSyntax",
        ),
        (
            "PATCH",
            &ada,
            json!({ "schemas": [patch], "Operations": [{ "op": "move", "path": "title" }] }),
            "invalidSyntax",
        ),
        (
            "PATCH",
            &ada,
            json!({ "schemas": [patch], "Operations": [{ "op": "remove" }] }),
            "noTarget",
        ),
        (
            "PATCH",
            &ada,
            json!({ "schemas": [patch], "Operations": [{ "op": "remove", "path": "userName" }] }),
            "mutability",
        ),
        (
            "PATCH",
            &ada,
            json!({ "schemas": [patch], "Operations": [{ "op": "replace", "path": "title[", "value": "x" }] }),
            "invalidFilter",
        ),
        (
            "PATCH",
            &ada,
            json!({ "schemas": [patch], "Operations": [{ "op": "replace", "path": "name.", "value": "x" }] }),
            "invalidPath",
        ),
        (
            "PATCH",
            &ada,
            json!({ "schemas": [patch], "Operations": [{ "op": "replace", "path": "emails[type gt \"x\"].value", "value": "x" }] }),
            "noTarget",
        ),
        (
            "POST",
            "/Users/.search",
            json!({ "filter": 5 }),
            "invalidValue",
        ),
        (
            "POST",
            "/Users/.search",
            json!({ "schemas": ["urn:other"] }),
            "invalidSyntax",
        ),
        (
            "POST",
            "/Bulk",
            json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"] }),
            "invalidSyntax",
        ),
    ] {
        let request = client.request(method, path, Some(&body));
        let got = client.send(&request);
        sound(&request, &got);
        assert!(
            [400, 409].contains(&got.status),
            "{method} {body} {:#}",
            got.body
        );
        assert_eq!(got.status == 409, scim_type == "uniqueness");
        let accepted = matches!((got.body["scimType"].as_str(), scim_type), (Some(told), wanted) if told == wanted);
        assert!(
            accepted,
            "{method} {path} {body}: expected {scim_type} {:#}",
            got.body
        );
    }
    let got = client.get(&ada).expect(200);
    assert_eq!(
        got["meta"]["created"], got["meta"]["lastModified"],
        "nothing changed"
    );
}

#[test]
fn a_broken_database_is_a_500_that_tells_nothing() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    memory.sql("DROP TABLE users");
    for (method, path, body) in [
        ("GET", "/Users", None),
        ("GET", "/Users/1", None),
        ("POST", "/Users", Some(json!({ "userName": "a" }))),
    ] {
        let request = client.request(method, path, body.as_ref());
        let (reply, trace) = memory.respond_traced(&request);
        let body: Value = serde_json::from_str(&reply.body.clone().unwrap().into_text()).unwrap();
        assert_eq!(
            (reply.status, &body["status"], &body["schemas"]),
            (500, &json!("500"), &json!([ERROR]))
        );
        let detail = body["detail"].as_str().unwrap();
        assert!(
            detail.contains("again later") && !detail.contains("users"),
            "{detail}"
        );
        assert!(
            trace.notes.cause.unwrap().contains("users"),
            "the log has the cause"
        );
    }
}

// Anything at all.

/// A runner with this many cases, the same on every run.
fn runner(cases: u32) -> TestRunner {
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// Names that mean something somewhere, and some that do not.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        9 => prop::sample::select(vec![
            "schemas", "id", "externalId", "meta", "userName", "USERNAME", "name", "name.givenName", "givenName", "displayName",
            "emails", "emails.value", "value", "type", "primary", "display", "$ref", "active", "groups", "members", "password",
            "addresses", "x509Certificates", "roles", "Operations", "op", "path", "method", "bulkId", "data", "version",
            "failOnErrors", "filter", "sortBy", "sortOrder", "startIndex", "count", "cursor", "attributes",
            "excludedAttributes", "serialNumber", "weight", "owner", "certificate",
            "urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", "manager", "employeeNumber",
            "urn:example:params:scim:schemas:extension:workplace:2.0:User", "badge", "floor", "desks", "languages",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => prop::sample::select(vec![
            "", "add", "Replace", "remove", "POST", "PUT", "PATCH", "DELETE", "/Users", "/Groups", "/Users/bulkId:a", "bulkId:a", "a",
            "members", "emails[type eq \"work\"].value", "emails[value eq \"bulkId:a\"]", "name", "name.familyName", "userName pr",
            "userName eq \"a\" or not (title pr)", "True", "false", "work", "1", "-1", "1e400", "2026-01-01T00:00:00Z", "W/\"1\"", "*",
            "urn:ietf:params:scim:api:messages:2.0:PatchOp", "urn:ietf:params:scim:api:messages:2.0:BulkRequest",
            "urn:ietf:params:scim:api:messages:2.0:SearchRequest", "urn:ietf:params:scim:schemas:core:2.0:User",
            "urn:ietf:params:scim:schemas:core:2.0:Group", "019a0000-0000-7000-8000-000000000001",
            "019a0000-0000-7000-8000-000000000003", "TUlJ", "ascending", "\0", "a\0b", "%", "'", "\"", "\\", "😀", "İ",
        ]).prop_map(str::to_owned),
        1 => name(),
        1 => any::<String>(),
    ]
}

/// JSON of any shape.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
        1 => (-3_i64..3).prop_map(Value::from),
        6 => text().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((name(), inner), 0..7)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// A body that is something like the message of the endpoint.
fn message() -> impl Strategy<Value = Value> {
    let object = || {
        prop::collection::vec((name(), value()), 0..6)
            .prop_map(|members| members.into_iter().collect::<Map<String, Value>>())
    };
    let operation = || {
        (object(), text(), text(), value()).prop_map(|(mut members, op, path, value)| {
            members.insert("op".to_owned(), op.into());
            members.insert("path".to_owned(), path.into());
            members.insert("value".to_owned(), value);
            Value::Object(members)
        })
    };
    let bulk = || {
        let (method, path) = (
            prop::sample::select(vec!["POST", "PUT", "PATCH", "DELETE"]),
            text(),
        );
        (method, path, value(), prop::sample::select(vec!["a", "b"])).prop_map(|(method, path, data, bulk_id)| {
            json!({ "method": method, "path": path, "bulkId": bulk_id, "data": data })
        })
    };
    prop_oneof![
        1 => value(),
        3 => (object(), text()).prop_map(|(mut members, name)| {
            members.insert("userName".to_owned(), name.clone().into());
            members.insert("displayName".to_owned(), name.clone().into());
            members.insert("serialNumber".to_owned(), name.into());
            Value::Object(members)
        }),
        3 => prop::collection::vec(operation(), 0..4).prop_map(|operations| {
            json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations })
        }),
        2 => prop::collection::vec(bulk(), 0..4).prop_map(|operations| {
            json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations })
        }),
    ]
}

/// Paths below the base URL; the resources that the tests have, and others.
fn path() -> impl Strategy<Value = String> {
    prop_oneof![
        9 => prop::sample::select(vec![
            "/Users", "/Groups", "/Devices", "/", "/Users/.search", "/Groups/.search", "/.search", "/Bulk", "/Me",
            "/Users/019a0000-0000-7000-8000-000000000001", "/Users/019a0000-0000-7000-8000-000000000003",
            "/Groups/019a0000-0000-7000-8000-000000000005", "/Groups/019a0000-0000-7000-8000-000000000007",
            "/Devices/019a0000-0000-7000-8000-000000000009", "/Schemas", "/ResourceTypes", "/ServiceProviderConfig",
        ]).prop_map(str::to_owned),
        1 => any::<String>().prop_map(|text| format!("/Users/{text}")),
        1 => any::<String>().prop_map(|text| format!("/{text}")),
        1 => "(/(Users|Groups|Me|%2[0-9A-F]|%[fF][fF]|%|[a-z]{0,3}|\\.\\.|%00)){0,4}",
    ]
}

/// Two users, two groups, a device.
fn populated() -> Memory {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let ada = client.user("ada");
    let bob = client.user("bob");
    let inner = client.group("Inner", &[&ada, &bob]);
    client.group("Outer", &[&inner]);
    client.created("/Devices", &json!({ "serialNumber": "1" }));
    memory
}

fn fuzz(cases: u32, strategy: &impl Strategy<Value = (String, String, String, Option<Value>)>) {
    let memory = std::cell::RefCell::new(populated());
    let served = std::cell::Cell::new(0);
    let result = runner(cases).run(strategy, |(method, path, query, body)| {
        served.set(served.get() + 1);
        if served.get() % 500 == 0 {
            // What the cases deleted is back.
            memory.replace(populated());
        }
        let memory = memory.borrow();
        let client = Client::new(&memory);
        let mut request = client.request(&method, "/", body.as_ref());
        request.path = format!("/scim/v2{path}");
        request.query = query;
        let got = client.send(&request);
        sound(&request, &got);
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

fn method() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["GET", "POST", "PUT", "PATCH", "PATCH", "DELETE"])
        .prop_map(str::to_owned)
}

#[test]
fn no_body_gives_a_5xx() {
    let with_body =
        prop::sample::select(vec!["POST", "POST", "PUT", "PATCH", "PATCH"]).prop_map(str::to_owned);
    fuzz(
        3_000,
        &(
            with_body,
            path(),
            Just(String::new()),
            message().prop_map(Some),
        ),
    );
}

/// What a filter is made of, in any order.
fn filter() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        4 => name(),
        2 => prop::sample::select(vec!["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr", "and", "or", "not"]).prop_map(str::to_owned),
        2 => text().prop_map(|text| Value::from(text).to_string()),
        1 => prop::sample::select(vec!["(", ")", "[", "]", ".", "true", "null", "1", "-0.5", "\"", "\\", "not(", "1e400", "\\u0000"]).prop_map(str::to_owned),
    ];
    let comparison = (
        name(),
        prop::sample::select(vec!["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]),
        prop_oneof![
            text().prop_map(|text| Value::from(text).to_string()),
            any::<f64>().prop_map(|number| number.to_string()),
            Just("true".to_owned()),
            Just("null".to_owned())
        ],
    );
    prop_oneof![
        2 => prop::collection::vec(token, 0..9).prop_map(|tokens| tokens.join(" ")),
        3 => prop::collection::vec(comparison.prop_map(|(name, op, value)| format!("{name} {op} {value}")), 1..4).prop_map(|parts| parts.join(" or ")),
        1 => any::<String>(),
    ]
}

#[test]
fn no_query_gives_a_5xx() {
    let encoded = |text: String| {
        text.bytes()
            .map(|byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02x}")
                }
            })
            .collect::<String>()
    };
    let pair = prop_oneof![
        4 => filter().prop_map(move |filter| format!("filter={}", encoded(filter))),
        2 => name().prop_map(move |name| format!("sortBy={}", encoded(name))),
        1 => name().prop_map(move |name| format!("attributes={}", encoded(name))),
        1 => name().prop_map(move |name| format!("excludedAttributes={}", encoded(name))),
        1 => any::<i64>().prop_map(|number| format!("startIndex={number}")),
        1 => any::<i64>().prop_map(|number| format!("count={number}")),
        1 => "(sortOrder=(ascending|descending)|cursor=|cursor=[A-Za-z0-9_-]{1,80}|count=[0-3]|startIndex=[0-3])",
        1 => any::<String>(),
    ];
    let query = prop::collection::vec(pair, 0..4).prop_map(|pairs| pairs.join("&"));
    let read = prop::sample::select(vec!["GET", "GET", "GET", "HEAD", "PATCH", "PUT"])
        .prop_map(str::to_owned);
    fuzz(5_000, &(read, path(), query, Just(None)));
}

#[test]
fn no_path_gives_a_5xx() {
    fuzz(
        3_000,
        &(
            method(),
            path(),
            any::<String>(),
            prop::option::of(message()),
        ),
    );
}

#[test]
fn a_filter_is_refused_in_words_of_the_list_it_was_sent_to() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for (path, words) in [
        ("/Groups", "Group has no attribute of that name"),
        ("/Users", "User has no attribute of that name"),
        ("/", "no resource type has one of that name"),
    ] {
        client
            .get(&format!("{path}?filter=shoeSize eq \"x\""))
            .refused(400, "invalidFilter", words);
    }
    client.get("/Groups?filter=userName eq \"x\"").refused(
        400,
        "invalidFilter",
        "Group has no attribute",
    );
}

#[test]
fn no_search_message_gives_a_5xx() {
    let paths = prop::sample::select(vec![
        "/Users/.search",
        "/Groups/.search",
        "/Devices/.search",
        "/.search",
    ])
    .prop_map(str::to_owned);
    let message = (prop::option::of(filter()), prop::option::of(name()), prop::option::of(value()), any::<bool>(), prop::option::of(-2_i64..5))
        .prop_map(|(filter, sort_by, attributes, cursor, count)| {
            let mut body = json!({ "filter": filter, "sortBy": sort_by, "attributes": attributes, "count": count });
            if cursor {
                body["cursor"] = json!("");
            }
            Some(body)
        });
    fuzz(
        3_000,
        &(Just("POST".to_owned()), paths, Just(String::new()), message),
    );
}
