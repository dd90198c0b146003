//! Where the names of a filter are looked up, and the words for those that are not found or may not
//! be compared.

use alloc::string::ToString;

use super::Place;
use crate::error::{Error, quote};
use crate::path::{AttributePath, Location};
use crate::resource_type::ResourceType;
use crate::schema::{Attribute, Returned, Type};

/// Where names are looked up.
#[derive(Clone, Copy)]
pub(super) enum Scope {
    /// At the top of a resource.
    Resource(&'static ResourceType),
    /// In a value of this multi-valued attribute.
    Element(&'static Attribute),
    /// In this complex attribute, which has one value.
    Part(Location),
}

impl Scope {
    /// The part of this name, within brackets.
    pub(super) fn part(self, name: &str) -> Option<(Place, &'static Attribute)> {
        match self {
            Self::Resource(_) => None,
            Self::Element(of) if of.kind == Type::Complex => {
                of.sub_attribute(name).map(|sub| (Place::Sub(sub), sub))
            }
            Self::Element(of) => name
                .eq_ignore_ascii_case("value")
                .then_some((Place::Value(of), of)),
            Self::Part(of) => of.attribute.sub_attribute(name).map(|sub| {
                let place = Place::At(Location {
                    sub: Some(sub),
                    ..of
                });
                (place, sub)
            }),
        }
    }
}

/// The `value` that a complex attribute stands for when it is compared as such.
pub(super) fn value_of(
    path: &AttributePath,
    attribute: &'static Attribute,
) -> Result<&'static Attribute, Error> {
    attribute.sub_attribute("value").ok_or_else(|| {
        let example = attribute
            .sub_attributes
            .first()
            .map_or("", |part| part.name);
        let words = [
            " is complex and has no value; name one of its parts, as in ",
            attribute.name,
            ".",
            example,
        ];
        refusal(path, "", &words.concat())
    })
}

/// What is never returned must not be found out by comparing it either (RFC 7643 §7, `returned`).
pub(super) fn visible(path: &AttributePath, attribute: &'static Attribute) -> Result<(), Error> {
    match attribute.returned {
        Returned::Never => Err(refusal(
            path,
            "",
            " is never returned and cannot be compared",
        )),
        Returned::Always | Returned::Default | Returned::Request => Ok(()),
    }
}

pub(super) fn unknown(scope: Scope, path: &AttributePath) -> Error {
    let (owner, what) = match scope {
        Scope::Resource(resource_type) => (resource_type.name, " has no attribute of that name"),
        Scope::Element(of) if of.kind != Type::Complex => {
            (of.name, " holds plain values, called value in brackets")
        }
        Scope::Element(of) => (of.name, " has no sub-attribute of that name"),
        Scope::Part(of) => (of.attribute.name, " has no sub-attribute of that name"),
    };
    refusal(path, "unknown attribute ", &["; ", owner, what].concat())
}

/// `filter: <before>'<path>' at character <n><after>`
pub(super) fn refusal(path: &AttributePath, before: &str, after: &str) -> Error {
    let position = (path.position + 1).to_string();
    let words: [&str; 7] = [
        "filter: ",
        before,
        "'",
        &quote(&path.to_string()),
        "' at character ",
        &position,
        after,
    ];
    Error::invalid_filter(words.concat()).at(&path.to_string())
}
