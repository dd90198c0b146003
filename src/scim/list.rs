//! Lists of what iterators give, and of what JSON has.

use alloc::vec::Vec;

use serde_json::Value;

/// The values of a list, or of what stands in place of a list of one.
pub(crate) fn values_of(value: &Value) -> &[Value] {
    match value {
        Value::Array(values) => values,
        one => core::slice::from_ref(one),
    }
}

/// The values of an attribute: none where there is none, or `null` (RFC 7643 §2.5).
pub(crate) fn values_in(attribute: Option<&Value>) -> &[Value] {
    let given = attribute.filter(|value| !value.is_null());
    given.map(values_of).unwrap_or_default()
}

/// What makes a list of an iterator: `collect`, by one small function of each place in the Worker
/// in place of three, which would reserve what the list takes at once.
pub trait List: Iterator + Sized {
    /// All of them, in their order.
    ///
    /// ```
    /// use scim::list::List;
    /// assert_eq!("a,b".split(',').list(), ["a", "b"]);
    /// ```
    fn list(self) -> Vec<Self::Item> {
        let mut list = Vec::new();
        for item in self {
            list.push(item);
        }
        list
    }

    /// All of them, or the first fault.
    ///
    /// ```
    /// use scim::list::List;
    /// assert_eq!(["1", "2"].iter().map(|text| text.parse()).list_all(), Ok(vec![1, 2]));
    /// ```
    fn list_all<T, E>(self) -> Result<Vec<T>, E>
    where
        Self: Iterator<Item = Result<T, E>>,
    {
        let mut list = Vec::new();
        for item in self {
            list.push(item?);
        }
        Ok(list)
    }
}

impl<I: Iterator> List for I {}
