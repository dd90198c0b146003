//! What must stand somewhere in the image of a resource that satisfies a filter. It is looked for
//! before the image is parsed, which takes several times as long.

use scim::filter::CompareOp;
use scim::filter::predicate::{Operand, Place, Predicate, Test};

use super::constant::{constant, open};
use super::lookup::{is_key, is_of_columns};
use super::writer::is_linked;
use crate::expression::{View, has_column};
use crate::fragment;
use crate::fragment::Fragment;

/// Texts that are looked for, at the most.
const TEXTS: usize = 8;
/// Bytes of the shortest: less is in almost all.
const SHORTEST: usize = 3;
/// Bytes of the longest: D1 takes patterns of 50.
const LONGEST: usize = 48;

/// The condition; none where nothing is known, or where columns or an index exclude most before an
/// image is read.
pub(crate) fn skim<'a>(view: &View<'a>, predicate: &Predicate) -> Option<Fragment<'a>> {
    let narrowed = match predicate {
        Predicate::All(parts) => parts.iter().any(|part| is_of_columns(view, part)),
        Predicate::Constant(_)
        | Predicate::Any(_)
        | Predicate::Not(_)
        | Predicate::Test(..)
        | Predicate::Element { .. } => false,
    };
    if narrowed || constant(predicate).is_some() || is_key(view, predicate) {
        return None;
    }
    let mut left = TEXTS;
    of(view, predicate, &mut left)
}

fn of<'a>(view: &View<'a>, predicate: &Predicate, left: &mut usize) -> Option<Fragment<'a>> {
    match predicate {
        Predicate::Test(place, Test::Compare(op, Operand::String(text))) => {
            let is_in_column = matches!(place, Place::At(location) if has_column(view, location));
            let is_there = matches!(
                op,
                CompareOp::Eq | CompareOp::Co | CompareOp::Sw | CompareOp::Ew
            );
            if is_in_column || is_linked(place) || !is_there {
                return None;
            }
            let part = plain(text)?;
            *left = left.checked_sub(1)?;
            // `_` and `%` stand for themselves, too. Not a parameter alone: `SQLite` would compile
            // the statement anew for each.
            Some(fragment!(
                "({folded} LIKE '%' || {part} || '%')",
                folded = view.column("folded"),
                part = Fragment::Made(part.to_owned()),
            ))
        }
        Predicate::Element { of: list, .. } if list.attribute.linked => None,
        Predicate::Element { holds, .. } => of(view, holds, left),
        // All that is known of them must be there.
        Predicate::All(parts) => {
            let mut all = Vec::new();
            for part in open(parts) {
                all.extend(of(view, part, left));
            }
            (!all.is_empty()).then(|| fragment!("({all})", all = Fragment::join(all, " AND ")))
        }
        Predicate::Any(parts) => {
            let mut any = Vec::new();
            for part in open(parts) {
                any.push(of(view, part, left)?);
            }
            (!any.is_empty()).then(|| fragment!("({any})", any = Fragment::join(any, " OR ")))
        }
        Predicate::Test(..) | Predicate::Constant(_) | Predicate::Not(_) => None,
    }
}

/// The longest part of a text that stands in JSON as it is.
fn plain(text: &str) -> Option<&str> {
    let is_escaped = |letter: char| letter.is_ascii_control() || matches!(letter, '"' | '\\');
    let mut longest = "";
    let mut start = 0;
    for (end, letter) in text.char_indices() {
        if is_escaped(letter) {
            start = end + 1;
        } else if let Some(part) = text.get(start..end + letter.len_utf8())
            && part.len() > longest.len()
            && part.len() <= LONGEST
        {
            longest = part;
        }
    }
    (longest.len() >= SHORTEST).then_some(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_json_escapes_is_not_looked_for() {
        let long = "ä".repeat(40);
        for (text, part) in [
            ("ab", None),
            ("abc", Some("abc")),
            ("ab\"cde\\f", Some("cde")),
            ("a\nbc\u{7f}d", None),
            ("zoë", Some("zoë")),
            (&long, long.get(..48)),
        ] {
            assert_eq!(plain(text), part, "{text}");
        }
    }
}
