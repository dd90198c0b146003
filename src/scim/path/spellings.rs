//! Two spellings of one attribute in one object: `active` beside `urn:…:User:active`, or beside
//! the same in an object at the key `urn:…:User`; `name.givenName` beside `name`.
//!
//! The last one counts, as of one name that comes twice. A map does not keep the order in which its
//! members were sent, so this is settled while JSON is read. It is left to the reader of a resource
//! that of two spellings of a schema's URI the right one counts.

use alloc::string::{String, ToString};

use serde_json::Value;

use super::{AttributePath, Location};
use crate::index::Index;
use crate::resource_type::ResourceType;

/// Takes out the members, and those of objects of schemas among them, whose attribute a member
/// behind them sets by another spelling.
pub(crate) fn keep_the_last(members: &mut [Option<(String, Value)>], note: &mut dyn FnMut(&str)) {
    for resource_type in ResourceType::all() {
        let mut later = Later {
            resource_type,
            places: Index::default(),
        };
        for member in members.iter_mut().rev() {
            let Some((key, value)) = member else { continue };
            let mut schemas = resource_type.schemas();
            let schema = schemas.find(|schema| schema.uri.eq_ignore_ascii_case(key.trim()));
            match (schema, value) {
                (Some(schema), Value::Object(inner)) => inner.retain(|name, value| {
                    later.counts(&[schema.uri, ":", name].concat(), value, note)
                }),
                (_, value) => {
                    if !later.counts(key, value, note) {
                        *member = None;
                    }
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
    /// Whether no member behind sets what this one does. An object sets the parts that it names,
    /// any other value all of them.
    fn counts(&mut self, path: &str, value: &Value, note: &mut dyn FnMut(&str)) -> bool {
        let location = AttributePath::split(path, 0)
            .and_then(|path| path.bind_exactly(self.resource_type))
            .filter(|location| location.sub.is_none() || !location.attribute.multi_valued);
        let Some(location) = location else {
            return true;
        };
        let all_parts = |location: Location| [&location.to_string(), ".*"].concat();
        let whole = Location {
            sub: None,
            ..location
        };
        let place = location.to_string();
        let is_set = self.places.has(&place)
            || (location.sub.is_some() && self.places.has(&all_parts(whole)));
        if is_set {
            note(&place);
            return false;
        }
        self.places.add(&place);
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
        true
    }
}
