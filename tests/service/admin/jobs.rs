//! The end of a tenant, and the job that does it.

use serde_json::{Value, json};
use service::jobs::Budget;
use store::Database;
use store::directory::jobs::lease;
use testing::client::{Client, Operator};
use testing::memory::Memory;

/// One step and no more.
const STEP: Budget = Budget {
    statements: 1,
    milliseconds: 20_000,
};

fn counts(memory: &Memory, tenant: i64) -> Vec<i64> {
    let tables = [
        "users",
        "teams",
        "resources",
        "team_members",
        "user_emails",
        "unique_values",
        "totals",
        "milestones",
        "tokens",
    ];
    let count = |table| {
        memory.number(&format!(
            "SELECT count(*) FROM {table} WHERE tenant_id = {tenant}"
        ))
    };
    tables.into_iter().map(count).collect()
}

/// A tenant with data of every kind.
fn fill(client: &Client<'_>, people: usize) {
    let users: Vec<Value> = (0..people)
        .map(|number| {
            let data = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": format!("u{number}"),
                "emails": [{ "value": format!("u{number}@example.com") }] });
            json!({ "method": "POST", "path": "/Users", "bulkId": format!("{number}"), "data": data })
        })
        .collect();
    client
        .post("/Bulk", &json!({ "Operations": users }))
        .expect(200);
    let list = client.get("/Users?count=5&attributes=id").expect(200);
    let ids: Vec<&str> = testing::client::each(&list, "id");
    client.group("Pilots", &ids);
    client.created("/Devices", &json!({ "schemas": ["urn:example:params:scim:schemas:core:2.0:Device"], "serialNumber": "7" }));
    client.get("/Users?startIndex=4&count=3").expect(200);
}

#[test]
fn a_tenant_ends_with_all_its_data() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    let tenant = admin.post(
        "/tenants",
        &json!({ "name": "Acme", "external_id": "org", "metadata": { "a": "b" } }),
    );
    let tenant = tenant.expect(201)["id"].as_i64().unwrap();
    let client = admin.client(tenant, &json!({ "label": "okta" }));
    fill(&client, 700);
    fill(&Client::new(&memory), 3);
    let others = counts(&memory, 1);
    let bound = admin.scoped(&["*"], Some(tenant));
    assert!(
        counts(&memory, tenant)
            .iter()
            .take(7)
            .all(|count| *count > 0)
    );
    let path = format!("/tenants/{tenant}");
    admin
        .delete(&path)
        .problem(400, "confirmation_needed", "\"Acme\"");
    admin
        .delete(&format!("{path}?confirm=acme"))
        .problem(400, "confirmation_needed", "\"Acme\"");
    client.get("/Users?count=0").expect(200);
    let got = admin.delete(&format!("{path}?confirm=Acme"));
    let job = got.clone().expect(202);
    let id = job["id"].as_str().unwrap();
    assert_eq!(
        got.header("Location"),
        Some(format!("{}/admin/v1/jobs/{id}", Memory::ORIGIN).as_str())
    );
    assert_eq!(
        job,
        json!({ "id": id, "kind": "tenant_delete", "tenant": tenant, "state": "queued", "done": 0, "total": 702, "result": null,
                "created_at": job["created_at"], "finished_at": null })
    );
    // It is gone at once, for everybody.
    client.get("/Users").expect(401);
    client
        .post("/Users", &json!({ "userName": "eve" }))
        .expect(401);
    for path in [
        path.clone(),
        "/tenants/ext:org".to_owned(),
        format!("{path}/tokens"),
        format!("{path}/scim/v2/Users"),
    ] {
        admin.get(&path).problem(404, "tenant_not_found", "");
        bound.get(&path).problem(404, "tenant_not_found", "");
    }
    admin
        .delete(&format!("{path}?confirm=Acme"))
        .problem(404, "tenant_not_found", "");
    assert_eq!(
        admin.get("/tenants").expect(200)["data"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    // Its external_id is free when the job has ended.
    let body = json!({ "name": "Again", "external_id": "org" });
    admin
        .post("/tenants", &body)
        .problem(409, "external_id_taken", "deleted");
    // A few rows a step, and each step tells how far it came.
    let mut done = Vec::new();
    loop {
        memory.run_jobs(STEP).unwrap();
        let job = admin.get(&format!("/jobs/{id}")).expect(200);
        done.push(job["done"].as_i64().unwrap());
        if job["state"] == "finished" {
            assert_eq!(job["result"], json!({ "deleted": 702 }));
            assert!(job["finished_at"].is_string());
            break;
        }
        assert_eq!(job["state"], "running");
        assert!(done.len() < 20);
    }
    assert!(
        done.len() >= 3 && done.is_sorted() && done.last() == Some(&702),
        "{done:?}"
    );
    assert!(counts(&memory, tenant).iter().all(|count| *count == 0));
    assert_eq!(
        memory.number("SELECT count(*) FROM users_text_docsize"),
        memory.number("SELECT count(*) FROM users")
    );
    assert_eq!(counts(&memory, 1), others);
    bound.get("/tenants").expect(401);
    // Its number is given to nobody.
    assert_eq!(admin.post("/tenants", &body).expect(201)["id"], tenant + 1);
    memory.run_jobs(Budget::PAID).unwrap();
    assert_eq!(admin.get(&format!("/jobs/{id}")).expect(200)["done"], 702);
}

/// Of two who come for a job at once one has it, until the lease is over.
#[test]
fn a_job_is_worked_at_by_one_at_a_time() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    let tenant = admin.tenant("Acme");
    let job = admin.delete(&format!("/tenants/{tenant}?confirm=Acme"));
    let job = job.expect(202);
    let id = job["id"].as_str().unwrap();
    let [now, later, end] = [12, 13, 14].map(|hour| format!("2027-01-01T{hour}:00:00.000Z"));
    let takes = vec![
        lease(id, &now, &later),
        lease(id, &now, &later),
        lease(id, &later, &end),
    ];
    let rows = pollster::block_on(memory.database.batch(takes)).unwrap();
    let rows_each: Vec<usize> = rows.iter().map(Vec::len).collect();
    assert_eq!(rows_each, [1, 0, 1]);
}

/// Killed between any two batches, or within one, it goes on.
#[test]
fn a_job_survives_a_kill() {
    for steps in 0..4 {
        let memory = Memory::new();
        let admin = Operator::new(&memory);
        let tenant = admin.tenant("Acme");
        fill(&admin.client(tenant, &json!({ "label": "okta" })), 700);
        let job = admin
            .delete(&format!("/tenants/{tenant}?confirm=Acme"))
            .expect(202);
        let path = format!("/jobs/{}", job["id"].as_str().unwrap());
        for _ in 0..steps {
            memory.run_jobs(STEP).unwrap();
        }
        // The lease was taken, and then nothing came of it: the batch behind it fails.
        memory.sql("CREATE TRIGGER killed BEFORE DELETE ON tokens BEGIN SELECT RAISE(ABORT, 'killed'); END");
        memory.sql("CREATE TRIGGER killed_later BEFORE UPDATE OF done ON jobs BEGIN SELECT RAISE(ABORT, 'killed'); END");
        let before = counts(&memory, tenant);
        let failed = memory.run_jobs(Budget::PAID).is_err();
        memory.sql("DROP TRIGGER killed; DROP TRIGGER killed_later");
        assert_eq!(counts(&memory, tenant), before, "all of a batch or none");
        memory.run_jobs(Budget::PAID).unwrap();
        assert_eq!(
            counts(&memory, tenant),
            before,
            "whoever has the lease has it alone"
        );
        if failed {
            // When the lease is over the next to look goes on.
            memory.elapsed.set(memory.elapsed.get() + 60_000);
            let request = admin.request("GET", &path, None);
            let (_, trace) = memory.answer(&request);
            assert!(trace.job, "who looks at a job sets it going");
        }
        memory.run_jobs(Budget::PAID).unwrap();
        assert_eq!(admin.get(&path).expect(200)["state"], "finished");
        assert!(counts(&memory, tenant).iter().all(|count| *count == 0));
        assert!(!memory.answer(&admin.request("GET", &path, None)).1.job);
    }
}

/// With either budget, and killed at any batch, before it or behind it: all is done in the end.
#[test]
fn a_kill_between_any_two_steps_leaves_nothing_undone() {
    for budget in [Budget::FREE, Budget::PAID] {
        for kill in (0..).flat_map(|batches| [(batches, false), (batches, true)]) {
            let memory = Memory::new();
            let admin = Operator::new(&memory);
            let tenant = admin.tenant("Acme");
            fill(&admin.client(tenant, &json!({ "label": "okta" })), 400);
            let job = admin.delete(&format!("/tenants/{tenant}?confirm=Acme"));
            let path = format!("/jobs/{}", job.expect(202)["id"].as_str().unwrap());
            let killed = memory.run_killed_jobs(budget, kill).unwrap();
            let job = admin.get(&path).expect(200);
            assert_eq!(job["result"], json!({ "deleted": 402 }), "{kill:?}");
            assert!(counts(&memory, tenant).iter().all(|count| *count == 0));
            if !killed {
                break;
            }
        }
    }
}

#[test]
fn tenant_1_stays_while_there_is_a_scim_token() {
    let mut memory = Memory::new();
    Client::new(&memory).user("ada");
    Operator::new(&memory)
        .delete("/tenants/1?confirm=default")
        .problem(409, "scim_token_is_set", "SCIM_TOKEN");
    memory.has_scim_token = false;
    let admin = Operator::new(&memory);
    let job = admin.delete("/tenants/1?confirm=default").expect(202);
    memory.run_jobs(Budget::PAID).unwrap();
    let path = format!("/jobs/{}", job["id"].as_str().unwrap());
    assert_eq!(
        admin.get(&path).expect(200)["result"],
        json!({ "deleted": 1 })
    );
    assert_eq!(admin.tenant("New"), 2);
    // Who sets the secret again finds nothing open.
    memory.has_scim_token = true;
    let client = Client::new(&memory);
    client.get("/Users").expect(401);
    client.get("/Users?cursor=").expect(401);
    client
        .post("/Users", &json!({ "userName": "eve" }))
        .expect(401);
}

#[test]
fn a_job_needs_the_scope_that_made_it() {
    let memory = Memory::new();
    let admin = Operator::new(&memory);
    let tenant = admin.tenant("Acme");
    let writer = admin.scoped(&["tenants:write"], None);
    let job = writer
        .delete(&format!("/tenants/{tenant}?confirm=Acme"))
        .expect(202);
    let path = format!("/jobs/{}", job["id"].as_str().unwrap());
    writer.get(&path).expect(200);
    for scope in ["tenants:read", "directory:write", "webhooks:write"] {
        admin
            .scoped(&[scope], None)
            .get(&path)
            .problem(403, "missing_scope", "tenants:write");
    }
    admin
        .get("/jobs/job_none")
        .problem(404, "job_not_found", "");
}

/// Of all databases and tenants, the newest first; who may not end tenants sees none of their ends.
#[test]
fn jobs_are_listed_page_by_page() {
    let memory = Memory::sharded();
    let admin = Operator::new(&memory);
    let new = |name: &str, shard: u16| {
        let body = json!({ "name": name, "shard": shard });
        admin.post("/tenants", &body).expect(201)["id"]
            .as_i64()
            .unwrap()
    };
    let (here, there, gone) = (new("Here", 1), new("There", 2), new("Gone", 2));
    let begin = |tenant: i64| {
        memory.elapsed.set(memory.elapsed.get() + 1_000);
        let got = admin.import(tenant, "more=true", "[]\n");
        got.expect(202)["id"].as_str().unwrap().to_owned()
    };
    let mut ids = vec![begin(here), begin(there), begin(here), begin(there)];
    memory.elapsed.set(memory.elapsed.get() + 1_000);
    let ended = admin.delete(&format!("/tenants/{gone}?confirm=Gone"));
    let ended = ended.expect(202)["id"].as_str().unwrap().to_owned();
    ids.push(ended.clone());
    ids.reverse();
    let page = |who: &Operator<'_>, query: &str| {
        let page = who.get(&format!("/jobs?{query}")).expect(200);
        let rows = page["data"].as_array().unwrap().iter();
        let ids: Vec<String> = rows
            .map(|job| job["id"].as_str().unwrap().to_owned())
            .collect();
        (ids, page["next"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(page(&admin, ""), (ids.clone(), String::new()));
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let (mut rows, next) = page(&admin, &format!("limit=2&after={after}"));
        seen.append(&mut rows);
        if next.is_empty() {
            break;
        }
        after = next;
    }
    assert_eq!(seen, ids);
    let of = |tenant: i64| page(&admin, &format!("tenant={tenant}")).0;
    assert_eq!(of(there), [ids[1].clone(), ids[3].clone()]);
    assert_eq!(of(gone), [ended]);
    assert_eq!(of(99), [""; 0]);
    let writer = admin.scoped(&["directory:write"], None);
    assert_eq!(page(&writer, "").0, ids[1..]);
    let bound = admin.scoped(&["*"], Some(here));
    assert_eq!(page(&bound, "").0, [ids[2].clone(), ids[4].clone()]);
    admin.scoped(&["tenants:read"], None).get("/jobs").problem(
        403,
        "missing_scope",
        "directory:write",
    );
    for (query, code) in [
        ("tenant=x", "invalid_query"),
        ("after=7", "invalid_cursor"),
        ("kind=undo", "invalid_query"),
    ] {
        admin.get(&format!("/jobs?{query}")).problem(400, code, "");
    }
    // What was refused, which may be much, is told of one alone.
    let got = admin.import(1, "", &"[]\n".repeat(1_100));
    let id = got.expect(202)["id"].as_str().unwrap().to_owned();
    for _ in 0..9 {
        memory.run_jobs(Budget::PAID).unwrap();
    }
    let listed = admin.get("/jobs?tenant=1").expect(200)["data"][0].clone();
    let mut shown = admin.get(&format!("/jobs/{id}")).expect(200);
    assert_eq!(shown["result"]["refusals"], 1_100);
    shown["result"].as_object_mut().unwrap().remove("refused");
    assert_eq!(listed, shown);
}

/// On the free plan an event may send 50 statements: what is done each minute stays within, however
/// much there is to do, and all of it is done in the end.
#[test]
fn a_minute_stays_within_a_small_budget() {
    let mut memory = Memory::new();
    memory.settings.master = service::master::Master::parse(&"5a".repeat(32)).unwrap();
    memory.settings.is_free_plan = true;
    let admin = Operator::new(&memory);
    // Many tenants with events that are to be sealed, and later are too old.
    let tenants: Vec<i64> = (0..40).map(|n| admin.tenant(&format!("T{n}"))).collect();
    for tenant in &tenants {
        let client = admin.client(
            *tenant,
            &json!({ "label": "a", "expires_at": "2026-01-05T00:00:00Z" }),
        );
        client.user("ada");
        client.user("ben");
    }
    let hook = json!({ "url": "https://hooks.example.com/" });
    admin.post("/webhooks", &hook).expect(201);
    let lines: Vec<String> = (0..1_200)
        .map(|n| {
            json!({ "user_id": format!("u{n}"), "teams": [format!("t{}", n % 9)] }).to_string()
        })
        .collect();
    let run = |days: u64, minute: u64| {
        memory
            .elapsed
            .set(memory.elapsed.get() + days * 86_400_000 + 60_000);
        let sent = memory.each_minute(Budget::FREE, minute);
        assert!(sent <= 45, "minute {minute}: {sent}");
    };
    let lines = lines.join("\n");
    assert_eq!(admin.import(tenants[0], "", &lines).status, 202);
    let gone = format!("/tenants/{}?confirm=T39", tenants[39]);
    admin.delete(&gone).expect(202);
    (0..140).for_each(|minute| run(0, minute % 60));
    run(100, 1);
    (0..4).for_each(|minute| run(0, minute));
    (0..12).for_each(|_| run(0, 0));
    for (sql, expected) in [
        (
            "SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')",
            0,
        ),
        ("SELECT count(*) FROM users", 1_200 + 2 * 39),
        (
            "SELECT (SELECT max(position) FROM events) - position FROM sealing",
            0,
        ),
        (
            "SELECT count(*) FROM events e WHERE at < '2026-03-01' AND seq < (SELECT max(seq) FROM events WHERE tenant_id = e.tenant_id)",
            0,
        ),
    ] {
        assert_eq!(memory.number(sql), expected, "{sql}");
    }
}

/// What has expired is removed once an hour: to look for it takes statements in each shard.
#[test]
fn what_has_expired_is_looked_for_once_an_hour() {
    let memory = Memory::sharded();
    let sent: Vec<usize> = (0..60)
        .map(|minute| memory.each_minute(Budget::PAID, minute))
        .collect();
    let (first, others) = sent.split_first().unwrap();
    assert!(others.iter().all(|sent| sent < first), "{sent:?}");
}
