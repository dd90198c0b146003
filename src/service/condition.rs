//! What a request is conditional on (RFC 7644 §3.14, RFC 9110 §13).

use super::Failure;
use crate::store::write::Guard;

/// The versions that a request is conditional on (RFC 7644 §3.14, RFC 9110 §13.1), without the marks of an `ETag`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Condition {
    /// None.
    #[default]
    None,
    /// `*`: any version.
    Any,
    /// One of these.
    OneOf(Vec<String>),
}

impl Condition {
    /// Reads the list of entity tags of `If-Match` or `If-None-Match`. They are compared weakly (RFC 7644 §3.14 knows
    /// no other), with or without `W/` and quotes.
    ///
    /// ```
    /// use scim_worker::service::Condition;
    /// let condition = Condition::parse("W/\"a\", \"b\"");
    /// assert!(condition.allows("a") && condition.allows("b") && !condition.allows("c"));
    /// ```
    pub fn parse(header: &str) -> Self {
        let header = header.trim();
        if header == "*" {
            return Self::Any;
        }
        let tag = |text: &str| {
            let text = text.trim();
            let text = text
                .strip_prefix("W/")
                .or_else(|| text.strip_prefix("w/"))
                .unwrap_or(text);
            text.trim_matches('"').to_owned()
        };
        Self::OneOf(
            header
                .split(',')
                .map(tag)
                .filter(|tag| !tag.is_empty())
                .collect(),
        )
    }

    /// Whether a resource with this version meets `If-Match`.
    pub fn allows(&self, version: &str) -> bool {
        match self {
            Self::None | Self::Any => true,
            Self::OneOf(versions) => versions.iter().any(|named| named == version),
        }
    }

    /// As the guard of a write.
    pub fn guard(&self) -> Guard<'_> {
        match self {
            Self::None | Self::Any => Guard::None,
            Self::OneOf(versions) => Guard::OneOf(versions),
        }
    }

    /// The failure of a request whose `If-Match` names another version.
    pub fn failed() -> Failure {
        Failure::PreconditionFailed(
            "The resource has changed: its version is none of those in If-Match. Read it again and repeat the change \
             with the new ETag."
                .to_owned(),
        )
    }
}
