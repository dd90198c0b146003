//! The export: a tenant's resources as lines of JSON, which an import takes back.
//!
//! It is made as it is taken: a page of resources is read when the client has taken what stands
//! before it, so that the memory of it is the same whatever the tenant has. The walk goes by ids,
//! type by type. A group of many members is several lines, each of which names the group and some
//! of them.

use scim::json::{self, ObjectText};
use scim::resource_type::ResourceType;
use scim::show::StoredResource;
use serde_json::Value;

use crate::budget::Budget;
use crate::links::is_like_ours;
use store::batch::Batch;
use store::expression::View;
use store::record;
use store::tenant::Tenant;
use store::transfer::export::{self, ExportResource, Members};
use store::{Database, Error};

/// Bytes of the longest line with members, but for a thousand of them: an import takes it.
const LINE: usize = 1_000_000;

/// An export under way.
#[derive(Clone, Debug, PartialEq)]
pub struct Export {
    tenant: Tenant,
    shard: u16,
    /// What is still to be sent of what is known.
    text: String,
    position: Position,
    /// Groups whose members are still to be read.
    groups: Vec<ExportResource>,
    /// The member of the first of them behind which the others are read; the group's line is out
    /// where there is one.
    member: String,
    /// Statements that it may still send.
    left: usize,
}

/// How far it came: the number of the type, and the id of the last resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Position(usize, String);

impl Position {
    /// Reads what `text` wrote, and nothing else: by another cursor an export would be empty. The
    /// beginning is empty.
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::default());
        }
        let (number, id) = text.split_once('.')?;
        let position = Self(number.parse().ok()?, id.to_owned());
        ResourceType::all().nth(position.0)?;
        let is_place = is_like_ours(id) || id.is_empty() && position.0 > 0;
        (is_place && position.text() == text).then_some(position)
    }

    /// For the one who asks for the rest.
    fn text(&self) -> String {
        [&self.0.to_string(), ".", &self.1].concat()
    }
}

impl Export {
    /// Of a tenant in a shard, behind a position, with what goes in front.
    pub fn new(tenant: i64, shard: u16, position: Position, budget: Budget, text: String) -> Self {
        Self {
            tenant: Tenant::Known(tenant),
            shard,
            text,
            position,
            groups: Vec::new(),
            member: String::new(),
            left: budget.statements,
        }
    }

    /// The next lines, until there are none.
    pub async fn next<D: Database>(&mut self, database: &D) -> Result<Option<String>, Error> {
        let missing = || Error::Broken("the shard of the export is not bound".to_owned());
        let database = database.shard(self.shard).ok_or_else(missing)?;
        loop {
            if !self.text.is_empty() {
                return Ok(Some(std::mem::take(&mut self.text)));
            }
            let Some(resource_type) = ResourceType::all().nth(self.position.0) else {
                return Ok(None);
            };
            if self.left == 0 && self.groups.is_empty() {
                let next = ObjectText::new().text("next", &self.position.text());
                self.position.0 = usize::MAX;
                return Ok(Some(next.end() + "\n"));
            }
            self.left = self.left.saturating_sub(1);
            let view = View {
                resource_type,
                tenant: &self.tenant,
                base: "",
                unique_group_names: false,
            };
            let groups = self.groups.first().zip(self.groups.last());
            let (batch, handle) = Batch::of(match groups {
                Some((first, last)) => export::members(&view, (&first.id, &self.member), &last.id),
                None => export::resources(&view, &self.position.1),
            });
            let is_members = groups.is_some();
            let rows = batch.send(database, None).await?.1.rows(handle);
            if is_members {
                let (chunks, has_more) = export::read_members(rows)?;
                self.push_groups(resource_type, chunks, has_more);
                continue;
            }
            let mut page = Vec::with_capacity(rows.len());
            for mut row in rows {
                page.push(export::read_resource(&mut row)?);
            }
            match page.last() {
                Some(last) => self.position.1.clone_from(&last.id),
                None => self.position = Position(self.position.0 + 1, String::new()),
            }
            if view.table().has_members() {
                self.groups = page;
            } else {
                for resource in &page {
                    push(&mut self.text, resource_type, resource, &[]);
                }
            }
        }
    }

    /// Appends the groups whose members are all here. Of one with more than a page of them there is
    /// a line with those that are here; another, of which some are here, begins the next page.
    fn push_groups(
        &mut self,
        resource_type: &'static ResourceType,
        chunks: Vec<Members>,
        has_more: bool,
    ) {
        let mark = chunks.last().filter(|_| has_more);
        let mark = mark.map(|last| (last.group.clone(), last.last.clone()));
        let mut chunks = chunks.into_iter().peekable();
        let mut count = 0;
        while let Some(group) = self.groups.get(count) {
            let is_first = self.member.is_empty();
            let mut own = Vec::new();
            while let Some(chunk) = chunks.next_if(|chunk| chunk.group == group.id) {
                own.push(chunk.chunk);
            }
            let is_cut = mark.as_ref().filter(|(id, _)| *id == group.id);
            if let Some((_, last)) = is_cut {
                if self.text.is_empty() {
                    push_group(&mut self.text, resource_type, group, &own, is_first);
                    self.member.clone_from(last);
                }
                break;
            }
            if is_first || !own.is_empty() {
                push_group(&mut self.text, resource_type, group, &own, is_first);
            }
            self.member.clear();
            count += 1;
        }
        self.groups.drain(..count);
    }
}

/// Appends the lines of a group with some of its members: all of it in the first.
fn push_group(
    text: &mut String,
    resource_type: &'static ResourceType,
    group: &ExportResource,
    chunks: &[String],
    is_first: bool,
) {
    let mut from = 0;
    let mut is_whole = is_first;
    while from < chunks.len() || is_whole {
        let mut bytes = 0;
        let rest = chunks.get(from..).unwrap_or_default();
        let count = rest.iter().take_while(|chunk| {
            let fits = bytes == 0 || bytes + 2 * chunk.len() <= LINE;
            bytes += 2 * chunk.len();
            fits
        });
        let count = count.count();
        let some = rest.get(..count).unwrap_or_default();
        if is_whole {
            push(text, resource_type, group, some);
        } else {
            push(text, resource_type, &name_only(resource_type, group), some);
        }
        is_whole = false;
        from += count;
    }
}

/// The group with its name alone.
fn name_only(resource_type: &'static ResourceType, group: &ExportResource) -> ExportResource {
    let mut document = json::object(&group.document).unwrap_or_default();
    json::keep(&mut document, &mut |name, _| name == "displayName");
    document.insert("schemas".into(), vec![resource_type.schema.uri].into());
    ExportResource {
        document: json::text(&Value::Object(document)),
        ..group.clone()
    }
}

/// Appends a line.
fn push(
    text: &mut String,
    resource_type: &'static ResourceType,
    resource: &ExportResource,
    chunks: &[String],
) {
    let [created, last_modified] = &resource.moments;
    let line = StoredResource {
        id: &resource.id,
        document: &resource.document,
        created,
        last_modified,
        version: "",
    };
    let members = chunks.iter().flat_map(|chunk| record::members(chunk));
    line.push_line(text, resource_type, members);
}

#[cfg(test)]
mod tests {
    use super::Position;

    #[test]
    fn a_place_is_read_as_it_was_written() {
        let id = "019b0000-0000-7000-8000-000000000001";
        for text in [&format!("0.{id}"), "1.", &format!("1.{id}")] {
            assert_eq!(
                Position::parse(text)
                    .map(|position| position.text())
                    .as_deref(),
                Some(text)
            );
        }
        assert_eq!(Position::parse(""), Some(Position::default()));
        for text in [
            "x",
            "x.1",
            "0.",
            "0.01a2",
            "1.5806.7.78",
            "1.1",
            "+1.",
            "01.",
            "1. ",
            "99.",
        ] {
            assert_eq!(Position::parse(text), None, "{text}");
        }
    }
}
