//! Other servers, asked in JavaScript.

use js_sys::futures::JsFuture;
use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use service::gauge::COMING;
use service::outside::{Fetch, FetchFailure, LocalBoxFuture, Post, PostReply};

#[wasm_bindgen(module = "/src/platform/platform.js")]
extern "C" {
    fn get(address: &str, most: usize, together: usize, milliseconds: u32) -> Promise;
    fn post(address: &str, headers: &str, body: &str, most: usize, milliseconds: u32) -> Promise;
}

/// Milliseconds in which an answer must have come whole.
const PATIENCE: u32 = 5_000;
/// Milliseconds in which what was posted must have a reply.
const LONGEST_POST: u32 = 15_000;
/// Bytes of a reply to what was posted that are read.
const MOST_OF_REPLY: usize = 4_096;

/// The `fetch` of the platform.
pub struct PlatformFetch;

impl Fetch for PlatformFetch {
    fn get<'f>(
        &'f self,
        address: &'f str,
        most: usize,
    ) -> LocalBoxFuture<'f, Result<Vec<u8>, FetchFailure>> {
        Box::pin(async move {
            let got = JsFuture::from(get(address, most, COMING, PATIENCE));
            let got: JsValue = got.await.map_err(|_| FetchFailure::Unreachable)?;
            match got.as_string().as_deref() {
                None => Ok(got.unchecked_into::<Uint8Array>().to_vec()),
                Some("too long") => Err(FetchFailure::TooLong),
                Some("redirect") => Err(FetchFailure::Redirect),
                Some("status") => Err(FetchFailure::Status),
                Some(_) => Err(FetchFailure::Unreachable),
            }
        })
    }

    fn post<'f>(&'f self, sent: &'f Post) -> LocalBoxFuture<'f, Option<PostReply>> {
        let Post {
            address,
            headers,
            body,
        } = sent;
        let promise = post(address, headers, body, MOST_OF_REPLY, LONGEST_POST);
        Box::pin(async move {
            let text = JsFuture::from(promise).await.ok()?.as_string()?;
            let mut lines = text.splitn(3, '\n');
            Some(PostReply {
                status: lines.next()?.parse().ok()?,
                retry_after: lines.next()?.parse().ok(),
                reply: lines.next()?.to_owned(),
            })
        })
    }
}
