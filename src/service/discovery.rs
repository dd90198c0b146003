//! What the server tells of itself (RFC 7644 §4): made from the tables it works by, and the same
//! for every tenant.

use crate::failure::no_such;
use scim::discovery;
use scim::json;
use scim::list::List;
use scim::message::config::service_provider_config;
use scim::message::list::ListResponse;
use scim::resource_type::ResourceType;
use scim::schema::{Schema, Uniqueness};
use scim::schemas::group::GROUP;
use serde_json::Value;

use super::failure::Failure;
use super::settings::Settings;

/// `/ServiceProviderConfig`.
pub fn config(settings: &Settings, base: &str) -> String {
    json::text(&service_provider_config(&settings.limits, base))
}

/// `/ResourceTypes`.
pub fn resource_types(base: &str) -> String {
    list(ResourceType::all().map(|resource_type| discovery::resource_type(resource_type, base)))
}

/// `/ResourceTypes/{name}`.
pub fn resource_type(name: &str, base: &str) -> Result<String, Failure> {
    let known = ResourceType::by_name(name)
        .ok_or_else(|| Failure::NotFound(no_such!("resource type", "/ResourceTypes").to_owned()))?;
    Ok(json::text(&discovery::resource_type(known, base)))
}

/// `/Schemas`.
pub fn schemas(settings: &Settings, base: &str) -> String {
    list(discovery::schemas().map(|schema| show(schema, settings, base)))
}

/// `/Schemas/{uri}`.
pub fn schema(uri: &str, settings: &Settings, base: &str) -> Result<String, Failure> {
    let known = discovery::schema_named(uri)
        .ok_or_else(|| Failure::NotFound(no_such!("schema", "/Schemas").to_owned()))?;
    Ok(json::text(&show(known, settings, base)))
}

/// A schema as it holds under these settings.
fn show(schema: &'static Schema, settings: &Settings, base: &str) -> Value {
    let mut shown = discovery::schema(schema, base);
    if *schema == GROUP && !settings.unique_group_names {
        let attributes = shown.get_mut("attributes").and_then(Value::as_array_mut);
        let mut attributes = attributes.into_iter().flatten();
        let name = attributes.find(|attribute| attribute["name"] == "displayName");
        if let Some(name) = name.and_then(|name| name.get_mut("uniqueness")) {
            *name = Uniqueness::None.as_str().into();
        }
    }
    shown
}

/// All of them in one page: discovery is neither filtered nor paged.
fn list(documents: impl Iterator<Item = Value>) -> String {
    let resources: Vec<String> = documents.map(|document| json::text(&document)).list();
    ListResponse {
        total_results: Some(resources.len() as u64),
        start_index: Some(1),
        resources,
        ..ListResponse::default()
    }
    .to_json()
}
