//! What is around SCIM: the feed, what keeps a provider's mistake small, moving in, and polls for
//! changes.

use std::time::Instant;

use serde_json::{Value, json};

use super::operations::{Bench, USER, members, patch};
use super::seed::{PAGE, Use, padded, user, user_id, user_name};
use super::sheet::{Cost, Operation, cost};
use doctor::conversation::WireReply;

/// The trip that finds the tenant of a request to the admin face.
const ADMIN: Cost = cost(1, 2, 0);
/// Rows that are read to show an event which has all attributes of a user: each is looked at.
const SHOWN: u64 = 65;
/// Events that a page looks at, at the most, and rows read for each.
const LOOKS: u64 = 5_000;
const LOOK: u64 = 7;
/// What a brake adds to a removal, however many count.
const BRAKED: Cost = cost(0, 6, 2);
/// Removals that the brake lets pass.
const BRAKE: usize = 50;
/// Members that a group waits for, and groups that wait for a member.
const WAITING: usize = 10;
/// Resources of a Bulk, and of an undo.
const MANY: usize = 100;
/// Users whose export takes seconds.
const MANY_USERS: usize = 100_000;
/// Lines of an import.
const LINES: usize = 1_000;

impl Bench<'_> {
    /// Measures all of it.
    pub(crate) fn around(&mut self) {
        self.polls();
        self.tenant();
        self.feed();
        self.brake();
        self.deleted();
        self.pending();
        self.undo();
        self.import();
        self.erase();
        self.export();
    }

    /// Others come in while a long export is under way.
    #[expect(clippy::disallowed_methods, reason = "how long it takes is told, too")]
    fn export(&self) {
        if self.seed.users < MANY_USERS {
            return;
        }
        let worker = self.worker;
        let (answered, took) = std::thread::scope(|scope| {
            let start = Instant::now();
            let export = scope.spawn(|| {
                let path = "/admin/v1/tenants/1/export";
                let exported = worker.call(&worker.admin_token, "GET", path, None);
                assert_eq!(exported.status, 200);
            });
            let mut answered = 0;
            while !export.is_finished() {
                self.look("/Users?count=1");
                answered += 1;
            }
            (answered, start.elapsed())
        });
        println!("{answered} requests answered in {took:?} of an export");
        assert!(answered >= 10, "{answered} in {took:?}");
    }

    /// Measures a request to the admin face, by its path about tenant 1.
    fn admin(
        &mut self,
        name: &str,
        (method, path): (&str, &str),
        body: Option<&Value>,
        budget: Cost,
    ) -> Value {
        let path = match path.strip_prefix("//") {
            Some(path) => format!("/admin/v1/{path}"),
            None => format!("/admin/v1/tenants/1{path}"),
        };
        let operation = Operation {
            name,
            request: (method, &path),
            body,
            status: 200,
            budget,
        };
        let token = self.worker.admin_token.clone();
        let reply = self
            .sheet
            .measure(self.worker, Some(&token), &self.column, &operation);
        serde_json::from_str(&reply.body).unwrap_or_default()
    }

    /// Changes settings, which an instance reads anew with the next request.
    fn set(&self, settings: &Value) {
        let body = json!({ "settings": settings });
        let token = &self.worker.admin_token;
        let (status, shown) = self
            .worker
            .ask(token, "PATCH", "/admin/v1/tenants/1", Some(&body));
        assert_eq!(status, 200, "{shown:#}");
        self.look("/Users?count=0");
    }

    /// A Bulk of one method for each of some users, which is not part of the table.
    fn each(
        &self,
        method: &str,
        users: impl IntoIterator<Item = usize>,
        data: &Value,
    ) -> WireReply {
        let operation = |number| {
            let path = format!("/Users/{}", user_id(number));
            json!({ "method": method, "path": path, "data": data })
        };
        let operations: Vec<Value> = users.into_iter().map(operation).collect();
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
            "Operations": operations,
        });
        let reply = self
            .worker
            .request("POST", "/Bulk", &[], Some(&body))
            .unwrap();
        assert_eq!(reply.status, 200, "{}", reply.body);
        let done: Value = serde_json::from_str(&reply.body).unwrap();
        for operation in done["Operations"].as_array().unwrap() {
            let status = operation["status"].as_str().unwrap();
            assert!(status.starts_with('2'), "{operation:#}");
        }
        reply
    }

    fn polls(&mut self) {
        let title = patch(&json!([{ "op": "replace", "path": "title", "value": "Poll" }]));
        let one = format!("/Users/{}", user_id(700));
        self.worker
            .request("PATCH", &one, &[], Some(&title))
            .unwrap();
        let shown = self.look(&one);
        let since = shown["meta"]["lastModified"].as_str().unwrap().to_owned();
        let title = patch(&json!([{ "op": "replace", "path": "title", "value": "Polled" }]));
        self.each("PATCH", 701..721, &title);
        for place in 0..10 {
            let group = format!("/Groups/{}", self.seed.group_id(Use::Page(place)));
            let name = json!([{ "op": "replace", "path": "displayName", "value": format!("Poll {place}") }]);
            self.worker
                .request("PATCH", &group, &[], Some(&patch(&name)))
                .unwrap();
        }
        for (name, path, more, found) in [
            ("meta.lastModified gt, 20 users", "/Users", "", 20),
            (
                "meta.lastModified gt … and active eq true, 20 users",
                "/Users",
                " and active eq true",
                20,
            ),
            (
                "meta.lastModified gt … and title eq …, 20 users",
                "/Users",
                " and title eq \"polled\"",
                20,
            ),
            (
                "meta.lastModified gt, 20 users ordered by userName",
                "/Users",
                "&sortBy=userName",
                20,
            ),
            (
                "meta.lastModified gt … and title eq …, 20 users ordered by title",
                "/Users",
                " and title eq \"polled\"&sortBy=title",
                20,
            ),
            (
                "meta.lastModified gt, 10 groups without members",
                "/Groups",
                "",
                10,
            ),
            (
                "meta.lastModified gt, 10 groups ordered by id, without members",
                "/Groups",
                "&sortBy=id",
                10,
            ),
        ] {
            let path = format!(
                "{path}?excludedAttributes=members&filter=meta.lastModified gt \"{since}\"{more}"
            );
            let budget = if more.is_empty() || more == " and active eq true" {
                cost(1, 12 + 4 * found, 0)
            } else {
                // Weighed first, or put in order before they are fetched.
                cost(1, 12 + 7 * found, 0)
            };
            let list = self.get(name, &path, budget);
            assert_eq!(list["totalResults"], found, "{name}");
        }
    }

    /// What clients got is neither counted nor listed, and not read.
    fn tenant(&mut self) {
        let shown = self.admin(
            "Tenant, a client of which got 1,000 tokens",
            ("GET", ""),
            None,
            cost(1, 10, 0).and(ADMIN),
        );
        assert_eq!(shown["credentials"]["tokens"], 1, "{shown:#}");
        let page = self.admin(
            "Page of its tokens",
            ("GET", "/tokens"),
            None,
            cost(1, 4, 0).and(ADMIN),
        );
        assert_eq!(page["data"].as_array().unwrap().len(), 1);
        let list = self.admin(
            "Page of tenants",
            ("GET", "//tenants"),
            None,
            cost(1, 12, 0),
        );
        assert_eq!(list["data"].as_array().unwrap().len(), 1);
    }

    fn feed(&mut self) {
        let events = |shown: &Value| shown["data"].as_array().unwrap().len();
        let all = self.seed.users as u64 + 200;
        let none = cost(1, LOOK * all.min(LOOKS) + 20, 0);
        let many = |count: u64| cost(1, (SHOWN + LOOK) * count + 20, 0);
        let of_type = none.and(cost(0, SHOWN * 200, 0));
        let end = cost(1, 8, 0);
        for (name, path, found, budget) in [
            ("200 events", "limit=200", 200, many(200)),
            (
                "200 events of a type",
                "limit=200&type=user.*",
                200,
                of_type,
            ),
            ("of a type that there is none of", "type=webhook.*", 0, none),
            (
                "50 events with their resources",
                "limit=50&include=resource",
                50,
                many(50).and(cost(1, 20 * 50, 0)),
            ),
            ("its end", "after=latest", 0, end),
        ] {
            for (whose, root, budget) in [
                ("Feed", "//events", budget),
                ("Feed of a tenant", "/events", budget.and(ADMIN)),
            ] {
                let name = format!("{whose}: {name}");
                let shown = self.admin(&name, ("GET", &format!("{root}?{path}")), None, budget);
                assert_eq!(events(&shown), found, "{name}");
                if path == "after=latest" {
                    let path = format!("{root}?after={}", shown["next"].as_str().unwrap());
                    let name = format!("{whose}: nothing new");
                    let shown = self.admin(&name, ("GET", &path), None, budget);
                    assert_eq!(events(&shown), 0, "{name}");
                }
            }
        }
        let path = "/events?limit=200&before=";
        let name = "Feed of a tenant: the newest 200";
        let shown = self.admin(name, ("GET", path), None, many(200).and(ADMIN));
        assert_eq!(events(&shown), 200, "{name}");
    }

    fn brake(&mut self) {
        let unbraked = self.removal(352);
        self.set(&json!({ "brake": { "count": BRAKE, "minutes": 60 } }));
        let off = patch(&json!([{ "op": "replace", "path": "active", "value": false }]));
        // In no group.
        let first = 300;
        let patched = cost(1, 6, 2).and(BRAKED);
        let at = |number: usize| format!("/Users/{}", user_id(first + number));
        self.send(
            "PATCH active: the first removal of 50",
            ("PATCH", &at(0)),
            Some(&off),
            200,
            patched,
        );
        self.send(
            "PATCH active: the second removal of 50",
            ("PATCH", &at(1)),
            Some(&off),
            200,
            patched,
        );
        let second = self.sheet.last();
        assert!(second.read - unbraked.read <= BRAKED.read, "{second:?}");
        self.each("PATCH", first + 2..first + BRAKE - 2, &off);
        self.send(
            "DELETE user: the 49th removal of 50",
            ("DELETE", &at(BRAKE - 2)),
            None,
            204,
            patched.and(cost(0, 8, 5)),
        );
        self.send(
            "PATCH active: the 50th removal of 50",
            ("PATCH", &at(BRAKE - 1)),
            Some(&off),
            200,
            patched,
        );
        assert_eq!(self.sheet.last(), second, "it counts nobody");
        self.send(
            "PATCH active: the 51st removal of 50",
            ("PATCH", &at(BRAKE)),
            Some(&off),
            429,
            cost(2, 14, 1),
        );
        self.send(
            "PATCH active: where the brake is engaged",
            ("PATCH", &at(BRAKE)),
            Some(&off),
            429,
            cost(2, 12, 0),
        );
        self.admin(
            "Brake: looked at",
            ("GET", "/brake"),
            None,
            cost(1, 12, 0).and(ADMIN),
        );
        let release = json!({ "action": "release" });
        self.admin(
            "Brake: released",
            ("POST", "/brake"),
            Some(&release),
            cost(1, 24, 4).and(ADMIN),
        );
        self.set(&json!({ "brake": { "percent": 50, "minutes": 60 } }));
        self.each("PATCH", [first + BRAKE + 1], &off);
        self.send(
            "PATCH active: a removal, by a percentage",
            ("PATCH", &at(BRAKE)),
            Some(&off),
            200,
            patched.and(cost(0, 2, 0)),
        );
        self.set(&json!({ "brake": null }));
    }

    /// A removal without a brake, and what it costs.
    fn removal(&mut self, number: usize) -> Cost {
        let off = patch(&json!([{ "op": "replace", "path": "active", "value": false }]));
        self.send(
            "PATCH active: a removal without a brake",
            ("PATCH", &format!("/Users/{}", user_id(number))),
            Some(&off),
            200,
            cost(1, 6, 2),
        );
        self.sheet.last()
    }

    /// A brake of 4,000, of which a thousand count.
    pub(crate) fn removals(&mut self) {
        let unbraked = self.removal(352);
        self.set(&json!({ "brake": { "count": 4_000, "minutes": 60 } }));
        let value = |value| patch(&json!([{ "op": "replace", "path": "active", "value": value }]));
        for _ in 0..10 {
            self.each("PATCH", 400..400 + MANY, &value(false));
            self.each("PATCH", 400..400 + MANY, &value(true));
        }
        self.send(
            "PATCH active: the 1,001st removal of 4,000",
            ("PATCH", &format!("/Users/{}", user_id(353))),
            Some(&value(false)),
            200,
            unbraked.and(BRAKED),
        );
        let braked = self.sheet.last();
        assert!(braked.read <= unbraked.read + BRAKED.read, "{braked:?}");
        assert!(
            braked.written <= unbraked.written + BRAKED.written,
            "{braked:?}"
        );
        let shown = self.admin("Brake: looked at", ("GET", "/brake"), None, cost(1, 12, 0));
        assert_eq!(shown["removals"], 10 * MANY + 1, "{shown:#}");
    }

    fn deleted(&mut self) {
        let at = |number: usize| format!("/Users/{}", user_id(number));
        let (hard, soft) = (PAGE / 2, PAGE / 2 + 1);
        assert_eq!(self.groups_of(&user_id(hard)), 5);
        assert_eq!(self.groups_of(&user_id(soft)), 5);
        let (delete, groups) = (cost(1, 20 + 7 * 5, 4 + 3 * 5), 5);
        self.send(
            "DELETE user in 5 groups",
            ("DELETE", &at(hard)),
            None,
            204,
            delete,
        );
        self.set(&json!({ "deletes": "soft" }));
        self.send(
            "DELETE user in 5 groups, who is kept",
            ("DELETE", &at(soft)),
            None,
            204,
            delete.and(cost(0, 6 * groups, 6)),
        );
        let post = ("POST", "/Users");
        self.send(
            "POST user, where deleted ones are kept",
            post,
            Some(&user("fresh")),
            201,
            cost(1, 14, USER),
        );
        let again = self.send(
            "POST user who is kept",
            post,
            Some(&user(&padded(soft))),
            201,
            cost(3, 30, USER + 4),
        );
        let again: Value = serde_json::from_str(&again.body).unwrap();
        assert_eq!(again["id"], user_id(soft));
        let third = soft + 1;
        self.worker
            .request("DELETE", &at(third), &[], None)
            .unwrap();
        self.each("DELETE", 200..260, &Value::Null);
        let page = self.admin(
            "Page of 50 deleted",
            ("GET", "/deleted?limit=50"),
            None,
            cost(1, 7 * 50, 0).and(ADMIN),
        );
        assert_eq!(page["data"].as_array().unwrap().len(), 50);
        let restore = format!("/deleted/{}/restore", user_id(third));
        self.admin(
            "User restored into 5 groups",
            ("POST", &restore),
            None,
            cost(2, 30 + 25 * groups, USER + 6 + 6 * groups).and(ADMIN),
        );
        assert_eq!(self.groups_of(&user_id(third)), 5);
        self.set(&json!({ "deletes": "hard" }));
    }

    fn pending(&mut self) {
        self.set(&json!({ "unknown_members": "pend" }));
        let group = |bench: &Self, place| bench.seed.group_id(Use::Page(20 + place));
        let first = group(self, 0);
        let waiting = WAITING as u64;
        let later = members("add", (0..WAITING).map(|number| format!("later-{number}")));
        let path = format!("/Groups/{first}");
        self.send(
            "PATCH group: 10 members who are not there yet",
            ("PATCH", &path),
            Some(&later),
            204,
            cost(2, 24 + 4 * waiting, 3 * waiting),
        );
        let path = format!("/groups/{first}/pending");
        let page = self.admin(
            "Page of 10 members who are not there yet",
            ("GET", &path),
            None,
            cost(1, 6 + waiting, 0).and(ADMIN),
        );
        assert_eq!(page["data"].as_array().unwrap().len(), WAITING);
        let one = members("add", ["ext-awaited".to_owned()]);
        for place in 0..WAITING {
            let path = format!("/Groups/{}", group(self, place));
            let reply = self
                .worker
                .request("PATCH", &path, &[], Some(&one))
                .unwrap();
            assert_eq!(reply.status, 204);
        }
        let post = ("POST", "/Users");
        self.send(
            "POST user whom no group waits for",
            post,
            Some(&user("unawaited")),
            201,
            cost(1, 27, USER),
        );
        let made = self.send(
            "POST user whom 10 groups wait for",
            post,
            Some(&user("awaited")),
            201,
            cost(1, 27 + 23 * waiting, USER + 8 * waiting),
        );
        let made: Value = serde_json::from_str(&made.body).unwrap();
        assert_eq!(self.groups_of(made["id"].as_str().unwrap()), WAITING as u64);
        self.set(&json!({ "unknown_members": "refuse" }));
    }

    fn undo(&mut self) {
        let request = |reply: &WireReply| reply.header("X-Request-Id").unwrap().clone();
        let title = patch(&json!([{ "op": "replace", "path": "title", "value": "Undone" }]));
        let titles = request(&self.each("PATCH", 400..400 + MANY, &title));
        let path = format!("/Groups/{}", self.seed.group_id(Use::Sized(10, 0)));
        let add = members("add", (400..400 + MANY).map(user_id));
        let reply = self
            .worker
            .request("PATCH", &path, &[], Some(&add))
            .unwrap();
        assert_eq!(reply.status, 204);
        let joined = request(&reply);
        let gone = request(&self.each("DELETE", 550..550 + MANY, &Value::Null));
        // Of each, rows read by the dry run, rows read, and rows written.
        for (name, request, done, [look, read, written]) in [
            ("100 users changed", titles, ("updated", MANY), [15, 31, 4]),
            ("100 members in", joined, ("updated", 1), [13, 27, 1]),
            ("100 users deleted", gone, ("created", MANY), [14, 31, 11]),
        ] {
            let budget = |trips, read, written| {
                let many = MANY as u64;
                // The request is found by halves.
                cost(trips, 200 + read * many, written * many).and(ADMIN)
            };
            for (is_dry, how, budget) in [
                (true, ", dry", budget(3, look, 0)),
                (false, "", budget(4, read, written).and(cost(0, 0, 8))),
            ] {
                let name = format!("Undo{how}: {name}");
                let body = json!({ "request": request, "dry_run": is_dry });
                let result = self.admin(&name, ("POST", "/undo"), Some(&body), budget);
                assert_eq!(result[done.0], done.1, "{name}: {result:#}");
            }
        }
    }

    fn import(&mut self) {
        let lines: Vec<String> = (0..LINES)
            .map(|number| user(&format!("import-{number}")).to_string())
            .collect();
        let users = Value::from(lines.join("\n"));
        let group = |number: usize| {
            let members: Vec<Value> = (0..10)
                .map(|place| json!({ "userName": user_name(&format!("import-{}", 10 * number + place)) }))
                .collect();
            let name = format!("Import {number}");
            json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": name, "members": members }).to_string()
        };
        let groups: Vec<String> = (0..MANY).map(group).collect();
        let groups = Value::from(groups.join("\n"));
        let users = |query, done, read, written| (query, &users, (done, LINES), (read, written));
        // Rows of a line: it is stored, looked for, written as any other, and taken out; and so is
        // what it claims by its externalId.
        for (name, (query, lines, done, (read, written))) in [
            (
                "Import of 1,000 users, dry",
                users("?dry_run=true", "created", 38, 10),
            ),
            (
                "Import of 1,000 users",
                users("", "created", 28, 2 + 2 + 2 + USER),
            ),
            (
                "Import of 1,000 users who are there",
                users("", "unchanged", 26, 4),
            ),
            (
                "Import of 100 groups of 10",
                ("", &groups, ("created", MANY), (140, 20 + 2 * 10)),
            ),
        ] {
            let path = format!("/import{query}");
            let count = done.1 as u64;
            let budget = cost(26, read * count + 100, written * count + 30).and(ADMIN);
            let result = self.admin(name, ("POST", &path), Some(lines), budget);
            assert_eq!(result[done.0], done.1, "{name}: {result:#}");
        }
    }

    fn erase(&mut self) {
        let id = user_id(670);
        let reply = self
            .worker
            .request("DELETE", &format!("/Users/{id}"), &[], None)
            .unwrap();
        assert_eq!(reply.status, 204);
        let body = json!({ "resource": id });
        // No index is by the resource, so the events of the tenant that no seal tells of are walked
        // over: here all of them.
        let all = self.seed.users as u64 + 1_000;
        let budget = cost(5 + all / 10_000, 8 * all + 2_000, 6).and(ADMIN);
        let erased = self.admin(
            "Erasure of a user with two events, none sealed",
            ("POST", "/erase"),
            Some(&body),
            budget,
        );
        assert_eq!(erased["events"], 2, "{erased:#}");
    }
}
