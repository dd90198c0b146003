//! The parameters of a query: which part of a list, and the numbers of things.

use super::refusal::Refusal;

/// Rows of a page, where it is not said how many.
pub const DEFAULT_LIMIT: usize = 50;

/// Rows of a page at the most.
pub const MAX_LIMIT: usize = 200;

/// Which part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// The key behind which it begins; none for the first.
    pub after: Option<String>,
    /// Rows at the most.
    pub limit: usize,
}

impl PageRequest {
    /// Reads the parameters of a query.
    pub fn read(parameters: &[(String, String)]) -> Result<Self, Refusal> {
        let limit = match last(parameters, "limit") {
            None => Some(DEFAULT_LIMIT),
            Some(text) => text
                .parse()
                .ok()
                .filter(|limit| (1..=MAX_LIMIT).contains(limit)),
        };
        let limit = limit.ok_or_else(|| {
            Refusal::invalid(
                "invalid_limit",
                format!("`limit` must be a whole number from 1 to {MAX_LIMIT}."),
            )
        })?;
        let after = last(parameters, "after").filter(|after| !after.is_empty());
        let after = after.map(str::to_owned);
        Ok(Self { after, limit })
    }
}

/// A parameter of the query; of several the last.
pub(super) fn last<'p>(parameters: &'p [(String, String)], name: &str) -> Option<&'p str> {
    let is_it = |(key, _): &&(String, String)| key.eq_ignore_ascii_case(name);
    let pair = parameters.iter().rev().find(is_it);
    pair.map(|(_, value)| value.as_str())
}

/// Reads the number of something; 0, which nothing has, where it is no number.
pub(super) fn number(text: &str) -> i64 {
    let is_number = text.len() < 16
        && !text.starts_with('0')
        && text.bytes().all(|digit| digit.is_ascii_digit());
    text.parse().ok().filter(|_| is_number).unwrap_or_default()
}
