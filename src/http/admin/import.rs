//! The lines of an import: read as they come, and stored before they are answered.

use crate::http::body::{ENDED_EARLY, LATE};
use crate::http::reply::Reply;
use crate::http::request::{Request, Unread, Upload};
use crate::http::{Environment, Trace};
use scim::json;
use service::admin::Admin;
use service::admin::refusal::Refusal;
use service::admin::step;
use service::jobs::{self, Budget};
use service::transfer::import::Marker;
use service::transfer::staging::Staging;
use store::batch::Batch;
use store::tenant::Tenant;
use store::transfer::import::Import;
use store::{Database, directory};

/// Bytes of the largest body: Cloudflare takes 100 MB.
const MAX_BODY: usize = 95_000_000;
/// The same for each statement that an event may send.
const BODY_EACH: usize = 600_000;
/// Statements of a request beside those that store lines.
const OTHERS: usize = 10;
/// Lines of an import that is done before it is answered.
const SMALL: i64 = 1_000;
/// Milliseconds for which that is tried.
const PATIENCE: u64 = 5_000;
const PACKED: &str = "By its first bytes the body is compressed, or in UTF-16; nothing of it was imported. Send the lines in UTF-8 and not compressed.";

/// Refuses a body that is no lines.
pub(super) fn check<B>(request: &Request<B>) -> Result<(), Refusal> {
    let media_type = request.content_type.as_deref().unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    let is_lines = [
        "application/x-ndjson",
        "application/ndjson",
        "application/jsonl",
    ]
    .iter()
    .any(|known| known.eq_ignore_ascii_case(media_type));
    if is_lines && request.content_encoding.is_none() {
        return Ok(());
    }
    Err(Refusal::media_type(
        "Send the lines as application/x-ndjson, a JSON object each, in UTF-8 and not compressed.",
    ))
}

/// Whether bytes begin as those of gzip, or of UTF-16.
fn is_packed(bytes: &[u8]) -> bool {
    [[0x1F, 0x8B], [0xFF, 0xFE], [0xFE, 0xFF]]
        .iter()
        .any(|begin| bytes.starts_with(begin))
}

fn too_large(most: usize) -> Refusal {
    Refusal::too_large(format!(
        "The body is larger than the {most} bytes that one request may have; nothing of it was imported. Send it in \
         parts: all but the last with more=true, and all but the first with job= and line=."
    ))
}

/// Stores the lines, and does what is soon done.
pub(super) async fn receive<D: Database, B: Upload>(
    environment: &Environment<'_, D>,
    request: &Request<B>,
    admin: &Admin<'_>,
    upload: step::Upload,
    base: &str,
    trace: &mut Trace,
) -> Result<Reply, Refusal> {
    let tenant = admin.tenant()?;
    let shard = environment.context.on(tenant.shard);
    let shard = shard.ok_or_else(|| Refusal::broken("the shard is not bound"))?;
    let number = Tenant::Known(tenant.id);
    let marker = Marker::parse(&upload.marker);
    let marker = marker.ok_or_else(|| Refusal::broken("an import without a marker"))?;
    let import = Import {
        tenant: &number,
        job: &upload.job,
        is_dry: marker.is_dry(),
    };
    let budget = Budget::of(shard.settings);
    let most = MAX_BODY.min(budget.statements.saturating_sub(OTHERS) * BODY_EACH);
    let mut staging = Staging::new(upload.line);
    let (mut from, mut sent) = (0, OTHERS);
    let broken = loop {
        let piece = request.body.piece(from).await;
        let is_over = matches!(piece, Ok(None));
        let statements = match piece {
            Ok(Some(bytes)) if from == 0 && upload.line == 1 && is_packed(&bytes) => {
                break Some(Refusal::invalid("invalid_body", PACKED));
            }
            Ok(Some(bytes)) => {
                from += bytes.len();
                staging.push(import, &bytes)
            }
            Ok(None) => staging.end(import, upload.has_more),
            Err(Unread::Broken) => break Some(Refusal::invalid("invalid_body", ENDED_EARLY)),
            Err(Unread::Late) => break Some(Refusal::late(LATE)),
            Err(Unread::Busy) => break Some(Refusal::busy()),
            Err(Unread::TooLong) => break Some(too_large(most)),
        };
        if from > most {
            break Some(too_large(most));
        }
        sent += statements.len();
        let mut batch = Batch::default();
        batch.add_all(statements);
        shard.send(batch).await?;
        if is_over {
            break None;
        }
    };
    let now = shard.clock.now();
    if let Some(why) = broken {
        if upload.is_first {
            // What has come of it is taken out by the next event.
            let release = directory::jobs::release(&upload.job, &upload.until, &now.text);
            shard.ask(release).await?;
        }
        return Err(why);
    }
    let read = directory::jobs::read(&upload.job);
    if !upload.has_more {
        let begin = directory::jobs::begin_import(
            &upload.job,
            tenant.id,
            &marker.clone().begin().text(),
            &now.text,
        );
        let rows = shard.ask(begin).await?;
        let total = rows.first().map_or(Ok(None), |row| row.integer(0))?;
        let left = budget.statements.saturating_sub(sent);
        if total.is_some_and(|total| total <= SMALL) && left > 0 {
            let budget = Budget {
                statements: left,
                milliseconds: PATIENCE,
            };
            jobs::work_at(&shard, &upload.job, tenant.id, budget).await?;
        }
    }
    let shape = shard.ask(read).await?.into_iter().next();
    let shape = shape.map_or(Ok(String::new()), |mut row| row.required_text(0))?;
    let mut job = json::object(&shape).unwrap_or_default();
    if job.get("state").is_some_and(|state| state == "finished") {
        let result = job.remove("result").unwrap_or_default();
        return Ok(Reply::json(200, json::text(&result)));
    }
    trace.job = !upload.has_more;
    Ok(Reply::json(202, shape).with("Location", format!("{base}/jobs/{}", upload.job)))
}
