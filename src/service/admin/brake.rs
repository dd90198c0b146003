//! The brake of a tenant: shown, released, and engaged by hand.

use super::refusal::Refusal;
use super::step::{Call, Outcome, Step};
use crate::admin::body::only;
use store::batch::{Batch, Handle};
use store::brake::{self, BrakeTurn};
use store::tenant::Tenant;

/// Shows it.
pub fn read<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let mut batch = Batch::default();
    let tenant = call.admin.tenant()?.id;
    let row = batch.add(brake::read(tenant, &call.admin.now.text));
    show(call, batch, row, false)
}

/// Releases or engages it.
pub fn turn<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let (admin, body) = (call.admin, &call.body);
    only(body, &["action"])?;
    let turn = match body.get("action").and_then(|action| action.as_str()) {
        Some("release") => BrakeTurn::Release,
        Some("hold") => BrakeTurn::Engage,
        _ => {
            return Err(Refusal::invalid(
                "invalid_value",
                "`action` must be release, after which removals are counted anew, or hold, by which all are refused at once.",
            ));
        }
    };
    let (tenant, now) = (admin.tenant()?.id, &admin.now.text);
    let mut batch = Batch::default();
    let of = Tenant::Known(tenant);
    batch.add(admin.tell_tenant(tenant, turn.event(&of, now)));
    batch.add(turn.make(&of, now));
    let row = batch.add(brake::read(tenant, now));
    show(call, batch, row, true)
}

fn show<'c>(call: &'c Call<'c>, batch: Batch, row: Handle, is_turned: bool) -> Outcome<'c> {
    Step::send(call.admin.shard, batch, move |mut answers| {
        let row = answers.row(row);
        let mut row = row.ok_or_else(|| Refusal::broken("the brake gave no row"))?;
        if is_turned && row.integer(1)?.is_none() {
            return Err(Refusal::conflict(
                "brake_off",
                "The tenant has no brake: set `settings.brake` with a count or a percentage first.",
            ));
        }
        Step::show(row.required_text(0)?)
    })
}
