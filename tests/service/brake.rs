//! The brake: a provider removes no more users in a short time than the operator lets it.

use serde_json::{Value, json};

use store::Database;
use testing::client::{Client, Got, Operator};
use testing::memory::Memory;

/// The token of tenant 2.
const OTHER: &str = "the-secret-of-tenant-2-of-32-characters-or-more";

/// A service whose tenant has a brake, and so many users.
fn braked(brake: &Value, users: usize) -> (Memory, Vec<String>) {
    let memory = Memory::new();
    memory.sql("UPDATE tenants SET last_request_at = '2020-01-01'");
    set(&memory, brake);
    let client = Client::new(&memory);
    let ids = (0..users).map(|n| client.user(&format!("u{n}"))).collect();
    (memory, ids)
}

/// A brake that nothing engages is none: who forgets the limit believes himself safe.
#[test]
fn a_brake_has_a_limit() {
    for memory in [Memory::new(), Memory::sharded()] {
        let admin = Operator::new(&memory);
        let refused = |got: &Got| got.problem(400, "invalid_setting", "`count` or `percent`");
        let shard = memory.database.shards().into_iter().max().unwrap();
        let new = |brake: Value| json!({ "name": "A", "external_id": "x", "shard": shard, "settings": { "brake": brake } });
        refused(&admin.post("/tenants", &new(json!({ "count": null }))));
        refused(&admin.post("/tenants", &new(json!({}))));
        refused(&admin.post("/tenants", &new(json!({ "minutes": 5 }))));
        let id = admin.post("/tenants", &new(Value::Null)).expect(201)["id"].clone();
        let path = format!("/tenants/{id}");
        let set = |brake: Value| {
            admin.patch(
                &path,
                &json!({ "name": "B", "metadata": { "a": "b" }, "settings": { "brake": brake } }),
            )
        };
        refused(&set(json!({})));
        refused(&set(json!({ "minutes": 5 })));
        assert_eq!(admin.get(&path).expect(200)["name"], "A");
        set(json!({ "count": 3 })).expect(200);
        set(json!({ "minutes": 5 })).expect(200);
        set(json!({})).expect(200);
        set(json!({ "count": null, "percent": 10 })).expect(200);
        set(json!({ "minutes": 6 })).expect(200);
        let whole = json!({ "percent": 10, "minutes": 6 });
        for without in [
            json!({ "percent": null }),
            json!({ "percent": null, "count": null, "minutes": 7 }),
        ] {
            refused(&set(without));
            let tenant = admin.get(&path).expect(200);
            assert_eq!(tenant["settings"]["brake"], whole);
        }
        set(json!({ "percent": null, "count": 4 })).expect(200);
        set(json!({ "percent": null, "minutes": 5 })).expect(200);
        set(Value::Null).expect(200);
        refused(&set(json!({ "count": null })));
        assert!(admin.get(&path).expect(200)["settings"]["brake"].is_null());
        // Nor does it lose its limit to another change at the same time.
        set(json!({ "count": 1, "percent": 1 })).expect(200);
        memory.database_of(shard).sql(&format!(
            "CREATE TRIGGER other AFTER INSERT ON events WHEN new.tenant_id = {id} BEGIN \
             UPDATE tenants SET settings = json_remove(settings, '$.brake.count') WHERE id = {id}; END"
        ));
        let unlimited = json!({ "settings": { "brake": { "percent": null } } });
        refused(&admin.patch(&path, &unlimited));
    }
}

fn set(memory: &Memory, brake: &Value) {
    Operator::new(memory)
        .patch("/tenants/1", &json!({ "settings": { "brake": brake } }))
        .expect(200);
}

fn state(memory: &Memory) -> Value {
    Operator::new(memory).get("/tenants/1/brake").expect(200)
}

fn turn(memory: &Memory, action: &str) -> Value {
    let body = json!({ "action": action });
    Operator::new(memory)
        .post("/tenants/1/brake", &body)
        .expect(200)
}

fn delete(memory: &Memory, id: &str) -> Got {
    Client::new(memory).delete(&format!("/Users/{id}"))
}

fn set_active(memory: &Memory, id: &str, active: bool) -> Got {
    set_active_by(&Client::new(memory), id, active)
}

fn set_active_by(client: &Client<'_>, id: &str, active: bool) -> Got {
    let operations = json!([{ "op": "replace", "path": "active", "value": active }]);
    client.patch(&format!("/Users/{id}"), &operations)
}

#[track_caller]
fn refused(got: &Got) {
    got.refused(429, "", "brake");
    assert_eq!(got.header("Retry-After"), Some("3600"));
}

fn told(memory: &Memory, word: &str) -> usize {
    let page = Operator::new(memory)
        .get(&format!("/events?type={word}&limit=200"))
        .expect(200);
    page["data"].as_array().unwrap().len()
}

/// Makes what was done so far so much older.
fn age(memory: &Memory, minutes: u64) {
    memory.elapsed.set(memory.elapsed.get() + minutes * 60_000);
}

/// By every way that there is, and nothing of what is refused is done.
#[test]
fn what_is_beyond_the_limit_is_refused() {
    let (memory, ids) = braked(&json!({ "count": 4 }), 12);
    let client = Client::new(&memory);
    let armed = json!({
        "state": "armed", "removals": 0, "limit": 4, "minutes": 10, "engaged_at": null, "released_until": null,
    });
    assert_eq!(state(&memory), armed);
    delete(&memory, &ids[0]).expect(204);
    set_active(&memory, &ids[1], false).expect(200);
    let put = |id: &str, name: &str, active: bool| {
        client.put(
            &format!("/Users/{id}"),
            &json!({ "userName": name, "active": active }),
        )
    };
    put(&ids[2], "u2", false).expect(200);
    // It is not counted again, and neither is what removes nobody.
    put(&ids[2], "u2b", false).expect(200);
    set_active(&memory, &ids[1], false).expect(200);
    delete(&memory, "nobody").refused(404, "", "");
    set_active(&memory, &ids[1], true).expect(200);
    set_active(&memory, &ids[1], false).expect(200);
    assert_eq!(state(&memory)["removals"], 4);
    let before = client.get(&format!("/Users/{}", ids[3])).expect(200);
    refused(&delete(&memory, &ids[3]));
    refused(&set_active(&memory, &ids[3], false));
    refused(&put(&ids[3], "u3", false));
    let several = json!([
        { "op": "replace", "path": "active", "value": false },
        { "op": "add", "path": "emails", "value": [{ "value": "a@example.com" }] },
    ]);
    refused(&client.patch(&format!("/Users/{}", ids[3]), &several));
    assert_eq!(
        client.get(&format!("/Users/{}", ids[3])).expect(200),
        before
    );
    assert_eq!(told(&memory, "brake.engaged"), 1);
    let engaged = state(&memory);
    assert_eq!(
        (&engaged["state"], &engaged["removals"]),
        (&json!("engaged"), &json!(4))
    );
    assert!(engaged["engaged_at"].is_string());
    let status = Operator::new(&memory).get("/status").expect(200);
    assert_eq!(status["shards"][0]["braked"], 1);
    // Everything else goes on.
    delete(&memory, "nobody").refused(404, "", "");
    client.user("new");
    put(&ids[3], "other", true).expect(200);
    set_active(&memory, &ids[1], true).expect(200);
    client.group("Staff", &[&ids[3]]);
    // It stays engaged however long it takes, until somebody looks.
    age(&memory, 60);
    refused(&delete(&memory, &ids[3]));
    let event = &Operator::new(&memory)
        .get("/events?type=brake.*")
        .expect(200)["data"][0];
    let change = json!([{ "path": "state", "before": "armed", "after": "engaged" }]);
    assert_eq!(
        (&event["changes"], &event["resource"]),
        (&change, &Value::Null)
    );
}

/// The operator's own writes are not counted and not refused.
#[test]
fn an_operator_is_not_braked() {
    let (memory, ids) = braked(&json!({ "count": 1 }), 5);
    let operator = Operator::new(&memory);
    let path = |id: &str| format!("/tenants/1/scim/v2/Users/{id}");
    operator.delete(&path(&ids[0])).expect(204);
    operator.delete(&path(&ids[1])).expect(204);
    assert_eq!(state(&memory)["removals"], 0);
    delete(&memory, &ids[2]).expect(204);
    refused(&delete(&memory, &ids[3]));
    operator.delete(&path(&ids[4])).expect(204);
}

#[test]
fn a_window_passes_and_a_release_begins_anew() {
    let (memory, ids) = braked(&json!({ "count": 2, "minutes": 5 }), 12);
    for id in &ids[..2] {
        delete(&memory, id).expect(204);
    }
    age(&memory, 6);
    for id in &ids[2..4] {
        delete(&memory, id).expect(204);
    }
    refused(&delete(&memory, &ids[4]));
    let released = turn(&memory, "release");
    assert_eq!(
        (&released["state"], &released["removals"]),
        (&json!("released"), &json!(0))
    );
    assert!(released["released_until"].is_string());
    for id in &ids[4..6] {
        delete(&memory, id).expect(204);
    }
    refused(&delete(&memory, &ids[6]));
    assert_eq!(
        (
            told(&memory, "brake.engaged"),
            told(&memory, "brake.released")
        ),
        (2, 1)
    );
    turn(&memory, "release");
    turn(&memory, "release");
    let page = Operator::new(&memory)
        .get("/events?type=brake.released")
        .expect(200);
    let befores = page["data"].as_array().unwrap().iter();
    let befores: Vec<_> = befores
        .map(|event| &event["changes"][0]["before"])
        .collect();
    // The last changed nothing.
    assert_eq!(befores, ["engaged", "engaged"]);
    assert_eq!(turn(&memory, "hold")["state"], "engaged");
    assert_eq!(turn(&memory, "hold")["state"], "engaged");
    assert_eq!(told(&memory, "brake.engaged"), 3);
    refused(&set_active(&memory, &ids[6], false));
    // Without the setting there is none, and one that is set anew is armed.
    set(&memory, &Value::Null);
    assert_eq!(state(&memory)["state"], "off");
    delete(&memory, &ids[6]).expect(204);
    set(&memory, &json!({ "count": 2 }));
    assert_eq!(
        (&state(&memory)["state"], &state(&memory)["minutes"]),
        (&json!("armed"), &json!(10))
    );
    set(&memory, &Value::Null);
    assert_eq!(state(&memory)["state"], "off");
    let operator = Operator::new(&memory);
    for action in ["hold", "release"] {
        let body = json!({ "action": action });
        operator
            .post("/tenants/1/brake", &body)
            .problem(409, "brake_off", "settings.brake");
    }
    operator
        .post("/tenants/1/brake", &json!({ "action": "x" }))
        .problem(400, "invalid_value", "hold");
}

/// Who takes an engaged brake away, releases it.
#[test]
fn an_engaged_brake_that_goes_is_told() {
    let (memory, ids) = braked(&json!({ "count": 1 }), 3);
    turn(&memory, "hold");
    set(&memory, &json!({ "count": 2 }));
    refused(&delete(&memory, &ids[0]));
    assert_eq!(told(&memory, "brake.released"), 0);
    set(&memory, &Value::Null);
    assert_eq!(told(&memory, "brake.released"), 1);
    let feed = Operator::new(&memory).get("/events?type=brake.released");
    assert_eq!(
        feed.expect(200)["data"][0]["changes"],
        json!([{ "path": "state", "before": "engaged", "after": "off" }])
    );
    delete(&memory, &ids[0]).expect(204);
    // One that is not engaged goes without a word.
    set(&memory, &json!({ "count": 1 }));
    set(&memory, &Value::Null);
    assert_eq!(told(&memory, "brake.released"), 1);
}

/// Of the users there were at the first that counts, and not before the fifth.
#[test]
fn a_percentage_is_of_the_users_before() {
    let (memory, ids) = braked(&json!({ "percent": 10 }), 20);
    assert_eq!(state(&memory)["limit"], 4);
    for id in &ids[..4] {
        delete(&memory, id).expect(204);
    }
    refused(&delete(&memory, &ids[4]));
    let (memory, ids) = braked(&json!({ "percent": 10 }), 60);
    for id in &ids[..6] {
        delete(&memory, id).expect(204);
    }
    assert_eq!(state(&memory)["limit"], 6);
    refused(&delete(&memory, &ids[6]));
    let (memory, ids) = braked(&json!({ "percent": 50, "count": 5 }), 20);
    for id in &ids[..5] {
        set_active(&memory, id, false).expect(200);
    }
    assert_eq!(state(&memory)["limit"], 5);
    refused(&set_active(&memory, &ids[5], false));
}

/// The first is the one that was written first, whatever the clocks of the requests say.
#[test]
fn a_percentage_is_of_the_users_before_the_first_written() {
    let (memory, ids) = braked(&json!({ "percent": 50 }), 20);
    age(&memory, 1);
    delete(&memory, &ids[0]).expect(204);
    memory.elapsed.set(memory.elapsed.get() - 60_000);
    for id in &ids[1..10] {
        delete(&memory, id).expect(204);
    }
    assert_eq!(
        (&state(&memory)["limit"], &state(&memory)["removals"]),
        (&json!(10), &json!(10))
    );
    refused(&delete(&memory, &ids[10]));
}

/// A Bulk is stopped in the middle: what was done is told, and what removes nobody goes on.
#[test]
fn a_bulk_is_stopped_in_the_middle() {
    for kind in ["delete", "patch", "mixed"] {
        let (memory, ids) = braked(&json!({ "count": 7 }), 40);
        let client = Client::new(&memory);
        let patch = |id: &str, name: &str, value: Value| {
            json!({
                "method": "PATCH", "path": format!("/Users/{id}"),
                "data": { "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                          "Operations": [{ "op": "replace", "path": name, "value": value }] },
            })
        };
        let mut operations = Vec::new();
        for (n, id) in ids.iter().take(30).enumerate() {
            let deletes = kind == "delete" || kind == "mixed" && n % 2 == 0;
            operations.push(if deletes {
                json!({ "method": "DELETE", "path": format!("/Users/{id}") })
            } else {
                patch(id, "active", json!(false))
            });
            if n % 5 == 4 {
                let data = json!({ "userName": format!("new{n}") });
                operations.push(json!({ "method": "POST", "path": "/Users", "bulkId": format!("b{n}"), "data": data }));
            }
        }
        operations.push(patch(&ids[35], "title", json!("Dr")));
        let schemas = ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"];
        let body = json!({ "schemas": schemas, "Operations": operations });
        let got = client.post("/Bulk", &body);
        assert_eq!(got.header("Retry-After"), Some("3600"));
        let done = got.expect(200);
        let statuses: Vec<&str> = done["Operations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|operation| operation["status"].as_str().unwrap())
            .collect();
        let count = |status: &str| statuses.iter().filter(|known| **known == status).count();
        assert_eq!(
            (count("429"), count("201")),
            (23, 6),
            "{kind}: {statuses:?}"
        );
        // Those in front were done.
        assert_eq!(
            statuses.iter().position(|status| *status == "429"),
            Some(8),
            "{statuses:?}"
        );
        assert_eq!(statuses.last(), Some(&"200"));
        assert_eq!(
            (told(&memory, "user.deleted") + told(&memory, "user.deactivated")),
            7,
            "{kind}"
        );
        assert_eq!(told(&memory, "brake.engaged"), 1);
    }
}

/// A tenant without a brake pays nothing for it, one with a brake a few rows.
#[test]
fn a_removal_costs_no_more_without_a_brake() {
    let cost = |brake: &Value, removed: usize| {
        let (memory, ids) = braked(brake, removed + 3);
        for id in &ids[..removed] {
            delete(&memory, id).expect(204);
        }
        let before = memory.number("SELECT count(*) FROM events WHERE users IS NOT NULL");
        delete(&memory, &ids[removed]).expect(204);
        memory.number("SELECT count(*) FROM events WHERE users IS NOT NULL") - before
    };
    assert_eq!(cost(&Value::Null, 3), 0);
    assert_eq!(cost(&json!({ "count": 9 }), 3), 1);
}

/// Where all events of removals are gone, their numbers begin anew.
#[test]
fn what_was_trimmed_is_not_counted() {
    let (memory, ids) = braked(&json!({ "count": 3, "minutes": 1440 }), 8);
    for gone in ["1", "removal <= 2"] {
        for id in &ids[..2] {
            set_active(&memory, id, true).expect(200);
            set_active(&memory, id, false).expect(200);
        }
        memory.sql(&format!("DELETE FROM events WHERE {gone}"));
        assert_eq!(state(&memory)["removals"], 0, "{gone}");
    }
    for id in &ids[2..5] {
        delete(&memory, id).expect(204);
    }
    assert_eq!(state(&memory)["removals"], 3);
    refused(&delete(&memory, &ids[5]));
}

/// Numbers by chance, from a seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    fn pick<T: Clone>(&mut self, among: &[T]) -> T {
        among[self.place(among.len())].clone()
    }

    fn place(&mut self, end: usize) -> usize {
        usize::try_from(self.below(end as u64)).unwrap()
    }
}

/// The brake as it is meant: it looks at all removals there ever were.
#[derive(Default)]
struct Plain {
    /// count, percent, minutes.
    set: Option<(Option<u64>, Option<u64>, u64)>,
    engaged: bool,
    released_at: Option<u64>,
    /// When each was that counts, and of how many users it was.
    removals: Vec<(u64, u64)>,
    users: u64,
}

impl Plain {
    fn minutes(&self) -> u64 {
        self.set.map_or(0, |(_, _, minutes)| minutes * 60_000)
    }

    /// How many count, and how many may.
    fn window(&self, now: u64) -> (u64, u64) {
        // From before the clock began all of them do.
        let since = now.checked_sub(self.minutes()).max(self.released_at);
        let counts = |(at, _): &&(u64, u64)| since.is_none_or(|since| *at > since);
        let users = self.removals.iter().find(counts);
        let users = users.map_or(self.users, |(_, users)| *users);
        let (count, percent, _) = self.set.unwrap();
        let least = percent.map(|percent| (users * percent / 100).max(4));
        let limit = count.into_iter().chain(least).min().unwrap();
        (self.removals.iter().filter(counts).count() as u64, limit)
    }

    /// Whether a removal passes.
    fn removes(&mut self, now: u64) -> bool {
        if self.set.is_some() {
            let (removals, limit) = self.window(now);
            if self.engaged || removals >= limit {
                self.engage(now);
                return false;
            }
            // A clock that goes back is that of another request: its removal comes behind.
            let last = self.removals.last().map_or(0, |(at, _)| *at);
            self.removals.push((now.max(last), self.users));
        }
        true
    }

    fn engage(&mut self, now: u64) {
        self.engaged |= self.released_at.is_none_or(|at| at <= now);
    }

    fn set(&mut self, set: Option<(Option<u64>, Option<u64>, u64)>) {
        self.set = set;
        if set.is_none() {
            (self.engaged, self.released_at) = (false, None);
        }
    }

    fn state(&self, now: u64) -> &'static str {
        match self.released_at {
            _ if self.set.is_none() => "off",
            _ if self.engaged => "engaged",
            Some(at) if at + self.minutes() > now => "released",
            _ => "armed",
        }
    }
}

/// One tenant of the game, and what it should be like.
struct Side<'a> {
    number: i64,
    client: Client<'a>,
    plain: Plain,
    made: usize,
    active: Vec<String>,
    inactive: Vec<String>,
}

impl Side<'_> {
    fn create(&mut self, many: u64) {
        for _ in 0..many {
            self.made += 1;
            self.active
                .push(self.client.user(&format!("u{}", self.made)));
            self.plain.users += 1;
        }
    }

    fn remove(&mut self, dice: &mut Dice) {
        let path = |id: &str| format!("/Users/{id}");
        let deletes = dice.below(2) == 0;
        let from_inactive = deletes && !self.inactive.is_empty() && dice.below(3) == 0;
        let list = if from_inactive {
            &mut self.inactive
        } else {
            &mut self.active
        };
        let Some(id) = list.pop() else { return };
        let got = if deletes {
            self.client.delete(&path(&id))
        } else {
            set_active_by(&self.client, &id, false)
        };
        let passes = self.plain.removes(self.client.memory.elapsed.get());
        if !passes {
            refused(&got);
            list.push(id);
        } else if deletes {
            got.expect(204);
            self.plain.users -= 1;
        } else {
            got.expect(200);
            self.inactive.push(id);
        }
    }

    /// Several at the same moment.
    fn remove_many(&mut self, dice: &mut Dice) {
        let many = (1 + dice.place(9)).min(self.active.len());
        let ids = self.active.split_off(self.active.len() - many);
        let operation = |id: &String| json!({ "method": "DELETE", "path": format!("/Users/{id}") });
        let operations: Vec<Value> = ids.iter().map(operation).collect();
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations,
        });
        let done = self.client.post("/Bulk", &body).expect(200);
        let now = self.client.memory.elapsed.get();
        for (id, operation) in ids.into_iter().zip(done["Operations"].as_array().unwrap()) {
            let passes = self.plain.removes(now);
            assert_eq!(operation["status"], ["429", "204"][usize::from(passes)]);
            if passes {
                self.plain.users -= 1;
            } else {
                self.active.push(id);
            }
        }
    }

    fn change(&mut self, dice: &mut Dice) {
        let set = (dice.below(6) > 0).then(|| {
            let count = Some(1 + dice.below(12));
            let percent = Some(dice.pick(&[5, 20, 50]));
            let (count, percent) = dice.pick(&[(count, None), (None, percent), (count, percent)]);
            (count, percent, dice.pick(&[1, 3, 10, 60]))
        });
        let brake = set.map(|(count, percent, minutes)| json!({ "count": count, "percent": percent, "minutes": minutes }));
        Operator::new(self.client.memory)
            .patch(
                &format!("/tenants/{}", self.number),
                &json!({ "settings": { "brake": brake } }),
            )
            .expect(200);
        self.plain.set(set);
    }

    fn turn(&mut self, action: &str) {
        if self.plain.set.is_none() {
            return;
        }
        let path = format!("/tenants/{}/brake", self.number);
        Operator::new(self.client.memory)
            .post(&path, &json!({ "action": action }))
            .expect(200);
        let now = self.client.memory.elapsed.get();
        if action == "hold" {
            self.plain.engage(now);
        } else {
            (self.plain.engaged, self.plain.released_at) = (false, Some(now));
        }
    }

    fn check(&self) {
        let shown = Operator::new(self.client.memory)
            .get(&format!("/tenants/{}/brake", self.number))
            .expect(200);
        let now = self.client.memory.elapsed.get();
        assert_eq!(shown["state"], self.plain.state(now), "{shown:#}");
        if self.plain.set.is_some() {
            let (removals, limit) = self.plain.window(now);
            let told = (&shown["removals"], &shown["limit"]);
            assert_eq!(told, (&json!(removals), &json!(limit)), "{shown:#}");
        }
    }
}

/// By numbers it refuses whom one refuses who counts all removals of the window, whatever comes in
/// between, and two tenants do not hear of each other.
#[test]
fn numbers_say_what_counting_says() {
    for seed in 1..=40 {
        let dice = &mut Dice(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(seed));
        let memory = Memory::new();
        memory.add_token(2, OTHER, None, None);
        let clients = [(1, Memory::TOKEN), (2, OTHER)].map(|(number, token)| {
            (
                number,
                Client {
                    memory: &memory,
                    token: token.to_owned(),
                },
            )
        });
        let mut sides = clients.map(|(number, client)| Side {
            number,
            client,
            plain: Plain::default(),
            made: 0,
            active: Vec::new(),
            inactive: Vec::new(),
        });
        for side in &mut sides {
            side.create(10 + dice.below(30));
            side.change(dice);
        }
        for _ in 0..80 {
            let side = &mut sides[dice.place(2)];
            match dice.below(20) {
                0..9 => side.remove(dice),
                9 => side.remove_many(dice),
                10 => side.create(3),
                11 => side.change(dice),
                12 | 13 => side.turn("release"),
                14 => side.turn("hold"),
                15 => {
                    let back = memory.elapsed.get() - dice.below(3_000).min(memory.elapsed.get());
                    memory.elapsed.set(back);
                }
                _ => {
                    let step = dice.pick(&[7, 1_000, 20_000, 59_000, 60_000, 179_000, 600_000]);
                    memory.elapsed.set(memory.elapsed.get() + step);
                }
            }
            side.check();
        }
    }
}
