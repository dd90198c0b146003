//! Tables of routes: what a face answers, a method of an endpoint a row.
//!
//! A row is all that an endpoint needs in this room. From the rows with one pattern follow the
//! methods of `Allow`, the answers to OPTIONS and to any other method, and the endpoint's name in
//! the log; from a row alone which parameters and which body are read.

use scim::part;
use std::borrow::Cow;

use super::method::Method;
use super::query::decode;

/// A row of a face's table; `M` are the face's messages, `H` its handlers.
#[derive(Debug)]
pub struct Route<M, H> {
    /// The method.
    pub method: Method,
    /// The path below the face's own: segments behind slashes, of which one in braces stands for
    /// any text.
    pub pattern: &'static str,
    /// The parameters of the query that are read.
    pub query: &'static [&'static str],
    /// The message that is read as the body.
    pub body: Option<M>,
    /// What answers.
    pub handler: H,
}

/// A row.
pub const fn row<M: Copy, H: Copy>(
    method: Method,
    pattern: &'static str,
    query: &'static [&'static str],
    body: Option<M>,
    handler: H,
) -> Route<M, H> {
    Route {
        method,
        pattern,
        query,
        body,
        handler,
    }
}

/// What a method comes to among the rows with one pattern.
#[derive(Debug)]
pub enum Choice<'t, M, H> {
    /// This row answers.
    Route(&'t Route<M, H>),
    /// OPTIONS: the methods that there are.
    Options(String),
    /// Another method is needed, one of these.
    Refused(String),
}

/// Chooses among the rows with one pattern. A HEAD is a GET.
pub fn choose<'t, M, H>(
    table: &'t [Route<M, H>],
    pattern: &str,
    method: Method,
) -> Choice<'t, M, H> {
    let rows = || table.iter().filter(|row| row.pattern == pattern);
    let wanted = match method {
        Method::Head => Method::Get,
        other => other,
    };
    if let Some(row) = rows().find(|row| row.method == wanted) {
        return Choice::Route(row);
    }
    let allow = allow(rows().map(|row| row.method));
    match method {
        Method::Options => Choice::Options(allow),
        _ => Choice::Refused(allow),
    }
}

/// The value of `Allow` for an endpoint with these methods: where there is GET there is HEAD, and
/// OPTIONS is everywhere.
///
/// ```
/// use scim_worker::http::method::Method;
/// use scim_worker::http::route::allow;
/// assert_eq!(allow([Method::Get, Method::Post]), "GET, HEAD, POST, OPTIONS");
/// ```
pub fn allow(methods: impl IntoIterator<Item = Method>) -> String {
    let mut value = String::new();
    for method in methods {
        value.push_str(method.as_str());
        value.push_str(if method == Method::Get {
            ", HEAD, "
        } else {
            ", "
        });
    }
    value.push_str(Method::Options.as_str());
    value
}

/// A path in which several slashes are one: so they are in the addresses of a reply, too.
///
/// ```
/// use scim_worker::http::route::single_slashes;
/// assert_eq!(single_slashes("//api//scim//v2///Users/"), "/api/scim/v2/Users/");
/// ```
pub fn single_slashes(path: &str) -> Cow<'_, str> {
    if !part::has(path, "//") {
        return Cow::Borrowed(path);
    }
    let mut single = String::with_capacity(path.len());
    for character in path.chars() {
        if character != '/' || !single.ends_with('/') {
            single.push(character);
        }
    }
    Cow::Owned(single)
}

/// The segments of a path or a pattern. Two slashes are one, and one at the end makes no
/// difference.
pub fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

/// The segments of a path, decoded; a sentence where they cannot be.
pub fn decode_segments(path: &str) -> Result<Vec<String>, &'static str> {
    let segments: Option<Vec<String>> = segments(path).map(decode).collect();
    let segments = segments.ok_or(
        "The path is not percent-encoded UTF-8. Encode the parts of the address once, as UTF-8.",
    )?;
    if segments
        .iter()
        .any(|segment| segment.as_bytes().contains(&b'\0'))
    {
        return Err("No address has the character U+0000 in it. Leave it out.");
    }
    Ok(segments)
}

/// The name in braces, where a segment of a pattern has one.
pub fn placeholder(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// What a path has in place of the names in braces, in order; nothing where it is not of the
/// pattern.
///
/// ```
/// use scim_worker::http::route::fit;
/// assert_eq!(fit("/{type}/{id}", &["Users", "7"]), Some(vec![("type", "Users"), ("id", "7")]));
/// assert_eq!(fit("/{type}/{id}", &["Users"]), None);
/// assert_eq!(fit("/Me", &["Bulk"]), None);
/// ```
pub fn fit<'p>(pattern: &'static str, path: &[&'p str]) -> Option<Vec<(&'static str, &'p str)>> {
    if segments(pattern).count() != path.len() {
        return None;
    }
    let mut found = Vec::new();
    for (part, segment) in segments(pattern).zip(path) {
        match placeholder(part) {
            Some(name) => found.push((name, *segment)),
            None if part == *segment => {}
            None => return None,
        }
    }
    Some(found)
}
