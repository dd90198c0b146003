//! The log of requests. Its rows are written behind the reply, and the statement that writes one
//! asks the tenant's settings itself whether and with what.

use crate::fragment::{Fragment, Value, Written, value};
use crate::tenant::Tenant;
use crate::{Statement, statement, write_sql};

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
pub struct Took {
    /// Milliseconds.
    pub milliseconds: u64,
    /// Of the database.
    pub cost: crate::Cost,
}

/// Writes a request into the log, where the tenant keeps such requests. Of a caller who is not good
/// nothing is written.
pub fn insert(tenant: &Tenant, sender: &Sender, request: &NewRequest, took: Took) -> Statement {
    let NewRequest {
        is_write,
        is_failure,
        ..
    } = *request;
    let number = |number: u64| value(i64::try_from(number).unwrap_or_default());
    let flag = |is: bool| if is { "1" } else { "0" };
    statement!(
        "INSERT OR IGNORE INTO requests (tenant_id, id, at, method, path, query, status, scim_type, detail, operation, \
         attribute, milliseconds, trips, rows_read, rows_written, credential, user_agent, provider, habits, resources, \
         request_body, reply_body) \
         SELECT n.id, {id}, {at}, '{method}', {path}, {query}, {status}, {scim_type}, {detail}, {operation}, \
         {attribute}, {milliseconds}, {trips}, {rows_read}, {rows_written}, {credential}, {user_agent}, {provider}, \
         {habits}, {resources}, iif({with_bodies}, {request_body}, NULL), iif({with_bodies}, {reply_body}, NULL) \
         FROM tenants n WHERE n.id = {tenant} AND n.state <> 'deleted' \
         AND CASE coalesce(n.settings ->> '$.request_log.mode', 'changes') \
         WHEN 'all' THEN 1 WHEN 'changes' THEN {is_change} WHEN 'failures' THEN {is_failure} ELSE 0 END",
        id = value(&request.id),
        at = value(&request.at),
        method = request.method,
        path = value(&request.path),
        query = value(&request.query),
        status = number(request.status.into()),
        scim_type = value(request.scim_type),
        detail = value(request.detail.as_deref()),
        operation = request
            .operation
            .map_or(Value::Null, |operation| number(operation as u64)),
        attribute = value(request.attribute.as_deref()),
        milliseconds = number(took.milliseconds),
        trips = number(took.cost.trips.into()),
        rows_read = number(took.cost.rows_read),
        rows_written = number(took.cost.rows_written),
        credential = credential(tenant, sender),
        user_agent = value(request.user_agent.as_deref()),
        provider = value(request.provider),
        habits = value(&request.habits),
        resources = value(&request.resources),
        with_bodies = "coalesce(n.settings ->> '$.request_log.bodies', 1)",
        request_body = value(request.request_body.as_deref()),
        reply_body = value(request.reply_body.as_deref()),
        tenant = tenant,
        is_change = flag(is_write || is_failure),
        is_failure = flag(is_failure),
    )
}

/// The credential of a sender, JSON, as it is called now.
fn credential(tenant: &Tenant, sender: &Sender) -> impl Fragment {
    Written(move |statement: &mut Statement| match (sender, tenant) {
        (Sender::Operator(id, label), _) => write_sql!(
            statement,
            "json_object('kind', {kind}, 'id', {id}, 'label', {label})",
            kind = if id.is_some() {
                "'operator_token'"
            } else {
                "'secret'"
            },
            id = value(id.as_deref()),
            label = value(label),
        ),
        (Sender::System, _) => "NULL".write(statement),
        (Sender::Customer, Tenant::Known(_)) => {
            "json_object('kind', 'secret', 'id', NULL, 'label', 'SCIM_TOKEN')".write(statement);
        }
        (Sender::Customer, Tenant::Token { hash, .. }) => write_sql!(
            statement,
            "(SELECT json_object('kind', iif(client_id IS NULL, 'token', 'client'), 'id', coalesce(client_id, id), \
             'label', label) FROM tokens WHERE hash = {hash})",
            hash = value(hash),
        ),
    })
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
pub fn trimmed() -> Statement {
    statement!("SELECT changes() AS trimmed")
}
