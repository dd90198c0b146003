//! The operations, and what each may cost at the most; reads and writes have files of their own.

use serde_json::{Value, json};

use super::seed::{Seed, Use, user, user_id};
use super::sheet::{Cost, Operation, Sheet, cost, events};
use doctor::conversation::WireReply;
use testing::worker::Worker;

/// Rows that a group of a user, or a member of a group, may add to a read: its membership and
/// itself.
pub(crate) const LINK: u64 = 2;
/// Rows written for a user: one of the table, one of each index (id, userName, externalId,
/// displayName, text), the address, the total.
pub(crate) const USER: u64 = 9;
/// Rows written for a membership: itself and its index.
pub(crate) const MEMBERSHIP: u64 = 2;

/// One database under measurement.
pub(crate) struct Bench<'a> {
    /// The Worker over it.
    pub(crate) worker: &'a Worker,
    /// What is in it.
    pub(crate) seed: &'a Seed,
    /// Where the measurements go.
    pub(crate) sheet: &'a mut Sheet,
    /// The column of the table that is being filled.
    pub(crate) column: String,
}

impl Bench<'_> {
    /// Measures all of it, for groups of these sizes.
    pub(crate) fn run(&mut self, sizes: &[usize]) {
        self.credentials();
        self.discovery();
        self.single_reads();
        self.lookups();
        self.searches();
        self.shapes();
        self.lists();
        self.pages();
        self.user_writes();
        self.bulk();
        let users = self.column.clone();
        for &size in sizes.iter().filter(|&&size| size <= self.seed.users) {
            self.column = group_column(self.seed.users, size);
            self.group_reads(size);
            self.users_of_group(size);
            self.filtered_removals(size);
            self.group_patches(size);
            self.group_puts(size);
        }
        self.column = users;
        self.user_delete();
    }

    /// Measures an operation with the token of `SCIM_TOKEN`.
    pub(crate) fn send(
        &mut self,
        name: &str,
        request: (&str, &str),
        body: Option<&Value>,
        status: u16,
        budget: Cost,
    ) -> WireReply {
        let token = self.worker.token.clone();
        self.send_as(Some(&token), name, request, body, status, budget)
    }

    /// Measures an operation with this token, or without any.
    pub(crate) fn send_as(
        &mut self,
        token: Option<&str>,
        name: &str,
        request: (&str, &str),
        body: Option<&Value>,
        status: u16,
        budget: Cost,
    ) -> WireReply {
        // A write has one event, unless its budget has counted more.
        let is_write = budget.written > 0;
        let budget = budget.and(events(u64::from(is_write)));
        let operation = Operation {
            name,
            request,
            body,
            status,
            budget,
        };
        self.sheet
            .measure(self.worker, token, &self.column, &operation)
    }

    /// Measures a GET and gives its body.
    pub(crate) fn get(&mut self, name: &str, path: &str, budget: Cost) -> Value {
        let reply = self.send(name, ("GET", path), None, 200, budget);
        serde_json::from_str(&reply.body).unwrap()
    }

    /// Reads something that is not part of the table.
    pub(crate) fn look(&self, path: &str) -> Value {
        let reply = self.worker.request("GET", path, &[], None).unwrap();
        serde_json::from_str(&reply.body).unwrap()
    }

    /// How many groups a user is in; not part of the table.
    pub(crate) fn groups_of(&self, id: &str) -> u64 {
        length(&self.look(&format!("/Users/{id}"))["groups"])
    }

    fn credentials(&mut self) {
        let one = format!("/Users/{}", user_id(1));
        let team = format!("/Groups/{}", self.seed.group_id(Use::Sized(10, 0)));
        let (create, add) = (user("bad"), members("add", [user_id(1)]));
        let search = "/Users?filter=emails co \"user\"";
        let requests = [
            ("GET by id", "GET", one.as_str(), None),
            ("page", "GET", "/Users?count=100", None),
            ("search", "GET", search, None),
            ("POST", "POST", "/Users", Some(&create)),
            ("PUT", "PUT", &one, Some(&create)),
            ("PATCH of a group", "PATCH", &team, Some(&add)),
            ("DELETE", "DELETE", &one, None),
        ];
        self.send_as(
            None,
            "No token: GET by id",
            ("GET", &one),
            None,
            401,
            cost(0, 0, 0),
        );
        for (name, method, path, body) in requests {
            let name = format!("Token that is not good: {name}");
            let budget = cost(1, 1, 0);
            let token = Some("not-a-token");
            self.send_as(token, &name, (method, path), body, 401, budget);
        }
    }

    fn discovery(&mut self) {
        for path in ["/ServiceProviderConfig", "/Schemas", "/ResourceTypes"] {
            let name = format!("GET {path}");
            self.send_as(None, &name, ("GET", path), None, 200, cost(1, 2, 0));
        }
    }
}

/// The column of a group of this size among so many users.
pub(crate) fn group_column(users: usize, size: usize) -> String {
    format!("{users}/{size}")
}

/// A PATCH.
pub(crate) fn patch(operations: &Value) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": operations,
    })
}

/// A PATCH of members.
pub(crate) fn members(op: &str, ids: impl IntoIterator<Item = String>) -> Value {
    let values: Vec<Value> = ids.into_iter().map(|id| json!({"value": id})).collect();
    patch(&json!([{"op": op, "path": "members", "value": values}]))
}

/// How many elements a list has.
pub(crate) fn length(list: &Value) -> u64 {
    list.as_array().map_or(0, Vec::len) as u64
}
