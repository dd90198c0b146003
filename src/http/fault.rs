//! Why a request is not answered as it asks: a failure of the use case, or a fault of the message
//! that carried it. The place where either becomes a status; the form of the reply is the face's.

use scim::error::{Error, ScimType};

use service::Failure;
use service::failure::{BRAKED, BUSY};

/// Why a request is not answered as it asks.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// The use case failed.
    Service(Failure),
    /// No token was sent.
    NoToken(&'static str),
    /// It is not allowed on this endpoint.
    Forbidden(String),
    /// Its body is of a type that is not read.
    MediaType(&'static str),
    /// Its body is in a coding that is not read.
    Coding(&'static str),
    /// Its body did not come in time.
    Late(&'static str),
}

impl Fault {
    /// It is larger than what is accepted.
    pub fn too_large(detail: impl Into<String>) -> Self {
        Self::Service(Failure::TooLarge(detail.into()))
    }

    /// There is no such endpoint.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::Service(Failure::NotFound(detail.into()))
    }

    /// What is for the log alone.
    pub fn cause(&self) -> Option<&str> {
        match self {
            Self::Service(Failure::Broken(cause)) => Some(cause),
            Self::Service(_)
            | Self::NoToken(_)
            | Self::Forbidden(_)
            | Self::MediaType(_)
            | Self::Coding(_)
            | Self::Late(_) => None,
        }
    }

    /// The status, keyword and sentence of a fault.
    pub fn words(&self) -> (u16, Option<ScimType>, &str) {
        match self {
            Self::Service(failure) => failure_words(failure),
            Self::NoToken(detail) => (401, None, detail),
            Self::Forbidden(detail) => (403, None, detail),
            Self::MediaType(detail) | Self::Coding(detail) => (415, None, detail),
            Self::Late(detail) => (408, None, detail),
        }
    }
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        Self::Service(failure)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Service(error.into())
    }
}

impl From<store::Error> for Fault {
    fn from(error: store::Error) -> Self {
        Self::Service(error.into())
    }
}

/// The fixed sentence for what is broken on this side: the cause is in the log, never in the reply.
pub(super) const BROKEN: &str =
    "The server could not complete this, through a fault of its own. Try again later.";

/// The sentence for whoever tries one credential after another.
pub(super) const TOO_MANY_REFUSED: &str = "Too many requests without a good token came from this address within a minute. Correct the \
     token before the next one.";

/// The status, keyword and sentence of a failure.
pub fn failure_words(failure: &Failure) -> (u16, Option<ScimType>, &str) {
    match failure {
        Failure::Refused(error) => (status_of(error), Some(error.scim_type()), error.detail()),
        Failure::UnknownCaller(detail) => (401, None, detail),
        Failure::Forbidden(detail) => (403, None, detail),
        Failure::NotFound(detail) => (404, None, detail),
        Failure::OtherVersion(detail) => (412, None, detail),
        Failure::Conflict(detail) => (409, None, detail),
        Failure::TooLarge(detail) => (413, None, detail),
        Failure::TooMuch(detail) => (429, None, detail),
        Failure::TooFast(detail) => (429, None, detail),
        Failure::Braked => (429, None, BRAKED),
        Failure::Busy => (503, None, BUSY),
        Failure::Broken(_) => (500, None, BROKEN),
    }
}

/// RFC 7644 §3.12 table 9: 400, but for these.
fn status_of(error: &Error) -> u16 {
    match error.scim_type() {
        ScimType::Uniqueness => 409,
        ScimType::Sensitive => 403,
        ScimType::InvalidFilter
        | ScimType::TooMany
        | ScimType::Mutability
        | ScimType::InvalidSyntax
        | ScimType::InvalidPath
        | ScimType::NoTarget
        | ScimType::InvalidValue
        | ScimType::InvalidVers
        | ScimType::InvalidCursor
        | ScimType::ExpiredCursor
        | ScimType::InvalidCount => 400,
    }
}
