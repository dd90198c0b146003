//! Percent-encoding, and the parameters of a query.

use percent_encoding::percent_decode_str;
use scim::error::Error;
use scim::part;

/// Decodes `%XX`; what is no such escape stands for itself. Nothing where the bytes are not UTF-8.
pub fn decode(text: &str) -> Option<String> {
    let bytes: Vec<u8> = percent_decode_str(text).collect();
    String::from_utf8(bytes).ok()
}

/// The parameters with these names, in any letter case, decoded and in order. `+` is a blank
/// or itself, each parameter by its own value (see `plus_is_a_blank`).
///
/// ```
/// use scim_worker::http::query::parameters;
/// let value = |query| parameters(query, &["filter"]).unwrap().remove(0).1;
/// assert_eq!(value("filter=userName+eq+%22a%20b%22&count=1"), r#"userName eq "a b""#);
/// assert_eq!(value("filter=userName%20eq%20%22a+b%22&count=1"), r#"userName eq "a+b""#);
/// ```
///
/// Others are ignored: providers hang flags of their own on the base URL (Entra ID's
/// `aadOptscim062020`), and RFC 7644 §3.4.2 asks for no more.
pub fn parameters(query: &str, known: &[&str]) -> Result<Vec<(String, String)>, Error> {
    let mut parameters = all(query)?;
    parameters.retain(|(name, _)| is_known(name, known));
    Ok(parameters)
}

/// Whether a name is one of these, in any letter case.
pub fn is_known(name: &str, known: &[&str]) -> bool {
    known.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// All parameters, decoded and in order.
pub fn all(query: &str) -> Result<Vec<(String, String)>, Error> {
    let decoded = |text: &str| {
        let decoded = if plus_is_a_blank(text) {
            decode(&part::replace(text, "+", " "))
        } else {
            decode(text)
        };
        let text = decoded.ok_or_else(|| {
            Error::invalid_syntax(
                "The query is not percent-encoded UTF-8. Encode its values once, as UTF-8.",
            )
        })?;
        if text.as_bytes().contains(&b'\0') {
            return Err(Error::invalid_syntax(
                "The query has the character U+0000 in it, which no value has. Leave it out.",
            ));
        }
        Ok(text)
    };
    let mut parameters = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        parameters.push((decoded(name)?, decoded(value)?));
    }
    Ok(parameters)
}

/// Whether `+` stands for a blank in a name or a value.
///
/// HTML forms and Entra ID's tools write every blank so; others write `%20`, and leave the plus of
/// `plus+tag@example.com` as it is. Which of the two it is shows between the words of a filter:
/// within quotes either may stand beside the other, for some build a filter by hand and escape the
/// value that they look for.
fn plus_is_a_blank(text: &str) -> bool {
    let mut within_quotes = false;
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        let (byte, behind) = match rest {
            [b'%', b'2', b'2', behind @ ..] => (b'"', behind),
            [b'%', b'2', b'0', behind @ ..] => (b' ', behind),
            [b'%', b'5', b'C' | b'c', behind @ ..] => (b'\\', behind),
            _ => (*first, behind),
        };
        rest = match (byte, within_quotes) {
            (b' ', false) => return false,
            // The character behind it, a quote perhaps, ends nothing.
            (b'\\', true) => behind
                .strip_prefix(b"%22")
                .or_else(|| behind.strip_prefix(b"%5C"))
                .or_else(|| behind.strip_prefix(b"%5c"))
                .or_else(|| behind.get(1..))
                .unwrap_or_default(),
            _ => behind,
        };
        within_quotes ^= byte == b'"';
    }
    true
}
