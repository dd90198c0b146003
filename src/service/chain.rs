//! The chain: events are sealed after they were written, in blocks, each of which holds to the one
//! before it.
//!
//! A leaf is the digest of an event, in which its body is a digest by itself, so that a body can be
//! emptied and the seal still holds. A head is the digest of the head before and the leaves. Its
//! code is made with a key that the database does not have: who edits events and makes all heads
//! anew has none for them.

use scim::{json, part};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::cursor::hmac;
use crate::master::{Master, MasterKey};
use store::ledger::seals::{Leaf, Seal};
use store::ledger::trimming::Due;

/// What is wrong with a seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SealFault {
    /// The events are not those that were sealed.
    Events,
    /// The seal is not one that this deployment made.
    Seal,
    /// An event was emptied by somebody else.
    Emptied,
    /// An event was emptied with the code of a key that is not known any more, or of none.
    EmptiedKey,
    /// The key that it was made with is not known any more.
    Key,
}

/// The seal over events behind another one; none where one of them is missing. `seal` says when it
/// is made, and of which resources the events are.
pub(crate) fn seal_over(
    key: &MasterKey,
    tenant: i64,
    (prev_seq, head): (i64, &str),
    leaves: &[Leaf],
    seal: Seal,
) -> Option<Seal> {
    let mut seal = Seal {
        prev_seq,
        last_seq: leaves.last()?.seq,
        head: head_over(head, prev_seq, leaves)?,
        key: key.fingerprint(),
        ..seal
    };
    seal.mac = code(key, tenant, &seal_text(&seal))?;
    Some(seal)
}

/// The head over events behind a number; none where one of them is missing.
fn head_over(before: &str, prev_seq: i64, leaves: &[Leaf]) -> Option<String> {
    let mut digest = Sha256::new();
    digest.update(before);
    let mut seq = prev_seq;
    for leaf in leaves {
        seq += 1;
        if leaf.seq != seq {
            return None;
        }
        digest.update(leaf_digest(leaf));
    }
    Some(base16ct::lower::encode_string(&digest.finalize()))
}

fn leaf_digest(leaf: &Leaf) -> String {
    let content = match (&leaf.content, &leaf.digest) {
        (Some(content), _) => digest_of(content.as_bytes()),
        (None, mark) => digest_in(mark.as_deref()).to_owned(),
    };
    digest_of([leaf.fields.as_str(), &content].concat().as_bytes())
}

/// What is left of an event that is emptied: the digest of its body, and where there is a key the
/// code that says that this deployment did it.
pub(crate) fn erasure_mark(key: Option<&MasterKey>, tenant: i64, seq: i64, digest: &str) -> String {
    let code = key.and_then(|key| {
        let key = key.derive("erased", &tenant.to_string());
        hmac(&key, &[format!("{seq}.{digest}").as_bytes()])
    });
    match code {
        Some(code) => [digest, ".", &base16ct::lower::encode_string(&code)].concat(),
        None => digest.to_owned(),
    }
}

/// The digest in it.
pub(crate) fn digest_in(mark: Option<&str>) -> &str {
    mark.and_then(|mark| mark.split('.').next())
        .unwrap_or_default()
}

/// Whether an event has its body, or this deployment emptied it.
fn is_own(master: &Master, tenant: i64, leaf: &Leaf) -> bool {
    let digest = digest_in(leaf.digest.as_deref());
    leaf.content.is_some()
        || master.all().any(|key| {
            let mark = erasure_mark(Some(&key), tenant, leaf.seq, digest);
            leaf.digest.as_ref() == Some(&mark)
        })
}

pub(crate) fn digest_of(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(&Sha256::digest(bytes))
}

fn code(key: &MasterKey, tenant: i64, text: &str) -> Option<String> {
    let key = key.derive("seal", &tenant.to_string());
    hmac(&key, &[text.as_bytes()]).map(|code| base16ct::lower::encode_string(&code))
}

/// What the code of a seal is over: all that it says, but where the record begins, which has a code
/// of its own.
fn seal_text(seal: &Seal) -> String {
    let said = vec![
        Value::from(seal.prev_seq),
        seal.last_seq.into(),
        seal.head.as_str().into(),
        seal.at.as_str().into(),
        seal.resources.as_deref().into(),
    ];
    json::text(&said.into())
}

/// Whether the code of a seal covers all that it says, or its head alone, as codes did before. A
/// fault where it is no code of this deployment's: a seal of one kind never passes for one of the
/// other.
fn code_covers_all(master: &Master, tenant: i64, seal: &Seal) -> Result<bool, SealFault> {
    let key = master.by_fingerprint(&seal.key).ok_or(SealFault::Key)?;
    let is_over = |text: &str| code(&key, tenant, text).as_ref() == Some(&seal.mac);
    match is_over(&seal_text(seal)) {
        true => Ok(true),
        false if is_over(&seal.head) => Ok(false),
        false => Err(SealFault::Seal),
    }
}

/// Whether a seal says of a block that none of its events are of a resource whose id ends so, and
/// this deployment said it.
pub(crate) fn has_none_of(master: &Master, tenant: i64, seal: &Seal, end: &str) -> bool {
    let resources = seal.resources.as_deref();
    resources.is_some_and(|resources| !part::has(resources, end))
        && code_covers_all(master, tenant, seal) == Ok(true)
}

/// The code that says that the record of a tenant begins behind a number, with this head there:
/// what stood before was trimmed.
pub(crate) fn start_code(key: &MasterKey, tenant: i64, behind: i64, head: &str) -> Option<String> {
    let key = key.derive("start", &tenant.to_string());
    let code = hmac(&key, &[format!("{behind}.{head}").as_bytes()])?;
    Some(base16ct::lower::encode_string(&code))
}

/// The same where the events up to a seal were trimmed, and behind a dot the digest of the last of
/// them, where that is the newest of the tenant, which stays.
pub(crate) fn start_behind(key: &MasterKey, due: &Due) -> Option<String> {
    let newest = due.newest.as_ref().map(leaf_digest).unwrap_or_default();
    let code = start_code(
        key,
        due.tenant,
        due.upto,
        &[&due.head, ".", &newest].concat(),
    )?;
    Some([&code, ".", &newest].concat())
}

/// Where a record begins.
pub(crate) struct Start {
    /// Behind this number.
    pub(crate) behind: i64,
    /// With this head.
    pub(crate) head: String,
    /// Whether its seal and those of its events that are left are as they were.
    pub(crate) is_whole: bool,
}

/// Where the record begins, if the first seal that is kept says so: behind its events, `leaves`,
/// which were trimmed but for the newest of a tenant, or in front of them.
pub(crate) fn start_at(
    master: &Master,
    tenant: i64,
    seal: &Seal,
    leaves: &[Leaf],
) -> Option<Start> {
    let start = seal.start.as_deref()?;
    let (code, newest) = match start.split_once('.') {
        Some((code, newest)) => (code, Some(newest)),
        // Trimmed before the newest was told of.
        None => (start, None),
    };
    let is_code = |behind, text: &str| {
        let mut codes = master
            .all()
            .map(|key| start_code(&key, tenant, behind, text));
        codes.any(|known| known.as_deref() == Some(code))
    };
    let text = newest.map(|newest| [&seal.head, ".", newest].concat());
    if is_code(seal.last_seq, text.as_ref().unwrap_or(&seal.head)) {
        let is_last = |leaf: &Leaf| leaf.seq == seal.last_seq;
        return Some(Start {
            behind: seal.last_seq,
            head: seal.head.clone(),
            // The key that the seal was made with may be none of those that are set by now.
            is_whole: code_covers_all(master, tenant, seal) != Err(SealFault::Seal)
                && match (newest, leaves) {
                    (None | Some(""), []) => true,
                    (None, [leaf]) => is_last(leaf),
                    (Some(newest), [leaf]) => is_last(leaf) && leaf_digest(leaf) == newest,
                    _ => false,
                },
        });
    }
    (newest.is_none() && is_code(seal.prev_seq, "")).then(|| Start {
        behind: seal.prev_seq,
        head: String::new(),
        is_whole: true,
    })
}

/// What is wrong with a seal over these events, behind a head.
pub(crate) fn fault(
    master: &Master,
    tenant: i64,
    before: &str,
    seal: &Seal,
    leaves: &[Leaf],
) -> Option<SealFault> {
    if let Err(fault) = code_covers_all(master, tenant, seal) {
        return Some(fault);
    }
    let is_whole = leaves.last().is_some_and(|last| last.seq == seal.last_seq);
    let head = head_over(before, seal.prev_seq, leaves).filter(|_| is_whole);
    if head.as_ref() != Some(&seal.head) {
        return Some(SealFault::Events);
    }
    let mut foreign = leaves.iter().filter(|leaf| !is_own(master, tenant, leaf));
    let has_code = |leaf: &Leaf| {
        let mark = leaf.digest.as_ref();
        mark.is_some_and(|mark| mark.as_bytes().contains(&b'.'))
    };
    let is_coded = has_code(foreign.next()?) && foreign.all(has_code);
    Some(if is_coded {
        SealFault::EmptiedKey
    } else {
        SealFault::Emptied
    })
}
