//! The record of every change: whatever clients do, its events tell it all, in order, and nothing
//! that was not done.

use std::collections::{BTreeMap, BTreeSet};

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use serde_json::{Map, Value, json};
use store::ledger::feed::{self, Wanted};
use store::{Cell, Database};

use testing::client::Client;
use testing::memory::Memory;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// All events of a database.
fn events(memory: &Memory) -> Vec<Value> {
    let (mut all, mut after) = (Vec::new(), 0);
    loop {
        let statement = feed::list(1, after, &Wanted::default(), 200);
        let rows = pollster::block_on(memory.database.batch(vec![statement])).unwrap();
        let rows = rows.into_iter().next().unwrap();
        if rows.is_empty() {
            return all;
        }
        for row in rows {
            let [Cell::Integer(position), _, _, Cell::Text(event)] = row.0.as_slice() else {
                panic!("{row:?}");
            };
            after = *position;
            all.push(serde_json::from_str(event).unwrap());
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
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let id = text(&event["resource"]["id"]);
        let key = (text(&event["resource"]["type"]), id.clone());
        let (_, word) = event["type"].as_str().unwrap().split_once('.').unwrap();
        let changes = event["changes"].as_array().cloned().unwrap_or_default();
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
        if word == "created" {
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
            assert_eq!(before, change["before"], "{event}");
            assert_ne!(change["before"], change["after"], "{event}");
            if !change["after"].is_null() {
                document.insert(path, change["after"].clone());
            }
        }
        if word == "deleted" {
            assert!(document.is_empty(), "{event}");
            self.resources.remove(&key);
            self.members.remove(&id);
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
        }
    }

    /// What there is.
    fn of(memory: &Memory) -> Self {
        let mut model = Self::default();
        let connection = memory.database.connection.borrow();
        let sql = "SELECT 'User', id, document FROM users UNION ALL SELECT 'Group', id, document FROM teams \
                   UNION ALL SELECT resource_type, id, document FROM resources";
        let mut statement = connection.prepare(sql).unwrap();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let [resource_type, id, document]: [String; 3] = [0, 1, 2].map(|n| row.get(n).unwrap());
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
fn request(dice: &[u16; 6], users: &[String], groups: &[String]) -> (String, String, Value) {
    let [kind, which, other, value, more, extra] = *dice;
    let pick = |of: &[String], n: u16| match of {
        [] => "none".to_owned(),
        _ => of[usize::from(n) % of.len()].clone(),
    };
    let (user, group) = (pick(users, which), pick(groups, other));
    let name = format!("n{}", value % 9);
    let members = |count: u16| {
        let links = (0..count).map(|n| {
            let id = if (extra + n) % 5 == 0 {
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

fn ids(memory: &Memory, table: &str) -> Vec<String> {
    let connection = memory.database.connection.borrow();
    let sql = format!("SELECT id FROM {table} ORDER BY seq");
    let mut statement = connection.prepare(&sql).unwrap();
    let ids = statement.query_map([], |row| row.get(0)).unwrap();
    ids.map(Result::unwrap).collect()
}

/// Whatever is done, the events replayed onto nothing give exactly what there is.
#[test]
fn the_events_replayed_are_the_directory() {
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
            let mut memory = Memory::new();
            memory.settings.accept_user_groups = true;
            for dice in &rolls {
                let (users, groups) = (ids(&memory, "users"), ids(&memory, "teams"));
                let (method, path, body) = request(dice, &users, &groups);
                let before = events(&memory).len();
                let client = Client::new(&memory);
                let sent = Some(&body).filter(|body| !body.is_null());
                let reply = client.send(&client.request(&method, &path, sent));
                let events = events(&memory);
                let of_event = |event: &Value| event["type"].as_str().unwrap().to_owned();
                kinds.borrow_mut().extend(events.iter().map(of_event));
                if reply.status >= 400 {
                    prop_equal(&events.len(), &before, &(&method, &path, &body))?;
                }
                let (replayed, there) = (Model::replay(&events), Model::of(&memory));
                let without_empty = |mut model: Model| {
                    model.members.retain(|_, members| !members.is_empty());
                    model
                };
                prop_equal(&without_empty(replayed), &there, &(&method, &path, &body))?;
            }
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
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
    assert_eq!(kinds.into_inner(), expected.map(str::to_owned).into());
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
