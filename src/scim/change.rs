//! What an event says of a change: the attributes that are others than before.
//!
//! Values are whole, as they were and as they are; a value that nobody is ever shown (`returned:
//! never`, RFC 7643 §7) is in none. An entry is an attribute at the top, or one of an extension.

use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use serde_json::{Map, Value};

use crate::json::{text, with};
use crate::path::Location;
use crate::resource::locations;
use crate::resource_type::ResourceType;
use crate::schema::{Attribute, Mutability, Returned};

/// Bytes of the values in an event, at the most.
pub const VALUES: usize = 12_000;

/// The attributes that differ, in the order in which they stand: a JSON array of `{path, before,
/// after}`, with null for none. Where they take more than [`VALUES`] together, those that take more
/// than their share are left out, and their entries say `cut`.
///
/// ```
/// use scim::{change::changes, resource_type::USER_TYPE};
/// use serde_json::json;
/// let before = json!({"userName": "ada", "active": true, "title": "Countess"});
/// let after = json!({"userName": "ada", "active": false});
/// let said = changes(&USER_TYPE, before.as_object().unwrap(), after.as_object().unwrap());
/// let expected = json!([
///     {"path": "active", "before": true, "after": false},
///     {"path": "title", "before": "Countess", "after": null},
/// ]);
/// assert_eq!(json!(said), expected);
/// ```
pub fn changes(
    resource_type: &'static ResourceType,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) -> Vec<Value> {
    let mut entries = Vec::new();
    differ(
        before,
        after,
        &mut |key, before, after| match resource_type.extension(key) {
            Some(schema) => {
                let none = Map::new();
                differ(
                    before.as_object().unwrap_or(&none),
                    after.as_object().unwrap_or(&none),
                    &mut |key, before, after| {
                        if !is_hidden(crate::schema::find(schema.attributes, key)) {
                            let path = [schema.uri, key].join(":");
                            entries.push((path, before.clone(), after.clone()));
                        }
                    },
                );
            }
            None if is_hidden(resource_type.attribute(key)) => {}
            None => entries.push((key.to_string(), before.clone(), after.clone())),
        },
    );
    cut(entries)
}

/// The attributes at the top of a document that nobody is ever shown, wholly or in part.
///
/// ```
/// use scim::{change::hidden_names, resource_type::GROUP_TYPE};
/// assert!(hidden_names(&GROUP_TYPE).is_empty());
/// ```
pub fn hidden_names(resource_type: &'static ResourceType) -> Vec<String> {
    let mut secrets = Vec::new();
    for Location {
        extension,
        attribute,
        ..
    } in locations(resource_type)
    {
        if !is_hidden(Some(attribute)) {
            continue;
        }
        secrets.push(match extension {
            Some(schema) => [schema.uri, "\".\"", attribute.name].concat(),
            None => attribute.name.to_string(),
        });
    }
    secrets
}

fn is_hidden(attribute: Option<&'static Attribute>) -> bool {
    attribute.is_some_and(|attribute| {
        // What is only ever written is stored nowhere.
        let is_never = |attribute: &Attribute| {
            attribute.returned == Returned::Never && attribute.mutability != Mutability::WriteOnly
        };
        is_never(attribute) || attribute.sub_attributes.iter().any(is_never)
    })
}

/// Tells each key whose values differ, those of the document after first.
fn differ(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    tell: &mut dyn FnMut(&str, &Value, &Value),
) {
    let removals = before.keys().filter(|key| !after.contains_key(*key));
    for key in after.keys().chain(removals) {
        let [before, after] = [before, after].map(|of| of.get(key).unwrap_or(&Value::Null));
        if before != after {
            tell(key, before, after);
        }
    }
}

fn cut(entries: Vec<(String, Value, Value)>) -> Vec<Value> {
    let size = |value: &Value| text(value).len();
    let total: usize = entries
        .iter()
        .map(|(_, before, after)| size(before) + size(after))
        .sum();
    let share = VALUES / entries.len().max(1);
    let mut shown = Vec::new();
    for (path, before, after) in entries {
        let entry = if total > VALUES && size(&before) + size(&after) > share {
            with(vec![
                ("path", path.into()),
                ("before", Value::Null),
                ("after", Value::Null),
                ("cut", true.into()),
            ])
        } else {
            with(vec![
                ("path", path.into()),
                ("before", before),
                ("after", after),
            ])
        };
        shown.push(entry);
    }
    shown
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resource_type::{Extension, USER_TYPE};
    use crate::schema::Schema;

    const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    #[test]
    fn an_attribute_of_an_extension_has_an_entry_of_its_own() {
        let before = json!({ENTERPRISE: {"department": "R&D", "division": "A"}});
        let after = json!({ENTERPRISE: {"department": "Ops", "division": "A"}});
        let [before, after] = [before, after].map(|document| document.as_object().cloned());
        let said = changes(&USER_TYPE, &before.unwrap(), &after.unwrap());
        let path = [ENTERPRISE, "department"].join(":");
        assert_eq!(
            json!(said),
            json!([{"path": path, "before": "R&D", "after": "Ops"}])
        );
    }

    #[test]
    fn what_takes_more_than_its_share_is_cut() {
        let after = json!({"title": "x".repeat(VALUES + 1), "nickName": "a"});
        let said = changes(&USER_TYPE, &Map::new(), after.as_object().unwrap());
        let expected = json!([
            {"path": "nickName", "before": null, "after": "a"},
            {"path": "title", "before": null, "after": null, "cut": true},
        ]);
        assert_eq!(json!(said), expected);
    }

    /// A type of an operator's, with what nobody is shown: wholly, in part, and in an extension.
    static SAFE: ResourceType = ResourceType {
        name: "Safe",
        endpoint: "/Safes",
        description: "",
        schema: &Schema {
            uri: "urn:example:Safe",
            name: "Safe",
            description: "",
            attributes: &[
                Attribute::string("place", ""),
                Attribute::string("pin", "").returned(Returned::Never),
                Attribute::complex(
                    "lock",
                    "",
                    &[
                        Attribute::string("kind", ""),
                        Attribute::string("key", "").returned(Returned::Never),
                    ],
                ),
            ],
        },
        extensions: &[Extension {
            schema: &Schema {
                uri: "urn:example:More",
                name: "More",
                description: "",
                attributes: &[
                    Attribute::string("owner", ""),
                    Attribute::string("code", "").returned(Returned::Never),
                ],
            },
            required: false,
        }],
    };

    #[test]
    fn what_nobody_is_shown_is_in_no_event() {
        let names = hidden_names(&SAFE);
        assert_eq!(names, ["pin", "lock", "urn:example:More\".\"code"]);
        let after = json!({
            "place": "attic", "pin": "1234", "lock": {"kind": "old", "key": "k"},
            "urn:example:More": {"owner": "ada", "code": "5678"},
        });
        let said = changes(&SAFE, &Map::new(), after.as_object().unwrap());
        let paths: Vec<&str> = said.iter().filter_map(|one| one["path"].as_str()).collect();
        assert_eq!(paths, ["place", "urn:example:More:owner"]);
    }
}
