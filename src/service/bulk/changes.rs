//! Changes and removals that travel together: read in one batch, written in another.
//!
//! They are of different resources, so that it does not matter which is done first; what could
//! matter, a name that one gives up and another takes, ends the run.

use scim::index::Index;
use scim::list::List;
use scim::resource_type::{ResourceType, USER_TYPE};

use super::action::Action;
use super::document::DocumentOutcome;
use super::job::Job;
use super::outcome::Success;
use super::stored::StoredResources;
use crate::failure::{Failure, name_in_use, not_begun};
use crate::session::Session;
use crate::write::{Change, ChangeKind, Links, Rewrite, of_type};
use crate::{assemble::parse_stored, condition::Condition};
use store::limits::{RUN_HELD, changing, load, waiting};
use store::read::{ResourceRef, Stored};
use store::{self, Database};
use store::{batch::Batch, guard::Guard};

/// A change that is to be written.
struct Pending {
    index: usize,
    resource_type: &'static ResourceType,
    stored: Stored,
    version: String,
    rewrite: Rewrite,
}

/// What a run is to do.
#[derive(Default)]
struct RunPlan {
    changes: Vec<Pending>,
    /// Indexes of the operations that delete, with what they name.
    deletes: Vec<(usize, &'static ResourceType, String)>,
    /// Unique names that are given up or taken, each by [`of_type`].
    names: Index,
    /// Those of them that are taken.
    given: Index,
    /// How many of the operations are settled when it is done.
    settled: usize,
    /// Bytes that the text index is given.
    text: usize,
    /// Bytes of memory that the changes hold.
    holds: usize,
}

/// What became of an operation before anything was written.
enum Preparation {
    /// It waits for the batch.
    Waits,
    /// It is settled.
    Settled(Result<(Success, Option<String>), Failure>),
    /// It cannot be done with those in front of it.
    Alone,
}

impl<D: Database> Session<'_, D> {
    /// Makes one try of a run (see `change_run`). Who is to go `again` is noted, where that is
    /// asked.
    pub(super) async fn try_run(
        &self,
        jobs: &mut [Job],
        run: &[usize],
        strict: bool,
        taken: &mut Index,
        again: &mut Option<Vec<usize>>,
    ) -> Result<usize, Failure> {
        let mut stored = self.read_run(jobs, run, taken).await?;
        let mut work = RunPlan::default();
        for &index in run {
            let preparation = match jobs.get(index) {
                Some(job) => self.prepare(job, index, &mut stored, &mut work, (strict, taken))?,
                None => Preparation::Alone,
            };
            match preparation {
                Preparation::Waits => {}
                Preparation::Settled(result) => {
                    let failed = result.is_err();
                    if failed && strict && work.settled > 0 {
                        break;
                    }
                    if let Some(job) = jobs.get_mut(index) {
                        job.settle(result);
                    }
                    if failed && strict {
                        return Ok(1);
                    }
                }
                Preparation::Alone if work.settled == 0 => {
                    *taken = Index::default();
                    self.perform_next(jobs, index).await?;
                    return Ok(1);
                }
                Preparation::Alone => break,
            }
            work.settled += 1;
        }
        if !work.names.is_empty() || !work.deletes.is_empty() {
            *taken = Index::default();
        }
        self.write_run(jobs, work, strict, taken, again).await
    }

    fn prepare(
        &self,
        job: &Job,
        index: usize,
        stored: &mut StoredResources,
        work: &mut RunPlan,
        (strict, taken): (bool, &Index),
    ) -> Result<Preparation, Failure> {
        let (resource_type, reference) = match &job.action {
            Ok(Action::Delete(resource_type, ResourceRef::Id(id))) => {
                if !work.names.is_empty() {
                    return Ok(Preparation::Alone);
                }
                // The brake counts users alone (migration 0023).
                if self.is_braked() && **resource_type == USER_TYPE {
                    return Ok(Preparation::Settled(Err(Failure::Braked)));
                }
                work.deletes.push((index, resource_type, id.clone()));
                return Ok(Preparation::Waits);
            }
            Ok(
                Action::Patch(resource_type, reference) | Action::Replace(resource_type, reference),
            ) => (*resource_type, reference),
            Ok(Action::Create(..) | Action::Delete(..)) | Err(_) => return Ok(Preparation::Alone),
        };
        let ResourceRef::Id(id) = reference else {
            return Ok(Preparation::Alone);
        };
        let Some(stored) = stored.of(resource_type, id) else {
            return Ok(Preparation::Settled(Err(
                self.not_found(resource_type, reference)
            )));
        };
        let Some(stored) = stored.take() else {
            return Ok(Preparation::Alone);
        };
        let weighed = load(&stored.document);
        let holds = work.holds + changing(weighed);
        let has_begun = work.settled > 0;
        if has_begun && holds > RUN_HELD {
            return Ok(Preparation::Alone);
        }
        if !self.has_room_for_work(holds) {
            return (has_begun.then_some(Preparation::Alone)).ok_or(Failure::Busy);
        }
        self.note_loaded(weighed);
        let condition = Condition::of_version(job.operation.version.as_deref());
        let before = parse_stored(&stored.document)?;
        let stays = work.names.is_empty() && work.deletes.is_empty();
        let is_taken = |name: &str| {
            let typed = of_type(resource_type.name, name);
            stays && taken.has(name)
                || work.given.has(&typed)
                || self.is_half_spent() && work.names.has(&typed)
        };
        let changed = condition
            .check(&stored.version)
            .and_then(|()| self.rewrite_by(job, resource_type, &before, &is_taken));
        let rewrite = match changed {
            Ok(DocumentOutcome::Rewrite(rewrite)) => *rewrite,
            Ok(DocumentOutcome::Same) => {
                return Ok(Preparation::Settled(Ok((
                    Success::Changed,
                    Some(stored.version),
                ))));
            }
            Ok(DocumentOutcome::Alone) => return Ok(Preparation::Alone),
            // It grows beyond the room that there is.
            Err(Failure::Busy) if has_begun => return Ok(Preparation::Alone),
            Err(
                failure @ (Failure::UnknownCaller(_) | Failure::Forbidden(_) | Failure::Broken(_)),
            ) => return Err(failure),
            Err(failure) => return Ok(Preparation::Settled(Err(failure))),
        };
        let holds = work.holds + waiting(weighed.max(load(rewrite.document())));
        if self.is_braked() && rewrite.deactivates() {
            return Ok(Preparation::Settled(Err(Failure::Braked)));
        }
        if !rewrite.is_plain(resource_type) || (has_begun && holds > RUN_HELD) {
            return Ok(Preparation::Alone);
        }
        let text = rewrite.index_bytes(resource_type);
        if !self.has_room_for_text(work.text, text) {
            let alone = has_begun.then_some(Preparation::Alone);
            return Ok(alone.unwrap_or_else(|| Preparation::Settled(Err(not_begun()))));
        }
        if !work.takes_names(resource_type, &rewrite, strict) {
            return Ok(Preparation::Alone);
        }
        work.text += text;
        work.holds = holds;
        work.changes.push(Pending {
            index,
            resource_type,
            stored,
            version: self.context.mint.version(),
            rewrite,
        });
        Ok(Preparation::Waits)
    }

    async fn write_run(
        &self,
        jobs: &mut [Job],
        work: RunPlan,
        strict: bool,
        taken: &mut Index,
        again: &mut Option<Vec<usize>>,
    ) -> Result<usize, Failure> {
        let RunPlan {
            changes,
            deletes,
            settled,
            text,
            ..
        } = work;
        let mut all: Vec<Change<'_>> = Vec::new();
        for pending in &changes {
            let reference = ResourceRef::Id(pending.stored.id.clone());
            let guard = Guard::Exactly(&pending.stored.version);
            let kind = ChangeKind::Rewrite {
                rewrite: &pending.rewrite,
                groups: false,
            };
            let mut change =
                self.change(pending.resource_type, reference, guard, kind, Links::None);
            change.version.clone_from(&pending.version);
            change.operation = Some(pending.index + 1);
            all.push(change);
        }
        for (index, of, id) in &deletes {
            let reference = ResourceRef::Id(id.clone());
            let kind = ChangeKind::Delete;
            let mut change = self.change(of, reference, Guard::None, kind, Links::None);
            change.operation = Some(index + 1);
            all.push(change);
        }
        if all.is_empty() {
            return Ok(settled);
        }
        let mut batch = Batch::default();
        let receipt = self.add_run(&mut batch, &all, strict)?;
        let mut answers = match self.send(batch).await {
            Ok(answers) => answers,
            Err(store::Error::Guard | store::Error::Unique(_) | store::Error::Braked) => {
                return Ok(0);
            }
            Err(error) => return Err(error.into()),
        };
        self.note_indexed(text);
        let written = receipt.resources(&mut answers)?;
        for (index, resource_type, id) in deletes {
            let result = if written.has(&of_type(resource_type.name, &id)) {
                Ok((Success::Silent, None))
            } else {
                Err(self.not_found(resource_type, &ResourceRef::Id(id)))
            };
            if let Some(job) = jobs.get_mut(index) {
                job.settle(result);
            }
        }
        let mut rest = Vec::new();
        for pending in changes {
            if !written.has(&pending.typed_id()) {
                rest.push(pending);
            } else if let Some(job) = jobs.get_mut(pending.index) {
                job.settle(Ok((Success::Changed, Some(pending.version))));
            }
        }
        self.settle_unwritten(jobs, rest, taken, again).await?;
        Ok(settled)
    }

    /// Changes that were not written: their name is another's, or somebody else was faster.
    async fn settle_unwritten(
        &self,
        jobs: &mut [Job],
        rest: Vec<Pending>,
        taken: &mut Index,
        again: &mut Option<Vec<usize>>,
    ) -> Result<(), Failure> {
        if rest.is_empty() {
            return Ok(());
        }
        let indices: Vec<usize> = rest.iter().map(|pending| pending.index).list();
        let mut now = self.read_run(jobs, &indices, taken).await?;
        for pending in rest {
            let Pending {
                index,
                resource_type,
                stored,
                rewrite,
                ..
            } = pending;
            let found = now.of(resource_type, &stored.id);
            let is_same = matches!(&found, Some(Some(now)) if now.version == stored.version);
            // Who is to leave does so without the name.
            if is_same
                && rewrite.leaves_inactive()
                && let Some(name) = rewrite.names().pop()
            {
                taken.add(name);
                if let Some(again) = again {
                    again.push(index);
                    continue;
                }
            }
            match (rewrite.changed_key()).filter(|_| is_same && !rewrite.leaves_inactive()) {
                Some(key) => {
                    if let Some(job) = jobs.get_mut(index) {
                        job.settle(Err(name_in_use(key.attribute)));
                    }
                }
                None if self.is_spent() => {
                    if let Some(job) = jobs.get_mut(index) {
                        job.settle(Err(not_begun()));
                    }
                }
                None => self.perform_next(jobs, index).await?,
            }
        }
        Ok(())
    }
}

impl RunPlan {
    /// Takes the names that a change gives up and takes; not where that must wait for what is in
    /// front of it.
    fn takes_names(
        &mut self,
        resource_type: &ResourceType,
        rewrite: &Rewrite,
        strict: bool,
    ) -> bool {
        let mut names = Vec::new();
        for name in rewrite.names() {
            names.push(of_type(resource_type.name, name));
        }
        let Some(name) = names.last() else {
            return true;
        };
        // Who leaves is refused for no name: those behind him need not wait.
        let waits = strict && !rewrite.deactivates();
        let meets = names.iter().any(|name| self.names.has(name));
        if meets || !self.deletes.is_empty() || waits {
            return false;
        }
        self.given.add(name);
        for name in &names {
            self.names.add(name);
        }
        true
    }
}

impl Pending {
    fn typed_id(&self) -> String {
        of_type(self.resource_type.name, &self.stored.id)
    }
}
