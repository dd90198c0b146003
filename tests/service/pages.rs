//! Pages by index and by cursor (RFC 7644 §3.4.2.4, RFC 9865).

use serde_json::{Value, json};
use store::Database;
use testing::client::{Client, each};
use testing::memory::Memory;

/// Walks by cursor from the first page and gives the user names of every page.
fn walk(client: &Client<'_>, query: &str, mut between: impl FnMut(usize)) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = client
            .get(&format!("/Users?{query}&cursor={cursor}"))
            .expect(200);
        pages.push(
            each(&page, "userName")
                .into_iter()
                .map(str::to_owned)
                .collect(),
        );
        between(pages.len());
        match page.get("nextCursor").and_then(Value::as_str) {
            Some(next) => next.clone_into(&mut cursor),
            None => return pages,
        }
    }
}

fn people(client: &Client<'_>, count: usize) -> Vec<String> {
    (0..count)
        .map(|index| client.user(&format!("user-{index:03}")))
        .collect()
}

#[test]
fn a_walk_sees_each_user_once_while_others_come_and_go() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let ids = people(&client, 25);
    let pages = walk(&client, "count=5", |page| {
        // Behind the walk and in front of it.
        client.delete(&format!("/Users/{}", ids[page])).expect(204);
        client.user(&format!("late-{page}"));
    });
    let seen: Vec<&String> = pages.iter().flatten().collect();
    for index in 6..25 {
        let name = format!("user-{index:03}");
        assert_eq!(
            seen.iter().filter(|seen| ***seen == name).count(),
            1,
            "{name}"
        );
    }
}

/// What a page left out is fetched in a second trip. Whoever goes between the two takes nobody with
/// him: there are others behind the page all the same.
#[test]
fn a_page_of_two_trips_does_not_end_the_walk() {
    for more in ["excludedAttributes=nickName", "sortBy=displayName"] {
        let memory = Memory::new();
        let client = Client::new(&memory);
        let ids = people(&client, 8);
        let title = json!([{ "op": "add", "path": "title", "value": "t".repeat(20_000) }]);
        let path = format!("/Users/{}", ids[1]);
        client.patch(&path, &title).expect(200);
        let goes = format!("DELETE FROM users WHERE id = '{}'", ids[2]);
        *memory.database.meanwhile.borrow_mut() = Some((1, goes));
        let pages = walk(&client, &format!("count=5&{more}"), |_| {});
        assert_eq!(memory.database.meanwhile.take(), None);
        let names: Vec<String> = pages.into_iter().flatten().collect();
        let expected = [0, 1, 3, 4, 5, 6, 7].map(|index| format!("user-{index:03}"));
        assert_eq!(names, expected, "{more}");
    }
}

#[test]
fn a_walk_by_a_key_that_some_lack_is_total_in_both_directions() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for index in 0..12 {
        let mut body = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": format!("u{index:02}") });
        if index % 3 > 0 {
            body["title"] = json!(format!("title {}", index % 4));
        }
        client.post("/Users", &body).expect(201);
    }
    for order in ["ascending", "descending"] {
        let query = format!("sortBy=title&sortOrder={order}");
        let whole = client.get(&format!("/Users?{query}")).expect(200);
        let walked = walk(&client, &format!("{query}&count=5"), |_| {}).concat();
        assert_eq!(walked, each(&whole, "userName"), "{order}");
        // And back again from the last page.
        let mut page = client
            .get(&format!("/Users?{query}&count=5&cursor="))
            .expect(200);
        let mut pages = vec![page.clone()];
        while let Some(next) = page["nextCursor"].as_str() {
            page = client
                .get(&format!("/Users?{query}&cursor={next}"))
                .expect(200);
            pages.push(page.clone());
        }
        for earlier in pages.iter().rev().skip(1) {
            let previous = page["previousCursor"].as_str().expect("a page before");
            page = client
                .get(&format!("/Users?{query}&cursor={previous}"))
                .expect(200);
            assert_eq!(
                each(&page, "userName"),
                each(earlier, "userName"),
                "{order}"
            );
        }
        assert_eq!(page["previousCursor"], Value::Null);
    }
}

#[test]
fn cursors_need_no_encoding_in_a_url() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    people(&client, 3);
    let page = client
        .get("/Users?cursor=&count=1&sortBy=userName")
        .expect(200);
    let cursor = page["nextCursor"].as_str().unwrap();
    assert!(
        cursor
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)),
        "{cursor}"
    );
}

#[test]
fn an_old_cursor_has_expired() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    people(&client, 3);
    let page = client.get("/Users?cursor=&count=1").expect(200);
    let next = format!("/Users?cursor={}", page["nextCursor"].as_str().unwrap());
    memory.elapsed.set(memory.elapsed.get() + 3_599_000);
    client.get(&next).expect(200);
    memory.elapsed.set(memory.elapsed.get() + 3_000);
    client
        .get(&next)
        .refused(400, "expiredCursor", "cursorTimeout");
}

/// Each request is a millisecond later than the one before.
#[test]
fn a_cursor_lasts_for_its_timeout_to_the_second() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    people(&client, 3);
    let page = client.get("/Users?cursor=&count=1").expect(200);
    let next = format!("/Users?cursor={}", page["nextCursor"].as_str().unwrap());
    memory.elapsed.set(3_600_998);
    client.get(&next).expect(200);
    client
        .get(&next)
        .refused(400, "expiredCursor", "cursorTimeout");
}

#[test]
fn every_page_of_a_walk_is_of_the_size_of_the_first() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    people(&client, 5);
    let page = client.get("/Users?cursor=&count=2").expect(200);
    let next = format!("/Users?cursor={}", page["nextCursor"].as_str().unwrap());
    for count in [1, 3] {
        client
            .get(&format!("{next}&count={count}"))
            .refused(400, "invalidCount", "count");
    }
    for query in ["", "&count=2"] {
        let page = client.get(&format!("{next}{query}")).expect(200);
        assert_eq!(each(&page, "userName"), ["user-002", "user-003"]);
    }
}

#[test]
fn a_page_that_was_reached_backwards_has_a_next_one() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    people(&client, 3);
    let to = |page: &Value, way: &str| {
        let cursor = page[way].as_str().unwrap();
        client
            .get(&format!("/Users?cursor={cursor}&count=1"))
            .expect(200)
    };
    let first = client.get("/Users?cursor=&count=1").expect(200);
    let last = to(&to(&first, "nextCursor"), "nextCursor");
    let second = to(&last, "previousCursor");
    assert_eq!(each(&second, "userName"), ["user-001"]);
    let again = to(&second, "previousCursor");
    assert_eq!(each(&again, "userName"), ["user-000"]);
    assert_eq!(each(&to(&again, "nextCursor"), "userName"), ["user-001"]);
    assert_eq!(each(&to(&second, "nextCursor"), "userName"), ["user-002"]);
}

#[test]
fn milestones_that_do_not_hold_are_forgotten() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let first = client.created("/Users", &json!({ "userName": "first" }));
    people(&client, 220);
    client.get("/Users?startIndex=151&count=10").expect(200);
    let count = |condition: &str| {
        memory.number(&format!(
            "SELECT count(*) FROM milestones WHERE resource_type = 'User' AND moved {condition} \
             (SELECT moved FROM totals WHERE tenant_id = 1 AND resource_type = 'User')"
        ))
    };
    assert!(count("=") > 0);
    client.delete(&format!("/Users/{first}")).expect(204);
    assert!(count("<") > 0);
    client.get("/Users?startIndex=151&count=10").expect(200);
    assert!(count("=") > 0);
    assert_eq!(count("<"), 0);
}

#[test]
fn an_altered_cursor_or_one_of_another_query_is_refused() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    people(&client, 4);
    let page = client.get("/Users?cursor=&count=1").expect(200);
    let cursor = page["nextCursor"].as_str().unwrap();
    for index in 0..cursor.len() {
        let mut altered = cursor.to_owned().into_bytes();
        altered[index] = if altered[index] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8(altered).unwrap();
        client
            .get(&format!("/Users?cursor={altered}"))
            .refused(400, "invalidCursor", "nextCursor");
    }
    for query in [
        "filter=userName sw \"u\"",
        "sortBy=userName",
        "sortOrder=descending",
    ] {
        client
            .get(&format!("/Users?{query}&cursor={cursor}"))
            .refused(400, "invalidCursor", "this query");
    }
    client
        .get(&format!("/Groups?cursor={cursor}"))
        .refused(400, "invalidCursor", "this query");
}

#[test]
fn an_index_beyond_the_end_is_an_empty_page() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    people(&client, 3);
    let page = client.get("/Users?startIndex=9&count=2").expect(200);
    assert_eq!(page["totalResults"], 3);
    assert_eq!(page["startIndex"], 9);
    assert_eq!(page["Resources"], json!([]));
    let page = client
        .get("/Users?filter=userName sw \"user\"&startIndex=-4&count=-1")
        .expect(200);
    assert_eq!(
        (
            &page["totalResults"],
            &page["startIndex"],
            &page["itemsPerPage"]
        ),
        (&json!(3), &json!(1), &json!(0))
    );
}

#[test]
fn pages_at_the_root_span_the_types_in_one_order() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let mut names: Vec<String> = Vec::new();
    for index in 0..9 {
        let name = format!("n{index}");
        if index % 2 == 0 {
            client
                .post("/Users", &json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name, "displayName": name }))
                .expect(201);
        } else {
            client.group(&name, &[]);
        }
        names.push(name);
    }
    names.reverse();
    let query = "/?sortBy=displayName&sortOrder=descending&count=4";
    let mut seen: Vec<String> = Vec::new();
    for start in [1, 5, 9] {
        let page = client
            .get(&format!("{query}&startIndex={start}"))
            .expect(200);
        assert_eq!(page["totalResults"], 9);
        seen.extend(each(&page, "displayName").into_iter().map(str::to_owned));
    }
    assert_eq!(seen, names);
}

#[test]
fn a_page_larger_than_one_value_of_the_database_comes_row_by_row() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for index in 0..120 {
        let body = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": format!("user-{index:03}"),
            "nickName": "x".repeat(20_000),
        });
        client.post("/Users", &body).expect(201);
    }
    for query in ["count=120", "count=119&cursor="] {
        let page = client.get(&format!("/Users?{query}")).expect(200);
        assert_eq!(each(&page, "userName")[118], "user-118");
        assert_eq!(page["totalResults"], 120);
        assert_eq!(page.get("nextCursor").is_some(), query.contains("cursor"));
    }
}

/// Gives a group so many members, each of whom is called something of so many characters.
fn crowd(memory: &Memory, group: &str, members: usize, display: usize) {
    crowd_more(memory, group, 0, members, display);
}

/// The same for a group that has some.
fn crowd_more(memory: &Memory, group: &str, before: usize, members: usize, display: usize) {
    memory.sql(&format!(
        "INSERT INTO team_members (tenant_id, team_id, member_id, member_type, display) \
         WITH RECURSIVE n(i) AS (SELECT {before} + 1 UNION ALL SELECT i + 1 FROM n WHERE i < {members}) \
         SELECT 1, '{group}', printf('m%06d', i), 'User', printf('%.*c', {display}, 'x') FROM n"
    ));
}

/// Shown with a group whose members cannot be read: a run of them is more than one value of the
/// database.
#[test]
fn a_page_at_the_root_reads_what_is_on_it_alone() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let ids = people(&client, 5);
    let group = client.group("unreadable", &[]);
    crowd(&memory, &group, 1_000, 2_100);
    for query in [
        "count=5",
        "count=5&cursor=",
        "count=2&startIndex=4",
        "filter=userName pr&count=5",
        "count=5&sortBy=userName",
        "count=5&sortBy=userName&cursor=",
    ] {
        let page = client.get(&format!("/?{query}")).expect(200);
        let shown = each(&page, "id");
        assert!(ids.iter().any(|id| shown.last() == Some(&id.as_str())));
        assert_eq!(
            page.get("nextCursor").is_some(),
            query.contains("cursor"),
            "{query}"
        );
    }
    assert_eq!(client.get("/?count=6").status, 413);
}

#[test]
fn a_walk_at_the_root_by_cursor_is_total_in_both_directions() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let ids = people(&client, 5);
    client.group("n5", &[&ids[0]]);
    client.group("n6", &[&ids[1], &ids[2]]);
    for order in [
        "",
        "&sortBy=displayName",
        "&sortBy=userName&sortOrder=descending",
    ] {
        let whole = client.get(&format!("/?{order}")).expect(200);
        let mut page = client.get(&format!("/?cursor=&count=3{order}")).expect(200);
        let mut seen = Vec::new();
        loop {
            seen.extend(page["Resources"].as_array().unwrap().clone());
            let Some(next) = page["nextCursor"].as_str() else {
                break;
            };
            page = client.get(&format!("/?cursor={next}{order}")).expect(200);
        }
        assert_eq!(whole["Resources"], Value::Array(seen), "{order}");
        let previous = page["previousCursor"].as_str().unwrap();
        page = client
            .get(&format!("/?cursor={previous}{order}"))
            .expect(200);
        assert_eq!(
            page["Resources"].as_array().unwrap()[..3],
            whole["Resources"].as_array().unwrap()[3..6],
            "{order}"
        );
    }
}

/// A page, and how many trips it took.
fn trips(client: &Client<'_>, path: &str) -> (Value, u32) {
    let before = client.memory.database.cost().trips;
    let page = client.get(path).expect(200);
    (page, client.memory.database.cost().trips - before)
}

#[test]
fn a_look_up_that_just_fills_its_page_tells_its_total_at_once() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for name in ["a", "b", "c"] {
        let body = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": name,
            "displayName": "same",
        });
        client.post("/Users", &body).expect(201);
    }
    for (filter, total) in [("userName eq \"a\"", 1), ("displayName eq \"same\"", 3)] {
        for count in 1..=4 {
            for root in ["/Users?", "/?", "/Users?cursor=&"] {
                let path = format!("{root}count={count}&filter={filter}");
                let (page, trips) = trips(&client, &path);
                assert_eq!(page["totalResults"], total, "{path}");
                assert_eq!(page["itemsPerPage"], total.min(count), "{path}");
                assert!(trips == 1 || total > count, "{path}");
            }
        }
    }
}

/// Bytes of what is largest in a resource here: seven are more than a page holds.
const LARGE: usize = 700_000;

#[test]
fn a_page_of_large_resources_ends_early_and_a_walk_goes_on_from_there() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let ids = people(&client, 15);
    memory.sql(&format!(
        "UPDATE users SET document = json_set(document, '$.nickName', printf('%.*c', {LARGE}, 'x'), \
         '$.displayName', 'same'), folded = json_set(folded, '$.displayName', 'same'), display_name_folded = 'same'"
    ));
    for query in [
        "",
        "filter=userName pr",
        "filter=displayName eq \"same\"",
        "filter=userName co \"user\"",
        "filter=userName co \"user\"&sortBy=title",
        "filter=userName pr&sortBy=displayName",
        "sortBy=userName",
        "excludedAttributes=title",
    ] {
        for endpoint in ["/Users", "/"] {
            let mut seen: Vec<String> = Vec::new();
            while seen.len() < ids.len() {
                let start = seen.len() + 1;
                let path = format!("{endpoint}?{query}&startIndex={start}");
                let page = client.get(&path).expect(200);
                let shown = each(&page, "id");
                assert_eq!(page["totalResults"], 15, "{path}");
                assert_eq!(page["itemsPerPage"], shown.len(), "{path}");
                assert_eq!(shown.len(), (15 - seen.len()).min(6), "{path}");
                seen.extend(shown.into_iter().map(str::to_owned));
            }
            assert_eq!(seen, ids, "{endpoint}?{query}");
            let mut page = client
                .get(&format!("{endpoint}?{query}&cursor="))
                .expect(200);
            let mut pages = vec![page.clone()];
            while let Some(next) = page["nextCursor"].as_str() {
                let next = format!("{endpoint}?{query}&cursor={next}");
                page = client.get(&next).expect(200);
                pages.push(page.clone());
            }
            let walked: Vec<&str> = pages.iter().flat_map(|page| each(page, "id")).collect();
            assert_eq!(walked, ids, "{endpoint}?{query}, by cursor");
            assert_eq!(pages.len(), 3, "{endpoint}?{query}");
            // And back again.
            let mut seen: Vec<String> = Vec::new();
            while let Some(previous) = page["previousCursor"].as_str() {
                let previous = format!("{endpoint}?{query}&cursor={previous}");
                page = client.get(&previous).expect(200);
                let shown = each(&page, "id").into_iter().map(str::to_owned);
                seen.splice(0..0, shown);
            }
            assert_eq!(seen, ids[..seen.len()], "{endpoint}?{query}");
            assert_eq!(seen.len() + each(&pages[2], "id").len(), 15);
        }
    }
}

#[test]
fn a_page_of_users_in_many_groups_ends_by_what_is_shown_of_those() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let ids = people(&client, 200);
    // What is fetched of a group is a quarter of what is shown.
    memory.sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 140) \
         INSERT INTO teams (tenant_id, id, version, created_at, updated_at, display_name_folded, document, folded) \
         SELECT 1, printf('%036d', i), '1', '', '', 'g' || i, json_object('displayName', 'g' || i), \
         json_object('displayName', 'g' || i) FROM n",
    );
    memory.sql(
        "INSERT INTO team_members (tenant_id, team_id, member_id, member_type, display) \
         SELECT 1, teams.id, users.id, 'User', 'u' FROM teams CROSS JOIN users",
    );
    for query in [
        "count=200",
        "count=200&filter=userName pr",
        "count=600&filter=groups.type eq \"direct\"",
    ] {
        let page = client.get(&format!("/Users?{query}")).expect(200);
        let shown = each(&page, "id");
        assert!(shown.len() > 100 && page.to_string().len() < 4_200_000);
        assert_eq!(page["totalResults"], 200, "{query}");
        assert_eq!(page["itemsPerPage"], shown.len(), "{query}");
        let rest = format!("/Users?{query}&startIndex={}", shown.len() + 1);
        let rest = client.get(&rest).expect(200);
        assert_eq!([shown, each(&rest, "id")].concat(), ids, "{query}");
        let pages = walk(&client, query, |_| ());
        assert_eq!(pages.len(), 2, "{query}");
        assert_eq!(pages.concat().len(), 200, "{query}");
    }
}

#[test]
fn one_large_resource_does_not_end_a_page() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let ids = people(&client, 30);
    memory.sql(&format!(
        "UPDATE users SET document = json_set(document, '$.nickName', printf('%.*c', {LARGE}, 'x')) WHERE id = '{}'",
        ids[3]
    ));
    for query in ["count=30", "count=500", "count=500&filter=userName pr"] {
        let (page, trips) = trips(&client, &format!("/Users?{query}"));
        assert_eq!(each(&page, "id"), ids, "{query}");
        assert!(trips <= 2, "{query}");
    }
}

#[test]
fn a_page_of_large_groups_ends_early_and_a_walk_goes_on_from_there() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    people(&client, 1);
    // A page of a hundred groups holds as many runs of a thousand, and 50 more. The fifth has a
    // page of its own, and so has the sixth, which is more than a page holds of several. The last
    // alone has too many.
    let sizes = [3, 40_000, 0, 60_000, 90_000, 200_000, 400_000];
    let mut ids = Vec::new();
    for (index, size) in sizes.into_iter().enumerate() {
        ids.push(client.group(&format!("g{}", 9 - index), &[]));
        if size > 0 {
            crowd(&memory, &ids[index], size, 3);
        }
    }
    let check = |page: &Value, groups: std::ops::Range<usize>| {
        assert_eq!(each(page, "id"), ids[groups.clone()], "{groups:?}");
        for (group, size) in page["Resources"]
            .as_array()
            .unwrap()
            .iter()
            .zip(&sizes[groups])
        {
            let members = group["members"].as_array().map_or(0, Vec::len);
            assert_eq!(members, *size);
        }
    };
    for query in [
        "/Groups?",
        "/Groups?sortBy=displayName&sortOrder=descending&",
    ] {
        let page = client.get(query).expect(200);
        check(&page, 0..4);
        assert_eq!(page["totalResults"], 7);
        assert_eq!(page["itemsPerPage"], 4);
        for (index, most) in [(4, 1), (5, 2)] {
            let (page, trips) = trips(&client, &format!("{query}startIndex={}", index + 1));
            check(&page, index..index + 1);
            assert_eq!(page["totalResults"], 7);
            assert_eq!(trips, most);
        }
        client.get(&format!("{query}startIndex=7")).refused(
            400,
            "tooMany",
            "excludedAttributes=members",
        );
        let page = client.get(&format!("{query}cursor=")).expect(200);
        check(&page, 0..4);
        let next = page["nextCursor"].as_str().unwrap();
        let page = client.get(&format!("{query}cursor={next}")).expect(200);
        check(&page, 4..5);
        let previous = page["previousCursor"].as_str().unwrap();
        let next = page["nextCursor"].as_str().unwrap();
        let page = client.get(&format!("{query}cursor={next}")).expect(200);
        check(&page, 5..6);
        assert!(page["nextCursor"].is_string());
        let page = client.get(&format!("{query}cursor={previous}")).expect(200);
        check(&page, 0..4);
        assert_eq!(page["previousCursor"], Value::Null);
        // Backwards, what is left out is what is farthest.
        let bare = format!("{query}excludedAttributes=members&cursor=");
        let page = client.get(&format!("{bare}&count=5")).expect(200);
        let next = page["nextCursor"].as_str().unwrap();
        let page = client.get(&format!("{bare}{next}")).expect(200);
        let previous = page["previousCursor"].as_str().unwrap();
        let page = client.get(&format!("{query}cursor={previous}")).expect(200);
        check(&page, 4..5);
        assert!(page["previousCursor"].is_string());
    }
    // What a look-up finds tells its total by itself, unless the page ends early.
    let of = |indices: &[usize]| {
        let ids: Vec<String> = indices
            .iter()
            .map(|index| format!("id eq \"{}\"", ids[*index]))
            .collect();
        client
            .get(&format!("/Groups?filter={}", ids.join(" or ")))
            .expect(200)
    };
    let page = of(&[5]);
    check(&page, 5..6);
    assert_eq!(page["totalResults"], 1);
    let page = of(&[3, 4, 5]);
    check(&page, 3..4);
    assert_eq!(page["totalResults"], 3);
}

/// Members of long names are fewer to a page.
#[test]
fn a_page_holds_three_megabytes_of_members() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let ids: Vec<String> = (0..4)
        .map(|index| client.group(&format!("g{index}"), &[]))
        .collect();
    for id in &ids {
        crowd(&memory, id, 10_000, 200);
    }
    let mut seen = Vec::new();
    let mut path = "/Groups?cursor=".to_owned();
    loop {
        let page = client.get(&path).expect(200);
        assert_eq!(page["itemsPerPage"], 1);
        assert_eq!(
            page["Resources"][0]["members"].as_array().unwrap().len(),
            10_000
        );
        seen.extend(each(&page, "id").into_iter().map(str::to_owned));
        let Some(next) = page["nextCursor"].as_str() else {
            break;
        };
        path = format!("/Groups?cursor={next}");
    }
    assert_eq!(seen, ids);
    // One alone has more room.
    crowd_more(&memory, &ids[0], 10_000, 80_000, 200);
    let (_, trips) = trips(&client, &format!("/Groups/{}", ids[0]));
    assert_eq!(trips, 2);
    crowd_more(&memory, &ids[0], 80_000, 90_000, 200);
    client.get(&format!("/Groups/{}", ids[0])).refused(
        400,
        "tooMany",
        "excludedAttributes=members",
    );
}

#[test]
fn a_cursor_shows_nothing_of_the_value_that_the_list_is_sorted_by() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for name in ["ada.lovelace", "bob.builder", "cy.young"] {
        client.user(name);
    }
    let page = client
        .get("/Users?cursor=&count=1&sortBy=userName")
        .expect(200);
    let cursor = page["nextCursor"].as_str().unwrap();
    let bytes = base16ct::lower::decode_vec(cursor).unwrap();
    let shown = String::from_utf8_lossy(&bytes).into_owned();
    // Neither as it is, nor in hex within.
    for secret in ["ada", "lovelace", "616461", "6c6f7665"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    let path = format!("/Users?count=1&sortBy=userName&cursor={cursor}");
    assert_eq!(
        client.get(&path).expect(200)["Resources"][0]["userName"],
        "bob.builder"
    );
    // Any digit altered to another.
    for index in 0..cursor.len() {
        let mut altered = cursor.to_owned().into_bytes();
        altered[index] = if altered[index] == b'1' { b'2' } else { b'1' };
        let altered = String::from_utf8(altered).unwrap();
        client
            .get(&format!("/Users?count=1&sortBy=userName&cursor={altered}"))
            .refused(400, "invalidCursor", "nextCursor");
    }
}

#[test]
fn a_name_asked_for_a_hundred_thousand_times_is_one() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    people(&client, 3);
    let search = |attributes: Value| {
        let body = serde_json::json!({ "attributes": attributes });
        client.post("/Users/.search", &body)
    };
    for many in [
        Value::from("userName,".repeat(110_000)),
        Value::from(vec!["userName"; 40_000]),
        Value::from(vec!["userName,".repeat(110_000)]),
    ] {
        let page = search(many).expect(200);
        let user = page["Resources"][0].as_object().unwrap();
        let names: Vec<&String> = user.keys().collect();
        assert_eq!(names, ["id", "schemas", "userName"]);
    }
    // Each may stand for an object, as far as one can tell before it is read.
    search(Value::from(vec!["userName"; 80_000])).refused(413, "", "too many values");
    let different = |count: usize| (0..count).map(|n| format!("a{n}")).collect::<Vec<_>>();
    search(Value::from(different(1_000))).expect(200);
    search(Value::from(different(1_001))).refused(400, "invalidValue", "1000 different names");
    client
        .get(&format!(
            "/Users?excludedAttributes={}",
            different(1_001).join(",")
        ))
        .refused(400, "invalidValue", "excludedAttributes holds more");
}
