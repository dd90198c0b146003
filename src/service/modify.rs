//! Read, apply, write: how a document changes (RFC 7644 §3.5, §3.14).
//!
//! The write asks for the version that was read, in SQL; if another writer was faster it is all done again on what
//! that one left, so that no change is lost and no client sees a conflict that it did not ask to see.

use scim::habit::Habits;
use scim::patch::LinkChange;
use scim::projection::Projection;
use scim::resource::unique_values;
use scim::resource_type::{GROUP_TYPE, ResourceType};
use serde_json::{Map, Value};

use super::create::check_size;
use super::read::Reading;
use super::{Answer, Condition, Failure, Session, parse_stored};
use crate::store::batch::{Batch, Handle};
use crate::store::limits::{LONGEST_PAUSE, WRITE_TRIES};
use crate::store::membership;
use crate::store::read::{self, Key, Stored};
use crate::store::unique;
use crate::store::user_groups;
use crate::store::write::{self, Draft, Guard, Next};
use crate::store::{self, Database};

/// What a change leaves behind.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changed {
    /// The new document.
    pub document: Map<String, Value>,
    /// The change of a group's members.
    pub members: LinkChange,
    /// The teams that a user is in from now on (`ACCEPT_USER_GROUPS`).
    pub teams: Option<Vec<String>>,
}

/// One change of one resource.
struct Attempt<'a> {
    resource_type: &'static ResourceType,
    stored: &'a Stored,
    before: &'a Map<String, Value>,
    changed: &'a Changed,
    condition: &'a Condition,
    projection: &'a Projection,
}

impl<D: Database> Session<'_, D> {
    /// Changes a resource. `apply` makes of a document what it shall be; it may be called more than once.
    pub(crate) async fn modify(
        &self,
        resource_type: &'static ResourceType,
        key: &Key,
        condition: &Condition,
        projection: &Projection,
        apply: impl Fn(&Map<String, Value>, &mut Habits) -> Result<Changed, Failure>,
    ) -> Result<Answer, Failure> {
        let view = self.view(resource_type);
        for tries in 0..WRITE_TRIES {
            if tries > 0 && self.is_spent() {
                break;
            }
            let mut rows = self.ask(read::stored(&view, key)).await?;
            let Some(row) = rows.first_mut() else {
                return Err(self.not_found(resource_type, key));
            };
            let stored = read::read_stored(row)?;
            condition.check(&stored.version)?;
            let before = parse_stored(&stored.document)?;
            let changed = apply(&before, &mut self.habits())?;
            let attempt = Attempt {
                resource_type,
                stored: &stored,
                before: &before,
                changed: &changed,
                condition,
                projection,
            };
            if let Some(answer) = self.attempt(&attempt).await? {
                return Ok(answer);
            }
            self.context.database.pause(self.pause_after(tries)).await;
        }
        Err(Failure::Conflict(format!(
            "Other clients changed this {} again and again while the request was at work; nothing was changed. Repeat it.",
            resource_type.name,
        )))
    }

    /// How many milliseconds to wait after so many tries: any number up to a bound, for those who met would meet again.
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

    /// Writes a change, unless the resource is no longer what it was when it was read: then there is no answer.
    async fn attempt(&self, attempt: &Attempt<'_>) -> Result<Option<Answer>, Failure> {
        let Attempt {
            resource_type,
            stored,
            changed,
            projection,
            ..
        } = *attempt;
        let version = self.context.mint.version();
        let rewritten = changed.document != *attempt.before;
        let mut batch = Batch::default();
        let updated = self.add_writing(&mut batch, attempt, &version, rewritten)?;
        // What the update gives back is all of the reply, unless rows of other tables changed with it or belong to it.
        let whole = updated.filter(|_| *resource_type != GROUP_TYPE && changed.teams.is_none());
        let reading = if let Some(resource) = whole {
            let members = None;
            Reading { resource, members }
        } else {
            let key = Key::Id(stored.id.clone());
            self.add_reading(&mut batch, resource_type, &key, projection)
        };
        let mut answers = match self.send(batch).await {
            Ok(answers) => answers,
            Err(store::Error::Guard) => {
                let added = &changed.members.add;
                return Err(match &changed.teams {
                    Some(teams) => self.explain_teams(teams).await?,
                    None => self.explain_members(&stored.id, added).await?,
                });
            }
            Err(error) => return Err(error.into()),
        };
        if updated.is_some_and(|updated| !answers.has_row(updated)) {
            return Ok(None);
        }
        let Some(answer) = self.answer(resource_type, &mut answers, reading, projection)? else {
            let key = Key::Id(stored.id.clone());
            return Err(self.not_found(resource_type, &key));
        };
        if answer.version != version {
            attempt.condition.check(&answer.version)?;
        }
        Ok(Some(answer))
    }

    /// Adds what writes a change; a rewritten document has been written if the statement of the handle gives a row. Those
    /// behind it do nothing if it found another version.
    fn add_writing(
        &self,
        batch: &mut Batch,
        attempt: &Attempt<'_>,
        version: &str,
        rewritten: bool,
    ) -> Result<Option<Handle>, Failure> {
        let Attempt {
            resource_type,
            stored,
            before,
            changed,
            condition,
            projection,
        } = *attempt;
        let Changed {
            document,
            members,
            teams,
        } = changed;
        let id = stored.id.as_str();
        let view = self.view(resource_type);
        let now = self.now.text.as_str();
        let before = scim::fold::fold(resource_type, before);
        let held = unique_values(resource_type, &before);
        let mut updated = None;
        if rewritten {
            let draft = Draft::new(&view, document);
            check_size(&draft)?;
            let next = Next {
                version,
                now,
                draft: &draft,
                before: &before,
                groups: projection.wants("groups"),
            };
            let key = Key::Id(id.to_owned());
            let guard = Guard::Exactly(&stored.version);
            updated = Some(batch.add(write::update(&view, &key, guard, &next)));
            let values = unique_values(resource_type, &draft.folded);
            batch.add_all(unique::follow(&view, id, version, &held, &values));
        } else {
            if !members.is_empty() {
                // The document stays, so it does not matter who wrote it meanwhile: members are added to what is there.
                let guard = condition.guard();
                batch.add(write::touch(&view, id, guard, version, now, members));
            }
            batch.add_all(unique::follow(&view, id, &stored.version, &held, &held));
        }
        if !members.is_empty() {
            batch.add_all(membership::statements(&view, id, version, members));
            batch.add(membership::outcome(&view, id, version, members));
        }
        if let Some(teams) = teams {
            let guard = if rewritten {
                Guard::Exactly(version)
            } else {
                condition.guard()
            };
            let touched = self.context.mint.version();
            let user = (id, guard);
            batch.add_all(user_groups::set(&view, user, teams, &touched, now));
        }
        Ok(updated)
    }
}
