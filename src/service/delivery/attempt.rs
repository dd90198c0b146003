//! One attempt: what is posted, where it may go, and what a reply means.

use scim::json::{self, ObjectText};
use scim::part;
use serde_json::Value;

use crate::address;
use crate::now;
use crate::outside::{PostReply, is_taken};
use crate::settings::Settings;
use store::ledger::feed::{EventFilter, FeedMark};

/// Milliseconds between an attempt that failed and the next, by how many failed; then no more
/// (Standard Webhooks, "Retries").
const WAITS: [u64; 9] = [
    5_000,
    5 * 60_000,
    30 * 60_000,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
];
const HOUR: u64 = 3_600_000;
/// Bytes of an event with its resource: a delivery has at most 20 kB.
const MOST: usize = 19_500;
/// Bytes of a reply that are shown.
const SHOWN: usize = 256;

/// An event that is posted.
pub(super) struct WebhookEvent {
    pub(super) mark: FeedMark,
    pub(super) tenant: i64,
    pub(super) text: String,
    pub(super) seal: Option<String>,
}

/// Refuses an address that nothing may be posted to. The rules may be others than when it was
/// stored.
pub(crate) fn check_url(settings: &Settings, url: &str, own: &str) -> Result<(), &'static str> {
    let base = settings.base_url.as_deref().unwrap_or(own);
    address::check(url, &[own, base], settings.local_addresses)
}

/// What an endpoint hears of: `types` is a JSON array.
pub(crate) fn event_filter(types: &str, webhook: &str) -> EventFilter {
    let types = json::parse(types).unwrap_or_default();
    let types = types.as_array().into_iter().flatten();
    EventFilter {
        types: types.filter_map(Value::as_str).map(str::to_owned).collect(),
        webhook: Some(webhook.to_owned()),
    }
}

/// The id of an event, and the body of its delivery.
pub(crate) fn body(event: &str, seal: Option<&str>) -> (String, String) {
    let member = |name: &str| {
        // In a text quotes are escaped, so this is the member itself.
        let (_, behind) = part::split(event, name)?;
        behind.split_once('"').map(|(value, _)| value)
    };
    let id = member("\"id\":\"").unwrap_or_default();
    let body = ObjectText::new()
        .text("type", member("\"type\":\"").unwrap_or_default())
        .text("timestamp", member("\"at\":\"").unwrap_or_default())
        .member("data", event)
        .member("chain", seal.unwrap_or("null"));
    (id.to_owned(), body.end())
}

/// The beginning of a reply.
pub(crate) fn first_bytes(mut reply: String) -> String {
    let mut end = SHOWN.min(reply.len());
    while !reply.is_char_boundary(end) {
        end -= 1;
    }
    reply.truncate(end);
    // No stored text has a U+0000.
    part::replace(&reply, "\0", "")
}

/// Adds the resource as it is now, where the whole is small enough for a delivery.
pub(super) fn add_now(event: &mut String, now: &str) {
    if event.len() + now.len() <= MOST {
        now::add_to(event, now);
    }
}

/// What is done after a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The next event.
    GoOn,
    /// Another attempt, in so many milliseconds.
    Again(u64),
    /// No more to this endpoint.
    Disable,
}

/// What is done after the reply to the attempt of this number, from one. `chance` is from 0 to 255.
pub(super) fn verdict(reply: Option<&PostReply>, attempt: i64, chance: u8) -> Verdict {
    let status = reply.map_or(0, |reply| reply.status);
    if is_taken(reply) {
        return Verdict::GoOn;
    }
    let index = usize::try_from(attempt - 1).unwrap_or_default();
    let wait = match WAITS.get(index) {
        Some(wait) if status != 410 => *wait,
        _ => return Verdict::Disable,
    };
    // Who failed together does not come again together.
    let wait = wait + wait * u64::from(chance) / 2_560;
    let retry_after = reply
        .and_then(|reply| reply.retry_after)
        .filter(|_| matches!(status, 429 | 502 | 503 | 504))
        .map_or(0, |seconds| seconds.saturating_mul(1_000));
    Verdict::Again(wait.max(retry_after.min(24 * HOUR)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, retry_after: Option<u64>) -> PostReply {
        PostReply {
            status,
            retry_after,
            reply: String::new(),
        }
    }

    #[test]
    fn what_a_reply_means() {
        for status in [200, 204, 299] {
            assert_eq!(verdict(Some(&reply(status, None)), 10, 9), Verdict::GoOn);
        }
        for status in [302, 400, 404, 500] {
            let again = Verdict::Again(5_000);
            assert_eq!(verdict(Some(&reply(status, Some(60))), 1, 0), again);
        }
        assert_eq!(verdict(None, 1, 0), Verdict::Again(5_000));
        assert_eq!(verdict(Some(&reply(410, None)), 1, 0), Verdict::Disable);
        for status in [429, 502, 504] {
            let at_least = |seconds| verdict(Some(&reply(status, Some(seconds))), 1, 0);
            assert_eq!(at_least(60), Verdict::Again(60_000));
            assert_eq!(at_least(1), Verdict::Again(5_000));
            assert_eq!(at_least(u64::MAX), Verdict::Again(24 * HOUR));
        }
        assert_eq!(
            verdict(None, 9, 255),
            Verdict::Again(24 * HOUR + 24 * HOUR * 255 / 2_560)
        );
        assert_eq!(verdict(None, 10, 0), Verdict::Disable);
        let all: u64 = WAITS.iter().sum();
        assert_eq!(all, 75 * HOUR + 35 * 60_000 + 5_000);
    }

    #[test]
    fn a_body_is_made_of_its_event() {
        let event = r#"{"v":1,"id":"evt_1_2","tenant_external_id":"\"type\":\"no","at":"then","type":"user.created"}"#;
        let (id, body) = body(event, Some(r#"{"seq":1,"head":"ab"}"#));
        assert_eq!(id, "evt_1_2");
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body["type"], "user.created");
        assert_eq!(body["timestamp"], "then");
        assert_eq!(body["data"]["id"], "evt_1_2");
        assert_eq!(body["chain"]["head"], "ab");
    }

    #[test]
    fn the_beginning_of_a_reply_is_whole_characters() {
        assert_eq!(first_bytes("é".repeat(200)).len(), 256);
        assert_eq!(first_bytes(format!("a{}", "é".repeat(200))).len(), 255);
        assert_eq!(first_bytes("a\0b".to_owned()), "ab");
    }
}
