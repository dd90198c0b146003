//! Where the resources of a type are kept, and which columns they are looked up by.

use scim::resource_type::{GROUP_TYPE, ResourceType, USER_TYPE};
use serde_json::{Map, Value};

use super::{Statement, tenant::Tenant};

/// A table of resources.
#[derive(Debug)]
pub struct Table {
    /// The name.
    pub name: &'static str,
    /// The columns that hold a key, each the value of one attribute at the top of a resource.
    pub keys: &'static [Key],
    /// Whether the resource type is a column (the operator's types share a table).
    pub shared: bool,
    /// The column that says whether a row's unique key is its alone: 1, which is the default, or NULL. Where there is none,
    /// it always is.
    pub alone: Option<&'static str>,
}

/// A column that resources are looked up by.
#[derive(Debug)]
pub struct Key {
    /// The column.
    pub column: &'static str,
    /// The attribute.
    pub attribute: &'static str,
    /// Whether every resource has a value, and no two of a tenant the same (see [`View::unique_key`](super::expression::View::unique_key)).
    pub unique: bool,
}

const EXTERNAL_ID: Key = Key {
    column: "external_id",
    attribute: "externalId",
    unique: false,
};

static USERS: Table = Table {
    name: "users",
    keys: &[
        Key {
            column: "user_name_folded",
            attribute: "userName",
            unique: true,
        },
        EXTERNAL_ID,
        Key {
            column: "display_name_folded",
            attribute: "displayName",
            unique: false,
        },
    ],
    shared: false,
    alone: None,
};

static TEAMS: Table = Table {
    name: "teams",
    keys: &[
        Key {
            column: "display_name_folded",
            attribute: "displayName",
            unique: true,
        },
        EXTERNAL_ID,
    ],
    shared: false,
    alone: Some("name_is_unique"),
};

static RESOURCES: Table = Table {
    name: "resources",
    keys: &[EXTERNAL_ID],
    shared: true,
    alone: None,
};

impl Table {
    /// The table of a resource type.
    pub fn of(resource_type: &ResourceType) -> &'static Table {
        if *resource_type == USER_TYPE {
            &USERS
        } else if *resource_type == GROUP_TYPE {
            &TEAMS
        } else {
            &RESOURCES
        }
    }

    /// The key column of an attribute at the top of a resource.
    pub fn key(&self, attribute: &str) -> Option<&'static Key>
    where
        Self: 'static,
    {
        self.keys.iter().find(|key| key.attribute == attribute)
    }
}

impl Key {
    /// The key's value in a comparison image.
    pub fn value<'a>(&self, folded: &'a Map<String, Value>) -> Option<&'a str> {
        folded.get(self.attribute).and_then(Value::as_str)
    }
}

/// Appends the condition that `alias` is a row of this tenant and type: the first of every `WHERE`.
pub fn push_scope(
    statement: &mut Statement,
    resource_type: &ResourceType,
    alias: &str,
    tenant: &Tenant,
) {
    statement.push(alias).push(".tenant_id = ");
    tenant.push(statement);
    if Table::of(resource_type).shared {
        statement
            .push(" AND ")
            .push(alias)
            .push(".resource_type = ")
            .bind(resource_type.name);
    }
}
