//! What may be compared with what: operators and values by the type of the attribute (RFC 7644
//! §3.4.2.2 table 3).

use alloc::string::ToString;

use serde_json::Value;

use super::Operand;
use crate::date_time::instant;
use crate::filter::{CompareOp, CompareValue};
use crate::fold::fold_value;
use crate::habit::Habits;
use crate::json;
use crate::schema::{Attribute, Type};

/// Whether the operator means something for values of this type.
pub(super) const fn applies(op: CompareOp, kind: Type) -> bool {
    match kind {
        Type::String | Type::Reference => true,
        // "Boolean and Binary attributes SHALL cause a failed response" with gt, ge, lt, le.
        Type::Binary => !matches!(
            op,
            CompareOp::Gt | CompareOp::Lt | CompareOp::Ge | CompareOp::Le
        ),
        Type::Boolean => matches!(op, CompareOp::Eq | CompareOp::Ne),
        // A part of a string is one thing; a part of a number or of an instant is none, however it
        // is written.
        Type::Decimal | Type::Integer | Type::DateTime => {
            !matches!(op, CompareOp::Co | CompareOp::Sw | CompareOp::Ew)
        }
        Type::Complex => false,
    }
}

/// The type, as a sentence has it behind "is".
pub(super) const fn type_words(kind: Type) -> &'static str {
    match kind {
        Type::String => "a string",
        Type::Boolean => "a boolean",
        Type::Decimal => "a decimal",
        Type::Integer => "an integer",
        Type::DateTime => "a dateTime",
        Type::Binary => "a binary",
        Type::Reference => "a reference",
        Type::Complex => "complex",
    }
}

/// What a value of this type looks like, for the words of an error.
pub(super) const fn shape(kind: Type) -> &'static str {
    match kind {
        Type::String | Type::Reference => "a string in double quotes",
        Type::Binary => "base64 in double quotes",
        Type::Boolean => "true or false",
        Type::Decimal | Type::Integer => "a number",
        Type::DateTime => "a time such as \"2011-05-13T04:42:34Z\"",
        Type::Complex => "one of its sub-attributes",
    }
}

/// The value as one of the attribute's type, in the client's spelling; `None` if it cannot be one.
///
/// Read leniently where only one meaning is possible: Entra ID's validator compares `primary` with
/// `"True"`, and numbers go both ways between their text and themselves.
pub(super) fn value_of_type(
    attribute: &Attribute,
    value: &CompareValue,
    habits: &mut Habits,
) -> Option<Value> {
    match (attribute.kind, value) {
        (
            Type::String | Type::Reference | Type::Binary | Type::DateTime,
            CompareValue::Word(word),
        ) => {
            habits.note_at("authentik-unquoted-filter-value", "filter");
            value_of_type(attribute, &CompareValue::String(word.clone()), habits)
        }
        (Type::String | Type::Reference | Type::Binary, CompareValue::String(text)) => {
            Some(Value::String(text.clone()))
        }
        (Type::DateTime, CompareValue::String(text)) => {
            instant(text)?;
            Some(Value::String(text.clone()))
        }
        (Type::String, CompareValue::Number(number)) => {
            let text = json::digits(number)?;
            habits.note_at("number-for-string", attribute.name);
            Some(Value::String(text))
        }
        (Type::Boolean, CompareValue::Boolean(boolean)) => Some(Value::Bool(*boolean)),
        (Type::Boolean, CompareValue::String(text)) => {
            let boolean = text.eq_ignore_ascii_case("true");
            if !boolean && !text.eq_ignore_ascii_case("false") {
                return None;
            }
            habits.note_at("entra-string-boolean", attribute.name);
            Some(Value::Bool(boolean))
        }
        (Type::Decimal | Type::Integer, CompareValue::Number(number)) => {
            Some(Value::Number(number.clone()))
        }
        (Type::Decimal | Type::Integer, CompareValue::Word(word)) => {
            json::number(word).map(Value::Number)
        }
        (Type::Decimal | Type::Integer, CompareValue::String(text)) => {
            let number = json::number(text)?;
            habits.note_at("string-for-number", attribute.name);
            Some(Value::Number(number))
        }
        (
            Type::String
            | Type::Reference
            | Type::Binary
            | Type::DateTime
            | Type::Boolean
            | Type::Decimal
            | Type::Integer
            | Type::Complex,
            CompareValue::Null
            | CompareValue::Boolean(_)
            | CompareValue::Number(_)
            | CompareValue::String(_)
            | CompareValue::Word(_),
        ) => None,
    }
}

/// The comparison image of a typed value.
pub(super) fn operand(
    op: CompareOp,
    attribute: &'static Attribute,
    value: &Value,
) -> Option<Operand> {
    match fold_value(attribute, value) {
        // As it would be stored: who looks up `" bjensen"` before creating it is to find the one
        // that would be in the way.
        Value::String(text) if attribute.trimmed && matches!(op, CompareOp::Eq | CompareOp::Ne) => {
            Some(Operand::String(text.trim().to_string()))
        }
        Value::String(text) => Some(Operand::String(text)),
        Value::Bool(boolean) => Some(Operand::Boolean(boolean)),
        Value::Number(number) => Some(Operand::Number(number)),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
