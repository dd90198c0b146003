//! The methods of HTTP that the faces know.

use std::fmt;

/// A method (RFC 9110 §9.3, RFC 5789).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// `GET`.
    #[default]
    Get,
    /// `HEAD`: a GET whose reply has no body.
    Head,
    /// `POST`.
    Post,
    /// `PUT`.
    Put,
    /// `PATCH`.
    Patch,
    /// `DELETE`.
    Delete,
    /// `OPTIONS`: which methods an endpoint takes.
    Options,
    /// Any other, which no endpoint takes.
    Other,
}

impl Method {
    /// The method of this name, in any letter case. RFC 9110 §9.1 has the case count, but fetch
    /// writes `get` and `delete` in capitals and leaves `patch`, so that a client of such a library
    /// would be refused its PATCH alone.
    ///
    /// ```
    /// use scim_worker::http::method::Method;
    /// assert_eq!(Method::of("PATCH"), Method::Patch);
    /// assert_eq!(Method::of("patch"), Method::Patch);
    /// ```
    pub fn of(name: &str) -> Self {
        match name.to_ascii_uppercase().as_str() {
            "GET" => Self::Get,
            "HEAD" => Self::Head,
            "POST" => Self::Post,
            "PUT" => Self::Put,
            "PATCH" => Self::Patch,
            "DELETE" => Self::Delete,
            "OPTIONS" => Self::Options,
            _ => Self::Other,
        }
    }

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
            Self::Other => "OTHER",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
