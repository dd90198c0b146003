//! Conditions put together: parts joined evenly, values as a list.

use scim::json;
use scim::list::List;

use crate::fragment;
use crate::fragment::Fragment;

/// Parts joined by AND (`all`) or OR.
pub(super) fn all_or_any(parts: Vec<Fragment<'_>>, all: bool) -> Fragment<'_> {
    if all {
        evenly(parts, "1", |left, right| {
            fragment!("({left}) AND ({right})", left = left, right = right)
        })
    } else {
        evenly(parts, "0", |left, right| {
            fragment!("({left}) OR ({right})", left = left, right = right)
        })
    }
}

/// Parts joined two by two, evenly parenthesised: a chain of a hundred would be a hundred levels.
pub(super) fn evenly<'a>(
    mut parts: Vec<Fragment<'a>>,
    none: &'static str,
    join: fn(Fragment<'a>, Fragment<'a>) -> Fragment<'a>,
) -> Fragment<'a> {
    if parts.len() < 2 {
        return parts.pop().unwrap_or_else(|| none.into());
    }
    let right = parts.split_off(parts.len() / 2);
    join(evenly(parts, none, join), evenly(right, none, join))
}

/// ` = …`, or ` IN (…)` for several values, which travel as one parameter.
pub(super) fn among<T: AsRef<str>>(values: &[T]) -> Fragment<'static> {
    if let [one] = values {
        let one = one.as_ref().to_owned();
        return fragment!(" = {one}", one = Fragment::Made(one));
    }
    let values: Vec<&str> = values.iter().map(AsRef::as_ref).list();
    let values = json::text(&serde_json::Value::from(values));
    fragment!(
        " IN (SELECT value FROM json_each({values}))",
        values = Fragment::Made(values),
    )
}
