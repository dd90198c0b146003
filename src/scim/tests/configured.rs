//! The operator's documents: what the build takes, what it refuses and in which words; and the
//! examples.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "the helpers are tests as much as the functions that clippy.toml allows these in"
)]

use scim::discovery;
use scim::filter::{Filter, predicate::Predicate};
use scim::fold::fold;
use scim::habit::Habits;
use scim::message::patch_op::PatchOp;
use scim::patch::apply::apply;
use scim::resource::Resource;
use scim::resource_type::ResourceType;
use scim::schema::{Attribute, Mutability, Returned, Schema, Type, Uniqueness};
use scim::schemas::service_provider::{RESOURCE_TYPE, SCHEMA, SERVICE_PROVIDER_CONFIG};
use scim::schemas::{common::COMMON, enterprise_user::ENTERPRISE_USER, group::GROUP, user::USER};
use serde_json::{Map, Value, json};

use configuration::{Configuration, File, attribute as words, tables};

#[path = "../build/configuration.rs"]
mod configuration;

const ACME: &str = "urn:example:acme:2.0:Acme";

/// A schema with these attributes.
fn schema(attributes: &Value) -> Value {
    json!({ "id": ACME, "name": "Acme", "attributes": attributes })
}

/// A resource type of that schema.
fn resource_type() -> Value {
    json!({ "name": "Acme", "endpoint": "/Acmes", "schema": ACME })
}

fn read(schemas: &[Value], resource_types: &[Value]) -> Result<Configuration, Vec<String>> {
    let files = |prefix: &str, documents: &[Value]| -> Vec<File> {
        let file = |(index, document): (usize, &Value)| File {
            path: format!("{prefix}{index}.json"),
            text: document.to_string(),
        };
        documents.iter().enumerate().map(file).collect()
    };
    configuration::read(&files("s", schemas), &files("r", resource_types))
}

#[track_caller]
fn refused(schemas: &[Value], resource_types: &[Value], expected: &str) {
    let faults = read(schemas, resource_types).expect_err("refused");
    assert_eq!(faults, [expected]);
}

/// One attribute of the schema is refused.
#[track_caller]
fn attribute_refused(attribute: &Value, expected: &str) {
    refused(
        &[schema(&json!([attribute]))],
        &[resource_type()],
        &format!("s0.json: {expected}"),
    );
}

/// One part of the complex attribute `parts` is refused.
#[track_caller]
fn part_refused(part: &Value, expected: &str) {
    let outer = json!({ "name": "parts", "type": "complex", "subAttributes": [part] });
    attribute_refused(&outer, expected);
}

/// The row that an attribute becomes.
#[track_caller]
fn becomes(attribute: &Value, expected: &str) {
    let text = tables::tables(
        &read(&[schema(&json!([attribute]))], &[resource_type()]).expect("accepted"),
    );
    let row = text
        .lines()
        .find(|line| line.trim_start().starts_with("crate::schema::Attribute::"));
    let expected = format!("crate::schema::Attribute::{expected},");
    assert_eq!(row.map(str::trim), Some(expected.as_str()));
}

#[test]
fn defaults_are_those_of_7643_2_2() {
    becomes(
        &json!({ "name": "a", "type": "string" }),
        r#"string("a", "")"#,
    );
    becomes(
        &json!({ "name": "a", "type": "dateTime", "description": "\"A\"" }),
        r#"date_time("a", "\"A\"")"#,
    );
}

#[test]
fn every_characteristic_of_7643_7_reaches_the_table() {
    becomes(
        &json!({
            "name": "a", "type": "string", "multiValued": true, "description": "A", "required": true, "caseExact": true,
            "mutability": "immutable", "returned": "always", "uniqueness": "none", "canonicalValues": ["x", "y"],
        }),
        "string(\"a\", \"A\").multi_valued().required().case_exact()\
         .mutability(crate::schema::Mutability::Immutable).returned(crate::schema::Returned::Always)\
         .canonical(&[\"x\", \"y\"])",
    );
    becomes(
        &json!({ "name": "a", "type": "integer", "uniqueness": "global" }),
        r#"integer("a", "").unique(crate::schema::Uniqueness::Global)"#,
    );
    becomes(
        &json!({ "name": "a", "type": "reference", "referenceTypes": ["User", "external"], "caseExact": true }),
        r#"reference("a", "", &["User", "external"])"#,
    );
    becomes(
        &json!({ "name": "a", "type": "complex", "subAttributes": [{ "name": "$ref", "type": "reference", "referenceTypes": ["uri"] }] }),
        r#"complex("a", "", &SCHEMA_0_ATTRIBUTES_0)"#,
    );
}

#[test]
fn null_is_absent_and_meta_is_passed_over() {
    let mut document = schema(&json!([{ "name": "a", "type": "string", "canonicalValues": null }]));
    document["meta"] = json!({ "resourceType": "Schema", "location": "/Schemas/x" });
    assert!(read(&[document], &[resource_type()]).is_ok());
}

/// The words are written down twice, here and in the crate: they must be the same.
#[test]
fn the_words_are_those_of_the_crate() {
    let types = [
        Type::String,
        Type::Boolean,
        Type::Decimal,
        Type::Integer,
        Type::DateTime,
        Type::Binary,
        Type::Reference,
        Type::Complex,
    ];
    assert_eq!(words::TYPES, types.map(Type::as_str));
    let mutability = [
        Mutability::ReadWrite,
        Mutability::ReadOnly,
        Mutability::Immutable,
        Mutability::WriteOnly,
    ];
    assert_eq!(words::MUTABILITY, mutability.map(Mutability::as_str));
    let returned = [
        Returned::Default,
        Returned::Always,
        Returned::Never,
        Returned::Request,
    ];
    assert_eq!(words::RETURNED, returned.map(Returned::as_str));
    let uniqueness = [Uniqueness::None, Uniqueness::Server, Uniqueness::Global];
    assert_eq!(words::UNIQUENESS, uniqueness.map(Uniqueness::as_str));
    assert_eq!(configuration::USER.uri, USER.uri);
    assert_eq!(configuration::GROUP.uri, GROUP.uri);
    assert_eq!(configuration::ENTERPRISE_USER.uri, ENTERPRISE_USER.uri);
    for attribute in &COMMON {
        let own = json!({ "name": attribute.name.to_uppercase(), "type": "string" });
        let place = format!("attribute {}", attribute.name.to_uppercase());
        attribute_refused(
            &own,
            &format!(
                "{place}: every resource has this attribute already (RFC 7643 §3.1); leave it out"
            ),
        );
    }
}

#[test]
fn an_unknown_word_is_refused() {
    attribute_refused(
        &json!({ "name": "a", "type": "text" }),
        "attribute a: type \"text\" is not known; write one of string, boolean, decimal, integer, dateTime, binary, \
         reference, complex",
    );
    attribute_refused(
        &json!({ "name": "a", "type": "string", "mutability": "readonly" }),
        "attribute a: mutability \"readonly\" is not known; write one of readWrite, readOnly, immutable, writeOnly",
    );
    attribute_refused(
        &json!({ "name": "a", "type": "string", "returned": "sometimes" }),
        "attribute a: returned \"sometimes\" is not known; write one of default, always, never, request",
    );
    attribute_refused(
        &json!({ "name": "a", "type": "string", "uniqueness": true }),
        "attribute a: uniqueness must be a string",
    );
    attribute_refused(
        &json!({ "name": "a", "type": "string", "multivalued": true }),
        "attribute a: \"multivalued\" is not known; the keys are name, type, multiValued, description, required, \
         caseExact, mutability, returned, uniqueness, canonicalValues, referenceTypes, subAttributes",
    );
    attribute_refused(
        &json!({ "name": "a", "type": "string", "required": "true" }),
        "attribute a: required must be true or false, without quotes",
    );
    attribute_refused(
        &json!({ "name": "a" }),
        "attribute a: type is missing; write one of string, boolean, decimal, integer, dateTime, binary, reference, complex",
    );
}

#[test]
fn a_name_must_fit_in_a_filter() {
    let words = "the name must start with a letter and go on with letters, digits, \"-\" or \"_\"";
    for name in ["1a", "a b", "a.b", "a:b", "ä", "$ref", "a$b"] {
        attribute_refused(
            &json!({ "name": name, "type": "string" }),
            &format!("attribute {name}: {words}"),
        );
    }
    part_refused(
        &json!({ "name": "$other", "type": "string" }),
        &format!("attribute parts.$other: {words}"),
    );
    attribute_refused(
        &json!({ "name": "Not", "type": "string" }),
        "attribute Not: the name is a word of the filter grammar; choose another",
    );
    attribute_refused(&json!("a"), "attributes[0]: this must be a JSON object");
}

#[test]
fn a_name_stands_once() {
    let attributes = json!([{ "name": "a", "type": "string" }, { "name": "A", "type": "string" }]);
    let expected =
        "s0.json: attribute A: the name stands twice; names are compared without letter case";
    refused(&[schema(&attributes)], &[resource_type()], expected);
}

#[test]
fn characteristics_must_go_together() {
    attribute_refused(
        &json!({ "name": "a", "type": "reference", "referenceTypes": ["uri"], "caseExact": false }),
        "attribute a: a reference is case exact (RFC 7643 §2.3); write caseExact true or leave it out",
    );
    attribute_refused(
        &json!({ "name": "a", "type": "integer", "caseExact": true }),
        "attribute a: integer values have no letter case; leave caseExact out",
    );
    attribute_refused(
        &json!({ "name": "a", "type": "boolean", "canonicalValues": ["true"] }),
        "attribute a: canonicalValues are strings, and this is a boolean; leave them out",
    );
    attribute_refused(
        &json!({ "name": "a", "type": "string", "canonicalValues": ["x", 1] }),
        "attribute a: canonicalValues must hold strings that are not empty",
    );
    attribute_refused(
        &json!({ "name": "a", "type": "reference" }),
        "attribute a: referenceTypes is missing; write [\"external\"], [\"uri\"] or the names of the resource types \
         referred to",
    );
    attribute_refused(
        &json!({ "name": "a", "type": "string", "referenceTypes": ["uri"] }),
        "attribute a: referenceTypes belong to a reference, and this is a string; leave them out",
    );
    attribute_refused(
        &json!({ "name": "a", "type": "reference", "referenceTypes": ["Robot"] }),
        "attribute a: referenceTypes names \"Robot\"; write external, uri or the name of a resource type",
    );
    attribute_refused(
        &json!({ "name": "a", "type": "string", "mutability": "writeOnly" }),
        "attribute a: a writeOnly value is never returned; write returned \"never\"",
    );
    attribute_refused(
        &json!({ "name": "a", "type": "string", "mutability": "readOnly", "required": true }),
        "attribute a: a readOnly attribute of yours has no value here and so cannot be required; write required false",
    );
}

#[test]
fn only_what_the_database_can_hold_is_unique() {
    let words = "attribute a: only a singular string, reference or integer can be unique; write uniqueness \"none\"";
    attribute_refused(
        &json!({ "name": "a", "type": "boolean", "uniqueness": "server" }),
        words,
    );
    attribute_refused(
        &json!({ "name": "a", "type": "string", "multiValued": true, "uniqueness": "server" }),
        words,
    );
    attribute_refused(
        &json!({ "name": "a", "type": "string", "mutability": "writeOnly", "returned": "never", "uniqueness": "server" }),
        "attribute a: a writeOnly value is never stored and so cannot be unique; write uniqueness \"none\"",
    );
    part_refused(
        &json!({ "name": "b", "type": "string", "uniqueness": "server" }),
        "attribute parts.b: a part cannot be unique; write uniqueness \"none\", or make it an attribute of its own",
    );
}

#[test]
fn parts_are_simple_and_single() {
    part_refused(
        &json!({ "name": "b", "type": "complex", "subAttributes": [{ "name": "c", "type": "string" }] }),
        "attribute parts.b: a complex attribute has no complex parts (RFC 7643 §2.3.8); write the parts one by one",
    );
    part_refused(
        &json!({ "name": "b", "type": "string", "multiValued": true }),
        "attribute parts.b: a part with several values is not supported; make the outer attribute multi-valued instead",
    );
    part_refused(
        &json!({ "name": "primary", "type": "string" }),
        "attribute parts: the part primary is a boolean (RFC 7643 §2.4); write type \"boolean\" or name it otherwise",
    );
    attribute_refused(
        &json!({ "name": "a", "type": "string", "subAttributes": [{ "name": "b", "type": "string" }] }),
        "attribute a: a string has no subAttributes; leave them out or write type \"complex\"",
    );
    attribute_refused(
        &json!({ "name": "a", "type": "complex" }),
        "attribute a: subAttributes is empty; write at least one attribute",
    );
}

#[test]
fn a_schema_has_a_urn_of_its_own() {
    let words = "is no schema URN; write one such as urn:example:params:scim:schemas:extension:acme:2.0:User, of \
                 letters, digits, \":\", \".\", \"_\" and \"-\", its last part starting with a letter and without \".\"";
    for uri in [
        "https://example.com/acme",
        "urn:acme",
        "urn:example:Acme/2",
        "urn:example::Acme",
        "urn:example:acme:2.0",
    ] {
        let document = json!({ "id": uri, "attributes": [{ "name": "a", "type": "string" }] });
        refused(&[document], &[], &format!("s0.json: id {uri:?} {words}"));
    }
    let attributes = json!([{ "name": "a", "type": "string" }]);
    let shouted =
        json!({ "id": ACME.to_uppercase().replace("URN:", "urn:"), "attributes": attributes });
    let faults = read(&[schema(&attributes), shouted], &[resource_type()]).expect_err("refused");
    assert!(
        faults[0].starts_with("s0.json: id urn:EXAMPLE:ACME:2.0:ACME is taken by s1.json"),
        "{faults:?}"
    );
    for taken in [
        USER.uri,
        SERVICE_PROVIDER_CONFIG.uri,
        RESOURCE_TYPE.uri,
        SCHEMA.uri,
    ] {
        let document = json!({ "id": taken, "attributes": attributes });
        let faults = read(&[document], &[]).expect_err("refused");
        assert_eq!(
            faults[0],
            format!("s0.json: id {taken} is taken by the server itself; choose another")
        );
    }
    let below = json!({ "id": format!("{}:badge", USER.uri), "attributes": attributes });
    let faults = read(&[below], &[]).expect_err("refused");
    assert!(
        faults[0].ends_with("would read as one of its attributes; choose another"),
        "{faults:?}"
    );
}

#[test]
fn a_file_stands_in_the_right_folder() {
    let mut document = schema(&json!([{ "name": "a", "type": "string" }]));
    document["schemas"] = json!(["urn:ietf:params:scim:schemas:core:2.0:ResourceType"]);
    refused(
        &[document],
        &[],
        "s0.json: schemas must be [\"urn:ietf:params:scim:schemas:core:2.0:Schema\"], for the files of this folder are \
         each a Schema; ResourceType documents go to the folder resource_types",
    );
    let file = File {
        path: "s.json".into(),
        text: "{".into(),
    };
    let faults = configuration::read(&[file], &[]).expect_err("refused");
    assert_eq!(
        faults,
        ["s.json: this is not JSON (EOF while parsing an object at line 1 column 1)"]
    );
}

/// A resource type that is `resource_type()` but for one key.
#[track_caller]
fn resource_type_refused(key: &str, value: &Value, expected: &str) {
    let mut changed = resource_type();
    changed[key] = value.clone();
    let attributes = json!([{ "name": "a", "type": "string" }]);
    let faults = read(&[schema(&attributes)], &[changed]).expect_err("refused");
    assert_eq!(faults[0], format!("r0.json: {expected}"));
}

#[test]
fn a_resource_type_takes_no_name_or_route_of_the_server() {
    resource_type_refused(
        "name",
        &json!("group"),
        "name \"group\" is taken by the server itself; choose another",
    );
    resource_type_refused(
        "name",
        &json!("Schema"),
        "name \"Schema\" is taken by the server itself; choose another",
    );
    for endpoint in [
        "/users",
        "/Groups",
        "/Me",
        "/Bulk",
        "/Schemas",
        "/ResourceTypes",
        "/ServiceProviderConfig",
        "/v2",
    ] {
        let words = format!("endpoint {endpoint:?} is taken by the server itself; choose another");
        resource_type_refused("endpoint", &json!(endpoint), &words);
    }
    for endpoint in ["/.search", "Acmes", "/a/b", "/"] {
        let words = format!(
            "endpoint {endpoint:?} must be \"/\" and one segment that starts with a letter and goes on with letters, \
             digits, \"-\" or \"_\""
        );
        resource_type_refused("endpoint", &json!(endpoint), &words);
    }
    resource_type_refused(
        "id",
        &json!("other"),
        "id differs from name; leave it out, it is the name",
    );
}

#[test]
fn a_resource_type_has_a_schema_that_is_there() {
    resource_type_refused(
        "schema",
        &Value::Null,
        "schema is missing; write the URN of the schema of its attributes",
    );
    resource_type_refused(
        "schema",
        &json!("urn:example:nobody:Nobody"),
        "schema urn:example:nobody:Nobody has no document; add one, or correct the URN",
    );
    resource_type_refused(
        "schema",
        &json!(USER.uri),
        &format!(
            "schema {} belongs to a built-in resource type; write one of your own",
            USER.uri
        ),
    );
    resource_type_refused(
        "schemaExtensions",
        &json!([{ "schema": "urn:example:nobody:Nobody" }]),
        "schemaExtensions names urn:example:nobody:Nobody, which has no document; add one, or correct the URN",
    );
    resource_type_refused(
        "schemaExtensions",
        &json!([{ "schema": ACME, "required": true }]),
        &format!(
            "schemaExtensions names {ACME}, which is the schema of a resource type; an extension has a schema of its own"
        ),
    );
    let twice = json!([{ "schema": ENTERPRISE_USER.uri }, { "schema": ENTERPRISE_USER.uri }]);
    let words = format!(
        "schemaExtensions names {} twice; leave one out",
        ENTERPRISE_USER.uri
    );
    resource_type_refused("schemaExtensions", &twice, &words);
}

#[test]
fn resource_types_have_names_and_endpoints_of_their_own() {
    let attributes = json!([{ "name": "a", "type": "string" }]);
    let faults =
        read(&[schema(&attributes)], &[resource_type(), resource_type()]).expect_err("refused");
    assert_eq!(
        faults,
        [
            "r1.json: name \"Acme\" is taken by r0.json; choose another",
            "r1.json: endpoint \"/Acmes\" is taken by r0.json; choose another",
        ],
    );
}

#[test]
fn a_schema_that_nobody_names_is_refused() {
    refused(
        &[schema(&json!([{ "name": "a", "type": "string" }]))],
        &[],
        &format!(
            "s0.json: no resource type names {ACME}; write it as schema or among the schemaExtensions of a document in \
             the folder resource_types, or delete the file"
        ),
    );
}

#[test]
fn a_built_in_type_is_extended_by_its_own_document() {
    let attributes = json!([{ "name": "a", "type": "string" }]);
    let mut user = json!({ "name": "User", "endpoint": "/Users", "schema": USER.uri });
    user["schemaExtensions"] =
        json!([{ "schema": ACME.replace("acme", "ACME"), "required": true }]);
    let configuration = read(&[schema(&attributes)], &[user.clone()]).expect("accepted");
    assert_eq!(configuration.user_extensions, [(ACME.to_owned(), true)]);
    assert!(configuration.resource_types.is_empty());
    user["endpoint"] = json!("/People");
    refused(
        &[schema(&attributes)],
        &[user],
        &format!(
            "r0.json: the resource type User is built in; write endpoint \"/Users\" and schema {:?}, and list its \
             schemaExtensions",
            USER.uri
        ),
    );
}

#[test]
fn without_documents_there_is_the_enterprise_extension() {
    let configuration = read(&[], &[]).expect("accepted");
    assert_eq!(
        configuration.user_extensions,
        [(ENTERPRISE_USER.uri.to_owned(), false)]
    );
    assert!(configuration.group_extensions.is_empty());
}

/// The examples: whoever calls cargo in this repository has them compiled in
/// (`.cargo/config.toml`).
mod examples {
    use super::*;

    const HINT: &str =
        "call cargo within the repository, for its .cargo/config.toml names the example schemas";

    #[track_caller]
    fn example(uri: &str) -> &'static Schema {
        discovery::schema_named(uri).expect(HINT)
    }

    #[track_caller]
    fn attribute(schema: &'static Schema, name: &str) -> &'static Attribute {
        schema.attribute(name).expect("the attribute is there")
    }

    #[test]
    fn a_device_is_a_resource_type() {
        let device = ResourceType::by_name("Device").expect(HINT);
        assert_eq!(
            (device.endpoint, device.schema.uri),
            (
                "/Devices",
                "urn:example:params:scim:schemas:core:2.0:Device"
            )
        );
        let serial = attribute(device.schema, "SERIALNUMBER");
        assert!(serial.required && serial.case_exact);
        assert_eq!(
            (serial.uniqueness, serial.mutability),
            (Uniqueness::Server, Mutability::Immutable)
        );
        let owner = attribute(device.schema, "owner");
        assert_eq!(
            owner.sub_attribute("$ref").map(|part| part.reference_types),
            Some(&["User"][..])
        );
        assert_eq!(
            attribute(device.schema, "certificate").returned,
            Returned::Request
        );
    }

    #[test]
    fn a_workplace_extends_user() {
        let workplace = example("urn:example:params:scim:schemas:extension:workplace:2.0:User");
        let user = ResourceType::by_name("User").expect("built in");
        assert_eq!(user.extension(workplace.uri), Some(workplace));
        let badge = attribute(workplace, "badge");
        assert_eq!(
            (badge.uniqueness, badge.case_exact),
            (Uniqueness::Server, false)
        );
        for (name, kind, multi_valued) in [
            ("floor", Type::Integer, false),
            ("remote", Type::Boolean, false),
            ("since", Type::DateTime, false),
            ("photo", Type::Reference, false),
            ("languages", Type::String, true),
            ("desks", Type::Complex, true),
        ] {
            let attribute = attribute(workplace, name);
            assert_eq!(
                (attribute.kind, attribute.multi_valued),
                (kind, multi_valued),
                "{name}"
            );
        }
    }

    const WORKPLACE: &str = "urn:example:params:scim:schemas:extension:workplace:2.0:User";

    fn user() -> &'static ResourceType {
        ResourceType::by_name("User").expect("built in")
    }

    /// The document of a user with this workplace, as the server stores it, or the words of the
    /// refusal.
    fn accept(workplace: &Value) -> Result<Map<String, Value>, String> {
        let body = json!({ "schemas": [USER.uri], "userName": "ada", WORKPLACE.to_uppercase(): workplace });
        let resource = Resource::accept(user(), &body, &mut Habits::default());
        resource
            .map(|resource| resource.document)
            .map_err(|error| error.detail().to_owned())
    }

    #[track_caller]
    fn accepted() -> Map<String, Value> {
        accept(&json!({
            "BADGE": "A-17", "floor": 3, "remote": false, "since": "2025-03-01T10:00:00+01:00",
            "photo": "https://example.com/desk.jpg", "languages": ["en", "de"],
            "desks": [{ "value": "3.14", "type": "fixed", "primary": true }, { "value": "3.15" }],
            "colour": "red",
        }))
        .expect("accepted")
    }

    #[test]
    fn an_extension_is_read_and_spelt_by_its_schema() {
        let document = accepted();
        assert_eq!(document["schemas"], json!([USER.uri, WORKPLACE]));
        assert_eq!(document[WORKPLACE]["badge"], "A-17");
        assert_eq!(document[WORKPLACE].get("colour"), None);
    }

    #[track_caller]
    fn value_refused(workplace: &Value) {
        let words = accept(workplace).expect_err("refused");
        assert!(words.contains(WORKPLACE), "{words}");
    }

    #[test]
    fn an_extension_is_checked() {
        value_refused(&json!({ "floor": "third" }));
        value_refused(&json!({ "floor": 3.5 }));
        value_refused(&json!({ "since": "yesterday" }));
        value_refused(&json!({ "desks": [{ "type": "fixed" }] }));
        value_refused(
            &json!({ "desks": [{ "value": "1", "primary": true }, { "value": "2", "primary": true }] }),
        );
    }

    #[track_caller]
    fn finds(filter: &str, expected: bool) {
        let filter = Filter::parse(filter).expect("a filter");
        let predicate =
            Predicate::bind(&filter, user(), &mut Habits::default()).expect("of the schema");
        assert_eq!(
            predicate.evaluate(&fold(user(), &accepted())),
            expected,
            "{filter}"
        );
    }

    #[test]
    fn an_extension_is_filtered() {
        finds(&format!("{WORKPLACE}:badge eq \"a-17\""), true);
        finds(
            &format!("{WORKPLACE}:floor gt 2 and {WORKPLACE}:remote eq false"),
            true,
        );
        finds(
            &format!("{WORKPLACE}:since lt \"2025-03-01T09:00:01Z\""),
            true,
        );
        finds(&format!("{WORKPLACE}:languages eq \"fr\""), false);
        finds(
            &format!("{WORKPLACE}:desks[type eq \"fixed\" and value sw \"3\"]"),
            true,
        );
        finds(&format!("{WORKPLACE}:desks eq \"3.15\""), true);
    }

    #[test]
    fn an_extension_is_patched() {
        let mut document = accepted();
        let mut habits = Habits::default();
        let body = json!({ "Operations": [
            { "op": "replace", "path": format!("{WORKPLACE}:floor"), "value": 4 },
            { "op": "remove", "path": format!("{WORKPLACE}:desks[value eq \"3.15\"]") },
            { "op": "add", "value": { WORKPLACE: { "languages": ["fr"] } } },
        ] });
        let patch = PatchOp::parse(user(), &body, &mut habits).expect("a patch");
        apply(user(), &patch.operations, &mut document, &mut habits).expect("applied");
        let workplace = &document[WORKPLACE];
        assert_eq!(workplace["floor"], 4);
        assert_eq!(workplace["languages"], json!(["en", "de", "fr"]));
        assert_eq!(
            workplace["desks"],
            json!([{ "value": "3.14", "type": "fixed", "primary": true }])
        );
    }

    #[test]
    fn a_device_is_read_and_checked() {
        let device = ResourceType::by_name("Device").expect("built in");
        let mut body = json!({ "schemas": [device.schema.uri], "serialnumber": "SN-1", "weight": 0.5, "owner": "u1" });
        let resource = Resource::accept(device, &body, &mut Habits::default()).expect("accepted");
        assert_eq!(resource.document["serialNumber"], "SN-1");
        assert_eq!(resource.document["owner"], json!({ "value": "u1" }));
        body["serialnumber"] = Value::Null;
        let error = Resource::accept(device, &body, &mut Habits::default()).expect_err("refused");
        assert!(error.detail().contains("serialNumber"), "{error}");
    }

    /// What discovery tells of an example is what its document says, defaults written out.
    #[test]
    fn discovery_tells_what_the_document_says() {
        for (text, uri) in [
            (
                include_str!("../../../examples/schemas/workplace.json"),
                "urn:example:params:scim:schemas:extension:workplace:2.0:User",
            ),
            (
                include_str!("../../../examples/schemas/device.json"),
                "urn:example:params:scim:schemas:core:2.0:Device",
            ),
        ] {
            let written: Value = serde_json::from_str(text).expect("JSON");
            includes(&discovery::schema(example(uri), ""), &written, uri);
        }
    }

    /// `told` has everything that `written` has.
    #[track_caller]
    fn includes(told: &Value, written: &Value, place: &str) {
        match (told, written) {
            (Value::Object(told), Value::Object(written)) => {
                for (key, value) in written {
                    let place = format!("{place}/{key}");
                    includes(told.get(key).unwrap_or(&Value::Null), value, &place);
                }
            }
            (Value::Array(told), Value::Array(written)) => {
                assert_eq!(told.len(), written.len(), "{place}");
                for (index, (told, written)) in told.iter().zip(written).enumerate() {
                    includes(told, written, &format!("{place}/{index}"));
                }
            }
            (told, written) => assert_eq!(told, written, "{place}"),
        }
    }
}
