//! The job that seals what was written: `chain` says how.

use crate::Context;
use crate::budget::Allowance;
use crate::chain::{digest_in, erasure_mark, seal_over, start_code};
use crate::master::MasterKey;
use serde_json::Value;
use store::batch::Batch;
use store::ledger::seals::{self, Leaf, Seal};
use store::{Database, Error};

/// Statements of a round.
const ROUND: usize = 5;

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
            let (sent, has_more) = seal(&shard, &key).await?;
            allowance.spend(sent);
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
    let mut blocks: Vec<(i64, Vec<Leaf>)> = Vec::new();
    let (mut position, mut is_trimmed) = (0, false);
    for mut row in answers.rows(events) {
        let (at, tenant, leaf) = seals::read_event_to_seal(&mut row)?;
        position = at;
        is_trimmed = row.integer(6)? > Some(0);
        match blocks.iter_mut().find(|(known, _)| *known == tenant) {
            Some((_, leaves)) => leaves.push(leaf),
            None => blocks.push((tenant, vec![leaf])),
        }
    }
    if blocks.is_empty() {
        return Ok((2, false));
    }
    let mut known = Vec::new();
    for mut row in answers.rows(last) {
        let numbers = (row.integer(0)?, row.count(1)?);
        known.push((numbers, row.required_text(2)?));
    }
    let now = context.clock.now().text;
    let (mut made, mut marks) = (Vec::new(), Vec::new());
    for (tenant, leaves) in blocks {
        let before = known.iter().find(|((known, _), _)| *known == Some(tenant));
        let mut start = None;
        let (prev_seq, head) = match (before, leaves.first()) {
            (Some(((_, last_seq), head)), _) => (*last_seq, head.as_str()),
            // Its first events were trimmed when there was no key.
            (None, Some(first)) if is_trimmed && first.seq > 1 => {
                start = start_code(key, tenant, first.seq - 1, "");
                (first.seq - 1, "")
            }
            (None, _) => (0, ""),
        };
        // What is not whole is not sealed, and `verify` says so.
        if let Some(seal) = seal_over(key, tenant, (prev_seq, head), &leaves) {
            // What was emptied when there was no key.
            let empty = leaves.iter().filter(|leaf| leaf.content.is_none());
            for (leaf, digest) in empty.filter_map(|leaf| Some((leaf, leaf.digest.as_deref()?))) {
                let mark = erasure_mark(Some(key), tenant, leaf.seq, digest_in(Some(digest)));
                if mark != digest {
                    let row = vec![Value::from(tenant), leaf.seq.into(), mark.into()];
                    marks.push(Value::from(row));
                }
            }
            made.push((tenant, Seal { start, ..seal }));
        }
    }
    let mut batch = Batch::default();
    if !made.is_empty() {
        batch.add(seals::insert(&made, &now));
    }
    if !marks.is_empty() {
        batch.add(seals::mark(&marks.into()));
    }
    batch.add(seals::note(position));
    let sent = 2 + batch.len();
    match context.send(batch).await {
        // Another sealer was faster.
        Err(Error::Unique(_)) => Ok((sent, false)),
        result => result.map(|_| (sent, true)),
    }
}
