//! Changes of several resources in few statements: the runs of a Bulk, of an import, of an undo.

use scim::index::Index;
use scim::list::List;
use scim::resource_type::{GROUP_TYPE, ResourceType};

use super::change::{Change, ChangeKind};
use super::event;
use super::resource::{NewResource, Rewrite, of_type};
use crate::failure::Failure;
use crate::session::Session;
use store::batch::{Answers, Batch, Handle};
use store::guard::Guard;
use store::ledger::events::{EventUpdate, ResourceWrite};
use store::limits::RUN_BYTES;
use store::{Database, deleted, run as runs, unique};

/// The changes of a run, by what is done.
#[derive(Default)]
pub(super) struct Run<'a> {
    /// Creates of which many go into a statement.
    plain: Vec<&'a NewResource>,
    /// The other creates.
    others: Vec<(&'a Change<'a>, &'a NewResource)>,
    rewrites: Vec<(&'a Change<'a>, &'a Rewrite)>,
    deletes: Vec<&'a Change<'a>>,
}

impl<'a> Run<'a> {
    /// Of these changes. What is made of one document unread, or of its links alone, is no part of
    /// a run.
    pub(super) fn of(changes: &'a [Change<'a>]) -> Result<Self, Failure> {
        let mut run = Self::default();
        for change in changes {
            match change.kind {
                ChangeKind::Create(new) if new.is_plain() => run.plain.push(new),
                ChangeKind::Create(new) => run.others.push((change, new)),
                ChangeKind::Rewrite { rewrite, .. } => run.rewrites.push((change, rewrite)),
                ChangeKind::Delete => run.deletes.push(change),
                ChangeKind::Assign { .. } | ChangeKind::Keep(_) => {
                    return Err(Failure::Broken("a change that no run makes".to_owned()));
                }
            }
        }
        Ok(run)
    }
}

/// The statements of a run that tell what became of it.
#[derive(Debug, Default)]
pub(crate) struct RunReceipt {
    /// Give the ids of those that were written, all of one type.
    many: Vec<(&'static str, Handle)>,
    /// Give a row if the one was written.
    single: Vec<(String, Handle)>,
}

impl RunReceipt {
    /// Those resources that were written, each by [`of_type`].
    pub(crate) fn resources(self, answers: &mut Answers) -> Result<Index, Failure> {
        let mut resources = Index::default();
        for (name, handle) in self.many {
            for mut row in answers.rows(handle) {
                resources.add(&of_type(name, &row.required_text(0)?));
            }
        }
        for (resource, handle) in self.single {
            if answers.has_row(handle) {
                resources.add(&resource);
            }
        }
        Ok(resources)
    }
}

impl<D: Database> Session<'_, D> {
    /// Creates: those that are plain first, many in a statement; then the others; then the members
    /// of plain groups.
    pub(super) fn add_creates(
        &self,
        batch: &mut Batch,
        run: &Run<'_>,
        all: bool,
        receipt: &mut RunReceipt,
    ) {
        let now = self.now.text.as_str();
        let Run { plain, others, .. } = run;
        for resource_type in ResourceType::all() {
            let of_type = plain.iter().copied();
            let of_type = of_type.filter(|new| new.resource_type == resource_type);
            for part in parts(of_type, |_, _| true, |new| new.size()) {
                let (mut rows, mut writes, mut ids, mut users, mut values) =
                    (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
                for new in &part {
                    rows.push(new.row());
                    writes.push(new.resource_write());
                    ids.push(new.id.as_str());
                    users.push((new.id.as_str(), new.operation));
                    for pair in new.unique() {
                        values.push((new.id.as_str(), pair));
                    }
                }
                let view = self.view(resource_type);
                let is_back = part.iter().any(|new| new.is_back);
                let again = self.again(resource_type).filter(|_| !is_back);
                let is_given = part.iter().any(|new| new.is_given);
                let is_again = again.is_some() || is_given;
                let insert = runs::insert_many(&view, &rows, now, again);
                receipt
                    .many
                    .push((resource_type.name, batch.add_write(insert)));
                let origin = self.origin(None);
                event::creates((batch, &origin, &view), &writes, is_again);
                batch.add_writes(is_again.then(|| deleted::forget(&view, &ids)));
                self.add_awaited(batch, resource_type, &users);
                batch.add_writes(unique::claim_many(&view, &values));
            }
        }
        for (change, new) in others {
            let row = self.add_change(batch, change).row;
            let name = new.typed_id();
            receipt.single.extend(row.map(|row| (name, row)));
        }
        let (mut links, mut teams, mut count) = (Vec::new(), Vec::new(), 0);
        for new in plain.iter().filter(|new| !new.links().is_empty()) {
            links.push((new.id.as_str(), new.links()));
            teams.push((new.id.as_str(), new.operation));
            count += new.links().len();
        }
        let groups = self.view(&GROUP_TYPE);
        if !links.is_empty() {
            batch.add_writes(runs::link_many(&groups, &links));
            let origin = self.origin(None);
            event::first_members((batch, &origin, &groups), &teams, count);
        }
        if all && !(plain.is_empty() && others.is_empty()) {
            let mut ids: Vec<&str> = Vec::new();
            for new in plain {
                ids.push(&new.id);
            }
            for (_, new) in others {
                ids.push(&new.id);
            }
            batch.add(runs::all_there(&self.caller.tenant, &ids));
        }
    }

    /// Rewrites, parted by type and by the keys that change.
    pub(super) fn add_rewrites(
        &self,
        batch: &mut Batch,
        run: &Run<'_>,
        receipt: &mut RunReceipt,
    ) -> Result<(), Failure> {
        let rewrites = run.rewrites.iter().copied();
        let columns = |(change, rewrite): &(&Change<'_>, &Rewrite)| {
            let columns: Vec<&str> = rewrite.keys.iter().map(|key| key.column).list();
            (change.resource_type.name, columns)
        };
        let is_alike = |one: &_, other: &_| columns(one) == columns(other);
        for part in parts(rewrites, is_alike, |(_, rewrite)| rewrite.draft.size()) {
            let Some((first, Rewrite { keys, .. })) = part.first() else {
                continue;
            };
            let mut rows: Vec<runs::Update<'_>> = Vec::new();
            let mut updates: Vec<(ResourceWrite<'_>, &EventUpdate)> = Vec::new();
            let mut users = Vec::new();
            for (change, rewrite) in &part {
                let (Guard::Exactly(read), Some(id)) = (&change.guard, change.reference.id())
                else {
                    let detail = "a rewrite of a run without id or version";
                    return Err(Failure::Broken(detail.to_owned()));
                };
                rows.push(runs::Update {
                    id,
                    read,
                    version: &change.version,
                    draft: &rewrite.draft,
                });
                let resource_write = ResourceWrite {
                    id,
                    version: &change.version,
                    operation: change.operation,
                };
                updates.push((resource_write, rewrite.update()));
                if !keys.is_empty() {
                    users.push((id, change.operation));
                }
            }
            let view = self.view(first.resource_type);
            let update = runs::update_many(&view, &rows, keys, &self.now.text);
            receipt
                .many
                .push((first.resource_type.name, batch.add_write(update)));
            event::rewrites((batch, &self.origin(None), &view), &updates);
            self.add_awaited(batch, first.resource_type, &users);
        }
        Ok(())
    }

    /// Memberships of any number of groups that come and go: a JSON array of the group, the member,
    /// the type of the member, and 1 for who comes or 0. The groups are there, at the versions that
    /// were read; the batch fails where a member is not.
    pub(crate) fn add_moved_links(&self, batch: &mut Batch, links: &str) {
        let view = self.view(&GROUP_TYPE);
        let version = self.context.mint.version();
        event::moves((batch, &self.origin(None), &view), &version, links);
        batch.add_writes(runs::move_links(&view, links, &version, &self.now.text));
        batch.add(runs::links_sound(&view, links));
    }

    /// Deletes of one type.
    pub(super) fn add_deletes(
        &self,
        batch: &mut Batch,
        run: &Run<'_>,
        resource_type: &'static ResourceType,
        all: bool,
        receipt: &mut RunReceipt,
    ) {
        let mut first = None;
        let mut ids: Vec<&str> = Vec::new();
        let mut operations: Vec<(&str, Option<usize>)> = Vec::new();
        for change in &run.deletes {
            if change.resource_type == resource_type {
                first = first.or(Some(change));
                ids.extend(change.reference.id());
                operations.extend(change.reference.id().map(|id| (id, change.operation)));
            }
        }
        let Some(first) = first else {
            return;
        };
        let view = self.view(resource_type);
        if all {
            batch.add(runs::all_of_type(&view, &ids));
        }
        let (version, now) = (&first.version, &self.now.text);
        let origin = self.origin(None);
        event::deletes((batch, &origin, &view), &operations, version);
        batch.add_writes(runs::touch_teams_of_many(&view, &ids, version, now));
        if let Some(until) = self.kept_until() {
            batch.add_write(deleted::keep_many(&view, &ids, now, &until));
        }
        let delete = runs::delete_many(&view, &ids);
        receipt
            .many
            .push((resource_type.name, batch.add_write(delete)));
    }
}

/// Parts items so that those of a part are alike and fit one parameter.
fn parts<T>(
    items: impl Iterator<Item = T>,
    is_alike: impl Fn(&T, &T) -> bool,
    size: impl Fn(&T) -> usize,
) -> Vec<Vec<T>> {
    let mut parts: Vec<(usize, Vec<T>)> = Vec::new();
    for item in items {
        let bytes = size(&item);
        let alike = |(_, part): &&mut (usize, Vec<T>)| {
            part.first().is_some_and(|first| is_alike(first, &item))
        };
        // Of those that are alike the last, so that they keep their order.
        match parts.iter_mut().rev().find(alike) {
            Some((sum, part)) if *sum + bytes <= RUN_BYTES => {
                *sum += bytes;
                part.push(item);
            }
            Some(_) | None => parts.push((bytes, vec![item])),
        }
    }
    parts.into_iter().map(|(_, part)| part).list()
}
