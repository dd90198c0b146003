//! scim-worker: a SCIM 2.0 service provider, run as one Cloudflare Worker over one D1 database.
//!
//! This file is the Worker's entry: a platform request comes in, a platform reply goes out, and what the rest must not
//! reach for itself (clock, randomness, settings, the database) is handed over. `ARCHITECTURE.md` shows the rooms.

pub mod d1;
pub mod http;
pub mod service;
pub mod store;

use std::cell::{Cell, OnceCell};

use uuid::Builder;
use worker::js_sys::futures::JsFuture;
use worker::js_sys::{self, Reflect, Uint8Array};
use worker::wasm_bindgen::prelude::wasm_bindgen;
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::{Context, Env, event, web_sys};

use futures_util::stream;
use http::Environment;
use http::reply::Reply;
use http::request::{Body, Request};
use service::content::{Content, Piece};
use service::{MAX_LARGE_BODY, Mint, Moment, Settings};
use store::{Cost, Database, Statement};

#[wasm_bindgen(module = "/src/platform.js")]
extern "C" {
    fn head(request: &web_sys::Request) -> String;
    #[wasm_bindgen(catch)]
    fn response(
        status: u16,
        headers: &str,
        body: Option<&[u8]>,
    ) -> Result<web_sys::Response, JsValue>;
}

thread_local! {
    /// What the operator set, read once: it does not change while an instance of the Worker lives.
    static OPERATOR: OnceCell<Operator> = const { OnceCell::new() };
}

/// What the operator set.
#[derive(Clone)]
struct Operator {
    settings: Settings,
    secret: Option<String>,
    report_cost: bool,
    log_all: bool,
}

impl Operator {
    fn of(env: &Env) -> Self {
        OPERATOR.with(|operator| operator.get_or_init(|| Self::read(env)).clone())
    }

    fn read(env: &Env) -> Self {
        Self {
            settings: Settings {
                accept_user_groups: flag(env, "ACCEPT_USER_GROUPS"),
                ..Settings::default()
            },
            secret: env
                .secret("SCIM_TOKEN")
                .ok()
                .map(|secret| secret.to_string()),
            report_cost: flag(env, "REPORT_COST"),
            log_all: flag(env, "LOG_ALL"),
        }
    }
}

/// Ids and versions out of the platform's randomness.
struct PlatformMint {
    milliseconds: Cell<u64>,
    sequence: Cell<Option<u16>>,
}

impl PlatformMint {
    fn random<const N: usize>() -> [u8; N] {
        let mut bytes = [0; N];
        // Without randomness there are no new ids; the database then refuses the second use of one.
        let _ = getrandom::fill(&mut bytes);
        bytes
    }

    /// A number that counts up within the request. The upper half of its range is left to count into.
    fn next(&self) -> u16 {
        let sequence = self
            .sequence
            .get()
            .unwrap_or_else(|| u16::from_be_bytes(Self::random::<2>()) & 0x07ff);
        self.sequence.set(Some((sequence + 1) & 0x0fff));
        if sequence == 0x0fff {
            self.milliseconds.set(self.milliseconds.get() + 1);
        }
        sequence
    }
}

impl Mint for PlatformMint {
    fn id(&self) -> String {
        let mut random = Self::random::<10>();
        // RFC 9562 §6.2 method 1: the ids of one request ascend, though its clock stands still.
        let milliseconds = self.milliseconds.get();
        let [high, low] = self.next().to_be_bytes();
        let [first, second, ..] = &mut random;
        (*first, *second) = (high, low);
        Builder::from_unix_timestamp_millis(milliseconds, &random)
            .into_uuid()
            .hyphenated()
            .to_string()
    }

    fn version(&self) -> String {
        service::hex::encode(&Self::random::<8>())
    }
}

/// Answers a request.
#[event(fetch)]
pub async fn fetch(
    incoming: web_sys::Request,
    env: Env,
    context: Context,
) -> worker::Result<web_sys::Response> {
    let now = moment();
    let operator = Operator::of(&env);
    let database = d1::D1::new(&env);
    let request = read(&incoming).await;
    let mint = PlatformMint {
        milliseconds: Cell::new(now.milliseconds),
        sequence: Cell::new(None),
    };
    let environment = Environment {
        database: &database,
        settings: &operator.settings,
        secret: operator.secret.as_deref(),
        mint: &mint,
        now,
    };
    let (reply, trace) = http::respond(&environment, &request).await;
    let cost = database.cost();
    let now = &environment.now;
    if operator.log_all || http::log::is_telling(&reply, &trace) {
        let milliseconds = moment().milliseconds.saturating_sub(now.milliseconds);
        let line = http::log::line(&request, &reply, &trace, cost, now, milliseconds);
        if trace.cause.is_some() {
            worker::console_error!("{line}");
        } else {
            worker::console_log!("{line}");
        }
    }
    if !trace.later.is_empty() {
        run_later(&env, &context, trace.later);
    }
    let cost = operator.report_cost.then_some(cost);
    write(reply, cost)
}

/// The moment as the platform has it.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "milliseconds since 1970"
)]
fn moment() -> Moment {
    Moment::at(js_sys::Date::now() as u64)
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

/// The platform's request as plain data.
async fn read(incoming: &web_sys::Request) -> Request {
    let head = head(incoming);
    let mut lines = head.split('\n');
    let mut line = || lines.next().unwrap_or_default();
    let method = line().to_ascii_uppercase();
    let (origin, rest) = split_url(line());
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut header = || line().strip_prefix('=').map(str::to_owned);
    // In the order of platform.js.
    let mut request = Request {
        method,
        origin: origin.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        authorization: header(),
        accept: header(),
        if_match: header(),
        if_none_match: header(),
        user_agent: header(),
        content_type: header(),
        content_encoding: header(),
        ..Request::default()
    };
    let length = header();
    if matches!(request.method.as_str(), "POST" | "PUT" | "PATCH") {
        // What cannot be read was broken off by the client, or is not in the form of a body.
        request.body = read_body(incoming, length).await.unwrap_or(Body::Broken);
    }
    request
}

/// The body, as far as the limit. What is beyond is read and forgotten, so that the client hears the answer.
async fn read_body(incoming: &web_sys::Request, length: Option<String>) -> Result<Body, JsValue> {
    let most = MAX_LARGE_BODY as usize;
    let told = length.and_then(|length| length.parse::<usize>().ok());
    if told.is_some_and(|length| length <= most) {
        let buffer = JsFuture::from(incoming.array_buffer()?).await?;
        return Ok(Body::Bytes(Uint8Array::new(&buffer).to_vec()));
    }
    let Some(stream) = incoming.body() else {
        return Ok(Body::default());
    };
    let reader: web_sys::ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let mut body = if told.is_some() {
        Body::TooLong
    } else {
        Body::default()
    };
    loop {
        let part = JsFuture::from(reader.read()).await?;
        let value = Reflect::get(&part, &"value".into())?;
        if value.is_undefined() {
            return Ok(body);
        }
        if let Body::Bytes(bytes) = &mut body {
            bytes.extend(Uint8Array::new(&value).to_vec());
            if bytes.len() > most {
                body = Body::TooLong;
            }
        }
    }
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
fn write(reply: Reply, cost: Option<Cost>) -> worker::Result<web_sys::Response> {
    let mut headers = reply.headers;
    if let Some(cost) = cost {
        headers.push(("Server-Timing", timing(cost)));
    }
    match reply.body {
        Some(content) if content.is_large() => {
            let mut builder = worker::ResponseBuilder::new().with_status(reply.status);
            for (name, value) in &headers {
                builder = builder.with_header(name, value)?;
            }
            // A piece is made when the client has taken the one before.
            let bytes = |piece: Piece| Ok::<_, worker::Error>(piece.into_text().into_bytes());
            let pieces = stream::iter(content.into_pieces().map(bytes));
            Ok(builder.from_stream(pieces)?.into())
        }
        content => {
            let mut lines = String::with_capacity(512);
            for (name, value) in &headers {
                lines.extend([name, "\n", value, "\n"]);
            }
            let text = content.map(Content::into_text);
            let bytes = text.as_deref().map(str::as_bytes);
            Ok(response(reply.status, &lines, bytes)?)
        }
    }
}

fn timing(cost: Cost) -> String {
    let Cost {
        trips,
        rows_read,
        rows_written,
        microseconds,
    } = cost;
    format!(
        "d1;dur={}.{:03};desc=\"{trips} trips, {rows_read} rows read, {rows_written} rows written\"",
        microseconds / 1_000,
        microseconds % 1_000,
    )
}

/// Runs statements after the reply.
fn run_later(env: &Env, context: &Context, statements: Vec<Statement>) {
    let database = d1::D1::new(env);
    context.wait_until(async move {
        // What is not noted now will be noted by a later request.
        let _ = database.batch(statements).await;
    });
}
