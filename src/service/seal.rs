//! The job that seals what was written: `chain` says how.

use crate::budget::Allowance;
use crate::chain::{digest_in, erasure_mark, seal_over, start_code};
use crate::context::Context;
use crate::master::MasterKey;
use scim::part;
use serde_json::Value;
use store::batch::Batch;
use store::cells::Cells;
use store::ledger::seals::{self, Leaf, Seal};
use store::{Database, Error};

/// Statements of a round.
const ROUND: usize = 5;

/// The events of a tenant that are sealed together.
struct Block {
    tenant: i64,
    leaves: Vec<Leaf>,
    /// The ends of the ids of their resources, with commas between.
    resources: String,
}

impl Block {
    fn add(&mut self, resource: Option<String>) {
        let new = resource.filter(|end| !end.is_empty() && !part::has(&self.resources, end));
        if let Some(end) = new {
            let comma = if self.resources.is_empty() { "" } else { "," };
            self.resources.extend([comma, &end]);
        }
    }
}

/// Seals what was written in each shard, within the budget, and each minute another shard first.
pub async fn seal_everywhere<D: Database>(
    directory: &Context<'_, D>,
    allowance: &Allowance<'_>,
) -> Result<(), Error> {
    let Some(key) = directory.settings.master.newest() else {
        return Ok(());
    };
    let turn = directory.clock.now().milliseconds / 60_000;
    for (_, shard) in directory.all_from(turn) {
        while allowance.has(ROUND) {
            let (count, has_more) = seal(&shard, &key).await?;
            allowance.spend(count);
            if !has_more {
                break;
            }
        }
    }
    Ok(())
}

/// Seals a block of each tenant that has events; how many statements that took, and whether there
/// may be more.
async fn seal<D: Database>(
    context: &Context<'_, D>,
    key: &MasterKey,
) -> Result<(usize, bool), Error> {
    let mut batch = Batch::default();
    let (events, last) = (
        batch.add(seals::events_to_seal()),
        batch.add(seals::last_seals()),
    );
    let mut answers = context.send(batch).await?;
    let mut entries = Vec::new();
    for mut row in answers.rows(last) {
        let read = |cells: &mut Cells<'_>| (cells.count(), cells.count(), cells.required_text());
        entries.push(row.read(read)?);
    }
    let last_of = |tenant| entries.iter().find(|(known, ..)| *known == tenant);
    let mut blocks: Vec<Block> = Vec::new();
    let (mut position, mut is_trimmed) = (0, false);
    for mut row in answers.rows(events) {
        let event = seals::read_event_to_seal(&mut row)?;
        if event.trimmed < 0 {
            let mut batch = Batch::default();
            batch.add_all(seals::renew());
            context.send(batch).await?;
            return Ok((ROUND, true));
        }
        position = event.position;
        is_trimmed = event.trimmed > 0;
        let last = last_of(event.tenant).map_or(0, |(_, last, _)| *last);
        if (1..=last).contains(&event.leaf.seq) {
            continue;
        }
        let known = blocks.iter().position(|block| block.tenant == event.tenant);
        let index = known.unwrap_or(blocks.len());
        if known.is_none() {
            blocks.push(Block {
                tenant: event.tenant,
                leaves: Vec::new(),
                resources: String::new(),
            });
        }
        if let Some(block) = blocks.get_mut(index) {
            block.leaves.push(event.leaf);
            block.add(event.resource);
        }
    }
    if position == 0 {
        return Ok((2, false));
    }
    let now = context.clock.now().text;
    let (mut made, mut marks) = (Vec::new(), Vec::new());
    for block in blocks {
        let (tenant, leaves) = (block.tenant, block.leaves);
        // Events of a tenant that there never was.
        let Some((_, last_seq, head)) = last_of(tenant) else {
            continue;
        };
        let mut before = (*last_seq, head.as_str());
        let mut start = None;
        // Its first events were trimmed when there was no key.
        if let Some(first) = leaves.first()
            && is_trimmed
            && *last_seq == 0
            && first.seq > 1
        {
            before = (first.seq - 1, "");
            start = start_code(key, tenant, before.0, "");
        }
        let seal = Seal {
            start,
            at: now.clone(),
            resources: Some(block.resources),
            ..Seal::default()
        };
        // What is not whole is not sealed, and `verify` says so.
        if let Some(seal) = seal_over(key, tenant, before, &leaves, seal) {
            // What was emptied when there was no key.
            let empty = leaves.iter().filter(|leaf| leaf.content.is_none());
            for (leaf, digest) in empty.filter_map(|leaf| Some((leaf, leaf.digest.as_deref()?))) {
                let mark = erasure_mark(Some(key), tenant, leaf.seq, digest_in(Some(digest)));
                if mark != digest {
                    let row = vec![Value::from(tenant), leaf.seq.into(), mark.into()];
                    marks.push(Value::from(row));
                }
            }
            made.push((tenant, seal));
        }
    }
    let mut batch = Batch::default();
    if !made.is_empty() {
        batch.add(seals::insert(&made));
    }
    if !marks.is_empty() {
        batch.add(seals::mark(&marks.into()));
    }
    batch.add(seals::note(position));
    let count = 2 + batch.len();
    match context.send(batch).await {
        // Another sealer was faster.
        Err(Error::Unique(_)) => Ok((count, false)),
        result => result.map(|_| (count, true)),
    }
}
