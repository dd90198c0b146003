//! Numbers by text: which of many a text is, and whether it has come before.
//!
//! Each map of the standard library with types of its own is some 8 kB in the Worker. This one
//! serves for all, and is the one of JSON objects: what belongs to a text stands in a list, in the
//! place of the text's number.

use crate::list::List;
use alloc::{borrow::ToOwned, string::String, vec::Vec};

use serde_json::{Map, Value};

/// Texts, numbered in the order in which they came.
///
/// ```
/// use scim::index::Index;
/// let mut index = Index::default();
/// assert!(index.add("b") && index.add("a") && !index.add("b"));
/// assert_eq!((index.number("a"), index.number("c")), (Some(1), None));
/// assert_eq!(index.into_texts(), ["a", "b"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Index(Map<String, Value>);

impl Index {
    /// Adds a text behind the others; whether it was not there yet.
    pub fn add(&mut self, text: &str) -> bool {
        let next = self.0.len();
        self.number_or_add(text) == next
    }

    /// The number of a text, which is added behind the others if it is not there yet.
    pub fn number_or_add(&mut self, text: &str) -> usize {
        self.number(text).unwrap_or_else(|| {
            let next = self.0.len();
            self.0.insert(text.to_owned(), Value::from(next));
            next
        })
    }

    /// The number of a text that is there.
    pub fn number(&self, text: &str) -> Option<usize> {
        self.0.get(text).and_then(number)
    }

    /// Whether a text is there.
    pub fn has(&self, text: &str) -> bool {
        self.0.contains_key(text)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The texts in the order of their bytes, each with its number.
    pub fn iter(&self) -> impl Iterator<Item = (&str, usize)> {
        let numbered = |(text, value): (_, _)| Some((String::as_str(text), number(value)?));
        self.0.iter().filter_map(numbered)
    }

    /// The texts in the order of their bytes.
    pub fn into_texts(self) -> Vec<String> {
        self.0.into_iter().map(|(text, _)| text).list()
    }
}

fn number(value: &Value) -> Option<usize> {
    usize::try_from(value.as_u64()?).ok()
}

impl FromIterator<String> for Index {
    fn from_iter<T: IntoIterator<Item = String>>(texts: T) -> Self {
        let mut index = Self::default();
        for text in texts {
            index.add(&text);
        }
        index
    }
}
