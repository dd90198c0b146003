//! A bound filter as the condition of a `WHERE` (RFC 7644 §3.4.2.2).
//!
//! The same answers as `Predicate::evaluate` over the comparison image; `tests/service/agreement.rs` holds the two together.
//! Unknown is false: what SQL makes NULL of an unassigned attribute only shows under `NOT`, which is written
//! `IS NOT TRUE`.

use scim::filter::CompareOp;
use scim::filter::predicate::{Operand, Place, Predicate, Test};
use scim::schema::Attribute;

use super::Statement;
use super::expression::{View, is_group, link_column, push_json_path, push_value};

mod depth;
mod elements;
mod linked;
mod lookup;

pub use depth::depth;
use elements::{Elements, Part, gather};
pub use elements::{MARKS, push_marks};
pub use linked::push_members_within;
use lookup::is_key;
pub use lookup::{comparisons, has_list, is_lookup, users_of};

/// Appends the condition, in parentheses.
pub fn push_predicate(statement: &mut Statement, view: &View<'_>, predicate: &Predicate) {
    Writer {
        view,
        element: None,
        few: false,
    }
    .push(statement, predicate, false);
}

/// Writes conditions: on the resource's row, or within an element of a multi-valued attribute.
#[derive(Clone, Copy)]
struct Writer<'a> {
    view: &'a View<'a>,
    /// The multi-valued attribute whose element is the alias `e`.
    element: Option<&'static Attribute>,
    /// Whether another condition leaves few rows, of which it is better asked who is linked to them than the other way.
    few: bool,
}

impl Writer<'_> {
    /// Appends a condition, or what it excludes. `not` goes down to the tests, where `IS NOT TRUE` makes it total: with
    /// it a level of brackets would be three of SQL, and D1 ends at a hundred.
    fn push(self, statement: &mut Statement, predicate: &Predicate, negated: bool) {
        if let Some(holds) = constant(predicate) {
            statement.push(if holds == negated { "(0)" } else { "(1)" });
            return;
        }
        statement.push("(");
        match predicate {
            Predicate::Constant(_) => {}
            Predicate::All(parts) => {
                let few = self.few || !negated && parts.iter().any(|part| is_key(self.view, part));
                Writer { few, ..self }.push_joined(statement, parts, !negated, negated);
            }
            Predicate::Any(parts) => self.push_joined(statement, parts, negated, negated),
            Predicate::Not(part) => self.push(statement, part, !negated),
            Predicate::Test(place, test) => self.push_test(statement, place, test),
            Predicate::Element { of, holds } => {
                let asked = Elements::Some(holds.as_ref().clone());
                self.push_elements(statement, of, &asked.negated(negated));
            }
        }
        statement.push(")");
        if matches!(predicate, Predicate::Test(..)) && negated {
            statement.push(" IS NOT TRUE");
        }
    }

    /// Appends parts, or what each excludes, joined by AND (`all`) or OR.
    fn push_joined(self, statement: &mut Statement, parts: &[Predicate], all: bool, negated: bool) {
        let parts = gather(self.view, &open(parts), all, negated);
        push_evenly(statement, &parts, all, &|statement, part| match part {
            Part::Other(part) => self.push(statement, part, negated),
            Part::Elements(of, asked) => {
                statement.push("(");
                self.push_elements(statement, of, asked);
                statement.push(")");
            }
        });
    }

    fn push_place(self, statement: &mut Statement, place: &Place) {
        match place {
            Place::At(location) => push_value(statement, self.view, location),
            Place::Sub(sub) if self.element.is_some_and(|of| of.linked) => {
                statement.push(link_column(sub));
            }
            Place::Sub(sub) => {
                statement.push("e.value ->> ");
                push_json_path(statement, &[sub.name]);
            }
            Place::Value(_) => {
                statement.push("e.value");
            }
        }
    }

    fn push_test(self, statement: &mut Statement, place: &Place, test: &Test) {
        if let Place::At(location) = place
            && location.attribute.linked
        {
            // Only its presence can be asked of a linked attribute as such.
            if *test == Test::Absent {
                statement.push("NOT ");
            }
            statement.push("EXISTS (SELECT 1 FROM team_members m WHERE m.tenant_id = ");
            self.view.push_column(statement, "tenant_id");
            statement.push(if is_group(self.view.resource_type) {
                " AND m.team_id = "
            } else {
                " AND m.member_id = "
            });
            self.view.push_column(statement, "id");
            statement.push(")");
            return;
        }
        match test {
            Test::Present => {
                self.push_place(statement, place);
                statement.push(" IS NOT NULL");
            }
            Test::Absent => {
                self.push_place(statement, place);
                statement.push(" IS NULL");
            }
            Test::Compare(op, operand) => self.push_compare(statement, place, *op, operand),
            Test::OneOf(values) => {
                self.push_place(statement, place);
                push_among(statement, values);
            }
        }
    }

    fn push_compare(
        self,
        statement: &mut Statement,
        place: &Place,
        op: CompareOp,
        operand: &Operand,
    ) {
        let infix = match op {
            CompareOp::Eq => " = ",
            CompareOp::Ne => " IS NOT ",
            CompareOp::Gt => " > ",
            CompareOp::Ge => " >= ",
            CompareOp::Lt => " < ",
            CompareOp::Le => " <= ",
            CompareOp::Co => {
                statement.push("instr(");
                self.push_place(statement, place);
                statement.push(", ");
                push_operand(statement, operand);
                statement.push(") > 0");
                return;
            }
            CompareOp::Sw | CompareOp::Ew => {
                self.push_end(statement, place, op == CompareOp::Sw, operand);
                return;
            }
        };
        self.push_place(statement, place);
        statement.push(infix);
        push_operand(statement, operand);
    }

    /// `sw` and `ew`. No LIKE: it folds letters of its own and refuses patterns over 50 bytes on D1.
    fn push_end(self, statement: &mut Statement, place: &Place, start: bool, operand: &Operand) {
        if matches!(operand, Operand::String(text) if text.is_empty()) {
            // `substr(x, -0)` would be all of x.
            self.push_place(statement, place);
            statement.push(" IS NOT NULL");
            return;
        }
        statement.push("substr(");
        self.push_place(statement, place);
        statement.push(if start { ", 1, length(" } else { ", -length(" });
        push_operand(statement, operand);
        statement.push(")) = ");
        push_operand(statement, operand);
    }
}

/// Whether a predicate holds, where that is the same of every resource of the type: an attribute that only other types have
/// is never there (§3.4.2.1).
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

/// The parts that decide, each once. No index serves a condition beside a constant: `0 OR external_id = ?` walks the
/// table.
fn open(parts: &[Predicate]) -> Vec<&Predicate> {
    let mut open: Vec<&Predicate> = Vec::with_capacity(parts.len());
    for part in parts {
        if constant(part).is_none() && !open.contains(&part) {
            open.push(part);
        }
    }
    open
}

/// Appends parts joined by AND (`all`) or OR, evenly parenthesised: a chain of a hundred would be a hundred levels.
fn push_evenly<T>(
    statement: &mut Statement,
    parts: &[T],
    all: bool,
    push: &dyn Fn(&mut Statement, &T),
) {
    match parts {
        [] => {
            statement.push(if all { "1" } else { "0" });
        }
        [one] => push(statement, one),
        many => {
            let (left, right) = many.split_at(many.len() / 2);
            statement.push("(");
            push_evenly(statement, left, all, push);
            statement.push(if all { ") AND (" } else { ") OR (" });
            push_evenly(statement, right, all, push);
            statement.push(")");
        }
    }
}

/// Appends ` = …`, or ` IN (…)` for several values, which travel as one parameter.
fn push_among<T: AsRef<str>>(statement: &mut Statement, values: &[T]) {
    if let [value] = values {
        statement.push(" = ").bind(value.as_ref());
        return;
    }
    let values: Vec<&str> = values.iter().map(AsRef::as_ref).collect();
    statement
        .push(" IN (SELECT value FROM json_each(")
        .bind(serde_json::Value::from(values).to_string())
        .push("))");
}

fn push_operand(statement: &mut Statement, operand: &Operand) {
    match operand {
        Operand::String(text) => statement.bind(text.as_str()),
        Operand::Boolean(value) => statement.push(if *value { "1" } else { "0" }),
        // As text, so that a whole number beyond 2^53 stays what it is.
        Operand::Number(number) => statement
            .push("CAST(")
            .bind(number.to_string())
            .push(" AS NUMERIC)"),
    };
}

#[cfg(test)]
mod tests {
    use scim::filter::Filter;
    use scim::habit::Habits;
    use scim::resource_type::{GROUP_TYPE, USER_TYPE};

    use super::*;
    use crate::store::tenant::Tenant;

    #[track_caller]
    fn check(filter: &str, expected: &str) {
        let filter = Filter::parse(filter).unwrap();
        let types = [&USER_TYPE, &GROUP_TYPE];
        let predicates = Predicate::bind_across(&filter, &types, &mut Habits::default()).unwrap();
        let view = View {
            resource_type: &GROUP_TYPE,
            tenant: &Tenant::Default,
            base: "",
            unique_group_names: true,
        };
        let mut statement = Statement::default();
        push_predicate(&mut statement, &view, &predicates[1]);
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
