//! `userName` and a group's `displayName`: names that people type, and what makes two of them the
//! same.

use serde_json::{Value, json};
use testing::client::{Client, Got};
use testing::memory::Memory;

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

/// RFC 8265 §3.3: such characters have no place in a name. It is stored as it was sent, and is no
/// second one.
#[test]
fn characters_that_nobody_sees_make_no_other_name() {
    for (path, attribute) in NAMED {
        let memory = Memory::new();
        let client = Client::new(&memory);
        let sent = "\u{feff}ad\u{200b}a\u{2060} ";
        let got = post(&client, (path, attribute), sent).expect(201);
        assert_eq!(got[attribute], sent.trim_end());
        for same in ["ada", "a\u{ad}da", "\u{200b} ADA \u{200b}"] {
            post(&client, (path, attribute), same).refused(409, "uniqueness", attribute);
            let filter = format!("{path}?filter={attribute} eq \"{same}\"");
            assert_eq!(client.get(&filter).expect(200)["totalResults"], 1, "{same}");
        }
        let hits = |filter: &str| {
            let found = client.get(&format!("{path}?filter={attribute} {filter}"));
            found.expect(200)["totalResults"].clone()
        };
        assert_eq!(hits("sw \"ad\u{feff}a\""), 1);
        for nothing in ["co", "sw", "ew", "eq"] {
            assert_eq!(hits(&format!("{nothing} \"\u{200b}\"")), 0, "{nothing}");
        }
        // Who deactivates somebody sends the name, too.
        let one = format!("{path}/{}", got["id"].as_str().unwrap());
        let body = json!({ attribute: "a\u{200b}da", "active": false });
        let after = client.put(&one, &body).expect(200);
        assert_eq!(after[attribute], "a\u{200b}da");
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
            ("\u{200b}", "invisible"),
            (" \u{2060}\u{feff} \u{ad}", "invisible"),
            ("\u{3164}", "invisible"),
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

/// RFC 7644 §5 and §7.8, RFC 8265: names are the same however they were typed.
#[test]
fn composed_decomposed_and_wide() {
    for (path, attribute) in NAMED {
        for (stored, typed) in [
            ("zo\u{eb}@example.com", "Zoe\u{308}@example.com"),
            ("zoe\u{308}@example.com", "ZO\u{cb}@example.com"),
            ("ada", "\u{ff21}\u{ff44}\u{ff41}"),
            ("\u{ff41}\u{ff44}\u{ff41}", "ADA"),
            ("\u{ff76}\u{ff9e}", "\u{30ac}"),
            ("e\u{302}\u{323}", "\u{1ec6}"),
            ("\u{1100}\u{1161}", "\u{ac00}"),
        ] {
            let memory = Memory::new();
            let client = Client::new(&memory);
            let got = post(&client, (path, attribute), stored).expect(201);
            assert_eq!(got[attribute], stored, "shown as it was sent");
            post(&client, (path, attribute), typed).refused(409, "uniqueness", attribute);
            for operator in ["eq", "co", "sw", "ew"] {
                let filter = format!("{attribute} {operator} {}", Value::from(typed));
                let found = client.post(&format!("{path}/.search"), &json!({ "filter": filter }));
                assert_eq!(found.expect(200)["totalResults"], 1, "{filter}");
            }
            let other = post(&client, (path, attribute), "other").expect(201);
            let one = format!("{path}/{}", other["id"].as_str().unwrap());
            client
                .put(&one, &json!({ attribute: typed }))
                .refused(409, "uniqueness", attribute);
            let rename = json!([{ "op": "replace", "path": attribute, "value": typed }]);
            client
                .patch(&one, &rename)
                .refused(409, "uniqueness", attribute);
        }
    }
}

/// Rows that a former release folded otherwise can be changed, and get the image of today.
#[test]
fn images_from_before() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let id = client.created(
        "/Users",
        &json!({ "userName": "zoe\u{308}", "displayName": "Zoe\u{308}", "title": "a" }),
    );
    let team = client.group("Zoe\u{308}", &[&id]);
    let former = "replace(folded, char(235), 'e' || char(776))";
    memory.sql(&format!(
        "UPDATE users SET folded = {former}, user_name_folded = {former} ->> '$.userName', \
         display_name_folded = {former} ->> '$.displayName'; \
         UPDATE teams SET folded = {former}, display_name_folded = {former} ->> '$.displayName'"
    ));
    let (user, group) = (format!("/Users/{id}"), format!("/Groups/{team}"));
    let active = json!([{ "op": "replace", "path": "active", "value": false }]);
    client.patch(&user, &active).expect(200);
    let path = "/Users?filter=userName eq \"ZO\u{cb}\"";
    assert_eq!(client.get(path).expect(200)["totalResults"], 0);
    let given = json!([{ "op": "add", "path": "name.givenName", "value": "Z" }]);
    assert_eq!(client.patch(&user, &given).expect(200)["active"], false);
    assert_eq!(client.get(path).expect(200)["totalResults"], 1);
    // Two, so that they travel together.
    let other = client.group("other", &[]);
    let external = |path: &str| {
        let data = json!({ "Operations": [{ "op": "add", "path": "externalId", "value": "x" }] });
        json!({ "method": "PATCH", "path": path, "data": data })
    };
    let operations = [external(&group), external(&format!("/Groups/{other}"))];
    let bulk = client
        .post("/Bulk", &json!({ "Operations": operations }))
        .expect(200);
    for operation in bulk["Operations"].as_array().unwrap() {
        assert_eq!(operation["status"], "204", "{bulk:#}");
    }
    let path = "/Groups?filter=displayName eq \"ZO\u{cb}\"";
    assert_eq!(client.get(path).expect(200)["totalResults"], 1);
}

/// What is shown of a member's name is its first 200 characters, and found by just those.
#[test]
fn displays_that_are_cut() {
    for unit in [
        "x",
        "\u{df}",
        "e\u{301}",
        "\u{ff21}\u{df}",
        "\u{3c2}\u{3a3}",
    ] {
        for times in [60, 100, 101, 130, 201, 250] {
            let memory = Memory::new();
            let client = Client::new(&memory);
            let id = client.user("u");
            let team = client.group("g", &[&id]);
            let name = unit.repeat(times);
            let rename = json!([{ "op": "replace", "path": "displayName", "value": name }]);
            client.patch(&format!("/Users/{id}"), &rename).expect(200);
            let group = client.get(&format!("/Groups/{team}")).expect(200);
            let display = group["members"][0]["display"].as_str().unwrap();
            assert_eq!(display, name.chars().take(200).collect::<String>());
            for operator in ["eq", "co", "sw", "ew"] {
                let filter = format!(
                    "members.display {operator} {}",
                    Value::from(display.to_uppercase())
                );
                let found = client.post("/Groups/.search", &json!({ "filter": filter }));
                assert_eq!(
                    found.expect(200)["totalResults"],
                    1,
                    "{unit} {times} {operator}"
                );
            }
            let filter = format!("members.display eq {}", Value::from(format!("{display}x")));
            let found = client.post("/Groups/.search", &json!({ "filter": filter }));
            assert_eq!(found.expect(200)["totalResults"], 0, "{unit} {times}");
        }
    }
}

/// What is case exact is compared character by character.
#[test]
fn keys_are_not_normalised() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    client.created(
        "/Users",
        &json!({ "userName": "a", "externalId": "zo\u{eb}" }),
    );
    client.created(
        "/Users",
        &json!({ "userName": "b", "externalId": "zoe\u{308}" }),
    );
    let found = client
        .get("/Users?filter=externalId eq \"zoe\u{308}\"")
        .expect(200);
    assert_eq!(found["totalResults"], 1);
}

/// The name of a member is the member's own: what a client sends is passed over, and what it did
/// not send is told.
#[test]
fn the_display_of_a_member_is_the_servers() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let id = client.created(
        "/Users",
        &json!({ "userName": "ada", "displayName": "Ada" }),
    );
    let group = client.group("g", &[]);
    let path = format!("/Groups/{group}");
    for member in [
        json!({ "value": id }),
        json!({ "value": id, "display": "Somebody else" }),
    ] {
        for op in ["add", "replace"] {
            let operations = json!([{ "op": op, "path": "members", "value": [member] }]);
            client.patch(&path, &operations).expect(204);
            let got = client.get(&path).expect(200);
            assert_eq!(got["members"][0]["display"], "Ada");
        }
    }
    let schema = client
        .get("/Schemas/urn:ietf:params:scim:schemas:core:2.0:Group")
        .expect(200);
    let attributes = schema["attributes"].as_array().unwrap();
    let members = attributes
        .iter()
        .find(|it| it["name"] == "members")
        .unwrap();
    let parts = members["subAttributes"].as_array().unwrap();
    let display = parts.iter().find(|it| it["name"] == "display").unwrap();
    assert_eq!(display["mutability"], "readOnly");
}
