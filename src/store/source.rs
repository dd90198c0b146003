//! The resources of one type that a list is about, and the row that keeps count of them.

use scim::filter::predicate::Predicate;
use scim::path::Location;

use crate::expression::View;
use crate::fragment;
use crate::fragment::{Fragment, value};

/// The resources of one type that a list is about.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The type, the tenant.
    pub view: View<'a>,
    /// Which of them; none for all.
    pub predicate: Option<&'a Predicate>,
    /// What they are ordered by; none where the list has no sort key, or the type lacks the
    /// attribute.
    pub sort: Option<&'a Location>,
}

/// `FROM totals WHERE …`
pub(super) fn totals_of<'a>(view: &View<'a>) -> Fragment<'a> {
    fragment!(
        " FROM totals WHERE tenant_id = {tenant} AND resource_type = {name}",
        tenant = view.tenant,
        name = value(view.resource_type.name),
    )
}
