//! Bytes as text: two digits a byte. (Base64 would be shorter, and 2 kB more of Worker.)

/// Bytes as lower-case hex.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(u32::from(digit), 16));
        }
    }
    text
}

/// Reads what [`encode`] wrote.
///
/// ```
/// use scim_worker::service::hex;
/// assert_eq!(hex::decode(&hex::encode(&[0, 127, 255])), Some(vec![0, 127, 255]));
/// assert_eq!((hex::decode("0"), hex::decode("0g"), hex::decode("FF")), (None, None, None));
/// ```
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    text.as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(digit(high)? << 4 | digit(low)?),
            _ => None,
        })
        .collect()
}
