//! Why something was not done for an operator: a stable code, and a sentence that says what to do.

use crate::failure::BUSY;

/// Of what kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What was sent is not as it must be.
    Invalid,
    /// The credential opens nothing.
    Unknown,
    /// The credential does not open this.
    Forbidden,
    /// There is no such thing.
    Missing,
    /// It cannot be as things are.
    Conflict,
    /// It did not come in time.
    Late,
    /// It is larger than what is accepted.
    TooLarge,
    /// Others hold what it needs.
    Busy,
    /// A defect here; the sentence is for the log.
    Broken,
}

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Of what kind.
    pub kind: Kind,
    /// For programs; it stays the same.
    pub code: &'static str,
    /// For the person who reads it.
    pub detail: String,
    /// The scope that was missing.
    pub scope: Option<&'static str>,
}

impl Refusal {
    fn new(kind: Kind, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind,
            code,
            detail: detail.into(),
            scope: None,
        }
    }

    /// What was sent is not as it must be.
    pub fn invalid(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(Kind::Invalid, code, detail)
    }

    /// A parameter of the query is not as it must be.
    pub fn invalid_query(name: &str, wanted: &str) -> Self {
        Self::invalid("invalid_query", format!("`{name}` must be {wanted}."))
    }

    /// A parameter of the query that the endpoint does not read: what it was meant to choose would
    /// not be chosen.
    pub fn unknown_parameter(name: &str, known: &[&str]) -> Self {
        let known = match known {
            [] => "none".to_owned(),
            known => known.join(", "),
        };
        let detail = format!(
            "`{name}` is no parameter of the query here. Leave it out; this endpoint and method take: {known}."
        );
        Self::invalid("invalid_query", detail)
    }

    /// `after` is none of the list.
    pub fn cursor() -> Self {
        Self::invalid(
            "invalid_cursor",
            "`after` must be the `next` of the page before. Leave it out for the first page.",
        )
    }

    /// The credential opens nothing.
    pub fn unknown(detail: &str) -> Self {
        Self::new(Kind::Unknown, "unauthorized", detail)
    }

    /// The credential does not open this.
    pub fn forbidden(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(Kind::Forbidden, code, detail)
    }

    /// A scope is missing.
    pub fn no_scope(scope: &'static str) -> Self {
        let detail = format!(
            "This request needs the scope {scope}, which the operator token does not have. Use a token that has it."
        );
        Self {
            scope: Some(scope),
            ..Self::new(Kind::Forbidden, "missing_scope", detail)
        }
    }

    /// There is no such thing.
    pub fn missing(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(Kind::Missing, code, detail)
    }

    /// It cannot be as things are.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, code, detail)
    }

    /// It is larger than what is accepted.
    pub fn too_large(detail: impl Into<String>) -> Self {
        Self::new(Kind::TooLarge, "too_large", detail)
    }

    /// It did not come in time.
    pub fn late(detail: &str) -> Self {
        Self::new(Kind::Late, "too_late", detail)
    }

    /// Others hold what it needs.
    pub fn busy() -> Self {
        Self::new(Kind::Busy, "busy", BUSY)
    }

    /// A defect here; the cause is for the log.
    pub fn broken(cause: impl Into<String>) -> Self {
        Self::new(Kind::Broken, "internal_error", cause)
    }
}

impl From<store::Error> for Refusal {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Broken(cause) => Self::broken(cause),
            store::Error::Busy => Self::busy(),
            store::Error::Unauthorized
            | store::Error::Suspended
            | store::Error::ReadOnly
            | store::Error::OtherSettings
            | store::Error::Unique(_)
            | store::Error::Guard
            | store::Error::Braked
            | store::Error::TooBig => Self::broken(format!("{error:?}")),
        }
    }
}
