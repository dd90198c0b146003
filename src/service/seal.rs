//! The job that seals what was written: `chain` says how.

use crate::Context;
use crate::chain::{seal_over, start_code};
use crate::jobs::Budget;
use crate::master::MasterKey;
use store::batch::Batch;
use store::ledger::seals::{self, Leaf, Seal};
use store::{Database, Error};

/// Seals what was written in each shard, within the budget.
pub async fn seal_everywhere<D: Database>(
    directory: &Context<'_, D>,
    budget: Budget,
) -> Result<(), Error> {
    let Some(key) = directory.settings.master.newest() else {
        return Ok(());
    };
    let mut statements = 0;
    for (_, shard) in directory.all() {
        loop {
            let (sent, has_more) = seal(&shard, &key).await?;
            statements += sent;
            if !has_more || statements >= budget.statements {
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
    let (events, last) = (batch.add(seals::unsealed()), batch.add(seals::last_seals()));
    let mut answers = context.send(batch).await?;
    let mut blocks: Vec<(i64, Vec<Leaf>)> = Vec::new();
    let (mut position, mut is_trimmed) = (0, false);
    for mut row in answers.rows(events) {
        let (at, tenant, leaf) = seals::read_unsealed(&mut row)?;
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
        let numbers = (row.integer(0)?, row.integer(1)?.unwrap_or_default());
        known.push((numbers, row.required_text(2)?));
    }
    let now = context.clock.now().text;
    let mut batch = Batch::default();
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
            batch.add(seals::insert(tenant, &Seal { start, ..seal }, &now));
        }
    }
    batch.add(seals::note(position));
    let sent = 2 + batch.len();
    match context.send(batch).await {
        // Another sealer was faster.
        Err(Error::Unique(_)) => Ok((sent, false)),
        result => result.map(|_| (sent, true)),
    }
}
