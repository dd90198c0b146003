//! Whether the record of a tenant holds: every seal is made again of the events that there are.

use std::vec::IntoIter;

use serde_json::Value;

use super::query::number;
use super::refusal::Refusal;
use super::step::{Call, Outcome, Step};
use crate::chain::{SealFault, fault, start_at};
use scim::json::{text, with};
use store::batch::Batch;
use store::ledger::seals::{self, Seal};

/// Seals that one request looks at, at the most: of up to 500 events each, which take half a
/// second.
const SEALS: usize = 20;

/// What is said of an event whose number is none of those that were given.
const STRAY: &str = "an event has a number that was never given";

/// What is said of a block.
const CHANGED: &str = "an event was changed or is missing";
/// What is said where it is not known how far the sealer has come.
const LOST: &str = "the row of the table sealing is missing, or is none that was written";
const FORGED: &str = "the seal was not made by this deployment";

/// Tenants that never were which are told of, in each shard.
const STRANGERS: usize = 20;

/// What was found so far.
struct Finding {
    tenant: i64,
    from: i64,
    /// The head that somebody kept, with the last number that it covers.
    known_head: Option<(i64, String)>,
    /// The first event that there is.
    first: i64,
    /// The last event that there is.
    newest: i64,
    /// The last that is sealed.
    sealed_to: i64,
    /// How many are behind that, and the last of them that the sealer has looked at: counted in one
    /// look with the numbers, since others write and the minute seals meanwhile.
    unsealed: (i64, Option<i64>),
    /// Whether it is known how far the sealer has come.
    is_noted: bool,
    /// How many were trimmed, where none is sealed.
    trimmed: i64,
    /// The last that was looked at, and the head there.
    reached: i64,
    head: String,
    broken: Vec<Value>,
}

/// Verifies the record of the tenant, or of the house, from an event on; or says whether a head
/// that somebody kept is one of its chain.
pub fn verify<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let seq = |name| match call.parameter(name) {
        None | Some("") => Ok(None),
        Some(text) => match number(text) {
            0 => Err(Refusal::invalid_query(
                name,
                "the number of an event, from 1 on",
            )),
            seq => Ok(Some(seq)),
        },
    };
    let from = seq("from_seq")?;
    let known_head = match (seq("seq")?, call.parameter("head").unwrap_or_default()) {
        (None, "") => None,
        (Some(seq), head) if from.is_none() && is_head(head) => Some((seq, head.to_owned())),
        _ => {
            let words = "64 hexadecimal digits, beside their `seq` and without `from_seq`";
            return Err(Refusal::invalid_query("head", words));
        }
    };
    let from = from
        .or(known_head.as_ref().map(|(seq, _)| *seq))
        .unwrap_or(1);
    if call.admin.settings.master.newest().is_none() {
        return Err(Refusal::conflict(
            "no_master_key",
            "This deployment has no MASTER_KEY that can be used, so nothing is sealed and no seal can be looked at. Set the \
             secret, 64 hexadecimal digits; what is there by then is sealed within minutes.",
        ));
    }
    let tenant = match call.argument("tenant") {
        "0" if call.admin.operator.tenant.is_none() => 0,
        _ => call.admin.tenant()?.id,
    };
    let mut batch = Batch::default();
    let extent = batch.add(seals::extent(tenant));
    let unsealed = batch.add(seals::count_unsealed(tenant));
    // From the first on, whatever stands in front of it is looked at, too.
    let behind = (from > 1).then_some(from - 1);
    let rows = batch.add(seals::list(tenant, behind, SEALS));
    let before = behind.map(|_| batch.add(seals::before(tenant, from)));
    Step::send(call.admin.shard, batch, move |mut answers| {
        let [newest, sealed_to, trimmed, first] = answers.numbers(extent)?;
        let [count, looked_at, noted] = answers.numbers(unsealed)?;
        let before = match before.and_then(|before| answers.row(before)) {
            Some(mut row) => seals::read_seal(&mut row)?,
            None => Seal::default(),
        };
        let mut list = Vec::new();
        for mut row in answers.rows(rows) {
            list.push(seals::read_seal(&mut row)?);
        }
        let mut finding = Finding {
            tenant,
            from,
            known_head,
            first: first.unwrap_or(i64::MAX),
            newest: newest.unwrap_or_default(),
            sealed_to: sealed_to.unwrap_or_default(),
            unsealed: (count.unwrap_or_default(), looked_at),
            is_noted: noted.is_some(),
            trimmed: trimmed.unwrap_or_default(),
            reached: before.last_seq.max(0),
            head: before.head,
            broken: Vec::new(),
        };
        if finding.first < 1 {
            finding.tell(finding.first, 0, STRAY);
        }
        walk(call, list.into_iter(), finding)
    })
}

fn is_head(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|digit| digit.is_ascii_hexdigit())
}

fn walk<'c>(call: &'c Call<'c>, mut rest: IntoIter<Seal>, mut finding: Finding) -> Outcome<'c> {
    let Some(seal) = rest.next() else {
        return end(call, finding);
    };
    // A number that none is given, and that is in no order.
    if seal.last_seq <= finding.reached {
        finding.tell(finding.reached + 1, finding.reached + 1, FORGED);
        return walk(call, rest, finding);
    }
    let tenant = finding.tenant;
    let (batch, rows) = Batch::of(seals::leaves(tenant, (seal.prev_seq, seal.last_seq)));
    Step::send(call.admin.shard, batch, move |mut answers| {
        let mut leaves = Vec::new();
        for mut row in answers.rows(rows) {
            leaves.push(seals::read_leaf(&mut row)?);
        }
        let master = &call.admin.settings.master;
        // What was trimmed is known by the first seal that was kept, and no other says so.
        let mut says_start = seal.start.is_some();
        if finding.reached == 0
            && let Some(start) = start_at(master, tenant, &seal, &leaves)
        {
            (finding.reached, finding.head) = (start.behind, start.head);
            says_start = false;
            if finding
                .known_head
                .as_ref()
                .is_some_and(|(seq, _)| *seq < start.behind)
            {
                return Err(Refusal::conflict(
                    "trimmed",
                    "The record begins behind this event: what stood before was trimmed by this deployment, and its heads \
                     with it. Compare with one that was kept later.",
                ));
            }
            let is_behind = start.behind == seal.last_seq;
            let begin = start.behind + i64::from(!is_behind || leaves.is_empty());
            finding.from = finding.from.max(begin);
            if (1..begin).contains(&finding.first) {
                finding.tell(finding.first, begin - 1, STRAY);
            }
            if is_behind {
                if !start.is_whole {
                    finding.tell(seal.last_seq, seal.last_seq, CHANGED);
                }
                finding.compare(&seal);
                return walk(call, rest, finding);
            }
        }
        if seal.prev_seq != finding.reached {
            let to = seal.prev_seq.max(finding.reached + 1);
            finding.tell(finding.reached + 1, to, "a seal is missing");
        }
        let fault = fault(master, tenant, &finding.head, &seal, &leaves)
            .or(says_start.then_some(SealFault::Seal));
        if !matches!(fault, Some(SealFault::Seal | SealFault::Key)) {
            finding.compare(&seal);
        }
        let why = fault.map(|fault| match fault {
            SealFault::Events => CHANGED,
            SealFault::Emptied => "an event was emptied, and not by an erasure of this deployment",
            SealFault::EmptiedKey => "an event was emptied under a master key that is not set now, or by somebody else: which of them cannot be checked without that key",
            SealFault::Seal => FORGED,
            SealFault::Key => "the master key of the seal is not set any more",
        });
        if let Some(why) = why {
            finding.tell(seal.prev_seq + 1, seal.last_seq, why);
        }
        (finding.reached, finding.head) = (seal.last_seq, seal.head);
        walk(call, rest, finding)
    })
}

/// Where something is broken the record may have been trimmed since it was looked at first, which
/// its first event tells: then all is looked at anew.
fn end<'c>(call: &'c Call<'c>, mut finding: Finding) -> Outcome<'c> {
    if let Some((seq, _)) = finding.known_head {
        finding.tell(seq, seq, "the head that was kept is none of this chain");
    }
    if finding.broken.is_empty() {
        return tail(call, finding);
    }
    let (batch, extent) = Batch::of(seals::extent(finding.tenant));
    Step::send(call.admin.shard, batch, move |mut answers| {
        let [_, _, _, first] = answers.numbers(extent)?;
        if first.is_some_and(|first| first != finding.first) {
            return verify(call);
        }
        tail(call, finding)
    })
}

/// What was not sealed yet when the record was looked at first.
fn tail<'c>(call: &'c Call<'c>, mut finding: Finding) -> Outcome<'c> {
    if finding.reached < finding.sealed_to {
        return Step::show(finding.text(finding.reached));
    }
    let newest = finding.newest.max(finding.sealed_to);
    let behind = finding.sealed_to.max(finding.trimmed);
    let (count, looked_at) = finding.unsealed;
    let more = count - (newest - behind);
    if more != 0 {
        let why = if more > 0 {
            STRAY
        } else {
            "an event is missing"
        };
        finding.tell(behind + 1, newest, why);
    } else if let Some(last) = looked_at {
        finding.tell(behind + 1, last, "a seal is missing");
    }
    if !finding.is_noted {
        let newest = newest.max(1);
        finding.tell(newest.min(behind + 1), newest, LOST);
    }
    if finding.tenant == 0 {
        return strangers(call.admin.shards(), finding, newest);
    }
    Step::show(finding.text(newest))
}

/// With the events of the house those are told of that are nobody's, in one shard after the other.
fn strangers<'c>(mut rest: IntoIter<u16>, mut finding: Finding, newest: i64) -> Outcome<'c> {
    let Some(shard) = rest.next() else {
        return Step::show(finding.text(newest));
    };
    let (batch, rows) = Batch::of(seals::strangers(shard, STRANGERS));
    Step::send(shard, batch, move |mut answers| {
        for mut row in answers.rows(rows) {
            let (tenant, first, last, has_ended) = row.read(|cells| {
                let tenant = cells.required_text();
                (tenant, cells.count(), cells.count(), cells.flag())
            })?;
            let shard = shard.to_string();
            let what = if has_ended {
                "an event with values is of a tenant that was deleted: "
            } else {
                "an event is of a tenant that never was: "
            };
            let why = [what, &tenant, ", in shard ", &shard];
            finding.tell(first, last, &why.concat());
        }
        strangers(rest, finding, newest)
    })
}

impl Finding {
    /// The head that was kept is that of this seal, perhaps.
    fn compare(&mut self, seal: &Seal) {
        let is_it = |(seq, head): &(i64, String)| {
            *seq == seal.last_seq && head.eq_ignore_ascii_case(&seal.head)
        };
        self.known_head = self
            .known_head
            .take()
            .filter(|known_head| !is_it(known_head));
    }

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
