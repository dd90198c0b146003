use std::boxed::Box;
use std::string::{String, ToString};
use std::vec::Vec;

use proptest::prelude::*;
use serde_json::Number;

use super::{CompareOp, CompareValue, Filter};
use crate::path::AttributePath;

#[track_caller]
fn equalities(text: &str, expected: Option<&[(&str, &str)]>) {
    let filter = Filter::parse(text).unwrap();
    let terms = filter.equalities().map(|terms| {
        let text = |(name, value): (&str, &CompareValue)| (name.to_string(), value.to_string());
        terms.into_iter().map(text).collect::<Vec<_>>()
    });
    let expected: Option<Vec<_>> = expected.map(|terms| {
        terms
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect()
    });
    assert_eq!(terms, expected, "{text}");
}

#[test]
fn terms_to_create_from() {
    equalities(r#"type eq "Work""#, Some(&[("type", "\"Work\"")]));
    equalities(
        r#"type eq "work" and (primary eq true and value eq 1)"#,
        Some(&[("type", "\"work\""), ("primary", "true"), ("value", "1")]),
    );
    equalities("type ne \"work\"", None);
    equalities("type pr", None);
    equalities("type eq \"a\" and value sw \"b\"", None);
    equalities("type eq \"a\" or value eq \"b\"", None);
    equalities("not (type eq \"a\")", None);
    equalities("emails[type eq \"a\"]", None);
    equalities("emails.type eq \"a\"", None);
    equalities("urn:x:type eq \"a\"", None);
}

fn attribute_path() -> impl Strategy<Value = AttributePath> {
    let name = "[a-zA-Z][a-zA-Z0-9_-]{0,6}";
    let uri = prop::option::of("urn:[a-z]{1,4}:[a-z0-9.]{1,6}");
    (uri, name, prop::option::of("[a-zA-Z$][a-zA-Z0-9]{0,4}")).prop_map(|(uri, name, sub)| {
        AttributePath {
            uri,
            name,
            sub,
            position: 0,
        }
    })
}

fn value() -> impl Strategy<Value = CompareValue> {
    prop_oneof![
        Just(CompareValue::Null),
        any::<bool>().prop_map(CompareValue::Boolean),
        any::<i64>().prop_map(|number| CompareValue::Number(number.into())),
        // Halves: exact in binary, so that printing and reading them cannot round.
        any::<i32>().prop_map(|number| {
            CompareValue::Number(Number::from_f64(f64::from(number) / 2.0).unwrap())
        }),
        any::<String>().prop_map(CompareValue::String),
        "[a-zé@][a-z0-9.@+é:'-]{8,12}".prop_map(CompareValue::Word),
    ]
}

fn filter() -> impl Strategy<Value = Filter> {
    let expression = || {
        let op = prop::sample::select(CompareOp::ALL.to_vec());
        prop_oneof![
            (attribute_path(), op, value())
                .prop_map(|(path, op, value)| Filter::Compare(path, op, value)),
            attribute_path().prop_map(Filter::Present),
        ]
        .boxed()
    };
    let value_filter = nest(expression(), 8);
    let value_path = (attribute_path(), value_filter)
        .prop_map(|(path, inner)| Filter::ValuePath(path, Box::new(inner)));
    nest(prop_oneof![3 => expression(), 1 => value_path].boxed(), 6)
}

fn nest(leaf: BoxedStrategy<Filter>, size: u32) -> BoxedStrategy<Filter> {
    leaf.prop_recursive(3, size, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Filter::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Filter::Or),
            inner.prop_map(|part| Filter::Not(Box::new(part))),
        ]
    })
    .boxed()
}

fn comparisons(filter: &Filter) -> usize {
    match filter {
        Filter::And(parts) | Filter::Or(parts) => parts.iter().map(comparisons).sum(),
        Filter::Not(part) | Filter::ValuePath(_, part) => comparisons(part),
        Filter::Compare(..) | Filter::Present(_) => 1,
    }
}

proptest! {
    #[test]
    fn what_is_printed_reads_as_the_same(filter in filter()) {
        prop_assume!(comparisons(&filter) <= super::parse::MAX_COMPARISONS);
        let text = filter.to_string();
        prop_assert_eq!(Filter::parse(&text).unwrap(), filter, "{}", text);
    }
}
