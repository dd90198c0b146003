use std::string::{String, ToString};
use std::vec::Vec;

use proptest::prelude::*;
use serde_json::json;

use super::{Path, Target};
use crate::filter::{Filter, predicate::Predicate};
use crate::habit::Habits;
use crate::path::AttributePath;
use crate::path::tests::{ENTERPRISE, EXTENDED};
use crate::resource_type::{GROUP_TYPE, ResourceType, USER_TYPE};

#[track_caller]
fn target(text: &str, resource_type: &'static ResourceType) -> Target {
    let path = Path::parse(text).unwrap();
    assert_eq!(
        Path::parse(&path.to_string()).unwrap(),
        path,
        "{text} printed"
    );
    path.bind(resource_type, &mut Habits::default()).unwrap()
}

#[track_caller]
fn attribute(text: &str, expected: &str) {
    match target(text, &USER_TYPE) {
        Target::Attribute(location) => assert_eq!(location.to_string(), expected),
        other @ (Target::Resource | Target::Extension(_) | Target::Elements { .. }) => {
            panic!("{text}: {other:?}")
        }
    }
}

/// The attribute, the sub-attribute and the terms to create from.
#[track_caller]
fn elements(
    text: &str,
    resource_type: &'static ResourceType,
    expected: (&str, Option<&str>, serde_json::Value),
) {
    match target(text, resource_type) {
        Target::Elements {
            of, sub, create, ..
        } => {
            let create = create.map(|terms| {
                terms
                    .into_iter()
                    .map(|(attribute, value)| json!([attribute.name, value]))
                    .collect::<Vec<_>>()
            });
            let (name, part, terms) = expected;
            assert_eq!(of.to_string(), name);
            assert_eq!(sub.map(|sub| sub.name), part);
            assert_eq!(json!(create), terms);
        }
        other @ (Target::Resource | Target::Extension(_) | Target::Attribute(_)) => {
            panic!("{text}: {other:?}")
        }
    }
}

#[track_caller]
fn refused(text: &str, expected: &str) {
    let error = match Path::parse(text) {
        Ok(path) => path.bind(&USER_TYPE, &mut Habits::default()).unwrap_err(),
        Err(error) => error,
    };
    assert_eq!(error.to_string(), expected, "{text}");
}

#[test]
fn rfc_examples() {
    // RFC 7644 §3.5.2 figure 8, and the paths of §3.5.2.1 to §3.5.2.3.
    elements(
        r#"members[value eq "2819c223-7f76-453a-919d-413861904646"]"#,
        &GROUP_TYPE,
        (
            "members",
            None,
            json!([["value", "2819c223-7f76-453a-919d-413861904646"]]),
        ),
    );
    elements(
        r#"members[value eq "2819c223"].display"#,
        &GROUP_TYPE,
        ("members", Some("display"), json!([["value", "2819c223"]])),
    );
    elements(
        r#"addresses[type eq "work"]"#,
        &USER_TYPE,
        ("addresses", None, json!([["type", "work"]])),
    );
    elements(
        r#"addresses[type eq "work"].streetAddress"#,
        &USER_TYPE,
        (
            "addresses",
            Some("streetAddress"),
            json!([["type", "work"]]),
        ),
    );
    elements(
        r#"emails[type eq "work" and value ew "example.com"]"#,
        &USER_TYPE,
        ("emails", None, json!(null)),
    );
    attribute("name.familyName", "name.familyName");
    assert!(matches!(
        target("members", &GROUP_TYPE),
        Target::Attribute(location) if location.attribute.linked
    ));
}

#[test]
fn what_providers_send() {
    elements(
        r#"roles[primary eq "True"].value"#,
        &USER_TYPE,
        ("roles", Some("value"), json!([["primary", true]])),
    );
    elements(
        r#"emails[type eq "Other"].Value"#,
        &USER_TYPE,
        ("emails", Some("value"), json!([["type", "Other"]])),
    );
    elements(
        r#"urn:ietf:params:scim:schemas:core:2.0:User:emails[Type EQ "work" and primary eq true].value"#,
        &USER_TYPE,
        (
            "emails",
            Some("value"),
            json!([["type", "work"], ["primary", true]]),
        ),
    );
    attribute(
        "manager",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
    );
    assert!(
        matches!(target(ENTERPRISE, &USER_TYPE), Target::Extension(schema) if schema.uri == ENTERPRISE)
    );
}

#[test]
fn the_roles_validator_is_a_habit() {
    let mut habits = Habits::default();
    Path::parse(r#"roles[primary eq "True"].value"#)
        .unwrap()
        .bind(&USER_TYPE, &mut habits)
        .unwrap();
    assert_eq!(habits.names(), ["entra-string-boolean"]);
}

#[test]
fn nothing_to_create_from() {
    for filter in [
        "type ne \"a\"",
        "type eq \"a\" or type eq \"b\"",
        "not (type eq \"a\")",
        "type pr",
        "type eq null",
    ] {
        elements(
            &std::format!("emails[{filter}]"),
            &USER_TYPE,
            ("emails", None, json!(null)),
        );
    }
    // No value has two types.
    elements(
        r#"emails[type eq "a" and type eq "b"]"#,
        &USER_TYPE,
        ("emails", None, json!(null)),
    );
}

#[test]
fn values_of_a_plain_list() {
    let list = "urn:example:params:2.0:list";
    let expected = (list, None, json!([["list", "x"]]));
    elements(
        &std::format!("{list}[value eq \"x\"]"),
        &EXTENDED,
        expected.clone(),
    );
    // Erratum 7122.
    elements(&std::format!("{list} eq \"x\""), &EXTENDED, expected);
    elements(
        "watts eq \"7\"",
        &EXTENDED,
        ("urn:example:lamp.bright:watts", None, json!([["watts", 7]])),
    );
    elements(
        "emails.type eq \"work\"",
        &USER_TYPE,
        ("emails", None, json!([["type", "work"]])),
    );
}

#[test]
fn refused_paths() {
    refused(
        "",
        "invalidPath: path '': expected an attribute name at character 1, found the end",
    );
    refused(
        "shoeSize",
        "invalidPath: path 'shoeSize': expected an attribute of User, which has none of that name",
    );
    refused(
        "urn:example:x:colour",
        "invalidPath: path 'urn:example:x:colour': expected an attribute of User, which has none of that name",
    );
    refused(
        "userName.value",
        "invalidPath: path 'userName.value': expected no sub-attribute, userName is not complex",
    );
    refused(
        r#"emails[type eq "work"].colour"#,
        "invalidPath: path 'emails[type eq \"work\"].colour': expected a sub-attribute of emails: \
         value, display, type, primary",
    );
    refused(
        r#"title[value eq "Babs"]"#,
        "invalidPath: path 'title[value eq \"Babs\"]': expected no brackets behind title; a filter selects among \
         the values of a multi-valued attribute",
    );
    refused(
        r#"emails.value[type eq "work"]"#,
        "invalidPath: path 'emails.value[type eq \"work\"]': expected no brackets behind value; a filter selects \
         among the values of a multi-valued attribute",
    );
    refused(
        r#"emails[type eq "work"]value"#,
        "invalidPath: path 'emails[type eq \"work\"]value': expected the end at character 23, found 'value'",
    );
    refused(
        r#"emails[type eq "work"]."#,
        "invalidPath: path 'emails[type eq \"work\"].': expected the name of a sub-attribute at character 24, \
         found the end",
    );
    refused(
        "emails[]",
        "invalidFilter: path 'emails[]': expected an attribute name at character 8, found ']'",
    );
    refused(
        "emails[type eq 'work']",
        "invalidFilter: path 'emails[type eq 'work']': expected a value (a string in double quotes, a number, true, \
         false or null) at character 16, found ''work''",
    );
    refused(
        r#"emails[colour eq "red"]"#,
        "invalidFilter: path 'emails[colour eq \"red\"]': filter: unknown attribute 'colour' at character 8; emails \
         has no sub-attribute of that name",
    );
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC*") {
        let _ = AttributePath::parse(&text);
        let _ = Path::parse(&text);
    }

    #[test]
    fn attribute_paths_round_trip(text in "(urn:[a-zA-Z0-9.:]{1,20}:)?[a-zA-Z$][a-zA-Z0-9_$-]{0,8}(\\.[a-zA-Z$][a-zA-Z0-9_-]{0,8})?") {
        let path = AttributePath::parse(&text).unwrap();
        prop_assert_eq!(path.to_string(), text);
    }
}

/// A detail repeats what it is about, but not a megabyte of it; nor is a character cut in two.
#[test]
fn details_are_short() {
    let long = "é".repeat(450_000);
    let ascii = "x".repeat(900_000);
    let email = std::format!("emails[value eq \"{long}\"");
    for text in [
        ascii.clone(),
        std::format!("name.{ascii}"),
        std::format!("urn:{long}:x"),
        std::format!("userName[value eq \"{long}\"]"),
        std::format!("{email}].{ascii}"),
        std::format!("{email} and primary eq \"{long}\"]"),
        std::format!("{email} and {ascii} pr]"),
        std::format!("{email} and value {ascii} 1]"),
        email.clone(),
        long.clone(),
    ] {
        let path = Path::parse(&text);
        let error = path
            .and_then(|path| path.bind(&USER_TYPE, &mut Habits::default()))
            .unwrap_err();
        let start: String = text.chars().take(20).collect();
        let detail = error.detail();
        assert!(detail.contains(&start) && detail.len() < 1000, "{detail}");
    }
    for text in [
        std::format!("{ascii} pr"),
        std::format!("userName {ascii} 1"),
        std::format!("active eq \"{long}\""),
        std::format!("{email} and {ascii} pr]"),
        std::format!("name[{ascii} pr]"),
        std::format!("urn:{long}:x pr"),
    ] {
        let filter = Filter::parse(&text);
        let error = filter
            .and_then(|filter| Predicate::bind(&filter, &USER_TYPE, &mut Habits::default()))
            .unwrap_err();
        assert!(error.detail().len() < 1000, "{error}");
    }
}
