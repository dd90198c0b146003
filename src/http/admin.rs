//! The admin face: `/admin/v1`, for the operator of the application.
//!
//! A path of its own, problems (RFC 9457) in place of SCIM's errors, and credentials that no tenant
//! has: the `ADMIN_TOKEN` secret and operator tokens. Bearer alone: no cookie, and no page of
//! another site may ask. Whoever shows no good credential hears 401 at every address, so that none
//! tells what there is; where no credential was ever made none is good.

use std::borrow::Cow;

use super::fault::{BROKEN, Fault, TOO_MANY_REFUSED};
use super::problem::problem;
use super::reply::Reply;
use super::request::{IN_CLEAR, Request, Upload};
use super::route::{Choice, choose, decode_segments, fit, segments};
use super::{Environment, Trace, auth, scim};
use ::scim::json;
use service::admin::refusal::{Kind, Refusal};
use service::admin::{Admin, Body};
use service::credential::Credential;
use service::rate::RETRY_AFTER;
use store::Database;
use store::directory::tenants::Which;
use store::tenant::Tenant;

pub mod call;
mod endpoints;
pub mod routes;

use call::Call;
use routes::table;

/// Where the face is.
const BASE: &str = "/admin/v1";

/// Parts a path, whose slashes are single, at the face: what stands before it, where another Worker
/// serves this one below a path of its own, and what stands behind. Nothing where it is another
/// face's.
///
/// ```
/// use scim_worker::http::admin::split_mount;
/// assert_eq!(split_mount("/admin/v1/tenants"), Some(("", "/tenants")));
/// assert_eq!(split_mount("/api/admin/v1"), Some(("/api", "")));
/// assert_eq!(split_mount("/scim/v2/Users/admin/v1"), None);
/// assert_eq!(split_mount("/admin/v10"), None);
/// ```
pub fn split_mount(path: &str) -> Option<(&str, &str)> {
    let (front, behind) = path.split_once(BASE)?;
    let is_whole = behind.is_empty() || behind.starts_with('/');
    let is_first = !segments(front).any(|segment| segment == "scim");
    (is_whole && is_first).then_some((front, behind))
}

/// Answers a request for a path below the face, behind a mount.
pub(super) async fn respond<D: Database, B: Upload>(
    environment: &Environment<'_, D>,
    request: &Request<B>,
    mount: &str,
    path: &str,
    trace: &mut Trace,
) -> Reply {
    let mut reply = match answer(environment, request, mount, path, trace).await {
        Ok(reply) => reply,
        Err(refusal) => refused(&refusal, trace),
    };
    if super::is_guessing(environment, &reply).await {
        reply = problem(429, "too_many_refused", TOO_MANY_REFUSED).with("Retry-After", RETRY_AFTER);
    }
    let has = |reply: &Reply, name| reply.headers.iter().any(|(known, _)| *known == name);
    if reply.body.is_some() && !has(&reply, "Content-Type") {
        reply = reply.with("Content-Type", "application/json");
    }
    if !has(&reply, "Cache-Control") {
        reply = reply.with("Cache-Control", "no-store");
    }
    reply.with("X-Content-Type-Options", "nosniff")
}

async fn answer<D: Database, B: Upload>(
    environment: &Environment<'_, D>,
    request: &Request<B>,
    mount: &str,
    path: &str,
    trace: &mut Trace,
) -> Result<Reply, Refusal> {
    BASE.clone_into(&mut trace.route);
    if !environment.allow_http && request.is_in_clear() {
        return Err(Refusal::forbidden("https_needed", IN_CLEAR));
    }
    let Credential(token) = match auth::credential(request.authorization.as_deref()) {
        Ok(credential) => credential,
        Err(Fault::NoToken(detail)) => return Err(Refusal::unknown(detail)),
        Err(fault) => return Err(Refusal::unknown(fault.words().2)),
    };
    let parts = decode_segments(path).map_err(|detail| Refusal::missing("not_found", detail));
    let parts = parts.as_deref().unwrap_or_default();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let which = which(&parts);
    let mut admin = Admin::begin(
        &environment.context,
        Credential(token),
        environment.admin,
        environment.secret.is_some(),
        which.as_ref(),
    )
    .await?;
    trace.notes.later.append(&mut admin.later);
    if let ["tenants", _, "scim", ..] = parts.as_slice() {
        return as_tenant(environment, request, &admin, mount, path, trace).await;
    }
    let table = table();
    let found = table
        .iter()
        .find_map(|row| Some((row.pattern, fit(row.pattern, &parts)?)));
    let (pattern, arguments) = found.ok_or_else(|| {
        Refusal::missing(
            "not_found",
            "The admin face has nothing at this address. Its endpoints begin with /admin/v1/tenants, /operator-tokens, /jobs \
             and /status.",
        )
    })?;
    trace.route = format!("{BASE}{pattern}");
    let route = match choose(table, pattern, request.method) {
        Choice::Route(route) => route,
        Choice::Options(allow) => return Ok(Reply::empty(204).with("Allow", allow)),
        Choice::Refused(allow) => {
            let detail = format!("{BASE}{pattern} takes {allow}.");
            return Ok(problem(405, "method_not_allowed", &detail).with("Allow", allow));
        }
    };
    need(&admin, route.handler.scope)?;
    if which.is_some() {
        trace.notes.tenant = Some(admin.tenant()?.id);
    }
    (route.handler.act)(&Call {
        admin: &admin,
        request,
        arguments: &arguments,
        query: route.query,
        base: format!("{}{mount}{BASE}", request.origin),
        goes_on: &trace.job,
    })
    .await
}

/// Refuses an operator without a scope. Each job says which it needs.
fn need<D: Database>(admin: &Admin<'_, D>, scope: &'static str) -> Result<(), Refusal> {
    if scope.is_empty() || admin.operator.scopes.has(scope) {
        return Ok(());
    }
    Err(Refusal::no_scope(scope))
}

/// The tenant that a path names: `/tenants/3/…`, `/tenants/ext:org_77/…`. A text that is neither is
/// no tenant's.
fn which(parts: &[&str]) -> Option<Which> {
    let ["tenants", id, ..] = parts else {
        return None;
    };
    if let Some(external_id) = id.strip_prefix("ext:") {
        return Some(Which::External(external_id.to_owned()));
    }
    let is_number = !id.starts_with(['0', '+', '-']) && id.len() < 16;
    let number = id.parse().ok().filter(|_| is_number);
    Some(Which::Number(number.unwrap_or_default()))
}

/// The SCIM face as a tenant. What fails before it is a problem, what fails in it SCIM's.
async fn as_tenant<D: Database, B: Upload>(
    environment: &Environment<'_, D>,
    request: &Request<B>,
    admin: &Admin<'_, D>,
    mount: &str,
    path: &str,
    trace: &mut Trace,
) -> Result<Reply, Refusal> {
    let at = segments(path)
        .take(2)
        .map(|segment| segment.len() + 1)
        .sum();
    let (front, path) = path.split_at_checked(at).unwrap_or((path, ""));
    need(
        admin,
        if scim::is_write::<D, B>(request.method, path) {
            "directory:write"
        } else {
            "directory:read"
        },
    )?;
    let tenant = admin.tenant()?;
    trace.notes.tenant = Some(tenant.id);
    let door = scim::Door {
        base: format!("{}{mount}{BASE}{front}/scim/v2", request.origin),
        tenant: Some(Tenant::Known(tenant.id)),
        operator: Some((admin.operator.id.clone(), admin.operator.label.clone())),
        settings: Some(environment.context.settings_of(tenant.id, &tenant.settings)),
        shard: tenant.shard,
    };
    Ok(scim::respond(environment, request, door, path, trace).await)
}

/// The reply to what was refused.
fn refused(refusal: &Refusal, trace: &mut Trace) -> Reply {
    let status = match refusal.kind {
        Kind::Invalid => 400,
        Kind::Unknown => 401,
        Kind::Forbidden => 403,
        Kind::Missing => 404,
        Kind::Conflict => 409,
        Kind::Late => 408,
        Kind::TooLarge => 413,
        Kind::Busy => 503,
        Kind::Broken => 500,
    };
    let mut detail = Cow::Borrowed(refusal.detail.as_str());
    if refusal.kind == Kind::Broken {
        trace.notes.cause = Some(refusal.detail.clone());
        detail = Cow::Borrowed(BROKEN);
    }
    let reply = problem(status, refusal.code, &detail);
    match (refusal.kind, refusal.scope) {
        (Kind::Unknown, _) => reply.with("WWW-Authenticate", "Bearer realm=\"admin\""),
        (_, Some(scope)) => reply.with(
            "WWW-Authenticate",
            format!("Bearer realm=\"admin\", error=\"insufficient_scope\", scope=\"{scope}\""),
        ),
        _ => reply,
    }
}

/// A body that was read, as an object.
fn parse_body(bytes: &[u8]) -> Result<Body, Refusal> {
    let refused = |reason: &str| {
        Refusal::invalid(
            "invalid_body",
            format!("The body is not a JSON object: {reason}."),
        )
    };
    let text = str::from_utf8(bytes).map_err(|_| refused("it is not UTF-8"))?;
    let (value, twice) = json::parse_noting(text).map_err(|error| refused(&error.to_string()))?;
    if let Some(name) = twice.first() {
        return Err(refused(&format!("`{name}` comes twice")));
    }
    match value {
        serde_json::Value::Object(members) => Ok(members),
        _ => Err(refused("it is another value")),
    }
}
