//! The attributes of a schema document and their characteristics (RFC 7643 §7).
//!
//! Refused is what the RFC does not allow, what contradicts itself, and what this server could not
//! keep: a schema that discovery shows is a promise.

use serde_json::Value;

use super::node::Node;

/// The types of §2.3, as a schema document spells them.
pub(crate) const TYPES: [&str; 8] = [
    "string",
    "boolean",
    "decimal",
    "integer",
    "dateTime",
    "binary",
    "reference",
    "complex",
];
/// §7.
pub(crate) const MUTABILITY: [&str; 4] = ["readWrite", "readOnly", "immutable", "writeOnly"];
/// §7.
pub(crate) const RETURNED: [&str; 4] = ["default", "always", "never", "request"];
/// §7.
pub(crate) const UNIQUENESS: [&str; 3] = ["none", "server", "global"];

/// Every resource has these (§3.1), so no schema may define them again.
const COMMON: [&str; 4] = ["schemas", "id", "externalId", "meta"];
/// Words of the filter grammar (RFC 7644 §3.4.2.2) that an attribute name must not be.
const FILTER_WORDS: [&str; 3] = ["and", "or", "not"];

/// An attribute; the characteristics that are words are spelt as in the RFC.
#[derive(Debug, PartialEq)]
pub(crate) struct AttributeDocument {
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    pub(crate) multi_valued: bool,
    pub(crate) description: String,
    pub(crate) required: bool,
    pub(crate) case_exact: bool,
    pub(crate) mutability: &'static str,
    pub(crate) returned: &'static str,
    pub(crate) uniqueness: &'static str,
    pub(crate) canonical_values: Vec<String>,
    pub(crate) reference_types: Vec<String>,
    pub(crate) sub_attributes: Vec<AttributeDocument>,
}

/// The attributes of a schema, or of the complex attribute `parent`.
pub(crate) fn attributes(
    node: &mut Node,
    key: &str,
    parent: Option<&str>,
) -> Vec<AttributeDocument> {
    let items = node.list(key);
    if items.is_empty() {
        node.fault(&format!("{key} is empty; write at least one attribute"));
    }
    let mut found: Vec<AttributeDocument> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let name = item.get("name").and_then(Value::as_str);
        let shown = name.map_or_else(
            || format!("{key}[{index}]"),
            |name| match parent {
                None => format!("attribute {name}"),
                Some(_) => name.to_owned(),
            },
        );
        let separator = if parent.is_some() && name.is_some() {
            "."
        } else {
            ": "
        };
        let place = format!("{}{separator}{shown}", node.place);
        let Some(mut node) = Node::new(place, item, node.faults) else {
            continue;
        };
        let attribute = attribute(&mut node, parent);
        if found
            .iter()
            .any(|other| other.name.eq_ignore_ascii_case(&attribute.name))
        {
            node.fault("the name stands twice; names are compared without letter case");
        }
        found.push(attribute);
    }
    found
}

fn attribute(node: &mut Node, parent: Option<&str>) -> AttributeDocument {
    node.only(&[
        "name",
        "type",
        "multiValued",
        "description",
        "required",
        "caseExact",
        "mutability",
        "returned",
        "uniqueness",
        "canonicalValues",
        "referenceTypes",
        "subAttributes",
    ]);
    let name = node.required_string("name", "the name of the attribute");
    check_name(node, &name, parent);
    let kind = if let Some(word) = node.string("type") {
        node.one_of("type", &word, &TYPES)
    } else {
        let words = TYPES.join(", ");
        node.fault(&format!("type is missing; write one of {words}"));
        "string"
    };
    let is_complex = kind == "complex";
    // References and binaries are case exact by nature (§2.3.6, §2.3.7); for the rest false is the
    // default (§2.2).
    let exact_by_nature = matches!(kind, "reference" | "binary");
    let sub_attributes = if is_complex && parent.is_none() {
        let sub_attributes = attributes(node, "subAttributes", Some(&name));
        check_parts(node, &sub_attributes);
        sub_attributes
    } else {
        if !node.list("subAttributes").is_empty() && !is_complex {
            node.fault(&format!(
                "a {kind} has no subAttributes; leave them out or write type \"complex\""
            ));
        }
        Vec::new()
    };
    let attribute = AttributeDocument {
        name,
        kind,
        multi_valued: node.boolean("multiValued", false),
        description: node.string("description").unwrap_or_default(),
        required: node.boolean("required", false),
        case_exact: node.boolean("caseExact", exact_by_nature),
        mutability: node.word("mutability", &MUTABILITY),
        returned: node.word("returned", &RETURNED),
        uniqueness: node.word("uniqueness", &UNIQUENESS),
        canonical_values: node.strings("canonicalValues"),
        reference_types: node.strings("referenceTypes"),
        sub_attributes,
    };
    check_characteristics(node, &attribute);
    if parent.is_some() {
        check_part(node, &attribute);
    }
    attribute
}

/// The name must be one that a filter and a PATCH path can carry (RFC 7644 §3.4.2.2: ATTRNAME).
fn check_name(node: &mut Node, name: &str, parent: Option<&str>) {
    if parent.is_some() && name == "$ref" {
        return; // §2.4 names it, though the grammar of names does not allow it (erratum 8924).
    }
    if !is_attribute_name(name) {
        node.fault(
            "the name must start with a letter and go on with letters, digits, \"-\" or \"_\"",
        );
    }
    if FILTER_WORDS
        .iter()
        .any(|word| word.eq_ignore_ascii_case(name))
    {
        node.fault("the name is a word of the filter grammar; choose another");
    }
    if parent.is_none()
        && COMMON
            .iter()
            .any(|common| common.eq_ignore_ascii_case(name))
    {
        node.fault("every resource has this attribute already (RFC 7643 §3.1); leave it out");
    }
}

/// Characteristics that do not go together, or that this server could not keep.
fn check_characteristics(node: &mut Node, attribute: &AttributeDocument) {
    let kind = attribute.kind;
    match kind {
        "string" => {}
        "reference" | "binary" => {
            if !attribute.case_exact {
                node.fault(&format!(
                    "a {kind} is case exact (RFC 7643 §2.3); write caseExact true or leave it out"
                ));
            }
        }
        _ => {
            if attribute.case_exact {
                node.fault(&format!(
                    "{kind} values have no letter case; leave caseExact out"
                ));
            }
        }
    }
    if !attribute.canonical_values.is_empty() && !matches!(kind, "string" | "reference") {
        node.fault(&format!(
            "canonicalValues are strings, and this is a {kind}; leave them out"
        ));
    }
    match (kind == "reference", attribute.reference_types.is_empty()) {
        (true, true) => node.fault(
            "referenceTypes is missing; write [\"external\"], [\"uri\"] or the names of the resource types referred to",
        ),
        (false, false) => node.fault(&format!("referenceTypes belong to a reference, and this is a {kind}; leave them out")),
        (true, false) | (false, true) => {}
    }
    if attribute.uniqueness != "none" {
        if attribute.multi_valued || !matches!(kind, "string" | "reference" | "integer") {
            node.fault("only a singular string, reference or integer can be unique; write uniqueness \"none\"");
        }
        if attribute.mutability == "writeOnly" {
            node.fault("a writeOnly value is never stored and so cannot be unique; write uniqueness \"none\"");
        }
    }
    if attribute.mutability == "writeOnly" && attribute.returned != "never" {
        node.fault("a writeOnly value is never returned; write returned \"never\"");
    }
    if attribute.required && matches!(attribute.mutability, "readOnly" | "writeOnly") {
        node.fault(&format!(
            "a {} attribute of yours has no value here and so cannot be required; write required false",
            attribute.mutability
        ));
    }
}

/// What holds for a part of a complex attribute only.
fn check_part(node: &mut Node, attribute: &AttributeDocument) {
    if attribute.kind == "complex" {
        node.fault("a complex attribute has no complex parts (RFC 7643 §2.3.8); write the parts one by one");
    }
    if attribute.multi_valued {
        node.fault("a part with several values is not supported; make the outer attribute multi-valued instead");
    }
    if attribute.uniqueness != "none" {
        node.fault("a part cannot be unique; write uniqueness \"none\", or make it an attribute of its own");
    }
}

/// The parts that §2.4 gives a meaning must have its type.
fn check_parts(node: &mut Node, parts: &[AttributeDocument]) {
    for (name, kind) in [
        ("type", "string"),
        ("display", "string"),
        ("primary", "boolean"),
        ("$ref", "reference"),
    ] {
        if parts
            .iter()
            .any(|part| part.name.eq_ignore_ascii_case(name) && part.kind != kind)
        {
            node.fault(&format!("the part {name} is a {kind} (RFC 7643 §2.4); write type {kind:?} or name it otherwise"));
        }
    }
}

/// `ALPHA *(ALPHA / DIGIT / "-" / "_")`.
pub(crate) fn is_attribute_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .chars()
            .all(|other| other.is_ascii_alphanumeric() || other == '-' || other == '_')
}
