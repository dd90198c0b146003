//! What is in the tables behind a change, for those who read them besides this service: the index
//! of text, and the columns that an application selects (docs/data-model.md).

use serde_json::{Value, json};
use testing::client::{Client, each};
use testing::memory::Memory;

/// The users whose addresses contain a text.
fn at(client: &Client<'_>, text: &str) -> Vec<String> {
    let path = format!("/Users?filter=emails.value co \"{text}\"");
    let list = client.get(&path).expect(200);
    each(&list, "userName")
        .into_iter()
        .map(str::to_owned)
        .collect()
}

/// How many rows of an index have a text.
fn indexed(memory: &Memory, table: &str, text: &str) -> i64 {
    let connection = memory.database.connection.borrow();
    let count = format!("SELECT count(*) FROM {table} WHERE {table} MATCH ?1");
    connection
        .query_row(&count, [format!("\"{text}\"")], |row| row.get(0))
        .unwrap()
}

/// Each change leaves somebody at these addresses, and at no other that was ever theirs.
#[test]
fn addresses_that_change_alone_are_found_and_those_before_are_not() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    client.created(
        "/Users",
        &json!({ "userName": "other", "emails": [{ "value": "other@example.org" }] }),
    );
    let ada = client.created(
        "/Users",
        &json!({ "userName": "ada", "emails": [{ "value": "first@example.org", "type": "work" }] }),
    );
    let path = format!("/Users/{ada}");
    let all = [
        "first", "second", "third", "fourth", "fifth", "sixth", "seventh",
    ];
    let check = |here: &[&str]| {
        for name in all {
            let expected: &[&str] = if here.contains(&name) { &["ada"] } else { &[] };
            assert_eq!(at(&client, &format!("{name}@EXAMPLE")), expected, "{name}");
            assert_eq!(at(&client, name), expected, "{name}");
            let rows = i64::from(here.contains(&name));
            assert_eq!(indexed(&memory, "users_text", name), rows, "{name}");
        }
        assert_eq!(at(&client, "other@example"), ["other"]);
    };
    check(&["first"]);
    for (operation, here) in [
        (
            json!({ "op": "replace", "path": "emails", "value": [{ "value": "second@example.org", "type": "work" }] }),
            vec!["second"],
        ),
        (
            json!({ "op": "add", "path": "emails", "value": [{ "value": "third@example.org", "type": "home" }] }),
            vec!["second", "third"],
        ),
        (
            json!({ "op": "replace", "path": "emails[type eq \"work\"].value", "value": "Fourth@Example.org" }),
            vec!["third", "fourth"],
        ),
        (
            json!({ "op": "remove", "path": "emails[type eq \"home\"]" }),
            vec!["fourth"],
        ),
        (
            json!({ "op": "add", "path": "emails[type eq \"other\"].value", "value": "fifth@example.org" }),
            vec!["fourth", "fifth"],
        ),
        (
            json!({ "op": "replace", "value": { "emails": [{ "value": "sixth@example.org" }] } }),
            vec!["sixth"],
        ),
        (json!({ "op": "remove", "path": "emails" }), vec![]),
        (
            json!({ "op": "add", "path": "emails", "value": { "value": "seventh@example.org" } }),
            vec!["seventh"],
        ),
    ] {
        client.patch(&path, &json!([operation])).expect(200);
        check(&here);
    }
    let body = json!({ "userName": "ada", "emails": [{ "value": "first@example.org" }] });
    client.put(&path, &body).expect(200);
    check(&["first"]);
    client.put(&path, &json!({ "userName": "ada" })).expect(200);
    check(&[]);
}

/// Neither the index nor a search knows a name that is gone, and a row that takes its number is not
/// taken for it.
#[test]
fn a_name_that_is_gone_leaves_nothing_in_the_index() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let check = |text: &str, users: &[&str], groups: &[&str]| {
        for (endpoint, attribute, table, expected) in [
            ("/Users", "userName", "users_text", users),
            ("/Groups", "displayName", "teams_text", groups),
        ] {
            for filter in ["co", "sw", "ew"] {
                let path = format!("{endpoint}?filter={attribute} {filter} \"{text}\"");
                let list = client.get(&path).expect(200);
                assert_eq!(each(&list, attribute), expected, "{path}");
                assert_eq!(list["totalResults"], expected.len(), "{path}");
            }
            let rows = i64::try_from(expected.len()).unwrap();
            assert_eq!(indexed(&memory, table, text), rows, "{table}: {text}");
        }
    };
    client.user("somebody");
    client.group("something", &[]);
    let user = client.user("lovelace");
    let group = client.group("lovelace", &[]);
    check("lovelace", &["lovelace"], &["lovelace"]);
    let (user_path, group_path) = (format!("/Users/{user}"), format!("/Groups/{group}"));

    // By the short way of PATCH, by the long one, by PUT.
    let replace =
        |name: &str, value: &str| json!([{ "op": "replace", "path": name, "value": value }]);
    client
        .patch(&user_path, &replace("userName", "byron"))
        .expect(200);
    client
        .patch(&group_path, &replace("displayName", "byron"))
        .expect(204);
    check("lovelace", &[], &[]);
    check("byron", &["byron"], &["byron"]);
    let long = |name: &str, value: &str| json!([{ "op": "add", "value": { name: value } }, { "op": "remove", "path": "externalId" }]);
    client
        .patch(&user_path, &long("userName", "king"))
        .expect(200);
    client
        .patch(&group_path, &long("displayName", "king"))
        .expect(204);
    check("byron", &[], &[]);
    check("king", &["king"], &["king"]);
    client
        .put(&user_path, &json!({ "userName": "noel" }))
        .expect(200);
    client
        .put(&group_path, &json!({ "displayName": "noel" }))
        .expect(200);
    check("king", &[], &[]);
    check("noel", &["noel"], &["noel"]);

    client.delete(&user_path).expect(204);
    client.delete(&group_path).expect(204);
    check("noel", &[], &[]);
    // The numbers of their rows are free, and the next ones take them.
    client.user("hopper");
    client.group("hopper", &[]);
    check("noel", &[], &[]);
    check("hopper", &["hopper"], &["hopper"]);
}

/// The displayName of a user is in the index, too, and goes from it alone.
#[test]
fn a_display_name_that_is_gone_leaves_nothing_in_the_index() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let body = json!({ "userName": "ada", "displayName": "Countess" });
    let path = format!("/Users/{}", client.created("/Users", &body));
    let check = |text: &str, rows: i64| {
        let list = format!("/Users?filter=displayName co \"{text}\"");
        assert_eq!(
            client.get(&list).expect(200)["totalResults"],
            rows,
            "{text}"
        );
        assert_eq!(indexed(&memory, "users_text", text), rows, "{text}");
    };
    check("countess", 1);
    let replace = json!([{ "op": "replace", "path": "displayName", "value": "Baroness" }]);
    client.patch(&path, &replace).expect(200);
    check("countess", 0);
    check("baroness", 1);
    let remove = json!([{ "op": "remove", "path": "displayName" }]);
    client.patch(&path, &remove).expect(200);
    check("baroness", 0);
}

/// `users.email`, what an application writes to.
fn email(memory: &Memory, id: &str) -> Option<String> {
    let connection = memory.database.connection.borrow();
    connection
        .query_row("SELECT email FROM users WHERE id = ?1", [id], |row| {
            row.get(0)
        })
        .unwrap()
}

/// As docs/data-model.md has it: the primary one of the first four, else the first.
#[test]
fn the_column_of_the_address_has_the_primary_one_wherever_it_stands() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let addresses = |count: usize, primary: Option<usize>| -> Vec<Value> {
        (0..count)
            .map(|place| match primary {
                Some(primary) if primary == place => {
                    json!({ "value": format!("a{place}@x.org"), "primary": true })
                }
                // Said to be none, or not said.
                _ if place % 2 == 0 => {
                    json!({ "value": format!("a{place}@x.org"), "primary": false })
                }
                _ => json!({ "value": format!("a{place}@x.org") }),
            })
            .collect()
    };
    let id = client.user("ada");
    let path = format!("/Users/{id}");
    assert_eq!(email(&memory, &id), None);
    for count in 1..=6 {
        for primary in (0..count).map(Some).chain([None]) {
            let emails = addresses(count, primary);
            let place = primary.filter(|place| *place < 4).unwrap_or(0);
            let expected = Some(format!("a{place}@x.org"));
            let body = json!({ "userName": "ada", "emails": emails });
            client.put(&path, &body).expect(200);
            assert_eq!(email(&memory, &id), expected, "PUT {count} {primary:?}");
            let name = format!("u{count}{primary:?}");
            let body = json!({ "userName": name, "emails": emails });
            let other = client.created("/Users", &body);
            assert_eq!(email(&memory, &other), expected, "POST {count} {primary:?}");
            client
                .patch(&path, &json!([{ "op": "remove", "path": "emails" }]))
                .expect(200);
            assert_eq!(email(&memory, &id), None);
            client
                .patch(
                    &path,
                    &json!([{ "op": "add", "path": "emails", "value": emails }]),
                )
                .expect(200);
            assert_eq!(email(&memory, &id), expected, "PATCH {count} {primary:?}");
        }
    }
}
