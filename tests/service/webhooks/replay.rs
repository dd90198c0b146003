//! Events that are delivered anew.

use super::*;

/// The ids of the events of tenant 1.
fn ids(memory: &Memory) -> Vec<String> {
    let events = Operator::new(memory).get("/events?tenant=1").expect(200);
    let data = events["data"].as_array().unwrap();
    data.iter()
        .map(|event| event["id"].as_str().unwrap().to_owned())
        .collect()
}

fn filled() -> (Memory, Value) {
    let memory = memory();
    let made = hook(&memory, &json!({}));
    let client = Client::new(&memory);
    for number in 0..6 {
        client.user(&number.to_string());
    }
    deliver(&memory);
    assert_eq!(numbers(&memory).len(), 6);
    (memory, made)
}

#[track_caller]
fn replay(memory: &Memory, hook: &Value, body: &Value) -> Value {
    let path = format!("/webhooks/{}/replay", hook["id"].as_str().unwrap());
    Operator::new(memory).post(&path, body).expect(200)
}

/// What was not delivered yet comes by itself.
#[test]
fn there_may_be_nothing_to_replay() {
    let (memory, made) = filled();
    let path = format!("/webhooks/{}/replay", made["id"].as_str().unwrap());
    let admin = Operator::new(&memory);
    let end = admin.get("/events?after=latest").expect(200);
    for from in [&end["next"], &json!("evt_1_999")] {
        admin.post(&path, &json!({ "from": from })).problem(
            409,
            "nothing_to_replay",
            "comes by itself",
        );
    }
}

/// What is not kept any more is not delivered anew, and whoever asks is told.
#[test]
fn what_was_trimmed_is_not_replayed() {
    let (memory, made) = filled();
    let ids = ids(&memory);
    let path = format!("/webhooks/{}/replay", made["id"].as_str().unwrap());
    let admin = Operator::new(&memory);
    let page = admin.get("/events?limit=2").expect(200);
    memory.sql(
        "DELETE FROM events WHERE position <= (SELECT position FROM events WHERE tenant_id = 1 AND seq = 3);
         UPDATE sealing SET trimmed = (SELECT min(position) - 1 FROM events)",
    );
    for body in [
        json!({ "from": ids[0] }),
        json!({ "from": ids[2], "to": ids[4] }),
        json!({ "from": ids[0], "to": ids[1] }),
        json!({ "from": page["next"] }),
    ] {
        let words = format!("`from` {}", ids[3]);
        admin.post(&path, &body).problem(409, "trimmed", &words);
    }
    deliver(&memory);
    assert_eq!(numbers(&memory), []);
    replay(&memory, &made, &json!({ "from": ids[3] }));
    deliver(&memory);
    assert_eq!(numbers(&memory), [4, 5, 6].map(|seq| (1, seq)));
    // The newest event of a quiet tenant is kept, and hides nothing.
    memory.sql(
        "INSERT INTO events (position, tenant_id, seq, at, type, actor_kind, body) \
         VALUES (1, 9, 7, '2026-01-01', 'user.created', 'operator', '{}')",
    );
    admin.post(&path, &json!({ "from": "evt_1_1" })).problem(
        409,
        "trimmed",
        &format!("`from` {}", ids[3]),
    );
    // No database has this number.
    admin
        .post(&path, &json!({ "from": "evt_77_1" }))
        .problem(400, "invalid_value", "evt_1_8841");
}

/// For a webhook of one tenant its own events count, and no gap among those of others.
#[test]
fn what_was_trimmed_of_others_hinders_no_replay() {
    let memory = memory();
    let admin = Operator::new(&memory);
    let other = admin.tenant("Other");
    let own = [json!(1), json!(other)].map(|tenant| hook(&memory, &json!({ "tenant": tenant })));
    let path = format!("/tenants/{other}/scim/v2/Users");
    admin.post(&path, &json!({ "userName": "eve" })).expect(201);
    let first = admin.get(&format!("/tenants/{other}/events")).expect(200)["data"][0]["id"].clone();
    for number in 0..4 {
        Client::new(&memory).user(&number.to_string());
    }
    deliver(&memory);
    let ids = ids(&memory);
    memory.sql(
        "DELETE FROM events WHERE tenant_id = 1 AND seq <= 3;
         UPDATE sealing SET trimmed = (SELECT min(position) - 1 FROM events WHERE tenant_id = 1)",
    );
    let [path, of_other] = own
        .each_ref()
        .map(|hook| format!("/webhooks/{}/replay", hook["id"].as_str().unwrap()));
    let words = format!("`from` {}", ids[3]);
    admin
        .post(&path, &json!({ "from": ids[0] }))
        .problem(409, "trimmed", &words);
    admin.post(&of_other, &json!({ "from": first })).expect(200);
}

#[test]
fn a_range_is_delivered_anew_and_then_what_is_new() {
    let (memory, made) = filled();
    let ids = ids(&memory);
    let shown = replay(&memory, &made, &json!({ "from": ids[1], "to": ids[3] }));
    assert_eq!((&shown["id"], &shown["pending"]), (&made["id"], &json!(3)));
    Client::new(&memory).user("new");
    assert_eq!(read(&memory, &made)["pending"], 4);
    deliver(&memory);
    assert_eq!(numbers(&memory), [2, 3, 4, 7].map(|seq| (1, seq)));
    deliver(&memory);
    assert_eq!(numbers(&memory), []);
    // To the end.
    replay(&memory, &made, &json!({ "from": ids[4] }));
    deliver(&memory);
    assert_eq!(numbers(&memory), [5, 6, 7].map(|seq| (1, seq)));
    // Between cursors is what the feed has between them.
    let admin = Operator::new(&memory);
    let first = admin.get("/events?tenant=1&limit=2").expect(200);
    let next = first["next"].as_str().unwrap();
    let second = admin
        .get(&format!("/events?tenant=1&limit=2&after={next}"))
        .expect(200);
    replay(
        &memory,
        &made,
        &json!({ "from": next, "to": second["next"] }),
    );
    deliver(&memory);
    assert_eq!(numbers(&memory), [3, 4].map(|seq| (1, seq)));
    let path = format!("/webhooks/{}/replay", made["id"].as_str().unwrap());
    for (body, words) in [
        (json!({}), "`from`"),
        (json!({ "from": "yesterday" }), "evt_1_8841"),
        (json!({ "from": ids[3], "to": ids[1] }), "behind"),
        (json!({ "from": ids[3], "until": ids[1] }), "`until`"),
    ] {
        let got = admin.post(&path, &body);
        assert_eq!(got.status, 400, "{body}");
        assert!(
            got.body["detail"].as_str().unwrap().contains(words),
            "{:#}",
            got.body
        );
    }
}

/// One who fails within the range is behind there, and goes on from where he was.
#[test]
fn a_failure_while_replaying_delays_that_tenant_alone() {
    let memory = memory();
    let admin = Operator::new(&memory);
    let second = admin.tenant("Second");
    are_known(&memory);
    let (one, two) = (
        Client::new(&memory),
        admin.client(second, &json!({ "label": "t" })),
    );
    let made = hook(&memory, &json!({ "types": ["user.*"] }));
    for name in ["a", "b", "c"] {
        one.user(name);
        two.user(name);
    }
    deliver(&memory);
    let all = numbers(&memory);
    assert_eq!(all.len(), 6);
    let fails = fail_for(&memory, second);
    let page = admin.get("/events?type=user.created").expect(200);
    let of = |index: usize| page["data"][index]["id"].clone();
    replay(&memory, &made, &json!({ "from": of(0), "to": of(3) }));
    one.user("d");
    two.user("d");
    deliver(&memory);
    let seq = all[1].1;
    assert_eq!(numbers(&memory), [(1, 1), (second, seq), (1, 2), (1, 4)]);
    assert_eq!(read(&memory, &made)["pending"], 3);
    fails.set(false);
    pass(&memory, 6_000);
    deliver(&memory);
    // Two of the range, and then what is new.
    assert_eq!(
        numbers(&memory),
        [(second, seq), (second, seq + 1), (second, seq + 3)]
    );
    assert_eq!(memory.number("SELECT count(*) FROM webhook_tenants"), 0);
    assert_eq!(read(&memory, &made)["pending"], 0);
}

/// What is still to come is counted once, also where a tenant is behind that is set back with the
/// others.
#[test]
fn what_is_pending_is_counted_once() {
    let (memory, made) = filled();
    let admin = Operator::new(&memory);
    let second = admin.tenant("Second");
    are_known(&memory);
    let two = admin.client(second, &json!({ "label": "t" }));
    two.user("a");
    deliver(&memory);
    let fails = fail_for(&memory, 1);
    let client = Client::new(&memory);
    client.user("late");
    client.user("later");
    two.user("b");
    deliver(&memory);
    posts(&memory);
    assert_eq!(read(&memory, &made)["pending"], 2);
    let ids = ids(&memory);
    for (body, pending) in [
        // Six of the first tenant, and two behind them; the two of the second are not asked for.
        (json!({ "from": ids[0], "to": ids[5] }), 8),
        // With all of them.
        (json!({ "from": ids[0] }), 10),
    ] {
        let shown = replay(&memory, &made, &body);
        assert_eq!(shown["pending"], pending, "{body}");
    }
    client.user("new");
    assert_eq!(read(&memory, &made)["pending"], 11);
    fails.set(false);
    pass(&memory, MINUTE);
    deliver(&memory);
    deliver(&memory);
    assert_eq!(numbers(&memory).len(), 11);
    assert_eq!(read(&memory, &made)["pending"], 0);
}

/// A tenant that is behind is set back with the others.
#[test]
fn who_is_behind_is_set_back_too() {
    let memory = memory();
    let made = hook(&memory, &json!({}));
    let client = Client::new(&memory);
    client.user("a");
    client.user("b");
    deliver(&memory);
    let fails = fail_for(&memory, 1);
    client.user("c");
    deliver(&memory);
    posts(&memory);
    let ids = ids(&memory);
    replay(&memory, &made, &json!({ "from": ids[0], "to": ids[0] }));
    fails.set(false);
    deliver(&memory);
    assert_eq!(numbers(&memory), [1, 3].map(|seq| (1, seq)));
    assert_eq!(memory.number("SELECT count(*) FROM webhook_tenants"), 0);
    // And what was set aside comes when it is asked for by name.
    fails.set(true);
    client.user("d");
    deliver(&memory);
    let poison = &super::replay::ids(&memory)[3];
    let path = format!("/webhooks/{}/park", made["id"].as_str().unwrap());
    Operator::new(&memory)
        .post(&path, &json!({ "event": poison }))
        .expect(200);
    fails.set(false);
    deliver(&memory);
    posts(&memory);
    replay(&memory, &made, &json!({ "from": poison }));
    deliver(&memory);
    assert_eq!(numbers(&memory), [(1, 4)]);
}
