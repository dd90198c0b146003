//! How a request is answered, start to end.
//!
//! Path to route, header to credential, body to JSON, use case, failure to status. Everything here is plain data, so
//! that the same code answers in the Worker and in the tests.

use std::net::Ipv4Addr;

use ::scim::error::Error;
use ::scim::habit::Habits;
use ::scim::list::SearchRequest;
use ::scim::resource_type::ResourceType;

use crate::http::fault::Fault;
use service::credential::{Principal, Secret};
use service::{Answer, Caller, Condition, Context, Selection, Session, Settings, discovery};
use store::read::Key;
use store::{Database, Statement};

pub mod auth;
pub mod body;
pub mod fault;
pub mod gauge;
pub mod health;
pub mod log;
pub mod query;
pub mod reply;
pub mod request;
pub mod route;
pub mod scim;

use self::scim::{bulk, media::MediaType, provider};
use body::MAX_BODY;
use gauge::Gauge;
use reply::{Reply, etag};
use request::{Request, Upload};
use route::{Place, Unrouted};

/// What the Worker gives to every request.
pub struct Environment<'a, D> {
    /// What the use cases work with.
    pub context: Context<'a, D>,
    /// The `SCIM_TOKEN` secret, if there is one.
    pub secret: Option<&'a Secret>,
    /// What all requests under way hold.
    pub gauge: &'a Gauge,
    /// `ALLOW_HTTP`: whether requests are answered that come unencrypted from another machine.
    pub allow_http: bool,
}

/// What there is to say about a request once it is answered, besides the reply.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// The id of the request, which its reply has in `X-Request-Id`.
    pub request_id: String,
    /// The endpoint, without ids.
    pub route: String,
    /// Whose data it was about, where the credential was good.
    pub tenant: Option<i64>,
    /// Lenient readings.
    pub habits: Habits,
    /// The identity provider, where it is recognised.
    pub provider: Option<&'static str>,
    /// Statements to run once the reply is out, in one batch. What they note is missed by nobody if it is lost.
    pub later: Vec<Statement>,
    /// The cause of a 500.
    pub cause: Option<String>,
    /// Whether the reply is about somebody's data, so that nobody may keep it: all but discovery.
    pub is_personal: bool,
}

/// Answers a request.
pub async fn respond<D: Database, B: Upload>(
    environment: &Environment<'_, D>,
    request: &Request<B>,
) -> (Reply, Trace) {
    let mut trace = Trace::default();
    let mut reply = match answer(environment, request, &mut trace).await {
        Ok(reply) => reply,
        Err(failure) => {
            trace.cause = failure.cause().map(str::to_owned);
            Reply::failure(&failure)
        }
    };
    trace.provider = provider::recognise(request.user_agent.as_deref(), &trace.habits.names());
    if reply.body.is_some() {
        reply = reply.with(
            "Content-Type",
            MediaType::accepted(request.accept.as_deref()).as_str(),
        );
    }
    reply = reply.telling(&trace.habits);
    if request.method == "HEAD" {
        reply.body = None;
    }
    if trace.is_personal {
        reply = reply.with("Cache-Control", "no-store");
    }
    (reply.with("Vary", "Accept, Authorization"), trace)
}

/// The base URL of addresses in replies: always the full one, whichever way the request came.
fn base<B>(settings: &Settings, request: &Request<B>) -> String {
    settings.base_url.clone().unwrap_or_else(|| {
        let (mount, _) = route::mounted(&request.path);
        format!("{}{mount}/scim/v2", request.origin)
    })
}

/// Whether an origin is plain HTTP, and not of this machine.
fn is_in_clear(origin: &str) -> bool {
    let Some(authority) = origin.strip_prefix("http://") else {
        return false;
    };
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        Some(_) | None => authority,
    };
    let is_local = host == "localhost"
        || host.ends_with(".localhost")
        || host == "[::1]"
        || host
            .parse()
            .is_ok_and(|address: Ipv4Addr| address.is_loopback());
    !is_local
}

async fn answer<D: Database, B: Upload>(
    environment: &Environment<'_, D>,
    request: &Request<B>,
    trace: &mut Trace,
) -> Result<Reply, Fault> {
    if !environment.allow_http && is_in_clear(&request.origin) {
        return Err(Fault::Forbidden(
            "Tokens and personal data do not travel unencrypted: use https:// in place of http:// in the base URL."
                .to_owned(),
        ));
    }
    let place = match Place::of(&request.path) {
        Ok(place) => place,
        Err(Unrouted::Unknown(detail)) => return Err(Fault::not_found(detail)),
        Err(Unrouted::Version(version)) => {
            return Err(Error::invalid_vers(format!(
                "SCIM version \"{}\" is not served; the base URL ends with /scim/v2.",
                version.chars().take(20).collect::<String>(),
            ))
            .into());
        }
    };
    trace.route = place.pattern();
    trace.is_personal = !place.is_discovery();
    let method = if request.method == "HEAD" {
        "GET"
    } else {
        &request.method
    };
    if method == "OPTIONS" {
        return Ok(Reply::empty(204).with("Allow", place.allow()));
    }
    if !place.allow().split(", ").any(|allowed| allowed == method) {
        let detail = format!("{} takes {}.", place.pattern(), place.allow());
        return Ok(Reply::error(405, None, &detail).with("Allow", place.allow()));
    }
    let base = base(environment.context.settings, request);
    if place.is_discovery() {
        if query::has_filter(&request.query)? {
            return Err(Fault::Forbidden(
                "Discovery endpoints take no filter (RFC 7644 §4); ask without one.".to_owned(),
            ));
        }
        return discover(environment.context.settings, &place, &base);
    }
    let context = &environment.context;
    let credential = auth::credential(request.authorization.as_deref())?;
    let caller = Caller {
        tenant: Principal::of(credential, environment.secret)?.scope(&context.clock.now()),
        credential: request.authorization.clone().unwrap_or_default(),
    };
    let session = Session::new(context, caller, base);
    let mut result = serve(&session, environment.gauge, &place, method, request).await;
    // Where no batch was sent, nothing has looked at the token yet.
    if let Err(error) = session.authenticate().await {
        result = Err(error.into());
    }
    let notes = session.end();
    trace.tenant = notes.tenant;
    trace.habits = notes.habits;
    trace.later = notes.later;
    trace.cause = notes.cause;
    result
}

fn discover(settings: &Settings, place: &Place, base: &str) -> Result<Reply, Fault> {
    let body = match place {
        Place::ServiceProviderConfig => discovery::config(settings, base),
        Place::ResourceTypes(None) => discovery::resource_types(base),
        Place::ResourceTypes(Some(name)) => discovery::resource_type(name, base)?,
        Place::Schemas(None) => discovery::schemas(settings, base),
        Place::Schemas(Some(uri)) => discovery::schema(uri, settings, base)?,
        Place::Collection(_)
        | Place::Resource(..)
        | Place::Search(_)
        | Place::Root
        | Place::Bulk => {
            return Err(Fault::broken("not a discovery endpoint".to_owned()));
        }
    };
    Ok(Reply::json(200, body))
}

async fn serve<D: Database, B: Upload>(
    session: &Session<'_, D>,
    gauge: &Gauge,
    place: &Place,
    method: &str,
    request: &Request<B>,
) -> Result<Reply, Fault> {
    match (place, method) {
        (Place::Collection(resource_type), "GET") => {
            list(session, &[*resource_type], &query::search(&request.query)?).await
        }
        (Place::Root, _) => {
            let types: Vec<_> = ResourceType::all().collect();
            list(session, &types, &query::search(&request.query)?).await
        }
        (Place::Search(resource_type), _) => {
            if query::has_filter(&request.query)? {
                return Err(Error::invalid_filter(
                    "A search by POST takes its filter from the body (RFC 7644 §3.4.3), not from the URL. Put it there.",
                )
                .into());
            }
            let (body, _hold) = body::json(session, gauge, request, MAX_BODY).await?;
            let search = SearchRequest::from_body(&body)?;
            match resource_type {
                Some(resource_type) => list(session, &[*resource_type], &search).await,
                None => list(session, &ResourceType::all().collect::<Vec<_>>(), &search).await,
            }
        }
        (Place::Collection(resource_type), _) => {
            let (body, _hold) =
                body::json(session, gauge, request, body::limit(resource_type)).await?;
            let answer = session
                .create(resource_type, &body, &query::asked(&request.query)?)
                .await?;
            Ok(resource(201, answer))
        }
        (Place::Resource(resource_type, key), method) => {
            one(session, gauge, resource_type, key, method, request).await
        }
        (Place::Bulk, _) => {
            let (body, _hold) = body::bulk_json(session, gauge, request).await?;
            let outcomes = session
                .bulk(::scim::bulk::BulkRequest::parse(body)?)
                .await?;
            Ok(Reply::json(200, bulk::response(&outcomes)))
        }
        (Place::ServiceProviderConfig | Place::ResourceTypes(_) | Place::Schemas(_), _) => {
            Err(Fault::broken("a discovery endpoint".to_owned()))
        }
    }
}

async fn list<D: Database>(
    session: &Session<'_, D>,
    types: &[&'static ResourceType],
    search: &SearchRequest,
) -> Result<Reply, Fault> {
    Ok(Reply::json(200, session.list(types, search).await?))
}

/// The methods of one resource.
async fn one<D: Database, B: Upload>(
    session: &Session<'_, D>,
    gauge: &Gauge,
    resource_type: &'static ResourceType,
    key: &Key,
    method: &str,
    request: &Request<B>,
) -> Result<Reply, Fault> {
    let asked = query::asked(&request.query)?;
    let condition = Condition::new(
        request.if_match.as_deref(),
        request.if_none_match.as_deref(),
    );
    match method {
        "GET" => {
            let answer = session.read(resource_type, key, &asked).await?;
            if condition.is_known(&answer.version) {
                // RFC 9110 §15.4.5: the headers that a 200 would have had.
                return Ok(Reply::empty(304)
                    .with("ETag", etag(&answer.version))
                    .with("Content-Location", answer.location));
            }
            condition.check(&answer.version)?;
            Ok(resource(200, answer))
        }
        "PUT" => {
            let (body, _hold) =
                body::json(session, gauge, request, body::limit(resource_type)).await?;
            let answer = session
                .replace(resource_type, key, &body, &condition, &asked)
                .await?;
            Ok(resource(200, answer))
        }
        "PATCH" => {
            let (body, _hold) =
                body::json(session, gauge, request, body::limit(resource_type)).await?;
            let answer = session
                .patch(resource_type, key, &body, &condition, &asked)
                .await?;
            Ok(if answer.body.is_empty() {
                Reply::empty(204).with("ETag", etag(&answer.version))
            } else {
                resource(200, answer)
            })
        }
        "DELETE" => {
            session.delete(resource_type, key, &condition).await?;
            Ok(Reply::empty(204))
        }
        // POST, which the route allows on /Me alone.
        _ => create_me(session, gauge, request, &condition, &asked).await,
    }
}

/// `POST /Me` (RFC 7644 §3.11): the user that the token stands for is there already, or was deleted and is not made
/// again under an id of the client's choice.
async fn create_me<D: Database, B: Upload>(
    session: &Session<'_, D>,
    gauge: &Gauge,
    request: &Request<B>,
    condition: &Condition,
    asked: &Selection,
) -> Result<Reply, Fault> {
    body::json(session, gauge, request, MAX_BODY).await?;
    let answer = session
        .read(&::scim::resource_type::USER_TYPE, &Key::Subject, asked)
        .await?;
    condition.check(&answer.version)?;
    Err(
        Error::uniqueness("The user of this token exists: change it with PUT or PATCH of /Me.")
            .into(),
    )
}

/// A reply with a resource: its version and its address are headers, too.
fn resource(status: u16, answer: Answer) -> Reply {
    let etag = etag(&answer.version);
    let reply = Reply::json(status, answer.body)
        .with("ETag", etag)
        .with("Location", answer.location.clone());
    if status == 201 {
        return reply;
    }
    reply.with("Content-Location", answer.location)
}
