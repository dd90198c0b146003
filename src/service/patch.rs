//! Changing parts of a resource (RFC 7644 §3.5.2).
//!
//! Two shapes, which are most of what providers send, take one trip: members of a group, and plain
//! values of a user's own attributes such as `active`. Everything else is read, applied and written
//! (see `modify`).

use scim::error::ScimType;
use scim::habit::Habits;
use scim::message::patch_op::PatchOp;
use scim::patch::{LinkChange, Split, at_fault, plain_replaces};
use scim::projection::Projection;
use scim::resource_type::ResourceType;
use scim::schema::Attribute;
use serde_json::Value;

use super::condition::Condition;
use super::content::Content;
use super::failure::Failure;
use super::modify::After;
use super::reply::{ResourceReply, Selection};
use super::session::Session;
use super::write::{ChangeKind, Effect, Links};
use store::Database;
use store::batch::Batch;
use store::guard::Guard;
use store::links::SHOWN;
use store::read::ResourceRef;
use store::table::Table;

/// Bytes of text of plain values that are written unread: more is read and applied, so that the
/// size of the whole is seen. (So is any longer than what others show of a name, whose image is
/// made of that.)
const SHORT: usize = 4_096;

/// Bytes of an ordinary user, of which the text index has few.
const ORDINARY: usize = 2_000;

/// Whether values are written unread.
fn are_short(values: &[(&'static Attribute, Value)]) -> bool {
    let mut all = 0;
    for (_, value) in values {
        let length = value.as_str().map_or(0, str::len);
        all += length;
        if length > SHOWN {
            return false;
        }
    }
    all <= SHORT
}

impl<D: Database> Session<'_, D> {
    /// Applies a PATCH. A group is shown only when the client asks for attributes of it; otherwise
    /// the body of the answer is empty.
    pub async fn patch(
        &self,
        resource_type: &'static ResourceType,
        reference: &ResourceRef,
        body: &Value,
        condition: &Condition,
        selection: &Selection,
    ) -> Result<ResourceReply, Failure> {
        let is_asked = !selection.is_default();
        let reply = (selection.bind(resource_type)?, is_asked);
        let patch = self.accept_patch(resource_type, body)?;
        let outcome = self.perform_patch(resource_type, reference, patch, condition, reply);
        let mut outcome = outcome.await;
        // The operations are gone by then, and are read once more.
        let read_again = || PatchOp::parse(resource_type, body, &mut Habits::default()).ok();
        if let Err(Failure::Refused(error)) = &outcome
            && error.scim_type() == ScimType::Uniqueness
            && let Some(rest) = read_again().and_then(|all| all.without_unique(&mut self.habits()))
        {
            drop(self.removals.take());
            let reply = (selection.bind(resource_type)?, is_asked);
            let rest = self.perform_patch(resource_type, reference, rest, condition, reply);
            outcome = rest.await;
        }
        match &outcome {
            Ok(_) => self.tell_removals(),
            Err(_) => drop(self.removals.take()),
        }
        outcome.map_err(|failure| match failure {
            Failure::Refused(error) => match read_again() {
                Some(patch) => at_fault(&patch.operations, error).into(),
                None => error.into(),
            },
            other => other,
        })
    }

    /// Carries out a PATCH in the first of three ways that is open to it: members alone, plain
    /// values alone, or all of it on the document as it was read.
    async fn perform_patch(
        &self,
        resource_type: &'static ResourceType,
        reference: &ResourceRef,
        patch: PatchOp,
        condition: &Condition,
        (projection, is_asked): (Projection, bool),
    ) -> Result<ResourceReply, Failure> {
        let Split { own, links } = Split::of(patch.operations)?;
        let has_members = Table::of(resource_type).has_members();
        let has_body = !has_members || is_asked;
        let mut members = LinkChange::default();
        if let ResourceRef::Id(id) = reference
            && !links.is_empty()
        {
            members = self.net_change(id, links, patch.groups).await?;
            if own.is_empty() {
                let body = has_body.then_some(&projection);
                let answer = self
                    .patch_members(resource_type, id, &mut members, condition, body)
                    .await?;
                if let Some(answer) = answer {
                    return Ok(answer);
                }
            }
        }
        let mut projection = projection.after_patch(&own);
        // A group's members are not in what an update gives back.
        if !has_members
            && members.is_empty()
            && let Some(values) = plain_replaces(&own)
            && are_short(&values)
            && !self.must_know(reference, resource_type, &values)
        {
            if let Some(answer) = self
                .assign(resource_type, reference, condition, &projection, &values)
                .await?
            {
                return Ok(answer);
            }
            // It has these values already, or is not there.
            if condition.guard() == Guard::None {
                return self.read_as(resource_type, reference, &projection).await;
            }
        }
        // A group's reply is 204: asking for one attribute spares reading its members.
        if !has_body {
            projection = Projection::bind(resource_type, &["id"], &[])?;
        }
        let mut answer = self
            .modify(
                resource_type,
                reference,
                condition,
                &projection,
                &|before, habits| {
                    let mut document = before.clone();
                    self.apply(resource_type, &own, &mut document, habits)?;
                    Ok(After {
                        document,
                        members: members.clone(),
                        teams: None,
                    })
                },
            )
            .await?;
        if !has_body {
            answer.body = Content::default();
        }
        Ok(answer)
    }

    /// Changes the members of a group and nothing else, unread: one trip. `body` is what the answer
    /// shows of the group, if anything. No answer where no member is left to come or go.
    async fn patch_members(
        &self,
        resource_type: &'static ResourceType,
        id: &str,
        members: &mut LinkChange,
        condition: &Condition,
        body: Option<&Projection>,
    ) -> Result<Option<ResourceReply>, Failure> {
        while !members.is_empty() {
            let change = self.change(
                resource_type,
                ResourceRef::Id(id.to_owned()),
                condition.guard(),
                ChangeKind::Keep(None),
                Links::Members(members),
            );
            let mut batch = Batch::default();
            let receipt = self.add_change(&mut batch, &change);
            let body = body.map(|projection| {
                let reading =
                    self.add_reading(&mut batch, resource_type, &change.reference, projection);
                (reading, projection)
            });
            let Some(mut answers) = self.send_change(batch, &change).await? else {
                self.settle_links(members);
                continue;
            };
            self.note_gone(&receipt.removals, &mut answers);
            let version = match receipt.effect(&change, &mut answers)? {
                Effect::Done => change.version,
                Effect::None(None) => return Err(self.not_found(resource_type, &change.reference)),
                Effect::None(Some(version)) => {
                    condition.check(&version)?;
                    version
                }
            };
            let Some((reading, projection)) = body else {
                return Ok(Some(ResourceReply {
                    body: Content::default(),
                    version,
                    location: self.location(resource_type, id),
                }));
            };
            let answer = self
                .answer(resource_type, &mut answers, reading, projection)
                .await?;
            let is_gone = || self.not_found(resource_type, &change.reference);
            return answer.map(Some).ok_or_else(is_gone);
        }
        Ok(None)
    }

    /// Gives singular attributes new values in one statement. No answer when it wrote nothing: the
    /// resource is not there, is another version, or has these values already.
    async fn assign(
        &self,
        resource_type: &'static ResourceType,
        reference: &ResourceRef,
        condition: &Condition,
        projection: &Projection,
        values: &[(&'static Attribute, Value)],
    ) -> Result<Option<ResourceReply>, Failure> {
        if values.is_empty() {
            return Ok(None);
        }
        let groups = projection.wants("groups");
        let kind = ChangeKind::Assign { values, groups };
        let guard = condition.guard();
        let change = self.change(resource_type, reference.clone(), guard, kind, Links::None);
        let mut batch = Batch::default();
        let receipt = self.add_change(&mut batch, &change);
        let mut answers = self.send(batch).await?;
        // The database reads all of it, writes it, and hands it out.
        self.note_loaded(answers.load());
        let text = Table::of(resource_type).text;
        if values.iter().any(|(of, _)| text.contains(&of.name)) {
            // Addresses that are indexed with a name are known by no more than the size of all.
            self.note_indexed(answers.bytes().saturating_sub(ORDINARY));
        }
        match receipt.reading() {
            Some(reading) => {
                self.answer(resource_type, &mut answers, reading, projection)
                    .await
            }
            None => Ok(None),
        }
    }
}
