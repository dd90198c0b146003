//! The events of members: who came to a group and who left it.

use scim::list::List;
use scim::patch::LinkChange;
use serde_json::Value;

use super::{Event, Kind, MAX_NAMES, Origin, names, run};
use crate::expression::View;
use crate::fragment::{Fragment, value};
use crate::limits::IDS_PER_PARAMETER;
use crate::membership::json;
use crate::read::ResourceRef;
use crate::write::Guard;
use crate::{Statement, fragment};

/// Of how many members there are events to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    /// Of one group, no more than one event names.
    Few,
    /// Of any number, or of several groups.
    Many,
}

impl Extent {
    fn of(members: usize) -> Self {
        if members <= MAX_NAMES {
            Self::Few
        } else {
            Self::Many
        }
    }
}

/// Events of members, [`MAX_NAMES`] of them each at the most: `links` selects the columns
/// `team_id`, `id`, `type`, `is_added` and `request`, behind an empty row of these. The walks that
/// part them are rows that are read, so few members go without.
fn member_events(
    origin: &Origin<'_>,
    view: &View<'_>,
    version: Fragment<'_>,
    links: Fragment<'_>,
    (guard, extent): (Guard<'_>, Extent),
) -> Statement {
    let columns = fragment!(
        "SELECT NULL AS team_id, NULL AS id, NULL AS type, NULL AS is_added, NULL AS request WHERE 0{links}",
        links = links,
    );
    let (links, parts) = match extent {
        Extent::Few => (columns, ""),
        Extent::Many => (
            fragment!(
                "SELECT *, (row_number() OVER (PARTITION BY team_id) - 1) / {MAX_NAMES} AS part FROM ({columns})",
                MAX_NAMES = MAX_NAMES,
                columns = columns,
            ),
            " GROUP BY team_id, part",
        ),
    };
    Event {
        origin,
        resource_type: Some(view.resource_type),
        kind: Kind(view.resource_type, "members").into(),
        id: "teams.id".into(),
        request: "l.request".into(),
        body: fragment!(
            "{names}, 'members', json_object('added', json(l.added), 'removed', json(l.removed))",
            names = names(
                version,
                "teams.external_id".into(),
                "teams.display_name".into(),
            ),
        ),
        rows: fragment!(
            " CROSS JOIN (SELECT team_id, request, \
             json_group_array(json_object('id', id, 'type', type)) FILTER (WHERE is_added) AS added, \
             json_group_array(json_object('id', id, 'type', type)) FILTER (WHERE NOT is_added) AS removed \
             FROM ({links}){parts}) l CROSS JOIN teams ON teams.tenant_id = o.tenant_id AND teams.id = l.team_id{guard}",
            links = links,
            parts = parts,
            guard = guard,
        ),
        many: extent == Extent::Many,
    }
    .insert()
}

/// Tells of the members that are about to come and go, where some do and the group is the version
/// meant.
pub fn members(
    origin: &Origin<'_>,
    view: &View<'_>,
    (id, guard): (&str, Guard<'_>),
    version: &str,
    change: &LinkChange,
) -> Statement {
    let request = origin.request();
    let request = value(&request);
    let chunks = |ids: &[String]| ids.chunks(IDS_PER_PARAMETER).map(json).list();
    let (add, remove): (Vec<String>, Vec<String>) = (chunks(&change.add), chunks(&change.remove));
    let come = add.iter().map(|ids| {
        fragment!(
            " UNION ALL SELECT {id}, j.value, \
             iif(EXISTS (SELECT 1 FROM users u WHERE u.tenant_id = {tenant} AND u.id = j.value), 'User', 'Group'), 1, \
             {request} FROM json_each({ids}) j WHERE NOT EXISTS (SELECT 1 FROM team_members m \
             WHERE m.tenant_id = {tenant} AND m.team_id = {id} AND m.member_id = j.value)",
            id = value(id),
            tenant = view.tenant,
            request = request,
            ids = value(ids),
        )
    });
    let kept = add.iter().map(|ids| {
        fragment!(
            " AND m.member_id NOT IN (SELECT value FROM json_each({ids}))",
            ids = value(ids),
        )
    });
    let kept: Fragment<'_> = kept.collect();
    let others = fragment!(
        " UNION ALL SELECT m.team_id, m.member_id, m.member_type, 0, {request} FROM team_members m \
         WHERE m.tenant_id = {tenant} AND m.team_id = {id}{kept}",
        request = request,
        tenant = view.tenant,
        id = value(id),
        kept = kept,
    );
    let go = remove.iter().map(|ids| {
        fragment!(
            " UNION ALL SELECT m.team_id, m.member_id, m.member_type, 0, {request} FROM json_each({ids}) j \
             CROSS JOIN team_members m ON m.tenant_id = {tenant} AND m.team_id = {id} AND m.member_id = j.value",
            request = request,
            ids = value(ids),
            tenant = view.tenant,
            id = value(id),
        )
    });
    let (come, go): (Fragment<'_>, Fragment<'_>) = (come.collect(), go.collect());
    let links = fragment!(
        "{come}{others}{go}",
        come = come,
        others = change.clear.then_some(others),
        go = go,
    );
    let extent = if change.clear {
        Extent::Many
    } else {
        Extent::of(change.add.len() + change.remove.len())
    };
    member_events(origin, view, value(version).into(), links, (guard, extent))
}

/// Tells of the members of groups that were just created, so many in all.
pub fn first_members(
    origin: &Origin<'_>,
    view: &View<'_>,
    teams: &[(&str, Option<usize>)],
    members: usize,
) -> Statement {
    let rows = teams
        .iter()
        .map(|(id, operation)| (vec![Value::from(*id)], *operation));
    let rows = run(origin, rows);
    let links = fragment!(
        " UNION ALL SELECT m.team_id, m.member_id, m.member_type, 1, j.value ->> 0 FROM json_each({rows}) j \
         CROSS JOIN team_members m ON m.tenant_id = {tenant} AND m.team_id = j.value ->> 1",
        rows = value(&rows),
        tenant = view.tenant,
    );
    let extent = match teams {
        [_] => Extent::of(members),
        _ => Extent::Many,
    };
    let extent = (Guard::None, extent);
    member_events(origin, view, "teams.version".into(), links, extent)
}

/// Tells of users just written who are about to join the groups that wait for them, which get the
/// version.
pub fn of_pending(
    origin: &Origin<'_>,
    view: &View<'_>,
    users: &[(&str, Option<usize>)],
    version: &str,
) -> Statement {
    let rows = users
        .iter()
        .map(|(id, operation)| (vec![Value::from(*id)], *operation));
    let rows = run(origin, rows);
    let links = fragment!(
        " UNION ALL SELECT DISTINCT p.team_id, p.member_id, 'User', 1, j.value ->> 0 FROM json_each({rows}) j \
         CROSS JOIN pending_ready p ON p.tenant_id = {tenant} AND p.member_id = j.value ->> 1 \
         WHERE NOT EXISTS (SELECT 1 FROM team_members m \
         WHERE m.tenant_id = {tenant} AND m.team_id = p.team_id AND m.member_id = p.member_id)",
        rows = value(&rows),
        tenant = view.tenant,
    );
    of_joins(origin, view, version, links)
}

/// Tells of those who are about to join groups, which get the version: rows of the columns of
/// `member_events`.
pub fn of_joins(
    origin: &Origin<'_>,
    view: &View<'_>,
    version: &str,
    links: Fragment<'_>,
) -> Statement {
    let extent = (Guard::None, Extent::Many);
    member_events(origin, view, value(version).into(), links, extent)
}

/// Tells of members of many groups that are about to come and go: a JSON array of the group, the
/// member, the type of the member, and 1 for who comes or 0.
pub fn of_moves(origin: &Origin<'_>, view: &View<'_>, version: &str, links: &str) -> Statement {
    let request = origin.request();
    let links = fragment!(
        " UNION ALL SELECT j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, {request} FROM json_each({links}) j",
        request = value(&request),
        links = value(links),
    );
    of_joins(origin, view, version, links)
}

/// Tells of the groups that a user is about to join and leave, those of `teams` being all that it
/// will be in; where the user is there, and is the version meant.
pub fn teams(
    origin: &Origin<'_>,
    views: (&View<'_>, &View<'_>),
    (user, meant): (&str, Guard<'_>),
    teams: &[String],
    version: &str,
) -> Statement {
    let (users, groups) = views;
    let (ids, request) = (json(teams), origin.request());
    let reference = ResourceRef::Id(user.to_owned());
    let is_user = meant.exists(users, &reference);
    let links = fragment!(
        " UNION ALL SELECT j.value, {user}, 'User', 1, {request} FROM json_each({ids}) j \
         WHERE {is_user} AND NOT EXISTS (SELECT 1 FROM team_members m \
         WHERE m.tenant_id = {tenant} AND m.team_id = j.value AND m.member_id = {user}) \
         UNION ALL SELECT m.team_id, {user}, 'User', 0, {request} FROM team_members m INDEXED BY team_members_member \
         WHERE m.tenant_id = {tenant} AND m.member_id = {user} \
         AND m.team_id NOT IN (SELECT value FROM json_each({ids})) AND {is_user}",
        user = value(user),
        request = value(&request),
        ids = value(&ids),
        tenant = users.tenant,
        is_user = &is_user,
    );
    let extent = (Guard::None, Extent::Many);
    member_events(origin, groups, value(version).into(), links, extent)
}
