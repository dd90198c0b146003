//! Why something was not done for an operator: a stable code, and a sentence that says what to do.

use std::ops::Deref;

use crate::failure::BUSY;

/// Of what kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
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
    /// It is of a media type that is not read.
    MediaType,
    /// It did not come in time.
    Late,
    /// It is larger than what is accepted.
    TooLarge,
    /// Others hold what it needs.
    Busy,
    /// A defect here; the sentence is for the log.
    Broken,
}

/// Why something was not done. In a box: it is given back through many hands, and most often there
/// is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(Box<Reason>);

/// The parts of a [`Refusal`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Of what kind.
    pub kind: RefusalKind,
    /// For programs; it stays the same.
    pub code: &'static str,
    /// For the person who reads it.
    pub detail: String,
    /// The scope that was missing.
    pub scope: Option<&'static str>,
}

impl Deref for Refusal {
    type Target = Reason;

    fn deref(&self) -> &Reason {
        &self.0
    }
}

impl Refusal {
    fn new(kind: RefusalKind, code: &'static str, detail: String) -> Self {
        Self(Box::new(Reason {
            kind,
            code,
            detail,
            scope: None,
        }))
    }

    /// What was sent is not as it must be.
    pub fn invalid(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(RefusalKind::Invalid, code, detail.into())
    }

    /// The body is of a media type, or in a coding, that is not read.
    pub fn media_type(detail: &str) -> Self {
        Self::new(RefusalKind::MediaType, "invalid_body", detail.to_owned())
    }

    /// A parameter of the query is not as it must be.
    pub fn invalid_query(name: &str, words: &str) -> Self {
        Self::invalid("invalid_query", format!("`{name}` must be {words}."))
    }

    /// A parameter of the query that the endpoint does not read: what it was meant to choose would
    /// not be chosen.
    pub fn unknown_parameter(name: &str, names: &[&str]) -> Self {
        let names = match names {
            [] => "none".to_owned(),
            names => names.join(", "),
        };
        let detail = format!(
            "`{name}` is no parameter of the query here. Leave it out; this endpoint and method take: {names}."
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
        Self::new(RefusalKind::Unknown, "unauthorized", detail.to_owned())
    }

    /// The credential does not open this.
    pub fn forbidden(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(RefusalKind::Forbidden, code, detail.into())
    }

    /// A scope is missing.
    pub fn no_scope(scope: &'static str) -> Self {
        let detail = format!(
            "This request needs the scope {scope}, which the operator token does not have. Use a token that has it."
        );
        let mut refusal = Self::new(RefusalKind::Forbidden, "missing_scope", detail);
        refusal.0.scope = Some(scope);
        refusal
    }

    /// There is no such thing.
    pub fn missing(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(RefusalKind::Missing, code, detail.into())
    }

    /// It cannot be as things are.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(RefusalKind::Conflict, code, detail.into())
    }

    /// It is larger than what is accepted.
    pub fn too_large(detail: impl Into<String>) -> Self {
        Self::new(RefusalKind::TooLarge, "too_large", detail.into())
    }

    /// It did not come in time.
    pub fn late(detail: &str) -> Self {
        Self::new(RefusalKind::Late, "too_late", detail.to_owned())
    }

    /// Others hold what it needs.
    pub fn busy() -> Self {
        Self::new(RefusalKind::Busy, "busy", BUSY.to_owned())
    }

    /// It is in a database that is not bound.
    pub fn no_shard(shard: u16) -> Self {
        let detail = format!(
            "This is in the database of the binding DB_{shard}, which this Worker does not have. Bind it again; nothing \
             in it is lost."
        );
        Self::new(RefusalKind::Busy, "shard_not_bound", detail)
    }

    /// A defect here; the cause is for the log.
    pub fn broken(cause: impl Into<String>) -> Self {
        Self::new(RefusalKind::Broken, "internal_error", cause.into())
    }
}

impl From<store::Error> for Refusal {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Busy => Self::busy(),
            error => Self::broken(error.cause()),
        }
    }
}
