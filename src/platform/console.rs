//! The platform's log.

use wasm_bindgen::handler::{schedule_reinit, set_on_abort};
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn log(line: &str);
    #[wasm_bindgen(js_namespace = console)]
    fn error(line: &str);
}

/// Prints a line into the platform's log; one that tells of a fault as such.
pub fn print(line: &str, is_fault: bool) {
    if is_fault {
        error(line);
    } else {
        log(line);
    }
}

/// Sees to it that a panic is told in the log, and that the next event gets a new instance: the
/// memory of this one is in an unknown state.
pub fn expect_panics() {
    std::panic::set_hook(Box::new(|panic| print(&panic.to_string(), true)));
    set_on_abort(schedule_reinit);
}
