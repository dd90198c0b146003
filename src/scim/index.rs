//! Numbers by text: which of many a text is, and whether it has come before.
//!
//! Each map of the standard library with types of its own is some 8 kB in the Worker. This one
//! serves for all: what belongs to a text stands in a list, in the place of the text's number.

use alloc::{borrow::ToOwned, collections::BTreeMap, string::String, vec::Vec};

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
pub struct Index(BTreeMap<String, usize>);

impl Index {
    /// Adds a text behind the others; whether it was not there yet.
    pub fn add(&mut self, text: &str) -> bool {
        let next = self.0.len();
        let is_new = !self.0.contains_key(text);
        if is_new {
            self.0.insert(text.to_owned(), next);
        }
        is_new
    }

    /// The number of a text, which is added behind the others if it is not there yet.
    pub fn number_or_add(&mut self, text: &str) -> usize {
        self.number(text).unwrap_or_else(|| {
            let next = self.0.len();
            self.0.insert(text.to_owned(), next);
            next
        })
    }

    /// The number of a text that is there.
    pub fn number(&self, text: &str) -> Option<usize> {
        self.0.get(text).copied()
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
        self.0.iter().map(|(text, number)| (text.as_str(), *number))
    }

    /// The texts in the order of their bytes.
    pub fn into_texts(self) -> Vec<String> {
        self.0.into_keys().collect()
    }
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
