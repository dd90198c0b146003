//! JSON text is read here, and nowhere else in what becomes the Worker.
//!
//! It is read as a [`Value`] and taken apart by those who know what they expect. Each type that is read from text
//! brings a parser of its own and words for every type that it is not, floats included: a tenth of the Worker's size.

use alloc::string::{String, ToString};

use serde_json::{Error, Map, Number, Value};

/// Reads a JSON text (RFC 8259), nested up to 127 levels.
///
/// ```
/// assert!(scim::json::parse("{\"userName\":\"bjensen\"}").is_ok());
/// assert!(scim::json::parse("{\"userName\":\"bjensen\"").is_err());
/// ```
pub fn parse(text: &str) -> Result<Value, Error> {
    serde_json::from_str(text)
}

/// Reads an object; none where the text is something else.
pub fn object(text: &str) -> Option<Map<String, Value>> {
    match parse(text) {
        Ok(Value::Object(object)) => Some(object),
        _ => None,
    }
}

/// Reads a number; none where the text is something else.
pub fn number(text: &str) -> Option<Number> {
    match parse(text) {
        Ok(Value::Number(number)) => Some(number),
        _ => None,
    }
}

/// The text of a number, none where it may not be the one that was written: a number that is no 64-bit integer is held
/// as a double, which keeps fifteen digits.
///
/// ```
/// use scim::json::{digits, number};
/// assert_eq!(digits(&number("1.5").unwrap()).as_deref(), Some("1.5"));
/// assert_eq!(digits(&number("12345678901234567890123").unwrap()), None);
/// ```
pub fn digits(number: &Number) -> Option<String> {
    const MOST: usize = f64::DIGITS as usize;
    let text = number.to_string();
    let significant = text.trim_start_matches(['-', '0', '.']);
    let count = significant.bytes().filter(u8::is_ascii_digit).count();
    let is_kept = number.is_i64() || number.is_u64() || (count <= MOST && !text.contains('e'));
    is_kept.then_some(text)
}

/// Reads a string; none where the text is something else.
///
/// ```
/// assert_eq!(scim::json::string("\"\\u00e9\"").as_deref(), Some("é"));
/// assert_eq!(scim::json::string("bjensen"), None);
/// ```
pub fn string(text: &str) -> Option<String> {
    match parse(text) {
        Ok(Value::String(string)) => Some(string),
        _ => None,
    }
}
