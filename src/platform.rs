//! The functions of `platform.js`.

use worker::Env;
use worker::js_sys::{Array, Promise};
use worker::wasm_bindgen::JsValue;
use worker::wasm_bindgen::prelude::wasm_bindgen;
use worker::web_sys::{Request, Response};
use worker::worker_sys::types::{D1Database, D1PreparedStatement};

#[wasm_bindgen(module = "/src/platform.js")]
extern "C" {
    pub(crate) fn head(request: &Request) -> String;
    #[wasm_bindgen(catch)]
    pub(crate) fn response(
        status: u16,
        headers: &str,
        body: Option<&[u8]>,
    ) -> Result<Response, JsValue>;
    #[wasm_bindgen(catch)]
    pub(crate) fn assembled(
        status: u16,
        headers: &str,
        text: &str,
        left: &Array,
    ) -> Result<Response, JsValue>;
    pub(crate) fn database(env: &Env) -> D1Database;
    #[wasm_bindgen(catch)]
    pub(crate) fn prepare(
        database: &D1Database,
        text: &str,
        values: Array,
    ) -> Result<D1PreparedStatement, JsValue>;
    pub(crate) fn run(
        database: &D1Database,
        statements: Array,
        leaver: i32,
        left: &Array,
    ) -> Promise;
}
