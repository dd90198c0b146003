//! The endpoints of webhooks: made, listed, changed, given another secret, ended. Each is an
//! address to which events are posted, signed by a secret that only its receiver is told.

use scim::list::List;
use scim::part;
use std::vec::IntoIter;

use scim::json;
use serde_json::Value;

use super::body::{BodyObject, only, required};
use super::refusal::Refusal;
use super::step::{Answer, Call, Creation, Outcome, Step};
use super::{Admin, events, no_tenant, page, shard, with_member};
use crate::address;
use crate::delivery::{check_url, event_filter};
use crate::master::MasterKey;
use crate::outside::Moment;
use crate::signing::{BOTH, secret};
use store::Row;
use store::batch::{Batch, Handle};
use store::directory::tenants::{self, TenantSelector};
use store::ledger::feed::newest;
use store::ledger::tracks::{self, Track, read_track};
use store::ledger::webhooks::{self, Endpoint, EndpointChange, EndpointFilter, SecretRef};

pub mod acts;

/// What is said of an endpoint that is not there.
fn no_webhook() -> Refusal {
    Refusal::missing(
        "webhook_not_found",
        "There is no such webhook, or this credential does not reach it. GET /admin/v1/webhooks lists those that it reaches.",
    )
}

/// The key that secrets are made of.
fn key(admin: &Admin<'_>) -> Result<MasterKey, Refusal> {
    admin.settings.master.newest().ok_or_else(|| {
        Refusal::conflict(
            "no_master_key",
            "This deployment has no MASTER_KEY that can be used, of which the secrets of webhooks are made: 64 hexadecimal digits. Ask whoever \
             deploys it to set that secret.",
        )
    })
}

fn url<'b>(call: &'b Call<'_>) -> Result<&'b str, Refusal> {
    let url = required(&call.body, "url", address::LONGEST)?;
    check_url(call.admin.settings, url, call.origin)
        .map_err(|words| Refusal::invalid("invalid_value", format!("`url` must be {words}.")))?;
    Ok(url)
}

/// The types in a body, a JSON array; none where they are not there.
fn types(body: &BodyObject) -> Result<Option<String>, Refusal> {
    let texts = match texts(body, "types")? {
        None => return Ok(None),
        Some(texts) if texts.is_empty() => return Ok(Some("[]".to_owned())),
        Some(texts) => texts,
    };
    let types = events::types(&texts.join(",")).map_err(|refusal| {
        let detail = part::replace(&refusal.detail, "`type`", "`types`");
        Refusal::invalid("invalid_value", detail)
    })?;
    Ok(Some(json::text(&types.into())))
}

/// What a delivery has besides the event, a JSON array.
fn include(body: &BodyObject) -> Result<Option<String>, Refusal> {
    match texts(body, "include")? {
        None => Ok(None),
        Some(texts) if texts.is_empty() => Ok(Some("[]".to_owned())),
        Some(texts) if texts == ["resource"] => Ok(Some("[\"resource\"]".to_owned())),
        Some(_) => Err(Refusal::invalid(
            "invalid_value",
            "`include` must be an empty list, or [\"resource\"]: the resource as it is when its event is posted.",
        )),
    }
}

fn texts<'b>(body: &'b BodyObject, name: &str) -> Result<Option<Vec<&'b str>>, Refusal> {
    let list = match body.get(name) {
        None => return Ok(None),
        Some(Value::Null) => Some(Vec::new()),
        Some(list) => list
            .as_array()
            .and_then(|list| list.iter().map(Value::as_str).collect()),
    };
    match list {
        Some(list) => Ok(Some(list)),
        None => Err(Refusal::invalid(
            "invalid_value",
            format!("`{name}` must be a list of strings."),
        )),
    }
}

/// Lists them.
pub fn list<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let filter = EndpointFilter {
        only: call.admin.operator.tenant,
        after: call.after_id("whk_")?,
        most: call.most(),
        ..EndpointFilter::default()
    };
    show(call, Batch::default(), &filter, Format::Page)
}

/// Reads one.
pub fn read<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    one(
        call,
        Batch::default(),
        call.argument("webhook"),
        Format::One,
    )
}

/// Makes one, whose secret is shown this once. It begins at the end of the feed.
pub fn create<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let (admin, body) = (call.admin, &call.body);
    only(body, &["url", "tenant", "types", "include"])?;
    let key = key(admin)?;
    let tenant = match (body.get("tenant"), admin.operator.tenant) {
        (None | Some(Value::Null), only) => only,
        (Some(number), only) => {
            let number = number.as_i64().unwrap_or_default();
            if only.is_some_and(|only| only != number) {
                return Err(no_tenant());
            }
            Some(number)
        }
    };
    let endpoint = Endpoint {
        id: admin.id("whk_"),
        url: url(call)?.to_owned(),
        origin: call.origin.to_owned(),
        tenant,
        types: types(body)?.unwrap_or_else(|| "[]".to_owned()),
        include: include(body)?.unwrap_or_else(|| "[]".to_owned()),
        secret: SecretRef {
            version: 1,
            key: key.fingerprint(),
        },
        ..Endpoint::default()
    };
    let secret_text = secret(&key, &endpoint.id, 1);
    let Some(tenant) = tenant else {
        return begin(call, endpoint, secret_text, admin.shards(), Vec::new());
    };
    let (batch, row) = Batch::of(tenants::find(&TenantSelector::Number(tenant)));
    Step::send(1, batch, move |mut answers| {
        let Some(row) = answers.row(row) else {
            return Err(Refusal::invalid(
                "unknown_tenant",
                "There is no tenant with the number in `tenant`. Send the number of the only tenant whose events are posted, \
                 or leave `tenant` out.",
            ));
        };
        let of_tenant = vec![shard(row.integer(3)?)].into_iter();
        begin(call, endpoint, secret_text, of_tenant, Vec::new())
    })
}

/// Asks each database where its events end, and stores the endpoint.
fn begin<'c>(
    call: &'c Call<'c>,
    endpoint: Endpoint,
    secret_text: String,
    mut rest: IntoIter<u16>,
    mut ends: Vec<(u16, Option<i64>)>,
) -> Outcome<'c> {
    let Some(shard) = rest.next() else {
        let id = endpoint.id.clone();
        let mut batch = Batch::default();
        batch.add(webhooks::create(&endpoint, &call.admin.now.text));
        batch.add(call.admin.tell(webhooks::created_event(&id)));
        for (shard, end) in ends {
            batch.add(webhooks::begin(&id, shard, end));
        }
        return one(call, batch, &id, Format::New(secret_text));
    };
    if shard == 1 {
        ends.push((1, None));
        return begin(call, endpoint, secret_text, rest, ends);
    }
    let (batch, end) = Batch::of(newest(None));
    Step::send(shard, batch, move |mut answers| {
        let [end] = answers.numbers(end)?;
        ends.push((shard, Some(end.unwrap_or_default())));
        begin(call, endpoint, secret_text, rest, ends)
    })
}

/// Finds the endpoint that the path names.
fn find<'c>(call: &'c Call<'c>, then: fn(&'c Call<'c>, Endpoint) -> Outcome<'c>) -> Outcome<'c> {
    let statement = webhooks::find(call.argument("webhook"), call.admin.operator.tenant);
    let (batch, row) = Batch::of(statement);
    Step::send(1, batch, move |mut answers| {
        let mut row = answers.row(row).ok_or_else(no_webhook)?;
        then(call, webhooks::read_endpoint(&mut row)?)
    })
}

/// Changes its address, what it hears of, and whether it is active.
pub fn change<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    find(call, |call, endpoint| {
        let body = &call.body;
        only(body, &["url", "types", "include", "state"])?;
        let change = EndpointChange {
            url: match body.get("url") {
                None => None,
                Some(_) => Some((url(call)?, call.origin)),
            },
            types: types(body)?,
            include: include(body)?,
            state: match body.get("state") {
                None => None,
                Some(Value::String(state)) if state == "active" || state == "disabled" => {
                    Some(state.as_str())
                }
                Some(_) => {
                    let detail = "`state` must be active or disabled.";
                    return Err(Refusal::invalid("invalid_value", detail));
                }
            },
        };
        let mut batch = Batch::default();
        let event = webhooks::updated_event(&endpoint.id, &change);
        batch.add(call.admin.tell(event));
        let now = &call.admin.now.text;
        batch.add_all(webhooks::change(&endpoint.id, &change, now));
        one(call, batch, &endpoint.id, Format::One)
    })
}

/// Ends it.
pub fn remove<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    find(call, |call, endpoint| {
        let mut batch = Batch::default();
        batch.add(call.admin.tell(webhooks::deleted_event(&endpoint.id)));
        batch.add_all(webhooks::remove(&endpoint.id));
        Step::send(1, batch, |_| Ok(Step::Done(Answer::Empty)))
    })
}

/// Gives it another secret, which is shown this once; the one before signs, too, for a day.
pub fn rotate<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    find(call, |call, endpoint| {
        let key = key(call.admin)?;
        let until = Moment::at(call.admin.now.milliseconds + BOTH).text;
        let mut batch = Batch::default();
        batch.add(call.admin.tell(webhooks::rotated_event(&endpoint)));
        batch.add(webhooks::rotate(&endpoint, &key.fingerprint(), &until));
        batch.add(webhooks::interrupt(&endpoint.id, false));
        let secret_text = secret(&key, &endpoint.id, endpoint.secret.version + 1);
        one(call, batch, &endpoint.id, Format::Secret(secret_text))
    })
}

/// How an endpoint is shown.
enum Format {
    /// As a page.
    Page,
    /// As it is.
    One,
    /// With the secret.
    Secret(String),
    /// As what was just made, with the secret.
    New(String),
}

/// Sends a batch and shows an endpoint.
fn one<'c>(call: &'c Call<'c>, batch: Batch, id: &str, format: Format) -> Outcome<'c> {
    let filter = EndpointFilter {
        only: call.admin.operator.tenant,
        id: Some(id),
        most: 1,
        ..EndpointFilter::default()
    };
    show(call, batch, &filter, format)
}

/// Sends a batch and shows endpoints, each with how much is not delivered to it.
fn show<'c>(
    call: &'c Call<'c>,
    mut batch: Batch,
    filter: &EndpointFilter<'_>,
    format: Format,
) -> Outcome<'c> {
    let keys = call.admin.settings.master.fingerprints();
    let page = batch.add(webhooks::list(filter, &keys));
    let tracks = batch.add(tracks::tracks(filter));
    Step::send(1, batch, move |mut answers| {
        let mut rows = Vec::new();
        for mut row in answers.rows(page) {
            rows.push((row.required_text(0)?, row.required_text(1)?, 0));
        }
        let tracks = answers.rows(tracks);
        let tracks: Result<_, store::Error> = tracks
            .into_iter()
            .map(|mut row| read_track(&mut row))
            .list_all();
        count(call.admin.shards(), tracks?, rows, format, call.page.limit)
    })
}

/// Counts what is not delivered, in one database after the other.
fn count<'c>(
    mut rest: IntoIter<u16>,
    tracks: Vec<Track>,
    mut rows: Vec<(String, String, i64)>,
    format: Format,
    limit: usize,
) -> Outcome<'c> {
    let Some(shard) = rest.next() else {
        return end(rows, format, limit);
    };
    let (batch, counts) = pending(&tracks, shard);
    if batch.is_empty() {
        return count(rest, tracks, rows, format, limit);
    }
    Step::send(shard, batch, move |mut answers| {
        for (webhook, row) in counts {
            let [number] = answers.numbers(row)?;
            if let Some(entry) = rows.iter_mut().find(|(id, ..)| *id == webhook) {
                entry.2 += number.unwrap_or_default();
            }
        }
        count(rest, tracks, rows, format, limit)
    })
}

/// The batch that counts what is not delivered of a database.
pub(super) fn pending(tracks: &[Track], shard: u16) -> (Batch, Vec<(String, Handle)>) {
    let mut batch = Batch::default();
    let mut counts = Vec::new();
    for track in tracks
        .iter()
        .filter(|track| track.shard == i64::from(shard))
    {
        let row = batch.add(tracks::pending(
            track,
            &event_filter(&track.types, &track.webhook),
        ));
        counts.push((track.webhook.clone(), row));
    }
    (batch, counts)
}

fn end<'c>(rows: Vec<(String, String, i64)>, format: Format, limit: usize) -> Outcome<'c> {
    let mut rows = rows
        .into_iter()
        .map(|(id, text, count)| (id, with_member(text, "pending", &count.into())));
    if matches!(format, Format::Page) {
        let cell = |text| store::Cell::Text(text);
        let rows = rows.map(|(id, text)| Row(vec![cell(id), cell(text)]));
        return Step::show(page(rows.list(), limit)?);
    }
    let missing = || match format {
        Format::New(_) => Refusal::conflict(
            "too_many_webhooks",
            format!(
                "There are {} webhooks of this tenant, or of all tenants, and no more may be. Delete one, or change one with PATCH.",
                webhooks::MOST,
            ),
        ),
        Format::Page | Format::One | Format::Secret(_) => no_webhook(),
    };
    let (id, text) = rows.next().ok_or_else(missing)?;
    match format {
        Format::Page | Format::One => Step::show(text),
        Format::Secret(secret) => Step::show(with_member(text, "secret", &secret.into())),
        Format::New(secret) => Ok(Step::Done(Answer::Creation(Creation {
            id,
            body: with_member(text, "secret", &secret.into()),
        }))),
    }
}
