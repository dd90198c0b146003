//! SQL one can read: text that stands whole in one place, with named holes.
//!
//! [`statement!`](crate::statement!) makes a [`Statement`], [`fragment!`](crate::fragment!) a part
//! of one. Text is a literal; a hole is `{name}` and takes a [`Fragment`], which is a value to bind
//! ([`value`]), a name out of our own tables (`&'static str`), or another fragment. A client's text
//! is neither, so it cannot become SQL:
//!
//! ```compile_fail
//! let sent = String::from("1 OR 1");
//! store::statement!("SELECT id FROM users WHERE id = {id}", id = sent.as_str());
//! ```
//!
//! ```compile_fail
//! let sent = String::from("DELETE FROM users");
//! store::Statement::with_holes(sent.as_str(), []);
//! ```
//!
//! The holes are found when this is compiled, and one without a fragment, or a fragment without
//! one, does not compile:
//!
//! ```compile_fail
//! store::statement!("SELECT id FROM users WHERE id = {id}", name = "id");
//! ```

use super::mark::HOLE;
#[doc(hidden)]
pub use super::mark::{length, mark_holes, text};
use super::{Parameter, Statement};

/// A part of a statement. One type, whatever it is made of: what takes parts and puts them together
/// is compiled once.
pub enum Fragment<'a> {
    /// Nothing.
    None,
    /// A name or an expression of our own.
    Text(&'static str),
    /// A limit or a count of ours, as digits.
    Number(u64),
    /// A value, bound to a placeholder.
    Value(Value<'a>),
    /// The same of a text that was made for it.
    Made(String),
    /// Marked text with what stands in its holes.
    Filled(&'static str, Box<[Fragment<'a>]>),
    /// One behind the other, with a text of ours between.
    Joined(Vec<Fragment<'a>>, &'static str),
    /// The first of two, if the statement then passes; otherwise the second.
    Either(Box<[Fragment<'a>; 2]>, fn(&Statement) -> bool),
    /// One that stands in several places.
    Shared(&'a Fragment<'a>),
}

impl Fragment<'_> {
    /// Marked text with what stands in its holes, for [`fragment!`](crate::fragment!).
    pub fn with_holes<const N: usize>(text: &'static str, holes: [Self; N]) -> Self {
        Self::Filled(text, Box::new(holes))
    }

    /// Fragments with a text of ours between.
    pub fn join(parts: impl IntoIterator<Item = Self>, between: &'static str) -> Self {
        let mut parts = parts.into_iter();
        Self::Joined(gather(&mut || parts.next()), between)
    }

    /// Appends it.
    fn write(&self, statement: &mut Statement) {
        match self {
            Self::None => {}
            Self::Text(text) => statement.push(text),
            Self::Number(number) => statement.push_number(*number),
            Self::Value(Value::Null) => statement.bind(Parameter::Null),
            Self::Value(Value::Integer(number)) => statement.bind(Parameter::Integer(*number)),
            Self::Value(Value::Text(text)) => statement.bind_text(text),
            Self::Made(text) => statement.bind_text(text),
            Self::Filled(text, holes) => statement.fill(text, holes),
            Self::Joined(parts, between) => {
                for (index, part) in parts.iter().enumerate() {
                    if index > 0 {
                        statement.push(between);
                    }
                    part.write(statement);
                }
            }
            Self::Either(either, passes) => {
                let [first, second] = &**either;
                let before = statement.clone();
                first.write(statement);
                if !passes(statement) {
                    *statement = before;
                    second.write(statement);
                }
            }
            Self::Shared(fragment) => fragment.write(statement),
        }
    }
}

/// Collects parts. Each kind of iterator would have a way to do so of its own.
fn gather<'a>(next: &mut dyn FnMut() -> Option<Fragment<'a>>) -> Vec<Fragment<'a>> {
    std::iter::from_fn(next).collect()
}

impl From<&'static str> for Fragment<'_> {
    fn from(text: &'static str) -> Self {
        Self::Text(text)
    }
}

impl From<usize> for Fragment<'_> {
    fn from(number: usize) -> Self {
        Self::Number(number as u64)
    }
}

impl From<u64> for Fragment<'_> {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl<'a> From<Value<'a>> for Fragment<'a> {
    fn from(value: Value<'a>) -> Self {
        Self::Value(value)
    }
}

impl<'a> From<&'a Fragment<'_>> for Fragment<'a> {
    fn from(fragment: &'a Fragment<'_>) -> Self {
        Self::Shared(fragment)
    }
}

/// Nothing, where there is none.
impl<'a, F: Into<Fragment<'a>>> From<Option<F>> for Fragment<'a> {
    fn from(fragment: Option<F>) -> Self {
        fragment.map_or(Self::None, Into::into)
    }
}

/// One behind the other.
impl FromIterator<Self> for Fragment<'_> {
    fn from_iter<I: IntoIterator<Item = Self>>(parts: I) -> Self {
        Self::join(parts, "")
    }
}

/// The same of those that are there.
impl<'a> From<Vec<Fragment<'a>>> for Fragment<'a> {
    fn from(parts: Vec<Fragment<'a>>) -> Self {
        Self::Joined(parts, "")
    }
}

/// The same of as many as are known when this is compiled.
impl<'a, F: Into<Fragment<'a>>, const N: usize> From<[F; N]> for Fragment<'a> {
    fn from(parts: [F; N]) -> Self {
        let mut joined = Vec::with_capacity(N);
        for part in parts {
            joined.push(part.into());
        }
        Self::Joined(joined, "")
    }
}

/// A value, bound to a placeholder. The same value is bound once in a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// SQL NULL.
    Null,
    /// A whole number.
    Integer(i64),
    /// Text.
    Text(&'a str),
}

/// The value to bind.
pub fn value<'a>(value: impl Into<Value<'a>>) -> Value<'a> {
    value.into()
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(text: Option<&'a str>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }
}

impl Statement {
    /// A statement of marked text with what stands in its holes, for
    /// [`statement!`](crate::statement!).
    #[expect(
        clippy::needless_pass_by_value,
        reason = "so that they are dropped here, and not at each place that makes a statement"
    )]
    pub fn with_holes<const N: usize>(text: &'static str, holes: [Fragment<'_>; N]) -> Self {
        let mut statement = Self::with_room();
        statement.fill(text, &holes);
        statement
    }

    fn fill(&mut self, text: &str, holes: &[Fragment<'_>]) {
        let mut rest = text;
        while let Some(place) = memchr::memchr(HOLE, rest.as_bytes()) {
            self.push(rest.get(..place).unwrap_or_default());
            let number = rest.as_bytes().get(place + 1).copied().map(usize::from);
            if let Some(fragment) = number.and_then(|number| holes.get(number)) {
                fragment.write(self);
            }
            rest = rest.get(place + 2..).unwrap_or_default();
        }
        self.push(rest);
    }
}

/// Makes a statement of text with named holes.
#[macro_export]
macro_rules! statement {
    ($text:literal $(, $name:ident = $hole:expr)* $(,)?) => {
        $crate::Statement::with_holes(
            $crate::mark_sql!($text $(, $name)*),
            [$($crate::fragment::Fragment::from($hole)),*],
        )
    };
}

/// Makes a part of a statement of text with named holes.
#[macro_export]
macro_rules! fragment {
    ($text:literal $(, $name:ident = $hole:expr)* $(,)?) => {
        $crate::fragment::Fragment::with_holes(
            $crate::mark_sql!($text $(, $name)*),
            [$($crate::fragment::Fragment::from($hole)),*],
        )
    };
}

/// Text with named holes, marked at them when this is compiled.
#[doc(hidden)]
#[macro_export]
macro_rules! mark_sql {
    ($text:literal $(, $name:ident)*) => {{
        const BYTES: [u8; $crate::fragment::length($text)] =
            $crate::fragment::mark_holes($text, &[$(stringify!($name)),*]);
        const TEXT: &str = $crate::fragment::text(&BYTES);
        TEXT
    }};
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Parameter;

    fn scope(alias: &'static str, tenant: i64) -> Fragment<'static> {
        fragment!(
            "{alias}.tenant_id = {tenant}",
            alias = alias,
            tenant = value(tenant)
        )
    }

    #[test]
    fn holes_are_filled_where_they_stand_and_values_bound_once() {
        let sent = String::from("x' OR 1");
        let statement = statement!(
            "SELECT json_extract('{}', {id}) \
             FROM users u \
             WHERE {scope} AND u.id = {id}{order} LIMIT {limit}",
            id = value(&sent),
            scope = scope("u", 3),
            order = Some(" ORDER BY u.id"),
            limit = 1_000_usize,
        );
        assert_eq!(
            statement.text,
            "SELECT json_extract('{}', ?1) FROM users u WHERE u.tenant_id = ?2 AND u.id = ?1 ORDER BY u.id LIMIT 1000"
        );
        assert_eq!(
            statement.parameters,
            [Parameter::Text(sent), Parameter::Integer(3)]
        );
    }

    #[test]
    fn fragments_are_joined() {
        let conditions = Fragment::join([scope("a", 1), scope("b", 1)], " AND ");
        let statement = statement!(
            "WHERE {conditions}{none}",
            conditions = conditions,
            none = None::<&'static str>
        );
        assert_eq!(
            statement.text,
            "WHERE a.tenant_id = ?1 AND b.tenant_id = ?1"
        );
        assert_eq!(statement!("").text, "");
    }
}
