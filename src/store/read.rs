//! Fetching: one resource as a client sees it, one as a write needs it, the members of groups.

use scim::index::Index;

use super::expression::View;
use super::fragment::{Fragment, value};
use super::limits::{MEMBERS_PER_ROW, MemberLimit};
use super::record::{MEMBER_CHUNK, record};
use super::{Error, Row, Statement};
use crate::{fragment, statement};

/// What the error of a batch whose condition is not met has in its message.
pub(super) const NOT_MET: &str = "condition not met";

/// Which resource of its type.
#[derive(Clone, Debug, PartialEq)]
pub enum ResourceRef {
    /// The one with this id.
    Id(String),
    /// The user that the token names: `/Me`.
    Subject,
}

impl ResourceRef {
    /// The id, where it is known.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Id(id) => Some(id),
            Self::Subject => None,
        }
    }

    /// The id.
    pub fn id_in<'a>(&'a self, view: &View<'a>) -> Fragment<'a> {
        match self {
            Self::Id(id) => value(id).into(),
            Self::Subject => view.tenant.subject(),
        }
    }
}

/// The condition that the row is the one of this reference.
pub fn is<'a>(view: &View<'a>, reference: &'a ResourceRef) -> Fragment<'a> {
    fragment!(
        "{scope} AND {row}.id = {id}",
        scope = view.scope(view.row()),
        row = view.row(),
        id = reference.id_in(view),
    )
}

/// `FROM … WHERE …` for one resource.
pub fn from<'a>(view: &View<'a>, reference: &'a ResourceRef) -> Fragment<'a> {
    fragment!(
        " FROM {row} WHERE {is}",
        row = view.row(),
        is = is(view, reference),
    )
}

/// The record of one resource (see [`record`](super::record)).
pub fn resource(view: &View<'_>, reference: &ResourceRef, with_groups: bool) -> Statement {
    statement!(
        "SELECT {record} AS record{from}",
        record = record(view, with_groups),
        from = from(view, reference),
    )
}

/// A resource as a write needs it.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// Its id.
    pub id: String,
    /// The document, JSON text.
    pub document: String,
    /// The version that a guarded write asks for.
    pub version: String,
}

/// One resource as a write needs it, as far as its document has no more bytes than these.
pub fn stored_resource(view: &View<'_>, reference: &ResourceRef, most: usize) -> Statement {
    statement!(
        "SELECT id, iif(octet_length(document) <= {most}, document, NULL) AS document, version, \
         octet_length(document) AS bytes{from}",
        most = most,
        from = from(view, reference),
    )
}

/// Reads the row of [`stored_resource`]; where the document is larger, its bytes.
pub fn read_stored(row: &mut Row) -> Result<Result<Stored, usize>, Error> {
    let Some(document) = row.text(1)? else {
        let bytes = row.count(3)?;
        return Ok(Err(usize::try_from(bytes).unwrap_or_default()));
    };
    Ok(Ok(Stored {
        id: row.required_text(0)?,
        document,
        version: row.required_text(2)?,
    }))
}

/// The version of one resource: whether it is there, and which one it is.
pub fn version(view: &View<'_>, reference: &ResourceRef) -> Statement {
    statement!("SELECT version{from}", from = from(view, reference))
}

/// The members of groups: rows of a group's id and a chunk of up to [`MEMBERS_PER_ROW`] members, in
/// order (see [`record::members`](super::record::members)). `ids` selects the ids of the groups.
///
/// A group is cut at every thousandth member by a walk over the key alone, so that no row outgrows
/// D1's limit and the groups of a page, small or large, come in one statement.
///
/// One group is read to its end before the next begins, as far as the limit goes for so many
/// `groups`: see [`read_member_chunks`].
pub fn member_chunks(
    view: &View<'_>,
    limit: MemberLimit,
    groups: usize,
    ids: Fragment<'_>,
) -> Statement {
    // With limits of their own the selects within are not made one with this one, which would put
    // each chunk together twice.
    statement!(
        "WITH RECURSIVE page(id) AS ({groups}), \
         cut(id, after, chunks) AS (\
         SELECT id, '', 0 AS chunks FROM page \
         UNION ALL SELECT cut.id, n.member_id, chunks + 1 FROM cut \
         CROSS JOIN team_members n ON n.tenant_id = {tenant} AND n.team_id = cut.id AND n.member_id = (\
         SELECT m.member_id FROM team_members m \
         WHERE m.tenant_id = {tenant} AND m.team_id = cut.id AND m.member_id > cut.after \
         ORDER BY m.member_id LIMIT 1 OFFSET {last}) \
         ORDER BY chunks DESC LIMIT {most}) \
         SELECT id, iif(coalesce(sum(octet_length(chunk)) OVER (ROWS UNBOUNDED PRECEDING), 0) <= {bytes}, \
         coalesce(chunk, ''), NULL) AS members \
         FROM (SELECT * FROM (SELECT id, (SELECT {chunk} FROM (\
         SELECT member_id, member_type, display FROM team_members \
         WHERE tenant_id = {tenant} AND team_id = cut.id AND member_id > cut.after \
         ORDER BY member_id LIMIT {chunk_length}) m) AS chunk FROM cut LIMIT -1) LIMIT -1)",
        groups = ids,
        tenant = view.tenant,
        last = MEMBERS_PER_ROW - 1,
        most = limit.rows.saturating_add(groups),
        bytes = limit.bytes,
        chunk = MEMBER_CHUNK,
        chunk_length = MEMBERS_PER_ROW,
    )
}

/// The members of groups, in chunks.
#[derive(Debug, Default)]
pub struct MemberChunks {
    groups: Index,
    /// The chunks of each group, by its number; none where the group is not whole.
    of_each: Vec<Option<Vec<String>>>,
    /// Whether there are others than those that are whole here.
    pub has_more: bool,
}

impl MemberChunks {
    /// Whether a group is here, and whole.
    pub fn has(&self, group: &str) -> bool {
        let chunks = self
            .groups
            .number(group)
            .map(|number| self.of_each.get(number));
        chunks.flatten().is_some_and(Option::is_some)
    }

    /// Takes the chunks of a group.
    pub fn take(&mut self, group: &str) -> Vec<String> {
        let number = self.groups.number(group);
        let chunks = number.and_then(|number| self.of_each.get_mut(number));
        chunks.and_then(Option::take).unwrap_or_default()
    }

    /// Takes the chunks of the first group.
    pub fn take_first(&mut self) -> Vec<String> {
        self.of_each
            .first_mut()
            .and_then(Option::take)
            .unwrap_or_default()
    }

    fn of(&mut self, group: &str) -> Option<&mut Option<Vec<String>>> {
        if self.groups.add(group) {
            self.of_each.push(Some(Vec::new()));
        }
        self.of_each.get_mut(self.groups.number(group)?)
    }
}

/// Reads the rows of [`member_chunks`]. A chunk is missing that went beyond the bytes; as many rows
/// as there could be say that the group of the last may have more.
pub fn read_member_chunks(
    rows: Vec<Row>,
    limit: MemberLimit,
    groups: usize,
) -> Result<MemberChunks, Error> {
    let mut members = MemberChunks::default();
    let all = rows.len() < limit.rows.saturating_add(groups);
    let last = rows.len().saturating_sub(1);
    for (index, mut row) in rows.into_iter().enumerate() {
        let id = row.required_text(0)?;
        let chunk = row.text(1)?.filter(|_| all || index < last);
        let chunks = members.of(&id);
        let Some(chunk) = chunk else {
            chunks.and_then(Option::take);
            members.has_more = true;
            break;
        };
        if let Some(chunks) = chunks.and_then(Option::as_mut)
            && !chunk.is_empty()
        {
            chunks.push(chunk);
        }
    }
    Ok(members)
}

/// The id of one group, for [`member_chunks`].
pub fn one_group<'a>(view: &View<'a>, reference: &'a ResourceRef) -> Fragment<'a> {
    fragment!("SELECT {id}", id = reference.id_in(view))
}

/// A statement that fails the batch, and so undoes it, unless the condition holds.
pub fn guard(condition: Fragment<'_>) -> Statement {
    statement!("SELECT {guard}", guard = guard_expression(condition))
}

/// The expression of [`guard`]. D1 has no other way to fail with a text of ours: a path that is
/// none makes `json_extract` an error, which names it.
pub fn guard_expression(condition: Fragment<'_>) -> Fragment<'_> {
    fragment!(
        "json_extract('{}', CASE WHEN {condition} THEN '$' ELSE '{not_met}' END)",
        condition = condition,
        not_met = NOT_MET,
    )
}

/// Whether the database answers, and has its tables.
pub fn alive() -> Statement {
    statement!("SELECT id FROM last_tenant")
}
