//! A filter bound to a resource type: attributes resolved, values folded, impossible comparisons
//! refused.
//!
//! A predicate is evaluated here over the comparison image of a resource (see `fold`), and in the
//! store as SQL over the same image; the two must agree.

use crate::list::List;
use alloc::{boxed::Box, string::String, vec, vec::Vec};

use serde_json::Number;

use super::CompareOp;
use crate::path::Location;
use crate::schema::Attribute;

mod bind;
mod evaluate;
mod merge;
mod scope;
mod value;

/// A condition on a resource.
#[derive(Clone, Debug, PartialEq)]
pub enum Predicate {
    /// Holds for every resource, or for none.
    Constant(bool),
    /// All parts hold.
    All(Vec<Predicate>),
    /// Some part holds.
    Any(Vec<Predicate>),
    /// The part does not hold.
    Not(Box<Predicate>),
    /// A test of what stands at a place.
    Test(Place, Test),
    /// Some value of the multi-valued attribute `of` (whose `sub` is `None`) satisfies `holds`;
    /// inside `holds`, places are relative to that value (`Place::Sub`, `Place::Value`), never
    /// `Place::At`.
    Element {
        /// The multi-valued attribute.
        of: Location,
        /// What one of its values must satisfy.
        holds: Box<Predicate>,
    },
}

/// What a test looks at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    /// A singular attribute or sub-attribute of the resource; for `Present`/`Absent` also a
    /// multi-valued or complex one.
    At(Location),
    /// Within `Element`: a sub-attribute of the value.
    Sub(&'static Attribute),
    /// Within `Element`: the value itself, of a multi-valued attribute that is not complex.
    Value(&'static Attribute),
}

/// A test of one place.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Has a value: not null, not `""` when that means unassigned, not empty.
    Present,
    /// Has none.
    Absent,
    /// Compares. An absent value satisfies `ne` and no other operator (RFC 7643 §2.5: unassigned is
    /// null, and null is not identical to any value).
    Compare(CompareOp, Operand),
    /// Equals one of these, which are in order and each there once: what `eq` of several values,
    /// joined by `or`, comes to. An absent value equals none.
    OneOf(Vec<String>),
}

impl Test {
    /// The texts of which a value must equal one, if the test says just that.
    pub fn texts(&self) -> Option<Vec<&str>> {
        match self {
            Self::Compare(CompareOp::Eq, Operand::String(text)) => Some(vec![text]),
            Self::OneOf(texts) => Some(texts.iter().map(String::as_str).list()),
            Self::Present | Self::Absent | Self::Compare(..) => None,
        }
    }
}

/// A value to compare with, in the form it has in the comparison image.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// Folded where the attribute is not case exact; a dateTime in UTC with fixed width.
    String(String),
    /// A boolean.
    Boolean(bool),
    /// A number.
    Number(Number),
}

impl Predicate {
    /// How many tests it is made of.
    pub fn tests(&self) -> usize {
        match self {
            Self::Constant(_) | Self::Test(..) => 1,
            Self::All(parts) | Self::Any(parts) => parts.iter().map(Self::tests).sum(),
            Self::Not(part) | Self::Element { holds: part, .. } => part.tests(),
        }
    }
}

#[cfg(test)]
mod tests;
