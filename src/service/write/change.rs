//! What is to be written of one resource, and whom that links to it.

use scim::patch::LinkChange;
use scim::resource_type::ResourceType;
use scim::schema::Attribute;
use serde_json::{Map, Value};

use super::resource::{NewResource, Rewrite};
use store::guard::Guard;
use store::read::ResourceRef;
use store::table::Table;

/// What is to be written of one resource.
#[derive(Clone, Debug)]
pub(crate) struct Change<'a> {
    /// Its type.
    pub(crate) resource_type: &'static ResourceType,
    /// Which one.
    pub(crate) reference: ResourceRef,
    /// The version that the change is meant for.
    pub(crate) guard: Guard<'a>,
    /// The version that it leaves; of one that deletes, to the teams of the resource.
    pub(crate) version: String,
    /// What is done to it.
    pub(crate) kind: ChangeKind<'a>,
    /// Who comes and goes with it.
    pub(crate) links: Links<'a>,
    /// Which operation of a Bulk request it is, from one.
    pub(crate) operation: Option<usize>,
}

/// What is done to a resource, with what is known of its attributes before and after.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ChangeKind<'a> {
    /// It is new.
    Create(&'a NewResource),
    /// Its document was read and becomes another. A user's groups come back with it where they are
    /// wanted.
    Rewrite {
        /// The document before and after.
        rewrite: &'a Rewrite,
        /// Whether a user's groups are wanted.
        groups: bool,
    },
    /// Attributes get values, whatever they were before. A user's groups come back with it where
    /// they are wanted.
    Assign {
        /// The attributes and their values.
        values: &'a [(&'static Attribute, Value)],
        /// Whether a user's groups are wanted.
        groups: bool,
    },
    /// The document stays. Where it was read, its image and its version are known.
    Keep(Option<(&'a Map<String, Value>, &'a str)>),
    /// It goes, and its memberships with it.
    Delete,
}

/// Whom a change links to the resource.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Links<'a> {
    /// Nobody comes or goes.
    None,
    /// Members of a group come and go.
    Members(&'a LinkChange),
    /// A user is in these teams from now on, and in no other (`ACCEPT_USER_GROUPS`).
    Teams(&'a [String]),
}

impl NewResource {
    /// As a change.
    pub(crate) fn change(&self) -> Change<'_> {
        let links = match self.links() {
            [] if self.links.wait.is_empty() => Links::None,
            _ if Table::of(self.resource_type).has_members() => Links::Members(&self.links),
            teams => Links::Teams(teams),
        };
        Change {
            resource_type: self.resource_type,
            reference: ResourceRef::Id(self.id.clone()),
            guard: Guard::None,
            version: self.version.clone(),
            kind: ChangeKind::Create(self),
            links,
            operation: self.operation,
        }
    }
}
