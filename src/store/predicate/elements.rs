//! What is asked of the values of one multi-valued attribute, put together: "some value is a, or
//! some value is b" is "some value is a or b", and so is what both exclude.

use scim::filter::predicate::Predicate;
use scim::list::List;
use scim::path::Location;

use super::constant::open;
use super::lookup::is_lookup;
use crate::expression::View;

/// What is asked of the values of one attribute.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Elements {
    /// Some value satisfies the predicate.
    Some(Predicate),
    /// No value satisfies the predicate.
    No(Predicate),
    /// All of these hold.
    All(Vec<Elements>),
    /// One of these holds.
    Any(Vec<Elements>),
}

/// A term of a condition.
pub(super) enum Term<'a> {
    /// Conditions on the values of this attribute.
    Elements(Location, Elements),
    /// Any other.
    Other(&'a Predicate),
}

/// Puts together what parts, joined by AND (`all`) or OR, ask of the values of the same attribute.
/// What an index answers stays apart.
pub(super) fn gather<'a>(
    view: &View<'_>,
    parts: &[&'a Predicate],
    all: bool,
    negated: bool,
) -> Vec<Term<'a>> {
    let mut gathered: Vec<Term<'a>> = Vec::new();
    let mut together: Vec<(usize, Vec<Elements>)> = Vec::new();
    for part in parts {
        let elements = attribute_of(part)
            .map(|of| (of, Elements::of(part, negated)))
            .filter(|(_, elements)| {
                negated || !is_lookup(view, part) || !all && matches!(elements, Elements::Some(_))
            });
        let Some((of, elements)) = elements else {
            gathered.push(Term::Other(part));
            continue;
        };
        let same = |(index, _): &&mut (usize, Vec<Elements>)| matches!(gathered.get(*index), Some(Term::Elements(other, _)) if *other == of);
        if let Some((_, known)) = together.iter_mut().find(same) {
            known.push(elements);
        } else {
            together.push((gathered.len(), vec![elements]));
            gathered.push(Term::Elements(of, Elements::All(Vec::new())));
        }
    }
    for (index, elements) in together {
        if let Some(Term::Elements(_, whole)) = gathered.get_mut(index) {
            *whole = Elements::join(elements, all);
        }
    }
    gathered
}

/// The attribute whose values the predicate is about, if it is about those alone.
pub(crate) fn attribute_of(predicate: &Predicate) -> Option<Location> {
    match predicate {
        Predicate::Element { of, .. } => Some(*of),
        Predicate::Not(part) => attribute_of(part),
        Predicate::All(parts) | Predicate::Any(parts) => {
            let mut attributes = open(parts).into_iter().map(attribute_of);
            let first = attributes.next()??;
            attributes
                .all(|other| other == Some(first))
                .then_some(first)
        }
        Predicate::Constant(_) | Predicate::Test(..) => None,
    }
}

impl Elements {
    /// What a predicate about one attribute asks, or what it excludes.
    fn of(predicate: &Predicate, negated: bool) -> Self {
        match predicate {
            Predicate::Element { holds, .. } => Self::Some(holds.as_ref().clone()).negate(negated),
            Predicate::Not(part) => Self::of(part, !negated),
            Predicate::All(parts) => Self::join(Self::of_each(parts, negated), !negated),
            Predicate::Any(parts) => Self::join(Self::of_each(parts, negated), negated),
            // There are none: see `attribute_of`.
            Predicate::Constant(_) | Predicate::Test(..) => Self::All(Vec::new()),
        }
    }

    fn of_each(parts: &[Predicate], negated: bool) -> Vec<Self> {
        let open = open(parts).into_iter();
        open.map(|part| Self::of(part, negated)).list()
    }

    /// Itself, or what it excludes.
    pub(super) fn negate(self, negated: bool) -> Self {
        match self {
            Self::Some(holds) if negated => Self::No(holds),
            Self::No(holds) if negated => Self::Some(holds),
            Self::All(parts) if negated => {
                Self::Any(parts.into_iter().map(|part| part.negate(true)).list())
            }
            Self::Any(parts) if negated => {
                Self::All(parts.into_iter().map(|part| part.negate(true)).list())
            }
            same => same,
        }
    }

    /// Joins by AND (`all`) or OR. "Some" are one where joined by OR, "no" are one where joined by
    /// AND.
    fn join(parts: Vec<Self>, all: bool) -> Self {
        let mut one: Vec<Predicate> = Vec::new();
        let mut others: Vec<Self> = Vec::new();
        let mut pending: Vec<Self> = parts.into_iter().rev().list();
        while let Some(part) = pending.pop() {
            match part {
                Self::Some(holds) if !all => one.push(holds),
                Self::No(holds) if all => one.push(holds),
                Self::All(parts) if all => pending.extend(parts.into_iter().rev()),
                Self::Any(parts) if !all => pending.extend(parts.into_iter().rev()),
                other => others.push(other),
            }
        }
        if !one.is_empty() {
            let holds = match one.pop() {
                Some(only) if one.is_empty() => only,
                last => {
                    one.extend(last);
                    Predicate::Any(one)
                }
            };
            others.insert(0, Self::Some(holds).negate(all));
        }
        match others.pop() {
            Some(only) if others.is_empty() => only,
            last => {
                others.extend(last);
                if all {
                    Self::All(others)
                } else {
                    Self::Any(others)
                }
            }
        }
    }

    /// Whether it holds where there is no value.
    pub(super) fn hold_of_none(&self) -> bool {
        match self {
            Self::Some(_) => false,
            Self::No(_) => true,
            Self::All(parts) => parts.iter().all(Self::hold_of_none),
            Self::Any(parts) => parts.iter().any(Self::hold_of_none),
        }
    }

    /// The conditions on a value that it is made of, each once.
    pub(super) fn conditions(&self) -> Vec<&Predicate> {
        conditions(core::slice::from_ref(self))
    }

    fn push_conditions<'a>(&'a self, conditions: &mut Vec<&'a Predicate>) {
        match self {
            Self::Some(holds) | Self::No(holds) => {
                if !conditions.contains(&holds) {
                    conditions.push(holds);
                }
            }
            Self::All(parts) | Self::Any(parts) => {
                for part in parts {
                    part.push_conditions(conditions);
                }
            }
        }
    }
}

/// The same of several.
pub(super) fn conditions(asked: &[Elements]) -> Vec<&Predicate> {
    let mut conditions = Vec::new();
    for elements in asked {
        elements.push_conditions(&mut conditions);
    }
    conditions
}
