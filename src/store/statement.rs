//! A statement: SQL text and the values bound to it. Only a [`fragment`] adds to one.

use super::limits::PARAMETERS;

pub mod fragment;
mod mark;

/// A value bound to a statement.
#[derive(Clone, Debug, PartialEq)]
pub enum Parameter {
    /// SQL NULL.
    Null,
    /// A whole number, exact below 2^53 on D1.
    Integer(i64),
    /// Text.
    Text(String),
}

/// Bytes of most statements: none grows step by step.
const TYPICAL_LENGTH: usize = 2_048;
const TYPICAL_PARAMETERS: usize = 8;

/// SQL text and the values bound to `?1`, `?2`, … of it.
///
/// [`statement!`](crate::statement!) alone makes one, and nobody changes it:
///
/// ```compile_fail
/// let mut statement = store::statement!("SELECT 1");
/// statement.text.push_str(" OR 1");
/// ```
///
/// That it passed the seam of writes only the seam says, by
/// [`Batch::add_write`](crate::batch::Batch::add_write):
///
/// ```compile_fail
/// let mut statement = store::statement!("DELETE FROM users");
/// statement.is_write = true;
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    text: String,
    parameters: Vec<Parameter>,
    is_write: bool,
}

impl Statement {
    /// An empty statement with room for a typical text.
    pub(crate) fn with_room() -> Self {
        Self {
            text: String::with_capacity(TYPICAL_LENGTH),
            parameters: Vec::with_capacity(TYPICAL_PARAMETERS),
            is_write: false,
        }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The values.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// Whether the seam of writes added it: no other statement writes resources or what links them.
    pub fn is_write(&self) -> bool {
        self.is_write
    }

    /// As one that the seam of writes adds.
    pub(crate) fn into_write(self) -> Self {
        Self {
            is_write: true,
            ..self
        }
    }

    /// Appends SQL text.
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Binds a value and appends its placeholder. The same value is bound once.
    fn bind(&mut self, value: Parameter) {
        let known = self.parameters.iter().position(|bound| *bound == value);
        let index = known.unwrap_or_else(|| {
            self.parameters.push(value);
            self.parameters.len() - 1
        });
        self.text.push('?');
        self.push_number(index as u64 + 1);
    }

    fn bind_text(&mut self, text: &str) {
        self.bind(Parameter::Text(text.to_owned()));
    }

    /// A statement has dozens of them, and the formatter of the standard library takes longer than
    /// the rest.
    fn push_number(&mut self, number: u64) {
        self.text.push_str(itoa::Buffer::new().format(number));
    }

    /// Whether D1 takes as many parameters.
    pub fn fits(&self) -> bool {
        self.parameters.len() <= PARAMETERS
    }
}
