//! What is fetched of a resource: lines of one text, without anything that can be said of all of
//! them. D1 passes a text faster than columns, and a page of these in half the time that the JSON
//! made of them would take.

use scim::resource_type::{GROUP_TYPE, USER_TYPE};
use scim::show::{Link, StoredResource};

use super::expression::View;
use super::fragment::Fragment;
use super::links::{SHOWN, WITH_UP};
use super::predicate::nestings;
use super::table::{LinkEnd, Table};
use super::{Error, Statement};
use crate::{fragment, statement};

/// Stands between the records of a page (in [`ALL`]). It is in no JSON text, however that is laid
/// out; nor is the end of a line in what stands before the document.
const BETWEEN: u8 = 0x1e;
/// Stands between the groups of a user (in [`record`]).
const BETWEEN_GROUPS: u8 = b'\t';

/// Links between teams that the walks of a page may look at together: some 0.3 s.
const WALKED: usize = 100_000;
/// Walks that are made however many links there are.
const FEW_WALKS: usize = 2;
/// Rows of a page for which no more links are counted than for one of so many.
const SMALL_PAGE: usize = 20;
/// Bytes of a record that are put together as fast as a walk looks at a link.
const LINK: usize = 10;
/// Bytes that are shown of a group besides what is fetched of it: names, and an address.
const ADDRESS: usize = 150;

/// A resource as it is stored, with the groups of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// The resource.
    pub shown: StoredResource<'a>,
    groups: &'a str,
}

impl<'a> Record<'a> {
    /// Reads a record.
    pub fn read(text: &'a str) -> Result<Self, Error> {
        let mut lines = text.splitn(6, '\n');
        let mut line = || {
            lines
                .next()
                .ok_or_else(|| Error::Broken("a record with too few lines".to_owned()))
        };
        let (id, version, created, last_modified) = (line()?, line()?, line()?, line()?);
        Ok(Self {
            groups: line()?,
            shown: StoredResource {
                id,
                document: line()?,
                created,
                last_modified,
                version,
            },
        })
    }

    /// The record of a resource as just created, in no group.
    pub fn new(id: &'a str, version: &'a str, now: &'a str, document: &'a str) -> Self {
        Self {
            shown: StoredResource {
                id,
                document,
                created: now,
                last_modified: now,
                version,
            },
            groups: "",
        }
    }

    /// Reads the records of a page.
    pub fn read_all(mut text: &'a str) -> Result<Vec<Self>, Error> {
        let mut records = Vec::new();
        while let Some(end) = memchr::memchr(BETWEEN, text.as_bytes()) {
            let (record, rest) = text.split_at_checked(end).unwrap_or_default();
            records.push(Self::read(record)?);
            text = rest.get(1..).unwrap_or_default();
        }
        records.push(Self::read(text)?);
        Ok(records)
    }

    /// Bytes of the text that shows what it holds, about. A group is larger there, where its
    /// address stands, too.
    pub fn size(&self) -> usize {
        let groups = match self.groups {
            "" => 0,
            some => 1 + memchr::memchr_iter(BETWEEN_GROUPS, some.as_bytes()).count(),
        };
        self.shown.document.len() + self.groups.len() + groups * ADDRESS
    }

    /// The groups, where they were asked for.
    pub fn groups(&self) -> impl Iterator<Item = Link<'a>> {
        links(self.groups, char::from(BETWEEN_GROUPS))
    }
}

/// The members in a chunk of lines (see [`member_chunks`](super::read::member_chunks)).
pub fn members(chunk: &str) -> impl Iterator<Item = Link<'_>> {
    links(chunk, '\n')
}

/// Each is a letter for what it is, the id, and what it is called, a JSON string.
fn links(text: &str, between: char) -> impl Iterator<Item = Link<'_>> {
    text.split(between).filter_map(|line| {
        let (id, display) = line.split_at_checked(line.find('"')?)?;
        let (letter, id) = id.split_at_checked(1)?;
        let (to, kind) = match letter {
            "d" => (&GROUP_TYPE, "direct"),
            "i" => (&GROUP_TYPE, "indirect"),
            "G" => (&GROUP_TYPE, GROUP_TYPE.name),
            _ => (&USER_TYPE, USER_TYPE.name),
        };
        Some(Link {
            id,
            endpoint: to.endpoint,
            kind,
            display,
        })
    })
}

/// The expression of a record, with the groups of a user where they are wanted.
pub fn record<'a>(view: &View<'a>, with_groups: bool) -> Fragment<'a> {
    let groups = (with_groups && view.table().links == LinkEnd::Groups).then(|| groups_of(view));
    lines(view.row(), groups)
}

/// The same of a page that has up to so many rows. It is NULL where the walks to the groups of all
/// of them may take too long: then the rows are filled in one by one ([`fill_up_to`]).
pub fn record_of_page<'a>(view: &View<'a>, with_groups: bool, rows: u64) -> Fragment<'a> {
    let rows = usize::try_from(rows).unwrap_or(usize::MAX);
    if !with_groups || view.table().links != LinkEnd::Groups || rows <= FEW_WALKS {
        return record(view, with_groups);
    }
    let most = WALKED / rows.max(SMALL_PAGE);
    let groups = fragment!(
        "CASE {nestings} WHEN 0 THEN coalesce({joined}, '') WHEN {beyond} THEN NULL ELSE coalesce({walk}, '') END || ",
        nestings = nestings(view, most + 1),
        joined = direct_groups(),
        beyond = most + 1,
        walk = walk_upwards(None),
    );
    lines(view.row(), Some(groups))
}

/// The expression of a record of whichever tenant the row is, with the groups of a user where they
/// are wanted; in a line in front of it the links that the walk to them looked at, with what is
/// shown of each group as so many more.
pub fn weighed_record(table: &'static Table, with_groups: bool) -> Fragment<'static> {
    if !with_groups || table.links != LinkEnd::Groups {
        return fragment!("'0\n' || {lines}", lines = lines(table.name, None));
    }
    let links = fragment!(
        "sum({shown} + (SELECT count(*) FROM team_members m INDEXED BY team_members_nested \
         WHERE m.tenant_id = users.tenant_id AND m.member_id = g.team_id AND m.member_type = 'Group')) AS walked, ",
        shown = ADDRESS / LINK,
    );
    fragment!(
        "(SELECT coalesce(walked, 0) || '\n' || {lines} FROM {groups})",
        lines = lines(table.name, Some("coalesce(groups, '') || ".into())),
        groups = walk_upwards(Some(links)),
    )
}

/// The select of rows that are filled in one by one: `rows` selects `found` and `place` of
/// each, and of the row that has them as `next ->> 0` and `next ->> 1` are shown a
/// [`weighed_record`] and a text `beside` it. Where they come to `most`, in bytes and links that
/// were walked, the records behind are NULL: a page may end early, and takes no longer than
/// another.
pub fn fill_up_to<'a>(
    columns: Fragment<'a>,
    rows: Fragment<'a>,
    [record, beside]: [Fragment<'a>; 2],
    most: usize,
) -> Statement {
    let weight = fragment!(
        "before + coalesce(octet_length(record) + {LINK} * CAST(record AS INTEGER), 0) + coalesce(octet_length(beside), 0)",
        LINK = LINK,
    );
    statement!(
        "WITH RECURSIVE page(rows) AS MATERIALIZED (SELECT json_group_array(json_array(found, place)) FROM ({rows})), \
         filled(number, before, next, place, record, beside) AS (\
         SELECT 0, 0, rows -> 0, NULL, NULL, NULL FROM page \
         UNION ALL SELECT number + 1, {weight}, rows -> (number + 1), next ->> 1, \
         iif({weight} < {most}, {record}, NULL), iif({weight} < {most}, {beside}, NULL) \
         FROM filled CROSS JOIN page WHERE next IS NOT NULL) \
         SELECT {columns}substr(record, instr(record, '\n') + 1) AS record FROM filled WHERE number > 0",
        rows = rows,
        weight = &weight,
        record = record,
        beside = beside,
        most = most,
        columns = columns,
    )
}

fn lines<'a>(row: &'static str, groups: Option<Fragment<'a>>) -> Fragment<'a> {
    fragment!(
        "{row}.id || '\n' || version || '\n' || created_at || '\n' || updated_at || '\n' || {groups}'\n' || document",
        row = row,
        groups = groups,
    )
}

/// The aggregate of the records of a page, of which each is in the column `record`; nothing where
/// one is NULL.
pub const ALL: &str = "iif(count(record) < count(*), '', group_concat(record, '\u{1e}'))";

/// The aggregate of the rows `m` of `team_members` as a chunk of lines.
pub const MEMBER_CHUNK: &str =
    "group_concat(substr(m.member_type, 1, 1) || m.member_id || json_quote(m.display), '\n')";

/// The groups of a user, and a joint. Where no team of the tenant is a member of another, which one
/// look at an index tells once a statement, they are a plain join, at half the price of the walk
/// upwards.
fn groups_of<'a>(view: &View<'a>) -> Fragment<'a> {
    fragment!(
        "coalesce(CASE \
         WHEN EXISTS (SELECT 1 FROM team_members INDEXED BY team_members_nested \
         WHERE tenant_id = {tenant} AND member_type = 'Group') \
         THEN {walk} ELSE {joined} END, '') || ",
        tenant = view.tenant,
        walk = walk_upwards(None),
        joined = direct_groups(),
    )
}

/// The groups of a user where no team is in another.
fn direct_groups() -> Fragment<'static> {
    fragment!(
        "( \
         SELECT group_concat('d' || g.team_id || json_quote(substr(t.display_name, 1, {shown})), '\t') \
         FROM team_members g INDEXED BY team_members_member \
         CROSS JOIN teams t ON t.tenant_id = users.tenant_id AND t.id = g.team_id \
         WHERE g.tenant_id = users.tenant_id AND g.member_id = users.id)",
        shown = SHOWN,
    )
}

/// The groups of a user, those too that others of its groups are in.
fn walk_upwards(beside: Option<Fragment<'static>>) -> Fragment<'static> {
    fragment!(
        "({with_up} \
         SELECT {beside}group_concat(substr(g.kind, 1, 1) || g.team_id || json_quote(substr(t.display_name, 1, {shown})), '\t') AS groups \
         FROM (SELECT team_id, min(kind) AS kind FROM up GROUP BY team_id) g \
         CROSS JOIN teams t ON t.tenant_id = users.tenant_id AND t.id = g.team_id)",
        with_up = WITH_UP,
        beside = beside,
        shown = SHOWN,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_line_by_line_and_the_document_may_have_lines_of_its_own() {
        let text = "7\nv1\nthen\nnow\ndt1\"One\"\tit2\"\\\"Two\\\"\"\n{\"a\":\n1}";
        let record = Record::read(text).unwrap();
        let shown = record.shown;
        assert_eq!((shown.id, shown.version), ("7", "v1"));
        assert_eq!((shown.created, shown.last_modified), ("then", "now"));
        assert_eq!(shown.document, "{\"a\":\n1}");
        let groups: Vec<Link<'_>> = record.groups().collect();
        let link = |kind, id, display| Link {
            id,
            endpoint: "/Groups",
            kind,
            display,
        };
        assert_eq!(
            groups,
            [
                link("direct", "t1", "\"One\""),
                link("indirect", "t2", "\"\\\"Two\\\"\"")
            ]
        );
    }

    #[test]
    fn without_groups_there_are_none() {
        let record = Record::read("7\nv1\nthen\nnow\n\n{}").unwrap();
        assert_eq!(record.groups().count(), 0);
    }

    #[test]
    fn what_is_cut_short_is_no_record() {
        assert!(Record::read("7\nv1\nthen\nnow\n{}").is_err());
    }
}
