//! The `Authorization` header becomes a tenant (RFC 6750 §2.1, RFC 7644 §2).

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::token;
use crate::service::{Failure, Moment, hex};
use crate::store::tenant::Tenant;

/// Characters of the shortest `SCIM_TOKEN` that opens anything: of hexadecimal digits, 128 bits.
pub const MIN_SECRET: usize = 32;
/// Longest token that is looked at.
const MAX_TOKEN: usize = 4_096;

/// The tenant of a request: that of `SCIM_TOKEN` if the token equals it, else that of a token of the table, which the
/// batch itself looks up.
pub fn tenant(
    authorization: Option<&str>,
    secret: Option<&str>,
    now: &Moment,
) -> Result<Tenant, Failure> {
    let Some(header) = authorization else {
        return Err(Failure::NoToken(
            "This endpoint needs a token: send the header `Authorization: Bearer <token>`.",
        ));
    };
    let token = match header.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("Bearer") => token.trim(),
        Some(_) | None => {
            return Err(Failure::NoToken(
                "Only bearer tokens are accepted: send the header `Authorization: Bearer <token>`.",
            ));
        }
    };
    if token.is_empty() {
        return Err(Failure::NoToken(
            "The bearer token is empty: send the header `Authorization: Bearer <token>`.",
        ));
    }
    if token.len() > MAX_TOKEN {
        return Err(Failure::Unauthorized(
            "The bearer token is too long to be one of this server's.",
        ));
    }
    let digest = Sha256::digest(token.as_bytes());
    // Digests are compared, in constant time, so that neither the secret's content nor its length shows.
    if let Some(secret) = secret.filter(|secret| !secret.is_empty())
        && bool::from(Sha256::digest(secret.as_bytes()).ct_eq(&digest))
    {
        if secret.len() < MIN_SECRET {
            return Err(Failure::Unauthorized(
                "This token has fewer than 32 characters, so it can be guessed and is not accepted. Ask who runs this \
                 server for another one.",
            ));
        }
        return Ok(Tenant::Default);
    }
    if token::is_altered(token) {
        return Err(Failure::Unauthorized(
            "The bearer token is not whole: its last characters do not fit the rest. Copy it again, all of it.",
        ));
    }
    Ok(Tenant::Token {
        hash: hex::encode(&digest),
        now: now.text.clone(),
    })
}
