//! The admin face: `/admin/v1`, for the operator of the application.
//!
//! A path of its own, problems (RFC 9457) in place of SCIM's errors, and credentials that no tenant
//! has: the `ADMIN_TOKEN` secret and operator tokens. Bearer alone: no cookie, and no page of
//! another site may ask. Whoever shows no good credential hears 401 at every address, so that none
//! tells what there is; where no credential was ever made none is good.

use ::scim::list::List;
use ::scim::part;
use std::borrow::Cow;

use super::environment::{Environment, is_guessing};
use super::fault::{BROKEN, Fault, TOO_MANY_REFUSED};
use super::method::Method;
use super::problem::problem;
use super::query;
use super::reply::Reply;
use super::request::{IN_CLEAR, Request, Upload};
use super::route::{Choice, choose, decode_segments, fit, placeholder, segments};
use super::trace::Trace;
use super::{auth, scim};
use service::admin::body::BodyObject;
use service::admin::refusal::{Refusal, RefusalKind};
use service::admin::step::{self, Answer, Call, Creation};
use service::admin::{Admin, PageRequest};
use service::credential::Credential;
use service::rate::RETRY_AFTER;
use store::Database;
use store::directory::tenants::TenantSelector;
use store::tenant::Tenant;

mod body;
mod import;
pub mod routes;

use routes::table;

/// Milliseconds between two looks for what is waited for.
const SECOND: u32 = 1_000;
/// Messages that may be left out.
const OPTIONAL: &[&str] = &["WebhookTest", "NewSecret"];
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
    let (front, behind) = part::split(path, BASE)?;
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
        Err(refusal) => refusal_reply(&refusal, trace),
    };
    if is_guessing(environment, &reply).await {
        reply = problem(429, "too_many_refused", TOO_MANY_REFUSED).with("Retry-After", RETRY_AFTER);
    }
    let has = |reply: &Reply, name| reply.headers.iter().any(|(header, _)| *header == name);
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
    let parts: Vec<&str> = parts.iter().map(String::as_str).list();
    let which = which(&parts);
    let mut admin = begin(environment, Credential(token), which.as_ref()).await?;
    trace.notes.later.append(&mut admin.later);
    if let ["tenants", _, "scim", ..] = parts.as_slice() {
        return as_tenant(environment, request, &admin, mount, path, trace).await;
    }
    let table = table();
    let row = table
        .iter()
        .find_map(|row| Some((row.pattern, fit(row.pattern, &parts)?)));
    let (pattern, arguments) = row.ok_or_else(|| {
        Refusal::missing(
            "not_found",
            "The admin face has nothing at this address. Its endpoints begin with /admin/v1/tenants, /events, \
             /webhooks, /operator-tokens, /jobs and /status.",
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
    admit(&admin, route)?;
    let verifies_house = pattern == routes::VERIFY && parts.get(1) == Some(&"0");
    if which.is_some() && !verifies_house {
        trace.notes.tenant = Some(admin.tenant()?.id);
    }
    let parameters = parameters(&request.query, route.query)?;
    if pattern == routes::IMPORT {
        import::check(request)?;
    }
    let body = match route.body {
        None if route.method != Method::Post || pattern == routes::IMPORT => BodyObject::new(),
        message => {
            let may_be_empty = message.is_none_or(|message| OPTIONAL.contains(&message));
            body::read(request, may_be_empty).await?
        }
    };
    // Who sends one where none is read means something by it.
    if route.body.is_none() && !body.is_empty() {
        return Err(Refusal::invalid("unknown_member", body::NONE));
    }
    let call = Call {
        admin: &admin,
        arguments: &arguments,
        page: PageRequest::read(&parameters)?,
        parameters,
        body,
        origin: &request.origin,
    };
    let mut answer = step::answer(&environment.context, route.handler.act, &call).await?;
    let mut turns = 0;
    while let Answer::NothingYet(_, seconds) = answer
        && turns < seconds
    {
        turns += 1;
        environment.context.database.pause(SECOND).await;
        // Whoever may no longer ask hears so now, and that the tenant has ended.
        let now = begin(environment, Credential(token), which.as_ref()).await?;
        if trace.notes.tenant.is_some() {
            now.tenant()?;
        }
        answer = step::answer(&environment.context, route.handler.act, &call).await?;
    }
    trace.job = matches!(answer, Answer::NewJob(_) | Answer::UnfinishedJob(_));
    let base = format!("{}{mount}{BASE}", request.origin);
    let answer = match answer {
        Answer::Upload(upload) => {
            let reply = import::receive(environment, request, &admin, upload, &base, trace);
            return Box::pin(reply).await;
        }
        answer => answer,
    };
    reply_to(answer, pattern, base, &call)
}

/// The reply to a request at a pattern, the admin face being at this base.
fn reply_to(
    answer: Answer,
    pattern: &str,
    base: String,
    call: &Call<'_>,
) -> Result<Reply, Refusal> {
    Ok(match answer {
        Answer::Body(body) | Answer::UnfinishedJob(body) | Answer::NothingYet(body, _) => {
            Reply::json(200, body)
        }
        Answer::Creation(new) => creation_reply(201, base + &address(pattern, call)?, new),
        Answer::NewJob(new) => creation_reply(202, base + "/jobs", new),
        Answer::Empty | Answer::Upload(_) => Reply::empty(204),
        Answer::Export(export) => Reply {
            export: Some(export),
            ..Reply::empty(200)
        }
        .with("Content-Type", "application/x-ndjson"),
    })
}

/// The parameters of a query, each of them known, and there once.
fn parameters(query: &str, known_names: &[&str]) -> Result<Vec<(String, String)>, Refusal> {
    let parameters =
        query::all(query).map_err(|error| Refusal::invalid("invalid_query", error.detail()))?;
    let mut names = parameters.iter().map(|(name, _)| name);
    while let Some(name) = names.next() {
        if !query::is_known(name, known_names) {
            return Err(Refusal::unknown_parameter(name, known_names));
        }
        if names.clone().any(|other| other.eq_ignore_ascii_case(name)) {
            let detail =
                format!("`{name}` is in the query twice. Send it once; types have commas between.");
            return Err(Refusal::invalid("invalid_query", detail));
        }
    }
    Ok(parameters)
}

/// Finds out who asks, and about whom.
fn begin<'a, D: Database>(
    environment: &'a Environment<'a, D>,
    credential: Credential<'a>,
    which: Option<&'a TenantSelector>,
) -> impl Future<Output = Result<Admin<'a>, Refusal>> {
    Admin::begin(
        &environment.context,
        credential,
        environment.admin,
        environment.secret.is_some(),
        which,
        &environment.request_id,
    )
}

/// The reply with what was made, and its address, which is below this one.
fn creation_reply(status: u16, below: String, creation: Creation) -> Reply {
    Reply::json(status, creation.body).with("Location", below + "/" + &creation.id)
}

/// The path of a pattern; a tenant is named by its number.
fn address(pattern: &str, call: &Call<'_>) -> Result<String, Refusal> {
    let mut path = String::new();
    for segment in segments(pattern) {
        path.push('/');
        match placeholder(segment) {
            Some("tenant") => path.push_str(&call.admin.tenant()?.id.to_string()),
            Some(name) => path.push_str(call.argument(name)),
            None => path.push_str(segment),
        }
    }
    Ok(path)
}

/// Refuses an operator who may not do what the endpoint does, whatever the body says.
fn admit(admin: &Admin<'_>, route: &routes::Route) -> Result<(), Refusal> {
    need(admin, route.handler.scope)?;
    let makes_tenant = route.pattern == "/tenants" && route.method == Method::Post;
    if makes_tenant || route.pattern.starts_with("/operator-tokens") {
        admin.refuse_bound()?;
    }
    Ok(())
}

/// Refuses an operator without a scope. Each job says which it needs.
fn need(admin: &Admin<'_>, scope: &'static str) -> Result<(), Refusal> {
    if scope.is_empty() || admin.operator.scopes.has(scope) {
        return Ok(());
    }
    Err(Refusal::no_scope(scope))
}

/// The tenant that a path names: `/tenants/3/…`, `/tenants/ext:org_77/…`. A text that is neither is
/// no tenant's.
fn which(parts: &[&str]) -> Option<TenantSelector> {
    let ["tenants", id, ..] = parts else {
        return None;
    };
    if let Some(external_id) = id.strip_prefix("ext:") {
        return Some(TenantSelector::External(external_id.to_owned()));
    }
    let is_number = !id.starts_with(['0', '+', '-']) && id.len() < 16;
    let number = id.parse().ok().filter(|_| is_number);
    Some(TenantSelector::Number(number.unwrap_or_default()))
}

/// The SCIM face as a tenant. What fails before it is a problem, what fails in it SCIM's.
async fn as_tenant<D: Database, B: Upload>(
    environment: &Environment<'_, D>,
    request: &Request<B>,
    admin: &Admin<'_>,
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
        if scim::is_write(request.method, path) {
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
        is_suspended: tenant.is_suspended,
    };
    Ok(scim::respond(environment, request, door, path, trace).await)
}

/// The reply to what was refused.
fn refusal_reply(refusal: &Refusal, trace: &mut Trace) -> Reply {
    let status = match refusal.kind {
        RefusalKind::Invalid => 400,
        RefusalKind::Unknown => 401,
        RefusalKind::Forbidden => 403,
        RefusalKind::Missing => 404,
        RefusalKind::Conflict => 409,
        RefusalKind::Late => 408,
        RefusalKind::TooLarge => 413,
        RefusalKind::MediaType => 415,
        RefusalKind::Busy => 503,
        RefusalKind::Broken => 500,
    };
    let mut detail = Cow::Borrowed(refusal.detail.as_str());
    if refusal.kind == RefusalKind::Broken {
        trace.notes.cause = Some(refusal.detail.clone());
        detail = Cow::Borrowed(BROKEN);
    }
    let reply = problem(status, refusal.code, &detail);
    match (refusal.kind, refusal.scope) {
        (RefusalKind::Unknown, _) => reply.with("WWW-Authenticate", "Bearer realm=\"admin\""),
        (_, Some(scope)) => reply.with(
            "WWW-Authenticate",
            format!("Bearer realm=\"admin\", error=\"insufficient_scope\", scope=\"{scope}\""),
        ),
        _ => reply,
    }
}
