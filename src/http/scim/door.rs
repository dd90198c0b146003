//! By which way a request comes in, and on whose behalf.

use crate::http::auth;
use crate::http::environment::Environment;
use crate::http::fault::Fault;
use crate::http::request::Request;
use service::credential::Principal;
use service::settings::InHand;
use service::{Caller, Context, Failure};
use store::Database;
use store::ledger::requests::Sender;
use store::tenant::Tenant;

/// By which way a request comes in.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    /// The base URL of addresses in replies: always the full one, whichever way the request came.
    pub base: String,
    /// The tenant, where an operator was let in already.
    pub tenant: Option<Tenant>,
    /// The operator who was let in: the id of the token, if it has one, and what it is for.
    pub operator: Option<(Option<String>, String)>,
    /// Its settings, where they were just read.
    pub settings: Option<InHand>,
    /// The number of its database.
    pub shard: u16,
    /// Whether the tenant is known to be suspended.
    pub is_suspended: bool,
}

impl Door {
    /// That of those who bring a tenant's credential, behind a mount.
    pub(crate) fn of<D, B>(
        environment: &Environment<'_, D>,
        request: &Request<B>,
        mount: &str,
    ) -> Self {
        let base = match &environment.context.settings.base_url {
            Some(url) => url.clone(),
            None => format!("{}{mount}/scim/v2", request.origin),
        };
        Self {
            base,
            tenant: None,
            operator: None,
            settings: None,
            shard: 1,
            is_suspended: false,
        }
    }

    /// Who showed the credential.
    pub(super) fn sender(&self) -> Sender {
        match self.operator.clone() {
            None => Sender::Customer,
            Some((id, label)) => Sender::Operator(id, label),
        }
    }
}

/// Who sends the request, and what it is done with: the database is that of the caller's tenant.
pub(super) fn caller<'a, D: Database, B>(
    environment: &Environment<'a, D>,
    request: &Request<B>,
    is_write: bool,
    door: &Door,
) -> Result<(Caller, Context<'a, D>), Fault> {
    let credential = auth::credential(request.authorization.as_deref())?;
    let (tenant, shard) = if let Some(tenant) = &door.tenant {
        (tenant.clone(), door.shard)
    } else {
        let principal = Principal::of(credential, environment.secret)?;
        let shard = principal.shard();
        (principal.scope(&environment.context.clock.now()), shard)
    };
    let caller = Caller {
        tenant,
        token: credential.0.to_owned(),
        is_write,
        sender: door.sender(),
        request: environment.request_id.clone(),
    };
    let unknown = || Failure::from(store::Error::Unauthorized);
    let context = environment.context.on(shard).ok_or_else(unknown)?;
    Ok((caller, context))
}
