//! The platform's request becomes plain data, its body when it is asked for.

use js_sys::futures::JsFuture;
use js_sys::{Promise, Uint8Array};
use scim::part;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::PlatformRequest;
use crate::http::method::Method;
use crate::http::request::{Request, Unread, Upload};
use service::gauge::COMING;

#[wasm_bindgen(module = "/src/platform/platform.js")]
extern "C" {
    fn head(request: &PlatformRequest) -> String;
    fn body(
        request: &PlatformRequest,
        announced: usize,
        most: usize,
        together: usize,
        milliseconds: u32,
    ) -> Promise;
    #[wasm_bindgen(js_name = bodyPiece)]
    fn body_piece(request: &PlatformRequest, milliseconds: u32) -> Promise;
}

/// Milliseconds in which a body must have come: the platform ends a request some time later,
/// whatever it waits for.
const PATIENCE: u32 = 25_000;

/// A body on its way.
pub struct Incoming<'a> {
    request: &'a PlatformRequest,
    length: Option<usize>,
}

/// The platform's request as plain data.
pub fn read(incoming: &PlatformRequest) -> Request<Incoming<'_>> {
    let head = head(incoming);
    let mut lines = head.split('\n');
    let mut line = || lines.next().unwrap_or_default();
    let method = Method::of(line());
    let (origin, rest) = split_url(line());
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut request = Request {
        method,
        origin: origin.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        authorization: None,
        accept: None,
        if_match: None,
        if_none_match: None,
        user_agent: None,
        content_type: None,
        content_encoding: None,
        body: Incoming {
            request: incoming,
            length: None,
        },
    };
    for (name, value) in lines.filter_map(|line| part::split(line, ": ")) {
        let header = match name {
            "Authorization" => &mut request.authorization,
            "Accept" => &mut request.accept,
            "If-Match" => &mut request.if_match,
            "If-None-Match" => &mut request.if_none_match,
            "User-Agent" => &mut request.user_agent,
            "Content-Type" => &mut request.content_type,
            "Content-Encoding" => &mut request.content_encoding,
            "Content-Length" => {
                request.body.length = value.parse().ok();
                continue;
            }
            _ => continue,
        };
        *header = Some(value.to_owned());
    }
    request
}

impl Upload for Incoming<'_> {
    fn announced_length(&self) -> Option<usize> {
        self.length
    }

    async fn read(&self, most: usize) -> Result<Vec<u8>, Unread> {
        let length = self.length.filter(|length| *length <= most);
        let length = length.unwrap_or(usize::MAX);
        let read = JsFuture::from(body(self.request, length, most, COMING, PATIENCE));
        bytes(read.await.map_err(|_| Unread::Broken)?)
    }

    async fn piece(&self, _: usize) -> Result<Option<Vec<u8>>, Unread> {
        let read = JsFuture::from(body_piece(self.request, PATIENCE));
        let read: JsValue = read.await.map_err(|_| Unread::Broken)?;
        if read.is_undefined() {
            return Ok(None);
        }
        bytes(read).map(Some)
    }
}

/// What was read, or why it was not.
fn bytes(read: JsValue) -> Result<Vec<u8>, Unread> {
    match read.as_string().as_deref() {
        None => Ok(read.unchecked_into::<Uint8Array>().to_vec()),
        Some("too long") => Err(Unread::TooLong),
        Some("late") => Err(Unread::Late),
        Some("busy") => Err(Unread::Busy),
        Some(_) => Err(Unread::Broken),
    }
}

/// Parts `https://host/path?query` behind the host.
fn split_url(url: &str) -> (&str, &str) {
    let host = part::split(url, "://").map_or(0, |(scheme, _)| scheme.len() + 3);
    let path = url
        .bytes()
        .skip(host)
        .position(|byte| byte == b'/')
        .map_or(url.len(), |length| host + length);
    url.split_at_checked(path).unwrap_or((url, ""))
}
