//! A page of the users of a group, in the order of their ids. Members are kept in that order, so that of each group no more
//! are read than the page could take from it.

use super::{Page, Window};
use crate::store::Statement;
use crate::store::expression::View;
use crate::store::predicate::push_members_within;
use crate::store::table::push_scope;

impl Page<'_> {
    /// Appends `FROM … WHERE …` for the users of a group.
    pub(super) fn push_users_of(&self, statement: &mut Statement, view: &View<'_>, group: &str) {
        let (mark, beyond, up_to, descending, farthest) = match &self.window {
            Window::Offset(_) => (None, "", " <= ", "", "'~'"),
            Window::After(mark) => (Some(mark), " > ", " <= ", "", "'~'"),
            Window::Before(mark) => (Some(mark), " < ", " >= ", " DESC", "''"),
        };
        let push_mark = |statement: &mut Statement, member: &str| {
            if let Some(mark) = mark {
                statement.push(" AND ").push(member);
                statement.push(beyond).bind(mark.id.as_str());
            }
        };
        statement.push(" FROM users WHERE ");
        push_scope(statement, view.resource_type, "users", view.tenant);
        statement.push(" AND users.id IN (");
        push_users_within(statement, view, group, "m.member_id");
        push_mark(statement, "m.member_id");
        statement.push(" AND m.member_id").push(up_to);
        statement.push("coalesce((SELECT n.member_id FROM team_members n WHERE n.tenant_id = ");
        view.tenant.push(statement);
        statement.push(" AND n.team_id = down.team_id AND n.member_type = 'User'");
        push_mark(statement, "n.member_id");
        statement
            .push(" ORDER BY n.member_id")
            .push(descending)
            .push(" LIMIT 1 OFFSET ")
            .bind(self.reach())
            .push(" - 1), ")
            .push(farthest)
            .push("))");
    }
}

/// How many users of a group there are.
pub(super) fn count_users_of(view: &View<'_>, group: &str) -> Statement {
    let mut statement = Statement::default();
    let what = "count(DISTINCT m.member_id) AS total";
    push_users_within(&mut statement, view, group, what);
    statement
}

/// Appends the select of `what` of the users in a group and in those within it, to be narrowed down by more conditions.
fn push_users_within(statement: &mut Statement, view: &View<'_>, group: &str, what: &'static str) {
    push_members_within(statement, view, &[group], what);
    statement.push(" WHERE m.member_type = 'User'");
}
