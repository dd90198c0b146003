//! The erasure of what is kept of a resource that is gone: the record stays whole, and says no more
//! whom it was about.

use scim::fold::{apart, fold_str, former_image};
use scim::json::{self, text, with};
use scim::list::List;
use scim::resource_type::ResourceType;
use serde_json::Value;
use std::ops::RangeInclusive;

use super::body::{only, required};
use super::refusal::Refusal;
use super::step::{Call, Outcome, Step};
use crate::chain::{digest_of, erasure_mark, has_none_of};
use crate::links::is_like_ours;
use crate::write::ending::add_erasure;
use store::batch::Batch;
use store::ledger::erasure::{self, ERASURE, STEP, STEP_BYTES, Words};
use store::ledger::events::of_erasure;
use store::ledger::seals;
use store::tenant::Tenant;

/// Behind every event.
const LAST: i64 = 9_007_199_254_740_991;
/// Characters of an id.
const ID: usize = 100;
/// Statements that one request takes to look at events, on the paid plan and on the free one.
const MOST: (usize, usize) = (800, 32);
/// Those of a page of seals, and of a look with what it empties.
const PAGE: usize = 1;
const LOOK: usize = 4;
/// Seals of a page.
const SEALS: usize = 400;

/// Letters that may have another case, those of nearly all scripts that have any.
const LETTERS: RangeInclusive<char> = '\u{80}'..='\u{2fff}';

/// How far it came.
struct Erasure {
    tenant: i64,
    id: String,
    /// Up to which event.
    behind: i64,
    /// The events that may be of it, each pair behind the first number up to the second, of those
    /// up to the end of a page of seals.
    spans: Vec<(i64, i64)>,
    /// That end; none where no seal is behind it.
    end: Option<i64>,
    /// Statements that it may still take.
    left: usize,
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
    // A UUID is the same in any letter case, and ids have it in lower case.
    let lower = id.to_ascii_lowercase();
    let id = if is_like_ours(&lower) {
        lower
    } else {
        id.to_owned()
    };
    let (paid, free) = MOST;
    let left = if call.admin.settings.is_free_plan {
        free
    } else {
        paid
    };
    page(
        call,
        Erasure {
            tenant: call.admin.tenant()?.id,
            id,
            behind: 0,
            spans: Vec::new(),
            end: None,
            left,
            kind: None,
            is_told: false,
            events: 0,
            words: Vec::new(),
        },
    )
}

/// Asks the next seals which events may be of the resource: all that no seal says are of others.
fn page<'c>(call: &'c Call<'c>, mut erasure: Erasure) -> Outcome<'c> {
    let tenant = erasure.tenant;
    let (batch, rows) = Batch::of(seals::list(tenant, Some(erasure.behind), SEALS));
    erasure.left = erasure.left.saturating_sub(PAGE);
    Step::send(call.admin.shard, batch, move |mut answers| {
        let rows = answers.rows(rows);
        // What is sealed and emptied without the code of a key would pass for edited.
        if !rows.is_empty() && call.admin.settings.master.newest().is_none() {
            return Err(Refusal::conflict(
                "no_master_key",
                "These events are sealed, and this deployment has no MASTER_KEY by which it could say that it emptied them. \
                 Set the secret again, and ask once more.",
            ));
        }
        let is_full = rows.len() == SEALS;
        let end = seals::end_of(&erasure.id);
        let (mut reached, mut behind) = (erasure.behind, erasure.behind);
        for mut row in rows {
            let seal = seals::read_seal(&mut row)?;
            let has_none = has_none_of(&call.admin.settings.master, tenant, &seal, end);
            if has_none && seal.prev_seq > behind {
                erasure.spans.push((behind, seal.prev_seq));
            }
            reached = reached.max(seal.last_seq);
            if has_none {
                behind = behind.max(seal.last_seq);
            }
        }
        erasure.end = is_full.then_some(reached);
        let last = erasure.end.unwrap_or(LAST);
        if last > behind {
            erasure.spans.push((behind, last));
        }
        if erasure.spans.is_empty() {
            erasure.behind = last;
            return go_on(call, erasure, true);
        }
        look(call, erasure)
    })
}

/// Looks at events, as many as a statement does, and empties those of the resource.
fn look<'c>(call: &'c Call<'c>, mut erasure: Erasure) -> Outcome<'c> {
    let (tenant, id) = (erasure.tenant, &erasure.id);
    let spans = erasure.spans.iter();
    let spans = spans.filter(|(_, to)| *to > erasure.behind);
    let spans = spans.map(|(from, to)| Value::from(vec![(*from).max(erasure.behind), *to]));
    let spans = text(&spans.list().into());
    let mut batch = Batch::default();
    let lives = batch.add(erasure::lives(tenant, id));
    let window = batch.add(erasure::window(tenant, id, &spans));
    let full = batch.add(erasure::full(tenant, id, &spans));
    erasure.left = erasure.left.saturating_sub(LOOK);
    Step::send(call.admin.shard, batch, move |mut answers| {
        if answers.has_row(lives) {
            return Err(Refusal::conflict(
                "resource_lives",
                "This resource still exists, and later events would hold its data again. Delete it first: DELETE \
                 /admin/v1/tenants/{tenant}/scim/v2/Users/{id}, or have the provider do it. Then send this again.",
            ));
        }
        let (mut last, mut has_more) = (None, false);
        if let Some(mut row) = answers.row(window) {
            last = row.integer(0)?;
            has_more = row.integer(1)? == Some(1);
            if let Some(kind) = row.text(2)? {
                erasure.kind = ResourceType::by_name(&kind).or(erasure.kind);
                erasure.is_told = row.text(3)?.as_deref() == Some(ERASURE);
            }
        }
        let mut digests = Vec::new();
        let mut bytes = 0;
        let key = call.admin.settings.master.newest();
        for mut row in answers.rows(full) {
            let seq = row.count(0)?;
            let content = row.required_text(1)?;
            bytes += content.len();
            let digest = digest_of(content.as_bytes());
            let mark = erasure_mark(key.as_ref(), erasure.tenant, seq, &digest);
            digests.push(Value::from(vec![Value::from(seq), mark.into()]));
            let words = row.required_text(2)?;
            let folded = text(&fold_words(&words).into());
            for words in [words, folded] {
                if !erasure.words.contains(&words) {
                    erasure.words.push(words);
                }
            }
            erasure.behind = seq;
        }
        let are_all = digests.len() < STEP && bytes < STEP_BYTES;
        if are_all {
            let reached = last.filter(|_| has_more).or(erasure.end);
            erasure.behind = reached.unwrap_or(LAST).max(erasure.behind);
            has_more |= erasure.end.is_some();
        }
        has_more |= !are_all;
        if digests.is_empty() {
            return go_on(call, erasure, has_more);
        }
        erasure.events += digests.len();
        let digests = text(&digests.into());
        let (batch, _) = Batch::of(erasure::empty(erasure.tenant, &digests));
        Step::send(call.admin.shard, batch, move |_| {
            go_on(call, erasure, has_more)
        })
    })
}

/// Goes on where there are more events and it may.
fn go_on<'c>(call: &'c Call<'c>, mut erasure: Erasure, has_more: bool) -> Outcome<'c> {
    if !has_more || erasure.left < PAGE + LOOK {
        return finish(call, erasure, has_more);
    }
    if erasure.end.is_some_and(|end| erasure.behind >= end) {
        erasure.spans.clear();
        return page(call, erasure);
    }
    look(call, erasure)
}

/// Words without letter case: SQL knows that of ASCII alone.
fn fold_words(words: &str) -> Vec<String> {
    let words = json::parse(words).unwrap_or_default();
    let words = words.as_array().into_iter().flatten();
    let words = words.filter_map(Value::as_str);
    let beyond = words.filter(|word| !word.is_ascii());
    beyond.map(fold_str).list()
}

/// What stands in a text in place of the letters beyond ASCII in the words: each of another case,
/// and each as it is in a path, with the letter that is in folded words behind it; then each with
/// its marks behind it, as a Mac writes it, the longest first. A JSON array.
fn letters(words: &str) -> String {
    let mut letters: Vec<char> = Vec::new();
    let marks = apart(words);
    for letter in words.chars().chain(marks.chars()) {
        if letter.is_ascii() {
            continue;
        }
        if !letters.contains(&letter) {
            letters.push(letter);
        }
    }
    let mut pairs = Vec::new();
    if letters.is_empty() {
        return text(&pairs.into());
    }
    // All letters at once: to ask for the case of each would cost more than the erasure.
    let mut all = String::new();
    for letter in LETTERS {
        all.extend([letter, '\n']);
    }
    let images = former_image(&all);
    for (letter, image) in LETTERS.zip(images.split('\n')) {
        let mut characters = image.chars();
        let only = characters.next().filter(|_| characters.next().is_none());
        if !letters.contains(&letter) && !only.is_some_and(|only| letters.contains(&only)) {
            continue;
        }
        let mut bytes = [0; 4];
        let letter: &str = letter.encode_utf8(&mut bytes);
        let mut path = String::new();
        for byte in letter.bytes() {
            path.extend(["%", &base16ct::lower::encode_string(&[byte])]);
        }
        for from in [letter, path.as_str()] {
            if from != image {
                pairs.extend([Value::from(from), image.into()]);
            }
        }
    }
    let mut images = Vec::new();
    for letter in letters {
        let letter = String::from(letter);
        let (image_before, image) = (former_image(&apart(&letter)), fold_str(&letter));
        if image_before != image {
            let place = images
                .iter()
                .position(|(other, _): &(String, _)| other.len() < image_before.len());
            images.insert(place.unwrap_or(images.len()), (image_before, image));
        }
    }
    for (image_before, image) in images {
        pairs.extend([Value::from(image_before), image.into()]);
    }
    text(&pairs.into())
}

/// Empties what is kept elsewhere, and tells of it.
fn finish<'c>(call: &'c Call<'c>, erasure: Erasure, has_more: bool) -> Outcome<'c> {
    let words = ["[", &erasure.words.join(","), "]"].concat();
    let mut batch = Batch::default();
    let letters = letters(&words);
    let words = Words {
        words: &words,
        letters: &letters,
    };
    let counts = add_erasure(&mut batch, erasure.tenant, &erasure.id, words);
    let kind = erasure.kind.filter(|_| !has_more && !erasure.is_told);
    if let Some(kind) = kind {
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
            Step::show(text(&with(vec![
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
