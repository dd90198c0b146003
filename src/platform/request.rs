//! The platform's request becomes plain data.

use worker::js_sys::futures::JsFuture;
use worker::js_sys::{Reflect, Uint8Array};
use worker::wasm_bindgen::prelude::wasm_bindgen;
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::web_sys;

use crate::http::request::{Body, Request};
use crate::service::MAX_LARGE_BODY;

#[wasm_bindgen(module = "/src/platform/platform.js")]
extern "C" {
    fn head(request: &web_sys::Request) -> String;
}

/// The platform's request as plain data.
pub async fn read(incoming: &web_sys::Request) -> Request {
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
