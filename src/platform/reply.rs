//! A reply becomes the platform's.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::outgoing::{export_pieces, pieces};
use super::{Env, PlatformReply};
use crate::http::reply::Reply;
use service::content::Content;
use service::gauge::Hold;
use store::Cost;

#[wasm_bindgen(module = "/src/platform/platform.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn response(status: u16, headers: &str, body: Option<&[u8]>) -> Result<PlatformReply, JsValue>;
    #[wasm_bindgen(catch, js_name = streamedResponse)]
    fn streamed_response(
        status: u16,
        headers: &str,
        next: JsValue,
    ) -> Result<PlatformReply, JsValue>;
    #[wasm_bindgen(catch, js_name = longResponse)]
    fn long_response(status: u16, headers: &str, next: JsValue) -> Result<PlatformReply, JsValue>;
}

/// The reply as the platform's, with what the request holds.
pub fn write(
    env: &Env,
    reply: Reply,
    cost: Option<Cost>,
    hold: Hold,
) -> Result<PlatformReply, JsValue> {
    let mut headers = reply.headers;
    if let Some(cost) = cost {
        headers.push(("Server-Timing", timing(cost)));
    }
    let mut lines = String::with_capacity(512);
    for (name, value) in &headers {
        lines.extend([name, "\n", value, "\n"]);
    }
    if let Some(export) = reply.export {
        return streamed_response(reply.status, &lines, export_pieces(export, env));
    }
    match reply.body {
        Some(content) if content.is_large() => {
            long_response(reply.status, &lines, pieces(content, hold).into_js_value())
        }
        content => {
            let text = content.map(Content::into_text);
            response(reply.status, &lines, text.as_deref().map(str::as_bytes))
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
