//! Where the resources of a type are kept, and which columns they are looked up by.

use scim::part;
use scim::resource_type::{GROUP_TYPE, ResourceType, USER_TYPE};
use serde_json::{Map, Value};

use super::fragment::{Fragment, value};
use super::tenant::Tenant;
use crate::fragment;

/// A table of resources.
#[derive(Debug)]
pub struct Table {
    /// The name.
    pub name: &'static str,
    /// The columns that hold a key, each the value of one attribute at the top of a resource.
    pub keys: &'static [KeyColumn],
    /// The columns generated from the document whose values are those of the image as well, each of
    /// the name of its attribute.
    pub copies: &'static [&'static str],
    /// Whether the resource type is a column (the operator's types share a table).
    pub shared: bool,
    /// The column that says whether a row's unique key is its alone: 1, which is the default, or
    /// NULL. Where there is none, it always is.
    pub alone: Option<&'static str>,
    /// What the linked attribute of its resources is made of.
    pub links: LinkEnd,
    /// The attribute whose values have a table of their own, `user_emails`, to be looked up by.
    pub addresses: Option<&'static str>,
    /// The attributes whose values are in the trigram index of the table (see
    /// [`text`](super::text)).
    pub text: &'static [&'static str],
    /// The attributes that others show a resource by, the first that it has.
    pub display: &'static [&'static str],
    /// The column of the name by which one who was deleted and is kept is found when it is created
    /// anew (see [`former`](super::former)); where there is none, whoever is new is new.
    pub former_name: Option<&'static str>,
}

/// Which end of a membership the resources of a table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkEnd {
    /// Neither.
    None,
    /// The member: the linked attribute is the groups of a user.
    Groups,
    /// The team: the linked attribute is the members of a group.
    Members,
}

/// A column that resources are looked up by.
#[derive(Debug)]
pub struct KeyColumn {
    /// The column.
    pub column: &'static str,
    /// The attribute.
    pub attribute: &'static str,
    /// Whether every resource has a value, and no two of a tenant the same (see
    /// [`View::unique_key`](super::expression::View::unique_key)).
    pub unique: bool,
}

const EXTERNAL_ID: KeyColumn = KeyColumn {
    column: "external_id",
    attribute: "externalId",
    unique: false,
};

static USERS: Table = Table {
    name: "users",
    keys: &[
        KeyColumn {
            column: "user_name_folded",
            attribute: "userName",
            unique: true,
        },
        EXTERNAL_ID,
        KeyColumn {
            column: "display_name_folded",
            attribute: "displayName",
            unique: false,
        },
    ],
    copies: &["active"],
    shared: false,
    alone: None,
    links: LinkEnd::Groups,
    addresses: Some("emails"),
    text: &["userName", "displayName", "emails"],
    display: &["displayName", "userName"],
    former_name: Some("user_name_folded"),
};

static TEAMS: Table = Table {
    name: "teams",
    keys: &[
        KeyColumn {
            column: "display_name_folded",
            attribute: "displayName",
            unique: true,
        },
        EXTERNAL_ID,
    ],
    copies: &[],
    shared: false,
    alone: Some("name_is_unique"),
    links: LinkEnd::Members,
    addresses: None,
    text: &["displayName"],
    display: &["displayName"],
    former_name: None,
};

static RESOURCES: Table = Table {
    name: "resources",
    keys: &[EXTERNAL_ID],
    copies: &[],
    shared: true,
    alone: None,
    links: LinkEnd::None,
    addresses: None,
    text: &[],
    display: &[],
    former_name: None,
};

impl Table {
    /// The table of a resource type: the one place of the store that asks which type it is.
    pub fn of(resource_type: &ResourceType) -> &'static Table {
        if *resource_type == USER_TYPE {
            &USERS
        } else if *resource_type == GROUP_TYPE {
            &TEAMS
        } else {
            &RESOURCES
        }
    }

    /// Whether its resources have members: the linked attribute is the other end of a membership
    /// than a user's groups are.
    pub fn has_members(&self) -> bool {
        self.links == LinkEnd::Members
    }

    /// Whether its resources have groups: they are users, whom groups may wait for.
    pub fn has_groups(&self) -> bool {
        self.links == LinkEnd::Groups
    }

    /// The key column of an attribute at the top of a resource.
    pub fn key(&self, attribute: &str) -> Option<&'static KeyColumn>
    where
        Self: 'static,
    {
        self.keys.iter().find(|key| key.attribute == attribute)
    }
}

/// The attribute whose key column is among those that a broken constraint names.
pub(crate) fn unique_attribute(columns: &str) -> Option<&'static str> {
    let keys = [&USERS, &TEAMS].into_iter().flat_map(|table| table.keys);
    let mut unique = keys.filter(|key| key.unique && part::has(columns, key.column));
    unique.next().map(|key| key.attribute)
}

impl KeyColumn {
    /// The key's value in a comparison image.
    pub fn value<'a>(&self, folded: &'a Map<String, Value>) -> Option<&'a str> {
        folded.get(self.attribute).and_then(Value::as_str)
    }
}

/// The condition that `alias` is a row of this tenant and type: the first of every `WHERE`.
pub fn scope<'a>(
    resource_type: &'a ResourceType,
    alias: &'static str,
    tenant: &'a Tenant,
) -> Fragment<'a> {
    let of_type = fragment!(
        " AND {alias}.resource_type = {name}",
        alias = alias,
        name = value(resource_type.name),
    );
    fragment!(
        "{alias}.tenant_id = {tenant}{of_type}",
        alias = alias,
        tenant = tenant,
        of_type = Table::of(resource_type).shared.then_some(of_type),
    )
}

/// The condition that `j.value` is the id of no row of a table.
pub fn not_in<'a>(table: &'static str, tenant: &'a Tenant) -> Fragment<'a> {
    fragment!(
        "NOT EXISTS (SELECT 1 FROM {table} x WHERE x.tenant_id = {tenant} AND x.id = j.value)",
        table = table,
        tenant = tenant,
    )
}
