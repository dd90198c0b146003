//! Some hundred resources in one database, and their comparison images made from what GET shows.

use scim::fold::fold;
use scim::resource_type::{GROUP_TYPE, ResourceType, USER_TYPE};
use serde_json::{Map, Value, json};

use super::dice::Dice;
use super::documents::{STRINGS, document};
use testing::client::{Client, Got};
use testing::memory::Memory;

/// A resource as a client sees it.
pub(crate) struct Shown {
    pub(crate) id: String,
    /// All of it, what is returned on request included.
    pub(crate) resource: Map<String, Value>,
    /// Its comparison image.
    pub(crate) image: Map<String, Value>,
}

/// The resources of one type, in the order of their ids.
pub(crate) struct Population {
    pub(crate) resource_type: &'static ResourceType,
    pub(crate) resources: Vec<Shown>,
}

/// A database with resources of every type, as one tenant sees it.
pub(crate) struct World {
    pub(crate) memory: Memory,
    token: String,
    pub(crate) populations: Vec<Population>,
}

impl World {
    /// Fills a database.
    pub(crate) fn new(seed: u64, users: usize, groups: usize, others: usize) -> Self {
        Self::filled(Memory::new(), Memory::TOKEN, seed, [users, groups, others])
    }

    /// Another tenant's, in the same database.
    pub(crate) fn beside(self, tenant: i64, seed: u64, counts: [usize; 3]) -> Self {
        let token = format!("of {tenant}");
        self.memory.add_token(tenant, &token, None, None);
        Self::filled(self.memory, &token, seed, counts)
    }

    /// The first tenant's, once there is another.
    pub(crate) fn again(self) -> Self {
        Self::shown(self.memory, Memory::TOKEN)
    }

    fn filled(memory: Memory, token: &str, seed: u64, counts: [usize; 3]) -> Self {
        let [users, groups, others] = counts;
        let client = Client {
            memory: &memory,
            token: token.to_owned(),
        };
        let mut dice = Dice::seeded(seed);
        let mut people: Vec<String> = Vec::new();
        let mut teams: Vec<String> = Vec::new();
        for resource_type in ResourceType::all() {
            let is_group = *resource_type == GROUP_TYPE;
            let count = match resource_type {
                _ if is_group => groups,
                _ if *resource_type == USER_TYPE => users,
                _ => others,
            };
            for number in 0..count {
                let mut body = document(resource_type, &mut dice, number);
                if is_group {
                    let mut members = Vec::new();
                    for _ in 0..dice.below(6) {
                        members.push(json!({ "value": dice.pick(&people) }));
                    }
                    if !teams.is_empty() && dice.chance(40) {
                        members.push(json!({ "value": dice.pick(&teams) }));
                    }
                    body["members"] = Value::from(members);
                }
                // Some at the same moment, some days apart.
                memory.elapsed.set(
                    memory.elapsed.get()
                        + [0, 1_000, 86_400_000][dice.below(20).saturating_sub(17)],
                );
                let got = client.post(resource_type.endpoint, &body);
                assert_eq!(got.status, 201, "{body:#}\n{:#}", got.body);
                let id = got.body["id"].as_str().unwrap().to_owned();
                if *resource_type == USER_TYPE {
                    people.push(id);
                } else if is_group {
                    teams.push(id);
                }
            }
        }
        // Some change, so that they are not as they were created, and not in the order of their
        // ids.
        for id in &people {
            if dice.chance(20) {
                let title = format!("title {}", dice.below(9));
                client
                    .patch(
                        &format!("/Users/{id}"),
                        &json!([{ "op": "replace", "path": "title", "value": title }]),
                    )
                    .expect(200);
            }
        }
        // Some become somebody else, some go, and others come after the last has gone.
        for (number, id) in people.iter().enumerate() {
            let path = format!("/Users/{id}");
            if dice.chance(10) || number + 1 == people.len() {
                client.delete(&path).expect(204);
            } else if dice.chance(20) {
                let mut body = document(&USER_TYPE, &mut dice, users + number);
                if dice.chance(50) {
                    body = client.get(&path).expect(200);
                    let name = format!("{}+{number}", dice.pick::<&str>(STRINGS));
                    let changed = *dice.pick(&["userName", "displayName"]);
                    body[changed] = Value::from(name.replace(char::is_control, ""));
                }
                client.put(&path, &body).expect(200);
            }
        }
        for number in 0..users / 10 {
            let body = document(&USER_TYPE, &mut dice, 2 * users + number);
            client.post("/Users", &body).expect(201);
        }
        for (number, id) in teams.iter().enumerate() {
            let path = format!("/Groups/{id}");
            if dice.chance(5) {
                client.delete(&path).expect(204);
            } else if dice.chance(20) {
                let name = format!("{}+{number}", dice.pick::<&str>(STRINGS));
                let name = name.replace(char::is_control, "");
                let rename = json!([{ "op": "replace", "path": "displayName", "value": name }]);
                client.patch(&path, &rename).expect(204);
            }
        }
        Self::shown(memory, token)
    }

    /// What is in a database.
    pub(crate) fn shown(memory: Memory, token: &str) -> Self {
        let client = Client {
            memory: &memory,
            token: token.to_owned(),
        };
        let mut populations = Vec::new();
        for resource_type in ResourceType::all() {
            let mut found = Vec::new();
            loop {
                let list = client
                    .get(&format!(
                        "{}?count=1000&attributes=id&startIndex={}",
                        resource_type.endpoint,
                        found.len() + 1
                    ))
                    .expect(200);
                found.extend(ids(&list));
                if list["totalResults"] == found.len() {
                    break;
                }
            }
            let resources = found.into_iter().map(|id| {
                let path = format!("{}/{id}", resource_type.endpoint);
                let Value::Object(mut resource) = client.get(&path).expect(200) else {
                    panic!("{path}")
                };
                let requested: Vec<&str> = resource_type
                    .attributes()
                    .filter(|attribute| attribute.returned == scim::schema::Returned::Request)
                    .map(|attribute| attribute.name)
                    .collect();
                if !requested.is_empty() {
                    let path = format!("{path}?attributes={}", requested.join(","));
                    let Value::Object(rest) = client.get(&path).expect(200) else {
                        panic!("{path}")
                    };
                    resource.extend(rest);
                }
                Shown {
                    image: fold(resource_type, &resource),
                    resource,
                    id,
                }
            });
            let resources: Vec<Shown> = resources.collect();
            populations.push(Population {
                resource_type,
                resources,
            });
        }
        Self {
            memory,
            token: token.to_owned(),
            populations,
        }
    }

    /// The resources of one type.
    pub(crate) fn of(&self, resource_type: &'static ResourceType) -> &Population {
        self.populations
            .iter()
            .find(|population| population.resource_type == resource_type)
            .unwrap()
    }

    fn client(&self) -> Client<'_> {
        Client {
            memory: &self.memory,
            token: self.token.clone(),
        }
    }

    /// Searches by POST.
    pub(crate) fn search(&self, endpoint: &str, search: &Value) -> Got {
        self.client().post(&format!("{endpoint}/.search"), search)
    }

    /// Searches by GET, everything encoded that can be.
    pub(crate) fn get(&self, endpoint: &str, search: &Value) -> Got {
        let parameters: Vec<String> = search
            .as_object()
            .unwrap()
            .iter()
            .filter(|(name, _)| *name != "schemas")
            .map(|(name, value)| {
                let text = match value {
                    Value::String(text) => text.clone(),
                    Value::Array(names) => names
                        .iter()
                        .map(|name| name.as_str().unwrap())
                        .collect::<Vec<_>>()
                        .join(","),
                    other => other.to_string(),
                };
                format!("{name}={}", encoded(&text))
            })
            .collect();
        self.client()
            .get(&format!("{endpoint}?{}", parameters.join("&")))
    }
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

/// The ids of a list, in its order.
pub(crate) fn ids(list: &Value) -> Vec<String> {
    testing::client::each(list, "id")
        .into_iter()
        .map(str::to_owned)
        .collect()
}
