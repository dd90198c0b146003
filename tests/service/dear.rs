//! Searches that would take too long are refused, and told what to do (400 `tooMany`).

use rusqlite::{StatementStatus, params_from_iter, types::Value as Cell};
use serde_json::{Value, json};
use store::Parameter;
use testing::client::{Client, Got, each};
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
    // Four columns are looked at as fast as one document, which is read twice besides.
    let shapes = [
        ("/Users", "title co \"x@\"", " or ", 1, 2),
        ("/Users", "not (title eq \"x@\")", " and ", 1, 2),
        ("/Groups", "members.display co \"x@\"", " or ", 1, 0),
        ("/Users", "externalId sw \"x@\"", " or ", 4, 0),
    ];
    for (endpoint, term, and, columns, read) in shapes {
        for (users, most) in [
            (10_000, 64),
            (100_000, 13 - read),
            (1_399_000 / (1 + read), 1),
        ] {
            pretend(&memory, users);
            let most = (most * columns).min(64);
            search(&client, endpoint, &terms(term, most, and)).expect(200);
            if most < 60 {
                let refused = search(&client, endpoint, &terms(term, most + 2 * columns, and));
                refused.refused(400, "tooMany", "Send several filters");
            }
        }
    }
    // An address is taken for one of four.
    for (users, most) in [(5_000, 64), (100_000, 3)] {
        pretend(&memory, users);
        let addresses = |most| {
            search(
                &client,
                "/Users",
                &terms("emails.value ew \"x@\"", most, " or "),
            )
        };
        addresses(most).expect(200);
    }
    pretend(&memory, 1_400_001);
    for filter in [
        "title pr",
        "emails.type eq \"work\"",
        "not (nickName co \"a\")",
    ] {
        search(&client, "/Users", filter).refused(400, "tooMany", "Send several filters");
    }
    pretend(&memory, 1_000_000);
    for filter in [
        "userName sw \"ad\"",
        "active eq false",
        "groups.display co \"g\"",
        "meta.lastModified gt \"2020-01-01T00:00:00Z\"",
    ] {
        search(&client, "/Users", filter).expect(200);
    }
    let sorted = |key: &str| client.get(&format!("/Users?count=1&sortBy={key}"));
    sorted("userName").expect(200);
    sorted("meta.lastModified").expect(200);
    sorted("groups.display").refused(400, "tooMany", "sort by `userName`");
    pretend(&memory, 2_000_000);
    sorted("title").refused(400, "tooMany", "sort by `userName`");
    memory.sql("UPDATE totals SET total = 1400001 WHERE resource_type = 'Group'");
    search(&client, "/Users", "groups.display ne \"x\"").refused(
        400,
        "tooMany",
        "Send several filters",
    );
    memory.sql("UPDATE totals SET total = 1 WHERE resource_type = 'Group'");
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
    let bare = terms(&format!("id eq {id}"), 100, " or ");
    assert_eq!(
        search(&client, "/Users", &bare).expect(200)["totalResults"],
        1
    );
}

/// What has not the text anywhere is hardly looked at.
#[test]
fn what_has_not_the_text_is_not_weighed() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let roles: Vec<Value> = (0..60)
        .map(|number| json!({ "value": format!("role{number}") }))
        .collect();
    for number in 0..500 {
        let user = json!({ "userName": format!("u{number}"), "roles": roles });
        client.created("/Users", &user);
    }
    let others = terms("roles.value ne \"x@\"", 60, " and ");
    for (sought, is_there) in [
        ("role", true),
        ("none", false),
        // What JSON escapes is looked for without that.
        ("non\\\"e", false),
        ("\\\"role\\\"", true),
    ] {
        let got = search(
            &client,
            "/Users",
            &format!("roles.value co \"{sought}\" and {others}"),
        );
        assert_eq!(got.status == 400, is_there, "{sought}: {:#}", got.body);
    }
    for sought in ["role", "none"] {
        search(&client, "/Users", &format!("roles.value co \"{sought}\"")).expect(200);
        let not = format!("not (roles.value co \"{sought}\") and {others}");
        search(&client, "/Users", &not).refused(400, "tooMany", "Send several filters");
    }
}

#[test]
fn comparisons_with_many_values_are_refused() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let addresses: Vec<Value> = (0..150)
        .map(|number| json!({ "value": format!("{number}@example.com"), "type": "work" }))
        .collect();
    let user = |number: usize| json!({ "userName": format!("u{number}"), "emails": addresses });
    for number in 0..300 {
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
    types(64).refused(400, "tooMany", "Send several filters");
    search(&client, "/Users", &terms("title co \"x@\"", 64, " or ")).expect(200);
}

/// What is asked of two lists in turn walks each as often: 32 pairs, of 10,000 users, took 1.7 s.
#[test]
fn lists_that_are_walked_again_and_again_are_weighed_so() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let phones = json!([{ "value": "1", "type": "work" }]);
    let emails = json!([{ "value": "u@example.com", "type": "work" }]);
    let user = json!({ "userName": "u0", "emails": emails, "phoneNumbers": phones });
    client.created("/Users", &user);
    memory.sql(
        "INSERT INTO users (tenant_id, id, version, created_at, updated_at, user_name_folded, document, folded) \
         WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 12000) \
         SELECT 1, 'x' || n, 'v', created_at, updated_at, 'x' || n, json_set(document, '$.userName', 'x' || n), \
         json_set(folded, '$.userName', 'x' || n) FROM n, users WHERE user_name = 'u0'",
    );
    let one = "(emails.type ne \"x@\" or emails.value eq \"y@\")";
    search(&client, "/Users", &terms(one, 32, " and ")).expect(200);
    let two = "(emails.type ne \"x@\" or phoneNumbers.value eq \"y@\")";
    search(&client, "/Users", &terms(two, 8, " and ")).expect(200);
    search(&client, "/Users", &terms(two, 32, " and ")).refused(
        400,
        "tooMany",
        "Send several filters",
    );
}

/// The primary value is sought among all: of 5,000 users with a thousand each that took two
/// seconds.
#[test]
fn an_order_by_long_lists_is_refused() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let sorted = |key: &str| client.get(&format!("/Users?count=1&sortBy={key}"));
    client.created("/Users", &json!({ "userName": "u" }));
    for (users, by_list) in [(150_000, true), (300_000, false)] {
        pretend(&memory, users);
        sorted("title").expect(200);
        let got = sorted("phoneNumbers.value");
        assert_eq!(got.status == 200, by_list, "{users}: {:#}", got.body);
    }
    pretend(&memory, 1);
    let roles: Vec<Value> = (0..1_000)
        .map(|number| json!({ "value": format!("{number}") }))
        .collect();
    for number in 0..3 {
        client.created(
            "/Users",
            &json!({ "userName": format!("u{number}"), "roles": roles }),
        );
    }
    // As a thousand times as many.
    let more = |times: usize| {
        memory.sql(&format!(
            "INSERT INTO users (tenant_id, id, version, created_at, updated_at, user_name_folded, document, folded) \
             WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {times}) \
             SELECT 1, 'x' || n, 'v', created_at, updated_at, 'x' || n, json_set(document, '$.userName', 'x' || n), \
             json_set(folded, '$.userName', 'x' || n) FROM n, users WHERE user_name = 'u0'"
        ));
    };
    sorted("roles.value").expect(200);
    more(1_400);
    sorted("title").expect(200);
    sorted("roles.value").refused(400, "tooMany", "sort by `userName`");
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

/// Users, and as many groups, each in the one before it, with one of the users.
fn chain(groups: usize) -> Memory {
    let memory = Memory::new();
    let client = Client::new(&memory);
    client.created("/Users", &json!({ "userName": "u0" }));
    client.created("/Groups", &json!({ "displayName": "g0" }));
    let numbers = format!(
        "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {groups} - 1)"
    );
    for (table, name, value) in [("users", "userName", "u"), ("teams", "displayName", "g")] {
        let (column, schema) = if value == "u" {
            ("user_name", "User")
        } else {
            ("display_name", "Group")
        };
        let schemas =
            format!("'schemas', json_array('urn:ietf:params:scim:schemas:core:2.0:{schema}')");
        memory.sql(&format!(
            "INSERT INTO {table} (tenant_id, id, version, created_at, updated_at, {column}_folded, document, folded) \
             {numbers} SELECT 1, '{value}' || n, 'v', created_at, updated_at, '{value}' || n, d, d FROM (\
             SELECT *, json_object({schemas}, '{name}', '{value}' || n) AS d FROM n, {table} WHERE seq = 1)"
        ));
    }
    memory.sql(&format!(
        "UPDATE users SET id = 'u0' WHERE seq = 1; UPDATE teams SET id = 'g0' WHERE seq = 1; \
         INSERT INTO team_members (tenant_id, team_id, member_id, member_type, display) \
         {numbers} SELECT 1, 'g' || n, 'u' || n, 'User', 'u' || n FROM n UNION ALL SELECT 1, 'g0', 'u0', 'User', 'u0' \
         UNION ALL SELECT 1, 'g' || (n - 1), 'g' || n, 'Group', 'g' || n FROM n"
    ));
    memory
}

/// How many match, and the steps that the database took.
fn steps(memory: &Memory, filter: &str) -> (Value, i32) {
    steps_of(memory, |client| search(client, "/Users", filter))
}

/// The same of whatever lists.
fn steps_of(memory: &Memory, list: impl FnOnce(&Client<'_>) -> Got) -> (Value, i32) {
    let (found, steps) = counted(memory, list);
    (found["totalResults"].clone(), steps)
}

/// What is found, and the steps that the database took.
fn counted(memory: &Memory, list: impl FnOnce(&Client<'_>) -> Got) -> (Value, i32) {
    *memory.database.sent.borrow_mut() = Some(Vec::new());
    let found = list(&Client::new(memory)).expect(200);
    let sent = memory.database.sent.take().unwrap();
    let connection = memory.database.connection.borrow();
    let steps = sent.iter().map(|statement| {
        let mut prepared = connection.prepare(statement.text()).unwrap();
        let parameters = statement
            .parameters()
            .iter()
            .map(|parameter| match parameter {
                Parameter::Null => Cell::Null,
                Parameter::Integer(number) => Cell::Integer(*number),
                Parameter::Text(text) => Cell::Text(text.clone()),
            });
        let mut rows = prepared.query(params_from_iter(parameters)).unwrap();
        // One value of a page may be too large for the database, which then is asked again.
        while matches!(rows.next(), Ok(Some(_))) {}
        drop(rows);
        prepared.get_status(StatementStatus::VmStep)
    });
    let steps = steps.sum();
    (found, steps)
}

/// A chain of groups has as many pairs of one within another as half its square.
#[test]
fn groups_within_groups_are_walked_once() {
    let (few, many) = (chain(100), chain(400));
    for (filter, found) in [
        ("groups.display co \"g\"".to_owned(), [100, 400]),
        ("groups.display eq \"g90\"".to_owned(), [10, 310]),
        ("not (groups.display co \"9\")".to_owned(), [9, 9]),
        (terms("groups.display ne \"g@\"", 8, " and "), [99, 399]),
        (terms("groups.display eq \"g@\"", 40, " and "), [61, 361]),
    ] {
        let [(of_few, one), (of_many, four)] = [&few, &many].map(|memory| steps(memory, &filter));
        assert_eq!([of_few, of_many], found.map(Value::from), "{filter}");
        assert!(four < 6 * one, "{one} and {four} steps: {filter}");
    }
}

/// A pair of a condition on links and of another cannot be asked from the other end alone: 32 of
/// them walked all links as often.
#[test]
fn links_are_walked_once_however_conditions_on_them_are_joined() {
    let memory = chain(300);
    memory.sql(
        "DELETE FROM team_members; INSERT INTO team_members (tenant_id, team_id, member_id, member_type, display) \
         SELECT 1, t.id, u.id, 'User', u.id FROM teams t, users u WHERE t.seq <= 20",
    );
    let pairs = [
        ("/Users", "(groups.display co \"g\" or title co \"x@\")"),
        ("/Users", "not (groups.display sw \"g\" and title ne \"@\")"),
        (
            "/Users",
            "(groups.display ne \"x@\" and not (title eq \"@\"))",
        ),
        (
            "/Groups",
            "(members.display co \"u\" or displayName co \"x@\")",
        ),
        (
            "/Groups",
            "(displayName eq \"x@\" or not (members.display sw \"x@\"))",
        ),
    ];
    for (endpoint, pair) in pairs {
        for and in [" and ", " or "] {
            let [one, all] = [2, 16].map(|count| {
                let filter = terms(pair, count, and);
                steps_of(&memory, |client| search(client, endpoint, &filter)).1
            });
            assert!(all < 4 * one, "{one} and {all} steps: {pair}{and}…");
        }
    }
    // Who is found by an index is found first, and the others are not looked at.
    let pairs = terms("(groups.display co \"x@\" or title ne \"@\")", 2, " and ");
    let steps = |filter: &str| steps_of(&memory, |client| search(client, "/Users", filter));
    let (all, one) = (
        steps(&pairs),
        steps(&format!("externalId eq \"e\" and {pairs}")),
    );
    memory.sql("DELETE FROM team_members WHERE team_id = 'g1' AND member_id <> 'u1'");
    let of_group = steps(&format!("groups.value eq \"g1\" and {pairs}"));
    let found = [&all, &one, &of_group].map(|(found, _)| found.as_u64().unwrap());
    assert_eq!(found, [300, 0, 1]);
    assert!(
        of_group.1 < all.1 * 3 / 4 && one.1 < all.1 / 100,
        "{all:?} {one:?} {of_group:?}"
    );
}

/// What an order puts behind the page, and what stands before it, is not fetched: it has groups to
/// be looked up.
#[test]
fn only_what_is_on_the_page_is_put_together() {
    let memory = chain(200);
    memory.sql(
        "UPDATE users SET document = json_set(document, '$.title', printf('%03d', seq)), \
         folded = json_set(folded, '$.title', printf('%03d', seq))",
    );
    let steps = |query: &str| steps_of(&memory, |client| client.get(&format!("/Users?{query}"))).1;
    let first = steps("sortBy=title&count=1");
    for query in [
        "sortBy=title&sortOrder=descending&count=1",
        "sortBy=title&startIndex=199&count=1",
        "sortBy=title&sortOrder=descending&count=1&cursor",
        "sortBy=title&count=1&filter=groups.value%20eq%20%22g0%22",
        "filter=groups.value%20eq%20%22g0%22&startIndex=2&count=1",
        "filter=groups.value%20eq%20%22g0%22&startIndex=199&count=1",
    ] {
        let other = steps(query);
        assert!(other < 30 * first, "{first} and {other} steps: {query}");
    }
    let client = Client::new(&memory);
    let page = client.get("/Users?sortBy=title&sortOrder=descending&count=50");
    for user in page.expect(200)["Resources"].as_array().unwrap() {
        let id = user["id"].as_str().unwrap();
        assert_eq!(*user, client.get(&format!("/Users/{id}")).expect(200));
    }
}

/// A name of one letter again and again has the same three letters at as many places, each of which
/// the index walks.
#[test]
fn a_text_that_repeats_itself_is_looked_for_once() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for number in 0..4 {
        let name = "a".repeat(370_000);
        let user = json!({ "userName": format!("u{number}"), "displayName": name });
        client.created("/Users", &user);
    }
    let a = "a".repeat(32);
    let names = terms(&format!("userName co \"{a}b@\""), 32, " or ");
    assert_eq!(
        search(&client, "/Users", &names).expect(200)["totalResults"],
        0
    );
    let names = terms(&format!("displayName co \"{a}b@\""), 32, " or ");
    assert_eq!(
        search(&client, "/Users", &names).expect(200)["totalResults"],
        0
    );
    let names: Vec<String> = (3..32)
        .map(|count| format!("displayName co \"{}\"", "a".repeat(count)))
        .collect();
    let found = search(&client, "/Users", &names.join(" and ")).expect(200);
    assert_eq!(found["totalResults"], 4);
}

/// Who is in a group through another is not in it directly as well: that is asked of each pair.
#[test]
fn the_type_of_a_group_is_not_asked_of_too_many_within_each_other() {
    let memory = chain(100);
    let client = Client::new(&memory);
    let typed = "groups[display co \"g\" and type eq \"indirect\"]";
    assert_eq!(
        search(&client, "/Users", typed).expect(200)["totalResults"],
        99
    );
    // It is found out in a tenth of what it would take.
    let memory = chain(300);
    let client = Client::new(&memory);
    search(&client, "/Users", typed).refused(400, "tooMany", "Send several filters");
    let memory = chain(800);
    let client = Client::new(&memory);
    search(&client, "/Users", typed).refused(400, "tooMany", "Send several filters");
    let without = terms("groups.display ne \"g@\"", 64, " and ");
    search(&client, "/Users", &without).refused(400, "tooMany", "Send several filters");
    let sorted = client.get("/Users?sortBy=groups.display&count=1");
    sorted.refused(400, "tooMany", "sort by `userName`");
    let one = format!("id eq \"u5\" and {typed}");
    assert_eq!(
        search(&client, "/Users", &one).expect(200)["totalResults"],
        1
    );
}

/// Filters of members are asked of each member of the group: 90 of 100,000 took more than a second.
#[test]
fn many_filters_of_many_members_are_refused() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let id = client.created("/Groups", &json!({ "displayName": "g" }));
    memory.sql(&format!(
        "INSERT INTO team_members (tenant_id, team_id, member_id, member_type, display) \
         WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 100000) \
         SELECT 1, '{id}', 'u' || n, 'User', 'u' FROM n"
    ));
    let remove = |filters: usize| {
        let operations: Vec<Value> = (0..filters)
            .map(|number| json!({ "op": "remove", "path": format!("members[display co \"zz{number}\"]") }))
            .collect();
        client.patch(&format!("/Groups/{id}"), &Value::from(operations))
    };
    remove(40).expect(204);
    remove(50).refused(400, "tooMany", "Name the members by their ids");
}

/// Users in the lowest of groups that lie within each other in layers, each in all of the next.
fn layers(width: usize, depth: usize, users: usize) -> Memory {
    let memory = Memory::new();
    let client = Client::new(&memory);
    client.created("/Users", &json!({ "userName": "u" }));
    client.created("/Groups", &json!({ "displayName": "g" }));
    for (table, column, name, count) in [
        ("users", "user_name", "userName", users),
        ("teams", "display_name", "displayName", width * depth),
    ] {
        memory.sql(&format!(
            "INSERT INTO {table} (tenant_id, id, version, created_at, updated_at, {column}_folded, document, folded) \
             WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < {count} - 1) \
             SELECT 1, printf('{table}%031d', n), 'v', created_at, updated_at, 'x' || n, d, d FROM (\
             SELECT *, json_set(document, '$.{name}', 'x' || n) AS d FROM n, {table} WHERE seq = 1); \
             DELETE FROM {table} WHERE seq = 1"
        ));
    }
    let team = |number: &str| format!("printf('teams%031d', {number})");
    memory.sql(&format!(
        "INSERT INTO team_members (tenant_id, team_id, member_id, member_type, display) \
         WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < {most}) \
         SELECT 1, {of_user}, printf('users%031d', n), 'User', 'u' FROM n WHERE n < {users} \
         UNION ALL SELECT 1, {upper}, {lower}, 'Group', 'g' FROM n CROSS JOIN n AS o \
         WHERE n.n < {width} * ({depth} - 1) AND o.n < {width}",
        most = users.max(width * depth),
        of_user = team(&format!("n % {width}")),
        upper = team(&format!("(n.n / {width} + 1) * {width} + o.n")),
        lower = team("n.n"),
    ));
    memory
}

/// The groups of users are found by a walk for each, and shown of as many as a request has time
/// for.
#[test]
fn a_page_of_users_deep_within_groups_ends_early() {
    let root = "/?attributes=groups&count=1000";
    let shapes = [
        (1, 600, "/Users?count=1000"),
        (1, 600, "/Users?count=150&cursor"),
        (30, 10, "/Users?count=200"),
        (30, 10, root),
        (200, 2, "/Users?count=1000&sortBy=userName&cursor"),
    ];
    for (width, depth, query) in shapes {
        let memory = layers(width, depth, 1_000);
        let mut page = Value::Null;
        let (total, steps) = steps_of(&memory, |client| {
            let got = client.get(query);
            page = got.body.clone();
            got
        });
        let users = 1_000 + if query == root { width * depth } else { 0 };
        assert_eq!(total, json!(users));
        assert!(steps < 15_000_000, "{width}, {depth}: {steps} steps");
        let ids = each(&page, "id");
        assert!(ids.len() < users && ids.len() > 30, "{}", ids.len());
        assert_eq!(page.get("nextCursor").is_some(), query.contains("cursor"));
        let last = ids.iter().rposition(|id| id.starts_with("users")).unwrap();
        let client = Client::new(&memory);
        let alone = client.get(&format!("/Users/{}", ids[last])).expect(200);
        let groups = |user: &Value| user["groups"].as_array().map(Vec::len);
        assert_eq!(groups(&alone), Some(1 + width * (depth - 1)));
        assert_eq!(page["Resources"][last]["groups"], alone["groups"]);
    }
}

/// What an index finds is little, but may hold much: 16 comparisons with 800 users of a thousand
/// roles each took five seconds.
#[test]
fn what_an_index_finds_is_weighed() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let roles: Vec<Value> = (0..1_000)
        .map(|number| json!({ "value": format!("{number:x}") }))
        .collect();
    let address = json!([{ "value": "all@example.com", "type": "work" }]);
    let user = json!({ "userName": "many", "roles": roles, "emails": address });
    client.created("/Users", &user);
    memory.sql(
        "INSERT INTO users (tenant_id, id, version, created_at, updated_at, user_name_folded, document, folded) \
         WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 400) \
         SELECT 1, 'x' || n, 'v', created_at, updated_at, 'many' || n, json_set(document, '$.userName', 'many' || n), \
         json_set(folded, '$.userName', 'many' || n) FROM n, users WHERE user_name = 'many'",
    );
    let names: Vec<String> = (1..=400)
        .map(|number| format!("userName eq \"many{number}\""))
        .collect();
    let names = format!("({})", names.join(" or "));
    for found in [
        "userName sw \"many\"",
        "emails.value eq \"all@example.com\"",
        &names,
    ] {
        for (term, and) in [
            ("roles.value co \"zq@\"", " or "),
            ("not (roles[value eq \"zq@\"])", " and "),
            ("roles[value co \"zq@\" and type ne \"x\"]", " or "),
        ] {
            let filter = |count| format!("{found} and ({})", terms(term, count, and));
            search(&client, "/Users", &filter(1)).expect(200);
            search(&client, "/Users", &filter(16)).refused(400, "tooMany", "Send several filters");
        }
        let sorted = json!({ "filter": found, "sortBy": "roles.value", "count": 1 });
        client.post("/Users/.search", &sorted).expect(200);
    }
    // Within the brackets of an address, too.
    let within = format!(
        "emails[value eq \"all@example.com\" and ({})]",
        terms("type ne \"x@\"", 40, " and ")
    );
    search(&client, "/Users", &within).expect(200);
    // Few of them are few, whatever the others hold.
    let few = format!(
        "userName sw \"many39\" and ({})",
        terms("roles.value co \"zq@\"", 60, " or ")
    );
    search(&client, "/Users", &few).expect(200);
    let one = format!(
        "userName eq \"many39\" and ({})",
        terms("roles.value co \"zq@\"", 60, " or ")
    );
    search(&client, "/Users", &one).expect(200);
}

/// Each letter of a long row of one letter may be where a text begins: four texts of 60 letters in
/// 38 MB of such titles took 1.3 s.
#[test]
fn texts_in_values_of_one_letter_are_weighed_by_it() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for number in 0..50 {
        let user = json!({ "userName": format!("u{number}"), "title": "a".repeat(190_000) });
        client.created("/Users", &user);
    }
    let sought = |count| {
        let term = format!("title co \"{}b@\"", "a".repeat(30));
        search(&client, "/Users", &terms(&term, count, " or "))
    };
    sought(4).expect(200);
    sought(16).refused(400, "tooMany", "shorter texts");
    client
        .get("/Users?sortBy=title&count=1&attributes=id")
        .expect(200);
}

/// 64 texts in 184 names of 64 kB took 1.5 seconds: the length of names is weighed where many texts
/// are looked for.
#[test]
fn many_texts_in_long_names_are_refused() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for number in 0..40 {
        let name = format!("{}{number}", "name ".repeat(13_000));
        let user = json!({ "userName": format!("u{number}"), "displayName": name });
        client.created("/Users", &user);
    }
    let sought = |count| terms("displayName co \"x@\"", count, " or ");
    search(&client, "/Users", &sought(4)).expect(200);
    search(&client, "/Users", &sought(40)).expect(200);
    search(&client, "/Users", &sought(64)).refused(400, "tooMany", "shorter texts");
    let both = format!("userName co \"u\" and ({})", sought(63));
    search(&client, "/Users", &both).refused(400, "tooMany", "shorter texts");
    // What excludes them is asked before.
    let one = format!("userName eq \"u1\" and ({})", sought(63));
    search(&client, "/Users", &one).expect(200);
    memory.sql("DELETE FROM users WHERE user_name > 'u20'");
    search(&client, "/Users", &sought(64)).expect(200);
}

const DEPARTMENT: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";

/// 5,000 users and 2,000 groups, of which a few were changed since June: the id of the first user.
fn directory_of_few_changes(memory: &Memory) -> String {
    let client = Client::new(memory);
    let of_user = json!({
        "userName": "user00000@example.com",
        "externalId": "ext00000",
        "displayName": "User 00000",
        "title": "even",
        "name": { "familyName": "Even" },
        "emails": [{ "value": "user00000@example.com", "type": "work" }],
        DEPARTMENT.trim_end_matches(":department"): { "department": "Even" },
    });
    let user = client.created("/Users", &of_user);
    client.created(
        "/Groups",
        &json!({ "displayName": "Group 00000", "externalId": "ext00000" }),
    );
    let copies = |table: &str, count: usize, names: &[&str]| {
        let of = |name: &&str| format!("replace({name}, '00000', printf('%05d', n))");
        memory.sql(&format!(
            "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {count}) \
             INSERT INTO {table} (tenant_id, id, version, created_at, updated_at, {}) \
             SELECT tenant_id, printf('%05d', n) || substr(id, 6), version, created_at, \
             iif(n % {} = 7, '2026-07-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z'), {} FROM {table}, n",
            names.join(", "),
            count / 5,
            names.iter().map(of).collect::<Vec<_>>().join(", "),
        ));
    };
    let names = [
        "external_id",
        "display_name_folded",
        "document",
        "folded",
        "user_name_folded",
    ];
    copies("users", 5_000, &names);
    copies("teams", 2_000, &names[..4]);
    memory.sql("UPDATE users SET updated_at = '2026-01-01T00:00:00.000Z' WHERE seq = 1");
    user
}

/// What an index finds, alone and with what else may be asked, with the endpoint.
fn filters_by_an_index(client: &Client<'_>, user: &str) -> Vec<(&'static str, String)> {
    let few = "2026-06-01T00:00:00Z";
    let id = |number: usize| format!("{number:05}{}", &user[5..]);
    let members: Vec<String> = (1..9).map(id).collect();
    let members: Vec<&str> = members.iter().map(String::as_str).collect();
    let group = client.group("Pilots", &members);
    let since = [
        format!("meta.lastModified gt \"{few}\""),
        format!("meta.lastModified ge \"{few}\""),
    ];
    let keys = [
        "userName eq \"user00007@example.com\"".to_owned(),
        "externalId eq \"ext00007\"".to_owned(),
        "displayName eq \"User 00007\"".to_owned(),
        "emails.value eq \"user00007@example.com\"".to_owned(),
        format!("id eq \"{}\"", id(7)),
        format!("groups.value eq \"{group}\""),
    ];
    let beside = [
        "title eq \"even\"".to_owned(),
        "title pr".to_owned(),
        "not (title eq \"odd\")".to_owned(),
        "name.familyName pr".to_owned(),
        "emails.value co \"example\"".to_owned(),
        "userName co \"example\"".to_owned(),
        "emails[type eq \"work\" and value sw \"user\"]".to_owned(),
        format!("{DEPARTMENT} eq \"even\""),
        "active ne false".to_owned(),
    ];
    let mut filters = Vec::new();
    for index in since.iter().chain(&keys) {
        filters.push(("/Users", index.clone()));
        for beside in &beside {
            filters.push(("/Users", format!("{index} and {beside}")));
        }
        filters.push(("/Users", format!("title eq \"even\" and {index}")));
    }
    let member = id(7);
    for index in since.iter().cloned().chain([
        format!("members.value eq \"{member}\""),
        "displayName eq \"Group 00007\"".to_owned(),
        "externalId eq \"ext00007\"".to_owned(),
    ]) {
        filters.push(("/Groups", index.clone()));
        filters.push(("/Groups", format!("{index} and displayName sw \"g\"")));
        filters.push(("/Groups", format!("{index} and members pr")));
    }
    filters
}

/// No statement walks them all: that of the page, of the total, or of what it may cost.
#[test]
fn what_an_index_finds_is_all_that_is_looked_at() {
    let memory = Memory::new();
    let user = directory_of_few_changes(&memory);
    let filters = filters_by_an_index(&Client::new(&memory), &user);
    let mut dear = Vec::new();
    for (endpoint, filter) in filters {
        let mut sorts = vec!["", "id"];
        if endpoint == "/Users" {
            sorts.extend(["userName", "title"]);
        }
        if !filter.contains(" and ") {
            sorts.extend(["externalId", "displayName", "meta.created"]);
        }
        for sort in sorts {
            for more in ["count=100", "count=0", "count=2&cursor="] {
                if more == "count=0" && !sort.is_empty() {
                    continue;
                }
                let sort = if sort.is_empty() {
                    String::new()
                } else {
                    format!("&sortBy={sort}")
                };
                let path = format!("{endpoint}?{more}{sort}&filter={filter}");
                let (first, steps) = counted(&memory, |client| client.get(&path));
                assert!(
                    endpoint == "/Groups" || first["totalResults"] != 0,
                    "{path}"
                );
                if steps > 8_000 {
                    dear.push(format!("{steps} {path}"));
                }
                let next = first["nextCursor"].as_str().unwrap_or_default();
                if !next.is_empty() {
                    let path = path.replace("cursor=", &format!("cursor={next}"));
                    let (_, steps) = counted(&memory, |client| client.get(&path));
                    if steps > 8_000 {
                        dear.push(format!("{steps} {path}"));
                    }
                }
            }
        }
    }
    assert!(dear.is_empty(), "{} walk:\n{}", dear.len(), dear.join("\n"));
}
