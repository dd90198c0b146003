//! What goes for good: a tenant, a step at a time; what was deleted and is kept no longer; what is
//! kept of somebody who is erased. No resource that is there changes with it, so no event of a
//! resource tells of it.

use crate::outside::Moment;
use scim::list::List;
use store::batch::{Batch, Handle};
use store::deleted;
use store::directory::{ending, house_events};
use store::ledger::erasure::{self, Words};
use store::ledger::events::{Origin, house};
use store::ledger::requests::Sender;
use store::tenant::Tenant;

/// Adds a step, and what notes how far the job came, which gives the moment of its end once it has
/// ended.
pub(crate) fn add_step(batch: &mut Batch, job: &str, tenant: i64, now: &Moment) -> Handle {
    batch.add_writes(ending::step(tenant));
    batch.add(ending::end_jobs(job, tenant, &now.text));
    batch.add(ending::empty_events(job, tenant));
    let note = batch.add(ending::note(job, tenant, &now.text));
    // Nobody in particular ends what ends with the tenant.
    let origin = Origin {
        tenant: &Tenant::HOUSE,
        sender: &Sender::System,
        now: &now.text,
        request: "",
        operation: None,
    };
    batch.add(house(&origin, house_events::revoked_at_end(job, tenant)));
    for statement in ending::clear(job, tenant, &now.text) {
        batch.add(statement);
    }
    note
}

/// Adds what removes so many of those that are kept no longer. Gives a row for each.
pub(crate) fn add_purge(batch: &mut Batch, now: &str, most: usize) -> Handle {
    batch.add_write(deleted::purge(now, most))
}

/// Adds what empties what is kept of somebody beside the events (see [`erasure::elsewhere`]).
pub(crate) fn add_erasure(
    batch: &mut Batch,
    tenant: i64,
    id: &str,
    words: Words<'_>,
) -> Vec<Handle> {
    let statements = erasure::elsewhere(tenant, id, words).into_iter();
    statements
        .map(|statement| batch.add_write(statement))
        .list()
}
