//! The order of a list, modelled: sort key, then id (RFC 7644 §3.4.2.3).

use std::cmp::Ordering;

use scim::schema::Type;
use serde_json::Value;

use super::filters::Term;
use super::world::{Population, Shown};

/// Whether resources can be sorted by it: a complex attribute by its `value`, if it has one.
pub(crate) fn is_sortable(term: Term) -> bool {
    term.leaf().kind != Type::Complex
}

/// The value that a resource is sorted by: that of the primary value, "or else the first value in
/// the list".
fn key(term: Term, shown: &Shown) -> Option<&Value> {
    let leaf = term.leaf();
    let holder = match term.schema {
        Some(schema) => shown.image.get(schema.uri)?.as_object()?,
        None => &shown.image,
    };
    let value = holder.get(term.attribute.name)?;
    let within = |value| {
        if leaf == term.attribute {
            Some(value)
        } else {
            Value::get(value, leaf.name)
        }
    };
    let Value::Array(values) = value else {
        return within(value);
    };
    let primary = values.iter().find(|value| value["primary"] == true);
    primary.or(values.first()).and_then(within)
}

fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::String(a), Value::String(b)) => a.as_bytes().cmp(b.as_bytes()),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Number(a), Value::Number(b)) => match (a.as_i64(), b.as_i64()) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => a.as_f64().unwrap().total_cmp(&b.as_f64().unwrap()),
        },
        _ => panic!("{a} and {b}"),
    }
}

/// The ids of these resources in order; by id where there is no term.
pub(crate) fn sorted(resources: &[&Shown], term: Option<Term>, descending: bool) -> Vec<String> {
    sorted_each(
        resources.iter().map(|shown| (term, *shown)).collect(),
        descending,
    )
}

/// The same for resources of several types, each with its own term.
pub(crate) fn sorted_each(
    mut resources: Vec<(Option<Term>, &Shown)>,
    descending: bool,
) -> Vec<String> {
    resources.sort_by(|a, b| {
        let value = |(term, shown): &(Option<Term>, &'_ Shown)| {
            term.and_then(|term| key(term, shown).cloned())
        };
        let order = match (value(a), value(b)) {
            (Some(a), Some(b)) => compare(&a, &b),
            // Unassigned comes last when ascending.
            (a, b) => a.is_none().cmp(&b.is_none()),
        };
        let order = if descending { order.reverse() } else { order };
        order.then_with(|| a.1.id.cmp(&b.1.id))
    });
    resources
        .into_iter()
        .map(|(_, shown)| shown.id.clone())
        .collect()
}

/// All resources of a population, borrowed.
pub(crate) fn all(population: &Population) -> Vec<&Shown> {
    population.resources.iter().collect()
}
