//! Queries: `SearchRequest`, as a message and as the parameters of a URL (RFC 7644 §3.4.2, §3.4.3).

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::Value;

use super::error::Error;
use super::schemas;
use crate::projection;
use crate::resource::member;

/// The URI of the search message.
pub const SEARCH_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/// What a client wants to see of a list, as written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchRequest {
    /// `filter`.
    pub filter: Option<String>,
    /// `sortBy`.
    pub sort_by: Option<String>,
    /// `sortOrder` is `descending`.
    pub descending: bool,
    /// `startIndex`.
    pub start_index: Option<i64>,
    /// `count`.
    pub count: Option<i64>,
    /// `cursor`; the empty one asks for the first page by cursor (RFC 9865 §2).
    pub cursor: Option<String>,
    /// `attributes`.
    pub attributes: Vec<String>,
    /// `excludedAttributes`.
    pub excluded_attributes: Vec<String>,
}

impl SearchRequest {
    /// Reads the message of RFC 7644 §3.4.3. Member names are taken in any letter case, unknown
    /// ones are ignored.
    ///
    /// ```
    /// use scim::message::search::SearchRequest;
    /// let request = SearchRequest::from_body(&serde_json::json!({
    ///     "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
    ///     "attributes": ["displayName"], "filter": "displayName sw \"smith\"",
    ///     "startIndex": 1, "count": 10,
    /// }))?;
    /// assert_eq!(request.count, Some(10));
    /// # Ok::<(), scim::message::error::Error>(())
    /// ```
    pub fn from_body(body: &Value) -> Result<Self, Error> {
        let body = body.as_object().ok_or_else(|| {
            Error::invalid_syntax("A search is a JSON object: a SearchRequest message.")
        })?;
        schemas::check(member(body, "schemas"), SEARCH_REQUEST)?;
        Self::from_members(body.iter().map(|(name, value)| (name.as_str(), value)))
    }

    /// The same of names and values, be they members of a message or parameters of a query; the
    /// last of a name counts.
    pub fn from_members<'a>(
        members: impl Iterator<Item = (&'a str, &'a Value)>,
    ) -> Result<Self, Error> {
        let mut request = Self::default();
        let mut count = None;
        for (name, value) in members {
            if value.is_null() {
                continue;
            }
            match name.to_ascii_lowercase().as_str() {
                "filter" => request.filter = Some(text("filter", value)?),
                "sortby" => {
                    request.sort_by =
                        Some(text("sortBy", value)?).filter(|text| !text.trim().is_empty());
                }
                "sortorder" => request.set_sort_order(&text("sortOrder", value)?)?,
                "startindex" => request.start_index = Some(integer("startIndex", value)?),
                "count" => count = Some(value),
                "cursor" => request.cursor = Some(text("cursor", value)?),
                "attributes" => request.attributes = names("attributes", value)?,
                "excludedattributes" => {
                    request.excluded_attributes = names("excludedAttributes", value)?;
                }
                _ => {}
            }
        }
        let count = count.map(|value| integer("count", value)).transpose();
        request.count = count.map_err(|error| match request.cursor {
            // RFC 9865 §2 has a keyword of its own for it.
            Some(_) => Error::invalid_count(error.detail()),
            None => error,
        })?;
        Ok(request)
    }

    /// Sets the order from its name (§3.4.2.3).
    fn set_sort_order(&mut self, name: &str) -> Result<(), Error> {
        self.descending = if name.eq_ignore_ascii_case("descending") {
            true
        } else if name.eq_ignore_ascii_case("ascending") || name.is_empty() {
            false
        } else {
            return Err(Error::invalid_value(
                "sortOrder must be \"ascending\" or \"descending\".",
            ));
        };
        Ok(())
    }
}

fn text(name: &str, value: &Value) -> Result<String, Error> {
    match value {
        Value::String(text) => Ok(text.clone()),
        _ => Err(wrong(name, " must be a string.")),
    }
}

fn integer(name: &str, value: &Value) -> Result<i64, Error> {
    let number = match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_i64(),
    };
    number.ok_or_else(|| wrong(name, " must be a whole number."))
}

/// A list of names, or one string of them with commas, as in a query.
fn names(name: &str, value: &Value) -> Result<Vec<String>, Error> {
    match value {
        Value::String(text) => projection::names(name, [text.as_str()]),
        Value::Array(values) => {
            let texts: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
            projection::names(
                name,
                texts.ok_or_else(|| wrong(name, " must be a list of strings."))?,
            )
        }
        _ => Err(wrong(name, " must be a list of strings.")),
    }
}

fn wrong(name: &str, rule: &str) -> Error {
    let mut detail = name.to_owned();
    detail.push_str(rule);
    Error::invalid_value(detail)
}
