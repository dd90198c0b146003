//! Walks by `startIndex` (RFC 7644 §3.4.2.4): milestones save reading, and never decide what is on
//! a page.

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use serde_json::{Value, json};
use service::jobs::Budget;
use store::Addressed;
use testing::client::{Client, Operator, each};
use testing::memory::Memory;

/// Endpoints of the three tables that resources are in.
const ENDPOINTS: [&str; 3] = ["/Users", "/Groups", "/Devices"];
const TOKENS: [&str; 2] = [Memory::TOKEN, "the-token-of-tenant-2"];

/// Two tenants with resources of each type, and beside them what a list should be: ids, sorted.
struct World {
    memory: Memory,
    ids: [[Vec<String>; 3]; 2],
    /// The member of every group of a tenant.
    members: [String; 2],
    /// What waits until a reply is out.
    late: Vec<Addressed>,
    made: usize,
}

impl World {
    fn new(count: usize) -> Self {
        let mut world = Self {
            memory: Memory::new(),
            ids: Default::default(),
            members: Default::default(),
            late: Vec::new(),
            made: 0,
        };
        world.memory.add_token(2, TOKENS[1], None, None);
        for tenant in 0..TOKENS.len() {
            world.create(tenant, 0, 1);
            world.members[tenant].clone_from(&world.ids[tenant][0][0]);
            for endpoint in 0..ENDPOINTS.len() {
                // In many parts, so that numbers between the ids are left.
                while let missing @ 1.. = count - world.ids[tenant][endpoint].len() {
                    world.create(tenant, endpoint, missing.min(30));
                }
            }
        }
        world
    }

    fn client(&self, tenant: usize) -> Client<'_> {
        Client {
            memory: &self.memory,
            token: TOKENS[tenant].to_owned(),
        }
    }

    /// What a client sends for the next resource.
    fn body(&mut self, tenant: usize, endpoint: usize) -> Value {
        self.made += 1;
        let name = format!("n{}", self.made);
        match endpoint {
            0 => json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
                "userName": name,
            }),
            1 => json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
                "displayName": name,
                "members": [{ "value": self.members[tenant] }],
            }),
            _ => json!({
                "schemas": ["urn:example:params:scim:schemas:core:2.0:Device"],
                "serialNumber": name,
            }),
        }
    }

    /// Creates some at once, as a Bulk.
    fn create(&mut self, tenant: usize, endpoint: usize, count: usize) {
        let operations: Vec<Value> = (0..count)
            .map(|number| {
                let data = self.body(tenant, endpoint);
                let id = format!("b{number}");
                json!({ "method": "POST", "path": ENDPOINTS[endpoint], "bulkId": id, "data": data })
            })
            .collect();
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
            "Operations": operations,
        });
        let reply = self.client(tenant).post("/Bulk", &body).expect(200);
        for operation in reply["Operations"].as_array().unwrap() {
            let location = operation["location"].as_str().unwrap();
            self.came(tenant, endpoint, location.rsplit('/').next().unwrap());
        }
    }

    fn came(&mut self, tenant: usize, endpoint: usize, id: &str) {
        let ids = &mut self.ids[tenant][endpoint];
        let place = ids.binary_search_by(|known| known.as_str().cmp(id));
        ids.insert(place.unwrap_err(), id.to_owned());
    }

    /// Creates one as an instance of the Worker would whose clock is behind: with the nearest free
    /// id before another.
    fn create_before(&mut self, tenant: usize, endpoint: usize, place: usize) {
        let ids = &self.ids[tenant][endpoint];
        let id = &ids[place % ids.len()];
        let number = u64::from_str_radix(id.rsplit('-').next().unwrap(), 16).unwrap();
        let named = |number: u64| format!("019a0000-0000-7000-8000-{number:012x}");
        let mut free = (1..number).rev().map(|number| (number, named(number)));
        let Some((number, new)) = free.find(|(_, id)| !ids.contains(id)) else {
            return;
        };
        let body = self.body(tenant, endpoint);
        let made = self.memory.with_ids_from(number, || {
            self.client(tenant).created(ENDPOINTS[endpoint], &body)
        });
        assert_eq!(made, new);
        self.came(tenant, endpoint, &new);
    }

    fn delete(&mut self, tenant: usize, endpoint: usize, place: usize) {
        let ids = &mut self.ids[tenant][endpoint];
        // The first user is every group's member.
        if ids.len() > 1 {
            let id = ids.remove(1 + place % (ids.len() - 1));
            let path = format!("{}/{id}", ENDPOINTS[endpoint]);
            self.client(tenant).delete(&path).expect(204);
        }
    }

    /// Asks for a page and gives what waits; fails if it is not what it should be.
    fn page(&self, tenant: usize, endpoint: usize, start: usize, count: usize) -> Paged {
        let client = self.client(tenant);
        let path = format!("{}?startIndex={start}&count={count}", ENDPOINTS[endpoint]);
        let (reply, trace) = self.memory.answer(&client.request("GET", &path, None));
        prop_assert_eq!(reply.status, 200, "{:?}", trace.notes.cause);
        let page: Value = serde_json::from_str(&reply.body.unwrap().into_text()).unwrap();
        let ids = &self.ids[tenant][endpoint];
        let wanted: Vec<&String> = ids.iter().skip(start - 1).take(count).collect();
        prop_assert_eq!(&page["totalResults"], ids.len());
        prop_assert_eq!(each(&page, "id"), wanted);
        if endpoint == 1 {
            for group in page["Resources"].as_array().unwrap() {
                prop_assert_eq!(&group["members"][0]["value"], &self.members[tenant]);
            }
        }
        Ok(trace.notes.later)
    }

    /// Asks for page after page until the end; gives how many left something behind.
    fn walk(&self, tenant: usize, endpoint: usize, count: usize) -> Result<usize, TestCaseError> {
        let mut noted = 0;
        for start in (1..=self.ids[tenant][endpoint].len()).step_by(count) {
            let later = self.page(tenant, endpoint, start, count)?;
            self.memory.run_later(&later);
            noted += usize::from(later.iter().any(notes));
        }
        Ok(noted)
    }

    /// How many milestones there are.
    fn milestones(&self, condition: &str) -> usize {
        let connection = self.memory.database.connection.borrow();
        let text = format!("SELECT count(*) FROM milestones WHERE {condition}");
        connection.query_row(&text, [], |row| row.get(0)).unwrap()
    }
}

type Paged = Result<Vec<Addressed>, TestCaseError>;

/// Whether a statement leaves a milestone. (A token's day of last use is another thing that waits.)
fn notes((_, statement): &Addressed) -> bool {
    statement.text().contains("INTO milestones")
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Page(usize, usize),
    /// A page whose milestone comes only with [`Step::Arrive`].
    Late(usize, usize),
    Arrive,
    Walk(usize),
    Create(usize),
    CreateBefore(usize),
    Delete(usize),
}

fn step() -> impl Strategy<Value = (usize, usize, Step)> {
    let count = prop_oneof![Just(100), Just(30), 1..150_usize].boxed();
    let page = (1..400_usize, count.clone());
    let step = prop_oneof![
        4 => page.clone().prop_map(|(start, count)| Step::Page(start, count)),
        3 => page.prop_map(|(start, count)| Step::Late(start, count)),
        2 => Just(Step::Arrive),
        2 => (20..150_usize).prop_map(Step::Walk),
        1 => (1..5_usize).prop_map(Step::Create),
        1 => any::<usize>().prop_map(Step::CreateBefore),
        1 => any::<usize>().prop_map(Step::Delete),
    ];
    (0..TOKENS.len(), 0..ENDPOINTS.len(), step)
}

#[test]
fn a_page_is_what_it_would_be_without_milestones() {
    let config = Config {
        cases: 16,
        failure_persistence: None,
        ..Config::default()
    };
    let random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let left = Cell::new(0);
    TestRunner::new_with_rng(config, random)
        .run(&proptest::collection::vec(step(), 1..60), |steps| {
            let mut world = World::new(330);
            for (tenant, endpoint, step) in steps {
                match step {
                    Step::Page(start, count) => {
                        let later = world.page(tenant, endpoint, start, count)?;
                        world.memory.run_later(&later);
                    }
                    Step::Late(start, count) => {
                        let later = world.page(tenant, endpoint, start, count)?;
                        world.late.extend(later);
                    }
                    Step::Arrive => world.memory.run_later(&std::mem::take(&mut world.late)),
                    Step::Walk(count) => {
                        world.walk(tenant, endpoint, count)?;
                    }
                    Step::Create(count) => world.create(tenant, endpoint, count),
                    Step::CreateBefore(place) => world.create_before(tenant, endpoint, place),
                    Step::Delete(place) => world.delete(tenant, endpoint, place),
                }
            }
            for tenant in 0..TOKENS.len() {
                for endpoint in 0..ENDPOINTS.len() {
                    world.walk(tenant, endpoint, 100)?;
                }
            }
            left.set(left.get() + world.milestones("1"));
            Ok(())
        })
        .unwrap();
    assert!(left.get() > 100, "{} milestones were left", left.get());
}

/// Shown with milestones that lie.
#[test]
fn milestones_are_used_where_they_hold_and_nowhere_else() {
    let mut world = World::new(330);
    for tenant in 0..TOKENS.len() {
        for (endpoint, path) in ENDPOINTS.into_iter().enumerate() {
            let noted = world.walk(tenant, endpoint, 50).unwrap();
            assert_eq!(noted, 2, "{path}");
        }
    }
    world
        .memory
        .sql("UPDATE milestones SET id = 'z' WHERE tenant_id = 1");
    let client = world.client(0);
    for (endpoint, path) in ENDPOINTS.into_iter().enumerate() {
        let page = |query: &str| client.get(&format!("{path}?count=20&{query}")).expect(200);
        let ids = &world.ids[0][endpoint];
        assert_eq!(page("startIndex=301")["Resources"], json!([]), "{path}");
        assert_eq!(
            page("startIndex=301&sortOrder=descending")["Resources"],
            json!([])
        );
        for query in ["filter=id pr", "sortBy=id", "sortBy=meta.resourceType"] {
            let page = page(&format!("startIndex=301&{query}"));
            assert_eq!(each(&page, "id"), ids[300..320], "{path} {query}");
        }
        let first = page("cursor=");
        let second = page(&format!("cursor={}", first["nextCursor"].as_str().unwrap()));
        assert_eq!(each(&second, "id"), ids[20..40], "{path}");
        assert_eq!(page("count=0&startIndex=301")["totalResults"], 330);
        world.page(1, endpoint, 301, 20).unwrap();
    }
    let root = client.get("/?startIndex=701&count=20").expect(200);
    assert_eq!(each(&root, "id").len(), 20);
    let body = json!({ "startIndex": 301, "count": 20 });
    let search = client.post("/Users/.search", &body).expect(200);
    assert_eq!(search["Resources"], json!([]));

    // What goes or comes in between takes their word from them.
    world.delete(0, 0, 200);
    world.create_before(0, 1, 200);
    world.create_before(0, 2, 0);
    for endpoint in 0..ENDPOINTS.len() {
        world.walk(0, endpoint, 50).unwrap();
        assert_eq!(
            world.milestones("id = 'z'"),
            4 * (2 - endpoint),
            "{endpoint}"
        );
    }
}

#[test]
fn what_comes_last_leaves_milestones_standing() {
    let mut world = World::new(330);
    world.walk(0, 0, 100).unwrap();
    world.create(0, 0, 3);
    world.delete(0, 1, 0);
    world.delete(1, 0, 0);
    world
        .memory
        .sql("UPDATE milestones SET id = 'z' WHERE tenant_id = 1");
    let page = world
        .client(0)
        .get("/Users?startIndex=301&count=20")
        .expect(200);
    assert_eq!(page["Resources"], json!([]));
}

#[test]
fn a_milestone_that_is_late_is_not_kept() {
    let mut world = World::new(330);
    let later = world.page(0, 0, 201, 50).unwrap();
    assert!(later.iter().any(notes));
    world.delete(0, 0, 100);
    world.walk(0, 0, 100).unwrap();
    let there = world.milestones("1");
    world.memory.run_later(&later);
    assert_eq!(world.milestones("1"), there);
    world.walk(0, 0, 50).unwrap();
}

#[test]
fn a_second_walk_has_nothing_to_note() {
    let world = World::new(330);
    for endpoint in 0..ENDPOINTS.len() {
        assert!(world.walk(1, endpoint, 50).unwrap() > 0);
        assert_eq!(world.walk(1, endpoint, 50).unwrap(), 0);
    }
}

#[test]
fn a_tenant_that_ended_leaves_no_milestones() {
    let world = World::new(330);
    for endpoint in 0..ENDPOINTS.len() {
        world.walk(1, endpoint, 50).unwrap();
    }
    assert!(world.milestones("tenant_id = 2") > 0);
    let admin = Operator::new(&world.memory);
    let tenant = admin.get("/tenants/2").expect(200);
    let name = tenant["name"].as_str().unwrap();
    let ending = admin.delete(&format!("/tenants/2?confirm={name}"));
    ending.expect(202);
    world.memory.run_jobs(Budget::PAID).unwrap();
    assert_eq!(world.milestones("tenant_id = 2"), 0);
}
