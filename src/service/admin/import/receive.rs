//! The lines of an import: stored as they come, before they are answered, and done at once where
//! they are few.

use scim::json;

use super::super::Admin;
use super::super::refusal::Refusal;
use super::super::step::ImportUpload;
use crate::context::Context;
use crate::jobs::{self, Budget};
use crate::transfer::import::Marker;
use crate::transfer::staging::Staging;
use store::batch::Batch;
use store::directory;
use store::tenant::Tenant;
use store::transfer::import::Import;
use store::{Database, Statement};

/// Bytes of the largest body: Cloudflare takes 100 MB.
const MAX_BODY: usize = 95_000_000;
/// Its lines: each takes its time, however short.
const MAX_LINES: usize = 150_000;
/// Bytes for each statement that an event may send.
const BODY_EACH: usize = 600_000;
/// Statements of a request beside those that store lines.
const OTHERS: usize = 10;
/// Lines of an import that is done before it is answered.
const SMALL: i64 = 1_000;
/// Milliseconds for which that is tried.
const PATIENCE: u64 = 5_000;
/// What the digest of a part begins with, and by what each byte multiplies it (FNV-1a).
const DIGEST: (u64, u64) = (0xCBF2_9CE4_8422_2325, 0x0100_0000_01B3);
const PACKED: &str = "By its first bytes the body is compressed, or in UTF-16; nothing of it was imported. Send the lines in UTF-8 and not compressed.";

/// What has become of the lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// They are done: the result, JSON.
    Result(String),
    /// They wait for their job, JSON.
    Job(String),
}

/// Whether bytes begin as those of gzip, or of UTF-16.
fn is_packed(bytes: &[u8]) -> bool {
    [[0x1F, 0x8B], [0xFF, 0xFE], [0xFE, 0xFF]]
        .iter()
        .any(|begin| bytes.starts_with(begin))
}

fn too_large(most: usize) -> Refusal {
    Refusal::too_large(format!(
        "The body is larger than the {most} bytes, or {MAX_LINES} lines, that one request may have; nothing of it was imported. Send it in \
         parts: all but the last with more=true, and all but the first with job= and line=."
    ))
}

/// The body, as far as it has come.
struct LineBody<'a> {
    import: Import<'a>,
    upload: &'a ImportUpload,
    staging: Staging,
    /// Its bytes, and how many it may have.
    bytes: usize,
    most: usize,
    /// Its lines.
    lines: usize,
    /// Of the number of its first line and its bytes.
    digest: u64,
}

impl LineBody<'_> {
    /// Takes the next piece, or the end; gives what is to be sent before the one behind it.
    fn take(&mut self, piece: Option<Vec<u8>>) -> Result<Vec<Statement>, Refusal> {
        let Some(piece) = piece else {
            return Ok(self.staging.end(self.import, self.upload.has_more));
        };
        if self.bytes == 0 && self.upload.line == 1 && is_packed(&piece) {
            return Err(Refusal::invalid("invalid_body", PACKED));
        }
        self.bytes += piece.len();
        for byte in &piece {
            self.lines += usize::from(*byte == b'\n');
            self.digest = (self.digest ^ u64::from(*byte)).wrapping_mul(DIGEST.1);
        }
        let is_in_line = piece.last().is_some_and(|byte| *byte != b'\n');
        if self.bytes > self.most || self.lines + usize::from(is_in_line) > MAX_LINES {
            return Err(too_large(self.most));
        }
        Ok(self.staging.push(self.import, &piece))
    }
}

/// Stores the lines, and does what is soon done. `piece` gives the next piece of the body, behind
/// so many bytes; none at its end.
pub async fn receive_lines<D: Database>(
    context: &Context<'_, D>,
    admin: &Admin<'_>,
    upload: &ImportUpload,
    piece: impl AsyncFn(usize) -> Result<Option<Vec<u8>>, Refusal>,
) -> Result<Received, Refusal> {
    let tenant = admin.tenant()?;
    let shard = context.on(tenant.shard);
    let shard = shard.ok_or_else(|| Refusal::no_shard(tenant.shard))?;
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
    let mut body = LineBody {
        import,
        upload,
        staging: Staging::new(upload.line),
        bytes: 0,
        most,
        lines: 0,
        digest: DIGEST.0 ^ upload.line.cast_unsigned(),
    };
    let mut count = OTHERS;
    let failure = loop {
        let piece = piece(body.bytes).await;
        let is_over = matches!(piece, Ok(None));
        let statements = match piece.and_then(|piece| body.take(piece)) {
            Ok(statements) => statements,
            Err(why) => break Some(why),
        };
        count += statements.len();
        let mut batch = Batch::default();
        batch.add_all(statements);
        shard.send(batch).await?;
        if is_over {
            break None;
        }
    };
    let now = shard.clock.now();
    if let Some(why) = failure {
        if upload.is_first {
            // What has come of it is taken out by the next event.
            let detail = Some(why.detail.as_str());
            let release = directory::jobs::release(&upload.job, &upload.until, &now.text, detail);
            shard.ask(release).await?;
        }
        return Err(why);
    }
    // D1 gives numbers back as JavaScript has them: whole up to 53 bits.
    let digest = (body.digest >> 11).cast_signed();
    if !upload.has_more {
        let marker = marker.begin(digest).text();
        let begin = directory::jobs::begin_import(&upload.job, tenant.id, &marker, &now.text);
        let rows = shard.ask(begin).await?;
        let total = rows.first().map_or(Ok(None), |row| row.integer(0))?;
        let room = budget.statements.saturating_sub(count);
        if total.is_some_and(|total| total <= SMALL) && room > 0 {
            let budget = Budget {
                statements: room,
                milliseconds: PATIENCE,
            };
            jobs::work_at(&shard, &upload.job, tenant.id, budget).await?;
        }
    }
    let statement = directory::jobs::read(&upload.job);
    let row = shard.ask(statement).await?.into_iter().next();
    let mut row = row.ok_or_else(|| Refusal::broken("an import without its job"))?;
    let shape = row.required_text(0)?;
    let part = row.integer(4)?.unwrap_or_default();
    if !upload.has_more && part != 0 && part != digest {
        return Err(Refusal::conflict(
            "import_has_begun",
            "The import has begun with other lines than these, so nothing of these was imported. Send them as an import \
             of their own.",
        ));
    }
    let mut job = json::object(&shape).unwrap_or_default();
    if job.get("state").is_some_and(|state| state == "finished") {
        let result = job.remove("result").unwrap_or_default();
        return Ok(Received::Result(json::text(&result)));
    }
    Ok(Received::Job(shape))
}
