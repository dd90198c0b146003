//! The record of every change: an event is one statement in the batch of the write it tells of, so
//! that nothing changes without one, and none tells of what was not done.
//!
//! What is read to be changed is known on both sides: its event stands behind the write and asks
//! whether that wrote ([`of_rewrite`]). What is written unread has its event in front, which asks
//! for what the write would ask for and takes along what was there ([`of_assign`], [`members`],
//! [`of_delete`]); the write then asks whether there was an event.

use scim::change::VALUES;
use scim::json::text;
use scim::list::List;
use scim::resource_type::ResourceType;
use serde_json::Value;

use super::requests::Sender;
use crate::expression::{View, json_path, shown_document};
use crate::fragment::{Fragment, value};
use crate::planted::MOST;
use crate::table::Table;
use crate::tenant::{Tenant, good_token};
use crate::{Statement, fragment, statement};

mod house;
mod members;
mod resource;

pub use house::{house, of_erasure};
pub use members::{first_members, members, of_joins, of_moves, of_pending, teams};
pub use resource::{
    of_assign, of_create, of_creates, of_delete, of_deletes, of_rewrite, of_rewrites,
};

/// Members that one event names, and groups that were left.
pub const MAX_NAMES: usize = 250;
/// Members of a group that goes which are kept with its event, so that it can come back with them.
/// No event shows them. They are 0.6 MB.
pub const MAX_KEPT_MEMBERS: usize = 15_000;
/// Characters of a name.
const NAME: usize = 200;
/// Bytes of a value that was there before, of those that are written unread.
const MAX_UNREAD_BYTES: usize = 2_000;

/// Whether a row of `json_each` over a document is an extension, and no attribute.
macro_rules! is_extension {
    ($row:literal) => {
        concat!($row, ".type = 'object' AND ", $row, ".key LIKE 'urn:%'")
    };
}
pub(super) use is_extension;

/// By whom something is done, when, and with which request.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// Whose data.
    pub tenant: &'a Tenant,
    /// Who showed the credential.
    pub sender: &'a Sender,
    /// The moment.
    pub now: &'a str,
    /// The id of the request; empty where it is done for none.
    pub request: &'a str,
    /// Which operation of a Bulk request, from one.
    pub operation: Option<usize>,
}

impl Origin<'_> {
    /// The id of the request, and the number of the operation.
    pub fn request(&self) -> String {
        match self.operation {
            Some(number) => format!("{}:{number}", self.request),
            None => self.request.to_owned(),
        }
    }
}

/// The row `o`: the tenant, and who acts. There is none where the credential is not good.
impl<'a> From<&'a Origin<'a>> for Fragment<'a> {
    fn from(origin: &'a Origin<'a>) -> Self {
        match (origin.sender, origin.tenant) {
            (Sender::Customer, Tenant::Token { hash, now, .. }) => fragment!(
                "(SELECT tenant_id, iif(client_id IS NULL, 'token', 'client') AS kind, coalesce(client_id, id) AS id, label \
                 FROM tokens WHERE {good}) o",
                good = good_token(hash, now),
            ),
            (sender, tenant) => {
                let (kind, id, label) = match sender {
                    Sender::Customer => ("token", None, Some("SCIM_TOKEN")),
                    Sender::Operator(id, label) => {
                        ("operator", id.as_deref(), Some(label.as_str()))
                    }
                    Sender::System => ("system", None, None),
                };
                fragment!(
                    "(SELECT {tenant} AS tenant_id, '{kind}' AS kind, {id} AS id, {label} AS label) o",
                    tenant = tenant,
                    kind = kind,
                    id = value(id),
                    label = value(label),
                )
            }
        }
    }
}

/// An event, or one for each row of what stands in `rows`.
struct Event<'a> {
    origin: &'a Origin<'a>,
    /// The row `o` with more than that; none where it is that of the origin.
    from: Option<Fragment<'a>>,
    /// The type of the resource; none where it is none.
    resource_type: Option<&'static ResourceType>,
    /// Its type, an expression.
    kind: Fragment<'a>,
    /// The id of the resource.
    id: Fragment<'a>,
    /// The id of the request.
    request: Fragment<'a>,
    /// The members of the JSON object, behind the label.
    body: Fragment<'a>,
    /// What stands behind `FROM o`.
    rows: Fragment<'a>,
    /// How many there may be.
    extent: Extent,
}

/// Of how many changes there are events to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    /// One, of one event.
    One,
    /// Those of the rows `j` of a run that were created right in front, which have the numbers of
    /// their rows one behind the other.
    Created,
    /// Any number, which are counted: each is read twice more.
    Many,
}

impl Event<'_> {
    fn insert(self) -> Statement {
        let resource_type = match self.resource_type {
            Some(resource_type) => ["'", resource_type.name, "'"],
            None => ["", "NULL", ""],
        };
        let from: Fragment<'_> = match &self.from {
            Some(from) => from.into(),
            None => self.origin.into(),
        };
        // Whether a run wrote all its rows is not known here: `changes()` is that of the text index
        // where the write in front gave it something.
        let number = match (self.extent, self.resource_type) {
            (Extent::Created, Some(resource_type)) => creation_number(resource_type, &self.rows),
            (Extent::One, _) => "1".into(),
            (Extent::Many | Extent::Created, _) => "row_number() OVER ()".into(),
        };
        statement!(
            "INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, actor_id, request, body) \
             SELECT o.tenant_id, coalesce((SELECT CAST(max(seq) AS INTEGER) FROM events WHERE tenant_id = {tenant} AND seq <= {MOST}), 0) + {number}, {now}, \
             {kind}, {resource_type}, {id}, o.kind, o.id, {request}, json_object('label', o.label, {body}) FROM {origin}{rows}",
            tenant = self.origin.tenant,
            MOST = MOST!(),
            number = number,
            now = value(self.origin.now),
            kind = self.kind,
            resource_type = resource_type,
            id = self.id,
            request = self.request,
            body = self.body,
            origin = from,
            rows = &self.rows,
        )
    }
}

/// Which of the created it is, from one: its row counts it, from that of the first on, which is
/// looked for once. Where somebody made `SQLite` take any number for a row, the place in the run
/// does.
fn creation_number<'a>(
    resource_type: &'static ResourceType,
    rows: &'a Fragment<'a>,
) -> Fragment<'a> {
    let table = Table::of(resource_type).name;
    let behind = || {
        fragment!(
            "{table}.seq - (SELECT {table}.seq FROM (SELECT 1){rows} LIMIT 1)",
            table = table,
            rows = rows,
        )
    };
    fragment!(
        "iif({behind} BETWEEN 0 AND j.key, {again}, j.key) + 1",
        behind = behind(),
        again = behind(),
    )
}

/// What a resource is called in its events: the attribute.
pub fn name_of(resource_type: &'static ResourceType) -> &'static str {
    match Table::of(resource_type).keys.iter().find(|key| key.unique) {
        Some(key) => key.attribute,
        None => "displayName",
    }
}

/// The type of an event: `user.created`.
#[derive(Clone, Copy, Debug)]
struct Kind(&'static ResourceType, &'static str);

impl Kind {
    fn name(&self) -> String {
        [&self.0.name.to_ascii_lowercase(), ".", self.1].concat()
    }
}

impl From<Kind> for Fragment<'_> {
    fn from(kind: Kind) -> Self {
        Self::Made(kind.name())
    }
}

/// The version, the external id and the name of a resource, members of a JSON object.
fn names<'a>(version: Fragment<'a>, external_id: Fragment<'a>, name: Fragment<'a>) -> Fragment<'a> {
    fragment!(
        "'version', {version}, 'externalId', substr({external_id}, 1, {NAME}), 'name', substr({name}, 1, {NAME})",
        version = version,
        external_id = external_id,
        name = name,
        NAME = NAME,
    )
}

/// Those of the row.
fn names_of_row<'a>(view: &View<'a>) -> Fragment<'a> {
    let name = fragment!(
        "{row}.document ->> {path}",
        row = view.row(),
        path = json_path(name_of(view.resource_type)),
    );
    names(view.column("version"), view.column("external_id"), name)
}

/// The attributes of the row's document, of an extension each of its own, without what nobody is
/// shown: rows of the key at the top, what stands before the name in a path, the name, the value,
/// and whether that takes no more than its share of an event.
fn attributes<'a>(view: &View<'a>) -> Fragment<'a> {
    fragment!(
        "(SELECT a.key AS key, a.path AS path, x.key AS name, a.object -> x.fullkey AS value, \
         octet_length(x.value) <= {VALUES} / count(*) OVER () AS fits FROM (\
         SELECT key, iif(inside, key || ':', '') AS path, iif(inside, value, json_object(key, json(document -> fullkey))) AS object \
         FROM (SELECT key, value, fullkey, {shown} AS document, {is_extension} AS inside FROM json_each({shown}) d)\
         ) a CROSS JOIN json_each(a.object) x)",
        VALUES = VALUES,
        shown = shown_document(view),
        is_extension = is_extension!("d"),
    )
}

/// The document of the row as the member `side` of a JSON object, without what nobody is shown. Of
/// one that is too large, the attributes that take more than their share are left out, and named in
/// `cut`.
fn document<'a>(view: &View<'a>, side: &'static str) -> Fragment<'a> {
    fragment!(
        "'{side}', iif(octet_length({row}.document) <= {VALUES}, json({shown}), (\
             SELECT json_group_object(key, json(iif(path = '', object -> ('$.\"' || key || '\"'), object))) FROM (\
             SELECT key, path, json_group_object(name, iif(fits, json(value), NULL)) AS object FROM {attributes} GROUP BY key))), \
             'cut', iif(octet_length({row}.document) <= {VALUES}, NULL, (\
             SELECT json_group_array(path || name) FILTER (WHERE NOT fits) FROM {attributes}))",
        side = side,
        row = view.row(),
        VALUES = VALUES,
        shown = shown_document(view),
        attributes = attributes(view),
    )
}

/// A resource whose write in front of this one is told.
#[derive(Clone, Copy, Debug)]
pub struct ResourceWrite<'a> {
    /// Its id.
    pub id: &'a str,
    /// The version that the write left.
    pub version: &'a str,
    /// Which operation of a Bulk request, from one.
    pub operation: Option<usize>,
}

/// What an update did, as the event has it.
#[derive(Clone, Debug)]
pub struct EventUpdate {
    /// The last word of its type.
    pub word: &'static str,
    /// The entries of its changes.
    pub changes: Value,
}

/// The rows `j` of a run: id, version, request, and what else there is of each.
fn run(origin: &Origin<'_>, rows: impl Iterator<Item = (Vec<Value>, Option<usize>)>) -> String {
    let rows = rows.map(|(mut row, operation)| {
        let one = Origin {
            operation,
            ..*origin
        };
        row.insert(0, Value::from(one.request()));
        Value::from(row)
    });
    text(&Value::from(rows.list()))
}
