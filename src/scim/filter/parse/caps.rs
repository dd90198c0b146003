//! How much a filter may ask.

use alloc::string::{String, ToString};

/// How deep brackets may nest: recursion here and in everything that walks a filter is bounded by
/// it.
pub const MAX_DEPTH: usize = 32;

/// How many comparisons one filter may have: each is an expression of the SQL that it becomes.
pub const MAX_COMPARISONS: usize = 64;

/// How many values of one attribute a filter may give as `id eq "a" or id eq "b" or …`, which are
/// one comparison with a list; of all such lists together.
pub const MAX_VALUES: usize = 1_000;

/// Characters of the texts that a filter looks for within others (`co`), together: 64 of 250.
/// Looking for one may cost its length times that of the value it is looked for in, and values may
/// be long.
pub const MAX_SOUGHT: usize = 16_000;

/// What a filter is told that compares too often.
pub fn too_many_comparisons() -> String {
    [
        "more than ",
        &MAX_COMPARISONS.to_string(),
        " comparisons; ask in parts, or for up to ",
        &MAX_VALUES.to_string(),
        " values of one attribute that resources are looked up by, as in id eq \"1\" or id eq \"2\"",
    ]
    .concat()
}
