//! The document at `/openapi.json`: that it is `OpenAPI`, and that it has what the tables of routes
//! have and nothing else. Every reply of every test is held to it by `testing::contract`.

use std::collections::{BTreeMap, BTreeSet};

use boon::{Compiler, Draft, Schemas};
use scim::resource_type::ResourceType;
use scim_worker::http;
use scim_worker::http::admin::routes as admin;
use scim_worker::http::scim::call::Message;
use scim_worker::http::scim::routes as scim_face;
use serde_json::{Value, json};

use testing::client::Operator;
use testing::memory::{Memory, Sqlite};

/// The `OpenAPI` Initiative's own schema of such documents.
const SPECIFICATION: &str = include_str!("openapi/oas-3.1.json");

/// What an operation reads, but for its path.
#[derive(Debug, PartialEq, Eq)]
struct Reads {
    query: BTreeSet<String>,
    body: Option<String>,
}

/// Where an operator finds the SCIM face as a tenant.
const AS_TENANT: &str = "/admin/v1/tenants/{tenant}";

/// Operations by method and path.
type Operations = BTreeMap<(String, String), Reads>;

fn document() -> Value {
    openapi::document().unwrap()
}

/// The value, or what it refers to.
fn resolve<'d>(document: &'d Value, value: &'d Value) -> &'d Value {
    match value["$ref"].as_str() {
        Some(reference) => document.pointer(&reference[1..]).unwrap(),
        None => value,
    }
}

#[test]
fn it_is_openapi_3_1() {
    let mut compiler = Compiler::new();
    let specification: Value = serde_json::from_str(SPECIFICATION).unwrap();
    let address = specification["$id"].as_str().unwrap().to_owned();
    compiler.add_resource(&address, specification).unwrap();
    let mut schemas = Schemas::new();
    let index = compiler.compile(&address, &mut schemas).unwrap();
    let mut document = document();
    if let Err(error) = schemas.validate(&document, index) {
        panic!("{error:#}");
    }
    // The test can fail.
    document["paths"]["/healthz"]["get"]["responses"]["20"] = json!({});
    assert!(schemas.validate(&document, index).is_err());
}

/// The specification leaves schemas to JSON Schema, and says nothing of where references lead.
#[test]
fn its_schemas_are_schemas_and_its_references_lead_somewhere() {
    let document = document();
    let mut compiler = Compiler::new();
    compiler.set_default_draft(Draft::V2020_12);
    compiler
        .add_resource("mem:///openapi.json", document.clone())
        .unwrap();
    let mut schemas = Schemas::new();
    let all = document["components"]["schemas"].as_object().unwrap();
    for name in all.keys() {
        let address = format!("mem:///openapi.json#/components/schemas/{name}");
        if let Err(error) = compiler.compile(&address, &mut schemas) {
            panic!("{name}: {error:#}");
        }
    }
    let mut led = BTreeSet::new();
    references(&document, &mut led);
    for reference in &led {
        let found = document.pointer(&reference[1..]);
        assert!(found.is_some(), "{reference} leads nowhere");
    }
    // Nothing is kept that nobody means.
    for (kind, parts) in document["components"].as_object().unwrap() {
        for name in parts.as_object().unwrap().keys() {
            let reference = format!("#/components/{kind}/{name}");
            let is_used = led.contains(&reference) || kind == "securitySchemes";
            assert!(is_used, "{reference} is not used");
        }
    }
}

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(reference) if name == "$ref" => {
                        found.insert(reference.clone());
                    }
                    value => references(value, found),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[test]
fn an_operation_has_a_name_of_its_own_and_its_parameters() {
    let document = document();
    let mut seen = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations_of(item) {
            let name = operation["operationId"].as_str().unwrap().to_owned();
            assert!(seen.insert(name), "{method} {path}");
            let named: BTreeSet<String> = parameters(&document, item, operation)
                .filter(|parameter| parameter["in"] == "path")
                .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
                .collect();
            let wanted: BTreeSet<String> = path
                .split('/')
                .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
                .map(str::to_owned)
                .collect();
            assert_eq!(named, wanted, "{method} {path}");
        }
    }
}

/// The operations of a path, by method.
fn operations_of(item: &Value) -> impl Iterator<Item = (&String, &Value)> {
    let members = item.as_object().unwrap().iter();
    members.filter(|(name, _)| *name != "parameters" && *name != "servers")
}

fn parameters<'d>(
    document: &'d Value,
    item: &'d Value,
    operation: &'d Value,
) -> impl Iterator<Item = &'d Value> {
    let lists = [&item["parameters"], &operation["parameters"]];
    let all = lists
        .into_iter()
        .flat_map(|list| list.as_array().into_iter().flatten());
    all.map(move |parameter| resolve(document, parameter))
}

/// What the document has.
fn described(document: &Value) -> Operations {
    let mut operations = Operations::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations_of(item) {
            let query = parameters(document, item, operation)
                .filter(|parameter| parameter["in"] == "query")
                .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
                .collect();
            let body = resolve(document, &operation["requestBody"]);
            let schema = body["content"]
                .as_object()
                .and_then(|content| content.values().next())
                .and_then(|content| content["schema"]["$ref"].as_str());
            let body = schema.map(|schema| schema.rsplit('/').next().unwrap().to_owned());
            operations.insert((method.to_uppercase(), path.clone()), Reads { query, body });
        }
    }
    operations
}

/// What the tables of routes have, and what stands beside them.
fn routed() -> Operations {
    let mut operations = Operations::new();
    let mut add = |method: &str, path: String, query: &[&str], body: Option<String>| {
        let query = query.iter().map(|name| (*name).to_owned()).collect();
        operations.insert((method.to_owned(), path), Reads { query, body });
    };
    for row in admin::table() {
        let path = format!("/admin/v1{}", row.pattern);
        let body = row.body.map(str::to_owned);
        add(row.method.as_str(), path, row.query, body);
    }
    for row in scim_face::table() {
        let types: Vec<_> = if row.pattern.contains("{type}") {
            ResourceType::all().collect()
        } else {
            ResourceType::by_name("User").into_iter().collect()
        };
        for resource_type in types {
            let path = row.pattern.replace("/{type}", resource_type.endpoint);
            let body = row.body.map(|message| match message {
                Message::Resource => format!("New{}Resource", resource_type.name),
                Message::PatchOp => "PatchOp".to_owned(),
                Message::SearchRequest => "SearchRequest".to_owned(),
                Message::BulkRequest => "BulkRequest".to_owned(),
            });
            for front in ["", AS_TENANT] {
                let path = format!("{front}/scim/v2{path}");
                add(row.method.as_str(), path, row.query, body.clone());
            }
        }
    }
    for row in http::table::<Sqlite>() {
        add(row.method.as_str(), row.pattern.to_owned(), row.query, None);
    }
    // No table has these: a form comes in at the one, the platform answers at the other.
    let form = Some("TokenRequest".to_owned());
    add("POST", "/oauth/token".to_owned(), &[], form);
    add("GET", "/openapi.json".to_owned(), &[], None);
    operations
}

#[test]
fn it_has_what_the_tables_of_routes_have_and_nothing_else() {
    let (described, routed) = (described(&document()), routed());
    for (operation, reads) in &routed {
        let found = described.get(operation);
        assert_eq!(
            found,
            Some(reads),
            "{operation:?}: of the document, of the table"
        );
    }
    for operation in described.keys() {
        assert!(routed.contains_key(operation), "no route has {operation:?}");
    }
}

#[test]
fn it_names_the_scopes_of_the_table() {
    let document = document();
    for row in admin::table() {
        let item = &document["paths"][format!("/admin/v1{}", row.pattern)];
        let operation = &item[row.method.as_str().to_lowercase()];
        let wanted = match row.handler.scope {
            // Each job says which it needs.
            "" => Value::Null,
            scope => json!([{ "operator": [scope] }]),
        };
        assert_eq!(
            operation["security"], wanted,
            "{} {}",
            row.method, row.pattern
        );
    }
    // The SCIM face as a tenant.
    for (path, item) in document["paths"].as_object().unwrap() {
        let Some(scim) = path
            .strip_prefix(AS_TENANT)
            .filter(|path| path.starts_with("/scim/v2"))
        else {
            continue;
        };
        let of_tenants = &document["paths"][scim];
        for (method, operation) in operations_of(item) {
            assert!(of_tenants[method].is_object(), "{method} {scim}");
            let reads = method == "get" || scim.ends_with("/.search");
            let scope = if reads {
                "directory:read"
            } else {
                "directory:write"
            };
            let wanted = json!([{ "operator": [scope] }]);
            assert_eq!(operation["security"], wanted, "{method} {path}");
        }
    }
}

/// The lines that the document shows are imported as they are.
#[test]
fn the_example_of_an_import_is_one() {
    let document = document();
    let import = &document["paths"]["/admin/v1/tenants/{tenant}/import"]["post"];
    let example = &import["requestBody"]["content"]["application/x-ndjson"]["example"];
    let memory = Memory::new();
    let done = Operator::new(&memory).import(1, "", example.as_str().unwrap());
    let done = done.expect(200);
    assert_eq!(
        (&done["created"], &done["refusals"]),
        (&json!(2), &json!(0))
    );
}

/// Each type of event that is posted stands in the table of docs/events.md, and each there is one
/// that a reader can ask for.
#[test]
fn events_are_those_of_the_docs() {
    let docs = include_str!("../../docs/events.md");
    let rows = docs.split("| type | when |").nth(1).unwrap();
    let rows = rows.split("\n\n").next().unwrap().lines().skip(2);
    let mut told = BTreeSet::new();
    for row in rows {
        let mut noun = "";
        for name in row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2) {
            let (of, word) = name.split_once('.').unwrap();
            noun = if of.is_empty() { noun } else { of };
            told.insert(format!("{noun}.{word}"));
        }
    }
    told.retain(|name| !name.starts_with('<'));
    let document = document();
    let mut posted: BTreeSet<String> = document["webhooks"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    let own = ResourceType::all()
        .map(|kind| kind.name.to_ascii_lowercase())
        .filter(|name| !["user", "group"].contains(&name.as_str()));
    for noun in own {
        posted.retain(|name| !name.starts_with(&format!("{noun}.")));
    }
    assert_eq!(told, posted);
    let memory = Memory::new();
    let operator = Operator::new(&memory);
    for name in told {
        operator.get(&format!("/events?type={name}")).expect(200);
    }
}
