//! What a filter says of keys: whether an index finds the few resources that can match.

use scim::filter::CompareOp;
use scim::filter::predicate::{Operand, Place, Predicate, Test};
use scim::resource_type::USER_TYPE;

use crate::store::expression::{View, is_group};
use crate::store::table::Table;

/// Whether the filter names resources by a key that has an index, so that few rows can match.
pub fn is_lookup(view: &View<'_>, predicate: &Predicate) -> bool {
    is_indexed(view, predicate, true)
}

/// The same without what is linked: a group may have many users.
pub(super) fn is_key(view: &View<'_>, predicate: &Predicate) -> bool {
    is_indexed(view, predicate, false)
}

fn is_indexed(view: &View<'_>, predicate: &Predicate, linked: bool) -> bool {
    match predicate {
        Predicate::Test(Place::At(location), Test::Compare(CompareOp::Eq, _)) => {
            location.extension.is_none()
                && location.sub.is_none()
                && (location.attribute.name == "id"
                    || Table::of(view.resource_type)
                        .key(location.attribute.name)
                        .is_some())
        }
        Predicate::Element { of, holds } => {
            let indexed = of.attribute.linked && linked
                || *view.resource_type == USER_TYPE
                    && of.extension.is_none()
                    && of.attribute.name == "emails";
            indexed && required_value(holds).is_some()
        }
        Predicate::All(parts) => parts.iter().any(|part| is_indexed(view, part, linked)),
        Predicate::Any(parts) => {
            !parts.is_empty() && parts.iter().all(|part| is_indexed(view, part, linked))
        }
        Predicate::Constant(holds) => !holds,
        Predicate::Not(_) | Predicate::Test(..) => false,
    }
}

/// The group whose users these are, where the filter says just that.
pub fn users_of<'a>(view: &View<'_>, predicate: &'a Predicate) -> Option<&'a str> {
    match predicate {
        Predicate::Element { of, holds }
            if of.attribute.linked && !is_group(view.resource_type) && is_only_value(holds) =>
        {
            required_value(holds)
        }
        Predicate::Constant(_)
        | Predicate::All(_)
        | Predicate::Any(_)
        | Predicate::Not(_)
        | Predicate::Test(..)
        | Predicate::Element { .. } => None,
    }
}

/// The text that `value` must equal for an element to satisfy the predicate, if there is one.
pub(super) fn required_value(holds: &Predicate) -> Option<&str> {
    match holds {
        Predicate::Test(Place::Sub(sub), Test::Compare(CompareOp::Eq, Operand::String(text)))
            if sub.name == "value" =>
        {
            Some(text)
        }
        Predicate::All(parts) => parts.iter().find_map(required_value),
        Predicate::Test(..)
        | Predicate::Constant(_)
        | Predicate::Any(_)
        | Predicate::Not(_)
        | Predicate::Element { .. } => None,
    }
}

/// Whether [`required_value`] says all that the predicate does.
pub(super) fn is_only_value(holds: &Predicate) -> bool {
    matches!(holds, Predicate::Test(..))
}
