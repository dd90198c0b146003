//! The versions that a message is meant for, as entity tags (RFC 7644 §3.14, §3.7; RFC 9110
//! §8.8.3).

use crate::list::List;
use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

/// Versions that a client names, without the marks of an `ETag`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum EntityTags {
    /// None was named.
    #[default]
    None,
    /// `*`: any version.
    Any,
    /// These.
    OneOf(Vec<String>),
}

impl EntityTags {
    /// Reads `If-Match`, `If-None-Match`, or the `version` of an operation of a Bulk. Tags are
    /// compared weakly (RFC 7644 §3.14 knows no other way), with or without `W/` and quotes.
    ///
    /// ```
    /// use scim::message::entity_tags::EntityTags;
    /// let tags = EntityTags::parse(Some("W/\"a\", \"b\""));
    /// assert_eq!(tags, EntityTags::OneOf(vec!["a".to_owned(), "b".to_owned()]));
    /// assert_eq!(EntityTags::parse(Some("*")), EntityTags::Any);
    /// ```
    pub fn parse(text: Option<&str>) -> Self {
        let Some(text) = text.map(str::trim) else {
            return Self::None;
        };
        if text == "*" {
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
            text.split(',')
                .map(tag)
                .filter(|tag| !tag.is_empty())
                .list(),
        )
    }

    /// Whether a version is among them; nothing where none was named.
    pub fn names(&self, version: &str) -> Option<bool> {
        match self {
            Self::None => None,
            Self::Any => Some(true),
            Self::OneOf(versions) => Some(versions.iter().any(|named| named == version)),
        }
    }
}
