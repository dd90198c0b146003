//! What a line of an import says.

use scim::error::quote;
use scim::fold::fold_str;
use scim::json;
use scim::list::List;
use scim::resource_type::{GROUP_TYPE, ResourceType, USER_TYPE};
use scim::transform::{TeamRecord, UNKNOWN_USER, UserRecord, team_to_scim, user_to_scim};
use serde_json::{Map, Value};

use crate::failure::sentence;
use crate::session::Session;
use crate::transfer::staging::NO_OBJECT;
use store::Database;
use store::table::Table;

/// Refusals of one line that are listed.
const MAX_REFUSALS: usize = 100;

/// The keys that the record of a user has.
const USER_KEYS: &[&str] = &["user_id", "user_email", "user_alias", "teams"];
/// The keys that the record of a team has.
const TEAM_KEYS: &[&str] = &["team_id", "team_alias", "members"];
/// The keys that both have.
const COMMON_KEYS: [&str; 3] = ["metadata", "created_at", "updated_at"];

/// What a line is about.
pub(super) enum LineContent {
    /// A resource.
    Resource(Box<LineResource>),
    /// Nothing that is imported: the cursor of an export.
    Nothing,
    /// Why it cannot be done.
    Refused(String),
}

/// A resource of a line.
pub(super) struct LineResource {
    pub(super) resource_type: &'static ResourceType,
    /// Its id there.
    pub(super) id: Option<String>,
    pub(super) document: Map<String, Value>,
    /// Attributes that are for one that has none.
    pub(super) gentle: Vec<&'static str>,
    /// Members, or the groups of a user's record: kind, what each is called, that folded where it
    /// is another (see `Import::resolve`).
    pub(super) links: Vec<Value>,
    /// Members that name nobody.
    pub(super) refused: Vec<String>,
    /// Keys of a record that no record has.
    pub(super) passed_over: Vec<String>,
}

/// Sentences, as they are stored; none where there are none.
pub(super) fn json_of_refusals(refused: &[String]) -> Value {
    let mut sentences: Vec<String> = refused.iter().take(MAX_REFUSALS).cloned().list();
    if refused.len() > MAX_REFUSALS {
        sentences.push(format!("{} more like these.", refused.len() - MAX_REFUSALS));
    }
    match sentences.as_slice() {
        [] => Value::Null,
        sentences => json::text(&Value::from(sentences)).into(),
    }
}

/// Reads a line.
pub(super) fn read<D: Database>(session: &Session<'_, D>, text: &str) -> LineContent {
    let body = match json::parse(text) {
        Ok(Value::Object(body)) => body,
        Ok(_) => return refusal(NO_OBJECT),
        Err(error) => {
            return LineContent::Refused(format!(
                "The line is not JSON: {error}. Send one object a line."
            ));
        }
    };
    if body.contains_key("schemas") {
        return resource(session, body);
    }
    let record = if body.contains_key("user_id") {
        user(&body)
    } else if body.contains_key("team_id") {
        team(&body)
    } else if body.len() == 1 && (body.contains_key("cursor") || body.contains_key("next")) {
        return LineContent::Nothing;
    } else {
        return refusal(
            "The line is neither a SCIM resource, which has `schemas`, nor a record, which has `user_id` or `team_id`.",
        );
    };
    let (mut parsed, body) = match record {
        Ok(record) => record,
        Err(detail) => return LineContent::Refused(detail),
    };
    match session.accept_line(parsed.resource_type, &body) {
        Ok(accepted) => {
            parsed.document = accepted.document;
            LineContent::Resource(Box::new(parsed))
        }
        Err(failure) => LineContent::Refused(sentence(failure)),
    }
}

fn refusal(detail: &str) -> LineContent {
    LineContent::Refused(detail.to_owned())
}

/// A SCIM resource. Its members are looked for when all resources are there.
fn resource<D: Database>(session: &Session<'_, D>, mut body: Map<String, Value>) -> LineContent {
    let uris = body.get("schemas").and_then(Value::as_array);
    let has = |resource_type: &&ResourceType| {
        let uris = uris.into_iter().flatten().filter_map(Value::as_str);
        uris.map(str::trim)
            .any(|uri| uri.eq_ignore_ascii_case(resource_type.schema.uri))
    };
    let Some(resource_type) = ResourceType::all().find(has) else {
        return refusal(
            "No resource type here has one of these `schemas`: /Schemas lists those that there are.",
        );
    };
    let id = body.remove("id").and_then(|id| text_of(&id));
    let (mut links, mut refused) = (Vec::new(), Vec::new());
    let table = Table::of(resource_type);
    if table.has_members() {
        let name = body
            .keys()
            .find(|name| name.eq_ignore_ascii_case("members"));
        let name = name.cloned().unwrap_or_default();
        match body.remove(&name) {
            Some(Value::Array(members)) => {
                for member in &members {
                    match link(member) {
                        Some(link) => links.push(link),
                        None => refused.push(
                            "A member has neither `value` nor `externalId` nor `userName`: name it by one of these."
                                .to_owned(),
                        ),
                    }
                }
            }
            Some(Value::Null) | None => {}
            Some(other) => match link(&other) {
                Some(link) => links.push(link),
                None => refused.push("`members` must be a list of members.".to_owned()),
            },
        }
    } else if table.has_groups() {
        body.remove("groups");
    }
    match session.accept_line(resource_type, &Value::Object(body)) {
        Ok(accepted) => LineContent::Resource(Box::new(LineResource {
            resource_type,
            id,
            document: accepted.document,
            gentle: Vec::new(),
            links,
            refused,
            passed_over: Vec::new(),
        })),
        Err(failure) => LineContent::Refused(sentence(failure)),
    }
}

/// What a member is called.
fn link(member: &Value) -> Option<Value> {
    let Value::Object(member) = member else {
        return text_of(member).map(|text| member_name("u", &text));
    };
    let get = |name: &str| {
        let mut named = member
            .iter()
            .filter(|(known, _)| known.eq_ignore_ascii_case(name));
        named.find_map(|(_, value)| text_of(value))
    };
    let is_group = get("type").is_some_and(|kind| kind.eq_ignore_ascii_case("group"));
    get("value")
        .map(|text| member_name(if is_group { "g" } else { "u" }, &text))
        .or_else(|| Some(member_name("e", &get("externalId")?)))
        .or_else(|| Some(member_name("n", &get("userName")?)))
}

fn member_name(kind: &str, text: &str) -> Value {
    let mut link = vec![Value::from(kind), Value::from(text)];
    let folded = fold_str(text);
    if folded != text {
        link.push(Value::from(folded));
    }
    Value::from(link)
}

/// A text, or a number as one: databases have ids that are numbers.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The text at a name of a record; none where it is null.
fn text_at(record: &Map<String, Value>, name: &str) -> Result<Option<String>, String> {
    match record.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
        Some(value) => match text_of(value) {
            Some(text) => Ok(Some(text)),
            None => Err(format!("`{name}` must be a text.")),
        },
    }
}

fn list_at<'r>(record: &'r Map<String, Value>, name: &str) -> Result<&'r [Value], String> {
    match record.get(name) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(values)) => Ok(values),
        Some(_) => Err(format!("`{name}` must be a list.")),
    }
}

fn id_at(record: &Map<String, Value>, name: &str) -> Result<String, String> {
    text_at(record, name)?.ok_or_else(|| format!("`{name}` must have a value."))
}

/// The resource of a record, with its id as its external id.
fn of_record(
    record: &Map<String, Value>,
    (resource_type, keys): (&'static ResourceType, &[&str]),
    id: String,
    mut gentle: Vec<&'static str>,
    links: Vec<Value>,
    mut body: Value,
) -> (LineResource, Value) {
    if let Value::Object(body) = &mut body {
        for name in ["id", "meta", "groups", "members"] {
            body.remove(name);
        }
        body.insert("externalId".to_owned(), Value::from(id.as_str()));
    }
    gentle.push("externalId");
    let mut passed_over = Vec::new();
    for name in record.keys() {
        let is_of = |keys: &[&str]| keys.contains(&name.as_str());
        if !is_of(keys) && !is_of(&COMMON_KEYS) {
            passed_over.push(quote(name));
        }
    }
    let parsed = LineResource {
        resource_type,
        id: Some(id),
        document: Map::new(),
        gentle,
        links,
        refused: Vec::new(),
        passed_over,
    };
    (parsed, body)
}

/// An application's user. What it does not say is for one that has none, as what it stands in for
/// is.
fn user(record: &Map<String, Value>) -> Result<(LineResource, Value), String> {
    let id = id_at(record, "user_id")?;
    let metadata = match record.get("metadata") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(metadata)) => metadata.clone(),
        Some(_) => return Err("`metadata` must be an object.".to_owned()),
    };
    let mut gentle = vec!["displayName"];
    if !metadata.contains_key("scim_active") {
        gentle.push("active");
    }
    let user = UserRecord {
        user_id: id.clone(),
        user_email: text_at(record, "user_email")?,
        user_alias: text_at(record, "user_alias")?,
        metadata,
        ..UserRecord::default()
    };
    if user.user_email.is_none() {
        gentle.push("userName");
    }
    let body = user_to_scim(&user, "");
    let given = body.get("name").and_then(|name| name.get("givenName"));
    if given.is_some_and(|given| given == UNKNOWN_USER) {
        gentle.push("name");
    }
    let teams = list_at(record, "teams")?.iter().filter_map(text_of);
    let links = teams.map(|team| member_name("t", &team)).list();
    let of = (&USER_TYPE, USER_KEYS);
    Ok(of_record(record, of, id, gentle, links, body))
}

/// An application's team.
fn team(record: &Map<String, Value>) -> Result<(LineResource, Value), String> {
    let id = id_at(record, "team_id")?;
    let team = TeamRecord {
        team_id: id.clone(),
        team_alias: text_at(record, "team_alias")?,
        ..TeamRecord::default()
    };
    let mut gentle = Vec::new();
    if team.team_alias.is_none() {
        gentle.push("displayName");
    }
    let mut links = Vec::new();
    for member in list_at(record, "members")? {
        let text = match member {
            Value::Object(member) => match text_at(member, "user_id")? {
                None => text_at(member, "user_email")?,
                id => id,
            },
            other => text_of(other),
        };
        links.extend(text.map(|text| member_name("u", &text)));
    }
    let body = team_to_scim(&team, "");
    let of = (&GROUP_TYPE, TEAM_KEYS);
    Ok(of_record(record, of, id, gentle, links, body))
}

/// The refusal of a member that is nobody.
pub(super) fn unknown_member(link: &Value) -> String {
    of_member(
        link,
        "is nobody: no resource here and no line of the import has it as id, externalId or userName. Import it, too, or \
         leave it out.",
    )
}

/// What is said of a member of whom it is not known who it is.
pub(super) fn ambiguous_member(link: &Value) -> String {
    of_member(
        link,
        "is not one: several resources have this externalId, so it is not known which one is meant. Name it by its id or userName.",
    )
}

fn of_member(link: &Value, what: &str) -> String {
    let text = link.get(1).and_then(Value::as_str).unwrap_or_default();
    format!("The member \"{}\" {what}", quote(text))
}
