//! What Unicode calls the same, by the tables of the JavaScript platform, which has them anyway: in
//! the wasm they would be a tenth of it.
//!
//! `unicode-tables` has the same functions and says what they do; a test of the Worker compares the
//! two. A letter that is younger than the platform's tables (`process.versions.unicode`) is its own
//! image until they know it: the resources that have it are found by its other letter case once
//! they are written again. What Unicode has given a character it does not change, so no other image
//! does.
#![no_std]

extern crate alloc;

use alloc::string::String;

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "/unicode.js")]
extern "C" {
    /// A text without letter case, in normalisation form C.
    pub fn fold(text: &str) -> String;

    /// A text in normalisation form D.
    pub fn apart(text: &str) -> String;

    /// A text without letter case.
    #[wasm_bindgen(js_name = foldCase)]
    pub fn fold_case(text: &str) -> String;
}
