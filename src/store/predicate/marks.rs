//! Conditions on the values of one multi-valued attribute: one walk over the values of a resource,
//! whatever the number of comparisons.
//!
//! What is asked of some value in several ways ("some value is a, and some value is b") is marked
//! on each value, one mark a condition.

use scim::filter::predicate::Predicate;
use scim::list::List;
use scim::path::Location;

use super::elements::Elements;
use super::join::{all_or_any, among, evenly};
use super::lookup::{is_addresses, only_values, required_values};
use super::writer::Writer;
use crate::expression::View;
use crate::fragment;
use crate::fragment::Fragment;

/// Marks in one number, a bit each: `SQLite`'s have 63 bits without the sign, D1 passes 53 of them.
pub const MARKS: usize = 32;
/// Counts of marks in one number, a byte each.
pub(super) const COUNTS: usize = 7;
/// Bits of such a count: up to 255 values are counted together.
pub(super) const COUNT_BITS: usize = 8;

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
            let weights = numbered.map(|(index, condition)| {
                fragment!(
                    "({condition} IS TRUE) * {weight}",
                    condition = self.condition(condition, false),
                    weight = 1_u64 << (index * bits),
                )
            });
            let sum = evenly(weights.list(), "0", |left, right| {
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
