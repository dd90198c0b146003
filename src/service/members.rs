//! Changing who is in a group, without reading who is (RFC 7644 §3.5.2): one trip, as many rows as members change.

use std::collections::{BTreeMap, BTreeSet};

use scim::error::{Error, quoted};
use scim::filter::predicate::Predicate;
use scim::json;
use scim::patch::{LinkChange, LinkOperation, net_links};
use scim::resource_type::{GROUP_TYPE, ResourceType, USER_TYPE};
use serde_json::Value;

use super::{Condition, Failure, Session};
use crate::store::batch::{Answers, Batch, Handle};
use crate::store::expression::View;
use crate::store::limits::{EXPRESSION_DEPTH, IDS_PER_PARAMETER, PARAMETERS, STATEMENT_BYTES};
use crate::store::membership;
use crate::store::predicate::{comparisons, depth};
use crate::store::read::Key;
use crate::store::user_groups;
use crate::store::write;
use crate::store::{self, Database, Row};

/// Most ids that a refusal names.
const NAMED: usize = 20;
/// Comparisons in the filters of one request that remove members, at the most: each looks at every member of the group.
const COMPARED: usize = 100;
/// Levels of such a filter: a hundred are in one expression.
const DEEPEST_FILTER: usize = EXPRESSION_DEPTH - 10;
/// Bytes of an id, at the most; ours have 36.
const LONGEST_ID: usize = 64;

impl<D: Database> Session<'_, D> {
    /// Adds what changes the members of a group, with its new version and the statement that tells what became of it.
    pub(crate) fn add_members(
        &self,
        batch: &mut Batch,
        id: &str,
        condition: &Condition,
        change: &LinkChange,
    ) -> (String, Handle) {
        let view = self.view(&GROUP_TYPE);
        let version = self.context.mint.version();
        let (guard, now) = (condition.guard(), &self.now.text);
        batch.add(write::touch(&view, id, guard, &version, now, change));
        batch.add_all(membership::statements(&view, id, &version, change));
        let outcome = batch.add(membership::outcome(&view, id, &version, change));
        (version, outcome)
    }

    /// Applies a change of members to a group and gives its version; a group that is not there, or is another version, is
    /// refused.
    pub(crate) async fn change_members(
        &self,
        batch: Batch,
        (version, outcome): (String, Handle),
        id: &str,
        condition: &Condition,
        change: &LinkChange,
    ) -> Result<(String, Answers), Failure> {
        let key = Key::Id(id.to_owned());
        let mut answers = match self.send(batch).await {
            Ok(answers) => answers,
            Err(store::Error::Guard) => {
                return Err(self.explain_members(id, &change.add).await?);
            }
            Err(error) => return Err(error.into()),
        };
        let now = match answers.row(outcome) {
            Some(mut row) => row.required_text(0)?,
            None => return Err(self.not_found(&GROUP_TYPE, &key)),
        };
        if now != version {
            condition.check(&now)?;
        }
        Ok((now, answers))
    }

    /// The net effect of member operations. Removals by filter are resolved to ids first, which takes a trip.
    pub(crate) async fn net_change(
        &self,
        id: &str,
        mut operations: Vec<LinkOperation>,
    ) -> Result<LinkChange, Failure> {
        self.resolve(id, &mut operations).await?;
        let mut change = net_links(&operations).unwrap_or_default();
        check_ids(&GROUP_TYPE, &change.add)?;
        change.remove.retain(|id| id.len() <= LONGEST_ID);
        Ok(change)
    }

    /// Puts ids for the filters of removals: of the members that satisfy one, among those of the group and those that the
    /// request adds anywhere. (One that is added only behind the removal is added all the same.)
    async fn resolve(&self, id: &str, operations: &mut [LinkOperation]) -> Result<(), Failure> {
        let mut added: Vec<String> = Vec::new();
        let mut filters: Vec<&Predicate> = Vec::new();
        for operation in &*operations {
            match operation {
                LinkOperation::Add(ids) | LinkOperation::Replace(ids) => {
                    added.extend(ids.iter().filter(|id| id.len() <= LONGEST_ID).cloned());
                }
                LinkOperation::RemoveWhere(predicate) => filters.push(predicate),
                LinkOperation::Remove(_) | LinkOperation::RemoveAll => {}
            }
        }
        if filters.is_empty() {
            return Ok(());
        }
        let view = self.view(&GROUP_TYPE);
        let compared: usize = filters
            .iter()
            .map(|filter| comparisons(&view, filter))
            .sum();
        if compared > COMPARED {
            return Err(too_many_filters().into());
        }
        if filters
            .iter()
            .any(|filter| depth(&view, filter) > DEEPEST_FILTER)
        {
            return Err(Error::invalid_filter(
                "The filter in the path nests deeper inside [ ] than the database follows; fewer brackets, please.",
            )
            .into());
        }
        let mut batch = Batch::default();
        let mut marked = Vec::new();
        let mut first = 0;
        for filters in runs(&view, id, &filters) {
            marked.push((batch.add(membership::candidates(&view, id, filters)), first));
            for ids in added.chunks(IDS_PER_PARAMETER) {
                let among = membership::candidates_among(&view, ids, filters);
                marked.push((batch.add(among), first));
            }
            first += filters.len();
        }
        if !batch.fits() {
            return Err(too_many_filters().into());
        }
        // By filter, the members that satisfy it; but a member that one filter has removed is left out by those behind it,
        // until it is added again.
        let mut found: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        let mut answers = self.send(batch).await?;
        for (handle, first) in marked {
            for mut row in answers.rows(handle) {
                for text in ids(&mut row)? {
                    let (id, satisfied) = membership::read_marked(&text);
                    let marks = found.entry(id.to_owned()).or_default();
                    marks.extend(satisfied.into_iter().map(|place| first + place));
                }
            }
        }
        put_ids(operations, found);
        Ok(())
    }

    /// Why members could not be added: the ids that name nothing, or that would close a circle.
    pub(crate) async fn explain_members(
        &self,
        group: &str,
        added: &[String],
    ) -> Result<Failure, Failure> {
        let view = self.view(&GROUP_TYPE);
        let mut batch = Batch::default();
        let unknown = batch.add_all(membership::unknown(&view, added));
        let circular = batch.add_all(membership::circular(&view, group, added));
        let mut answers = self.send(batch).await?;
        let unknown: Vec<String> = all_ids(answers.rows_of(&unknown))?;
        let circular: Vec<String> = all_ids(answers.rows_of(&circular))?;
        if unknown.is_empty() && circular.is_empty() {
            return Ok(Failure::Conflict(
                "A member was changed at the same moment. Repeat the request.".to_owned(),
            ));
        }
        if !unknown.is_empty() {
            return Ok(missing(&GROUP_TYPE, &unknown));
        }
        let error = format!(
            "A group cannot be a member of itself, directly or through other groups: {}. Nothing was changed.",
            list(&circular)
        );
        Ok(Error::invalid_value(error).into())
    }

    /// Why a user could not be put into teams: the ids that are none.
    pub(crate) async fn explain_teams(&self, teams: &[String]) -> Result<Failure, Failure> {
        let statement = user_groups::missing(&self.view(&USER_TYPE), teams);
        let unknown: Vec<String> = all_ids(self.ask(statement).await?)?;
        if unknown.is_empty() {
            return Ok(Failure::Conflict(
                "A team was changed at the same moment. Repeat the request.".to_owned(),
            ));
        }
        Ok(missing(&USER_TYPE, &unknown))
    }
}

/// As many filters together as one statement takes.
fn runs<'a, 'p>(
    view: &View<'_>,
    id: &str,
    filters: &'a [&'p Predicate],
) -> Vec<&'a [&'p Predicate]> {
    let statement = membership::candidates(view, id, filters);
    if filters.len() < 2
        || statement.parameters.len() <= PARAMETERS && statement.text.len() <= STATEMENT_BYTES
    {
        return vec![filters];
    }
    let (left, right) = filters.split_at(filters.len() / 2);
    [runs(view, id, left), runs(view, id, right)].concat()
}

/// Puts the ids that filters found in their place. A member that one filter removes is not named by those behind it, until
/// an operation between them adds it again: it would be named a hundred times.
fn put_ids(operations: &mut [LinkOperation], found: BTreeMap<String, BTreeSet<usize>>) {
    let filters = operations
        .iter()
        .filter(|operation| matches!(operation, LinkOperation::RemoveWhere(_)));
    let mut removed: Vec<Vec<String>> = vec![Vec::new(); filters.count()];
    // Before which filter an id is added.
    let mut added: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut place = 0;
    for operation in &*operations {
        match operation {
            LinkOperation::RemoveWhere(_) => place += 1,
            LinkOperation::Add(ids) | LinkOperation::Replace(ids) => {
                for id in ids {
                    added.entry(id).or_default().push(place);
                }
            }
            LinkOperation::Remove(_) | LinkOperation::RemoveAll => {}
        }
    }
    for (id, satisfied) in found {
        let added = added.get(id.as_str()).map_or(&[][..], Vec::as_slice);
        let mut last: Option<usize> = None;
        for place in satisfied {
            let again = last.is_none_or(|last| added.iter().any(|&at| last < at && at <= place));
            if again && let Some(ids) = removed.get_mut(place) {
                ids.push(id.clone());
                last = Some(place);
            }
        }
    }
    let mut removed = removed.into_iter();
    for operation in operations {
        if let LinkOperation::RemoveWhere(_) = operation {
            *operation = LinkOperation::Remove(removed.next().unwrap_or_default());
        }
    }
}

fn too_many_filters() -> Error {
    Error::too_many(
        "The request removes members by filters that compare too often. Name the members by their ids, or send it in parts.",
    )
}

/// Refuses links of a resource to ids that none can have, before they are sent.
pub(crate) fn check_ids(of: &'static ResourceType, ids: &[String]) -> Result<(), Failure> {
    let impossible = |id: &&String| id.len() > LONGEST_ID;
    let named: Vec<String> = ids.iter().filter(impossible).take(NAMED).cloned().collect();
    if named.is_empty() {
        return Ok(());
    }
    Err(missing(of, &named))
}

/// The refusal of links to what is not there.
pub(crate) fn missing(of: &'static ResourceType, ids: &[String]) -> Failure {
    let nobody = if *of == GROUP_TYPE {
        "members: no user or group"
    } else {
        "groups: no group"
    };
    Error::invalid_value(format!(
        "{nobody} has the id {}. Create it first, or leave it out; nothing was changed.",
        list(ids)
    ))
    .into()
}

/// Reads a JSON array of ids.
fn ids(row: &mut Row) -> Result<Vec<String>, Failure> {
    let Ok(Value::Array(ids)) = json::parse(&row.required_text(0)?) else {
        return Err(Failure::Broken("ids that are no array".to_owned()));
    };
    Ok(ids
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect())
}

/// The ids of several rows.
pub(crate) fn all_ids<T: FromIterator<String>>(rows: Vec<Row>) -> Result<T, Failure> {
    let mut all = Vec::new();
    for mut row in rows {
        all.push(ids(&mut row)?);
    }
    Ok(all.into_iter().flatten().collect())
}

/// Ids for a sentence, not more than fit one.
fn list(ids: &[String]) -> String {
    let mut text = String::new();
    for (index, id) in ids.iter().take(NAMED).enumerate() {
        text.push_str(if index > 0 { ", \"" } else { "\"" });
        text.push_str(&quoted(id));
        text.push('"');
    }
    if ids.len() > NAMED {
        text.push_str(" and ");
        text.push_str(&(ids.len() - NAMED).to_string());
        text.push_str(" more");
    }
    text
}
