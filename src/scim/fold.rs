//! The comparison image of a document: what `eq` calls equal is equal there byte by byte (RFC 7643
//! §2.2, §2.3).
//!
//! Filters, uniqueness and PATCH compare images, here and in SQL, so that all agree on what is the
//! same.
//!
//! What is case exact is its own image, character by character: ids, references and keys are made
//! by machines. Of the rest the image is normalised, and so is what a filter looks for. A part that
//! is looked for (`co`, `sw`, `ew`) is found where it stands in whole characters: `zoe` is no
//! beginning of `zoë`, and what begins with a combining mark is found only behind a letter that it
//! makes no character with.

use alloc::{string::String, vec::Vec};

use serde_json::{Map, Value};

use crate::date_time::instant;
use crate::resource_type::ResourceType;
use crate::schema::{Attribute, Type, find};

mod alone;
mod invisible;
mod width;

pub use invisible::is_unseen;
pub(crate) use invisible::{is_invisible, trim_name};

/// A string without letter case, as RFC 8265 §3.3.1 prepares a user name (UsernameCaseMapped):
/// full-width and half-width characters are the ordinary ones, letter case is folded, the rest is
/// in normalisation form C. So `zoë` typed on a Mac, in two characters, is the `zoë` of the
/// directory.
///
/// The letters that share an upper case share the image (`ſ` and `s`, `ς` and `σ`, `ß` and `SS`);
/// the dotless `ı` stays itself. `unicode-tables` has the rules.
///
/// Characters that nobody sees are left out, as Unicode's own comparison of identifiers has it (UAX
/// #31, `NFKC_Casefold`): an `ada` with a zero width space in it is no second account beside `ada`.
/// The joiners that RFC 8264 allows between some letters go as well, for the same letters with and
/// without one look alike. A text of nothing else is its own image.
///
/// ```
/// use scim::fold::fold_str;
/// assert_eq!(fold_str("Straße ΟΔΟΣ"), "strasse οδοσ");
/// assert_eq!(fold_str("Zoe\u{308}"), fold_str("zo\u{eb}"));
/// assert_eq!(fold_str("Ａｄａ"), "ada");
/// assert_eq!(fold_str("ad\u{200b}a"), "ada");
/// assert_ne!(fold_str("ı"), fold_str("I"));
/// ```
pub fn fold_str(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    if let Some(image) = text.chars().map(alone::image).collect() {
        return image;
    }
    let ordinary = text.chars().map(width::ordinary);
    let seen: String = ordinary.filter(|one| !is_invisible(*one)).collect();
    if seen.is_empty() {
        // Whoever looks for such characters alone is not to find everything.
        return String::from(text);
    }
    alone::pieces(&seen).map(unicode::fold).collect()
}

/// The image that a string had before images were normalised. Rows of then have it until they are
/// written again.
///
/// ```
/// use scim::fold::{fold_str, former_image};
/// assert_eq!(former_image("zo\u{eb}"), fold_str("zo\u{eb}"));
/// assert_ne!(former_image("zoe\u{308}"), fold_str("zoe\u{308}"));
/// ```
pub fn former_image(text: &str) -> String {
    unicode::fold_case(text)
}

/// A text as a Mac writes names: the marks of letters are characters behind them (normalisation
/// form D).
///
/// ```
/// assert_eq!(scim::fold::apart("zo\u{eb}"), "zoe\u{308}");
/// ```
pub fn apart(text: &str) -> String {
    unicode::apart(text)
}

/// The comparison image of a document or a whole resource of this type.
///
/// Names get the schema's spelling, strings that are not case exact are folded, times become
/// instants. What the schemas do not know and what is unassigned (null, `""`, `[]`, `{}`: RFC 7643
/// §2.5) is left out.
///
/// ```
/// use scim::{fold::fold, resource_type::USER_TYPE};
/// let document = serde_json::json!({"username": "BJensen", "externalId": "X1", "shoeSize": 42});
/// let image = fold(&USER_TYPE, document.as_object().unwrap());
/// let expected = serde_json::json!({"userName": "bjensen", "externalId": "X1"});
/// assert_eq!(serde_json::json!(image), expected);
/// ```
pub fn fold(
    resource_type: &'static ResourceType,
    document: &Map<String, Value>,
) -> Map<String, Value> {
    let mut folded = Map::new();
    for (key, value) in document {
        if let Some(attribute) = resource_type.attribute(key) {
            put(&mut folded, attribute.name, fold_value(attribute, value));
        } else if let (Some(schema), Value::Object(members)) = (resource_type.extension(key), value)
        {
            put(
                &mut folded,
                schema.uri,
                fold_members(schema.attributes, members),
            );
        }
    }
    folded
}

/// The comparison image of one value of an attribute, or of all of them in their array.
///
/// A value of another type than the attribute's is its own image.
pub fn fold_value(attribute: &'static Attribute, value: &Value) -> Value {
    match value {
        Value::Array(elements) => {
            let mut images = Vec::new();
            for element in elements {
                let image = fold_value(attribute, element);
                if is_assigned(&image) {
                    images.push(image);
                }
            }
            Value::Array(images)
        }
        Value::Object(members) => fold_members(attribute.sub_attributes, members),
        Value::String(text) => match attribute.kind {
            Type::DateTime => Value::String(instant(text).unwrap_or_else(|| text.clone())),
            Type::String | Type::Reference | Type::Binary if !attribute.case_exact => {
                Value::String(fold_str(text))
            }
            Type::String
            | Type::Reference
            | Type::Binary
            | Type::Boolean
            | Type::Decimal
            | Type::Integer
            | Type::Complex => value.clone(),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

fn fold_members(attributes: &'static [Attribute], members: &Map<String, Value>) -> Value {
    let mut folded = Map::new();
    for (key, value) in members {
        if let Some(attribute) = find(attributes, key) {
            put(&mut folded, attribute.name, fold_value(attribute, value));
        }
    }
    Value::Object(folded)
}

fn put(folded: &mut Map<String, Value>, name: &str, value: Value) {
    if is_assigned(&value) {
        folded.insert(String::from(name), value);
    }
}

/// Whether this is a value at all: null, an empty string, an empty array and an empty object are
/// none.
pub(crate) fn is_assigned(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(_) | Value::Number(_) => true,
        Value::String(text) => !text.is_empty(),
        Value::Array(elements) => !elements.is_empty(),
        Value::Object(members) => !members.is_empty(),
    }
}

#[cfg(test)]
mod tests;
