//! The chain: events are sealed after they were written, in blocks, each of which holds to the one
//! before it.
//!
//! A leaf is the digest of an event, in which its body is a digest by itself, so that a body can be
//! emptied and the seal still holds. A head is the digest of the head before and the leaves. Its
//! code is made with a key that the database does not have: who edits events and makes all heads
//! anew has none for them.

use sha2::{Digest, Sha256};

use crate::cursor::hmac;
use crate::master::{Master, MasterKey};
use store::ledger::seals::{Leaf, Seal};

/// What is wrong with a seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The events are not those that were sealed.
    Events,
    /// The seal is not one that this deployment made.
    Seal,
    /// An event was emptied by somebody else.
    Emptied,
    /// The key that it was made with is not known any more.
    Key,
}

/// The seal over events behind another one; none where one of them is missing.
pub(crate) fn seal_over(
    key: &MasterKey,
    tenant: i64,
    (prev_seq, head): (i64, &str),
    leaves: &[Leaf],
) -> Option<Seal> {
    let head = head_over(head, prev_seq, leaves)?;
    Some(Seal {
        prev_seq,
        last_seq: leaves.last()?.seq,
        mac: code(key, tenant, &head)?,
        head,
        key: key.fingerprint(),
        start: None,
    })
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
        let content = match (&leaf.content, &leaf.digest) {
            (Some(content), _) => digest_of(content.as_bytes()),
            (None, mark) => digest_in(mark.as_deref()).to_owned(),
        };
        digest.update(digest_of(
            [leaf.fields.as_bytes(), content.as_bytes()]
                .concat()
                .as_slice(),
        ));
    }
    Some(base16ct::lower::encode_string(&digest.finalize()))
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

fn code(key: &MasterKey, tenant: i64, head: &str) -> Option<String> {
    let key = key.derive("seal", &tenant.to_string());
    hmac(&key, &[head.as_bytes()]).map(|code| base16ct::lower::encode_string(&code))
}

/// The code that says that the record of a tenant begins behind a number, with this head there:
/// what stood before was trimmed.
pub(crate) fn start_code(key: &MasterKey, tenant: i64, behind: i64, head: &str) -> Option<String> {
    let key = key.derive("start", &tenant.to_string());
    let code = hmac(&key, &[format!("{behind}.{head}").as_bytes()])?;
    Some(base16ct::lower::encode_string(&code))
}

/// Where the record begins, and with which head, if the first seal that is kept says so: behind its
/// events, which were trimmed, or in front of them.
pub(crate) fn start_at(master: &Master, tenant: i64, seal: &Seal) -> Option<(i64, String)> {
    let start = seal.start.as_ref()?;
    let behind = [
        (seal.last_seq, seal.head.clone()),
        (seal.prev_seq, String::new()),
    ];
    behind.into_iter().find(|(behind, head)| {
        let mut codes = master
            .all()
            .map(|key| start_code(&key, tenant, *behind, head));
        codes.any(|code| code.as_ref() == Some(start))
    })
}

/// What is wrong with a seal over these events, behind a head.
pub(crate) fn fault(
    master: &Master,
    tenant: i64,
    before: &str,
    seal: &Seal,
    leaves: &[Leaf],
) -> Option<Fault> {
    let Some(key) = master.known(&seal.key) else {
        return Some(Fault::Key);
    };
    if code(&key, tenant, &seal.head).as_ref() != Some(&seal.mac) {
        return Some(Fault::Seal);
    }
    let is_whole = leaves.last().is_some_and(|last| last.seq == seal.last_seq);
    let head = head_over(before, seal.prev_seq, leaves).filter(|_| is_whole);
    if head.as_ref() != Some(&seal.head) {
        return Some(Fault::Events);
    }
    let is_own = leaves.iter().all(|leaf| is_own(master, tenant, leaf));
    (!is_own).then_some(Fault::Emptied)
}
