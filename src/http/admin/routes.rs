//! The endpoints of the admin face, a row each method; patterns stand below `/admin/v1`.
//!
//! `{tenant}` is a tenant's number, or `ext:` and the application's id of it.

use std::pin::Pin;

use super::call::Call;
use super::endpoints::{
    change_tenant, change_token, client, create_operator_token, create_tenant, create_token,
    delete_tenant, list_operator_tokens, list_requests, list_tenants, list_tokens, read_job,
    read_operator_token, read_request, read_tenant, read_token, revoke_operator_token,
    revoke_token, status,
};
use crate::http::method::Method;
use crate::http::reply::Reply;
use crate::http::request::Upload;
use crate::http::route::{self, row};
use service::admin::client::ClientVerb;
use service::admin::refusal::Refusal;
use store::Database;

/// A row of the table. Its message is named as in the document of the face.
pub type Route<D, B> = route::Route<&'static str, Handler<D, B>>;

/// An answer on its way.
pub type AnswerFuture<'c> = Pin<Box<dyn Future<Output = Result<Reply, Refusal>> + 'c>>;

/// What answers at an endpoint.
#[derive(Debug)]
pub struct Handler<D, B> {
    /// The scope that it needs; empty where that depends on what is asked for.
    pub scope: &'static str,
    /// What it does.
    pub act: for<'c> fn(&'c Call<'c, D, B>) -> AnswerFuture<'c>,
}

impl<D, B> Clone for Handler<D, B> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<D, B> Copy for Handler<D, B> {}

/// The parameters of a list.
const PAGE: &[&str] = &["limit", "after"];

/// Those of the log of requests.
const REQUESTS: &[&str] = &[
    "status", "method", "since", "until", "resource", "text", "limit", "after",
];

/// What answers to whoever has the scope.
const fn needs<D, B>(
    scope: &'static str,
    act: for<'c> fn(&'c Call<'c, D, B>) -> AnswerFuture<'c>,
) -> Handler<D, B> {
    Handler { scope, act }
}

/// All endpoints but those of the SCIM face as a tenant.
#[rustfmt::skip]
pub fn table<'t, D: Database + 't, B: Upload + 't>() -> &'t [Route<D, B>] {
    use Method::{Delete, Get, Patch, Post};
    const READ: &str = "tenants:read";
    const WRITE: &str = "tenants:write";
    const ALL: &str = "*";
    const {
        &[
            row(Get, "/tenants", PAGE, None, needs(READ, |call| Box::pin(list_tenants(call)))),
            row(Post, "/tenants", &[], Some("NewTenant"), needs(WRITE, |call| Box::pin(create_tenant(call)))),
            row(Get, "/tenants/{tenant}", &[], None, needs(READ, |call| Box::pin(read_tenant(call)))),
            row(Patch, "/tenants/{tenant}", &[], Some("TenantPatch"), needs(WRITE, |call| Box::pin(change_tenant(call)))),
            row(Delete, "/tenants/{tenant}", &["confirm"], None, needs(WRITE, |call| Box::pin(delete_tenant(call)))),
            row(Get, "/tenants/{tenant}/tokens", PAGE, None, needs(READ, |call| Box::pin(list_tokens(call)))),
            row(Post, "/tenants/{tenant}/tokens", &[], Some("NewToken"), needs(WRITE, |call| Box::pin(create_token(call)))),
            row(Get, "/tenants/{tenant}/tokens/{token}", &[], None, needs(READ, |call| Box::pin(read_token(call)))),
            row(Patch, "/tenants/{tenant}/tokens/{token}", &[], Some("TokenPatch"), needs(WRITE, |call| Box::pin(change_token(call)))),
            row(Delete, "/tenants/{tenant}/tokens/{token}", &[], None, needs(WRITE, |call| Box::pin(revoke_token(call)))),
            row(Get, "/tenants/{tenant}/clients", PAGE, None, needs(READ, |call| Box::pin(client(call, ClientVerb::List)))),
            row(Post, "/tenants/{tenant}/clients", &[], Some("NewClient"), needs(WRITE, |call| Box::pin(client(call, ClientVerb::Create)))),
            row(Get, "/tenants/{tenant}/clients/{client}", &[], None, needs(READ, |call| Box::pin(client(call, ClientVerb::Read)))),
            row(Patch, "/tenants/{tenant}/clients/{client}", &[], Some("ClientPatch"), needs(WRITE, |call| Box::pin(client(call, ClientVerb::Change)))),
            row(Delete, "/tenants/{tenant}/clients/{client}", &[], None, needs(WRITE, |call| Box::pin(client(call, ClientVerb::Revoke)))),
            row(Get, "/tenants/{tenant}/clients/{client}/secrets", PAGE, None, needs(READ, |call| Box::pin(client(call, ClientVerb::ListSecrets)))),
            row(Post, "/tenants/{tenant}/clients/{client}/secrets", &[], Some("NewSecret"), needs(WRITE, |call| Box::pin(client(call, ClientVerb::CreateSecret)))),
            row(Get, "/tenants/{tenant}/clients/{client}/secrets/{secret}", &[], None, needs(READ, |call| Box::pin(client(call, ClientVerb::ReadSecret)))),
            row(Delete, "/tenants/{tenant}/clients/{client}/secrets/{secret}", &[], None, needs(WRITE, |call| Box::pin(client(call, ClientVerb::RemoveSecret)))),
            row(Get, "/tenants/{tenant}/requests", REQUESTS, None, needs("requests:read", |call| Box::pin(list_requests(call)))),
            row(Get, "/tenants/{tenant}/requests/{request}", &[], None, needs("requests:read", |call| Box::pin(read_request(call)))),
            row(Get, "/operator-tokens", PAGE, None, needs(ALL, |call| Box::pin(list_operator_tokens(call)))),
            row(Post, "/operator-tokens", &[], Some("NewOperatorToken"), needs(ALL, |call| Box::pin(create_operator_token(call)))),
            row(Get, "/operator-tokens/{token}", &[], None, needs(ALL, |call| Box::pin(read_operator_token(call)))),
            row(Delete, "/operator-tokens/{token}", &[], None, needs(ALL, |call| Box::pin(revoke_operator_token(call)))),
            row(Get, "/jobs/{job}", &[], None, needs("", |call| Box::pin(read_job(call)))),
            row(Get, "/status", &[], None, needs(READ, |call| Box::pin(status(call)))),
        ]
    }
}
