//! Cursors: where a page by cursor starts, in a form that only this server can make (RFC 9865).
//!
//! The form is ours, over the primitives of `hmac` and `sha2`: a token of another library (JWT,
//! branca, paseto) is longer, has a nonce to draw and a clock of its own, and says more of itself
//! than a client need know.
//!
//! A cursor holds the place of the last row seen, the moment it was made and a fingerprint of the
//! query, and a code over all of that with the tenant's own key. It holds nothing that the client
//! has not been shown.
//!
//! It stands in addresses, and so in the logs of whatever is on the way: what could be a name or an
//! address there, the value that the list is sorted by, is encrypted. That key must be known before
//! the database is asked, for the value is part of what it is asked, so it comes of the caller's
//! credential. A sorted walk goes on with the token that it began with; another token of the tenant
//! starts it again (RFC 9865 invalidCursor). A walk in order of ids, which is how providers read,
//! holds no such value and does not mind.
//!
//! The encryption is SIV (RFC 5297 §2) with HMAC-SHA-256: a code over id and value, by one key, is
//! both the proof and the start of the key stream, which is the HMAC of code and counter by
//! another. Two values never share a stream unless they are the same, so no nonce can be wasted;
//! both keys are HMACs of their purpose by the credential.

use hmac::{Hmac, KeyInit, Mac};
use scim::error::Error;
use scim::json;
use scim::message::search::SearchRequest;
use scim::resource_type::ResourceType;
use serde_json::Value;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use store::page::{Mark, SortKey, Window};

/// Bytes of the code that are kept: 128 bits.
const CODE_BYTES: usize = 16;
/// Purposes of the keys that a sort value is encrypted with.
const PROOF: &[u8] = b"scim cursor: proof of a sort value";
const STREAM: &[u8] = b"scim cursor: stream over a sort value";
/// Bytes of the fingerprint that are kept.
const FINGERPRINT_BYTES: usize = 8;

/// What a cursor says.
#[derive(Clone, Debug, PartialEq)]
pub struct Cursor {
    /// Where the page starts, and which way it runs.
    pub window: Window,
    /// The page size that the walk began with.
    pub count: u64,
    /// When it was given out, in seconds since 1970.
    issued: u64,
    fingerprint: String,
    /// The code, and behind it what it authenticates.
    bytes: Vec<u8>,
}

/// What a cursor is made with.
#[derive(Clone, Copy, Debug)]
pub struct CursorTerms<'a> {
    /// The tenant's key.
    pub key: &'a str,
    /// What the caller showed to be let in.
    pub credential: &'a str,
    /// The query, see [`fingerprint`].
    pub fingerprint: &'a str,
    /// The page size.
    pub count: u64,
    /// The present moment, in seconds since 1970.
    pub now: u64,
}

/// What of a query a cursor is bound to: everything but the page's size and what is shown of each
/// resource.
pub fn fingerprint(types: &[&'static ResourceType], request: &SearchRequest) -> String {
    let mut digest = Sha256::new();
    for resource_type in types {
        digest.update(resource_type.name.as_bytes());
        digest.update([0]);
    }
    digest.update([u8::from(request.descending)]);
    for part in [&request.filter, &request.sort_by] {
        digest.update(part.as_deref().unwrap_or_default().as_bytes());
        digest.update([0]);
    }
    base16ct::lower::encode_string(
        digest
            .finalize()
            .get(..FINGERPRINT_BYTES)
            .unwrap_or_default(),
    )
}

/// Makes a cursor.
pub fn seal(terms: CursorTerms<'_>, window: &Window) -> Option<String> {
    let (backwards, mark) = match window {
        Window::Offset(_) => return None,
        Window::After(mark) => (0, mark),
        Window::Before(mark) => (1, mark),
    };
    let key = match &mark.key {
        Some(key) => Some(encrypt(terms.credential, &mark.id, &key.to_text())?),
        None => None,
    };
    let content = json::text(&Value::from(vec![
        Value::from(terms.fingerprint),
        terms.now.into(),
        terms.count.into(),
        backwards.into(),
        mark.id.as_str().into(),
        key.into(),
    ]));
    let code = hmac(terms.key.as_bytes(), &[content.as_bytes()])?;
    let bytes = [code.get(..CODE_BYTES)?, content.as_bytes()].concat();
    Some(base16ct::lower::encode_string(&bytes))
}

pub(crate) fn hmac(key: &[u8], parts: &[&[u8]]) -> Option<[u8; 32]> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    for part in parts {
        mac.update(part);
    }
    Some(mac.finalize().into_bytes().into())
}

/// Encrypts the sort value of a row: the code, and behind it the value under its stream.
fn encrypt(credential: &str, id: &str, value: &str) -> Option<String> {
    let code = value_code(credential, id, value.as_bytes())?;
    let cipher = under_stream(credential, &code, value.as_bytes())?;
    Some(base16ct::lower::encode_string(
        &[code.as_slice(), &cipher].concat(),
    ))
}

/// Reads what [`encrypt`] wrote for the same credential and row.
fn decrypt(credential: &str, id: &str, text: &str) -> Option<String> {
    let bytes = base16ct::lower::decode_vec(text).ok()?;
    let (code, cipher) = bytes.split_at_checked(CODE_BYTES)?;
    let value = under_stream(credential, code, cipher)?;
    let expected = value_code(credential, id, &value)?;
    bool::from(expected.ct_eq(code)).then_some(())?;
    String::from_utf8(value).ok()
}

fn value_code(credential: &str, id: &str, value: &[u8]) -> Option<Vec<u8>> {
    let key = hmac(credential.as_bytes(), &[PROOF])?;
    let code = hmac(&key, &[id.as_bytes(), &[0], value])?;
    Some(code.get(..CODE_BYTES)?.to_vec())
}

/// The bytes with the stream over them; twice is not at all.
fn under_stream(credential: &str, code: &[u8], bytes: &[u8]) -> Option<Vec<u8>> {
    let key = hmac(credential.as_bytes(), &[STREAM])?;
    let mut output = Vec::with_capacity(bytes.len());
    for (counter, block) in (0_u32..).zip(bytes.chunks(32)) {
        let stream = hmac(&key, &[code, &counter.to_be_bytes()])?;
        output.extend(block.iter().zip(stream).map(|(byte, over)| byte ^ over));
    }
    Some(output)
}

/// Opens a cursor before its code can be checked, which takes the tenant's key: only to learn where
/// to look.
pub fn open(text: &str, credential: &str) -> Result<Cursor, Error> {
    let bytes = base16ct::lower::decode_vec(text).map_err(|_| refusal())?;
    let (_, content) = bytes.split_at_checked(CODE_BYTES).ok_or_else(refusal)?;
    let content = str::from_utf8(content)
        .ok()
        .and_then(|text| json::parse(text).ok());
    let parts = content.as_ref().and_then(Value::as_array);
    let Some(
        [
            Value::String(fingerprint),
            issued,
            count,
            backwards,
            Value::String(id),
            key,
        ],
    ) = parts.map(Vec::as_slice)
    else {
        return Err(refusal());
    };
    let key = match key.as_str() {
        None => None,
        Some(cipher) => {
            let value = decrypt(credential, id, cipher);
            Some(
                value
                    .and_then(|value| SortKey::parse(&value))
                    .ok_or_else(refusal)?,
            )
        }
    };
    let mark = Mark {
        key,
        id: id.clone(),
    };
    Ok(Cursor {
        window: if *backwards == 1 {
            Window::Before(mark)
        } else {
            Window::After(mark)
        },
        count: count.as_u64().ok_or_else(refusal)?,
        issued: issued.as_u64().ok_or_else(refusal)?,
        fingerprint: fingerprint.clone(),
        bytes,
    })
}

impl Cursor {
    /// Checks that this server made the cursor, for this tenant and this query, and not too long
    /// ago.
    pub fn check(&self, terms: CursorTerms<'_>, timeout: u64) -> Result<(), Error> {
        let (sent, content) = self
            .bytes
            .split_at_checked(CODE_BYTES)
            .ok_or_else(refusal)?;
        let mut mac =
            Hmac::<Sha256>::new_from_slice(terms.key.as_bytes()).map_err(|_| refusal())?;
        mac.update(content);
        mac.verify_truncated_left(sent).map_err(|_| refusal())?;
        if self.fingerprint != terms.fingerprint {
            return Err(refusal());
        }
        if terms.now > self.issued.saturating_add(timeout) {
            return Err(Error::expired_cursor(
                "The cursor is older than the cursorTimeout of /ServiceProviderConfig. Start again with an empty cursor.",
            ));
        }
        // RFC 9865 §2: the size of the pages is that of the first.
        if self.count != terms.count {
            return Err(Error::invalid_count(
                "count differs from that of the first page. Leave it out, or start again with an empty cursor.",
            ));
        }
        Ok(())
    }
}

fn refusal() -> Error {
    Error::invalid_cursor(
        "The cursor is not one that this server gave out for this query. Send nextCursor or previousCursor of a reply \
         to the same filter, order and token, unchanged, or an empty cursor for the first page.",
    )
}
