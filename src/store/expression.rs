//! An attribute as SQL: where its value stands in a row.
//!
//! The row of the resource goes by the name of its table in every statement, which is how `RETURNING` knows it, too.
//! Values are those of the comparison image.

use scim::path::Location;
use scim::resource_type::{GROUP_TYPE, ResourceType, USER_TYPE};
use scim::schema::Attribute;

use super::table::{Key, Table};
use super::{Statement, tenant::Tenant};

/// What a statement about the resources of a type needs to know.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The type.
    pub resource_type: &'static ResourceType,
    /// Whose resources.
    pub tenant: &'a Tenant,
    /// The base URL of addresses, without a slash at the end.
    pub base: &'a str,
    /// Whether no two groups of the tenant have one name.
    pub unique_group_names: bool,
}

impl View<'_> {
    /// The name of the resource's row.
    pub fn row(&self) -> &'static str {
        Table::of(self.resource_type).name
    }

    /// The key that no two resources of this type share, if there is one.
    pub fn unique_key(&self) -> Option<&'static Key> {
        let table = Table::of(self.resource_type);
        let shares = table.alone.is_some() && !self.unique_group_names;
        table.keys.iter().find(|key| key.unique && !shares)
    }

    /// The column that says whether a row's unique key is its alone, and what a name just given has there.
    pub fn alone(&self) -> Option<(&'static str, &'static str)> {
        let column = Table::of(self.resource_type).alone?;
        Some((column, if self.unique_group_names { "1" } else { "NULL" }))
    }

    /// Appends a column of the resource's row.
    pub fn push_column(&self, statement: &mut Statement, column: &str) {
        statement.push(self.row()).push(".").push(column);
    }
}

/// Appends a JSON path literal, such as `'$.name.familyName'` or `'$."urn:…"."manager"'`.
///
/// Every segment is a name out of the schema tables, whose characters the tables' own checks allow.
pub fn push_json_path(statement: &mut Statement, segments: &[&str]) {
    statement.push("'$");
    for segment in segments {
        let plain = segment
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        statement.push(if plain { "." } else { ".\"" });
        statement.push(segment);
        statement.push(if plain { "" } else { "\"" });
    }
    statement.push("'");
}

/// The path of a location within a document.
pub fn segments(location: &Location) -> Vec<&'static str> {
    let mut segments = Vec::with_capacity(3);
    segments.extend(location.extension.map(|schema| schema.uri));
    segments.push(location.attribute.name);
    segments.extend(location.sub.map(|sub| sub.name));
    segments
}

/// Appends the value of a singular attribute or sub-attribute; for a multi-valued or complex one its JSON, which is
/// NULL exactly when the attribute is unassigned.
pub fn push_value(statement: &mut Statement, view: &View<'_>, location: &Location) {
    push_value_by(statement, view, location, " ->> ");
}

/// The same by this arrow: ` ->> ` for the value, ` -> ` for its JSON text where it is in the image.
pub fn push_value_by(statement: &mut Statement, view: &View<'_>, location: &Location, arrow: &str) {
    if location.extension.is_none() {
        match (location.attribute.name, location.sub.map(|sub| sub.name)) {
            ("id", None) => {
                view.push_column(statement, "id");
                return;
            }
            ("meta", sub) => {
                push_meta(statement, view, sub);
                return;
            }
            (name, None) => {
                if let Some(key) = Table::of(view.resource_type).key(name) {
                    view.push_column(statement, key.column);
                    return;
                }
            }
            (_, Some(_)) => {}
        }
    }
    view.push_column(statement, "folded");
    statement.push(arrow);
    push_json_path(statement, &segments(location));
}

/// Appends a part of `meta`, which is made of columns and is never unassigned.
fn push_meta(statement: &mut Statement, view: &View<'_>, sub: Option<&str>) {
    match sub {
        // The image has nine digits of a second, the columns three.
        Some("created") => push_instant(statement, view, "created_at"),
        Some("lastModified") => push_instant(statement, view, "updated_at"),
        Some("version") => {
            statement.push("('W/\"' || ");
            view.push_column(statement, "version");
            statement.push(" || '\"')");
        }
        Some("location") => {
            statement.push("(").bind(view.base);
            statement
                .push(" || '")
                .push(view.resource_type.endpoint)
                .push("/' || ");
            view.push_column(statement, "id");
            statement.push(")");
        }
        Some(_) | None => {
            statement.push("'").push(view.resource_type.name).push("'");
        }
    }
}

/// Appends a time: the image has nine digits of a second, the column three.
fn push_instant(statement: &mut Statement, view: &View<'_>, column: &str) {
    statement.push("(substr(");
    view.push_column(statement, column);
    statement.push(", 1, 23) || '000000Z')");
}

/// The table expression of a linked attribute's values for the resource's row: columns `value`, `kind`, `display` (folded)
/// and `address`, as the alias `e`.
pub fn push_links(statement: &mut Statement, view: &View<'_>) {
    statement.push("(");
    if *view.resource_type == USER_TYPE {
        push_groups_of(statement);
        statement.push(" SELECT up.team_id AS value, min(up.kind) AS kind, ");
        push_team_columns(statement, view);
        statement.push(
            " FROM up CROSS JOIN teams t \
                 ON t.tenant_id = users.tenant_id AND t.id = up.team_id GROUP BY up.team_id",
        );
    } else {
        push_member_links(statement, view);
        statement.push("m.tenant_id = teams.tenant_id AND m.team_id = teams.id");
    }
    statement.push(") e");
}

/// Appends `display` and `address` of a team `t`, among the groups of a user or the members of a group.
pub(super) fn push_team_columns(statement: &mut Statement, view: &View<'_>) {
    push_display(
        statement,
        "t.display_name",
        "t.display_name_folded",
        "t.folded",
    );
    statement
        .push(" AS display, ")
        .bind(view.base)
        .push(" || '/Groups/' || t.id AS address");
}

/// Appends the same of a user `u` among the members of a group.
pub(super) fn push_user_columns(statement: &mut Statement, view: &View<'_>) {
    push_display(
        statement,
        "coalesce(u.display_name, u.user_name)",
        "coalesce(u.display_name_folded, u.user_name_folded)",
        "u.folded",
    );
    statement
        .push(" AS display, ")
        .bind(view.base)
        .push(" || '/Users/' || u.id AS address");
}

/// Appends the select of members with the same columns, up to the condition that says of which team.
pub(super) fn push_member_links(statement: &mut Statement, view: &View<'_>) {
    statement.push(
        "SELECT m.member_id AS value, lower(m.member_type) AS kind, CASE m.member_type WHEN 'Group' THEN (SELECT ",
    );
    push_display(
        statement,
        "t.display_name",
        "t.display_name_folded",
        "t.folded",
    );
    statement.push(
        " FROM teams t WHERE t.tenant_id = m.tenant_id AND t.id = m.member_id) ELSE (SELECT ",
    );
    push_display(
        statement,
        "coalesce(u.display_name, u.user_name)",
        "coalesce(u.display_name_folded, u.user_name_folded)",
        "u.folded",
    );
    statement
        .push(" FROM users u WHERE u.tenant_id = m.tenant_id AND u.id = m.member_id) END AS display, ")
        .bind(view.base)
        .push(" || '/' || m.member_type || 's/' || m.member_id AS address FROM team_members m WHERE ");
}

/// Characters that are shown of a name among the members of a group, or the groups of a user.
pub const SHOWN: usize = 200;

/// Where the image of what is shown of a long name is kept, among the images of attributes, of which none has such a name.
pub const SHOWN_IMAGE: &str = "first 200";

/// Appends the image of what is shown of a name: all of it, or its first characters. Folding makes some longer and puts
/// some together, so that the image of those is kept; one written before it was kept is cut out of the image of the whole.
pub(super) fn push_display(statement: &mut Statement, name: &str, folded: &str, image: &str) {
    statement.push("iif(length(").push(name).push(") > ");
    statement.push(&SHOWN.to_string()).push(", coalesce(");
    statement.push(image).push(" ->> ");
    push_json_path(statement, &[SHOWN_IMAGE]);
    statement.push(", substr(").push(folded).push(", 1, ");
    statement.push(&SHOWN.to_string());
    statement.push(")), ").push(folded).push(")");
}

/// Appends `WITH RECURSIVE up(team_id, kind)`: the teams that the row of `users` is in, itself or through another team.
/// The walk upwards looks only at teams that are members of teams, which have an index of their own.
pub fn push_groups_of(statement: &mut Statement) {
    statement.push(
        "WITH RECURSIVE up(team_id, kind) AS (\
         SELECT m.team_id, 'direct' FROM team_members m INDEXED BY team_members_member \
         WHERE m.tenant_id = users.tenant_id AND m.member_id = users.id \
         UNION SELECT m.team_id, 'indirect' FROM up CROSS JOIN team_members m INDEXED BY team_members_nested \
         ON m.tenant_id = users.tenant_id AND m.member_id = up.team_id AND m.member_type = 'Group')",
    );
}

/// The column of [`push_links`] that holds a sub-attribute.
pub fn link_column(sub: &Attribute) -> &'static str {
    match sub.name {
        "type" => "e.kind",
        "display" => "e.display",
        "$ref" => "e.address",
        _ => "e.value",
    }
}

/// Whether the type's linked attribute is the memberships of a group (else those of a user).
pub fn is_group(resource_type: &ResourceType) -> bool {
    *resource_type == GROUP_TYPE
}
