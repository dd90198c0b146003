//! The configuration as Rust text: the same tables as the hand-written ones in `schemas/`.

use std::fmt::Write as _;

use super::attribute::AttributeDocument;
use super::{Configuration, ENTERPRISE_USER, GROUP, USER};

/// The whole of `configured.rs`.
pub(crate) fn tables(configuration: &Configuration) -> String {
    let mut text = String::new();
    for (index, schema) in configuration.schemas.iter().enumerate() {
        let prefix = format!("SCHEMA_{index}");
        put(
            &mut text,
            format_args!(
                "/// `{}`, from {}.\npub static {prefix}: crate::schema::Schema = crate::schema::Schema {{\n    uri: {:?},\n    \
             name: {:?},\n    description: {:?},\n    attributes: &{prefix}_ATTRIBUTES,\n}};\n",
                schema.uri, schema.file, schema.uri, schema.name, schema.description
            ),
        );
        attributes(
            &mut text,
            &format!("{prefix}_ATTRIBUTES"),
            &schema.attributes,
        );
    }
    put(
        &mut text,
        format_args!(
            "/// The extensions of User.\npub static USER_EXTENSIONS: &[crate::resource_type::Extension] = &{};\n\
         /// The extensions of Group.\npub static GROUP_EXTENSIONS: &[crate::resource_type::Extension] = &{};\n",
            extensions(configuration, &configuration.user_extensions),
            extensions(configuration, &configuration.group_extensions),
        ),
    );
    text.push_str("/// The resource types beside User and Group.\npub static RESOURCE_TYPES: &[crate::resource_type::ResourceType] = &[\n");
    for resource_type in &configuration.resource_types {
        put(
            &mut text,
            format_args!(
                "    crate::resource_type::ResourceType {{\n        name: {:?},\n        endpoint: {:?},\n        \
             description: {:?},\n        schema: &{},\n        extensions: &{},\n    }},\n",
                resource_type.name,
                resource_type.endpoint,
                resource_type.description,
                table(configuration, &resource_type.schema),
                extensions(configuration, &resource_type.extensions),
            ),
        );
    }
    text.push_str(
        "];\n/// Every schema in use: the core ones, the enterprise extension, those of the documents.\n",
    );
    text.push_str("pub static SCHEMAS: &[&crate::schema::Schema] = &[\n");
    let enterprise = uses(configuration, ENTERPRISE_USER.uri).then_some(ENTERPRISE_USER.uri);
    let built_in = [USER.uri, GROUP.uri].into_iter().chain(enterprise);
    for uri in built_in.chain(
        configuration
            .schemas
            .iter()
            .map(|schema| schema.uri.as_str()),
    ) {
        put(
            &mut text,
            format_args!("    &{},\n", table(configuration, uri)),
        );
    }
    text.push_str("];\n");
    text
}

/// A table of attributes, and one for the parts of each complex attribute in it.
fn attributes(text: &mut String, name: &str, rows: &[AttributeDocument]) {
    put(
        text,
        format_args!(
            "static {name}: [crate::schema::Attribute; {}] = [\n",
            rows.len()
        ),
    );
    for (index, row) in rows.iter().enumerate() {
        put(
            text,
            format_args!("    {},\n", attribute(&format!("{name}_{index}"), row)),
        );
    }
    text.push_str("];\n");
    for (index, row) in rows.iter().enumerate() {
        if !row.sub_attributes.is_empty() {
            attributes(text, &format!("{name}_{index}"), &row.sub_attributes);
        }
    }
}

/// A row: the constructor of the type, then what differs from the defaults.
fn attribute(parts: &str, row: &AttributeDocument) -> String {
    let constructor = if row.kind == "dateTime" {
        "date_time"
    } else {
        row.kind
    };
    let mut text = format!(
        "crate::schema::Attribute::{constructor}({:?}, {:?}",
        row.name, row.description
    );
    if row.kind == "reference" {
        put(&mut text, format_args!(", &{:?}", row.reference_types));
    }
    if row.kind == "complex" {
        put(&mut text, format_args!(", &{parts}"));
    }
    text.push(')');
    if row.multi_valued {
        text.push_str(".multi_valued()");
    }
    if row.required {
        text.push_str(".required()");
    }
    if row.case_exact && row.kind == "string" {
        text.push_str(".case_exact()");
    }
    for (setter, kind, word, default) in [
        ("mutability", "Mutability", row.mutability, "readWrite"),
        ("returned", "Returned", row.returned, "default"),
        ("unique", "Uniqueness", row.uniqueness, "none"),
    ] {
        if word != default {
            put(
                &mut text,
                format_args!(".{setter}(crate::schema::{kind}::{})", variant(word)),
            );
        }
    }
    if !row.canonical_values.is_empty() {
        put(
            &mut text,
            format_args!(".canonical(&{:?})", row.canonical_values),
        );
    }
    text
}

/// `readOnly` is `ReadOnly` in Rust, and so is every word of §7.
fn variant(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(letters)
        .collect()
}

fn extensions(configuration: &Configuration, extensions: &[(String, bool)]) -> String {
    let rows: Vec<String> = extensions
        .iter()
        .map(|(uri, required)| {
            let table = table(configuration, uri);
            format!("crate::resource_type::Extension {{ schema: &{table}, required: {required} }}")
        })
        .collect();
    format!("[{}]", rows.join(", "))
}

fn uses(configuration: &Configuration, uri: &str) -> bool {
    let own = configuration
        .resource_types
        .iter()
        .flat_map(|resource_type| &resource_type.extensions);
    let built_in = configuration
        .user_extensions
        .iter()
        .chain(&configuration.group_extensions);
    built_in.chain(own).any(|(used, _)| used == uri)
}

/// The Rust path of a schema's table.
fn table(configuration: &Configuration, uri: &str) -> String {
    if let Some(built_in) = [USER, GROUP, ENTERPRISE_USER]
        .iter()
        .find(|built_in| built_in.uri == uri)
    {
        return built_in.table.to_owned();
    }
    let index = configuration
        .schemas
        .iter()
        .position(|schema| schema.uri == uri);
    // A URI without a table was refused before; should it come here, the compiler says the name.
    index.map_or_else(
        || format!("no_table_for({uri:?})"),
        |index| format!("SCHEMA_{index}"),
    )
}

fn put(text: &mut String, arguments: std::fmt::Arguments) {
    // Writing to a String does not fail.
    let _ = text.write_fmt(arguments);
}
