//! What a request means to the database. The only room with SQL text.
//!
//! A [`Statement`] is built here and run by a [`Database`], of which there are two: D1 in the
//! Worker, `SQLite` in the tests. Statements that belong together travel as one batch, which is one
//! round trip and atomic.

use std::future::Future;

pub mod batch;
pub mod brake;
pub mod cells;
pub mod deleted;
pub mod directory;
pub mod expression;
pub mod former;
pub mod guard;
pub mod ledger;
pub mod limits;
pub mod links;
pub mod membership;
pub mod milestone;
pub mod page;
pub mod pending;
mod planted;
pub mod predicate;
pub mod read;
pub mod record;
pub mod run;
mod source;
mod sqlite;
mod statement;
pub mod table;
pub mod tenant;
pub mod text;
pub mod transfer;
pub mod unique;
pub mod user_groups;
pub mod write;

pub use statement::{Parameter, Statement, fragment};

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

    /// The same; NULL is 0.
    pub fn count(&self, index: usize) -> Result<i64, Error> {
        Ok(self.integer(index)?.unwrap_or_default())
    }
}

/// A statement, with the number of the database that it is for.
pub type Addressed = (u16, Statement);

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
    /// Runs the statements in order in one transaction: all of them, or, when one fails, none. One
    /// round trip.
    fn batch(&self, statements: Vec<Statement>) -> impl Future<Output = Result<Results, Error>>;

    /// Its number: 1 of the only one.
    fn number(&self) -> u16 {
        1
    }

    /// The database of a shard of the same deployment; none where there is none of this number.
    fn shard(&self, number: u16) -> Option<&Self> {
        (number == self.number()).then_some(self)
    }

    /// The numbers of the shards, in order: the first is 1.
    fn shards(&self) -> Vec<u16> {
        vec![self.number()]
    }

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
    /// The tenant is suspended.
    Suspended,
    /// The token may read, not write.
    ReadOnly,
    /// The settings of the tenant have changed since the batch was made.
    OtherSettings,
    /// A value that must be unique is in use: of this attribute, where it has a key column.
    Unique(Option<&'static str>),
    /// A statement of the batch found its condition not met (see [`read::guard`]).
    Guard,
    /// The brake refuses a removal (see [`brake`]).
    Braked,
    /// A row or a value would be larger than D1 takes.
    TooBig,
    /// Other requests hold the memory that the answer could take; nothing was sent.
    Busy,
    /// Something else: a defect here, or the database is not what it should be. For the log only.
    Broken(String),
}

impl Error {
    /// What is said of it in the log.
    pub fn cause(&self) -> &str {
        match self {
            Self::Unauthorized => "the token is not good",
            Self::Suspended => "the tenant is suspended",
            Self::ReadOnly => "the token may read alone",
            Self::OtherSettings => "the settings have changed",
            Self::Unique(_) => "a unique value is in use",
            Self::Guard => "a guard failed",
            Self::Braked => "the brake refuses it",
            Self::TooBig => "a row would be too large",
            Self::Busy => "others hold the memory that it needs",
            Self::Broken(cause) => cause,
        }
    }

    fn unexpected(what: &str, column: usize) -> Self {
        Self::Broken(format!("expected {what} in column {column}"))
    }
}
