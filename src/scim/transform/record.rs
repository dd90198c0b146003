//! The records of the application, as its tables have them.

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

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
