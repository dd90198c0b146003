//! Percent-encoding, and the parameters of a query.

use percent_encoding::percent_decode_str;
use scim::error::Error;

/// Decodes `%XX`; what is no such escape stands for itself. Nothing where the bytes are not UTF-8.
pub fn decode(text: &str) -> Option<String> {
    let bytes: Vec<u8> = percent_decode_str(text).collect();
    String::from_utf8(bytes).ok()
}

/// The parameters with these names, in any letter case, decoded and in order. `+` is a blank, as
/// HTML forms and Entra ID's tools write it; where blanks are written as `%20` it is itself, as in
/// `plus+tag@example.com`.
///
/// Others are ignored: providers hang flags of their own on the base URL (Entra ID's
/// `aadOptscim062020`), and RFC 7644 §3.4.2 asks for no more.
pub fn parameters(query: &str, known: &[&str]) -> Result<Vec<(String, String)>, Error> {
    let plus_is_space = !query.contains("%20");
    let decoded = |text: &str| {
        let decoded = if plus_is_space {
            decode(&text.replace('+', " "))
        } else {
            decode(text)
        };
        let text = decoded.ok_or_else(|| {
            Error::invalid_syntax(
                "The query is not percent-encoded UTF-8. Encode its values once, as UTF-8.",
            )
        })?;
        if text.contains('\0') {
            return Err(Error::invalid_syntax(
                "The query has the character U+0000 in it, which no value has. Leave it out.",
            ));
        }
        Ok(text)
    };
    let mut parameters = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decoded(name)?, decoded(value)?);
        if known.iter().any(|known| known.eq_ignore_ascii_case(&name)) {
            parameters.push((name, value));
        }
    }
    Ok(parameters)
}
