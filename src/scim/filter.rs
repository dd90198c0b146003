//! Filters: the syntax tree, and how it prints itself (RFC 7644 §3.4.2.2).
//!
//! Reading text is `parse`; what the names mean for a resource type is `predicate`.

use alloc::{boxed::Box, string::String, vec, vec::Vec};
use core::fmt::{self, Write};

use serde_json::Number;

use crate::path::AttributePath;

pub mod parse;
pub mod predicate;

/// A filter as written, names not yet bound to a schema.
///
/// `and` and `or` hold two parts or more, so that a chain of a hundred is one node and not a
/// hundred levels.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// All parts hold.
    And(Vec<Filter>),
    /// Some part holds.
    Or(Vec<Filter>),
    /// The part does not hold.
    Not(Box<Filter>),
    /// `attrPath SP compareOp SP compValue`.
    Compare(AttributePath, CompareOp, CompareValue),
    /// `attrPath SP "pr"`.
    Present(AttributePath),
    /// `attrPath "[" valFilter "]"`: one value of the attribute satisfies the filter.
    ValuePath(AttributePath, Box<Filter>),
}

/// The operators of RFC 7644 §3.4.2.2 table 3 that take a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompareOp {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Contains.
    Co,
    /// Starts with.
    Sw,
    /// Ends with.
    Ew,
    /// Greater than.
    Gt,
    /// Less than.
    Lt,
    /// Greater than or equal to.
    Ge,
    /// Less than or equal to.
    Le,
}

/// `compValue = false / null / true / number / string`.
#[derive(Clone, Debug, PartialEq)]
pub enum CompareValue {
    /// No value at all: an unassigned attribute equals it (RFC 7643 §2.5).
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A JSON number.
    Number(Number),
    /// A JSON string, unescaped.
    String(String),
    /// A string without its quotes: what is no value of JSON, up to the next blank, bracket or end.
    /// No grammar has it; authentik of 2024 asks `userName eq akuser`.
    Word(String),
}

impl Filter {
    /// The terms of a filter that is one `eq` or several joined by `and`, each on a bare name: what
    /// a value must hold to match. `None` for any other filter, for nothing can be made from it.
    ///
    /// ```
    /// use scim::filter::Filter;
    /// let filter = Filter::parse(r#"type eq "work" and primary eq true"#)?;
    /// let terms = filter.equalities().unwrap();
    /// assert_eq!((terms[0].0, terms[1].0), ("type", "primary"));
    /// assert!(Filter::parse(r#"type eq "work" or primary eq true"#)?.equalities().is_none());
    /// # Ok::<(), scim::error::Error>(())
    /// ```
    pub fn equalities(&self) -> Option<Vec<(&str, &CompareValue)>> {
        match self {
            Self::Compare(path, CompareOp::Eq, value)
                if path.uri.is_none() && path.sub.is_none() =>
            {
                Some(vec![(path.name.as_str(), value)])
            }
            Self::And(parts) => {
                let mut terms = Vec::with_capacity(parts.len());
                for part in parts {
                    terms.append(&mut part.equalities()?);
                }
                Some(terms)
            }
            Self::Or(_)
            | Self::Not(_)
            | Self::Compare(..)
            | Self::Present(_)
            | Self::ValuePath(..) => None,
        }
    }
}

impl CompareOp {
    const ALL: [Self; 9] = [
        Self::Eq,
        Self::Ne,
        Self::Co,
        Self::Sw,
        Self::Ew,
        Self::Gt,
        Self::Lt,
        Self::Ge,
        Self::Le,
    ];

    /// The operator as it stands in a filter.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Co => "co",
            Self::Sw => "sw",
            Self::Ew => "ew",
            Self::Gt => "gt",
            Self::Lt => "lt",
            Self::Ge => "ge",
            Self::Le => "le",
        }
    }

    /// The operator of this name, in any letter case.
    pub(crate) fn by_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|op| op.as_str().eq_ignore_ascii_case(name))
    }
}

/// Prints what reads back as the same tree.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(parts) => list(f, parts, " and ", |part| {
                matches!(part, Self::And(_) | Self::Or(_))
            }),
            Self::Or(parts) => list(f, parts, " or ", |part| matches!(part, Self::Or(_))),
            Self::Not(part) => {
                f.write_str("not (")?;
                part.fmt(f)?;
                f.write_str(")")
            }
            Self::Compare(path, op, value) => {
                path.fmt(f)?;
                f.write_str(" ")?;
                f.write_str(op.as_str())?;
                f.write_str(" ")?;
                value.fmt(f)
            }
            Self::Present(path) => {
                path.fmt(f)?;
                f.write_str(" pr")
            }
            Self::ValuePath(path, inner) => {
                path.fmt(f)?;
                f.write_str("[")?;
                inner.fmt(f)?;
                f.write_str("]")
            }
        }
    }
}

/// Prints parts with a word between them, in parentheses where the part would otherwise be torn
/// apart.
fn list(
    f: &mut fmt::Formatter<'_>,
    parts: &[Filter],
    between: &str,
    grouped: fn(&Filter) -> bool,
) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(between)?;
        }
        if grouped(part) {
            f.write_str("(")?;
            fmt::Display::fmt(part, f)?;
            f.write_str(")")?;
        } else {
            fmt::Display::fmt(part, f)?;
        }
    }
    Ok(())
}

impl fmt::Display for CompareValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Boolean(true) => f.write_str("true"),
            Self::Boolean(false) => f.write_str("false"),
            Self::Number(number) => number.fmt(f),
            Self::Word(word) => f.write_str(word),
            Self::String(string) => {
                f.write_str("\"")?;
                for character in string.chars() {
                    match character {
                        '"' | '\\' => {
                            f.write_str("\\")?;
                            f.write_char(character)?;
                        }
                        '\0'..='\x1f' => write!(f, "\\u{:04x}", u32::from(character))?,
                        _ => f.write_char(character)?,
                    }
                }
                f.write_str("\"")
            }
        }
    }
}

#[cfg(test)]
mod tests;
