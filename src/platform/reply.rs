//! A reply becomes the platform's.

use worker::wasm_bindgen::JsValue;
use worker::wasm_bindgen::prelude::wasm_bindgen;
use worker::web_sys;

use super::outgoing::pieces;
use crate::http::reply::Reply;
use service::content::Content;
use service::gauge::Hold;
use store::Cost;

#[wasm_bindgen(module = "/src/platform/platform.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn response(
        status: u16,
        headers: &str,
        body: Option<&[u8]>,
    ) -> Result<web_sys::Response, JsValue>;
    #[wasm_bindgen(catch, js_name = longResponse)]
    fn long_response(
        status: u16,
        headers: &str,
        next: JsValue,
    ) -> Result<web_sys::Response, JsValue>;
}

/// The reply as the platform's, with what the request holds.
pub fn write(reply: Reply, cost: Option<Cost>, hold: Hold) -> worker::Result<web_sys::Response> {
    let mut headers = reply.headers;
    if let Some(cost) = cost {
        headers.push(("Server-Timing", timing(cost)));
    }
    let mut lines = String::with_capacity(512);
    for (name, value) in &headers {
        lines.extend([name, "\n", value, "\n"]);
    }
    let response = match reply.body {
        Some(content) if content.is_large() => {
            long_response(reply.status, &lines, pieces(content, hold).into_js_value())
        }
        content => {
            let text = content.map(Content::into_text);
            response(reply.status, &lines, text.as_deref().map(str::as_bytes))
        }
    };
    Ok(response?)
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
