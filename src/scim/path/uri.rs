//! Schema URIs as clients write them: those of SCIM 1, without their last part, with a dot or
//! another colon behind.

use crate::part;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::attribute_path::AttributePath;
use super::location::Location;
use crate::habit::Habits;
use crate::resource_type::ResourceType;
use crate::schema::Schema;

/// What the schemas of RFC 7643 §8.7 begin with.
const SCHEMAS: &str = "urn:ietf:params:scim:schemas:";
/// The same in SCIM 1, of which one of `OneLogin`'s templates still is.
const SCIM_1_SCHEMAS: &str = "urn:scim:schemas:";

/// The schema of this type that a URI means, exactly or in another spelling, which is noted.
///
/// ```
/// use scim::{habit::Habits, path::schema_named, resource_type::USER_TYPE};
/// let mut habits = Habits::default();
/// let schema = schema_named(&USER_TYPE, "urn:scim:schemas:extension:enterprise:1.0", &mut habits);
/// assert_eq!(schema.unwrap().name, "EnterpriseUser");
/// assert_eq!(habits.names(), ["onelogin-scim-1-schema"]);
/// ```
pub fn schema_named(
    resource_type: &'static ResourceType,
    uri: &str,
    habits: &mut Habits,
) -> Option<&'static Schema> {
    let uri = uri.trim();
    let mut schemas = resource_type.schemas();
    if let Some(exact) = schemas.find(|schema| schema.uri.eq_ignore_ascii_case(uri)) {
        return Some(exact);
    }
    let mut fronts = front(resource_type, uri).into_iter();
    let (schema, _, spelling) = fronts.find(|(_, rest, _)| rest.is_empty())?;
    habits.note_at(spelling, schema.uri);
    Some(schema)
}

/// The schemas that a text may begin with: each with what stands behind its URI, and the habit that
/// it is.
fn front(
    resource_type: &'static ResourceType,
    text: &str,
) -> Vec<(&'static Schema, String, &'static str)> {
    let of_scim_1 = behind(text, SCIM_1_SCHEMAS).map(|rest| match part::split(rest, ":1.0") {
        Some((front, behind)) => [SCHEMAS, front, ":2.0", behind].concat(),
        None => [SCHEMAS, rest].concat(),
    });
    let legacy = of_scim_1.is_some();
    let text = of_scim_1.unwrap_or_else(|| String::from(text));
    let mut fronts = Vec::new();
    for habit in ["dot-behind-schema-uri", "schema-uri-without-type"] {
        for schema in resource_type.schemas() {
            let uri = if habit == "dot-behind-schema-uri" {
                Some(schema.uri)
            } else {
                let short = schema.uri.strip_suffix(resource_type.name);
                short.and_then(|short| short.strip_suffix(':'))
            };
            if let Some(rest) = uri.and_then(|uri| behind(&text, uri)) {
                let habit = if legacy {
                    "onelogin-scim-1-schema"
                } else {
                    habit
                };
                fronts.push((schema, String::from(rest), habit));
            }
        }
    }
    fronts
}

impl AttributePath {
    /// Where a path lands whose URI is none of the type's as it is written, if only one meaning is
    /// possible. The last segment of such a URI may have been read as the attribute.
    pub(super) fn only_meaning(
        &self,
        resource_type: &'static ResourceType,
        habits: &mut Habits,
    ) -> Option<Location> {
        for (schema, rest, habit) in front(resource_type, &self.to_string()) {
            let name = rest.trim_start_matches([':', '.']);
            if name.len() == rest.len() {
                continue;
            }
            let path = [schema.uri, ":", &part::replace(name, ":", ".")].concat();
            let split = Self::split(&path, self.position);
            if let Some(location) = split.and_then(|path| path.bind_exactly(resource_type)) {
                habits.note_at(habit, &location.to_string());
                return Some(location);
            }
        }
        None
    }
}

/// What stands behind a prefix, which may be in any letter case.
fn behind<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (front, rest) = text.split_at_checked(prefix.len())?;
    front.eq_ignore_ascii_case(prefix).then_some(rest)
}
