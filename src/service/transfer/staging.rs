//! The lines of an import on their way in: they are stored as they come, a part at a time, so that
//! the memory of it is the same however many there are.

use scim::json;

use store::Statement;
use store::transfer::import::Import;

/// Bytes of the longest line: a group of 20,000 members.
pub const MAX_LINE: usize = 1_500_000;
/// Bytes of lines, as one text, that are stored by one statement.
const PART: usize = 900_000;
/// What is stored of a line that is blank, where it must be known that it came: a line of which
/// nothing is done.
const BLANK: &str = "{\"next\":null}";

/// What is said of a line that is something else.
pub const NO_OBJECT: &str = "The line is not a JSON object. Send one object a line.";

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
    /// What is stored of lines by the next statement, and the number of the first of them.
    list: Vec<u8>,
    first: i64,
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
            list: Vec::new(),
            first: line,
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
            let blank = import.stage_one(self.line - 1, BLANK);
            self.statements.push(blank);
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
            return self.refuse(import, line, &detail);
        }
        let bytes = bytes
            .strip_prefix(b"\xEF\xBB\xBF")
            .filter(|_| line == 1)
            .unwrap_or(&bytes);
        let Ok(text) = str::from_utf8(bytes) else {
            return self.refuse(import, line, "The line is not UTF-8. Send it in UTF-8.");
        };
        let text = text.trim();
        self.is_blank = text.is_empty();
        let signs = Signs::of(text);
        if signs.controls > 0 {
            self.refuse(
                import,
                line,
                "The line has a control character as it is. Leave it out.",
            );
        } else if self.is_blank {
            self.list_item(import, line, 0, &[]);
        } else if !text.as_bytes().starts_with(b"{") {
            self.refuse(import, line, NO_OBJECT);
        } else if 5 * signs.escapes() > 2 * text.len() {
            self.refuse(
                import,
                line,
                "The line is mostly backslashes, quotes or tabs. Escape its texts once.",
            );
        } else if text.len() + signs.escapes() > PART {
            self.list_item(import, line, 0, &[]);
            self.statements.push(import.stage_one(line, text));
        } else {
            let quote = &[signs.quote()];
            self.list_item(import, line, text.len() + signs.escapes(), quote);
            for part in text
                .as_bytes()
                .split_inclusive(|byte| signs.is_escaped(*byte))
            {
                match part.split_last() {
                    Some((last, part)) if signs.is_escaped(*last) => {
                        self.list.extend_from_slice(part);
                        self.list.extend_from_slice(&[b'\\', *last]);
                    }
                    _ => self.list.extend_from_slice(part),
                }
            }
            self.list.extend_from_slice(quote);
        }
    }

    fn refuse(&mut self, import: Import<'_>, line: i64, detail: &str) {
        let detail = json::text(&json::texts(&[detail]));
        self.list_item(import, line, detail.len(), detail.as_bytes());
    }

    /// Begins what is listed of a line; of one of which nothing is, its place is kept.
    fn list_item(&mut self, import: Import<'_>, line: i64, bytes: usize, begin: &[u8]) {
        if self.list.len() + bytes > PART {
            self.flush(import);
        }
        if !self.list.is_empty() {
            self.list.push(b',');
        } else if begin.is_empty() {
            return;
        } else {
            self.first = line;
            self.list.push(b'[');
        }
        let begin = if begin.is_empty() { b"null" } else { begin };
        self.list.extend_from_slice(begin);
    }

    fn flush(&mut self, import: Import<'_>) {
        if self.list.is_empty() {
            return;
        }
        self.list.push(b']');
        let list = std::mem::take(&mut self.list);
        let list = String::from_utf8(list).unwrap_or_default();
        self.statements.push(import.stage(self.first, &list));
    }
}

/// How many there are in a line of the bytes that make its text longer, or that no JSON has.
#[derive(Clone, Copy, Debug, Default)]
struct Signs {
    quotes: usize,
    apostrophes: usize,
    others: usize,
    controls: usize,
}

impl Signs {
    fn of(text: &str) -> Self {
        let mut signs = Self::default();
        for byte in text.bytes() {
            match byte {
                b'"' => signs.quotes += 1,
                b'\'' => signs.apostrophes += 1,
                b'\\' | b'\t' | b'\r' => signs.others += 1,
                0..0x20 => signs.controls += 1,
                _ => {}
            }
        }
        signs
    }

    /// What stands around the text: SQLite reads strings of JSON5, too, so that the quotes of JSON
    /// need not be escaped, half of the bytes of short values.
    fn quote(self) -> u8 {
        if self.apostrophes > self.quotes {
            b'"'
        } else {
            b'\''
        }
    }

    fn is_escaped(self, byte: u8) -> bool {
        byte == b'\\' || byte == self.quote()
    }

    fn escapes(self) -> usize {
        self.others + self.apostrophes.min(self.quotes)
    }
}
