//! What an operation of a Bulk is about: its method and path (RFC 7644 §3.7).

use scim::error::{Error, quote};
use scim::list::List;
use scim::message::bulk::BulkOperation;
use scim::resource_type::ResourceType;

use crate::failure::Failure;
use crate::session::Session;
use store::Database;
use store::read::ResourceRef;

/// What an operation is about.
#[derive(Clone, Debug)]
pub(super) enum Action {
    Create(&'static ResourceType, String),
    Replace(&'static ResourceType, ResourceRef),
    Patch(&'static ResourceType, ResourceRef),
    Delete(&'static ResourceType, ResourceRef),
}

/// The endpoint that a path names, and the id behind it.
type Address = (&'static ResourceType, Option<String>);

impl<D: Database> Session<'_, D> {
    /// Reads a path: that of an endpoint, or of a resource; from the base URL on, or whole. Several
    /// slashes are one, and one at the end makes no difference, as in the path of a request.
    pub(super) fn parse_path(&self, path: &str) -> Result<Address, Failure> {
        let base: Vec<&str> = segments(&self.base).list();
        let whole: Vec<&str> = segments(path).list();
        let relative = whole.strip_prefix(base.as_slice()).unwrap_or(&whole);
        let type_at = |endpoint: &str| {
            ResourceType::all().find(|other| other.endpoint.get(1..) == Some(endpoint))
        };
        let target = match relative {
            [endpoint] => type_at(endpoint).map(|resource_type| (resource_type, None)),
            // A query is for no operation.
            [endpoint, id] if !id.as_bytes().contains(&b'?') => {
                type_at(endpoint).map(|resource_type| (resource_type, Some((*id).to_owned())))
            }
            _ => None,
        };
        target.ok_or_else(|| {
            Error::invalid_path(format!(
                "`path` must be an endpoint such as /Users, or a resource such as /Users/2819c223. It is \"{}\".",
                quote(path),
            ))
            .into()
        })
    }
}

/// What stands between the slashes of an address.
fn segments(address: &str) -> impl Iterator<Item = &str> {
    address.split('/').filter(|segment| !segment.is_empty())
}

/// What method and path ask for; a create makes the resource with this id.
pub(super) fn read(
    operation: &BulkOperation,
    address: Result<Address, Failure>,
    id: &str,
) -> Result<Action, Failure> {
    let (resource_type, reference) = address?;
    // Where it is no string, there is an empty one.
    if operation.version.as_deref() == Some("") {
        return Err(Error::invalid_value(
            "`version` must be a string, such as \"W/\\\"a1b2\\\"\".",
        )
        .into());
    }
    let action = match (operation.method.as_str(), reference.map(ResourceRef::Id)) {
        ("POST", None) if operation.bulk_id.is_none() => {
            return Err(Error::invalid_value(
                "A POST operation needs a `bulkId` (RFC 7644 §3.7). Send one that no other \
                                      operation of the request has.",
            )
            .into());
        }
        ("POST", None) => Action::Create(resource_type, id.to_owned()),
        ("PUT", Some(reference)) => Action::Replace(resource_type, reference),
        ("PATCH", Some(reference)) => Action::Patch(resource_type, reference),
        ("DELETE", Some(reference)) => return Ok(Action::Delete(resource_type, reference)),
        ("POST" | "PUT" | "PATCH" | "DELETE", _) => {
            return Err(Error::invalid_path(
                "The `path` of a POST must be an endpoint such as /Users. That of a PUT, PATCH or DELETE must be a \
                 resource such as /Users/2819c223.",
            )
            .into());
        }
        _ => {
            return Err(
                Error::invalid_syntax("`method` must be POST, PUT, PATCH or DELETE.").into(),
            );
        }
    };
    if operation.data.is_none() {
        let detail = format!("A {} operation needs data.", operation.method);
        return Err(Error::invalid_syntax(detail).into());
    }
    Ok(action)
}
