//! What of a filter is the same of every resource of the type, and the parts that decide.

use scim::filter::predicate::Predicate;

/// Whether a predicate holds, where that is the same of every resource of the type: an attribute
/// that only other types have is never there (§3.4.2.1).
pub(super) fn constant(predicate: &Predicate) -> Option<bool> {
    // One look at each part: two would be a billion at the bottom of thirty brackets.
    let of = |parts: &[Predicate], end: bool| {
        let mut open = false;
        for part in parts {
            match constant(part) {
                Some(holds) if holds == end => return Some(end),
                Some(_) => {}
                None => open = true,
            }
        }
        (!open).then_some(!end)
    };
    match predicate {
        Predicate::Constant(holds) => Some(*holds),
        Predicate::All(parts) => of(parts, false),
        Predicate::Any(parts) => of(parts, true),
        Predicate::Not(part) => constant(part).map(|holds| !holds),
        Predicate::Element { holds, .. } => constant(holds).filter(|holds| !holds),
        Predicate::Test(..) => None,
    }
}

/// The parts that decide, each once. No index serves a condition beside a constant: `0 OR
/// external_id = ?` walks the table.
pub(super) fn open(parts: &[Predicate]) -> Vec<&Predicate> {
    let mut open: Vec<&Predicate> = Vec::with_capacity(parts.len());
    for part in parts {
        if constant(part).is_none() && !open.contains(&part) {
            open.push(part);
        }
    }
    open
}
