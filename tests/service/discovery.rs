//! What the server tells of itself is what it does (RFC 7643 §5 to §7, RFC 7644 §4).

use serde_json::{Value, json};
use store::Database;
use testing::client::{Client, each};
use testing::memory::Memory;

/// Everything that can be read without a token.
const ENDPOINTS: [&str; 6] = [
    "/ServiceProviderConfig",
    "/ResourceTypes",
    "/ResourceTypes/User",
    "/Schemas",
    "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User",
    "/Schemas/urn:ietf:params:scim:schemas:core:2.0:Group",
];

#[test]
fn it_needs_neither_token_nor_database_and_tells_nothing_of_a_tenant_but_its_settings() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let before: Vec<Value> = ENDPOINTS
        .iter()
        .map(|path| client.get(path).expect(200))
        .collect();
    client.user("a-secret-name");
    memory.add_token(2, "theirs", None, None);
    for (path, before) in ENDPOINTS.iter().zip(&before) {
        // Where a token is shown the tenant's settings are looked up.
        for (authorization, trips) in [
            (None, 0),
            (Some("Bearer wrong"), 1),
            (Some("Bearer theirs"), 1),
            (Some("Basic YTpi"), 0),
        ] {
            let mut request = client.request("GET", path, None);
            request.authorization = authorization.map(str::to_owned);
            let so_far = memory.database.cost().trips;
            assert_eq!(&client.send(&request).expect(200), before, "{path}");
            assert_eq!(memory.database.cost().trips - so_far, trips, "{path}");
        }
    }
}

#[test]
fn the_limits_told_are_the_limits_kept() {
    let mut memory = Memory::new();
    let limits = &mut memory.settings.limits;
    limits.bulk_max_operations = 2;
    limits.bulk_max_payload_size = 3_000;
    limits.filter_max_results = 5;
    limits.default_page_size = 3;
    limits.max_page_size = 5;
    limits.cursor_timeout = 60;
    let client = Client::new(&memory);
    let config = client.get("/ServiceProviderConfig").expect(200);
    assert_eq!(
        (
            &config["bulk"]["maxOperations"],
            &config["bulk"]["maxPayloadSize"]
        ),
        (&json!(2), &json!(3_000))
    );
    assert_eq!(config["filter"]["maxResults"], 5);
    let pagination = &config["pagination"];
    assert_eq!(
        (
            &pagination["defaultPageSize"],
            &pagination["maxPageSize"],
            &pagination["cursorTimeout"]
        ),
        (&json!(3), &json!(5), &json!(60))
    );
    for number in 0..9 {
        client.user(&format!("u{number}"));
    }
    let size = |query: &str| {
        let list = client.get(&format!("/Users?{query}")).expect(200);
        assert_eq!(
            list["itemsPerPage"],
            list["Resources"].as_array().unwrap().len()
        );
        list["itemsPerPage"].clone()
    };
    assert_eq!(size(""), 3, "{pagination:#}");
    assert_eq!(size("cursor="), 3);
    assert_eq!(size("count=4"), 4);
    assert_eq!(size("count=100"), 5);
    assert_eq!(size("count=100&filter=userName pr"), 5);
    let first = client.get("/Users?cursor=").expect(200);
    let next = format!("/Users?cursor={}", first["nextCursor"].as_str().unwrap());
    memory.elapsed.set(memory.elapsed.get() + 62_000);
    client.get(&next).refused(400, "expiredCursor", "");
}

#[test]
fn everything_told_to_be_supported_is() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let config = client.get("/ServiceProviderConfig").expect(200);
    for feature in ["patch", "bulk", "filter", "sort", "etag"] {
        assert_eq!(config[feature]["supported"], json!(true), "{feature}");
    }
    assert_eq!(config["changePassword"]["supported"], json!(false));
    assert_eq!(
        (
            &config["pagination"]["cursor"],
            &config["pagination"]["index"]
        ),
        (&json!(true), &json!(true))
    );
    let schemes = config["authenticationSchemes"].as_array().unwrap();
    assert_eq!(schemes.len(), 1);
    assert_eq!(schemes[0]["type"], "oauthbearertoken");
}

#[test]
fn types_and_schemas_refer_to_each_other() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let schemas = client.get("/Schemas").expect(200);
    let known = each(&schemas, "id");
    let types = client.get("/ResourceTypes").expect(200);
    assert_eq!(
        types["totalResults"],
        types["Resources"].as_array().unwrap().len()
    );
    for resource_type in types["Resources"].as_array().unwrap() {
        assert!(
            known.contains(&resource_type["schema"].as_str().unwrap()),
            "{resource_type:#}"
        );
        for extension in resource_type["schemaExtensions"]
            .as_array()
            .into_iter()
            .flatten()
        {
            assert!(
                known.contains(&extension["schema"].as_str().unwrap()),
                "{extension:#}"
            );
        }
        let endpoint = resource_type["endpoint"].as_str().unwrap();
        let list = client.get(endpoint).expect(200);
        assert_eq!(list["totalResults"], 0);
    }
    // Each has its own address, and is there what it is in the list.
    for listed in schemas["Resources"]
        .as_array()
        .unwrap()
        .iter()
        .chain(types["Resources"].as_array().unwrap())
    {
        let location = listed["meta"]["location"].as_str().unwrap();
        let path = location
            .strip_prefix("https://scim.example.com/scim/v2")
            .unwrap();
        assert_eq!(&client.get(path).expect(200), listed, "{path}");
    }
}

/// A value of a type, for the attribute that a schema tells of.
fn value(attribute: &Value) -> Value {
    let one = match attribute["type"].as_str().unwrap() {
        "boolean" => json!(true),
        "integer" => json!(7),
        "decimal" => json!(7.5),
        "dateTime" => json!("2026-01-01T00:00:00Z"),
        "binary" => json!("TUlJ"),
        "reference" => json!("https://example.com/x"),
        "complex" => Value::Object(
            attribute["subAttributes"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|sub| sub["mutability"] != "readOnly")
                .map(|sub| (sub["name"].as_str().unwrap().to_owned(), value(sub)))
                .collect(),
        ),
        _ => json!("Text"),
    };
    if attribute["multiValued"] == json!(true) {
        json!([one])
    } else {
        one
    }
}

/// A schema's attributes, and where they stand in a resource: nowhere special those of the core
/// schema, below its URI those of an extension.
struct Told {
    schema: Value,
    is_core: bool,
}

impl Told {
    fn attributes(&self) -> &[Value] {
        self.schema["attributes"].as_array().unwrap()
    }

    fn uri(&self) -> &str {
        self.schema["id"].as_str().unwrap()
    }

    fn path(&self, name: &str) -> String {
        if self.is_core {
            name.to_owned()
        } else {
            format!("{}:{name}", self.uri())
        }
    }

    fn value<'a>(&self, resource: &'a Value, name: &str) -> Option<&'a Value> {
        let holder = if self.is_core {
            Some(resource)
        } else {
            resource.get(self.uri())
        };
        holder.and_then(|holder| holder.get(name))
    }

    fn put(&self, resource: &mut Value, name: &str, value: Value) {
        let holder = if self.is_core {
            resource
        } else {
            &mut resource[self.uri()]
        };
        holder[name] = value;
    }
}

/// The schemas of a resource type, as discovery tells them.
fn told(client: &Client<'_>, resource_type: &Value) -> Vec<Told> {
    let schema = |uri: &Value, is_core: bool| Told {
        schema: client
            .get(&format!("/Schemas/{}", uri.as_str().unwrap()))
            .expect(200),
        is_core,
    };
    let mut schemas = vec![schema(&resource_type["schema"], true)];
    let extensions = resource_type["schemaExtensions"].as_array();
    schemas.extend(
        extensions
            .into_iter()
            .flatten()
            .map(|extension| schema(&extension["schema"], false)),
    );
    schemas
}

/// An attribute of a resource that has a value for all of them is returned, found and sorted by as
/// its schema says.
fn is_read_as_told(
    client: &Client<'_>,
    endpoint: &str,
    id: &str,
    schema: &Told,
    attribute: &Value,
) {
    let name = attribute["name"].as_str().unwrap();
    let path = schema.path(name);
    let is = |characteristic: &str, value: &str| attribute[characteristic] == value;
    let written = !is("mutability", "readOnly") && !is("mutability", "writeOnly");
    let shown = client.get(&format!("{endpoint}/{id}")).expect(200);
    let returned = written && is("returned", "default");
    assert_eq!(schema.value(&shown, name).is_some(), returned, "{path}");
    if is("returned", "never") {
        client
            .get(&format!("{endpoint}?filter={path} pr"))
            .refused(400, "invalidFilter", name);
        return;
    }
    let asked = client
        .get(&format!("{endpoint}/{id}?attributes={path}"))
        .expect(200);
    assert_eq!(
        schema.value(&asked, name).is_some(),
        written,
        "{path} {asked:#}"
    );
    let found = |filter: &str| {
        let filter = format!("{path} {filter} and id eq \"{id}\"");
        client
            .get(&format!("{endpoint}?filter={filter}"))
            .expect(200)["totalResults"]
            .clone()
    };
    assert_eq!(found("pr"), usize::from(written), "{path}");
    if is("type", "string") && written {
        let expected = usize::from(attribute["caseExact"] == json!(false));
        assert_eq!(found("eq \"TEXT\""), expected, "{path}");
    }
    let parts = attribute["subAttributes"].as_array();
    let has_value = parts
        .into_iter()
        .flatten()
        .any(|sub| sub["name"] == "value");
    let sortable = !is("type", "complex") || has_value;
    let sorted = client.get(&format!("{endpoint}?sortBy={path}")).status;
    assert_eq!(sorted, if sortable { 200 } else { 400 }, "{path}");
}

/// A client that knows nothing but what discovery tells can write every attribute, read it back,
/// filter and sort by it.
#[test]
fn every_attribute_behaves_as_its_schema_says() {
    let memory = Memory::new();
    let client = Client::new(&memory);
    let member = client.user("member");
    let types = client.get("/ResourceTypes").expect(200);
    for resource_type in types["Resources"].as_array().unwrap() {
        let endpoint = resource_type["endpoint"].as_str().unwrap();
        let schemas = told(&client, resource_type);
        let mut body = json!({ "schemas": [resource_type["schema"]], "externalId": "Text" });
        for schema in &schemas {
            for attribute in schema.attributes() {
                let name = attribute["name"].as_str().unwrap();
                let one = if name == "members" {
                    json!([{ "value": member }])
                } else {
                    value(attribute)
                };
                schema.put(&mut body, name, one);
            }
        }
        let id = client.created(endpoint, &body);
        for schema in &schemas {
            for attribute in schema.attributes() {
                is_read_as_told(&client, endpoint, &id, schema, attribute);
            }
        }
        // A second one with all the same values but one that has to differ is refused for each such
        // value.
        let unique: Vec<(&Told, &str)> = schemas
            .iter()
            .flat_map(|schema| {
                schema
                    .attributes()
                    .iter()
                    .map(move |attribute| (schema, attribute))
            })
            .filter(|(_, attribute)| attribute["uniqueness"] == "server")
            .map(|(schema, attribute)| (schema, attribute["name"].as_str().unwrap()))
            .collect();
        for (taken, (_, attribute)) in unique.iter().enumerate() {
            let mut second = body.clone();
            for (index, (schema, name)) in unique.iter().enumerate() {
                if index != taken {
                    schema.put(&mut second, name, json!("Other"));
                }
            }
            client
                .post(endpoint, &second)
                .refused(409, "uniqueness", attribute);
        }
        for attribute in schemas[0]
            .attributes()
            .iter()
            .filter(|attribute| attribute["required"] == json!(true))
        {
            let name = attribute["name"].as_str().unwrap();
            let mut without = body.clone();
            without.as_object_mut().unwrap().remove(name);
            client
                .post(endpoint, &without)
                .refused(400, "invalidValue", name);
        }
    }
}
