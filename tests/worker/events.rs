//! The feed of the built Worker, while others write.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail where a test would"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::{Value, json};
use testing::worker::{Worker, shared, state_folder};

const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// A new tenant, with a token of its provider and a group.
fn tenant(worker: &Worker) -> (i64, String, String) {
    let admin = |path: &str, body: Value| {
        let path = format!("/admin/v1/tenants{path}");
        worker
            .ask(&worker.admin_token, "POST", &path, Some(&body))
            .1
    };
    let id = admin("", json!({"name": "Example"}))["id"]
        .as_i64()
        .unwrap();
    let token = admin(&format!("/{id}/tokens"), json!({"label": "x"}));
    let token = token["token"].as_str().unwrap().to_owned();
    let staff = json!({"displayName": "Staff"});
    let (_, group) = worker.ask(&token, "POST", "/scim/v2/Groups", Some(&staff));
    (id, token, group["id"].as_str().unwrap().to_owned())
}

/// What a writer does: a user comes, joins, changes, and some go.
fn write(worker: &Worker, token: &str, group: &str, number: usize) {
    let ask = |method: &str, path: &str, body: Value| {
        loop {
            let answer = worker.ask(token, method, &format!("/scim/v2{path}"), Some(&body));
            // Nothing was done; a busy machine has many at once.
            if answer.0 != 503 {
                return answer;
            }
            thread::sleep(std::time::Duration::from_millis(200));
        }
    };
    let user = json!({"userName": format!("user{number}"), "title": "x".repeat(number)});
    let (status, made) = ask("POST", "/Users", user);
    assert_eq!(status, 201, "{made:#}");
    let id = made["id"].as_str().unwrap();
    let change = |path: &str, operation: Value| {
        let (status, said) = ask(
            "PATCH",
            path,
            json!({"schemas": [PATCH], "Operations": [operation]}),
        );
        assert!(status < 300, "{status} {said:#}");
    };
    let member = json!([{"value": id}]);
    change(
        &format!("/Groups/{group}"),
        json!({"op": "add", "path": "members", "value": member}),
    );
    let path = format!("/Users/{id}");
    change(
        &path,
        json!({"op": "replace", "path": "active", "value": number.is_multiple_of(2)}),
    );
    if number.is_multiple_of(3) {
        let gone = worker.call(token, "DELETE", &format!("/scim/v2{path}"), None);
        assert_eq!(gone.status, 204);
    }
}

/// A reader who polls while 200 writers write sees every event once and in order.
#[test]
fn a_reader_sees_every_event_once_and_in_order() {
    let worker = shared().unwrap();
    let (id, token, group) = tenant(worker);
    let group = group.as_str();
    let is_over = AtomicBool::new(false);
    let read = |path: &str| {
        let mut events: Vec<Value> = Vec::new();
        let mut after = String::new();
        loop {
            // Whoever has ended before this look is in it.
            let is_last = is_over.load(Ordering::SeqCst);
            let path = format!("/admin/v1{path}?limit=200&wait=1&after={after}");
            let (status, page) = worker.ask(&worker.admin_token, "GET", &path, None);
            assert_eq!(status, 200, "{page:#}");
            let data = page["data"].as_array().unwrap();
            events.extend(data.iter().filter(|event| event["tenant"] == id).cloned());
            page["next"].as_str().unwrap().clone_into(&mut after);
            if is_last && page["more"] == false {
                return events;
            }
        }
    };
    let (of_tenant, of_all) = thread::scope(|scope| {
        let readers = [format!("/tenants/{id}/events"), "/events".to_owned()]
            .map(|path| scope.spawn(move || read(&path)));
        let writers: Vec<_> = (0..200)
            .map(|number| {
                let token = &token;
                scope.spawn(move || write(worker, token, group, number))
            })
            .collect();
        let ended: Vec<_> = writers
            .into_iter()
            .map(thread::ScopedJoinHandle::join)
            .collect();
        // The readers end, whatever a writer met.
        is_over.store(true, Ordering::SeqCst);
        let [one, all] = readers.map(|reader| reader.join().unwrap());
        for writer in ended {
            writer.unwrap();
        }
        (one, all)
    });
    let seqs: Vec<i64> = of_tenant
        .iter()
        .map(|event| event["seq"].as_i64().unwrap())
        .collect();
    assert_eq!(seqs, (1..).take(seqs.len()).collect::<Vec<_>>());
    assert_eq!(of_tenant, of_all, "both feeds tell the same");
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for event in &of_tenant {
        *kinds.entry(event["type"].as_str().unwrap()).or_default() += 1;
    }
    let count = |kind: &str| kinds.get(kind).copied().unwrap_or_default();
    assert_eq!(
        (
            count("user.created"),
            count("group.members"),
            count("user.deleted")
        ),
        (200, 200, 67)
    );
}

/// Who waits for events of a tenant that ends hears so, and does not wait on.
#[test]
fn a_reader_who_waits_hears_that_the_tenant_ended() {
    let worker = shared().unwrap();
    let (id, ..) = tenant(worker);
    let admin = |method: &str, path: &str| {
        let path = format!("/admin/v1/tenants/{id}{path}");
        worker.ask(&worker.admin_token, method, &path, None)
    };
    thread::scope(|scope| {
        let (_, page) = admin("GET", "/events?after=latest");
        let path = format!("/events?wait=30&after={}", page["next"].as_str().unwrap());
        let reader = scope.spawn(move || admin("GET", &path));
        thread::sleep(std::time::Duration::from_secs(2));
        assert_eq!(admin("DELETE", "?confirm=Example").0, 202);
        let (status, problem) = reader.join().unwrap();
        assert_eq!(
            (status, &problem["code"]),
            (404, &json!("tenant_not_found"))
        );
    });
}

/// A copy that was begun while others write, and follows the feed from there, is what there is in
/// the end: docs/events.md shows the program.
#[test]
fn a_copy_that_begins_among_writers_converges() {
    let worker = shared().unwrap();
    let (id, token, group) = tenant(worker);
    let group = group.as_str();
    let file = state_folder().unwrap().join("copy.json");
    let copy = |flags: &[&str]| {
        let mut command = Command::new("node");
        command
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["examples/events/copy.mjs", &id.to_string()])
            .arg(&file)
            .args(flags)
            .env("ADMIN_URL", &worker.origin)
            .env("ADMIN_TOKEN", &worker.admin_token)
            .stdin(Stdio::null());
        command
    };
    let mut follower = thread::scope(|scope| {
        let writers: Vec<_> = (0..8)
            .map(|first| {
                let token = &token;
                scope.spawn(move || {
                    for number in (first..160).step_by(8) {
                        write(worker, token, group, number);
                    }
                })
            })
            .collect();
        thread::sleep(std::time::Duration::from_millis(300));
        let follower = copy(&[]).spawn().unwrap();
        for writer in writers {
            writer.join().unwrap();
        }
        follower
    });
    // It is ended at any moment, and goes on from where it was.
    follower.kill().unwrap();
    follower.wait().unwrap();
    let ended = copy(&["--once"]).status().unwrap();
    assert!(ended.success());
    let kept: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    let (_, list) = worker.ask(&token, "GET", "/scim/v2/Users?count=1000", None);
    let mut users = 0;
    for user in list["Resources"].as_array().unwrap() {
        let copied = &kept["resources"][user["id"].as_str().unwrap()];
        for name in ["userName", "active", "title"] {
            assert_eq!(copied[name], user[name], "{user:#}");
        }
        users += 1;
    }
    assert_eq!(users, 106);
    let resources = kept["resources"].as_object().unwrap();
    assert_eq!(resources.len(), users + 1);
    let (_, shown) = worker.ask(&token, "GET", &format!("/scim/v2/Groups/{group}"), None);
    let ids = |list: &Value, name: &str| -> BTreeSet<String> {
        let list = list.as_array().unwrap().iter();
        list.map(|one| if name.is_empty() { one } else { &one[name] })
            .map(|id| id.as_str().unwrap().to_owned())
            .collect()
    };
    let expected = ids(&shown["members"], "value");
    assert_eq!(expected.len(), users);
    assert_eq!(ids(&kept["members"][group], ""), expected);
}

/// What the program that copies does besides: where an extension is empty, where the database was
/// set back, and where its tenant is gone.
#[test]
fn a_copy_knows_a_record_set_back_and_the_end() {
    let worker = shared().unwrap();
    let (id, token, _) = tenant(worker);
    let file = state_folder().unwrap().join("copy-of-one.json");
    let copy = || {
        let mut command = Command::new("node");
        let made = command
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["examples/events/copy.mjs", &id.to_string()])
            .arg(&file)
            .arg("--once")
            .env("ADMIN_URL", &worker.origin)
            .env("ADMIN_TOKEN", &worker.admin_token)
            .output()
            .unwrap();
        (
            made.status.code(),
            String::from_utf8(made.stderr).unwrap(),
            fs::read_to_string(&file).unwrap_or_default(),
        )
    };
    let extension = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let user = json!({"userName": "ada", extension: {"department": "R&D"}});
    let (_, made) = worker.ask(&token, "POST", "/scim/v2/Users", Some(&user));
    let user = made["id"].as_str().unwrap();
    let copied = |text: &str| {
        let kept: Value = serde_json::from_str(text).unwrap();
        kept["resources"][user].clone()
    };
    let (code, _, kept) = copy();
    assert_eq!(code, Some(0));
    assert_eq!(copied(&kept)[extension], json!({"department": "R&D"}));
    let remove = json!({"op": "remove", "path": format!("{extension}:department")});
    let body = json!({"schemas": [PATCH], "Operations": [remove]});
    worker.ask(
        &token,
        "PATCH",
        &format!("/scim/v2/Users/{user}"),
        Some(&body),
    );
    let (code, _, kept) = copy();
    assert_eq!(code, Some(0));
    assert_eq!(copied(&kept).get(extension), None);
    // The database was set back: the cursor is behind its end, and the copy of what there was not.
    let (shard, _) = serde_json::from_str::<Value>(&kept).unwrap()["after"]
        .as_str()
        .and_then(|after| after.split_once('.'))
        .map(|(shard, rest)| (shard.to_owned(), rest.to_owned()))
        .unwrap();
    let lost = json!({"after": format!("{shard}.99999999"), "resources": {}, "members": {}});
    fs::write(&file, lost.to_string()).unwrap();
    let (code, said, kept) = copy();
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(copied(&kept)["userName"], "ada");
    let path = format!("/admin/v1/tenants/{id}?confirm=Example");
    let gone = worker.call(&worker.admin_token, "DELETE", &path, None);
    assert!(gone.status < 300);
    for is_new in [false, true] {
        if is_new {
            fs::remove_file(&file).unwrap();
        }
        let (code, said, _) = copy();
        assert_eq!(
            (code, said.trim()),
            (Some(1), format!("Tenant {id} is gone.").as_str())
        );
    }
}

/// The same feed in Rust, over all tenants.
#[test]
fn the_feed_is_followed_in_rust() {
    let worker = Worker::start(&[]).unwrap();
    let file = state_folder().unwrap().join("cursor");
    let follow = || {
        let ended = Command::new("cargo")
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["run", "-q", "--example", "follow", "--"])
            .arg(&file)
            .arg("--once")
            .env("ADMIN_URL", &worker.origin)
            .env("ADMIN_TOKEN", &worker.admin_token)
            .output()
            .unwrap();
        assert!(ended.status.success(), "{ended:?}");
        String::from_utf8(ended.stdout).unwrap()
    };
    let user = json!({"userName": "ada"});
    let (_, made) = worker.ask(&worker.token, "POST", "/scim/v2/Users", Some(&user));
    let told = follow();
    assert!(told.contains("user.created ada"), "{told}");
    let path = format!("/scim/v2/Users/{}", made["id"].as_str().unwrap());
    worker.call(&worker.token, "DELETE", &path, None);
    assert_eq!(follow(), "ada may not come in any more\n");
    assert_eq!(follow(), "");
}
