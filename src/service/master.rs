//! The `MASTER_KEY`: secrets that must be used, not compared, are derived from it and stored
//! nowhere.

use std::fmt;
use std::rc::Rc;

use crate::cursor::hmac;

/// Bytes of a key.
const KEY: usize = 32;
/// Bytes that tell a key from others.
const FINGERPRINT: usize = 8;

/// The keys, the newest first; none where the deployment has none.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Master(Rc<[[u8; KEY]]>);

/// It is told to nobody.
impl fmt::Debug for Master {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} keys", self.0.len())
    }
}

impl Master {
    /// Reads 64 hexadecimal digits, or several of these with commas between, the newest first.
    ///
    /// ```
    /// use service::master::Master;
    /// let one = "ab".repeat(32);
    /// assert!(Master::parse(&one).is_some());
    /// assert!(Master::parse(&format!("{one}, {one}")).is_some());
    /// assert!(Master::parse("abcd").is_none());
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let key = |digits: &str| {
            let mut key = [0; KEY];
            base16ct::mixed::decode(digits.trim(), &mut key)
                .ok()
                .is_some_and(|bytes| bytes.len() == KEY)
                .then_some(key)
        };
        let keys: Option<Vec<_>> = text.split(',').map(key).collect();
        keys.map(|keys| Self(keys.into()))
    }

    /// The newest key.
    pub(crate) fn newest(&self) -> Option<MasterKey> {
        self.0.first().copied().map(MasterKey)
    }

    /// The key with a fingerprint.
    pub(crate) fn by_fingerprint(&self, fingerprint: &str) -> Option<MasterKey> {
        self.all().find(|key| key.fingerprint() == fingerprint)
    }

    /// The fingerprints of all keys, a JSON array.
    pub(crate) fn fingerprints(&self) -> String {
        let all = self.all().map(|key| key.fingerprint());
        scim::json::text(&all.collect::<Vec<_>>().into())
    }

    /// All keys.
    pub(crate) fn all(&self) -> impl Iterator<Item = MasterKey> {
        self.0.iter().copied().map(MasterKey)
    }
}

/// One of the keys.
#[derive(Clone, Copy)]
pub(crate) struct MasterKey([u8; KEY]);

impl MasterKey {
    /// What rows name it by.
    pub(crate) fn fingerprint(&self) -> String {
        let code = hmac(&self.0, &[b"fingerprint"]).unwrap_or_default();
        base16ct::lower::encode_string(code.get(..FINGERPRINT).unwrap_or_default())
    }

    /// The secret for a purpose and what it is of.
    pub(crate) fn derive(&self, purpose: &str, id: &str) -> [u8; 32] {
        hmac(&self.0, &[purpose.as_bytes(), &[0], id.as_bytes()]).unwrap_or_default()
    }
}
