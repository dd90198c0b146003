//! Text with `{{variables}}` in it, and addresses made of it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hash::{BuildHasher, Hasher, RandomState};

/// What the variables stand for.
pub(super) type Variables = BTreeMap<String, String>;

/// Text with variables.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Template(Vec<Piece>);

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Literal(String),
    Variable(String),
}

impl Template {
    /// Finds the variables of a text.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let (name, after) = after
                .split_once("}}")
                .ok_or_else(|| format!("`{{{{` without `}}}}` in `{text}`"))?;
            if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                return Err(format!("`{{{{{name}}}}}` is not the name of a variable"));
            }
            pieces.push(Piece::Literal(before.to_owned()));
            pieces.push(Piece::Variable(name.to_owned()));
            rest = after;
        }
        pieces.push(Piece::Literal(rest.to_owned()));
        Ok(Self(pieces))
    }

    /// The variables in it.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Variable(name) => Some(name.as_str()),
            Piece::Literal(_) => None,
        })
    }

    /// The text with every variable replaced.
    pub(crate) fn fill(&self, variables: &Variables) -> Result<String, String> {
        self.fill_with(variables, str::to_owned)
    }

    /// The same for JSON text, whose variables all stand inside of strings: `{{` is not JSON
    /// anywhere else.
    pub(crate) fn fill_json(&self, variables: &Variables) -> Result<String, String> {
        self.fill_with(variables, |value| {
            let quoted = serde_json::Value::from(value).to_string();
            quoted
                .strip_prefix('"')
                .and_then(|inner| inner.strip_suffix('"'))
                .unwrap_or_default()
                .to_owned()
        })
    }

    fn fill_with(
        &self,
        variables: &Variables,
        spelled: impl Fn(&str) -> String,
    ) -> Result<String, String> {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Variable(name) => {
                    let value = variables
                        .get(name)
                        .ok_or_else(|| format!("no earlier step has kept `{name}`"))?;
                    text.push_str(&spelled(value));
                }
            }
        }
        Ok(text)
    }
}

/// A path with everything encoded that may not stand in one (RFC 3986 §2.2); `%XX` and `+` are left
/// as they are.
pub(super) fn encoded(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut text = String::with_capacity(path.len());
    for (at, &byte) in bytes.iter().enumerate() {
        let stands = byte.is_ascii_alphanumeric()
            || b"-._~:/?@!$&'()*+,;=".contains(&byte)
            || (byte == b'%' && is_encoded(bytes.get(at + 1..at + 3)));
        if stands {
            text.push(char::from(byte));
        } else {
            // Writing into a String does not fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

fn is_encoded(digits: Option<&[u8]>) -> bool {
    digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
}

/// Lower-case letters and digits that no other run has, starting with a letter.
pub fn random() -> String {
    let mut number = RandomState::new().build_hasher().finish();
    let mut text = String::from("r");
    while text.len() < 12 {
        let digit = u32::try_from(number % 36).unwrap_or_default();
        text.extend(char::from_digit(digit, 36));
        number /= 36;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables() -> Variables {
        [("run", "r1"), ("etag", "W/\"a\"")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into()
    }

    #[test]
    fn variables_are_replaced() {
        let template = Template::parse("{{run}}-ada-{{run}}").unwrap();
        assert_eq!(template.fill(&variables()).unwrap(), "r1-ada-r1");
        assert_eq!(
            Template::parse("}} {").unwrap().fill(&variables()).unwrap(),
            "}} {"
        );
    }

    #[test]
    fn variables_are_escaped_in_json() {
        let template = Template::parse(r#"{"version":{"is":"{{etag}}"}}"#).unwrap();
        assert_eq!(
            template.fill_json(&variables()).unwrap(),
            r#"{"version":{"is":"W/\"a\""}}"#
        );
    }

    #[test]
    fn what_is_no_variable_is_refused() {
        assert!(Template::parse("{{run").is_err());
        assert!(Template::parse("{{a b}}").is_err());
        let fault = Template::parse("{{ada}}")
            .unwrap()
            .fill(&variables())
            .unwrap_err();
        assert_eq!(fault, "no earlier step has kept `ada`");
    }

    #[test]
    fn only_what_may_not_stand_in_an_address_is_encoded() {
        assert_eq!(
            encoded("/Users?filter=userName eq \"a+b@c.d\"&x=%22%2f%zz"),
            "/Users?filter=userName%20eq%20%22a+b@c.d%22&x=%22%2f%25zz"
        );
        assert_eq!(
            encoded("emails[type eq \"é\"]#^\\"),
            "emails%5Btype%20eq%20%22%C3%A9%22%5D%23%5E%5C"
        );
    }

    #[test]
    fn runs_differ() {
        let run = random();
        assert_eq!(run.len(), 12);
        assert!(
            run.chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        );
        assert_ne!(run, random());
    }
}
