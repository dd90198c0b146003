//! A reply as plain data; the place where an outcome becomes a status.

use scim::error::ScimType;
use scim::habit::Habits;
use serde_json::{Map, Value};

use super::fault::Fault;
use service::Failure;
use service::content::Content;

/// A reply.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body, JSON text; none for an empty one.
    pub body: Option<Content>,
    /// The scimType of a refusal, for the log.
    pub scim_type: Option<&'static str>,
    /// The operation that was refused, the first being 1; for the log.
    pub operation: Option<usize>,
    /// The path of the attribute that was refused; for the log.
    pub attribute: Option<String>,
}

impl Reply {
    /// A reply with a body.
    pub fn json(status: u16, body: impl Into<Content>) -> Self {
        Self {
            status,
            body: Some(body.into()),
            ..Self::default()
        }
    }

    /// A reply without one.
    pub fn empty(status: u16) -> Self {
        Self {
            status,
            ..Self::default()
        }
    }

    /// The same with another header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same with the paths of what was left out of the request, so that no success without effect goes untold.
    #[must_use]
    pub fn telling(self, habits: &Habits) -> Self {
        let mut told = String::new();
        for path in habits.left_out() {
            if told.len() + path.len() > MAX_TOLD {
                told.push_str(", ...");
                break;
            }
            if !told.is_empty() {
                told.push_str(", ");
            }
            told.push_str(path);
        }
        if told.is_empty() {
            self
        } else {
            self.with("Scim-Ignored", told)
        }
    }

    /// A SCIM error (RFC 7644 §3.12).
    pub fn error(status: u16, scim_type: Option<ScimType>, detail: &str) -> Self {
        Self {
            status,
            body: Some(error_body(status, scim_type, detail).to_string().into()),
            scim_type: scim_type.map(ScimType::as_str),
            ..Self::default()
        }
    }

    /// What a fault is told as.
    pub fn failure(fault: &Fault) -> Self {
        let (status, scim_type, detail) = fault.words();
        let mut reply = Self::error(status, scim_type, detail);
        if let Fault::Service(Failure::Refused(error)) = fault {
            reply.operation = error.operation();
            reply.attribute = error.attribute().map(str::to_owned);
        }
        match fault {
            Fault::NoToken(_) => reply.with("WWW-Authenticate", CHALLENGE),
            Fault::Service(Failure::UnknownCaller(_)) => reply.with(
                "WWW-Authenticate",
                format!("{CHALLENGE}, error=\"invalid_token\""),
            ),
            // RFC 9110 §12.5.3: so is a coding told from a type that is not read.
            Fault::Coding(_) => reply.with("Accept-Encoding", "identity"),
            Fault::Busy(_) => reply.with("Retry-After", RETRY_AFTER),
            Fault::Service(_) | Fault::Late(_) | Fault::Forbidden(_) | Fault::MediaType(_) => reply,
        }
    }
}

/// Bytes of the paths in `Scim-Ignored`; ours: proxies take headers of 8 kB together.
const MAX_TOLD: usize = 2_000;

/// What a 401 asks for. RFC 6750 §3.1: an error stands behind it only where a token was sent.
const CHALLENGE: &str = "Bearer realm=\"scim\"";

/// Seconds after which a request that met too many others may come again.
const RETRY_AFTER: &str = "2";

/// The entity tag of a version: a weak one (RFC 7643 §3.1), as `meta.version` has it.
pub fn etag(version: &str) -> String {
    format!("W/\"{version}\"")
}

/// The message of RFC 7644 §3.12.
pub fn error_body(status: u16, scim_type: Option<ScimType>, detail: &str) -> Value {
    let mut body = Map::new();
    body.insert(
        "schemas".to_owned(),
        Value::from(vec!["urn:ietf:params:scim:api:messages:2.0:Error"]),
    );
    body.insert("status".to_owned(), Value::from(status.to_string()));
    if let Some(scim_type) = scim_type {
        body.insert("scimType".to_owned(), Value::from(scim_type.as_str()));
    }
    body.insert("detail".to_owned(), Value::from(detail));
    Value::Object(body)
}
