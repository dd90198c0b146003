//! Statements that travel together: one round trip, all of them or none. Each has a handle to ask
//! for its answer by, so that nobody counts results.

use super::limits::load;
use super::{Cell, Database, Error, Results, Row, Statement};
use scim::list::List;

/// Which statement of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handle(usize);

/// Statements that are about to be sent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    statements: Vec<Statement>,
    room: usize,
    /// Whether it is of several changes, of which fewer may be tried.
    pub is_run: bool,
}

impl Batch {
    /// One of one statement.
    pub fn of(statement: Statement) -> (Self, Handle) {
        let mut batch = Self::default();
        let handle = batch.add(statement);
        (batch, handle)
    }

    /// Adds a statement behind the others.
    pub fn add(&mut self, statement: Statement) -> Handle {
        self.statements.push(statement);
        Handle(self.statements.len() - 1)
    }

    /// Adds a statement that writes resources or what links them: the seam of writes alone does.
    pub fn add_write(&mut self, statement: Statement) -> Handle {
        self.add(statement.into_write())
    }

    /// Adds several of those.
    pub fn add_writes(&mut self, statements: impl IntoIterator<Item = Statement>) {
        for statement in statements {
            self.add_write(statement);
        }
    }

    /// Adds several.
    pub fn add_all(&mut self, statements: impl IntoIterator<Item = Statement>) -> Vec<Handle> {
        statements
            .into_iter()
            .map(|statement| self.add(statement))
            .list()
    }

    /// Adds those of another.
    pub fn append(&mut self, other: Self) {
        self.room += other.room;
        self.statements.extend(other.statements);
    }

    /// Says that its answers may have so many bytes more than a resource or two: what a page can
    /// be.
    pub fn expect(&mut self, bytes: usize) {
        self.room += bytes;
    }

    /// Bytes that its answers may have, as far as they are not small whatever is asked for.
    pub fn room(&self) -> usize {
        self.room
    }

    /// Whether there is nothing to send.
    pub fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    /// How many statements it has.
    pub fn len(&self) -> usize {
        self.statements.len()
    }

    /// Whether D1 takes as many parameters as its statements have.
    pub fn fits(&self) -> bool {
        self.statements.iter().all(Statement::fits)
    }

    /// Sends it, with the statement that authenticates the caller in front where there is one: that
    /// one's row comes first.
    pub async fn send(
        self,
        database: &impl Database,
        authentication: Option<Statement>,
    ) -> Result<(Option<Row>, Answers), Error> {
        let Some(authentication) = authentication else {
            let results = database.batch(self.statements).await?;
            return Ok((None, Answers { results }));
        };
        let mut statements = Vec::with_capacity(1 + self.statements.len());
        statements.push(authentication);
        statements.extend(self.statements);
        let mut results = database.batch(statements).await?.into_iter();
        let row = results.next().and_then(|rows| rows.into_iter().next());
        let results = results.list();
        Ok((Some(row.ok_or(Error::Unauthorized)?), Answers { results }))
    }
}

/// What the statements of a batch gave back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answers {
    results: Results,
}

impl Answers {
    /// Takes the rows of a statement.
    pub fn rows(&mut self, handle: Handle) -> Vec<Row> {
        let rows = self.results.get_mut(handle.0);
        rows.map(std::mem::take).unwrap_or_default()
    }

    /// Takes the rows of a statement that gives one row, or none.
    pub fn row(&mut self, handle: Handle) -> Option<Row> {
        self.rows(handle).into_iter().next()
    }

    /// The numbers in the first columns of a statement's row; without a row there are none.
    pub fn numbers<const N: usize>(&mut self, handle: Handle) -> Result<[Option<i64>; N], Error> {
        let Some(mut row) = self.row(handle) else {
            return Ok([None; N]);
        };
        row.read(|cells| {
            let mut numbers = [None; N];
            for number in &mut numbers {
                *number = cells.integer();
            }
            numbers
        })
    }

    /// Takes the rows of several statements, one behind the other.
    pub fn rows_of(&mut self, handles: &[Handle]) -> Vec<Row> {
        let mut rows = Vec::new();
        for handle in handles {
            rows.append(&mut self.rows(*handle));
        }
        rows
    }

    /// Bytes of all texts.
    pub fn bytes(&self) -> usize {
        self.sum(str::len)
    }

    /// What the documents among them are weighed as.
    pub fn load(&self) -> usize {
        self.sum(load)
    }

    /// The sum over all texts.
    fn sum(&self, of: fn(&str) -> usize) -> usize {
        let mut sum = 0;
        for rows in &self.results {
            for row in rows {
                for cell in &row.0 {
                    if let Cell::Text(text) = cell {
                        sum += of(text);
                    }
                }
            }
        }
        sum
    }

    /// Whether a statement gave a row.
    pub fn has_row(&self, handle: Handle) -> bool {
        self.results
            .get(handle.0)
            .is_some_and(|rows| !rows.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::{Answers, Batch};
    use crate::statement;
    use crate::{Cell, Row};

    fn row(number: i64) -> Row {
        Row(vec![Cell::Integer(number)])
    }

    #[test]
    fn answers_are_asked_for_by_handle() {
        let mut batch = Batch::default();
        let [first, second, third] = [(); 3].map(|()| batch.add(statement!("SELECT 1")));
        assert_eq!(batch.len(), 3);
        let results = vec![vec![row(1)], vec![], vec![row(2), row(3)]];
        let mut answers = Answers { results };
        assert!(answers.has_row(first) && !answers.has_row(second));
        assert_eq!(answers.row(second), None);
        assert_eq!(answers.rows_of(&[third, first]), [row(2), row(3), row(1)]);
        assert!(!answers.has_row(first), "it was taken");
    }
}
