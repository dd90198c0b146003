//! An application's own user and team records, to SCIM resources and back.
//!
//! Here are the records of the small Python service that this server replaces, as its tables have
//! them. They are what an import of existing accounts reads; nothing that is provisioned over SCIM
//! passes through here, and so a user who came without a name is never given one of the names
//! below.
//!
//! | record | resource |
//! |---|---|
//! | `user_id` | `id`; `userName` where there is no e-mail address |
//! | `user_email` | `userName`, `displayName`, the primary value of `emails` |
//! | `user_alias` | `name.givenName`, `name.familyName` where `metadata.scim_metadata` has none |
//! | `metadata.scim_metadata.givenName`, `.familyName` | `name.givenName`, `name.familyName` |
//! | `metadata.scim_active` | `active`; a record without it is active |
//! | `teams` | `groups` |
//! | `team_id`, `team_alias` | `id`, `displayName` (the id where there is no alias) |
//! | `members` | `members` |
//! | `created_at`, `updated_at` | `meta.created`, `meta.lastModified` |
//!
//! Two things differ from that service, for reasons of this one. It gave every user without an
//! e-mail address the `userName` "Unknown Display Name"; a user name is unique here, and the
//! `user_id`, which that service made from the user name, takes its place. And it wrote a member's
//! e-mail address as the `value` of the member; RFC 7643 §4.2 has the member's id there, so the id
//! it is, and the address is the `display`.

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::error::Error;

mod team;
mod user;

pub use team::{team_from_scim, team_to_scim};
pub use user::{user_from_scim, user_to_scim};

/// `name.givenName` of a record that has no name.
pub const UNKNOWN_USER: &str = "Unknown User";
/// `name.familyName` of a record that has no name.
pub const UNKNOWN_FAMILY_NAME: &str = "Unknown Family Name";
/// `displayName` of a record that has no e-mail address.
pub const UNKNOWN_DISPLAY_NAME: &str = "Unknown Display Name";

/// A user as the application keeps it.
///
/// What is absent or null in JSON is empty here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UserRecord {
    /// The application's id of the user.
    pub user_id: String,
    /// The e-mail address.
    pub user_email: Option<String>,
    /// A name to call the user by.
    pub user_alias: Option<String>,
    /// The ids of the user's teams.
    #[serde(deserialize_with = "null_is_empty")]
    pub teams: Vec<String>,
    /// When the record was made, as RFC 3339 has it or as the database prints it.
    pub created_at: Option<String>,
    /// When it last changed.
    pub updated_at: Option<String>,
    /// Whatever else the application knows.
    #[serde(deserialize_with = "null_is_empty")]
    pub metadata: Map<String, Value>,
}

/// A team as the application keeps it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TeamRecord {
    /// The application's id of the team.
    pub team_id: String,
    /// The name of the team.
    pub team_alias: Option<String>,
    /// Who is in it.
    #[serde(deserialize_with = "null_is_empty")]
    pub members: Vec<MemberRecord>,
    /// Whatever else the application knows.
    #[serde(deserialize_with = "null_is_empty")]
    pub metadata: Map<String, Value>,
    /// When the record was made.
    pub created_at: Option<String>,
    /// When it last changed.
    pub updated_at: Option<String>,
}

/// A member of a team: the id alone, or an object with id and e-mail address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum MemberRecord {
    /// The id of a user.
    Id(String),
    /// Whichever of the two the application has.
    Named {
        /// The id of the user.
        #[serde(default)]
        user_id: Option<String>,
        /// The e-mail address of the user.
        #[serde(default)]
        user_email: Option<String>,
    },
}

/// A database column that may be NULL arrives as null.
fn null_is_empty<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    from: D,
) -> Result<T, D::Error> {
    Option::<T>::deserialize(from).map(Option::unwrap_or_default)
}

/// The text, unless there is none or it is empty.
fn text(value: Option<&String>) -> Option<&str> {
    value.map(String::as_str).filter(|text| !text.is_empty())
}

/// The string at a place of a resource, unless it is empty.
fn text_at<'a>(resource: &'a Value, pointer: &str) -> Option<&'a str> {
    resource
        .pointer(pointer)?
        .as_str()
        .filter(|text| !text.is_empty())
}

fn array_at<'a>(resource: &'a Value, key: &str) -> &'a [Value] {
    resource
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// Sets what has a value.
fn put(object: &mut Map<String, Value>, key: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        object.insert(key.into(), value.into());
    }
}

/// `meta` of a resource made from a record.
fn meta(
    resource_type: &str,
    location: String,
    created_at: Option<&String>,
    updated_at: Option<&String>,
) -> Value {
    let mut meta = Map::new();
    put(&mut meta, "resourceType", Some(resource_type));
    put(&mut meta, "created", text(created_at).map(time));
    put(&mut meta, "lastModified", text(updated_at).map(time));
    put(&mut meta, "location", Some(location));
    Value::Object(meta)
}

/// A time as RFC 3339 has it: databases print a space for the `T`, and leave the zone out where it
/// is UTC.
fn time(text: &str) -> String {
    let mut time = match text.split_once(' ') {
        Some((day, clock)) => [day, "T", clock].concat(),
        None => String::from(text),
    };
    let clock = time.split_once('T').map_or("", |(_, clock)| clock);
    if !clock.is_empty() && !clock.contains(['Z', 'z', '+', '-']) {
        time.push('Z');
    }
    time
}

/// `base` and the segments, each after a slash.
fn address(base: &str, endpoint: &str, id: &str) -> String {
    let mut address = String::with_capacity(base.len() + endpoint.len() + id.len() + 1);
    address.push_str(base);
    address.push_str(endpoint);
    address.push('/');
    address.push_str(id);
    address
}

/// A resource that is no object cannot become a record.
fn check_object(resource: &Value) -> Result<(), Error> {
    if resource.is_object() {
        return Ok(());
    }
    Err(Error::invalid_syntax("The resource must be a JSON object."))
}

#[cfg(test)]
mod tests;
