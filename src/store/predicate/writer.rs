//! Who writes a condition, and about what.

use std::cell::Cell;

use scim::filter::predicate::Place;
use scim::schema::Attribute;

use super::elements::Elements;
use crate::expression::View;
use crate::table::LinkEnd;

/// Writes conditions: on the resource's row, or within an element of a multi-valued attribute.
#[derive(Clone, Copy)]
pub(super) struct Writer<'a, 's> {
    pub(super) view: View<'a>,
    /// The multi-valued attribute whose element is the alias `e`.
    pub(super) element: Option<&'static Attribute>,
    /// Whether its sub-attributes are columns, each taken out of it once.
    pub(super) unpacked: bool,
    /// Whether another condition leaves few rows, of which it is better asked who is linked to them
    /// than the other way.
    pub(super) few: bool,
    /// Takes what is asked of links in several places: it is found out once, around the whole.
    pub(super) shared: Option<&'s Cell<Vec<Elements>>>,
}

/// The column of a membership `m` with the id of the resource that a condition is about.
pub(super) fn near(view: &View<'_>) -> &'static str {
    match view.table().links {
        LinkEnd::Members => "m.team_id",
        LinkEnd::Groups | LinkEnd::None => "m.member_id",
    }
}

pub(super) fn is_linked(place: &Place) -> bool {
    matches!(place, Place::At(location) if location.attribute.linked)
}
