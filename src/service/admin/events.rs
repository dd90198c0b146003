//! The feed of events: what changed, in order, over all tenants and shards or of one.
//!
//! A cursor tells for each shard how far its reader came, so that it is good as long as the events
//! behind it are kept, whatever is trimmed before it.

use std::vec::IntoIter;

use super::no_tenant;
use super::refusal::Refusal;
use super::step::{Answer, Call, Outcome, Step};
use store::Row;
use store::batch::Batch;
use store::ledger::feed::{LOOKS, Mark, Walk, Wanted, newest};

/// Seconds that a request waits for something to come, at the most.
const LONGEST_WAIT: u32 = 30;
/// Types that are named in a request at the most.
const TYPES: usize = 50;
/// Characters of the longest of them.
const TYPE: usize = 100;

/// How far a reader came in each shard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Cursor(Vec<(u16, Mark)>);

impl Cursor {
    /// Reads `1.8841-2.77`: a shard, a position, and the number there where it is a tenant's.
    fn parse(text: &str) -> Option<Self> {
        let mark = |part: &str| {
            let mut numbers = part.split('.');
            let shard = numbers.next()?.parse().ok()?;
            let position = numbers
                .next()?
                .parse()
                .ok()
                .filter(|position| *position >= 0)?;
            let seq = match numbers.next() {
                Some(seq) => Some(seq.parse().ok()?),
                None => None,
            };
            numbers
                .next()
                .is_none()
                .then_some((shard, Mark { position, seq }))
        };
        text.split('-').map(mark).collect::<Option<_>>().map(Self)
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for (shard, Mark { position, seq }) in &self.0 {
            let joint = if text.is_empty() { "" } else { "-" };
            let seq = seq.map(|seq| format!(".{seq}")).unwrap_or_default();
            text.extend([joint, &shard.to_string(), ".", &position.to_string(), &seq]);
        }
        text
    }

    fn of(&self, shard: u16) -> Mark {
        let known = self.0.iter().find(|(known, _)| *known == shard);
        known.map(|(_, mark)| *mark).unwrap_or_default()
    }
}

/// The cursor of a reader who came so far.
pub(super) fn cursor_text(marks: Vec<(u16, Mark)>) -> String {
    Cursor(marks).text()
}

/// What a request asks of the feed.
struct Request {
    /// The only tenant, and its shard.
    tenant: Option<(i64, u16)>,
    cursor: Cursor,
    /// Whether it goes backwards: from the end, where the cursor tells of no shard.
    backwards: bool,
    wanted: Wanted,
    /// Seconds that it waits for something to come.
    wait: u32,
}

/// What was found in a shard.
struct Part {
    shard: u16,
    mark: Mark,
    /// Events, each with its mark and its moment.
    events: IntoIter<(Mark, String, String)>,
    /// The newest seals of their tenants, members of a JSON object.
    seals: Vec<String>,
    /// Whether there are more behind these.
    more: bool,
}

/// Events of all tenants that the operator reaches.
pub fn list<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let named = call.parameter("tenant").filter(|tenant| !tenant.is_empty());
    let named = match named {
        None => None,
        Some(text) => Some(
            text.parse()
                .map_err(|_| Refusal::invalid_query("tenant", "the number of a tenant"))?,
        ),
    };
    let bound = call.admin.operator.tenant;
    if let (Some(named), Some(bound)) = (named, bound)
        && named != bound
    {
        return Err(no_tenant());
    }
    match named.or(bound) {
        None => read(call, None),
        Some(tenant) => {
            let (batch, shard) = Batch::of(store::directory::tenants::shard_of(tenant));
            Step::send(1, batch, move |sent| {
                let row = sent?.row(shard);
                let shard = super::shard(row.and_then(|row| row.integer(0).ok().flatten()));
                read(call, Some((tenant, shard)))
            })
        }
    }
}

/// Events of the tenant that the path names.
pub fn of_tenant<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let tenant = call.admin.tenant()?;
    read(call, Some((tenant.id, tenant.shard)))
}

fn read<'c>(call: &'c Call<'c>, tenant: Option<(i64, u16)>) -> Outcome<'c> {
    let shards: Vec<u16> = match tenant {
        Some((_, shard)) => vec![shard],
        None => call.admin.shards().collect(),
    };
    let (after, before) = (call.after(), call.parameter("before"));
    if before.is_some() && (tenant.is_none() || !after.is_empty()) {
        return Err(Refusal::invalid_query(
            "before",
            "left out here: it goes with the events of one tenant, and not with `after`",
        ));
    }
    let from = before.unwrap_or(after);
    let is_latest = before.is_none() && from == "latest";
    let cursor = match from {
        "" => Some(Cursor::default()),
        _ if is_latest => Some(Cursor::default()),
        text => Cursor::parse(text),
    };
    let cursor = cursor.ok_or_else(|| {
        Refusal::invalid(
            "invalid_cursor",
            "`after` and `before` must be the `next` of a page before, and `after` may be `latest`, the end. Leave them \
             out to begin with the oldest event.",
        )
    })?;
    let wait = match call.parameter("wait") {
        None | Some("") => Some(0),
        Some(text) => text.parse().ok().filter(|wait| *wait <= LONGEST_WAIT),
    };
    let wait = wait.ok_or_else(|| {
        let wanted = format!("a number of seconds from 0 to {LONGEST_WAIT}");
        Refusal::invalid_query("wait", &wanted)
    })?;
    let request = Request {
        tenant,
        cursor,
        backwards: before.is_some(),
        wanted: Wanted {
            types: types(call.parameter("type").unwrap_or_default())?,
        },
        wait: if before.is_none() { wait } else { 0 },
    };
    if is_latest {
        return latest(request, shards.into_iter(), Cursor::default());
    }
    collect(call, request, shards.into_iter(), Vec::new())
}

/// The types that are looked for.
fn types(text: &str) -> Result<Vec<String>, Refusal> {
    let types: Vec<String> = text
        .split(',')
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| !name.is_empty())
        .collect();
    let is_name = |name: &String| name.len() <= TYPE && name.split('.').count() == 2;
    if types.len() > TYPES || !types.iter().all(is_name) {
        let wanted = format!(
            "types such as user.created or user.*, up to {TYPES} of them, with commas between"
        );
        return Err(Refusal::invalid_query("type", &wanted));
    }
    Ok(types)
}

/// The end of the feed.
fn latest<'c>(request: Request, mut rest: IntoIter<u16>, mut cursor: Cursor) -> Outcome<'c> {
    let Some(shard) = rest.next() else {
        return Step::shown(page("", &cursor, false, ""));
    };
    let (batch, found) = Batch::of(newest(request.tenant.map(|(tenant, _)| tenant)));
    Step::send(shard, batch, move |sent| {
        let mark = match sent?.row(found) {
            Some(row) => mark(&row, request.tenant.is_some())?,
            None => Mark::default(),
        };
        cursor.0.push((shard, mark));
        latest(request, rest, cursor)
    })
}

/// The position in the first two columns of a row.
fn mark(row: &Row, of_tenant: bool) -> Result<Mark, Refusal> {
    Ok(Mark {
        position: row.integer(0)?.unwrap_or_default(),
        seq: if of_tenant { row.integer(1)? } else { None },
    })
}

/// Asks one shard after the other.
fn collect<'c>(
    call: &'c Call<'c>,
    request: Request,
    mut rest: IntoIter<u16>,
    mut parts: Vec<Part>,
) -> Outcome<'c> {
    let Some(shard) = rest.next() else {
        return show(call, &request, parts);
    };
    let from = request.cursor.of(shard);
    let walk = Walk {
        shard,
        tenant: request.tenant.map(|(tenant, _)| tenant),
        from: Some(from).filter(|_| !request.backwards || !request.cursor.0.is_empty()),
        backwards: request.backwards,
    };
    let mut batch = Batch::default();
    let end = batch.add(walk.end());
    let listed = batch.add(walk.list(&request.wanted, call.most()));
    Step::send(shard, batch, move |sent| {
        let mut answers = sent?;
        let (end, rows) = (answers.row(end), answers.rows(listed));
        let of_tenant = request.tenant.is_some();
        let looks = match &end {
            Some(row) => row.integer(2)?.unwrap_or_default(),
            None => 0,
        };
        let found = match rows.first() {
            Some(row) => row.integer(4)?.unwrap_or_default(),
            None => 0,
        };
        let mut events = Vec::with_capacity(rows.len());
        let mut seals = Vec::new();
        for mut row in rows {
            if let (Some(tenant), Some(seal)) = (row.integer(5)?, row.text(6)?) {
                let seal = format!("\"{tenant}\":{seal}");
                if !seals.contains(&seal) {
                    seals.push(seal);
                }
            }
            events.push((
                mark(&row, of_tenant)?,
                row.required_text(2)?,
                row.required_text(3)?,
            ));
        }
        let is_whole = i64::try_from(events.len()) == Ok(found);
        // A page that ends by its bytes goes on behind its last event, another behind all that was
        // looked at.
        let last = match (&end, events.last()) {
            (Some(row), _) if is_whole => mark(row, of_tenant)?,
            (_, Some((mark, ..))) => *mark,
            (_, None) => from,
        };
        parts.push(Part {
            shard,
            mark: last,
            events: events.into_iter(),
            seals,
            more: !is_whole || usize::try_from(looks) == Ok(LOOKS),
        });
        collect(call, request, rest, parts)
    })
}

/// Puts together what the shards have, by the moment: those of each stay in their order.
fn show<'c>(call: &'c Call<'c>, request: &Request, parts: Vec<Part>) -> Outcome<'c> {
    let mut text = String::new();
    let mut cursor = Cursor::default();
    let seals = parts
        .iter()
        .flat_map(|part| part.seals.iter().map(String::as_str));
    let seals = seals.collect::<Vec<_>>().join(",");
    let mut heads: Vec<_> = parts
        .into_iter()
        .map(|part| (part.events.peekable(), part.shard, part.mark, part.more))
        .collect();
    let mut reached: Vec<Option<Mark>> = vec![None; heads.len()];
    let mut count = 0;
    while count < call.page.limit {
        let next = heads
            .iter_mut()
            .enumerate()
            .filter_map(|(index, (events, ..))| Some((events.peek()?.1.clone(), index)))
            .min();
        let Some((_, index)) = next else { break };
        let event = heads.get_mut(index).and_then(|(events, ..)| events.next());
        if let (Some((mark, _, event)), Some(reached)) = (event, reached.get_mut(index)) {
            if !text.is_empty() {
                text.push(',');
            }
            text.push_str(&event);
            *reached = Some(mark);
        }
        count += 1;
    }
    let mut has_more = false;
    for ((mut events, shard, end, more), reached) in heads.into_iter().zip(reached) {
        let is_left = events.peek().is_some();
        has_more |= is_left || more;
        let mark = if is_left {
            reached.unwrap_or_else(|| request.cursor.of(shard))
        } else {
            end
        };
        cursor.0.push((shard, mark));
    }
    let body = page(&text, &cursor, has_more, &seals);
    if request.wait > 0 && text.is_empty() && !has_more {
        return Ok(Step::Done(Answer::Waiting(body, request.wait)));
    }
    Step::shown(body)
}

fn page(events: &str, cursor: &Cursor, more: bool, seals: &str) -> String {
    let next = cursor.text();
    format!("{{\"data\":[{events}],\"next\":\"{next}\",\"more\":{more},\"chain\":{{{seals}}}}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        for text in ["1.0", "1.8841-2.77", "2.5.3"] {
            assert_eq!(
                Cursor::parse(text).map(|cursor| cursor.text()).as_deref(),
                Some(text)
            );
        }
        for text in ["", "1", "a.1", "1.-5", "1.1.1.1", "1.2--2.3"] {
            assert_eq!(Cursor::parse(text), None, "{text}");
        }
    }
}
