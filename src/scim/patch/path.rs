//! The `path` of a PATCH operation, as written and bound (RFC 7644 §3.5.2 figure 7).
//!
//! What an operation does at its [`Target`] is the business of [`super::apply`].

use alloc::{
    boxed::Box,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

use serde_json::Value;

use crate::error::{Error, quote};
use crate::filter::{Filter, parse::Parser, predicate::Predicate};
use crate::habit::Habits;
use crate::path::{AttributePath, Location, push_all, push_parts};
use crate::resource_type::ResourceType;
use crate::schema::{Attribute, Schema, Type};

/// `PATH = attrPath / valuePath [subAttr]`: the path of a PATCH operation, as written.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// The attribute in front.
    pub attribute: AttributePath,
    /// The filter in brackets, which selects among the values of the attribute.
    pub filter: Option<Box<Filter>>,
    /// The sub-attribute behind the brackets.
    pub sub: Option<String>,
}

/// What a PATCH operation works on: a [`Path`] bound to a resource type.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// The resource itself: an operation without a path. No path binds to it.
    Resource,
    /// A whole extension.
    Extension(&'static Schema),
    /// An attribute or a sub-attribute; of a multi-valued attribute all values.
    Attribute(Location),
    /// The values of a multi-valued attribute that match a filter; or the one of a singular complex
    /// attribute, if it does: `manager[value eq "26118915"]`.
    Elements {
        /// The attribute; its `sub` is `None`.
        of: Location,
        /// Which values.
        filter: Predicate,
        /// The part of these values that the operation works on.
        sub: Option<&'static Attribute>,
        /// What a value must hold to match, in the client's spelling, when the filter is one `eq`
        /// or several joined by `and`: enough to create the value from when none matches. Values of
        /// a plain list name the list itself.
        create: Option<Vec<(&'static Attribute, Value)>>,
    },
}

impl Path {
    /// Reads the path of a PATCH operation.
    ///
    /// A malformed path is `invalidPath`, a malformed filter in it `invalidFilter` (§3.12 table 9).
    /// Erratum 7122 adds `attrExp` to the rule, so that a value of a plain list can be named:
    /// `schemas eq "urn:x"` is read as `schemas[value eq "urn:x"]`.
    ///
    /// ```
    /// use scim::patch::path::Path;
    /// let path = Path::parse(r#"emails[type eq "work"].value"#)?;
    /// assert_eq!((path.attribute.name.as_str(), path.sub.as_deref()), ("emails", Some("value")));
    /// assert_eq!(path.to_string(), r#"emails[type eq "work"].value"#);
    /// let error = Path::parse(r#"emails[type eq "work""#).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "invalidFilter: path 'emails[type eq \"work\"': expected 'and', 'or' or ']' at character 22, \
    ///      found the end"
    /// );
    /// # Ok::<(), scim::error::Error>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::read(text).map_err(|error| error.at(&readable(text)))
    }

    fn read(text: &str) -> Result<Self, Error> {
        let mut parser = Parser::path(text);
        parser.spaces();
        let mut attribute = parser.attribute_path()?;
        let mut filter = None;
        let mut sub = None;
        if parser.peek() == Some('[') {
            filter = Some(Box::new(parser.value_filter()?));
            if parser.peek() == Some('.') {
                sub = Some(String::from(parser.sub_attribute()?));
            }
        } else if parser.operator_follows() {
            let position = attribute.position;
            let name = attribute.sub.take();
            let value = AttributePath::of_name(name.as_deref().unwrap_or("value"), position);
            filter = Some(Box::new(parser.comparison(value)?));
        }
        parser.end("the end")?;
        Ok(Self {
            attribute,
            filter,
            sub,
        })
    }

    /// Finds what the path names in this resource type.
    ///
    /// A path that names nothing is `invalidPath`; a filter that compares what cannot be compared
    /// is `invalidFilter`. Brackets behind an attribute that has one plain value are `invalidPath`:
    /// there is nothing to select.
    ///
    /// ```
    /// use scim::{habit::Habits, patch::path::{Path, Target}, resource_type::USER_TYPE};
    /// let mut habits = Habits::default();
    /// let target = Path::parse("name.familyName")?.bind(&USER_TYPE, &mut habits)?;
    /// let Target::Attribute(location) = target else { panic!("it names an attribute") };
    /// assert_eq!(location.to_string(), "name.familyName");
    /// let error = Path::parse("emails.colour")?.bind(&USER_TYPE, &mut habits).unwrap_err();
    /// assert_eq!(
    ///     error.detail(),
    ///     "path 'emails.colour': expected a sub-attribute of emails: value, display, type, primary"
    /// );
    /// # Ok::<(), scim::error::Error>(())
    /// ```
    pub fn bind(
        &self,
        resource_type: &'static ResourceType,
        habits: &mut Habits,
    ) -> Result<Target, Error> {
        let Some(of) = self.attribute.bind(resource_type, habits) else {
            return match self.attribute.bind_extension(resource_type) {
                Some(schema) if self.filter.is_none() => Ok(Target::Extension(schema)),
                Some(_) | None => Err(self.attribute.unknown(resource_type)),
            };
        };
        let Some(filter) = &self.filter else {
            return Ok(Target::Attribute(of));
        };
        if of.sub.is_some() || !(of.attribute.multi_valued || of.attribute.kind == Type::Complex) {
            return Err(self.refuse(&[
                "expected no brackets behind ",
                of.leaf().name,
                "; a filter selects among the values of a multi-valued attribute",
            ]));
        }
        let sub = match &self.sub {
            None => None,
            Some(name) => Some(of.attribute.sub_attribute(name).ok_or_else(|| {
                let mut expected = String::from("expected ");
                push_parts(&mut expected, of.attribute);
                self.refuse(&[&expected])
            })?),
        };
        let predicate = Predicate::bind_element(filter, of.attribute, habits).map_err(|error| {
            let path = quote(&self.to_string());
            let detail = ["path '", &path, "': ", error.detail()].concat();
            Error::invalid_filter(detail).at(&self.to_string())
        })?;
        let create = Predicate::element_from(filter, of.attribute);
        Ok(Target::Elements {
            of,
            filter: predicate,
            sub,
            create,
        })
    }

    fn refuse(&self, sentence: &[&str]) -> Error {
        let mut detail = ["path '", &quote(&self.to_string()), "': "].concat();
        push_all(&mut detail, sentence);
        Error::invalid_path(detail).at(&self.to_string())
    }

    /// The name in the path that this resource type does not know, if that is why it names nothing:
    /// the attribute, a part of it, or one that the filter compares.
    ///
    /// ```
    /// use scim::{patch::path::Path, resource_type::USER_TYPE};
    /// let unknown = |text| Path::parse(text).unwrap().unknown(&USER_TYPE);
    /// let verified = unknown("emails[type eq \"work\"].verified");
    /// assert_eq!(verified.as_deref(), Some("emails.verified"));
    /// assert_eq!(unknown("emails[colour eq \"red\"].value").as_deref(), Some("emails.colour"));
    /// assert_eq!(unknown("emails[type gt true].value"), None);
    /// ```
    pub fn unknown(&self, resource_type: &'static ResourceType) -> Option<String> {
        let Some(of) = self.attribute.bind(resource_type, &mut Habits::default()) else {
            let is_extension = self.attribute.bind_extension(resource_type).is_some();
            return (!is_extension).then(|| self.to_string());
        };
        if of.sub.is_some() {
            return None;
        }
        let part = |name: &str| [&of.to_string(), ".", name].concat();
        let lacks = |name: &&str| of.attribute.sub_attribute(name).is_none();
        if let Some(sub) = self.sub.as_deref().filter(lacks) {
            return Some(part(sub));
        }
        let other = self.filter.as_ref()?.stranger(of.attribute)?;
        Some(part(&other.to_string()))
    }
}

/// What a log may have of a path that cannot be read: all in front of its brackets, and a sign that
/// stands for the rest. A part behind them may be the end of a value.
pub(crate) fn readable(text: &str) -> String {
    match text.split_once('[') {
        Some((front, _)) => [front.trim(), "?"].concat(),
        None => String::from(text),
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.attribute.fmt(f)?;
        if let Some(filter) = &self.filter {
            f.write_str("[")?;
            filter.fmt(f)?;
            f.write_str("]")?;
        }
        if let Some(sub) = &self.sub {
            f.write_str(".")?;
            f.write_str(sub)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
