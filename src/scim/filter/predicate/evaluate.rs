//! A predicate over the comparison image of a resource (RFC 7644 §3.4.2.2 table 3).
//!
//! The store says the same in SQL: strings compare byte by byte (UTF-8, so in the order of code
//! points, as BINARY collation has it), numbers by value, and an absent value satisfies `ne` and
//! nothing else.

use crate::part;
use alloc::string::String;
use core::cmp::Ordering;

use serde_json::{Map, Number, Value};

use super::{Operand, Place, Predicate, Test};
use crate::filter::CompareOp;
use crate::fold::is_assigned;
use crate::resource::get;

impl Predicate {
    /// Whether a resource satisfies the predicate, given its comparison image: the whole of it,
    /// with `id`, `meta` and linked attributes if they are to be found.
    ///
    /// ```
    /// use scim::filter::{Filter, predicate::Predicate};
    /// use scim::{fold::fold, habit::Habits, resource_type::USER_TYPE};
    /// let filter = Filter::parse(r#"userName eq "BJENSEN" and emails[type eq "work"]"#)?;
    /// let predicate = Predicate::bind(&filter, &USER_TYPE, &mut Habits::default())?;
    /// let user = serde_json::json!({"userName": "bjensen", "emails": [{"type": "work"}]});
    /// assert!(predicate.evaluate(&fold(&USER_TYPE, user.as_object().unwrap())));
    /// # Ok::<(), scim::error::Error>(())
    /// ```
    pub fn evaluate(&self, folded: &Map<String, Value>) -> bool {
        self.holds(Some(folded), None)
    }

    /// Whether one value of a multi-valued attribute, given as its comparison image, satisfies a
    /// predicate from [`Predicate::bind_element`].
    pub fn matches_element(&self, folded_element: &Value) -> bool {
        self.holds(None, Some(folded_element))
    }

    fn holds(&self, resource: Option<&Map<String, Value>>, element: Option<&Value>) -> bool {
        match self {
            Self::Constant(constant) => *constant,
            Self::All(parts) => parts.iter().all(|part| part.holds(resource, element)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(resource, element)),
            Self::Not(part) => !part.holds(resource, element),
            Self::Test(place, test) => test.holds(match place {
                Place::At(location) => resource.and_then(|resource| get(resource, *location)),
                Place::Sub(attribute) => element.and_then(|element| element.get(attribute.name)),
                Place::Value(_) => element,
            }),
            Self::Element { of, holds } => resource
                .and_then(|resource| get(resource, *of))
                .and_then(Value::as_array)
                .is_some_and(|elements| {
                    elements
                        .iter()
                        .any(|element| holds.holds(resource, Some(element)))
                }),
        }
    }
}

impl Test {
    fn holds(&self, value: Option<&Value>) -> bool {
        let value = value.filter(|value| is_assigned(value));
        match self {
            Self::Present => value.is_some(),
            Self::Absent => value.is_none(),
            Self::Compare(op, operand) => compare(*op, value, operand),
            Self::OneOf(texts) => value.and_then(Value::as_str).is_some_and(|text| {
                texts
                    .binary_search_by(|known| known.as_str().cmp(text))
                    .is_ok()
            }),
        }
    }
}

fn compare(op: CompareOp, value: Option<&Value>, operand: &Operand) -> bool {
    let order = match (value, operand) {
        (Some(Value::String(text)), Operand::String(operand)) => {
            match op {
                CompareOp::Co => return part::has(text, operand),
                CompareOp::Sw => return text.starts_with(operand.as_str()),
                CompareOp::Ew => return text.ends_with(operand.as_str()),
                CompareOp::Eq
                | CompareOp::Ne
                | CompareOp::Gt
                | CompareOp::Lt
                | CompareOp::Ge
                | CompareOp::Le => {}
            }
            Some(text.as_str().cmp(operand.as_str()))
        }
        (Some(Value::Bool(boolean)), Operand::Boolean(operand)) => Some(boolean.cmp(operand)),
        (Some(Value::Number(number)), Operand::Number(operand)) => by_value(number, operand),
        // Unassigned, or of another type: identical to nothing.
        (_, Operand::String(_) | Operand::Boolean(_) | Operand::Number(_)) => None,
    };
    match op {
        CompareOp::Eq => order.is_some_and(Ordering::is_eq),
        CompareOp::Ne => !order.is_some_and(Ordering::is_eq),
        CompareOp::Gt => order.is_some_and(Ordering::is_gt),
        CompareOp::Lt => order.is_some_and(Ordering::is_lt),
        CompareOp::Ge => order.is_some_and(Ordering::is_ge),
        CompareOp::Le => order.is_some_and(Ordering::is_le),
        CompareOp::Co | CompareOp::Sw | CompareOp::Ew => false,
    }
}

/// By exact value, as SQL compares a whole number with a 64-bit float.
fn by_value(a: &Number, b: &Number) -> Option<Ordering> {
    match (a.as_i64(), b.as_i64()) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        (Some(a), None) => Some(whole_by_value(a, b.as_f64()?)),
        (None, Some(b)) => Some(whole_by_value(b, a.as_f64()?).reverse()),
        (None, None) => a.as_f64()?.partial_cmp(&b.as_f64()?),
    }
}

/// A whole number against a float that is none or may be beyond 64 bits; never one after
/// conversion, which rounds.
fn whole_by_value(whole: i64, float: f64) -> Ordering {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "towards zero is meant; floats of JSON beyond 128 bits end at the far ends, which order right"
    )]
    let truncated = float as i128;
    let fraction = float % 1.0;
    i128::from(whole).cmp(&truncated).then_with(|| {
        if fraction > 0.0 {
            Ordering::Less
        } else if fraction < 0.0 {
            Ordering::Greater
        } else {
            Ordering::Equal
        }
    })
}
