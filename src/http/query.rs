//! The query string: a search request, a projection (RFC 7644 §3.4.2, §3.9).
//!
//! Parameters that are not known are ignored: providers hang flags of their own on the base URL (Entra ID's
//! `aadOptscim062020`), and RFC 7644 §3.4.2 asks for no more.

use scim::error::Error;
use scim::list::SearchRequest;

use crate::service::Asked;

/// Decodes `%XX` of a path; what is no such escape stands for itself. Nothing where the bytes are not UTF-8.
pub fn decode(text: &str) -> Option<String> {
    decode_with(text, false)
}

fn decode_with(text: &str, plus_is_space: bool) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut ahead = rest.clone();
            let digits = (ahead.next().and_then(hex), ahead.next().and_then(hex));
            if let (Some(high), Some(low)) = digits {
                bytes.push(high * 16 + low);
                rest = ahead;
                continue;
            }
        }
        bytes.push(if byte == b'+' && plus_is_space {
            b' '
        } else {
            byte
        });
    }
    String::from_utf8(bytes).ok()
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

/// The parameters, decoded, in order; `+` is a blank, as HTML forms and Entra ID's tools write it.
pub fn parameters(query: &str) -> Result<Vec<(String, String)>, Error> {
    let decoded = |text: &str| {
        decode_with(text, true)
            .ok_or_else(|| Error::invalid_syntax("The query is not percent-encoded UTF-8."))
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
    let mut request = SearchRequest::default();
    let mut count = None;
    for (name, value) in parameters(query)? {
        match name.to_ascii_lowercase().as_str() {
            "filter" => request.filter = Some(value),
            "sortby" => request.sort_by = Some(value).filter(|path| !path.trim().is_empty()),
            "sortorder" => request.set_sort_order(&value)?,
            "startindex" => request.start_index = Some(integer("startIndex", &value)?),
            "count" => count = Some(value),
            "cursor" => request.cursor = Some(value),
            "attributes" => request.attributes = names(&value),
            "excludedattributes" => request.excluded_attributes = names(&value),
            _ => {}
        }
    }
    request.count = match count {
        None => None,
        // RFC 9865 has a keyword of its own for it.
        Some(count) if request.cursor.is_some() => {
            Some(integer("count", &count).map_err(|error| Error::invalid_count(error.detail()))?)
        }
        Some(count) => Some(integer("count", &count)?),
    };
    Ok(request)
}

/// The attributes that a query asks for.
pub fn asked(query: &str) -> Result<Asked, Error> {
    let mut asked = Asked::default();
    for (name, value) in parameters(query)? {
        if name.eq_ignore_ascii_case("attributes") {
            asked.attributes = names(&value);
        } else if name.eq_ignore_ascii_case("excludedAttributes") {
            asked.excluded = names(&value);
        }
    }
    Ok(asked)
}

/// Whether the query has a filter: discovery endpoints refuse one (RFC 7644 §4).
pub fn has_filter(query: &str) -> Result<bool, Error> {
    Ok(parameters(query)?
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("filter")))
}

fn names(list: &str) -> Vec<String> {
    list.split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

fn integer(name: &str, value: &str) -> Result<i64, Error> {
    value.trim().parse().map_err(|_| {
        Error::invalid_value(format!("{name} must be a whole number, such as {name}=10."))
    })
}
