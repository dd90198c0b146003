//! Conditions on the values of one multi-valued attribute are asked together: one walk over the
//! values of a resource, whatever the number of comparisons.
//!
//! "Some value is a, or some value is b" is "some value is a or b", and so is what both exclude.
//! The rest ("some value is a, and some value is b") is marked on each value, one mark a condition.

use scim::filter::predicate::Predicate;
use scim::list::List;
use scim::path::Location;

use super::lookup::{is_addresses, is_lookup, only_values, required_values};
use super::{Writer, all_or_any, among, evenly, open};
use crate::expression::View;
use crate::fragment;
use crate::fragment::Fragment;

/// Marks in one number, a bit each: `SQLite`'s have 63 bits without the sign, D1 passes 53 of them.
pub const MARKS: usize = 32;
/// Counts of marks in one number, a byte each.
pub(super) const COUNTS: usize = 7;
/// Bits of such a count: up to 255 values are counted together.
pub(super) const COUNT_BITS: usize = 8;

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

/// What is asked comes to; a column `c0`, `c1`, … says whether some value satisfies a condition.
pub(super) fn verdict(asked: &Elements, conditions: &[&Predicate]) -> Fragment<'static> {
    match asked {
        Elements::Some(holds) | Elements::No(holds) => {
            let index = conditions.iter().position(|known| *known == holds);
            fragment!(
                "c{index}{is}",
                index = index.unwrap_or_default(),
                is = match asked {
                    Elements::Some(_) => " IS TRUE",
                    Elements::No(_) | Elements::All(_) | Elements::Any(_) => " IS NOT TRUE",
                },
            )
        }
        Elements::All(parts) | Elements::Any(parts) => {
            let part = |asked| verdict(asked, conditions);
            let all = matches!(asked, Elements::All(_));
            all_or_any(parts.iter().map(part).list(), all)
        }
    }
}

impl<'a> Writer<'a, '_> {
    /// A condition on the values of an attribute.
    pub(super) fn elements(self, of: &Location, asked: &Elements) -> Fragment<'a> {
        let inside = Writer {
            element: Some(of.attribute),
            ..self
        };
        let from_other_end = of.attribute.linked && !self.few;
        match asked {
            Elements::Some(holds) if from_other_end => inside.linked(holds),
            Elements::No(holds) if from_other_end => {
                fragment!("NOT {linked}", linked = inside.linked(holds))
            }
            Elements::Some(holds) => inside.some(of, holds),
            Elements::No(holds) => fragment!("NOT ({some})", some = inside.some(of, holds)),
            Elements::All(_) | Elements::Any(_) if from_other_end => inside.linked_marks(asked),
            Elements::All(_) | Elements::Any(_) => inside.maxima(of, asked),
        }
    }

    /// The condition that a value of the row satisfies this.
    fn some(self, of: &Location, holds: &Predicate) -> Fragment<'a> {
        let exists = || {
            let (inside, values) = self.values(of, &[holds]);
            fragment!(
                "EXISTS (SELECT 1 FROM {values} WHERE {holds})",
                values = values,
                holds = inside.condition(holds, false),
            )
        };
        let addresses = required_values(holds).filter(|_| is_addresses(&self.view, of));
        let Some(addresses) = addresses else {
            return exists();
        };
        let exists = only_values(holds)
            .is_none()
            .then(|| fragment!(" AND {exists}", exists = exists()));
        fragment!(
            "users.id IN (SELECT user_id FROM user_emails WHERE tenant_id = {tenant} AND value{among}){exists}",
            tenant = self.view.tenant,
            among = among(&addresses),
            exists = exists,
        )
    }

    /// Conditions on the values of the row, over which one look is taken. (What they come to stands
    /// in a select of its own, where its levels are not counted with those around it.)
    fn maxima(self, of: &Location, asked: &Elements) -> Fragment<'a> {
        let conditions = asked.conditions();
        let (inside, values) = self.values(of, &conditions);
        let numbered = conditions.iter().enumerate();
        let maxima = numbered.map(|(index, condition)| {
            fragment!(
                "max({condition} IS TRUE) AS c{index}",
                condition = inside.condition(condition, false),
                index = index,
            )
        });
        let maxima = Fragment::join(maxima, ", ");
        fragment!(
            "EXISTS (SELECT 1 FROM (SELECT {outcome} AS holds FROM (SELECT {maxima} FROM {values})) WHERE holds)",
            outcome = verdict(asked, &conditions),
            maxima = maxima,
            values = values,
        )
    }

    /// The marks of a value as columns `marks0`, `marks1`, …: `marks` of them in one, each of so
    /// many bits.
    pub(super) fn mark_columns(
        self,
        conditions: &[&Predicate],
        (marks, bits): (usize, usize),
    ) -> Fragment<'a> {
        let columns = conditions.chunks(marks).enumerate();
        let columns = columns.map(|(column, conditions)| {
            let numbered = conditions.iter().enumerate();
            let weighed = numbered.map(|(index, condition)| {
                fragment!(
                    "({condition} IS TRUE) * {weight}",
                    condition = self.condition(condition, false),
                    weight = 1_u64 << (index * bits),
                )
            });
            let sum = evenly(weighed.list(), "0", |left, right| {
                fragment!("({left} + {right})", left = left, right = right)
            });
            fragment!("{sum} AS marks{column}", sum = sum, column = column)
        });
        Fragment::join(columns, ", ")
    }
}

/// A list with an item for each column of counts.
pub(super) fn columns(
    conditions: usize,
    between: &'static str,
    of: fn(usize) -> Fragment<'static>,
) -> Fragment<'static> {
    Fragment::join((0..conditions.div_ceil(COUNTS)).map(of), between)
}

/// Whether the condition at this index is counted in its part of a column of counts.
pub(super) fn count(index: usize) -> Fragment<'static> {
    fragment!(
        "max(counts{column} & {bits}) AS c{number}",
        column = index / COUNTS,
        bits = 255_u64 << (index % COUNTS * COUNT_BITS),
        number = index,
    )
}

/// The marks of the linked value `e`: which of some predicates about one value it satisfies, as
/// columns `marks0`, `marks1`, … of [`MARKS`] bits.
pub fn marks<'a>(view: &View<'a>, predicates: &[&Predicate]) -> Fragment<'a> {
    let writer = Writer {
        view: *view,
        element: view.resource_type.linked(),
        unpacked: false,
        few: false,
        shared: None,
    };
    writer.mark_columns(predicates, (MARKS, 1))
}
