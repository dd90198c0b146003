//! Every operation of both faces as tenant A, with the ids, the cursors and the credentials of
//! tenant B: nothing of B is shown or changed. The tables of routes are walked, so that a row that
//! is added is swept with the others; on one shard, and on two.

use scim::resource_type::ResourceType;
use scim_worker::http::admin::routes as admin_face;
use scim_worker::http::method::Method;
use scim_worker::http::request::Body;
use scim_worker::http::scim::call::Message;
use scim_worker::http::scim::routes as scim_face;
use serde_json::{Value, json};
use service::jobs::Budget;
use service::master::Master;

use testing::client::{Client, Got, Operator};
use testing::memory::Memory;

/// Stands in everything that is B's.
const MARK: &str = "belongs-to-b";
/// Not there; in place of what B has none of.
const NOBODY: &str = "nobody";

/// A tenant, and all that there is of it.
struct Tenant<'a> {
    number: i64,
    shard: u16,
    client: Client<'a>,
    /// A resource of each type, by endpoint.
    resources: Vec<(&'static str, String)>,
    /// A cursor of each list.
    cursors: Vec<String>,
    /// What stands in the patterns of the admin face, by its name.
    ids: Vec<(&'static str, String)>,
    /// A client of OAuth, and its secret.
    oauth: (String, String),
}

impl<'a> Tenant<'a> {
    fn new(memory: &'a Memory, shard: u16, mark: &str) -> Self {
        let admin = Operator::new(memory);
        let settings = json!({ "request_log": { "mode": "all" }, "deletes": "soft" });
        let body = json!({
            "name": mark, "external_id": mark, "metadata": { "mark": mark }, "shard": shard, "settings": settings,
        });
        let made = admin.post("/tenants", &body).expect(201);
        let number = made["id"].as_i64().unwrap();
        let path = format!("/tenants/{number}");
        let token = admin
            .post(&format!("{path}/tokens"), &json!({ "label": mark }))
            .expect(201);
        let client = Client {
            memory,
            token: text(&token["token"]),
        };
        let mut resources = Vec::new();
        for resource_type in ResourceType::all() {
            let body = json!({
                "schemas": [resource_type.schema.uri], "externalId": mark, "displayName": mark,
                "userName": mark, "serialNumber": mark, "name": { "formatted": mark },
            });
            let id = client.created(resource_type.endpoint, &body);
            resources.push((resource_type.endpoint, id));
        }
        let member =
            json!([{ "op": "add", "path": "members", "value": [{ "value": resources[0].1 }] }]);
        client
            .patch(&format!("/Groups/{}", resources[1].1), &member)
            .expect(204);
        let mut cursors = Vec::new();
        for list in ["", "/Users"] {
            client.user(&format!("{mark}-{}", cursors.len()));
            let page = client.get(&format!("{list}/?count=1&cursor=")).expect(200);
            cursors.push(text(&page["nextCursor"]));
        }
        let resources_group = resources[1].1.clone();
        let deleted = client.user(&format!("{mark}-deleted"));
        client.delete(&format!("/Users/{deleted}")).expect(204);
        let oauth = admin
            .post(&format!("{path}/clients"), &json!({ "label": mark }))
            .expect(201);
        let request = admin.get(&format!("{path}/requests")).expect(200)["data"][0]["id"].clone();
        // A job is of a tenant that has ended.
        let ended = json!({ "name": format!("{mark}-ended"), "shard": shard });
        let ended = admin.post("/tenants", &ended).expect(201)["id"].clone();
        let job = admin
            .delete(&format!("/tenants/{ended}?confirm={mark}-ended"))
            .expect(202);
        memory.run_jobs(Budget::PAID).unwrap();
        let url = json!({ "url": format!("https://{mark}.example.com/"), "tenant": number });
        let webhook = admin.post("/webhooks", &url).expect(201);
        Self {
            number,
            shard,
            client,
            resources,
            cursors,
            ids: vec![
                ("{tenant}", number.to_string()),
                ("{token}", text(&token["id"])),
                ("{client}", text(&oauth["id"])),
                ("{secret}", "1".to_owned()),
                ("{request}", text(&request)),
                ("{deleted}", deleted),
                ("{group}", resources_group),
                ("{job}", text(&job["id"])),
                ("{webhook}", text(&webhook["id"])),
            ],
            oauth: (text(&oauth["id"]), text(&oauth["secret"])),
        }
    }

    /// A path of the admin face, with what is this tenant's in place of the names.
    fn fill(&self, pattern: &str) -> String {
        let mut path = pattern.to_owned();
        for (name, id) in &self.ids {
            path = path.replace(name, id);
        }
        assert!(!path.contains('{'), "what is {path}? Give it an id here");
        path
    }

    /// All rows that are this tenant's, as its database has them.
    fn rows(&self, memory: &Memory) -> String {
        let database = memory.database_of(self.shard);
        let connection = database.connection.borrow();
        let all = |text: &str| -> Vec<String> {
            let mut statement = connection.prepare(text).unwrap();
            let rows = statement.query_map((), |row| row.get(0)).unwrap();
            rows.map(Result::unwrap).collect()
        };
        let tables = all(
            "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'tenant_id' \
             WHERE m.type = 'table' ORDER BY m.name",
        );
        assert!(tables.len() > 8, "{tables:?}");
        let tables = tables.iter().map(|table| (table.as_str(), "tenant_id"));
        let mut told = String::new();
        for (table, column) in tables.chain([("tenants", "id")]) {
            let columns = all(&format!("SELECT name FROM pragma_table_info('{table}')"));
            told += &all(&format!(
                "SELECT '{table} ' || json_group_array(json_array({})) FROM {table} WHERE {column} = {}",
                columns.join(", "),
                self.number,
            ))
            .join("\n");
            told += "\n";
        }
        told
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Who asks, and what has been asked.
struct Sweep<'a> {
    b: &'a Tenant<'a>,
    asked: usize,
}

impl Sweep<'_> {
    /// Asserts that a reply has nothing of B's in it: what was sent may come back in a refusal.
    #[track_caller]
    fn hides(&mut self, what: &str, got: &Got) {
        self.asked += 1;
        assert!(got.status < 500, "{what}: {:#}", got.body);
        let told = got.body.to_string();
        assert!(!told.contains(MARK), "{what}: {told}");
        if got.status < 300 {
            let ids = self.b.ids.iter().filter(|(name, _)| *name != "{secret}");
            let long = ids
                .map(|(_, id)| id)
                .chain(self.b.resources.iter().map(|(_, id)| id));
            // What was sent may come back: the address of an operation of a Bulk.
            for id in long.filter(|id| id.len() > 5 && !what.contains(id.as_str())) {
                assert!(!told.contains(id.as_str()), "{what}: {told}");
            }
        }
    }

    /// The SCIM face with B's ids, by whoever `send` sends as: A in all of it.
    fn scim(&mut self, send: &dyn Fn(&str, &str, Option<&Value>) -> Got) {
        for row in scim_face::table() {
            let is_open = matches!(row.handler, scim_face::Handler::Open(_));
            for (endpoint, id) in &self.b.resources {
                let path = row
                    .pattern
                    .replace("/{type}", endpoint)
                    .replace("{id}", id)
                    .replace("{name}", "User")
                    .replace("{uri}", "urn:ietf:params:scim:schemas:core:2.0:User");
                let mut queries = vec![String::new()];
                if row.query.contains(&"filter") {
                    queries.extend(self.queries());
                }
                for query in queries {
                    let bodies = match row.body {
                        None => vec![None],
                        Some(message) => self.bodies(message).into_iter().map(Some).collect(),
                    };
                    for body in bodies {
                        let path = format!("{path}{query}");
                        let got = send(row.method.as_str(), &path, body.as_ref());
                        let what = format!("{} {path} {body:?}", row.method);
                        self.hides(&what, &got);
                        if row.pattern == "/{type}/{id}" && !is_open {
                            // What cannot be done to any is refused before it is looked for.
                            let could = row.body.is_none() || got.status != 400;
                            assert!(!could || got.status == 404, "{what}: {:#}", got.body);
                        }
                    }
                }
            }
        }
    }

    /// Lists that look for what is B's.
    fn queries(&self) -> Vec<String> {
        let mut queries: Vec<String> = self
            .b
            .cursors
            .iter()
            .map(|cursor| format!("?count=1&cursor={cursor}"))
            .collect();
        for (_, id) in &self.b.resources {
            for name in ["id", "members.value", "groups.value"] {
                queries.push(format!("?filter={name} eq \"{id}\""));
            }
        }
        for filter in ["externalId eq", "displayName co", "userName sw"] {
            queries.push(format!("?filter={filter} \"{MARK}\""));
        }
        queries
    }

    /// Messages that mean what is B's.
    fn bodies(&self, message: Message) -> Vec<Value> {
        let ids: Vec<&str> = self.b.resources.iter().map(|(_, id)| id.as_str()).collect();
        let members = json!([{ "value": ids[0] }, { "value": ids[1], "type": "Group" }]);
        let name = format!("mallory-{}", self.asked);
        let resource = json!({
            "userName": name,
            "displayName": name, "serialNumber": name, "members": members,
            "groups": [{ "value": ids[1] }],
        });
        let message_of = |operation: Value| {
            json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                "Operations": [operation],
            })
        };
        let patches = [
            json!({ "op": "add", "path": "members", "value": members }),
            json!({ "op": "replace", "path": "displayName", "value": "mallory" }),
            json!({ "op": "remove", "path": "members" }),
            json!({ "op": "replace", "value": { "active": false } }),
        ]
        .map(message_of);
        match message {
            Message::Resource => vec![resource],
            Message::PatchOp => patches.to_vec(),
            Message::SearchRequest => {
                let mut searches: Vec<Value> = self
                    .b
                    .cursors
                    .iter()
                    .map(|it| json!({ "cursor": it }))
                    .collect();
                searches.extend(
                    ids.iter()
                        .map(|id| json!({ "filter": format!("id eq \"{id}\"") })),
                );
                searches
            }
            Message::BulkRequest => {
                let mut operations = Vec::new();
                for (endpoint, id) in &self.b.resources {
                    let path = format!("{endpoint}/{id}");
                    for (method, data) in [
                        ("PATCH", &patches[1]),
                        ("PATCH", &patches[0]),
                        ("PUT", &resource),
                        ("DELETE", &Value::Null),
                    ] {
                        operations.push(json!({ "method": method, "path": path, "data": data }));
                    }
                    let mut made = resource.clone();
                    made["userName"] = json!(format!("{name}-{}", operations.len()));
                    made["displayName"] = made["userName"].clone();
                    operations.push(json!({
                        "method": "POST", "path": endpoint, "bulkId": endpoint, "data": made,
                    }));
                }
                vec![json!({
                    "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
                    "Operations": operations,
                })]
            }
        }
    }

    /// The admin face with B's ids, by an operator who is bound to A; and, where the path names A,
    /// by one who is not bound to any.
    fn admin(&mut self, a: &Tenant<'_>, bound: &Operator<'_>, all: &Operator<'_>) {
        let b = self.b;
        for row in admin_face::table() {
            let method = row.method.as_str();
            let confirm = if row.query.contains(&"confirm") {
                format!("?confirm={MARK}")
            } else {
                String::new()
            };
            let body = row
                .body
                .map(|_| json!({ "label": "mallory", "subject": b.resources[0].1 }));
            let rename = row
                .body
                .map(|_| json!({ "name": "mallory", "label": "mallory", "scopes": ["*"] }));
            let external = row.pattern.replace("{tenant}", &format!("ext:{MARK}"));
            for pattern in [row.pattern, &external] {
                let path = b.fill(pattern) + &confirm;
                // Bodies that would be taken, and others.
                for body in [
                    &body,
                    &rename,
                    &body.as_ref().map(|_| json!({ "label": "mallory" })),
                ] {
                    let what = format!("{method} {path} {body:?}");
                    let got = bound.send(method, &path, body.as_ref());
                    self.hides(&what, &got);
                    if row.pattern.contains('{') {
                        let code = text(&got.body["code"]);
                        let hidden = [
                            "tenant_not_found",
                            "job_not_found",
                            "bound_to_tenant",
                            "webhook_not_found",
                        ];
                        assert!(hidden.contains(&code.as_str()), "{what}: {:#}", got.body);
                    }
                }
            }
            let ours = row.pattern.replace("{tenant}", &a.number.to_string());
            let names_another = row.pattern.contains("{tenant}") && ours.contains('{');
            for operator in [bound, all] {
                if names_another {
                    let path = b.fill(&ours);
                    // One of the two is a body that would be taken.
                    let found = [json!({ "label": "mallory" }), json!({})].map(|body| {
                        let body = row.body.map(|_| body);
                        let what = format!("{method} {path} {body:?}");
                        let got = operator.send(method, &path, body.as_ref());
                        self.hides(&what, &got);
                        assert!(got.status >= 400, "{what}: {:#}", got.body);
                        got.status
                    });
                    assert!(found.contains(&404), "{method} {path}: {found:?}");
                }
                // Lists that begin behind what is B's, or look for it.
                if row.method == Method::Get
                    && row.query.contains(&"after")
                    && row.pattern.contains("{tenant}")
                    && !names_another
                {
                    let afters = b.ids.iter().map(|(_, id)| format!("after={id}"));
                    let looks = [
                        format!("text={MARK}"),
                        format!("resource={}", b.resources[0].1),
                    ];
                    let looks = looks.into_iter().filter(|_| row.query.contains(&"text"));
                    for query in afters.chain(looks) {
                        let path = format!("{ours}?{query}");
                        let got = operator.get(&path);
                        // What A itself sent stands in A's own log.
                        if !row.query.contains(&"text") {
                            self.hides(&path, &got);
                        }
                    }
                }
            }
        }
        for (_, after) in &b.ids {
            for list in ["/tenants", "/status", "/webhooks"] {
                let got = bound.get(&format!("{list}?after={after}"));
                self.hides(list, &got);
            }
        }
    }

    /// The endpoint of OAuth with one of A's and one of B's.
    fn oauth(&mut self, a: &Tenant<'_>) {
        for (id, secret) in [
            (&a.oauth.0, &self.b.oauth.1),
            (&self.b.oauth.0, &a.oauth.1),
            (&self.b.oauth.0, &a.client.token),
        ] {
            let mut request = a.client.request("POST", "", None);
            "/oauth/token".clone_into(&mut request.path);
            request.authorization = None;
            request.content_type = Some("application/x-www-form-urlencoded".to_owned());
            let form =
                format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
            request.body = Body::Bytes(form.into_bytes());
            let got = a.client.send(&request);
            self.hides("/oauth/token", &got);
            assert_eq!(got.body["error"], "invalid_client");
        }
    }
}

/// That what is swept with is B's indeed: to B, and to who may see B, it shows itself.
fn shows_itself(b: &Tenant<'_>, all: &Operator<'_>) {
    for (endpoint, id) in &b.resources {
        let got = b.client.get(&format!("{endpoint}/{id}")).expect(200);
        assert!(got.to_string().contains(MARK), "{got:#}");
    }
    for cursor in &b.cursors {
        let found = ["/", "/Users"].map(|list| {
            b.client
                .get(&format!("{list}?count=1&cursor={cursor}"))
                .status
        });
        assert!(found.contains(&200), "{found:?}");
    }
    for row in admin_face::table() {
        if row.method == Method::Get
            && row.pattern.contains('{')
            && !row.pattern.starts_with("/operator-tokens")
        {
            all.get(&b.fill(row.pattern)).expect(200);
        }
    }
}

#[track_caller]
fn swept(a_on: u16, b_on: u16, settings: &Value) {
    let mut memory = Memory::sharded();
    memory.settings.master = Master::parse(&"5a".repeat(32)).unwrap();
    memory.settings.master = service::master::Master::parse(&"5a".repeat(32)).unwrap();
    let (a, b) = (
        Tenant::new(&memory, a_on, "is-of-a"),
        Tenant::new(&memory, b_on, MARK),
    );
    let all = Operator::new(&memory);
    let bound = all.scoped(&["*"], Some(a.number));
    all.patch(
        &format!("/tenants/{}", a.number),
        &json!({ "settings": settings }),
    )
    .expect(200);
    shows_itself(&b, &all);
    let before = b.rows(&memory);
    assert!(before.matches(MARK).count() > 20, "{before}");

    let mut sweep = Sweep { b: &b, asked: 0 };
    let user = a.client.user(NOBODY);
    let me = json!({ "label": "me", "subject": user });
    let me = all.client(a.number, &me);
    for client in [&a.client, &me] {
        sweep.scim(&|method, path, body| client.send(&client.request(method, path, body)));
    }
    let below =
        |operator: &Operator<'_>, tenant: &str, method: &str, path: &str, body: Option<&Value>| {
            operator.send(method, &format!("/tenants/{tenant}/scim/v2{path}"), body)
        };
    let ours = a.number.to_string();
    for operator in [&bound, &all] {
        sweep.scim(&|method, path, body| below(operator, &ours, method, path, body));
    }
    // B's own address: it is not there for who is bound to A.
    for address in [b.number.to_string(), format!("ext:{MARK}")] {
        sweep.scim(&|method, path, body| {
            let got = below(&bound, &address, method, path, body);
            got.problem(404, "tenant_not_found", "");
            got
        });
    }
    sweep.admin(&a, &bound, &all);
    sweep.oauth(&a);
    // A credential of a tenant opens nothing of the operator's.
    for token in [&b.client.token, &a.client.token] {
        for row in admin_face::table() {
            let got = Operator::with(&memory, token).send(
                row.method.as_str(),
                &b.fill(row.pattern),
                None,
            );
            got.problem(401, "unauthorized", "");
        }
    }
    assert!(sweep.asked > 1_000, "{}", sweep.asked);
    let after = b.rows(&memory);
    for (before, after) in before.lines().zip(after.lines()) {
        assert_eq!(before, after);
    }
    // Nor does A have anything of B's.
    let members = a.rows(&memory);
    let of_a = members.lines().filter(|row| !row.starts_with("requests "));
    for row in of_a {
        for (_, id) in &b.resources {
            assert!(!row.contains(id), "{id}: {row}");
        }
    }
}

#[test]
fn on_one_shard_nothing_of_another_tenant_is_shown_or_changed() {
    swept(1, 1, &json!({}));
}

#[test]
fn on_the_second_shard_neither() {
    swept(2, 2, &json!({ "unknown_members": "skip" }));
}

#[test]
fn from_the_first_shard_to_the_second_neither() {
    swept(1, 2, &json!({ "accept_user_groups": true }));
}

#[test]
fn from_the_second_shard_to_the_first_neither() {
    swept(
        2,
        1,
        &json!({ "unknown_members": "skip", "accept_user_groups": true }),
    );
}
