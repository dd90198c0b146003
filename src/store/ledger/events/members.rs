//! The events of members: who came to a group and who left it.

use scim::list::List;
use scim::patch::LinkChange;
use serde_json::Value;

use super::event::{Event, Extent, Kind, MAX_NAMES, names, run};
use super::origin::Origin;
use crate::expression::View;
use crate::fragment::{Fragment, value};
use crate::guard::Guard;
use crate::limits::IDS_PER_PARAMETER;
use crate::membership::{json, moves};
use crate::read::ResourceRef;
use crate::{Statement, fragment};

/// The event of one group and no more members than it names: `added` and `removed` select them as a
/// JSON array, or nothing is. They stand in the row `o`, so that nothing is kept to be read again.
fn one_event(
    origin: &Origin<'_>,
    view: &View<'_>,
    (team, guard, version): (&str, Guard<'_>, Fragment<'_>),
    links: [Option<Fragment<'_>>; 2],
) -> Statement {
    let request = origin.request();
    let [added, removed] = links.map(|members| match members {
        Some(members) => fragment!(
            "(SELECT json_group_array(json_object('id', id, 'type', type)) FROM ({members}))",
            members = members,
        ),
        None => "'[]'".into(),
    });
    let links = fragment!(
        "(SELECT *, {added} AS added, {removed} AS removed FROM {origin} LIMIT 1) o",
        added = added,
        removed = removed,
        origin = origin,
    );
    Event {
        origin,
        from: Some(links),
        resource_type: Some(view.resource_type),
        kind: Kind(view.resource_type, "members").into(),
        id: "teams.id".into(),
        request: value(&request).into(),
        body: group_names(version),
        rows: fragment!(
            " CROSS JOIN teams ON teams.tenant_id = o.tenant_id AND teams.id = {team}{guard} \
             WHERE o.added <> '[]' OR o.removed <> '[]'",
            team = value(team),
            guard = guard,
        ),
        last: Some(("members", links_of("o"))),
        extent: Extent::One,
    }
    .insert()
}

/// What an event of members says of its group, the row `teams`, which gets the version.
fn group_names(version: Fragment<'_>) -> Fragment<'_> {
    names(
        version,
        "teams.external_id".into(),
        "teams.display_name".into(),
    )
}

/// What it says of the members in the row `links`, lists that SQLite has just printed.
fn links_of<'a>(links: &'static str) -> Fragment<'a> {
    fragment!(
        "{OPEN} || {links}.added || ',\"removed\":' || {links}.removed || '}'",
        OPEN = "'{\"added\":'",
        links = links,
    )
}

/// Events of members of any number of groups, [`MAX_NAMES`] of them each at the most, all of one
/// request, for a request is taken back by itself: `links` selects the columns `team_id`, `id`,
/// `type`, `is_added` and `request`, behind an empty row of these. The walks that part them are
/// rows that are read, so few members of one group go by [`one_event`].
fn member_events(
    origin: &Origin<'_>,
    view: &View<'_>,
    version: Fragment<'_>,
    links: Fragment<'_>,
    guard: Guard<'_>,
) -> Statement {
    Event {
        origin,
        from: None,
        resource_type: Some(view.resource_type),
        kind: Kind(view.resource_type, "members").into(),
        id: "teams.id".into(),
        request: "l.request".into(),
        body: group_names(version),
        rows: fragment!(
            " CROSS JOIN (SELECT team_id, request, \
             json_group_array(json_object('id', id, 'type', type)) FILTER (WHERE is_added) AS added, \
             json_group_array(json_object('id', id, 'type', type)) FILTER (WHERE NOT is_added) AS removed \
             FROM (SELECT *, (row_number() OVER (PARTITION BY team_id, request) - 1) / {MAX_NAMES} AS part FROM (\
             SELECT NULL AS team_id, NULL AS id, NULL AS type, NULL AS is_added, NULL AS request WHERE 0 UNION ALL {links})) \
             GROUP BY team_id, request, part) l \
             CROSS JOIN teams ON teams.tenant_id = o.tenant_id AND teams.id = l.team_id{guard}",
            MAX_NAMES = MAX_NAMES,
            links = links,
            guard = guard,
        ),
        last: Some(("members", links_of("l"))),
        extent: Extent::Many,
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
    let come = |ids| {
        fragment!(
            "SELECT {id} AS team_id, j.value AS id, \
             iif(EXISTS (SELECT 1 FROM users u WHERE u.tenant_id = {tenant} AND u.id = j.value), 'User', 'Group') AS type, \
             1 AS is_added, {request} AS request FROM json_each({ids}) j WHERE NOT EXISTS (SELECT 1 FROM team_members m \
             WHERE m.tenant_id = {tenant} AND m.team_id = {id} AND m.member_id = j.value)",
            id = value(id),
            tenant = view.tenant,
            request = request,
            ids = value(ids),
        )
    };
    let go = |ids| {
        fragment!(
            "{LEAVES}{request} AS request FROM json_each({ids}) j \
             CROSS JOIN team_members m ON m.tenant_id = {tenant} AND m.team_id = {id} AND m.member_id = j.value",
            LEAVES = LEAVES,
            request = request,
            ids = value(ids),
            tenant = view.tenant,
            id = value(id),
        )
    };
    let version = value(version).into();
    if !change.clear && change.add.len() + change.remove.len() <= MAX_NAMES {
        let group = (id, guard, version);
        let links = [add.first().map(come), remove.first().map(go)];
        return one_event(origin, view, group, links);
    }
    let except = add.iter().map(|ids| {
        fragment!(
            " AND m.member_id NOT IN (SELECT value FROM json_each({ids}))",
            ids = value(ids),
        )
    });
    let mut links: Vec<Fragment<'_>> = add.iter().map(come).list();
    if change.clear {
        links.push(fragment!(
            "{LEAVES}{request} AS request FROM team_members m WHERE m.tenant_id = {tenant} AND m.team_id = {id}{except}",
            LEAVES = LEAVES,
            request = request,
            tenant = view.tenant,
            id = value(id),
            except = except.collect::<Fragment<'_>>(),
        ));
    }
    links.extend(remove.iter().map(go));
    member_events(
        origin,
        view,
        version,
        Fragment::join(links, " UNION ALL "),
        guard,
    )
}

/// The columns of a member `m` who leaves, up to the request.
const LEAVES: &str = "SELECT m.team_id, m.member_id AS id, m.member_type AS type, 0 AS is_added, ";

/// Tells of the members of groups that were just created, so many in all.
pub fn first_members(
    origin: &Origin<'_>,
    view: &View<'_>,
    teams: &[(&str, Option<usize>)],
    members: usize,
) -> Statement {
    let version = "teams.version".into();
    if let [(id, operation)] = *teams
        && members <= MAX_NAMES
    {
        let come = fragment!(
            "SELECT m.member_id AS id, m.member_type AS type FROM team_members m \
             WHERE m.tenant_id = {tenant} AND m.team_id = {id}",
            tenant = view.tenant,
            id = value(id),
        );
        let origin = Origin {
            operation,
            ..*origin
        };
        let group = (id, Guard::None, version);
        return one_event(&origin, view, group, [Some(come), None]);
    }
    let rows = teams
        .iter()
        .map(|(id, operation)| (vec![Value::from(*id)], *operation));
    let rows = run(origin, rows);
    let links = fragment!(
        "SELECT m.team_id, m.member_id, m.member_type, 1, j.value ->> 0 FROM json_each({rows}) j \
         CROSS JOIN team_members m ON m.tenant_id = {tenant} AND m.team_id = j.value ->> 1",
        rows = value(&rows),
        tenant = view.tenant,
    );
    member_events(origin, view, version, links, Guard::None)
}

/// Tells of users just written who are about to join the groups that wait for them, which get the
/// version: of several who come with one value of the first.
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
        "SELECT DISTINCT p.team_id, p.member_id, 'User', 1, p.request FROM (\
         SELECT p.team_id, p.member_id, j.value ->> 0 AS request, min(j.key) FROM json_each({rows}) j \
         CROSS JOIN pending_ready p ON p.tenant_id = {tenant} AND p.member_id = j.value ->> 1 GROUP BY p.value, p.team_id) p \
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
    member_events(origin, view, value(version).into(), links, Guard::None)
}

/// Tells of members of many groups that are about to come and go, those that did not yet: a JSON
/// array of the group, the member, the type of the member, and 1 for who comes or 0.
pub fn of_moves(origin: &Origin<'_>, view: &View<'_>, version: &str, links: &str) -> Statement {
    let request = origin.request();
    let links = fragment!(
        "SELECT j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, {request} FROM json_each({links}) j WHERE {moves}",
        request = value(&request),
        links = value(links),
        moves = moves(view),
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
        "SELECT j.value, {user}, 'User', 1, {request} FROM json_each({ids}) j \
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
    member_events(origin, groups, value(version).into(), links, Guard::None)
}
