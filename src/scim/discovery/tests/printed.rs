//! The schemas as they are told, against what RFC 7643 §8.7 prints of them, attribute by attribute.

use std::string::{String, ToString};
use std::vec::Vec;

use serde_json::Value;

use crate::discovery::{schema, schema_named};

const PRINTED: &str = include_str!("rfc7643-8.7.tsv");

/// Where this server tells something else, what, and why. Everything else is told as it is printed.
const OTHERWISE: &[(&str, &str, &str)] = &[
    // References are case exact by nature (§2.3.7).
    ("User profileUrl", "caseIgnore", "caseExact"),
    ("User photos.value", "caseIgnore", "caseExact"),
    ("User groups.$ref", "caseIgnore", "caseExact"),
    ("Group members.$ref", "caseIgnore", "caseExact"),
    ("EnterpriseUser manager.$ref", "caseIgnore", "caseExact"),
    (
        "ServiceProviderConfig documentationUri",
        "caseIgnore",
        "caseExact",
    ),
    (
        "ServiceProviderConfig authenticationSchemes.specUri",
        "caseIgnore",
        "caseExact",
    ),
    (
        "ServiceProviderConfig authenticationSchemes.documentationUri",
        "caseIgnore",
        "caseExact",
    ),
    ("ResourceType endpoint", "caseIgnore", "caseExact"),
    // Binary values, too (§2.3.6).
    ("User x509Certificates.value", "caseIgnore", "caseExact"),
    // Ids are case exact (§3.1), wherever they stand.
    ("User groups.value", "caseIgnore", "caseExact"),
    ("Group members.value", "caseIgnore", "caseExact"),
    ("EnterpriseUser manager.value", "caseIgnore", "caseExact"),
    // A password that ignored letter case would be half a password; it is stored nowhere.
    ("User password", "caseIgnore", "caseExact"),
    // A user's groups are groups.
    ("User groups.$ref", "refers:User,Group", "refers:Group"),
    // §4.2: "REQUIRED". Entra ID and Okta take it as the group's identity and expect 409 for a
    // second one.
    ("Group displayName", "optional", "required"),
    ("Group displayName", "unique:none", "unique:server"),
    // §7: "Except for "id" (which is always returned)".
    ("ResourceType id", "default", "always"),
    ("Schema id", "default", "always"),
    // §6: a list, and optional.
    ("ResourceType schemaExtensions", "complex", "complex*"),
    ("ResourceType schemaExtensions", "required", "optional"),
    // §2.3.6 is a type like the others.
    (
        "Schema attributes.type",
        "canonical:string,complex,boolean,decimal,integer,dateTime,reference",
        "canonical:string,boolean,decimal,integer,dateTime,binary,reference,complex",
    ),
    (
        "Schema attributes.subAttributes.type",
        "canonical:string,complex,boolean,decimal,integer,dateTime,reference",
        "canonical:string,boolean,decimal,integer,dateTime,binary,reference,complex",
    ),
    // §7: a list, as it is printed one level up.
    (
        "Schema attributes.subAttributes.referenceTypes",
        "string",
        "string*",
    ),
];

/// What is told of an attribute that is not printed, and why it is there.
const MORE: &[&str] = &[
    "User externalId",            // §3.1: of every resource, listed in no schema
    "User addresses.primary",     // §2.4
    "Group externalId",           // §3.1
    "Group members.display",      // §2.4 and the example of §8.4
    "ServiceProviderConfig etag", // §5
    "ServiceProviderConfig etag.supported", // §5
    "ServiceProviderConfig authenticationSchemes.type", // §5
    "ServiceProviderConfig authenticationSchemes.primary", // the example of §8.5
];

/// The characteristics of an attribute as a row of the table has them.
fn words(attribute: &Value) -> Vec<String> {
    let mut words = Vec::new();
    let mut kind = attribute["type"].as_str().unwrap().to_string();
    if attribute["multiValued"] == true {
        kind.push('*');
    }
    words.push(kind);
    let either = |key: &str, yes: &str, no: &str| {
        let is = attribute.get(key)?.as_bool().unwrap();
        Some(if is { yes } else { no }.to_string())
    };
    words.extend(either("required", "required", "optional"));
    words.extend(either("caseExact", "caseExact", "caseIgnore"));
    for key in ["mutability", "returned"] {
        words.extend(attribute[key].as_str().map(ToString::to_string));
    }
    let lists = [
        ("canonicalValues", "canonical"),
        ("referenceTypes", "refers"),
    ];
    for (key, word) in lists {
        let values = attribute[key].as_array().into_iter().flatten();
        let values: Vec<&str> = values.filter_map(Value::as_str).collect();
        if !values.is_empty() {
            words.push(std::format!("{word}:{}", values.join(",")));
        }
    }
    let uniqueness = attribute["uniqueness"].as_str();
    words.extend(uniqueness.map(|unique| std::format!("unique:{unique}")));
    words
}

/// Every attribute that is told: its path behind the name of its schema, and itself.
fn told(name: &str, attributes: &Value, into: &mut Vec<(String, Value)>) {
    for attribute in attributes.as_array().into_iter().flatten() {
        let path = std::format!("{name}{}", attribute["name"].as_str().unwrap());
        told(&std::format!("{path}."), &attribute["subAttributes"], into);
        into.push((path, attribute.clone()));
    }
}

#[test]
fn every_attribute_is_told_as_it_is_printed() {
    let mut faults: Vec<String> = Vec::new();
    let mut otherwise: Vec<_> = OTHERWISE.to_vec();
    let mut more: Vec<String> = Vec::new();
    let mut rows: Vec<(String, Value)> = Vec::new();
    let mut short = "";
    for line in PRINTED.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        if let ["=", uri, name, description] = fields[..] {
            more.extend(rows.drain(..).map(|(path, _)| path));
            let document = schema(schema_named(uri).unwrap(), "");
            assert_eq!(document["name"], name);
            assert_eq!(document["description"], description);
            short = match name {
                "Service Provider Configuration" => "ServiceProviderConfig",
                name => name,
            };
            told(
                &std::format!("{short} "),
                &document["attributes"],
                &mut rows,
            );
            continue;
        }
        let [path, kind, characteristics, description] = fields[..] else {
            panic!("{line}");
        };
        let path = std::format!("{short} {path}");
        let Some(place) = rows.iter().position(|(told, _)| *told == path) else {
            faults.push(std::format!("{path} is not told"));
            continue;
        };
        let (_, attribute) = rows.swap_remove(place);
        if attribute["description"] != description {
            faults.push(std::format!("{path}: {}", attribute["description"]));
        }
        let told = words(&attribute);
        // What is not printed has the defaults of §2.2, and neither a list of values nor of types.
        let all = [kind, characteristics].join(" ");
        for word in &told {
            let (class, is_default) = match word.split_once(':') {
                Some((class, value)) => (class, value == "none"),
                None if word.starts_with("case") => ("case", word == "caseIgnore"),
                None => continue,
            };
            if !is_default && !all.contains(class) {
                faults.push(std::format!("{path}: {word} is told, and nothing printed"));
            }
        }
        for printed in [kind].into_iter().chain(characteristics.split(' ')) {
            let known = otherwise.iter().position(|(of, instead_of, tells)| {
                *of == path && *instead_of == printed && told.iter().any(|word| word == tells)
            });
            if let Some(known) = known {
                otherwise.swap_remove(known);
            } else {
                let is_told = told.iter().any(|word| word == printed);
                // A complex value has no letters.
                let no_case = printed == "caseIgnore" && kind.starts_with("complex");
                // Uniqueness is told of what can be unique.
                let says_unique = told.iter().any(|word| word.starts_with("unique"));
                let no_key = printed == "unique:none" && !says_unique;
                if is_told || no_case || no_key {
                    continue;
                }
                faults.push(std::format!("{path}: {printed} is printed, {told:?} told"));
            }
        }
    }
    more.extend(rows.drain(..).map(|(path, _)| path));
    more.retain(|path| !path.starts_with("ServiceProviderConfig pagination"));
    more.sort();
    let mut known = MORE.to_vec();
    known.sort_unstable();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(otherwise.is_empty(), "told as printed: {otherwise:#?}");
    assert_eq!(more, known);
}
