//! Versions (RFC 7644 §3.14): conditions of every verb, and writers that meet.

use std::cell::{Cell, RefCell};

use scim_worker::http::instance::Instance;
use scim_worker::http::{Environment, respond};
use serde_json::{Value, json};
use service::credential::Secret;
use service::gauge::TOGETHER;
use service::master::Master;
use service::{Context, Mint, Moment};
use store::{Cost, Database, Error, Results, Statement};
use testing::client::{Client, Got, Operator};
use testing::memory::Memory;

fn replace(path: &str, value: &str) -> Value {
    json!([{ "op": "replace", "path": path, "value": value }])
}

fn patch_body(operations: &Value) -> Value {
    json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations })
}

/// Sends a request with `If-Match`.
fn matching(
    client: &Client<'_>,
    method: &str,
    path: &str,
    body: Option<&Value>,
    if_match: &str,
) -> Got {
    let mut request = client.request(method, path, body);
    request.if_match = Some(if_match.to_owned());
    client.send(&request)
}

/// Sends a GET with `If-None-Match`.
fn unless(client: &Client<'_>, path: &str, if_none_match: &str) -> Got {
    let mut request = client.request("GET", path, None);
    request.if_none_match = Some(if_none_match.to_owned());
    client.send(&request)
}

fn version(client: &Client<'_>, path: &str) -> String {
    let got = client.get(path);
    let etag = got.header("ETag").unwrap().to_owned();
    assert_eq!(got.expect(200)["meta"]["version"], json!(etag));
    etag
}

/// One resource of each type, and a body for its PUT.
fn resources(client: &Client<'_>) -> Vec<(String, Value)> {
    let user = client.user("ada");
    let group = client.group("A", &[&user]);
    let device = client.created("/Devices", &json!({ "serialNumber": "1" }));
    vec![
        (
            format!("/Users/{user}"),
            json!({ "userName": "ada", "displayName": "next" }),
        ),
        (format!("/Groups/{group}"), json!({ "displayName": "next" })),
        (
            format!("/Devices/{device}"),
            json!({ "serialNumber": "1", "displayName": "next" }),
        ),
    ]
}

#[test]
fn if_match_guards_every_write_of_every_type() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for (path, body) in resources(&client) {
        let patch = patch_body(&replace("displayName", "other"));
        let long = patch_body(
            &json!([{ "op": "add", "value": { "displayName": "other" } }, { "op": "remove", "path": "externalId" }]),
        );
        let current = version(&client, &path);
        let bare = current.trim_start_matches("W/").to_owned();
        for old in ["W/\"other\"", "\"other\"", "other", "W/\"a\", W/\"b\"", ""] {
            for (method, body) in [
                ("PUT", Some(&body)),
                ("PATCH", Some(&patch)),
                ("PATCH", Some(&long)),
                ("DELETE", None),
            ] {
                let got = matching(&client, method, &path, body, old);
                got.refused(412, "", "If-Match");
            }
            assert_eq!(version(&client, &path), current, "nothing was written");
        }
        // Marks, lists and the asterisk are all ways to say it.
        for (number, good) in ["W/\"VERSION\"", "\"VERSION\"", "W/\"x\",W/\"VERSION\"", "*"]
            .into_iter()
            .enumerate()
        {
            let now = version(&client, &path);
            let now = now.trim_start_matches("W/").trim_matches('"');
            let patch = patch_body(&replace("displayName", &format!("name {number}")));
            let got = matching(
                &client,
                "PATCH",
                &path,
                Some(&patch),
                &good.replace("VERSION", now),
            );
            assert!([200, 204].contains(&got.status), "{good} {:#}", got.body);
            assert_ne!(got.header("ETag").unwrap(), format!("W/\"{now}\""));
        }
        assert_eq!(
            matching(&client, "PATCH", &path, Some(&patch), &bare).status,
            412,
            "{bare} is an old one"
        );
        let now = version(&client, &path);
        matching(&client, "PUT", &path, Some(&body), &now).expect(200);
        let now = version(&client, &path);
        matching(&client, "DELETE", &path, None, &now).expect(204);
        client.get(&path).expect(404);
        assert_eq!(matching(&client, "DELETE", &path, None, "*").status, 404);
    }
}

#[test]
fn if_none_match_spares_what_is_known() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for (path, body) in resources(&client) {
        let current = version(&client, &path);
        for known in [
            current.as_str(),
            current.trim_start_matches("W/"),
            "*",
            &format!("W/\"x\", {current}"),
        ] {
            let got = unless(&client, &path, known);
            assert_eq!(
                (got.status, &got.reply.body, &got.body),
                (304, &None, &Value::Null),
                "{known}"
            );
            // What a 200 would have said of the version and its place (RFC 9110 §15.4.5).
            let whole = client.get(&path);
            for header in ["ETag", "Content-Location", "Vary"] {
                assert_eq!(got.header(header), whole.header(header), "{header}");
            }
        }
        assert_eq!(
            unless(&client, &path, &current).header("ETag"),
            Some(current.as_str())
        );
        unless(&client, &path, "W/\"other\"").expect(200);
        client.put(&path, &body).expect(200);
        unless(&client, &path, &current).expect(200);
    }
}

#[test]
fn a_version_never_comes_back() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let path = format!("/Users/{}", client.user("ada"));
    let mut seen = vec![version(&client, &path)];
    for round in 0..6 {
        let title = ["a", "b"][round % 2];
        client.patch(&path, &replace("title", title)).expect(200);
        let now = version(&client, &path);
        assert!(
            !seen.contains(&now),
            "the document is as it was before, the version is not"
        );
        seen.push(now);
    }
    for old in &seen[..6] {
        matching(
            &client,
            "PATCH",
            &path,
            Some(&patch_body(&replace("title", "c"))),
            old,
        )
        .expect(412);
    }
}

#[test]
fn of_two_writers_with_one_version_one_wins() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let user = client.user("ada");
    let group = client.group("A", &[]);
    let add =
        patch_body(&json!([{ "op": "add", "path": "members", "value": [{ "value": user }] }]));
    let rename = patch_body(&replace("displayName", "B"));
    let path = format!("/Groups/{group}");
    for (first, second) in [(&add, &rename), (&rename, &add)] {
        let group = client.group(&format!("G{}", memory.elapsed.get()), &[]);
        let path = format!("/Groups/{group}");
        let seen = version(&client, &path);
        matching(&client, "PATCH", &path, Some(first), &seen).expect(204);
        matching(&client, "PATCH", &path, Some(second), &seen).expect(412);
        client.delete(&path).expect(204);
    }
    // What changes nothing is no write, but its condition holds all the same.
    let seen = version(&client, &path);
    matching(&client, "PATCH", &path, Some(&add), &seen).expect(204);
    matching(&client, "PATCH", &path, Some(&add), &seen).expect(412);
    let seen = version(&client, &path);
    matching(&client, "PATCH", &path, Some(&add), &seen).expect(204);
    matching(&client, "PATCH", &path, Some(&add), &seen).expect(204);
}

// Writers that meet: another request is served between two round trips of one.

/// A database in which, in front of the round trips named, something else happens first.
struct Meeting<'a> {
    memory: &'a Memory,
    trips: Cell<usize>,
    /// What happens, given the number of the trip.
    rival: RefCell<Box<dyn FnMut(usize) + 'a>>,
}

impl Database for Meeting<'_> {
    async fn batch(&self, statements: Vec<Statement>) -> Result<Results, Error> {
        self.trips.set(self.trips.get() + 1);
        (self.rival.borrow_mut())(self.trips.get());
        self.memory.database.batch(statements).await
    }

    async fn pause(&self, _: u32) {}

    fn cost(&self) -> Cost {
        self.memory.database.cost()
    }
}

/// Ids and versions of the request that is met.
struct Minted(Cell<u64>);

impl Mint for Minted {
    fn id(&self) -> String {
        format!("019b0000-{}", self.version())
    }

    fn version(&self) -> String {
        self.0.set(self.0.get() + 1);
        format!("met-{}", self.0.get())
    }
}

/// Sends a request while a rival acts in front of each of its round trips.
fn met<'a>(
    memory: &'a Memory,
    request: &scim_worker::http::request::Request,
    rival: impl FnMut(usize) + 'a,
) -> (Got, usize) {
    let database = Meeting {
        memory,
        trips: Cell::new(0),
        rival: RefCell::new(Box::new(rival)),
    };
    let secret = Secret::new(Memory::TOKEN);
    let admin = Secret::new(Memory::ADMIN_TOKEN);
    let environment = Environment {
        context: Context {
            database: &database,
            settings: &memory.settings,
            mint: &Minted(Cell::new(0)),
            clock: &Moment::at(1_769_817_600_000),
            fetch: &memory.fetch,
            keys: &memory.keys,
            hold: &memory.gauge.request(),
            remembered: memory.remembered(),
            rates: &memory.rates,
        },
        secret: secret.as_ref(),
        admin: admin.as_ref(),
        instance: &Instance::new(),
        allow_http: false,
        request_id: String::new(),
    };
    let (reply, _) = pollster::block_on(respond(&environment, request));
    let body = reply.body.as_ref().map_or(Value::Null, |body| {
        serde_json::from_str(&body.clone().into_text()).unwrap()
    });
    (
        Got {
            status: reply.status,
            body,
            reply,
        },
        database.trips.get(),
    )
}

/// A PATCH that has to read before it writes.
fn long(title: &str) -> Value {
    patch_body(
        &json!([{ "op": "add", "path": "emails", "value": [{ "value": "a@x.org" }] }, { "op": "add", "path": "title", "value": title }]),
    )
}

#[test]
fn neither_of_two_patches_that_meet_is_lost() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let path = format!("/Users/{}", client.user("ada"));
    let request = client.request("PATCH", &path, Some(&long("Dr")));
    let (got, trips) = met(&memory, &request, |trip| {
        if trip == 2 {
            client
                .patch(&path, &replace("nickName", "Countess"))
                .expect(200);
        }
    });
    got.expect(200);
    assert_eq!(trips, 4, "read, lose, read, write");
    let user = client.get(&path).expect(200);
    assert_eq!(
        (&user["title"], &user["nickName"]),
        (&json!("Dr"), &json!("Countess"))
    );
    assert_eq!(user["emails"], json!([{ "value": "a@x.org" }]));
}

#[test]
fn a_condition_that_another_writer_breaks_in_between_is_412() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for (path, body) in resources(&client) {
        for method in ["PUT", "PATCH"] {
            let patch = patch_body(
                &json!([{ "op": "add", "value": { "displayName": "mine" } }, { "op": "remove", "path": "externalId" }]),
            );
            let body = if method == "PUT" { &body } else { &patch };
            let mut request = client.request(method, &path, Some(body));
            request.if_match = Some(version(&client, &path));
            let rival = format!("rival of {method}");
            let (got, _) = met(&memory, &request, |trip| {
                if trip == 2 {
                    let got = client.patch(&path, &replace("displayName", &rival));
                    assert!(got.status < 300, "{:#}", got.body);
                }
            });
            got.refused(412, "", "If-Match");
            assert_eq!(
                client.get(&path).expect(200)["displayName"],
                json!(rival),
                "{method} {path}"
            );
        }
    }
}

/// The clock of the request that is met stands at the end of January: before that of the rival, so
/// it began earlier.
#[test]
fn who_writes_last_does_not_turn_time_back() {
    let memory = Memory::new();
    memory.elapsed.set(60 * 24 * 60 * 60 * 1_000);
    let client = Client::new(&memory);
    let ada = client.user("ada");
    let (user, group) = (
        format!("/Users/{ada}"),
        format!("/Groups/{}", client.group("A", &[])),
    );
    let add = patch_body(&json!([{ "op": "add", "path": "members", "value": [{ "value": ada }] }]));
    let requests = [
        ("PATCH", &user, long("Dr")),
        ("PATCH", &user, patch_body(&replace("title", "Ms"))),
        ("PATCH", &group, add),
        ("PUT", &group, json!({ "displayName": "B" })),
    ];
    for (method, path, body) in requests {
        let modified = || client.get(path).expect(200)["meta"]["lastModified"].clone();
        let before = modified();
        let (got, _) = met(&memory, &client.request(method, path, Some(&body)), |_| {});
        assert!(got.status < 300, "{:#}", got.body);
        assert_eq!(modified(), before, "{body}");
    }
}

#[test]
fn if_none_match_guards_every_write_of_every_type() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    for (path, body) in resources(&client) {
        let patch = patch_body(&replace("displayName", "other"));
        let long = patch_body(
            &json!([{ "op": "add", "value": { "displayName": "other" } }, { "op": "remove", "path": "externalId" }]),
        );
        let writes = [
            ("PUT", Some(&body)),
            ("PATCH", Some(&patch)),
            ("PATCH", Some(&long)),
            ("DELETE", None),
        ];
        let current = version(&client, &path);
        let bare = current.trim_start_matches("W/");
        let send = |method: &str, body: Option<&Value>, if_match: Option<&str>, known: &str| {
            let mut request = client.request(method, &path, body);
            request.if_match = if_match.map(str::to_owned);
            request.if_none_match = Some(known.to_owned());
            client.send(&request)
        };
        for known in [&current, bare, "*", &format!("W/\"x\", {current}")] {
            for (method, body) in writes {
                let got = send(method, body, None, known);
                got.refused(412, "", "If-None-Match");
                let got = send(method, body, Some(&current), known);
                got.refused(412, "", "If-None-Match");
                let got = send(method, body, Some("W/\"other\""), known);
                got.refused(412, "", "If-Match");
            }
            assert_eq!(version(&client, &path), current, "nothing was written");
        }
        for (method, body) in writes {
            let now = version(&client, &path);
            let before = memory.database.cost().trips;
            let got = send(method, body, Some(&now), "W/\"x\", W/\"y\"");
            assert!([200, 204].contains(&got.status), "{method} {:#}", got.body);
            let trips = memory.database.cost().trips - before;
            assert!(trips <= 2, "{method} {path}: {trips} trips");
        }
        client.get(&path).expect(404);
        assert_eq!(send("DELETE", None, None, "*").status, 404);
        assert_eq!(send("PUT", Some(&body), None, "*").status, 404);
    }
}

#[test]
fn a_post_to_me_has_conditions_too() {
    let memory = Memory::new();
    let ada = Client::new(&memory).user("ada");
    memory.add_token(1, "ada's", Some(&ada), None);
    let client = Client {
        memory: &memory,
        token: "ada's".to_owned(),
    };
    let mut request = client.request("POST", "/Me", Some(&json!({ "userName": "ada" })));
    client.send(&request).refused(409, "uniqueness", "/Me");
    request.if_none_match = Some("*".to_owned());
    client.send(&request).refused(412, "", "If-None-Match");
    request.if_match = Some("W/\"other\"".to_owned());
    client.send(&request).refused(412, "", "If-Match");
}

/// The version that `If-None-Match` names comes to be when the request is at work.
#[test]
fn if_none_match_holds_when_the_write_is_done() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let user = client.user("eve");
    let add =
        patch_body(&json!([{ "op": "add", "path": "members", "value": [{ "value": user }] }]));
    for (path, body) in resources(&client) {
        let rename = patch_body(&replace("displayName", "mine"));
        let long = patch_body(
            &json!([{ "op": "add", "value": { "displayName": "mine" } }, { "op": "remove", "path": "externalId" }]),
        );
        for (method, body, trip) in [
            ("PUT", Some(&body), 2),
            ("PATCH", Some(&long), 2),
            ("PATCH", Some(&rename), 1),
            ("PATCH", Some(&add), 1),
            ("DELETE", None, 1),
        ] {
            let of_members = body == Some(&add);
            if of_members && !path.starts_with("/Groups") {
                continue;
            }
            let mut request = client.request(method, &path, body);
            request.if_none_match = Some("W/\"rival\"".to_owned());
            for table in ["users", "teams", "resources"] {
                memory.sql(&format!("UPDATE {table} SET version = 'before'"));
            }
            let (got, _) = met(&memory, &request, |now| {
                if now == trip {
                    for table in ["users", "teams", "resources"] {
                        memory.sql(&format!("UPDATE {table} SET version = 'rival'"));
                    }
                }
            });
            got.refused(412, "", "If-None-Match");
            assert_eq!(version(&client, &path), "W/\"rival\"", "{method} {path}");
        }
    }
}

/// `ACCEPT_USER_GROUPS`: a PUT of a user that is refused leaves its teams, and their versions, as
/// they were.
#[test]
fn a_put_that_loses_changes_no_team() {
    let mut memory = Memory::new();
    memory.settings.accept_user_groups = true;
    let client = Client::new(&memory);
    let team = client.group("A", &[]);
    let team_path = format!("/Groups/{team}");
    let body =
        |title: &str| json!({ "userName": "ada", "title": title, "groups": [{ "value": team }] });
    // With a new title and with the old one: in the second, only the teams would change.
    for title in ["Dr", "Ms"] {
        let id = client.created("/Users", &json!({ "userName": "ada", "title": "Ms" }));
        let path = format!("/Users/{id}");
        let before = version(&client, &team_path);
        let mut request = client.request("PUT", &path, Some(&body(title)));
        request.if_match = Some(version(&client, &path));
        let (got, _) = met(&memory, &request, |trip| {
            if trip == 2 {
                client.patch(&path, &replace("nickName", "A")).expect(200);
            }
        });
        got.expect(412);
        assert_eq!(version(&client, &team_path), before, "{title}");
        assert_eq!(client.get(&path).expect(200).get("groups"), None, "{title}");
        let request = client.request("PUT", &path, Some(&body(title)));
        let (got, _) = met(&memory, &request, |trip| {
            if trip == 2 {
                client.delete(&path).expect(204);
            }
        });
        got.expect(404);
        assert_eq!(version(&client, &team_path), before, "{title}");
    }
}

#[test]
fn a_resource_that_another_writer_deletes_in_between_is_404() {
    for method in ["PUT", "PATCH"] {
        let memory = Memory::new();
        let client = Client::new(&memory);
        for (path, body) in resources(&client) {
            let patch = patch_body(
                &json!([{ "op": "add", "value": { "displayName": "mine" } }, { "op": "remove", "path": "externalId" }]),
            );
            let request = client.request(
                method,
                &path,
                Some(if method == "PUT" { &body } else { &patch }),
            );
            let (got, trips) = met(&memory, &request, |trip| {
                if trip == 2 {
                    client.delete(&path).expect(204);
                }
            });
            assert!(trips >= 2);
            got.refused(404, "", "no ");
            client.get(&path).expect(404);
        }
    }
}

#[test]
fn a_name_that_another_writer_takes_in_between_is_409() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let path = format!("/Users/{}", client.user("ada"));
    let body = json!({ "userName": "bob", "title": "Dr" });
    let (got, _) = met(
        &memory,
        &client.request("PUT", &path, Some(&body)),
        |trip| {
            if trip == 2 {
                client.user("BOB");
            }
        },
    );
    got.refused(409, "uniqueness", "userName");
    assert_eq!(client.get(&path).expect(200)["userName"], "ada");
}

#[test]
fn a_member_that_another_writer_deletes_in_between_is_refused() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let (ada, bob) = (client.user("ada"), client.user("bob"));
    let path = format!("/Groups/{}", client.group("A", &[&ada]));
    let before = client.get(&path).expect(200);
    let body = json!({ "displayName": "B", "members": [{ "value": bob }] });
    let (got, _) = met(
        &memory,
        &client.request("PUT", &path, Some(&body)),
        |trip| {
            if trip == 2 {
                client.delete(&format!("/Users/{bob}")).expect(204);
            }
        },
    );
    got.refused(400, "invalidValue", &bob);
    assert_eq!(client.get(&path).expect(200), before);
}

#[test]
fn members_that_other_writers_add_in_between_are_kept() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let ids: Vec<String> = (0..4)
        .map(|number| client.user(&format!("u{number}")))
        .collect();
    let path = format!("/Groups/{}", client.group("A", &[&ids[0]]));
    let rival = |id: &str| {
        let add = json!([{ "op": "add", "path": "members", "value": [{ "value": id }] }]);
        client.patch(&path, &add).expect(204);
    };
    // A rename with an addition reads before it writes.
    let body = patch_body(&json!([
        { "op": "replace", "path": "displayName", "value": "B" },
        { "op": "add", "path": "members", "value": [{ "value": ids[1] }] },
    ]));
    let (got, _) = met(
        &memory,
        &client.request("PATCH", &path, Some(&body)),
        |trip| {
            if trip == 2 {
                rival(&ids[2]);
            }
        },
    );
    got.expect(204);
    // A removal by filter looks up first, and removes who matched.
    let body = patch_body(&json!([{ "op": "remove", "path": "members[display eq \"u0\"]" }]));
    let (got, _) = met(
        &memory,
        &client.request("PATCH", &path, Some(&body)),
        |trip| {
            if trip == 2 {
                rival(&ids[3]);
            }
        },
    );
    got.expect(204);
    let group = client.get(&path).expect(200);
    let members: Vec<&str> = group["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|member| member["value"].as_str().unwrap())
        .collect();
    assert_eq!(group["displayName"], "B");
    assert_eq!(members, [ids[1].as_str(), &ids[2], &ids[3]]);
}

#[test]
fn who_always_loses_is_told_so_and_has_written_nothing() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let path = format!("/Users/{}", client.user("ada"));
    let (got, trips) = met(
        &memory,
        &client.request("PATCH", &path, Some(&long("mine"))),
        |trip| {
            client
                .patch(&path, &replace("title", &format!("rival {trip}")))
                .expect(200);
        },
    );
    got.refused(409, "", "Repeat the request");
    // D1 runs 1,000 statements an invocation.
    assert!((4..=1_000).contains(&trips), "{trips}");
    let user = client.get(&path).expect(200);
    assert_eq!(
        (&user["title"], user.get("emails")),
        (&json!(format!("rival {trips}")), None)
    );
}

#[test]
fn a_token_that_is_revoked_in_between_writes_nothing() {
    let memory = Memory::new();
    memory.add_token(1, "short-lived", None, None);
    let client = Client::new(&memory);
    let path = format!("/Users/{}", client.user("ada"));
    let before = client.get(&path).expect(200);
    let mut request = client.request("PATCH", &path, Some(&long("mine")));
    request.authorization = Some("Bearer short-lived".to_owned());
    let (got, _) = met(&memory, &request, |trip| {
        if trip == 2 {
            memory.sql("UPDATE tokens SET revoked_at = '2026-01-01T00:00:00.000Z'");
        }
    });
    got.expect(401);
    assert_eq!(client.get(&path).expect(200), before);
}

#[test]
fn a_change_of_a_bulk_that_meets_another_is_made_on_what_that_left() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let paths: Vec<String> = ["ada", "bob", "cy"]
        .map(|name| format!("/Users/{}", client.user(name)))
        .to_vec();
    let operations: Vec<Value> = paths
        .iter()
        .map(|path| json!({ "method": "PATCH", "path": path, "data": long("Dr") }))
        .collect();
    let request = client.request("POST", "/Bulk", Some(&json!({ "Operations": operations })));
    let (got, trips) = met(&memory, &request, |trip| {
        if trip == 2 {
            client
                .patch(&paths[1], &replace("nickName", "Countess"))
                .expect(200);
            client.delete(&paths[2]);
        }
    });
    let body = got.expect(200);
    let told = ["200", "200", "404"];
    for (place, status) in told.into_iter().enumerate() {
        assert_eq!(body["Operations"][place]["status"], status, "{body:#}");
    }
    assert_eq!(
        trips, 6,
        "read, write, read those that met, read, write; one that is gone"
    );
    let user = client.get(&paths[1]).expect(200);
    assert_eq!(
        (&user["title"], &user["nickName"]),
        (&json!("Dr"), &json!("Countess"))
    );
    assert_eq!(body["Operations"][1]["version"], user["meta"]["version"]);
}

#[test]
fn a_request_that_always_meets_another_gives_up_within_three_hundred_trips() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let paths: Vec<String> = (0..20)
        .map(|n| format!("/Users/{}", client.user(&format!("u{n}"))))
        .collect();
    let mut number = 0;
    let mut meet = |_: usize| {
        number += 1;
        for path in &paths {
            client
                .patch(path, &replace("nickName", &format!("n{number}")))
                .expect(200);
        }
    };
    let request = client.request("PATCH", &paths[0], Some(&long("Dr")));
    let (got, trips) = met(&memory, &request, &mut meet);
    got.refused(409, "", "Repeat the request");
    assert!(trips <= 300, "{trips} trips");
    let operations: Vec<Value> = paths
        .iter()
        .map(|path| json!({ "method": "PATCH", "path": path, "data": long("Dr") }))
        .collect();
    let request = client.request("POST", "/Bulk", Some(&json!({ "Operations": operations })));
    let (got, trips) = met(&memory, &request, &mut meet);
    let body = got.expect(200);
    assert!(trips <= 300, "{trips} trips");
    let replies = body["Operations"].as_array().unwrap();
    assert_eq!(replies.len(), 20);
    let status = |status: &str| replies.iter().filter(|it| it["status"] == status).count();
    assert!(status("409") > 0 && status("429") > 0, "{body:#}");
    assert_eq!(status("409") + status("429"), 20);
}

/// A write that comes too late neither takes the unique values that it wanted, nor those away that
/// the other wrote.
#[test]
fn unique_values_are_those_of_the_write_that_was_done() {
    const WORKPLACE: &str = "urn:example:params:scim:schemas:extension:workplace:2.0:User";
    let user = |badge: u32| json!({ "userName": "ada", WORKPLACE: { "badge": badge } });
    let other =
        |badge: u32| json!({ "userName": format!("b{badge}"), WORKPLACE: { "badge": badge } });
    for in_bulk in [false, true] {
        let memory = Memory::new();
        let client = Client::new(&memory);
        let created = client.post("/Users", &user(1)).expect(201);
        let path = format!("/Users/{}", created["id"].as_str().unwrap());
        let seen = version(&client, &path);
        let request = if in_bulk {
            let put = json!({ "method": "PUT", "path": path, "version": seen, "data": user(2) });
            let schemas = ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"];
            let body = json!({ "schemas": schemas, "Operations": [put] });
            client.request("POST", "/Bulk", Some(&body))
        } else {
            let mut request = client.request("PUT", &path, Some(&user(2)));
            request.if_match = Some(seen);
            request
        };
        let (got, trips) = met(&memory, &request, |trip| {
            if trip == 2 {
                client.patch(&path, &json!([{ "op": "replace", "path": format!("{WORKPLACE}:badge"), "value": 3 }]))
                    .expect(200);
            }
        });
        assert!(trips > 2, "{in_bulk}: {trips} trips, {:#}", got.body);
        if in_bulk {
            assert_eq!(got.expect(200)["Operations"][0]["status"], "412");
        } else {
            got.refused(412, "", "If-Match");
        }
        client
            .post("/Users", &other(3))
            .refused(409, "uniqueness", ":badge");
        client.post("/Users", &other(2)).expect(201);
        client.post("/Users", &other(1)).expect(201);
    }
}

/// What a Bulk holds of the memory is its own until its last trip is done.
#[test]
fn a_bulk_holds_its_memory_to_its_end() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let group = client.group("Staff", &[]);
    let title = "t".repeat(200_000);
    let operations = json!([
        { "method": "POST", "path": "/Users", "bulkId": "ada", "data": { "userName": "ada", "title": title } },
        { "method": "PATCH", "path": format!("/Groups/{group}"), "data": { "Operations": [
            { "op": "add", "path": "members", "value": [{ "value": "bulkId:ada" }] },
            { "op": "replace", "path": "displayName", "value": "All" },
        ] } },
        { "method": "POST", "path": "/Users", "bulkId": "bob", "data": { "userName": "bob" } },
    ]);
    let schemas = ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"];
    let body = json!({ "schemas": schemas, "Operations": operations });
    let request = client.request("POST", "/Bulk", Some(&body));
    let fits = || memory.gauge.request().reserve_for_body(TOGETHER - 700_000);
    let (got, trips) = met(&memory, &request, |trip| assert!(!fits(), "trip {trip}"));
    let outcomes = got.expect(200);
    assert!(
        trips > 2 && outcomes["Operations"][2]["status"] == "201",
        "{outcomes}"
    );
    assert!(fits(), "given back");
}

/// Nothing is found wrong in a record because somebody writes, or the minute seals, meanwhile.
#[test]
fn a_record_that_is_written_while_it_is_verified_holds() {
    for does_seal in [false, true] {
        for at in 1..=3 {
            let mut memory = Memory::new();
            memory.settings.master = Master::parse(&"5a".repeat(32)).unwrap();
            let client = Client::new(&memory);
            client.user("sealed");
            memory.seal().unwrap();
            client.user("waits");
            let request = Operator::new(&memory).request("GET", "/tenants/1/events/verify", None);
            let (got, trips) = met(&memory, &request, |trip| {
                if trip == at {
                    client.user("meets");
                    if does_seal {
                        memory.seal().unwrap();
                    }
                }
            });
            assert!(trips >= at, "{trips}");
            let answer = got.expect(200);
            assert_eq!(answer["holds"], true, "{at} {does_seal}: {answer}");
        }
    }
}

/// Nor because what is old goes meanwhile, a block or all but the newest; what else is wrong is.
#[test]
fn a_record_that_is_trimmed_while_it_is_verified_holds() {
    for (at, is_edited) in (1..=5).map(|at| (at, false)).chain([(3, true)]) {
        let mut memory = Memory::new();
        memory.settings.master = Master::parse(&"5a".repeat(32)).unwrap();
        memory.sql("UPDATE tenants SET last_request_at = '2099-01-01'");
        let client = Client::new(&memory);
        for number in 0..30 {
            if number == 20 {
                memory.elapsed.set(memory.elapsed.get() + 90 * 86_400_000);
            }
            client.user(&format!("u{number}"));
            if number % 10 == 9 {
                memory.seal().unwrap();
            }
        }
        if is_edited {
            memory.sql("UPDATE events SET type = 'user.updated' WHERE tenant_id = 1 AND seq = 25");
        }
        let request = Operator::new(&memory).request("GET", "/tenants/1/events/verify", None);
        let (got, trips) = met(&memory, &request, |trip| {
            if trip == at {
                memory.sweep().unwrap();
            }
        });
        assert!(trips >= at, "{trips}");
        let kept = memory.number("SELECT count(*) FROM events WHERE tenant_id = 1");
        assert!(kept < 30, "{at}: nothing was trimmed of {kept}");
        let answer = got.expect(200);
        assert_eq!(answer["holds"], !is_edited, "{at}: {answer}");
        let blocks = answer["broken"].as_array().unwrap();
        assert_eq!(blocks.len(), usize::from(is_edited), "{at}: {answer}");
    }
}
