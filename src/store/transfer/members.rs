//! Who the members are that lines name.

use scim::json;
use serde_json::Value;

use super::import::{Import, SEVERAL};
use crate::expression::View;
use crate::fragment::{Fragment, value};
use crate::{Statement, fragment, statement};

/// What a line calls a member: `j.value`.
const TEXT: &str = "j.value ->> 1";

impl Import<'_> {
    /// The one resource of a type with a key, or [`SEVERAL`], where the row is of one of these
    /// kinds.
    fn one<'a>(
        &'a self,
        kinds: &'static str,
        of: &'static str,
        (table, column): (&'static str, &'static str),
        key: Option<&'static str>,
        text: &'static str,
    ) -> Fragment<'a> {
        let of_dry_run = key.map(|key| self.of_dry_run(key, of, text));
        fragment!(
            "CASE WHEN instr('{kinds}', j.value ->> 0) THEN (SELECT iif(min(id) <> max(id), '{SEVERAL}', min(id)) \
             FROM ({of_dry_run}\
             SELECT x.id FROM {table} x WHERE x.tenant_id = {tenant} AND x.{column} = {text}{is_as_stored} LIMIT 2)) END",
            kinds = kinds,
            SEVERAL = SEVERAL,
            of_dry_run = of_dry_run,
            table = table,
            tenant = self.tenant,
            column = column,
            text = text,
            is_as_stored = key.map(|_| self.is_as_stored()),
        )
    }

    /// The same by the id that another line has.
    fn of_line<'a>(&'a self, kinds: &'static str, of: &'static str) -> Fragment<'a> {
        fragment!(
            "CASE WHEN instr('{kinds}', j.value ->> 0) THEN {named} END",
            kinds = kinds,
            named = self.id_of_key("i", of, TEXT),
        )
    }

    /// Who each of these is: a row with a JSON array of texts, empty where it is nobody, else `U`
    /// or `G` for a user or a group, `=` where the membership is there already and `+` where it is
    /// not, and the id or [`SEVERAL`]. Where it is looked for who was deleted since the lines were
    /// read, such a member is nobody, and `-` says that the other end is gone. Each is its kind
    /// (`u` a user or else a group, `g` the other way round, `e` an external id, `n` a user name,
    /// `t` a group of a user), what it is called, that folded, and the other end of the membership.
    pub fn resolve(&self, names: &Value, looks_for_ends: bool) -> Statement {
        const USERS: &str = "users";
        const TEAMS: &str = "teams";
        let (user, group) = ("User", "Group");
        let of_dry_run = self.is_dry.then_some(fragment!(
                " OR EXISTS (SELECT 1 FROM import_keys k WHERE k.tenant_id = {tenant} AND k.job_id = {job} \
                 AND k.key = 'm/' || team || '/' || member)",
                tenant = self.tenant,
                job = value(self.job),
            ));
        let group_of_dry_run = self.is_dry.then_some(fragment!(
                " OR EXISTS (SELECT 1 FROM import_keys k WHERE k.tenant_id = {tenant} AND k.job_id = {job} AND k.key = 'g/' || id)",
                tenant = self.tenant,
                job = value(self.job),
            ));
        let is_gone = |end: &'static str| {
            fragment!(
                "NOT EXISTS (SELECT 1 FROM users x WHERE x.tenant_id = {tenant} AND x.id = {end}) \
                 AND NOT EXISTS (SELECT 1 FROM teams x WHERE x.tenant_id = {tenant} AND x.id = {end})",
                tenant = self.tenant,
                end = end,
            )
        };
        let new = if looks_for_ends && !self.is_dry {
            fragment!(
                "CASE WHEN r.id <> '{SEVERAL}' AND {id} THEN NULL WHEN {other} THEN '-' ELSE '+' END",
                SEVERAL = SEVERAL,
                id = is_gone("r.id"),
                other = is_gone("r.other"),
            )
        } else {
            fragment!("'+'")
        };
        statement!(
            "SELECT json_group_array(coalesce(\
             iif(EXISTS (SELECT 1 FROM teams x WHERE x.tenant_id = {tenant} AND x.id = r.id){group_of_dry_run}, 'G', 'U') || \
             iif(EXISTS (SELECT 1 FROM team_members m WHERE m.tenant_id = {tenant} AND m.team_id = team AND m.member_id = member){of_dry_run}, '=', {new}) \
             || r.id, '')) AS ids \
             FROM (SELECT id, other, iif(kind = 't', id, other) AS team, iif(kind = 't', other, id) AS member FROM (\
             SELECT j.value ->> 0 AS kind, j.value ->> 3 AS other, coalesce({group_line}, {user_line}, {other_line}, \
             {user_id}, {group_id}, {user_external}, {group_external}, {user_name}) AS id \
             FROM json_each({names}) j ORDER BY j.key LIMIT -1) LIMIT -1) r",
            tenant = self.tenant,
            group_of_dry_run = group_of_dry_run,
            of_dry_run = of_dry_run,
            new = new,
            group_line = self.of_line("g", group),
            user_line = self.of_line("ug", user),
            other_line = self.of_line("ut", group),
            user_id = self.one("ug", user, (USERS, "id"), None, TEXT),
            group_id = self.one("ugt", group, (TEAMS, "id"), None, TEXT),
            user_external = self.one("uge", user, (USERS, "external_id"), Some("e"), TEXT),
            group_external = self.one("uget", group, (TEAMS, "external_id"), Some("e"), TEXT),
            user_name = self.one(
                "ugn",
                user,
                (USERS, "user_name_folded"),
                Some("n"),
                "coalesce(j.value ->> 2, j.value ->> 1)"
            ),
            names = value(&json::text(names)),
        )
    }

    /// Those of these groups that a group is in, or is: they cannot be its members. A row with a
    /// JSON array.
    pub fn circular(&self, view: &View<'_>, group: &str, added: &Value) -> Statement {
        let of_dry_run = self.is_dry.then_some(fragment!(
            " UNION SELECT k.id FROM above CROSS JOIN import_keys k \
                 ON k.tenant_id = {tenant} AND k.job_id = {job} AND k.key = 'b/' || above.id",
            tenant = self.tenant,
            job = value(self.job),
        ));
        statement!(
            "WITH RECURSIVE above(id) AS (SELECT {group} \
             UNION SELECT m.team_id FROM above CROSS JOIN team_members m INDEXED BY team_members_nested \
             ON m.tenant_id = {tenant} AND m.member_type = 'Group' AND m.member_id = above.id{of_dry_run}) \
             SELECT json_group_array(j.value) AS ids FROM json_each({added}) j WHERE j.value IN (SELECT id FROM above)",
            group = value(group),
            tenant = view.tenant,
            of_dry_run = of_dry_run,
            added = value(&json::text(added)),
        )
    }
}
