//! `GET /healthz`.

use std::cell::Cell;

use scim_worker::http::instance::Instance;
use scim_worker::http::method::Method;
use scim_worker::http::reply::Reply;
use scim_worker::http::request::Request;
use scim_worker::http::{Environment, Trace, respond};
use service::{Context, Moment};
use store::{Cost, Database, Error, Results, Statement};

use testing::memory::Memory;

use crate::tokens::NoMint;

/// A database that is there, or is gone.
struct Switched {
    memory: Memory,
    gone: Cell<bool>,
    asked: Cell<u32>,
}

impl Database for Switched {
    async fn batch(&self, statements: Vec<Statement>) -> Result<Results, Error> {
        self.asked.set(self.asked.get() + 1);
        if self.gone.get() {
            return Err(Error::Broken("no such database: secret".to_owned()));
        }
        self.memory.database.batch(statements).await
    }

    async fn pause(&self, _: u32) {}

    fn cost(&self) -> Cost {
        self.memory.database.cost()
    }
}

fn ask(instance: &Instance, database: &Switched, method: Method, at: u64) -> (Reply, Trace) {
    let request: Request = Request {
        method,
        path: "/healthz".to_owned(),
        ..Request::default()
    };
    let environment = Environment {
        context: Context {
            database,
            settings: &database.memory.settings,
            mint: &NoMint,
            clock: &Moment::at(1_767_225_600_000 + at),
            fetch: &database.memory.fetch,
            keys: &database.memory.keys,
            hold: &database.memory.gauge.request(),
            remembered: database.memory.remembered(),
            rates: &database.memory.rates,
        },
        secret: None,
        admin: None,
        instance,
        allow_http: false,
        request_id: "req_1".to_owned(),
    };
    pollster::block_on(respond(&environment, &request))
}

/// 200 while the database answers, 503 while it does not, and neither asked about more than once in
/// five seconds.
#[test]
fn the_watch_sees_the_database() {
    let database = Switched {
        memory: Memory::new(),
        gone: Cell::new(false),
        asked: Cell::new(0),
    };
    let instance = Instance::new();
    let status = |at| ask(&instance, &database, Method::Get, at).0.status;
    assert_eq!([status(0), status(4_999)], [200, 200]);
    assert_eq!(database.asked.get(), 1);
    database.gone.set(true);
    assert_eq!([status(4_999), status(5_000)], [200, 503]);
    assert_eq!(database.asked.get(), 2);
    database.gone.set(false);
    assert_eq!([status(9_999), status(10_000)], [503, 200]);
    assert_eq!(database.asked.get(), 3);
    // Another instance knows nothing of this one; a clock that goes back makes nothing last.
    assert_eq!(
        ask(&Instance::new(), &database, Method::Get, 0).0.status,
        200
    );
    assert_eq!(status(0), 200);
    assert_eq!(database.asked.get(), 5);
}

#[test]
fn it_tells_no_detail() {
    let database = Switched {
        memory: Memory::new(),
        gone: Cell::new(true),
        asked: Cell::new(0),
    };
    let (reply, trace) = ask(&Instance::new(), &database, Method::Get, 0);
    let headers = format!("{:?}", reply.headers);
    assert!(headers.contains("\"Retry-After\", \"5\""), "{headers}");
    assert!(headers.contains("no-store"), "{headers}");
    assert!(
        headers.contains(&format!(
            "\"Scim-Worker-Version\", \"{}\"",
            env!("CARGO_PKG_VERSION")
        )),
        "{headers}"
    );
    let body = reply.body.unwrap().into_text();
    assert_eq!(body, "{\"status\":\"unavailable\"}");
    // The operator reads the cause in the log.
    assert!(trace.notes.cause.unwrap().contains("no such database"));

    let (reply, _) = ask(&Instance::new(), &database, Method::Head, 0);
    assert_eq!((reply.status, reply.body), (503, None));
    let (reply, _) = ask(&Instance::new(), &database, Method::Post, 0);
    assert_eq!(reply.status, 405);
    assert!(
        reply
            .headers
            .contains(&("Allow", "GET, HEAD, OPTIONS".to_owned()))
    );
    assert!(
        reply
            .headers
            .contains(&("Content-Type", "application/problem+json".to_owned()))
    );
}
