//! An attribute path as it is written, and what it names as the RFC has it.

use alloc::string::String;
use core::fmt;

use super::location::Location;
use crate::attribute_name::is_name;
use crate::resource_type::ResourceType;
use crate::schema::{Attribute, Schema};

/// `attrPath = [URI ":"] ATTRNAME *1subAttr`, as written.
///
/// Names and URI keep the letter case of the text; they are compared without it (§3.10), and so are
/// two paths.
#[derive(Clone, Debug)]
pub struct AttributePath {
    /// The schema URI in front, without the last colon.
    pub uri: Option<String>,
    /// The attribute's name. For a path that is the URI of a whole extension, its last segment.
    pub name: String,
    /// The sub-attribute's name.
    pub sub: Option<String>,
    /// Where the path starts in the text it was read from, in characters from 0; not part of its
    /// identity.
    pub position: usize,
}

impl AttributePath {
    /// Splits a word that holds a whole attribute path.
    ///
    /// URIs contain dots, so the attribute is what stands behind the last colon. A URI alone reads
    /// as a path too: its last segment need not look like a name, since only binding can tell
    /// whether it is one.
    pub(crate) fn split(word: &str, position: usize) -> Option<Self> {
        let (uri, rest) = match word.rsplit_once(':') {
            Some((uri, rest)) => (Some(uri), rest),
            None => (None, word),
        };
        if rest.is_empty() || uri.is_some_and(str::is_empty) {
            return None;
        }
        let (name, sub) = match rest.split_once('.') {
            Some((name, sub)) if is_name(name) && is_name(sub) => (name, Some(sub)),
            _ if uri.is_some() || is_name(rest) => (rest, None),
            _ => return None,
        };
        Some(Self {
            uri: uri.map(String::from),
            name: String::from(name),
            sub: sub.map(String::from),
            position,
        })
    }

    /// A path of one name, as it stands in a value path.
    pub(crate) fn of_name(name: &str, position: usize) -> Self {
        Self {
            uri: None,
            name: String::from(name),
            sub: None,
            position,
        }
    }

    /// What it names as the RFC has it.
    pub(super) fn bind_exactly(&self, resource_type: &'static ResourceType) -> Option<Location> {
        let core = resource_type.schema.uri;
        match &self.uri {
            Some(uri) if !uri.eq_ignore_ascii_case(core) => {
                let schema = resource_type.extension(uri)?;
                self.part_of(Some(schema), schema.attribute(&self.name)?)
            }
            _ => self.part_of(None, resource_type.attribute(&self.name)?),
        }
    }

    /// The attribute, or the part of it that the path names.
    pub(super) fn part_of(
        &self,
        extension: Option<&'static Schema>,
        attribute: &'static Attribute,
    ) -> Option<Location> {
        let sub = match &self.sub {
            Some(name) => Some(attribute.sub_attribute(name)?),
            None => None,
        };
        Some(Location {
            extension,
            attribute,
            sub,
        })
    }
}

impl PartialEq for AttributePath {
    fn eq(&self, other: &Self) -> bool {
        let same = |a: &Option<String>, b: &Option<String>| match (a, b) {
            (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        same(&self.uri, &other.uri)
            && self.name.eq_ignore_ascii_case(&other.name)
            && same(&self.sub, &other.sub)
    }
}

impl Eq for AttributePath {}

impl fmt::Display for AttributePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(uri) = &self.uri {
            f.write_str(uri)?;
            f.write_str(":")?;
        }
        f.write_str(&self.name)?;
        if let Some(sub) = &self.sub {
            f.write_str(".")?;
            f.write_str(sub)?;
        }
        Ok(())
    }
}
