//! Follows the feed of a deployment, and keeps the cursor in a file:
//!
//! ```text
//! ADMIN_URL=https://scim.example.com ADMIN_TOKEN=… \
//!   cargo run --example follow -- cursor.txt [--once]
//! ```
//!
//! It prints a line an event. What is done twice must be the same as done once: the cursor is kept
//! after what was read is done. With `--once` it ends where there is no more.

use std::error::Error;
use std::time::Duration;
use std::{env, fs, thread};

use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let file = arguments.next().ok_or("name the file of the cursor")?;
    let is_once = arguments.any(|argument| argument == "--once");
    let base = env::var("ADMIN_URL").map_err(|_| "set ADMIN_URL in the environment")?;
    let token = env::var("ADMIN_TOKEN").map_err(|_| "set ADMIN_TOKEN in the environment")?;
    let mut after = fs::read_to_string(&file).unwrap_or_default();
    loop {
        let wait = if is_once { 0 } else { 20 };
        let url = format!(
            "{base}/admin/v1/events?limit=200&wait={wait}&after={}",
            after.trim()
        );
        let page = match ask(&url, &token) {
            Ok(page) => page,
            Err(error) => {
                // The next look is as good: nothing was lost.
                eprintln!("{error}");
                thread::sleep(Duration::from_secs(1));
                continue;
            }
        };
        if page.pointer("/trimmed").is_some() {
            eprintln!("events are missing here: read the resources anew");
        }
        for event in page
            .pointer("/data")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            handle(event);
        }
        text(&page, "/next").clone_into(&mut after);
        fs::write(&file, &after)?;
        if is_once && page.pointer("/more") == Some(&Value::Bool(false)) {
            return Ok(());
        }
    }
}

fn ask(url: &str, token: &str) -> Result<Value, Box<dyn Error>> {
    let request = ureq::get(url).header("Authorization", &format!("Bearer {token}"));
    let text = request.call()?.into_body().read_to_string()?;
    Ok(serde_json::from_str(&text)?)
}

/// What an application does with an event; types that it does not know it passes over.
fn handle(event: &Value) {
    let name = text(event, "/resource/name");
    match text(event, "/type") {
        "user.deactivated" | "user.deleted" => println!("{name} may not come in any more"),
        kind => println!("{kind} {name}"),
    }
}

/// The text at a place; empty where there is none.
fn text<'v>(value: &'v Value, place: &str) -> &'v str {
    value
        .pointer(place)
        .and_then(Value::as_str)
        .unwrap_or_default()
}
