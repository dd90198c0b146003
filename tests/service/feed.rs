//! The feed: whose events it has, resources as they are now, and what is trimmed.

use serde_json::{Value, json};

use service::jobs::Budget;
use service::master::Master;
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

/// A list of all tenants is cut to one by its number, and by the application's own id.
#[test]
fn a_list_is_of_one_tenant_by_either_id() {
    let memory = Memory::sharded();
    let operator = Operator::new(&memory);
    for (shard, external_id) in [(1, "org 7/ü"), (2, "8")] {
        let new = json!({"name": "A", "shard": shard, "external_id": external_id});
        let id = operator.post("/tenants", &new).expect(201)["id"].clone();
        let id = id.as_i64().unwrap();
        operator.client(id, &json!({"label": "x"})).user("ada");
        operator.import(id, "more=true", "{}").expect(202);
        let named = external_id.replace(' ', "%20").replace('/', "%2F");
        let bound = operator.scoped(&["*"], Some(id));
        for list in ["events", "jobs"] {
            let by_number = operator.get(&format!("/{list}?tenant={id}")).expect(200);
            assert_eq!(by_number["data"][0]["tenant"], id);
            for operator in [&operator, &bound] {
                let by_name = operator.get(&format!("/{list}?tenant=ext:{named}"));
                assert_eq!(by_name.expect(200), by_number);
            }
        }
    }
    let bound = operator.scoped(&["*"], Some(1));
    for list in ["events", "jobs"] {
        for (operator, named) in [(&operator, "ext:9"), (&operator, "ext:"), (&bound, "ext:8")] {
            let got = operator.get(&format!("/{list}?tenant={named}"));
            got.problem(404, "tenant_not_found", "GET /admin/v1/tenants");
        }
        for wrong in ["", "x", "-1", "ext", "1.0"] {
            let got = operator.get(&format!("/{list}?tenant={wrong}"));
            got.problem(400, "invalid_query", "`ext:`");
        }
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

/// The days for which events are kept, in milliseconds.
const KEPT: u64 = 90 * 86_400_000;

fn sealing(mut memory: Memory) -> Memory {
    memory.settings.master = Master::parse(&"5a".repeat(32)).unwrap();
    memory
}

fn seqs(memory: &Memory, tenant: i64) -> Vec<i64> {
    let connection = memory.database.connection.borrow();
    let sql = "SELECT seq FROM events WHERE tenant_id = ?1 ORDER BY seq";
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([tenant], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

/// A cursor counts the events of its tenant: at another feed it begins at its position, and what no
/// page gave is none.
#[test]
fn a_cursor_of_another_tenant_misses_nothing() {
    let memory = Memory::new();
    let operator = Operator::new(&memory);
    memory.sql("UPDATE tenants SET last_request_at = '2099-01-01'");
    let (first, second) = (operator.tenant("First"), operator.tenant("Second"));
    memory.sql("UPDATE tenants SET last_request_at = '2099-01-01'");
    let clients = [first, second].map(|tenant| operator.client(tenant, &json!({ "label": "x" })));
    for number in 0..5 {
        clients[0].user(&format!("a{number}"));
    }
    let page = operator
        .get(&format!("/tenants/{first}/events"))
        .expect(200);
    let next = page["next"].as_str().unwrap();
    for number in 0..5 {
        clients[1].user(&format!("b{number}"));
    }
    let before = next.rsplit_once('.').unwrap().0;
    for after in [next, before] {
        for feed in [
            format!("/tenants/{second}/events?"),
            format!("/events?tenant={second}&"),
            "/events?".into(),
        ] {
            let page = operator.get(&format!("{feed}after={after}")).expect(200);
            assert_eq!(page["data"].as_array().unwrap().len(), 5, "{feed} {after}");
        }
        let page = operator
            .get(&format!("/tenants/{first}/events?after={after}"))
            .expect(200);
        assert_eq!(page["data"], json!([]), "{after}");
    }
    for wrong in ["9.0", "3.5", "0.5", "65535.1", "1.%2B5", "1.-5", "1.5-7.1"] {
        operator
            .get(&format!("/events?after={wrong}"))
            .problem(400, "invalid_cursor", "");
    }
}

/// By age alone; the newest of a tenant stays, and no number is given twice.
#[test]
fn events_go_by_their_age() {
    let memory = Memory::new();
    let (client, operator) = (Client::new(&memory), Operator::new(&memory));
    let idle = operator.tenant("Idle");
    operator.client(idle, &json!({"label": "x"})).user("ada");
    for number in 0..5 {
        client.user(&format!("old{number}"));
    }
    let page = operator.get("/events?after=latest").expect(200);
    let last = page["next"].as_str().unwrap().to_owned();
    let first = operator.get("/events?limit=3").expect(200);
    let first = first["next"].as_str().unwrap().to_owned();
    let of_tenant = operator.get("/tenants/1/events?limit=3").expect(200);
    let of_tenant = of_tenant["next"].as_str().unwrap().to_owned();
    memory.sweep().unwrap();
    assert_eq!(seqs(&memory, 1), (1..=6).collect::<Vec<_>>());
    memory.elapsed.set(memory.elapsed.get() + KEPT);
    client.user("new");
    memory.sweep().unwrap();
    assert_eq!((seqs(&memory, 1), seqs(&memory, idle)), (vec![7], vec![3]));
    assert_eq!(seqs(&memory, 0).len(), 1);
    // A cursor from before goes on with what is there, and the page says that something is missing.
    for (feed, after) in [
        ("/events", &first),
        ("/tenants/1/events", &first),
        ("/tenants/1/events", &of_tenant),
    ] {
        let page = operator.get(&format!("{feed}?after={after}")).expect(200);
        let names = page["data"].as_array().unwrap().iter();
        let names: Vec<_> = names.map(|event| &event["resource"]["name"]).collect();
        assert!(names.contains(&&json!("new")), "{page}");
        assert_eq!(page["trimmed"], true, "{feed}");
        let next = page["next"].as_str().unwrap();
        let page = operator.get(&format!("{feed}?after={next}")).expect(200);
        assert_eq!((&page["data"], page.get("trimmed")), (&json!([]), None));
    }
    // Nothing of what this one has not read is missing, and who begins anew has missed nothing.
    let page = operator.get(&format!("/events?after={last}")).expect(200);
    assert_eq!(page.get("trimmed"), None, "{page}");
    assert_eq!(operator.get("/events").expect(200).get("trimmed"), None);
    // All of it is old, and the newest is still there, so that numbers go on.
    memory.elapsed.set(memory.elapsed.get() + KEPT);
    memory.sweep().unwrap();
    let position = memory.number("SELECT max(position) FROM events");
    client.user("newer");
    assert_eq!(seqs(&memory, 1), [7, 8]);
    assert_eq!(
        memory.number("SELECT max(position) FROM events"),
        position + 1
    );
}

/// What the first seal says that trimming has kept is covered, too.
#[test]
fn the_first_seal_that_is_kept_is_covered() {
    let memory = sealing(Memory::new());
    let (client, operator) = (Client::new(&memory), Operator::new(&memory));
    for number in 0..10 {
        client.user(&format!("u{number}"));
    }
    memory.seal().unwrap();
    memory.elapsed.set(memory.elapsed.get() + KEPT);
    client.user("new");
    memory.seal().unwrap();
    memory.sweep().unwrap();
    let verify = || operator.get("/tenants/1/events/verify").expect(200).clone();
    assert_eq!(verify()["holds"], true);
    memory.sql("UPDATE seals SET resources = '' WHERE tenant_id = 1 AND start IS NOT NULL");
    assert_eq!(
        memory.number("SELECT count(*) FROM seals WHERE resources = ''"),
        1
    );
    assert_eq!(verify()["holds"], false);
}

/// With a key the record goes by blocks, and holds: it begins with what the last of them left.
#[test]
fn a_trimmed_chain_holds() {
    let memory = sealing(Memory::new());
    memory.sql("UPDATE tenants SET last_request_at = '2099-01-01'");
    let (client, operator) = (Client::new(&memory), Operator::new(&memory));
    let verify = |query: &str| {
        operator
            .get(&format!("/tenants/1/events/verify{query}"))
            .expect(200)
    };
    let users = |from: usize, to: usize| {
        for number in from..to {
            client.user(&format!("u{number}"));
            if number % 10 == 9 {
                memory.seal().unwrap();
            }
        }
    };
    users(0, 35);
    memory.elapsed.set(memory.elapsed.get() + KEPT);
    users(35, 57);
    memory.sweep().unwrap();
    // The fourth block has what is new.
    assert_eq!(seqs(&memory, 1), (31..=57).collect::<Vec<_>>());
    assert_eq!(
        memory.number("SELECT min(last_seq) FROM seals WHERE tenant_id = 1"),
        30
    );
    let holds = json!({"from_seq": 31, "to_seq": 57, "sealed_to": 50, "holds": true, "broken": []});
    assert_eq!(verify(""), holds);
    assert_eq!(verify("?from_seq=12"), holds);
    assert_eq!(verify("?from_seq=45")["holds"], true);
    // What is not sealed stays, however old it is; the chain goes on.
    memory.elapsed.set(memory.elapsed.get() + KEPT);
    memory.sweep().unwrap();
    assert_eq!(seqs(&memory, 1), (51..=57).collect::<Vec<_>>());
    users(57, 70);
    let holds = json!({"from_seq": 51, "to_seq": 70, "sealed_to": 70, "holds": true, "broken": []});
    assert_eq!(verify(""), holds);
    // The newest stays, though all is old and sealed: no number is given twice.
    memory.elapsed.set(memory.elapsed.get() + KEPT);
    for _ in 0..2 {
        memory.sweep().unwrap();
        assert_eq!(seqs(&memory, 1), [70]);
        assert_eq!(verify("")["holds"], true);
    }
    users(70, 80);
    assert_eq!(seqs(&memory, 1), (70..=80).collect::<Vec<_>>());
    assert_eq!(
        (&verify("")["sealed_to"], &verify("")["holds"]),
        (&json!(80), &json!(true))
    );
}

/// Who takes out what was not trimmed has no code for it.
#[test]
fn what_was_not_trimmed_is_missing() {
    for sql in [
        "DELETE FROM events WHERE tenant_id = 1 AND seq <= 30; DELETE FROM seals WHERE last_seq < 30",
        "DELETE FROM events WHERE tenant_id = 1 AND seq <= 30; \
         UPDATE seals SET start = (SELECT start FROM seals WHERE last_seq = 20) WHERE last_seq = 30; \
         DELETE FROM seals WHERE last_seq = 20",
        "DELETE FROM seals WHERE last_seq = 20",
        "UPDATE seals SET start = NULL",
    ] {
        let memory = sealing(Memory::new());
        memory.sql("UPDATE tenants SET last_request_at = '2099-01-01'");
        let (client, operator) = (Client::new(&memory), Operator::new(&memory));
        for number in 0..50 {
            if number == 20 {
                memory.elapsed.set(memory.elapsed.get() + KEPT);
            }
            client.user(&format!("u{number}"));
            if number % 10 == 9 {
                memory.seal().unwrap();
            }
        }
        memory.sweep().unwrap();
        let verify = || operator.get("/tenants/1/events/verify").expect(200);
        assert_eq!(
            (&verify()["from_seq"], &verify()["holds"]),
            (&json!(21), &json!(true))
        );
        memory.sql(sql);
        let found = verify();
        assert_eq!(found["holds"], false, "{sql}");
        assert_eq!(found["broken"][0]["why"], "a seal is missing", "{sql}");
    }
}

/// The newest event of a quiet tenant is kept when all is old, and what is done to it shows; so
/// does what is put in front of it.
#[test]
fn the_newest_that_is_kept_is_verified() {
    for (sql, holds) in [
        ("", true),
        (
            "UPDATE events SET actor_id = 'x' WHERE tenant_id = 1",
            false,
        ),
        ("DELETE FROM events WHERE tenant_id = 1", false),
        (
            "UPDATE seals SET start = substr(start, 1, 65) WHERE tenant_id = 1",
            false,
        ),
        (
            "UPDATE seals SET start = substr(start, 1, 64) WHERE tenant_id = 1",
            false,
        ),
        (
            "INSERT INTO events (tenant_id, seq, at, type, actor_kind, body) VALUES (1, 7, '', 'x.y', 'z', '{}')",
            false,
        ),
    ] {
        let memory = sealing(Memory::new());
        memory.sql("UPDATE tenants SET last_request_at = '2099-01-01'");
        let (client, operator) = (Client::new(&memory), Operator::new(&memory));
        for number in 0..20 {
            client.user(&format!("u{number}"));
            if number % 10 == 9 {
                memory.seal().unwrap();
            }
        }
        memory.elapsed.set(memory.elapsed.get() + KEPT);
        memory.sweep().unwrap();
        assert_eq!(seqs(&memory, 1), [20]);
        memory.sql(sql);
        let verify = || operator.get("/tenants/1/events/verify").expect(200);
        let found = verify();
        assert_eq!(found["holds"], holds, "{sql}: {found}");
        if holds {
            let whole =
                json!({"from_seq": 20, "to_seq": 20, "sealed_to": 20, "holds": true, "broken": []});
            assert_eq!(found, whole);
            // It goes when there are newer ones that are old, and nothing can be put in its place.
            client.user("new");
            client.user("newer");
            memory.seal().unwrap();
            assert_eq!(verify()["holds"], true);
            memory.sweep().unwrap();
            assert_eq!(seqs(&memory, 1), [21, 22]);
            assert_eq!(verify()["from_seq"], 21);
            assert_eq!(verify()["holds"], true);
            for seq in [15, 20] {
                memory.sql(&format!(
                    "INSERT INTO events (tenant_id, seq, at, type, actor_kind, body) VALUES (1, {seq}, '', 'x.y', 'z', '{{}}')"
                ));
                assert_eq!(verify()["holds"], false, "{seq}");
                memory.sql(&format!(
                    "DELETE FROM events WHERE tenant_id = 1 AND seq = {seq}"
                ));
            }
        }
    }
}

/// A key that comes later seals what is there by then.
#[test]
fn a_record_that_was_trimmed_without_a_key_is_sealed_from_where_it_begins() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for number in 0..20 {
        client.user(&format!("u{number}"));
    }
    memory.elapsed.set(memory.elapsed.get() + KEPT);
    client.user("new");
    client.user("newer");
    memory.sweep().unwrap();
    let memory = sealing(memory);
    let operator = Operator::new(&memory);
    let verify = || operator.get("/tenants/1/events/verify").expect(200);
    assert_eq!(
        (seqs(&memory, 1), &verify()["holds"]),
        (vec![22, 23], &json!(true))
    );
    memory.seal().unwrap();
    let holds = json!({"from_seq": 22, "to_seq": 23, "sealed_to": 23, "holds": true, "broken": []});
    assert_eq!(verify(), holds);
    memory.sql("UPDATE seals SET start = NULL WHERE tenant_id = 1");
    assert_eq!(verify()["holds"], false);
}

/// Of a tenant that has ended the stubs stay until their time is over, and a reader comes past
/// them.
#[test]
fn the_feed_goes_through_what_an_ended_tenant_left() {
    let memory = sealing(Memory::new());
    let operator = Operator::new(&memory);
    let other = operator.tenant("Other");
    let client = operator.client(other, &json!({"label": "x"}));
    for number in 0..30 {
        client.user(&format!("u{number}"));
    }
    let page = operator.get("/events?limit=9").expect(200);
    let after = page["next"].as_str().unwrap().to_owned();
    operator
        .delete(&format!("/tenants/{other}?confirm=Other"))
        .expect(202);
    for _ in 0..3 {
        memory.run_jobs(Budget::PAID).unwrap();
    }
    memory.seal().unwrap();
    Client::new(&memory).user("ada");
    let (events, _) = follow(&operator, "/events?limit=7", after.clone());
    let stubs = events.iter().filter(|event| event["tenant"] == other);
    assert!(stubs.clone().count() > 20);
    assert!(
        stubs
            .clone()
            .all(|event| event["resource"]["name"].is_null() && event.get("changes").is_none())
    );
    let kinds: Vec<_> = events
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect();
    let place = |kind: &str| kinds.iter().position(|known| *known == kind).unwrap();
    assert!(place("tenant.deleted") > place("user.created"));
    assert!(
        events
            .iter()
            .any(|event| event["resource"]["name"] == "ada")
    );
    memory.elapsed.set(memory.elapsed.get() + KEPT);
    Client::new(&memory).user("ben");
    memory.seal().unwrap();
    memory.sweep().unwrap();
    memory.sweep().unwrap();
    let page = operator
        .get(&format!("/events?after={after}&limit=200"))
        .expect(200);
    assert_eq!(page["trimmed"], true);
    assert_eq!(
        page["data"].as_array().unwrap().last().unwrap()["resource"]["name"],
        "ben"
    );
}

/// Such a cursor is of another deployment, or the database was set back: to go on from it would
/// miss all that comes until then.
#[test]
fn a_cursor_behind_the_end_is_refused() {
    let memory = Memory::new();
    let operator = Operator::new(&memory);
    Client::new(&memory).user("ada");
    let next = |feed: &str| {
        operator.get(&format!("{feed}?after=latest")).expect(200)["next"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let (all, own) = (next("/events"), next("/tenants/1/events"));
    let newest = memory.number("SELECT max(position) FROM events");
    let seq = memory.number("SELECT max(seq) FROM events WHERE tenant_id = 1");
    for (feed, after) in [
        ("/events", format!("1.{}", newest + 1)),
        ("/events", "1.99999".to_owned()),
        ("/tenants/1/events", "1.99999".to_owned()),
        ("/tenants/1/events", format!("1.{newest}.{}.1", seq + 1)),
        ("/events?type=group.*&wait=20", "1.99999".to_owned()),
    ] {
        let joint = if feed.contains('?') { '&' } else { '?' };
        let got = operator.get(&format!("{feed}{joint}after={after}"));
        got.problem(400, "cursor_beyond_end", "anew");
    }
    for feed in ["/events", "/tenants/1/events"] {
        for after in [&all, &own] {
            let page = operator.get(&format!("{feed}?after={after}")).expect(200);
            assert_eq!(page["data"], json!([]));
        }
    }
}

/// Backwards nothing is missed: such a page begins at the newest event that there is.
#[test]
fn backwards_a_cursor_behind_the_end_begins_at_the_newest() {
    let memory = Memory::new();
    let operator = Operator::new(&memory);
    let client = Client::new(&memory);
    for name in ["ada", "ben", "cid"] {
        client.user(name);
    }
    let page = |before: &str| {
        let shown = operator
            .get(&format!("/tenants/1/events?limit=2&before={before}"))
            .expect(200);
        let data = shown["data"].as_array().unwrap();
        let numbers: Vec<i64> = data.iter().map(|e| e["seq"].as_i64().unwrap()).collect();
        (numbers, shown["next"].as_str().unwrap().to_owned())
    };
    let (newest, next) = page("");
    let (older, _) = page(&next);
    let seq = memory.number("SELECT max(seq) FROM events WHERE tenant_id = 1");
    assert_eq!(newest, [seq, seq - 1]);
    assert_eq!(older.first(), Some(&(seq - 2)));
    let position = memory.number("SELECT max(position) FROM events");
    for beyond in [
        "1.99999".to_owned(),
        format!("1.99999.{}.1", seq + 1),
        format!("1.{position}.99999.1"),
    ] {
        assert_eq!(page(&beyond).0, newest, "{beyond}");
    }
    // The one at the end is of the newest event itself, which is not before it.
    assert_eq!(
        page(&format!("1.{position}.{seq}.1")).0.first(),
        Some(&(seq - 1))
    );
}
