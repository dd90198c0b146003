//! `POST /oauth/token` (RFC 6749 §3.2): a client of a tenant gets a token by its credentials.
//!
//! A form comes in and JSON goes out, what is refused in the words of §5.2. It stands beside the
//! other faces and knows nothing of theirs.

use super::body::{ENDED_EARLY, LATE};
use super::content_type;
use super::environment::{Environment, is_guessing};
use super::fault::{BROKEN, TOO_MANY_REFUSED};
use super::method::Method;
use super::query::decode;
use super::reply::Reply;
use super::request::{IN_CLEAR, Request, Unread, Upload};
use super::route::{allow, segments};
use super::trace::Trace;
use scim::json::ObjectText;
use scim::part;
use service::base64;
use service::failure::BUSY;
use service::oauth::{GrantRefusal, LIFETIME, Proof, TokenRequest, grant};
use service::rate::RETRY_AFTER;
use store::Database;

/// Where the endpoint is.
const PATH: &str = "/oauth/token";
/// Bytes of the largest body.
const MAX_BODY: usize = 65_536;
/// RFC 7523 §2.2.
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Whether a path is the endpoint's; another Worker may serve this one below a path of its own.
///
/// ```
/// use scim_worker::http::oauth::is_here;
/// assert!(is_here("/oauth/token") && is_here("/api/oauth/token/"));
/// assert!(!is_here("/scim/v2/Users/oauth/token") && !is_here("/oauth/tokens"));
/// ```
pub fn is_here(path: &str) -> bool {
    path.trim_end_matches('/').ends_with(PATH) && !segments(path).any(|segment| segment == "scim")
}

/// Why no token was given (§5.2).
struct Denial {
    status: u16,
    error: &'static str,
    detail: &'static str,
}

/// The request is not as it must be.
const fn invalid_request(detail: &'static str) -> Denial {
    Denial {
        status: 400,
        error: "invalid_request",
        detail,
    }
}

/// The client does not prove itself.
const fn invalid_client(detail: &'static str) -> Denial {
    Denial {
        status: 401,
        error: "invalid_client",
        detail,
    }
}

/// The request may be sent again later.
const fn busy(status: u16, detail: &'static str) -> Denial {
    Denial {
        status,
        error: "temporarily_unavailable",
        detail,
    }
}

/// Answers a request.
pub(super) async fn respond<D: Database, B: Upload>(
    environment: &Environment<'_, D>,
    request: &Request<B>,
    trace: &mut Trace,
) -> Reply {
    PATH.clone_into(&mut trace.route);
    let reply = match request.method {
        Method::Post => match answer(environment, request, trace).await {
            Ok(reply) => reply,
            Err(denial) => denial_reply(&denial),
        },
        Method::Options => Reply::empty(204).with("Allow", allow([Method::Post])),
        _ => denial_reply(&Denial {
            status: 405,
            ..invalid_request("To get a token, send POST with a form as the body.")
        })
        .with("Allow", allow([Method::Post])),
    };
    let reply = if is_guessing(environment, &reply).await {
        denial_reply(&busy(429, TOO_MANY_REFUSED))
    } else {
        reply
    };
    // §5.1: nobody keeps a token.
    reply
        .with("Cache-Control", "no-store")
        .with("Pragma", "no-cache")
        .with("X-Content-Type-Options", "nosniff")
}

async fn answer<D: Database, B: Upload>(
    environment: &Environment<'_, D>,
    request: &Request<B>,
    trace: &mut Trace,
) -> Result<Reply, Denial> {
    if !environment.allow_http && request.is_in_clear() {
        return Err(invalid_request(IN_CLEAR));
    }
    // §2.3.1: addresses are kept in logs.
    let is_secret = |pair: &str| {
        let name = form_text(pair.split('=').next().unwrap_or_default());
        matches!(name.as_deref(), Some("client_secret" | "client_assertion"))
    };
    if request.query.split('&').any(is_secret) {
        return Err(invalid_request(
            "What proves the client is in the address, which is kept in logs: send it in the body. A secret that was sent so is to be replaced by a new one.",
        ));
    }
    check_form(request)?;
    let bytes = request.body.read(MAX_BODY).await.map_err(reading_denial)?;
    let form = form(&bytes)?;
    let header = request.authorization.as_deref();
    let basic = header.and_then(basic);
    if basic.is_none() && header.is_some_and(is_basic) {
        return Err(invalid_client(
            "The header says Basic, but no id and secret are in it: encode both by base64, with a colon between.",
        ));
    }
    let token_request = token_request(&form, basic.as_ref(), &request.origin)?;
    let grant = grant(&environment.context, &token_request).await;
    let grant = grant.map_err(|why| why_none(why, trace))?;
    trace.notes.tenant = Some(grant.tenant);
    trace.notes.later.extend(grant.later);
    let body = ObjectText::new()
        .text("access_token", &grant.token)
        .text("token_type", "Bearer")
        .member("expires_in", &LIFETIME.to_string())
        .text("scope", grant.scope);
    Ok(Reply::json(200, body.end()).with("Content-Type", "application/json"))
}

/// What a client asks for, by its form and by what its header proves.
fn token_request<'a>(
    form: &'a [(String, String)],
    basic: Option<&'a (String, String)>,
    origin: &'a str,
) -> Result<TokenRequest<'a>, Denial> {
    let value = |name: &str| form.iter().find(|(known, _)| known == name);
    let value = |name: &str| value(name).map(|(_, value)| value.as_str());
    match value("grant_type") {
        Some("client_credentials") => {}
        Some(_) => {
            return Err(Denial {
                error: "unsupported_grant_type",
                ..invalid_request(
                    "The only grant here is client_credentials. Send grant_type=client_credentials.",
                )
            });
        }
        None => {
            return Err(invalid_request(
                "The parameter grant_type is missing. Send grant_type=client_credentials.",
            ));
        }
    }
    let (client, secret) = match (basic, value("client_id"), value("client_secret")) {
        (Some(_), _, Some(_)) => {
            return Err(invalid_request(
                "The secret came twice, in the header and in the body: send it in one of them.",
            ));
        }
        (Some((id, _)), Some(named), None) if id != named => {
            return Err(invalid_request(
                "The client_id of the body is another than that of the header: send one.",
            ));
        }
        (Some((id, secret)), _, None) => (id.as_str(), Some(secret.as_str())),
        (None, Some(id), secret) => (id, secret),
        (None, None, _) => {
            return Err(invalid_request(
                "The client is not named: send client_id in the body, or id and secret in the header as Authorization: Basic.",
            ));
        }
    };
    let proof = match (secret, value("client_assertion")) {
        (Some(_), Some(_)) => {
            return Err(invalid_request(
                "The client proves itself twice, by a secret and by an assertion: send one of them.",
            ));
        }
        (Some(secret), None) => Proof::Secret(secret),
        (None, Some(assertion)) if value("client_assertion_type") == Some(JWT_BEARER) => {
            Proof::Assertion(assertion)
        }
        (None, Some(_)) => {
            return Err(invalid_request(
                "The client_assertion_type is missing or another than urn:ietf:params:oauth:client-assertion-type:jwt-bearer.",
            ));
        }
        (None, None) => {
            return Err(invalid_client(
                "The client shows nothing that proves it: send client_secret or client_assertion.",
            ));
        }
    };
    Ok(TokenRequest {
        client,
        proof,
        scope: value("scope").unwrap_or_default(),
        origin,
    })
}

/// Why no token was made, in the words of §5.2.
fn why_none(why: GrantRefusal, trace: &mut Trace) -> Denial {
    match why {
        GrantRefusal::Client(detail) => invalid_client(detail),
        GrantRefusal::Suspended => Denial {
            error: "unauthorized_client",
            ..invalid_request(
                "The tenant of the client is suspended: it gets no token until it is resumed. Ask whoever runs this service.",
            )
        },
        GrantRefusal::TooFast => busy(
            429,
            "The client asks for tokens too often: each is good for an hour. Send the request again in a moment.",
        ),
        GrantRefusal::Broken(cause) => {
            trace.notes.cause = Some(cause);
            Denial {
                status: 500,
                error: "server_error",
                detail: BROKEN,
            }
        }
    }
}

/// Refuses a body that is no form.
fn check_form<B>(request: &Request<B>) -> Result<(), Denial> {
    let content_type = request.content_type.as_deref().unwrap_or_default();
    let is_form = content_type::is_one(content_type, &["application/x-www-form-urlencoded"]);
    if is_form && request.content_encoding.is_none() {
        return Ok(());
    }
    Err(invalid_request(
        "Send the parameters in the body as application/x-www-form-urlencoded, in UTF-8, not compressed.",
    ))
}

/// Why a body was not read.
fn reading_denial(why: Unread) -> Denial {
    match why {
        Unread::TooLong => Denial {
            status: 413,
            ..invalid_request(
                "The body is larger than any request for a token. Send its parameters alone.",
            )
        },
        Unread::Late => Denial {
            status: 408,
            ..invalid_request(LATE)
        },
        Unread::Broken => invalid_request(ENDED_EARLY),
        Unread::Busy => busy(503, BUSY),
    }
}

/// The parameters of a form. One without a value is as one that is not there (§3.1).
fn form(bytes: &[u8]) -> Result<Vec<(String, String)>, Denial> {
    let not_a_form = || {
        invalid_request(
            "The body must be a form in UTF-8: names and values joined by = and &, the rest escaped by %XX.",
        )
    };
    let text = str::from_utf8(bytes).map_err(|_| not_a_form())?;
    let mut form: Vec<(String, String)> = Vec::new();
    for pair in text.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = form_text(name)
            .zip(form_text(value))
            .ok_or_else(not_a_form)?;
        if value.is_empty() {
            continue;
        }
        if form.iter().any(|(known, _)| *known == name) {
            return Err(invalid_request("A parameter comes twice: send each once."));
        }
        form.push((name, value));
    }
    Ok(form)
}

/// A name or a value of a form.
fn form_text(text: &str) -> Option<String> {
    let is_digit = |digit: Option<u8>| digit.is_some_and(|digit| digit.is_ascii_hexdigit());
    let is_escape = |behind: &str| {
        let mut digits = behind.bytes();
        is_digit(digits.next()) && is_digit(digits.next())
    };
    if !text.split('%').skip(1).all(is_escape) {
        return None;
    }
    decode(&part::replace(text, "+", " "))
}

/// Whether a header is `Authorization: Basic`, whatever is in it.
fn is_basic(header: &str) -> bool {
    let scheme = header.split(' ').next().unwrap_or_default();
    scheme.eq_ignore_ascii_case("Basic")
}

/// The id and the secret of `Authorization: Basic`, each encoded as in a form (§2.3.1). What is
/// sent there of another kind proves no client, and is not looked at.
fn basic(header: &str) -> Option<(String, String)> {
    let (_, text) = header.split_once(' ').filter(|_| is_basic(header))?;
    let text = String::from_utf8(base64::decode(text.trim())?).ok()?;
    let (id, secret) = text.split_once(':')?;
    form_text(id).zip(form_text(secret))
}

fn denial_reply(denial: &Denial) -> Reply {
    let body = ObjectText::new()
        .text("error", denial.error)
        .text("error_description", denial.detail);
    let reply = Reply::json(denial.status, body.end()).with("Content-Type", "application/json");
    match denial.status {
        401 => reply.with("WWW-Authenticate", "Basic realm=\"oauth\""),
        429 | 503 => reply.with("Retry-After", RETRY_AFTER),
        _ => reply,
    }
}
