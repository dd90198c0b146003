//! What a use case asks of the world outside, as ports: the platform fills them in, and the tests.

use std::pin::Pin;

use super::token::RANDOM_BYTES;

/// The present moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// RFC 3339 in UTC with three digits of a second.
    pub text: String,
    /// Milliseconds since 1970.
    pub milliseconds: u64,
}

impl Moment {
    /// The moment this many milliseconds after 1970.
    pub fn at(milliseconds: u64) -> Self {
        Self {
            text: scim::date_time::from_milliseconds(milliseconds),
            milliseconds,
        }
    }
}

/// Tells the time.
pub trait Clock {
    /// The present moment.
    fn now(&self) -> Moment;
}

/// A clock that stands still.
impl Clock for Moment {
    fn now(&self) -> Moment {
        self.clone()
    }
}

/// Makes what must be new.
pub trait Mint {
    /// A `UUIDv7`, later than those before it.
    fn id(&self) -> String;
    /// The same behind a prefix, without hyphens: the id of what is no resource.
    fn id_with(&self, prefix: &str) -> String {
        [prefix, &scim::part::replace(&self.id(), "-", "")].concat()
    }
    /// The version of a resource as just written: any text that was never used before.
    fn version(&self) -> String;
    /// The random part of a credential, where there is randomness.
    fn secret(&self) -> Option<[u8; RANDOM_BYTES]> {
        None
    }
}

/// An answer on its way.
pub type LocalBoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Other servers.
pub trait Fetch {
    /// Asks for what is at an address, by a GET that follows no redirect: its bytes, so many at the
    /// most.
    fn get<'f>(
        &'f self,
        address: &'f str,
        most: usize,
    ) -> LocalBoxFuture<'f, Result<Vec<u8>, FetchFailure>>;

    /// Sends something, by a POST that follows no redirect: the reply, or nothing where none comes
    /// in time.
    fn post<'f>(&'f self, post: &'f Post) -> LocalBoxFuture<'f, Option<PostReply>>;
}

/// What is sent to another server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Post {
    /// The address.
    pub address: String,
    /// Names and values of headers, a line each.
    pub headers: String,
    /// JSON.
    pub body: String,
}

/// What another server replied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PostReply {
    /// The status.
    pub status: u16,
    /// In how many seconds it wants to be asked again (`Retry-After`).
    pub retry_after: Option<u64>,
    /// The first bytes of its body.
    pub reply: String,
}

/// Whether what was posted was taken.
pub fn is_taken(posted: Option<&PostReply>) -> bool {
    posted.is_some_and(|posted| (200..300).contains(&posted.status))
}

/// Why nothing was fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchFailure {
    /// It is longer than was asked for.
    TooLong,
    /// The server sends on to another address.
    Redirect,
    /// The server answers otherwise than with 200.
    Status,
    /// The server cannot be reached, or does not answer in time.
    Unreachable,
}

/// How a text is signed (RFC 7518 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// ECDSA with P-256 and SHA-256.
    Es256,
}

impl Algorithm {
    /// The one with this name.
    pub fn by_name(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "ES256" => Some(Self::Es256),
            _ => None,
        }
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }

    /// The kind of its keys (RFC 7518 §6.1).
    pub const fn kty(self) -> &'static str {
        match self {
            Self::Rs256 => "RSA",
            Self::Es256 => "EC",
        }
    }
}

/// Signatures, which the platform knows how to verify.
pub trait Keys {
    /// Whether a text was signed with the key whose public half this is, a JWK (RFC 7517) of the
    /// algorithm's kind.
    fn verify<'k>(
        &'k self,
        algorithm: Algorithm,
        key: &'k str,
        text: &'k str,
        signature: Vec<u8>,
    ) -> LocalBoxFuture<'k, bool>;
}
