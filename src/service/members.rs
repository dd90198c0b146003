//! Changing who is in a group, without reading who is (RFC 7644 §3.5.2): one trip, as many rows as members change.

use scim::error::{Error, quoted};
use scim::json;
use scim::patch::{LinkChange, LinkOperation, net_links};
use scim::resource_type::{GROUP_TYPE, ResourceType, USER_TYPE};
use serde_json::Value;

use super::{Condition, Failure, Service};
use crate::store::limits::IDS_PER_PARAMETER;
use crate::store::membership;
use crate::store::predicate::push_element_predicate;
use crate::store::read::Key;
use crate::store::user_groups;
use crate::store::write;
use crate::store::{self, Database, Results, Row, Statement};

/// Most ids that a refusal names.
const NAMED: usize = 20;
/// Statements that resolve filters of one request, at the most: each reads the group.
const FILTERED: usize = 100;
/// Bytes of an id, at the most; ours have 36.
const LONGEST_ID: usize = 64;

impl<D: Database> Service<'_, D> {
    /// Applies a change of members to a group and gives its version, and the results of `reading` in the same batch; a
    /// group that is not there, or is another version, is refused.
    pub(crate) async fn change_members(
        &self,
        id: &str,
        condition: &Condition,
        change: &LinkChange,
        reading: Vec<Statement>,
    ) -> Result<(String, Results), Failure> {
        let view = self.view(&GROUP_TYPE);
        let key = Key::Id(id.to_owned());
        let version = self.mint.version();
        let mut statements = vec![write::touch(
            &view,
            id,
            condition.guard(),
            &version,
            &self.now.text,
            change,
        )];
        statements.extend(membership::statements(&view, id, &version, change));
        statements.push(membership::outcome(&view, id, &version, change));
        let written = statements.len();
        statements.extend(reading);
        let mut results = match self.run(statements).await {
            Ok(results) => results,
            Err(store::Error::Guard) => {
                return Err(self.explain_members(id, &change.add).await?);
            }
            Err(error) => return Err(error.into()),
        };
        let read = results.split_off(written.min(results.len()));
        let mut outcome = results.pop().unwrap_or_default().into_iter();
        let now = match outcome.next() {
            Some(mut row) => row.required_text(0)?,
            None => return Err(self.not_found(&GROUP_TYPE, &key)),
        };
        if now != version {
            condition.check(&now)?;
        }
        Ok((now, read))
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
        let mut filters = 0;
        for operation in &*operations {
            match operation {
                LinkOperation::Add(ids) | LinkOperation::Replace(ids) => {
                    added.extend(ids.iter().filter(|id| id.len() <= LONGEST_ID).cloned());
                }
                LinkOperation::RemoveWhere(_) => filters += 1,
                LinkOperation::Remove(_) | LinkOperation::RemoveAll => {}
            }
        }
        let each = 1 + added.len().div_ceil(IDS_PER_PARAMETER);
        if filters * each > FILTERED {
            return Err(Error::too_many(
                "The request removes members by too many filters. Name the members by their ids, or send it in parts.",
            )
            .into());
        }
        let view = self.view(&GROUP_TYPE);
        let mut statements = Vec::new();
        for operation in &*operations {
            if let LinkOperation::RemoveWhere(predicate) = operation {
                let condition =
                    |statement: &mut Statement| push_element_predicate(statement, &view, predicate);
                statements.push(membership::candidates(&view, id, condition));
                let among = |ids| membership::candidates_among(&view, ids, condition);
                statements.extend(added.chunks(IDS_PER_PARAMETER).map(among));
            }
        }
        if statements.is_empty() {
            return Ok(());
        }
        let mut results = self.run(statements).await?.into_iter();
        for operation in operations {
            if let LinkOperation::RemoveWhere(_) = operation {
                let mut found = Vec::new();
                for mut row in results.by_ref().take(each).flatten() {
                    found.extend(ids(&mut row)?);
                }
                *operation = LinkOperation::Remove(found);
            }
        }
        Ok(())
    }

    /// Why members could not be added: the ids that name nothing, or that would close a circle.
    pub(crate) async fn explain_members(
        &self,
        group: &str,
        added: &[String],
    ) -> Result<Failure, Failure> {
        let view = self.view(&GROUP_TYPE);
        let statements = membership::unsound(&view, group, added);
        let half = statements.len() / 2;
        let mut unknown = Vec::new();
        let mut circular = Vec::new();
        for (index, rows) in self.run(statements).await?.into_iter().enumerate() {
            for mut row in rows {
                let found = ids(&mut row)?;
                if index < half {
                    &mut unknown
                } else {
                    &mut circular
                }
                .extend(found);
            }
        }
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
        let mut rows = self.run(vec![statement]).await?.pop().unwrap_or_default();
        let unknown = match rows.first_mut() {
            Some(row) => ids(row)?,
            None => Vec::new(),
        };
        if unknown.is_empty() {
            return Ok(Failure::Conflict(
                "A team was changed at the same moment. Repeat the request.".to_owned(),
            ));
        }
        Ok(missing(&USER_TYPE, &unknown))
    }
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
fn missing(of: &'static ResourceType, ids: &[String]) -> Failure {
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
