//! What became of a job.

use std::vec::IntoIter;

use super::refusal::Refusal;
use super::scope::known;
use super::step::{Answer, Call, Outcome, Step};
use store::Row;
use store::batch::Batch;
use store::directory::jobs;

/// Reads one, which needs the scope that made it.
pub fn read<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    find(call, call.admin.shards())
}

/// Looks for it in these shards.
fn find<'c>(call: &'c Call<'c>, mut shards: IntoIter<u16>) -> Outcome<'c> {
    let shard = shards.next().ok_or_else(missing)?;
    let (batch, read) = Batch::of(jobs::read(call.argument("job")));
    Step::send(shard, batch, move |mut answers| match answers.row(read) {
        Some(row) => show(call, row),
        None => find(call, shards),
    })
}

fn show<'c>(call: &Call<'c>, mut row: Row) -> Outcome<'c> {
    let operator = &call.admin.operator;
    let (shape, scope) = (row.required_text(0)?, row.required_text(1)?);
    let tenant = row.integer(2)?;
    if operator.tenant.is_some_and(|only| tenant != Some(only)) {
        return Err(missing());
    }
    if !operator.scopes.has(&scope) {
        return Err(Refusal::no_scope(known(&scope)));
    }
    Ok(Step::Done(match row.text(3)? {
        Some(_) => Answer::Shown(shape),
        None => Answer::Running(shape),
    }))
}

fn missing() -> Refusal {
    Refusal::missing(
        "job_not_found",
        "There is no such job. Take the id from the reply that began it.",
    )
}
