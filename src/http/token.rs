//! The form of a token, which carries its own checksum, so that one that was altered or cut is known without a look at the
//! database: `scim_`, the number of a database, `_`, 43 characters of base62, and six with the CRC-32 of all before.

/// What a token begins with.
const PREFIX: &str = "scim_";
/// Digits of the number of a database, at the most.
const NUMBER: usize = 4;
/// Characters of the random part and the checksum together.
const RANDOM_AND_CHECKSUM: usize = 49;
/// Characters of the checksum.
const CHECKSUM: usize = 6;
/// The digits of base62, in their order.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Whether a token has the form and not the checksum. Those of other forms were made by earlier releases, or are secrets of
/// the operator's choice.
///
/// ```
/// use scim_worker::http::token::is_altered;
/// let front = format!("scim_1_{}", "a".repeat(43));
/// assert!(!is_altered(&format!("{front}0McOy1")));
/// assert!(is_altered(&format!("{front}0McOy2")));
/// assert!(!is_altered("a token of another form"));
/// ```
pub fn is_altered(token: &str) -> bool {
    let parts = token
        .strip_prefix(PREFIX)
        .and_then(|rest| rest.split_once('_'));
    let Some((number, rest)) = parts else {
        return false;
    };
    let is_form = (1..=NUMBER).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && !number.starts_with('0')
        && rest.len() == RANDOM_AND_CHECKSUM
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let split = token.len().saturating_sub(CHECKSUM);
    is_form
        && token
            .as_bytes()
            .split_at_checked(split)
            .is_some_and(|(front, checksum)| checksum_of(front) != checksum)
}

/// The CRC-32 (IEEE 802.3) of a text in base62, its most significant digit first.
fn checksum_of(text: &[u8]) -> [u8; CHECKSUM] {
    let mut remainder = u32::MAX;
    for byte in text {
        remainder ^= u32::from(*byte);
        for _ in 0..8 {
            let low = remainder & 1;
            remainder = (remainder >> 1) ^ (0xEDB8_8320 * low);
        }
    }
    let mut rest = !remainder;
    let mut digits = [b'0'; CHECKSUM];
    for digit in digits.iter_mut().rev() {
        let value = usize::try_from(rest % 62).unwrap_or_default();
        *digit = DIGITS.get(value).copied().unwrap_or(b'0');
        rest /= 62;
    }
    digits
}
