//! What a body of the admin face has: its attributes, read and checked.

use scim::date_time;
use scim::fold::is_unseen;
use scim::json;
use serde_json::{Map, Value};

use super::refusal::Refusal;
use crate::outside::Moment;

/// What a body may be: an object.
pub type BodyObject = Map<String, Value>;

/// Refuses what is not known: a member that is not read would be a wish that nobody hears.
pub(super) fn only(body: &BodyObject, known: &[&str]) -> Result<(), Refusal> {
    match body.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(Refusal::invalid(
            "unknown_member",
            format!(
                "`{name}` is not known here. Known are {}.",
                known.join(", ")
            ),
        )),
    }
}

/// A text of up to so many characters; none where it is null or not there.
pub(super) fn text<'b>(
    body: &'b BodyObject,
    name: &str,
    most: usize,
) -> Result<Option<&'b str>, Refusal> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if is_text(text, most) => Ok(Some(text)),
        Some(_) => Err(Refusal::invalid(
            "invalid_value",
            format!(
                "`{name}` must be a string of 1 to {most} characters, some of them visible and none a control character."
            ),
        )),
    }
}

/// Whether that is a text that somebody can read, of up to so many characters.
pub(super) fn is_text(text: &str, most: usize) -> bool {
    !is_unseen(text) && text.chars().count() <= most && !text.contains(char::is_control)
}

/// The same of what must be there.
pub(super) fn required<'b>(
    body: &'b BodyObject,
    name: &str,
    most: usize,
) -> Result<&'b str, Refusal> {
    text(body, name, most)?.ok_or_else(|| {
        Refusal::invalid(
            "missing_member",
            format!("`{name}` is missing. Send it as a string of 1 to {most} characters."),
        )
    })
}

/// When a credential ends, in the form of the tables: nothing where that is not said, none where it
/// is null.
#[expect(clippy::option_option, reason = "RFC 7396: not said, null, or a time")]
pub(super) fn expiry(body: &BodyObject, now: &Moment) -> Result<Option<Option<String>>, Refusal> {
    let text = match body.get("expires_at") {
        None => return Ok(None),
        Some(Value::Null) => return Ok(Some(None)),
        Some(value) => value.as_str().unwrap_or_default(),
    };
    let Some(moment) = moment(text) else {
        return Err(Refusal::invalid(
            "invalid_value",
            "`expires_at` must be a time such as \"2027-01-31T12:00:00Z\" (RFC 3339), or null for never.",
        ));
    };
    if moment <= now.text {
        return Err(Refusal::invalid(
            "invalid_value",
            "`expires_at` is in the past. Send a future time, or send DELETE to end the credential now.",
        ));
    }
    Ok(Some(Some(moment)))
}

/// A time (RFC 3339) in the form of the tables.
pub(super) fn moment(text: &str) -> Option<String> {
    // Only a whole time has a zone: without one it would be another moment to whoever wrote it.
    let has_zone = text.len() > 19
        && text
            .get(19..)
            .is_some_and(|end| end.contains(['Z', 'z', '+', '-']));
    let moment = date_time::instant(text).filter(|_| has_zone)?;
    moment.get(..23).map(|moment| format!("{moment}Z"))
}

/// Scopes: a list of some of the names, as it is stored: in their order, each once.
pub(super) fn scopes(body: &BodyObject, names: &[&str]) -> Result<Option<String>, Refusal> {
    let list = match body.get("scopes") {
        None | Some(Value::Null) => return Ok(None),
        Some(value) => value.as_array().map_or(&[][..], Vec::as_slice),
    };
    let is_name = |value: &Value| value.as_str().is_some_and(|name| names.contains(&name));
    let mut known = Vec::new();
    if list.iter().all(is_name) {
        for name in names {
            if list.iter().any(|value| value == name) {
                known.push(Value::from(*name));
            }
        }
    }
    if known.is_empty() {
        return Err(Refusal::invalid(
            "invalid_scope",
            format!(
                "`scopes` must be a list of at least one of {}.",
                names.join(", ")
            ),
        ));
    }
    Ok(Some(json::text(&Value::Array(known))))
}
