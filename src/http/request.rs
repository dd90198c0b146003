//! A request as plain data, whatever platform it came from.

use std::cell::RefCell;

use super::method::Method;

/// A request, whose body may still be on its way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request<B = Body> {
    /// The method.
    pub method: Method,
    /// Scheme and authority, such as `https://example.com`, without a slash at the end.
    pub origin: String,
    /// The path, percent-encoded as it came.
    pub path: String,
    /// What stands behind the `?`, percent-encoded as it came; empty without one.
    pub query: String,
    /// `Authorization`.
    pub authorization: Option<String>,
    /// `Accept`.
    pub accept: Option<String>,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Content-Encoding`.
    pub content_encoding: Option<String>,
    /// `If-Match`.
    pub if_match: Option<String>,
    /// `If-None-Match`.
    pub if_none_match: Option<String>,
    /// `User-Agent`, to recognise the provider by.
    pub user_agent: Option<String>,
    /// The body.
    pub body: B,
}

/// The sentence for a request in clear.
pub(super) const IN_CLEAR: &str = "Tokens and personal data do not travel unencrypted. Use https:// in place of http:// \
                                   in the address.";

impl<B> Request<B> {
    /// Whether it came as plain HTTP, and not from this machine.
    pub fn is_in_clear(&self) -> bool {
        // RFC 3986 §6.2.2.1: scheme and host have no letter case.
        let origin = self.origin.to_ascii_lowercase();
        let Some(authority) = origin.strip_prefix("http://") else {
            return false;
        };
        let host = match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            Some(_) | None => authority,
        };
        let is_local = host == "localhost"
            || host.ends_with(".localhost")
            || host == "[::1]"
            || is_loopback(host);
        !is_local
    }
}

/// Whether a host is of 127.0.0.0/8. The reader of addresses of the standard library would be there
/// for this alone.
fn is_loopback(host: &str) -> bool {
    let is_byte = |part: &str| {
        let is_number = part.len() < 4 && part.bytes().all(|digit| digit.is_ascii_digit());
        is_number && part.parse::<u16>().is_ok_and(|byte| byte < 256)
    };
    let parts = host.strip_prefix("127.");
    parts.is_some_and(|parts| parts.split('.').count() == 3 && parts.split('.').all(is_byte))
}

/// A body to be read, once it is known who sends it.
pub trait Upload {
    /// How many bytes it says that it has.
    fn announced_length(&self) -> Option<usize>;

    /// Reads it, up to so many bytes.
    fn read(&self, most: usize) -> impl Future<Output = Result<Vec<u8>, Unread>>;

    /// The next piece of it, behind so many bytes; none at its end.
    fn piece(&self, from: usize) -> impl Future<Output = Result<Option<Vec<u8>>, Unread>>;
}

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It is longer than was asked for.
    TooLong,
    /// The connection ended before the rest came, or what came is not in the form of a body (RFC
    /// 9112 §8).
    Broken,
    /// It did not come in time.
    Late,
    /// Others hold what there is of memory.
    Busy,
}

/// A body that is here already.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// All of it.
    Bytes(Vec<u8>),
    /// All of it, as the platform has it: it can be read once.
    Once(RefCell<Option<Vec<u8>>>),
    /// All of it, but it came without a length.
    Chunks(Vec<u8>),
    /// One that cannot be read.
    Unread(Unread),
}

impl Upload for Body {
    fn announced_length(&self) -> Option<usize> {
        match self {
            Self::Bytes(bytes) => Some(bytes.len()),
            Self::Once(bytes) => bytes.borrow().as_ref().map(Vec::len),
            Self::Chunks(_) | Self::Unread(_) => None,
        }
    }

    async fn read(&self, most: usize) -> Result<Vec<u8>, Unread> {
        match self {
            Self::Bytes(bytes) | Self::Chunks(bytes) if bytes.len() <= most => Ok(bytes.clone()),
            Self::Bytes(_) | Self::Chunks(_) => Err(Unread::TooLong),
            Self::Once(bytes) => bytes.take().ok_or(Unread::Broken),
            Self::Unread(why) => Err(*why),
        }
    }

    async fn piece(&self, from: usize) -> Result<Option<Vec<u8>>, Unread> {
        /// Bytes of a piece: no line ends with one.
        const PIECE: usize = 1_021;
        match self {
            Self::Bytes(bytes) | Self::Chunks(bytes) => {
                let rest = bytes.get(from..).unwrap_or_default();
                let piece = rest.get(..PIECE).unwrap_or(rest);
                Ok(Some(piece.to_vec()).filter(|piece| !piece.is_empty()))
            }
            Self::Once(bytes) => Ok(bytes.take()),
            Self::Unread(why) => Err(*why),
        }
    }
}

impl Default for Body {
    fn default() -> Self {
        Self::Bytes(Vec::new())
    }
}
