//! Cursors that are not good here (RFC 9865 §2.1): altered ones, those of another tenant; and where
//! a walk by cursor ends.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testing::client::{Client, each};
use testing::memory::Memory;

const DEVICE: &str = "urn:example:params:scim:schemas:core:2.0:Device";

/// Ways to ask for the same five users, each of which a cursor is made for in its own way.
const QUERIES: [&str; 6] = [
    "/Users?",
    "/Users?sortBy=userName&",
    "/Users?sortBy=title&sortOrder=descending&",
    "/Users?filter=userName sw \"user\"&",
    "/Users?filter=title pr&sortBy=displayName&",
    "/?filter=userName pr&sortBy=userName&",
];

/// Clients of two tenants.
fn clients(memory: &Memory) -> (Client<'_>, Client<'_>) {
    let client = |tenant, token: &str| {
        memory.add_token(tenant, token, None, None);
        Client {
            memory,
            token: token.to_owned(),
        }
    };
    (client(1, "ours"), client(2, "theirs"))
}

/// Five users, each of whom has a title; some have a displayName.
fn people(client: &Client<'_>) {
    for number in 0..5 {
        let mut body =
            json!({ "userName": format!("user{number}"), "title": format!("t{}", number % 2) });
        if number > 1 {
            body["displayName"] = json!(format!("User {number}"));
        }
        client.created("/Users", &body);
    }
}

/// The next and the previous cursor of a page in the middle.
fn middle(client: &Client<'_>, query: &str) -> [String; 2] {
    let page = client.get(&format!("{query}count=2&cursor=")).expect(200);
    let next = page["nextCursor"].as_str().unwrap();
    let page = client.get(&format!("{query}cursor={next}")).expect(200);
    ["nextCursor", "previousCursor"].map(|name| page[name].as_str().unwrap().to_owned())
}

/// Each place of a cursor is held by its code: another letter of the cursor's own alphabet is
/// another cursor.
#[test]
fn no_place_of_a_cursor_can_be_altered() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    people(&client);
    for query in ["/Users?", "/Users?sortBy=displayName&"] {
        for cursor in middle(&client, query) {
            let letters: Vec<char> = cursor.chars().collect();
            let alphabet: BTreeSet<char> = letters.iter().copied().collect();
            let alphabet: Vec<char> = alphabet.into_iter().collect();
            for place in 0..letters.len() {
                let here = alphabet.iter().position(|letter| *letter == letters[place]);
                for step in [1, alphabet.len() / 2] {
                    let mut altered = letters.clone();
                    altered[place] = alphabet[(here.unwrap() + step) % alphabet.len()];
                    let altered: String = altered.into_iter().collect();
                    assert_ne!(altered, cursor);
                    client.get(&format!("{query}cursor={altered}")).refused(
                        400,
                        "invalidCursor",
                        "nextCursor",
                    );
                }
            }
            for altered in [
                cursor[1..].to_owned(),
                cursor[2..].to_owned(),
                cursor[..cursor.len() - 1].to_owned(),
                cursor[..cursor.len() - 2].to_owned(),
                format!("{cursor}{}", &cursor[..1]),
                format!("{cursor}{}", &cursor[..2]),
                format!("{cursor}{cursor}"),
            ] {
                client.get(&format!("{query}cursor={altered}")).refused(
                    400,
                    "invalidCursor",
                    "nextCursor",
                );
            }
            client.get(&format!("{query}cursor={cursor}")).expect(200);
        }
    }
}

#[test]
fn a_cursor_of_another_tenant_is_refused_whatever_it_walks() {
    let memory = Memory::new();
    let (ours, theirs) = clients(&memory);
    people(&ours);
    people(&theirs);
    for query in QUERIES {
        for cursor in middle(&ours, query) {
            let path = format!("{query}cursor={cursor}");
            theirs
                .get(&path)
                .refused(400, "invalidCursor", "this server");
            ours.get(&path).expect(200);
        }
    }
}

/// What other tenants have behind the last page, and before the first, is not there.
#[test]
fn a_walk_ends_where_the_tenants_own_resources_do() {
    let memory = Memory::new();
    let (ours, theirs) = clients(&memory);
    let fill = |client: &Client<'_>| {
        people(client);
        for name in ["A", "B", "C", "D", "E"] {
            client.group(name, &[]);
            let device = json!({ "schemas": [DEVICE], "serialNumber": name });
            client.created("/Devices", &device);
        }
    };
    fill(&theirs);
    fill(&ours);
    fill(&Client {
        memory: &memory,
        token: {
            memory.add_token(3, "others", None, None);
            "others".to_owned()
        },
    });
    theirs.user("user9");
    theirs.group("Z", &[]);
    let other = [
        "/Groups?",
        "/Groups?excludedAttributes=members&",
        "/Groups?filter=displayName lt \"z\"&",
        "/Devices?",
        "/Devices?sortBy=serialNumber&sortOrder=descending&",
        "/Users?excludedAttributes=groups&",
        "/Users?attributes=userName&",
    ];
    for query in QUERIES.into_iter().chain(other) {
        let whole = ours.get(&format!("{query}count=100")).expect(200);
        let whole = each(&whole, "id");
        assert_eq!(whole.len(), 5, "{query}");
        for count in 1..=6 {
            let mut page = ours
                .get(&format!("{query}count={count}&cursor="))
                .expect(200);
            let mut seen: Vec<String> = Vec::new();
            let mut pages = 1;
            loop {
                seen.extend(each(&page, "id").into_iter().map(str::to_owned));
                let Some(next) = page["nextCursor"].as_str() else {
                    break;
                };
                page = ours.get(&format!("{query}cursor={next}")).expect(200);
                pages += 1;
            }
            assert_eq!(seen, whole, "{query} by {count}");
            assert_eq!(pages, 5_usize.div_ceil(count), "{query} by {count}");
            while let Some(previous) = page["previousCursor"].as_str() {
                page = ours.get(&format!("{query}cursor={previous}")).expect(200);
                pages -= 1;
            }
            assert_eq!(pages, 1, "{query} by {count}, back");
            assert_eq!(page["previousCursor"], Value::Null);
            assert_eq!(
                each(&page, "id"),
                whole[..count.min(5)],
                "{query} by {count}"
            );
        }
    }
}

/// A cursor stands in an address: one of a title of 400,000 characters was 1.6 million long.
#[test]
fn a_cursor_is_short_however_long_the_values_are() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let long = "y".repeat(40_000);
    for (name, letter) in [("a", "c"), ("b", ""), ("c", "a"), ("d", "b"), ("e", "a")] {
        let body = json!({ "userName": format!("{long}{name}"), "title": format!("{long}{letter}"), "displayName": "d" });
        client.created("/Users", &body);
    }
    client.created("/Users", &json!({ "userName": "f", "title": "z" }));
    client.created("/Users", &json!({ "userName": "g" }));
    let queries = [
        "/Users?sortBy=title&",
        "/Users?sortBy=title&sortOrder=descending&",
        "/Users?sortBy=userName&",
        "/Users?sortBy=userName&sortOrder=descending&",
        "/?filter=userName pr&sortBy=title&",
    ];
    for query in queries {
        let query = format!("{query}attributes=id&");
        let whole = client.get(&format!("{query}count=100")).expect(200);
        let whole = each(&whole, "id");
        let mut page = client.get(&format!("{query}count=1&cursor=")).expect(200);
        let mut seen: Vec<String> = Vec::new();
        let mut before = Vec::new();
        loop {
            seen.extend(each(&page, "id").into_iter().map(str::to_owned));
            before.extend(page["previousCursor"].as_str().map(str::to_owned));
            let Some(next) = page["nextCursor"].as_str() else {
                break;
            };
            assert!(next.len() < 2_000, "{} in {query}", next.len());
            page = client.get(&format!("{query}cursor={next}")).expect(200);
        }
        assert_eq!(seen, whole, "{query}");
        for (index, cursor) in before.iter().enumerate() {
            let page = client.get(&format!("{query}cursor={cursor}")).expect(200);
            assert_eq!(each(&page, "id"), [&seen[index]], "{query}, back");
        }
    }
    // Where the row is another by then, what begins as it did comes again, and none is left out.
    for order in ["ascending", "descending"] {
        let query = format!(
            "/Users?sortBy=title&sortOrder={order}&attributes=id&filter=userName sw \"y\"&"
        );
        let first = client.get(&format!("{query}count=2&cursor=")).expect(200);
        let whole = client.get(&format!("{query}count=100")).expect(200);
        let (seen, rest) = (each(&first, "id"), &each(&whole, "id")[2..]);
        let next = first["nextCursor"].as_str().unwrap();
        memory.sql(&format!(
            "UPDATE users SET folded = json_remove(folded, '$.title') WHERE id = '{}'",
            seen[1]
        ));
        let mut page = client.get(&format!("{query}cursor={next}")).expect(200);
        let mut found = each(&page, "id").len();
        let mut missing: BTreeSet<&str> = rest.iter().copied().collect();
        while let Some(next) = page["nextCursor"].as_str() {
            for id in each(&page, "id") {
                missing.remove(id);
            }
            page = client.get(&format!("{query}cursor={next}")).expect(200);
            found += each(&page, "id").len();
        }
        for id in each(&page, "id") {
            missing.remove(id);
        }
        assert_eq!(missing, BTreeSet::new(), "{order}");
        assert!(found <= 5, "{order}");
    }
}
