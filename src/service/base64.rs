//! Base64 (RFC 4648 §4, §5): what clients prove themselves by comes in it, and what proves this
//! server goes out in it.
//!
//! Ours, for clients send either alphabet, with padding and without, and `base64ct` has a type for
//! each of the four.

/// The bytes of a text in base64 of either alphabet, with or without padding; nothing where it is
/// not that.
///
/// ```
/// use service::base64::decode;
/// assert_eq!(decode("Y2xpOnM=").as_deref(), Some(&b"cli:s"[..]));
/// assert_eq!(decode("_-8"), decode("/+8="));
/// assert_eq!(decode("a"), None);
/// assert_eq!(decode("a b="), None);
/// ```
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    if text.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    let (mut gathered, mut bits) = (0_u32, 0_u32);
    for byte in text.bytes() {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        gathered = gathered << 6 | u32::from(digit);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((gathered >> bits & 0xff) as u8);
        }
    }
    Some(bytes)
}

/// The bytes of a part of a JWT (RFC 7515 §2): base64url as an encoder writes it, without padding
/// and with no bits left over, so that no two texts are one part.
///
/// ```
/// use service::base64::decode_url;
/// assert_eq!(decode_url("_-8").as_deref(), Some(&[0xff, 0xef][..]));
/// for lenient in ["_-8=", "/+8", "_-9", "_"] {
///     assert_eq!(decode_url(lenient), None);
/// }
/// ```
pub fn decode_url(text: &str) -> Option<Vec<u8>> {
    let bytes = decode(text)?;
    let written = encode(&bytes);
    let written = written.bytes().map(|digit| match digit {
        b'+' => b'-',
        b'/' => b'_',
        digit => digit,
    });
    written
        .filter(|digit| *digit != b'=')
        .eq(text.bytes())
        .then_some(bytes)
}

/// Bytes in base64 (RFC 4648 §4), with padding.
///
/// ```
/// use service::base64::encode;
/// assert_eq!(encode(b"cli:s"), "Y2xpOnM=");
/// assert_eq!(encode(b"cli:se"), "Y2xpOnNl");
/// assert_eq!(encode(&[0xff, 0xef]), "/+8=");
/// ```
pub fn encode(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let number = chunk
            .iter()
            .fold(0_u32, |number, byte| number << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = DIGITS.get((number >> (18 - 6 * place) & 63) as usize);
            let is_there = place <= chunk.len();
            text.push(char::from(*digit.filter(|_| is_there).unwrap_or(&b'=')));
        }
    }
    text
}
