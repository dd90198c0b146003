//! Pages of the export: resources in the order of their ids, and the members of groups.

use crate::expression::{View, shown_document};
use crate::fragment::value;
use crate::limits::MEMBERS_PER_ROW;
use crate::record::MEMBER_CHUNK;
use crate::{Error, Row, Statement, statement};

/// Resources of a page.
const RESOURCES: usize = 1_000;
/// Bytes of their documents, beyond the first.
const BYTES: usize = 1_000_000;
/// Members of a page.
const MEMBERS: usize = 10_000;

/// A resource of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportResource {
    /// Its id.
    pub id: String,
    /// When it was made, and when it last changed.
    pub moments: [String; 2],
    /// The document, without what nobody is shown.
    pub document: String,
}

/// Resources of a type behind an id.
pub fn resources(view: &View<'_>, after: &str) -> Statement {
    statement!(
        "SELECT id, created_at, updated_at, document FROM (\
         SELECT *, sum(octet_length(document)) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) - octet_length(document) AS before \
         FROM (SELECT id, created_at, updated_at, {document} AS document FROM {row} \
         WHERE {scope} AND id > {after} ORDER BY id LIMIT {RESOURCES})) WHERE before < {BYTES} ORDER BY id",
        document = shown_document(view),
        row = view.row(),
        scope = view.scope(view.row()),
        after = value(after),
        RESOURCES = RESOURCES,
        BYTES = BYTES,
    )
}

/// Reads a row of [`resources`].
pub fn read_resource(row: &mut Row) -> Result<ExportResource, Error> {
    row.read(|cells| ExportResource {
        id: cells.required_text(),
        moments: [cells.required_text(), cells.required_text()],
        document: cells.required_text(),
    })
}

/// Members of a group, a chunk of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Members {
    /// The group.
    pub group: String,
    /// The last of them.
    pub last: String,
    /// How many they are.
    pub count: i64,
    /// Themselves (see [`record::members`](crate::record::members)).
    pub chunk: String,
}

/// Members behind a member of a group, and of groups behind that one as far as the last: chunks in
/// order, none with members of two groups.
pub fn members(view: &View<'_>, (group, member): (&str, &str), last: &str) -> Statement {
    statement!(
        "SELECT team_id, max(member_id) AS last, count(*) AS count, {chunk} AS members FROM (\
         SELECT *, row_number() OVER (PARTITION BY team_id ORDER BY member_id) - 1 AS n FROM (\
         SELECT team_id, member_id, member_type, display FROM team_members \
         WHERE tenant_id = {tenant} AND (team_id, member_id) > ({group}, {member}) AND team_id <= {end} \
         ORDER BY team_id, member_id LIMIT {MEMBERS})) m GROUP BY team_id, n / {MEMBERS_PER_ROW} ORDER BY team_id, n",
        chunk = MEMBER_CHUNK,
        tenant = view.tenant,
        group = value(group),
        member = value(member),
        end = value(last),
        MEMBERS = MEMBERS,
        MEMBERS_PER_ROW = MEMBERS_PER_ROW,
    )
}

/// Reads the rows of [`members`], and tells whether there may be more.
pub fn read_members(rows: Vec<Row>) -> Result<(Vec<Members>, bool), Error> {
    let mut all = Vec::with_capacity(rows.len());
    let mut count = 0;
    for mut row in rows {
        let chunk = row.read(|cells| Members {
            group: cells.required_text(),
            last: cells.required_text(),
            count: cells.count(),
            chunk: cells.required_text(),
        })?;
        count += chunk.count;
        all.push(chunk);
    }
    Ok((all, usize::try_from(count).unwrap_or_default() >= MEMBERS))
}
