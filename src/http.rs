//! The front door: which face a request is for, and what all replies have.
//!
//! The first segment of the path tells the face. A face has its routes, its media types and its
//! form of errors; what stands here and beside it knows none of them. Everything is plain data, so
//! that the same code answers in the Worker and in the tests.

use std::convert::Infallible;
use std::pin::Pin;

use store::Database;

pub mod admin;
pub mod auth;
pub mod body;
pub mod content_type;
pub mod environment;
pub mod fault;
pub mod gathering;
pub mod health;
pub mod instance;
pub mod log;
pub mod method;
pub mod oauth;
pub mod problem;
pub mod query;
pub mod reply;
pub mod request;
pub mod route;
pub mod scim;
pub mod trace;

pub use environment::Environment;
pub use trace::Trace;

use method::Method;
use problem::problem;
use reply::Reply;
use request::{Request, Upload};
use route::{Choice, Route, choose, row, segments};

/// Answers a request.
pub async fn respond<D: Database, B: Upload>(
    environment: &Environment<'_, D>,
    request: &Request<B>,
) -> (Reply, Trace) {
    let mut trace = Trace {
        request_id: environment.request_id.clone(),
        ..Trace::default()
    };
    let table = table();
    let path = route::single_slashes(&request.path);
    let mut reply = match Face::of(table, &path) {
        Face::Own(pattern) => {
            pattern.clone_into(&mut trace.route);
            match choose(table, pattern, request.method) {
                Choice::Route(route) => (route.handler)(environment, &mut trace).await,
                Choice::Options(allow) => Reply::empty(204).with("Allow", allow),
                Choice::Refused(allow) => {
                    let detail = format!("{pattern} takes {allow}.");
                    problem(405, "method_not_allowed", &detail).with("Allow", allow)
                }
            }
        }
        Face::Admin { mount, path } => {
            admin::respond(environment, request, mount, path, &mut trace).await
        }
        // In a box of its own: it is no part of what every other request carries.
        Face::OAuth => {
            let answer: ReplyFuture<'_> =
                Box::pin(oauth::respond(environment, request, &mut trace));
            answer.await
        }
        Face::Scim { mount, path } => {
            let door = scim::Door::of(environment, request, mount);
            scim::respond(environment, request, door, path, &mut trace).await
        }
        Face::None => problem(404, "not_found", NOTHING_HERE),
    };
    if request.method == Method::Head {
        reply.body = None;
        reply.export = None;
    }
    (reply.with("X-Request-Id", trace.request_id.as_str()), trace)
}

/// Whether something may have been written that somebody is to be told of.
pub fn may_have_written<B>(request: &Request<B>, reply: &Reply) -> bool {
    let reads = matches!(request.method, Method::Get | Method::Head | Method::Options);
    let tells = [".search", "/oauth/token"]
        .iter()
        .all(|end| !request.path.ends_with(end));
    reply.status < 300 && !reads && tells
}

/// The sentence for an address that no face has.
const NOTHING_HERE: &str = "There is nothing at this address. The base URL of SCIM ends with \
                            /scim/v2, so that users are at /scim/v2/Users; /healthz tells whether \
                            the service answers.";

/// A reply on its way.
type ReplyFuture<'c> = Pin<Box<dyn Future<Output = Reply> + 'c>>;

/// What answers at an endpoint of no face.
type Handler<D> = for<'c> fn(&'c Environment<'c, D>, &'c mut Trace) -> ReplyFuture<'c>;

/// The endpoints of no face.
pub fn table<'t, D: Database + 't>() -> &'t [Route<Infallible, Handler<D>>] {
    const {
        &[row(
            Method::Get,
            "/healthz",
            &[],
            None,
            |environment, trace| Box::pin(health::get(environment, trace)),
        )]
    }
}

/// Who answers.
#[derive(Debug, PartialEq, Eq)]
enum Face<'p> {
    /// The front door itself, at the endpoint with this pattern.
    Own(&'static str),
    /// The admin face: where the Worker is mounted, and the path below `/admin/v1`.
    Admin { mount: &'p str, path: &'p str },
    /// The endpoint of OAuth tokens.
    OAuth,
    /// The SCIM face: where the Worker is mounted, and the path from `/scim` on.
    Scim { mount: &'p str, path: &'p str },
    /// Nobody.
    None,
}

impl<'p> Face<'p> {
    /// The face that a path names by its first segment. That of SCIM comes last: before its `/scim`
    /// there may be the path of another Worker, below which this one stands.
    fn of<M, H>(table: &[Route<M, H>], path: &'p str) -> Self {
        if let Some(row) = table
            .iter()
            .find(|row| segments(row.pattern).eq(segments(path)))
        {
            return Self::Own(row.pattern);
        }
        if let Some((mount, path)) = admin::split_mount(path) {
            return Self::Admin { mount, path };
        }
        if oauth::is_here(path) {
            return Self::OAuth;
        }
        match scim::split_mount(path) {
            Some((mount, path)) => Self::Scim { mount, path },
            None => Self::None,
        }
    }
}
