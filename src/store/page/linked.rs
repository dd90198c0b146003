//! A page of the users of a group, in the order of their ids. Members are kept in that order, so
//! that of each group no more are read than the page could take from it.

use super::part::{Page, Window};
use crate::Statement;
use crate::expression::View;
use crate::fragment::{Fragment, value};
use crate::predicate::members_within;
use crate::{fragment, statement};

impl Page<'_> {
    /// `FROM … WHERE …` for the users of a group.
    pub(super) fn users_of<'a>(&'a self, view: &View<'a>, group: &'a str) -> Fragment<'a> {
        let (mark, beyond, up_to, descending, farthest) = match &self.window {
            Window::Offset(_) => (None, "", "<=", "", "'~'"),
            Window::After(mark) => (Some(mark), ">", "<=", "", "'~'"),
            Window::Before(mark) => (Some(mark), "<", ">=", " DESC", "''"),
        };
        let behind_mark = move |member: &'static str| {
            mark.map(|mark| {
                fragment!(
                    " AND {member} {beyond} {id}",
                    member = member,
                    beyond = beyond,
                    id = value(&mark.id),
                )
            })
        };
        fragment!(
            " FROM users \
             WHERE {scope} AND users.id IN ({members}{behind_mark} AND m.member_id {up_to} coalesce((\
             SELECT n.member_id FROM team_members n \
             WHERE n.tenant_id = {tenant} AND n.team_id = down.team_id AND n.member_type = 'User'{n_behind_mark} \
             ORDER BY n.member_id{descending} LIMIT 1 OFFSET {reach} - 1), {farthest}))",
            scope = view.scope("users"),
            members = users_within(view, group, "m.member_id"),
            behind_mark = behind_mark("m.member_id"),
            up_to = up_to,
            tenant = view.tenant,
            n_behind_mark = behind_mark("n.member_id"),
            descending = descending,
            reach = value(self.reach()),
            farthest = farthest,
        )
    }
}

/// How many users of a group there are.
pub(super) fn count_users_of(view: &View<'_>, group: &str) -> Statement {
    let count = "count(DISTINCT m.member_id) AS total";
    statement!("{count}", count = users_within(view, group, count))
}

/// The select of `what` of the users in a group and in those within it, to be narrowed down by more
/// conditions.
fn users_within<'a>(view: &View<'a>, group: &'a str, what: &'static str) -> Fragment<'a> {
    fragment!(
        "{members} WHERE m.member_type = 'User'",
        members = members_within(view, &[group], what),
    )
}
