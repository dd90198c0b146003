//! The feed of events: what changed, in order, over all tenants and shards or of one.
//!
//! A cursor tells for each shard how far its reader came, so that it is good as long as the events
//! behind it are kept, whatever is trimmed before it.

use scim::list::List;
use scim::part;
use scim::resource_type::ResourceType;
use std::vec::IntoIter;

use super::no_tenant;
use super::refusal::Refusal;
use super::step::{Call, Outcome, Step};
use cursor::FeedCursor;
use page::{FeedEvent, FeedPage, Part};
use store::Row;
use store::batch::Batch;
use store::ledger::feed::{BEYOND, EventFilter, FeedMark, FeedRange, newest};

mod cursor;
mod page;

/// Seconds that a request waits for something to come, at the most.
const LONGEST_WAIT: u32 = 30;
/// Types that are named in a request at the most.
const TYPES: usize = 50;

/// The cursor of a reader who came so far, with numbers of this tenant.
pub(super) fn cursor_text(marks: Vec<(u16, FeedMark)>, tenant: i64) -> String {
    FeedCursor(marks).text(Some(tenant))
}

/// How far the reader of a cursor came.
pub(super) fn read_cursor(text: &str) -> Option<Vec<(u16, FeedMark)>> {
    FeedCursor::parse(text, None).map(|cursor| cursor.0)
}

/// What a request asks of the feed.
struct FeedRequest {
    /// The only tenant, and its shard.
    tenant: Option<i64>,
    /// Whether it goes backwards: from the end, where the cursor tells of no shard.
    backwards: bool,
    /// Whether it goes on from a page before.
    goes_on: bool,
    filter: EventFilter,
    /// Whether each resource is shown as it is now.
    with_now: bool,
}

/// Events of all tenants that the operator reaches.
pub fn list<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    call.of_named(move |tenant| {
        let Some(tenant) = tenant else {
            return read(call, None);
        };
        let (batch, shard) = Batch::of(store::directory::tenants::shard_of(tenant));
        Step::send(1, batch, move |mut answers| {
            let shard = match answers.row(shard) {
                Some(row) => row.integer(0)?,
                // The house has no row. The events of a tenant that has ended are kept.
                None if tenant == 0 => None,
                None => return Err(no_tenant()),
            };
            read(call, Some((tenant, super::shard(shard))))
        })
    })
}

/// Events of the tenant that the path names.
pub fn of_tenant<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let tenant = call.admin.tenant()?;
    read(call, Some((tenant.id, tenant.shard)))
}

fn read<'c>(call: &'c Call<'c>, tenant: Option<(i64, u16)>) -> Outcome<'c> {
    let shards: Vec<u16> = match tenant {
        Some((_, shard)) => vec![shard],
        None => call.admin.shards().list(),
    };
    let (after, before) = (call.after(), call.parameter("before"));
    if before.is_some() && !after.is_empty() {
        return Err(Refusal::invalid_query(
            "before",
            "left out here: it does not go with `after`",
        ));
    }
    let from = before.unwrap_or(after);
    let is_latest = before.is_none() && from == "latest";
    let cursor = match from {
        "" => Some(FeedCursor::default()),
        _ if is_latest => Some(FeedCursor::default()),
        text => FeedCursor::parse(text, tenant.map(|(tenant, _)| tenant)),
    };
    let is_known = |cursor: &FeedCursor| {
        let mut marks = cursor.0.iter();
        marks.all(|(shard, _)| call.admin.shards.contains(shard))
    };
    let cursor = cursor.filter(is_known);
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
        let words = format!("a number of seconds from 0 to {LONGEST_WAIT}");
        Refusal::invalid_query("wait", &words)
    })?;
    let with_now = match call.parameter("include") {
        None | Some("") => false,
        Some("resource") => true,
        Some(_) => return Err(Refusal::invalid_query("include", "resource")),
    };
    let request = FeedRequest {
        tenant: tenant.map(|(tenant, _)| tenant),
        backwards: before.is_some(),
        goes_on: before.is_none() && !from.is_empty(),
        filter: EventFilter {
            types: call.parameter("type").map_or(Ok(Vec::new()), types)?,
            ..EventFilter::default()
        },
        with_now,
    };
    if is_latest {
        return latest(request.tenant, shards.into_iter(), Vec::new());
    }
    let wait = if before.is_none() { wait } else { 0 };
    let page = FeedPage::new(cursor, request.tenant, wait);
    collect(call, request, page, shards.into_iter(), Vec::new())
}

/// The types of events, besides those of resources that come, change and go.
const KNOWN: &str = " user.deactivated user.activated user.restored group.members tenant.created tenant.updated \
     tenant.deleted tenant.suspended tenant.resumed operator_token.created operator_token.revoked settings.updated \
     credential.created credential.updated credential.revoked credential.expiring credential.expired client.created \
     client.updated client.revoked client.secret_created client.secret_removed undo.finished export.started \
     import.finished brake.engaged brake.released webhook.created webhook.updated webhook.rotated webhook.deleted \
     webhook.failing webhook.disabled webhook.test resource.erased connection.first_request ";

/// Whether there are events of this type, or with a star any of this kind.
fn is_type(name: &str) -> bool {
    let (kind, word) = name.split_once('.').unwrap_or_default();
    if name.bytes().any(|byte| byte == b' ') {
        return false;
    }
    let is_resource = || ResourceType::all().any(|of| of.name.eq_ignore_ascii_case(kind));
    let (name, end) = match word {
        "*" => (kind, "."),
        _ => (name, " "),
    };
    part::has(KNOWN, &[" ", name, end].concat())
        || matches!(word, "created" | "updated" | "deleted" | "*") && is_resource()
}

/// The types that are looked for.
pub(super) fn types(text: &str) -> Result<Vec<String>, Refusal> {
    let types = text.split(',').map(|name| name.trim().to_ascii_lowercase());
    let types: Vec<String> = types.list();
    if types.len() > TYPES || !types.iter().all(|name| is_type(name)) {
        let words = format!(
            "types such as user.created or user.*, up to {TYPES} of them, with commas between; docs/events.md#an-event \
             lists them"
        );
        return Err(Refusal::invalid_query("type", &words));
    }
    Ok(types)
}

/// The end of the feed.
fn latest<'c>(tenant: Option<i64>, mut rest: IntoIter<u16>, mut parts: Vec<Part>) -> Outcome<'c> {
    let Some(shard) = rest.next() else {
        let mut page = FeedPage::new(FeedCursor::default(), tenant, 0);
        page.fill(parts, 0);
        return page.show();
    };
    let (batch, row) = Batch::of(newest(tenant));
    Step::send(shard, batch, move |mut answers| {
        parts.push(Part {
            shard,
            end: match answers.row(row) {
                Some(row) => mark(&row, tenant.is_some())?,
                None => FeedMark::default(),
            },
            events: Vec::new(),
            more: false,
        });
        latest(tenant, rest, parts)
    })
}

/// The position in the first two columns of a row.
fn mark(row: &Row, of_tenant: bool) -> Result<FeedMark, Refusal> {
    Ok(FeedMark {
        position: row.count(0)?,
        seq: if of_tenant { row.integer(1)? } else { None },
    })
}

/// Asks one shard after the other.
fn collect<'c>(
    call: &'c Call<'c>,
    request: FeedRequest,
    mut page: FeedPage,
    mut rest: IntoIter<u16>,
    mut parts: Vec<Part>,
) -> Outcome<'c> {
    let Some(shard) = rest.next() else {
        let shards: Vec<u16> = parts.iter().map(|part| part.shard).list();
        page.fill(parts, call.page.limit);
        if request.with_now {
            return page.show_now(call, shards.into_iter());
        }
        return page.show();
    };
    let from = page.from.of(shard);
    let range = FeedRange {
        shard,
        tenant: request.tenant,
        from: Some(from).filter(|_| !request.backwards || !page.from.0.is_empty()),
        backwards: request.backwards,
        looks: request.filter.looks(call.most()),
    };
    let mut batch = Batch::default();
    let end = batch.add(range.end(request.goes_on));
    let rows = batch.add(range.list(&request.filter, call.most()));
    Step::send(shard, batch, move |mut answers| {
        let (end, rows) = (answers.row(end), answers.rows(rows));
        let of_tenant = request.tenant.is_some();
        let mut looks = 0;
        if let Some(row) = &end {
            looks = row.count(2)?;
            page.is_trimmed |= request.goes_on && row.integer(3)? == Some(1);
        }
        if looks == BEYOND {
            return Err(Refusal::invalid(
                "cursor_beyond_end",
                "The cursor is behind the newest event, so there was another record when it was given: it is of another \
                 deployment, or the database was set back to an earlier state. Read the resources anew, from a cursor of \
                 `after=latest` or an export, and go on from that.",
            ));
        }
        let matches = match rows.first() {
            Some(row) => row.count(4)?,
            None => 0,
        };
        let mut events = Vec::with_capacity(rows.len());
        for mut row in rows {
            if let (Some(tenant), Some(seal)) = (row.integer(5)?, row.text(6)?) {
                let seal = (tenant, seal);
                if !page.seals.contains(&seal) {
                    page.seals.push(seal);
                }
            }
            let mark = mark(&row, of_tenant)?;
            events.push(FeedEvent::read(&mut row, shard, mark)?);
        }
        let is_whole = i64::try_from(events.len()) == Ok(matches);
        // A page that ends by its bytes goes on behind its last event, another behind all that was
        // looked at.
        let last = match (&end, events.last()) {
            (Some(row), _) if is_whole => mark(row, of_tenant)?,
            (_, Some(event)) => event.mark(),
            (_, None) => from,
        };
        parts.push(Part {
            shard,
            end: last,
            events,
            more: !is_whole || usize::try_from(looks) == Ok(range.looks),
        });
        collect(call, request, page, rest, parts)
    })
}
