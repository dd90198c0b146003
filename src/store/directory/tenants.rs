//! Tenants.

use super::jobs::TENANT_DELETE;
use crate::fragment::{Fragment, value};
use crate::planted::LOOKED_AT;
use crate::{Statement, fragment, statement};

/// Which tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TenantSelector {
    /// The one with this number.
    Number(i64),
    /// The one with this id of the application's.
    External(String),
}

impl<'a> From<&'a TenantSelector> for Fragment<'a> {
    fn from(which: &'a TenantSelector) -> Self {
        match which {
            TenantSelector::Number(number) => fragment!("n.id = {number}", number = value(*number)),
            TenantSelector::External(id) => fragment!("n.external_id = {id}", id = value(id)),
        }
    }
}

/// What there is to change of a tenant; what is none stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct Patch<'a> {
    /// Its name.
    pub name: Option<&'a str>,
    /// The application's id, or none from now on.
    pub external_id: Option<Option<&'a str>>,
    /// A merge patch (RFC 7396) of its metadata, JSON text.
    pub metadata: Option<&'a str>,
    /// A merge patch of its settings, JSON text.
    pub settings: Option<&'a str>,
    /// `active` or `suspended`.
    pub state: Option<&'a str>,
}

/// The tenant `n`, JSON text. `now` tells which tokens are good. Settings that are named in it have
/// no effect yet.
fn shape(now: &str) -> Fragment<'_> {
    fragment!(
        "json_object('id', n.id, 'name', n.name, 'external_id', n.external_id, 'metadata', json(n.metadata), \
         'state', n.state, 'shard', n.shard, 'settings', json(n.settings), \
         'settings_without_effect', json_array(), \
         'users', coalesce((SELECT total FROM totals WHERE tenant_id = n.id AND resource_type = 'User'), 0), \
         'groups', coalesce((SELECT total FROM totals WHERE tenant_id = n.id AND resource_type = 'Group'), 0), \
         'credentials', json_object('tokens', (SELECT count(*) FROM tokens WHERE tenant_id = n.id AND client_id IS NULL \
         AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > {now})), \
         'clients', (SELECT count(*) FROM clients WHERE tenant_id = n.id AND revoked_at IS NULL)), \
         'created_at', n.created_at, 'last_request_at', nullif(n.last_request_at, ''))",
        now = value(now),
    )
}

/// Rows of a number, the tenant with it and its shard, behind one number: all, or only one of them.
/// Nothing is counted of those of another shard.
pub fn list(only: Option<i64>, after: i64, most: usize, now: &str) -> Statement {
    statement!(
        "SELECT n.id || '' AS key, json_replace({shape}, iif(n.shard = 1, '$.none', '$.users'), NULL, \
         iif(n.shard = 1, '$.none', '$.groups'), NULL, iif(n.shard = 1, '$.none', '$.credentials'), NULL) AS shape, \
         n.shard FROM tenants n \
         WHERE n.id > {after} AND n.state NOT IN ('deleted', 'creating'){only} ORDER BY n.id LIMIT {most}",
        shape = shape(now),
        after = value(after),
        only = only.map(|only| fragment!(" AND n.id = {only}", only = value(only))),
        most = most,
    )
}

/// The number of the shard of one, though it has ended.
pub fn shard_of(id: i64) -> Statement {
    statement!("SELECT shard FROM tenants WHERE id = {id}", id = value(id),)
}

/// The number, the name, the settings, the shard and the application's id of one, and whether it is
/// suspended.
pub fn find(which: &TenantSelector) -> Statement {
    statement!(
        "SELECT n.id, n.name, n.settings, n.shard, n.external_id, n.state = 'suspended' AS is_suspended FROM tenants n \
         WHERE {which} AND n.state NOT IN ('deleted', 'creating')",
        which = which,
    )
}

/// One tenant.
pub fn read(id: i64, now: &str) -> Statement {
    statement!(
        "SELECT {shape} AS shape FROM tenants n WHERE n.id = {id} AND n.state <> 'deleted'",
        shape = shape(now),
        id = value(id),
    )
}

/// Those of a JSON array of numbers that are in this database: rows of a number and the tenant with
/// it.
pub fn read_many(ids: &str, now: &str) -> Statement {
    statement!(
        "SELECT n.id || '' AS key, {shape} AS shape FROM json_each({ids}) j CROSS JOIN tenants n ON n.id = j.value \
         AND n.state <> 'deleted' ORDER BY n.id",
        shape = shape(now),
        ids = value(ids),
    )
}

/// Those whose number is reserved and whose row was not seen to be made: their number, their shard
/// and the row, JSON text. That they are not active is what the index of those asks for.
pub fn read_reserved(id: Option<i64>) -> Statement {
    statement!(
        "SELECT id, shard, json_array(id, shard, name, created_at, external_id, metadata, settings) AS row FROM tenants \
         WHERE state <> 'active' AND state = 'creating'{only} LIMIT 20",
        only = id.map(|id| fragment!(" AND id = {id}", id = value(id))),
    )
}

/// Makes the row of a reserved tenant in its shard, if it is not there.
pub fn make_reserved(row: &str) -> Statement {
    statement!(
        "INSERT INTO tenants (id, shard, name, created_at, external_id, metadata, settings) \
         SELECT j ->> 0, j ->> 1, j ->> 2, j ->> 3, j ->> 4, j ->> 5, j ->> 6 FROM (SELECT {row} AS j) WHERE true \
         ON CONFLICT (id) DO NOTHING",
        row = value(row),
    )
}

/// Notes that the row of a reserved tenant is made.
pub fn open_reserved(id: i64) -> Statement {
    statement!(
        "UPDATE tenants SET state = 'active' WHERE id = {id} AND state = 'creating'",
        id = value(id),
    )
}

/// Empties the row of a tenant of another shard, which was just closed there. The application's id
/// stays its own until its job has ended.
pub fn empty_closed(id: i64) -> Statement {
    statement!(
        "UPDATE tenants SET metadata = '{}', settings = '{}', name = '' \
         WHERE id = {id} AND shard <> 1 AND state = 'deleted'",
        id = value(id),
    )
}

/// Gives the application's id of a tenant of another shard free in the directory, whose job has
/// ended there.
pub fn free(id: i64) -> Statement {
    statement!(
        "UPDATE tenants SET external_id = NULL WHERE id = {id} AND shard <> 1 AND state = 'deleted'",
        id = value(id),
    )
}

/// Who has an id of the application's, though it has ended or is not made yet: its number, its
/// state and its shard.
pub fn holder(external_id: &str) -> Statement {
    statement!(
        "SELECT id, state, shard FROM tenants WHERE external_id = {external_id}",
        external_id = value(external_id),
    )
}

/// A row where the job that ends a tenant of this database has ended.
pub fn has_ended(id: i64) -> Statement {
    statement!(
        "SELECT id FROM tenants WHERE id = {id} AND state = 'deleted' AND NOT EXISTS (\
         SELECT 1 FROM jobs WHERE finished_at IS NULL AND tenant_id = {id} AND kind = '{TENANT_DELETE}')",
        id = value(id),
        TENANT_DELETE = TENANT_DELETE,
    )
}

/// Takes a tenant of another shard, which is closed there, out of the directory, and with it the
/// operator tokens that are bound to it.
pub fn unlist(id: i64, now: &str) -> [Statement; 3] {
    [
        statement!(
            "UPDATE tenants SET state = 'deleted' WHERE id = {id} AND shard <> 1",
            id = value(id),
        ),
        empty_closed(id),
        statement!(
            "UPDATE operator_tokens SET revoked_at = {now} WHERE tenant_id = {id} AND revoked_at IS NULL",
            now = value(now),
            id = value(id),
        ),
    ]
}

/// How many users a database has.
pub fn users() -> Statement {
    statement!("SELECT coalesce(sum(total), 0) AS users FROM totals WHERE resource_type = 'User'")
}

/// A tenant that is about to be made.
#[derive(Clone, Copy, Debug)]
pub struct NewTenant<'a> {
    /// Its name.
    pub name: &'a str,
    /// The application's id.
    pub external_id: Option<&'a str>,
    /// JSON text.
    pub metadata: &'a str,
    /// JSON text.
    pub settings: &'a str,
}

/// Makes one, with the number behind the highest that was ever given; of one of another shard the
/// number is reserved, with all that its row there is made of.
pub fn create(new: &NewTenant<'_>, shard: u16, now: &str) -> Statement {
    statement!(
        "INSERT INTO tenants (id, name, created_at, external_id, metadata, settings, shard, state) \
         SELECT id + 1, {name}, {now}, {external_id}, {metadata}, {settings}, {shard}, {state} \
         FROM last_tenant",
        shard = usize::from(shard),
        state = if shard == 1 { "'active'" } else { "'creating'" },
        name = value(new.name),
        now = value(now),
        external_id = value(new.external_id),
        metadata = merge("'{}'", new.metadata),
        settings = merge("'{}'", new.settings),
    )
}

/// What a merge patch (RFC 7396) makes of an object; of a null that is an empty one.
pub(super) fn merge<'a>(object: &'static str, patch: &'a str) -> Fragment<'a> {
    fragment!(
        "coalesce(nullif(json_patch({object}, {patch}), 'null'), '{}')",
        object = object,
        patch = value(patch),
    )
}

/// The one that [`create`] has just made: its number and the tenant.
pub fn read_last(now: &str) -> Statement {
    statement!(
        "SELECT n.id, {shape} AS shape FROM tenants n WHERE n.id = (SELECT id FROM last_tenant)",
        shape = shape(now),
    )
}

/// Changes one that is not about to end.
pub fn change(id: i64, patch: &Patch<'_>) -> Statement {
    statement!(
        "UPDATE tenants SET name = coalesce({name}, name), external_id = {external_id}, \
         metadata = {metadata}, state = coalesce({state}, state), \
         settings = {settings} \
         WHERE id = {id} AND state IN ('active', 'suspended')",
        name = value(patch.name),
        external_id = fragment!(
            "{value}{own_external_id}",
            value = patch.external_id.map(value),
            own_external_id = patch.external_id.is_none().then_some("external_id"),
        ),
        metadata = merge("metadata", patch.metadata.unwrap_or("{}")),
        state = value(patch.state),
        settings = merge("settings", patch.settings.unwrap_or("{}")),
        id = value(id),
    )
}

/// The condition that the brake of a tenant has a limit, with this merge patch of its settings.
pub fn has_limit(id: i64, patch: &str) -> Fragment<'_> {
    fragment!(
        "EXISTS (SELECT {merged} AS merged FROM tenants WHERE id = {id} \
         AND coalesce(merged ->> '$.brake.count', merged ->> '$.brake.percent') IS NOT NULL)",
        merged = merge("settings", patch),
        id = value(id),
    )
}

/// The condition that a tenant has no more metadata than so many.
pub fn has_few_metadata(id: i64, most: usize) -> Fragment<'static> {
    fragment!(
        "(SELECT count(*) FROM tenants n, json_each(n.metadata) WHERE n.id = {id}) <= {most}",
        id = value(id),
        most = most,
    )
}

/// Names that several groups of a tenant have: of each how one of them writes it.
pub fn shared_names(id: i64, most: usize) -> Statement {
    statement!(
        "SELECT min(display_name) AS name FROM teams WHERE tenant_id = {id} \
         GROUP BY display_name_folded HAVING count(*) > 1 LIMIT {most}",
        id = value(id),
        most = most,
    )
}

/// Closes one for good, if it has this name.
pub fn delete(id: i64, name: &str) -> Statement {
    statement!(
        "UPDATE tenants SET state = 'deleted' WHERE id = {id} AND name = {name} AND state <> 'deleted'",
        id = value(id),
        name = value(name),
    )
}

/// Events not sealed yet that are counted, at the most.
const MAX_UNSEALED: usize = 10_000;

/// How many tenants, users, events not sealed yet and jobs under way there are: all, or of one
/// tenant. The migration is the last of this project; an operator's own have numbers from 9000 on.
pub fn count(shard: u16, only: Option<i64>) -> Statement {
    let of = |column: &'static str| {
        only.map(|only| {
            fragment!(
                " AND {column} = {only}",
                column = column,
                only = value(only)
            )
        })
    };
    statement!(
        "SELECT json_object('shard', {shard}, 'schema', (SELECT max(CAST(name AS INTEGER)) FROM d1_migrations \
         WHERE CAST(name AS INTEGER) < 9000), \
         'tenants', (SELECT count(*) FROM tenants WHERE shard = {shard} AND state <> 'deleted'{of_tenants}), \
         'users', (SELECT coalesce(sum(total), 0) FROM totals WHERE resource_type = 'User'{of_totals}), \
         'unsealed', (SELECT count(*) FROM (SELECT 1 FROM events \
         WHERE position > coalesce({LOOKED_AT}, 0){of_events} LIMIT {MAX_UNSEALED})), \
         'braked', (SELECT count(*) FROM brakes WHERE engaged_at IS NOT NULL{of_brakes})) AS shard, \
         (SELECT count(*) FROM jobs WHERE finished_at IS NULL{of_jobs}) AS jobs",
        shard = usize::from(shard),
        of_tenants = of("id"),
        of_totals = of("tenant_id"),
        of_events = of("tenant_id"),
        of_brakes = of("tenant_id"),
        LOOKED_AT = LOOKED_AT,
        MAX_UNSEALED = MAX_UNSEALED,
        of_jobs = of("tenant_id"),
    )
}
