//! Putting together what a reply carries: what is stored is spliced; it is parsed only where a
//! projection asks for parts.

use scim::error::Error;
use scim::json;
use scim::projection::Projection;
use scim::resource_type::ResourceType;
use scim::show::{LIST_END, open_list, push_linked, push_links};
use serde_json::{Map, Value};

use super::content::Content;
use super::failure::Failure;
use store::limits::{MEMBERS_PER_ROW, MOST_MEMBERS};
use store::record::{self, Record};

/// A group has more members than one reply holds.
pub(crate) fn too_many_members() -> Failure {
    Error::too_many(format!(
        "The group has more than the {} members that one reply holds. Ask with excludedAttributes=members, and list the \
         members page by page with /Users?filter=groups.value eq \"id of the group\".",
        MOST_MEMBERS.rows * MEMBERS_PER_ROW,
    ))
    .into()
}

/// Appends a resource as far as it was asked for, with the chunks of a group's members.
pub(crate) fn push_shown(
    content: &mut Content,
    resource_type: &'static ResourceType,
    base: &str,
    record: &Record<'_>,
    chunks: Vec<String>,
    projection: &Projection,
) -> Result<(), Failure> {
    let push_groups = |text: &mut String| push_linked(text, "groups", record.groups(), base);
    if projection.is_default() {
        record
            .shown
            .push(&mut content.end, resource_type, base, push_groups);
    } else {
        let mut text = String::new();
        record
            .shown
            .push(&mut text, resource_type, base, push_groups);
        let mut resource = parse_stored(&text)?;
        projection.apply(&mut resource);
        content.end.push_str(&json::text(&Value::Object(resource)));
    }
    if !chunks.is_empty() {
        link_members(content, base, chunks, projection)?;
    }
    Ok(())
}

/// Puts members into the group at the end of the content, as far as they were asked for. They are
/// parsed only if parts of them were, a chunk at a time.
fn link_members(
    content: &mut Content,
    base: &str,
    chunks: Vec<String>,
    projection: &Projection,
) -> Result<(), Failure> {
    open_list(&mut content.end, "members");
    let whole = projection.keeps_all("members");
    for (index, chunk) in chunks.into_iter().enumerate() {
        if index > 0 {
            content.end.push(',');
        }
        if whole {
            content.push_members(chunk, base);
        } else {
            push_trimmed(&mut content.end, &chunk, base, projection)?;
        }
    }
    content.end.push_str(LIST_END);
    Ok(())
}

/// Appends a chunk of members with no more of each than was asked for.
fn push_trimmed(
    text: &mut String,
    chunk: &str,
    base: &str,
    projection: &Projection,
) -> Result<(), Failure> {
    let mut group = "{}".to_owned();
    open_list(&mut group, "members");
    push_links(&mut group, record::members(chunk), base);
    group.push_str(LIST_END);
    let mut group = parse_stored(&group)?;
    projection.apply(&mut group);
    let members = group.get("members").and_then(Value::as_array);
    for (index, member) in members.into_iter().flatten().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(&json::text(member));
    }
    Ok(())
}

/// Parses JSON text that this server wrote.
pub(crate) fn parse_stored(text: &str) -> Result<Map<String, Value>, Failure> {
    json::object(text).ok_or_else(|| Failure::Broken("a document that is no object".to_owned()))
}
