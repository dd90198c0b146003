//! A reply as plain data.

use service::content::Content;
use service::transfer::export::Export;

/// A reply.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body, JSON text; none for an empty one.
    pub body: Option<Content>,
    /// The scimType of a refusal, for the log.
    pub scim_type: Option<&'static str>,
    /// The operation that was refused, the first being 1; for the log.
    pub operation: Option<usize>,
    /// The path of the attribute that was refused; for the log.
    pub attribute: Option<String>,
    /// The sentence of a refusal, or of the first one within a Bulk; for the log.
    pub detail: Option<String>,
    /// What gives the body piece by piece, in place of `body`.
    pub export: Option<Box<Export>>,
    /// Addresses of the resources of a Bulk; for the log.
    pub locations: Vec<String>,
}

impl Reply {
    /// A reply with a body.
    pub fn json(status: u16, body: impl Into<Content>) -> Self {
        Self {
            status,
            body: Some(body.into()),
            ..Self::default()
        }
    }

    /// A reply without one.
    pub fn empty(status: u16) -> Self {
        Self {
            status,
            ..Self::default()
        }
    }

    /// The same with another header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}
