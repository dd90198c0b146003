//! The text index of users: apart by tenant, and made anew from what is there. (That it finds what the evaluator finds
//! is in `agreement.rs`.)

#[allow(dead_code, reason = "each test binary uses its part")]
#[allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "clippy.toml allows them in tests, but does not see that these are called by tests only"
)]
#[path = "support"]
mod support {
    pub(crate) mod client;
    pub(crate) mod memory;
}

use support::client::{Client, each};
use support::memory::Memory;

/// The names of the users whose name contains a text.
fn found(client: &Client<'_>, text: &str) -> Vec<String> {
    let path = format!("/Users?filter=userName co \"{text}\"&attributes=userName");
    let list = client.get(&path).expect(200);
    let names = each(&list, "userName");
    assert_eq!(list.get("totalResults"), Some(&names.len().into()));
    names.into_iter().map(str::to_owned).collect()
}

/// Three characters of the index stand for the tenant; numbers too large for them share theirs, which costs reads only.
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
    let page = include_str!("../docs/deploying.md");
    let drop = page
        .lines()
        .find_map(|line| line.split_once("'DROP TRIGGER users_insert_text;"))
        .unwrap();
    let ada = client.user("ada.lovelace");
    client.user("grace.hopper");
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
    memory.sql(include_str!("../migrations/0003_text.sql"));
    assert_eq!(found(&client, "ada"), ["ada.byron"]);
    assert_eq!(found(&client, "hopper"), ["grace.hopper"]);
    client.user("ada.king");
    assert_eq!(found(&client, "ada"), ["ada.byron", "ada.king"]);
}
