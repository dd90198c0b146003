//! What a receiver does not take: when it is tried again, who waits for it, and who is told.

use super::*;

/// Seventy-five hours, to the end.
#[test]
#[expect(clippy::too_many_lines, reason = "one story")]
fn an_event_is_tried_ten_times_and_then_no_more() {
    let memory = memory();
    let made = hook(&memory, &json!({ "types": ["user.*"] }));
    hook(
        &memory,
        &json!({ "url": "https://b.example.com/", "types": ["group.*"] }),
    );
    receive(&memory, |post| {
        reply(if post.address.contains("app") {
            503
        } else {
            200
        })
    });
    Client::new(&memory).user("ada");
    let minutes = |seconds: u64| seconds * 1_000;
    let waits = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400].map(minutes);
    let mut told = Vec::new();
    let mut note = |memory: &Memory| {
        for body in posts(memory)
            .iter()
            .filter(|post| post.address.contains("b.example"))
        {
            told.push(serde_json::from_str::<Value>(&body.body).unwrap());
        }
    };
    deliver(&memory);
    let attempts = |memory: &Memory| {
        memory.number("SELECT count(*) FROM webhook_deliveries WHERE outcome <> 'delivered'")
    };
    let mut lines = Vec::new();
    for (index, wait) in waits.into_iter().enumerate() {
        let count = i64::try_from(index + 1).unwrap();
        assert_eq!(attempts(&memory), count);
        let shown = read(&memory, &made);
        assert_eq!(shown["failing"][0]["attempts"], count, "{shown:#}");
        assert_eq!(
            (&shown["state"], &shown["pending"]),
            (&json!("active"), &json!(1))
        );
        // Not a moment too early, and not much later.
        pass(&memory, wait - 10);
        deliver(&memory);
        assert_eq!(attempts(&memory), count, "{wait}");
        pass(&memory, wait / 10 + 10);
        lines.extend(deliver(&memory).lines);
        deliver(&memory);
        note(&memory);
    }
    let shown = read(&memory, &made);
    assert_eq!(
        (&shown["state"], &shown["last_status"]),
        (&json!("disabled"), &json!(503))
    );
    assert_eq!(attempts(&memory), 10);
    pass(&memory, 100 * HOUR);
    deliver(&memory);
    assert_eq!(attempts(&memory), 10);
    // The other heard of it once, whatever its types.
    let failing: Vec<&Value> = told
        .iter()
        .filter(|body| body["type"] == "webhook.failing")
        .collect();
    assert_eq!((failing.len(), told.len()), (1, 1), "{told:#?}");
    assert_eq!(failing[0]["data"]["about"], made["id"]);
    assert_eq!(failing[0]["data"]["tenant"], 0);
    let since = &failing[0]["data"]["changes"][0]["after"]["since"];
    let known = json!({"tenant": 1, "attempts": 4, "since": since, "last_status": 503});
    assert_eq!(failing[0]["data"]["changes"][0]["after"], known);
    let events = Operator::new(&memory)
        .get("/events?type=webhook.*")
        .expect(200);
    let names: Vec<&str> = events["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "webhook.created",
            "webhook.created",
            "webhook.failing",
            "webhook.disabled"
        ]
    );
    let id = made["id"].as_str().unwrap();
    assert_eq!(
        lines,
        [
            format!("webhook {id} fails, tenant 1: 503"),
            format!("webhook {id} is disabled, tenant 1: 503")
        ]
    );
    // It comes back: all is delivered.
    memory.fetch.receiver.replace(None);
    Client::new(&memory).user("eve");
    let path = format!("/webhooks/{id}");
    let active = Operator::new(&memory)
        .patch(&path, &json!({ "state": "active" }))
        .expect(200);
    assert_eq!(
        (&active["state"], &active["pending"]),
        (&json!("active"), &json!(2))
    );
    deliver(&memory);
    assert_eq!(numbers(&memory), [(1, 1), (1, 2)]);
}

/// More than are served at once, and all but one of those that are served first are slow.
#[test]
fn endpoints_that_are_slow_hold_up_no_other() {
    let memory = memory();
    let slow = "https://slow.example.com/hook";
    memory.fetch.slow.replace(slow.to_owned());
    for url in [slow, slow, slow]
        .iter()
        .chain(&["https://app.example.com/hook"; 5])
    {
        hook(&memory, &json!({ "url": url }));
    }
    Client::new(&memory).user("ada");
    deliver(&memory);
    let came: Vec<bool> = posts(&memory)
        .iter()
        .map(|post| post.address == slow)
        .collect();
    assert_eq!(came, [false, false, false, false, false, true, true, true]);
}

/// What fails is tried again after five seconds, while another still hangs.
#[test]
fn a_retry_does_not_wait_beside_one_that_hangs() {
    let memory = memory();
    let slow = "https://slow.example.com/hook";
    memory.fetch.slow.replace(slow.to_owned());
    for url in [slow, "https://app.example.com/hook"] {
        hook(&memory, &json!({ "url": url }));
    }
    let is_first = Cell::new(true);
    receive(&memory, move |post| {
        let fails = post.address != slow && is_first.replace(false);
        reply(if fails { 500 } else { 204 })
    });
    Client::new(&memory).user("ada");
    deliver(&memory);
    let came: Vec<bool> = posts(&memory)
        .iter()
        .map(|post| post.address == slow)
        .collect();
    assert_eq!(came, [false, false, true]);
}

/// One endpoint for two tenants hangs with what it is told of one of them.
#[test]
fn a_receiver_that_hangs_for_one_tenant_delays_no_other() {
    let memory = memory();
    let admin = Operator::new(&memory);
    let second = admin.tenant("Second");
    let third = admin.tenant("Third");
    are_known(&memory);
    let made = hook(&memory, &json!({}));
    let one = Client::new(&memory);
    let [two, three] = [second, third].map(|id| admin.client(id, &json!({ "label": "t" })));
    let first = |tenant: i64| {
        memory.number(&format!(
            "SELECT min(seq) FROM events WHERE tenant_id = {tenant} AND type = 'user.created'"
        ))
    };
    for name in ["a", "b"] {
        one.user(name);
        two.user(name);
        three.user(name);
    }
    let slow = |what: &str| {
        memory.fetch.slow.replace(what.to_owned());
    };
    slow("\"tenant\":1,");
    deliver(&memory);
    let (of_second, of_third) = (first(second), first(third));
    let others = [
        (second, of_second),
        (third, of_third),
        (second, of_second + 1),
        (third, of_third + 1),
    ];
    let mut came = numbers(&memory);
    assert_eq!(came.drain(..4).collect::<Vec<_>>(), others);
    assert_eq!(came.first(), Some(&(1, 1)), "{came:?}");
    // They waited half a second for it, which the clock of a test counts for each of four lanes.
    let path = format!("/webhooks/{}/deliveries", made["id"].as_str().unwrap());
    let list = admin.get(&path).expect(200);
    let at = |event: &Value| event["at"].as_str().unwrap().to_owned();
    let rows = list["data"].as_array().unwrap();
    let of = |tenant: i64| {
        rows.iter()
            .rev()
            .find(|row| row["tenant"] == tenant)
            .unwrap()
    };
    let took = |row: &Value| {
        let days = format!("julianday('{}') - julianday('{}')", at(row), at(of(1)));
        memory.number(&format!(
            "SELECT CAST(round(({days}) * 86400000) AS INTEGER)"
        ))
    };
    assert_eq!((took(of(second)), took(of(third))), (2_000, 2_000));
    assert!(
        rows.iter().all(|row| row["outcome"] == "delivered"),
        "{list:#}"
    );
    // What is left of the first goes on, in order, and nobody is behind.
    slow("");
    pass(&memory, MINUTE);
    deliver(&memory);
    came.extend(numbers(&memory));
    assert_eq!(came, [(1, 1), (1, 2)]);
    assert_eq!(memory.number("SELECT count(*) FROM webhook_tenants"), 0);
    // One that fails in the end is tried again as any other.
    slow("\"tenant\":1,");
    let fails = fail_for(&memory, 1);
    one.user("c");
    one.user("d");
    two.user("c");
    deliver(&memory);
    assert_eq!(numbers(&memory), [(second, of_second + 2), (1, 3)]);
    assert_eq!(read(&memory, &made)["failing"][0]["attempts"], 1);
    fails.set(false);
    for _ in 0..2 {
        pass(&memory, MINUTE);
        deliver(&memory);
    }
    assert_eq!(numbers(&memory), [(1, 3), (1, 4)]);
}

/// What hangs while the endpoint is changed is waited for as what is under way is: it comes once.
#[test]
fn a_change_while_an_attempt_hangs_repeats_nothing() {
    for (word, status) in [
        ("include", 200),
        ("rotate", 200),
        ("disabled", 200),
        ("include", 410),
    ] {
        let memory = Rc::new(memory());
        let admin = Operator::new(&memory);
        let second = admin.tenant("Second");
        are_known(&memory);
        let made = hook(&memory, &json!({}));
        Client::new(&memory).user("a");
        admin.client(second, &json!({ "label": "t" })).user("a");
        let path = format!("/webhooks/{}", made["id"].as_str().unwrap());
        let (inner, inner_path) = (Rc::downgrade(&memory), path.clone());
        let is_first = Cell::new(true);
        receive(&memory, move |post| {
            let body: Value = serde_json::from_str(&post.body).unwrap();
            if body["data"]["tenant"] == 1 {
                return reply(if is_first.replace(false) { status } else { 200 });
            }
            let memory = inner.upgrade().unwrap();
            let admin = Operator::new(&memory);
            match word {
                "rotate" => admin.post(&format!("{inner_path}/rotate"), &json!({})),
                "include" => admin.patch(&inner_path, &json!({ "include": [] })),
                _ => admin.patch(&inner_path, &json!({ "state": word })),
            }
            .expect(200);
            reply(200)
        });
        memory.fetch.slow.replace("\"tenant\":1,".to_owned());
        let report = deliver(&memory);
        assert_eq!(report.lines, [""; 0], "{word} {status}");
        assert_eq!(posts(&memory).len(), 2, "{word} {status}");
        admin
            .patch(&path, &json!({ "state": "active" }))
            .expect(200);
        pass(&memory, MINUTE);
        memory.fetch.slow.replace(String::new());
        deliver(&memory);
        memory.fetch.receiver.replace(None);
        let again = if status == 200 { vec![] } else { vec![(1, 1)] };
        assert_eq!(numbers(&memory), again, "{word} {status}");
        let shown = read(&memory, &made);
        assert_eq!(
            (&shown["pending"], &shown["state"]),
            (&json!(0), &json!("active"))
        );
        assert_eq!(memory.number("SELECT count(*) FROM webhook_tenants"), 0);
    }
}

/// More tenants hang than are waited for beside the others: no event is lost, and none comes twice.
#[test]
fn many_that_hang_are_all_delivered_once() {
    let memory = memory();
    let admin = Operator::new(&memory);
    let clients: Vec<_> = (0..5)
        .map(|number| {
            let tenant = admin.tenant(&format!("Tenant {number}"));
            admin.client(tenant, &json!({ "label": "t" }))
        })
        .collect();
    are_known(&memory);
    hook(&memory, &json!({}));
    for name in ["a", "b", "c"] {
        for client in &clients {
            client.user(name);
        }
    }
    memory.fetch.slow.replace("\"tenant\":".to_owned());
    let mut came = Vec::new();
    for _ in 0..40 {
        deliver(&memory);
        came.extend(numbers(&memory));
        pass(&memory, MINUTE);
    }
    assert_eq!(came.len(), 15, "{came:?}");
    let mut of_each: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for (tenant, seq) in came {
        of_each.entry(tenant).or_default().push(seq);
    }
    for numbers in of_each.values() {
        assert!(numbers.is_sorted() && numbers.len() == 3, "{numbers:?}");
    }
    assert_eq!(memory.number("SELECT count(*) FROM webhook_tenants"), 0);
}

#[test]
fn a_poison_event_of_one_tenant_delays_no_other() {
    let memory = memory();
    let admin = Operator::new(&memory);
    let second = admin.tenant("Second");
    are_known(&memory);
    let (one, two) = (
        Client::new(&memory),
        admin.client(second, &json!({ "label": "t" })),
    );
    let made = hook(&memory, &json!({ "types": ["user.*"] }));
    let fails = fail_for(&memory, second);
    for name in ["a", "b", "c"] {
        two.user(name);
        one.user(name);
    }
    deliver(&memory);
    let seq = memory.number(&format!(
        "SELECT min(seq) FROM events WHERE tenant_id = {second} AND type = 'user.created'"
    ));
    assert_eq!(numbers(&memory), [(second, seq), (1, 1), (1, 2), (1, 3)]);
    let shown = read(&memory, &made);
    assert_eq!(shown["pending"], 3);
    assert_eq!(shown["failing"][0]["tenant"], second);
    let list = admin
        .get(&format!(
            "/webhooks/{}/deliveries",
            made["id"].as_str().unwrap()
        ))
        .expect(200);
    let outcomes: Vec<&str> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(outcomes, ["delivered", "delivered", "delivered", "retry"]);
    assert_eq!(list["data"][3]["reply"], "the reply");
    // It is tried again after some seconds, by itself; then all of that tenant, in order.
    pass(&memory, 6_000);
    one.user("d");
    deliver(&memory);
    assert_eq!(numbers(&memory), [(1, 4), (second, seq)]);
    fails.set(false);
    pass(&memory, 6 * MINUTE);
    two.user("d");
    deliver(&memory);
    assert_eq!(
        numbers(&memory),
        [0, 1, 2, 3].map(|more| (second, seq + more))
    );
    assert_eq!(memory.number("SELECT count(*) FROM webhook_tenants"), 0);
    two.user("e");
    one.user("e");
    deliver(&memory);
    assert_eq!(numbers(&memory), [(second, seq + 4), (1, 5)]);
}

#[test]
fn the_status_says_what_is_due_and_fails() {
    let memory = memory();
    let admin = Operator::new(&memory);
    let made = hook(&memory, &json!({}));
    let shard = || admin.get("/status").expect(200)["shards"][0].clone();
    assert_eq!(
        (&shard()["due"], &shard()["oldest_due_at"]),
        (&json!(0), &Value::Null)
    );
    let fails = fail_for(&memory, 1);
    let client = Client::new(&memory);
    client.user("ada");
    client.user("eve");
    let first = admin.get("/events?type=user.created").expect(200)["data"][0]["at"].clone();
    for wait in [0, 6_000, 6 * MINUTE] {
        pass(&memory, wait);
        deliver(&memory);
        assert_eq!(
            (&shard()["due"], &shard()["oldest_due_at"]),
            (&json!(2), &first)
        );
        assert_eq!(admin.get("/status").expect(200)["failing"], json!([]));
    }
    pass(&memory, 34 * MINUTE);
    deliver(&memory);
    let failing = admin.get("/status").expect(200)["failing"].clone();
    assert_eq!(
        (&failing[0]["webhook"], &failing[0]["attempts"]),
        (&made["id"], &json!(4))
    );
    let bound = admin.scoped(&["tenants:read"], Some(1));
    assert_eq!(bound.get("/status").expect(200)["failing"], json!([]));
    fails.set(false);
    pass(&memory, 3 * HOUR);
    deliver(&memory);
    let status = admin.get("/status").expect(200);
    assert_eq!(
        (&status["failing"], &status["shards"][0]["due"]),
        (&json!([]), &json!(0))
    );
}

/// A webhook of all tenants that was behind with one that is deleted hears the rest, emptied.
#[test]
fn no_number_of_a_deleted_tenant_is_left_out() {
    let memory = memory();
    let admin = Operator::new(&memory);
    let second = admin.tenant("Second");
    let client = admin.client(second, &json!({ "label": "t" }));
    let made = hook(&memory, &json!({ "types": ["user.*"] }));
    let fails = fail_for(&memory, second);
    for name in ["a", "b", "c"] {
        client.user(name);
    }
    deliver(&memory);
    client.user("d");
    posts(&memory);
    admin
        .delete(&format!("/tenants/{second}?confirm=Second"))
        .expect(202);
    while memory.number("SELECT count(*) FROM jobs WHERE finished_at IS NULL") > 0 {
        memory.run_jobs(Budget::PAID).unwrap();
    }
    fails.set(false);
    pass(&memory, MINUTE);
    deliver(&memory);
    let seqs: Vec<i64> = numbers(&memory).iter().map(|(_, seq)| *seq).collect();
    // The third tells of the first request.
    assert_eq!(seqs, [2, 4, 5, 6]);
    assert_eq!(memory.number("SELECT count(*) FROM webhook_tenants"), 0);
    assert_eq!(read(&memory, &made)["pending"], 0);
}

/// With a tenant go its own endpoints, and what is noted of it.
#[test]
fn with_a_tenant_its_endpoints_end() {
    let memory = memory();
    let admin = Operator::new(&memory);
    let second = admin.tenant("Second");
    let client = admin.client(second, &json!({ "label": "t" }));
    hook(
        &memory,
        &json!({ "tenant": second, "url": "https://b.example.com/" }),
    );
    hook(&memory, &json!({}));
    fail_for(&memory, second);
    client.user("ada");
    Client::new(&memory).user("eve");
    deliver(&memory);
    admin
        .delete(&format!("/tenants/{second}?confirm=Second"))
        .expect(202);
    assert_eq!(
        admin.get("/webhooks").expect(200)["data"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    for table in ["webhooks", "webhook_deliveries"] {
        assert_eq!(
            memory.number(&format!(
                "SELECT count(*) FROM {table} WHERE tenant_id = {second}"
            )),
            0,
            "{table}"
        );
    }
    assert_eq!(memory.number("SELECT count(*) FROM webhook_cursors"), 1);
    assert_eq!(memory.number("SELECT count(*) FROM webhook_deliveries"), 1);
}

#[test]
fn gone_disables_at_once() {
    let memory = memory();
    let made = hook(&memory, &json!({}));
    receive(&memory, |_| reply(410));
    let client = Client::new(&memory);
    client.user("ada");
    client.user("eve");
    deliver(&memory);
    assert_eq!(posts(&memory).len(), 1);
    assert_eq!(read(&memory, &made)["state"], "disabled");
    deliver(&memory);
    assert_eq!(posts(&memory).len(), 0);
    let events = Operator::new(&memory)
        .get("/events?type=webhook.disabled")
        .expect(200);
    assert_eq!(events["data"][0]["about"], made["id"]);
    let status = json!({"path": "last_status", "before": null, "after": 410});
    assert_eq!(events["data"][0]["changes"][0], status);
}

/// What the last reply was before is told, and no change where it is the same.
#[test]
fn the_last_status_of_before_is_told() {
    for (before, after) in [(500, 410), (410, 410)] {
        let memory = memory();
        hook(&memory, &json!({}));
        memory.sql(&format!("UPDATE webhooks SET last_status = {before}"));
        receive(&memory, move |_| reply(after));
        Client::new(&memory).user("ada");
        deliver(&memory);
        let events = Operator::new(&memory)
            .get("/events?type=webhook.disabled")
            .expect(200);
        let state = json!({"path": "state", "before": "active", "after": "disabled"});
        let mut changes = vec![json!({"path": "last_status", "before": before, "after": after})];
        changes.retain(|change| change["before"] != change["after"]);
        changes.push(state);
        assert_eq!(events["data"][0]["changes"], json!(changes));
    }
}

/// Two deliverers, of two databases, hear at once that the endpoint is gone: one event tells of it.
#[test]
fn gone_is_told_of_once() {
    let memory = Rc::new(memory());
    hook(&memory, &json!({}));
    let other = Rc::downgrade(&memory);
    receive(&memory, move |_| {
        let other = other.upgrade().unwrap();
        other.sql("UPDATE webhooks SET state = 'disabled', last_status = 410");
        reply(410)
    });
    Client::new(&memory).user("ada");
    deliver(&memory);
    let told = memory.number("SELECT count(*) FROM events WHERE type = 'webhook.disabled'");
    assert_eq!(told, 0);
    assert_eq!(memory.number("SELECT count(*) FROM webhook_deliveries"), 1);
    // Who disables it has the others end.
    memory.sql("UPDATE webhooks SET state = 'active'");
    receive(&memory, |_| reply(410));
    deliver(&memory);
    let told = memory.number("SELECT count(*) FROM events WHERE type = 'webhook.disabled'");
    assert_eq!(told, 1);
    let ended = "SELECT count(*) FROM webhook_cursors WHERE lease LIKE '?%'";
    assert_eq!(memory.number(ended), 1);
}

#[test]
fn retry_after_is_honoured() {
    for status in [429, 502, 504] {
        let memory = memory();
        hook(&memory, &json!({}));
        receive(&memory, move |_| {
            Some(PostReply {
                status,
                retry_after: Some(90),
                ..PostReply::default()
            })
        });
        Client::new(&memory).user("ada");
        assert_eq!(deliver(&memory).wake, Some(90), "{status}");
        pass(&memory, 89_900);
        deliver(&memory);
        assert_eq!(posts(&memory).len(), 1, "{status}");
        pass(&memory, 100);
        deliver(&memory);
        assert_eq!(posts(&memory).len(), 1, "{status}");
    }
}

#[test]
fn whoever_does_not_answer_or_sends_on_has_not_received() {
    for (index, answer) in [None, reply(302), reply(404)].into_iter().enumerate() {
        let memory = memory();
        let made = hook(&memory, &json!({}));
        let given = answer.clone();
        receive(&memory, move |_| given.clone());
        Client::new(&memory).user("ada");
        assert!(matches!(deliver(&memory).wake, Some(5 | 6)), "{index}");
        let shown = read(&memory, &made);
        assert_eq!(shown["failing"][0]["attempts"], 1, "{index}");
        assert_eq!(
            shown["last_status"],
            json!(answer.map(|posted| posted.status)),
            "{index}"
        );
        memory.fetch.receiver.replace(None);
        pass(&memory, 6_000);
        deliver(&memory);
        assert_eq!(numbers(&memory), [(1, 1), (1, 1)], "{index}");
        assert_eq!(read(&memory, &made)["failing"], json!([]), "{index}");
    }
}

/// The rules are asked at each attempt: an address that was good may not be any more.
#[test]
fn an_address_that_may_no_longer_be_asked_is_not() {
    let memory = memory();
    let made = hook(&memory, &json!({}));
    memory.sql("UPDATE webhooks SET url = 'https://10.0.0.1/'");
    Client::new(&memory).user("ada");
    deliver(&memory);
    assert_eq!(posts(&memory), []);
    assert_eq!(read(&memory, &made)["failing"][0]["attempts"], 1);
}

#[test]
fn an_event_that_is_set_aside_is_passed() {
    let memory = memory();
    let admin = Operator::new(&memory);
    let made = hook(&memory, &json!({}));
    let path = format!("/webhooks/{}", made["id"].as_str().unwrap());
    receive(&memory, |post| {
        reply(if post.body.contains("\"seq\":1,") {
            500
        } else {
            200
        })
    });
    let client = Client::new(&memory);
    client.user("ada");
    client.user("eve");
    deliver(&memory);
    deliver(&memory);
    assert_eq!(numbers(&memory), [(1, 1)]);
    let events = admin.get("/events?tenant=1").expect(200);
    let poison = &events["data"][0]["id"];
    let parked = admin
        .post(&format!("{path}/park"), &json!({ "event": poison }))
        .expect(200);
    assert_eq!(parked["id"], made["id"]);
    // Whoever asks again hears the same, and it is told once.
    admin
        .post(&format!("{path}/park"), &json!({ "event": poison }))
        .expect(200);
    deliver(&memory);
    assert_eq!(numbers(&memory), [(1, 2)]);
    let list = admin.get(&format!("{path}/deliveries?limit=2")).expect(200);
    assert_eq!(list["data"][1]["outcome"], "parked", "{list:#}");
    assert_eq!(list["data"][1]["event"], *poison);
    let rest = admin
        .get(&format!(
            "{path}/deliveries?after={}",
            list["next"].as_str().unwrap()
        ))
        .expect(200);
    assert_eq!(rest["data"][0]["outcome"], "retry");
    assert_eq!(memory.number("SELECT count(*) FROM webhook_parked"), 0);
    assert_eq!(read(&memory, &made)["pending"], 0);
    // What was delivered cannot be set aside, nor what is not there.
    admin
        .post(&format!("{path}/park"), &json!({ "event": poison }))
        .problem(409, "already_passed", "");
    admin
        .post(&format!("{path}/park"), &json!({ "event": "evt_1_999" }))
        .problem(404, "event_not_found", "");
    admin
        .post(&format!("{path}/park"), &json!({ "event": "evt_7_1" }))
        .problem(400, "invalid_value", "event");
    // One that is to come.
    client.user("bob");
    client.user("kim");
    let events = admin.get("/events?tenant=1").expect(200);
    admin
        .post(
            &format!("{path}/park"),
            &json!({ "event": events["data"][2]["id"] }),
        )
        .expect(200);
    deliver(&memory);
    assert_eq!(numbers(&memory), [(1, 4)]);
}
