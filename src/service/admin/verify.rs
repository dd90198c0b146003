//! Whether the record of a tenant holds: every seal is made again of the events that there are.

use std::vec::IntoIter;

use serde_json::Value;

use super::refusal::Refusal;
use super::step::{Call, Outcome, Step};
use crate::chain::{Fault, fault, start_at};
use scim::json::{text, with};
use store::batch::Batch;
use store::ledger::seals::{self, Seal};

/// Seals that one request looks at, at the most: of up to 500 events each.
const SEALS: usize = 40;

/// What was found so far.
struct Finding {
    from: i64,
    /// The last event that there is.
    newest: i64,
    /// The last that is sealed.
    sealed_to: i64,
    /// How many were trimmed, where none is sealed.
    trimmed: i64,
    /// The last that was looked at, and the head there.
    reached: i64,
    head: String,
    broken: Vec<Value>,
}

/// Verifies the record of the tenant, from an event on.
pub fn verify<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let from = match call.parameter("from_seq") {
        None | Some("") => Some(1),
        Some(number) => number.parse().ok().filter(|from: &i64| *from > 0),
    };
    let from = from
        .ok_or_else(|| Refusal::invalid_query("from_seq", "the number of an event, from 1 on"))?;
    if call.admin.settings.master.newest().is_none() {
        return Err(Refusal::conflict(
            "no_master_key",
            "This deployment has no MASTER_KEY, so its record is not sealed. Set the secret, 64 hexadecimal digits; what \
             is there by then is sealed within minutes.",
        ));
    }
    let tenant = call.admin.tenant()?.id;
    let mut batch = Batch::default();
    let extent = batch.add(seals::extent(tenant));
    let listed = batch.add(seals::list(tenant, from, SEALS));
    let before = batch.add(seals::before(tenant, from));
    Step::send(call.admin.shard, batch, move |mut answers| {
        let [newest, sealed_to, trimmed] = answers.numbers(extent)?;
        let before = match answers.row(before) {
            Some(mut row) => seals::read_seal(&mut row)?,
            None => Seal::default(),
        };
        let mut list = Vec::new();
        for mut row in answers.rows(listed) {
            list.push(seals::read_seal(&mut row)?);
        }
        let finding = Finding {
            from,
            newest: newest.unwrap_or_default(),
            sealed_to: sealed_to.unwrap_or_default(),
            trimmed: trimmed.unwrap_or_default(),
            reached: before.last_seq,
            head: before.head,
            broken: Vec::new(),
        };
        walk(call, tenant, list.into_iter(), finding)
    })
}

fn walk<'c>(
    call: &'c Call<'c>,
    tenant: i64,
    mut rest: IntoIter<Seal>,
    mut finding: Finding,
) -> Outcome<'c> {
    let Some(seal) = rest.next() else {
        return end(call, tenant, finding);
    };
    // What was trimmed is known by the first seal that was kept.
    if finding.reached == 0
        && let Some((behind, head)) = start_at(&call.admin.settings.master, tenant, &seal)
    {
        (finding.reached, finding.head) = (behind, head);
        finding.from = finding.from.max(behind + 1);
        if behind == seal.last_seq {
            return walk(call, tenant, rest, finding);
        }
    }
    if seal.prev_seq != finding.reached {
        finding.tell(finding.reached + 1, seal.prev_seq, "a seal is missing");
    }
    let (batch, found) = Batch::of(seals::leaves(tenant, (seal.prev_seq, seal.last_seq)));
    Step::send(call.admin.shard, batch, move |mut answers| {
        let mut leaves = Vec::new();
        for mut row in answers.rows(found) {
            leaves.push(seals::read_leaf(&mut row)?);
        }
        let master = &call.admin.settings.master;
        let why = fault(master, tenant, &finding.head, &seal, &leaves).map(|fault| match fault {
            Fault::Events => "an event was changed or is missing",
            Fault::Emptied => "an event was emptied, and not by an erasure of this deployment",
            Fault::Seal => "the seal was not made by this deployment",
            Fault::Key => "the master key of the seal is not set any more",
        });
        if let Some(why) = why {
            finding.tell(seal.prev_seq + 1, seal.last_seq, why);
        }
        (finding.reached, finding.head) = (seal.last_seq, seal.head);
        walk(call, tenant, rest, finding)
    })
}

/// What is not sealed yet is counted.
fn end<'c>(call: &'c Call<'c>, tenant: i64, mut finding: Finding) -> Outcome<'c> {
    if finding.reached < finding.sealed_to {
        return Step::shown(finding.text(finding.reached));
    }
    let (batch, count) = Batch::of(seals::count_behind(tenant, finding.sealed_to));
    Step::send(call.admin.shard, batch, move |mut answers| {
        let [count, looked_at] = answers.numbers(count)?;
        let newest = finding.newest.max(finding.sealed_to);
        let behind = finding.sealed_to.max(finding.trimmed);
        if count.unwrap_or_default() != newest - behind {
            finding.tell(behind + 1, newest, "an event is missing");
        } else if let Some(last) = looked_at {
            finding.tell(behind + 1, last, "a seal is missing");
        }
        Step::shown(finding.text(newest))
    })
}

impl Finding {
    fn tell(&mut self, from: i64, to: i64, why: &str) {
        self.broken.push(with(vec![
            ("from_seq", from.into()),
            ("to_seq", to.into()),
            ("why", why.into()),
        ]));
    }

    /// The answer, up to an event.
    fn text(&self, to: i64) -> String {
        text(&with(vec![
            ("from_seq", self.from.into()),
            ("to_seq", to.into()),
            ("sealed_to", self.sealed_to.into()),
            ("holds", self.broken.is_empty().into()),
            ("broken", self.broken.clone().into()),
        ]))
    }
}
