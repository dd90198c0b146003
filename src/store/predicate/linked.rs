//! Conditions on links, asked from their other end: once a statement it is found which teams, or
//! members, satisfy them, and who is in those.

use std::cell::Cell;

use scim::filter::predicate::{Place, Predicate};
use scim::json;

use super::elements::{Elements, conditions};
use super::join::among;
use super::lookup::only_values;
use super::marks::{COUNT_BITS, COUNTS, columns, count, verdict};
use super::writer::{Writer, near};
use crate::expression::View;
use crate::fragment;
use crate::fragment::Fragment;
use crate::links::{team_columns, user_columns};
use crate::table::LinkEnd;

/// Links that are looked at in the time that a pair of teams is walked to.
const LINKS_PER_PAIR: usize = 10;
/// Up to so many comparisons with what a link's other end is called, to make that name for each
/// costs no more than to keep it.
const FEW: usize = 4;

impl<'a> Writer<'a, '_> {
    /// The condition that a link satisfies this.
    pub(super) fn linked(self, holds: &Predicate) -> Fragment<'a> {
        let view = &self.view;
        if self.shared.is_some() && only_values(holds).is_none() {
            return self.linked_marks(&Elements::Some(holds.clone()));
        }
        match (only_values(holds), view.table().links) {
            (Some(values), LinkEnd::Members) => fragment!(
                "teams.id IN (SELECT m.team_id FROM team_members m INDEXED BY team_members_member \
                     WHERE m.tenant_id = {tenant} AND m.member_id{among})",
                tenant = view.tenant,
                among = among(&values),
            ),
            (Some(values), LinkEnd::Groups | LinkEnd::None) => fragment!(
                "users.id IN ({members})",
                members = members_within(view, &values, "m.member_id"),
            ),
            // In a select of its own its levels are not counted with those around it.
            (None, _) if is_walked(view, &[holds]) => fragment!(
                "users.id IN (SELECT id FROM (\
                     WITH RECURSIVE {ends}, \
                     within(via) AS (\
                     SELECT e.via FROM ends e WHERE {holds} \
                     UNION SELECT m.member_id FROM within {below}) \
                     SELECT {near} AS id FROM within e {memberships}))",
                ends = ends(view, false, holds.tests()),
                holds = self.condition(holds, false),
                below = below(view, "within"),
                near = near(view),
                memberships = memberships(view, &[holds]),
            ),
            (None, _) => fragment!(
                "{row}.id IN (SELECT id FROM (\
                     WITH RECURSIVE {ends} \
                     SELECT {near} AS id FROM ends e {memberships} WHERE {holds}))",
                row = view.row(),
                ends = ends(view, true, holds.tests()),
                near = near(view),
                memberships = memberships(view, &[holds]),
                holds = self.condition(holds, false),
            ),
        }
    }

    /// Conditions on links: what satisfies them is marked, and those who are linked get the marks.
    pub(super) fn linked_marks(self, elements: &Elements) -> Fragment<'a> {
        // Who has no link is in no list of those who have: so the others are listed who do not
        // satisfy it.
        let is_not = elements.hold_of_none();
        let elements = elements.clone().negate(is_not);
        let mut places = self.shared.map(Cell::take).unwrap_or_default();
        places.push(elements.clone());
        let conditions = conditions(&places);
        let with = (self.shared.is_none()).then(|| self.counted(&conditions));
        let marked = fragment!(
            "{row}.id {is_in} ({with}\
                 SELECT id FROM (SELECT id, {outcome} AS holds FROM counted) WHERE holds)",
            row = self.view.row(),
            is_in = if is_not { "NOT IN" } else { "IN" },
            with = with,
            outcome = verdict(&elements, &conditions),
        );
        if let Some(shared) = self.shared {
            shared.set(places);
        }
        marked
    }

    /// A condition with what it shares. In a select of its own its levels are not counted twice.
    pub(super) fn sharing(self, conditions: &[&Predicate], whole: Fragment<'a>) -> Fragment<'a> {
        let inside = Writer {
            element: self.view.resource_type.linked(),
            ..self
        };
        fragment!(
            "(EXISTS ({with}SELECT 1 FROM (SELECT 1 WHERE {whole})))",
            with = inside.counted(conditions),
            whole = whole,
        )
    }

    /// `WITH …`: the table `counted`, of who is linked to what satisfies some conditions, and of
    /// which, as columns `c0`, `c1`, …
    fn counted(self, conditions: &[&Predicate]) -> Fragment<'a> {
        let view = &self.view;
        let places = conditions.len();
        let tests = conditions.iter().map(|condition| condition.tests()).sum();
        // Marks are counted, a byte each, which is one sum for seven of them. No byte
        // overflows: they are counted of 250 ends at a time.
        let is_walked = is_walked(view, conditions);
        fragment!(
            "WITH RECURSIVE {ends}, \
                 own AS MATERIALIZED (\
                 SELECT * FROM (SELECT e.via, e.value, e.kind, {marks} FROM ends e LIMIT -1) WHERE {is_marked}), \
                 {inherited}marked AS MATERIALIZED (\
                 SELECT *, row_number() OVER () / 250 AS part FROM {from}), \
                 counted AS MATERIALIZED (\
                 SELECT id, {each} FROM (\
                 SELECT {near} AS id, {counts} FROM marked e {memberships} GROUP BY {near}, e.part) GROUP BY id) ",
            ends = ends(view, !is_walked, tests),
            marks = self.mark_columns(conditions, (COUNTS, COUNT_BITS)),
            is_marked = columns(places, " OR ", |column| fragment!(
                "marks{column}",
                column = column
            )),
            inherited = is_walked.then(|| inherited_marks(view, places)),
            from = if is_walked {
                "(SELECT * FROM own UNION ALL SELECT * FROM inherited)"
            } else {
                "own"
            },
            counts = columns(places, ", ", |column| {
                fragment!("sum(e.marks{column}) AS counts{column}", column = column)
            }),
            each = Fragment::join((0..places).map(count), ", "),
            near = near(view),
            memberships = memberships(view, conditions),
        )
    }
}

/// The join of the memberships `m` of the link's other end `e`.
fn memberships<'a>(view: &View<'a>, conditions: &[&Predicate]) -> Fragment<'a> {
    let asks_type = conditions.iter().any(|condition| asks_type(condition));
    if view.table().links == LinkEnd::Members {
        return fragment!(
            "CROSS JOIN team_members m INDEXED BY team_members_member \
                 ON m.tenant_id = {tenant} AND m.member_id = e.via",
            tenant = view.tenant,
        );
    }
    // Who is in a team, and in one within it, is in it directly.
    let once = fragment!(
        " AND (e.kind = 'direct' OR NOT EXISTS (\
             SELECT 1 FROM team_members d \
             WHERE d.tenant_id = {tenant} AND d.team_id = e.value AND d.member_id = m.member_id))",
        tenant = view.tenant,
    );
    fragment!(
        "CROSS JOIN team_members m ON m.tenant_id = {tenant} AND m.team_id = e.via{once}",
        tenant = view.tenant,
        once = asks_type.then_some(once),
    )
}

/// Whether the users in the teams that satisfy conditions are found by a walk down from those: each
/// team is come to once, however they lie within each other. Where the type is asked it is not
/// enough to come to a team, for what matters is from which, and whether a user is in that one as
/// well.
fn is_walked(view: &View<'_>, conditions: &[&Predicate]) -> bool {
    view.table().links != LinkEnd::Members && !conditions.iter().any(|holds| asks_type(holds))
}

/// The join of the teams `m` that are within those of a table.
fn below<'a>(view: &View<'a>, teams: &'static str) -> Fragment<'a> {
    fragment!(
        "CROSS JOIN team_members m INDEXED BY team_members_within \
         ON m.tenant_id = {tenant} AND m.team_id = {teams}.via AND m.member_type = 'Group'",
        tenant = view.tenant,
        teams = teams,
    )
}

/// The marks that teams have from those that they are within: a walk down with each mark, which
/// comes to a team once.
fn inherited_marks<'a>(view: &View<'a>, conditions: usize) -> Fragment<'a> {
    let numbers = Fragment::join((0..conditions).map(Fragment::from), ",");
    let marks = (0..conditions.div_ceil(COUNTS))
        .map(|column| fragment!(" WHEN {column} THEN own.marks{column}", column = column))
        .collect::<Fragment<'_>>();
    let sums = columns(conditions, ", ", |column| {
        fragment!(
            "sum(iif(place / {marks} = {column}, 1 << place % {marks} * {bits}, 0))",
            marks = COUNTS,
            column = column,
            bits = COUNT_BITS,
        )
    });
    fragment!(
        "within(via, place) AS (\
         SELECT m.member_id, p.value FROM own {below_own} CROSS JOIN json_each('[{numbers}]') p \
         WHERE CASE p.value / {marks}{columns} END >> p.value % {marks} * {bits} & 1 \
         UNION SELECT m.member_id, within.place FROM within {below}), \
         inherited AS (SELECT via, via, 'indirect', {sums} FROM within GROUP BY via), ",
        below_own = below(view, "own"),
        numbers = numbers,
        marks = COUNTS,
        columns = marks,
        bits = COUNT_BITS,
        below = below(view, "within"),
        sums = sums,
    )
}

/// What resources are linked to, once each, as the table `ends`. Who has a membership with `via`
/// has the link: for the users in a team that is the team itself and, if asked for, each team
/// within it. For many comparisons it is made once what each is called.
fn ends<'a>(view: &View<'a>, nested: bool, comparisons: usize) -> Fragment<'a> {
    let once = (comparisons > FEW).then_some("MATERIALIZED ");
    if view.table().links == LinkEnd::Members {
        return fragment!(
            "ends(via, value, kind, display, address) AS {once}(\
                 SELECT u.id, u.id, 'user', {user} FROM users u WHERE u.tenant_id = {tenant} \
                 UNION ALL SELECT t.id, t.id, 'group', {team} FROM teams t WHERE t.tenant_id = {tenant} \
                 AND EXISTS (SELECT 1 FROM team_members INDEXED BY team_members_nested \
                 WHERE tenant_id = {tenant} AND member_type = 'Group'))",
            once = once,
            tenant = view.tenant,
            user = user_columns(view),
            team = team_columns(view),
        );
    }
    let direct = fragment!(
        "ends(via, value, kind, display, address) AS {once}(\
             SELECT t.id, t.id, 'direct', {team} FROM teams t WHERE t.tenant_id = {tenant}",
        once = once,
        team = team_columns(view),
        tenant = view.tenant,
    );
    if !nested {
        return fragment!("{direct})", direct = direct);
    }
    fragment!(
        "above(via, id) AS ({above}), \
         {direct} \
         UNION ALL SELECT above.via, t.id, 'indirect', {team} FROM above \
         CROSS JOIN teams t ON t.tenant_id = {tenant} AND t.id = above.id)",
        above = above(view),
        direct = direct,
        tenant = view.tenant,
        team = team_columns(view),
    )
}

/// The select of each team `via` with each team `id` that it is within, directly or through others,
/// from the table `above`.
fn above<'a>(view: &View<'a>) -> Fragment<'a> {
    fragment!(
        "SELECT m.member_id, m.team_id FROM team_members m INDEXED BY team_members_nested \
         WHERE m.tenant_id = {tenant} AND m.member_type = 'Group' \
         UNION SELECT above.via, m.team_id FROM above \
         CROSS JOIN team_members m INDEXED BY team_members_nested \
         ON m.tenant_id = {tenant} AND m.member_id = above.id AND m.member_type = 'Group'",
        tenant = view.tenant,
    )
}

/// The number of links to teams through teams within them, that conditions which ask their type are
/// made with, as far as this limit; where more pairs of teams are within each other than a part of
/// it, that limit: to walk so many takes as long as all the looks.
pub(crate) fn indirect_links<'a>(view: &View<'a>, limit: usize) -> Fragment<'a> {
    let pairs = limit / LINKS_PER_PAIR;
    fragment!(
        "(WITH RECURSIVE above(via, id) AS ({above} LIMIT {more}) \
         SELECT iif((SELECT count(*) FROM above) > {pairs}, {limit}, (SELECT count(*) FROM (\
         SELECT 1 FROM above LEFT JOIN team_members m ON m.tenant_id = {tenant} AND m.team_id = above.via LIMIT {limit}))))",
        above = above(view),
        more = pairs + 1,
        pairs = pairs,
        tenant = view.tenant,
        limit = limit,
    )
}

/// The number of teams within others, once for each of those that they are directly in, as far as
/// this limit.
pub(crate) fn nestings<'a>(view: &View<'a>, limit: usize) -> Fragment<'a> {
    fragment!(
        "(SELECT count(*) FROM (SELECT 1 FROM team_members INDEXED BY team_members_nested \
         WHERE tenant_id = {tenant} AND member_type = 'Group' LIMIT {limit}))",
        tenant = view.tenant,
        limit = limit,
    )
}

/// The number of memberships, as far as this limit.
pub(crate) fn memberships_upto<'a>(view: &View<'a>, limit: usize) -> Fragment<'a> {
    fragment!(
        "(SELECT count(*) FROM (SELECT 1 FROM team_members WHERE tenant_id = {tenant} LIMIT {limit}))",
        tenant = view.tenant,
        limit = limit,
    )
}

/// The number of memberships whose other end satisfies this, as far as this limit.
pub(crate) fn matched_links<'a>(view: &View<'a>, holds: &Predicate, limit: usize) -> Fragment<'a> {
    let writer = Writer {
        view: *view,
        element: view.resource_type.linked(),
        unpacked: false,
        few: false,
        shared: None,
    };
    fragment!(
        "(SELECT count(*) FROM (WITH {ends} SELECT 1 FROM ends e {memberships} WHERE {holds} LIMIT {limit}))",
        ends = ends(view, false, holds.tests()),
        memberships = memberships(view, &[]),
        holds = writer.condition(holds, false),
        limit = limit,
    )
}

/// Whether a predicate about a user's group asks its type: direct, or indirect.
pub(crate) fn asks_type(predicate: &Predicate) -> bool {
    match predicate {
        Predicate::Test(Place::Sub(sub), _) => sub.name == "type",
        Predicate::Not(part) => asks_type(part),
        Predicate::All(parts) | Predicate::Any(parts) => parts.iter().any(asks_type),
        Predicate::Element { of, holds } => of.attribute.linked && asks_type(holds),
        Predicate::Test(..) | Predicate::Constant(_) => false,
    }
}

/// The select of `what` of the members `m` of some teams and of those within them, `down`, directly
/// or through others. Their members are read for that only where any team of the tenant is a member
/// of another, which one look at an index tells.
pub fn members_within<'a>(view: &View<'a>, teams: &[&str], what: &'static str) -> Fragment<'a> {
    let tenant = view.tenant;
    let seed = match teams {
        [team] => Fragment::Made((*team).to_owned()),
        several => fragment!(
            "value FROM json_each({several})",
            several = Fragment::Made(json::text(&serde_json::Value::from(several))),
        ),
    };
    fragment!(
        "WITH RECURSIVE down(team_id) AS (\
         SELECT {seed} UNION SELECT m.member_id FROM down \
         CROSS JOIN team_members m ON m.tenant_id = {tenant} AND m.team_id = down.team_id \
         WHERE m.member_type = 'Group' AND EXISTS (SELECT 1 FROM team_members INDEXED BY team_members_nested \
         WHERE tenant_id = {tenant} AND member_type = 'Group')) \
         SELECT {what} FROM down \
         CROSS JOIN team_members m ON m.tenant_id = {tenant} AND m.team_id = down.team_id",
        seed = seed,
        tenant = tenant,
        what = what,
    )
}
