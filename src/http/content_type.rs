//! The type of a body that was sent.

use super::query::is_known;

/// Whether a `Content-Type` is one of these, in UTF-8 (RFC 8259 §8.1) or in
/// ASCII, which is that.
pub fn is_one(content_type: &str, known: &[&str]) -> bool {
    let content_type = content_type.to_ascii_lowercase();
    let mut parts = content_type.split(';').map(str::trim);
    parts.next().is_some_and(|name| is_known(name, known))
        && parts.all(|parameter| match parameter.split_once('=') {
            Some(("charset", charset)) => {
                matches!(charset.trim_matches('"'), "utf-8" | "utf8" | "us-ascii")
            }
            Some(_) | None => true,
        })
}
