//! The queue, which wakes the Worker up to go on with what is in the database. It may not be bound:
//! then each minute does all of it.

use js_sys::Promise;
use js_sys::futures::JsFuture;
use wasm_bindgen::prelude::wasm_bindgen;

use super::Env;
use service::wake::Wake;

#[wasm_bindgen(module = "/src/platform/platform.js")]
extern "C" {
    /// Messages that came together.
    pub type PlatformMessages;

    #[wasm_bindgen(js_name = takeMessages)]
    fn take_messages(messages: &PlatformMessages) -> String;
    #[wasm_bindgen(js_name = hasQueue)]
    fn has_queue(env: &Env) -> bool;
    fn wake(env: &Env, message: &str, seconds: u32) -> Promise;
}

/// What the Worker is woken up for, each once. The messages are not sent again: what they are about
/// is in the database, and what fails is noted there.
pub fn take(messages: &PlatformMessages) -> Vec<Wake> {
    let mut wakes = Vec::new();
    for wake in take_messages(messages).lines().filter_map(Wake::parse) {
        if !wakes.contains(&wake) {
            wakes.push(wake);
        }
    }
    wakes
}

/// Whether there is a queue.
pub fn is_bound(env: &Env) -> bool {
    has_queue(env)
}

/// Wakes the Worker up after so many seconds, if there is a queue. A message that is lost is made
/// good by the next minute.
pub async fn send(env: &Env, message: Wake, seconds: u32) {
    if is_bound(env) {
        let _ = JsFuture::from(wake(env, &message.text(), seconds)).await;
    }
}
