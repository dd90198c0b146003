//! JSON text is read here, and nowhere else in what becomes the Worker.
//!
//! It is read as a [`Value`] and taken apart by those who know what they expect. Each type that is
//! read from text brings a parser of its own and words for every type that it is not, floats
//! included: a tenth of the Worker's size.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cell::RefCell;
use core::fmt;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Deserializer, Error, Map, Number, Value};

use crate::index::Index;
use crate::path::{has_path, keep_the_last, schema_at};
use crate::schema::Schema;

/// Reads a JSON text (RFC 8259), nested up to 127 levels.
///
/// ```
/// assert!(scim::json::parse("{\"userName\":\"bjensen\"}").is_ok());
/// assert!(scim::json::parse("{\"userName\":\"bjensen\"").is_err());
/// ```
pub fn parse(text: &str) -> Result<Value, Error> {
    parse_noting(text).map(|(value, _)| value)
}

/// Prints a value. [`Value`] prints itself, too, by way of the formatter: slower, and by a second
/// copy of all that prints.
///
/// ```
/// assert_eq!(scim::json::text(&serde_json::json!({ "a": [1] })), r#"{"a":[1]}"#);
/// ```
pub fn text(value: &Value) -> String {
    // A value always prints.
    serde_json::to_string(value).unwrap_or_default()
}

/// Reads a JSON text, and tells the names of members that an object of it has twice, each once and
/// no more than [`MAX_TWICE`].
///
/// RFC 8259 §4 leaves open what such an object means: here the last counts. Names of attributes
/// have no letter case (RFC 7643 §2.1), so `userName` and `username` are one; and so are `active`
/// and `urn:ietf:params:scim:schemas:core:2.0:User:active`.
///
/// ```
/// let text = r#"{"active": true, "title": "", "Active": false}"#;
/// let (value, twice) = scim::json::parse_noting(text).unwrap();
/// assert_eq!(value, serde_json::json!({ "Active": false, "title": "" }));
/// assert_eq!(twice, ["active"]);
/// ```
pub fn parse_noting(text: &str) -> Result<(Value, Vec<String>), Error> {
    let twice = RefCell::default();
    let mut reader = Deserializer::from_str(text);
    let value = ValueReader(&twice, None).deserialize(&mut reader)?;
    reader.end()?;
    Ok((value, twice.into_inner()))
}

/// The most names that come twice which are told; ours: one more than a log line has places for.
pub const MAX_TWICE: usize = 33;

/// Builds a value, and notes the members that are named twice, by the name that does not count; of
/// the object at the key of a schema, whose members may have other spellings.
#[derive(Clone, Copy)]
struct ValueReader<'a>(&'a RefCell<Vec<String>>, Option<&'static Schema>);

impl ValueReader<'_> {
    fn note(self, name: &str) {
        let mut twice = self.0.borrow_mut();
        if twice.len() < MAX_TWICE && !twice.iter().any(|known| known == name) {
            twice.push(String::from(name));
        }
    }
}

impl<'de> DeserializeSeed<'de> for ValueReader<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueReader<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any valid JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Self(self.0, None))? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut list: Vec<Option<(String, Value)>> = Vec::new();
        let mut names = MemberNames::default();
        let mut is_path = false;
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(Self(self.0, schema_at(&name)))?;
            is_path |= has_path(&name);
            if let Some((earlier, _)) = names.take_earlier(&mut list, &name) {
                self.note(&earlier);
            }
            list.push(Some((name, value)));
        }
        if is_path {
            keep_the_last(self.1, &mut list, &mut |name| self.note(name));
        }
        Ok(Value::Object(object_of(list.into_iter().flatten())))
    }
}

/// Members of an object whose names are compared one by one: for so few that is the quickest.
const FEW: usize = 16;

/// The names of the members of an object, where they are many.
#[derive(Default)]
struct MemberNames {
    names: Index,
    /// Where the member with the name of each number stands.
    places: Vec<usize>,
}

impl MemberNames {
    /// Takes out the member that has a name already with which another is to come behind the list.
    fn take_earlier(
        &mut self,
        list: &mut [Option<(String, Value)>],
        name: &str,
    ) -> Option<(String, Value)> {
        if list.len() < FEW {
            let mut members = list.iter_mut();
            let known = members.find(|member| {
                let known = member.as_ref();
                known.is_some_and(|(known, _)| known.eq_ignore_ascii_case(name))
            });
            return known.and_then(Option::take);
        }
        if self.places.is_empty() {
            for (place, member) in list.iter().enumerate() {
                if let Some((known, _)) = member {
                    self.names.add(&known.to_ascii_lowercase());
                    self.places.push(place);
                }
            }
        }
        let number = self.names.number_or_add(&name.to_ascii_lowercase());
        let Some(place) = self.places.get_mut(number) else {
            self.places.push(list.len());
            return None;
        };
        let earlier = list.get_mut(*place).and_then(Option::take);
        *place = list.len();
        earlier
    }
}

/// An object of these members; of those with one name the last counts.
///
/// One goes in after the other: `collect` sorts them first, with a sort and a way to build trees of
/// its own, 4 kB in the Worker.
pub fn object_of(members: impl IntoIterator<Item = (String, Value)>) -> Map<String, Value> {
    let mut object = Map::new();
    for (name, value) in members {
        object.insert(name, value);
    }
    object
}

/// An object of these members. `json!` makes each of its values by way of what serializes, with
/// words for the case that this fails.
///
/// ```
/// let object = scim::json::with(vec![("active", true.into()), ("title", "Ms".into())]);
/// assert_eq!(scim::json::text(&object), r#"{"active":true,"title":"Ms"}"#);
/// ```
pub fn with(members: Vec<(&str, Value)>) -> Value {
    let mut object = Map::new();
    for (name, value) in members {
        object.insert(String::from(name), value);
    }
    Value::Object(object)
}

/// An object as text, one member after the other: the place where text that is JSON already, such
/// as what the database prints, becomes part of more of it.
///
/// ```
/// use scim::json::ObjectText;
/// let object = ObjectText::new().text("name", "a \"b\"").member("rows", "[1]").end();
/// assert_eq!(object, r#"{"name":"a \"b\"","rows":[1]}"#);
/// assert_eq!(ObjectText::more_of("{}".into()).member("id", "1").end(), r#"{"id":1}"#);
/// ```
#[derive(Debug)]
pub struct ObjectText(String);

impl ObjectText {
    /// An object without members.
    #[expect(
        clippy::new_without_default,
        reason = "an object that is not closed is no value"
    )]
    pub fn new() -> Self {
        Self(String::from("{"))
    }

    /// An object that is to have more members.
    pub fn more_of(mut object: String) -> Self {
        object.pop();
        Self(object)
    }

    /// With a member whose value is JSON.
    #[must_use]
    pub fn member(mut self, name: &str, json: &str) -> Self {
        let comma = if self.0.len() > 1 { "," } else { "" };
        self.0.extend([comma, "\"", name, "\":", json]);
        self
    }

    /// With a member that is a text.
    #[must_use]
    pub fn text(self, name: &str, value: &str) -> Self {
        self.member(name, &text(&value.into()))
    }

    /// All of it.
    pub fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

/// A list, as text, of what is JSON.
///
/// ```
/// assert_eq!(scim::json::list_text(&["1".into(), "null".into()]), "[1,null]");
/// ```
pub fn list_text(items: &[String]) -> String {
    ["[", &items.join(","), "]"].concat()
}

/// A list of these texts.
pub fn texts(list: &[&str]) -> Value {
    let mut texts = Vec::new();
    for text in list {
        texts.push(Value::from(*text));
    }
    Value::Array(texts)
}

/// Takes out the members that are not to be kept; what is kept may be changed.
///
/// Each is moved over: taking out where they stand brings ways to walk and to balance a tree of its
/// own for each caller, 4 kB in the Worker.
pub fn keep(object: &mut Map<String, Value>, is_kept: &mut dyn FnMut(&str, &mut Value) -> bool) {
    for (name, mut value) in core::mem::take(object) {
        if is_kept(&name, &mut value) {
            object.insert(name, value);
        }
    }
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

/// The text of a number, none where it may not be the one that was written: a number that is no
/// 64-bit integer is held as a double, which keeps fifteen digits.
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
    let is_kept =
        number.is_i64() || number.is_u64() || (count <= MOST && !text.as_bytes().contains(&b'e'));
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

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn names_that_come_twice_are_found_among_few_and_many() {
        // The earlier one stands at each place, and comes again at each later one.
        for count in [2, FEW - 1, FEW, FEW + 1, 3 * FEW] {
            for (first, again) in [(0, 1), (0, count - 1), (count / 2, count - 1), (0, FEW)] {
                if again <= first || again >= count {
                    continue;
                }
                let name = |place: usize| match place {
                    _ if place == again => format!("NAME{first}"),
                    _ => format!("name{place}"),
                };
                let member = |place| format!("\"{}\":{place}", name(place));
                let members: Vec<String> = (0..count).map(member).collect();
                let text = ["{", &members.join(","), ",\"Last\":1,\"last\":2}"].concat();
                let (value, twice) = parse_noting(&text).unwrap();
                assert_eq!(value.as_object().unwrap().len(), count, "{text}");
                assert_eq!(value[name(again)], again, "{text}");
                assert_eq!(value["last"], 2);
                assert_eq!(twice, [format!("name{first}"), "Last".into()], "{text}");
            }
        }
    }
}
