//! What a request is conditional on (RFC 7644 §3.14, RFC 9110 §13).

use super::failure::Failure;
use scim::message::entity_tags::EntityTags;
use store::guard::Guard;

/// The versions that a request is conditional on: checked where a version was read, and, as a
/// [`Guard`], by the statement that writes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    if_match: EntityTags,
    if_none_match: EntityTags,
}

impl Condition {
    /// The condition of these tags.
    ///
    /// ```
    /// use scim::message::entity_tags::EntityTags;
    /// use service::Condition;
    /// let tags = |text| EntityTags::parse(Some(text));
    /// let condition = Condition::new(tags("W/\"a\", \"b\""), tags("\"b\""));
    /// assert!(condition.check("a").is_ok());
    /// assert!(condition.check("b").is_err(), "If-None-Match names it");
    /// assert!(condition.check("c").is_err(), "If-Match does not name it");
    /// let condition = Condition::new(tags("\"a\""), tags("\"b\""));
    /// assert!(!condition.is_known("b"), "If-Match comes first");
    /// ```
    pub fn new(if_match: EntityTags, if_none_match: EntityTags) -> Self {
        Self {
            if_match,
            if_none_match,
        }
    }

    /// The condition of the `version` of an operation of a Bulk (RFC 7644 §3.7).
    pub fn of_version(version: Option<&str>) -> Self {
        Self::new(EntityTags::parse(version), EntityTags::None)
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
            "The resource has changed: its version is none of those in `If-Match`. Read it again, and repeat the \
             change with the new ETag."
        } else if self.is_known(version) {
            "The resource has a version that `If-None-Match` rules out, so nothing was done. Read the resource, and \
             send the request without `If-None-Match` to change it."
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
