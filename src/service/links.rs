//! Links between resources that are not sound: to what is not there, or in a circle.

use scim::error::{Error, quote};
use scim::habit::UNKNOWN_MEMBER;
use scim::index::Index;
use scim::json;
use scim::list::List;
use scim::patch::LinkChange;
use scim::resource_type::{GROUP_TYPE, ResourceType, USER_TYPE};
use serde_json::Value;

use super::failure::Failure;
use super::session::Session;
use store::batch::Batch;
use store::membership;
use store::pending;
use store::table::Table;
use store::user_groups;
use store::{Database, Row};

/// Most ids that a refusal names.
const NAMED: usize = 20;
/// Bytes of an id, at the most; ours have 36.
const LONGEST_ID: usize = 64;

/// Whether anybody can have, or get, such an id. SQLite reads no text behind a NUL.
pub(crate) fn can_be_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= LONGEST_ID && !id.as_bytes().contains(&b'\0')
}

/// Whether an id has the form of those that we give.
pub(crate) fn is_like_ours(id: &str) -> bool {
    let is_part = |(index, byte): (usize, u8)| match index {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
    };
    id.len() == 36 && id.bytes().enumerate().all(is_part)
}

impl<D: Database> Session<'_, D> {
    /// Why members could not be added: the ids that name nothing, or that would close a circle.
    /// Nothing where those that name nothing are to be left out.
    pub(crate) async fn explain_members(
        &self,
        group: &str,
        change: &LinkChange,
    ) -> Result<Option<Failure>, Failure> {
        let added = &change.add;
        let view = self.view(&GROUP_TYPE);
        let mut batch = Batch::default();
        let unknown = batch.add_all(membership::unknown_ids(&view, added));
        let circular = batch.add_all(membership::circular(&view, group, added));
        let values = [added.as_slice(), &change.wait].concat();
        let pends = self.settings().pend_unknown_members;
        let named = pends.then(|| batch.add(pending::find(&view, &values)));
        let mut answers = self.send(batch).await?;
        let mut unknown: Vec<String> = all_ids(answers.rows_of(&unknown))?;
        let circular: Vec<String> = all_ids(answers.rows_of(&circular))?;
        if let Some(named) = named
            && circular.is_empty()
            && !keep_groups(&change.groups, &mut unknown)
            && !(unknown.is_empty() && change.wait.is_empty())
            && !self.is_spent()
        {
            self.note_named(answers.rows(named))?;
            return Ok(None);
        }
        if unknown.is_empty() && circular.is_empty() {
            return Ok(Some(Failure::Conflict(
                "A member was changed at the same moment. Repeat the request.".to_owned(),
            )));
        }
        let skips = self.settings().skip_unknown_members;
        if skips && circular.is_empty() {
            self.note_unknown(&unknown);
            return Ok(None);
        }
        if !skips && !unknown.is_empty() {
            return Ok(Some(missing(&GROUP_TYPE, &unknown)));
        }
        let error = format!(
            "A group cannot be a member of itself, directly or through other groups: {}. Nothing was changed.",
            list(&circular)
        );
        Ok(Some(Error::invalid_value(error).at("members").into()))
    }

    /// Notes ids that name nobody, to be left out from then on.
    pub(crate) fn note_unknown(&self, ids: &[String]) {
        let mut unknown = self.unknown.borrow_mut();
        for id in ids {
            unknown.add(id);
        }
    }

    /// Takes out the members that are known to name nobody, and notes that.
    pub(crate) fn leave_out_unknown(&self, ids: &mut Vec<String>) {
        let unknown = self.unknown.borrow();
        ids.retain(|id| {
            let is_unknown = !can_be_id(id) || unknown.has(id);
            if is_unknown {
                let place = ["members/", id].concat();
                self.habits().leave_out(UNKNOWN_MEMBER, &place);
            }
            !is_unknown
        });
    }

    /// Cuts off blanks at the ends of values that may be userNames, which have none there.
    pub(crate) fn trim(&self, values: &mut [String]) {
        if self.settings().pend_unknown_members {
            for value in values {
                *value = value.trim().to_owned();
            }
        }
    }

    /// Refuses links of a resource to ids that none can have, before they are sent, or leaves them
    /// out where the settings say so.
    pub(crate) fn check_links(
        &self,
        of: &'static ResourceType,
        ids: &mut Vec<String>,
    ) -> Result<(), Failure> {
        if self.settings().skip_unknown_members && Table::of(of).has_members() {
            self.leave_out_unknown(ids);
        }
        self.trim(ids);
        check_ids(of, ids)
    }

    /// Why a user could not be put into teams: the ids that are none.
    pub(crate) async fn explain_teams(&self, teams: &[String]) -> Result<Failure, Failure> {
        let statement = user_groups::missing(&self.view(&USER_TYPE), teams);
        let unknown: Vec<String> = all_ids(self.ask(statement).await?)?;
        if unknown.is_empty() {
            return Ok(Failure::Conflict(
                "A group was changed at the same moment. Repeat the request.".to_owned(),
            ));
        }
        Ok(missing(&USER_TYPE, &unknown))
    }
}

/// Whether there are groups among those that name nobody: these alone are kept.
pub(crate) fn keep_groups(groups: &Index, unknown: &mut Vec<String>) -> bool {
    let has_groups = unknown.iter().any(|id| groups.has(id));
    if has_groups {
        unknown.retain(|id| groups.has(id));
    }
    has_groups
}

/// Refuses links of a resource to ids that none can have, before they are sent.
fn check_ids(of: &'static ResourceType, ids: &[String]) -> Result<(), Failure> {
    let impossible = |id: &&String| !can_be_id(id);
    let named: Vec<String> = ids.iter().filter(impossible).take(NAMED).cloned().list();
    if named.is_empty() {
        return Ok(());
    }
    let hint = format!(
        ", and none can: it is longer than {LONGEST_ID} bytes, or has a NUL in it, or is blank. Send the id"
    );
    Err(refusal(of, &named, &hint))
}

/// The refusal of links to what is not there.
pub(crate) fn missing(of: &'static ResourceType, ids: &[String]) -> Failure {
    refusal(of, ids, ". Create it first")
}

fn refusal(of: &'static ResourceType, ids: &[String], hint: &str) -> Failure {
    let (attribute, nobody) = if Table::of(of).has_members() {
        ("members", "no user or group")
    } else {
        ("groups", "no group")
    };
    let error = Error::invalid_value(format!(
        "{attribute}: {nobody} has the id {}{hint}, or leave it out; nothing was changed.",
        list(ids)
    ));
    error.at(attribute).into()
}

/// Reads a JSON array of ids.
pub(crate) fn ids(row: &mut Row) -> Result<Vec<String>, Failure> {
    let Ok(Value::Array(ids)) = json::parse(&row.required_text(0)?) else {
        return Err(Failure::Broken("ids that are no array".to_owned()));
    };
    Ok(ids
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .list())
}

/// The ids of several rows.
pub(crate) fn all_ids<T: FromIterator<String>>(rows: Vec<Row>) -> Result<T, Failure> {
    let mut all = Vec::new();
    for mut row in rows {
        all.extend(ids(&mut row)?);
    }
    Ok(all.into_iter().collect())
}

/// Ids for a sentence, not more than fit one.
fn list(ids: &[String]) -> String {
    let mut text = String::new();
    for (index, id) in ids.iter().take(NAMED).enumerate() {
        text.push_str(if index > 0 { ", \"" } else { "\"" });
        text.push_str(&quote(id));
        text.push('"');
    }
    if ids.len() > NAMED {
        text.push_str(" and ");
        text.push_str(&(ids.len() - NAMED).to_string());
        text.push_str(" more");
    }
    text
}
