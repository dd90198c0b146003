//! The keys of issuers (RFC 7517 §5): fetched, kept, and asked for by name.
//!
//! A set is fetched when it is an hour old, when a key is not in it, and when one did not sign what
//! names it; never more than once a minute, whoever asks and however often. What was kept serves a
//! day while its server is away.

use scim::json;
use serde_json::Value;

use crate::address;
use crate::base64;
use crate::context::Context;
use crate::outside::{Algorithm, FetchFailure, Moment};
use crate::settings::Settings;
use store::directory::key_sets::{self, CachedKeySet, KeyName};
use store::{Database, Row};

use super::refusal::GrantRefusal;

/// Bytes of the largest set; that of Entra ID has some 20,000.
const LARGEST: usize = 256 * 1024;
/// Milliseconds after which a set is fetched anew.
const HOUR: u64 = 3_600_000;
/// Milliseconds for which a set serves that cannot be fetched anew.
const DAY: u64 = 86_400_000;
/// Milliseconds between two fetches of a set.
const MINUTE: u64 = 60_000;
/// How often whoever comes while a set is on its way looks for it, and milliseconds between.
const LOOKS: u32 = 10;
const LOOK: u32 = 300;
/// Bits of the shortest modulus (RFC 7518 §3.3), and of the longest that is worth its time.
const BITS: std::ops::RangeInclusive<usize> = 2_048..=8_192;

/// The sentence for a key that is in no set.
const UNKNOWN: &str = "The key that signed the assertion (its kid) is not in the key set of the issuer. A new key is looked \
                       for once a minute: send the request again in a minute.";

/// The sentence where there is no set, and none is asked for yet.
const AWAY: &str = "The key set of the issuer could not be fetched, and is asked for once a minute: send the request again in \
                    a minute.";

/// The key of this name. `entry` is what the database has of its set.
pub(super) async fn find<D: Database>(
    context: &Context<'_, D>,
    own: &str,
    name: KeyName<'_>,
    mut entry: CachedKeySet,
) -> Result<String, GrantRefusal> {
    let now = context.clock.now();
    let before = |milliseconds| Moment::at(now.milliseconds.saturating_sub(milliseconds)).text;
    if entry.fetched_at > before(HOUR)
        && let Some(key) = entry.key
    {
        return Ok(key);
    }
    let address = entry.address.clone();
    let mut failure = None;
    match fetch(context, own, name, &address).await? {
        Some(Ok(set)) => entry = set,
        Some(Err(reason)) => failure = Some(reason),
        None => {
            // Somebody has asked for the set within the last minute: where it may still be on its
            // way, it is waited for. Where the key is known, only the hour is over.
            let recent = before(u64::from(LOOKS * LOOK));
            let is_coming = |entry: &CachedKeySet| {
                let came_at = entry.fetched_at.as_str().max(&entry.failed_at);
                let is_recent = entry.asked_at > recent && came_at < entry.asked_at.as_str();
                entry.key.is_none() && (is_recent || entry.asked_at.is_empty())
            };
            for _ in 0..LOOKS {
                if !is_coming(&entry) {
                    break;
                }
                context.database.pause(LOOK).await;
                entry = first(context.ask(key_sets::read(&address, name)).await?)?;
            }
        }
    }
    // What was kept serves for a day.
    let is_good = entry.fetched_at > before(DAY);
    let failure = failure.unwrap_or(if is_good { UNKNOWN } else { AWAY });
    let key = entry.key.filter(|_| is_good);
    key.ok_or(GrantRefusal::Client(failure))
}

/// The key of this name as its issuer has it now, if the set may be asked for: for a key that did
/// not sign what names it, and may have been changed behind its name.
pub(super) async fn find_anew<D: Database>(
    context: &Context<'_, D>,
    own: &str,
    name: KeyName<'_>,
    address: &str,
) -> Result<Option<String>, GrantRefusal> {
    let reply = fetch(context, own, name, address).await?;
    Ok(reply.and_then(Result::ok).and_then(|set| set.key))
}

/// Fetches a set and keeps it, or says why it did not come; nothing is done where it was asked for
/// within the last minute.
async fn fetch<D: Database>(
    context: &Context<'_, D>,
    own: &str,
    name: KeyName<'_>,
    address: &str,
) -> Result<Option<Result<CachedKeySet, &'static str>>, GrantRefusal> {
    let now = context.clock.now();
    let since = Moment::at(now.milliseconds.saturating_sub(MINUTE)).text;
    let claim = key_sets::claim(address, &now.text, &since);
    if context.ask(claim).await?.is_empty() {
        return Ok(None);
    }
    let is_allowed = check_address(context.settings, address, own).is_ok();
    let got = if is_allowed {
        context.fetch.get(address, LARGEST).await.map_err(words)
    } else {
        Err(
            "The address of the issuer's key set may not be fetched from. Ask whoever runs this service.",
        )
    };
    let (statement, failure) = match got.and_then(key_set) {
        Ok(set) => (key_sets::store(address, &set, name, &now.text), None),
        Err(reason) => (key_sets::note_failure(address, &now.text), Some(reason)),
    };
    let rows = context.ask(statement).await?;
    Ok(Some(match failure {
        None => Ok(first(rows)?),
        Some(reason) => Err(reason),
    }))
}

/// What is kept, of the row of a statement about it.
fn first(rows: Vec<Row>) -> Result<CachedKeySet, GrantRefusal> {
    let mut rows = rows.into_iter();
    let row = rows.next().as_mut().map(CachedKeySet::read);
    Ok(row.transpose()?.unwrap_or_default())
}

/// Why a set was not fetched.
fn words(failure: FetchFailure) -> &'static str {
    match failure {
        FetchFailure::TooLong => {
            const { assert!(LARGEST == 256 * 1024, "the sentence has the number") };
            "The key set of the issuer is larger than the 256 kB that are read. Ask the issuer for a smaller one."
        }
        FetchFailure::Redirect => {
            "The address of the issuer's key set sends on to another, which is not followed. Ask whoever runs this service to set down that one."
        }
        FetchFailure::Status => {
            "The server of the issuer's key set answers otherwise than with 200. Send the request again later."
        }
        FetchFailure::Unreachable => {
            "The server of the issuer's key set cannot be reached. Send the request again later."
        }
    }
}

/// The text of a key set, if it is one.
fn key_set(bytes: Vec<u8>) -> Result<String, &'static str> {
    let text = String::from_utf8(bytes).unwrap_or_default();
    let is_set =
        json::object(&text).is_some_and(|set| set.get("keys").is_some_and(Value::is_array));
    is_set.then_some(text).ok_or(
        "The address of the issuer's key set has no key set: a JSON object with keys (RFC 7517 5). Ask whoever runs this service to set down another.",
    )
}

/// Whether a set may be fetched from an address.
pub(crate) fn check_address(settings: &Settings, set: &str, own: &str) -> Result<(), &'static str> {
    let base = settings.base_url.as_deref().unwrap_or(own);
    address::check(set, &[own, base], settings.local_addresses)
}

/// Refuses a key that is not of the algorithm's kind, or too short to be worth anything.
pub(super) fn check_key(key: &str, algorithm: Algorithm) -> Result<(), &'static str> {
    let key = json::object(key).unwrap_or_default();
    let text = |name: &str| key.get(name).and_then(Value::as_str).unwrap_or_default();
    let is_of_kind = match algorithm {
        Algorithm::Rs256 => text("kty") == algorithm.kty(),
        Algorithm::Es256 => text("kty") == algorithm.kty() && text("crv") == "P-256",
    };
    // RFC 7517 §4.4: a key may be meant for one algorithm alone.
    if !is_of_kind || !["", algorithm.name()].contains(&text("alg")) {
        return Err(
            "The key that the assertion names is of another kind than its alg. Sign with a key of that kind.",
        );
    }
    if algorithm == Algorithm::Rs256 && !BITS.contains(&bits(text("n"))) {
        const {
            assert!(
                *BITS.start() == 2_048 && *BITS.end() == 8_192,
                "the sentence has the numbers"
            );
        };
        return Err(
            "The RSA key that the assertion names must have from 2,048 to 8,192 bits. Sign with another.",
        );
    }
    Ok(())
}

/// Bits of a number in base64url.
fn bits(number: &str) -> usize {
    let bytes = base64::decode(number).unwrap_or_default();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let first = bytes
        .get(zeros)
        .map_or(0, |byte| byte.leading_zeros() as usize);
    8 * (bytes.len() - zeros) - first
}
