//! Jobs whose runtime is killed, again and again: they go on by the minute, and do nothing twice.

use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use crate::webhooks::chance;
use rusqlite::Connection;
use serde_json::{Value, json};
use testing::worker::{Worker, database, state_folder};

const USERS: usize = 700;
/// Users of a tenant that ends: so many that a kill comes before its end.
const MANY: usize = 4_000;
/// Operations of a Bulk.
const AT_ONCE: usize = 350;
/// How often the runtime is killed at the most.
const KILLS: usize = 2;
/// Looks at whether a job has ended, a twentieth of a second each.
const LOOKS: usize = 800;

/// Without a queue, so that the minute alone goes on with what was killed.
#[expect(
    clippy::unwrap_used,
    reason = "a helper of tests fails where a test would"
)]
fn start(state: &Path, more: &[(&str, &str)]) -> Worker {
    let variables = [&[("NO_QUEUE", ""), ("MINUTE", "100")], more].concat();
    Worker::start_on(state, &variables).unwrap()
}

#[expect(
    clippy::unwrap_used,
    reason = "a helper of tests fails where a test would"
)]
fn open(state: &Path) -> Connection {
    Connection::open(database(state)).unwrap()
}

#[expect(
    clippy::unwrap_used,
    reason = "a helper of tests fails where a test would"
)]
fn number(state: &Path, sql: &str) -> i64 {
    open(state).query_row(sql, [], |row| row.get(0)).unwrap()
}

#[track_caller]
fn admin(worker: &Worker, method: &str, path: &str, body: Option<&Value>) -> Value {
    let path = format!("/admin/v1{path}");
    let (status, reply) = worker.ask(&worker.admin_token, method, &path, body);
    assert!(status < 300, "{method} {path}: {status} {reply:#}");
    reply
}

/// A tenant of some users who are all in one group; its number.
#[expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper of tests fails where a test would"
)]
fn tenant(worker: &Worker, name: &str, users: usize) -> String {
    let made = admin(worker, "POST", "/tenants", Some(&json!({ "name": name })));
    let id = made["id"].to_string();
    let user = |n| format!("{{\"user_id\":\"e{n}\",\"user_email\":\"u{n}@example.com\"}}\n");
    let mut lines: String = (0..users).map(user).collect();
    let members: Vec<String> = (0..users).map(|n| format!("e{n}")).collect();
    let group = json!({ "team_id": "t", "team_alias": "All", "members": members });
    lines.push_str(&group.to_string());
    let reply = worker.import(&id, "", lines);
    let job: Value = serde_json::from_str(&reply.body).unwrap();
    if reply.status == 202 {
        end(worker, job["id"].as_str().unwrap());
    }
    id
}

/// The job, once it has ended.
#[expect(
    clippy::indexing_slicing,
    reason = "a helper of tests fails where a test would"
)]
#[track_caller]
fn end(worker: &Worker, job: &str) -> Value {
    let mut looks = 0;
    loop {
        let shown = admin(worker, "GET", &format!("/jobs/{job}"), None);
        if shown["state"] == "finished" {
            return shown;
        }
        looks += 1;
        assert!(looks < LOOKS, "it has not ended: {shown:#}");
        sleep(Duration::from_millis(50));
    }
}

/// Waits for the next step of a job, or for its end.
#[expect(
    clippy::unwrap_used,
    reason = "a helper of tests fails where a test would"
)]
fn step(state: &Path, job: &str) {
    let connection = open(state);
    let at = format!("SELECT marker, finished_at IS NOT NULL FROM jobs WHERE id = '{job}'");
    let mut looks = connection.prepare(&at).unwrap();
    let mut look = || -> (Option<String>, bool) {
        looks
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
    };
    let first = look();
    for _ in 0..LOOKS * 10 {
        let now = look();
        if now.1 || now != first {
            return;
        }
        sleep(Duration::from_millis(5));
    }
}

/// Kills the runtime again and again, each time a little behind a step of a job, and gives the job
/// once it has ended. Whoever was killed gives no lease back: it is as if enough time had passed.
#[expect(
    clippy::unwrap_used,
    reason = "a helper of tests fails where a test would"
)]
fn kill_until_it_ends(state: &Path, mut worker: Worker, job: &str) -> (Worker, Value) {
    let left = format!("SELECT count(*) FROM jobs WHERE id = '{job}' AND finished_at IS NULL");
    let mut kills = 0;
    for _ in 0..KILLS {
        step(state, job);
        sleep(Duration::from_millis(chance() % 40));
        worker.killer()();
        drop(worker);
        let is_left = number(state, &left) == 1;
        let passed = "UPDATE jobs SET lease_until = '' WHERE finished_at IS NULL";
        open(state).execute_batch(passed).unwrap();
        worker = start(state, &[("MIGRATED", "")]);
        if !is_left {
            break;
        }
        kills += 1;
    }
    assert!(kills > 0, "it had ended before the first kill");
    let ended = end(&worker, job);
    (worker, ended)
}

/// The lines of an export but for what a write changes in any case.
#[expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper of tests fails where a test would"
)]
fn export(worker: &Worker, tenant: &str) -> Vec<String> {
    let path = format!("/admin/v1/tenants/{tenant}/export");
    let reply = worker.call(&worker.admin_token, "GET", &path, None);
    let lines = reply.body.lines().skip(1).map(|line| {
        let mut resource: Value = serde_json::from_str(line).unwrap();
        resource["meta"].take();
        if let Some(members) = resource["members"].as_array_mut() {
            members.sort_by_key(Value::to_string);
        }
        resource.to_string()
    });
    let mut lines: Vec<String> = lines.collect();
    lines.sort();
    lines
}

#[test]
fn a_killed_undo_goes_on_and_does_nothing_twice() {
    let state = state_folder().unwrap();
    let worker = start(&state, &[]);
    let id = tenant(&worker, "Example Corp", USERS);
    let before = export(&worker, &id);
    assert_eq!(before.len(), USERS + 1);
    let last = format!("SELECT max(seq) FROM events WHERE tenant_id = {id}");
    let from = number(&state, &last) + 1;
    let path = format!("/tenants/{id}/scim/v2/Bulk");
    let users: Vec<Value> = before
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|line: &Value| line["userName"].is_string())
        .collect();
    for part in users.chunks(AT_ONCE) {
        let operation = |(index, user): (usize, &Value)| {
            let path = format!("/Users/{}", user["id"].as_str().unwrap());
            if index.is_multiple_of(2) {
                return json!({ "method": "DELETE", "path": path });
            }
            let data = json!({ "Operations": [{ "op": "replace", "value": { "active": false } }] });
            json!({ "method": "PATCH", "path": path, "data": data })
        };
        let operations: Vec<Value> = part.iter().enumerate().map(operation).collect();
        let schema = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
        let bulk = json!({ "schemas": [schema], "Operations": operations });
        admin(&worker, "POST", &path, Some(&bulk));
    }
    let behind = number(&state, &last);
    let body = json!({ "from_seq": from, "to_seq": behind });
    let job = admin(&worker, "POST", &format!("/tenants/{id}/undo"), Some(&body));
    let (worker, job) = kill_until_it_ends(&state, worker, job["id"].as_str().unwrap());
    assert_eq!(job["result"]["refused"], json!([]), "{job:#}");
    assert_eq!(export(&worker, &id), before);
    // Each user once, and each membership.
    let since = format!("FROM events e WHERE tenant_id = {id} AND seq > {behind}");
    let users = format!("{since} AND resource_type = 'User'");
    let joined = format!(
        "FROM (SELECT value {}) ",
        since.replace("WHERE", ", json_each(e.body, '$.members.added') WHERE")
    );
    for (of, what, count) in [
        (&users, "resource_id", USERS),
        (&joined, "value ->> 'id'", USERS / 2),
    ] {
        let told = [
            format!("count(*) {of}"),
            format!("count(DISTINCT {what}) {of}"),
        ];
        let told = told.map(|told| number(&state, &format!("SELECT {told}")));
        assert_eq!(told, [i64::try_from(count).unwrap(); 2], "{what}");
    }
    let ended = format!("SELECT count(*) {since} AND type = 'undo.finished'");
    assert_eq!(number(&state, &ended), 1);
}

#[test]
fn a_killed_end_of_a_tenant_goes_on() {
    let state = state_folder().unwrap();
    let worker = start(&state, &[]);
    let ids = [("One", MANY), ("Two", MANY), ("Three", 2)];
    let ids = ids.map(|(name, users)| tenant(&worker, name, users));
    // What is left of the one, table by table.
    let left = |id: &str| -> Vec<(String, i64)> {
        let connection = open(&state);
        let tables = "SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c \
                      WHERE m.type = 'table' AND c.name = 'tenant_id' ORDER BY 1";
        let mut tables = connection.prepare(tables).unwrap();
        let names = tables.query_map([], |row| row.get::<_, String>(0)).unwrap();
        names
            .map(|name| {
                let name = name.unwrap();
                let count = format!("SELECT count(*) FROM {name} WHERE tenant_id = {id}");
                let count = connection.query_row(&count, [], |row| row.get(0)).unwrap();
                (name, count)
            })
            .collect()
    };
    let stays = left(&ids[2]);
    let delete = |worker: &Worker, name: &str, id: &str| {
        let path = format!("/tenants/{id}?confirm={name}");
        let job = admin(worker, "DELETE", &path, None);
        job["id"].as_str().unwrap().to_owned()
    };
    let job = delete(&worker, "One", &ids[0]);
    let (worker, killed) = kill_until_it_ends(&state, worker, &job);
    let job = delete(&worker, "Two", &ids[1]);
    let whole = end(&worker, &job);
    drop(worker);
    assert_eq!(killed["result"], whole["result"]);
    assert_eq!(left(&ids[0]), left(&ids[1]));
    assert_eq!(left(&ids[2]), stays);
    let bodies = format!(
        "SELECT count(*) FROM events WHERE tenant_id = {} AND body IS NOT NULL",
        ids[0]
    );
    assert_eq!(number(&state, &bodies), 0);
    let told = "SELECT count(*) FROM events WHERE type = 'tenant.deleted'";
    assert_eq!(number(&state, told), 2);
}
