//! Resource types: what kinds of resources there are and where (RFC 7643 §6).

use crate::schema::{Attribute, Schema, find};
use crate::schemas::{common::COMMON, configured, group::GROUP, user::USER};

/// A kind of resource: its name, its endpoint, its schemas.
#[derive(Debug)]
pub struct ResourceType {
    /// The name, as in `meta.resourceType`.
    pub name: &'static str,
    /// The path of its endpoint below the base URL, with the leading slash.
    pub endpoint: &'static str,
    /// For people: what such a resource is.
    pub description: &'static str,
    /// The schema whose attributes stand at the top of a resource.
    pub schema: &'static Schema,
    /// Schemas whose attributes stand below their own URI.
    pub extensions: &'static [Extension],
}

/// An extension of a resource type.
#[derive(Debug)]
pub struct Extension {
    /// The schema.
    pub schema: &'static Schema,
    /// Whether every resource must have it.
    pub required: bool,
}

/// `/Users`.
pub static USER_TYPE: ResourceType = ResourceType {
    name: "User",
    endpoint: "/Users",
    description: "User Account",
    schema: &USER,
    extensions: configured::USER_EXTENSIONS,
};

/// `/Groups`: teams.
pub static GROUP_TYPE: ResourceType = ResourceType {
    name: "Group",
    endpoint: "/Groups",
    description: "Group",
    schema: &GROUP,
    extensions: configured::GROUP_EXTENSIONS,
};

impl ResourceType {
    /// Every resource type: users, groups, then the operator's.
    pub fn all() -> impl Iterator<Item = &'static ResourceType> {
        (0..).map_while(|number: usize| match number {
            0 => Some(&USER_TYPE),
            1 => Some(&GROUP_TYPE),
            _ => configured::RESOURCE_TYPES.get(number - 2),
        })
    }

    /// The type of this name, spelt exactly.
    pub fn by_name(name: &str) -> Option<&'static ResourceType> {
        Self::all().find(|resource_type| resource_type.name == name)
    }

    /// The schemas in use: the core one first, then the extensions.
    pub fn schemas(&'static self) -> impl Iterator<Item = &'static Schema> {
        (0..).map_while(|number: usize| match number {
            0 => Some(self.schema),
            _ => Some(self.extensions.get(number - 1)?.schema),
        })
    }

    /// The extension schema with this URI, in any letter case.
    pub fn extension(&'static self, uri: &str) -> Option<&'static Schema> {
        self.extensions
            .iter()
            .map(|extension| extension.schema)
            .find(|schema| schema.uri.eq_ignore_ascii_case(uri))
    }

    /// The attribute of this name at the top of a resource, common ones included, in any letter
    /// case.
    pub fn attribute(&'static self, name: &str) -> Option<&'static Attribute> {
        self.schema.attribute(name).or_else(|| find(&COMMON, name))
    }

    /// Every attribute at the top of a resource, common ones first.
    pub fn attributes(&'static self) -> impl Iterator<Item = &'static Attribute> {
        COMMON.iter().chain(self.schema.attributes.iter())
    }

    /// The attribute whose values are membership rows, if the type has one.
    pub fn linked(&'static self) -> Option<&'static Attribute> {
        self.schema
            .attributes
            .iter()
            .find(|attribute| attribute.linked)
    }
}

/// Resource types are named by their name.
impl PartialEq for ResourceType {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}
