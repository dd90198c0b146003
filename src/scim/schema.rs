//! Schemas and attributes as data (RFC 7643 §2 and §7).
//!
//! Everything that depends on an attribute's characteristics (what a filter may compare, what PATCH
//! may change, what a reply may carry, what discovery tells) reads them from these tables and from
//! nowhere else.

/// The data type of an attribute (RFC 7643 §2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// §2.3.1: a sequence of Unicode characters.
    String,
    /// §2.3.2: `true` or `false`.
    Boolean,
    /// §2.3.3: a real number.
    Decimal,
    /// §2.3.4: a whole number.
    Integer,
    /// §2.3.5: an RFC 3339 time.
    DateTime,
    /// §2.3.6: base64, as RFC 4648 §4 or §5 has it.
    Binary,
    /// §2.3.7: a URI, or the address of another resource.
    Reference,
    /// §2.3.8: sub-attributes.
    Complex,
}

impl Type {
    /// The name of the type in a schema document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Boolean => "boolean",
            Self::Decimal => "decimal",
            Self::Integer => "integer",
            Self::DateTime => "dateTime",
            Self::Binary => "binary",
            Self::Reference => "reference",
            Self::Complex => "complex",
        }
    }
}

/// When an attribute may be written (RFC 7643 §7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutability {
    /// Set by the server alone; what a client sends is ignored.
    ReadOnly,
    /// Read and written at any time.
    ReadWrite,
    /// Set at creation (or once, when unassigned), never changed after.
    Immutable,
    /// Written, never read: such a value is never stored in a document.
    WriteOnly,
}

impl Mutability {
    /// The name in a schema document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadOnly => "readOnly",
            Self::ReadWrite => "readWrite",
            Self::Immutable => "immutable",
            Self::WriteOnly => "writeOnly",
        }
    }
}

/// When an attribute is part of a reply (RFC 7643 §7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returned {
    /// In every reply, whatever is asked for.
    Always,
    /// In no reply; and no filter may compare it.
    Never,
    /// Unless the client asks for other attributes or excludes it.
    Default,
    /// Only when asked for.
    Request,
}

impl Returned {
    /// The name in a schema document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Never => "never",
            Self::Default => "default",
            Self::Request => "request",
        }
    }
}

/// Whether two resources may have the same value (RFC 7643 §7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uniqueness {
    /// Any number of resources may have it.
    None,
    /// One resource of a tenant at the most; held by the database.
    Server,
    /// Told as such, held like `Server`.
    Global,
}

impl Uniqueness {
    /// The name in a schema document.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Server => "server",
            Self::Global => "global",
        }
    }
}

/// An attribute and its characteristics (RFC 7643 §7).
///
/// Rows are written with the constructor of the type and the characteristics that differ from the
/// defaults of §2.2:
///
/// ```
/// use scim::schema::{Attribute, Uniqueness};
/// const ROW: Attribute = Attribute::string("userName", "Unique name")
///     .required()
///     .unique(Uniqueness::Server);
/// assert!(ROW.required && !ROW.case_exact && !ROW.multi_valued);
/// ```
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "RFC 7643 §7 has these characteristics as Booleans"
)]
pub struct Attribute {
    /// The name, as the schema spells it.
    pub name: &'static str,
    /// The data type.
    pub kind: Type,
    /// Whether the value is an array.
    pub multi_valued: bool,
    /// For people: what the attribute means.
    pub description: &'static str,
    /// Whether a resource must have a value.
    pub required: bool,
    /// Whether letter case distinguishes two values.
    pub case_exact: bool,
    /// When it may be written.
    pub mutability: Mutability,
    /// When it is part of a reply.
    pub returned: Returned,
    /// Whether two resources may share a value.
    pub uniqueness: Uniqueness,
    /// Suggested values; others are accepted (§7: the server may choose to restrict, this one does
    /// not).
    pub canonical_values: &'static [&'static str],
    /// For references: names of resource types, `external` or `uri`.
    pub reference_types: &'static [&'static str],
    /// For complex attributes: their parts.
    pub sub_attributes: &'static [Attribute],
    /// Whether its values are rows of the membership relation instead of part of the document
    /// (a group's `members`, a user's `groups`).
    pub linked: bool,
    /// Whether every resource has it: `true` from its creation on, and kept where a client
    /// unassigns it (a user's `active`).
    pub lasting: bool,
    /// Whether it is a name that people type and compare by eye (`userName`, a group's
    /// `displayName`): blanks at its ends are cut off, control characters refused (RFC 8265 §3.1
    /// allows neither).
    pub trimmed: bool,
}

impl Attribute {
    const fn new(kind: Type, name: &'static str, description: &'static str) -> Self {
        Self {
            name,
            kind,
            multi_valued: false,
            description,
            required: false,
            case_exact: false,
            mutability: Mutability::ReadWrite,
            returned: Returned::Default,
            uniqueness: Uniqueness::None,
            canonical_values: &[],
            reference_types: &[],
            sub_attributes: &[],
            linked: false,
            lasting: false,
            trimmed: false,
        }
    }

    /// A string, compared without letter case.
    pub const fn string(name: &'static str, description: &'static str) -> Self {
        Self::new(Type::String, name, description)
    }

    /// A boolean.
    pub const fn boolean(name: &'static str, description: &'static str) -> Self {
        Self::new(Type::Boolean, name, description)
    }

    /// A real number.
    pub const fn decimal(name: &'static str, description: &'static str) -> Self {
        Self::new(Type::Decimal, name, description)
    }

    /// A whole number.
    pub const fn integer(name: &'static str, description: &'static str) -> Self {
        Self::new(Type::Integer, name, description)
    }

    /// A time.
    pub const fn date_time(name: &'static str, description: &'static str) -> Self {
        Self::new(Type::DateTime, name, description)
    }

    /// Base64; case exact by nature (§2.3.6).
    pub const fn binary(name: &'static str, description: &'static str) -> Self {
        Self::new(Type::Binary, name, description).case_exact()
    }

    /// A reference to the named resource types, `external` or `uri`; case exact by nature (§2.3.7).
    pub const fn reference(
        name: &'static str,
        description: &'static str,
        types: &'static [&'static str],
    ) -> Self {
        let mut attribute = Self::new(Type::Reference, name, description).case_exact();
        attribute.reference_types = types;
        attribute
    }

    /// A complex attribute with these parts.
    pub const fn complex(
        name: &'static str,
        description: &'static str,
        sub_attributes: &'static [Attribute],
    ) -> Self {
        let mut attribute = Self::new(Type::Complex, name, description);
        attribute.sub_attributes = sub_attributes;
        attribute
    }

    /// Holds an array of such values.
    #[must_use]
    pub const fn multi_valued(mut self) -> Self {
        self.multi_valued = true;
        self
    }

    /// A resource must have it.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Letter case distinguishes.
    #[must_use]
    pub const fn case_exact(mut self) -> Self {
        self.case_exact = true;
        self
    }

    /// With this mutability.
    #[must_use]
    pub const fn mutability(mut self, mutability: Mutability) -> Self {
        self.mutability = mutability;
        self
    }

    /// Returned at these times.
    #[must_use]
    pub const fn returned(mut self, returned: Returned) -> Self {
        self.returned = returned;
        self
    }

    /// Unique to this extent.
    #[must_use]
    pub const fn unique(mut self, uniqueness: Uniqueness) -> Self {
        self.uniqueness = uniqueness;
        self
    }

    /// With these suggested values.
    #[must_use]
    pub const fn canonical(mut self, values: &'static [&'static str]) -> Self {
        self.canonical_values = values;
        self
    }

    /// Its values are membership rows.
    #[must_use]
    pub const fn linked(mut self) -> Self {
        self.linked = true;
        self
    }

    /// Every resource has it, `true` where nobody said otherwise.
    #[must_use]
    pub const fn lasting(mut self) -> Self {
        self.lasting = true;
        self
    }

    /// Blanks at its ends are cut off, control characters refused.
    #[must_use]
    pub const fn trimmed(mut self) -> Self {
        self.trimmed = true;
        self
    }

    /// The part of this name, in any letter case (§2.1).
    pub fn sub_attribute(&'static self, name: &str) -> Option<&'static Attribute> {
        find(self.sub_attributes, name)
    }
}

/// Attributes are their row of a table: two are the same if they are the same row.
impl PartialEq for Attribute {
    fn eq(&self, other: &Self) -> bool {
        core::ptr::eq(self, other)
    }
}

/// A schema: a URI and a table of attributes (RFC 7643 §7).
#[derive(Debug)]
pub struct Schema {
    /// The URI that names it in `schemas` and in attribute paths.
    pub uri: &'static str,
    /// For people: a name.
    pub name: &'static str,
    /// For people: what it describes.
    pub description: &'static str,
    /// Its attributes.
    pub attributes: &'static [Attribute],
}

impl Schema {
    /// The attribute of this name, in any letter case (§2.1).
    pub fn attribute(&'static self, name: &str) -> Option<&'static Attribute> {
        find(self.attributes, name)
    }
}

/// Schemas are named by their URI.
impl PartialEq for Schema {
    fn eq(&self, other: &Self) -> bool {
        self.uri == other.uri
    }
}

/// The row of this name, in any letter case.
pub fn find(attributes: &'static [Attribute], name: &str) -> Option<&'static Attribute> {
    attributes
        .iter()
        .find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}
