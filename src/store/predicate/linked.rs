//! Conditions on links, asked from their other end: once a statement it is found which teams, or members, satisfy them,
//! and who is in those.

use scim::filter::predicate::{Place, Predicate};

use super::elements::{COUNT_BITS, COUNTS, Elements, Outcome, columns, write_count};
use super::lookup::only_values;
use super::{Writer, among, near};
use crate::Statement;
use crate::expression::View;
use crate::fragment::{Fragment, Written, value};
use crate::links::{team_columns, user_columns};
use crate::table::Links;
use crate::{fragment, write_sql};

impl Writer<'_> {
    /// The condition that a link satisfies this.
    pub(super) fn linked(self, holds: &Predicate) -> impl Fragment {
        Written(move |statement: &mut Statement| {
            let view = self.view;
            match (only_values(holds), view.table().links) {
                (Some(values), Links::Members) => write_sql!(
                    statement,
                    "teams.id IN (SELECT m.team_id FROM team_members m INDEXED BY team_members_member \
                     WHERE m.tenant_id = {tenant} AND m.member_id{among})",
                    tenant = view.tenant,
                    among = among(&values),
                ),
                (Some(values), Links::Groups | Links::None) => write_sql!(
                    statement,
                    "users.id IN ({members})",
                    members = members_within(view, &values, "m.member_id"),
                ),
                // In a select of its own its levels are not counted with those around it.
                (None, _) => write_sql!(
                    statement,
                    "{row}.id IN (SELECT id FROM (\
                     WITH RECURSIVE {ends} \
                     SELECT {near} AS id FROM ends e {memberships} WHERE {holds}))",
                    row = view.row(),
                    ends = ends(view),
                    near = near(view),
                    memberships = memberships(view, &[holds]),
                    holds = self.condition(holds, false),
                ),
            }
        })
    }

    /// Conditions on links: what satisfies them is marked, and those who are linked get the marks.
    pub(super) fn linked_marks(self, asked: &Elements) -> impl Fragment {
        let view = self.view;
        // Who has no link is in no list of those who have: so the others are listed who do not satisfy it.
        let negated = asked.hold_of_none();
        let asked = asked.clone().negated(negated);
        Written(move |statement: &mut Statement| {
            let conditions = asked.conditions();
            let count = conditions.len();
            // Marks are counted, a byte each, which is one sum for seven of them. No byte overflows: of 250 ends, who has
            // links has each once.
            write_sql!(
                statement,
                "{row}.id {is_in} (\
                 WITH RECURSIVE {ends}, \
                 marked AS MATERIALIZED (\
                 SELECT *, row_number() OVER () / 250 AS part \
                 FROM (SELECT e.via, e.value, e.kind, {marks} FROM ends e LIMIT -1) WHERE {is_marked}), \
                 counted AS (\
                 SELECT {near} AS id, {counts} FROM marked e {memberships} GROUP BY {near}, e.part) \
                 SELECT id FROM (SELECT id, {outcome} AS holds FROM counted GROUP BY id) WHERE holds)",
                row = view.row(),
                is_in = if negated { "NOT IN" } else { "IN" },
                ends = ends(view),
                marks = self.mark_columns(&conditions, (COUNTS, COUNT_BITS)),
                is_marked = columns(count, " OR ", |column| fragment!(
                    "marks{column}",
                    column = column
                )),
                counts = columns(count, ", ", |column| {
                    fragment!("sum(e.marks{column}) AS counts{column}", column = column)
                }),
                near = near(view),
                outcome = Outcome {
                    asked: &asked,
                    conditions: &conditions,
                    of: write_count,
                },
                memberships = memberships(view, &conditions),
            );
        })
    }
}

/// The join of the memberships `m` of the link's other end `e`.
fn memberships(view: &View<'_>, conditions: &[&Predicate]) -> impl Fragment {
    let asks_type = conditions.iter().any(|condition| asks_type(condition));
    Written(move |statement: &mut Statement| {
        if view.table().links == Links::Members {
            write_sql!(
                statement,
                "CROSS JOIN team_members m INDEXED BY team_members_member \
                 ON m.tenant_id = {tenant} AND m.member_id = e.via",
                tenant = view.tenant,
            );
            return;
        }
        // Who is in a team, and in one within it, is in it directly.
        let once = fragment!(
            " AND (e.kind = 'direct' OR NOT EXISTS (\
             SELECT 1 FROM team_members d \
             WHERE d.tenant_id = {tenant} AND d.team_id = e.value AND d.member_id = m.member_id))",
            tenant = view.tenant,
        );
        write_sql!(
            statement,
            "CROSS JOIN team_members m ON m.tenant_id = {tenant} AND m.team_id = e.via{once}",
            tenant = view.tenant,
            once = asks_type.then_some(once),
        );
    })
}

/// What resources are linked to, once each, as the table `ends`. Who has a membership with `via` has the link: for the
/// users in a team that is the team itself, and each team within it.
fn ends(view: &View<'_>) -> impl Fragment {
    Written(move |statement: &mut Statement| {
        let team = team_columns(view);
        if view.table().links == Links::Members {
            write_sql!(
                statement,
                "ends(via, value, kind, display, address) AS (\
                 SELECT u.id, u.id, 'user', {user} FROM users u WHERE u.tenant_id = {tenant} \
                 UNION ALL SELECT t.id, t.id, 'group', {team} FROM teams t WHERE t.tenant_id = {tenant} \
                 AND EXISTS (SELECT 1 FROM team_members INDEXED BY team_members_nested \
                 WHERE tenant_id = {tenant} AND member_type = 'Group'))",
                tenant = view.tenant,
                user = user_columns(view),
                team = team,
            );
        } else {
            write_sql!(
                statement,
                "above(via, id) AS (\
                 SELECT m.member_id, m.team_id FROM team_members m INDEXED BY team_members_nested \
                 WHERE m.tenant_id = {tenant} AND m.member_type = 'Group' \
                 UNION SELECT above.via, m.team_id FROM above \
                 CROSS JOIN team_members m INDEXED BY team_members_nested \
                 ON m.tenant_id = {tenant} AND m.member_id = above.id AND m.member_type = 'Group'), \
                 ends(via, value, kind, display, address) AS (\
                 SELECT t.id, t.id, 'direct', {team} FROM teams t WHERE t.tenant_id = {tenant} \
                 UNION ALL SELECT above.via, t.id, 'indirect', {team} FROM above \
                 CROSS JOIN teams t ON t.tenant_id = {tenant} AND t.id = above.id)",
                tenant = view.tenant,
                team = team,
            );
        }
    })
}

/// Whether a predicate about a user's group asks its type: direct, or indirect.
fn asks_type(predicate: &Predicate) -> bool {
    match predicate {
        Predicate::Test(Place::Sub(sub), _) => sub.name == "type",
        Predicate::Not(part) => asks_type(part),
        Predicate::All(parts) | Predicate::Any(parts) => parts.iter().any(asks_type),
        Predicate::Test(..) | Predicate::Constant(_) | Predicate::Element { .. } => false,
    }
}

/// The select of `what` of the members `m` of some teams and of those within them, `down`, directly or through others.
/// Their members are read for that only where any team of the tenant is a member of another, which one look at an index
/// tells.
pub fn members_within<'a>(
    view: &View<'a>,
    teams: &[&str],
    what: &'static str,
) -> impl Fragment + use<'a> {
    let teams = match teams {
        [team] => Ok((*team).to_owned()),
        several => Err(serde_json::Value::from(several).to_string()),
    };
    let tenant = view.tenant;
    let seed = Written(move |statement: &mut Statement| match &teams {
        Ok(team) => value(team).write(statement),
        Err(several) => write_sql!(
            statement,
            "value FROM json_each({several})",
            several = value(several),
        ),
    });
    fragment!(
        "WITH RECURSIVE down(team_id) AS (\
         SELECT {seed} UNION SELECT m.member_id FROM down \
         CROSS JOIN team_members m ON m.tenant_id = {tenant} AND m.team_id = down.team_id \
         WHERE m.member_type = 'Group' AND EXISTS (SELECT 1 FROM team_members INDEXED BY team_members_nested \
         WHERE tenant_id = {tenant} AND member_type = 'Group')) \
         SELECT {what} FROM down \
         CROSS JOIN team_members m ON m.tenant_id = {tenant} AND m.team_id = down.team_id",
        seed = &seed,
        tenant = tenant,
        what = what,
    )
}
