//! The log of requests. Its rows are written behind the reply, those of many requests together, and
//! the statement that writes them asks each tenant's settings itself whether and with what.

use scim::json;
use scim::list::List;
use serde_json::Value as Json;

use crate::fragment::{Value, value};
use crate::tenant::Tenant;
use crate::{Addressed, Statement, statement};

/// Rows that the log of a tenant has at the most.
pub const MAX_ROWS: usize = 10_000;
/// Bytes of them.
pub const MAX_BYTES: usize = 20_000_000;
/// Rows that one statement takes out at the most.
pub const STEP: i64 = 1_000;
/// Bytes of rows behind which a page ends.
const PAGE_BYTES: usize = 1_000_000;

/// Who sent a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sender {
    /// Who showed a credential of the tenant.
    Customer,
    /// Who showed an operator token with this id, or the `ADMIN_TOKEN`, which has none; and the
    /// label.
    Operator(Option<String>, String),
    /// Nobody: it is done because its time has come.
    System,
}

/// What the log has of a request. Texts that are JSON say so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewRequest {
    /// Its id.
    pub id: String,
    /// When it came.
    pub at: String,
    /// The method.
    pub method: &'static str,
    /// The path below the base URL.
    pub path: String,
    /// The query, without values of filters.
    pub query: String,
    /// The status of the reply.
    pub status: u16,
    /// The kind of refusal.
    pub scim_type: Option<&'static str>,
    /// The sentence that the client got.
    pub detail: Option<String>,
    /// The operation at fault, from one.
    pub operation: Option<usize>,
    /// The path of the attribute at fault.
    pub attribute: Option<String>,
    /// `User-Agent`.
    pub user_agent: Option<String>,
    /// The identity provider, where it is recognised.
    pub provider: Option<&'static str>,
    /// Lenient readings, a JSON array.
    pub habits: String,
    /// Ids of the resources that it was about, a JSON array.
    pub resources: String,
    /// The body, JSON.
    pub request_body: Option<String>,
    /// The body of the reply, JSON.
    pub reply_body: Option<String>,
    /// Whether it may change something.
    pub is_write: bool,
    /// Whether it, or a part of it, was not done.
    pub is_failure: bool,
}

/// What a request took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expense {
    /// Milliseconds.
    pub milliseconds: u64,
    /// Of the database.
    pub cost: crate::Cost,
}

/// A request that is to be written into the log, as plain data: those of many are written together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRow {
    shard: u16,
    /// A JSON array that is not closed yet, of which [`insert`] reads the columns.
    values: String,
    /// The body, and that of the reply behind it. In the array each of their quotes would be one to
    /// escape, here and again on the way to the database, and to read there twice.
    bodies: String,
    /// The tenant whose log is trimmed beside it, and the moment.
    trim: Option<(i64, u64)>,
}

impl LogRow {
    /// A row of the log of a tenant in the database with this number.
    pub fn new(
        shard: u16,
        (tenant, sender): (&Tenant, &Sender),
        request: NewRequest,
        expense: Expense,
        trim: Option<(i64, u64)>,
    ) -> Self {
        let (number, hash) = match tenant {
            Tenant::Known(id) => (Some(*id), None),
            Tenant::Token { hash, .. } => (None, Some(hash.as_str())),
        };
        let length = |body: Option<&String>| Json::from(body.map(String::len));
        let (request_body, reply_body) = (request.request_body, request.reply_body);
        let values: [Json; 25] = [
            number.into(),
            hash.into(),
            u8::from(request.is_write || request.is_failure).into(),
            u8::from(request.is_failure).into(),
            credential(tenant, sender).into(),
            request.id.into(),
            request.at.into(),
            request.method.into(),
            request.path.into(),
            request.query.into(),
            request.status.into(),
            request.scim_type.into(),
            request.detail.into(),
            request.operation.into(),
            request.attribute.into(),
            expense.milliseconds.into(),
            expense.cost.trips.into(),
            expense.cost.rows_read.into(),
            expense.cost.rows_written.into(),
            request.user_agent.into(),
            request.provider.into(),
            request.habits.into(),
            request.resources.into(),
            length(request_body.as_ref()),
            length(reply_body.as_ref()),
        ];
        let mut values = json::text(&Json::Array(values.into()));
        values.pop();
        let mut bodies = request_body.unwrap_or_default();
        bodies.extend(reply_body);
        Self {
            shard,
            values,
            bodies,
            trim,
        }
    }

    /// Bytes that it takes.
    pub fn size(&self) -> usize {
        self.values.len() + self.bodies.len()
    }
}

/// The statements that write rows into the log: one for those of a database, and what trims.
pub fn write(rows: &[LogRow]) -> Vec<Addressed> {
    let mut shards: Vec<u16> = Vec::new();
    let mut trimmed: Vec<i64> = Vec::new();
    let mut trims: Vec<Addressed> = Vec::new();
    for LogRow {
        shard, trim: due, ..
    } in rows
    {
        if !shards.contains(shard) {
            shards.push(*shard);
        }
        if let Some((tenant, now)) = due
            && !trimmed.contains(tenant)
        {
            trimmed.push(*tenant);
            trims.push((*shard, trim(*tenant, *now)));
        }
    }
    let inserts = shards.into_iter().map(|shard| {
        let of_shard = rows.iter().filter(|row| row.shard == shard);
        (shard, insert(of_shard))
    });
    inserts.chain(trims).list()
}

/// Writes requests into the log, each where its tenant keeps such requests. Of a caller who was not
/// good when it came nothing is written.
fn insert<'r>(rows: impl Iterator<Item = &'r LogRow>) -> Statement {
    let (mut values, mut bodies) = (String::from("["), String::new());
    for LogRow {
        values: row,
        bodies: of_row,
        ..
    } in rows
    {
        let comma = if values.len() > 1 { "," } else { "" };
        // SQLite counts from one.
        let first = (bodies.len() + 1).to_string();
        values.extend([comma, row, ",", &first, "]"]);
        bodies.push_str(of_row);
    }
    values.push(']');
    // With LIMIT the subquery is not taken apart: a row is printed once, and not for each column.
    // Of bytes a part is found at once, and where no condition stands around it, they are made of
    // the text once, and not for each row.
    statement!(
        "INSERT OR IGNORE INTO requests (tenant_id, id, at, method, path, query, status, scim_type, detail, operation, \
         attribute, milliseconds, trips, rows_read, rows_written, user_agent, provider, habits, resources, credential, \
         request_body, reply_body) \
         SELECT n.id, r.value ->> 5, r.value ->> 6, r.value ->> 7, r.value ->> 8, r.value ->> 9, r.value ->> 10, \
         r.value ->> 11, r.value ->> 12, r.value ->> 13, r.value ->> 14, r.value ->> 15, r.value ->> 16, r.value ->> 17, \
         r.value ->> 18, r.value ->> 19, r.value ->> 20, r.value ->> 21, r.value ->> 22, \
         coalesce(r.value ->> 4, json_object('kind', iif(t.client_id IS NULL, 'token', 'client'), \
         'id', coalesce(t.client_id, t.id), 'label', t.label)), \
         CAST(substr(CAST({bodies} AS BLOB), r.value ->> 25, iif({with_bodies}, r.value ->> 23, NULL)) AS TEXT), \
         CAST(substr(CAST({bodies} AS BLOB), (r.value ->> 25) + coalesce(r.value ->> 23, 0), \
         iif({with_bodies}, r.value ->> 24, NULL)) AS TEXT) \
         FROM (SELECT value FROM json_each({rows}) LIMIT -1) r LEFT JOIN tokens t ON t.hash = r.value ->> 1 \
         AND (t.revoked_at IS NULL OR t.revoked_at > r.value ->> 6) \
         AND (t.expires_at IS NULL OR t.expires_at > r.value ->> 6) \
         CROSS JOIN tenants n ON n.id = coalesce(r.value ->> 0, t.tenant_id) WHERE n.state <> 'deleted' \
         AND CASE coalesce(n.settings ->> '$.request_log.mode', 'changes') \
         WHEN 'all' THEN 1 WHEN 'changes' THEN r.value ->> 2 WHEN 'failures' THEN r.value ->> 3 ELSE 0 END",
        rows = value(&values),
        bodies = value(&bodies),
        with_bodies = "coalesce(n.settings ->> '$.request_log.bodies', 1)",
    )
}

/// The credential of a sender, JSON; that of a token is called as its row has it.
fn credential(tenant: &Tenant, sender: &Sender) -> Option<String> {
    let (kind, id, label) = match (sender, tenant) {
        (Sender::Operator(id, label), _) => {
            let kind = if id.is_some() {
                "operator_token"
            } else {
                "secret"
            };
            (kind, id.as_deref(), label.as_str())
        }
        (Sender::Customer, Tenant::Known(_)) => ("secret", None, "SCIM_TOKEN"),
        (Sender::System, _) | (Sender::Customer, Tenant::Token { .. }) => return None,
    };
    let text = |text: Option<&str>| json::text(&Json::from(text));
    Some(
        [
            "{\"kind\":\"",
            kind,
            "\",\"id\":",
            &text(id),
            ",\"label\":",
            &text(Some(label)),
            "}",
        ]
        .concat(),
    )
}

/// The request `r`, JSON text: of as many members as there are no function takes the arguments.
const SHAPE: &str = "rtrim(json_object('id', r.id, 'at', r.at, 'method', r.method, 'path', r.path, 'query', r.query, \
                     'status', r.status, 'scim_type', r.scim_type, 'detail', r.detail, 'operation', r.operation, \
                     'attribute', r.attribute, 'milliseconds', r.milliseconds, 'trips', r.trips), '}') || ',' || \
                     ltrim(json_object('rows_read', r.rows_read, 'rows_written', r.rows_written, \
                     'credential', json(r.credential), 'user_agent', r.user_agent, 'provider', r.provider, \
                     'habits', json(r.habits), 'resources', json(r.resources), 'request_body', json(r.request_body), \
                     'reply_body', json(r.reply_body)), '{')";

/// Which requests are looked for; what is none does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestFilter {
    /// Statuses from one to another.
    pub status: Option<(i64, i64)>,
    /// The method.
    pub method: Option<String>,
    /// Came at this time or later.
    pub since: Option<String>,
    /// Came before this time.
    pub until: Option<String>,
    /// About a resource, its id as a JSON string.
    pub resource: Option<String>,
    /// With this text in it, in lower case.
    pub text: Option<String>,
    /// Earlier than the one with this id.
    pub after: Option<String>,
}

/// Rows of an id, the request with it, and how many there are of those that were asked for: the
/// newest first, and as many as a page takes.
pub fn list(tenant: i64, filter: &RequestFilter, most: usize) -> Statement {
    // One text, whatever is asked for: what is not asked for is NULL.
    fn text(text: Option<&String>) -> Value<'_> {
        text.map_or(Value::Null, value)
    }
    let (least, greatest) = filter.status.unwrap_or((0, 999));
    statement!(
        "SELECT r.id, {SHAPE} AS shape, r.found FROM (\
         SELECT *, count(*) OVER () AS found, \
         sum(bytes) OVER (ORDER BY id DESC ROWS UNBOUNDED PRECEDING) - bytes AS before FROM (\
         SELECT * FROM requests WHERE tenant_id = {tenant} AND id < coalesce({after}, 's') \
         AND status BETWEEN {least} AND {greatest} AND method = coalesce({method}, method) \
         AND at >= coalesce({since}, '') AND at < coalesce({until}, 'z') \
         AND ({resource} IS NULL OR instr(resources, {resource})) \
         AND ({text} IS NULL OR instr(lower(path || ' ' || query || ' ' || coalesce(detail, '') || ' ' || \
         coalesce(user_agent, '') || habits || coalesce(request_body, '') || coalesce(reply_body, '')), {text})) \
         ORDER BY id DESC LIMIT {most})) r WHERE r.before < {PAGE_BYTES} ORDER BY r.id DESC",
        SHAPE = SHAPE,
        tenant = value(tenant),
        after = text(filter.after.as_ref()),
        least = value(least),
        greatest = value(greatest),
        method = text(filter.method.as_ref()),
        since = text(filter.since.as_ref()),
        until = text(filter.until.as_ref()),
        resource = text(filter.resource.as_ref()),
        text = text(filter.text.as_ref()),
        most = most,
        PAGE_BYTES = PAGE_BYTES,
    )
}

/// One request.
pub fn read(tenant: i64, id: &str) -> Statement {
    statement!(
        "SELECT {SHAPE} AS shape FROM requests r WHERE r.tenant_id = {tenant} AND r.id = {id}",
        SHAPE = SHAPE,
        tenant = value(tenant),
        id = value(id),
    )
}

/// The tenants whose log is looked after in this minute of each hour; a row is read of each tenant
/// that has a log.
pub fn due(minute: u64) -> Statement {
    statement!(
        "WITH RECURSIVE logs (tenant_id) AS (SELECT min(tenant_id) FROM requests UNION ALL \
         SELECT (SELECT min(r.tenant_id) FROM requests r WHERE r.tenant_id > logs.tenant_id) FROM logs \
         WHERE logs.tenant_id IS NOT NULL) \
         SELECT tenant_id FROM logs WHERE tenant_id % 60 = {minute} ORDER BY tenant_id",
        minute = minute,
    )
}

/// Takes out the oldest rows that are too old or too many, up to [`STEP`] of them. Gives nothing.
pub fn trim(tenant: i64, milliseconds: u64) -> Statement {
    statement!(
        "DELETE FROM requests WHERE tenant_id = {tenant} AND id IN (SELECT id FROM (\
         SELECT id, row_number() OVER newest AS number, sum(bytes) OVER newest AS total FROM requests \
         WHERE tenant_id = {tenant} WINDOW newest AS (ORDER BY id DESC ROWS UNBOUNDED PRECEDING)) \
         WHERE number > {MAX_ROWS} OR total > {MAX_BYTES} OR id < (\
         SELECT printf('req_%012x', {milliseconds} - 86400000 * coalesce(settings ->> '$.request_log.days', 7)) \
         FROM tenants WHERE id = {tenant}) ORDER BY id LIMIT {STEP})",
        tenant = value(tenant),
        MAX_ROWS = MAX_ROWS,
        MAX_BYTES = MAX_BYTES,
        milliseconds = milliseconds,
        STEP = STEP.unsigned_abs(),
    )
}

/// How many rows the statement before it took out.
pub fn trim_count() -> Statement {
    statement!("SELECT changes() AS trimmed")
}
