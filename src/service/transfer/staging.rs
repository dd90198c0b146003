//! The lines of an import on their way in: they are stored as they come, a part at a time, so that
//! the memory of it is the same however many there are.

use scim::json;
use serde_json::Value;

use store::Statement;
use store::transfer::import::Import;

/// Bytes of the longest line: a group of 20,000 members.
pub const MAX_LINE: usize = 1_500_000;
/// Bytes of lines, as JSON, that are stored by one statement.
const PART: usize = 900_000;
/// What is stored of a line that is blank, where it must be known that it came: a line of which
/// nothing is done.
const BLANK: &str = "{\"next\":null}";

/// What has come.
#[derive(Debug)]
pub struct Staging {
    /// The number of the line that comes next, from one.
    line: i64,
    /// The beginning of it.
    rest: Vec<u8>,
    /// Whether it is too long already.
    is_long: bool,
    /// Whether the line before was blank.
    is_blank: bool,
    rows: Vec<Value>,
    bytes: usize,
    statements: Vec<Statement>,
}

impl Staging {
    /// Of lines from this number on.
    pub fn new(line: i64) -> Self {
        Self {
            line,
            rest: Vec::new(),
            is_long: false,
            is_blank: false,
            rows: Vec::new(),
            bytes: 0,
            statements: Vec::new(),
        }
    }

    /// Takes a piece of the body; gives what is to be sent before the next.
    pub fn push(&mut self, import: Import<'_>, piece: &[u8]) -> Vec<Statement> {
        let mut parts = piece.split(|byte| *byte == b'\n').peekable();
        while let Some(part) = parts.next() {
            self.is_long |= self.rest.len() + part.len() > MAX_LINE;
            if self.is_long {
                self.rest.clear();
            } else {
                self.rest.extend_from_slice(part);
            }
            if parts.peek().is_some() {
                self.end_line(import);
            }
        }
        std::mem::take(&mut self.statements)
    }

    /// Ends; gives what is still to be sent. Where more is to follow the last line is stored in any
    /// case, as it tells where that begins.
    pub fn end(&mut self, import: Import<'_>, has_more: bool) -> Vec<Statement> {
        if self.is_long || !self.rest.is_empty() {
            self.end_line(import);
        }
        if has_more && self.is_blank {
            self.add(import, self.line - 1, BLANK, None);
        }
        self.flush(import);
        std::mem::take(&mut self.statements)
    }

    fn end_line(&mut self, import: Import<'_>) {
        let line = self.line;
        self.line += 1;
        let bytes = std::mem::take(&mut self.rest);
        self.is_blank = false;
        if std::mem::take(&mut self.is_long) {
            let detail = format!(
                "The line is longer than {MAX_LINE} bytes. Give a group of many members in several lines, each with its \
                 name and some of them."
            );
            return self.add(import, line, "", Some(&detail));
        }
        let bytes = bytes
            .strip_prefix(b"\xEF\xBB\xBF")
            .filter(|_| line == 1)
            .unwrap_or(&bytes);
        let Ok(text) = str::from_utf8(bytes) else {
            return self.add(
                import,
                line,
                "",
                Some("The line is not UTF-8. Send it in UTF-8."),
            );
        };
        let text = text.trim();
        if text.as_bytes().contains(&b'\0') {
            return self.add(
                import,
                line,
                "",
                Some("The line has a character that no text has, U+0000. Leave it out."),
            );
        }
        self.is_blank = text.is_empty();
        if !self.is_blank {
            self.add(import, line, text, None);
        }
    }

    fn add(&mut self, import: Import<'_>, line: i64, text: &str, refused: Option<&str>) {
        let escaped = |byte: u8| match byte {
            b'"' | b'\\' => 2,
            0..0x20 => 6,
            _ => 1,
        };
        let bytes = text.bytes().map(escaped).sum::<usize>() + 200;
        if bytes > PART {
            return self.statements.push(import.stage_one(line, text));
        }
        if self.bytes + bytes > PART {
            self.flush(import);
        }
        self.bytes += bytes;
        let refused = refused.map(|detail| json::text(&json::texts(&[detail])));
        let row = vec![Value::from(line), text.into(), refused.into()];
        self.rows.push(row.into());
    }

    fn flush(&mut self, import: Import<'_>) {
        self.bytes = 0;
        let rows = std::mem::take(&mut self.rows);
        if !rows.is_empty() {
            self.statements.push(import.stage(&Value::from(rows)));
        }
    }
}
