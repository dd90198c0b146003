//! How often a filter compares, and with what.

use scim::filter::CompareOp;
use scim::filter::predicate::{Place, Predicate, Test};
use scim::list::List;
use scim::path::Location;

use super::columns::{ColumnTexts, characters, is_column};
use crate::expression::View;
use crate::predicate::{
    asks_type, attribute_of, is_lookup, is_of_columns, modified_since, only_values,
};
use crate::table::LinkEnd;

/// How often a filter compares.
#[derive(Default)]
pub(super) struct Weight<'a> {
    /// With a column of the resource.
    pub(super) columns: usize,
    /// With a value of its document.
    pub(super) own: usize,
    /// With each value of a multi-valued attribute.
    pub(super) each: Vec<(Location, usize)>,
    /// With what the resource is linked to.
    pub(super) linked: usize,
    /// What links are to satisfy.
    pub(super) links: Vec<&'a Predicate>,
    /// How often the values of a list are walked, or what is found of links is looked up: what is
    /// asked of one attribute alone is asked at once.
    pub(super) walks: usize,
    /// Whether one of those asks the type of a user's group.
    pub(super) typed: bool,
    /// Texts that are looked for anywhere in a value of the document.
    pub(super) sought: usize,
    /// Characters that are looked for.
    pub(super) characters: usize,
    /// Texts that are looked for in columns.
    pub(super) names: ColumnTexts,
}

impl<'a> Weight<'a> {
    pub(super) fn add(
        &mut self,
        view: &View<'_>,
        predicate: &'a Predicate,
        within: Option<Location>,
    ) {
        match predicate {
            Predicate::Constant(_) => {}
            Predicate::Not(part) => self.add(view, part, within),
            Predicate::All(parts) | Predicate::Any(parts) => {
                let walks = self.walks + 1;
                for part in parts {
                    self.add(view, part, within);
                }
                if attribute_of(predicate).is_some() {
                    self.walks = walks;
                }
            }
            Predicate::Element { of, holds }
                if within.is_none()
                    && is_lookup(view, predicate)
                    && (of.attribute.linked || only_values(holds).is_some()) =>
            {
                self.columns += 1;
            }
            Predicate::Element { of, holds } => {
                self.walks += 1;
                if of.attribute.linked {
                    self.links.push(holds);
                }
                self.add(view, holds, Some(*of));
            }
            Predicate::Test(place, test) => self.add_test(view, place, test, within, predicate),
        }
    }

    fn add_test(
        &mut self,
        view: &View<'_>,
        place: &Place,
        test: &Test,
        within: Option<Location>,
        predicate: &Predicate,
    ) {
        match within {
            None if is_column(view, place) => {
                self.columns += 1;
                self.names.add(place, test);
            }
            Some(of) if of.attribute.linked => {
                self.linked += 1;
                let is_of_user = view.table().links == LinkEnd::Groups;
                self.typed |= is_of_user && asks_type(predicate);
            }
            within => {
                self.characters += characters(test);
                self.sought += usize::from(matches!(test, Test::Compare(CompareOp::Co, _)));
                let Some(of) = within else {
                    self.own += 1;
                    return;
                };
                match self.each.iter_mut().find(|(known, _)| *known == of) {
                    Some((_, tests)) => *tests += 1,
                    None => self.each.push((of, 1)),
                }
            }
        }
    }

    /// How often a document is compared with, if a list has one value.
    pub(super) fn of_documents(&self) -> usize {
        self.own + self.each.iter().map(|(_, tests)| tests).sum::<usize>()
    }

    /// How often a document is read for the filter.
    pub(super) fn times_read(&self) -> usize {
        match self.of_documents() {
            0 => 0,
            _ => 2 + usize::from(!self.each.is_empty()),
        }
    }
}

/// The conditions on columns, which stand before all others, and those that an index finds: what
/// they exclude is not looked at. Those that look for texts in names are not asked where these are
/// what is weighed.
pub(super) fn narrowing(view: &View<'_>, predicate: &Predicate, many: bool) -> Option<Predicate> {
    let Predicate::All(parts) = predicate else {
        let is_few = is_lookup(view, predicate) || modified_since(predicate).is_some();
        return is_few.then(|| predicate.clone());
    };
    let is_cheap = |part: &&Predicate| {
        let mut weight = Weight::default();
        weight.add(view, part, None);
        is_lookup(view, part) || is_of_columns(view, part) && (!many || weight.names.is_empty())
    };
    let parts: Vec<Predicate> = parts.iter().filter(is_cheap).cloned().list();
    (!parts.is_empty()).then_some(Predicate::All(parts))
}
