//! The query string: a search request, a projection (RFC 7644 §3.4.2, §3.9).
//!
//! Parameters that are not known are ignored: providers hang flags of their own on the base URL (Entra ID's
//! `aadOptscim062020`), and RFC 7644 §3.4.2 asks for no more.

use percent_encoding::percent_decode_str;
use scim::error::Error;
use scim::list::SearchRequest;
use scim::projection::names;
use serde_json::Value;

use service::Selection;

/// Decodes `%XX` of a path; what is no such escape stands for itself. Nothing where the bytes are not
/// UTF-8.
pub fn decode(text: &str) -> Option<String> {
    let bytes: Vec<u8> = percent_decode_str(text).collect();
    String::from_utf8(bytes).ok()
}

/// The parameters, decoded, in order. `+` is a blank, as HTML forms and Entra ID's tools write it; where blanks are written
/// as `%20` it is itself, as in `plus+tag@example.com`.
pub fn parameters(query: &str) -> Result<Vec<(String, String)>, Error> {
    let plus_is_space = !query.contains("%20");
    let decoded = |text: &str| {
        let decoded = if plus_is_space {
            decode(&text.replace('+', " "))
        } else {
            decode(text)
        };
        let text = decoded
            .ok_or_else(|| Error::invalid_syntax("The query is not percent-encoded UTF-8."))?;
        if text.contains('\0') {
            return Err(Error::invalid_syntax(
                "The query has the character U+0000 in it, which no value has. Leave it out.",
            ));
        }
        Ok(text)
    };
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decoded(name)?, decoded(value)?))
        })
        .collect()
}

/// The search that a query asks for. Parameter names are compared without letter case; the last of a name counts.
pub fn search(query: &str) -> Result<SearchRequest, Error> {
    let members: Vec<(String, Value)> = parameters(query)?
        .into_iter()
        .map(|(name, value)| (name, Value::from(value)))
        .collect();
    let members = members.iter().map(|(name, value)| (name.as_str(), value));
    SearchRequest::from_members(members)
}

/// The attributes that a query asks for.
pub fn asked(query: &str) -> Result<Selection, Error> {
    let mut asked = Selection::default();
    for (name, value) in parameters(query)? {
        if name.eq_ignore_ascii_case("attributes") {
            asked.attributes = names("attributes", [value.as_str()])?;
        } else if name.eq_ignore_ascii_case("excludedAttributes") {
            asked.excluded = names("excludedAttributes", [value.as_str()])?;
        }
    }
    Ok(asked)
}

/// Whether the query has a filter: discovery endpoints and searches by POST refuse one (RFC 7644 §4, §3.4.3).
pub fn has_filter(query: &str) -> Result<bool, Error> {
    Ok(parameters(query)?
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("filter")))
}
