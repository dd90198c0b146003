//! What an operator has an endpoint do: send a test, pass an event, go back; and what was tried.

use scim::json::ObjectText;
use serde_json::Value;
use std::vec::IntoIter;

use super::super::body::{only, required};
use super::super::events::{read_cursor, types as type_names};
use super::super::refusal::Refusal;
use super::super::step::{Call, Outcome, Step};
use super::{Format, find, key, one};
use crate::delivery::{body, check_url, first_bytes};
use crate::outside::{Post, is_taken};
use crate::signing;
use store::batch::{Batch, Handle};
use store::ledger::deliveries::{self, Attempt};
use store::ledger::feed::{EventFilter, FeedRange, LOOKS};
use store::ledger::replay;
use store::ledger::webhooks::{self, Endpoint};

/// Characters of the longest id of an event.
const LONGEST: usize = 400;

/// What was tried, the newest first.
pub fn deliveries<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    find(call, |call, endpoint| {
        let before = call.after_number()?;
        let list = deliveries::list(&endpoint.id, before, call.most());
        let (batch, rows) = Batch::of(list);
        Step::send(1, batch, move |mut answers| {
            call.show_page(answers.rows(rows))
        })
    })
}

/// The database and the position in the id of an event.
fn event_id(text: &str) -> Option<(u16, i64)> {
    let (shard, position) = text.strip_prefix("evt_")?.split_once('_')?;
    Some((
        shard.parse().ok()?,
        position.parse().ok().filter(|position| *position > 0)?,
    ))
}

fn no_event(name: &str) -> Refusal {
    let detail = format!(
        "`{name}` must be the id of an event, such as evt_1_8841; GET /admin/v1/events lists them."
    );
    Refusal::invalid("invalid_value", detail)
}

/// Sets an event aside, so that those behind it are delivered.
pub fn park<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    find(call, |call, endpoint| {
        only(&call.body, &["event"])?;
        let id = required(&call.body, "event", LONGEST)?;
        let (shard, position) = event_id(id).ok_or_else(|| no_event("event"))?;
        if !call.admin.shards().any(|other| other == shard) {
            return Err(no_event("event"));
        }
        let (batch, numbers) = Batch::of(webhooks::event(position));
        Step::send(shard, batch, move |mut answers| {
            let [tenant] = answers.numbers(numbers)?;
            // To an operator who is bound to a tenant there are no others' events.
            let only = call.admin.operator.tenant;
            let tenant = tenant.filter(|tenant| only.is_none_or(|only| only == *tenant));
            let tenant = tenant.ok_or_else(|| {
                Refusal::missing(
                    "event_not_found",
                    "There is no such event. GET /admin/v1/events lists those that are kept.",
                )
            })?;
            let attempt = Attempt {
                event: format!("evt_{shard}_{position}"),
                tenant: Some(tenant),
                at: call.admin.now.text.clone(),
                outcome: "parked",
                ..Attempt::default()
            };
            let event = (shard, position);
            let [record, trim, set_aside, go_on] =
                replay::park(&endpoint.id, event, tenant, &attempt);
            let mut batch = Batch::default();
            batch.add_all([record, trim]);
            let parked = batch.add(set_aside);
            batch.add(go_on);
            batch.add(webhooks::interrupt(&endpoint.id, false));
            Step::send(1, batch, move |answers| {
                if !answers.has_row(parked) {
                    return Err(Refusal::conflict(
                        "already_passed",
                        "This event was delivered to the webhook, or passed by it: there is nothing to set aside.",
                    ));
                }
                one(call, Batch::default(), &endpoint.id, Format::One)
            })
        })
    })
}

/// A database, and what of its events: those behind a position up to another, or to the end.
type Range = (u16, (i64, Option<i64>));

/// Where something begins or ends, in databases: before an event, or behind it where it is the
/// last; at a cursor.
fn places(call: &Call<'_>, name: &str, is_last: bool) -> Result<Vec<(u16, i64)>, Refusal> {
    let text = required(&call.body, name, LONGEST)?;
    let is_known = |shard: u16| call.admin.shards().any(|other| other == shard);
    if let Some((shard, position)) = event_id(text) {
        if !is_known(shard) {
            return Err(no_event(name));
        }
        return Ok(vec![(shard, if is_last { position } else { position - 1 })]);
    }
    let cursor = read_cursor(text);
    let cursor = cursor.filter(|marks| marks.iter().all(|(shard, _)| is_known(*shard)));
    let cursor = cursor.ok_or_else(|| {
        let detail = format!("`{name}` must be the id of an event, such as evt_1_8841, or the `next` of a page of events.");
        Refusal::invalid("invalid_value", detail)
    })?;
    Ok(cursor
        .into_iter()
        .map(|(shard, mark)| (shard, mark.position))
        .collect())
}

/// Delivers events anew, from one to another: events that are named are among them, and those
/// between cursors are what the feed has between the two.
pub fn replay<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    find(call, |call, endpoint| {
        only(&call.body, &["from", "to"])?;
        let from = places(call, "from", false)?;
        let to = match call.body.get("to") {
            None | Some(Value::Null) => None,
            Some(_) => Some(places(call, "to", true)?),
        };
        let mut ranges = Vec::new();
        for (shard, from) in from {
            let end = match &to {
                None => None,
                Some(to) => match to.iter().find(|(number, _)| *number == shard) {
                    Some((_, end)) if *end > from => Some(*end),
                    Some(_) | None => continue,
                },
            };
            ranges.push((shard, (from, end)));
        }
        if ranges.is_empty() {
            return Err(Refusal::invalid(
                "invalid_value",
                "There are no events between `from` and `to`: `to` must be behind `from`, in the same database.",
            ));
        }
        let batch = Batch::default();
        set_back(call, endpoint, ranges.into_iter(), (batch, Vec::new()))
    })
}

/// Sets the endpoint back in one database after the other, as far as the events are there.
fn set_back<'c>(
    call: &'c Call<'c>,
    endpoint: Endpoint,
    mut rest: IntoIter<Range>,
    (mut batch, mut set_back): (Batch, Vec<Handle>),
) -> Outcome<'c> {
    let Some((shard, (from, to))) = rest.next() else {
        batch.add(webhooks::interrupt(&endpoint.id, true));
        return Step::send(1, batch, move |mut answers| {
            if answers.rows_of(&set_back).is_empty() {
                return Err(Refusal::conflict(
                    "nothing_to_replay",
                    "Nothing from `from` on was delivered to the webhook yet: it comes by itself.",
                ));
            }
            one(call, Batch::default(), &endpoint.id, Format::One)
        });
    };
    let (look, row) = Batch::of(replay::trim_place(from, endpoint.tenant));
    Step::send(shard, look, move |mut answers| {
        if let Some(row) = answers.row(row) {
            let next = match row.count(0)? {
                0 => "Nothing that is there is behind it.".to_owned(),
                first => format!("The first that is there: send `from` evt_{shard}_{first}."),
            };
            return Err(Refusal::conflict(
                "trimmed",
                ["Events behind `from` are not kept any more. ", &next].concat(),
            ));
        }
        let replay = replay::replay(&endpoint.id, shard, (from, to));
        set_back.extend(batch.add_all(replay));
        self::set_back(call, endpoint, rest, (batch, set_back))
    })
}

/// Sends a test at once, or an example of a type, and tells what came of it.
pub fn test<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    find(call, |call, endpoint| {
        only(&call.body, &["type"])?;
        key(call.admin)?;
        let name = match call.body.get("type") {
            None | Some(Value::Null) => "webhook.test",
            Some(_) => required(&call.body, "type", 100)?,
        };
        let names = type_names(name).unwrap_or_default();
        let [name] = <[String; 1]>::try_from(names)
        .ok()
        .filter(|[name]| !name.ends_with('*'))
        .ok_or_else(|| {
            let detail = "`type` must be a type of events, such as user.deactivated, or be left out for webhook.test.";
            Refusal::invalid("invalid_value", detail)
        })?;
        if name != "webhook.test" {
            let event = example(call, &endpoint, &name);
            return send(call, endpoint, &event, None);
        }
        let event = call.admin.tell(webhooks::test_event(&endpoint.id));
        let range = FeedRange {
            shard: 1,
            tenant: Some(0),
            from: None,
            backwards: true,
            looks: LOOKS,
        };
        let filter = EventFilter {
            types: vec![name],
            ..EventFilter::default()
        };
        let mut batch = Batch::default();
        batch.add(event);
        let row = batch.add(range.list(&filter, 1));
        Step::send(1, batch, move |mut answers| {
            let mut row = answers
                .row(row)
                .ok_or_else(|| Refusal::broken("there is no test"))?;
            let (event, seal) = (row.required_text(3)?, row.text(6)?);
            send(call, endpoint, &event, seal.as_deref())
        })
    })
}

/// The group of an event that did not happen.
const GROUP: &str = r#"{"type":"Group","id":"00000000-0000-7000-8000-000000000001","externalId":null,"name":"Example"}"#;

/// An event that did not happen.
fn example(call: &Call<'_>, endpoint: &Endpoint, name: &str) -> String {
    let (resource, changes) = match name.split('.').next() {
        Some("user") => (
            "{\"type\":\"User\",\"id\":\"00000000-0000-7000-8000-000000000000\",\"externalId\":\"example\",\
             \"name\":\"ada@example.com\"}",
            "[{\"path\":\"active\",\"before\":true,\"after\":false}]",
        ),
        Some("group") if name == "group.members" => (GROUP, "[]"),
        Some("group") => (
            GROUP,
            "[{\"path\":\"displayName\",\"before\":\"Sample\",\"after\":\"Example\"}]",
        ),
        Some(_) | None => ("null", "[]"),
    };
    let admin = &call.admin;
    let actor = ObjectText::new()
        .text("kind", "operator")
        .member("id", "null")
        .text("label", &admin.operator.label);
    let event = ObjectText::new()
        .member("v", "1")
        // The id of an event that is none: there is no such database.
        .text("id", &format!("evt_65535_{}", admin.now.milliseconds))
        .member("tenant", &endpoint.tenant.unwrap_or(1).to_string())
        .member("tenant_external_id", "null")
        .member("seq", "1")
        .text("at", &admin.now.text)
        .text("type", name)
        .member("version", "null")
        .member("actor", &actor.end())
        .member("resource", resource)
        .text("request", admin.request)
        .member("changes", changes);
    match name {
        "group.members" => event.member(
            "members",
            "{\"added\":[{\"id\":\"00000000-0000-7000-8000-000000000000\",\"type\":\"User\"}],\"removed\":[]}",
        ),
        _ => event,
    }
    .end()
}

/// Posts an event to an endpoint, and shows what came of it.
fn send<'c>(
    call: &'c Call<'c>,
    endpoint: Endpoint,
    event: &str,
    seal: Option<&str>,
) -> Outcome<'c> {
    let admin = call.admin;
    check_url(admin.settings, &endpoint.url, call.origin).map_err(|words| {
        Refusal::conflict(
            "address_refused",
            format!("The `url` of this webhook must be {words}: change it."),
        )
    })?;
    let (id, body) = body(event, seal);
    let headers = signing::headers(&admin.settings.master, &endpoint, &admin.now, (&id, &body));
    let post = Post {
        address: endpoint.url.clone(),
        headers: headers.unwrap_or_default(),
        body,
    };
    Step::post(post, move |reply, milliseconds| {
        let status = reply.as_ref().map(|reply| reply.status);
        let is_good = is_taken(reply.as_ref());
        let attempt = Attempt {
            event: id,
            tenant: None,
            at: admin.now.text.clone(),
            attempt: 1,
            status: status.map(i64::from),
            milliseconds,
            reply: reply.map(|reply| first_bytes(reply.reply)),
            outcome: if is_good { "delivered" } else { "failed" },
        };
        let mut batch = Batch::default();
        batch.add_all(deliveries::record(&endpoint.id, None, &attempt));
        let row = batch.add(deliveries::list(&endpoint.id, None, 1));
        Step::send(1, batch, move |mut answers| {
            let mut row = answers.row(row).ok_or_else(super::no_webhook)?;
            Step::show(row.required_text(1)?)
        })
    })
}
