//! What is the name of an attribute.

/// `ATTRNAME = ALPHA *(nameChar)`; RFC 7643 §2.1 has `$` among the name characters, for `$ref`.
pub(crate) fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == b'$')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'$'))
}
