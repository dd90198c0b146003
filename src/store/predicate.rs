//! A bound filter as the condition of a `WHERE` (RFC 7644 §3.4.2.2).
//!
//! The same answers as `Predicate::evaluate` over the comparison image;
//! `tests/service/agreement.rs` holds the two together. Unknown is false: what SQL makes NULL of an
//! unassigned attribute only shows under `NOT`, which is written `IS NOT TRUE`.

use std::cell::Cell;

use scim::filter::CompareOp;
use scim::filter::predicate::{Operand, Place, Predicate, Test};
use scim::list::List;

use super::expression::{Arrow, View, json_path, value_at};
use super::fragment::Fragment;
use super::links::link_column;
use crate::fragment;

mod constant;
mod depth;
mod elements;
mod join;
mod linked;
mod lookup;
mod marks;
mod skim;
mod values;
mod writer;

use constant::{constant, open};
pub use depth::depth;
pub(crate) use elements::attribute_of;
use elements::{Elements, Term, conditions, gather};
use join::{all_or_any, among};
pub use linked::members_within;
pub(crate) use linked::{asks_type, indirect_links, matched_links, memberships_upto, nestings};
use lookup::is_key;
pub use lookup::{comparisons, has_list, is_lookup, modified_since, users_of};
pub(crate) use lookup::{finds_one, is_of_columns, key_part, only_values};
pub use marks::{MARKS, marks};
pub(crate) use skim::skim;
use writer::{Writer, is_linked, near};

/// The condition, in parentheses.
pub fn condition<'a>(view: &View<'a>, predicate: &Predicate) -> Fragment<'a> {
    let writer = Writer {
        view: *view,
        element: None,
        unpacked: false,
        few: false,
        shared: None,
    };
    let (condition, shared) = writer.share(predicate);
    match (shared.len(), predicate) {
        (0, _) => condition,
        (1, _) => writer.condition(predicate, false),
        // What stands beside the links may have an index, which is no use within.
        (_, Predicate::All(parts)) => {
            let asks_links = |part: &&Predicate| !writer.share(part).1.is_empty();
            let (linked, others): (Vec<_>, Vec<_>) = parts.iter().partition(asks_links);
            let all = |parts: Vec<&Predicate>| Predicate::All(parts.into_iter().cloned().list());
            let (condition, shared) = writer.share(&all(linked));
            fragment!(
                "({others} AND {linked})",
                others = writer.condition(&all(others), false),
                linked = writer.sharing(&conditions(&shared), condition),
            )
        }
        _ => writer.sharing(&conditions(&shared), condition),
    }
}

impl<'a> Writer<'a, '_> {
    /// A condition, and what it asks of links, which is to be found out once around it.
    fn share(self, predicate: &Predicate) -> (Fragment<'a>, Vec<Elements>) {
        let shared = Cell::default();
        let writer = Writer {
            shared: Some(&shared),
            ..self
        };
        let condition = writer.condition(predicate, false);
        (condition, shared.take())
    }

    /// A condition, or what it excludes. `not` goes down to the tests, where `IS NOT TRUE` makes it
    /// total: with it a level of brackets would be three of SQL, and D1 ends at a hundred.
    fn condition(self, predicate: &Predicate, negated: bool) -> Fragment<'a> {
        if let Some(holds) = constant(predicate) {
            return if holds == negated { "(0)" } else { "(1)" }.into();
        }
        match predicate {
            Predicate::Constant(_) => Fragment::None,
            Predicate::All(parts) => {
                let few = self.few || !negated && parts.iter().any(|part| is_key(&self.view, part));
                let inside = Writer { few, ..self };
                // What columns tell comes first: the documents of others are not read.
                let (mut ordered, others): (Vec<_>, Vec<_>) = open(parts)
                    .into_iter()
                    .partition(|part| is_of_columns(&self.view, part));
                ordered.extend(others);
                let parts = inside.join(&ordered, !negated, negated);
                fragment!("({parts})", parts = parts)
            }
            Predicate::Any(parts) => {
                let parts = self.join(&open(parts), negated, negated);
                fragment!("({parts})", parts = parts)
            }
            Predicate::Not(part) => {
                fragment!("({part})", part = self.condition(part, !negated))
            }
            Predicate::Test(place, test) => fragment!(
                "({test}){negated}",
                test = self.test(place, test),
                negated = negated.then_some(" IS NOT TRUE"),
            ),
            Predicate::Element { of, holds } => {
                let elements = Elements::Some(holds.as_ref().clone()).negate(negated);
                fragment!("({elements})", elements = self.elements(of, &elements))
            }
        }
    }

    /// Parts, or what each excludes, joined by AND (`all`) or OR.
    fn join(self, parts: &[&Predicate], all: bool, negated: bool) -> Fragment<'a> {
        let mut joined = Vec::new();
        for part in gather(&self.view, parts, all, negated) {
            joined.push(match part {
                Term::Other(part) => self.condition(part, negated),
                Term::Elements(of, elements) => {
                    fragment!("({elements})", elements = self.elements(&of, &elements))
                }
            });
        }
        all_or_any(joined, all)
    }

    /// The value that a test is about.
    fn place(self, place: &Place) -> Fragment<'a> {
        match place {
            Place::At(location) => value_at(&self.view, location, Arrow::Value),
            Place::Sub(sub) if self.element.is_some_and(|of| of.linked) => link_column(sub).into(),
            Place::Sub(sub) if self.unpacked => ["e.\"", sub.name, "\""].into(),
            Place::Sub(sub) => fragment!("e.value ->> {path}", path = json_path(sub.name)),
            Place::Value(_) => "e.value".into(),
        }
    }

    fn test(self, place: &Place, test: &Test) -> Fragment<'a> {
        let at = self.place(place);
        match test {
            // Only its presence can be asked of a linked attribute as such.
            _ if is_linked(place) => fragment!(
                "{not}EXISTS (SELECT 1 FROM team_members m WHERE m.tenant_id = {tenant} AND {near} = {id})",
                not = (*test == Test::Absent).then_some("NOT "),
                tenant = self.view.column("tenant_id"),
                near = near(&self.view),
                id = self.view.column("id"),
            ),
            Test::Present => fragment!("{at} IS NOT NULL", at = at),
            Test::Absent => fragment!("{at} IS NULL", at = at),
            Test::Compare(op, operand) => compare(at, *op, operand),
            Test::OneOf(values) => fragment!("{at}{among}", at = at, among = among(values)),
        }
    }
}

/// No LIKE for what decides: it folds letters of its own and refuses patterns over 50 bytes on D1.
fn compare<'a>(at: Fragment<'a>, op: CompareOp, operand: &Operand) -> Fragment<'a> {
    macro_rules! compare {
        ($text:literal) => {
            fragment!($text, at = at, operand = sql_of(operand))
        };
    }
    match op {
        CompareOp::Eq => compare!("{at} = {operand}"),
        CompareOp::Ne => compare!("{at} IS NOT {operand}"),
        CompareOp::Gt => compare!("{at} > {operand}"),
        CompareOp::Ge => compare!("{at} >= {operand}"),
        CompareOp::Lt => compare!("{at} < {operand}"),
        CompareOp::Le => compare!("{at} <= {operand}"),
        CompareOp::Co => compare!("instr({at}, {operand}) > 0"),
        // `substr(x, -0)` would be all of x.
        CompareOp::Sw | CompareOp::Ew if is_empty(operand) => {
            fragment!("{at} IS NOT NULL", at = at)
        }
        CompareOp::Sw => compare!("substr({at}, 1, length({operand})) = {operand}"),
        CompareOp::Ew => compare!("substr({at}, -length({operand})) = {operand}"),
    }
}

fn is_empty(operand: &Operand) -> bool {
    matches!(operand, Operand::String(text) if text.is_empty())
}

fn sql_of(operand: &Operand) -> Fragment<'static> {
    match operand {
        Operand::String(text) => Fragment::Made(text.clone()),
        Operand::Boolean(true) => "1".into(),
        Operand::Boolean(false) => "0".into(),
        // As text, so that a whole number beyond 2^53 stays what it is.
        Operand::Number(number) => fragment!(
            "CAST({digits} AS NUMERIC)",
            digits = Fragment::Made(number.to_string()),
        ),
    }
}

#[cfg(test)]
mod tests {
    use scim::filter::Filter;
    use scim::habit::Habits;
    use scim::resource_type::{GROUP_TYPE, USER_TYPE};

    use super::*;
    use crate::statement;
    use crate::tenant::Tenant;

    #[track_caller]
    fn check(filter: &str, expected: &str) {
        let filter = Filter::parse(filter).unwrap();
        let types = [&USER_TYPE, &GROUP_TYPE];
        let predicates = Predicate::bind_across(&filter, &types, &mut Habits::default()).unwrap();
        let view = View {
            resource_type: &GROUP_TYPE,
            tenant: &Tenant::DEFAULT,
            base: "",
            unique_group_names: true,
        };
        let statement = statement!("{condition}", condition = condition(&view, &predicates[1]));
        assert_eq!(statement.text(), expected);
    }

    /// Seen by a group, which has no userName.
    #[test]
    fn what_only_other_types_have_is_no_condition() {
        let name = "userName eq \"a\"";
        let id = "externalId eq \"b\"";
        let known = "((teams.external_id = ?1))";

        check(name, "(0)");
        check(&format!("not ({name})"), "(1)");
        check(&format!("{name} or {id}"), known);
        check(&format!("not ({name}) and {id}"), known);
        check(&format!("{name} and {id}"), "(0)");
        check(&format!("not ({name}) or {id}"), "(1)");
        check(
            &format!("({name} or {name}) or ({id} and not ({name}))"),
            "(((teams.external_id = ?1)))",
        );
        check(
            &format!("not ({name} or {id})"),
            "(((teams.external_id = ?1) IS NOT TRUE))",
        );
    }
}
