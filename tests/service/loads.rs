//! What a request may cost at the most, whatever it asks for: 300 trips, 1,000 statements, a second
//! of CPU.

use serde_json::{Value, json};
use store::Database;
use testing::client::{Client, Got};
use testing::memory::Memory;

/// Sends a Bulk; its operations' replies, and the trips that it took.
fn bulk(memory: &Memory, operations: Vec<Value>, fail_on_errors: &Value) -> (Vec<Value>, u32) {
    let client = Client::new(memory);
    let before = memory.database.cost().trips;
    let mut body = json!({ "failOnErrors": fail_on_errors });
    body["Operations"] = Value::Array(operations);
    let reply = client.post("/Bulk", &body).expect(200);
    let trips = memory.database.cost().trips - before;
    assert!(trips <= 300, "{trips} trips");
    (reply["Operations"].as_array().unwrap().clone(), trips)
}

/// How many operations have this status.
fn count(operations: &[Value], status: &str) -> usize {
    let of_status = |operation: &&Value| operation["status"] == status;
    operations.iter().filter(of_status).count()
}

fn user(name: &str) -> Value {
    let data = json!({ "userName": name, "name": { "familyName": "F" } });
    json!({ "method": "POST", "path": "/Users", "bulkId": name, "data": data })
}

fn group(name: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
    let data = json!({ "displayName": name, "members": members });
    json!({ "method": "POST", "path": "/Groups", "bulkId": name, "data": data })
}

fn patch(path: &str, operations: &Value) -> Value {
    json!({ "method": "PATCH", "path": path, "data": { "Operations": operations } })
}

fn family_name(path: &str, name: &str) -> Value {
    patch(
        path,
        &json!([{ "op": "replace", "path": "name.familyName", "value": name }]),
    )
}

fn user_name(path: &str, name: &str) -> Value {
    patch(
        path,
        &json!([{ "op": "replace", "path": "userName", "value": name }]),
    )
}

fn delete(path: &str) -> Value {
    json!({ "method": "DELETE", "path": path })
}

/// Creates many in one Bulk; their paths.
fn created(memory: &Memory, operations: Vec<Value>) -> Vec<String> {
    let (done, trips) = bulk(memory, operations, &Value::Null);
    assert!(trips <= 3, "{trips} trips");
    let path = |operation: &Value| {
        assert_eq!(operation["status"], "201", "{operation}");
        let location = operation["location"].as_str().unwrap();
        location.split_once("/v2").unwrap().1.to_owned()
    };
    done.iter().map(path).collect()
}

fn users(memory: &Memory, count: usize) -> Vec<String> {
    created(memory, (0..count).map(|n| user(&format!("u{n}"))).collect())
}

#[test]
fn a_thousand_groups_that_each_name_an_unknown_member_take_few_trips() {
    let memory = Memory::new();
    let known = users(&memory, 1);
    let known = known[0].rsplit('/').next().unwrap();
    let operations = (0..1_000)
        .map(|n| match n % 100 {
            // Some name a user of the request, who cannot be created either, or can.
            7 => group(&format!("g{n}"), &["bulkId:u0"]),
            8 => group(&format!("g{n}"), &["bulkId:new", known]),
            0 if n == 0 => user("u0"),
            1 if n == 1 => user("new"),
            _ => group(&format!("g{n}"), &[known, &format!("nobody-{n}")]),
        })
        .collect();
    let (done, trips) = bulk(&memory, operations, &Value::Null);
    assert!(trips <= 4, "{trips} trips");
    assert_eq!(count(&done, "201"), 11);
    assert_eq!(count(&done, "409"), 11, "u0, and the groups that name it");
    assert_eq!(count(&done, "400"), 978);
    let detail = done[500]["response"]["detail"].as_str().unwrap();
    assert!(
        detail.contains("\"nobody-500\"") && !detail.contains(known),
        "{detail}"
    );
    assert_eq!(done[500].get("location"), None);
    let client = Client::new(&memory);
    assert_eq!(
        client.get("/Groups?count=0").expect(200)["totalResults"],
        10
    );
    let found = client
        .get(&format!("/Groups?filter=members.value eq \"{known}\""))
        .expect(200);
    assert_eq!(found["totalResults"], 10);
    assert_eq!(
        found["Resources"][0]["members"].as_array().unwrap().len(),
        2
    );
}

#[test]
fn names_in_use_among_groups_with_members_take_few_trips() {
    let memory = Memory::new();
    let known = users(&memory, 3);
    let ids: Vec<&str> = known
        .iter()
        .map(|path| path.rsplit('/').next().unwrap())
        .collect();
    created(&memory, vec![group("G5", &[]), group("G6", &[])]);
    let twice = |n: usize| {
        let mut operation = group(&format!("g{}", n / 2), &ids);
        operation["bulkId"] = json!(format!("b{n}"));
        operation
    };
    let operations = (0..900).map(twice).collect();
    let (done, trips) = bulk(&memory, operations, &Value::Null);
    assert!(trips <= 2, "{trips} trips");
    assert_eq!((count(&done, "201"), count(&done, "409")), (448, 452));
}

#[test]
fn a_thousand_changes_take_few_trips_and_tell_the_versions_that_they_made() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let paths = users(&memory, 996);
    let mut operations: Vec<Value> = paths.iter().map(|path| family_name(path, "New")).collect();
    operations[3]["version"] = json!("W/\"another\"");
    operations[4] = family_name(&paths[4], "F");
    operations[5]["data"]["Operations"][0]["op"] = json!("move");
    operations[6] = user_name(&paths[6], "U7");
    operations[7] = json!({ "method": "PUT", "path": paths[7], "data": { "userName": "u7", "title": "T", "displayName": "D" } });
    operations[8] = patch(
        &paths[8],
        &json!([{ "op": "replace", "path": "active", "value": false }]),
    );
    operations.push(family_name("/Users/nobody", "New"));
    operations.push(delete(&paths[995]));
    operations.push(family_name(&paths[995], "Gone"));
    operations.push(user_name(&paths[10], "free"));
    let (done, trips) = bulk(&memory, operations, &Value::Null);
    assert!(trips <= 10, "{trips} trips");
    let status = |place: usize| done[place]["status"].as_str().unwrap();
    let told: Vec<&str> = [3, 4, 5, 6, 7, 8, 996, 997, 998, 999].map(status).to_vec();
    assert_eq!(
        told,
        [
            "412", "200", "400", "409", "200", "200", "404", "204", "404", "200"
        ]
    );
    assert_eq!(count(&done, "200"), 996 - 3 + 1);
    for place in [0, 4, 7, 8, 700] {
        let now = client.get(&paths[place]).expect(200);
        assert_eq!(done[place]["version"], now["meta"]["version"], "{place}");
    }
    let last = client.get(&paths[994]).expect(200);
    assert_eq!(last["name"]["familyName"], "New");
    assert_eq!(client.get(&paths[3]).expect(200)["name"]["familyName"], "F");
    let put = client.get(&paths[7]).expect(200);
    assert_eq!((&put["title"], &put["name"]), (&json!("T"), &Value::Null));
    // What is looked up by follows.
    let total = |filter: &str| {
        client
            .get(&format!("/Users?count=0&filter={filter}"))
            .expect(200)["totalResults"]
            .clone()
    };
    assert_eq!(total("displayName eq \"d\""), 1);
    assert_eq!(total("userName eq \"free\""), 1);
    assert_eq!(total("userName eq \"u10\""), 0);
    assert_eq!(total("name.familyName eq \"new\""), 989);
}

#[test]
fn a_name_moves_from_one_to_another_in_the_order_of_the_request() {
    let memory = Memory::new();
    let paths = users(&memory, 6);
    let operations = vec![
        family_name(&paths[5], "New"),
        user_name(&paths[0], "u1"),
        user_name(&paths[1], "other"),
        user_name(&paths[2], "u1"),
        delete(&paths[3]),
        user_name(&paths[4], "u3"),
    ];
    let (done, _) = bulk(&memory, operations, &Value::Null);
    let told: Vec<&str> = done
        .iter()
        .map(|it| it["status"].as_str().unwrap())
        .collect();
    assert_eq!(told, ["200", "409", "200", "200", "204", "200"]);
}

#[test]
fn a_thousand_removals_take_few_trips() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let paths = users(&memory, 500);
    let ids: Vec<&str> = paths
        .iter()
        .map(|path| path.rsplit('/').next().unwrap())
        .collect();
    let groups = created(
        &memory,
        vec![
            group("a", &ids[..2]),
            group("b", &ids[400..]),
            group("c", &[]),
        ],
    );
    let before = client.get(&groups[0]).expect(200)["meta"]["version"].clone();
    let empty = client.get(&groups[2]).expect(200)["meta"]["version"].clone();
    let mut operations: Vec<Value> = paths[..499].iter().map(|path| delete(path)).collect();
    operations.extend((0..499).map(|n| delete(&format!("/Users/nobody-{n}"))));
    operations.push(delete(&paths[0]));
    operations.push(delete(&groups[1]));
    let (done, trips) = bulk(&memory, operations, &Value::Null);
    assert!(trips <= 3, "{trips} trips");
    assert_eq!((count(&done, "204"), count(&done, "404")), (500, 500));
    assert_eq!(client.get("/Users?count=0").expect(200)["totalResults"], 1);
    let group = client.get(&groups[0]).expect(200);
    assert_eq!(group.get("members"), None);
    assert_ne!(group["meta"]["version"], before);
    assert_eq!(client.get(&groups[2]).expect(200)["meta"]["version"], empty);
}

#[test]
fn it_stops_at_the_error_that_the_client_wants_it_to_stop_at() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let paths = users(&memory, 40);
    let mut operations: Vec<Value> = paths.iter().take(20).map(|path| delete(path)).collect();
    operations[10] = delete("/Users/nobody");
    let (done, _) = bulk(&memory, operations, &json!(1));
    assert_eq!(
        (done.len(), count(&done, "204"), count(&done, "404")),
        (11, 10, 1)
    );
    assert_eq!(client.get("/Users?count=0").expect(200)["totalResults"], 30);
    let mut operations: Vec<Value> = paths[20..]
        .iter()
        .map(|path| family_name(path, "New"))
        .collect();
    operations[10] = user_name(&paths[30], "u31");
    let (done, _) = bulk(&memory, operations, &json!(1));
    assert_eq!(
        (done.len(), count(&done, "200"), count(&done, "409")),
        (11, 10, 1)
    );
    let changed = client
        .get("/Users?count=0&filter=name.familyName eq \"new\"")
        .expect(200);
    assert_eq!(changed["totalResults"], 10);
}

#[test]
fn what_a_bulk_does_not_come_to_is_told_and_can_be_sent_again() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let paths = users(&memory, 1);
    let id = paths[0].rsplit('/').next().unwrap();
    let groups = created(
        &memory,
        (0..1_000).map(|n| group(&format!("g{n}"), &[])).collect(),
    );
    let add = json!([{ "op": "add", "path": "members", "value": [{ "value": id }] }]);
    let mut left: Vec<Value> = groups.iter().map(|path| patch(path, &add)).collect();
    let mut rounds = 0;
    while !left.is_empty() {
        let (done, _) = bulk(&memory, left.clone(), &Value::Null);
        assert_eq!(done.len(), left.len(), "each operation has a reply");
        let (made, later) = (count(&done, "204"), count(&done, "429"));
        assert!(
            (made >= 150 || later == 0) && made + later == left.len(),
            "{made} {later}"
        );
        let members = client.get(&format!("/Groups?count=0&filter=members.value eq \"{id}\""));
        let expected = 1_000 - later;
        assert_eq!(members.expect(200)["totalResults"], expected);
        if later > 0 {
            let detail = done[made]["response"]["detail"].as_str().unwrap();
            assert!(
                detail.contains("was not begun") && detail.contains("fewer"),
                "{detail}"
            );
        }
        left.drain(..made);
        rounds += 1;
    }
    assert!(rounds > 1, "the bound was never met");
}

#[test]
fn filters_that_look_at_all_members_are_bounded_in_a_bulk() {
    // In large groups each of the three batches of a removal reads so many members, and twenty
    // comparisons with a row take as long as reading it.
    for (comparisons, rows_read, begun) in [(1, 0, 60), (50, 0, 8), (1, 20_000, 7), (20, 20_000, 5)]
    {
        let memory = Memory::new();
        let groups = (0..60).map(|n| group(&format!("g{n}"), &[]));
        let paths = created(&memory, groups.collect());
        memory.database.rows_read.set(rows_read);
        let terms: Vec<String> = (0..comparisons)
            .map(|n| format!("display co \"x{n}\""))
            .collect();
        let path = format!("members[{}]", terms.join(" or "));
        let removal = json!([{ "op": "remove", "path": path }]);
        let operations: Vec<Value> = paths.iter().map(|path| patch(path, &removal)).collect();
        let (done, _) = bulk(&memory, operations, &Value::Null);
        assert_eq!(count(&done, "204"), begun, "{comparisons}, {rows_read}");
        assert_eq!(count(&done, "429"), 60 - begun);
    }
}

/// A user with so many addresses, as a Bulk operation.
fn addresses(count: usize) -> Vec<Value> {
    let address =
        |n: usize| json!({ "type": format!("t{n}"), "value": format!("{n}@example.com") });
    (0..count).map(address).collect()
}

#[test]
fn operations_on_many_values_of_one_attribute_are_bounded() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let body = json!({ "userName": "ada", "emails": addresses(1_000) });
    let path = format!("/Users/{}", client.created("/Users", &body));
    let operations = |count: usize| -> Value {
        let one = |n: usize| {
            let of = format!("emails[type eq \"t{n}\"].display");
            json!({ "op": "replace", "path": of, "value": "D" })
        };
        (0..count).map(one).collect()
    };
    client.patch(&path, &operations(50)).expect(200);
    let refused = client.patch(&path, &operations(1_000));
    refused.refused(400, "tooMany", "Send the operations in several requests");
    refused.refused(400, "tooMany", "emails");
    // A Bulk has no more than one request.
    let before: Got = client.get(&path);
    let (done, _) = bulk(
        &memory,
        vec![patch(&path, &operations(50)); 20],
        &Value::Null,
    );
    assert_eq!((count(&done, "200"), count(&done, "429")), (1, 19));
    assert_eq!(
        before.body["emails"],
        client.get(&path).expect(200)["emails"]
    );
    // Few values take any number of operations.
    let body = json!({ "userName": "bob", "emails": addresses(20) });
    let path = format!("/Users/{}", client.created("/Users", &body));
    client.patch(&path, &operations(20)).expect(200);
    let many: Vec<Value> = (0..50)
        .flat_map(|_| operations(20).as_array().unwrap().clone())
        .collect();
    client.patch(&path, &Value::from(many)).expect(200);
}

#[test]
fn a_bulk_reads_no_more_than_one_request_may() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let paths = users(&memory, 100);
    // As an application may have them: no body has room for as many.
    memory.sql(
        "UPDATE users SET document = json_set(document, '$.title', replace(hex(zeroblob(235000)), '0', 'a'))",
    );
    let title = |path: &String| {
        let change = json!([{ "op": "replace", "path": "title", "value": "short" }]);
        patch(path, &change)
    };
    let mut left: Vec<Value> = paths.iter().map(title).collect();
    let mut rounds = 0;
    while !left.is_empty() {
        let (done, _) = bulk(&memory, left.clone(), &Value::Null);
        let (made, later) = (count(&done, "200"), count(&done, "429"));
        assert_eq!(made + later, left.len());
        assert!((later == 0 || made >= 40) && made <= 60, "{made} at once");
        left.drain(..made);
        rounds += 1;
    }
    assert_eq!(rounds, 3);
    let short = client.get("/Users?count=0&filter=title eq \"short\"");
    assert_eq!(short.expect(200)["totalResults"], 100);
}

/// Each of its changes reads all of a resource, whatever it is that changes: 120 took 1.4 s.
#[test]
fn a_bulk_reads_one_of_many_values_no_more_often_than_that() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let roles: Vec<Value> = (0..1_000)
        .map(|number| json!({ "value": format!("v{number}"), "type": "t" }))
        .collect();
    let id = client.created("/Users", &json!({ "userName": "u", "roles": roles }));
    let path = format!("/Users/{id}");
    for (name, place) in [("a part", "name.givenName"), ("a plain value", "title")] {
        let change = |number: usize| {
            patch(
                &path,
                &json!([{ "op": "replace", "path": place, "value": format!("{number}") }]),
            )
        };
        let (done, _) = bulk(&memory, (0..240).map(change).collect(), &Value::Null);
        let (made, later) = (count(&done, "200"), count(&done, "429"));
        assert_eq!(made + later, 240, "{name}");
        assert!((50..=100).contains(&made), "{name}: {made} at once");
    }
}

/// A text of so many bytes, whose trigrams are many.
fn text(number: usize, bytes: usize) -> String {
    let words = (0..).map(|word| format!("{:x}", (number + 1) * 7_919 + word * word * 31));
    let mut text = String::new();
    for word in words {
        text.push_str(&word);
        if text.len() >= bytes {
            break;
        }
    }
    text.truncate(bytes);
    text
}

/// A trigram index takes two microseconds for each byte of a name: a Bulk of 4 MB took seven
/// seconds.
#[test]
fn a_bulk_gives_the_text_indexes_no_more_than_they_take_in_a_second() {
    for (all, bytes, most) in [(39, 100_000, 3), (190, 20_000, 15), (950, 3_900, 77)] {
        let memory = Memory::new();
        let create = |n: usize| {
            let mut user = user(&format!("c{n}"));
            user["data"]["displayName"] = json!(text(n, bytes));
            user
        };
        let (done, _) = bulk(&memory, (0..all).map(create).collect(), &Value::Null);
        let (made, later) = (count(&done, "201"), count(&done, "429"));
        assert!(made + 3 >= most && made <= most, "{made} of {bytes} bytes");
        assert_eq!(made + later, all);
        assert!(
            done[..made].iter().all(|one| one["status"] == "201"),
            "in their order"
        );
        // What is not looked for costs nothing, nor does what stays.
        let paths = users(&memory, all);
        let change = |name: &'static str| {
            move |(n, path): (usize, &String)| {
                let value = text(n, bytes);
                patch(
                    path,
                    &json!([{ "op": "replace", "path": name, "value": value }]),
                )
            }
        };
        let sent = |name| paths.iter().enumerate().map(change(name)).collect();
        let (done, _) = bulk(&memory, sent("title"), &Value::Null);
        assert_eq!(count(&done, "200"), all, "titles of {bytes}");
        let (done, _) = bulk(&memory, sent("displayName"), &Value::Null);
        let (made, later) = (count(&done, "200"), count(&done, "429"));
        assert!(
            made + 3 >= most && made <= most,
            "{made} changes of {bytes}"
        );
        assert_eq!(made + later, all);
        let (done, _) = bulk(&memory, sent("displayName").split_off(made), &Value::Null);
        assert!(count(&done, "200") + 3 >= most, "the rest, sent again");
    }
}

/// What is written unread, a short name, has the index read the addresses beside it anew.
#[test]
fn a_bulk_does_not_index_long_addresses_again_and_again() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let address = |n: usize| json!({ "value": format!("{}@example.com", text(n, 900)) });
    let addresses: Vec<Value> = (0..100).map(address).collect();
    let body = json!({ "userName": "u", "emails": addresses });
    let path = format!("/Users/{}", client.created("/Users", &body));
    let name = |n: usize| {
        let value = format!("n{n}");
        patch(
            &path,
            &json!([{ "op": "replace", "path": "displayName", "value": value }]),
        )
    };
    let (done, _) = bulk(&memory, (0..40).map(name).collect(), &Value::Null);
    let made = count(&done, "200");
    assert!((2..=4).contains(&made), "{made}");
    assert_eq!(made + count(&done, "429"), 40);
    let many: Vec<Value> = (0..500).map(address).collect();
    let body = json!({ "userName": "v", "emails": many });
    let refused = client.post("/Users", &body);
    assert_eq!(refused.status, 413, "{}", refused.body);
    assert!(
        refused.body["detail"]
            .as_str()
            .unwrap()
            .contains("Shorten them")
    );
}
