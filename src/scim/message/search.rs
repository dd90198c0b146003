//! Queries: `SearchRequest`, as a message and as the parameters of a URL (RFC 7644 §3.4.2, §3.4.3).

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::Value;

use super::config::Limits;
use super::schemas;
use crate::error::Error;
use crate::list::List;
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

/// Which resources of a list are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageBounds {
    /// The index of the first, from 1; none where a cursor says where it begins.
    pub start_index: Option<u64>,
    /// How many of them at the most.
    pub count: u64,
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
    /// # Ok::<(), scim::error::Error>(())
    /// ```
    pub fn from_body(body: &Value) -> Result<Self, Error> {
        let body = body.as_object().ok_or_else(|| {
            Error::invalid_syntax("A search is a JSON object: a SearchRequest message.")
        })?;
        schemas::check(member(body, "schemas"), SEARCH_REQUEST)?;
        Self::from_members(&mut body.iter())
    }

    /// The same of names and values, be they members of a message or parameters of a query; the
    /// last of a name counts.
    pub fn from_members<'a>(
        members: &mut dyn Iterator<Item = (&'a String, &'a Value)>,
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

    /// The page that is meant (§3.4.2.4, RFC 9865 §2). `of_first` is the size of the first page,
    /// where this one has a cursor that tells it: pages by cursor are of one size.
    ///
    /// ```
    /// use scim::message::{config::Limits, search::{PageBounds, SearchRequest}};
    /// # let limits = Limits {
    /// #     bulk_max_operations: 1, bulk_max_payload_size: 1, filter_max_results: 1_000,
    /// #     default_page_size: 100, max_page_size: 1_000, cursor_timeout: 60,
    /// # };
    /// let search = SearchRequest { start_index: Some(-7), ..SearchRequest::default() };
    /// assert_eq!(search.page(&limits, None), Ok(PageBounds { start_index: Some(1), count: 100 }));
    /// ```
    pub fn page(&self, limits: &Limits, of_first: Option<u64>) -> Result<PageBounds, Error> {
        let most = u64::from(limits.max_page_size);
        let count = match (self.count, of_first) {
            // A negative value is zero.
            (Some(count), _) => u64::try_from(count).unwrap_or(0),
            (None, Some(count)) => count,
            (None, None) => u64::from(limits.default_page_size),
        };
        if self.cursor.is_none() {
            // A value less than 1 is 1.
            let start_index = self.start_index.and_then(|index| u64::try_from(index).ok());
            return Ok(PageBounds {
                start_index: Some(start_index.unwrap_or(1).max(1)),
                count: count.min(most),
            });
        }
        if self.start_index.is_some_and(|index| index > 1) {
            return Err(Error::invalid_value(
                "`startIndex` and `cursor` exclude each other (RFC 9865). Send one of them.",
            ));
        }
        if count > most {
            let most = most.to_string();
            let words = " at the most with a cursor (`maxPageSize` of /ServiceProviderConfig).";
            return Err(Error::invalid_count(
                ["count may be ", &most, words].concat(),
            ));
        }
        Ok(PageBounds {
            start_index: None,
            count,
        })
    }

    /// Sets the order from its name (§3.4.2.3).
    fn set_sort_order(&mut self, name: &str) -> Result<(), Error> {
        self.descending = if name.eq_ignore_ascii_case("descending") {
            true
        } else if name.eq_ignore_ascii_case("ascending") || name.is_empty() {
            false
        } else {
            return Err(Error::invalid_value(
                "`sortOrder` must be \"ascending\" or \"descending\".",
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
        Value::String(text) => projection::names(name, &[text.as_str()]),
        Value::Array(values) => {
            let texts = values.iter().map(|value| {
                let text = value.as_str();
                text.ok_or_else(|| wrong(name, " must be a list of strings."))
            });
            projection::names(name, &texts.list_all()?)
        }
        _ => Err(wrong(name, " must be a list of strings.")),
    }
}

fn wrong(name: &str, rule: &str) -> Error {
    let mut detail = name.to_owned();
    detail.push_str(rule);
    Error::invalid_value(detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        bulk_max_operations: 1,
        bulk_max_payload_size: 1,
        filter_max_results: 50,
        default_page_size: 20,
        max_page_size: 50,
        cursor_timeout: 1,
    };

    #[track_caller]
    fn by_index(start_index: Option<i64>, count: Option<i64>, expected: (u64, u64)) {
        let search = SearchRequest {
            start_index,
            count,
            ..SearchRequest::default()
        };
        let page = search.page(&LIMITS, None).unwrap();
        assert_eq!((page.start_index.unwrap(), page.count), expected);
    }

    #[test]
    fn pages_by_index_of_7644_3_4_2_4() {
        by_index(None, None, (1, 20));
        by_index(Some(0), Some(0), (1, 0));
        by_index(Some(-3), Some(-1), (1, 0));
        by_index(Some(7), Some(50), (7, 50));
        by_index(Some(i64::MAX), Some(51), (9_223_372_036_854_775_807, 50));
    }

    #[test]
    fn pages_by_cursor_of_9865_2() {
        let by_cursor = |start_index, count, of_first| {
            let search = SearchRequest {
                start_index,
                count,
                cursor: Some(String::new()),
                ..SearchRequest::default()
            };
            let page = search.page(&LIMITS, of_first);
            page.map(|page| (page.start_index, page.count))
                .map_err(|error| error.to_string())
        };
        assert_eq!(by_cursor(None, None, None), Ok((None, 20)));
        assert_eq!(by_cursor(Some(1), None, Some(30)), Ok((None, 30)));
        assert_eq!(by_cursor(None, Some(50), Some(30)), Ok((None, 50)));
        assert_eq!(
            by_cursor(None, Some(51), None).unwrap_err(),
            "invalidCount: count may be 50 at the most with a cursor (`maxPageSize` of /ServiceProviderConfig)."
        );
        assert_eq!(
            by_cursor(Some(2), None, None).unwrap_err(),
            "invalidValue: `startIndex` and `cursor` exclude each other (RFC 9865). Send one of them."
        );
    }
}
