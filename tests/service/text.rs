//! The text indexes of users and groups: apart by tenant, and made anew from what is there. (That
//! they find what the evaluator finds is in `agreement.rs`.)

use serde_json::{Value, json};
use testing::client::{Client, each};
use testing::memory::Memory;

/// The names of the users whose name contains a text.
fn found(client: &Client<'_>, text: &str) -> Vec<String> {
    let path = format!("/Users?filter=userName co \"{text}\"&attributes=userName");
    let list = client.get(&path).expect(200);
    let names = each(&list, "userName");
    assert_eq!(list.get("totalResults"), Some(&names.len().into()));
    names.into_iter().map(str::to_owned).collect()
}

/// The groups whose name contains a text.
fn found_groups(client: &Client<'_>, text: &str) -> Vec<Value> {
    let path = format!("/Groups?filter=displayName co \"{text}\"");
    let list = client.get(&path).expect(200);
    let groups = list.get("Resources").and_then(Value::as_array);
    let groups = groups.cloned().unwrap_or_default();
    assert_eq!(list.get("totalResults"), Some(&groups.len().into()));
    groups
}

/// What is found comes with its members, few or many.
#[test]
fn groups_are_found_with_their_members() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let ada = client.user("ada");
    client.group("Test Pilots", &[&ada]);
    client.group("Cooks", &[]);
    let found = found_groups(&client, "pilot");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["members"][0]["value"], json!(ada));
    for number in 0..1_001 {
        client.group(&format!("Pilot {number}"), &[]);
    }
    let list = client
        .get("/Groups?filter=displayName co \"pilot\"&count=2")
        .expect(200);
    assert_eq!(list["totalResults"], 1_002);
    assert_eq!(list["Resources"][0]["members"][0]["value"], json!(ada));
    assert_eq!(list["Resources"][1]["displayName"], "Pilot 0");
}

#[test]
fn where_there_is_nobody_nobody_is_found() {
    let memory = Memory::new();
    assert!(found(&Client::new(&memory), "anybody").is_empty());
}

/// Three characters of the index stand for the tenant; numbers too large for them share theirs,
/// which costs reads only.
#[test]
fn a_tenant_finds_its_own_users() {
    let memory = Memory::new();
    let tenants = [
        1,
        2,
        1_023,
        1_024,
        1_025,
        1_048_576,
        1_049_601,
        1 << 30,
        (1 << 30) + 1,
        i64::from(u32::MAX),
    ];
    let clients = tenants.map(|tenant| {
        let token = format!("of {tenant}");
        memory.add_token(tenant, &token, None, None);
        let client = Client {
            memory: &memory,
            token,
        };
        client.user(&format!("somebody.{tenant}"));
        (client, tenant)
    });
    for (client, tenant) in &clients {
        assert_eq!(found(client, "SOMEBODY"), [format!("somebody.{tenant}")]);
    }
}

/// As docs/deploying.md has it for an export.
#[test]
fn the_index_can_go_and_come_back() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let page = include_str!("../../docs/deploying.md");
    let drop = page
        .lines()
        .find_map(|line| line.split_once("'DROP TRIGGER users_insert_text;"))
        .unwrap();
    let ada = client.user("ada.lovelace");
    client.user("grace.hopper");
    client.group("Pilots", &[]);
    memory.sql(&format!(
        "DROP TRIGGER users_insert_text;{}",
        drop.1.trim_end_matches('\'')
    ));
    client.delete(&format!("/Users/{ada}")).expect(204);
    client.user("ada.byron");
    client
        .get("/Users?filter=userName eq \"ada.byron\"")
        .expect(200);
    assert_eq!(found(&client, "ad"), ["ada.byron"]);
    memory.sql(include_str!("../../migrations/0003_text.sql"));
    memory.sql(include_str!("../../migrations/0005_team_text.sql"));
    client.group("Copilots", &[]);
    assert_eq!(found_groups(&client, "PILOT").len(), 2);
    assert_eq!(found(&client, "ada"), ["ada.byron"]);
    assert_eq!(found(&client, "hopper"), ["grace.hopper"]);
    client.user("ada.king");
    assert_eq!(found(&client, "ada"), ["ada.byron", "ada.king"]);
}
