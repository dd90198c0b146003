//! The form of a token. It carries its own checksum, so one that was altered or cut is refused
//! without asking the database, and a scanner of leaked secrets knows one when it sees it.
//!
//! ```text
//! scim_ <shard> _ <43 digits: 32 random bytes> <6 digits: the CRC-32 of all before>
//! ```
//!
//! The shard is the number of the database that knows the token. The digits are base62
//! (`0-9A-Za-z`), the most significant first, padded with `0`. An operator's own token begins with
//! `scimadmin_` instead, the secret of an OAuth client with `scimsecret_`.
//! `scripts/secret.mjs` makes the same.

/// What the token of a tenant begins with.
pub const SCIM: &str = "scim_";
/// What an operator's own token begins with.
pub const OPERATOR: &str = "scimadmin_";
/// What the secret of an OAuth client begins with.
pub const CLIENT: &str = "scimsecret_";
/// Bytes of randomness: 256 bits.
pub const RANDOM_BYTES: usize = 32;
/// Characters of the random part.
const RANDOM: usize = 43;
/// Characters of the checksum.
const CHECKSUM: usize = 6;
/// The digits of base62, in their order.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// The highest number of a shard.
const MAX_SHARD: u16 = 9_999;

/// The last four characters of a secret, to tell one by.
pub(crate) fn last4(secret: &str) -> &str {
    secret
        .get(secret.len().saturating_sub(4)..)
        .unwrap_or_default()
}

/// What the form of a token tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// It is a token as it was made.
    Whole {
        /// The number of the database that knows it.
        shard: u16,
    },
    /// It has the form, but not the checksum: something of it was altered.
    Altered,
    /// It has another form: earlier releases made it, or it is a secret of the operator's choice.
    Other,
}

impl Form {
    /// Reads a token.
    ///
    /// ```
    /// use service::token::Form;
    /// let front = format!("scim_1_{}", "a".repeat(43));
    /// assert_eq!(Form::of(&format!("{front}0McOy1")), Form::Whole { shard: 1 });
    /// assert_eq!(Form::of(&format!("{front}0McOy2")), Form::Altered);
    /// assert_eq!(Form::of("a token of another form"), Form::Other);
    /// ```
    pub fn of(token: &str) -> Self {
        Self::read(SCIM, token)
    }

    /// The same of a credential that begins otherwise.
    pub fn read(prefix: &str, token: &str) -> Self {
        let parts = token
            .strip_prefix(prefix)
            .and_then(|rest| rest.split_once('_'));
        let Some((shard, rest)) = parts else {
            return Self::Other;
        };
        let is_form = rest.len() == RANDOM + CHECKSUM
            && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let (Some(shard), true) = (number(shard), is_form) else {
            return Self::Other;
        };
        let split = token.len().saturating_sub(CHECKSUM);
        match token.as_bytes().split_at_checked(split) {
            Some((front, checksum)) if checksum_of(front) == checksum => Self::Whole { shard },
            Some(_) | None => Self::Altered,
        }
    }
}

/// The number of a shard: up to four digits, the first of them no zero.
fn number(digits: &str) -> Option<u16> {
    let is_number = !digits.starts_with('0') && digits.bytes().all(|digit| digit.is_ascii_digit());
    let number = digits.parse().ok().filter(|_| is_number)?;
    (1..=MAX_SHARD).contains(&number).then_some(number)
}

/// Makes a token of a shard.
///
/// ```
/// use service::token::{Form, RANDOM_BYTES, make};
/// let token = make(12, [255; RANDOM_BYTES]);
/// assert_eq!(token.len(), "scim_12_".len() + 43 + 6);
/// assert_eq!(Form::of(&token), Form::Whole { shard: 12 });
/// ```
pub fn make(shard: u16, random: [u8; RANDOM_BYTES]) -> String {
    make_as(SCIM, shard, random)
}

/// The same of a credential that begins otherwise.
pub fn make_as(prefix: &str, shard: u16, random: [u8; RANDOM_BYTES]) -> String {
    let mut token = format!("{prefix}{shard}_");
    token.extend(base62::<RANDOM>(random).map(char::from));
    let checksum = checksum_of(token.as_bytes());
    token.extend(checksum.map(char::from));
    token
}

/// The CRC-32 (IEEE 802.3) of a text, in base62.
fn checksum_of(text: &[u8]) -> [u8; CHECKSUM] {
    let mut remainder = u32::MAX;
    for byte in text {
        remainder ^= u32::from(*byte);
        for _ in 0..8 {
            let low = remainder & 1;
            remainder = (remainder >> 1) ^ (0xEDB8_8320 * low);
        }
    }
    base62((!remainder).to_be_bytes())
}

/// A number, its most significant byte first, in base62.
fn base62<const LENGTH: usize>(mut number: impl AsMut<[u8]>) -> [u8; LENGTH] {
    let mut digits = [b'0'; LENGTH];
    for digit in digits.iter_mut().rev() {
        let mut remainder = 0;
        for byte in number.as_mut() {
            let dividend = remainder << 8 | usize::from(*byte);
            *byte = u8::try_from(dividend / DIGITS.len()).unwrap_or_default();
            remainder = dividend % DIGITS.len();
        }
        *digit = DIGITS.get(remainder).copied().unwrap_or(b'0');
    }
    digits
}
