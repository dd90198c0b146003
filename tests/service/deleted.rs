//! What is deleted and kept: who comes again, what comes back, and that nobody else sees any of it.

use serde_json::{Value, json};

use testing::client::{Client, Operator, each};
use testing::memory::Memory;

/// A service whose tenant keeps what is deleted.
fn keeping(settings: &Value) -> Memory {
    let memory = Memory::new();
    memory.sql("UPDATE tenants SET last_request_at = '2020-01-01'");
    let mut all = json!({ "deletes": "soft" });
    all.as_object_mut()
        .unwrap()
        .extend(settings.as_object().unwrap().clone());
    Operator::new(&memory)
        .patch("/tenants/1", &json!({ "settings": all }))
        .expect(200);
    memory
}

fn soft() -> Memory {
    keeping(&json!({}))
}

fn deleted(memory: &Memory) -> Vec<Value> {
    let page = Operator::new(memory).get("/tenants/1/deleted").expect(200);
    page["data"].as_array().unwrap().clone()
}

fn restore(memory: &Memory, id: &str) -> testing::client::Got {
    Operator::new(memory).send("POST", &format!("/tenants/1/deleted/{id}/restore"), None)
}

/// The last events, by type and name.
fn told(memory: &Memory, last: usize) -> Vec<String> {
    let path = format!("/tenants/1/events?before=&limit={last}");
    let page = Operator::new(memory).get(&path).expect(200);
    let mut told: Vec<String> = page["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| {
            format!(
                "{} {}",
                event["type"].as_str().unwrap(),
                event["resource"]["name"].as_str().unwrap_or_default()
            )
        })
        .collect();
    told.reverse();
    told
}

fn members(client: &Client<'_>, group: &str) -> Vec<String> {
    let group = client.get(&format!("/Groups/{group}")).expect(200);
    let members = group["members"].as_array().cloned().unwrap_or_default();
    members
        .iter()
        .map(|member| member["value"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn who_is_deleted_is_gone_and_kept() {
    let memory = soft();
    let client = Client::new(&memory);
    let ada = client.created(
        "/Users",
        &json!({ "userName": "Ada@Example.com", "externalId": "00u1", "title": "Countess" }),
    );
    let group = client.group("Staff", &[&ada]);
    let path = format!("/Users/{ada}");
    client.delete(&path).expect(204);
    for (method, body) in [
        ("GET", None),
        ("DELETE", None),
        ("PUT", Some(json!({ "userName": "x" }))),
    ] {
        let got = client.send(&client.request(method, &path, body.as_ref()));
        assert_eq!(got.status, 404, "{method}");
    }
    assert_eq!(client.get("/Users").expect(200)["totalResults"], 0);
    assert!(members(&client, &group).is_empty());
    let rows = deleted(&memory);
    assert_eq!(rows.len(), 1);
    let row = &rows[0];
    assert_eq!(
        (&row["id"], &row["type"], &row["name"]),
        (&json!(ada), &json!("User"), &json!("Ada@Example.com"))
    );
    assert_eq!(row["document"]["title"], "Countess");
    let one = Operator::new(&memory)
        .get(&format!("/tenants/1/deleted/{ada}"))
        .expect(200);
    assert_eq!(one, *row);
    Operator::new(&memory)
        .get("/tenants/1/deleted/none")
        .problem(404, "deleted_not_found", "kept");
}

/// Okta's and Entra's rehire: the same account, with what the create says and nothing else.
#[test]
fn who_comes_again_is_the_same() {
    let memory = soft();
    let client = Client::new(&memory);
    let body = |title: &str| json!({ "userName": "ada", "externalId": "00u1", "nickName": title });
    let ada = client.created("/Users", &body("a"));
    let group = client.group("Staff", &[&ada]);
    client.delete(&format!("/Users/{ada}")).expect(204);
    let again = client.post(
        "/Users",
        &json!({ "userName": "ADA", "externalId": "00u1" }),
    );
    let location = again.header("Location").unwrap().to_owned();
    let again = again.expect(201);
    assert_eq!(again["id"], json!(ada));
    assert!(location.ends_with(&ada) && again.get("nickName").is_none());
    assert!(members(&client, &group).is_empty() && deleted(&memory).is_empty());
    let last = ["user.deleted ada", "user.restored ADA"];
    assert_eq!(told(&memory, 2), last);
    let page = Operator::new(&memory)
        .get("/events?type=user.restored")
        .expect(200);
    let changes = page["data"][0]["changes"].as_array().unwrap();
    assert!(changes.iter().all(|change| change["before"].is_null()));
    assert!(changes.contains(&json!({ "path": "userName", "before": null, "after": "ADA" })));
    // In the name of somebody else there is a new account.
    client.delete(&format!("/Users/{ada}")).expect(204);
    let other = client.created(
        "/Users",
        &json!({ "userName": "ada", "externalId": "00u2" }),
    );
    assert_ne!(other, ada);
    assert_eq!(told(&memory, 1), ["user.created ada"]);
    restore(&memory, &ada).problem(409, "name_in_use", "Rename");
    // Of one without an external id it may be anybody's.
    client.delete(&format!("/Users/{other}")).expect(204);
    assert_eq!(
        client.created("/Users", &json!({ "userName": "ada" })),
        other
    );
    client
        .post("/Users", &json!({ "userName": "ada" }))
        .refused(409, "uniqueness", "userName");
}

#[test]
fn the_name_alone_may_tell_who_it_is() {
    let memory = keeping(&json!({ "rehire": "same_name" }));
    let client = Client::new(&memory);
    let ada = client.created("/Users", &json!({ "userName": "ada", "externalId": "1" }));
    client.delete(&format!("/Users/{ada}")).expect(204);
    let again = json!({ "userName": "ada", "externalId": "2" });
    assert_eq!(client.created("/Users", &again), ada);
    // Of several it is the one with the same external id, else the last.
    client.delete(&format!("/Users/{ada}")).expect(204);
    memory.sql("UPDATE deleted_resources SET name = 'x'");
    let ben = client.created("/Users", &json!({ "userName": "ada", "externalId": "3" }));
    client.delete(&format!("/Users/{ben}")).expect(204);
    memory.sql("UPDATE deleted_resources SET name = 'ada', deleted_at = '2020-01-01T00:00:00.000Z' WHERE name = 'x'");
    assert_eq!(client.created("/Users", &again), ada);
    client.delete(&format!("/Users/{ada}")).expect(204);
    memory.sql("UPDATE deleted_resources SET deleted_at = '2020-01-01T00:00:00.000Z' WHERE external_id = '2'");
    assert_eq!(client.created("/Users", &json!({ "userName": "ada" })), ben);
}

/// In a Bulk as well, wherever the request names the account, also where it deletes it itself.
#[test]
fn a_bulk_finds_who_was_there() {
    let memory = soft();
    let client = Client::new(&memory);
    let names = ["ada", "ben", "cyd"];
    let ids = names.map(|name| client.user(name));
    for id in &ids[..2] {
        client.delete(&format!("/Users/{id}")).expect(204);
    }
    let create = |name: &str, data: Value| json!({ "method": "POST", "path": "/Users", "bulkId": name, "data": data });
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [
            create("a", json!({ "userName": "ada" })),
            create("n", json!({ "userName": "new" })),
            create("b", json!({
                "userName": "ben",
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "manager": { "value": "bulkId:a" } },
            })),
            { "method": "POST", "path": "/Groups", "bulkId": "g",
              "data": { "displayName": "Staff", "members": [{ "value": "bulkId:a" }, { "value": "bulkId:n" }] } },
            { "method": "DELETE", "path": format!("/Users/{}", ids[2]) },
            create("c", json!({ "userName": "cyd" })),
            create("d", json!({ "userName": "CYD" })),
            { "method": "PATCH", "path": "/Groups/bulkId:g",
              "data": { "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                        "Operations": [{ "op": "add", "path": "members", "value": [{ "value": "bulkId:c" }] }] } },
        ],
    });
    let done = client.post("/Bulk", &body).expect(200);
    let operation = |index: usize| &done["Operations"][index];
    let statuses: Vec<&str> = (0..8)
        .map(|index| operation(index)["status"].as_str().unwrap())
        .collect();
    let expected = ["201", "201", "201", "201", "204", "201", "409", "204"];
    assert_eq!(statuses, expected, "{done:#}");
    for (index, id) in [(0, &ids[0]), (2, &ids[1]), (5, &ids[2])] {
        let location = operation(index)["location"].as_str().unwrap();
        assert!(location.ends_with(id.as_str()), "{location}");
    }
    let list = client
        .get("/Groups?filter=displayName eq \"Staff\"")
        .expect(200);
    let members = list["Resources"][0]["members"].as_array().unwrap();
    let has = |id: &str| members.iter().any(|member| member["value"] == id);
    assert!(members.len() == 3 && has(&ids[0]) && has(&ids[2]));
    let ben = client.get(&format!("/Users/{}", ids[1])).expect(200);
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    assert_eq!(ben[enterprise]["manager"]["value"], json!(ids[0]));
    let events = told(&memory, 9);
    let count = |word: &str| events.iter().filter(|told| told.contains(word)).count();
    assert_eq!((count("user.restored"), count("user.created")), (3, 1));
    assert!(deleted(&memory).is_empty());
}

/// What comes back has what it had, and its memberships among those who are still there.
#[test]
fn what_is_restored_has_its_memberships_again() {
    let memory = soft();
    let client = Client::new(&memory);
    let [ada, ben, cyd] = ["ada", "ben", "cyd"].map(|name| client.user(name));
    let inner = client.group("Inner", &[&ada]);
    let staff = client.group("Staff", &[&ada, &ben, &inner]);
    let gone = client.group("Gone", &[&ada]);
    client.delete(&format!("/Users/{ada}")).expect(204);
    client.delete(&format!("/Groups/{gone}")).expect(204);
    let version =
        |id: &str| client.get(&format!("/Groups/{id}")).expect(200)["meta"]["version"].clone();
    let before = version(&staff);
    let created = memory.number("SELECT count(*) FROM deleted_resources WHERE created_at <> ''");
    assert_eq!(created, 2);
    let shown = restore(&memory, &ada).expect(200);
    assert_eq!((&shown["id"], &shown["name"]), (&json!(ada), &json!("ada")));
    assert_ne!(version(&staff), before);
    let user = client.get(&format!("/Users/{ada}")).expect(200);
    let mut groups: Vec<&str> = user["groups"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|group| group["type"] == "direct")
        .map(|group| group["display"].as_str().unwrap())
        .collect();
    groups.sort_unstable();
    assert_eq!(groups, ["Inner", "Staff"]);
    let mut events = told(&memory, 3);
    events[1..].sort();
    assert_eq!(
        events,
        [
            "user.restored ada",
            "group.members Inner",
            "group.members Staff"
        ]
    );
    restore(&memory, &ada).problem(404, "deleted_not_found", "came back");
    // A group, whose members have gone or come meanwhile.
    client.delete(&format!("/Groups/{staff}")).expect(204);
    client.delete(&format!("/Users/{ben}")).expect(204);
    restore(&memory, &staff).expect(200);
    let mut there = members(&client, &staff);
    there.sort();
    let mut expected = [ada.clone(), inner.clone()];
    expected.sort();
    assert_eq!(there, expected);
    assert_eq!(
        told(&memory, 2),
        ["group.created Staff", "group.members Staff"]
    );
    // In a circle it cannot be.
    client.delete(&format!("/Groups/{inner}")).expect(204);
    let upper = client.group("Upper", &[&staff, &cyd]);
    memory.sql(&format!(
        "UPDATE deleted_links SET links = '[[\"{inner}\",\"{upper}\",\"Group\"],[\"{staff}\",\"{inner}\",\"Group\"]]'"
    ));
    restore(&memory, &inner).problem(409, "circular_members", "Take it out");
    assert_eq!(client.get(&format!("/Groups/{inner}")).status, 404);
    // Names of groups are looked after, too.
    client.delete(&format!("/Groups/{upper}")).expect(204);
    client.group("UPPER", &[]);
    restore(&memory, &upper).problem(409, "name_in_use", "Rename");
}

/// Whichever was deleted first, and whichever comes back first: with the last of the two.
#[test]
fn a_membership_comes_back_in_any_order() {
    for deleted_first in 0..3 {
        for restored_first in 0..3 {
            let memory = soft();
            let client = Client::new(&memory);
            let [ada, ben] = ["ada", "ben"].map(|name| client.user(name));
            let inner = client.group("Inner", &[&ada]);
            let outer = client.group("Outer", &[&inner, &ada, &ben]);
            let delete = |index: usize| {
                let [path, id] = [("Users", &ada), ("Groups", &inner), ("Groups", &outer)]
                    .map(|(path, id)| [path, id])[index % 3];
                client.delete(&format!("/{path}/{id}")).expect(204);
            };
            (deleted_first..deleted_first + 3).for_each(delete);
            let ids = [&ada, &inner, &outer];
            for index in restored_first..restored_first + 3 {
                restore(&memory, ids[index % 3]).expect(200);
            }
            let case = format!("{deleted_first} {restored_first}");
            let mut there = members(&client, &outer);
            there.sort();
            let mut expected = [ada.clone(), ben, inner.clone()];
            expected.sort();
            assert_eq!(there, expected, "{case}");
            assert_eq!(members(&client, &inner), [ada], "{case}");
            let left = memory.number("SELECT count(*) FROM deleted_links");
            assert_eq!(left, 0, "{case}");
        }
    }
}

/// An operator's own types, with their unique values.
#[test]
fn other_types_are_kept_as_well() {
    let memory = soft();
    let client = Client::new(&memory);
    let device = |number: &str| json!({ "schemas": ["urn:example:params:scim:schemas:core:2.0:Device"], "serialNumber": number });
    let one = client.created("/Devices", &device("7"));
    client.delete(&format!("/Devices/{one}")).expect(204);
    assert_eq!(deleted(&memory)[0]["type"], "Device");
    let two = client.created("/Devices", &device("7"));
    assert_ne!(one, two);
    restore(&memory, &one).problem(409, "name_in_use", "only one");
    client.delete(&format!("/Devices/{two}")).expect(204);
    restore(&memory, &one).expect(200);
    assert_eq!(
        client.get(&format!("/Devices/{one}")).expect(200)["serialNumber"],
        "7"
    );
    client
        .post("/Devices", &device("7"))
        .refused(409, "uniqueness", "");
    assert_eq!(told(&memory, 1), ["device.created "]);
}

/// By its id an import brings back whatever is kept, and it is kept no more. What is deleted then
/// is kept as it is then: nobody is in a group again who was not when it was deleted.
#[test]
fn what_an_import_brings_back_is_kept_no_more() {
    const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
    const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
    const DEVICE: &str = "urn:example:params:scim:schemas:core:2.0:Device";
    for setting in ["soft", "hard"] {
        let memory = soft();
        let client = Client::new(&memory);
        let set = |value: &str| {
            let settings = json!({ "settings": { "deletes": value } });
            Operator::new(&memory)
                .patch("/tenants/1", &settings)
                .expect(200);
        };
        let ada = client.user("ada");
        let group = client.group("Staff", &[&ada]);
        let outer = client.group("All", &[&group]);
        let device = json!({ "schemas": [DEVICE], "serialNumber": "7" });
        let device = client.created("/Devices", &device);
        let bob = client.user("bob");
        for path in [
            format!("/Groups/{group}"),
            format!("/Devices/{device}"),
            format!("/Users/{bob}"),
        ] {
            client.delete(&path).expect(204);
        }
        set(setting);
        // The id of a user who is kept is no group's.
        let refused = json!({ "schemas": [GROUP], "id": bob, "displayName": "Bob" });
        let got = Operator::new(&memory).import(1, "", &refused.to_string());
        let got = got.expect(200);
        assert_eq!(
            (&got["created"], &got["refused"][0]["line"]),
            (&json!(0), &json!(1)),
            "{got}"
        );
        let lines = [
            json!({ "schemas": [GROUP], "id": group, "displayName": "Staff" }),
            json!({ "schemas": [DEVICE], "id": device, "serialNumber": "8" }),
            json!({ "schemas": [USER], "id": bob, "userName": "robert" }),
        ];
        let text = lines.each_ref().map(Value::to_string).join("\n");
        let done = Operator::new(&memory).import(1, "", &text).expect(200);
        assert_eq!(done["created"], 3, "{done}");
        assert_eq!(deleted(&memory), Vec::<Value>::new(), "{setting}");
        assert_eq!(memory.number("SELECT count(*) FROM deleted_links"), 0);
        let last = [
            "device.created ",
            "user.restored robert",
            "group.created Staff",
            "import.finished ",
        ];
        let mut events = told(&memory, 4);
        events.sort();
        let mut expected = last.to_vec();
        expected.sort_unstable();
        assert_eq!(events, expected);
        assert!(members(&client, &group).is_empty());
        set("soft");
        client.delete(&format!("/Groups/{group}")).expect(204);
        restore(&memory, &group).expect(200);
        assert!(members(&client, &group).is_empty() && members(&client, &outer).is_empty());
    }
}

/// So it is where a row was left from before: of an earlier release, which left those of groups.
#[test]
fn what_is_deleted_again_is_kept_as_it_is_then() {
    let memory = soft();
    let client = Client::new(&memory);
    let ada = client.user("ada");
    let group = client.group("Staff", &[&ada]);
    memory.sql(&format!(
        "INSERT INTO deleted_resources SELECT tenant_id, id, 'Group', NULL, NULL, created_at, created_at, '9', document, folded \
         FROM teams WHERE id = '{group}'"
    ));
    let remove = json!([{ "op": "remove", "path": "members" }]);
    client
        .patch(&format!("/Groups/{group}"), &remove)
        .expect(204);
    client.delete(&format!("/Groups/{group}")).expect(204);
    restore(&memory, &group).expect(200);
    assert!(members(&client, &group).is_empty());
}

/// Two creates at once: one gets the account, the other is told that the name is in use.
#[test]
fn of_two_who_come_again_one_is_the_same() {
    let memory = soft();
    let client = Client::new(&memory);
    let ada = client.user("ada");
    client.delete(&format!("/Users/{ada}")).expect(204);
    // Both have looked, and one was faster.
    memory.sql("CREATE TABLE held AS SELECT * FROM deleted_resources");
    assert_eq!(client.user("ada"), ada);
    memory.sql("INSERT INTO deleted_resources SELECT * FROM held");
    client
        .post("/Users", &json!({ "userName": "ada" }))
        .refused(409, "uniqueness", "userName");
    assert_eq!(memory.number("SELECT count(*) FROM users"), 1);
}

#[test]
fn what_is_kept_goes_when_its_time_is_over() {
    let memory = keeping(&json!({ "keep_days": 1 }));
    let client = Client::new(&memory);
    let mut ids: Vec<String> = (0..1_200)
        .map(|number| client.user(&format!("u{number}")))
        .collect();
    ids.push(client.user("ada"));
    let group = client.group("Staff", &[&ids[1_200]]);
    for id in &ids {
        client.delete(&format!("/Users/{id}")).expect(204);
    }
    client.delete(&format!("/Groups/{group}")).expect(204);
    let count = |table: &str| memory.number(&format!("SELECT count(*) FROM {table}"));
    memory.sweep().unwrap();
    assert_eq!(
        (count("deleted_resources"), count("deleted_links")),
        (1_202, 1)
    );
    memory.sql("UPDATE deleted_resources SET purge_at = '2020-01-01T00:00:00.000Z'");
    memory.sweep().unwrap();
    assert_eq!((count("deleted_resources"), count("deleted_links")), (0, 0));
}

/// To the millisecond, whenever the hourly job comes by.
#[test]
fn what_was_to_be_kept_no_longer_is_not_there() {
    let after = |time: u64| {
        let memory = keeping(&json!({ "keep_days": 1, "rehire": "same_name" }));
        let client = Client::new(&memory);
        let ids = [client.user("ada"), client.user("bob"), client.user("cyd")];
        let [ada, bob, cyd] = &ids;
        let group = client.group("Staff", &[cyd]);
        for id in &ids {
            client.delete(&format!("/Users/{id}")).expect(204);
        }
        client.delete(&format!("/Groups/{group}")).expect(204);
        memory.elapsed.set(memory.elapsed.get() + time);
        let admin = Operator::new(&memory);
        let kept = deleted(&memory).len();
        let shown = admin.get(&format!("/tenants/1/deleted/{ada}")).status;
        let back = restore(&memory, cyd).status;
        // A namesake, alone and in a Bulk.
        let again = client.user("ada") == *ada;
        let create = |name: &str| json!({ "method": "POST", "path": "/Users", "bulkId": name, "data": { "userName": name } });
        let bulk = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
                           "Operations": [create("bob"), create("dan")] });
        let bulk = client.post("/Bulk", &bulk).expect(200);
        let bulk = bulk["Operations"][0]["location"]
            .as_str()
            .is_some_and(|location| location.ends_with(bob));
        // The id of a group, as that of a user.
        let line = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": group, "userName": "eve" });
        let refused = admin.import(1, "", &line.to_string()).expect(200)["refused"]
            .as_array()
            .unwrap()
            .len();
        let events = told(&memory, 99);
        let restored = events
            .iter()
            .filter(|told| told.starts_with("user.restored"))
            .count();
        (kept, shown, back, again, bulk, refused, restored)
    };
    // The clock of the test goes on a little at each look.
    assert_eq!(after(86_399_000), (4, 200, 200, true, true, 1, 3));
    assert_eq!(after(86_400_000), (0, 404, 404, false, false, 0, 0));
}

/// By its id an import brings back what is kept, and not what is kept no longer: its line gets the
/// namesake's who is.
#[test]
fn an_own_id_comes_back_as_long_as_it_is_kept() {
    for is_kept in [true, false] {
        let memory = keeping(&json!({ "rehire": "same_name" }));
        let client = Client::new(&memory);
        let ids = ["eve", "ada"].map(|name| {
            let id = client.user(name);
            client.delete(&format!("/Users/{id}")).expect(204);
            id
        });
        let [own, namesake] = &ids;
        memory.sql("UPDATE deleted_resources SET name = 'ada'");
        if !is_kept {
            memory.sql(&format!(
                "UPDATE deleted_resources SET purge_at = deleted_at WHERE id = '{own}'"
            ));
        }
        let line = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": own, "userName": "ada" });
        Operator::new(&memory)
            .import(1, "", &line.to_string())
            .expect(200);
        let due = if is_kept { own } else { namesake };
        client.get(&format!("/Users/{due}")).expect(200);
    }
}

/// Newest first, page by page.
#[test]
fn they_are_listed_page_by_page() {
    let memory = soft();
    let client = Client::new(&memory);
    let mut ids: Vec<String> = (0..5)
        .map(|number| client.user(&format!("u{number}")))
        .collect();
    for id in &ids {
        client.delete(&format!("/Users/{id}")).expect(204);
    }
    memory.sql("UPDATE deleted_resources SET deleted_at = '2026-02-1' || substr(document ->> '$.userName', 2) || 'T00:00:00.000Z'");
    ids.reverse();
    let (mut listed, mut after) = (Vec::new(), String::new());
    loop {
        let page = Operator::new(&memory)
            .get(&format!(
                "/tenants/1/deleted?limit=2&after={}",
                after.replace(' ', "%20")
            ))
            .expect(200);
        let rows = page["data"].as_array().unwrap();
        listed.extend(
            rows.iter()
                .map(|row| row["id"].as_str().unwrap().to_owned()),
        );
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut after),
            None => break,
        }
    }
    assert_eq!(listed, ids);
}

/// Whatever is asked for, it is as where nothing is kept.
#[test]
fn nothing_else_knows_of_them() {
    let hard = Memory::new();
    let memories = [soft(), hard];
    let answers = memories.each_ref().map(|memory| {
        let client = Client::new(memory);
        let name = |n: usize| format!("user{n}@example.com");
        let user = |n: usize, of: &str| {
            let body = json!({ "userName": name(n), "externalId": format!("{of}{n}") });
            client.created("/Users", &body)
        };
        let ids: Vec<String> = (0..40).map(|n| user(n, "old")).collect();
        let some: Vec<&str> = ids.iter().step_by(3).map(String::as_str).collect();
        client.group("Thirds", &some);
        client.group("Empty", &[]);
        for n in (0..40).filter(|n| n % 4 == 0) {
            client.delete(&format!("/Users/{}", ids[n])).expect(204);
        }
        let operations: Vec<Value> = (0..40)
            .filter(|n| n % 5 == 1)
            .map(|n| json!({ "method": "DELETE", "path": format!("/Users/{}", ids[n]) }))
            .collect();
        let schemas = ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"];
        client
            .post(
                "/Bulk",
                &json!({ "schemas": schemas, "Operations": operations }),
            )
            .expect(200);
        for n in [0, 1, 8] {
            user(n, "new");
        }
        let mut answers = Vec::new();
        for path in [
            "/Users?count=7&startIndex=5",
            "/Users?sortBy=userName&sortOrder=descending&count=9",
            "/Users?filter=userName co \"er1\"",
            "/Users?filter=emails eq \"x\" or userName sw \"user2\"",
            "/Users?filter=not (userName eq \"user8@example.com\")",
            "/Users?filter=groups.display eq \"Thirds\"",
            "/Users?filter=userName eq \"user4@example.com\"",
            "/Groups?filter=members.display co \"user\"",
            "/Users?filter=externalId eq \"old8\" or externalId eq \"new8\"",
            "/Users?count=0",
            "/Groups",
        ] {
            let page = client.get(path).expect(200);
            let mut names = each(&page, "userName").join(",");
            for group in page["Resources"].as_array().into_iter().flatten() {
                let members = group["members"].as_array().cloned().unwrap_or_default();
                let mut members: Vec<String> = members
                    .iter()
                    .map(|member| member["display"].to_string())
                    .collect();
                members.sort();
                names.push_str(&members.join(","));
            }
            answers.push(format!("{path}: {} {names}", page["totalResults"]));
        }
        answers
    });
    assert_eq!(answers[0], answers[1]);
}
