//! Attribute paths that stand alone: `sortBy`, `attributes`, a key of a body.

use super::token::Parser;
use crate::error::Error;
use crate::path::{AttributePath, is_name};

impl AttributePath {
    /// Reads an attribute path that stands alone.
    ///
    /// ```
    /// use scim::path::AttributePath;
    /// let user = "urn:ietf:params:scim:schemas:core:2.0:User";
    /// let path = AttributePath::parse(&format!("{user}:name.givenName"))?;
    /// assert_eq!(path.uri.as_deref(), Some(user));
    /// assert_eq!((path.name.as_str(), path.sub.as_deref()), ("name", Some("givenName")));
    /// let error = AttributePath::parse("name.").unwrap_err();
    /// assert_eq!(
    ///     error.detail(),
    ///     "path 'name.': expected an attribute name at character 1, found 'name.'"
    /// );
    /// # Ok::<(), scim::error::Error>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, Error> {
        // Most are no more than that.
        if is_name(text) {
            return Ok(Self::of_name(text, 0));
        }
        let mut parser = Parser::path(text);
        parser.spaces();
        let path = parser.attribute_path()?;
        parser.end("the end")?;
        Ok(path)
    }
}
