//! scim-worker: a SCIM 2.0 service provider, run as one Cloudflare Worker over one D1 database.
//!
//! This file is the Worker's entry: a platform request comes in, a platform reply goes out, and what the rest must not
//! reach for itself (clock, randomness, settings, the database) is handed over. `ARCHITECTURE.md` shows the rooms.

pub mod d1;
pub mod http;
pub mod service;
pub mod store;

use std::cell::Cell;

use serde_json::json;
use uuid::Builder;
use worker::{Context, Env, Headers, event};

use http::request::{Body, Request};
use http::{Environment, MAX_LARGE_BODY};
use service::{Mint, Moment, Settings};
use store::{Cost, Database};

/// Ids and versions out of the platform's randomness.
struct PlatformMint {
    milliseconds: Cell<u64>,
    sequence: Cell<u16>,
}

impl PlatformMint {
    fn random<const N: usize>() -> [u8; N] {
        let mut bytes = [0; N];
        // Without randomness there are no new ids; the database then refuses the second use of one.
        let _ = getrandom::fill(&mut bytes);
        bytes
    }
}

impl Mint for PlatformMint {
    fn id(&self) -> String {
        let mut random = Self::random::<10>();
        // RFC 9562 §6.2 method 1: the ids of one request ascend, though its clock stands still.
        let sequence = self.sequence.get();
        self.sequence.set(sequence.wrapping_add(1) & 0x0fff);
        if sequence == 0x0fff {
            self.milliseconds.set(self.milliseconds.get() + 1);
        }
        let [high, low] = sequence.to_be_bytes();
        let [first, second, ..] = &mut random;
        (*first, *second) = (high, low);
        Builder::from_unix_timestamp_millis(self.milliseconds.get(), &random)
            .into_uuid()
            .hyphenated()
            .to_string()
    }

    fn version(&self) -> String {
        http::auth::hex(&Self::random::<8>())
    }
}

/// Answers a request.
#[event(fetch)]
pub async fn fetch(
    mut incoming: worker::Request,
    env: Env,
    context: Context,
) -> worker::Result<worker::Response> {
    let now = moment();
    let database = d1::D1::new(&env)?;
    let settings = Settings {
        accept_user_groups: flag(&env, "ACCEPT_USER_GROUPS"),
        ..Settings::default()
    };
    let secret = env
        .secret("SCIM_TOKEN")
        .ok()
        .map(|secret| secret.to_string());
    let request = read(&mut incoming).await?;
    let random = u16::from_be_bytes(PlatformMint::random::<2>());
    let mint = PlatformMint {
        milliseconds: Cell::new(now.milliseconds),
        // The upper half is left to count into.
        sequence: Cell::new(random & 0x07ff),
    };
    let started = now.milliseconds;
    let environment = Environment {
        database: &database,
        settings: &settings,
        secret: secret.as_deref(),
        mint: &mint,
        now,
    };
    let (reply, trace) = http::respond(&environment, &request).await;
    let cost = database.cost();
    let milliseconds = moment().milliseconds.saturating_sub(started);
    let line = http::log::line(
        &request,
        &reply,
        &trace,
        cost,
        &environment.now,
        milliseconds,
    );
    if trace.cause.is_some() {
        worker::console_error!("{line}");
    } else {
        worker::console_log!("{line}");
    }
    if let Some(hash) = trace.stale_token {
        note_use(&env, &context, &hash, &environment.now)?;
    }
    write(reply, flag(&env, "REPORT_COST").then_some(cost))
}

/// The moment as the platform has it.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the clock is read"
)]
fn moment() -> Moment {
    let date = worker::Date::now();
    let milliseconds = date.as_millis();
    Moment {
        text: worker::js_sys::Date::from(date).to_iso_string().into(),
        milliseconds,
    }
}

/// Whether a variable is set to something that means yes.
fn flag(env: &Env, name: &str) -> bool {
    env.var(name).is_ok_and(|value| {
        matches!(
            value.to_string().to_ascii_lowercase().as_str(),
            "1" | "true" | "yes" | "on"
        )
    })
}

/// The platform's request as plain data. A body that says it is too long is not read.
async fn read(incoming: &mut worker::Request) -> worker::Result<Request> {
    let url = incoming.inner().url();
    let (origin, rest) = split_url(&url);
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let headers = incoming.headers();
    let header = |name: &str| headers.get(name).ok().flatten();
    let mut request = Request {
        method: incoming.method().to_string().to_ascii_uppercase(),
        origin: origin.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        authorization: header("Authorization"),
        accept: header("Accept"),
        content_type: header("Content-Type"),
        if_match: header("If-Match"),
        if_none_match: header("If-None-Match"),
        user_agent: header("User-Agent"),
        body: Body::default(),
    };
    let length = header("Content-Length").and_then(|length| length.parse::<u64>().ok());
    if matches!(request.method.as_str(), "POST" | "PUT" | "PATCH") {
        request.body = if length.is_some_and(|length| length > u64::from(MAX_LARGE_BODY)) {
            Body::TooLong
        } else {
            Body::Bytes(incoming.bytes().await?)
        };
    }
    Ok(request)
}

/// Parts `https://host/path?query` behind the host.
fn split_url(url: &str) -> (&str, &str) {
    let host = url.find("://").map_or(0, |scheme| scheme + 3);
    let path = url
        .bytes()
        .skip(host)
        .position(|byte| byte == b'/')
        .map_or(url.len(), |length| host + length);
    url.split_at_checked(path).unwrap_or((url, ""))
}

/// The reply as the platform's.
fn write(reply: http::reply::Reply, cost: Option<Cost>) -> worker::Result<worker::Response> {
    let headers = Headers::new();
    for (name, value) in &reply.headers {
        headers.set(name, value)?;
    }
    if let Some(cost) = cost {
        let Cost {
            trips,
            rows_read,
            rows_written,
            milliseconds,
        } = cost;
        // Printed by serde_json, as every number here: a second way to print a float would be 7 kB of wasm.
        let milliseconds = json!(milliseconds);
        headers.set(
            "Server-Timing",
            &format!(
                "d1;dur={milliseconds};desc=\"{trips} trips, {rows_read} rows read, {rows_written} rows written\""
            ),
        )?;
    }
    let response = match reply.body {
        Some(body) => worker::Response::from_bytes(body.into_bytes())?,
        None => worker::Response::empty()?,
    };
    Ok(response.with_headers(headers).with_status(reply.status))
}

/// Notes the day of a token's last use, after the reply.
fn note_use(env: &Env, context: &Context, hash: &str, now: &Moment) -> worker::Result<()> {
    let database = d1::D1::new(env)?;
    let day = now.text.get(..10).unwrap_or_default();
    let statement = store::tenant::touch(hash, day);
    context.wait_until(async move {
        // If it fails, the next request of the day notes it.
        let _ = database.batch(vec![statement]).await;
    });
    Ok(())
}
