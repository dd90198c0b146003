//! PATCH against a plain model: a user of a title, two names and some e-mail addresses, in Rust
//! types, written from RFC 7644 §3.5.2 without the code under test.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::{format, string::String, string::ToString, vec, vec::Vec};

use super::patched;
use crate::resource_type::USER_TYPE;

#[derive(Clone, Debug, Default, PartialEq)]
struct User {
    title: Option<String>,
    given: Option<String>,
    family: Option<String>,
    emails: Vec<Email>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Email {
    value: Option<String>,
    kind: Option<String>,
    primary: Option<bool>,
}

/// What a merge says of a part.
#[derive(Clone, Debug)]
enum Part {
    Unsaid,
    Null,
    Text(String),
}

impl Part {
    fn merge(&self, into: &mut Option<String>) {
        match self {
            Self::Unsaid => {}
            Self::Null => *into = None,
            Self::Text(text) => *into = Some(text.clone()),
        }
    }

    fn put(&self, name: &str, object: &mut Map<String, Value>) {
        let value = match self {
            Self::Unsaid => return,
            Self::Null => Value::Null,
            Self::Text(text) => json!(text),
        };
        object.insert(name.to_string(), value);
    }
}

#[derive(Clone, Debug)]
enum Change {
    Title(Option<String>),
    Names {
        op: &'static str,
        given: Part,
        family: Part,
    },
    Given(Option<String>),
    AddEmails(Vec<Email>),
    ReplaceEmails(Vec<Email>),
    RemoveEmails,
    RemoveKind(String),
    Value {
        op: &'static str,
        kind: String,
        value: String,
    },
    NoValue(String),
    Primary {
        kind: String,
        primary: bool,
    },
    Whole {
        op: &'static str,
        kind: String,
        email: Email,
    },
}

fn same(one: Option<&String>, other: Option<&String>) -> bool {
    one.map(|text| text.to_lowercase()) == other.map(|text| text.to_lowercase())
}

fn settle(emails: &mut [Email], written: &[usize]) -> Result<(), &'static str> {
    let now: Vec<usize> = (0..emails.len())
        .filter(|place| written.contains(place) && emails[*place].primary == Some(true))
        .collect();
    if now.len() > 1 {
        return Err("invalidValue");
    }
    for (place, email) in emails.iter_mut().enumerate() {
        if !now.is_empty() && place != now[0] && email.primary == Some(true) {
            email.primary = Some(false);
        }
    }
    Ok(())
}

/// RFC 7643 §2.4: no `value` and `type` twice, and nothing twice that has no `value`. The parts of
/// what was written count, else those of what comes later; what is equal but for letter case stays
/// as it is.
fn unite(emails: &[Email], written: &[usize]) -> Vec<Email> {
    let mut kept: Vec<(Email, bool)> = Vec::new();
    for (place, email) in emails.iter().enumerate() {
        let is_written = written.contains(&place);
        let twin = kept.iter_mut().find(|(other, _)| {
            same(other.value.as_ref(), email.value.as_ref())
                && same(other.kind.as_ref(), email.kind.as_ref())
                && (email.value.is_some() || other.primary == email.primary)
        });
        let Some((other, other_is_written)) = twin else {
            kept.push((email.clone(), is_written));
            continue;
        };
        if other.primary == email.primary {
            *other_is_written |= is_written;
            continue;
        }
        let (first, second) = if *other_is_written && !is_written {
            (other.clone(), email)
        } else {
            (email.clone(), &*other)
        };
        *other = Email {
            primary: first.primary.or(second.primary),
            ..first
        };
        *other_is_written |= is_written;
    }
    kept.into_iter().map(|(email, _)| email).collect()
}

/// As a list of a POST, PUT or PATCH is read: no empty ones, none twice, one primary.
fn read(list: &[Email]) -> Result<Vec<Email>, &'static str> {
    let list: Vec<Email> = list
        .iter()
        .filter(|email| **email != Email::default())
        .cloned()
        .collect();
    let read = unite(&list, &[]);
    if read
        .iter()
        .filter(|email| email.primary == Some(true))
        .count()
        > 1
    {
        Err("invalidValue")
    } else {
        Ok(read)
    }
}

/// Where those of a type stand.
fn of(emails: &[Email], kind: &String) -> Vec<usize> {
    (0..emails.len())
        .filter(|place| same(emails[*place].kind.as_ref(), Some(kind)))
        .collect()
}

impl User {
    fn change(&mut self, change: &Change) -> Result<(), &'static str> {
        let mut written = Vec::new();
        match change {
            Change::Title(title) => self.title.clone_from(title),
            Change::Given(given) => self.given.clone_from(given),
            Change::Names { given, family, .. } => {
                given.merge(&mut self.given);
                family.merge(&mut self.family);
            }
            Change::AddEmails(list) => self.add(&read(list)?)?,
            Change::ReplaceEmails(list) => self.emails = read(list)?,
            Change::RemoveEmails => self.emails.clear(),
            Change::RemoveKind(kind) => self
                .emails
                .retain(|email| !same(email.kind.as_ref(), Some(kind))),
            // Its type and that it is primary say nothing without it.
            Change::NoValue(kind) => self
                .emails
                .retain(|email| email.value.is_none() || !same(email.kind.as_ref(), Some(kind))),
            Change::Value { kind, value, .. } => {
                let places = of(&self.emails, kind);
                for place in &places {
                    self.emails[*place].value = Some(value.clone());
                }
                if places.is_empty() {
                    self.emails.push(Email {
                        value: Some(value.clone()),
                        kind: Some(kind.clone()),
                        primary: None,
                    });
                }
                written = places;
            }
            Change::Primary { kind, primary } => {
                let mut places = of(&self.emails, kind);
                if places.is_empty() {
                    places.push(self.emails.len());
                    self.emails.push(Email {
                        kind: Some(kind.clone()),
                        ..Email::default()
                    });
                }
                for place in &places {
                    self.emails[*place].primary = Some(*primary);
                }
                settle(&mut self.emails, &places)?;
                written = places;
            }
            Change::Whole { op, kind, email } => written = self.whole(op, kind, email)?,
        }
        // Values that have become alike become one.
        self.emails = unite(&self.emails, &written);
        Ok(())
    }

    fn add(&mut self, list: &[Email]) -> Result<(), &'static str> {
        let mut written = Vec::new();
        for new in list.iter().cloned() {
            let twin = self.emails.iter().position(|old| {
                new.value.is_some()
                    && same(old.value.as_ref(), new.value.as_ref())
                    && same(old.kind.as_ref(), new.kind.as_ref())
            });
            let equal = self.emails.iter().any(|old| {
                same(old.value.as_ref(), new.value.as_ref())
                    && same(old.kind.as_ref(), new.kind.as_ref())
                    && old.primary == new.primary
            });
            match twin {
                _ if equal => {}
                Some(place) => {
                    self.emails[place].value = new.value;
                    self.emails[place].kind = new.kind;
                    self.emails[place].primary = new.primary.or(self.emails[place].primary);
                    written.push(place);
                }
                None => {
                    written.push(self.emails.len());
                    self.emails.push(new);
                }
            }
        }
        settle(&mut self.emails, &written)
    }

    fn whole(
        &mut self,
        op: &str,
        kind: &String,
        email: &Email,
    ) -> Result<Vec<usize>, &'static str> {
        let mut places = of(&self.emails, kind);
        if *email == Email::default() {
            return Ok(places);
        }
        let merge = |old: &Email| Email {
            value: email.value.clone().or(old.value.clone()),
            kind: email.kind.clone().or(old.kind.clone()),
            primary: email.primary.or(old.primary),
        };
        for place in &places {
            self.emails[*place] = if op == "replace" {
                email.clone()
            } else {
                merge(&self.emails[*place])
            };
        }
        if places.is_empty() {
            let made = merge(&Email {
                kind: Some(kind.clone()),
                ..Email::default()
            });
            if !same(made.kind.as_ref(), Some(kind)) {
                return Err("noTarget");
            }
            places.push(self.emails.len());
            self.emails.push(made);
        }
        settle(&mut self.emails, &places)?;
        Ok(places)
    }

    fn document(&self) -> Value {
        let mut document = Map::new();
        document.insert("userName".to_string(), json!("b"));
        document.insert("schemas".to_string(), json!([USER_TYPE.schema.uri]));
        if let Some(title) = &self.title {
            document.insert("title".to_string(), json!(title));
        }
        let name = strip(json!({ "givenName": self.given, "familyName": self.family }));
        if name != json!({}) {
            document.insert("name".to_string(), name);
        }
        if !self.emails.is_empty() {
            document.insert(
                "emails".to_string(),
                self.emails.iter().map(Email::json).collect(),
            );
        }
        Value::Object(document)
    }
}

fn strip(value: Value) -> Value {
    let Value::Object(mut object) = value else {
        return value;
    };
    object.retain(|_, value| !value.is_null());
    Value::Object(object)
}

impl Email {
    fn json(&self) -> Value {
        strip(json!({ "value": self.value, "type": self.kind, "primary": self.primary }))
    }
}

impl Change {
    fn json(&self) -> Value {
        let list = |list: &[Email]| list.iter().map(Email::json).collect::<Value>();
        let of = |kind: &String| format!("emails[type eq \"{kind}\"]");
        match self {
            Self::Title(None) => json!({ "op": "remove", "path": "title" }),
            Self::Title(title) => json!({ "op": "replace", "value": { "title": title } }),
            Self::Given(None) => json!({ "op": "remove", "path": "name.givenName" }),
            Self::Given(given) => json!({ "op": "add", "path": "name.givenName", "value": given }),
            Self::Names { op, given, family } => {
                let mut name = Map::new();
                given.put("givenName", &mut name);
                family.put("familyName", &mut name);
                json!({ "op": op, "path": "name", "value": name })
            }
            Self::AddEmails(emails) => {
                json!({ "op": "add", "path": "emails", "value": list(emails) })
            }
            Self::ReplaceEmails(emails) => {
                json!({ "op": "replace", "path": "emails", "value": list(emails) })
            }
            Self::RemoveEmails => json!({ "op": "remove", "path": "emails" }),
            Self::RemoveKind(kind) => json!({ "op": "remove", "path": of(kind) }),
            Self::Value { op, kind, value } => {
                json!({ "op": op, "path": of(kind) + ".value", "value": value })
            }
            Self::NoValue(kind) => json!({ "op": "remove", "path": of(kind) + ".value" }),
            Self::Primary { kind, primary } => {
                json!({ "op": "replace", "path": of(kind) + ".primary", "value": primary })
            }
            Self::Whole { op, kind, email } => {
                json!({ "op": op, "path": of(kind), "value": email.json() })
            }
        }
    }
}

fn text() -> impl Strategy<Value = String> {
    proptest::sample::select(&["a", "A", "b", "c"][..]).prop_map(String::from)
}

fn maybe() -> impl Strategy<Value = Option<String>> {
    proptest::option::of(text())
}

fn kind() -> impl Strategy<Value = String> {
    proptest::sample::select(&["work", "Work", "home"][..]).prop_map(String::from)
}

fn email() -> impl Strategy<Value = Email> {
    let primary = proptest::option::weighted(0.4, any::<bool>());
    (maybe(), proptest::option::of(kind()), primary).prop_map(|(value, kind, primary)| Email {
        value,
        kind,
        primary,
    })
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![
        Just(Part::Unsaid),
        Just(Part::Null),
        text().prop_map(Part::Text)
    ]
}

fn change() -> impl Strategy<Value = Change> {
    let op = || proptest::sample::select(&["add", "replace"][..]);
    let emails = || proptest::collection::vec(email(), 0..4);
    prop_oneof![
        1 => maybe().prop_map(Change::Title),
        1 => maybe().prop_map(Change::Given),
        1 => (op(), part(), part()).prop_map(|(op, given, family)| Change::Names { op, given, family }),
        3 => emails().prop_map(Change::AddEmails),
        2 => emails().prop_map(Change::ReplaceEmails),
        1 => Just(Change::RemoveEmails),
        1 => kind().prop_map(Change::RemoveKind),
        1 => kind().prop_map(Change::NoValue),
        2 => (op(), kind(), text()).prop_map(|(op, kind, value)| Change::Value { op, kind, value }),
        2 => (kind(), any::<bool>()).prop_map(|(kind, primary)| Change::Primary { kind, primary }),
        2 => (op(), kind(), email()).prop_map(|(op, kind, email)| Change::Whole { op, kind, email }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn patches_agree_with_the_model(start in proptest::collection::vec(email(), 0..4), changes in proptest::collection::vec(change(), 0..6)) {
        let mut user = User::default();
        if user.change(&Change::ReplaceEmails(start)).is_err() {
            // More than one is primary: start from none.
            user = User::default();
        }
        let before = user.document();
        let expected = changes.iter().try_for_each(|change| user.change(change));
        let operations: Value = changes.iter().map(Change::json).collect();
        let found = patched(&USER_TYPE, before, operations).map(Value::Object).map_err(|error| error.scim_type().as_str());
        // Values are checked before anything is applied, so of two mistakes either may be told.
        let either = changes.len() > 1 && found.is_err() && expected.is_err();
        prop_assert!(either || found == expected.map(|()| user.document()), "{:?}, but {:?}", found, user.document());
    }
}
