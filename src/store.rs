//! What a request means to the database. The only room with SQL text.
//!
//! A [`Statement`] is built here and run by a [`Database`], of which there are two: D1 in the Worker, `SQLite` in the
//! tests. Statements that belong together travel as one batch, which is one round trip and atomic.

use std::future::Future;

pub mod batch;
pub mod expression;
pub mod fragment;
pub mod limits;
pub mod links;
pub mod membership;
pub mod milestone;
pub mod page;
pub mod predicate;
pub mod read;
pub mod record;
pub mod run;
pub mod table;
pub mod tenant;
pub mod text;
pub mod unique;
pub mod user_groups;
pub mod write;

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

impl From<i64> for Parameter {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<String> for Parameter {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&str> for Parameter {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl<T: Into<Parameter>> From<Option<T>> for Parameter {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
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

    /// An empty statement that begins with `text`.
    pub fn new(text: &str) -> Self {
        let mut statement = Self::with_room();
        statement.push(text);
        statement
    }

    /// Appends SQL text: only ever a constant of this room, or a name out of the schema tables.
    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Binds a value and appends its placeholder. The same value is bound once.
    pub fn bind(&mut self, value: impl Into<Parameter>) -> &mut Self {
        let value = value.into();
        let known = self.parameters.iter().position(|bound| *bound == value);
        let index = known.unwrap_or_else(|| {
            self.parameters.push(value);
            self.parameters.len() - 1
        });
        self.text.push('?');
        self.push_number(index as u64 + 1);
        self
    }

    /// By hand: a statement has dozens of them, and the formatter of the standard library takes longer than the rest.
    fn push_number(&mut self, number: u64) {
        if number >= 10 {
            self.push_number(number / 10);
        }
        self.text
            .extend(u8::try_from(number % 10).map(|digit| char::from(b'0' + digit)));
    }

    /// Whether D1 takes as many parameters.
    pub fn fits(&self) -> bool {
        self.parameters.len() <= limits::PARAMETERS
    }
}

/// One value of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// SQL NULL.
    Null,
    /// A whole number.
    Integer(i64),
    /// Text.
    Text(String),
}

/// The values of one row, in the order of the statement's columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row(pub Vec<Cell>);

impl Row {
    /// Takes the text in column `index`; NULL is none.
    pub fn text(&mut self, index: usize) -> Result<Option<String>, Error> {
        match self.0.get_mut(index) {
            Some(Cell::Text(text)) => Ok(Some(std::mem::take(text))),
            Some(Cell::Null) => Ok(None),
            Some(Cell::Integer(_)) | None => Err(Error::unexpected("text", index)),
        }
    }

    /// The text in column `index`, which is not NULL.
    pub fn required_text(&mut self, index: usize) -> Result<String, Error> {
        self.text(index)?
            .ok_or_else(|| Error::unexpected("text", index))
    }

    /// The number in column `index`; NULL is none.
    pub fn integer(&self, index: usize) -> Result<Option<i64>, Error> {
        match self.0.get(index) {
            Some(Cell::Integer(number)) => Ok(Some(*number)),
            Some(Cell::Null) => Ok(None),
            Some(Cell::Text(_)) | None => Err(Error::unexpected("a number", index)),
        }
    }
}

/// The rows of each statement of a batch, in order.
pub type Results = Vec<Vec<Row>>;

/// What the round trips of a request cost so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Batches sent.
    pub trips: u32,
    /// Rows that D1 says it read.
    pub rows_read: u64,
    /// Rows that D1 says it wrote.
    pub rows_written: u64,
    /// Microseconds spent in the database, as D1 says.
    pub microseconds: u64,
}

/// Somewhere to run statements.
pub trait Database {
    /// Runs the statements in order in one transaction: all of them, or, when one fails, none. One round trip.
    fn batch(&self, statements: Vec<Statement>) -> impl Future<Output = Result<Results, Error>>;

    /// Waits, so that others come to write.
    fn pause(&self, milliseconds: u32) -> impl Future<Output = ()>;

    /// What this request's batches cost so far.
    fn cost(&self) -> Cost;
}

/// Why a batch failed.
#[derive(Clone, Debug, PartialEq)]
pub enum Error {
    /// The token is not good (see [`tenant::Tenant::facts`]).
    Unauthorized,
    /// A value that must be unique is in use; holds the name of the index, or of the columns.
    Unique(String),
    /// A statement of the batch found its condition not met (see [`read::guard`]).
    Guard,
    /// A row or a value would be larger than D1 takes.
    TooBig,
    /// Something else: a defect here, or the database is not what it should be. For the log only.
    Broken(String),
}

impl Error {
    /// Reads the words of `SQLite`, as D1 passes them on.
    pub fn from_message(message: &str) -> Self {
        if message.contains(tenant::UNKNOWN_TOKEN) {
            Self::Unauthorized
        } else if let Some((_, rest)) = message.split_once("UNIQUE constraint failed: ") {
            Self::Unique(rest.to_owned())
        } else if message.contains(read::NOT_MET) {
            Self::Guard
        } else if message.contains("string or blob too big") {
            Self::TooBig
        } else {
            Self::Broken(message.to_owned())
        }
    }

    fn unexpected(what: &str, column: usize) -> Self {
        Self::Broken(format!("expected {what} in column {column}"))
    }
}
