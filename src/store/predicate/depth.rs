//! How deep a condition nests in SQL.

use scim::filter::predicate::Predicate;
use scim::path::Location;

use super::constant::{constant, open};
use super::elements::{Elements, Term, gather};
use crate::expression::View;

/// How deep the condition nests, as `SQLite` counts it: the tree of a sub-query counts with all
/// that stands around it, and within that once more, unless it is the source of another. D1 refuses
/// more than [`EXPRESSION_DEPTH`](crate::limits::EXPRESSION_DEPTH).
pub fn depth(view: &View<'_>, predicate: &Predicate) -> usize {
    let Height { here, within } = height(view, predicate, false);
    here + within
}

#[derive(Clone, Copy)]
struct Height {
    here: usize,
    /// Of the highest sub-query.
    within: usize,
}

const TEST: usize = 6;

fn height(view: &View<'_>, predicate: &Predicate, negated: bool) -> Height {
    if constant(predicate).is_some() {
        return Height { here: 1, within: 0 };
    }
    match predicate {
        Predicate::Constant(_) => Height { here: 1, within: 0 },
        Predicate::Test(..) => Height {
            here: TEST,
            within: 0,
        },
        Predicate::Not(part) => height(view, part, !negated),
        Predicate::Element { of, holds } => {
            of_elements(view, of, &Elements::Some(holds.as_ref().clone()))
        }
        Predicate::All(parts) => of_parts(view, parts, !negated, negated),
        Predicate::Any(parts) => of_parts(view, parts, negated, negated),
    }
}

fn of_parts(view: &View<'_>, parts: &[Predicate], all: bool, negated: bool) -> Height {
    let parts = gather(view, &open(parts), all, negated);
    let heights = parts.iter().map(|part| match part {
        Term::Other(part) => height(view, part, negated),
        Term::Elements(of, elements) => of_elements(view, of, elements),
    });
    let mut highest = Height { here: 1, within: 0 };
    for Height { here, within } in heights {
        highest.here = highest.here.max(here);
        highest.within = highest.within.max(within);
    }
    highest.here += halvings(parts.len());
    highest
}

fn of_elements(view: &View<'_>, of: &Location, elements: &Elements) -> Height {
    match elements {
        Elements::Some(holds) | Elements::No(holds) => {
            let inside = height(view, holds, false).here;
            // Of a linked attribute this may be asked either way.
            let linked = if of.attribute.linked { 2 } else { 0 };
            Height {
                here: inside + 5 + linked,
                within: inside + linked,
            }
        }
        Elements::All(_) | Elements::Any(_) => {
            let conditions = elements.conditions();
            let inside = conditions
                .iter()
                .map(|holds| height(view, holds, false).here);
            let marks = inside.max().unwrap_or_default() + halvings(conditions.len()) + 4;
            Height {
                here: TEST,
                within: marks.max(levels(elements)),
            }
        }
    }
}

fn levels(elements: &Elements) -> usize {
    match elements {
        Elements::Some(_) | Elements::No(_) => 4,
        Elements::All(parts) | Elements::Any(parts) => {
            parts.iter().map(levels).max().unwrap_or_default() + halvings(parts.len())
        }
    }
}

/// Levels of so many parts, joined evenly.
fn halvings(parts: usize) -> usize {
    (usize::BITS - parts.saturating_sub(1).leading_zeros()) as usize
}
