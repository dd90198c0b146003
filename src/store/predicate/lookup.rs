//! What a filter says of keys: whether an index finds the few resources that can match.

use scim::filter::CompareOp;
use scim::filter::predicate::{Operand, Place, Predicate, Test};
use scim::list::List;
use scim::path::Location;

use crate::expression::{View, has_column};
use crate::table::LinkEnd;

/// Characters of a moment up to its milliseconds.
const MILLISECONDS: usize = 23;

/// Whether the filter names resources by a key that has an index, so that few rows can match.
pub fn is_lookup(view: &View<'_>, predicate: &Predicate) -> bool {
    is_indexed(view, predicate, true)
}

/// The same without what is linked: a group may have many users.
pub(crate) fn is_key(view: &View<'_>, predicate: &Predicate) -> bool {
    is_indexed(view, predicate, false)
}

/// Whether one resource matches at the most: its id or a unique name is told.
pub(crate) fn finds_one(view: &View<'_>, predicate: &Predicate) -> bool {
    match predicate {
        Predicate::Test(Place::At(location), Test::Compare(CompareOp::Eq, _)) => {
            let key = view.table().key(location.attribute.name);
            location.extension.is_none()
                && location.sub.is_none()
                && (location.attribute.name == "id" || key.is_some_and(|key| key.unique))
        }
        Predicate::All(parts) => parts.iter().any(|part| finds_one(view, part)),
        Predicate::Any(_)
        | Predicate::Not(_)
        | Predicate::Constant(_)
        | Predicate::Element { .. }
        | Predicate::Test(..) => false,
    }
}

/// Whether the predicate is about columns alone: no document is read for it.
pub(crate) fn is_of_columns(view: &View<'_>, predicate: &Predicate) -> bool {
    match predicate {
        Predicate::Constant(_) => true,
        Predicate::Not(part) => is_of_columns(view, part),
        Predicate::All(parts) | Predicate::Any(parts) => {
            parts.iter().all(|part| is_of_columns(view, part))
        }
        Predicate::Test(Place::At(location), _) => has_column(view, location),
        Predicate::Test(..) | Predicate::Element { .. } => false,
    }
}

fn is_indexed(view: &View<'_>, predicate: &Predicate, linked: bool) -> bool {
    match predicate {
        Predicate::Test(Place::At(location), Test::Compare(CompareOp::Eq, _) | Test::OneOf(_)) => {
            location.extension.is_none()
                && location.sub.is_none()
                && (location.attribute.name == "id"
                    || view.table().key(location.attribute.name).is_some())
        }
        Predicate::Element { of, holds } => {
            let indexed = of.attribute.linked && linked || is_addresses(view, of);
            indexed && required_values(holds).is_some()
        }
        Predicate::All(parts) => parts.iter().any(|part| is_indexed(view, part, linked)),
        Predicate::Any(parts) => {
            !parts.is_empty() && parts.iter().all(|part| is_indexed(view, part, linked))
        }
        Predicate::Constant(holds) => !holds,
        Predicate::Not(_) | Predicate::Test(..) => false,
    }
}

/// Which resources a filter names by a key, as far as [`is_key`] says that it does, without what
/// else it asks of them.
pub(crate) fn key_part(view: &View<'_>, predicate: &Predicate) -> Option<Predicate> {
    match predicate {
        _ if !is_key(view, predicate) => None,
        Predicate::All(parts) => parts.iter().find_map(|part| key_part(view, part)),
        Predicate::Any(parts) => {
            let parts = parts.iter().filter_map(|part| key_part(view, part));
            Some(Predicate::Any(parts.list()))
        }
        Predicate::Element { of, holds } => {
            let values = required_values(holds)?.into_iter().map(str::to_owned);
            let value = Place::Sub(of.attribute.sub_attribute("value")?);
            let holds = Box::new(Predicate::Test(value, Test::OneOf(values.list())));
            Some(Predicate::Element { of: *of, holds })
        }
        Predicate::Constant(_) | Predicate::Not(_) | Predicate::Test(..) => Some(predicate.clone()),
    }
}

/// Whether these are the values with a table of their own, to be looked up by.
pub(super) fn is_addresses(view: &View<'_>, of: &Location) -> bool {
    of.extension.is_none() && view.table().addresses == Some(of.attribute.name)
}

/// The group whose users these are, where the filter says just that.
pub fn users_of<'a>(view: &View<'_>, predicate: &'a Predicate) -> Option<&'a str> {
    match predicate {
        Predicate::Element { of, holds }
            if of.attribute.linked && view.table().links == LinkEnd::Groups =>
        {
            match only_values(holds)?.as_slice() {
                [group] => Some(group),
                _ => None,
            }
        }
        Predicate::Constant(_)
        | Predicate::All(_)
        | Predicate::Any(_)
        | Predicate::Not(_)
        | Predicate::Test(..)
        | Predicate::Element { .. } => None,
    }
}

/// The moment, as the columns have it, that whatever satisfies the predicate was modified at or
/// behind, where it says so: an index is in that order.
pub fn modified_since(predicate: &Predicate) -> Option<String> {
    match predicate {
        Predicate::Test(
            Place::At(location),
            Test::Compare(CompareOp::Gt | CompareOp::Ge, Operand::String(moment)),
        ) if location.attribute.name == "meta" && location.extension.is_none() => {
            location.sub.filter(|sub| sub.name == "lastModified")?;
            Some([moment.get(..MILLISECONDS)?, "Z"].concat())
        }
        Predicate::All(parts) => parts.iter().find_map(modified_since),
        Predicate::Constant(_)
        | Predicate::Any(_)
        | Predicate::Not(_)
        | Predicate::Test(..)
        | Predicate::Element { .. } => None,
    }
}

/// The texts of which `value` must equal one for an element to satisfy the predicate, if there are
/// any.
pub(super) fn required_values(holds: &Predicate) -> Option<Vec<&str>> {
    match holds {
        Predicate::Test(Place::Sub(sub), test) if sub.name == "value" => test.texts(),
        Predicate::All(parts) => parts.iter().find_map(required_values),
        Predicate::Any(parts) => concat(parts, required_values),
        Predicate::Test(..)
        | Predicate::Constant(_)
        | Predicate::Not(_)
        | Predicate::Element { .. } => None,
    }
}

/// The same where the predicate says no more than that.
pub(crate) fn only_values(holds: &Predicate) -> Option<Vec<&str>> {
    match holds {
        Predicate::Test(..) => required_values(holds),
        Predicate::Any(parts) => concat(parts, only_values),
        Predicate::All(_)
        | Predicate::Constant(_)
        | Predicate::Not(_)
        | Predicate::Element { .. } => None,
    }
}

fn concat<'a>(
    parts: &'a [Predicate],
    of: fn(&'a Predicate) -> Option<Vec<&'a str>>,
) -> Option<Vec<&'a str>> {
    let values: Option<Vec<_>> = parts.iter().map(of).collect();
    values
        .map(|values| values.concat())
        .filter(|values| !values.is_empty())
}

/// How often a filter compares: values that an index finds count as one, for they are looked up;
/// any other is compared with every resource.
pub fn comparisons(view: &View<'_>, predicate: &Predicate) -> usize {
    match predicate {
        Predicate::Constant(_) => 0,
        Predicate::Not(part) => comparisons(view, part),
        Predicate::All(parts) | Predicate::Any(parts) => {
            parts.iter().map(|part| comparisons(view, part)).sum()
        }
        Predicate::Test(_, Test::OneOf(values)) if !is_lookup(view, predicate) => values.len(),
        Predicate::Test(..) => 1,
        Predicate::Element { holds, .. } => match holds.as_ref() {
            Predicate::Test(..) if is_lookup(view, predicate) => 1,
            holds => comparisons(view, holds),
        },
    }
}

/// Whether the filter asks for one of several values.
pub fn has_list(predicate: &Predicate) -> bool {
    match predicate {
        Predicate::Not(part) => has_list(part),
        Predicate::All(parts) | Predicate::Any(parts) => parts.iter().any(has_list),
        Predicate::Element { holds, .. } => has_list(holds),
        Predicate::Test(_, test) => matches!(test, Test::OneOf(_)),
        Predicate::Constant(_) => false,
    }
}
