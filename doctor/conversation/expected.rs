//! What a reply is held against: a subset of JSON with matchers in it.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

use super::shortened;
use super::template::{Template, Variables};

/// How much of a value one reads beside what was expected; the whole reply is told, too.
const MOST: usize = 300;

/// An expectation of one value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expected {
    Null,
    Boolean(bool),
    Number(Number),
    Text(Template),
    /// `<~text>`: contains it in any letter case.
    Containing(Template),
    Matcher(Matcher),
    Object(Vec<(Template, Expected)>),
    /// Element by element.
    List(Vec<Expected>),
    /// `{"<contains>": […]}`
    Contains(Vec<Expected>),
    /// `{"<unordered>": […]}`
    Unordered(Vec<Expected>),
}

/// `"<id>"` and its like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Matcher {
    /// `<id>` and `<string>`
    String,
    Number,
    Boolean,
    DateTime,
    Any,
    Absent,
    Empty,
}

impl Matcher {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "<id>" | "<string>" => Self::String,
            "<number>" => Self::Number,
            "<boolean>" => Self::Boolean,
            "<dateTime>" => Self::DateTime,
            "<any>" => Self::Any,
            "<absent>" => Self::Absent,
            "<empty>" => Self::Empty,
            _ => return None,
        })
    }

    fn accepts(self, got: Option<&Value>) -> bool {
        match self {
            Self::String => got
                .and_then(Value::as_str)
                .is_some_and(|text| !text.is_empty()),
            Self::Number => got.is_some_and(Value::is_number),
            Self::Boolean => got.is_some_and(Value::is_boolean),
            Self::DateTime => got.and_then(Value::as_str).is_some_and(is_date_time),
            Self::Any => got.is_some(),
            Self::Absent => got.is_none(),
            Self::Empty => got.is_none_or(|got| got.as_array().is_some_and(Vec::is_empty)),
        }
    }

    fn wants(self) -> &'static str {
        match self {
            Self::String => "a non-empty string",
            Self::Number => "a number",
            Self::Boolean => "a boolean",
            Self::DateTime => "an RFC 3339 time",
            Self::Any => "anything",
            Self::Absent => "nothing",
            Self::Empty => "[] or nothing",
        }
    }
}

impl Expected {
    /// Reads a string of an expectation.
    pub(crate) fn text(text: &str) -> Result<Self, String> {
        let tagged = text
            .strip_prefix('<')
            .and_then(|rest| rest.strip_suffix('>'));
        match tagged {
            None => Ok(Self::Text(Template::parse(text)?)),
            Some(inner) => match inner.strip_prefix('~') {
                Some("") => Err("`<~>` asks for nothing".to_owned()),
                Some(part) => Ok(Self::Containing(Template::parse(part)?)),
                None => Matcher::named(text)
                    .map(Self::Matcher)
                    .ok_or_else(|| format!("`{text}` is not a matcher")),
            },
        }
    }

    fn object(members: Vec<(String, Self)>) -> Result<Self, String> {
        if let [(name, Self::List(_))] = members.as_slice()
            && matches!(name.as_str(), "<contains>" | "<unordered>")
        {
            let unordered = name == "<unordered>";
            return match members.into_iter().next() {
                Some((_, Self::List(elements))) if unordered => Ok(Self::Unordered(elements)),
                Some((_, Self::List(elements))) if !elements.is_empty() => {
                    Ok(Self::Contains(elements))
                }
                _ => Err("`<contains>` asks for nothing".to_owned()),
            };
        }
        let members = members.into_iter().map(|(name, value)| {
            if name.starts_with('<') {
                return Err(format!("`{name}` must be the only member, with a list"));
            }
            Ok((Template::parse(&name)?, value))
        });
        Ok(Self::Object(members.collect::<Result<_, _>>()?))
    }

    /// Every template in it.
    pub(crate) fn templates<'a>(&'a self, found: &mut Vec<&'a Template>) {
        match self {
            Self::Null | Self::Boolean(_) | Self::Number(_) | Self::Matcher(_) => {}
            Self::Text(template) | Self::Containing(template) => found.push(template),
            Self::Object(members) => {
                for (name, value) in members {
                    found.push(name);
                    value.templates(found);
                }
            }
            Self::List(elements) | Self::Contains(elements) | Self::Unordered(elements) => {
                for element in elements {
                    element.templates(found);
                }
            }
        }
    }

    /// Where a value differs from what was expected: a line for each place, which starts with its
    /// JSON Pointer.
    pub(crate) fn faults(&self, got: Option<&Value>, variables: &Variables) -> Vec<String> {
        let mut comparison = Comparison {
            variables,
            faults: Vec::new(),
        };
        comparison.compare(self, got, "");
        comparison.faults
    }
}

struct Comparison<'a> {
    variables: &'a Variables,
    faults: Vec<String>,
}

impl Comparison<'_> {
    fn compare(&mut self, expected: &Expected, got: Option<&Value>, at: &str) {
        match expected {
            Expected::Null => self.hold(got.is_some_and(Value::is_null), at, "null", got),
            Expected::Boolean(value) => {
                self.hold(
                    got.and_then(Value::as_bool) == Some(*value),
                    at,
                    &value.to_string(),
                    got,
                );
            }
            Expected::Number(number) => {
                let same = matches!(got, Some(Value::Number(got)) if same_number(number, got));
                self.hold(same, at, &number.to_string(), got);
            }
            Expected::Text(template) => {
                if let Some(text) = self.fill(template, at) {
                    let same = got.and_then(Value::as_str) == Some(text.as_str());
                    self.hold(same, at, &Value::from(text).to_string(), got);
                }
            }
            Expected::Containing(template) => {
                if let Some(part) = self.fill(template, at) {
                    let lower = part.to_lowercase();
                    let there = got
                        .and_then(Value::as_str)
                        .is_some_and(|text| text.to_lowercase().contains(&lower));
                    self.hold(there, at, &format!("a string with `{part}` in it"), got);
                }
            }
            Expected::Matcher(matcher) => self.hold(matcher.accepts(got), at, matcher.wants(), got),
            Expected::Object(members) => match got.and_then(Value::as_object) {
                None => self.hold(false, at, "an object", got),
                Some(object) => {
                    for (name, value) in members {
                        if let Some(name) = self.fill(name, at) {
                            self.compare(
                                value,
                                object.get(&name),
                                &format!("{at}/{}", pointer_token(&name)),
                            );
                        }
                    }
                }
            },
            Expected::List(elements) => {
                if let Some(list) = self.list(got, at) {
                    let same = list.len() == elements.len();
                    self.hold(same, at, &format!("a list of {}", elements.len()), got);
                    for (index, (element, got)) in elements.iter().zip(list).enumerate() {
                        self.compare(element, Some(got), &format!("{at}/{index}"));
                    }
                }
            }
            Expected::Contains(elements) => {
                if let Some(list) = self.list(got, at) {
                    self.compare_in_any_order(elements, list, at);
                }
            }
            Expected::Unordered(elements) => {
                if let Some(list) = self.list(got, at) {
                    let same = list.len() == elements.len();
                    self.hold(same, at, &format!("a list of {}", elements.len()), got);
                    self.compare_in_any_order(elements, list, at);
                }
            }
        }
    }

    fn hold(&mut self, holds: bool, at: &str, expected: &str, got: Option<&Value>) {
        if !holds {
            let got = got.map_or_else(
                || "nothing".to_owned(),
                |got| shortened(&got.to_string(), MOST),
            );
            self.fault(at, &format!("expected {expected}, got {got}"));
        }
    }

    fn fault(&mut self, at: &str, words: &str) {
        let colon = if at.is_empty() { "" } else { ": " };
        self.faults.push(format!("{at}{colon}{words}"));
    }

    fn list<'v>(&mut self, got: Option<&'v Value>, at: &str) -> Option<&'v [Value]> {
        let list = got.and_then(Value::as_array).map(Vec::as_slice);
        self.hold(list.is_some(), at, "a list", got);
        list
    }

    fn fill(&mut self, template: &Template, at: &str) -> Option<String> {
        match template.fill(self.variables) {
            Ok(text) => Some(text),
            Err(fault) => {
                self.fault(at, &fault);
                None
            }
        }
    }

    /// Gives each expectation an element of its own.
    fn compare_in_any_order(&mut self, elements: &[Expected], list: &[Value], at: &str) {
        let fits: Vec<Vec<usize>> = elements
            .iter()
            .map(|element| {
                let fits = |value: &Value| element.faults(Some(value), self.variables).is_empty();
                (0..list.len())
                    .filter(|&index| list.get(index).is_some_and(fits))
                    .collect()
            })
            .collect();
        let mut taken = vec![None; list.len()];
        for (index, element) in elements.iter().enumerate() {
            if assign(index, &fits, &mut taken, &mut vec![false; list.len()]) {
                continue;
            }
            // With one candidate the difference itself is more telling.
            if let [only] = list
                && fits.get(index).is_some_and(Vec::is_empty)
            {
                self.compare(element, Some(only), &format!("{at}/0"));
            } else {
                let wanted = element.described(self.variables);
                let got = shortened(&Value::from(list.to_vec()).to_string(), MOST);
                self.fault(at, &format!("expected an element {wanted}, got {got}"));
            }
        }
    }
}

/// Bipartite matching by augmenting paths: an element taken by another expectation is freed where
/// that one has a second.
fn assign(
    index: usize,
    fits: &[Vec<usize>],
    taken: &mut [Option<usize>],
    tried: &mut [bool],
) -> bool {
    for &candidate in fits.get(index).into_iter().flatten() {
        match tried.get_mut(candidate) {
            Some(tried) if !*tried => *tried = true,
            _ => continue,
        }
        let holder = taken.get(candidate).copied().flatten();
        if holder.is_none_or(|holder| assign(holder, fits, taken, tried)) {
            if let Some(place) = taken.get_mut(candidate) {
                *place = Some(index);
            }
            return true;
        }
    }
    false
}

impl Expected {
    /// The expectation in words, for a failure.
    fn described(&self, variables: &Variables) -> String {
        let filled = |template: &Template| {
            template
                .fill(variables)
                .unwrap_or_else(|fault| format!("({fault})"))
        };
        let joined = |elements: &[Self]| {
            let each: Vec<String> = elements
                .iter()
                .map(|element| element.described(variables))
                .collect();
            each.join(", ")
        };
        match self {
            Self::Null => "null".to_owned(),
            Self::Boolean(value) => value.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Text(template) => Value::from(filled(template)).to_string(),
            Self::Containing(template) => format!("with `{}` in it", filled(template)),
            Self::Matcher(matcher) => matcher.wants().to_owned(),
            Self::Object(members) => {
                let each: Vec<String> = members
                    .iter()
                    .map(|(name, value)| {
                        format!(
                            "{}: {}",
                            Value::from(filled(name)),
                            value.described(variables)
                        )
                    })
                    .collect();
                format!("{{{}}}", each.join(", "))
            }
            Self::List(elements) => format!("[{}]", joined(elements)),
            Self::Contains(elements) => format!("a list with {}", joined(elements)),
            Self::Unordered(elements) => format!("in any order [{}]", joined(elements)),
        }
    }
}

/// By value: 1 is 1.0.
fn same_number(left: &Number, right: &Number) -> bool {
    if left == right {
        return true;
    }
    let whole = |number: &Number| number.is_i64() || number.is_u64();
    !(whole(left) && whole(right))
        && left
            .as_f64()
            .zip(right.as_f64())
            .is_some_and(|(left, right)| left.total_cmp(&right).is_eq())
}

/// RFC 6901 §3.
fn pointer_token(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Whether a text has the form of RFC 3339 §5.6 `date-time`, with sensible digits.
fn is_date_time(text: &str) -> bool {
    let Some((date, time)) = text.split_once(['T', 't']) else {
        return false;
    };
    let zone_at = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (time, zone) = time.split_at(zone_at);
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let offset = match zone {
        "Z" | "z" => true,
        _ => zone
            .strip_prefix(['+', '-'])
            .is_some_and(|zone| digits(zone, ':', &[(2, 23), (2, 59)])),
    };
    digits(date, '-', &[(4, 9999), (2, 12), (2, 31)])
        && digits(time, ':', &[(2, 23), (2, 59), (2, 60)])
        && !fraction.is_empty()
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
        && offset
}

/// Groups of digits: the width and the greatest value of each.
fn digits(text: &str, separator: char, groups: &[(usize, u32)]) -> bool {
    let parts: Vec<&str> = text.split(separator).collect();
    parts.len() == groups.len()
        && parts.iter().zip(groups).all(|(part, &(width, most))| {
            part.len() == width
                && part.bytes().all(|byte| byte.is_ascii_digit())
                && part.parse::<u32>().is_ok_and(|number| number <= most)
        })
}

/// The members of an object in their order; a name that comes twice is a fault, for the second
/// would hide the first.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Members<T>(pub Vec<(String, T)>);

impl<T> Default for Members<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Members<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
            type Value = Members<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                members(map).map(Members)
            }
        }
        deserializer.deserialize_map(Reader(std::marker::PhantomData))
    }
}

fn members<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    mut map: A,
) -> Result<Vec<(String, T)>, A::Error> {
    let mut members: Vec<(String, T)> = Vec::new();
    while let Some((name, value)) = map.next_entry::<String, T>()? {
        if members.iter().any(|(known, _)| *known == name) {
            return Err(A::Error::custom(format!("`{name}` comes twice")));
        }
        members.push((name, value));
    }
    Ok(members)
}

impl<'de> Deserialize<'de> for Expected {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Expected;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }

            fn visit_unit<E: Error>(self) -> Result<Expected, E> {
                Ok(Expected::Null)
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<Expected, E> {
                Ok(Expected::Boolean(value))
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Expected, E> {
                Ok(Expected::Number(value.into()))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Expected, E> {
                Ok(Expected::Number(value.into()))
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<Expected, E> {
                Number::from_f64(value)
                    .map(Expected::Number)
                    .ok_or_else(|| E::custom("not a number"))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Expected, E> {
                Expected::text(text).map_err(E::custom)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Expected, A::Error> {
                let mut elements = Vec::new();
                while let Some(element) = list.next_element()? {
                    elements.push(element);
                }
                Ok(Expected::List(elements))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Expected, A::Error> {
                Expected::object(members(map)?).map_err(A::Error::custom)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(expected: &str, got: &str) -> Vec<String> {
        let variables = [("ada".to_owned(), "17".to_owned())].into();
        let expected: Expected = serde_json::from_str(expected).unwrap();
        expected.faults(Some(&serde_json::from_str(got).unwrap()), &variables)
    }

    #[track_caller]
    fn holds(expected: &str, got: &str) {
        assert_eq!(faults(expected, got), Vec::<String>::new());
    }

    #[track_caller]
    fn fails(expected: &str, got: &str, words: &[&str]) {
        assert_eq!(faults(expected, got), words);
    }

    #[track_caller]
    fn refused(expected: &str, words: &str) {
        let error = serde_json::from_str::<Expected>(expected)
            .unwrap_err()
            .to_string();
        assert!(error.contains(words), "{error}");
    }

    #[test]
    fn scalars_are_compared_by_value() {
        holds("1", "1.0");
        holds("1.0", "1");
        holds("null", "null");
        holds("true", "true");
        holds(r#""{{ada}}""#, r#""17""#);
        fails("1", "2", &["expected 1, got 2"]);
        fails("1", r#""1""#, &[r#"expected 1, got "1""#]);
        fails(
            "9007199254740993",
            "9007199254740992",
            &["expected 9007199254740993, got 9007199254740992"],
        );
        fails("false", "true", &["expected false, got true"]);
        fails("true", r#""true""#, &[r#"expected true, got "true""#]);
        fails("null", "0", &["expected null, got 0"]);
        fails(r#""{{ada}}""#, r#""18""#, &[r#"expected "17", got "18""#]);
        fails(r#""a""#, r#""A""#, &[r#"expected "a", got "A""#]);
    }

    #[test]
    fn an_object_is_a_subset() {
        holds(r#"{"a": {"b": 1}}"#, r#"{"a": {"b": 1, "c": 2}, "d": 3}"#);
        fails(
            r#"{"a": {"b": 1}}"#,
            r#"{"a": {"b": 2}}"#,
            &["/a/b: expected 1, got 2"],
        );
        fails(
            r#"{"a": {"b": 1}}"#,
            r#"{"a": {}}"#,
            &["/a/b: expected 1, got nothing"],
        );
        fails(
            r#"{"a": {}}"#,
            "{}",
            &["/a: expected an object, got nothing"],
        );
        fails(
            r#"{"a": 1, "b": 2}"#,
            r#"{"a": 2}"#,
            &["/a: expected 1, got 2", "/b: expected 2, got nothing"],
        );
        fails(
            r#"{"a/b": 1}"#,
            r#"{"A/B": 1}"#,
            &["/a~1b: expected 1, got nothing"],
        );
        holds(r#"{"x-{{ada}}": 1}"#, r#"{"x-17": 1}"#);
        fails(
            r#"{"{{bob}}": 1}"#,
            "{}",
            &["no earlier step has kept `bob`"],
        );
    }

    #[test]
    fn a_list_is_compared_element_by_element() {
        holds("[1, 2]", "[1, 2]");
        holds("[]", "[]");
        fails(
            "[1, 2]",
            "[2, 1]",
            &["/0: expected 1, got 2", "/1: expected 2, got 1"],
        );
        fails("[1]", "[1, 2]", &["expected a list of 1, got [1,2]"]);
        fails("[1, 2]", "[1]", &["expected a list of 2, got [1]"]);
        fails("[]", "{}", &["expected a list, got {}"]);
    }

    #[test]
    fn contains_asks_for_each_element_in_any_order() {
        holds(r#"{"<contains>": [2, 1]}"#, "[1, 3, 2]");
        fails(
            r#"{"<contains>": [1, 4]}"#,
            "[1, 3]",
            &["expected an element 4, got [1,3]"],
        );
        fails(
            r#"{"<contains>": [1, 1]}"#,
            "[1, 3]",
            &["expected an element 1, got [1,3]"],
        );
        fails(
            r#"{"<contains>": [1]}"#,
            r#"{"<contains>": [1]}"#,
            &[r#"expected a list, got {"<contains>":[1]}"#],
        );
        fails(
            r#"{"<contains>": [{"a": 1}]}"#,
            r#"[{"a": 2}]"#,
            &["/0/a: expected 1, got 2"],
        );
    }

    #[test]
    fn unordered_asks_for_exactly_these_elements() {
        holds(r#"{"<unordered>": [2, 1]}"#, "[1, 2]");
        holds(r#"{"<unordered>": []}"#, "[]");
        holds(r#"{"<unordered>": ["<any>", 1]}"#, "[1, 2]");
        holds(
            r#"{"<unordered>": ["<any>", "<number>", 1]}"#,
            r#"[1, 2, "a"]"#,
        );
        fails(
            r#"{"<unordered>": [1]}"#,
            "[1, 2]",
            &["expected a list of 1, got [1,2]"],
        );
        fails(
            r#"{"<unordered>": [1, 1]}"#,
            "[1, 2]",
            &["expected an element 1, got [1,2]"],
        );
        fails(
            r#"{"<unordered>": [{"a": 1}, {"a": 2}]}"#,
            r#"[{"a": 1}, {"a": 3}]"#,
            &[r#"expected an element {"a": 2}, got [{"a":1},{"a":3}]"#],
        );
    }

    #[test]
    fn matchers_hold_and_fail() {
        let cases = [
            ("<id>", r#"["a"]"#, r#"["", 1, null]"#),
            ("<string>", r#"["a"]"#, r#"["", 1, null]"#),
            ("<number>", "[1, 1.5]", r#"["1", true, null]"#),
            ("<boolean>", "[true, false]", r#"["true", 0, null]"#),
            ("<any>", r#"["", 0, null, [], {}]"#, "[]"),
            ("<empty>", "[[]]", r#"["", {}, null, [1]]"#),
            ("<absent>", "[]", r#"["", {}, null, []]"#),
            ("<~Ab>", r#"["xaBx", "AB"]"#, r#"["a b", "", null]"#),
            ("<~a {{ada}}>", r#"["A 17."]"#, r#"["a {{ada}}"]"#),
            (
                "<dateTime>",
                r#"["2024-02-29T23:59:60Z", "2011-05-13T04:42:34.123+01:00", "2011-05-13t04:42:34z"]"#,
                r#"["2011-05-13", "2011-05-13T04:42:34", "2011-13-13T04:42:34Z", "2011-05-13T04:42:34.Z", "2011-05-13T04:42:34+1:00", 1, ""]"#,
            ),
        ];
        for (matcher, held, failed) in cases {
            let expected = Value::from(vec![matcher]).to_string();
            for held in serde_json::from_str::<Vec<Value>>(held).unwrap() {
                holds(&expected, &Value::from(vec![held]).to_string());
            }
            for failed in serde_json::from_str::<Vec<Value>>(failed).unwrap() {
                assert!(
                    !faults(&expected, &Value::from(vec![failed.clone()]).to_string()).is_empty(),
                    "{matcher} {failed}"
                );
            }
        }
    }

    #[test]
    fn what_is_not_there_fails_but_for_absent_and_empty() {
        holds(r#"{"a": "<absent>", "b": "<empty>"}"#, "{}");
        fails(
            r#"{"a": "<absent>"}"#,
            r#"{"a": 1}"#,
            &["/a: expected nothing, got 1"],
        );
        for other in [
            "<id>",
            "<string>",
            "<number>",
            "<boolean>",
            "<dateTime>",
            "<any>",
            "<~a>",
        ] {
            assert_eq!(
                faults(&format!(r#"{{"a": "{other}"}}"#), "{}").len(),
                1,
                "{other}"
            );
        }
    }

    #[test]
    fn a_slip_of_the_pen_is_refused() {
        refused(r#""<ID>""#, "`<ID>` is not a matcher");
        refused(r#""<~>""#, "asks for nothing");
        refused(
            r#"{"<contain>": [1]}"#,
            "`<contain>` must be the only member",
        );
        refused(r#"{"<contains>": [1], "a": 1}"#, "must be the only member");
        refused(r#"{"<contains>": 1}"#, "must be the only member");
        refused(r#"{"<contains>": []}"#, "asks for nothing");
        refused(r#"{"a": 1, "a": 2}"#, "`a` comes twice");
        refused(r#""{{a""#, "without");
    }
}
