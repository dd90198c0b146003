//! Method and path to a route: the whole URL grammar (RFC 7644 §3.2).
//!
//! ```text
//! /scim[/v2]/Users | /Groups | /<own type>          GET POST
//! /scim[/v2]/Users/.search …                        POST
//! /scim[/v2]/Users/{id} …                           GET PUT PATCH DELETE
//! /scim[/v2]/Me                                     GET POST PUT PATCH DELETE
//! /scim[/v2]/Bulk                                   POST
//! /scim[/v2]/ServiceProviderConfig                  GET
//! /scim[/v2]/ResourceTypes[/{name}]                 GET
//! /scim[/v2]/Schemas[/{uri}]                        GET
//! /scim[/v2]/                                       GET
//! /scim[/v2]/.search                                POST
//! ```
//!
//! A HEAD is a GET without its body. Two slashes are one, and one at the end makes no difference. What stands in front of
//! `/scim` is where the Worker is mounted.

use scim::resource_type::{ResourceType, USER_TYPE};

use super::query::decode;
use store::read::Key;

/// What a path names.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// All resources of a type.
    Collection(&'static ResourceType),
    /// One resource.
    Resource(&'static ResourceType, Key),
    /// `.search` on one type, or on all.
    Search(Option<&'static ResourceType>),
    /// All resources of all types.
    Root,
    /// `/Bulk`.
    Bulk,
    /// `/ServiceProviderConfig`.
    ServiceProviderConfig,
    /// `/ResourceTypes`, or one of them.
    ResourceTypes(Option<String>),
    /// `/Schemas`, or one of them.
    Schemas(Option<String>),
}

/// Why a path names nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unrouted {
    /// No such place; the sentence says what there is.
    Unknown(String),
    /// Another version of the protocol.
    Version(String),
}

impl Place {
    /// Reads a path.
    ///
    /// ```
    /// use scim_worker::http::route::Place;
    /// use scim::resource_type::GROUP_TYPE;
    /// assert_eq!(Place::of("/scim/v2/Groups/"), Ok(Place::Collection(&GROUP_TYPE)));
    /// assert!(Place::of("/scim/v2/groups").is_err());
    /// ```
    pub fn of(path: &str) -> Result<Self, Unrouted> {
        // Two slashes are one, and one at the end makes no difference.
        let (_, path) = mounted(path);
        let segments: Option<Vec<String>> = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(decode)
            .collect();
        let segments = segments.ok_or_else(|| unknown("The path is not percent-encoded UTF-8."))?;
        if segments.iter().any(|segment| segment.contains('\0')) {
            return Err(unknown("No address has the character U+0000 in it."));
        }
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let below = match segments.as_slice() {
            ["scim", "v2", below @ ..] => below,
            ["scim", version, ..] if is_version(version) => {
                return Err(Unrouted::Version((*version).to_owned()));
            }
            ["scim", below @ ..] => below,
            _ => return Err(unknown("The SCIM endpoints are below /scim/v2.")),
        };
        match below {
            [] => Ok(Self::Root),
            [".search"] => Ok(Self::Search(None)),
            ["Me"] => Ok(Self::Resource(&USER_TYPE, Key::Subject)),
            ["Bulk"] => Ok(Self::Bulk),
            ["ServiceProviderConfig"] => Ok(Self::ServiceProviderConfig),
            ["ResourceTypes"] => Ok(Self::ResourceTypes(None)),
            ["ResourceTypes", name] => Ok(Self::ResourceTypes(Some((*name).to_owned()))),
            ["Schemas"] => Ok(Self::Schemas(None)),
            ["Schemas", uri] => Ok(Self::Schemas(Some((*uri).to_owned()))),
            [endpoint, rest @ ..] => {
                let resource_type = endpoint_of(endpoint)?;
                match rest {
                    [] => Ok(Self::Collection(resource_type)),
                    [".search"] => Ok(Self::Search(Some(resource_type))),
                    [id] => Ok(Self::Resource(resource_type, Key::Id((*id).to_owned()))),
                    _ => Err(unknown(
                        "A resource has no parts with an address of their own.",
                    )),
                }
            }
        }
    }

    /// The methods that the place takes, as the `Allow` header has them.
    pub const fn allow(&self) -> &'static str {
        match self {
            Self::Collection(_) => "GET, HEAD, POST, OPTIONS",
            Self::Resource(_, Key::Id(_)) => "GET, HEAD, PUT, PATCH, DELETE, OPTIONS",
            Self::Resource(_, Key::Subject) => "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
            Self::Search(_) | Self::Bulk => "POST, OPTIONS",
            Self::Root
            | Self::ServiceProviderConfig
            | Self::ResourceTypes(_)
            | Self::Schemas(_) => "GET, HEAD, OPTIONS",
        }
    }

    /// Whether the place tells only what the server is, and so needs no token (RFC 7644 §4).
    pub const fn is_discovery(&self) -> bool {
        match self {
            Self::ServiceProviderConfig | Self::ResourceTypes(_) | Self::Schemas(_) => true,
            Self::Collection(_)
            | Self::Resource(..)
            | Self::Search(_)
            | Self::Root
            | Self::Bulk => false,
        }
    }

    /// The place without its ids, for the log.
    pub fn pattern(&self) -> String {
        match self {
            Self::Collection(resource_type) => resource_type.endpoint.to_owned(),
            Self::Resource(_, Key::Subject) => "/Me".to_owned(),
            Self::Resource(resource_type, Key::Id(_)) => {
                format!("{}/{{id}}", resource_type.endpoint)
            }
            Self::Search(Some(resource_type)) => format!("{}/.search", resource_type.endpoint),
            Self::Search(None) => "/.search".to_owned(),
            Self::Root => "/".to_owned(),
            Self::Bulk => "/Bulk".to_owned(),
            Self::ServiceProviderConfig => "/ServiceProviderConfig".to_owned(),
            Self::ResourceTypes(_) => "/ResourceTypes".to_owned(),
            Self::Schemas(_) => "/Schemas".to_owned(),
        }
    }
}

/// Parts a path in front of its `/scim`: another Worker or a route may serve this one below a path of its own.
///
/// ```
/// use scim_worker::http::route::mounted;
/// assert_eq!(mounted("/api/identity/scim/v2/Users"), ("/api/identity", "/scim/v2/Users"));
/// assert_eq!(mounted("/scim/v2/Users/scim"), ("", "/scim/v2/Users/scim"));
/// assert_eq!(mounted("//scim/v2//Users"), ("", "/scim/v2//Users"));
/// ```
pub fn mounted(path: &str) -> (&str, &str) {
    let below = |base: &str| {
        path.match_indices(base).find_map(|(position, _)| {
            let (front, rest) = path.split_at_checked(position)?;
            let behind = rest.strip_prefix(base)?;
            let is_whole = behind.is_empty() || behind.starts_with('/');
            is_whole.then(|| (front.trim_end_matches('/'), rest))
        })
    };
    below("/scim/v2")
        .or_else(|| below("/scim"))
        .unwrap_or(("", path))
}

/// `v1`, `v2.1`, …: a version as it stands in a path (RFC 7644 §3.13).
fn is_version(segment: &str) -> bool {
    segment
        .strip_prefix(['v', 'V'])
        .is_some_and(|number| number.starts_with(|first: char| first.is_ascii_digit()))
}

fn endpoint_of(segment: &str) -> Result<&'static ResourceType, Unrouted> {
    if let Some(resource_type) =
        ResourceType::all().find(|known| known.endpoint.get(1..) == Some(segment))
    {
        return Ok(resource_type);
    }
    let fixed = [
        "Me",
        "Bulk",
        "ServiceProviderConfig",
        "ResourceTypes",
        "Schemas",
    ];
    let meant = ResourceType::all()
        .filter_map(|known| known.endpoint.get(1..))
        .chain(fixed)
        .find(|name| name.eq_ignore_ascii_case(segment));
    Err(match meant {
        Some(name) if name == segment => {
            Unrouted::Unknown(format!("There is no such address below /{name}."))
        }
        // RFC 3986 §6.2.2.1: say which spelling was meant.
        Some(name) => Unrouted::Unknown(format!(
            "Paths are case-sensitive: this endpoint is spelt /{name}."
        )),
        None => unknown("There is no such endpoint. /ResourceTypes lists those that there are."),
    })
}

fn unknown(detail: &str) -> Unrouted {
    Unrouted::Unknown(detail.to_owned())
}
