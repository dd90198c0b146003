//! The line that the log gets of a request: habits and provider by name, nothing of what was sent.

use scim_worker::http::log;
use serde_json::{Value, json};
use service::Moment;
use store::Database;
use testing::client::Client;
use testing::memory::Memory;

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
    let (reply, mut trace) = memory.respond_traced(&request);
    trace.request_id = "req_1".to_owned();
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
    assert_eq!(line["requestId"], "req_1");
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
        json!([
            { "name": "entra-capital-op", "path": "Operations.op", "note": "`op` in capital letters: read as in small ones" },
            { "name": "entra-string-boolean", "path": "active", "note": "a string where a boolean is due" },
        ])
    );
    assert_eq!(line["provider"], "okta");
    assert!(line["trips"].is_u64() && line["rowsRead"].is_u64() && line["rowsWritten"].is_u64());
}

/// What a client sends as a name may be a credential, its own or another's.
#[test]
fn a_credential_that_is_sent_for_a_name_is_not_in_a_line() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let id = client.user("ada");
    let webhook = format!("whsec_{}", "aB3/".repeat(11));
    for secret in [
        Memory::TOKEN,
        "scim_1_0123456789abcdefghijABCDEFGHIJ0123456789abcdefghi",
        "scimadmin_1_0123456789abcdefghijABCDEFGHIJ0123456789abcdefghi",
        "scimsecret_2_0123456789abcdefghijABCDEFGHIJ0123456789abcdefghi",
        &webhook,
    ] {
        let mut lines = String::new();
        let mut send = |method: &str, path: &str, body: Option<&Value>| {
            let request = client.request(method, path, body);
            let (reply, trace) = memory.respond_traced(&request);
            let cost = memory.database.cost();
            lines += &log::line(&request, &reply, &trace, cost, &Moment::at(0), 0);
        };
        send("GET", &format!("/Users?sortBy={secret}"), None);
        send("GET", &format!("/Users?filter={secret} eq 1"), None);
        let path = format!("/Users/{id}");
        for place in [secret.to_owned(), format!("emails[{secret} eq 1]")] {
            let body = json!({ "Operations": [{ "op": "add", "path": place, "value": "x" }] });
            send("PATCH", &path, Some(&body));
        }
        send("PUT", &path, Some(&json!({ "userName": "ada", secret: 1 })));
        assert!(lines.contains("…") && !lines.contains(secret), "{lines}");
        let rest = secret.get(6..16).unwrap();
        assert!(!lines.contains(rest), "{rest} in {lines}");
    }
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
    let send = |method: &str, path: &str, text: &str| {
        let mut request = client.request(method, path, Some(&Value::Null));
        request.body = scim_worker::http::request::Body::Bytes(text.as_bytes().to_vec());
        let (reply, trace) = memory.respond_traced(&request);
        let ignored = reply
            .headers
            .iter()
            .find(|(name, _)| *name == "Scim-Ignored");
        let ignored = ignored.map(|(_, paths)| paths.clone());
        let body = reply.body.map(service::content::Content::into_text);
        let body: Value = serde_json::from_str(&body.unwrap_or_default()).unwrap();
        assert_eq!(
            trace.notes.habits.names().contains(&"duplicate-key"),
            ignored.is_some()
        );
        (body, ignored)
    };
    for (text, title, ignored) in [
        (
            r#"{"userName":"a","title":"1","title":"2"}"#,
            "2",
            Some("title"),
        ),
        (
            r#"{"userName":"b","Title":"1","title":"2"}"#,
            "2",
            Some("Title"),
        ),
        (
            r#"{"userName":"c","TITLE":"1","nickName":"","title":"1","title":"2"}"#,
            "2",
            Some("TITLE, title"),
        ),
        (
            r#"{"userName":"d","title":"2","name":{"givenName":"x","givenname":"y"}}"#,
            "2",
            Some("givenName"),
        ),
        (
            r#"{"userName":"e","title":"2","emails":[{"value":"e@x","type":"work"},{"value":"f@x","type":"home"}]}"#,
            "2",
            None,
        ),
    ] {
        let (body, told) = send("POST", "/Users", text);
        assert_eq!(
            (body["title"].as_str(), told.as_deref()),
            (Some(title), ignored),
            "{text}"
        );
    }
    let operation =
        r#"{"method":"POST","path":"/Users","bulkId":"a","data":{"userName":"x","USERNAME":"y"}}"#;
    let (body, told) = send(
        "POST",
        "/Bulk",
        &format!(r#"{{"Operations":[{operation}]}}"#),
    );
    assert_eq!(
        (&body["Operations"][0]["status"], told.as_deref()),
        (&json!("201"), Some("userName")),
        "{body}"
    );
    assert_eq!(
        client.get("/Users?filter=userName eq \"y\"").expect(200)["totalResults"],
        1
    );
    let (body, told) = send("POST", "/Users/.search", r#"{"count":1,"COUNT":2}"#);
    assert_eq!(
        (&body["itemsPerPage"], told.as_deref()),
        (&json!(2), Some("count"))
    );
    // A success without effect says what it left out.
    let ada = format!("/Users/{}", client.user("ada"));
    let off = r#"[{"op":"replace","path":"active","value":false}]"#;
    for (text, active, ignored) in [
        (
            format!(r#"{{"Operations":{off},"operations":[]}}"#),
            true,
            "Operations",
        ),
        (
            format!(r#"{{"operations":[],"Operations":{off}}}"#),
            false,
            "operations",
        ),
    ] {
        let (body, told) = send("PATCH", &ada, &text);
        assert_eq!(
            (&body["active"], told.as_deref()),
            (&json!(active), Some(ignored)),
            "{text}"
        );
    }
}

/// What the database decides is told of the operation that asked for it, too.
#[test]
fn a_refusal_of_the_database_names_the_operation() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let (ada, bob) = (client.user("ada"), client.user("bob"));
    let (group, _) = (client.group("one", &[]), client.group("two", &[]));
    let outer = client.group("outer", &[&group]);
    let user = format!("/Users/{ada}");
    let group = format!("/Groups/{group}");
    let add = |id: &str| json!({ "op": "add", "path": "members", "value": [{ "value": id }] });
    let title = |name: &str| json!({ "op": "replace", "path": name, "value": "x" });
    for (path, operations, status, number, attribute) in [
        (
            &group,
            json!([title("externalId"), add("nobody")]),
            400,
            2,
            "members",
        ),
        (
            &group,
            json!([add(&bob), add("nobody"), add(&ada)]),
            400,
            2,
            "members",
        ),
        (
            &group,
            json!([add(&bob), add(&"n".repeat(99))]),
            400,
            2,
            "members",
        ),
        (
            &group,
            json!([add(&bob), title("externalId"), add(&outer)]),
            400,
            3,
            "members",
        ),
        (
            &group,
            json!([{ "op": "replace", "value": { "externalId": "y", "displayName": "two" } }]),
            409,
            1,
            "displayName",
        ),
        (
            &user,
            json!([title("title"), { "op": "replace", "path": "userName", "value": "bob" }]),
            409,
            2,
            "userName",
        ),
    ] {
        let body = json!({ "Operations": operations });
        let reply = client.request("PATCH", path, Some(&body));
        let line = line_of(&memory, &reply, status);
        let told = (&line["operation"], &line["path"]);
        assert_eq!(told, (&json!(number), &json!(attribute)), "{body}");
        let refused = client.patch(path, &operations).expect(status);
        let front = format!("Operation {number}: ");
        let detail = refused["detail"].as_str().unwrap();
        assert!(detail.starts_with(&front), "{detail}");
    }
}

/// Members of a user, and what of them counts, with whether that is told.
const SPELLINGS: [(&str, &str, &str, bool); 24] = [
    (
        r#""USER:active":true,"active":false"#,
        "/active",
        "false",
        true,
    ),
    (
        r#""active":false,"USER:active":true"#,
        "/active",
        "true",
        true,
    ),
    (
        r#""active":true,"USER:active":true,"ACTIVE":false"#,
        "/active",
        "false",
        true,
    ),
    (
        r#""USER":{"active":true},"active":false"#,
        "/active",
        "false",
        true,
    ),
    (
        r#""active":true,"USER":{"active":false}"#,
        "/active",
        "false",
        true,
    ),
    (
        r#""USER:active":true,"USER":{"active":false}"#,
        "/active",
        "false",
        true,
    ),
    (r#""USER:title":"1","title":"2""#, "/title", r#""2""#, true),
    (r#""title":"1","USER:title":"2""#, "/title", r#""2""#, true),
    (r#""USER:x":"1","title":"2""#, "/title", r#""2""#, false),
    (
        r#""name":{"givenName":"1","familyName":"f"},"NAME.givenName":"2""#,
        "/name",
        r#"{ "givenName": "2", "familyName": "f" }"#,
        false,
    ),
    (
        r#""name.givenName":"1","USER:name.familyName":"1","name":{"givenName":"2"}"#,
        "/name",
        r#"{ "givenName": "2", "familyName": "1" }"#,
        true,
    ),
    (
        r#""USER:name":{"givenName":"1"},"name":{"givenName":"2","familyName":"f"}"#,
        "/name",
        r#"{ "givenName": "2", "familyName": "f" }"#,
        true,
    ),
    // What is no object sets all parts.
    (
        r#""name.givenName":"1","USER:name":null"#,
        "/name",
        "null",
        true,
    ),
    (
        r#""name":null,"USER:name.givenName":"1""#,
        "/name",
        r#"{ "givenName": "1" }"#,
        false,
    ),
    (
        r#""ENT:department":"1","ENT":{"department":"2"}"#,
        "/ENT/department",
        r#""2""#,
        true,
    ),
    (
        r#""ENT":{"department":"1"},"ENT:department":"2""#,
        "/ENT/department",
        r#""2""#,
        true,
    ),
    (
        r#""ENT:manager.value":"1","ENT:manager":{"value":"2"}"#,
        "/ENT/manager/value",
        r#""2""#,
        true,
    ),
    // Within one object of a schema.
    (
        r#""ENT":{"manager":{"value":"1"},"manager.value":"2"}"#,
        "/ENT/manager/value",
        r#""2""#,
        false,
    ),
    (
        r#""ENT":{"manager.value":"1","manager":{"value":"2"}}"#,
        "/ENT/manager/value",
        r#""2""#,
        true,
    ),
    (
        r#""ENT":{"manager":{"value":"1"},"MANAGER":{"value":"2"},"manager.value":"3"}"#,
        "/ENT/manager/value",
        r#""3""#,
        true,
    ),
    (
        r#""ENT":{"Manager.value":"1","MANAGER":{"value":"2"}}"#,
        "/ENT/manager/value",
        r#""2""#,
        true,
    ),
    (
        r#""ENT":{"manager.value":"1","manager":null}"#,
        "/ENT/manager",
        "null",
        true,
    ),
    (
        r#""USER":{"name.givenName":"1","name":{"givenName":"2"}}"#,
        "/name/givenName",
        r#""2""#,
        true,
    ),
    (
        r#""ENT":{"manager":{"value":"1"},"manager.value":"2"},"ENT:manager.value":"3""#,
        "/ENT/manager/value",
        r#""3""#,
        true,
    ),
];

/// RFC 7643 §2.1, RFC 7644 §3.10: an attribute has several spellings, of which none weighs more.
#[test]
fn of_two_spellings_of_an_attribute_the_last_counts_and_it_is_noted() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let send = |method: &str, path: &str, text: &str| {
        let mut request = client.request(method, path, Some(&Value::Null));
        request.body = scim_worker::http::request::Body::Bytes(text.as_bytes().to_vec());
        let (reply, trace) = memory.respond_traced(&request);
        let told = trace.notes.habits.names().contains(&"duplicate-key");
        let body = reply.body.map(service::content::Content::into_text);
        let body: Value = serde_json::from_str(&body.unwrap_or_default()).unwrap();
        (body, told)
    };
    let user = "urn:ietf:params:scim:schemas:core:2.0:User";
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    for (number, (members, pointer, value, is_told)) in SPELLINGS.into_iter().enumerate() {
        let value: Value = serde_json::from_str(value).unwrap();
        let members = members.replace("USER", user).replace("ENT", enterprise);
        let pointer = pointer.replace("ENT", enterprise);
        let text = format!(r#"{{"userName":"u{number}",{members}}}"#);
        let (made, told) = send("POST", "/Users", &text);
        assert_eq!(
            (made.pointer(&pointer).unwrap_or(&Value::Null), told),
            (&value, is_told),
            "POST {text}"
        );
        let blank = client.user(&format!("v{number}"));
        let patch = format!(r#"{{"Operations":[{{"op":"replace","value":{{{members}}}}}]}}"#);
        let (changed, told) = send("PATCH", &format!("/Users/{blank}"), &patch);
        assert_eq!(
            (changed.pointer(&pointer).unwrap_or(&Value::Null), told),
            (&value, is_told),
            "PATCH {patch}"
        );
        let text = format!(r#"{{"userName":"v{number}",{members}}}"#);
        let (put, told) = send("PUT", &format!("/Users/{blank}"), &text);
        assert_eq!(
            (put.pointer(&pointer).unwrap_or(&Value::Null), told),
            (&value, is_told),
            "PUT {text}"
        );
    }
    // Of a group, too.
    let group = "urn:ietf:params:scim:schemas:core:2.0:Group:displayName";
    for [first, last] in [["displayName", group], [group, "displayName"]] {
        let text = format!(r#"{{"{first}":"1 {first}","{last}":"2 {first}"}}"#);
        let (made, told) = send("POST", "/Groups", &text);
        let expected = json!(format!("2 {first}"));
        assert_eq!((&made["displayName"], told), (&expected, true), "{text}");
    }
}

/// The line of a request that is answered with this status.
fn line_of(memory: &Memory, request: &scim_worker::http::request::Request, status: u16) -> Value {
    let (reply, trace) = memory.respond_traced(request);
    assert_eq!(reply.status, status, "{:?}", reply.body);
    let cost = memory.database.cost();
    let line = log::line(request, &reply, &trace, cost, &Moment::at(0), 0);
    serde_json::from_str(&line).unwrap()
}

#[test]
fn a_refusal_is_logged_with_its_operation_and_its_path_and_no_value() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let id = client.user("ada");
    for (operation, attribute) in [
        (
            json!({ "op": "replace", "path": "active", "value": "s3cret" }),
            "active",
        ),
        (
            json!({ "op": "replace", "value": { "emails": [{ "primary": "s3cret" }] } }),
            "emails.primary",
        ),
        (
            json!({ "op": "replace", "path": "emails[type eq \"s3cret\"].primary", "value": 3 }),
            "emails.primary",
        ),
        (
            json!({ "op": "replace", "path": "emails[type gt \"s3cret\"].value", "value": "x" }),
            "emails",
        ),
        (
            json!({ "op": "replace", "path": "emails[type s3cret", "value": 3 }),
            "emails?",
        ),
        (json!({ "op": "remove", "path": "userName" }), "userName"),
    ] {
        let body =
            json!({ "Operations": [{ "op": "add", "path": "title", "value": "x" }, operation] });
        let request = client.request("PATCH", &format!("/Users/{id}"), Some(&body));
        let line = line_of(&memory, &request, 400);
        assert_eq!(
            (&line["operation"], &line["path"]),
            (&json!(2), &json!(attribute)),
            "{body}"
        );
        assert!(!line.to_string().contains("s3cret"), "{line}");
    }
    for (method, path, body, status, attribute) in [
        (
            "POST",
            "/Users",
            json!({ "userName": "ADA" }),
            409,
            "userName",
        ),
        (
            "POST",
            "/Users",
            json!({ "userName": "b", "active": "s3cret" }),
            400,
            "active",
        ),
        ("POST", "/Users", json!({ "title": "x" }), 400, "userName"),
        (
            "POST",
            "/Groups",
            json!({ "displayName": "g", "members": [7] }),
            400,
            "members",
        ),
        (
            "POST",
            "/Groups",
            json!({ "displayName": "g", "members": [{ "value": "s3cret" }] }),
            400,
            "members",
        ),
        (
            "POST",
            "/Users/.search",
            json!({ "filter": "shoeSize eq \"s3cret\"" }),
            400,
            "shoeSize",
        ),
        (
            "POST",
            "/Users/.search",
            json!({ "filter": "active eq \"s3cret\"" }),
            400,
            "active",
        ),
        (
            "POST",
            "/Users/.search",
            json!({ "sortBy": "shoeSize" }),
            400,
            "shoeSize",
        ),
    ] {
        let line = line_of(&memory, &client.request(method, path, Some(&body)), status);
        assert_eq!(
            (&line["operation"], &line["path"]),
            (&Value::Null, &json!(attribute)),
            "{body}"
        );
        assert!(!line.to_string().contains("s3cret"), "{line}");
    }
}

/// Of a unique attribute of the operator's own, too, by every way in.
#[test]
fn a_value_in_use_is_logged_with_its_attribute() {
    const WORKPLACE: &str = "urn:example:params:scim:schemas:extension:workplace:2.0:User";
    let memory = Memory::new();
    let client = Client::new(&memory);
    let user = |name: &str, badge: &str| json!({ "userName": name, WORKPLACE: { "badge": badge } });
    client.created("/Users", &user("ada", "S3CRET"));
    let bob = format!("/Users/{}", client.created("/Users", &user("bob", "2")));
    let device = |number: &str| json!({ "serialNumber": number });
    client.created("/Devices", &device("s3cret"));
    let badge = format!("{WORKPLACE}:badge");
    let set = json!({ "op": "replace", "path": badge, "value": "s3cret" });
    let title = json!({ "op": "replace", "path": "title", "value": "T" });
    let name = json!({ "op": "replace", "path": "userName", "value": "bo" });
    for (method, path, body, operation, attribute) in [
        (
            "POST",
            "/Users",
            user("eve", "s3cret"),
            None,
            badge.as_str(),
        ),
        ("PUT", &bob, user("bob", "s3cret"), None, &badge),
        (
            "PATCH",
            &bob,
            json!({ "Operations": [name, set, title] }),
            Some(2),
            &badge,
        ),
        ("POST", "/Devices", device("s3cret"), None, "serialNumber"),
    ] {
        let line = line_of(&memory, &client.request(method, path, Some(&body)), 409);
        assert_eq!(
            (&line["operation"], &line["path"]),
            (&json!(operation), &json!(attribute)),
            "{body}"
        );
        assert!(
            !line.to_string().to_lowercase().contains("s3cret"),
            "{line}"
        );
    }
    let operations = [
        ("POST", "/Users", user("eve", "s3cret")),
        ("POST", "/Users", user("fay", "new")),
        ("POST", "/Users", user("gil", "new")),
        ("POST", "/Devices", device("s3cret")),
        ("PUT", &bob, user("bob", "s3cret")),
    ];
    let operations: Vec<Value> = operations
        .into_iter()
        .enumerate()
        .map(|(id, (method, path, data))| json!({ "method": method, "path": path, "bulkId": id.to_string(), "data": data }))
        .collect();
    let done = client.post("/Bulk", &json!({ "Operations": operations }));
    let done = done.expect(200)["Operations"].clone();
    for (index, attribute) in [
        (0, badge.as_str()),
        (2, &badge),
        (3, "serialNumber"),
        (4, &badge),
    ] {
        let told = &done[index]["response"]["detail"];
        let begins = format!("Another resource has this {attribute}.");
        assert!(
            told.as_str().unwrap().starts_with(&begins),
            "{index}: {told}"
        );
    }
    assert_eq!(done[1]["status"], "201");
}

#[test]
fn what_is_left_out_is_logged_and_told_within_bounds() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let id = client.user("ada");
    let path = format!("/Users/{id}");
    let mut body = json!({ "userName": "ada", "extensionAttribute1": "s3cret", "Bob's\r\nX-Key: 1": "s3cret" });
    let request = client.request("PUT", &path, Some(&body));
    let (reply, _) = memory.respond_traced(&request);
    let told = |reply: &scim_worker::http::reply::Reply| {
        let named = reply
            .headers
            .iter()
            .find(|(name, _)| *name == "Scim-Ignored");
        named.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    assert_eq!(told(&reply), "Bob?, extensionAttribute1");
    let line = line_of(&memory, &request, 200);
    let habit = json!({ "name": "unknown-attribute", "path": "extensionAttribute1", "note": "left out: no schema has it" });
    assert!(
        line["habits"].as_array().unwrap().contains(&habit),
        "{line}"
    );
    assert!(!line.to_string().contains("s3cret"), "{line}");
    for number in 0..1_000 {
        body[format!("{number}{}", "x".repeat(300))] = json!(1);
    }
    let request = client.request("PUT", &path, Some(&body));
    let (reply, _) = memory.respond_traced(&request);
    let told = told(&reply);
    assert!((1_500..2_200).contains(&told.len()), "{told}");
    assert!(told.ends_with(", ..."), "{told}");
    assert!(line_of(&memory, &request, 200).to_string().len() < 10_000);
}
