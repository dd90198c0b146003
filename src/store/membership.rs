//! Membership: rows that come and go, in the batch of the write that asks for it.
//!
//! Every statement here asks for the version that the batch has just given the team, so that it
//! does nothing when the team was not there or was not the version the client meant. Ids travel as
//! one JSON parameter a statement.

use scim::filter::predicate::Predicate;
use scim::list::List;
use scim::patch::LinkChange;

use super::Statement;
use super::expression::View;
use super::fragment::{Fragment, value};
use super::limits::{IDS_PER_PARAMETER, MARKED_PER_ROW, MEMBER_LOOKS};
use super::links::{Display, SHOWN, member_links};
use super::predicate::{MARKS, marks};
use super::read::{ResourceRef, from, guard, guard_expression};
use super::table::not_in;
use crate::{fragment, statement};

/// Comparisons that take as long as reading the member that is compared.
const MEMBER_READ: usize = 20;

/// Ids as JSON arrays, each within D1's limit of a parameter.
fn chunks(ids: &[String]) -> impl Iterator<Item = String> {
    ids.chunks(IDS_PER_PARAMETER).map(json)
}

pub(super) fn json(ids: &[String]) -> String {
    scim::json::text(&serde_json::Value::from(ids))
}

/// The condition that the row `r` is the team `group` and has this version now.
fn is_written<'a>(view: &View<'a>, group: &'a str, version: &'a str) -> Fragment<'a> {
    fragment!(
        "{scope} AND r.id = {group} AND r.version = {version}",
        scope = view.scope("r"),
        group = value(group),
        version = value(version),
    )
}

/// The id of the team `group` if it has this version now, else NULL: a range of members keyed by it
/// is then empty, where a condition beside the range would be asked behind each row that is read.
fn id_if_written<'a>(view: &View<'a>, group: &'a str, version: &'a str) -> Fragment<'a> {
    fragment!(
        "(SELECT r.id FROM teams r WHERE {is_written})",
        is_written = is_written(view, group, version),
    )
}

/// The condition that `j`, a team, a member, the type of the member, and 1 for what comes or 0, is
/// not so yet.
pub(super) fn moves<'a>(view: &View<'a>) -> Fragment<'a> {
    fragment!(
        "j.value ->> 3 <> EXISTS (SELECT 1 FROM team_members m WHERE m.tenant_id = {tenant} \
         AND m.team_id = j.value ->> 0 AND m.member_id = j.value ->> 1)",
        tenant = view.tenant,
    )
}

/// `FROM …` the members of a team.
fn members<'a>(view: &View<'a>, group: &'a str) -> Fragment<'a> {
    fragment!(
        " FROM team_members m WHERE m.tenant_id = {tenant} AND m.team_id = {group}",
        tenant = view.tenant,
        group = value(group),
    )
}

fn number(ids: usize) -> i64 {
    i64::try_from(ids).unwrap_or(i64::MAX)
}

/// The statements that remove members one by one, from the team that the batch has just given
/// `version`. The ids of those who were there come back.
pub fn removals(
    view: &View<'_>,
    group: &str,
    version: &str,
    change: &LinkChange,
) -> Vec<Statement> {
    let some = |which: Fragment<'_>| {
        let named = fragment!(
            " AND m.member_id {which} RETURNING member_id",
            which = which
        );
        delete(view, group, version, named)
    };
    // One is found by himself: a list would be read, and read once more.
    if let [one] = change.remove.as_slice() {
        return vec![some(fragment!("= {one}", one = value(one)))];
    }
    let removal = |ids| {
        some(fragment!(
            "IN (SELECT value FROM json_each({ids}))",
            ids = Fragment::Made(ids),
        ))
    };
    chunks(&change.remove).map(removal).list()
}

/// The statements that make the rest of the change behind [`removals`].
pub fn statements(
    view: &View<'_>,
    group: &str,
    version: &str,
    change: &LinkChange,
) -> Vec<Statement> {
    let mut statements = Vec::new();
    if change.clear {
        let except = chunks(&change.add).map(|ids| {
            fragment!(
                " AND m.member_id NOT IN (SELECT value FROM json_each({ids}))",
                ids = Fragment::Made(ids),
            )
        });
        statements.push(delete(view, group, version, except.collect()));
    }
    for ids in chunks(&change.add) {
        statements.push(insert(view, group, version, &ids));
    }
    statements
}

fn delete(view: &View<'_>, group: &str, version: &str, which: Fragment<'_>) -> Statement {
    statement!(
        "DELETE FROM team_members AS m WHERE m.tenant_id = {tenant} AND m.team_id = {written}{which}",
        tenant = view.tenant,
        written = id_if_written(view, group, version),
        which = which,
    )
}

/// Makes the resources with these ids members of a team.
fn insert(view: &View<'_>, group: &str, version: &str, ids: &str) -> Statement {
    statement!(
        "INSERT INTO team_members ({columns}) \
         SELECT {member} FROM teams r CROSS JOIN json_each({ids}) j {named} AND {is_written} ON CONFLICT DO NOTHING",
        columns = COLUMNS,
        member = member(),
        ids = value(ids),
        named = user_or_team(view),
        is_written = is_written(view, group, version),
    )
}

/// The columns of a membership, in the order in which they are inserted.
pub(super) const COLUMNS: &str = "tenant_id, team_id, member_id, member_type, display";

/// The [`COLUMNS`] of a membership of [`user_or_team`] in the team `r`.
pub(super) fn member() -> Fragment<'static> {
    fragment!(
        "r.tenant_id, r.id, j.value, iif(u.seq IS NULL, 'Group', 'User'), \
         substr(coalesce(u.display_name, u.user_name, t.display_name), 1, {shown})",
        shown = SHOWN,
    )
}

/// The user `u` or the team `t` that `j.value` names: users first, else teams.
pub(super) fn user_or_team<'a>(view: &View<'a>) -> Fragment<'a> {
    fragment!(
        "LEFT JOIN users u ON u.tenant_id = {tenant} AND u.id = j.value \
         LEFT JOIN teams t ON u.seq IS NULL AND t.tenant_id = {tenant} AND t.id = j.value \
         WHERE (u.seq IS NOT NULL OR t.seq IS NOT NULL)",
        tenant = view.tenant,
    )
}

/// The condition that holds right behind the statements that added ids to what was there, unless
/// one of them names nothing or closes a circle: then the batch must be undone. Where one statement
/// added as many as there are, they need not be looked for.
fn sound<'a>(view: &View<'a>, group: &'a str, version: &'a str, added: &[String]) -> Fragment<'a> {
    let all = (added.len() <= IDS_PER_PARAMETER).then(|| {
        fragment!(
            "changes() = {count} OR ",
            count = value(number(added.len()))
        )
    });
    let are_there = chunks(added).map(|ids| {
        fragment!(
            "NOT EXISTS (SELECT 1 FROM json_each({ids}) j \
             WHERE NOT EXISTS (SELECT 1{members} AND m.member_id = j.value))",
            ids = Fragment::Made(ids),
            members = members(view, group),
        )
    });
    fragment!(
        "version <> {version} OR (({all}{are_there}) AND {in_no_circle})",
        version = value(version),
        all = all,
        are_there = Fragment::join(are_there, " AND "),
        in_no_circle = in_no_circle(view, group),
    )
}

/// The same for a team that has nothing but the members just added, so that they need only be
/// counted, whatever statement stands in front. (Of a thousand ids, that is half of what the create
/// of a team costs.)
pub fn complete<'a>(
    view: &View<'a>,
    group: &'a str,
    version: &'a str,
    added: usize,
) -> Fragment<'a> {
    fragment!(
        "{written} IS NULL OR ((SELECT count(*){members}) = {count} AND {in_no_circle})",
        written = id_if_written(view, group, version),
        members = members(view, group),
        count = value(number(added)),
        in_no_circle = in_no_circle(view, group),
    )
}

/// The condition that a team is not above itself.
fn in_no_circle<'a>(view: &View<'a>, group: &'a str) -> Fragment<'a> {
    fragment!(
        "NOT EXISTS ({above} SELECT 1 FROM above WHERE above.id = {group})",
        above = above(view, group),
        group = value(group),
    )
}

/// What became of a change of members, right behind [`statements`]: a row with the version of the
/// team, or none where there is no such team. Fails the batch when the change is not sound.
pub fn outcome(view: &View<'_>, group: &str, version: &str, change: &LinkChange) -> Statement {
    let guard = || {
        let condition = if change.clear {
            complete(view, group, version, change.add.len())
        } else {
            sound(view, group, version, &change.add)
        };
        fragment!(", {guard} AS sound", guard = guard_expression(condition))
    };
    let reference = ResourceRef::Id(group.to_owned());
    statement!(
        "SELECT version{guard}{from}",
        guard = (!change.add.is_empty()).then(guard),
        from = from(view, &reference),
    )
}

/// The teams that `group` is in, directly or through others, as the table `above`.
pub(super) fn above<'a>(view: &View<'a>, group: &'a str) -> Fragment<'a> {
    fragment!(
        "WITH RECURSIVE above(id) AS (\
         SELECT m.team_id FROM team_members m INDEXED BY team_members_nested \
         WHERE m.tenant_id = {tenant} AND m.member_type = 'Group' AND m.member_id = {group} \
         UNION SELECT m.team_id FROM above CROSS JOIN team_members m INDEXED BY team_members_nested \
         ON m.tenant_id = {tenant} AND m.member_type = 'Group' AND m.member_id = above.id)",
        tenant = view.tenant,
        group = value(group),
    )
}

/// After a failed [`outcome`]: the ids of `added` that are `group` itself or above it, a row with a
/// JSON array for each chunk.
pub fn circular(view: &View<'_>, group: &str, added: &[String]) -> Vec<Statement> {
    let one = |ids: String| {
        statement!(
            "{above} SELECT json_group_array(j.value) AS ids FROM json_each({ids}) j \
             WHERE j.value = {group} OR j.value IN (SELECT id FROM above)",
            above = above(view, group),
            ids = value(&ids),
            group = value(group),
        )
    };
    chunks(added).map(one).list()
}

/// The ids that name nothing: a row with a JSON array for each chunk.
pub fn unknown_ids(view: &View<'_>, ids: &[String]) -> Vec<Statement> {
    let one = |ids: String| {
        statement!(
            "SELECT json_group_array(j.value) AS ids FROM json_each({ids}) j WHERE {is_no_user} AND {is_no_team}",
            ids = value(&ids),
            is_no_user = not_in("users", view.tenant),
            is_no_team = not_in("teams", view.tenant),
        )
    };
    chunks(ids).map(one).list()
}

/// The statement that fails the batch where a group has too many members to be looked at for so
/// many comparisons.
pub fn budget(view: &View<'_>, group: &str, comparisons: usize) -> Statement {
    let most = MEMBER_LOOKS / (MEMBER_READ + comparisons);
    let few = fragment!(
        "NOT EXISTS (SELECT 1{members} LIMIT 1 OFFSET {most})",
        members = members(view, group),
        most = most,
    );
    guard(few)
}

/// The members of a group that satisfy some of the predicates, each with its marks, as JSON arrays
/// (see [`read_marked`]): one walk over the group, whatever the number of predicates.
pub fn candidates(view: &View<'_>, group: &str, predicates: &[&Predicate]) -> Statement {
    let values = fragment!(
        "{members}m.tenant_id = {tenant} AND m.team_id = {group}",
        members = member_links(view),
        tenant = view.tenant,
        group = value(group),
    );
    marked_ids(view, predicates, values)
}

/// The same of some ids, whose users or teams are taken as they would be as members.
pub fn candidates_among(view: &View<'_>, ids: &[String], predicates: &[&Predicate]) -> Statement {
    let ids = json(ids);
    let display = Display {
        name: "coalesce(u.display_name, u.user_name, t.display_name)",
        folded: "coalesce(u.display_name_folded, u.user_name_folded, t.display_name_folded)",
        image: "coalesce(u.folded, t.folded)",
    };
    let values = fragment!(
        "SELECT j.value AS value, iif(u.seq IS NULL, 'group', 'user') AS kind, {display} AS display, \
         {base} || iif(u.seq IS NULL, '/Groups/', '/Users/') || j.value AS address \
         FROM json_each({ids}) j {named}",
        display = display,
        base = value(view.base),
        ids = value(&ids),
        named = user_or_team(view),
    );
    marked_ids(view, predicates, values)
}

/// Rows of marked ids. (The limits keep the selects apart: a display, or a mark, is made once for
/// each.)
fn marked_ids(view: &View<'_>, predicates: &[&Predicate], values: Fragment<'_>) -> Statement {
    let columns = predicates.len().div_ceil(MARKS);
    let shown = (0..columns).map(|column| fragment!(" || ' ' || c.marks{column}", column = column));
    let others = (1..columns).map(|column| fragment!(" OR marks{column}", column = column));
    statement!(
        "SELECT json_group_array(c.value{shown}) AS ids \
         FROM (SELECT *, row_number() OVER (ORDER BY value) AS n \
         FROM (SELECT e.value AS value, {marks} FROM ({values} LIMIT -1) e LIMIT -1) WHERE marks0{others}) c \
         GROUP BY c.n / {most}",
        shown = shown.collect::<Fragment<'_>>(),
        marks = marks(view, predicates),
        values = values,
        others = others.collect::<Fragment<'_>>(),
        most = MARKED_PER_ROW,
    )
}

/// Reads an id of [`candidates`], and which of the predicates it satisfies.
pub fn read_marked(text: &str) -> (&str, Vec<usize>) {
    let mut words = text.split(' ');
    let id = words.next().unwrap_or_default();
    let mut satisfied = Vec::new();
    for (column, word) in words.enumerate() {
        let mut marks: u64 = word.parse().unwrap_or_default();
        while marks > 0 {
            satisfied.push(column * MARKS + marks.trailing_zeros() as usize);
            marks &= marks - 1;
        }
    }
    (id, satisfied)
}
