//! The metadata of a tenant: strings by which the application knows it.

use scim::json;
use serde_json::Value;

use super::body::{BodyObject, is_text};
use super::refusal::Refusal;

/// Members at the most.
pub(super) const MEMBERS: usize = 10;
/// Characters of the longest value, and of the longest name.
const VALUE: usize = 500;
const NAME: usize = 64;

/// The metadata of a body, as a merge patch.
pub(super) fn read(body: &BodyObject) -> Result<Option<String>, Refusal> {
    let wrong = || {
        Refusal::invalid(
            "invalid_value",
            format!(
                "`metadata` must be an object of at most {MEMBERS} strings, each of up to {VALUE} \
                 characters and without U+0000, with names of 1 to {NAME} characters, some of them \
                 visible and none a control character."
            ),
        )
    };
    match body.get("metadata") {
        None => Ok(None),
        Some(value @ Value::Object(members)) => {
            let is_right = members.iter().all(|(name, value)| {
                let is_value = |text: &str| text.chars().count() <= VALUE && !text.contains('\0');
                is_text(name, NAME) && (value.is_null() || value.as_str().is_some_and(is_value))
            });
            let count = members.values().filter(|value| !value.is_null()).count();
            if !is_right || count > MEMBERS {
                return Err(wrong());
            }
            Ok(Some(json::text(value)))
        }
        Some(Value::Null) => Ok(Some("null".to_owned())),
        Some(_) => Err(wrong()),
    }
}

/// The refusal of what a tenant would have too much of.
pub(super) fn too_much() -> Refusal {
    Refusal::invalid(
        "invalid_value",
        format!(
            "The tenant would have more than {MEMBERS} entries of `metadata`. Remove some by setting them to null."
        ),
    )
}
