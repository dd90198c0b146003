//! The linked attribute as SQL: the groups of a user, the members of a group, and what is shown of
//! each.

use scim::schema::Attribute;

use super::expression::{View, json_path};
use super::fragment::{Fragment, value};
use super::table::LinkEnd;
use crate::fragment;

/// The table expression of a linked attribute's values for the resource's row: columns `value`,
/// `kind`, `display` (folded) and `address`, as the alias `e`.
pub fn links<'a>(view: &View<'a>) -> Fragment<'a> {
    match view.table().links {
        LinkEnd::Groups | LinkEnd::None => fragment!(
            "({with_up} \
             SELECT up.team_id AS value, min(up.kind) AS kind, {team} \
             FROM up \
             CROSS JOIN teams t ON t.tenant_id = users.tenant_id AND t.id = up.team_id \
             GROUP BY up.team_id) e",
            with_up = WITH_UP,
            team = team_columns(view),
        ),
        LinkEnd::Members => fragment!(
            "({members}m.tenant_id = teams.tenant_id AND m.team_id = teams.id) e",
            members = member_links(view),
        ),
    }
}

/// `display` and `address` of a team `t`, among the groups of a user or the members of a group.
pub(super) fn team_columns<'a>(view: &View<'a>) -> Fragment<'a> {
    fragment!(
        "{display} AS display, {base} || '/Groups/' || t.id AS address",
        display = DISPLAY_OF_TEAM,
        base = value(view.base),
    )
}

/// The same of a user `u` among the members of a group.
pub(super) fn user_columns<'a>(view: &View<'a>) -> Fragment<'a> {
    fragment!(
        "{display} AS display, {base} || '/Users/' || u.id AS address",
        display = DISPLAY_OF_USER,
        base = value(view.base),
    )
}

/// The select of members with the same columns, up to the condition that says of which team.
pub(super) fn member_links<'a>(view: &View<'a>) -> Fragment<'a> {
    fragment!(
        "SELECT m.member_id AS value, lower(m.member_type) AS kind, \
         CASE m.member_type \
         WHEN 'Group' THEN (SELECT {of_team} FROM teams t WHERE t.tenant_id = m.tenant_id AND t.id = m.member_id) \
         ELSE (SELECT {of_user} FROM users u WHERE u.tenant_id = m.tenant_id AND u.id = m.member_id) END AS display, \
         {base} || '/' || m.member_type || 's/' || m.member_id AS address \
         FROM team_members m WHERE ",
        of_team = DISPLAY_OF_TEAM,
        of_user = DISPLAY_OF_USER,
        base = value(view.base),
    )
}

/// Characters that are shown of a name among the members of a group, or the groups of a user.
pub const SHOWN: usize = 200;

/// Where the image of what is shown of a long name is kept, among the images of attributes, of
/// which none has such a name.
pub const SHOWN_IMAGE: &str = "first 200";

/// The image of what is shown of a name: all of it, or its first characters. Folding makes some
/// longer and puts some together, so that the image of those is kept; one written before it was
/// kept is cut out of the image of the whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct Display {
    /// The name.
    pub(super) name: &'static str,
    /// Its image.
    pub(super) folded: &'static str,
    /// The image of the resource.
    pub(super) image: &'static str,
}

const DISPLAY_OF_TEAM: Display = Display {
    name: "t.display_name",
    folded: "t.display_name_folded",
    image: "t.folded",
};

const DISPLAY_OF_USER: Display = Display {
    name: "coalesce(u.display_name, u.user_name)",
    folded: "coalesce(u.display_name_folded, u.user_name_folded)",
    image: "u.folded",
};

impl From<Display> for Fragment<'_> {
    fn from(display: Display) -> Self {
        fragment!(
            "iif(length({name}) > {shown}, coalesce({image} ->> {shown_image}, substr({folded}, 1, {shown})), {folded})",
            name = display.name,
            shown = SHOWN,
            image = display.image,
            shown_image = json_path(SHOWN_IMAGE),
            folded = display.folded,
        )
    }
}

/// The teams that the row of `users` is in, itself or through another team, as the table `up`. The
/// walk upwards looks only at teams that are members of teams, which have an index of their own.
pub const WITH_UP: &str = "WITH RECURSIVE up(team_id, kind) AS (\
     SELECT m.team_id, 'direct' FROM team_members m INDEXED BY team_members_member \
     WHERE m.tenant_id = users.tenant_id AND m.member_id = users.id \
     UNION SELECT m.team_id, 'indirect' FROM up \
     CROSS JOIN team_members m INDEXED BY team_members_nested \
     ON m.tenant_id = users.tenant_id AND m.member_id = up.team_id AND m.member_type = 'Group')";

/// The column of [`links`] that holds a sub-attribute.
pub fn link_column(sub: &Attribute) -> &'static str {
    match sub.name {
        "type" => "e.kind",
        "display" => "e.display",
        "$ref" => "e.address",
        _ => "e.value",
    }
}
