//! An id of the application's is one tenant's alone, over all shards.

use crate::admin::refusal::Refusal;
use crate::admin::shard;
use crate::admin::step::{BatchResult, Call, Outcome, Step, UseCase};
use store::batch::{Answers, Batch};
use store::directory::tenants;

/// Goes on, unless another tenant has the application's id that was sent: then it is said which.
/// Where that one has ended in another shard, and the directory was not told, it is told now, and
/// all is done `again`.
pub(super) fn unless_in_use<'c>(
    call: &'c Call<'c>,
    sent: BatchResult,
    external_id: Option<&str>,
    again: UseCase,
    then: impl FnOnce(Answers) -> Outcome<'c>,
) -> Outcome<'c> {
    let (Err(store::Error::Unique(_)), Some(external_id)) = (&sent, external_id) else {
        return then(sent?);
    };
    find_holder(call, external_id, again)
}

/// Says which tenant has the application's id, or does all again where that one has ended.
fn find_holder<'c>(call: &'c Call<'c>, external_id: &str, again: UseCase) -> Outcome<'c> {
    let (batch, row) = Batch::of(tenants::holder(external_id));
    Step::send(1, batch, move |mut answers| {
        let Some(mut row) = answers.row(row) else {
            return Err(in_use(
                "a tenant that was just changed had it. Send the request again",
            ));
        };
        let id = row.count(0)?;
        let is_being_deleted = || {
            in_use(
                "a tenant that is being deleted has it until that job has finished. Wait for it, or choose another",
            )
        };
        match row.required_text(1)?.as_str() {
            "deleted" => {}
            // Who is bound to a tenant learns of no other.
            _ if call.admin.operator.tenant.is_some() => {
                return Err(in_use("another tenant has it. Choose another"));
            }
            "creating" => {
                return Err(in_use(&format!(
                    "tenant {id} has it, which is still being made. That ends within a minute: ask for it at \
                     /admin/v1/tenants/{id} then, or choose another"
                )));
            }
            _ => {
                return Err(in_use(&format!(
                    "tenant {id} has it. Change that tenant, or choose another"
                )));
            }
        }
        let shard = shard(row.integer(2)?);
        if shard == 1 || !call.admin.shards.contains(&shard) {
            return Err(is_being_deleted());
        }
        let (batch, row) = Batch::of(tenants::has_ended(id));
        Step::send(shard, batch, move |mut answers| {
            answers.row(row).ok_or_else(is_being_deleted)?;
            Step::send(1, Batch::of(tenants::free(id)).0, move |_| again(call))
        })
    })
}

/// The refusal of an id of the application's that is in use.
fn in_use(why: &str) -> Refusal {
    let detail = format!("The external_id is in use: {why}.");
    Refusal::conflict("external_id_taken", detail)
}
