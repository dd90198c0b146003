//! Putting together what a reply carries: stored JSON is spliced; it is parsed only where a projection asks for parts.

use scim::error::Error;
use scim::json;
use scim::projection::Projection;
use serde_json::{Map, Value};

use super::Failure;
use crate::store::limits::{MEMBER_ROWS, MEMBERS_PER_ROW};
use crate::store::pieces::{Piece, Pieces};

/// Refuses a reply whose rows of members came to the limit of what is read for so many groups.
pub(crate) fn check_members(rows: usize, groups: usize) -> Result<(), Failure> {
    if rows < groups + MEMBER_ROWS {
        return Ok(());
    }
    Err(Error::too_many(format!(
        "One reply holds {} members at the most. Ask for fewer groups at once, or with excludedAttributes=members; who \
         is in a group tells /Users?filter=groups.value eq \"id of the group\", page by page.",
        MEMBER_ROWS * MEMBERS_PER_ROW,
    ))
    .into())
}

/// A resource with its members, as far as it was asked for.
pub(crate) fn shown(
    resource: Piece,
    members: Vec<Piece>,
    projection: &Projection,
) -> Result<Pieces, Failure> {
    match resource {
        Piece::Here(text) => link_members(project(text, projection)?, members, projection),
        Piece::Left(_) => Ok(resource.into()),
    }
}

/// Puts the members of a group into its text, as far as they were asked for. They come as runs of JSON text, and are
/// parsed only if parts of them were asked for, a run at a time.
fn link_members(
    mut resource: String,
    runs: Vec<Piece>,
    projection: &Projection,
) -> Result<Pieces, Failure> {
    if runs.is_empty() || resource.pop() != Some('}') {
        return Ok(resource.into());
    }
    resource.push_str(",\"members\":[");
    let mut text = Pieces::from(resource);
    let whole = projection.keeps_all("members");
    for (index, run) in runs.into_iter().enumerate() {
        if index > 0 {
            text.push_str(",");
        }
        match run {
            Piece::Here(run) if !whole => text.push_str(&trimmed(&run, projection)?),
            run => text.push(run),
        }
    }
    text.push_str("]}");
    Ok(text)
}

/// A run of members with no more of each than was asked for.
fn trimmed(run: &str, projection: &Projection) -> Result<String, Failure> {
    let mut group = parse_stored(&format!("{{\"members\":[{run}]}}"))?;
    projection.apply(&mut group);
    let members: Vec<String> = group
        .get("members")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(Value::to_string)
        .collect();
    Ok(members.join(","))
}

/// Leaves of a resource what was asked for. The text is parsed only if something was.
fn project(body: String, projection: &Projection) -> Result<String, Failure> {
    if projection.is_default() {
        return Ok(body);
    }
    let mut resource = parse_stored(&body)?;
    projection.apply(&mut resource);
    serde_json::to_string(&resource).map_err(|error| Failure::Broken(error.to_string()))
}

/// Parses JSON text that this server wrote.
pub(crate) fn parse_stored(text: &str) -> Result<Map<String, Value>, Failure> {
    json::object(text).ok_or_else(|| Failure::Broken("a document that is no object".to_owned()))
}
