//! Members whom a provider named before they are there, where the setting `unknown_members` is
//! pend.

use super::refusal::Refusal;
use super::step::{Call, Outcome, Step};
use store::batch::Batch;
use store::pending;

/// Lists whom a group waits for.
pub fn list<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let (tenant, group) = (call.admin.tenant()?.id, call.argument("group"));
    let mut batch = Batch::default();
    let group_row = batch.add(pending::group(tenant, group));
    let rows = batch.add(pending::list(tenant, group, call.after(), call.most()));
    Step::send(call.admin.shard, batch, move |mut answers| {
        if !answers.has_row(group_row) {
            return Err(Refusal::missing(
                "group_not_found",
                "The tenant has no group with this id. Send the id of one that is there.",
            ));
        }
        call.show_page(answers.rows(rows))
    })
}
