//! Bodies of requests to the admin face: what is not understood is refused before anything happens.

use scim_worker::http::request::Body;
use serde_json::json;
use service::master::Master;
use testing::client::{Client, Got, Operator};
use testing::memory::Memory;

/// Sends a body as it is.
fn send(memory: &Memory, path: &str, content_type: Option<&str>, body: &str) -> Got {
    let mut request = Operator::new(memory).request("POST", path, None);
    request.content_type = content_type.map(str::to_owned);
    request.body = Body::Bytes(body.as_bytes().to_vec());
    Client::new(memory).send(&request)
}

#[test]
fn what_is_not_understood_is_refused_before_anything_happens() {
    let mut memory = Memory::new();
    memory.settings.master = Master::parse(&"5a".repeat(32)).unwrap();
    let (admin, client) = (Operator::new(&memory), Client::new(&memory));
    let soft = json!({"settings": {"deletes": "soft"}});
    admin.patch("/tenants/1", &soft).expect(200);
    let ada = client.user("ada");
    client.delete(&format!("/Users/{ada}")).expect(204);
    let url = json!({ "url": "https://app.example.com/hook" });
    let made = admin.post("/webhooks", &url).expect(201);
    let hook = format!("/webhooks/{}", made["id"].as_str().unwrap());
    let label = json!({ "label": "Entra" });
    let made = admin.post("/tenants/1/clients", &label).expect(201);
    let secrets = format!(
        "/tenants/1/clients/{}/secrets",
        made["id"].as_str().unwrap()
    );
    let restore = format!("/tenants/1/deleted/{ada}/restore");
    let (rotate, test) = (format!("{hook}/rotate"), format!("{hook}/test"));
    let state = || {
        let events = memory.number("SELECT count(*) FROM events");
        events + memory.number("SELECT sum(version) FROM webhooks")
    };
    let before = state();
    let mut paths = [rotate, test, secrets, restore].to_vec();
    let others = ["replay", "park"].map(|word| format!("{hook}/{word}"));
    paths.extend(others);
    paths.extend(["brake", "undo", "erase"].map(|word| format!("/tenants/1/{word}")));
    let json = Some("application/json");
    for path in &paths {
        for body in ["not json", "[]", "null", "{\"a\":1,\"a\":2}"] {
            send(&memory, path, json, body).problem(400, "invalid_body", "");
        }
        let unknown = "{\"unheard_of\":1}";
        send(&memory, path, json, unknown).problem(400, "unknown_member", "");
        send(&memory, path, Some("text/plain"), unknown).problem(415, "invalid_body", "");
        assert_eq!(state(), before, "{path}");
    }
    assert_eq!(memory.fetch.posts.take(), [], "nothing is posted");
    // Of a body that is empty nobody asks what it is; curl calls it a form.
    let form = Some("application/x-www-form-urlencoded");
    for path in &paths[..4] {
        for content_type in [None, json, form] {
            let got = send(&memory, path, content_type, "");
            let again = path.ends_with("restore") && got.status == 404;
            assert!(got.status < 300 || again, "{path}: {:#}", got.body);
        }
    }
}

/// JSON is UTF-8 (RFC 8259 §8.1): a body that says it is something else is not read as that.
#[test]
fn other_charsets_are_415() {
    let memory = Memory::new();
    let body = "{\"name\":\"Acme\"}";
    for charset in ["utf-16", "\"UTF-16LE\"", "iso-8859-1", "\"\""] {
        let json = format!("application/json; charset={charset}");
        let got = send(&memory, "/tenants", Some(&json), body);
        got.problem(415, "invalid_body", "UTF-8");
    }
    for parameters in ["; charset=utf-8", ";Charset=\"UTF-8\"", "; x=utf-16", ";"] {
        let json = format!("Application/JSON{parameters}");
        send(&memory, "/tenants", Some(&json), body).expect(201);
    }
}

/// What nobody sees is no name, and a character that no text has is in none.
#[test]
fn texts_that_nobody_can_read_are_refused() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    for name in ["", " ", "\u{200b}", "\u{202e} \u{feff}", "a\u{0}", "a\nb"] {
        let named = json!({ "name": name });
        admin
            .post("/tenants", &named)
            .problem(400, "invalid_value", "name");
        admin
            .patch("/tenants/1", &named)
            .problem(400, "invalid_value", "name");
        let label = json!({ "label": name });
        for path in [
            "/tenants/1/tokens",
            "/tenants/1/clients",
            "/operator-tokens",
        ] {
            admin
                .post(path, &label)
                .problem(400, "invalid_value", "label");
        }
        let with = json!({ "metadata": { name: "x" } });
        admin
            .patch("/tenants/1", &with)
            .problem(400, "invalid_value", "metadata");
    }
    let with = json!({ "metadata": { "x": "a\u{0}" } });
    admin
        .patch("/tenants/1", &with)
        .problem(400, "invalid_value", "metadata");
    let metadata = json!({ "none": "", "x": "12 Main Street\nSpringfield" });
    let with = json!({ "name": "\u{200b}Zoë\u{200d}", "metadata": metadata });
    admin.patch("/tenants/1", &with).expect(200);
}
