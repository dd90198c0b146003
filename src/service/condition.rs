//! What a request is conditional on (RFC 7644 §3.14, RFC 9110 §13).

use super::Failure;
use store::write::Guard;

/// The entity tags of a header, without their marks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum EntityTags {
    /// The header was not sent.
    #[default]
    None,
    /// `*`: any version.
    Any,
    /// These.
    OneOf(Vec<String>),
}

impl EntityTags {
    /// Reads the header. Tags are compared weakly (RFC 7644 §3.14 knows no other way), with or
    /// without `W/` and quotes.
    ///
    /// ```
    /// use service::condition::EntityTags;
    /// let tags = EntityTags::parse("W/\"a\", \"b\"");
    /// assert_eq!(tags, EntityTags::OneOf(vec!["a".to_owned(), "b".to_owned()]));
    /// assert_eq!(EntityTags::parse("*"), EntityTags::Any);
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

    /// Whether a version is among them; nothing where the header was not sent.
    fn names(&self, version: &str) -> Option<bool> {
        match self {
            Self::None => None,
            Self::Any => Some(true),
            Self::OneOf(versions) => Some(versions.iter().any(|named| named == version)),
        }
    }
}

/// The versions that a request is conditional on: checked where a version was read, and, as a
/// [`Guard`], by the statement that writes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    if_match: EntityTags,
    if_none_match: EntityTags,
}

impl Condition {
    /// The condition of these headers.
    ///
    /// ```
    /// use service::Condition;
    /// let condition = Condition::new(Some("W/\"a\", \"b\""), Some("\"b\""));
    /// assert!(condition.check("a").is_ok());
    /// assert!(condition.check("b").is_err(), "If-None-Match names it");
    /// assert!(condition.check("c").is_err(), "If-Match does not name it");
    /// let condition = Condition::new(Some("\"a\""), Some("\"b\""));
    /// assert!(!condition.is_known("b"), "If-Match comes first");
    /// ```
    pub fn new(if_match: Option<&str>, if_none_match: Option<&str>) -> Self {
        let tags = |header: Option<&str>| header.map_or(EntityTags::None, EntityTags::parse);
        Self {
            if_match: tags(if_match),
            if_none_match: tags(if_none_match),
        }
    }

    /// Whether a client that reads has this version already: `If-None-Match` names it, and
    /// `If-Match`, which comes first (RFC 9110 §13.2.2), is met.
    pub fn is_known(&self, version: &str) -> bool {
        self.if_match.names(version) != Some(false)
            && self.if_none_match.names(version) == Some(true)
    }

    /// Refuses a request about a resource that has this version, if a header says so.
    pub fn check(&self, version: &str) -> Result<(), Failure> {
        let detail = if self.if_match.names(version) == Some(false) {
            "The resource has changed: its version is none of those in If-Match. Read it again and repeat the change with \
             the new ETag."
        } else if self.is_known(version) {
            "The resource is there, in a version that If-None-Match excludes."
        } else {
            return Ok(());
        };
        Err(Failure::OtherVersion(detail.to_owned()))
    }

    /// As the guard of a write. `If-None-Match: *` lets none through: ids are the server's, so
    /// there is nothing that a write to an address could create.
    pub fn guard(&self) -> Guard<'_> {
        let one_of = match &self.if_match {
            EntityTags::None | EntityTags::Any => None,
            EntityTags::OneOf(versions) => Some(versions.as_slice()),
        };
        match (&self.if_none_match, one_of) {
            (EntityTags::Any, _) => Guard::Never,
            (EntityTags::None, None) => Guard::None,
            (EntityTags::None, Some(_)) => Guard::Tags {
                one_of,
                none_of: &[],
            },
            (EntityTags::OneOf(none_of), _) => Guard::Tags { one_of, none_of },
        }
    }
}
