//! The one seam of writes: nowhere else is a statement that writes resources added to a batch.
//!
//! What a client asks for is a [`Change`]. It gets its guard, its version and its statements here,
//! and here is told what became of it; several changes of a Bulk travel as a run, many rows in a
//! statement. What is no change of one resource has a file of its own: `run` moves members of many
//! groups, as an undo does; `restore` brings back what was deleted; `ending` ends what goes for
//! good. What shall stand beside every write, its event, is added in `event`.

use scim::resource::unique_values;
use scim::resource_type::{GROUP_TYPE, ResourceType};
use serde_json::Value;

use super::failure::Failure;
use super::outside::Moment;
use super::read::Reading;
use super::session::Session;
use store::batch::{Answers, Batch, Handle};
use store::guard::Guard;
use store::ledger::events::{self, ResourceWrite};
use store::read::{self, ResourceRef};
use store::table::Table;
use store::write::{self, NextVersion};
use store::{self, Database, deleted, membership, pending, unique, user_groups};

mod awaited;
mod change;
pub(crate) mod ending;
mod event;
mod in_use;
mod resource;
pub(crate) mod restore;
mod run;

pub(crate) use change::{Change, ChangeKind, Links};
pub(crate) use in_use::value_in_use;
pub(crate) use resource::{NewResource, Rewrite, of_type};
use run::Run;
pub(crate) use run::RunReceipt;

/// Bytes that the id of a member who was removed takes in an answer.
const LINK_BYTES: usize = 64;

/// The statements of a change that tell what became of it.
#[derive(Clone, Debug)]
pub(crate) struct Receipt {
    /// Gives a row if the resource was written.
    row: Option<Handle>,
    /// Gives the version that it was found at.
    version_row: Option<Handle>,
    /// Give the members that were removed one by one.
    pub(crate) removals: Vec<Handle>,
}

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It was made.
    Done,
    /// Nothing was written: of a create the name is in use; others found no such resource, another
    /// version, or nothing to change. The version is that of the resource, where it is there and
    /// was asked for.
    None(Option<String>),
}

impl Receipt {
    /// What became of the change.
    pub(crate) fn effect(
        &self,
        change: &Change<'_>,
        answers: &mut Answers,
    ) -> Result<Effect, Failure> {
        if self.row.is_some_and(|row| answers.has_row(row)) {
            return Ok(Effect::Done);
        }
        let version = match self.version_row.and_then(|row| answers.row(row)) {
            Some(mut row) => Some(row.required_text(0)?),
            None => None,
        };
        let is_done = self.row.is_none() && version.as_ref() == Some(&change.version);
        Ok(if is_done {
            Effect::Done
        } else {
            Effect::None(version)
        })
    }

    /// Whether the document was to be written, and was not.
    pub(crate) fn is_refused(&self, answers: &Answers) -> bool {
        self.row.is_some_and(|row| !answers.has_row(row))
    }

    /// What a statement that wrote the document gives back is the record of the resource.
    pub(super) fn reading(&self) -> Option<Reading> {
        let members = None;
        self.row.map(|resource| Reading { resource, members })
    }
}

impl<D: Database> Session<'_, D> {
    /// A change of a resource that is there, with a version of its own.
    pub(crate) fn change<'a>(
        &self,
        resource_type: &'static ResourceType,
        reference: ResourceRef,
        guard: Guard<'a>,
        kind: ChangeKind<'a>,
        links: Links<'a>,
    ) -> Change<'a> {
        Change {
            resource_type,
            reference,
            guard,
            version: self.context.mint.version(),
            kind,
            links,
            operation: self.operation(),
        }
    }

    /// Of a type whose resources are the same when they are created anew: whether the name alone
    /// tells so.
    pub(super) fn again(&self, resource_type: &'static ResourceType) -> Option<bool> {
        let keep = self.settings().keep.as_ref()?;
        Table::of(resource_type).former_name?;
        Some(keep.by_name)
    }

    /// Until when what is deleted now is kept, where it is.
    pub(super) fn kept_until(&self) -> Option<String> {
        const DAY: u64 = 86_400_000;
        let days = u64::from(self.settings().keep?.days);
        Some(Moment::at(self.now.milliseconds + DAY * days).text)
    }

    /// Adds what makes a change. Where the resource is not there, or is not the version meant, none
    /// of it does anything.
    pub(crate) fn add_change(&self, batch: &mut Batch, change: &Change<'_>) -> Receipt {
        let view = self.view(change.resource_type);
        let (reference, guard, version) =
            (&change.reference, change.guard, change.version.as_str());
        let now = self.now.text.as_str();
        let origin = self.origin(change.operation);
        // What `/Me` names has no links here, and its unique values are not known.
        let id = reference.id().unwrap_or_default();
        let mut receipt = Receipt {
            row: None,
            version_row: None,
            removals: Vec::new(),
        };
        match change.kind {
            ChangeKind::Create(new) => {
                let (id, version, draft) = new.row();
                let again = self.again(change.resource_type).filter(|_| !new.is_back);
                let is_again = again.is_some() || new.is_given;
                let insert = write::insert(&view, (id, version), now, draft, again);
                receipt.row = Some(batch.add_write(insert));
                let name = new.document.get(events::name_of(change.resource_type));
                let name = name.and_then(Value::as_str);
                let resource = (id, Some((draft.document.len(), name)));
                event::create((batch, &origin, &view), resource, is_again);
                batch.add_writes(is_again.then(|| deleted::forget(&view, &[id])));
                batch.add_writes(unique::claim(&view, id, version, new.unique()));
            }
            ChangeKind::Rewrite { rewrite, groups } => {
                let next = NextVersion {
                    version,
                    now,
                    draft: &rewrite.draft,
                    before: &rewrite.before,
                    groups,
                };
                let update = write::update(&view, reference, guard, &next);
                receipt.row = Some(batch.add_write(update));
                let resource_write = ResourceWrite {
                    id,
                    version,
                    operation: change.operation,
                };
                let (names, update) = (rewrite.names_in_events(), rewrite.update());
                event::rewrite((batch, &origin, &view), &resource_write, names, update);
                let values = [&rewrite.before, &rewrite.draft.folded]
                    .map(|image| unique_values(change.resource_type, image));
                let [before, after] = &values;
                batch.add_writes(unique::follow(&view, id, version, before, after));
            }
            ChangeKind::Assign { values, groups } => {
                let place = (reference, guard);
                event::assign((batch, &origin, &view), place, version, values);
                let assign = write::assign(&view, reference, values, version, now, groups);
                receipt.row = Some(batch.add_write(assign));
            }
            ChangeKind::Keep(before) => {
                if let Links::Members(members) = change.links {
                    let place = (id, guard);
                    event::members((batch, &origin, &view), place, version, members);
                    batch.add_write(write::touch(&view, id, version, now));
                }
                if let Some((image, read)) = before {
                    let values = unique_values(change.resource_type, image);
                    batch.add_writes(unique::follow(&view, id, read, &values, &values));
                }
            }
            ChangeKind::Delete => {
                let is_meant = guard != Guard::None;
                receipt.version_row = is_meant.then(|| batch.add(read::version(&view, reference)));
                event::delete((batch, &origin, &view), reference, guard, version);
                if !Table::of(change.resource_type).shared {
                    let touch = write::touch_teams_of(&view, reference, guard, version, now);
                    batch.add_write(touch);
                }
                if let Some(until) = self.kept_until() {
                    let copy = deleted::keep_one(&view, reference, guard, now, &until);
                    batch.add_write(copy);
                }
                receipt.row = Some(batch.add_write(write::delete(&view, reference, guard)));
            }
        }
        if awaited::names(change) {
            let user = [(id, change.operation)];
            self.add_awaited(batch, change.resource_type, &user);
        }
        self.add_links(batch, change, id, &mut receipt);
        receipt
    }

    fn add_links(&self, batch: &mut Batch, change: &Change<'_>, id: &str, receipt: &mut Receipt) {
        let view = self.view(change.resource_type);
        let origin = self.origin(change.operation);
        let version = change.version.as_str();
        // Where the document is kept, its members are told of already.
        let (is_new, is_rewrite) = match change.kind {
            ChangeKind::Create(_) => (true, false),
            ChangeKind::Rewrite { .. } => (false, true),
            ChangeKind::Assign { .. } | ChangeKind::Keep(_) | ChangeKind::Delete => (false, false),
        };
        match change.links {
            Links::None => {}
            Links::Members(members) => {
                if is_rewrite {
                    let place = (id, Guard::Exactly(version));
                    event::members((batch, &origin, &view), place, version, members);
                }
                batch.expect(LINK_BYTES * members.remove.len());
                for removal in membership::removals(&view, id, version, members) {
                    receipt.removals.push(batch.add_write(removal));
                }
                batch.add_writes(membership::statements(&view, id, version, members));
                if !is_new {
                    let outcome = membership::outcome(&view, id, version, members);
                    receipt.version_row = Some(batch.add(outcome));
                }
                if self.settings().pend_unknown_members {
                    let place = (id, change.guard);
                    let removal = pending::removal(&view, place, version, members);
                    let removal = removal.map(|removal| batch.add_write(removal));
                    receipt.removals.extend(removal);
                    batch.add_writes(pending::statements(&view, place, version, members));
                }
                if is_new {
                    let teams = [(id, change.operation)];
                    let count = members.add.len();
                    event::first_members((batch, &origin, &view), &teams, count);
                    let complete = membership::complete(&view, id, version, count);
                    batch.add(read::guard(complete));
                }
            }
            Links::Teams(teams) => {
                let guard = match change.kind {
                    ChangeKind::Create(_) | ChangeKind::Rewrite { .. } => Guard::Exactly(version),
                    ChangeKind::Assign { .. } | ChangeKind::Keep(_) | ChangeKind::Delete => {
                        change.guard
                    }
                };
                let groups_version = self.context.mint.version();
                let now = &self.now.text;
                let groups = self.view(&GROUP_TYPE);
                event::teams(
                    (batch, &origin, &view),
                    &groups,
                    (id, guard),
                    teams,
                    &groups_version,
                );
                batch.add_writes(user_groups::set(
                    &view,
                    (id, guard),
                    teams,
                    &groups_version,
                    now,
                ));
            }
        }
    }

    /// Sends the batch of a change. Where its links are not sound, they are told; no answers where
    /// the change is to be made again without those that name nobody.
    pub(crate) async fn send_change(
        &self,
        batch: Batch,
        change: &Change<'_>,
    ) -> Result<Option<Answers>, Failure> {
        let id = change.reference.id().unwrap_or_default();
        match (self.send(batch).await, change.links) {
            (Ok(answers), _) => Ok(Some(answers)),
            (Err(store::Error::Guard), Links::Members(members)) => {
                match self.explain_members(id, members).await? {
                    Some(failure) => Err(failure),
                    None => Ok(None),
                }
            }
            (Err(store::Error::Guard), Links::Teams(teams)) => {
                Err(self.explain_teams(teams).await?)
            }
            (Err(error), _) => Err(self.explain_value(change, error).await?),
        }
    }

    /// Adds what makes changes of different resources. `all`: the batch fails unless every create
    /// and delete is done.
    pub(crate) fn add_run(
        &self,
        batch: &mut Batch,
        changes: &[Change<'_>],
        all: bool,
    ) -> Result<RunReceipt, Failure> {
        let mut receipt = RunReceipt::default();
        batch.is_run = true;
        let run = Run::of(changes)?;
        self.add_creates(batch, &run, all, &mut receipt);
        self.add_rewrites(batch, &run, &mut receipt)?;
        for resource_type in ResourceType::all() {
            self.add_deletes(batch, &run, resource_type, all, &mut receipt);
        }
        Ok(receipt)
    }
}
