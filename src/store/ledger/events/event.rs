//! One event, or one for each row of a run: the statement that writes it, and what its parts are
//! made of.

use scim::json::text;
use scim::list::List;
use scim::resource_type::ResourceType;
use serde_json::Value;

use super::origin::Origin;
use crate::expression::{View, json_path};
use crate::fragment::{Fragment, value};
use crate::planted::MOST;
use crate::table::Table;
use crate::{Statement, fragment, statement};

/// Members that one event names, and groups that were left.
pub const MAX_NAMES: usize = 250;

/// Characters of a name.
pub(super) const NAME: usize = 200;

/// An event, or one for each row of what stands in `rows`.
pub(super) struct Event<'a> {
    pub(super) origin: &'a Origin<'a>,
    /// The row `o` with more than that; none where it is that of the origin.
    pub(super) from: Option<Fragment<'a>>,
    /// The type of the resource; none where it is none.
    pub(super) resource_type: Option<&'static ResourceType>,
    /// Its type, an expression.
    pub(super) kind: Fragment<'a>,
    /// The id of the resource.
    pub(super) id: Fragment<'a>,
    /// The id of the request.
    pub(super) request: Fragment<'a>,
    /// The members of the JSON object, behind the label.
    pub(super) body: Fragment<'a>,
    /// The last member, its name and its value, where that is JSON text for sure, which SQLite need
    /// not read. In front of it stands a text or null.
    pub(super) last: Option<(&'static str, Fragment<'a>)>,
    /// What stands behind `FROM o`.
    pub(super) rows: Fragment<'a>,
    /// How many there may be.
    pub(super) extent: Extent,
}

/// Of how many changes there are events to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// One, of one event.
    One,
    /// Those of the rows `j` of a run that were created right in front, which have the numbers of
    /// their rows one behind the other.
    Created,
    /// Any number, which are counted: each is read twice more.
    Many,
}

impl Event<'_> {
    pub(super) fn insert(self) -> Statement {
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
        let (open, last) = match self.last {
            Some((name, json)) => (
                "rtrim(",
                fragment!(
                    ", '}') || ',\"{name}\":' || {json} || '}'",
                    name = name,
                    json = json,
                ),
            ),
            None => ("", Fragment::None),
        };
        statement!(
            "INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, actor_id, request, body) \
             SELECT o.tenant_id, coalesce((SELECT CAST(max(seq) AS INTEGER) FROM events WHERE tenant_id = {tenant} AND seq <= {MOST}), 0) + {number}, {now}, \
             {kind}, {resource_type}, {id}, o.kind, o.id, {request}, {open}json_object('label', o.label, {body}){last} FROM {origin}{rows}",
            tenant = self.origin.tenant,
            MOST = MOST!(),
            number = number,
            now = value(self.origin.now),
            kind = self.kind,
            resource_type = resource_type,
            id = self.id,
            request = self.request,
            open = open,
            body = self.body,
            last = last,
            origin = from,
            rows = &self.rows,
        )
    }
}

/// Which of the created it is, from one: its row counts it, from that of the first on, which is
/// looked for once. Where somebody made `SQLite` take any number for a row, the place in the run
/// does.
pub(super) fn creation_number<'a>(
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
pub(super) struct Kind(pub(super) &'static ResourceType, pub(super) &'static str);

impl Kind {
    pub(super) fn name(&self) -> String {
        [&self.0.name.to_ascii_lowercase(), ".", self.1].concat()
    }
}

impl From<Kind> for Fragment<'_> {
    fn from(kind: Kind) -> Self {
        Self::Made(kind.name())
    }
}

/// The version, the external id and the name of a resource, members of a JSON object.
pub(super) fn names<'a>(
    version: Fragment<'a>,
    external_id: Fragment<'a>,
    name: Fragment<'a>,
) -> Fragment<'a> {
    fragment!(
        "'version', {version}, 'externalId', substr({external_id}, 1, {NAME}), 'name', substr({name}, 1, {NAME})",
        version = version,
        external_id = external_id,
        name = name,
        NAME = NAME,
    )
}

/// Those of the row.
pub(super) fn names_of_row<'a>(view: &View<'a>) -> Fragment<'a> {
    let name = fragment!(
        "{row}.document ->> {path}",
        row = view.row(),
        path = json_path(name_of(view.resource_type)),
    );
    names(view.column("version"), view.column("external_id"), name)
}

/// The rows `j` of a run: id, version, request, and what else there is of each.
pub(super) fn run(
    origin: &Origin<'_>,
    rows: impl Iterator<Item = (Vec<Value>, Option<usize>)>,
) -> String {
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
