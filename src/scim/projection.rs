//! Which attributes a reply carries: `attributes`, `excludedAttributes`, `returned` (RFC 7644
//! §3.4.2.5, §3.9; RFC 7643 §7).

use alloc::borrow::ToOwned;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::{Map, Value};

use crate::error::Error;
use crate::habit::Habits;
use crate::index::Index;
use crate::json;
use crate::patch::Operation;
use crate::patch::path::Target;
use crate::path::{AttributePath, Location};
use crate::resource::{get, locations};
use crate::resource_type::ResourceType;
use crate::schema::{Attribute, Mutability, Returned, Schema};

#[cfg(test)]
mod tests;

/// What a client asked to have returned, bound to a resource type.
#[derive(Clone, Debug)]
pub struct Projection {
    resource_type: &'static ResourceType,
    choice: NameChoice,
    is_default: bool,
    /// What the request wrote: an attribute that is returned on request comes back from the request
    /// that sets it.
    written: Vec<Location>,
}

#[derive(Clone, Debug)]
enum NameChoice {
    Nothing,
    Only(NameSet),
    Without(NameSet),
}

/// The most different names that a parameter may hold; ours: a resource has not half as many.
pub const MAX_NAMES: usize = 1_000;

/// The names in a parameter, each once: a name that is repeated, a hundred thousand times perhaps,
/// costs no more.
///
/// ```
/// use scim::projection::names;
/// assert_eq!(names("attributes", &["userName, id", "id", ""])?, ["userName", "id"]);
/// # Ok::<(), scim::error::Error>(())
/// ```
pub fn names(parameter: &str, lists: &[&str]) -> Result<Vec<String>, Error> {
    let mut seen = Index::default();
    let mut names = Vec::new();
    for name in words(lists) {
        if !seen.add(name) {
            continue;
        }
        if names.len() == MAX_NAMES {
            let most = MAX_NAMES.to_string();
            let words = " different names, more than any resource has attributes. Name those \
                         that are needed.";
            return Err(Error::invalid_value(
                [parameter, " holds more than ", &most, words].concat(),
            ));
        }
        names.push(name.to_owned());
    }
    Ok(names)
}

impl Projection {
    /// Binds the two parameters; each item may hold several names with commas between, as in a URL,
    /// and an empty parameter is none.
    ///
    /// Names go in any letter case, with or without the core schema's URI, with the URI of a
    /// schema, down to sub-attributes; the URI of an extension alone names all of it. A name
    /// that the type does not have selects nothing and is no error: RFC 7644 gives none for it, one
    /// query may span several types, and clients ask for whatever their own mapping holds.
    ///
    /// The parameters are "mutually exclusive" (§3.9): both at once are refused.
    ///
    /// ```
    /// use scim::{projection::Projection, resource_type::USER_TYPE};
    /// let projection = Projection::bind(&USER_TYPE, &["USERNAME,name.givenName"], &[])?;
    /// assert!(projection.wants("name") && !projection.wants("groups"));
    /// let error = Projection::bind(&USER_TYPE, &["userName"], &["groups"]).unwrap_err();
    /// assert_eq!(
    ///     error.detail(),
    ///     "`attributes` and `excludedAttributes` exclude each other (RFC 7644 §3.9): send one of them"
    /// );
    /// # Ok::<(), scim::error::Error>(())
    /// ```
    pub fn bind(
        resource_type: &'static ResourceType,
        attributes: &[&str],
        excluded: &[&str],
    ) -> Result<Self, Error> {
        let is_given = |lists| !words(lists).is_empty();
        let choice = match (is_given(attributes), is_given(excluded)) {
            (false, false) => NameChoice::Nothing,
            (true, false) => NameChoice::Only(NameSet::bind(resource_type, attributes)),
            (false, true) => NameChoice::Without(NameSet::bind(resource_type, excluded)),
            (true, true) => {
                return Err(Error::invalid_value(
                    "`attributes` and `excludedAttributes` exclude each other (RFC 7644 §3.9): send one of them",
                ));
            }
        };
        let held_back = || {
            locations(resource_type).iter().any(|location| {
                let attribute = location.attribute;
                !(is_never_held_back(attribute)
                    && attribute.sub_attributes.iter().all(is_never_held_back))
            })
        };
        Ok(Self {
            resource_type,
            is_default: matches!(choice, NameChoice::Nothing) && !held_back(),
            choice,
            written: Vec::new(),
        })
    }

    /// For the reply to a POST or PUT: what the document holds was written. RFC 7643 §7: an
    /// attribute that is returned on request "is returned in response to any PUT, POST, or PATCH
    /// operations if the attribute was specified by the client".
    #[must_use]
    pub fn after_write(mut self, document: &Map<String, Value>) -> Self {
        self.written = locations(self.resource_type);
        self.written.retain(|location| {
            has_on_request(location.attribute) && get(document, *location).is_some()
        });
        self
    }

    /// For the reply to a PATCH: what the operations name was written.
    #[must_use]
    pub fn after_patch(mut self, operations: &[Operation]) -> Self {
        for operation in operations {
            let (Target::Attribute(of) | Target::Elements { of, .. }) = operation.target else {
                continue;
            };
            let whole = Location { sub: None, ..of };
            if has_on_request(of.attribute) && !self.written.contains(&whole) {
                self.written.push(whole);
            }
        }
        self
    }

    /// Whether every attribute of a stored resource is returned: nothing is asked, and no attribute
    /// is held back by its `returned`, so that the stored JSON can be sent as it is.
    pub fn is_default(&self) -> bool {
        self.is_default
    }

    /// Whether some of the attribute of this name, at the top of a resource, or of the extension
    /// with this URI, is part of a reply. A store need not read the links of an attribute that is
    /// not.
    pub fn wants(&self, name: &str) -> bool {
        if let Some(schema) = self.resource_type.extension(name) {
            return schema.attributes.iter().any(|attribute| {
                self.keeps_some(Location {
                    extension: Some(schema),
                    attribute,
                    sub: None,
                })
            });
        }
        self.resource_type
            .attribute(name)
            .is_some_and(|attribute| self.keeps_some(Location::top(attribute)))
    }

    /// Whether all of the attribute of this name, at the top of a resource, is part of a reply,
    /// down to its sub-attributes: its stored JSON can be sent as it is.
    pub fn keeps_all(&self, name: &str) -> bool {
        self.resource_type.attribute(name).is_some_and(|attribute| {
            let top = Location::top(attribute);
            let mut subs = attribute.sub_attributes.iter();
            if attribute.sub_attributes.is_empty() {
                self.keeps(top)
            } else {
                subs.all(|sub| {
                    self.keeps(Location {
                        sub: Some(sub),
                        ..top
                    })
                })
            }
        })
    }

    /// Takes out of a whole resource what is not part of the reply.
    pub fn apply(&self, resource: &mut Map<String, Value>) {
        if self.is_default() {
            return;
        }
        json::keep(resource, &mut |key, value| {
            if let Some(attribute) = self.resource_type.attribute(key) {
                return self.trim(Location::top(attribute), value);
            }
            let (Some(schema), Value::Object(members)) = (self.resource_type.extension(key), value)
            else {
                return false;
            };
            json::keep(members, &mut |key, value| {
                let location = |attribute| Location {
                    extension: Some(schema),
                    attribute,
                    sub: None,
                };
                schema
                    .attribute(key)
                    .is_some_and(|attribute| self.trim(location(attribute), value))
            });
            !members.is_empty()
        });
    }

    /// Whether anything of a value is left; takes the rest out.
    fn trim(&self, location: Location, value: &mut Value) -> bool {
        match value {
            Value::Object(parts) => {
                json::keep(
                    parts,
                    &mut |name, _| match location.attribute.sub_attribute(name) {
                        Some(sub) => self.keeps(Location {
                            sub: Some(sub),
                            ..location
                        }),
                        None => false,
                    },
                );
                !parts.is_empty()
            }
            Value::Array(elements) if !location.attribute.sub_attributes.is_empty() => {
                elements.retain_mut(|element| self.trim(location, element));
                !elements.is_empty()
            }
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => self.keeps(location),
        }
    }

    fn keeps_some(&self, location: Location) -> bool {
        let subs = location.attribute.sub_attributes;
        if subs.is_empty() {
            return self.keeps(location);
        }
        subs.iter().any(|sub| {
            self.keeps(Location {
                sub: Some(sub),
                ..location
            })
        })
    }

    /// Whether a simple value is returned.
    fn keeps(&self, location: Location) -> bool {
        let attribute = location.attribute;
        let returned = match (attribute.returned, location.leaf().returned) {
            (Returned::Never, _) | (_, Returned::Never) => return false,
            (Returned::Request, _) | (_, Returned::Request) => Returned::Request,
            (Returned::Always, Returned::Always | Returned::Default)
            | (Returned::Default, Returned::Always) => return true,
            (Returned::Default, Returned::Default) => Returned::Default,
        };
        if attribute.mutability == Mutability::WriteOnly
            || location.leaf().mutability == Mutability::WriteOnly
        {
            return false;
        }
        let by_default = || match returned {
            Returned::Request => self.is_written(location),
            Returned::Default | Returned::Always | Returned::Never => true,
        };
        match &self.choice {
            NameChoice::Nothing => by_default(),
            NameChoice::Without(names) => by_default() && !names.cover(location),
            NameChoice::Only(names) => names.ask_for(location),
        }
    }

    fn is_written(&self, location: Location) -> bool {
        self.written.contains(&Location {
            sub: None,
            ..location
        })
    }
}

/// What a client named. Looking a location up costs the same, however many names there are.
#[derive(Clone, Debug, Default)]
struct NameSet {
    extensions: Vec<&'static Schema>,
    locations: Index,
}

/// A location by its words: the URI of the extension, the attribute, its part.
fn location_words(location: Location) -> String {
    let mut words = String::from(location.extension.map_or("", |schema| schema.uri));
    for word in [Some(location.attribute), location.sub] {
        words.push('\n');
        words.push_str(word.map_or("", |attribute| attribute.name));
    }
    words
}

impl NameSet {
    fn bind(resource_type: &'static ResourceType, lists: &[&str]) -> Self {
        let mut names = Self::default();
        for name in words(lists) {
            if let Some(schema) = resource_type.extension(name) {
                if !names.extensions.contains(&schema) {
                    names.extensions.push(schema);
                }
            } else if name.eq_ignore_ascii_case(resource_type.schema.uri) {
                let unasked = |it: &&Attribute| it.returned != Returned::Request;
                for attribute in resource_type.schema.attributes.iter().filter(unasked) {
                    let top = Location::top(attribute);
                    names.locations.add(&location_words(top));
                }
            } else if let Ok(path) = AttributePath::parse(name)
                && let Some(location) = path.bind(resource_type, &mut Habits::default())
            {
                names.locations.add(&location_words(location));
            }
        }
        names
    }

    /// Whether the location is named itself.
    fn hold(&self, location: Location) -> bool {
        self.locations.has(&location_words(location))
    }

    fn hold_extension(&self, location: Location) -> bool {
        let own = location.extension;
        own.is_some_and(|schema| self.extensions.contains(&schema))
    }

    /// Whether the location, or something that it is a part of, is named.
    fn cover(&self, location: Location) -> bool {
        self.hold(location)
            || self.hold(Location {
                sub: None,
                ..location
            })
            || self.hold_extension(location)
    }

    /// Whether the location is asked for. What is returned on request must be named itself: to name
    /// the whole that it is a part of does not ask for it.
    fn ask_for(&self, location: Location) -> bool {
        let on_request = |attribute: &Attribute| attribute.returned == Returned::Request;
        let whole = Location {
            sub: None,
            ..location
        };
        if self.hold(location) {
            return true;
        }
        if location.sub.is_some_and(on_request) {
            return false;
        }
        self.hold(whole) || (self.hold_extension(location) && !on_request(location.attribute))
    }
}

/// The names in lists with commas between.
fn words<'a>(lists: &[&'a str]) -> Vec<&'a str> {
    let mut words = Vec::new();
    for list in lists {
        for word in list.split(',').map(str::trim) {
            if !word.is_empty() {
                words.push(word);
            }
        }
    }
    words
}

fn is_never_held_back(attribute: &Attribute) -> bool {
    match attribute.returned {
        Returned::Always | Returned::Default => true,
        // A secret is never stored, so there is nothing to hold back.
        Returned::Never | Returned::Request => attribute.mutability == Mutability::WriteOnly,
    }
}

fn has_on_request(attribute: &Attribute) -> bool {
    let on_request = |attribute: &Attribute| attribute.returned == Returned::Request;
    on_request(attribute) || attribute.sub_attributes.iter().any(on_request)
}
