//! Reading one resource (RFC 7644 §3.4.1), by itself or behind a write.

use scim::projection::Projection;
use scim::resource_type::{GROUP_TYPE, ResourceType};

use super::assemble::{has_more_members, push_shown, too_many_members};
use super::content::Content;
use super::{Answer, Failure, Selection, Session};
use store::Database;
use store::batch::{Answers, Batch, Handle};
use store::limits::MEMBER_ROWS;
use store::read::{self, Key};
use store::record::Record;

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
        key: &Key,
        asked: &Selection,
    ) -> Result<Answer, Failure> {
        self.read_as(resource_type, key, &asked.bind(resource_type)?)
            .await
    }

    /// The same, as far as a projection goes.
    pub(super) async fn read_as(
        &self,
        resource_type: &'static ResourceType,
        key: &Key,
        projection: &Projection,
    ) -> Result<Answer, Failure> {
        let mut batch = Batch::default();
        let shown = self.add_reading(&mut batch, resource_type, key, projection);
        let mut answers = self.send(batch).await?;
        self.answer(resource_type, &mut answers, shown, projection)?
            .ok_or_else(|| self.not_found(resource_type, key))
    }

    /// Adds what fetches a resource for a reply: itself, and the members of a group.
    pub(super) fn add_reading(
        &self,
        batch: &mut Batch,
        resource_type: &'static ResourceType,
        key: &Key,
        projection: &Projection,
    ) -> Reading {
        let view = self.view(resource_type);
        let resource = batch.add(read::resource(&view, key, projection.wants("groups")));
        let with_members = *resource_type == GROUP_TYPE && projection.wants("members");
        let members = with_members.then(|| {
            let group = read::one_group(&view, key);
            batch.add(read::members(&view, 1 + MEMBER_ROWS, group))
        });
        Reading { resource, members }
    }

    /// The answer that shows what was fetched; none where there is no such resource.
    pub(super) fn answer(
        &self,
        resource_type: &'static ResourceType,
        answers: &mut Answers,
        reading: Reading,
        projection: &Projection,
    ) -> Result<Option<Answer>, Failure> {
        let Some(mut row) = answers.row(reading.resource) else {
            return Ok(None);
        };
        let text = row.required_text(0)?;
        let record = Record::read(&text)?;
        let members = reading.members.map(|members| answers.rows(members));
        let rows = members.unwrap_or_default();
        if has_more_members(rows.len(), 1) {
            return Err(too_many_members());
        }
        let mut runs = Vec::new();
        for mut row in rows {
            runs.extend(row.text(1)?);
        }
        self.shown(resource_type, &record, runs, projection)
            .map(Some)
    }

    /// The answer that shows a resource, with the runs of a group's members.
    pub(super) fn shown(
        &self,
        resource_type: &'static ResourceType,
        record: &Record<'_>,
        runs: Vec<String>,
        projection: &Projection,
    ) -> Result<Answer, Failure> {
        let mut body = Content::default();
        push_shown(
            &mut body,
            resource_type,
            &self.base,
            record,
            runs,
            projection,
        )?;
        Ok(Answer {
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
    pub fn not_found(&self, resource_type: &'static ResourceType, key: &Key) -> Failure {
        match key {
            Key::Id(id) => Failure::NotFound(format!(
                "There is no {} with id \"{}\". It may have been deleted; look it up with a filter.",
                resource_type.name,
                id.chars().take(100).collect::<String>(),
            )),
            Key::Subject => Failure::NotFound(
                "This token does not stand for a user, so there is no /Me. Find the user with a filter on userName, or ask \
                 whoever runs this service for a token that stands for one."
                    .to_owned(),
            ),
        }
    }
}
