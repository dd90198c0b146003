//! The endpoints of SCIM (RFC 7644 §3.2), a row each method.
//!
//! Patterns stand below the base URL, which ends with `/scim/v2` or `/scim`. Of those that one path
//! fits the first counts. `{type}` is the endpoint of a resource type.

use scim::error::Error;
use scim::list::List;
use scim::part;
use scim::resource_type::ResourceType;

use super::call::{Arguments, Message, Question};
use super::endpoints::UseCase;
use super::query::{SEARCH, SELECTION};
use crate::http::fault::Fault;
use crate::http::method::Method;
use crate::http::route::{self, decode_segments, fit, placeholder, row, segments};
use service::{Failure, discovery};

/// A row of the table.
pub type Route = route::Route<Message, Handler>;

/// What answers at an endpoint.
#[derive(Clone, Copy, Debug)]
pub enum Handler {
    /// It tells only what the server is, and so needs no token (RFC 7644 §4).
    Open(fn(&Question<'_>) -> Result<String, Failure>),
    /// It works for a caller.
    Caller(UseCase),
}

/// All endpoints.
#[rustfmt::skip]
pub fn table() -> &'static [Route] {
    use Handler::{Caller, Open};
    use Message::{BulkRequest, PatchOp, Resource, SearchRequest};
    use Method::{Delete, Get, Patch, Post, Put};
    const {
        &[
            row(Get, "/ServiceProviderConfig", &[], None, Open(|it| Ok(discovery::config(it.settings, it.base)))),
            row(Get, "/ResourceTypes", &[], None, Open(|it| Ok(discovery::resource_types(it.base)))),
            row(Get, "/ResourceTypes/{name}", &[], None, Open(|it| discovery::resource_type(it.text(), it.base))),
            row(Get, "/Schemas", &[], None, Open(|it| Ok(discovery::schemas(it.settings, it.base)))),
            row(Get, "/Schemas/{uri}", &[], None, Open(|it| discovery::schema(it.text(), it.settings, it.base))),
            row(Get, "/", SEARCH, None, Caller(UseCase::List)),
            row(Post, "/.search", &[], Some(SearchRequest), Caller(UseCase::Search)),
            row(Post, "/Bulk", &[], Some(BulkRequest), Caller(UseCase::Bulk)),
            row(Get, "/Me", SELECTION, None, Caller(UseCase::Read)),
            row(Post, "/Me", SELECTION, Some(Resource), Caller(UseCase::CreateMe)),
            row(Put, "/Me", SELECTION, Some(Resource), Caller(UseCase::Replace)),
            row(Patch, "/Me", SELECTION, Some(PatchOp), Caller(UseCase::Patch)),
            row(Delete, "/Me", &[], None, Caller(UseCase::Delete)),
            row(Get, "/{type}", SEARCH, None, Caller(UseCase::List)),
            row(Post, "/{type}", SELECTION, Some(Resource), Caller(UseCase::Create)),
            row(Post, "/{type}/.search", &[], Some(SearchRequest), Caller(UseCase::Search)),
            row(Get, "/{type}/{id}", SELECTION, None, Caller(UseCase::Read)),
            row(Put, "/{type}/{id}", SELECTION, Some(Resource), Caller(UseCase::Replace)),
            row(Patch, "/{type}/{id}", SELECTION, Some(PatchOp), Caller(UseCase::Patch)),
            row(Delete, "/{type}/{id}", &[], None, Caller(UseCase::Delete)),
        ]
    }
}

/// Whether what answers at a row may change something: all but a GET and a search.
pub(super) fn is_write(row: &Route) -> bool {
    row.method != Method::Get && row.body != Some(Message::SearchRequest)
}

/// The endpoint that a path names.
#[derive(Debug)]
pub(super) struct ScimEndpoint {
    /// The pattern of its rows.
    pub pattern: &'static str,
    /// What the path says besides.
    pub arguments: Arguments,
    /// Whether it tells only what the server is.
    pub is_open: bool,
}

impl ScimEndpoint {
    /// Finds it. The path begins with `/scim`.
    pub(super) fn find(table: &[Route], path: &str) -> Result<Self, Fault> {
        let decoded = decode_segments(path).map_err(Fault::not_found)?;
        let decoded: Vec<&str> = decoded.iter().map(String::as_str).list();
        let below = match decoded.as_slice() {
            [_, "v2", below @ ..] => below,
            [_, version, ..] if is_version(version) => {
                return Err(Error::invalid_vers(format!(
                    "SCIM version \"{}\" is not served; the base URL ends with /scim/v2.",
                    version.chars().take(20).collect::<String>(),
                ))
                .into());
            }
            [_, below @ ..] => below,
            [] => &[],
        };
        let found = table.iter().find_map(|row| {
            Some(Self {
                pattern: row.pattern,
                arguments: arguments(&fit(row.pattern, below)?)?,
                is_open: matches!(row.handler, Handler::Open(_)),
            })
        });
        found.ok_or_else(|| {
            let first = below.first().copied().unwrap_or_default();
            Fault::not_found(unknown(table.iter().map(|row| row.pattern), first))
        })
    }

    /// Its name, for the log: the pattern, with the type in it.
    pub(super) fn name(&self) -> String {
        match self.arguments.resource_type {
            Some(resource_type) => part::replace(self.pattern, "/{type}", resource_type.endpoint),
            None => self.pattern.to_owned(),
        }
    }
}

/// What a path says, if its type is one.
fn arguments(parts: &[(&str, &str)]) -> Option<Arguments> {
    let mut arguments = Arguments::default();
    for (name, text) in parts {
        match *name {
            "type" => arguments.resource_type = Some(resource_type(text)?),
            _ => arguments.text = Some((*text).to_owned()),
        }
    }
    Some(arguments)
}

/// The type whose endpoint a segment is.
fn resource_type(segment: &str) -> Option<&'static ResourceType> {
    ResourceType::all().find(|known| known.endpoint.get(1..) == Some(segment))
}

/// `v1`, `v2.1`, …: a version as it stands in a path (RFC 7644 §3.13).
fn is_version(segment: &str) -> bool {
    segment
        .strip_prefix(['v', 'V'])
        .is_some_and(|number| number.starts_with(|first: char| first.is_ascii_digit()))
}

/// The sentence for a path that no pattern fits, from its first segment.
fn unknown(patterns: impl Iterator<Item = &'static str>, first: &str) -> String {
    if resource_type(first).is_some() {
        return "The attributes of a resource have no addresses of their own. Ask for the resource, and name the \
                attribute in the parameter `attributes`."
            .to_owned();
    }
    let fixed = patterns
        .filter_map(|pattern| segments(pattern).next())
        .filter(|part| placeholder(part).is_none());
    let segment = ResourceType::all()
        .filter_map(|known| known.endpoint.get(1..))
        .chain(fixed)
        .find(|name| name.eq_ignore_ascii_case(first));
    match segment {
        Some(name) if name == first => format!(
            "There is no such address below /{name}. Shorten the path, or write a slash that belongs to an id as %2F."
        ),
        // RFC 3986 §6.2.2.1: say which spelling was meant.
        Some(name) => format!("Paths are case-sensitive: this endpoint is spelt /{name}."),
        None => {
            "There is no such endpoint. /ResourceTypes lists the endpoints of all resource types."
                .to_owned()
        }
    }
}
