//! Groups and their members (RFC 7643 §4.2): seen from both sides, nested, large.

use serde_json::{Value, json};
use store::Database;
use testing::client::{Client, each};
use testing::memory::Memory;

fn group(client: &Client<'_>, id: &str) -> Value {
    client.get(&format!("/Groups/{id}")).expect(200)
}

fn user(client: &Client<'_>, id: &str) -> Value {
    client.get(&format!("/Users/{id}")).expect(200)
}

/// The values at a name of each value of a multi-valued attribute, in order of their text.
fn values(resource: &Value, attribute: &str, name: &str) -> Vec<String> {
    let elements = resource[attribute].as_array();
    let mut values: Vec<String> = elements
        .into_iter()
        .flatten()
        .map(|element| element[name].as_str().unwrap_or_default().to_owned())
        .collect();
    values.sort();
    values
}

/// A value list of these ids.
fn list(ids: &[&str]) -> Value {
    ids.iter().map(|id| json!({ "value": id })).collect()
}

fn add(ids: &[&str]) -> Value {
    json!([{ "op": "add", "path": "members", "value": list(ids) }])
}

fn remove(ids: &[&str]) -> Value {
    json!([{ "op": "remove", "path": "members", "value": list(ids) }])
}

#[test]
fn a_membership_is_seen_from_both_sides() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let (ada, bob) = (client.user("ada"), client.user("bob"));
    let team = client.group("Pilots", &[&ada]);
    let path = format!("/Groups/{team}");
    let seen = |id: &str| values(&user(&client, id), "groups", "value");
    assert_eq!((seen(&ada), seen(&bob)), (vec![team.clone()], Vec::new()));
    let expected = json!([{
        "value": team, "$ref": format!("{}/scim/v2/Groups/{team}", Memory::ORIGIN), "type": "direct", "display": "Pilots",
    }]);
    assert_eq!(user(&client, &ada)["groups"], expected);
    let expected = json!([{
        "value": ada, "$ref": format!("{}/scim/v2/Users/{ada}", Memory::ORIGIN), "type": "User", "display": "ada",
    }]);
    assert_eq!(group(&client, &team)["members"], expected);

    client.patch(&path, &add(&[&bob])).expect(204);
    client.patch(&path, &remove(&[&ada])).expect(204);
    assert_eq!((seen(&ada), seen(&bob)), (Vec::new(), vec![team.clone()]));
    client
        .put(
            &path,
            &json!({ "displayName": "Pilots", "members": list(&[&ada]) }),
        )
        .expect(200);
    assert_eq!((seen(&ada), seen(&bob)), (vec![team.clone()], Vec::new()));
    assert_eq!(user(&client, &bob).get("groups"), None, "no empty list");
    client
        .put(&path, &json!({ "displayName": "Pilots" }))
        .expect(200);
    assert_eq!(group(&client, &team).get("members"), None);
    assert_eq!(seen(&ada), [""; 0]);
}

#[test]
fn deleting_a_user_takes_it_out_of_its_teams_and_changes_their_versions() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let (ada, bob) = (client.user("ada"), client.user("bob"));
    let teams = [
        client.group("A", &[&ada, &bob]),
        client.group("B", &[&ada]),
        client.group("C", &[&bob]),
    ];
    let meta = || {
        teams
            .each_ref()
            .map(|team| group(&client, team)["meta"].clone())
    };
    let before = meta();
    client.delete(&format!("/Users/{ada}")).expect(204);
    let after = meta();
    for (index, changed) in [true, true, false].into_iter().enumerate() {
        assert_eq!(
            before[index]["version"] != after[index]["version"],
            changed,
            "{index}"
        );
        assert_eq!(
            before[index]["lastModified"] != after[index]["lastModified"],
            changed,
            "{index}"
        );
        assert_eq!(before[index]["created"], after[index]["created"]);
    }
    assert_eq!(
        values(&group(&client, &teams[0]), "members", "value"),
        [bob]
    );
    assert_eq!(group(&client, &teams[1]).get("members"), None);
    let list = client
        .get(&format!("/Groups?filter=members.value eq \"{ada}\""))
        .expect(200);
    assert_eq!(list["totalResults"], 0);
}

#[test]
fn a_delete_with_an_old_version_changes_no_team() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let ada = client.user("ada");
    let team = client.group("A", &[&ada]);
    let before = group(&client, &team);
    let mut request = client.request("DELETE", &format!("/Users/{ada}"), None);
    request.if_match = Some("W/\"other\"".to_owned());
    assert_eq!(client.send(&request).status, 412);
    client.delete("/Users/nobody").expect(404);
    assert_eq!(group(&client, &team), before);
}

#[test]
fn members_show_the_names_that_they_have_now() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let ada = client.user("ada");
    let inner = client.group("Inner", &[&ada]);
    let outer = client.group("Outer", &[&inner, &ada]);
    let shown = || values(&group(&client, &outer), "members", "display");
    let path = format!("/Users/{ada}");
    assert_eq!(shown(), ["Inner", "ada"]);
    client
        .patch(
            &path,
            &json!([{ "op": "replace", "path": "userName", "value": "ada.l" }]),
        )
        .expect(200);
    assert_eq!(shown(), ["Inner", "ada.l"]);
    client
        .patch(
            &path,
            &json!([{ "op": "add", "path": "displayName", "value": "Ada Ł" }]),
        )
        .expect(200);
    assert_eq!(shown(), ["Ada Ł", "Inner"]);
    client
        .put(
            &path,
            &json!({ "userName": "ada", "displayName": "Countess" }),
        )
        .expect(200);
    assert_eq!(shown(), ["Countess", "Inner"]);
    client
        .patch(&path, &json!([{ "op": "remove", "path": "displayName" }]))
        .expect(200);
    assert_eq!(shown(), ["Inner", "ada"]);
    client
        .patch(
            &format!("/Groups/{inner}"),
            &json!([{ "op": "replace", "path": "displayName", "value": "Core" }]),
        )
        .expect(204);
    assert_eq!(shown(), ["Core", "ada"]);
    assert_eq!(
        values(&user(&client, &ada), "groups", "display"),
        ["Core", "Outer"]
    );
    for filter in [
        "members.display eq \"CORE\"",
        "members[type eq \"group\" and display sw \"co\"]",
    ] {
        let list = client.get(&format!("/Groups?filter={filter}")).expect(200);
        assert_eq!(each(&list, "displayName"), ["Outer"], "{filter}");
    }
}

#[test]
fn membership_is_direct_or_through_other_groups() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let ada = client.user("ada");
    let first = client.group("A", &[&ada]);
    let second = client.group("B", &[&first]);
    let third = client.group("C", &[&second]);
    // By two ways, one of them direct.
    let both = client.group("D", &[&third, &ada]);
    // By two ways, both indirect.
    let twice = client.group("E", &[&first, &second]);
    client.group("F", &[]);
    let groups = user(&client, &ada)["groups"].clone();
    let mut seen: Vec<(&str, &str)> = groups
        .as_array()
        .unwrap()
        .iter()
        .map(|group| {
            (
                group["display"].as_str().unwrap(),
                group["type"].as_str().unwrap(),
            )
        })
        .collect();
    seen.sort_unstable();
    let expected = [
        ("A", "direct"),
        ("B", "indirect"),
        ("C", "indirect"),
        ("D", "direct"),
        ("E", "indirect"),
    ];
    assert_eq!(seen, expected);
    for (filter, found) in [
        (format!("groups.value eq \"{twice}\""), true),
        (
            format!("groups[value eq \"{third}\" and type eq \"indirect\"]"),
            true,
        ),
        (
            format!("groups[value eq \"{third}\" and type eq \"direct\"]"),
            false,
        ),
        (
            format!("groups[value eq \"{both}\" and type eq \"direct\"]"),
            true,
        ),
        ("groups.display eq \"f\"".to_owned(), false),
    ] {
        let list = client.get(&format!("/Users?filter={filter}")).expect(200);
        assert_eq!(list["totalResults"], usize::from(found), "{filter}");
    }
    // What a group holds are its own members; a group in between that goes takes its part along.
    assert_eq!(
        values(&group(&client, &second), "members", "type"),
        ["Group"]
    );
    let before = group(&client, &third)["meta"]["version"].clone();
    client.delete(&format!("/Groups/{second}")).expect(204);
    assert_eq!(
        values(&user(&client, &ada), "groups", "display"),
        ["A", "D", "E"]
    );
    assert_eq!(group(&client, &third).get("members"), None);
    assert_ne!(group(&client, &third)["meta"]["version"], before);
}

#[test]
fn a_chain_of_groups_may_be_long() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let ada = client.user("ada");
    let mut below = ada.clone();
    let mut chain = Vec::new();
    for level in 0..60 {
        below = client.group(&format!("L{level:02}"), &[&below]);
        chain.push(below.clone());
    }
    assert_eq!(values(&user(&client, &ada), "groups", "value").len(), 60);
    let top = &chain[59];
    let found = client
        .get(&format!("/Users?filter=groups.value eq \"{top}\""))
        .expect(200);
    assert_eq!(each(&found, "id"), [ada.as_str()]);
    client
        .patch(&format!("/Groups/{}", chain[0]), &add(&[top]))
        .refused(400, "invalidValue", top);
}

#[test]
fn a_group_is_no_member_of_itself() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let ada = client.user("ada");
    let a = client.group("A", &[]);
    let b = client.group("B", &[&a]);
    let c = client.group("C", &[&b, &ada]);
    let before = (group(&client, &a), group(&client, &c));
    let path = format!("/Groups/{a}");
    for id in [&a, &b, &c] {
        client
            .patch(&path, &add(&[id, &ada]))
            .refused(400, "invalidValue", id);
        client
            .patch(
                &path,
                &json!([{ "op": "replace", "path": "members", "value": list(&[id]) }]),
            )
            .refused(400, "invalidValue", id);
        let body = json!({ "displayName": "Other", "members": list(&[&ada, id]) });
        client
            .put(&path, &body)
            .refused(400, "invalidValue", "itself");
    }
    assert_eq!(
        (group(&client, &a), group(&client, &c)),
        before,
        "nothing changed"
    );
    // Without the middle there is no circle.
    client
        .patch(&format!("/Groups/{c}"), &remove(&[&b]))
        .expect(204);
    client.patch(&path, &add(&[&c])).expect(204);
    client
        .patch(&format!("/Groups/{c}"), &add(&[&b]))
        .refused(400, "invalidValue", "itself");
}

/// What no id is as long as is not looked for.
#[test]
fn members_with_endless_ids_are_refused_as_unknown() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let path = format!("/Groups/{}", client.group("A", &[]));
    let long: Vec<Value> = (0..30)
        .map(|n| json!({ "value": format!("{n}{}", "x".repeat(100_000)) }))
        .collect();
    let trips = memory.database.cost().trips;
    for got in [
        client.patch(
            &path,
            &json!([{ "op": "add", "path": "members", "value": long }]),
        ),
        client.put(&path, &json!({ "displayName": "A", "members": long })),
        client.post("/Groups", &json!({ "displayName": "B", "members": long })),
    ] {
        got.refused(400, "invalidValue", "no user or group has the id");
    }
    // One each: whether the tenant is open.
    assert_eq!(memory.database.cost().trips, trips + 3);
    let remove = json!([{ "op": "remove", "path": "members", "value": long }]);
    client.patch(&path, &remove).expect(204);
}

#[test]
fn removals_by_many_filters_take_two_trips_or_are_refused() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let users: Vec<String> = (0..60).map(|n| client.user(&format!("u{n}"))).collect();
    let ids: Vec<&str> = users.iter().map(String::as_str).collect();
    let path = format!("/Groups/{}", client.group("A", &ids));
    let remove = |count: usize| -> Vec<Value> {
        (0..count)
            .map(|n| json!({ "op": "remove", "path": format!("members[display eq \"u{n}\"]") }))
            .collect()
    };
    let trips = memory.database.cost().trips;
    client.patch(&path, &Value::from(remove(50))).expect(204);
    assert_eq!(memory.database.cost().trips - trips, 2);
    let left = client.get(&path).expect(200);
    assert_eq!(left["members"].as_array().unwrap().len(), 10);
    // In the order in which they stand: what comes in front of a removal goes with it, what comes
    // behind it stays.
    let add = |id: &str| json!({ "op": "add", "path": "members", "value": [{ "value": id }] });
    let mut operations = vec![add(ids[0])];
    operations.extend(remove(2));
    operations.push(add(ids[1]));
    client.patch(&path, &Value::from(operations)).expect(204);
    let left = client.get(&path).expect(200);
    let left: Vec<&str> = left["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|member| member["display"].as_str().unwrap())
        .collect();
    assert!(!left.contains(&"u0") && left.contains(&"u1"), "{left:?}");
    client
        .patch(&path, &Value::from(remove(101)))
        .refused(400, "tooMany", "filters");
}

/// Their ids are more than one text of the database can hold.
#[test]
fn sixty_thousand_members_can_go_by_a_filter() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let team = client.group("A", &[]);
    memory.sql(&format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) \
         INSERT INTO team_members (tenant_id, team_id, member_id, member_type, display) \
         SELECT 1, '{team}', printf('%036d', i), 'User', 'u' || i FROM n"
    ));
    let path = format!("/Groups/{team}");
    let remove = |filter: &str| json!([{ "op": "remove", "path": format!("members[{filter}]") }]);
    client
        .patch(&path, &remove("type eq \"Group\""))
        .expect(204);
    let first = format!("value ne \"{:036}\"", 1);
    client.patch(&path, &remove(&first)).expect(204);
    let left = client.get(&path).expect(200);
    assert_eq!(left["members"].as_array().unwrap().len(), 1);
    client
        .patch("/Groups/none", &remove(&first))
        .refused(404, "", "none");
}

/// The reply is of what the request wrote, not of what another made of it since.
#[test]
fn a_patch_of_members_that_is_answered_takes_one_trip() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let (ada, team) = (client.user("ada"), client.group("A", &[]));
    let trips = memory.database.cost().trips;
    let add = json!([{ "op": "add", "path": "members", "value": [{ "value": ada }] }]);
    let group = client
        .patch(&format!("/Groups/{team}?attributes=members"), &add)
        .expect(200);
    assert_eq!(memory.database.cost().trips - trips, 1);
    assert_eq!(group["members"][0]["value"], json!(ada));
}

/// A query that is refused is refused before anything is written.
#[test]
fn a_patch_with_a_bad_query_writes_nothing() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let (ada, team) = (client.user("ada"), client.group("A", &[]));
    let path = format!("/Groups/{team}");
    let add = json!([{ "op": "add", "path": "members", "value": [{ "value": ada }] }]);
    client
        .patch(
            &format!("{path}?attributes=id&excludedAttributes=members"),
            &add,
        )
        .refused(400, "invalidValue", "excludedAttributes");
    assert_eq!(client.get(&path).expect(200).get("members"), None);
}

#[test]
fn unknown_members_are_named_and_nothing_is_written() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let ada = client.user("ada");
    let team = client.group("A", &[]);
    let before = group(&client, &team);
    let path = format!("/Groups/{team}");
    let unknown = "019a0000-0000-7000-8000-00000000ffff";
    client
        .post(
            "/Groups",
            &json!({ "displayName": "B", "members": list(&[&ada, unknown]) }),
        )
        .refused(400, "invalidValue", unknown);
    client
        .patch(&path, &add(&[&ada, unknown]))
        .refused(400, "invalidValue", unknown);
    client
        .put(
            &path,
            &json!({ "displayName": "B", "members": list(&[unknown, &ada]) }),
        )
        .refused(400, "invalidValue", unknown);
    let renaming = json!([
        { "op": "replace", "path": "displayName", "value": "B" },
        { "op": "add", "path": "members", "value": list(&[unknown]) },
    ]);
    client
        .patch(&path, &renaming)
        .refused(400, "invalidValue", unknown);
    assert_eq!(group(&client, &team), before);
    assert_eq!(client.get("/Groups").expect(200)["totalResults"], 1);
    let many: Vec<String> = (0..500).map(|number| format!("nobody-{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let got = client.patch(&path, &add(&many)).expect(400);
    let detail = got["detail"].as_str().unwrap();
    assert!(
        detail.contains("nobody-0") && detail.contains("more") && detail.len() < 1_000,
        "{detail}"
    );
    // To remove what is no member is no error: it is not one afterwards.
    client.patch(&path, &remove(&[unknown, &ada])).expect(204);
    assert_eq!(group(&client, &team), before);
}

#[test]
fn a_change_that_changes_nothing_keeps_the_version() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let (ada, bob) = (client.user("ada"), client.user("bob"));
    let team = client.group("A", &[&ada]);
    let before = group(&client, &team);
    let path = format!("/Groups/{team}");
    for operations in [
        add(&[&ada]),
        add(&[&ada, &ada]),
        remove(&[&bob]),
        json!([{ "op": "remove", "path": format!("members[value eq \"{bob}\"]") }]),
        json!([{ "op": "replace", "path": "members", "value": list(&[&ada]) }]),
        json!([{ "op": "replace", "path": "displayName", "value": "A" }]),
        json!([{ "op": "replace", "value": { "displayName": "A", "members": list(&[&ada]) } }]),
        json!([{ "op": "add", "path": "members", "value": [] }]),
        json!([]),
        // The net effect of all operations counts.
        json!([
            { "op": "add", "path": "members", "value": list(&[&bob]) },
            { "op": "remove", "path": "members", "value": list(&[&bob]) },
        ]),
    ] {
        let got = client.patch(&path, &operations);
        assert_eq!(got.status, 204, "{operations} {:#}", got.body);
        assert_eq!(
            got.header("ETag"),
            before["meta"]["version"].as_str(),
            "{operations}"
        );
        assert_eq!(group(&client, &team), before, "{operations}");
    }
    let put = json!({ "displayName": "A", "members": list(&[&ada]), "id": "other", "meta": {} });
    assert_eq!(client.put(&path, &put).expect(200), before);
    let changed = client.patch(&path, &add(&[&bob]));
    assert_ne!(changed.header("ETag"), before["meta"]["version"].as_str());
    assert_eq!(
        changed.header("ETag"),
        group(&client, &team)["meta"]["version"].as_str()
    );
}

#[test]
fn names_of_groups_are_unique_in_any_letters() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let path = format!("/Groups/{}", client.group("Straße ΟΔΟΣ", &[]));
    for name in ["STRASSE οδος", "straße Οδοσ"] {
        client
            .post("/Groups", &json!({ "displayName": name }))
            .refused(409, "uniqueness", "displayName");
    }
    let other = format!("/Groups/{}", client.group("Other", &[]));
    client
        .patch(
            &other,
            &json!([{ "op": "replace", "path": "displayName", "value": "strasse οδοσ" }]),
        )
        .refused(409, "uniqueness", "displayName");
    client
        .put(&other, &json!({ "displayName": "strasse οδοσ" }))
        .refused(409, "uniqueness", "displayName");
    // One's own in other letters is a change like any.
    client
        .patch(
            &path,
            &json!([{ "op": "replace", "path": "displayName", "value": "STRASSE ΟΔΟΣ" }]),
        )
        .expect(204);
    client.delete(&path).expect(204);
    client
        .put(&other, &json!({ "displayName": "strasse οδοσ" }))
        .expect(200);
}

#[test]
fn a_member_that_was_a_user_is_never_taken_for_a_group() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let ada = client.user("ada");
    let inner = client.group("Inner", &[]);
    // What a client says of a member's type and names is not believed.
    let members = json!([
        { "value": ada, "type": "Group", "display": "Eve", "$ref": "https://elsewhere.example/Groups/1" },
        { "value": inner, "type": "User" },
    ]);
    let team = client.created(
        "/Groups",
        &json!({ "displayName": "Outer", "members": members }),
    );
    let shown = group(&client, &team);
    assert_eq!(values(&shown, "members", "type"), ["Group", "User"]);
    assert_eq!(values(&shown, "members", "display"), ["Inner", "ada"]);
}

// Large groups.

const MANY: usize = 12_000;

/// Creates users by Bulk.
fn people(client: &Client<'_>, count: usize) -> Vec<String> {
    let mut ids = Vec::with_capacity(count);
    for start in (0..count).step_by(1_000) {
        let operations: Value = (start..count.min(start + 1_000))
            .map(|number| {
                let data = json!({ "userName": format!("u{number}") });
                json!({ "method": "POST", "path": "/Users", "bulkId": format!("b{number}"), "data": data })
            })
            .collect();
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations,
        });
        let reply = client.post("/Bulk", &body).expect(200);
        for done in reply["Operations"].as_array().unwrap() {
            ids.push(
                done["location"]
                    .as_str()
                    .unwrap()
                    .rsplit('/')
                    .next()
                    .unwrap()
                    .to_owned(),
            );
        }
    }
    ids
}

fn borrowed(ids: &[String]) -> Vec<&str> {
    ids.iter().map(String::as_str).collect()
}

#[test]
fn a_group_of_twelve_thousand() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let ids = people(&client, MANY);
    let trips = |most: u32, what: &dyn Fn()| {
        let before = memory.database.cost().trips;
        what();
        let taken = memory.database.cost().trips - before;
        assert!(taken <= most, "{taken} trips, {most} at the most");
    };
    let team = std::cell::OnceCell::new();
    trips(1, &|| {
        let id = client.group("Everybody", &borrowed(&ids));
        team.set(id).unwrap();
    });
    let team = team.get().unwrap().clone();
    let path = format!("/Groups/{team}");
    let members = || values(&group(&client, &team), "members", "value");
    trips(1, &|| assert_eq!(members(), ids));
    let shown = group(&client, &team);
    assert_eq!(
        values(&shown, "members", "display")
            .iter()
            .filter(|name| name.starts_with('u'))
            .count(),
        MANY
    );

    // In a list it is whole as well, and not read where it is not asked for.
    let listed = client
        .get("/Groups?filter=displayName eq \"everybody\"")
        .expect(200);
    assert_eq!(listed["Resources"][0]["members"], shown["members"]);
    let bare = client
        .get(&format!("{path}?excludedAttributes=members"))
        .expect(200);
    assert_eq!((bare.get("members"), &bare["id"]), (None, &json!(team)));

    trips(1, &|| {
        client
            .patch(&path, &remove(&borrowed(&ids[..10_000])))
            .expect(204);
    });
    assert_eq!(members(), ids[10_000..]);
    trips(1, &|| {
        client
            .patch(&path, &add(&borrowed(&ids[..10_000])))
            .expect(204);
    });
    assert_eq!(members(), ids);
    // All of them are there already.
    let version = group(&client, &team)["meta"]["version"].clone();
    trips(1, &|| {
        client.patch(&path, &add(&borrowed(&ids))).expect(204);
    });
    assert_eq!(group(&client, &team)["meta"]["version"], version);

    // PUT with a few that differ.
    let kept: Vec<&str> = borrowed(&ids[3..]);
    let body = json!({ "displayName": "Everybody", "members": list(&kept) });
    trips(2, &|| {
        let put = client
            .put(&format!("{path}?excludedAttributes=members"), &body)
            .expect(200);
        assert_eq!(put.get("members"), None);
    });
    assert_eq!(members(), ids[3..]);

    // One unknown among ten thousand: none is added.
    let mut bad = borrowed(&ids[..3]);
    bad.push("nobody");
    client
        .patch(&path, &add(&bad))
        .refused(400, "invalidValue", "nobody");
    assert_eq!(members(), ids[3..]);

    trips(2, &|| {
        let filter = json!([{ "op": "remove", "path": "members[display sw \"u1\"]" }]);
        client.patch(&path, &filter).expect(204);
    });
    assert!(
        values(&group(&client, &team), "members", "display")
            .iter()
            .all(|name| !name.starts_with("u1"))
    );
    trips(1, &|| {
        client
            .patch(&path, &json!([{ "op": "remove", "path": "members" }]))
            .expect(204);
    });
    assert_eq!(group(&client, &team).get("members"), None);
}

#[test]
fn a_large_group_in_a_large_group_and_one_that_is_deleted() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let ids = people(&client, 3_000);
    let inner = client.group("Inner", &borrowed(&ids));
    let outer = client.group("Outer", &[&inner]);
    let found = client
        .get(&format!(
            "/Users?filter=groups.value eq \"{outer}\"&count=0"
        ))
        .expect(200);
    assert_eq!(found["totalResults"], 3_000);
    let before = memory.database.cost().trips;
    client.delete(&format!("/Groups/{inner}")).expect(204);
    assert_eq!(memory.database.cost().trips - before, 1);
    assert_eq!(
        client.get("/Users?filter=groups pr&count=0").expect(200)["totalResults"],
        0
    );
    assert_eq!(group(&client, &outer).get("members"), None);
}

#[test]
fn a_group_too_large_for_one_reply_says_how_to_ask() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let id = client.group("Everybody", &[]);
    memory.sql(&format!(
        "INSERT INTO team_members (tenant_id, team_id, member_id, member_type, display)
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 304000)
         SELECT 1, '{id}', printf('%09d', i), 'User', '' FROM n",
    ));
    let path = format!("/Groups/{id}");
    for path in [&path, "/Groups?count=2"] {
        client
            .get(path)
            .refused(400, "tooMany", "excludedAttributes=members");
    }
    client
        .get(&format!("{path}?excludedAttributes=members"))
        .expect(200);
    memory.sql("DELETE FROM team_members WHERE member_id > '000299000'");
    let group = client.get(&path).expect(200);
    assert_eq!(group["members"].as_array().unwrap().len(), 299_000);
}

/// Folding makes ß two letters, so that the image of a name is longer than the name.
#[test]
fn a_display_compares_as_it_is_shown() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let name = format!("Straße {} tail", "ß".repeat(150));
    let body = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "ada",
        "displayName": name,
    });
    let ada = client.created("/Users", &body);
    let inner = client.group(&name, &[&ada]);
    let outer = client.group("outer", &[&inner, &ada]);
    let search = |endpoint: &str, filter: &str| {
        let body = json!({ "filter": filter });
        let list = client
            .post(&format!("{endpoint}/.search"), &body)
            .expect(200);
        list["Resources"]
            .as_array()
            .unwrap()
            .iter()
            .map(|resource| resource["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let shown = values(&user(&client, &ada), "groups", "display");
    assert!(shown.contains(&name));
    for (op, value) in [("eq", name.as_str()), ("ew", "SS Tail"), ("co", "ßß tail")] {
        let filter = format!("groups.display {op} \"{value}\"");
        assert_eq!(search("/Users", &filter), [&*ada], "{filter}");
        for kind in ["user", "group"] {
            let filter = format!("members[type eq \"{kind}\" and display {op} \"{value}\"]");
            assert!(search("/Groups", &filter).contains(&outer), "{filter}");
        }
    }
    // One that is added by the same request is found, too.
    let path = format!("/Groups/{outer}");
    let filtered = format!("members[display eq \"{name}\"]");
    client
        .patch(
            &path,
            &json!([
                { "op": "replace", "path": "members", "value": list(&[&ada, &inner]) },
                { "op": "remove", "path": filtered },
            ]),
        )
        .expect(204);
    assert_eq!(group(&client, &outer)["members"], Value::Null);
}

/// The users of a group in the order of their ids, page by page, where some are in it more than
/// once.
#[test]
fn the_users_of_a_group_are_told_page_by_page() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let ids: Vec<String> = (0..12)
        .map(|number| client.user(&format!("u{number}")))
        .collect();
    let of = |places: &[usize]| places.iter().map(|place| &*ids[*place]).collect::<Vec<_>>();
    let plain = client.group("plain", &of(&[0, 2, 3, 5, 8, 9, 11]));
    let inner = client.group("inner", &of(&[1, 2, 4, 9]));
    let nested = |outer: &[usize]| [of(outer), vec![&inner, &plain]].concat();
    let outer = client.group("outer", &nested(&[2, 6, 11]));
    let check = |group: &str, places: &[usize]| {
        let expected = of(places);
        for count in 1..=expected.len() + 1 {
            for endpoint in ["/Users", "/"] {
                let list = format!("{endpoint}?filter=groups.value eq \"{group}\"&count={count}");
                let mut seen = Vec::new();
                let mut page = client.get(&format!("{list}&cursor=")).expect(200);
                assert_eq!(page["totalResults"], expected.len(), "{list}");
                loop {
                    seen.extend(each(&page, "id").into_iter().map(str::to_owned));
                    let Some(next) = page["nextCursor"].as_str() else {
                        break;
                    };
                    page = client.get(&format!("{list}&cursor={next}")).expect(200);
                }
                assert_eq!(seen, expected, "{list}, by cursor");
                while let Some(previous) = page["previousCursor"].as_str() {
                    let shown = page["Resources"].as_array().unwrap().len();
                    seen.truncate(seen.len() - shown);
                    page = client.get(&format!("{list}&cursor={previous}")).expect(200);
                    let shown = each(&page, "id");
                    assert_eq!(seen[seen.len() - shown.len()..], shown, "{list}, back");
                }
                for start in 1..=expected.len() {
                    let page = client
                        .get(&format!("{list}&startIndex={start}"))
                        .expect(200);
                    let shown = expected.iter().skip(start - 1).take(count);
                    assert!(each(&page, "id").iter().eq(shown), "{list}, from {start}");
                    assert_eq!(page["totalResults"], expected.len(), "{list}");
                }
            }
        }
    };
    check(&plain, &[0, 2, 3, 5, 8, 9, 11]);
    check(&inner, &[1, 2, 4, 9]);
    check(&outer, &[0, 1, 2, 3, 4, 5, 6, 8, 9, 11]);
    client.delete(&format!("/Groups/{outer}")).expect(204);
    check(&plain, &[0, 2, 3, 5, 8, 9, 11]);
}

/// What is compared is what is shown, of names that folding makes longer or shorter, too: both are
/// cut at 200 characters.
#[test]
fn a_long_display_is_compared_as_it_is_shown() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let (user, other) = (client.user("ada"), client.user("bob"));
    let inner = client.group("inner", &[&other]);
    let outer = client.group("outer", &[&user, &inner]);
    let is_found = |endpoint: &str, id: &str, filter: &str| {
        let search = json!({ "filter": filter });
        let got = client.post(&format!("{endpoint}/.search"), &search);
        each(&got.expect(200), "id") == [id]
    };
    for name in [
        format!("{}end", "ß".repeat(200)),
        format!("a{}end", "ß".repeat(250)),
        format!("{}ß", "ﬃ".repeat(200)),
        "ẞ".repeat(201),
        "É".repeat(300),
    ] {
        let set = json!([{ "op": "replace", "path": "displayName", "value": name }]);
        client.patch(&format!("/Users/{user}"), &set).expect(200);
        client.patch(&format!("/Groups/{inner}"), &set).expect(204);
        let shown = name.chars().take(200).collect::<String>();
        assert_eq!(
            values(&group(&client, &outer), "members", "display"),
            [shown.as_str(), shown.as_str()]
        );
        let end: String = shown.chars().skip(190).collect();
        for (operator, value) in [("eq", &shown), ("sw", &shown), ("ew", &shown), ("ew", &end)] {
            let value = value.to_uppercase();
            let filter = format!("members[display {operator} \"{value}\" and type eq \"User\"]");
            assert!(is_found("/Groups", &outer, &filter), "{filter}");
            let filter = format!("members[display {operator} \"{value}\" and type eq \"Group\"]");
            assert!(is_found("/Groups", &outer, &filter), "{filter}");
            let filter = format!("groups.display {operator} \"{value}\"");
            assert!(is_found("/Users", &other, &filter), "{filter}");
        }
        let filter = format!("groups.display eq \"{name}\"");
        assert!(!is_found("/Users", &other, &filter), "{filter}");
    }
    // A member who is added and taken out in one request is compared so, too.
    let path = format!("members[display eq \"{}\"]", "é".repeat(200));
    let change = json!([
        { "op": "add", "path": "members", "value": [{ "value": other }] },
        { "op": "remove", "path": path },
    ]);
    client
        .patch(&format!("/Groups/{outer}"), &change)
        .expect(204);
    assert_eq!(values(&group(&client, &outer), "members", "value"), [other]);
}

/// The filters of a request are asked in one walk over the group, and mean what they mean one after
/// the other.
#[test]
fn many_removals_by_filter_take_one_trip() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let people: Vec<String> = (0..60)
        .map(|number| client.user(&format!("p{number:02}")))
        .collect();
    let everybody: Vec<&str> = people.iter().map(String::as_str).collect();
    let team = client.group("Pilots", &everybody);
    let path = format!("/Groups/{team}");
    let without = |number: usize| json!({ "op": "remove", "path": format!("members[display eq \"p{number:02}\"]") });
    let with = |number: usize| json!({ "op": "add", "path": "members", "value": [{ "value": people[number] }] });
    // Fifty go; of three who come again, one goes again, and one goes before it came.
    let mut change: Vec<Value> = (0..50).map(without).collect();
    change.extend([
        with(3),
        with(40),
        without(40),
        without(41),
        with(41),
        without(59),
    ]);
    let trips = || memory.database.cost().trips;
    let before = trips();
    client.patch(&path, &json!(change)).expect(204);
    assert_eq!(trips() - before, 2);
    let left = values(&group(&client, &team), "members", "display");
    let expected: Vec<String> = [3, 41]
        .into_iter()
        .chain(50..59)
        .map(|number| format!("p{number:02}"))
        .collect();
    assert_eq!(left, expected);

    let change: Vec<Value> = (0..101).map(without).collect();
    client
        .patch(&path, &json!(change))
        .refused(400, "tooMany", "Name the members by their ids");
}

/// Marks of members are counted a byte each, which more than 255 would overflow.
#[test]
fn members_of_a_large_group_are_asked_several_things_at_once() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let people: Vec<String> = (0..513)
        .map(|number| client.user(&format!("p{number:03}")))
        .collect();
    let everybody: Vec<&str> = people.iter().map(String::as_str).collect();
    let team = client.group("Pilots", &everybody);
    for (filter, is_found) in [
        (
            "members.display co \"p\" and members.display co \"q\"",
            false,
        ),
        (
            "members.display co \"p\" and not (members.display co \"q\")",
            true,
        ),
        (
            "members.display co \"512\" and members.display sw \"p\"",
            true,
        ),
        (
            "members.display co \"513\" or not (members.display sw \"p\")",
            false,
        ),
    ] {
        let found = client.post(
            "/Groups/.search",
            &json!({ "filter": filter, "attributes": ["id"] }),
        );
        let expected: &[&str] = if is_found { &[&team] } else { &[] };
        assert_eq!(each(&found.expect(200), "id"), expected, "{filter}");
    }
}
