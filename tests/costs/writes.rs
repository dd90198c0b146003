//! Writes: users, Bulk, groups.

use serde_json::{Value, json};

use super::operations::{Bench, LINK, MEMBERSHIP, USER, members, patch};
use super::seed::{TABLE_TOKEN, Use, group, padded, user, user_id};
use super::sheet::{cost, events};

/// The largest group that is sent whole in one request: 4 MiB hold some 80,000 members, D1's time
/// some more.
const WHOLE: usize = 10_000;
/// Members that one event names.
const NAMED: u64 = 250;

impl Bench<'_> {
    pub(crate) fn user_writes(&mut self) {
        let budget = cost(1, 12, USER);
        let post = ("POST", "/Users");
        let created = self.send("POST user", post, Some(&user("new")), 201, budget);
        self.send_as(
            Some(TABLE_TOKEN),
            "POST user, token of the table",
            post,
            Some(&user("new2")),
            201,
            budget,
        );
        let taken = user("new");
        self.send(
            "POST user, name in use",
            post,
            Some(&taken),
            409,
            cost(1, 12, 0),
        );
        let created: Value = serde_json::from_str(&created.body).unwrap();
        let path = format!("/Users/{}", created["id"].as_str().unwrap());
        self.user_patches(&path);
        let mut body = self.look(&path);
        let put = ("PUT", path.as_str());
        self.send("PUT user, unchanged", put, Some(&body), 200, cost(2, 20, 0));
        body["title"] = json!("Emeritus");
        self.send(
            "PUT user, title changed",
            put,
            Some(&body),
            200,
            cost(2, 20, 2),
        );
        self.busy_user();
        let since = created["meta"]["created"].as_str().unwrap();
        self.get(
            "meta.lastModified ge, three matches",
            &format!("/Users?filter=meta.lastModified ge \"{since}\""),
            cost(1, 12 + 3 * 8 + LINK * 20, 0),
        );
        let delete = ("DELETE", path.as_str());
        self.send("DELETE user", delete, None, 204, cost(1, 20, USER));
        self.send("DELETE user, miss", delete, None, 404, cost(1, 6, 0));
    }

    fn user_patches(&mut self, path: &str) {
        let work = "emails[type eq \"work\"].value";
        // Name, operations, trips, rows written.
        let cases = [
            (
                "PATCH active",
                json!([{"op": "replace", "path": "active", "value": false}]),
                1,
                2,
            ),
            (
                "PATCH active, as it was",
                json!([{"op": "replace", "path": "active", "value": false}]),
                2,
                0,
            ),
            (
                "PATCH active, as Entra sends it",
                json!([{"op": "Replace", "path": "active", "value": "True"}]),
                1,
                2,
            ),
            (
                "PATCH active, as Okta sends it",
                json!([{"op": "replace", "value": {"active": false}}]),
                1,
                2,
            ),
            (
                "PATCH four attributes without a path",
                json!([{"op": "replace", "value": {
                    "title": "Chief", "nickName": "S", "displayName": "Somebody", "name": {"familyName": "Else"},
                }}]),
                2,
                4,
            ),
            (
                "PATCH the work address",
                json!([{"op": "replace", "path": work, "value": "else@example.com"}]),
                2,
                5,
            ),
            (
                "PATCH userName",
                json!([{"op": "replace", "path": "userName", "value": "else@example.com"}]),
                2,
                4,
            ),
        ];
        for (name, operations, trips, written) in cases {
            let body = patch(&operations);
            let budget = cost(trips, 20, written);
            self.send(name, ("PATCH", path), Some(&body), 200, budget);
        }
    }

    /// A user in twenty groups: what is seen of it in them changes along.
    fn busy_user(&mut self) {
        let id = user_id(self.seed.busy_user());
        let groups = self.groups_of(&id);
        let path = format!("/Users/{id}");
        let off = patch(&json!([{"op": "replace", "path": "active", "value": false}]));
        self.send(
            "PATCH active, in 20 groups",
            ("PATCH", &path),
            Some(&off),
            200,
            cost(1, 20 + LINK * groups, 2),
        );
        let name = patch(&json!([{"op": "replace", "path": "displayName", "value": "Busy"}]));
        self.send(
            "PATCH displayName, in 20 groups",
            ("PATCH", &path),
            Some(&name),
            200,
            cost(1, 20 + 2 * LINK * groups, 4 + groups),
        );
    }

    pub(crate) fn user_delete(&mut self) {
        let id = user_id(self.seed.busy_user());
        let groups = self.groups_of(&id);
        // The row, its text, the address, the total; a membership and a group's version for each
        // group.
        self.send(
            "DELETE user in 20 groups",
            ("DELETE", &format!("/Users/{id}")),
            None,
            204,
            cost(1, 20 + 7 * groups, 4 + 3 * groups),
        );
    }

    pub(crate) fn bulk(&mut self) {
        for size in [100, 1_000] {
            let operations: Vec<Value> = (0..size)
                .map(|number| {
                    json!({
                        "method": "POST",
                        "path": "/Users",
                        "bulkId": format!("b{number}"),
                        "data": user(&format!("bulk-{size}-{number}")),
                    })
                })
                .collect();
            let body = json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
                "Operations": operations,
            });
            self.send(
                &format!("Bulk of {size} creates"),
                ("POST", "/Bulk"),
                Some(&body),
                200,
                cost(3, 10 * size, USER * size).and(events(size - 1)),
            );
        }
    }

    pub(crate) fn group_patches(&mut self, size: usize) {
        let path = format!("/Groups/{}", self.seed.group_id(Use::Sized(size, 0)));
        let request = ("PATCH", path.as_str());
        // The group's own row is one more.
        let change = |members: u64| cost(1, 16 + 8 * members, 2 + MEMBERSHIP * members);
        let one = || [user_id(0)];
        let add = members("add", one());
        self.send(
            "PATCH group: a member in",
            request,
            Some(&add),
            204,
            change(1),
        );
        self.send(
            "PATCH group: a member in who is",
            request,
            Some(&add),
            204,
            cost(1, 16, 0),
        );
        let out = members("remove", one());
        self.send(
            "PATCH group: a member out",
            request,
            Some(&out),
            204,
            change(1),
        );
        self.send_as(
            Some(TABLE_TOKEN),
            "PATCH group: a member in, token of the table",
            request,
            Some(&add),
            204,
            change(1),
        );
        let by_filter = format!("members[value eq \"{}\"]", user_id(0));
        let out = patch(&json!([{"op": "remove", "path": by_filter}]));
        self.send(
            "PATCH group: a member out by filter",
            request,
            Some(&out),
            204,
            change(1),
        );
        // Where there are not more users, these are all that are not in the group.
        let many = 100.min(self.seed.users / 2);
        let ids = || (0..many).map(user_id);
        for (name, op) in [("in", "add"), ("out", "remove")] {
            let name = format!("PATCH group: 100 members {name}");
            let body = members(op, ids());
            self.send(&name, request, Some(&body), 204, change(many as u64));
        }
        let nobody = members("add", [user_id(0), "nobody".to_owned()]);
        self.send(
            "PATCH group: an id that names nothing",
            request,
            Some(&nobody),
            400,
            cost(2, 40, 0),
        );
        let name = format!("Renamed {size}");
        let rename = patch(&json!([{"op": "replace", "path": "displayName", "value": name}]));
        self.send(
            "PATCH group: displayName",
            request,
            Some(&rename),
            204,
            cost(2, 20, 4),
        );
    }

    /// A group sent whole, and its end.
    pub(crate) fn group_puts(&mut self, size: usize) {
        let k = size as u64;
        let what = Use::Sized(size, 1);
        let path = format!("/Groups/{}", self.seed.group_id(what));
        if size <= WHOLE {
            let number = padded(self.seed.group_number(what));
            let all: Vec<String> = self.seed.members(what).map(user_id).collect();
            let request = ("PUT", path.as_str());
            let read = 20 + 18 * k;
            let more = events(1 + k / NAMED);
            self.send(
                "PUT group, unchanged",
                request,
                Some(&group(&number, &all)),
                200,
                cost(2, read, 0),
            );
            // Five go and five come; ids of nobody can only go.
            let known: Vec<String> = self
                .seed
                .members(what)
                .filter(|member| *member < self.seed.users)
                .map(user_id)
                .collect();
            let mut others = known[5..].to_vec();
            others.extend((0..5).map(user_id));
            let differ = (all.len() - known.len() + 10) as u64;
            self.send(
                "PUT group, 10 members differ",
                request,
                Some(&group(&number, &others)),
                200,
                cost(2, read, 2 + MEMBERSHIP * differ).and(more),
            );
            self.new_group(size, &known);
        }
        self.send(
            "DELETE group",
            ("DELETE", &path),
            None,
            204,
            cost(1, 20 + 3 * k, 4 + MEMBERSHIP * k),
        );
    }

    fn new_group(&mut self, size: usize, ids: &[String]) {
        let k = ids.len() as u64;
        let body = group(&format!("new-{size}"), ids);
        // The group's row, its two indexes, its text, the total.
        let created = self.send(
            "POST group with as many members",
            ("POST", "/Groups"),
            Some(&body),
            201,
            cost(1, 20 + 14 * k, 6 + MEMBERSHIP * k).and(events(1 + k / NAMED)),
        );
        let created: Value = serde_json::from_str(&created.body).unwrap();
        let path = format!("/Groups/{}", created["id"].as_str().unwrap());
        let request = ("PATCH", path.as_str());
        let none = patch(&json!([{"op": "remove", "path": "members"}]));
        let budget = cost(1, 20 + 12 * k, 2 + MEMBERSHIP * k).and(events(k / NAMED));
        self.send(
            "PATCH group: all members out",
            request,
            Some(&none),
            204,
            budget,
        );
        self.send(
            "PATCH group: as many members in",
            request,
            Some(&members("add", ids.iter().cloned())),
            204,
            budget,
        );
    }
}
