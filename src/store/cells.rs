//! The values of a row, read one behind the other.

use std::slice::IterMut;

use super::{Cell, Error, Row};

/// The values of a row, in their order. Whether one is not what it should be is told once, at the
/// end: asked of each, it takes more code than to read it.
#[derive(Debug)]
pub struct Cells<'r> {
    cells: IterMut<'r, Cell>,
    fault: Option<&'static str>,
}

impl Row {
    /// Makes something of the values, if each is what it should be.
    pub fn read<T>(&mut self, of: impl FnOnce(&mut Cells<'_>) -> T) -> Result<T, Error> {
        let mut cells = Cells {
            cells: self.0.iter_mut(),
            fault: None,
        };
        let read = of(&mut cells);
        cells.end()?;
        Ok(read)
    }
}

impl Cells<'_> {
    fn end(self) -> Result<(), Error> {
        match self.fault {
            None => Ok(()),
            Some(fault) => Err(Error::Broken(fault.to_owned())),
        }
    }

    /// The next text; NULL is none.
    pub fn text(&mut self) -> Option<String> {
        match self.cells.next() {
            Some(Cell::Text(text)) => return Some(std::mem::take(text)),
            Some(Cell::Null) => {}
            Some(Cell::Integer(_)) | None => self.fault = Some("expected text in a row"),
        }
        None
    }

    /// The next text, which is not NULL.
    pub fn required_text(&mut self) -> String {
        let text = self.text();
        if text.is_none() {
            self.fault = Some("expected a text in a row");
        }
        text.unwrap_or_default()
    }

    /// The next number; NULL is none.
    pub fn integer(&mut self) -> Option<i64> {
        match self.cells.next() {
            Some(Cell::Integer(number)) => return Some(*number),
            Some(Cell::Null) => {}
            Some(Cell::Text(_)) | None => self.fault = Some("expected a number in a row"),
        }
        None
    }

    /// The next number; NULL is 0.
    pub fn count(&mut self) -> i64 {
        self.integer().unwrap_or_default()
    }

    /// Whether the next number is 1.
    pub fn flag(&mut self) -> bool {
        self.integer() == Some(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_of_another_type_is_told_at_the_end() {
        let mut row = Row(vec![
            Cell::Integer(1),
            Cell::Null,
            Cell::Text("a".to_owned()),
        ]);
        let other = row.read(|cells| (cells.text(), cells.integer()));
        assert!(other.is_err());
        let read = row.read(|cells| (cells.flag(), cells.count(), cells.required_text()));
        assert_eq!(read, Ok((true, 0, "a".to_owned())));
        let mut null = Row(vec![Cell::Null]);
        assert!(null.read(|cells| [cells.required_text()]).is_err());
        let mut short = Row(Vec::new());
        assert!(short.read(|cells| [cells.text()]).is_err());
    }
}
