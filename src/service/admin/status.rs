//! What an alarm looks at.

use scim::json::{self, ObjectText, list_text};
use scim::list::List;
use std::vec::IntoIter;

use super::step::{Call, Outcome, Step};
use super::webhooks::pending;
use store::batch::Batch;
use store::directory::tenants;
use store::ledger::deliveries::failing;
use store::ledger::tracks::{Track, read_track, tracks};
use store::ledger::webhooks::EndpointFilter;

/// Endpoints whose deliveries are counted.
const ENDPOINTS: usize = 50;

/// What is known already.
#[derive(Default)]
struct Counted {
    shards: Vec<String>,
    jobs: i64,
    failing: Vec<String>,
}

/// The version, and of each shard what is in it and what of it is not delivered yet; to an operator
/// who is bound to a tenant, what is that tenant's.
pub fn read<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let only = call.admin.operator.tenant;
    let filter = EndpointFilter {
        only,
        is_active: true,
        most: ENDPOINTS,
        ..EndpointFilter::default()
    };
    let mut batch = Batch::default();
    let (failing, tracks) = (batch.add(failing(only)), batch.add(tracks(&filter)));
    Step::send(1, batch, move |mut answers| {
        let mut counts = Counted::default();
        for mut row in answers.rows(failing) {
            counts.failing.push(row.required_text(0)?);
        }
        let rows = answers.rows(tracks).into_iter();
        let tracks: Result<_, store::Error> = rows.map(|mut row| read_track(&mut row)).list_all();
        count(call, call.admin.shards(), tracks?, counts)
    })
}

/// Counts in these shards, beside what was counted.
fn count<'c>(
    call: &'c Call<'c>,
    mut rest: IntoIter<u16>,
    tracks: Vec<Track>,
    mut counts: Counted,
) -> Outcome<'c> {
    let Some(shard) = rest.next() else {
        let status = ObjectText::new()
            .text("version", env!("CARGO_PKG_VERSION"))
            .member("shards", &list_text(&counts.shards))
            .member("jobs", &counts.jobs.to_string())
            .member("failing", &list_text(&counts.failing));
        return Step::show(status.end());
    };
    let (mut batch, due_of) = pending(&tracks, shard);
    let count_of = batch.add(tenants::count(shard, call.admin.operator.tenant));
    Step::send(shard, batch, move |mut answers| {
        let mut deliveries = 0;
        let mut oldest: Option<String> = None;
        for (_, handle) in due_of {
            if let Some(mut row) = answers.row(handle) {
                deliveries += row.count(0)?;
                let first = row.text(1)?;
                oldest = oldest.into_iter().chain(first).min();
            }
        }
        for mut row in answers.rows(count_of) {
            let shard = ObjectText::more_of(row.required_text(0)?)
                .member("due", &deliveries.to_string())
                .member("oldest_due_at", &json::text(&oldest.take().into()));
            counts.shards.push(shard.end());
            counts.jobs += row.count(1)?;
        }
        count(call, rest, tracks, counts)
    })
}
