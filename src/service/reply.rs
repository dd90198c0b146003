//! A resource in a reply, and how much of it a client asks for.

use scim::list::List;
use scim::projection::Projection;
use scim::resource_type::ResourceType;

use super::content::Content;
use super::failure::Failure;

/// A resource for a reply.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceReply {
    /// The resource as JSON text, as far as the client asked for it.
    pub body: Content,
    /// Its version, without the marks of an `ETag`.
    pub version: String,
    /// Its address.
    pub location: String,
}

/// The attributes that the client asked for, as written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// `attributes`.
    pub attributes: Vec<String>,
    /// `excludedAttributes`.
    pub excluded: Vec<String>,
}

impl Selection {
    /// Whether nothing was asked for.
    pub fn is_default(&self) -> bool {
        self.attributes.is_empty() && self.excluded.is_empty()
    }

    /// Bound to a type.
    pub fn bind(&self, resource_type: &'static ResourceType) -> Result<Projection, Failure> {
        let attributes: Vec<&str> = self.attributes.iter().map(String::as_str).list();
        let excluded: Vec<&str> = self.excluded.iter().map(String::as_str).list();
        Ok(Projection::bind(resource_type, &attributes, &excluded)?)
    }
}
