//! The erasure of what is kept of a resource that is gone: the record stays whole, and says no more
//! whom it was about.

use scim::fold::fold_str;
use scim::json::{self, text, with};
use scim::resource_type::ResourceType;
use serde_json::Value;

use super::body::{only, required};
use super::refusal::Refusal;
use super::step::{Call, Outcome, Step};
use crate::chain::{digest_of, erasure_mark};
use store::batch::Batch;
use store::ledger::erasure::{self, ERASURE};
use store::ledger::events::of_erasure;
use store::tenant::Tenant;

/// Characters of an id.
const ID: usize = 100;
/// Looks at events that one request takes, on the paid plan and on the free one.
const MOST: (usize, usize) = (200, 8);

/// How far it came.
struct Erasure {
    tenant: i64,
    id: String,
    /// Up to which event.
    behind: i64,
    looks: usize,
    /// The type, where an event is of the resource.
    kind: Option<&'static ResourceType>,
    /// Whether the newest of these tells of an erasure.
    is_told: bool,
    /// Events that were emptied.
    events: usize,
    /// What the resource is called in them: JSON arrays.
    words: Vec<String>,
}

/// Erases a resource of the tenant.
pub fn erase<'c>(call: &'c Call<'c>) -> Outcome<'c> {
    only(&call.body, &["resource"])?;
    let id = required(&call.body, "resource", ID)?;
    look(
        call,
        Erasure {
            tenant: call.admin.tenant()?.id,
            id: id.to_owned(),
            behind: 0,
            looks: 0,
            kind: None,
            is_told: false,
            events: 0,
            words: Vec::new(),
        },
    )
}

/// Looks at events, as many as a statement does, and empties those of the resource.
fn look<'c>(call: &'c Call<'c>, mut erasure: Erasure) -> Outcome<'c> {
    let (tenant, id) = (erasure.tenant, &erasure.id);
    let mut batch = Batch::default();
    let lives = batch.add(erasure::lives(tenant, id));
    let window = batch.add(erasure::window(tenant, id, erasure.behind));
    let full = batch.add(erasure::full(tenant, id, erasure.behind));
    Step::send(call.admin.shard, batch, move |mut answers| {
        if answers.has_row(lives) {
            return Err(Refusal::conflict(
                "resource_lives",
                "This resource is there, and would be told of again. Delete it first: DELETE \
                 /admin/v1/tenants/{tenant}/scim/v2/Users/{id}, or have the provider do it.",
            ));
        }
        let (mut last, mut has_more) = (None, false);
        if let Some(mut row) = answers.row(window) {
            last = row.integer(0)?;
            has_more = row.integer(1)? == Some(1);
            if let Some(kind) = row.text(2)? {
                erasure.kind = ResourceType::named(&kind).or(erasure.kind);
                erasure.is_told = row.text(3)?.as_deref() == Some(ERASURE);
            }
        }
        let mut digests = Vec::new();
        let key = call.admin.settings.master.newest();
        for mut row in answers.rows(full) {
            let seq = row.count(0)?;
            let digest = digest_of(row.required_text(1)?.as_bytes());
            let mark = erasure_mark(key.as_ref(), erasure.tenant, seq, &digest);
            digests.push(Value::from(vec![Value::from(seq), mark.into()]));
            let words = row.required_text(2)?;
            let others = text(&others(&words).into());
            for words in [words, others] {
                if !erasure.words.contains(&words) {
                    erasure.words.push(words);
                }
            }
            erasure.behind = seq;
        }
        erasure.looks += 1;
        let most = if call.admin.settings.is_free_plan {
            MOST.1
        } else {
            MOST.0
        };
        let is_over = erasure.looks >= most;
        if digests.is_empty() {
            erasure.behind = last.unwrap_or_default();
            if is_over || !has_more {
                return finish(call, erasure, has_more);
            }
            return look(call, erasure);
        }
        erasure.events += digests.len();
        let digests = text(&digests.into());
        let (batch, _) = Batch::of(erasure::empty(erasure.tenant, &digests));
        Step::send(call.admin.shard, batch, move |_| {
            if is_over {
                return finish(call, erasure, true);
            }
            look(call, erasure)
        })
    })
}

/// Words as others may have written them: in other letters, of which SQL knows those of ASCII
/// alone, and as they are in a path.
fn others(words: &str) -> Vec<String> {
    let mut others = Vec::new();
    let words = json::parse(words).unwrap_or_default();
    for word in words.as_array().into_iter().flatten() {
        let word = word.as_str().unwrap_or_default();
        if word.is_ascii() {
            continue;
        }
        for word in [word.to_owned(), fold_str(word)] {
            let mut path = String::new();
            for byte in word.bytes() {
                if byte.is_ascii() {
                    path.push(char::from(byte));
                } else {
                    path.extend(["%", &base16ct::lower::encode_string(&[byte])]);
                }
            }
            others.extend([path, word]);
        }
    }
    others
}

/// Empties what is kept elsewhere, and tells of it.
fn finish<'c>(call: &'c Call<'c>, erasure: Erasure, has_more: bool) -> Outcome<'c> {
    let words = ["[", &erasure.words.join(","), "]"].concat();
    let mut batch = Batch::default();
    let statements = erasure::elsewhere(erasure.tenant, &erasure.id, &words);
    let counts = batch.add_all(statements);
    let known = erasure.kind.filter(|_| !has_more && !erasure.is_told);
    if let Some(kind) = known {
        let tenant = Tenant::Known(erasure.tenant);
        batch.add(of_erasure(&call.admin.origin(&tenant), kind, &erasure.id));
    }
    Step::send(call.admin.shard, batch, move |mut answers| {
        let counts = answers.rows_of(&counts);
        let mut counts = counts.iter().map(|row| row.integer(0).ok().flatten());
        let mut next = || Value::from(counts.next().flatten().unwrap_or_default());
        let (requests, jobs, deleted, pending) = (next(), next(), next(), next());
        if erasure.kind.is_none()
            && [&requests, &jobs, &deleted, &pending]
                .iter()
                .all(|count| **count == 0)
        {
            return Err(Refusal::missing(
                "resource_not_found",
                "Nothing is kept of such a resource. Send its id, which its events have in `resource.id`.",
            ));
        }
        let mut batch = Batch::default();
        let emptied = batch.add_all(erasure::replies(erasure.tenant));
        Step::send(1, batch, move |mut answers| {
            let row = answers.rows_of(&emptied).into_iter().next();
            let replies = match row {
                Some(row) => row.count(0)?,
                None => 0,
            };
            Step::shown(text(&with(vec![
                ("resource", erasure.id.into()),
                ("events", erasure.events.into()),
                ("requests", requests),
                ("jobs", jobs),
                ("deleted", deleted),
                ("pending", pending),
                ("deliveries", replies.into()),
                ("more", has_more.into()),
            ])))
        })
    })
}
