//! Signatures, verified by the platform's `WebCrypto`.

use js_sys::Promise;
use js_sys::futures::JsFuture;
use wasm_bindgen::prelude::wasm_bindgen;

use service::outside::{Algorithm, Keys, LocalBoxFuture};

#[wasm_bindgen(module = "/src/platform/platform.js")]
extern "C" {
    fn verify(algorithm: &str, key: &str, text: &str, signature: Vec<u8>) -> Promise;
}

/// `WebCrypto`.
pub struct PlatformKeys;

impl Keys for PlatformKeys {
    fn verify<'k>(
        &'k self,
        algorithm: Algorithm,
        key: &'k str,
        text: &'k str,
        signature: Vec<u8>,
    ) -> LocalBoxFuture<'k, bool> {
        Box::pin(async move {
            let is_good = JsFuture::from(verify(algorithm.name(), key, text, signature)).await;
            is_good.is_ok_and(|is_good| is_good.is_truthy())
        })
    }
}
