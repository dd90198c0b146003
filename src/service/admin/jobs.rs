//! Jobs, and what became of them.

use crate::failure::no_such;
use std::vec::IntoIter;

use super::refusal::Refusal;
use super::scope::static_name;
use super::step::{Answer, Call, Outcome, Step};
use store::batch::Batch;
use store::directory::jobs;
use store::{Cell, Row};

/// Lists those of all shards that the operator may read, the newest first.
pub fn list<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let before = call.after_id("job_")?;
    call.of_named(move |tenant| {
        let shards = call.admin.shards();
        collect(call, (tenant, before), Vec::new(), shards)
    })
}

/// Asks these shards for theirs, too: a page may be of any of them.
fn collect<'c>(
    call: &'c Call<'c>,
    (tenant, before): (Option<i64>, &'c str),
    mut rows: Vec<Row>,
    mut shards: IntoIter<u16>,
) -> Outcome<'c> {
    let Some(shard) = shards.next() else {
        return call.show_page(rows);
    };
    let sees_all = call.admin.operator.scopes.has("tenants:write");
    let (batch, page) = Batch::of(jobs::list(tenant, sees_all, before, call.most()));
    Step::send(shard, batch, move |mut answers| {
        for row in answers.rows(page) {
            let place = rows.iter().position(|other| key(other) < key(&row));
            rows.insert(place.unwrap_or(rows.len()), row);
        }
        rows.truncate(call.most());
        collect(call, (tenant, before), rows, shards)
    })
}

/// The id of a job, which tells when it was made.
fn key(row: &Row) -> Option<&str> {
    match row.0.first() {
        Some(Cell::Text(id)) => Some(id),
        _ => None,
    }
}

/// Reads one, which needs the scope that made it.
pub fn read<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    find(call, call.admin.shards())
}

/// Looks for it in these shards.
fn find<'c>(call: &'c Call<'c>, mut shards: IntoIter<u16>) -> Outcome<'c> {
    let shard = shards.next().ok_or_else(missing)?;
    let (batch, row) = Batch::of(jobs::read(call.argument("job")));
    Step::send(shard, batch, move |mut answers| match answers.row(row) {
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
        return Err(Refusal::no_scope(static_name(&scope)));
    }
    Ok(Step::Done(match row.text(3)? {
        Some(_) => Answer::Body(shape),
        None => Answer::UnfinishedJob(shape),
    }))
}

fn missing() -> Refusal {
    Refusal::missing("job_not_found", no_such!("job", "/admin/v1/jobs"))
}
