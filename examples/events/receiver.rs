//! Takes webhooks: verifies the signature (Standard Webhooks), and tells who was deactivated.
//!
//! ```text
//! WEBHOOK_SECRET=whsec_… cargo run --example receiver -- 3000
//! ```
//!
//! An application has a server already; this one knows what is needed to show the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

/// Seconds by which a message may be old: what was recorded is not taken again later.
const LEAVE: u64 = 300;
/// Bytes of the largest message.
const LARGEST: usize = 64_000;

fn main() -> Result<(), Box<dyn Error>> {
    let secret = std::env::var("WEBHOOK_SECRET");
    let secret = secret.map_err(|_| "set WEBHOOK_SECRET in the environment")?;
    let key = STANDARD.decode(secret.strip_prefix("whsec_").ok_or("whsec_ is missing")?)?;
    let port = std::env::args().nth(1).unwrap_or_else(|| "3000".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}"))?;
    println!("listening on {}", listener.local_addr()?.port());
    // Ids of what was done: the same event comes again where our answer was lost.
    let mut done = BTreeSet::new();
    for stream in listener.incoming() {
        if let Err(error) = take(&mut stream?, &key, &mut done) {
            eprintln!("{error}");
        }
    }
    Ok(())
}

/// Takes one message.
#[expect(clippy::disallowed_methods, reason = "the clock of the application")]
fn take(
    stream: &mut TcpStream,
    key: &[u8],
    done: &mut BTreeSet<String>,
) -> Result<(), Box<dyn Error>> {
    let (headers, body) = read(stream)?;
    let header = |name: &str| headers.get(name).map(String::as_str).unwrap_or_default();
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let is_fresh = header("webhook-timestamp")
        .parse()
        .is_ok_and(|sent| now.abs_diff(sent) <= LEAVE);
    let mut signed = Hmac::<Sha256>::new_from_slice(key)?;
    for part in [
        header("webhook-id"),
        ".",
        header("webhook-timestamp"),
        ".",
        &body,
    ] {
        signed.update(part.as_bytes());
    }
    // After the secret was rotated there are two. They are compared in constant time.
    let is_signed = header("webhook-signature").split(' ').any(|signature| {
        let given = signature
            .strip_prefix("v1,")
            .map(|text| STANDARD.decode(text));
        matches!(given, Some(Ok(given)) if signed.clone().verify_slice(&given).is_ok())
    });
    if !is_fresh || !is_signed {
        return Ok(stream.write_all(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")?);
    }
    let message: Value = serde_json::from_str(&body)?;
    if done.insert(header("webhook-id").to_owned()) {
        let name = text(&message, "/data/resource/name");
        match text(&message, "/type") {
            "user.deactivated" => println!("{name} was deactivated: end the sessions"),
            kind => println!("{kind}"),
        }
    }
    Ok(stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n")?)
}

/// The headers of a request, by their names in small letters, and the body.
fn read(stream: &TcpStream) -> Result<(BTreeMap<String, String>, String), Box<dyn Error>> {
    let mut reader = BufReader::new(stream);
    let mut headers = BTreeMap::new();
    let mut line = String::new();
    while reader.read_line(&mut line)? > 2 {
        if let Some((name, value)) = line.split_once(':') {
            headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        }
        line.clear();
    }
    let length: usize = headers.get("content-length").ok_or("no length")?.parse()?;
    let mut body = vec![0; length.min(LARGEST)];
    reader.read_exact(&mut body)?;
    Ok((headers, String::from_utf8(body)?))
}

/// The text at a place; empty where there is none.
fn text<'v>(value: &'v Value, place: &str) -> &'v str {
    value
        .pointer(place)
        .and_then(Value::as_str)
        .unwrap_or_default()
}
