//! The SCIM face: RFC 7644 over HTTP, below `/scim/v2`.
//!
//! Path to endpoint, header to credential, body to JSON, use case, fault to status. An endpoint is
//! a row of [`routes::table`].

use scim::habit::Habits;
use serde_json::Value;

use super::body::ReceivedBody;
use super::environment::{Environment, is_guessing};
use super::fault::Fault;
use super::method::Method;
use super::query::decode;
use super::reply::Reply;
use super::request::{IN_CLEAR, Request, Upload};
use super::route::{Choice, Route, choose, segments};
use super::trace::Trace;
use service::rate::Rate;
use service::settings::InHand;
use service::{Failure, Session};
use store::Database;
use store::tenant::{self};

mod bulk;
pub mod call;
mod door;
mod endpoints;
mod error;
pub mod log_entry;
pub mod media;
pub mod provider;
pub mod query;
pub mod routes;

use call::{Call, Question};
pub(super) use door::Door;
use door::caller;
use log_entry::LogDraft;
use media::MediaType;
use routes::{Handler, ScimEndpoint, table};

/// Bytes of the paths in `Scim-Ignored`; ours: proxies take headers of 8 kB together.
const MAX_IGNORED: usize = 2_000;

/// Parts a path, whose slashes are single, in front of its `/scim`: another Worker or a route may
/// serve this one below a path of its own. Nothing where no `/scim` is in it.
///
/// ```
/// use scim_worker::http::scim::split_mount;
/// let users = "/scim/v2/Users";
/// assert_eq!(split_mount("/api/identity/scim/v2/Users"), Some(("/api/identity", users)));
/// assert_eq!(split_mount("/scim/v2/Users/scim"), Some(("", "/scim/v2/Users/scim")));
/// assert_eq!(split_mount("/%73cim/Users"), Some(("", "/%73cim/Users")));
/// assert_eq!(split_mount("/v2/Users"), None);
/// ```
pub fn split_mount(path: &str) -> Option<(&str, &str)> {
    let below = |base: &str| {
        path.match_indices('/').find_map(|(position, _)| {
            let (front, rest) = path.split_at_checked(position)?;
            let behind = rest.strip_prefix(base)?;
            let is_whole = behind.is_empty() || behind.starts_with('/');
            is_whole.then_some((front, rest))
        })
    };
    // RFC 3986 §6.2.2.2: a letter and its escape are the same.
    let is_spelt_otherwise = || segments(path).next().and_then(decode).as_deref() == Some("scim");
    below("/scim/v2")
        .or_else(|| below("/scim"))
        .or_else(|| is_spelt_otherwise().then_some(("", path)))
}

/// Whether a request may change something, as the row says that it is for; where there is none, by
/// its method.
pub(super) fn is_write(method: Method, path: &str) -> bool {
    let table = table();
    let endpoint = ScimEndpoint::find(table, path);
    match endpoint.map(|endpoint| choose(table, endpoint.pattern, method)) {
        Ok(Choice::Route(row)) => routes::is_write(row),
        Ok(Choice::Options(_) | Choice::Refused(_)) | Err(_) => {
            !matches!(method, Method::Get | Method::Head | Method::Options)
        }
    }
}

/// Answers a request for a path that begins with `/scim`.
pub(super) async fn respond<D: Database, B: Upload>(
    environment: &Environment<'_, D>,
    request: &Request<B>,
    door: Door,
    path: &str,
    trace: &mut Trace,
) -> Reply {
    let mut draft = LogDraft::default();
    let mut reply = match answer(environment, request, path, &door, trace, &mut draft).await {
        Ok(reply) => reply,
        Err(fault) => {
            // To write it down would cost what the limit saves.
            draft.is_off = matches!(fault, Fault::Service(Failure::TooFast(_)));
            trace.notes.cause = fault.cause().map(str::to_owned);
            error::reply(&fault)
        }
    };
    if is_guessing(environment, &reply).await {
        reply = error::too_many_refused();
    }
    trace.provider =
        provider::recognise(request.user_agent.as_deref(), &trace.notes.habits.names());
    trace.log_entry = log_entry::make(environment, request, (&door, path), draft, &reply, trace);
    if reply.body.is_some() {
        reply = reply.with(
            "Content-Type",
            MediaType::for_accept(request.accept.as_deref()).as_str(),
        );
    }
    if let Some(paths) = ignored_paths(&trace.notes.habits) {
        reply = reply.with("Scim-Ignored", paths);
    }
    if trace.is_personal {
        reply = reply.with("Cache-Control", "no-store");
    }
    reply.with("Vary", "Accept, Authorization")
}

async fn answer<D: Database, B: Upload>(
    environment: &Environment<'_, D>,
    request: &Request<B>,
    path: &str,
    door: &Door,
    trace: &mut Trace,
    draft: &mut LogDraft,
) -> Result<Reply, Fault> {
    if !environment.allow_http && request.is_in_clear() {
        return Err(Fault::Forbidden(IN_CLEAR.to_owned()));
    }
    let table = table();
    let endpoint = ScimEndpoint::find(table, path)?;
    trace.route = endpoint.name();
    trace.is_personal = !endpoint.is_open;
    let arguments = &endpoint.arguments;
    let row @ Route {
        query,
        body,
        handler,
        ..
    } = match choose(table, endpoint.pattern, request.method) {
        Choice::Route(route) => route,
        Choice::Options(allow) => {
            draft.is_off = true;
            return Ok(Reply::empty(204).with("Allow", allow));
        }
        Choice::Refused(allow) => {
            let detail = format!("{} takes {allow}.", trace.route);
            return Ok(error::error(405, None, &detail).with("Allow", allow));
        }
    };
    draft.note(row, arguments);
    match handler {
        Handler::Open(tell) => {
            if query::has_filter(&request.query)? {
                return Err(Fault::Forbidden(
                    "Discovery endpoints take no filter (RFC 7644 §4). Ask without one.".to_owned(),
                ));
            }
            let settings = settings_for_open(environment, request, door).await?;
            draft.log = settings.request_log();
            let question = Question {
                settings: settings.of(environment.context.settings),
                base: &door.base,
                arguments,
            };
            Ok(Reply::json(200, tell(&question)?))
        }
        Handler::Caller(act) => {
            let is_customer = door.tenant.is_none();
            let (caller, context) = caller(environment, request, routes::is_write(row), door)?;
            let context = &context;
            draft.caller = Some((caller.tenant.clone(), context.database.number()));
            let in_hand = || context.settings_in_hand(&caller.tenant);
            let mut settings = door.settings.clone().unwrap_or_else(in_hand);
            context
                .count(&caller.tenant, &settings, Rate::Tenant, 1)
                .await?;
            let for_log = ReceivedBody::default();
            let (session, result) = loop {
                let session = Session::new(context, caller.clone(), door.base.clone(), settings);
                let mut call = Call {
                    session: &session,
                    request,
                    arguments,
                    query,
                    message: *body,
                    body: Value::Null,
                };
                // In a box of its own: it is no part of what every other request carries.
                let mut result = match call.read_body(&for_log).await {
                    Ok(()) => Box::pin(endpoints::answer(*act, call)).await,
                    Err(fault) => Err(fault),
                };
                // Where no batch was sent, nothing has looked at the token yet.
                if let Err(error) = session.check().await {
                    result = Err(error.into());
                }
                if !session.has_other_settings() {
                    break (session, result);
                }
                settings = context.read_settings(&caller.tenant).await?;
            };
            if !session.may_be_done_again() {
                draft.log = Some(session.settings().request_log);
            }
            draft.body = for_log.into_logged();
            let now = environment.context.clock.now();
            if is_customer && session.is_default() && environment.instance.is_new_day(&now) {
                session.note_used(tenant::DEFAULT_TENANT);
            }
            let mut notes = session.end();
            trace.notes.later.append(&mut notes.later);
            notes.later = std::mem::take(&mut trace.notes.later);
            trace.notes = notes;
            result
        }
    }
}

/// The settings by which an endpoint answers that needs no token: where one is shown, its tenant's,
/// which must not be suspended.
async fn settings_for_open<D: Database, B>(
    environment: &Environment<'_, D>,
    request: &Request<B>,
    door: &Door,
) -> Result<InHand, Fault> {
    if door.is_suspended {
        return Err(store::Error::Suspended.into());
    }
    if let Some(settings) = &door.settings {
        return Ok(settings.clone());
    }
    match caller(environment, request, false, door) {
        Ok((caller, context)) => Ok(context.read_settings(&caller.tenant).await?),
        Err(_) => Ok(InHand::default()),
    }
}

/// The paths of what was left out of the request, so that no success without effect goes untold;
/// what was left out for two reasons in a row is named once.
fn ignored_paths(habits: &Habits) -> Option<String> {
    let mut paths = String::new();
    let mut last = "";
    for path in habits.left_out() {
        if path == last {
            continue;
        }
        last = path;
        if paths.len() + path.len() > MAX_IGNORED {
            paths.push_str(", ...");
            break;
        }
        if !paths.is_empty() {
            paths.push_str(", ");
        }
        paths.push_str(path);
    }
    (!paths.is_empty()).then_some(paths)
}
