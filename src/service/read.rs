//! Reading one resource (RFC 7644 §3.4.1), by itself or behind a write.

use scim::projection::Projection;
use scim::resource_type::ResourceType;

use super::assemble::{push_shown, too_many_members};
use super::content::Content;
use super::failure::Failure;
use super::reply::{ResourceReply, Selection};
use super::session::Session;
use store::batch::{Answers, Batch, Handle};
use store::limits::{FIRST_MEMBERS, MOST_MEMBERS, MemberLimit};
use store::read::{self, ResourceRef};
use store::record::Record;
use store::{Database, Row};

/// The statements of a batch that fetch a resource for a reply.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    /// Gives the record.
    pub(super) resource: Handle,
    /// Gives the members of a group.
    pub(super) members: Option<Handle>,
}

impl<D: Database> Session<'_, D> {
    /// Reads one resource (RFC 7644 §3.4.1).
    pub async fn read(
        &self,
        resource_type: &'static ResourceType,
        reference: &ResourceRef,
        selection: &Selection,
    ) -> Result<ResourceReply, Failure> {
        self.read_as(resource_type, reference, &selection.bind(resource_type)?)
            .await
    }

    /// The same, as far as a projection goes.
    pub(super) async fn read_as(
        &self,
        resource_type: &'static ResourceType,
        reference: &ResourceRef,
        projection: &Projection,
    ) -> Result<ResourceReply, Failure> {
        let mut batch = Batch::default();
        let reading = self.add_reading(&mut batch, resource_type, reference, projection);
        let mut answers = self.send(batch).await?;
        self.answer(resource_type, &mut answers, reading, projection)
            .await?
            .ok_or_else(|| self.not_found(resource_type, reference))
    }

    /// Adds what fetches a resource for a reply: itself, and the members of a group.
    pub(super) fn add_reading(
        &self,
        batch: &mut Batch,
        resource_type: &'static ResourceType,
        reference: &ResourceRef,
        projection: &Projection,
    ) -> Reading {
        self.add_reading_of(batch, resource_type, reference, projection, FIRST_MEMBERS)
    }

    fn add_reading_of(
        &self,
        batch: &mut Batch,
        resource_type: &'static ResourceType,
        reference: &ResourceRef,
        projection: &Projection,
        limit: MemberLimit,
    ) -> Reading {
        let view = self.view(resource_type);
        let resource = batch.add(read::resource(&view, reference, projection.wants("groups")));
        let with_members = view.table().has_members() && projection.wants("members");
        let members = with_members.then(|| {
            let group = read::one_group(&view, reference);
            batch.expect(limit.bytes);
            batch.add(read::member_chunks(&view, limit, 1, group))
        });
        Reading { resource, members }
    }

    /// The answer that shows what was fetched; none where there is no such resource. A group of
    /// more members than were looked for is fetched again.
    pub(super) async fn answer(
        &self,
        resource_type: &'static ResourceType,
        answers: &mut Answers,
        reading: Reading,
        projection: &Projection,
    ) -> Result<Option<ResourceReply>, Failure> {
        let Some(mut row) = answers.row(reading.resource) else {
            return Ok(None);
        };
        let text = row.required_text(0)?;
        let record = Record::read(&text)?;
        let chunks = match reading.members {
            None => Some(Vec::new()),
            Some(members) => chunks(answers.rows(members), FIRST_MEMBERS)?,
        };
        let Some(chunks) = chunks else {
            let reference = ResourceRef::Id(record.shown.id.to_owned());
            return self.read_most(resource_type, &reference, projection).await;
        };
        self.present(resource_type, &record, chunks, projection)
            .map(Some)
    }

    /// Reads a group of more than the [`FIRST_MEMBERS`].
    async fn read_most(
        &self,
        resource_type: &'static ResourceType,
        reference: &ResourceRef,
        projection: &Projection,
    ) -> Result<Option<ResourceReply>, Failure> {
        let mut batch = Batch::default();
        let reading = self.add_reading_of(
            &mut batch,
            resource_type,
            reference,
            projection,
            MOST_MEMBERS,
        );
        let mut answers = self.send(batch).await?;
        let Some(mut row) = answers.row(reading.resource) else {
            return Ok(None);
        };
        let text = row.required_text(0)?;
        let rows = reading.members.map(|members| answers.rows(members));
        let chunks =
            chunks(rows.unwrap_or_default(), MOST_MEMBERS)?.ok_or_else(too_many_members)?;
        self.present(resource_type, &Record::read(&text)?, chunks, projection)
            .map(Some)
    }

    /// The answer that shows a resource, with the chunks of a group's members.
    pub(super) fn present(
        &self,
        resource_type: &'static ResourceType,
        record: &Record<'_>,
        chunks: Vec<String>,
        projection: &Projection,
    ) -> Result<ResourceReply, Failure> {
        let mut body = Content::default();
        push_shown(
            &mut body,
            resource_type,
            &self.base,
            record,
            chunks,
            projection,
        )?;
        Ok(ResourceReply {
            body,
            version: record.shown.version.to_owned(),
            location: self.location(resource_type, record.shown.id),
        })
    }

    /// The address of a resource.
    pub fn location(&self, resource_type: &'static ResourceType, id: &str) -> String {
        format!("{}{}/{id}", self.base, resource_type.endpoint)
    }

    /// The failure of a request for a resource that is not there.
    pub fn not_found(
        &self,
        resource_type: &'static ResourceType,
        reference: &ResourceRef,
    ) -> Failure {
        match reference {
            ResourceRef::Id(id) => Failure::NotFound(format!(
                "There is no {} with id \"{}\". It may have been deleted; look it up with a filter.",
                resource_type.name,
                id.chars().take(100).collect::<String>(),
            )),
            ResourceRef::Subject => Failure::NotFound(
                "This token does not stand for a user, so there is no /Me. Find the user with a filter on userName, or ask \
                 whoever runs this service for a token that stands for one."
                    .to_owned(),
            ),
        }
    }
}

/// The chunks of the members of one group; none where it has more.
fn chunks(rows: Vec<Row>, limit: MemberLimit) -> Result<Option<Vec<String>>, Failure> {
    let mut members = read::read_member_chunks(rows, limit, 1)?;
    Ok((!members.has_more).then(|| members.take_first()))
}
