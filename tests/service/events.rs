//! The record of every change: whatever clients do, its events tell it all, in order, and nothing
//! that was not done.

use std::collections::{BTreeMap, BTreeSet};

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use serde_json::{Map, Value, json};

use service::jobs::Budget;
use testing::client::{Client, Operator};
use testing::memory::Memory;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// In place of a value that was too large for an event.
const CUT: &str = "cut";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// A service whose tenant has sent requests before.
fn connected() -> Memory {
    let memory = Memory::new();
    memory.sql("UPDATE tenants SET last_request_at = '2020-01-01'");
    memory
}

/// All events, page by page.
fn events(memory: &Memory) -> Vec<Value> {
    let operator = Operator::new(memory);
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let page = operator
            .get(&format!("/events?limit=200&after={after}"))
            .expect(200);
        all.extend(page["data"].as_array().unwrap().iter().cloned());
        page["next"].as_str().unwrap().clone_into(&mut after);
        if page["more"] == false {
            return all;
        }
    }
}

/// What the events say that there is.
#[derive(Debug, Default, PartialEq)]
struct Model {
    /// The documents by type and id; an attribute of an extension by its whole path.
    resources: BTreeMap<(String, String), Map<String, Value>>,
    /// The members of each group.
    members: BTreeMap<String, BTreeSet<(String, String)>>,
    /// The versions, by id.
    versions: BTreeMap<String, String>,
}

impl Model {
    /// Replays events, each of which must go on from what those before it left.
    fn replay(events: &[Value]) -> Self {
        let mut model = Self::default();
        for (index, event) in events.iter().enumerate() {
            assert_eq!(event["seq"], json!(index + 1), "{event}");
            model.apply(event);
        }
        model
    }

    fn apply(&mut self, event: &Value) {
        if event["resource"].is_null() {
            return;
        }
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let id = text(&event["resource"]["id"]);
        let key = (text(&event["resource"]["type"]), id.clone());
        let (_, word) = event["type"].as_str().unwrap().split_once('.').unwrap();
        let changes = event["changes"].as_array().cloned().unwrap_or_default();
        self.versions.insert(id.clone(), text(&event["version"]));
        if let Some(members) = event.get("members") {
            let held = self.members.entry(id.clone()).or_default();
            let pairs = |side: &str| {
                let links = members[side].as_array().unwrap().clone();
                links
                    .into_iter()
                    .map(move |link| (text(&link["type"]), text(&link["id"])))
            };
            for pair in pairs("removed") {
                assert!(held.remove(&pair), "was no member: {event}");
            }
            for pair in pairs("added") {
                assert!(held.insert(pair), "was a member: {event}");
            }
            assert!(!self.resources[&key].is_empty());
            return;
        }
        if ["created", "restored"].contains(&word) {
            assert!(
                self.resources.insert(key.clone(), Map::new()).is_none(),
                "{event}"
            );
        }
        assert!(!changes.is_empty(), "an event without a change: {event}");
        let document = self.resources.get_mut(&key).expect("is there");
        for change in changes {
            let path = text(&change["path"]);
            let before = document.remove(&path).unwrap_or_default();
            if change.get("cut").is_some() {
                if word != "deleted" {
                    document.insert(path, json!(CUT));
                }
                continue;
            }
            assert!(before == change["before"] || before == CUT, "{event}");
            assert_ne!(change["before"], change["after"], "{event}");
            if !change["after"].is_null() {
                document.insert(path, change["after"].clone());
            }
        }
        // It is called what it is called behind the change.
        if word != "deleted" {
            let name = if key.0 == "User" {
                "userName"
            } else {
                "displayName"
            };
            for (member, path) in [("externalId", "externalId"), ("name", name)] {
                let value = document.get(path).unwrap_or(&Value::Null);
                if value != CUT {
                    assert_eq!(event["resource"][member], *value, "{event}");
                }
            }
        }
        if word == "deleted" {
            assert!(document.is_empty(), "{event}");
            self.resources.remove(&key);
            self.members.remove(&id);
            self.versions.remove(&id);
            let left: BTreeSet<String> = self
                .members
                .iter_mut()
                .filter_map(|(group, members)| {
                    let pair = (key.0.clone(), id.clone());
                    members.remove(&pair).then(|| group.clone())
                })
                .collect();
            let told = event["groups"].as_array().into_iter().flatten();
            assert_eq!(left, told.map(text).collect::<BTreeSet<_>>(), "{event}");
            let has_left = event.get("groups_version").is_some();
            assert_eq!(has_left, !left.is_empty(), "{event}");
            for group in left {
                self.versions.insert(group, text(&event["groups_version"]));
            }
        }
    }

    /// Puts there what the events left out, if it is there.
    fn fill(&mut self, there: &Self) {
        for (key, document) in &mut self.resources {
            let known = there.resources.get(key);
            document.retain(|path, value| {
                let known = known.and_then(|known| known.get(path));
                let is_cut = value == CUT;
                if let Some(known) = known.filter(|_| is_cut) {
                    *value = known.clone();
                }
                !is_cut || known.is_some()
            });
        }
    }

    /// What there is.
    fn of(memory: &Memory) -> Self {
        let mut model = Self::default();
        let connection = memory.database.connection.borrow();
        let sql = "SELECT 'User', id, document, version FROM users UNION ALL \
                   SELECT 'Group', id, document, version FROM teams UNION ALL \
                   SELECT resource_type, id, document, version FROM resources";
        let mut statement = connection.prepare(sql).unwrap();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let [resource_type, id, document, version]: [String; 4] =
                [0, 1, 2, 3].map(|n| row.get(n).unwrap());
            model.versions.insert(id.clone(), version);
            let document: Map<String, Value> = serde_json::from_str(&document).unwrap();
            let mut flat = Map::new();
            for (name, value) in document {
                match value.as_object().filter(|_| name.starts_with("urn:")) {
                    Some(members) => flat.extend(
                        members
                            .iter()
                            .map(|(key, value)| (format!("{name}:{key}"), value.clone())),
                    ),
                    None => {
                        flat.insert(name, value);
                    }
                }
            }
            model.resources.insert((resource_type, id), flat);
        }
        let sql = "SELECT team_id, member_type, member_id FROM team_members";
        let mut statement = connection.prepare(sql).unwrap();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let [team, member_type, member]: [String; 3] = [0, 1, 2].map(|n| row.get(n).unwrap());
            let members = model.members.entry(team).or_default();
            members.insert((member_type, member));
        }
        model
    }
}

/// A request that is made of dice.
#[expect(clippy::too_many_lines, reason = "one line a case")]
pub(super) fn request(
    dice: &[u16; 6],
    users: &[String],
    groups: &[String],
) -> (String, String, Value) {
    let [kind, which, other, value, more, extra] = *dice;
    let pick = |of: &[String], n: u16| match of {
        [] => "none".to_owned(),
        _ => of[usize::from(n) % of.len()].clone(),
    };
    let (user, group) = (pick(users, which), pick(groups, other));
    let name = format!("n{}", value % 9);
    let members = |count: u16| {
        let links = (0..count).map(|n| {
            let id = if (extra + n) % 11 == 3 {
                format!("N{}", (more + n) % 9)
            } else if (extra + n) % 5 == 0 {
                pick(groups, more + n)
            } else {
                pick(users, more + n)
            };
            json!({"value": id})
        });
        links.collect::<Vec<_>>()
    };
    let change = |operations: Value| json!({"schemas": [PATCH], "Operations": operations});
    let body_of_user = json!({
        "userName": name, "title": format!("t{}", more % 3), "active": extra % 3 != 0,
        "emails": [{"value": format!("{name}@example.com")}], "groups": [{"value": group}],
        ENTERPRISE: {"department": format!("d{}", extra % 4), "employeeNumber": "7"},
    });
    let body_of_group =
        json!({"displayName": name, "externalId": "x", "members": members(more % 4)});
    let users_path = format!("/Users/{user}");
    let groups_path = format!("/Groups/{group}");
    let (verb, path, body) = match kind % 16 {
        0 | 1 => ("POST", "/Users".to_owned(), body_of_user),
        2 => ("POST", "/Groups".to_owned(), body_of_group),
        3 => ("PUT", users_path, body_of_user),
        4 => ("PUT", groups_path, body_of_group),
        5 => (
            "PATCH",
            users_path,
            change(json!([{"op": "replace", "value": {"active": value % 2 == 0}}])),
        ),
        6 => (
            "PATCH",
            users_path,
            change(json!([
                {"op": "replace", "path": "title", "value": name},
                {"op": "replace", "path": "active", "value": more % 2 == 0},
                {"op": "add", "path": "externalId", "value": format!("e{}", extra % 2)},
            ])),
        ),
        7 => (
            "PATCH",
            users_path,
            change(json!([
                {"op": "replace", "path": format!("{ENTERPRISE}:department"), "value": name},
                {"op": "replace", "path": "emails[type eq \"work\"].value", "value": format!("{name}@x.example")},
            ])),
        ),
        8 | 9 => (
            "PATCH",
            groups_path,
            change(json!([{"op": "add", "path": "members", "value": members(1 + more % 3)}])),
        ),
        10 => (
            "PATCH",
            groups_path,
            change(json!([{"op": "remove", "path": "members", "value": members(1 + more % 3)}])),
        ),
        11 => (
            "PATCH",
            groups_path,
            change(json!([
                {"op": "replace", "path": "members", "value": members(more % 4)},
                {"op": "replace", "path": "displayName", "value": name},
            ])),
        ),
        12 => (
            "PATCH",
            groups_path,
            change(json!([{"op": "remove", "path": format!("members[value eq \"{user}\"]")}])),
        ),
        13 => ("DELETE", users_path, Value::Null),
        14 if value % 3 == 0 => ("DELETE", groups_path, Value::Null),
        _ => {
            let operations = json!([
                {"method": "POST", "path": "/Users", "bulkId": "a", "data": body_of_user},
                {"method": "POST", "path": "/Users", "bulkId": "b", "data": {"userName": format!("{name}b")}},
                {"method": "POST", "path": "/Users", "bulkId": "d", "data": {"userName": format!("{name}d")}},
                {"method": "POST", "path": "/Groups", "bulkId": "c",
                 "data": {"displayName": format!("{name}g"), "members": [{"value": "bulkId:a"}, {"value": user}]}},
                {"method": "PATCH", "path": users_path, "data": change(json!([{"op": "add", "path": "nickName", "value": name}]))},
                {"method": "PUT", "path": groups_path, "data": body_of_group},
                {"method": "DELETE", "path": format!("/Users/{}", pick(users, more))},
                {"method": "DELETE", "path": format!("/Users/{}", pick(users, extra))},
            ]);
            let schemas = ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"];
            (
                "POST",
                "/Bulk".to_owned(),
                json!({"schemas": schemas, "Operations": operations}),
            )
        }
    };
    (verb.to_owned(), path, body)
}

pub(super) fn ids(memory: &Memory, table: &str) -> Vec<String> {
    let connection = memory.database.connection.borrow();
    let sql = format!("SELECT id FROM {table} ORDER BY seq");
    let mut statement = connection.prepare(&sql).unwrap();
    let ids = statement.query_map([], |row| row.get(0)).unwrap();
    ids.map(Result::unwrap).collect()
}

/// Brings back something that was deleted and is kept, where there is anything.
fn restore(memory: &Memory) {
    let operator = Operator::new(memory);
    let kept = operator.get("/tenants/1/deleted").expect(200);
    if let Some(row) = kept["data"].as_array().unwrap().last() {
        let path = format!("/tenants/1/deleted/{}/restore", row["id"].as_str().unwrap());
        operator.send("POST", &path, None);
    }
}

/// Whatever is done, the events replayed onto nothing give exactly what there is.
#[test]
fn the_events_replayed_are_the_directory() {
    let kinds = replay_of_anything("{}");
    let expected = [
        "group.created",
        "group.deleted",
        "group.members",
        "group.updated",
        "user.activated",
        "user.created",
        "user.deactivated",
        "user.deleted",
        "user.updated",
    ];
    assert_eq!(kinds, expected.map(str::to_owned).into());
}

/// Also where what is deleted is kept.
#[test]
fn the_events_replayed_are_the_directory_that_keeps() {
    let kinds = replay_of_anything(r#"{"deletes":"soft"}"#);
    assert!(kinds.contains("user.restored"), "{kinds:?}");
}

/// Also where members are awaited.
#[test]
fn the_events_replayed_are_the_directory_that_waits() {
    let kinds = replay_of_anything(r#"{"deletes":"soft","unknown_members":"pend"}"#);
    assert!(kinds.contains("group.members"), "{kinds:?}");
}

/// Also where removals are refused.
#[test]
fn the_events_replayed_are_the_directory_with_a_brake() {
    let kinds = replay_of_anything(r#"{"deletes":"soft","brake":{"count":3}}"#);
    assert!(kinds.contains("brake.engaged"), "{kinds:?}");
}

/// Plays anything in a tenant with these settings; gives the types of the events.
fn replay_of_anything(settings: &str) -> BTreeSet<String> {
    let dice = proptest::collection::vec(proptest::array::uniform6(proptest::num::u16::ANY), 1..60);
    let config = Config {
        cases: 24,
        failure_persistence: None,
        ..Config::default()
    };
    let seed = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let kinds = std::cell::RefCell::new(BTreeSet::new());
    TestRunner::new_with_rng(config, seed)
        .run(&dice, |rolls| {
            let mut memory = connected();
            memory.settings.accept_user_groups = true;
            memory.sql(&format!("UPDATE tenants SET settings = '{settings}'"));
            for dice in &rolls {
                if dice[1] % 6 == 0 {
                    restore(&memory);
                }
                let (users, groups) = (ids(&memory, "users"), ids(&memory, "teams"));
                let (method, path, body) = request(dice, &users, &groups);
                // Some values are too large for an event.
                let large = format!("\"department\":\"{}\"", "x".repeat(13_000));
                let body = body.to_string().replace("\"department\":\"d0\"", &large);
                let body: Value = serde_json::from_str(&body).unwrap();
                let of_resources = |events: &[Value]| {
                    let of_resource = |event: &&Value| !event["resource"].is_null();
                    events.iter().filter(of_resource).count()
                };
                let before = of_resources(&events(&memory));
                let client = Client::new(&memory);
                let sent = Some(&body).filter(|body| !body.is_null());
                let reply = client.send(&client.request(&method, &path, sent));
                let events = events(&memory);
                let of_event = |event: &Value| event["type"].as_str().unwrap().to_owned();
                kinds.borrow_mut().extend(events.iter().map(of_event));
                if reply.status >= 400 {
                    prop_equal(&of_resources(&events), &before, &(&method, &path, &body))?;
                }
                let (mut replayed, there) = (Model::replay(&events), Model::of(&memory));
                replayed.fill(&there);
                let without_empty = |mut model: Model| {
                    model.members.retain(|_, members| !members.is_empty());
                    model
                };
                prop_equal(&without_empty(replayed), &there, &(&method, &path, &body))?;
            }
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
    kinds.into_inner()
}

fn prop_equal<T: PartialEq + std::fmt::Debug>(
    left: &T,
    right: &T,
    of: &dyn std::fmt::Debug,
) -> Result<(), TestCaseError> {
    if left == right {
        return Ok(());
    }
    Err(TestCaseError::fail(format!(
        "{left:#?}\nis not\n{right:#?}\nafter {of:?}"
    )))
}

fn types(page: &Value) -> Vec<&str> {
    page["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect()
}

/// What an event has, as OPERATOR.md's reader expects it.
#[test]
fn an_event_says_who_did_what_to_whom() {
    let memory = connected();
    let (client, operator) = (Client::new(&memory), Operator::new(&memory));
    let token = operator
        .post("/tenants/1/tokens", &json!({"label": "Okta"}))
        .expect(201);
    let okta = Client {
        token: token["token"].as_str().unwrap().to_owned(),
        ..Client::new(&memory)
    };
    let user = client.created(
        "/Users",
        &json!({"userName": "ada@example.com", "externalId": "00u1", "title": "Countess"}),
    );
    let path = format!("/Users/{user}");
    let off = json!([{"op": "replace", "path": "active", "value": false}]);
    let got = okta.patch(&path, &off);
    let (request, version) = (
        got.header("X-Request-Id").unwrap().to_owned(),
        got.expect(200)["meta"]["version"].clone(),
    );
    let page = operator.get("/events?type=user.*").expect(200);
    assert_eq!(types(&page), ["user.created", "user.deactivated"]);
    let [created, event] = page["data"].as_array().unwrap().as_slice() else {
        panic!()
    };
    let paths: Vec<&str> = created["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["path"].as_str().unwrap())
        .collect();
    assert_eq!(
        paths,
        ["active", "externalId", "schemas", "title", "userName"]
    );
    assert_eq!(
        created["actor"],
        json!({"kind": "token", "id": null, "label": "SCIM_TOKEN"})
    );
    let expected = json!({
        "v": 1, "id": "evt_1_3", "tenant": 1, "tenant_external_id": null, "seq": 3, "type": "user.deactivated",
        "at": event["at"], "resource": {"type": "User", "id": user, "externalId": "00u1", "name": "ada@example.com"},
        "version": event["version"], "actor": {"kind": "token", "id": token["id"], "label": "Okta"}, "request": request,
        "changes": [{"path": "active", "before": true, "after": false}],
    });
    assert_eq!(*event, expected);
    assert_eq!(
        version,
        format!("W/\"{}\"", event["version"].as_str().unwrap())
    );
    // An operator who writes as the tenant acts as such.
    let on = json!([{"op": "replace", "path": "active", "value": true}]);
    let body = json!({"schemas": [PATCH], "Operations": on});
    operator
        .patch(&format!("/tenants/1/scim/v2{path}"), &body)
        .expect(200);
    let page = operator
        .get("/tenants/1/events?before=&limit=1")
        .expect(200);
    assert_eq!(types(&page), ["user.activated"]);
    assert_eq!(
        page["data"][0]["actor"],
        json!({"kind": "operator", "id": null, "label": "ADMIN_TOKEN"})
    );
}

#[test]
fn the_feed_is_read_forwards_backwards_and_by_type() {
    let memory = connected();
    let (client, operator) = (Client::new(&memory), Operator::new(&memory));
    let latest = operator.get("/events?after=latest").expect(200);
    assert_eq!(
        (latest["data"].clone(), latest["more"].clone()),
        (json!([]), json!(false))
    );
    let ada = client.user("ada");
    let group = client.group("Staff", &[&ada]);
    client.delete(&format!("/Users/{ada}")).expect(204);
    let all = [
        "user.created",
        "group.created",
        "group.members",
        "user.deleted",
    ];
    for feed in ["/events", "/tenants/1/events"] {
        let get = |query: &str| operator.get(&format!("{feed}?{query}")).expect(200);
        let page = get("");
        assert_eq!(types(&page), all);
        assert_eq!(page["data"][3]["groups"], json!([group]));
        assert_eq!(
            page["data"][2]["members"],
            json!({"added": [{"id": ada, "type": "User"}], "removed": []})
        );
        // Page by page, and on from the end.
        let mut after = latest["next"].as_str().unwrap().to_owned();
        for (index, name) in all.iter().enumerate() {
            let page = get(&format!("limit=1&after={after}"));
            assert_eq!(
                (types(&page), page["more"].clone()),
                (vec![*name], json!(index < 3))
            );
            page["next"].as_str().unwrap().clone_into(&mut after);
        }
        let end = get(&format!("after={after}&wait=1"));
        assert_eq!(
            (types(&end), &end["next"], &end["more"]),
            (vec![], &json!(after), &json!(false))
        );
        let page = get("type=user.*,group.members");
        assert_eq!(
            types(&page),
            ["user.created", "group.members", "user.deleted"]
        );
        assert_eq!(types(&get("type=undo.*,device.*")), [""; 0]);
        for query in [
            "after=x",
            "wait=31",
            "type=user",
            "type=*.created",
            "type=user.cre*",
            "type=a.b.c",
            "type=",
            "type=%2C",
            "type=user.created,",
            "type=user.nope",
            "type=gadget.*",
            "tenant=x",
            "limit=0",
            "limit=1&Limit=2",
        ] {
            let got = operator.get(&format!("{feed}?{query}"));
            assert_eq!(got.status, 400, "{query}");
        }
    }
    let mut before = String::new();
    for name in all.iter().rev() {
        let page = operator
            .get(&format!("/tenants/1/events?limit=1&before={before}"))
            .expect(200);
        assert_eq!(types(&page), [*name]);
        page["next"].as_str().unwrap().clone_into(&mut before);
    }
    // The same cursor is good at both.
    let page = operator.get("/events?limit=2").expect(200);
    let next = page["next"].as_str().unwrap();
    assert_eq!(
        types(
            &operator
                .get(&format!("/tenants/1/events?after={next}"))
                .expect(200)
        ),
        all[2..]
    );
}

/// What also changed other attributes is found as an update.
#[test]
fn an_update_is_found_in_what_weighs_more() {
    let memory = connected();
    let (client, operator) = (Client::new(&memory), Operator::new(&memory));
    let path = format!("/Users/{}", client.user("ada"));
    let change = |value: Value| {
        client
            .patch(&path, &json!([{"op": "replace", "value": value}]))
            .expect(200)
    };
    change(json!({"active": false}));
    change(json!({"active": true, "title": "Countess"}));
    change(json!({"title": "Lady"}));
    let page = operator.get("/events?type=user.updated").expect(200);
    assert_eq!(types(&page), ["user.activated", "user.updated"]);
}

/// An event is within 16 kB, and says what it left out.
#[test]
fn what_is_too_large_for_an_event_is_cut() {
    let memory = connected();
    let (client, operator) = (Client::new(&memory), Operator::new(&memory));
    let long = "x".repeat(20_000);
    let user = client.created(
        "/Users",
        &json!({"userName": "ada", "title": long, "nickName": "a"}),
    );
    let path = format!("/Users/{user}");
    let replace =
        |name: &str, value: &str| json!([{"op": "replace", "path": name, "value": value}]);
    client.patch(&path, &replace("title", "short")).expect(200);
    client
        .patch(&path, &replace("title", &"y".repeat(30_000)))
        .expect(200);
    client.delete(&path).expect(204);
    let page = operator.get("/events").expect(200);
    assert_eq!(
        types(&page),
        [
            "user.created",
            "user.updated",
            "user.updated",
            "user.deleted"
        ]
    );
    for event in page["data"].as_array().unwrap() {
        assert!(event.to_string().len() <= 16_384);
        let cut = json!({"path": "title", "before": null, "after": null, "cut": true});
        assert!(
            event["changes"].as_array().unwrap().contains(&cut),
            "{event}"
        );
    }
    let names = |index: usize| page["data"][index]["changes"].as_array().unwrap().len();
    assert_eq!((names(0), names(3)), (5, 5));
    // Members beyond what one event names are in more of them.
    let members: Vec<String> = (0..600).map(|n| client.user(&format!("u{n}"))).collect();
    let members: Vec<&str> = members.iter().map(String::as_str).collect();
    let group = client.group("Staff", &members);
    client
        .patch(
            &format!("/Groups/{group}"),
            &json!([{"op": "remove", "path": "members"}]),
        )
        .expect(204);
    let page = operator
        .get("/events?type=group.members&limit=200")
        .expect(200);
    let counts = |side: &str| -> Vec<usize> {
        let events = page["data"].as_array().unwrap().iter();
        events
            .map(|event| event["members"][side].as_array().unwrap().len())
            .collect()
    };
    assert_eq!(counts("added"), [250, 250, 100, 0, 0, 0]);
    assert_eq!(counts("removed"), [0, 0, 0, 250, 250, 100]);
    assert!(
        page["data"]
            .as_array()
            .unwrap()
            .iter()
            .all(|event| event.to_string().len() <= 17_000)
    );
}

/// Of an extension each attribute is cut by itself, whatever the request: of one that is created,
/// in a run too, and one that is deleted as of one that is changed.
#[test]
fn an_attribute_of_an_extension_is_cut_alone() {
    let memory = connected();
    let (client, operator) = (Client::new(&memory), Operator::new(&memory));
    let work =
        json!({"department": "x".repeat(17_000), "manager": {"value": "m"}, "costCenter": "7"});
    let created = client.created("/Users", &json!({"userName": "ada", ENTERPRISE: work}));
    let patched = client.user("eve");
    let add = json!([{"op": "add", "path": ENTERPRISE, "value": work}]);
    client.patch(&format!("/Users/{patched}"), &add).expect(200);
    let replaced = client.user("bob");
    let body = json!({"userName": "bob", ENTERPRISE: work});
    client.put(&format!("/Users/{replaced}"), &body).expect(200);
    let operations = ["cid", "dan"].map(|name| {
        json!({"method": "POST", "path": "/Users", "bulkId": name, "data": {"userName": name, ENTERPRISE: work}})
    });
    let bulk = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations});
    client.post("/Bulk", &bulk).expect(200);
    client.delete(&format!("/Users/{created}")).expect(204);
    let mut seen = 0;
    for event in events(&memory) {
        let mut told = BTreeMap::new();
        for change in event["changes"].as_array().unwrap() {
            if let Some(name) = change["path"].as_str().unwrap().strip_prefix(ENTERPRISE) {
                let value = ["after", "before"].map(|side| change[side].clone());
                let value = value.into_iter().find(|value| !value.is_null());
                told.insert(name.to_owned(), (value, change.get("cut").is_some()));
            }
        }
        if told.is_empty() {
            continue;
        }
        seen += 1;
        let expected = [
            (":costCenter", (Some(json!("7")), false)),
            (":department", (None, true)),
            (":manager", (Some(json!({"value": "m"})), false)),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value));
        assert_eq!(told, BTreeMap::from(expected), "{}", event["type"]);
    }
    assert_eq!(seen, 6);
    // What was not too large for the record comes back.
    let undo = operator.post("/tenants/1/undo", &json!({"from_seq": 8, "to_seq": 8}));
    let refused = undo.expect(200)["refused"].to_string();
    assert!(
        refused.contains(&format!("`{ENTERPRISE}:department` was too large")),
        "{refused}"
    );
    let back = client.get(&format!("/Users/{created}")).expect(200);
    assert_eq!(back[ENTERPRISE]["costCenter"], "7", "{back}");
}

/// An operation of a Bulk is a request of its own.
#[test]
fn each_operation_of_a_bulk_has_its_events() {
    let memory = connected();
    let (client, operator) = (Client::new(&memory), Operator::new(&memory));
    let user = client.user("ada");
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [
            {"method": "POST", "path": "/Users", "bulkId": "a", "data": {"userName": "ben"}},
            {"method": "POST", "path": "/Users", "bulkId": "b", "data": {"userName": "cyd"}},
            {"method": "POST", "path": "/Groups", "bulkId": "c", "data": {"displayName": "Staff", "members": [{"value": "bulkId:a"}]}},
            {"method": "DELETE", "path": format!("/Users/{user}")},
        ],
    });
    let got = client.post("/Bulk", &body);
    let request = got.header("X-Request-Id").unwrap().to_owned();
    got.expect(200);
    let page = operator.get("/events").expect(200);
    let told: Vec<(&str, &str)> = page["data"].as_array().unwrap()[1..]
        .iter()
        .map(|event| {
            let (of, number) = event["request"].as_str().unwrap().split_once(':').unwrap();
            assert_eq!(of, request);
            (event["type"].as_str().unwrap(), number)
        })
        .collect();
    assert_eq!(
        told,
        [
            ("user.created", "1"),
            ("user.created", "2"),
            ("group.created", "3"),
            ("group.members", "3"),
            ("user.deleted", "4")
        ]
    );
}

#[test]
fn a_bound_token_sees_its_own_and_scopes_are_asked_for() {
    let memory = connected();
    let operator = Operator::new(&memory);
    let other = operator.tenant("Other");
    let client = operator.client(other, &json!({"label": "x"}));
    client.user("ada");
    Client::new(&memory).user("ben");
    let bound = operator.scoped(&["events:read"], Some(other));
    let page = bound.get("/events").expect(200);
    let own = [
        "credential.created",
        "user.created",
        "connection.first_request",
    ];
    assert_eq!(types(&page), own);
    assert_eq!(page["data"][0]["tenant"], other);
    bound
        .get("/events?tenant=1")
        .problem(404, "tenant_not_found", "tenant");
    bound
        .get("/tenants/1/events")
        .problem(404, "tenant_not_found", "tenant");
    let unbound = operator.scoped(&["webhooks:write"], None);
    assert_eq!(
        types(&unbound.get("/events?type=user.*").expect(200)).len(),
        2
    );
    assert_eq!(
        types(&unbound.get(&format!("/events?tenant={other}")).expect(200)).len(),
        3
    );
    operator
        .scoped(&["tenants:write"], None)
        .get("/events")
        .problem(403, "missing_scope", "events:read");
}

/// Of a tenant that has ended the events stay, and say nothing of anybody.
#[test]
fn the_events_of_an_ended_tenant_are_emptied() {
    let memory = connected();
    let operator = Operator::new(&memory);
    let other = operator.tenant("Other");
    let client = operator.client(other, &json!({ "label": "x" }));
    for number in 0..700 {
        client.user(&format!("u{number}"));
    }
    Client::new(&memory).user("ada");
    operator
        .delete(&format!("/tenants/{other}?confirm=Other"))
        .expect(202);
    for _ in 0..4 {
        memory.run_jobs(Budget::PAID).unwrap();
    }
    let count = |sql: &str| memory.database.number(sql);
    let full = |tenant: i64| {
        count(&format!(
            "SELECT count(body) + count(salt) FROM events WHERE tenant_id = {tenant}"
        ))
    };
    let all = count(&format!(
        "SELECT count(*) FROM events WHERE tenant_id = {other}"
    ));
    assert_eq!((full(other), full(1), all), (0, 2, 702));
    let page = operator
        .get(&format!("/events?tenant={other}&limit=1"))
        .expect(200);
    let event = &page["data"][0];
    assert_eq!(
        (&event["resource"]["name"], event.get("changes")),
        (&Value::Null, None)
    );
}

/// A page ends by its bytes, too: what it had no room for is on the next.
#[test]
fn a_page_that_ends_by_its_bytes_loses_nothing() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let title = "x".repeat(11_000);
    for number in 0..120 {
        let body = json!({ "userName": format!("u{number}"), "title": title });
        client.created("/Users", &body);
    }
    let operator = Operator::new(&memory);
    let page = operator.get("/events?limit=200").expect(200);
    let count = page["data"].as_array().unwrap().len();
    assert!((1..120).contains(&count) && page["more"] == true, "{count}");
    let all = events(&memory);
    let created = all.iter().filter(|event| event["type"] == "user.created");
    let names: Vec<&str> = created
        .map(|event| event["resource"]["name"].as_str().unwrap())
        .collect();
    let expected: Vec<String> = (0..120).map(|number| format!("u{number}")).collect();
    assert_eq!(names, expected);
}

/// Of the changes of a Bulk request that travel together, those that were not made have no event.
#[test]
fn a_change_of_a_run_that_was_not_made_is_not_told() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let [ada, ben, _] = ["ada", "ben", "cyd"].map(|name| client.user(name));
    let before = events(&memory).len();
    let patch = |id: &str, name: &str, value: &str| {
        let operation = json!({ "op": "replace", "path": name, "value": value });
        json!({
            "method": "PATCH", "path": format!("/Users/{id}"),
            "data": { "schemas": [PATCH], "Operations": [operation] },
        })
    };
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [patch(&ada, "userName", "cyd"), patch(&ben, "title", "Dr")],
    });
    let done = client.post("/Bulk", &body).expect(200);
    let status = |index: usize| done["Operations"][index]["status"].clone();
    assert_eq!((status(0), status(1)), (json!("409"), json!("200")));
    let told: Vec<Value> = events(&memory)[before..]
        .iter()
        .map(|event| json!([event["type"], event["resource"]["name"]]))
        .collect();
    assert_eq!(told, [json!(["user.updated", "ben"])]);
}
