//! Webhooks: what a receiver gets, in which order, and what becomes of what it does not take.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Value, json};
use service::delivery::Report;
use service::jobs::Budget;
use service::master::Master;
use service::outside::{Post, PostReply};
use testing::client::{Client, Operator};
use testing::memory::Memory;

mod endpoints;
mod failing;
mod paging;
mod replay;

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;

fn memory() -> Memory {
    let mut memory = Memory::new();
    memory.settings.master = Master::parse(&"ab".repeat(32)).unwrap();
    are_known(&memory);
    memory
}

/// No tenant's first request is still to come, which would be an event.
fn are_known(memory: &Memory) {
    memory.sql("UPDATE tenants SET last_request_at = '2026-01-01'");
}

/// Makes a webhook, of users where nothing else is said, and gives it.
#[track_caller]
fn hook(memory: &Memory, body: &Value) -> Value {
    let mut body = body.clone();
    if body["url"].is_null() {
        body["url"] = json!("https://app.example.com/hook");
    }
    if body["types"].is_null() && body["tenant"].is_null() {
        body["types"] = json!(["user.*"]);
    }
    Operator::new(memory).post("/webhooks", &body).expect(201)
}

fn read(memory: &Memory, hook: &Value) -> Value {
    let path = format!("/webhooks/{}", hook["id"].as_str().unwrap());
    Operator::new(memory).get(&path).expect(200)
}

fn deliver(memory: &Memory) -> Report {
    memory.deliver(Budget::PAID).unwrap()
}

/// Moves the clock.
fn pass(memory: &Memory, milliseconds: u64) {
    memory.elapsed.set(memory.elapsed.get() + milliseconds);
}

/// What was posted and is not looked at yet.
fn posts(memory: &Memory) -> Vec<Post> {
    memory.fetch.posts.take()
}

fn bodies(memory: &Memory) -> Vec<Value> {
    let parse = |post: &Post| serde_json::from_str(&post.body).unwrap();
    posts(memory).iter().map(parse).collect()
}

/// The tenant and the number of each event that was posted.
fn numbers(memory: &Memory) -> Vec<(i64, i64)> {
    let number = |body: &Value| {
        let of = |name: &str| body["data"][name].as_i64().unwrap();
        (of("tenant"), of("seq"))
    };
    bodies(memory).iter().map(number).collect()
}

#[expect(clippy::unnecessary_wraps, reason = "a receiver may give none")]
fn reply(status: u16) -> Option<PostReply> {
    Some(PostReply {
        status,
        reply: "the reply".to_owned(),
        ..PostReply::default()
    })
}

/// What happens to a post.
fn receive(memory: &Memory, receiver: impl FnMut(&Post) -> Option<PostReply> + 'static) {
    memory.fetch.receiver.replace(Some(Box::new(receiver)));
}

/// Every tenant but some fails.
fn fail_for(memory: &Memory, tenant: i64) -> Rc<Cell<bool>> {
    let fails = Rc::new(Cell::new(true));
    let is_failing = Rc::clone(&fails);
    receive(memory, move |post| {
        let body: Value = serde_json::from_str(&post.body).unwrap();
        let is_of = body["data"]["tenant"] == tenant;
        reply(if is_of && is_failing.get() { 500 } else { 200 })
    });
    fails
}

#[test]
fn a_change_is_posted_signed() {
    let memory = memory();
    let client = Client::new(&memory);
    client.user("before");
    let made = hook(&memory, &json!({}));
    deliver(&memory);
    assert_eq!(posts(&memory), [], "it begins at the end");
    let id = client.user("ada");
    memory.seal().unwrap();
    deliver(&memory);
    let all = posts(&memory);
    let [post] = all.as_slice() else {
        panic!("{all:?}");
    };
    assert_eq!(post.address, "https://app.example.com/hook");
    let lines: Vec<&str> = post.headers.lines().collect();
    let headers: BTreeMap<&str, &str> = lines.chunks(2).map(|pair| (pair[0], pair[1])).collect();
    let feed = Operator::new(&memory)
        .get("/events?type=user.created")
        .expect(200);
    let event = &feed["data"][1];
    assert_eq!(headers["webhook-id"], event["id"]);
    assert_eq!(headers["Content-Type"], "application/json");
    assert!(headers["webhook-signature"].starts_with("v1,"));
    let body: Value = serde_json::from_str(&post.body).unwrap();
    assert_eq!(
        body,
        json!({ "type": "user.created", "timestamp": event["at"], "data": event, "chain": feed["chain"]["1"] })
    );
    assert_eq!(event["resource"]["id"], id);
    deliver(&memory);
    assert_eq!(posts(&memory), []);
    let shown = read(&memory, &made);
    assert_eq!(
        (&shown["pending"], &shown["last_status"]),
        (&json!(0), &json!(204))
    );
}

#[test]
fn types_and_tenants_are_chosen() {
    let memory = memory();
    let admin = Operator::new(&memory);
    let second = admin.tenant("Second");
    are_known(&memory);
    hook(
        &memory,
        &json!({ "types": ["group.*", "user.deactivated"], "url": "https://a.example.com/" }),
    );
    hook(
        &memory,
        &json!({ "tenant": second, "url": "https://b.example.com/" }),
    );
    let (one, two) = (
        Client::new(&memory),
        admin.client(second, &json!({ "label": "t" })),
    );
    let ada = one.user("ada");
    one.patch(
        &format!("/Users/{ada}"),
        &json!([{ "op": "replace", "path": "active", "value": false }]),
    )
    .expect(200);
    two.group("Pilots", &[&two.user("eve")]);
    deliver(&memory);
    let mut seen: Vec<(String, String)> = posts(&memory)
        .iter()
        .map(|post| {
            let body: Value = serde_json::from_str(&post.body).unwrap();
            (
                post.address.clone(),
                body["type"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    // The two are served at once: of each its own order.
    seen.sort_by_key(|(address, _)| address.clone());
    let of = |host: &str| -> Vec<&str> {
        let is_of = |(address, _): &&(String, String)| address.contains(host);
        seen.iter()
            .filter(is_of)
            .map(|(_, name)| name.as_str())
            .collect()
    };
    assert_eq!(
        of("a.example"),
        ["user.deactivated", "group.created", "group.members"]
    );
    assert_eq!(
        of("b.example"),
        [
            "credential.created",
            "user.created",
            "group.created",
            "group.members"
        ]
    );
}

#[test]
fn what_many_pages_have_is_posted_in_order() {
    let memory = memory();
    hook(&memory, &json!({ "types": ["user.*"] }));
    let client = Client::new(&memory);
    for number in 0..65 {
        client.user(&number.to_string());
        client.group(&number.to_string(), &[]);
    }
    deliver(&memory);
    let seen = bodies(&memory);
    let names: Vec<&str> = seen
        .iter()
        .map(|body| body["data"]["resource"]["name"].as_str().unwrap())
        .collect();
    let wanted: Vec<String> = (0..65).map(|number| number.to_string()).collect();
    assert_eq!(names, wanted);
}

#[test]
fn a_small_budget_gets_on() {
    for statements in [1, 20, 40] {
        let memory = memory();
        hook(&memory, &json!({}));
        let client = Client::new(&memory);
        for number in 0..5 {
            client.user(&number.to_string());
        }
        let budget = Budget {
            statements,
            milliseconds: 20_000,
        };
        let mut rounds = 0;
        while memory.deliver(budget).unwrap().wake.is_some() {
            rounds += 1;
            assert!(rounds < 10, "{statements}");
        }
        assert_eq!(
            numbers(&memory),
            [1, 2, 3, 4, 5].map(|seq| (1, seq)),
            "{statements}"
        );
    }
}

/// Whoever has the lease delivers; another who comes meanwhile does nothing.
#[test]
fn two_do_not_deliver_at_once() {
    let memory = Rc::new(memory());
    let made = hook(&memory, &json!({}));
    Client::new(&memory).user("ada");
    let inner = Rc::downgrade(&memory);
    let within = Rc::new(RefCell::new(Vec::new()));
    let seen = Rc::clone(&within);
    receive(&memory, move |_| {
        let memory = inner.upgrade().unwrap();
        let sent = memory.number("SELECT count(*) FROM webhook_deliveries");
        deliver(&memory);
        seen.borrow_mut().push(sent);
        reply(200)
    });
    deliver(&memory);
    memory.fetch.receiver.replace(None);
    assert_eq!((posts(&memory).len(), within.take().len()), (1, 1));
    assert_eq!(read(&memory, &made)["pending"], 0);
}

/// Who was away for longer than the lease notes nothing: another may have delivered.
#[test]
fn who_lost_the_lease_moves_nothing() {
    let memory = Rc::new(memory());
    hook(&memory, &json!({}));
    let client = Client::new(&memory);
    client.user("ada");
    client.user("eve");
    let inner = Rc::downgrade(&memory);
    let is_first = Cell::new(true);
    receive(&memory, move |_| {
        if is_first.replace(false) {
            let memory = inner.upgrade().unwrap();
            memory.sql("UPDATE webhook_cursors SET lease_until = ''");
            deliver(&memory);
        }
        reply(200)
    });
    deliver(&memory);
    memory.fetch.receiver.replace(None);
    // The first again by the other, and the second by him alone.
    assert_eq!(numbers(&memory), [(1, 1), (1, 1), (1, 2)]);
    assert_eq!(memory.number("SELECT count(*) FROM webhook_deliveries"), 2);
    assert_eq!(
        memory.number("SELECT position FROM webhook_cursors"),
        memory.number("SELECT max(position) FROM events")
    );
}

/// Who changes an endpoint while something is posted to it waits for the end of that attempt, not
/// for that of the lease; what was delivered by then is not delivered again.
#[test]
fn a_change_while_an_attempt_is_under_way_is_heard_at_once() {
    let memory = Rc::new(memory());
    let made = hook(&memory, &json!({}));
    let client = Client::new(&memory);
    client.user("ada");
    client.user("eve");
    let inner = Rc::downgrade(&memory);
    let is_first = Cell::new(true);
    let path = format!("/webhooks/{}", made["id"].as_str().unwrap());
    receive(&memory, move |_| {
        if is_first.replace(false) {
            let memory = inner.upgrade().unwrap();
            for types in [json!(["user.*"]), json!(["user.created"])] {
                let body = json!({ "types": types });
                Operator::new(&memory).patch(&path, &body).expect(200);
            }
            deliver(&memory);
        }
        reply(200)
    });
    assert_eq!(deliver(&memory).wake, Some(0));
    assert_eq!(numbers(&memory), [(1, 1)]);
    deliver(&memory);
    memory.fetch.receiver.replace(None);
    assert_eq!(numbers(&memory), [(1, 2)]);
    assert_eq!(read(&memory, &made)["pending"], 0);
    assert_eq!(
        memory.number("SELECT count(*) FROM webhook_deliveries WHERE outcome = 'delivered'"),
        2
    );
}

/// Of an attempt that fails meanwhile nothing is noted: who was changed, or whose event was set
/// aside, is tried anew. A replay alone repeats what was under way.
#[test]
fn what_is_done_while_an_attempt_is_under_way() {
    for (act, status, again) in [
        ("rotate", 200, vec![(1, 2)]),
        ("park 1", 200, vec![(1, 2)]),
        ("park 1", 500, vec![(1, 2)]),
        ("park 0", 200, vec![(1, 2)]),
        ("park 2", 200, vec![]),
        ("replay 1", 200, vec![(1, 2)]),
        ("replay 0", 200, vec![(1, 0), (1, 1), (1, 2)]),
        ("disable", 410, vec![(1, 1), (1, 2)]),
        ("disable", 200, vec![(1, 2)]),
    ] {
        let memory = Rc::new(memory());
        let made = hook(&memory, &json!({}));
        memory.sql("UPDATE webhook_cursors SET position = 0");
        let client = Client::new(&memory);
        client.user("zero");
        deliver(&memory);
        posts(&memory);
        client.user("ada");
        client.user("eve");
        let events = Operator::new(&memory).get("/tenants/1/events").expect(200);
        let inner = Rc::downgrade(&memory);
        let is_first = Cell::new(true);
        let path = format!("/webhooks/{}", made["id"].as_str().unwrap());
        let inner_path = path.clone();
        receive(&memory, move |_| {
            if !is_first.replace(false) {
                return reply(200);
            }
            let memory = inner.upgrade().unwrap();
            let operator = Operator::new(&memory);
            let (word, number) = act.split_once(' ').unwrap_or((act, "0"));
            let event = &events["data"][number.parse::<usize>().unwrap()]["id"];
            match word {
                "rotate" => operator
                    .post(&format!("{inner_path}/rotate"), &json!({}))
                    .expect(200),
                "park" => {
                    let status = if number == "0" { 409 } else { 200 };
                    operator
                        .post(&format!("{inner_path}/park"), &json!({ "event": event }))
                        .expect(status)
                }
                "replay" => {
                    let status = if number == "1" { 409 } else { 200 };
                    operator
                        .post(&format!("{inner_path}/replay"), &json!({ "from": event }))
                        .expect(status)
                }
                _ => operator
                    .patch(&inner_path, &json!({ "state": "disabled" }))
                    .expect(200),
            };
            reply(status)
        });
        deliver(&memory);
        assert_eq!(posts(&memory).len(), 1, "{act}");
        Operator::new(&memory)
            .patch(&path, &json!({ "state": "active" }))
            .expect(200);
        deliver(&memory);
        memory.fetch.receiver.replace(None);
        let numbers: Vec<_> = numbers(&memory)
            .iter()
            .map(|(tenant, seq)| (*tenant, seq - 1))
            .collect();
        assert_eq!(numbers, again, "{act} {status}");
        assert_eq!(read(&memory, &made)["pending"], 0, "{act}");
    }
}

#[test]
fn the_resource_comes_with_its_event() {
    let memory = memory();
    let made = hook(&memory, &json!({ "include": ["resource"] }));
    assert_eq!(made["include"], json!(["resource"]));
    let client = Client::new(&memory);
    let ada = client.user("ada");
    let eve = client.user("eve");
    client.delete(&format!("/Users/{eve}"));
    deliver(&memory);
    let seen = bodies(&memory);
    let shown = client.get(&format!("/Users/{ada}")).expect(200);
    assert_eq!(seen[0]["data"]["now"], shown);
    assert_eq!(seen[1]["data"]["now"], Value::Null);
    assert!(seen[1]["data"].as_object().unwrap().contains_key("now"));
}
