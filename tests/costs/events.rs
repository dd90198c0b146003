//! What the events of a write cost: the same writes are told without.

use super::operations::group_column;
use super::sheet::{Cost, Sheet, cost, events};
use super::{MEMBERS, USERS};

/// A write: its name, what it cost when there were no events, how many it has, and what else it
/// does since.
type Write = (&'static str, Cost, u64, Cost);

/// Each resource that changes has an entry in the index by `lastModified`.
const MODIFIED: Cost = cost(0, 0, 1);
/// Writes among 10,000 users.
const OF_USERS: [Write; 11] = [
    ("POST user", cost(1, 6, 8), 1, MODIFIED),
    ("PATCH active", cost(1, 3, 1), 1, MODIFIED),
    (
        "PATCH four attributes without a path",
        cost(2, 6, 3),
        1,
        MODIFIED,
    ),
    ("PATCH the work address", cost(2, 12, 4), 1, MODIFIED),
    ("PATCH userName", cost(2, 6, 3), 1, MODIFIED),
    ("PUT user, title changed", cost(2, 4, 1), 1, MODIFIED),
    ("PATCH active, in 20 groups", cost(1, 48, 1), 1, MODIFIED),
    (
        "PATCH displayName, in 20 groups",
        cost(1, 73, 25),
        1,
        MODIFIED,
    ),
    ("DELETE user", cost(1, 10, 4), 1, cost(0, 0, 0)),
    // It names the groups, which change.
    (
        "DELETE user in 20 groups",
        cost(1, 142, 48),
        1,
        cost(0, 24, 22),
    ),
    // The last number and the first row are asked for once for all.
    (
        "Bulk of 100 creates",
        cost(1, 601, 800),
        100,
        cost(0, 4, 100),
    ),
];

/// Writes to a group of 10,000. Of several who go an event reads whom it names, and that he is
/// there.
const OF_A_GROUP: [Write; 5] = [
    ("PATCH group: a member in", cost(1, 10, 3), 1, MODIFIED),
    ("PATCH group: a member out", cost(1, 9, 2), 1, MODIFIED),
    (
        "PATCH group: 100 members in",
        cost(1, 406, 201),
        1,
        MODIFIED,
    ),
    (
        "PATCH group: 100 members out",
        cost(1, 505, 101),
        1,
        MODIFIED.and(cost(0, 2 * 100, 0)),
    ),
    ("PATCH group: displayName", cost(2, 7, 3), 1, MODIFIED),
];

/// Writes whose events cost more than three rows read and two written each, a line each.
pub(crate) fn faults(sheet: &Sheet) -> Vec<String> {
    let of_users = OF_USERS.map(|write| (USERS[1].to_string(), write));
    let of_a_group = OF_A_GROUP.map(|write| (group_column(USERS[2], MEMBERS[1]), write));
    let mut faults = Vec::new();
    for (column, (name, without, count, more)) in of_users.into_iter().chain(of_a_group) {
        let most = without.and(events(count)).and(more);
        let shown = sheet.of(name, &column).expect("what was measured");
        if shown.trips > most.trips || shown.read > most.read || shown.written > most.written {
            faults.push(format!("{name} at {column}: {shown:?} of {most:?}"));
        }
    }
    faults
}
