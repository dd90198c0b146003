//! What an alarm looks at.

use std::vec::IntoIter;

use super::step::{Call, Outcome, Step};
use store::batch::Batch;
use store::directory::tenants;

/// The version, and of each shard what is in it; to an operator who is bound to a tenant, what is
/// that tenant's.
pub fn read<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    count(call, call.admin.shards(), Vec::new(), 0)
}

/// Counts in these shards, beside what was counted.
fn count<'c>(
    call: &'c Call<'c>,
    mut rest: IntoIter<u16>,
    mut counted: Vec<String>,
    mut jobs: i64,
) -> Outcome<'c> {
    let Some(shard) = rest.next() else {
        return Step::shown(format!(
            "{{\"version\":\"{}\",\"shards\":[{}],\"jobs\":{jobs},\"failing\":[]}}",
            env!("CARGO_PKG_VERSION"),
            counted.join(",")
        ));
    };
    let (batch, count_of) = Batch::of(tenants::count(shard, call.admin.operator.tenant));
    Step::send(shard, batch, move |sent| {
        for mut row in sent?.rows(count_of) {
            counted.push(row.required_text(0)?);
            jobs += row.integer(1)?.unwrap_or_default();
        }
        count(call, rest, counted, jobs)
    })
}
