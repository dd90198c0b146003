//! Attribute paths: as written, and bound to a schema (RFC 7644 §3.5.2 figure 7, §3.10).
//!
//! An [`AttributePath`] names an attribute in a filter, in `sortBy`, `attributes` and
//! `excludedAttributes`; the `path` of a PATCH operation begins with one (see
//! [`crate::patch::path`]). Text is read by `filter::parse`.

use alloc::string::{String, ToString};

use crate::error::{Error, quote};
use crate::habit::Habits;
use crate::resource_type::ResourceType;
use crate::schema::{Attribute, Schema};

pub(crate) use crate::attribute_name::is_name;

mod attribute_path;
mod location;
mod spellings;
mod uri;

pub use attribute_path::AttributePath;
pub use location::Location;
pub(crate) use spellings::{keep_the_last, schema_at};
pub use uri::schema_named;

impl AttributePath {
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

#[cfg(test)]
pub(crate) mod tests;
