//! Why a request was not done, in words for the person who reads the client's log.

use scim::error::Error;

use store::limits::LARGEST_VALUE;

/// The sentence for what is none of a list that a client can read.
macro_rules! no_such {
    ($what:literal, $list:literal) => {
        concat!(
            "There is no such ",
            $what,
            ". GET ",
            $list,
            " lists all of them."
        )
    };
}
pub(crate) use no_such;

/// The sentence for a request that met too many others.
pub const BUSY: &str = "Other requests hold the memory that this one needs. Send it again in a moment, or in smaller parts.";

/// The sentence for a removal that the brake refuses.
pub const BRAKED: &str = "More users were deactivated or deleted in a short time than is allowed here, so the brake is on and \
     nothing of this request, or of this operation of a Bulk, was done. Creates and other changes go on. If the removals are meant, ask \
     whoever runs this service to release the brake, and send the request again.";

/// The sentence for a write with a token that may read alone.
pub const READ_ONLY: &str = "This token may read and not write. Use a token with the scope write, or ask whoever runs this service for one.";

/// Why a request was not done.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// The protocol refuses it.
    Refused(Error),
    /// The caller is not known, or not any more.
    UnknownCaller(&'static str),
    /// The caller is known, and may not.
    Forbidden(&'static str),
    /// There is no such resource.
    NotFound(String),
    /// The resource has another version than the one it is meant for.
    OtherVersion(String),
    /// It lost against other writers too often.
    Conflict(String),
    /// It is larger than what is accepted.
    TooLarge(String),
    /// The request has done as much as one may; this part of it was not begun.
    TooMuch(String),
    /// The caller sends more in a short time than one may; nothing was begun.
    TooFast(&'static str),
    /// The brake of the tenant refuses it: more people were removed in a short time than the
    /// operator lets a provider remove.
    Braked,
    /// Other requests hold the memory that it would need; nothing was begun, or all but the reply
    /// was done.
    Busy,
    /// A defect here, or the database is not what it should be; the text is for the log.
    Broken(String),
}

/// The failure of an operation that a request did not come to.
pub(crate) fn not_begun() -> Failure {
    Failure::TooMuch(
        "The Bulk request is more work than one request may be, so this operation was not begun. Send \
         the operations that were not begun in another Bulk request, fewer at once."
            .to_owned(),
    )
}

/// What a failure says.
pub(crate) fn sentence(failure: Failure) -> String {
    match failure {
        Failure::Refused(error) => error.detail().to_owned(),
        Failure::UnknownCaller(detail) | Failure::Forbidden(detail) | Failure::TooFast(detail) => {
            detail.to_owned()
        }
        Failure::NotFound(detail)
        | Failure::OtherVersion(detail)
        | Failure::Conflict(detail)
        | Failure::TooLarge(detail)
        | Failure::TooMuch(detail) => detail,
        Failure::Braked => BRAKED.to_owned(),
        Failure::Busy => BUSY.to_owned(),
        Failure::Broken(_) => "The server met a fault of its own. Send it again, and ask whoever runs this service if that does not help.".to_owned(),
    }
}

/// The same for the log.
pub(crate) fn cause(failure: Failure) -> String {
    match failure {
        Failure::Broken(cause) => cause,
        failure => sentence(failure),
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Unauthorized => Self::UnknownCaller(
                "The token is not known, has expired or was revoked. Ask whoever runs this service \
                 for a new one.",
            ),
            store::Error::Suspended => Self::Forbidden(
                "This tenant is suspended: nothing is read or changed until it is resumed. Its data and its tokens stay. Ask \
                 whoever runs this service.",
            ),
            store::Error::ReadOnly => Self::Forbidden(READ_ONLY),
            store::Error::Braked => Self::Braked,
            store::Error::Unique(Some(attribute)) => name_in_use(attribute),
            // One of the operator's own, which is free by now.
            store::Error::Unique(None) => Self::Refused(Error::uniqueness(
                "Another resource had one of these values while this was written. Send the request again.",
            )),
            store::Error::Guard => Self::Broken("a guard failed that had no reader".to_owned()),
            store::Error::TooBig => Self::TooLarge(format!(
                "The resource would be larger than the {LARGEST_VALUE} bytes that the database holds as one text, or the \
                 user is in too many groups to show; nothing was changed. Shorten its values, or ask with \
                 excludedAttributes=groups.",
            )),
            // Whoever is told so does it again.
            store::Error::OtherSettings | store::Error::Busy => Self::Busy,
            store::Error::Broken(cause) => Self::Broken(cause),
        }
    }
}

/// The refusal of a name that is in use.
pub(crate) fn name_in_use(attribute: &str) -> Failure {
    in_use(attribute, "; letter case makes no difference").into()
}

/// The same of any value of this attribute, with how it is compared.
pub(crate) fn in_use(attribute: &str, compared: &str) -> Error {
    Error::uniqueness(format!(
        "Another resource has this {attribute}{compared}. Find it with a filter on \
         {attribute} and update it, or choose another value."
    ))
    .at(attribute)
}
