//! Where the values of a multi-valued attribute come from.

use scim::filter::predicate::{Place, Predicate};
use scim::path::Location;
use scim::schema::Attribute;

use super::writer::Writer;
use crate::expression::{json_path, path_of};
use crate::fragment;
use crate::fragment::Fragment;
use crate::links::links;

impl<'a> Writer<'a, '_> {
    /// The values of the row as `e`, and who writes these conditions on them. What is compared more
    /// than once is taken out of a value once: as a column of a select, which its limit keeps from
    /// being put into the one around it.
    pub(super) fn values(self, of: &Location, conditions: &[&Predicate]) -> (Self, Fragment<'a>) {
        if of.attribute.linked {
            return (self, links(&self.view));
        }
        let values = fragment!(
            "json_each({folded}, {path}) e",
            folded = self.view.column("folded"),
            path = path_of(of),
        );
        let mut compared = Compared::default();
        for condition in conditions {
            compared.add(condition);
        }
        let Compared { subs, tests } = compared;
        if tests == subs.len() {
            return (self, values);
        }
        let columns = subs.into_iter().map(|sub| {
            fragment!(
                "e.value ->> {path} AS \"{name}\"",
                path = json_path(sub.name),
                name = sub.name,
            )
        });
        let values = fragment!(
            "(SELECT {columns} FROM {values} LIMIT -1) e",
            columns = Fragment::join(columns, ", "),
            values = values,
        );
        let inside = Writer {
            unpacked: true,
            ..self
        };
        (inside, values)
    }
}

/// The sub-attributes that conditions compare, and how often.
#[derive(Default)]
struct Compared {
    subs: Vec<&'static Attribute>,
    tests: usize,
}

impl Compared {
    fn add(&mut self, predicate: &Predicate) {
        match predicate {
            Predicate::Test(Place::Sub(sub), _) => {
                self.tests += 1;
                if !self.subs.iter().any(|known| known.name == sub.name) {
                    self.subs.push(sub);
                }
            }
            Predicate::Not(part) => self.add(part),
            Predicate::All(parts) | Predicate::Any(parts) => {
                for part in parts {
                    self.add(part);
                }
            }
            Predicate::Test(..) | Predicate::Constant(_) | Predicate::Element { .. } => {}
        }
    }
}
