//! The tokens of a filter: words, spaces, brackets, and the keywords that join.

use alloc::string::ToString;

use super::{MAX_DEPTH, Parser};
use crate::error::Error;

impl<'a> Parser<'a> {
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
}

/// Space, tab and line ends: the RFC folds its examples over lines.
pub(super) fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n')
}
