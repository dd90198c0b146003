//! One value a client sent, as the value its attribute's definition means (RFC 7643 §2.3).
//!
//! Providers send `"True"` for a boolean, one object where a list is due, a list of one where a
//! value is due. Where only one meaning is possible the value is read as such and the habit noted;
//! everything else is refused by name.

use alloc::{string::String, string::ToString, vec::Vec};

use serde_json::{Map, Number, Value};

use crate::date_time;
use crate::error::Error;
use crate::fold::{is_invisible, is_unseen, trim_name};
use crate::habit::{Habits, NOTHING_SET, WRITE_ONLY};
use crate::json;
use crate::path::Location;
use crate::resource::document::{member, object};
use crate::resource::read_only::leave_out_sent;
use crate::resource::refusal::{MAX_VALUES, refusal, too_many_values, two_primaries};
use crate::resource::values::unite;
use crate::resource::wrapped::{is_blank, sub_named, unwrap_list, unwrap_value};
use crate::schema::{Attribute, Mutability, Type};

/// The value at `location` as it is stored; `None` when it means that the attribute is unassigned:
/// `null`, `""`, `[]`, `{}` (RFC 7643 §2.5; Entra ID clears with `""`), or a complex value of which
/// nothing is left.
///
/// The result is in canonical form: coercing it again gives it again.
pub(crate) fn coerce(
    location: Location,
    value: &Value,
    habits: &mut Habits,
) -> Result<Option<Value>, Error> {
    let value = if location.leaf().multi_valued {
        coerce_list(location, value, habits)
    } else {
        coerce_one(location, value, habits)
    }?;
    if value.is_some() && location.is_secret() {
        habits.leave_out(WRITE_ONLY, &location.to_string());
    }
    Ok(value)
}

fn coerce_list(
    location: Location,
    value: &Value,
    habits: &mut Habits,
) -> Result<Option<Value>, Error> {
    let list = unite(location, coerce_each(location, value, habits)?, &[]);
    if list.len() > MAX_VALUES {
        return Err(too_many_values(location));
    }
    if list.iter().filter(|element| is_primary(element)).count() > 1 {
        return Err(two_primaries(location));
    }
    Ok((!list.is_empty()).then_some(Value::Array(list)))
}

/// The values of a list one by one; what they are together is not looked at.
pub(crate) fn coerce_each(
    location: Location,
    value: &Value,
    habits: &mut Habits,
) -> Result<Vec<Value>, Error> {
    // 15five/django-scim2 has seen OneLogin send `emails` as one object.
    let of_one = "onelogin-single-object-for-list";
    let items = unwrap_list(location, value, of_one, habits);
    let mut list = Vec::new();
    for item in items {
        if item.is_array() {
            return Err(unsuitable(location, item));
        }
        list.extend(coerce_one(location, item, habits)?);
    }
    Ok(list)
}

/// Whether a value of a multi-valued attribute is the primary one (RFC 7643 §2.4).
pub(crate) fn is_primary(element: &Value) -> bool {
    element.get("primary").and_then(Value::as_bool) == Some(true)
}

/// One value: of a singular attribute, or an element of a multi-valued one.
pub(crate) fn coerce_one(
    location: Location,
    value: &Value,
    habits: &mut Habits,
) -> Result<Option<Value>, Error> {
    let attribute = location.leaf();
    match (unwrap_value(location, value, habits), attribute.kind) {
        (Value::Null, _) => Ok(None),
        (Value::String(text), _) if text.is_empty() => Ok(None),
        (Value::Object(parts), Type::Complex) if parts.is_empty() => Ok(None),
        (Value::Array(items), _) => match items.as_slice() {
            [] => Ok(None),
            // Captain-P-Goldfish's client, under Keycloak's SCIM extension, sends `["x"]` for a
            // single value; Entra ID's tutorial sends the manager so.
            [one] if !one.is_array() => {
                habits.note_at("keycloak-list-for-single-value", &location.to_string());
                coerce_one(location, one, habits)
            }
            _ => Err(unsuitable(location, value)),
        },
        (Value::Object(parts), Type::Complex) => coerce_parts(location, parts, habits),
        (Value::String(_) | Value::Number(_) | Value::Bool(_), Type::Complex) => {
            match main_part(attribute) {
                Some(sub) => {
                    // Microsoft's validator sends the manager's id alone; others send bare e-mail
                    // addresses, or the whole of a name.
                    let habit = if attribute.name == "manager" {
                        "entra-plain-string-manager"
                    } else {
                        "plain-string-for-complex"
                    };
                    habits.note_at(habit, &location.to_string());
                    let inner = coerce_one(location.part(sub), value, habits)?;
                    Ok(inner.map(|inner| object([(sub, inner)])))
                }
                None => Err(unsuitable(location, value)),
            }
        }
        (Value::String(text), Type::String) if attribute.trimmed => {
            if text.contains(char::is_control) {
                return Err(unsuitable(location, value));
            }
            let name = trim_name(text);
            if name.len() < text.len() {
                // A spreadsheet's cell, or a directory's.
                habits.note_at("blanks-at-the-ends", &location.to_string());
            }
            if name.contains(is_invisible) {
                if is_unseen(name) {
                    return Err(unsuitable(location, value));
                }
                // RFC 8265 §3.3 would have it refused. It is stored as it was sent, for who
                // deactivates somebody sends the name as well, and compares it with what we answer;
                // that it is no second account is for `fold`.
                habits.note_at("invisible-characters", &location.to_string());
            }
            Ok((!name.is_empty()).then(|| Value::from(name)))
        }
        (value, _) => coerce_simple(location, value, habits)
            .map(Some)
            .ok_or_else(|| unsuitable(location, value)),
    }
}

/// The part that a simple value in place of the object can only mean: `value`, and of a name or a
/// postal address `formatted`, "the full name, including all […] parts" (RFC 7643 §4.1.1).
fn main_part(attribute: &'static Attribute) -> Option<&'static Attribute> {
    let part = |name| attribute.sub_attribute(name);
    part("value").or_else(|| part("formatted"))
}

/// The parts of a complex value: unknown and read-only ones are left out, names get the schema's
/// spelling. An element whose `value` is empty is none.
fn coerce_parts(
    location: Location,
    parts: &Map<String, Value>,
    habits: &mut Habits,
) -> Result<Option<Value>, Error> {
    let mut object = Map::new();
    for (name, value) in parts {
        let Some(sub) = sub_named(location, parts, name, habits) else {
            continue;
        };
        if sub.mutability == Mutability::ReadOnly {
            leave_out_sent(location.part(sub), value, habits);
            continue;
        }
        match coerce(location.part(sub), value, habits)? {
            Some(value) if sub.mutability != Mutability::WriteOnly => {
                object.insert(sub.name.to_string(), value);
            }
            Some(_) | None => {
                object.remove(sub.name);
            }
        }
    }
    let leaf = location.leaf();
    let main = leaf.sub_attribute("value");
    if leaf.multi_valued
        && !object.is_empty()
        && main.is_some_and(|main| !main.required)
        && member(parts, "value").is_some_and(is_blank)
    {
        // Its `type` alone would hide the value behind it where applications look for one.
        habits.leave_out(NOTHING_SET, &location.to_string());
        return Ok(None);
    }
    Ok((!object.is_empty()).then_some(Value::Object(object)))
}

/// A value of a simple type, neither null nor empty; `None` when it has no meaning as such.
fn coerce_simple(location: Location, value: &Value, habits: &mut Habits) -> Option<Value> {
    let kind = location.leaf().kind;
    let mut note = |habit| habits.note_at(habit, &location.to_string());
    match (kind, value) {
        (Type::Reference, Value::String(text)) => {
            // A photo's file name must not keep a leaver active: it is stored as it was sent.
            if !is_reference(text) {
                note("reference-is-no-uri");
            }
            (!text.as_bytes().contains(&b'\0')).then(|| value.clone())
        }
        // A null character ends a text for half of the world, the database among it.
        (Type::String, Value::String(text)) => {
            (!text.as_bytes().contains(&b'\0')).then(|| value.clone())
        }
        (Type::Boolean, Value::Bool(_)) | (Type::Decimal, Value::Number(_)) => Some(value.clone()),
        // Several providers send an employeeNumber as a number.
        (Type::String | Type::Reference, Value::Number(number)) => {
            let text = json::digits(number)?;
            note("number-for-string");
            Some(Value::String(text))
        }
        // A title of YES or NO becomes one in YAML, and in a spreadsheet.
        (Type::String, Value::Bool(truth)) => {
            note("boolean-for-string");
            Some(Value::from(if *truth { "true" } else { "false" }))
        }
        // Entra ID without its flag sends `"False"`, its validator `"True"` for `primary`,
        // Keycloak's extension `"true"`.
        (Type::Boolean, Value::String(text)) => {
            let text = text.trim();
            let (truth, habit) = match text {
                "0" | "1" => (text == "1", "number-for-boolean"),
                _ => (text.eq_ignore_ascii_case("true"), "entra-string-boolean"),
            };
            (truth || text == "0" || text.eq_ignore_ascii_case("false")).then(|| {
                note(habit);
                Value::Bool(truth)
            })
        }
        (Type::Boolean, Value::Number(number)) => {
            let truth = number.as_u64().filter(|number| *number < 2)?;
            note("number-for-boolean");
            Some(Value::Bool(truth == 1))
        }
        (Type::Integer, Value::Number(number)) => {
            let whole = whole(number)?;
            if whole != *number {
                // A spreadsheet's cell, or a language that has no whole numbers.
                note("decimal-for-integer");
            }
            Some(Value::Number(whole))
        }
        (Type::Integer | Type::Decimal, Value::String(text)) => {
            let number = json::number(text)?;
            let number = match kind {
                Type::Integer => whole(&number)?,
                _ => number,
            };
            note("string-for-number");
            Some(Value::Number(number))
        }
        (Type::DateTime, Value::String(text)) => date_time::instant(text).map(|_| value.clone()),
        (Type::Binary, Value::String(text)) => {
            if is_base64(text) {
                return Some(value.clone());
            }
            // OpenSSL prints a certificate in lines of 64, framed by two more (RFC 7468).
            let mut joined = String::new();
            for line in text.lines() {
                if !line.starts_with("-----") {
                    joined.extend(line.split_ascii_whitespace());
                }
            }
            (!joined.is_empty() && is_base64(&joined)).then(|| {
                note("base64-in-lines");
                Value::String(joined)
            })
        }
        (
            Type::String
            | Type::Boolean
            | Type::Decimal
            | Type::Integer
            | Type::DateTime
            | Type::Binary
            | Type::Reference
            | Type::Complex,
            _,
        ) => None,
    }
}

/// RFC 7643 §2.3.7: a URI, absolute or relative. Any text is one that has no character that stands
/// in none (RFC 3986 §2); letters beyond ASCII are let through (Microsoft's validator sends a
/// random word).
fn is_reference(text: &str) -> bool {
    let is_strange = |c| matches!(c, '<' | '>' | '"' | '{' | '}' | '|' | '\\' | '^' | '`');
    text.chars()
        .all(|c| !c.is_whitespace() && !c.is_control() && !is_strange(c))
}

/// RFC 7643 §2.3.4: neither fraction nor exponent; 64 bits, which is what the database compares
/// exactly. One that is written with either, and is whole nevertheless, can only mean that: `4.0`,
/// `4e0`. Of more digits than a fraction's form has exactly it is not known what was meant.
fn whole(number: &Number) -> Option<Number> {
    if number.is_i64() {
        return Some(number.clone());
    }
    let text = json::digits(number)?;
    let whole = text.strip_suffix(".0").unwrap_or(&text);
    json::number(whole).filter(Number::is_i64)
}

/// RFC 4648 §4 or §5; RFC 7643 §2.3.6 lets the padding be omitted.
pub(crate) fn is_base64(text: &str) -> bool {
    let data = text.trim_end_matches('=');
    let padding = text.len() - data.len();
    let alphabet =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    // One character left over would be six bits: not a byte.
    data.len() % 4 != 1
        && data.bytes().all(alphabet)
        && (padding == 0 || (padding <= 2 && text.len().is_multiple_of(4)))
}

/// A value that has no meaning for the attribute: what it should be and what it is.
pub(crate) fn unsuitable(location: Location, value: &Value) -> Error {
    let attribute = location.leaf();
    let mut rest = String::from("must be ");
    rest.push_str(match attribute.kind {
        Type::String => "a string",
        Type::Boolean => "true or false",
        Type::Decimal => "a number",
        Type::Integer => "a whole number",
        Type::DateTime => "a time such as \"2008-01-23T04:56:22Z\" (RFC 3339)",
        Type::Binary => "a string in base64 (RFC 4648)",
        Type::Reference => "a URI as a string",
        Type::Complex => "an object",
    });
    rest.push_str(", not ");
    rest.push_str(match value {
        Value::String(text) if text.as_bytes().contains(&b'\0') => {
            "one with the character U+0000, which is not stored"
        }
        Value::String(text) if attribute.trimmed && text.contains(char::is_control) => {
            "one with control characters: send the name without them"
        }
        Value::String(text) if attribute.trimmed && is_unseen(text) => {
            "one of invisible characters alone: send a name that can be read"
        }
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) if attribute.kind == Type::String => {
            "this number, whose digits would not all be kept: send it in double quotes"
        }
        Value::Number(_) => "this number",
        Value::String(_) => "this string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    });
    refusal(location, Error::invalid_value, &rest)
}
