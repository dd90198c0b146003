//! A request as plain data, whatever platform it came from.

/// A request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// The method, upper case.
    pub method: String,
    /// Scheme and authority, such as `https://example.com`, without a slash at the end.
    pub origin: String,
    /// The path, percent-encoded as it came.
    pub path: String,
    /// What stands behind the `?`, percent-encoded as it came; empty without one.
    pub query: String,
    /// `Authorization`.
    pub authorization: Option<String>,
    /// `Accept`.
    pub accept: Option<String>,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Content-Encoding`.
    pub content_encoding: Option<String>,
    /// `If-Match`.
    pub if_match: Option<String>,
    /// `If-None-Match`.
    pub if_none_match: Option<String>,
    /// `User-Agent`, to recognise the provider by.
    pub user_agent: Option<String>,
    /// The body, or what was wrong with it.
    pub body: Body,
}

/// What came as the body.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// All of it.
    Bytes(Vec<u8>),
    /// More than is read (see `MAX_LARGE_BODY`).
    TooLong,
    /// A part of it: the connection ended before the rest came, or what came is not in the form of a body (RFC 9112 §8).
    Broken,
}

impl Default for Body {
    fn default() -> Self {
        Self::Bytes(Vec::new())
    }
}
