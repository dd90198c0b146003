//! A credential becomes a principal: who sends the request (RFC 7644 §2, §7.4).
//!
//! Three rooms have a part in it: `http` reads the header, this file compares secrets, and `store`
//! makes the condition under which a statement sees a tenant's rows.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::failure::Failure;
use super::outside::Moment;
use super::token::Form;
use store::tenant::Tenant;

/// Characters of the shortest secret that opens anything: of hexadecimal digits, 128 bits.
pub const MIN_SECRET: usize = 32;
/// Longest token that is looked at.
const MAX_TOKEN: usize = 4_096;

/// What a client shows to be let in: a bearer token (RFC 6750).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Credential<'a>(pub &'a str);

/// A secret of the Worker, `SCIM_TOKEN` or `ADMIN_TOKEN`, as its digest.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    digest: [u8; 32],
    is_short: bool,
}

impl Secret {
    /// The secret that an operator set; an empty one is none.
    pub fn new(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self {
            digest: Sha256::digest(text.as_bytes()).into(),
            is_short: text.len() < MIN_SECRET,
        })
    }

    /// Whether a client shows it. Digests are compared, in constant time, so that neither the
    /// content of the secret nor its length shows.
    pub fn is(&self, credential: Credential<'_>) -> bool {
        let digest: [u8; 32] = Sha256::digest(credential.0.as_bytes()).into();
        self.digest.ct_eq(&digest).into()
    }

    /// Whether it has fewer than [`MIN_SECRET`] characters: it can be guessed and opens nothing.
    pub const fn is_short(&self) -> bool {
        self.is_short
    }
}

/// SHA-256 of a credential, lower-case hex, as it is stored.
pub(crate) fn hash(credential: Credential<'_>) -> String {
    base16ct::lower::encode_string(&Sha256::digest(credential.0.as_bytes()))
}

/// Who sends a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// Who has the `SCIM_TOKEN` secret.
    Secret,
    /// Who has a token of the table. The batch of the work looks it up, so it may turn out that
    /// there is none.
    Token {
        /// SHA-256 of the token, lower-case hex.
        hash: String,
        /// The number of the database that knows it.
        shard: u16,
    },
}

impl Principal {
    /// Who shows this credential.
    pub fn of(credential: Credential<'_>, secret: Option<&Secret>) -> Result<Self, Failure> {
        let Credential(token) = credential;
        if token.len() > MAX_TOKEN {
            return Err(Failure::UnknownCaller(
                "The token is longer than any token of this server. Copy the token again, and nothing else.",
            ));
        }
        if let Some(secret) = secret
            && secret.is(credential)
        {
            if secret.is_short {
                return Err(Failure::UnknownCaller(
                    "This token is so short that it can be guessed, and is not accepted. Ask whoever gave it to you \
                     for a longer one.",
                ));
            }
            return Ok(Self::Secret);
        }
        match Form::of(token) {
            Form::Altered => Err(Failure::UnknownCaller(
                "The token is not complete, or was changed: its last characters do not fit the rest. Copy all of it \
                 again.",
            )),
            Form::Whole { shard } => Ok(Self::Token {
                hash: hash(credential),
                shard,
            }),
            // Tokens of another form were made before there was more than one.
            Form::Other => Ok(Self::Token {
                hash: hash(credential),
                shard: 1,
            }),
        }
    }

    /// The number of the database that knows the principal.
    pub const fn shard(&self) -> u16 {
        match self {
            Self::Secret => 1,
            Self::Token { shard, .. } => *shard,
        }
    }

    /// Whose data the principal may reach, as statements have it.
    pub fn scope(self, now: &Moment) -> Tenant {
        match self {
            Self::Secret => Tenant::DEFAULT,
            Self::Token { hash, .. } => Tenant::Token {
                hash,
                now: now.text.clone(),
                number: None,
            },
        }
    }
}
