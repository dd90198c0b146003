//! The feed: whose events it has, resources as they are now, and what is trimmed.

use serde_json::{Value, json};

use service::jobs::Budget;
use testing::client::{Client, Operator};
use testing::memory::Memory;

/// All events from a cursor on, page by page, and how many pages there were.
fn follow(operator: &Operator<'_>, feed: &str, mut after: String) -> (Vec<Value>, usize) {
    let (mut all, mut pages) = (Vec::new(), 0);
    loop {
        let joint = if feed.contains('?') { '&' } else { '?' };
        let page = operator
            .get(&format!("{feed}{joint}after={after}"))
            .expect(200);
        pages += 1;
        all.extend(page["data"].as_array().unwrap().iter().cloned());
        page["next"].as_str().unwrap().clone_into(&mut after);
        if page["more"] == false {
            return (all, pages);
        }
    }
}

#[test]
fn a_tenant_that_never_was_has_no_feed() {
    let memory = Memory::sharded();
    let operator = Operator::new(&memory);
    operator
        .get("/events?tenant=99")
        .problem(404, "tenant_not_found", "GET /admin/v1/tenants");
    operator.get("/events?tenant=0").expect(200);
    for shard in [1, 2] {
        let made = operator
            .post("/tenants", &json!({"name": "Gone", "shard": shard}))
            .expect(201);
        let client = operator.client(made["id"].as_i64().unwrap(), &json!({"label": "x"}));
        client.user("ada");
        operator
            .delete(&format!("/tenants/{}?confirm=Gone", made["id"]))
            .expect(202);
        for _ in 0..3 {
            memory.run_jobs(Budget::PAID).unwrap();
        }
        let page = operator
            .get(&format!("/events?tenant={}", made["id"]))
            .expect(200);
        assert_eq!(page["data"].as_array().unwrap().len(), 3, "{page}");
    }
}

/// Of each resource what a GET would show: in whichever shard, of whichever tenant.
#[test]
fn resources_are_shown_as_they_are_now() {
    let memory = Memory::sharded();
    let operator = Operator::new(&memory);
    let other = operator
        .post("/tenants", &json!({"name": "Other", "shard": 2}))
        .expect(201)["id"]
        .as_i64()
        .unwrap();
    let clients = [
        Client::new(&memory),
        operator.client(other, &json!({"label": "x"})),
    ];
    let mut expected = Vec::new();
    for client in &clients {
        let [ada, ben] = ["ada", "ben"].map(|name| client.user(name));
        let inner = client.group("Inner", &[&ada]);
        let outer = client.group("Outer", &[&inner]);
        let many: Vec<String> = (0..251).map(|n| client.user(&format!("u{n}"))).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let large = client.group("Large", &many);
        client.delete(&format!("/Users/{ben}")).expect(204);
        let title = json!([{"op": "replace", "path": "title", "value": "Countess"}]);
        client.patch(&format!("/Users/{ada}"), &title).expect(200);
        let device = json!({"serialNumber": "s1", "displayName": "Laptop", "schemas": ["urn:example:params:scim:schemas:core:1.0:Device"]});
        let device = client.post("/Devices", &device);
        let mut paths = vec![
            (format!("/Users/{ada}"), ada),
            (format!("/Groups/{inner}"), inner),
            (format!("/Groups/{outer}"), outer),
            (
                format!("/Groups/{large}?excludedAttributes=members"),
                large.clone(),
            ),
        ];
        if device.status == 201 {
            let id = device.body["id"].as_str().unwrap().to_owned();
            paths.push((format!("/Devices/{id}"), id));
        }
        for (path, id) in paths {
            expected.push((id, client.get(&path).expect(200)));
        }
        expected.push((ben, Value::Null));
    }
    assert!(expected.len() > 10, "the type of the examples is there");
    for feed in [
        "/events?limit=200&include=resource".to_owned(),
        format!("/tenants/{other}/events?include=resource"),
        "/events?type=user.*,group.*,device.*&include=resource&limit=3".to_owned(),
    ] {
        let (events, _) = follow(&operator, &feed, String::new());
        let mut checked = 0;
        for event in &events {
            let Some(id) = event["resource"]["id"].as_str() else {
                assert_eq!(event.get("now"), None, "{event}");
                continue;
            };
            let now = event.get("now").expect("is there");
            if let Some((_, shown)) = expected.iter().find(|(known, _)| known == id) {
                assert_eq!(now, shown, "{feed}");
                checked += 1;
                let is_large = event["resource"]["name"] == "Large";
                let cut = is_large.then(|| json!(["members"]));
                assert_eq!(event.get("now_cut"), cut.as_ref(), "{event}");
            }
        }
        assert!(checked > 5, "{feed}: {checked}");
    }
    let page = operator.get("/tenants/1/events?before=&limit=1&include=resource");
    assert!(page.expect(200)["data"][0].get("now").is_some());
    operator
        .get("/events?include=all")
        .problem(400, "invalid_query", "include");
}

/// A statement a type and a shard, however many events there are; a page ends by the bytes of the
/// resources, and no event is lost by it.
#[test]
fn resources_end_a_page_by_their_bytes() {
    let memory = Memory::new();
    let (client, operator) = (Client::new(&memory), Operator::new(&memory));
    for number in 0..60 {
        let body = json!({"userName": format!("u{number}"), "title": "x".repeat(40_000)});
        client.created("/Users", &body);
    }
    let feed = "/events?limit=200&type=user.*&include=resource";
    memory.database.sent.replace(Some(Vec::new()));
    operator.get(feed).expect(200);
    assert_eq!(memory.database.sent.take().unwrap().len(), 3);
    let (events, pages) = follow(&operator, feed, String::new());
    let names: Vec<&str> = events
        .iter()
        .map(|event| event["now"]["userName"].as_str().unwrap())
        .collect();
    let expected: Vec<String> = (0..60).map(|number| format!("u{number}")).collect();
    assert_eq!(names, expected);
    assert!(pages > 2, "{pages}");
}
