//! JSON text is read here, and nowhere else in what becomes the Worker.
//!
//! It is read as a [`Value`] and taken apart by those who know what they expect. Each type that is read from text
//! brings a parser of its own and words for every type that it is not, floats included: a tenth of the Worker's size.

use alloc::string::String;

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
