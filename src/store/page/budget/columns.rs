//! What of a filter is compared with columns: names that texts are looked for in.

use scim::filter::CompareOp;
use scim::filter::predicate::{Operand, Place, Test};
use scim::path::Location;
use scim::schema::Mutability;

use super::weights::{CHARACTERS, COMPARED, OF_COLUMNS, SOUGHT};
use crate::expression::{Arrow, View, has_column, value_at};
use crate::fragment;
use crate::fragment::Fragment;

/// Bytes of a name that [`OF_COLUMNS`] texts are looked for in as long as a look takes. What it has
/// beyond is weighed where more texts are: 64 in 184 names of 64 kB took 1.5 s.
const NAME: usize = 64;

/// Texts that are looked for anywhere in a column: where, how many, and their characters.
#[derive(Default)]
pub(super) struct ColumnTexts(Vec<(Location, usize, usize)>);

impl ColumnTexts {
    pub(super) fn add(&mut self, place: &Place, test: &Test) {
        let (Place::At(of), Test::Compare(CompareOp::Co, _)) = (place, test) else {
            return;
        };
        // Nobody gives a long one to what is the server's.
        if of.attribute.mutability == Mutability::ReadOnly {
            return;
        }
        let characters = characters(test);
        match self.0.iter_mut().find(|(known, ..)| known == of) {
            Some((_, texts, all)) => {
                *texts += 1;
                *all += characters;
            }
            None => self.0.push((*of, 1, characters)),
        }
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether they are so many that the length of names matters.
    pub(super) fn are_many(&self) -> bool {
        self.0.iter().map(|(_, texts, _)| texts).sum::<usize>() > OF_COLUMNS
    }

    /// The looks that a resource takes for what its names are longer than others.
    pub(super) fn looks<'a>(&self, view: &View<'a>) -> Fragment<'a> {
        let names = self.0.iter().filter(|_| self.are_many());
        names
            .map(|(of, texts, characters)| {
                fragment!(
                    " + max(coalesce(octet_length({name}), 0) - {beyond}, 0) * {times} / {of}",
                    name = value_at(view, of, Arrow::Value),
                    beyond = NAME,
                    times = texts + characters / CHARACTERS * SOUGHT / COMPARED,
                    of = SOUGHT,
                )
            })
            .collect()
    }
}

pub(super) fn is_column(view: &View<'_>, place: &Place) -> bool {
    matches!(place, Place::At(location) if location.attribute.linked || has_column(view, location))
}

pub(super) fn characters(test: &Test) -> usize {
    match test {
        Test::Compare(_, Operand::String(sought)) => sought.len(),
        Test::Present | Test::Absent | Test::Compare(..) | Test::OneOf(_) => 0,
    }
}
