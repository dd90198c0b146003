//! The one runner of conversations (`tests/conversations/README.md` is the format): reads a file,
//! plays it step by step against a [`Target`] and says what did not hold.
//!
//! It knows nothing of the service, so that `npm run doctor` can play the same files against any
//! endpoint.

mod expected;
mod file;
mod folders;
mod play;
mod template;

use std::fmt;

pub use file::Conversation;
pub use folders::{OF_EXAMPLES, faults_of, folders, read, read_folder};
pub use play::{Endpoint, Report};
pub use template::random;

/// Where requests go: the service in memory, or a server over HTTP.
pub trait Target {
    /// Sends a request; the error is for a request that got no reply at all.
    fn send(&self, request: &WireRequest) -> Result<WireReply, String>;
}

/// What is sent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WireRequest {
    /// The method, upper case.
    pub method: String,
    /// The whole address, percent-encoded.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The body, where there is one.
    pub body: Option<String>,
}

/// What comes back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WireReply {
    /// The status.
    pub status: u16,
    /// Names in any letter case, and values.
    pub headers: Vec<(String, String)>,
    /// The body; empty where there is none.
    pub body: String,
}

impl WireReply {
    /// A header by its name in any letter case; several of one name are one list (RFC 9110 §5.3).
    pub fn header(&self, name: &str) -> Option<String> {
        let values: Vec<&str> = self
            .headers
            .iter()
            .filter(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
            .collect();
        (!values.is_empty()).then(|| values.join(", "))
    }
}

impl fmt::Display for WireRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.url)?;
        match &self.body {
            Some(body) => write!(f, "\n{}", shortened(&on_one_line(body), MOST)),
            None => Ok(()),
        }
    }
}

impl fmt::Display for WireReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        if self.body.is_empty() {
            return Ok(());
        }
        write!(f, " {}", shortened(&on_one_line(&self.body), MOST))
    }
}

/// How much of a body one reads in a report.
const MOST: usize = 1_500;

fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!(
            "{} … ({} bytes)",
            text.get(..end).unwrap_or_default(),
            text.len()
        ),
        None => text.to_owned(),
    }
}

/// JSON as it stands in a file, without the breaks and the indentation.
fn on_one_line(text: &str) -> String {
    text.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}
