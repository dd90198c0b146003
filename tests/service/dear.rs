//! Searches that would take too long are refused, and told what to do (400 `tooMany`).

use serde_json::{Value, json};
use testing::client::{Client, Got};
use testing::memory::Memory;

/// Looks for a filter, in the body of a request: it may be long.
fn search(client: &Client<'_>, endpoint: &str, filter: &str) -> Got {
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "filter": filter,
        "count": 1,
    });
    client.post(&format!("{endpoint}/.search"), &body)
}

/// As many terms, which differ in a number, joined.
fn terms(term: &str, count: usize, and: &str) -> String {
    let terms: Vec<String> = (0..count)
        .map(|number| term.replace('@', &number.to_string()))
        .collect();
    terms.join(and)
}

/// Has the counters say so: it is they that a filter is weighed by.
fn pretend(memory: &Memory, users: usize) {
    memory.sql(&format!(
        "UPDATE totals SET total = {users} WHERE resource_type = 'User'"
    ));
}

#[test]
fn many_comparisons_with_many_resources_are_refused() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let id = client.created("/Users", &json!({ "userName": "ada" }));
    client.created("/Groups", &json!({ "displayName": "g" }));
    let shapes = [
        ("/Users", "title co \"x@\"", " or "),
        ("/Users", "not (title eq \"x@\")", " and "),
        ("/Users", "emails.value ew \"x@\"", " or "),
        ("/Users", "emails[value co \"x@\"]", " and "),
        ("/Users", "groups.display ne \"x@\"", " and "),
        ("/Users", "groups.value eq \"x@\"", " and "),
        ("/Groups", "members.display co \"x@\"", " or "),
        ("", "externalId sw \"x@\"", " or "),
    ];
    for (endpoint, term, and) in shapes {
        for (users, most) in [(10_000, 64), (100_000, 9), (10_000_000, 4)] {
            pretend(&memory, users);
            search(&client, endpoint, &terms(term, most, and)).expect(200);
            if most < 64 {
                let refused = search(&client, endpoint, &terms(term, most + 2, and));
                refused.refused(400, "tooMany", "Ask in parts");
            }
        }
    }
    // What is looked up is not compared with everybody.
    let looked_up = format!(
        "id eq \"{id}\" and ({})",
        terms("title ne \"x@\"", 60, " and ")
    );
    assert_eq!(
        search(&client, "/Users", &looked_up).expect(200)["totalResults"],
        1
    );
    let names = terms("userName eq \"x@\"", 1_000, " or ");
    search(&client, "/Users", &names).expect(200);
}

#[test]
fn comparisons_with_many_values_are_refused() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let addresses: Vec<Value> = (0..150)
        .map(|number| json!({ "value": format!("{number}@example.com"), "type": "work" }))
        .collect();
    let user = |number: usize| json!({ "userName": format!("u{number}"), "emails": addresses });
    for number in 0..150 {
        client.created("/Users", &user(number));
    }
    let types = |count| {
        search(
            &client,
            "/Users",
            &terms("emails.type ne \"x@\"", count, " and "),
        )
    };
    types(30).expect(200);
    types(64).refused(400, "tooMany", "Ask in parts");
    search(&client, "/Users", &terms("title co \"x@\"", 64, " or ")).expect(200);
}

#[test]
fn long_texts_in_long_values_are_refused() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let user =
        |number: usize| json!({ "userName": format!("u{number}"), "title": "a".repeat(450_000) });
    for number in 0..3 {
        client.created("/Users", &user(number));
    }
    let long = |length: usize| format!("title co \"{}\"", "a".repeat(length) + "b");
    search(&client, "/Users", &long(4_000)).expect(200);
    search(&client, "/Users", &long(15_000)).refused(400, "tooMany", "shorter texts");
    let several = |length: usize| terms(&long(length).replace("b\"", "@b\""), 50, " or ");
    search(&client, "/Users", &several(10)).expect(200);
    search(&client, "/Users", &several(300)).refused(400, "tooMany", "shorter texts");
    // Where values are short, texts may be long.
    memory.sql("DELETE FROM users WHERE user_name <> 'u0'");
    search(&client, "/Users", &long(15_000)).expect(200);
}
