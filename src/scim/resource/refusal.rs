//! Refusals about an attribute: each a sentence that begins with its path.

use alloc::string::{String, ToString};

use crate::error::Error;
use crate::path::Location;

/// The path of an attribute and the rest of the sentence.
pub(crate) fn refusal(location: Location, kind: fn(String) -> Error, rest: &str) -> Error {
    let path = location.to_string();
    kind(["`", &path, "` ", rest].concat()).at(&path)
}

/// An immutable attribute that has another value.
pub(crate) fn fixed_already(location: Location) -> Error {
    refusal(
        location,
        Error::mutability,
        "is immutable and has a value, so it cannot be changed",
    )
}

/// RFC 7643 §2.4: "The primary attribute value "true" MUST appear no more than once."
pub(crate) fn two_primaries(location: Location) -> Error {
    refusal(
        location,
        Error::invalid_value,
        "has more than one value whose `primary` is true; at most one may be",
    )
}

/// The most values that one multi-valued attribute may have; ours, so that comparing each with each
/// stays cheap.
pub const MAX_VALUES: usize = 1_000;

/// More values than an attribute may have.
pub(crate) fn too_many_values(location: Location) -> Error {
    let most = MAX_VALUES.to_string();
    let rest = ["has more than ", &most, " values; send it with fewer"].concat();
    refusal(location, Error::too_many, &rest)
}

/// A required attribute without a value.
pub(crate) fn missing(location: Location) -> Error {
    refusal(
        location,
        Error::invalid_value,
        "is required and must have a value",
    )
}
