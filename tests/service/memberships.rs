//! What a change of members leaves on the group, whichever request makes it (RFC 7643 §3.1, §4.2;
//! RFC 7644 §3.5).

use serde_json::{Value, json};
use testing::client::{Client, each};
use testing::memory::Memory;

fn group(client: &Client<'_>, id: &str) -> Value {
    client.get(&format!("/Groups/{id}")).expect(200)
}

fn list(ids: &[&str]) -> Value {
    ids.iter().map(|id| json!({ "value": id })).collect()
}

/// The names shown of a group's members, in order.
fn shown(client: &Client<'_>, id: &str) -> Vec<String> {
    let group = group(client, id);
    let members = group["members"].as_array();
    let mut names: Vec<String> = members
        .into_iter()
        .flatten()
        .map(|member| member["display"].as_str().unwrap_or("nothing").to_owned())
        .collect();
    names.sort();
    names
}

fn with_groups(name: &str, groups: &[&str]) -> Value {
    json!({ "userName": name, "displayName": format!("Display of {name}"), "groups": list(groups) })
}

/// Runs what changes the members of the first group, and nothing of the second.
#[track_caller]
fn modifies(
    client: &Client<'_>,
    [changed, other]: [&str; 2],
    members: usize,
    change: impl FnOnce(),
) {
    let before = [group(client, changed), group(client, other)];
    change();
    let after = [group(client, changed), group(client, other)];
    let meta = |group: &Value, name: &str| group["meta"][name].as_str().unwrap().to_owned();
    let moment = meta(&after[0], "lastModified");
    assert!(
        moment > meta(&before[0], "lastModified"),
        "{moment} is no later than before"
    );
    assert_ne!(meta(&after[0], "version"), meta(&before[0], "version"));
    assert_eq!(meta(&after[0], "created"), meta(&before[0], "created"));
    assert_eq!(after[0]["displayName"], before[0]["displayName"]);
    let count = after[0]["members"].as_array().map_or(0, Vec::len);
    assert_eq!(count, members);
    assert_eq!(after[1], before[1], "the other group");
}

#[test]
fn a_group_is_modified_when_a_member_comes_or_goes() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let (ada, bob) = (client.user("ada"), client.user("bob"));
    let (team, other) = (client.group("A", &[&bob]), client.group("B", &[&ada, &bob]));
    let path = format!("/Groups/{team}");
    let modified = |members: usize, operations: Value| {
        modifies(&client, [&team, &other], members, || {
            client.patch(&path, &operations).expect(204);
        });
    };
    let members =
        |op: &str, ids: &[&str]| json!([{ "op": op, "path": "members", "value": list(ids) }]);
    modified(2, members("add", &[&ada]));
    modified(1, members("remove", &[&ada]));
    modified(1, members("replace", &[&ada]));
    modified(
        2,
        json!([{ "op": "add", "value": { "members": list(&[&bob]) } }]),
    );
    modified(
        1,
        json!([{ "op": "remove", "path": format!("members[value eq \"{ada}\"]") }]),
    );
    modified(
        0,
        json!([{ "op": "remove", "path": "members[type eq \"User\"]" }]),
    );
    modified(2, members("replace", &[&ada, &bob]));
    modified(0, json!([{ "op": "remove", "path": "members" }]));
    // Beside a change of the group's own, and in the reply that shows it.
    modified(
        1,
        json!([
            { "op": "add", "path": "externalId", "value": "e" },
            { "op": "add", "path": "members", "value": list(&[&bob]) },
        ]),
    );
    modifies(&client, [&team, &other], 2, || {
        let got = client
            .patch(
                &format!("{path}?attributes=members,meta"),
                &members("add", &[&ada]),
            )
            .expect(200);
        assert_eq!(got["meta"], group(&client, &team)["meta"]);
    });
    for ids in [vec![ada.as_str()], vec![&bob], vec![&ada, &bob], vec![]] {
        modifies(&client, [&team, &other], ids.len(), || {
            let body = json!({ "displayName": "A", "externalId": "e", "members": list(&ids) });
            let put = client.put(&path, &body).expect(200);
            assert_eq!(put["meta"], group(&client, &team)["meta"]);
        });
    }
}

/// Of teams that are set with the user (`ACCEPT_USER_GROUPS`), those that change and no others.
#[test]
fn a_group_is_modified_when_a_user_is_written_into_it_or_out_of_it() {
    let mut memory = Memory::new();
    memory.settings.accept_user_groups = true;
    let client = Client::new(&memory);
    let (team, other) = (client.group("A", &[]), client.group("B", &[]));
    let mut path = String::new();
    modifies(&client, [&team, &other], 1, || {
        let ada = client.created("/Users", &with_groups("ada", &[&team]));
        path = format!("/Users/{ada}");
    });
    let put = |groups: &[&str]| client.put(&path, &with_groups("ada", groups)).expect(200);
    // In both from here on: B comes, then A goes, then both go.
    modifies(&client, [&other, &team], 1, || {
        put(&[&team, &other]);
    });
    modifies(&client, [&team, &other], 0, || {
        put(&[&other]);
    });
    modifies(&client, [&other, &team], 0, || {
        put(&[]);
    });
    // With another change of the user in the same request, too.
    modifies(&client, [&team, &other], 1, || {
        client
            .put(&path, &with_groups("ada.l", &[&team]))
            .expect(200);
    });
    let before = [group(&client, &team), group(&client, &other)];
    client
        .put(&path, &with_groups("ada.l", &[&team]))
        .expect(200);
    assert_eq!([group(&client, &team), group(&client, &other)], before);
}

/// The same name is shown whichever way somebody became a member: the displayName, else the
/// userName.
#[test]
fn a_member_is_shown_by_the_same_name_whichever_way_it_came() {
    let mut memory = Memory::new();
    memory.settings.accept_user_groups = true;
    let client = Client::new(&memory);
    let long = "Łä".repeat(150);
    let inner = client.group("Inner", &[]);
    for (user_name, display_name) in [
        ("ada", None),
        ("bob", Some("Bob B.")),
        ("cy", Some(long.as_str())),
    ] {
        let mut body = json!({ "userName": user_name });
        if let Some(name) = display_name {
            body["displayName"] = json!(name);
        }
        let id = client.created("/Users", &body);
        let expected: String = display_name
            .unwrap_or(user_name)
            .chars()
            .take(200)
            .collect();
        let group_name = |way: &str| format!("{way} {user_name}");
        let both = list(&[&id, &inner]);
        let mut teams = vec![client.group(&group_name("post"), &[&id, &inner])];
        for way in ["patch", "replace", "put"] {
            let team = client.group(&group_name(way), &[]);
            let path = format!("/Groups/{team}");
            if way == "put" {
                let body = json!({ "displayName": group_name(way), "members": both });
                client.put(&path, &body).expect(200);
            } else {
                let op = if way == "patch" { "add" } else { way };
                let operations = json!([{ "op": op, "path": "members", "value": both }]);
                client.patch(&path, &operations).expect(204);
            }
            teams.push(team);
        }
        // As one of the groups of the user itself.
        let team = client.group(&group_name("user"), &[&inner]);
        let mut of_user = teams.clone();
        of_user.push(team.clone());
        let ids: Vec<&str> = of_user.iter().map(String::as_str).collect();
        body["groups"] = list(&ids);
        client.put(&format!("/Users/{id}"), &body).expect(200);
        teams.push(team);
        // And with the create of the user.
        let mut other = body.clone();
        other["userName"] = json!(format!("{user_name}2"));
        let created = client.group(&group_name("create"), &[]);
        other["groups"] = list(&[&created]);
        client.created("/Users", &other);
        let name = if display_name.is_some() {
            expected.clone()
        } else {
            format!("{user_name}2")
        };
        assert_eq!(shown(&client, &created), [name]);
        for team in &teams {
            let mut names = vec!["Inner".to_owned(), expected.clone()];
            names.sort();
            assert_eq!(
                shown(&client, team),
                names,
                "{}",
                group(&client, team)["displayName"]
            );
        }
    }
}

/// A removal by a filter takes along what the same request added before it, and leaves what it adds
/// behind it.
#[test]
fn a_removal_by_filter_sees_what_the_request_added() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let ada = client.user("ada");
    let bob = client.created(
        "/Users",
        &json!({ "userName": "bob", "displayName": "Öle B" }),
    );
    let cy = client.user("cy");
    let (inner, core) = (client.group("Inner", &[]), client.group("Core", &[]));
    let everybody = [ada.as_str(), &bob, &cy, &inner, &core];
    let check = |before: &[&str], op: &str, filter: &str, left: &[&str]| {
        let team = client.group("Team", before);
        let path = format!("/Groups/{team}");
        let written = json!({ "op": op, "path": "members", "value": list(&everybody[1..]) });
        let removed = json!({ "op": "remove", "path": format!("members[{filter}]") });
        let again = json!({ "op": "add", "path": "members", "value": list(&[&cy, &core]) });
        let told = format!("{op}, remove {filter}, of {before:?}");
        client.patch(&path, &json!([written, removed])).expect(204);
        assert_eq!(shown(&client, &team), left, "{told}");
        // The other way round, and with what comes back.
        client
            .patch(&path, &json!([written, removed, again]))
            .expect(204);
        let mut with_again: Vec<String> = left.iter().map(|name| (*name).to_owned()).collect();
        with_again.extend(["cy", "Core"].map(str::to_owned));
        with_again.sort();
        with_again.dedup();
        assert_eq!(shown(&client, &team), with_again, "{told}, add");
        client.delete(&path).expect(204);
    };
    for before in [&everybody[..1], &everybody] {
        for (filter, left) in [
            ("type eq \"User\"", vec!["Core", "Inner"]),
            ("type eq \"Group\"", vec!["ada", "cy", "Öle B"]),
            ("type ne \"group\"", vec!["Core", "Inner"]),
            ("display eq \"INNER\"", vec!["Core", "ada", "cy", "Öle B"]),
            ("display eq \"öle b\"", vec!["Core", "Inner", "ada", "cy"]),
            (
                "display eq \"bob\"",
                vec!["Core", "Inner", "ada", "cy", "Öle B"],
            ),
            ("display sw \"C\"", vec!["Inner", "ada", "Öle B"]),
            (
                "type eq \"User\" and display sw \"c\"",
                vec!["Core", "Inner", "ada", "Öle B"],
            ),
            ("$ref co \"/Groups/\"", vec!["ada", "cy", "Öle B"]),
        ] {
            check(before, "add", filter, &left);
            // What is replaced is gone: ada is not among the new ones.
            let left: Vec<&str> = left.into_iter().filter(|name| *name != "ada").collect();
            check(before, "replace", filter, &left);
        }
    }
}

/// How many users a group of another tenant has is not told, on whichever page it is counted.
#[test]
fn the_users_of_a_foreign_group_are_not_counted() {
    let memory = Memory::new();
    memory.add_token(2, "theirs", None, None);
    let ours = Client::new(&memory);
    let theirs = Client {
        memory: &memory,
        token: "theirs".to_owned(),
    };
    let users = ["a", "b", "c"].map(|name| ours.user(name));
    let inner = ours.group("Inner", &[&users[0], &users[1]]);
    let outer = ours.group("Outer", &[&users[2], &inner]);
    // Their own groups nest, so that a search goes down.
    let own = theirs.user("a");
    let nested = theirs.group("Nested", &[&own]);
    theirs.group("Over", &[&nested]);
    for (group, count) in [(&inner, 2), (&outer, 3)] {
        for filter in [
            format!("groups.value eq \"{group}\""),
            format!("groups[value eq \"{group}\"]"),
            format!("groups[value eq \"{group}\" and type pr]"),
            format!("groups.value eq \"{group}\" and userName pr"),
        ] {
            for endpoint in ["/Users", "/"] {
                for page in [
                    "",
                    "&count=0",
                    "&count=1",
                    "&startIndex=2",
                    "&cursor=",
                    "&count=1&sortBy=userName",
                ] {
                    let path = format!("{endpoint}?filter={filter}{page}");
                    let list = ours.get(&path).expect(200);
                    assert_eq!(list["totalResults"], count, "{path}");
                    let list = theirs.get(&path).expect(200);
                    assert_eq!(list["totalResults"], 0, "{path}");
                    assert!(each(&list, "id").is_empty(), "{path}");
                }
            }
        }
    }
}
