//! The erasure of a person: nothing in the whole database tells of him any more, and the record
//! holds.

use serde_json::{Value, json};
use service::master::Master;
use testing::client::{Client, Operator};
use testing::memory::Memory;

/// Every table and column in which a text stands, in any letter case.
fn places(memory: &Memory, text: &str) -> Vec<String> {
    let connection = memory.database.connection.borrow();
    let list = |sql: &str| -> Vec<String> {
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    };
    let mut found = Vec::new();
    // Those of the trigram indexes are read through them.
    for table in list("SELECT name FROM sqlite_master WHERE type = 'table'") {
        for column in list(&format!("SELECT name FROM pragma_table_xinfo('{table}')")) {
            let sql = format!(
                "SELECT count(*) FROM \"{table}\" WHERE instr(lower(CAST(\"{column}\" AS TEXT)), lower(?1))"
            );
            let count: Result<i64, _> = connection.query_row(&sql, [text], |row| row.get(0));
            if count.is_ok_and(|count| count > 0) {
                found.push(format!("{table}.{column}"));
            }
        }
    }
    found
}

/// What a person is known by.
const KNOWN: [&str; 5] = [
    "ada.lovelace@example.com",
    "Augusta Ada",
    "ext-00u1",
    "ada@home.example",
    "Countess of Lovelace",
];

fn person() -> Value {
    json!({
        "userName": KNOWN[0], "displayName": KNOWN[1], "externalId": KNOWN[2], "title": KNOWN[4],
        "emails": [{"value": KNOWN[3], "type": "home"}],
    })
}

#[test]
fn nothing_tells_of_a_person_who_was_erased() {
    let mut memory = Memory::new();
    memory.settings.master = Master::parse(&"5a".repeat(32)).unwrap();
    let (client, operator) = (Client::new(&memory), Operator::new(&memory));
    let soft = json!({"settings": {"deletes": "soft"}});
    operator.patch("/tenants/1", &soft).expect(200);
    let ben = client.user("ben");
    let ada = client.created("/Users", &person());
    let group = client.group("Staff", &[&ben, &ada]);
    memory.seal().unwrap();
    // What the provider sent again, in vain, names the person and no id.
    client.post("/Users", &person()).expect(409);
    client
        .patch(
            &format!("/Groups/{group}"),
            &json!([{"op": "add", "path": "members", "value": [{"value": ada, "display": KNOWN[1]}]}]),
        )
        .expect(204);
    client
        .get(&format!("/Users?filter=userName eq \"{}\"", KNOWN[0]))
        .expect(200);
    client.get(&format!("/Users/{}", KNOWN[0])).expect(404);
    let name = json!([{"op": "replace", "path": "displayName", "value": "Ada, once Augusta Ada"}]);
    client.patch(&format!("/Users/{ada}"), &name).expect(200);
    let erase = |id: &str| operator.post("/tenants/1/erase", &json!({ "resource": id }));
    erase(&ada).problem(409, "resource_lives", "Delete it first");
    client.delete(&format!("/Users/{ada}")).expect(204);
    memory.sql(
        "INSERT INTO webhook_deliveries (webhook_id, n, tenant_id, event, at, attempt, milliseconds, reply, outcome) \
         VALUES ('whk_1', 1, 1, 'evt_1_1', '', 1, 1, 'Welcome, Augusta Ada!', 'delivered'), \
         ('whk_1', 2, 2, 'evt_1_1', '', 1, 1, 'another tenant''s', 'delivered')",
    );
    // A group that waits for the person by each of these.
    let pend = json!({"settings": {"unknown_members": "pend"}});
    operator.patch("/tenants/1", &pend).expect(200);
    for awaited in [
        &ada,
        KNOWN[0],
        &KNOWN[0].to_uppercase(),
        KNOWN[2],
        "somebody-else",
    ] {
        let add = json!([{"op": "add", "path": "members", "value": [{"value": awaited}]}]);
        client.patch(&format!("/Groups/{group}"), &add).expect(204);
    }
    for known in KNOWN {
        assert_ne!(places(&memory, known), [""; 0], "{known}");
    }
    let requests = memory.number("SELECT count(*) FROM requests");
    let done = erase(&ada).expect(200);
    assert_eq!((&done["events"], &done["more"]), (&json!(3), &json!(false)));
    assert_eq!(
        (&done["deleted"], &done["deliveries"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(done["pending"], 4);
    assert_eq!(
        memory.number("SELECT count(*) FROM pending_members WHERE value = 'somebody-else'"),
        1
    );
    assert_ne!(places(&memory, "another tenant's"), [""; 0]);
    assert!(done["requests"].as_i64().unwrap() > 3, "{done}");
    let restore = format!("/tenants/1/deleted/{ada}/restore");
    operator.post(&restore, &json!({})).expect(404);
    for known in KNOWN {
        let left = places(&memory, known);
        assert!(left.is_empty(), "{known}: {left:?}");
    }
    assert_eq!(
        memory.number("SELECT count(*) FROM requests"),
        requests,
        "rows stay"
    );
    // What is not of the person stays, and the record holds, what was not sealed yet too.
    assert_ne!(places(&memory, "Staff"), [""; 0]);
    for _ in 0..2 {
        let found = operator.get("/tenants/1/events/verify").expect(200);
        assert_eq!(found["holds"], true, "{found}");
        memory.seal().unwrap();
    }
    let page = operator.get("/events?type=resource.*,user.*").expect(200);
    let events = page["data"].as_array().unwrap();
    let event = events.last().unwrap();
    assert_eq!(event["type"], "resource.erased");
    let resource = json!({"type": "User", "id": ada, "externalId": null, "name": null});
    assert_eq!(
        (&event["resource"], event.get("changes")),
        (&resource, None)
    );
    assert_eq!(event["actor"]["kind"], "operator");
    // Once is enough.
    let again = erase(&ada).expect(200);
    let counts = json!({"resource": ada, "events": 0, "requests": 0, "jobs": 0, "deleted": 0, "pending": 0, "deliveries": 0, "more": false});
    assert_eq!(again, counts);
    assert_eq!(
        memory.number("SELECT count(*) FROM events WHERE type = 'resource.erased'"),
        1
    );
    let rows = operator.get("/tenants/1/requests?limit=200").expect(200);
    let mut rows = rows["data"].as_array().unwrap().iter();
    assert!(rows.any(|row| row["path"] == "…"));
}

#[test]
fn what_is_not_there_cannot_be_erased() {
    let mut memory = Memory::new();
    memory.settings.master = Master::parse(&"5a".repeat(32)).unwrap();
    let operator = Operator::new(&memory);
    for (body, status, code, word) in [
        (
            json!({"resource": "nobody"}),
            404,
            "resource_not_found",
            "resource.id",
        ),
        (json!({}), 400, "missing_member", "resource"),
    ] {
        operator
            .post("/tenants/1/erase", &body)
            .problem(status, code, word);
    }
}

/// What is sealed is emptied under a key, or it would pass for edited ever after.
#[test]
fn what_is_sealed_is_erased_by_a_key_alone() {
    let mut memory = Memory::new();
    let master = Master::parse(&"5a".repeat(32)).unwrap();
    memory.settings.master = master.clone();
    let ada = Client::new(&memory).user("ada");
    memory.seal().unwrap();
    Client::new(&memory).delete(&format!("/Users/{ada}"));
    memory.settings.master = Master::default();
    let body = json!({ "resource": ada });
    let erase = "/tenants/1/erase";
    Operator::new(&memory)
        .post(erase, &body)
        .problem(409, "no_master_key", "Set the secret again");
    memory.settings.master = master;
    let operator = Operator::new(&memory);
    assert_eq!(operator.post(erase, &body).expect(200)["events"], 2);
    memory.seal().unwrap();
    let verified = Operator::new(&memory).get("/tenants/1/events/verify");
    assert_eq!(verified.expect(200)["holds"], true);
}

/// What is no UUID is not: what a group waits for by another's externalId stays.
#[test]
fn an_external_id_is_case_exact() {
    let memory = Memory::new();
    let (client, operator) = (Client::new(&memory), Operator::new(&memory));
    let set = json!({"settings": {"unknown_members": "pend"}});
    operator.patch("/tenants/1", &set).expect(200);
    let group =
        json!({ "displayName": "Staff", "members": [{ "value": "EXT-7" }, { "value": "ext-7" }] });
    client.created("/Groups", &group);
    assert_eq!(memory.number("SELECT count(*) FROM pending_members"), 2);
    operator
        .post("/tenants/1/erase", &json!({ "resource": "ext-7" }))
        .expect(200);
    let left = "SELECT count(*) FROM pending_members WHERE value = 'EXT-7'";
    assert_eq!(memory.number(left), 1);
}

/// An id that is a UUID is the same in any letter case.
#[test]
fn an_id_is_found_in_any_letter_case() {
    let mut memory = Memory::new();
    memory.settings.master = Master::parse(&"5a".repeat(32)).unwrap();
    let (client, operator) = (Client::new(&memory), Operator::new(&memory));
    let set = json!({"settings": {"deletes": "soft", "unknown_members": "pend"}});
    operator.patch("/tenants/1", &set).expect(200);
    let ada = client.created("/Users", &person());
    memory.seal().unwrap();
    let path = "/tenants/1/erase";
    let body = json!({"resource": ada.to_uppercase()});
    operator
        .post(path, &body)
        .problem(409, "resource_lives", "DELETE");
    client.delete(&format!("/Users/{ada}")).expect(204);
    client.group("Staff", &[&ada.to_uppercase(), "EXT-7"]);
    let done = operator.post(path, &body).expect(200);
    assert_eq!(
        (
            &done["resource"],
            &done["events"],
            &done["deleted"],
            &done["pending"]
        ),
        (&json!(ada), &json!(2), &json!(1), &json!(1))
    );
    for known in KNOWN {
        assert_eq!(places(&memory, known), [""; 0], "{known}");
    }
    let other = operator.post(path, &json!({"resource": "EXT-7"}));
    assert_eq!(other.expect(200)["pending"], 1);
}

/// In other letters, with blanks around, in a path, and where quotes are escaped in a text.
#[test]
fn a_person_is_found_however_he_is_told_of() {
    let memory = Memory::new();
    let (client, operator) = (Client::new(&memory), Operator::new(&memory));
    let name = "ZOË.Ümit@persona.example";
    // Nobody by then.
    let line = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Staff",
        "members": [{"userName": name}],
    });
    let told = operator
        .import(1, "dry_run=true", &line.to_string())
        .expect(200);
    assert!(told.to_string().contains("is nobody"), "{told}");
    let zoe = client.created("/Users", &json!({ "userName": name }));
    for again in ["zoë.ümit@persona.example", " ZOË.Ümit@persona.example  "] {
        client.post("/Users", &json!({ "userName": again }));
    }
    client.get("/Users/ZOË.Ümit@persona.example/x");
    client.get("/Users/ZO%C3%8B.%C3%9Cmit%40persona.example/x");
    client.user("zoe");
    client.delete(&format!("/Users/{zoe}")).expect(204);
    for text in ["mit@persona.example", "mit%40persona.example"] {
        assert_ne!(places(&memory, text), [""; 0], "{text}");
    }
    operator
        .post("/tenants/1/erase", &json!({ "resource": zoe }))
        .expect(200);
    for text in ["mit@persona.example", "mit%40persona.example"] {
        assert_eq!(places(&memory, text), [""; 0], "{text}");
    }
    assert_ne!(places(&memory, "\"zoe\""), [""; 0], "another's stay");
}

/// More events than one statement empties, whatever is sealed of them, and whether the seals say of
/// whom they are.
#[test]
fn a_large_record_is_erased_whole() {
    for (seals, unknown) in [
        (0, ""),
        (100, ""),
        (100, "1"),
        (100, "last_seq < 9000"),
        (100, "last_seq > 9000"),
        (20, ""),
    ] {
        erase_large_record(seals, unknown);
    }
}

/// Erases a record of which so many blocks are sealed, some of them before seals said of whom.
fn erase_large_record(seals: usize, unknown: &str) {
    let mut memory = Memory::new();
    memory.settings.master = Master::parse(&"5a".repeat(32)).unwrap();
    let (client, operator) = (Client::new(&memory), Operator::new(&memory));
    let ada = client.created("/Users", &person());
    let path = format!("/Users/{ada}");
    for number in 0..40 {
        let long = json!([{"op": "replace", "path": "title", "value": format!("{number}{}", "x".repeat(4_000))}]);
        client.patch(&path, &long).expect(200);
    }
    client.delete(&path).expect(204);
    memory.sql(
        "INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, body) \
         WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 21000) \
         SELECT 1, (SELECT max(seq) FROM events WHERE tenant_id = 1) + n, '2026-01-01T00:00:00.000Z', 'user.updated', 'User', \
         iif(n % 400 = 0, (SELECT resource_id FROM events WHERE type = 'user.deleted'), 'other'), 'system', '{}' FROM n",
    );
    for _ in 0..seals {
        memory.seal().unwrap();
    }
    if !unknown.is_empty() {
        memory.sql(&format!(
            "UPDATE seals SET resources = NULL WHERE {unknown}"
        ));
    }
    let erase = || operator.post("/tenants/1/erase", &json!({ "resource": ada }));
    let done = erase().expect(200);
    assert_eq!(
        (&done["events"], &done["more"]),
        (&json!(94), &json!(false)),
        "{seals} {unknown}"
    );
    assert_eq!(
        memory.number("SELECT count(*) FROM events WHERE resource_id = 'other' AND body IS NULL"),
        0
    );
    for known in KNOWN {
        let left = places(&memory, known);
        assert!(left.is_empty(), "{known}: {left:?}");
    }
}

/// Letters beyond ASCII have a case, too, which SQL does not know: however a provider writes them.
#[test]
fn a_name_is_found_in_any_case_of_its_letters() {
    let mut memory = Memory::new();
    memory.settings.master = Master::parse(&"5a".repeat(32)).unwrap();
    let (client, operator) = (Client::new(&memory), Operator::new(&memory));
    let pend = json!({"settings": {"unknown_members": "pend", "request_log": {"mode": "all"}}});
    operator.patch("/tenants/1", &pend).expect(200);
    let body = json!({"userName": "ÉVA.Ödön@example.com", "displayName": "Éva ŠTRAUß Андрей"});
    let eva = client.created("/Users", &body);
    client.delete(&format!("/Users/{eva}")).expect(204);
    let known = [
        "éva.ödön@example.com",
        "ÉVA.ÖDÖN@EXAMPLE.COM",
        "Éva.ödÖn@example.com",
        "évA štrauß андрей",
        "ÉVA Štrauß АНДРЕЙ",
        // As a Mac writes them, the marks behind the letters.
        "E\u{301}va.o\u{308}DO\u{308}N@example.com",
        "e\u{301}va S\u{30c}trauß Андреи\u{306}",
    ];
    let group = client.group("Staff", &[]);
    for text in known {
        client.get(&format!("/Users/{text}")).expect(404);
        let path = text
            .replace('É', "%C3%89")
            .replace('é', "%c3%a9")
            .replace('\u{301}', "%CC%81")
            .replace(' ', "%20");
        client.get(&format!("/Users/{path}")).expect(404);
        let add = json!([{"op": "add", "path": "members", "value": [{"value": text}]}]);
        client.patch(&format!("/Groups/{group}"), &add).expect(204);
        assert_ne!(places(&memory, text), [""; 0], "{text}");
    }
    let body = json!({ "resource": eva });
    operator.post("/tenants/1/erase", &body).expect(200);
    for text in known {
        let path = text.replace('É', "%C3%89").replace('é', "%c3%a9");
        let path = path.replace('\u{301}', "%CC%81");
        for text in [text, &path] {
            let left = places(&memory, text);
            assert!(left.is_empty(), "{text}: {left:?}");
        }
    }
}
