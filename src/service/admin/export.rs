//! The beginning of an export: its event, and a cursor of the feed from before its first page.

use scim::json::ObjectText;
use std::vec::IntoIter;

use super::events::cursor_text;
use super::refusal::Refusal;
use super::step::{Answer, Call, Outcome, Step};
use crate::budget::Budget;
use crate::transfer::export::{Export, Position};
use store::batch::Batch;
use store::directory::house_events;
use store::ledger::feed::{FeedMark, newest};

/// Exports the tenant that the path names.
pub fn begin<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let position = Position::parse(call.after()).ok_or_else(|| {
        Refusal::invalid(
            "invalid_cursor",
            "`after` must be the `next` of the last line of an export. Leave it out to begin one.",
        )
    })?;
    if position != Position::default() {
        return stream(call, position, String::new());
    }
    mark(call, call.admin.shards(), Vec::new())
}

/// Finds the ends of the feed of one shard after the other: where the tenant is, its own too,
/// behind the event of the export.
fn mark<'c>(
    call: &'c Call<'c>,
    mut rest: IntoIter<u16>,
    mut marks: Vec<(u16, FeedMark)>,
) -> Outcome<'c> {
    let tenant = call.admin.tenant()?;
    let Some(shard) = rest.next() else {
        let cursor = cursor_text(marks, tenant.id);
        let line = ObjectText::new().text("cursor", &cursor).end() + "\n";
        return stream(call, Position::default(), line);
    };
    let is_own = shard == tenant.shard;
    let mut batch = Batch::default();
    if is_own {
        let started = house_events::export_started(tenant.id);
        batch.add(call.admin.tell_tenant(tenant.id, started));
    }
    let end = batch.add(newest(None));
    let of_tenant = is_own.then(|| batch.add(newest(Some(tenant.id))));
    Step::send(shard, batch, move |mut answers| {
        let [position] = answers.numbers(end)?;
        let position = position.unwrap_or_default();
        let [_, seq] = match of_tenant {
            Some(handle) => answers.numbers(handle)?,
            None => [None, None],
        };
        marks.push((shard, FeedMark { position, seq }));
        mark(call, rest, marks)
    })
}

fn stream<'c>(call: &'c Call<'c>, position: Position, text: String) -> Outcome<'c> {
    let tenant = call.admin.tenant()?;
    let budget = Budget::of(call.admin.settings);
    let export = Export::new(tenant.id, tenant.shard, position, budget, text);
    Ok(Step::Done(Answer::Export(Box::new(export))))
}
