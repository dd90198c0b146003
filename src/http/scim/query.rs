//! What a query asks for: a search, a selection of attributes (RFC 7644 §3.4.2, §3.9).

use scim::error::Error;
use scim::message::search::SearchRequest;
use scim::projection::names;
use serde_json::Value;

use crate::http::query::parameters;
use service::Selection;

/// The parameters of a search.
pub const SEARCH: &[&str] = &[
    "filter",
    "sortBy",
    "sortOrder",
    "startIndex",
    "count",
    "cursor",
    "attributes",
    "excludedAttributes",
];

/// The parameters that select attributes.
pub const SELECTION: &[&str] = &["attributes", "excludedAttributes"];

/// The search that a query asks for; the last parameter of a name counts.
pub fn search(query: &str, known: &[&str]) -> Result<SearchRequest, Error> {
    let members: Vec<(String, Value)> = parameters(query, known)?
        .into_iter()
        .map(|(name, value)| (name, Value::from(value)))
        .collect();
    let mut members = members.iter().map(|(name, value)| (name, value));
    SearchRequest::from_members(&mut members)
}

/// The attributes that a query asks for.
pub fn selection(query: &str, known: &[&str]) -> Result<Selection, Error> {
    let mut selection = Selection::default();
    for (name, value) in parameters(query, known)? {
        if name.eq_ignore_ascii_case("attributes") {
            selection.attributes = names("attributes", &[&value])?;
        } else if name.eq_ignore_ascii_case("excludedAttributes") {
            selection.excluded = names("excludedAttributes", &[&value])?;
        }
    }
    Ok(selection)
}

/// Whether the query has a filter: discovery endpoints and searches by POST refuse one (RFC 7644
/// §4, §3.4.3).
pub fn has_filter(query: &str) -> Result<bool, Error> {
    Ok(!parameters(query, &["filter"])?.is_empty())
}
