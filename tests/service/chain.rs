//! The chain: what is done to the record behind its back shows.

use std::panic::{AssertUnwindSafe, catch_unwind};

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use service::jobs::Budget;
use service::master::Master;
use sha2::{Digest, Sha256};

use testing::client::{Client, Operator};
use testing::memory::Memory;

/// A deployment with a master key, and a tenant 1 with so many users, sealed in blocks.
fn sealed(users: usize) -> Memory {
    let mut memory = Memory::new();
    memory.settings.master = Master::parse(&"5a".repeat(32)).unwrap();
    // So that the first request is told of by no event.
    memory
        .database
        .sql("UPDATE tenants SET last_request_at = '2099-01-01'");
    let client = Client::new(&memory);
    for number in 0..users {
        client.user(&format!("user{number}"));
        if number % 10 == 9 {
            memory.seal().unwrap();
        }
    }
    memory
}

fn verify(memory: &Memory) -> Value {
    Operator::new(memory)
        .get("/tenants/1/events/verify")
        .expect(200)
}

/// What is found after a change of the tables.
#[track_caller]
fn found(sql: &str) -> Value {
    let memory = sealed(50);
    memory.database.sql(sql);
    let found = verify(&memory);
    assert_eq!(found["holds"], false, "{sql}");
    let blocks = found["broken"].as_array().unwrap().iter();
    let blocks = blocks.map(|block| json!([block["from_seq"], block["to_seq"], block["why"]]));
    blocks.collect::<Vec<_>>().into()
}

#[test]
fn a_record_that_nobody_touched_holds() {
    let memory = sealed(45);
    let expected =
        json!({"from_seq": 1, "to_seq": 45, "sealed_to": 40, "holds": true, "broken": []});
    assert_eq!(verify(&memory), expected);
    memory.seal().unwrap();
    memory.seal().unwrap();
    assert_eq!(memory.database.number("SELECT count(*) FROM seals"), 5);
    assert_eq!(verify(&memory)["sealed_to"], 45);
    let operator = Operator::new(&memory);
    let page = operator.get("/events?limit=1").expect(200);
    assert_eq!(page["chain"]["1"]["seq"], 45);
    let from = operator
        .get("/tenants/1/events/verify?from_seq=25")
        .expect(200);
    assert_eq!(
        (&from["holds"], &from["to_seq"]),
        (&json!(true), &json!(45))
    );
    operator
        .get("/tenants/1/events/verify?from_seq=0")
        .problem(400, "invalid_query", "from_seq");
}

/// Each is named by the block that it is in.
#[test]
fn edits_deletions_and_forgeries_are_named() {
    let changed = "an event was changed or is missing";
    for (sql, from, to, why) in [
        (
            "UPDATE events SET body = replace(body, 'user14', 'eve') WHERE seq = 15",
            11,
            20,
            changed,
        ),
        (
            "UPDATE events SET actor_id = 'tok_eve' WHERE seq = 21",
            21,
            30,
            changed,
        ),
        (
            "UPDATE events SET at = '2020-01-01T00:00:00.000Z' WHERE seq = 30",
            21,
            30,
            changed,
        ),
        ("DELETE FROM events WHERE seq = 50", 41, 50, changed),
        ("DELETE FROM events WHERE seq = 1", 1, 10, changed),
        (
            "UPDATE events SET seq = 99 WHERE seq = 31; UPDATE events SET seq = 31 WHERE seq = 32; \
          UPDATE events SET seq = 32 WHERE seq = 99",
            31,
            40,
            changed,
        ),
        (
            "UPDATE events SET body = NULL, salt = NULL WHERE seq = 31",
            31,
            40,
            changed,
        ),
        (
            "UPDATE events SET position = 999 WHERE seq = 15; UPDATE events SET position = 15 WHERE seq = 16; \
          UPDATE events SET position = 16 WHERE seq = 15",
            11,
            20,
            changed,
        ),
        (
            "UPDATE events SET position = 999 WHERE seq = 20; UPDATE events SET position = 20 WHERE seq = 21; \
          UPDATE events SET position = 21 WHERE seq = 20",
            21,
            30,
            changed,
        ),
        (
            "UPDATE seals SET mac = upper(mac) WHERE last_seq = 20",
            11,
            20,
            "the seal was not made by this deployment",
        ),
        (
            "DELETE FROM seals WHERE last_seq = 30",
            21,
            30,
            "a seal is missing",
        ),
        (
            "DELETE FROM seals WHERE last_seq > 30",
            31,
            50,
            "a seal is missing",
        ),
        ("DELETE FROM seals", 1, 50, "a seal is missing"),
        (
            "UPDATE seals SET key = 'x' WHERE last_seq = 30",
            21,
            30,
            "the master key of the seal is not set any more",
        ),
    ] {
        assert!(
            found(sql)
                .as_array()
                .unwrap()
                .contains(&json!([from, to, why])),
            "{sql}: {}",
            found(sql)
        );
    }
    // What is deleted before it is sealed shows, too.
    let memory = sealed(10);
    let client = Client::new(&memory);
    for name in ["a", "b", "c"] {
        client.user(name);
    }
    memory.database.sql("DELETE FROM events WHERE seq = 12");
    let missing = |memory: &Memory| verify(memory)["broken"][0].clone();
    assert_eq!(
        missing(&memory),
        json!({"from_seq": 11, "to_seq": 13, "why": "an event is missing"})
    );
    memory.seal().unwrap();
    assert_eq!(
        missing(&memory),
        json!({"from_seq": 11, "to_seq": 13, "why": "an event is missing"})
    );
}

/// A number that was never given, and a boundary that was moved: each is named, and no page of the
/// feed ends by it.
#[test]
fn what_is_no_event_is_named_and_ends_nothing() {
    let changed = "an event was changed or is missing";
    let stray = "an event has a number that was never given";
    let forge = |seq: &str| {
        format!(
            "INSERT INTO events (position, tenant_id, seq, at, type, actor_kind, body) \
             VALUES (999, 1, {seq}, '2026-11-26T00:00:00.000Z', 'user.deleted', 'operator', '{{}}')"
        )
    };
    for (sql, from, to, why) in [
        (forge("-1"), -1, 0, stray),
        (forge("0"), 0, 0, stray),
        (forge("5.5"), 1, 10, changed),
        (forge("'zz'"), 51, 50, stray),
        (forge("99"), 51, 99, "an event is missing"),
        ("UPDATE events SET salt = salt || body, body = '' WHERE seq = 15".into(), 11, 20, changed),
        ("UPDATE events SET body = salt || body, salt = '' WHERE seq = 15".into(), 11, 20, changed),
        (
            "UPDATE events SET salt = salt || substr(body, 1, 9), body = substr(body, 10) WHERE seq = 15".into(),
            11, 20, changed,
        ),
        ("UPDATE events SET body = body || char(0) WHERE seq = 15".into(), 11, 20, changed),
        ("UPDATE events SET salt = salt || char(0) WHERE seq = 15".into(), 11, 20, changed),
        ("UPDATE events SET body = NULL, digest = 'a' || char(0) WHERE seq = 15".into(), 11, 20, changed),
        ("UPDATE events SET body = '[]' WHERE seq = 15".into(), 11, 20, changed),
    ] {
        for is_sealed_later in [false, true] {
            let memory = sealed(50);
            memory.sql(&sql);
            if is_sealed_later {
                memory.seal().unwrap();
                if sql.starts_with("INSERT") {
                    memory.sql("DELETE FROM events WHERE position = 999");
                    memory.sql(&sql);
                }
            }
            let found = verify(&memory);
            let broken = json!({"from_seq": from, "to_seq": to, "why": why});
            assert_eq!(found["broken"][0], broken, "{sql}");
            let page = Operator::new(&memory).get("/tenants/1/events?limit=200").expect(200);
            let count = page["data"].as_array().unwrap().len();
            assert_eq!(count, if sql.contains("99, '2026") { 51 } else { 50 }, "{sql}");
            Operator::new(&memory).get("/tenants/1/events?before=").expect(200);
            Operator::new(&memory).get("/tenants/1/events?after=latest").expect(200);
            Operator::new(&memory).get("/events?type=user.*&limit=200").expect(200);
        }
    }
}

/// An event of no tenant stops no sealer.
#[test]
fn an_event_of_no_tenant_stops_nobody() {
    let memory = sealed(0);
    memory.sql("INSERT INTO events (tenant_id, seq, at, type, actor_kind, body) VALUES (1.5, 1, '2026-01-01', 'x.y', 'z', '{}')");
    Client::new(&memory).user("ada");
    memory.seal().unwrap();
    let page = Operator::new(&memory).get("/events").expect(200);
    assert_eq!(page["data"].as_array().unwrap().len(), 1);
    assert_eq!(verify(&memory)["holds"], true);
}

/// Those of tenants that never were are in no feed, are not sealed, and are told of with the events
/// of the house, in every shard; a tenant that has ended was there.
#[test]
fn events_of_tenants_that_never_were_are_named() {
    let mut memory = Memory::sharded();
    memory.settings.master = Master::parse(&"5a".repeat(32)).unwrap();
    let operator = Operator::new(&memory);
    let ended = operator.tenant("Ended");
    operator
        .delete(&format!("/tenants/{ended}?confirm=Ended"))
        .expect(202);
    for _ in 0..3 {
        memory.run_jobs(Budget::PAID).unwrap();
    }
    let body = json!({"name": "Elsewhere", "shard": 2});
    let elsewhere = operator.post("/tenants", &body).expect(201)["id"].clone();
    memory.seal().unwrap();
    let house = || operator.get("/tenants/0/events/verify").expect(200);
    let all = || {
        operator.get("/events?limit=200").expect(200)["data"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(house()["broken"], json!([]));
    let count = all();
    let forge = |tenant: &str, seq: &str| {
        format!(
            "INSERT INTO events (tenant_id, seq, at, type, actor_kind, body) \
             VALUES ({tenant}, {seq}, '2026-01-01T00:00:00.000Z', 'user.deleted', 'operator', '{{}}')"
        )
    };
    for tenant in ["-1", "99999", "1.5", "'x'", "x'41'"] {
        memory.sql(&forge(tenant, "1"));
        memory.sql(&forge(tenant, "7"));
        memory.seal().unwrap();
        let why = format!(
            "an event is of a tenant that never was: {}, in shard 1",
            tenant.to_uppercase().replace("'X'", "'x'")
        );
        assert_eq!(
            house()["broken"],
            json!([{"from_seq": 1, "to_seq": 7, "why": why}]),
            "{tenant}"
        );
        assert_eq!(house()["holds"], false);
        assert_eq!(all(), count, "{tenant}");
        memory.sql(&format!("DELETE FROM events WHERE tenant_id = {tenant}"));
        memory.seal().unwrap();
    }
    // Of one that has ended nothing is left that says anything.
    memory.sql(&forge(&ended.to_string(), "70"));
    let why = format!("an event with values is of a tenant that was deleted: {ended}, in shard 1");
    assert_eq!(
        house()["broken"],
        json!([{"from_seq": 70, "to_seq": 70, "why": why}])
    );
    // While its end is at work there is much that does.
    memory.sql("UPDATE jobs SET state = 'running', finished_at = NULL");
    assert_eq!(house()["broken"], json!([]));
    memory.sql("UPDATE jobs SET state = 'finished', finished_at = '2026-01-01'");
    memory.sql("DELETE FROM events WHERE seq = 70");
    // Those of the house, and of a tenant, stand in one database alone.
    memory.database.others[0].sql(&forge("0", "1"));
    memory.sql(&forge(&elsewhere.to_string(), "x'41'"));
    let whys = house()["broken"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["why"].clone())
        .collect::<Vec<_>>();
    assert_eq!(
        whys,
        [
            "an event is of a tenant that never was: 3, in shard 1",
            "an event is of a tenant that never was: 0, in shard 2",
        ]
    );
}

/// A seal says of whose events it is, and when it was made; what is done to that shows, and an
/// erasure does not believe it.
#[test]
fn what_a_seal_says_is_covered() {
    for (of, to) in [
        ("resources", "''"),
        ("resources", "NULL"),
        ("resources", "'[]'"),
        ("resources", "x'41'"),
        (
            "resources",
            "(SELECT resources FROM seals WHERE last_seq = 10)",
        ),
        ("at", "'2020-01-01T00:00:00.000Z'"),
        ("prev_seq", "9"),
        ("start", "'ab'"),
        ("start", "mac"),
    ] {
        let memory = sealed(10);
        let (client, operator) = (Client::new(&memory), Operator::new(&memory));
        let ada = client.user("ada.lovelace");
        client.delete(&format!("/Users/{ada}")).expect(204);
        memory.seal().unwrap();
        assert_eq!(verify(&memory)["holds"], true);
        memory.sql(&format!("UPDATE seals SET {of} = {to} WHERE last_seq = 12"));
        let found = verify(&memory);
        let last = found["broken"].as_array().unwrap().last().unwrap();
        let forged = json!([12, "the seal was not made by this deployment"]);
        assert_eq!(
            json!([last["to_seq"], last["why"]]),
            forged,
            "{of} {to}: {found}"
        );
        let erased = operator
            .post("/tenants/1/erase", &json!({ "resource": ada }))
            .expect(200);
        assert_eq!(
            (&erased["events"], &erased["more"]),
            (&json!(2), &json!(false)),
            "{of} {to}"
        );
        assert_eq!(
            memory.number("SELECT count(*) FROM events WHERE body LIKE '%lovelace%'"),
            0
        );
    }
}

/// Seals that were made before had a code of their head alone: they hold, and what they say of
/// whose events they are is not believed.
#[test]
fn seals_of_before_hold() {
    let memory = sealed(10);
    let (client, operator) = (Client::new(&memory), Operator::new(&memory));
    let ada = client.user("ada.lovelace");
    client.delete(&format!("/Users/{ada}")).expect(204);
    memory.seal().unwrap();
    let code = |key: &[u8], text: &str| {
        let mut code = Hmac::<Sha256>::new_from_slice(key).unwrap();
        code.update(text.as_bytes());
        code.finalize().into_bytes()
    };
    let connection = memory.database.connection.borrow();
    let head: String = connection
        .query_row("SELECT head FROM seals WHERE last_seq = 12", [], |row| {
            row.get(0)
        })
        .unwrap();
    drop(connection);
    let mac = code(&code(&[0x5a; 32], "seal\u{0}1"), &head);
    let mac = base16ct::lower::encode_string(&mac);
    memory.sql(&format!(
        "UPDATE seals SET mac = '{mac}', resources = '' WHERE last_seq = 12"
    ));
    assert_eq!(verify(&memory)["holds"], true);
    let erased = operator
        .post("/tenants/1/erase", &json!({ "resource": ada }))
        .expect(200);
    assert_eq!(erased["events"], 2);
    memory.sql("UPDATE seals SET mac = 'ab' WHERE last_seq = 12");
    assert_eq!(verify(&memory)["holds"], false);
}

/// What is read of a record.
const PATHS: [&str; 6] = [
    "/tenants/1/events/verify",
    "/tenants/1/events?limit=200",
    "/tenants/1/events?before=",
    "/events?limit=200",
    "/events?type=user.*",
    "/events?after=latest",
];
/// The tables of it.
const KEPT: [&str; 3] = ["events", "seals", "sealing"];
/// What somebody writes there.
const VALUES: [&str; 11] = [
    "9223372036854775807",
    "-9223372036854775808",
    "1e300",
    "-1e300",
    "15.5",
    "'zz'",
    "x'41'",
    "x''",
    "NULL",
    "''",
    "char(0)",
];
/// And where.
const COLUMNS: [(&str, &[&str]); 2] = [
    (
        "events",
        &[
            "seq",
            "at",
            "type",
            "resource_type",
            "resource_id",
            "actor_kind",
            "actor_id",
            "request",
            "salt",
            "body",
            "digest",
            "tenant_id",
            "position",
        ],
    ),
    (
        "seals",
        &[
            "tenant_id",
            "last_seq",
            "prev_seq",
            "head",
            "at",
            "mac",
            "key",
            "resources",
            "start",
        ],
    ),
];

/// Whatever stands in a column, the record is verified and the block named, the feed goes on, and
/// the next events are sealed.
#[test]
fn a_value_of_another_type_stops_nobody() {
    let memory = sealed(30);
    let operator = Operator::new(&memory);
    for table in KEPT {
        memory.sql(&format!(
            "CREATE TABLE kept_{table} AS SELECT * FROM {table}"
        ));
    }
    let mut wrong = Vec::new();
    for (table, columns) in COLUMNS {
        let number = if table == "events" { "seq" } else { "last_seq" };
        for column in columns {
            let own = format!("CAST({column} AS BLOB)");
            for value in VALUES
                .iter()
                .copied()
                .chain([own.as_str(), "printf('%.*c', 300000, 'x')"])
            {
                for table in KEPT {
                    memory.sql(&format!(
                        "DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table}"
                    ));
                }
                let sql = format!(
                    "UPDATE {table} SET {column} = {value} WHERE tenant_id = 1 AND {number} = 20"
                );
                let is_same = format!(
                    "SELECT count(*) FROM {table} WHERE tenant_id = 1 AND {number} = 20 AND {column} IS {value}"
                );
                let is_same = memory.number(&is_same) > 0;
                let result = memory.database.connection.borrow().execute_batch(&sql);
                if result.is_err() || is_same {
                    continue;
                }
                for path in PATHS {
                    // What somebody wrote there is shown, though it is no time and no type.
                    let got = catch_unwind(AssertUnwindSafe(|| operator.get(path)));
                    let is_fine = match got {
                        Ok(got) if path.ends_with("verify") => got.body["holds"] == false,
                        Ok(got) if path.ends_with("events?limit=200") => got.body["data"]
                            .as_array()
                            .is_some_and(|data| data.len() >= 29),
                        Ok(got) => got.status == 200,
                        Err(why) => why
                            .downcast_ref::<String>()
                            .is_some_and(|why| why.contains("/events, 200: not as openapi")),
                    };
                    if !is_fine {
                        wrong.push(format!("{sql} {path}"));
                    }
                }
                if memory.seal().is_err() || memory.sweep().is_err() {
                    wrong.push(sql);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Numbers and positions that somebody put there: the tenant's writes go on and are fed in their
/// order, a brake counts them, and verify names the row.
#[test]
fn planted_numbers_end_no_writes() {
    let numbers = [
        "9223372036854775807",
        "9007199254740991",
        "1e300",
        "'zz'",
        "x'41'",
    ];
    let positions = [
        "9223372036854775807",
        "9007199254740991",
        "9007199254740993",
    ];
    let numbers = numbers.map(|number| (30, "seq", number));
    let positions = positions.map(|position| (20, "position", position));
    for (of, column, value) in numbers.into_iter().chain(positions) {
        let memory = sealed(30);
        let (client, operator) = (Client::new(&memory), Operator::new(&memory));
        let brake = json!({"settings": {"brake": {"count": 2}}});
        operator.patch("/tenants/1", &brake).expect(200);
        memory.seal().unwrap();
        let last = memory.number("SELECT max(seq) FROM events WHERE tenant_id = 1");
        memory.sql(&format!(
            "UPDATE events SET {column} = {value} WHERE tenant_id = 1 AND seq = {of}"
        ));
        let cursor = operator.get("/events?after=latest").expect(200)["next"].clone();
        let cursor = cursor.as_str().unwrap();
        let ids = ["ann", "bob", "cid"].map(|name| client.user(name));
        let operations = ["dan", "ann", "eve"].map(|name| {
            json!({"method": "POST", "path": "/Users", "bulkId": name, "data": {
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name}})
        });
        let bulk = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations});
        client.post("/Bulk", &bulk).expect(200);
        for (id, status) in ids.iter().zip([204, 204, 429]) {
            client.delete(&format!("/Users/{id}")).expect(status);
        }
        let page = operator
            .get(&format!("/tenants/1/events?after={cursor}"))
            .expect(200);
        let events = page["data"].as_array().unwrap();
        let told: Vec<Value> = events
            .iter()
            .map(|event| json!([event["seq"], event["type"]]))
            .collect();
        let created = std::iter::repeat_n("user.created", 5);
        let removed = std::iter::repeat_n("user.deleted", 2);
        let types = created.chain(removed).chain(["brake.engaged"]);
        let wanted: Vec<Value> = (last + 1..)
            .zip(types)
            .map(|(seq, kind)| json!([seq, kind]))
            .collect();
        assert_eq!(told, wanted, "{column} {value}");
        for _ in 0..2 {
            assert_eq!(verify(&memory)["holds"], false, "{column} {value}");
            memory.seal().unwrap();
        }
    }
}

/// The deployment's own events.
#[test]
fn the_record_of_the_house_is_verified() {
    let memory = sealed(10);
    let operator = Operator::new(&memory);
    let second = operator.tenant("Second");
    memory.seal().unwrap();
    let verify = || operator.get("/tenants/0/events/verify").expect(200);
    assert_eq!(
        (&verify()["holds"], &verify()["sealed_to"]),
        (&json!(true), &json!(1))
    );
    let token = json!({"label": "b", "scopes": ["events:read"], "tenant": second});
    let token = operator.post("/operator-tokens", &token).expect(201);
    let bound = Operator::with(&memory, token["token"].as_str().unwrap());
    bound
        .get("/tenants/0/events/verify")
        .problem(404, "tenant_not_found", "");
    operator
        .get("/tenants/0/events")
        .problem(404, "tenant_not_found", "");
    operator
        .get("/tenants/00/events/verify")
        .problem(404, "tenant_not_found", "");
    memory.sql("UPDATE events SET actor_id = 'x' WHERE tenant_id = 0 AND seq = 1");
    assert_eq!(verify()["holds"], false);
}

/// A witness keeps heads, and asks whether the chain had them.
#[test]
fn a_head_that_was_kept_is_compared() {
    let memory = sealed(50);
    let operator = Operator::new(&memory);
    let compare = |seq: i64, head: &str| {
        let path = format!("/tenants/1/events/verify?seq={seq}&head={head}");
        operator.get(&path).expect(200)
    };
    let head = |seq: i64| -> String {
        let connection = memory.database.connection.borrow();
        let sql = "SELECT head FROM seals WHERE tenant_id = 1 AND last_seq = ?1";
        connection.query_row(sql, [seq], |row| row.get(0)).unwrap()
    };
    let (ten, thirty) = (head(10), head(30));
    for (seq, head, holds) in [
        (10, &ten, true),
        (30, &thirty, true),
        (30, &thirty.to_uppercase(), true),
        (30, &ten, false),
        (29, &thirty, false),
        (60, &thirty, false),
    ] {
        assert_eq!(compare(seq, head)["holds"], holds, "{seq}");
    }
    for wrong in [
        "seq=5",
        "head=ab",
        "seq=5&head=ab",
        "seq=0",
        "from_seq=1&seq=30&head=",
    ] {
        let path = format!("/tenants/1/events/verify?{wrong}");
        operator.get(&path).problem(400, "invalid_query", "");
    }
    // Sealed afresh it holds, and not for who kept a head.
    memory.sql(
        "UPDATE events SET actor_id = 'x' WHERE seq = 5; DELETE FROM seals; UPDATE sealing SET position = 0",
    );
    memory.seal().unwrap();
    assert_eq!(verify(&memory)["holds"], true);
    let told = json!([{"from_seq": 10, "to_seq": 10, "why": "the head that was kept is none of this chain"}]);
    assert_eq!(compare(10, &ten)["broken"], told);
}

/// An erased event has the digest of its body in place of it; what is written there later is not
/// what was sealed.
#[test]
fn a_body_beside_its_digest_is_named() {
    let memory = sealed(10);
    let (client, operator) = (Client::new(&memory), Operator::new(&memory));
    let ada = client.user("ada");
    client.delete(&format!("/Users/{ada}")).expect(204);
    memory.seal().unwrap();
    operator
        .post("/tenants/1/erase", &json!({ "resource": ada }))
        .expect(200);
    assert_eq!(verify(&memory)["holds"], true);
    memory.database.sql(
        "UPDATE events SET body = json_object('name', 'eve', 'changes', json_array()) WHERE seq = 11",
    );
    assert_eq!(
        verify(&memory)["broken"][0],
        json!({"from_seq": 11, "to_seq": 12, "why": "an event was changed or is missing"})
    );
}

/// Four sealers at once make one chain: those who come too late write nothing.
#[test]
fn a_seal_that_comes_too_late_writes_nothing() {
    let memory = sealed(10);
    memory.database.sql("UPDATE sealing SET position = 0");
    memory.seal().unwrap();
    assert_eq!(memory.database.number("SELECT count(*) FROM seals"), 1);
    assert_eq!(verify(&memory)["holds"], true);
}

#[test]
fn without_a_master_key_nothing_is_sealed() {
    let memory = Memory::new();
    Client::new(&memory).user("ada");
    memory.seal().unwrap();
    assert_eq!(memory.database.number("SELECT count(*) FROM seals"), 0);
    Operator::new(&memory)
        .get("/tenants/1/events/verify")
        .problem(409, "no_master_key", "MASTER_KEY");
}

/// A block ends by its bytes, too: the job goes on behind it.
#[test]
fn what_one_block_does_not_hold_is_sealed_by_the_next() {
    let memory = sealed(0);
    let client = Client::new(&memory);
    for number in 0..120 {
        let body = json!({ "userName": format!("u{number}"), "title": "x".repeat(11_000) });
        client.created("/Users", &body);
    }
    memory.seal().unwrap();
    assert!(memory.database.number("SELECT count(*) FROM seals") > 1);
    let found = verify(&memory);
    assert_eq!(
        (&found["sealed_to"], &found["holds"]),
        (&json!(120), &json!(true))
    );
}

/// How far the sealer has come stands in one row: without it, or with what it cannot say, that is
/// named, and the next minute makes it anew. What is sealed already stays as it is.
#[test]
fn the_row_of_the_sealer_is_named_and_made_anew() {
    for sql in [
        "DELETE FROM sealing",
        "UPDATE sealing SET trimmed = 'x'",
        "UPDATE sealing SET trimmed = -1",
        "UPDATE sealing SET position = 'x'",
        "UPDATE sealing SET position = x'41'",
        "UPDATE sealing SET position = 5.5",
        "UPDATE sealing SET position = -1",
        "UPDATE sealing SET position = 1e300",
        "UPDATE sealing SET position = 9223372036854775807",
        "UPDATE sealing SET position = position + 6",
        "INSERT INTO sealing (rowid, position) VALUES (-1, 'x')",
        "INSERT INTO sealing (position) VALUES (1)",
    ] {
        let memory = sealed(25);
        memory.sql(sql);
        let why = "the row of the table sealing is missing, or is none that was written";
        let broken = json!([{ "from_seq": 21, "to_seq": 25, "why": why }]);
        assert_eq!(verify(&memory)["broken"], broken, "{sql}");
        let status = Operator::new(&memory).get("/status").expect(200);
        let unsealed = status["shards"][0]["unsealed"].as_i64().unwrap();
        assert!(unsealed >= 5, "{sql}: {unsealed}");
        memory.seal().unwrap();
        let found = verify(&memory);
        assert_eq!(found["holds"], true, "{sql}: {found}");
        assert_eq!(found["sealed_to"], 25, "{sql}");
        Client::new(&memory).user("ada");
        memory.seal().unwrap();
        assert_eq!(verify(&memory)["sealed_to"], 26, "{sql}");
        assert_eq!(memory.number("SELECT count(*) FROM seals"), 4, "{sql}");
        assert_eq!(memory.number("SELECT count(*) FROM sealing"), 1, "{sql}");
    }
    // Where there are more events than a round looks at, some of another tenant between them.
    let memory = sealed(10);
    let tenant = Operator::new(&memory).tenant("Other");
    for number in 0..600 {
        let tenant = if number % 3 == 0 { tenant } else { 1 };
        let path = format!("/tenants/{tenant}/scim/v2/Users");
        let body = json!({ "userName": format!("other{number}") });
        Operator::new(&memory).post(&path, &body).expect(201);
        if number == 500 {
            memory.seal().unwrap();
            memory.sql("DELETE FROM sealing");
        }
    }
    memory.seal().unwrap();
    for tenant in [1, tenant] {
        let path = format!("/tenants/{tenant}/events/verify");
        let found = Operator::new(&memory).get(&path).expect(200);
        assert_eq!(found["holds"], true, "{found}");
        assert_eq!(found["sealed_to"], found["to_seq"], "{found}");
    }
    // What was passed over is sealed once the row is set back by hand.
    let client = Client::new(&memory);
    client.user("late");
    memory.sql("UPDATE sealing SET position = (SELECT max(position) FROM events)");
    client.user("latest");
    memory.seal().unwrap();
    assert_eq!(verify(&memory)["broken"][0]["why"], "a seal is missing");
    memory.sql("UPDATE sealing SET position = 0");
    memory.seal().unwrap();
    assert_eq!(verify(&memory)["holds"], true);
}

/// Whoever can write to the database can empty an event and put its digest there: the code that
/// says that it was an erasure is made with the key alone.
#[test]
fn a_forged_erasure_is_named() {
    let memory = sealed(20);
    let connection = memory.database.connection.borrow();
    let sql = "SELECT salt || body FROM events WHERE tenant_id = 1 AND seq = 15";
    let content: String = connection.query_row(sql, [], |row| row.get(0)).unwrap();
    drop(connection);
    let digest = base16ct::lower::encode_string(&Sha256::digest(content));
    memory.database.sql(&format!(
        "UPDATE events SET body = NULL, salt = NULL, digest = '{digest}' WHERE tenant_id = 1 AND seq = 15"
    ));
    let forged = json!([{
        "from_seq": 11, "to_seq": 20, "why": "an event was emptied, and not by an erasure of this deployment"
    }]);
    assert_eq!(verify(&memory)["broken"], forged);
    // To have it looked at again by the sealer makes it no better.
    memory.database.sql("UPDATE sealing SET position = 0");
    memory.seal().unwrap();
    assert_eq!(verify(&memory)["broken"], forged);
    // Nor does the mark of another event.
    let users = Client::new(&memory)
        .get("/Users?filter=userName eq \"user3\"")
        .expect(200);
    let id = users["Resources"][0]["id"].as_str().unwrap().to_owned();
    Client::new(&memory)
        .delete(&format!("/Users/{id}"))
        .expect(204);
    let erase = json!({ "resource": id });
    Operator::new(&memory)
        .post("/tenants/1/erase", &erase)
        .expect(200);
    assert_eq!(verify(&memory)["broken"], forged);
    memory.database.sql(&format!(
        "UPDATE events SET digest = '{digest}.' || (SELECT substr(digest, 66) FROM events WHERE tenant_id = 1 AND seq = 4) \
         WHERE tenant_id = 1 AND seq = 15"
    ));
    assert_eq!(verify(&memory)["broken"], unknown(11, 20));
}

fn unknown(from: i64, to: i64) -> Value {
    json!([{
        "from_seq": from, "to_seq": to,
        "why": "an event was emptied under a master key that is not set now, or by somebody else: which of them cannot be checked without that key"
    }])
}

/// An erasure has the code of the newest key, which may be gone while that of the seal is there.
#[test]
fn an_erasure_under_a_key_that_is_gone_is_no_forgery() {
    let mut memory = sealed(20);
    let set = |memory: &mut Memory, digits: &[&str]| {
        let keys: Vec<String> = digits.iter().map(|digits| digits.repeat(32)).collect();
        memory.settings.master = Master::parse(&keys.join(",")).unwrap();
    };
    set(&mut memory, &["6b", "5a"]);
    let client = Client::new(&memory);
    let users = client
        .get("/Users?filter=userName eq \"user3\"")
        .expect(200);
    let id = users["Resources"][0]["id"].as_str().unwrap().to_owned();
    client.delete(&format!("/Users/{id}")).expect(204);
    Operator::new(&memory)
        .post("/tenants/1/erase", &json!({ "resource": id }))
        .expect(200);
    assert_eq!(verify(&memory)["holds"], true);
    set(&mut memory, &["5a"]);
    assert_eq!(verify(&memory)["broken"], unknown(1, 10));
    set(&mut memory, &["5a", "6b"]);
    assert_eq!(verify(&memory)["holds"], true);
}

/// What was erased before there was a key is sealed as it is.
#[test]
fn what_was_erased_before_there_was_a_key_holds() {
    let mut memory = Memory::new();
    let ada = Client::new(&memory).user("ada");
    Client::new(&memory)
        .delete(&format!("/Users/{ada}"))
        .expect(204);
    let erase = json!({ "resource": ada });
    Operator::new(&memory)
        .post("/tenants/1/erase", &erase)
        .expect(200);
    memory.settings.master = Master::parse(&"5a".repeat(32)).unwrap();
    memory.seal().unwrap();
    let found = verify(&memory);
    assert_eq!(
        (&found["holds"], &found["sealed_to"]),
        (&json!(true), &found["to_seq"])
    );
    memory
        .database
        .sql("UPDATE events SET digest = substr(digest, 1, 64) WHERE digest IS NOT NULL");
    assert_eq!(verify(&memory)["holds"], false);
}

/// The key may be another by now, and the one of then behind it.
#[test]
fn an_erasure_holds_when_there_is_another_key() {
    let mut memory = sealed(10);
    let client = Client::new(&memory);
    let ada = client.user("ada");
    client.delete(&format!("/Users/{ada}")).expect(204);
    let erase = json!({ "resource": ada });
    let erase = || {
        Operator::new(&memory)
            .post("/tenants/1/erase", &erase)
            .expect(200)
    };
    assert_eq!(erase()["events"], 2);
    memory.seal().unwrap();
    assert_eq!(verify(&memory)["holds"], true);
    let keys = ["a5".repeat(32), "5a".repeat(32)].join(",");
    memory.settings.master = Master::parse(&keys).unwrap();
    let found = verify(&memory);
    assert_eq!(found["holds"], true, "{found}");
    memory.settings.master = Master::parse(&"a5".repeat(32)).unwrap();
    assert_eq!(verify(&memory)["holds"], false);
}
