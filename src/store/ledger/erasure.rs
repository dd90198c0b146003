//! The erasure of a resource that is gone, such as a person: what names and values are kept of it
//! is emptied, and what happened stays.
//!
//! Whatever table keeps something of a resource that is gone has its statement in [`elsewhere`], or
//! in [`replies`].

use crate::fragment::{Fragment, value};
use crate::{Statement, fragment, statement};
use scim::list::List;

/// Events that one statement looks at, at the most.
const LOOKS: usize = 20_000;
/// Events that are emptied at once, and bytes of them.
pub const STEP: usize = 500;
/// The same.
pub const STEP_BYTES: usize = 1_000_000;
/// What stands in place of a path.
const PLACEHOLDER: &str = "…";

/// A row, if the resource is there.
pub fn lives(tenant: i64, id: &str) -> Statement {
    let rows = ["users", "teams", "resources"].map(|table| {
        fragment!(
            "{union}SELECT 1 AS lives FROM {table} WHERE tenant_id = {tenant} AND id = {id}",
            union = (table != "users").then_some(" UNION ALL "),
            table = table,
            tenant = value(tenant),
            id = value(id),
        )
    });
    statement!("{rows}", rows = rows)
}

/// What a look at events finds: the last number that it came to, whether there may be more, and the
/// type of resource and of event of the newest of the resource. `spans`: a JSON array of pairs of
/// numbers, behind the first of which it looks, up to the second.
pub fn window(tenant: i64, id: &str, spans: &str) -> Statement {
    statement!(
        "{events} SELECT (SELECT max(seq) FROM w), (SELECT count(*) FROM w) = {LOOKS}, resource_type, type \
         FROM (SELECT 1) LEFT JOIN (SELECT * FROM w WHERE resource_id = {id} ORDER BY seq DESC LIMIT 1)",
        events = events(tenant, spans),
        LOOKS = LOOKS,
        id = value(id),
    )
}

/// The events `w` that a look finds, in their order.
fn events(tenant: i64, spans: &str) -> Fragment<'_> {
    fragment!(
        "WITH w AS MATERIALIZED (SELECT e.seq, e.type, e.resource_type, e.resource_id FROM json_each({spans}) j \
         CROSS JOIN events e ON e.tenant_id = {tenant} AND e.seq > j.value ->> 0 AND e.seq <= j.value ->> 1 \
         AND typeof(e.seq) = 'integer' LIMIT {LOOKS})",
        spans = value(spans),
        tenant = value(tenant),
        LOOKS = LOOKS,
    )
}

/// The events of the resource among those that say anything: rows of the number, the salt with the
/// body, and a JSON array of what the resource is called in it, by which others tell of it. Fewer
/// than [`STEP`], of fewer bytes than [`STEP_BYTES`], are all.
pub fn full(tenant: i64, id: &str, spans: &str) -> Statement {
    statement!(
        "{events} SELECT seq, content, (SELECT json_group_array(DISTINCT value) FROM json_tree(body) t \
         WHERE t.type = 'text' AND length(t.value) > 2 AND (t.key IN ('name', 'externalId', 'userName', 'displayName') \
         OR instr(t.value, '@') OR t.key IN ('before', 'after') \
         AND body ->> (t.path || '.path') IN ('userName', 'externalId', 'displayName'))) AS words \
         FROM (SELECT e.seq, e.body, e.salt || e.body AS content, \
         sum(octet_length(e.body)) OVER (ORDER BY e.seq ROWS UNBOUNDED PRECEDING) - octet_length(e.body) AS before \
         FROM (SELECT seq FROM w WHERE resource_id = {id}) f \
         CROSS JOIN events e ON e.tenant_id = {tenant} AND e.seq = f.seq WHERE e.body IS NOT NULL AND e.type <> '{ERASURE}' \
         ORDER BY e.seq LIMIT {STEP}) WHERE before < {STEP_BYTES}",
        events = events(tenant, spans),
        id = value(id),
        tenant = value(tenant),
        ERASURE = ERASURE,
        STEP = STEP,
        STEP_BYTES = STEP_BYTES,
    )
}

/// The type of the event that tells of it.
pub const ERASURE: &str = "resource.erased";

/// Empties events: `digests` is a JSON array of pairs of a number and what the seals have of the
/// body.
pub fn empty(tenant: i64, digests: &str) -> Statement {
    statement!(
        "UPDATE events SET body = NULL, salt = NULL, digest = j.value ->> 1 FROM json_each({digests}) j \
         WHERE tenant_id = {tenant} AND seq = j.value ->> 0",
        digests = value(digests),
        tenant = value(tenant),
    )
}

/// By what the resource is told of without its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words<'a> {
    /// Texts that are quoted there, JSON: as they were, and those with letters beyond ASCII without
    /// letter case, too.
    pub words: &'a str,
    /// What takes the case from such letters: a JSON array of what is found in a text and what
    /// takes its place, in turn.
    pub letters: &'a str,
}

/// Empties what other tables have of the resource; each is followed by how many rows that were.
pub fn elsewhere(tenant: i64, id: &str, words: Words<'_>) -> Vec<Statement> {
    let Words { words, letters } = words;
    let of_requests = statement!(
        "UPDATE requests SET path = '{PLACEHOLDER}', query = '', detail = NULL, habits = '[]', request_body = NULL, \
         reply_body = NULL, resources = (SELECT json_group_array(r.value) FROM json_each(resources) r \
         WHERE NOT EXISTS (SELECT 1 FROM json_tree({words}) w WHERE lower(w.value) = {resource})) WHERE tenant_id = {tenant} AND id IN (SELECT id FROM (SELECT id, \
         {text} AS text FROM requests WHERE tenant_id = {tenant} AND path <> '{PLACEHOLDER}' LIMIT -1) \
         WHERE {names_it})",
        PLACEHOLDER = PLACEHOLDER,
        words = value(words),
        resource = fold_letters("lower(r.value)", letters),
        text = plain(
            "path || '\"' || resources || habits || coalesce(detail, '') || coalesce(request_body, '') || coalesce(reply_body, '')",
        ),
        tenant = value(tenant),
        names_it = names_it(id, words, letters),
    );
    let of_jobs = statement!(
        "UPDATE jobs SET result = NULL WHERE tenant_id = {tenant} AND id IN (SELECT id FROM (SELECT id, \
         {text} AS text FROM jobs WHERE tenant_id = {tenant} AND finished_at IS NOT NULL AND result IS NOT NULL LIMIT -1) WHERE {names_it})",
        text = plain("result"),
        tenant = value(tenant),
        names_it = names_it(id, words, letters),
    );
    // What it had beside its row goes with it, by a trigger.
    let of_deleted = statement!(
        "DELETE FROM deleted_resources WHERE tenant_id = {tenant} AND id = {id}",
        tenant = value(tenant),
        id = value(id),
    );
    // What a group waits for is an id, an externalId or a userName; of these a UUID alone, which
    // has 36 characters, is the same in any letter case.
    let of_pending = statement!(
        "DELETE FROM pending_members WHERE tenant_id = {tenant} AND (value = {id} OR length({id}) = 36 AND lower(value) = {id} \
         OR {folded} IN (SELECT lower(w.value) FROM json_tree({words}) w WHERE w.type = 'text'))",
        tenant = value(tenant),
        id = value(id),
        folded = fold_letters("lower(value)", letters),
        words = value(words),
    );
    [of_requests, of_jobs, of_deleted, of_pending]
        .into_iter()
        .flat_map(|statement| [statement, statement!("SELECT changes() AS erased")])
        .list()
}

/// Empties what receivers of webhooks replied to events of the tenant, which is in the first
/// database: what they write there nobody knows.
pub fn replies(tenant: i64) -> [Statement; 2] {
    [
        statement!(
            "UPDATE webhook_deliveries SET reply = NULL WHERE tenant_id = {tenant} AND reply IS NOT NULL",
            tenant = value(tenant),
        ),
        statement!("SELECT changes() AS erased"),
    ]
}

/// A text as it is searched: in lower case and without blanks; without backslashes, since quotes
/// are escaped in a text of JSON, and in a text of that again; with a quote in place of a slash, so
/// that the segment of a path is found, too.
fn plain(text: &'static str) -> Fragment<'static> {
    fragment!(
        "replace(replace(replace(replace(lower({text}), ' ', ''), char(92), ''), '/', '\"'), '%40', '@')",
        text = text,
    )
}

/// A text in which letters beyond ASCII have no case either.
fn fold_letters<'a>(text: &'static str, letters: &'a str) -> Fragment<'a> {
    if letters == "[]" {
        return text.into();
    }
    fragment!(
        "(WITH RECURSIVE folded(n, text) AS (SELECT 0, {text} UNION ALL \
         SELECT n + 2, replace(text, {letters} ->> n, {letters} ->> (n + 1)) FROM folded WHERE n < json_array_length({letters})) \
         SELECT text FROM folded ORDER BY n DESC LIMIT 1)",
        text = text,
        letters = value(letters),
    )
}

/// The condition that `text`, as [`plain`] makes it, tells of the resource.
fn names_it<'a>(id: &'a str, words: &'a str, letters: &'a str) -> Fragment<'a> {
    let has = |text: &'static str| {
        fragment!(
            "(instr({text}, lower({id})) OR EXISTS (SELECT 1 FROM json_tree({words}) w \
             WHERE w.type = 'text' AND instr({text}, {word})))",
            text = text,
            id = value(id),
            word = plain("json_quote(w.value)"),
            words = value(words),
        )
    };
    if letters == "[]" {
        return has("text");
    }
    fragment!(
        "EXISTS (SELECT 1 FROM (SELECT {folded} AS folded LIMIT -1) WHERE {has})",
        folded = fold_letters("text", letters),
        has = has("folded"),
    )
}
