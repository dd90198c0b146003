//! A fault becomes a SCIM Error (RFC 7644 §3.12).

use scim::error::{ScimType, error_message};
use scim::json;

use crate::http::fault::{Fault, TOO_MANY_REFUSED};
use crate::http::reply::Reply;
use service::failure::READ_ONLY;
use service::{Failure, rate};

/// What a 401 asks for. RFC 6750 §3.1: an error stands behind it only where a token was sent.
const CHALLENGE: &str = "Bearer realm=\"scim\"";

/// Seconds after which a request that met too many others may come again.
const RETRY_AFTER: &str = "2";
/// The same where the brake of the tenant is engaged: until somebody has looked.
const BRAKED_FOR: &str = "3600";

/// A SCIM Error.
pub(super) fn error(status: u16, scim_type: Option<ScimType>, detail: &str) -> Reply {
    Reply {
        scim_type: scim_type.map(ScimType::as_str),
        detail: Some(detail.to_owned()),
        ..Reply::json(
            status,
            json::text(&error_message(status, scim_type, detail)),
        )
    }
}

/// The reply to a credential that is not good, where too many came from the same address.
pub(super) fn too_many_refused() -> Reply {
    error(429, None, TOO_MANY_REFUSED).with("Retry-After", rate::RETRY_AFTER)
}

/// In how many seconds what failed so may be sent again, where time mends it.
pub(super) fn retry_after(failure: &Failure) -> Option<&'static str> {
    match failure {
        Failure::Busy => Some(RETRY_AFTER),
        Failure::Braked => Some(BRAKED_FOR),
        Failure::TooFast(_) => Some(rate::RETRY_AFTER),
        Failure::Refused(_)
        | Failure::UnknownCaller(_)
        | Failure::Forbidden(_)
        | Failure::NotFound(_)
        | Failure::OtherVersion(_)
        | Failure::Conflict(_)
        | Failure::TooLarge(_)
        | Failure::TooMuch(_)
        | Failure::Broken(_) => None,
    }
}

/// Says so in a reply.
pub(super) fn again(reply: Reply, after: Option<&'static str>) -> Reply {
    match after {
        Some(after) => reply.with("Retry-After", after),
        None => reply,
    }
}

/// The reply to a request with a fault.
pub(super) fn reply(fault: &Fault) -> Reply {
    let (status, scim_type, detail) = fault.words();
    let mut reply = error(status, scim_type, detail);
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
        // RFC 6750 §3.1: what the token lacks.
        Fault::Service(Failure::Forbidden(READ_ONLY)) => reply.with(
            "WWW-Authenticate",
            format!("{CHALLENGE}, error=\"insufficient_scope\", scope=\"write\""),
        ),
        // RFC 9110 §12.5.3: so is a coding told from a type that is not read.
        Fault::Coding(_) => reply.with("Accept-Encoding", "identity"),
        Fault::Service(failure) => again(reply, retry_after(failure)),
        Fault::Late(_) | Fault::Forbidden(_) | Fault::MediaType(_) => reply,
    }
}
