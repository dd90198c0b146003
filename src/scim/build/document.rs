//! One document: JSON in, checked description out (RFC 7643 §6 and §7).
//!
//! A document that is wrong is not half used: every fault in it is a sentence that names the file,
//! the attribute and what to write instead, and the build stops. What needs the other documents to
//! decide is left to `configuration`.

use super::attribute::{AttributeDocument, attributes, is_attribute_name};
use super::node::{Node, parse};

const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";
const RESOURCE_TYPE: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";

/// A schema, as its document has it.
#[derive(Debug, PartialEq)]
pub(crate) struct SchemaDocument {
    pub(crate) file: String,
    pub(crate) uri: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) attributes: Vec<AttributeDocument>,
}

/// A resource type, as its document has it.
#[derive(Debug, PartialEq)]
pub(crate) struct ResourceTypeDocument {
    pub(crate) file: String,
    pub(crate) name: String,
    pub(crate) endpoint: String,
    pub(crate) description: String,
    pub(crate) schema: String,
    /// URI, and whether every resource must have it.
    pub(crate) extensions: Vec<(String, bool)>,
}

/// Reads a Schema document (§7, examples in §8.7). Faults are added to `faults`.
pub(crate) fn schema(file: &str, text: &str, faults: &mut Vec<String>) -> Option<SchemaDocument> {
    let value = parse(file, text, faults)?;
    let mut node = Node::new(file.to_owned(), &value, faults)?;
    node.only(&["schemas", "id", "name", "description", "attributes", "meta"]);
    node.check_uri(
        SCHEMA,
        "a Schema; ResourceType documents go to the folder resource_types",
    );
    let uri = node.required_string("id", "the URN of the schema");
    if !is_urn(&uri) {
        node.fault(&format!(
            "id {uri:?} is no schema URN; write one such as urn:example:params:scim:schemas:extension:acme:2.0:User, \
             of letters, digits, \":\", \".\", \"_\" and \"-\", its last part starting with a letter and without \".\""
        ));
    }
    let name = node
        .string("name")
        .unwrap_or_else(|| last_part(&uri).to_owned());
    let description = node.string("description").unwrap_or_default();
    let attributes = attributes(&mut node, "attributes", None);
    Some(SchemaDocument {
        file: file.to_owned(),
        uri,
        name,
        description,
        attributes,
    })
}

/// Reads a `ResourceType` document (§6, examples in §8.6). Faults are added to `faults`.
pub(crate) fn resource_type(
    file: &str,
    text: &str,
    faults: &mut Vec<String>,
) -> Option<ResourceTypeDocument> {
    let value = parse(file, text, faults)?;
    let mut node = Node::new(file.to_owned(), &value, faults)?;
    node.only(&[
        "schemas",
        "id",
        "name",
        "endpoint",
        "description",
        "schema",
        "schemaExtensions",
        "meta",
    ]);
    node.check_uri(
        RESOURCE_TYPE,
        "a ResourceType; Schema documents go one folder up",
    );
    let name = node.required_string("name", "the name of the resource type, such as \"Device\"");
    if !is_attribute_name(&name) {
        node.fault(&format!(
            "name {name:?} must start with a letter and go on with letters, digits, \"-\" or \"_\""
        ));
    }
    if node.string("id").is_some_and(|id| id != name) {
        node.fault("id differs from name; leave it out, it is the name");
    }
    let endpoint = node.required_string(
        "endpoint",
        "the path below the base URL, such as \"/Devices\"",
    );
    if !endpoint.strip_prefix('/').is_some_and(is_attribute_name) {
        node.fault(&format!(
            "endpoint {endpoint:?} must be \"/\" and one segment that starts with a letter and goes on with letters, \
             digits, \"-\" or \"_\""
        ));
    }
    let description = node.string("description").unwrap_or_default();
    let schema = node.required_string("schema", "the URN of the schema of its attributes");
    let mut extensions = Vec::new();
    for (index, item) in node.list("schemaExtensions").iter().enumerate() {
        let place = format!("{file}: schemaExtensions[{index}]");
        if let Some(mut node) = Node::new(place, item, node.faults) {
            node.only(&["schema", "required"]);
            let uri = node.required_string("schema", "the URN of the extension");
            extensions.push((uri, node.boolean("required", false)));
        }
    }
    Some(ResourceTypeDocument {
        file: file.to_owned(),
        name,
        endpoint,
        description,
        schema,
        extensions,
    })
}

/// A URN whose characters need no escaping in a filter, a PATCH path, a URL or a JSON path, and
/// whose last part can be told from an attribute name behind it.
fn is_urn(uri: &str) -> bool {
    let is_fit =
        |other: char| other.is_ascii_alphanumeric() || matches!(other, ':' | '.' | '_' | '-');
    uri.starts_with("urn:")
        && uri.chars().all(is_fit)
        && uri.split(':').count() > 2
        && uri.split(':').all(|part| !part.is_empty())
        && is_attribute_name(last_part(uri))
}

fn last_part(uri: &str) -> &str {
    uri.rsplit(':').next().unwrap_or(uri)
}
