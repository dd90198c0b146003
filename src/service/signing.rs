//! How a delivery proves where it comes from: Standard Webhooks
//! (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>).
//!
//! A secret is made of the master key and stored nowhere. Where two are good, since one was changed
//! a short time ago, both sign.

use crate::base64;
use crate::cursor::hmac;
use crate::master::{Master, MasterKey};
use crate::outside::Moment;
use store::ledger::webhooks::{Endpoint, SecretRef};

/// Milliseconds for which a secret is good that is no longer the newest.
pub const BOTH: u64 = 24 * 3_600_000;

/// The secret of an endpoint, as its receiver is told it.
pub(crate) fn secret(key: &MasterKey, id: &str, version: i64) -> String {
    format!("whsec_{}", base64::encode(&bytes(key, id, version)))
}

fn bytes(key: &MasterKey, id: &str, version: i64) -> [u8; 32] {
    key.derive("webhook", &format!("{id}:{version}"))
}

/// The headers of a delivery: name and value, a line each. Nothing where there is no key.
pub(crate) fn headers(
    master: &Master,
    endpoint: &Endpoint,
    now: &Moment,
    (event, body): (&str, &str),
) -> Option<String> {
    let timestamp = (now.milliseconds / 1_000).to_string();
    let newest = master.newest()?;
    let own = &endpoint.secret;
    let is_good = |until: &String| *until > now.text;
    let known = |of: &SecretRef| Some((master.by_fingerprint(&of.key)?, of.version));
    let mut secrets = vec![(newest, own.version)];
    let change = endpoint.key_change.as_ref();
    if own.key != newest.fingerprint() && change.is_none_or(|change| is_good(&change.until)) {
        secrets.extend(known(own));
    }
    if let Some((old, until)) = &endpoint.old
        && is_good(until)
    {
        secrets.extend(known(old));
    }
    let mut signatures = String::new();
    for (key, version) in secrets {
        let signature = sign(&bytes(&key, &endpoint.id, version), event, &timestamp, body)?;
        let joint = if signatures.is_empty() { "" } else { " " };
        signatures.extend([joint, &signature]);
    }
    Some(
        [
            "Content-Type\napplication/json\nUser-Agent\nscim-worker\nwebhook-id\n",
            event,
            "\nwebhook-timestamp\n",
            &timestamp,
            "\nwebhook-signature\n",
            &signatures,
        ]
        .concat(),
    )
}

/// A signature.
fn sign(secret: &[u8], id: &str, timestamp: &str, body: &str) -> Option<String> {
    let parts = [id, ".", timestamp, ".", body].map(str::as_bytes);
    Some(format!("v1,{}", base64::encode(&hmac(secret, &parts)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::ledger::webhooks::KeyChange;

    /// The example of the specification.
    #[test]
    fn it_signs_as_the_specification_does() {
        let secret = base64::decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature = sign(
            &secret,
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "1614265330",
            "{\"test\": 2432232314}",
        );
        let wanted = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(signature.as_deref(), Some(wanted));
    }

    fn endpoint(key: &str, version: i64) -> Endpoint {
        let secret = SecretRef {
            version,
            key: key.to_owned(),
        };
        Endpoint {
            id: "whk_1".to_owned(),
            secret,
            ..Endpoint::default()
        }
    }

    fn signatures(master: &Master, endpoint: &Endpoint, now: u64) -> Vec<String> {
        let headers = headers(master, endpoint, &Moment::at(now), ("evt_1_1", "{}")).unwrap();
        let (_, signatures) = headers.rsplit_once('\n').unwrap();
        signatures.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn both_secrets_sign_for_a_day() {
        let [old, new] = ["ab", "cd"].map(|digits| digits.repeat(32));
        let one = Master::parse(&old).unwrap();
        let fingerprint = one.newest().unwrap().fingerprint();
        let first = endpoint(&fingerprint, 1);
        let before = signatures(&one, &first, 5_000);
        assert_eq!(before.len(), 1);
        // Another secret: both, until the day is over.
        let rotated = Endpoint {
            old: Some((first.secret.clone(), Moment::at(BOTH).text)),
            ..endpoint(&fingerprint, 2)
        };
        let both = signatures(&one, &rotated, 5_000);
        assert_eq!((both.len(), &both[1]), (2, &before[0]));
        assert_eq!(signatures(&one, &rotated, BOTH).len(), 1);
        // Another master key: both, as long as that is not noted for over a day.
        let two = Master::parse(&format!("{new},{old}")).unwrap();
        let both = signatures(&two, &first, 5_000);
        assert_eq!((both.len(), &both[1]), (2, &before[0]));
        let noted = Endpoint {
            key_change: Some(KeyChange {
                until: Moment::at(BOTH).text,
                newest: two.newest().unwrap().fingerprint(),
            }),
            ..first
        };
        assert_eq!(signatures(&two, &noted, 5_000), both);
        assert_eq!(signatures(&two, &noted, BOTH).len(), 1);
    }
}
