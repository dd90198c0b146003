//! A team record and a Group resource.

use crate::list::List;
use alloc::{string::String, vec::Vec};

use serde_json::{Map, Value};

use super::parts::{address, array_at, check_object, meta, put, text, text_at};
use super::record::{MemberRecord, TeamRecord};
use crate::error::Error;
use crate::schemas::group::GROUP;

/// The Group resource of a record; `base` is the base URL, without a slash at its end.
///
/// A member of whom the record has neither id nor e-mail address is left out.
///
/// ```
/// use scim::transform::{TeamRecord, team_to_scim};
/// let record: TeamRecord = serde_json::from_str(
///     r#"{"team_id": "t1", "team_alias": "Engines", "members": [{"user_id": "u1", "user_email": "ada@example.com"}]}"#,
/// ).unwrap();
/// let group = team_to_scim(&record, "https://example.com/scim/v2");
/// assert_eq!(group["displayName"], "Engines");
/// assert_eq!(group["members"][0]["value"], "u1");
/// assert_eq!(group["members"][0]["display"], "ada@example.com");
/// ```
pub fn team_to_scim(record: &TeamRecord, base: &str) -> Value {
    let mut group = Map::new();
    put(&mut group, "schemas", Some(Vec::from([GROUP.uri])));
    put(&mut group, "id", Some(record.team_id.as_str()));
    put(
        &mut group,
        "displayName",
        Some(text(record.team_alias.as_ref()).unwrap_or(&record.team_id)),
    );
    let members: Vec<Value> = record
        .members
        .iter()
        .filter_map(|one| member(one, base))
        .list();
    put(
        &mut group,
        "members",
        Some(members).filter(|members| !members.is_empty()),
    );
    let location = address(base, "/Groups", &record.team_id);
    let meta = meta(
        "Group",
        location,
        record.created_at.as_ref(),
        record.updated_at.as_ref(),
    );
    put(&mut group, "meta", Some(meta));
    Value::Object(group)
}

fn member(record: &MemberRecord, base: &str) -> Option<Value> {
    let (id, email) = match record {
        MemberRecord::Id(id) => (Some(id.as_str()), None),
        MemberRecord::Named {
            user_id,
            user_email,
        } => (text(user_id.as_ref()), text(user_email.as_ref())),
    };
    let value = id.filter(|id| !id.is_empty()).or(email)?;
    let mut member = Map::new();
    put(&mut member, "value", Some(value));
    put(&mut member, "$ref", Some(address(base, "/Users", value)));
    put(&mut member, "type", Some("User"));
    put(&mut member, "display", Some(email.unwrap_or(value)));
    Some(Value::Object(member))
}

/// The record of a Group resource.
///
/// A resource without `id` is named by its `externalId`, and one without either is refused. Members
/// that are groups are left out: the record has users only.
///
/// ```
/// use scim::transform::team_from_scim;
/// let record = team_from_scim(&serde_json::json!({
///     "id": "t1",
///     "displayName": "Engines",
///     "members": [{ "value": "u1" }],
/// })).unwrap();
/// assert_eq!(record.team_alias.as_deref(), Some("Engines"));
/// assert_eq!(record.members.len(), 1);
///
/// let nameless = team_from_scim(&serde_json::json!({})).unwrap_err();
/// assert_eq!(nameless.detail(), "A group needs an id or an externalId to become a record.");
/// ```
pub fn team_from_scim(group: &Value) -> Result<TeamRecord, Error> {
    check_object(group)?;
    let Some(id) = text_at(group, "/id").or_else(|| text_at(group, "/externalId")) else {
        return Err(Error::invalid_value(
            "A group needs an id or an externalId to become a record.",
        ));
    };
    let alias = text_at(group, "/displayName").filter(|name| *name != id);
    Ok(TeamRecord {
        team_id: id.into(),
        team_alias: alias.map(String::from),
        members: array_at(group, "members")
            .iter()
            .filter_map(member_from_scim)
            .list(),
        metadata: Map::new(),
        created_at: text_at(group, "/meta/created").map(String::from),
        updated_at: text_at(group, "/meta/lastModified").map(String::from),
    })
}

fn member_from_scim(member: &Value) -> Option<MemberRecord> {
    let value = text_at(member, "/value")?;
    if text_at(member, "/type").is_some_and(|kind| kind != "User") {
        return None;
    }
    // Any name can stand in `display`; only an address is one.
    Some(
        match text_at(member, "/display").filter(|display| display.as_bytes().contains(&b'@')) {
            None => MemberRecord::Id(value.into()),
            Some(email) => MemberRecord::Named {
                user_id: Some(value.into()),
                user_email: Some(email.into()),
            },
        },
    )
}
