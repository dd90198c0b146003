//! Cursors: where a page by cursor starts, in a form that only this server can make (RFC 9865).
//!
//! A cursor holds the place of the last row seen, the moment it was made and a fingerprint of the query, and a code
//! over all of that with the tenant's own key. It holds nothing that the client has not been shown.

use hmac::{Hmac, KeyInit, Mac};
use scim::error::Error;
use scim::json;
use scim::list::SearchRequest;
use scim::resource_type::ResourceType;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::hex;
use crate::store::page::{Key, Mark, Window};

/// Bytes of the code that are kept: 128 bits.
const CODE_BYTES: usize = 16;
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
pub struct Seal<'a> {
    /// The tenant's key.
    pub key: &'a str,
    /// The query, see [`fingerprint`].
    pub fingerprint: &'a str,
    /// The page size.
    pub count: u64,
    /// The present moment, in seconds since 1970.
    pub now: u64,
}

/// What of a query a cursor is bound to: everything but the page's size and what is shown of each resource.
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
    hex::encode(
        digest
            .finalize()
            .get(..FINGERPRINT_BYTES)
            .unwrap_or_default(),
    )
}

/// Makes a cursor.
pub fn seal(seal: Seal<'_>, window: &Window) -> Option<String> {
    let (backwards, mark) = match window {
        Window::Offset(_) => return None,
        Window::After(mark) => (0, mark),
        Window::Before(mark) => (1, mark),
    };
    let content = json!([
        seal.fingerprint,
        seal.now,
        seal.count,
        backwards,
        mark.id,
        mark.key.as_ref().map(Key::dressed)
    ])
    .to_string();
    let mut mac = Hmac::<Sha256>::new_from_slice(seal.key.as_bytes()).ok()?;
    mac.update(content.as_bytes());
    let code = mac.finalize().into_bytes();
    let bytes = [code.get(..CODE_BYTES)?, content.as_bytes()].concat();
    Some(hex::encode(&bytes))
}

/// Opens a cursor before its code can be checked, which takes the tenant's key: only to learn where to look.
pub fn open(text: &str) -> Result<Cursor, Error> {
    let bytes = hex::decode(text).ok_or_else(refused)?;
    let (_, content) = bytes.split_at_checked(CODE_BYTES).ok_or_else(refused)?;
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
        return Err(refused());
    };
    let mark = Mark {
        key: key.as_str().and_then(Key::parse),
        id: id.clone(),
    };
    Ok(Cursor {
        window: if *backwards == 1 {
            Window::Before(mark)
        } else {
            Window::After(mark)
        },
        count: count.as_u64().ok_or_else(refused)?,
        issued: issued.as_u64().ok_or_else(refused)?,
        fingerprint: fingerprint.clone(),
        bytes,
    })
}

impl Cursor {
    /// Checks that this server made the cursor, for this tenant and this query, and not too long ago.
    pub fn check(&self, seal: Seal<'_>, timeout: u64) -> Result<(), Error> {
        let (sent, content) = self
            .bytes
            .split_at_checked(CODE_BYTES)
            .ok_or_else(refused)?;
        let mut mac = Hmac::<Sha256>::new_from_slice(seal.key.as_bytes()).map_err(|_| refused())?;
        mac.update(content);
        mac.verify_truncated_left(sent).map_err(|_| refused())?;
        if self.fingerprint != seal.fingerprint {
            return Err(refused());
        }
        if seal.now > self.issued.saturating_add(timeout) {
            return Err(Error::expired_cursor(
                "The cursor is older than the cursorTimeout of /ServiceProviderConfig. Start again with an empty cursor.",
            ));
        }
        // RFC 9865 §2: the size of the pages is that of the first.
        if self.count != seal.count {
            return Err(Error::invalid_count(
                "count differs from that of the first page. Leave it out, or start again with an empty cursor.",
            ));
        }
        Ok(())
    }
}

fn refused() -> Error {
    Error::invalid_cursor(
        "The cursor is not one that this server gave out for this query. Send nextCursor or previousCursor of a reply \
         to the same filter and order, unchanged, or an empty cursor for the first page.",
    )
}
