//! Servers that stand beside the Worker: programs of Node that print their origin in one line, and
//! end when their stdin closes.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use doctor::conversation::{Target, WireRequest};
use doctor::http::Http;

/// One of them.
pub(crate) struct Beside {
    /// Where it is.
    pub(crate) origin: String,
    http: Http,
    child: Child,
}

#[expect(
    clippy::unwrap_used,
    reason = "a helper of tests fails where a test would"
)]
impl Beside {
    /// Starts a program of this folder.
    pub(crate) fn start(program: &str) -> Self {
        let mut child = Command::new("node")
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .arg(format!("tests/worker/{program}"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut origin = String::new();
        let stdout = child.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut origin).unwrap();
        let origin = origin.trim().to_owned();
        Self {
            http: Http::to(&origin),
            origin,
            child,
        }
    }

    /// What it answers.
    pub(crate) fn say(&self, method: &str, path: &str, body: &str) -> String {
        let request = WireRequest {
            method: method.to_owned(),
            url: format!("{}{path}", self.origin),
            headers: Vec::new(),
            body: (method == "POST").then(|| body.to_owned()),
        };
        self.http.send(&request).unwrap().body
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // It ends by itself now.
        let _ = self.child.wait();
    }
}
