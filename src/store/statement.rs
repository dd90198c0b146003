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
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statement {
    /// The text.
    pub text: String,
    /// The values.
    pub parameters: Vec<Parameter>,
    /// Whether the seam of writes added it: no other statement writes resources or what links them.
    pub is_write: bool,
}

impl Statement {
    /// An empty statement with room for a typical text, for [`statement!`](crate::statement).
    pub fn with_room() -> Self {
        Self {
            text: String::with_capacity(TYPICAL_LENGTH),
            parameters: Vec::with_capacity(TYPICAL_PARAMETERS),
            is_write: false,
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
