//! The document at `/openapi.json` as a contract: every reply that a test sees is held to it.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use boon::{Compiler, SchemaIndex, Schemas};
use scim_worker::http::admin::split_mount;
use scim_worker::http::route::{decode_segments, segments, single_slashes};
use scim_worker::http::scim;
use serde_json::{Value, json};

/// Where the document is for the validator.
const ADDRESS: &str = "mem:///openapi.json";
/// Bytes of the largest reply that is looked at.
const MOST: usize = 1_000_000;
/// Characters of a deviation that are printed.
const MAX_DEVIATION: usize = 2_000;

/// A reply, and what was asked.
#[derive(Clone, Copy, Debug)]
pub struct Exchange<'a> {
    /// The method of the request.
    pub method: &'a str,
    /// Its path.
    pub path: &'a str,
    /// Its body, where that is JSON.
    pub sent: Option<&'a str>,
    /// The status of the reply.
    pub status: u16,
    /// Its `Content-Type`.
    pub content_type: Option<&'a str>,
    /// Its body.
    pub body: Option<&'a str>,
}

/// Asserts that a reply is as the document has it, with no member that it does not know; and that
/// the admin face takes nothing that the document would not have sent.
pub fn check(exchange: &Exchange<'_>) {
    if let Err(deviation) = Contract::get().verify(exchange) {
        let Exchange {
            method,
            path,
            status,
            ..
        } = exchange;
        let deviation: String = deviation.chars().take(MAX_DEVIATION).collect();
        panic!(
            "{method} {path}, {status}: not as openapi.json has it: {deviation}\n{:?}",
            exchange.body
        );
    }
}

/// The document, and its schemas compiled.
struct Contract {
    document: Value,
    schemas: Schemas,
    index: BTreeMap<String, SchemaIndex>,
}

impl Contract {
    fn get() -> &'static Self {
        static CONTRACT: OnceLock<Contract> = OnceLock::new();
        CONTRACT.get_or_init(|| {
            let mut document = openapi::document().unwrap();
            close(&mut document["components"]["schemas"]);
            let mut compiler = Compiler::new();
            compiler.enable_format_assertions();
            compiler.add_resource(ADDRESS, document.clone()).unwrap();
            let mut schemas = Schemas::new();
            let names = document["components"]["schemas"].as_object().unwrap();
            let index = names
                .keys()
                .map(|name| {
                    let reference = format!("#/components/schemas/{name}");
                    let address = format!("{ADDRESS}{reference}");
                    (reference, compiler.compile(&address, &mut schemas).unwrap())
                })
                .collect();
            Self {
                document,
                schemas,
                index,
            }
        })
    }

    fn verify(&self, exchange: &Exchange<'_>) -> Result<(), String> {
        let (face, path) = place(exchange.path);
        let item = self.item(&path);
        let method = match exchange.method {
            "HEAD" => "get".to_owned(),
            other => other.to_ascii_lowercase(),
        };
        let operation = item.map_or(&Value::Null, |item| &item[&method]);
        if method == "options" && exchange.status == 204 {
            return Ok(());
        }
        if operation.is_null() {
            if exchange.status < 400 {
                return Err("there is no such operation".to_owned());
            }
            // The platform refuses there, without a word.
            if path == "/openapi.json" {
                return Ok(());
            }
            return self.fits(exchange, self.resolve(&json!({ "$ref": face })));
        }
        if face == ADMIN && exchange.status < 300 {
            let body = self.resolve(&operation["requestBody"]);
            let sent = &body["content"]["application/json"]["schema"];
            match (sent.is_null(), exchange.sent) {
                (false, Some(sent_text)) => self.validate(sent, sent_text)?,
                (false, None) if body["required"] != false => {
                    return Err("it was done without a body".to_owned());
                }
                (false, None) | (true, _) => {}
            }
        }
        let responses = &operation["responses"];
        let class = format!("{}XX", exchange.status / 100);
        let response = responses
            .get(exchange.status.to_string())
            .or_else(|| responses.get(class));
        self.fits(exchange, self.resolve(response.ok_or("no such status")?))
    }

    /// Whether the reply is such a response.
    fn fits(&self, exchange: &Exchange<'_>, response: &Value) -> Result<(), String> {
        let body = match exchange.body {
            Some(body) if exchange.method != "HEAD" => body,
            Some(_) => return Err("a HEAD has a body".to_owned()),
            None if exchange.method == "HEAD" || response["content"].is_null() => return Ok(()),
            None => return Err("there is no body".to_owned()),
        };
        let media_type = exchange.content_type.unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap_or_default();
        let content = &response["content"][media_type];
        if content.is_null() {
            return Err(format!("a body of {media_type:?}"));
        }
        self.validate(&content["schema"], body)
    }

    /// Whether a text is JSON of a schema of the components.
    fn validate(&self, schema: &Value, text: &str) -> Result<(), String> {
        let Some(index) = schema["$ref"]
            .as_str()
            .and_then(|name| self.index.get(name))
        else {
            return Ok(());
        };
        if text.len() > MOST {
            return Ok(());
        }
        let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let valid = self.schemas.validate(&value, *index);
        valid.map_err(|error| format!("{error:#}"))
    }

    /// What stands where a reference leads.
    fn resolve<'v>(&'v self, value: &'v Value) -> &'v Value {
        match value["$ref"].as_str() {
            Some(reference) => {
                let pointer = reference.trim_start_matches('#');
                self.document.pointer(pointer).unwrap()
            }
            None => value,
        }
    }

    /// The path of the document that fits one; of several the one with the fewest names in braces.
    fn item(&self, path: &str) -> Option<&Value> {
        let paths = self.document["paths"].as_object().unwrap();
        let path = decode_segments(path).ok()?;
        let fits = |template: &str| {
            segments(template).count() == path.len()
                && segments(template)
                    .zip(&path)
                    .all(|(part, segment)| part.starts_with('{') || part == segment)
        };
        let fitting = paths.iter().filter(|(template, _)| fits(template));
        let found = fitting.min_by_key(|(template, _)| template.matches('{').count());
        found.map(|(_, item)| item)
    }
}

/// How the admin face refuses, and what stands beside the faces.
const ADMIN: &str = "#/components/responses/Refused";
/// How SCIM does.
const SCIM: &str = "#/components/responses/ScimRefused";
/// How either does where an operator is at SCIM's as a tenant.
const AS_TENANT: &str = "#/components/responses/RefusedAsTenant";
/// How the endpoint of OAuth does.
const OAUTH: &str = "#/paths/~1oauth~1token/post/responses/4XX";

/// How refusals look there, and the path as the document has it.
fn place(path: &str) -> (&'static str, String) {
    let path = single_slashes(path);
    let below = split_mount(&path).map(|(_, below)| segments(below).collect::<Vec<_>>());
    let of_scim = |below: &[&str]| {
        let below = below.strip_prefix(&["v2"]).unwrap_or(below);
        format!("/scim/v2/{}", below.join("/"))
    };
    match below.as_deref() {
        Some(["tenants", tenant, "scim", below @ ..]) => {
            let path = format!("/admin/v1/tenants/{tenant}{}", of_scim(below));
            return (AS_TENANT, path);
        }
        Some(below) => return (ADMIN, format!("/admin/v1/{}", below.join("/"))),
        None => {}
    }
    if let Some((_, below)) = scim::split_mount(&path) {
        let below: Vec<_> = segments(below).skip(1).collect();
        return (SCIM, of_scim(&below));
    }
    if path.trim_end_matches('/').ends_with("/oauth/token") {
        return (OAUTH, "/oauth/token".to_owned());
    }
    (ADMIN, path.into_owned())
}

/// Closes the objects of a schema: a reply has no member that the document does not know.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.values_mut().for_each(close);
            if members.get("properties").is_some_and(Value::is_object) {
                members
                    .entry("additionalProperties")
                    .or_insert(Value::Bool(false));
            }
        }
        Value::Array(values) => values.iter_mut().for_each(close),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
