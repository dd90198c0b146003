//! A bound filter as the condition of a `WHERE` (RFC 7644 §3.4.2.2).
//!
//! The same answers as `Predicate::evaluate` over the comparison image;
//! `tests/service/agreement.rs` holds the two together. Unknown is false: what SQL makes NULL of an
//! unassigned attribute only shows under `NOT`, which is written `IS NOT TRUE`.

use scim::filter::CompareOp;
use scim::filter::predicate::{Operand, Place, Predicate, Test};
use scim::json;
use scim::schema::Attribute;

use super::Statement;
use super::expression::{Arrow, View, json_path, value_at};
use super::fragment::{Fragment, Written, value};
use super::links::link_column;
use super::table::LinkEnd;
use crate::write_sql;

mod depth;
mod elements;
mod linked;
mod lookup;

pub use depth::depth;
use elements::{Elements, Term, gather};
pub use elements::{MARKS, marks};
pub use linked::members_within;
pub(crate) use linked::{asks_type, indirect_links, matched_links, memberships_upto, nestings};
pub use lookup::{comparisons, has_list, is_lookup, modified_since, users_of};
pub(crate) use lookup::{is_key, is_of_columns};

/// The condition, in parentheses.
pub fn condition(view: &View<'_>, predicate: &Predicate) -> impl Fragment {
    let writer = Writer {
        view,
        element: None,
        few: false,
    };
    writer.condition(predicate, false)
}

/// Writes conditions: on the resource's row, or within an element of a multi-valued attribute.
#[derive(Clone, Copy)]
struct Writer<'a> {
    view: &'a View<'a>,
    /// The multi-valued attribute whose element is the alias `e`.
    element: Option<&'static Attribute>,
    /// Whether another condition leaves few rows, of which it is better asked who is linked to them
    /// than the other way.
    few: bool,
}

impl Writer<'_> {
    /// A condition, or what it excludes. `not` goes down to the tests, where `IS NOT TRUE` makes it
    /// total: with it a level of brackets would be three of SQL, and D1 ends at a hundred.
    fn condition(self, predicate: &Predicate, negated: bool) -> impl Fragment {
        Written(move |statement: &mut Statement| {
            self.write_condition(statement, predicate, negated);
        })
    }

    fn write_condition(self, statement: &mut Statement, predicate: &Predicate, negated: bool) {
        if let Some(holds) = constant(predicate) {
            if holds == negated { "(0)" } else { "(1)" }.write(statement);
            return;
        }
        match predicate {
            Predicate::Constant(_) => {}
            Predicate::All(parts) => {
                let few = self.few || !negated && parts.iter().any(|part| is_key(self.view, part));
                let inside = Writer { few, ..self };
                // What columns tell comes first: the documents of others are not read.
                let (mut ordered, others): (Vec<_>, Vec<_>) = open(parts)
                    .into_iter()
                    .partition(|part| is_of_columns(self.view, part));
                ordered.extend(others);
                let parts = inside.joined(&ordered, !negated, negated);
                write_sql!(statement, "({parts})", parts = parts);
            }
            Predicate::Any(parts) => {
                let parts = open(parts);
                let parts = self.joined(&parts, negated, negated);
                write_sql!(statement, "({parts})", parts = parts);
            }
            Predicate::Not(part) => {
                let part = self.condition(part, !negated);
                write_sql!(statement, "({part})", part = part);
            }
            Predicate::Test(place, test) => write_sql!(
                statement,
                "({test}){negated}",
                test = self.test(place, test),
                negated = negated.then_some(" IS NOT TRUE"),
            ),
            Predicate::Element { of, holds } => {
                let asked = Elements::Some(holds.as_ref().clone()).negated(negated);
                let elements = self.elements(of, &asked);
                write_sql!(statement, "({elements})", elements = elements);
            }
        }
    }

    /// Parts, or what each excludes, joined by AND (`all`) or OR.
    fn joined(self, parts: &[&Predicate], all: bool, negated: bool) -> impl Fragment {
        let parts: Vec<_> = gather(self.view, parts, all, negated);
        Written(move |statement: &mut Statement| {
            let parts = parts.iter().map(|part| {
                Written(move |statement: &mut Statement| match part {
                    Term::Other(part) => self.condition(part, negated).write(statement),
                    Term::Elements(of, asked) => {
                        let elements = self.elements(of, asked);
                        write_sql!(statement, "({elements})", elements = elements);
                    }
                })
            });
            let parts: Vec<_> = parts.collect();
            Evenly { parts: &parts, all }.write(statement);
        })
    }

    /// The value that a test is about.
    fn place(self, place: &Place) -> impl Fragment {
        Written(move |statement: &mut Statement| match place {
            Place::At(location) => value_at(self.view, location, Arrow::Value).write(statement),
            Place::Sub(sub) if self.element.is_some_and(|of| of.linked) => {
                link_column(sub).write(statement);
            }
            Place::Sub(sub) => {
                write_sql!(statement, "e.value ->> {path}", path = json_path(sub.name));
            }
            Place::Value(_) => "e.value".write(statement),
        })
    }

    fn test(self, place: &Place, test: &Test) -> impl Fragment {
        Written(move |statement: &mut Statement| {
            let at = self.place(place);
            match test {
                // Only its presence can be asked of a linked attribute as such.
                _ if is_linked(place) => write_sql!(
                    statement,
                    "{not}EXISTS (SELECT 1 FROM team_members m WHERE m.tenant_id = {tenant} AND {near} = {id})",
                    not = (*test == Test::Absent).then_some("NOT "),
                    tenant = self.view.column("tenant_id"),
                    near = near(self.view),
                    id = self.view.column("id"),
                ),
                Test::Present => write_sql!(statement, "{at} IS NOT NULL", at = at),
                Test::Absent => write_sql!(statement, "{at} IS NULL", at = at),
                Test::Compare(op, operand) => self.compare(place, *op, operand).write(statement),
                Test::OneOf(values) => {
                    write_sql!(statement, "{at}{among}", at = at, among = among(values));
                }
            }
        })
    }

    /// No LIKE: it folds letters of its own and refuses patterns over 50 bytes on D1.
    fn compare(self, place: &Place, op: CompareOp, operand: &Operand) -> impl Fragment {
        Written(move |statement: &mut Statement| {
            let (at, operand_text) = (self.place(place), sql_of(operand));
            macro_rules! compare {
                ($text:literal) => {
                    write_sql!(statement, $text, at = at, operand = operand_text)
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
                    write_sql!(statement, "{at} IS NOT NULL", at = at);
                }
                CompareOp::Sw => compare!("substr({at}, 1, length({operand})) = {operand}"),
                CompareOp::Ew => compare!("substr({at}, -length({operand})) = {operand}"),
            }
        })
    }
}

fn is_empty(operand: &Operand) -> bool {
    matches!(operand, Operand::String(text) if text.is_empty())
}

fn is_linked(place: &Place) -> bool {
    matches!(place, Place::At(location) if location.attribute.linked)
}

/// The column of a membership `m` with the id of the resource that a condition is about.
fn near(view: &View<'_>) -> &'static str {
    match view.table().links {
        LinkEnd::Members => "m.team_id",
        LinkEnd::Groups | LinkEnd::None => "m.member_id",
    }
}

/// Whether a predicate holds, where that is the same of every resource of the type: an attribute
/// that only other types have is never there (§3.4.2.1).
fn constant(predicate: &Predicate) -> Option<bool> {
    // One look at each part: two would be a billion at the bottom of thirty brackets.
    let of = |parts: &[Predicate], end: bool| {
        let mut open = false;
        for part in parts {
            match constant(part) {
                Some(holds) if holds == end => return Some(end),
                Some(_) => {}
                None => open = true,
            }
        }
        (!open).then_some(!end)
    };
    match predicate {
        Predicate::Constant(holds) => Some(*holds),
        Predicate::All(parts) => of(parts, false),
        Predicate::Any(parts) => of(parts, true),
        Predicate::Not(part) => constant(part).map(|holds| !holds),
        Predicate::Element { holds, .. } => constant(holds).filter(|holds| !holds),
        Predicate::Test(..) => None,
    }
}

/// The parts that decide, each once. No index serves a condition beside a constant: `0 OR
/// external_id = ?` walks the table.
fn open(parts: &[Predicate]) -> Vec<&Predicate> {
    let mut open: Vec<&Predicate> = Vec::with_capacity(parts.len());
    for part in parts {
        if constant(part).is_none() && !open.contains(&part) {
            open.push(part);
        }
    }
    open
}

/// Parts joined by AND (`all`) or OR, evenly parenthesised: a chain of a hundred would be a hundred
/// levels.
struct Evenly<'a, F> {
    parts: &'a [F],
    all: bool,
}

impl<F: Fragment> Fragment for Evenly<'_, F> {
    fn write(&self, statement: &mut Statement) {
        let all = self.all;
        match self.parts {
            [] if all => "1".write(statement),
            [] => "0".write(statement),
            [one] => one.write(statement),
            many => {
                let (left, right) = many.split_at(many.len() / 2);
                write_sql!(
                    statement,
                    "({left}) {and} ({right})",
                    left = Evenly { parts: left, all },
                    and = if all { "AND" } else { "OR" },
                    right = Evenly { parts: right, all },
                );
            }
        }
    }
}

/// ` = …`, or ` IN (…)` for several values, which travel as one parameter.
fn among<T: AsRef<str>>(values: &[T]) -> impl Fragment {
    Written(move |statement: &mut Statement| {
        if let [one] = values {
            write_sql!(statement, " = {one}", one = value(one.as_ref()));
            return;
        }
        let values: Vec<&str> = values.iter().map(AsRef::as_ref).collect();
        let values = json::text(&serde_json::Value::from(values));
        write_sql!(
            statement,
            " IN (SELECT value FROM json_each({values}))",
            values = value(&values),
        );
    })
}

fn sql_of(operand: &Operand) -> impl Fragment {
    Written(move |statement: &mut Statement| match operand {
        Operand::String(text) => value(text).write(statement),
        Operand::Boolean(true) => "1".write(statement),
        Operand::Boolean(false) => "0".write(statement),
        // As text, so that a whole number beyond 2^53 stays what it is.
        Operand::Number(number) => {
            let digits = number.to_string();
            write_sql!(
                statement,
                "CAST({digits} AS NUMERIC)",
                digits = value(&digits)
            );
        }
    })
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
        assert_eq!(statement.text, expected);
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
