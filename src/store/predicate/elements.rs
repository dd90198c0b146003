//! Conditions on the values of one multi-valued attribute are asked together: one walk over the values of a resource,
//! whatever the number of comparisons.
//!
//! "Some value is a, or some value is b" is "some value is a or b", and so is what both exclude. What is left, such as
//! "some value is a, and some value is b", is marked on each value, one mark a condition, and the marks are put together.

use scim::filter::predicate::Predicate;
use scim::path::Location;
use scim::resource_type::USER_TYPE;

use super::lookup::{is_lookup, only_values, required_values};
use super::{Writer, open, push_among, push_evenly};
use crate::store::Statement;
use crate::store::expression::{View, push_json_path, push_links, segments};

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

/// A part of a condition.
pub(super) enum Part<'a> {
    /// Conditions on the values of this attribute.
    Elements(Location, Elements),
    /// Any other.
    Other(&'a Predicate),
}

/// Puts together what parts, joined by AND (`all`) or OR, ask of the values of the same attribute. What an index answers
/// stays apart.
pub(super) fn gather<'a>(
    view: &View<'_>,
    parts: &[&'a Predicate],
    all: bool,
    negated: bool,
) -> Vec<Part<'a>> {
    let mut gathered: Vec<Part<'a>> = Vec::new();
    let mut asked: Vec<(usize, Vec<Elements>)> = Vec::new();
    for part in parts {
        let elements = attribute_of(part)
            .map(|of| (of, Elements::of(part, negated)))
            .filter(|(_, elements)| {
                negated || !is_lookup(view, part) || !all && matches!(elements, Elements::Some(_))
            });
        let Some((of, elements)) = elements else {
            gathered.push(Part::Other(part));
            continue;
        };
        let same = |(place, _): &&mut (usize, Vec<Elements>)| matches!(gathered.get(*place), Some(Part::Elements(other, _)) if *other == of);
        if let Some((_, known)) = asked.iter_mut().find(same) {
            known.push(elements);
        } else {
            asked.push((gathered.len(), vec![elements]));
            gathered.push(Part::Elements(of, Elements::All(Vec::new())));
        }
    }
    for (place, elements) in asked {
        if let Some(Part::Elements(_, whole)) = gathered.get_mut(place) {
            *whole = Elements::joined(elements, all);
        }
    }
    gathered
}

/// The attribute whose values the predicate is about, if it is about those alone.
fn attribute_of(predicate: &Predicate) -> Option<Location> {
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
            Predicate::Element { holds, .. } => Self::Some(holds.as_ref().clone()).negated(negated),
            Predicate::Not(part) => Self::of(part, !negated),
            Predicate::All(parts) => Self::joined(Self::of_each(parts, negated), !negated),
            Predicate::Any(parts) => Self::joined(Self::of_each(parts, negated), negated),
            // There are none: see `attribute_of`.
            Predicate::Constant(_) | Predicate::Test(..) => Self::All(Vec::new()),
        }
    }

    fn of_each(parts: &[Predicate], negated: bool) -> Vec<Self> {
        let open = open(parts).into_iter();
        open.map(|part| Self::of(part, negated)).collect()
    }

    /// Itself, or what it excludes.
    pub(super) fn negated(self, negated: bool) -> Self {
        match self {
            Self::Some(holds) if negated => Self::No(holds),
            Self::No(holds) if negated => Self::Some(holds),
            Self::All(parts) if negated => {
                Self::Any(parts.into_iter().map(|part| part.negated(true)).collect())
            }
            Self::Any(parts) if negated => {
                Self::All(parts.into_iter().map(|part| part.negated(true)).collect())
            }
            same => same,
        }
    }

    /// Joins by AND (`all`) or OR. "Some" are one where joined by OR, "no" are one where joined by AND.
    fn joined(parts: Vec<Self>, all: bool) -> Self {
        let mut one: Vec<Predicate> = Vec::new();
        let mut others: Vec<Self> = Vec::new();
        let mut pending: Vec<Self> = parts.into_iter().rev().collect();
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
            others.insert(0, Self::Some(holds).negated(all));
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
        let mut conditions = Vec::new();
        self.push_conditions(&mut conditions);
        conditions
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

    /// Appends what it comes to, given how to ask whether some value satisfies the condition at this place.
    pub(super) fn push(
        &self,
        statement: &mut Statement,
        conditions: &[&Predicate],
        push: &dyn Fn(&mut Statement, usize),
    ) {
        match self {
            Self::Some(holds) | Self::No(holds) => {
                let place = conditions.iter().position(|known| *known == holds);
                push(statement, place.unwrap_or_default());
                statement.push(if matches!(self, Self::Some(_)) {
                    " IS TRUE"
                } else {
                    " IS NOT TRUE"
                });
            }
            Self::All(parts) | Self::Any(parts) => {
                let all = matches!(self, Self::All(_));
                push_evenly(statement, parts, all, &|statement, part| {
                    part.push(statement, conditions, push);
                });
            }
        }
    }
}

impl Writer<'_> {
    /// Appends a condition on the values of an attribute.
    pub(super) fn push_elements(self, statement: &mut Statement, of: &Location, asked: &Elements) {
        let linked = of.attribute.linked;
        let inside = Writer {
            element: Some(of.attribute),
            ..self
        };
        match asked {
            Elements::Some(holds) if linked && !self.few => {
                inside.push_linked(statement, holds);
            }
            Elements::No(holds) if linked && !self.few => {
                statement.push("NOT ");
                inside.push_linked(statement, holds);
            }
            Elements::Some(holds) => inside.push_some(statement, of, holds),
            Elements::No(holds) => {
                statement.push("NOT (");
                inside.push_some(statement, of, holds);
                statement.push(")");
            }
            Elements::All(_) | Elements::Any(_) if linked && !self.few => {
                inside.push_linked_marks(statement, asked);
            }
            Elements::All(_) | Elements::Any(_) => inside.push_maxima(statement, of, asked),
        }
    }

    /// Appends the condition that a value of the row satisfies this.
    fn push_some(self, statement: &mut Statement, of: &Location, holds: &Predicate) {
        let view = self.view;
        if *view.resource_type == USER_TYPE
            && of.extension.is_none()
            && of.attribute.name == "emails"
            && let Some(values) = required_values(holds)
        {
            statement.push("users.id IN (SELECT user_id FROM user_emails WHERE tenant_id = ");
            view.tenant.push(statement);
            statement.push(" AND value");
            push_among(statement, &values);
            statement.push(")");
            if only_values(holds).is_some() {
                return;
            }
            statement.push(" AND ");
        }
        statement.push("EXISTS (SELECT 1 FROM ");
        self.push_values(statement, of);
        statement.push(" WHERE ");
        self.push(statement, holds, false);
        statement.push(")");
    }

    /// Appends conditions on the values of the row, over which one look is taken. (What they come to stands in a select of
    /// its own, where its levels are not counted with those around it.)
    fn push_maxima(self, statement: &mut Statement, of: &Location, asked: &Elements) {
        let conditions = asked.conditions();
        statement.push("EXISTS (SELECT 1 FROM (SELECT ");
        asked.push(statement, &conditions, &|statement, place| {
            statement.push("c").push(&place.to_string());
        });
        statement.push(" AS holds FROM (SELECT ");
        for (place, condition) in conditions.iter().enumerate() {
            statement.push(if place > 0 { ", max" } else { "max" });
            self.push_whether(statement, condition);
            statement.push(" AS c").push(&place.to_string());
        }
        statement.push(" FROM ");
        self.push_values(statement, of);
        statement.push(")) WHERE holds)");
    }

    /// Appends `(… IS TRUE)`.
    fn push_whether(self, statement: &mut Statement, condition: &Predicate) {
        statement.push("(");
        self.push(statement, condition, false);
        statement.push(" IS TRUE)");
    }

    /// Appends the values of the row as `e`.
    fn push_values(self, statement: &mut Statement, of: &Location) {
        if of.attribute.linked {
            push_links(statement, self.view);
            return;
        }
        statement.push("json_each(");
        self.view.push_column(statement, "folded");
        statement.push(", ");
        push_json_path(statement, &segments(of));
        statement.push(") e");
    }

    /// Appends the marks of a value as columns `marks0`, `marks1`, …: `marks` of them in one, each of so many bits.
    pub(super) fn push_mark_columns(
        self,
        statement: &mut Statement,
        conditions: &[&Predicate],
        (marks, bits): (usize, usize),
    ) {
        for (column, conditions) in conditions.chunks(marks).enumerate() {
            let weighed: Vec<(u64, &Predicate)> = conditions
                .iter()
                .enumerate()
                .map(|(place, condition)| (1_u64 << (place * bits), *condition))
                .collect();
            statement.push(if column > 0 { ", " } else { "" });
            self.push_sum(statement, &weighed);
            statement.push(" AS marks").push(&column.to_string());
        }
    }

    fn push_sum(self, statement: &mut Statement, weighed: &[(u64, &Predicate)]) {
        match weighed {
            [] => {
                statement.push("0");
            }
            [(weight, condition)] => {
                self.push_whether(statement, condition);
                statement.push(" * ").push(&weight.to_string());
            }
            many => {
                let (left, right) = many.split_at(many.len() / 2);
                statement.push("(");
                self.push_sum(statement, left);
                statement.push(" + ");
                self.push_sum(statement, right);
                statement.push(")");
            }
        }
    }
}

/// Appends a list of expressions, one for each column of counts; `#` stands for the number of the column.
pub(super) fn push_columns(
    statement: &mut Statement,
    conditions: usize,
    between: &'static str,
    expression: &'static str,
) {
    for column in 0..conditions.div_ceil(COUNTS) {
        statement.push(if column > 0 { between } else { "" });
        statement.push(&expression.replace('#', &column.to_string()));
    }
}

/// Appends the part of a column of counts that counts the condition at this place.
pub(super) fn push_count(statement: &mut Statement, place: usize) {
    let weight = 255_u64 << (place % COUNTS * COUNT_BITS);
    statement
        .push("max(counts")
        .push(&(place / COUNTS).to_string())
        .push(" & ")
        .push(&weight.to_string())
        .push(")");
}

/// Appends the marks of the linked value `e`: which of some predicates about one value it satisfies, as columns `marks0`,
/// `marks1`, … of [`MARKS`] bits.
pub fn push_marks(statement: &mut Statement, view: &View<'_>, predicates: &[&Predicate]) {
    Writer {
        view,
        element: view.resource_type.linked(),
        few: false,
    }
    .push_mark_columns(statement, predicates, (MARKS, 1));
}
