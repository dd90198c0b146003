//! Users who were awaited: groups in which they are members as soon as they are there.

use scim::list::List;
use scim::resource_type::{GROUP_TYPE, ResourceType};

use super::change::{Change, ChangeKind};
use super::event;
use crate::session::Session;
use scim::schema::Attribute;
use serde_json::Value;
use store::batch::Batch;
use store::expression::View;
use store::ledger::events::Origin;
use store::read::ResourceRef;
use store::table::Table;
use store::{Database, pending};

/// Adds what lets users who are written in front join the groups that wait for them.
pub(crate) fn add_joins(
    batch: &mut Batch,
    groups: &View<'_>,
    origin: &Origin<'_>,
    users: &[(&str, Option<usize>)],
    version: &str,
) {
    event::pending_joins((batch, origin, groups), users, version);
    let ids: Vec<&str> = users.iter().map(|(id, _)| *id).list();
    batch.add_write(pending::join(groups, &ids, version, origin.now));
}

/// Whether a change gives its resource another name outside.
pub(super) fn names(change: &Change<'_>) -> bool {
    match change.kind {
        ChangeKind::Create(_) => true,
        ChangeKind::Rewrite { rewrite, .. } => !rewrite.keys.is_empty(),
        ChangeKind::Assign { values, .. } => assigns_name(change.resource_type, values),
        ChangeKind::Keep(_) | ChangeKind::Delete => false,
    }
}

/// Whether values that are assigned are names outside.
fn assigns_name(of: &'static ResourceType, values: &[(&'static Attribute, Value)]) -> bool {
    let table = Table::of(of);
    let mut names = values.iter().map(|(attribute, _)| attribute.name);
    names.any(|name| table.key(name).is_some())
}

impl<D: Database> Session<'_, D> {
    /// Whether the resource must be read before values are assigned: only the token knows who `/Me`
    /// is, and whoever has another name may be awaited.
    pub(crate) fn must_know(
        &self,
        reference: &ResourceRef,
        of: &'static ResourceType,
        values: &[(&'static Attribute, Value)],
    ) -> bool {
        self.settings().pend_unknown_members && reference.id().is_none() && assigns_name(of, values)
    }

    /// The same, where the tenant keeps who is awaited.
    pub(super) fn add_awaited(
        &self,
        batch: &mut Batch,
        of: &'static ResourceType,
        users: &[(&str, Option<usize>)],
    ) {
        if self.settings().pend_unknown_members && Table::of(of).has_groups() && !users.is_empty() {
            let (groups, version) = (self.view(&GROUP_TYPE), self.context.mint.version());
            add_joins(batch, &groups, &self.origin(None), users, &version);
        }
    }
}
