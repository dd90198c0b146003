//! An issuer of assertions and the server of its keys, without cryptography: what is signed with a
//! key is a digest of the key's public half and the text. The built Worker is asked with real keys
//! (`tests/worker/oauth.rs`).

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::task::Poll;

use serde_json::{Value, json};
use service::outside::{Algorithm, Fetch, FetchFailure, Keys, LocalBoxFuture, Post, PostReply};
use sha2::{Digest, Sha256};

/// Other servers: what they answer, by address. One that is not named cannot be reached.
#[derive(Default)]
pub struct Servers {
    /// What they answer.
    pub answers: RefCell<BTreeMap<String, Result<String, FetchFailure>>>,
    /// How many times one was asked.
    pub asked: Cell<usize>,
    /// What was posted.
    pub posts: RefCell<Vec<Post>>,
    /// The address of a receiver who is slow, or what stands in the bodies that he is slow with:
    /// all other replies come first.
    pub slow: RefCell<String>,
    /// Who replies to what is posted; without, everything is well received.
    pub receiver: RefCell<Option<Receiver>>,
}

/// Who replies to what is posted.
pub type Receiver = Box<dyn FnMut(&Post) -> Option<PostReply>>;

impl Fetch for Servers {
    fn get<'f>(
        &'f self,
        address: &'f str,
        most: usize,
    ) -> LocalBoxFuture<'f, Result<Vec<u8>, FetchFailure>> {
        self.asked.set(self.asked.get() + 1);
        let answer = self.answers.borrow().get(address).cloned();
        let answer = answer.unwrap_or(Err(FetchFailure::Unreachable));
        Box::pin(async move {
            match answer?.into_bytes() {
                bytes if bytes.len() > most => Err(FetchFailure::TooLong),
                bytes => Ok(bytes),
            }
        })
    }

    fn post<'f>(&'f self, post: &'f Post) -> LocalBoxFuture<'f, Option<PostReply>> {
        let slow = self.slow.borrow();
        let is_slow = post.address == *slow || !slow.is_empty() && post.body.contains(&*slow);
        drop(slow);
        Box::pin(async move {
            let_others_go_on(if is_slow { 1_000 } else { 0 }).await;
            self.reply(post)
        })
    }
}

/// Waits while others go on, for so many times that it is asked.
pub(crate) async fn let_others_go_on(mut times: usize) {
    poll_fn(|context| {
        if times == 0 {
            return Poll::Ready(());
        }
        times -= 1;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

impl Servers {
    /// The reply to what was posted.
    fn reply(&self, post: &Post) -> Option<PostReply> {
        self.posts.borrow_mut().push(post.clone());
        let well = PostReply {
            status: 204,
            ..PostReply::default()
        };
        let mut receiver = self.receiver.take();
        let reply = receiver
            .as_mut()
            .map_or(Some(well), |receiver| receiver(post));
        self.receiver.replace(receiver);
        reply
    }
}

/// Verifies what `signature` makes.
#[derive(Default)]
pub struct Digests {
    /// How many times it was asked.
    pub asked: Cell<usize>,
}

impl Keys for Digests {
    fn verify<'k>(
        &'k self,
        algorithm: Algorithm,
        key: &'k str,
        text: &'k str,
        signed: Vec<u8>,
    ) -> LocalBoxFuture<'k, bool> {
        self.asked.set(self.asked.get() + 1);
        let key = serde_json::from_str(key).unwrap();
        let is_good = signed == signature(algorithm.name(), &key, text);
        Box::pin(async move { is_good })
    }
}

/// The signature of a text by a key.
fn signature(algorithm: &str, key: &Value, text: &str) -> Vec<u8> {
    let key = key.get("n").or(key.get("x")).unwrap_or(&Value::Null);
    Sha256::digest(format!("{algorithm} {key} {text}")).to_vec()
}

/// An RSA key of so many bits, named after its seed.
pub fn rsa_key(kid: &str, bits: usize) -> Value {
    let mut modulus = vec![0x55; bits.div_ceil(8)];
    let digest = Sha256::digest(kid);
    modulus[1..33].copy_from_slice(&digest);
    modulus[0] = 1 << ((bits - 1) % 8);
    json!({ "kty": "RSA", "use": "sig", "kid": kid, "n": base64url(&modulus), "e": "AQAB" })
}

/// A key of the curve P-256.
pub fn ec_key(kid: &str) -> Value {
    let (x, y) = (base64url(&Sha256::digest(kid)), base64url(&[7; 32]));
    json!({ "kty": "EC", "use": "sig", "kid": kid, "crv": "P-256", "x": x, "y": y })
}

/// An assertion with this header and these claims, signed with a key by the algorithm of the
/// header.
pub fn assertion(header: &Value, claims: &Value, key: &Value) -> String {
    let part = |value: &Value| base64url(value.to_string().as_bytes());
    let text = format!("{}.{}", part(header), part(claims));
    let algorithm = header["alg"].as_str().unwrap_or_default();
    let signature = base64url(&signature(algorithm, key, &text));
    format!("{text}.{signature}")
}

/// Base64url without padding (RFC 7515 §2).
pub fn base64url(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut whole = [0; 4];
        whole[1..=chunk.len()].copy_from_slice(chunk);
        let number = u32::from_be_bytes(whole);
        for digit in 0..=chunk.len() {
            let index = number >> (18 - 6 * digit) & 63;
            text.push(char::from(DIGITS[index as usize]));
        }
    }
    text
}
