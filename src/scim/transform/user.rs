//! A user record and a User resource.

use crate::list::List;
use alloc::{string::String, vec::Vec};

use serde_json::{Map, Value};

use super::parts::{address, array_at, check_object, meta, put, text, text_at};
use super::record::{UNKNOWN_DISPLAY_NAME, UNKNOWN_FAMILY_NAME, UNKNOWN_USER, UserRecord};
use crate::error::Error;
use crate::schemas::user::USER;

/// Where a record keeps the names that came over SCIM.
const SCIM_METADATA: &str = "scim_metadata";
/// Where a record keeps that the user was deactivated over SCIM.
const SCIM_ACTIVE: &str = "scim_active";

/// The User resource of a record; `base` is the base URL, without a slash at its end.
///
/// ```
/// use scim::transform::{UserRecord, user_to_scim};
/// let record: UserRecord = serde_json::from_str(
///     r#"{"user_id": "u1", "user_email": "ada@example.com", "user_alias": "Ada", "teams": ["t1"]}"#,
/// ).unwrap();
/// let user = user_to_scim(&record, "https://example.com/scim/v2");
/// assert_eq!(user["userName"], "ada@example.com");
/// assert_eq!(user["name"]["givenName"], "Ada");
/// assert_eq!(user["groups"][0]["$ref"], "https://example.com/scim/v2/Groups/t1");
///
/// let nobody = user_to_scim(&UserRecord { user_id: "u2".into(), ..UserRecord::default() }, "");
/// assert_eq!(nobody["userName"], "u2");
/// assert_eq!(nobody["displayName"], "Unknown Display Name");
/// assert_eq!(nobody["name"]["givenName"], "Unknown User");
/// assert_eq!(nobody["name"]["familyName"], "Unknown Family Name");
/// ```
pub fn user_to_scim(record: &UserRecord, base: &str) -> Value {
    let email = text(record.user_email.as_ref());
    let mut user = Map::new();
    put(&mut user, "schemas", Some(Vec::from([USER.uri])));
    put(&mut user, "id", Some(record.user_id.as_str()));
    put(
        &mut user,
        "userName",
        Some(email.unwrap_or(&record.user_id)),
    );
    put(
        &mut user,
        "displayName",
        Some(email.unwrap_or(UNKNOWN_DISPLAY_NAME)),
    );
    put(&mut user, "name", Some(name(record)));
    put(&mut user, "emails", email.map(emails));
    // Nobody is without it: a record that says nothing is of somebody who may come in.
    let active = record.metadata.get(SCIM_ACTIVE) != Some(&Value::Bool(false));
    put(&mut user, "active", Some(active));
    let groups: Vec<Value> = record.teams.iter().map(|team| group(team, base)).list();
    put(
        &mut user,
        "groups",
        Some(groups).filter(|groups| !groups.is_empty()),
    );
    let location = address(base, "/Users", &record.user_id);
    let meta = meta(
        "User",
        location,
        record.created_at.as_ref(),
        record.updated_at.as_ref(),
    );
    put(&mut user, "meta", Some(meta));
    Value::Object(user)
}

/// The names that came over SCIM, else the alias, else the default.
fn name(record: &UserRecord) -> Map<String, Value> {
    let names = record.metadata.get(SCIM_METADATA);
    let part = |key: &str, default| {
        let own = names.and_then(|names| names.get(key)?.as_str());
        let alias = text(record.user_alias.as_ref());
        String::from(
            own.filter(|own| !own.is_empty())
                .or(alias)
                .unwrap_or(default),
        )
    };
    let mut name = Map::new();
    put(
        &mut name,
        "givenName",
        Some(part("givenName", UNKNOWN_USER)),
    );
    put(
        &mut name,
        "familyName",
        Some(part("familyName", UNKNOWN_FAMILY_NAME)),
    );
    name
}

fn emails(address: &str) -> Vec<Value> {
    let mut email = Map::new();
    put(&mut email, "value", Some(address));
    put(&mut email, "primary", Some(true));
    Vec::from([Value::Object(email)])
}

fn group(team_id: &str, base: &str) -> Value {
    let mut group = Map::new();
    put(&mut group, "value", Some(team_id));
    put(&mut group, "$ref", Some(address(base, "/Groups", team_id)));
    put(&mut group, "type", Some("direct"));
    Value::Object(group)
}

/// The record of a User resource. A default name is taken for what it is, the absence of one.
///
/// A resource without `id`, as a client posts it, is named by its `userName`, and one without
/// either is refused.
///
/// ```
/// use scim::transform::user_from_scim;
/// let record = user_from_scim(&serde_json::json!({
///     "userName": "ada",
///     "name": { "givenName": "Ada", "familyName": "Lovelace" },
///     "emails": [{ "value": "ada@example.com", "primary": true }],
/// })).unwrap();
/// assert_eq!(record.user_id, "ada");
/// assert_eq!(record.user_email.as_deref(), Some("ada@example.com"));
/// assert_eq!(record.user_alias.as_deref(), Some("Ada"));
/// assert_eq!(record.metadata["scim_metadata"]["familyName"], "Lovelace");
///
/// let nameless = user_from_scim(&serde_json::json!({})).unwrap_err();
/// assert_eq!(nameless.detail(), "A user needs an id or a userName to become a record.");
/// ```
pub fn user_from_scim(user: &Value) -> Result<UserRecord, Error> {
    check_object(user)?;
    let Some(id) = text_at(user, "/id").or_else(|| text_at(user, "/userName")) else {
        return Err(Error::invalid_value(
            "A user needs an id or a userName to become a record.",
        ));
    };
    let given = text_at(user, "/name/givenName").filter(|name| *name != UNKNOWN_USER);
    let family = text_at(user, "/name/familyName");
    // Without a family name an alias would be shown as one, which the default says there is not.
    let alias = given.filter(|_| family != Some(UNKNOWN_FAMILY_NAME));
    let family = family.filter(|name| *name != UNKNOWN_FAMILY_NAME);
    let teams = array_at(user, "groups")
        .iter()
        .filter_map(|group| text_at(group, "/value"));
    Ok(UserRecord {
        user_id: id.into(),
        user_email: email(user).map(String::from),
        user_alias: alias.map(String::from),
        teams: teams.map(String::from).list(),
        created_at: text_at(user, "/meta/created").map(String::from),
        updated_at: text_at(user, "/meta/lastModified").map(String::from),
        metadata: metadata(given, family, alias, user.get("active")),
    })
}

/// The primary address, else the first.
fn email(user: &Value) -> Option<&str> {
    let emails = array_at(user, "emails");
    let primary = emails
        .iter()
        .find(|email| email.get("primary") == Some(&Value::Bool(true)));
    text_at(primary.or_else(|| emails.first())?, "/value")
}

/// What the other columns do not say already.
fn metadata(
    given: Option<&str>,
    family: Option<&str>,
    alias: Option<&str>,
    active: Option<&Value>,
) -> Map<String, Value> {
    let mut metadata = Map::new();
    let is_alias_alone = alias.is_some() && given == alias && family == alias;
    if !is_alias_alone && (given.is_some() || family.is_some()) {
        let mut names = Map::new();
        put(&mut names, "givenName", given);
        put(&mut names, "familyName", family);
        put(&mut metadata, SCIM_METADATA, Some(names));
    }
    put(
        &mut metadata,
        SCIM_ACTIVE,
        active
            .filter(|active| **active == Value::Bool(false))
            .cloned(),
    );
    metadata
}
