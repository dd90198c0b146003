//! An assertion: a JWT (RFC 7519) by which an issuer says who its bearer is (RFC 7523 §3).

use scim::json;
use serde_json::{Map, Value};

use crate::base64;
use crate::credential::{Credential, hash};
use crate::outside::{Algorithm, Moment};
use store::directory::clients::Federation;

/// Bytes of the longest; those of Entra ID have some 1,500.
const LONGEST: usize = 16_384;
/// Seconds by which the clock of an issuer may be wrong.
const LEAVE: i64 = 60;
/// Seconds that an assertion may be good for: two days. The longest that are known are those of
/// Azure's managed identities, with one. RFC 7523 §3 lets the server refuse one that is good for
/// longer than it would remember it.
const LIFETIME: i64 = 172_800;

/// An assertion whose form is good.
#[derive(Debug)]
pub(super) struct Assertion<'a> {
    /// How it is signed.
    pub algorithm: Algorithm,
    /// The name of the key that signed it.
    pub kid: String,
    /// What is signed.
    pub signed: &'a str,
    /// The signature.
    pub signature: Vec<u8>,
    claims: Map<String, Value>,
}

/// What is kept of one that was taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct AssertionUse {
    /// SHA-256 of its issuer and its `jti`, lower-case hex: the same shown to another client of the
    /// tenant is the same.
    pub jti: String,
    /// Until when it could be sent again.
    pub expires_at: String,
}

impl<'a> Assertion<'a> {
    /// Reads one.
    pub(super) fn parse(text: &'a str) -> Result<Self, &'static str> {
        if text.len() > LONGEST {
            return Err("The client_assertion is too long: send a signed JWT and nothing else.");
        }
        let form = "The client_assertion must be a signed JWT: three parts in base64url, with dots between (RFC 7515 7.1).";
        let (signed, signature) = text.rsplit_once('.').ok_or(form)?;
        let (header, claims) = signed.split_once('.').ok_or(form)?;
        let (header, claims) = (object(header).ok_or(form)?, object(claims).ok_or(form)?);
        let signature = base64::decode_url(signature).ok_or(form)?;
        let name = |name: &str| header.get(name).and_then(Value::as_str);
        let algorithm = name("alg").and_then(Algorithm::by_name).ok_or(
            "The assertion must be signed by RS256 or ES256: its header has another alg, or none.",
        )?;
        // RFC 7515 §4.1.11: what must be understood and is not.
        if header.contains_key("crit") {
            return Err(
                "The header of the assertion has crit: send one without, for no extension is understood here.",
            );
        }
        let kid = name("kid")
            .filter(|kid| !kid.is_empty())
            .ok_or("The header of the assertion has no kid, which names the key that signed it. Send one with it.")?;
        Ok(Self {
            algorithm,
            kid: kid.to_owned(),
            signed,
            signature,
            claims,
        })
    }

    /// Checks what it says against what its client's must say; gives what is to be kept so that it
    /// is taken once.
    pub(super) fn check(
        &self,
        wanted: &Federation<String>,
        now: &Moment,
    ) -> Result<Option<AssertionUse>, &'static str> {
        let claim = |name: &str| self.claims.get(name).and_then(Value::as_str);
        if claim("iss") != Some(&wanted.issuer) {
            return Err(
                "The iss of the assertion is not the issuer of this client. Ask whoever runs this service to compare the two.",
            );
        }
        if claim("sub") != Some(&wanted.subject) {
            return Err(
                "The sub of the assertion is not the subject of this client. Ask whoever runs this service to compare the two.",
            );
        }
        if !self
            .audience()
            .is_some_and(|audience| is_audience(audience, &wanted.audience))
        {
            return Err(
                "The aud of the assertion is not the audience of this client. Ask whoever runs this service to compare the two.",
            );
        }
        if let (Some(tid), Some(tenant)) = (self.claims.get("tid"), entra_tenant(&wanted.issuer))
            && tid.as_str() != Some(tenant)
        {
            return Err(
                "The tid of the assertion is not the tenant in its iss. Send an assertion that this tenant issued.",
            );
        }
        let now = i64::try_from(now.milliseconds / 1_000).unwrap_or(i64::MAX);
        let time = |name: &str| match self.claims.get(name) {
            None => Ok(None),
            Some(value) => seconds(value).map(Some).ok_or(
                "The exp, nbf and iat of the assertion must be numbers of seconds since 1970.",
            ),
        };
        let expires = time("exp")?.ok_or("The assertion has no exp: it must end at some time.")?;
        if expires + LEAVE <= now {
            return Err("The assertion has expired: send a new one.");
        }
        if expires > now + LIFETIME {
            return Err("The assertion is good for more than two days: send one that ends sooner.");
        }
        let is_ahead = |moment: Option<i64>| moment.is_some_and(|moment| moment > now + LEAVE);
        if is_ahead(time("nbf")?) || is_ahead(time("iat")?) {
            return Err(
                "The assertion is not valid yet: its nbf or iat is to come. Check the clock of the issuer.",
            );
        }
        let jti = match self.claims.get("jti") {
            // Microsoft's published sample has none.
            None => return Ok(None),
            Some(jti) => jti
                .as_str()
                .filter(|jti| !jti.is_empty())
                .ok_or("The jti of the assertion must be a string, and not an empty one.")?,
        };
        let until = u64::try_from((expires + LEAVE) * 1_000).unwrap_or_default();
        Ok(Some(AssertionUse {
            jti: hash(Credential(&[&wanted.issuer, "\n", jti].concat())),
            expires_at: Moment::at(until).text,
        }))
    }

    /// `aud`: a text, or a list of one. What is meant for several servers could be sent on by one
    /// of them to another.
    fn audience(&self) -> Option<&str> {
        match self.claims.get("aud")? {
            Value::String(audience) => Some(audience),
            Value::Array(list) => match list.as_slice() {
                [Value::String(audience)] => Some(audience),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Whether an `aud` is the one that was set down, in any of the forms of Entra ID: its portal shows
/// `api://X/.default`, and its assertions have `api://X` (version 2) or `X`.
fn is_audience(audience: &str, wanted: &str) -> bool {
    if audience == wanted {
        return true;
    }
    let wanted = wanted.strip_prefix("api://").unwrap_or(wanted);
    let wanted = wanted.strip_suffix("/.default").unwrap_or(wanted);
    match audience.strip_prefix("api://") {
        None => audience == wanted,
        Some(audience) => audience.strip_suffix("/.default").unwrap_or(audience) == wanted,
    }
}

/// The tenant that an issuer of Entra ID names: `https://login.microsoftonline.com/{tenant}/v2.0`,
/// `https://sts.windows.net/{tenant}/`, and those of national clouds. It is a GUID.
fn entra_tenant(issuer: &str) -> Option<&str> {
    let is_guid = |text: &&str| {
        let lengths = text.split('-').map(str::len);
        lengths.eq([8, 4, 4, 4, 12])
            && text
                .bytes()
                .all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
    };
    issuer.split('/').find(is_guid)
}

/// A `NumericDate` (RFC 7519 §2), which may have a fraction.
#[expect(clippy::cast_possible_truncation, reason = "it is within the bounds")]
fn seconds(value: &Value) -> Option<i64> {
    const MOST: f64 = 1e12;
    let number = value.as_f64()?;
    (-MOST..MOST).contains(&number).then_some(number as i64)
}

/// A part of a JWT: a JSON object in which no name comes twice (RFC 7515 §4).
fn object(part: &str) -> Option<Map<String, Value>> {
    let text = String::from_utf8(base64::decode_url(part)?).ok()?;
    match json::parse_noting(&text).ok()? {
        (Value::Object(members), twice) if twice.is_empty() => Some(members),
        _ => None,
    }
}
