//! The export: every resource once, in lines that say all of it.

use serde_json::{Value, json};
use testing::client::{Client, Operator};
use testing::memory::Memory;

const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// Fills a tenant with people by SQL, and a group of all of them.
pub(super) fn crowd(memory: &Memory, tenant: i64, people: usize) {
    memory.sql(&format!(
        "INSERT INTO users (tenant_id, id, created_at, updated_at, version, user_name_folded, document, folded) \
         SELECT {tenant}, printf('01a20000-0000-7000-8000-%012d', value), '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', \
         'v', 'u' || value, json_object('schemas', json_array('urn:ietf:params:scim:schemas:core:2.0:User'), \
         'userName', 'u' || value, 'active', json('true')), json_object('userName', 'u' || value, 'active', json('true')) \
         FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < {people}) SELECT value FROM n)"
    ));
}

/// Puts all people of a tenant into a group.
pub(super) fn all_in(memory: &Memory, tenant: i64, group: &str) {
    memory.sql(&format!(
        "INSERT INTO team_members (tenant_id, team_id, member_id, member_type, display) \
         SELECT {tenant}, '{group}', id, 'User', user_name FROM users WHERE tenant_id = {tenant}"
    ));
}

#[test]
fn every_resource_is_a_line_as_clients_see_it() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    let tenant = admin.tenant("Acme");
    let client = admin.client(tenant, &json!({ "label": "okta" }));
    let ada = client.created(
        "/Users",
        &json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada",
        "externalId": "x1", "password": "secret word", "name": { "familyName": "Lovelace" } }),
    );
    let bob = client.user("bob");
    let inner = client.group("Inner", &[&bob]);
    let outer = client.group("Outer", &[&ada, &inner]);
    let empty = client.group("Empty", &[]);
    client.created("/Devices", &json!({ "schemas": ["urn:example:params:scim:schemas:core:2.0:Device"], "serialNumber": "7" }));
    Client::new(&memory).user("of another tenant");
    let lines = admin.export(tenant, "");
    let cursor = lines[0]["cursor"].as_str().unwrap();
    assert_eq!(lines[0], json!({ "cursor": cursor }));
    let kinds: Vec<&str> = lines[1..]
        .iter()
        .map(|line| line["meta"]["resourceType"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["User", "User", "Group", "Group", "Group", "Device"]);
    let ids: Vec<&str> = lines[1..6]
        .iter()
        .map(|line| line["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, [&ada, &bob, &inner, &outer, &empty]);
    for (line, endpoint) in lines[1..]
        .iter()
        .zip(["Users", "Users", "Groups", "Groups", "Groups", "Devices"])
    {
        let mut shown = client
            .get(&format!("/{endpoint}/{}", line["id"].as_str().unwrap()))
            .expect(200);
        let mut line = line.clone();
        shown.as_object_mut().unwrap().remove("groups");
        for resource in [&mut shown, &mut line] {
            for name in ["version", "location"] {
                resource["meta"].as_object_mut().unwrap().remove(name);
            }
            for member in resource["members"].as_array_mut().into_iter().flatten() {
                member.as_object_mut().unwrap().remove("$ref");
            }
        }
        assert_eq!(line, shown);
    }
    assert!(
        !lines
            .iter()
            .any(|line| line.to_string().contains("secret word"))
    );
    // The cursor is good at both feeds, and nothing has changed since.
    for feed in [format!("/tenants/{tenant}/events"), "/events".to_owned()] {
        let page = admin.get(&format!("{feed}?after={cursor}")).expect(200);
        assert_eq!(page["data"], json!([]), "{feed}");
        let page = admin.get(&format!("{feed}?type=export.*")).expect(200);
        let event = &page["data"][0];
        assert_eq!(
            (&event["type"], &event["about"]),
            (&json!("export.started"), &json!(tenant.to_string()))
        );
        assert_eq!(
            event["changes"],
            json!([
                { "path": "groups", "before": null, "after": 3 }, { "path": "users", "before": null, "after": 2 },
            ])
        );
    }
    client.user("eve");
    for feed in [format!("/tenants/{tenant}/events"), "/events".to_owned()] {
        let page = admin.get(&format!("{feed}?after={cursor}")).expect(200);
        assert_eq!(page["data"][0]["resource"]["name"], "eve", "{feed}");
    }
}

#[test]
fn pages_follow_each_other_and_a_large_group_is_several_lines() {
    let mut memory = Memory::new();
    memory.settings.is_free_plan = true;
    let admin = Operator::new(&memory);
    let tenant = admin.tenant("Acme");
    let client = admin.client(tenant, &json!({ "label": "okta" }));
    let groups: Vec<String> = ["All", "Some", "Everybody"]
        .iter()
        .map(|name| client.group(name, &[]))
        .collect();
    crowd(&memory, tenant, 23_456);
    for group in [&groups[0], &groups[2]] {
        all_in(&memory, tenant, group);
    }
    memory.sql(&format!(
        "INSERT INTO team_members (tenant_id, team_id, member_id, member_type, display) \
         SELECT {tenant}, '{}', id, 'User', user_name FROM users WHERE tenant_id = {tenant} LIMIT 7000",
        groups[1]
    ));
    let lines = admin.export(tenant, "");
    let users: Vec<&Value> = lines
        .iter()
        .filter(|line| !line["userName"].is_null())
        .collect();
    assert_eq!(users.len(), 23_456);
    assert!(users.is_sorted_by_key(|user| user["id"].as_str()));
    for (group, members, at_least) in [(0, 23_456, 3), (1, 7_000, 1), (2, 23_456, 3)] {
        let own: Vec<&Value> = lines
            .iter()
            .filter(|line| line["id"] == *groups[group])
            .collect();
        assert!(own.len() >= at_least && own.len() < 5, "{}", own.len());
        assert!(
            own.iter()
                .all(|line| line["schemas"] == json!([GROUP]) && line["displayName"].is_string())
        );
        let mut ids: Vec<&str> = own
            .iter()
            .flat_map(|line| line["members"].as_array().unwrap())
            .map(|member| member["value"].as_str().unwrap())
            .collect();
        assert_eq!(ids.len(), members);
        ids.dedup();
        assert_eq!(ids.len(), members);
    }
    assert_eq!(
        lines.len(),
        1 + 23_456
            + lines
                .iter()
                .filter(|line| !line["members"].is_null())
                .count()
    );
}

/// Where an event may send few statements, the rest is asked for.
#[test]
fn what_is_more_than_a_request_may_be_is_asked_for_again() {
    let mut memory = Memory::new();
    memory.settings.is_free_plan = true;
    let admin = Operator::new(&memory);
    let tenant = admin.tenant("Acme");
    crowd(&memory, tenant, 45_000);
    let mut first = admin.export(tenant, "");
    let next = first.pop().unwrap();
    let rest = admin.export(tenant, next["next"].as_str().unwrap());
    assert_eq!(first.len() - 1 + rest.len(), 45_000);
    assert!(rest[0]["id"].as_str() > first.last().unwrap()["id"].as_str());
    let events = "SELECT count(*) FROM events WHERE type = 'export.started'";
    assert_eq!(memory.number(events), 1);
    // The cursor of the feed, too, which stands in front of an export: it would be an empty one.
    for after in ["x", "1.1", "1.5806.7.78", "0.", "9.", "1.%20"] {
        admin
            .get(&format!("/tenants/{tenant}/export?after={after}"))
            .problem(400, "invalid_cursor", "next");
    }
}

#[test]
fn one_of_another_shard_has_marks_of_all() {
    let memory = Memory::sharded();
    let admin = Operator::new(&memory);
    let tenant = admin
        .post("/tenants", &json!({ "name": "Far", "shard": 2 }))
        .expect(201)["id"]
        .as_i64()
        .unwrap();
    let client = admin.client(tenant, &json!({ "label": "okta" }));
    client.user("ada");
    let lines = admin.export(tenant, "");
    assert_eq!(lines.len(), 2);
    let cursor = lines[0]["cursor"].as_str().unwrap();
    client.user("eve");
    for feed in [format!("/tenants/{tenant}/events"), "/events".to_owned()] {
        let page = admin.get(&format!("{feed}?after={cursor}")).expect(200);
        let data = page["data"].as_array().unwrap();
        assert_eq!(
            (data.len(), &data[0]["resource"]["name"]),
            (1, &json!("eve")),
            "{feed}"
        );
    }
}
