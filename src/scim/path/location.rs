//! Where a value stands in a document.

use core::fmt;

use crate::schema::{Attribute, Mutability, Schema};

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
