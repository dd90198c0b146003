//! What an undo writes: the differences between what is and what will be, in few statements.

use scim::index::Index;
use scim::json::{text, texts};
use scim::list::List;
use scim::resource_type::{GROUP_TYPE, ResourceType};
use serde_json::Value;

use super::state::{Held, Link, State};
use crate::Session;
use crate::failure::cause;
use crate::write::{Change, ChangeKind, Links, NewResource, Rewrite};
use store::batch::Batch;
use store::read::ResourceRef;
use store::write::Guard;
use store::{Database, Error, run};

impl State {
    /// The memberships that come or go by themselves, and their teams.
    fn moved(&self) -> (Vec<&Link>, Index) {
        let mut teams = Index::default();
        let mut goes = Index::default();
        for held in &self.held {
            if held.before.is_some() && held.now.is_none() {
                goes.add(&held.id);
            }
        }
        let mut moved = Vec::new();
        for link in &self.link_list {
            if link.before != link.now && !goes.has(&link.team) && !goes.has(&link.member) {
                moved.push(link);
                teams.add(&link.team);
            }
        }
        (moved, teams)
    }

    /// How many resources are created, updated, deleted, and how many of those that the events are
    /// about stay as they are.
    pub(super) fn counts(&self) -> [usize; 4] {
        let (_, teams) = self.moved();
        let mut counts = [0; 4];
        for held in &self.held {
            let is_team = *held.resource_type == GROUP_TYPE && teams.has(&held.id);
            let index = match (&held.before, &held.now) {
                (None, Some(_)) => Some(0),
                (Some(before), Some(now)) if before != now || is_team => Some(1),
                (Some(_), None) => Some(2),
                (Some(_), Some(_)) | (None, None) => {
                    (held.is_meant && !held.is_refused).then_some(3)
                }
            };
            if let Some(count) = index.and_then(|index| counts.get_mut(index)) {
                *count += 1;
            }
        }
        counts
    }

    /// Adds the statements, which fail the batch where anything is not as it was read.
    pub(super) fn write<D: Database>(
        &self,
        session: &Session<'_, D>,
        batch: &mut Batch,
    ) -> Result<(), Error> {
        let (moved, teams) = self.moved();
        let is_rewritten = |held: &Held| held.now.is_some() && held.before != held.now;
        for resource_type in ResourceType::all() {
            let mut read = Vec::new();
            for held in &self.held {
                let is_team = *resource_type == GROUP_TYPE && teams.has(&held.id);
                if held.resource_type == resource_type
                    && held.before.is_some()
                    && (is_team || held.before != held.now)
                {
                    read.push(texts(&[&held.id, &held.version]));
                }
            }
            guard(session, batch, resource_type, read);
        }
        let broken = |failure| Error::Broken(cause(failure));
        let (mut made, mut rewritten) = (Vec::new(), Vec::new());
        let mut deletes: Vec<Change<'_>> = Vec::new();
        for held in &self.held {
            let view = session.view(held.resource_type);
            match (&held.before, &held.now) {
                (Some(_), None) => deletes.push(session.change(
                    held.resource_type,
                    ResourceRef::Id(held.id.clone()),
                    Guard::None,
                    ChangeKind::Delete,
                    Links::None,
                )),
                (None, Some(now)) => {
                    let names = (held.id.clone(), session.context.mint.version());
                    let new = NewResource::new(&view, names, (**now).clone(), Vec::new(), None);
                    made.push(new.map_err(broken)?.back());
                }
                (Some(before), Some(now)) if is_rewritten(held) => {
                    let rewrite = Rewrite::new(&view, before, now).map_err(broken)?;
                    rewritten.push((held, rewrite));
                }
                (Some(_), Some(_)) | (None, None) => {}
            }
        }
        let mut changes: Vec<Change<'_>> = made.iter().map(NewResource::change).list();
        let mut alone = Vec::new();
        for (held, rewrite) in &rewritten {
            let groups = false;
            let change = session.change(
                held.resource_type,
                ResourceRef::Id(held.id.clone()),
                Guard::Exactly(&held.version),
                ChangeKind::Rewrite { rewrite, groups },
                Links::None,
            );
            if rewrite.is_plain(held.resource_type) {
                changes.push(change);
            } else {
                alone.push(change);
            }
        }
        session.add_run(batch, &changes, true).map_err(broken)?;
        for change in &alone {
            session.add_change(batch, change);
        }
        changes.append(&mut alone);
        for resource_type in ResourceType::all() {
            let mut written = Vec::new();
            for change in &changes {
                if let Some(id) = change.reference.id()
                    && change.resource_type == resource_type
                {
                    written.push(texts(&[id, &change.version]));
                }
            }
            guard(session, batch, resource_type, written);
        }
        // The groups of what goes get another version with it.
        session.add_run(batch, &deletes, true).map_err(broken)?;
        let mut links: Vec<Value> = Vec::new();
        for link in moved {
            let kind = self.kind(&link.member).map_or("", |kind| kind.name);
            let (team, member) = (link.team.as_str(), link.member.as_str());
            let is_there = Value::from(u8::from(link.now));
            links.push(vec![team.into(), member.into(), kind.into(), is_there].into());
        }
        if !links.is_empty() {
            session.add_moved_links(batch, &text(&Value::from(links)));
        }
        Ok(())
    }
}

/// Adds the statement that fails the batch unless each of these has its version.
fn guard<D: Database>(
    session: &Session<'_, D>,
    batch: &mut Batch,
    resource_type: &'static ResourceType,
    versions: Vec<Value>,
) {
    if !versions.is_empty() {
        let view = session.view(resource_type);
        batch.add(run::all_at(&view, &Value::from(versions)));
    }
}
