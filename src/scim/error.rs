//! Every refusal of the protocol, by name, and the message that tells it (RFC 7644 §3.12, RFC 9865
//! §3).
//!
//! An [`Error`] says what is wrong and what to do; which HTTP status it becomes is decided at the
//! edge.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec;
use core::fmt;

use serde_json::{Map, Value};

use crate::habit::log_path;

/// The URI of the message.
pub const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// The message of a reply that is no success. Only a refusal of the protocol has a keyword.
///
/// ```
/// use scim::error::error_message;
/// let message = error_message(404, None, "There is no such resource.");
/// assert_eq!(message["status"], "404");
/// assert_eq!(message.get("scimType"), None);
/// ```
pub fn error_message(status: u16, scim_type: Option<ScimType>, detail: &str) -> Value {
    let mut message = Map::new();
    message.insert("schemas".into(), Value::from(vec![ERROR]));
    message.insert("status".into(), Value::from(status.to_string()));
    if let Some(scim_type) = scim_type {
        message.insert("scimType".into(), Value::from(scim_type.as_str()));
    }
    message.insert("detail".into(), Value::from(detail));
    Value::Object(message)
}

/// The detail error keyword of RFC 7644 §3.12 table 9, and the three that RFC 9865 §3 adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScimType {
    /// The filter is malformed, or compares what cannot be compared.
    InvalidFilter,
    /// The query yields more results than the server is willing to work on.
    TooMany,
    /// A value that must be unique is in use.
    Uniqueness,
    /// The change is not compatible with the attribute's mutability or its current state.
    Mutability,
    /// The body is not JSON, or not the message that the endpoint takes.
    InvalidSyntax,
    /// The path of a PATCH operation is malformed or names nothing of the schema.
    InvalidPath,
    /// The path of a PATCH operation matches no value to operate on.
    NoTarget,
    /// A required value is missing, or a value is not compatible with its attribute.
    InvalidValue,
    /// The protocol version asked for is not served.
    InvalidVers,
    /// The request carries what must not stand in a URL (§7.5.2).
    Sensitive,
    /// The cursor is not one that this server gave out for this query (RFC 9865).
    InvalidCursor,
    /// The cursor was given out too long ago (RFC 9865).
    ExpiredCursor,
    /// The page size is not acceptable with a cursor (RFC 9865).
    InvalidCount,
}

impl ScimType {
    /// The keyword as it stands in an error message.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidFilter => "invalidFilter",
            Self::TooMany => "tooMany",
            Self::Uniqueness => "uniqueness",
            Self::Mutability => "mutability",
            Self::InvalidSyntax => "invalidSyntax",
            Self::InvalidPath => "invalidPath",
            Self::NoTarget => "noTarget",
            Self::InvalidValue => "invalidValue",
            Self::InvalidVers => "invalidVers",
            Self::Sensitive => "sensitive",
            Self::InvalidCursor => "invalidCursor",
            Self::ExpiredCursor => "expiredCursor",
            Self::InvalidCount => "invalidCount",
        }
    }
}

/// A refusal: the keyword, and a sentence for the person who reads the client's log.
///
/// In a box: what may be refused gives it back through many hands, and most often there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Refused>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Refused {
    scim_type: ScimType,
    detail: String,
    operation: Option<usize>,
    attribute: Option<String>,
}

/// One constructor a keyword; the detail is the whole sentence.
macro_rules! constructors {
    ($($(#[$doc:meta])* $name:ident => $variant:ident;)*) => {
        impl Error {
            $($(#[$doc])*
            pub fn $name(detail: impl Into<String>) -> Self {
                Self::new(ScimType::$variant, detail.into())
            })*
        }
    };
}

constructors! {
    /// A filter that cannot be honoured.
    invalid_filter => InvalidFilter;
    /// More results, operations or values than the server works on at once.
    too_many => TooMany;
    /// A value that another resource already has.
    uniqueness => Uniqueness;
    /// A change that the attribute's mutability forbids.
    mutability => Mutability;
    /// A body that is not what the endpoint takes.
    invalid_syntax => InvalidSyntax;
    /// A PATCH path, or a `sortBy`, that names nothing.
    invalid_path => InvalidPath;
    /// A PATCH path that matches nothing.
    no_target => NoTarget;
    /// A value of the wrong kind, or one that is missing.
    invalid_value => InvalidValue;
    /// A version of the protocol that is not served.
    invalid_vers => InvalidVers;
    /// What must not stand in a URL.
    sensitive => Sensitive;
    /// A cursor that was not given out for this query.
    invalid_cursor => InvalidCursor;
    /// A cursor that is too old.
    expired_cursor => ExpiredCursor;
    /// A count that cannot be combined with a cursor.
    invalid_count => InvalidCount;
}

impl Error {
    fn new(scim_type: ScimType, detail: String) -> Self {
        Self(Box::new(Refused {
            scim_type,
            detail,
            operation: None,
            attribute: None,
        }))
    }

    /// The keyword.
    pub fn scim_type(&self) -> ScimType {
        self.0.scim_type
    }

    /// What is wrong and what to do about it.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The operation of the message that it is about, the first being 1.
    pub fn operation(&self) -> Option<usize> {
        self.0.operation
    }

    /// The path of the attribute that it is about, without any value: for a log.
    pub fn attribute(&self) -> Option<&str> {
        self.0.attribute.as_deref()
    }

    /// The same refusal, of this operation: its number stands in front, `Operation 2: …`.
    ///
    /// ```
    /// use scim::error::Error;
    /// let error = Error::invalid_value("`title` must be a string").at("title").of_operation(2);
    /// assert_eq!(error.detail(), "Operation 2: `title` must be a string");
    /// assert_eq!((error.operation(), error.attribute()), (Some(2), Some("title")));
    /// ```
    #[must_use]
    pub fn of_operation(mut self, number: usize) -> Self {
        let detail = ["Operation ", &number.to_string(), ": ", &self.0.detail].concat();
        self.0.detail = detail;
        self.0.operation = Some(number);
        self
    }

    /// The same refusal, about an attribute; where it is about one already that stays. The path is
    /// told as [`crate::habit::log_path`] has it.
    #[must_use]
    pub fn at(mut self, path: &str) -> Self {
        if self.0.attribute.is_none() {
            self.0.attribute = Some(log_path(path.trim()));
        }
        self
    }
}

/// The most characters of a client's text that a detail repeats; ours: a path of any length that
/// means something fits.
const MAX_QUOTED: usize = 150;

/// A client's text as a detail may repeat it: the beginning of it where it is long.
///
/// ```
/// use scim::error::quote;
/// assert_eq!(quote("userName"), "userName");
/// assert_eq!(quote(&"é".repeat(900_000)).chars().count(), 151);
/// ```
pub fn quote(text: &str) -> String {
    let end = text.char_indices().nth(MAX_QUOTED);
    match end.and_then(|(end, _)| text.get(..end)) {
        Some(start) => [start, "…"].concat(),
        None => String::from(text),
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.scim_type.as_str(), self.0.detail)
    }
}

impl core::error::Error for Error {}
