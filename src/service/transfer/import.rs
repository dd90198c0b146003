//! The import: lines that were stored become resources, a batch of them at a time.
//!
//! Users and resources of other types come first, then groups, then members, so that lines may
//! stand in any order. Members that groups' lines name come before the groups that users' lines do:
//! of a membership that both name the group's line counts. Each batch notes in the same transaction
//! how far the import came, on condition that it was where it was read: whoever is ended in between
//! leaves nothing half done, and of two who work at it one does nothing. A dry run does the same
//! but for the writing: what the directory would be is noted beside it, and asked first.

use scim::json;
use serde_json::Value;

use crate::budget::{Allowance, LEASE};
use crate::context::Context;
use crate::failure::Failure;
use crate::outside::Moment;
use crate::session::{Caller, Session};
use store::batch::Batch;
use store::directory::house_events;
use store::ledger::events::house;
use store::ledger::requests::Sender;
use store::tenant::{self, Tenant};
use store::transfer::import::{Import, Line, LineState, read_line};
use store::{Database, Error};

mod batch;
mod line;
mod marker;
mod members;
mod resources;

use batch::LineBatch;
pub use marker::Marker;
use marker::Phase;

/// Statements that a batch of lines takes, with those that look for what is there.
pub(crate) const STATEMENTS: usize = 24;
/// Lines of the largest batch.
const LINES: usize = 1_000;

/// Works at an import whose lease was taken until then, as far as the allowance goes.
pub(crate) async fn work<D: Database>(
    context: &Context<'_, D>,
    (job, number): (&str, i64),
    marker: &str,
    mut until: String,
    allowance: &Allowance<'_>,
) -> Result<(), Error> {
    let tenant = Tenant::Known(number);
    let mut marker = Marker::parse(marker)
        .ok_or_else(|| Error::Broken("an import with another marker".to_owned()))?;
    let import = Import {
        tenant: &tenant,
        job,
        is_dry: marker.is_dry,
    };
    let rows = context.ask(tenant::settings(&tenant)).await?;
    let Some(mut row) = rows.into_iter().next() else {
        // The tenant has ended.
        return Ok(());
    };
    let settings = row.required_text(0)?;
    let mut most = LINES;
    while allowance.has(STATEMENTS) {
        let now = context.clock.now();
        let mut session = Session::new(
            context,
            Caller {
                tenant: tenant.clone(),
                token: String::new(),
                is_write: true,
                sender: Sender::Operator(marker.actor.clone(), marker.label.clone()),
                request: marker.request.clone(),
            },
            String::new(),
            context.settings_of(number, &settings),
        );
        session.is_dry = import.is_dry;
        let groups = members::groups(allowance.rest()).min(most);
        let planned = plan(&session, import, &marker, &now, (most, groups)).await;
        let next = Moment::at(now.milliseconds + LEASE).text;
        let result = match planned {
            Ok(mut work) => {
                let mut batch = Batch::default();
                batch.add(import.is_mine(&marker.text(), &until));
                batch.append(std::mem::take(&mut work.batch));
                batch.add(import.advance(&work.marker.text(), &next, work.marker.done));
                let result = session.send(batch).await;
                result.map(|_| work.marker).map_err(of_race)
            }
            Err(failure) => Err(failure),
        };
        allowance.spend(store::limits::STATEMENTS - session.statements_left());
        match result {
            Ok(further) => {
                marker = further;
                until = next;
                most = (2 * most).min(LINES);
            }
            // Another writer changed what was read; or another works at it.
            Err(Failure::Conflict(_)) if most > 1 => most = (most / 8).max(1),
            // It waits for what is suspended, or ends with what has ended.
            Err(Failure::Conflict(_) | Failure::Forbidden(_) | Failure::UnknownCaller(_)) => {
                return Ok(());
            }
            Err(Failure::Broken(cause)) => return Err(Error::Broken(cause)),
            Err(_) => return Err(Error::Broken("an import was refused".to_owned())),
        }
        if marker.phase == Phase::Clearing && marker.line < 0 {
            return Ok(());
        }
    }
    let now = context.clock.now().text;
    context
        .ask(store::directory::jobs::release(job, &until, &now, None))
        .await?;
    Ok(())
}

/// What a batch that was not done means.
fn of_race(error: Error) -> Failure {
    match error {
        Error::Guard | Error::Unique(_) => Failure::Conflict(String::new()),
        error => error.into(),
    }
}

/// Puts together what is done next.
async fn plan<D: Database>(
    session: &Session<'_, D>,
    import: Import<'_>,
    marker: &Marker,
    now: &Moment,
    (most, groups): (usize, usize),
) -> Result<LineBatch, Failure> {
    let mut work = LineBatch {
        batch: Batch::default(),
        marker: marker.clone(),
    };
    let state = match marker.phase {
        Phase::Resources => LineState::New,
        Phase::Groups => LineState::Group,
        Phase::MembersOfGroups | Phase::Members => LineState::Members,
        Phase::Staging | Phase::Clearing => {
            let is_left = !session.ask(import.remains()).await?.is_empty();
            work.clear(session, import, now, is_left);
            return Ok(work);
        }
    };
    let of_groups = marker.phase == Phase::MembersOfGroups;
    let wide = match state {
        LineState::Members if of_groups && !import.is_dry => groups,
        LineState::Members if !import.is_dry && most > 1 => groups * members::LINES_A_GROUP,
        LineState::New | LineState::Group | LineState::Members | LineState::Refused => most,
    };
    let mut lines: Vec<Line> = Vec::new();
    let ask = import.lines(state, of_groups, marker.line, wide);
    for mut row in session.ask(ask).await? {
        lines.push(read_line(&mut row)?);
    }
    if lines.is_empty() {
        work.marker.next();
    } else if state == LineState::Members {
        members::plan(session, import, &mut work, lines, (most, groups)).await?;
    } else {
        resources::plan(session, import, &mut work, lines, state).await?;
    }
    Ok(work)
}

impl LineBatch {
    /// Takes out what was noted; when all of it is gone, ends the import.
    fn clear<D: Database>(
        &mut self,
        session: &Session<'_, D>,
        import: Import<'_>,
        now: &Moment,
        is_left: bool,
    ) {
        let is_broken = self.marker.is_staging();
        if is_left {
            self.batch.add_all(import.clear(is_broken));
            return;
        }
        self.marker.phase = Phase::Clearing;
        self.marker.line = -1;
        if is_broken {
            self.batch.add_all(import.clear(true));
            let detail =
                "Its lines did not all come. Begin the import anew; nothing of it was done.";
            self.batch.add(import.fail(detail, &now.text));
            return;
        }
        let counts = json::text(&Value::Object(self.marker.result()));
        self.batch.add(import.finish(&counts, &now.text));
        self.batch.add_all(import.clear(true));
        if !self.marker.is_dry {
            let finished = house_events::import_finished(import.job);
            self.batch.add(house(&session.origin(None), finished));
        }
    }

    /// Notes that all lines up to one are done.
    fn reach(&mut self, import: Import<'_>, state: LineState, line: i64, rows: &[Value]) {
        if !rows.is_empty() {
            self.batch.add(import.keep(rows));
        }
        self.batch
            .add(import.finish_up_to(state, self.marker.line, line));
        self.marker.line = line;
    }
}
