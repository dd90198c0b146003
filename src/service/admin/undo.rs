//! Undo: what a request changed, or a range of events tells of, is taken back.

use serde_json::Value;

use super::body::{only, text};
use super::refusal::Refusal;
use super::shape;
use super::step::{Answer, Call, Creation, Outcome, Step};
use crate::budget::LEASE;
use crate::outside::Moment;
use crate::transfer::undo::{DRY, DRY_FREE, PART, Undo, UndoEnd};
use scim::json;
use store::batch::{Answers, Batch, Handle};
use store::directory::jobs;
use store::ledger::undo;

/// Characters of the id of a request, with the number of an operation.
const LONGEST: usize = 64;
/// Milliseconds before and behind the moment that a request came at, within which its changes were
/// written.
const BEFORE: u64 = 120_000;
const BEHIND: u64 = 600_000;

/// Takes changes of the tenant back.
pub fn undo<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let body = &call.body;
    only(body, &["request", "from_seq", "to_seq", "dry_run"])?;
    let is_dry = match body.get("dry_run") {
        None | Some(Value::Null) => Some(false),
        Some(value) => value.as_bool(),
    };
    let is_dry = is_dry
        .ok_or_else(|| Refusal::invalid("invalid_value", "`dry_run` must be true or false."))?;
    let (from, to) = (number(call, "from_seq")?, number(call, "to_seq")?);
    let wrong = match (text(body, "request", LONGEST)?, from, to) {
        (Some(request), None, None) => return of_request(call, request, is_dry),
        (Some(_), ..) => {
            "Send `request` or `from_seq` and `to_seq`, not both: what is to be taken back is said once."
        }
        (None, Some(from), Some(to)) if from > to => {
            "`from_seq` is greater than `to_seq`: send the number of the first event, and that of the last."
        }
        (None, Some(from), to) => return of_range(call, (from, to), is_dry),
        (None, None, _) => {
            "Send either `request`, the X-Request-Id of what is to be taken back, or `from_seq` and `to_seq`, the numbers of \
             the first and the last event; without `to_seq` all from the first on are meant."
        }
    };
    Err(Refusal::invalid("invalid_value", wrong))
}

/// The number of an event.
fn number(call: &Call<'_>, name: &str) -> Result<Option<i64>, Refusal> {
    match call.body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_i64().filter(|number| *number > 0) {
            Some(number) => Ok(Some(number)),
            None => Err(Refusal::invalid(
                "invalid_value",
                format!("`{name}` must be the `seq` of an event, a whole number from 1 on."),
            )),
        },
    }
}

/// Takes back what a request did: `req_…`, of a Bulk all of it, or `req_…:3` alone.
fn of_request<'c>(call: &'c Call<'c>, request: &'c str, is_dry: bool) -> Outcome<'c> {
    let missing = || {
        Refusal::missing(
            "request_not_found",
            "No event of a resource of this tenant is of that request: it changed none (settings, tokens and members that \
             wait to join are not taken back), its events are no longer kept, or it was another tenant's. GET /admin/v1/tenants/{id}/events shows the `request` of each.",
        )
    };
    let at = request.strip_prefix("req_").and_then(|rest| rest.get(..12));
    let at = at.and_then(|digits| u64::from_str_radix(digits, 16).ok());
    let at = at.ok_or_else(missing)?;
    let since = Moment::at(at.saturating_sub(BEFORE)).text;
    let until = Moment::at(at.saturating_add(BEHIND)).text;
    let tenant = call.admin.tenant()?.id;
    let (batch, numbers) = Batch::of(undo::find(tenant, request, (&since, &until)));
    Step::send(call.admin.shard, batch, move |mut answers| {
        let [Some(from), Some(to), count] = answers.numbers(numbers)? else {
            return Err(missing());
        };
        let count = count.unwrap_or_default();
        begin(call, Some(request), (from, to, count), is_dry)
    })
}

/// Takes back what these events tell of, up to the newest where none is named.
fn of_range<'c>(call: &'c Call<'c>, (from, to): (i64, Option<i64>), is_dry: bool) -> Outcome<'c> {
    let (batch, extent) = Batch::of(undo::extent(call.admin.tenant()?.id));
    Step::send(call.admin.shard, batch, move |mut answers| {
        let [oldest, newest] = answers.numbers(extent)?;
        let (oldest, newest) = (oldest.unwrap_or(1), newest.unwrap_or_default());
        if from < oldest || from > newest {
            return Err(Refusal::missing(
                "events_not_found",
                format!(
                    "The events of this tenant that are kept go from {oldest} to {newest}, and `from_seq` is none of these."
                ),
            ));
        }
        let to = to.map_or(newest, |to| to.min(newest));
        begin(call, None, (from, to, to - from + 1), is_dry)
    })
}

fn begin<'c>(
    call: &'c Call<'c>,
    request: Option<&str>,
    (from, to, count): (i64, i64, i64),
    is_dry: bool,
) -> Outcome<'c> {
    let admin = call.admin;
    let tenant = admin.tenant()?;
    let (most, said) = if admin.settings.is_free_plan {
        DRY_FREE
    } else {
        DRY
    };
    let exceeds = |most| usize::try_from(count).is_ok_and(|count| count > most);
    if is_dry && exceeds(most) {
        return Err(Refusal::invalid(
            "invalid_value",
            format!(
                "A dry run looks at up to {said} events, and these are {count}. Ask for the newest alone, by `from_seq`, then \
                 for those before."
            ),
        ));
    }
    let undo = Box::new(Undo {
        tenant: tenant.id,
        job: None,
        keeps_lease: false,
        request: request.map(str::to_owned),
        from,
        to,
        below: to + 1,
        is_dry,
        sender: admin.sender.clone(),
        own_request: admin.request.to_owned(),
        counts: [0; 4],
        refused: Vec::new(),
        waiting: Vec::new(),
        more_refused: 0,
    });
    if !exceeds(PART) {
        return Ok(Step::Undo(undo, end));
    }
    begin_job(call, undo, "")
}

/// What came of it. Of what takes more than one part each is a step of a job, so that none is left
/// halfway.
fn end<'c>(call: &'c Call<'c>, undo: Box<Undo>, end_of: UndoEnd) -> Outcome<'c> {
    match end_of {
        UndoEnd::All => Step::show(json::text(&undo.result())),
        UndoEnd::More if undo.job.is_some() => Ok(Step::Undo(undo, end)),
        UndoEnd::More if undo.is_dry => begin_job(call, undo, ""),
        UndoEnd::More => {
            let until = Moment::at(call.admin.now.milliseconds + LEASE).text;
            begin_job(call, undo, &until)
        }
        UndoEnd::Conflict => {
            // Its job is gone on with when the lease ends, by the minute.
            if let Some(job) = undo.job {
                let (batch, row) = Batch::of(jobs::read(&job));
                return Step::send(call.admin.shard, batch, move |answers| {
                    show_job(job, answers, row)
                });
            }
            Err(Refusal::conflict(
                "changed_meanwhile",
                "Other requests changed the same resources again and again, or the tenant has ended; nothing was taken back. \
                 Send the request again.",
            ))
        }
    }
}

/// Makes a job of it; one that is leased is gone on with at once.
fn begin_job<'c>(call: &'c Call<'c>, mut undo: Box<Undo>, leased: &str) -> Outcome<'c> {
    let admin = call.admin;
    let job = admin.id("job_");
    undo.begin_anew(&job);
    let (marker, total) = (undo.marker(), undo.to + 1 - undo.from);
    let mut batch = Batch::default();
    batch.add(jobs::begin(
        (&job, jobs::UNDO, leased),
        undo.tenant,
        "directory:write",
        (&marker, total),
        &admin.now.text,
    ));
    let row = batch.add(jobs::read(&job));
    undo.keeps_lease = !leased.is_empty();
    Step::send(admin.shard, batch, move |answers| {
        if undo.keeps_lease {
            return Ok(Step::Undo(undo, end));
        }
        show_job(job, answers, row)
    })
}

/// Shows a job that was read: what comes of it stands there.
fn show_job<'c>(id: String, mut answers: Answers, row: Handle) -> Outcome<'c> {
    let body = shape(answers.rows(row))?;
    let body = body.ok_or_else(|| Refusal::broken("a job was not there"))?;
    Ok(Step::Done(Answer::NewJob(Creation { id, body })))
}
