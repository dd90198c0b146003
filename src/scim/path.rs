//! Attribute paths: as written, and bound to a schema (RFC 7644 §3.5.2 figure 7, §3.10).
//!
//! An [`AttributePath`] names an attribute in a filter, in `sortBy`, `attributes` and
//! `excludedAttributes`; the `path` of a PATCH operation begins with one (see
//! [`crate::patch::path`]). Text is read by `filter::parse`.

use alloc::string::{String, ToString};
use core::fmt;

use crate::error::{Error, quote};
use crate::habit::Habits;
use crate::resource_type::ResourceType;
use crate::schema::{Attribute, Mutability, Schema};

pub(crate) use crate::attribute_name::is_name;

mod spellings;
mod uri;

pub(crate) use spellings::{keep_the_last, schema_at};
pub use uri::schema_named;

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

/// An attribute of a resource type: where a value stands in a document.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Location {
    /// The extension whose object holds the attribute; none at the top of the resource.
    pub extension: Option<&'static Schema>,
    /// The attribute.
    pub attribute: &'static Attribute,
    /// The part of it, of a complex attribute.
    pub sub: Option<&'static Attribute>,
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

    /// The attribute that the path names in this resource type, if there is one.
    ///
    /// Core and common attributes go with or without the core schema's URI, those of an extension
    /// with its URI. An extension's attribute is also found by its bare name when no other schema
    /// of the type has that name: Entra ID sends `manager`, and that is noted as a habit. So is a
    /// URI in another spelling, where only one is meant.
    ///
    /// ```
    /// use scim::{habit::Habits, path::AttributePath, resource_type::USER_TYPE};
    /// let mut habits = Habits::default();
    /// let location = AttributePath::parse("EMAILS.Value")?.bind(&USER_TYPE, &mut habits).unwrap();
    /// assert_eq!(location.to_string(), "emails.value");
    /// # Ok::<(), scim::error::Error>(())
    /// ```
    pub fn bind(
        &self,
        resource_type: &'static ResourceType,
        habits: &mut Habits,
    ) -> Option<Location> {
        if let Some(location) = self.bind_exactly(resource_type) {
            return Some(location);
        }
        if let Some(part) = self
            .sub
            .as_deref()
            .and_then(|sub| part_of_scim_1(&self.name, sub))
        {
            let path = Self {
                sub: Some(String::from(part)),
                ..self.clone()
            };
            let location = path.bind(resource_type, habits)?;
            habits.note_at("onelogin-manager-id", &location.to_string());
            return Some(location);
        }
        if self.uri.is_some() {
            return self.only_meaning(resource_type, habits);
        }
        if resource_type.attribute(&self.name).is_some() {
            return None;
        }
        let (extension, attribute) = self.lone_extension(resource_type)?;
        let location = self.part_of(extension, attribute)?;
        habits.note_at(
            "entra-extension-attribute-without-urn",
            &location.to_string(),
        );
        Some(location)
    }

    /// What it names as the RFC has it.
    fn bind_exactly(&self, resource_type: &'static ResourceType) -> Option<Location> {
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
    fn part_of(
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

    /// The only extension of the type that has an attribute of this name.
    fn lone_extension(
        &self,
        resource_type: &'static ResourceType,
    ) -> Option<(Option<&'static Schema>, &'static Attribute)> {
        let mut found = resource_type.extensions.iter().filter_map(|extension| {
            let attribute = extension.schema.attribute(&self.name)?;
            Some((Some(extension.schema), attribute))
        });
        let first = found.next();
        if found.next().is_some() { None } else { first }
    }

    /// The extension whose URI the whole path is.
    ///
    /// ```
    /// use scim::{path::AttributePath, resource_type::USER_TYPE};
    /// let uri = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    /// let path = AttributePath::parse(uri)?;
    /// assert_eq!(path.bind_extension(&USER_TYPE).unwrap().name, "EnterpriseUser");
    /// # Ok::<(), scim::error::Error>(())
    /// ```
    pub fn bind_extension(&self, resource_type: &'static ResourceType) -> Option<&'static Schema> {
        self.uri.as_ref()?;
        let schema = schema_named(resource_type, &self.to_string(), &mut Habits::default())?;
        (schema != resource_type.schema).then_some(schema)
    }

    /// The refusal of a path that names nothing of this resource type.
    pub fn unknown(&self, resource_type: &'static ResourceType) -> Error {
        let mut detail = ["path '", &quote(&self.to_string()), "': expected "].concat();
        let parent = Self {
            sub: None,
            ..self.clone()
        };
        match parent.bind(resource_type, &mut Habits::default()) {
            Some(location) => push_parts(&mut detail, location.attribute),
            None => push_all(
                &mut detail,
                &[
                    "an attribute of ",
                    resource_type.name,
                    ", which has none of that name",
                ],
            ),
        }
        Error::invalid_path(detail).at(&self.to_string())
    }
}

/// What SCIM 2 calls a part that `OneLogin`'s templates name as SCIM 1 did, in a value or in a
/// path.
pub(crate) fn part_of_scim_1(attribute: &str, part: &str) -> Option<&'static str> {
    let is_id = attribute.eq_ignore_ascii_case("manager") && part.eq_ignore_ascii_case("managerId");
    is_id.then_some("value")
}

/// Whether a key may be a path or a URI, and so name a part of what another names.
pub(crate) fn has_path(key: &str) -> bool {
    key.contains([':', '.'])
}

/// Says which sub-attributes an attribute has.
pub(crate) fn push_parts(detail: &mut String, attribute: &'static Attribute) {
    if attribute.sub_attributes.is_empty() {
        return push_all(
            detail,
            &["no sub-attribute, ", attribute.name, " is not complex"],
        );
    }
    push_all(detail, &["a sub-attribute of ", attribute.name, ":"]);
    for (index, part) in attribute.sub_attributes.iter().enumerate() {
        push_all(detail, &[if index == 0 { " " } else { ", " }, part.name]);
    }
}

pub(crate) fn push_all(text: &mut String, parts: &[&str]) {
    for part in parts {
        text.push_str(part);
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

impl Location {
    /// An attribute at the top of a resource.
    pub const fn top(attribute: &'static Attribute) -> Self {
        Self {
            extension: None,
            attribute,
            sub: None,
        }
    }

    /// Whether a value is accepted and forgotten: `password`.
    pub(crate) fn is_secret(self) -> bool {
        [self.attribute, self.leaf()]
            .iter()
            .any(|attribute| attribute.mutability == Mutability::WriteOnly)
    }

    /// The location of a part of the complex attribute that stands here.
    pub(crate) const fn part(self, sub: &'static Attribute) -> Self {
        Self {
            sub: Some(sub),
            ..self
        }
    }

    /// The attribute at the end of the path: the part if there is one.
    pub fn leaf(&self) -> &'static Attribute {
        self.sub.unwrap_or(self.attribute)
    }
}

/// In the schema's spelling, with the URI in front for an extension's attribute.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(extension) = self.extension {
            f.write_str(extension.uri)?;
            f.write_str(":")?;
        }
        f.write_str(self.attribute.name)?;
        if let Some(sub) = self.sub {
            f.write_str(".")?;
            f.write_str(sub.name)?;
        }
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests;
