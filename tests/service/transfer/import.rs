//! The import: lines in any order, what they become, and what is told of them.

use serde_json::{Value, json};
use service::jobs::Budget;
use store::{Parameter, Statement};
use testing::client::{Client, Got, Operator, each};
use testing::memory::Memory;

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

fn lines(values: &[Value]) -> String {
    let texts = values.iter().map(Value::to_string);
    texts.flat_map(|text| [text, "\n".to_owned()]).collect()
}

fn user(name: &str) -> Value {
    json!({ "schemas": [USER], "userName": name })
}

fn group(name: &str, members: &Value) -> Value {
    json!({ "schemas": [GROUP], "displayName": name, "members": members })
}

/// The result of an import, which may be a job's.
#[track_caller]
fn result(memory: &Memory, got: Got) -> Value {
    if got.status == 200 {
        return got.body;
    }
    let job = got.expect(202);
    let path = format!("/jobs/{}", job["id"].as_str().unwrap());
    for _ in 0..200 {
        memory.run_jobs(Budget::of(&memory.settings)).unwrap();
        let job = Operator::new(memory).get(&path).expect(200);
        if job["state"] == "finished" {
            assert_eq!(job["done"], job["total"]);
            return job["result"].clone();
        }
    }
    panic!("it does not end");
}

/// The counts of a result, and the lines that were refused with what is said of each.
fn told(result: &Value) -> ([i64; 3], Vec<(i64, String)>) {
    let counts = ["created", "updated", "unchanged"].map(|name| result[name].as_i64().unwrap());
    let refused = result["refused"].as_array().unwrap().iter();
    let refused = refused.map(|one| {
        (
            one["line"].as_i64().unwrap(),
            one["detail"].as_str().unwrap().to_owned(),
        )
    });
    (counts, refused.collect())
}

/// Imports after a dry run, which must have told the same and done nothing.
#[track_caller]
fn import(memory: &Memory, tenant: i64, text: &str) -> Value {
    let admin = Operator::new(memory);
    let state = || {
        [
            "users",
            "teams",
            "team_members",
            "resources",
            "unique_values",
            "events",
            "import_lines",
            "import_keys",
        ]
        .map(|table| memory.number(&format!("SELECT count(*) FROM {table}")))
    };
    let before = state();
    let dry = result(memory, admin.import(tenant, "dry_run=true", text));
    assert_eq!(state(), before, "a dry run writes nothing");
    let done = result(memory, admin.import(tenant, "", text));
    let mut same = dry.clone();
    same["dry_run"] = json!(false);
    assert_eq!(same, done, "the dry run told something else");
    for table in ["import_lines", "import_keys"] {
        assert_eq!(memory.number(&format!("SELECT count(*) FROM {table}")), 0);
    }
    done
}

fn tenant(memory: &Memory) -> (i64, Client<'_>) {
    let admin = Operator::new(memory);
    let tenant = admin.tenant("Acme");
    (tenant, admin.client(tenant, &json!({ "label": "okta" })))
}

fn members(client: &Client<'_>, name: &str) -> Vec<String> {
    let list = client
        .get(&format!("/Groups?filter=displayName eq \"{name}\""))
        .expect(200);
    let members = list["Resources"][0]["members"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let mut members: Vec<String> = members
        .iter()
        .map(|member| member["display"].as_str().unwrap().to_owned())
        .collect();
    members.sort();
    members
}

#[test]
fn lines_come_in_any_order() {
    let memory = Memory::new();
    let (number, client) = tenant(&memory);
    let here = client.user("here");
    let text = lines(&[
        group(
            "All",
            &json!([{ "value": "g-inner", "type": "Group" }, { "userName": "BOB" }, { "externalId": "x-eve" }, { "value": here }, { "value": "nobody" }]),
        ),
        json!({ "schemas": [GROUP], "id": "g-inner", "displayName": "Inner", "members": [{ "value": "u-ada" }] }),
        json!({ "schemas": [USER], "id": "u-ada", "userName": "ada", "externalId": "x-ada" }),
        user("bob"),
        json!({ "schemas": [USER], "userName": "eve", "externalId": "x-eve", "name": { "familyName": "E" } }),
        json!({ "schemas": ["urn:example:params:scim:schemas:core:2.0:Device"], "serialNumber": "7" }),
    ]);
    let done = import(
        &memory,
        number,
        &format!(
            "\u{feff}{text}\n\r\n{{\"cursor\":\"1.0\"}}\nno json\n[]\n{{}}\n{}",
            user("")
        ),
    );
    let (counts, refused) = told(&done);
    assert_eq!(counts, [6, 0, 0]);
    let at: Vec<i64> = refused.iter().map(|(line, _)| *line).collect();
    assert_eq!(at, [1, 10, 11, 12, 13]);
    assert_eq!(done["refusals"], 5);
    assert!(refused[0].1.contains("\"nobody\" is nobody"), "{refused:?}");
    assert!(refused[4].1.contains("userName"), "{refused:?}");
    assert_eq!(members(&client, "All"), ["Inner", "bob", "eve", "here"]);
    assert_eq!(members(&client, "Inner"), ["ada"]);
    // As any write they are told, by the operator, and the end of the import is.
    let page = Operator::new(&memory)
        .get(&format!("/tenants/{number}/events?limit=200"))
        .expect(200);
    let types = each(&json!({ "Resources": page["data"] }), "type").join(" ");
    assert!(
        types.contains("user.created user.created user.created device.created"),
        "{types}"
    );
    assert!(
        types.contains("group.created group.created group.members group.members import.finished"),
        "{types}"
    );
    let events = page["data"].as_array().unwrap();
    let ada = events
        .iter()
        .find(|event| event["resource"]["name"] == "ada")
        .unwrap();
    assert_eq!(ada["actor"]["kind"], "operator");
    assert!(ada["request"].as_str().unwrap().ends_with(":3"), "{ada:#}");
    let end = events.last().unwrap();
    assert_eq!(
        end["changes"][0],
        json!({ "path": "created", "before": null, "after": 6 })
    );
    assert!(end["about"].as_str().unwrap().starts_with("job_"));
    // The same again changes nothing.
    let events = memory.number("SELECT max(position) FROM events");
    let again = import(&memory, number, &text);
    assert_eq!(told(&again).0, [0, 0, 6]);
    assert_eq!(
        memory.number("SELECT max(position) FROM events"),
        events + 1,
        "import.finished alone"
    );
}

#[test]
fn what_is_there_is_changed_and_not_doubled() {
    let memory = Memory::new();
    let (number, client) = tenant(&memory);
    let ada = client.created("/Users", &json!({ "schemas": [USER], "userName": "ada", "externalId": "x1", "title": "Countess", "name": { "familyName": "Lovelace" } }));
    let bob = client.user("bob");
    client.group("Pilots", &[&bob]);
    let done = import(
        &memory,
        number,
        &lines(&[
            json!({ "schemas": [USER], "userName": "ADA", "name": { "givenName": "Ada" } }),
            json!({ "schemas": [USER], "id": bob, "userName": "robert" }),
            json!({ "schemas": [USER], "userName": "countess", "externalId": "x1" }),
            json!({ "schemas": [USER], "userName": "bob" }),
            group("pilots", &json!([{ "value": ada }])),
            group("Pilots", &json!([{ "value": ada }, { "value": bob }])),
            json!({ "schemas": [USER], "id": bob, "userName": "countess" }),
        ]),
    );
    let (counts, refused) = told(&done);
    assert_eq!(counts, [1, 5, 0], "{done:#}");
    assert_eq!(refused.len(), 1);
    assert!(
        refused[0]
            .1
            .contains("\"countess\" is that of another resource"),
        "{refused:?}"
    );
    let user = client.get(&format!("/Users/{ada}")).expect(200);
    assert_eq!(
        (&user["userName"], &user["title"]),
        (&json!("countess"), &json!("Countess"))
    );
    assert_eq!(
        user["name"],
        json!({ "familyName": "Lovelace", "givenName": "Ada" })
    );
    assert_eq!(
        client.get(&format!("/Users/{bob}")).expect(200)["userName"],
        "robert"
    );
    assert_eq!(members(&client, "Pilots"), ["countess", "robert"]);
    assert_eq!(client.get("/Users?count=0").expect(200)["totalResults"], 3);
}

#[test]
fn records_of_an_application() {
    let memory = Memory::new();
    let (number, client) = tenant(&memory);
    let known = client.created("/Users", &json!({ "schemas": [USER], "userName": "eve@example.com", "externalId": "idp-7", "active": false,
        "displayName": "Eve", "emails": [{ "value": "EVE@example.com", "type": "work" }] }));
    let text = lines(&[
        json!({ "team_id": 7, "team_alias": "Engines", "members": ["u1", { "user_email": "eve@example.com" }, { "user_id": "none" }] }),
        json!({ "user_id": "u1", "user_email": "ada@example.com", "user_alias": "Ada", "teams": ["t2"] }),
        json!({ "user_id": 7, "metadata": { "scim_active": false } }),
        json!({ "user_id": "u3", "user_email": "eve@example.com", "teams": [7, "t9"] }),
        json!({ "team_id": "t2" }),
    ]);
    let done = import(&memory, number, &text);
    let (counts, refused) = told(&done);
    assert_eq!(counts, [4, 1, 0], "{done:#}");
    assert_eq!(
        refused.iter().map(|(line, _)| *line).collect::<Vec<_>>(),
        [1, 4]
    );
    let eve = client.get(&format!("/Users/{known}")).expect(200);
    assert_eq!(
        (&eve["externalId"], &eve["active"], &eve["displayName"]),
        (&json!("idp-7"), &json!(false), &json!("Eve"))
    );
    assert_eq!(
        eve["emails"],
        json!([{ "value": "EVE@example.com", "type": "work" }])
    );
    let list = client.get("/Users?filter=externalId eq \"u1\"").expect(200);
    let ada = &list["Resources"][0];
    assert_eq!(
        (&ada["userName"], &ada["name"]["familyName"], &ada["active"]),
        (&json!("ada@example.com"), &json!("Ada"), &json!(true))
    );
    let list = client.get("/Users?filter=userName eq \"7\"").expect(200);
    let nameless = &list["Resources"][0];
    assert_eq!(
        (
            &nameless["displayName"],
            &nameless["name"]["givenName"],
            &nameless["active"]
        ),
        (
            &json!("Unknown Display Name"),
            &json!("Unknown User"),
            &json!(false)
        )
    );
    assert_eq!(members(&client, "Engines"), ["Eve", "ada@example.com"]);
    assert_eq!(members(&client, "t2"), ["ada@example.com"]);
    assert_eq!(told(&import(&memory, number, &text)).0, [0, 0, 5]);
}

/// A key that a record of its kind does not have is told once, and not what stands behind it.
#[test]
fn keys_that_no_such_record_has_are_told() {
    let memory = Memory::new();
    let (number, _) = tenant(&memory);
    let mut many =
        json!({ "team_id": "t1", "team_alais": "Engines", "teams": [], "created_at": null });
    let text = lines(&[
        json!({ "user_id": "u1", "user_mail": "secret@example.com", "teams": [], "updated_at": "x" }),
        json!({ "user_id": "u2", "user_mail": "secret@example.com", "metadata": { "any": 1 } }),
        json!({ "schemas": [USER], "userName": "ada", "unknown": 1 }),
        many.clone(),
    ]);
    let done = import(&memory, number, &text);
    assert_eq!(
        done["passed_over"],
        json!(["user_mail", "team_alais", "teams"])
    );
    assert_eq!(done["refusals"], 0);
    for n in 0..100 {
        many[format!("{n:03}{}", "x".repeat(1_000))] = json!(n);
    }
    let done = import(&memory, number, &lines(&[many]));
    let told = done["passed_over"].as_array().unwrap();
    assert_eq!(told.len(), 20);
    assert!(
        told.iter().all(|key| key.as_str().unwrap().len() < 200),
        "{told:?}"
    );
    let done = import(&memory, number, &lines(&[user("bob")]));
    assert_eq!(done["passed_over"], json!([]));
}

/// Of two people with one address the second is refused: neither is lost without a word, and an
/// import that is done again does not make them one.
#[test]
fn two_with_one_name_do_not_become_one() {
    let memory = Memory::new();
    let (number, client) = tenant(&memory);
    let eve = client.user("eve@example.com");
    let uuid = |n: u8| format!("019a2b3c-0000-7000-8000-{n:012}");
    let record = |id: &str, email: &str| json!({ "user_id": id, "user_email": email, "user_alias": id, "teams": ["t1"] });
    let text = lines(&[
        json!({ "team_id": "t1", "members": ["u2", uuid(2)] }),
        record("u1", "ada@example.com"),
        record("u2", "Ada@example.com"),
        record("u3", "eve@example.com"),
        record("u4", "eve@example.com"),
        record(&uuid(1), "bob@example.com"),
        record(&uuid(2), "bob@example.com"),
        json!({ "schemas": [USER], "id": "s1", "userName": "cyd", "externalId": "x" }),
        json!({ "schemas": [USER], "id": "s2", "userName": "dan", "externalId": "x" }),
        json!({ "schemas": [USER], "id": "s1", "userName": "cyd", "title": "Dr" }),
        json!({ "schemas": [USER], "userName": "cyd", "nickName": "C" }),
        json!({ "schemas": [GROUP], "id": "g1", "displayName": "Pilots" }),
        json!({ "schemas": [GROUP], "id": "g2", "displayName": "pilots" }),
    ]);
    for counts in [[5, 3, 0], [0, 0, 8]] {
        let (told, refused) = told(&import(&memory, number, &text));
        assert_eq!(told, counts, "{refused:#?}");
        let at: Vec<i64> = refused.iter().map(|(line, _)| *line).collect();
        assert_eq!(at, [1, 1, 3, 5, 7, 9, 13]);
        assert_eq!(
            refused[2].1,
            "The line with the id \"u1\" is the same User: the two have one name, or one externalId. Give each its own, or leave \
             one of them out."
        );
    }
    assert_eq!(
        client.get(&format!("/Users/{eve}")).expect(200)["externalId"],
        "u3"
    );
    assert_eq!(client.get("/Users?count=0").expect(200)["totalResults"], 4);
}

/// Without ids one externalId makes two lines one person; where their names differ they are two, of
/// whom one would be lost without a word.
#[test]
fn two_with_one_external_id_do_not_become_one() {
    let memory = Memory::new();
    let (number, client) = tenant(&memory);
    let line = |id: Value, external: &str, name: &str| json!({ "schemas": [USER], "id": id, "userName": name, "externalId": external });
    let group = |name: &str| json!({ "schemas": [GROUP], "displayName": name, "externalId": "g" });
    let none = || Value::Null;
    let text = lines(&[
        line(none(), "x", "ada"),
        line(none(), "x", "bob"),
        line(none(), "x", "cyd"),
        line(none(), "x", "Ada"),
        group("Pilots"),
        group("Crew"),
        line(json!("s1"), "y", "dan"),
        line(none(), "y", "eve"),
        line(none(), "z", "fay"),
        line(json!("s2"), "z", "gus"),
        line(json!("s3"), "w", "hal"),
        line(json!("s3"), "w", "ian"),
        line(json!("019a2b3c-0000-7000-8000-000000000001"), "v", "jon"),
        line(json!("019a2b3c-0000-7000-8000-000000000001"), "v", "kim"),
        json!({ "user_id": "u1", "user_alias": "Lea" }),
        json!({ "user_id": "u1", "user_email": "lea@example.com" }),
        json!({ "user_id": "u1", "user_email": "mia@example.com" }),
    ]);
    for _ in 0..2 {
        let (_, refused) = told(&import(&memory, number, &text));
        let at: Vec<i64> = refused.iter().map(|(line, _)| *line).collect();
        assert_eq!(at, [2, 3, 6, 8, 10, 12, 14, 17], "{refused:#?}");
        for (_, detail) in refused.iter().skip(5) {
            assert!(
                detail.contains("with this id and has another name"),
                "{detail}"
            );
        }
        assert_eq!(
            refused[0].1,
            "Line 1 has the same externalId and another name, so the two would become one User. Give each its own externalId, \
             or leave one of them out."
        );
    }
    assert_eq!(client.get("/Users?count=0").expect(200)["totalResults"], 6);
    let filter = "/Users?filter=externalId eq \"x\"";
    let one = client.get(filter).expect(200);
    assert_eq!(one["Resources"][0]["userName"], "Ada");
}

#[test]
fn what_is_compressed_is_refused_whole() {
    let memory = Memory::new();
    let (id, _) = tenant(&memory);
    let wide = "\u{feff}{}\n".encode_utf16();
    let (little, big): (Vec<_>, Vec<_>) = wide
        .map(|unit| (unit.to_le_bytes(), unit.to_be_bytes()))
        .unzip();
    for body in [
        b"\x1f\x8b\x08\0\n\n".to_vec(),
        little.concat(),
        big.concat(),
    ] {
        let got = Operator::new(&memory).import(id, "", &body);
        got.problem(400, "invalid_body", "compressed, or in UTF-16");
        assert_eq!(memory.number("SELECT count(*) FROM import_lines"), 0);
        // Of the first part nobody knows the job that would wait for the others.
        let got = Operator::new(&memory).import(id, "more=true", &body);
        got.problem(400, "invalid_body", "compressed, or in UTF-16");
        memory.run_jobs(Budget::PAID).unwrap();
        let open = "SELECT count(*) FROM jobs WHERE finished_at IS NULL";
        assert_eq!(memory.number(open), 0);
    }
    let jobs = Operator::new(&memory).get("/jobs").expect(200);
    let jobs = jobs["data"].as_array().unwrap();
    assert_eq!(jobs.len(), 6);
    for job in jobs {
        let detail = job["result"]["detail"].as_str().unwrap();
        assert!(detail.contains("compressed, or in UTF-16"), "{detail}");
    }
    // The first bytes of a later part are those of a line, which is refused by itself.
    let admin = Operator::new(&memory);
    let first = lines(&[user("ada")]);
    let job = admin.import(id, "more=true", &first).expect(202);
    let rest = format!("job={}&line=2", job["id"].as_str().unwrap());
    let got = admin.import(id, &rest, b"\xff\xfe\n");
    let (_, refused) = told(&result(&memory, got));
    assert_eq!(
        refused.iter().map(|(line, _)| *line).collect::<Vec<_>>(),
        [2]
    );
}

/// Each line takes its time, however short: 400,000 took two seconds.
#[test]
fn too_many_lines_are_refused_whole() {
    let memory = Memory::new();
    let (id, _) = tenant(&memory);
    let most = "\n".repeat(150_000);
    // The last needs no end.
    let unended = format!("{most}{{}}");
    for body in ["{}\n".repeat(150_001), "\n".repeat(150_001), unended] {
        let got = Operator::new(&memory).import(id, "", &body);
        got.problem(413, "too_large", "150000 lines");
        memory.run_jobs(Budget::PAID).unwrap();
        assert_eq!(memory.number("SELECT count(*) FROM import_lines"), 0);
    }
    Operator::new(&memory).import(id, "", &most).expect(200);
}

/// A part of quotes took more than a second: each of them was escaped twice on its way.
#[test]
fn a_line_that_is_no_object_is_not_stored() {
    let memory = Memory::new();
    let (id, _) = tenant(&memory);
    let admin = Operator::new(&memory);
    let many = |text: &str| text.repeat(400_000 / text.len());
    let no_object = "not a JSON object";
    let lines = [
        (many("\""), no_object),
        (many("\\"), no_object),
        (many("["), no_object),
        (many("\u{feff}a"), no_object),
        ("  null".to_owned(), no_object),
        (format!("{{{}", many("\u{1}")), "control character"),
        (format!("{{{}", many("\\")), "backslashes"),
        (format!("{{{}", many("\"'")), "quotes"),
        (format!("{{{}}}", many("\t")), "tabs"),
    ];
    let texts: Vec<&str> = lines.iter().map(|(line, _)| line.as_str()).collect();
    let body = texts.join("\n") + "\n";
    *memory.database.sent.borrow_mut() = Some(Vec::new());
    let got = admin.import(id, "more=true", &body);
    let sent = memory.database.sent.take().unwrap();
    let bytes = |parameter: &Parameter| match parameter {
        Parameter::Text(text) => text.len(),
        _ => 0,
    };
    let staged = sent.iter().flat_map(Statement::parameters).map(bytes);
    assert!(staged.sum::<usize>() < 4_000);
    assert_eq!(
        memory.number("SELECT sum(length(text)) FROM import_lines"),
        0
    );
    let job = got.expect(202)["id"].as_str().unwrap().to_owned();
    let rest = format!("job={job}&line={}", lines.len() + 1);
    let done = result(&memory, admin.import(id, &rest, &user("ada").to_string()));
    let (counts, refused) = told(&done);
    assert_eq!(counts, [1, 0, 0]);
    assert_eq!(refused.len(), lines.len());
    for ((number, detail), (at, (_, why))) in refused.iter().zip((1..).zip(&lines)) {
        assert_eq!(*number, at);
        assert!(detail.contains(why), "{detail}");
    }
}

/// Lines are passed in strings of JSON5, by the quotes that they have fewer of.
#[test]
fn lines_come_as_they_were_sent() {
    let memory = Memory::new();
    let (id, client) = tenant(&memory);
    let admin = Operator::new(&memory);
    let many = "'".repeat(80);
    let titles = [
        "it's",
        &many,
        "\"\"\"\\\"'\\'",
        "C:\\new\\table\\u0041 \\",
        "line\nline\r\n\ttab\u{7f}\u{85}\u{2028}",
        "Zoë 😀 \u{feff}日本",
        "// comment /* , */ [null] $ ' \" `",
    ];
    let mut body = String::new();
    for (number, title) in titles.iter().enumerate() {
        let line = json!({ "schemas": [USER], "userName": format!("u{number}"), "title": title });
        // White space of JSON between its parts, and blank lines between the lines.
        let line = line.to_string().replace("\",\"", "\",\t\r \"");
        body += "\n \n";
        body += &line;
        body += "\r\n";
    }
    let done = result(&memory, admin.import(id, "", &body));
    assert_eq!(told(&done), ([7, 0, 0], Vec::new()));
    for (number, title) in titles.iter().enumerate() {
        let filter = format!("/Users?filter=userName eq \"u{number}\"");
        let page = client.get(&filter).expect(200);
        assert_eq!(page["Resources"][0]["title"], *title);
    }
}

#[test]
fn more_refusals_than_are_told_end_too() {
    let memory = Memory::new();
    let (id, _) = tenant(&memory);
    let got = Operator::new(&memory).import(id, "", &"[]\n".repeat(1_100));
    let result = result(&memory, got);
    assert_eq!(result["refusals"], 1_100);
    assert_eq!(result["refused"].as_array().unwrap().len(), 1_000);
    assert_eq!(memory.number("SELECT count(*) FROM import_lines"), 0);
}

/// What an event may do is counted in groups: users who name a thousand groups in turn go by group.
#[test]
fn users_of_many_groups_take_few_events() {
    let memory = Memory::new();
    let (id, _) = tenant(&memory);
    let user = |number: usize| json!({ "user_id": format!("u{number}"), "teams": [format!("t{}", number % 300)] });
    let team = |number: usize| json!({ "team_id": format!("t{number}") });
    let mut records: Vec<Value> = (0..1_200).map(user).collect();
    records.extend((0..300).map(team));
    let got = Operator::new(&memory).import(id, "", &lines(&records));
    let job = got.expect(202);
    let path = format!("/jobs/{}", job["id"].as_str().unwrap());
    let events = (1..20).find(|_| {
        memory.run_jobs(Budget::PAID).unwrap();
        Operator::new(&memory).get(&path).expect(200)["state"] == "finished"
    });
    assert!(events.is_some_and(|events| events <= 3), "{events:?}");
    let members = memory.number("SELECT count(*) FROM team_members");
    assert_eq!(members, 1_200);
}

#[test]
fn a_circle_is_refused_at_its_last_member() {
    let memory = Memory::new();
    let (number, client) = tenant(&memory);
    let text = lines(&[
        json!({ "schemas": [GROUP], "id": "a", "displayName": "A", "members": [{ "value": "b" }, { "value": "a" }] }),
        json!({ "schemas": [GROUP], "id": "b", "displayName": "B", "members": [{ "value": "c" }] }),
        json!({ "schemas": [GROUP], "id": "c", "displayName": "C", "members": [{ "value": "a" }, { "userName": "ada" }] }),
        user("ada"),
    ]);
    let (counts, refused) = told(&import(&memory, number, &text));
    assert_eq!(counts, [4, 0, 0]);
    assert_eq!(
        refused.iter().map(|(line, _)| *line).collect::<Vec<_>>(),
        [1, 3]
    );
    assert_eq!(
        (members(&client, "A"), members(&client, "C")),
        (vec!["B".to_owned()], vec!["ada".to_owned()])
    );
}

/// Each membership is named by both ends, each team behind its user: that of a group's line counts,
/// in whatever batches the import does it.
#[test]
fn the_line_of_a_group_is_the_one_that_changes() {
    for (is_free_plan, users, teams) in [(false, 120, 3), (true, 20, 2)] {
        let mut memory = Memory::new();
        memory.settings.is_free_plan = is_free_plan;
        let (number, _) = tenant(&memory);
        let (mut bare, mut all, mut again) = (Vec::new(), Vec::new(), Vec::new());
        for n in 0..users {
            let name = format!("u{n}");
            let of: Vec<String> = (0..teams).map(|k| format!("t{}", n * teams + k)).collect();
            bare.push(json!({ "user_id": name }));
            all.push(json!({ "user_id": name, "teams": of }));
            for team in &of {
                bare.push(json!({ "team_id": team }));
                all.push(json!({ "team_id": team, "members": [name] }));
                again.push(json!({ "user_id": name, "teams": [format!("t{}", users - n)] }));
            }
        }
        import(&memory, number, &lines(&bare));
        let ([created, updated, unchanged], _) = told(&import(&memory, number, &lines(&all)));
        assert_eq!([created, updated, unchanged], [0, users * teams, users]);
        // Of two lines of one user the first.
        let both: Vec<Value> = [&all[..], &again].concat();
        let others = [both, again].concat();
        import(&memory, number, &lines(&others));
        let other = Operator::new(&memory).tenant("Other");
        import(&memory, other, &lines(&others));
    }
}

/// Whom a member means is not guessed.
#[test]
fn a_member_whose_external_id_several_have_is_refused() {
    let memory = Memory::new();
    let (number, client) = tenant(&memory);
    let text = lines(&[
        json!({ "schemas": [USER], "id": "f7a9490d-00ab-4af9-8b4c-7fbdf151ac34", "userName": "n2", "externalId": "e1" }),
        json!({ "user_id": "e2" }),
        json!({ "schemas": [USER], "userName": "n2", "externalId": "e2" }),
        group("G1", &json!([{ "userName": "n2" }])),
        group("G1", &json!([{ "externalId": "e2" }])),
    ]);
    let (_, refused) = told(&import(&memory, number, &text));
    let several = "several resources have this externalId";
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert!(
        refused[0].0 == 5 && refused[0].1.contains(several),
        "{refused:?}"
    );
    for name in ["ada", "eve"] {
        client.created(
            "/Users",
            &json!({ "schemas": [USER], "userName": name, "externalId": "e" }),
        );
    }
    let text = lines(&[group(
        "G2",
        &json!([{ "externalId": "e" }, { "value": "e" }, { "userName": "ada" }]),
    )]);
    let (_, refused) = told(&import(&memory, number, &text));
    assert_eq!(members(&client, "G2"), ["ada"]);
    let told: Vec<i64> = refused.iter().map(|(line, _)| *line).collect();
    assert_eq!(told, [1, 1], "{refused:?}");
    assert!(refused[0].1.contains(several), "{refused:?}");
}

#[test]
fn what_may_be_once_is_refused_the_second_time() {
    let memory = Memory::new();
    let (number, client) = tenant(&memory);
    let device = |serial: &str, external: &str| json!({ "schemas": ["urn:example:params:scim:schemas:core:2.0:Device"], "serialNumber": serial, "externalId": external });
    client.created("/Devices", &device("1", "a"));
    let done = import(
        &memory,
        number,
        &lines(&[
            device("1", "b"),
            device("2", "c"),
            device("2", "d"),
            device("3", "a"),
            device("1", "e"),
        ]),
    );
    let (counts, refused) = told(&done);
    assert_eq!(counts, [2, 3, 0], "{done:#}");
    assert_eq!(refused, []);
    let list = client
        .get("/Devices?filter=serialNumber eq \"3\"")
        .expect(200);
    let mut both = device("1", "f");
    both["id"] = list["Resources"][0]["id"].clone();
    let (counts, refused) = told(&import(&memory, number, &lines(&[both])));
    assert_eq!(counts, [0, 0, 0]);
    assert!(refused[0].1.contains("serialNumber"), "{refused:?}");
}

/// All that is of a tenant, but for what differs from one day to the next.
fn exported(memory: &Memory, tenant: i64) -> Vec<Value> {
    let mut lines = Operator::new(memory).export(tenant, "");
    lines.remove(0);
    for line in &mut lines {
        line.as_object_mut().unwrap().remove("meta");
    }
    lines
}

fn fill(client: &Client<'_>) {
    let ada = client.created("/Users", &json!({ "schemas": [USER], "userName": "ada", "externalId": "x1", "active": false,
        "emails": [{ "value": "ada@example.com", "primary": true }], "name": { "familyName": "Lovelace" } }));
    let bob = client.user("bob");
    let inner = client.group("Inner", &[&bob]);
    client.group("Outer", &[&ada, &inner]);
    client.group("Empty", &[]);
    client.created("/Devices", &json!({ "schemas": ["urn:example:params:scim:schemas:core:2.0:Device"], "serialNumber": "7" }));
}

/// An import of an export, into an empty tenant and onto itself: ids stay, so that whoever knows a
/// resource by its id still does.
#[test]
fn an_export_comes_back_as_it_was() {
    let memory = Memory::sharded();
    let (number, client) = tenant(&memory);
    fill(&client);
    let admin = Operator::new(&memory);
    let text = lines(&admin.export(number, ""));
    let other = admin
        .post("/tenants", &json!({ "name": "Moved", "shard": 2 }))
        .expect(201)["id"]
        .as_i64()
        .unwrap();
    let done = result(&memory, admin.import(other, "", &text));
    assert_eq!(told(&done), ([6, 0, 0], Vec::new()));
    assert_eq!(exported(&memory, other), exported(&memory, number));
    for number in [number, other] {
        let again = result(&memory, admin.import(number, "", &text));
        assert_eq!(told(&again), ([0, 0, 6], Vec::new()));
    }
}

/// With either budget, and killed at any batch, before it or behind it: as if it had not been.
#[test]
fn a_kill_leaves_nothing_half_done_and_does_nothing_twice() {
    let people: Vec<Value> = (0..60).map(|number| json!({ "user_id": format!("u{}", number % 45), "user_email": format!("{}@example.com", number % 45) })).collect();
    let mut text = lines(&people);
    for team in 0..12 {
        let own: Vec<String> = (0..9)
            .map(|number| format!("u{}", (number * 7 + team) % 46))
            .collect();
        text.push_str(&lines(&[json!({ "team_id": format!("t{team}"), "team_alias": format!("Team {team}"), "members": own })]));
    }
    text.push_str(&lines(&[
        group("Team 1", &json!([{ "userName": "5@example.com" }])),
        user("5@example.com"),
    ]));
    let last = lines(&[group("Top", &json!([{ "externalId": "t1" }]))]);
    let mut expected: Option<(Value, Vec<i64>)> = None;
    for is_free in [false, true] {
        for kill in (0..).flat_map(|batches| [(batches, false), (batches, true)]) {
            let mut memory = Memory::new();
            memory.settings.is_free_plan = is_free;
            let admin = Operator::new(&memory);
            let number = admin.tenant("Acme");
            let job = admin.import(number, "more=true", &text).expect(202);
            let id = job["id"].as_str().unwrap();
            memory.database.kill.set(Some(kill));
            let rest = format!("job={id}&line=75");
            let mut killed = admin.import(number, &rest, &last).status >= 500;
            if killed {
                // It comes again, also where it had come.
                let again = admin.import(number, &rest, &last).status;
                assert!(matches!(again, 200 | 202), "{again}");
            }
            for _ in 0..200 {
                if memory.number("SELECT count(*) FROM jobs WHERE finished_at IS NULL") == 0 {
                    break;
                }
                killed |= memory.run_jobs(Budget::of(&memory.settings)).is_err();
                memory.elapsed.set(memory.elapsed.get() + 30_000);
            }
            killed |= memory.database.kill.take().is_none();
            let job = admin.get(&format!("/jobs/{id}")).expect(200);
            let counts = [
                "users",
                "teams",
                "team_members",
                "events",
                "import_lines",
                "import_keys",
            ]
            .map(|table| memory.number(&format!("SELECT count(*) FROM {table}")));
            let seen = (job["result"].clone(), counts.to_vec());
            match &expected {
                None => expected = Some(seen),
                Some(expected) => assert_eq!(&seen, expected, "{kill:?} {is_free}"),
            }
            if !killed {
                break;
            }
        }
    }
}

/// Whoever is deleted between any two batches of an import does not keep it from its end.
#[test]
fn what_is_deleted_meanwhile_ends_no_import() {
    let mut people: Vec<Value> = (0..12)
        .map(|number| json!({ "user_id": format!("u{number}"), "user_email": format!("{number}@example.com"), "teams": ["t0", "t1"] }))
        .collect();
    people.push(json!({ "team_id": "t0", "team_alias": "Zero", "members": ["u3", "u4"] }));
    people.push(json!({ "team_id": "t1", "team_alias": "One" }));
    let text = lines(&people);
    let mut has_told = false;
    for gone in [
        "DELETE FROM users WHERE external_id = 'u3'",
        "DELETE FROM teams WHERE external_id = 't0'",
    ] {
        for kill in 0.. {
            let memory = Memory::new();
            let admin = Operator::new(&memory);
            let number = admin.tenant("Acme");
            memory.database.kill.set(Some((kill, true)));
            admin.import(number, "", &text);
            let is_over = memory.database.kill.take().is_some();
            memory.sql(gone);
            // One whose lines did not all come ends with its hour.
            for _ in 0..20 {
                memory.elapsed.set(memory.elapsed.get() + 300_000);
                memory.run_jobs(Budget::PAID).unwrap();
            }
            assert_eq!(
                memory.number("SELECT count(*) FROM jobs WHERE finished_at IS NULL"),
                0,
                "{gone} {kill}"
            );
            let results =
                "SELECT count(*) FROM jobs WHERE result LIKE '%deleted the resource of this line%'";
            has_told |= memory.number(results) > 0;
            if is_over {
                break;
            }
        }
    }
    assert!(has_told);
}

#[test]
fn lines_may_come_in_parts() {
    let memory = Memory::new();
    let (number, client) = tenant(&memory);
    let admin = Operator::new(&memory);
    let job = admin
        .import(
            number,
            "more=true",
            &lines(&[group("All", &json!([{ "userName": "ada" }]))]),
        )
        .expect(202);
    assert_eq!(
        (&job["state"], &job["kind"], &job["total"]),
        (&json!("queued"), &json!("import"), &json!(0))
    );
    let id = job["id"].as_str().unwrap();
    memory.run_jobs(Budget::PAID).unwrap();
    // Twice, as a client does whose connection broke.
    for _ in 0..2 {
        admin
            .import(
                number,
                &format!("job={id}&line=2&more=true"),
                &lines(&[user("ada"), user("bob")]),
            )
            .expect(202);
    }
    // What is missing is asked for; a blank line has come, too.
    let blank = format!("job={id}&line=4&more=true");
    admin.import(number, &blank, "\n\n").expect(202);
    admin
        .import(number, &format!("job={id}&line=7"), "{}")
        .problem(400, "invalid_query", "6 at the most");
    let done = admin
        .import(number, &format!("job={id}&line=6"), "no json")
        .expect(200);
    assert_eq!(told(&done).0, [3, 0, 0]);
    assert_eq!(done["refused"][0]["line"], 6);
    assert_eq!(members(&client, "All"), ["ada"]);
    // JavaScript has it whole.
    let part = "SELECT max(marker ->> 'part') FROM jobs";
    assert!((1..1 << 53).contains(&memory.number(part)));
    // The last comes again, and one before it; but nothing more, and no other lines.
    for part in ["line=6", "line=2&more=true"] {
        let again = admin.import(number, &format!("job={id}&{part}"), "no json");
        assert_eq!(again.expect(200), done);
    }
    for (line, text) in [(6, "no  json"), (2, "no json"), (6, "")] {
        admin
            .import(number, &format!("job={id}&line={line}"), text)
            .problem(409, "import_has_begun", "other lines");
    }
    admin
        .import(number, &format!("job={id}&line=7"), "{}")
        .problem(404, "job_not_found", "more=true");
    let other = admin.tenant("Other");
    let job = admin.import(number, "more=true", "{}").expect(202);
    let id = job["id"].as_str().unwrap();
    admin
        .import(other, &format!("job={id}&line=2"), "{}")
        .problem(404, "job_not_found", "more=true");
    // Those that do not come are not waited for.
    memory.elapsed.set(memory.elapsed.get() + 3_600_001);
    memory.run_jobs(Budget::PAID).unwrap();
    let job = admin.get(&format!("/jobs/{id}")).expect(200);
    assert_eq!(job["state"], "failed");
    admin
        .import(number, &format!("job={id}&line=1"), "{}")
        .problem(404, "job_not_found", "more=true");
    assert!(
        job["result"]["detail"]
            .as_str()
            .unwrap()
            .contains("did not all come")
    );
    assert_eq!(memory.number("SELECT count(*) FROM import_lines"), 0);
}

/// A part that is sent twice at once: the copy that was let in first, and comes behind the end,
/// leaves nothing behind.
#[test]
fn of_two_copies_at_once_one_counts() {
    let memory = Memory::new();
    let (number, client) = tenant(&memory);
    let admin = Operator::new(&memory);
    let first = lines(&[user("ada")]);
    let job = admin.import(number, "more=true", &first).expect(202);
    let id = job["id"].as_str().unwrap();
    // The other copy is done as soon as this one was let in.
    memory.sql(
        "CREATE TRIGGER other_copy AFTER UPDATE OF lease_until ON jobs WHEN new.marker = old.marker BEGIN \
         INSERT INTO import_lines (tenant_id, job_id, line, text) \
         VALUES (new.tenant_id, new.id, 2, '{\"user_id\":\"bob\",\"name\":\"Bob\"}'); \
         UPDATE jobs SET marker = json_set(marker, '$.phase', 1), total = 2, lease_until = '' WHERE id = new.id; END",
    );
    let long = format!("{{\"userName\": \"{}\"}}", "x".repeat(1_000_000));
    let copy = format!("{long}\n{}", lines(&[user("eve"), user("fay")]));
    let query = format!("job={id}&line=2&more=true");
    admin.import(number, &query, &copy).expect(202);
    memory.sql("DROP TRIGGER other_copy");
    assert_eq!(memory.number("SELECT count(*) FROM import_lines"), 2);
    memory.run_jobs(Budget::PAID).unwrap();
    assert_eq!(memory.number("SELECT count(*) FROM import_lines"), 0);
    let list = client.get("/Users").expect(200);
    assert_eq!(list["totalResults"], 2);
}

/// Of two last parts at once that differ one is told so.
#[test]
fn of_two_last_parts_at_once_the_other_is_refused() {
    let memory = Memory::new();
    let (number, client) = tenant(&memory);
    let admin = Operator::new(&memory);
    let first = lines(&[user("ada")]);
    let job = admin.import(number, "more=true", &first).expect(202);
    let id = job["id"].as_str().unwrap();
    memory.sql(
        "CREATE TRIGGER other_part AFTER UPDATE OF lease_until ON jobs WHEN new.marker = old.marker BEGIN \
         UPDATE jobs SET marker = json_set(marker, '$.phase', 1, '$.part', 7), total = 2 WHERE id = new.id; END",
    );
    let last = format!("job={id}&line=2");
    admin.import(number, &last, &lines(&[user("bob")])).problem(
        409,
        "import_has_begun",
        "other lines",
    );
    memory.sql("DROP TRIGGER other_part");
    memory.run_jobs(Budget::PAID).unwrap();
    memory.elapsed.set(memory.elapsed.get() + 3_600_001);
    memory.run_jobs(Budget::PAID).unwrap();
    let users = client.get("/Users").expect(200);
    assert_eq!(users["totalResults"], 1);
}

/// Who has the name that another had before, by the id.
#[test]
fn names_go_from_one_to_another() {
    let memory = Memory::new();
    let (number, client) = tenant(&memory);
    let [a, b] = ["a", "b"].map(|name| client.user(name));
    let line = |id: &str, name: &str| json!({ "schemas": [USER], "id": id, "userName": name });
    let chain = lines(&[line(&a, "b"), line(&b, "d")]);
    let (counts, refused) = told(&import(&memory, number, &chain));
    assert_eq!((counts, refused[0].0), ([0, 1, 0], 1));
    assert!(refused[0].1.contains("import again"), "{}", refused[0].1);
    let again = told(&import(&memory, number, &chain));
    assert_eq!(again, ([0, 1, 1], Vec::new()));
    // Two who swap: by way of a name that nobody has.
    let swap = lines(&[line(&a, "d"), line(&b, "b")]);
    assert_eq!(told(&import(&memory, number, &swap)).0, [0, 0, 0]);
    import(&memory, number, &lines(&[line(&b, "free")]));
    import(&memory, number, &swap);
    import(&memory, number, &swap);
    let last = told(&import(&memory, number, &swap));
    assert_eq!(last, ([0, 0, 2], Vec::new()));
}

#[test]
fn what_cannot_be_imported_is_refused_with_what_to_do() {
    let memory = Memory::new();
    let (number, client) = tenant(&memory);
    let admin = Operator::new(&memory);
    admin
        .import(number, "dry_run=perhaps", "")
        .problem(400, "invalid_query", "true or false");
    admin
        .import(number, "line=0", "")
        .problem(400, "invalid_query", "line");
    admin
        .post(&format!("/tenants/{number}/import"), &json!({}))
        .problem(415, "invalid_body", "application/x-ndjson");
    let path = format!("/tenants/{number}/import");
    for (content_type, is_read) in [
        ("application/x-ndjson; charset=utf-16", false),
        ("Application/X-NDJSON; Charset=\"UTF-8\"; x=y", true),
    ] {
        let mut request = admin.request("POST", &path, None);
        request.content_type = Some(content_type.to_owned());
        let got = client.send(&request);
        if is_read {
            got.expect(200);
        } else {
            got.problem(415, "invalid_body", "UTF-8");
        }
    }
    let done = admin.import(number, "", "").expect(200);
    assert_eq!(told(&done), ([0, 0, 0], Vec::new()));
    let long = format!(
        "{{\"schemas\":[\"{USER}\"],\"userName\":\"{}\"}}\n{}\n{{\"a\":\"\u{0}\"}}",
        "x".repeat(1_600_000),
        user("ada")
    );
    let done = admin.import(number, "", &long).expect(200);
    assert_eq!(told(&done).0, [1, 0, 0]);
    assert_eq!(done["refused"][0]["line"], 1);
    assert_eq!(done["refused"][1]["line"], 3);
    admin
        .patch(
            &format!("/tenants/{number}"),
            &json!({ "state": "suspended" }),
        )
        .expect(200);
    let problem = admin.import(number, "", "{}");
    problem.problem(403, "tenant_suspended", "dry_run=true");
    // Whoever has gone meanwhile is not suspended.
    memory.sql("CREATE TRIGGER gone BEFORE INSERT ON jobs BEGIN SELECT RAISE(IGNORE); END");
    let gone = admin.import(number, "dry_run=true", "{}");
    gone.problem(404, "tenant_not_found", "has just been deleted");
    memory.sql("DROP TRIGGER gone");
    // A dry run changes nothing.
    let dry = admin.import(number, "dry_run=true", &user("eve").to_string());
    assert_eq!(told(&dry.expect(200)).0, [1, 0, 0]);
    let many: Vec<_> = (0..1_100).map(|n| user(&format!("u{n}"))).collect();
    let job = admin.import(number, "dry_run=true", &lines(&many));
    let path = format!("/jobs/{}", job.expect(202)["id"].as_str().unwrap());
    memory.run_jobs(Budget::PAID).unwrap();
    let job = admin.get(&path).expect(200);
    assert_eq!(job["state"], "finished");
    assert_eq!(told(&job["result"]).0, [1_100, 0, 0]);
    let tenant = admin.get(&format!("/tenants/{number}")).expect(200);
    assert_eq!(
        (&tenant["state"], &tenant["users"]),
        (&json!("suspended"), &json!(1))
    );
}

/// A provider that connects later looks each account up by its name, finds it, and goes on with it.
#[test]
fn a_provider_that_comes_later_adopts_every_account() {
    let memory = Memory::new();
    let (number, client) = tenant(&memory);
    let people = ["ada", "bob", "eve"];
    let records: Vec<Value> = people
        .iter()
        .map(|name| json!({ "user_id": format!("app-{name}"), "user_email": format!("{name}@example.com") }))
        .collect();
    import(&memory, number, &lines(&records));
    for (index, name) in people.iter().enumerate() {
        let user_name = format!("{}@Example.com", name.to_uppercase());
        let list = client
            .get(&format!("/Users?filter=userName eq \"{user_name}\""))
            .expect(200);
        assert_eq!(list["totalResults"], 1);
        let id = list["Resources"][0]["id"].as_str().unwrap();
        let path = format!("/Users/{id}");
        let external = format!("00u{index}");
        let user = if index == 1 {
            let operations = json!([{ "op": "replace", "path": "externalId", "value": external }]);
            client.patch(&path, &operations).expect(200)
        } else {
            let body = json!({ "schemas": [USER], "userName": user_name, "externalId": external, "active": true });
            client.put(&path, &body).expect(200)
        };
        assert_eq!(user["externalId"], external);
    }
    assert_eq!(client.get("/Users?count=0").expect(200)["totalResults"], 3);
}

/// Who was deleted and is kept comes back with the former id.
#[test]
fn who_was_here_before_has_the_same_id() {
    let memory = Memory::new();
    let (number, client) = tenant(&memory);
    let settings = json!({ "settings": { "deletes": "soft", "rehire": "same_name" } });
    Operator::new(&memory)
        .patch(&format!("/tenants/{number}"), &settings)
        .expect(200);
    let ada = client.user("ada");
    client.delete(&format!("/Users/{ada}")).expect(204);
    let done = import(
        &memory,
        number,
        &lines(&[
            group("All", &json!([{ "userName": "ada" }, { "value": "u1" }])),
            json!({ "user_id": "u1", "user_email": "ada" }),
        ]),
    );
    assert_eq!(told(&done), ([2, 0, 0], Vec::new()));
    client.get(&format!("/Users/{ada}")).expect(200);
    assert_eq!(members(&client, "All"), ["ada"]);
    // An id that would else be kept is told of.
    client.delete(&format!("/Users/{ada}")).expect(204);
    let again = json!({
        "schemas": [USER], "id": "f7a9490d-00ab-4af9-8b4c-7fbdf151ac34", "userName": "ada", "externalId": "u1",
    });
    let (counts, refused) = told(&import(&memory, number, &lines(&[again])));
    assert_eq!(counts, [1, 0, 0]);
    assert!(
        refused.len() == 1 && refused[0].1.contains(&format!("with the id {ada}")),
        "{refused:?}"
    );
    client.get(&format!("/Users/{ada}")).expect(200);
}

/// What is kept goes to one line alone, as the dry run says: nobody vanishes.
#[test]
fn what_is_kept_is_one_line() {
    let memory = Memory::new();
    for rehire in ["same_name", "same_external_id"] {
        for order in [[0, 1, 2, 3], [1, 0, 2, 3], [3, 2, 1, 0]] {
            let (number, client) = tenant(&memory);
            let settings = json!({ "settings": { "deletes": "soft", "rehire": rehire } });
            Operator::new(&memory)
                .patch(&format!("/tenants/{number}"), &settings)
                .expect(200);
            let [kept, other] = ["u7@x", "u8@x"].map(|name| client.user(name));
            for id in [&kept, &other] {
                client.delete(&format!("/Users/{id}")).expect(204);
            }
            let all = [
                json!({ "schemas": [USER], "userName": "u7@x" }),
                json!({ "schemas": [USER], "id": kept, "userName": "u4@x" }),
                json!({ "schemas": [USER], "userName": "u8@x" }),
                group("All", &json!([{ "value": other }])),
            ];
            let text = lines(&order.map(|index| all[index].clone()));
            let (counts, refused) = told(&import(&memory, number, &text));
            let is_first = order[0] == 0;
            let expected = if is_first { [3, 0, 0] } else { [4, 0, 0] };
            assert_eq!(counts, expected, "{rehire} {order:?} {refused:?}");
            assert_eq!(refused.len(), usize::from(is_first), "{refused:?}");
            assert_eq!(members(&client, "All"), ["u8@x"]);
        }
    }
}

/// Of several that are kept with one name a line has the one with its id.
#[test]
fn a_kept_id_comes_before_a_kept_name() {
    let memory = Memory::new();
    for rehire in ["same_name", "same_external_id"] {
        let (number, client) = tenant(&memory);
        let settings = json!({ "settings": { "deletes": "soft", "rehire": rehire } });
        Operator::new(&memory)
            .patch(&format!("/tenants/{number}"), &settings)
            .expect(200);
        let [first, last] = ["a@x", "b@x"].map(|name| client.user(name));
        client.delete(&format!("/Users/{first}")).expect(204);
        let named = json!([{ "op": "replace", "path": "userName", "value": "a@x" }]);
        client.patch(&format!("/Users/{last}"), &named).expect(200);
        client.delete(&format!("/Users/{last}")).expect(204);
        let text = lines(&[json!({ "schemas": [USER], "id": first, "userName": "a@x" })]);
        let done = import(&memory, number, &text);
        assert_eq!(told(&done), ([1, 0, 0], Vec::new()), "{rehire}");
        client.get(&format!("/Users/{first}")).expect(200);
        client.get(&format!("/Users/{last}")).expect(404);
    }
}

/// A group of many members, in the lines that an export makes of it.
#[test]
fn a_large_group_comes_back() {
    let memory = Memory::new();
    let (number, client) = tenant(&memory);
    let id = client.group("All", &[]);
    super::export::crowd(&memory, number, 23_456);
    super::export::all_in(&memory, number, &id);
    let admin = Operator::new(&memory);
    let text = lines(&admin.export(number, ""));
    let other = admin.tenant("Moved");
    let done = result(&memory, admin.import(other, "", &text));
    assert_eq!(
        (&done["refusals"], &done["created"]),
        (&json!(0), &json!(23_457))
    );
    assert_eq!(
        exported(&memory, other).len(),
        exported(&memory, number).len()
    );
    assert_eq!(
        memory.number(&format!(
            "SELECT count(*) FROM team_members WHERE tenant_id = {other}"
        )),
        23_456
    );
}

/// Who is awaited joins when he comes, so that the line of his group changes nothing.
#[test]
fn who_is_awaited_is_foreseen() {
    let memory = Memory::new();
    let (number, client) = tenant(&memory);
    let pend = json!({ "settings": { "unknown_members": "pend" } });
    let admin = Operator::new(&memory);
    admin
        .patch(&format!("/tenants/{number}"), &pend)
        .expect(200);
    client.user("cid");
    let dora = client.user("dora");
    let staff = client.group("Staff", &[]);
    let named = ["ext-ada", "Ben@Example.com", "ext-cid", "nobody", &dora];
    let waits = json!([{ "op": "add", "path": "members",
        "value": named.map(|value| json!({ "value": value })) }]);
    client
        .patch(&format!("/Groups/{staff}"), &waits)
        .expect(204);
    let with = |name: &str, external: &str| {
        let mut user = user(name);
        user["externalId"] = json!(external);
        user
    };
    let come = [
        with("ada", "ext-ada"),
        user("ben@example.com"),
        with("cid", "ext-cid"),
        user("eve"),
    ];
    let line = |members: &Value| {
        let mut line = group("Staff", members);
        line["id"] = json!(staff);
        line
    };
    let awaited = json!([{ "externalId": "ext-ada" }, { "userName": "ben@example.com" }, { "userName": "cid" }]);
    let all = [&come[..], &[line(&awaited)]].concat();
    let result = import(&memory, number, &lines(&all));
    assert_eq!(told(&result).0, [3, 1, 1], "{result:#}");
    // One more, whom nobody waited for, does.
    let more = [
        with("fay", "ext-fay"),
        line(&json!([{ "externalId": "ext-fay" }])),
    ];
    assert_eq!(told(&import(&memory, number, &lines(&more))).0, [1, 1, 0]);
    // Nor does it matter once the setting is another: they wait in vain then.
    let waits = json!([{ "op": "add", "path": "members", "value": [{ "value": "ext-gus" }] }]);
    client
        .patch(&format!("/Groups/{staff}"), &waits)
        .expect(204);
    let refuse = json!({ "settings": { "unknown_members": "refuse" } });
    admin
        .patch(&format!("/tenants/{number}"), &refuse)
        .expect(200);
    let late = [
        with("gus", "ext-gus"),
        line(&json!([{ "externalId": "ext-gus" }])),
    ];
    assert_eq!(told(&import(&memory, number, &lines(&late))).0, [1, 1, 0]);
}

/// A value that waits is one person, in the dry run too.
#[test]
fn one_joins_for_a_value_that_waits() {
    let memory = Memory::new();
    let (number, client) = tenant(&memory);
    let pend = json!({ "settings": { "unknown_members": "pend" } });
    let admin = Operator::new(&memory);
    admin
        .patch(&format!("/tenants/{number}"), &pend)
        .expect(200);
    let with = |name: &str, external: &str| {
        let mut user = user(name);
        user["externalId"] = json!(external);
        user
    };
    // Two who are new; one who gets the name, and one who is new; and two far from each other.
    let dan = client.user("dan");
    let mut changed = with("dan", "w-c");
    changed["id"] = json!(dan);
    let mut far = vec![with("gil", "w-d")];
    far.extend((0..1_100).map(|index| user(&format!("far{index}"))));
    far.push(user("w-d"));
    for (name, users, joins) in [
        ("w-a", vec![with("ada", "w-a"), user("w-a")], "ada"),
        ("w-b", vec![user("w-b"), with("bea", "w-b")], "w-b"),
        ("w-c", vec![changed, user("w-c")], "w-c"),
        ("w-d", far, "gil"),
    ] {
        let group_id = client.group(name, &[]);
        let waits = json!([{ "op": "add", "path": "members", "value": [{ "value": name }] }]);
        client
            .patch(&format!("/Groups/{group_id}"), &waits)
            .expect(204);
        let ends = [users.first(), users.last()].map(|user| user.unwrap()["userName"].clone());
        let other = ends.iter().find(|name| *name != joins).unwrap();
        let mut all = users.clone();
        // Whoever did not join is what the line changes.
        let mut line = group(name, &json!([{ "userName": other }]));
        line["id"] = json!(group_id);
        all.push(line);
        let count = i64::try_from(users.len()).unwrap();
        let result = told(&import(&memory, number, &lines(&all)));
        let updated = if name == "w-c" { 2 } else { 1 };
        assert_eq!(result.0, [count + 1 - updated, updated, 0], "{name}");
        // And who joined is there.
        let mut line = group(name, &json!([{ "userName": joins }]));
        line["id"] = json!(group_id);
        assert_eq!(told(&import(&memory, number, &lines(&[line]))).0, [0, 0, 1]);
    }
}

/// Groups in groups, at random, over what is there: the dry run tells what the import then does.
#[test]
fn circles_are_foreseen() {
    for seed in 0_u64..30 {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut dice = |sides: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state % sides).unwrap()
        };
        let memory = Memory::new();
        let (number, client) = tenant(&memory);
        let mut there: Vec<String> = Vec::new();
        for n in 0..3 {
            let members: Vec<&str> = there
                .iter()
                .filter(|_| dice(2) == 0)
                .map(String::as_str)
                .collect();
            there.push(client.group(&format!("G{n}"), &members));
        }
        let mut all = Vec::new();
        for _ in 0..2 + dice(8) {
            let mut members: Vec<Value> = Vec::new();
            for _ in 0..dice(4) {
                members.push(match dice(4) {
                    0 => json!({ "value": there[dice(3)] }),
                    1 => json!({ "value": format!("u{}", dice(3)) }),
                    _ => json!({ "value": format!("g{}", dice(5)), "type": "Group" }),
                });
            }
            let own = dice(5);
            all.push(match dice(5) {
                0 => json!({ "user_id": format!("u{}", dice(3)), "teams": [format!("g{}", dice(5)), there[dice(3)]] }),
                1 => json!({ "team_id": format!("g{own}"), "members": members.iter().map(|m| m["value"].clone()).collect::<Vec<_>>() }),
                2 => json!({ "schemas": [GROUP], "id": there[dice(3)], "displayName": "Mine", "members": members }),
                _ => json!({ "schemas": [GROUP], "id": format!("g{own}"), "displayName": format!("G{own}"), "members": members }),
            });
        }
        import(&memory, number, &lines(&all));
    }
}
