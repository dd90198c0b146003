//! The end of a tenant, a step at a time: the only writes that are no change of a resource.

use crate::Moment;
use store::batch::Batch;
use store::directory::ending;

/// Adds a step, and what notes how far the job came.
pub(crate) fn add_step(batch: &mut Batch, job: &str, tenant: i64, now: &Moment) {
    batch.add_writes(ending::step(tenant));
    batch.add(ending::empty_events(job, tenant));
    batch.add(ending::note(job, tenant, &now.text));
    for statement in ending::clear(job, tenant, &now.text) {
        batch.add(statement);
    }
}
