//! Base64 (RFC 4648 §4, §5), read alone: what clients prove themselves by comes in it.

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
