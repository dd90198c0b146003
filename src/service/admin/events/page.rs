//! A page of the feed: what the shards have is put together by the moment, those of each in their
//! order, with the resources as they are now where they are asked for.

use scim::json::{ObjectText, list_text};
use scim::list::List;
use std::vec::IntoIter;

use scim::resource_type::ResourceType;

use super::cursor::FeedCursor;
use crate::admin::refusal::Refusal;
use crate::admin::step::{Answer, Call, Outcome, Step};
use crate::now::{self, TenantResource};
use store::Row;
use store::batch::Batch;
use store::ledger::feed::FeedMark;

/// An event.
pub(super) struct FeedEvent {
    shard: u16,
    mark: FeedMark,
    at: String,
    text: String,
    /// The resource that it is of.
    key: Option<TenantResource>,
    /// That as it is now, JSON text, where it is asked for; or that it is on the next page.
    now: Option<String>,
}

impl FeedEvent {
    /// Reads a row of [`FeedRange::list`](store::ledger::feed::FeedRange::list).
    pub(super) fn read(row: &mut Row, shard: u16, mark: FeedMark) -> Result<Self, Refusal> {
        let kind = row.text(7)?;
        let kind = kind.and_then(|name| ResourceType::by_name(&name));
        let tenant = row.count(5)?;
        Ok(Self {
            shard,
            mark,
            at: row.required_text(2)?,
            text: row.required_text(3)?,
            key: kind
                .zip(row.text(8)?)
                .map(|(kind, id)| TenantResource { tenant, kind, id }),
            now: None,
        })
    }

    /// Where it is.
    pub(super) const fn mark(&self) -> FeedMark {
        self.mark
    }
}

/// What was found in a shard.
pub(super) struct Part {
    pub(super) shard: u16,
    /// The last place that was looked at.
    pub(super) end: FeedMark,
    pub(super) events: Vec<FeedEvent>,
    /// Whether there are more behind these.
    pub(super) more: bool,
}

/// A page.
#[derive(Default)]
pub(super) struct FeedPage {
    /// Where it begins.
    pub(super) from: FeedCursor,
    /// The only tenant.
    tenant: Option<i64>,
    /// Where each shard's events end, and whether that is the end of all.
    ends: Vec<(u16, FeedMark, bool)>,
    events: Vec<FeedEvent>,
    /// The newest seals of the tenants, JSON.
    pub(super) seals: Vec<(i64, String)>,
    /// Whether events behind its beginning are not kept any more.
    pub(super) is_trimmed: bool,
    /// Seconds to wait, where there is nothing.
    wait: u32,
}

impl FeedPage {
    /// One that begins here, and waits so long where there is nothing.
    pub(super) fn new(from: FeedCursor, tenant: Option<i64>, wait: u32) -> Self {
        Self {
            from,
            tenant,
            wait,
            ..Self::default()
        }
    }

    /// Adds what was found, up to so many events of all.
    pub(super) fn fill(&mut self, parts: Vec<Part>, limit: usize) {
        let mut heads: Vec<IntoIter<FeedEvent>> = Vec::new();
        for part in parts {
            self.ends.push((part.shard, part.end, !part.more));
            heads.push(part.events.into_iter());
        }
        while self.events.len() < limit {
            let first = |events: &IntoIter<FeedEvent>| Some(events.as_slice().first()?.at.clone());
            let next = heads.iter().enumerate();
            let next = next.filter_map(|(index, events)| Some((first(events)?, index)));
            let next = next.min().map(|(_, index)| index);
            let Some(event) = next.and_then(|index| heads.get_mut(index)?.next()) else {
                break;
            };
            self.events.push(event);
        }
        let shards = heads.iter().filter_map(|rest| rest.as_slice().first());
        let shards: Vec<u16> = shards.map(|event| event.shard).list();
        self.leave(&shards);
    }

    /// Ends the page in front of an event.
    fn end_before(&mut self, index: usize) {
        let rest = self.events.split_off(index);
        let shards: Vec<u16> = rest.iter().map(|event| event.shard).list();
        self.leave(&shards);
    }

    /// Of these shards events are left for the next page.
    fn leave(&mut self, shards: &[u16]) {
        for (shard, end, is_last) in &mut self.ends {
            if shards.contains(shard) {
                let last = self.events.iter().rfind(|event| event.shard == *shard);
                *end = last.map_or_else(|| self.from.of(*shard), |event| event.mark);
                *is_last = false;
            }
        }
    }

    /// Asks for the resources as they are now, a shard after the other, and shows the page.
    pub(super) fn show_now<'c>(
        mut self,
        call: &'c Call<'c>,
        mut shards: IntoIter<u16>,
    ) -> Outcome<'c> {
        let Some(shard) = shards.next() else {
            if let Some(index) = self.events.iter().position(|event| event.now.is_none()) {
                self.end_before(index);
            }
            return self.show();
        };
        let here = |event: &&mut FeedEvent| event.shard == shard;
        let mut keys: Vec<TenantResource> = Vec::new();
        for event in self.events.iter_mut().filter(here) {
            event.now = Some(String::new());
            if let Some(key) = event.key.as_ref().filter(|key| !keys.contains(key)) {
                keys.push(key.clone());
            }
        }
        if keys.is_empty() {
            return self.show_now(call, shards);
        }
        let mut batch = Batch::default();
        let handles = now::add(&mut batch, &keys);
        Step::send(shard, batch, move |mut answers| {
            let states = now::read(&mut answers, handles, &keys, &call.base())
                .map_err(|_| Refusal::broken("a resource that cannot be shown"))?;
            for event in self.events.iter_mut().filter(|event| event.shard == shard) {
                if let Some(key) = &event.key {
                    let index = keys.iter().position(|other| other == key);
                    event.now = index.and_then(|index| states.get(index)?.clone());
                }
            }
            self.show_now(call, shards)
        })
    }

    /// Shows it.
    pub(super) fn show<'c>(self) -> Outcome<'c> {
        let mut data = Vec::new();
        for mut event in self.events {
            if let Some(now) = event.now.filter(|now| !now.is_empty()) {
                now::add_to(&mut event.text, &now);
            }
            data.push(event.text);
        }
        let is_last = self.ends.iter().all(|(.., is_last)| *is_last);
        let marks = self.ends.into_iter().map(|(shard, mark, _)| (shard, mark));
        let mut body = ObjectText::new()
            .member("data", &list_text(&data))
            .text("next", &FeedCursor(marks.list()).text(self.tenant))
            .member("more", if is_last { "false" } else { "true" });
        if self.is_trimmed {
            body = body.member("trimmed", "true");
        }
        let mut chain = ObjectText::new();
        for (tenant, seal) in &self.seals {
            chain = chain.member(&tenant.to_string(), seal);
        }
        let body = body.member("chain", &chain.end()).end();
        if self.wait > 0 && data.is_empty() && is_last {
            return Ok(Step::Done(Answer::NothingYet(body, self.wait)));
        }
        Step::show(body)
    }
}
