//! The end of a tenant, a step at a time: the only writes that are no change of a resource.

use crate::Moment;
use store::batch::{Batch, Handle};
use store::directory::{ending, house_events};
use store::ledger::events::{Origin, house};
use store::ledger::requests::Sender;
use store::tenant::Tenant;

/// Adds a step, and what notes how far the job came, which gives the moment of its end once it has
/// ended.
pub(crate) fn add_step(batch: &mut Batch, job: &str, tenant: i64, now: &Moment) -> Handle {
    batch.add_writes(ending::step(tenant));
    batch.add(ending::end_jobs(job, tenant, &now.text));
    batch.add(ending::empty_events(job, tenant));
    let noted = batch.add(ending::note(job, tenant, &now.text));
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
    noted
}
