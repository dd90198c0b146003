//! By whom something is done.

use crate::fragment;
use crate::fragment::{Fragment, value};
use crate::ledger::requests::Sender;
use crate::tenant::{Tenant, good_token};

/// By whom something is done, when, and with which request.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// Whose data.
    pub tenant: &'a Tenant,
    /// Who showed the credential.
    pub sender: &'a Sender,
    /// The moment.
    pub now: &'a str,
    /// The id of the request; empty where it is done for none.
    pub request: &'a str,
    /// Which operation of a Bulk request, from one.
    pub operation: Option<usize>,
}

impl Origin<'_> {
    /// The id of the request, and the number of the operation.
    pub fn request(&self) -> String {
        match self.operation {
            Some(number) => format!("{}:{number}", self.request),
            None => self.request.to_owned(),
        }
    }
}

/// The row `o`: the tenant, and who acts. There is none where the credential is not good.
impl<'a> From<&'a Origin<'a>> for Fragment<'a> {
    fn from(origin: &'a Origin<'a>) -> Self {
        match (origin.sender, origin.tenant) {
            (Sender::Customer, Tenant::Token { hash, now, .. }) => fragment!(
                "(SELECT tenant_id, iif(client_id IS NULL, 'token', 'client') AS kind, coalesce(client_id, id) AS id, label \
                 FROM tokens WHERE {good}) o",
                good = good_token(hash, now),
            ),
            (sender, tenant) => {
                let (kind, id, label) = match sender {
                    Sender::Customer => ("token", None, Some("SCIM_TOKEN")),
                    Sender::Operator(id, label) => {
                        ("operator", id.as_deref(), Some(label.as_str()))
                    }
                    Sender::System => ("system", None, None),
                };
                fragment!(
                    "(SELECT {tenant} AS tenant_id, '{kind}' AS kind, {id} AS id, {label} AS label) o",
                    tenant = tenant,
                    kind = kind,
                    id = value(id),
                    label = value(label),
                )
            }
        }
    }
}
