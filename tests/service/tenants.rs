//! Tenants are apart, and tokens are what keeps them so.

use serde_json::json;
use testing::client::{Client, Operator, each};
use testing::memory::Memory;

/// A client whose token is in the table, for a tenant of its own.
fn client<'a>(memory: &'a Memory, tenant: i64, token: &str) -> Client<'a> {
    memory.add_token(tenant, token, None, None);
    Client {
        memory,
        token: token.to_owned(),
    }
}

#[test]
fn no_verb_reaches_into_another_tenant() {
    let memory = Memory::new();
    let ours = client(&memory, 1, "a");
    let theirs = client(&memory, 2, "b");
    let user = ours.user("ada");
    let group = ours.group("Pilots", &[&user]);
    // The same names are free in the other tenant.
    let other = theirs.user("ada");
    theirs.group("Pilots", &[&other]);
    for path in [format!("/Users/{user}"), format!("/Groups/{group}")] {
        theirs.get(&path).expect(404);
        theirs.delete(&path).expect(404);
        let body = json!({ "userName": "x", "displayName": "x" });
        theirs.put(&path, &body).expect(404);
        theirs
            .patch(
                &path,
                &json!([{ "op": "replace", "path": "displayName", "value": "x" }]),
            )
            .expect(404);
    }
    theirs
        .patch(
            &format!("/Groups/{group}"),
            &json!([{ "op": "add", "path": "members", "value": [{ "value": other }] }]),
        )
        .expect(404);
    let members = json!({ "displayName": "Thieves", "members": [{ "value": user }] });
    theirs
        .post("/Groups", &members)
        .refused(400, "invalidValue", &user);
    for filter in [
        "userName eq \"ada\"",
        "emails pr or userName pr",
        "id pr",
        "not (userName eq \"zoe\")",
    ] {
        let list = theirs.get(&format!("/Users?filter={filter}")).expect(200);
        assert_eq!(each(&list, "id"), [other.as_str()], "{filter}");
    }
    let filter = format!("/Groups?filter=members.value eq \"{user}\"");
    assert_eq!(theirs.get(&filter).expect(200)["totalResults"], 0);
    let filter = format!("/Users?filter=groups.value eq \"{group}\"");
    assert_eq!(theirs.get(&filter).expect(200)["totalResults"], 0);
    assert_eq!(theirs.get("/").expect(200)["totalResults"], 2);
    let still = ours.get(&format!("/Groups/{group}")).expect(200);
    assert_eq!(still["members"][0]["value"], json!(user));
}

/// An application that keys tables of its own by `tenant_id` must not hand their rows to the next
/// customer.
#[test]
fn the_number_of_a_tenant_that_ended_is_not_given_again() {
    let memory = Memory::new();
    let create = || Operator::new(&memory).tenant("Acme");
    assert_eq!([create(), create(), create()], [2, 3, 4]);
    memory.sql("DELETE FROM tenants WHERE id = 4");
    assert_eq!(create(), 5);
    memory.sql("DELETE FROM tenants WHERE id IN (3, 5)");
    assert_eq!(create(), 6);
    // One that was put in with a number of its own counts, too; one with a lower number changes
    // nothing.
    memory.sql("INSERT INTO tenants (id, name, created_at) VALUES (40, 'a', ''), (7, 'b', '')");
    memory.sql("DELETE FROM tenants WHERE id = 40");
    assert_eq!(create(), 41);
}

/// The trigger came into `0004_milestones.sql` after that was first applied somewhere.
#[test]
fn a_database_that_was_migrated_early_gets_its_trigger() {
    let memory = Memory::new();
    memory.sql("DROP TRIGGER totals_delete; DROP TRIGGER tenants_insert; DROP TABLE last_tenant");
    memory.sql(include_str!("../../migrations/0007_tenants.sql"));
    memory.sql(
        "INSERT INTO totals (tenant_id, resource_type, total) VALUES (2, 'User', 0);
         INSERT INTO milestones (tenant_id, resource_type, moved, position, id) VALUES (2, 'User', 0, 1, 'a');
         DELETE FROM totals WHERE tenant_id = 2",
    );
    let connection = memory.database.connection.borrow();
    let left = connection.query_row("SELECT count(*) FROM milestones", (), |row| {
        row.get::<_, i64>(0)
    });
    assert_eq!(left.unwrap(), 0);
}

#[test]
fn a_cursor_of_another_tenant_is_refused() {
    let memory = Memory::new();
    let ours = client(&memory, 1, "a");
    let theirs = client(&memory, 2, "b");
    for name in ["x", "y", "z"] {
        ours.user(name);
        theirs.user(name);
    }
    let page = ours.get("/Users?cursor=&count=1").expect(200);
    let next = format!("/Users?cursor={}", page["nextCursor"].as_str().unwrap());
    theirs
        .get(&next)
        .refused(400, "invalidCursor", "this server");
    ours.get(&next).expect(200);
}

#[test]
fn several_tokens_are_good_at_once_and_a_revoked_one_stops_at_once() {
    let memory = Memory::new();
    let old = client(&memory, 2, "old");
    let new = client(&memory, 2, "new");
    let user = old.user("ada");
    new.get(&format!("/Users/{user}")).expect(200);
    memory.sql("UPDATE tokens SET revoked_at = '2026-01-01T00:00:00.000Z' WHERE label = 'old'");
    for (method, path) in [
        ("GET", format!("/Users/{user}")),
        ("GET", "/Users".to_owned()),
        ("GET", "/Users?cursor=".to_owned()),
        ("GET", "/Users?count=0".to_owned()),
        ("GET", "/".to_owned()),
        ("GET", "/Me".to_owned()),
        ("DELETE", format!("/Users/{user}")),
    ] {
        let got = old.send(&old.request(method, &path, None));
        assert_eq!(got.status, 401, "{method} {path}");
        assert_eq!(
            got.header("WWW-Authenticate"),
            Some("Bearer realm=\"scim\", error=\"invalid_token\"")
        );
    }
    for (method, path, body) in [
        ("POST", "/Users".to_owned(), json!({ "userName": "eve" })),
        (
            "POST",
            "/Groups".to_owned(),
            json!({ "displayName": "Eve", "members": [{ "value": user }] }),
        ),
        (
            "PUT",
            format!("/Users/{user}"),
            json!({ "userName": "eve" }),
        ),
        (
            "PATCH",
            format!("/Users/{user}"),
            json!({ "Operations": [{ "op": "replace", "path": "active", "value": false }] }),
        ),
        ("POST", "/.search".to_owned(), json!({})),
        ("POST", "/Bulk".to_owned(), json!({ "Operations": [] })),
        (
            "POST",
            "/Bulk".to_owned(),
            json!({ "Operations": [{ "method": "DELETE", "path": format!("/Users/{user}") }] }),
        ),
    ] {
        let got = old.send(&old.request(method, &path, Some(&body)));
        assert_eq!(got.status, 401, "{method} {path}");
    }
    let list = new.get("/").expect(200);
    assert_eq!(list["totalResults"], 1, "nothing was written");
}

#[test]
fn a_token_expires() {
    let memory = Memory::new();
    memory.add_token(1, "short", None, Some("2026-01-01T00:00:10.000Z"));
    let client = Client {
        memory: &memory,
        token: "short".to_owned(),
    };
    client.get("/Users").expect(200);
    memory.elapsed.set(10_000);
    client.get("/Users").expect(401);
}

#[test]
fn the_day_of_last_use_is_noted_once_a_day() {
    let memory = Memory::new();
    let client = client(&memory, 1, "a");
    let request = client.request("GET", "/Users", None);
    let noted = || !memory.respond_traced(&request).1.notes.later.is_empty();
    assert!(noted());
    assert!(!noted());
    memory.elapsed.set(86_400_000);
    assert!(noted());
    assert!(!noted());
}

#[test]
fn without_a_credential_everything_but_discovery_is_refused() {
    let memory = Memory::new();
    let client = Client {
        memory: &memory,
        token: "unknown".to_owned(),
    };
    client.get("/Users").expect(401);
    let mut request = client.request("GET", "/Users", None);
    request.authorization = None;
    assert_eq!(client.send(&request).status, 401);
    request.authorization = Some("Basic YTpi".to_owned());
    assert_eq!(client.send(&request).status, 401);
    client.get("/ServiceProviderConfig").expect(200);
}
