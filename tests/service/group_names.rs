//! `UNIQUE_GROUP_NAMES`: whether two groups of a tenant may have one name, and what a change of the
//! setting leaves behind.

use serde_json::{Value, json};

use testing::client::Client;
use testing::memory::Memory;

/// What two names that are the same look like.
const NAMES: [&str; 2] = ["Pilots", "pilots"];

fn shared() -> Memory {
    let mut memory = Memory::new();
    memory.settings.unique_group_names = false;
    memory
}

fn named(name: &str) -> Value {
    json!({ "displayName": name })
}

fn rename(name: &str) -> Value {
    json!([{ "op": "replace", "path": "displayName", "value": name }])
}

/// A group's PATCH as an operation of a Bulk.
fn renaming(id: &str, name: &str) -> Value {
    json!({ "method": "PATCH", "path": format!("/Groups/{id}"), "data": { "Operations": rename(name) } })
}

fn creating(number: usize, name: &str, members: &[&str]) -> Value {
    let members: Value = members.iter().map(|id| json!({ "value": id })).collect();
    let data = json!({ "displayName": name, "members": members });
    json!({ "method": "POST", "path": "/Groups", "bulkId": number.to_string(), "data": data })
}

/// The statuses of a Bulk's operations.
#[track_caller]
fn bulk(client: &Client<'_>, operations: &Value, strict: bool) -> Vec<String> {
    let mut body = json!({ "Operations": operations });
    if strict {
        body["failOnErrors"] = json!(100);
    }
    let got = client.post("/Bulk", &body).expect(200);
    let operations = got["Operations"].as_array().unwrap();
    let status = |operation: &Value| operation["status"].as_str().unwrap().to_owned();
    operations.iter().map(status).collect()
}

/// How many groups `displayName eq` finds.
#[track_caller]
fn finds(client: &Client<'_>, name: &str, expected: usize) {
    let path = format!("/Groups?filter=displayName eq \"{name}\"");
    assert_eq!(client.get(&path).expect(200)["totalResults"], expected);
}

/// Every way to give a group the name `name`, which another has. Each is asked for on a group of
/// its own.
#[track_caller]
fn every_way(client: &Client<'_>, name: &str, created: u16, changed: [u16; 2]) {
    let user = client.user(&format!("member of {name}"));
    let own = |number: usize| client.group(&format!("{name}, way {number}"), &[]);
    let members = json!([{ "value": user }]);
    client.post("/Groups", &named(name)).expect(created);
    let body = json!({ "displayName": name, "members": members });
    client.post("/Groups", &body).expect(created);
    client
        .put(&format!("/Groups/{}", own(1)), &named(name))
        .expect(changed[0]);
    client
        .patch(&format!("/Groups/{}", own(2)), &rename(name))
        .expect(changed[1]);
    let created = created.to_string();
    let [put, patched] = changed.map(|status| status.to_string());
    for (place, strict) in [false, true].into_iter().enumerate() {
        let (one, two) = (own(3 + 2 * place), own(4 + 2 * place));
        let operations = json!([
            creating(1, name, &[]),
            creating(2, name, &[&user]),
            creating(3, &format!("{name}, way {}", 7 + place), &[&user]),
            renaming(&one, name),
            { "method": "PUT", "path": format!("/Groups/{two}"), "data": named(name) },
        ]);
        let expected = [&created, &created, "201", &patched, &put];
        assert_eq!(bulk(client, &operations, strict), expected, "{strict}");
    }
}

#[test]
fn two_groups_have_one_name_only_where_they_may() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    client.group("Pilots", &[]);
    every_way(&client, "PILOTS", 409, [409, 409]);
    finds(&client, "pilots", 1);

    let memory = shared();
    let client = Client::new(&memory);
    client.group("Pilots", &[]);
    every_way(&client, "PILOTS", 201, [200, 204]);
    finds(&client, "pilots", 1 + 4 + 2 * 4);
    // Also where what stands in the way of others is looked for.
    let operations = json!([
        creating(1, "Pilots", &["nobody"]),
        creating(2, "Pilots", &[]),
        creating(3, "Pilots", &[]),
    ]);
    let statuses = bulk(&client, &operations, false);
    assert_eq!(statuses[1..], ["201", "201"], "{statuses:?}");
    assert!(statuses[0].starts_with('4'), "{statuses:?}");
    // What is said of users holds.
    client.user("ada");
    let body = json!({ "userName": "ADA" });
    client
        .post("/Users", &body)
        .refused(409, "uniqueness", "userName");
}

#[test]
fn names_that_were_shared_stay_and_are_not_given_again() {
    let mut memory = shared();
    let client = Client::new(&memory);
    let ada = client.user("ada");
    let ids = NAMES.map(|name| client.group(name, &[]));
    // Nobody else has this one, but it might have been had twice.
    let sole = client.group("Sole", &[]);
    memory.settings.unique_group_names = true;
    let client = Client::new(&memory);
    every_way(&client, "PILOTS", 409, [409, 409]);
    every_way(&client, "SOLE", 409, [409, 409]);
    finds(&client, "pilots", 2);
    finds(&client, "sole", 1);

    // They may be changed in everything else, and spelled anew.
    let add = json!([{ "op": "add", "path": "members", "value": [{ "value": ada }] }]);
    for id in ids.iter().chain([&sole]) {
        let path = format!("/Groups/{id}");
        client.patch(&path, &add).expect(204);
        let mut body = client.get(&path).expect(200);
        body["externalId"] = json!(id);
        let name = body["displayName"].as_str().unwrap().to_uppercase();
        body["displayName"] = json!(name);
        assert_eq!(client.put(&path, &body).expect(200)["displayName"], name);
        assert_eq!(
            bulk(&client, &json!([renaming(id, &name.to_lowercase())]), false),
            ["204"]
        );
    }
    // One that gives its name up does not get it back, and takes another that is then its alone.
    let path = format!("/Groups/{}", ids[0]);
    client.patch(&path, &rename("Crew")).expect(204);
    client
        .patch(&path, &rename("pilots"))
        .refused(409, "uniqueness", "displayName");
    client.post("/Groups", &named("crew")).expect(409);
    // The last to give it up leaves it free.
    client.delete(&format!("/Groups/{}", ids[1])).expect(204);
    client.patch(&path, &rename("pilots")).expect(204);
    client.post("/Groups", &named("pilots")).expect(409);
    // Among others of the tenant alone.
    memory.add_token(2, "of-another-tenant-and-of-32-characters", None, None);
    let mut other = Client::new(&memory);
    "of-another-tenant-and-of-32-characters".clone_into(&mut other.token);
    other.group("Pilots", &[]);
    other.group("Sole", &[]);
}

#[test]
fn what_was_unique_may_be_shared_afterwards() {
    let mut memory = Memory::new();
    let [first, third] = ["Pilots", "Crew"].map(|name| Client::new(&memory).group(name, &[]));
    memory.settings.unique_group_names = false;
    let client = Client::new(&memory);
    let second = client.group("PILOTS", &[]);
    let third = format!("/Groups/{third}");
    client.patch(&third, &rename("pilots")).expect(204);
    finds(&client, "pilots", 3);
    client.delete(&third).expect(204);
    // The application's SQL is not in the way of the names that are there.
    memory.sql("UPDATE teams SET display_name_folded = display_name_folded");
    client.delete(&format!("/Groups/{second}")).expect(204);
    memory.settings.unique_group_names = true;
    let client = Client::new(&memory);
    client.post("/Groups", &named("pilots")).expect(409);
    client.delete(&format!("/Groups/{first}")).expect(204);
    client.post("/Groups", &named("pilots")).expect(201);
}

/// A row as the release before this setting writes it, which names no such column.
fn written_before(memory: &Memory, id: &str, name: &str) -> usize {
    memory
        .database
        .connection
        .borrow()
        .execute(
            "INSERT INTO teams (tenant_id, id, version, created_at, updated_at, document, folded, display_name_folded) \
             SELECT 1, ?1, 'v', '', '', json_object('displayName', ?2), json_object('displayName', lower(?2)), lower(?2) \
             WHERE 1 ON CONFLICT DO NOTHING",
            (id, name),
        )
        .unwrap()
}

#[test]
fn what_the_release_before_writes_is_unique() {
    let mut memory = Memory::new();
    assert_eq!(written_before(&memory, "a", "Pilots"), 1);
    assert_eq!(written_before(&memory, "b", "PILOTS"), 0);
    let client = Client::new(&memory);
    client.post("/Groups", &named("pilots")).expect(409);
    client.group("Crew", &[]);
    assert_eq!(written_before(&memory, "b", "Crew"), 0);
    // Also beside those that share theirs, when it serves again.
    memory.settings.unique_group_names = false;
    let client = Client::new(&memory);
    client.group("Shared", &[]);
    client.group("Shared", &[]);
    client.group("PILOTS", &[]);
    assert_eq!(written_before(&memory, "b", "shared"), 0);
    assert_eq!(written_before(&memory, "b", "pilots"), 0);
    assert_eq!(written_before(&memory, "b", "another"), 1);
}

#[test]
fn the_schema_tells_which_it_is() {
    for (unique, expected) in [(true, "server"), (false, "none")] {
        let mut memory = Memory::new();
        memory.settings.unique_group_names = unique;
        let client = Client::new(&memory);
        let group = "urn:ietf:params:scim:schemas:core:2.0:Group";
        let one = client.get(&format!("/Schemas/{group}")).expect(200);
        let all = client.get("/Schemas").expect(200);
        let in_all = all["Resources"].as_array().unwrap();
        let in_all = in_all.iter().find(|schema| schema["id"] == group).unwrap();
        assert_eq!(&one, in_all);
        let attributes = one["attributes"].as_array().unwrap();
        let name = attributes.iter().find(|of| of["name"] == "displayName");
        assert_eq!(name.unwrap()["uniqueness"], expected);
    }
}

/// The index finds a name, whatever the setting.
#[test]
fn a_name_is_looked_up_by_the_index() {
    for unique in [true, false] {
        let mut memory = Memory::new();
        memory.settings.unique_group_names = unique;
        let client = Client::new(&memory);
        client.group("Pilots", &[]);
        finds(&client, "pilots", 1);
        let connection = memory.database.connection.borrow();
        let plan = "EXPLAIN QUERY PLAN SELECT id FROM teams WHERE teams.tenant_id = 1 AND teams.display_name_folded = 'pilots'";
        let plan: String = connection.query_row(plan, (), |row| row.get(3)).unwrap();
        assert!(
            plan.contains("teams_display_name (tenant_id=? AND display_name_folded=?)"),
            "{plan}"
        );
    }
}
