//! `userName` and a group's `displayName`: names that people type, and what makes two of them the same.

use serde_json::{Value, json};

use crate::support::client::{Client, Got};
use crate::support::memory::Memory;

/// The two, each with the attribute that is its name.
const NAMED: [(&str, &str); 2] = [("/Users", "userName"), ("/Groups", "displayName")];

fn post(client: &Client<'_>, (path, attribute): (&str, &str), name: &str) -> Got {
    client.post(path, &json!({ attribute: name }))
}

#[test]
fn blanks_at_the_ends_are_cut_off() {
    for (path, attribute) in NAMED {
        let memory = Memory::new();
        let client = Client::new(&memory);
        let got = post(&client, (path, attribute), " x y\u{3000} ").expect(201);
        assert_eq!(got[attribute], "x y");
        post(&client, (path, attribute), "x y\u{a0}").refused(409, "uniqueness", attribute);
        let one = format!("{path}/{}", got["id"].as_str().unwrap());
        let body = json!({ attribute: "  x y " });
        assert_eq!(
            client.put(&one, &body).expect(200)["meta"]["version"],
            got["meta"]["version"]
        );
        for value in [json!(" z "), json!([" z "])] {
            let operations = json!([{ "op": "replace", "path": attribute, "value": value }]);
            let answer = client.patch(&one, &operations);
            assert!(answer.status < 300, "{:#}", answer.body);
            assert_eq!(client.get(&one).expect(200)[attribute], "z");
        }
        // Who asks first and then creates finds what would be in the way.
        let found = client
            .get(&format!("{path}?filter={attribute} eq \" z\""))
            .expect(200);
        assert_eq!(found["totalResults"], 1);
        let found = client
            .get(&format!("{path}?filter={attribute} co \" z\""))
            .expect(200);
        assert_eq!(found["totalResults"], 0);
    }
}

#[test]
fn blanks_alone_and_control_characters_are_refused() {
    for (path, attribute) in NAMED {
        let memory = Memory::new();
        let client = Client::new(&memory);
        let got = post(&client, (path, attribute), "x").expect(201);
        let one = format!("{path}/{}", got["id"].as_str().unwrap());
        for (name, words) in [
            ("   ", "required"),
            ("\u{a0}\u{2003}", "required"),
            ("n\nl", "control characters"),
            ("nl\n", "control characters"),
            ("\u{7f}", "control characters"),
            ("a\u{85}b", "control characters"),
            ("a\u{0}b", "U+0000"),
        ] {
            post(&client, (path, attribute), name).refused(400, "invalidValue", words);
            let body = json!({ attribute: name });
            client.put(&one, &body).refused(400, "invalidValue", words);
            for operation in [
                json!({ "op": "replace", "path": attribute, "value": name }),
                json!({ "op": "add", "value": body }),
            ] {
                client
                    .patch(&one, &json!([operation]))
                    .refused(400, "invalidValue", words);
            }
            let bulk = json!({ "Operations": [
                { "method": "POST", "path": path, "bulkId": "1", "data": body },
                { "method": "PUT", "path": one, "data": body },
            ] });
            let bulk = client.post("/Bulk", &bulk).expect(200);
            for operation in bulk["Operations"].as_array().unwrap() {
                assert_eq!(operation["status"], "400");
                assert_eq!(operation["response"]["scimType"], "invalidValue");
            }
        }
        assert_eq!(client.get(&one).expect(200)[attribute], "x");
    }
}

/// authentik of 2024 asks `filter=userName eq akuser`.
#[test]
fn a_filter_value_without_quotes() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let id = client.user("akuser");
    let group = client.group("akgroup", &[&id]);
    for (path, found) in [
        ("/Users?filter=userName eq akuser".to_owned(), 1),
        (
            "/Users?filter=userName eq AKuser and active eq true".to_owned(),
            1,
        ),
        (
            "/Users?filter=(userName eq akuser) or userName sw nobody".to_owned(),
            1,
        ),
        (format!("/Users?filter=groups[value eq {group}]"), 1),
        (
            format!("/Groups?filter=members.value eq {id} and displayName eq akgroup"),
            1,
        ),
        ("/Users?filter=userName eq aku".to_owned(), 0),
        (
            "/Users?filter=meta.created gt 2020-01-01T00:00:00Z".to_owned(),
            1,
        ),
    ] {
        let list = client.get(&path).expect(200);
        assert_eq!(list["totalResults"], found, "{path}");
    }
    client
        .get("/Users?filter=active eq yes")
        .refused(400, "invalidFilter", "a boolean");
    client
        .get("/Users?filter=userName eq true")
        .refused(400, "invalidFilter", "in double quotes");
    client
        .get("/Users?filter=userName eq and active eq true")
        .refused(400, "invalidFilter", "expected a value");
    let operations = json!([{ "op": "remove", "path": format!("members[value eq {id}]") }]);
    let path = format!("/Groups/{group}");
    client.patch(&path, &operations).expect(204);
    assert_eq!(client.get(&path).expect(200).get("members"), None);
    let operations =
        json!([{ "op": "add", "path": "emails[type eq work].value", "value": "a@example.com" }]);
    let user = client
        .patch(&format!("/Users/{id}"), &operations)
        .expect(200);
    let expected: Value = json!([{ "type": "work", "value": "a@example.com" }]);
    assert_eq!(user["emails"], expected);
}
