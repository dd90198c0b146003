//! `Rates` over the platform's rate-limit bindings, each of which is there or not.

use js_sys::Promise;
use js_sys::futures::JsFuture;
use wasm_bindgen::prelude::wasm_bindgen;

use super::{Env, PlatformRequest};
use service::outside::LocalBoxFuture;
use service::rate::{Rate, Rates};

#[wasm_bindgen(module = "/src/platform/platform.js")]
extern "C" {
    fn take(
        env: &Env,
        request: &PlatformRequest,
        binding: &str,
        key: &str,
        count: usize,
    ) -> Option<Promise>;
}

/// What counts the requests of an event.
pub struct PlatformRates<'a> {
    /// Where the bindings are.
    pub env: &'a Env,
    /// The request, whose header tells the address that it comes from.
    pub request: &'a PlatformRequest,
}

impl Rates for PlatformRates<'_> {
    fn take<'a>(&'a self, rate: Rate<'a>, count: usize) -> LocalBoxFuture<'a, bool> {
        let (binding, key) = match rate {
            Rate::Tenant(number) => ("RATE_TENANT", number.to_string()),
            Rate::Operations(number) => ("RATE_TENANT", ["Bulk ", &number.to_string()].concat()),
            Rate::Refused => ("RATE_REFUSED", String::new()),
            Rate::Client(client) => ("RATE_CLIENT", client.to_owned()),
        };
        let promise = take(self.env, self.request, binding, &key, count);
        Box::pin(async move {
            match promise {
                None => true,
                // What cannot count refuses nobody.
                Some(promise) => JsFuture::from(promise)
                    .await
                    .map_or(true, |is_within| is_within.is_truthy()),
            }
        })
    }
}
