//! What an undo writes: the differences between what is and what will be, in few statements.

use scim::index::Index;
use scim::json::{text, texts};
use scim::list::List;
use scim::patch::LinkChange;
use scim::resource_type::ResourceType;
use serde_json::Value;

use super::state::{Membership, ResourceState, UndoState};
use crate::failure::cause;
use crate::session::Session;
use crate::write::{Change, ChangeKind, Links, NewResource, Rewrite};
use store::batch::Batch;
use store::guard::Guard;
use store::read::ResourceRef;
use store::table::Table;
use store::{Database, Error, run};

impl UndoState {
    /// The memberships that come or go by themselves, and their teams.
    fn link_changes(&self) -> (Vec<&Membership>, Index) {
        let mut teams = Index::default();
        let mut goes = Index::default();
        for resource in &self.resource_list {
            if resource.before.is_some() && resource.now.is_none() {
                goes.add(&resource.id);
            }
        }
        let mut links = Vec::new();
        for link in &self.link_list {
            if link.before != link.now && !goes.has(&link.team) && !goes.has(&link.member) {
                links.push(link);
                teams.add(&link.team);
            }
        }
        (links, teams)
    }

    /// How many resources are created, updated, deleted, and how many of those that the events are
    /// about stay as they are.
    pub(super) fn counts(&self) -> [usize; 4] {
        let (_, teams) = self.link_changes();
        let mut counts = [0; 4];
        for resource in &self.resource_list {
            let is_team =
                Table::of(resource.resource_type).has_members() && teams.has(&resource.id);
            let index = match (&resource.before, &resource.now) {
                (None, Some(_)) => Some(0),
                (Some(before), Some(now)) if before != now || is_team => Some(1),
                (Some(_), None) => Some(2),
                (Some(_), Some(_)) | (None, None) => {
                    (resource.is_meant && !resource.is_refused).then_some(3)
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
        let (links, teams) = self.link_changes();
        let is_rewrite =
            |resource: &ResourceState| resource.now.is_some() && resource.before != resource.now;
        for resource_type in ResourceType::all() {
            let mut rows = Vec::new();
            for resource in &self.resource_list {
                let is_team = Table::of(resource_type).has_members() && teams.has(&resource.id);
                if resource.resource_type == resource_type
                    && resource.before.is_some()
                    && (is_team || resource.before != resource.now)
                {
                    rows.push(texts(&[&resource.id, &resource.version]));
                }
            }
            guard(session, batch, resource_type, rows);
        }
        let defect = |failure| Error::Broken(cause(failure));
        let (mut creates, mut rewrites) = (Vec::new(), Vec::new());
        let mut deletes: Vec<Change<'_>> = Vec::new();
        for resource in &self.resource_list {
            let view = session.view(resource.resource_type);
            match (&resource.before, &resource.now) {
                (Some(_), None) => deletes.push(session.change(
                    resource.resource_type,
                    ResourceRef::Id(resource.id.clone()),
                    Guard::None,
                    ChangeKind::Delete,
                    Links::None,
                )),
                (None, Some(now)) => {
                    let names = (resource.id.clone(), session.context.mint.version());
                    let resource = NewResource::new(
                        &view,
                        names,
                        (**now).clone(),
                        LinkChange::default(),
                        None,
                    );
                    creates.push(resource.map_err(defect)?.back());
                }
                (Some(before), Some(now)) if is_rewrite(resource) => {
                    let rewrite = Rewrite::new(&view, before, now).map_err(defect)?;
                    rewrites.push((resource, rewrite));
                }
                (Some(_), Some(_)) | (None, None) => {}
            }
        }
        let mut changes: Vec<Change<'_>> = creates.iter().map(NewResource::change).list();
        let mut alone = Vec::new();
        for (resource, rewrite) in &rewrites {
            let groups = false;
            let change = session.change(
                resource.resource_type,
                ResourceRef::Id(resource.id.clone()),
                Guard::Exactly(&resource.version),
                ChangeKind::Rewrite { rewrite, groups },
                Links::None,
            );
            if rewrite.is_plain(resource.resource_type) {
                changes.push(change);
            } else {
                alone.push(change);
            }
        }
        session.add_run(batch, &changes, true).map_err(defect)?;
        for change in &alone {
            session.add_change(batch, change);
        }
        changes.append(&mut alone);
        for resource_type in ResourceType::all() {
            let mut rows = Vec::new();
            for change in &changes {
                if let Some(id) = change.reference.id()
                    && change.resource_type == resource_type
                {
                    rows.push(texts(&[id, &change.version]));
                }
            }
            guard(session, batch, resource_type, rows);
        }
        // The groups of what goes get another version with it.
        session.add_run(batch, &deletes, true).map_err(defect)?;
        let mut rows: Vec<Value> = Vec::new();
        for link in links {
            let kind = self.kind(&link.member).map_or("", |kind| kind.name);
            let (team, member) = (link.team.as_str(), link.member.as_str());
            let is_there = Value::from(u8::from(link.now));
            rows.push(vec![team.into(), member.into(), kind.into(), is_there].into());
        }
        if !rows.is_empty() {
            session.add_moved_links(batch, &text(&Value::from(rows)));
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
