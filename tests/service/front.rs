//! Addresses, queries and headers, as clients write them.

use serde_json::{Value, json};
use testing::client::Client;
use testing::memory::Memory;

#[test]
fn slashes_too_many_are_one() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let id = client.user("ada");
    for path in ["//Users", "/Users/", "//Users//", "/", "//.search/"] {
        let method = if path.contains("search") {
            "POST"
        } else {
            "GET"
        };
        let body = client.send(&client.request(method, path, Some(&json!({}))));
        assert_eq!(body.expect(200)["totalResults"], 1, "{path}");
    }
    let user = client.get(&format!("//Users//{id}")).expect(200);
    let location = format!("{}/scim/v2/Users/{id}", Memory::ORIGIN);
    assert_eq!(user["meta"]["location"], location);
}

#[test]
fn addresses_are_below_the_base_that_was_asked() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let id = client.user("ada");
    let group = client.group("all", &[&id]);
    for (base, mount) in [
        ("/api/identity/scim/v2", "/api/identity"),
        ("/scim/scim/v2", "/scim"),
        ("//api//identity/scim/v2/", "/api/identity"),
        ("//api//scim//v2", "/api"),
        ("/scim//scim//v2/", "/scim"),
    ] {
        let at = |path: &str| {
            let mut request = client.request("GET", "", None);
            request.path = format!("{base}{path}");
            client.send(&request)
        };
        let here = format!("{}{mount}/scim/v2", Memory::ORIGIN);
        // And those of a Bulk.
        let body = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [
            { "method": "PATCH", "path": format!("//Users//{id}/"), "data": [{ "op": "add", "path": "title", "value": base }] },
            { "method": "PATCH", "path": format!("{}{base}//Users/{id}", Memory::ORIGIN), "data": [] },
            { "method": "DELETE", "path": format!("//Users//{id}//x") },
        ] });
        let mut request = client.request("POST", "", Some(&body));
        request.path = format!("{base}//Bulk//");
        let bulk = client.send(&request).expect(200);
        assert_eq!(bulk["Operations"][0]["status"], "200", "{bulk:#}");
        for operation in [0, 1] {
            assert_eq!(
                bulk["Operations"][operation]["location"],
                format!("{here}/Users/{id}")
            );
        }
        assert_eq!(bulk["Operations"][2]["response"]["scimType"], "invalidPath");
        let got = at(&format!("/Groups/{group}"));
        assert_eq!(
            got.header("Content-Location"),
            Some(format!("{here}/Groups/{group}").as_str())
        );
        let shown = got.expect(200);
        assert_eq!(shown["meta"]["location"], format!("{here}/Groups/{group}"));
        assert_eq!(shown["members"][0]["$ref"], format!("{here}/Users/{id}"));
        let types = at("/ResourceTypes").expect(200);
        let location = types["Resources"][0]["meta"]["location"].as_str().unwrap();
        assert!(location.starts_with(&here), "{location}");
    }
}

#[test]
fn addresses_begin_with_the_base_url_that_is_set() {
    let mut memory = Memory::new();
    memory.settings.base_url = Some("https://app.example.com/api/scim/v2".to_owned());
    let client = Client::new(&memory);
    let id = client.user("ada");
    client.user("bob");
    let location = format!("https://app.example.com/api/scim/v2/Users/{id}");
    assert_eq!(
        client.get(&format!("/Users/{id}")).expect(200)["meta"]["location"],
        location
    );
    let found = client
        .get(&format!("/Users?filter=meta.location eq \"{location}\""))
        .expect(200);
    assert_eq!(found["totalResults"], 1);
    assert_eq!(found["Resources"][0]["id"], id);
    let other = format!("{}/scim/v2/Users/{id}", Memory::ORIGIN);
    let found = client
        .get(&format!("/Users?filter=meta.location eq \"{other}\""))
        .expect(200);
    assert_eq!(found["totalResults"], 0);
}

#[test]
fn plus_is_a_blank_unless_blanks_are_written_otherwise() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    client.user("plus+tag@example.com");
    client.user("two words");
    let found = |query: &str| {
        let mut request = client.request("GET", "/Users", None);
        request.query = query.to_owned();
        client.send(&request).expect(200)["totalResults"].clone()
    };
    for query in [
        "filter=userName%20eq%20%22plus+tag@example.com%22",
        "filter=userName+eq+%22plus%2Btag@example.com%22",
        "filter=userName+eq+%22two+words%22",
        "filter=userName%20eq%20%22two%20words%22",
        // Each parameter by itself, a filter by what stands between its words.
        "filter=userName%20eq%20%22plus+tag@example.com%22&startIndex=1&sortBy=userName+",
        "attributes=userName,%20title&filter=userName+eq+%22two+words%22",
        "filter=userName+eq+%22two%20words%22",
        "filter=userName+eq+\"two%20words\"+and+userName+ne+\"a%20\\\"%20b\"",
        "filter=userName%20eq%20%22plus+tag@example.com%22%20and%20userName%20ne%20%22a+b%22",
        "filter=userName%20eq%20plus+tag@example.com",
    ] {
        assert_eq!(found(query), 1, "{query}");
    }
}

#[test]
fn the_weights_of_accept_are_honoured() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for (accept, json) in [
        ("application/scim+json;q=0.1, application/json;q=0.9", true),
        (
            "application/scim+json;q=0.9, application/json;q=0.85",
            false,
        ),
        ("application/json;q=0.5", true),
        ("application/json, application/scim+json;Q=0.5", true),
        ("application/json;q=0.001, application/scim+json;q=0", true),
        ("application/json, application/scim+json", false),
        ("application/json;q=0", false),
        ("*/*", false),
        // RFC 9110 §12.5.1: the narrowest range counts.
        ("application/*;q=0.9, application/scim+json;q=0.2", true),
        ("application/*;q=0.2, application/scim+json;q=0.9", false),
        ("application/scim+json;q=0, */*", true),
        ("application/scim+json;q=0, application/*;q=0.1", true),
        ("application/json;q=0, */*", false),
        ("application/json;q=0.5, */*", false),
        ("*/*;q=0.5, application/json", true),
        ("application/json, text/plain, */*", true),
        ("application/*, */*;q=0.1", false),
        ("*/*, application/*;q=0, application/json;q=0", false),
    ] {
        let mut request = client.request("GET", "/Users", None);
        request.accept = Some(accept.to_owned());
        let got = client.send(&request);
        let is_json = got
            .header("Content-Type")
            .unwrap()
            .starts_with("application/json");
        assert_eq!(is_json, json, "{accept}");
        assert_eq!(got.header("Vary"), Some("Accept, Authorization"));
    }
}

#[test]
fn a_character_that_nothing_has_is_refused_before_the_database() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let body = json!({ "userName": "a" });
    for path in [
        "/Groups/%00",
        "/Groups/a%00b",
        "/Users/%00",
        "/%00",
        "/Schemas/%00",
        "/ResourceTypes/a%00",
    ] {
        for method in ["GET", "PUT", "PATCH", "DELETE"] {
            let got = client.send(&client.request(method, path, Some(&body)));
            got.refused(404, "", "U+0000");
        }
    }
    for query in [
        "filter=userName%20eq%20%22a%00%22",
        "attributes=%00",
        "cursor=a%00",
        "%00=1",
        "sortBy=%00",
    ] {
        client
            .get(&format!("/Users?{query}"))
            .refused(400, "invalidSyntax", "U+0000");
    }
}

#[test]
fn what_is_personal_is_not_to_be_kept() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let id = client.user("ada");
    let kept = |method: &str, path: &str, body: &Value| {
        let got = client.send(&client.request(method, path, Some(body)));
        got.header("Cache-Control").map(str::to_owned)
    };
    for (method, path) in [
        ("GET", "/Users".to_owned()),
        ("GET", format!("/Users/{id}")),
        ("GET", "/Users/none".to_owned()),
        ("POST", "/Users".to_owned()),
        ("POST", "/.search".to_owned()),
        ("PATCH", format!("/Users/{id}")),
        ("GET", "/Me".to_owned()),
        ("POST", "/Bulk".to_owned()),
        ("DELETE", format!("/Users/{id}")),
    ] {
        assert_eq!(
            kept(method, &path, &json!({})).as_deref(),
            Some("no-store"),
            "{method} {path}"
        );
    }
    for path in ["/ServiceProviderConfig", "/Schemas", "/ResourceTypes"] {
        assert_eq!(kept("GET", path, &Value::Null), None);
    }
}

#[test]
fn plain_http_is_for_this_machine() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for (origin, status) in [
        ("http://127.0.0.1:8787", 200),
        ("http://127.1.2.3", 200),
        ("http://localhost:8787", 200),
        ("http://scim.localhost", 200),
        ("http://LocalHost:8787", 200),
        ("HTTP://SCIM.LOCALHOST", 200),
        ("http://[::1]:8787", 200),
        ("https://scim.example.com", 200),
        ("http://scim.example.com", 403),
        ("http://scim.example.com:80", 403),
        ("http://10.0.0.1:8787", 403),
        ("http://127.0.0.1.example.com", 403),
        ("http://127.0.0.256", 403),
        ("http://127.0.0.+1", 403),
        ("http://127.0..1", 403),
        ("http://127.0.1", 403),
        ("http://localhost.example.com", 403),
        ("http://[2001:db8::1]:8787", 403),
    ] {
        for path in ["/Users", "/ServiceProviderConfig"] {
            let mut request = client.request("GET", path, None);
            request.origin = origin.to_owned();
            let got = client.send(&request);
            assert_eq!(got.status, status, "{origin}");
            if status == 403 {
                got.refused(403, "", "https://");
            }
        }
    }
}
