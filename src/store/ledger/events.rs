//! The record of every change: an event is one statement in the batch of the write it tells of, so
//! that nothing changes without one, and none tells of what was not done.
//!
//! What is read to be changed is known on both sides: its event stands behind the write and asks
//! whether that wrote ([`rewritten`]). What is written unread has its event in front, which asks
//! for what the write would ask for and takes along what was there ([`assigned`], [`members`],
//! [`deleted`]); the write then asks whether there was an event.

use scim::change::{VALUES, hidden};
use scim::json::text;
use scim::patch::LinkChange;
use scim::resource_type::ResourceType;
use scim::schema::Attribute;
use serde_json::Value;

use super::requests::Sender;
use crate::expression::{View, json_path};
use crate::fragment::{Fragment, Joined, Written, value};
use crate::limits::IDS_PER_PARAMETER;
use crate::membership::json;
use crate::read::{ResourceRef, is};
use crate::table::Table;
use crate::tenant::{Tenant, good_token};
use crate::write::Guard;
use crate::{Statement, fragment, statement, write_sql};

/// Members that one event names, and groups that were left.
const NAMED: usize = 250;
/// Characters of a name.
const NAME: usize = 200;
/// Bytes of a value that was there before, of those that are written unread.
const UNREAD: usize = 2_000;

/// By whom something is done, when, and with which request.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// Whose data.
    pub tenant: &'a Tenant,
    /// Who showed the credential.
    pub sender: &'a Sender,
    /// The moment.
    pub now: &'a str,
    /// The id of the request.
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
impl Fragment for Origin<'_> {
    fn write(&self, statement: &mut Statement) {
        match (self.sender, self.tenant) {
            (Sender::Customer, Tenant::Token { hash, now, .. }) => write_sql!(
                statement,
                "(SELECT tenant_id, iif(client_id IS NULL, 'token', 'client') AS kind, coalesce(client_id, id) AS id, label \
                 FROM tokens WHERE {good}) o",
                good = good_token(hash, now),
            ),
            (sender, tenant) => {
                let (kind, id, label) = match sender {
                    Sender::Customer => ("token", None, "SCIM_TOKEN"),
                    Sender::Operator(id, label) => ("operator", id.as_deref(), label.as_str()),
                };
                write_sql!(
                    statement,
                    "(SELECT {tenant} AS tenant_id, '{kind}' AS kind, {id} AS id, {label} AS label) o",
                    tenant = tenant,
                    kind = kind,
                    id = value(id),
                    label = value(label),
                );
            }
        }
    }
}

/// An event, or one for each row of what stands in `rows`.
struct Event<'a> {
    origin: &'a Origin<'a>,
    resource_type: &'static ResourceType,
    /// Its type, an expression.
    kind: &'a dyn Fragment,
    /// The id of the resource.
    id: &'a dyn Fragment,
    /// The id of the request.
    request: &'a dyn Fragment,
    /// The members of the JSON object, behind the label.
    body: &'a dyn Fragment,
    /// What stands behind `FROM o`.
    rows: &'a dyn Fragment,
    /// Whether it may be more than one.
    many: bool,
}

impl Event<'_> {
    fn insert(&self) -> Statement {
        statement!(
            "INSERT INTO events (tenant_id, seq, at, type, resource_type, resource_id, actor_kind, actor_id, request, body) \
             SELECT o.tenant_id, coalesce((SELECT max(seq) FROM events WHERE tenant_id = {tenant}), 0) + {number}, {now}, \
             {kind}, '{resource_type}', {id}, o.kind, o.id, {request}, json_object('label', o.label, {body}) FROM {origin}{rows}",
            tenant = self.origin.tenant,
            number = if self.many {
                "row_number() OVER ()"
            } else {
                "1"
            },
            now = value(self.origin.now),
            kind = self.kind,
            resource_type = self.resource_type.name,
            id = self.id,
            request = self.request,
            body = self.body,
            origin = self.origin,
            rows = self.rows,
        )
    }
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

impl Fragment for Kind {
    fn write(&self, statement: &mut Statement) {
        let resource_type = self.0.name.to_ascii_lowercase();
        write_sql!(
            statement,
            "{kind}",
            kind = value(&[&resource_type, ".", self.1].concat()),
        );
    }
}

/// The version, the external id and the name of the row, members of a JSON object.
fn names(view: &View<'_>) -> impl Fragment {
    fragment!(
        "'version', {row}.version, 'externalId', substr({row}.external_id, 1, {NAME}), \
         'name', substr({row}.document ->> {name}, 1, {NAME})",
        row = view.row(),
        NAME = NAME,
        name = json_path(name_of(view.resource_type)),
    )
}

/// The document of the row as the member `side` of a JSON object, without what nobody is shown. Of
/// one that is too large, what takes more than its share is left out, and named in `cut`.
fn document(view: &View<'_>, side: &'static str) -> impl Fragment {
    let (resource_type, row) = (view.resource_type, view.row());
    Written(move |statement: &mut Statement| {
        let paths: Vec<_> = hidden(resource_type)
            .map(|name| {
                let path = ["$.\"", &name, "\""].concat();
                fragment!(", {path}", path = value(&path))
            })
            .collect();
        let is_whole = paths.is_empty();
        let without = fragment!(
            "json_remove({row}.document{paths})",
            row = row,
            paths = &paths,
        );
        let shown: &dyn Fragment = if is_whole {
            &[row, ".document"]
        } else {
            &without
        };
        write_sql!(
            statement,
            "'{side}', iif(octet_length({row}.document) <= {VALUES}, json({shown}), (\
             SELECT json_group_object(key, CASE WHEN octet_length(value) <= {VALUES} / total \
             THEN json({row}.document -> ('$.\"' || key || '\"')) END) \
             FROM (SELECT key, value, count(*) OVER () AS total FROM json_each({shown})))), \
             'cut', iif(octet_length({row}.document) <= {VALUES}, NULL, (\
             SELECT json_group_array(key) FILTER (WHERE octet_length(value) > {VALUES} / total) \
             FROM (SELECT key, value, count(*) OVER () AS total FROM json_each({shown}))))",
            side = side,
            row = row,
            VALUES = VALUES,
            shown = shown,
        );
    })
}

/// A resource whose write in front of this one is told.
#[derive(Clone, Copy, Debug)]
pub struct Done<'a> {
    /// Its id.
    pub id: &'a str,
    /// The version that the write left.
    pub version: &'a str,
    /// Which operation of a Bulk request, from one.
    pub operation: Option<usize>,
}

/// Tells of the create in front: its row is the last that was inserted.
pub fn created(origin: &Origin<'_>, view: &View<'_>, id: &str) -> Statement {
    let request = origin.request();
    let row = fragment!(
        " CROSS JOIN {row} WHERE changes() > 0 AND {row}.seq = last_insert_rowid() AND {row}.id = {id}",
        row = view.row(),
        id = value(id),
    );
    creates(origin, view, &value(&request), &row, false)
}

/// Tells of the creates of a run, those that were done.
pub fn created_many(origin: &Origin<'_>, view: &View<'_>, rows: &[Done<'_>]) -> Statement {
    let rows = rows.iter().map(|row| {
        let names = vec![Value::from(row.id), Value::from(row.version)];
        (names, row.operation)
    });
    let rows = run(origin, rows);
    creates(origin, view, &"j.value ->> 0", &of_run(view, &rows), true)
}

fn creates(
    origin: &Origin<'_>,
    view: &View<'_>,
    request: &dyn Fragment,
    rows: &dyn Fragment,
    many: bool,
) -> Statement {
    Event {
        origin,
        resource_type: view.resource_type,
        kind: &Kind(view.resource_type, "created"),
        id: &view.column("id"),
        request,
        body: &fragment!(
            "{names}, {document}",
            names = names(view),
            document = document(view, "after"),
        ),
        rows,
        many,
    }
    .insert()
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
    text(&Value::from(rows.collect::<Vec<_>>()))
}

/// The resources of a run that have the version that their write left.
fn of_run(view: &View<'_>, rows: &str) -> impl Fragment {
    fragment!(
        " CROSS JOIN json_each({rows}) j CROSS JOIN {row} \
         ON {scope} AND {row}.id = j.value ->> 1 AND {row}.version = j.value ->> 2",
        rows = value(rows),
        row = view.row(),
        scope = view.scope(view.row()),
    )
}

/// What an update did, as the event has it.
#[derive(Clone, Debug)]
pub struct Update {
    /// The last word of its type.
    pub word: &'static str,
    /// The entries of its changes.
    pub changes: Value,
}

/// Tells of a rewrite, behind it.
pub fn rewritten(
    origin: &Origin<'_>,
    view: &View<'_>,
    done: &Done<'_>,
    (external_id, name): (Option<&str>, Option<&str>),
    update: &Update,
) -> Statement {
    let changes = text(&update.changes);
    let request = origin.request();
    Event {
        origin,
        resource_type: view.resource_type,
        kind: &Kind(view.resource_type, update.word),
        id: &value(done.id),
        request: &value(&request),
        body: &fragment!(
            "'version', {version}, 'externalId', substr({external_id}, 1, {NAME}), 'name', substr({name}, 1, {NAME}), \
             'changes', json({changes})",
            version = value(done.version),
            external_id = value(external_id),
            name = value(name),
            NAME = NAME,
            changes = value(&changes),
        ),
        rows: &" WHERE changes() > 0",
        many: false,
    }
    .insert()
}

/// Tells of the rewrites of a run, those that were done.
pub fn rewritten_many(
    origin: &Origin<'_>,
    view: &View<'_>,
    rows: &[(Done<'_>, &Update)],
) -> Statement {
    let kind = |update: &Update| {
        let resource_type = view.resource_type.name.to_ascii_lowercase();
        Value::from([&resource_type, ".", update.word].concat())
    };
    let rows = run(
        origin,
        rows.iter().map(|(done, update)| {
            let row = vec![
                Value::from(done.id),
                Value::from(done.version),
                kind(update),
                update.changes.clone(),
            ];
            (row, done.operation)
        }),
    );
    Event {
        origin,
        resource_type: view.resource_type,
        kind: &"j.value ->> 3",
        id: &view.column("id"),
        request: &"j.value ->> 0",
        body: &fragment!(
            "{names}, 'changes', json(j.value -> 4)",
            names = names(view),
        ),
        rows: &of_run(view, &rows),
        many: true,
    }
    .insert()
}

/// Tells of values that are about to be assigned unread, where one of them differs.
pub fn assigned(
    origin: &Origin<'_>,
    view: &View<'_>,
    (reference, guard): (&ResourceRef, Guard<'_>),
    version: &str,
    values: &[(&'static Attribute, Value)],
) -> Statement {
    let new = |name: &str| {
        let value = values.iter().find(|(attribute, _)| attribute.name == name);
        value.map(|(_, value)| value.as_str().map(str::to_owned))
    };
    let row = view.row();
    let named = |name: &'static str| {
        let new = new(name);
        Written(move |statement: &mut Statement| {
            if let Some(new) = &new {
                value(new.as_deref()).write(statement);
                return;
            }
            let path = json_path(name);
            write_sql!(
                statement,
                "{row}.document ->> {path}",
                row = row,
                path = path
            );
        })
    };
    let entries = values.iter().map(|(attribute, new)| {
        let new = text(new);
        fragment!(
            "SELECT '{name}' AS path, {row}.document -> {path} AS before, json({new}) AS after",
            name = attribute.name,
            row = row,
            path = json_path(attribute.name),
            new = value(&new),
        )
    });
    let differences = values.iter().map(|(attribute, new)| {
        let new = text(new);
        fragment!(
            "{row}.document -> {path} IS NOT json({new})",
            row = row,
            path = json_path(attribute.name),
            new = value(&new),
        )
    });
    let entries = Joined(entries.collect(), " UNION ALL ");
    let differences = Joined(differences.collect(), " OR ");
    let external_id = named("externalId");
    let name = named(name_of(view.resource_type));
    let is_active = values.iter().find_map(|(attribute, value)| {
        let is_it = Table::of(view.resource_type)
            .copies
            .contains(&attribute.name);
        value.as_bool().filter(|_| is_it)
    });
    let kind = Written(move |statement: &mut Statement| {
        let updated = Kind(view.resource_type, "updated");
        match is_active {
            None => updated.write(statement),
            Some(true) => write_sql!(
                statement,
                "iif({row}.active IS 0, {activated}, {updated})",
                row = row,
                activated = Kind(view.resource_type, "activated"),
                updated = updated,
            ),
            Some(false) => write_sql!(
                statement,
                "iif({row}.active IS 0, {updated}, {deactivated})",
                row = row,
                deactivated = Kind(view.resource_type, "deactivated"),
                updated = updated,
            ),
        }
    });
    let request = origin.request();
    Event {
        origin,
        resource_type: view.resource_type,
        kind: &kind,
        id: &view.column("id"),
        request: &value(&request),
        body: &fragment!(
            "'version', {version}, 'externalId', substr({external_id}, 1, {NAME}), 'name', substr({name}, 1, {NAME}), \
             'changes', (SELECT json_group_array(iif(octet_length(before) > {UNREAD}, \
             json_object('path', path, 'before', NULL, 'after', NULL, 'cut', json('true')), \
             json_object('path', path, 'before', json(before), 'after', json(after)))) \
             FROM ({entries}) WHERE before IS NOT after)",
            version = value(version),
            external_id = &external_id,
            name = &name,
            NAME = NAME,
            UNREAD = UNREAD,
            entries = &entries,
        ),
        rows: &fragment!(
            " CROSS JOIN {row} WHERE {is}{guard} AND ({differences})",
            row = row,
            is = is(view, reference),
            guard = guard,
            differences = &differences,
        ),
        many: false,
    }
    .insert()
}

/// Tells of a delete that is about to be done, with the groups that are left.
pub fn deleted(
    origin: &Origin<'_>,
    view: &View<'_>,
    reference: &ResourceRef,
    guard: Guard<'_>,
) -> Statement {
    let request = origin.request();
    Event {
        origin,
        resource_type: view.resource_type,
        kind: &Kind(view.resource_type, "deleted"),
        id: &view.column("id"),
        request: &value(&request),
        body: &deleted_body(view),
        rows: &fragment!(
            " CROSS JOIN {row} WHERE {is}{guard}",
            row = view.row(),
            is = is(view, reference),
            guard = guard,
        ),
        many: false,
    }
    .insert()
}

/// The same of the deletes of a run.
pub fn deleted_many(
    origin: &Origin<'_>,
    view: &View<'_>,
    rows: &[(&str, Option<usize>)],
) -> Statement {
    let rows = run(
        origin,
        rows.iter()
            .map(|(id, operation)| (vec![Value::from(*id)], *operation)),
    );
    Event {
        origin,
        resource_type: view.resource_type,
        kind: &Kind(view.resource_type, "deleted"),
        id: &view.column("id"),
        request: &"j.value ->> 0",
        body: &deleted_body(view),
        rows: &fragment!(
            " CROSS JOIN json_each({rows}) j CROSS JOIN {row} ON {scope} AND {row}.id = j.value ->> 1",
            rows = value(&rows),
            row = view.row(),
            scope = view.scope(view.row()),
        ),
        many: true,
    }
    .insert()
}

fn deleted_body(view: &View<'_>) -> impl Fragment {
    let groups = fragment!(
        ", 'groups', (SELECT json_group_array(team_id) FROM (\
         SELECT m.team_id FROM team_members m INDEXED BY team_members_member \
         WHERE m.tenant_id = {row}.tenant_id AND m.member_id = {row}.id LIMIT {NAMED}))",
        row = view.row(),
        NAMED = NAMED,
    );
    fragment!(
        "{names}, {document}{groups}",
        names = names(view),
        document = document(view, "before"),
        groups = (!view.table().shared).then_some(&groups),
    )
}

/// Of how many members there are events to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    /// Of one group, no more than one event names.
    Few,
    /// Of any number, or of several groups.
    Many,
}

impl Extent {
    fn of(members: usize) -> Self {
        if members <= NAMED {
            Self::Few
        } else {
            Self::Many
        }
    }
}

/// Events of members, [`NAMED`] of them each at the most: `links` selects the columns `team_id`,
/// `id`, `type`, `is_added` and `request`, behind an empty row of these. The walks that part them
/// are rows that are read, so few members go without.
fn member_events(
    origin: &Origin<'_>,
    view: &View<'_>,
    version: &dyn Fragment,
    links: &dyn Fragment,
    (guard, extent): (Guard<'_>, Extent),
) -> Statement {
    let columns = fragment!(
        "SELECT NULL AS team_id, NULL AS id, NULL AS type, NULL AS is_added, NULL AS request WHERE 0{links}",
        links = links,
    );
    let parted = fragment!(
        "SELECT *, (row_number() OVER (PARTITION BY team_id) - 1) / {NAMED} AS part FROM ({columns})",
        NAMED = NAMED,
        columns = &columns,
    );
    let (links, parts): (&dyn Fragment, _) = match extent {
        Extent::Few => (&columns, ""),
        Extent::Many => (&parted, " GROUP BY team_id, part"),
    };
    Event {
        origin,
        resource_type: view.resource_type,
        kind: &Kind(view.resource_type, "members"),
        id: &"teams.id",
        request: &"l.request",
        body: &fragment!(
            "'version', {version}, 'externalId', substr(teams.external_id, 1, {NAME}), \
             'name', substr(teams.display_name, 1, {NAME}), \
             'members', json_object('added', json(l.added), 'removed', json(l.removed))",
            version = version,
            NAME = NAME,
        ),
        rows: &fragment!(
            " CROSS JOIN (SELECT team_id, request, \
             json_group_array(json_object('id', id, 'type', type)) FILTER (WHERE is_added) AS added, \
             json_group_array(json_object('id', id, 'type', type)) FILTER (WHERE NOT is_added) AS removed \
             FROM ({links}){parts}) l CROSS JOIN teams ON teams.tenant_id = o.tenant_id AND teams.id = l.team_id{guard}",
            links = links,
            parts = parts,
            guard = guard,
        ),
        many: extent == Extent::Many,
    }
    .insert()
}

/// Tells of the members that are about to come and go, where some do and the group is the version
/// meant.
pub fn members(
    origin: &Origin<'_>,
    view: &View<'_>,
    (id, guard): (&str, Guard<'_>),
    version: &str,
    change: &LinkChange,
) -> Statement {
    let request = origin.request();
    let request = value(&request);
    let chunks = |ids: &[String]| ids.chunks(IDS_PER_PARAMETER).map(json).collect();
    let (add, remove): (Vec<String>, Vec<String>) = (chunks(&change.add), chunks(&change.remove));
    let come = add.iter().map(|ids| {
        fragment!(
            " UNION ALL SELECT {id}, j.value, \
             iif(EXISTS (SELECT 1 FROM users u WHERE u.tenant_id = {tenant} AND u.id = j.value), 'User', 'Group'), 1, \
             {request} FROM json_each({ids}) j WHERE NOT EXISTS (SELECT 1 FROM team_members m \
             WHERE m.tenant_id = {tenant} AND m.team_id = {id} AND m.member_id = j.value)",
            id = value(id),
            tenant = view.tenant,
            request = request,
            ids = value(ids),
        )
    });
    let kept = add.iter().map(|ids| {
        fragment!(
            " AND m.member_id NOT IN (SELECT value FROM json_each({ids}))",
            ids = value(ids),
        )
    });
    let kept: Vec<_> = kept.collect();
    let others = fragment!(
        " UNION ALL SELECT m.team_id, m.member_id, m.member_type, 0, {request} FROM team_members m \
         WHERE m.tenant_id = {tenant} AND m.team_id = {id}{kept}",
        request = request,
        tenant = view.tenant,
        id = value(id),
        kept = &kept,
    );
    let go = remove.iter().map(|ids| {
        fragment!(
            " UNION ALL SELECT m.team_id, m.member_id, m.member_type, 0, {request} FROM json_each({ids}) j \
             CROSS JOIN team_members m ON m.tenant_id = {tenant} AND m.team_id = {id} AND m.member_id = j.value",
            request = request,
            ids = value(ids),
            tenant = view.tenant,
            id = value(id),
        )
    });
    let (come, go): (Vec<_>, Vec<_>) = (come.collect(), go.collect());
    let links = fragment!(
        "{come}{others}{go}",
        come = &come,
        others = change.clear.then_some(&others),
        go = &go,
    );
    let extent = if change.clear {
        Extent::Many
    } else {
        Extent::of(change.add.len() + change.remove.len())
    };
    member_events(origin, view, &value(version), &links, (guard, extent))
}

/// Tells of the members of groups that were just created, so many in all.
pub fn first_members(
    origin: &Origin<'_>,
    view: &View<'_>,
    teams: &[(&str, Option<usize>)],
    members: usize,
) -> Statement {
    let rows = teams
        .iter()
        .map(|(id, operation)| (vec![Value::from(*id)], *operation));
    let rows = run(origin, rows);
    let links = fragment!(
        " UNION ALL SELECT m.team_id, m.member_id, m.member_type, 1, j.value ->> 0 FROM json_each({rows}) j \
         CROSS JOIN team_members m ON m.tenant_id = {tenant} AND m.team_id = j.value ->> 1",
        rows = value(&rows),
        tenant = view.tenant,
    );
    let extent = match teams {
        [_] => Extent::of(members),
        _ => Extent::Many,
    };
    let extent = (Guard::None, extent);
    member_events(origin, view, &"teams.version", &links, extent)
}

/// Tells of the groups that a user is about to join and leave, those of `teams` being all that it
/// will be in; where the user is there, and is the version meant.
pub fn teams(
    origin: &Origin<'_>,
    views: (&View<'_>, &View<'_>),
    (user, meant): (&str, Guard<'_>),
    teams: &[String],
    version: &str,
) -> Statement {
    let (users, groups) = views;
    let (ids, request) = (json(teams), origin.request());
    let reference = ResourceRef::Id(user.to_owned());
    let is_user = meant.exists(users, &reference);
    let links = fragment!(
        " UNION ALL SELECT j.value, {user}, 'User', 1, {request} FROM json_each({ids}) j \
         WHERE {is_user} AND NOT EXISTS (SELECT 1 FROM team_members m \
         WHERE m.tenant_id = {tenant} AND m.team_id = j.value AND m.member_id = {user}) \
         UNION ALL SELECT m.team_id, {user}, 'User', 0, {request} FROM team_members m INDEXED BY team_members_member \
         WHERE m.tenant_id = {tenant} AND m.member_id = {user} \
         AND m.team_id NOT IN (SELECT value FROM json_each({ids})) AND {is_user}",
        user = value(user),
        request = value(&request),
        ids = value(&ids),
        tenant = users.tenant,
        is_user = &is_user,
    );
    let extent = (Guard::None, Extent::Many);
    member_events(origin, groups, &value(version), &links, extent)
}
