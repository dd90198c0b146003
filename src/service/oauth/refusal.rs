//! Why a client gets no token.

/// Why none was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GrantRefusal {
    /// The client asks too often.
    TooFast,
    /// The client has proved itself, but its tenant is suspended.
    Suspended,
    /// The client does not prove itself; in words for the person who reads its log.
    Client(&'static str),
    /// A defect here; the cause is for the log.
    Broken(String),
}

/// What is wrong with an assertion or with its key.
impl From<&'static str> for GrantRefusal {
    fn from(detail: &'static str) -> Self {
        Self::Client(detail)
    }
}

impl From<store::Error> for GrantRefusal {
    fn from(error: store::Error) -> Self {
        Self::Broken(error.cause().to_owned())
    }
}
