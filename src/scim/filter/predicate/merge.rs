//! `id eq "a" or id eq "b" or …` becomes one test, which a list of a thousand values does not make
//! any deeper.

use alloc::{boxed::Box, string::String, vec::Vec};

use super::{Operand, Place, Predicate, Test};
use crate::filter::CompareOp;
use crate::index::Index;
use crate::path::Location;

/// Some part holds; `eq` of several texts at one place are one part.
pub(super) fn any(parts: Vec<Predicate>) -> Predicate {
    let mut others: Vec<Predicate> = Vec::with_capacity(parts.len());
    let mut lists: Vec<TextList> = Vec::new();
    for part in parts {
        let Some((of, place, text)) = equality(&part) else {
            others.push(part);
            continue;
        };
        let same = |list: &&mut TextList| list.of == of && list.place == place;
        if let Some(list) = lists.iter_mut().find(same) {
            list.texts.add(&text);
        } else {
            lists.push(TextList {
                of,
                place,
                at: others.len(),
                texts: core::iter::once(text).collect(),
            });
            others.push(part);
        }
    }
    for list in lists {
        if list.texts.len() > 1
            && let Some(part) = others.get_mut(list.at)
        {
            *part = list.join();
        }
    }
    match others.pop() {
        Some(only) if others.is_empty() => only,
        last => {
            others.extend(last);
            Predicate::Any(others)
        }
    }
}

/// What one place is compared with.
struct TextList {
    /// The attribute among whose values the place is.
    of: Option<Location>,
    place: Place,
    /// Which of the parts it is.
    at: usize,
    texts: Index,
}

impl TextList {
    fn join(self) -> Predicate {
        let test = Predicate::Test(self.place, Test::OneOf(self.texts.into_texts()));
        match self.of {
            Some(of) => Predicate::Element {
                of,
                holds: Box::new(test),
            },
            None => test,
        }
    }
}

fn equality(part: &Predicate) -> Option<(Option<Location>, Place, String)> {
    match part {
        Predicate::Test(place, Test::Compare(CompareOp::Eq, Operand::String(text))) => {
            Some((None, *place, text.clone()))
        }
        Predicate::Element { of, holds } => match equality(holds)? {
            (None, place, text) => Some((Some(*of), place, text)),
            (Some(_), ..) => None,
        },
        Predicate::Test(..)
        | Predicate::Constant(_)
        | Predicate::All(_)
        | Predicate::Any(_)
        | Predicate::Not(_) => None,
    }
}
