//! The log of requests: what is in it, what never is, who reads it, and how it is kept small.

use std::collections::BTreeSet;
use std::fmt::Write;

use scim_worker::http::request::Body;
use serde_json::{Value, json};
use store::ledger::requests::{self, Expense, LogRow, NewRequest, Sender};
use store::tenant::Tenant;
use testing::client::{Client, Operator};
use testing::memory::Memory;

/// The newest row of a tenant's log.
#[track_caller]
fn newest(memory: &Memory, tenant: i64) -> Value {
    list(memory, tenant, "limit=1")["data"][0].clone()
}

#[track_caller]
fn list(memory: &Memory, tenant: i64, query: &str) -> Value {
    let path = format!("/tenants/{tenant}/requests?{query}");
    Operator::new(memory).get(&path).expect(200)
}

fn ids(list: &Value) -> Vec<&str> {
    let rows = list["data"].as_array().unwrap();
    rows.iter().map(|row| row["id"].as_str().unwrap()).collect()
}

fn tenant<'a>(memory: &'a Memory, settings: &Value) -> (i64, Client<'a>) {
    let admin = Operator::new(memory);
    let id = admin.tenant("Example");
    let body = json!({ "settings": settings });
    admin.patch(&format!("/tenants/{id}"), &body).expect(200);
    (id, admin.client(id, &json!({ "label": "Okta" })))
}

fn rows(memory: &Memory) -> i64 {
    memory.number("SELECT count(*) FROM requests")
}

#[test]
fn a_refusal_is_explained() {
    let memory = Memory::new();
    let (id, client) = tenant(&memory, &json!({}));
    let user = client.user("ada");
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [
            { "op": "Replace", "path": "active", "value": "True" },
            { "op": "add", "path": "emails[type eq \"work\"].primary", "value": "maybe" },
        ],
    });
    let mut request = client.request(
        "PATCH",
        &format!("/Users/{user}?attributes=userName,emails"),
        Some(&body),
    );
    request.user_agent = Some("Okta SCIM Client 1.0.0".to_owned());
    let got = client.send(&request);
    assert_eq!(got.status, 400);
    let row = newest(&memory, id);
    let expected = json!({
        "method": "PATCH", "path": format!("/Users/{user}"), "query": "attributes=userName,emails", "status": 400,
        "scim_type": "invalidValue", "detail": got.body["detail"], "operation": 2, "attribute": "emails.primary",
        "milliseconds": 1, "user_agent": "Okta SCIM Client 1.0.0", "provider": "okta",
        "habits": [
            { "name": "entra-capital-op", "path": "Operations.op", "note": "`op` in capital letters: read as in small ones" },
            { "name": "entra-string-boolean", "path": "active", "note": "a string where a boolean is due" },
        ],
        "resources": [user], "request_body": body,
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&row[name], value, "{name} {row:#}");
    }
    assert_eq!(row["reply_body"], got.body);
    assert_eq!(
        (&row["trips"], &row["rows_written"]),
        (&json!(1), &json!(0))
    );
    let credential = &row["credential"];
    assert_eq!(
        (&credential["kind"], &credential["label"]),
        (&json!("token"), &json!("Okta"))
    );
    assert!(credential["id"].as_str().unwrap().starts_with("tok_"));
    assert_eq!(
        Some(row["id"].as_str().unwrap()),
        got.header("X-Request-Id")
    );
    let one = Operator::new(&memory).get(&format!(
        "/tenants/{id}/requests/{}",
        row["id"].as_str().unwrap()
    ));
    assert_eq!(one.expect(200), row);
    assert_eq!(row.as_object().unwrap().len(), 21, "{row:#}");
}

/// Of a path that cannot be read the log has the names in front, of one that can be read all but
/// values that no known part is compared with.
#[test]
fn a_path_is_logged_as_it_was_read() {
    let memory = Memory::new();
    let (id, client) = tenant(&memory, &json!({}));
    let user = client.user("ada");
    let core = "urn:ietf:params:scim:schemas:core:2.0:User:emails";
    for (sent, front) in [
        ("emails[type eq \"Zq s3cret\"", "emails"),
        ("name[givenName eq \"s3cret\"", "name"),
        (&format!("{core}[type eq \"s3cret\""), core),
        ("emails[type eq \"s3cret\"]]", "emails"),
        ("emails[type xx \"s3cret\"].value", "emails"),
        ("emails[type eq 's3cret'].value", "emails"),
        ("emails[type eq \"s3cret\"].value.more", "emails"),
        ("emails[s3cret@example.com]", "emails"),
        ("emails[value eq \"a\"] s3cret@example.com", "emails"),
    ] {
        let operation = json!([{ "op": "add", "path": sent, "value": "s3cret" }]);
        client
            .patch(&format!("/Users/{user}"), &operation)
            .expect(400);
        let row = newest(&memory, id);
        let kept = json!(format!("{front}?"));
        let path = &row["request_body"]["Operations"][0]["path"];
        assert_eq!((&row["attribute"], path), (&kept, &kept), "{sent}");
        assert!(!row.to_string().contains("s3cret"), "{row:#}");
    }
    for (sent, status, kept) in [
        (
            "emails[type eq work].value",
            200,
            "emails[type eq work].value",
        ),
        (
            "emails[type eq \"home\"].value",
            200,
            "emails[type eq \"home\"].value",
        ),
        (
            "emails[type eq \"home\" and shoe eq \"s3cret\"].value",
            200,
            "emails[type eq \"…\" and shoe eq \"…\"].value",
        ),
        (
            "emails[value.x eq \"s3cret\"]",
            200,
            "emails[value.x eq \"…\"]",
        ),
        (
            "emails[urn:x:y:type eq \"s3cret\"].value",
            200,
            "emails[urn:x:y:type eq \"…\"].value",
        ),
        ("emails type eq \"s3cret\"", 400, "emails?"),
    ] {
        let operation = json!([{ "op": "add", "path": sent, "value": "a@example.com" }]);
        client
            .patch(&format!("/Users/{user}"), &operation)
            .expect(status);
        let row = newest(&memory, id);
        assert_eq!(row["request_body"]["Operations"][0]["path"], kept);
        assert!(!row.to_string().contains("s3cret"), "{row:#}");
    }
}

#[test]
fn of_a_bulk_the_first_that_failed_is_told() {
    let memory = Memory::new();
    let (id, client) = tenant(&memory, &json!({ "request_log": { "mode": "failures" } }));
    let create = |name: Value| json!({ "method": "POST", "path": "/Users", "bulkId": name, "data": { "userName": name, "password": "hunter2" } });
    let body = |operations: Vec<Value>| json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations });
    client
        .post("/Bulk", &body(vec![create(json!("ada"))]))
        .expect(200);
    assert_eq!(rows(&memory), 0, "nothing of it failed");
    let got = client
        .post(
            "/Bulk",
            &body(vec![create(json!("bob")), create(json!("Ada"))]),
        )
        .expect(200);
    let row = newest(&memory, id);
    assert_eq!(
        (&row["status"], &row["operation"]),
        (&json!(200), &json!(2))
    );
    assert_eq!(
        (&row["scim_type"], &row["attribute"]),
        (&json!("uniqueness"), &json!("userName"))
    );
    assert_eq!(row["detail"], got["Operations"][1]["response"]["detail"]);
    assert_eq!(
        row["request_body"]["Operations"][0]["data"],
        json!({ "password": "…", "userName": "bob" })
    );
    let made = got["Operations"][0]["location"].as_str().unwrap();
    assert!(
        made.ends_with(row["resources"][0].as_str().unwrap())
            && row["resources"].as_array().unwrap().len() == 1
    );
}

/// Everything a database holds, as text.
fn dump(memory: &Memory) -> String {
    let connection = memory.database.connection.borrow();
    let mut text = String::new();
    let mut statement = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB '*_text*' AND name NOT GLOB 'sqlite_*'")
        .unwrap();
    let tables: Vec<String> = statement
        .query_map((), |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert!(tables.contains(&"requests".to_owned()));
    for table in tables {
        let mut statement = connection
            .prepare(&format!("SELECT * FROM {table}"))
            .unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query(()).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                writeln!(text, "{:?}", row.get_ref(column).unwrap()).unwrap();
                if let Ok(value) = row.get::<_, String>(column) {
                    text.push_str(&value);
                }
            }
        }
    }
    text
}

#[test]
#[expect(clippy::too_many_lines, reason = "one place a line")]
fn no_secret_that_was_sent_is_anywhere_in_the_database() {
    let memory = Memory::new();
    let (_, client) = tenant(&memory, &json!({ "request_log": { "mode": "all" } }));
    let ada = client.user("ada");
    let other = Operator::new(&memory)
        .client(1, &json!({ "label": "other" }))
        .token;
    let own = client.token.clone();
    let uri = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
    let mut secrets = vec![
        own.clone(),
        other.clone(),
        Memory::TOKEN.to_owned(),
        Memory::ADMIN_TOKEN.to_owned(),
    ];
    let count = std::cell::Cell::new(0);
    let mut secret = || {
        count.set(count.get() + 1);
        let secret = format!("s3cret-{}-x", count.get());
        secrets.push(secret.clone());
        secret
    };
    let user = |body: Value| {
        let mut all = json!({ "userName": format!("u{}", rows(&memory)) });
        all.as_object_mut()
            .unwrap()
            .extend(body.as_object().unwrap().clone());
        all
    };
    let path = format!("/Users/{ada}");
    let mut sent = Vec::new();
    for body in [
        user(json!({ "password": secret() })),
        user(json!({ "PassWord": [secret()] })),
        user(json!({ "password": { "value": secret() } })),
        user(json!({ "urn:ietf:params:scim:schemas:core:2.0:User:password": secret() })),
        user(json!({ "urn:ietf:params:scim:schemas:core:2.0:User": { "password": secret() } })),
        user(json!({ "pin": secret(), "unknown": { "deep": [secret(), { "deeper": secret() }] } })),
        user(
            json!({ "name": { "givenName": "Ada", "shoe": secret() }, "emails": [{ "value": "a@b.c", "shoe": secret() }] }),
        ),
        user(json!({ "urn:x:Unknown": { "userName": secret() } })),
        user(
            json!({ "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "badge": secret() } }),
        ),
        user(
            json!({ "emails[type eq \"work\"].value": "a@b.c", format!("emails[shoe eq \"{}\"].value", secret()): "a@b.c" }),
        ),
        user(json!({ "displayName": own, "title": other, "nickName": format!("it is {other}!") })),
        json!({ "password": secret() }),
        json!({ "userName": { "value": 1, "more": secret() }, "active": { "shoe": secret() } }),
        json!([user(json!({ "password": secret() }))]),
        json!(secret()),
        json!({ "schemas": [format!("no uri {}", secret())], "detail": secret(), "status": secret(), "value": secret(), "Operations": [{ "value": secret() }] }),
    ] {
        sent.push(("POST", "/Users".to_owned(), body.clone()));
        sent.push(("PUT", path.clone(), body));
    }
    for operation in [
        json!({ "op": "add", "path": "password", "value": secret() }),
        json!({ "op": "add", "path": format!("emails[not closed \"{}\"", secret()), "value": "x" }),
        json!({ "op": "add", "path": format!("emails[type eq '{}']", secret()), "value": "x" }),
        json!({ "op": "add", "path": format!("emails[type eq '\"', found {}", secret()), "value": "x" }),
        json!({ "op": "add", "path": format!("emails[type {} \"x\"].value", secret()), "value": "x" }),
        json!({ "op": "add", "path": format!("emails[shoe eq \"{}\"].value: x", secret()), "value": "x" }),
        json!({ "op": "remove", "path": format!("userName eq {}", secret()) }),
        json!({ "op": "add", "path": format!("emails[type eq ': {}']", secret()), "value": "x" }),
        json!({ "op": "add", "path": format!("emails[type eq \"x\" and '{}' pr].value", secret()), "value": "x" }),
        json!({ "op": "add", "path": "PASSWORD", "value": [secret()] }),
        json!({ "op": "add", "path": format!("password eq \"{}\"", secret()), "value": secret() }),
        json!({ "op": "add", "value": { "password": secret(), "pin": secret() } }),
        json!({ "op": "add", "path": "", "value": { "password": secret() } }),
        json!({ "op": "add", "path": "pin", "value": { "x": secret() } }),
        json!({ "op": "add", "path": "urn:ietf:params:scim:schemas:core:2.0:User:password", "value": secret() }),
        json!({ "op": "add", "path": format!("emails[shoe eq \"{}\"]", secret()), "value": { "value": "x@y.z", "pin": secret() } }),
        json!({ "op": "add", "path": format!("emails[value eq \"a\" and shoe eq \"{}\"]", secret()), "value": "x@y.z" }),
        json!({ "op": format!("add {}", secret()), "path": "title", "value": "x", "token": secret() }),
        json!({ "op": "replace", "path": "manager", "value": { "displayName": [own, other] } }),
        json!({ "op": "replace", "value": { "title": { "password": secret() }, "name.shoe": secret() } }),
    ] {
        sent.push((
            "PATCH",
            path.clone(),
            json!({ "schemas": [uri], "Operations": [operation] }),
        ));
        let data = json!({ "schemas": [uri], "Operations": [operation] });
        sent.push((
            "POST",
            "/Bulk".to_owned(),
            json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
                "Operations": [{ "method": "PATCH", "path": path, "data": data, "pin": secret() }],
            }),
        ));
    }
    for quote in ["\"", "'"] {
        let path = format!("/Users/x?filter=title eq {quote}{}{quote}", secret());
        let operation = json!({ "method": "DELETE", "path": path });
        sent.push((
            "POST",
            "/Bulk".to_owned(),
            json!({ "Operations": [operation] }),
        ));
    }
    sent.push(("POST", "/Users/.search".to_owned(), json!({
        "filter": format!("userName eq \"{}\"", secret()), "cursor": secret(), "attributes": [format!("a {}", secret())], "pin": secret(),
    })));
    for (method, path, body) in &sent {
        client.send(&client.request(method, path, Some(body)));
    }
    for query in [
        format!("filter=userName eq \"{}\"", secret()),
        format!("filter=password eq \"{}\"", secret()),
        format!("filter=userName eq {}", secret()),
        format!("filter=userName eq \"{}", secret()),
        format!(
            "filter=emails[value eq \"{}\" and type eq {}]",
            secret(),
            secret()
        ),
        format!("filter=active eq \"{}\"", secret()),
        format!("filter=meta.lastModified gt \"{}\"", secret()),
        format!("filter=userName eq '{} {}'", secret(), secret()),
        format!("filter=userName {} \"x\"", secret()),
        format!("filter=userName {} {}", secret(), secret()),
        format!("filter=userName%2520eq%2520%2522{}%2522", secret()),
        format!("filter=userName%20eq%20%22{}%22", secret()),
        format!("filter=\"{}\" eq userName", secret()),
        format!("filter=userName eq \"a\" {}", secret()),
        format!("filter=emails[type eq 'closing' '\"' for {}", secret()),
        format!("FILTER=not (userName co \"a\\\" {}\")", secret()),
        format!("access_token={}&cursor={}&token={own}", secret(), secret()),
        format!("count={}&startIndex=a {}", secret(), secret()),
        format!("%zz={}", secret()),
    ] {
        client.get(&format!("/Users?{query}"));
    }
    client.get(&format!("/Users/{own}"));
    client.get(&format!("/Nothing/{other}"));
    let mut request = client.request("GET", "/Users", None);
    request.user_agent = Some(format!("curl {own} {other}"));
    client.send(&request);
    let mut request = client.request("POST", "/Users", None);
    request.content_type = Some("application/json".to_owned());
    for body in [
        format!("{{\"password\":\"{}\"", secret()),
        format!("{{\"password\":\"{}\"}}{{", secret()),
    ] {
        request.body = Body::Bytes(body.into_bytes());
        client.send(&request);
    }
    let measured = newest(&memory, 2)["request_body"]["bytes"].as_i64();
    assert!(measured > Some(20));
    assert!(
        rows(&memory) >= i64::try_from(sent.len()).unwrap() + 15,
        "{}",
        rows(&memory)
    );
    let dump = dump(&memory);
    assert!(dump.contains("entra") || dump.contains("PATCH"));
    let found: BTreeSet<&String> = secrets
        .iter()
        .filter(|secret| dump.contains(secret.as_str()))
        .collect();
    for secret in &found {
        for line in dump.lines().filter(|line| line.contains(secret.as_str())) {
            eprintln!("{secret}: {line}");
        }
    }
    assert!(found.is_empty(), "{found:?}");
}

/// What a client sent is told but for values: an operator, a name or a sign that is wrong is all
/// that there is to find.
#[test]
fn the_sentence_is_the_one_that_the_client_got() {
    let memory = Memory::new();
    let (id, client) = tenant(&memory, &json!({}));
    let user = client.user("ada");
    for operation in [
        json!({ "op": "frob", "path": "title", "value": "x" }),
        json!({ "op": "add", "path": "title" }),
        json!({ "op": "remove" }),
        json!({ "op": "add", "path": "emails[type zz ab].value", "value": "x" }),
        json!({ "op": "add", "path": "emails[type pr].value x", "value": "x" }),
        json!({ "op": "add", "path": "emails.zz.y", "value": "x" }),
    ] {
        let body = json!({ "Operations": [operation] });
        let got = client.patch(&format!("/Users/{user}"), &body);
        let row = newest(&memory, id);
        let detail = got.expect(400)["detail"].as_str().unwrap().to_owned();
        let detail = detail.replace(" zz ab]", " zz \"…\"]");
        let detail = detail.replace("found 'x'", "found \"…\"");
        assert_eq!(row["detail"], detail);
    }
    for (query, kept) in [
        ("sortOrder=x", "sortOrder=…"),
        ("filter=userName zz \"a\"", "filter=userName zz \"…\""),
        ("filter=userName == \"a\"", "filter=userName == \"…\""),
        ("filter=userName like \"a\"", "filter=userName like \"…\""),
        ("filter=userName pr)", "filter=userName pr)"),
        ("filter=emails[type.zz.y pr]", "filter=emails[\"…\" pr]"),
        (
            "filter=userName eq \"a\"and active pr",
            "filter=userName eq \"…\"and active pr",
        ),
        ("filter=userName pr and eq", "filter=userName pr and eq"),
    ] {
        let got = client.get(&format!("/Users?{query}"));
        let row = newest(&memory, id);
        assert_eq!(row["query"], kept);
        let detail = &got.expect(400)["detail"];
        assert_eq!(&row["detail"], detail);
        assert_eq!(&row["reply_body"]["detail"], detail);
    }
    let admin = Operator::new(&memory);
    admin
        .get(&format!("/tenants/{id}/scim/v2x/Users"))
        .expect(400);
    assert_eq!(newest(&memory, id)["path"], "/v2x/Users");
    let ids: Vec<String> = (0..70).map(|id| format!("title eq \"{id}\"")).collect();
    client.get(&format!("/Users?filter={}", ids.join(" or ")));
    let row = newest(&memory, id);
    assert!(row["detail"].to_string().contains("as in id eq"), "{row}");
}

#[test]
fn the_setting_says_what_is_kept() {
    let memory = Memory::new();
    let (id, client) = tenant(&memory, &json!({}));
    let set = |log: Value| {
        let body = json!({ "settings": { "request_log": log } });
        Operator::new(&memory)
            .patch(&format!("/tenants/{id}"), &body)
            .expect(200);
    };
    let kept = |names: &[&str]| {
        memory.sql("DELETE FROM requests");
        let name = memory.elapsed.get().to_string();
        client.user(&name);
        client.get("/Users").expect(200);
        client.get("/Users?filter=nonsense").expect(400);
        client.get("/Users/nobody").expect(404);
        client.get("/ServiceProviderConfig").expect(200);
        client.get("/Nothing").expect(404);
        client
            .post("/Users", &json!({ "userName": name }))
            .expect(409);
        client.post("/Users/.search", &json!({})).expect(200);
        let list = list(&memory, id, "");
        let mut found: Vec<String> = list["data"]
            .as_array()
            .unwrap()
            .iter()
            .rev()
            .map(|row| format!("{} {}", row["method"].as_str().unwrap(), row["status"]))
            .collect();
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(std::mem::take(&mut found), names);
    };
    let changes = ["POST 201", "GET 400", "GET 404", "GET 404", "POST 409"];
    kept(&changes);
    set(json!({ "mode": "failures" }));
    kept(&changes[1..]);
    set(json!({ "mode": "all" }));
    kept(&[
        "POST 201", "GET 200", "GET 400", "GET 404", "GET 200", "GET 404", "POST 409", "POST 200",
    ]);
    set(json!({ "mode": "off" }));
    kept(&[]);
    set(json!({ "mode": null, "bodies": false }));
    kept(&changes);
    let row = newest(&memory, id);
    assert_eq!(
        (&row["request_body"], &row["reply_body"]),
        (&json!(null), &json!(null))
    );
    assert_eq!(row["scim_type"], "uniqueness");
    let told = Operator::new(&memory)
        .get(&format!("/tenants/{id}"))
        .expect(200);
    assert_eq!(told["settings_without_effect"], json!([]));
}

/// A tenant older than the log keeps no bodies until an operator says so.
#[test]
fn an_older_tenant_begins_without_bodies() {
    let memory = Memory::upgraded("0011", |connection| {
        connection.execute("INSERT INTO tokens (hash, tenant_id, label, created_at) VALUES ('x', 1, 'old', '')", ()).unwrap();
    });
    Client::new(&memory).user("ada");
    let row = newest(&memory, 1);
    assert_eq!(row["request_body"], json!(null));
    assert_eq!(
        row["credential"],
        json!({ "kind": "secret", "id": null, "label": "SCIM_TOKEN" })
    );
}

#[test]
fn only_who_is_known_is_logged_and_no_request_pays_for_it() {
    let memory = Memory::new();
    let (id, client) = tenant(&memory, &json!({}));
    let stranger = Client {
        memory: &memory,
        token: "nobody's".to_owned(),
    };
    stranger.get("/Users").expect(401);
    stranger.get("/Nothing").expect(404);
    stranger
        .post("/Users", &json!({ "userName": "x" }))
        .expect(401);
    assert_eq!(rows(&memory), 0);
    // The database is not even asked: whoever guesses tokens costs nothing more.
    let guess = stranger.request("GET", "/Users", None);
    assert_eq!(memory.answer(&guess).1.notes.later, []);
    client.user("ada");
    // Through the admin face, it is the operator's.
    let admin = Operator::new(&memory);
    let support = admin.scoped(&["directory:write"], None);
    support
        .post(
            &format!("/tenants/{id}/scim/v2/Users"),
            &json!({ "userName": "bob" }),
        )
        .expect(201);
    let row = newest(&memory, id);
    assert_eq!(
        (&row["path"], &row["credential"]["kind"]),
        (&json!("/Users"), &json!("operator_token"))
    );
    assert_eq!(row["credential"]["label"], "directory:write");
    // A suspended tenant's, too.
    admin
        .patch(&format!("/tenants/{id}"), &json!({ "state": "suspended" }))
        .expect(200);
    client.get("/Users").expect(403);
    assert_eq!(newest(&memory, id)["status"], 403);
    admin
        .patch(&format!("/tenants/{id}"), &json!({ "state": "active" }))
        .expect(200);
    // What is refused for coming too often is not.
    let before = rows(&memory);
    memory.rates.limit.set(0);
    client
        .post("/Users", &json!({ "userName": "carl" }))
        .expect(429);
    memory.rates.limit.set(usize::MAX);
    assert_eq!(rows(&memory), before);
    // The statements of a request are the same with the log and without.
    let sent = |client: &Client| {
        *memory.database.sent.borrow_mut() = Some(Vec::new());
        client.user(&format!("u{}", memory.elapsed.get()));
        memory.database.sent.borrow_mut().take().unwrap().len()
    };
    let with = sent(&client);
    admin
        .patch(
            &format!("/tenants/{id}"),
            &json!({ "settings": { "request_log": { "mode": "off" } } }),
        )
        .expect(200);
    client.get("/Users").expect(200);
    assert_eq!(sent(&client), with);
    assert_eq!(newest(&memory, id)["status"], 201);
}

/// As the Worker writes them (`http::gathering`).
#[test]
fn rows_of_many_requests_are_written_together() {
    let memory = Memory::sharded();
    let admin = Operator::new(&memory);
    let (first, ada) = tenant(&memory, &json!({ "request_log": { "mode": "all" } }));
    let (second, bob) = tenant(&memory, &json!({ "request_log": { "bodies": false } }));
    let there = admin
        .post("/tenants", &json!({ "name": "There", "shard": 2 }))
        .expect(201);
    let there = there["id"].as_i64().unwrap();
    let carl = admin.client(there, &json!({ "label": "There" }));
    let before = rows(&memory);
    *memory.gathered.borrow_mut() = Some(Vec::new());
    ada.user("ada \"\u{2028}é");
    bob.user("bob");
    carl.user("carl");
    ada.get("/Users").expect(200);
    Client::new(&memory).user("default");
    // Bob was good when his request came.
    let tokens = format!("/tenants/{second}/tokens");
    let token = admin.get(&tokens).expect(200)["data"][0]["id"].clone();
    let token = format!("{tokens}/{}", token.as_str().unwrap());
    admin.delete(&token).expect(204);
    bob.get("/Users").expect(401);
    let gathered = memory.gathered.take().unwrap();
    assert_eq!(gathered.len(), 5);
    let written = requests::write(&gathered);
    let shards: Vec<u16> = written.iter().map(|(shard, _)| *shard).collect();
    assert_eq!(shards, [1, 2]);
    memory.run_later(&written);
    memory.run_later(&written);
    assert_eq!(rows(&memory) - before, 4, "each once");
    let list = |tenant| {
        list(&memory, tenant, "")["data"]
            .as_array()
            .unwrap()
            .clone()
    };
    let (of_ada, of_bob, of_carl) = (list(first), list(second), list(there));
    assert_eq!((of_ada.len(), of_bob.len(), of_carl.len()), (2, 1, 1));
    assert_eq!(of_ada[0]["method"], "GET");
    assert_eq!(of_ada[1]["request_body"]["userName"], "ada \"\u{2028}é");
    assert_eq!(of_bob[0]["request_body"], Value::Null);
    assert_eq!(of_carl[0]["credential"]["label"], "There");
    let secret = json!({ "id": null, "kind": "secret", "label": "SCIM_TOKEN" });
    assert_eq!(newest(&memory, 1)["credential"], secret);
    // Carl was not.
    let database = memory.database_of(2);
    database.sql("DELETE FROM requests; UPDATE tokens SET revoked_at = '2025-12-31T00:00:00.000Z'");
    memory.run_later(&written);
    let rows_there = || database.number("SELECT count(*) FROM requests");
    assert_eq!(rows_there(), 0);
    for (at_fault, mended) in [
        (
            "UPDATE tokens SET revoked_at = NULL, expires_at = '2025-12-31T00:00:00.000Z'",
            "UPDATE tokens SET expires_at = NULL",
        ),
        (
            "UPDATE tenants SET state = 'deleted'",
            "UPDATE tenants SET state = 'active'",
        ),
    ] {
        database.sql(at_fault);
        memory.run_later(&written);
        assert_eq!(rows_there(), 0, "{at_fault}");
        database.sql(mended);
    }
    memory.run_later(&written);
    assert_eq!(rows_there(), 1);
}

/// Beside the rows of many requests each log that is due is trimmed, once, and where it stands.
#[test]
fn beside_rows_of_many_requests_each_log_is_trimmed_once() {
    let row = |shard: u16, tenant: i64| {
        let of = Tenant::Known(tenant);
        let caller = (&of, &Sender::Customer);
        let trim = Some((tenant, 1_767_225_600_000));
        LogRow::new(
            shard,
            caller,
            NewRequest::default(),
            Expense::default(),
            trim,
        )
    };
    let rows = [row(2, 7), row(1, 3), row(2, 7), row(2, 8), row(1, 3)];
    let written = requests::write(&rows);
    let (inserts, trims) = written.split_at(2);
    assert!(
        inserts
            .iter()
            .all(|(_, it)| it.text().starts_with("INSERT "))
    );
    let trim = |tenant| requests::trim(tenant, 1_767_225_600_000);
    assert_eq!(trims, [(2, trim(7)), (1, trim(3)), (2, trim(8))]);
}

/// What fails behind the reply fails nobody.
#[test]
fn a_reply_does_not_wait_for_its_row() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    memory.sql("DROP TABLE requests");
    let body = json!({ "userName": "ada" });
    let (reply, trace) = memory.answer(&client.request("POST", "/Users", Some(&body)));
    assert_eq!(reply.status, 201);
    let logs = |text: &str| text.starts_with("INSERT OR IGNORE INTO requests");
    assert_eq!(
        trace
            .notes
            .later
            .iter()
            .filter(|(_, later)| logs(later.text()))
            .count(),
        1
    );
}

#[test]
fn the_list_is_filtered_and_comes_in_pages() {
    let memory = Memory::new();
    let (id, client) = tenant(&memory, &json!({ "request_log": { "mode": "all" } }));
    let ada = client.user("ada");
    client.get(&format!("/Users/{ada}")).expect(200);
    client.get("/Users/nobody").expect(404);
    client
        .patch(
            &format!("/Users/{ada}"),
            &json!([{ "op": "add", "path": "title", "value": "Countess" }]),
        )
        .expect(200);
    client.get("/Users?filter=nonsense").expect(400);
    let statuses = |query: &str| -> Vec<i64> {
        let list = list(&memory, id, query);
        list["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["status"].as_i64().unwrap())
            .collect()
    };
    assert_eq!(statuses(""), [400, 200, 404, 200, 201]);
    for (query, found) in [
        ("status=4xx", vec![400, 404]),
        ("status=404", vec![404]),
        ("status=5xx", vec![]),
        ("method=patch", vec![200]),
        ("method=GET&status=2xx", vec![200]),
        ("method=FOO", vec![]),
        ("text=countess", vec![200]),
        ("text=no%20such%20user&status=200", vec![]),
        (&format!("resource={ada}"), vec![200, 200, 201]),
        ("resource=a%22b", vec![]),
        ("since=2026-01-01T00:00:00Z", vec![400, 200, 404, 200, 201]),
        ("until=2026-01-01T00:00:00Z", vec![]),
    ] {
        assert_eq!(statuses(query), found, "{query}");
    }
    let all = list(&memory, id, "");
    let by_plus = "/tenants/2/requests?since=2026-01-01T00:00:00+00:00";
    Operator::new(&memory)
        .get(by_plus)
        .problem(400, "invalid_query", "%2B");
    let third = all["data"][2]["at"].as_str().unwrap();
    assert_eq!(statuses(&format!("since={third}")), [400, 200, 404]);
    assert_eq!(statuses(&format!("until={third}")), [200, 201]);
    let mut after = String::new();
    let mut walked = Vec::new();
    loop {
        let page = list(&memory, id, &format!("limit=2{after}"));
        walked.extend(ids(&page).into_iter().map(str::to_owned));
        let Some(next) = page["next"].as_str() else {
            break;
        };
        after = format!("&after={next}");
    }
    assert_eq!(walked, ids(&all));
    let admin = Operator::new(&memory);
    for (query, words) in [
        ("status=4x", "4xx"),
        ("status=99", "409"),
        ("since=yesterday", "RFC 3339"),
        ("until=2026-01-01", "RFC 3339"),
        // It would choose all.
        ("resource=", "`resource` must be given a value"),
        ("method=", "left out"),
        ("text=", "left out"),
        ("status=", "left out"),
        ("since=", "left out"),
        ("until=", "left out"),
    ] {
        admin
            .get(&format!("/tenants/{id}/requests?{query}"))
            .problem(400, "invalid_query", words);
    }
    admin.get(&format!("/tenants/{id}/requests/req_x")).problem(
        404,
        "request_not_found",
        "request_log",
    );
    // A page of large rows ends earlier, and goes on.
    memory.sql("UPDATE requests SET reply_body = printf('\"%.*c\"', 400000, 'x')");
    let page = list(&memory, id, "");
    assert_eq!((ids(&page).len(), page["next"].is_string()), (3, true));
}

#[test]
fn it_is_kept_small() {
    let memory = Memory::new();
    let (id, client) = tenant(
        &memory,
        &json!({ "request_log": { "mode": "all", "days": 3 } }),
    );
    client.user("ada");
    let day = 86_400_000;
    memory.elapsed.set(memory.elapsed.get() + 3 * day - 600_000);
    client.get("/Users").expect(200);
    let trim = || {
        for _ in 0..60 {
            memory.elapsed.set(memory.elapsed.get() + 60_000);
            memory.trim_requests();
        }
    };
    assert_eq!(rows(&memory), 2);
    trim();
    assert_eq!(rows(&memory), 1, "the older one is three days old");
    let fill = |rows: usize, bytes: usize| {
        memory.sql(&format!(
            "INSERT INTO requests (tenant_id, id, at, method, path, query, status, milliseconds, trips, rows_read, rows_written, \
             habits, resources, reply_body) WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {rows}) \
             SELECT {id}, printf('req_%012xf%019x', {at}, n), '', 'GET', '', '', 200, 1, 1, 1, 1, '[]', '[]', \
             printf('\"%.*c\"', {bytes}, 'x') FROM n",
            at = 1_767_225_600_000 + memory.elapsed.get(),
        ));
    };
    fill(12_345, 10);
    trim();
    assert_eq!(rows(&memory), 10_000);
    memory.sql("DELETE FROM requests");
    fill(2_000, 20_000);
    trim();
    let kept = rows(&memory);
    assert!(
        memory.number("SELECT sum(bytes) FROM requests") <= 20_000_000 && kept > 900,
        "{kept}"
    );
    // Beside the rows that it gets, now and then, it is trimmed, too.
    fill_to(&memory, id);
    let later = store::ledger::requests::trim(id, 1_767_225_600_000);
    memory.run_later(&[(1, later)]);
    assert_eq!(rows(&memory), 10_500 - 500);
    // It ends with its tenant.
    Operator::new(&memory)
        .delete(&format!("/tenants/{id}?confirm=Example"))
        .expect(202);
    for _ in 0..10 {
        memory.run_jobs(service::jobs::Budget::PAID).unwrap();
    }
    assert_eq!(rows(&memory), 0);
}

fn fill_to(memory: &Memory, id: i64) {
    memory.sql(&format!(
        "DELETE FROM requests; \
         INSERT INTO requests (tenant_id, id, at, method, path, query, status, milliseconds, trips, rows_read, rows_written, \
         habits, resources) WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 10500) \
         SELECT {id}, printf('req_%032x', 10000000000000000 + n), '', 'GET', '', '', 200, 1, 1, 1, 1, '[]', '[]' FROM n; \
         UPDATE requests SET id = replace(id, 'req_0', 'req_9')",
    ));
}

#[test]
fn bodies_are_of_bounded_size() {
    let memory = Memory::new();
    let (id, client) = tenant(&memory, &json!({}));
    let many: Vec<Value> = (0..2_000).map(|number| json!({ "value": format!("{number}@example.com"), "display": "\u{1}".repeat(20) })).collect();
    client.post(
        "/Users",
        &json!({ "userName": "ada", "emails": many, "title": "é".repeat(90_000) }),
    );
    let row = newest(&memory, id);
    for name in ["request_body", "reply_body"] {
        let length = row[name].to_string().len();
        assert!(length <= 16_384, "{name} {length}");
    }
    assert_eq!(
        row["request_body"]["userName"],
        json!(null),
        "behind the list, cut"
    );
    // A large reply is measured.
    let (_, client) = tenant(&memory, &json!({ "request_log": { "mode": "all" } }));
    for number in 0..40 {
        client.created(
            "/Users",
            &json!({ "userName": number.to_string(), "title": "x".repeat(2_000) }),
        );
    }
    client.get("/Users").expect(200);
    assert!(
        newest(&memory, id + 1)["reply_body"]["bytes"]
            .as_i64()
            .unwrap()
            > 65_536
    );
}

#[test]
fn who_may_read_it() {
    let memory = Memory::new();
    let (id, client) = tenant(&memory, &json!({}));
    client.user("ada");
    let admin = Operator::new(&memory);
    let row = newest(&memory, id)["id"].as_str().unwrap().to_owned();
    let paths = [
        format!("/tenants/{id}/requests"),
        format!("/tenants/{id}/requests/{row}"),
    ];
    for path in &paths {
        for scopes in [
            &["tenants:write"][..],
            &["directory:write"],
            &["events:read"],
        ] {
            admin
                .scoped(scopes, None)
                .get(path)
                .problem(403, "missing_scope", "requests:read");
        }
        admin.scoped(&["requests:read"], None).get(path).expect(200);
        admin
            .scoped(&["requests:read"], Some(id))
            .get(path)
            .expect(200);
        admin.scoped(&["requests:read"], Some(1)).get(path).problem(
            404,
            "tenant_not_found",
            "tenant",
        );
    }
    // Another tenant's request is none of this one's.
    admin
        .get(&format!("/tenants/1/requests/{row}"))
        .problem(404, "request_not_found", "no such");
}
