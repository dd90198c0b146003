//! PATCH (RFC 7644 §3.5.2): what conversations cannot show, which is that any sequence of changes
//! leaves a sound database.

use std::collections::{BTreeMap, BTreeSet};

use crate::agreement::dice::Dice;
use crate::agreement::documents::{document, simple};
use scim::fold::{fold, fold_str};
use scim::resource_type::{GROUP_TYPE, ResourceType, USER_TYPE};
use scim::schema::{Mutability, Type, Uniqueness};
use serde_json::{Map, Value, json};
use store::links::{SHOWN, SHOWN_IMAGE};
use testing::client::{Client, each};
use testing::memory::Memory;

/// Whether this is not the image of what others show of a user or group. (Of a name that is shown
/// whole nobody looks at it.)
fn wrongly_shown(document: &Map<String, Value>, image: Option<&Value>) -> bool {
    let name = document
        .get("displayName")
        .or_else(|| document.get("userName"));
    let of_device = document["schemas"][0].as_str().unwrap().ends_with("Device");
    let name = name.and_then(Value::as_str).unwrap_or_default();
    let shown: String = name.chars().take(SHOWN).collect();
    !of_device && shown != name && image != Some(&Value::from(fold_str(&shown)))
}

/// The rows of a query, each as texts.
fn rows(memory: &Memory, query: &str) -> Vec<Vec<String>> {
    let connection = memory.database.connection.borrow();
    let mut statement = connection.prepare(query).unwrap();
    let columns = statement.column_count();
    let mut rows = statement.query(()).unwrap();
    let mut all = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        let text = |column| match row.get_ref_unwrap(column) {
            rusqlite::types::ValueRef::Null => String::new(),
            rusqlite::types::ValueRef::Integer(number) => number.to_string(),
            other => other.as_str().unwrap().to_owned(),
        };
        all.push((0..columns).map(text).collect());
    }
    all
}

/// Whether everything that is derived from the documents is what they say; the first thing that is
/// not.
fn unsound(memory: &Memory) -> Option<String> {
    let mut emails = BTreeSet::new();
    let mut unique = BTreeSet::new();
    let mut totals: BTreeMap<String, usize> = BTreeMap::new();
    let mut shown: BTreeMap<String, (String, String)> = BTreeMap::new();
    for (table, resource_type) in [
        ("users", Some(&USER_TYPE)),
        ("teams", Some(&GROUP_TYPE)),
        ("resources", None),
    ] {
        let named = if resource_type.is_some() {
            "''"
        } else {
            "resource_type"
        };
        for row in rows(
            memory,
            &format!("SELECT id, document, folded, {named} FROM {table}"),
        ) {
            let resource_type = resource_type.copied_or_named(&row[3]);
            let (id, document): (&str, Map<String, Value>) =
                (&row[0], serde_json::from_str(&row[1]).unwrap());
            let mut folded: Map<String, Value> = serde_json::from_str(&row[2]).unwrap();
            let display = folded.remove(SHOWN_IMAGE);
            if folded != fold(resource_type, &document)
                || wrongly_shown(&document, display.as_ref())
            {
                return Some(format!("the image of {}: {}", row[1], row[2]));
            }
            *totals.entry(resource_type.name.to_owned()).or_default() += 1;
            let name = document
                .get("displayName")
                .or_else(|| document.get("userName"));
            shown.insert(
                id.to_owned(),
                (
                    resource_type.name.to_owned(),
                    name.and_then(Value::as_str).unwrap_or_default().to_owned(),
                ),
            );
            for email in document
                .get("emails")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                if let Some(value) = email["value"].as_str() {
                    emails.insert(vec![fold_str(value), id.to_owned()]);
                }
            }
            for (path, value) in unique_of(resource_type, &document) {
                unique.insert(vec![path, value, id.to_owned()]);
            }
        }
    }
    let differ = |what: &str, query: &str, expected: BTreeSet<Vec<String>>| {
        let found: BTreeSet<Vec<String>> = rows(memory, query).into_iter().collect();
        (found != expected).then(|| {
            format!(
                "{what}: {:?}",
                found.symmetric_difference(&expected).collect::<Vec<_>>()
            )
        })
    };
    let counted = totals
        .iter()
        .map(|(name, total)| vec![name.clone(), total.to_string()])
        .collect();
    let members: Vec<Vec<String>> = rows(
        memory,
        "SELECT team_id, member_id, member_type, display FROM team_members",
    );
    let loose = members.iter().find(|row| {
        let display: String = shown
            .get(&row[1])
            .map(|(_, name)| name.chars().take(200).collect())
            .unwrap_or_default();
        !shown.contains_key(&row[0])
            || shown.get(&row[1]).is_none_or(|(kind, _)| *kind != row[2])
            || display != row[3]
    });
    differ(
        "totals",
        "SELECT resource_type, total FROM totals WHERE total > 0",
        counted,
    )
    .or_else(|| {
        differ(
            "user_emails",
            "SELECT value, user_id FROM user_emails",
            emails,
        )
    })
    .or_else(|| {
        differ(
            "unique_values",
            "SELECT attribute, value, resource_id FROM unique_values",
            unique,
        )
    })
    .or_else(|| loose.map(|row| format!("a member {row:?}, which is {:?}", shown.get(&row[1]))))
}

/// The type of a row: that of its table, or the one that it names.
trait Named {
    fn copied_or_named(self, name: &str) -> &'static ResourceType;
}

impl Named for Option<&'static ResourceType> {
    fn copied_or_named(self, name: &str) -> &'static ResourceType {
        self.unwrap_or_else(|| ResourceType::by_name(name).unwrap())
    }
}

/// What no two resources may share, but for the names that have an index of their own.
fn unique_of(
    resource_type: &'static ResourceType,
    document: &Map<String, Value>,
) -> Vec<(String, String)> {
    let image = fold(resource_type, document);
    let mut found = Vec::new();
    let own = !["User", "Group"].contains(&resource_type.name);
    let tables = own.then_some((resource_type.schema, None)).into_iter();
    let tables = tables.chain(
        resource_type
            .extensions
            .iter()
            .map(|extension| (extension.schema, Some(extension.schema.uri))),
    );
    for (schema, holder) in tables {
        let members = holder.map_or(Some(&image), |uri| {
            image.get(uri).and_then(Value::as_object)
        });
        for attribute in schema
            .attributes
            .iter()
            .filter(|attribute| attribute.uniqueness != Uniqueness::None)
        {
            if let Some(value) = members.and_then(|members| members.get(attribute.name)) {
                found.push((
                    format!("{}:{}", schema.uri, attribute.name),
                    value.as_str().unwrap().to_owned(),
                ));
            }
        }
    }
    found
}

/// An operation on some attribute of a type, which may well be refused.
fn operation(resource_type: &'static ResourceType, dice: &mut Dice, number: usize) -> Value {
    let op = *dice.pick(&["add", "replace", "replace", "remove"]);
    if dice.chance(15) {
        // Names that others have.
        let badge = "urn:example:params:scim:schemas:extension:workplace:2.0:User:badge";
        let path = if *resource_type == USER_TYPE {
            *dice.pick(&["userName", badge])
        } else {
            "displayName"
        };
        return json!({ "op": "replace", "path": path, "value": dice.pick(&["n1", "N1", "ß", "SS"]) });
    }
    let whole = document(resource_type, dice, number);
    if op != "remove" && dice.chance(15) {
        return json!({ "op": op, "value": whole });
    }
    let mut places: Vec<(String, Value)> = Vec::new();
    for attribute in resource_type
        .attributes()
        .filter(|attribute| !attribute.linked)
    {
        let value = whole
            .get(attribute.name)
            .cloned()
            .unwrap_or_else(|| simple(attribute.kind, dice));
        places.push((attribute.name.to_owned(), value));
        if attribute.kind == Type::Complex && attribute.mutability != Mutability::ReadOnly {
            let sub = dice.pick(attribute.sub_attributes);
            places.push((
                format!("{}.{}", attribute.name, sub.name),
                simple(sub.kind, dice),
            ));
            if attribute.multi_valued {
                let filter = *dice.pick(&[
                    "type eq \"work\"",
                    "primary eq true",
                    "value pr",
                    "value eq \"a\" and type eq \"home\"",
                ]);
                places.push((
                    format!("{}[{filter}]", attribute.name),
                    json!({ sub.name: simple(sub.kind, dice) }),
                ));
                places.push((
                    format!("{}[{filter}].{}", attribute.name, sub.name),
                    simple(sub.kind, dice),
                ));
            }
        }
    }
    for extension in resource_type.extensions {
        let uri = extension.schema.uri;
        let object = whole.get(uri).cloned().unwrap_or_else(|| json!({}));
        for attribute in extension.schema.attributes {
            let value = object
                .get(attribute.name)
                .cloned()
                .unwrap_or_else(|| simple(attribute.kind, dice));
            places.push((format!("{uri}:{}", attribute.name), value));
        }
        places.push((uri.to_owned(), object));
    }
    let (path, value) = dice.pick(&places).clone();
    match op {
        "remove" => json!({ "op": op, "path": path }),
        _ => json!({ "op": op, "path": path, "value": value }),
    }
}

/// An operation on the members of a group.
fn member_operation(dice: &mut Dice, ids: &[String]) -> Value {
    let chosen: Value = (0..dice.below(4))
        .map(|_| json!({ "value": dice.pick(ids) }))
        .collect();
    match dice.below(6) {
        0 => json!({ "op": "remove", "path": "members", "value": chosen }),
        1 => json!({ "op": "remove", "path": format!("members[value eq \"{}\"]", dice.pick(ids)) }),
        2 => json!({ "op": "replace", "path": "members", "value": chosen }),
        _ => json!({ "op": "add", "path": "members", "value": chosen }),
    }
}

/// A method, a path, a body, and which of the types it is about.
type Write = (&'static str, String, Option<Value>, usize);

/// A write of any kind; `ids` are those of the resources that there are, with their types.
fn any_write(
    types: &[&'static ResourceType],
    ids: &[(usize, String)],
    dice: &mut Dice,
    number: usize,
) -> Write {
    let body = |kind: usize, dice: &mut Dice, number: usize| {
        let mut body = document(types[kind], dice, number);
        if *types[kind] == GROUP_TYPE && !ids.is_empty() {
            let members = (0..dice.below(3)).map(|_| json!({ "value": dice.pick(ids).1 }));
            body["members"] = members.collect();
        }
        body
    };
    let method = dice.below(10);
    if ids.is_empty() || method < 2 {
        // Users come first: groups need some.
        let kind = if number < 8 {
            0
        } else {
            dice.below(types.len())
        };
        let path = types[kind].endpoint.to_owned();
        return ("POST", path, Some(body(kind, dice, number)), kind);
    }
    let (kind, id) = dice.pick(ids).clone();
    let path = format!("{}/{id}", types[kind].endpoint);
    // Few numbers, so that unique values meet.
    let small = dice.below(12);
    match method {
        2 => ("PUT", path, Some(body(kind, dice, small)), kind),
        3 if dice.chance(50) => ("DELETE", path, None, kind),
        _ => {
            let all: Vec<String> = ids.iter().map(|(_, id)| id.clone()).collect();
            let operations: Value = (0..=dice.below(3))
                .map(|_| {
                    if *types[kind] == GROUP_TYPE && dice.chance(60) {
                        member_operation(dice, &all)
                    } else {
                        operation(types[kind], dice, small)
                    }
                })
                .collect();
            let schema = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
            let body = json!({ "schemas": [schema], "Operations": operations });
            ("PATCH", path, Some(body), kind)
        }
    }
}

/// Every kind of write, in any order: what is refused leaves nothing, what is done leaves all in
/// agreement.
#[test]
fn any_sequence_of_changes_leaves_a_sound_database() {
    let types: Vec<&'static ResourceType> = ResourceType::all().collect();
    let mut done: BTreeMap<String, usize> = BTreeMap::new();
    for seed in 0..4 {
        let memory = Memory::new();
        let client = Client::new(&memory);
        let mut dice = Dice::seeded(seed);
        let mut ids: Vec<(usize, String)> = Vec::new();
        let everything = || client.get("/?count=1000&sortBy=id").expect(200);
        for number in 0..160 {
            let (method, path, body, kind) = any_write(&types, &ids, &mut dice, number);
            let before = everything();
            let got = client.send(&client.request(method, &path, body.as_ref()));
            let told = format!("{method} {path} {body:?} {:#}", got.body);
            assert!(got.status < 500, "{told}");
            let outcome = format!("{method} {}", got.status);
            *done.entry(outcome).or_default() += 1;
            if let Some(wrong) = unsound(&memory) {
                panic!("{wrong}\nafter {told}");
            }
            if got.status >= 400 {
                assert_eq!(everything(), before, "{told}");
                continue;
            }
            match method {
                "POST" => ids.push((kind, got.body["id"].as_str().unwrap().to_owned())),
                "DELETE" => ids.retain(|(_, id)| !path.ends_with(id.as_str())),
                _ => {}
            }
            if let Some(id) = got.body["id"].as_str() {
                let shown = client.get(&format!("{}/{id}", types[kind].endpoint));
                assert_eq!(shown.header("ETag"), got.header("ETag"), "{told}");
                // What is returned on request is shown to the client that wrote it.
                let mut shown = shown.body;
                if let Some(certificate) = got.body.get("certificate") {
                    shown["certificate"] = certificate.clone();
                }
                assert_eq!(shown, got.body, "{told}");
            }
        }
        let list = everything();
        let mut known: Vec<&str> = ids.iter().map(|(_, id)| id.as_str()).collect();
        known.sort_unstable();
        assert_eq!(each(&list, "id"), known);
    }
    // The generator is worth its time: of each method some succeed, and some are refused.
    for outcome in [
        "POST 201",
        "PUT 200",
        "PATCH 200",
        "PATCH 204",
        "PATCH 400",
        "PATCH 409",
        "DELETE 204",
    ] {
        let count = done.get(outcome).copied().unwrap_or_default();
        assert!(count >= 3, "{outcome} {done:?}");
    }
}

/// A PATCH that one statement can do has the outcome of the same PATCH that reads first.
#[test]
fn the_short_way_and_the_long_way_lead_to_the_same_place() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let mut dice = Dice::seeded(7);
    let singular: Vec<_> = USER_TYPE
        .attributes()
        .filter(|attribute| {
            !attribute.multi_valued
                && attribute.kind != Type::Complex
                && attribute.mutability == Mutability::ReadWrite
        })
        .collect();
    for number in 0..150 {
        let body = document(&USER_TYPE, &mut dice, number);
        let mut twin = body.clone();
        twin["userName"] = json!(format!("twin of {number}"));
        for holder in twin.as_object_mut().unwrap().values_mut() {
            if let Some(badge) = holder.get_mut("badge") {
                *badge = json!(format!("twin's {number}"));
            }
        }
        let short = format!("/Users/{}", client.created("/Users", &body));
        let long = format!("/Users/{}", client.created("/Users", &twin));
        let attribute = *dice.pick(&singular);
        let other = *dice.pick(&singular);
        let mut operations = vec![
            json!({ "op": "replace", "path": attribute.name, "value": simple(attribute.kind, &mut dice) }),
        ];
        if dice.chance(30) {
            operations.push(json!({ "op": "add", "path": other.name.to_ascii_uppercase(), "value": simple(other.kind, &mut dice) }));
        }
        let names_user = operations.iter().any(|operation| {
            operation["path"]
                .as_str()
                .unwrap()
                .eq_ignore_ascii_case("userName")
        });
        let one = client.patch(&short, &json!(operations));
        if names_user && one.status == 200 {
            // Its twin could not have the same name.
            let name = one.body["userName"].clone();
            client.patch(&short, &json!([{ "op": "replace", "path": "userName", "value": format!("was {number}") }])).expect(200);
            let listed = client
                .post(
                    "/Users/.search",
                    &json!({ "filter": format!("userName eq {name}") }),
                )
                .expect(200);
            assert_eq!(listed["totalResults"], 0);
        }
        // An operation that never fails and changes nothing, but that needs the document.
        operations
            .push(json!({ "op": "remove", "path": "ims[value eq \"there is no such value\"]" }));
        operations.insert(0, json!({ "op": "add", "value": { "externalId": body.get("externalId").cloned().unwrap_or_default() } }));
        let two = client.patch(&long, &json!(operations));
        assert_eq!(
            (one.status, &one.body["scimType"]),
            (two.status, &two.body["scimType"]),
            "{operations:?} {:#} {:#}",
            one.body,
            two.body
        );
        if one.status == 200 {
            let bare = |mut body: Value| {
                for name in ["id", "meta", "userName"] {
                    if !names_user || name != "userName" {
                        body.as_object_mut().unwrap().remove(name);
                    }
                }
                for holder in body.as_object_mut().unwrap().values_mut() {
                    if let Some(members) = holder.as_object_mut() {
                        members.remove("badge");
                    }
                }
                body
            };
            let (one, two) = (bare(one.body), bare(two.body));
            for (name, value) in one.as_object().unwrap() {
                assert_eq!(Some(value), two.get(name), "{operations:?}");
            }
            assert_eq!(one, two, "{operations:?}");
        }
        if let Some(wrong) = unsound(&memory) {
            panic!("{wrong}\nafter {operations:?}");
        }
        client.delete(&short).expect(204);
        client.delete(&long).expect(204);
    }
}

/// A plain value is written unread, but not past the size that every other write keeps.
#[test]
fn a_long_value_counts_as_in_any_other_write() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let path = format!("/Users/{}", client.user("ada"));
    let title = "x".repeat(850_000);
    client
        .patch(
            &path,
            &json!([{ "op": "replace", "path": "title", "value": title }]),
        )
        .refused(413, "", "1500000");
    assert_eq!(client.get(&path).expect(200).get("title"), None);
}

/// More groups than one text of the database can name: the user can be changed and seen without
/// them.
#[test]
fn a_user_in_too_many_groups_can_be_deactivated() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let ada = client.user("ada");
    memory.sql(&format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) \
         INSERT INTO teams (tenant_id, id, version, created_at, updated_at, document, folded, display_name_folded) \
         SELECT 1, 't' || i, 'v', 'c', 'u', json_object('displayName', printf('%0200d', i)), \
         json_object('displayName', printf('%0200d', i)), printf('%0200d', i) FROM n; \
         INSERT INTO team_members (tenant_id, team_id, member_id, member_type, display) \
         SELECT 1, id, '{ada}', 'User', 'ada' FROM teams"
    ));
    let path = format!("/Users/{ada}");
    let deactivate = json!([{ "op": "replace", "path": "active", "value": false }]);
    for got in [
        client.get(&path),
        client.get("/Users"),
        client.patch(&path, &deactivate),
    ] {
        got.refused(413, "", "excludedAttributes=groups");
    }
    let bare = format!("{path}?excludedAttributes=groups");
    assert_eq!(client.get(&bare).expect(200)["active"], true);
    client.patch(&bare, &deactivate).expect(200);
    let name = json!([{ "op": "add", "path": "name.givenName", "value": "Ada" }]);
    client.patch(&bare, &name).expect(200);
    assert_eq!(client.get(&bare).expect(200)["active"], false);
}

#[test]
fn one_bad_operation_among_many_undoes_them_all() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let ada = client.user("ada");
    let group = client.group("A", &[]);
    let good = |number: usize| json!({ "op": "add", "path": "emails", "value": [{ "value": format!("a{number}@x.org") }] });
    let path = format!("/Users/{ada}");
    let before = client.get(&path).expect(200);
    for (bad, scim_type) in [
        (
            json!({ "op": "replace", "path": "active", "value": "maybe" }),
            "invalidValue",
        ),
        (json!({ "op": "remove", "path": "userName" }), "mutability"),
        (
            json!({ "op": "replace", "path": "id", "value": "x" }),
            "mutability",
        ),
        (
            json!({ "op": "add", "path": "emails[", "value": "x" }),
            "invalidFilter",
        ),
        (json!({ "op": "remove" }), "noTarget"),
    ] {
        for position in [0, 50, 100] {
            let mut operations: Vec<Value> = (0..100).map(good).collect();
            operations.insert(position, bad.clone());
            client
                .patch(&path, &Value::from(operations))
                .refused(400, scim_type, "");
            assert_eq!(client.get(&path).expect(200), before);
        }
    }
    // Members and attributes of a group are one change, too.
    let path = format!("/Groups/{group}");
    let before = client.get(&path).expect(200);
    let operations = json!([
        { "op": "add", "path": "members", "value": [{ "value": ada }] },
        { "op": "replace", "path": "displayName", "value": "" },
    ]);
    client.patch(&path, &operations).expect(400);
    client.group("Taken", &[]);
    let operations = json!([
        { "op": "add", "path": "members", "value": [{ "value": ada }] },
        { "op": "replace", "path": "displayName", "value": "taken" },
    ]);
    client
        .patch(&path, &operations)
        .refused(409, "uniqueness", "displayName");
    assert_eq!(client.get(&path).expect(200), before);
}
