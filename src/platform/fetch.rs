//! Other servers, asked in JavaScript.

use js_sys::futures::JsFuture;
use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use service::gauge::COMING;
use service::outside::{Coming, Fetch, FetchFailure};

#[wasm_bindgen(module = "/src/platform/platform.js")]
extern "C" {
    fn get(address: &str, most: usize, together: usize, milliseconds: u32) -> Promise;
}

/// Milliseconds in which an answer must have come whole.
const PATIENCE: u32 = 5_000;

/// The `fetch` of the platform.
pub struct PlatformFetch;

impl Fetch for PlatformFetch {
    fn get<'f>(
        &'f self,
        address: &'f str,
        most: usize,
    ) -> Coming<'f, Result<Vec<u8>, FetchFailure>> {
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
}
