//! Text to [`Filter`]: the grammar of RFC 7644 §3.4.2.2 figure 1, by recursive descent.
//!
//! Read with its errata: 4670 (`and` binds closer than `or`, both less than a comparison), 4690 and
//! 7322 (no value path within a value path, groups within it are fine), 7319 (a space may stand
//! behind `not`). Also read are `$` in names (RFC 7643 §2.1), runs of spaces, `true`, `false` and
//! `null` in any letter case, and what Entra ID, Okta and others send though the grammar lacks it:
//! `emails[type eq "work"].value eq "x"`, which says the same as `emails[type eq "work" and value
//! eq "x"]` and is turned into that.

use crate::list::List;
use alloc::{boxed::Box, string::String, string::ToString, vec, vec::Vec};

use super::{CompareOp, CompareValue, Filter};
use crate::error::Error;
use crate::json;
use crate::path::{AttributePath, is_name};

mod caps;
mod path;
mod token;

pub use caps::{MAX_COMPARISONS, MAX_DEPTH, MAX_SOUGHT, MAX_VALUES, too_many_comparisons};
pub(crate) use token::Parser;
use token::{Subject, is_space};

const OPERATOR: &str = "an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr)";
const VALUE: &str = "a value (a string in double quotes, a number, true, false or null)";

impl Filter {
    /// Reads a filter.
    ///
    /// ```
    /// use scim::filter::Filter;
    /// let filter = Filter::parse(r#"userType EQ "Employee" and not(emails co "x" or title pr)"#)?;
    /// let printed = r#"userType eq "Employee" and not (emails co "x" or title pr)"#;
    /// assert_eq!(filter.to_string(), printed);
    /// let error = Filter::parse("userName regex \"b.*\"").unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "invalidFilter: filter: expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr) \
    ///      at character 10, found 'regex'"
    /// );
    /// # Ok::<(), scim::error::Error>(())
    /// ```
    pub fn parse(text: &str) -> Result<Filter, Error> {
        let mut parser = Parser::new(text, Subject::Filter);
        parser.spaces();
        let filter = parser.disjunction()?;
        parser.end("'and', 'or' or the end")?;
        Ok(filter)
    }
}

impl<'a> Parser<'a> {
    // FILTER = attrExp / logExp / valuePath / *1("not" SP) "(" FILTER ")"
    // logExp = FILTER SP ("and" / "or") SP FILTER

    fn disjunction(&mut self) -> Result<Filter, Error> {
        let mut parts = vec![self.conjunction()?];
        let mut lists: Vec<String> = parts.iter().filter_map(list_of).list();
        self.count()?;
        while self.connective("or") {
            let part = self.conjunction()?;
            if let Some(list) = list_of(&part) {
                if lists.contains(&list) {
                    self.comparisons -= 1;
                    self.values += 1;
                } else {
                    lists.push(list);
                }
            }
            self.count()?;
            parts.push(part);
        }
        Ok(join(parts, Filter::Or))
    }

    /// Refuses a filter that compares too often.
    fn count(&self) -> Result<(), Error> {
        if self.comparisons > MAX_COMPARISONS {
            return Err(self.refuse(&[&too_many_comparisons()]));
        }
        if self.values >= MAX_VALUES {
            return Err(self.refuse(&[
                "more than ",
                &MAX_VALUES.to_string(),
                " values; ask in parts",
            ]));
        }
        Ok(())
    }

    fn conjunction(&mut self) -> Result<Filter, Error> {
        let mut parts = vec![self.term()?];
        while self.connective("and") {
            parts.push(self.term()?);
        }
        Ok(join(parts, Filter::And))
    }

    fn term(&mut self) -> Result<Filter, Error> {
        let is_not = self.negation();
        if self.peek() != Some('(') {
            return self.expression();
        }
        self.open()?;
        let inner = self.disjunction()?;
        self.close(')', "'and', 'or' or ')'")?;
        Ok(if is_not {
            Filter::Not(Box::new(inner))
        } else {
            inner
        })
    }

    // attrExp = (attrPath SP "pr") / (attrPath SP compareOp SP compValue)
    // valuePath = attrPath "[" valFilter "]"

    fn expression(&mut self) -> Result<Filter, Error> {
        let path = self.attribute_path()?;
        if self.peek() != Some('[') {
            return self.comparison(path);
        }
        let mut inner = self.value_filter()?;
        if self.peek() == Some('.') {
            let position = self.position + 1;
            let part = AttributePath::of_name(self.sub_attribute()?, position);
            let last = self.comparison(part)?;
            inner = match inner {
                Filter::And(mut parts) => {
                    parts.push(last);
                    Filter::And(parts)
                }
                other => Filter::And(vec![other, last]),
            };
        }
        Ok(Filter::ValuePath(path, Box::new(inner)))
    }

    /// `[URI ":"] ATTRNAME *1subAttr`
    pub(crate) fn attribute_path(&mut self) -> Result<AttributePath, Error> {
        let word = self.word();
        let Some(path) = AttributePath::split(word, self.position) else {
            return Err(self.mismatch("an attribute name"));
        };
        self.advance(word.len());
        Ok(path)
    }

    /// `"[" valFilter "]"`
    pub(crate) fn value_filter(&mut self) -> Result<Filter, Error> {
        if self.in_value_path {
            return Err(self.refuse(&[
                "a value path cannot stand within another, as it does",
                &self.here(),
            ]));
        }
        self.in_value_path = true;
        self.open()?;
        let inner = self.disjunction()?;
        self.close(']', "'and', 'or' or ']'")?;
        self.in_value_path = false;
        Ok(inner)
    }

    /// `subAttr = "." ATTRNAME`, behind a value path.
    pub(crate) fn sub_attribute(&mut self) -> Result<&'a str, Error> {
        self.advance(1);
        let word = self.word();
        if !is_name(word) {
            return Err(self.mismatch("the name of a sub-attribute"));
        }
        self.advance(word.len());
        Ok(word)
    }

    /// Whether a space and something else follow.
    pub(crate) fn operator_follows(&self) -> bool {
        let rest = self.rest.trim_start_matches(is_space);
        !rest.is_empty() && rest.len() < self.rest.len()
    }

    /// `SP "pr" / SP compareOp SP compValue`
    pub(crate) fn comparison(&mut self, path: AttributePath) -> Result<Filter, Error> {
        // Whether it is one too many, or one more value of a list, is seen once it is read.
        self.comparisons += 1;
        if self.comparisons > MAX_COMPARISONS + 1 {
            return Err(self.refuse(&[&too_many_comparisons()]));
        }
        if !self.spaces() {
            return Err(self.mismatch(OPERATOR));
        }
        let word = self.word();
        if word.eq_ignore_ascii_case("pr") {
            self.advance(word.len());
            return Ok(Filter::Present(path));
        }
        let Some(op) = CompareOp::by_name(word) else {
            return Err(self.mismatch(OPERATOR));
        };
        self.advance(word.len());
        if !self.spaces() {
            return Err(self.mismatch(VALUE));
        }
        let value = self.value()?;
        self.seek(op, &value)?;
        Ok(Filter::Compare(path, op, value))
    }

    /// Refuses a filter that looks for too much.
    fn seek(&mut self, op: CompareOp, value: &CompareValue) -> Result<(), Error> {
        if let (CompareOp::Co, CompareValue::String(text)) = (op, value) {
            self.sought += text.chars().count();
        }
        if self.sought <= MAX_SOUGHT {
            return Ok(());
        }
        let most = MAX_SOUGHT.to_string();
        let rest = " characters to look for with co; look for shorter parts";
        Err(self.refuse(&["more than ", &most, rest]))
    }

    /// `compValue = false / null / true / number / string`, and a string without its quotes, up to
    /// the next blank, bracket or end, where it can be nothing else. A number that would not be
    /// printed as it was sent (`5e3`, `1.50`) is kept as such a word: it may be an id.
    fn value(&mut self) -> Result<CompareValue, Error> {
        if self.peek() == Some('"') {
            return self.string().map(CompareValue::String);
        }
        let word = self.word();
        let value = if word.eq_ignore_ascii_case("true") {
            CompareValue::Boolean(true)
        } else if word.eq_ignore_ascii_case("false") {
            CompareValue::Boolean(false)
        } else if word.eq_ignore_ascii_case("null") {
            CompareValue::Null
        } else if let Some(number) = json::number(word).filter(|number| number.to_string() == word)
        {
            CompareValue::Number(number)
        } else if self.is_bare(word) {
            CompareValue::Word(String::from(word))
        } else {
            return Err(self.mismatch(VALUE));
        };
        self.advance(word.len());
        Ok(value)
    }

    /// Whether a word can only be a string: not the next part of a filter whose value is missing,
    /// not one in the wrong quotes, nothing that a quote or an opening bracket ends or an escape
    /// stands in.
    fn is_bare(&self, word: &str) -> bool {
        let is_next = ["and", "or", "not"]
            .iter()
            .any(|next| word.eq_ignore_ascii_case(next));
        let behind = self.rest.get(word.len()..).unwrap_or_default();
        !word.is_empty()
            && !is_next
            && !word.starts_with(['\'', '`', '\u{2018}', '\u{201c}', '{', ','])
            && !word.contains(|c: char| c.is_control() || c == '\\')
            && !behind.starts_with(['"', '(', '['])
    }

    /// A JSON string (RFC 7159 §7).
    fn string(&mut self) -> Result<String, Error> {
        let mut escaped = false;
        let end = self.rest.char_indices().skip(1).find(|&(_, character)| {
            if escaped {
                escaped = false;
                return false;
            }
            escaped = character == '\\';
            character == '"'
        });
        let Some(raw) = end.and_then(|(at, _)| self.rest.get(..=at)) else {
            return Err(self.refuse(&["expected a closing '\"' for the string", &self.here()]));
        };
        let Some(string) = json::string(raw) else {
            return Err(self.refuse(&[
                "expected a JSON string",
                &self.here(),
                ", found a bare control character or an escape that JSON does not have",
            ]));
        };
        self.advance(raw.len());
        Ok(string)
    }
}

/// The attribute that an `eq` with a text compares, in quotes or not, for it may be one of a list.
fn list_of(part: &Filter) -> Option<String> {
    match part {
        Filter::Compare(path, CompareOp::Eq, CompareValue::String(_) | CompareValue::Word(_)) => {
            Some(path.to_string().to_ascii_lowercase())
        }
        Filter::Compare(..)
        | Filter::And(_)
        | Filter::Or(_)
        | Filter::Not(_)
        | Filter::Present(_)
        | Filter::ValuePath(..) => None,
    }
}

/// One part is itself; several are joined.
fn join(mut parts: Vec<Filter>, connect: fn(Vec<Filter>) -> Filter) -> Filter {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            connect(parts)
        }
        None => connect(parts),
    }
}

#[cfg(test)]
mod tests;
