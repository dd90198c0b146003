//! A database of the release before this one, with data: what was in it goes on.

use rusqlite::Connection;
use serde_json::json;
use service::token;
use sha2::{Digest, Sha256};
use testing::client::{Client, Operator};
use testing::memory::Memory;

/// What the release before `0011_directory.sql` has written: `npm run token` made two tokens of
/// tenant 1 and one of a new tenant 2.
fn fill(connection: &Connection) {
    let insert = |token: &str, tenant: i64, label: &str, revoked: Option<&str>| {
        let hash = base16ct::lower::encode_string(&Sha256::digest(token));
        connection
            .execute(
                "INSERT INTO tokens (hash, tenant_id, label, subject, created_at, expires_at, revoked_at) \
                 VALUES (?1, ?2, ?3, NULL, '2026-11-01T00:00:00.000Z', NULL, ?4)",
                (hash, tenant, label, revoked),
            )
            .unwrap();
    };
    connection
        .execute(
            "INSERT INTO tenants (id, name, created_at) SELECT id + 1, 'Acme', '2026-11-01T00:00:00.000Z' FROM last_tenant",
            (),
        )
        .unwrap();
    insert(&old_form(), 1, "okta", None);
    insert("scim_revoked", 1, "entra", Some("2026-11-02T00:00:00.000Z"));
    insert(&token::make(1, [7; token::RANDOM_BYTES]), 2, "acme", None);
}

/// Of the form before the one with a checksum: 43 characters of base64url.
fn old_form() -> String {
    format!("scim_{}", "aB3-_".repeat(9).get(..43).unwrap())
}

fn with<'a>(memory: &'a Memory, token: &str) -> Client<'a> {
    Client {
        memory,
        token: token.to_owned(),
    }
}

#[test]
fn tokens_of_the_release_before_keep_working() {
    let memory = Memory::upgraded("0011", fill);
    let old = with(&memory, &old_form());
    let ada = old.user("ada");
    old.delete(&format!("/Users/{ada}")).expect(204);
    with(&memory, &token::make(1, [7; token::RANDOM_BYTES])).user("ada");
    with(&memory, "scim_revoked").get("/Users").expect(401);
    with(&memory, Memory::TOKEN).user("bob");
    // Each has an id of its own, in the order of its making.
    let ids = "SELECT count(DISTINCT id) FROM tokens WHERE id GLOB 'tok_0???????????????????????????????'";
    assert_eq!(memory.number(ids), 3);
    assert_eq!(
        memory.number("SELECT count(*) FROM tokens WHERE scopes = '[\"write\"]'"),
        3
    );
    // The release before goes on for some seconds, and makes tokens without an id.
    memory.add_token(2, "made late", None, None);
    assert_eq!(
        memory.number("SELECT count(DISTINCT id) FROM tokens WHERE id IS NOT NULL"),
        4
    );
}

/// Bodies are kept for tenants that came with the log, not for those of before.
#[test]
fn the_log_keeps_no_bodies_of_tenants_of_before() {
    let quiet =
        "SELECT count(*) FROM tenants WHERE settings = '{\"request_log\":{\"bodies\":false}}'";
    assert_eq!(Memory::upgraded("0011", fill).number(quiet), 2);
    assert_eq!(Memory::new().number(quiet), 0);
    // They are settings like others: an instance does not take them for the defaults.
    let upgraded = Memory::upgraded("0011", fill);
    let versions = "SELECT count(*) FROM tenants WHERE settings_version = (settings <> '{}')";
    assert_eq!(upgraded.number(versions), 2);
    upgraded.sql("INSERT INTO tenants (id, name, created_at) VALUES (9, 'made late', '')");
    assert_eq!(upgraded.number(versions), 3);
    assert_eq!(Memory::upgraded("0012", fill).number(versions), 2);
}

/// Removals that count when the release comes go on counting, in the order in which they were
/// written.
#[test]
fn an_open_window_of_a_brake_goes_on() {
    let memory = Memory::upgraded("0032", |connection| {
        let brakes = "UPDATE tenants SET settings = '{\"brake\":{\"count\":4}}' WHERE id = 1; \
             INSERT INTO tenants (id, name, created_at, settings) VALUES (2, 'Two', '', '{\"brake\":{\"percent\":50}}');";
        connection.execute_batch(brakes).unwrap();
        let moments = ["00:02:00.000", "00:00:00.010", "00:00:00.005"];
        for moment in moments {
            for tenant in [1, 2, 2] {
                let next = "(SELECT coalesce(max(seq), 0) + 1 FROM events WHERE tenant_id = ?1)";
                connection
                    .execute(
                        "INSERT INTO totals (tenant_id, resource_type, total) VALUES (?1, 'User', 20) \
                         ON CONFLICT DO UPDATE SET total = total - 1",
                        (tenant,),
                    )
                    .unwrap();
                connection
                    .execute(
                        &format!(
                            "INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, body) \
                             VALUES (?1, {next}, '2026-01-01T{moment}Z', 'user.deleted', 'User', 'x', 'token', '{{}}')"
                        ),
                        (tenant,),
                    )
                    .unwrap();
            }
        }
    });
    let numbers = |tenant: i64| {
        memory.number(&format!(
            "SELECT sum(removal) * 10 + count(*) FROM events WHERE tenant_id = {tenant} AND counted_at = '2026-01-01T00:02:00.000Z'"
        ))
    };
    assert_eq!((numbers(1), numbers(2)), (6 * 10 + 3, 21 * 10 + 6));
    memory.elapsed.set(30_000);
    let shown = |tenant: i64| {
        Operator::new(&memory)
            .get(&format!("/tenants/{tenant}/brake"))
            .expect(200)
    };
    let (one, two) = (shown(1), shown(2));
    assert_eq!((&one["removals"], &one["limit"]), (&json!(3), &json!(4)));
    assert_eq!((&two["removals"], &two["limit"]), (&json!(6), &json!(10)));
    // The release before goes on for some seconds, and counts by the index of this name.
    let counted = "SELECT count(*) FROM events e INDEXED BY events_removals \
         WHERE e.tenant_id = 1 AND e.users IS NOT NULL AND e.at > '2026-01-01T00:00:00.007Z'";
    assert_eq!(memory.number(counted), 2);
    let client = Client::new(&memory);
    let ids = ["ada", "bob"].map(|name| client.user(name));
    client.delete(&format!("/Users/{}", ids[0])).expect(204);
    client.delete(&format!("/Users/{}", ids[1])).expect(429);
}
