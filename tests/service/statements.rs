//! Representative statements, as they are sent, each with its query plan: `tests/statements/*.sql`.
//! A change of SQL is reviewed there, as a diff. `WRITE_STATEMENTS=1 cargo test --test service
//! statements::` writes them anew.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use rusqlite::types::Value as Bound;
use rusqlite::{Connection, params_from_iter};
use scim_worker::http::request::Body;
use serde_json::{Value, json};
use service::jobs::Budget;
use service::master::Master;
use store::ledger::requests;
use store::{Parameter, Statement};

use testing::client::{Client, Got, Operator};
use testing::memory::Memory;

mod layout;

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const DEVICE: &str = "urn:example:params:scim:schemas:core:2.0:Device";
const BADGE: &str = "urn:example:params:scim:schemas:extension:workplace:2.0:User:badge";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// What is there before: users `0x1`, `0x3`, … in a group within a group, a device, a token.
struct Scene {
    memory: Memory,
    ada: String,
    bob: String,
    engineers: String,
    staff: String,
    device: String,
}

impl Scene {
    fn new() -> Self {
        let memory = Memory::new();
        let client = Client::new(&memory);
        let (ada, bob) = (client.user("ada"), client.user("bob"));
        let engineers = client.group("Engineers", &[&ada, &bob]);
        let staff = client.group("Staff", &[&engineers]);
        let device = client.created(
            "/Devices",
            &json!({ "schemas": [DEVICE], "serialNumber": "7" }),
        );
        memory.add_token(1, "ada's", Some(&ada), None);
        Self {
            memory,
            ada,
            bob,
            engineers,
            staff,
            device,
        }
    }

    fn client(&self) -> Client<'_> {
        Client::new(&self.memory)
    }

    /// The file of a request: what is sent for it, and how `SQLite` would go about it.
    fn file(&self, client: &Client<'_>, method: &str, path: &str, body: Option<&Value>) -> String {
        self.file_of(method, path, body, || {
            client.send(&client.request(method, path, body))
        })
    }

    fn file_of(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
        ask: impl FnOnce() -> Got,
    ) -> String {
        let database = &self.memory.database;
        database.sent.replace(Some(Vec::new()));
        let got = ask();
        let sent = database.sent.take().unwrap();
        let mut file = format!("-- {method} {path}");
        if let Some(body) = body {
            write!(file, "\n-- {}", shortened(&body.to_string())).unwrap();
        }
        assert!(got.status < 300, "{file}\n{}", got.body);
        for statement in &sent {
            file.push_str("\n\n");
            let connection = database.connection.borrow();
            file.push_str(&printed(&connection, statement));
        }
        file + "\n"
    }
}

fn shortened(text: &str) -> String {
    let first: String = text.chars().take(300).collect();
    let rest = text.len() - first.len();
    if rest > 0 {
        format!("{first} … ({rest} bytes more)")
    } else {
        first
    }
}

/// The statement, its values, its plan.
fn printed(connection: &Connection, statement: &Statement) -> String {
    let mut printed = layout::laid_out(statement.text());
    let mut values = Vec::new();
    for (index, parameter) in statement.parameters().iter().enumerate() {
        let (text, value) = match parameter {
            Parameter::Null => ("NULL".to_owned(), Bound::Null),
            Parameter::Integer(number) => (number.to_string(), Bound::Integer(*number)),
            Parameter::Text(text) => (shortened(&format!("{text:?}")), Bound::Text(text.clone())),
        };
        write!(printed, "\n-- ?{} = {text}", index + 1).unwrap();
        values.push(value);
    }
    let mut explained = connection
        .prepare(&format!("EXPLAIN QUERY PLAN {}", statement.text()))
        .unwrap();
    let rows = explained
        .query_map(params_from_iter(values), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(3)?))
        })
        .unwrap();
    let mut above: Vec<i64> = vec![0];
    for row in rows {
        let (id, parent, step): (i64, i64, String) = row.unwrap();
        if let Some(table) = scanned(statement.text(), &step) {
            panic!("all of {table} is read: {step}\n{}", statement.text());
        }
        while above.len() > 1 && above.last() != Some(&parent) {
            above.pop();
        }
        let indent = 2 * (above.len() - 1);
        write!(printed, "\n-- plan: {:indent$}{step}", "").unwrap();
        above.push(id);
    }
    printed
}

/// Tables that have a tenant's data.
const TENANTS: [&str; 13] = [
    "users",
    "user_emails",
    "teams",
    "team_members",
    "resources",
    "unique_values",
    "events",
    "seals",
    "requests",
    "deleted_resources",
    "pending_members",
    "import_lines",
    "import_keys",
];

/// The table of those that a step of a plan reads whole, by its name or by what it is called in the
/// statement.
fn scanned(text: &str, step: &str) -> Option<&'static str> {
    let mut words = step.strip_prefix("SCAN ")?.split(' ');
    let (name, how) = (words.next()?, words.next());
    if how == Some("VIRTUAL") {
        return None;
    }
    let words: Vec<&str> = text.split([' ', '\n', '(', ',']).collect();
    // What is called so may be a part of the statement, too: that is read whole for nothing.
    let is_part = [" ", ")", ""].map(|end| format!(") {name}{end}"));
    let is_part =
        text.contains(&is_part[0]) || text.contains(&is_part[1]) || text.ends_with(&is_part[2]);
    // The newest event is the last of its table.
    if text.contains("FROM events ORDER BY position DESC LIMIT 1") {
        return None;
    }
    let is_called = |table: &str| {
        let is_it = |words: &[&str]| matches!(words, ["FROM" | "JOIN" | "UPDATE", of, called] if *of == table && *called == name);
        !is_part && words.windows(3).any(is_it)
    };
    TENANTS
        .into_iter()
        .find(|table| *table == name || is_called(table))
}

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/statements"))
}

/// Compares a file with the one that is kept, or keeps it.
fn compare(name: &str, file: &str) {
    let path = folder().join(format!("{name}.sql"));
    if std::env::var_os("WRITE_STATEMENTS").is_some() {
        fs::write(path, file).unwrap();
        return;
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    let mut lines = kept.lines().zip(file.lines()).enumerate();
    if let Some((line, (kept, sent))) = lines.find(|(_, (kept, sent))| kept != sent) {
        panic!(
            "{name}.sql, line {}: kept is\n{kept}\nand sent is\n{sent}\nIf that is meant: WRITE_STATEMENTS=1 cargo test --test \
             service statements::, and look at the diff.",
            line + 1
        );
    }
    assert_eq!(kept, file, "{name}.sql");
}

fn patch(operations: &Value) -> Value {
    json!({ "schemas": [PATCH], "Operations": operations })
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn lists() {
    let scene = Scene::new();
    let client = scene.client();
    let group = &scene.engineers;
    for (name, path) in [
        ("list-users", "/Users?count=20".to_owned()),
        (
            "list-users-with-groups-left-out",
            "/Users?excludedAttributes=groups".to_owned(),
        ),
        (
            "list-users-far-behind",
            "/Users?startIndex=501&count=20".to_owned(),
        ),
        ("list-groups", "/Groups?count=20".to_owned()),
        (
            "list-groups-without-members",
            "/Groups?excludedAttributes=members".to_owned(),
        ),
        ("list-devices", "/Devices".to_owned()),
        ("list-everything", "/?count=20".to_owned()),
        ("list-nothing-but-the-total", "/Users?count=0".to_owned()),
        (
            "list-sorted",
            "/Users?sortBy=userName&sortOrder=descending".to_owned(),
        ),
        (
            "list-sorted-by-email",
            "/Users?sortBy=emails.value".to_owned(),
        ),
        (
            "list-sorted-by-group",
            "/Users?sortBy=groups.display&startIndex=2".to_owned(),
        ),
        (
            "list-everything-sorted",
            "/?sortBy=displayName&count=20".to_owned(),
        ),
        ("list-by-cursor", "/Users?cursor=&count=1".to_owned()),
        (
            "list-sorted-by-cursor",
            "/Users?cursor=&count=1&sortBy=title".to_owned(),
        ),
        (
            "filter-user-name",
            "/Users?filter=userName eq \"ada\"".to_owned(),
        ),
        (
            "filter-id-or-name",
            "/Users?filter=id eq \"7\" or userName eq \"ada\"".to_owned(),
        ),
        (
            "filter-external-id",
            "/Groups?filter=externalId eq \"7\"".to_owned(),
        ),
        (
            "filter-device",
            "/Devices?filter=serialNumber eq \"7\"".to_owned(),
        ),
        (
            "filter-email",
            "/Users?filter=emails.value eq \"ada@example.com\"".to_owned(),
        ),
        (
            "filter-email-by-type",
            "/Users?filter=emails[type eq \"work\" and value eq \"ada@example.com\"]".to_owned(),
        ),
        (
            "filter-text",
            "/Users?filter=userName sw \"ada\" and active eq true".to_owned(),
        ),
        (
            "filter-not",
            "/Users?filter=not (title pr) and meta.lastModified gt \"2026-01-01T00:00:00Z\""
                .to_owned(),
        ),
        (
            "filter-marks",
            "/Users?filter=phoneNumbers[type eq \"work\"] and phoneNumbers[type eq \"home\"]"
                .to_owned(),
        ),
        (
            "filter-much",
            format!(
                "/Users?filter={} or groups.display eq \"Staff\"",
                "not (emails[type eq \"work\"]) or emails[type eq \"home\"] or title co \"a\" or nickName co \"b\""
            ),
        ),
        (
            "filter-users-of-a-group",
            format!("/Users?filter=groups.value eq \"{group}\""),
        ),
        (
            "filter-groups-of-a-user",
            format!("/Groups?filter=members.value eq \"{}\"", scene.ada),
        ),
        (
            "filter-by-name-of-group",
            "/Users?filter=groups.display eq \"Staff\" and active eq true".to_owned(),
        ),
        (
            "filter-two-groups",
            "/Users?filter=groups.display eq \"Staff\" and groups.display sw \"Eng\"".to_owned(),
        ),
        (
            "filter-pairs-beside-a-group",
            format!(
                "/Users?filter=groups.value eq \"{group}\" and {} and {}",
                "(groups.display co \"a\" or title eq \"x\")",
                "(groups.display co \"b\" or title eq \"y\")"
            ),
        ),
        (
            "filter-everything",
            "/?filter=displayName co \"gin\"".to_owned(),
        ),
        (
            "filter-sorted",
            "/Users?filter=title ew \"eer\"&sortBy=emails.value&count=20".to_owned(),
        ),
        (
            "filter-everything-sorted",
            "/?filter=externalId ew \"x\"&sortBy=title&startIndex=2&count=20".to_owned(),
        ),
        (
            "lookup-group-of-a-user",
            format!(
                "/Groups?filter=id eq \"{group}\" and members.value eq \"{}\"",
                scene.bob
            ),
        ),
    ] {
        compare(name, &scene.file(&client, "GET", &path, None));
    }
}

#[test]
fn further_pages() {
    let scene = Scene::new();
    let client = scene.client();
    for (name, query) in [
        ("next-page", "/Users?count=1"),
        ("next-page-sorted", "/Users?count=1&sortBy=userName"),
        ("next-page-sorted-by-title", "/Users?count=1&sortBy=title"),
    ] {
        let first = client.get(&format!("{query}&cursor=")).expect(200);
        let next = first["nextCursor"].as_str().unwrap();
        let file = scene.file(&client, "GET", &format!("{query}&cursor={next}"), None);
        compare(name, &file.replace(next, "…"));
    }
}

/// Where a record is left out the page is fetched again, by what is known to be on it.
#[test]
fn a_page_in_two_trips() {
    let scene = Scene::new();
    let client = scene.client();
    scene.memory.sql(
        "UPDATE users SET document = json_set(document, '$.nickName', printf('%.*c', 9000, 'x'))",
    );
    let path =
        "/Users?filter=title ew \"eer\" or active eq true&sortBy=emails.value&count=20&cursor=";
    compare(
        "filter-sorted-in-two-trips",
        &scene.file(&client, "GET", path, None),
    );
}

#[test]
fn reading_one() {
    let scene = Scene::new();
    let client = scene.client();
    let of_token = Client {
        memory: &scene.memory,
        token: "ada's".to_owned(),
    };
    let user = format!("/Users/{}", scene.ada);
    let group = format!("/Groups/{}", scene.engineers);
    compare("get-user", &scene.file(&client, "GET", &user, None));
    compare("get-group", &scene.file(&client, "GET", &group, None));
    compare("get-me", &scene.file(&of_token, "GET", "/Me", None));
}

#[test]
fn writing_users() {
    let scene = Scene::new();
    let client = scene.client();
    let user = format!("/Users/{}", scene.ada);
    let body = json!({
        "schemas": [USER],
        "userName": "cid",
        "emails": [{ "value": "cid@example.com" }],
        (BADGE.strip_suffix(":badge").unwrap()): { "badge": "7" },
    });
    let replaced = json!({ "schemas": [USER], "userName": "ada", "displayName": "Ada" });
    let active = patch(&json!([{ "op": "replace", "path": "active", "value": false }]));
    let email =
        patch(&json!([{ "op": "add", "path": "emails", "value": [{ "value": "a@example.com" }] }]));
    let badge = patch(&json!([{ "op": "add", "path": BADGE, "value": "8" }]));
    for (name, method, path, body) in [
        ("create-user", "POST", "/Users", Some(&body)),
        ("replace-user", "PUT", user.as_str(), Some(&replaced)),
        ("patch-assign", "PATCH", &user, Some(&active)),
        ("patch-read-and-write", "PATCH", &user, Some(&email)),
        ("patch-unique-value", "PATCH", &user, Some(&badge)),
        ("delete-user", "DELETE", &user, None),
    ] {
        compare(name, &scene.file(&client, method, path, body));
    }
}

/// What is taken back: of a range, with a user who is changed, one who comes, and members.
#[test]
fn undoing() {
    let scene = Scene::new();
    let client = scene.client();
    let operator = Operator::new(&scene.memory);
    let path = format!("/Users/{}", scene.bob);
    let from = scene.memory.number("SELECT max(seq) + 1 FROM events");
    let off = json!([{ "op": "replace", "value": { "active": false } }]);
    let request = client.patch(&path, &off);
    let request = request.header("X-Request-Id").unwrap().to_owned();
    client.delete(&path).expect(204);
    let body = json!({ "from_seq": from });
    let undo = "/tenants/1/undo";
    let file = scene.file_of("POST", undo, Some(&body), || operator.post(undo, &body));
    compare("undo", &file);
    let body = json!({ "request": request, "dry_run": true });
    let file = scene.file_of("POST", undo, Some(&body), || operator.post(undo, &body));
    compare("undo-request", &file);
}

/// Where what is deleted is kept.
#[test]
fn deleting_softly() {
    let scene = Scene::new();
    let client = scene.client();
    scene
        .memory
        .sql("UPDATE tenants SET settings = '{\"deletes\":\"soft\"}'");
    let user = format!("/Users/{}", scene.bob);
    // The instance knows the settings behind it.
    client.get(&user).expect(200);
    let again = json!({ "schemas": [USER], "userName": "bob", "externalId": "7" });
    for (name, method, path, body) in [
        ("kept-delete", "DELETE", user.as_str(), None),
        ("kept-create", "POST", "/Users", Some(&again)),
    ] {
        compare(name, &scene.file(&client, method, path, body));
    }
    client.delete(&user).expect(204);
    let operator = Operator::new(&scene.memory);
    for (name, method, path) in [
        ("kept-list", "GET", "/tenants/1/deleted".to_owned()),
        (
            "kept-restore",
            "POST",
            format!("/tenants/1/deleted/{}/restore", scene.bob),
        ),
    ] {
        let file = scene.file_of(method, &path, None, || operator.send(method, &path, None));
        compare(name, &file);
    }
}

/// A user and a group with a member who is there, and one who is another line.
#[test]
fn importing() {
    let scene = Scene::new();
    let operator = Operator::new(&scene.memory);
    let lines = [
        json!({ "schemas": [USER], "userName": "cid", "externalId": "7", "emails": [{ "value": "cid@example.com" }] }),
        json!({ "schemas": [GROUP], "displayName": "Crew", "members": [{ "userName": "bob" }, { "externalId": "7" }] }),
    ];
    let lines = lines.map(|line| line.to_string()).join("\n");
    let path = "/tenants/1/import";
    let file = scene.file_of("POST", path, None, || operator.import(1, "", &lines));
    compare("import", &file);
    let file = scene.file_of("GET", "/tenants/1/export", None, || {
        operator.get("/tenants/1/export")
    });
    compare("export", &file);
}

/// Members who are not there: kept, listed, and joined when they come.
#[test]
fn waiting_for_members() {
    let scene = Scene::new();
    let client = scene.client();
    scene
        .memory
        .sql("UPDATE tenants SET settings = '{\"unknown_members\":\"pend\"}'");
    let group = format!("/Groups/{}", scene.engineers);
    // The instance knows the settings behind it.
    client.get(&group).expect(200);
    let add = patch(&json!([{ "op": "add", "path": "members", "value": [{ "value": "cid" }] }]));
    compare(
        "pending-add",
        &scene.file(&client, "PATCH", &group, Some(&add)),
    );
    let operator = Operator::new(&scene.memory);
    let path = format!("/tenants/1/groups/{}/pending", scene.engineers);
    let file = scene.file_of("GET", &path, None, || operator.get(&path));
    compare("pending-list", &file);
    let body = json!({ "schemas": [USER], "userName": "cid" });
    let file = scene.file(&client, "POST", "/Users", Some(&body));
    compare("pending-join", &file);
}

/// Events are sealed, verified, read and delivered.
#[test]
fn telling() {
    let mut scene = Scene::new();
    scene.memory.settings.master = Master::parse(&"ab".repeat(32)).unwrap();
    // Of chance.
    scene.memory.sql("UPDATE events SET salt = 'salt'");
    let operator = Operator::new(&scene.memory);
    let sealed = scene.file_of("", "a minute that seals", None, || {
        scene.memory.seal().unwrap();
        operator.get("/tenants/1")
    });
    compare("seal", &sealed);
    let verify = "/tenants/1/events/verify";
    compare(
        "verify",
        &scene.file_of("GET", verify, None, || operator.get(verify)),
    );
    let feed = "/tenants/1/events?limit=2";
    compare(
        "feed-of-a-tenant",
        &scene.file_of("GET", feed, None, || operator.get(feed)),
    );
    let hook = json!({ "url": "https://app.example.com/hook", "tenant": 1 });
    operator.post("/webhooks", &hook).expect(201);
    scene.client().user("cid");
    let delivered = scene.file_of("", "a minute that delivers", None, || {
        scene.memory.deliver(Budget::PAID).unwrap();
        operator.get("/tenants/1")
    });
    compare("deliver", &delivered);
}

#[test]
fn writing_groups() {
    let scene = Scene::new();
    let client = scene.client();
    let group = format!("/Groups/{}", scene.engineers);
    let staff = format!("/Groups/{}", scene.staff);
    let body =
        json!({ "schemas": [GROUP], "displayName": "New", "members": [{ "value": scene.ada }] });
    let replaced =
        json!({ "schemas": [GROUP], "displayName": "Crew", "members": [{ "value": scene.bob }] });
    let add =
        patch(&json!([{ "op": "add", "path": "members", "value": [{ "value": scene.ada }] }]));
    let remove =
        patch(&json!([{ "op": "remove", "path": format!("members[value eq \"{}\"]", scene.ada) }]));
    let named = patch(&json!([{ "op": "remove", "path": "members[display eq \"bob\"]" }]));
    let both = patch(&json!([
        { "op": "replace", "path": "displayName", "value": "All" },
        { "op": "replace", "path": "members", "value": [{ "value": scene.ada }] },
    ]));
    for (name, method, path, body) in [
        ("create-group", "POST", "/Groups", Some(&body)),
        ("replace-group", "PUT", group.as_str(), Some(&replaced)),
        ("members-add", "PATCH", &group, Some(&add)),
        ("members-remove", "PATCH", &group, Some(&remove)),
        ("members-remove-by-filter", "PATCH", &group, Some(&named)),
        ("members-replace-and-name", "PATCH", &staff, Some(&both)),
        ("delete-group", "DELETE", &group, None),
    ] {
        compare(name, &scene.file(&client, method, path, body));
    }
}

#[test]
fn writing_others() {
    let mut scene = Scene::new();
    let device = json!({ "schemas": [DEVICE], "serialNumber": "8" });
    let path = format!("/Devices/{}", scene.device);
    let client = scene.client();
    compare(
        "create-device",
        &scene.file(&client, "POST", "/Devices", Some(&device)),
    );
    compare("delete-device", &scene.file(&client, "DELETE", &path, None));
    scene.memory.settings.accept_user_groups = true;
    let user =
        json!({ "schemas": [USER], "userName": "eve", "groups": [{ "value": scene.staff }] });
    let client = scene.client();
    compare(
        "create-user-in-groups",
        &scene.file(&client, "POST", "/Users", Some(&user)),
    );
}

#[test]
fn bulk() {
    let scene = Scene::new();
    let client = scene.client();
    let file = |name: &str, operations: &Value| {
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
            "Operations": operations,
        });
        compare(name, &scene.file(&client, "POST", "/Bulk", Some(&body)));
    };
    let created = |id: &str| {
        let data = json!({ "schemas": [USER], "userName": format!("user {id}") });
        json!({ "method": "POST", "path": "/Users", "bulkId": id, "data": data })
    };
    let group = |id: &str, member: &str| {
        let data =
            json!({ "schemas": [GROUP], "displayName": id, "members": [{ "value": member }] });
        json!({ "method": "POST", "path": "/Groups", "bulkId": id, "data": data })
    };
    let changed = |id: &str| {
        let data = json!({ "schemas": [PATCH], "Operations": [{ "op": "replace", "value": { "title": "Dr" } }] });
        json!({ "method": "PATCH", "path": format!("/Users/{id}"), "data": data })
    };
    let deleted = |id: &str| json!({ "method": "DELETE", "path": format!("/Users/{id}") });
    file("bulk-create-users", &json!([created("a"), created("b")]));
    file(
        "bulk-create-groups",
        &json!([group("g", &scene.ada), group("h", &scene.bob)]),
    );
    file(
        "bulk-patch",
        &json!([changed(&scene.ada), changed(&scene.bob)]),
    );
    file(
        "bulk-delete",
        &json!([deleted(&scene.ada), deleted(&scene.bob)]),
    );
}

/// What is written of a request behind its reply, and how the log is kept small.
#[test]
fn the_log_of_requests() {
    let scene = Scene::new();
    let client = Client {
        memory: &scene.memory,
        token: "ada's".to_owned(),
    };
    let body = json!({ "userName": "bob" });
    let request = client.request("POST", "/Users", Some(&body));
    let (_, trace) = scene.memory.answer(&request);
    let later = trace.notes.later.into_iter().map(|(_, later)| later);
    let trim = [requests::due(1), requests::trim(1, 1_767_225_600_000)];
    let mut file = format!("-- behind the reply to POST /Users\n-- {body}");
    for statement in later.chain(trim) {
        file.push_str("\n\n");
        let connection = scene.memory.database.connection.borrow();
        file.push_str(&printed(&connection, &statement));
    }
    compare("log-of-requests", &(file + "\n"));
}

#[test]
#[expect(clippy::too_many_lines, reason = "one endpoint after the other")]
fn admin() {
    let scene = Scene::new();
    let admin = Operator::new(&scene.memory);
    // One who is looked up; nobody knows which tokens the others are.
    let support = admin.scoped(&["*"], None);
    let file = |name: &str, operator: &Operator<'_>, method: &str, path: &str, body: &Value| {
        let body = Some(body).filter(|body| !body.is_null());
        let shown = format!("/admin/v1{path}");
        let file = scene.file_of(method, &shown, body, || operator.send(method, path, body));
        compare(name, &file);
    };
    let tenant = json!({ "name": "Acme", "external_id": "org", "settings": { "rate": "off" } });
    file("admin-create-tenant", &admin, "POST", "/tenants", &tenant);
    file(
        "admin-list-tenants",
        &support,
        "GET",
        "/tenants?limit=10",
        &Value::Null,
    );
    let patch =
        json!({ "external_id": null, "metadata": { "plan": "gold" }, "state": "suspended" });
    file(
        "admin-change-tenant",
        &admin,
        "PATCH",
        "/tenants/ext:org",
        &patch,
    );
    let token = json!({ "label": "ada's", "subject": scene.ada });
    file(
        "admin-create-token",
        &admin,
        "POST",
        "/tenants/1/tokens",
        &token,
    );
    file(
        "admin-list-tokens",
        &admin,
        "GET",
        "/tenants/1/tokens",
        &Value::Null,
    );
    file(
        "admin-list-requests",
        &support,
        "GET",
        "/tenants/1/requests?status=4xx&method=PATCH&since=2026-01-01T00:00:00Z&until=2027-01-01T00:00:00Z&resource=7&text=okta\
         &after=req_9&limit=10",
        &Value::Null,
    );
    file(
        "admin-create-client",
        &admin,
        "POST",
        "/tenants/1/clients",
        &json!({ "label": "Entra" }),
    );
    file(
        "admin-users-of-a-tenant",
        &admin,
        "GET",
        "/tenants/1/scim/v2/Users?count=0",
        &Value::Null,
    );
    file(
        "admin-delete-tenant",
        &admin,
        "DELETE",
        "/tenants/2?confirm=Acme",
        &Value::Null,
    );
    let step = scene.file_of("and", "a step of its job", None, || {
        scene
            .memory
            .run_jobs(service::jobs::Budget {
                statements: 1,
                milliseconds: 1_000,
            })
            .unwrap();
        admin.get("/status")
    });
    compare("admin-job", &step);
    file(
        "admin-feed",
        &support,
        "GET",
        "/events?type=user.*&include=resource&limit=10",
        &Value::Null,
    );
    let gone = Client::new(&scene.memory).user("gone");
    Client::new(&scene.memory)
        .delete(&format!("/Users/{gone}"))
        .expect(204);
    // Of chance.
    scene.memory.sql("UPDATE events SET salt = 'salt'");
    file(
        "admin-erase",
        &admin,
        "POST",
        "/tenants/1/erase",
        &json!({ "resource": gone }),
    );
    let sweep = scene.file_of("", "the sweep of an hour", None, || {
        scene.memory.elapsed.set(100 * 86_400_000);
        scene.memory.sweep().unwrap();
        scene.memory.trim_requests();
        admin.get("/status")
    });
    compare("admin-sweep", &sweep);
}

#[test]
fn oauth() {
    let scene = Scene::new();
    let admin = Operator::new(&scene.memory);
    let made = admin
        .post("/tenants/1/clients", &json!({ "label": "Entra" }))
        .expect(201);
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        made["id"].as_str().unwrap(),
        made["secret"].as_str().unwrap()
    );
    let mut request = scene.client().request("POST", "", None);
    request.path = "/oauth/token".to_owned();
    request.content_type = Some("application/x-www-form-urlencoded".to_owned());
    request.body = Body::Bytes(form.into_bytes());
    let file = scene.file_of("POST", "/oauth/token", None, || {
        scene.client().send(&request)
    });
    compare("oauth-token", &file);
}
