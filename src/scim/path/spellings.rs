//! Two spellings of one attribute in one object: `active` beside `urn:…:User:active`, or beside
//! the same in an object at the key `urn:…:User`; `name.givenName` beside `name`.
//!
//! The last one counts, as of one name that comes twice. A map does not keep the order in which its
//! members were sent, so this is settled while JSON is read. It is left to the reader of a resource
//! that of two spellings of a schema's URI the right one counts.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::Value;

use super::attribute_path::AttributePath;
use super::location::Location;
use crate::index::Index;
use crate::resource_type::ResourceType;
use crate::schema::Schema;

/// The schema that a key names in the right spelling.
pub(crate) fn schema_at(key: &str) -> Option<&'static Schema> {
    let key = Some(key.trim()).filter(|key| key.as_bytes().contains(&b':'))?;
    let mut schemas = ResourceType::all().flat_map(ResourceType::schemas);
    schemas.find(|schema| schema.uri.eq_ignore_ascii_case(key))
}

/// Takes out the members, and those of objects of schemas among them, whose attribute a member
/// behind them sets by another spelling. They are those of the resource, or of a schema of it.
pub(crate) fn keep_the_last(
    of: Option<&'static Schema>,
    members: &mut [Option<(String, Value)>],
    note: &mut dyn FnMut(&str),
) {
    let path = |schema: Option<&Schema>, key: &str| match schema {
        Some(schema) => [schema.uri, ":", key].concat(),
        None => String::from(key),
    };
    for resource_type in ResourceType::all() {
        let mut later = Later {
            resource_type,
            places: Index::default(),
        };
        for member in members.iter_mut().rev() {
            let Some((key, value)) = member else { continue };
            let schema = schema_at(key);
            if let (Some(schema), Value::Object(inner)) = (schema, &mut *value) {
                // Those of one object have been compared with each other.
                let mut earlier = Vec::new();
                for name in inner.keys() {
                    let own = later.location(&path(Some(schema), name));
                    if own.is_some_and(|own| !later.counts(own, note)) {
                        earlier.push(name.clone());
                    }
                }
                for name in earlier {
                    inner.remove(&name);
                }
                for (name, value) in &*inner {
                    if let Some(own) = later.location(&path(Some(schema), name)) {
                        later.add(own, value);
                    }
                }
            } else if let Some(location) = later.location(&path(of, key)) {
                if later.counts(location, note) {
                    later.add(location, value);
                } else {
                    *member = None;
                }
            }
        }
    }
}

/// What the members behind the one that is looked at set.
struct Later {
    resource_type: &'static ResourceType,
    places: Index,
}

impl Later {
    /// What a path sets; none where that is no single place.
    fn location(&self, path: &str) -> Option<Location> {
        AttributePath::split(path, 0)?
            .bind_exactly(self.resource_type)
            .filter(|location| location.sub.is_none() || !location.attribute.multi_valued)
    }

    /// Whether no member behind sets it.
    fn counts(&self, location: Location, note: &mut dyn FnMut(&str)) -> bool {
        let place = location.to_string();
        let is_set = self.places.has(&place)
            || (location.sub.is_some() && self.places.has(&all_parts(location)));
        if is_set {
            note(&place);
        }
        !is_set
    }

    /// It is set. An object sets the parts that it names, any other value all of them.
    fn add(&mut self, location: Location, value: &Value) {
        self.places.add(&location.to_string());
        match value {
            _ if location.sub.is_some() => {}
            Value::Object(parts) => {
                let named = parts.keys();
                for sub in named.filter_map(|name| location.attribute.sub_attribute(name)) {
                    self.places.add(&location.part(sub).to_string());
                }
            }
            _ => {
                self.places.add(&all_parts(location));
            }
        }
    }
}

/// The place of all parts of an attribute.
fn all_parts(location: Location) -> String {
    let whole = Location {
        sub: None,
        ..location
    };
    [&whole.to_string(), ".*"].concat()
}
