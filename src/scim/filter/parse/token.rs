//! A place in a text, and the tokens there: words, spaces, brackets, and the keywords that join.
//! What is none of those expected is refused here.

use alloc::string::{String, ToString};

use super::caps::MAX_DEPTH;
use crate::error::{Error, quote};

/// What the text is, for the words of an error.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Subject {
    Filter,
    Path,
}

/// A place in a text, and what was seen on the way there.
pub(crate) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) rest: &'a str,
    /// Characters behind us.
    pub(super) position: usize,
    pub(super) depth: usize,
    pub(super) comparisons: usize,
    /// Values behind the first of a list.
    pub(super) values: usize,
    /// Characters to look for within others.
    pub(super) sought: usize,
    /// Between the brackets of a value path.
    pub(super) in_value_path: bool,
    pub(super) subject: Subject,
}

impl<'a> Parser<'a> {
    /// Starts on an attribute path or the path of a PATCH operation.
    pub(crate) fn path(text: &'a str) -> Self {
        Self::new(text, Subject::Path)
    }

    pub(super) fn new(text: &'a str, subject: Subject) -> Self {
        Self {
            text,
            rest: text,
            position: 0,
            depth: 0,
            comparisons: 0,
            values: 0,
            sought: 0,
            in_value_path: false,
            subject,
        }
    }

    /// The next character.
    pub(crate) fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    /// Passes spaces; says whether there were any.
    pub(crate) fn spaces(&mut self) -> bool {
        let before = self.rest.len();
        let after = self.rest.trim_start_matches(is_space).len();
        self.advance(before - after);
        before > after
    }

    /// What stands before the next space, bracket or quote.
    pub(super) fn word(&self) -> &'a str {
        let end = self
            .rest
            .find(|c: char| is_space(c) || matches!(c, '(' | ')' | '[' | ']' | '"'));
        end.and_then(|end| self.rest.get(..end))
            .unwrap_or(self.rest)
    }

    pub(super) fn advance(&mut self, bytes: usize) {
        let (passed, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.position += passed.chars().count();
        self.rest = rest;
    }

    /// Passes `SP word SP` if it follows.
    pub(super) fn connective(&mut self, word: &str) -> bool {
        let (rest, position) = (self.rest, self.position);
        if self.spaces() && self.word().eq_ignore_ascii_case(word) {
            self.advance(word.len());
            self.spaces();
            return true;
        }
        (self.rest, self.position) = (rest, position);
        false
    }

    /// Passes `not` if a parenthesis follows it; otherwise it may be an attribute's name.
    pub(super) fn negation(&mut self) -> bool {
        let (rest, position) = (self.rest, self.position);
        let word = self.word();
        if word.eq_ignore_ascii_case("not") {
            self.advance(word.len());
            self.spaces();
            if self.peek() == Some('(') {
                return true;
            }
        }
        (self.rest, self.position) = (rest, position);
        false
    }

    /// Passes an opening bracket.
    pub(super) fn open(&mut self) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.refuse(&[
                "brackets nested deeper than ",
                &MAX_DEPTH.to_string(),
                &self.here(),
            ]));
        }
        self.advance(1);
        self.spaces();
        Ok(())
    }

    /// Passes a closing bracket.
    pub(super) fn close(&mut self, bracket: char, expected: &str) -> Result<(), Error> {
        self.spaces();
        if self.peek() != Some(bracket) {
            return Err(self.mismatch(expected));
        }
        self.advance(1);
        self.depth -= 1;
        Ok(())
    }

    /// Nothing but spaces may follow.
    pub(crate) fn end(&mut self, expected: &str) -> Result<(), Error> {
        self.spaces();
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(self.mismatch(expected))
        }
    }

    pub(super) fn mismatch(&self, what: &str) -> Error {
        let word = self.word();
        let found = if word.is_empty() {
            self.peek().map(String::from).unwrap_or_default()
        } else {
            quote(word)
        };
        if found.is_empty() {
            return self.refuse(&["expected ", what, &self.here(), ", found the end"]);
        }
        self.refuse(&["expected ", what, &self.here(), ", found '", &found, "'"])
    }

    pub(super) fn here(&self) -> String {
        [" at character ", &(self.position + 1).to_string()].concat()
    }

    /// A filter in a path is refused as a filter (§3.12 table 9: "PATCH (Path Filter)").
    pub(super) fn refuse(&self, sentence: &[&str]) -> Error {
        match self.subject {
            Subject::Filter => Error::invalid_filter(["filter: ", &sentence.concat()].concat()),
            Subject::Path => {
                let detail = ["path '", &quote(self.text), "': ", &sentence.concat()].concat();
                if self.in_value_path {
                    Error::invalid_filter(detail)
                } else {
                    Error::invalid_path(detail)
                }
            }
        }
    }
}

/// Space, tab and line ends: the RFC folds its examples over lines.
pub(super) fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n')
}
