use std::string::{String, ToString};

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{Operand, Place, Predicate, Test};
use crate::error::Error;
use crate::filter::{CompareOp, Filter};
use crate::fold::{fold, fold_value};
use crate::habit::Habits;
use crate::path::Location;
use crate::resource_type::{GROUP_TYPE, ResourceType, USER_TYPE};
use crate::schema::{Attribute, Schema};
use crate::schemas::{enterprise_user::ENTERPRISE_USER, user::USER};

static GADGET: ResourceType = ResourceType {
    name: "Gadget",
    endpoint: "/Gadgets",
    description: "",
    schema: &Schema {
        uri: "urn:example:gadget",
        name: "Gadget",
        description: "",
        attributes: &[
            Attribute::string("displayName", ""),
            Attribute::integer("count", ""),
            Attribute::decimal("weight", ""),
            Attribute::date_time("bought", ""),
            Attribute::binary("key", ""),
            Attribute::string("tags", "").multi_valued(),
            Attribute::integer("sizes", "").multi_valued(),
            Attribute::complex(
                "box",
                "",
                &[
                    Attribute::string("colour", ""),
                    Attribute::string("labels", "").multi_valued(),
                ],
            ),
            Attribute::complex(
                "parts",
                "",
                &[Attribute::string("serials", "").multi_valued()],
            )
            .multi_valued(),
        ],
    },
    extensions: &[],
};

fn bind(
    text: &str,
    resource_type: &'static ResourceType,
    habits: &mut Habits,
) -> Result<Predicate, Error> {
    Predicate::bind(&Filter::parse(text).unwrap(), resource_type, habits)
}

fn bound(text: &str, resource_type: &'static ResourceType) -> Predicate {
    bind(text, resource_type, &mut Habits::default()).unwrap()
}

#[track_caller]
fn binds(text: &str, expected: &Predicate) {
    let mut habits = Habits::default();
    assert_eq!(
        &bind(text, &USER_TYPE, &mut habits).unwrap(),
        expected,
        "{text}"
    );
    assert_eq!(habits.names(), [""; 0], "{text}");
}

#[track_caller]
fn refused(text: &str, resource_type: &'static ResourceType, detail: &str) {
    let error = bind(text, resource_type, &mut Habits::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        std::format!("invalidFilter: filter: {detail}"),
        "{text}"
    );
}

#[track_caller]
fn lenient(text: &str, resource_type: &'static ResourceType, same_as: &str, habit: &str) {
    let mut habits = Habits::default();
    let predicate = bind(text, resource_type, &mut habits).unwrap();
    assert_eq!(habits.names(), [habit], "{text}");
    assert_eq!(predicate, bound(same_as, resource_type), "{text}");
}

fn at(name: &str) -> Place {
    Place::At(Location::top(USER_TYPE.attribute(name).unwrap()))
}

fn is(op: CompareOp, text: &str) -> Test {
    Test::Compare(op, Operand::String(text.to_string()))
}

fn element(name: &str, holds: Predicate) -> Predicate {
    let of = Location::top(USER_TYPE.attribute(name).unwrap());
    Predicate::Element {
        of,
        holds: holds.into(),
    }
}

fn sub(name: &str, part: &str) -> Place {
    Place::Sub(
        USER_TYPE
            .attribute(name)
            .unwrap()
            .sub_attribute(part)
            .unwrap(),
    )
}

#[test]
fn shapes() {
    binds(
        r#"userName eq "BJensen""#,
        &Predicate::Test(at("userName"), is(CompareOp::Eq, "bjensen")),
    );
    binds(
        r#"externalId eq "BJensen""#,
        &Predicate::Test(at("externalId"), is(CompareOp::Eq, "BJensen")),
    );
    binds(
        "active eq true",
        &Predicate::Test(
            at("active"),
            Test::Compare(CompareOp::Eq, Operand::Boolean(true)),
        ),
    );
    let work = Predicate::Test(sub("emails", "type"), is(CompareOp::Eq, "work"));
    binds(
        r#"emails[type eq "Work"]"#,
        &element("emails", work.clone()),
    );
    binds(r#"emails.type eq "WORK""#, &element("emails", work));
    binds(
        r#"emails co "@EXAMPLE""#,
        &element(
            "emails",
            Predicate::Test(sub("emails", "value"), is(CompareOp::Co, "@example")),
        ),
    );
    binds("emails pr", &Predicate::Test(at("emails"), Test::Present));
    binds(
        "emails eq null",
        &Predicate::Test(at("emails"), Test::Absent),
    );
    binds(
        "emails ne null",
        &Predicate::Test(at("emails"), Test::Present),
    );
    binds(
        "emails.type pr",
        &element(
            "emails",
            Predicate::Test(sub("emails", "type"), Test::Present),
        ),
    );
    binds(
        "emails.type eq null",
        &element(
            "emails",
            Predicate::Test(sub("emails", "type"), Test::Absent),
        ),
    );
    binds("title eq null", &Predicate::Test(at("title"), Test::Absent));
    binds("name pr", &Predicate::Test(at("name"), Test::Present));
    let schemas = USER_TYPE.attribute("schemas").unwrap();
    binds(
        r#"schemas eq "urn:X""#,
        &element(
            "schemas",
            Predicate::Test(Place::Value(schemas), is(CompareOp::Eq, "urn:X")),
        ),
    );
    binds(
        r#"schemas[value sw "urn"]"#,
        &element(
            "schemas",
            Predicate::Test(Place::Value(schemas), is(CompareOp::Sw, "urn")),
        ),
    );
    let name = USER.attribute("name").unwrap();
    let part = |part| {
        Place::At(Location {
            sub: name.sub_attribute(part),
            ..Location::top(name)
        })
    };
    binds(
        r#"name[givenName eq "Babs" and familyName pr]"#,
        &Predicate::All(std::vec![
            Predicate::Test(part("givenName"), is(CompareOp::Eq, "babs")),
            Predicate::Test(part("familyName"), Test::Present),
        ]),
    );
    let created = Location {
        sub: USER_TYPE
            .attribute("meta")
            .unwrap()
            .sub_attribute("created"),
        ..Location::top(USER_TYPE.attribute("meta").unwrap())
    };
    binds(
        r#"meta.created gt "2011-05-13T06:42:34+02:00""#,
        &Predicate::Test(
            Place::At(created),
            is(CompareOp::Gt, "2011-05-13T04:42:34.000000000Z"),
        ),
    );
}

#[test]
fn manager_stands_for_its_value() {
    let manager = ENTERPRISE_USER.attribute("manager").unwrap();
    let place = Place::At(Location {
        extension: Some(&ENTERPRISE_USER),
        attribute: manager,
        sub: manager.sub_attribute("value"),
    });
    let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";
    binds(
        &std::format!("{urn} eq \"A1\""),
        &Predicate::Test(place, is(CompareOp::Eq, "A1")),
    );
    lenient(
        "id eq \"X\" and manager eq \"A1\"",
        &USER_TYPE,
        &std::format!("id eq \"X\" and {urn}.value eq \"A1\""),
        "entra-extension-attribute-without-urn",
    );
}

#[test]
fn read_leniently() {
    lenient(
        r#"active eq "True""#,
        &USER_TYPE,
        "active eq true",
        "entra-string-boolean",
    );
    lenient(
        r#"roles[primary eq "false"]"#,
        &USER_TYPE,
        "roles[primary eq false]",
        "entra-string-boolean",
    );
    lenient(
        r#"count gt "17""#,
        &GADGET,
        "count gt 17",
        "string-for-number",
    );
    lenient(
        r#"weight le "1.5""#,
        &GADGET,
        "weight le 1.5",
        "string-for-number",
    );
    lenient(
        "userName eq akuser",
        &USER_TYPE,
        r#"userName eq "akuser""#,
        "authentik-unquoted-filter-value",
    );
    lenient(
        "meta.created gt 2026-01-31T12:00:00Z",
        &USER_TYPE,
        r#"meta.created gt "2026-01-31T12:00:00Z""#,
        "authentik-unquoted-filter-value",
    );
    for word in ["5e3", "7E2", "1.50", "-0", "12345678901234567890123"] {
        lenient(
            &["userName eq ", word].concat(),
            &USER_TYPE,
            &["userName eq \"", word, "\""].concat(),
            "authentik-unquoted-filter-value",
        );
    }
    lenient(
        "displayName eq 701984",
        &GADGET,
        "displayName eq \"701984\"",
        "number-for-string",
    );
}

#[test]
fn unknown_attributes() {
    refused(
        "title pr and shoeSize eq 42",
        &USER_TYPE,
        "unknown attribute 'shoeSize' at character 14; User has no attribute of that name",
    );
    refused(
        "name.shoe pr",
        &USER_TYPE,
        "unknown attribute 'name.shoe' at character 1; User has no attribute of that name",
    );
    refused(
        "members pr",
        &USER_TYPE,
        "unknown attribute 'members' at character 1; User has no attribute of that name",
    );
    refused(
        "emails[type pr and colour pr]",
        &USER_TYPE,
        "unknown attribute 'colour' at character 20; emails has no sub-attribute of that name",
    );
    refused(
        "name[colour pr]",
        &USER_TYPE,
        "unknown attribute 'colour' at character 6; name has no sub-attribute of that name",
    );
    refused(
        "emails[emails.type pr]",
        &USER_TYPE,
        "unknown attribute 'emails.type' at character 8; emails has no sub-attribute of that name",
    );
    refused(
        "schemas[type pr]",
        &USER_TYPE,
        "unknown attribute 'type' at character 9; schemas holds plain values, called value in brackets",
    );
    refused(
        "shoes[type pr]",
        &USER_TYPE,
        "unknown attribute 'shoes' at character 1; User has no attribute of that name",
    );
}

#[test]
fn what_cannot_be_compared() {
    for op in ["gt", "ge", "lt", "le", "co", "sw", "ew"] {
        refused(
            &std::format!("active {op} true"),
            &USER_TYPE,
            &std::format!("{op} cannot compare 'active' at character 1, which is a boolean"),
        );
    }
    for op in ["gt", "ge", "lt", "le"] {
        refused(
            &std::format!("x509Certificates.value {op} \"MII\""),
            &USER_TYPE,
            &std::format!(
                "{op} cannot compare 'x509Certificates.value' at character 1, which is a binary"
            ),
        );
    }
    for op in ["co", "sw", "ew"] {
        refused(
            &std::format!("meta.created {op} \"2011\""),
            &USER_TYPE,
            &std::format!("{op} cannot compare 'meta.created' at character 1, which is a dateTime"),
        );
        refused(
            &std::format!("count {op} 1"),
            &GADGET,
            &std::format!("{op} cannot compare 'count' at character 1, which is an integer"),
        );
        refused(
            &std::format!("weight {op} 1"),
            &GADGET,
            &std::format!("{op} cannot compare 'weight' at character 1, which is a decimal"),
        );
    }
    for op in ["co", "sw", "ew", "gt", "ge", "lt", "le"] {
        refused(
            &std::format!("title {op} null"),
            &USER_TYPE,
            &std::format!("{op} cannot compare 'title' at character 1 with null; eq and ne can"),
        );
    }
    for text in ["password pr", "password eq \"x\"", "password eq null"] {
        refused(
            text,
            &USER_TYPE,
            "'password' at character 1 is never returned and cannot be compared",
        );
    }
    refused(
        "name eq \"x\"",
        &USER_TYPE,
        "'name' at character 1 is complex and has no value; name one of its parts, as in name.formatted",
    );
    refused(
        "addresses co \"x\"",
        &USER_TYPE,
        "'addresses' at character 1 is complex and has no value; name one of its parts, as in addresses.formatted",
    );
    refused(
        "userName[value eq \"x\"]",
        &USER_TYPE,
        "'userName' at character 1 is neither complex nor multi-valued, so no brackets may follow it",
    );
    refused(
        "emails.value[type eq \"x\"]",
        &USER_TYPE,
        "'emails.value' at character 1 is a sub-attribute, which has no parts to stand in brackets",
    );
    let several = "has several values within one; such values cannot be compared";
    refused(
        "box.labels eq \"x\"",
        &GADGET,
        &std::format!("'box.labels' at character 1 {several}"),
    );
    refused(
        "parts[serials eq \"x\"]",
        &GADGET,
        &std::format!("'serials' at character 7 {several}"),
    );
}

#[test]
fn values_of_another_type() {
    let refused_value = |text: &str, is: &str, found: &str| {
        let name = text.split(' ').next().unwrap();
        let detail = std::format!("'{name}' at character 1 is {is}, found {found}");
        let resource_type = if GADGET.attribute(name).is_some() {
            &GADGET
        } else {
            &USER_TYPE
        };
        refused(text, resource_type, &detail);
    };
    refused_value(
        "active eq \"yes\"",
        "a boolean: expected true or false",
        "\"yes\"",
    );
    refused_value("active eq 1", "a boolean: expected true or false", "1");
    // What stands without quotes is a string.
    refused_value("active eq yes", "a boolean: expected true or false", "yes");
    refused_value("count gt 01", "an integer: expected a number", "01");
    refused_value("count gt 1e999", "an integer: expected a number", "1e999");
    refused_value(
        "userName eq true",
        "a string: expected a string in double quotes",
        "true",
    );
    refused_value(
        "profileUrl eq 1",
        "a reference: expected a string in double quotes",
        "1",
    );
    refused_value(
        "count eq \"many\"",
        "an integer: expected a number",
        "\"many\"",
    );
    refused_value("weight eq false", "a decimal: expected a number", "false");
    refused_value(
        "key eq 1",
        "a binary: expected base64 in double quotes",
        "1",
    );
    let time = "a dateTime: expected a time such as \"2011-05-13T04:42:34Z\"";
    refused_value("bought gt \"yesterday\"", time, "\"yesterday\"");
    refused_value("bought gt 2011", time, "2011");
}

#[test]
fn across_resource_types() {
    let across = |text: &str| {
        let filter = Filter::parse(text).unwrap();
        Predicate::bind_across(&filter, &[&USER_TYPE, &GROUP_TYPE], &mut Habits::default())
    };
    for (text, in_groups) in [
        ("userName pr", false),
        ("userName eq null", true),
        ("userName ne null", false),
        ("userName ne \"x\"", true),
        ("userName eq \"x\"", false),
        ("userName co \"\"", false),
        ("userName ge \"\"", false),
        ("emails[type eq \"work\"]", false),
    ] {
        let expected = std::vec![bound(text, &USER_TYPE), Predicate::Constant(in_groups)];
        assert_eq!(across(text).unwrap(), expected, "{text}");
    }
    let both = "displayName sw \"a\" or meta.resourceType eq \"User\"";
    assert_eq!(
        across(both).unwrap(),
        [bound(both, &USER_TYPE), bound(both, &GROUP_TYPE)]
    );
    // One of the parts is a user's, the other a group's.
    let parts = across("userName pr and not (members pr)").unwrap();
    let not = |part| Predicate::Not(std::boxed::Box::new(part));
    assert_eq!(
        parts,
        [
            Predicate::All(std::vec![
                bound("userName pr", &USER_TYPE),
                not(Predicate::Constant(false))
            ]),
            Predicate::All(std::vec![
                Predicate::Constant(false),
                not(bound("members pr", &GROUP_TYPE))
            ]),
        ]
    );
    assert_eq!(
        across("displayName pr and shoeSize pr")
            .unwrap_err()
            .detail(),
        "filter: unknown attribute 'shoeSize' at character 20; no resource type has one of that name"
    );
    // Not a question of the one type that lacks it: the other refuses.
    assert_eq!(
        across("active gt true").unwrap_err().detail(),
        "filter: gt cannot compare 'active' at character 1, which is a boolean"
    );
}

// Evaluation.

fn babs() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
        "id": "2819c223-7f76-453a-919d-413861904646",
        "userName": "BJensen",
        "name": {"familyName": "O'Malley", "givenName": "Élodie"},
        "title": "Tour Guide",
        "userType": "Employee",
        "active": false,
        "emails": [
            {"value": "bjensen@Example.com", "type": "work", "primary": true},
            {"value": "babs@jensen.org", "type": "home"},
            {"value": "b@x.net"}
        ],
        "ims": [{"value": "someone@foo.com", "type": "xmpp"}],
        "groups": [{"value": "e9e30dba", "display": "Tour Guides", "type": "direct"}],
        "meta": {"resourceType": "User", "created": "2010-01-23T04:56:22Z", "lastModified": "2011-05-13T04:42:34Z"},
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
            "employeeNumber": "701984",
            "manager": {"value": "26118915"}
        }
    })
}

fn evaluate(text: &str, resource: &Value, resource_type: &'static ResourceType) -> bool {
    bound(text, resource_type).evaluate(&fold(resource_type, resource.as_object().unwrap()))
}

#[track_caller]
fn matches(text: &str) {
    assert!(evaluate(text, &babs(), &USER_TYPE), "{text}");
}

#[track_caller]
fn misses(text: &str) {
    assert!(!evaluate(text, &babs(), &USER_TYPE), "{text}");
}

#[test]
fn rfc_examples() {
    matches(r#"userName eq "bjensen""#);
    matches(r#"name.familyName co "O'Malley""#);
    misses(r#"userName sw "J""#);
    misses(r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J""#);
    matches("title pr");
    misses(r#"meta.lastModified gt "2011-05-13T04:42:34Z""#);
    matches(r#"meta.lastModified ge "2011-05-13T04:42:34Z""#);
    misses(r#"meta.lastModified lt "2011-05-13T04:42:34Z""#);
    matches(r#"meta.lastModified le "2011-05-13T04:42:34Z""#);
    matches(r#"title pr and userType eq "Employee""#);
    matches(r#"title pr or userType eq "Intern""#);
    matches(r#"schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User""#);
    matches(
        r#"userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")"#,
    );
    misses(
        r#"userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")"#,
    );
    matches(r#"userType eq "Employee" and (emails.type eq "work")"#);
    matches(r#"userType eq "Employee" and emails[type eq "work" and value co "@example.com"]"#);
    matches(
        r#"emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]"#,
    );
}

#[test]
fn strings() {
    matches(r#"userName eq "BJENSEN""#);
    matches(r#"name.givenName sw "éL""#);
    matches(r#"name.givenName ew "ODIE""#);
    matches(r#"userName ge "BJENSEN" and userName le "bjensen""#);
    matches(r#"userName gt "bjense" and userName lt "bjenseo""#);
    misses(r#"id eq "2819C223-7F76-453A-919D-413861904646""#);
    matches(r#"userName co "" and userName sw "" and userName ew """#);
    misses(r#"nickName co """#);
    misses(r#"userName eq """#);
    matches(
        r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber eq "701984""#,
    );
    matches("employeeNumber eq 701984");
    matches(r#"manager eq "26118915""#);
}

#[test]
fn unassigned_is_null() {
    matches(r#"nickName ne "x""#);
    misses(r#"nickName eq "x""#);
    misses(r#"nickName gt "" or nickName ge "" or nickName lt "~" or nickName le "~""#);
    matches("nickName eq null");
    misses("nickName ne null");
    misses("nickName pr");
    matches("not (nickName pr)");
    matches("name.middleName eq null and name pr");
    matches("photos eq null");
    misses("photos pr");
    misses("photos.value ne \"x\"");
    misses("photos.type eq null");
    matches("emails.type eq null");
    matches("emails.type pr");
    matches("active eq false and active ne true and active pr");
}

#[test]
fn any_value_matches() {
    matches(r#"emails.type eq "home" and emails.value co "example""#);
    misses(r#"emails[type eq "home" and value co "example"]"#);
    matches(r#"emails.type ne "work""#);
    misses(r#"not (emails.type eq "work")"#);
    matches(r#"emails[not (type eq "work")]"#);
    matches("emails[type eq null]");
    matches(r#"emails[primary eq "True"].value eq "BJensen@example.com""#);
    matches(r#"groups.value eq "e9e30dba" and groups[display eq "tour guides"]"#);
    matches(r#"name[familyName sw "o'" and givenName pr]"#);
}

#[test]
fn numbers_and_times() {
    let gadget = json!({"count": 3, "weight": 1.5, "bought": "2011-05-13T04:42:34.5+02:00", "sizes": [1, 2.0], "tags": ["Red"], "key": "AbC="});
    for text in [
        "count eq 3",
        "count eq 3.0",
        "count lt 3.5",
        "count gt 2.99",
        "count ne 4",
        "weight ge 1.5",
        "weight gt 1",
        "weight lt 9007199254740993",
        "sizes eq 2",
        "sizes eq 1.0",
        "sizes[value gt 1]",
        "tags eq \"RED\"",
        "tags[value sw \"r\"]",
        "bought eq \"2011-05-13T02:42:34.500Z\"",
        "bought lt \"2011-05-13T02:42:35Z\"",
        "bought ne \"2011-05-13T02:42:35Z\"",
        "key eq \"AbC=\" and key sw \"Ab\"",
    ] {
        assert!(evaluate(text, &gadget, &GADGET), "{text}");
    }
    for text in [
        "count eq 4",
        "weight eq 1",
        "sizes eq 3",
        "key eq \"abc=\"",
        "tags eq \"re\"",
    ] {
        assert!(!evaluate(text, &gadget, &GADGET), "{text}");
    }
}

#[test]
fn one_element() {
    let emails = USER.attribute("emails").unwrap();
    let element = fold_value(
        emails,
        &json!({"type": "Work", "value": "b@x", "primary": true}),
    );
    for (text, expected) in [
        ("type eq \"WORK\"", true),
        ("type eq \"work\" and primary eq true", true),
        ("value sw \"c\"", false),
        ("display pr", false),
        ("display eq null", true),
    ] {
        let filter = Filter::parse(text).unwrap();
        let predicate = Predicate::bind_element(&filter, emails, &mut Habits::default()).unwrap();
        assert_eq!(predicate.matches_element(&element), expected, "{text}");
    }
    let schemas = USER_TYPE.attribute("schemas").unwrap();
    let filter = Filter::parse("value eq \"urn:x\"").unwrap();
    let predicate = Predicate::bind_element(&filter, schemas, &mut Habits::default()).unwrap();
    assert!(
        predicate.matches_element(&json!("urn:x")) && !predicate.matches_element(&json!("urn:X"))
    );
}

// Laws, over generated users and filters.

fn word() -> impl Strategy<Value = String> + Clone {
    prop::sample::select(std::vec!["a", "A", "ab", "B", "é", "É", "b a", "ß", "SS"])
        .prop_map(String::from)
}

fn user() -> impl Strategy<Value = Map<String, Value>> {
    let email = (
        prop::option::of(word()),
        prop::option::of(word()),
        prop::option::of(any::<bool>()),
    )
        .prop_map(
            |(value, kind, primary)| json!({"value": value, "type": kind, "primary": primary}),
        );
    let emails = prop::collection::vec(email, 0..3);
    (prop::option::of(word()), prop::option::of(word()), prop::option::of(any::<bool>()), emails).prop_map(
        |(title, given, active, emails)| {
            let user = json!({"title": title, "name": {"givenName": given}, "active": active, "emails": emails});
            user.as_object().unwrap().clone()
        },
    )
}

fn term() -> impl Strategy<Value = String> {
    let strings = prop::sample::select(std::vec![
        "title",
        "name.givenName",
        "emails",
        "emails.type",
        "nickName"
    ]);
    let ops = prop::sample::select(std::vec![
        "eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"
    ]);
    let inner = prop::sample::select(std::vec!["value", "type"]);
    prop_oneof![
        (strings, ops.clone(), word())
            .prop_map(|(name, op, word)| std::format!("{name} {op} \"{word}\"")),
        (inner, ops, word()).prop_map(|(name, op, word)| std::format!(
            "emails[{name} {op} \"{word}\" or primary eq true]"
        )),
        any::<bool>().prop_map(|active| std::format!("active eq {active}")),
        Just(String::from("emails pr")),
    ]
}

proptest! {
    #[test]
    fn logic(user in user(), a in term(), b in term()) {
        let image = fold(&USER_TYPE, &user);
        let holds = |text: &str| bound(text, &USER_TYPE).evaluate(&image);
        let (left, right) = (holds(&a), holds(&b));
        prop_assert_eq!(holds(&std::format!("not ({a})")), !left);
        prop_assert_eq!(holds(&std::format!("not (not ({a}))")), left);
        prop_assert_eq!(holds(&std::format!("{a} and {b}")), left && right);
        prop_assert_eq!(holds(&std::format!("{a} or {b}")), left || right);
    }

    #[test]
    fn comparisons_hang_together(user in user(), word in word()) {
        let image = fold(&USER_TYPE, &user);
        let holds = |op: &str| bound(&std::format!("title {op} \"{word}\""), &USER_TYPE).evaluate(&image);
        let present = bound("title pr", &USER_TYPE).evaluate(&image);
        prop_assert_eq!(holds("ne"), !holds("eq"));
        prop_assert_eq!(holds("ge"), holds("gt") || holds("eq"));
        prop_assert_eq!(holds("le"), holds("lt") || holds("eq"));
        prop_assert_eq!(present, holds("ge") || holds("lt"));
        prop_assert!(!holds("eq") || (holds("sw") && holds("ew")));
        prop_assert!(!(holds("sw") || holds("ew")) || holds("co"));
    }

    /// Letter case in the filter or in the document is no difference where the attribute is not
    /// case exact.
    #[test]
    fn letter_case_is_nothing(user in user(), term in term()) {
        let image = fold(&USER_TYPE, &user);
        let shout = |value: &mut Value| if let Value::String(text) = value { *text = text.to_uppercase(); };
        let mut loud = user.clone();
        shout(&mut loud["title"]);
        shout(&mut loud["name"]["givenName"]);
        for email in loud["emails"].as_array_mut().unwrap() {
            shout(&mut email["value"]);
            shout(&mut email["type"]);
        }
        prop_assert_eq!(bound(&term, &USER_TYPE).evaluate(&fold(&USER_TYPE, &loud)), bound(&term, &USER_TYPE).evaluate(&image));
    }

    /// A value path is an element of the list that matches what the brackets hold.
    #[test]
    fn value_paths_are_their_elements(user in user(), kind in word()) {
        let image = fold(&USER_TYPE, &user);
        let inner = std::format!("type eq \"{kind}\" and not (value pr and primary eq true)");
        let emails = USER.attribute("emails").unwrap();
        let element = Predicate::bind_element(&Filter::parse(&inner).unwrap(), emails, &mut Habits::default()).unwrap();
        let expected = image.get("emails").and_then(Value::as_array).is_some_and(|emails| {
            emails.iter().any(|email| element.matches_element(email))
        });
        prop_assert_eq!(bound(&std::format!("emails[{inner}]"), &USER_TYPE).evaluate(&image), expected);
    }
}
