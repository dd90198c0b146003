//! A server over HTTP as the target of conversations.

use std::io;
use std::time::Duration;

use ureq::config::AutoHeaderValue;
use ureq::http::Request;

use super::conversation::{Target, WireReply, WireRequest};

/// The longest that one request may take.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long an idle connection is kept: servers end theirs, workerd after five seconds, and what is
/// sent on one that is just ended and is no reading cannot be sent again (RFC 9110 §9.2.2).
const IDLE: Duration = Duration::from_secs(2);
/// How addresses of this machine begin.
const LOCAL: [&str; 3] = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
/// The longest body that is read.
const MOST_BYTES: u64 = 64 << 20;

/// A blocking client that sends what it is given and nothing else: no redirects, no headers of its
/// own.
pub struct Http {
    agent: ureq::Agent,
}

impl Http {
    /// A client for the server at this base URL; straight where that is this machine, past any
    /// proxy.
    pub fn to(base: &str) -> Self {
        let mut config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .allow_non_standard_methods(true)
            .timeout_global(Some(PATIENCE))
            .max_idle_age(IDLE)
            .user_agent(AutoHeaderValue::None)
            .accept(AutoHeaderValue::None);
        if LOCAL.iter().any(|origin| base.starts_with(origin)) {
            config = config.proxy(None);
        }
        Self {
            agent: config.build().into(),
        }
    }

    fn reply(&self, request: &WireRequest) -> Result<WireReply, ureq::Error> {
        let mut builder = Request::builder()
            .method(request.method.as_str())
            .uri(&request.url);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        let mut response = match &request.body {
            Some(body) => self.agent.run(builder.body(body.as_str())?)?,
            None => self.agent.run(builder.body(())?)?,
        };
        let headers = response.headers().iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            (name.to_string(), value.into_owned())
        });
        Ok(WireReply {
            status: response.status().as_u16(),
            headers: headers.collect(),
            body: response
                .body_mut()
                .with_config()
                .limit(MOST_BYTES)
                .read_to_string()?,
        })
    }
}

impl Target for Http {
    fn send(&self, request: &WireRequest) -> Result<WireReply, String> {
        let reply = match self.reply(request) {
            // A server may end an idle connection at the moment that it is used again (RFC 9110
            // §9.2.2).
            Err(ureq::Error::Io(error)) if is_reset(&error) && is_read(request) => {
                self.reply(request)
            }
            reply => reply,
        };
        reply.map_err(|error| format!("no reply from {}: {error}", request.url))
    }
}

fn is_reset(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(
        error.kind(),
        BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof
    )
}

/// Whether the request may be sent twice.
fn is_read(request: &WireRequest) -> bool {
    request.method == "GET" || request.url.ends_with("/.search")
}
