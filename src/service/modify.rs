//! Read, apply, write: how a document changes (RFC 7644 §3.5, §3.14).
//!
//! The write asks for the version that was read, in SQL; if another writer was faster it is all
//! done again on what that one left, so that no change is lost and no client sees a conflict that
//! it did not ask to see.

use scim::habit::Habits;
use scim::patch::LinkChange;
use scim::projection::Projection;
use scim::resource_type::ResourceType;
use serde_json::{Map, Value};

use super::assemble::parse_stored;
use super::condition::Condition;
use super::failure::Failure;
use super::gauge::Hold;
use super::reply::ResourceReply;
use super::session::Session;
use super::write::{ChangeKind, Links, Rewrite};
use store::Database;
use store::batch::Batch;
use store::expression::View;
use store::guard::Guard;
use store::limits::{IN_WORK, LARGE_DOCUMENT, LONGEST_PAUSE, WRITE_TRIES, changing, load};
use store::read::{self, ResourceRef, Stored};
use store::table::Table;

/// What a change leaves behind.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct After {
    /// The new document.
    pub document: Map<String, Value>,
    /// The change of a group's members.
    pub members: LinkChange,
    /// The teams that a user is in from now on (`ACCEPT_USER_GROUPS`).
    pub teams: Option<Vec<String>>,
}

/// What makes of a document what it shall be.
pub(crate) type Apply<'a> = dyn Fn(&Map<String, Value>, &mut Habits) -> Result<After, Failure> + 'a;

/// One change of one resource.
struct Modification<'a> {
    resource_type: &'static ResourceType,
    stored: &'a Stored,
    before: &'a Map<String, Value>,
    after: &'a After,
    condition: &'a Condition,
    projection: &'a Projection,
}

impl<D: Database> Session<'_, D> {
    /// Changes a resource. `apply` makes of a document what it shall be; it may be called more than
    /// once.
    pub(crate) async fn modify(
        &self,
        resource_type: &'static ResourceType,
        reference: &ResourceRef,
        condition: &Condition,
        projection: &Projection,
        apply: &Apply<'_>,
    ) -> Result<ResourceReply, Failure> {
        let view = self.view(resource_type);
        for tries in 0..WRITE_TRIES {
            if tries > 0 && self.is_spent() {
                break;
            }
            let Some(stored) = self.load(&view, reference).await? else {
                return Err(self.not_found(resource_type, reference));
            };
            condition.check(&stored.version)?;
            let before = parse_stored(&stored.document)?;
            let mut after = apply(&before, &mut self.habits())?;
            self.settle_links(&mut after.members);
            let attempt = Modification {
                resource_type,
                stored: &stored,
                before: &before,
                after: &after,
                condition,
                projection,
            };
            if let Some(answer) = self.attempt(&attempt).await? {
                return Ok(answer);
            }
            self.context.database.pause(self.pause_after(tries)).await;
        }
        Err(Failure::Conflict(format!(
            "Other clients changed this {} again and again while the request was at work, so nothing was changed. Repeat the request.",
            resource_type.name,
        )))
    }

    /// Reads a resource to change it. A large one takes a second trip, for which there must be
    /// room; so does one of many values, of which it shows when it is there. Where there is none,
    /// it is read again once there is.
    async fn load(
        &self,
        view: &View<'_>,
        reference: &ResourceRef,
    ) -> Result<Option<Stored>, Failure> {
        let (mut most, mut holds) = (LARGE_DOCUMENT, 0);
        loop {
            self.find_room(holds, Hold::reserve_for_work).await?;
            let (batch, handle) = Batch::of(read::stored_resource(view, reference, most));
            let Some(mut row) = self.send(batch).await?.row(handle) else {
                return Ok(None);
            };
            match read::read_stored(&mut row)? {
                Ok(stored) => {
                    let load = load(&stored.document);
                    holds = changing(load);
                    if self.has_room_for_work(holds) {
                        self.note_loaded(load);
                        return Ok(Some(stored));
                    }
                }
                // It may grow until it is read again.
                Err(bytes) => {
                    most = bytes.max(most + 1);
                    holds = holds.max(IN_WORK * most);
                }
            }
        }
    }

    /// How many milliseconds to wait after so many tries: any number up to a bound, for those who
    /// met would meet again.
    fn pause_after(&self, tries: u32) -> u32 {
        let bound = 4_u32.saturating_mul(1 << tries.min(16)).min(LONGEST_PAUSE);
        let chance = self
            .context
            .mint
            .version()
            .bytes()
            .fold(0, |sum: u32, byte| {
                sum.wrapping_mul(31).wrapping_add(u32::from(byte))
            });
        chance % bound
    }

    /// Writes what was made of a resource, unless it is no longer what it was when it was read:
    /// then there is no answer.
    async fn attempt(&self, attempt: &Modification<'_>) -> Result<Option<ResourceReply>, Failure> {
        let Modification {
            resource_type,
            stored,
            before,
            after,
            condition,
            projection,
        } = *attempt;
        let After {
            document,
            members,
            teams,
        } = after;
        let links = match teams {
            Some(teams) => Links::Teams(teams),
            None if members.is_empty() => Links::None,
            None => Links::Members(members),
        };
        let (rewrite, image);
        let mut text = 0;
        let (guard, kind) = if document == before {
            image = scim::fold::fold(resource_type, before);
            let base = (&image, stored.version.as_str());
            // The document stays, so it does not matter who wrote it meanwhile: members are added
            // to what is there.
            (condition.guard(), ChangeKind::Keep(Some(base)))
        } else {
            rewrite = Rewrite::new(&self.view(resource_type), before, document)?;
            text = rewrite.index_bytes(resource_type);
            self.find_room_for_text(text)?;
            let kind = ChangeKind::Rewrite {
                rewrite: &rewrite,
                groups: projection.wants("groups"),
            };
            (Guard::Exactly(&stored.version), kind)
        };
        let reference = ResourceRef::Id(stored.id.clone());
        let change = self.change(resource_type, reference, guard, kind, links);
        let mut batch = Batch::default();
        let receipt = self.add_change(&mut batch, &change);
        // What the update gives back is all of the reply, unless rows of other tables changed with
        // it or belong to it.
        let is_whole = !Table::of(resource_type).has_members() && teams.is_none();
        let reading = receipt.reading().filter(|_| is_whole).unwrap_or_else(|| {
            self.add_reading(&mut batch, resource_type, &change.reference, projection)
        });
        let Some(mut answers) = self.send_change(batch, &change).await? else {
            return Ok(None);
        };
        if receipt.is_refused(&answers) {
            return Ok(None);
        }
        self.note_indexed(text);
        self.note_gone(&receipt.removals, &mut answers);
        let answer = self
            .answer(resource_type, &mut answers, reading, projection)
            .await?;
        let Some(answer) = answer else {
            return Err(self.not_found(resource_type, &change.reference));
        };
        if answer.version != change.version {
            condition.check(&answer.version)?;
        }
        Ok(Some(answer))
    }
}
