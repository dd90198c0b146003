//! What a refusal leaves in the log: nothing of what was sent. And sizes that are promised, as
//! numbers.

use scim_worker::http::log;
use scim_worker::http::request::{Body, Request};
use serde_json::{Value, json};
use service::Moment;
use store::Database;
use testing::client::Client;
use testing::memory::Memory;

/// What nothing but a client's value has in it.
const MARKER: &str = "zqxjkvbwp";

/// The line that the log gets of a request, and the status of the reply.
fn logged(memory: &Memory, request: &Request) -> (u16, String) {
    let (reply, trace) = memory.respond_traced(request);
    let line = log::line(
        request,
        &reply,
        &trace,
        memory.database.cost(),
        &Moment::at(0),
        0,
    );
    (reply.status, line)
}

/// Asserts that a request is refused, and that the marker is not in its line, in whatever letters.
#[track_caller]
fn silent(memory: &Memory, request: &Request) {
    let (status, line) = logged(memory, request);
    let told = format!(
        "{} {}?{} {:?}: {status} {line}",
        request.method, request.path, request.query, request.body
    );
    assert!(status >= 400, "{told}");
    assert!(!line.to_lowercase().contains(MARKER), "{told}");
}

/// Somebody and a group, whom refusals are about.
fn populated(client: &Client<'_>) -> (String, String) {
    let ada = client.created(
        "/Users",
        &json!({ "userName": format!("{MARKER}@example.com"), "displayName": "Ada" }),
    );
    let group = client.group(MARKER, &[&ada]);
    (format!("/Users/{ada}"), format!("/Groups/{group}"))
}

#[test]
fn the_line_of_a_refused_body_has_no_value_of_it() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let (user, group) = populated(&client);
    let other = format!("/Users/{}", client.user("other"));
    let emails = json!([{ "value": MARKER, "primary": true }, { "value": "b", "primary": true }]);
    let bodies = [
        // In use, of a wrong type, too long, wrongly formed.
        json!({ "userName": format!("{MARKER}@EXAMPLE.com") }),
        json!({ "userName": [MARKER] }),
        json!({ "userName": { "value": MARKER } }),
        json!({ "userName": "a", "active": MARKER }),
        json!({ "userName": "a", "emails": MARKER.repeat(3), "name": MARKER }),
        json!({ "userName": "a", "name": [MARKER, MARKER] }),
        json!({ "userName": "a", "emails": emails }),
        json!({ "userName": "", "displayName": MARKER }),
        json!({ "displayName": MARKER }),
        json!({ "userName": "a", "schemas": [MARKER] }),
        json!({ "userName": "a", "schemas": MARKER }),
        json!({ "userName": "a", "schemas": [format!("urn:{MARKER}")], "password": MARKER }),
        json!({ "userName": "a", "x509Certificates": [{ "value": format!("{MARKER}!") }] }),
        json!({ "userName": format!("{MARKER}\u{0}") }),
        json!([MARKER]),
        json!(MARKER),
    ];
    for body in &bodies {
        for (method, path) in [("POST", "/Users"), ("PUT", other.as_str())] {
            let request = client.request(method, path, Some(body));
            let (status, line) = logged(&memory, &request);
            assert!(!line.to_lowercase().contains(MARKER), "{body}: {line}");
            // What is read leniently does no harm here.
            assert!(
                status >= 400 || status == 200 || status == 201,
                "{body}: {status}"
            );
            if status == 201 {
                let list = client
                    .get("/Users?filter=userName eq \"a\" or userName eq \"\"")
                    .expect(200);
                for made in list["Resources"].as_array().unwrap() {
                    let path = format!("/Users/{}", made["id"].as_str().unwrap());
                    client.delete(&path).expect(204);
                }
            }
        }
    }
    for body in [
        json!({ "displayName": MARKER.to_uppercase() }),
        json!({ "displayName": "B", "members": [{ "value": MARKER }] }),
        json!({ "displayName": "B", "members": [{ "value": MARKER.repeat(20) }] }),
        json!({ "displayName": [MARKER], "members": MARKER }),
        json!({ "displayName": "B", "members": [[MARKER]] }),
    ] {
        silent(&memory, &client.request("POST", "/Groups", Some(&body)));
    }
    let members = json!({ "displayName": "x", "members": [{ "value": MARKER }] });
    silent(&memory, &client.request("PUT", &group, Some(&members)));
    for text in [
        format!("{{\"userName\":\"{MARKER}"),
        format!("{{\"userName\":\"{MARKER}\"}}{MARKER}"),
        MARKER.to_owned(),
        format!("{{\"{MARKER}\":\"\\q\"}}"),
        format!("\u{1}{MARKER}"),
    ] {
        for path in ["/Users", "/Groups", "/Bulk", "/.search", "/Users/.search"] {
            let mut request = client.request("POST", path, Some(&Value::Null));
            request.body = Body::Bytes(text.clone().into_bytes());
            silent(&memory, &request);
        }
    }
    silent(
        &memory,
        &client.request("POST", &user, Some(&json!({ "userName": MARKER }))),
    );
}

#[test]
fn the_line_of_a_refused_patch_has_no_value_of_it() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let (user, group) = populated(&client);
    let other = format!("/Users/{}", client.user("other"));
    let name = format!("{MARKER}@example.com");
    for operations in [
        json!([{ "op": MARKER, "path": "userName", "value": "a" }]),
        json!([{ "op": "replace", "path": "userName", "value": name }]),
        json!([{ "op": "replace", "path": "userName", "value": { "value": [MARKER] } }]),
        json!([{ "op": "replace", "path": "userName", "value": "" }, { "op": "add", "path": "title", "value": MARKER }]),
        json!([{ "op": "replace", "path": "active", "value": MARKER }]),
        json!([{ "op": "replace", "path": "meta.created", "value": MARKER }]),
        json!([{ "op": "replace", "path": "id", "value": MARKER }]),
        json!([{ "op": "replace", "path": format!("emails[value eq \"{MARKER}\""), "value": "a" }]),
        json!([{ "op": "replace", "path": format!("emails[value eq \"{MARKER}\"].value."), "value": "a" }]),
        json!([{ "op": "replace", "path": format!("emails[value zz \"{MARKER}\"].value"), "value": "a" }]),
        json!([{ "op": "replace", "path": format!("emails[value eq \"{MARKER}\" or].value"), "value": "a" }]),
        json!([{ "op": "replace", "path": format!("userName[value eq \"{MARKER}\"]"), "value": "a" }]),
        json!([{ "op": "replace", "path": format!("emails[value eq \"{MARKER}\"].primary"), "value": MARKER }]),
        json!([{ "op": "replace", "path": format!("members[value eq \"{MARKER}\"]"), "value": MARKER }]),
        json!([{ "op": "remove", "path": format!("groups[value eq \"{MARKER}\"]") }]),
        json!([{ "op": "add", "path": "groups", "value": [{ "value": MARKER }] }]),
        json!([{ "op": "replace", "path": [MARKER], "value": MARKER }]),
        json!([{ "op": "remove", "value": MARKER }]),
        json!([{ "op": "add", "value": MARKER }]),
        json!([MARKER]),
        json!({ "op": MARKER }),
        json!(MARKER),
    ] {
        let request = client.request("PATCH", &other, Some(&json!({ "Operations": operations })));
        let (status, line) = logged(&memory, &request);
        assert!(
            !line.to_lowercase().contains(MARKER),
            "{operations}: {status} {line}"
        );
    }
    for operations in [
        json!([{ "op": "add", "path": "members", "value": [{ "value": MARKER }] }]),
        json!([{ "op": "add", "path": "members", "value": [{ "value": MARKER.repeat(20) }] }]),
        json!([{ "op": "replace", "path": "members", "value": [{ "value": MARKER }] }]),
        json!([{ "op": "remove", "path": format!("members[value eq \"{MARKER}\"") }]),
        json!([{ "op": "remove", "path": format!("members[valu eq \"{MARKER}\"].x.y") }]),
        json!([{ "op": "replace", "path": "displayName", "value": [[MARKER]] }]),
    ] {
        let body = json!({ "Operations": operations });
        silent(&memory, &client.request("PATCH", &group, Some(&body)));
    }
    for (condition, path) in [("other", &user), (MARKER, &group)] {
        let active =
            json!({ "Operations": [{ "op": "replace", "path": "externalId", "value": MARKER }] });
        let mut request = client.request("PATCH", path, Some(&active));
        request.if_match = Some(format!("W/\"{condition}\""));
        silent(&memory, &request);
    }
}

#[test]
fn the_line_of_a_refused_search_has_no_value_of_it() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    populated(&client);
    for query in [
        format!("filter=userName eq \"{MARKER}"),
        format!("filter=userName eq {MARKER}"),
        format!("filter=userName {MARKER} \"a\""),
        format!("filter=userName eq \"{MARKER}\" and"),
        format!("filter=userName eq \"{MARKER}\" {MARKER}"),
        format!("filter=active gt \"{MARKER}\""),
        format!("filter=active eq \"{MARKER}\""),
        format!("filter=meta.created gt \"{MARKER}\""),
        format!("filter=password eq \"{MARKER}\""),
        format!("filter=emails[value eq \"{MARKER}\""),
        format!("filter=emails[value eq \"{MARKER}\"].value.x eq \"{MARKER}\""),
        format!("filter=userName eq \"{MARKER}%FF\""),
        format!("cursor={MARKER}"),
        format!("cursor={MARKER}&startIndex=3"),
        format!("count={MARKER}"),
        format!("startIndex={MARKER}"),
        format!("sortOrder={MARKER}"),
        format!("attributes=userName&excludedAttributes={MARKER}"),
    ] {
        for path in ["/Users", "/Groups", "/"] {
            let request = client.request("GET", &format!("{path}?{query}"), None);
            let (status, line) = logged(&memory, &request);
            assert!(
                !line.to_lowercase().contains(MARKER),
                "{query}: {status} {line}"
            );
        }
    }
    for body in [
        json!({ "filter": format!("userName eq \"{MARKER}") }),
        json!({ "filter": [MARKER] }),
        json!({ "cursor": MARKER }),
        json!({ "count": MARKER, "startIndex": MARKER }),
        json!({ "attributes": ["userName"], "excludedAttributes": [MARKER] }),
        json!({ "sortOrder": MARKER, "sortBy": "userName" }),
        json!({ "schemas": [MARKER], "filter": MARKER }),
    ] {
        for path in ["/.search", "/Users/.search", "/Groups/.search"] {
            let request = client.request("POST", path, Some(&body));
            let (status, line) = logged(&memory, &request);
            assert!(
                !line.to_lowercase().contains(MARKER),
                "{body}: {status} {line}"
            );
        }
    }
}

#[test]
fn the_line_of_a_refusal_has_nothing_of_address_header_or_bulk() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let (user, _) = populated(&client);
    for path in [
        format!("/Users/{MARKER}"),
        format!("/Users/{MARKER}/{MARKER}"),
        format!("/Groups/{MARKER}"),
        format!("/{MARKER}"),
        format!("/{MARKER}?{MARKER}={MARKER}"),
        format!("/Schemas/{MARKER}"),
        format!("/ResourceTypes/{MARKER}"),
        format!("/v9{MARKER}/Users"),
        format!("/Users/%00{MARKER}"),
        format!("/Users/%ff{MARKER}"),
    ] {
        let body = json!({ "Operations": [{ "op": "add", "path": "title", "value": MARKER }] });
        for method in ["GET", "DELETE", "PUT", "PATCH", "POST"] {
            let with_body = matches!(method, "PUT" | "PATCH" | "POST").then_some(&body);
            silent(&memory, &client.request(method, &path, with_body));
        }
    }
    let refused = |change: &dyn Fn(&mut Request)| {
        let mut request = client.request("PUT", &user, Some(&json!({ "userName": MARKER })));
        change(&mut request);
        silent(&memory, &request);
    };
    refused(&|request| request.authorization = Some(format!("Bearer {MARKER}")));
    refused(&|request| request.authorization = Some(MARKER.to_owned()));
    refused(&|request| request.authorization = Some(format!("Basic {MARKER}")));
    refused(&|request| request.content_type = Some(format!("text/{MARKER}")));
    refused(&|request| request.content_encoding = Some(MARKER.to_owned()));
    refused(&|request| request.if_match = Some(format!("\"{MARKER}\"")));
    refused(&|request| {
        request.user_agent = Some(MARKER.to_owned());
        request.accept = Some(MARKER.to_owned());
        request.if_match = Some(MARKER.to_owned());
    });

    let operation = |method: &str, path: &str, data: Value| json!({ "method": method, "path": path, "bulkId": MARKER, "data": data });
    for operations in [
        json!([operation("POST", "/Users", json!({ "userName": [MARKER] }))]),
        json!([operation(
            "POST",
            "/Users",
            json!({ "userName": format!("{MARKER}@example.com") })
        )]),
        json!([operation(
            "POST",
            "/Groups",
            json!({ "displayName": "B", "members": [{ "value": format!("bulkId:{MARKER}2") }] })
        )]),
        json!([operation(
            "PUT",
            &format!("/Users/{MARKER}"),
            json!({ "userName": MARKER })
        )]),
        json!([operation(
            "PATCH",
            &format!("/Users/{MARKER}"),
            json!({ "Operations": [MARKER] })
        )]),
        json!([operation("DELETE", &format!("/{MARKER}"), Value::Null)]),
        json!([operation(MARKER, "/Users", Value::Null)]),
        json!([operation("POST", MARKER, json!(MARKER))]),
        json!(MARKER),
        json!([MARKER]),
        json!([{ "method": "DELETE", "path": user, "version": format!("W/\"{MARKER}\"") }]),
    ] {
        let body = json!({ "Operations": operations, "failOnErrors": 1 });
        let (status, line) = logged(&memory, &client.request("POST", "/Bulk", Some(&body)));
        assert!(
            !line.to_lowercase().contains(MARKER),
            "{operations}: {status} {line}"
        );
    }
    let body = json!({ "Operations": [], "failOnErrors": MARKER });
    let (_, line) = logged(&memory, &client.request("POST", "/Bulk", Some(&body)));
    assert!(!line.contains(MARKER), "{line}");
}

/// The cause of a 500 is logged, too: it names what broke, and no value.
#[test]
fn the_line_of_a_broken_database_has_no_value() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let (user, group) = populated(&client);
    memory.sql("ALTER TABLE users RENAME TO gone");
    let body = json!({ "userName": MARKER });
    for request in [
        client.request("POST", "/Users", Some(&body)),
        client.request("PUT", &user, Some(&body)),
        client.request(
            "GET",
            &format!("/Users?filter=userName eq \"{MARKER}\""),
            None,
        ),
        client.request(
            "PUT",
            &group,
            Some(&json!({ "displayName": MARKER, "members": [{ "value": MARKER }] })),
        ),
    ] {
        let (status, line) = logged(&memory, &request);
        assert_eq!(status, 500, "{line}");
        assert!(!line.to_lowercase().contains(MARKER), "{line}");
    }
}

/// 1 MiB, and 4 MiB where members are sent: what README and `/ServiceProviderConfig` promise.
#[test]
fn a_body_of_one_mebibyte_is_read_and_of_a_group_or_bulk_of_four() {
    const ONE: usize = 1_048_576;
    const FOUR: usize = 4_194_304;
    let memory = Memory::new();
    let client = Client::new(&memory);
    let user = format!("/Users/{}", client.user("ada"));
    let group = format!("/Groups/{}", client.group("G", &[]));
    let config = client.get("/ServiceProviderConfig").expect(200);
    assert_eq!(config["bulk"]["maxPayloadSize"], FOUR);
    let patch = "{\"Operations\":[{\"op\":\"replace\",\"path\":\"displayName\",\"value\":\"G\"}]}";
    for (method, path, text, limit, status) in [
        ("POST", "/Users", "{\"userName\":\"eve\"}", ONE, 201),
        ("PUT", user.as_str(), "{\"userName\":\"ada\"}", ONE, 200),
        ("PATCH", &user, patch, ONE, 200),
        ("POST", "/Devices", "{\"serialNumber\":\"S-1\"}", ONE, 201),
        ("POST", "/.search", "{\"count\":1}", ONE, 200),
        ("POST", "/Users/.search", "{\"count\":1}", ONE, 200),
        ("POST", "/Groups", "{\"displayName\":\"H\"}", FOUR, 201),
        ("PUT", &group, "{\"displayName\":\"G\"}", FOUR, 200),
        ("PATCH", &group, patch, FOUR, 204),
        (
            "POST",
            "/Bulk",
            "{\"Operations\":[{\"method\":\"POST\",\"path\":\"/Users\",\"bulkId\":\"a\",\"data\":{\"userName\":\"bulk\"}}]}",
            FOUR,
            200,
        ),
    ] {
        // One past the limit first: nothing may be done then. Blanks are as good as anything.
        for (length, expected) in [(limit + 1, 413), (limit, status)] {
            let mut request = client.request(method, path, Some(&Value::Null));
            let blanks = " ".repeat(length - text.len());
            request.body = Body::Bytes(format!("{text}{blanks}").into_bytes());
            let got = client.send(&request);
            assert_eq!(got.status, expected, "{method} {path} of {length} bytes");
            if expected == 413 {
                let detail = got.body["detail"].as_str().unwrap_or_default();
                assert!(
                    detail.contains(&limit.to_string()),
                    "{method} {path}: {detail}"
                );
            }
        }
    }
}
