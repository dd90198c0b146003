//! What stands beside every write: its event. Each write of a resource, or of what links resources,
//! has a function here, which says where in the batch it is called; all of them come by [`beside`],
//! once, and what else shall stand beside each write is added there. What goes for good
//! ([`super::ending`]) has no event of a resource, and does not come by here.

use scim::patch::LinkChange;
use scim::schema::Attribute;
use serde_json::Value;

use store::Statement;
use store::batch::Batch;
use store::expression::View;
use store::fragment::Fragment;
use store::guard::Guard;
use store::ledger::events::{self, EventUpdate, Origin, ResourceWrite};
use store::read::ResourceRef;

/// Where a write stands: the batch, who writes, and the type of what is written; of members, that
/// of their groups.
pub(super) type Site<'a, 'b> = (&'a mut Batch, &'a Origin<'b>, &'a View<'b>);

/// Adds what stands beside a write: the event of it, last, for the write may ask whether that was
/// added.
fn beside(batch: &mut Batch, event: Statement) {
    batch.add(event);
}

/// Behind the insert of a resource: its id, and of its document, where that is known, the bytes and
/// what it is called; `again`: it may be one that was deleted and is kept.
pub(super) fn create(
    (batch, origin, view): Site<'_, '_>,
    resource: (&str, Option<(usize, Option<&str>)>),
    again: bool,
) {
    beside(batch, events::of_create(origin, view, resource, again));
}

/// The same of many.
pub(super) fn creates(
    (batch, origin, view): Site<'_, '_>,
    rows: &[ResourceWrite<'_>],
    again: bool,
) {
    beside(batch, events::of_creates(origin, view, rows, again));
}

/// Behind what gives a resource another document, and leaves it this external id and name.
pub(super) fn rewrite(
    (batch, origin, view): Site<'_, '_>,
    resource_write: &ResourceWrite<'_>,
    names: (Option<&str>, Option<&str>),
    update: &EventUpdate,
) {
    beside(
        batch,
        events::of_rewrite(origin, view, resource_write, names, update),
    );
}

/// The same of many.
pub(super) fn rewrites(
    (batch, origin, view): Site<'_, '_>,
    rows: &[(ResourceWrite<'_>, &EventUpdate)],
) {
    beside(batch, events::of_rewrites(origin, view, rows));
}

/// In front of what gives attributes values, and the resource this version. That asks `changes()`
/// whether the event was added, so nothing may stand between the two.
pub(super) fn assign(
    (batch, origin, view): Site<'_, '_>,
    resource: (&ResourceRef, Guard<'_>),
    version: &str,
    values: &[(&'static Attribute, Value)],
) {
    beside(
        batch,
        events::of_assign(origin, view, resource, version, values),
    );
}

/// In front of what lets members come and go, and gives their group this version; where that keeps
/// its document, it asks for the event in the same way.
pub(super) fn members(
    (batch, origin, view): Site<'_, '_>,
    group: (&str, Guard<'_>),
    version: &str,
    members: &LinkChange,
) {
    beside(
        batch,
        events::members(origin, view, group, version, members),
    );
}

/// Behind what gives new groups their members, so many in all.
pub(super) fn first_members(
    (batch, origin, view): Site<'_, '_>,
    teams: &[(&str, Option<usize>)],
    count: usize,
) {
    beside(batch, events::first_members(origin, view, teams, count));
}

/// In front of what takes a user into groups and out of others, which get this version.
pub(super) fn teams(
    (batch, origin, view): Site<'_, '_>,
    groups: &View<'_>,
    user: (&str, Guard<'_>),
    teams: &[String],
    version: &str,
) {
    beside(
        batch,
        events::teams(origin, (view, groups), user, teams, version),
    );
}

/// In front of what lets users who were awaited join groups, which get this version.
pub(super) fn pending_joins(
    (batch, origin, view): Site<'_, '_>,
    users: &[(&str, Option<usize>)],
    version: &str,
) {
    beside(batch, events::of_pending(origin, view, users, version));
}

/// In front of what makes those of these rows members again, of groups that get this version.
pub(super) fn joins((batch, origin, view): Site<'_, '_>, version: &str, links: Fragment<'_>) {
    beside(batch, events::of_joins(origin, view, version, links));
}

/// In front of what lets members of many groups come and go, which get this version.
pub(super) fn moves((batch, origin, view): Site<'_, '_>, version: &str, links: &str) {
    beside(batch, events::of_moves(origin, view, version, links));
}

/// In front of the delete of a resource; the groups that it leaves get this version.
pub(super) fn delete(
    (batch, origin, view): Site<'_, '_>,
    reference: &ResourceRef,
    guard: Guard<'_>,
    version: &str,
) {
    beside(
        batch,
        events::of_delete(origin, view, reference, guard, version),
    );
}

/// The same of many.
pub(super) fn deletes(
    (batch, origin, view): Site<'_, '_>,
    rows: &[(&str, Option<usize>)],
    version: &str,
) {
    beside(batch, events::of_deletes(origin, view, rows, version));
}
