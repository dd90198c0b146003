//! The beginning of an import: its job, which waits for the lines ([`receive`]).

use super::refusal::Refusal;
use super::step::{Answer, Call, ImportUpload, Outcome, Step};
use super::tenant::NO_TENANT;
use crate::outside::Moment;
use crate::transfer::import::Marker;
use store::batch::Batch;
use store::directory::jobs;

pub mod receive;

/// Milliseconds for which the lines may take to come, those of one request.
const PATIENCE: u64 = 3_600_000;

/// Begins an import, or goes on with one whose lines come in parts.
pub fn begin<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    let admin = call.admin;
    let tenant = admin.tenant()?;
    let is_dry = flag(call, "dry_run")?;
    let has_more = flag(call, "more")?;
    let line = match call.parameter("line") {
        None | Some("") => Some(1),
        Some(text) => text.parse().ok().filter(|line| *line > 0),
    };
    let line = line.ok_or_else(|| {
        Refusal::invalid_query("line", "the number of the first line that is sent, from 1")
    })?;
    let until = Moment::at(admin.now.milliseconds + PATIENCE).text;
    let now = &admin.now.text;
    let marker = Marker::new(
        is_dry,
        admin.request,
        admin.operator.id.clone(),
        admin.operator.label.clone(),
    );
    let (id, statement) = match call.parameter("job") {
        None | Some("") => {
            let id = admin.id("job_");
            let create = jobs::create_import(&id, tenant.id, (&marker.text(), is_dry), now, &until);
            (id, create)
        }
        Some(id) => (
            id.to_owned(),
            jobs::extend_import(id, tenant.id, line, &until),
        ),
    };
    let is_first = call.parameter("job").is_none_or(str::is_empty);
    let (batch, row) = Batch::of(statement);
    Step::send(tenant.shard, batch, move |mut answers| {
        let Some(mut row) = answers.row(row) else {
            return Err(if is_first && is_dry {
                Refusal::missing(NO_TENANT.0, NO_TENANT.1)
            } else if is_first {
                Refusal::forbidden(
                    "tenant_suspended",
                    "The tenant is suspended: nothing is imported until it is active again. Resume it first, or \
                     send dry_run=true, which works meanwhile.",
                )
            } else {
                Refusal::missing(
                    "job_not_found",
                    "There is no import of this tenant with this id that waits for lines. Take the id from the reply to the \
                     first part, which is sent with more=true as all but the last are.",
                )
            });
        };
        let marker = row.required_text(0)?;
        if !is_first {
            let next = row.integer(1)?.unwrap_or_default() + 1;
            if line > next {
                return Err(Refusal::invalid_query(
                    "line",
                    &format!(
                        "{next} at the most: the lines from that on have not come, so send them first"
                    ),
                ));
            }
        }
        Ok(Step::Done(Answer::Upload(ImportUpload {
            marker,
            job: id,
            until,
            line,
            is_first,
            has_more,
        })))
    })
}

/// A parameter that is true or false.
fn flag(call: &Call<'_>, name: &'static str) -> Result<bool, Refusal> {
    match call.parameter(name) {
        None | Some("" | "false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(Refusal::invalid_query(name, "true or false")),
    }
}
