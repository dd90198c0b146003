//! Schema URIs as clients write them: those of SCIM 1, without their last part, with a dot or
//! another colon behind.

use alloc::string::{String, ToString};

use super::{AttributePath, Location};
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
    let (schema, _, spelling) = front(resource_type, uri).find(|(_, rest, _)| rest.is_empty())?;
    habits.note_at(spelling, schema.uri);
    Some(schema)
}

/// The schemas that a text may begin with: each with what stands behind its URI, and the habit that
/// it is.
fn front(
    resource_type: &'static ResourceType,
    text: &str,
) -> impl Iterator<Item = (&'static Schema, String, &'static str)> {
    let of_scim_1 = behind(text, SCIM_1_SCHEMAS)
        .map(|rest| [SCHEMAS, &rest.replacen(":1.0", ":2.0", 1)].concat());
    let legacy = of_scim_1.is_some();
    let text = of_scim_1.unwrap_or_else(|| String::from(text));
    let whole = |schema: &'static Schema| (schema, schema.uri, "dot-behind-schema-uri");
    let short = move |schema: &'static Schema| {
        let short = schema.uri.strip_suffix(resource_type.name)?;
        Some((schema, short.strip_suffix(':')?, "schema-uri-without-type"))
    };
    let spellings = resource_type.schemas().map(whole);
    spellings
        .chain(resource_type.schemas().filter_map(short))
        .filter_map(move |(schema, uri, habit)| {
            let rest = String::from(behind(&text, uri)?);
            let habit = if legacy {
                "onelogin-scim-1-schema"
            } else {
                habit
            };
            Some((schema, rest, habit))
        })
}

impl AttributePath {
    /// Where a path lands whose URI is none of the type's as it is written, if only one meaning is
    /// possible. The last segment of such a URI may have been read as the attribute.
    pub(super) fn meant(
        &self,
        resource_type: &'static ResourceType,
        habits: &mut Habits,
    ) -> Option<Location> {
        front(resource_type, &self.to_string()).find_map(|(schema, rest, habit)| {
            let name = rest.trim_start_matches([':', '.']);
            if name.len() == rest.len() {
                return None;
            }
            let path = [schema.uri, ":", &name.replace(':', ".")].concat();
            let location = Self::split(&path, self.position)?.bind_exactly(resource_type)?;
            habits.note_at(habit, &location.to_string());
            Some(location)
        })
    }
}

/// What stands behind a prefix, which may be in any letter case.
fn behind<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (front, rest) = text.split_at_checked(prefix.len())?;
    front.eq_ignore_ascii_case(prefix).then_some(rest)
}
