//! Writing: insert, guarded update, delete. Statements of one batch; what they found is seen from `RETURNING`.

use scim::patch::LinkChange;
use scim::schema::Attribute;
use serde_json::{Map, Value};

use super::Statement;
use super::expression::{View, json_path};
use super::fragment::Fragment;
use super::links::{SHOWN, SHOWN_IMAGE};
use super::membership::push_changes;
use super::read::{Key, push_is, push_row};
use super::record::record;
use super::table::Table;

/// A resource to write.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// The document, JSON text.
    pub document: String,
    /// Its comparison image.
    pub folded: Map<String, Value>,
    /// The image as JSON text.
    pub folded_text: String,
    again: usize,
}

impl Draft {
    /// Folds a document and prints both.
    pub fn new(view: &View<'_>, document: &Map<String, Value>) -> Self {
        let mut folded = scim::fold::fold(view.resource_type, document);
        folded.extend(shown_image(view, document).map(|image| (SHOWN_IMAGE.to_owned(), image)));
        Self {
            document: print(document),
            folded_text: print(&folded),
            again: bytes_again(view.table(), &folded),
            folded,
        }
    }

    /// Bytes of the row: the two texts, and the columns that hold parts of them again.
    pub fn size(&self) -> usize {
        self.document.len() + self.folded_text.len() + self.again
    }
}

/// Bytes of what stands in columns of its own, too.
fn bytes_again(table: &Table, folded: &Map<String, Value>) -> usize {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map_or(0, str::len);
    let keys = table.keys.iter().map(|key| text(folded.get(key.attribute)));
    let addresses = table
        .addresses
        .and_then(|name| folded.get(name)?.as_array());
    let longest = addresses
        .into_iter()
        .flatten()
        .map(|address| text(address.get("value")))
        .max();
    2 * keys.sum::<usize>() + longest.unwrap_or_default()
}

/// The image of what others show of a name that is too long to be shown whole.
fn shown_image(view: &View<'_>, document: &Map<String, Value>) -> Option<Value> {
    let (attribute, name) = view.table().display.iter().find_map(|name| {
        let text = document.get(*name)?.as_str()?;
        Some((view.resource_type.attribute(name)?, text))
    })?;
    let (end, _) = name.char_indices().nth(SHOWN)?;
    let shown = name.get(..end)?;
    Some(scim::fold::fold_value(attribute, &Value::from(shown)))
}

fn print(document: &Map<String, Value>) -> String {
    // A map of JSON values always prints.
    serde_json::to_string(document).unwrap_or_default()
}

/// Which version an update or delete is meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard<'a> {
    /// Any.
    None,
    /// No version: `If-None-Match: *` is met by nothing that is there.
    Never,
    /// As the lists of headers say.
    Named {
        /// One of these: `If-Match`.
        one_of: Option<&'a [String]>,
        /// None of these: `If-None-Match`.
        none_of: &'a [String],
    },
    /// This one, which the document was read at.
    Exactly(&'a str),
}

impl Guard<'_> {
    /// Appends `EXISTS (…)`: the resource is there, and is the version meant.
    pub fn push_exists(self, statement: &mut Statement, view: &View<'_>, key: &Key) {
        statement.push("EXISTS (SELECT 1");
        push_row(statement, view, key);
        self.push(statement);
        statement.push(")");
    }

    /// Appends the condition on the row's version.
    pub fn push(self, statement: &mut Statement) {
        match self {
            Self::None => {}
            Self::Exactly(version) => {
                statement.push(" AND version = ").bind(version);
            }
            Self::Never => {
                statement.push(" AND 0");
            }
            Self::Named { one_of, none_of } => {
                if let Some(versions) = one_of {
                    statement.push(" AND version IN ");
                    push_versions(statement, versions);
                }
                if !none_of.is_empty() {
                    statement.push(" AND version NOT IN ");
                    push_versions(statement, none_of);
                }
            }
        }
    }
}

fn push_versions(statement: &mut Statement, versions: &[String]) {
    statement.push("(SELECT value FROM json_each(");
    statement.bind(Value::from(versions).to_string()).push("))");
}

/// Inserts a resource. One row comes back, unless its unique key is in use: then nothing is written, and nothing fails,
/// so that the creates of a Bulk can travel together.
pub fn insert(view: &View<'_>, id: &str, version: &str, now: &str, draft: &Draft) -> Statement {
    let table = Table::of(view.resource_type);
    let mut statement = Statement::new("INSERT INTO ");
    statement
        .push(table.name)
        .push(" (tenant_id, id, version, created_at, updated_at, document, folded");
    if table.shared {
        statement.push(", resource_type");
    }
    for key in table.keys {
        statement.push(", ").push(key.column);
    }
    if let Some((column, _)) = view.alone() {
        statement.push(", ").push(column);
    }
    statement
        .push(") SELECT t.id, ")
        .bind(id)
        .push(", ")
        .bind(version);
    statement.push(", ").bind(now).push(", ").bind(now);
    statement
        .push(", ")
        .bind(draft.document.as_str())
        .push(", ")
        .bind(draft.folded_text.as_str());
    if table.shared {
        statement.push(", ").bind(view.resource_type.name);
    }
    for key in table.keys {
        statement.push(", ").bind(key.value(&draft.folded));
    }
    if let Some((_, value)) = view.alone() {
        statement.push(", ").push(value);
    }
    statement.push(" FROM (SELECT ");
    view.tenant.push(&mut statement);
    statement.push(" AS id) t WHERE t.id IS NOT NULL ON CONFLICT DO NOTHING");
    statement.push(" RETURNING seq");
    statement
}

/// Replaces a document, and gives the resource a new version, if it is the version meant. One row comes back if it was
/// written.
pub fn update(view: &View<'_>, key: &Key, guard: Guard<'_>, next: &Next<'_>) -> Statement {
    let mut statement = Statement::new("UPDATE ");
    statement
        .push(view.row())
        .push(" SET version = ")
        .bind(next.version);
    push_updated(&mut statement, next.now);
    statement
        .push(", document = ")
        .bind(next.draft.document.as_str());
    statement
        .push(", folded = ")
        .bind(next.draft.folded_text.as_str());
    for key in Table::of(view.resource_type).keys {
        let value = key.value(&next.draft.folded);
        // A key that stays is not named: naming it would write its index again.
        if key.value(next.before) != value {
            statement
                .push(", ")
                .push(key.column)
                .push(" = ")
                .bind(value);
            if key.unique
                && let Some((column, value)) = view.alone()
            {
                statement.push(", ").push(column).push(" = ").push(value);
            }
        }
    }
    statement.push(" WHERE ");
    push_is(&mut statement, view, key);
    guard.push(&mut statement);
    push_returning(&mut statement, view, next.groups);
    statement
}

/// Gives a group a new version, if it is the version meant and a member comes or goes.
pub fn touch(
    view: &View<'_>,
    id: &str,
    guard: Guard<'_>,
    version: &str,
    now: &str,
    change: &LinkChange,
) -> Statement {
    let mut statement = Statement::new("UPDATE teams SET version = ");
    statement.bind(version);
    push_updated(&mut statement, now);
    statement.push(" WHERE ");
    push_is(&mut statement, view, &Key::Id(id.to_owned()));
    guard.push(&mut statement);
    statement.push(" AND (0");
    push_changes(&mut statement, view, id, change);
    statement.push(")");
    statement
}

/// Appends the moment of a change: a request that began before another, and writes after it, does not turn time back.
pub(super) fn push_updated(statement: &mut Statement, now: &str) {
    statement
        .push(", updated_at = max(updated_at, ")
        .bind(now)
        .push(")");
}

/// The row that a write gives back is the record of the resource, like that of [`resource`](super::read::resource).
fn push_returning(statement: &mut Statement, view: &View<'_>, with_groups: bool) {
    statement.push(" RETURNING ");
    record(view, with_groups).write(statement);
    statement.push(" AS record");
}

/// What an update leaves behind.
#[derive(Clone, Copy, Debug)]
pub struct Next<'a> {
    /// The new version.
    pub version: &'a str,
    /// The moment.
    pub now: &'a str,
    /// The new document.
    pub draft: &'a Draft,
    /// The image of the document it replaces.
    pub before: &'a Map<String, Value>,
    /// Whether the groups of a user are to come back with it.
    pub groups: bool,
}

/// Gives singular attributes at the top of a document new values, without reading it first: nothing is written unless
/// one of them differs. One row comes back if it was written, with a user's groups where they are wanted.
pub fn assign(
    view: &View<'_>,
    key: &Key,
    guard: Guard<'_>,
    values: &[(&'static Attribute, Value)],
    version: &str,
    now: &str,
    groups: bool,
) -> Statement {
    let table = Table::of(view.resource_type);
    let mut statement = Statement::new("UPDATE ");
    statement
        .push(table.name)
        .push(" SET version = ")
        .bind(version);
    push_updated(&mut statement, now);
    for (column, folded) in [("document", false), ("folded", true)] {
        statement
            .push(", ")
            .push(column)
            .push(" = json_set(")
            .push(column);
        for (attribute, value) in values {
            statement.push(", ");
            json_path(attribute.name).write(&mut statement);
            statement.push(", json(");
            let value = if folded {
                scim::fold::fold_value(attribute, value)
            } else {
                value.clone()
            };
            statement.bind(value.to_string()).push(")");
        }
        statement.push(")");
    }
    for (attribute, value) in values {
        if let Some(key) = table.key(attribute.name) {
            let folded = scim::fold::fold_value(attribute, value);
            statement
                .push(", ")
                .push(key.column)
                .push(" = ")
                .bind(folded.as_str());
        }
    }
    statement.push(" WHERE ");
    push_is(&mut statement, view, key);
    guard.push(&mut statement);
    statement.push(" AND (0");
    for (attribute, value) in values {
        statement.push(" OR document -> ");
        json_path(attribute.name).write(&mut statement);
        statement
            .push(" IS NOT json(")
            .bind(value.to_string())
            .push(")");
    }
    statement.push(")");
    push_returning(&mut statement, view, groups);
    statement
}

/// Deletes a resource, if it is the version meant; triggers take its memberships along. One row comes back if it was
/// there.
pub fn delete(view: &View<'_>, key: &Key, guard: Guard<'_>) -> Statement {
    let mut statement = Statement::new("DELETE FROM ");
    statement.push(view.row()).push(" WHERE ");
    push_is(&mut statement, view, key);
    guard.push(&mut statement);
    statement.push(" RETURNING seq");
    statement
}

/// Gives the teams that a resource is a member of a new version: before it is deleted, if it is the version meant.
pub fn touch_teams_of(
    view: &View<'_>,
    key: &Key,
    guard: Guard<'_>,
    version: &str,
    now: &str,
) -> Statement {
    let mut statement = Statement::new("UPDATE teams SET version = ");
    statement.bind(version);
    push_updated(&mut statement, now);
    statement.push(" WHERE tenant_id = ");
    view.tenant.push(&mut statement);
    statement.push(" AND id IN (SELECT m.team_id FROM team_members m INDEXED BY team_members_member WHERE m.tenant_id = ");
    view.tenant.push(&mut statement);
    statement.push(" AND m.member_id = ");
    key.push(&mut statement, view);
    statement.push(")");
    if guard != Guard::None {
        statement.push(" AND ");
        guard.push_exists(&mut statement, view, key);
    }
    statement
}
