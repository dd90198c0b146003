//! What happens when requests come at the same time: nothing is lost, nothing is half done, nobody
//! is told a 5xx.

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;

use serde_json::{Value, json};

use ::doctor::conversation::{WireReply, random};
use testing::worker::{Worker, shared};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// The reply, and what was asked for, so that a failure can say.
type Answer = Result<WireReply, String>;

/// A request to be sent at the same time as others.
type Errand<'a> = Box<dyn FnOnce() -> Answer + Send + 'a>;

/// Sends all at once; the replies in the order of the requests.
fn at_once(errands: Vec<Errand<'_>>) -> Result<Vec<WireReply>, String> {
    let start = Barrier::new(errands.len());
    thread::scope(|scope| {
        let threads: Vec<_> = errands
            .into_iter()
            .map(|errand| {
                scope.spawn(|| {
                    start.wait();
                    errand()
                })
            })
            .collect();
        let ended = threads
            .into_iter()
            .map(|thread| thread.join().map_err(|_| "a thread panicked".to_owned())?);
        ended.collect()
    })
}

fn statuses(replies: &[WireReply]) -> Vec<u16> {
    replies.iter().map(|reply| reply.status).collect()
}

/// The replies that are no success, in words.
fn refused(replies: &[WireReply]) -> Vec<String> {
    replies
        .iter()
        .filter(|reply| !fine(reply))
        .map(WireReply::to_string)
        .collect()
}

fn told(replies: &[WireReply]) -> String {
    let each: Vec<String> = replies.iter().map(WireReply::to_string).collect();
    each.join("\n  ")
}

fn fine(reply: &WireReply) -> bool {
    (200..300).contains(&reply.status)
}

fn user(name: &str) -> Value {
    json!({"schemas": [USER], "userName": name})
}

fn patch(operations: &Value) -> Value {
    json!({"schemas": [PATCH_OP], "Operations": operations})
}

fn member(id: &str) -> Value {
    json!({"value": id})
}

fn json_of(reply: &WireReply) -> Result<Value, String> {
    serde_json::from_str(&reply.body).map_err(|error| format!("{reply}: {error}"))
}

fn create(worker: &Worker, path: &str, body: &Value) -> Result<String, String> {
    let reply = worker.request("POST", path, &[], Some(body))?;
    let id = json_of(&reply)?
        .get("id")
        .and_then(Value::as_str)
        .map(str::to_owned);
    id.ok_or_else(|| format!("POST {path}: {reply}"))
}

fn read(worker: &Worker, path: &str) -> Result<Value, String> {
    let reply = worker.request("GET", path, &[], None)?;
    if reply.status != 200 {
        return Err(format!("GET {path}: {reply}"));
    }
    json_of(&reply)
}

fn version(worker: &Worker, path: &str) -> Result<String, String> {
    let reply = worker.request("GET", path, &[], None)?;
    reply
        .header("ETag")
        .ok_or_else(|| format!("GET {path} has no ETag: {reply}"))
}

/// The ids in a list of members or groups.
fn values(resource: &Value, list: &str) -> BTreeSet<String> {
    let elements = resource
        .get(list)
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    elements
        .filter_map(|element| element.get("value")?.as_str())
        .map(str::to_owned)
        .collect()
}

fn add_member(worker: &Worker, group: &str, id: &str) -> Answer {
    let body = patch(&json!([{"op": "add", "path": "members", "value": [member(id)]}]));
    worker.request("PATCH", &format!("/Groups/{group}"), &[], Some(&body))
}

fn put_group(worker: &Worker, group: &str, name: &str, members: &[&str]) -> Answer {
    let members: Vec<Value> = members.iter().map(|id| member(id)).collect();
    let body = json!({"schemas": [GROUP], "displayName": name, "members": members});
    worker.request("PUT", &format!("/Groups/{group}"), &[], Some(&body))
}

#[test]
fn two_hundred_members_join_one_group_at_once() -> Result<(), String> {
    const JOINING: usize = 200;
    let worker = shared()?;
    let run = random();
    let group = create(
        worker,
        "/Groups",
        &json!({"schemas": [GROUP], "displayName": format!("crowd-{run}")}),
    )?;
    let mut ids = Vec::new();
    for number in 0..JOINING {
        ids.push(create(
            worker,
            "/Users",
            &user(&format!("crowd-{number}-{run}")),
        )?);
    }
    let group = &group;
    let errands = ids
        .iter()
        .map(|id| -> Errand<'_> { Box::new(move || add_member(worker, group, id)) });
    let replies = at_once(errands.collect())?;
    assert_eq!(refused(&replies), Vec::<String>::new());
    let members = values(&read(worker, &format!("/Groups/{group}"))?, "members");
    assert_eq!(members, ids.into_iter().collect());
    Ok(())
}

#[test]
fn two_hundred_members_leave_one_group_at_once() -> Result<(), String> {
    const LEAVING: usize = 200;
    let worker = shared()?;
    let run = random();
    let mut ids = Vec::new();
    for number in 0..=LEAVING {
        ids.push(create(
            worker,
            "/Users",
            &user(&format!("leaver-{number}-{run}")),
        )?);
    }
    let members: Vec<Value> = ids.iter().map(|id| member(id)).collect();
    let body =
        json!({"schemas": [GROUP], "displayName": format!("leavers-{run}"), "members": members});
    let group = create(worker, "/Groups", &body)?;
    let stays = ids.pop().into_iter().collect();
    let path = &format!("/Groups/{group}");
    let errands = ids.iter().map(|id| -> Errand<'_> {
        let body = patch(&json!([{"op": "remove", "path": format!("members[value eq \"{id}\"]")}]));
        Box::new(move || worker.request("PATCH", path, &[], Some(&body)))
    });
    let replies = at_once(errands.collect())?;
    assert_eq!(refused(&replies), Vec::<String>::new());
    let members = values(&read(worker, &format!("/Groups/{group}"))?, "members");
    assert_eq!(members, stays);
    Ok(())
}

/// Of two requests with the same `If-Match`, one is done and the other told 412; what was written
/// is the winner's.
fn one_of_two_wins(
    worker: &Worker,
    path: &str,
    attribute: &str,
    written: impl Fn(&str) -> (&'static str, Value),
) -> Result<(), String> {
    for round in 0..25 {
        let version = version(worker, path)?;
        let names = ["left", "right"].map(|side| format!("{side}-{round}-{}", random()));
        let errands = names.iter().map(|name| -> Errand<'_> {
            let (method, body) = written(name);
            let version = &version;
            Box::new(move || worker.request(method, path, &[("If-Match", version)], Some(&body)))
        });
        let replies = at_once(errands.collect())?;
        let [left, right] = &names;
        let winner = match statuses(&replies).as_slice() {
            [200 | 204, 412] => left,
            [412, 200 | 204] => right,
            _ => return Err(format!("round {round}: {}", told(&replies))),
        };
        assert_eq!(
            read(worker, path)?.get(attribute),
            Some(&Value::from(winner.as_str())),
            "round {round}"
        );
    }
    Ok(())
}

#[test]
fn of_two_patches_with_one_version_exactly_one_wins() -> Result<(), String> {
    let worker = shared()?;
    let id = create(worker, "/Users", &user(&format!("version-{}", random())))?;
    one_of_two_wins(worker, &format!("/Users/{id}"), "nickName", |name| {
        (
            "PATCH",
            patch(&json!([{"op": "replace", "path": "nickName", "value": name}])),
        )
    })
}

#[test]
fn of_two_replacements_with_one_version_exactly_one_wins() -> Result<(), String> {
    let worker = shared()?;
    let name = format!("replaced-{}", random());
    let id = create(worker, "/Users", &user(&name))?;
    one_of_two_wins(worker, &format!("/Users/{id}"), "nickName", |nick_name| {
        (
            "PUT",
            json!({"schemas": [USER], "userName": name, "nickName": nick_name}),
        )
    })
}

#[test]
fn of_two_changes_of_a_group_with_one_version_exactly_one_wins() -> Result<(), String> {
    let worker = shared()?;
    let id = create(
        worker,
        "/Groups",
        &json!({"schemas": [GROUP], "displayName": format!("versions-{}", random())}),
    )?;
    one_of_two_wins(worker, &format!("/Groups/{id}"), "displayName", |name| {
        (
            "PATCH",
            patch(&json!([{"op": "replace", "path": "displayName", "value": name}])),
        )
    })
}

/// Of two creations with one unique name, one is done and the other told 409.
fn one_of_two_is_created(
    path: &str,
    body: impl Fn(&str) -> Value,
    attribute: &str,
) -> Result<(), String> {
    let worker = shared()?;
    for round in 0..25 {
        let name = format!("twin-{round}-{}", random());
        // What is equal without regard to letter case is the same name.
        let second = if round % 2 == 0 {
            name.clone()
        } else {
            name.to_uppercase()
        };
        let bodies = [body(&name), body(&second)];
        let errands = bodies.iter().map(|body| -> Errand<'_> {
            Box::new(|| worker.request("POST", path, &[], Some(body)))
        });
        let replies = at_once(errands.collect())?;
        let mut statuses = statuses(&replies);
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "round {round}: {}", told(&replies));
        let found = read(
            worker,
            &format!("{path}?filter={attribute}%20eq%20%22{name}%22"),
        )?;
        assert_eq!(
            found.get("totalResults"),
            Some(&Value::from(1)),
            "round {round}"
        );
    }
    Ok(())
}

#[test]
fn a_user_created_twice_at_once_exists_once() -> Result<(), String> {
    one_of_two_is_created("/Users", user, "userName")
}

#[test]
fn a_group_created_twice_at_once_exists_once() -> Result<(), String> {
    one_of_two_is_created(
        "/Groups",
        |name| json!({"schemas": [GROUP], "displayName": name}),
        "displayName",
    )
}

#[test]
fn a_group_replaced_patched_and_losing_a_user_stays_whole() -> Result<(), String> {
    let worker = shared()?;
    for round in 0..20 {
        let run = random();
        let mut ids = Vec::new();
        for number in 0..3 {
            ids.push(create(
                worker,
                "/Users",
                &user(&format!("whole-{number}-{run}")),
            )?);
        }
        let [gone, kept, joining] = ids.as_slice() else {
            return Err("three users were created".to_owned());
        };
        let name = format!("whole-{run}");
        let body = json!({"schemas": [GROUP], "displayName": name, "members": [member(gone)]});
        let group = create(worker, "/Groups", &body)?;
        let replies = at_once(vec![
            Box::new(|| put_group(worker, &group, &name, &[gone, kept])),
            Box::new(|| add_member(worker, &group, joining)),
            Box::new(|| worker.request("DELETE", &format!("/Users/{gone}"), &[], None)),
            Box::new(|| put_group(worker, &group, &name, &[kept])),
            Box::new(|| add_member(worker, &group, gone)),
        ])?;
        let told = told(&replies);
        assert!(
            replies.iter().all(|reply| reply.status < 500),
            "round {round}: {told}"
        );
        assert_eq!(replies[2].status, 204, "round {round}: {told}");
        assert!(
            fine(&replies[1]) && fine(&replies[3]),
            "round {round}: {told}"
        );
        let members = values(&read(worker, &format!("/Groups/{group}"))?, "members");
        assert!(
            !members.contains(gone),
            "round {round}: a deleted user is a member: {told}"
        );
        assert!(members.contains(kept), "round {round}: {told}");
        for id in [kept, joining] {
            let groups = values(&read(worker, &format!("/Users/{id}"))?, "groups");
            assert_eq!(
                groups.contains(&group),
                members.contains(id),
                "round {round}: the two sides disagree"
            );
        }
    }
    Ok(())
}

#[test]
fn changes_of_different_attributes_are_all_kept() -> Result<(), String> {
    const ATTRIBUTES: [&str; 8] = [
        "displayName",
        "nickName",
        "title",
        "userType",
        "preferredLanguage",
        "locale",
        "timezone",
        "name.givenName",
    ];
    let worker = shared()?;
    for round in 0..10 {
        let id = create(worker, "/Users", &user(&format!("attributes-{}", random())))?;
        let path = format!("/Users/{id}");
        let errands = ATTRIBUTES.iter().map(|attribute| -> Errand<'_> {
            let body = patch(&json!([{"op": "replace", "path": attribute, "value": format!("{attribute}-{round}")}]));
            let path = &path;
            Box::new(move || worker.request("PATCH", path, &[], Some(&body)))
        });
        let replies = at_once(errands.collect())?;
        let told = told(&replies);
        assert!(replies.iter().all(fine), "round {round}: {told}");
        let now = read(worker, &path)?;
        for attribute in ATTRIBUTES {
            let value = now.pointer(&format!("/{}", attribute.replace('.', "/")));
            assert_eq!(
                value,
                Some(&Value::from(format!("{attribute}-{round}"))),
                "round {round}: {attribute} is lost"
            );
        }
    }
    Ok(())
}

#[test]
fn additions_to_one_list_are_all_kept() -> Result<(), String> {
    const ADDING: usize = 8;
    let worker = shared()?;
    for round in 0..5 {
        let run = random();
        let id = create(worker, "/Users", &user(&format!("list-{run}")))?;
        let path = &format!("/Users/{id}");
        let addresses: Vec<String> = (0..ADDING)
            .map(|number| format!("{number}-{run}@example.com"))
            .collect();
        let errands = addresses.iter().map(|address| -> Errand<'_> {
            let body = patch(&json!([{"op": "add", "path": "emails", "value": [member(address)]}]));
            Box::new(move || worker.request("PATCH", path, &[], Some(&body)))
        });
        let replies = at_once(errands.collect())?;
        assert_eq!(refused(&replies), Vec::<String>::new(), "round {round}");
        let kept = values(&read(worker, path)?, "emails");
        assert_eq!(kept, addresses.into_iter().collect(), "round {round}");
    }
    Ok(())
}
