//! The endpoints of the admin face, a row each method; patterns stand below `/admin/v1`.
//!
//! `{tenant}` is a tenant's number, or `ext:` and the application's id of it.

use crate::http::method::Method;
use crate::http::route::{self, row};
use service::admin::step::UseCase;
use service::admin::{
    brake, client, deleted, erase, events, export, import, jobs, operator_tokens, pending,
    requests, status, tenant, token, undo, verify, webhooks,
};

/// A row of the table. Its message is named as in the document of the face.
pub type Route = route::Route<&'static str, Handler>;

/// What answers at an endpoint.
#[derive(Clone, Copy, Debug)]
pub struct Handler {
    /// The scope that it needs; empty where that depends on what is asked for.
    pub scope: &'static str,
    /// What it does.
    pub act: UseCase,
}

/// The parameters of a list.
const PAGE: &[&str] = &["limit", "after"];

/// Those of the log of requests.
const REQUESTS: &[&str] = &[
    "status", "method", "since", "until", "resource", "text", "limit", "after",
];

/// Those of the feed.
const FEED: &[&str] = &["limit", "after", "tenant", "type", "include", "wait"];
const FEED_OF_TENANT: &[&str] = &["limit", "after", "before", "type", "include", "wait"];

/// Those of the list of jobs.
const JOBS: &[&str] = &["limit", "after", "tenant"];

/// The import, whose body is read as it comes.
pub const IMPORT: &str = "/tenants/{tenant}/import";
const IMPORTED: &[&str] = &["dry_run", "job", "line", "more"];

/// Whether a record holds; the house has one too.
pub const VERIFY: &str = "/tenants/{tenant}/events/verify";
const VERIFIED: &[&str] = &["from_seq", "seq", "head"];

/// What answers to whoever has the scope.
const fn needs(scope: &'static str, act: UseCase) -> Handler {
    Handler { scope, act }
}

/// All endpoints but those of the SCIM face as a tenant.
#[rustfmt::skip]
pub fn table() -> &'static [Route] {
    use Method::{Delete, Get, Patch, Post};
    const READ: &str = "tenants:read";
    const WRITE: &str = "tenants:write";
    const HOOKS: &str = "webhooks:write";
    const ALL: &str = "*";
    const {
        &[
            row(Get, "/tenants", PAGE, None, needs(READ, tenant::list)),
            row(Post, "/tenants", &[], Some("NewTenant"), needs(WRITE, tenant::create)),
            row(Get, "/tenants/{tenant}", &[], None, needs(READ, tenant::read)),
            row(Patch, "/tenants/{tenant}", &[], Some("TenantPatch"), needs(WRITE, tenant::change)),
            row(Delete, "/tenants/{tenant}", &["confirm"], None, needs(WRITE, tenant::delete)),
            row(Get, "/tenants/{tenant}/tokens", PAGE, None, needs(READ, token::list)),
            row(Post, "/tenants/{tenant}/tokens", &[], Some("NewToken"), needs(WRITE, token::create)),
            row(Get, "/tenants/{tenant}/tokens/{token}", &[], None, needs(READ, token::read)),
            row(Patch, "/tenants/{tenant}/tokens/{token}", &[], Some("TokenPatch"), needs(WRITE, token::change)),
            row(Delete, "/tenants/{tenant}/tokens/{token}", &[], None, needs(WRITE, token::revoke)),
            row(Get, "/tenants/{tenant}/clients", PAGE, None, needs(READ, client::list)),
            row(Post, "/tenants/{tenant}/clients", &[], Some("NewClient"), needs(WRITE, client::create)),
            row(Get, "/tenants/{tenant}/clients/{client}", &[], None, needs(READ, client::read)),
            row(Patch, "/tenants/{tenant}/clients/{client}", &[], Some("ClientPatch"), needs(WRITE, client::change)),
            row(Delete, "/tenants/{tenant}/clients/{client}", &[], None, needs(WRITE, client::revoke)),
            row(Get, "/tenants/{tenant}/clients/{client}/secrets", PAGE, None, needs(READ, client::list_secrets)),
            row(Post, "/tenants/{tenant}/clients/{client}/secrets", &[], Some("NewSecret"), needs(WRITE, client::create_secret)),
            row(Get, "/tenants/{tenant}/clients/{client}/secrets/{secret}", &[], None, needs(READ, client::read_secret)),
            row(Delete, "/tenants/{tenant}/clients/{client}/secrets/{secret}", &[], None, needs(WRITE, client::remove_secret)),
            row(Get, "/tenants/{tenant}/brake", &[], None, needs("directory:read", brake::read)),
            row(Post, "/tenants/{tenant}/brake", &[], Some("BrakeAction"), needs("directory:write", brake::turn)),
            row(Get, "/tenants/{tenant}/groups/{group}/pending", PAGE, None, needs("directory:read", pending::list)),
            row(Get, "/tenants/{tenant}/deleted", PAGE, None, needs("directory:read", deleted::list)),
            row(Get, "/tenants/{tenant}/deleted/{deleted}", &[], None, needs("directory:read", deleted::read)),
            row(Post, "/tenants/{tenant}/deleted/{deleted}/restore", &[], None, needs("directory:write", deleted::restore)),
            row(Get, "/tenants/{tenant}/requests", REQUESTS, None, needs("requests:read", requests::list)),
            row(Get, "/tenants/{tenant}/requests/{request}", &[], None, needs("requests:read", requests::read)),
            row(Get, "/tenants/{tenant}/events", FEED_OF_TENANT, None, needs("events:read", events::of_tenant)),
            row(Get, VERIFY, VERIFIED, None, needs("events:read", verify::verify)),
            row(Get, "/tenants/{tenant}/export", &["after"], None, needs("directory:read", export::begin)),
            row(Post, "/tenants/{tenant}/erase", &[], Some("Erasure"), needs("directory:write", erase::erase)),
            row(Post, IMPORT, IMPORTED, None, needs("directory:write", import::begin)),
            row(Post, "/tenants/{tenant}/undo", &[], Some("NewUndo"), needs("directory:write", undo::undo)),
            row(Get, "/events", FEED, None, needs("events:read", events::list)),
            row(Get, "/webhooks", PAGE, None, needs(HOOKS, webhooks::list)),
            row(Post, "/webhooks", &[], Some("NewWebhook"), needs(HOOKS, webhooks::create)),
            row(Get, "/webhooks/{webhook}", &[], None, needs(HOOKS, webhooks::read)),
            row(Patch, "/webhooks/{webhook}", &[], Some("WebhookPatch"), needs(HOOKS, webhooks::change)),
            row(Delete, "/webhooks/{webhook}", &[], None, needs(HOOKS, webhooks::remove)),
            row(Post, "/webhooks/{webhook}/rotate", &[], None, needs(HOOKS, webhooks::rotate)),
            row(Post, "/webhooks/{webhook}/test", &[], Some("WebhookTest"), needs(HOOKS, webhooks::acts::test)),
            row(Post, "/webhooks/{webhook}/replay", &[], Some("WebhookReplay"), needs(HOOKS, webhooks::acts::replay)),
            row(Post, "/webhooks/{webhook}/park", &[], Some("WebhookPark"), needs(HOOKS, webhooks::acts::park)),
            row(Get, "/webhooks/{webhook}/deliveries", PAGE, None, needs(HOOKS, webhooks::acts::deliveries)),
            row(Get, "/operator-tokens", PAGE, None, needs(ALL, operator_tokens::list)),
            row(Post, "/operator-tokens", &[], Some("NewOperatorToken"), needs(ALL, operator_tokens::create)),
            row(Get, "/operator-tokens/{token}", &[], None, needs(ALL, operator_tokens::read)),
            row(Delete, "/operator-tokens/{token}", &[], None, needs(ALL, operator_tokens::revoke)),
            row(Get, "/jobs", JOBS, None, needs("directory:write", jobs::list)),
            row(Get, "/jobs/{job}", &[], None, needs("", jobs::read)),
            row(Get, "/status", &[], None, needs(READ, status::read)),
        ]
    }
}
