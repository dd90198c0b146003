//! A JSON object that is read key by key, each mistake noted with its place.

use serde_json::{Map, Value};

pub(crate) fn parse(file: &str, text: &str, faults: &mut Vec<String>) -> Option<Value> {
    serde_json::from_str(text)
        .map_err(|error| faults.push(format!("{file}: this is not JSON ({error})")))
        .ok()
}

/// An object of a document, with its place for messages.
pub(crate) struct Node<'a> {
    pub(crate) place: String,
    object: &'a Map<String, Value>,
    pub(crate) faults: &'a mut Vec<String>,
}

impl<'a> Node<'a> {
    pub(crate) fn new(
        place: String,
        value: &'a Value,
        faults: &'a mut Vec<String>,
    ) -> Option<Self> {
        if let Value::Object(object) = value {
            return Some(Self {
                place,
                object,
                faults,
            });
        }
        faults.push(format!("{place}: this must be a JSON object"));
        None
    }

    pub(crate) fn fault(&mut self, words: &str) {
        self.faults.push(format!("{}: {words}", self.place));
    }

    /// The value; null is as good as absent.
    fn get(&self, key: &str) -> Option<&'a Value> {
        self.object.get(key).filter(|value| !value.is_null())
    }

    /// A key that nobody reads is a spelling mistake that would otherwise be silent.
    pub(crate) fn only(&mut self, known: &[&str]) {
        for key in self
            .object
            .keys()
            .filter(|key| !known.contains(&key.as_str()))
        {
            self.faults.push(format!(
                "{}: {key:?} is not known; the keys are {}",
                self.place,
                known.join(", ")
            ));
        }
    }

    /// `schemas`, where it is given, must say that the document is what its folder says.
    pub(crate) fn check_uri(&mut self, uri: &str, what: &str) {
        let schemas = self.strings("schemas");
        if !schemas.is_empty() && schemas != [uri] {
            self.fault(&format!(
                "schemas must be [{uri:?}], for the files of this folder are each {what}"
            ));
        }
    }

    pub(crate) fn string(&mut self, key: &str) -> Option<String> {
        if let Value::String(text) = self.get(key)? {
            return Some(text.clone());
        }
        self.fault(&format!("{key} must be a string"));
        None
    }

    pub(crate) fn required_string(&mut self, key: &str, what: &str) -> String {
        if self.get(key).is_none() {
            self.fault(&format!("{key} is missing; write {what}"));
        }
        self.string(key).unwrap_or_default()
    }

    pub(crate) fn boolean(&mut self, key: &str, default: bool) -> bool {
        match self.get(key) {
            None => default,
            Some(Value::Bool(value)) => *value,
            Some(_) => {
                self.fault(&format!("{key} must be true or false, without quotes"));
                default
            }
        }
    }

    /// A characteristic; the first of the words is its default.
    pub(crate) fn word<const N: usize>(
        &mut self,
        key: &str,
        words: &'static [&'static str; N],
    ) -> &'static str {
        match self.string(key) {
            Some(word) => self.one_of(key, &word, words),
            None => words.first().copied().unwrap_or_default(),
        }
    }

    pub(crate) fn one_of(
        &mut self,
        key: &str,
        word: &str,
        words: &'static [&'static str],
    ) -> &'static str {
        if let Some(known) = words.iter().find(|known| **known == word) {
            return known;
        }
        self.fault(&format!(
            "{key} {word:?} is not known; write one of {}",
            words.join(", ")
        ));
        words.first().copied().unwrap_or_default()
    }

    pub(crate) fn list(&mut self, key: &str) -> &'a [Value] {
        match self.get(key) {
            None => &[],
            Some(Value::Array(items)) => items,
            Some(_) => {
                self.fault(&format!("{key} must be an array"));
                &[]
            }
        }
    }

    pub(crate) fn strings(&mut self, key: &str) -> Vec<String> {
        let items = self.list(key);
        let strings: Vec<String> = items
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        if strings.len() != items.len() || strings.iter().any(String::is_empty) {
            self.fault(&format!("{key} must hold strings that are not empty"));
        }
        strings
    }
}
